//! `thinlock conformance record`.

use std::io;
use std::path::PathBuf;

use clap::Args;
use thinlock_conformance::program::Program;
use thinlock_conformance::record::{self, Plan};

use super::super::common::count;
use crate::{DONE, Env, Streams};

/// The arguments of `thinlock conformance record`.
#[derive(Args, Debug)]
pub(crate) struct RecordArgs {
    /// The charts: folders or .tgz archives
    #[arg(required = true)]
    charts: Vec<PathBuf>,

    /// A values file; every chart is rendered without any, and with each
    #[arg(short = 'f', long, value_name = "FILE")]
    values: Vec<PathBuf>,

    /// Render every chart with each of its own ci/*values.yaml, too
    #[arg(long)]
    ci: bool,

    /// Flags of helm template, split at white space; everything is rendered without any, and with each
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    flags: Vec<String>,

    /// A helm binary; each is recorded under the version that it says it has
    #[arg(long, value_name = "PATH", required = true)]
    helm: Vec<PathBuf>,

    /// How often each case is run, to find the outputs that differ from run to run
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,

    /// The folder of the suite; a suite that is there is replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Runs `thinlock conformance record`.
pub(super) fn run(args: &RecordArgs, env: &Env, streams: &mut Streams<'_>) -> io::Result<u8> {
    let helms = args.helm.iter().map(|path| Program::open(&env.path(path))).collect::<io::Result<Vec<_>>>()?;
    let plan = Plan {
        base: env.cwd.clone(),
        charts: args.charts.clone(),
        values: args.values.clone(),
        ci: args.ci,
        flags: args.flags.clone(),
        runs: usize::from(args.runs),
    };
    let scratch = super::scratch(env)?;
    let summary = record::record(&plan, &helms, &env.path(&args.out), scratch.path())?;
    let versions: Vec<_> = helms.iter().map(Program::version).collect();
    writeln!(
        streams.stdout,
        "recorded {} of {} with helm {} in {}",
        count(summary.cases, "case"),
        count(summary.charts, "chart"),
        versions.join(", "),
        args.out.display()
    )?;
    if summary.unstable > 0 {
        writeln!(
            streams.stdout,
            "{} of them differ from run to run, and are not compared: random values, the time or the order of maps",
            summary.unstable
        )?;
    }
    Ok(DONE)
}
