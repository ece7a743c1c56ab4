//! GitOps repositories of any size, to measure on: one or more charts, and as many deployments as are wanted, each with
//! values of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use thinlock_gitops::identity::Identity;
use thinlock_gitops::{ObjectId, Repository, Result, seed};

/// Files by their paths.
pub type Files = BTreeMap<String, Arc<[u8]>>;

/// A chart and what its deployments are given.
pub struct FleetChart {
    /// The name of the app.
    pub app: String,
    /// The chart's files.
    pub files: Files,
    /// Values files that all deployments share, the first the weakest.
    pub shared: Vec<Vec<u8>>,
    /// What is set on top, literally.
    pub set: Vec<(String, String)>,
    /// The text of the values file of each deployment.
    pub own: fn(&str, usize) -> String,
    /// What [`FleetChart::own`] is told beside the deployment's number: the name of a key, say.
    pub key: String,
    /// The dialect that it is rendered in.
    pub dialect: String,
}

/// The repositories of a fleet.
pub struct Fleet {
    /// With policy, locks, deployments, and the stage branches of promotions.
    pub gitops: Repository,
    /// With the charts.
    pub source: Repository,
}

/// The name by which the locks call the source.
const SOURCE: &str = "https://git.example.com/source.git";

/// Who makes the commits, so that a fleet has the same ids everywhere.
pub fn identity() -> Identity {
    seed::fixed_identity("Fleet", "fleet@example.com", 1_767_225_600)
}

impl Fleet {
    /// Makes `gitops.git` and `source.git` in a folder, with `count` deployments that take the charts in turn.
    ///
    /// # Errors
    /// The folder is not empty, or cannot be written.
    pub fn make(dir: &Path, charts: &[FleetChart], count: usize) -> Result<Fleet> {
        let source = seed::init_bare(&dir.join("source.git"))?;
        let gitops = seed::init_bare(&dir.join("gitops.git"))?;
        let identity = identity();
        let mut files = Files::new();
        for chart in charts {
            for (path, bytes) in &chart.files {
                files.insert(format!("charts/{}/{path}", chart.app), Arc::clone(bytes));
            }
        }
        let commit = seed::commit_files(&source, "main", &files, &identity, "Charts\n")?;

        let mut files = Files::new();
        let mut put = |path: String, text: String| files.insert(path, text.into_bytes().into());
        put("thinlock.yaml".into(), config(charts));
        for (at, chart) in charts.iter().enumerate() {
            put(format!("warehouses/{}/builds/current.yaml", chart.app), lock(&chart.app, commit));
            for number in (at..count).step_by(charts.len()) {
                let folder = format!("apps/{}/deployments/d{number:05}", chart.app);
                put(format!("{folder}/deployment.yaml"), format!("namespace: {}\n", chart.app));
                put(format!("{folder}/values.yaml"), (chart.own)(&chart.key, number));
            }
        }
        for chart in charts {
            for (at, bytes) in chart.shared.iter().enumerate() {
                files.insert(format!("apps/{}/shared-{at}.yaml", chart.app), bytes.as_slice().into());
            }
        }
        seed::commit_files(&gitops, "main", &files, &identity, "Policy\n")?;
        Ok(Fleet { gitops, source })
    }

    /// Commits another values file for one deployment of an app.
    ///
    /// # Errors
    /// The repository cannot be written.
    pub fn change(&self, app: &str, number: usize, values: &str) -> Result<ObjectId> {
        let path = format!("apps/{app}/deployments/d{number:05}/values.yaml");
        let files = Files::from([(path, values.as_bytes().into())]);
        seed::commit_files(&self.gitops, "main", &files, &identity(), "Change one deployment\n")
    }
}

/// The files of a folder.
///
/// # Errors
/// It cannot be read.
pub fn read_folder(root: &Path) -> std::io::Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) {
                files.insert(name.to_owned(), std::fs::read(&path)?.into());
            }
        }
    }
    Ok(files)
}

fn config(charts: &[FleetChart]) -> String {
    let mut text = String::from("apps:\n");
    for FleetChart { app, shared, set, dialect, .. } in charts {
        text.push_str(&format!(
            "  {app}:\n    lock: warehouses/{app}/builds/current.yaml\n    \
             deployments: apps/{app}/deployments/*/deployment.yaml\n    chart:\n      \
             repository: \"{{{{ .lock.packaging.sourceRepo }}}}\"\n      revision: \"{{{{ .lock.gitCommit }}}}\"\n      \
             path: \"{{{{ .lock.packaging.sourcePath }}}}\"\n    values:\n"
        ));
        for at in 0..shared.len() {
            text.push_str(&format!("      - apps/{app}/shared-{at}.yaml\n"));
        }
        text.push_str(&format!("      - apps/{app}/deployments/{{{{ .name }}}}/values.yaml\n"));
        if !set.is_empty() {
            text.push_str("    set:\n");
            for (key, value) in set {
                // A JSON string is a YAML string, too.
                text.push_str(&format!("      {}: {}\n", quoted(key), quoted(value)));
            }
        }
        text.push_str(&format!(
            "    release:\n      name: \"{{{{ .name }}}}\"\n      namespace: \"{{{{ .deployment.namespace }}}}\"\n    \
             output:\n      branch: stage/{{{{ .name }}}}\n      path: apps/{app}/deployments/{{{{ .name }}}}/deploy\n      \
             layout: flat\n    helm:\n      dialect: {dialect}\n"
        ));
    }
    text
}

fn quoted(text: &str) -> serde_json::Value {
    text.into()
}

fn lock(app: &str, commit: ObjectId) -> String {
    format!(
        "schemaVersion: v1\nreleaseId: git-{commit}\ngitCommit: {commit}\nimage:\n  \
         ref: registry.example.com/{app}:git-{commit}\n  digest: sha256:{}\npackaging:\n  kind: helm\n  \
         sourceRepo: {SOURCE}\n  sourcePath: charts/{app}\ncreatedAt: '2026-01-01T00:00:00Z'\n",
        "ab".repeat(32)
    )
}
