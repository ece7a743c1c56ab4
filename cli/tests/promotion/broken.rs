//! Broken inputs: each is an error that says where, what was expected, and what to do; nothing is written.

use crate::site::{Run, Site, lock_text};

/// Fails a promotion of `staging` and checks what it prints, byte for byte, but for the line with the counts.
#[track_caller]
fn check(site: &Site, expect: &str) {
    let before = site.git("gitops.git", &["for-each-ref"]);
    let run = site.promote(&["staging"]).expect(1);
    println!("{}", run.stderr);
    let said: String = run
        .stderr
        .lines()
        .filter(|line| !line.starts_with("promoted "))
        .fold(String::new(), |all, line| all + line + "\n");
    // Temporary folders and times differ.
    let said = said.replace(&site.root.path().display().to_string(), "DIR");
    assert_eq!(said.trim_end(), expect);
    assert_eq!(site.git("gitops.git", &["for-each-ref"]), before);
    assert!(!site.path("gitops.git/thinlock/moving").exists());
}

/// The site with another build lock; returns the short id of its commit.
fn with_lock(edit: impl Fn(&str) -> String) -> (Site, String) {
    let site = Site::new();
    let locked = site.git("source", &["rev-parse", "HEAD~1"]);
    site.write("ops/warehouses/web/builds/current.yaml", &edit(&lock_text(&locked)));
    let freight = site.policy("lock");
    (site, freight[..10].to_owned())
}

/// The site after a change of the policy; returns the short id of its commit.
fn with_policy(path: &str, text: &str) -> (Site, String) {
    let site = Site::new();
    site.write(&format!("ops/{path}"), text);
    let policy = site.policy("change");
    (site, policy[..10].to_owned())
}

const LOCK: &str = "warehouses/web/builds/current.yaml";

#[test]
fn a_lock_with_a_missing_key() {
    let (site, at) =
        with_lock(|text| text.lines().filter(|l| !l.contains("digest")).fold(String::new(), |a, l| a + l + "\n"));
    let line = site.git("gitops.git", &["show", &format!("main:{LOCK}")]).lines().nth(4).expect("line 5").to_owned();
    check(&site, &format!("error: staging: {LOCK} (at {at}):5:3: image.digest is missing\n  |\n5 | {line}\n  |   ^"));
}

#[test]
fn a_lock_with_a_short_digest() {
    let (site, at) = with_lock(|text| {
        let end = text.find("\npackaging").expect("packaging");
        format!("{}{}", &text[..end - 4], &text[end..])
    });
    let line = site.git("gitops.git", &["show", &format!("main:{LOCK}")]).lines().nth(5).expect("line 6").to_owned();
    check(
        &site,
        &format!(
            "error: staging: {LOCK} (at {at}):6:11: image.digest: expected sha256: and 64 lower-case hexadecimal digits, \
             found 60 digits\n  |\n6 | {line}\n  |           ^"
        ),
    );
}

#[test]
fn a_lock_of_another_schema() {
    let (site, at) = with_lock(|text| text.replace("schemaVersion: v1", "schemaVersion: v2"));
    check(
        &site,
        &format!(
            "error: staging: {LOCK} (at {at}):1:16: schemaVersion: \"v2\" is not known; expected v1\n  |\n\
             1 | schemaVersion: v2\n  |                ^\nhint: a newer thinlock may know it; this one reads build locks of schema v1"
        ),
    );
}

#[test]
fn a_lock_that_is_no_yaml() {
    let (site, at) = with_lock(|_| "schemaVersion: v1\nimage: {ref: x\n".into());
    check(&site, &format!("error: staging: {LOCK} (at {at}):3:1: this is no YAML: did not find expected ',' or '}}'"));
}

#[test]
fn a_commit_that_is_not_in_the_source() {
    let absent = "0123456789abcdef0123456789abcdef01234567";
    let (site, _) = with_lock(|_| lock_text(absent));
    check(
        &site,
        &format!(
            "error: staging: commit {absent} is not in DIR/source\nhint: fetch it there: git -C DIR/source fetch origin {absent}"
        ),
    );
}

#[test]
fn a_source_path_without_a_chart() {
    let (site, _) = with_lock(|text| text.replace("deploy/web", "deploy"));
    let locked = site.git("source", &["rev-parse", "--short=10", "HEAD~1"]);
    check(
        &site,
        &format!(
            "error: staging: deploy in DIR/source at {locked} is no chart: there is no Chart.yaml\nhint: there is one in deploy/web"
        ),
    );
    let (site, _) = with_lock(|text| text.replace("deploy/web", "deploy/webb"));
    check(
        &site,
        &format!(
            "error: staging: there is no deploy/webb in DIR/source at {locked}\nhint: packaging.sourcePath of the lock, or \
             chart.path of thinlock.yaml, names the chart's folder or .tgz"
        ),
    );
    let (site, at) = with_lock(|text| text.replace("deploy/web", "../web"));
    check(
        &site,
        &format!(
            "error: staging: {LOCK} (at {at}):10:15: packaging.sourcePath: \"../web\" leads out of its folder\n   |\n\
             10 |   sourcePath: ../web\n   |               ^"
        ),
    );
}

#[test]
fn a_deployment_of_an_unknown_env_type() {
    let (site, at) = with_policy("apps/web/deployments/staging/deployment.yaml", "envType: stagging\nnamespace: web\n");
    check(
        &site,
        &format!(
            "error: staging: the values file apps/web/envTypes/stagging.values.yaml (at {at}) is missing\nhint: its name follows \
             from apps/web/deployments/staging/deployment.yaml, by apps/{{{{ .app }}}}/envTypes/{{{{ .deployment.envType \
             }}}}.values.yaml"
        ),
    );
    let (site, _) = with_policy("apps/web/deployments/staging/deployment.yaml", "namespace: web\n");
    check(
        &site,
        "error: staging: the default layout:10:5: values[0]: \"apps/{{ .app }}/envTypes/{{ .deployment.envType \
         }}.values.yaml\": map has no entry for key \"envType\"\n   |\n10 |   - \"apps/{{ .app }}/envTypes/{{ .deployment.envType \
         }}.values.yaml\"\n   |     ^\nhint: there is .app, .name, .deployment (the deployment's file) and, with a lock, .lock",
    );
}

#[test]
fn values_that_are_not_yaml() {
    let (site, at) = with_policy("apps/web/envTypes/staging.values.yaml", "replicas: 1\n  host: [\n");
    check(
        &site,
        &format!(
            "error: staging: apps/web/envTypes/staging.values.yaml (at {at}) is no values file: error converting YAML to JSON: \
             yaml: line 2: mapping values are not allowed in this context"
        ),
    );
}

#[test]
fn a_template_that_fails() {
    let site = Site::new();
    site.write(
        "source/deploy/web/templates/configmap.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.missing.name }}\n",
    );
    let commit = site.commit("source", "break it");
    site.lock(&commit);
    site.policy("lock");
    check(
        &site,
        "error: staging: chart deploy/web: nil pointer evaluating interface {}.name\n  --> web/templates/configmap.yaml:4:12\n  |\n\
         4 |   name: {{ .Values.missing.name }}\n  |            ^^^^^^^^^^^^^^^^^^^^\n  hint: the value before .name is not set; \
         test it with `with` or `if`, or write ((.a).b).name",
    );
}

#[test]
fn a_stage_branch_with_a_file_where_the_path_should_be() {
    let site = Site::new();
    site.git(".", &["init", "-q", "-b", "stage/staging", "stage"]);
    site.write("stage/apps/web/deployments", "a file\n");
    site.commit("stage", "by hand");
    site.git("stage", &["push", "-q", "../gitops.git", "stage/staging"]);
    check(
        &site,
        "error: staging: branch stage/staging holds a file at apps/web/deployments, where a folder should be on the way to \
         apps/web/deployments/staging/deploy\nhint: the branch is not written: remove it there, or name another output.path in \
         thinlock.yaml",
    );
}

#[test]
fn two_apps_that_write_to_one_path() {
    let app = |name: &str| {
        format!(
            "  {name}:\n    deployments: apps/web/deployments/*/deployment.yaml\n    chart: {{ path: chart }}\n    output: {{ path: 'out/{{{{ .name }}}}' }}\n"
        )
    };
    let site = Site::new();
    site.chart("ops/chart", "1.0");
    site.write("ops/thinlock.yaml", &format!("apps:\n{}{}", app("web"), app("api")));
    site.policy("two apps");
    let run = site.promote(&["web/staging"]).expect(1);
    println!("{}", run.stderr);
    assert!(
        run.stderr.starts_with(
            "error: web/staging: web/staging and api/staging would overwrite each other on branch stage/staging: one writes "
        ),
        "{}",
        run.stderr
    );
    let run = site.promote(&["staging"]).expect(1);
    println!("{}", run.stderr);
    assert_eq!(run.stderr, "error: \"staging\" means several deployments\nhint: name web/staging or api/staging\n");
    assert_eq!(site.tip("stage/staging"), "");
}

#[test]
fn a_repository_that_is_none() {
    let site = Site::new();
    let run = |args: &[&str]| -> Run {
        let run: Run = site.thinlock().args(["promote", "staging"]).args(args).output().expect("thinlock").into();
        let run = run.expect(1);
        println!("{}", run.stderr);
        Run { stderr: run.stderr.replace(&site.root.path().display().to_string(), "DIR"), ..run }
    };
    assert_eq!(
        run(&["--repo", "ops/apps"]).stderr,
        "error: DIR/ops/apps is not a git repository\nhint: name a bare repository, or the root folder of a work tree\n"
    );
    assert_eq!(run(&["--repo", "nowhere"]).stderr, "error: DIR/nowhere: no such folder\n");
    assert_eq!(run(&[]).stderr, "error: DIR is not in a git repository\nhint: name one with --repo PATH\n");
    assert_eq!(
        run(&["--repo", "gitops.git", "--source", "ops/apps"]).stderr.lines().next(),
        Some("error: staging: --source: DIR/ops/apps is not a git repository")
    );
}

#[test]
fn revisions_that_are_none() {
    let site = Site::new();
    let run = site.promote(&["--policy", "mian", "staging"]).expect(1);
    assert!(run.stderr.contains("error: \"mian\" is no commit of"), "{}", run.stderr);
    let run = site.promote(&["--freight", "v9", "staging"]).expect(1);
    assert!(run.stderr.contains("\"v9\" is no commit of"), "{}", run.stderr);
    let run = site.promote(&["--freight", "main~3", "staging"]).expect(1);
    assert!(run.stderr.contains("is no commit of"), "{}", run.stderr);
    let run = site.promote(&["--freight", "main~2", "staging"]).expect(1);
    assert!(run.stderr.contains("the build lock warehouses/web/builds/current.yaml (at "), "{}", run.stderr);
    assert!(run.stderr.contains(") is missing\nhint: --freight names the commit to read it at"), "{}", run.stderr);
}

#[test]
fn a_configuration_with_a_mistake() {
    let (site, at) = with_policy("thinlock.yaml", "apps:\n  web:\n    charts: { path: x }\n");
    check(
        &site,
        &format!(
            "error: thinlock.yaml (at {at}):3:5: apps.web.charts: unknown key; expected lock, deployments, chart, values, set, \
             release, output, gates, review or helm\n  |\n3 |     charts: {{ path: x }}\n  |     ^\nhint: did you mean chart?"
        ),
    );
}

#[test]
fn a_repository_without_anything_to_deploy() {
    let site = Site::empty();
    site.git(".", &["init", "-q", "-b", "main", "gitops.git"]);
    site.write("gitops.git/README.md", "x");
    let at = site.commit("gitops.git", "one");
    let run = site.promote(&["--all"]).expect(1);
    assert_eq!(
        run.stderr,
        format!(
            "error: there is no thinlock.yaml (at {})\nhint: and no app in the layout that needs none: \
             apps/<app>/deployments/<name>/deployment.yaml and warehouses/<app>/builds/current.yaml\n",
            &at[..10]
        )
    );
}

#[test]
fn links_do_not_lead_out() {
    let site = Site::new();
    std::os::unix::fs::symlink("../../../../README.md", site.path("source/deploy/web/templates/link.yaml"))
        .expect("a link");
    site.write("source/README.md", "outside\n");
    let commit = site.commit("source", "a link out");
    site.lock(&commit);
    site.policy("lock");
    let run = site.promote(&["staging"]).expect(1);
    assert!(run.stderr.contains("the symbolic link templates/link.yaml leads out of the chart"), "{}", run.stderr);
    // Inside it is followed, as a checkout would.
    std::fs::remove_file(site.path("source/deploy/web/templates/link.yaml")).expect("removed");
    site.git("source", &["checkout", "-q", "HEAD~1", "--", "deploy/web/templates/configmap.yaml"]);
    site.write("source/deploy/web/files/extra.yaml", "kind: Extra\nmetadata: { name: x }\n");
    std::os::unix::fs::symlink("../files/extra.yaml", site.path("source/deploy/web/templates/link.yaml"))
        .expect("a link");
    site.git("source", &["checkout", "-q", "HEAD~2", "--", "deploy/web/templates/configmap.yaml"]);
    let commit = site.commit("source", "a link inside");
    site.lock(&commit);
    site.policy("lock");
    site.promote(&["staging"]).expect(0);
    assert!(site.files("stage/staging", "apps/web/deployments/staging/deploy").contains_key("extra-x.yaml"));
}

#[test]
fn an_archive_that_lfs_keeps_elsewhere() {
    let site = Site::new();
    site.write(
        "source/deploy/web/charts/sub-0.1.0.tgz",
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
    );
    let commit = site.commit("source", "a pointer");
    site.lock(&commit);
    site.policy("lock");
    let run = site.promote(&["staging"]).expect(1);
    assert!(run.stderr.contains("charts/sub-0.1.0.tgz is a Git LFS pointer"), "{}", run.stderr);
}
