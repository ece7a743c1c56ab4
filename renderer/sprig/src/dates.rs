//! Dates and durations. A moment that is asked for in a way that sprig does not know is the present one.

use thinlock_go::time::{Duration, Time, Zone, as_time, load_location, parse_in_location};
use thinlock_go::{CallError, Host, IntKind, Interp, Str, Value, strconv};

use crate::args::{Answer, any, arg, text};
use crate::numeric::nearest;

/// `2006-01-02`, the format of HTML's date fields.
const HTML: &[u8] = b"2006-01-02";

/// The moment that a value stands for: a time, or seconds since 1970 in the integer types that sprig knows.
fn moment(value: &Value, kinds: &[IntKind], host: &dyn Host) -> Time {
    if let Some(time) = as_time(value) {
        return time.clone();
    }
    match value {
        Value::Int(kind, seconds) if kinds.contains(kind) => Time::unix(*seconds, Zone::local(host)),
        _ => Time::now(host),
    }
}

fn formatted(host: &dyn Host, layout: &[u8], value: &Value, zone: &[u8]) -> Answer {
    let pointee = match value {
        Value::Object(object) => object.pointee(),
        _ => None,
    };
    let value = pointee.as_ref().unwrap_or(value);
    let time = moment(value, &[IntKind::Int64, IntKind::Int, IntKind::Int32], host);
    let zone = load_location(zone, host).unwrap_or(Zone::Utc);
    Ok(Value::Str(time.in_zone(zone).format(layout).into()))
}

pub(crate) fn date(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let layout = text(args, 0)?;
    formatted(interp.host(), &layout, arg(args, 1), b"Local")
}

pub(crate) fn date_in_zone(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (layout, zone) = (text(args, 0)?, text(args, 2)?);
    formatted(interp.host(), &layout, arg(args, 1), &zone)
}

pub(crate) fn html_date(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    formatted(interp.host(), HTML, arg(args, 0), b"Local")
}

pub(crate) fn html_date_in_zone(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let zone = text(args, 1)?;
    formatted(interp.host(), HTML, arg(args, 0), &zone)
}

/// A `time.Time` argument.
fn time_arg(args: &[Value], at: usize) -> Result<Time, CallError> {
    as_time(arg(args, at)).cloned().ok_or_else(|| CallError::message("want time.Time"))
}

/// A date that cannot be modified as asked stays as it is.
pub(crate) fn date_modify(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let by = Duration::parse(&text(args, 0)?);
    let date = time_arg(args, 1)?;
    Ok(by.map_or_else(|_| date.clone(), |by| date.add(by)).into())
}

pub(crate) fn must_date_modify(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let by = Duration::parse(&text(args, 0)?).map_err(CallError::message)?;
    Ok(time_arg(args, 1)?.add(by).into())
}

pub(crate) fn now(interp: &mut dyn Interp, _: &mut [Value]) -> Answer {
    Ok(Time::now(interp.host()).into())
}

fn parsed(interp: &dyn Interp, args: &mut [Value]) -> Result<Time, CallError> {
    let (layout, date) = (text(args, 0)?, text(args, 1)?);
    parse_in_location(&layout, &date, &Zone::local(interp.host())).map_err(CallError::message)
}

/// A text that is no such date gives the zero time.
pub(crate) fn to_date(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(parsed(interp, args).unwrap_or(Time::ZERO).into())
}

pub(crate) fn must_to_date(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    parsed(interp, args).map(Value::from)
}

pub(crate) fn unix_epoch(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(strconv::format_int(time_arg(args, 0)?.unix_seconds(), 10).into())
}

pub(crate) fn ago(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let since = moment(arg(args, 0), &[IntKind::Int64, IntKind::Int], interp.host());
    Ok(Time::now(interp.host()).sub(&since).round(Duration::SECOND).format().into())
}

/// A number of seconds, as a text or an `int64`; everything else, an `int` too, is zero.
pub(crate) fn duration(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let seconds = match any(args, 0) {
        Value::Str(text) => strconv::parse_int(&text, 10, 64).unwrap_or_else(|_| nearest(&text)),
        Value::Int(IntKind::Int64, seconds) => seconds,
        _ => 0,
    };
    Ok(Duration(seconds.wrapping_mul(Duration::SECOND.0)).format().into())
}

/// The largest unit that the duration is longer than, and how many of it.
pub(crate) fn duration_round(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    const HOUR: u64 = 3600 * 1_000_000_000;
    const UNITS: [(u64, &str); 6] = [
        (365 * 24 * HOUR, "y"),
        (30 * 24 * HOUR, "mo"),
        (24 * HOUR, "d"),
        (HOUR, "h"),
        (HOUR / 60, "m"),
        (HOUR / 3600, "s"),
    ];
    let value = arg(args, 0);
    let duration = match value {
        Value::Str(text) => Duration::parse(text).map_or(0, |d| d.0),
        Value::Int(IntKind::Int64, nanos) => *nanos,
        _ => as_time(value).map_or(0, |time| Time::now(interp.host()).sub(time).0),
    };
    let length = duration.unsigned_abs();
    Ok(match UNITS.iter().find(|(unit, _)| length > *unit) {
        Some((unit, name)) => format!("{}{name}", length / unit).into(),
        None => Value::Str(Str::from_static("0s")),
    })
}
