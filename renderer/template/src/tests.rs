//! The crate's tests, in three parts: recorded behaviour, properties, and what Go has no word for.

mod limits;
mod memo;
mod properties;
mod recorded;
mod reports;
mod world;
