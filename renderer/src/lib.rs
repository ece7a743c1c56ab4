//! Helm-compatible chart rendering without IO.
//!
//! A chart and values go in, Kubernetes documents come out, byte for byte what `helm template` prints in the version that
//! a [`Dialect`] names. Nothing is read from disk, the environment, the clock or the network: files come as a
//! [`FileSet`], and a [`Host`](thinlock_go::Host) answers for time and randomness.
//!
//! ```
//! use std::sync::Arc;
//!
//! use thinlock_go::Host;
//! use thinlock_renderer::capabilities::Capabilities;
//! use thinlock_renderer::engine::{Cache, Limits, Randomness, Release, RenderRequest, render};
//! use thinlock_renderer::manifest::{Selection, manifest_stream, template_stream};
//! use thinlock_renderer::source::File;
//! use thinlock_renderer::values::UserValues;
//! use thinlock_renderer::{Dialect, FileSet, chart};
//!
//! struct NoWorld;
//!
//! impl Host for NoWorld {
//!     fn now_unix_nanos(&self) -> i128 {
//!         0
//!     }
//!     fn local_zone(&self) -> &str {
//!         "UTC"
//!     }
//!     fn fill_random(&self, _buffer: &mut [u8]) -> Result<(), String> {
//!         Err("this program has no random bytes".to_owned())
//!     }
//!     fn host_by_name(&self, _name: &str) -> String {
//!         String::new()
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let files: FileSet = [
//!     File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
//!     File::new("values.yaml", "port: 80\n"),
//!     File::new(
//!         "templates/service.yaml",
//!         "apiVersion: v1\nkind: Service\nmetadata: {name: {{ .Release.Name }}}\nspec: {ports: [{port: {{ .Values.port }}}]}\n",
//!     ),
//! ]
//! .into_iter()
//! .collect();
//!
//! let dialect = Dialect::from_name("helm-4.1").ok_or("no such dialect")?;
//! let mut log = Vec::new();
//! let chart = chart::load_directory(&files, dialect, &mut log)?;
//! let user = UserValues { set: vec![b"port=8080".to_vec()], ..UserValues::default() };
//! let values = user.merge(dialect, &mut |name| Err(format!("no file {}", String::from_utf8_lossy(name))))?;
//! let request = RenderRequest {
//!     dialect,
//!     chart: &chart,
//!     values: &values,
//!     release: Release { name: "shop", namespace: "default", is_upgrade: false },
//!     capabilities: Arc::new(Capabilities::new(dialect, None, &[] as &[&str])),
//!     include_crds: false,
//!     skip_schema_validation: false,
//!     library_allowed: false,
//!     enable_dns: false,
//!     randomness: Randomness::Host,
//!     lookup: None,
//!     limits: Limits::default(),
//! };
//! let rendered = render(&request, &NoWorld, &Cache::new(), &mut log)?;
//! let stream = template_stream(&manifest_stream(&rendered), &rendered, Selection::default());
//! assert_eq!(
//!     String::from_utf8_lossy(&stream.text),
//!     "---\n# Source: web/templates/service.yaml\napiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {ports: [{port: 8080}]}\n"
//! );
//! # Ok(())
//! # }
//! ```
//!
//! [`engine`] has the render itself, [`manifest`] the documents and the forms in which they are written, [`chart`] and
//! [`values`] what comes before, [`log`] what Helm says beside its output.

pub mod capabilities;
pub mod chart;
pub mod dialect;
pub mod engine;
mod functions;
pub mod log;
pub mod manifest;
pub mod schema;
pub mod source;
pub mod toml;
pub mod uses;
pub mod values;

pub use chart::{Chart, ChartError};
pub use dialect::Dialect;
pub use log::Log;
pub use source::FileSet;
