//! What a Go `any` can hold.

use std::rc::Rc;

use crate::types::{self, Kind, Type};
use crate::{List, Map, Object, Str};

/// The signed integer types of Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are Go's own")]
pub enum IntKind {
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
}

/// The unsigned integer types of Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are Go's own")]
pub enum UintKind {
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
}

/// What a Go `any` can hold.
///
/// Go's types are observable from a template (`typeOf`, `kindOf`, `%T`, `%v`), so each value carries its own. Maps and
/// slices are references, as in Go. A value belongs to one render on one thread; [`crate::Frozen`] is the form that
/// caches and threads share.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// The nil interface.
    #[default]
    Nil,
    /// `bool`.
    Bool(bool),
    /// A signed integer and its type.
    Int(IntKind, i64),
    /// An unsigned integer and its type.
    Uint(UintKind, u64),
    /// `float64`.
    Float(f64),
    /// `complex128`: only a literal such as `1i` makes one.
    Complex(f64, f64),
    /// `string`.
    Str(Str),
    /// `[]byte`, which is `[]uint8`. Behind a pointer, so that only one variant is as wide as a value.
    Bytes(Rc<Str>),
    /// A slice of any other type.
    List(List),
    /// A map with string keys.
    Map(Map),
    /// Anything with methods or fields: structs, pointers, and named types.
    Object(Rc<dyn Object>),
}

const _: () = assert!(size_of::<Value>() == 24 && size_of::<Option<Value>>() == 24);

impl Value {
    /// An `int`.
    pub const fn int(n: i64) -> Value {
        Value::Int(IntKind::Int, n)
    }

    /// An `int64`.
    pub const fn int64(n: i64) -> Value {
        Value::Int(IntKind::Int64, n)
    }

    /// A string that lives as long as the program.
    pub const fn static_str(text: &'static str) -> Value {
        Value::Str(Str::from_static(text))
    }

    /// A `[]byte`.
    pub fn bytes(bytes: impl Into<Str>) -> Value {
        Value::Bytes(Rc::new(bytes.into()))
    }

    /// The dynamic type; `None` for nil, which has none.
    pub fn go_type(&self) -> Option<Type> {
        Some(match self {
            Value::Nil => return None,
            Value::Bool(_) => &types::BOOL,
            Value::Int(kind, _) => match kind {
                IntKind::Int => &types::INT,
                IntKind::Int8 => &types::INT8,
                IntKind::Int16 => &types::INT16,
                IntKind::Int32 => &types::INT32,
                IntKind::Int64 => &types::INT64,
            },
            Value::Uint(kind, _) => match kind {
                UintKind::Uint => &types::UINT,
                UintKind::Uint8 => &types::UINT8,
                UintKind::Uint16 => &types::UINT16,
                UintKind::Uint32 => &types::UINT32,
                UintKind::Uint64 => &types::UINT64,
            },
            Value::Float(_) => &types::FLOAT64,
            Value::Complex(..) => &types::COMPLEX128,
            Value::Str(_) => &types::STRING,
            Value::Bytes(_) => &types::SLICE_BYTE,
            Value::List(list) => list.go_type(),
            Value::Map(map) => map.go_type(),
            Value::Object(object) => object.go_type(),
        })
    }

    /// `reflect.ValueOf(v).Kind()`.
    pub fn kind(&self) -> Kind {
        self.go_type().map_or(Kind::Invalid, |t| t.kind)
    }

    /// What `%T` prints: the type's name, `<nil>` for nil.
    pub fn type_name(&self) -> &'static str {
        self.go_type().map_or("<nil>", |t| t.name)
    }

    /// Whether this is the nil interface.
    pub fn is_nil(&self) -> bool {
        matches!(self, Value::Nil)
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&Str> {
        match self {
            Value::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The map, if this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(m) => Some(m),
            _ => None,
        }
    }

    /// The slice, if this is one (`[]byte` is [`Value::Bytes`]).
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::List(l) => Some(l),
            _ => None,
        }
    }

    /// `template.IsTrue`: false for nil, false, zero numbers, empty strings, slices and maps, nil pointers; a struct is
    /// always true.
    pub fn truth(&self) -> bool {
        match self {
            Value::Nil => false,
            Value::Bool(b) => *b,
            Value::Int(_, n) => *n != 0,
            Value::Uint(_, n) => *n != 0,
            Value::Float(x) => *x != 0.0,
            Value::Complex(re, im) => *re != 0.0 || *im != 0.0,
            Value::Str(s) => !s.is_empty(),
            Value::Bytes(s) => !s.is_empty(),
            Value::List(l) => !l.is_empty(),
            Value::Map(m) => !m.is_empty(),
            Value::Object(o) => match o.underlying() {
                Some(v) => v.truth(),
                None => o.go_type().kind == Kind::Struct || !o.is_nil(),
            },
        }
    }
}

macro_rules! from {
    ($($source:ty => |$x:ident| $make:expr;)*) => {
        $(impl From<$source> for Value {
            fn from($x: $source) -> Value { $make }
        })*
    };
}

from! {
    bool => |b| Value::Bool(b);
    f64 => |x| Value::Float(x);
    &str => |s| Value::Str(s.into());
    String => |s| Value::Str(s.into());
    Str => |s| Value::Str(s);
    Map => |m| Value::Map(m);
    List => |l| Value::List(l);
    Rc<dyn Object> => |o| Value::Object(o);
}
