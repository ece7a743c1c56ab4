//! Paths with slashes; the `os` functions are the same, as Helm's charts are rendered as on Linux.

use thinlock_go::{Interp, Value, path};

use crate::args::{Answer, text};

pub(crate) fn base(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Str(path::base(&text(args, 0)?).into()))
}

pub(crate) fn dir(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Str((&*path::dir(&text(args, 0)?)).into()))
}

pub(crate) fn clean(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Str((&*path::clean(&text(args, 0)?)).into()))
}

pub(crate) fn ext(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Str(path::ext(&text(args, 0)?).into()))
}

pub(crate) fn is_abs(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Bool(path::is_abs(&text(args, 0)?)))
}
