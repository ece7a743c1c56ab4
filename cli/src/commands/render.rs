//! `thinlock render`: deployments of a GitOps repository, to a folder or standard output.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use thinlock_gitops::bulk::{self, Files, Record, Rendering};
use thinlock_gitops::{Result, Run, Target};
use thinlock_renderer::engine::Cache;
use thinlock_renderer::manifest::Layout;

use super::bar::Bar;
use super::common::{self, Format, Where};
use crate::host::SystemHost;
use crate::{DONE, Env, FAILED, Streams, USAGE};

/// The arguments of `thinlock render`.
#[derive(Args, Debug)]
pub(crate) struct RenderArgs {
    /// The deployments, or APP/DEPLOYMENT where several apps have one of a name [default: all]
    deployments: Vec<String>,

    #[command(flatten)]
    place: Where,

    /// Read everything of the GitOps repository from its work tree as it stands, committed or not
    #[arg(long, conflicts_with_all = ["freight", "policy"])]
    worktree: bool,

    /// Write files, one folder for each deployment, instead of one stream to standard output
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,

    /// How files are laid out [default: what the configuration says]
    #[arg(long, value_name = "LAYOUT", requires = "output_dir", value_parser = layout)]
    layout: Option<Layout>,

    /// How results are reported on standard output; json needs --output-dir
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Parses the name of a layout.
pub(crate) fn layout(name: &str) -> Result<Layout, String> {
    Layout::from_name(name).ok_or_else(|| "expected kargo-flat, flat, helm or single".into())
}

/// Runs `thinlock render`.
pub(crate) fn run(args: &RenderArgs, env: &Env, streams: &mut Streams<'_>) -> u8 {
    if args.format == Format::Json && args.output_dir.is_none() {
        let _ = streams
            .stderr
            .write_all(b"error: --format json needs --output-dir: standard output is for the manifests\n");
        return USAGE;
    }
    match try_run(args, env, streams) {
        Ok(status) => status,
        Err(error) => {
            common::print_error(streams.stderr, None, &error);
            FAILED
        }
    }
}

fn try_run(args: &RenderArgs, env: &Env, streams: &mut Streams<'_>) -> Result<u8> {
    let started = Instant::now();
    let mut options = args.place.options(env)?;
    options.worktree = args.worktree;
    options.layout = args.layout;
    let run = Run::open(options)?;
    let targets = run.select(&args.deployments, args.place.threads())?;
    let folders = args.output_dir.as_ref().map(|dir| Folders::new(env.path(dir), &run, &targets));
    let host = SystemHost::new(env);
    let cache = Cache::new();
    let bar = Bar::new(env, "rendering");
    let to_stdout = folders.is_none();
    let mut report = Report { format: args.format, headings: to_stdout && targets.len() > 1, ..Report::default() };
    let mut written = Ok(());
    bulk::render(
        &run,
        &targets,
        to_stdout,
        args.place.threads(),
        &host,
        &cache,
        |rendering| finish(rendering, folders.as_ref(), args.format),
        |mut done| {
            if let (Some(folders), Some(record)) = (&folders, done.record.take()) {
                folders.folders.add(record);
            }
            written = bar.aside(|| report.add(&done, streams));
            bar.set(report.done(), targets.len());
            // Nobody reads on: what is written to folders is complete, the rest is not begun.
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        },
    );
    bar.clear();
    let closed = folders.map_or(Ok(()), |folders| folders.folders.close());
    if let Err(error) = &closed {
        common::print_error(streams.stderr, None, error);
    }
    if written.and_then(|()| report.end(streams)).is_err() {
        return Ok(FAILED);
    }
    let Report { rendered, failed, files, bytes, .. } = report;
    let failures = if failed == 0 { String::new() } else { format!("; {failed} failed") };
    let what = if to_stdout { String::new() } else { format!("{}, ", common::count(files, "file")) };
    let _ = writeln!(
        streams.stderr,
        "rendered {}: {what}{} in {}{failures}",
        common::count(rendered, "deployment"),
        common::count(usize::try_from(bytes).unwrap_or(usize::MAX), "byte"),
        common::duration(started.elapsed()),
    );
    Ok(if failed == 0 && closed.is_ok() { DONE } else { FAILED })
}

/// Where the folders of deployments are.
struct Folders {
    folders: bulk::Folders,
    // Apps may have deployments of one name.
    by_app: bool,
}

impl Folders {
    fn new(dir: PathBuf, run: &Run, targets: &[Target]) -> Folders {
        let mut apps = targets.iter().map(|target| run.app_name(target));
        let first = apps.next();
        let by_app = apps.any(|app| Some(app) != first);
        let names = targets
            .iter()
            .map(|target| Folders::name(by_app, run.app_name(target), target.name()).into_owned())
            .collect();
        Folders { folders: bulk::Folders::new(dir, names), by_app }
    }

    fn name<'a>(by_app: bool, app: &str, deployment: &'a str) -> Cow<'a, str> {
        if by_app { format!("{app}/{deployment}").into() } else { deployment.into() }
    }

    fn write(&self, rendering: &Rendering<'_>, files: &Files) -> Result<Record> {
        self.folders.write(&Folders::name(self.by_app, rendering.app, rendering.deployment), files)
    }
}

/// What is told of a deployment that was rendered, and written if it goes to a folder.
struct Finished<'a> {
    call: Cow<'a, str>,
    result: Result<Done>,
    /// What is written down of its folder.
    record: Option<Record>,
    /// The deployment's entry of the report for programs.
    json: Option<String>,
}

struct Done {
    files: usize,
    bytes: u64,
    /// What goes to standard output.
    stream: Vec<u8>,
    warnings: Vec<String>,
    nondeterministic: Vec<&'static str>,
}

/// Writes a deployment's folder, on the thread that rendered it, and drops what is not reported.
fn finish<'a>(rendering: Rendering<'a>, folders: Option<&Folders>, format: Format) -> Finished<'a> {
    let written = match (&rendering.result, folders) {
        (Ok(files), Some(folders)) => folders.write(&rendering, files).map(Some),
        _ => Ok(None),
    };
    let Rendering { app, deployment, call, result } = rendering;
    let (result, record) = match (result, written) {
        (Ok(files), Ok(record)) => (Ok(files), record),
        (Err(error), _) | (_, Err(error)) => (Err(error), None),
    };
    let json = match format {
        Format::Text => None,
        Format::Json => Some(format!("{:#}", entry(app, deployment, &result))),
    };
    let result = result.map(|files| Done {
        files: files.files.len(),
        bytes: files.bytes(),
        stream: files.stream,
        warnings: files.warnings,
        nondeterministic: files.nondeterministic,
    });
    Finished { call, result, record, json }
}

/// What programs are told of a deployment.
fn entry(app: &str, deployment: &str, result: &Result<Files>) -> serde_json::Value {
    let mut entry = serde_json::json!({ "app": app, "deployment": deployment });
    match result {
        Ok(result) => {
            entry["status"] = "rendered".into();
            entry["releaseId"] = (*result.provenance.release_id).into();
            entry["inputs"] = result.provenance.inputs.clone().into();
            entry["nondeterministic"] = serde_json::json!(result.nondeterministic);
            entry["files"] = result
                .files
                .iter()
                .map(|file| serde_json::json!({ "path": file.path, "bytes": file.content.len() }))
                .collect();
        }
        Err(error) => {
            entry["status"] = "failed".into();
            entry["error"] = common::error_json(error);
        }
    }
    entry
}

/// The report, written while deployments are rendered.
#[derive(Default)]
struct Report {
    format: Format,
    // Several deployments on standard output: each under its name.
    headings: bool,
    rendered: usize,
    failed: usize,
    files: usize,
    bytes: u64,
}

impl Report {
    fn done(&self) -> usize {
        self.rendered + self.failed
    }

    /// Reports the next deployment.
    fn add(&mut self, finished: &Finished<'_>, streams: &mut Streams<'_>) -> std::io::Result<()> {
        if let Some(json) = &finished.json {
            let before = if self.done() == 0 { "{\n  \"deployments\": [" } else { "," };
            streams.stdout.write_all(format!("{before}\n{}", indented(json, 4)).as_bytes())?;
        }
        let call = &finished.call;
        match &finished.result {
            Ok(done) => {
                self.rendered += 1;
                self.files += done.files;
                self.bytes += done.bytes;
                for warning in &done.warnings {
                    let _ = writeln!(streams.stderr, "{call}: {warning}");
                }
                if !done.nondeterministic.is_empty() {
                    let functions = done.nondeterministic.join(", ");
                    let _ = writeln!(
                        streams.stderr,
                        "warning: {call}: every rendering is another one, since the chart uses {functions}"
                    );
                }
                if self.headings {
                    writeln!(streams.stdout, "# Deployment: {call}")?;
                }
                streams.stdout.write_all(&done.stream)?;
            }
            Err(error) => {
                self.failed += 1;
                common::print_error(streams.stderr, Some(call), error);
            }
        }
        Ok(())
    }

    /// Writes what comes after the deployments.
    fn end(&self, streams: &mut Streams<'_>) -> std::io::Result<()> {
        if self.format == Format::Json {
            let Report { rendered, failed, files, bytes, .. } = self;
            let summary = serde_json::json!({ "rendered": rendered, "failed": failed, "files": files, "bytes": bytes });
            let summary = indented(&format!("{summary:#}"), 2);
            streams.stdout.write_all(format!("\n  ],\n  \"summary\": {}\n}}\n", summary.trim_start()).as_bytes())?;
        }
        streams.stdout.flush()
    }
}

fn indented(text: &str, by: usize) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for (at, line) in text.lines().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        out.extend(std::iter::repeat_n(' ', by));
        out.push_str(line);
    }
    out
}
