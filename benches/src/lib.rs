//! Benchmarks of thinlock.
