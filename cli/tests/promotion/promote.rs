//! What a promotion writes, and what it leaves alone.

use crate::site::{DEPLOYMENTS, SOURCE, Site};

const TEST_PATH: &str = "apps/web/deployments/test/deploy";

#[test]
fn stage_branches_hold_the_rendering_of_the_locked_commit() {
    let site = Site::new();
    let run = site.promote(&["staging", "test"]).expect(0);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(run.stderr.starts_with("promoted 2 deployments in "), "{}", run.stderr);

    let locked = site.git("source", &["rev-parse", "HEAD~1"]);
    let digest: String = locked.chars().cycle().take(64).collect();
    let files = site.files("stage/test", TEST_PATH);
    assert_eq!(
        files.keys().map(String::as_str).collect::<Vec<_>>(),
        ["apps-deployment-test-web.yaml", "batch-job-migrate.yaml", "configmap-web-test-test-web.yaml"]
    );
    assert_eq!(
        files["configmap-web-test-test-web.yaml"],
        "---\n# Source: web/templates/configmap.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: test-web\n  \
         namespace: web-test\ndata:\n  host: \"test.example.com\"\n  version: \"1.0\""
    );
    assert_eq!(
        files["apps-deployment-test-web.yaml"],
        format!(
            "# Source: web/templates/deployment.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: test-web\nspec:\n  \
             replicas: 1\n  template:\n    spec:\n      containers:\n        - image: registry.example.com/web:git-{locked}@sha256:{digest}"
        )
    );
    let modes = site.git("gitops.git", &["ls-tree", "-r", "--format=%(objectmode)", "stage/test"]);
    assert!(modes.lines().all(|mode| mode == "100644"), "{modes}");
    site.fsck("gitops.git");
}

#[test]
fn commits_say_what_was_rendered() {
    let site = Site::new();
    site.promote(&["test"]).expect(0);
    let locked = site.git("source", &["rev-parse", "HEAD~1"]);
    let policy = site.git("gitops.git", &["rev-parse", "main"]);
    let freight = site.git("gitops.git", &["rev-parse", "main~1"]);
    let digest: String = locked.chars().cycle().take(64).collect();
    let image = format!("registry.example.com/web:git-{locked}@sha256:{digest}");
    let message = site.git("gitops.git", &["log", "-1", "--format=%B", "stage/test"]);
    assert_eq!(
        message.trim_end(),
        format!(
            "Render test for git-{locked}\n\nRelease: git-{locked}\nSource-Repository: {SOURCE}\nSource-Commit: {locked}\n\
             Source-Path: deploy/web\nPolicy-Commit: {policy}\nImage: {image}\nHelm-Dialect: helm-3.19\n\
             Kubernetes-Version: v1.20.0\nThinlock-Version: {}",
            env!("CARGO_PKG_VERSION")
        )
    );
    // Git itself finds the trailers.
    let trailer =
        site.git("gitops.git", &["log", "-1", "--format=%(trailers:key=Policy-Commit,valueonly)", "stage/test"]);
    assert_eq!(trailer.trim(), policy);
    let who = site.git("gitops.git", &["log", "-1", "--format=%an <%ae> %cn <%ce>", "stage/test"]);
    assert_eq!(who, "A U Thor <author@example.com> C O Mitter <committer@example.com>");

    let json = &site.files("stage/test", ".thinlock")["test.json"];
    let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
    assert_eq!(json["releaseId"], format!("git-{locked}"));
    assert_eq!(json["lock"]["commit"], freight);
    assert_eq!(json["policyCommit"], policy);
    assert_eq!(json["source"]["commit"], locked);
    assert_eq!(json["image"], image);
    assert_eq!(json["helm"]["dialect"], "helm-3.19");
    assert_eq!(json["helm"]["kubeVersion"], "v1.20.0");
    let tree = site.git("gitops.git", &["rev-parse", &format!("stage/test:{TEST_PATH}")]);
    assert_eq!(json["output"]["tree"], tree);
}

#[test]
fn provenance_depends_on_the_inputs_alone() {
    let (a, b) = (Site::new(), Site::new());
    a.promote(&["test"]).expect(0);
    b.promote(&["--author", "Someone Else <else@example.com>", "test"]).expect(0);
    assert_ne!(a.tip("stage/test"), b.tip("stage/test"));
    let tree = |site: &Site| site.git("gitops.git", &["rev-parse", "stage/test^{tree}"]);
    assert_eq!(tree(&a), tree(&b));
    let who = b.git("gitops.git", &["log", "-1", "--format=%an <%ae> %cn", "stage/test"]);
    assert_eq!(who, "Someone Else <else@example.com> C O Mitter");
}

#[test]
fn everything_else_on_the_branch_stays() {
    let site = Site::new();
    site.git(".", &["init", "-q", "-b", "stage/test", "stage"]);
    site.write("stage/README.md", "written by people\n");
    site.write("stage/apps/web/deployments/test/notes.txt", "beside the folder\n");
    site.write(&format!("stage/{TEST_PATH}/old.yaml"), "left over\n");
    site.write(&format!("stage/{TEST_PATH}/deep/er.yaml"), "left over\n");
    site.write("stage/run.sh", "#!/bin/sh\n");
    site.git("stage", &["add", "-A"]);
    site.git("stage", &["update-index", "--chmod=+x", "run.sh"]);
    site.git("stage", &["commit", "-q", "-m", "by hand"]);
    site.git("stage", &["push", "-q", "../gitops.git", "stage/test"]);
    let before = site.tip("stage/test");

    site.promote(&["test"]).expect(0);
    assert_eq!(site.git("gitops.git", &["rev-parse", "stage/test^"]), before);
    let files = site.files("stage/test", "");
    let others: Vec<&str> = files.keys().map(String::as_str).filter(|path| !path.starts_with(TEST_PATH)).collect();
    assert_eq!(others, [".thinlock/test.json", "README.md", "apps/web/deployments/test/notes.txt", "run.sh"]);
    assert_eq!(site.files("stage/test", TEST_PATH).len(), 3);
    assert!(site.git("gitops.git", &["ls-tree", "stage/test", "run.sh"]).starts_with("100755"));
    site.fsck("gitops.git");
}

#[test]
fn a_second_run_writes_nothing() {
    let site = Site::new();
    site.promote(&["staging", "test"]).expect(0);
    let state = || {
        let refs = site.git("gitops.git", &["for-each-ref"]);
        let objects = site.git("gitops.git", &["count-objects", "-v"]);
        (refs, objects)
    };
    let before = state();
    let run = site.promote(&["staging", "test"]).expect(0);
    assert!(run.stdout.contains("staging: unchanged") && run.stdout.contains("test: unchanged"), "{}", run.stdout);
    assert_eq!(state(), before);

    // A policy commit that touches no input renders nothing either: the digest of the inputs is the same.
    site.write("ops/README.md", "words\n");
    site.policy("words");
    let run = site.promote(&["--format", "json", "test"]).expect(0);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(json["deployments"][0]["status"], "unchanged");
    assert_eq!(json["deployments"][0]["rendered"], false);

    // A comment in the values makes another input, but the same rendering.
    site.write("ops/apps/web/envTypes/staging.values.yaml", "# words\nreplicas: 1\n");
    site.policy("comment");
    let run = site.promote(&["--format", "json", "test"]).expect(0);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(json["deployments"][0]["status"], "unchanged");
    assert_eq!(json["deployments"][0]["rendered"], true);
}

#[test]
fn what_was_changed_by_hand_is_put_right() {
    let site = Site::new();
    site.promote(&["test"]).expect(0);
    site.git(".", &["clone", "-q", "-b", "stage/test", "gitops.git", "clone"]);
    site.write(&format!("clone/{TEST_PATH}/batch-job-migrate.yaml"), "tampered\n");
    site.commit("clone", "tamper");
    site.git("clone", &["push", "-q"]);
    let run = site.promote(&["test"]).expect(0);
    assert!(run.stderr.starts_with("promoted 1 deployment"), "{}", run.stderr);
    assert_ne!(site.files("stage/test", TEST_PATH)["batch-job-migrate.yaml"], "tampered\n");
}

#[test]
fn a_closed_gate_stops_its_deployment_and_no_other() {
    let site = Site::new();
    let run = site.promote(&["--all"]).expect(1);
    assert!(run.stdout.contains("production: stopped\nstaging: stage/staging"), "{}", run.stdout);
    let locked = site.git("source", &["rev-parse", "HEAD~1"]);
    let main = site.git("gitops.git", &["rev-parse", "--short=10", "main"]);
    assert!(
        run.stderr.contains(&format!(
            "error: production: the gate is closed: warehouses/web/legacy-gitflow/production/merged/git-{locked}.yaml \
             (at {main}) is missing\n"
        )),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("promoted 2 deployments, 1 stopped in "), "{}", run.stderr);
    assert_eq!(site.tip("stage/production"), "");
    assert!(!site.tip("stage/staging").is_empty() && !site.tip("stage/test").is_empty());

    // A record without the key is no open gate.
    site.write(&format!("ops/warehouses/web/legacy-gitflow/production/merged/git-{locked}.yaml"), "revision: x\n");
    site.policy("half a gate");
    let run = site.promote(&["production"]).expect(1);
    assert!(run.stderr.contains("has no mergedAt"), "{}", run.stderr);
}

#[test]
fn the_gate_is_read_at_the_tip_of_main_and_the_lock_at_the_freight() {
    let site = Site::new();
    // A new lock opens nothing for test; the old freight is promoted by name.
    let newer = site.git("source", &["rev-parse", "HEAD"]);
    let older = site.git("source", &["rev-parse", "HEAD~1"]);
    site.lock(&newer);
    site.policy("next lock");
    let run = site.promote(&["test"]).expect(1);
    assert!(run.stderr.contains(&newer), "{}", run.stderr);
    site.promote(&["--freight", "main~1", "test"]).expect(0);
    assert!(site.git("gitops.git", &["log", "-1", "--format=%s", "stage/test"]).ends_with(&older));

    // An old policy does not make a gate of today go away.
    let run = site.promote(&["--policy", "main~3", "--freight", "main~2", "test"]).expect(0);
    assert!(run.stdout.contains("unchanged"), "{}", run.stdout);
}

#[test]
fn the_newest_commit_that_touched_the_locks_is_the_freight() {
    let site = Site::new();
    // Later commits, and a merge that brings a branch without a lock, do not count.
    site.git("ops", &["switch", "-q", "-c", "side", "main~1"]);
    site.write("ops/side.txt", "x");
    site.commit("ops", "side");
    site.git("ops", &["switch", "-q", "main"]);
    site.git("ops", &["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    site.policy("after");
    site.promote(&["staging"]).expect(0);
    let expect = site.git("gitops.git", &["log", "-1", "--format=%H", "main", "--", "warehouses/web/builds"]);
    let json: serde_json::Value =
        serde_json::from_str(&site.files("stage/staging", ".thinlock")["staging.json"]).expect("JSON");
    assert_eq!(json["lock"]["commit"], expect);
}

#[test]
fn a_review_is_a_branch_on_top_of_the_stage_branch() {
    let site = Site::new();
    let locked = site.git("source", &["rev-parse", "HEAD~1"]);
    let branch = format!("review/production/git-{locked}");
    let run = site.promote(&["--review", "production"]).expect(0);
    assert!(run.stderr.starts_with("committed for review 1 deployment"), "{}", run.stderr);

    // The stage branch did not exist: it begins with an empty commit, so that the review can be merged.
    assert_eq!(site.git("gitops.git", &["log", "--format=%s", "stage/production"]), "Initial commit");
    assert_eq!(site.files("stage/production", "").len(), 0);
    assert_eq!(
        site.git("gitops.git", &["log", "--format=%s", &branch]),
        format!("Review production render for git-{locked}\nInitial commit")
    );
    assert_eq!(site.files(&branch, "apps/web/deployments/production/deploy").len(), 3);
    site.fsck("gitops.git");

    // Again: nothing. After a change of policy: the review is made anew, on the same parent.
    let (stage, review) = (site.tip("stage/production"), site.tip(&branch));
    site.promote(&["--review", "production"]).expect(0);
    assert_eq!((site.tip("stage/production"), site.tip(&branch)), (stage.clone(), review.clone()));
    site.write("ops/apps/web/envTypes/production.values.yaml", "replicas: 7\n");
    site.policy("more");
    site.promote(&["--review", "production"]).expect(0);
    assert_ne!(site.tip(&branch), review);
    assert_eq!(site.git("gitops.git", &["rev-parse", &format!("{branch}^")]), stage);

    // Merged: nothing is left to review, and a promotion finds everything in place once its gate is open.
    let merged = site.tip(&branch);
    site.git("gitops.git", &["update-ref", "refs/heads/stage/production", &merged]);
    site.git("gitops.git", &["update-ref", "-d", &format!("refs/heads/{branch}")]);
    let run = site.promote(&["--review", "production"]).expect(0);
    assert!(run.stdout.contains("production: unchanged"), "{}", run.stdout);
    site.gate("production", &locked);
    site.policy("open");
    site.promote(&["production"]).expect(0);
    assert_eq!(site.tip("stage/production"), merged);
}

#[test]
fn what_needs_a_review_is_not_written_without_one() {
    let site = Site::new();
    let locked = site.git("source", &["rev-parse", "HEAD~1"]);
    site.gate("production", &locked);
    site.policy("open");
    let run = site.promote(&["production"]).expect(1);
    assert!(run.stderr.contains("changes through a review only"), "{}", run.stderr);
    assert!(run.stderr.contains("hint: thinlock promote --review production"), "{}", run.stderr);
    assert_eq!(site.tip("stage/production"), "");
}

#[test]
fn a_review_that_people_work_on_is_not_overwritten() {
    let site = Site::new();
    let locked = site.git("source", &["rev-parse", "HEAD~1"]);
    let branch = format!("review/production/git-{locked}");
    site.promote(&["--review", "production"]).expect(0);
    site.git(".", &["clone", "-q", "-b", &branch, "gitops.git", "clone"]);
    site.write("clone/note.txt", "x");
    site.commit("clone", "a note");
    site.git("clone", &["push", "-q"]);
    site.write("ops/apps/web/envTypes/production.values.yaml", "replicas: 7\n");
    site.policy("more");
    let before = site.tip(&branch);
    let run = site.promote(&["--review", "production"]).expect(1);
    assert!(run.stderr.contains("holds a commit that is not thinlock's: \"a note\""), "{}", run.stderr);
    assert_eq!(site.tip(&branch), before);
}

#[test]
fn a_dry_run_prints_and_writes_nothing() {
    let site = Site::new();
    site.promote(&["staging", "test"]).expect(0);
    site.write("ops/apps/web/envTypes/staging.values.yaml", "replicas: 3\n");
    site.policy("three");
    let before = site.git("gitops.git", &["for-each-ref"]);
    let run = site.promote(&["--dry-run", "--diff", "test"]).expect(0);
    let tip = &site.tip("stage/test")[..10];
    assert_eq!(
        run.stdout,
        format!(
            "test: would change stage/test {tip}, 3 files\n  changed  {TEST_PATH}/apps-deployment-test-web.yaml\n\
             diff --git a/{TEST_PATH}/apps-deployment-test-web.yaml b/{TEST_PATH}/apps-deployment-test-web.yaml\n\
             --- a/{TEST_PATH}/apps-deployment-test-web.yaml\n+++ b/{TEST_PATH}/apps-deployment-test-web.yaml\n\
             @@ -4,7 +4,7 @@\n metadata:\n   name: test-web\n spec:\n-  replicas: 1\n+  replicas: 3\n   template:\n     spec:\n       \
             containers:\n"
        )
    );
    site.promote(&["--dry-run", "--exit-code", "test"]).expect(3);
    assert_eq!(site.git("gitops.git", &["for-each-ref"]), before);

    // Git applies the printed difference, and gets what the promotion then writes.
    site.git(".", &["clone", "-q", "-b", "stage/test", "gitops.git", "clone"]);
    site.write("change.diff", &run.stdout);
    site.git("clone", &["apply", "--index", "../change.diff"]);
    site.promote(&["test"]).expect(0);
    let applied = site.git("clone", &["write-tree", &format!("--prefix={TEST_PATH}/")]);
    assert_eq!(applied, site.git("gitops.git", &["rev-parse", &format!("stage/test:{TEST_PATH}")]));
    site.promote(&["--dry-run", "--exit-code", "test"]).expect(0);
}

#[test]
fn without_an_identity_it_says_how_to_give_one() {
    let site = Site::new();
    let run = |vars: &[(&str, &str)]| -> crate::site::Run {
        let mut command = site.thinlock();
        for name in ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"] {
            command.env_remove(name);
        }
        command.envs(vars.iter().copied());
        command.args(["promote", "--repo", "gitops.git", "--source", "source", "staging"]);
        command.output().expect("thinlock").into()
    };
    let failed = run(&[]).expect(1);
    assert!(
        failed.stderr.contains("error: no name for the committer of the commits\nhint: git config --global user.name")
    );
    assert_eq!(site.tip("stage/staging"), "");
    let failed =
        run(&[("GIT_COMMITTER_NAME", "X"), ("EMAIL", "x@example.com"), ("GIT_COMMITTER_DATE", "yesterdayish")]);
    assert!(failed.expect(1).stderr.contains("GIT_COMMITTER_DATE"));

    site.write(".gitconfig", "[user]\n\tname = Config Ured\n\temail = config@example.com\n");
    run(&[("GIT_AUTHOR_DATE", "2026-03-22T17:20:00+01:00")]).expect(0);
    let who = site.git("gitops.git", &["log", "-1", "--format=%an <%ae> %cn <%ce> %aI", "stage/staging"]);
    assert_eq!(who, "Config Ured <config@example.com> Config Ured <config@example.com> 2026-03-22T17:20:00+01:00");
}

#[test]
fn the_source_is_found_as_git_would_find_it() {
    let site = Site::new();
    let promote = |args: &[&str]| -> crate::site::Run {
        site.thinlock()
            .args(["promote", "--repo", "gitops.git", "staging"])
            .args(args)
            .output()
            .expect("thinlock")
            .into()
    };
    let run = promote(&[]).expect(1);
    assert!(run.stderr.contains(&format!("{SOURCE} is not on this machine")), "{}", run.stderr);
    assert!(run.stderr.contains("hint: name a local clone with --source PATH"), "{}", run.stderr);
    let url = format!("file://{}", site.path("source").display());
    promote(&["--dry-run", "--source", &url]).expect(0);
    promote(&["--dry-run", "--source", &format!("{SOURCE}=source")]).expect(0);
    promote(&["--dry-run", "--source", "nowhere"]).expect(1);
    // By git's own configuration.
    let base = format!("{}/", site.root.path().display());
    site.git("gitops.git", &["config", &format!("url.{base}.insteadOf"), "https://git.example.com/"]);
    site.git(".", &["clone", "-q", "--bare", "source", "web.git"]);
    promote(&[]).expect(0);
}

#[test]
fn rendering_from_the_tip_of_the_source_would_differ() {
    let site = Site::new();
    site.promote(&["staging"]).expect(0);
    let good = site.files("stage/staging", "apps/web/deployments/staging/deploy");
    let tip = site.git("source", &["rev-parse", "HEAD"]);
    site.lock(&tip);
    site.policy("lock the tip");
    site.promote(&["staging"]).expect(0);
    let other = site.files("stage/staging", "apps/web/deployments/staging/deploy");
    assert_ne!(good.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
}

#[test]
fn nothing_is_checked_out() {
    let site = Site::new();
    // Neither of the source's nor of the GitOps repository's work trees is touched, and no new file appears.
    site.write("source/deploy/web/templates/configmap.yaml", "uncommitted: yes\n");
    let status = site.git("source", &["status", "--porcelain"]);
    site.promote(&["--all"]).expect(1);
    assert_eq!(site.git("source", &["status", "--porcelain"]), status);
    let mut names: Vec<String> = std::fs::read_dir(site.root.path())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["gitops.git", "ops", "source"]);
}

#[test]
fn a_repository_with_a_work_tree_will_do() {
    let site = Site::new();
    let run: crate::site::Run = site
        .thinlock()
        .current_dir(site.path("ops/apps"))
        .args(["promote", "--source", "../../source", "staging"])
        .output()
        .expect("thinlock")
        .into();
    run.expect(0);
    assert_eq!(site.git("ops", &["status", "--porcelain"]), "");
    assert!(site.git("ops", &["reflog", "stage/staging"]).contains("thinlock: Render staging for git-"));

    // A stage branch that someone has checked out is not moved under their feet.
    site.git("ops", &["switch", "-q", "stage/staging"]);
    site.git(".", &["clone", "-q", "gitops.git", "policy"]);
    site.write("policy/apps/web/envTypes/staging.values.yaml", "replicas: 4\n");
    site.commit("policy", "four");
    site.git("policy", &["push", "-q", "../ops", "main"]);
    let before = site.git("ops", &["rev-parse", "stage/staging"]);
    let run: crate::site::Run = site
        .thinlock()
        .args(["promote", "--repo", "ops", "--source", "source", "staging"])
        .output()
        .expect("thinlock")
        .into();
    let run = run.expect(1);
    assert!(run.stderr.contains("branch stage/staging is checked out in"), "{}", run.stderr);
    assert_eq!(site.git("ops", &["rev-parse", "stage/staging"]), before);
}

#[test]
fn a_branch_cannot_be_made_below_another() {
    let site = Site::new();
    let main = site.tip("main");
    site.git("gitops.git", &["branch", "stage", &main]);
    let run = site.promote(&["staging"]).expect(1);
    assert!(run.stderr.contains("branch stage/staging cannot be made"), "{}", run.stderr);
    assert!(run.stderr.contains("there is a branch stage\nhint: git cannot have both: rename one"), "{}", run.stderr);
    site.git("gitops.git", &["branch", "-d", "stage"]);
    site.git("gitops.git", &["branch", "stage/staging/old", &main]);
    site.git("gitops.git", &["pack-refs", "--all"]);
    let run = site.promote(&["staging"]).expect(1);
    assert!(run.stderr.contains("there is a branch stage/staging/old"), "{}", run.stderr);
    assert!(!site.path("gitops.git/thinlock/moving").exists());
}

#[test]
fn names_are_checked() {
    let site = Site::new();
    let run = site.promote(&["stagin"]).expect(1);
    assert!(
        run.stderr
            .contains("no deployment \"stagin\"; there is production, staging or test\nhint: did you mean staging?"),
        "{}",
        run.stderr
    );
    site.promote(&[]).expect(2);
    site.promote(&["--all", "test"]).expect(2);
    site.promote(&["--exit-code", "test"]).expect(2);
    site.promote(&["--layout", "round", "test"]).expect(2);
    assert_eq!(DEPLOYMENTS.map(|name| site.tip(&format!("stage/{name}"))), ["", "", ""]);
}

#[test]
fn any_number_of_threads_writes_the_same() {
    let (one, many) = (Site::new(), Site::new());
    let a = one.promote(&["--jobs", "1", "staging", "test"]).expect(0);
    let b = many.promote(&["--jobs", "7", "test", "staging"]).expect(0);
    assert_eq!(a.stdout, b.stdout);
    for branch in ["stage/staging", "stage/test"] {
        assert_eq!(one.tip(branch), many.tip(branch));
    }
}

#[test]
fn a_repository_of_sha_256_ids_will_do() {
    let site = Site::empty();
    for name in ["source", "ops"] {
        site.git(".", &["init", "-q", "-b", "main", "--object-format=sha256", name]);
    }
    site.chart("source/chart", "1.0");
    let commit = site.commit("source", "one");
    site.write("ops/apps/web/deployments/staging/deployment.yaml", "envType: staging\nnamespace: web\n");
    site.write("ops/apps/web/deployments/staging/values.yaml", "{}\n");
    site.write("ops/apps/web/envTypes/staging.values.yaml", "{}\n");
    let text = crate::site::lock_text(&commit).replace("deploy/web", "chart");
    site.write("ops/warehouses/web/builds/current.yaml", &text);
    site.commit("ops", "policy");
    let run: crate::site::Run = site
        .thinlock()
        .args(["promote", "--repo", "ops", "--source", "source", "staging"])
        .output()
        .expect("thinlock")
        .into();
    run.expect(0);
    site.fsck("ops");
}
