//! `regexp`: RE2 expressions as Go compiles and applies them.
//!
//! `parse` reads Go's syntax with Go's error texts; what it read is handed as a tree, not as text, to `regex-automata`, whose
//! leftmost-first search is the one that Go makes. Go searches in byte strings that need not be UTF-8 and sees U+FFFD for each
//! stray byte; such a text is rewritten once with real U+FFFDs, and positions are mapped back.

mod class;
mod hir;
mod parse;
mod tables;

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use regex_automata::Input;
use regex_automata::meta::Regex;

use crate::utf8::decode_rune;
use crate::{Str, Toolchain, strconv, unicode};

pub use parse::Error;

/// A compiled expression.
#[derive(Debug)]
pub struct Regexp {
    expr: Box<[u8]>,
    regex: Regex,
    /// The names of the groups from 1 on, empty where there is none.
    names: Vec<String>,
}

/// How many compiled expressions a thread keeps, and how many bytes of them.
const CACHE: usize = 64;
const CACHE_BYTES: usize = 32 << 20;

/// What the expressions of one thread were compiled to, the latest last.
type Cache = Vec<(bool, Rc<Regexp>)>;

thread_local! {
    static COMPILED: RefCell<Cache> = const { RefCell::new(Vec::new()) };
}

/// Whether an automaton may become this large (in bytes). Go has a limit on its own program of comparable size.
const MAX_AUTOMATON: usize = 128 << 20;

impl Regexp {
    /// `regexp.Compile`. The latest few expressions of each thread are kept.
    ///
    /// # Errors
    /// The expression is not valid; the text is Go's: ``error parsing regexp: missing closing ]: `[` ``.
    pub fn compile(expr: &[u8], toolchain: &Toolchain) -> Result<Rc<Regexp>, Error> {
        let aliases = toolchain.regexp_property_aliases;
        let kept = COMPILED.with_borrow(|cache| {
            cache.iter().rev().find(|(a, re)| *a == aliases && *re.expr == *expr).map(|(_, re)| Rc::clone(re))
        });
        if let Some(regexp) = kept {
            return Ok(regexp);
        }
        let regexp = Rc::new(Regexp::compile_uncached(expr, aliases)?);
        COMPILED.with_borrow_mut(|cache| {
            cache.push((aliases, Rc::clone(&regexp)));
            let bytes = |cache: &Cache| cache.iter().map(|(_, re)| re.regex.memory_usage()).sum::<usize>();
            // The oldest ones go; the new one stays in any case.
            while cache.len() > 1 && (cache.len() > CACHE || bytes(cache) > CACHE_BYTES) {
                cache.remove(0);
            }
        });
        Ok(regexp)
    }

    fn compile_uncached(expr: &[u8], aliases: bool) -> Result<Regexp, Error> {
        let parsed = parse::parse(expr, aliases)?;
        let hir = hir::lower(&parsed.root);
        let config = Regex::config().nfa_size_limit(Some(MAX_AUTOMATON)).utf8_empty(true);
        match Regex::builder().configure(config).build_from_hir(&hir) {
            Ok(regex) => Ok(Regexp { expr: expr.into(), regex, names: parsed.names }),
            Err(_) => Err(Error::too_large(expr)),
        }
    }

    /// `MatchString`.
    pub fn is_match(&self, text: &[u8]) -> bool {
        let text = Text::new(text);
        self.regex.is_match(text.valid.as_ref())
    }

    /// `FindStringIndex`: the leftmost match.
    pub fn find(&self, text: &[u8]) -> Option<(usize, usize)> {
        let text = Text::new(text);
        let (start, end) = self.search(&text, 0)?;
        Some((text.original(start), text.original(end)))
    }

    /// `FindStringSubmatchIndex`: the leftmost match and its groups.
    pub fn find_submatch(&self, text: &[u8]) -> Option<Vec<Option<(usize, usize)>>> {
        let text = Text::new(text);
        let mut groups = Vec::new();
        self.search_groups(&text, 0, &mut groups)
            .then(|| groups.iter().map(|g| g.map(|(start, end)| (text.original(start), text.original(end)))).collect())
    }

    /// `FindAllStringIndex`: up to `limit` matches, all if it is negative; `None` (Go's nil) where there are none. An empty
    /// match right behind the match before it does not count.
    pub fn find_all(&self, text: &[u8], limit: i64) -> Option<Vec<(usize, usize)>> {
        let text = Text::new(text);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let (mut at, mut previous) = (0, None);
        while found.len() < limit && at <= text.valid.len() {
            let Some((start, end)) = self.search(&text, at) else { break };
            let mut accept = true;
            if end == at {
                accept = previous != Some(start);
                at += decode_rune(&text.valid[at..]).1.max(1);
            } else {
                at = end;
            }
            previous = Some(end);
            if accept {
                found.push((text.original(start), text.original(end)));
            }
        }
        (!found.is_empty()).then_some(found)
    }

    /// `ReplaceAllString`: in the template `$1`, `$name` and `${name}` stand for what a group matched, `$$` for a dollar. A
    /// name is as long as possible: `$1x` is the group `1x`.
    pub fn replace_all(&self, text: &[u8], template: &[u8]) -> Vec<u8> {
        if !template.contains(&b'$') {
            return self.replace_all_literal(text, template);
        }
        self.replace(text, true, |out, text, groups| self.expand(out, template, text, groups))
    }

    /// `ReplaceAllLiteralString`.
    pub fn replace_all_literal(&self, text: &[u8], replacement: &[u8]) -> Vec<u8> {
        self.replace(text, false, |out, _, _| out.extend_from_slice(replacement))
    }

    /// `Split`: the pieces between the matches, at most `limit`, all if it is negative; `None` (Go's nil) for 0.
    pub fn split<'t>(&self, text: &'t [u8], limit: i64) -> Option<Vec<&'t [u8]>> {
        if limit == 0 {
            return None;
        }
        if !self.expr.is_empty() && text.is_empty() {
            return Some(vec![b""]);
        }
        let mut pieces: Vec<&[u8]> = Vec::new();
        let (mut from, mut to) = (0, 0);
        for (start, end) in self.find_all(text, limit).unwrap_or_default() {
            if limit > 0 && pieces.len() + 1 >= usize::try_from(limit).unwrap_or(usize::MAX) {
                break;
            }
            to = start;
            if end != 0 {
                pieces.push(&text[from..to]);
            }
            from = end;
        }
        if to != text.len() {
            pieces.push(&text[from..]);
        }
        Some(pieces)
    }

    fn search(&self, text: &Text<'_>, at: usize) -> Option<(usize, usize)> {
        let found = self.regex.find(Input::new(text.valid.as_ref()).range(at..))?;
        Some((found.start(), found.end()))
    }

    fn search_groups(&self, text: &Text<'_>, at: usize, groups: &mut Vec<Option<(usize, usize)>>) -> bool {
        let mut captures = self.regex.create_captures();
        self.regex.search_captures(&Input::new(text.valid.as_ref()).range(at..), &mut captures);
        groups.clear();
        // A group that can never take part (`(a){0}`) is not known to the automaton.
        groups.extend((0..=self.names.len()).map(|i| captures.get_group(i).map(|span| (span.start, span.end))));
        captures.is_match()
    }

    fn replace(
        &self,
        text: &[u8],
        with_groups: bool,
        mut insert: impl FnMut(&mut Vec<u8>, &Text<'_>, &[Option<(usize, usize)>]),
    ) -> Vec<u8> {
        let text = Text::new(text);
        let mut out = Vec::with_capacity(text.bytes.len());
        let mut groups = Vec::new();
        let (mut last, mut at) = (0, 0);
        while at <= text.valid.len() {
            let (start, end) = if with_groups {
                if !self.search_groups(&text, at, &mut groups) {
                    break;
                }
                match groups.first() {
                    Some(&Some(whole)) => whole,
                    _ => break,
                }
            } else {
                match self.search(&text, at) {
                    Some(whole) => whole,
                    None => break,
                }
            };
            out.extend_from_slice(text.slice(last, start));
            // Not for an empty match right behind another match.
            if end > last || start == 0 {
                insert(&mut out, &text, &groups);
            }
            last = end;
            at = end.max(at + decode_rune(&text.valid[at..]).1.max(1));
        }
        out.extend_from_slice(text.slice(last, text.valid.len()));
        out
    }

    fn expand(&self, out: &mut Vec<u8>, mut template: &[u8], text: &Text<'_>, groups: &[Option<(usize, usize)>]) {
        while let Some(dollar) = memchr::memchr(b'$', template) {
            out.extend_from_slice(&template[..dollar]);
            template = &template[dollar + 1..];
            if let Some(rest) = template.strip_prefix(b"$") {
                out.push(b'$');
                template = rest;
                continue;
            }
            let Some((name, rest)) = reference(template) else {
                out.push(b'$');
                continue;
            };
            template = rest;
            let group = match number(name) {
                Some(index) => groups.get(index).copied().flatten(),
                // Several groups may have the name: the first of them that took part.
                None => self
                    .names
                    .iter()
                    .zip(groups.iter().skip(1))
                    .find(|(own, group)| own.as_bytes() == name && group.is_some())
                    .and_then(|(_, group)| *group),
            };
            if let Some((start, end)) = group {
                out.extend_from_slice(text.slice(start, end));
            }
        }
        out.extend_from_slice(template);
    }
}

/// The name behind a dollar, in braces or not, and what follows it.
fn reference(template: &[u8]) -> Option<(&[u8], &[u8])> {
    let braced = template.strip_prefix(b"{");
    let text = braced.unwrap_or(template);
    let mut end = 0;
    loop {
        let (rune, width) = decode_rune(&text[end..]);
        if width == 0 || !(unicode::is_letter(rune) || unicode::is_digit(rune) || rune == '_') {
            break;
        }
        end += width;
    }
    if end == 0 {
        return None;
    }
    let (name, rest) = text.split_at(end);
    match braced {
        Some(_) => Some((name, rest.strip_prefix(b"}")?)),
        None => Some((name, rest)),
    }
}

/// A group's number: digits without a leading zero, below a billion.
fn number(name: &[u8]) -> Option<usize> {
    if name.len() > 9 || (name.len() > 1 && name.starts_with(b"0")) {
        return None;
    }
    name.iter().try_fold(0_usize, |n, &b| b.is_ascii_digit().then(|| n * 10 + usize::from(b - b'0')))
}

/// A text to search in, as UTF-8.
struct Text<'t> {
    bytes: &'t [u8],
    valid: Cow<'t, [u8]>,
    /// For a text that had to be rewritten, the original position of each of its bytes and of its end.
    positions: Vec<usize>,
}

impl<'t> Text<'t> {
    fn new(bytes: &'t [u8]) -> Text<'t> {
        if std::str::from_utf8(bytes).is_ok() {
            return Text { bytes, valid: Cow::Borrowed(bytes), positions: Vec::new() };
        }
        let mut valid = Vec::with_capacity(bytes.len() + 16);
        let mut positions = Vec::with_capacity(bytes.len() + 16);
        for (at, rune, _) in crate::utf8::runes(bytes) {
            crate::utf8::push(&mut valid, rune);
            positions.resize(valid.len(), at);
        }
        positions.push(bytes.len());
        Text { bytes, valid: Cow::Owned(valid), positions }
    }

    fn original(&self, at: usize) -> usize {
        self.positions.get(at).copied().unwrap_or(at).min(self.bytes.len())
    }

    fn slice(&self, from: usize, to: usize) -> &'t [u8] {
        self.bytes.get(self.original(from)..self.original(to)).unwrap_or_default()
    }
}

/// `regexp.QuoteMeta`.
pub fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    for &byte in text {
        if br"\.+*?()|[]{}^$".contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out
}

/// What `regexp.MustCompile` panics with, and so what a template reports of sprig functions that use it.
pub fn must_compile_text(expr: &[u8], error: &Error) -> Str {
    let quoted =
        if strconv::can_backquote(expr) { Str::concat(&[b"`", expr, b"`"]) } else { Str::from(strconv::quote(expr)) };
    Str::concat(&[b"regexp: Compile(", &quoted, b"): ", &error.text()])
}

#[cfg(test)]
mod tests;
