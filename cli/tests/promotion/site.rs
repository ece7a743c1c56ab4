//! A GitOps repository and a source repository in a temporary folder, made by git itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The repositories of one test.
pub(crate) struct Site {
    pub(crate) root: TempDir,
    clock: std::cell::Cell<u64>,
}

/// What a run printed.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        Run {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Run {
    /// Fails the test unless the run ended with this status.
    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Run {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

pub(crate) const DEPLOYMENTS: [&str; 3] = ["production", "staging", "test"];

/// The name by which locks call the source.
pub(crate) const SOURCE: &str = "https://git.example.com/web.git";

impl Site {
    /// An empty folder.
    pub(crate) fn empty() -> Site {
        Site { root: tempfile::tempdir().expect("a temporary folder"), clock: std::cell::Cell::new(1_774_200_000) }
    }

    /// `source` with three commits of a chart, of which the second is locked, and `gitops` (bare) in the layout that
    /// needs no configuration, the gate of `test` open.
    pub(crate) fn new() -> Site {
        let site = Site::empty();
        site.git(".", &["init", "-q", "-b", "main", "source"]);
        site.chart("source/deploy/web", "1.0");
        site.commit("source", "one");
        site.write("source/deploy/web/values.yaml", "image: none\nreplicas: 2\nreleased: yes\n");
        let locked = site.commit("source", "two");
        site.write("source/deploy/web/templates/configmap.yaml", "this: is not what was locked\n");
        site.commit("source", "three");

        site.git(".", &["init", "-q", "-b", "main", "ops"]);
        for name in DEPLOYMENTS {
            let env = if name == "production" { "production" } else { "staging" };
            let folder = format!("ops/apps/web/deployments/{name}");
            site.write(&format!("{folder}/deployment.yaml"), &format!("envType: {env}\nnamespace: web-{name}\n"));
            site.write(&format!("{folder}/values.yaml"), &format!("host: {name}.example.com\n"));
        }
        site.write("ops/apps/web/envTypes/staging.values.yaml", "replicas: 1\n");
        site.write("ops/apps/web/envTypes/production.values.yaml", "replicas: 5\n");
        site.commit("ops", "policy");
        site.lock(&locked);
        site.commit("ops", "lock");
        site.gate("test", &locked);
        site.commit("ops", "gate");
        site.git(".", &["init", "-q", "--bare", "-b", "main", "gitops.git"]);
        site.publish();
        site
    }

    /// A chart with a helper, two objects and a hook.
    pub(crate) fn chart(&self, folder: &str, version: &str) {
        self.write(
            &format!("{folder}/Chart.yaml"),
            &format!("apiVersion: v2\nname: web\nversion: {version}.0\nappVersion: \"{version}\"\n"),
        );
        self.write(&format!("{folder}/values.yaml"), "image: none\nreplicas: 1\n");
        self.write(
            &format!("{folder}/templates/_helpers.tpl"),
            "{{- define \"web.name\" -}}{{ .Release.Name }}-web{{- end }}\n",
        );
        self.write(
            &format!("{folder}/templates/configmap.yaml"),
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include \"web.name\" . }}\n  namespace: {{ .Release.Namespace }}\n\
             data:\n  host: {{ .Values.host | quote }}\n  version: {{ .Chart.AppVersion | quote }}\n",
        );
        self.write(
            &format!("{folder}/templates/deployment.yaml"),
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include \"web.name\" . }}\nspec:\n  replicas: {{ .Values.replicas }}\n  \
             template:\n    spec:\n      containers:\n        - image: {{ .Values.image }}\n",
        );
        self.write(
            &format!("{folder}/templates/hook.yaml"),
            "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations:\n    helm.sh/hook: pre-install\n",
        );
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Writes a build lock for a commit of the source, as code.org's workflow does.
    pub(crate) fn lock(&self, commit: &str) -> String {
        let text = lock_text(commit);
        self.write("ops/warehouses/web/builds/current.yaml", &text);
        text
    }

    /// Opens the gate of a deployment.
    pub(crate) fn gate(&self, deployment: &str, commit: &str) {
        self.write(
            &format!("ops/warehouses/web/legacy-gitflow/{deployment}/merged/git-{commit}.yaml"),
            &format!("revision: {commit}\ntag: git-{commit}\nmergedAt: '2026-03-23T21:00:40Z'\n"),
        );
    }

    fn command(&self, program: &str, dir: &str) -> Command {
        let time = self.clock.get() + 60;
        self.clock.set(time);
        let date = format!("{time} +0000");
        let mut command = Command::new(program);
        command
            .current_dir(self.path(dir))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.root.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "A U Thor")
            .env("GIT_AUTHOR_EMAIL", "author@example.com")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", "C O Mitter")
            .env("GIT_COMMITTER_EMAIL", "committer@example.com")
            .env("GIT_COMMITTER_DATE", &date)
            .stdin(Stdio::null());
        command
    }

    /// Runs git, which has to succeed; returns what it prints.
    #[track_caller]
    pub(crate) fn git(&self, dir: &str, args: &[&str]) -> String {
        let output = self.command("git", dir).args(args).output().expect("git");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Commits everything in a work tree; returns the commit's id.
    pub(crate) fn commit(&self, dir: &str, message: &str) -> String {
        self.git(dir, &["add", "-A"]);
        self.git(dir, &["commit", "-q", "--allow-empty", "-m", message]);
        self.git(dir, &["rev-parse", "HEAD"])
    }

    /// Pushes `ops` to `gitops.git`.
    pub(crate) fn publish(&self) {
        self.git("ops", &["push", "-q", "../gitops.git", "main"]);
    }

    /// Commits what changed in `ops` and pushes it.
    pub(crate) fn policy(&self, message: &str) -> String {
        let id = self.commit("ops", message);
        self.publish();
        id
    }

    /// The program, to be run in the site's folder.
    pub(crate) fn thinlock(&self) -> Command {
        self.command(env!("CARGO_BIN_EXE_thinlock"), ".")
    }

    /// Runs `thinlock promote` on the site's repositories.
    pub(crate) fn promote(&self, args: &[&str]) -> Run {
        let mut command = self.thinlock();
        command.args(["promote", "--repo", "gitops.git", "--source", "source"]).args(args);
        command.output().expect("thinlock").into()
    }

    /// The commit of a branch of `gitops.git`, empty if there is none.
    pub(crate) fn tip(&self, branch: &str) -> String {
        let output = self
            .command("git", "gitops.git")
            .args(["rev-parse", "-q", "--verify", &format!("refs/heads/{branch}")])
            .output()
            .expect("git");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// The files of a revision of `gitops.git`, below a folder of it, by their paths below that.
    pub(crate) fn files(&self, revision: &str, folder: &str) -> BTreeMap<String, String> {
        let spec = if folder.is_empty() { revision.to_owned() } else { format!("{revision}:{folder}") };
        self.git("gitops.git", &["ls-tree", "-r", "--name-only", &spec])
            .lines()
            .map(|name| {
                let at = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
                let output = self
                    .command("git", "gitops.git")
                    .args(["cat-file", "blob", &format!("{revision}:{at}")])
                    .output()
                    .expect("git");
                (name.to_owned(), String::from_utf8_lossy(&output.stdout).into_owned())
            })
            .collect()
    }

    /// Checks the whole repository with git: nothing may be wrong, and nothing dangling.
    #[track_caller]
    pub(crate) fn fsck(&self, dir: &str) {
        let output = self.command("git", dir).args(["fsck", "--strict", "--full"]).output().expect("git");
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let wrong: Vec<&str> = text.lines().filter(|line| !line.starts_with("notice:")).collect();
        assert!(output.status.success() && wrong.is_empty(), "{text}");
    }
}

/// The text of a build lock.
pub(crate) fn lock_text(commit: &str) -> String {
    let digest: String = commit.chars().cycle().take(64).collect();
    format!(
        "schemaVersion: v1\nreleaseId: git-{commit}\ngitCommit: {commit}\nimage:\n  ref: registry.example.com/web:git-{commit}\n  \
         digest: sha256:{digest}\npackaging:\n  kind: helm\n  sourceRepo: {SOURCE}\n  sourcePath: deploy/web\n\
         createdAt: '2026-03-23T19:54:50Z'\n"
    )
}

/// The files of a folder by their paths.
pub(crate) fn folder(root: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(dir) = folders.pop() {
        for entry in fs::read_dir(&dir).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).expect("below the root").display().to_string();
                files.insert(name, String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned());
            }
        }
    }
    files
}
