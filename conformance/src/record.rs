//! Records suites: runs real Helms over charts, value sets and flags, and writes what they did in the layout of
//! [`crate::corpus`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use rayon::prelude::*;
use serde_json::json;

use crate::corpus::{self, Case, Golden, OUTPUTS, Ran, hex_sha256, named};
use crate::program::Program;

/// What is recorded: every chart with every value set and every set of flags.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Where relative paths begin. The suite's description shows the paths as they are here.
    pub base: PathBuf,
    /// Folders or `.tgz` archives of charts.
    pub charts: Vec<PathBuf>,
    /// Values files; each is one value set, beside none at all.
    pub values: Vec<PathBuf>,
    /// The `ci/*values.yaml` of each chart are value sets as well.
    pub ci: bool,
    /// Sets of flags, each as on a command line and split at white space; beside none at all.
    pub flags: Vec<String>,
    /// How often each case is run, to find out which outputs differ from run to run.
    pub runs: usize,
}

/// What was recorded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Summary {
    /// Charts.
    pub charts: usize,
    /// Cases.
    pub cases: usize,
    /// Of them, those whose output differs from run to run.
    pub unstable: usize,
}

/// A chart on its way into a suite.
struct Packed {
    name: String,
    bytes: Vec<u8>,
    folder: PathBuf,
}

/// Records a suite into a folder, which is made if it is missing; a suite that is there is replaced.
///
/// # Errors
/// A chart or a values file cannot be read, two charts have one name, the folder holds something that is no suite, or
/// something cannot be written.
pub fn record(plan: &Plan, helms: &[Program], out: &Path, scratch: &Path) -> io::Result<Summary> {
    let occupied = out.is_dir() && fs::read_dir(out)?.next().is_some();
    if occupied && !out.join("suite.json").is_file() {
        return Err(io::Error::other(format!("{}: is not empty and not a suite", out.display())));
    }
    let charts =
        plan.charts.iter().map(|chart| pack(&plan.base.join(chart), scratch)).collect::<io::Result<Vec<_>>>()?;
    let mut names = BTreeSet::new();
    if let Some(twice) = charts.iter().find(|chart| !names.insert(&chart.name)) {
        return Err(io::Error::other(format!("two of the charts are called {}", twice.name)));
    }
    fs::create_dir_all(out.join("charts"))?;
    let mut cases = Vec::new();
    for (number, chart) in charts.iter().enumerate() {
        fs::write(out.join("charts").join(format!("{}.tgz", chart.name)), &chart.bytes)?;
        cases.extend(cases_of(plan, chart)?.into_iter().map(|case| (case, number)));
    }

    let mut outputs = BTreeMap::new();
    let mut unstable = BTreeSet::new();
    for helm in helms {
        let dialect = corpus::dialect_of(helm.version()).unwrap_or_default();
        let results: Vec<(Golden, Vec<Vec<u8>>)> = cases
            .par_iter()
            .enumerate()
            .map(|(number, (case, chart))| {
                let chart = charts.get(*chart).ok_or_else(|| io::Error::other("a case without its chart"))?;
                let packed = fs::canonicalize(out.join("charts").join(&case.chart))?;
                let root = scratch.join(format!("record-{number}"));
                let mut runs = Vec::new();
                for _ in 0..plan.runs.max(1) {
                    corpus::lay_out(case, &chart.folder, &packed, &root)?;
                    runs.push(corpus::run_case(case, dialect, helm, &root)?);
                    fs::remove_dir_all(&root)?;
                }
                Ok(golden(&case.id, &runs))
            })
            .collect::<io::Result<_>>()?;
        let mut lines = Vec::new();
        for (golden, bytes) in results {
            if !golden.deterministic {
                unstable.insert(golden.id.clone());
            }
            serde_json::to_writer(&mut lines, &golden)?;
            lines.push(b'\n');
            outputs.extend(bytes.into_iter().map(|bytes| (hex_sha256(&bytes), bytes)));
        }
        fs::write(out.join(format!("results-{}.jsonl", helm.version())), lines)?;
    }

    let mut lines = Vec::new();
    for (case, _) in &mut cases {
        case.deterministic = !unstable.contains(&case.id);
        serde_json::to_writer(&mut lines, case)?;
        lines.push(b'\n');
    }
    fs::write(out.join("cases.jsonl"), lines)?;
    fs::write(out.join(OUTPUTS), archive(outputs.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())))?)?;
    describe(plan, helms, out)?;
    Ok(Summary { charts: charts.len(), cases: cases.len(), unstable: unstable.len() })
}

/// The result of a case that was run several times, and the bytes that it names.
fn golden(id: &str, runs: &[Ran]) -> (Golden, Vec<Vec<u8>>) {
    let first = runs.first().cloned().unwrap_or_default();
    let same = |equal: &dyn Fn(&Ran) -> bool| runs.iter().all(equal);
    let output_is_same = same(&|run| run.stdout == first.stdout);
    let others = if output_is_same { &[] } else { runs.get(1..).unwrap_or_default() };
    let golden = Golden {
        id: id.to_owned(),
        exit: i32::from(first.status),
        sha256: hex_sha256(&first.stdout),
        stderr: first.stderr.clone(),
        deterministic: output_is_same && same(&|run| run.status == first.status && run.files == first.files),
        stderr_deterministic: same(&|run| run.stderr == first.stderr),
        alt: others.iter().map(|run| hex_sha256(&run.stdout)).collect(),
        tree: first.files.iter().map(|(name, bytes)| (name.clone(), (hex_sha256(bytes), bytes.len() as u64))).collect(),
    };
    let others = others.iter().map(|run| run.stdout.clone()).collect::<Vec<_>>();
    let bytes = std::iter::once(first.stdout).chain(first.files.into_values()).chain(others).collect();
    (golden, bytes)
}

/// A value set: its name, and its file's name and text.
type ValueSet = (String, Option<(String, String)>);

/// The value sets of a chart: none at all first.
fn value_sets(plan: &Plan, chart: &Packed) -> io::Result<Vec<ValueSet>> {
    let mut files: Vec<PathBuf> = plan.values.iter().map(|file| plan.base.join(file)).collect();
    if plan.ci {
        let folder = chart.folder.join(&chart.name).join("ci");
        if folder.is_dir() {
            let mut own: Vec<PathBuf> =
                fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
            own.retain(|path| path.to_string_lossy().ends_with("values.yaml"));
            own.sort();
            files.extend(own);
        }
    }
    let mut sets = vec![("default".to_owned(), None)];
    for (number, file) in files.iter().enumerate() {
        let text = fs::read_to_string(file).map_err(|error| named(file, &error))?;
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let mut id = stem.clone();
        if sets.iter().any(|(other, _)| *other == id) {
            id = format!("{stem}-{number}");
        }
        sets.push((id.clone(), Some((format!("{id}.yaml"), text))));
    }
    Ok(sets)
}

fn cases_of(plan: &Plan, chart: &Packed) -> io::Result<Vec<Case>> {
    let flag_sets: Vec<Option<&str>> =
        std::iter::once(None).chain(plan.flags.iter().map(|flags| Some(flags.as_str()))).collect();
    let mut cases = Vec::new();
    for (set, file) in value_sets(plan, chart)? {
        for (at, flags) in flag_sets.iter().enumerate() {
            let mut argv = vec!["release".to_owned(), format!("chart/{}", chart.name)];
            if let Some((name, _)) = &file {
                argv.extend(["-f".to_owned(), name.clone()]);
            }
            argv.extend(flags.iter().flat_map(|flags| flags.split_whitespace()).map(str::to_owned));
            let suffix = if at == 0 { String::new() } else { format!("--flags-{at}") };
            let case = Case {
                id: format!("{}--{set}{suffix}", chart.name),
                chart: format!("{}.tgz", chart.name),
                repo: chart.name.clone(),
                argv,
                files: file.iter().cloned().collect(),
                deterministic: true,
            };
            cases.push(case);
        }
    }
    Ok(cases)
}

/// What a chart is called in a suite: its folder, or its archive without `.tgz`.
fn chart_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    Some(name.strip_suffix(".tgz").unwrap_or(name).to_owned())
}

/// Packs a chart's folder, or takes an archive as it is; `folder` of the result holds the chart unpacked.
fn pack(path: &Path, scratch: &Path) -> io::Result<Packed> {
    let path = fs::canonicalize(path).map_err(|error| named(path, &error))?;
    let name = chart_name(&path).ok_or_else(|| io::Error::other(format!("{}: has no name", path.display())))?;
    let folder = scratch.join("record-charts").join(&name);
    fs::create_dir_all(&folder)?;
    let bytes = if path.is_dir() {
        let mut files = BTreeMap::new();
        walk(&path, &name, &mut files)?;
        if !files.contains_key(&format!("{name}/Chart.yaml")) {
            return Err(io::Error::other(format!("{}: has no Chart.yaml", path.display())));
        }
        archive(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())))?
    } else {
        fs::read(&path).map_err(|error| named(&path, &error))?
    };
    tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()))
        .unpack(&folder)
        .map_err(|error| named(&path, &error))?;
    if !folder.join(&name).join("Chart.yaml").is_file() {
        // The archive's folder has another name than the archive: name-1.2.3.tgz holds name/.
        let inner = fs::read_dir(&folder)?.next().transpose()?.map(|entry| entry.file_name());
        let inner = inner
            .and_then(|inner| inner.into_string().ok())
            .filter(|inner| folder.join(inner).join("Chart.yaml").is_file());
        let inner = inner.ok_or_else(|| io::Error::other(format!("{}: holds no chart", path.display())))?;
        return Err(io::Error::other(format!(
            "{}: holds the chart {inner}: call the archive {inner}.tgz",
            path.display()
        )));
    }
    Ok(Packed { name, bytes, folder })
}

fn walk(folder: &Path, name: &str, files: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let inner = entry.file_name();
        let inner = inner.to_str().ok_or_else(|| io::Error::other(format!("{inner:?} is not UTF-8")))?;
        let (path, name) = (entry.path(), format!("{name}/{inner}"));
        // Links are followed, as helm follows them; a link to a folder above would have no end.
        if entry.file_type()?.is_symlink() && path.is_dir() {
            return Err(io::Error::other(format!("{}: links to folders are not packed", path.display())));
        }
        if path.is_dir() {
            walk(&path, &name, files)?;
        } else {
            files.insert(name, fs::read(&path).map_err(|error| named(&path, &error))?);
        }
    }
    Ok(())
}

/// A compressed archive, the same bytes for the same files.
pub(crate) fn archive<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        builder.append_data(&mut header, name, bytes)?;
    }
    builder.into_inner()?.finish()
}

fn describe(plan: &Plan, helms: &[Program], out: &Path) -> io::Result<()> {
    let shown = |paths: &[PathBuf]| paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
    let versions: Vec<&str> = helms.iter().map(Program::version).collect();
    let suite = json!({
        "format": 1,
        "charts": shown(&plan.charts),
        "values": shown(&plan.values),
        "ci": plan.ci,
        "flags": plan.flags,
        "runs": plan.runs,
        "helm": versions,
    });
    fs::write(out.join("suite.json"), format!("{suite:#}\n"))?;
    let mut words = vec!["thinlock conformance record".to_owned()];
    words.extend(shown(&plan.charts).iter().map(|chart| quoted(chart)));
    words.extend(shown(&plan.values).iter().map(|file| format!("--values {}", quoted(file))));
    words.extend(plan.ci.then(|| "--ci".to_owned()));
    words.extend(plan.flags.iter().map(|flags| format!("--flags={}", quoted(flags))));
    words.push(format!("--runs {}", plan.runs));
    words.extend(versions.iter().map(|version| format!("--helm HELM-{version}")));
    words.push("--out DIR".to_owned());
    let mut readme = fs::File::create(out.join("README.md"))?;
    writeln!(
        readme,
        "# A suite of recorded Helm output\n\nRecorded with helm {}. Run it with `thinlock conformance run DIR`, and record it again with\n\n    {}\n\n\
         where HELM-vX.Y.Z is a helm binary of that version.",
        versions.join(", "),
        words.join(" ")
    )
}

/// A word for a shell.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
