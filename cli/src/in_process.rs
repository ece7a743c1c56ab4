//! This program as a [`Helm`]: cases run in this process, without starting another.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use thinlock_conformance::{Helm, Invocation, Outcome};

use crate::shared::Shared;
use crate::{Env, Streams};

/// The command line, in this process; each command reads everything anew.
#[derive(Clone, Copy, Debug, Default)]
pub struct InProcess;

/// As [`InProcess`], for commands that share charts and parsed templates.
#[derive(Clone, Debug)]
pub struct SharingInProcess(Arc<Shared>);

impl SharingInProcess {
    /// Commands that share what they read of `unchanging` paths.
    pub fn new(unchanging: &[PathBuf]) -> SharingInProcess {
        SharingInProcess(Arc::new(Shared::new(unchanging)))
    }
}

impl Helm for InProcess {
    fn run(&self, invocation: &Invocation) -> Outcome {
        run(invocation, None)
    }

    fn sharing(&self, unchanging: &[PathBuf]) -> Option<Box<dyn Helm>> {
        Some(Box::new(SharingInProcess::new(unchanging)))
    }
}

impl Helm for SharingInProcess {
    fn run(&self, invocation: &Invocation) -> Outcome {
        run(invocation, Some(Arc::clone(&self.0)))
    }
}

fn run(invocation: &Invocation, shared: Option<Arc<Shared>>) -> Outcome {
    let args: Vec<OsString> =
        std::iter::once("thinlock").chain(invocation.args.iter().map(String::as_str)).map(OsString::from).collect();
    let vars: BTreeMap<_, _> =
        invocation.env.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect();
    let env = Env { cwd: invocation.cwd.clone(), vars, terminal: false, shared, ends: false };
    let mut outcome = Outcome::default();
    let mut streams =
        Streams { stdin: &mut std::io::empty(), stdout: &mut outcome.stdout, stderr: &mut outcome.stderr };
    let status = crate::run(&args, &env, &mut streams);
    outcome.status = status;
    outcome
}
