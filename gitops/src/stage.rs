//! Stage branches: what is on them, and commits that replace what is under one path and nothing else.

use gix::ObjectId;
use gix::objs::tree::EntryKind;

use crate::diff::FileMap;
use crate::error::{Error, ErrorKind, Result};
use crate::provenance::Recorded;
use crate::repository::{self, CommitFacts};
use crate::tree::Trees;

/// A branch as it is before a promotion.
#[derive(Clone, Debug)]
pub(crate) struct Tip {
    /// The commit; none if the branch does not exist.
    pub(crate) commit: Option<ObjectId>,
    /// The root tree.
    pub(crate) tree: Option<ObjectId>,
    /// The parents and the message of the commit.
    pub(crate) facts: Option<Facts>,
    /// The tree under the deployment's path.
    pub(crate) deployed: Option<ObjectId>,
    /// What the provenance file says.
    pub(crate) recorded: Option<Recorded>,
}

/// What a commit says of itself.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) parents: Vec<ObjectId>,
    pub(crate) subject: String,
}

/// Reads the tip of a branch.
///
/// # Errors
/// The branch cannot be read, or holds something else than a folder where the deployment's path should be.
pub(crate) fn tip(trees: &Trees, branch: &str, path: &str, provenance: &str) -> Result<Tip> {
    let none = Tip { commit: None, tree: None, facts: None, deployed: None, recorded: None };
    let Some(commit) = repository::branch_tip(trees.repository(), branch)? else { return Ok(none) };
    let CommitFacts { tree, parents, message } = repository::commit_facts(trees.repository(), commit)?;
    let deployed = folder_at(trees, tree, branch, path)?;
    let recorded = match trees.lookup(tree, provenance)? {
        Some(entry) if matches!(entry.kind, EntryKind::Blob | EntryKind::BlobExecutable) => {
            Recorded::parse(&trees.blob(entry.id)?.bytes)
        }
        Some(_) => return Err(in_the_way(branch, provenance, provenance, "a folder", "file")),
        None => {
            if let Some((folder, _)) = provenance.rsplit_once('/') {
                folder_at(trees, tree, branch, folder)?;
            }
            None
        }
    };
    let facts = Facts { parents, subject: message.lines().next().unwrap_or_default().to_owned() };
    Ok(Tip { commit: Some(commit), tree: Some(tree), facts: Some(facts), deployed, recorded })
}

/// The tree at a path; everything on the way, and the end, has to be a folder or not there.
fn folder_at(trees: &Trees, root: ObjectId, branch: &str, path: &str) -> Result<Option<ObjectId>> {
    let mut here = root;
    let mut walked = 0;
    for name in path.split('/') {
        walked += name.len() + 1;
        match trees.folder(here)?.get(name.as_bytes()) {
            None => return Ok(None),
            Some(entry) if entry.kind == EntryKind::Tree => here = entry.id,
            Some(entry) => {
                let what = match entry.kind {
                    EntryKind::Link => "a symbolic link",
                    EntryKind::Commit => "a submodule",
                    _ => "a file",
                };
                return Err(in_the_way(branch, &path[..(walked - 1).min(path.len())], path, what, "folder"));
            }
        }
    }
    Ok(Some(here))
}

fn in_the_way(branch: &str, at: &str, path: &str, found: &str, expected: &str) -> Error {
    let target = if at == path { String::new() } else { format!(" on the way to {path}") };
    Error::new(
        ErrorKind::Conflict,
        format!("branch {branch} holds {found} at {at}, where a {expected} should be{target}"),
    )
    .hint("the branch is not written: remove it there, or name another output.path in thinlock.yaml")
}

/// The files under a tree, below a prefix.
pub(crate) fn files_of(trees: &Trees, tree: Option<ObjectId>, prefix: &str) -> Result<FileMap> {
    let mut out = FileMap::new();
    if let Some(tree) = tree {
        collect(trees, tree, prefix, 0, &mut out)?;
    }
    Ok(out)
}

/// Git has no limit on the depth of folders.
const MAX_DEPTH: usize = 200;

fn collect(trees: &Trees, tree: ObjectId, prefix: &str, depth: usize, out: &mut FileMap) -> Result<()> {
    if depth > MAX_DEPTH {
        return Err(Error::input(format!("the folders below {prefix} are too deep")));
    }
    for (name, entry) in trees.folder(tree)?.entries() {
        let path = format!("{prefix}/{}", String::from_utf8_lossy(name));
        match entry.kind {
            EntryKind::Tree => collect(trees, entry.id, &path, depth + 1, out)?,
            EntryKind::Commit => {}
            _ => {
                out.insert(path, trees.blob(entry.id)?.bytes);
            }
        }
    }
    Ok(())
}
