//! What `render` and `promote` have in common: where everything is, and how it is reported.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use thinlock_gitops::{Error, ErrorKind, Options, Repository, Result};

use crate::Env;

/// Where the GitOps repository, the charts, the build lock and the policy are.
#[derive(Args, Debug)]
pub(crate) struct Where {
    /// The GitOps repository, bare or not [default: the one around the current folder]
    #[arg(long, value_name = "PATH")]
    repo: Option<PathBuf>,

    /// Where the repository that the build lock names is to be found; NAME=PLACE for one of several [default: what git's
    /// url.<base>.insteadOf makes of its name]
    #[arg(long, value_name = "PATH|URL")]
    source: Vec<String>,

    /// The commit to read the build lock at [default: the newest commit of main that touched the lock's folder]
    #[arg(long, value_name = "REV")]
    freight: Option<String>,

    /// The commit to read policy and configuration at [default: the tip of main]
    #[arg(long, value_name = "REV")]
    policy: Option<String>,

    /// How many threads render [default: one for each processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

/// How results are reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

impl Where {
    /// What the run reads; the layout and the work tree are for the caller to say.
    pub(crate) fn options(&self, env: &Env) -> Result<Options> {
        let repository = match &self.repo {
            Some(path) => Repository::open(&env.path(path))?,
            None => Repository::discover(&env.cwd)?,
        };
        Ok(Options {
            repository,
            cwd: env.cwd.clone(),
            sources: self.source.clone(),
            freight: self.freight.clone(),
            policy: self.policy.clone(),
            worktree: false,
            layout: None,
            dialect: None,
            seed: None,
        })
    }

    /// How many threads were asked for.
    pub(crate) fn jobs(&self) -> Option<u16> {
        self.jobs
    }

    /// How many threads work: as many as were asked for, or one for each processor.
    pub(crate) fn threads(&self) -> usize {
        match self.jobs {
            Some(jobs) => usize::from(jobs),
            None => thinlock_go::threads::processors(),
        }
    }
}

/// Writes an error for people: `error: …`, further lines indented under it.
pub(crate) fn print_error(stderr: &mut dyn Write, call: Option<&str>, error: &Error) {
    let text = match call {
        Some(call) => format!("error: {call}: {error}\n"),
        None => format!("error: {error}\n"),
    };
    let _ = stderr.write_all(text.as_bytes());
}

/// An error for programs.
pub(crate) fn error_json(error: &Error) -> serde_json::Value {
    let kind = match error.kind() {
        ErrorKind::Input => "input",
        ErrorKind::Render => "render",
        ErrorKind::Gate => "gate",
        ErrorKind::Conflict => "conflict",
        _ => "io",
    };
    let mut json = serde_json::json!({ "kind": kind, "message": error.message() });
    if let Some(place) = error.place() {
        json["file"] = place.file.clone().into();
        json["line"] = place.line.into();
        json["column"] = place.column.into();
    }
    if let Some(hint) = error.advice() {
        json["hint"] = hint.into();
    }
    json
}

/// `1 file`, `2 files`.
pub(crate) fn count(n: usize, one: &str) -> String {
    let mut digits = n.to_string();
    let mut at = digits.len();
    while at > 3 {
        at -= 3;
        digits.insert(at, ',');
    }
    if n == 1 { format!("{digits} {one}") } else { format!("{digits} {one}s") }
}

/// A time as people read it.
pub(crate) fn duration(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.2} s", time.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(count(0, "file"), "0 files");
        assert_eq!(count(999, "byte"), "999 bytes");
        assert_eq!(count(1234567, "byte"), "1,234,567 bytes");
    }
}
