//! What the plans of an app's deployments have in common. Each part is made once in a run, by the first plan that needs it,
//! so that an error is met where that plan meets it.

use std::sync::{Arc, OnceLock};

use gix::ObjectId;
use thinlock_go::Frozen;
use thinlock_renderer::capabilities::{Capabilities, KubeVersion};

use super::{Located, Run, Source};
use crate::error::{Error, Result};
use crate::expand::Scope;
use crate::lock::Lock;
use crate::path;
use crate::provenance::{Helm, LockOrigin, SCHEMA_VERSION, Setting};
use crate::repository::{self, Repository};
use crate::tree::Trees;
use crate::view::{Reader, View};

/// What an app's deployments have in common.
#[derive(Debug, Default)]
pub(super) struct Common {
    lock: OnceLock<Result<Option<Arc<Loaded>>>>,
    origin: OnceLock<Origin>,
    cluster: OnceLock<Result<Cluster>>,
    /// Where the chart is, if that is the same for all of them.
    pub(super) chart: OnceLock<(Arc<ChartPlace>, Arc<Source>)>,
}

/// A build lock that was read.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) lock: Lock,
    path: String,
    commit: Option<ObjectId>,
}

/// The part of the provenance that follows from the app, its lock and the revisions.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) schema_version: Arc<str>,
    pub(super) app: Arc<str>,
    pub(super) release_id: Arc<str>,
    pub(super) lock: Option<Arc<LockOrigin>>,
    pub(super) policy_commit: Option<Arc<str>>,
    pub(super) image: Option<Arc<str>>,
    pub(super) layout: Arc<str>,
    pub(super) thinlock: Arc<str>,
    /// What is set, in the order of the configuration; none: it is the deployment's own.
    pub(super) settings: Vec<Option<Setting>>,
}

/// What charts see of the cluster, and what Helm is told.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) capabilities: Arc<Capabilities>,
    pub(super) helm: Arc<Helm>,
}

/// Where the chart of a plan is.
#[derive(Debug)]
pub(crate) enum ChartPlace {
    /// In objects of a repository; none: the GitOps repository.
    Objects { repository: Option<Repository>, located: Located },
    /// In the work tree.
    Disk { path: std::path::PathBuf },
}

impl Run {
    pub(super) fn common(&self, at: usize) -> Result<&Common> {
        self.common.get(at).ok_or_else(|| Error::input("no such app"))
    }

    /// The build lock of an app.
    pub(super) fn lock(&self, at: usize) -> Result<Option<Arc<Loaded>>> {
        self.common(at)?.lock.get_or_init(|| self.load_lock(at)).clone()
    }

    fn load_lock(&self, at: usize) -> Result<Option<Arc<Loaded>>> {
        let app = self.app(at)?;
        let Some(text) = &app.lock else { return Ok(None) };
        let path = text.expand(&Scope::of_app(&app.name))?;
        let path = path::clean_below(&path).map_err(|message| text.error(message))?;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let view = match &self.policy {
            View::Folder { .. } => self.policy.clone(),
            View::Commit { .. } => {
                let trees = Trees::new(self.repository.local());
                let commit = match (&self.freight, &self.main) {
                    (Some(revision), _) => repository::resolve(trees.repository(), revision)?,
                    (None, View::Commit { id, .. }) => {
                        let touched = if folder.is_empty() { path.as_str() } else { folder };
                        repository::newest_touching(&trees, *id, touched)?.ok_or_else(|| {
                            Error::input(format!("no commit of {} ever touched {touched}", self.main.call(".")))
                                .hint("the build writes its lock there; --freight names a commit that has one")
                        })?
                    }
                    (None, View::Folder { .. }) => return Err(Error::input("a work tree has no freight commit")),
                };
                View::of_commit(&trees, commit)?
            }
        };
        let call = view.call(&path);
        let content = Reader::new(&view, &self.repository).read(&path)?.ok_or_else(|| {
            Error::input(format!("the build lock {call} is missing")).hint("--freight names the commit to read it at")
        })?;
        let commit = match view {
            View::Commit { id, .. } => Some(id),
            View::Folder { .. } => None,
        };
        Ok(Some(Arc::new(Loaded { lock: Lock::parse(&call, &content.bytes)?, path, commit })))
    }

    /// What an app's provenances begin with, from its build lock.
    pub(super) fn origin(&self, at: usize, loaded: Option<&Loaded>) -> Result<&Origin> {
        let app = self.app(at)?;
        let lock = loaded.map(|loaded| &loaded.lock);
        Ok(self.common(at)?.origin.get_or_init(|| {
            let policy_commit: Option<Arc<str>> = self.policy_commit().map(|id| repository::hex(id).into());
            let scope = Scope::of_lock(&app.name, lock.map(|lock| &lock.value));
            let setting = |key: &String, value: String| Setting { key: key.as_str().into(), value: value.into() };
            Origin {
                schema_version: SCHEMA_VERSION.into(),
                app: app.name.as_str().into(),
                release_id: match (lock, &policy_commit) {
                    (Some(lock), _) => lock.release_id.as_str().into(),
                    (None, Some(commit)) => format!("git-{commit}").into(),
                    (None, None) => "worktree".into(),
                },
                lock: loaded.map(|loaded| {
                    let commit = loaded.commit.map(repository::hex);
                    Arc::new(LockOrigin { path: loaded.path.clone(), commit })
                }),
                policy_commit,
                image: lock.map(|lock| [&*lock.image_ref, "@", &*lock.image_digest].concat().into()),
                layout: self.layout.unwrap_or(app.layout).name().into(),
                thinlock: env!("CARGO_PKG_VERSION").into(),
                // A text that fails does so again for the deployment that it then is expanded for.
                settings: (app.set.iter())
                    .map(|(key, text)| {
                        text.is_of_app().then(|| text.expand(&scope).ok())?.map(|value| setting(key, value))
                    })
                    .collect(),
            }
        }))
    }

    /// What charts of an app see of the cluster, and what Helm is told.
    pub(super) fn cluster(&self, at: usize) -> Result<Cluster> {
        let make = || {
            let app = self.app(at)?;
            let dialect = self.dialect.unwrap_or(app.dialect);
            let kube_version = match &app.kube_version {
                Some(text) => Some(KubeVersion::parse(text, dialect).map_err(Error::input)?),
                None => None,
            };
            let capabilities = Capabilities::new(dialect, kube_version, &app.api_versions);
            let helm = Helm {
                dialect: dialect.name.into(),
                kube_version: capabilities.kube_version.version.clone(),
                api_versions: app.api_versions.clone(),
                include_crds: app.include_crds,
                hooks: app.hooks,
                tests: app.tests,
                schema_validation: app.schema_validation,
            };
            Ok(Cluster { capabilities: Arc::new(capabilities), helm: Arc::new(helm) })
        };
        self.common(at)?.cluster.get_or_init(make).clone()
    }

    /// What templates of the configuration see of a lock.
    pub(super) fn lock_value(loaded: Option<&Loaded>) -> Option<&Frozen> {
        loaded.map(|loaded| &loaded.lock.value)
    }
}
