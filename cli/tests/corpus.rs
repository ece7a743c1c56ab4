//! Replays a suite of public charts with what five real Helms printed. The charts are not part of this repository; without
//! them the test says so and passes.

#![allow(clippy::unwrap_used, reason = "a test")]

#[allow(dead_code, unreachable_pub, reason = "shared by several tests, each of which uses some of it")]
mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{InProcess, shared};
use thinlock_conformance::corpus::Corpus;
use thinlock_conformance::minimise::{self, Options, Side, Subject};
use thinlock_conformance::report::{Report, Section};
use thinlock_conformance::{Figures, Helm, Invocation, Outcome};

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
            corpus.run(&InProcess, scratch.path()).unwrap()
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

const CHART: &str = "argoproj_argo-helm__argo-rollouts";

fn tar(args: &[&str], folder: &Path) {
    assert!(Command::new("tar").args(args).current_dir(folder).status().unwrap().success());
}

/// The cases of one public chart as a suite of its own, with the chart unpacked in `chart`.
fn suite_of_one_chart(corpus: &Path, root: &Path) {
    let packed = format!("{CHART}.tgz");
    fs::create_dir_all(root.join("charts")).unwrap();
    fs::create_dir_all(root.join("chart")).unwrap();
    fs::create_dir_all(root.join("goldens")).unwrap();
    fs::copy(corpus.join("charts").join(&packed), root.join("charts").join(&packed)).unwrap();
    fs::copy(corpus.join("goldens/argoproj_argo-helm.tar.xz"), root.join("goldens/argoproj_argo-helm.tar.xz")).unwrap();
    tar(&["xzf", &format!("charts/{packed}"), "-C", "chart"], root);
    for file in ["cases.jsonl", "results-v4.1.4.jsonl"] {
        let text = fs::read_to_string(corpus.join(file)).unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| line.contains(&format!("\"{CHART}--"))).collect();
        assert!(lines.len() > 5);
        fs::write(root.join(file), lines.join("\n")).unwrap();
    }
}

#[test]
fn a_changed_helper_of_a_public_chart_is_caught() {
    let Some(corpus) = shared("corpus") else { return };
    let suite = tempfile::tempdir().unwrap();
    let root = suite.path();
    suite_of_one_chart(&corpus, root);
    let report = || {
        let scratch = tempfile::tempdir().unwrap();
        let corpus = Corpus::load(root, "helm-4.1").unwrap();
        corpus.unpack(scratch.path()).unwrap();
        let verdicts = corpus.run(&InProcess, scratch.path()).unwrap();
        Report { sections: vec![Section::new("suite".to_owned(), &corpus, verdicts, Vec::new())], ..Report::default() }
    };
    assert_eq!(report().different(), 0, "{}", report().text(3));

    let helpers = root.join("chart/argo-rollouts/templates/_helpers.tpl");
    let text = fs::read_to_string(&helpers).unwrap();
    let changed = text.replace("app.kubernetes.io/part-of: argo-rollouts", "app.kubernetes.io/part-of: argo");
    assert_ne!(text, changed);
    fs::write(&helpers, changed).unwrap();
    tar(&["czf", &format!("../charts/{CHART}.tgz"), "argo-rollouts"], &root.join("chart"));
    let report = report();
    let text = report.text(1);
    println!("{text}");
    assert!(report.different() > 3, "{text}");
    let shown = "    -     app.kubernetes.io/part-of: argo-rollouts\n    +     app.kubernetes.io/part-of: argo\n";
    assert!(text.contains(shown), "{text}");
    assert!(text.contains(", of argo-rollouts/templates/"), "{text}");
}

/// A Helm with a bug: it writes one label wrongly.
struct Buggy;

impl Helm for Buggy {
    fn run(&self, invocation: &Invocation) -> Outcome {
        let mut outcome = InProcess.run(invocation);
        let text = String::from_utf8_lossy(&outcome.stdout).replace("managed-by: Helm", "managed-by: helm");
        outcome.stdout = text.into_bytes();
        outcome
    }
}

#[test]
fn a_seeded_bug_in_a_public_chart_shrinks_to_a_few_lines() {
    let Some(corpus) = shared("corpus") else { return };
    let packed = corpus.join("charts").join(format!("{CHART}.tgz"));
    let argv = ["release", "chart", "--set", "dashboard.enabled=true", "-n", "x"].map(str::to_owned).to_vec();
    let subject = Subject::of_chart(&packed, argv).unwrap();
    assert!(subject.chart_lines() > 5_000);
    let side = |name: &str, helm| Side { name: name.to_owned(), helm, dialect: "helm-4.1", more: Vec::new() };
    let sides = [side("right", &InProcess as &dyn Helm), side("wrong", &Buggy)];
    let scratch = tempfile::tempdir().unwrap();
    let small = minimise::minimise(subject, sides, &Options::default(), scratch.path(), &mut |_| {}).unwrap().unwrap();
    println!("{} tries, {:?}", small.tries, small.subject);
    assert!(!small.stopped);
    assert!(small.subject.chart_lines() < 20, "{:?}", small.subject);
    assert_eq!(small.subject.argv, ["release", "chart"]);
    assert!(small.compared.difference.contains("managed-by: Helm"), "{}", small.compared.difference);
}
