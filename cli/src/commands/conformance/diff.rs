//! `thinlock conformance diff`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use clap::Args;
use serde_json::json;
use thinlock_conformance::dialects::{self, Cause, Change};
use thinlock_renderer::Dialect;

use super::super::common::{Format, count};
use crate::{DIFFERENT, DONE, Env, FAILED, InProcess, Streams};

/// The arguments of `thinlock conformance diff`.
#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// The charts: folders or .tgz archives
    #[arg(required = true)]
    charts: Vec<String>,

    /// The Helm that renders the charts now
    #[arg(long, value_name = "DIALECT", value_parser = super::dialect)]
    from: &'static Dialect,

    /// The Helm that would render them
    #[arg(long, value_name = "DIALECT", value_parser = super::dialect)]
    to: &'static Dialect,

    /// Values files, which every chart is rendered with
    #[arg(short = 'f', long, value_name = "FILE")]
    values: Vec<String>,

    /// A Kubernetes version, in place of each Helm's own
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,

    /// How the report is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// How many threads render [default: one for each processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

/// Runs `thinlock conformance diff`.
pub(super) fn run(args: &DiffArgs, env: &Env, streams: &mut Streams<'_>) -> io::Result<u8> {
    let mut flags = Vec::new();
    for file in &args.values {
        flags.extend(["--values".to_owned(), file.clone()]);
    }
    flags.extend(args.kube_version.iter().map(|version| format!("--kube-version={version}")));
    let threads = super::threads(args.jobs)?;
    let changes: Vec<Change> = threads
        .install(|| dialects::changes(&args.charts, &flags, args.from, args.to, &InProcess, &env.cwd))
        .into_iter()
        .flatten()
        .collect();
    let report = match args.format {
        Format::Text => text(args, &changes),
        Format::Json => {
            let changed: Vec<_> = changes
                .iter()
                .map(|change| json!({ "chart": change.chart, "cause": change.cause.name(), "why": change.why }))
                .collect();
            let (from, to) = (args.from.name, args.to.name);
            format!("{:#}\n", json!({ "from": from, "to": to, "charts": args.charts.len(), "changes": changed }))
        }
    };
    if streams.stdout.write_all(report.as_bytes()).is_err() {
        return Ok(FAILED);
    }
    Ok(if changes.is_empty() { DONE } else { DIFFERENT })
}

fn text(args: &DiffArgs, changes: &[Change]) -> String {
    let mut text = String::new();
    let mut groups: BTreeMap<Cause, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        groups.entry(change.cause).or_default().push(change);
    }
    for (cause, changes) in groups {
        let _ = writeln!(text, "{}: {}", cause.text(), count(changes.len(), "chart"));
        for change in changes {
            let _ = writeln!(text, "  {}\n    {}", change.chart, change.why);
        }
        text.push('\n');
    }
    let (from, to) = (args.from.name, args.to.name);
    let _ =
        writeln!(text, "from {from} to {to}: {} of {} would change", changes.len(), count(args.charts.len(), "chart"));
    text
}
