//! `toYamlPretty`: yaml.v3's encoder with an indentation of 2, on the Go value itself and not through JSON.

use std::rc::Rc;

use thinlock_go::types::Kind;
use thinlock_go::{List, Object, Str, UintKind, Value, json, reflect};

use super::{Context, Emitter, Level, Refusal, Version};
use crate::Error;

/// A map that holds itself would be written forever; from this depth on that is looked for.
const CYCLES_AFTER: usize = 1000;

/// What Helm's `toYamlPretty` writes: yaml.v3's `Encoder` with `SetIndent(2)`, with a newline at the end (Helm cuts it).
/// Empty where the encoder returns an error, which Helm drops.
///
/// # Errors
/// yaml.v3 panics on what it cannot write (`cannot marshal type: complex128`), and that ends the template. So does,
/// instead of Go's stack overflow, a map that holds itself.
pub fn to_yaml_pretty(value: &Value) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    match Emitter::new(&mut out, Version::V3).document(value, usize::MAX) {
        Ok(()) => Ok(out),
        Err(Refusal::Panic(text)) => Err(Error::new(text)),
        Err(Refusal::Indirect) => Ok(Vec::new()),
        Err(Refusal::TooLarge) => Err(Error::too_large()),
    }
}

impl Emitter<'_> {
    /// Refuses a collection that is being written already.
    pub(super) fn guard(&self, is_same: impl Fn(&Level) -> bool) -> Result<(), Refusal> {
        if self.levels.len() >= CYCLES_AFTER && self.levels.iter().any(is_same) {
            return Err(Refusal::Panic("cannot marshal a value that contains itself".into()));
        }
        Ok(())
    }

    /// Writes what is no plain value.
    pub(super) fn other(&mut self, value: &Value, context: Context) -> Result<(), Refusal> {
        if self.version == Version::V2 {
            // JSON knows how.
            return Err(Refusal::Indirect);
        }
        match value {
            Value::Bytes(bytes) => {
                let items = bytes.iter().map(|&b| Value::Uint(UintKind::Uint8, u64::from(b))).collect();
                self.node(&Value::List(List::any(items)), context)
            }
            Value::Object(object) => self.object(&**object, context),
            other => Err(Refusal::Panic(format!("cannot marshal type: {}", other.type_name()))),
        }
    }

    fn object(&mut self, object: &dyn Object, context: Context) -> Result<(), Refusal> {
        let go_type = object.go_type();
        if go_type.kind == Kind::Pointer && object.is_nil() {
            self.plain(b"null");
            return Ok(());
        }
        if go_type.name == "time.Duration"
            && let Some(text) = object.string()
        {
            self.string(&text);
            return Ok(());
        }
        match object.json() {
            Some(Err(_)) => return Err(Refusal::Indirect),
            // A type with MarshalText, which JSON has as a string.
            Some(Ok(text)) if text.first() == Some(&b'"') => {
                if let Ok(Value::Str(text)) = json::decode(&text) {
                    if matches!(go_type.name, "time.Time" | "*time.Time") {
                        self.plain(&text)
                    } else {
                        self.string(&text)
                    }
                    return Ok(());
                }
            }
            _ => {}
        }
        if let Some(value) = object.underlying().or_else(|| object.pointee()) {
            // What an object leads to is no deeper than types nest.
            return self.node(&value, context);
        }
        if !matches!(go_type.kind, Kind::Struct | Kind::Pointer) {
            return Err(Refusal::Panic(format!("cannot marshal type: {go_type}")));
        }
        let fields: Rc<[(Str, Value)]> = fields(object).into();
        if fields.is_empty() {
            self.indicator(b"{}", true, false);
            return Ok(());
        }
        let indent = self.indent;
        self.increase_indent(false);
        self.levels.push(Level::Fields { fields, next: 0, indent });
        Ok(())
    }
}

/// The fields of a struct under the names that yaml.v3 gives them: in lower case, if no tag says otherwise.
fn fields(object: &dyn Object) -> Vec<(Str, Value)> {
    let fields = object.fields().into_iter().filter(|field| field.exported() || field.embedded);
    if !object.has_yaml_tags() {
        return fields.map(|field| (Str::from(field.name.to_lowercase()), field.value)).collect();
    }
    fields
        .filter_map(|field| {
            let (name, options) = field.json.split_once(',').unwrap_or((field.json, ""));
            let empty = options == "omitempty" && is_zero(&field.value);
            let name = if name.is_empty() { field.name.to_lowercase() } else { name.to_string() };
            (!empty && name != "-").then(|| (Str::from(name), field.value))
        })
        .collect()
}

/// What yaml.v3's `omitempty` leaves out.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::List(list) => list.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        other => !reflect::is_nonzero(other),
    }
}
