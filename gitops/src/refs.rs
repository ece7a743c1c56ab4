//! Moving branches: one transaction a run, each branch against its expected old value, and no locks left behind.
//!
//! Git locks a reference by creating `<reference>.lock`, and such a file outlives a process that is killed: every later
//! `git` run then stops at it. So a promotion first writes down which references it is about to lock. It holds an
//! operating system's lock, which a kill releases, while that record exists; the next promotion that finds the record
//! without the lock knows whose the lock files are and removes them.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use gix::ObjectId;
use gix::bstr::{BString, ByteSlice};
use gix::refs::transaction::{Change, LogChange, PreviousValue, RefEdit, RefLog};
use gix::refs::{FullName, Target};

use crate::error::{self, Context, Error, ErrorKind, Result};
use crate::repository;

/// A branch to be moved.
#[derive(Clone, Debug)]
pub struct Move {
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// Where it has to be now; `None`: it must not exist.
    pub old: Option<ObjectId>,
    /// Where it goes.
    pub new: ObjectId,
    /// The line for the reference log.
    pub log: String,
}

/// How long another promotion on the same repository is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A lock file of a dead process may be removed when it is this old: a living git that happened to take the same lock
/// meanwhile holds it for milliseconds.
const STALE: Duration = Duration::from_secs(2);

/// Moves all branches, or none where that can be known before the first is moved.
///
/// # Errors
/// A branch is not where it has to be (the message says where it is), or cannot be locked or written.
pub fn apply(repository: &gix::Repository, moves: &[Move], committer: &gix::actor::Signature) -> Result<()> {
    if moves.is_empty() {
        return Ok(());
    }
    let guard = Guard::take(repository)?;
    let mut prefixes = BTreeSet::new();
    for next in moves.iter().filter(|next| next.old.is_none()) {
        repository::check_name_is_free(repository, &next.branch, &mut prefixes)?;
    }
    let edits = moves.iter().map(edit).collect::<Result<Vec<_>>>()?;
    guard.record(moves)?;
    let mut time = gix::date::parse::TimeBuf::default();
    let result = repository.edit_references_as(edits, Some(committer.to_ref(&mut time)));
    guard.release()?;
    result.map(|_| ()).map_err(|cause| explain(repository, moves, &cause))
}

fn edit(next: &Move) -> Result<RefEdit> {
    Ok(RefEdit {
        change: Change::Update {
            log: LogChange {
                mode: RefLog::AndReference,
                force_create_reflog: false,
                message: next.log.as_str().into(),
            },
            expected: match next.old {
                Some(id) => PreviousValue::MustExistAndMatch(Target::Object(id)),
                None => PreviousValue::MustNotExist,
            },
            new: Target::Object(next.new),
        },
        name: repository::full_name(&next.branch)?,
        deref: false,
    })
}

/// Says which branch is in the way, as far as that shows.
fn explain(repository: &gix::Repository, moves: &[Move], cause: &gix::Error) -> Error {
    let moved: Vec<String> = moves
        .iter()
        .filter_map(|next| {
            let now = repository::branch_tip(repository, &next.branch).ok()?;
            if now == next.old || now == Some(next.new) {
                return None;
            }
            let describe = |id: Option<ObjectId>| match id {
                None => "no branch".to_owned(),
                Some(id) => match repository::commit_facts(repository, id) {
                    Ok(facts) => {
                        format!("{} ({:?})", repository::short(id), facts.message.lines().next().unwrap_or_default())
                    }
                    Err(_) => repository::short(id),
                },
            };
            Some(format!("branch {} moved meanwhile: from {} to {}", next.branch, describe(next.old), describe(now)))
        })
        .collect();
    if !moved.is_empty() {
        return Error::new(ErrorKind::Conflict, moved.join("\n"))
            .hint("no branch was moved by this run: run it again, it starts from where the branches are now");
    }
    // Whoever took the lock of a branch, with git or otherwise, still has it.
    let held = moves.iter().find_map(|next| {
        let full = repository::full_name(&next.branch).ok()?;
        let lock = lock_path(repository, full.as_ref())?;
        lock.exists().then_some((next.branch.as_str(), lock))
    });
    if let Some((branch, lock)) = held {
        return Error::new(
            ErrorKind::Conflict,
            format!("branch {branch} is locked by another git process: {} exists", lock.display()),
        )
        .hint("no branch was moved: run it again when that process has ended; if there is none, remove the file");
    }
    Error::new(
        ErrorKind::Conflict,
        format!("cannot move the branches of {}: {}", repository::name(repository), error::causes(cause)),
    )
    .hint("run the same command again when the cause is gone")
}

/// Git's lock file for a reference.
fn lock_path(repository: &gix::Repository, reference: &gix::refs::FullNameRef) -> Option<PathBuf> {
    let relative = gix::path::from_bstr(reference.as_bstr()).ok()?;
    let mut path = repository.common_dir().join(relative).into_os_string();
    path.push(".lock");
    Some(path.into())
}

/// The right to write references, held by at most one promotion on a repository.
struct Guard {
    record: PathBuf,
    // Unlocked by the operating system when it is closed, in whatever way the process ends.
    _lock: File,
}

impl Guard {
    fn take(repository: &gix::Repository) -> Result<Guard> {
        let folder = repository.common_dir().join("thinlock");
        let fail = || format!("cannot lock {}", folder.display());
        fs::create_dir_all(&folder).or_fail(fail)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join("promotion.lock"))
            .or_fail(fail)?;
        let started = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if started.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::new(
                        ErrorKind::Conflict,
                        format!("another promotion has been writing to {} for a minute", repository::name(repository)),
                    )
                    .hint("wait until it has ended and run this one again"));
                }
                Err(TryLockError::Error(cause)) => return Err(Error::io(fail(), cause)),
            }
        }
        let guard = Guard { record: folder.join("moving"), _lock: lock };
        guard.recover(repository)?;
        Ok(guard)
    }

    /// Writes down what is about to be locked: `<new id> <reference>` a line.
    fn record(&self, moves: &[Move]) -> Result<()> {
        let fail = || format!("cannot write {}", self.record.display());
        let mut text = String::new();
        for next in moves {
            text.push_str(&format!("{} {}\n", next.new, repository::full_name(&next.branch)?.as_bstr()));
        }
        let temporary = self.record.with_extension("new");
        let mut file = File::create(&temporary).or_fail(fail)?;
        file.write_all(text.as_bytes()).or_fail(fail)?;
        drop(file);
        fs::rename(&temporary, &self.record).or_fail(fail)
    }

    /// Removes the record: no lock file of ours is left.
    fn release(self) -> Result<()> {
        fs::remove_file(&self.record).or_fail(|| format!("cannot remove {}", self.record.display()))
    }

    /// Cleans up after a promotion that was killed between [`Guard::record`] and [`Guard::release`].
    fn recover(&self, repository: &gix::Repository) -> Result<()> {
        let Ok(text) = fs::read(&self.record) else { return Ok(()) };
        let fail = || format!("cannot read {}", self.record.display());
        let written = fs::metadata(&self.record).and_then(|m| m.modified()).or_fail(fail)?;
        for line in text.lines() {
            let Some((new, reference)) = line.split_once_str(" ") else { continue };
            // Only what was checked to be a reference's name when it was written is looked at.
            let Ok(reference) = FullName::try_from(BString::from(reference)) else { continue };
            let Some(lock) = lock_path(repository, reference.as_ref()) else { continue };
            remove_stale(&lock, written, |bytes| new.starts_with(bytes.trim_end()))?;
        }
        // A transaction that looks into the packed references locks them, too, without writing to them.
        remove_stale(&repository.common_dir().join("packed-refs.lock"), written, |bytes| bytes.is_empty())?;
        fs::remove_file(&self.record).or_fail(fail)
    }
}

/// Removes a lock file that a dead process left: it is not older than the process's record, holds what that process
/// would have written, and stays as it is for longer than any living process would leave it.
fn remove_stale(lock: &Path, since: SystemTime, ours: impl Fn(&[u8]) -> bool) -> Result<()> {
    let fail = || format!("cannot remove the lock {} of a promotion that was killed", lock.display());
    loop {
        let Ok(metadata) = fs::metadata(lock) else { return Ok(()) };
        let Ok(modified) = metadata.modified() else { return Ok(()) };
        let Ok(bytes) = fs::read(lock) else { return Ok(()) };
        if modified < since || !ours(&bytes) {
            return Ok(());
        }
        // The full id of the commit that the dead process was about to put there is proof enough.
        if !bytes.is_empty() || modified.elapsed().unwrap_or(STALE) >= STALE {
            return fs::remove_file(lock).or_fail(fail);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
