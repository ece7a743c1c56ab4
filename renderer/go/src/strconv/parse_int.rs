//! `strconv.ParseInt`, `ParseUint` and `Atoi`.

use super::{NumError, NumErrorReason, underscores_ok};

/// `strconv.ParseUint`: base 0 reads Go's prefixes and underscores; a size of 0 bits means 64.
///
/// # Errors
/// No number, or one above the type's range (Go also returns the type's largest value then).
pub fn parse_uint(text: &[u8], base: i32, bits: i32) -> Result<u64, NumError> {
    match scan(text, base, bits) {
        (n, None) => Ok(n),
        (_, Some(reason)) => Err(NumError::new("ParseUint", text, reason)),
    }
}

/// `strconv.ParseInt`: base 0 reads Go's prefixes and underscores; a size of 0 bits means 64.
///
/// # Errors
/// No number, or one beyond the type's range (Go also returns the nearest value of the type then).
pub fn parse_int(text: &[u8], base: i32, bits: i32) -> Result<i64, NumError> {
    signed(text, base, bits).map_err(|reason| NumError::new("ParseInt", text, reason))
}

/// `strconv.Atoi`: base 10, without underscores.
///
/// # Errors
/// As [`parse_int`], under the name `Atoi`.
pub fn atoi(text: &[u8]) -> Result<i64, NumError> {
    signed(text, 10, 0).map_err(|reason| NumError::new("Atoi", text, reason))
}

fn signed(text: &[u8], base: i32, bits: i32) -> Result<i64, NumErrorReason> {
    if text.is_empty() {
        return Err(NumErrorReason::Syntax);
    }
    let (negative, digits) = match text {
        [b'+', rest @ ..] => (false, rest),
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let n = match scan(digits, base, bits) {
        (n, None | Some(NumErrorReason::Range)) => n,
        (_, Some(reason)) => return Err(reason),
    };
    let bits = if bits == 0 { 64 } else { bits };
    // One of 1 to 64 here: `scan` has refused others.
    let cutoff = 1_u64 << (bits - 1).clamp(0, 63);
    match negative {
        false if n >= cutoff => Err(NumErrorReason::Range),
        true if n > cutoff => Err(NumErrorReason::Range),
        false => Ok(n as i64),
        true => Ok((n as i64).wrapping_neg()),
    }
}

/// Reads an unsigned number; on overflow the type's largest value comes with the reason.
fn scan(text: &[u8], base: i32, bits: i32) -> (u64, Option<NumErrorReason>) {
    const SYNTAX: (u64, Option<NumErrorReason>) = (0, Some(NumErrorReason::Syntax));
    if text.is_empty() {
        return SYNTAX;
    }
    let (radix, digits) = match base {
        2..=36 => (base as u64, text),
        0 => match text {
            [b'0', b'b' | b'B', rest @ ..] if !rest.is_empty() => (2, rest),
            [b'0', b'o' | b'O', rest @ ..] if !rest.is_empty() => (8, rest),
            [b'0', b'x' | b'X', rest @ ..] if !rest.is_empty() => (16, rest),
            [b'0', rest @ ..] => (8, rest),
            _ => (10, text),
        },
        _ => return (0, Some(NumErrorReason::Base(base))),
    };
    let max = match bits {
        0 | 64 => u64::MAX,
        1..=63 => (1 << bits) - 1,
        _ => return (0, Some(NumErrorReason::BitSize(bits))),
    };
    let mut underscores = false;
    let mut n: u64 = 0;
    for &b in digits {
        let digit = match b {
            b'_' if base == 0 => {
                underscores = true;
                continue;
            }
            b'0'..=b'9' => b - b'0',
            b'a'..=b'z' => b - b'a' + 10,
            b'A'..=b'Z' => b - b'A' + 10,
            _ => return SYNTAX,
        };
        if u64::from(digit) >= radix {
            return SYNTAX;
        }
        // As in Go, what follows the digit that overflows is not looked at.
        match n.checked_mul(radix).and_then(|n| n.checked_add(u64::from(digit))) {
            Some(next) if next <= max => n = next,
            _ => return (max, Some(NumErrorReason::Range)),
        }
    }
    if underscores && !underscores_ok(text) {
        return SYNTAX;
    }
    (n, None)
}
