//! `thinlock.yaml`: other layouts than the one that needs no file.

use crate::site::{Run, Site};

fn promote(site: &Site, repo: &str, args: &[&str]) -> Run {
    site.thinlock().args(["promote", "--repo", repo]).args(args).output().expect("thinlock").into()
}

/// A repository that holds its own chart: no lock, the chart is rendered at the policy commit.
#[test]
fn a_monorepo_without_a_lock() {
    let site = Site::empty();
    site.git(".", &["init", "-q", "-b", "main", "mono"]);
    site.chart("mono/chart", "1.0");
    for name in ["eu", "us"] {
        site.write(&format!("mono/regions/{name}.yaml"), &format!("namespace: web-{name}\nzone: {name}-1\n"));
    }
    site.write(
        "mono/thinlock.yaml",
        "apps:\n  web:\n    deployments: regions/*.yaml\n    chart: { path: chart }\n    values:\n      - file: \"{{ .name }}/values.yaml\"\n        \
         optional: true\n    set: { host: \"{{ .name | upper }}.{{ .deployment.zone }}\" }\n    output: { branch: rendered, path: \"out/{{ .name }}\", \
         layout: helm }\n    helm: { dialect: helm-4.1, hooks: false }\n",
    );
    let commit = site.commit("mono", "one");
    let run = promote(&site, "mono", &["--all"]).expect(0);
    assert!(run.stderr.starts_with("promoted 2 deployments"), "{}", run.stderr);

    // Both deployments on one branch, one commit after the other, and one move.
    let log = site.git("mono", &["log", "--format=%s", "rendered"]);
    assert_eq!(log, format!("Render us for git-{commit}\nRender eu for git-{commit}"));
    assert_eq!(site.git("mono", &["reflog", "--format=%gs", "rendered"]).lines().count(), 1);
    let files = site.git("mono", &["ls-tree", "-r", "--name-only", "rendered"]);
    assert_eq!(
        files.lines().collect::<Vec<_>>(),
        [
            ".thinlock/eu.json",
            ".thinlock/us.json",
            "out/eu/web/templates/configmap.yaml",
            "out/eu/web/templates/deployment.yaml",
            "out/us/web/templates/configmap.yaml",
            "out/us/web/templates/deployment.yaml"
        ]
    );
    let text = site.git("mono", &["show", "rendered:out/eu/web/templates/configmap.yaml"]);
    assert!(text.contains("host: \"EU.eu-1\""), "{text}");
    site.fsck("mono");
    assert!(promote(&site, "mono", &["--all"]).expect(0).stderr.contains("2 unchanged"));

    // Only the one that changes gets a commit.
    site.write("mono/us/values.yaml", "replicas: 9\n");
    site.commit("mono", "two");
    let run = promote(&site, "mono", &["--all"]).expect(0);
    assert!(run.stderr.starts_with("promoted 1 deployment, 1 unchanged"), "{}", run.stderr);
}

#[test]
fn layouts() {
    let site = Site::new();
    let names = |layout: &str| -> Vec<String> {
        let dir = format!("out-{layout}");
        let run: Run = site
            .thinlock()
            .args([
                "render",
                "--repo",
                "gitops.git",
                "--source",
                "source",
                "--output-dir",
                &dir,
                "--layout",
                layout,
                "test",
            ])
            .output()
            .expect("thinlock")
            .into();
        run.expect(0);
        crate::site::folder(&site.path(&format!("{dir}/test"))).into_keys().collect()
    };
    let flat = ["apps-deployment-test-web.yaml", "batch-job-migrate.yaml", "configmap-web-test-test-web.yaml"];
    assert_eq!(names("kargo-flat"), flat);
    assert_eq!(names("flat"), flat);
    assert_eq!(
        names("helm"),
        ["web/templates/configmap.yaml", "web/templates/deployment.yaml", "web/templates/hook.yaml"]
    );
    assert_eq!(names("single"), ["manifests.yaml"]);
    let ours = crate::site::folder(&site.path("out-flat/test"));
    assert!(ours.values().all(|text| text.starts_with("# Source: ") && text.ends_with('\n')), "{ours:?}");
}

#[test]
fn the_chart_may_be_an_archive() {
    let site = Site::new();
    site.git("source", &["archive", "--format=tgz", "--prefix=web/", "-o", "web.tgz", "HEAD~1:deploy/web"]);
    let commit = site.commit("source", "an archive");
    let text = crate::site::lock_text(&commit).replace("deploy/web", "web.tgz");
    site.write("ops/warehouses/web/builds/current.yaml", &text);
    site.policy("lock the archive");
    site.promote(&["staging"]).expect(0);
    assert_eq!(site.files("stage/staging", "apps/web/deployments/staging/deploy").len(), 3);
}

#[test]
fn the_dialect_and_the_versions_are_the_configured_ones() {
    let site = Site::empty();
    site.git(".", &["init", "-q", "-b", "main", "mono"]);
    site.write("mono/chart/Chart.yaml", "apiVersion: v2\nname: c\nversion: 0.1.0\n");
    site.write(
        "mono/chart/templates/a.yaml",
        "kind: A\nmetadata: { name: a }\nkube: {{ .Capabilities.KubeVersion.Version }}\nhelm: {{ .Capabilities.HelmVersion.Version }}\n\
         api: {{ .Capabilities.APIVersions.Has \"x.io/v1\" }}\nvalues: {{ typeOf .Values }}\n",
    );
    site.write("mono/apps/app/deployments/d/deployment.yaml", "namespace: n\n");
    let text = |helm: &str| {
        site.write(
            "mono/thinlock.yaml",
            &format!("apps:\n  app:\n    chart: {{ path: chart }}\n    output: {{ path: out, layout: single }}\n    helm: {{ {helm} }}\n"),
        );
        site.commit("mono", helm);
        promote(&site, "mono", &["--all"]).expect(0);
        site.git("mono", &["show", "stage/d:out/manifests.yaml"])
    };
    let old = text("dialect: helm-3.17, kubeVersion: v1.30.2, apiVersions: [x.io/v1]");
    assert!(old.contains("kube: v1.30.2\nhelm: v3.17") && old.contains("api: true\nvalues: chartutil.Values"), "{old}");
    let new = text("dialect: helm-4.1");
    assert!(new.contains("kube: v1.35.0\nhelm: v4.1") && new.contains("api: false\nvalues: common.Values"), "{new}");
}
