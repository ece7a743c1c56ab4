//! `thinlock conformance minimise`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use thinlock_conformance::corpus::{self, Corpus};
use thinlock_conformance::dialects;
use thinlock_conformance::minimise::{self, Minimised, Options, Progress, Side, Subject};
use thinlock_conformance::program::Program;
use thinlock_conformance::shrink::Limits;
use thinlock_conformance::{Helm, Invocation};
use thinlock_renderer::Dialect;
use thinlock_renderer::dialect::Aspect;

use super::super::common::{count, duration};
use crate::{DONE, Env, FAILED, InProcess, Streams};

/// The arguments of `thinlock conformance minimise`.
#[derive(Args, Debug)]
pub(crate) struct MinimiseArgs {
    /// A suite's folder, or a chart: a folder or a .tgz archive
    target: PathBuf,

    /// The case of the suite, by its id
    case: Option<String>,

    /// Compare with this helm binary, in the dialect of its version
    #[arg(long, value_name = "PATH", conflicts_with_all = ["from", "to"])]
    against: Option<PathBuf>,

    /// Compare two dialects: this one …
    #[arg(long, value_name = "DIALECT", value_parser = super::dialect, requires = "to")]
    from: Option<&'static Dialect>,

    /// … with this one
    #[arg(long, value_name = "DIALECT", value_parser = super::dialect, requires = "from")]
    to: Option<&'static Dialect>,

    /// A values file for a chart
    #[arg(short = 'f', long, value_name = "FILE")]
    values: Vec<PathBuf>,

    /// The folder that the small chart is written to; one of an earlier shrinking is replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// How many smaller cases are tried at most
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    tries: usize,

    /// How long is tried at most, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    time: u64,

    /// Other words on standard error are a difference as well
    #[arg(long)]
    stderr: bool,

    /// Flags of helm template for a chart
    #[arg(last = true, value_name = "FLAGS")]
    flags: Vec<String>,
}

/// Runs `thinlock conformance minimise`.
pub(super) fn run(args: &MinimiseArgs, env: &Env, streams: &mut Streams<'_>) -> io::Result<u8> {
    let program = args.against.as_ref().map(|path| Program::open(&env.path(path))).transpose()?;
    let (subject, name) = subject(args, env)?;
    let scratch = super::scratch(env)?;
    let mut options = Options {
        limits: Limits { tries: args.tries, time: Duration::from_secs(args.time) },
        words: args.stderr,
        pins: Vec::new(),
    };
    let sides = match (&program, args.from, args.to) {
        (Some(program), _, _) => {
            let version = program.version();
            let dialect = corpus::dialect_of(version)
                .ok_or_else(|| io::Error::other(format!("no dialect answers for helm {version}")))?;
            let helm = Side { name: format!("helm {version}"), helm: program, dialect, more: Vec::new() };
            [helm, Side { name: format!("thinlock {dialect}"), helm: &InProcess, dialect, more: Vec::new() }]
        }
        (None, Some(from), Some(to)) => {
            options.pins = vec!["--seed".to_owned(), "conformance".to_owned()];
            // What is compared differs in nothing but the causes of the difference, so that it stays the same one.
            let first = to.with_aspects(&causes(&subject, from, to, &options.pins, scratch.path())?, from);
            [first, to].map(|dialect| Side {
                name: format!("thinlock {}", dialect.name),
                helm: &InProcess,
                dialect: dialect.name,
                more: Vec::new(),
            })
        }
        _ => return Err(nothing_to_compare(args, env)),
    };
    let mut said = Instant::now();
    let mut stderr = |progress: Progress| {
        if said.elapsed() >= Duration::from_secs(1) {
            said = Instant::now();
            let Progress { tries, size, elapsed } = progress;
            let _ = writeln!(streams.stderr, "{}: tried {tries}, {} left", duration(elapsed), count(size, "line"));
        }
    };
    let Some(minimised) = minimise::minimise(subject, sides.clone(), &options, scratch.path(), &mut stderr)? else {
        let [first, second] = sides;
        writeln!(streams.stderr, "error: {} and {} do not differ over {name}", first.name, second.name)?;
        return Ok(FAILED);
    };
    minimise::write(&env.path(&args.out), &name, &minimised, &sides)?;
    report(args, &minimised, streams.stdout)?;
    Ok(DONE)
}

fn report(args: &MinimiseArgs, minimised: &Minimised, stdout: &mut dyn Write) -> io::Result<()> {
    let Minimised { subject, compared, from_size, tries, stopped, .. } = minimised;
    writeln!(
        stdout,
        "from {} to {} in {tries} tries{}: {}",
        count(*from_size, "line"),
        subject.size(),
        if *stopped { ", until a limit was reached" } else { "" },
        args.out.join("README.md").display()
    )?;
    writeln!(stdout, "{}", compared.difference)
}

/// What is shrunk, and what it is called.
fn subject(args: &MinimiseArgs, env: &Env) -> io::Result<(Subject, String)> {
    let target = env.path(&args.target);
    if target.join("cases.jsonl").is_file() {
        let corpus = Corpus::unrecorded(&target, Dialect::ALL[0].name)?;
        let wrong = |what: &str| {
            let first = corpus.all_cases().next().map_or("", |case| case.id.as_str());
            io::Error::other(format!(
                "{}: {what}: name one of cases.jsonl, such as {first}; thinlock conformance run says which differ",
                args.target.display()
            ))
        };
        let id = args.case.as_deref().ok_or_else(|| wrong("which case?"))?;
        if !args.values.is_empty() || !args.flags.is_empty() {
            return Err(wrong("a case has its own values and flags"));
        }
        let case = corpus.all_cases().find(|case| case.id == id).ok_or_else(|| wrong(&format!("no case {id}")))?;
        return Ok((Subject::of_case(case, &corpus.packed(&case.chart))?, id.to_owned()));
    }
    if let Some(case) = &args.case {
        return Err(io::Error::other(format!(
            "{}: is no suite (it has no cases.jsonl), and so has no case {case}",
            args.target.display()
        )));
    }
    let mut argv = vec!["release".to_owned(), "chart".to_owned()];
    let mut files = Vec::new();
    for (number, path) in args.values.iter().enumerate() {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let name = format!("{stem}-{}.yaml", number + 1);
        let bytes = std::fs::read(env.path(path))
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        argv.extend(["-f".to_owned(), name.clone()]);
        files.push((name, bytes));
    }
    argv.extend(args.flags.iter().cloned());
    let mut subject = Subject::of_chart(&target, argv)?;
    for (name, bytes) in files {
        subject.put(&name, &bytes)?;
    }
    Ok((subject, args.target.display().to_string()))
}

/// The aspects in which two dialects differ over a subject; all that there are where it does not differ, or for no reason
/// that is known.
fn causes(
    subject: &Subject,
    from: &'static Dialect,
    to: &'static Dialect,
    pins: &[String],
    scratch: &Path,
) -> io::Result<Vec<Aspect>> {
    let folder = scratch.join("causes");
    subject.lay_out(&folder)?;
    let render = |dialect: &'static Dialect| {
        let args = ["template".to_owned()].into_iter().chain(subject.argv.iter().cloned()).chain(pins.iter().cloned());
        let env = [("THINLOCK_DIALECT".to_owned(), dialect.name.to_owned())].into();
        let outcome = InProcess.run(&Invocation { args: args.collect(), cwd: folder.clone(), env });
        match outcome.status {
            0 => Ok(outcome.stdout),
            _ => Err(String::from_utf8_lossy(&outcome.stderr).into_owned()),
        }
    };
    let change = dialects::change(String::new(), from, to, &render);
    Ok(change.map(|change| change.causes).filter(|causes| !causes.is_empty()).unwrap_or_else(|| Aspect::ALL.to_vec()))
}

fn nothing_to_compare(args: &MinimiseArgs, env: &Env) -> io::Error {
    let recorded: Vec<String> =
        corpus::recorded(&env.path(&args.target)).unwrap_or_default().into_iter().map(|(_, version)| version).collect();
    let why = if recorded.is_empty() {
        "a chart alone shows no difference".to_owned()
    } else {
        format!(
            "what helm {} printed was recorded for the whole chart and says nothing of a smaller one",
            recorded.join(", ")
        )
    };
    io::Error::other(format!(
        "{why}: name a helm binary with --against PATH, or two dialects with --from DIALECT --to DIALECT"
    ))
}
