//! Replays the committed probes: small charts, with what five real Helms printed for them.
//!
//! `known-gaps.txt` lists what is not equal yet, one `DIALECT WHAT ID` a line, where WHAT is `exit`, `stdout` or
//! `stderr`. A case that is not listed must be equal, and one that is listed must not: the list only shrinks.

#![allow(clippy::unwrap_used, reason = "a test")]

#[allow(dead_code, unreachable_pub, reason = "shared by several tests, each of which uses some of it")]
mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::InProcess;
use thinlock_conformance::{Figures, probe, replay};

const DIALECTS: [&str; 5] = ["helm-3.17", "helm-3.19", "helm-3.22", "helm-4.1", "helm-4.3"];

#[test]
fn probes_print_what_real_helms_print() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/cases");
    let probes = probe::load(&folder.join("probes")).unwrap();
    assert!(probes.len() > 8_000, "{} probes", probes.len());
    let shared_memory = Path::new("/dev/shm");
    let scratch =
        if shared_memory.is_dir() { tempfile::tempdir_in(shared_memory) } else { tempfile::tempdir() }.unwrap();
    let threads = rayon::ThreadPoolBuilder::new().stack_size(16 << 20).build().unwrap();
    let verdicts = threads.install(|| replay::probes(&probes, &DIALECTS, &InProcess, scratch.path())).unwrap();

    for dialect in DIALECTS {
        let figures = Figures::of(verdicts.iter().filter(|v| v.dialect == dialect));
        println!(
            "{dialect}: {} cases, exit {}, stdout {}, stderr {}",
            figures.cases, figures.exit, figures.stdout, figures.stderr
        );
    }
    let listed: BTreeSet<String> = fs::read_to_string(folder.join("known-gaps.txt"))
        .unwrap()
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    let mut found = BTreeSet::new();
    let mut unlisted = Vec::new();
    for verdict in verdicts.iter().filter(|v| !v.stderr) {
        let what = if !verdict.exit {
            "exit"
        } else if !verdict.stdout {
            "stdout"
        } else {
            "stderr"
        };
        let line = format!("{} {what} {}", verdict.dialect, verdict.id);
        if !listed.contains(&line) {
            unlisted.push(format!("{line}: {}", verdict.why));
        }
        found.insert(line);
    }
    if let Some(path) = std::env::var_os("THINLOCK_WRITE_GAPS") {
        fs::write(path, found.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        return;
    }
    let healed: Vec<_> = listed.difference(&found).collect();
    assert!(
        unlisted.is_empty(),
        "{} new differences, the first of them:\n{}",
        unlisted.len(),
        unlisted[..unlisted.len().min(20)].join("\n")
    );
    assert!(healed.is_empty(), "{} listed differences are gone, take them off the list:\n{healed:#?}", healed.len());
}
