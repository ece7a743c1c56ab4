//! Moving branches: one transaction a run, each branch against its expected old value, and no locks left behind.
//!
//! One branch is moved as `git update-ref` does it, by renaming a file over another. Several are moved in git's
//! `packed-refs`, which is one file: all of them move by one rename, so not even a kill leaves some moved and others
//! not, and a thousand branches cost no thousand files. A branch that has a file of its own first goes into
//! `packed-refs` as it is, as `git pack-refs` does it.
//!
//! Git locks a reference by creating `<reference>.lock`, and such a file outlives a process that is killed: every later
//! `git` run then stops at it. So a promotion first writes down which references it is about to lock. It holds an
//! operating system's lock, which a kill releases, while that record exists; the next promotion that finds the record
//! without the lock knows whose the lock files are and removes them.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use gix::ObjectId;
use gix::bstr::{BString, ByteSlice};
use gix::lock::acquire::Fail;
use gix::refs::file::transaction::PackedRefs;
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

/// A lock file that may be a living git's is left alone until it is this old: git holds one for milliseconds.
const STALE: Duration = Duration::from_secs(2);

/// Moves all branches, or none. Several move at once, by one rename. What a promotion left behind that was killed is cleaned
/// up, also where there is no branch to move: it may have moved them all.
///
/// # Errors
/// A branch is not where it has to be (the message says where it is), or cannot be locked or written.
pub fn apply(repository: &gix::Repository, moves: &[Move], committer: &gix::actor::Signature) -> Result<()> {
    if moves.is_empty() {
        return Guard::clean_up(repository);
    }
    let guard = Guard::take(repository)?;
    let mut prefixes = BTreeSet::new();
    for next in moves.iter().filter(|next| next.old.is_none()) {
        repository::check_name_is_free(repository, &next.branch, &mut prefixes)?;
    }
    let failed = |cause| explain(repository, moves, &cause);
    if moves.len() > 1 {
        // Where a branch has a file of its own, that counts, and not what packed-refs says of it.
        let own_files = moves
            .iter()
            .filter_map(|next| Some(Move { new: next.old?, ..next.clone() }))
            .filter(|still| has_own_file(repository, &still.branch))
            .collect::<Vec<_>>();
        if !own_files.is_empty() {
            guard.transact(repository, &own_files, true, committer)?.map_err(failed)?;
        }
    }
    guard.transact(repository, moves, moves.len() > 1, committer)?.map_err(failed)
}

fn has_own_file(repository: &gix::Repository, branch: &str) -> bool {
    let path = repository::full_name(branch).ok().and_then(|full| path_of(repository, full.as_ref()));
    path.is_some_and(|path| path.is_file())
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

/// How long git waits for a lock, by its configuration.
fn patience(repository: &gix::Repository, key: &str, default: u64) -> Fail {
    match repository.config_snapshot().integer(key).map(u64::try_from) {
        None => Fail::AfterDurationWithBackoff(Duration::from_millis(default)),
        Some(Ok(0)) => Fail::Immediately,
        Some(Ok(milliseconds)) => Fail::AfterDurationWithBackoff(Duration::from_millis(milliseconds)),
        Some(Err(_)) => Fail::AfterDurationWithBackoff(Duration::MAX),
    }
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
        lock.exists().then(|| (format!("branch {} is", next.branch), lock))
    });
    let packed = repository.refs.packed_refs_path().with_extension("lock");
    let held = held.or_else(|| packed.exists().then(|| ("the packed branches are".to_owned(), packed)));
    if let Some((what, lock)) = held {
        return Error::new(
            ErrorKind::Conflict,
            format!("{what} locked by another git process: {} exists", lock.display()),
        )
        .hint("no branch was moved: run it again when that process has ended; if there is none, remove the file");
    }
    Error::new(
        ErrorKind::Conflict,
        format!("cannot move the branches of {}: {}", repository::name(repository), error::causes(cause)),
    )
    .hint("run the same command again when the cause is gone")
}

/// The file of a reference, if it has one of its own.
fn path_of(repository: &gix::Repository, reference: &gix::refs::FullNameRef) -> Option<PathBuf> {
    let relative = gix::path::from_bstr(reference.as_bstr()).ok()?;
    Some(repository.common_dir().join(relative))
}

/// Git's lock file for a reference.
fn lock_path(repository: &gix::Repository, reference: &gix::refs::FullNameRef) -> Option<PathBuf> {
    let mut path = path_of(repository, reference)?.into_os_string();
    path.push(".lock");
    Some(path.into())
}

/// The right to write references, held by at most one promotion on a repository.
struct Guard {
    /// What is about to be locked, written before the first lock.
    record: PathBuf,
    /// Written when everything is locked: a lock that is younger is not ours.
    locked: PathBuf,
    // Unlocked by the operating system when it is closed, in whatever way the process ends.
    lock: File,
}

/// See [`Guard::record`].
const RECORD: &str = "moving";

/// Where promotions keep what they tell each other.
fn folder(repository: &gix::Repository) -> PathBuf {
    repository.common_dir().join("thinlock")
}

impl Guard {
    fn take(repository: &gix::Repository) -> Result<Guard> {
        let guard = Guard::open(repository)?;
        let started = Instant::now();
        loop {
            match guard.lock.try_lock() {
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
                Err(TryLockError::Error(cause)) => return Err(guard.not_locked(cause)),
            }
        }
        guard.recover(repository)?;
        Ok(guard)
    }

    /// Cleans up if a promotion was killed and no other one is at work.
    fn clean_up(repository: &gix::Repository) -> Result<()> {
        if !folder(repository).join(RECORD).exists() {
            return Ok(());
        }
        let guard = Guard::open(repository)?;
        match guard.lock.try_lock() {
            Ok(()) => guard.recover(repository),
            Err(TryLockError::WouldBlock) => Ok(()),
            Err(TryLockError::Error(cause)) => Err(guard.not_locked(cause)),
        }
    }

    /// Without the lock.
    fn open(repository: &gix::Repository) -> Result<Guard> {
        let folder = folder(repository);
        let fail = || format!("cannot lock {}", folder.display());
        fs::create_dir_all(&folder).or_fail(fail)?;
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        let lock = options.open(folder.join("promotion.lock")).or_fail(fail)?;
        Ok(Guard { record: folder.join(RECORD), locked: folder.join("moving.locked"), lock })
    }

    fn not_locked(&self, cause: std::io::Error) -> Error {
        let folder = self.record.parent().unwrap_or(&self.record);
        Error::io(format!("cannot lock {}", folder.display()), cause)
    }

    /// One transaction of git's.
    fn transact(
        &self,
        repository: &gix::Repository,
        moves: &[Move],
        packed: bool,
        committer: &gix::actor::Signature,
    ) -> Result<gix::Result<()>> {
        let edits = moves.iter().map(edit).collect::<Result<Vec<_>>>()?;
        let place = if packed {
            PackedRefs::DeletionsAndNonSymbolicUpdatesRemoveLooseSourceReference(Box::new(&repository.objects))
        } else {
            PackedRefs::DeletionsOnly
        };
        self.record(moves)?;
        let prepared = repository.refs.transaction().packed_refs(place).prepare(
            edits,
            patience(repository, "core.filesRefLockTimeout", 100),
            patience(repository, "core.packedRefsTimeout", 1000),
        );
        let result = match prepared {
            Ok(transaction) => {
                self.all_locked()?;
                let mut time = gix::date::parse::TimeBuf::default();
                transaction.commit(Some(committer.to_ref(&mut time))).map(|_| ())
            }
            Err(cause) => Err(cause),
        };
        self.release()?;
        if packed && result.is_ok() {
            // What a power cut may take is all branches, and not only the newest commit of one.
            let path = repository.refs.packed_refs_path();
            File::open(&path).and_then(|file| file.sync_all()).or_fail(|| format!("cannot sync {}", path.display()))?;
        }
        Ok(result)
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

    fn all_locked(&self) -> Result<()> {
        File::create(&self.locked).map(|_| ()).or_fail(|| format!("cannot write {}", self.locked.display()))
    }

    /// Removes the record: no lock file of ours is left.
    fn release(&self) -> Result<()> {
        for path in [&self.locked, &self.record] {
            match fs::remove_file(path) {
                Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::io(format!("cannot remove {}", path.display()), cause));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Cleans up after a promotion that was killed between [`Guard::record`] and [`Guard::release`].
    fn recover(&self, repository: &gix::Repository) -> Result<()> {
        let Ok(text) = fs::read(&self.record) else { return Ok(()) };
        let fail = || format!("cannot read {}", self.record.display());
        let time = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified());
        let since = time(&self.record).or_fail(fail)?;
        let dead = Dead { since, locked: time(&self.locked).ok() };
        let mut ours = HashSet::new();
        for line in text.lines() {
            let Some((new, reference)) = line.split_once_str(" ") else { continue };
            // Only what was checked to be a reference's name when it was written is looked at.
            let Ok(reference) = FullName::try_from(BString::from(reference)) else { continue };
            let Some(lock) = lock_path(repository, reference.as_ref()) else { continue };
            ours.insert(line);
            dead.remove(&lock, |bytes| match bytes.trim_end() {
                b"" => Content::Empty,
                // The full id of the commit that the dead process was about to put there is proof enough.
                id if id == new => Content::Ours,
                id if new.starts_with(id) => Content::Perhaps,
                _ => Content::NotOurs,
            })?;
        }
        let path = repository.refs.packed_refs_path();
        let before = fs::read(&path).unwrap_or_default();
        let before: HashSet<&[u8]> = before.lines().collect();
        // What it holds is the old lines with the new ones among them, as far as the dead process got. A new line is
        // proof enough; other lines may be those of a git that packs references.
        dead.remove(&path.with_extension("lock"), |bytes| {
            // The last line may be cut off.
            let whole = bytes.rfind_byte(b'\n').map_or(0, |at| at + 1);
            let lines: Vec<&[u8]> = bytes[..whole].lines().collect();
            if lines.iter().any(|line| ours.contains(line)) {
                Content::Ours
            } else if bytes.is_empty() {
                Content::Empty
            } else if lines.iter().all(|line| line.starts_with(b"#") || before.contains(line)) {
                Content::Perhaps
            } else {
                Content::NotOurs
            }
        })?;
        self.release()
    }
}

/// What a lock file holds.
enum Content {
    /// What only the dead process can have written.
    Ours,
    /// Nothing, which is how locks begin.
    Empty,
    /// What the dead process may have begun to write.
    Perhaps,
    /// Something else.
    NotOurs,
}

/// A process that was killed while it held locks.
struct Dead {
    /// It had no lock before.
    since: SystemTime,
    /// It had all of its locks by then; none: it did not get that far.
    locked: Option<SystemTime>,
}

impl Dead {
    /// Removes a lock file if it is this process's: it is not older than its record, holds what that process would have
    /// written, and, where that is no proof, stays as it is for longer than any living process would leave it.
    fn remove(&self, lock: &Path, content: impl Fn(&[u8]) -> Content) -> Result<()> {
        let fail = || format!("cannot remove the lock {} of a promotion that was killed", lock.display());
        loop {
            let Ok(metadata) = fs::metadata(lock) else { return Ok(()) };
            let Ok(modified) = metadata.modified() else { return Ok(()) };
            let Ok(bytes) = fs::read(lock) else { return Ok(()) };
            if modified < self.since {
                return Ok(());
            }
            let proven = match (content(&bytes), self.locked) {
                (Content::NotOurs, _) => return Ok(()),
                (Content::Ours, _) => true,
                (Content::Empty, Some(locked)) if modified > locked => return Ok(()),
                (Content::Empty, Some(_)) => true,
                (Content::Empty | Content::Perhaps, _) => modified.elapsed().unwrap_or(STALE) >= STALE,
            };
            if proven {
                return fs::remove_file(lock).or_fail(fail);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
