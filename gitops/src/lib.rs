//! Promotion of build locks to rendered stage branches.
//!
//! A build lock names one source commit and one image. A promotion reads the lock, the policy and the chart straight
//! from git objects, renders every deployment, and moves all stage branches in one transaction.

pub mod diff;
pub mod disk;
pub mod error;
pub mod identity;
pub mod pack;
pub mod refs;
pub mod repository;
pub mod tree;

pub use error::{Error, ErrorKind, Place, Result};
