//! Charts and values on disk, read as Helm reads them.
//!
//! A chart's directory is walked in Helm's order, symbolic links included: Helm follows them wherever they lead and logs
//! each, and a directory on the user's own disk is read with the user's own rights. (A chart in a git tree is never read
//! this way.) What .helmignore leaves out is not opened. Errors are Go's texts, since they are part of Helm's output.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, FileType};
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thinlock_go::{Str, path, strconv};
use thinlock_renderer::chart::{self, ChartError, ignore::Rules};
use thinlock_renderer::source::File;
use thinlock_renderer::{Chart, Dialect, FileSet, Log};

/// What a directory may come to in bytes where Helm has no limit of its own.
const MAX_DIRECTORY: u64 = 1024 * 1024 * 1024;
/// So many directories of templates may wait to be read early.
const MAX_OPEN: usize = 256;
/// How many links one path may lead through, as in Go's `filepath.EvalSymlinks`.
const MAX_LINKS: u32 = 255;

/// Loads a chart from a directory or an archive. The path must be absolute: it stands in messages as it is.
///
/// # Errors
/// With Helm's text: the path leads nowhere, a file cannot be read or is not regular, or it is no valid chart.
pub fn load_chart(location: &Path, dialect: &Dialect, logs: &mut Vec<Log>) -> Result<Arc<Chart>, ChartError> {
    load_chart_seen(location, dialect, logs, &mut |_| {})
}

/// Loads a chart, and shows each file of a directory that was read as soon as it was.
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
    let info = fs::metadata(location).map_err(|e| ChartError::new(go_error("stat", &shown, &e)))?;
    if !info.is_dir() {
        let data = fs::read(location).map_err(|e| ChartError::new(go_error("open", &shown, &e)))?;
        return chart::load_archive(&data, &shown, dialect, logs);
    }

    let top = PathBuf::from(OsStr::from_bytes(&path::clean(location.as_os_str().as_bytes())));
    detect(&top, dialect)?;
    let ignore_file = top.join(".helmignore");
    let ignore = match fs::metadata(&ignore_file) {
        Ok(_) => Some(read(&ignore_file)?),
        Err(_) => None,
    };
    let rules = Rules::parse(ignore.as_deref(), dialect)?;
    let mut walk = Walk {
        root: top.as_os_str().as_bytes().to_vec(),
        rules,
        files: FileSet::new(top.to_string_lossy()),
        buffer: Vec::new(),
        read: 0,
        early: HashMap::new(),
        dialect,
        logs,
        seen,
    };
    // The slash makes a link at the root be followed without a word, as it does in Helm.
    let mut root = walk.root.clone();
    root.push(b'/');
    let info = fs::metadata(&top).map_err(|e| ChartError::new(go_error("lstat", &shown, &e)))?;
    walk.visit(&to_path(&root), info.file_type())?;
    let files = walk.files;
    chart::load_files(&files, dialect, logs)
}

/// What Helm 4 looks at before anything else.
fn detect(directory: &Path, dialect: &Dialect) -> Result<(), ChartError> {
    let name = directory.join("Chart.yaml");
    match fs::read(&name) {
        Ok(data) => chart::detect(Ok(&data), dialect),
        Err(e) => {
            let name = name.to_string_lossy();
            chart::detect(Err(&format!("unable to detect chart at {name}: {}", go_error("open", &name, &e))), dialect)
        }
    }
}

/// Reads a file for `-f` or `--set-file`; `shown` is its name as the user wrote it.
///
/// # Errors
/// Go's text: `open z: no such file or directory`, `read z: is a directory`.
pub fn read_file(location: &Path, shown: &str) -> Result<Vec<u8>, String> {
    // Go opens a directory without complaint and fails on reading it.
    if fs::metadata(location).is_ok_and(|info| info.is_dir()) {
        return Err(format!("read {shown}: is a directory"));
    }
    fs::read(location).map_err(|e| go_error("open", shown, &e))
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

fn read(location: &Path) -> Result<Vec<u8>, ChartError> {
    fs::read(location).map_err(|e| ChartError::new(open_error(location, &e)))
}

fn open_error(location: &Path, error: &io::Error) -> String {
    go_error("open", &location.to_string_lossy(), error)
}

/// What most of a chart's files fit in.
const SMALL: usize = 16 << 10;

/// Reads a file of at most `max` bytes; a small one by way of a buffer, whose memory serves for all of them, a large one
/// straight into memory of its own. `None` if there are more bytes.
fn read_up_to(location: &Path, max: u64, buffer: &mut Vec<u8>) -> io::Result<Option<Str>> {
    let mut file = fs::File::open(location)?;
    buffer.resize(SMALL, 0);
    let filled = read_full(&mut file, buffer)?;
    if filled < SMALL {
        return Ok((filled as u64 <= max).then(|| Str::from(&buffer[..filled])));
    }
    let len = file.metadata()?.len();
    if len > max {
        return Ok(None);
    }
    if let Some(whole) = read_rest(&mut file, len, buffer)? {
        return Ok(Some(whole));
    }
    // Its length is not what the system says, or has just changed.
    let bytes = fs::read(location)?;
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
#[derive(PartialEq)]
struct Stamp {
    file: (u64, u64),
    len: u64,
    changed: (i64, i64),
}

impl Stamp {
    fn of(info: &fs::Metadata) -> Stamp {
        Stamp { file: (info.dev(), info.ino()), len: info.len(), changed: (info.mtime(), info.mtime_nsec()) }
    }
}

/// Whether reading a file will not fail for want of a permission: everybody has it.
fn is_readable(info: &fs::Metadata) -> bool {
    const ALL: u32 = 0o444;
    info.is_file() && info.mode() & ALL == ALL
}

/// Reads a file that was looked at before, and is to be what it was then; `name` is its name in messages.
fn read_unchanged(location: &Path, name: &Str, before: &Stamp) -> Result<Str, String> {
    let read = || {
        let mut file = fs::File::open(location)?;
        if Stamp::of(&file.metadata()?) == *before { read_rest(&mut file, before.len, &[]) } else { Ok(None) }
    };
    match read() {
        Ok(Some(data)) => Ok(data),
        Ok(None) => Err(format!("error reading {name}: it has changed since the chart was loaded; render again")),
        Err(error) => Err(format!("error reading {name}: {}", open_error(location, &error))),
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

/// The path of an entry of a directory, whose path is clean but for slashes at its end.
fn join(directory: &Path, name: &[u8]) -> PathBuf {
    let directory = directory.as_os_str().as_bytes();
    let end = directory.iter().rposition(|c| *c != b'/').map_or(0, |last| last + 1);
    PathBuf::from(std::ffi::OsString::from_vec([directory.get(..end).unwrap_or_default(), b"/", name].concat()))
}

/// Helm's walk over a chart's directory: its `sympath.Walk` and the function that its loader calls for each entry.
struct Walk<'a> {
    root: Vec<u8>,
    rules: Rules,
    files: FileSet,
    /// Where each file is read, before it is kept in memory of its own size.
    buffer: Vec<u8>,
    read: u64,
    /// Templates that were read before their turn, by their names.
    early: HashMap<Str, File>,
    dialect: &'a Dialect,
    logs: &'a mut Vec<Log>,
    seen: &'a mut dyn FnMut(&File),
}

/// Whether the walk goes into a directory.
enum Next {
    Enter,
    Skip,
}

impl Walk<'_> {
    /// Visits what is at a path, which is of a type: a link is followed.
    fn visit(&mut self, location: &Path, file_type: FileType) -> Result<(), ChartError> {
        if file_type.is_symlink() {
            return self.follow(location);
        }
        if let Next::Skip = self.entry(location, location, file_type)? {
            return Ok(());
        }
        if !file_type.is_dir() {
            return Ok(());
        }
        self.enter(location)
    }

    fn follow(&mut self, location: &Path) -> Result<(), ChartError> {
        let shown = location.to_string_lossy();
        let resolved =
            eval_symlinks(location).map_err(|e| ChartError::new(format!("error evaluating symlink {shown}: {e}")))?;
        self.logs.push(Log::Symlink {
            path: Str::from(location.as_os_str().as_bytes()),
            resolved: Str::from(resolved.as_os_str().as_bytes()),
        });
        let info = fs::symlink_metadata(&resolved)
            .map_err(|e| ChartError::new(go_error("lstat", &resolved.to_string_lossy(), &e)))?;
        if let Next::Skip = self.entry(location, &resolved, info.file_type())? {
            return Ok(());
        }
        if info.is_dir() { self.enter(location) } else { Ok(()) }
    }

    fn enter(&mut self, directory: &Path) -> Result<(), ChartError> {
        if thinlock_go::stack::is_low() {
            return Err(ChartError::new("directories lie too deep in each other"));
        }
        let entries = match read_entries(directory) {
            Ok(entries) => entries,
            // The loader does not look at the error for the root.
            Err(_) if self.name(directory).is_empty() => return Ok(()),
            Err(e) => return Err(ChartError::new(go_error("open", &directory.to_string_lossy(), &e))),
        };
        for (name, file_type) in entries {
            let location = join(directory, &name);
            if name == b"charts" && self.name(directory).is_empty() {
                self.read_early(&join(directory, b"templates"));
            }
            let file_type =
                file_type.map_err(|e| ChartError::new(go_error("lstat", &location.to_string_lossy(), &e)))?;
            self.visit(&location, file_type)?;
        }
        Ok(())
    }

    /// The path below the root, empty for the root.
    fn name<'p>(&self, location: &'p Path) -> &'p [u8] {
        let bytes = location.as_os_str().as_bytes();
        let below = bytes.strip_prefix(self.root.as_slice()).unwrap_or(bytes);
        below.strip_prefix(b"/").unwrap_or(below)
    }

    /// What the loader does with a directory or a file. `real` is where a link leads.
    fn entry(&mut self, location: &Path, real: &Path, file_type: FileType) -> Result<Next, ChartError> {
        let name = self.name(location);
        if name.is_empty() {
            return Ok(Next::Enter);
        }
        if self.rules.ignore(name, file_type.is_dir(), self.logs) {
            return Ok(Next::Skip);
        }
        if file_type.is_dir() {
            return Ok(Next::Enter);
        }
        if !file_type.is_file() {
            let shown = location.to_string_lossy();
            return Err(ChartError::new(format!(
                "cannot load irregular file {shown} as it has file mode type bits set"
            )));
        }
        let max = self.dialect.chart.max_file_size.unwrap_or(u64::MAX);
        let limited = self.dialect.chart.directory_size_limited;
        let limit = if limited { chart::MAX_CHART_SIZE } else { MAX_DIRECTORY };
        let name = Str::from(name);
        let left = max.min(limit.saturating_sub(self.read));
        if !chart::looks_into(&name)
            && let Ok(info) = fs::metadata(location)
            && is_readable(&info)
            && (1..=left).contains(&info.len())
        {
            self.read += info.len();
            let (stamp, location, shown) = (Stamp::of(&info), location.to_owned(), name.clone());
            self.files.push(File::read_later(name, move || read_unchanged(&location, &shown, &stamp)));
            return Ok(Next::Enter);
        }
        if let Some(file) = self.early.remove(&name)
            && let Some(len) = file.data().ok().map(|data| data.len() as u64).filter(|len| *len <= left)
        {
            self.read += len;
            self.files.push(file);
            return Ok(Next::Enter);
        }
        let data = read_up_to(location, left, &mut self.buffer)
            .map_err(|e| ChartError::new(format!("error reading {name}: {}", open_error(location, &e))))?;
        let Some(data) = data else {
            if fs::metadata(location).is_ok_and(|info| info.len() > max) {
                let base = strconv::quote(path::base(real.as_os_str().as_bytes()));
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
        Ok(Next::Enter)
    }

    /// Reads the files of a directory before their turn, so that they can be parsed while the subcharts are being read. It
    /// is no more than that: links, errors and what is too large are met when it is their turn.
    fn read_early(&mut self, directory: &Path) {
        let is_directory = |path: &Path| fs::symlink_metadata(path).is_ok_and(|info| info.is_dir());
        let mut open = if is_directory(directory) { vec![directory.to_owned()] } else { Vec::new() };
        let mut left = chart::MAX_CHART_SIZE;
        while let Some(directory) = open.pop() {
            for (name, file_type) in read_entries(&directory).unwrap_or_default() {
                let (location, Ok(file_type)) = (join(&directory, &name), file_type) else { continue };
                let name = Str::from(self.name(&location));
                if self.rules.ignore(&name, file_type.is_dir(), &mut Vec::new()) {
                    continue;
                }
                if file_type.is_dir() && open.len() < MAX_OPEN {
                    open.push(location);
                } else if file_type.is_file()
                    && chart::looks_into(&name)
                    && let Ok(Some(data)) = read_up_to(&location, left, &mut self.buffer)
                {
                    left -= data.len() as u64;
                    let file = File::new(name.clone(), data);
                    (self.seen)(&file);
                    self.early.insert(name, file);
                }
            }
        }
    }
}

/// The names in a directory in byte order, and what they are.
fn read_entries(directory: &Path) -> io::Result<Vec<(Vec<u8>, io::Result<FileType>)>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        entries.push((entry.file_name().into_vec(), entry.file_type()));
    }
    entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    Ok(entries)
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
