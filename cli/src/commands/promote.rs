//! `thinlock promote`: from a build lock to commits on stage branches.

use std::time::Instant;

use clap::Args;
use thinlock_gitops::diff::{self, ChangeKind, FileChange};
use thinlock_gitops::identity::Identity;
use thinlock_gitops::promote::{Outcome, Promoted, Promotion, Report};
use thinlock_gitops::{ErrorKind, ObjectId, Result, Run};
use thinlock_renderer::engine::Cache;
use thinlock_renderer::manifest::Layout;

use super::bar::Bar;
use super::common::{self, Format, Where};
use crate::host::SystemHost;
use crate::{DIFFERENT, DONE, Env, FAILED, Streams};

/// The arguments of `thinlock promote`.
#[derive(Args, Debug)]
pub(crate) struct PromoteArgs {
    /// The deployments, or APP/DEPLOYMENT where several apps have one of a name
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    deployments: Vec<String>,

    /// All deployments
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    place: Where,

    /// Commit to review/<deployment>/<release> instead, to be merged into the stage branch; gates do not apply
    #[arg(long)]
    review: bool,

    /// Write nothing; print what would change
    #[arg(long)]
    dry_run: bool,

    /// Print the differences as `git diff` does
    #[arg(long)]
    diff: bool,

    /// With --dry-run: exit with status 3 if anything would change
    #[arg(long, requires = "dry_run")]
    exit_code: bool,

    /// The author of the commits [default: as git takes it]
    #[arg(long, value_name = "NAME <ADDRESS>")]
    author: Option<String>,

    /// Another layout than the configured one
    #[arg(long, value_name = "LAYOUT", value_parser = super::render::layout)]
    layout: Option<Layout>,

    /// How results are reported on standard output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Runs `thinlock promote`.
pub(crate) fn run(args: &PromoteArgs, env: &Env, streams: &mut Streams<'_>) -> u8 {
    match try_run(args, env, streams) {
        Ok(status) => status,
        Err(error) => {
            common::print_error(streams.stderr, None, &error);
            FAILED
        }
    }
}

fn try_run(args: &PromoteArgs, env: &Env, streams: &mut Streams<'_>) -> Result<u8> {
    let started = Instant::now();
    let mut options = args.place.options(env)?;
    options.layout = args.layout;
    let identity = if args.dry_run {
        None
    } else {
        let variable = |name: &str| env.var(name).map(str::to_owned);
        Some(Identity::from_git(&options.repository.local(), &variable, args.author.as_deref())?)
    };
    let promotion = Promotion { review: args.review, identity, changes: args.dry_run || args.diff };
    let host = SystemHost::new(env);
    let cache = Cache::new();
    let bar = Bar::new(env, "promoting");
    let run = Run::open(options)?;
    let targets = run.select(&args.deployments, args.place.threads())?;
    let progress = |done, all| bar.set(done, all);
    let promoted = thinlock_gitops::promote(&run, &targets, &promotion, args.place.threads(), &host, &cache, &progress);
    bar.clear();
    let promoted = promoted?;

    let data = match args.format {
        Format::Text => text(args, &promoted),
        Format::Json => json(args, &promoted),
    };
    let written = streams.stdout.write_all(&data).and_then(|()| streams.stdout.flush());
    for report in &promoted.reports {
        for warning in &report.warnings {
            let _ = writeln!(streams.stderr, "{}: {warning}", report.call);
        }
        if !report.nondeterministic.is_empty() {
            let _ = writeln!(
                streams.stderr,
                "warning: {}: every rendering is another one, since the chart uses {}",
                report.call,
                report.nondeterministic.join(", ")
            );
        }
        if let Outcome::Failed(error) = &report.outcome {
            common::print_error(streams.stderr, Some(&report.call), error);
        }
    }
    let _ = writeln!(streams.stderr, "{}", summary(args, &promoted, started));
    Ok(match promoted.failed() || written.is_err() {
        true => FAILED,
        false if args.exit_code && promoted.changed() => DIFFERENT,
        false => DONE,
    })
}

/// Counts of each outcome.
struct Counts {
    changed: usize,
    unchanged: usize,
    stopped: usize,
    failed: usize,
}

fn counts(promoted: &Promoted) -> Counts {
    let mut counts = Counts { changed: 0, unchanged: 0, stopped: 0, failed: 0 };
    for report in &promoted.reports {
        match report.outcome {
            Outcome::Changed { .. } => counts.changed += 1,
            Outcome::Unchanged { .. } => counts.unchanged += 1,
            Outcome::Failed(ref error) if error.kind() == ErrorKind::Gate => counts.stopped += 1,
            Outcome::Failed(_) => counts.failed += 1,
        }
    }
    counts
}

fn summary(args: &PromoteArgs, promoted: &Promoted, started: Instant) -> String {
    let Counts { changed, unchanged, stopped, failed } = counts(promoted);
    let verb = match (args.dry_run, args.review) {
        (true, _) => "would change",
        (false, true) => "committed for review",
        (false, false) => "promoted",
    };
    let mut text = format!("{verb} {}", common::count(changed, "deployment"));
    if unchanged > 0 {
        text.push_str(&format!(", {unchanged} unchanged"));
    }
    if stopped > 0 {
        text.push_str(&format!(", {stopped} stopped"));
    }
    if failed > 0 {
        text.push_str(&format!(", {failed} failed"));
    }
    text.push_str(&format!(" in {}", common::duration(started.elapsed())));
    text
}

fn short(id: ObjectId) -> String {
    id.to_hex_with_len(10).to_string()
}

fn text(args: &PromoteArgs, promoted: &Promoted) -> Vec<u8> {
    let mut out = Vec::new();
    let mut line = |text: String| {
        out.extend_from_slice(text.as_bytes());
        out.push(b'\n');
    };
    let mut diffs: Vec<&[FileChange]> = Vec::new();
    for report in &promoted.reports {
        let Report { call, branch, outcome, .. } = report;
        let branch = branch.as_deref().unwrap_or_default();
        match outcome {
            Outcome::Unchanged { commit, .. } => match commit {
                Some(commit) => line(format!("{call}: unchanged, {branch} is at {}", short(*commit))),
                None => line(format!("{call}: unchanged, there is nothing to write")),
            },
            Outcome::Failed(error) if error.kind() == ErrorKind::Gate => line(format!("{call}: stopped")),
            Outcome::Failed(_) => line(format!("{call}: failed")),
            Outcome::Changed { old, new, changes, files, .. } => {
                let from = old.map_or_else(|| "new branch".into(), short);
                let to = new.map_or_else(String::new, |id| format!(" -> {}", short(id)));
                let verb = if new.is_some() { "" } else { "would change " };
                let files = common::count(*files, "file");
                line(format!("{call}: {verb}{branch} {from}{to}, {files}"));
                if args.dry_run {
                    for change in changes {
                        line(format!("  {:<8} {}", change.kind().name(), change.path));
                    }
                }
                diffs.push(changes);
            }
        }
    }
    if args.diff {
        for changes in diffs {
            diff::append_unified(&mut out, changes);
        }
    }
    out
}

fn json(args: &PromoteArgs, promoted: &Promoted) -> Vec<u8> {
    let mut deployments = Vec::new();
    for report in &promoted.reports {
        let mut entry = serde_json::json!({
            "app": report.app,
            "deployment": report.deployment,
            "releaseId": report.release_id,
            "branch": report.branch,
        });
        match &report.outcome {
            Outcome::Unchanged { commit, skipped } => {
                entry["status"] = "unchanged".into();
                entry["commit"] = serde_json::json!(commit.map(|id| id.to_string()));
                entry["rendered"] = (!skipped).into();
            }
            Outcome::Failed(error) => {
                entry["status"] = if error.kind() == ErrorKind::Gate { "stopped" } else { "failed" }.into();
                entry["error"] = common::error_json(error);
            }
            Outcome::Changed { old, new, changes, files, bytes } => {
                entry["status"] = if new.is_some() { "changed" } else { "would-change" }.into();
                entry["from"] = serde_json::json!(old.map(|id| id.to_string()));
                entry["commit"] = serde_json::json!(new.map(|id| id.to_string()));
                entry["files"] = (*files).into();
                entry["bytes"] = (*bytes).into();
                if args.dry_run || args.diff {
                    let of = |kind: ChangeKind| -> Vec<&str> {
                        changes.iter().filter(|c| c.kind() == kind).map(|c| c.path.as_str()).collect()
                    };
                    entry["added"] = serde_json::json!(of(ChangeKind::Added));
                    entry["changed"] = serde_json::json!(of(ChangeKind::Changed));
                    entry["removed"] = serde_json::json!(of(ChangeKind::Removed));
                }
                if args.diff {
                    let mut text = Vec::new();
                    diff::append_unified(&mut text, changes);
                    entry["diff"] = String::from_utf8_lossy(&text).into();
                }
            }
        }
        entry["nondeterministic"] = serde_json::json!(report.nondeterministic);
        deployments.push(entry);
    }
    let Counts { changed, unchanged, stopped, failed } = counts(promoted);
    let all = serde_json::json!({
        "deployments": deployments,
        "summary": { "changed": changed, "unchanged": unchanged, "stopped": stopped, "failed": failed },
    });
    format!("{all:#}\n").into_bytes()
}
