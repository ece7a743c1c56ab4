//! `thinlock conformance functions`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use thinlock_gitops::disk;
use thinlock_renderer::Dialect;
use thinlock_renderer::dialect::differences::{self, Difference, FunctionEffect};
use thinlock_renderer::uses::{Place, Uses};

use super::super::common::{Format, count};
use crate::{DONE, Env, FAILED, Streams};

/// The arguments of `thinlock conformance functions`.
#[derive(Args, Debug)]
pub(crate) struct FunctionsArgs {
    /// The charts: folders or .tgz archives
    #[arg(required = true)]
    charts: Vec<PathBuf>,

    /// Show every place, not only the first ones
    #[arg(long)]
    places: bool,

    /// How the report is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How many places are shown unless all are asked for.
const PLACES: usize = 3;

/// Runs `thinlock conformance functions`.
pub(super) fn run(args: &FunctionsArgs, env: &Env, streams: &mut Streams<'_>) -> io::Result<u8> {
    let mut reports = Vec::new();
    for path in &args.charts {
        let full = std::fs::canonicalize(env.path(path))
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        // What is in a chart does not depend on the dialect; the newest one reads the most.
        let newest = Dialect::ALL[Dialect::ALL.len() - 1];
        let chart = disk::load_chart(&full, newest, &mut Vec::new())
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
        reports.push((path.display().to_string(), Uses::of(&chart)));
    }
    let report = match args.format {
        Format::Text => {
            let shown = if args.places { usize::MAX } else { PLACES };
            reports.iter().map(|(chart, uses)| text(chart, uses, shown)).collect::<Vec<_>>().join("\n")
        }
        Format::Json => {
            let charts: Vec<_> = reports.iter().map(|(chart, uses)| to_json(chart, uses)).collect();
            format!("{:#}\n", json!({ "charts": charts }))
        }
    };
    Ok(if streams.stdout.write_all(report.as_bytes()).is_ok() { DONE } else { FAILED })
}

/// What is to be said of a function or an object beside that it is used.
#[derive(Default)]
struct Notes {
    effect: Option<&'static str>,
    /// The dialects that do not know a function.
    unknown_in: Vec<&'static str>,
    differs: Vec<&'static Difference>,
}

impl Notes {
    fn of_function(name: &str) -> Notes {
        let unknown_in = Dialect::ALL
            .iter()
            .filter(|dialect| !differences::knows_function(dialect, name))
            .map(|dialect| dialect.name)
            .collect();
        let effect = match differences::effect(name) {
            FunctionEffect::Random => Some("random"),
            FunctionEffect::Time => Some("time"),
            FunctionEffect::Network => Some("network"),
            FunctionEffect::Cluster => Some("cluster"),
            FunctionEffect::Unordered => Some("random order"),
            FunctionEffect::None => None,
        };
        let differs = differences::differences().iter().filter(|found| found.concerns_function(name)).collect();
        Notes { effect, unknown_in, differs }
    }

    fn of_object(path: &str) -> Notes {
        let differs = differences::differences().iter().filter(|found| found.concerns_object(path)).collect();
        Notes { differs, ..Notes::default() }
    }

    /// An API version that not every dialect knows without a cluster.
    fn of_api_version(version: &str) -> Notes {
        let unknown_in = Dialect::ALL
            .iter()
            .filter(|dialect| !dialect.capabilities.api_versions.contains(&version))
            .map(|dialect| dialect.name)
            .collect();
        Notes { unknown_in, ..Notes::default() }
    }

    fn text(&self) -> String {
        let mut notes: Vec<String> = self.effect.iter().map(|effect| (*effect).to_owned()).collect();
        if !self.unknown_in.is_empty() {
            notes.push(format!("unknown in {}", dialects(&self.unknown_in)));
        }
        for difference in &self.differs {
            let words = if difference.errors_only { " (in errors)" } else { "" };
            notes.push(format!("{}{words}: {}", difference.about, values(difference)));
        }
        notes.join("; ")
    }

    fn json(&self) -> serde_json::Value {
        let differs: Vec<_> = self
            .differs
            .iter()
            .map(|difference| {
                let values: BTreeMap<_, _> =
                    Dialect::ALL.iter().map(|dialect| (dialect.name, difference.value(dialect))).collect();
                json!({
                    "property": difference.property,
                    "about": difference.about,
                    "errorsOnly": difference.errors_only,
                    "values": values,
                })
            })
            .collect();
        json!({ "effect": self.effect, "unknownIn": self.unknown_in, "differs": differs })
    }
}

fn dialects(names: &[&str]) -> String {
    if names.len() == Dialect::ALL.len() { "every dialect".to_owned() } else { names.join(", ") }
}

/// A property's values, each with the dialects that have it: `v1.32.0 in helm-3.17, v1.34.0 in helm-3.19`; for one that
/// holds or not, those in which it holds.
fn values(difference: &Difference) -> String {
    let mut by_value: Vec<(String, Vec<&str>)> = Vec::new();
    for dialect in Dialect::ALL {
        let value = difference.value(dialect);
        match by_value.iter_mut().find(|(known, _)| *known == value) {
            Some((_, names)) => names.push(dialect.name),
            None => by_value.push((value, vec![dialect.name])),
        }
    }
    if let Some((_, names)) = by_value.iter().find(|(value, _)| value == "true") {
        return format!("only in {}", names.join(", "));
    }
    by_value.iter().map(|(value, names)| format!("{value} in {}", names.join(", "))).collect::<Vec<_>>().join("; ")
}

fn text(chart: &str, uses: &Uses, shown: usize) -> String {
    let mut text = format!("{chart}\n");
    let functions = uses.functions.iter().map(|(name, places)| ((*name).to_owned(), places, Notes::of_function(name)));
    table(&mut text, "function", functions, shown);
    let objects = uses.objects.iter().map(|(path, places)| (format!(".{path}"), places, Notes::of_object(path)));
    table(&mut text, "object", objects, shown);
    let versions = uses.api_versions.iter().map(|(version, places)| match version {
        Some(version) => (version.clone(), places, Notes::of_api_version(version)),
        None => ("(not a constant)".to_owned(), places, Notes::default()),
    });
    table(&mut text, "API version that is asked for", versions, shown);
    let lookups = uses.lookups.iter().map(|(what, places)| match what {
        Some((version, kind)) => (format!("{version} {kind}"), places, Notes::default()),
        None => ("(not a constant)".to_owned(), places, Notes::default()),
    });
    table(&mut text, "object of the cluster that is looked up", lookups, shown);
    if !uses.texts.is_empty() {
        let _ = writeln!(
            text,
            "\ncounted above: {} in values that tpl may execute; what users set and what templates put together is not seen",
            count(uses.texts.len(), "string")
        );
    }
    for (place, error) in &uses.unparsed {
        let _ = writeln!(text, "\n{place} is no template: {error}");
    }
    text
}

fn table<'u>(text: &mut String, what: &str, rows: impl Iterator<Item = (String, &'u Vec<Place>, Notes)>, shown: usize) {
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return;
    }
    let width = rows.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0).max(what.chars().count());
    let _ = writeln!(text, "\n{what:width$}  uses  note");
    for (name, places, notes) in rows {
        let line = format!("{name:width$} {:5}  {}", places.len(), notes.text());
        let _ = writeln!(text, "{}", line.trim_end());
        // The places of what is the same everywhere are of little interest.
        let interesting = notes.effect.is_some() || !notes.unknown_in.is_empty() || !notes.differs.is_empty();
        if !interesting && shown == PLACES {
            continue;
        }
        let distinct: BTreeSet<&Place> = places.iter().collect();
        for place in distinct.iter().take(shown) {
            let _ = writeln!(text, "    {place}");
        }
        if distinct.len() > shown {
            let _ = writeln!(text, "    … and {} more places (--places shows all)", distinct.len() - shown);
        }
    }
}

fn to_json(chart: &str, uses: &Uses) -> serde_json::Value {
    let places = |places: &[Place]| places.iter().map(Place::to_string).collect::<Vec<_>>();
    let entry = |name: serde_json::Value, at: &[Place], notes: Option<Notes>| {
        let mut entry = json!({ "name": name, "uses": at.len(), "places": places(at) });
        if let (Some(notes), Some(fields)) = (notes, entry.as_object_mut())
            && let serde_json::Value::Object(more) = notes.json()
        {
            fields.extend(more);
        }
        entry
    };
    let functions: Vec<_> =
        uses.functions.iter().map(|(name, at)| entry(json!(name), at, Some(Notes::of_function(name)))).collect();
    let objects: Vec<_> =
        uses.objects.iter().map(|(path, at)| entry(json!(path), at, Some(Notes::of_object(path)))).collect();
    let versions: Vec<_> = uses
        .api_versions
        .iter()
        .map(|(version, at)| entry(json!(version), at, version.as_deref().map(Notes::of_api_version)))
        .collect();
    let lookups: Vec<_> = uses
        .lookups
        .iter()
        .map(|(what, at)| entry(json!(what.as_ref().map(|(version, kind)| format!("{version} {kind}"))), at, None))
        .collect();
    let unparsed: Vec<_> =
        uses.unparsed.iter().map(|(place, error)| json!({ "place": place.to_string(), "error": error })).collect();
    json!({
        "chart": chart,
        "functions": functions,
        "objects": objects,
        "apiVersions": versions,
        "lookups": lookups,
        "texts": places(&uses.texts),
        "unparsed": unparsed,
    })
}
