//! Conversions to numbers, as spf13/cast 1.7.0 makes them: what cannot be converted is zero.

use thinlock_go::{Kind, Value, strconv};

/// `cast.ToInt64`, and on a 64-bit machine also `cast.ToInt`.
///
/// Strings are integers in Go's literal syntax (`0x1F`, `010`, `1_000`), after a fraction of zeros is cut off. Floats
/// lose their fraction.
pub(crate) fn to_int64(value: &Value) -> i64 {
    match value {
        Value::Int(_, n) => *n,
        Value::Uint(_, n) => n.cast_signed(),
        Value::Float(x) => float_to_int64(*x),
        Value::Str(s) => strconv::parse_int(trim_zero_decimal(s), 0, 64).unwrap_or(0),
        Value::Bool(b) => i64::from(*b),
        Value::Object(object) => match calendar(value).or_else(|| object.pointee()) {
            Some(inner) if !matches!(inner, Value::Object(_)) => to_int64(&inner),
            _ => 0,
        },
        _ => 0,
    }
}

/// `cast.ToFloat64`. Strings are decimal or hexadecimal floats; `010` is ten here.
pub(crate) fn to_float64(value: &Value) -> f64 {
    match value {
        Value::Int(_, n) => *n as f64,
        Value::Uint(_, n) => *n as f64,
        Value::Float(x) => *x,
        Value::Str(s) => strconv::parse_float(s, 64).unwrap_or(0.0),
        Value::Bool(b) => f64::from(u8::from(*b)),
        Value::Object(object) => match calendar(value).or_else(|| object.pointee()) {
            Some(inner) if !matches!(inner, Value::Object(_)) => to_float64(&inner),
            _ => 0.0,
        },
        _ => 0.0,
    }
}

/// The two named integer types that cast knows. Others, such as `time.Duration`, it does not, and they are zero.
fn calendar(value: &Value) -> Option<Value> {
    match value {
        Value::Object(object) if value.kind() == Kind::Int => match object.go_type().name {
            "time.Month" | "time.Weekday" => object.underlying(),
            _ => None,
        },
        _ => None,
    }
}

/// Go's conversion `int64(x)` on amd64: what does not fit, and NaN, is the smallest integer.
pub(crate) fn float_to_int64(x: f64) -> i64 {
    // 2^63 is exact as a float; everything below it and at least -2^63 fits.
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&x) { x as i64 } else { i64::MIN }
}

/// Cuts `.0`, `.00` … off the end.
fn trim_zero_decimal(text: &[u8]) -> &[u8] {
    let digits = text.iter().rposition(|b| *b != b'0').map_or(0, |at| at + 1);
    match text.get(..digits) {
        Some([head @ .., b'.']) if digits < text.len() => head,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: impl Into<Value>, int: i64, float: f64) {
        let value = value.into();
        assert_eq!(to_int64(&value), int, "{value:?}");
        assert_eq!(to_float64(&value), float, "{value:?}");
    }

    #[test]
    fn as_cast_does() {
        check("12", 12, 12.0);
        check("3.7", 0, 3.7);
        check("3.00", 3, 3.0);
        check("3.", 0, 3.0);
        check("300", 300, 300.0);
        check("0.0", 0, 0.0);
        check(".0", 0, 0.0);
        check("0x1F", 31, 0.0);
        check("010", 8, 10.0);
        check("08", 0, 8.0);
        check("1_000", 1000, 1000.0);
        check(" 5", 0, 0.0);
        check("1e3", 0, 1000.0);
        check("9223372036854775808", 0, 9223372036854775808.0);
        check("", 0, 0.0);
        check(-2.5, -2, -2.5);
        check(1e19, i64::MIN, 1e19);
        check(true, 1, 1.0);
        check(Value::Nil, 0, 0.0);
        check(Value::bytes(&b"1"[..]), 0, 0.0);
    }
}
