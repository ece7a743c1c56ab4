//! The differential fuzzer, with another dialect of this program as the other Helm: what differs between two dialects
//! is known, so a fuzzer that finds nothing, or cannot cut it down, fails here.

#![allow(clippy::unwrap_used, reason = "a test")]

#[allow(dead_code, unreachable_pub, reason = "shared by several tests, each of which uses some of it")]
mod common;

use common::InProcess;
use thinlock_conformance::differential::{self, Plan, Reference, Report};
use thinlock_conformance::{Helm, Invocation, Outcome, Probe};

/// This program in one dialect, whatever a case asks for.
struct Fixed(&'static str);

impl Helm for Fixed {
    fn run(&self, invocation: &Invocation) -> Outcome {
        let mut invocation = invocation.clone();
        invocation.env.insert("THINLOCK_DIALECT".to_owned(), self.0.to_owned());
        InProcess.run(&invocation)
    }
}

fn fuzz(topic: &str, cases: usize, helm: &'static str, dialect: &'static str) -> Report {
    let scratch = tempfile::tempdir().unwrap();
    let references = [Reference { dialect, helm: Box::new(Fixed(helm)), fresh: None, records: None }];
    let plan = Plan { seed: 1, first: 0, cases, topics: vec![topic.to_owned()], differences: 3 };
    let threads = rayon::ThreadPoolBuilder::new().stack_size(16 << 20).build().unwrap();
    threads.install(|| differential::run(&plan, &references, &InProcess, scratch.path(), &|_| ())).unwrap()
}

#[test]
fn a_difference_is_found_and_cut_down() {
    // Go 1.25 names the types that cannot be compared.
    let report = fuzz("numbers", 2_000, "helm-3.19", "helm-3.22");
    let difference =
        report.differences.iter().find(|one| one.why.contains("incompatible types for comparison")).unwrap();
    assert_eq!((difference.what, difference.dialect), ("stderr", "helm-3.22"));
    let template = difference.probe["template"].as_str().unwrap();
    assert!(template.len() < 40, "{template}");

    // The probe is one of the committed kind, and shows the difference by itself.
    let probe: Probe = serde_json::from_value(difference.probe.clone()).unwrap();
    assert!(probe.id.starts_with("differential/numbers/"), "{}", probe.id);
    let root = tempfile::tempdir().unwrap();
    probe.lay_out(root.path()).unwrap();
    let [before, after] =
        ["helm-3.19", "helm-3.22"].map(|dialect| InProcess.run(&probe.invocation(root.path(), dialect)).stderr);
    assert_ne!(before, after);
}

#[test]
fn what_is_equal_is_not_reported() {
    for topic in differential::topics() {
        let report = fuzz(topic, 40, "helm-4.1", "helm-4.1");
        assert_eq!((report.cases, report.different), (40, 0), "{topic}: {:#?}", report.differences);
    }
}
