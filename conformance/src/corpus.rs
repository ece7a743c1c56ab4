//! Suites of real charts: a folder of packed charts, a list of cases, and what a real Helm printed for each.
//!
//! ```text
//! charts/NAME.tgz            the charts
//! cases.jsonl                one case a line: id, chart, argv, and the files that argv names
//! results-vX.Y.Z.jsonl       one result a line: exit status, SHA-256 of standard output, standard error, files written
//! outputs.tgz                optional: the bytes, each member named by its SHA-256
//! ```

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thinlock_renderer::Dialect;

use crate::difference::difference;
use crate::{Helm, Invocation, Verdict};

/// A case of a suite.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Case {
    /// The name, unique in the suite.
    pub id: String,
    /// The packed chart's file name.
    pub chart: String,
    /// Where the chart comes from; verdicts are counted by it.
    pub repo: String,
    /// The arguments after `template`. The chart is `chart/DIR` unpacked and `chart.tgz` packed.
    pub argv: Vec<String>,
    /// Files beside the chart, by name.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Whether every Helm that was asked printed the same each time.
    #[serde(default = "yes")]
    pub deterministic: bool,
}

/// What a real Helm did with a case.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Golden {
    /// The case.
    pub id: String,
    /// The exit status.
    pub exit: i32,
    /// SHA-256 of standard output, in hexadecimal.
    pub sha256: String,
    /// Standard error, with the case's folder as `$CWD`.
    #[serde(default)]
    pub stderr: String,
    /// Whether standard output and the files were the same each time.
    #[serde(default = "yes")]
    pub deterministic: bool,
    /// Whether standard error was.
    #[serde(default = "yes")]
    pub stderr_deterministic: bool,
    /// The files written below `out/`: path to SHA-256 and length.
    #[serde(default)]
    pub tree: BTreeMap<String, (String, u64)>,
}

fn yes() -> bool {
    true
}

/// What a Helm did with a case: the streams, with the case's folder as `$CWD` in standard error, and the files below `out/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// The exit status.
    pub status: u8,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: String,
    /// Files by their path from the case's folder.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// A suite with the results of one Helm.
#[derive(Debug)]
pub struct Corpus {
    folder: PathBuf,
    cases: Vec<(Case, Golden)>,
    left_out: usize,
}

/// The dialects that a suite has recordings for, with the version that was recorded: `(helm-4.1, v4.1.4)`. A version that
/// no dialect answers for is left out.
///
/// # Errors
/// The folder cannot be read.
pub fn recorded(folder: &Path) -> io::Result<Vec<(&'static str, String)>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| named(folder, &error))?;
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let version = name.strip_prefix("results-").and_then(|rest| rest.strip_suffix(".jsonl"));
        if let Some(version) = version
            && let Some(dialect) = dialect_of(version)
        {
            found.push((dialect, version.to_owned()));
        }
    }
    found.sort_by_key(|(dialect, version)| {
        (Dialect::ALL.iter().position(|known| known.name == *dialect), version.clone())
    });
    Ok(found)
}

/// The dialect that answers for a Helm version: that of its minor version.
pub fn dialect_of(version: &str) -> Option<&'static str> {
    let mut parts = version.trim_start_matches('v').split('.');
    let (major, minor) = (parts.next()?, parts.next()?);
    Dialect::from_name(&format!("helm-{major}.{minor}")).map(|dialect| dialect.name)
}

impl Corpus {
    /// Reads the cases that have a result for a dialect. Those whose output differs from run to run are left out, and
    /// counted.
    ///
    /// # Errors
    /// A file is missing or is not what it should be; the error names it and the line.
    pub fn load(folder: &Path, dialect: &str) -> io::Result<Corpus> {
        let all = recorded(folder)?;
        let Some((_, version)) = all.iter().rev().find(|(name, _)| *name == dialect) else {
            return Err(io::Error::other(format!("{}: no results are recorded for {dialect}", folder.display())));
        };
        let goldens: Vec<Golden> = lines(&folder.join(format!("results-{version}.jsonl")))?;
        let mut goldens: BTreeMap<String, Golden> = goldens.into_iter().map(|g| (g.id.clone(), g)).collect();
        let cases: Vec<Case> = lines(&folder.join("cases.jsonl"))?;
        let pairs: Vec<(Case, Golden)> =
            cases.into_iter().filter_map(|case| goldens.remove(&case.id).map(|golden| (case, golden))).collect();
        let all = pairs.len();
        let cases: Vec<_> =
            pairs.into_iter().filter(|(case, golden)| case.deterministic && golden.deterministic).collect();
        Ok(Corpus { folder: folder.to_owned(), left_out: all - cases.len(), cases })
    }

    /// Reads the cases without any results, for [`Corpus::run_against`].
    ///
    /// # Errors
    /// As [`Corpus::load`].
    pub fn unrecorded(folder: &Path) -> io::Result<Corpus> {
        let all: Vec<Case> = lines(&folder.join("cases.jsonl"))?;
        let count = all.len();
        let cases: Vec<_> =
            all.into_iter().filter(|case| case.deterministic).map(|case| (case, Golden::default())).collect();
        Ok(Corpus { folder: folder.to_owned(), left_out: count - cases.len(), cases })
    }

    /// The cases, in the order of the suite.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().map(|(case, _)| case)
    }

    /// How many cases are left out because Helm's own output differs from run to run.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// How many cases there are.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Unpacks the charts of all cases below a scratch folder, for [`Corpus::run`].
    ///
    /// # Errors
    /// A chart cannot be read or a file not be written.
    pub fn unpack(&self, scratch: &Path) -> io::Result<()> {
        let charts: BTreeSet<&str> = self.cases.iter().map(|(case, _)| case.chart.as_str()).collect();
        charts.into_par_iter().try_for_each(|name| {
            let packed = fs::File::open(self.folder.join("charts").join(name))
                .map_err(|error| named(&self.folder.join("charts").join(name), &error))?;
            let folder = chart_folder(scratch, name);
            fs::create_dir_all(&folder)?;
            tar::Archive::new(flate2::read::GzDecoder::new(packed)).unpack(folder)
        })
    }

    /// Runs every case in parallel and compares with what was recorded; verdicts come in the order of the cases.
    ///
    /// # Errors
    /// The scratch folder cannot be written.
    pub fn run(&self, dialect: &'static str, helm: &dyn Helm, scratch: &Path) -> io::Result<Vec<Verdict>> {
        let outputs = OnceLock::new();
        self.judge(dialect, scratch, |case, golden, root| {
            let ran = run_case(case, dialect, helm, root)?;
            Ok(against_recording(golden, &ran, &|sha| {
                let outputs = outputs.get_or_init(|| outputs_of(&self.folder).unwrap_or_default());
                outputs.get(sha).map(Vec::as_slice)
            }))
        })
    }

    /// As [`Corpus::run`], with what another Helm does now in the place of recordings.
    ///
    /// # Errors
    /// The scratch folder cannot be written.
    pub fn run_against(
        &self,
        dialect: &'static str,
        helm: &dyn Helm,
        other: &dyn Helm,
        scratch: &Path,
    ) -> io::Result<Vec<Verdict>> {
        self.judge(dialect, scratch, |case, _, root| {
            let ran = run_case(case, dialect, helm, root)?;
            remove_if_there(&root.join("out"))?;
            let want = run_case(case, dialect, other, root)?;
            Ok(compare(&want, &ran))
        })
    }

    fn judge(
        &self,
        dialect: &'static str,
        scratch: &Path,
        judge: impl Fn(&Case, &Golden, &Path) -> io::Result<Judgement> + Sync,
    ) -> io::Result<Vec<Verdict>> {
        self.cases
            .par_iter()
            .enumerate()
            .map(|(number, (case, golden))| {
                let root = scratch.join(format!("case-{dialect}-{number}"));
                self.lay_out(case, &root, scratch)?;
                let Judgement { exit, stdout, stderr, why } = judge(case, golden, &root)?;
                fs::remove_dir_all(&root)?;
                Ok(Verdict { id: case.id.clone(), dialect, exit, stdout, stderr, why })
            })
            .collect()
    }

    fn lay_out(&self, case: &Case, root: &Path, scratch: &Path) -> io::Result<()> {
        let packed = fs::canonicalize(self.folder.join("charts").join(&case.chart))?;
        lay_out(case, &chart_folder(scratch, &case.chart), &packed, root)
    }
}

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

struct Judgement {
    exit: bool,
    stdout: bool,
    stderr: bool,
    why: String,
}

impl Judgement {
    fn exit(want: i32, want_stderr: &str, got: &Ran) -> Judgement {
        let said = if got.stderr.is_empty() { want_stderr } else { &got.stderr };
        let why = format!("exit status {}, want {want}: {}", got.status, said.trim_end());
        Judgement { exit: false, stdout: false, stderr: false, why }
    }

    fn output(why: String) -> Judgement {
        Judgement { exit: true, stdout: false, stderr: false, why }
    }

    fn errors(want: &str, got: &str, matters: bool) -> Judgement {
        let stderr = !matters || want == got;
        let why = if stderr {
            String::new()
        } else {
            format!("standard error: {}", difference(want.as_bytes(), got.as_bytes()))
        };
        Judgement { exit: true, stdout: true, stderr, why }
    }
}

fn compare(want: &Ran, got: &Ran) -> Judgement {
    if (want.status == 0) != (got.status == 0) {
        return Judgement::exit(i32::from(want.status), &want.stderr, got);
    }
    if want.stdout != got.stdout {
        return Judgement::output(format!("standard output: {}", difference(&want.stdout, &got.stdout)));
    }
    let names: BTreeSet<&String> = want.files.keys().chain(got.files.keys()).collect();
    for name in names {
        match (want.files.get(name), got.files.get(name)) {
            (Some(want), Some(got)) if want == got => {}
            (Some(want), Some(got)) => return Judgement::output(format!("{name}: {}", difference(want, got))),
            (Some(_), None) => return Judgement::output(format!("{name} was not written")),
            (None, _) => return Judgement::output(format!("{name} was written, and Helm does not write it")),
        }
    }
    Judgement::errors(&want.stderr, &got.stderr, true)
}

fn against_recording<'o>(golden: &Golden, got: &Ran, outputs: &dyn Fn(&str) -> Option<&'o [u8]>) -> Judgement {
    if (got.status == 0) != (golden.exit == 0) {
        return Judgement::exit(golden.exit, &golden.stderr, got);
    }
    let shown = |what: &str, sha: &str, got: &[u8]| {
        Judgement::output(match outputs(sha) {
            Some(want) => format!("{what}: {}", difference(want, got)),
            None => format!("{what}: other bytes ({} of them; the suite has no outputs.tgz to compare)", got.len()),
        })
    };
    if hex_sha256(&got.stdout) != golden.sha256 {
        return shown("standard output", &golden.sha256, &got.stdout);
    }
    for (name, (sha, _)) in &golden.tree {
        match got.files.get(name) {
            Some(bytes) if hex_sha256(bytes) == *sha => {}
            Some(bytes) => return shown(name, sha, bytes),
            None => return Judgement::output(format!("{name} was not written")),
        }
    }
    if let Some(name) = got.files.keys().find(|name| !golden.tree.contains_key(*name)) {
        return Judgement::output(format!("{name} was written, and Helm does not write it"));
    }
    Judgement::errors(&golden.stderr, &got.stderr, golden.stderr_deterministic)
}

/// The name of the file with the bytes that were recorded.
pub(crate) const OUTPUTS: &str = "outputs.tgz";

fn outputs_of(folder: &Path) -> io::Result<HashMap<String, Vec<u8>>> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(fs::File::open(folder.join(OUTPUTS))?));
    let mut outputs = HashMap::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.display().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        outputs.insert(name, bytes);
    }
    Ok(outputs)
}

fn remove_if_there(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn chart_folder(scratch: &Path, chart: &str) -> PathBuf {
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

fn read_files(folder: &Path, root: &Path, out: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
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

pub(crate) fn hex_sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lines<T: DeserializeOwned>(path: &Path) -> io::Result<Vec<T>> {
    let file = fs::File::open(path).map_err(|error| named(path, &error))?;
    let mut records = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let record = serde_json::from_str(&line?)
            .map_err(|error| io::Error::other(format!("{}:{}: {error}", path.display(), number + 1)))?;
        records.push(record);
    }
    Ok(records)
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
