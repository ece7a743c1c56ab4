//! Linking: the templates of all enabled charts become one name space.

use std::collections::BTreeMap;
use std::sync::Arc;

use thinlock_go::{Error, Str, path};
use thinlock_template::{Parsed, Set};

use crate::chart::{Processed, ProcessedChart};
use crate::source::ContentId;

/// A template file of one render.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct TemplateFile {
    /// Its path from the root chart's name on: `p/charts/sub/templates/t.yaml`.
    pub(super) path: Str,
    /// What is in it.
    pub(super) id: ContentId,
    /// Which chart it belongs to, counted as [`charts`] does.
    pub(super) chart: usize,
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
    /// `.Template.BasePath`: the `templates` folder of its chart.
    pub(super) base_path: Str,
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
pub(super) fn template_files(charts: &[ProcessedChart<'_>]) -> Vec<(TemplateFile, Str)> {
    let mut by_path: BTreeMap<Str, (TemplateFile, Str)> = BTreeMap::new();
    for (at, chart) in charts.iter().enumerate() {
        let full_path = chart.full_path();
        let library = chart.is_library();
        for file in chart.templates() {
            // Of a library chart only partials exist.
            if library && !path::base(&file.name).starts_with(b"_") {
                continue;
            }
            let path = Str::from(path::join([full_path.as_bytes(), file.name.as_bytes()]));
            by_path.insert(path.clone(), (TemplateFile { path, id: file.id(), chart: at }, file.data().clone()));
        }
    }
    let mut files: Vec<(TemplateFile, Str)> = by_path.into_values().collect();
    files.sort_by_cached_key(|(file, _)| file.path.iter().filter(|b| **b == b'/').count());
    files.reverse();
    files
}

/// Links files whose templates are parsed by `parse`.
///
/// # Errors
/// The first file that does not parse.
pub(super) fn link(
    files: &[(TemplateFile, Str)],
    charts: &[ProcessedChart<'_>],
    mut parse: impl FnMut(&TemplateFile, &Str) -> Result<Arc<Parsed>, Error>,
) -> Result<Linked, Error> {
    let base_paths: Vec<Str> =
        charts.iter().map(|c| Str::from(path::join([c.full_path().as_bytes(), b"templates"]))).collect();
    let mut set = Set::new("gotpl");
    let mut executed = Vec::new();
    for (file, text) in files {
        let parsed = parse(file, text)?;
        set.add(&parsed);
        if !path::base(&file.path).starts_with(b"_") {
            executed.push(LinkedFile {
                path: file.path.clone(),
                base_path: base_paths.get(file.chart).cloned().unwrap_or_default(),
                chart: file.chart,
            });
        }
    }
    Ok(Linked { set, files: executed })
}
