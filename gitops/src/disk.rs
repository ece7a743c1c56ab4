//! Charts and values on disk, read as Helm reads them.
//!
//! A chart's directory is walked in Helm's order, symbolic links included: Helm follows them wherever they lead and logs
//! each, and a directory on the user's own disk is read with the user's own rights. (A chart in a git tree is never read
//! this way.) What .helmignore leaves out is not opened. Errors are Go's texts, since they are part of Helm's output.

mod directory;

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use rustix::buffer::spare_capacity;
use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::retry_on_intr;
use thinlock_go::{Str, path, strconv};
use thinlock_renderer::chart::{self, ChartError, ignore::Rules};
use thinlock_renderer::source::File;
use thinlock_renderer::{Chart, Dialect, FileSet, Log};

use directory::{Around, Listing, Place};

/// What a directory may come to in bytes where Helm has no limit of its own.
const MAX_DIRECTORY: u64 = 1024 * 1024 * 1024;
/// So many directories of templates may wait to be read early.
const MAX_WAITING: usize = 256;
/// So many directories in each other are kept open while what is in them is visited.
const MAX_OPEN: usize = 16;
/// How many links one path may lead through, as in Go's `filepath.EvalSymlinks`.
const MAX_LINKS: u32 = 255;

/// Loads a chart from a directory or an archive. The path must be absolute: it stands in messages as it is.
///
/// # Errors
/// With Helm's text: the path leads nowhere, a file cannot be read or is not regular, or it is no valid chart.
pub fn load_chart(location: &Path, dialect: &Dialect, logs: &mut Vec<Log>) -> Result<Arc<Chart>, ChartError> {
    load_chart_seen(location, dialect, logs, &mut |_| {})
}

/// Loads a chart, and shows each file of a directory as soon as it was read, or put off until it is asked for.
///
/// # Errors
/// As [`load_chart`].
pub fn load_chart_seen(
    location: &Path,
    dialect: &Dialect,
    logs: &mut Vec<Log>,
    seen: &mut dyn FnMut(&File),
) -> Result<Arc<Chart>, ChartError> {
    let shown = location.to_string_lossy();
    let given = location.as_os_str().as_bytes();
    let top = path::clean(given);
    let open = || Place::of(&top).open(OFlags::DIRECTORY).ok();
    let mut opened = if top == given { open() } else { None };
    if opened.is_none() {
        let info = fs::metadata(location).map_err(|e| ChartError::new(go_error("stat", &shown, &e)))?;
        if !info.is_dir() {
            let data = fs::read(location).map_err(|e| ChartError::new(go_error("open", &shown, &e)))?;
            return chart::load_archive(&data, &shown, dialect, logs);
        }
        opened = open();
    }

    let origin = String::from_utf8_lossy(&top).into_owned();
    let path = if top.ends_with(b"/") { Str::from(&*top) } else { Str::from([&*top, b"/"].concat()) };
    let mut root = Root { directory: opened, path, buffer: Vec::with_capacity(SMALL) };
    let chart_yaml = root.detect(dialect)?;
    let rules = Rules::parse(root.ignore_file()?.as_deref(), dialect)?;
    let Some(directory) = root.directory else {
        // It cannot be read, and the loader does not look at that error.
        fs::metadata(to_path(&root.path)).map_err(|e| ChartError::new(go_error("lstat", &shown, &e)))?;
        return chart::load_files(&FileSet::new(origin), dialect, logs);
    };
    let mut walk = Walk::new(root.path, rules, dialect, logs, seen);
    walk.chart_yaml = chart_yaml;
    // Nor if it cannot be listed. A link at the root is followed without a word.
    if let Ok(listing) = Listing::read(&directory, &mut walk.buffer) {
        walk.visit_all(&listing, Some(Around::new(&directory, walk.here.path.len())))?;
    }
    let mut files = walk.files;
    files.origin = origin;
    chart::load_files(&files, dialect, logs)
}

/// A chart's directory, before the walk.
struct Root {
    /// `None` where it cannot be opened.
    directory: Option<OwnedFd>,
    /// With a slash at its end.
    path: Str,
    buffer: Vec<u8>,
}

impl Root {
    /// What Helm 4 looks at before anything else. Returns the content of Chart.yaml, if there is any.
    fn detect(&mut self, dialect: &Dialect) -> Result<Option<Str>, ChartError> {
        match self.read(b"Chart.yaml") {
            Ok(data) => chart::detect(Ok(&data), dialect).map(|()| Some(data)),
            Err(e) => {
                let name = [&self.path, &b"Chart.yaml"[..]].concat();
                let name = String::from_utf8_lossy(&name);
                let text = format!("unable to detect chart at {name}: {}", read_error(&name, &e));
                chart::detect(Err(&text), dialect).map(|()| None)
            }
        }
    }

    /// What .helmignore says, if there is one.
    fn ignore_file(&mut self) -> Result<Option<Str>, ChartError> {
        match self.read(b".helmignore") {
            Ok(data) => Ok(Some(data)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => {
                let location = to_path(&[&self.path, &b".helmignore"[..]].concat());
                if fs::metadata(&location).is_ok() {
                    Err(ChartError::new(read_error(&location.to_string_lossy(), &e)))
                } else {
                    Ok(None)
                }
            }
        }
    }

    fn read(&mut self, name: &[u8]) -> io::Result<Str> {
        let path = [&self.path, name].concat();
        let around = self.directory.as_ref().map(|directory| Around::new(directory, self.path.len()));
        // A link is opened by the whole path, as the links that led to the chart count.
        match read_up_to(Place::within(&path, around), OFlags::NOFOLLOW, u64::MAX, &mut self.buffer) {
            Ok(Some(data)) => Ok(data),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
            _ => Ok(Str::from(fs::read(to_path(&path))?)),
        }
    }
}

/// Reads a file for `-f` or `--set-file`; `shown` is its name as the user wrote it.
///
/// # Errors
/// Go's text: `open z: no such file or directory`, `read z: is a directory`.
pub fn read_file(location: &Path, shown: &str) -> Result<Vec<u8>, String> {
    fs::read(location).map_err(|e| read_error(shown, &e))
}

/// Go's text of a failed operation on a file: `open z: no such file or directory`.
pub fn go_error(operation: &str, name: &str, error: &io::Error) -> String {
    format!("{operation} {name}: {}", errno_text(error))
}

/// The text of an error number as Go's syscall package has it: the system's, in lower case.
fn errno_text(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Why a file cannot be read. Go opens a directory without complaint and fails on reading it.
fn read_error(name: &str, error: &io::Error) -> String {
    go_error(if error.kind() == io::ErrorKind::IsADirectory { "read" } else { "open" }, name, error)
}

/// What most of a chart's files fit in, and what most directories say at once.
const SMALL: usize = 16 << 10;

/// Reads a file of at most `max` bytes; a small one by way of a buffer, whose memory serves for all of them, a large one
/// straight into memory of its own. `None` if there are more bytes.
fn read_up_to(place: Place<'_>, flags: OFlags, max: u64, buffer: &mut Vec<u8>) -> io::Result<Option<Str>> {
    let mut file = fs::File::from(place.open(flags)?);
    buffer.clear();
    while buffer.len() < buffer.capacity() {
        if retry_on_intr(|| rustix::io::read(&file, spare_capacity(buffer)))? == 0 {
            return Ok((buffer.len() as u64 <= max).then(|| Str::from(buffer.as_slice())));
        }
    }
    let len = file.metadata()?.len();
    if len > max {
        return Ok(None);
    }
    if let Some(whole) = read_rest(&mut file, len, buffer)? {
        return Ok(Some(whole));
    }
    // Its length is not what the system says, or has just changed.
    let mut bytes = Vec::new();
    fs::File::from(place.open(flags)?).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= max).then(|| Str::from(bytes)))
}

/// Reads what comes after the beginning of a file, straight into memory of its own. `None` if it has another length.
fn read_rest(file: &mut fs::File, len: u64, begin: &[u8]) -> io::Result<Option<Str>> {
    let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, usize::try_from(len).unwrap_or(usize::MAX)).collect();
    let Some((first, rest)) = Arc::get_mut(&mut bytes).and_then(|whole| whole.split_at_mut_checked(begin.len())) else {
        return Ok(None);
    };
    first.copy_from_slice(begin);
    let whole = read_full(file, rest)? == rest.len() && read_full(file, &mut [0])? == 0;
    Ok(whole.then(|| Str::from(bytes)))
}

/// What tells that a file is still what it was.
fn stamp(info: &Stat) -> impl PartialEq + Send + Sync + use<> {
    (info.st_dev, info.st_ino, info.st_size, info.st_mtime, info.st_mtime_nsec)
}

/// Whether reading a file will not fail for want of a permission: everybody has it.
fn is_readable(info: &Stat) -> bool {
    let all = Mode::RUSR | Mode::RGRP | Mode::ROTH;
    FileType::from_raw_mode(info.st_mode).is_file() && Mode::from_raw_mode(info.st_mode).contains(all)
}

/// Reads a file that was looked at before, and is to be what it was then; `name` is its path below `root`.
fn read_unchanged(root: &Str, name: &Str, len: u64, is_same: impl Fn(&Stat) -> bool) -> Result<Str, String> {
    let path = [root.as_bytes(), name.as_bytes()].concat();
    let read = || {
        let mut file = fs::File::from(Place::of(&path).open(OFlags::empty())?);
        if is_same(&rustix::fs::fstat(&file)?) { read_rest(&mut file, len, &[]) } else { Ok(None) }
    };
    match read() {
        Ok(Some(data)) => Ok(data),
        Ok(None) => Err(format!("error reading {name}: it has changed since the chart was loaded; render again")),
        Err(error) => Err(format!("error reading {name}: {}", read_error(&String::from_utf8_lossy(&path), &error))),
    }
}

/// Reads until the buffer is full or the file ends; returns how much there was.
fn read_full(file: &mut fs::File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn to_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(std::ffi::OsString::from_vec(bytes.to_vec()))
}

/// Where a walk is.
struct Here {
    /// The root's path, and a name below it.
    path: Vec<u8>,
    /// The root's path, with a slash at its end.
    root: Str,
}

impl Here {
    /// Goes from a directory to what is in it.
    fn push(&mut self, name: &[u8]) {
        if self.path.len() > self.root.len() {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(name);
    }

    /// The path below the root.
    fn name(&self) -> &[u8] {
        self.path.get(self.root.len()..).unwrap_or_default()
    }

    fn place<'p>(&'p self, around: Option<Around<'p>>) -> Place<'p> {
        Place::within(&self.path, around)
    }

    fn shown(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.path)
    }

    fn error(&self, operation: &str, error: &io::Error) -> ChartError {
        ChartError::new(go_error(operation, &self.shown(), error))
    }
}

/// Helm's walk over a chart's directory: its `sympath.Walk` and the function that its loader calls for each entry.
struct Walk<'a> {
    here: Here,
    /// How many directories below the root are open.
    opened: usize,
    rules: Rules,
    files: FileSet,
    /// Where each file is read, before it is kept in memory of its own size.
    buffer: Vec<u8>,
    read: u64,
    /// What Chart.yaml holds, until it is its turn.
    chart_yaml: Option<Str>,
    /// Templates that were read before their turn, by their names.
    early: FxHashMap<Str, File>,
    /// What is in the directories of those.
    listed: FxHashMap<Str, Listing>,
    dialect: &'a Dialect,
    logs: &'a mut Vec<Log>,
    seen: &'a mut dyn FnMut(&File),
}

impl<'a> Walk<'a> {
    fn new(
        root: Str,
        rules: Rules,
        dialect: &'a Dialect,
        logs: &'a mut Vec<Log>,
        seen: &'a mut dyn FnMut(&File),
    ) -> Walk<'a> {
        Walk {
            here: Here { path: root.to_vec(), root },
            opened: 0,
            rules,
            files: FileSet::default(),
            buffer: Vec::with_capacity(SMALL),
            read: 0,
            chart_yaml: None,
            early: FxHashMap::default(),
            listed: FxHashMap::default(),
            dialect,
            logs,
            seen,
        }
    }

    /// Visits what is in the directory at the path.
    fn visit_all(&mut self, listing: &Listing, around: Option<Around<'_>>) -> Result<(), ChartError> {
        let len = self.here.path.len();
        for (name, file_type) in listing.iter() {
            if name == b"charts" && len == self.here.root.len() {
                self.read_early(listing, around);
            }
            self.here.push(name);
            let file_type = self.here.place(around).file_type(file_type);
            self.visit(file_type.map_err(|e| self.here.error("lstat", &e))?, around)?;
            self.here.path.truncate(len);
        }
        Ok(())
    }

    /// Visits what is at the path, which is of a type: a link is followed.
    fn visit(&mut self, file_type: FileType, around: Option<Around<'_>>) -> Result<(), ChartError> {
        match file_type {
            FileType::Symlink => self.follow(),
            FileType::Directory => self.enter(around),
            _ => self.take(file_type, around, None),
        }
    }

    fn follow(&mut self) -> Result<(), ChartError> {
        let resolved = eval_symlinks(Path::new(OsStr::from_bytes(&self.here.path)))
            .map_err(|e| ChartError::new(format!("error evaluating symlink {}: {e}", self.here.shown())))?;
        let resolved = resolved.as_os_str().as_bytes();
        self.logs.push(Log::Symlink { path: Str::from(self.here.path.as_slice()), resolved: Str::from(resolved) });
        let info = Place::of(resolved)
            .lstat()
            .map_err(|e| ChartError::new(go_error("lstat", &String::from_utf8_lossy(resolved), &e)))?;
        match FileType::from_raw_mode(info.st_mode) {
            FileType::Directory => self.enter(None),
            file_type => self.take(file_type, None, Some(resolved)),
        }
    }

    /// Visits what is in the directory at the path, if it is not ignored.
    fn enter(&mut self, around: Option<Around<'_>>) -> Result<(), ChartError> {
        if self.is_ignored(true) {
            return Ok(());
        }
        if thinlock_go::stack::is_low() {
            return Err(ChartError::new("directories lie too deep in each other"));
        }
        if let Some(listing) = self.listed.remove(self.here.name()) {
            return self.visit_all(&listing, around);
        }
        let (directory, listing) = self.list(around).map_err(|e| self.here.error("open", &e))?;
        if around.is_none() || self.opened == MAX_OPEN {
            drop(directory);
            return self.visit_all(&listing, around);
        }
        self.opened += 1;
        self.visit_all(&listing, Some(Around::new(&directory, self.here.path.len() + 1)))?;
        self.opened -= 1;
        Ok(())
    }

    fn list(&mut self, around: Option<Around<'_>>) -> io::Result<(OwnedFd, Listing)> {
        let directory = self.here.place(around).open(OFlags::DIRECTORY)?;
        let listing = Listing::read(&directory, &mut self.buffer)?;
        Ok((directory, listing))
    }

    fn is_ignored(&mut self, is_directory: bool) -> bool {
        self.rules.ignore(self.here.name(), is_directory, self.logs)
    }

    /// What the loader does with what is no directory. `real` is where a link leads.
    fn take(&mut self, file_type: FileType, around: Option<Around<'_>>, real: Option<&[u8]>) -> Result<(), ChartError> {
        if self.is_ignored(false) {
            return Ok(());
        }
        if file_type != FileType::RegularFile {
            let shown = self.here.shown();
            return Err(ChartError::new(format!(
                "cannot load irregular file {shown} as it has file mode type bits set"
            )));
        }
        let max = self.dialect.chart.max_file_size.unwrap_or(u64::MAX);
        let limited = self.dialect.chart.directory_size_limited;
        let limit = if limited { chart::MAX_CHART_SIZE } else { MAX_DIRECTORY };
        let left = max.min(limit.saturating_sub(self.read));
        let fits = |data: &Str| data.len() as u64 <= left;
        if let Some(file) = self.early.remove(self.here.name())
            && let Some(len) = file.data().ok().filter(|data| fits(data)).map(|data| data.len())
        {
            self.read += len as u64;
            self.files.push(file);
            return Ok(());
        }
        let name = Str::from(self.here.name());
        let place = self.here.place(around);
        if !chart::looks_into(&name)
            && let Ok(info) = place.stat()
            && is_readable(&info)
            && let Ok(len) = u64::try_from(info.st_size)
            && (1..=left).contains(&len)
        {
            self.read += len;
            let (before, root, below) = (stamp(&info), self.here.root.clone(), name.clone());
            let is_same = move |now: &Stat| stamp(now) == before;
            let file = File::read_later(name, move || read_unchanged(&root, &below, len, &is_same));
            (self.seen)(&file);
            self.files.push(file);
            return Ok(());
        }
        let at_hand = if name == "Chart.yaml" { self.chart_yaml.take().filter(fits) } else { None };
        let data = match at_hand {
            Some(data) => Some(data),
            None => read_up_to(place, OFlags::empty(), left, &mut self.buffer).map_err(|e| {
                ChartError::new(format!("error reading {name}: {}", read_error(&self.here.shown(), &e)))
            })?,
        };
        let Some(data) = data else {
            if place.stat().is_ok_and(|info| u64::try_from(info.st_size).is_ok_and(|len| len > max)) {
                let base = strconv::quote(path::base(real.unwrap_or(&self.here.path)));
                return Err(ChartError::new(format!("chart file {base} is larger than the maximum file size {max}")));
            }
            return Err(ChartError::new(format!(
                "error reading {name}: chart exceeds maximum decompressed size of {limit} bytes"
            )));
        };
        self.read += data.len() as u64;
        let file = File::new(name, data);
        (self.seen)(&file);
        self.files.push(file);
        Ok(())
    }

    /// Reads the templates of the chart itself before their turn, so that they can be parsed while the subcharts are being
    /// read. It is no more than that: links, errors and what is too large are met when it is their turn.
    fn read_early(&mut self, listing: &Listing, around: Option<Around<'_>>) {
        const TEMPLATES: &[u8] = b"templates";
        // A Helm 3 counts how often it tries some rules; this is no try of its.
        let rules = self.rules.clone();
        let is_ignored = |name: &[u8], file_type: FileType| rules.ignore(name, file_type.is_dir(), &mut Vec::new());
        let Some((_, file_type)) = listing.iter().find(|(name, _)| *name == TEMPLATES) else { return };
        let top = [&self.here.root, TEMPLATES].concat();
        let is_directory = Place::within(&top, around).file_type(file_type).is_ok_and(FileType::is_dir);
        let mut waiting =
            if is_directory && !is_ignored(TEMPLATES, FileType::Directory) { vec![top] } else { Vec::new() };
        let mut left = chart::MAX_CHART_SIZE;
        while let Some(directory) = waiting.pop() {
            self.here.path = directory;
            let Ok((directory, listing)) = self.list(around) else { continue };
            let len = self.here.path.len();
            let around = around.map(|_| Around::new(&directory, len + 1));
            for (name, file_type) in listing.iter() {
                self.here.path.truncate(len);
                self.here.push(name);
                let place = self.here.place(around);
                let Ok(file_type) = place.file_type(file_type) else { continue };
                if is_ignored(self.here.name(), file_type) {
                    continue;
                }
                if file_type.is_dir() && waiting.len() < MAX_WAITING {
                    waiting.push(self.here.path.clone());
                } else if file_type.is_file()
                    && chart::looks_into(self.here.name())
                    && let Ok(Some(data)) = read_up_to(place, OFlags::empty(), left, &mut self.buffer)
                {
                    left -= data.len() as u64;
                    let name = Str::from(self.here.name());
                    let file = File::new(name.clone(), data);
                    (self.seen)(&file);
                    self.early.insert(name, file);
                }
            }
            self.here.path.truncate(len);
            self.listed.insert(Str::from(self.here.name()), listing);
        }
        self.here.path = self.here.root.to_vec();
    }
}

/// Go's `filepath.EvalSymlinks` of an absolute path, with its error texts.
fn eval_symlinks(location: &Path) -> Result<PathBuf, String> {
    let mut rest: Vec<Vec<u8>> =
        location.as_os_str().as_bytes().split(|c| *c == b'/').rev().map(<[u8]>::to_vec).collect();
    let mut resolved: Vec<u8> = Vec::new();
    let mut links = 0;
    while let Some(part) = rest.pop() {
        match part.as_slice() {
            b"" | b"." => continue,
            b".." => {
                let parent = resolved.iter().rposition(|c| *c == b'/').unwrap_or(0);
                resolved.truncate(parent);
                continue;
            }
            _ => {}
        }
        let before = resolved.len();
        resolved.push(b'/');
        resolved.extend_from_slice(&part);
        let here = to_path(&resolved);
        let shown = here.to_string_lossy();
        let info = fs::symlink_metadata(&here).map_err(|e| go_error("lstat", &shown, &e))?;
        if !info.is_symlink() {
            if !info.is_dir() && !rest.is_empty() {
                return Err("not a directory".to_string());
            }
            continue;
        }
        links += 1;
        if links > MAX_LINKS {
            return Err("EvalSymlinks: too many links".to_string());
        }
        let target = fs::read_link(&here).map_err(|e| go_error("readlink", &shown, &e))?.into_os_string().into_vec();
        if target.first() == Some(&b'/') {
            resolved.clear();
        } else {
            resolved.truncate(before);
        }
        rest.extend(target.split(|c| *c == b'/').rev().map(<[u8]>::to_vec));
    }
    if resolved.is_empty() {
        resolved.push(b'/');
    }
    Ok(to_path(&resolved))
}

#[cfg(test)]
mod tests;
