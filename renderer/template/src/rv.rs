//! Values as `reflect` sees them: an element of a `map[string]interface {}` is an interface that holds a string, not
//! a string, and error texts tell the two apart.

use std::rc::Rc;

use thinlock_go::types::{self, Kind, Type};
use thinlock_go::{IntKind, List, Map, Object, Str, UintKind, Value};

/// Go's `reflect.Value`.
#[derive(Clone, Debug)]
pub(crate) struct Rv {
    pub(crate) value: Value,
    /// The interface type through which the value is seen; `None` where it is seen as its concrete type.
    pub(crate) iface: Option<Type>,
}

impl Rv {
    /// The zero `reflect.Value`, which is no value at all.
    pub(crate) const INVALID: Rv = Rv { value: Value::Nil, iface: None };

    /// `reflect.ValueOf(value)`: invalid for nil.
    pub(crate) fn of(value: Value) -> Rv {
        Rv { value, iface: None }
    }

    /// A value seen through a static type.
    #[inline]
    pub(crate) fn typed(value: Value, go_type: Type) -> Rv {
        Rv { value, iface: (go_type.kind == Kind::Interface).then_some(go_type) }
    }

    /// `reflect.Zero`.
    pub(crate) fn zero(go_type: Type) -> Rv {
        Rv::typed(zero(go_type), go_type)
    }

    #[inline]
    pub(crate) fn is_valid(&self) -> bool {
        !self.value.is_nil() || self.iface.is_some()
    }

    /// The static type's name. Never asked of an invalid value.
    pub(crate) fn type_name(&self) -> &'static str {
        self.iface.map_or_else(|| self.value.type_name(), |t| t.name)
    }

    /// The value inside an `interface {}`: a pipeline strips one between its commands.
    #[inline]
    pub(crate) fn strip(mut self) -> Rv {
        if self.iface.is_some_and(is_empty_interface) {
            self.iface = None;
        }
        self
    }

    /// `indirect`: through interfaces and pointers. The flag says that it ended at a nil.
    pub(crate) fn indirect(self) -> (Rv, bool) {
        match &self.value {
            Value::Nil if self.iface.is_some() => (self, true),
            Value::Object(object) => match indirect(object) {
                Indirect::Same => (Rv::of(self.value), false),
                Indirect::Nil => (Rv::of(self.value), true),
                Indirect::Value(value) => (Rv::of(value), false),
            },
            _ => (Rv::of(self.value), false),
        }
    }
}

/// What is behind an object.
pub(crate) enum Indirect {
    /// No pointer, or a pointer to a struct that shows itself through the pointer.
    Same,
    Nil,
    Value(Value),
}

pub(crate) fn indirect(object: &Rc<dyn Object>) -> Indirect {
    if object.go_type().kind != Kind::Pointer {
        return Indirect::Same;
    }
    if object.is_nil() {
        return Indirect::Nil;
    }
    match object.pointee() {
        Some(value) => Indirect::Value(value),
        None => Indirect::Same,
    }
}

/// An interface type without methods.
pub(crate) fn is_empty_interface(go_type: Type) -> bool {
    std::ptr::eq(go_type, &types::ANY) || go_type.name == types::ANY.name
}

/// The zero value of a type.
pub(crate) fn zero(go_type: Type) -> Value {
    match go_type.kind {
        Kind::Bool => Value::Bool(false),
        Kind::Int => Value::Int(IntKind::Int, 0),
        Kind::Int8 => Value::Int(IntKind::Int8, 0),
        Kind::Int16 => Value::Int(IntKind::Int16, 0),
        Kind::Int32 => Value::Int(IntKind::Int32, 0),
        Kind::Int64 => Value::Int(IntKind::Int64, 0),
        Kind::Uint | Kind::Uintptr => Value::Uint(UintKind::Uint, 0),
        Kind::Uint8 => Value::Uint(UintKind::Uint8, 0),
        Kind::Uint16 => Value::Uint(UintKind::Uint16, 0),
        Kind::Uint32 => Value::Uint(UintKind::Uint32, 0),
        Kind::Uint64 => Value::Uint(UintKind::Uint64, 0),
        Kind::Float32 | Kind::Float64 => Value::Float(0.0),
        Kind::Complex64 | Kind::Complex128 => Value::Complex(0.0, 0.0),
        Kind::String => Value::Str(Str::EMPTY),
        Kind::Map => Value::Map(Map::nil(go_type)),
        Kind::Slice if *go_type == types::SLICE_BYTE => Value::bytes(Str::NIL),
        Kind::Slice => Value::List(List::nil(go_type)),
        _ => Value::Nil,
    }
}

/// `canBeNil`: whether an untyped nil may be assigned to the type.
pub(crate) fn can_be_nil(go_type: Type) -> bool {
    matches!(go_type.kind, Kind::Chan | Kind::Func | Kind::Interface | Kind::Map | Kind::Pointer | Kind::Slice)
}

/// A value as an argument of a type to which it is assignable in Go's sense; the value itself where it is not.
pub(crate) fn assign(value: Value, to: Type) -> Result<Value, Value> {
    let Some(from) = value.go_type() else { return Err(value) };
    if std::ptr::eq(from, to) || *from == *to || is_empty_interface(to) {
        return Ok(value);
    }
    if to.kind == Kind::Interface {
        // The only values with methods are objects; which interface a parameter names is the function's own affair.
        return if matches!(value, Value::Object(_)) { Ok(value) } else { Err(value) };
    }
    // Identical underlying types, one of them without a name of its own.
    let composite = matches!(from.kind, Kind::Map | Kind::Slice | Kind::Array | Kind::Pointer);
    if !composite || from.kind != to.kind || from.elem != to.elem || from.is_named() && to.is_named() {
        return Err(value);
    }
    Ok(match &value {
        Value::Map(map) => Value::Map(map.with_type(to)),
        Value::Object(object) => object.underlying().unwrap_or(value),
        _ => value,
    })
}
