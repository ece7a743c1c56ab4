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
            self.charts.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&chart));
        }
        Ok(chart)
    }

    fn is_unchanging(&self, real: &Path) -> bool {
        self.unchanging.iter().any(|path| real.starts_with(path))
    }
}
