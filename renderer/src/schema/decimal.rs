//! Exact numbers: what `big.Rat` is to the engines, for numbers that are written in decimal.

use std::cmp::Ordering;

use thinlock_go::strconv;

/// `digits · 10^exponent`; zero has no digits, and others neither begin nor end with a zero digit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// `big.Rat.SetString` of a decimal number, with or without an exponent.
    pub(super) fn parse(text: &[u8]) -> Option<Decimal> {
        let (negative, body) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let marker = body.iter().position(|b| matches!(b, b'e' | b'E'));
        let (mantissa, mut exponent) = match marker {
            Some(at) => {
                let exponent = strconv::parse_int(body.get(at + 1..)?, 10, 32).ok()?;
                (body.get(..at)?, exponent)
            }
            None => (body, 0),
        };
        let mut digits = Vec::with_capacity(mantissa.len());
        let mut point = false;
        for &b in mantissa {
            match b {
                b'.' if !point => point = true,
                b'0'..=b'9' => {
                    digits.push(b - b'0');
                    exponent -= i64::from(point);
                }
                _ => return None,
            }
        }
        if digits.is_empty() {
            return None;
        }
        let kept = digits.iter().rposition(|d| *d != 0).map_or(0, |last| last + 1);
        exponent += (digits.len() - kept) as i64;
        digits.truncate(kept);
        let leading = digits.iter().position(|d| *d != 0).unwrap_or(0);
        digits.drain(..leading);
        let zero = digits.is_empty();
        Some(Decimal { negative: negative && !zero, digits, exponent: if zero { 0 } else { exponent } })
    }

    /// As [`Decimal::parse`], and also what else `SetString` takes: integers of other bases by their prefix.
    pub(super) fn parse_any(text: &[u8]) -> Option<Decimal> {
        if let Some(decimal) = Decimal::parse(text) {
            return Some(decimal);
        }
        let body = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
        if !matches!(body, [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', ..]) {
            return None;
        }
        Decimal::parse(strconv::parse_int(text, 0, 64).ok()?.to_string().as_bytes())
    }

    pub(super) fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    pub(super) fn is_positive(&self) -> bool {
        !self.negative && !self.digits.is_empty()
    }

    /// The integer as Go's `int`; `None` for fractions, the nearest `int` for what is too large.
    pub(super) fn to_int(&self) -> Option<i64> {
        if !self.is_integer() {
            return None;
        }
        let limit = if self.negative { i64::MIN } else { i64::MAX };
        if self.digits.len() as i64 + self.exponent > 20 {
            return Some(limit);
        }
        let zeros = std::iter::repeat_n(&0, self.exponent.max(0) as usize);
        let magnitude = self.digits.iter().chain(zeros).try_fold(0_i64, |n, d| {
            let n = n.checked_mul(10)?;
            if self.negative { n.checked_sub(i64::from(*d)) } else { n.checked_add(i64::from(*d)) }
        });
        Some(magnitude.unwrap_or(limit))
    }

    /// The nearest `float64`.
    pub(super) fn to_float(&self) -> f64 {
        strconv::parse_float(self.scientific().as_bytes(), 64).unwrap_or(if self.negative {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        })
    }

    fn scientific(&self) -> String {
        let digits: String = self.digits.iter().map(|d| char::from(b'0' + d)).collect();
        let sign = if self.negative { "-" } else { "" };
        if digits.is_empty() { "0".into() } else { format!("{sign}{digits}e{}", self.exponent) }
    }

    /// What `fmt` prints of a `big.Float` of this value: all digits, with an exponent below 1e-4 and from 1e6 on.
    pub(super) fn general(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let digits: String = self.digits.iter().map(|d| char::from(b'0' + d)).collect();
        let point = self.digits.len() as i64 + self.exponent;
        if digits.is_empty() {
            return "0".into();
        }
        if !(-3..=6).contains(&point) {
            let (first, rest) = digits.split_at(1);
            let exponent = point - 1;
            let sign_of_exponent = if exponent < 0 { '-' } else { '+' };
            let dot = if rest.is_empty() { "" } else { "." };
            return format!("{sign}{first}{dot}{rest}e{sign_of_exponent}{:02}", exponent.abs());
        }
        if point <= 0 {
            return format!("{sign}0.{}{digits}", "0".repeat(point.unsigned_abs() as usize));
        }
        let whole = point as usize;
        if whole >= digits.len() {
            return format!("{sign}{digits}{}", "0".repeat(whole - digits.len()));
        }
        let (whole, fraction) = digits.split_at(whole);
        format!("{sign}{whole}.{fraction}")
    }

    /// Whether this is an integer multiple of another number.
    pub(super) fn is_multiple_of(&self, other: &Decimal) -> bool {
        if self.digits.is_empty() {
            return true;
        }
        // Without a zero digit at its end the mantissa is no multiple of ten.
        let Ok(shift) = u64::try_from(self.exponent - other.exponent) else { return false };
        let divisor = other.digits.iter().try_fold(0_u128, |n, d| n.checked_mul(10)?.checked_add(u128::from(*d)));
        // A divisor of 37 digits and more divides nothing that anyone writes.
        let Some(divisor) = divisor.filter(|d| (1..=u128::MAX >> 4).contains(d)) else { return false };
        let mut rest = self.digits.iter().fold(0_u128, |rest, d| (rest * 10 + u128::from(*d)) % divisor);
        // A factor of ten more adds factors of two and five only, of which a divisor has at most 128.
        for _ in 0..shift.min(128) {
            rest = rest * 10 % divisor;
        }
        rest == 0
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        let sign = |d: &Decimal| {
            if d.digits.is_empty() {
                0
            } else if d.negative {
                -1
            } else {
                1
            }
        };
        let signs = sign(self).cmp(&sign(other));
        if signs != Ordering::Equal || self.digits.is_empty() {
            return signs;
        }
        let magnitude = (self.digits.len() as i64 + self.exponent)
            .cmp(&(other.digits.len() as i64 + other.exponent))
            .then_with(|| self.digits.cmp(&other.digits));
        if self.negative { magnitude.reverse() } else { magnitude }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn compares_exactly() {
        #[track_caller]
        fn check(a: &str, b: &str, want: Ordering) {
            assert_eq!(decimal(a).cmp(&decimal(b)), want);
            assert_eq!(decimal(b).cmp(&decimal(a)), want.reverse());
        }
        check("1", "1.0", Ordering::Equal);
        check("100", "1e2", Ordering::Equal);
        check("0", "-0.0e5", Ordering::Equal);
        check("0.1", "0.10000000000000001", Ordering::Less);
        check("-2", "-1", Ordering::Less);
        check("-1", "0", Ordering::Less);
        check("9", "10", Ordering::Less);
        check("12", "2", Ordering::Greater);
        check("1e400", "1e399", Ordering::Greater);
    }

    #[test]
    fn knows_multiples() {
        #[track_caller]
        fn check(a: &str, b: &str, want: bool) {
            assert_eq!(decimal(a).is_multiple_of(&decimal(b)), want, "{a} {b}");
        }
        check("4", "2", true);
        check("3", "2", false);
        check("0", "7", true);
        check("0.3", "0.1", true);
        check("1", "0.3", false);
        check("10", "4", false);
        check("100", "4", true);
        check("7.5", "2.5", true);
        check("1e300", "3", false);
        check("1e2000", "1024", true);
        check("3e2000", "3", true);
        check("1e2000", "3", false);
    }

    #[test]
    fn prints_as_big_float() {
        #[track_caller]
        fn check(text: &str, want: &str) {
            assert_eq!(decimal(text).general(), want);
        }
        check("5", "5");
        check("100000", "100000");
        check("1000000", "1e+06");
        check("-1234567", "-1.234567e+06");
        check("0.5", "0.5");
        check("0.0001", "0.0001");
        check("0.00001", "1e-05");
        check("12.50", "12.5");
        check("0", "0");
    }

    #[test]
    fn reads_integers() {
        #[track_caller]
        fn check(text: &str, want: Option<i64>) {
            assert_eq!(decimal(text).to_int(), want);
        }
        check("12", Some(12));
        check("1.0", Some(1));
        check("1e3", Some(1000));
        check("1.5", None);
        check("-3", Some(-3));
        check("1e400", Some(i64::MAX));
        assert_eq!(Decimal::parse_any(b"0x10"), Decimal::parse(b"16"));
        assert_eq!(Decimal::parse_any(b"abc"), None);
    }
}
