//! Making repositories and commits out of plain files: for examples and tests, and for whoever writes build locks.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::tree::EntryKind;

use crate::error::{self, Context, Error, Result};
use crate::identity::Identity;
use crate::objects::{self, Edit, Objects};
use crate::refs::{self, Move};
use crate::repository::{self, Repository};
use crate::{pack, path};

/// Makes an empty bare repository.
///
/// # Errors
/// The folder exists and is not empty, or cannot be written.
pub fn init_bare(folder: &Path) -> Result<Repository> {
    let fail = || format!("cannot make the repository {}", folder.display());
    std::fs::create_dir_all(folder).or_fail(fail)?;
    gix::init_bare(folder).map_err(|cause| Error::io(fail(), error::causes(&cause)))?;
    Repository::open(folder)
}

/// Commits files to a branch, over what is there; the branch is made if it is missing. Returns the commit.
///
/// # Errors
/// A path cannot be in git, or the repository cannot be written.
pub fn commit_files(
    repository: &Repository,
    branch: &str,
    files: &BTreeMap<String, Arc<[u8]>>,
    identity: &Identity,
    message: &str,
) -> Result<ObjectId> {
    let local = repository.local();
    let tip = repository::branch_tip(&local, branch)?;
    let base = tip.map(|tip| Ok(repository::commit_facts(&local, tip)?.tree)).transpose()?;
    let mut deflater = objects::deflater(&local);
    let mut made = Objects::new(&local, &mut deflater);
    let mut edits = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        path::clean_below(name).map_err(Error::input)?;
        edits.push(Edit { path: name, leaf: Some((EntryKind::Blob, made.blob(bytes)?)) });
    }
    let tree = match made.graft(base, &edits)? {
        Some(tree) => tree,
        None => made.empty_tree()?,
    };
    let parents: Vec<ObjectId> = tip.into_iter().collect();
    let commit = made.commit(tree, &parents, identity, message)?;
    let new = made.into_new();
    pack::write(&repository.objects_dir(), local.object_hash(), &new.iter().collect::<Vec<_>>())?;
    let log = message.lines().next().unwrap_or_default().to_owned();
    refs::apply(&local, &[Move { branch: branch.to_owned(), old: tip, new: commit, log }], &identity.committer)?;
    Ok(commit)
}

/// An identity with a fixed time, for commits whose ids are to be the same everywhere.
pub fn fixed_identity(name: &str, email: &str, seconds: i64) -> Identity {
    let signature =
        gix::actor::Signature { name: name.into(), email: email.into(), time: gix::date::Time { seconds, offset: 0 } };
    Identity { author: signature.clone(), committer: signature }
}
