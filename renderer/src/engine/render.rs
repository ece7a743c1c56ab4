//! The steps of a render, in Helm's order.

use std::rc::Rc;

use thinlock_go::{Error, Host, Map, Str, Type, Value, path, stack, strconv, types};
use thinlock_template::{Env, Limits, MissingKey};

use crate::chart::{self, Processed, ProcessedChart};
use crate::dialect::Traced;
use crate::functions::{Seeded, State, WatchedHost, strip_no_value};
use crate::manifest::{Head, Kept, Manifest, Printed, Sorted, Text, sort_manifests};
use crate::source::File;
use crate::{Dialect, Log, values};

use super::link::{Linked, charts};
use super::objects;
use super::{Cache, Crd, Nondeterminism, Randomness, RenderError, RenderRequest, Rendered};
use super::{report, schemas};

/// The end of the names of files whose text Helm prints after an installation, and which are no documents.
const NOTES: &[u8] = b"NOTES.txt";

/// Renders a chart: what `helm template` does between loading and writing. Warnings are added to `log` as they arise,
/// also when the render fails.
///
/// # Errors
/// The chart is no application, a dependency is missing, the release's name is not allowed, the values do not fit the
/// charts or their schemas, the Kubernetes version is not the chart's, a template fails, or what it prints is no YAML.
/// The message is Helm's.
pub fn render(
    request: &RenderRequest<'_>,
    host: &(dyn Host + Sync),
    cache: &Cache,
    log: &mut Vec<Log>,
) -> Result<Rendered, RenderError> {
    let mut own_log = Vec::new();
    let mut result = render_here(request, host, cache, &mut own_log);
    if result.as_ref().is_err_and(RenderError::stack_ran_low) {
        // Go's stacks are large, and a few charts recurse as deeply as Helm lets them. The render is done anew with room
        // for that, where it fails in the end at Go's and Helm's own limits.
        let again = stack::run(STACK, || {
            let mut log = Vec::new();
            (render_here(request, host, cache, &mut log), log)
        });
        if let Ok((again, log)) = again {
            (result, own_log) = (again, log);
        }
    }
    log.append(&mut own_log);
    result
}

/// Bytes that most files do not print more than.
const PRINTED: usize = 16 << 10;
/// Bytes of stack for deep recursion. Only what is used of it takes memory.
const STACK: usize = 1 << 30;

fn render_here(
    request: &RenderRequest<'_>,
    host: &dyn Host,
    cache: &Cache,
    log: &mut Vec<Log>,
) -> Result<Rendered, RenderError> {
    let processed = prepare(request, log)?;
    let charts = charts(&processed);
    let before = || {
        let values = values(request, &processed, cache, log)?;
        check_kube_version(request).map(|()| values)
    };
    let wrong = |e: Error| {
        let mut failures = charts.iter().flat_map(|chart| chart.templates()).filter_map(File::failure);
        match failures.find(|failure| failure.to_string().as_bytes() == e.data().message.as_bytes()) {
            Some(failure) => RenderError::unreadable(failure),
            None => RenderError::rendering(report::parse_error(b"", &e), Rendered::default()).with_template(e),
        }
    };
    let (values, linked) = cache.linked(request.dialect, &charts, !request.skip_schema_validation, before, wrong)?;
    let contexts = contexts(request, &processed, &values);
    let result = execute(request, host, cache, &linked, &contexts);
    // A chart can put a map into itself; taking the maps apart lets go of their memory all the same.
    for context in &contexts {
        context.clear();
    }
    // What a template says of a file that could not be read is not the cause.
    let failure = || charts.iter().flat_map(|chart| chart.files()).find_map(File::failure);
    let mut executed = result.map_err(|error| failure().map_or(error, RenderError::unreadable))?;

    let mut notes = Vec::new();
    executed.files.retain(|(path, text)| {
        let is_notes = path.ends_with(NOTES);
        if is_notes && path.as_bytes() == path::join([processed.root().name().as_bytes(), b"templates", NOTES]) {
            notes.extend_from_slice(text);
        }
        !is_notes
    });
    let nondeterminism = executed.nondeterminism;
    match sort_manifests(&executed.files, request.dialect) {
        Ok(Sorted { manifests, hooks, skipped_hooks }) => {
            log.extend(skipped_hooks.into_iter().map(|types| Log::UnknownHooks { types }));
            let crds = if request.include_crds { crds(&processed)? } else { Vec::new() };
            Ok(Rendered { crds, manifests, hooks, notes, nondeterminism })
        }
        Err((error, Sorted { hooks, skipped_hooks, .. })) => {
            log.extend(skipped_hooks.into_iter().map(|types| Log::UnknownHooks { types }));
            // What `--debug` shows then: the files as they came out of the templates.
            let manifests = executed
                .files
                .iter()
                .filter(|(_, text)| !crate::manifest::is_blank(text))
                .map(|(path, text)| Manifest { path: path.clone(), content: text.clone(), head: Head::default() })
                .collect();
            let partial = Rendered { crds: Vec::new(), manifests, hooks, notes: Vec::new(), nondeterminism };
            Err(RenderError::rendering(error.message, partial).traced(Traced::ManifestHead { cause: error.cause }))
        }
    }
}

/// Everything before the values: whether the chart may be installed under this name, and which of its parts are.
fn prepare(request: &RenderRequest<'_>, log: &mut Vec<Log>) -> Result<Processed, RenderError> {
    if !(request.library_allowed && request.chart.metadata.is_library()) {
        chart::check(request.chart, request.dialect, log).map_err(RenderError::of_chart)?;
    }
    let named = request.dialect.errors.steps_named;
    if let Err(error) = check_release_name(request.release.name) {
        let error = format!("release name {}: {error}", strconv::quote(request.release.name.as_bytes()));
        log.push(Log::ReleaseNameCheckFailed { error: Str::from(error.as_str()) });
        return Err(RenderError::preparing(if named { format!("release name check failed: {error}") } else { error }));
    }
    chart::process(request.chart, request.values, request.dialect, log).map_err(RenderError::of_chart)
}

/// `ValidateReleaseName`.
fn check_release_name(name: &str) -> Result<(), &'static str> {
    /// Labels hold 63 bytes, and charts put up to ten of their own behind the name.
    const MAX: usize = 53;
    if name.is_empty() {
        return Err("no name provided");
    }
    let is_alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let label = |label: &str| {
        let bytes = label.as_bytes();
        bytes.first().copied().is_some_and(is_alphanumeric)
            && bytes.last().copied().is_some_and(is_alphanumeric)
            && bytes.iter().all(|b| is_alphanumeric(*b) || *b == b'-')
    };
    if name.len() > MAX || !name.split('.').all(label) {
        return Err("invalid release name, must match regex \
             ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53");
    }
    Ok(())
}

fn values(
    request: &RenderRequest<'_>,
    processed: &Processed,
    cache: &Cache,
    log: &mut Vec<Log>,
) -> Result<Map, RenderError> {
    let values = values::coalesce(processed, request.values, request.dialect, log).map_err(RenderError::of_chart)?;
    if !request.skip_schema_validation {
        let known = (request.dialect, cache.schemas());
        schemas::check(processed.root(), &values, known, log).map_err(RenderError::preparing)?;
    }
    Ok(values)
}

/// A chart may say which versions of Kubernetes it is for.
fn check_kube_version(request: &RenderRequest<'_>) -> Result<(), RenderError> {
    let constraint = &request.chart.metadata.kube_version;
    if constraint.is_empty() {
        return Ok(());
    }
    let kube_version = &request.capabilities.kube_version;
    if chart::is_compatible_range(constraint, kube_version.to_string().as_bytes(), request.dialect) {
        return Ok(());
    }
    let message = format!(
        "chart requires kubeVersion: {constraint} which is incompatible with Kubernetes {}",
        kube_version.version
    );
    Err(RenderError::rendering(message, Rendered::default()).traced(Traced::KubeVersion))
}

/// The dots of all charts' templates, in the order of [`charts`]. A chart's dot holds those of its subcharts.
fn contexts(request: &RenderRequest<'_>, processed: &Processed, values: &Map) -> Vec<Map> {
    let mut contexts = Contexts {
        dialect: request.dialect,
        values_type: objects::values_type(request.dialect),
        capabilities: objects::capabilities(&request.capabilities, request.dialect),
        release: objects::release(&request.release),
        made: Vec::new(),
    };
    contexts.make(processed.root(), values.with_type(contexts.values_type));
    contexts.made
}

struct Contexts<'a> {
    dialect: &'a Dialect,
    values_type: Type,
    capabilities: Value,
    release: Value,
    made: Vec<Map>,
}

impl Contexts<'_> {
    /// Helm's `recAllTpls`.
    fn make(&mut self, chart: ProcessedChart<'_>, values: Map) -> Map {
        let subcharts = Map::string_any();
        for subchart in chart.subcharts() {
            let name = subchart.name();
            // Helm asks for the table by a path: a dot in the name leads into a table inside a table.
            let values = objects::find_table(&values, name).unwrap_or_else(|_| Map::new(self.values_type));
            let context = self.make(subchart, values);
            subcharts.insert(name.clone(), context.with_type(&types::MAP_STRING_ANY));
        }
        // With room for the template's place.
        let mut entries = Vec::with_capacity(7);
        entries.extend([
            (Str::from_static("Capabilities"), self.capabilities.clone()),
            (Str::from_static("Chart"), objects::chart(chart, self.dialect)),
            (Str::from_static("Files"), objects::files(chart.files(), self.dialect)),
            (Str::from_static("Release"), self.release.clone()),
            (Str::from_static("Subcharts"), Value::Map(subcharts)),
            (Str::from_static("Values"), Value::Map(values)),
        ]);
        let context = Map::from_entries(self.values_type, entries);
        self.made.push(context.clone());
        context
    }
}

/// The key of a template's place in its dot.
const TEMPLATE: Str = Str::from_static("Template");

/// What came out of the templates.
struct Executed {
    files: Vec<(Str, Text)>,
    nondeterminism: Vec<Nondeterminism>,
}

fn execute(
    request: &RenderRequest<'_>,
    host: &dyn Host,
    cache: &Cache,
    linked: &Linked,
    contexts: &[Map],
) -> Result<Executed, RenderError> {
    let dialect = request.dialect;
    let mut state = State::new(request.lookup.clone(), request.enable_dns, &request.randomness);
    let seeded = match request.randomness {
        Randomness::Seeded { seed, now_unix_nanos } => {
            Some(Seeded::new(seed, request.release.namespace, request.release.name, now_unix_nanos))
        }
        Randomness::Host | Randomness::Refused => None,
    };
    let host = WatchedHost { inner: host, seen: Rc::clone(&state.seen), seeded };
    let texts = cache.texts(dialect);
    let mut limits = Limits::default();
    limits.steps = request.limits.steps;
    limits.output = request.limits.output;
    let mut files = Printed::with_capacity(linked.files.len());
    // Each file is printed here.
    let mut printed = Kept::new();
    for file in &linked.files {
        let Some(context) = contexts.get(file.chart) else { continue };
        context.insert_thawed(&TEMPLATE, &file.template);
        state.rendering = file.path.clone();
        printed.clear();
        printed.reserve(PRINTED);
        let mut env = Env::new(&host, &dialect.toolchain, &mut state, &texts);
        env.missing_key = MissingKey::Zero;
        env.limits = limits.clone();
        if let Err(error) = linked.set.execute(&file.path, Value::Map(context.clone()), &mut printed, env) {
            let message = report::exec_error(&file.path, &error, dialect);
            let partial = Rendered { nondeterminism: state.nondeterminism, ..Rendered::default() };
            return Err(RenderError::rendering(message, partial).with_template(error));
        }
        if host.seen.take() && matches!(request.randomness, Randomness::Refused) {
            let message = format!("{} asks for the time or for randomness, and must be reproducible", file.path);
            return Err(RenderError::rendering(message, Rendered::default()));
        }
        let path = file.path.clone();
        let len = match strip_no_value(&printed) {
            Some(stripped) => files.add(path, &mut stripped.into()),
            None => files.add(path, &mut printed),
        };
        limits.output = limits.output.saturating_sub(len);
    }
    Ok(Executed { files: files.finish(), nondeterminism: state.nondeterminism })
}

/// The files of `crds/`: the chart's, then those of its subcharts.
fn crds(processed: &Processed) -> Result<Vec<Crd>, RenderError> {
    fn collect(chart: ProcessedChart<'_>, out: &mut Vec<Crd>) -> Result<(), RenderError> {
        let full_path = chart.full_path();
        for file in chart.crds() {
            let path = Str::from(path::join([full_path.as_bytes(), file.name.as_bytes()]));
            let content = file.data().map_err(RenderError::unreadable)?.clone();
            out.push(Crd { path, content });
        }
        chart.subcharts().try_for_each(|subchart| collect(subchart, out))
    }
    let mut out = Vec::new();
    collect(processed.root(), &mut out)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_names_are_dns_names() {
        for name in ["a", "a-b", "a.b", "0", "x".repeat(53).as_str()] {
            assert!(check_release_name(name).is_ok(), "{name}");
        }
        for name in ["A", "-a", "a-", "a..b", ".a", "a_b", "a b", "x".repeat(54).as_str()] {
            assert!(check_release_name(name).is_err(), "{name}");
        }
        assert_eq!(check_release_name(""), Err("no name provided"));
    }
}
