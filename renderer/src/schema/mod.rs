//! Validation of values against `values.schema.json`, with the verdict and the very text of the engine that a Helm was
//! built with.
//!
//! Helm 3.17 has xeipuuv/gojsonschema (`gojsonschema`), all later ones santhosh-tekuri/jsonschema (`jsonschema`).
//! They disagree on drafts, formats, references and every message, so each is reproduced by itself. Both report the
//! errors of sibling properties in the random order of Go's maps; here they come in the order of the names.
//!
//! Nothing is fetched: a reference to another document fails as it does for a Helm without network.

mod cache;
mod decimal;
mod gojsonschema;
mod ip;
mod json;
mod jsonschema;
mod remote;

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use thinlock_go::{Str, Value};

use crate::{Dialect, Log};

use jsonschema::Build;
pub use jsonschema::Quirks;

/// The library that validates, with what differs between its versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// xeipuuv/gojsonschema 1.2.0: drafts 4, 6 and 7 mixed, formats always asserted.
    Gojsonschema,
    /// santhosh-tekuri/jsonschema v6: draft 2020-12 where the schema names none.
    Jsonschema(Quirks),
}

impl Engine {
    /// santhosh-tekuri/jsonschema 6.0.2.
    pub const JSONSCHEMA_6_0_2: Engine = Engine::Jsonschema(jsonschema::V6_0_2);
    /// santhosh-tekuri/jsonschema 6.0.3.
    pub const JSONSCHEMA_6_0_3: Engine = Engine::Jsonschema(jsonschema::V6_0_3);
}

/// What is known of schemas: those that have been looked at before, by any thread.
#[derive(Debug, Default)]
pub struct Schemas {
    seen: RwLock<Vec<Seen>>,
}

#[derive(Debug)]
struct Seen {
    schema: Str,
    build: Build,
    /// The schema as it is taken if it is plain. Who comes first looks; others wait for it.
    plain: Arc<OnceLock<Option<jsonschema::Plain>>>,
}

impl Schemas {
    /// Looks at a schema ahead of [`Schemas::validate`], which then has less to do.
    pub fn prepare(&self, schema: &Str, dialect: &Dialect) {
        if let Engine::Jsonschema(quirks) = dialect.schemas {
            let build = Build { quirks, toolchain: dialect.toolchain.clone() };
            self.seen(schema, &build).get_or_init(|| jsonschema::plain(schema, &build));
        }
    }

    fn seen(&self, schema: &Str, build: &Build) -> Arc<OnceLock<Option<jsonschema::Plain>>> {
        let is_it = |seen: &&Seen| seen.build == *build && seen.schema == *schema;
        if let Some(seen) = self.seen.read().unwrap_or_else(PoisonError::into_inner).iter().find(is_it) {
            return Arc::clone(&seen.plain);
        }
        let mut all = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = all.iter().find(is_it) {
            return Arc::clone(&seen.plain);
        }
        let plain = Arc::default();
        all.push(Seen { schema: schema.clone(), build: build.clone(), plain: Arc::clone(&plain) });
        plain
    }

    /// As [`validate`].
    ///
    /// # Errors
    /// As [`validate`].
    pub fn validate(&self, values: &Value, schema: &Str, dialect: &Dialect, log: &mut Vec<Log>) -> Result<(), String> {
        match &dialect.schemas {
            Engine::Gojsonschema => {
                // The values go through YAML before the schema is looked at, and yaml.v2 writes what it does not read:
                // U+007F.
                let text = thinlock_yaml::to_yaml(values).map_err(|error| error.to_string())?;
                let text = thinlock_yaml::yaml_to_json(&text).map_err(|error| error.to_string())?;
                gojsonschema::validate(&json::Json::decode(&text)?.0, schema, &dialect.toolchain)
            }
            Engine::Jsonschema(quirks) => {
                let instance = json::Json::from_value(values)?;
                let build = Build { quirks: *quirks, toolchain: dialect.toolchain.clone() };
                let plain = self.seen(schema, &build);
                let plain = plain.get_or_init(|| jsonschema::plain(schema, &build)).as_ref();
                let (verdict, urns) = jsonschema::validate(plain, &instance, schema, &build);
                for urn in urns {
                    let event = Log::UrnIgnored { urn: urn.into() };
                    if !log.contains(&event) {
                        log.push(event);
                    }
                }
                verdict
            }
        }
    }
}

/// `ValidateAgainstSingleSchema`: validates one chart's values.
///
/// URNs that a schema refers to stand for a schema that allows everything; Helm logs each once.
///
/// # Errors
/// What Helm prints below the chart's name, with a newline at its end where the values are at fault (a schema's own
/// errors have none).
pub fn validate(values: &Value, schema: &Str, dialect: &Dialect, log: &mut Vec<Log>) -> Result<(), String> {
    Schemas::default().validate(values, schema, dialect, log)
}

#[cfg(test)]
mod tests;
