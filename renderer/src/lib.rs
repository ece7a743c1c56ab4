//! Helm-compatible chart rendering without IO.

pub mod capabilities;
pub mod chart;
pub mod dialect;
pub mod engine;
mod functions;
mod interim;
pub mod log;
pub mod manifest;
pub mod source;
pub mod toml;
pub mod values;

pub use chart::{Chart, ChartError};
pub use dialect::Dialect;
pub use log::Log;
pub use source::FileSet;
