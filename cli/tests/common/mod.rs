//! What the tests of the command line share.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use thinlock::{Env, Streams};
use thinlock_conformance::{Helm, Invocation, Outcome};

/// The command line, in this process.
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
        let status = thinlock::run(&args, &env, &mut streams);
        outcome.status = status;
        outcome
    }
}

/// The data that lies beside a developer's checkout and is not part of it; `None` where it is not there.
pub fn shared(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(name);
    folder.is_dir().then_some(folder)
}
