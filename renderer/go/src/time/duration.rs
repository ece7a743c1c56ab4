//! `time.Duration`.

use super::quote;

/// `time.Duration`: nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub i64);

impl Duration {
    /// `time.Second`.
    pub const SECOND: Duration = Duration(1_000_000_000);

    /// `time.ParseDuration`: `1h15m30.918s`, `-1.5h`, `300ms`, `0`.
    ///
    /// # Errors
    /// `time: invalid duration "x"`, `time: missing unit in duration "1"`, `time: unknown unit "d" in duration "1d"`.
    pub fn parse(text: &[u8]) -> Result<Duration, String> {
        let invalid = || format!("time: invalid duration {}", quote(text));
        let negative = text.starts_with(b"-");
        let mut rest = if negative || text.starts_with(b"+") { &text[1..] } else { text };
        if rest == b"0" {
            return Ok(Duration(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let limit = 1_u64 << 63;
        let mut total = 0_u64;
        while let Some(&first) = rest.first() {
            if first != b'.' && !first.is_ascii_digit() {
                return Err(invalid());
            }
            let whole_digits = digits(rest);
            let whole = leading_int(whole_digits).ok_or_else(invalid)?;
            rest = &rest[whole_digits.len()..];
            let mut fraction = (0, 1.0);
            let mut fraction_digits: &[u8] = b"";
            if let Some(behind) = rest.strip_prefix(b".") {
                fraction_digits = digits(behind);
                fraction = leading_fraction(fraction_digits);
                rest = &behind[fraction_digits.len()..];
            }
            if whole_digits.is_empty() && fraction_digits.is_empty() {
                return Err(invalid());
            }
            let unit_len = rest.iter().take_while(|b| **b != b'.' && !b.is_ascii_digit()).count();
            let (unit, behind) = rest.split_at(unit_len);
            rest = behind;
            let unit = match unit {
                b"" => return Err(format!("time: missing unit in duration {}", quote(text))),
                b"ns" => 1,
                b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1_000,
                b"ms" => 1_000_000,
                b"s" => 1_000_000_000,
                b"m" => 60_000_000_000,
                b"h" => 3_600_000_000_000,
                _ => return Err(format!("time: unknown unit {} in duration {}", quote(unit), quote(text))),
            };
            if whole > limit / unit {
                return Err(invalid());
            }
            let mut value = whole * unit;
            if fraction.0 > 0 {
                // In floating point, with Go's rounding.
                value = value.saturating_add((fraction.0 as f64 * (unit as f64 / fraction.1)) as u64);
                if value > limit {
                    return Err(invalid());
                }
            }
            total = total.saturating_add(value);
            if total > limit {
                return Err(invalid());
            }
        }
        if negative {
            return Ok(Duration((total as i64).wrapping_neg()));
        }
        i64::try_from(total).map(Duration).map_err(|_| invalid())
    }

    /// `String()`: `1h15m30.918s`, `2.5µs`, `0s`.
    pub fn format(self) -> String {
        let nanos = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        if nanos < 1_000_000_000 {
            return match nanos {
                0 => "0s".to_owned(),
                1..1_000 => format!("{sign}{nanos}ns"),
                1_000..1_000_000 => format!("{sign}{}µs", decimal(nanos, 3)),
                _ => format!("{sign}{}ms", decimal(nanos, 6)),
            };
        }
        let minutes = nanos / 60_000_000_000;
        let seconds = decimal(nanos % 60_000_000_000, 9);
        match (minutes / 60, minutes % 60) {
            (0, 0) => format!("{sign}{seconds}s"),
            (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
            (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
        }
    }

    /// `Seconds()`.
    pub fn seconds(self) -> f64 {
        self.in_units(1_000_000_000)
    }

    /// `Minutes()`.
    pub fn minutes(self) -> f64 {
        self.in_units(60_000_000_000)
    }

    /// `Hours()`.
    pub fn hours(self) -> f64 {
        self.in_units(3_600_000_000_000)
    }

    /// Whole units and the rest separately, as Go adds them up.
    fn in_units(self, unit: i64) -> f64 {
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }

    /// `Truncate`: towards zero to a multiple; unchanged for a multiple that is not positive.
    pub fn truncate(self, multiple: Duration) -> Duration {
        if multiple.0 <= 0 { self } else { Duration(self.0 - self.0 % multiple.0) }
    }

    /// `Round`: to the nearest multiple, halves away from zero; the largest or smallest duration on overflow.
    pub fn round(self, multiple: Duration) -> Duration {
        if multiple.0 <= 0 {
            return self;
        }
        let rest = self.0 % multiple.0;
        let down = self.0 - rest;
        if rest.unsigned_abs() * 2 < multiple.0.unsigned_abs() {
            return Duration(down);
        }
        Duration(if self.0 < 0 { down.saturating_sub(multiple.0) } else { down.saturating_add(multiple.0) })
    }

    /// `Abs`.
    pub fn abs(self) -> Duration {
        Duration(self.0.saturating_abs())
    }
}

/// A number with so many decimal places, without trailing zeros.
fn decimal(value: u64, places: u32) -> String {
    let unit = 10_u64.pow(places);
    let fraction = format!("{:0width$}", value % unit, width = places as usize);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { (value / unit).to_string() } else { format!("{}.{fraction}", value / unit) }
}

fn digits(text: &[u8]) -> &[u8] {
    &text[..text.iter().take_while(|b| b.is_ascii_digit()).count()]
}

/// Digits up to 2^63.
pub(super) fn leading_int(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |n, b| {
        let n = n.checked_mul(10)?.checked_add(u64::from(b - b'0'))?;
        (n <= 1 << 63).then_some(n)
    })
}

/// As many digits as fit, and the power of ten by which they are to be divided.
fn leading_fraction(digits: &[u8]) -> (u64, f64) {
    let (mut value, mut scale) = (0_u64, 1.0);
    for b in digits {
        if value > ((1 << 63) - 1) / 10 {
            break;
        }
        let next = value * 10 + u64::from(b - b'0');
        if next > 1 << 63 {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    (value, scale)
}
