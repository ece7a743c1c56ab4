//! A git repository: revisions, branches and history, without any checkout.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::prelude::FindExt;
use gix::refs::FullName;
use gix_pack::cache::lru::MemoryCappedHashmap;

use crate::error::{Context, Error, ErrorKind, Result};
use crate::tree::Trees;

/// A repository that threads may share.
#[derive(Clone, Debug)]
pub struct Repository {
    shared: Arc<gix::ThreadSafeRepository>,
}

/// How many bytes of the objects that others are stored as differences from are kept at hand, for each thread.
const DELTA_BASES: usize = 1 << 18;

impl Repository {
    /// Opens the repository at a path: a bare one, or the root of a work tree.
    ///
    /// # Errors
    /// There is none.
    pub fn open(path: &Path) -> Result<Repository> {
        if !path.exists() {
            return Err(Error::input(format!("{}: no such folder", path.display())));
        }
        match gix::ThreadSafeRepository::open(path) {
            Ok(shared) => Ok(Repository { shared: Arc::new(shared) }),
            Err(cause) if cause.is_not_found() => {
                Err(Error::input(format!("{} is not a git repository", path.display()))
                    .hint("name a bare repository, or the root folder of a work tree"))
            }
            Err(cause) => Err(Error::input(format!("cannot open the git repository {}: {cause}", path.display()))),
        }
    }

    /// Opens the repository around a folder.
    ///
    /// # Errors
    /// There is none.
    pub fn discover(folder: &Path) -> Result<Repository> {
        gix::ThreadSafeRepository::discover(folder).map(|shared| Repository { shared: Arc::new(shared) }).map_err(
            |_| {
                Error::input(format!("{} is not in a git repository", folder.display()))
                    .hint("name one with --repo PATH")
            },
        )
    }

    /// A handle for this thread.
    pub fn local(&self) -> gix::Repository {
        let mut repository = self.shared.to_thread_local();
        // Git stores an object as what differs from the one before it, over up to fifty objects, and the files of a fleet
        // are alike: without the last few at hand, each of them would mean all of those.
        repository.objects.set_pack_cache(|| Box::new(MemoryCappedHashmap::new(DELTA_BASES)));
        repository
    }

    /// The folder that people know the repository by: its work tree, or itself if it is bare.
    pub fn path(&self) -> &Path {
        self.shared.work_dir().unwrap_or_else(|| self.shared.path())
    }

    /// The work tree, unless the repository is bare.
    pub fn work_tree(&self) -> Option<PathBuf> {
        self.shared.work_dir().map(Path::to_path_buf)
    }

    /// The folder with the objects.
    pub fn objects_dir(&self) -> PathBuf {
        self.shared.objects_dir().to_path_buf()
    }
}

/// The commit that a revision (`main`, a tag, an id, `HEAD~2` …) means.
pub(crate) fn resolve(repository: &gix::Repository, revision: &str) -> Result<ObjectId> {
    let fail = || {
        Error::input(format!("{revision:?} is no commit of {}", name(repository)))
            .hint("name a branch, a tag or a commit id that the repository has")
    };
    let object = repository.rev_parse_single(revision).map_err(|_| fail())?.object().map_err(|_| fail())?;
    Ok(object.peel_to_commit().map_err(|_| fail())?.id)
}

/// The tip of a branch, `None` if there is no such branch. `branch` is without `refs/heads/`.
pub(crate) fn branch_tip(repository: &gix::Repository, branch: &str) -> Result<Option<ObjectId>> {
    let full = full_name(branch)?;
    let fail = || format!("reading branch {branch} of {}", name(repository));
    match repository.try_find_reference(full.as_ref()).or_fail(fail)? {
        None => Ok(None),
        Some(reference) => match reference.inner.target {
            gix::refs::Target::Object(id) => Ok(Some(id)),
            gix::refs::Target::Symbolic(other) => Err(Error::input(format!(
                "branch {branch} of {} is a symbolic reference to {other}: it is not written through",
                name(repository)
            ))),
        },
    }
}

/// `refs/heads/<branch>`, checked by git's rules for names.
pub(crate) fn full_name(branch: &str) -> Result<FullName> {
    FullName::try_from(["refs/heads/", branch].concat())
        .ok()
        .filter(|_| branch != "HEAD" && !branch.starts_with('-'))
        .ok_or_else(|| {
            Error::input(format!("{branch:?} cannot be the name of a branch"))
                .hint("git check-ref-format tells the rules: no blanks, no .., no ~^:?*[, no component that begins with a dot or ends in .lock")
        })
}

/// An id as git writes it.
pub(crate) fn hex(id: ObjectId) -> String {
    let mut text = String::with_capacity(2 * id.as_slice().len());
    data_encoding::HEXLOWER.encode_append(id.as_slice(), &mut text);
    text
}

/// The branch that the policy is read from unless a revision is named: `main`, or, where there is none, what HEAD says.
pub(crate) fn main_branch(repository: &gix::Repository) -> Result<(String, ObjectId)> {
    if let Some(tip) = branch_tip(repository, "main")? {
        return Ok(("main".into(), tip));
    }
    let head = repository.head_name().ok().flatten().map(|head| head.shorten().to_str_lossy().into_owned());
    if let Some(branch) = head
        && let Some(tip) = branch_tip(repository, &branch)?
    {
        return Ok((branch, tip));
    }
    Err(Error::input(format!("{} has no branch main", name(repository)))
        .hint("name the revision with the policy with --policy REV"))
}

/// The newest commit reachable from `tip` that touched `path`: what `git log -1 <tip> -- <path>` prints. `None` if
/// nothing is there in all of the history.
pub(crate) fn newest_touching(trees: &Trees, tip: ObjectId, path: &str) -> Result<Option<ObjectId>> {
    let repository = trees.repository();
    let mut commit = tip;
    let mut here = id_at(trees, commit, path)?;
    'next: loop {
        let fail = || format!("reading the history of {}", name(repository));
        let parents: Vec<ObjectId> =
            repository.find_commit(commit).or_fail(fail)?.parent_ids().map(|id| id.detach()).collect();
        let mut known = 0;
        for parent in parents {
            // The history of a shallow clone ends where a parent is missing.
            if !repository.has_object(parent) {
                continue;
            }
            known += 1;
            let there = id_at(trees, parent, path)?;
            if there == here {
                (commit, here) = (parent, there);
                continue 'next;
            }
        }
        return Ok(if known > 0 || here.is_some() { Some(commit) } else { None });
    }
}

fn id_at(trees: &Trees, commit: ObjectId, path: &str) -> Result<Option<ObjectId>> {
    Ok(trees.lookup(trees.root_of(commit)?, path)?.map(|entry| entry.id))
}

/// The tree and the first parent of a commit, and its message.
pub(crate) struct CommitFacts {
    pub(crate) tree: ObjectId,
    pub(crate) parents: Vec<ObjectId>,
    pub(crate) message: String,
}

/// Reads a commit.
pub(crate) fn commit_facts(repository: &gix::Repository, id: ObjectId) -> Result<CommitFacts> {
    let mut buffer = Vec::new();
    let fail = || format!("reading commit {id} of {}", name(repository));
    let commit = repository.objects.find_commit(&id, &mut buffer).or_fail(fail)?;
    Ok(CommitFacts {
        tree: commit.tree(),
        parents: commit.parents().collect(),
        message: commit.message.to_str_lossy().into_owned(),
    })
}

/// The branches that a work tree has checked out, with that work tree: moving one would leave its files behind.
pub(crate) fn checked_out(repository: &gix::Repository) -> Result<Vec<(FullName, PathBuf)>> {
    let mut found = Vec::new();
    let fail = || format!("listing the work trees of {}", name(repository));
    for tree in repository.worktrees_including_main().or_fail(fail)?.flatten() {
        if let (Some(folder), Ok(Some(head))) = (tree.workdir(), tree.head_name()) {
            found.push((head, folder.to_path_buf()));
        }
    }
    Ok(found)
}

/// What messages call a repository.
pub(crate) fn name(repository: &gix::Repository) -> String {
    repository.workdir().unwrap_or_else(|| repository.path()).display().to_string()
}

/// A commit id as people read it.
pub(crate) fn short(id: ObjectId) -> String {
    id.to_hex_with_len(10).to_string()
}

/// Refuses what another reference makes impossible: `a` and `a/b` cannot both be branches. `free` holds the names that
/// are known to be no branches, since many branches share their first part.
pub(crate) fn check_name_is_free(
    repository: &gix::Repository,
    branch: &str,
    free: &mut BTreeSet<String>,
) -> Result<()> {
    let conflict = |other: &str| {
        Error::new(
            ErrorKind::Conflict,
            format!("branch {branch} cannot be made in {}: there is a branch {other}", name(repository)),
        )
        .hint("git cannot have both: rename one")
    };
    for (at, _) in branch.match_indices('/') {
        let prefix = &branch[..at];
        if free.contains(prefix) {
            continue;
        }
        if branch_tip(repository, prefix)?.is_some() {
            return Err(conflict(prefix));
        }
        free.insert(prefix.to_owned());
    }
    let fail = || format!("listing the branches of {}", name(repository));
    let prefix = format!("refs/heads/{branch}/");
    let platform = repository.references().or_fail(fail)?;
    if let Some(reference) = platform.prefixed(prefix.as_str()).or_fail(fail)?.flatten().next() {
        return Err(conflict(&reference.name().shorten().to_str_lossy()));
    }
    Ok(())
}
