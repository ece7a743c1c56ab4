//! What a command may know of its surroundings.
//!
//! Commands take everything from here and nothing from the process, so that thousands of them run in one process, each
//! with its own folder and variables.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::shared::Shared;

/// The surroundings of one command.
#[derive(Clone, Debug, Default)]
pub struct Env {
    /// The folder that relative paths begin at.
    pub cwd: PathBuf,
    /// The environment variables.
    pub vars: BTreeMap<OsString, OsString>,
    /// Whether people watch standard error: progress is shown, and colours may be.
    pub terminal: bool,
    /// What this command shares with others of the process; nothing, if there is none.
    pub shared: Option<Arc<Shared>>,
    /// Whether the process ends with the command: what it holds is then left to the system, which takes it back at once.
    pub ends: bool,
}

/// The standard streams of one command. Standard output is data, standard error is for people.
pub struct Streams<'a> {
    /// Standard input.
    pub stdin: &'a mut dyn Read,
    /// Standard output.
    pub stdout: &'a mut dyn Write,
    /// Standard error.
    pub stderr: &'a mut dyn Write,
}

impl Env {
    /// The surroundings of this process, for a command that is its last.
    ///
    /// # Errors
    /// The current folder is gone or may not be read.
    pub fn of_process() -> io::Result<Env> {
        Ok(Env {
            cwd: std::env::current_dir()?,
            vars: std::env::vars_os().collect(),
            terminal: io::stderr().is_terminal(),
            shared: None,
            ends: true,
        })
    }

    /// An environment variable; `None` if it is not set or not UTF-8.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(OsStr::new(name)).and_then(|value| value.to_str())
    }

    /// A path as the command's user means it: relative ones begin at [`Env::cwd`].
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.cwd.join(path)
    }
}
