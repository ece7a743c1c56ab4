//! Layouts: how they are read, and how a moment is written by one.

use super::{Civil, DAYS, MONTHS, Time};

/// An element of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekDay,
    WeekDay,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    ZoneName,
    /// `-0700` and its kin; `zulu`: written `Z0700`, prints `Z` for UTC.
    Offset {
        form: OffsetForm,
        zulu: bool,
    },
    /// `.000`: as many digits.
    Fraction {
        digits: usize,
        comma: bool,
    },
    /// `.999`: at most as many digits, without trailing zeros.
    FractionTrimmed {
        digits: usize,
        comma: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OffsetForm {
    /// `-07`
    Hours,
    /// `-0700`
    Minutes,
    /// `-07:00`
    ColonMinutes,
    /// `-070000`
    Seconds,
    /// `-07:00:00`
    ColonSeconds,
}

/// The text in front of the first element, the element, and what follows it.
pub(super) fn next_element(layout: &[u8]) -> Option<(&[u8], Element, &[u8])> {
    for at in 0..layout.len() {
        if let Some((element, skip, len)) = element_at(&layout[at..]) {
            return Some((&layout[..at + skip], element, &layout[at + len..]));
        }
    }
    None
}

/// The element at the beginning of the text, how many bytes of it are literal, and its length.
fn element_at(text: &[u8]) -> Option<(Element, usize, usize)> {
    use Element::*;
    let starts = |prefix: &str| text.starts_with(prefix.as_bytes());
    let lower_at = |at: usize| text.get(at).is_some_and(u8::is_ascii_lowercase);
    let found = |element, len| Some((element, 0, len));
    match text.first()? {
        b'J' if starts("January") => found(LongMonth, 7),
        b'J' if starts("Jan") && !lower_at(3) => found(Month, 3),
        b'M' if starts("Monday") => found(LongWeekDay, 6),
        b'M' if starts("Mon") && !lower_at(3) => found(WeekDay, 3),
        b'M' if starts("MST") => found(ZoneName, 3),
        b'0' => match text.get(1)? {
            b'1' => found(ZeroMonth, 2),
            b'2' => found(ZeroDay, 2),
            b'3' => found(ZeroHour12, 2),
            b'4' => found(ZeroMinute, 2),
            b'5' => found(ZeroSecond, 2),
            b'6' => found(Year, 2),
            b'0' if text.get(2) == Some(&b'2') => found(ZeroYearDay, 3),
            _ => None,
        },
        b'1' if starts("15") => found(Hour, 2),
        b'1' => found(NumMonth, 1),
        b'2' if starts("2006") => found(LongYear, 4),
        b'2' => found(Day, 1),
        // An underscore before the long year is a literal one.
        b'_' if starts("_2006") => Some((LongYear, 1, 5)),
        b'_' if starts("_2") => found(UnderDay, 2),
        b'_' if starts("__2") => found(UnderYearDay, 3),
        b'3' => found(Hour12, 1),
        b'4' => found(Minute, 1),
        b'5' => found(Second, 1),
        b'P' if starts("PM") => found(UpperPm, 2),
        b'p' if starts("pm") => found(LowerPm, 2),
        b'-' | b'Z' => {
            let zulu = text[0] == b'Z';
            let tail = &text[1..];
            let (form, len) = [
                ("070000", OffsetForm::Seconds),
                ("07:00:00", OffsetForm::ColonSeconds),
                ("0700", OffsetForm::Minutes),
                ("07:00", OffsetForm::ColonMinutes),
                ("07", OffsetForm::Hours),
            ]
            .into_iter()
            .find_map(|(form, kind)| tail.starts_with(form.as_bytes()).then_some((kind, form.len() + 1)))?;
            found(Offset { form, zulu }, len)
        }
        b'.' | b',' => {
            let comma = text[0] == b',';
            let digit = *text.get(1).filter(|b| matches!(b, b'0' | b'9'))?;
            let digits = text[1..].iter().take_while(|b| **b == digit).count();
            if text.get(1 + digits).is_some_and(u8::is_ascii_digit) {
                return None;
            }
            // Go keeps the number of digits in twelve bits.
            let count = digits & 0xfff;
            let element = if digit == b'0' {
                Fraction { digits: count, comma }
            } else {
                FractionTrimmed { digits: count, comma }
            };
            found(element, 1 + digits)
        }
        _ => None,
    }
}

/// A number with at least so many digits, a minus sign in front.
fn append_int(out: &mut Vec<u8>, n: i64, width: usize) {
    if n < 0 {
        out.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(n.unsigned_abs());
    out.resize(out.len() + width.saturating_sub(digits.len()), b'0');
    out.extend_from_slice(digits.as_bytes());
}

fn append_fraction(out: &mut Vec<u8>, nanos: u32, digits: usize, comma: bool, trim: bool) {
    if trim && (digits == 0 || nanos == 0) {
        return;
    }
    let text = format!("{nanos:09}");
    let mut text = text.get(..digits).unwrap_or(&text);
    if trim {
        text = text.trim_end_matches('0');
        if text.is_empty() {
            return;
        }
    }
    out.push(if comma { b',' } else { b'.' });
    out.extend_from_slice(text.as_bytes());
}

fn append_offset(out: &mut Vec<u8>, offset: i32, form: OffsetForm) {
    let minutes = i64::from(offset / 60);
    out.push(if minutes < 0 { b'-' } else { b'+' });
    append_int(out, minutes.abs() / 60, 2);
    let colon = matches!(form, OffsetForm::ColonMinutes | OffsetForm::ColonSeconds);
    if form != OffsetForm::Hours {
        if colon {
            out.push(b':');
        }
        append_int(out, minutes.abs() % 60, 2);
    }
    if matches!(form, OffsetForm::Seconds | OffsetForm::ColonSeconds) {
        if colon {
            out.push(b':');
        }
        // The sign is that of the whole minutes: less than a minute west prints a negative remainder in Go.
        let seconds = i64::from(if minutes < 0 { -offset } else { offset });
        append_int(out, seconds % 60, 2);
    }
}

impl Time {
    /// `Format`.
    pub fn format(&self, layout: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(layout.len() + 10);
        self.append_format(&mut out, layout);
        out
    }

    /// `AppendFormat`.
    pub fn append_format(&self, out: &mut Vec<u8>, mut layout: &[u8]) {
        use Element::*;
        let lookup = self.zone.lookup(self.seconds);
        let Civil { year, month, day, hour, minute, second } = self.civil();
        let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
        let month_name = usize::try_from(month - 1).ok().and_then(|m| MONTHS.get(m)).copied().unwrap_or_default();
        while let Some((prefix, element, rest)) = next_element(layout) {
            out.extend_from_slice(prefix);
            layout = rest;
            match element {
                Year => append_int(out, year.abs() % 100, 2),
                LongYear => append_int(out, year, 4),
                Month => out.extend_from_slice(&month_name.as_bytes()[..3]),
                LongMonth => out.extend_from_slice(month_name.as_bytes()),
                NumMonth => append_int(out, month, 0),
                ZeroMonth => append_int(out, month, 2),
                WeekDay | LongWeekDay => {
                    let name = usize::try_from(self.weekday()).ok().and_then(|d| DAYS.get(d)).copied();
                    let name = name.unwrap_or_default().as_bytes();
                    out.extend_from_slice(if element == WeekDay { &name[..3] } else { name });
                }
                Day => append_int(out, day, 0),
                UnderDay => {
                    if day < 10 {
                        out.push(b' ');
                    }
                    append_int(out, day, 0);
                }
                ZeroDay => append_int(out, day, 2),
                UnderYearDay => out.extend_from_slice(format!("{:3}", self.year_day()).as_bytes()),
                ZeroYearDay => append_int(out, self.year_day(), 3),
                Hour => append_int(out, hour, 2),
                Hour12 => append_int(out, hour12, 0),
                ZeroHour12 => append_int(out, hour12, 2),
                Minute => append_int(out, minute, 0),
                ZeroMinute => append_int(out, minute, 2),
                Second => append_int(out, second, 0),
                ZeroSecond => append_int(out, second, 2),
                UpperPm => out.extend_from_slice(if hour >= 12 { b"PM" } else { b"AM" }),
                LowerPm => out.extend_from_slice(if hour >= 12 { b"pm" } else { b"am" }),
                Offset { zulu: true, .. } if lookup.offset == 0 => out.push(b'Z'),
                Offset { form, .. } => append_offset(out, lookup.offset, form),
                ZoneName if !lookup.name.is_empty() => out.extend_from_slice(&lookup.name),
                ZoneName => append_offset(out, lookup.offset, OffsetForm::Minutes),
                Fraction { digits, comma } => append_fraction(out, self.nanos, digits, comma, false),
                FractionTrimmed { digits, comma } => append_fraction(out, self.nanos, digits, comma, true),
            }
        }
        out.extend_from_slice(layout);
    }
}
