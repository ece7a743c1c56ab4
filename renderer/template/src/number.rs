//! Numeric constants: Go's `NumberNode`, which keeps a constant under every type that can hold it.

use thinlock_go::{Str, strconv};

use crate::lex::Token;
use crate::print::quoted;
use crate::tree::{Ideal, Number};

impl Number {
    /// Parses the text of a number token.
    ///
    /// # Errors
    /// Go's text.
    pub(crate) fn parse(text: &[u8], token: Token) -> Result<Number, Str> {
        let mut number = match token {
            Token::CharConstant => char_constant(text)?,
            Token::Complex => complex(text)?,
            _ => plain(text)?,
        };
        number.ideal = number.ideal(text);
        Ok(number)
    }

    /// Go's `idealConstant`: the syntax decides.
    fn ideal(&self, text: &[u8]) -> Ideal {
        if let Some((re, im)) = self.complex {
            return Ideal::Complex(re, im);
        }
        let rune = text.first() == Some(&b'\'');
        let hex = text.len() > 2
            && text[0] == b'0'
            && matches!(text[1], b'x' | b'X')
            && !text.iter().any(|b| matches!(b, b'p' | b'P'));
        match (self.float, self.int) {
            (Some(x), _) if !hex && !rune && looks_like_float(text) => Ideal::Float(x),
            (_, Some(n)) => Ideal::Int(n),
            _ => Ideal::Overflow,
        }
    }
}

fn looks_like_float(text: &[u8]) -> bool {
    text.iter().any(|b| matches!(b, b'.' | b'e' | b'E' | b'p' | b'P'))
}

fn char_constant(text: &[u8]) -> Result<Number, Str> {
    let (rune, tail) = strconv::unquote_char(&text[1..], b'\'').ok_or(Str::from_static("invalid syntax"))?;
    if tail != b"'" {
        return Err(Str::concat(&[b"malformed character constant: ", text]));
    }
    let n = match rune {
        strconv::Unquoted::Char(c) => i64::from(u32::from(c)),
        strconv::Unquoted::Byte(b) => i64::from(b),
    };
    Ok(Number { int: Some(n), uint: Some(n as u64), float: Some(n as f64), ..Number::default() })
}

fn plain(text: &[u8]) -> Result<Number, String> {
    let mut number = Number::default();
    if let Some(n) = decimal(text) {
        return Ok(Number { int: Some(n), uint: Some(n as u64), float: Some(n as f64), ..number });
    }
    let source = std::str::from_utf8(text).unwrap_or_default();
    if let Some(imaginary) = source.strip_suffix('i')
        && let Ok(im) = strconv::parse_float(imaginary.as_bytes(), 64)
    {
        number.complex = Some((0.0, im));
        simplify(&mut number);
        return Ok(number);
    }
    number.uint = strconv::parse_uint(text, 0, 64).ok();
    number.int = strconv::parse_int(text, 0, 64).ok();
    if number.int == Some(0) {
        // "-0" is an unsigned number too.
        number.uint = Some(number.uint.unwrap_or(0));
    }
    if let Some(n) = number.int {
        number.float = Some(n as f64);
    } else if let Some(n) = number.uint {
        number.float = Some(n as f64);
    } else if let Ok(x) = strconv::parse_float(text, 64) {
        if !looks_like_float(text) {
            return Err(format!("integer overflow: {}", quoted(text)));
        }
        number.float = Some(x);
        whole(&mut number, x);
    }
    if number.float.is_none() {
        return Err(format!("illegal number syntax: {}", quoted(text)));
    }
    Ok(number)
}

/// What nearly all numbers of templates are: a few decimal digits.
fn decimal(text: &[u8]) -> Option<i64> {
    const MAX_DIGITS: usize = 18;
    if text.len() > MAX_DIGITS || !matches!(text.first(), Some(b'1'..=b'9')) {
        return None;
    }
    text.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
}

/// The whole numbers that a float equals. Rust's conversions saturate where amd64's give the smallest number, which
/// equals no float that is out of range either, but for the bounds.
fn whole(number: &mut Number, x: f64) {
    const TWO_63: f64 = 9_223_372_036_854_775_808.0;
    if number.int.is_none() && (-TWO_63..TWO_63).contains(&x) && x.trunc() == x {
        number.int = Some(x as i64);
    }
    if number.uint.is_none() && x.trunc() == x && (-0.0..2.0 * TWO_63).contains(&x) {
        number.uint = Some(x as u64);
    }
}

fn simplify(number: &mut Number) {
    if let Some((re, 0.0)) = number.complex {
        number.float = Some(re);
        whole(number, re);
    }
}

/// `1+2i`, which Go hands to `fmt.Sscan`.
fn complex(text: &[u8]) -> Result<Number, String> {
    let source = std::str::from_utf8(text).unwrap_or_default();
    let syntax = || "syntax error scanning complex number".to_owned();
    let body = source.strip_suffix('i').ok_or_else(syntax)?;
    // The sign of the imaginary part is the last one that does not belong to an exponent.
    let bytes = body.as_bytes();
    let at = (1..bytes.len())
        .rev()
        .find(|&at| matches!(bytes[at], b'+' | b'-') && !matches!(bytes[at - 1], b'e' | b'E' | b'p' | b'P'))
        .ok_or_else(syntax)?;
    let (re, im) = body.split_at(at);
    let re = strconv::parse_float(re.as_bytes(), 64).map_err(|_| syntax())?;
    let im = strconv::parse_float(im.as_bytes(), 64).map_err(|_| syntax())?;
    let mut number = Number { complex: Some((re, im)), ..Number::default() };
    simplify(&mut number);
    Ok(number)
}
