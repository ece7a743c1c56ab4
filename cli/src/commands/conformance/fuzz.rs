//! `thinlock conformance fuzz`.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use clap::Args;
use serde_json::json;
use thinlock_conformance::differential::{self, Difference, EXCLUDED, Plan, Reference, Report, Rule, Served};
use thinlock_conformance::program::Program;
use thinlock_conformance::{Helm, Invocation, Outcome, corpus, probe};
use thinlock_renderer::Dialect;

use super::super::common::{Format, count};
use crate::{DIFFERENT, DONE, Env, FAILED, InProcess, Streams};

/// The arguments of `thinlock conformance fuzz`.
#[derive(Args, Debug)]
pub(crate) struct FuzzArgs {
    /// A helm binary to compare with; may be given several times. One that conformance/oracle/build.sh made answers
    /// all cases in one process
    #[arg(long, value_name = "PATH", required_unless_present = "against", conflicts_with = "against")]
    helm: Vec<PathBuf>,

    /// Compare with another dialect of this program in place of a helm: shows what a difference looks like
    #[arg(long, value_name = "DIALECT", value_parser = super::dialect, requires = "dialect")]
    against: Option<&'static Dialect>,

    /// The dialect to answer in, with --against
    #[arg(long, value_name = "DIALECT", value_parser = super::dialect, requires = "against")]
    dialect: Option<&'static Dialect>,

    /// Makes the run repeatable: the same seed makes the same cases
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// How many cases; each is rendered by one of the helms, in turn
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    cases: usize,

    /// The number of the first case
    #[arg(long, value_name = "N", default_value_t = 0)]
    first: usize,

    /// Only these topics, separated by commas [default: all]
    #[arg(long, value_name = "TOPICS", value_delimiter = ',')]
    topics: Vec<String>,

    /// Stop after so many differences of different kinds
    #[arg(long, value_name = "N", default_value_t = 20)]
    differences: usize,

    /// Append the probes of the differences to this file
    #[arg(long, value_name = "FILE")]
    probes: Option<PathBuf>,

    /// Print the cases as probes, and run none
    #[arg(long)]
    print: bool,

    /// How the report is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// How many threads render [default: one for each processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

/// This program in a dialect, whatever the command says.
struct Fixed(&'static Dialect);

impl Helm for Fixed {
    fn run(&self, invocation: &Invocation) -> Outcome {
        let mut invocation = invocation.clone();
        invocation.env.insert("THINLOCK_DIALECT".to_owned(), self.0.name.to_owned());
        InProcess.run(&invocation)
    }
}

/// Runs `thinlock conformance fuzz`.
pub(super) fn run(args: &FuzzArgs, env: &Env, streams: &mut Streams<'_>) -> io::Result<u8> {
    let scratch = scratch(env)?;
    let references = references(args, env, scratch.path())?;
    let plan = Plan {
        seed: args.seed,
        first: args.first,
        cases: args.cases,
        topics: args.topics.clone(),
        differences: args.differences,
    };
    if args.print {
        for probe in differential::probes(&plan, references.len())? {
            writeln!(streams.stdout, "{probe}")?;
        }
        return Ok(DONE);
    }
    let threads = super::threads(args.jobs)?;
    let started = Instant::now();
    let file = match &args.probes {
        Some(path) => Some(Mutex::new(fs::OpenOptions::new().create(true).append(true).open(env.path(path))?)),
        None => None,
    };
    let append = |difference: &Difference| {
        if let Some(file) = &file {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            // What cannot be written is in the report still.
            let _ = writeln!(file, "{}", difference.probe);
        }
    };
    let report = threads.install(|| differential::run(&plan, &references, &InProcess, scratch.path(), &append))?;
    let seconds = started.elapsed().as_secs_f64();
    let text = match args.format {
        Format::Text => text(args, &report, seconds),
        Format::Json => format!("{:#}\n", json(args, &report)),
    };
    if streams.stdout.write_all(text.as_bytes()).is_err() {
        return Ok(FAILED);
    }
    Ok(if report.different == 0 { DONE } else { DIFFERENT })
}

/// In memory where there is such a folder: every case is a chart of some files.
fn scratch(env: &Env) -> io::Result<tempfile::TempDir> {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir()
        && env.var("TMPDIR").is_none()
        && let Ok(folder) = tempfile::Builder::new().prefix("thinlock-").tempdir_in(memory)
    {
        return Ok(folder);
    }
    super::scratch(env)
}

fn references(args: &FuzzArgs, env: &Env, scratch: &std::path::Path) -> io::Result<Vec<Reference<'static>>> {
    if let (Some(against), Some(dialect)) = (args.against, args.dialect) {
        return Ok(vec![Reference {
            dialect: dialect.name,
            helm: Box::new(Fixed(against)),
            fresh: None,
            records: None,
        }]);
    }
    let mut references = Vec::new();
    for path in &args.helm {
        let program = Program::open(&env.path(path))?;
        let dialect = corpus::dialect_of(program.version())
            .ok_or_else(|| io::Error::other(format!("no dialect answers for helm {}", program.version())))?;
        let records = probe::key(dialect);
        references.push(match Served::open(&env.path(path), scratch)? {
            Some(served) => Reference { dialect, helm: Box::new(served), fresh: Some(Box::new(program)), records },
            None => Reference { dialect, helm: Box::new(program), fresh: None, records },
        });
    }
    Ok(references)
}

fn text(args: &FuzzArgs, report: &Report, seconds: f64) -> String {
    let mut text = String::new();
    for difference in &report.differences {
        let _ = writeln!(
            text,
            "case {} of seed {}, {}: {} differs, {}\n{}\n",
            difference.case, args.seed, difference.dialect, difference.what, difference.why, difference.probe
        );
    }
    let percent = |part: usize, all: usize| (part * 100).checked_div(all).unwrap_or(0);
    let _ = writeln!(text, "{:24} {:>8} {:>8}", "topic", "cases", "ok %");
    for (name, (all, ok)) in &report.topics {
        let _ = writeln!(text, "{name:24} {all:8} {:8}", percent(*ok, *all));
    }
    let _ = writeln!(text, "\n{:24} {:>8} {:>8}", "function", "calls", "ok %");
    for name in differential::functions() {
        let (all, ok) = report.functions.get(name).copied().unwrap_or_default();
        let _ = writeln!(text, "{name:24} {all:8} {:8}", percent(ok, all));
    }
    let called = differential::functions().iter().filter(|name| report.functions.contains_key(**name)).count();
    let _ = writeln!(text, "\nfunctions called: {called} of {}", differential::functions().len());
    let excluded: Vec<String> = EXCLUDED.iter().map(|(name, why)| format!("{name} ({why})")).collect();
    let _ = writeln!(text, "left out: {}", excluded.join(", "));
    for (dialect, cases) in &report.dialects {
        let _ = writeln!(text, "{dialect}: {}", count(*cases, "case"));
    }
    for (rule, cases) in &report.explained {
        let first: Vec<String> = cases.iter().take(3).map(usize::to_string).collect();
        let _ = writeln!(text, "explained, {}: {}: {} …", rule.text(), count(cases.len(), "case"), first.join(", "));
    }
    let _ = writeln!(
        text,
        "seed {}: {} in {seconds:.0} s: {} equal and rendered, {} equal and failed, {} explained, {} different, of {} kinds",
        args.seed,
        count(report.cases, "case"),
        report.ok,
        report.failed,
        report.explained.values().map(Vec::len).sum::<usize>(),
        report.different,
        report.differences.len()
    );
    text
}

fn json(args: &FuzzArgs, report: &Report) -> serde_json::Value {
    let differences: Vec<_> = report
        .differences
        .iter()
        .map(|difference| {
            json!({
                "case": difference.case, "dialect": difference.dialect, "what": difference.what, "why": difference.why,
                "probe": difference.probe,
            })
        })
        .collect();
    let explained: serde_json::Map<_, _> = Rule::ALL
        .iter()
        .map(|rule| (rule.text().to_owned(), report.explained.get(rule).map_or(0, Vec::len).into()))
        .collect();
    let functions: serde_json::Map<_, _> = differential::functions()
        .into_iter()
        .map(|name| {
            let (all, ok) = report.functions.get(name).copied().unwrap_or_default();
            (name.to_owned(), json!({ "calls": all, "ok": ok }))
        })
        .collect();
    json!({
        "seed": args.seed, "cases": report.cases, "ok": report.ok, "failed": report.failed, "different": report.different,
        "explained": explained, "dialects": report.dialects, "functions": functions, "differences": differences,
    })
}
