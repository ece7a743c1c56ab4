//! The first user's deployments: what real Helms printed for them, byte for byte. The data is not part of this
//! repository; without it the test says so and passes.

#![allow(clippy::unwrap_used, reason = "a test")]

#[allow(dead_code, unreachable_pub, reason = "shared by several tests, each of which uses some of it")]
mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{InProcess, shared};
use thinlock_conformance::{Helm, Invocation};
use thinlock_go::Frozen;

const HELMS: [(&str, &str); 5] = [
    ("helm-3.17", "helm-3.17.3"),
    ("helm-3.19", "helm-3.19.5"),
    ("helm-3.22", "helm-3.22.0"),
    ("helm-4.1", "helm-4.1.4"),
    ("helm-4.3", "helm-4.3.0"),
];

/// The text at a path of a YAML file.
fn get(file: &Path, path: &str) -> String {
    let document = thinlock_yaml::from_yaml_frozen(&fs::read(file).unwrap()).unwrap();
    let mut value = &document;
    for key in path.split('.') {
        value = value.get(key).unwrap();
    }
    match value {
        Frozen::Str(text) => text.to_string(),
        other => panic!("{}: {path} is {other:?}", file.display()),
    }
}

#[test]
fn deployments_render_as_helm_renders_them() {
    let Some(root) = shared("codeai") else {
        println!("skipped: the first user's charts are not beside this checkout");
        return;
    };
    let mut cases: Vec<(String, Vec<String>)> = Vec::new();
    let lock = root.join("warehouses/codeai/builds/current.yaml");
    let image = format!("{}@{}", get(&lock, "image.ref"), get(&lock, "image.digest"));
    for chart in ["2026-03-23", "latest"] {
        let policy = if chart == "latest" {
            "k8s-gitops/main/apps/codeai"
        } else {
            "k8s-gitops/rendered-branches-helm/apps/codeai"
        };
        for deployment in ["staging", "test", "levelbuilder", "production", "k8s-adhoc"] {
            let folder = root.join(policy).join("deployments").join(deployment);
            let Some(record) = ["deployment.yaml", "deployment.yaml.disabled"]
                .map(|name| folder.join(name))
                .into_iter()
                .find(|p| p.is_file())
            else {
                continue;
            };
            let env_type = get(&record, "envType");
            let args = [
                deployment.to_owned(),
                format!("code-dot-org/{chart}/k8s/helm"),
                "--namespace=kargo-project-codeai".to_owned(),
                format!("-f{policy}/envTypes/{env_type}.values.yaml"),
                format!("-f{policy}/deployments/{deployment}/values.yaml"),
                format!("--set-literal=image={image}"),
            ];
            cases.push((format!("{chart}/HELM/{deployment}.yaml"), args.to_vec()));
        }
    }
    let policy = "k8s-gitops/rendered-branches-helm/apps/codeai";
    let adhoc = [
        "k8s-adhoc",
        "code-dot-org/2026-03-23/k8s/helm",
        "--namespace=adhoc-k8s-adhoc",
        "--include-crds",
        &format!("-f{policy}/envTypes/staging.values.yaml"),
        &format!("-f{policy}/deployments/k8s-adhoc/values.yaml"),
    ];
    cases.push(("2026-03-23/HELM/k8s-adhoc.argocd.yaml".to_owned(), adhoc.map(str::to_owned).to_vec()));
    let infra = "k8s-gitops/main/apps/infra";
    for entry in fs::read_dir(root.join(infra)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if !entry.path().join("chart").is_dir() {
            continue;
        }
        let namespace = get(&entry.path().join("application.yaml"), "spec.destination.namespace");
        let args = [
            name.clone(),
            format!("{infra}/{name}/chart"),
            format!("--namespace={namespace}"),
            "--include-crds".to_owned(),
            format!("-f{infra}/codeai-cluster-config.values.yaml"),
        ];
        cases.push((format!("infra/HELM/{name}.yaml"), args.to_vec()));
    }
    let hello = "k8s-gitops/main/apps/helloworld";
    let args = ["helloworld".to_owned(), format!("{hello}/chart"), format!("-f{hello}/values.yaml")];
    cases.push(("infra/HELM/helloworld.yaml".to_owned(), args.to_vec()));

    let mut compared = 0;
    for (dialect, helm) in HELMS {
        for (golden, args) in &cases {
            let golden = root.join("rendered").join(golden.replace("HELM", helm));
            let Ok(want) = fs::read(&golden) else { continue };
            let args = std::iter::once("template".to_owned()).chain(args.iter().cloned()).collect();
            let env = BTreeMap::from([("THINLOCK_DIALECT".to_owned(), dialect.to_owned())]);
            let got = InProcess.run(&Invocation { args, cwd: root.clone(), env });
            assert_eq!(got.status, 0, "{}: {}", golden.display(), String::from_utf8_lossy(&got.stderr));
            assert!(
                got.stdout == want,
                "{}: {}",
                golden.display(),
                thinlock_conformance::replay::first_difference(&want, &got.stdout)
            );
            compared += 1;
        }
    }
    println!("{compared} renderings are equal");
    assert_eq!(compared, 95);
}
