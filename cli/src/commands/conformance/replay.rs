//! `thinlock conformance run`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use thinlock_conformance::corpus::{self, Corpus};
use thinlock_conformance::program::Program;
use thinlock_conformance::report::{self, Report, Section};
use thinlock_renderer::Dialect;

use super::super::common::Format;
use super::memory;
use crate::{DIFFERENT, DONE, Env, FAILED, InProcess, Streams};

/// The arguments of `thinlock conformance run`.
#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// The folders of the suites
    #[arg(required = true)]
    suites: Vec<PathBuf>,

    /// The dialects to run [default: every one that the suite has results for]
    #[arg(long, value_name = "DIALECT", value_parser = super::dialect)]
    dialect: Vec<&'static Dialect>,

    /// Compare with what this helm binary prints now, in place of what was recorded
    #[arg(long, value_name = "PATH", conflicts_with = "dialect")]
    against: Option<PathBuf>,

    /// How the report is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Write the report as JUnit XML, too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Show this many differences
    #[arg(long, value_name = "N", default_value_t = report::SHOWN)]
    show: usize,

    /// Other words on standard error are a difference as well
    #[arg(long)]
    stderr: bool,

    /// Render what differs from run to run twice with this seed, too, and see that it is the same
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,

    /// How many threads render [default: one for each processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

/// Runs `thinlock conformance run`.
pub(super) fn run(args: &RunArgs, env: &Env, streams: &mut Streams<'_>) -> io::Result<u8> {
    let threads = super::threads(args.jobs)?;
    let mut report = Report { stderr_matters: args.stderr, ..Report::default() };
    let program = args.against.as_ref().map(|path| Program::open(&env.path(path))).transpose()?;
    for suite in &args.suites {
        let folder = env.path(suite);
        for dialect in dialects(args, program.as_ref(), &folder)? {
            let section = threads.install(|| match &program {
                None => recorded(args, &folder, suite, dialect, env, &mut report),
                Some(program) => live(args, &folder, suite, dialect, program, env, &mut report),
            })?;
            report.sections.push(section);
        }
    }
    finish(args, &report, env, streams)
}

/// Compares with what was recorded.
fn recorded(
    args: &RunArgs,
    folder: &Path,
    suite: &Path,
    dialect: &'static str,
    env: &Env,
    report: &mut Report,
) -> io::Result<Section> {
    let corpus = Corpus::load(folder, dialect)?;
    let scratch = super::scratch(env)?;
    corpus.unpack(scratch.path())?;
    let started = Instant::now();
    let verdicts = corpus.run(&InProcess, scratch.path())?;
    report.wall += started.elapsed();
    report.peak_memory = memory::peak();
    let loose = corpus.run_loose(&InProcess, args.seed.as_deref(), scratch.path())?;
    Ok(Section::new(suite.display().to_string(), &corpus, verdicts, loose))
}

/// Compares with what a helm binary does now.
fn live(
    args: &RunArgs,
    folder: &Path,
    suite: &Path,
    dialect: &'static str,
    program: &Program,
    env: &Env,
    report: &mut Report,
) -> io::Result<Section> {
    let corpus = Corpus::unrecorded(folder, dialect)?;
    let scratch = super::scratch(env)?;
    corpus.unpack(scratch.path())?;
    let (verdicts, timing) = corpus.run_against(&InProcess, program, scratch.path())?;
    report.wall += timing.ours;
    report.peak_memory = memory::peak();
    let loose = corpus.run_loose_against(&InProcess, program, args.seed.as_deref(), scratch.path())?;
    Ok(Section::new(suite.display().to_string(), &corpus, verdicts, loose).timed(timing))
}

fn dialects(args: &RunArgs, program: Option<&Program>, folder: &Path) -> io::Result<Vec<&'static str>> {
    if let Some(program) = program {
        let version = program.version();
        let dialect = corpus::dialect_of(version)
            .ok_or_else(|| io::Error::other(format!("no dialect answers for helm {version}")))?;
        return Ok(vec![dialect]);
    }
    if !args.dialect.is_empty() {
        return Ok(args.dialect.iter().map(|dialect| dialect.name).collect());
    }
    let mut dialects: Vec<_> = corpus::recorded(folder)?.into_iter().map(|(dialect, _)| dialect).collect();
    dialects.dedup();
    if dialects.is_empty() {
        return Err(io::Error::other(format!(
            "{}: no results-vX.Y.Z.jsonl of a Helm that a dialect answers for: record one with thinlock conformance record",
            folder.display()
        )));
    }
    Ok(dialects)
}

fn finish(args: &RunArgs, report: &Report, env: &Env, streams: &mut Streams<'_>) -> io::Result<u8> {
    if let Some(file) = &args.junit {
        fs::write(env.path(file), report.junit())
            .map_err(|error| io::Error::other(format!("{}: {error}", file.display())))?;
    }
    let text = match args.format {
        Format::Text => report.text(args.show),
        Format::Json => format!("{:#}\n", report.json()),
    };
    if streams.stdout.write_all(text.as_bytes()).is_err() {
        return Ok(FAILED);
    }
    if report.is_empty() {
        return Err(io::Error::other("the suites have no cases that could be compared"));
    }
    Ok(if report.different() == 0 { DONE } else { DIFFERENT })
}
