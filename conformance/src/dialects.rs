//! What would change for a chart if another Helm rendered it, grouped by cause.

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;
use thinlock_renderer::Dialect;

use crate::{Helm, Invocation, Outcome, difference};

/// Why two Helms render a chart differently. The first that explains the whole difference is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// One of them fails.
    Exit,
    /// The bytes differ in white space at line ends and in empty lines only.
    WhiteSpace,
    /// The same documents in another order.
    Order,
    /// Another default Kubernetes version: with that of the first Helm there is no difference.
    KubeVersion,
    /// Anything else, or several of them at once.
    Other,
}

impl Cause {
    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Cause::Exit => "only one of them renders it",
            Cause::WhiteSpace => "only white space at line ends and empty lines",
            Cause::Order => "only the order of documents",
            Cause::KubeVersion => "only the default Kubernetes version",
            Cause::Other => "other",
        }
    }

    /// For programs.
    pub fn name(self) -> &'static str {
        match self {
            Cause::Exit => "exit",
            Cause::WhiteSpace => "white-space",
            Cause::Order => "order",
            Cause::KubeVersion => "kube-version",
            Cause::Other => "other",
        }
    }
}

/// A chart that would change.
#[derive(Clone, Debug)]
pub struct Change {
    /// The chart, as it was given.
    pub chart: String,
    /// Why.
    pub cause: Cause,
    /// The first difference; `-` what the first Helm prints, `+` what the second does.
    pub why: String,
}

/// Renders each chart in both dialects with the same flags; `None` for a chart that stays as it is. Both fail is no
/// change, whatever they say.
pub fn changes(
    charts: &[String],
    flags: &[String],
    from: &Dialect,
    to: &Dialect,
    helm: &dyn Helm,
    cwd: &Path,
) -> Vec<Option<Change>> {
    charts.par_iter().map(|chart| change(chart, flags, from, to, helm, cwd)).collect()
}

fn change(chart: &str, flags: &[String], from: &Dialect, to: &Dialect, helm: &dyn Helm, cwd: &Path) -> Option<Change> {
    let render = |dialect: &Dialect, more: &[String]| {
        let mut args: Vec<String> =
            ["template", "release", chart, "--dialect", dialect.name].map(str::to_owned).to_vec();
        args.extend(more.iter().chain(flags).cloned());
        // What is random or the time must not look like a difference of dialects.
        args.extend(["--seed".to_owned(), "conformance".to_owned()]);
        helm.run(&Invocation { args, cwd: cwd.to_owned(), env: std::collections::BTreeMap::new() })
    };
    let (before, after) = (render(from, &[]), render(to, &[]));
    let change = |cause, why| Some(Change { chart: chart.to_owned(), cause, why });
    match (before.status, after.status) {
        (0, 0) if before.stdout == after.stdout => None,
        (0, 0) => {
            let cause = cause(&before, &after, || {
                let kube_version = format!("--kube-version=v1.{}.0", from.capabilities.kube_minor);
                // A version that the flags name comes later, and wins.
                render(to, &[kube_version]).stdout == before.stdout
            });
            change(cause, difference(&before.stdout, &after.stdout))
        }
        (0, _) => change(Cause::Exit, failure(to, &after)),
        (_, 0) => change(Cause::Exit, failure(from, &before)),
        _ => None,
    }
}

fn failure(dialect: &Dialect, outcome: &Outcome) -> String {
    format!("{} fails: {}", dialect.name, String::from_utf8_lossy(&outcome.stderr).trim_end())
}

fn cause(before: &Outcome, after: &Outcome, same_with_kube_version: impl FnOnce() -> bool) -> Cause {
    if without_white_space(&before.stdout) == without_white_space(&after.stdout) {
        Cause::WhiteSpace
    } else if documents(&before.stdout) == documents(&after.stdout) {
        Cause::Order
    } else if same_with_kube_version() {
        Cause::KubeVersion
    } else {
        Cause::Other
    }
}

fn without_white_space(text: &[u8]) -> Vec<&[u8]> {
    text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).filter(|line| !line.is_empty()).collect()
}

/// The documents of a stream, sorted, so that the order is forgotten; several equal ones are numbered.
fn documents(text: &[u8]) -> BTreeSet<(Vec<&[u8]>, usize)> {
    let mut documents = BTreeSet::new();
    for document in without_white_space(text).split(|line| *line == b"---").filter(|document| !document.is_empty()) {
        let mut number = 0;
        while !documents.insert((document.to_vec(), number)) {
            number += 1;
        }
    }
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_have_causes() {
        let check = |before: &str, after: &str, kube: bool, want: Cause| {
            let outcome = |text: &str| Outcome { stdout: text.as_bytes().to_vec(), ..Outcome::default() };
            assert_eq!(cause(&outcome(before), &outcome(after), || kube), want, "{before:?} {after:?}");
        };
        check("---\na: 1\n", "---\na: 1  \n\n", false, Cause::WhiteSpace);
        check("---\na: 1\n---\nb: 1\n", "---\nb: 1\n---\na: 1\n", false, Cause::Order);
        check("---\na: 1\n---\na: 1\n", "---\na: 1\n", false, Cause::Other);
        check("a: v1.32.0\n", "a: v1.35.0\n", true, Cause::KubeVersion);
        check("a:\n  b: 1\n", "a:\nb: 1\n", false, Cause::Other);
    }
}
