//! Cases as folders: charts unpacked once, and for each case a folder with links to its chart and with its own files.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::{Case, Ran};
use crate::{Helm, Invocation};

/// Lays a case's files out below a folder; the charts are linked.
pub(crate) fn lay_out(case: &Case, chart: &Path, packed: &Path, root: &Path) -> io::Result<()> {
    fs::create_dir_all(root)?;
    link(chart, &root.join("chart"))?;
    link(packed, &root.join("chart.tgz"))?;
    for (name, text) in &case.files {
        let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside {
            return Err(io::Error::other(format!("{}: the file {name:?} is not inside the case's folder", case.id)));
        }
        let path = root.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// Runs a case in the folder that [`lay_out`] filled.
pub(crate) fn run_case(case: &Case, dialect: &str, helm: &dyn Helm, root: &Path) -> io::Result<Ran> {
    let args = std::iter::once("template".to_owned()).chain(case.argv.iter().cloned()).collect();
    let env = BTreeMap::from([
        ("THINLOCK_DIALECT".to_owned(), dialect.to_owned()),
        ("HOME".to_owned(), root.join(".home").display().to_string()),
        ("TZ".to_owned(), "UTC".to_owned()),
    ]);
    let outcome = helm.run(&Invocation { args, cwd: root.to_owned(), env });
    let mut files = BTreeMap::new();
    read_files(&root.join("out"), root, &mut files)?;
    let stderr = String::from_utf8_lossy(&outcome.stderr).replace(&root.display().to_string(), "$CWD");
    Ok(Ran { status: outcome.status, stdout: outcome.stdout, stderr, files })
}

pub(super) fn remove_if_there(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(super) fn chart_folder(scratch: &Path, chart: &str) -> PathBuf {
    scratch.join("charts").join(chart.trim_end_matches(".tgz"))
}

#[cfg(unix)]
fn link(target: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

#[cfg(windows)]
fn link(target: &Path, at: &Path) -> io::Result<()> {
    if target.is_dir() {
        std::os::windows::fs::symlink_dir(target, at)
    } else {
        std::os::windows::fs::symlink_file(target, at)
    }
}

pub(super) fn read_files(folder: &Path, root: &Path, out: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            read_files(&entry.path(), root, out)?;
        } else {
            let path = entry.path();
            let name = path.strip_prefix(root).map_err(io::Error::other)?.display().to_string();
            out.insert(name, fs::read(&path)?);
        }
    }
    Ok(())
}
