//! santhosh-tekuri/jsonschema v6: what validates the values of Helm 3.18 and later.
//!
//! [`compile`] reads a schema's document into [`schema::Schema`]s as the library's compiler does, after the document
//! was itself validated against its draft's meta-schema ([`meta`]); [`validate`] walks an instance; [`error`] makes the
//! text. Values that meet a [`plain`] schema need none of it.

mod compile;
mod document;
mod error;
mod format;
mod meta;
mod plain;
mod schema;
mod url;
mod validate;

use thinlock_go::{Str, Toolchain};

use super::cache::Recent;
use super::json::Json;

pub(super) use plain::Plain;

pub(super) use meta::document as meta_document;

/// What differs between 6.0.2 and 6.0.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// A string that reads as a number equals that number: `const: "1"` accepts 1 (6.0.2).
    pub numbers_equal_their_text: bool,
    /// Items behind `prefixItems`, or checked by `additionalItems`, are counted from 0 again in error paths (6.0.2).
    pub item_index_restarts: bool,
    /// A wrong property name is located at the root (6.0.2).
    pub property_name_at_root: bool,
    /// An email's local part with an opening quote only counts as quoted (6.0.2).
    pub half_quoted_email: bool,
}

/// santhosh-tekuri/jsonschema 6.0.2.
pub(super) const V6_0_2: Quirks = Quirks {
    numbers_equal_their_text: true,
    item_index_restarts: true,
    property_name_at_root: true,
    half_quoted_email: true,
};

/// santhosh-tekuri/jsonschema 6.0.3.
pub(super) const V6_0_3: Quirks = Quirks {
    numbers_equal_their_text: false,
    item_index_restarts: false,
    property_name_at_root: false,
    half_quoted_email: false,
};

/// The library as a Helm was built with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Build {
    pub(super) quirks: Quirks,
    /// Go's URLs and regular expressions decide about formats and patterns.
    pub(super) toolchain: Toolchain,
}

/// The URL under which Helm adds the schema.
const SCHEMA_URL: &str = "file:///values.schema.json";

/// A chart's schema, ready for its values.
struct Compiled {
    schemas: schema::Schemas,
    root: schema::Id,
}

thread_local! {
    static COMPILED: Recent<Build, (Result<Compiled, String>, Vec<String>)> = const { Recent::new() };
}

/// Validates values as Helm does; also returns the URNs that stand for a schema that allows everything.
pub(super) fn validate(
    plain: Option<&Plain>,
    instance: &Json,
    schema: &Str,
    build: &Build,
) -> (Result<(), String>, Vec<String>) {
    if plain.is_some_and(|plain| plain.accepts(instance, build)) {
        return (Ok(()), Vec::new());
    }
    validate_compiled(instance, schema, build)
}

/// The schema, if it is plain.
pub(super) fn plain(schema: &[u8], build: &Build) -> Option<Plain> {
    Plain::new(read(schema).ok()?, build)
}

/// As [`validate`], whatever the schema.
fn validate_compiled(instance: &Json, schema: &Str, build: &Build) -> (Result<(), String>, Vec<String>) {
    let entry = COMPILED.with(|recent| {
        recent.get(build.clone(), schema, || {
            let mut urns = Vec::new();
            (compile(schema, build, &mut urns), urns)
        })
    });
    let verdict = match &entry.0 {
        Err(error) => Err(error.clone()),
        Ok(Compiled { schemas, root }) => validate::validate(schemas, *root, instance, build, None).map_err(|error| {
            let text = error.to_string();
            let prefix = format!("jsonschema validation failed with '{SCHEMA_URL}#'\n");
            format!("{}\n", text.strip_prefix(&prefix).unwrap_or(&text))
        }),
    };
    (verdict, entry.1.clone())
}

fn read(schema: &[u8]) -> Result<Json, String> {
    let (document, end) = Json::decode(schema)?;
    let rest = schema.get(end..).unwrap_or_default();
    if !rest.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')) {
        return Err("invalid character after top-level value".into());
    }
    Ok(document)
}

fn compile(schema: &[u8], build: &Build, urns: &mut Vec<String>) -> Result<Compiled, String> {
    let document = read(schema)?;
    let mut compiler = compile::Compiler::new(build, urns);
    compiler.add(SCHEMA_URL, document);
    let root = compiler.compile(SCHEMA_URL)?;
    Ok(Compiled { schemas: compiler.into_schemas(), root })
}
