//! The command line of thinlock, as a library: [`run`] is the whole program, with its surroundings passed in.

mod commands;
mod env;
mod host;
mod in_process;
mod shared;
mod template;

use std::ffi::OsString;
use std::path::Path;

pub use env::{Env, Streams};
pub use in_process::{InProcess, SharingInProcess};
pub use shared::Shared;

/// Exit status: done.
pub const DONE: u8 = 0;
/// Exit status: failed.
pub const FAILED: u8 = 1;
/// Exit status: wrong usage.
pub const USAGE: u8 = 2;
/// Exit status: differences were found where the command was asked to look for them.
pub const DIFFERENT: u8 = 3;

/// Runs one command; `args[0]` is the name that the program was started under. Returns the exit status.
///
/// `template`, and everything when the name is `helm`, answers as `helm template` does; the rest are thinlock's own
/// commands.
pub fn run(args: &[OsString], env: &Env, streams: &mut Streams<'_>) -> u8 {
    let as_helm = args.first().is_some_and(|name| Path::new(name).file_stem().is_some_and(|stem| stem == "helm"));
    if as_helm || args.get(1).is_some_and(|arg| arg == "template") {
        return template::run(args.get(1..).unwrap_or_default(), env, streams);
    }
    commands::run(args, env, streams)
}
