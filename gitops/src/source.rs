//! Where charts come from: a folder or an archive at a path of a commit, read from git objects.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::tree::EntryKind;
use gix::remote::Direction;
use gix::url::Scheme;

use crate::error::{Error, Result};
use crate::repository::{self, Repository};
use crate::tree::{Content, Entry, Trees};

/// The repositories that charts are read from, each opened once.
#[derive(Debug)]
pub(crate) struct Sources {
    given: Vec<Given>,
    cwd: PathBuf,
    open: Mutex<HashMap<String, Result<Repository>>>,
}

/// What `--source` says.
#[derive(Clone, Debug)]
struct Given {
    /// The repository that is meant, as locks call it; none: any.
    name: Option<String>,
    place: String,
}

/// A chart in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located {
    /// The commit.
    pub(crate) commit: ObjectId,
    /// The cleaned path.
    pub(crate) path: String,
    /// The id of the folder's tree or the archive's blob.
    pub(crate) id: ObjectId,
    /// It is an archive.
    pub(crate) archive: bool,
}

impl Sources {
    /// With what `--source` says: `PLACE`, or `NAME=PLACE` for one of several repositories.
    pub(crate) fn new(given: &[String], cwd: &Path) -> Sources {
        let given = given.iter().map(|text| match text.rsplit_once('=') {
            // A plain path may hold a =, too.
            Some((name, place)) if name.contains("://") || name.contains('@') => {
                Given { name: Some(name.to_owned()), place: place.to_owned() }
            }
            _ => Given { name: None, place: text.clone() },
        });
        Sources { given: given.collect(), cwd: cwd.to_path_buf(), open: Mutex::default() }
    }

    /// The repository that a lock or the configuration calls `name`.
    ///
    /// `config` is the repository whose configuration counts; it is asked for once a name.
    pub(crate) fn open(&self, name: &str, config: impl FnOnce() -> gix::Repository) -> Result<Repository> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = open.get(name) {
            return found.clone();
        }
        let found = self.find(name, &config());
        open.insert(name.to_owned(), found.clone());
        found
    }

    fn find(&self, name: &str, config: &gix::Repository) -> Result<Repository> {
        let by_name = self.given.iter().find(|given| given.name.as_deref() == Some(name));
        let given = by_name.or_else(|| self.given.iter().find(|given| given.name.is_none()));
        let place = given.map_or(name, |given| given.place.as_str());
        let call = if given.is_some() { "--source" } else { "the chart's repository" };
        let missing = |place: &str| {
            Error::input(format!("{call} {place} is not on this machine")).hint(format!(
                "name a local clone with --source PATH, or once and for all with \
                 git config --global url./path/to/clone.insteadOf {name}"
            ))
        };
        // What is there is meant, even if it looks like something else.
        let path = self.cwd.join(place);
        let path = if path.exists() {
            path
        } else {
            let remote = config.remote_at(place).map_err(|_| missing(place))?;
            let url = remote.url(Direction::Fetch).ok_or_else(|| missing(place))?;
            if url.scheme != Scheme::File {
                return Err(missing(&url.to_bstring().to_str_lossy()));
            }
            let path = self.cwd.join(gix::path::from_bstr(url.path.as_bstr()).map_err(|_| missing(place))?);
            if !path.exists() {
                return Err(missing(&path.display().to_string()));
            }
            path
        };
        Repository::open(&path).map_err(|error| error.context(call))
    }
}

/// Finds the chart at `path` of a commit.
pub(crate) fn locate(trees: &Trees, commit: ObjectId, path: &str) -> Result<Located> {
    let repository = repository::name(trees.repository());
    if !trees.repository().has_object(commit) {
        return Err(Error::input(format!("commit {commit} is not in {repository}"))
            .hint(format!("fetch it there: git -C {repository} fetch origin {commit}")));
    }
    let at = format!("{repository} at {}", repository::short(commit));
    let root = trees.root_of(commit).map_err(|_| Error::input(format!("{commit} is no commit of {repository}")))?;
    let shown = if path.is_empty() { "." } else { path };
    let Some(entry) = trees.follow(root, path)? else {
        return Err(Error::input(format!("there is no {shown} in {at}")).hint(
            "packaging.sourcePath of the lock, or chart.path of thinlock.yaml, names the chart's folder or .tgz",
        ));
    };
    let located = |archive| Located { commit, path: path.to_owned(), id: entry.id, archive };
    match entry.kind {
        EntryKind::Tree => match trees.folder(entry.id)?.get(b"Chart.yaml") {
            Some(_) => Ok(located(false)),
            None => Err(Error::input(format!("{shown} in {at} is no chart: there is no Chart.yaml"))
                .hint(chart_nearby(trees, entry, shown)?)),
        },
        EntryKind::Blob | EntryKind::BlobExecutable if path.ends_with(".tgz") || path.ends_with(".tar.gz") => {
            Ok(located(true))
        }
        EntryKind::Commit => Err(Error::input(format!("{shown} in {at} is a submodule, which is not read"))),
        _ => Err(Error::input(format!("{shown} in {at} is a file; expected a chart's folder or a .tgz"))),
    }
}

/// Looks one level below for what was probably meant.
fn chart_nearby(trees: &Trees, entry: Entry, path: &str) -> Result<String> {
    for (name, inner) in trees.folder(entry.id)?.entries() {
        if inner.kind == EntryKind::Tree && trees.folder(inner.id)?.get(b"Chart.yaml").is_some() {
            return Ok(format!("there is one in {path}/{}", name.as_bstr()));
        }
    }
    Ok("expected the folder that holds the chart's Chart.yaml".into())
}

/// The files of a chart's folder. Links are followed inside the
/// chart and nowhere else.
pub(crate) fn files(trees: &Trees, tree: ObjectId) -> Result<Vec<(String, Content)>> {
    let mut out = Vec::new();
    walk(trees, tree, tree, "", 0, &mut out)?;
    Ok(out)
}

/// Git has no limit on the depth of folders.
const MAX_DEPTH: usize = 200;
/// What the files of one chart may add up to.
const MAX_FILES: usize = 100_000;

fn walk(
    trees: &Trees,
    root: ObjectId,
    tree: ObjectId,
    prefix: &str,
    depth: usize,
    out: &mut Vec<(String, Content)>,
) -> Result<()> {
    if depth > MAX_DEPTH || out.len() > MAX_FILES {
        return Err(Error::input(format!("the chart's folder {prefix} is too deep or holds too many files")));
    }
    for (name, entry) in trees.folder(tree)?.entries() {
        let Ok(name) = name.to_str() else {
            return Err(Error::input(format!("the file name {:?} in the chart is not UTF-8", name.as_bstr())));
        };
        let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
        let entry = match entry.kind {
            EntryKind::Link => match trees.follow(root, &path) {
                Ok(Some(target)) => target,
                Ok(None) => return Err(Error::input(format!("the symbolic link {path} in the chart leads nowhere"))),
                Err(_) => {
                    return Err(Error::input(format!("the symbolic link {path} leads out of the chart"))
                        .hint("a chart is read as it is at its commit: put the file into the chart"));
                }
            },
            _ => entry,
        };
        match entry.kind {
            EntryKind::Tree => walk(trees, root, entry.id, &path, depth + 1, out)?,
            EntryKind::Blob | EntryKind::BlobExecutable => {
                let content = trees.blob(entry.id)?;
                check_not_lfs(&path, &content.bytes)?;
                out.push((path, content));
            }
            // A submodule that is not checked out is an empty folder.
            EntryKind::Commit | EntryKind::Link => {}
        }
    }
    Ok(())
}

/// An archive that Git LFS keeps elsewhere would only be reported as damaged.
pub(crate) fn check_not_lfs(path: &str, bytes: &[u8]) -> Result<()> {
    if bytes.starts_with(b"version https://git-lfs.github.com/spec/v1\n") {
        return Err(Error::input(format!("{path} is a Git LFS pointer: its contents are not in the repository"))
            .hint("store the chart's files in git itself"));
    }
    Ok(())
}
