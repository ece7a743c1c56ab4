//! What a plain scalar stands for: YAML 1.1 as yaml.v2 resolves it, and yaml.v3's variant where strings are written.

use std::borrow::Cow;

use crate::Error;
use crate::timestamp::is_timestamp;

/// What a scalar stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Resolved {
    Nil,
    Bool(bool),
    Int(i64),
    /// An integer above the range of `int64`.
    Uint(u64),
    Float(f64),
    /// Reads as a string, but is written in quotes.
    Timestamp,
    Str,
    /// A string that is base64.
    Binary,
}

impl Resolved {
    fn tag(self) -> &'static str {
        match self {
            Resolved::Nil => "!!null",
            Resolved::Bool(_) => "!!bool",
            Resolved::Int(_) | Resolved::Uint(_) => "!!int",
            Resolved::Float(_) => "!!float",
            Resolved::Timestamp => "!!timestamp",
            Resolved::Str => "!!str",
            Resolved::Binary => "!!binary",
        }
    }
}

/// What the first byte of a plain scalar lets expect.
#[derive(Clone, Copy, PartialEq)]
enum Hint {
    None,
    Word,
    Dot,
    Number,
}

static HINTS: [Hint; 256] = {
    let mut table = [Hint::None; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'+' | b'-' | b'0'..=b'9' => Hint::Number,
            b'.' => Hint::Dot,
            b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => Hint::Word,
            _ => Hint::None,
        };
        b += 1;
    }
    table
};

/// Resolves a plain scalar without a tag.
#[inline]
pub(crate) fn resolve(text: &[u8]) -> Resolved {
    let Some(&first) = text.first() else { return Resolved::Nil };
    match HINTS[usize::from(first)] {
        Hint::None => Resolved::Str,
        Hint::Word => word(text),
        Hint::Dot => dot(text),
        Hint::Number => match text {
            [b'+' | b'-', b'.', b'i' | b'I', ..] => infinity(text).unwrap_or(Resolved::Str),
            _ => number(text),
        },
    }
}

fn word(text: &[u8]) -> Resolved {
    match text {
        b"y" | b"Y" | b"yes" | b"Yes" | b"YES" | b"true" | b"True" | b"TRUE" | b"on" | b"On" | b"ON" => {
            Resolved::Bool(true)
        }
        b"n" | b"N" | b"no" | b"No" | b"NO" | b"false" | b"False" | b"FALSE" | b"off" | b"Off" | b"OFF" => {
            Resolved::Bool(false)
        }
        b"~" | b"null" | b"Null" | b"NULL" => Resolved::Nil,
        _ => Resolved::Str,
    }
}

fn infinity(text: &[u8]) -> Option<Resolved> {
    let (sign, word) = match text {
        [b'-', word @ ..] => (-1.0, word),
        [b'+', word @ ..] => (1.0, word),
        word => (1.0, word),
    };
    matches!(word, b".inf" | b".Inf" | b".INF").then_some(Resolved::Float(sign * f64::INFINITY))
}

fn dot(text: &[u8]) -> Resolved {
    if matches!(text, b".nan" | b".NaN" | b".NAN") {
        return Resolved::Float(f64::NAN);
    }
    if let Some(infinity) = infinity(text) {
        return infinity;
    }
    // Go's ParseFloat takes underscores between digits.
    let between_digits = |at: usize| {
        let digit = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_digit);
        digit(at.checked_sub(1)) && digit(Some(at + 1))
    };
    if !text.iter().enumerate().all(|(at, &b)| b != b'_' || between_digits(at)) {
        return Resolved::Str;
    }
    float(&without_underscores(text)).map_or(Resolved::Str, Resolved::Float)
}

fn without_underscores(text: &[u8]) -> Cow<'_, [u8]> {
    if text.contains(&b'_') {
        text.iter().copied().filter(|&b| b != b'_').collect::<Vec<u8>>().into()
    } else {
        text.into()
    }
}

/// An integer, a float or a timestamp.
fn number(text: &[u8]) -> Resolved {
    if is_timestamp(text) {
        return Resolved::Timestamp;
    }
    let plain = without_underscores(text);
    if let Some(integer) = integer(&plain) {
        return integer;
    }
    if let Some(float) = float(&plain) {
        return Resolved::Float(float);
    }
    // Go's ParseInt reads 0b101 by itself; what is left for yaml.v2's own rule is a sign behind the prefix.
    match &*plain {
        [b'0', b'b', sign @ (b'-' | b'+'), digits @ ..] => signed(*sign == b'-', digits, 2),
        [b'-', b'0', b'b', digits @ ..] => signed(true, digits, 2),
        _ => None,
    }
    .unwrap_or(Resolved::Str)
}

/// `strconv.ParseInt(text, 0, 64)`, and where that fails `strconv.ParseUint(text, 0, 64)`.
fn integer(text: &[u8]) -> Option<Resolved> {
    let (negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (base, digits) = match unsigned {
        [] => return None,
        [b'0', b'b' | b'B', digits @ ..] if !digits.is_empty() => (2, digits),
        [b'0', b'o' | b'O', digits @ ..] if !digits.is_empty() => (8, digits),
        [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() => (16, digits),
        [b'0', digits @ ..] => (8, digits),
        digits => (10, digits),
    };
    if base == 8 && digits.is_empty() {
        return Some(Resolved::Int(0));
    }
    if unsigned.len() == text.len() || negative {
        return signed(negative, digits, base);
    }
    // ParseUint takes no sign, so that a plus sign ends at the range of int64.
    match signed(negative, digits, base) {
        Some(Resolved::Uint(_)) => None,
        other => other,
    }
}

fn signed(negative: bool, digits: &[u8], base: u32) -> Option<Resolved> {
    if digits.is_empty() {
        return None;
    }
    let mut value = 0u64;
    for &b in digits {
        let digit = char::from(b).to_digit(base)?;
        value = value.checked_mul(u64::from(base))?.checked_add(u64::from(digit))?;
    }
    if negative {
        return 0i64.checked_sub_unsigned(value).map(Resolved::Int);
    }
    Some(i64::try_from(value).map_or(Resolved::Uint(value), Resolved::Int))
}

/// A decimal float as yaml.v2's pattern has it, if it is finite.
fn float(text: &[u8]) -> Option<f64> {
    let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut rest = text;
    if let [b'+' | b'-', tail @ ..] = rest {
        rest = tail;
    }
    let whole = digits(rest);
    rest = &rest[whole..];
    if let [b'.', tail @ ..] = rest {
        let fraction = digits(tail);
        if whole + fraction == 0 {
            return None;
        }
        rest = &tail[fraction..];
    } else if whole == 0 {
        return None;
    }
    if let [b'e' | b'E', tail @ ..] = rest {
        rest = tail;
        if let [b'+' | b'-', tail @ ..] = rest {
            rest = tail;
        }
        let exponent = digits(rest);
        if exponent == 0 {
            return None;
        }
        rest = &rest[exponent..];
    }
    if !rest.is_empty() {
        return None;
    }
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// Resolves a scalar with a tag, given in full.
///
/// # Errors
/// The scalar is no value of the tag.
pub(crate) fn resolve_tagged(tag: &[u8], text: &[u8]) -> Result<Resolved, Error> {
    let Some(short) = tag.strip_prefix(b"tag:yaml.org,2002:") else { return Ok(Resolved::Str) };
    let expected = match short {
        b"binary" => return Ok(Resolved::Binary),
        b"bool" => "!!bool",
        b"int" => "!!int",
        b"float" => "!!float",
        b"null" => "!!null",
        b"timestamp" => "!!timestamp",
        // A string, or a tag that means nothing here.
        _ => return Ok(Resolved::Str),
    };
    let mut resolved = resolve(text);
    // With any tag but its own, a timestamp is looked at as a number.
    if resolved == Resolved::Timestamp && expected != "!!timestamp" {
        resolved = Resolved::Str;
    }
    if let (Resolved::Int(n), "!!float") = (resolved, expected) {
        return Ok(Resolved::Float(n as f64));
    }
    if resolved.tag() == expected {
        return Ok(resolved);
    }
    let text = String::from_utf8_lossy(text);
    Err(Error::new(format!("yaml: cannot decode {} `{text}` as a {expected}", resolved.tag())))
}

/// Whether yaml.v3 reads a text as an octal number of YAML 1.2 that Go's `ParseInt` does not read: with a sign behind the
/// prefix.
pub(crate) fn is_signed_octal(text: &[u8]) -> bool {
    match &*without_underscores(text) {
        [b'0', b'o', b'-' | b'+', digits @ ..] => signed(true, digits, 8).is_some(),
        _ => false,
    }
}

/// Whether a string could be taken for something else by another YAML 1.1 reader: `1:30` is 90 in base 60.
pub(crate) fn is_base60(text: &[u8]) -> bool {
    if !matches!(text.first(), Some(b'+' | b'-' | b'0'..=b'9')) || !text.contains(&b':') {
        return false;
    }
    let rest = match text {
        [b'+' | b'-', rest @ ..] => rest,
        rest => rest,
    };
    let number = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
    let whole = number(rest);
    if !rest[..whole].first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let mut rest = &rest[whole..];
    let mut groups = 0;
    loop {
        rest = match rest {
            [b':', b'0'..=b'5', b'0'..=b'9', rest @ ..] | [b':', b'0'..=b'9', rest @ ..] => rest,
            _ => break,
        };
        groups += 1;
    }
    if let [b'.', fraction @ ..] = rest {
        rest = &fraction[number(fraction)..];
    }
    groups > 0 && rest.is_empty()
}

/// The bytes that a base64 text stands for; `None` if it is not base64. Line breaks are passed over, as in Go.
pub(crate) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3);
    let mut group = 0u32;
    let mut have = 0;
    let mut rest = text.iter().filter(|&&b| b != b'\n' && b != b'\r');
    while let Some(&b) = rest.next() {
        let digit = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if have == 2 => {
                decoded.push((group >> 4) as u8);
                return (rest.next() == Some(&b'=') && rest.next().is_none()).then_some(decoded);
            }
            b'=' if have == 3 => {
                decoded.extend([(group >> 10) as u8, (group >> 2) as u8]);
                return rest.next().is_none().then_some(decoded);
            }
            _ => return None,
        };
        group = group << 6 | u32::from(digit);
        have += 1;
        if have == 4 {
            decoded.extend([(group >> 16) as u8, (group >> 8) as u8, group as u8]);
            have = 0;
        }
    }
    (have == 0).then_some(decoded)
}
