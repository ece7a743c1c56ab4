//! Differential fuzzing: templates and values from a grammar over the whole function map, rendered by a real Helm and
//! by ours, and cut down to a probe where the two differ.
//!
//! A case is a tree of the grammar, a function of the seed and its number. It is judged by exit status, standard output
//! and standard error, byte for byte; what no code of ours could make equal is counted by named [`Rule`]s.

mod case;
mod grammar;
mod judge;
mod random;
mod served;
mod signatures;
mod tree;
mod zones;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rayon::prelude::*;
use serde_json::{Value, json};

use self::case::Case;
use self::judge::{Differing, PANICKED, Verdict, judge};
use self::random::Random;
use crate::clean::clean;
use crate::shrink::{Limits, Shrink};
use crate::{Helm, Invocation, Outcome, Probe, probe};

pub use self::judge::Rule;
pub use self::served::Served;
pub use self::signatures::EXCLUDED;

/// A Helm to compare with.
pub struct Reference<'h> {
    /// The dialect that we answer in.
    pub dialect: &'static str,
    /// The Helm.
    pub helm: Box<dyn Helm + 'h>,
    /// The same Helm in a process of its own for each case: it has the last word where `helm` answers many cases in one
    /// process, in which a case may leave something behind.
    pub fresh: Option<Box<dyn Helm + 'h>>,
    /// The key of its results in a recorded probe, where it is a real one.
    pub records: Option<&'static str>,
}

impl std::fmt::Debug for Reference<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reference").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}

/// What is generated, and when to stop.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Makes a run repeatable.
    pub seed: u64,
    /// The number of the first case.
    pub first: usize,
    /// How many cases; each is rendered by one of the Helms, in turn.
    pub cases: usize,
    /// Topics by name; none means all.
    pub topics: Vec<String>,
    /// Stop when so many differences of different kinds were found.
    pub differences: usize,
}

/// A difference, cut down.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The number of the case that it was found in.
    pub case: usize,
    /// The dialect.
    pub dialect: &'static str,
    /// `exit`, `stdout`, `stderr` or `panic`.
    pub what: &'static str,
    /// The first difference, for people: `-` Helm, `+` ours.
    pub why: String,
    /// A probe in the format of `conformance/cases/probes`, with what each real Helm did.
    pub probe: Value,
}

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Cases that were compared.
    pub cases: usize,
    /// Of them, those in which both succeeded.
    pub ok: usize,
    /// Of them, those in which both failed, with the same words.
    pub failed: usize,
    /// The numbers of cases with an explained difference, by rule.
    pub explained: BTreeMap<Rule, Vec<usize>>,
    /// Cases with an unexplained difference.
    pub different: usize,
    /// The unexplained differences that were cut down, one of each kind.
    pub differences: Vec<Difference>,
    /// Cases by dialect.
    pub dialects: BTreeMap<&'static str, usize>,
    /// Cases by topic: all, and those in which both succeeded.
    pub topics: BTreeMap<&'static str, (usize, usize)>,
    /// Calls by function, in all cases: all, and those in cases in which both succeeded.
    pub functions: BTreeMap<&'static str, (usize, usize)>,
}

/// The cases of a plan as probes, without running them.
///
/// # Errors
/// A topic has no such name.
pub fn probes(plan: &Plan, references: usize) -> io::Result<Vec<Value>> {
    let topics = topics_of(plan)?;
    let numbers = plan.first..plan.first + plan.cases;
    Ok(numbers.map(|number| json!(generate(plan, &topics, number, references.max(1)).fields())).collect())
}

fn topics_of(plan: &Plan) -> io::Result<Vec<grammar::Topic>> {
    let known = grammar::TOPICS;
    for name in &plan.topics {
        if !known.iter().any(|(topic, _, _)| topic == name) {
            return Err(io::Error::other(format!("no topic {name:?}: use some of {}", topics().join(", "))));
        }
    }
    let asked = |name: &str| plan.topics.is_empty() || plan.topics.iter().any(|topic| topic == name);
    Ok(known.iter().filter(|(name, _, _)| asked(name)).copied().collect())
}

/// The case of a number: with several Helms in turn, each function of the map still meets each of them.
fn generate(plan: &Plan, topics: &[grammar::Topic], number: usize, references: usize) -> Case {
    grammar::case(topics, &mut Random::new(plan.seed, number as u64), number / references)
}

/// The names of the topics.
pub fn topics() -> Vec<&'static str> {
    grammar::TOPICS.iter().map(|(name, _, _)| *name).collect()
}

/// The functions that cases call; [`EXCLUDED`] has the others.
pub fn functions() -> Vec<&'static str> {
    signatures::SIGNATURES.iter().map(|signature| signature.name).collect()
}

/// Generates cases, runs each with one of the Helms and with ours, and cuts differences down. `found_one` is told of each
/// difference as it is found.
///
/// # Errors
/// A topic has no such name, or the scratch folder cannot be written.
pub fn run(
    plan: &Plan,
    references: &[Reference<'_>],
    ours: &dyn Helm,
    scratch: &Path,
    found_one: &(dyn Fn(&Difference) + Sync),
) -> io::Result<Report> {
    let topics = topics_of(plan)?;
    if references.is_empty() {
        return Err(io::Error::other("no Helm to compare with"));
    }
    let report = Mutex::new(Report::default());
    let kinds = Mutex::new(BTreeMap::new());
    let found = AtomicUsize::new(0);
    let bench = Bench { ours, scratch, folders: AtomicUsize::new(0), zones: zones::lay_out(scratch)? };
    (plan.first..plan.first + plan.cases).into_par_iter().try_for_each(|number| {
        if found.load(Ordering::Relaxed) >= plan.differences {
            return Ok(());
        }
        let reference = &references[number % references.len()];
        let case = generate(plan, &topics, number, references.len());
        let (verdict, ok) = bench.compare(&case, reference, RUNS)?;
        count(&mut lock(&report), number, &case, reference, &verdict, ok);
        let Verdict::Differs(differing) = verdict else { return Ok(()) };
        let (small, Differing { what, why, .. }) = bench.minimise(case, reference, differing);
        // One of each kind: what differs, and the functions that it takes.
        let mut kind = small.calls();
        kind.extend([what, small.topic]);
        kind.sort_unstable();
        kind.dedup();
        let seen = {
            let mut kinds = lock(&kinds);
            let seen = kinds.entry(kind).or_insert(0_usize);
            *seen += 1;
            *seen > 1
        };
        if seen {
            return Ok(());
        }
        found.fetch_add(1, Ordering::Relaxed);
        let probe = bench.record(&small, references)?;
        let difference = Difference { case: number, dialect: reference.dialect, what, why, probe };
        found_one(&difference);
        lock(&report).differences.push(difference);
        Ok::<(), io::Error>(())
    })?;
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.differences.sort_by_key(|difference| difference.case);
    Ok(report)
}

fn count(report: &mut Report, number: usize, case: &Case, reference: &Reference<'_>, verdict: &Verdict, ok: bool) {
    report.cases += 1;
    *report.dialects.entry(reference.dialect).or_default() += 1;
    match verdict {
        Verdict::Same if ok => report.ok += 1,
        Verdict::Same => report.failed += 1,
        Verdict::Explained(rule) => report.explained.entry(*rule).or_default().push(number),
        Verdict::Differs(..) => report.different += 1,
    }
    let tally = |(all, good): &mut (usize, usize)| {
        *all += 1;
        *good += usize::from(ok);
    };
    tally(report.topics.entry(case.topic).or_default());
    for name in case.calls() {
        tally(report.functions.entry(name).or_default());
    }
}

/// How often a Helm is asked again before its output counts as always the same. Go begins a small map at one of eight
/// places, and a walk that puts two certain keys in the rarer order can be one in eight.
const RUNS: usize = 100;

/// Where cases are run.
struct Bench<'b> {
    ours: &'b dyn Helm,
    scratch: &'b Path,
    folders: AtomicUsize,
    /// Where Go reads time zones.
    zones: PathBuf,
}

impl Bench<'_> {
    /// Lays a case out and hands it on with its folder, which goes afterwards.
    fn laid_out<T>(&self, case: &Case, run: impl FnOnce(&Probe, &Path) -> T) -> io::Result<T> {
        let probe = case.probe()?;
        let root = self.scratch.join(format!("case-{}", self.folders.fetch_add(1, Ordering::Relaxed)));
        probe.lay_out(&root)?;
        let result = run(&probe, &root);
        fs::remove_dir_all(&root)?;
        Ok(result)
    }

    fn invocation(&self, probe: &Probe, root: &Path, reference: &Reference<'_>) -> Invocation {
        let mut invocation = probe.invocation(root, reference.dialect);
        invocation.env.insert(zones::VARIABLE.to_owned(), self.zones.display().to_string());
        invocation
    }

    /// Runs a case with a Helm and with ours; whether ours succeeded comes with the verdict.
    fn compare(&self, case: &Case, reference: &Reference<'_>, runs: usize) -> io::Result<(Verdict, bool)> {
        self.laid_out(case, |probe, root| {
            let invocation = self.invocation(probe, root, reference);
            let cleaned = |outcome: Outcome| Outcome {
                status: outcome.status,
                stdout: clean(&outcome.stdout, root),
                stderr: clean(&outcome.stderr, root),
            };
            let mut helm = cleaned(reference.helm.run(&invocation));
            let ours = cleaned(guarded(self.ours, &invocation));
            if let Some(fresh) = reference.fresh.as_ref().filter(|_| !judge::same(&helm, &ours)) {
                helm = match helm.status {
                    // A crash takes seconds, and is the same again.
                    judge::DIED | judge::HUNG => helm,
                    _ => cleaned(fresh.run(&invocation)),
                };
            }
            // What a case left behind is no other output of Helm's: only fresh processes show that it varies.
            let mut varied = false;
            let verdict = judge(&helm, &ours, runs, || {
                if !varied {
                    let again = cleaned(reference.helm.run(&invocation));
                    varied = !judge::same(&again, &helm);
                    if !varied || reference.fresh.is_none() {
                        return again;
                    }
                }
                cleaned(reference.fresh.as_ref().unwrap_or(&reference.helm).run(&invocation))
            });
            (verdict, ours.status == 0)
        })
    }

    /// The smallest case that still has an unexplained difference.
    fn minimise(&self, case: Case, reference: &Reference<'_>, first: Differing) -> (Case, Differing) {
        // A case whose output is another in each run shows nothing of the one that began.
        let must_be_stable = first.stable;
        let last = Mutex::new(first);
        let limits = Limits { tries: 2_000, time: Duration::from_secs(30) };
        let mut shrink = Shrink::new(case, limits, |case: &Case| match self.compare(case, reference, RUNS / 4) {
            Ok((Verdict::Differs(differing), _)) if differing.stable || !must_be_stable => {
                *lock(&last) = differing;
                true
            }
            _ => false,
        });
        shrink.to_fixed_point(|shrink| {
            let mut part = 0;
            while let Some(places) = shrink.best().places(part) {
                let mut place = 0;
                while place < places {
                    if !shrink.best().smaller(part, place).into_iter().any(|case| shrink.propose(case)) {
                        place += 1;
                    }
                }
                part += 1;
            }
            for number in 0..shrink.best().strings().len() {
                let length = |case: &Case| case.strings().get(number).map_or(0, |text| text.chars().count());
                shrink.drop_parts(length, |case, range| case.without_characters(number, range));
            }
        });
        let small = shrink.into_best();
        (small, last.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// A case as a probe, with what each real Helm did.
    fn record(&self, case: &Case, references: &[Reference<'_>]) -> io::Result<Value> {
        let mut fields = case.fields();
        for reference in references {
            let Some(key) = reference.records else { continue };
            let outcome = self.laid_out(case, |probe, root| {
                let helm = reference.fresh.as_ref().unwrap_or(&reference.helm);
                let outcome = helm.run(&self.invocation(probe, root, reference));
                Outcome {
                    status: outcome.status,
                    stdout: clean(&outcome.stdout, root),
                    stderr: clean(&outcome.stderr, root),
                }
            })?;
            fields.insert(key.to_owned(), probe::result(&outcome));
        }
        Ok(json!(fields))
    }
}

/// Ours, whose panic is an outcome like another.
fn guarded(helm: &dyn Helm, invocation: &Invocation) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| helm.run(invocation))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Outcome { status: PANICKED, stdout: Vec::new(), stderr: text.unwrap_or("panic").as_bytes().to_vec() }
    })
}

/// The lock, also after a panic of another thread: what it guards are counters.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
