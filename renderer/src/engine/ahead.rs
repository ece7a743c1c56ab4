//! Parsing the templates of a chart that is still being loaded.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread::{self, Scope};

use thinlock_go::{Str, path};

use crate::Dialect;
use crate::chart;
use crate::source::File;

use super::Cache;
use super::cache::{Parser, keep_memory, processors};

/// How many files are handed over at once, and how many a chart has at least before a thread is worth starting.
const BATCH: usize = 16;

/// Parses the templates of the chart on the command line on a thread of its own while the rest of the chart is read.
/// They are left in the cache, and nothing else happens: errors are met when the render asks for what did not parse.
///
/// Subcharts are not parsed ahead: whether they take part, and under which names, is known when the values are.
pub struct Ahead<'scope, 'env> {
    cache: &'env Cache,
    dialect: &'env Dialect,
    scope: &'scope Scope<'scope, 'env>,
    stopped: &'env AtomicBool,
    /// The chart's name, once Chart.yaml was seen.
    name: Option<Str>,
    batch: Vec<(Str, File)>,
    parser: Option<Parser>,
}

impl Cache {
    /// Runs work that loads a chart and renders it with this cache. What it tells the [`Ahead`] is parsed meanwhile.
    pub fn ahead<T>(&self, dialect: &Dialect, work: impl FnOnce(&mut Ahead<'_, '_>) -> T) -> T {
        let stopped = AtomicBool::new(false);
        thread::scope(|scope| {
            let (cache, batch) = (self, Vec::new());
            let mut ahead = Ahead { cache, dialect, scope, stopped: &stopped, name: None, batch, parser: None };
            work(&mut ahead)
        })
    }
}

/// The thread ends with its work.
impl Drop for Ahead<'_, '_> {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.parser = None;
        self.pass_on(None);
    }
}

impl Ahead<'_, '_> {
    /// Looks at a file that was read, in the order of the walk over the chart's directory.
    pub fn saw(&mut self, file: &File) {
        if file.name == "Chart.yaml" {
            self.name = file.data().ok().and_then(|data| chart::name(data));
        } else if file.name.starts_with(b"templates/")
            && let Some(name) = &self.name
        {
            let path = path::join([name.as_bytes(), file.name.as_bytes()]);
            self.batch.push((Str::from(path), file.clone()));
            if self.batch.len() == BATCH {
                self.hand_over();
            }
        }
    }

    /// There are no more files. The thread goes on with what the render finds to parse.
    pub fn saw_all(&mut self) {
        if self.parser.is_some() {
            self.hand_over();
        }
        let parser = self.parser.take();
        self.pass_on(parser);
    }

    fn pass_on(&self, parser: Option<Parser>) {
        *self.cache.parser.lock().unwrap_or_else(PoisonError::into_inner) = parser;
    }

    fn hand_over(&mut self) {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        if self.parser.is_none() {
            self.parser = self.start();
        }
        if let Some(parser) = &self.parser {
            let _ = parser.send(batch);
        }
    }

    /// Where there is no thread or no processor to be had, nothing is parsed ahead.
    fn start(&self) -> Option<Parser> {
        if processors() == 1 {
            return None;
        }
        let (sender, receiver) = channel::<Vec<(Str, File)>>();
        let (cache, dialect, stopped) = (self.cache, self.dialect, self.stopped);
        let parse = move || {
            keep_memory();
            for (path, file) in receiver.into_iter().flatten() {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let _ = cache.parsed(dialect, &path, &file);
            }
        };
        thread::Builder::new().spawn_scoped(self.scope, parse).ok().map(|_| sender)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::dialect::HELM_4_3;

    #[test]
    fn what_was_seen_lies_in_the_cache_under_the_name_of_its_chart() {
        if processors() == 1 {
            return;
        }
        let files: Vec<File> = (0..40).map(|at| File::new(format!("templates/{at}"), format!("{at}"))).collect();
        let cache = Cache::new();
        cache.ahead(&HELM_4_3, |ahead| {
            ahead.saw(&File::new("Chart.yaml", "name: p"));
            files.iter().for_each(|file| ahead.saw(file));
            ahead.saw_all();
            let start = Instant::now();
            while !files
                .iter()
                .enumerate()
                .all(|(at, file)| cache.is_parsed(&HELM_4_3, &Str::from(format!("p/templates/{at}")), file))
            {
                assert!(start.elapsed() < Duration::from_secs(60), "nothing parses them");
                thread::yield_now();
            }
        });
    }
}
