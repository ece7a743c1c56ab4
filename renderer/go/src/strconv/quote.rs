//! `strconv.Quote` and its relatives, and `strconv.Unquote`.

use crate::{unicode, utf8};

/// Which characters a quoted form leaves as they are.
#[derive(Clone, Copy, PartialEq)]
enum Keep {
    Printable,
    Graphic,
    Ascii,
}

/// `strconv.Quote`: a Go string literal in double quotes. Bytes that are no UTF-8 become `\x..`.
pub fn quote(text: &[u8]) -> String {
    to_string(text, Keep::Printable)
}

/// `strconv.QuoteToASCII`: as [`quote`], with everything beyond ASCII escaped.
pub fn quote_to_ascii(text: &[u8]) -> String {
    to_string(text, Keep::Ascii)
}

/// `strconv.QuoteToGraphic`: as [`quote`], with the spaces of other scripts kept.
pub fn quote_to_graphic(text: &[u8]) -> String {
    to_string(text, Keep::Graphic)
}

/// `strconv.QuoteRune`: a Go character literal; what is no character is U+FFFD.
pub fn quote_rune(c: char) -> String {
    let mut out = Vec::new();
    append_quote_rune(&mut out, c);
    String::from_utf8_lossy(&out).into_owned()
}

/// `strconv.QuoteRuneToASCII`.
pub fn quote_rune_to_ascii(c: char) -> String {
    let mut out = Vec::new();
    append_quote_rune_to_ascii(&mut out, c);
    String::from_utf8_lossy(&out).into_owned()
}

/// `strconv.AppendQuote`.
pub fn append_quote(out: &mut Vec<u8>, text: &[u8]) {
    quoted(out, text, Keep::Printable);
}

/// `strconv.AppendQuoteToASCII`.
pub fn append_quote_to_ascii(out: &mut Vec<u8>, text: &[u8]) {
    quoted(out, text, Keep::Ascii);
}

/// `strconv.AppendQuoteRune`.
pub fn append_quote_rune(out: &mut Vec<u8>, c: char) {
    out.push(b'\'');
    escape(out, c, '\'', Keep::Printable);
    out.push(b'\'');
}

/// `strconv.AppendQuoteRuneToASCII`.
pub fn append_quote_rune_to_ascii(out: &mut Vec<u8>, c: char) {
    out.push(b'\'');
    escape(out, c, '\'', Keep::Ascii);
    out.push(b'\'');
}

fn to_string(text: &[u8], keep: Keep) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    quoted(&mut out, text, keep);
    // A quoted form is UTF-8 whatever is quoted.
    String::from_utf8(out).unwrap_or_default()
}

fn quoted(out: &mut Vec<u8>, text: &[u8], keep: Keep) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text;
    loop {
        // Runs of plain ASCII are by far the most of what is quoted.
        let plain = rest.iter().position(|&b| !matches!(b, b' '..=b'~') || b == b'"' || b == b'\\');
        let Some(plain) = plain else {
            out.extend_from_slice(rest);
            break;
        };
        let (head, tail) = rest.split_at(plain);
        out.extend_from_slice(head);
        let (c, width) = utf8::decode(tail);
        match (c, tail.first()) {
            (Some(c), _) => escape(out, c, '"', keep),
            (None, Some(&b)) => {
                out.extend_from_slice(b"\\x");
                hex(out, u32::from(b), 2);
            }
            (None, None) => break,
        }
        rest = tail.get(width..).unwrap_or_default();
    }
    out.push(b'"');
}

fn hex(out: &mut Vec<u8>, n: u32, digits: u32) {
    for at in (0..digits).rev() {
        out.push(b"0123456789abcdef"[(n >> (at * 4)) as usize & 15]);
    }
}

fn escape(out: &mut Vec<u8>, c: char, delimiter: char, keep: Keep) {
    if c == delimiter || c == '\\' {
        out.extend_from_slice(&[b'\\', c as u8]);
        return;
    }
    let plain = match keep {
        Keep::Ascii => c.is_ascii() && unicode::is_print(c),
        Keep::Printable => unicode::is_print(c),
        Keep::Graphic => unicode::is_graphic(c),
    };
    if plain {
        return utf8::push(out, c);
    }
    let letter = match c {
        '\u{7}' => b'a',
        '\u{8}' => b'b',
        '\u{c}' => b'f',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\u{b}' => b'v',
        _ => {
            let code = u32::from(c);
            let (prefix, digits) = match code {
                0..0x20 | 0x7f => (b'x', 2),
                0..0x1_0000 => (b'u', 4),
                _ => (b'U', 8),
            };
            out.extend_from_slice(&[b'\\', prefix]);
            return hex(out, code, digits);
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

/// `strconv.CanBackquote`: whether a text may stand between backquotes on one line.
pub fn can_backquote(text: &[u8]) -> bool {
    utf8::runes(text).all(|(_, c, width)| match c {
        utf8::RUNE_ERROR => width > 1,
        '\u{feff}' | '`' | '\u{7f}' => false,
        _ => c >= ' ' || c == '\t',
    })
}

/// `strconv.Unquote`: what a Go literal in double quotes, backquotes or single quotes stands for. `None` is Go's
/// `invalid syntax`.
pub fn unquote(literal: &[u8]) -> Option<Vec<u8>> {
    if let Some(body) = plain_literal(literal) {
        return Some(body.to_vec());
    }
    let (&delimiter, rest) = literal.split_first()?;
    match delimiter {
        b'`' => {
            let (body, end) = rest.split_at(memchr::memchr(b'`', rest)?);
            // Carriage returns are no part of a raw string.
            (end.len() == 1).then(|| body.iter().copied().filter(|&b| b != b'\r').collect())
        }
        b'"' | b'\'' => {
            let mut out = Vec::with_capacity(rest.len());
            let mut rest = rest;
            loop {
                match rest {
                    [] | [b'\n', ..] => return None,
                    [last] if *last == delimiter => return Some(out),
                    [b, ..] if *b == delimiter => return None,
                    _ => {}
                }
                let (c, tail) = unquote_char(rest, delimiter)?;
                match c {
                    Unquoted::Char(c) => utf8::push(&mut out, c),
                    Unquoted::Byte(b) => out.push(b),
                }
                rest = tail;
                if delimiter == b'\'' {
                    return (rest == b"'").then_some(out);
                }
            }
        }
        _ => None,
    }
}

/// What a Go literal in double or back quotes stands for, if that is what stands between them: ASCII without escapes, or
/// a raw string without carriage returns, as nearly every literal of a template is. `None`: see [`unquote`].
pub fn plain_literal(literal: &[u8]) -> Option<&[u8]> {
    match literal {
        [b'"', body @ .., b'"'] => {
            body.iter().all(|b| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\')).then_some(body)
        }
        [b'`', body @ .., b'`'] => memchr::memchr2(b'`', b'\r', body).is_none().then_some(body),
        _ => None,
    }
}

/// What [`unquote_char`] reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unquoted {
    /// A character. An invalid byte of the text itself reads as U+FFFD.
    Char(char),
    /// A byte given as `\x..` or in octal, which need not be UTF-8.
    Byte(u8),
}

/// `strconv.UnquoteChar`: the first character or escape of a literal's body, and what follows it. `None` is Go's
/// `invalid syntax`; the closing `delimiter` itself is one.
pub fn unquote_char(text: &[u8], delimiter: u8) -> Option<(Unquoted, &[u8])> {
    let (&first, rest) = text.split_first()?;
    if first == delimiter && matches!(delimiter, b'\'' | b'"') {
        return None;
    }
    if first != b'\\' {
        let (c, width) = utf8::decode(text);
        return Some((Unquoted::Char(c.unwrap_or(utf8::RUNE_ERROR)), text.get(width..)?));
    }
    let (&letter, rest) = rest.split_first()?;
    let digits = |n: usize, radix: u32| {
        let (digits, tail) = rest.split_at_checked(n)?;
        let value = digits.iter().try_fold(0_u32, |value, &b| {
            let digit = (b as char).to_digit(radix)?;
            value.checked_mul(radix)?.checked_add(digit)
        })?;
        Some((value, tail))
    };
    let c = match letter {
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'v' => '\u{b}',
        b'\\' => '\\',
        b'\'' | b'"' if letter == delimiter => char::from(letter),
        b'x' => {
            let (value, tail) = digits(2, 16)?;
            return Some((Unquoted::Byte(value as u8), tail));
        }
        b'u' | b'U' => {
            let (value, tail) = digits(if letter == b'u' { 4 } else { 8 }, 16)?;
            return Some((Unquoted::Char(char::from_u32(value)?), tail));
        }
        b'0'..=b'7' => {
            let (value, tail) = digits(2, 8)?;
            let value = u32::from(letter - b'0') * 64 + value;
            return Some((Unquoted::Byte(u8::try_from(value).ok()?), tail));
        }
        _ => return None,
    };
    Some((Unquoted::Char(c), rest))
}
