//! Helm-compatible chart rendering without IO.
