//! Decimal numbers, as shopspring/decimal 1.4.0 computes: an integer times a power of ten, division to 16 places.

use std::cmp::Ordering;

use num_bigint_dig::BigInt;
use num_bigint_dig::Sign;
use num_traits::ToPrimitive as _;
use thinlock_go::strconv;

/// The digits after the point that a division keeps.
const DIVISION_PRECISION: i64 = 16;

/// Up to here every integer is a float: 2^53.
const EXACT: u64 = 1 << 53;

/// The powers of ten that are floats.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// `value * 10^exponent`.
#[derive(Clone, Debug)]
pub(crate) struct Decimal {
    value: BigInt,
    exponent: i64,
}

impl Decimal {
    /// The shortest decimal that reads back as this float.
    ///
    /// # Errors
    /// The text of the library's panic on NaN and infinities.
    pub(crate) fn from_float(x: f64) -> Result<Decimal, String> {
        if !x.is_finite() {
            let name = match x {
                f64::INFINITY => "+Inf",
                f64::NEG_INFINITY => "-Inf",
                _ => "NaN",
            };
            return Err(format!("Cannot create a Decimal from {name}"));
        }
        // Which power of ten is in the exponent shows nowhere.
        if let Some((number, places)) = strconv::short_decimal(x.abs()) {
            let value = BigInt::from(number);
            return Ok(Decimal { value: if x < 0.0 { -value } else { value }, exponent: -(places as i64) });
        }
        let text = strconv::format_float(x, b'e', -1, 64);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let value = BigInt::from(digits.parse::<i128>().unwrap_or_default());
        let exponent = exponent.parse::<i64>().unwrap_or_default() - fraction.len() as i64;
        Ok(Decimal { value, exponent })
    }

    /// The nearest float.
    pub(crate) fn to_float(&self) -> f64 {
        // Both are exact, so that the one division or multiplication rounds once.
        if let (Some(value), Ok(places)) = (self.value.to_i64(), usize::try_from(self.exponent.unsigned_abs()))
            && value.unsigned_abs() <= EXACT
            && let Some(power) = POWERS.get(places)
        {
            let value = value as f64;
            return if self.exponent < 0 { value / power } else { value * power };
        }
        // Rust's parser rounds correctly for any number of digits.
        format!("{}e{}", self.value, self.exponent).parse().unwrap_or(0.0)
    }

    /// The sum.
    #[allow(clippy::unnecessary_wraps, reason = "the operations share one type, and division can fail")]
    pub(crate) fn add(&self, other: &Decimal) -> Result<Decimal, String> {
        let (a, b, exponent) = self.align(other);
        Ok(Decimal { value: a + b, exponent })
    }

    /// The difference.
    #[allow(clippy::unnecessary_wraps, reason = "the operations share one type, and division can fail")]
    pub(crate) fn sub(&self, other: &Decimal) -> Result<Decimal, String> {
        let (a, b, exponent) = self.align(other);
        Ok(Decimal { value: a - b, exponent })
    }

    /// The product.
    ///
    /// # Errors
    /// The text of the library's panic when the exponent leaves its 32 bits.
    pub(crate) fn mul(&self, other: &Decimal) -> Result<Decimal, String> {
        let exponent = self.exponent + other.exponent;
        if i32::try_from(exponent).is_err() {
            return Err(format!("exponent {exponent} overflows an int32!"));
        }
        Ok(Decimal { value: &self.value * &other.value, exponent })
    }

    /// The quotient to 16 places, a five rounded away from zero.
    ///
    /// # Errors
    /// The text of the library's panic on a division by zero.
    pub(crate) fn div(&self, other: &Decimal) -> Result<Decimal, String> {
        if other.value.sign() == Sign::NoSign {
            return Err("decimal division by 0".to_owned());
        }
        let shift = self.exponent - other.exponent + DIVISION_PRECISION;
        let (dividend, divisor) = if shift < 0 {
            (self.value.clone(), &other.value * ten_to(-shift))
        } else {
            (&self.value * ten_to(shift), other.value.clone())
        };
        let quotient = &dividend / &divisor;
        let rest = &dividend - &quotient * &divisor;
        let twice = magnitude(&rest) * BigInt::from(2);
        let quotient = match twice.cmp(&magnitude(&divisor)) {
            Ordering::Less => quotient,
            _ if (self.value.sign() == Sign::Minus) == (other.value.sign() == Sign::Minus) => {
                quotient + BigInt::from(1)
            }
            _ => quotient - BigInt::from(1),
        };
        Ok(Decimal { value: quotient, exponent: -DIVISION_PRECISION })
    }

    fn align(&self, other: &Decimal) -> (BigInt, BigInt, i64) {
        let exponent = self.exponent.min(other.exponent);
        let to = |d: &Decimal| {
            if d.exponent == exponent { d.value.clone() } else { &d.value * ten_to(d.exponent - exponent) }
        };
        (to(self), to(other), exponent)
    }
}

fn ten_to(n: i64) -> BigInt {
    power(BigInt::from(10), u64::try_from(n).unwrap_or(0))
}

/// Exponents here come of sums of float exponents, a few thousand at most.
fn power(mut base: BigInt, mut n: u64) -> BigInt {
    let mut power = BigInt::from(1);
    while n > 0 {
        if n & 1 == 1 {
            power = &power * &base;
        }
        base = &base * &base;
        n >>= 1;
    }
    power
}

fn magnitude(n: &BigInt) -> BigInt {
    if n.sign() == Sign::Minus { -n.clone() } else { n.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: f64, operation: fn(&Decimal, &Decimal) -> Result<Decimal, String>, b: f64, want: f64) {
        let result = operation(&Decimal::from_float(a).unwrap(), &Decimal::from_float(b).unwrap()).unwrap();
        assert_eq!(result.to_float(), want, "{a} {b}");
    }

    #[test]
    fn short_ways_lead_to_the_same() {
        let long = |d: &Decimal| format!("{}e{}", d.value, d.exponent).parse::<f64>().unwrap();
        let digits: Vec<i64> =
            vec![0, 1, -1, 3, 7, 149, -581, 123_456_789, 1 << 53, (1 << 53) - 1, (1 << 53) + 1, i64::MAX, i64::MIN];
        for value in digits {
            for exponent in -30..=30 {
                let d = Decimal { value: BigInt::from(value), exponent };
                assert_eq!(d.to_float().to_bits(), long(&d).to_bits(), "{value}e{exponent}");
            }
            let x = value as f64;
            assert_eq!(Decimal::from_float(x).unwrap().to_float(), x);
        }
        for x in [1e15, 1e16, 1e22, 1e23, 123_456.0, -40.0, 4.5, 0.1, 5.81, f64::MAX, f64::MIN_POSITIVE] {
            assert_eq!(Decimal::from_float(x).unwrap().to_float(), x);
        }
    }

    #[test]
    fn as_shopspring_computes() {
        check(0.1, Decimal::add, 0.2, 0.3);
        check(1.0, Decimal::div, 3.0, 0.3333333333333333);
        check(2.0, Decimal::div, 3.0, 0.6666666666666667);
        check(-2.0, Decimal::div, 3.0, -0.6666666666666667);
        check(22.0, Decimal::div, 7.0, 3.142857142857143);
        check(1.1, Decimal::mul, 1.1, 1.21);
        check(1e308, Decimal::mul, 10.0, f64::INFINITY);
        check(1.0, Decimal::sub, 0.9, 0.1);
        check(1e-20, Decimal::div, 1.0, 0.0);
        check(1e300, Decimal::add, 1e-300, 1e300);
    }
}
