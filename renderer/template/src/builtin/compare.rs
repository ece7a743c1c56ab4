//! `eq`, `ne`, `lt`, `le`, `gt`, `ge`.

use std::rc::Rc;

use thinlock_go::types::Kind;
use thinlock_go::{CallError, Object, Str, Toolchain, Value, fmt};

use super::{is_nil, plain};
use crate::rv::Rv;

/// Go's `kind`: the classes that compare with each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Basic {
    Invalid,
    Bool,
    Complex,
    Int,
    Float,
    String,
    Uint,
}

fn basic(value: &Value) -> Basic {
    match value {
        Value::Bool(_) => Basic::Bool,
        Value::Complex(..) => Basic::Complex,
        Value::Int(..) => Basic::Int,
        Value::Float(_) => Basic::Float,
        Value::Str(_) => Basic::String,
        Value::Uint(..) => Basic::Uint,
        Value::Nil | Value::Bytes(_) | Value::List(_) | Value::Map(_) | Value::Object(_) => Basic::Invalid,
    }
}

#[cold]
fn incompatible(a: &Value, b: &Value, toolchain: &Toolchain) -> CallError {
    let text = "incompatible types for comparison";
    if toolchain.comparison_names_types {
        return CallError::message(format!("{text}: {} and {}", a.type_name(), b.type_name()));
    }
    CallError::message(text)
}

fn bad_type() -> CallError {
    CallError::message("invalid type for comparison")
}

/// Runs `body` with the plain values behind two values; named types compare by what is underneath.
fn with_plain<R>(a: &Value, b: &Value, body: impl FnOnce(&Value, &Value) -> R) -> R {
    match (a, b) {
        (Value::Object(_), _) | (_, Value::Object(_)) => body(&plain(a.clone()), &plain(b.clone())),
        _ => body(a, b),
    }
}

/// `a == b || a == c || …`
pub(super) fn eq(first: &Rv, rest: &[Rv], toolchain: &Toolchain) -> Result<bool, CallError> {
    if rest.is_empty() {
        return Err(CallError::message("missing argument for comparison"));
    }
    for other in rest {
        if eq_one(&first.value, &other.value, toolchain)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn eq_one(a: &Value, b: &Value, toolchain: &Toolchain) -> Result<bool, CallError> {
    let quick = with_plain(a, b, |x, y| match (x, y) {
        (Value::Bool(x), Value::Bool(y)) => Some(x == y),
        (Value::Str(x), Value::Str(y)) => Some(x == y),
        (Value::Int(_, x), Value::Int(_, y)) => Some(x == y),
        (Value::Uint(_, x), Value::Uint(_, y)) => Some(x == y),
        (Value::Int(_, x), Value::Uint(_, y)) | (Value::Uint(_, y), Value::Int(_, x)) => {
            Some(u64::try_from(*x).is_ok_and(|x| x == *y))
        }
        (Value::Float(x), Value::Float(y)) => Some(x == y),
        (Value::Complex(a, b), Value::Complex(x, y)) => Some(a == x && b == y),
        _ if basic(x) != basic(y) => None,
        _ => Some(false),
    });
    let same_class = with_plain(a, b, |x, y| basic(x) == basic(y));
    match quick {
        Some(equal) if !same_class || with_plain(a, b, |x, _| basic(x) != Basic::Invalid) => return Ok(equal),
        None if !a.is_nil() && !b.is_nil() => return Err(incompatible(a, b, toolchain)),
        None => return Ok(false),
        Some(_) => {}
    }
    // Neither is of a basic kind.
    let kinds_agree = a.kind() == b.kind() || a.is_nil() || b.is_nil();
    if !kinds_agree {
        let (x, y) = (verb_s(a)?, fmt::format_value(b)?);
        let (a, b) = (a.type_name().as_bytes(), b.type_name().as_bytes());
        let text = Str::concat(&[b"non-comparable types ", &x, b": ", a, b", ", b, b": ", &y]);
        return Err(CallError::message(text));
    }
    if is_nil(a) || is_nil(b) {
        return Ok(is_nil(a) == is_nil(b));
    }
    match (a, b) {
        (Value::Object(x), Value::Object(y)) if comparable(y) => Ok(same(x, y)),
        _ => {
            let text = verb_s(b)?;
            Err(CallError::message(Str::concat(&[b"non-comparable type ", &text, b": ", b.type_name().as_bytes()])))
        }
    }
}

/// `%s`, which Go uses for the value in the error text.
fn verb_s(value: &Value) -> Result<Vec<u8>, CallError> {
    fmt::sprintf(b"%s", std::slice::from_ref(value))
}

/// `reflect.Type.Comparable` of an object's type.
fn comparable(object: &Rc<dyn Object>) -> bool {
    match object.go_type().kind {
        Kind::Slice | Kind::Map | Kind::Func => false,
        Kind::Struct => object.fields().iter().all(|field| match &field.value {
            Value::List(_) | Value::Map(_) | Value::Bytes(_) => false,
            Value::Object(inner) => comparable(inner),
            _ => true,
        }),
        _ => true,
    }
}

/// Go's `==` of two comparable values in interfaces.
fn same(a: &Rc<dyn Object>, b: &Rc<dyn Object>) -> bool {
    if *a.go_type() != *b.go_type() {
        return false;
    }
    if Rc::ptr_eq(a, b) {
        return true;
    }
    if a.go_type().kind != Kind::Struct {
        return a.is_same_pointer(&**b);
    }
    let (x, y) = (a.fields(), b.fields());
    if x.is_empty() && y.is_empty() {
        return a.string() == b.string();
    }
    x.len() == y.len()
        && x.iter().zip(&y).all(|(x, y)| match (&x.value, &y.value) {
            (Value::Nil, Value::Nil) => true,
            (Value::Object(x), Value::Object(y)) => same(x, y),
            (Value::Str(x), Value::Str(y)) => x == y,
            (Value::Bool(x), Value::Bool(y)) => x == y,
            (Value::Int(_, x), Value::Int(_, y)) => x == y,
            (Value::Uint(_, x), Value::Uint(_, y)) => x == y,
            (Value::Float(x), Value::Float(y)) => x == y,
            _ => false,
        })
}

/// `a < b`
pub(super) fn lt(a: &Rv, b: &Rv, toolchain: &Toolchain) -> Result<bool, CallError> {
    let (a, b) = (&a.value, &b.value);
    with_plain(a, b, |x, y| {
        if basic(x) == Basic::Invalid || basic(y) == Basic::Invalid {
            return Err(bad_type());
        }
        Ok(match (x, y) {
            (Value::Int(_, x), Value::Int(_, y)) => x < y,
            (Value::Uint(_, x), Value::Uint(_, y)) => x < y,
            (Value::Int(_, x), Value::Uint(_, y)) => u64::try_from(*x).is_ok_and(|x| x < *y) || *x < 0,
            (Value::Uint(_, x), Value::Int(_, y)) => u64::try_from(*y).is_ok_and(|y| *x < y),
            (Value::Float(x), Value::Float(y)) => x < y,
            (Value::Str(x), Value::Str(y)) => x < y,
            (Value::Bool(_), Value::Bool(_)) | (Value::Complex(..), Value::Complex(..)) => return Err(bad_type()),
            _ => return Err(incompatible(a, b, toolchain)),
        })
    })
}

/// `a <= b`: less or equal, in this order, as Go has it.
pub(super) fn le(a: &Rv, b: &Rv, toolchain: &Toolchain) -> Result<bool, CallError> {
    Ok(lt(a, b, toolchain)? || eq_one(&a.value, &b.value, toolchain)?)
}
