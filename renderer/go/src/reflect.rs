//! Questions of Go's `reflect` to two or one [`Value`].

use crate::Value;

/// Not `reflect.Value.IsZero`: whether a value is anything but the zero value of its type.
pub fn is_nonzero(value: &Value) -> bool {
    match value {
        Value::Nil => false,
        Value::Bool(b) => *b,
        Value::Int(_, n) => *n != 0,
        Value::Uint(_, n) => *n != 0,
        // -0 is not zero to `reflect`.
        Value::Float(x) => x.to_bits() != 0,
        Value::Complex(re, im) => re.to_bits() != 0 || im.to_bits() != 0,
        Value::Str(s) => !s.is_empty(),
        Value::Bytes(_) => true,
        Value::List(list) => !list.is_nil(),
        Value::Map(map) => !map.is_nil(),
        Value::Object(object) => match object.underlying() {
            Some(value) => is_nonzero(&value),
            None if object.go_type().kind == crate::Kind::Struct => {
                object.fields().iter().any(|field| is_nonzero(&field.value))
            }
            None => !object.is_nil(),
        },
    }
}

/// How deep [`deep_equal`] follows values before it takes what is deeper for equal: only a value that contains itself
/// is, and Go takes a comparison that it meets again for equal too.
const MAX_DEPTH: usize = 1000;

/// `reflect.DeepEqual`: types must be the same, a nil slice or map is not an empty one, NaN equals nothing.
pub fn deep_equal(a: &Value, b: &Value) -> bool {
    equal(a, b, 0)
}

fn equal(a: &Value, b: &Value, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return true;
    }
    match (a, b) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a_kind, a), Value::Int(b_kind, b)) => a_kind == b_kind && a == b,
        (Value::Uint(a_kind, a), Value::Uint(b_kind, b)) => a_kind == b_kind && a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Complex(a_re, a_im), Value::Complex(b_re, b_im)) => a_re == b_re && a_im == b_im,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            if a.go_type() != b.go_type() || a.is_nil() != b.is_nil() || a.len() != b.len() {
                return false;
            }
            let (a, b) = (a.items(), b.items());
            // The same elements of the same array are equal at once, even if one is NaN.
            std::ptr::eq(&*a, &*b) || a.iter().zip(b.iter()).all(|(a, b)| equal(a, b, depth + 1))
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.go_type() != b.go_type() || a.is_nil() != b.is_nil() || a.len() != b.len() {
                return false;
            }
            if a.is_same(b) {
                return true;
            }
            let (a, b) = (a.snapshot(), b.snapshot());
            a.iter().zip(b.iter()).all(|((a_key, a), (b_key, b))| a_key == b_key && equal(a, b, depth + 1))
        }
        (Value::Object(a), Value::Object(b)) => {
            if a.go_type() != b.go_type() {
                return false;
            }
            if std::rc::Rc::ptr_eq(a, b) {
                // A pointer equals itself whatever it points to; a struct with a NaN does not, but holds none here.
                return true;
            }
            if let (Some(a), Some(b)) = (a.underlying(), b.underlying()) {
                return equal(&a, &b, depth + 1);
            }
            match (a.pointee(), b.pointee()) {
                (Some(a), Some(b)) => return equal(&a, &b, depth + 1),
                (None, None) => {}
                _ => return false,
            }
            let (a_fields, b_fields) = (a.fields(), b.fields());
            if a_fields.is_empty() && b_fields.is_empty() {
                return a.is_nil() && b.is_nil();
            }
            a_fields.len() == b_fields.len()
                && a_fields.iter().zip(&b_fields).all(|(a, b)| equal(&a.value, &b.value, depth + 1))
        }
        _ => false,
    }
}
