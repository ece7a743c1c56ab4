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
