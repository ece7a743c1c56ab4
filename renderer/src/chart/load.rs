//! Loading: from files to a [`Chart`], with Helm's order of checks and its error texts.

use std::collections::BTreeMap;
use std::sync::Arc;

use thinlock_go::types::MAP_STRING_ANY;
use thinlock_go::{Frozen, Str, path};

use super::archive::{self, Budget};
use super::ignore::Rules;
use super::metadata::{Metadata, Nulls};
use super::{Chart, ChartError, StructPackage, decode};
use crate::source::{File, FileSet};
use crate::{Dialect, Log, values};

/// How deep charts may lie in each other. Helm has no limit but its stack.
const MAX_DEPTH: u32 = 100;

/// Loads a chart from the files of a directory, of which .helmignore leaves out some.
///
/// The set may hold what .helmignore leaves out; Chart.yaml and .helmignore themselves must be in it where they exist.
///
/// # Errors
/// With Helm's text: no Chart.yaml, a file that cannot be read, metadata that is not valid, or any of these in a subchart.
pub fn load_directory(files: &FileSet, dialect: &Dialect, logs: &mut Vec<Log>) -> Result<Arc<Chart>, ChartError> {
    let data = |name: &[u8]| files.get(name).map(File::data).transpose();
    let chart_yaml = data(b"Chart.yaml")?;
    let name = format!("{}/Chart.yaml", files.origin.trim_end_matches('/'));
    let missing = format!("unable to detect chart at {name}: open {name}: no such file or directory");
    detect(chart_yaml.map(Str::as_bytes).ok_or(&missing), dialect)?;
    let rules = Rules::parse(data(b".helmignore")?.map(Str::as_bytes), dialect)?;
    let mut kept = Vec::with_capacity(files.files().len());
    for file in files.files() {
        let name = file.name.as_bytes();
        let folders = name.iter().enumerate().filter(|(_, c)| **c == b'/').filter_map(|(at, _)| name.get(..at));
        let mut ignored = false;
        for folder in folders {
            ignored = ignored || rules.ignore(folder, true, logs);
        }
        if !ignored && !rules.ignore(name, false, logs) {
            kept.push(file.clone());
        }
    }
    let package = package(kept.iter(), dialect);
    load(kept, (dialect, package), logs, &mut Budget::new(), 0)
}

/// Loads a chart from the files that belong to it, .helmignore being heeded already: Helm's `LoadFiles`.
///
/// # Errors
/// As [`load_directory`].
pub fn load_files(files: &FileSet, dialect: &Dialect, logs: &mut Vec<Log>) -> Result<Arc<Chart>, ChartError> {
    let package = package(files.files().iter(), dialect);
    load(files.files().to_vec(), (dialect, package), logs, &mut Budget::new(), 0)
}

/// What Helm 4 looks at before it loads a directory: that there is a Chart.yaml of a known `apiVersion`. The other Helms
/// look at nothing. `chart_yaml` is the content, or the message that there is none to be had.
///
/// # Errors
/// There is none (that message), it cannot be read, or its version is not supported.
pub fn detect(chart_yaml: Result<&[u8], &String>, dialect: &Dialect) -> Result<(), ChartError> {
    if !dialect.chart.api_version_checked {
        return Ok(());
    }
    check_api_version(chart_yaml.map_err(ChartError::new)?)
}

fn check_api_version(chart_yaml: &[u8]) -> Result<(), ChartError> {
    let version = decode::api_version(chart_yaml).map_err(|e| e.wrapped("cannot load Chart.yaml"))?;
    match version.as_bytes() {
        b"" | b"v1" | b"v2" | b"v3" => Ok(()),
        _ => Err(ChartError::new("unsupported chart version")),
    }
}

/// Loads a chart from a gzipped tar archive; `name` is its path, for messages. .helmignore has no effect here.
///
/// # Errors
/// With Helm's text: it is no such archive, or what [`load_directory`] reports.
pub fn load_archive(data: &[u8], name: &str, dialect: &Dialect, logs: &mut Vec<Log>) -> Result<Arc<Chart>, ChartError> {
    if let Some(kind) = archive::other_content_type(data) {
        return Err(ChartError::new(if name.ends_with(".yml") || name.ends_with(".yaml") {
            format!("file '{name}' seems to be a YAML file, but expected a gzipped archive")
        } else {
            format!("file '{name}' does not appear to be a gzipped archive; got '{kind}'")
        }));
    }
    let mut budget = Budget::new();
    let invalid = |e: &ChartError| {
        ChartError::new(format!("file '{name}' does not appear to be a valid chart file (details: {})", e.text))
    };
    let files = archive::unpack(data, dialect, &mut budget).map_err(|e| {
        if e.text == archive::GZIP_HEADER {
            invalid(&e)
        } else if dialect.chart.archive_error_hidden {
            ChartError::new("unable to load chart archive")
        } else {
            e
        }
    })?;
    if dialect.chart.api_version_checked {
        match files.get(b"Chart.yaml") {
            Some(file) => check_api_version(file.data()?)?,
            None => return Err(ChartError::new("unable to detect chart version, no Chart.yaml found")),
        }
    }
    let package = package(files.files().iter(), dialect);
    load(files.files().to_vec(), (dialect, package), logs, &mut budget, 0).map_err(|e| {
        let inner = dialect.chart.inner_archive_header_named && e.text.ends_with(archive::GZIP_HEADER);
        if inner { invalid(&e) } else { e }
    })
}

/// Whether a file of a chart is looked into in any case: by loading, or because a render parses it. All other files may
/// be read when somebody asks for them; those of subcharts are not asked for where the values turn these off.
pub fn looks_into(name: &[u8]) -> bool {
    if name.starts_with(b"templates/") || name == b"values.schema.json" {
        return true;
    }
    let Some((_, name)) = folder_and_name(name) else { return true };
    matches!(name, b"Chart.yaml" | b"Chart.lock" | b"values.yaml" | b"requirements.yaml" | b"requirements.lock")
}

/// The folder of the chart that a file belongs to, with a slash at its end, and the file's name in that chart:
/// `charts/sub/` and `templates/t.yaml`. `None` for what lies in `charts/` itself, as archives do.
pub(crate) fn folder_and_name(name: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut rest = name;
    while let Some(below) = rest.strip_prefix(b"charts/") {
        let slash = memchr::memchr(b'/', below)?;
        rest = below.get(slash + 1..).unwrap_or_default();
    }
    name.len().checked_sub(rest.len()).and_then(|folder| name.split_at_checked(folder))
}

/// What a chart's metadata is read with: in Helm 4 its `apiVersion` picks the loader, for its subcharts as well.
fn package<'f>(mut files: impl Iterator<Item = &'f File>, dialect: &Dialect) -> StructPackage {
    let is_v3 =
        |file: &File| file.data().is_ok_and(|data| decode::api_version(data).is_ok_and(|version| version == "v3"));
    if dialect.chart.api_version_checked && files.any(|file| file.name == "Chart.yaml" && is_v3(file)) {
        StructPackage::V3
    } else {
        dialect.chart.package
    }
}

/// Helm's `LoadFiles`.
fn load(
    files: Vec<File>,
    (dialect, package): (&Dialect, StructPackage),
    logs: &mut Vec<Log>,
    budget: &mut Budget,
    depth: u32,
) -> Result<Arc<Chart>, ChartError> {
    if depth > MAX_DEPTH {
        return Err(ChartError::limit(format!("charts lie more than {MAX_DEPTH} deep in each other")));
    }
    let mut metadata: Option<(Metadata, Nulls)> = None;
    let files: Vec<File> = files.into_iter().map(File::without_bom).collect();
    for file in files.iter().filter(|f| f.name == "Chart.yaml") {
        let (metadata, nulls) = metadata.get_or_insert_default();
        decode::metadata(file.data()?, metadata, nulls, package).map_err(|e| e.wrapped("cannot load Chart.yaml"))?;
        // A chart of Helm 2 says no version of its format.
        if metadata.api_version.is_empty() {
            metadata.api_version = Str::from_static(if package == StructPackage::V3 { "v3" } else { "v1" });
        }
    }

    let mut chart = Parts::default();
    // Each with its place among those that were found.
    let mut subcharts: BTreeMap<Str, (usize, Vec<File>)> = BTreeMap::new();
    for file in files {
        let name = file.name.as_bytes();
        match name {
            b"Chart.yaml" => {}
            b"Chart.lock" => {
                decode::lock(file.data()?, package).map_err(|e| e.wrapped("cannot load Chart.lock"))?;
            }
            b"values.yaml" => {
                let values = values::parse_file(file.data()?, &dialect.values);
                chart.values = Some(values.map_err(|e| ChartError::new(format!("cannot load values.yaml: {e}")))?);
            }
            b"values.schema.json" => chart.schema = Some(file),
            b"requirements.yaml" if package != StructPackage::V3 => {
                let (metadata, nulls) = metadata.get_or_insert_default();
                let v1 = metadata.api_version == "v1";
                if !v1 {
                    logs.push(Log::RequirementsInV2);
                }
                decode::metadata(file.data()?, metadata, nulls, package)
                    .map_err(|e| e.wrapped("cannot load requirements.yaml"))?;
                if metadata.api_version == "v1" {
                    chart.files.push(file);
                }
            }
            b"requirements.lock" if package != StructPackage::V3 => {
                decode::lock(file.data()?, package).map_err(|e| e.wrapped("cannot load requirements.lock"))?;
                let (metadata, _) = metadata.get_or_insert_default();
                if metadata.api_version == "v1" {
                    chart.files.push(file);
                } else {
                    logs.push(Log::RequirementsLockInV2);
                }
            }
            _ if name.starts_with(b"templates/") => chart.templates.push(file),
            _ if name.starts_with(b"charts/") => {
                if path::ext(name) == b".prov" {
                    chart.files.push(file);
                    continue;
                }
                let below = name.get(b"charts/".len()..).unwrap_or_default();
                let folder = below.split(|c| *c == b'/').next().unwrap_or_default();
                let place = subcharts.len();
                let (_, files) = subcharts.entry(folder.into()).or_insert_with(|| (place, Vec::new()));
                files.push(file.renamed(below));
            }
            _ => chart.files.push(file),
        }
    }

    let Some((mut metadata, nulls)) = metadata else { return Err(ChartError::new("Chart.yaml file is missing")) };
    metadata.validate(&nulls, dialect)?;

    // Of several that cannot be loaded Helm names a random one, as it walks a map: mostly the one that was found first.
    let mut found_first: Vec<_> = subcharts.into_iter().collect();
    found_first.sort_by_key(|(_, (place, _))| *place);
    let mut loaded = Vec::new();
    for (name, (_, files)) in found_first {
        if matches!(name.first(), Some(b'_' | b'.')) {
            continue;
        }
        let subchart = if path::ext(&name) == b".tgz" {
            match files.first() {
                Some(file) if file.name == name => archive::unpack(file.data()?, dialect, budget)
                    .and_then(|set| load(set.files().to_vec(), (dialect, package), logs, budget, depth + 1)),
                file => {
                    let found = file.map(|f| f.name.clone()).unwrap_or_default();
                    return Err(ChartError::new(format!(
                        "error unpacking subchart tar in {}: expected {name}, got {found}",
                        metadata.name
                    )));
                }
            }
        } else {
            // A file that lies in charts/ itself is no part of a chart, but makes one without files.
            let files = files.iter().filter_map(|file| {
                let at = file.name.iter().position(|c| *c == b'/')?;
                Some(file.renamed(file.name.get(at + 1..)?))
            });
            load(files.collect(), (dialect, package), logs, budget, depth + 1)
        };
        let subchart =
            subchart.map_err(|e| e.wrapped(format_args!("error unpacking subchart {name} in {}", metadata.name)))?;
        loaded.push((name, subchart));
    }
    loaded.sort_by(|(one, _), (other, _)| one.cmp(other));

    Ok(Arc::new(Chart {
        metadata: Arc::new(metadata),
        templates: chart.templates,
        files: chart.files,
        values: chart.values.unwrap_or_else(|| Frozen::Map(&MAP_STRING_ANY, [].into())),
        schema: chart.schema,
        subcharts: loaded.into_iter().map(|(_, subchart)| subchart).collect(),
    }))
}

#[derive(Default)]
struct Parts {
    templates: Vec<File>,
    files: Vec<File>,
    values: Option<Frozen>,
    schema: Option<File>,
}

#[cfg(test)]
mod tests;
