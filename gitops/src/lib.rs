//! Promotion of build locks to rendered stage branches.
//!
//! A build lock names one source commit and one image. A promotion reads the lock, the policy and the chart straight
//! from git objects, renders every deployment, and moves all stage branches in one transaction. Nothing is ever checked
//! out.
//!
//! [`Run::open`] reads the configuration, [`Run::select`] finds the deployments, and [`promote()`] or [`bulk::render`] does
//! the rest: per deployment a plan (every input, by its git id), gates, a rendering unless the branch's tip was made of
//! the same inputs, and a commit that replaces what is under the deployment's path.

pub mod bulk;
mod clash;
pub mod config;
mod deployment;
pub mod diff;
pub mod disk;
mod document;
pub mod error;
mod expand;
mod fleet;
pub mod identity;
pub mod lock;
mod objects;
pub mod pack;
mod path;
mod plan;
pub mod promote;
pub mod provenance;
mod recent;
pub mod refs;
mod render;
pub mod repository;
pub mod seed;
mod source;
mod stage;
pub mod tree;
mod view;

pub use gix::ObjectId;

pub use error::{Error, ErrorKind, Place, Result};
pub use plan::{Options, Run, Target};
pub use promote::promote;
pub use repository::Repository;
