//! Types and kinds, as Go's `reflect` and `%T` name them.

use thinlock_go::reflect::deep_equal as equal;
use thinlock_go::{Interp, Value};

use crate::args::{Answer, arg, text};

pub(crate) fn type_of(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::static_str(arg(args, 0).type_name()))
}

pub(crate) fn type_is(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Bool(text(args, 0)? == arg(args, 1).type_name()))
}

pub(crate) fn type_is_like(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (target, name) = (text(args, 0)?, arg(args, 1).type_name());
    let pointee = name.strip_prefix('*');
    Ok(Value::Bool(target == name || pointee.is_some_and(|name| target == name)))
}

pub(crate) fn kind_of(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::static_str(arg(args, 0).kind().name()))
}

pub(crate) fn kind_is(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Bool(text(args, 0)? == arg(args, 1).kind().name()))
}

pub(crate) fn deep_equal(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Bool(equal(arg(args, 0), arg(args, 1))))
}
