//! `strconv.ParseFloat`: decimal and hexadecimal forms, underscores, infinities and NaN.

use super::{NumError, NumErrorReason, underscores_ok};

/// `strconv.ParseFloat` for 32 or 64 bits; with 32 the result is a `float32` widened.
///
/// # Errors
/// No number of Go's syntax, or one so large that it would be infinite (Go also returns the infinity then).
pub fn parse_float(text: &[u8], bits: u32) -> Result<f64, NumError> {
    read(text, bits).map_err(|reason| NumError::new("ParseFloat", text, reason))
}

fn read(text: &[u8], bits: u32) -> Result<f64, NumErrorReason> {
    if let Some(x) = special(text) {
        return Ok(x);
    }
    let (negative, body) = match text {
        [b'+', rest @ ..] => (false, rest),
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let magnitude = match body {
        [b'0', b'x' | b'X', rest @ ..] if !rest.is_empty() => hexadecimal(rest, bits)?,
        _ => decimal(body, bits)?,
    };
    if body.contains(&b'_') && !underscores_ok(body) {
        return Err(NumErrorReason::Syntax);
    }
    if magnitude.is_infinite() {
        return Err(NumErrorReason::Range);
    }
    Ok(if negative { -magnitude } else { magnitude })
}

/// `inf`, `infinity` with a sign and `nan` without one, in any case.
fn special(text: &[u8]) -> Option<f64> {
    let (sign, body) = match text {
        [b'+', rest @ ..] => (1.0, rest),
        [b'-', rest @ ..] => (-1.0, rest),
        _ => (1.0, text),
    };
    if body.eq_ignore_ascii_case(b"inf") || body.eq_ignore_ascii_case(b"infinity") {
        return Some(f64::INFINITY * sign);
    }
    text.eq_ignore_ascii_case(b"nan").then_some(f64::NAN)
}

/// A mantissa with at most one point, then an exponent. Returns the digits (a point among them, underscores dropped)
/// and the exponent.
fn split(text: &[u8], is_digit: fn(&u8) -> bool, marker: u8) -> Result<(Vec<u8>, Option<i32>), NumErrorReason> {
    let mut mantissa = Vec::with_capacity(text.len());
    let (mut saw_digits, mut saw_point) = (false, false);
    let mut at = 0;
    while let Some(&b) = text.get(at) {
        match b {
            b'_' => {}
            b'.' if !saw_point => {
                saw_point = true;
                mantissa.push(b);
            }
            _ if is_digit(&b) => {
                saw_digits = true;
                mantissa.push(b);
            }
            _ => break,
        }
        at += 1;
    }
    if !saw_digits {
        return Err(NumErrorReason::Syntax);
    }
    let rest = match text.get(at..) {
        Some([b, rest @ ..]) if b.to_ascii_lowercase() == marker => rest,
        Some([]) | None => return Ok((mantissa, None)),
        _ => return Err(NumErrorReason::Syntax),
    };
    let (sign, digits) = match rest {
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => (1, rest),
    };
    if !digits.first().is_some_and(u8::is_ascii_digit) {
        return Err(NumErrorReason::Syntax);
    }
    let mut exponent = 0;
    for &b in digits {
        match b {
            b'_' => {}
            // Go stops to count there; what lies beyond is zero or infinite anyway.
            b'0'..=b'9' if exponent < 10_000 => exponent = exponent * 10 + i32::from(b - b'0'),
            b'0'..=b'9' => {}
            _ => return Err(NumErrorReason::Syntax),
        }
    }
    Ok((mantissa, Some(sign * exponent)))
}

fn decimal(text: &[u8], bits: u32) -> Result<f64, NumErrorReason> {
    let (mut buffer, exponent) = split(text, u8::is_ascii_digit, b'e')?;
    if let Some(exponent) = exponent {
        buffer.push(b'e');
        super::append_int(&mut buffer, i64::from(exponent));
    }
    // Digits, a point and an exponent: Rust's own conversion rounds them correctly, as Go's does.
    let text = std::str::from_utf8(&buffer).map_err(|_| NumErrorReason::Syntax)?;
    if bits == 32 {
        text.parse::<f32>().map(f64::from).map_err(|_| NumErrorReason::Syntax)
    } else {
        text.parse::<f64>().map_err(|_| NumErrorReason::Syntax)
    }
}

fn hexadecimal(text: &[u8], bits: u32) -> Result<f64, NumErrorReason> {
    let (digits, exponent) = split(text, u8::is_ascii_hexdigit, b'p')?;
    // A hexadecimal mantissa needs its exponent.
    let mut exponent = i64::from(exponent.ok_or(NumErrorReason::Syntax)?);
    let mut mantissa: u64 = 0;
    let mut sticky = false;
    let mut after_point = false;
    for b in digits {
        let Some(digit) = (b as char).to_digit(16) else {
            after_point = true;
            continue;
        };
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | u64::from(digit);
            exponent -= if after_point { 4 } else { 0 };
        } else {
            sticky |= digit != 0;
            exponent += if after_point { 0 } else { 4 };
        }
    }
    let (mantissa_bits, min_exponent) = if bits == 32 { (24, -149) } else { (53, -1074) };
    Ok(round_binary(mantissa, sticky, exponent, mantissa_bits, min_exponent))
}

/// `mantissa · 2^exponent`, where `sticky` says that there is a little more, rounded half to even to a number of bits,
/// with no bit below `2^min_exponent`.
fn round_binary(mantissa: u64, sticky: bool, exponent: i64, bits: i64, min_exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let length = 64 - i64::from(mantissa.leading_zeros());
    // The bits to drop: those beyond the precision, or those below the smallest denormal.
    let drop = (length - bits).max(min_exponent - exponent).max(0);
    let rounded = if drop > 64 {
        0
    } else {
        let wide = u128::from(mantissa) << 64;
        let kept = (wide >> 64 >> drop) as u64;
        let rest = (wide >> drop) as u64;
        let half = 1 << 63;
        // `sticky` comes only with a mantissa of 61 bits and more, so that some are dropped.
        let up = rest > half || (rest == half && (sticky || kept & 1 == 1));
        kept + u64::from(up)
    };
    let mut exponent = exponent + drop;
    // At most 2^53, so the conversion is exact, and so is each step: the result was rounded to what is representable.
    let mut x = rounded as f64;
    let limit = if bits == 24 { 128 } else { 1024 };
    if x != 0.0 && exponent + (64 - i64::from(rounded.leading_zeros())) > limit {
        return f64::INFINITY;
    }
    while exponent > 0 && x != 0.0 {
        let step = exponent.min(1000);
        x *= power_of_two(step);
        exponent -= step;
    }
    while exponent < 0 && x != 0.0 {
        let step = (-exponent).min(1000);
        x *= power_of_two(-step);
        exponent += step;
    }
    x
}

/// `2^n` for `n` of the normal range.
fn power_of_two(n: i64) -> f64 {
    f64::from_bits(((n.clamp(-1022, 1023) + 1023) as u64) << 52)
}
