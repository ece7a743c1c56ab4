//! Emptiness, defaults, and choices.

use thinlock_go::{Interp, Kind, Value};

use crate::args::{Answer, any, boolean};

/// sprig's `empty`: nil, false, zero numbers, and strings, slices and maps of length zero. A struct is never empty, a
/// pointer is when it is nil.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(object) => match object.underlying() {
            Some(under) => is_empty(&under),
            None => object.go_type().kind != Kind::Struct && object.is_nil(),
        },
        other => !other.truth(),
    }
}

pub(crate) fn default(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let given = if args.get(1).is_none_or(is_empty) { 0 } else { 1 };
    Ok(any(args, given))
}

pub(crate) fn empty(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Bool(args.first().is_none_or(is_empty)))
}

pub(crate) fn coalesce(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(args.iter().position(|v| !is_empty(v)).map_or(Value::Nil, |at| any(args, at)))
}

pub(crate) fn all(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Bool(!args.iter().any(is_empty)))
}

pub(crate) fn some(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Bool(args.iter().any(|v| !is_empty(v))))
}

pub(crate) fn ternary(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let chosen = if boolean(args, 2)? { 0 } else { 1 };
    Ok(any(args, chosen))
}
