//! Helm-compatible chart rendering without IO.

pub mod dialect;

pub use dialect::Dialect;
