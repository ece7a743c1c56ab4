//! Probes: charts of a few lines, one JSON line each, with what real Helms did with them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use serde::Deserialize;

use crate::{Invocation, Outcome};

/// One probe. `README.md` beside the recorded files describes the fields.
#[derive(Clone, Debug, Deserialize)]
pub struct Probe {
    /// `family/topic/name-digest`.
    pub id: String,
    template: Option<String>,
    helpers: Option<String>,
    values_yaml: Option<String>,
    /// A text, or `false` for a chart without a Chart.yaml.
    chart_yaml: Option<serde_json::Value>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    files_b64: BTreeMap<String, String>,
    #[serde(default)]
    outer: BTreeMap<String, String>,
    #[serde(default)]
    argv: Vec<String>,
    cmd: Option<Vec<String>>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(flatten)]
    results: BTreeMap<String, serde_json::Value>,
}

/// What a real Helm did with a probe.
#[derive(Clone, Debug, Deserialize)]
pub struct Recorded {
    /// Whether the exit status was 0.
    pub ok: bool,
    #[serde(default)]
    stdout: String,
    #[serde(default)]
    stderr: String,
    stdout_b64: Option<String>,
    stderr_b64: Option<String>,
    /// Files below `out/`.
    #[serde(default)]
    pub out: BTreeMap<String, String>,
    #[serde(default)]
    unstable: bool,
    #[serde(default)]
    timeout: bool,
}

/// The keys that recordings have for dialects.
const KEYS: [(&str, &str); 5] =
    [("helm-3.17", "v3"), ("helm-3.19", "v3.19"), ("helm-3.22", "v3.22"), ("helm-4.1", "v4"), ("helm-4.3", "v4.3")];

const CHART_YAML: &str = "apiVersion: v2\nname: p\nversion: 0.1.0\n";

/// Reads every `*.jsonl` of a folder, in the order of the file names.
///
/// # Errors
/// A file cannot be read, or a line is not a probe; the error names both.
pub fn load(folder: &Path) -> io::Result<Vec<Probe>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    let mut probes = Vec::new();
    for path in paths {
        for (number, line) in BufReader::new(fs::File::open(&path)?).lines().enumerate() {
            let probe = serde_json::from_str(&line?)
                .map_err(|error| io::Error::other(format!("{}:{}: {error}", path.display(), number + 1)))?;
            probes.push(probe);
        }
    }
    Ok(probes)
}

impl Probe {
    /// What the Helm of a dialect did; `None` if it was not recorded or its result is not stable between runs.
    pub fn recorded(&self, dialect: &str) -> Option<Recorded> {
        let recorded: Recorded = serde_json::from_value(self.results.get(key(dialect)?)?.clone()).ok()?;
        (!recorded.unstable && !recorded.timeout).then_some(recorded)
    }

    /// The part of the id before the first slash.
    pub fn family(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }

    /// Whether the command writes files, so that the folder cannot be used twice.
    pub fn writes(&self) -> bool {
        self.argv.iter().any(|arg| arg.starts_with("--output-dir"))
    }

    /// Lays the probe's files out below a folder.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn lay_out(&self, root: &Path) -> io::Result<()> {
        let chart = root.join("chart");
        fs::create_dir_all(&chart)?;
        match &self.chart_yaml {
            None => fs::write(chart.join("Chart.yaml"), CHART_YAML)?,
            Some(serde_json::Value::String(text)) => fs::write(chart.join("Chart.yaml"), text)?,
            Some(_) => {}
        }
        let named = [
            ("values.yaml", &self.values_yaml),
            ("templates/t.yaml", &self.template),
            ("templates/_helpers.tpl", &self.helpers),
        ];
        for (path, text) in named {
            if let Some(text) = text {
                put(&chart, path, text.as_bytes())?;
            }
        }
        for (path, text) in &self.files {
            put(&chart, path, text.as_bytes())?;
        }
        for (path, text) in &self.files_b64 {
            let bytes = base64::engine::general_purpose::STANDARD.decode(text).map_err(io::Error::other)?;
            put(&chart, path, &bytes)?;
        }
        for (path, text) in &self.outer {
            put(root, path, text.as_bytes())?;
        }
        Ok(())
    }

    /// The command that was recorded, to be run in the folder that [`Probe::lay_out`] filled.
    pub fn invocation(&self, root: &Path, dialect: &str) -> Invocation {
        let mut args = self.cmd.clone().unwrap_or_else(|| ["template", "r", "chart"].map(str::to_owned).to_vec());
        args.extend(self.argv.iter().cloned());
        let mut env = self.env.clone();
        env.insert("THINLOCK_DIALECT".to_owned(), dialect.to_owned());
        env.insert("HOME".to_owned(), root.join(".home").display().to_string());
        env.insert("TZ".to_owned(), "UTC".to_owned());
        Invocation { args, cwd: root.to_owned(), env }
    }
}

impl Recorded {
    /// The bytes of standard output.
    pub fn stdout(&self) -> Vec<u8> {
        bytes(&self.stdout, self.stdout_b64.as_deref())
    }

    /// The bytes of standard error.
    pub fn stderr(&self) -> Vec<u8> {
        bytes(&self.stderr, self.stderr_b64.as_deref())
    }
}

/// The result of a Helm as it is recorded in a probe.
pub fn result(outcome: &Outcome) -> serde_json::Value {
    let mut fields = serde_json::Map::new();
    fields.insert("ok".to_owned(), (outcome.status == 0).into());
    for (name, bytes) in [("stdout", &outcome.stdout), ("stderr", &outcome.stderr)] {
        match std::str::from_utf8(bytes) {
            Ok("") => {}
            Ok(text) => drop(fields.insert(name.to_owned(), text.into())),
            Err(_) => {
                let text = base64::engine::general_purpose::STANDARD.encode(bytes);
                drop(fields.insert(format!("{name}_b64"), text.into()));
            }
        }
    }
    fields.into()
}

/// The key that a dialect's results have in a probe.
pub fn key(dialect: &str) -> Option<&'static str> {
    KEYS.iter().find(|(name, _)| *name == dialect).map(|(_, key)| *key)
}

fn bytes(text: &str, base64: Option<&str>) -> Vec<u8> {
    match base64 {
        Some(text) => base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default(),
        None => text.as_bytes().to_vec(),
    }
}

fn put(root: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let path = root.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, bytes)
}
