//! YAML as Go programs read and write it: sigs.k8s.io/yaml (Kubernetes, Helm, Argo CD …) on top of yaml.v2, to the byte.
//!
//! YAML leaves much open, and Go's libraries have their own answers: `yes` and `0777` are not strings, `1:30` and
//! `2001-01-01` are, a repeated key is taken, a number goes through JSON and comes out as a `float64`. Whoever works on
//! files that such programs read or write needs these answers, and the same quotes, folds, key order and error texts.
//!
//! ```
//! use thinlock_go::Value;
//!
//! let value = thinlock_yaml::from_yaml(b"on: push\nretries: 010\nimage: &i [web, '1.10']\nagain: *i\n")?;
//! let Value::Map(map) = &value else { panic!("a mapping") };
//! assert!(matches!(map.get("retries"), Some(Value::Float(8.0))));
//! assert!(map.contains_key("true"));
//!
//! let written = thinlock_yaml::to_yaml(&value)?;
//! assert_eq!(written, b"again:\n- web\n- \"1.10\"\nimage:\n- web\n- \"1.10\"\nretries: 8\n\"true\": push\n");
//!
//! let error = thinlock_yaml::from_yaml(b"a: 1\nb: [\n").unwrap_err();
//! assert_eq!(error.text(), "error converting YAML to JSON: yaml: line 2: did not find expected node content");
//! # Ok::<(), thinlock_yaml::Error>(())
//! ```
//!
//! - [`from_yaml`] and its kin: `yaml.Unmarshal` into an `interface{}`, a map or a list; [`unmarshal_as`] into Go structs.
//! - [`to_yaml`] is `yaml.Marshal`, and [`to_yaml_pretty`] is yaml.v3's encoder as Helm's `toYamlPretty` uses it.
//! - [`yaml_to_json`] is `yaml.YAMLToJSON`.
//! - [`stream`]: several documents in one text, cut as Kubernetes cuts them.
//! - [`node`]: documents with lines and columns, for files of one's own.
//!
//! How a document is read: `reader` checks the characters, `scanner` cuts tokens, `parser` makes a `tree` of them (plain
//! block YAML goes a shorter way, `quick`), and `decode` walks the tree, resolving scalars (`resolve`), aliases and merge keys, for a builder: `build` makes values at
//! once, `exact` keeps the YAML types where JSON's way of seeing them is not enough. None of them recurses, and what Go
//! refuses as too deep or too repetitive is refused here.

mod build;
mod decode;
mod emit;
mod error;
mod exact;
mod json;
pub mod node;
mod parser;
mod quick;
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
pub use target::{Change, Outline, Shape, Target, unmarshal_as, unmarshal_with_outline};

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

#[cfg(test)]
mod tests;
