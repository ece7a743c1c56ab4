//! Cases whose output differs from run to run in Helm itself: random values, the time. They are equal if they are in every
//! line that Helm keeps equal between runs, and repeatable with a seed.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::layout::{self, run_case};
use super::outputs::{self, Outputs};
use super::{Case, Corpus, Golden, Ran};
use crate::Helm;
use crate::stable::{Kept, Stable};

/// A case whose output differs from run to run.
#[derive(Clone, Debug)]
pub(super) struct Loose {
    pub(super) case: Case,
    pub(super) golden: Golden,
    /// The SHA-256 of the outputs of several runs, for each Helm that was run several times; the golden's own where that
    /// is so, else those of other versions.
    pub(super) families: Vec<Vec<String>>,
}

/// How a case came out whose output differs from run to run.
#[derive(Clone, Debug)]
pub struct LooseVerdict {
    /// The case.
    pub id: String,
    /// The packed chart's file name.
    pub chart: String,
    /// The dialect it was run in.
    pub dialect: &'static str,
    /// Success or failure as recorded.
    pub exit: bool,
    /// The lines that Helm keeps equal; none where no Helm was recorded twice, or the bytes are not there.
    pub kept: Option<Kept>,
    /// Whether two renders with one seed gave the same bytes; none where no seed was given.
    pub repeatable: Option<bool>,
    /// What is different, empty if nothing is.
    pub why: String,
}

impl LooseVerdict {
    /// Whether everything is equal that could be compared.
    pub fn is_equal(&self) -> bool {
        self.exit && self.repeatable != Some(false) && self.kept.as_ref().is_none_or(|kept| kept.why.is_none())
    }
}

/// How many cases that differ from run to run came out equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LooseFigures {
    /// Cases.
    pub cases: usize,
    /// Of them, with the same success or failure.
    pub exit: usize,
    /// Of them, those that were rendered twice with one seed.
    pub seeded: usize,
    /// Of these, those that were the same both times.
    pub repeatable: usize,
    /// Of all, those of which the lines that Helm keeps equal are known.
    pub compared: usize,
    /// Of the compared, those that are equal in all these lines.
    pub equal: usize,
    /// The lines of the compared cases.
    pub lines: usize,
    /// Of them, those that Helm keeps equal.
    pub stable: usize,
}

impl LooseFigures {
    /// Counts verdicts.
    pub fn of<'a>(verdicts: impl IntoIterator<Item = &'a LooseVerdict>) -> LooseFigures {
        let mut figures = LooseFigures::default();
        for verdict in verdicts {
            figures.cases += 1;
            figures.exit += usize::from(verdict.exit);
            figures.seeded += usize::from(verdict.repeatable.is_some());
            figures.repeatable += usize::from(verdict.repeatable == Some(true));
            if let Some(kept) = &verdict.kept {
                figures.compared += 1;
                figures.equal += usize::from(verdict.exit && kept.why.is_none());
                figures.lines += kept.lines;
                figures.stable += kept.stable;
            }
        }
        figures
    }
}

impl Corpus {
    /// Runs the cases whose output differs from run to run, and compares the lines that Helm keeps equal with what was
    /// recorded. With a seed, each is rendered twice more, to see that it repeats. Verdicts come in the order of the cases.
    ///
    /// # Errors
    /// The scratch folder cannot be written, or the recorded bytes not be read.
    pub fn run_loose(&self, helm: &dyn Helm, seed: Option<&str>, scratch: &Path) -> io::Result<Vec<LooseVerdict>> {
        let mut archives: Vec<_> = self.loose.iter().map(|loose| self.archive_of(loose)).collect();
        archives.sort();
        archives.dedup();
        let mut verdicts = HashMap::new();
        for archive in archives {
            // One archive at a time: what is recorded of a whole corpus does not fit into a small memory.
            let here: Vec<&Loose> = self.loose.iter().filter(|loose| self.archive_of(loose) == archive).collect();
            let wanted: HashSet<&str> = here
                .iter()
                .flat_map(|loose| loose.families.iter().flatten().chain([&loose.golden.sha256]))
                .map(String::as_str)
                .collect();
            let outputs = archive.map(|archive| outputs::read(&archive, &wanted)).transpose()?.unwrap_or_default();
            let found: Vec<LooseVerdict> = here
                .par_iter()
                .map(|loose| {
                    self.in_folder(&loose.case, scratch, |root| {
                        let ran = run_case(&loose.case, self.dialect, helm, root)?;
                        let golden = &loose.golden;
                        let exit = (ran.status == 0) == (golden.exit == 0);
                        let kept = compare(loose, &ran, &outputs);
                        Ok(self.verdict(
                            &loose.case,
                            exit,
                            kept,
                            self.is_repeatable(&loose.case, helm, seed, root)?,
                            &ran,
                        ))
                    })
                })
                .collect::<io::Result<_>>()?;
            verdicts.extend(found.into_iter().map(|verdict| (verdict.id.clone(), verdict)));
        }
        Ok(self.loose.iter().filter_map(|loose| verdicts.remove(&loose.case.id)).collect())
    }

    /// As [`Corpus::run_loose`], with two runs of another Helm now in the place of recordings.
    ///
    /// # Errors
    /// The scratch folder cannot be written.
    pub fn run_loose_against(
        &self,
        helm: &dyn Helm,
        other: &dyn Helm,
        seed: Option<&str>,
        scratch: &Path,
    ) -> io::Result<Vec<LooseVerdict>> {
        self.loose
            .par_iter()
            .map(|Loose { case, .. }| {
                self.in_folder(case, scratch, |root| {
                    let (one, two) =
                        (run_case(case, self.dialect, other, root)?, run_case(case, self.dialect, other, root)?);
                    let ran = run_case(case, self.dialect, helm, root)?;
                    let kept = Stable::of(&one.stdout, &[vec![&one.stdout, &two.stdout]])
                        .map(|stable| stable.compare(&ran.stdout));
                    let exit = (ran.status == 0) == (one.status == 0);
                    Ok(self.verdict(case, exit, kept, self.is_repeatable(case, helm, seed, root)?, &ran))
                })
            })
            .collect()
    }

    fn archive_of(&self, loose: &Loose) -> Option<std::path::PathBuf> {
        outputs::archive_of(&self.folder, &loose.case.repo)
    }

    fn verdict(
        &self,
        case: &Case,
        exit: bool,
        kept: Option<Kept>,
        repeatable: Option<bool>,
        ran: &Ran,
    ) -> LooseVerdict {
        let why = match &kept {
            _ if !exit => format!("exit status {}: {}", ran.status, ran.stderr.trim_end()),
            Some(Kept { why: Some(why), .. }) => format!("in the lines that Helm keeps equal: {why}"),
            _ if repeatable == Some(false) => "two renders with one seed differ".to_owned(),
            _ => String::new(),
        };
        let (id, chart) = (case.id.clone(), case.chart.clone());
        LooseVerdict { id, chart, dialect: self.dialect, exit, kept, repeatable, why }
    }

    /// Whether two renders with one seed give the same bytes; none without a seed.
    fn is_repeatable(&self, case: &Case, helm: &dyn Helm, seed: Option<&str>, root: &Path) -> io::Result<Option<bool>> {
        let Some(seed) = seed else { return Ok(None) };
        let mut seeded = case.clone();
        seeded.argv.extend(["--seed".to_owned(), seed.to_owned()]);
        let render = || {
            layout::remove_if_there(&root.join("out"))?;
            run_case(&seeded, self.dialect, helm, root)
        };
        Ok(Some(render()? == render()?))
    }
}

fn compare(loose: &Loose, ran: &Ran, outputs: &Outputs) -> Option<Kept> {
    let recorded = outputs.get(&loose.golden.sha256)?;
    let families: Vec<Vec<&[u8]>> = loose
        .families
        .iter()
        .map(|runs| runs.iter().filter_map(|sha| outputs.get(sha).map(Vec::as_slice)).collect())
        .collect();
    Some(Stable::of(recorded, &families)?.compare(&ran.stdout))
}
