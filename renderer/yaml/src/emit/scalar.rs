//! Scalars: which style libyaml's emitter chooses for a string, and how it writes it.

use thinlock_go::Value;
use thinlock_go::json::{self, Html};

use super::{Emitter, Version};
use crate::reader::width;
use crate::resolve::{self, Resolved};

/// go-yaml breaks base64 into lines of this length.
const BASE64_LINE: usize = 70;

/// How a string can be written in the block context.
#[derive(Clone, Copy, Debug)]
struct Analysis {
    multiline: bool,
    plain: bool,
    single_quoted: bool,
    block: bool,
}

/// ASCII characters that need no look at their neighbours, anywhere but at the beginning.
static ORDINARY: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = b'!';
    while b <= b'~' {
        table[b as usize] = !matches!(b, b':' | b'#');
        b += 1;
    }
    table
};

fn starts_plain(text: &[u8]) -> bool {
    const INDICATORS: &[u8] = b"#,[]{}&*!|>'\"%@`";
    match text {
        [b'?' | b':' | b'-'] | [b'?' | b':' | b'-', b' ' | b'\t', ..] => false,
        [b'-', b'-', b'-', ..] | [b'.', b'.', b'.', ..] => false,
        [first, ..] => !INDICATORS.contains(first),
        [] => true,
    }
}

fn at(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

/// The length of the line break at an offset, 0 if there is none.
fn break_at(text: &[u8], i: usize) -> usize {
    match at(text, i) {
        b'\n' | b'\r' => 1,
        0xC2 if at(text, i + 1) == 0x85 => 2,
        0xE2 if at(text, i + 1) == 0x80 && matches!(at(text, i + 2), 0xA8 | 0xA9) => 3,
        _ => 0,
    }
}

/// Whether libyaml writes the character at an offset as it is. It refuses all beyond U+FFFF.
fn printable(text: &[u8], i: usize) -> bool {
    match text[i] {
        b'\n' | b' '..=b'~' => true,
        0xC2 => at(text, i + 1) >= 0xA0,
        0xC3..=0xEC | 0xEE => true,
        0xED => at(text, i + 1) < 0xA0,
        0xEF => !matches!((at(text, i + 1), at(text, i + 2)), (0xBB, 0xBF) | (0xBF, 0xBE | 0xBF)),
        _ => false,
    }
}

/// The length of the character at an offset, which is at least 1.
fn char_len(text: &[u8], i: usize) -> usize {
    width(text[i]).clamp(1, text.len() - i)
}

fn analyze(text: &[u8], version: Version) -> Analysis {
    if text.is_empty() {
        return Analysis { multiline: false, plain: true, single_quoted: true, block: false };
    }
    if starts_plain(text) && text.iter().all(|&b| ORDINARY[usize::from(b)]) {
        return Analysis { multiline: false, plain: true, single_quoted: true, block: true };
    }
    let mut indicators = !starts_plain(text);
    let (mut special, mut tabs, mut multiline) = (false, false, false);
    let (mut break_space, mut space_break) = (false, false);
    let (mut previous_space, mut previous_break, mut after_blank) = (false, false, true);
    let mut i = 0;
    while i < text.len() {
        let b = text[i];
        if ORDINARY[usize::from(b)] {
            (previous_space, previous_break, after_blank) = (false, false, false);
            i += 1;
            continue;
        }
        let w = char_len(text, i);
        match b {
            b':' if i + 1 >= text.len() || matches!(text[i + 1], b' ' | b'\t') => indicators = true,
            b'#' if after_blank => indicators = true,
            b'\t' if version == Version::V3 => tabs = true,
            _ => special |= !printable(text, i),
        }
        let breaks = break_at(text, i) > 0;
        if b == b' ' {
            break_space |= previous_break;
        } else if breaks {
            multiline = true;
            space_break |= previous_space;
        }
        (previous_space, previous_break) = (b == b' ', breaks);
        after_blank = b == b' ' || b == b'\t' || breaks;
        i += w;
    }
    let first_break = break_at(text, 0) > 0;
    let trailing_space = previous_space;
    let edges = text[0] == b' ' || first_break || trailing_space || previous_break;
    Analysis {
        multiline,
        plain: !(edges || break_space || space_break || tabs || special || multiline || indicators),
        single_quoted: !(break_space || space_break || tabs || special),
        block: !(trailing_space || space_break || special),
    }
}

/// Whether a string reads as a string when it stands there without quotes.
fn reads_as_string(text: &[u8], version: Version) -> bool {
    if resolve::resolve(text) != Resolved::Str || resolve::is_base60(text) {
        return false;
    }
    // yaml.v3 reads a sign behind the prefix of an octal number.
    !(version == Version::V3 && resolve::is_signed_octal(text))
}

impl Emitter<'_> {
    /// Writes a string as the value of a mapping or sequence, or as the document.
    pub(super) fn string(&mut self, text: &[u8]) {
        // Only yaml.v3 is ever given such text: JSON replaces the bytes in question.
        if std::str::from_utf8(text).is_err() {
            return self.binary(text);
        }
        let analysis = analyze(text, self.version);
        self.styled(text, analysis);
    }

    /// Writes a string as a key. Returns whether it is a simple one: without `?`, on one line.
    pub(super) fn key(&mut self, text: &[u8]) -> bool {
        if std::str::from_utf8(text).is_err() {
            // A line of base64 and the tag are shorter than a simple key may be.
            let simple = text.len() * 4 / 3 < BASE64_LINE;
            if !simple {
                self.indicator(b"?", true, true);
            }
            self.binary(text);
            return simple;
        }
        let analysis = analyze(text, self.version);
        let simple = !analysis.multiline && text.len() <= 128;
        if simple {
            self.simple_key = true;
            self.styled(text, analysis);
            self.simple_key = false;
        } else {
            self.indicator(b"?", true, true);
            self.styled(text, analysis);
        }
        simple
    }

    /// Writes bytes that are no UTF-8.
    fn binary(&mut self, text: &[u8]) {
        let json = json::encode(&Value::bytes(text), Html::Keep).unwrap_or_default();
        let base64 = json.get(1..json.len().saturating_sub(1)).unwrap_or_default();
        self.indicator(b"!!binary", true, false);
        if base64.len() < BASE64_LINE {
            return self.plain(base64);
        }
        let lines: Vec<u8> = base64.chunks(BASE64_LINE).flat_map(|line| [line, b"\n".as_slice()].concat()).collect();
        self.styled(&lines, analyze(&lines, self.version));
    }

    fn styled(&mut self, text: &[u8], analysis: Analysis) {
        let indent = self.indent;
        self.indent = if indent < 0 { 2 } else { indent + 2 };
        if memchr::memchr(b'\n', text).is_some() {
            if analysis.block { self.literal(text) } else { self.double_quoted(text) }
        } else if !reads_as_string(text, self.version) {
            self.double_quoted(text);
        } else if analysis.plain {
            self.plain(text);
        } else if analysis.single_quoted {
            self.single_quoted(text);
        } else {
            self.double_quoted(text);
        }
        self.indent = indent;
    }

    /// Writes one character.
    fn character(&mut self, text: &[u8], i: &mut usize) {
        let w = char_len(text, *i);
        self.out.extend_from_slice(&text[*i..*i + w]);
        self.column += 1;
        *i += w;
    }

    fn line_break(&mut self, text: &[u8], i: &mut usize) {
        if text[*i] == b'\n' {
            self.new_line();
            *i += 1;
        } else {
            self.character(text, i);
            self.column = 0;
            self.indention = true;
        }
    }

    /// Whether a line that has come this far is folded at a blank.
    fn folds(&self) -> bool {
        !self.simple_key && self.column > self.width
    }

    /// Whether text of a length can be written without a thought of folding.
    fn fits(&self, text: &[u8]) -> bool {
        self.simple_key || self.column + text.len() <= self.width
    }

    /// Text that is known to resolve to nothing but itself: a number, a boolean, null, a plain string.
    pub(super) fn plain(&mut self, text: &[u8]) {
        if !self.whitespace {
            self.put(b' ');
        }
        if self.fits(text) && text.is_ascii() {
            self.out.extend_from_slice(text);
            self.column += text.len();
        } else {
            let mut spaces = false;
            let mut i = 0;
            while i < text.len() {
                if text[i] == b' ' {
                    if self.folds() && !spaces && at(text, i + 1) != b' ' {
                        self.write_indent();
                        i += 1;
                    } else {
                        self.character(text, &mut i);
                    }
                    spaces = true;
                } else {
                    self.character(text, &mut i);
                    self.indention = false;
                    spaces = false;
                }
            }
        }
        self.whitespace = false;
        self.indention = false;
    }

    fn single_quoted(&mut self, text: &[u8]) {
        self.indicator(b"'", true, false);
        if self.fits(text) && text.iter().all(|&b| matches!(b, b' '..=b'~') && b != b'\'') {
            self.out.extend_from_slice(text);
            self.column += text.len();
        } else {
            let (mut spaces, mut breaks) = (false, false);
            let mut i = 0;
            while i < text.len() {
                if text[i] == b' ' {
                    let inside = i > 0 && i < text.len() - 1;
                    if self.folds() && !spaces && inside && at(text, i + 1) != b' ' {
                        self.write_indent();
                        i += 1;
                    } else {
                        self.character(text, &mut i);
                    }
                    spaces = true;
                } else if break_at(text, i) > 0 {
                    // Not a newline: text with one is not written in single quotes.
                    self.line_break(text, &mut i);
                    breaks = true;
                } else {
                    if breaks {
                        self.write_indent();
                    }
                    if text[i] == b'\'' {
                        self.put(b'\'');
                    }
                    self.character(text, &mut i);
                    self.indention = false;
                    (spaces, breaks) = (false, false);
                }
            }
        }
        self.indicator(b"'", false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn double_quoted(&mut self, text: &[u8]) {
        self.indicator(b"\"", true, false);
        // libyaml means to escape byte order marks, but looks for one at the beginning of the text each time.
        let marked = text.starts_with("\u{FEFF}".as_bytes());
        let mut spaces = false;
        let mut i = 0;
        while i < text.len() {
            let b = text[i];
            if marked || !printable(text, i) || break_at(text, i) > 0 || b == b'"' || b == b'\\' {
                self.escape(text, &mut i);
                spaces = false;
            } else if b == b' ' {
                if self.folds() && !spaces && i > 0 && i < text.len() - 1 {
                    self.write_indent();
                    if text[i + 1] == b' ' {
                        self.put(b'\\');
                    }
                    i += 1;
                } else {
                    self.character(text, &mut i);
                }
                spaces = true;
            } else {
                self.character(text, &mut i);
                spaces = false;
            }
        }
        self.indicator(b"\"", false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn escape(&mut self, text: &[u8], i: &mut usize) {
        let w = char_len(text, *i);
        let value = match w {
            1 => u32::from(text[*i]),
            _ => text[*i + 1..*i + w]
                .iter()
                .fold(u32::from(text[*i]) & (0xFF >> (w + 1)), |value, b| value << 6 | u32::from(b & 0x3F)),
        };
        *i += w;
        let short = match value {
            0x00 => b'0',
            0x07 => b'a',
            0x08 => b'b',
            0x09 => b't',
            0x0A => b'n',
            0x0B => b'v',
            0x0C => b'f',
            0x0D => b'r',
            0x1B => b'e',
            0x22 => b'"',
            0x5C => b'\\',
            0x85 => b'N',
            0xA0 => b'_',
            0x2028 => b'L',
            0x2029 => b'P',
            _ => {
                let (letter, digits) = match value {
                    ..=0xFF => (b'x', 2),
                    0x100..=0xFFFF => (b'u', 4),
                    _ => (b'U', 8),
                };
                self.put(b'\\');
                self.put(letter);
                for digit in (0..digits).rev() {
                    self.put(b"0123456789ABCDEF"[(value >> (4 * digit)) as usize & 0xF]);
                }
                return;
            }
        };
        self.put(b'\\');
        self.put(short);
    }

    fn literal(&mut self, text: &[u8]) {
        self.indicator(b"|", true, false);
        if text[0] == b' ' || break_at(text, 0) > 0 {
            self.indicator(b"2", false, false);
        }
        if let Some(hint) = chomping(text) {
            self.indicator(&[hint], false, false);
        }
        self.new_line();
        self.whitespace = true;
        let mut breaks = true;
        let mut i = 0;
        while i < text.len() {
            if break_at(text, i) > 0 {
                self.line_break(text, &mut i);
                breaks = true;
                continue;
            }
            if breaks {
                self.write_indent();
            }
            // The rest of the line at once, if it holds no other kinds of line breaks.
            let rest = &text[i..];
            let line = &rest[..memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())];
            if line.is_ascii() {
                self.out.extend_from_slice(line);
                self.column += line.len();
                i += line.len();
            } else {
                self.character(text, &mut i);
            }
            self.indention = false;
            breaks = false;
        }
    }
}

/// How the line breaks at the end of a text are kept.
fn chomping(text: &[u8]) -> Option<u8> {
    let before = |mut i: usize| {
        i -= 1;
        while i > 0 && text[i] & 0xC0 == 0x80 {
            i -= 1;
        }
        i
    };
    let last = before(text.len());
    if break_at(text, last) == 0 {
        return Some(b'-');
    }
    if last == 0 || break_at(text, before(last)) > 0 {
        return Some(b'+');
    }
    None
}
