//! From a deployment's name to everything that its rendering depends on, and where it goes.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use rustc_hash::FxHashMap;
use thinlock_go::Frozen;
use thinlock_renderer::Dialect;
use thinlock_renderer::capabilities::Capabilities;
use thinlock_renderer::manifest::Layout;

use crate::config::{App, Config, FILE};
use crate::deployment::{self, Found};
use crate::document::{self, Document};
use crate::error::{Error, ErrorKind, Result};
use crate::expand::{Scope, Text};
use crate::path;
use crate::provenance::{Output, Provenance, Release, Setting, Source, ValuesOrigin};
use crate::repository::{self, Repository};
use crate::source::{self, Located, Sources};
use crate::tree::Trees;
use crate::view::{FoundFile, Reader, View};

mod common;

pub(crate) use self::common::ChartPlace;
use self::common::{Common, Loaded, Shared};

/// What a run reads: the revisions, and where charts are.
#[derive(Clone, Debug)]
pub struct Options {
    /// The GitOps repository.
    pub repository: Repository,
    /// The folder that relative paths of sources begin at.
    pub cwd: std::path::PathBuf,
    /// Where the charts' repositories are: `PLACE`, or `NAME=PLACE` for one of several.
    pub sources: Vec<String>,
    /// The revision that build locks are read at; none: the newest commit that touched the lock's folder.
    pub freight: Option<String>,
    /// The revision that policy and configuration are read at; none: the tip of `main`.
    pub policy: Option<String>,
    /// Everything of the GitOps repository is read from its work tree as it stands.
    pub worktree: bool,
    /// Another layout than the configured one.
    pub layout: Option<Layout>,
    /// Another dialect than the configured ones.
    pub dialect: Option<&'static Dialect>,
    /// Makes what charts make random follow from this text, so that renderings can be compared.
    pub seed: Option<String>,
}

/// One run over a GitOps repository: its configuration, and what deployments share.
#[derive(Debug)]
pub struct Run {
    pub(crate) repository: Repository,
    pub(crate) sources: Sources,
    pub(crate) policy: View,
    /// The tip of the main branch: gates are read there.
    pub(crate) main: View,
    pub(crate) main_branch: Option<String>,
    config: Config,
    pub(crate) configured: bool,
    /// Of each app.
    common: Vec<Common>,
    located: Mutex<FxHashMap<ChartKey, Result<Located>>>,
    freight: Option<String>,
    layout: Option<Layout>,
    dialect: Option<&'static Dialect>,
    seed: Option<Arc<str>>,
}

/// What names a chart: the repository's name, the commit, the path.
type ChartKey = (Option<String>, ObjectId, String);

/// A deployment that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    app: usize,
    found: Found,
}

impl Target {
    /// The deployment's name.
    pub fn name(&self) -> &str {
        &self.found.name
    }
}

/// Everything that the rendering of one deployment depends on, and where it goes.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) app: usize,
    pub(crate) branch: String,
    pub(crate) provenance_path: String,
    pub(crate) chart: Arc<ChartPlace>,
    pub(crate) values: Vec<FoundFile>,
    pub(crate) layout: Layout,
    pub(crate) dialect: &'static Dialect,
    pub(crate) capabilities: Arc<Capabilities>,
    pub(crate) review_only: bool,
    /// What random functions follow from; none: they are random.
    pub(crate) seed: Option<Arc<str>>,
    /// Everything else, as it is recorded; the output's tree is not known yet.
    pub(crate) provenance: Provenance,
    deployment: Frozen,
}

impl Run {
    /// Reads the configuration.
    ///
    /// # Errors
    /// A revision is unknown, or the configuration is wrong.
    pub fn open(options: Options) -> Result<Run> {
        let Options { repository, cwd, sources, freight, policy, worktree, layout, dialect, seed } = options;
        let trees = Trees::new(repository.local());
        let main = repository::main_branch(trees.repository());
        let (policy, main, main_branch) = if worktree {
            let root = repository.work_tree().ok_or_else(|| {
                Error::input(format!("{} is bare: it has no work tree", repository.path().display()))
                    .hint("leave --worktree out to render what is committed")
            })?;
            let view = View::Folder { root };
            (view.clone(), view, main.ok().map(|(branch, _)| branch))
        } else {
            match &policy {
                // The policy may be read anywhere; gates are about now.
                Some(revision) => {
                    let policy = View::of_commit(&trees, repository::resolve(trees.repository(), revision)?)?;
                    match main {
                        Ok((branch, tip)) => (policy, View::of_commit(&trees, tip)?, Some(branch)),
                        Err(_) => (policy.clone(), policy, None),
                    }
                }
                None => {
                    let (branch, tip) = main?;
                    let view = View::of_commit(&trees, tip)?;
                    (view.clone(), view, Some(branch))
                }
            }
        };
        let (config, configured) = {
            let reader = Reader::new(&policy, &repository);
            match reader.read(FILE)? {
                Some(content) => (Config::parse(&policy.call(FILE), &content.bytes)?, true),
                None => (default_config(&reader, &Reader::new(&main, &repository))?, false),
            }
        };
        let common = config.apps.iter().map(|_| Common::default()).collect();
        Ok(Run {
            sources: Sources::new(&sources, &cwd),
            repository,
            policy,
            main,
            main_branch,
            config,
            configured,
            common,
            located: Mutex::default(),
            freight,
            layout,
            dialect,
            seed: seed.map(Arc::from),
        })
    }

    /// The commit that the policy is read at; none for a work tree.
    pub fn policy_commit(&self) -> Option<ObjectId> {
        match self.policy {
            View::Commit { id, .. } => Some(id),
            View::Folder { .. } => None,
        }
    }

    pub(crate) fn app(&self, at: usize) -> Result<&App> {
        self.config.apps.get(at).ok_or_else(|| Error::input("no such app"))
    }

    /// The name of a deployment's app.
    pub fn app_name(&self, target: &Target) -> &str {
        self.config.apps.get(target.app).map_or("", |app| app.name.as_str())
    }

    /// Whether there is more than one app.
    pub(crate) fn has_several_apps(&self) -> bool {
        self.config.apps.len() > 1
    }

    /// What messages call a deployment: its name, with that of its app where there are several.
    pub(crate) fn call<'t>(&self, target: &'t Target) -> Cow<'t, str> {
        match (self.config.apps.len(), self.config.apps.get(target.app)) {
            (2.., Some(app)) => format!("{}/{}", app.name, target.found.name).into(),
            _ => target.name().into(),
        }
    }

    /// All deployments of all apps, or those named (`staging`, or `web/staging` where several apps have one), in the
    /// order of the configuration and of their names. They are looked for on some threads.
    ///
    /// # Errors
    /// A name is unknown or means several.
    pub fn select(&self, names: &[String], threads: usize) -> Result<Vec<Target>> {
        let mut readers: Vec<_> = (0..threads.max(1)).map(|_| self.policy_reader()).collect();
        let mut all = Vec::new();
        for (at, app) in self.config.apps.iter().enumerate() {
            all.extend(deployment::find(app, &mut readers)?.into_iter().map(|found| Target { app: at, found }));
        }
        if names.is_empty() {
            if all.is_empty() {
                let mut error = Error::input(format!(
                    "{} has no deployments at {}",
                    self.repository.path().display(),
                    self.policy.call(".")
                ));
                if let Some(app) = self.config.apps.first() {
                    error = error.hint(format!("they are looked for at {:?}", app.deployments.source()));
                }
                return Err(error);
            }
            return Ok(all);
        }
        let mut chosen = vec![false; all.len()];
        for name in names {
            let fits: Vec<usize> = all
                .iter()
                .enumerate()
                .filter(|(_, target)| {
                    *target.name() == **name || format!("{}/{}", self.app_name(target), target.found.name) == *name
                })
                .map(|(at, _)| at)
                .collect();
            match fits.as_slice() {
                [] => {
                    let known: Vec<&str> = all.iter().map(Target::name).collect();
                    let error =
                        Error::input(format!("no deployment {name:?}; there is {}", document::alternatives(&known)));
                    return Err(match document::nearest(name, &known) {
                        Some(near) => error.hint(format!("did you mean {near}?")),
                        None => error,
                    });
                }
                [one] => {
                    if let Some(slot) = chosen.get_mut(*one) {
                        *slot = true;
                    }
                }
                several => {
                    let called: Vec<Cow<'_, str>> =
                        several.iter().filter_map(|at| all.get(*at)).map(|target| self.call(target)).collect();
                    let called: Vec<&str> = called.iter().map(|call| &**call).collect();
                    return Err(Error::input(format!("{name:?} means several deployments"))
                        .hint(format!("name {}", document::alternatives(&called))));
                }
            }
        }
        Ok(all.into_iter().zip(chosen).filter(|(_, chosen)| *chosen).map(|(target, _)| target).collect())
    }

    /// What plans deployments on this thread.
    pub(crate) fn planner(&self) -> Planner<'_> {
        let shared = self.config.apps.iter().map(|_| Shared::default()).collect();
        Planner { run: self, policy: self.policy_reader(), shared }
    }

    /// A reader of the policy for this thread.
    fn policy_reader(&self) -> Reader<'_> {
        Reader::new(&self.policy, &self.repository)
    }

    /// A reader of the tip of the main branch for this thread.
    pub(crate) fn main_reader(&self) -> Reader<'_> {
        Reader::new(&self.main, &self.repository)
    }

    fn find_chart(&self, app: &App, scope: &Scope<'_>) -> Result<(ChartPlace, Source)> {
        let path = app.chart_path.expand(scope)?;
        let path = path::clean(&path).map_err(|message| app.chart_path.error(message))?;
        let revision = app.chart_revision.as_ref().map(|text| Ok((text, text.expand(scope)?))).transpose()?;
        let Some(text) = &app.chart_repository else {
            return match (&self.policy, revision) {
                (View::Folder { root }, None) => {
                    let full = root.join(&path);
                    let source = Source { repository: None, commit: None, path, id: "worktree".into() };
                    Ok((ChartPlace::Disk { path: full }, source))
                }
                (_, revision) => {
                    let local = self.repository.local();
                    let commit = match (revision, self.policy_commit()) {
                        (Some((text, revision)), _) => {
                            repository::resolve(&local, &revision).map_err(|error| text.error(error.message()))?
                        }
                        (None, Some(commit)) => commit,
                        (None, None) => return Err(Error::input("a work tree has no commit")),
                    };
                    let located = self.locate(None, &self.repository, commit, &path)?;
                    Ok(objects(None, None, located))
                }
            };
        };
        let name = text.expand(scope)?;
        let repository = self.sources.open(&name, || self.repository.local())?;
        let Some((revision_text, revision)) = revision else { return Err(text.error("needs chart.revision")) };
        let commit = match ObjectId::from_hex(revision.as_bytes()) {
            Ok(id) => id,
            Err(_) => repository::resolve(&repository.local(), &revision)
                .map_err(|error| revision_text.error(error.message()))?,
        };
        let located = self.locate(Some(&name), &repository, commit, &path)?;
        Ok(objects(Some(name), Some(repository), located))
    }

    /// Finds a chart, once for all deployments that use it.
    fn locate(&self, name: Option<&str>, repository: &Repository, commit: ObjectId, path: &str) -> Result<Located> {
        let key = (name.map(str::to_owned), commit, path.to_owned());
        let mut located = self.located.lock().unwrap_or_else(PoisonError::into_inner);
        located.entry(key).or_insert_with(|| source::locate(&Trees::new(repository.local()), commit, path)).clone()
    }

    /// Whether all gates of a deployment are open.
    ///
    /// # Errors
    /// One is closed; the message names its file.
    pub(crate) fn check_gates(&self, plan: &Plan, main: &Reader<'_>) -> Result<()> {
        let app = self.app(plan.app)?;
        let loaded = self.lock(plan.app)?;
        let lock = loaded.map(Loaded::value);
        let scope = Scope::of_deployment(&app.name, &plan.provenance.deployment, &plan.deployment, lock);
        for gate in &app.gates {
            if !gate.deployments.is_empty() && !gate.deployments.contains(&plan.provenance.deployment) {
                continue;
            }
            let path = gate.file.expand(&scope)?;
            let path = path::clean_below(&path).map_err(|message| gate.file.error(message))?;
            let call = main.view().call(&path);
            let wanted = match &gate.key {
                Some(key) => format!("the gate opens when that file is there, with a value for {key}"),
                None => "the gate opens when that file is there".into(),
            };
            let closed = |what: &str| Error::new(ErrorKind::Gate, format!("the gate is closed: {call} {what}"));
            let Some(content) = main.read(&path)? else { return Err(closed("is missing").hint(wanted)) };
            if let Some(key) = &gate.key {
                let document = Document::parse(&call, &content.bytes)?;
                if document.section()?.get(key).is_none() {
                    return Err(closed(&format!("has no {key}")).hint(wanted));
                }
            }
        }
        Ok(())
    }
}

/// What plans deployments on one thread.
pub(crate) struct Planner<'r> {
    run: &'r Run,
    /// Reads the policy.
    pub(crate) policy: Reader<'r>,
    /// Of each app.
    shared: Vec<Shared>,
}

impl Planner<'_> {
    /// Works out everything about one deployment but its rendering.
    pub(crate) fn plan(&self, target: &Target) -> Result<Plan> {
        let Planner { run, policy: reader, .. } = self;
        let app = run.app(target.app)?;
        let shared = self.shared.get(target.app).ok_or_else(|| Error::input("no such app"))?;
        let loaded = run.lock(target.app)?;
        let deployment = deployment::read(&target.found, reader)?;
        let name = target.name();
        let scope = Scope::of_deployment(&app.name, name, &deployment, loaded.map(Loaded::value));
        let origin = shared.origin(run, app, loaded);

        let (chart, source) = self.chart(app, shared, &scope)?;
        let (values, values_origin) = self.values(app, &scope, target)?;
        let set = (app.set.iter().zip(&origin.settings))
            .map(|((key, text), shared)| match shared {
                Some(setting) => Ok(setting.clone()),
                None => Ok(Setting { key: key.as_str().into(), value: text.expand(&scope)?.into() }),
            })
            .collect::<Result<Vec<_>>>()?;
        let branch = app.branch.expand(&scope)?;
        repository::full_name(&branch).map_err(|error| app.branch.error(error.message()))?;
        if run.main_branch.as_deref() == Some(branch.as_str()) {
            return Err(app
                .branch
                .error(format!("{branch} is the branch with the policy; rendered files need one of their own")));
        }
        let expand_path = |text: &Text| -> Result<String> {
            path::cleaned_below(text.expand(&scope)?).map_err(|message| text.error(message))
        };
        let output_path = expand_path(&app.output_path)?;
        let provenance_path = expand_path(&app.provenance)?;
        if path::overlap(&output_path, &provenance_path) {
            return Err(app.provenance.error(format!(
                "{provenance_path} is no place for the provenance: everything in {output_path} is replaced"
            )));
        }

        let dialect = run.dialect.unwrap_or(app.dialect);
        let capabilities = run.capabilities(target.app)?;
        let helm = Arc::clone(shared.helm(app, dialect, &capabilities));
        let layout = run.layout.unwrap_or(app.layout);
        let mut provenance = Provenance {
            schema_version: Arc::clone(&origin.schema_version),
            app: Arc::clone(&origin.app),
            deployment: name.to_owned(),
            release_id: Arc::clone(&origin.release_id),
            lock: origin.lock.clone(),
            source,
            policy_commit: origin.policy_commit.clone(),
            image: origin.image.clone(),
            values: values_origin,
            set,
            release: Release {
                name: app.release_name.expand(&scope)?,
                namespace: app.release_namespace.expand(&scope)?,
            },
            helm,
            output: Output { path: output_path, layout: Arc::clone(&origin.layout), tree: None },
            inputs: String::new(),
            thinlock: Arc::clone(&origin.thinlock),
        };
        provenance.inputs = provenance.digest();
        Ok(Plan {
            app: target.app,
            branch,
            provenance_path,
            chart,
            values,
            layout,
            dialect,
            capabilities,
            review_only: app.review.iter().any(|other| other == name),
            seed: run.seed.clone(),
            provenance,
            deployment,
        })
    }

    fn values(&self, app: &App, scope: &Scope<'_>, target: &Target) -> Result<(Vec<FoundFile>, Vec<ValuesOrigin>)> {
        let reader = &self.policy;
        let mut files = Vec::with_capacity(app.values.len());
        let mut origins = Vec::with_capacity(app.values.len());
        for values in &app.values {
            let path = values.path.expand(scope)?;
            let path = path::cleaned_below(path).map_err(|message| values.path.error(message))?;
            match deployment::find_file(&target.found, reader, &path)? {
                Some(file) => {
                    origins.push(ValuesOrigin { path, id: repository::hex(file.id) });
                    files.push(file);
                }
                None if values.optional => {}
                None => {
                    let error = Error::input(format!("the values file {} is missing", reader.view().call(&path)));
                    return Err(match values.path.literal() {
                        Some(_) => error,
                        None => error.hint(format!(
                            "its name follows from {}, by {}",
                            target.found.file(),
                            values.path.source()
                        )),
                    });
                }
            }
        }
        Ok((files, origins))
    }

    /// Where the chart of a deployment is; looked for once in a run if it is the same for all deployments of the app.
    fn chart(&self, app: &App, shared: &Shared, scope: &Scope<'_>) -> Result<(Arc<ChartPlace>, Arc<Source>)> {
        let find = || self.run.find_chart(app, scope).map(|(place, source)| (Arc::new(place), Arc::new(source)));
        let texts = [app.chart_repository.as_ref(), app.chart_revision.as_ref(), Some(&app.chart_path)];
        if !texts.into_iter().flatten().all(Text::is_of_app) {
            return find();
        }
        match shared.chart.get() {
            Some(found) => Ok(found.clone()),
            None => {
                let found = find()?;
                Ok(shared.chart.get_or_init(|| found).clone())
            }
        }
    }
}

fn objects(name: Option<String>, repository: Option<Repository>, located: Located) -> (ChartPlace, Source) {
    let source = Source {
        repository: name,
        commit: Some(repository::hex(located.commit)),
        path: located.path.clone(),
        id: repository::hex(located.id),
    };
    (ChartPlace::Objects { repository, located }, source)
}

/// The apps that need no configuration: those with a folder of deployments and one of build locks.
/// The latter may be newer than the policy.
fn default_config(reader: &Reader<'_>, main: &Reader<'_>) -> Result<Config> {
    let is_empty = |reader: &Reader<'_>, folder: &str| {
        let mut empty = true;
        reader.each_entry(folder, |_, _| {
            empty = false;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(empty)
    };
    let mut apps = Vec::new();
    reader.each_entry("apps", |name, _| {
        let app = App::in_default_layout(name)?;
        let locks = format!("warehouses/{name}/builds");
        let has_locks = !is_empty(reader, &locks)? || !is_empty(main, &locks)?;
        if has_locks && deployment::is_any(&app, reader)? {
            apps.push(app);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if apps.is_empty() {
        return Err(Error::input(format!("there is no {}", reader.view().call(FILE))).hint(
            "and no app in the layout that needs none: apps/<app>/deployments/<name>/deployment.yaml and \
             warehouses/<app>/builds/current.yaml",
        ));
    }
    Ok(Config { apps })
}
