//! What the plans of an app's deployments have in common: what is read is read once in a run, by the first plan that needs
//! it, so that an error is met where that plan meets it; what follows from it is put together once by each thread, as each
//! deployment's record shares it, and threads would wait for each other to count who does.

use std::cell::OnceCell;
use std::sync::{Arc, OnceLock};

use gix::ObjectId;
use thinlock_go::Frozen;
use thinlock_renderer::Dialect;
use thinlock_renderer::capabilities::{Capabilities, KubeVersion};

use super::{Located, Run, Source};
use crate::config::App;
use crate::error::{Error, Result};
use crate::expand::Scope;
use crate::lock::Lock;
use crate::path;
use crate::provenance::{Helm, LockOrigin, SCHEMA_VERSION, Setting};
use crate::repository::{self, Repository};
use crate::tree::Trees;
use crate::view::{Reader, View};

/// What an app's deployments have in common on all threads.
#[derive(Debug, Default)]
pub(super) struct Common {
    lock: OnceLock<Result<Option<Loaded>>>,
    capabilities: OnceLock<Result<Arc<Capabilities>>>,
}

/// What an app's deployments have in common on one thread.
#[derive(Debug, Default)]
pub(super) struct Shared {
    origin: OnceCell<Origin>,
    helm: OnceCell<Arc<Helm>>,
    /// Where the chart is, if that is the same for all of them.
    pub(super) chart: OnceCell<(Arc<ChartPlace>, Arc<Source>)>,
}

/// A build lock that was read.
#[derive(Debug)]
pub(super) struct Loaded {
    lock: Lock,
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

/// Where the chart of a plan is.
#[derive(Debug)]
pub(crate) enum ChartPlace {
    /// In objects of a repository; none: the GitOps repository.
    Objects { repository: Option<Repository>, located: Located },
    /// In the work tree.
    Disk { path: std::path::PathBuf },
}

impl Run {
    fn common(&self, at: usize) -> Result<&Common> {
        self.common.get(at).ok_or_else(|| Error::input("no such app"))
    }

    /// The build lock of an app.
    pub(super) fn lock(&self, at: usize) -> Result<Option<&Loaded>> {
        match self.common(at)?.lock.get_or_init(|| self.load_lock(at)) {
            Ok(loaded) => Ok(loaded.as_ref()),
            Err(cause) => Err(cause.clone()),
        }
    }

    fn load_lock(&self, at: usize) -> Result<Option<Loaded>> {
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
        Ok(Some(Loaded { lock: Lock::parse(&call, &content.bytes)?, path, commit }))
    }

    /// What charts of an app see of the cluster.
    pub(super) fn capabilities(&self, at: usize) -> Result<Arc<Capabilities>> {
        let make = || {
            let app = self.app(at)?;
            let dialect = self.dialect.unwrap_or(app.dialect);
            let kube_version = match &app.kube_version {
                Some(text) => Some(KubeVersion::parse(text, dialect).map_err(Error::input)?),
                None => None,
            };
            Ok(Arc::new(Capabilities::new(dialect, kube_version, &app.api_versions)))
        };
        self.common(at)?.capabilities.get_or_init(make).clone()
    }
}

impl Shared {
    /// What an app's provenances begin with, from its build lock.
    pub(super) fn origin(&self, run: &Run, app: &App, loaded: Option<&Loaded>) -> &Origin {
        let lock = loaded.map(|loaded| &loaded.lock);
        self.origin.get_or_init(|| {
            let policy_commit: Option<Arc<str>> = run.policy_commit().map(|id| repository::hex(id).into());
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
                layout: run.layout.unwrap_or(app.layout).name().into(),
                thinlock: env!("CARGO_PKG_VERSION").into(),
                // A text that fails does so again for the deployment that it then is expanded for.
                settings: (app.set.iter())
                    .map(|(key, text)| {
                        text.is_of_app().then(|| text.expand(&scope).ok())?.map(|value| setting(key, value))
                    })
                    .collect(),
            }
        })
    }

    /// What Helm is told.
    pub(super) fn helm(&self, app: &App, dialect: &Dialect, capabilities: &Capabilities) -> &Arc<Helm> {
        self.helm.get_or_init(|| {
            Arc::new(Helm {
                dialect: dialect.name.into(),
                kube_version: capabilities.kube_version.version.clone(),
                api_versions: app.api_versions.clone(),
                include_crds: app.include_crds,
                hooks: app.hooks,
                tests: app.tests,
                schema_validation: app.schema_validation,
            })
        })
    }
}

impl Loaded {
    /// What templates of the configuration see of it.
    pub(super) fn value(&self) -> &Frozen {
        &self.lock.value
    }
}
