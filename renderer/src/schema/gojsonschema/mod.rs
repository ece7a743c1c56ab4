//! xeipuuv/gojsonschema 1.2.0: what validates the values of Helm 3.17 and earlier.
//!
//! [`pool`] makes references absolute and finds what they lead to; [`parse`] reads a document into schemas, with an
//! error for the first keyword that is wrong; [`validate`] walks an instance. Where the library walks one of Go's maps,
//! the order here is that of the names.

mod format;
mod mail;
mod parse;
mod pool;
mod validate;

use thinlock_go::{Str, Toolchain};

use super::cache::Recent;
use super::json::Json;

thread_local! {
    static COMPILED: Recent<Toolchain, Result<(Vec<parse::Schema>, parse::Id), String>> = const { Recent::new() };
}

/// Validates values as Helm does.
pub(super) fn validate(instance: &Json, schema: &Str, toolchain: &Toolchain) -> Result<(), String> {
    let compiled = COMPILED.with(|recent| {
        // What follows the first value is not read.
        recent.get(toolchain.clone(), schema, || parse::Parser::compile(Json::decode(schema)?.0, toolchain))
    });
    let (schemas, root) = compiled.as_ref().as_ref().map_err(String::clone)?;
    let errors = validate::validate(schemas, *root, instance, toolchain)?;
    if errors.is_empty() { Ok(()) } else { Err(errors.iter().map(|error| format!("- {error}\n")).collect()) }
}
