//! The matchers: each says whether it matches a whole text, and where in a text it could match with which lengths.

use std::cell::Cell;

use memchr::memmem;

use crate::utf8::{decode_rune, rune_count, runes};

/// A compiled pattern or a part of one. Names are the library's, but for the tree, which it calls `BTree`.
#[derive(Clone, Debug)]
pub(super) enum Matcher {
    Any,
    AnyOf(Vec<Matcher>),
    Contains {
        needle: Vec<u8>,
        not: bool,
    },
    EveryOf(Vec<Matcher>),
    List {
        chars: Vec<char>,
        not: bool,
    },
    Max(usize),
    Min(usize),
    Nothing,
    Prefix(Vec<u8>),
    PrefixAny(Vec<u8>),
    PrefixSuffix(Vec<u8>, Vec<u8>),
    Range {
        low: char,
        high: char,
        not: bool,
    },
    Row {
        len: usize,
        matchers: Vec<Matcher>,
    },
    Single,
    Suffix(Vec<u8>),
    SuffixAny(Vec<u8>),
    Super,
    Text {
        text: Vec<u8>,
        runes: usize,
    },
    /// A part, and what stands to its left and right.
    Tree(Box<Matcher>, Option<Box<Matcher>>, Option<Box<Matcher>>),
}

/// Where a part begins, and the lengths that it could have there, ascending.
type Found = Option<(usize, Vec<usize>)>;

fn has_slash(text: &[u8]) -> bool {
    text.contains(&b'/')
}

/// The end of each rune, as the library counts it: a bad byte counts as the three bytes of U+FFFD.
fn ends(text: &[u8], offset: usize) -> impl Iterator<Item = usize> {
    runes(text).map(move |(at, rune, _)| offset + at + rune.len_utf8())
}

/// The start of each rune, and the end of the text.
fn starts(text: &[u8], offset: usize) -> Vec<usize> {
    runes(text).map(|(at, ..)| offset + at).chain([offset + text.len()]).collect()
}

impl Matcher {
    pub(super) fn text(text: &[u8]) -> Matcher {
        Matcher::Text { text: text.to_vec(), runes: rune_count(text) }
    }

    /// The length in runes, where it is fixed.
    pub(super) fn len(&self) -> Option<usize> {
        match self {
            Matcher::List { .. } | Matcher::Range { .. } | Matcher::Single => Some(1),
            Matcher::Nothing => Some(0),
            Matcher::Row { len, .. } => Some(*len),
            Matcher::Text { runes, .. } => Some(*runes),
            Matcher::AnyOf(matchers) => {
                // As the library does it: an unknown length is forgotten when the next one is known.
                let mut len = None;
                for matcher in matchers {
                    match (len, matcher.len()) {
                        (None, new) => len = new,
                        (Some(old), Some(new)) if old == new => {}
                        _ => return None,
                    }
                }
                len
            }
            Matcher::Tree(value, left, right) => {
                let side = |m: &Option<Box<Matcher>>| m.as_ref().map_or(Some(0), |m| m.len());
                Some(value.len()? + side(left)? + side(right)?)
            }
            _ => None,
        }
    }

    /// Whether the whole text matches. `steps` counts down; nothing matches at zero.
    pub(super) fn is_match(&self, s: &[u8], steps: &Cell<u32>) -> bool {
        let Some(left) = steps.get().checked_sub(1) else { return false };
        steps.set(left);
        let one = |accepts: &dyn Fn(char) -> bool| {
            let (rune, width) = decode_rune(s);
            s.len() <= width && accepts(rune)
        };
        match self {
            Matcher::Any => !has_slash(s),
            Matcher::AnyOf(matchers) => matchers.iter().any(|m| m.is_match(s, steps)),
            Matcher::Contains { needle, not } => memmem::find(s, needle).is_some() != *not,
            Matcher::EveryOf(matchers) => matchers.iter().all(|m| m.is_match(s, steps)),
            Matcher::List { chars, not } => one(&|rune| chars.contains(&rune) != *not),
            Matcher::Range { low, high, not } => one(&|rune| (*low..=*high).contains(&rune) != *not),
            Matcher::Single => one(&|rune| rune != '/'),
            Matcher::Max(limit) => runes(s).nth(*limit).is_none(),
            Matcher::Min(limit) => runes(s).nth(limit.saturating_sub(1)).is_some(),
            Matcher::Nothing => s.is_empty(),
            Matcher::Prefix(prefix) => s.starts_with(prefix),
            Matcher::PrefixAny(prefix) => s.strip_prefix(&prefix[..]).is_some_and(|rest| !has_slash(rest)),
            Matcher::PrefixSuffix(prefix, suffix) => s.starts_with(prefix) && s.ends_with(suffix),
            Matcher::Row { len, matchers } => rune_count(s) == *len && row(matchers, s, steps),
            Matcher::Suffix(suffix) => s.ends_with(suffix),
            Matcher::SuffixAny(suffix) => s.strip_suffix(&suffix[..]).is_some_and(|rest| !has_slash(rest)),
            Matcher::Super => true,
            Matcher::Text { text, .. } => s == &text[..],
            Matcher::Tree(value, left, right) => tree((value, left.as_deref(), right.as_deref()), self.len(), s, steps),
        }
    }

    /// The first place in the text where this could begin.
    fn index(&self, s: &[u8], steps: &Cell<u32>) -> Found {
        let first = |accepts: &dyn Fn(char) -> bool| {
            runes(s).find(|(_, rune, _)| accepts(*rune)).map(|(at, rune, _)| (at, vec![rune.len_utf8()]))
        };
        match self {
            Matcher::Any => {
                let end = memchr::memchr(b'/', s).unwrap_or(s.len());
                if end == 0 && !s.is_empty() { Some((0, vec![0])) } else { Some((0, starts(&s[..end], 0))) }
            }
            Matcher::AnyOf(matchers) => {
                let mut best: Found = None;
                for matcher in matchers {
                    let Some((at, lengths)) = matcher.index(s, steps) else { continue };
                    match &mut best {
                        Some((old, _)) if at > *old => {}
                        Some((old, merged)) if at == *old => {
                            merged.extend(lengths);
                            merged.sort_unstable();
                            merged.dedup();
                        }
                        _ => best = Some((at, lengths)),
                    }
                }
                best
            }
            Matcher::Contains { needle, not: false } => {
                let offset = memmem::find(s, needle)? + needle.len();
                Some((0, starts(s.get(offset..).unwrap_or_default(), offset)))
            }
            Matcher::Contains { needle, not: true } => {
                Some((0, starts(&s[..memmem::find(s, needle).unwrap_or(s.len())], 0)))
            }
            Matcher::EveryOf(matchers) => every(matchers, s, steps),
            Matcher::List { chars, not } => first(&|rune| chars.contains(&rune) != *not),
            Matcher::Range { low, high, not } => first(&|rune| (*low..=*high).contains(&rune) != *not),
            Matcher::Single => first(&|rune| rune != '/'),
            Matcher::Max(limit) => Some((0, [0].into_iter().chain(ends(s, 0).take(*limit)).collect())),
            Matcher::Min(limit) => {
                if s.len() < *limit {
                    return None;
                }
                let lengths: Vec<usize> = ends(s, 0).skip(limit.saturating_sub(1)).collect();
                (!lengths.is_empty()).then_some((0, lengths))
            }
            Matcher::Nothing => Some((0, vec![0])),
            Matcher::Prefix(prefix) => {
                let at = memmem::find(s, prefix)?;
                let len = prefix.len();
                Some((at, [len].into_iter().chain(ends(&s[at + len..], len)).collect()))
            }
            Matcher::PrefixAny(prefix) => {
                let at = memmem::find(s, prefix)?;
                let len = prefix.len();
                let rest = &s[at + len..];
                let rest = &rest[..memchr::memchr(b'/', rest).unwrap_or(rest.len())];
                Some((at, [len].into_iter().chain(ends(rest, len)).collect()))
            }
            Matcher::PrefixSuffix(prefix, suffix) => {
                let at = memmem::find(s, prefix)?;
                if suffix.is_empty() {
                    return Some((at, vec![s.len() - at]));
                }
                let mut sub = &s[at..];
                let mut lengths = Vec::new();
                while let Some(found) = memmem::rfind(sub, suffix) {
                    lengths.push(found + suffix.len());
                    sub = &sub[..found];
                }
                lengths.reverse();
                (!lengths.is_empty()).then_some((at, lengths))
            }
            Matcher::Row { len, matchers } => {
                for (at, ..) in runes(s) {
                    if s.len() - at < *len {
                        break;
                    }
                    if row(matchers, &s[at..], steps) {
                        return Some((at, vec![*len]));
                    }
                }
                None
            }
            Matcher::Suffix(suffix) => Some((0, vec![memmem::find(s, suffix)? + suffix.len()])),
            Matcher::SuffixAny(suffix) => {
                let at = memmem::find(s, suffix)?;
                let from = memchr::memrchr(b'/', &s[..at]).map_or(0, |slash| slash + 1);
                Some((from, vec![at + suffix.len() - from]))
            }
            Matcher::Super => Some((0, starts(s, 0))),
            Matcher::Text { text, .. } => Some((memmem::find(s, text)?, vec![text.len()])),
            // The library has no such search, so a tree inside of another one matches nothing.
            Matcher::Tree(..) => None,
        }
    }
}

/// Parts of fixed length one after the other. Of the last rune of each part the library passes on the first byte only.
fn row(matchers: &[Matcher], s: &[u8], steps: &Cell<u32>) -> bool {
    let mut from = 0;
    for matcher in matchers {
        let length = matcher.len().unwrap_or(0);
        let rest = s.get(from..).unwrap_or_default();
        // A length of zero runs over the whole rest, as Go's loop over the runes does.
        let (mut last, mut count) = (0, 0);
        for (at, ..) in runes(rest) {
            last = at;
            count += 1;
            if count == length {
                break;
            }
        }
        let Some(part) = rest.get(..last + 1) else { return false };
        if count < length || !matcher.is_match(part, steps) {
            return false;
        }
        from += last + 1;
    }
    true
}

/// The lengths that all parts allow.
fn every(matchers: &[Matcher], s: &[u8], steps: &Cell<u32>) -> Found {
    let mut index = 0;
    let mut offset = 0;
    let mut current: Vec<usize> = Vec::new();
    let mut sub = s;
    for (i, matcher) in matchers.iter().enumerate() {
        let (at, lengths) = matcher.index(sub, steps)?;
        if i == 0 {
            current = lengths;
        } else {
            let shift = at + offset;
            current.retain(|old| (old + index).checked_sub(shift).is_some_and(|n| lengths.contains(&n)));
            if current.is_empty() {
                return None;
            }
        }
        index = at + offset;
        sub = s.get(index..)?;
        offset += at;
    }
    Some((index, current))
}

fn tree(
    (value, left, right): (&Matcher, Option<&Matcher>, Option<&Matcher>),
    len: Option<usize>,
    s: &[u8],
    steps: &Cell<u32>,
) -> bool {
    if len.is_some_and(|len| len > s.len()) {
        return false;
    }
    // Lengths are in runes, and are used as if they were bytes.
    let mut offset = left.and_then(Matcher::len).unwrap_or(0);
    let limit = match right.map_or(Some(0), Matcher::len) {
        Some(len) => s.len().saturating_sub(len),
        None => s.len(),
    };
    while offset < limit {
        let Some((at, lengths)) = value.index(&s[offset..limit], steps) else { return false };
        let before = s.get(..offset + at).unwrap_or(s);
        if left.map_or(before.is_empty(), |m| m.is_match(before, steps)) {
            for length in lengths.iter().rev() {
                let after = s.get(offset + at + length..).unwrap_or_default();
                if right.map_or(after.is_empty(), |m| m.is_match(after, steps)) {
                    return true;
                }
            }
        }
        if steps.get() == 0 {
            return false;
        }
        let step = decode_rune(s.get(offset + at..).unwrap_or_default()).1;
        offset += at + step.max(1);
    }
    false
}
