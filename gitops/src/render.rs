//! Rendering one plan: the chart from its objects, the values, the engine, the layout.

use std::path::Path;
use std::sync::Arc;

use gix::ObjectId;
use thinlock_go::{Frozen, Host};
use thinlock_renderer::chart::{self, Chart};
use thinlock_renderer::engine::{self, Cache, Limits, Randomness, RenderError, RenderRequest};
use thinlock_renderer::log::Log;
use thinlock_renderer::manifest::{self, Layout, OutputFiles, Selection};
use thinlock_renderer::source::{ContentId, File, FileSet};
use thinlock_renderer::{Dialect, values};

use crate::disk;
use crate::error::{Error, ErrorKind, Result};
use crate::plan::{ChartPlace, Plan};
use crate::repository::{self, Repository};
use crate::source::{self, Located};
use crate::tree::{Content, Trees};
use crate::view::Reader;

/// A rendered deployment.
#[derive(Debug)]
pub(crate) struct Product {
    /// The files by the plan's layout.
    pub(crate) files: OutputFiles,
    /// What `helm template` prints, if it was asked for.
    pub(crate) stream: Vec<u8>,
    /// What the chart warned about.
    pub(crate) warnings: Vec<String>,
    /// Functions that make every rendering another one.
    pub(crate) nondeterministic: Vec<&'static str>,
}

/// In what form a rendering is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Files by the plan's layout.
    Files,
    /// One stream, as `helm template` prints it.
    Stream,
}

/// What a plan names, read.
#[derive(Debug)]
pub(crate) struct Inputs {
    chart: Arc<Chart>,
    /// The values files over each other, and what is set on top.
    values: Frozen,
}

/// Reads what a plan names.
///
/// # Errors
/// The chart or the values are wrong.
pub(crate) fn read(plan: &Plan, reader: &Reader<'_>, cache: &Cache) -> Result<Inputs> {
    // What loading says belongs to the chart and not to the deployment that happened to be the first to need it.
    let chart = load(plan, reader, cache, &mut Vec::new())?;
    Ok(Inputs { chart, values: user_values(plan, reader)? })
}

/// Renders a plan.
///
/// # Errors
/// The values do not fit, or the templates are wrong; a template's error shows its line.
pub(crate) fn render(
    plan: &Plan,
    inputs: &Inputs,
    host: &(dyn Host + Sync),
    cache: &Cache,
    form: Form,
) -> Result<Product> {
    let dialect = plan.dialect;
    let Inputs { chart, values } = inputs;
    let mut log = Vec::new();
    let helm = &plan.provenance.helm;
    let request = RenderRequest {
        dialect,
        chart,
        values,
        release: engine::Release {
            name: &plan.provenance.release.name,
            namespace: &plan.provenance.release.namespace,
            is_upgrade: false,
        },
        capabilities: Arc::clone(&plan.capabilities),
        include_crds: helm.include_crds,
        skip_schema_validation: !helm.schema_validation,
        library_allowed: false,
        enable_dns: false,
        randomness: match &plan.seed {
            Some(seed) => Randomness::Seeded { seed: seed.as_bytes(), now_unix_nanos: engine::SEEDED_NOW },
            None => Randomness::Host,
        },
        lookup: None,
        limits: Limits::default(),
    };
    let rendered = engine::render(&request, host, cache, &mut log).map_err(|error| explain(plan, chart, &error))?;
    let selection = Selection { hooks: helm.hooks, tests: helm.tests };
    let (files, stream) = match form {
        Form::Files => {
            let files = plan
                .layout
                .files(&rendered, selection)
                .map_err(|cause| Error::new(ErrorKind::Render, cause.to_string()).hint(layout_hint(plan.layout)))?;
            (files, Vec::new())
        }
        Form::Stream => {
            let manifest = manifest::manifest_stream(&rendered);
            (OutputFiles::default(), manifest::template_stream(&manifest, &rendered, selection).text)
        }
    };
    let mut nondeterministic: Vec<&'static str> = rendered.nondeterminism.iter().map(|call| call.function).collect();
    nondeterministic.sort_unstable();
    nondeterministic.dedup();
    let warnings = log
        .iter()
        .filter(|line| !line.is_debug())
        .map(|line| {
            let mut text = Vec::new();
            line.write(dialect, &mut text);
            String::from_utf8_lossy(&text).trim_end().to_owned()
        })
        .collect();
    Ok(Product { files, stream, warnings, nondeterministic })
}

fn layout_hint(layout: Layout) -> &'static str {
    match layout {
        Layout::Flat => "layout helm keeps one file for each template, layout single one file for all",
        _ => "mend the chart, or choose another layout",
    }
}

/// The chart, loaded once for all deployments that use it.
fn load(plan: &Plan, reader: &Reader<'_>, cache: &Cache, log: &mut Vec<Log>) -> Result<Arc<Chart>> {
    match &*plan.chart {
        ChartPlace::Objects { repository, located } => {
            let id = content_id(located.id)?;
            cache.chart(plan.dialect, id, || {
                // Only the first of many deployments reads the chart.
                let opened;
                let trees = match repository {
                    Some(repository) => {
                        opened = Trees::new(Repository::local(repository));
                        &opened
                    }
                    None => reader.trees(),
                };
                load_objects(trees, located, plan.dialect, log)
            })
        }
        ChartPlace::Disk { path } => load_disk(path, plan.dialect, cache, log),
    }
}

fn load_objects(trees: &Trees, located: &Located, dialect: &Dialect, log: &mut Vec<Log>) -> Result<Arc<Chart>> {
    let call = format!(
        "the chart {} at {} of {}",
        located.path,
        repository::short(located.commit),
        repository::name(trees.repository())
    );
    let wrong = |cause: chart::ChartError| Error::input(format!("{call} cannot be loaded: {cause}"));
    if located.archive {
        let Content { bytes, .. } = trees.blob(located.id)?;
        source::check_not_lfs(&located.path, &bytes)?;
        return chart::load_archive(&bytes, &located.path, dialect, log).map_err(wrong);
    }
    let mut files = FileSet::new(format!("{}:{}", located.commit, located.path));
    for (path, Content { id, bytes }) in source::files(trees, located.id).map_err(|error| error.context(&call))? {
        files.push(File::with_id(path, &*bytes, content_id(id)?));
    }
    files.sort_as_walked();
    chart::load_directory(&files, dialect, log).map_err(wrong)
}

/// Loads a chart of a work tree, once in a run.
fn load_disk(path: &Path, dialect: &Dialect, cache: &Cache, log: &mut Vec<Log>) -> Result<Arc<Chart>> {
    let id = ContentId::of(format!("folder {}", path.display()).as_bytes());
    cache.chart(dialect, id, || {
        disk::load_chart(path, dialect, log)
            .map_err(|cause| Error::input(format!("the chart {} cannot be loaded: {cause}", path.display())))
    })
}

fn content_id(id: ObjectId) -> Result<ContentId> {
    ContentId::from_git(id.as_slice()).ok_or_else(|| Error::input(format!("{id} is no id of git's")))
}

/// The values files over each other, and what is set on top.
fn user_values(plan: &Plan, reader: &Reader<'_>) -> Result<Frozen> {
    let rules = &plan.dialect.values;
    let mut merged = Frozen::Map(&thinlock_go::types::MAP_STRING_ANY, [].into());
    for (file, origin) in plan.values.iter().zip(&plan.provenance.values) {
        let values = reader.values(file, &origin.path, plan.dialect)?;
        merged = values::merge(&merged, &values);
    }
    for setting in &plan.provenance.set {
        merged = values::set::literal_over(&merged, &setting.key, &setting.value, rules)
            .map_err(|cause| Error::input(format!("set.{}: {cause}", setting.key)))?;
    }
    Ok(merged)
}

/// A render's failure, with the line of the template that failed.
fn explain(plan: &Plan, chart: &Chart, error: &RenderError) -> Error {
    let call = &plan.provenance.source.path;
    match &error.template {
        Some(template) => {
            let source = |file: &thinlock_go::Str| template_text(chart, file.to_utf8()?);
            let text = thinlock_template::excerpt(template, &source);
            Error::new(ErrorKind::Render, format!("chart {call}: {}", text.trim_end()))
        }
        None => Error::new(
            ErrorKind::Render,
            format!("chart {call}: {}", String::from_utf8_lossy(&error.message).trim_end()),
        ),
    }
}

/// The text of a template by its full name: `web/charts/cache/templates/service.yaml`.
fn template_text(chart: &Chart, file: &str) -> Option<Vec<u8>> {
    let (_, inside) = file.split_once('/')?;
    if let Some(found) = chart.templates.iter().find(|template| template.name == inside) {
        return found.data().ok().map(|text| text.to_vec());
    }
    // The folder may be called by an alias, which no chart has for its name.
    let below = inside.strip_prefix("charts/")?;
    chart.subcharts.iter().find_map(|sub| template_text(sub, below))
}
