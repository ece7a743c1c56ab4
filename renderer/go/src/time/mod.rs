//! `time`: moments, durations, zones, and the layouts that are written as dates of the year 2006.
//!
//! A moment here never has the monotonic reading that Go keeps beside the wall clock: it would print as `m=+0.01` and
//! differ in every run.

mod duration;
mod layout;
mod object;
mod parse;
mod zone;

use crate::Host;

pub use duration::Duration;
pub use object::DURATION;
pub use object::{TIME, as_time};
pub use parse::{parse, parse_in_location, unmarshal_json};
pub use zone::{Zone, load_location};

/// `time.Time`: a moment to the nanosecond, and the zone that it is shown in.
#[derive(Clone, Debug)]
pub struct Time {
    /// Seconds since 1970.
    seconds: i64,
    /// Below a billion.
    nanos: u32,
    zone: Zone,
}

/// Seconds from the year 1 to 1970.
const UNIX_TO_YEAR_1: i64 = 62_135_596_800;

const SECONDS_PER_DAY: i64 = 86_400;

/// A date and a time of day, as a clock in some zone shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// From 1.
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

impl Time {
    /// The zero `time.Time`: the first of January of the year 1, UTC.
    pub const ZERO: Time = Time { seconds: -UNIX_TO_YEAR_1, nanos: 0, zone: Zone::Utc };

    /// `time.Now()`.
    pub fn now(host: &dyn Host) -> Time {
        let nanos = host.now_unix_nanos();
        let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
        // A remainder of a billion fits.
        Time { seconds, nanos: nanos.rem_euclid(1_000_000_000) as u32, zone: Zone::local(host) }
    }

    /// `time.Unix(seconds, 0)`, which Go shows in the local zone.
    pub fn unix(seconds: i64, zone: Zone) -> Time {
        Time { seconds, nanos: 0, zone }
    }

    /// `time.Date`: values out of range carry over.
    pub(crate) fn date(civil: Civil, nanos: i64, zone: Zone) -> Time {
        let wall = civil_seconds(civil, nanos.div_euclid(1_000_000_000));
        // The offset that holds at the moment itself: near a change of the clock it differs from the one that is found by
        // taking the wall clock for UTC.
        let guess = zone.lookup(wall).offset;
        let seconds = if guess == 0 {
            wall
        } else {
            let offset = zone.lookup(wall.wrapping_sub(i64::from(guess))).offset;
            wall.wrapping_sub(i64::from(offset))
        };
        Time { seconds, nanos: nanos.rem_euclid(1_000_000_000) as u32, zone }
    }

    /// `Unix()`.
    pub fn unix_seconds(&self) -> i64 {
        self.seconds
    }

    /// `Nanosecond()`.
    pub fn nanosecond(&self) -> u32 {
        self.nanos
    }

    /// `Location()`.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// `In(zone)`: the same moment, shown in another zone.
    pub fn in_zone(&self, zone: Zone) -> Time {
        Time { zone, ..*self }
    }

    /// `IsZero()`.
    pub fn is_zero(&self) -> bool {
        self.seconds == -UNIX_TO_YEAR_1 && self.nanos == 0
    }

    /// `Add`. Seconds wrap, as in Go.
    pub fn add(&self, duration: Duration) -> Time {
        let nanos = i64::from(self.nanos) + duration.0 % 1_000_000_000;
        let seconds =
            self.seconds.wrapping_add(duration.0 / 1_000_000_000).wrapping_add(nanos.div_euclid(1_000_000_000));
        Time { seconds, nanos: nanos.rem_euclid(1_000_000_000) as u32, zone: self.zone.clone() }
    }

    /// `Sub`: the duration between two moments, the largest or smallest one where it does not fit.
    pub fn sub(&self, other: &Time) -> Duration {
        let nanos = (i128::from(self.seconds) - i128::from(other.seconds)) * 1_000_000_000 + i128::from(self.nanos)
            - i128::from(other.nanos);
        Duration(i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX }))
    }

    /// `Compare`, by the moment alone.
    pub fn compare(&self, other: &Time) -> std::cmp::Ordering {
        (self.seconds, self.nanos).cmp(&(other.seconds, other.nanos))
    }

    /// `reflect.DeepEqual` of two times: the same moment in the same zone.
    pub(crate) fn deep_equal(&self, other: &Time) -> bool {
        let same_zone = match (&self.zone, &other.zone) {
            (Zone::Utc, Zone::Utc) => true,
            (Zone::Local(a), Zone::Local(b)) | (Zone::Named(a), Zone::Named(b)) => a.is_same(b),
            (Zone::Fixed(a, a_offset), Zone::Fixed(b, b_offset)) => a == b && a_offset == b_offset,
            _ => false,
        };
        same_zone && self.seconds == other.seconds && self.nanos == other.nanos
    }

    /// `AddDate`: a day that the month does not have carries over.
    pub(crate) fn add_date(&self, years: i64, months: i64, days: i64) -> Time {
        let mut civil = self.civil();
        civil.year = civil.year.saturating_add(years);
        civil.month = civil.month.saturating_add(months);
        civil.day = civil.day.saturating_add(days);
        Time::date(civil, i64::from(self.nanos), self.zone.clone())
    }

    /// `Truncate`: down to a multiple of a duration since the zero time.
    pub(crate) fn truncate(&self, duration: Duration) -> Time {
        if duration.0 <= 0 { self.clone() } else { self.add(Duration(-self.remainder(duration.0))) }
    }

    /// `Round`: to the nearest multiple of a duration since the zero time, halves up.
    pub(crate) fn round(&self, duration: Duration) -> Time {
        if duration.0 <= 0 {
            return self.clone();
        }
        let remainder = self.remainder(duration.0);
        // In unsigned numbers the sum cannot overflow.
        if remainder.unsigned_abs() * 2 < duration.0.unsigned_abs() {
            self.add(Duration(-remainder))
        } else {
            self.add(Duration(duration.0 - remainder))
        }
    }

    fn remainder(&self, duration: i64) -> i64 {
        let nanos = (i128::from(self.seconds) + i128::from(UNIX_TO_YEAR_1)) * 1_000_000_000 + i128::from(self.nanos);
        // Below the duration, which is an i64.
        nanos.rem_euclid(i128::from(duration)) as i64
    }

    /// What a clock in the zone shows.
    pub(crate) fn civil(&self) -> Civil {
        civil_at(self.wall())
    }

    /// Seconds since 1970 by the clock of the zone.
    fn wall(&self) -> i64 {
        self.seconds.wrapping_add(i64::from(self.zone.lookup(self.seconds).offset))
    }

    /// `Weekday()`: Sunday is 0.
    pub(crate) fn weekday(&self) -> i64 {
        (self.wall().div_euclid(SECONDS_PER_DAY) + 4).rem_euclid(7)
    }

    /// `YearDay()`: from 1.
    pub(crate) fn year_day(&self) -> i64 {
        let day = self.wall().div_euclid(SECONDS_PER_DAY);
        day - days_since_1970(self.civil().year, 1, 1) as i64 + 1
    }
}

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The days of a month; 31 of one that does not exist.
pub(crate) fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970 in the Gregorian calendar. Wide enough for any year and day.
fn days_since_1970(year: i64, month: i64, day: i64) -> i128 {
    // Years begin in March here, so that the leap day is the last one.
    let year = i128::from(year) - i128::from(month <= 2);
    let month = i128::from((month + 9) % 12);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + i128::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Seconds since 1970 of a wall clock. What carries over does so first.
fn civil_seconds(civil: Civil, carried: i64) -> i64 {
    let months = i128::from(civil.month) - 1;
    let year = i128::from(civil.year) + months.div_euclid(12);
    let month = months.rem_euclid(12) as i64 + 1;
    let year = i64::try_from(year).unwrap_or(i64::MAX);
    let seconds = (days_since_1970(year, month, 1) + i128::from(civil.day) - 1) * i128::from(SECONDS_PER_DAY)
        + i128::from(civil.hour) * 3600
        + i128::from(civil.minute) * 60
        + i128::from(civil.second)
        + i128::from(carried);
    i64::try_from(seconds).unwrap_or(if seconds < 0 { i64::MIN } else { i64::MAX })
}

fn civil_at(wall: i64) -> Civil {
    let days = wall.div_euclid(SECONDS_PER_DAY);
    let second = wall.rem_euclid(SECONDS_PER_DAY);
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Civil { year, month, day, hour: second / 3600, minute: second / 60 % 60, second: second % 60 }
}

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(crate) const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The package's own quoting: in double quotes, all that is not printable ASCII as `\x` of each byte.
fn quote(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=0x7f => out.push(char::from(byte)),
            _ => {
                use std::fmt::Write as _;
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
