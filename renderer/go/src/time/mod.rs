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
pub use parse::{parse, parse_in_location};
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
        self.zone.is_same(&other.zone) && self.seconds == other.seconds && self.nanos == other.nanos
    }

    /// `AddDate`: a day that the month does not have carries over.
    pub(crate) fn add_date(&self, years: i64, months: i64, days: i64) -> Time {
        let mut civil = self.civil();
        civil.year = civil.year.wrapping_add(years);
        civil.month = civil.month.wrapping_add(months);
        civil.day = civil.day.wrapping_add(days);
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
        // The count begins on a Wednesday.
        ((day_and_second(self.wall()).0 + 3) % 7) as i64
    }

    /// `YearDay()`: from 1.
    pub(crate) fn year_day(&self) -> i64 {
        let (day, _) = day_and_second(self.wall());
        day.wrapping_sub(days_at(self.civil().year, 1, 1)) as i64 + 1
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

/// Where Go counts days from: the first of March, so many years before the year 0. Every number of seconds in an `int64`
/// is after it, and what overflows wraps as in Go.
const ABSOLUTE_YEARS: u64 = 292_277_022_400;

/// Days from a first of March to the end of the year.
const MARCH_TO_DECEMBER: u64 = 306;

/// Seconds from there to 1970.
const ABSOLUTE_TO_UNIX: u64 =
    (ABSOLUTE_YEARS / 400 * 146_097 + MARCH_TO_DECEMBER) * SECONDS_PER_DAY as u64 + UNIX_TO_YEAR_1 as u64;

/// Go's `dateToAbsDays`.
fn days_at(year: i64, month: i64, day: i64) -> u64 {
    // Years begin in March here, so that the leap day is the last one.
    let january_or_february = month <= 2;
    let years = (year as u64).wrapping_sub(u64::from(january_or_february)).wrapping_add(ABSOLUTE_YEARS);
    let month = month + if january_or_february { 12 } else { 0 };
    let day_of_year = (153 * month - 457) / 5;
    let in_century = (1461 * (years % 100) / 4) as i64 + day_of_year;
    (146_097_u64.wrapping_mul(years / 100) / 4).wrapping_add(in_century.wrapping_add(day).wrapping_sub(1) as u64)
}

/// The day, counted as Go does, and the second of the day.
fn day_and_second(wall: i64) -> (u64, i64) {
    let seconds = (wall as u64).wrapping_add(ABSOLUTE_TO_UNIX);
    (seconds / SECONDS_PER_DAY as u64, (seconds % SECONDS_PER_DAY as u64) as i64)
}

/// Seconds since 1970 of a wall clock. What carries over does so first.
fn civil_seconds(civil: Civil, carried: i64) -> i64 {
    let months = civil.month.wrapping_sub(1);
    let year = civil.year.wrapping_add(months.div_euclid(12));
    let days = days_at(year, months.rem_euclid(12) + 1, civil.day);
    let second = civil.hour * 3600 + civil.minute * 60 + civil.second + carried;
    (days as i64).wrapping_mul(SECONDS_PER_DAY).wrapping_add(second).wrapping_sub(ABSOLUTE_TO_UNIX as i64)
}

/// Go's `absDays.date`, with the time of day.
fn civil_at(wall: i64) -> Civil {
    let (days, second) = day_and_second(wall);
    let quarters = 4 * days + 3;
    let century = quarters / 146_097;
    let day_of_century = (quarters % 146_097) / 4;
    let year_of_century = (4 * day_of_century + 3) / 1461;
    let day_of_year = (4 * day_of_century + 3) % 1461 / 4;
    let month = (5 * day_of_year + 461) / 153;
    let day = (5 * day_of_year + 461) % 153 / 5 + 1;
    let next_year = u64::from(day_of_year >= MARCH_TO_DECEMBER);
    let year = (century * 100).wrapping_sub(ABSOLUTE_YEARS).wrapping_add(year_of_century + next_year) as i64;
    let month = (month - 12 * next_year) as i64;
    Civil { year, month, day: day as i64, hour: second / 3600, minute: second / 60 % 60, second: second % 60 }
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
