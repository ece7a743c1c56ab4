//! Numbers: integers wrap around as Go's do, floats go through decimals where sprig does so.

use thinlock_go::types::FLOAT64;
use thinlock_go::{CallError, Interp, Value, strconv};

use crate::args::{self, Answer, any, arg, text};
use crate::cast::{to_float64, to_int64};
use crate::decimal::Decimal;
use crate::random::below;

fn whole(n: i64) -> Answer {
    Ok(Value::int64(n))
}

fn float(x: f64) -> Answer {
    Ok(Value::Float(x))
}

pub(crate) fn atoi(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    // What is out of range still gives the nearest integer next to its error, and sprig drops only the error.
    let text = text(args, 0)?;
    Ok(Value::int(strconv::atoi(&text).unwrap_or_else(|_| nearest(&text))))
}

/// What `strconv.ParseInt` in base 10 returns beside an error: the bound that a well-formed number passes, otherwise zero.
pub(crate) fn nearest(text: &[u8]) -> i64 {
    let (bound, digits) = match text {
        [b'-', digits @ ..] => (i64::MIN, digits),
        [b'+', digits @ ..] => (i64::MAX, digits),
        digits => (i64::MAX, digits),
    };
    if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) { bound } else { 0 }
}

pub(crate) fn int64(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    whole(to_int64(arg(args, 0)))
}

pub(crate) fn int(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::int(to_int64(arg(args, 0))))
}

pub(crate) fn float64(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    float(to_float64(arg(args, 0)))
}

/// Reads the printed form as an octal number (file modes), whatever its type.
pub(crate) fn to_decimal(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut printed = Vec::new();
    crate::strings::append_value(&mut printed, arg(args, 0))?;
    whole(strconv::parse_int(&printed, 8, 64).unwrap_or(0))
}

pub(crate) fn add1(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    whole(to_int64(arg(args, 0)).wrapping_add(1))
}

pub(crate) fn add(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    whole(args.iter().fold(0, |sum: i64, v| sum.wrapping_add(to_int64(v))))
}

pub(crate) fn sub(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    whole(to_int64(arg(args, 0)).wrapping_sub(to_int64(arg(args, 1))))
}

pub(crate) fn mul(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    whole(args.iter().fold(1, |product: i64, v| product.wrapping_mul(to_int64(v))))
}

fn divisor(args: &[Value]) -> Result<i64, CallError> {
    match to_int64(arg(args, 1)) {
        0 => Err(CallError::message("runtime error: integer divide by zero")),
        n => Ok(n),
    }
}

pub(crate) fn div(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    whole(to_int64(arg(args, 0)).wrapping_div(divisor(args)?))
}

pub(crate) fn modulo(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    whole(to_int64(arg(args, 0)).wrapping_rem(divisor(args)?))
}

pub(crate) fn max(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    whole(args.iter().map(to_int64).max().unwrap_or(0))
}

pub(crate) fn min(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    whole(args.iter().map(to_int64).min().unwrap_or(0))
}

/// `math.Max`: an infinity wins over NaN, NaN over everything else, and 0 over -0.
fn go_max(a: f64, b: f64) -> f64 {
    match () {
        () if a == f64::INFINITY || b == f64::INFINITY => f64::INFINITY,
        () if a.is_nan() || b.is_nan() => f64::NAN,
        () if a == 0.0 && b == 0.0 => {
            if a.is_sign_negative() {
                b
            } else {
                a
            }
        }
        () => {
            if a > b {
                a
            } else {
                b
            }
        }
    }
}

/// `math.Min`, the mirror image.
fn go_min(a: f64, b: f64) -> f64 {
    match () {
        () if a == f64::NEG_INFINITY || b == f64::NEG_INFINITY => f64::NEG_INFINITY,
        () if a.is_nan() || b.is_nan() => f64::NAN,
        () if a == 0.0 && b == 0.0 => {
            if a.is_sign_negative() {
                a
            } else {
                b
            }
        }
        () => {
            if a < b {
                a
            } else {
                b
            }
        }
    }
}

pub(crate) fn maxf(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    float(args.iter().map(to_float64).reduce(go_max).unwrap_or(0.0))
}

pub(crate) fn minf(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    float(args.iter().map(to_float64).reduce(go_min).unwrap_or(0.0))
}

pub(crate) fn ceil(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    float(to_float64(arg(args, 0)).ceil())
}

pub(crate) fn floor(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    float(to_float64(arg(args, 0)).floor())
}

/// Rounds to a number of decimal places. The digit decides with `>=`, `.5` unless given, and rounding up is `ceil`: a
/// negative number's fraction is negative, so it always goes down.
pub(crate) fn round(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let value = to_float64(arg(args, 0));
    let places = args::int(args, 1)?;
    let threshold = match args.get(2) {
        Some(Value::Float(x)) => *x,
        Some(other) => return Err(CallError::message(format!("want {FLOAT64}, got {}", other.type_name()))),
        None => 0.5,
    };
    let power = power_of_ten(places);
    let digit = power * value;
    // math.Modf: the fraction of an infinity is NaN.
    let fraction = if digit.is_infinite() { f64::NAN } else { digit - digit.trunc() };
    let rounded = if fraction >= threshold { digit.ceil() } else { digit.floor() };
    float(rounded / power)
}

/// `math.Pow(10, n)`, bit for bit: repeated squaring of the mantissa, the powers of two kept apart.
fn power_of_ten(n: i64) -> f64 {
    match n {
        0 => return 1.0,
        1 => return 10.0,
        _ => {}
    }
    // Go takes the exponent as a float and gives up at 2^63, where the answer is settled.
    if n.unsigned_abs() as f64 >= 9_223_372_036_854_775_808.0 {
        return if n > 0 { f64::INFINITY } else { 0.0 };
    }
    let mut mantissa = 1.0_f64;
    let mut exponent = 0_i64;
    // 10 = 0.625 * 2^4.
    let (mut x, mut e) = (0.625_f64, 4_i64);
    let mut i = n.unsigned_abs() as f64 as u64;
    while i != 0 {
        if !(-4096..=4096).contains(&e) {
            exponent += e;
            break;
        }
        if i & 1 == 1 {
            mantissa *= x;
            exponent += e;
        }
        x *= x;
        e <<= 1;
        if x < 0.5 {
            x += x;
            e -= 1;
        }
        i >>= 1;
    }
    if n < 0 {
        mantissa = 1.0 / mantissa;
        exponent = -exponent;
    }
    scale(mantissa, exponent)
}

/// `math.Ldexp` of a mantissa: steps that stay exact until the last.
fn scale(mut x: f64, mut exponent: i64) -> f64 {
    exponent = exponent.clamp(-2200, 2200);
    // Normalized to between a half and one first, so that no step but the last can round.
    while x >= 1.0 {
        x *= 0.5;
        exponent += 1;
    }
    while x < 0.5 && x > 0.0 {
        x *= 2.0;
        exponent -= 1;
    }
    while exponent > 1000 {
        x *= 2.0_f64.powi(1000);
        exponent -= 1000;
    }
    if exponent >= -1000 {
        return x * 2.0_f64.powi(exponent as i32);
    }
    // Half of the smallest number, or less.
    if exponent < -1074 {
        return 0.0;
    }
    // In two steps, of which only the second can round.
    x * 2.0_f64.powi(-1000) * 2.0_f64.powi((exponent + 1000) as i32)
}

type Operation = fn(&Decimal, &Decimal) -> Result<Decimal, String>;

/// Folds the values with an operation on decimals and converts the result back.
fn decimals(first: f64, rest: impl Iterator<Item = f64>, operation: Operation) -> Answer {
    let run = || -> Result<f64, String> {
        let mut total = Decimal::from_float(first)?;
        for x in rest {
            total = operation(&total, &Decimal::from_float(x)?)?;
        }
        Ok(total.to_float())
    };
    run().map(Value::Float).map_err(CallError::message)
}

pub(crate) fn add1f(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    decimals(to_float64(arg(args, 0)), std::iter::once(1.0), Decimal::add)
}

pub(crate) fn addf(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    decimals(0.0, args.iter().map(to_float64), Decimal::add)
}

fn from_first(args: &mut [Value], operation: Operation) -> Answer {
    let first = to_float64(&any(args, 0));
    decimals(first, args.iter().skip(1).map(to_float64), operation)
}

pub(crate) fn subf(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    from_first(args, Decimal::sub)
}

pub(crate) fn divf(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    from_first(args, Decimal::div)
}

pub(crate) fn mulf(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    from_first(args, Decimal::mul)
}

pub(crate) fn rand_int(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (low, high) = (args::int(args, 0)?, args::int(args, 1)?);
    match u64::try_from(high.wrapping_sub(low)) {
        Ok(span) if span > 0 => Ok(Value::int(low.wrapping_add(below(interp.host(), span)?.cast_signed()))),
        _ => Err(CallError::message("invalid argument to Intn")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_ten_are_go_s() {
        for n in -22..=22 {
            assert_eq!(power_of_ten(n), format!("1e{n}").parse::<f64>().unwrap(), "{n}");
        }
        // Farther out Go's result is not the nearest float.
        for (n, power) in [
            (-323, 1e-323),
            (-315, 1e-315),
            (-308, 9.999999999999994e-309),
            (-100, 9.999999999999998e-101),
            (-30, 9.999999999999999e-31),
            (30, 1e30),
            (100, 1.0000000000000002e100),
            (200, 1.0000000000000005e200),
            (308, 1.0000000000000006e308),
        ] {
            assert_eq!(power_of_ten(n), power, "{n}");
        }
        assert_eq!(power_of_ten(400), f64::INFINITY);
        assert_eq!(power_of_ten(-400), 0.0);
        assert_eq!(power_of_ten(i64::MIN), 0.0);
        assert_eq!(power_of_ten(i64::MAX), f64::INFINITY);
    }
}
