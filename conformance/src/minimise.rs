//! Shrinks a case in which two Helms differ to a small chart that shows the same difference, ready for a bug report.
//!
//! Whole files, subcharts, blocks, actions, lines and words of templates, entries of values files and flags are left out
//! as long as the difference stays, again and again until nothing more can go.

mod cuts;
mod fault;
mod passes;
mod report;
mod subject;

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

pub use fault::{Compared, Fault, Side};
pub use report::write;
pub use subject::Subject;

use crate::shrink::{Limits, Shrink};
use fault::Judge;

/// How a case is shrunk.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// When shrinking stops, whether or not more could go.
    pub limits: Limits,
    /// Other words on standard error are a difference, too.
    pub words: bool,
    /// Arguments that the case is tried with first, and that stay if the difference does: a Kubernetes version for both
    /// sides, a seed.
    pub pins: Vec<String>,
}

/// How far shrinking is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// How many smaller cases were tried.
    pub tries: usize,
    /// How many lines and arguments the smallest one has that still shows the difference.
    pub size: usize,
    /// Since the start.
    pub elapsed: Duration,
}

/// A case that was shrunk.
#[derive(Clone, Debug)]
pub struct Minimised {
    /// What is left.
    pub subject: Subject,
    /// The command's arguments for each side, after `template`.
    pub argv: [Vec<String>; 2],
    /// How the two sides differ over it.
    pub compared: Compared,
    /// How many lines and arguments there were in the beginning.
    pub from_size: usize,
    /// How many smaller cases were tried.
    pub tries: usize,
    /// Whether a limit ended the search.
    pub stopped: bool,
}

/// Shrinks a case. `None` where the two sides do not differ over it. `scratch` is a folder of the caller's that holds the
/// case while it is tried.
///
/// # Errors
/// The folder cannot be written.
pub fn minimise(
    subject: Subject,
    sides: [Side<'_>; 2],
    options: &Options,
    scratch: &Path,
    progress: &mut dyn FnMut(Progress),
) -> io::Result<Option<Minimised>> {
    let folder = scratch.join("case");
    std::fs::create_dir_all(&folder)?;
    let [first, second] = sides.clone();
    let mut judge = Judge::new(first, second, folder, options.words);
    judge.watch_for_randomness(&subject)?;
    let from_size = subject.size();
    let mut compared = None;
    for pins in [&*options.pins, &[]] {
        judge.pinned = pins.to_vec();
        compared = judge.compare(&subject);
        if compared.is_some() {
            break;
        }
    }
    if let Some(error) = judge.failed.take() {
        return Err(error);
    }
    let Some(Compared { fault, first, .. }) = compared else { return Ok(None) };
    judge.limit_output(first.stdout.len());

    let started = Instant::now();
    let (mut tried, mut size) = (0, from_size);
    let test = |candidate: &Subject| {
        tried += 1;
        let shows = judge.shows(candidate, &fault);
        if shows {
            size = candidate.size();
        }
        progress(Progress { tries: tried, size, elapsed: started.elapsed() });
        shows
    };
    let mut shrink = Shrink::new(subject, options.limits, test);
    passes::run(&mut shrink);
    let (stopped, tries) = (shrink.is_exhausted(), shrink.tries());
    let subject = shrink.into_best();
    let compared = judge.compare(&subject);
    if let Some(error) = judge.failed.take() {
        return Err(error);
    }
    let Some(compared) = compared else {
        return Err(io::Error::other(
            "the shrunk case does not differ in every run: one of the two sides is not repeatable",
        ));
    };
    let argv = sides.map(|side| judge.argv(&side, &subject));
    Ok(Some(Minimised { argv, subject, compared, from_size, tries, stopped }))
}
