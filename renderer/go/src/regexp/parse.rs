//! RE2 syntax as Go's `regexp/syntax` reads it with its flags `Perl`.

use super::class::{self, Class};
use crate::Str;
use crate::utf8::decode_rune;

/// Why an expression does not compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: &'static str,
    expr: Vec<u8>,
}

impl Error {
    #[cold]
    fn new(code: &'static str, expr: &[u8]) -> Error {
        Error { code, expr: expr.to_vec() }
    }

    pub(super) fn too_large(expr: &[u8]) -> Error {
        Error::new("expression too large", expr)
    }
}

impl Error {
    /// Go's text of the error. It quotes the expression, which need not be UTF-8.
    pub fn text(&self) -> Str {
        Str::concat(&[b"error parsing regexp: ", self.code.as_bytes(), b": `", &self.expr, b"`"])
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.text())
    }
}

impl std::error::Error for Error {}

const INVALID_RANGE: &str = "invalid character class range";
const INVALID_ESCAPE: &str = "invalid escape sequence";
const INVALID_NAME: &str = "invalid named capture";
const INVALID_PERL: &str = "invalid or unsupported Perl syntax";
const INVALID_REPEAT_OP: &str = "invalid nested repetition operator";
const INVALID_REPEAT_SIZE: &str = "invalid repeat count";
const INVALID_UTF8: &str = "invalid UTF-8";
const MISSING_BRACKET: &str = "missing closing ]";
const MISSING_PAREN: &str = "missing closing )";
const MISSING_ARGUMENT: &str = "missing argument to repetition operator";
const TRAILING_BACKSLASH: &str = "trailing backslash at end of expression";
const UNEXPECTED_PAREN: &str = "unexpected )";
const NESTING_DEPTH: &str = "expression nests too deeply";

/// The largest tree, in nodes from root to leaf.
const MAX_HEIGHT: u32 = 1000;
/// The largest program, in Go's instructions of 40 bytes.
const MAX_SIZE: u64 = (128 << 20) / 40;
/// The most ranges that the classes of an expression may have together.
const MAX_RANGES: usize = (128 << 20) / 8;
/// The most repetitions, also of nested ones together.
const MAX_REPEAT: u32 = 1000;

/// A parsed expression.
pub(super) struct Parsed {
    pub(super) root: Node,
    pub(super) names: Vec<String>,
}

/// A part of an expression, with its measures in Go's terms.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    size: u64,
    height: u32,
}

#[derive(Debug)]
pub(super) enum Kind {
    Empty,
    /// Runes, to be matched in any case if `fold`. A rune may be a surrogate, which never matches.
    Literal {
        runes: Vec<u32>,
        fold: bool,
    },
    Class(Class),
    Look(Look),
    Capture(u32, Box<Node>),
    /// `counted`: written with braces.
    Repeat {
        min: u32,
        max: Option<u32>,
        greedy: bool,
        counted: bool,
        node: Box<Node>,
    },
    Concat(Vec<Node>),
    Alternate(Vec<Node>),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Look {
    BeginText,
    EndText,
    BeginLine,
    EndLine,
    WordBoundary,
    NoWordBoundary,
}

impl Node {
    fn new(kind: Kind) -> Node {
        let subs: &[Node] = match &kind {
            Kind::Capture(_, node) | Kind::Repeat { node, .. } => std::slice::from_ref(node),
            Kind::Concat(nodes) | Kind::Alternate(nodes) => nodes,
            _ => &[],
        };
        let height = 1 + subs.iter().map(|n| n.height).max().unwrap_or(0);
        let sum = subs.iter().fold(0_u64, |sum, n| sum.saturating_add(n.size));
        let size = match &kind {
            Kind::Literal { runes, .. } => runes.len() as u64,
            Kind::Capture(..) => sum + 2,
            Kind::Alternate(nodes) => sum.saturating_add(nodes.len() as u64 - 1),
            Kind::Repeat { min, max, counted: true, .. } => match max {
                None if *min == 0 => sum + 2,
                None => sum.saturating_mul(u64::from(*min)) + 1,
                Some(max) => sum.saturating_mul(u64::from(*max)) + u64::from(max.saturating_sub(*min)),
            },
            Kind::Repeat { min: 0, max: None, .. } => sum + 2,
            Kind::Repeat { .. } => sum + 1,
            _ => sum,
        };
        Node { kind, size: size.max(1), height }
    }

    /// Whether the innermost part is repeated at most `limit` times. Go allows a thousand.
    fn repeats_within(&self, limit: u32) -> bool {
        match &self.kind {
            Kind::Repeat { min, max, counted, node, .. } => {
                let mut limit = limit;
                if *counted {
                    let times = max.unwrap_or(*min);
                    if *max == Some(0) {
                        return true;
                    }
                    if times > limit {
                        return false;
                    }
                    limit = limit.checked_div(times).unwrap_or(limit);
                }
                node.repeats_within(limit)
            }
            Kind::Capture(_, node) => node.repeats_within(limit),
            Kind::Concat(nodes) | Kind::Alternate(nodes) => nodes.iter().all(|n| n.repeats_within(limit)),
            _ => true,
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Flags {
    pub(super) fold: bool,
    dot_newline: bool,
    one_line: bool,
    non_greedy: bool,
}

/// An open parenthesis (or the whole expression) and what was read since.
struct Group {
    capture: u32,
    /// The flags outside.
    flags: Flags,
    alternatives: Vec<Node>,
    items: Vec<Node>,
}

struct Parser<'e> {
    whole: &'e [u8],
    /// What is still to be read.
    rest: &'e [u8],
    flags: Flags,
    /// Whether property names have aliases and may be written in any case (Go 1.25).
    aliases: bool,
    outer: Vec<Group>,
    group: Group,
    names: Vec<String>,
    ranges: usize,
}

pub(super) fn parse(expr: &[u8], aliases: bool) -> Result<Parsed, Error> {
    let flags = Flags { fold: false, dot_newline: false, one_line: true, non_greedy: false };
    let group = Group { capture: 0, flags, alternatives: Vec::new(), items: Vec::new() };
    let mut parser =
        Parser { whole: expr, rest: expr, flags, aliases, outer: Vec::new(), group, names: Vec::new(), ranges: 0 };
    parser.run()?;
    if !parser.outer.is_empty() {
        return Err(Error::new(MISSING_PAREN, expr));
    }
    let root = parser.close_alternatives()?;
    Ok(Parsed { root, names: parser.names })
}

/// What `before` has in front of `after`, its own tail.
fn consumed<'e>(before: &'e [u8], after: &[u8]) -> &'e [u8] {
    &before[..before.len() - after.len()]
}

/// The next rune. At the end of the text U+FFFD, as Go's decoder answers.
fn next_rune(text: &[u8]) -> Result<(char, &[u8]), Error> {
    match decode_rune(text) {
        ('\u{fffd}', 1) => Err(Error::new(INVALID_UTF8, text)),
        (rune, width) => Ok((rune, &text[width..])),
    }
}

fn check_utf8(text: &[u8]) -> Result<(), Error> {
    match std::str::from_utf8(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::new(INVALID_UTF8, &text[error.valid_up_to()..])),
    }
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, needle)
}

impl<'e> Parser<'e> {
    fn run(&mut self) -> Result<(), Error> {
        // What was to be read when the repetition that was just read began; empty behind anything else.
        let mut last_repeat: &[u8] = b"";
        while let Some(&first) = self.rest.first() {
            let before = self.rest;
            let mut repeat: &[u8] = b"";
            match first {
                b'(' => {
                    if before.get(1) == Some(&b'?') {
                        self.perl_flags()?;
                    } else {
                        self.names.push(String::new());
                        self.open(self.names.len());
                        self.rest = &before[1..];
                    }
                }
                b'|' => {
                    let items = std::mem::take(&mut self.group.items);
                    let node = self.concat(items)?;
                    self.group.alternatives.push(node);
                    self.rest = &before[1..];
                }
                b')' => {
                    self.close()?;
                    self.rest = &before[1..];
                }
                b'^' => {
                    self.look(if self.flags.one_line { Look::BeginText } else { Look::BeginLine }, 1)?;
                }
                b'$' => {
                    self.look(if self.flags.one_line { Look::EndText } else { Look::EndLine }, 1)?;
                }
                b'.' => {
                    let class = if self.flags.dot_newline { Class::any() } else { Class::any_but_newline() };
                    self.push(Node::new(Kind::Class(class)))?;
                    self.rest = &before[1..];
                }
                b'[' => self.class()?,
                b'*' | b'+' | b'?' => {
                    let (min, max) = match first {
                        b'*' => (0, None),
                        b'+' => (1, None),
                        _ => (0, Some(1)),
                    };
                    self.repeat((min, max), false, &before[1..], last_repeat)?;
                    repeat = before;
                }
                b'{' => match braces(before) {
                    None => {
                        self.literal('{')?;
                        self.rest = &before[1..];
                    }
                    Some((min, max, after)) => {
                        let valid = min.zip(max.unwrap_or(Some(0))).filter(|&(min, high)| {
                            min <= MAX_REPEAT && high <= MAX_REPEAT && (max.is_none() || min <= high)
                        });
                        let Some((min, high)) = valid else {
                            return Err(Error::new(INVALID_REPEAT_SIZE, consumed(before, after)));
                        };
                        self.repeat((min, max.map(|_| high)), true, after, last_repeat)?;
                        repeat = before;
                    }
                },
                b'\\' => self.escape()?,
                _ => {
                    let (rune, rest) = next_rune(before)?;
                    self.literal(rune)?;
                    self.rest = rest;
                }
            }
            last_repeat = repeat;
        }
        Ok(())
    }

    fn open(&mut self, capture: usize) {
        let group = Group {
            capture: u32::try_from(capture).unwrap_or(u32::MAX),
            flags: self.flags,
            alternatives: Vec::new(),
            items: Vec::new(),
        };
        self.outer.push(std::mem::replace(&mut self.group, group));
    }

    fn close(&mut self) -> Result<(), Error> {
        let Some(outer) = self.outer.pop() else { return Err(Error::new(UNEXPECTED_PAREN, self.whole)) };
        let node = self.close_alternatives()?;
        self.flags = self.group.flags;
        let capture = self.group.capture;
        self.group = outer;
        if capture == 0 { self.push(node) } else { self.push(Node::new(Kind::Capture(capture, Box::new(node)))) }
    }

    fn close_alternatives(&mut self) -> Result<Node, Error> {
        let items = std::mem::take(&mut self.group.items);
        let last = self.concat(items)?;
        let mut alternatives = std::mem::take(&mut self.group.alternatives);
        if alternatives.is_empty() {
            return Ok(last);
        }
        alternatives.push(last);
        self.checked(Node::new(Kind::Alternate(alternatives)))
    }

    fn concat(&mut self, items: Vec<Node>) -> Result<Node, Error> {
        let mut nodes: Vec<Node> = Vec::with_capacity(items.len());
        for item in items {
            if let (
                Some(Node { kind: Kind::Literal { runes, fold }, size, .. }),
                Kind::Literal { runes: more, fold: same },
            ) = (nodes.last_mut(), &item.kind)
                && fold == same
            {
                runes.extend_from_slice(more);
                *size = runes.len() as u64;
                continue;
            }
            match item.kind {
                Kind::Concat(inner) => nodes.extend(inner),
                _ => nodes.push(item),
            }
        }
        match nodes.len() {
            0 => Ok(Node::new(Kind::Empty)),
            1 => Ok(nodes.remove(0)),
            _ => self.checked(Node::new(Kind::Concat(nodes))),
        }
    }

    fn checked(&self, node: Node) -> Result<Node, Error> {
        if self.ranges > MAX_RANGES || node.size > MAX_SIZE {
            return Err(Error::too_large(self.whole));
        }
        if node.height > MAX_HEIGHT {
            return Err(Error::new(NESTING_DEPTH, self.whole));
        }
        Ok(node)
    }

    fn push(&mut self, node: Node) -> Result<(), Error> {
        if let Kind::Class(class) = &node.kind {
            self.ranges += class.len();
        }
        let node = self.checked(node)?;
        self.group.items.push(node);
        Ok(())
    }

    fn look(&mut self, look: Look, width: usize) -> Result<(), Error> {
        self.rest = &self.rest[width..];
        self.push(Node::new(Kind::Look(look)))
    }

    fn literal(&mut self, rune: char) -> Result<(), Error> {
        self.rune(u32::from(rune))
    }

    fn rune(&mut self, rune: u32) -> Result<(), Error> {
        let fold = self.flags.fold;
        self.push(Node::new(Kind::Literal { runes: vec![rune], fold }))
    }

    fn repeat(
        &mut self,
        (min, max): (u32, Option<u32>),
        counted: bool,
        mut after: &'e [u8],
        last_repeat: &[u8],
    ) -> Result<(), Error> {
        let before = self.rest;
        let mut greedy = !self.flags.non_greedy;
        if let Some(rest) = after.strip_prefix(b"?") {
            after = rest;
            greedy = !greedy;
        }
        if !last_repeat.is_empty() {
            return Err(Error::new(INVALID_REPEAT_OP, consumed(last_repeat, after)));
        }
        let Some(node) = self.group.items.pop() else {
            return Err(Error::new(MISSING_ARGUMENT, consumed(before, after)));
        };
        let node = self.checked(Node::new(Kind::Repeat { min, max, greedy, counted, node: Box::new(node) }))?;
        if counted && (min >= 2 || max.is_some_and(|max| max >= 2)) && !node.repeats_within(MAX_REPEAT) {
            return Err(Error::new(INVALID_REPEAT_SIZE, consumed(before, after)));
        }
        self.group.items.push(node);
        self.rest = after;
        Ok(())
    }

    /// `(?P<name>`, `(?<name>`, `(?flags)` and `(?flags:`.
    fn perl_flags(&mut self) -> Result<(), Error> {
        let text = self.rest;
        let name_at = if text.len() > 4 && text[2..].starts_with(b"P<") {
            Some(4)
        } else if text.len() > 3 && text[2] == b'<' {
            Some(3)
        } else {
            None
        };
        if let Some(name_at) = name_at {
            let Some(end) = memchr::memchr(b'>', text) else {
                check_utf8(text)?;
                return Err(Error::new(INVALID_NAME, text));
            };
            let name = text.get(name_at..end).unwrap_or_default();
            check_utf8(name)?;
            if name.is_empty() || !name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') {
                return Err(Error::new(INVALID_NAME, &text[..=end]));
            }
            self.names.push(String::from_utf8_lossy(name).into_owned());
            self.open(self.names.len());
            self.rest = &text[end + 1..];
            return Ok(());
        }
        let mut rest = &text[2..];
        let mut flags = self.flags;
        let (mut set, mut saw_flag) = (true, false);
        while !rest.is_empty() {
            let (rune, after) = next_rune(rest)?;
            rest = after;
            match rune {
                'i' => flags.fold = set,
                'm' => flags.one_line = !set,
                's' => flags.dot_newline = set,
                'U' => flags.non_greedy = set,
                '-' if set => {
                    set = false;
                    saw_flag = false;
                    continue;
                }
                ':' | ')' if set || saw_flag => {
                    if rune == ':' {
                        self.open(0);
                    }
                    self.flags = flags;
                    self.rest = rest;
                    return Ok(());
                }
                _ => break,
            }
            saw_flag = true;
        }
        Err(Error::new(INVALID_PERL, consumed(text, rest)))
    }

    fn escape(&mut self) -> Result<(), Error> {
        let text = self.rest;
        match text.get(1) {
            Some(b'A') => return self.look(Look::BeginText, 2),
            Some(b'b') => return self.look(Look::WordBoundary, 2),
            Some(b'B') => return self.look(Look::NoWordBoundary, 2),
            Some(b'z') => return self.look(Look::EndText, 2),
            Some(b'C') => return Err(Error::new(INVALID_ESCAPE, &text[..2])),
            Some(b'Q') => {
                let body = &text[2..];
                let (mut literal, rest) = match find(body, b"\\E") {
                    Some(end) => (&body[..end], &body[end + 2..]),
                    None => (body, &b""[..]),
                };
                while !literal.is_empty() {
                    let (rune, after) = next_rune(literal)?;
                    self.literal(rune)?;
                    literal = after;
                }
                self.rest = rest;
                return Ok(());
            }
            _ => {}
        }
        let mut class = Class::default();
        if let Some(rest) = self.unicode_class(text, &mut class)? {
            self.rest = rest;
            return self.push(Node::new(Kind::Class(class)));
        }
        if let Some(rest) = self.perl_class(text, &mut class) {
            self.rest = rest;
            return self.push(Node::new(Kind::Class(class)));
        }
        let (rune, rest) = escaped_rune(text)?;
        self.rest = rest;
        self.rune(rune)
    }

    /// `\d` and the like at the beginning of the text.
    fn perl_class<'t>(&self, text: &'t [u8], class: &mut Class) -> Option<&'t [u8]> {
        let (ranges, negated) = match text.get(..2)? {
            b"\\d" => (class::DIGIT, false),
            b"\\D" => (class::DIGIT, true),
            b"\\s" => (class::PERL_SPACE, false),
            b"\\S" => (class::PERL_SPACE, true),
            b"\\w" => (class::WORD, false),
            b"\\W" => (class::WORD, true),
            _ => return None,
        };
        class.add_group(ranges, negated, self.flags.fold);
        Some(&text[2..])
    }

    /// `\p{Greek}` and the like at the beginning of the text.
    fn unicode_class<'t>(&self, text: &'t [u8], class: &mut Class) -> Result<Option<&'t [u8]>, Error> {
        let mut negated = match text.get(..2) {
            Some(b"\\p") => false,
            Some(b"\\P") => true,
            _ => return Ok(None),
        };
        let (rune, mut rest) = next_rune(&text[2..])?;
        let mut name = &text[2..text.len() - rest.len()];
        let mut whole = consumed(text, rest);
        if rune == '{' {
            let Some(end) = memchr::memchr(b'}', text) else {
                check_utf8(text)?;
                return Err(Error::new(INVALID_RANGE, text));
            };
            (whole, rest) = text.split_at(end + 1);
            name = &text[3..end];
            check_utf8(name)?;
        }
        if let Some(inner) = name.strip_prefix(b"^") {
            negated = !negated;
            name = inner;
        }
        if !class.add_property(name, negated, self.flags.fold, self.aliases) {
            return Err(Error::new(INVALID_RANGE, whole));
        }
        Ok(Some(rest))
    }

    fn class(&mut self) -> Result<(), Error> {
        let whole = self.rest;
        let mut text = &whole[1..];
        let negated = text.first() == Some(&b'^');
        if negated {
            text = &text[1..];
        }
        let mut class = Class::default();
        let mut first = true;
        while first || text.first() != Some(&b']') {
            first = false;
            if text.len() > 2
                && text.starts_with(b"[:")
                && let Some(end) = find(&text[2..], b":]")
            {
                let (name, rest) = text.split_at(end + 4);
                let Some((ranges, negated)) = class::posix(name) else {
                    return Err(Error::new(INVALID_RANGE, name));
                };
                class.add_group(ranges, negated, self.flags.fold);
                text = rest;
                continue;
            }
            if let Some(rest) = self.unicode_class(text, &mut class)? {
                text = rest;
                continue;
            }
            if let Some(rest) = self.perl_class(text, &mut class) {
                text = rest;
                continue;
            }
            let range = text;
            let (low, rest) = class_rune(text, whole)?;
            text = rest;
            let mut high = low;
            // A dash before the closing bracket is a dash.
            if text.len() >= 2 && text[0] == b'-' && text[1] != b']' {
                (high, text) = class_rune(&text[1..], whole)?;
                if high < low {
                    return Err(Error::new(INVALID_RANGE, consumed(range, text)));
                }
            }
            class.add(low, high, self.flags.fold);
        }
        class.clean();
        if negated {
            class.negate();
        }
        self.rest = &text[1..];
        self.push(Node::new(Kind::Class(class)))
    }
}

/// A rune of a class, perhaps escaped.
fn class_rune<'t>(text: &'t [u8], whole: &[u8]) -> Result<(u32, &'t [u8]), Error> {
    match text.first() {
        None => Err(Error::new(MISSING_BRACKET, whole)),
        Some(b'\\') => escaped_rune(text),
        Some(_) => next_rune(text).map(|(rune, rest)| (u32::from(rune), rest)),
    }
}

/// Bounds in braces, and what follows: `{2}`, `{2,}` (no maximum), `{2,5}`. A number too large to read is `None`.
type Braces<'t> = (Option<u32>, Option<Option<u32>>, &'t [u8]);

fn braces(text: &[u8]) -> Option<Braces<'_>> {
    let (min, rest) = digits(text.strip_prefix(b"{")?)?;
    let (max, rest) = match rest.strip_prefix(b",") {
        None => (Some(min), rest),
        Some(rest) if rest.starts_with(b"}") => (None, rest),
        Some(rest) => {
            let (max, rest) = digits(rest)?;
            (Some(max), rest)
        }
    };
    Some((min, max, rest.strip_prefix(b"}")?))
}

fn digits(text: &[u8]) -> Option<(Option<u32>, &[u8])> {
    let len = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if len == 0 || (len > 1 && text[0] == b'0') {
        return None;
    }
    let (digits, rest) = text.split_at(len);
    let value = (len <= 9).then(|| digits.iter().fold(0, |n, b| n * 10 + u32::from(b - b'0')));
    Some((value, rest))
}

/// An escape that stands for one rune.
fn escaped_rune(text: &[u8]) -> Result<(u32, &[u8]), Error> {
    if text.len() < 2 {
        return Err(Error::new(TRAILING_BACKSLASH, b""));
    }
    let (rune, mut rest) = next_rune(&text[1..])?;
    let is_octal = |b: Option<&u8>| b.is_some_and(|b| (b'0'..=b'7').contains(b));
    match rune {
        '0'..='7' if rune == '0' || is_octal(rest.first()) => {
            let mut value = u32::from(rune) - u32::from('0');
            for _ in 1..3 {
                match rest.first() {
                    Some(&b) if is_octal(Some(&b)) => value = value * 8 + u32::from(b - b'0'),
                    _ => break,
                }
                rest = &rest[1..];
            }
            return Ok((value, rest));
        }
        'x' => return hex_rune(text, rest),
        'a' => return Ok((0x07, rest)),
        'f' => return Ok((0x0c, rest)),
        'n' => return Ok((0x0a, rest)),
        'r' => return Ok((0x0d, rest)),
        't' => return Ok((0x09, rest)),
        'v' => return Ok((0x0b, rest)),
        _ if rune.is_ascii() && !rune.is_ascii_alphanumeric() => return Ok((u32::from(rune), rest)),
        _ => {}
    }
    Err(Error::new(INVALID_ESCAPE, consumed(text, rest)))
}

/// `\x7F` or `\x{10FFFF}`; `rest` is behind the `x`.
fn hex_rune<'t>(text: &'t [u8], mut rest: &'t [u8]) -> Result<(u32, &'t [u8]), Error> {
    let invalid = |rest: &[u8]| Err(Error::new(INVALID_ESCAPE, consumed(text, rest)));
    if rest.is_empty() {
        return invalid(rest);
    }
    let first;
    (first, rest) = next_rune(rest)?;
    if first == '{' {
        let (mut value, mut count) = (0_u32, 0);
        loop {
            if rest.is_empty() {
                return invalid(rest);
            }
            let rune;
            (rune, rest) = next_rune(rest)?;
            if rune == '}' {
                break;
            }
            let Some(digit) = rune.to_digit(16) else { return invalid(rest) };
            value = value * 16 + digit;
            if value > 0x0010_ffff {
                return invalid(rest);
            }
            count += 1;
        }
        return if count == 0 { invalid(rest) } else { Ok((value, rest)) };
    }
    let second;
    (second, rest) = next_rune(rest)?;
    match first.to_digit(16).zip(second.to_digit(16)) {
        Some((high, low)) => Ok((high * 16 + low, rest)),
        None => invalid(rest),
    }
}
