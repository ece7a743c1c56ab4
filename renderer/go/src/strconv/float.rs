//! `strconv.FormatFloat`: exact digits in Go's notations.
//!
//! The digits come from the standard library's formatting, which is exact both in its shortest form (the fewest digits
//! that read back the same, nearest to the true value) and in any fixed precision (half to even on exact ties), as
//! Go's are. Where the point stands and how the exponent is written is Go's.

use std::io::Write;

/// `strconv.FormatFloat`: see [`append_float`].
pub fn format_float(x: f64, format: u8, precision: i32, bits: u32) -> String {
    let mut out = Vec::with_capacity(24);
    append_float(&mut out, x, format, precision, bits);
    // Digits, signs and letters only.
    String::from_utf8(out).unwrap_or_default()
}

/// `strconv.AppendFloat`.
///
/// `format` is one of `b e E f g G x X`; a `precision` below 0 asks for the fewest digits that read back the same. With
/// 32 bits the value is rounded to a `float32` first and its shortest digits are those of a `float32`.
pub fn append_float(out: &mut Vec<u8>, x: f64, format: u8, precision: i32, bits: u32) {
    let x = if bits == 32 { f64::from(x as f32) } else { x };
    if x.is_nan() {
        out.extend_from_slice(b"NaN");
        return;
    }
    if x.is_infinite() {
        out.extend_from_slice(if x < 0.0 { b"-Inf" } else { b"+Inf" });
        return;
    }
    match format {
        b'b' => return binary(out, x, bits),
        b'x' | b'X' => return hexadecimal(out, x, format, precision, bits),
        b'e' | b'E' | b'f' | b'g' | b'G' => {}
        _ => {
            if x.is_sign_negative() {
                out.push(b'-');
            }
            out.extend_from_slice(&[b'%', format]);
            return;
        }
    }
    if x.is_sign_negative() {
        out.push(b'-');
    }
    let magnitude = x.abs();
    if precision < 0 {
        let mut buffer = [0; 32];
        let digits = shortest(&mut buffer, magnitude, bits);
        let (len, point) = (digits.digits.len(), isize::from(digits.point));
        return match format {
            b'f' => plain(out, &digits, len.saturating_sub_signed(point)),
            b'e' | b'E' => scientific(out, &digits, len.saturating_sub(1), format),
            // The shortest form turns to an exponent below 1e-4 and from 1e6 on.
            _ if !(-3..=6).contains(&point) => scientific(out, &digits, len.saturating_sub(1), format - 2),
            _ => plain(out, &digits, len.saturating_sub_signed(point)),
        };
    }
    let precision = precision as usize;
    if format == b'f' {
        return fixed(out, magnitude, precision);
    }
    let mut buffer = [0; MAX_DIGITS + 16];
    if matches!(format, b'e' | b'E') {
        let digits = rounded(&mut buffer, magnitude, precision);
        return scientific(out, &digits, precision, format);
    }
    let precision = precision.max(1);
    let digits = rounded(&mut buffer, magnitude, precision - 1);
    let (len, point) = (digits.digits.len(), isize::from(digits.point));
    if point < -3 || point > precision.try_into().unwrap_or(isize::MAX) {
        scientific(out, &digits, precision.min(len).saturating_sub(1), format - 2);
    } else {
        plain(out, &digits, len.saturating_sub_signed(point));
    }
}

/// More significant digits than any float64 has (767).
const MAX_DIGITS: usize = 800;

/// The decimal digits of a number without trailing zeros: `0.d₀d₁d₂… · 10^point`. Zero has no digits.
struct Digits<'a> {
    digits: &'a [u8],
    point: i16,
}

/// The shortest decimal that reads back as a float that is not negative, if it has no more than 15 digits and few of them
/// after the point, as most floats of a chart: an integer, and how many of its digits are after the point.
pub fn short_decimal(magnitude: f64) -> Option<(u64, usize)> {
    const POWERS: [f64; 7] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];
    for (places, power) in POWERS.into_iter().enumerate() {
        let scaled = magnitude * power;
        // So far no two decimals read back as one float, and what the multiplication is wrong by is far from a half.
        if scaled >= 1e15 {
            return None;
        }
        let number = (scaled + 0.5) as u64;
        // Both are exact, so that the division rounds once, as reading does.
        if number as f64 / power == magnitude {
            return Some((number, places));
        }
    }
    None
}

/// The fewest digits that read back the same.
fn shortest(buffer: &mut [u8; 32], magnitude: f64, bits: u32) -> Digits<'_> {
    if bits != 32
        && let Some((number, places)) = short_decimal(magnitude)
    {
        let mut integer = itoa::Buffer::new();
        let text = integer.format(number).as_bytes();
        if let Some(target) = buffer.get_mut(..text.len()) {
            target.copy_from_slice(text);
        }
        let point = if number == 0 { 0 } else { text.len() as i16 - places as i16 };
        return trimmed(buffer, text.len(), point);
    }
    let mut cursor = &mut buffer[..];
    let _ = if bits == 32 { write!(cursor, "{:e}", magnitude as f32) } else { write!(cursor, "{magnitude:e}") };
    let mut written = 32 - cursor.len();
    if let Some(even) = tie(buffer.get(..written).unwrap_or_default(), magnitude, bits) {
        written = even.len();
        buffer[..written].copy_from_slice(&even);
    }
    take_apart(buffer, written)
}

/// Where the true value is half-way between two shortest forms, Rust takes the upper one and Go the even one: the even
/// one, if it is another one.
fn tie(shortest: &[u8], magnitude: f64, bits: u32) -> Option<Vec<u8>> {
    let marker = memchr::memchr(b'e', shortest)?;
    // With fewer digits than a type always keeps, another form of that length would not read back the same.
    let certain = if bits == 32 { 7 } else { 16 };
    if marker < certain || shortest.get(marker - 1)? % 2 == 0 {
        return None;
    }
    let precision = marker - 2;
    let even = format!("{magnitude:.precision$e}");
    let differs = even.as_bytes() != shortest && even.len() <= 32;
    let same = if bits == 32 { even.parse() == Ok(magnitude as f32) } else { even.parse() == Ok(magnitude) };
    (differs && same).then(|| even.into_bytes())
}

/// One digit before the point and this many after it.
fn rounded(buffer: &mut [u8; MAX_DIGITS + 16], magnitude: f64, precision: usize) -> Digits<'_> {
    let mut cursor = &mut buffer[..];
    // All digits beyond are zeros.
    let precision = precision.min(MAX_DIGITS - 2);
    let _ = write!(cursor, "{magnitude:.precision$e}");
    let written = MAX_DIGITS + 16 - cursor.len();
    take_apart(buffer, written)
}

/// Takes `d.ddde-dd` apart, which stands in the first `written` bytes.
fn take_apart(buffer: &mut [u8], written: usize) -> Digits<'_> {
    let text = buffer.get(..written).unwrap_or_default();
    let Some(marker) = memchr::memchr(b'e', text) else { return Digits { digits: &[], point: 0 } };
    let exponent = text.get(marker + 1..).and_then(|e| std::str::from_utf8(e).ok()?.parse::<i16>().ok()).unwrap_or(0);
    let zero = text.get(..marker).is_some_and(|d| d.iter().all(|b| matches!(b, b'0' | b'.')));
    let len = if marker > 2 {
        buffer.copy_within(2..marker, 1);
        marker - 1
    } else {
        marker
    };
    trimmed(buffer, len, if zero { 0 } else { exponent + 1 })
}

fn trimmed(buffer: &[u8], len: usize, point: i16) -> Digits<'_> {
    let digits = buffer.get(..len).unwrap_or_default();
    let kept = digits.iter().rposition(|&b| b != b'0').map_or(0, |last| last + 1);
    Digits { digits: digits.get(..kept).unwrap_or_default(), point }
}

fn zeros(out: &mut Vec<u8>, n: usize) {
    out.resize(out.len() + n, b'0');
}

/// `%e`: one digit, a point, `precision` digits, and an exponent of at least two digits.
fn scientific(out: &mut Vec<u8>, digits: &Digits<'_>, precision: usize, letter: u8) {
    let all = digits.digits;
    out.push(all.first().copied().unwrap_or(b'0'));
    if precision > 0 {
        out.push(b'.');
        let rest = all.get(1..).unwrap_or_default();
        let shown = rest.len().min(precision);
        out.extend_from_slice(rest.get(..shown).unwrap_or_default());
        zeros(out, precision - shown);
    }
    out.push(letter);
    let exponent = if all.is_empty() { 0 } else { digits.point - 1 };
    out.push(if exponent < 0 { b'-' } else { b'+' });
    let exponent = exponent.unsigned_abs();
    if exponent < 10 {
        out.push(b'0');
    }
    super::append_uint(out, u64::from(exponent));
}

/// `%f` of digits that are already rounded, with `precision` digits after the point.
fn plain(out: &mut Vec<u8>, digits: &Digits<'_>, precision: usize) {
    let all = digits.digits;
    let point = digits.point.max(0) as usize;
    if digits.point > 0 {
        let whole = all.len().min(point);
        out.extend_from_slice(all.get(..whole).unwrap_or_default());
        zeros(out, point - whole);
    } else {
        out.push(b'0');
    }
    if precision > 0 {
        out.push(b'.');
        let leading = (usize::from(digits.point.min(0).unsigned_abs())).min(precision);
        zeros(out, leading);
        let rest = all.get(point..).unwrap_or_default();
        let shown = rest.len().min(precision - leading);
        out.extend_from_slice(rest.get(..shown).unwrap_or_default());
        zeros(out, precision - leading - shown);
    }
}

/// `%f` with a precision.
fn fixed(out: &mut Vec<u8>, magnitude: f64, precision: usize) {
    // A float64 has at most 1074 digits after the point; all others are zeros.
    let shown = precision.min(1100);
    let _ = write!(out, "{magnitude:.shown$}");
    zeros(out, precision - shown);
}

/// The mantissa with its leading bit, and the power of two that it is to be multiplied with.
fn decompose(x: f64, bits: u32) -> (u64, i32, u32) {
    if bits == 32 {
        let raw = (x as f32).to_bits();
        let exponent = (raw >> 23 & 0xff) as i32;
        let mantissa = u64::from(raw & 0x7f_ffff);
        if exponent == 0 { (mantissa, -149, 23) } else { (mantissa | 1 << 23, exponent - 150, 23) }
    } else {
        let raw = x.to_bits();
        let exponent = (raw >> 52 & 0x7ff) as i32;
        let mantissa = raw & ((1 << 52) - 1);
        if exponent == 0 { (mantissa, -1074, 52) } else { (mantissa | 1 << 52, exponent - 1075, 52) }
    }
}

/// `%b`: the mantissa as an integer and the binary exponent.
fn binary(out: &mut Vec<u8>, x: f64, bits: u32) {
    let (mantissa, exponent, _) = decompose(x, bits);
    if x.is_sign_negative() {
        out.push(b'-');
    }
    super::append_uint(out, mantissa);
    out.push(b'p');
    if exponent >= 0 {
        out.push(b'+');
    }
    super::append_int(out, i64::from(exponent));
}

/// `%x`: `0x1.yyyyyyyyp±dd`.
fn hexadecimal(out: &mut Vec<u8>, x: f64, format: u8, precision: i32, bits: u32) {
    let (mut mantissa, exponent, mantissa_bits) = decompose(x, bits);
    let mut exponent = exponent + mantissa_bits as i32;
    if mantissa == 0 {
        exponent = 0;
    }
    // The leading 1 at bit 60, so that 15 hexadecimal digits follow it.
    mantissa <<= 60 - mantissa_bits;
    while mantissa != 0 && mantissa & 1 << 60 == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    if (0..15).contains(&precision) {
        let shift = precision as u32 * 4;
        let extra = (mantissa << shift) & ((1 << 60) - 1);
        mantissa >>= 60 - shift;
        if extra | (mantissa & 1) > 1 << 59 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & 1 << 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let digits: &[u8; 16] = if format == b'X' { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    if x.is_sign_negative() {
        out.push(b'-');
    }
    out.extend_from_slice(&[b'0', format, b'0' + (mantissa >> 60 & 1) as u8]);
    mantissa <<= 4;
    if precision < 0 && mantissa != 0 {
        out.push(b'.');
        while mantissa != 0 {
            out.push(digits[(mantissa >> 60) as usize & 15]);
            mantissa <<= 4;
        }
    } else if precision > 0 {
        out.push(b'.');
        for _ in 0..precision {
            out.push(digits[(mantissa >> 60) as usize & 15]);
            mantissa <<= 4;
        }
    }
    out.push(if format == b'X' { b'P' } else { b'p' });
    out.push(if exponent < 0 { b'-' } else { b'+' });
    let exponent = exponent.unsigned_abs();
    if exponent < 10 {
        out.push(b'0');
    }
    super::append_uint(out, u64::from(exponent));
}
