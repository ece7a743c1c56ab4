//! Helm 4.3's functions about durations.
//!
//! They take a `time.Duration`, a number of seconds of any kind, or a string: Go's form (`1h30m`), else a number of
//! seconds. All but `mustToDuration` turn what is none of these into 0.

use std::rc::Rc;

use thinlock_go::func::Body;
use thinlock_go::time::{DURATION, Duration};
use thinlock_go::{CallError, Func, Object, Type, Value, fmt, strconv, strings, types};

pub(super) fn functions() -> &'static [Func] {
    static FUNCTIONS: [Func; 11] = [
        one("mustToDuration", &DURATION, |_, args| Ok(duration(as_duration(first(args)).map_err(CallError::message)?))),
        one("durationSeconds", &types::FLOAT64, |_, args| Ok(Value::Float(or_zero(first(args)).seconds()))),
        one("durationMilliseconds", &types::INT64, |_, args| Ok(Value::int64(or_zero(first(args)).0 / 1_000_000))),
        one("durationMicroseconds", &types::INT64, |_, args| Ok(Value::int64(or_zero(first(args)).0 / 1_000))),
        one("durationNanoseconds", &types::INT64, |_, args| Ok(Value::int64(or_zero(first(args)).0))),
        one("durationMinutes", &types::FLOAT64, |_, args| Ok(Value::Float(or_zero(first(args)).minutes()))),
        one("durationHours", &types::FLOAT64, |_, args| Ok(Value::Float(or_zero(first(args)).hours()))),
        one("durationDays", &types::FLOAT64, |_, args| Ok(Value::Float(or_zero(first(args)).hours() / 24.0))),
        one("durationWeeks", &types::FLOAT64, |_, args| Ok(Value::Float(or_zero(first(args)).hours() / 24.0 / 7.0))),
        two("durationRoundTo", |_, args| Ok(to_multiple(args, Duration::round))),
        two("durationTruncateTo", |_, args| Ok(to_multiple(args, Duration::truncate))),
    ];
    &FUNCTIONS
}

const ONE: &[Type] = &[&types::ANY];
const TWO: &[Type] = &[&types::ANY, &types::ANY];

const fn one(name: &'static str, result: Type, call: Body) -> Func {
    Func { name, params: ONE, variadic: false, result, call, hands_on_dot: false }
}

const fn two(name: &'static str, call: Body) -> Func {
    Func { name, params: TWO, variadic: false, result: &DURATION, call, hands_on_dot: false }
}

fn first(args: &[Value]) -> &Value {
    args.first().unwrap_or(&Value::Nil)
}

fn duration(duration: Duration) -> Value {
    Value::Object(Rc::new(duration) as Rc<dyn Object>)
}

fn or_zero(value: &Value) -> Duration {
    as_duration(value).unwrap_or(Duration(0))
}

fn to_multiple(args: &[Value], adjust: fn(Duration, Duration) -> Duration) -> Value {
    let [value, multiple] = args else { return duration(Duration(0)) };
    duration(match (as_duration(value), as_duration(multiple)) {
        (Ok(value), Ok(multiple)) => adjust(value, multiple),
        (Ok(value), Err(_)) => value,
        (Err(_), _) => Duration(0),
    })
}

/// Helm's `asDuration`.
fn as_duration(value: &Value) -> Result<Duration, String> {
    match value {
        Value::Nil => Err("invalid duration".to_owned()),
        Value::Str(text) => {
            let trimmed = strings::trim_space(text);
            if trimmed.is_empty() {
                return Err("empty duration".to_owned());
            }
            if let Ok(duration) = Duration::parse(trimmed) {
                return Ok(duration);
            }
            match strconv::parse_float(trimmed, 64) {
                Ok(seconds) => of_seconds(seconds),
                Err(_) => Err(format!("could not parse duration {}", strconv::quote(text))),
            }
        }
        Value::Int(_, seconds) => seconds.checked_mul(SECOND).map(Duration).ok_or_else(|| overflow(seconds)),
        Value::Uint(_, seconds) => i64::try_from(*seconds)
            .ok()
            .and_then(|s| s.checked_mul(SECOND))
            .map(Duration)
            .ok_or_else(|| overflow(seconds)),
        Value::Float(seconds) => of_seconds(*seconds),
        Value::Object(object) => {
            if let Some(duration) = object.as_any().downcast_ref::<Duration>() {
                return Ok(*duration);
            }
            match object.underlying() {
                Some(inner @ (Value::Int(..) | Value::Uint(..) | Value::Float(_))) => as_duration(&inner),
                _ => Err(unsupported(value)),
            }
        }
        _ => Err(unsupported(value)),
    }
}

/// Nanoseconds.
const SECOND: i64 = 1_000_000_000;

fn unsupported(value: &Value) -> String {
    format!("unsupported duration type {}", value.type_name())
}

fn overflow(seconds: impl std::fmt::Display) -> String {
    format!("duration seconds overflow: {seconds}")
}

fn of_seconds(seconds: f64) -> Result<Duration, String> {
    // The largest whole duration, in seconds as Go's float64 arithmetic has it.
    const MAX: f64 = i64::MAX as f64 / SECOND as f64;
    let shown = || fmt::format_value(&Value::Float(seconds)).map(|s| s.to_string()).unwrap_or_default();
    if !seconds.is_finite() {
        return Err(format!("invalid duration seconds: {}", shown()));
    }
    if seconds.abs() > MAX {
        return Err(overflow(shown()));
    }
    // Saturates where Go's conversion of 2^63 is not defined.
    Ok(Duration((seconds * SECOND as f64) as i64))
}
