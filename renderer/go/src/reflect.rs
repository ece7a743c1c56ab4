//! Questions of Go's `reflect` to two or one [`Value`].

use std::collections::HashSet;
use std::rc::Rc;

use crate::time::Time;
use crate::{Kind, List, Map, Object, Value, stack};

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
        Value::Bytes(bytes) => !bytes.is_nil(),
        Value::List(list) => !list.is_nil(),
        Value::Map(map) => !map.is_nil(),
        Value::Object(object) => match object.underlying() {
            Some(value) => is_nonzero(&value),
            None if object.go_type().kind == Kind::Struct => {
                object.fields().iter().any(|field| is_nonzero(&field.value))
            }
            None => !object.is_nil(),
        },
    }
}

/// `reflect.DeepEqual`: types must be the same, a nil slice or map is not an empty one, NaN equals nothing.
pub fn deep_equal(a: &Value, b: &Value) -> bool {
    Comparison::default().equal(a, b, 0)
}

/// Down to this depth of nesting no pairs are remembered, which is enough for most comparisons.
const REMEMBERED_FROM: usize = 3;

/// The pairs of maps and slices under comparison. A pair that is met again is taken for equal, as in Go: it contains
/// itself.
#[derive(Default)]
struct Comparison {
    visited: HashSet<(usize, usize)>,
}

impl Comparison {
    /// Whether this pair was met before.
    fn remembers(&mut self, a: usize, b: usize, depth: usize) -> bool {
        depth >= REMEMBERED_FROM && !self.visited.insert((a, b))
    }

    fn equal(&mut self, a: &Value, b: &Value, depth: usize) -> bool {
        match (a, b) {
            (Value::Nil, Value::Nil) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a_kind, a), Value::Int(b_kind, b)) => a_kind == b_kind && a == b,
            (Value::Uint(a_kind, a), Value::Uint(b_kind, b)) => a_kind == b_kind && a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Complex(a_re, a_im), Value::Complex(b_re, b_im)) => a_re == b_re && a_im == b_im,
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Bytes(a), Value::Bytes(b)) => a.is_nil() == b.is_nil() && a == b,
            (Value::List(a), Value::List(b)) => self.lists(a, b, depth),
            (Value::Map(a), Value::Map(b)) => self.maps(a, b, depth),
            (Value::Object(a), Value::Object(b)) => self.objects(a, b, depth),
            _ => false,
        }
    }

    fn lists(&mut self, a: &List, b: &List, depth: usize) -> bool {
        if a.go_type() != b.go_type() || a.is_nil() != b.is_nil() || a.len() != b.len() {
            return false;
        }
        let (a, b) = (a.items(), b.items());
        // The same elements of the same array are equal at once, even if one is NaN.
        std::ptr::eq(&*a, &*b)
            || stack::is_low()
            || self.remembers(a.as_ptr().addr(), b.as_ptr().addr(), depth)
            || a.iter().zip(b.iter()).all(|(a, b)| self.equal(a, b, depth + 1))
    }

    fn maps(&mut self, a: &Map, b: &Map, depth: usize) -> bool {
        if a.go_type() != b.go_type() || a.is_nil() != b.is_nil() || a.len() != b.len() {
            return false;
        }
        if a.is_same(b) || stack::is_low() || self.remembers(a.identity(), b.identity(), depth) {
            return true;
        }
        let (a, b) = (a.snapshot(), b.snapshot());
        a.iter().zip(b.iter()).all(|((a_key, a), (b_key, b))| a_key == b_key && self.equal(a, b, depth + 1))
    }

    fn objects(&mut self, a: &Rc<dyn Object>, b: &Rc<dyn Object>, depth: usize) -> bool {
        if a.go_type() != b.go_type() {
            return false;
        }
        if Rc::ptr_eq(a, b) || stack::is_low() {
            return true;
        }
        if let (Some(a), Some(b)) = (a.as_any().downcast_ref::<Time>(), b.as_any().downcast_ref()) {
            return a.deep_equal(b);
        }
        if let (Some(a), Some(b)) = (a.underlying(), b.underlying()) {
            return self.equal(&a, &b, depth + 1);
        }
        match (a.pointee(), b.pointee()) {
            (Some(a), Some(b)) => return self.equal(&a, &b, depth + 1),
            (None, None) => {}
            _ => return false,
        }
        let (a_fields, b_fields) = (a.fields(), b.fields());
        if a_fields.is_empty() && b_fields.is_empty() {
            // Structs without fields are equal; of pointers that say nothing of what they point to, only nil ones are.
            return a.go_type().kind == Kind::Struct || (a.is_nil() && b.is_nil());
        }
        a_fields.len() == b_fields.len()
            && a_fields.iter().zip(&b_fields).all(|(a, b)| self.equal(&a.value, &b.value, depth + 1))
    }
}
