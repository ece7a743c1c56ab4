//! Versions as template values: `*semver.Version`, and `semver.Version` where a method returns one.

use std::any::Any;
use std::cmp::Ordering;
use std::rc::Rc;

use thinlock_go::object::{Field, Method};
use thinlock_go::types::{self, Kind, Type, TypeInfo};
use thinlock_go::{CallError, Interp, Object, Str, UintKind, Value, json};

use super::Version;

/// `semver.Version`.
pub static VERSION: TypeInfo = TypeInfo::plain("semver.Version", Kind::Struct);
/// `*semver.Version`.
pub static VERSION_POINTER: TypeInfo = TypeInfo::of("*semver.Version", Kind::Pointer, &VERSION);

/// A version as `semver` returns it: a `*semver.Version`.
pub fn value(version: Version) -> Value {
    Value::Object(Rc::new(Pointer(version)))
}

/// `*semver.Version`: has the methods of both receivers.
#[derive(Debug)]
struct Pointer(Version);

/// `semver.Version` in a variable that has no address: has the methods of the value receiver alone.
#[derive(Debug)]
struct Struct(Version);

macro_rules! methods {
    ($($name:literal ($($param:expr),*) -> $result:expr;)*) => {
        &[$(Method { name: $name, params: &[$($param),*], variadic: false, result: $result }),*]
    };
}

static VALUE_METHODS: &[Method] = methods! {
    "IncMajor"() -> &VERSION;
    "IncMinor"() -> &VERSION;
    "IncPatch"() -> &VERSION;
    "Major"() -> &types::UINT64;
    "MarshalJSON"() -> &types::SLICE_BYTE;
    "MarshalText"() -> &types::SLICE_BYTE;
    "Metadata"() -> &types::STRING;
    "Minor"() -> &types::UINT64;
    "Patch"() -> &types::UINT64;
    "Prerelease"() -> &types::STRING;
    "SetMetadata"(&types::STRING) -> &VERSION;
    "SetPrerelease"(&types::STRING) -> &VERSION;
    "String"() -> &types::STRING;
};

static POINTER_METHODS: &[Method] = methods! {
    "Compare"(&VERSION_POINTER) -> &types::INT;
    "Equal"(&VERSION_POINTER) -> &types::BOOL;
    "GreaterThan"(&VERSION_POINTER) -> &types::BOOL;
    "GreaterThanEqual"(&VERSION_POINTER) -> &types::BOOL;
    "IncMajor"() -> &VERSION;
    "IncMinor"() -> &VERSION;
    "IncPatch"() -> &VERSION;
    "LessThan"(&VERSION_POINTER) -> &types::BOOL;
    "LessThanEqual"(&VERSION_POINTER) -> &types::BOOL;
    "Major"() -> &types::UINT64;
    "MarshalJSON"() -> &types::SLICE_BYTE;
    "MarshalText"() -> &types::SLICE_BYTE;
    "Metadata"() -> &types::STRING;
    "Minor"() -> &types::UINT64;
    "Original"() -> &types::STRING;
    "Patch"() -> &types::UINT64;
    "Prerelease"() -> &types::STRING;
    "SetMetadata"(&types::STRING) -> &VERSION;
    "SetPrerelease"(&types::STRING) -> &VERSION;
    "String"() -> &types::STRING;
};

impl Object for Pointer {
    fn go_type(&self) -> Type {
        &VERSION_POINTER
    }

    fn pointee(&self) -> Option<Value> {
        Some(Value::Object(Rc::new(Struct(self.0.clone()))))
    }

    fn methods(&self) -> &'static [Method] {
        POINTER_METHODS
    }

    fn call(&self, method: &str, args: &mut [Value], interp: &mut dyn Interp) -> Result<Value, CallError> {
        call(&self.0, method, args, interp)
    }

    fn string(&self) -> Option<Str> {
        Some(Str::from(self.0.to_string()))
    }

    fn json(&self) -> Option<Result<Vec<u8>, String>> {
        Some(Ok(quoted(&self.0)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Struct {
    fn go_type(&self) -> Type {
        &VERSION
    }

    fn fields(&self) -> Vec<Field> {
        let field = |name, go_type, value| Field { name, go_type, value, embedded: false, json: "" };
        let number = |n| Value::Uint(UintKind::Uint64, n);
        vec![
            field("major", &types::UINT64, number(self.0.major)),
            field("minor", &types::UINT64, number(self.0.minor)),
            field("patch", &types::UINT64, number(self.0.patch)),
            field("pre", &types::STRING, Value::from(self.0.prerelease.as_str())),
            field("metadata", &types::STRING, Value::from(self.0.metadata.as_str())),
            field("original", &types::STRING, Value::from(self.0.original.as_str())),
        ]
    }

    fn methods(&self) -> &'static [Method] {
        VALUE_METHODS
    }

    fn call(&self, method: &str, args: &mut [Value], interp: &mut dyn Interp) -> Result<Value, CallError> {
        call(&self.0, method, args, interp)
    }

    fn string(&self) -> Option<Str> {
        Some(Str::from(self.0.to_string()))
    }

    fn json(&self) -> Option<Result<Vec<u8>, String>> {
        Some(Ok(quoted(&self.0)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn quoted(version: &Version) -> Vec<u8> {
    let mut out = Vec::new();
    json::append_string(&mut out, version.to_string().as_bytes(), json::Html::Escape);
    out
}

fn call(version: &Version, method: &str, args: &mut [Value], interp: &mut dyn Interp) -> Result<Value, CallError> {
    let number = |n| Value::Uint(UintKind::Uint64, n);
    Ok(match method {
        "Major" => number(version.major),
        "Minor" => number(version.minor),
        "Patch" => number(version.patch),
        "Prerelease" => Value::from(version.prerelease.as_str()),
        "Metadata" => Value::from(version.metadata.as_str()),
        "Original" => Value::from(version.original.as_str()),
        "String" => Value::from(version.to_string()),
        "MarshalText" => Value::bytes(version.to_string()),
        "MarshalJSON" => Value::bytes(quoted(version)),
        "IncMajor" => changed(version, (increment(version.major, "major")?, 0, 0), "", ""),
        "IncMinor" => changed(version, (version.major, increment(version.minor, "minor")?, 0), "", ""),
        "IncPatch" => {
            // The release of a prerelease is the next patch version.
            let patch = if version.prerelease.is_empty() { increment(version.patch, "patch")? } else { version.patch };
            changed(version, (version.major, version.minor, patch), "", "")
        }
        "SetPrerelease" | "SetMetadata" => {
            let text = args.first().and_then(Value::as_str).map(|s| s.to_lossy().into_owned()).unwrap_or_default();
            let numbers = (version.major, version.minor, version.patch);
            if method == "SetPrerelease" {
                if !text.is_empty() {
                    super::validate_prerelease(&text, interp.toolchain())?;
                }
                changed(version, numbers, &text, &version.metadata)
            } else {
                if !text.is_empty() {
                    super::validate_metadata(&text, interp.toolchain())?;
                }
                changed(version, numbers, &version.prerelease, &text)
            }
        }
        _ => {
            let Some(other) = args.first().and_then(pointed_to) else {
                return Err(CallError::message("runtime error: invalid memory address or nil pointer dereference"));
            };
            let order = version.precedence(&other);
            match method {
                "Compare" => Value::int(order as i64),
                "Equal" => Value::Bool(order == Ordering::Equal),
                "LessThan" => Value::Bool(order == Ordering::Less),
                "LessThanEqual" => Value::Bool(order != Ordering::Greater),
                "GreaterThan" => Value::Bool(order == Ordering::Greater),
                "GreaterThanEqual" => Value::Bool(order != Ordering::Less),
                _ => return Err(CallError::message(format!("semver.Version has no method {method}"))),
            }
        }
    })
}

fn pointed_to(value: &Value) -> Option<Version> {
    match value {
        Value::Object(object) => object.as_any().downcast_ref::<Pointer>().map(|pointer| pointer.0.clone()),
        _ => None,
    }
}

fn increment(number: u64, name: &str) -> Result<u64, CallError> {
    number.checked_add(1).ok_or_else(|| CallError::message(format!("{name} version increment would overflow uint64")))
}

fn changed(version: &Version, (major, minor, patch): (u64, u64, u64), prerelease: &str, metadata: &str) -> Value {
    let mut next = Version {
        major,
        minor,
        patch,
        prerelease: prerelease.to_owned(),
        metadata: metadata.to_owned(),
        original: String::new(),
    };
    let prefix = if version.original.starts_with('v') { "v" } else { "" };
    next.original = format!("{prefix}{next}");
    Value::Object(Rc::new(Struct(next)))
}
