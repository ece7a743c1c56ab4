//! What a replay found, for people, for programs and for CI servers.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use serde_json::json;

use crate::corpus::Corpus;
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
    left_out: usize,
}

/// What a replay found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// One a suite and dialect.
    pub sections: Vec<Section>,
    /// Whether other messages on standard error are a difference as well.
    pub stderr_matters: bool,
    /// From the first case to the last, the reading of the suites not counted.
    pub wall: Duration,
}

impl Section {
    /// Joins a suite's cases and their verdicts.
    pub fn new(suite: String, dialect: &'static str, corpus: &Corpus, verdicts: Vec<Verdict>) -> Section {
        let charts = corpus.cases().map(|case| (case.repo.clone(), case.chart.clone())).collect();
        Section { suite, dialect, charts, verdicts, left_out: corpus.left_out() }
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

    /// How many cases differ.
    pub fn different(&self) -> usize {
        self.verdicts().filter(|verdict| self.differs(verdict)).count()
    }

    /// How many cases were run.
    pub fn cases(&self) -> usize {
        self.sections.iter().map(|section| section.verdicts.len()).sum()
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
        let mut left = shown;
        for verdict in self.verdicts().filter(|verdict| self.differs(verdict)) {
            if left == 0 {
                let _ = writeln!(text, "\n… and {} more differences", self.different() - shown);
                break;
            }
            left -= 1;
            let _ = writeln!(text, "\n{} ({})\n  {}", verdict.id, verdict.dialect, verdict.why);
        }
        let _ = writeln!(
            text,
            "\n{} cases in {:.2} s, {:.0} cases/s: {}",
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
        if section.left_out > 0 {
            let _ = writeln!(text, "left out, since Helm's own output differs from run to run: {}", section.left_out);
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
                    .collect();
                json!({
                    "suite": section.suite,
                    "dialect": section.dialect,
                    "figures": figures(Figures::of(&section.verdicts)),
                    "leftOut": section.left_out,
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
            "suites": sections,
        })
    }

    /// The report as JUnit XML: a test suite for each suite and dialect, a test case for each case.
    pub fn junit(&self) -> String {
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" failures=\"{}\" time=\"{:.3}\">\n",
            self.cases(),
            self.different(),
            self.wall.as_secs_f64()
        );
        for section in &self.sections {
            let failures = section.verdicts.iter().filter(|verdict| self.differs(verdict)).count();
            let _ = writeln!(
                text,
                "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\">",
                escape(&format!("{} {}", section.suite, section.dialect)),
                section.verdicts.len()
            );
            for ((_, chart), verdict) in section.charts.iter().zip(&section.verdicts) {
                let (class, name) = (escape(chart.trim_end_matches(".tgz")), escape(&verdict.id));
                let _ = write!(text, "    <testcase classname=\"{class}\" name=\"{name}\"");
                if self.differs(verdict) {
                    let message = escape(verdict.why.lines().next().unwrap_or_default());
                    let why = escape(&verdict.why);
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
