//! `thinlock conformance diff`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use clap::Args;
use serde_json::json;
use thinlock_conformance::corpus::{Corpus, Ran};
use thinlock_conformance::dialects::{self, Change, Rendering};
use thinlock_conformance::{Helm, Invocation};
use thinlock_gitops::{Run, bulk};
use thinlock_renderer::Dialect;
use thinlock_renderer::engine::Cache;

use super::super::bar::Bar;
use super::super::common::{Format, Where, count};
use crate::host::SystemHost;
use crate::{DIFFERENT, DONE, Env, FAILED, InProcess, Streams};

/// The arguments of `thinlock conformance diff`.
#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// The charts: folders or .tgz archives; a suite's folder stands for all its cases. Without any, the deployments of the
    /// GitOps repository
    charts: Vec<String>,

    /// The Helm that renders now [default for a GitOps repository: what each app is configured for]
    #[arg(long, value_name = "DIALECT", value_parser = super::dialect, required_unless_present = "repo")]
    from: Option<&'static Dialect>,

    /// The Helm that would render
    #[arg(long, value_name = "DIALECT", value_parser = super::dialect)]
    to: &'static Dialect,

    /// Values files, which every chart is rendered with
    #[arg(short = 'f', long, value_name = "FILE", requires = "charts")]
    values: Vec<String>,

    /// A Kubernetes version for every chart, in place of each Helm's own
    #[arg(long, value_name = "VERSION", requires = "charts")]
    kube_version: Option<String>,

    #[command(flatten)]
    place: Where,

    /// Of the GitOps repository, only this deployment; may be given several times
    #[arg(long, value_name = "NAME", conflicts_with = "charts")]
    deployment: Vec<String>,

    /// Read everything of the GitOps repository from its work tree as it stands, committed or not
    #[arg(long, conflicts_with_all = ["charts", "freight", "policy"])]
    worktree: bool,

    /// How the report is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What was compared.
struct Outcome {
    /// What the things are called: `chart`, `case`, `deployment`.
    noun: &'static str,
    all: usize,
    changes: Vec<Change>,
    /// Deployments that cannot be rendered in either dialect.
    failed: Vec<String>,
}

/// The seed of every render: what is random must not look like a difference of dialects.
const SEED: &str = "conformance";

/// Runs `thinlock conformance diff`.
pub(super) fn run(args: &DiffArgs, env: &Env, streams: &mut Streams<'_>) -> io::Result<u8> {
    let outcome = if args.charts.is_empty() { deployments(args, env)? } else { charts(args, env)? };
    let from = args.from.map_or("the configured dialects", |from| from.name);
    let report = match args.format {
        Format::Text => text(&outcome, from, args.to.name),
        Format::Json => {
            let changed: Vec<_> = outcome
                .changes
                .iter()
                .map(|change| {
                    let causes: Vec<_> = change.causes.iter().map(|cause| cause.name()).collect();
                    json!({ outcome.noun: change.what, "effect": change.effect.name(), "causes": causes, "why": change.why })
                })
                .collect();
            let mut report = json!({ "from": from, "to": args.to.name, "changes": changed, "failed": outcome.failed });
            report[format!("{}s", outcome.noun)] = outcome.all.into();
            format!("{report:#}\n")
        }
    };
    if streams.stdout.write_all(report.as_bytes()).is_err() {
        return Ok(FAILED);
    }
    for failed in &outcome.failed {
        writeln!(streams.stderr, "error: {failed}")?;
    }
    Ok(match (outcome.changes.is_empty(), outcome.failed.is_empty()) {
        (false, _) => DIFFERENT,
        (true, false) => FAILED,
        (true, true) => DONE,
    })
}

/// One thing to render with `template`: what it is called, its arguments, its folder.
struct Task {
    name: String,
    args: Vec<String>,
    cwd: std::path::PathBuf,
}

fn charts(args: &DiffArgs, env: &Env) -> io::Result<Outcome> {
    let Some(from) = args.from else { return Err(io::Error::other("charts need --from")) };
    let mut flags = Vec::new();
    for file in &args.values {
        flags.extend(["--values".to_owned(), env.path(file).display().to_string()]);
    }
    flags.extend(args.kube_version.iter().map(|version| format!("--kube-version={version}")));
    let scratch = super::scratch(env)?;
    let mut tasks = Vec::new();
    let mut noun = "chart";
    for chart in &args.charts {
        let folder = env.path(chart);
        if folder.join("cases.jsonl").is_file() {
            noun = "case";
            let corpus = Corpus::unrecorded(&folder, args.to.name)?;
            let scratch = scratch.path().join(tasks.len().to_string());
            corpus.unpack(&scratch)?;
            for case in corpus.all_cases() {
                let cwd = corpus.lay_out(case, &scratch)?;
                tasks.push(Task { name: case.id.clone(), args: [case.argv.clone(), flags.clone()].concat(), cwd });
            }
            continue;
        }
        let args = [vec!["release".to_owned(), chart.clone()], flags.clone()].concat();
        tasks.push(Task { name: chart.clone(), args, cwd: env.cwd.clone() });
    }
    let render = |task: &Task, dialect: &'static Dialect| -> Rendering {
        let mut args = vec!["template".to_owned()];
        args.extend(task.args.iter().cloned());
        args.extend(["--dialect", dialect.name, "--seed", SEED].map(str::to_owned));
        let outcome = InProcess.run(&Invocation { args, cwd: task.cwd.clone(), env: BTreeMap::new() });
        let mut files = Ran::files_below(&task.cwd, "out")?;
        std::fs::remove_dir_all(task.cwd.join("out")).ok();
        match outcome.status {
            0 if files.is_empty() => Ok(outcome.stdout),
            0 => {
                files.insert("standard output".to_owned(), outcome.stdout);
                Ok(dialects::stream(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))))
            }
            _ => Err(String::from_utf8_lossy(&outcome.stderr).into_owned()),
        }
    };
    let threads = super::threads(args.place.jobs())?;
    let changes = threads.install(|| dialects::changes(&tasks, |task| task.name.clone(), |_| (from, args.to), render));
    Ok(Outcome { noun, all: tasks.len(), changes: changes.into_iter().flatten().collect(), failed: Vec::new() })
}

fn deployments(args: &DiffArgs, env: &Env) -> io::Result<Outcome> {
    let wrong = |error: thinlock_gitops::Error| io::Error::other(error.to_string());
    let host = SystemHost::new(env);
    let cache = Cache::new();
    let options = |dialect| -> io::Result<_> {
        let mut options = args.place.options(env).map_err(wrong)?;
        options.worktree = args.worktree;
        options.dialect = dialect;
        options.seed = Some(SEED.to_owned());
        Ok(options)
    };
    let configured = Run::open(options(args.from)?).map_err(wrong)?;
    let threads = super::threads(args.place.jobs())?;
    let targets = configured.select(&args.deployment, threads.current_num_threads()).map_err(wrong)?;
    let output = |rendering: &bulk::Rendering<'_>| -> Rendering {
        match &rendering.result {
            Ok(files) => Ok(dialects::stream(files.files.iter().map(|file| (file.path, file.content)))),
            Err(error) => Err(error.to_string()),
        }
    };
    let bar = Bar::new(env, "rendering");
    let before = bulk::render_all(&configured, &targets, args.place.threads(), &host, &cache, |done| {
        bar.set(done, targets.len());
    });
    bar.clear();
    // Each deployment with the dialect that it is rendered in now: the configured one, unless another was named.
    let mut things = Vec::new();
    let mut failed = Vec::new();
    for (target, rendering) in targets.iter().zip(&before) {
        let from = match (&rendering.result, args.from) {
            (Ok(files), _) => Dialect::from_name(&files.provenance.helm.dialect).unwrap_or(args.to),
            (Err(_), Some(from)) => from,
            (Err(error), None) => {
                failed.push(format!("{}: {error}", rendering.call));
                continue;
            }
        };
        things.push((target, rendering, from));
    }
    let render = |(target, rendering, from): &(&thinlock_gitops::Target, &bulk::Rendering<'_>, &'static Dialect),
                  dialect: &'static Dialect|
     -> Rendering {
        if std::ptr::eq(dialect, *from) {
            return output(rendering);
        }
        let run = options(Some(dialect)).map_err(|error| error.to_string())?;
        let run = Run::open(run).map_err(|error| error.to_string())?;
        let again = bulk::render_all(&run, std::slice::from_ref(*target), 1, &host, &cache, |_| ());
        again.first().map_or_else(|| Err("was not rendered".to_owned()), output)
    };
    let changes = threads.install(|| {
        dialects::changes(
            &things,
            |(_, rendering, _)| rendering.call.to_string(),
            |(_, _, from)| (*from, args.to),
            render,
        )
    });
    // What fails in both is no change, and must not go unseen.
    for ((_, rendering, _), change) in things.iter().zip(&changes) {
        if let (Err(error), None) = (&rendering.result, change) {
            failed.push(format!("{}: {error}", rendering.call));
        }
    }
    Ok(Outcome { noun: "deployment", all: targets.len(), changes: changes.into_iter().flatten().collect(), failed })
}

fn text(outcome: &Outcome, from: &str, to: &str) -> String {
    let mut text = String::new();
    for (heading, changes) in dialects::grouped(&outcome.changes, from, to) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{heading}: {}", count(changes.len(), outcome.noun));
        for change in changes {
            let _ = writeln!(text, "  {}\n    {}", change.what, change.why);
        }
        text.push('\n');
    }
    let changed = outcome.changes.len();
    let _ = writeln!(text, "from {from} to {to}: {changed} of {} would change", count(outcome.all, outcome.noun));
    text
}
