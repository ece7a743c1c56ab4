//! `thinlock conformance`: recorded Helms as a test suite for charts.

mod diff;
mod functions;
mod fuzz;
mod memory;
mod minimise;
mod record;
mod replay;

use std::path::Path;

use clap::{Args, Subcommand};
use thinlock_renderer::Dialect;

use crate::{Env, FAILED, Streams};

/// The arguments of `thinlock conformance`.
#[derive(Args, Debug)]
pub(crate) struct ConformanceArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Render every case of recorded suites and compare with what Helm did; exit status 3 on a difference
    Run(replay::RunArgs),
    /// Run real Helms over charts and values, and store what they print as a suite
    Record(record::RecordArgs),
    /// Show what would change if another Helm rendered the charts or a GitOps repository; exit status 3 if anything would
    Diff(diff::DiffArgs),
    /// Shrink a case in which two Helms differ to a small chart for a bug report
    Minimise(minimise::MinimiseArgs),
    /// List the functions, built-in objects and API versions that charts use, and which are random or differ by dialect
    Functions(functions::FunctionsArgs),
    /// Generate templates and values, and compare with real Helms; exit status 3 on a difference
    Fuzz(fuzz::FuzzArgs),
}

/// Runs `thinlock conformance`.
pub(crate) fn run(args: &ConformanceArgs, env: &Env, streams: &mut Streams<'_>) -> u8 {
    let result = match &args.action {
        Action::Run(args) => replay::run(args, env, streams),
        Action::Diff(args) => diff::run(args, env, streams),
        Action::Fuzz(args) => fuzz::run(args, env, streams),
        Action::Record(args) => record::run(args, env, streams),
        Action::Minimise(args) => minimise::run(args, env, streams),
        Action::Functions(args) => functions::run(args, env, streams),
    };
    result.unwrap_or_else(|error| {
        let _ = writeln!(streams.stderr, "error: {error}");
        FAILED
    })
}

/// The dialect of a name, for clap.
fn dialect(name: &str) -> Result<&'static Dialect, String> {
    Dialect::from_name(name).ok_or_else(|| {
        let known: Vec<_> = Dialect::ALL.iter().map(|dialect| dialect.name).collect();
        format!("use one of {}", known.join(", "))
    })
}

/// A scratch folder, below `TMPDIR`; it goes when it is dropped.
fn scratch(env: &Env) -> std::io::Result<tempfile::TempDir> {
    let folder = env.var("TMPDIR").filter(|folder| !folder.is_empty()).unwrap_or("/tmp");
    tempfile::Builder::new().prefix("thinlock-").tempdir_in(env.path(Path::new(folder)))
}

/// As many threads as were asked for, each with room for the deepest templates.
fn threads(jobs: Option<u16>) -> std::io::Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(usize::from(jobs.unwrap_or(0)))
        .stack_size(16 << 20)
        .build()
        .map_err(std::io::Error::other)
}
