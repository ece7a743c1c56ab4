//! Rendering many deployments at once, without writing to the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use thinlock_go::Host;
use thinlock_renderer::engine::Cache;
use thinlock_renderer::manifest::OutputFile;

use crate::error::{Context, Error, ErrorKind, Result};
use crate::plan::{Run, Target};
use crate::promote::Progress;
use crate::provenance::Provenance;
use crate::render::{self, Form};

/// One deployment, rendered or not.
#[derive(Debug)]
pub struct Rendering {
    /// The app.
    pub app: String,
    /// The deployment.
    pub deployment: String,
    /// What messages call it.
    pub call: String,
    /// The rendering.
    pub result: Result<Files>,
}

/// What a deployment renders to.
#[derive(Debug)]
pub struct Files {
    /// The files by the deployment's layout, if files were asked for.
    pub files: Vec<OutputFile>,
    /// What `helm template` prints, if a stream was asked for.
    pub stream: Vec<u8>,
    /// What it was made of.
    pub provenance: Provenance,
    /// What the chart warned about, in Helm's words.
    pub warnings: Vec<String>,
    /// Functions of the chart that make every rendering another one.
    pub nondeterministic: Vec<&'static str>,
}

impl Files {
    /// How many bytes there are.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.content.len() as u64).sum::<u64>() + self.stream.len() as u64
    }
}

/// Renders deployments; results are in their order. `stream` asks for what `helm template` prints, instead of files.
pub fn render(
    run: &Run,
    targets: &[Target],
    stream: bool,
    host: &(dyn Host + Sync),
    cache: &Cache,
    progress: Progress<'_>,
) -> Vec<Rendering> {
    let form = if stream { Form::Stream } else { Form::Files };
    let done = AtomicUsize::new(0);
    targets
        .par_iter()
        .map_init(
            || run.policy_reader(),
            |reader, target| {
                let result = run.plan(target, reader).and_then(|plan| {
                    let product = render::render(&plan, reader, host, cache, form)?;
                    Ok(Files {
                        files: product.files,
                        stream: product.stream,
                        provenance: plan.provenance,
                        warnings: product.warnings,
                        nondeterministic: product.nondeterministic,
                    })
                });
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, targets.len());
                Rendering {
                    app: run.app(target.app_index()).map(|app| app.name.clone()).unwrap_or_default(),
                    deployment: target.name().to_owned(),
                    call: run.call(target),
                    result,
                }
            },
        )
        .collect()
}

/// Writes a deployment's files into `folder`, which then holds nothing else. `record` is where it says what they are;
/// a folder with files and without such a record is not touched.
///
/// # Errors
/// The folder holds files that no run wrote, or cannot be written.
pub fn write_folder(folder: &Path, record: &Path, files: &Files) -> Result<()> {
    let fail = || format!("cannot write {}", folder.display());
    let occupied = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => false,
        Err(cause) => return Err(Error::io(fail(), cause)),
    };
    if occupied && !record.exists() {
        return Err(Error::new(
            ErrorKind::Conflict,
            format!("{} holds files that thinlock did not write", folder.display()),
        )
        .hint("name another --output-dir, or empty the folder"));
    }
    fs::create_dir_all(folder).or_fail(fail)?;
    if let Some(parent) = record.parent() {
        fs::create_dir_all(parent).or_fail(fail)?;
    }
    // The record first: with it, a run that was killed in between can be repeated.
    fs::write(record, files.provenance.to_json()?).or_fail(|| format!("cannot write {}", record.display()))?;
    let mut kept: BTreeSet<PathBuf> = BTreeSet::new();
    for file in &files.files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).or_fail(fail)?;
        }
        fs::write(&path, &file.content).or_fail(|| format!("cannot write {}", path.display()))?;
        kept.insert(path);
    }
    if occupied {
        remove_others(folder, &kept).or_fail(fail)?;
    }
    Ok(())
}

/// Removes what is not kept, and folders that become empty. Links are removed, never followed. Says whether anything
/// is left.
fn remove_others(folder: &Path, kept: &BTreeSet<PathBuf>) -> std::io::Result<bool> {
    let mut left = false;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if remove_others(&path, kept)? {
                left = true;
            } else {
                fs::remove_dir(&path)?;
            }
        } else if kept.contains(&path) {
            left = true;
        } else {
            fs::remove_file(&path)?;
        }
    }
    Ok(left)
}
