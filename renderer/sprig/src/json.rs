//! JSON. The plain forms drop errors and return what they have; the `must` forms fail with them.

use thinlock_go::json::{self, Html};
use thinlock_go::{CallError, Interp, Str, Value};

use crate::args::{Answer, arg, text};

/// What two spaces of indent make of a value.
fn pretty(value: &Value) -> Result<Str, String> {
    json::encode_indent(value, "", "  ", Html::Escape).map(Str::from)
}

fn or_empty(result: Result<Str, String>) -> Answer {
    Ok(Value::Str(result.unwrap_or_default()))
}

fn or_fail(result: Result<Str, String>) -> Answer {
    result.map(Value::Str).map_err(CallError::message)
}

pub(crate) fn to_json(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    or_empty(json::encode_str(arg(args, 0), Html::Escape))
}

pub(crate) fn must_to_json(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    or_fail(json::encode_str(arg(args, 0), Html::Escape))
}

pub(crate) fn to_pretty_json(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    or_empty(pretty(arg(args, 0)))
}

pub(crate) fn must_to_pretty_json(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    or_fail(pretty(arg(args, 0)))
}

/// Without the escapes of `<`, `>` and `&`. Unlike its sisters `toRawJson` panics with the error, which reads the same
/// as `mustToRawJson`'s failure.
pub(crate) fn to_raw_json(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    or_fail(json::encode_str(arg(args, 0), Html::Keep))
}

pub(crate) fn from_json(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(json::decode(&text(args, 0)?).unwrap_or_default())
}

pub(crate) fn must_from_json(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    json::decode(&text(args, 0)?).map_err(CallError::message)
}
