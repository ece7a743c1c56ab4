//! Replays a suite of public charts with what five real Helms printed. The charts are not part of this repository; without
//! them the test says so and passes.

#![allow(clippy::unwrap_used, reason = "a test")]

#[allow(dead_code, unreachable_pub, reason = "shared by several tests, each of which uses some of it")]
mod common;

use common::{InProcess, shared};
use thinlock_conformance::Figures;
use thinlock_conformance::corpus::Corpus;

#[test]
fn public_charts_render_as_helm_renders_them() {
    let Some(folder) = shared("corpus") else {
        println!("skipped: the public charts are not beside this checkout");
        return;
    };
    let scratch = tempfile::tempdir().unwrap();
    let threads = rayon::ThreadPoolBuilder::new().stack_size(16 << 20).build().unwrap();
    let mut different = Vec::new();
    for dialect in ["helm-3.17", "helm-3.19", "helm-3.22", "helm-4.1", "helm-4.3"] {
        let corpus = Corpus::load(&folder, dialect).unwrap();
        assert!(corpus.len() > 1_500, "{} cases for {dialect}", corpus.len());
        let verdicts = threads.install(|| {
            corpus.unpack(scratch.path()).unwrap();
            corpus.run(dialect, &InProcess, scratch.path()).unwrap()
        });
        let figures = Figures::of(&verdicts);
        println!(
            "{dialect}: {} cases, exit {}, stdout {}, stderr {}",
            figures.cases, figures.exit, figures.stdout, figures.stderr
        );
        different.extend(verdicts.into_iter().filter(|v| !v.stdout).map(|v| format!("{dialect} {}: {}", v.id, v.why)));
    }
    assert!(different.is_empty(), "{} cases differ:\n{}", different.len(), different.join("\n"));
}
