//! The crate against what Go printed, and against itself.

mod limits;
mod properties;
mod read;
mod target;
mod write;
