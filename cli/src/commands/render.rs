//! `thinlock render`: deployments of a GitOps repository, to a folder or standard output.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use thinlock_gitops::bulk::{self, Rendering};
use thinlock_gitops::{Result, Run};
use thinlock_renderer::engine::Cache;
use thinlock_renderer::manifest::Layout;

use super::common::{self, Bar, Format, Where};
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
    let host = SystemHost::new(env);
    let cache = Cache::new();
    let bar = Bar::new(env, "rendering");
    let mut renderings = args.place.on_threads(|| {
        let run = Run::open(options)?;
        let targets = run.select(&args.deployments)?;
        let progress = |done, all| bar.set(done, all);
        Ok(bulk::render(&run, &targets, args.output_dir.is_none(), &host, &cache, &progress))
    })??;
    bar.clear();

    if let Some(dir) = &args.output_dir {
        let dir = env.path(dir);
        // Apps may have deployments of one name.
        let several = renderings.iter().any(|a| a.app != renderings.first().map_or("", |b| b.app.as_str()));
        for rendering in &mut renderings {
            let name = if several {
                format!("{}/{}", rendering.app, rendering.deployment)
            } else {
                rendering.deployment.clone()
            };
            if let Ok(files) = &rendering.result {
                let record = dir.join(".thinlock").join(format!("{name}.json"));
                if let Err(error) = bulk::write_folder(&dir.join(&name), &record, files) {
                    rendering.result = Err(error);
                }
            }
        }
    }
    report(args, &renderings, started, streams)
}

fn report(args: &RenderArgs, renderings: &[Rendering], started: Instant, streams: &mut Streams<'_>) -> Result<u8> {
    let (mut files, mut bytes, mut failed) = (0, 0, 0);
    let mut json = Vec::new();
    let mut data = Vec::new();
    for rendering in renderings {
        let mut entry = serde_json::json!({ "app": rendering.app, "deployment": rendering.deployment });
        match &rendering.result {
            Ok(result) => {
                for warning in &result.warnings {
                    let _ = writeln!(streams.stderr, "{}: {warning}", rendering.call);
                }
                if !result.nondeterministic.is_empty() {
                    let _ = writeln!(
                        streams.stderr,
                        "warning: {}: every rendering is another one, since the chart uses {}",
                        rendering.call,
                        result.nondeterministic.join(", ")
                    );
                }
                files += result.files.len();
                bytes += result.bytes();
                if args.output_dir.is_none() {
                    if renderings.len() > 1 {
                        data.extend_from_slice(format!("# Deployment: {}\n", rendering.call).as_bytes());
                    }
                    data.extend_from_slice(&result.stream);
                }
                entry["status"] = "rendered".into();
                entry["releaseId"] = result.provenance.release_id.clone().into();
                entry["inputs"] = result.provenance.inputs.clone().into();
                entry["nondeterministic"] = serde_json::json!(result.nondeterministic);
                entry["files"] = result
                    .files
                    .iter()
                    .map(|file| serde_json::json!({ "path": file.path, "bytes": file.content.len() }))
                    .collect();
            }
            Err(error) => {
                failed += 1;
                common::print_error(streams.stderr, Some(&rendering.call), error);
                entry["status"] = "failed".into();
                entry["error"] = common::error_json(error);
            }
        }
        json.push(entry);
    }
    if args.format == Format::Json {
        let summary = serde_json::json!({
            "deployments": json,
            "summary": { "rendered": renderings.len() - failed, "failed": failed, "files": files, "bytes": bytes },
        });
        data.extend_from_slice(format!("{summary:#}\n").as_bytes());
    }
    if streams.stdout.write_all(&data).is_err() {
        return Ok(FAILED);
    }
    let failures = if failed == 0 { String::new() } else { format!("; {failed} failed") };
    let what = match args.output_dir {
        Some(_) => format!("{}, ", common::count(files, "file")),
        None => String::new(),
    };
    let _ = writeln!(
        streams.stderr,
        "rendered {}: {what}{} in {}{failures}",
        common::count(renderings.len() - failed, "deployment"),
        common::count(usize::try_from(bytes).unwrap_or(usize::MAX), "byte"),
        common::duration(started.elapsed()),
    );
    Ok(if failed == 0 { DONE } else { FAILED })
}
