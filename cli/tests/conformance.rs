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
    let head = "the default Kubernetes version (other documents): 1 chart\n  charts/web\n";
    assert!(stdout.starts_with(head), "{stdout}");
    assert!(stdout.ends_with("from helm-3.17 to helm-4.1: 1 of 1 chart would change\n"), "{stdout}");

    let (status, stdout, _) = diff(&["--kube-version", "v1.33.0", "--format", "json"]);
    assert_eq!(status, DONE, "{stdout}");
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&json["charts"], &json["changes"]), (&serde_json::json!(1), &serde_json::json!([])));

    // A suite stands for its cases; one of the three fails with every Helm.
    let args = ["diff", "--from", "helm-3.17", "--to", "helm-4.1", "suites/web"];
    let (status, stdout, _) = conformance(&cases(), &args);
    assert_eq!(status, DIFFERENT);
    assert!(stdout.contains("the default Kubernetes version (other documents): 4 cases\n"), "{stdout}");
}

#[test]
fn what_a_chart_uses_is_listed() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path();
    copy(&cases().join("charts/web"), &root.join("web"));
    let more = "a: {{ randAlphaNum 8 }}\nb: {{ mustToYaml .Values }}\nc: {{ tpl .Values.d . }}\n\
                {{ if .Capabilities.APIVersions.Has \"apps/v1\" }}{{ toToml .Values }}{{ end }}\n";
    fs::write(root.join("web/templates/more.yaml"), more).unwrap();
    fs::write(root.join("web/values.yaml"), "d: \"{{ now }}\"\n").unwrap();
    let (status, stdout, stderr) = conformance(root, &["functions", "web"]);
    assert_eq!((status, stderr.as_str()), (DONE, ""));
    let lines: Vec<&str> = stdout.lines().collect();
    let row = |name: &str, uses: usize, note: &str| format!("{name:12} {uses:5}  {note}").trim_end().to_owned();
    for want in [
        row("include", 2, ""),
        row("randAlphaNum", 1, "random"),
        "    web/templates/more.yaml:1".to_owned(),
        row("mustToYaml", 1, "unknown in helm-3.17, helm-3.19, helm-3.22"),
        row("now", 1, "time"),
        "    web/values.yaml d".to_owned(),
        format!("{:29} {:5}", "apps/v1", 1),
        "counted above: 1 string in values that tpl may execute; what users set and what templates put together is not seen"
            .to_owned(),
    ] {
        assert!(lines.contains(&want.as_str()), "{want:?} is not in\n{stdout}");
    }
    let commas = row("toToml", 1, "where commas stand in an inline struct: only in helm-3.22, helm-4.1, helm-4.3");
    assert!(stdout.contains(&commas), "{stdout}");
    let kube = "the Kubernetes version where --kube-version names none: v1.32.0 in helm-3.17; v1.34.0 in helm-3.19;";
    assert!(stdout.contains(kube), "{stdout}");
    assert!(lines.iter().any(|line| line.starts_with(".Release.Name ")), "{stdout}");
    assert!(!lines.iter().any(|line| line.starts_with(".Release ")), "{stdout}");

    let (_, stdout, _) = conformance(root, &["functions", "web", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let functions = json["charts"][0]["functions"].as_array().unwrap();
    let random = functions.iter().find(|found| found["name"] == "randAlphaNum").unwrap();
    assert_eq!(random["effect"], "random");
    assert_eq!(random["places"], serde_json::json!(["web/templates/more.yaml:1"]));
    let versions = &json["charts"][0]["apiVersions"][0];
    assert_eq!((&versions["name"], &versions["unknownIn"]), (&"apps/v1".into(), &serde_json::json!([])));

    let (status, _, stderr) = conformance(root, &["functions", "nothing"]);
    assert_eq!(status, FAILED);
    assert!(stderr.contains("nothing: No such file"), "{stderr}");
}

/// The lines of all files of a chart.
fn lines(folder: &Path) -> usize {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { lines(&path) } else { fs::read_to_string(path).unwrap().lines().count() })
        .sum()
}

#[test]
fn a_difference_of_dialects_shrinks_to_a_small_chart() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path();
    let suite = cases().join("suites/web").display().to_string();
    let args = ["minimise", &suite, "web--large-values", "--from", "helm-3.17", "--to", "helm-4.1", "--out", "small"];
    let (status, stdout, stderr) = conformance(root, &args);
    assert_eq!(status, DONE, "{stdout}{stderr}");
    assert!(stdout.starts_with("from 3") && stdout.contains(": small/README.md\nstandard output: line "), "{stdout}");
    assert!(lines(&root.join("small/chart")) < 10, "{stdout}");
    let page = fs::read_to_string(root.join("small/README.md")).unwrap();
    assert!(
        page.contains("Two Helms differ: thinlock helm-4.1+kube-version:helm-3.17 and thinlock helm-4.1\n"),
        "{page}"
    );
    assert!(page.contains("\n    thinlock template release chart"), "{page}");
    assert!(page.contains("v1.32.0"), "{page}");
    let output = fs::read_to_string(root.join("small/output-thinlock-helm-4.1.txt")).unwrap();
    assert!(output.contains("v1.35.0"), "{output}");

    // Again into the same folder; a folder with something else is left alone.
    assert_eq!(conformance(root, &args).0, DONE);
    fs::create_dir(root.join("mine")).unwrap();
    fs::write(root.join("mine/precious"), "").unwrap();
    let elsewhere = [&args[..args.len() - 1], &["mine"]].concat();
    let (status, _, stderr) = conformance(root, &elsewhere);
    assert_eq!(status, FAILED);
    assert!(stderr.contains("mine: is not empty, and holds no shrunk case"), "{stderr}");
}

#[test]
fn a_seeded_bug_shrinks_to_a_small_chart() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path();
    // A helm that is wrong in one thing.
    let wrong = root.join("wrong-helm");
    let script = format!("#!/bin/sh\n'{}' \"$@\" | sed 's/\\(colour: .*\\)/\\1 /'\n", helm(root));
    fs::write(&wrong, script).unwrap();
    fs::set_permissions(&wrong, fs::Permissions::from_mode(0o755)).unwrap();
    let chart = cases().join("charts/web").display().to_string();
    let values = cases().join("charts/web/ci/large-values.yaml").display().to_string();
    let args =
        ["minimise", &chart, "-f", &values, "--against", "wrong-helm", "--out", "small", "--", "--namespace", "n"];
    let (status, stdout, stderr) = conformance(root, &args);
    assert_eq!(status, DONE, "{stdout}{stderr}");
    assert!(lines(&root.join("small/chart")) < 20, "{stdout}");
    let page = fs::read_to_string(root.join("small/README.md")).unwrap();
    assert!(page.contains("helm v4.1.4") && !page.contains("--namespace"), "{page}");
    assert!(page.contains("white space and empty lines only"), "{page}");
    assert!(page.contains("; nothing more can go."), "{page}");
    // The command of the page shows the difference.
    let run = |program: &str| {
        let command = page.lines().find(|line| line.starts_with(&format!("    {program} template "))).unwrap();
        let args: Vec<&str> = command.split_whitespace().skip(1).collect();
        let program = if program == "helm" { wrong.clone() } else { env!("CARGO_BIN_EXE_thinlock").into() };
        std::process::Command::new(program).args(args).current_dir(root.join("small")).output().unwrap().stdout
    };
    assert_ne!(run("helm"), run("thinlock"));
}

#[test]
fn what_cannot_be_shrunk_is_said() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path();
    let suite = cases().join("suites/web").display().to_string();
    let fails = |args: &[&str], why: &str| {
        let (status, stdout, stderr) = conformance(root, &[&["minimise", "--out", "small"], args].concat());
        assert_eq!((status, stdout.as_str()), (FAILED, ""), "{stderr}");
        assert!(stderr.contains(why), "{stderr}");
    };
    fails(
        &[&suite, "web--default"],
        "what helm v3.17.3, v4.1.4 printed was recorded for the whole chart and says nothing of a smaller one: name a helm binary with --against PATH, or two dialects with --from DIALECT --to DIALECT",
    );
    fails(
        &[&suite, "nope", "--from", "helm-3.17", "--to", "helm-4.1"],
        "no case nope: name one of cases.jsonl, such as web--default",
    );
    fails(&[&suite, "--from", "helm-3.17", "--to", "helm-4.1"], "which case?");
    fails(
        &[&suite, "web--refused-values", "--from", "helm-3.17", "--to", "helm-4.1"],
        "do not differ over web--refused-values",
    );
    fails(&["nothing", "--from", "helm-3.17", "--to", "helm-4.1"], "nothing: No such file");
    assert!(!root.join("small").exists());
}

#[test]
fn cases_that_differ_from_run_to_run_are_compared_line_by_line() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path();
    copy(&cases().join("charts/web"), &root.join("web"));
    let secret = "kind: Secret\nmetadata: {name: s}\nstringData:\n  password: {{ randAlphaNum 12 }}\n  user: admin\n";
    fs::write(root.join("web/templates/secret.yaml"), secret).unwrap();
    let helm = helm(root);
    let (status, stdout, _) = conformance(root, &["record", "web", "--helm", &helm, "--runs", "3", "--out", "suite"]);
    assert_eq!(status, DONE);
    assert!(stdout.contains("1 of them differ from run to run"), "{stdout}");
    let (status, stdout, _) = conformance(root, &["run", "suite", "--seed", "x"]);
    assert_eq!(status, DONE, "{stdout}");
    let figure = "not the same in every run of Helm: 1 cases, exit 1; in the lines that Helm keeps equal: 1 of 1 (";
    assert!(stdout.contains(figure) && stdout.contains("; twice the same with one seed: 1 of 1\n"), "{stdout}");
    let (_, stdout, _) = conformance(root, &["run", "suite", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let loose = &json["suites"][0]["notTheSameInEveryRun"];
    let varies = loose["lines"].as_u64().unwrap() - loose["linesThatHelmKeepsEqual"].as_u64().unwrap();
    assert_eq!((&loose["compared"], varies), (&1.into(), 1));

    // A line that Helm keeps equal must be.
    fs::write(root.join("web/templates/secret.yaml"), secret.replace("admin", "root")).unwrap();
    assert_eq!(conformance(root, &["record", "web", "--helm", &helm, "--out", "other"]).0, DONE);
    fs::copy(root.join("other/charts/web.tgz"), root.join("suite/charts/web.tgz")).unwrap();
    let (status, stdout, _) = conformance(root, &["run", "suite", "--junit", "report.xml"]);
    assert_eq!(status, DIFFERENT, "{stdout}");
    assert!(stdout.contains("in the lines that Helm keeps equal: line "), "{stdout}");
    assert!(stdout.contains("    -   user: admin\n    +   user: root\n"), "{stdout}");
    assert!(fs::read_to_string(root.join("report.xml")).unwrap().contains("<failure "));
    let (status, stdout, _) = conformance(root, &["run", "suite", "--against", &helm]);
    assert_eq!(status, DONE, "{stdout}");
    assert!(stdout.contains("times as fast; one case after another "), "{stdout}");
}
