//! `thinlock conformance diff` over a GitOps repository.

use crate::site::{Run, Site};

fn diff(site: &Site, args: &[&str]) -> Run {
    let mut command = site.thinlock();
    command.args(["conformance", "diff", "--repo", "gitops.git", "--source", "source"]).args(args);
    command.output().expect("thinlock").into()
}

#[test]
fn deployments_that_another_helm_would_change_are_grouped_by_cause() {
    let site = Site::new();
    let run = diff(&site, &["--from", "helm-3.17", "--to", "helm-4.1"]).expect(0);
    assert_eq!(run.stdout, "from helm-3.17 to helm-4.1: 0 of 3 deployments would change\n");

    // The chart that is locked tells one Helm from another, and makes something random.
    site.chart("source/deploy/web", "1.0");
    site.write(
        "source/deploy/web/templates/version.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: v}\nstringData:\n  random: {{ randAlphaNum 9 }}\n  helm: {{ .Capabilities.HelmVersion.Version }}\n",
    );
    let locked = site.commit("source", "version");
    site.lock(&locked);
    site.policy("a new lock");
    let run = diff(&site, &["--from", "helm-3.17", "--to", "helm-4.1"]).expect(3);
    let head = "Helm's own version (other documents): 3 deployments\n  production\n    line ";
    assert!(run.stdout.starts_with(head), "{}", run.stdout);
    let changed: Vec<&str> =
        run.stdout.lines().filter(|line| line.starts_with("    - ") || line.starts_with("    + ")).collect();
    assert_eq!(changed.len(), 6, "{}", run.stdout);
    assert!(changed[0].ends_with("helm: v3.17.3") && changed[1].ends_with("helm: v4.1.4"), "{}", run.stdout);

    // From what each app is configured for, which is helm-3.19 here.
    let run = diff(&site, &["--to", "helm-3.17", "--deployment", "test", "--format", "json"]).expect(3);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(json["deployments"], 1);
    assert_eq!(json["changes"][0]["deployment"], "test");
    assert_eq!(json["changes"][0]["causes"][0], "helm-version");

    // What was there before is found at its revision.
    let run = diff(&site, &["--from", "helm-3.17", "--to", "helm-4.1", "--freight", "main~1"]).expect(0);
    assert!(run.stdout.ends_with("0 of 3 deployments would change\n"), "{}", run.stdout);
}

#[test]
fn what_cannot_be_rendered_is_an_error() {
    let site = Site::new();
    site.write("ops/apps/web/deployments/test/deployment.yaml", "envType: none\nnamespace: x\n");
    site.policy("a broken deployment");
    let run = diff(&site, &["--from", "helm-3.17", "--to", "helm-4.1"]).expect(1);
    assert!(run.stderr.contains("error: test: the values file"), "{}", run.stderr);
}
