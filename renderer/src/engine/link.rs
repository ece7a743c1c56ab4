//! Linking: the templates of all enabled charts become one name space.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use thinlock_go::{Error, Frozen, Str, path};
use thinlock_template::{Parsed, Set};

use crate::Dialect;
use crate::chart::{Chart, Processed, ProcessedChart};
use crate::source::File;

use super::objects;

/// What linking depends on, besides the dialect: which charts take part, and under which names. Two renders of one
/// chart have equal keys where the same subcharts are enabled.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(Vec<(SameChart, Str)>);

/// A loaded chart, equal only to itself. It never changes, and is alive as long as this is.
#[derive(Debug)]
struct SameChart(Arc<Chart>);

impl PartialEq for SameChart {
    fn eq(&self, other: &SameChart) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for SameChart {}

impl Hash for SameChart {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

impl Key {
    /// The key of charts in the order of [`charts`].
    pub(super) fn of(charts: &[ProcessedChart<'_>]) -> Key {
        Key(charts.iter().map(|chart| (SameChart(Arc::clone(chart.loaded())), chart.full_path())).collect())
    }
}

/// A template file of one render.
pub(super) struct TemplateFile<'a> {
    /// Its path from the root chart's name on: `p/charts/sub/templates/t.yaml`.
    pub(super) path: Str,
    /// What is in it.
    pub(super) file: &'a File,
    /// Which chart it belongs to, counted as [`charts`] does.
    chart: usize,
}

/// Linked templates: what is left to do is executing them.
#[derive(Debug)]
pub(super) struct Linked {
    /// All templates.
    pub(super) set: Set,
    /// The files in the order in which Helm executes them, without partials.
    pub(super) files: Vec<LinkedFile>,
}

/// A file that is executed.
#[derive(Debug)]
pub(super) struct LinkedFile {
    /// Its path, which is the template's name.
    pub(super) path: Str,
    /// `.Template`.
    pub(super) template: Frozen,
    /// Which chart it belongs to.
    pub(super) chart: usize,
}

/// The charts of a render: a chart comes behind its subcharts, the root last. This is the order in which Helm collects
/// templates, so that of two with one path the later one counts.
pub(super) fn charts(processed: &Processed) -> Vec<ProcessedChart<'_>> {
    fn collect<'a>(chart: ProcessedChart<'a>, out: &mut Vec<ProcessedChart<'a>>) {
        for subchart in chart.subcharts() {
            collect(subchart, out);
        }
        out.push(chart);
    }
    let mut out = Vec::new();
    collect(processed.root(), &mut out);
    out
}

/// The template files of a render with their contents, in Helm's order of parsing and executing: deepest paths first,
/// and of one depth from the end of the alphabet to its start. So where two files define one template, the one nearer
/// to the root and to `a` wins.
pub(super) fn template_files<'a>(charts: &[ProcessedChart<'a>]) -> Vec<TemplateFile<'a>> {
    let mut by_path: BTreeMap<Str, TemplateFile<'a>> = BTreeMap::new();
    for (at, chart) in charts.iter().enumerate() {
        let full_path = chart.full_path();
        let library = chart.is_library();
        for file in chart.templates() {
            // Of a library chart only partials exist.
            if library && !path::base(&file.name).starts_with(b"_") {
                continue;
            }
            let path = Str::from(path::join([full_path.as_bytes(), file.name.as_bytes()]));
            by_path.insert(path.clone(), TemplateFile { path, file, chart: at });
        }
    }
    let mut files: Vec<TemplateFile<'a>> = by_path.into_values().collect();
    files.sort_by_cached_key(|file| file.path.iter().filter(|b| **b == b'/').count());
    files.reverse();
    files
}

/// Links the template files ([`template_files`]) of charts, which are parsed by `parse` under their paths.
///
/// # Errors
/// The first file that does not parse.
pub(super) fn link(
    files: Vec<TemplateFile<'_>>,
    charts: &[ProcessedChart<'_>],
    dialect: &Dialect,
    mut parse: impl FnMut(&Str, &File) -> Result<Arc<Parsed>, Error>,
) -> Result<Linked, Error> {
    let base_paths: Vec<Str> =
        charts.iter().map(|c| Str::from(path::join([c.full_path().as_bytes(), b"templates"]))).collect();
    let mut set = Set::new("gotpl");
    let mut executed = Vec::new();
    for TemplateFile { path, file, chart } in files {
        let parsed = parse(&path, file)?;
        set.add(&parsed);
        if !path::base(&path).starts_with(b"_") {
            let base_path = base_paths.get(chart).cloned().unwrap_or_default();
            executed.push(LinkedFile { template: objects::template(dialect, &path, &base_path), path, chart });
        }
    }
    Ok(Linked { set, files: executed })
}
