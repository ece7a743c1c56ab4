//! This program as a [`Helm`]: cases run in this process, without starting another.

use std::collections::BTreeMap;
use std::ffi::OsString;

use thinlock_conformance::{Helm, Invocation, Outcome};

use crate::{Env, Streams};

/// The command line, in this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct InProcess;

impl Helm for InProcess {
    fn run(&self, invocation: &Invocation) -> Outcome {
        let args: Vec<OsString> =
            std::iter::once("thinlock").chain(invocation.args.iter().map(String::as_str)).map(OsString::from).collect();
        let vars: BTreeMap<_, _> =
            invocation.env.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect();
        let env = Env { cwd: invocation.cwd.clone(), vars, terminal: false };
        let mut outcome = Outcome::default();
        let mut streams =
            Streams { stdin: &mut std::io::empty(), stdout: &mut outcome.stdout, stderr: &mut outcome.stderr };
        let status = crate::run(&args, &env, &mut streams);
        outcome.status = status;
        outcome
    }
}
