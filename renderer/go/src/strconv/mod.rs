//! Go's `strconv`: numbers and quoted strings to text and back, to the byte and with Go's error texts.
//!
//! What is read is bytes, since a Go string need not be UTF-8. What is written is appended to a buffer
//! (`append_…`) or returned as a `String`.

mod float;
mod parse_float;
mod parse_int;
mod quote;

use std::fmt;

pub use float::{append_float, format_float, short_decimal};
pub use parse_float::parse_float;
pub use parse_int::{atoi, parse_int, parse_uint};
pub use quote::{
    Unquoted, append_quote, append_quote_rune, append_quote_rune_to_ascii, append_quote_to_ascii, can_backquote,
    plain_literal, quote, quote_rune, quote_rune_to_ascii, quote_to_ascii, quote_to_graphic, unquote, unquote_char,
};

/// Why a number could not be read: `strconv.NumError`. Prints as Go's `err.Error()`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumError {
    /// The Go function that failed (`ParseInt`).
    pub func: &'static str,
    /// What was to be read.
    pub num: Vec<u8>,
    /// The reason.
    pub reason: NumErrorReason,
}

/// The reason of a [`NumError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumErrorReason {
    /// `strconv.ErrSyntax`: no number of this form.
    Syntax,
    /// `strconv.ErrRange`: a number, but too large for the type. Go returns the nearest one beside the error.
    Range,
    /// A base that is neither 0 nor 2 to 36.
    Base(i32),
    /// A size in bits that is not 0 to 64.
    BitSize(i32),
}

impl fmt::Display for NumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "strconv.{}: parsing {}: ", self.func, quote(&self.num))?;
        match self.reason {
            NumErrorReason::Syntax => f.write_str("invalid syntax"),
            NumErrorReason::Range => f.write_str("value out of range"),
            NumErrorReason::Base(base) => write!(f, "invalid base {base}"),
            NumErrorReason::BitSize(bits) => write!(f, "invalid bit size {bits}"),
        }
    }
}

impl std::error::Error for NumError {}

impl NumError {
    #[cold]
    fn new(func: &'static str, num: &[u8], reason: NumErrorReason) -> NumError {
        NumError { func, num: num.to_vec(), reason }
    }
}

/// `strconv.ParseBool`.
///
/// # Errors
/// Anything but `1 t T TRUE true True 0 f F FALSE false False`.
pub fn parse_bool(text: &[u8]) -> Result<bool, NumError> {
    match text {
        b"1" | b"t" | b"T" | b"true" | b"TRUE" | b"True" => Ok(true),
        b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False" => Ok(false),
        _ => Err(NumError::new("ParseBool", text, NumErrorReason::Syntax)),
    }
}

/// `strconv.AppendInt` in base 10.
pub fn append_int(out: &mut Vec<u8>, n: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(n).as_bytes());
}

/// `strconv.AppendUint` in base 10.
pub fn append_uint(out: &mut Vec<u8>, n: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(n).as_bytes());
}

/// `strconv.FormatInt` in any base from 2 to 36; other bases, where Go panics, count as 10.
pub fn format_int(n: i64, base: u32) -> String {
    let digits = format_uint(n.unsigned_abs(), base);
    if n < 0 { format!("-{digits}") } else { digits }
}

/// `strconv.FormatUint` in any base from 2 to 36; other bases, where Go panics, count as 10.
pub fn format_uint(mut n: u64, base: u32) -> String {
    let base = if (2..=36).contains(&base) { base } else { 10 };
    let mut reversed = Vec::with_capacity(20);
    loop {
        let digit = (n % u64::from(base)) as u32;
        reversed.push(char::from_digit(digit, base).unwrap_or('0'));
        n /= u64::from(base);
        if n == 0 {
            return reversed.iter().rev().collect();
        }
    }
}

/// Whether the underscores of a number stand where Go's syntax allows them: between digits, or between a base prefix
/// and a digit.
fn underscores_ok(text: &[u8]) -> bool {
    #[derive(PartialEq)]
    enum Seen {
        Start,
        Digit,
        Underscore,
        Other,
    }
    let text = match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    };
    let (mut seen, rest, hex) = match text {
        // The prefix counts as a digit.
        [b'0', b'x' | b'X', rest @ ..] => (Seen::Digit, rest, true),
        [b'0', b'b' | b'B' | b'o' | b'O', rest @ ..] => (Seen::Digit, rest, false),
        _ => (Seen::Start, text, false),
    };
    for &b in rest {
        if b.is_ascii_digit() || (hex && b.is_ascii_hexdigit()) {
            seen = Seen::Digit;
        } else if b == b'_' {
            if seen != Seen::Digit {
                return false;
            }
            seen = Seen::Underscore;
        } else {
            if seen == Seen::Underscore {
                return false;
            }
            seen = Seen::Other;
        }
    }
    seen != Seen::Underscore
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
