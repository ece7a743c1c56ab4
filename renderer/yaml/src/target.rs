//! Decoding into Go types: what `yaml.Unmarshal(data, &x)` does where `x` is a struct.
//!
//! sigs.k8s.io/yaml turns the document into JSON on the way, and looks at the target while doing so: a number or a boolean
//! that is meant for a string becomes one (`version: 1.10` is `"1.1"`). `encoding/json` then decodes what fits, and
//! reports the first thing that does not, in the order of the keys.

use thinlock_go::json;
use thinlock_go::types::{MAP_STRING_ANY, SLICE_ANY};
use thinlock_go::{List, Map, Str, Value, strconv, strings, utf8};

use crate::build::{Live, MAX_JSON_DEPTH};
use crate::exact::{Any, Document, Entry, Id, Visit, too_deep};
use crate::tree::Tree;
use crate::{Error, parser};

mod outline;
mod quick;
#[cfg(test)]
mod samples;

pub use outline::{Change, Outline};

/// A Go type that a document is decoded into.
#[derive(Debug)]
pub struct Target {
    /// What `reflect.Type.String` prints: `[]*chart.Maintainer`. It shows in error texts.
    pub go_type: &'static str,
    /// What kind of type it is.
    pub shape: Shape,
}

/// The kind of a [`Target`], and what it is made of.
#[derive(Debug)]
pub enum Shape {
    /// `interface {}`.
    Any,
    /// `string`.
    String,
    /// `bool`.
    Bool,
    /// `int` and `int64`.
    Int,
    /// A map from strings.
    Map(&'static Target),
    /// A slice.
    Slice(&'static Target),
    /// A pointer.
    Pointer(&'static Target),
    /// A struct.
    Struct {
        /// What `reflect.Type.Name` returns: `Maintainer`; empty for a type without a name.
        name: &'static str,
        /// The fields in the order of their declaration: the name in JSON, and the type.
        fields: &'static [(&'static str, &'static Target)],
    },
    /// A type with an `UnmarshalJSON` method: it is given the JSON text of the value.
    Unmarshaler(fn(&[u8]) -> Result<Value, String>),
}

/// `yaml.Unmarshal` into a variable of a type.
///
/// A struct is returned as a map from the JSON names of those fields that the document sets to a value that is not null.
/// What is null elsewhere is as in Go: nil for pointers, slices and maps, and the zero value of strings, numbers and
/// booleans. The result is nil where the document is null, which leaves Go's variable as it was.
///
/// # Errors
/// Go's text: of the YAML reader, or `json: cannot unmarshal array into Go struct field Metadata.name of type string`.
pub fn unmarshal_as(input: &[u8], target: &'static Target) -> Result<Value, Error> {
    let source = parser::read(input).map_err(crate::converting)?;
    if let Some(text) = source.plain()
        && let Some(value) = quick::decode(text, target)
    {
        return Ok(value);
    }
    exactly(&parser::parse_read(source).map_err(crate::converting)?, target)
}

/// As [`unmarshal_as`], with the places at which the document may be another one and still be read alike, if it is of
/// the kind that has such places.
///
/// # Errors
/// As [`unmarshal_as`].
pub fn unmarshal_with_outline(input: &[u8], target: &'static Target) -> Result<(Value, Option<Outline>), Error> {
    let source = parser::read(input).map_err(crate::converting)?;
    if let Some(text) = source.plain()
        && let Some((value, outline)) = quick::decode_with_outline(text, target)
    {
        // Places are those of the input: without a byte order mark before the text.
        return Ok((value, outline.filter(|_| text.len() == input.len())));
    }
    Ok((exactly(&parser::parse_read(source).map_err(crate::converting)?, target)?, None))
}

/// As [`unmarshal_as`], step by step as Go does it.
fn exactly(tree: &Tree<'_>, target: &Target) -> Result<Value, Error> {
    let mut document = Document::decode(tree).map_err(crate::converting)?;
    document.check_keys().map_err(crate::converting)?;
    let root = document.root;
    coerce(&mut document, root, target);
    document.walk(document.root, &mut Finite).map_err(crate::converting)?;
    decode(&document, target).map_err(crate::unmarshaling)
}

fn decode(document: &Document<'_>, target: &Target) -> Result<Value, Error> {
    let decoding = |text: String| Error::new(text).wrap("while decoding JSON");
    document.walk(document.root, &mut Depth(0)).map_err(|error| error.wrap("while decoding JSON"))?;
    let mut decoder = Decoder { document, structure: None, fields: Vec::new(), saved: None };
    let value = decoder.value(document.root, target).map_err(decoding)?;
    match decoder.saved {
        Some(error) => Err(decoding(error)),
        None => Ok(value),
    }
}

/// Checks that JSON can hold every number.
pub(crate) struct Finite;

impl Visit for Finite {
    fn scalar(&mut self, _: &Document<'_>, value: Any) -> Result<(), Error> {
        match value {
            Any::Float(x) if !x.is_finite() => json::append_float(&mut Vec::new(), x).map_err(Error::new),
            _ => Ok(()),
        }
    }
    fn open(&mut self, _: &Document<'_>, _: Any) -> Result<(), Error> {
        Ok(())
    }
    fn key(&mut self, _: &Document<'_>, _: Entry) -> Result<(), Error> {
        Ok(())
    }
    fn close(&mut self, _: &Document<'_>, _: Any) {}
}

/// Checks that the JSON decoder goes as deep as the document.
struct Depth(usize);

impl Visit for Depth {
    fn scalar(&mut self, _: &Document<'_>, _: Any) -> Result<(), Error> {
        Ok(())
    }
    fn open(&mut self, _: &Document<'_>, value: Any) -> Result<(), Error> {
        self.0 += 1;
        if self.0 > MAX_JSON_DEPTH { Err(too_deep(value)) } else { Ok(()) }
    }
    fn key(&mut self, _: &Document<'_>, _: Entry) -> Result<(), Error> {
        Ok(())
    }
    fn close(&mut self, _: &Document<'_>, _: Any) {
        self.0 -= 1;
    }
}

/// The type behind pointers.
fn pointee(mut target: &Target) -> &Target {
    while let Shape::Pointer(to) = target.shape {
        target = to;
    }
    target
}

/// The field that a key of JSON goes to: the one of that name, else the first that differs in case only.
fn field(fields: &'static [(&'static str, &'static Target)], key: &[u8]) -> Option<(&'static str, &'static Target)> {
    let exact = fields.iter().find(|(name, _)| name.as_bytes() == key);
    exact.or_else(|| fields.iter().find(|(name, _)| strings::equal_fold(name.as_bytes(), key))).copied()
}

/// Makes strings of the numbers and booleans that are meant for strings.
fn coerce(document: &mut Document<'_>, id: Id, target: &Target) {
    match (document.get(id), &pointee(target).shape) {
        (Any::Map { start, len }, Shape::Struct { fields, .. }) => {
            for at in start..start + len {
                let entry = document.entry(at);
                if let Some((_, target)) = field(fields, document.bytes(entry.name)) {
                    coerce(document, entry.value, target);
                }
            }
        }
        (Any::Map { start, len }, Shape::Map(element)) => {
            for at in start..start + len {
                coerce(document, document.entry(at).value, element);
            }
        }
        (Any::List { start, len }, Shape::Slice(element)) => {
            for at in start..start + len {
                coerce(document, document.item(at), element);
            }
        }
        (scalar, Shape::String) => {
            let mut text = Vec::new();
            match scalar {
                Any::Bool(b) => text.extend_from_slice(if b { b"true" } else { b"false" }),
                Any::Int(n) => strconv::append_int(&mut text, n),
                Any::Uint(n) => strconv::append_uint(&mut text, n),
                Any::Float(x) => strconv::append_float(&mut text, x, b'g', -1, 32),
                Any::Nil | Any::Str(_) | Any::List { .. } | Any::Map { .. } => return,
            }
            document.replace(id, &text);
        }
        _ => {}
    }
}

struct Decoder<'d> {
    document: &'d Document<'d>,
    /// The innermost struct, and the fields that lead to the current place.
    structure: Option<&'static str>,
    fields: Vec<&'static str>,
    /// The first thing that did not fit.
    saved: Option<String>,
}

impl Decoder<'_> {
    fn mismatch(&mut self, what: &str, target: &Target) {
        if self.saved.is_some() {
            return;
        }
        let place = match self.structure {
            Some(name) => format!("struct field {name}.{}", self.fields.join(".")),
            None => "value".to_string(),
        };
        self.saved = Some(format!("json: cannot unmarshal {what} into Go {place} of type {}", target.go_type));
    }

    /// Decodes one value. An error ends the decoding, unlike a mismatch.
    fn value(&mut self, id: Id, target: &Target) -> Result<Value, String> {
        let value = self.document.get(id);
        if let (Any::Nil, Shape::Pointer(_)) = (value, &target.shape) {
            return Ok(Value::Nil);
        }
        let target = pointee(target);
        if let Shape::Unmarshaler(unmarshal) = target.shape {
            let mut text = Vec::new();
            crate::json::append_value(&mut text, self.document, id).map_err(|error| error.text().to_string())?;
            return unmarshal(&text);
        }
        Ok(match (value, &target.shape) {
            (_, Shape::Any) => self.document.assemble::<Live>(id).map_err(|error| error.text().to_string())?,
            (Any::Map { start, len }, Shape::Struct { name, fields }) => {
                let mut entries = Vec::new();
                let outer = self.structure;
                for entry in self.document.entries(start, len) {
                    let Some((field, target)) = field(fields, self.document.bytes(entry.name)) else { continue };
                    self.structure = Some(name);
                    self.fields.push(field);
                    let value = self.value(entry.value, target)?;
                    self.fields.pop();
                    self.structure = outer;
                    if !matches!(self.document.get(entry.value), Any::Nil) {
                        entries.push((Str::from_static(field), value));
                    }
                }
                Value::Map(Map::from_entries(&MAP_STRING_ANY, entries))
            }
            (Any::Map { start, len }, Shape::Map(element)) => {
                let mut entries = Vec::new();
                for entry in self.document.entries(start, len) {
                    let key = Str::from(&*utf8::to_valid(self.document.bytes(entry.name)));
                    entries.push((key, self.value(entry.value, element)?));
                }
                Value::Map(Map::from_entries(&MAP_STRING_ANY, entries))
            }
            (Any::List { start, len }, Shape::Slice(element)) => {
                let mut items = Vec::new();
                for &id in self.document.items(start, len) {
                    items.push(self.value(id, element)?);
                }
                Value::List(List::new(&SLICE_ANY, items))
            }
            (Any::Str(bytes), Shape::String) => Value::Str(Str::from(&*utf8::to_valid(self.document.bytes(bytes)))),
            (Any::Bool(b), Shape::Bool) => Value::Bool(b),
            (Any::Int(n), Shape::Int) => Value::int(n),
            (Any::Nil, Shape::String) => Value::Str(Str::EMPTY),
            (Any::Nil, Shape::Bool) => Value::Bool(false),
            (Any::Nil, Shape::Int) => Value::int(0),
            (Any::Nil, _) => Value::Nil,
            (Any::Map { .. }, _) => self.unfit("object", target),
            (Any::List { .. }, _) => self.unfit("array", target),
            (Any::Str(_), _) => self.unfit("string", target),
            (Any::Bool(_), _) => self.unfit("bool", target),
            (Any::Uint(_) | Any::Float(_), Shape::Int) => {
                let mut text = Vec::new();
                crate::json::append_value(&mut text, self.document, id).map_err(|error| error.text().to_string())?;
                let what = format!("number {}", String::from_utf8_lossy(&text));
                self.unfit(&what, target)
            }
            (Any::Int(_) | Any::Uint(_) | Any::Float(_), _) => self.unfit("number", target),
        })
    }

    fn unfit(&mut self, what: &str, target: &Target) -> Value {
        self.mismatch(what, target);
        Value::Nil
    }
}
