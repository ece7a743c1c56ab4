//! What a replay found, for people, for programs and for CI servers.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use serde_json::json;

use crate::corpus::{Corpus, LooseFigures, LooseVerdict, Timing};
use crate::{Figures, Verdict};

/// How many differences are shown to people unless they ask for all.
pub const SHOWN: usize = 10;

/// The verdicts on one suite in one dialect.
#[derive(Clone, Debug)]
pub struct Section {
    /// The suite's folder, as it was given.
    pub suite: String,
    /// The dialect.
    pub dialect: &'static str,
    /// Where each verdict's chart comes from, and the chart.
    charts: Vec<(String, String)>,
    verdicts: Vec<Verdict>,
    /// Those on the cases whose output differs from run to run.
    loose: Vec<LooseVerdict>,
    /// How long both Helms took, where two were run.
    timing: Option<Timing>,
}

/// What a replay found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// One a suite and dialect.
    pub sections: Vec<Section>,
    /// Whether other messages on standard error are a difference as well.
    pub stderr_matters: bool,
    /// From the first case to the last, the reading of the suites and what differs from run to run not counted.
    pub wall: Duration,
    /// The most memory that the process has used, in bytes, as far as the system says it.
    pub peak_memory: Option<u64>,
}

impl Section {
    /// Joins a suite's cases and their verdicts.
    pub fn new(suite: String, corpus: &Corpus, verdicts: Vec<Verdict>, loose: Vec<LooseVerdict>) -> Section {
        let charts = corpus.cases().map(|case| (case.repo.clone(), case.chart.clone())).collect();
        Section { suite, dialect: corpus.dialect(), charts, verdicts, loose, timing: None }
    }

    /// With the times that both Helms took.
    #[must_use]
    pub fn timed(self, timing: Timing) -> Section {
        Section { timing: Some(timing), ..self }
    }

    fn rows(&self) -> BTreeMap<(&str, &str), Vec<&Verdict>> {
        let mut rows: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for ((repo, chart), verdict) in self.charts.iter().zip(&self.verdicts) {
            rows.entry((repo.as_str(), chart.trim_end_matches(".tgz"))).or_default().push(verdict);
        }
        rows
    }
}

impl Report {
    fn differs(&self, verdict: &Verdict) -> bool {
        !verdict.stdout || (self.stderr_matters && !verdict.stderr)
    }

    fn verdicts(&self) -> impl Iterator<Item = &Verdict> {
        self.sections.iter().flat_map(|section| &section.verdicts)
    }

    fn loose(&self) -> impl Iterator<Item = &LooseVerdict> {
        self.sections.iter().flat_map(|section| &section.loose)
    }

    /// How many cases differ, those whose output differs from run to run included.
    pub fn different(&self) -> usize {
        self.verdicts().filter(|verdict| self.differs(verdict)).count()
            + self.loose().filter(|verdict| !verdict.is_equal()).count()
    }

    /// How many cases were run, those whose output differs from run to run not counted.
    pub fn cases(&self) -> usize {
        self.sections.iter().map(|section| section.verdicts.len()).sum()
    }

    /// What is different: the case, the dialect, and why.
    fn differences(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let fixed = self.verdicts().filter(|verdict| self.differs(verdict));
        let loose = self.loose().filter(|verdict| !verdict.is_equal());
        fixed
            .map(|verdict| (verdict.id.as_str(), verdict.dialect, verdict.why.as_str()))
            .chain(loose.map(|verdict| (verdict.id.as_str(), verdict.dialect, verdict.why.as_str())))
    }

    /// Whether no case was run at all.
    pub fn is_empty(&self) -> bool {
        self.cases() + self.loose().count() == 0
    }

    /// Cases a second.
    pub fn rate(&self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "a count of cases")]
        let cases = self.cases() as f64;
        cases / self.wall.as_secs_f64().max(1e-9)
    }

    /// A table by chart, or by repository where there are many charts; then the differences, at most `shown`.
    pub fn text(&self, shown: usize) -> String {
        let mut text = String::new();
        for section in &self.sections {
            self.table(section, &mut text);
        }
        for (at, (id, dialect, why)) in self.differences().enumerate() {
            if at == shown {
                let _ = writeln!(text, "\n… and {} more differences", self.different() - shown);
                break;
            }
            let _ = writeln!(text, "\n{id} ({dialect})\n  {why}");
        }
        let memory = self.peak_memory.map_or_else(String::new, |bytes| format!(", {} MiB", bytes >> 20));
        let _ = writeln!(
            text,
            "\n{} cases in {:.2} s, {:.0} cases/s{memory}: {}",
            self.cases(),
            self.wall.as_secs_f64(),
            self.rate(),
            match self.different() {
                0 => "all equal".to_owned(),
                1 => "1 differs".to_owned(),
                n => format!("{n} differ"),
            }
        );
        text
    }

    fn table(&self, section: &Section, text: &mut String) {
        let by_chart = section.rows();
        let mut rows: BTreeMap<String, Vec<&Verdict>> = BTreeMap::new();
        // A repository is one line; of one that differs, each chart that differs is another.
        for ((repo, chart), verdicts) in by_chart {
            rows.entry(repo.to_owned()).or_default().extend(&verdicts);
            if repo != chart && verdicts.iter().any(|verdict| self.differs(verdict)) {
                rows.insert(format!("{repo} {chart}"), verdicts);
            }
        }
        let width = rows.keys().map(|name| name.chars().count()).max().unwrap_or(0).max(5);
        let _ = writeln!(text, "{} {}", section.suite, section.dialect);
        let _ = writeln!(text, "{:width$}  cases   exit output stderr", "chart");
        let line = |text: &mut String, name: &str, figures: Figures| {
            let Figures { cases, exit, stdout, stderr } = figures;
            let _ = writeln!(text, "{name:width$} {cases:6} {exit:6} {stdout:6} {stderr:6}");
        };
        for (name, verdicts) in rows {
            line(text, &name, Figures::of(verdicts));
        }
        line(text, "all", Figures::of(&section.verdicts));
        let loose = LooseFigures::of(&section.loose);
        if loose.cases > 0 {
            let _ = write!(
                text,
                "not the same in every run of Helm: {} cases, exit {}; in the lines that Helm keeps equal: {} of {} ({} of {} lines)",
                loose.cases, loose.exit, loose.equal, loose.compared, loose.stable, loose.lines
            );
            if loose.seeded > 0 {
                let _ = write!(text, "; twice the same with one seed: {} of {}", loose.repeatable, loose.seeded);
            }
            text.push('\n');
        }
        if let Some(Timing { ours, theirs, one_by_one }) = section.timing {
            let _ = writeln!(
                text,
                "in this process {:.2} s, with the helm binary {:.2} s: {:.1} times as fast; one case after another {:.2} s: {:.1} times",
                ours.as_secs_f64(),
                theirs.as_secs_f64(),
                ratio(theirs, ours),
                one_by_one.as_secs_f64(),
                ratio(one_by_one, ours)
            );
        }
        text.push('\n');
    }

    /// The report as JSON.
    pub fn json(&self) -> serde_json::Value {
        let figures = |figures: Figures| {
            json!({
                "cases": figures.cases, "exit": figures.exit, "stdout": figures.stdout, "stderr": figures.stderr
            })
        };
        let sections: Vec<_> = self
            .sections
            .iter()
            .map(|section| {
                let charts: Vec<_> = section
                    .rows()
                    .into_iter()
                    .map(|((repo, chart), verdicts)| {
                        json!({ "repo": repo, "chart": chart, "figures": figures(Figures::of(verdicts)) })
                    })
                    .collect();
                let differences: Vec<_> = section
                    .verdicts
                    .iter()
                    .filter(|verdict| !verdict.stderr)
                    .map(|verdict| {
                        let what = match verdict {
                            Verdict { exit: false, .. } => "exit",
                            Verdict { stdout: false, .. } => "output",
                            _ => "stderr",
                        };
                        json!({ "id": verdict.id, "what": what, "why": verdict.why })
                    })
                    .chain(section.loose.iter().filter(|verdict| !verdict.is_equal()).map(|verdict| {
                        let what = if verdict.exit { "output" } else { "exit" };
                        json!({ "id": verdict.id, "what": what, "why": verdict.why })
                    }))
                    .collect();
                let loose = LooseFigures::of(&section.loose);
                json!({
                    "suite": section.suite,
                    "dialect": section.dialect,
                    "figures": figures(Figures::of(&section.verdicts)),
                    "notTheSameInEveryRun": {
                        "cases": loose.cases, "exit": loose.exit, "seeded": loose.seeded, "repeatableWithSeed": loose.repeatable,
                        "compared": loose.compared, "equalInLinesThatHelmKeepsEqual": loose.equal,
                        "lines": loose.lines, "linesThatHelmKeepsEqual": loose.stable,
                    },
                    "timing": section.timing.map(|Timing { ours, theirs, one_by_one }| json!({
                        "seconds": ours.as_secs_f64(),
                        "helmSeconds": theirs.as_secs_f64(),
                        "ratio": ratio(theirs, ours),
                        "helmSecondsOneByOne": one_by_one.as_secs_f64(),
                        "ratioOneByOne": ratio(one_by_one, ours),
                    })),
                    "charts": charts,
                    "differences": differences,
                })
            })
            .collect();
        json!({
            "cases": self.cases(),
            "different": self.different(),
            "seconds": self.wall.as_secs_f64(),
            "casesPerSecond": self.rate(),
            "peakMemory": self.peak_memory,
            "suites": sections,
        })
    }

    /// The report as JUnit XML: a test suite for each suite and dialect, a test case for each case.
    pub fn junit(&self) -> String {
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" failures=\"{}\" time=\"{:.3}\">\n",
            self.cases() + self.loose().count(),
            self.different(),
            self.wall.as_secs_f64()
        );
        for section in &self.sections {
            let fixed = section.charts.iter().zip(&section.verdicts).map(|((_, chart), verdict)| {
                (chart.as_str(), verdict.id.as_str(), self.differs(verdict).then_some(verdict.why.as_str()))
            });
            let loose = section.loose.iter().map(|verdict| {
                (verdict.chart.as_str(), verdict.id.as_str(), (!verdict.is_equal()).then_some(verdict.why.as_str()))
            });
            let all: Vec<(&str, &str, Option<&str>)> = fixed.chain(loose).collect();
            let failures = all.iter().filter(|(_, _, why)| why.is_some()).count();
            let _ = writeln!(
                text,
                "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\">",
                escape(&format!("{} {}", section.suite, section.dialect)),
                all.len()
            );
            for (chart, id, why) in all {
                let (class, name) = (escape(chart.trim_end_matches(".tgz")), escape(id));
                let _ = write!(text, "    <testcase classname=\"{class}\" name=\"{name}\"");
                if let Some(why) = why {
                    let message = escape(why.lines().next().unwrap_or_default());
                    let why = escape(why);
                    let _ = writeln!(text, "><failure message=\"{message}\">{why}</failure></testcase>");
                } else {
                    text.push_str("/>\n");
                }
            }
            text.push_str("  </testsuite>\n");
        }
        text.push_str("</testsuites>\n");
        text
    }
}

/// How many times longer one time is than another.
fn ratio(long: Duration, short: Duration) -> f64 {
    long.as_secs_f64() / short.as_secs_f64().max(1e-9)
}

/// Text as XML 1.0 may hold it; characters that it may not hold become U+FFFD.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_holds_any_text() {
        assert_eq!(escape("a<b> & \"c\"\u{1b}\n"), "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}\n");
    }
}
