//! `thinlock render`: to folders and to standard output.

use crate::site::{Run, Site, folder};

fn render(site: &Site, args: &[&str]) -> Run {
    let mut command = site.thinlock();
    command.args(["render", "--repo", "gitops.git", "--source", "source"]).args(args);
    command.output().expect("thinlock").into()
}

#[test]
fn a_folder_for_each_deployment() {
    let site = Site::new();
    let run = render(&site, &["--output-dir", "out"]).expect(0);
    assert!(run.stderr.starts_with("rendered 3 deployments: 9 files, "), "{}", run.stderr);
    site.promote(&["staging"]).expect(0);
    let committed = site.files("stage/staging", "apps/web/deployments/staging/deploy");
    assert_eq!(folder(&site.path("out/staging")), committed);
    // Gates do not apply: nothing is written to git.
    assert_eq!(folder(&site.path("out/production")).len(), 3);

    // Again, into the same place: what is not rendered any more goes, other folders stay.
    site.write("out/staging/stale.yaml", "x");
    site.write("out/mine.txt", "x");
    render(&site, &["--output-dir", "out"]).expect(0);
    assert_eq!(folder(&site.path("out/staging")), committed);
    assert!(site.path("out/mine.txt").exists());

    // A folder that no run has written is not touched.
    site.write("other/staging/mine.yaml", "x");
    let run = render(&site, &["--output-dir", "other", "staging"]).expect(1);
    assert!(run.stderr.contains("other/staging holds files that thinlock did not write"), "{}", run.stderr);
    assert_eq!(folder(&site.path("other/staging")).len(), 1);
}

/// The folders with a record, and the records.
fn records(site: &Site, dir: &str) -> Vec<(String, serde_json::Value)> {
    let text = std::fs::read_to_string(site.path(dir).join(".thinlock/records.jsonl")).expect("records");
    text.lines()
        .map(|line| {
            let mut line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            (line["folder"].as_str().expect("a name").to_owned(), line["provenance"].take())
        })
        .collect()
}

fn names(records: &[(String, serde_json::Value)]) -> Vec<&str> {
    records.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn records_of_all_folders() {
    let site = Site::new();
    let dir = site.path("out/.thinlock");
    let exists = |name: &str| dir.join(name).exists();
    render(&site, &["--output-dir", "out", "test"]).expect(0);
    render(&site, &["--output-dir", "out", "staging"]).expect(0);
    render(&site, &["--output-dir", "out", "production", "test"]).expect(0);
    let all = records(&site, "out");
    assert_eq!(names(&all), ["production", "staging", "test"]);
    assert_eq!(folder(&dir).into_keys().collect::<Vec<_>>(), ["records.jsonl"]);

    // What is said is what a promotion says on the branch, but for the tree.
    site.promote(&["staging"]).expect(0);
    let mut promoted: serde_json::Value =
        serde_json::from_str(&site.files("stage/staging", ".thinlock")["staging.json"]).expect("JSON");
    promoted["output"].as_object_mut().expect("an object").remove("tree");
    assert_eq!(all[1].1, promoted);

    // A run of several threads says the same.
    render(&site, &["--output-dir", "threads", "-j", "3"]).expect(0);
    assert_eq!(records(&site, "threads"), all);

    // A rendering that fails leaves its folder and its record alone.
    site.write("ops/apps/web/deployments/test/deployment.yaml", "envType: none\nnamespace: x\n");
    site.policy("break test");
    render(&site, &["--output-dir", "out"]).expect(1);
    let now = records(&site, "out");
    assert_eq!(names(&now), ["production", "staging", "test"]);
    assert_eq!(now[2], all[2]);
    assert_ne!(now[1], all[1], "it was rendered from another commit");
    assert!(!exists("writing"));
}

#[test]
fn what_a_killed_run_left_behind() {
    let site = Site::new();
    let writing = site.path("out/.thinlock/writing");
    render(&site, &["--output-dir", "out"]).expect(0);
    // It was killed while it wrote two of three for the second time.
    site.write("out/.thinlock/writing", r#"["staging","test"]"#);
    site.write("out/.thinlock/records.added", "{\"folder\":\"sta");
    site.write("out/staging/half.yaml", "x");
    render(&site, &["--output-dir", "out", "test"]).expect(0);
    // Nobody knows what the folder holds.
    assert_eq!(names(&records(&site, "out")), ["production", "test"]);
    assert_eq!(std::fs::read_to_string(&writing).expect("a list"), r#"["staging"]"#);
    render(&site, &["--output-dir", "out", "staging"]).expect(0);
    assert_eq!(names(&records(&site, "out")), ["production", "staging", "test"]);
    assert!(!writing.exists() && !site.path("out/staging/half.yaml").exists());

    // The same of the very first run, and of a folder that is not ours.
    site.write("first/test/half.yaml", "x");
    site.write("first/staging/mine.yaml", "x");
    site.write("first/.thinlock/writing", r#"["test"]"#);
    let run = render(&site, &["--output-dir", "first"]).expect(1);
    assert!(run.stderr.contains("first/staging holds files that thinlock did not write"), "{}", run.stderr);
    assert_eq!(names(&records(&site, "first")), ["production", "test"]);
    assert!(!site.path("first/.thinlock/writing").exists());
    assert_eq!(folder(&site.path("first/staging")).len(), 1);
}

#[test]
fn what_is_in_the_way_does_not_become_ours() {
    let site = Site::new();
    site.write("out/staging/mine.yaml", "x");
    // A file in the way of the last folder, so that the run ends with two written and one not.
    site.write("out/test", "x");
    let run = render(&site, &["--output-dir", "out"]).expect(1);
    assert!(run.stderr.contains("rendered 1 deployment") && run.stderr.contains("; 2 failed"), "{}", run.stderr);
    assert_eq!(names(&records(&site, "out")), ["production"]);
    assert!(!site.path("out/.thinlock/writing").exists(), "neither of them was begun");
}

#[test]
fn records_of_an_older_version() {
    let site = Site::new();
    render(&site, &["--output-dir", "out"]).expect(0);
    let all = records(&site, "out");
    // It wrote a file for each.
    std::fs::remove_file(site.path("out/.thinlock/records.jsonl")).expect("records");
    for (name, record) in &all {
        site.write(&format!("out/.thinlock/{name}.json"), &format!("{record:#}\n"));
    }
    site.write("out/.thinlock/mine.json", "{}");
    render(&site, &["--output-dir", "out", "test"]).expect(0);
    assert_eq!(records(&site, "out"), all);
    let left: Vec<String> = folder(&site.path("out/.thinlock")).into_keys().collect();
    assert_eq!(left, ["mine.json", "records.jsonl"]);
}

#[test]
fn records_that_are_none() {
    let site = Site::new();
    render(&site, &["--output-dir", "out"]).expect(0);
    let path = site.path("out/.thinlock/records.jsonl");
    let text = std::fs::read_to_string(&path).expect("records");
    let second = text.find('\n').expect("a line") + 1;
    for (bad, line) in [(format!("{}{{}}\n", &text[..second]), 2), (text[..second + 100].to_owned(), 2)] {
        std::fs::write(&path, &bad).expect("a file");
        let run = render(&site, &["--output-dir", "out"]).expect(1);
        let place = format!("out/.thinlock/records.jsonl:{line}: expected a record: a line of JSON with a folder");
        assert!(run.stderr.contains(&place) && run.stderr.contains("hint: "), "{}", run.stderr);
        assert_eq!(std::fs::read_to_string(&path).expect("records"), bad);
    }
    std::fs::write(&path, text).expect("a file");
    site.write("out/.thinlock/writing", "production");
    let run = render(&site, &["--output-dir", "out"]).expect(1);
    assert!(run.stderr.contains("out/.thinlock/writing:1: expected a list of folders in JSON"), "{}", run.stderr);
}

#[test]
fn standard_output_is_what_helm_prints() {
    let site = Site::new();
    let run = render(&site, &["test"]).expect(0);
    assert!(run.stdout.starts_with("---\n# Source: web/templates/configmap.yaml\n"), "{}", run.stdout);
    let all = render(&site, &[]).expect(0);
    assert!(all.stdout.starts_with("# Deployment: production\n---\n"), "{}", all.stdout);
    assert!(all.stdout.ends_with(&format!("# Deployment: test\n{}", run.stdout)), "{}", all.stdout);
    assert!(!all.stderr.contains('\u{1b}'), "no escape codes off a terminal: {:?}", all.stderr);
}

#[test]
fn json_for_programs() {
    let site = Site::new();
    let run = render(&site, &["--output-dir", "out", "--format", "json", "test"]).expect(0);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(json["deployments"][0]["deployment"], "test");
    assert_eq!(json["deployments"][0]["files"][0]["path"], "apps-deployment-test-web.yaml");
    assert_eq!(json["summary"]["files"], 3);
    render(&site, &["--format", "json"]).expect(2);
    render(&site, &["--layout", "flat"]).expect(2);
    render(&site, &["--worktree", "--policy", "main"]).expect(2);
}

#[test]
fn the_work_tree_as_it_stands() {
    let site = Site::new();
    // Neither committed nor even known to git.
    site.write("ops/apps/web/envTypes/new.values.yaml", "replicas: 42\n");
    site.write("ops/apps/web/deployments/fresh/deployment.yaml", "envType: new\nnamespace: fresh\n");
    site.write("ops/apps/web/deployments/fresh/values.yaml", "host: fresh.example.com\n");
    let run: Run = site
        .thinlock()
        .args(["render", "--repo", "ops", "--source", "source", "--worktree", "fresh"])
        .output()
        .expect("thinlock")
        .into();
    assert!(run.expect(0).stdout.contains("replicas: 42"));
    render(&site, &["--worktree"]).expect(1);
}

#[test]
fn one_failure_does_not_stop_the_others() {
    let site = Site::new();
    site.write("ops/apps/web/deployments/test/deployment.yaml", "envType: none\nnamespace: x\n");
    site.policy("break test");
    let run = render(&site, &["--output-dir", "out"]).expect(1);
    assert!(run.stderr.contains("error: test: the values file"), "{}", run.stderr);
    assert!(run.stderr.contains("rendered 2 deployments") && run.stderr.contains("; 1 failed"), "{}", run.stderr);
    assert!(site.path("out/staging").exists() && !site.path("out/test").exists());
}

#[test]
fn more_files_than_are_open_at_once() {
    let site = Site::new();
    site.git("source", &["reset", "-q", "--hard", "HEAD^"]);
    site.write(
        "source/deploy/web/templates/many.yaml",
        "{{ range until 50 }}---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: s{{ . }}\nstringData:\n  n: {{ mul . 7 | quote }}\n{{ end }}",
    );
    let commit = site.commit("source", "many");
    site.lock(&commit);
    site.policy("lock many");
    // The second time over what the first one wrote.
    for _ in 0..2 {
        render(&site, &["--output-dir", "out"]).expect(0);
        for name in ["production", "staging", "test"] {
            let files = folder(&site.path("out").join(name));
            assert_eq!(files.len(), 53, "{name}");
            for n in 0..50 {
                let text = files.get(&format!("secret-s{n}.yaml")).map_or("", String::as_str);
                assert!(text.ends_with(&format!("name: s{n}\nstringData:\n  n: \"{}\"", 7 * n)), "{name} {n}: {text}");
            }
        }
    }
    // One that cannot be written is named.
    let in_the_way = site.path("out/staging/secret-s33.yaml");
    std::fs::remove_file(&in_the_way).expect("a file");
    std::fs::create_dir(&in_the_way).expect("a folder");
    let run = render(&site, &["--output-dir", "out"]).expect(1);
    assert!(run.stderr.contains("out/staging/secret-s33.yaml: "), "{}", run.stderr);
    assert_eq!(names(&records(&site, "out")), ["production", "test"]);
    let left = folder(&site.path("out/staging"));
    assert!(left.len() == 52 && left.values().all(|text| !text.is_empty()), "{left:?}");
}
