//! `%v`, the form in which a template prints everything: the hottest path of this crate, and so without the machinery
//! of flags and verbs. Walks containers with a stack of its own, so that depth costs no call stack.

use std::rc::Rc;

use super::{MAX_OUTPUT, too_deep, too_large};
use crate::map::Entries;
use crate::object::Field;
use crate::types::Kind;
use crate::{CallError, List, Object, Value, strconv};

/// More levels than any document that can be read has.
const MAX_DEPTH: usize = 10_000;

/// Where a pointer that is no top-level operand prints as an address. Go prints the machine's; output must not depend
/// on the machine, so all pointers stand at one place that looks like one of Go's.
pub const ADDRESS: u64 = 0x00c0_0001_4000;

/// Appends what `%v` prints: `fmt.Append(out, value)`. Nil prints as `<nil>`.
///
/// # Errors
/// The value contains itself, or the text becomes larger than a render may hold.
pub fn append_value(out: &mut Vec<u8>, value: &Value) -> Result<(), CallError> {
    append_plain(out, value, true)
}

/// [`append_value`]; `methods` says whether `String` and `Error` are called, which Go leaves out while it reports a bad
/// verb.
pub(super) fn append_plain(out: &mut Vec<u8>, value: &Value, methods: bool) -> Result<(), CallError> {
    match open(out, value, methods, 0) {
        Some(level) => walk(out, level, methods),
        None => Ok(()),
    }
}

/// A container of which a part has been printed.
enum Level {
    List(List, usize),
    Map(Rc<Entries>, usize),
    /// A struct's fields; whether methods are called inside (they are not below unexported fields).
    Struct(Vec<Field>, usize, bool),
}

fn walk(out: &mut Vec<u8>, outermost: Level, methods: bool) -> Result<(), CallError> {
    let mut stack = vec![outermost];
    let most = out.len().saturating_add(MAX_OUTPUT);
    while let Some(level) = stack.last_mut() {
        let mut inside = methods;
        let child = match level {
            Level::List(list, at) => {
                let Some(child) = list.get(*at) else {
                    out.push(b']');
                    stack.pop();
                    continue;
                };
                if *at > 0 {
                    out.push(b' ');
                }
                *at += 1;
                child
            }
            Level::Map(entries, at) => {
                let Some((key, child)) = entries.get(*at) else {
                    out.push(b']');
                    stack.pop();
                    continue;
                };
                if *at > 0 {
                    out.push(b' ');
                }
                *at += 1;
                out.extend_from_slice(key);
                out.push(b':');
                child.clone()
            }
            Level::Struct(fields, at, methods) => {
                let Some(field) = fields.get(*at) else {
                    out.push(b'}');
                    stack.pop();
                    continue;
                };
                if *at > 0 {
                    out.push(b' ');
                }
                *at += 1;
                inside = *methods && field.exported();
                field_value(field)
            }
        };
        if out.len() > most {
            return Err(too_large());
        }
        if let Some(mut level) = open(out, &child, inside, 1) {
            if let Level::Struct(_, _, methods) = &mut level {
                *methods = inside;
            }
            if stack.len() >= MAX_DEPTH {
                return Err(too_deep());
            }
            stack.push(level);
        }
    }
    Ok(())
}

/// A field's value; a nil that stands for a nil map or slice as that.
pub(crate) fn field_value(field: &Field) -> Value {
    match (&field.value, field.go_type.kind) {
        (Value::Nil, Kind::Map) => Value::Map(crate::Map::nil(field.go_type)),
        (Value::Nil, Kind::Slice) => Value::List(List::nil(field.go_type)),
        (value, _) => value.clone(),
    }
}

/// Prints a scalar; of a container prints the beginning and returns it.
fn open(out: &mut Vec<u8>, value: &Value, methods: bool, depth: usize) -> Option<Level> {
    match value {
        Value::Nil => out.extend_from_slice(b"<nil>"),
        Value::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
        Value::Int(_, n) => strconv::append_int(out, *n),
        Value::Uint(_, n) => strconv::append_uint(out, *n),
        Value::Float(x) => strconv::append_float(out, *x, b'g', -1, 64),
        Value::Complex(re, im) => {
            out.push(b'(');
            strconv::append_float(out, *re, b'g', -1, 64);
            if !im.is_sign_negative() && !im.is_infinite() || im.is_nan() {
                out.push(b'+');
            }
            strconv::append_float(out, *im, b'g', -1, 64);
            out.extend_from_slice(b"i)");
        }
        Value::Str(s) => out.extend_from_slice(s),
        Value::Bytes(bytes) => {
            out.push(b'[');
            for (at, b) in bytes.iter().enumerate() {
                if at > 0 {
                    out.push(b' ');
                }
                strconv::append_uint(out, u64::from(*b));
            }
            out.push(b']');
        }
        Value::List(list) => {
            out.push(b'[');
            return Some(Level::List(list.clone(), 0));
        }
        Value::Map(map) => {
            out.extend_from_slice(b"map[");
            return Some(Level::Map(map.snapshot(), 0));
        }
        Value::Object(object) => return open_object(out, &**object, methods, depth),
    }
    None
}

fn open_object(out: &mut Vec<u8>, object: &dyn Object, methods: bool, depth: usize) -> Option<Level> {
    if methods && let Some(text) = object.string() {
        out.extend_from_slice(&text);
        return None;
    }
    if let Some(value) = object.underlying() {
        // One step only: what lies under a name is a plain kind.
        return if matches!(value, Value::Object(_)) { None } else { open(out, &value, methods, depth) };
    }
    match object.go_type().kind {
        Kind::Struct => {
            out.push(b'{');
            return Some(Level::Struct(object.fields(), 0, methods));
        }
        _ if object.is_nil() => out.extend_from_slice(b"<nil>"),
        Kind::Pointer if depth == 0 => {
            if let Some(value) = pointee(object) {
                out.push(b'&');
                return open(out, &value, methods, depth + 1);
            }
            append_address(out);
        }
        _ => append_address(out),
    }
    None
}

fn append_address(out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{ADDRESS:#x}").as_bytes());
}

/// What a pointer points to, if that is printed in place of an address.
pub(super) fn pointee(object: &dyn Object) -> Option<Value> {
    object.pointee().filter(|v| matches!(v.kind(), Kind::Array | Kind::Slice | Kind::Struct | Kind::Map))
}
