//! Whether what a case did equals what Helm did.

use std::collections::BTreeSet;

use super::{Golden, Ran, hex_sha256};
use crate::difference::difference;

/// How a case compares.
pub(super) struct Judgement {
    pub(super) exit: bool,
    pub(super) stdout: bool,
    pub(super) stderr: bool,
    pub(super) why: String,
}

impl Judgement {
    pub(super) fn exit(want: i32, want_stderr: &str, got: &Ran) -> Judgement {
        let said = if got.stderr.is_empty() { want_stderr } else { &got.stderr };
        let why = format!("exit status {}, want {want}: {}", got.status, said.trim_end());
        Judgement { exit: false, stdout: false, stderr: false, why }
    }

    pub(super) fn equal() -> Judgement {
        Judgement { exit: true, stdout: true, stderr: true, why: String::new() }
    }

    fn output(why: String) -> Judgement {
        Judgement { exit: true, stdout: false, stderr: false, why }
    }

    fn errors(want: &str, got: &str, matters: bool) -> Judgement {
        let stderr = !matters || want == got;
        let why = if stderr {
            String::new()
        } else {
            format!("standard error: {}", difference(want.as_bytes(), got.as_bytes()))
        };
        Judgement { exit: true, stdout: true, stderr, why }
    }
}

/// Compares with what another Helm did.
pub(super) fn compare(want: &Ran, got: &Ran) -> Judgement {
    if (want.status == 0) != (got.status == 0) {
        return Judgement::exit(i32::from(want.status), &want.stderr, got);
    }
    if want.stdout != got.stdout {
        return Judgement::output(format!("standard output: {}", difference(&want.stdout, &got.stdout)));
    }
    let names: BTreeSet<&String> = want.files.keys().chain(got.files.keys()).collect();
    for name in names {
        match (want.files.get(name), got.files.get(name)) {
            (Some(want), Some(got)) if want == got => {}
            (Some(want), Some(got)) => return Judgement::output(format!("{name}: {}", difference(want, got))),
            (Some(_), None) => return Judgement::output(format!("{name} was not written")),
            (None, _) => return Judgement::output(format!("{name} was written, and Helm does not write it")),
        }
    }
    Judgement::errors(&want.stderr, &got.stderr, true)
}

/// Compares with what was recorded; `outputs` finds the bytes of a SHA-256, if they are there.
pub(super) fn against_recording(golden: &Golden, got: &Ran, outputs: &dyn Fn(&str) -> Option<Vec<u8>>) -> Judgement {
    if (got.status == 0) != (golden.exit == 0) {
        return Judgement::exit(golden.exit, &golden.stderr, got);
    }
    let shown = |what: &str, sha: &str, got: &[u8]| {
        Judgement::output(match outputs(sha) {
            Some(want) => format!("{what}: {}", difference(&want, got)),
            None => format!("{what}: other bytes ({} of them; the suite does not hold those of Helm)", got.len()),
        })
    };
    if hex_sha256(&got.stdout) != golden.sha256 {
        return shown("standard output", &golden.sha256, &got.stdout);
    }
    for (name, (sha, _)) in &golden.tree {
        match got.files.get(name) {
            Some(bytes) if hex_sha256(bytes) == *sha => {}
            Some(bytes) => return shown(name, sha, bytes),
            None => return Judgement::output(format!("{name} was not written")),
        }
    }
    if let Some(name) = got.files.keys().find(|name| !golden.tree.contains_key(*name)) {
        return Judgement::output(format!("{name} was written, and Helm does not write it"));
    }
    Judgement::errors(&golden.stderr, &got.stderr, golden.stderr_deterministic)
}
