//! A helm binary as a [`Helm`].

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Helm, Invocation, Outcome};

/// A helm binary. It is started for every case, with nothing of this process's environment but `PATH`.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    version: String,
}

impl Program {
    /// Asks a binary for its version.
    ///
    /// # Errors
    /// It cannot be started, or does not answer `version --template` as helm does.
    pub fn open(path: &Path) -> io::Result<Program> {
        let named = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", path.display()));
        let path = std::fs::canonicalize(path).map_err(|error| named(&error))?;
        let output = Command::new(&path)
            .args(["version", "--template", "{{.Version}}"])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| named(&error))?;
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let is_version = version.strip_prefix('v').is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_ascii_digit())
                && rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'))
        });
        if !output.status.success() || !is_version {
            return Err(named(&format!("does not say its version as helm does, but {version:?}")));
        }
        Ok(Program { path, version })
    }

    /// The version with its `v`: `v4.1.4`.
    pub fn version(&self) -> &str {
        &self.version
    }
}

impl Helm for Program {
    fn run(&self, invocation: &Invocation) -> Outcome {
        let mut command = Command::new(&self.path);
        command.args(&invocation.args).current_dir(&invocation.cwd).env_clear().envs(&invocation.env);
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        match command.stdin(Stdio::null()).output() {
            // A program that a signal ended has no status.
            Ok(output) => Outcome {
                status: output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX),
                stdout: output.stdout,
                stderr: output.stderr,
            },
            Err(error) => Outcome {
                status: u8::MAX,
                stdout: Vec::new(),
                stderr: format!("{}: {error}\n", self.path.display()).into_bytes(),
            },
        }
    }
}
