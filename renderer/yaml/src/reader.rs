//! From bytes to checked UTF-8: byte order marks, UTF-16, and the characters that YAML forbids.
//!
//! yaml.v2 decodes its input 512 bytes at a time, whenever its scanner asks for more than it has. A forbidden character
//! therefore shows only when the scanner comes near it: it hides what is wrong after it and within the same piece, and
//! is never noticed in a piece that is not needed. [`Source::limits`] holds the ends of these pieces, for the rare
//! input where it matters; all other input is checked in one go.

use std::borrow::Cow;

/// The size of yaml.v2's raw buffer.
const PIECE: usize = 512;

const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Input that the scanner can read: UTF-8 without forbidden characters.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    /// The text up to the first problem.
    pub(crate) text: Cow<'a, [u8]>,
    /// Set when yaml.v2's buffering can be seen in the result.
    pub(crate) window: Option<Window>,
}

impl<'a> Source<'a> {
    /// The text, if it is the input as it was and all of it is allowed.
    pub(crate) fn plain(&self) -> Option<&'a [u8]> {
        match (&self.text, &self.window) {
            (Cow::Borrowed(text), None) => Some(text),
            _ => None,
        }
    }
}

/// How far yaml.v2 would have decoded its input.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// The ends of the pieces, as offsets in the text, rising.
    pub(crate) limits: Vec<usize>,
    /// The number of pieces that were decoded.
    pub(crate) taken: usize,
    /// What is wrong after the last piece.
    pub(crate) problem: Option<&'static str>,
    /// Where yaml.v2's buffer begins.
    pub(crate) base: usize,
    /// NUL characters that yaml.v2 added behind the end.
    pub(crate) padding: usize,
}

/// Checks and decodes input.
pub(crate) fn read(input: &[u8]) -> Source<'_> {
    if let [0xFF, 0xFE, ..] = input {
        return read_utf16(input, u16::from_le_bytes);
    }
    if let [0xFE, 0xFF, ..] = input {
        return read_utf16(input, u16::from_be_bytes);
    }
    let start = if input.starts_with(&BOM) { BOM.len() } else { 0 };
    let text = &input[start..];
    let Some(problem) = first_problem(text) else {
        return Source { text: Cow::Borrowed(text), window: None };
    };
    let problem = match problem {
        Problem::At(at, text) => Some((start + at, text)),
        Problem::Mark => None,
    };
    let mut window = Window::default();
    let mut decoded = start;
    let mut raw_end = PIECE.min(input.len());
    loop {
        let end = match problem {
            Some((at, text)) if at < raw_end => {
                // A sequence torn by the end of the piece is looked at when the rest of it is there.
                if at + width(input[at]) <= raw_end {
                    window.problem = Some(text);
                    break;
                }
                at
            }
            _ => decoded + whole_characters(&input[decoded..raw_end]),
        };
        window.limits.push(end - start);
        if raw_end == input.len() {
            if end < raw_end {
                window.problem = Some("incomplete UTF-8 octet sequence");
            }
            break;
        }
        // The next piece fills the buffer behind what is left of this one.
        raw_end = (end + PIECE).min(input.len());
        decoded = end;
    }
    let end = window.limits.last().copied().unwrap_or(0);
    Source { text: Cow::Borrowed(&text[..end]), window: Some(window) }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Problem {
    /// A character that may not be there.
    At(usize, &'static str),
    /// Nothing forbidden, but a byte order mark inside the text, which shows where the pieces end.
    Mark,
}

/// The length of the sequence that a byte leads, 0 if it leads none.
pub(crate) fn width(lead: u8) -> usize {
    match lead {
        0..0x80 => 1,
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0..0xF8 => 4,
        _ => 0,
    }
}

/// How many of the bytes are whole characters: all but a torn sequence at the end.
fn whole_characters(bytes: &[u8]) -> usize {
    let len = bytes.len();
    for back in 1..=3.min(len) {
        let b = bytes[len - back];
        if b & 0xC0 != 0x80 {
            return if width(b) > back { len - back } else { len };
        }
    }
    len
}

/// The first thing in UTF-8 text that needs care.
fn first_problem(text: &[u8]) -> Option<Problem> {
    let mut mark = None;
    let mut at = 0;
    while at < text.len() {
        at += plain_ascii(&text[at..]);
        let Some(&lead) = text.get(at) else { break };
        let w = width(lead);
        if w == 1 {
            return Some(Problem::At(at, "control characters are not allowed"));
        }
        if w == 0 {
            return Some(Problem::At(at, "invalid leading UTF-8 octet"));
        }
        let Some(sequence) = text.get(at..at + w) else {
            return Some(Problem::At(at, "incomplete UTF-8 octet sequence"));
        };
        let mut value = u32::from(lead) & (0xFF >> (w + 1));
        for &b in &sequence[1..] {
            if b & 0xC0 != 0x80 {
                return Some(Problem::At(at, "invalid trailing UTF-8 octet"));
            }
            value = value << 6 | u32::from(b & 0x3F);
        }
        if value < [0, 0, 0x80, 0x800, 0x10000][w] {
            return Some(Problem::At(at, "invalid length of a UTF-8 sequence"));
        }
        if (0xD800..=0xDFFF).contains(&value) || value > 0x10FFFF {
            return Some(Problem::At(at, "invalid Unicode character"));
        }
        if !allowed(value) {
            return Some(Problem::At(at, "control characters are not allowed"));
        }
        if value == 0xFEFF {
            mark = Some(Problem::Mark);
        }
        at += w;
    }
    mark
}

/// Whether a character may occur in a document.
fn allowed(value: u32) -> bool {
    matches!(value, 0x09 | 0x0A | 0x0D | 0x20..=0x7E | 0x85 | 0xA0..=0xD7FF | 0xE000..=0xFFFD | 0x10000..=0x10FFFF)
}

/// The length of the run of allowed ASCII characters that the text begins with.
fn plain_ascii(text: &[u8]) -> usize {
    const fn plain(b: u8) -> bool {
        matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r')
    }
    // Whole blocks without an early exit, so that the compiler can use vector instructions.
    let blocks = text.chunks_exact(64).take_while(|block| block.iter().all_plain()).count();
    let from = blocks * 64;
    from + text[from..].iter().take_while(|&&b| plain(b)).count()
}

trait AllPlain {
    fn all_plain(self) -> bool;
}

impl AllPlain for std::slice::Iter<'_, u8> {
    fn all_plain(self) -> bool {
        let bad = self.fold(0u8, |bad, &b| {
            let control = b < b' ' && b != b'\t' && b != b'\n' && b != b'\r';
            bad | u8::from(control | (b > b'~'))
        });
        bad == 0
    }
}

fn read_utf16(input: &[u8], unit: fn([u8; 2]) -> u16) -> Source<'static> {
    let mut text = Vec::with_capacity(input.len());
    let mut window = Window::default();
    let mut at = 2;
    let mut raw_end = PIECE.min(input.len());
    let unit_at = |at: usize| input.get(at..at + 2).map(|b| u32::from(unit([b[0], b[1]])));
    let problem = 'all: loop {
        while at < raw_end {
            if at + 2 > raw_end {
                break;
            }
            let Some(mut value) = unit_at(at) else { break };
            let mut w = 2;
            if value & 0xFC00 == 0xDC00 {
                break 'all Some("unexpected low surrogate area");
            }
            if value & 0xFC00 == 0xD800 {
                if at + 4 > raw_end {
                    break;
                }
                let Some(low) = unit_at(at + 2) else { break };
                if low & 0xFC00 != 0xDC00 {
                    break 'all Some("expected low surrogate area");
                }
                value = 0x10000 + ((value & 0x3FF) << 10) + (low & 0x3FF);
                w = 4;
            }
            if !allowed(value) {
                break 'all Some("control characters are not allowed");
            }
            if let Some(c) = char::from_u32(value) {
                text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            at += w;
        }
        window.limits.push(text.len());
        if raw_end == input.len() {
            break match input.len() - at {
                0 => None,
                1 => Some("incomplete UTF-16 character"),
                _ => Some("incomplete UTF-16 surrogate pair"),
            };
        }
        raw_end = (raw_end + PIECE - (raw_end - at)).min(input.len());
    };
    text.truncate(window.limits.last().copied().unwrap_or(0));
    window.problem = problem;
    let guarded = problem.is_some() || memchr::memmem::find(&text, &BOM).is_some();
    Source { text: Cow::Owned(text), window: guarded.then_some(window) }
}
