//! The first user's deployments, where their files are at hand: beside the checkout, in ../shared/codeai. They are not
//! ours to distribute.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::site::{Run, Site, folder};

/// The script that builds the repositories, if it is there.
fn script() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let beside =
        std::env::var_os("THINLOCK_CODEAI").map(PathBuf::from).or_else(|| Some(root.parent()?.join("shared/codeai")));
    let script = beside?.join("make_repos.sh");
    if !script.exists() {
        println!("skipped: {} is not there", script.display());
        return None;
    }
    Some(script)
}

fn promote(site: &Site, args: &[&str]) -> Run {
    site.thinlock()
        .args(["promote", "--repo", "repos/k8s-gitops.git", "--source", "repos/code-dot-org.git"])
        .args(args)
        .output()
        .expect("thinlock")
        .into()
}

/// What is under the deploy path of a branch, as plain files.
fn deployed(site: &Site, revision: &str, deployment: &str) -> std::collections::BTreeMap<String, String> {
    let out = format!("checkout-{}", revision.replace('/', "-"));
    site.write(&format!("{out}/.keep"), "");
    let spec = format!("{revision}:apps/codeai/deployments/{deployment}/deploy");
    let archive = site.path(&format!("{out}.tar")).display().to_string();
    site.git("repos/k8s-gitops.git", &["archive", "--format=tar", "-o", &archive, &spec]);
    let status = Command::new("tar").args(["-xf", &archive, "-C"]).arg(site.path(&out)).status().expect("tar");
    assert!(status.success());
    std::fs::remove_file(site.path(&format!("{out}/.keep"))).expect("removed");
    folder(&site.path(&out))
}

#[test]
fn stage_branches_equal_what_kargo_writes() {
    let Some(script) = script() else { return };
    let site = Site::empty();
    let made = Command::new("bash").arg(&script).arg(site.path("repos")).output().expect("bash");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let facts = std::fs::read_to_string(site.path("repos/facts.env")).expect("facts");
    let fact = |name: &str| -> String {
        facts
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}=")))
            .and_then(|rest| rest.split(' ').next())
            .expect("a fact")
            .to_owned()
    };
    let expected = |name: &str| folder(&site.path(&format!("repos/expected/{name}")));
    let outside = |branch: &str, name: &str| -> Vec<String> {
        let path = format!("apps/codeai/deployments/{name}/deploy/");
        site.git("repos/k8s-gitops.git", &["ls-tree", "-r", branch])
            .lines()
            .filter(|line| !line.contains(&path) && !line.contains("\t.thinlock/"))
            .map(str::to_owned)
            .collect()
    };
    let before = [outside("stage/staging", "staging"), outside("stage/test", "test")];

    promote(&site, &["staging", "test"]).expect(0);
    assert_eq!(deployed(&site, "stage/staging", "staging"), expected("staging"));
    assert_eq!(deployed(&site, "stage/test", "test"), expected("test"));
    assert_eq!([outside("stage/staging", "staging"), outside("stage/test", "test")], before);
    let subject = site.git("repos/k8s-gitops.git", &["log", "-1", "--format=%s", "stage/test"]);
    assert_eq!(subject, format!("Render test for git-{}", fact("C2")));
    let json = site.git("repos/k8s-gitops.git", &["show", "stage/staging:.thinlock/staging.json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["policyCommit"], fact("POLICY"));
    assert_eq!(json["lock"]["commit"], fact("FREIGHT2"));
    assert_eq!(json["source"]["commit"], fact("C2"));
    assert_eq!(json["image"], fact("IMAGE2"));

    // The gates of the other two are closed.
    let run = promote(&site, &["levelbuilder", "production"]).expect(1);
    println!("{}", run.stderr);
    for name in ["levelbuilder", "production"] {
        let file = format!("warehouses/codeai/legacy-gitflow/{name}/merged/git-{}.yaml", fact("C2"));
        assert!(run.stderr.contains(&format!("error: {name}: the gate is closed: {file} (at ")), "{}", run.stderr);
    }
    assert!(!site.git("repos/k8s-gitops.git", &["branch", "--list", "stage/production"]).contains("production"));

    // Production is reviewed.
    promote(&site, &["--review", "production"]).expect(0);
    let review = format!("review/production/git-{}", fact("C2"));
    assert_eq!(deployed(&site, &review, "production"), expected("production"));
    let log = site.git("repos/k8s-gitops.git", &["log", "--format=%s", &review]);
    assert_eq!(log, format!("Review production render for git-{}\nInitial commit", fact("C2")));

    // A second run writes nothing, and git finds nothing wrong.
    let refs = site.git("repos/k8s-gitops.git", &["for-each-ref"]);
    let objects = site.git("repos/k8s-gitops.git", &["count-objects", "-v"]);
    promote(&site, &["staging", "test"]).expect(0);
    promote(&site, &["--review", "production"]).expect(0);
    assert_eq!(site.git("repos/k8s-gitops.git", &["for-each-ref"]), refs);
    assert_eq!(site.git("repos/k8s-gitops.git", &["count-objects", "-v"]), objects);
    site.fsck("repos/k8s-gitops.git");

    // Levelbuilder is as expected, too, once its gate opens.
    site.git(".", &["clone", "-q", "repos/k8s-gitops.git", "ops"]);
    site.write(
        &format!("ops/warehouses/codeai/legacy-gitflow/levelbuilder/merged/git-{}.yaml", fact("C2")),
        "mergedAt: '2026-03-24T00:00:00Z'\n",
    );
    // Rendered from the tip of the source, which is what must not happen, staging would be another.
    let lock = site.git("repos/k8s-gitops.git", &["show", "main:warehouses/codeai/builds/current.yaml"]);
    site.commit("ops", "open levelbuilder");
    site.git("ops", &["push", "-q", "origin", "main"]);
    promote(&site, &["levelbuilder"]).expect(0);
    assert_eq!(deployed(&site, "stage/levelbuilder", "levelbuilder"), expected("levelbuilder"));
    let tip = lock.replace(&format!("gitCommit: {}", fact("C2")), &format!("gitCommit: {}", fact("C4")));
    assert_ne!(tip, lock);
    site.write("ops/warehouses/codeai/builds/current.yaml", &(tip + "\n"));
    site.commit("ops", "lock the tip");
    site.git("ops", &["push", "-q", "origin", "main"]);
    promote(&site, &["staging"]).expect(0);
    assert_ne!(deployed(&site, "stage/staging", "staging"), expected("staging"));
}
