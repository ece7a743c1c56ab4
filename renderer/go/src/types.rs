//! Go types, as far as a running template can observe them.

use std::fmt;

use crate::{Func, Str};

/// `reflect.Kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are reflect's own")]
pub enum Kind {
    Invalid,
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    Array,
    Chan,
    Func,
    Interface,
    Map,
    Pointer,
    Slice,
    String,
    Struct,
    UnsafePointer,
}

impl Kind {
    /// What `reflect.Kind.String` returns, and so what sprig's `kindOf` prints.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Invalid => "invalid",
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Int8 => "int8",
            Kind::Int16 => "int16",
            Kind::Int32 => "int32",
            Kind::Int64 => "int64",
            Kind::Uint => "uint",
            Kind::Uint8 => "uint8",
            Kind::Uint16 => "uint16",
            Kind::Uint32 => "uint32",
            Kind::Uint64 => "uint64",
            Kind::Uintptr => "uintptr",
            Kind::Float32 => "float32",
            Kind::Float64 => "float64",
            Kind::Complex64 => "complex64",
            Kind::Complex128 => "complex128",
            Kind::Array => "array",
            Kind::Chan => "chan",
            Kind::Func => "func",
            Kind::Interface => "interface",
            Kind::Map => "map",
            Kind::Pointer => "ptr",
            Kind::Slice => "slice",
            Kind::String => "string",
            Kind::Struct => "struct",
            Kind::UnsafePointer => "unsafe.Pointer",
        }
    }
}

/// What `reflect.Type` says of a type. Types are statics and compare by identity of their name and kind.
#[derive(Debug)]
pub struct TypeInfo {
    /// What `reflect.Type.String` prints: `map[string]interface {}`, `*semver.Version`, `time.Duration` …
    pub name: &'static str,
    /// The kind.
    pub kind: Kind,
    /// The element type of a slice, array, map or pointer.
    pub elem: Option<Type>,
    /// The methods of a named map type (Helm's `Values`), whose values are [`crate::Map`]s and no objects. `params` does not
    /// count the receiver; the call finds it before the arguments.
    pub methods: &'static [Func],
    /// The letters that the methods' names begin with, a bit for each.
    initials: u32,
}

/// A Go type.
pub type Type = &'static TypeInfo;

impl PartialEq for TypeInfo {
    fn eq(&self, other: &TypeInfo) -> bool {
        std::ptr::eq(self, other) || (self.kind == other.kind && self.name == other.name)
    }
}

impl Eq for TypeInfo {}

impl fmt::Display for TypeInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl TypeInfo {
    /// A type without an element type.
    pub const fn plain(name: &'static str, kind: Kind) -> TypeInfo {
        TypeInfo { name, kind, elem: None, methods: &[], initials: 0 }
    }

    /// A slice, map or pointer type.
    pub const fn of(name: &'static str, kind: Kind, elem: Type) -> TypeInfo {
        TypeInfo { name, kind, elem: Some(elem), methods: &[], initials: 0 }
    }

    /// The type with these methods: see [`TypeInfo::methods`].
    pub const fn with_methods(self, methods: &'static [Func]) -> TypeInfo {
        let (mut initials, mut at) = (0, 0);
        while at < methods.len() {
            initials |= initial(methods[at].name.as_bytes());
            at += 1;
        }
        TypeInfo { methods, initials, ..self }
    }

    /// The results of a method that has several (besides an error), as the result type of its
    /// [`crate::object::Method`]: the name is `(int, time.Month, int)`. No template may call such a method.
    pub const fn results(name: &'static str) -> TypeInfo {
        TypeInfo::plain(name, Kind::Invalid)
    }

    /// The names of the types that [`TypeInfo::results`] stands for; `None` of any other type.
    #[inline]
    pub fn as_results(&self) -> Option<Vec<&'static str>> {
        if self.kind == Kind::Invalid { self.results_in_name() } else { None }
    }

    #[cold]
    fn results_in_name(&self) -> Option<Vec<&'static str>> {
        let inner = self.name.strip_prefix('(')?.strip_suffix(')')?;
        Some(inner.split(", ").collect())
    }

    /// Whether this is `interface {}`.
    pub fn is_any(&self) -> bool {
        self.kind == Kind::Interface
    }

    /// The method of a name, of those in [`TypeInfo::methods`].
    #[inline(always)]
    pub fn method(&self, name: &Str) -> Option<&'static Func> {
        let may_be = self.initials != 0 && self.initials & initial(name) != 0;
        if may_be { self.find_method(name) } else { None }
    }

    fn find_method(&self, name: &Str) -> Option<&'static Func> {
        self.methods.iter().find(|method| method.name.as_bytes() == name.as_bytes())
    }

    /// Whether this is a type with a name of its own (`int`, `chartutil.Values`) and no literal (`map[string]string`).
    pub fn is_named(&self) -> bool {
        !matches!(self.kind, Kind::Map | Kind::Slice | Kind::Array | Kind::Pointer | Kind::Func | Kind::Chan)
            || !self.name.starts_with(['[', '*'])
                && !["map[", "func(", "chan ", "<-chan "].iter().any(|literal| self.name.starts_with(literal))
    }
}

/// The bit of a name's first letter. Go's exported names begin with an upper-case letter, keys of values seldom do.
const fn initial(name: &[u8]) -> u32 {
    match name {
        [first @ b'A'..=b'Z', ..] => 1 << (*first - b'A'),
        // All other names of methods together; Go has letters beyond ASCII.
        [first, ..] if !first.is_ascii() => 1 << 31,
        _ => 0,
    }
}

macro_rules! basic {
    ($($(#[$doc:meta])* $name:ident = $text:literal $kind:ident;)*) => {
        $($(#[$doc])* pub static $name: TypeInfo = TypeInfo::plain($text, Kind::$kind);)*
    };
}

basic! {
    /// `interface {}`.
    ANY = "interface {}" Interface;
    /// `error`.
    ERROR = "error" Interface;
    /// `bool`.
    BOOL = "bool" Bool;
    /// `int`.
    INT = "int" Int;
    /// `int8`.
    INT8 = "int8" Int8;
    /// `int16`.
    INT16 = "int16" Int16;
    /// `int32`.
    INT32 = "int32" Int32;
    /// `int64`.
    INT64 = "int64" Int64;
    /// `uint`.
    UINT = "uint" Uint;
    /// `uint8`.
    UINT8 = "uint8" Uint8;
    /// `uint16`.
    UINT16 = "uint16" Uint16;
    /// `uint32`.
    UINT32 = "uint32" Uint32;
    /// `uint64`.
    UINT64 = "uint64" Uint64;
    /// `float64`.
    FLOAT64 = "float64" Float64;
    /// `complex128`.
    COMPLEX128 = "complex128" Complex128;
    /// `string`.
    STRING = "string" String;
}

/// `[]interface {}`.
pub static SLICE_ANY: TypeInfo = TypeInfo::of("[]interface {}", Kind::Slice, &ANY);
/// `[]string`.
pub static SLICE_STRING: TypeInfo = TypeInfo::of("[]string", Kind::Slice, &STRING);
/// `[]int`.
pub static SLICE_INT: TypeInfo = TypeInfo::of("[]int", Kind::Slice, &INT);
/// `[]uint8`, which Go also calls `[]byte`.
pub static SLICE_BYTE: TypeInfo = TypeInfo::of("[]uint8", Kind::Slice, &UINT8);
/// `[][]interface {}`, what `chunk` returns.
pub static SLICE_SLICE_ANY: TypeInfo = TypeInfo::of("[][]interface {}", Kind::Slice, &SLICE_ANY);
/// `map[string]interface {}`.
pub static MAP_STRING_ANY: TypeInfo = TypeInfo::of("map[string]interface {}", Kind::Map, &ANY);
/// `map[string]string`.
pub static MAP_STRING_STRING: TypeInfo = TypeInfo::of("map[string]string", Kind::Map, &STRING);
/// `map[string]bool`.
pub static MAP_STRING_BOOL: TypeInfo = TypeInfo::of("map[string]bool", Kind::Map, &BOOL);
