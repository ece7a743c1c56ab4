//! YAML as sigs.k8s.io/yaml reads and writes it.

mod build;
mod decode;
mod emit;
mod error;
mod exact;
mod json;
pub mod node;
mod parser;
mod reader;
mod resolve;
mod scanner;
pub mod stream;
pub mod target;
mod timestamp;
mod tree;

use thinlock_go::{Frozen, List, Map, Value};

use build::{Assemble, Cold, Live};
use decode::Stop;
pub use emit::{to_yaml, to_yaml_into, to_yaml_pretty};
pub use error::Error;
use exact::Document;
pub use target::{Shape, Target, unmarshal_as};

/// `yaml.Unmarshal` into an `interface{}`.
///
/// # Errors
/// Go's text, `error converting YAML to JSON: yaml: line 2: …`.
pub fn from_yaml(input: &[u8]) -> Result<Value, Error> {
    read::<Live>(input)
}

/// As [`from_yaml`], to a value that threads may share.
///
/// # Errors
/// As [`from_yaml`].
pub fn from_yaml_frozen(input: &[u8]) -> Result<Frozen, Error> {
    read::<Cold>(input)
}

/// `yaml.Unmarshal` into a `map[string]interface{}`. `None`: the document is empty or null, and Go's variable stays as it
/// was.
///
/// # Errors
/// As [`from_yaml`], and what is not a mapping: `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal
/// array into Go value of type map[string]interface {}`.
pub fn unmarshal_map(input: &[u8]) -> Result<Option<Map>, Error> {
    match from_yaml(input)? {
        Value::Nil => Ok(None),
        Value::Map(map) => Ok(Some(map)),
        other => Err(mismatch(&other, "map[string]interface {}")),
    }
}

/// As [`unmarshal_map`], to a value that threads may share.
///
/// # Errors
/// As [`unmarshal_map`].
pub fn unmarshal_map_frozen(input: &[u8]) -> Result<Option<Frozen>, Error> {
    match from_yaml_frozen(input)? {
        Frozen::Nil => Ok(None),
        map @ Frozen::Map(..) => Ok(Some(map)),
        other => Err(mismatch(&other.thaw(), "map[string]interface {}")),
    }
}

/// `yaml.Unmarshal` into a `[]interface{}`. `None`: the document is empty or null, and Go's variable stays as it was.
///
/// # Errors
/// As [`from_yaml`], and what is not a sequence.
pub fn unmarshal_list(input: &[u8]) -> Result<Option<List>, Error> {
    match from_yaml(input)? {
        Value::Nil => Ok(None),
        Value::List(list) => Ok(Some(list)),
        other => Err(mismatch(&other, "[]interface {}")),
    }
}

/// `yaml.YAMLToJSON`.
///
/// # Errors
/// Go's text, here without a prefix: `yaml: line 2: …`.
pub fn yaml_to_json(input: &[u8]) -> Result<Vec<u8>, Error> {
    let tree = parser::parse(input)?;
    let document = Document::decode(&tree)?;
    document.check_keys()?;
    let mut out = Vec::with_capacity(input.len());
    json::append(&mut out, &document)?;
    Ok(out)
}

fn read<A: Assemble + Default>(input: &[u8]) -> Result<A::Value, Error> {
    let tree = parser::parse(input).map_err(converting)?;
    match decode::decode(&tree, &mut A::default()) {
        Ok(value) => return Ok(value.unwrap_or_else(A::nil)),
        Err(Stop::Error(error)) => return Err(converting(error)),
        Err(Stop::Exact) => {}
    }
    let document = Document::decode(&tree).map_err(converting)?;
    document.check_keys().map_err(converting)?;
    document.walk(document.root, &mut target::Finite).map_err(converting)?;
    document.assemble::<A>(document.root).map_err(|error| unmarshaling(error.wrap("while decoding JSON")))
}

fn converting(error: Error) -> Error {
    error.wrap("error converting YAML to JSON")
}

fn unmarshaling(error: Error) -> Error {
    error.wrap("error unmarshaling JSON")
}

fn mismatch(value: &Value, target: &str) -> Error {
    let what = match value {
        Value::Map(_) => "object",
        Value::List(_) => "array",
        Value::Str(_) => "string",
        Value::Bool(_) => "bool",
        _ => "number",
    };
    unmarshaling(Error::new(format!(
        "while decoding JSON: json: cannot unmarshal {what} into Go value of type {target}"
    )))
}
