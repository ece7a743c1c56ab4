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
