//! Parsing the templates of a chart that is still being loaded.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, PoisonError};
use std::thread::{self, Scope};

use thinlock_go::threads::{self, processors};
use thinlock_go::{Str, path};

use crate::Dialect;
use crate::chart;
use crate::source::File;

use super::Cache;

/// How many files are handed over at once, and how many a chart has at least before a thread is worth starting.
const BATCH: usize = 16;

/// Parses the templates of the chart on the command line on a thread of its own while the rest of the chart is read.
/// They are left in the cache, and nothing else happens: errors are met when the render asks for what did not parse.
///
/// Whether a subchart takes part, and under which name, is known when the values are. Until then it is taken to do so
/// under its own name: the thread has nothing else to do, and stops at once when it is known better.
pub struct Ahead<'scope, 'env> {
    cache: &'env Cache,
    dialect: &'env Dialect,
    scope: &'scope Scope<'scope, 'env>,
    progress: Arc<Progress>,
    /// The paths of the charts whose Chart.yaml was seen, by their folders: `p/charts/sub` of `charts/sub/`.
    charts: HashMap<Str, Str>,
    batch: Vec<Template>,
    parser: Option<Parser>,
}

/// How far the render is.
#[derive(Debug, Default)]
struct Progress {
    /// It is known which templates there are.
    decided: AtomicBool,
    /// It has ended.
    ended: AtomicBool,
}

/// A template's path and its content.
type Template = (Str, File);

/// A thread that parses what it is sent and leaves it in the cache.
#[derive(Debug)]
pub(super) struct Parser {
    sender: Sender<Batch>,
    progress: Arc<Progress>,
}

struct Batch {
    templates: Vec<Template>,
    /// These are templates of the render, not only of charts that may take part in it.
    decided: bool,
}

impl Parser {
    /// Parses these and nothing else any more.
    pub(super) fn decided(self, templates: Vec<Template>) {
        self.progress.decided.store(true, Ordering::Relaxed);
        let _ = self.sender.send(Batch { templates, decided: true });
    }
}

impl Cache {
    /// Runs work that loads a chart and renders it with this cache. What it tells the [`Ahead`] is parsed meanwhile.
    pub fn ahead<T>(&self, dialect: &Dialect, work: impl FnOnce(&mut Ahead<'_, '_>) -> T) -> T {
        thread::scope(|scope| {
            let (progress, charts, batch) = (Arc::default(), HashMap::new(), Vec::new());
            work(&mut Ahead { cache: self, dialect, scope, progress, charts, batch, parser: None })
        })
    }
}

/// The thread ends with its work.
impl Drop for Ahead<'_, '_> {
    fn drop(&mut self) {
        self.progress.ended.store(true, Ordering::Relaxed);
        self.parser = None;
        self.pass_on(None);
    }
}

impl Ahead<'_, '_> {
    /// Looks at a file, in the order of the walk over the chart's directory. It need not have been read.
    pub fn saw(&mut self, file: &File) {
        let Some((folder, name)) = chart::folder_and_name(&file.name) else { return };
        if name == b"Chart.yaml" {
            let name = file.data().ok().and_then(|data| chart::name(data));
            if let Some(path) = name.and_then(|name| self.path_of(folder, &name)) {
                self.charts.insert(Str::from(folder), path);
            }
        } else if name.starts_with(b"templates/")
            && let Some(chart) = self.charts.get(folder)
        {
            let path = path::join([chart.as_bytes(), name]);
            self.batch.push((Str::from(path), file.clone()));
            if self.batch.len() == BATCH {
                self.hand_over();
            }
        }
    }

    /// The path of a chart that lies in a folder: below that of the one around it.
    fn path_of(&self, folder: &[u8], name: &Str) -> Option<Str> {
        let Some(chart) = folder.strip_suffix(b"/") else { return Some(name.clone()) };
        let around = chart.strip_suffix(path::base(chart))?.strip_suffix(b"charts/")?;
        Some(Str::from(path::join([self.charts.get(around)?.as_bytes(), b"charts", name.as_bytes()])))
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
        let templates = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        if self.parser.is_none() {
            self.parser = self.start();
        }
        if let Some(parser) = &self.parser {
            let _ = parser.sender.send(Batch { templates, decided: false });
        }
    }

    /// Where there is no thread or no processor to be had, nothing is parsed ahead.
    fn start(&self) -> Option<Parser> {
        if processors() == 1 {
            return None;
        }
        let (sender, receiver) = channel::<Batch>();
        let (cache, dialect, progress) = (self.cache, self.dialect, Arc::clone(&self.progress));
        let parse = move || {
            let is_set = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
            for Batch { templates, decided } in receiver {
                for (path, file) in templates {
                    if is_set(&progress.ended) || !decided && is_set(&progress.decided) {
                        break;
                    }
                    let _ = cache.parsed(dialect, &path, &file);
                }
            }
        };
        let progress = Arc::clone(&self.progress);
        threads::start(self.scope, parse).then_some(Parser { sender, progress })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::dialect::HELM_4_3;

    fn wait(what: &str, done: impl Fn() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < Duration::from_secs(60), "{what}");
            thread::yield_now();
        }
    }

    #[test]
    fn what_was_seen_lies_in_the_cache_under_the_name_of_its_chart() {
        if processors() == 1 {
            return;
        }
        let chart = |folder: &str, name: &str| File::new(format!("{folder}Chart.yaml"), format!("name: {name}"));
        let folders = [
            ("", "p", "p"),
            ("charts/a/", "sub", "p/charts/sub"),
            ("charts/a/charts/b/", "c", "p/charts/sub/charts/c"),
        ];
        let cache = Cache::new();
        cache.ahead(&HELM_4_3, |ahead| {
            let mut seen = Vec::new();
            for (folder, name, path) in folders {
                ahead.saw(&chart(folder, name));
                for at in 0..BATCH {
                    let file = File::read_later(format!("{folder}templates/{at}"), move || Ok(Str::from("text")));
                    ahead.saw(&file);
                    seen.push((Str::from(format!("{path}/templates/{at}")), file));
                }
            }
            // Of no chart, or of one that is not known.
            ahead.saw(&File::new("charts/templates", "{{"));
            ahead.saw(&File::new("charts/x/templates/t", "{{"));
            ahead.saw_all();
            wait("nothing parses them", || seen.iter().all(|(path, file)| cache.is_parsed(&HELM_4_3, path, file)));
        });
    }

    #[test]
    fn guesses_end_with_the_decision() {
        if processors() == 1 {
            return;
        }
        let cache = Cache::new();
        cache.ahead(&HELM_4_3, |ahead| {
            ahead.saw(&File::new("Chart.yaml", "name: p"));
            // The thread is held up at the first file until it is known that there are no others.
            let gate = Arc::new(Barrier::new(2));
            let held = Arc::clone(&gate);
            let first = File::read_later("templates/0", move || {
                held.wait();
                held.wait();
                Ok(Str::from("text"))
            });
            let rest: Vec<File> = (1..2 * BATCH).map(|at| File::new(format!("templates/{at}"), "text")).collect();
            ahead.saw(&first);
            rest.iter().for_each(|file| ahead.saw(file));
            gate.wait();
            let needed = (Str::from("p/templates/needed"), File::new("templates/needed", "text"));
            ahead.parser.take().unwrap().decided(vec![needed.clone()]);
            gate.wait();
            wait("nothing parses it", || cache.is_parsed(&HELM_4_3, &needed.0, &needed.1));
            let path = |file: &File| Str::from(format!("p/{}", file.name));
            assert!(cache.is_parsed(&HELM_4_3, &path(&first), &first));
            assert!(!rest.iter().any(|file| cache.is_parsed(&HELM_4_3, &path(file), file)));
        });
    }
}
