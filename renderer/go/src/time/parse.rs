//! Moments from text, by a layout.

use super::duration::leading_int;
use super::layout::{Element, OffsetForm, next_element};
use super::{Civil, DAYS, MONTHS, Time, Zone, days_in, is_leap, quote};
use crate::Str;

const RFC3339: &[u8] = b"2006-01-02T15:04:05Z07:00";
const RFC3339_NANO: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";

/// `time.Parse`: without a zone in the text the moment is UTC.
///
/// # Errors
/// `parsing time "x" as "2006-01-02": cannot parse "x" as "2006"`, `parsing time "2023-02-30": day out of range` …
pub fn parse(layout: &[u8], value: &[u8], local: &Zone) -> Result<Time, String> {
    parse_with(layout, value, &Zone::Utc, local)
}

/// `time.ParseInLocation`: without a zone in the text the moment is of this one.
///
/// # Errors
/// As [`parse`].
pub fn parse_in_location(layout: &[u8], value: &[u8], zone: &Zone) -> Result<Time, String> {
    parse_with(layout, value, zone, zone)
}

/// Why an element does not parse.
enum Bad {
    /// The text does not have its form.
    Form,
    /// Its value is out of range.
    Range(&'static str),
}

type Taken<'v, T> = Result<(T, &'v [u8]), Bad>;

fn digit(text: &[u8], at: usize) -> Option<i64> {
    text.get(at).filter(|b| b.is_ascii_digit()).map(|b| i64::from(b - b'0'))
}

/// One or two digits; `fixed`: two.
fn number(text: &[u8], fixed: bool) -> Taken<'_, i64> {
    match (digit(text, 0), digit(text, 1)) {
        (Some(tens), Some(ones)) => Ok((tens * 10 + ones, &text[2..])),
        (Some(ones), None) if !fixed => Ok((ones, &text[1..])),
        _ => Err(Bad::Form),
    }
}

fn number3(text: &[u8], fixed: bool) -> Taken<'_, i64> {
    let len = text.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    if len == 0 || (fixed && len != 3) {
        return Err(Bad::Form);
    }
    let (digits, rest) = text.split_at(len);
    Ok((digits.iter().fold(0, |n, b| n * 10 + i64::from(b - b'0')), rest))
}

/// Digits with a sign: Go's `atoi` lets one slip in even where a year is expected.
fn signed(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = i64::try_from(leading_int(digits)?).ok()?;
    Some(if text.starts_with(b"-") { -value } else { value })
}

/// A name of a list by its first `len` bytes (all if 0), in any case.
fn name<'v>(names: &[&str], len: usize, text: &'v [u8]) -> Taken<'v, i64> {
    for (index, name) in (0_i64..).zip(names) {
        let name = if len == 0 { name.as_bytes() } else { &name.as_bytes()[..len] };
        if let Some(head) = text.get(..name.len())
            && head.eq_ignore_ascii_case(name)
        {
            return Ok((index, &text[name.len()..]));
        }
    }
    Err(Bad::Form)
}

/// A separator and digits, as nanoseconds. More than nine digits are cut off.
fn nanoseconds(text: &[u8]) -> Result<i64, Bad> {
    if !matches!(text.first(), Some(b'.' | b',')) {
        return Err(Bad::Form);
    }
    let digits = &text[1..text.len().min(10)];
    let value = signed(digits).ok_or(Bad::Form)?;
    if value < 0 {
        return Err(Bad::Range("fractional second"));
    }
    // At most nine digits.
    Ok(value * 10_i64.pow(9 - u32::try_from(digits.len()).unwrap_or(9)))
}

/// Skips literal text of the layout. A run of blanks stands for any run of them.
fn skip<'v>(mut value: &'v [u8], mut prefix: &[u8]) -> Result<&'v [u8], &'v [u8]> {
    let blanks = |text: &[u8]| text.iter().take_while(|b| **b == b' ').count();
    while let Some(&first) = prefix.first() {
        if first == b' ' {
            if value.first().is_some_and(|b| *b != b' ') {
                return Err(value);
            }
            prefix = &prefix[blanks(prefix)..];
            value = &value[blanks(value)..];
            continue;
        }
        if value.first() != Some(&first) {
            return Err(value);
        }
        prefix = &prefix[1..];
        value = &value[1..];
    }
    Ok(value)
}

/// How long a zone's abbreviation at the beginning of a text is.
fn zone_name_len(value: &[u8]) -> Option<usize> {
    if value.len() < 3 {
        return None;
    }
    if value.starts_with(b"ChST") || value.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(offset) = value.strip_prefix(b"GMT") {
        return Some(3 + signed_offset_len(offset));
    }
    if matches!(value[0], b'+' | b'-') {
        return Some(signed_offset_len(value)).filter(|len| *len > 0);
    }
    match value.iter().take(6).take_while(|b| b.is_ascii_uppercase()).count() {
        3 => Some(3),
        4 if value[3] == b'T' || value.starts_with(b"WITA") => Some(4),
        5 if value[4] == b'T' => Some(5),
        _ => None,
    }
}

/// The length of `+3` or `-12` (hours up to 23), 0 of anything else.
fn signed_offset_len(value: &[u8]) -> usize {
    if !matches!(value.first(), Some(b'+' | b'-')) {
        return 0;
    }
    let len = value[1..].iter().take_while(|b| b.is_ascii_digit()).count();
    match leading_int(&value[1..=len]) {
        Some(hours) if len > 0 && hours <= 23 => 1 + len,
        _ => 0,
    }
}

/// What was read so far. Not given is `None`.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: i64,
    pm: bool,
    am: bool,
    utc: bool,
    offset: Option<i32>,
    zone_name: Option<Str>,
}

fn parse_with(layout: &[u8], value: &[u8], default: &Zone, local: &Zone) -> Result<Time, String> {
    if (layout == RFC3339 || layout == RFC3339_NANO)
        && let Some(time) = rfc3339(value, local)
    {
        return Ok(time);
    }
    let mut fields = Fields::default();
    let mut layout_rest = layout;
    let mut rest = value;
    let cannot = |at: &[u8], element: &[u8]| {
        format!("parsing time {} as {}: cannot parse {} as {}", quote(value), quote(layout), quote(at), quote(element))
    };
    let failed = |message: &str| format!("parsing time {}: {message}", quote(value));
    loop {
        let next = next_element(layout_rest);
        let prefix = next.map_or(layout_rest, |(prefix, ..)| prefix);
        rest = skip(rest, prefix).map_err(|at| cannot(at, prefix))?;
        let Some((_, element, behind)) = next else { break };
        let element_text = &layout_rest[prefix.len()..layout_rest.len() - behind.len()];
        layout_rest = behind;
        rest = match fields.take(element, rest, layout_rest) {
            Ok(rest) => rest,
            Err(Bad::Range(what)) => return Err(failed(&format!("{what} out of range"))),
            Err(Bad::Form) => return Err(cannot(rest, element_text)),
        };
    }
    if !rest.is_empty() {
        return Err(failed(&format!("extra text: {}", quote(rest))));
    }
    fields.finish(default, local).map_err(failed)
}

impl Fields {
    /// Reads one element; returns the rest of the value.
    fn take<'v>(&mut self, element: Element, value: &'v [u8], layout_rest: &[u8]) -> Result<&'v [u8], Bad> {
        use Element::*;
        let rest;
        match element {
            Year => {
                let text = value.get(..2).ok_or(Bad::Form)?;
                rest = &value[2..];
                let year = signed(text).ok_or(Bad::Form)?;
                self.year = year + if year >= 69 { 1900 } else { 2000 };
            }
            LongYear => {
                let text = value.get(..4).filter(|t| t[0].is_ascii_digit()).ok_or(Bad::Form)?;
                rest = &value[4..];
                self.year = signed(text).ok_or(Bad::Form)?;
            }
            Month | LongMonth => {
                let month;
                (month, rest) = name(&MONTHS, if element == Month { 3 } else { 0 }, value)?;
                self.month = Some(month + 1);
            }
            NumMonth | ZeroMonth => {
                let month;
                (month, rest) = number(value, element == ZeroMonth)?;
                if !(1..=12).contains(&month) {
                    return Err(Bad::Range("month"));
                }
                self.month = Some(month);
            }
            WeekDay | LongWeekDay => (_, rest) = name(&DAYS, if element == WeekDay { 3 } else { 0 }, value)?,
            Day | UnderDay | ZeroDay => {
                let text = if element == UnderDay { value.strip_prefix(b" ").unwrap_or(value) } else { value };
                let day;
                // What is out of range is found once the month is known.
                (day, rest) = number(text, element == ZeroDay)?;
                self.day = Some(day);
            }
            UnderYearDay | ZeroYearDay => {
                let mut text = value;
                if element == UnderYearDay {
                    text = text.strip_prefix(b" ").unwrap_or(text);
                    text = text.strip_prefix(b" ").unwrap_or(text);
                }
                let day;
                (day, rest) = number3(text, element == ZeroYearDay)?;
                self.year_day = Some(day);
            }
            Hour => (self.hour, rest) = within(number(value, false)?, 23, "hour")?,
            Hour12 | ZeroHour12 => (self.hour, rest) = within(number(value, element == ZeroHour12)?, 12, "hour")?,
            Minute | ZeroMinute => (self.minute, rest) = within(number(value, element == ZeroMinute)?, 59, "minute")?,
            Second | ZeroSecond => {
                let text;
                (self.second, text) = within(number(value, element == ZeroSecond)?, 59, "second")?;
                // A fraction is read even where the layout has none, unless its own comes next.
                let own = matches!(next_element(layout_rest), Some((_, Fraction { .. } | FractionTrimmed { .. }, _)));
                let len = fraction_len(text);
                if len > 0 && !own {
                    self.nanos = nanoseconds(&text[..len])?;
                    rest = &text[len..];
                } else {
                    rest = text;
                }
            }
            UpperPm | LowerPm => {
                let text = value.get(..2).ok_or(Bad::Form)?;
                rest = &value[2..];
                match (element, text) {
                    (UpperPm, b"PM") | (LowerPm, b"pm") => self.pm = true,
                    (UpperPm, b"AM") | (LowerPm, b"am") => self.am = true,
                    _ => return Err(Bad::Form),
                }
            }
            Offset { zulu: true, .. } if value.starts_with(b"Z") => {
                self.utc = true;
                rest = &value[1..];
            }
            Offset { form, .. } => {
                let offset;
                (offset, rest) = offset_of(value, form)?;
                // Go's mark for "not given".
                self.offset = Some(offset).filter(|o| *o != -1);
            }
            ZoneName => {
                if let Some(behind) = value.strip_prefix(b"UTC") {
                    self.utc = true;
                    rest = behind;
                } else {
                    let len = zone_name_len(value).ok_or(Bad::Form)?;
                    let name;
                    (name, rest) = value.split_at(len);
                    self.zone_name = Some(Str::from(name));
                }
            }
            Fraction { digits, .. } => {
                let text = value.get(..=digits).ok_or(Bad::Form)?;
                self.nanos = nanoseconds(text)?;
                rest = &value[1 + digits..];
            }
            FractionTrimmed { .. } => {
                let len = fraction_len(value);
                if len > 0 {
                    self.nanos = nanoseconds(&value[..len])?;
                }
                rest = &value[len..];
            }
        }
        Ok(rest)
    }

    fn finish(mut self, default: &Zone, local: &Zone) -> Result<Time, &'static str> {
        if self.pm && self.hour < 12 {
            self.hour += 12;
        } else if self.am && self.hour == 12 {
            self.hour = 0;
        }
        let (mut month, mut day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        if let Some(year_day) = self.year_day {
            let days = if is_leap(self.year) { 366 } else { 365 };
            if year_day < 1 || year_day > days {
                return Err("day-of-year out of range");
            }
            (month, day) = (1, year_day);
            while day > days_in(month, self.year) {
                day -= days_in(month, self.year);
                month += 1;
            }
            if self.month.is_some_and(|m| m != month) {
                return Err("day-of-year does not match month");
            }
            if self.day.is_some_and(|d| d != day) {
                return Err("day-of-year does not match day");
            }
        }
        if day < 1 || day > days_in(month, self.year) {
            return Err("day out of range");
        }
        let civil = Civil { year: self.year, month, day, hour: self.hour, minute: self.minute, second: self.second };
        let at = |zone: Zone| Time::date(civil, self.nanos, zone);
        if self.utc {
            return Ok(at(Zone::Utc));
        }
        let mut time = at(Zone::Utc);
        if let Some(offset) = self.offset {
            time.seconds = time.seconds.wrapping_sub(i64::from(offset));
            let here = local.lookup(time.seconds);
            let same_name = self.zone_name.as_ref().is_none_or(|name| *name == here.name);
            time.zone = if here.offset == offset && same_name {
                local.clone()
            } else {
                Zone::Fixed(self.zone_name.unwrap_or_default(), offset)
            };
            return Ok(time);
        }
        if let Some(name) = self.zone_name {
            if let Some(offset) = local.offset_of(&name, time.seconds) {
                time.seconds = time.seconds.wrapping_sub(i64::from(offset));
                time.zone = local.clone();
                return Ok(time);
            }
            let hours = name.strip_prefix(b"GMT").filter(|h| !h.is_empty()).and_then(signed).unwrap_or(0);
            // At most 23 hours. The moment itself is not moved, as in Go.
            time.zone = Zone::Fixed(name, hours as i32 * 3600);
            return Ok(time);
        }
        Ok(at(default.clone()))
    }
}

fn within<'v>((value, rest): (i64, &'v [u8]), max: i64, what: &'static str) -> Taken<'v, i64> {
    if value > max { Err(Bad::Range(what)) } else { Ok((value, rest)) }
}

/// The length of a separator and at least one digit, 0 if there is none.
fn fraction_len(text: &[u8]) -> usize {
    match text {
        [b'.' | b',', digits @ ..] => match digits.iter().take_while(|b| b.is_ascii_digit()).count() {
            0 => 0,
            len => 1 + len,
        },
        _ => 0,
    }
}

fn offset_of(value: &[u8], form: OffsetForm) -> Taken<'_, i32> {
    let (len, minutes_at, seconds_at) = match form {
        OffsetForm::Hours => (3, None, None),
        OffsetForm::Minutes => (5, Some(3), None),
        OffsetForm::ColonMinutes => (6, Some(4), None),
        OffsetForm::Seconds => (7, Some(3), Some(5)),
        OffsetForm::ColonSeconds => (9, Some(4), Some(7)),
    };
    let text = value.get(..len).ok_or(Bad::Form)?;
    let colon_missing = match form {
        OffsetForm::ColonMinutes => text[3] != b':',
        OffsetForm::ColonSeconds => text[3] != b':' || text[6] != b':',
        _ => false,
    };
    if colon_missing {
        return Err(Bad::Form);
    }
    // What is out of range is reported before what is no number, of the parts in front of it.
    let mut parts = [0_i64; 3];
    let mut malformed = false;
    for (part, at) in parts.iter_mut().zip([Some(1), minutes_at, seconds_at]) {
        let Some(at) = at.filter(|_| !malformed) else { continue };
        match number(&text[at..at + 2], true) {
            Ok((value, _)) => *part = value,
            Err(_) => malformed = true,
        }
    }
    if let Some(what) = [
        (parts[2] > 60, "time zone offset second"),
        (parts[1] > 60, "time zone offset minute"),
        (parts[0] > 24, "time zone offset hour"),
    ]
    .into_iter()
    .find_map(|(bad, what)| bad.then_some(what))
    {
        return Err(Bad::Range(what));
    }
    let seconds = (parts[0] * 60 + parts[1]) * 60 + parts[2];
    match text[0] {
        _ if malformed => Err(Bad::Form),
        b'+' => Ok((seconds as i32, &value[len..])),
        b'-' => Ok((-seconds as i32, &value[len..])),
        _ => Err(Bad::Form),
    }
}

/// The quick way for what is strictly RFC 3339. It alone gives an offset without a name where the general way would too,
/// but takes a fraction of any length after a period only.
fn rfc3339(text: &[u8], local: &Zone) -> Option<Time> {
    let field = |from: usize, to: usize, min: i64, max: i64| -> Option<i64> {
        let digits = text.get(from..to)?;
        let value = digits.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))?;
        (min..=max).contains(&value).then_some(value)
    };
    let year = field(0, 4, 0, 9999)?;
    let month = field(5, 7, 1, 12)?;
    let day = field(8, 10, 1, days_in(month, year))?;
    let (hour, minute, second) = (field(11, 13, 0, 23)?, field(14, 16, 0, 59)?, field(17, 19, 0, 59)?);
    if (text[4], text[7], text[10], text[13], text[16]) != (b'-', b'-', b'T', b':', b':') {
        return None;
    }
    let mut rest = &text[19..];
    let mut nanos = 0;
    if rest.starts_with(b".") {
        let len = fraction_len(rest);
        if len > 0 {
            nanos = nanoseconds(&rest[..len]).ok()?;
            rest = &rest[len..];
        }
    }
    let mut time = Time::date(Civil { year, month, day, hour, minute, second }, nanos, Zone::Utc);
    if rest == b"Z" {
        return Some(time);
    }
    let (sign, digits) = rest.split_first()?;
    if digits.len() != 5 || digits[2] != b':' {
        return None;
    }
    let part = |at: usize, max: i64| number(&digits[at..at + 2], true).ok().map(|(n, _)| n).filter(|n| *n <= max);
    let offset = (part(0, 23)? * 60 + part(3, 59)?) * 60;
    let offset = match sign {
        b'+' => offset,
        b'-' => -offset,
        _ => return None,
    };
    time.seconds -= offset;
    // At most a day.
    let offset = offset as i32;
    time.zone =
        if local.lookup(time.seconds).offset == offset { local.clone() } else { Zone::Fixed(Str::EMPTY, offset) };
    Some(time)
}
