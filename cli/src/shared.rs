//! What several commands of one process share: charts that were loaded, templates that were parsed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use thinlock_renderer::engine::Cache;
use thinlock_renderer::{Chart, ChartError, Dialect, Log};

/// Charts and parsed templates, for commands that run one after another or at the same time.
///
/// Templates are known by their content. Charts are known by their path, and only those that nobody changes while the
/// commands run: the paths are given.
#[derive(Debug, Default)]
pub struct Shared {
    unchanging: Vec<PathBuf>,
    cache: Cache,
    charts: RwLock<HashMap<(PathBuf, &'static str), Arc<Chart>>>,
}

impl Shared {
    /// `unchanging` are the paths, without links in them, at or below which files stay as they are.
    pub fn new(unchanging: &[PathBuf]) -> Shared {
        Shared { unchanging: unchanging.to_vec(), ..Shared::default() }
    }

    /// The parsed templates.
    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The chart at a path, loaded by `load` if it is not here yet. A chart whose loading says something is loaded anew
    /// each time, since what it says may name the path that it was asked for.
    pub(crate) fn chart(
        &self,
        path: &Path,
        dialect: &'static Dialect,
        logs: &mut Vec<Log>,
        load: impl FnOnce(&mut Vec<Log>) -> Result<Arc<Chart>, ChartError>,
    ) -> Result<Arc<Chart>, ChartError> {
        let Some(real) = std::fs::canonicalize(path).ok().filter(|real| self.is_unchanging(real)) else {
            return load(logs);
        };
        let key = (real, dialect.name);
        if let Some(chart) = self.charts.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(chart));
        }
        let before = logs.len();
        let chart = load(logs)?;
        if logs.len() == before {
            read_all(&chart);
            self.charts.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&chart));
        }
        Ok(chart)
    }

    fn is_unchanging(&self, real: &Path) -> bool {
        self.unchanging.iter().any(|path| real.starts_with(path))
    }
}

/// Reads what was left for later: the path by which this chart was found may be gone when another command uses it. What
/// fails is told to whoever asks for that file.
fn read_all(chart: &Chart) {
    for file in chart.templates.iter().chain(&chart.files).chain(&chart.schema) {
        let _ = file.data();
    }
    for subchart in &chart.subcharts {
        read_all(subchart);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use thinlock_gitops::disk;
    use thinlock_renderer::dialect::HELM_4_3;

    use super::*;

    #[test]
    fn a_shared_chart_outlives_the_path_that_it_was_found_by() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let sub = at("real/charts/s");
        fs::create_dir_all(sub.join("templates")).expect("made");
        fs::write(at("real/Chart.yaml"), "apiVersion: v2\nname: c\nversion: 1.0.0\n").expect("written");
        fs::write(sub.join("Chart.yaml"), "apiVersion: v2\nname: s\nversion: 1.0.0\n").expect("written");
        fs::write(sub.join("templates/a.yaml"), "a: 1").expect("written");
        fs::write(at("real/large"), "x".repeat(1 << 16)).expect("written");
        std::os::unix::fs::symlink(at("real"), at("link")).expect("a link");
        let real = fs::canonicalize(at("real")).expect("a path");
        let shared = Shared::new(std::slice::from_ref(&real));
        let load = |path: &Path| {
            let mut logs = Vec::new();
            shared.chart(path, &HELM_4_3, &mut logs, |logs| disk::load_chart(path, &HELM_4_3, logs)).expect("a chart")
        };
        let first = load(&at("link"));
        fs::remove_file(at("link")).expect("removed");
        let second = load(&real);
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(second.files[0].data().map(|data| data.len()), Ok(1 << 16));
        assert_eq!(second.subcharts[0].templates[0].data().map(|data| data.len()), Ok(4));
    }
}
