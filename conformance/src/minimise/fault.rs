//! Whether two Helms still differ over a case, and in the same way as in the beginning.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::subject::Subject;
use crate::corpus::{Case, Ran, run_case};
use crate::dialects::Shape;
use crate::stable::Stable;
use crate::{Helm, difference};

/// One of the two Helms that are compared.
#[derive(Clone)]
pub struct Side<'h> {
    /// What messages call it: `helm v4.1.4`, `thinlock helm-4.1`.
    pub name: String,
    /// What renders.
    pub helm: &'h dyn Helm,
    /// The dialect that it is told to answer in.
    pub dialect: &'static str,
    /// Arguments for this side alone, behind those of the case.
    pub more: Vec<String>,
}

/// How two Helms differ. A case that shrinks keeps its fault, so that the small case shows what the large one did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// One of them fails.
    Exit {
        /// Whether the first one does.
        first: bool,
        /// What the error is about, without names, numbers and places.
        about: String,
    },
    /// Both render, and standard output differs.
    Output(Shape),
    /// Both render, and a file that `--output-dir` writes differs.
    Files,
    /// Both print the same and say other words on standard error.
    Words,
}

/// What both sides did with a case.
#[derive(Clone, Debug)]
pub struct Compared {
    /// How they differ.
    pub fault: Fault,
    /// The first difference, with context; `-` the first side's, `+` the second's.
    pub difference: String,
    /// What the first side did.
    pub first: Ran,
    /// What the second side did.
    pub second: Ran,
}

/// Runs both sides over subjects in one scratch folder.
pub(super) struct Judge<'h> {
    first: Side<'h>,
    second: Side<'h>,
    folder: PathBuf,
    /// What lies in the folder now.
    there: BTreeMap<String, Arc<[u8]>>,
    /// Other words on standard error are a difference, too.
    words: bool,
    /// Arguments that are not shrunk.
    pub(super) pinned: Vec<String>,
    /// How many bytes the first side may print: as many as over the smallest case so far. A small chart that prints the
    /// whole of its values is no good example.
    printed: usize,
    /// How often the first side is run: once, or twice where its output differs from run to run.
    runs: usize,
    /// A failure to write the folder or to start a program, which ends the search.
    pub(super) failed: Option<io::Error>,
}

impl<'h> Judge<'h> {
    pub(super) fn new(first: Side<'h>, second: Side<'h>, folder: PathBuf, words: bool) -> Judge<'h> {
        Judge {
            first,
            second,
            folder,
            there: BTreeMap::new(),
            words,
            pinned: Vec::new(),
            printed: usize::MAX,
            runs: 1,
            failed: None,
        }
    }

    /// What smaller cases print must not be more than this many bytes.
    pub(super) fn limit_output(&mut self, bytes: usize) {
        self.printed = bytes;
    }

    /// Finds out whether the first side prints the same each time.
    pub(super) fn watch_for_randomness(&mut self, subject: &Subject) -> io::Result<()> {
        self.lay_out(subject)?;
        let (one, two) = (self.run(&self.first, subject)?, self.run(&self.first, subject)?);
        if one.stdout != two.stdout {
            self.runs = 2;
        }
        Ok(())
    }

    /// Runs both sides; `None` where they do not differ, or cannot be compared.
    pub(super) fn compare(&mut self, subject: &Subject) -> Option<Compared> {
        self.compare_like(subject, None)
    }

    /// Whether a subject shows a fault, and prints no more than the last one that did. The second side runs first: it is
    /// the quicker one as a rule, and where it fails and must not, the other one need not run.
    pub(super) fn shows(&mut self, subject: &Subject, fault: &Fault) -> bool {
        let Some(compared) = self.compare_like(subject, Some(fault)) else { return false };
        let shows = compared.fault == *fault && compared.first.stdout.len() <= self.printed;
        if shows {
            self.printed = compared.first.stdout.len();
        }
        shows
    }

    fn compare_like(&mut self, subject: &Subject, fault: Option<&Fault>) -> Option<Compared> {
        if self.failed.is_some() {
            return None;
        }
        let outcome = (|| {
            self.lay_out(subject)?;
            let second = self.run(&self.second, subject)?;
            let may_fail = match fault {
                None => None,
                Some(Fault::Exit { first, .. }) => Some(!first),
                Some(Fault::Output(_) | Fault::Files) => Some(false),
                Some(Fault::Words) => None,
            };
            if may_fail.is_some_and(|fails| fails != (second.status != 0)) {
                return Ok(None);
            }
            let mut first = Vec::new();
            for _ in 0..self.runs {
                first.push(self.run(&self.first, subject)?);
            }
            Ok(judge(first, second, self.words))
        })();
        outcome.unwrap_or_else(|error| {
            self.failed = Some(error);
            None
        })
    }

    /// The arguments of a side for a subject.
    pub(super) fn argv(&self, side: &Side<'_>, subject: &Subject) -> Vec<String> {
        subject.argv.iter().chain(&self.pinned).chain(&side.more).cloned().collect()
    }

    fn run(&self, side: &Side<'_>, subject: &Subject) -> io::Result<Ran> {
        match fs::remove_dir_all(self.folder.join("out")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let case = Case { argv: self.argv(side, subject), ..Case::default() };
        run_case(&case, side.dialect, side.helm, &self.folder)
    }

    /// Makes the folder hold the subject's files, and nothing else.
    fn lay_out(&mut self, subject: &Subject) -> io::Result<()> {
        let files = subject.laid_out()?;
        for name in self.there.keys().filter(|name| !files.contains_key(*name)) {
            let path = self.folder.join(name);
            fs::remove_file(&path)?;
            // A folder without files is no chart's folder any more, and Helm would see it.
            let mut parent = path.parent();
            while let Some(folder) = parent.filter(|folder| *folder != self.folder) {
                if fs::remove_dir(folder).is_err() {
                    break;
                }
                parent = folder.parent();
            }
        }
        for (name, bytes) in &files {
            if self.there.get(name).is_some_and(|there| Arc::ptr_eq(there, bytes) || there == bytes) {
                continue;
            }
            let path = self.folder.join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, bytes)?;
        }
        self.there = files;
        Ok(())
    }
}

fn judge(mut first: Vec<Ran>, second: Ran, words: bool) -> Option<Compared> {
    let runs: Vec<&[u8]> = first.iter().map(|run| run.stdout.as_slice()).collect();
    let stable = runs.first().and_then(|recorded| Stable::of(recorded, std::slice::from_ref(&runs)));
    let one = first.first()?;
    let (fault, difference) = if (one.status == 0) != (second.status == 0) {
        let failed = if one.status == 0 { &second.stderr } else { &one.stderr };
        let fault = Fault::Exit { first: one.status != 0, about: about(failed) };
        (fault, format!("only one of them renders it: {}", failed.trim_end()))
    } else if one.status != 0 {
        if !words || one.stderr == second.stderr {
            return None;
        }
        (Fault::Words, difference(one.stderr.as_bytes(), second.stderr.as_bytes()))
    } else {
        let output = match &stable {
            Some(stable) => stable.compare(&second.stdout).why,
            None => (one.stdout != second.stdout).then(|| difference(&one.stdout, &second.stdout)),
        };
        let file = one
            .files
            .keys()
            .chain(second.files.keys())
            .find(|name| one.files.get(*name) != second.files.get(*name))
            .filter(|_| stable.is_none());
        if let Some(why) = output {
            (Fault::Output(Shape::of(&one.stdout, &second.stdout)), format!("standard output: {why}"))
        } else if let Some(name) = file {
            let bytes = |ran: &Ran| ran.files.get(name).cloned().unwrap_or_default();
            (Fault::Files, format!("{name}: {}", difference(&bytes(one), &bytes(&second))))
        } else if words && one.stderr != second.stderr {
            (Fault::Words, difference(one.stderr.as_bytes(), second.stderr.as_bytes()))
        } else {
            return None;
        }
    };
    Some(Compared { fault, difference, first: first.swap_remove(0), second })
}

/// What an error is about: its last words, without what a smaller chart changes in it (names, numbers, places).
fn about(stderr: &str) -> String {
    let line = stderr
        .lines()
        .map(str::trim)
        .rfind(|line| !line.is_empty() && !line.starts_with("Use --debug flag"))
        .unwrap_or_default();
    let mut plain = String::new();
    let mut quote = None;
    for c in line.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => {}
            None => match c {
                '"' | '`' | '\'' => quote = Some(c),
                '<' => quote = Some('>'),
                c if c.is_ascii_digit() => {}
                c => plain.push(c),
            },
        }
    }
    let parts: Vec<&str> = plain.split(": ").map(str::trim).filter(|part| !part.is_empty()).collect();
    parts.get(parts.len().saturating_sub(2)..).unwrap_or_default().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(status: u8, stdout: &str, stderr: &str) -> Ran {
        Ran { status, stdout: stdout.as_bytes().to_vec(), stderr: stderr.to_owned(), files: BTreeMap::new() }
    }

    #[test]
    fn errors_are_known_without_names_and_places() {
        let one = "Error: template: web/templates/a.yaml:3:5: executing \"web/templates/a.yaml\" at <toToml .x>: error calling toToml: bad 7\n\nUse --debug flag to render out invalid YAML\n";
        let two = "Error: template: w/templates/b.yaml:1:2: executing \"w/templates/b.yaml\" at <toToml $>: error calling toToml: bad 12\n";
        assert_eq!(about(one), "error calling toToml: bad");
        assert_eq!(about(one), about(two));
        assert_ne!(about(one), about("Error: YAML parse error on web/templates/a.yaml: error converting YAML to JSON"));
        assert_eq!(about(""), "");
    }

    #[test]
    fn faults_are_told_apart() {
        let fault = |first: Ran, second: Ran, words| judge(vec![first], second, words).map(|compared| compared.fault);
        assert_eq!(fault(ran(0, "a", "x"), ran(0, "a", "y"), false), None);
        assert_eq!(fault(ran(0, "a", "x"), ran(0, "a", "y"), true), Some(Fault::Words));
        assert_eq!(fault(ran(1, "", "x"), ran(1, "", "y"), false), None);
        assert!(matches!(fault(ran(0, "a: 1\n", ""), ran(0, "a: 2\n", ""), false), Some(Fault::Output(_))));
        assert_eq!(
            fault(ran(0, "a", ""), ran(1, "", "Error: no: way"), false),
            Some(Fault::Exit { first: false, about: "no: way".to_owned() })
        );
    }

    #[test]
    fn what_the_first_side_varies_is_no_fault() {
        let judged = |second| judge(vec![ran(0, "a: 1\nb: x", ""), ran(0, "a: 1\nb: y", "")], second, false);
        assert!(judged(ran(0, "a: 1\nb: z", "")).is_none());
        assert!(judged(ran(0, "a: 2\nb: z", "")).is_some());
    }
}
