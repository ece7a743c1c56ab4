//! From a chart and values to documents: everything that `helm template` does between loading the chart and writing.
//!
//! [`render`] is a function of its request. It reads no file, clock, environment or network: time and randomness come
//! from the [`Host`](thinlock_go::Host), objects of a cluster from the [`Lookup`]. Many threads may render with one
//! [`Cache`]; a chart that several of them use is parsed once.

mod ahead;
mod cache;
mod link;
mod objects;
mod render;
mod report;
mod schemas;

use std::sync::Arc;

use thinlock_go::{Frozen, Str};

use crate::Dialect;
use crate::capabilities::Capabilities;
use crate::chart::{Chart, ChartError, ChartErrorKind};
use crate::dialect::Traced;
use crate::manifest::{Hook, Manifest};
use crate::source::Unreadable;

pub use ahead::Ahead;
pub use cache::Cache;
pub use render::render;

/// Everything that a render depends on, but for the [`Host`](thinlock_go::Host).
#[derive(Clone)]
pub struct RenderRequest<'a> {
    /// The Helm that is reproduced.
    pub dialect: &'a Dialect,
    /// The chart, as it was loaded.
    pub chart: &'a Arc<Chart>,
    /// The user's values: `-f` and `--set` flags, merged, a `map[string]interface {}`.
    pub values: &'a Frozen,
    /// `.Release`.
    pub release: Release<'a>,
    /// `.Capabilities`.
    pub capabilities: Arc<Capabilities>,
    /// The files of `crds/` are part of the output (`--include-crds`).
    pub include_crds: bool,
    /// The values are not checked against the charts' schemas (`--skip-schema-validation`).
    pub skip_schema_validation: bool,
    /// `getHostByName` may ask the host (`--enable-dns`); otherwise it prints nothing.
    pub enable_dns: bool,
    /// A library chart renders to nothing instead of being refused, as Kargo does.
    pub library_allowed: bool,
    /// What functions that ask for the time or for random bytes get.
    pub randomness: Randomness<'a>,
    /// Answers `lookup`. Without it nothing is ever found: what `helm template` sees.
    pub lookup: Option<Arc<dyn Lookup>>,
    /// Where a render stops that would otherwise take the machine down.
    pub limits: Limits,
}

/// `.Release`, and what else Helm makes of a release's name.
#[derive(Clone, Copy, Debug)]
pub struct Release<'a> {
    /// `.Release.Name`.
    pub name: &'a str,
    /// `.Release.Namespace`.
    pub namespace: &'a str,
    /// `.Release.IsUpgrade` (`--is-upgrade`); otherwise `.Release.IsInstall`.
    pub is_upgrade: bool,
}

/// What functions such as `randAlphaNum`, `uuidv4`, `genCA` and `now` get.
#[derive(Clone, Copy, Debug, Default)]
pub enum Randomness<'a> {
    /// What the host gives: as in Helm, every run is another one.
    #[default]
    Host,
    /// Bytes that follow from the seed, the release's name and namespace, and the number of the call; a fixed time. The
    /// same request gives the same bytes, on any machine and any day.
    Seeded {
        /// Any text; another seed gives other bytes.
        seed: &'a [u8],
        /// What `now` returns, in nanoseconds since the Unix epoch.
        now_unix_nanos: i128,
    },
    /// The render fails at the first function that asks for time or randomness, naming the place.
    Refused,
}

/// What `now` is in renders with a seed, in nanoseconds since the Unix epoch: 2020-01-01T00:00:00Z.
pub const SEEDED_NOW: i128 = 1_577_836_800_000_000_000;

/// Answers the `lookup` function: the objects of a cluster, as far as the caller knows them.
pub trait Lookup: Send + Sync {
    /// The object, or the list where `name` is empty, as Kubernetes gives it in JSON; [`Frozen::Nil`] where there is
    /// none, which a template sees as an empty map.
    ///
    /// # Errors
    /// The text of the error, which fails the template.
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Frozen, String>;
}

/// Where a render stops. Helm has no such limits: there a chart that loops or grows ends with the machine's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The bytes that all templates of a render may print.
    pub output: usize,
    /// The nodes of templates that a render may execute.
    pub steps: u64,
}

impl Default for Limits {
    /// 512 MiB printed; a billion steps, which take a machine of today ten seconds or more.
    fn default() -> Limits {
        Limits { output: 512 << 20, steps: 1_000_000_000 }
    }
}

/// What a chart renders to.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// The files of `crds/` of the chart and its subcharts, if they were asked for.
    pub crds: Vec<Crd>,
    /// The documents, in install order.
    pub manifests: Vec<Manifest>,
    /// The hooks, in install order of their kinds; `--no-hooks` and `--skip-tests` select from them when they are written.
    pub hooks: Vec<Hook>,
    /// The chart's rendered NOTES.txt; `helm template` never prints it.
    pub notes: Vec<u8>,
    /// The functions that asked for time or randomness: where this list is empty, rendering again gives the same bytes.
    pub nondeterminism: Vec<Nondeterminism>,
}

/// A file of `crds/`.
#[derive(Clone, Debug)]
pub struct Crd {
    /// Its path from the chart's name on: `p/crds/x.yaml`.
    pub path: Str,
    /// What is in it.
    pub content: Str,
}

/// A function call whose result is another one in the next run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nondeterminism {
    /// The template that was rendered: `p/templates/secret.yaml`.
    pub template: Str,
    /// The function: `randAlphaNum`.
    pub function: &'static str,
}

/// Why a render failed.
#[derive(Clone, Debug)]
pub struct RenderError {
    /// What kind of failure it is.
    pub kind: ChartErrorKind,
    /// Helm's words, without `Error: ` before them.
    pub message: Vec<u8>,
    /// How far the render came.
    pub stage: Stage,
    /// The template error behind the message, if it is one: where it happened and how it came there.
    pub template: Option<thinlock_go::Error>,
    /// Where Helm 3 makes this error, if it is one that it logs with a stack under `--debug`.
    pub traced: Option<Traced>,
}

/// How far a failed render came.
#[derive(Clone, Debug)]
pub enum Stage {
    /// No release was made: a bad release name, a missing dependency, values that a schema refuses.
    Preparing,
    /// The release was made and its templates failed. `helm template` adds a hint at `--debug` to such errors, and with
    /// `--debug` prints what there is of the release.
    Rendering(Arc<Rendered>),
}

impl std::fmt::Display for RenderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.message))
    }
}

impl std::error::Error for RenderError {}

impl RenderError {
    fn preparing(message: impl Into<Vec<u8>>) -> RenderError {
        RenderError {
            kind: ChartErrorKind::Chart,
            message: message.into(),
            stage: Stage::Preparing,
            template: None,
            traced: None,
        }
    }

    fn rendering(message: impl Into<Vec<u8>>, partial: Rendered) -> RenderError {
        let stage = Stage::Rendering(Arc::new(partial));
        RenderError { stage, ..RenderError::preparing(message) }
    }

    fn unreadable(error: &Unreadable) -> RenderError {
        RenderError::preparing(error.to_string())
    }

    fn of_chart(error: ChartError) -> RenderError {
        RenderError { kind: error.kind, ..RenderError::preparing(error.text) }
    }

    fn with_template(self, error: thinlock_go::Error) -> RenderError {
        RenderError { template: Some(error), ..self }
    }

    fn traced(self, traced: Traced) -> RenderError {
        RenderError { traced: Some(traced), ..self }
    }

    /// Whether the render needs a larger stack than its thread has.
    fn stack_ran_low(&self) -> bool {
        let limit = |e: &thinlock_go::Error| {
            e.data().kind == thinlock_go::ErrorKind::Limit
                && memchr::memmem::find(&e.data().message, b"stack").is_some()
        };
        self.template.as_ref().is_some_and(limit)
    }

    /// What `helm template` prints behind `Error: `: the message, and the hint where Helm gives it.
    pub fn command_text(&self, debug: bool) -> Vec<u8> {
        let mut text = self.message.clone();
        if !debug && matches!(self.stage, Stage::Rendering(_)) {
            text.extend_from_slice(b"\n\nUse --debug flag to render out invalid YAML");
        }
        text
    }
}

#[cfg(test)]
mod tests;
