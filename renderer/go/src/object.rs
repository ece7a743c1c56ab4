//! Go values with fields and methods: structs, pointers to structs, and named types.

use std::any::Any;
use std::fmt::Debug;
use std::sync::atomic::AtomicU32;

use crate::types::Type;
use crate::{CallError, Interp, Str, Toolchain, Value};

/// A method as `reflect` sees it: what a template may call on an object.
pub struct Method {
    /// The Go name.
    pub name: &'static str,
    /// The parameter types, without the receiver; of a variadic method the last is the element type.
    pub params: &'static [Type],
    /// Whether the last parameter takes any number of arguments.
    pub variadic: bool,
    /// The static result type.
    pub result: Type,
}

/// A Go value that is not one of the plain kinds: a struct, a pointer to one, or a named type with methods.
///
/// `.Files`, `.Capabilities`, Helm 3's `.Chart`, `time.Time`, `time.Duration`, `*semver.Version` are objects.
pub trait Object: Any + Debug {
    /// The dynamic type.
    fn go_type(&self) -> Type;

    /// Whether this is a nil pointer.
    fn is_nil(&self) -> bool {
        false
    }

    /// The value without its name and methods, for a named type over a plain kind: `time.Duration` is an `int64`,
    /// Helm's `VersionSet` a slice. `None` for structs and pointers.
    fn underlying(&self) -> Option<Value> {
        None
    }

    /// A number of this named type, which is one over an integer: `range` counts in it. `None` where the type has no name.
    fn counted(&self, _number: i64) -> Option<Value> {
        None
    }

    /// Whether this pointer and another one of its type are equal, where both are made anew for every look at them.
    fn is_same_pointer(&self, _other: &dyn Object) -> bool {
        false
    }

    /// The value that a pointer points to. `None` for what is no pointer, and for nil.
    fn pointee(&self) -> Option<Value> {
        None
    }

    /// The fields of a struct in the order of their declaration, unexported ones (which only `fmt` shows) included.
    fn fields(&self) -> Vec<Field> {
        Vec::new()
    }

    /// The exported field of a struct, or of the struct that a pointer points to.
    fn field(&self, name: &[u8]) -> Option<Field> {
        self.fields().into_iter().find(|f| f.name.as_bytes() == name && f.exported())
    }

    /// As [`Object::field`], to be looked at: for a plain struct, which has no methods and whose fields' values are kept
    /// and need not be made. The hint is where the field was the last time, as in [`crate::Map::get_hinted`].
    fn kept_field(&self, _name: &Str, _hint: &AtomicU32) -> Option<(&Value, Type)> {
        None
    }

    /// The methods that a template may call.
    fn methods(&self) -> &'static [Method] {
        &[]
    }

    /// Whether a Go has one of [`Object::methods`].
    fn has_method(&self, method: &str, toolchain: &Toolchain) -> bool {
        let _ = (method, toolchain);
        true
    }

    /// Calls one of [`Object::methods`] with arguments of its parameter types.
    ///
    /// # Errors
    /// What the method returns as its Go error.
    fn call(&self, method: &str, args: &mut [Value], interp: &mut dyn Interp) -> Result<Value, CallError> {
        let _ = (args, interp);
        Err(CallError::message(format!("{}: no method {method}", self.go_type())))
    }

    /// What `fmt` prints in place of the structure: the result of `Error()` or `String()`, where the type has one. A
    /// nil pointer whose method would panic prints as `<nil>` in Go, and so gives that text here.
    fn string(&self) -> Option<Str> {
        None
    }

    /// What `text/template` prints in place of the structure where it is addressable, because the pointer type has
    /// `String()` though this type has not: a field that was reached through a pointer, such as
    /// `.Capabilities.KubeVersion`. `fmt` (and so `printf "%v"`) never asks for it. Such a type lists the pointer's
    /// methods among its own.
    fn addressed_string(&self) -> Option<Str> {
        None
    }

    /// What `fmt` prints for `%#v`: the result of `GoString()`, where the type has one.
    fn go_string(&self) -> Option<Str> {
        None
    }

    /// What `encoding/json` sees in place of the structure: the text of `MarshalJSON` (already JSON), or of
    /// `MarshalText` as a quoted string.
    fn json(&self) -> Option<Result<Vec<u8>, String>> {
        None
    }

    /// Whether the fields of a struct have `yaml` tags that say what their `json` tags say. Without, yaml.v3 (Helm's
    /// `toYamlPretty`) writes the names of the fields in lower case.
    fn has_yaml_tags(&self) -> bool {
        false
    }

    /// For downcasts.
    fn as_any(&self) -> &dyn Any;
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// The Go name.
    pub name: &'static str,
    /// The static type: an interface field's nil prints and fails otherwise than a typed one's.
    pub go_type: Type,
    /// The value.
    pub value: Value,
    /// Embedded: its fields and methods are promoted.
    pub embedded: bool,
    /// The struct tag that `encoding/json` reads (`name,omitempty`), empty if there is none.
    pub json: &'static str,
}

impl Field {
    /// Whether a template can see it: Go exports names that begin with an upper-case letter.
    pub fn exported(&self) -> bool {
        match self.name.as_bytes().first() {
            Some(first) if first.is_ascii() => first.is_ascii_uppercase(),
            _ => self.name.starts_with(char::is_uppercase),
        }
    }
}
