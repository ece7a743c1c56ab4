//! `thinlock conformance`, on a recorded suite of a small chart.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test")]

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use thinlock::{DIFFERENT, DONE, Env, FAILED, Streams};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/cases")
}

/// The exit status, standard output and standard error of `thinlock conformance ARGS…`.
fn conformance(cwd: &Path, args: &[&str]) -> (u8, String, String) {
    let args: Vec<OsString> = ["thinlock", "conformance"].iter().chain(args).map(OsString::from).collect();
    let env = Env { cwd: cwd.to_owned(), ..Env::default() };
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut streams = Streams { stdin: &mut std::io::empty(), stdout: &mut stdout, stderr: &mut stderr };
    let status = thinlock::run(&args, &env, &mut streams);
    (status, String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// A program that answers as a helm of a version does.
fn helm(folder: &Path) -> String {
    let path = folder.join("helm-for-tests");
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = version ]; then printf v4.1.4; else exec '{}' \"$@\"; fi\n",
        env!("CARGO_BIN_EXE_thinlock")
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[test]
fn a_recorded_suite_is_equal() {
    let (status, stdout, stderr) = conformance(&cases(), &["run", "suites/web", "--stderr"]);
    assert_eq!((status, stderr.as_str()), (DONE, ""), "{stdout}");
    assert!(stdout.contains("12 cases in ") && stdout.ends_with("all equal\n"), "{stdout}");

    let (status, stdout, _) =
        conformance(&cases(), &["run", "suites/web", "--dialect", "helm-3.17", "--format", "json"]);
    assert_eq!(status, DONE);
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(json["suites"][0]["figures"], serde_json::json!({"cases": 6, "exit": 6, "stdout": 6, "stderr": 6}));
    assert_eq!(json["different"], 0);
}

#[test]
fn a_changed_chart_is_reported() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path();
    let helm = helm(root);
    copy(&cases().join("charts"), &root.join("charts"));
    let record = ["record", "charts/web", "--ci", "--helm", &helm, "--out"];
    let (status, stdout, stderr) = conformance(root, &[&record[..], &["before"]].concat());
    assert_eq!((status, stderr.as_str()), (DONE, ""));
    assert_eq!(stdout, "recorded 3 cases of 1 chart with helm v4.1.4 in before\n");

    // The chart of the suite is changed, and what was recorded is not.
    let helpers = root.join("charts/web/templates/_helpers.tpl");
    let text = fs::read_to_string(&helpers).unwrap();
    fs::write(&helpers, text.replace("{{ .Release.Name }}-", "{{ .Release.Name }}_")).unwrap();
    assert_eq!(conformance(root, &[&record[..], &["after"]].concat()).0, DONE);
    fs::copy(root.join("after/charts/web.tgz"), root.join("before/charts/web.tgz")).unwrap();

    let (status, stdout, _) = conformance(root, &["run", "before", "--junit", "report.xml"]);
    assert_eq!(status, DIFFERENT);
    let shown = "web--default (helm-4.1)\n  standard output: line 6, of web/templates/configmap.yaml\n      apiVersion: v1\n      kind: ConfigMap\n      metadata:\n    -   name: release-web\n    +   name: release_web\n";
    assert!(stdout.contains(shown), "{stdout}");
    assert!(stdout.ends_with(": 2 differ\n"), "{stdout}");
    let junit = fs::read_to_string(root.join("report.xml")).unwrap();
    assert_eq!(junit.matches("<failure ").count(), 2, "{junit}");

    // Against the helm itself, both render the changed chart.
    let (status, stdout, _) = conformance(root, &["run", "before", "--against", &helm]);
    assert_eq!(status, DONE, "{stdout}");
}

#[test]
fn what_is_no_suite_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path();
    let (status, _, stderr) = conformance(root, &["run", "."]);
    assert_eq!(status, FAILED);
    assert!(stderr.contains("no results-vX.Y.Z.jsonl"), "{stderr}");

    fs::write(root.join("precious"), "").unwrap();
    let helm = helm(root);
    let chart = cases().join("charts/web").display().to_string();
    let (status, _, stderr) = conformance(root, &["record", &chart, "--helm", &helm, "--out", "."]);
    assert_eq!(status, FAILED);
    assert!(stderr.contains("is not empty and not a suite"), "{stderr}");
}

#[test]
fn a_change_of_helm_is_explained() {
    let diff = |more: &[&str]| {
        let args = ["diff", "--from", "helm-3.17", "--to", "helm-4.1", "charts/web"];
        conformance(&cases(), &[&args[..], more].concat())
    };
    let (status, stdout, _) = diff(&[]);
    assert_eq!(status, DIFFERENT);
    assert!(stdout.starts_with("only the default Kubernetes version: 1 chart\n  charts/web\n"), "{stdout}");
    assert!(stdout.ends_with("from helm-3.17 to helm-4.1: 1 of 1 chart would change\n"), "{stdout}");

    let (status, stdout, _) = diff(&["--kube-version", "v1.33.0", "--format", "json"]);
    assert_eq!(status, DONE, "{stdout}");
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&json["charts"], &json["changes"]), (&serde_json::json!(1), &serde_json::json!([])));
}
