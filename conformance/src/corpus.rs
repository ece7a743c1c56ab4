//! Suites of real charts: a folder of packed charts, a list of cases, and what a real Helm printed for each.
//!
//! ```text
//! charts/NAME.tgz            the charts
//! cases.jsonl                one case a line: id, chart, argv, and the files that argv names
//! results-vX.Y.Z.jsonl       one result a line: exit status, SHA-256 of standard output, standard error, files written
//! outputs.tgz                optional: the bytes, each member named by its SHA-256; or goldens/REPO.tar.xz, one for each
//!                            repository that charts come from
//! ```

mod judge;
mod layout;
mod loose;
mod outputs;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thinlock_renderer::Dialect;

use crate::{Helm, Verdict};
use judge::{Judgement, against_recording, compare};
pub(crate) use layout::{lay_out, run_case};
use loose::Loose;
pub use loose::{LooseFigures, LooseVerdict};
pub(crate) use outputs::OUTPUTS;

/// A case of a suite.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
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
    /// The SHA-256 of standard output in further runs, where it differs from run to run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alt: Vec<String>,
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

impl Ran {
    /// The files below a folder, by their paths from the case's own folder.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn files_below(root: &Path, folder: &str) -> Result<BTreeMap<String, Vec<u8>>, String> {
        let mut files = BTreeMap::new();
        layout::read_files(&root.join(folder), root, &mut files).map_err(|error| error.to_string())?;
        Ok(files)
    }
}

/// A suite with the results of one Helm.
#[derive(Debug)]
pub struct Corpus {
    folder: PathBuf,
    dialect: &'static str,
    cases: Vec<(Case, Golden)>,
    loose: Vec<Loose>,
}

/// How long all cases took, with each of two Helms.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// The one that is judged.
    pub ours: Duration,
    /// The one that it is compared with, on as many threads.
    pub theirs: Duration,
    /// Its runs together, as they would take one after another.
    pub one_by_one: Duration,
}

/// How many differences are looked up in archives that must be read from the start for each.
const LOOKED_UP: usize = 20;

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
    /// Reads the cases that have a result for a dialect.
    ///
    /// # Errors
    /// A file is missing or is not what it should be; the error names it and the line.
    pub fn load(folder: &Path, dialect: &'static str) -> io::Result<Corpus> {
        let all = recorded(folder)?;
        let Some((_, version)) = all.iter().rev().find(|(name, _)| *name == dialect) else {
            return Err(io::Error::other(format!("{}: no results are recorded for {dialect}", folder.display())));
        };
        let goldens: Vec<Golden> = lines(&folder.join(results_name(version)))?;
        let mut goldens: BTreeMap<String, Golden> = goldens.into_iter().map(|g| (g.id.clone(), g)).collect();
        let cases: Vec<Case> = lines(&folder.join("cases.jsonl"))?;
        let pairs: Vec<(Case, Golden)> =
            cases.into_iter().filter_map(|case| goldens.remove(&case.id).map(|golden| (case, golden))).collect();
        let (cases, loose): (Vec<_>, Vec<_>) =
            pairs.into_iter().partition(|(case, golden)| case.deterministic && golden.deterministic);
        let loose = with_families(folder, &all, version, loose)?;
        Ok(Corpus { folder: folder.to_owned(), dialect, cases, loose })
    }

    /// Reads the cases without any results, for [`Corpus::run_against`].
    ///
    /// # Errors
    /// As [`Corpus::load`].
    pub fn unrecorded(folder: &Path, dialect: &'static str) -> io::Result<Corpus> {
        let all: Vec<Case> = lines(&folder.join("cases.jsonl"))?;
        let (cases, loose): (Vec<_>, Vec<_>) = all.into_iter().partition(|case| case.deterministic);
        let cases = cases.into_iter().map(|case| (case, Golden::default())).collect();
        let loose =
            loose.into_iter().map(|case| Loose { case, golden: Golden::default(), families: Vec::new() }).collect();
        Ok(Corpus { folder: folder.to_owned(), dialect, cases, loose })
    }

    /// The dialect whose results were read.
    pub fn dialect(&self) -> &'static str {
        self.dialect
    }

    /// The cases whose output is the same each time, in the order of the suite.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().map(|(case, _)| case)
    }

    /// Every case, those whose output differs from run to run last.
    pub fn all_cases(&self) -> impl Iterator<Item = &Case> {
        self.cases().chain(self.loose.iter().map(|loose| &loose.case))
    }

    /// Where a chart of the suite lies packed.
    pub fn packed(&self, chart: &str) -> PathBuf {
        self.folder.join("charts").join(chart)
    }

    /// How many cases there are whose output differs from run to run; they are run by [`Corpus::run_loose`].
    pub fn loose(&self) -> usize {
        self.loose.len()
    }

    /// How many cases there are whose output is the same each time.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Unpacks the charts of all cases below a scratch folder, for the functions that run them.
    ///
    /// # Errors
    /// A chart cannot be read or a file not be written.
    pub fn unpack(&self, scratch: &Path) -> io::Result<()> {
        let charts: BTreeSet<&str> = self.all_cases().map(|case| case.chart.as_str()).collect();
        charts.into_par_iter().try_for_each(|name| {
            let packed = fs::File::open(self.packed(name)).map_err(|error| named(&self.packed(name), &error))?;
            let folder = layout::chart_folder(scratch, name);
            fs::create_dir_all(&folder)?;
            tar::Archive::new(flate2::read::GzDecoder::new(packed)).unpack(folder)
        })
    }

    /// Runs every case whose output is the same each time, in parallel, and compares with what was recorded; verdicts come
    /// in the order of the cases.
    ///
    /// # Errors
    /// The scratch folder cannot be written.
    pub fn run(&self, helm: &dyn Helm, scratch: &Path) -> io::Result<Vec<Verdict>> {
        let looked_up = AtomicUsize::new(0);
        let judged = self.by_chart(helm, scratch, |helm, (case, golden)| {
            self.in_folder(case, scratch, |root| {
                let ran = run_case(case, self.dialect, helm, root)?;
                Ok(against_recording(golden, &ran, &|sha| {
                    if looked_up.fetch_add(1, Ordering::Relaxed) >= LOOKED_UP {
                        return None;
                    }
                    let archive = outputs::archive_of(&self.folder, &case.repo)?;
                    outputs::read(&archive, &HashSet::from([sha])).ok()?.remove(sha)
                }))
            })
        })?;
        Ok(self.verdicts(judged))
    }

    /// As [`Corpus::run`], with what another Helm does now in the place of recordings: first all cases with the one, then
    /// all with the other, so that the times can be compared.
    ///
    /// # Errors
    /// The scratch folder cannot be written.
    pub fn run_against(&self, helm: &dyn Helm, other: &dyn Helm, scratch: &Path) -> io::Result<(Vec<Verdict>, Timing)> {
        let started = Instant::now();
        let ours: Vec<Digests> = self.by_chart(helm, scratch, |helm, (case, _)| {
            self.in_folder(case, scratch, |root| Ok(Digests::of(&run_case(case, self.dialect, helm, root)?)))
        })?;
        let between = Instant::now();
        let one_by_one = AtomicU64::new(0);
        let judged = self
            .cases
            .par_iter()
            .zip(&ours)
            .map(|((case, _), ours)| {
                self.in_folder(case, scratch, |root| {
                    let begun = Instant::now();
                    let want = run_case(case, self.dialect, other, root)?;
                    let nanos = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
                    one_by_one.fetch_add(nanos, Ordering::Relaxed);
                    if Digests::of(&want) == *ours {
                        return Ok(Judgement::equal());
                    }
                    layout::remove_if_there(&root.join("out"))?;
                    Ok(compare(&want, &run_case(case, self.dialect, helm, root)?))
                })
            })
            .collect::<io::Result<Vec<_>>>()?;
        let timing = Timing {
            ours: between - started,
            theirs: between.elapsed(),
            one_by_one: Duration::from_nanos(one_by_one.into_inner()),
        };
        Ok((self.verdicts(judged), timing))
    }

    /// Runs work for each case, the cases of one chart with what they can share; results come in the order of the cases.
    fn by_chart<T: Send>(
        &self,
        helm: &dyn Helm,
        scratch: &Path,
        work: impl Fn(&dyn Helm, &(Case, Golden)) -> io::Result<T> + Sync,
    ) -> io::Result<Vec<T>> {
        let mut charts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, (case, _)) in self.cases.iter().enumerate() {
            charts.entry(&case.chart).or_default().push(at);
        }
        let mut charts: Vec<(&str, Vec<usize>)> = charts.into_iter().collect();
        // The charts with the most cases first, so that the last ones are small.
        charts.sort_by_key(|(_, cases)| std::cmp::Reverse(cases.len()));
        let done: Vec<Vec<(usize, T)>> = charts
            .into_par_iter()
            .map(|(chart, cases)| {
                let folder = fs::canonicalize(layout::chart_folder(scratch, chart))?;
                let packed = fs::canonicalize(self.packed(chart))?;
                let sharing = helm.sharing(&[folder, packed]);
                let helm = sharing.as_deref().unwrap_or(helm);
                cases
                    .into_par_iter()
                    .filter_map(|at| self.cases.get(at).map(|case| (at, case)))
                    .map(|(at, case)| Ok((at, work(helm, case)?)))
                    .collect::<io::Result<Vec<_>>>()
            })
            .collect::<io::Result<_>>()?;
        let mut done: Vec<(usize, T)> = done.into_iter().flatten().collect();
        done.sort_by_key(|(at, _)| *at);
        Ok(done.into_iter().map(|(_, result)| result).collect())
    }

    /// Lays a case's files out in a folder of its own below the scratch folder that [`Corpus::unpack`] filled.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn lay_out(&self, case: &Case, scratch: &Path) -> io::Result<PathBuf> {
        let root = scratch.join(format!("case-{}-{}", self.dialect, case.id.replace('/', "_")));
        let packed = fs::canonicalize(self.packed(&case.chart))?;
        lay_out(case, &layout::chart_folder(scratch, &case.chart), &packed, &root)?;
        Ok(root)
    }

    /// Runs work in a folder with a case's files, which goes afterwards.
    fn in_folder<T>(&self, case: &Case, scratch: &Path, work: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
        let root = self.lay_out(case, scratch)?;
        let result = work(&root)?;
        fs::remove_dir_all(&root)?;
        Ok(result)
    }

    fn verdicts(&self, judged: Vec<Judgement>) -> Vec<Verdict> {
        let judged = self.cases.iter().zip(judged);
        judged
            .map(|((case, _), Judgement { exit, stdout, stderr, why })| Verdict {
                id: case.id.clone(),
                dialect: self.dialect,
                exit,
                stdout,
                stderr,
                why,
            })
            .collect()
    }
}

/// What a case did, short.
#[derive(PartialEq, Eq)]
struct Digests {
    failed: bool,
    stdout: String,
    stderr: String,
    files: Vec<(String, String)>,
}

impl Digests {
    fn of(ran: &Ran) -> Digests {
        Digests {
            failed: ran.status != 0,
            stdout: hex_sha256(&ran.stdout),
            stderr: ran.stderr.clone(),
            files: ran.files.iter().map(|(name, bytes)| (name.clone(), hex_sha256(bytes))).collect(),
        }
    }
}

fn results_name(version: &str) -> String {
    format!("results-{version}.jsonl")
}

/// Finds several runs for each case: the Helm's own, else those of the other versions that were recorded.
fn with_families(
    folder: &Path,
    all: &[(&'static str, String)],
    version: &str,
    loose: Vec<(Case, Golden)>,
) -> io::Result<Vec<Loose>> {
    let runs = |golden: &Golden| -> Vec<String> { [&golden.sha256].into_iter().chain(&golden.alt).cloned().collect() };
    let mut others: HashMap<String, Vec<Vec<String>>> = HashMap::new();
    let missing: HashSet<&str> =
        loose.iter().filter(|(_, golden)| golden.alt.is_empty()).map(|(case, _)| case.id.as_str()).collect();
    if !missing.is_empty() {
        for (_, other) in all.iter().filter(|(_, other)| other != version) {
            for golden in lines::<Golden>(&folder.join(results_name(other)))? {
                if !golden.alt.is_empty() && golden.exit == 0 && missing.contains(golden.id.as_str()) {
                    others.entry(golden.id.clone()).or_default().push(runs(&golden));
                }
            }
        }
    }
    let with_family = |(case, golden): (Case, Golden)| {
        let families =
            if golden.alt.is_empty() { others.remove(&case.id).unwrap_or_default() } else { vec![runs(&golden)] };
        Loose { case, golden, families }
    };
    Ok(loose.into_iter().map(with_family).collect())
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

/// An error that names its file.
pub(crate) fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
