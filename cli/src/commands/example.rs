//! `thinlock example`: makes the git repositories of an example out of plain files, and promotes it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use thinlock_gitops::{Error, ErrorKind, ObjectId, Repository, Result, seed};

use super::common;
use crate::{DONE, Env, FAILED, Streams};

/// The arguments of `thinlock example`.
#[derive(Args, Debug)]
pub(crate) struct ExampleArgs {
    /// The folder with the example's files, in thinlock's repository examples/shop
    dir: PathBuf,

    /// Where the repositories are made
    #[arg(long, value_name = "PATH", default_value = "target/example")]
    into: PathBuf,
}

/// Runs `thinlock example`.
pub(crate) fn run(args: &ExampleArgs, env: &Env, streams: &mut Streams<'_>) -> u8 {
    match try_run(args, env, streams) {
        Ok(status) => status,
        Err(error) => {
            common::print_error(streams.stderr, None, &error);
            FAILED
        }
    }
}

/// The name by which the example's build locks call its source.
const SOURCE: &str = "https://git.example.com/shop.git";
/// When the example begins: every commit that sets it up has the same id everywhere.
const START: i64 = 1_767_225_600;

fn try_run(args: &ExampleArgs, env: &Env, streams: &mut Streams<'_>) -> Result<u8> {
    let example = Example::new(env, args)?;
    let first = example.commit_source("source", "shop: the first release", 0)?;
    say(streams, &format!("made {}, whose main is at {}", example.shown("source.git"), short(first)))?;
    example.commit_policy("gitops", "Policy for the shop", 60)?;
    example.commit_lock(first, 120)?;
    example.approve(first, "test", 180)?;
    say(streams, &format!("made {}, with a build lock for it, approved for test", example.shown("gitops.git")))?;

    let env = with_identity(env);
    let repo = example.shown("gitops.git");
    let source = example.shown("source.git");
    // Production is stopped by its gate, and says so: that is part of the example.
    promote(&["--repo", &repo, "--source", &source, "--all"], &env, streams)?;
    let review = promote(&["--repo", &repo, "--source", &source, "--review", "production"], &env, streams)?;

    let second = example.commit_source("release-2", "shop: the second release", 240)?;
    example.commit_lock(second, 300)?;
    say(streams, &format!("\na second release is built: {}; what it would change:", short(second)))?;
    let dry = promote(&["--repo", &repo, "--source", &source, "--dry-run", "--diff", "staging"], &env, streams)?;
    say(
        streams,
        &format!(
            "\nsee what was written: git -C {repo} log --stat stage/staging\nand promote the second release yourself: thinlock promote --repo {repo} --source {source} staging"
        ),
    )?;
    Ok(if review == DONE && dry == DONE { DONE } else { FAILED })
}

fn say(streams: &mut Streams<'_>, text: &str) -> Result<()> {
    writeln!(streams.stdout, "{text}")
        .and_then(|()| streams.stdout.flush())
        .map_err(|cause| Error::new(ErrorKind::Io, format!("cannot write to standard output: {cause}")))
}

/// Runs `thinlock promote`, as if it had been typed.
fn promote(args: &[&str], env: &Env, streams: &mut Streams<'_>) -> Result<u8> {
    say(streams, &format!("\n$ thinlock promote {}", args.join(" ")))?;
    let argv: Vec<OsString> = ["thinlock", "promote"].iter().chain(args).map(OsString::from).collect();
    Ok(super::run(&argv, env, streams))
}

/// On a fresh machine git knows nobody yet.
fn with_identity(env: &Env) -> Env {
    let mut env = env.clone();
    for role in ["AUTHOR", "COMMITTER"] {
        for (what, value) in [("NAME", "Example"), ("EMAIL", "example@example.com")] {
            env.vars.insert(format!("GIT_{role}_{what}").into(), value.into());
        }
    }
    env
}

fn short(id: ObjectId) -> String {
    id.to_hex_with_len(10).to_string()
}

struct Example {
    dir: PathBuf,
    into: PathBuf,
    shown: PathBuf,
    source: Repository,
    gitops: Repository,
}

impl Example {
    fn new(env: &Env, args: &ExampleArgs) -> Result<Example> {
        let (dir, into) = (env.path(&args.dir), env.path(&args.into));
        for part in ["source", "release-2", "gitops"] {
            if !dir.join(part).is_dir() {
                return Err(Error::new(
                    ErrorKind::Input,
                    format!("{} holds no example: there is no {part}", dir.display()),
                )
                .hint("thinlock's own is examples/shop in its repository"));
            }
        }
        for name in ["source.git", "gitops.git"] {
            let old = into.join(name);
            // An earlier run's; anything else by that name is not touched.
            if old.join("thinlock-example").exists() {
                fs::remove_dir_all(&old).map_err(|cause| cannot("remove", &old, &cause))?;
            } else if old.exists() {
                return Err(Error::new(ErrorKind::Conflict, format!("{} exists, and is no example", old.display()))
                    .hint("name another place with --into"));
            }
        }
        let make = |name: &str| -> Result<Repository> {
            let folder = into.join(name);
            let repository = seed::init_bare(&folder)?;
            let mark = folder.join("thinlock-example");
            fs::write(&mark, "").map_err(|cause| cannot("write", &mark, &cause))?;
            Ok(repository)
        };
        Ok(Example { source: make("source.git")?, gitops: make("gitops.git")?, dir, shown: args.into.clone(), into })
    }

    /// A path below the target as the user wrote that.
    fn shown(&self, name: &str) -> String {
        let shown = self.shown.join(name);
        if shown.is_absolute() { self.into.join(name).display().to_string() } else { shown.display().to_string() }
    }

    fn commit_source(&self, folder: &str, message: &str, after: i64) -> Result<ObjectId> {
        self.commit(&self.source, &files_below(&self.dir.join(folder))?, message, after)
    }

    fn commit_policy(&self, folder: &str, message: &str, after: i64) -> Result<ObjectId> {
        self.commit(&self.gitops, &files_below(&self.dir.join(folder))?, message, after)
    }

    /// Writes a build lock, as a build does once its image is pushed.
    fn commit_lock(&self, commit: ObjectId, after: i64) -> Result<ObjectId> {
        // No image is built here: its digest is made of the commit's id.
        let digest: String = commit.to_string().chars().cycle().take(64).collect();
        let text = format!(
            "schemaVersion: v1\nreleaseId: git-{commit}\ngitCommit: {commit}\nimage:\n  ref: registry.example.com/shop:git-{commit}\n  \
             digest: sha256:{digest}\npackaging:\n  kind: helm\n  sourceRepo: {SOURCE}\n  sourcePath: deploy/chart\n"
        );
        let bytes: Arc<[u8]> = text.as_bytes().into();
        let files = BTreeMap::from([
            (format!("warehouses/shop/builds/git-{commit}.yaml"), Arc::clone(&bytes)),
            ("warehouses/shop/builds/current.yaml".to_owned(), bytes),
        ]);
        self.commit(&self.gitops, &files, &format!("Build lock git-{commit}"), after)
    }

    fn approve(&self, commit: ObjectId, deployment: &str, after: i64) -> Result<ObjectId> {
        let path = format!("warehouses/shop/approvals/{deployment}/git-{commit}.yaml");
        let bytes: Arc<[u8]> = "approvedAt: '2026-01-01T00:03:00Z'\n".as_bytes().into();
        self.commit(
            &self.gitops,
            &BTreeMap::from([(path, bytes)]),
            &format!("Approve git-{commit} for {deployment}"),
            after,
        )
    }

    fn commit(
        &self,
        repository: &Repository,
        files: &BTreeMap<String, Arc<[u8]>>,
        message: &str,
        after: i64,
    ) -> Result<ObjectId> {
        let identity = seed::fixed_identity("Example", "example@example.com", START + after);
        seed::commit_files(repository, "main", files, &identity, &format!("{message}\n"))
    }
}

fn cannot(what: &str, path: &Path, cause: &io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("cannot {what} {}: {cause}", path.display()))
}

/// The files below a folder by their paths.
fn files_below(root: &Path) -> Result<BTreeMap<String, Arc<[u8]>>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![(root.to_path_buf(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|cause| cannot("read", &folder, &cause))? {
            let entry = entry.map_err(|cause| cannot("read", &folder, &cause))?;
            let path = entry.path();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if path.is_dir() {
                folders.push((path, format!("{name}/")));
            } else {
                let bytes = fs::read(&path).map_err(|cause| cannot("read", &path, &cause))?;
                files.insert(name, bytes.into());
            }
        }
    }
    Ok(files)
}
