//! Recorded output of real Helms, replayed and compared byte for byte.
//!
//! The crate knows how cases are recorded and laid out and what counts as equal. What renders them is passed in as a
//! [`Helm`], so that the same cases judge a library call, a program, or a real helm.

pub mod clean;
pub mod corpus;
pub mod dialects;
mod difference;
pub mod differential;
pub mod minimise;
pub mod probe;
pub mod program;
pub mod record;
pub mod replay;
pub mod report;
pub mod shrink;
pub mod stable;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use difference::difference;
pub use probe::{Probe, Recorded};
pub use replay::{Figures, Verdict};

/// One run of `helm template`.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The arguments after the program's name, `template` included.
    pub args: Vec<String>,
    /// The working directory.
    pub cwd: PathBuf,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
}

/// What a run printed.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The exit status.
    pub status: u8,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

/// Something that answers as `helm` does.
pub trait Helm: Sync {
    /// Runs one command.
    fn run(&self, invocation: &Invocation) -> Outcome;

    /// One that answers the same, and may keep what it reads at these paths (or below them) from one command to the next:
    /// charts that nobody changes meanwhile. `None` where nothing would be gained.
    fn sharing(&self, _unchanging: &[PathBuf]) -> Option<Box<dyn Helm>> {
        None
    }
}
