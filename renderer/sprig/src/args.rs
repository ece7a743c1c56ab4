//! Taking arguments out of the slice that a template's executor passes.
//!
//! The executor has checked the types, so an argument of another type is a bug of the caller; it is answered with an
//! error all the same, since a library may not bring down its host.

use thinlock_go::types::{MAP_STRING_ANY, SLICE_ANY, SLICE_STRING};
use thinlock_go::{CallError, List, Map, Str, Value};

/// What the body of every function returns.
pub(crate) type Answer = Result<Value, CallError>;

/// The argument at an index, which a call of a wrong arity does not have.
pub(crate) fn any(args: &mut [Value], at: usize) -> Value {
    args.get_mut(at).map(std::mem::take).unwrap_or_default()
}

/// The argument at an index, borrowed.
pub(crate) fn arg(args: &[Value], at: usize) -> &Value {
    args.get(at).unwrap_or(&Value::Nil)
}

/// A `string` argument.
pub(crate) fn text(args: &mut [Value], at: usize) -> Result<Str, CallError> {
    match any(args, at) {
        Value::Str(s) => Ok(s),
        other => Err(wrong(at, "string", &other)),
    }
}

/// An argument of an integer type.
pub(crate) fn int(args: &[Value], at: usize) -> Result<i64, CallError> {
    match args.get(at) {
        Some(Value::Int(_, n)) => Ok(*n),
        Some(Value::Uint(_, n)) => Ok(n.cast_signed()),
        other => Err(wrong(at, "integer", other.unwrap_or(&Value::Nil))),
    }
}

/// A `bool` argument.
pub(crate) fn boolean(args: &[Value], at: usize) -> Result<bool, CallError> {
    match args.get(at) {
        Some(Value::Bool(b)) => Ok(*b),
        other => Err(wrong(at, "bool", other.unwrap_or(&Value::Nil))),
    }
}

/// A `map[string]interface {}` argument. A literal `nil` is the nil map; a named map type arrives as the plain one, as
/// Go's assignment to the parameter makes it.
pub(crate) fn dict(args: &mut [Value], at: usize) -> Result<Map, CallError> {
    match any(args, at) {
        Value::Map(m) if m.go_type() == &MAP_STRING_ANY => Ok(m),
        Value::Map(m) => Ok(m.with_type(&MAP_STRING_ANY)),
        Value::Nil => Ok(Map::nil(&MAP_STRING_ANY)),
        Value::Object(object) => match object.underlying() {
            Some(Value::Map(m)) => Ok(m.with_type(&MAP_STRING_ANY)),
            _ => Err(wrong(at, MAP_STRING_ANY.name, &Value::Object(object))),
        },
        other => Err(wrong(at, MAP_STRING_ANY.name, &other)),
    }
}

/// A `[]interface {}` argument; a literal `nil` is the nil slice.
pub(crate) fn list(args: &mut [Value], at: usize) -> Result<List, CallError> {
    match any(args, at) {
        Value::List(l) => Ok(l),
        Value::Nil => Ok(List::nil(&SLICE_ANY)),
        other => Err(wrong(at, SLICE_ANY.name, &other)),
    }
}

/// The variadic arguments from an index on.
pub(crate) fn rest(args: &mut [Value], from: usize) -> Vec<Value> {
    args.get_mut(from..).unwrap_or_default().iter_mut().map(std::mem::take).collect()
}

/// The result of a function that returns `[]string`.
pub(crate) fn strings(items: Vec<Value>) -> Answer {
    Ok(Value::List(List::new(&SLICE_STRING, items)))
}

#[cold]
fn wrong(at: usize, want: &str, got: &Value) -> CallError {
    CallError::message(format!("argument {}: want {want}, got {}", at + 1, got.type_name()))
}

/// The panic of a nil pointer, which `reflect.TypeOf(nil).Kind()` raises.
#[cold]
pub(crate) fn nil_dereference() -> CallError {
    CallError::message("runtime error: invalid memory address or nil pointer dereference")
}

/// The panic of `make` with a negative or absurd length.
#[cold]
pub(crate) fn makeslice() -> CallError {
    CallError::message("runtime error: makeslice: len out of range")
}
