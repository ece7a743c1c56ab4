//! Suites of real charts: a folder of packed charts, a list of cases, and what a real Helm printed for each.
//!
//! ```text
//! charts/NAME.tgz            the charts
//! cases.jsonl                one case a line: id, chart, argv, and the files that argv names
//! results-vX.Y.Z.jsonl       one result a line: exit status, SHA-256 of standard output, standard error, files written
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::{Helm, Invocation, Verdict};

/// A case of a suite.
#[derive(Clone, Debug, Deserialize)]
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
    #[serde(default = "yes")]
    deterministic: bool,
}

/// What a real Helm did with a case.
#[derive(Clone, Debug, Deserialize)]
pub struct Golden {
    id: String,
    /// The exit status.
    pub exit: i32,
    /// SHA-256 of standard output, in hexadecimal.
    pub sha256: String,
    /// Standard error, with the case's folder as `$CWD`.
    #[serde(default)]
    pub stderr: String,
    #[serde(default = "yes")]
    deterministic: bool,
    #[serde(default = "yes")]
    stderr_deterministic: bool,
    /// The files written below `out/`: path to SHA-256 and length.
    #[serde(default)]
    pub tree: BTreeMap<String, (String, u64)>,
}

fn yes() -> bool {
    true
}

/// A suite with the results of one Helm.
#[derive(Debug)]
pub struct Corpus {
    folder: PathBuf,
    cases: Vec<(Case, Golden)>,
}

/// The results that a dialect is judged by.
const RESULTS: [(&str, &str); 5] = [
    ("helm-3.17", "v3.17.3"),
    ("helm-3.19", "v3.19.5"),
    ("helm-3.22", "v3.22.0"),
    ("helm-4.1", "v4.1.4"),
    ("helm-4.3", "v4.3.0"),
];

impl Corpus {
    /// Reads the cases that have a result for a dialect. Those whose output differs from run to run are left out.
    ///
    /// # Errors
    /// A file is missing or is not what it should be; the error names it and the line.
    pub fn load(folder: &Path, dialect: &str) -> io::Result<Corpus> {
        let Some((_, version)) = RESULTS.iter().find(|(name, _)| *name == dialect) else {
            return Err(io::Error::other(format!("no results are recorded for {dialect}")));
        };
        let goldens: Vec<Golden> = lines(&folder.join(format!("results-{version}.jsonl")))?;
        let mut goldens: BTreeMap<String, Golden> = goldens.into_iter().map(|g| (g.id.clone(), g)).collect();
        let cases: Vec<Case> = lines(&folder.join("cases.jsonl"))?;
        let cases = cases
            .into_iter()
            .filter(|case| case.deterministic)
            .filter_map(|case| goldens.remove(&case.id).filter(|g| g.deterministic).map(|golden| (case, golden)))
            .collect();
        Ok(Corpus { folder: folder.to_owned(), cases })
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
            let packed = fs::File::open(self.folder.join("charts").join(name))?;
            let folder = chart_folder(scratch, name);
            fs::create_dir_all(&folder)?;
            tar::Archive::new(flate2::read::GzDecoder::new(packed)).unpack(folder)
        })
    }

    /// Runs every case in parallel; verdicts come in the order of the cases.
    ///
    /// # Errors
    /// The scratch folder cannot be written.
    pub fn run(&self, dialect: &'static str, helm: &dyn Helm, scratch: &Path) -> io::Result<Vec<Verdict>> {
        self.cases
            .par_iter()
            .enumerate()
            .map(|(number, (case, golden))| {
                let root = scratch.join(format!("case-{dialect}-{number}"));
                let verdict = self.run_case(case, golden, dialect, helm, &root, scratch)?;
                fs::remove_dir_all(&root)?;
                Ok(verdict)
            })
            .collect()
    }

    fn run_case(
        &self,
        case: &Case,
        golden: &Golden,
        dialect: &'static str,
        helm: &dyn Helm,
        root: &Path,
        scratch: &Path,
    ) -> io::Result<Verdict> {
        fs::create_dir_all(root)?;
        link(&chart_folder(scratch, &case.chart), &root.join("chart"))?;
        link(&fs::canonicalize(self.folder.join("charts").join(&case.chart))?, &root.join("chart.tgz"))?;
        for (name, text) in &case.files {
            let path = root.join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, text)?;
        }
        let args = std::iter::once("template".to_owned()).chain(case.argv.iter().cloned()).collect();
        let env = BTreeMap::from([
            ("THINLOCK_DIALECT".to_owned(), dialect.to_owned()),
            ("HOME".to_owned(), root.join(".home").display().to_string()),
            ("TZ".to_owned(), "UTC".to_owned()),
        ]);
        let outcome = helm.run(&Invocation { args, cwd: root.to_owned(), env });

        let exit = (outcome.status == 0) == (golden.exit == 0);
        let mut written = BTreeMap::new();
        hash_files(&root.join("out"), root, &mut written)?;
        let expected: BTreeMap<&str, &str> =
            golden.tree.iter().map(|(path, (sha, _))| (path.as_str(), sha.as_str())).collect();
        let same_files = written.len() == expected.len()
            && written.iter().all(|(path, sha)| expected.get(path.as_str()) == Some(&sha.as_str()));
        let stdout = exit && hex_sha256(&outcome.stdout) == golden.sha256 && same_files;
        let errors = String::from_utf8_lossy(&outcome.stderr).replace(&root.display().to_string(), "$CWD");
        let stderr = stdout && (errors == golden.stderr || !golden.stderr_deterministic);
        let why = if !exit {
            format!(
                "exit status {}, want {}: {}",
                outcome.status,
                golden.exit,
                if errors.is_empty() { &golden.stderr } else { &errors }
            )
        } else if !stdout {
            "other bytes on standard output or in files".to_owned()
        } else if !stderr {
            crate::replay::first_difference(golden.stderr.as_bytes(), errors.as_bytes())
        } else {
            String::new()
        };
        Ok(Verdict { id: case.id.clone(), dialect, exit, stdout, stderr, why })
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

fn hash_files(folder: &Path, root: &Path, out: &mut BTreeMap<String, String>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            hash_files(&entry.path(), root, out)?;
        } else {
            let path = entry.path();
            let name = path.strip_prefix(root).map_err(io::Error::other)?.display().to_string();
            out.insert(name, hex_sha256(&fs::read(&path)?));
        }
    }
    Ok(())
}

fn hex_sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lines<T: DeserializeOwned>(path: &Path) -> io::Result<Vec<T>> {
    let file =
        fs::File::open(path).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    let mut records = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let record = serde_json::from_str(&line?)
            .map_err(|error| io::Error::other(format!("{}:{}: {error}", path.display(), number + 1)))?;
        records.push(record);
    }
    Ok(records)
}
