//! `--seed`, `--strict-deterministic` and `--lookup-from`: what Helm does not have.

#![allow(clippy::unwrap_used, reason = "a test")]

#[allow(dead_code, unreachable_pub, reason = "shared by several tests, each of which uses some of it")]
mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::InProcess;
use thinlock_conformance::{Helm, Invocation, Outcome};

fn render(root: &Path, args: &[&str]) -> Outcome {
    let args = ["template"].iter().chain(args).map(|arg| (*arg).to_owned()).collect();
    InProcess.run(&Invocation { args, cwd: root.to_owned(), env: BTreeMap::new() })
}

fn chart(template: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("chart/templates")).unwrap();
    fs::write(root.path().join("chart/Chart.yaml"), "apiVersion: v2\nname: p\nversion: 0.1.0\n").unwrap();
    fs::write(root.path().join("chart/templates/t.yaml"), template).unwrap();
    root
}

#[test]
fn a_seed_repeats_and_differs_by_release_and_call() {
    let root = chart("a: {{ randAlphaNum 20 }}\nb: {{ randAlphaNum 20 }}\nc: {{ now | unixEpoch }}\n");
    let first = render(root.path(), &["r", "chart", "--seed", "x"]);
    assert_eq!(first.status, 0, "{}", String::from_utf8_lossy(&first.stderr));
    assert_eq!(first.stdout, render(root.path(), &["r", "chart", "--seed", "x"]).stdout);
    assert_ne!(first.stdout, render(root.path(), &["r", "chart", "--seed", "y"]).stdout);
    assert_ne!(first.stdout, render(root.path(), &["q", "chart", "--seed", "x"]).stdout);
    let text = String::from_utf8(first.stdout).unwrap();
    let values: Vec<&str> = text.lines().filter_map(|line| line.split_once(": ")).map(|(_, value)| value).collect();
    assert_eq!(values.len(), 4, "{text}");
    assert_ne!(values[1], values[2], "two calls differ");
}

#[test]
fn strictness_names_the_function_and_its_place() {
    let root = chart("a: 1\nb: {{ randAlphaNum 20 }}\n");
    let refused = render(root.path(), &["r", "chart", "--strict-deterministic"]);
    assert_eq!(refused.status, 1);
    let text = String::from_utf8(refused.stderr).unwrap();
    assert!(text.contains("randAlphaNum") && text.contains("p/templates/t.yaml"), "{text}");
    assert!(refused.stdout.is_empty());
}

#[test]
fn lookups_are_answered_from_a_folder() {
    let root = chart(
        "a: {{ (lookup \"v1\" \"Secret\" \"one\" \"s\").data.k }}\nb: {{ lookup \"v1\" \"Secret\" \"one\" \"t\" | len }}\n",
    );
    fs::create_dir(root.path().join("cluster")).unwrap();
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: one}\ndata: {k: found}\n";
    fs::write(root.path().join("cluster/s.yaml"), secret).unwrap();
    let found = render(root.path(), &["r", "chart", "--lookup-from", "cluster"]);
    assert_eq!(found.status, 0, "{}", String::from_utf8_lossy(&found.stderr));
    assert!(String::from_utf8(found.stdout).unwrap().contains("a: found\nb: 0\n"));
}
