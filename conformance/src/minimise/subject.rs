//! What is shrunk: a chart, the files beside it and the flags.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path};
use std::sync::Arc;

use crate::corpus::{Case, named};
use crate::record::archive;

/// The chart's folder inside the case's folder.
pub(super) const CHART: &str = "chart/";
/// The packed chart inside the case's folder.
const PACKED: &str = "chart.tgz";

/// A case that can be changed: every file of its folder, and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    /// Files by their paths in the case's folder: those of the chart below `chart/`, values files beside it.
    pub files: BTreeMap<String, Arc<[u8]>>,
    /// The arguments after `template`; the chart is `chart`, or `chart.tgz` where it is given packed.
    pub argv: Vec<String>,
}

impl Subject {
    /// A chart's folder or archive with arguments. `argv` names the chart by the path as it is given here.
    ///
    /// # Errors
    /// The chart cannot be read, or is none.
    pub fn of_chart(path: &Path, argv: Vec<String>) -> io::Result<Subject> {
        let mut files = BTreeMap::new();
        if path.is_dir() {
            read_folder(path, CHART, &mut files)?;
        } else {
            unpack(&fs::read(path).map_err(|error| named(path, &error))?, &mut files)?;
        }
        if !files.contains_key("chart/Chart.yaml") {
            return Err(io::Error::other(format!("{}: has no Chart.yaml", path.display())));
        }
        Ok(Subject { files, argv })
    }

    /// A case of a suite; `packed` is its chart's archive.
    ///
    /// # Errors
    /// The archive cannot be read, or holds no chart.
    pub fn of_case(case: &Case, packed: &Path) -> io::Result<Subject> {
        // In a suite the chart lies at `chart/DIR`.
        let argv = case.argv.iter().map(|arg| match arg.strip_prefix(CHART) {
            Some(inner) => match inner.trim_end_matches('/').split_once('/') {
                Some((_, file)) => format!("{CHART}{file}"),
                None => "chart".to_owned(),
            },
            None => arg.clone(),
        });
        let mut subject = Subject::of_chart(packed, argv.collect())?;
        for (name, text) in &case.files {
            subject.put(name, text.as_bytes())?;
        }
        Ok(subject)
    }

    /// Adds a file beside the chart.
    ///
    /// # Errors
    /// The name leads out of the case's folder.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        if !is_inside(name) {
            return Err(io::Error::other(format!("{name:?} is not inside the case's folder")));
        }
        self.files.insert(name.to_owned(), Arc::from(bytes));
        Ok(())
    }

    /// Whether the arguments name the packed chart.
    pub(super) fn is_packed(&self) -> bool {
        self.argv.iter().any(|arg| arg == PACKED)
    }

    /// How many lines the chart's files have.
    pub fn chart_lines(&self) -> usize {
        self.chart().map(|(_, bytes)| lines(bytes)).sum()
    }

    /// How many lines all files have, and words the command.
    pub fn size(&self) -> usize {
        self.files.values().map(|bytes| lines(bytes)).sum::<usize>() + self.argv.len()
    }

    fn chart(&self) -> impl Iterator<Item = (&String, &Arc<[u8]>)> {
        self.files.iter().filter(|(name, _)| name.starts_with(CHART))
    }

    /// The text of a file, if it is one.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.files.get(name)?).ok()
    }

    /// The subject with another text in a file.
    pub(super) fn with(&self, name: &str, text: &str) -> Subject {
        let mut subject = self.clone();
        subject.files.insert(name.to_owned(), Arc::from(text.as_bytes()));
        subject
    }

    /// The subject without files.
    pub(super) fn without_files(&self, gone: impl Fn(&str) -> bool) -> Subject {
        let mut subject = self.clone();
        subject.files.retain(|name, _| !gone(name));
        subject
    }

    /// Writes the files below a folder.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn lay_out(&self, folder: &Path) -> io::Result<()> {
        for (name, bytes) in self.laid_out()? {
            let path = folder.join(&name);
            if !is_inside(&name) {
                return Err(io::Error::other(format!("{name:?} is not inside the case's folder")));
            }
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, bytes)?;
        }
        Ok(())
    }

    /// The files as they lie in the case's folder, the packed chart included where it is asked for.
    pub(super) fn laid_out(&self) -> io::Result<BTreeMap<String, Arc<[u8]>>> {
        let mut files = self.files.clone();
        if self.is_packed() {
            let bytes = archive(self.chart().map(|(name, bytes)| (name.as_str(), &**bytes)))?;
            files.insert(PACKED.to_owned(), Arc::from(bytes));
        }
        Ok(files)
    }

    /// The folders of the subcharts, outermost first: `chart/charts/cache/`.
    pub(super) fn subcharts(&self) -> Vec<String> {
        let mut folders: Vec<String> = self
            .files
            .keys()
            .filter_map(|name| name.strip_suffix("Chart.yaml"))
            .filter(|folder| *folder != CHART && folder.starts_with(CHART))
            .map(str::to_owned)
            .collect();
        folders.sort_by_key(|folder| folder.matches('/').count());
        folders
    }

    /// The subject with the packed subcharts unpacked.
    pub(super) fn with_unpacked_subcharts(&self) -> Subject {
        let mut subject = self.clone();
        loop {
            let packed: Vec<String> = subject
                .files
                .keys()
                .filter(|name| name.starts_with(CHART) && name.contains("/charts/") && name.ends_with(".tgz"))
                .cloned()
                .collect();
            let mut changed = false;
            for name in packed {
                let Some(bytes) = subject.files.get(&name).cloned() else { continue };
                let mut inner = BTreeMap::new();
                if unpack(&bytes, &mut inner).is_err() {
                    continue;
                }
                let folder = name.trim_end_matches(".tgz").to_owned();
                subject.files.remove(&name);
                subject.files.extend(
                    inner.into_iter().map(|(path, bytes)| {
                        (format!("{folder}/{}", path.strip_prefix(CHART).unwrap_or(&path)), bytes)
                    }),
                );
                changed = true;
            }
            if !changed {
                return subject;
            }
        }
    }
}

fn lines(bytes: &[u8]) -> usize {
    bytes.split_inclusive(|byte| *byte == b'\n').count()
}

pub(super) fn is_inside(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

fn read_folder(folder: &Path, name: &str, files: &mut BTreeMap<String, Arc<[u8]>>) -> io::Result<()> {
    for entry in fs::read_dir(folder).map_err(|error| named(folder, &error))? {
        let path = entry?.path();
        let Some(own) = path.file_name().and_then(|own| own.to_str()) else {
            return Err(io::Error::other(format!("{}: the name is not UTF-8", path.display())));
        };
        if path.is_dir() {
            read_folder(&path, &format!("{name}{own}/"), files)?;
        } else {
            let bytes = fs::read(&path).map_err(|error| named(&path, &error))?;
            files.insert(format!("{name}{own}"), Arc::from(bytes));
        }
    }
    Ok(())
}

/// Reads the files of a chart's archive; the name of its folder becomes `chart`.
fn unpack(bytes: &[u8], files: &mut BTreeMap<String, Arc<[u8]>>) -> io::Result<()> {
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
    for entry in tar.entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = entry.path()?.to_string_lossy().into_owned();
        let Some((_, inner)) = path.trim_start_matches("./").split_once('/') else { continue };
        let name = format!("{CHART}{inner}");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        if is_inside(&name) {
            files.insert(name, Arc::from(bytes));
        }
    }
    Ok(())
}
