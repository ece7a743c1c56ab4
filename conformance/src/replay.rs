//! Replays cases and compares.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use crate::clean::clean;
use crate::{Helm, Outcome, Probe, Recorded};

/// How one case came out.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The case.
    pub id: String,
    /// The dialect it was run in.
    pub dialect: &'static str,
    /// Success or failure as recorded.
    pub exit: bool,
    /// `exit`, and the bytes of standard output and of the files written.
    pub stdout: bool,
    /// `stdout`, and the bytes of standard error.
    pub stderr: bool,
    /// The first difference, empty if there is none.
    pub why: String,
}

/// How many cases came out equal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Cases.
    pub cases: usize,
    /// Of them, with the same success or failure.
    pub exit: usize,
    /// Of them, with the same standard output and files.
    pub stdout: usize,
    /// Of them, with the same standard error.
    pub stderr: usize,
}

impl Figures {
    /// Counts verdicts.
    pub fn of<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> Figures {
        let mut figures = Figures::default();
        for verdict in verdicts {
            figures.cases += 1;
            figures.exit += usize::from(verdict.exit);
            figures.stdout += usize::from(verdict.stdout);
            figures.stderr += usize::from(verdict.stderr);
        }
        figures
    }
}

/// Runs every probe in every dialect that it was recorded in, in parallel; verdicts come in the order of the probes.
///
/// # Errors
/// The scratch folder cannot be written.
pub fn probes(
    probes: &[Probe],
    dialects: &[&'static str],
    helm: &dyn Helm,
    scratch: &Path,
) -> io::Result<Vec<Verdict>> {
    let verdicts: Vec<Vec<Verdict>> = probes
        .par_iter()
        .enumerate()
        .map(|(number, probe)| {
            let root = scratch.join(number.to_string());
            probe.lay_out(&root)?;
            let mut verdicts = Vec::new();
            for dialect in dialects {
                let Some(recorded) = probe.recorded(dialect) else { continue };
                let outcome = helm.run(&probe.invocation(&root, dialect));
                verdicts.push(compare(probe, dialect, &recorded, &outcome, &root)?);
                if probe.writes() {
                    remove_if_there(&root.join("out"))?;
                }
            }
            fs::remove_dir_all(&root)?;
            Ok(verdicts)
        })
        .collect::<io::Result<_>>()?;
    Ok(verdicts.into_iter().flatten().collect())
}

fn compare(
    probe: &Probe,
    dialect: &'static str,
    recorded: &Recorded,
    outcome: &Outcome,
    root: &Path,
) -> io::Result<Verdict> {
    let (got_out, got_err) = (clean(&outcome.stdout, root), clean(&outcome.stderr, root));
    let (want_out, want_err) = (recorded.stdout(), recorded.stderr());
    let exit = (outcome.status == 0) == recorded.ok;
    let files = if probe.writes() { tree(root, &root.join("out"))? } else { BTreeMap::new() };
    let stdout = exit && got_out == want_out && files == recorded.out;
    let stderr = stdout && got_err == want_err;
    let why = if !exit {
        format!(
            "exit status {}, want {}: {}",
            outcome.status,
            if recorded.ok { "0" } else { "a failure" },
            String::from_utf8_lossy(if recorded.ok { &got_err } else { &want_err })
        )
    } else if !stdout {
        if got_out == want_out { "other files".to_owned() } else { first_difference(&want_out, &got_out) }
    } else if !stderr {
        format!("stderr {}", first_difference(&want_err, &got_err))
    } else {
        String::new()
    };
    Ok(Verdict { id: probe.id.clone(), dialect, exit, stdout, stderr, why })
}

/// The first line in which two texts differ, for people.
pub fn first_difference(want: &[u8], got: &[u8]) -> String {
    let (mut want_lines, mut got_lines) = (want.split(|b| *b == b'\n'), got.split(|b| *b == b'\n'));
    let mut number = 0;
    loop {
        number += 1;
        match (want_lines.next(), got_lines.next()) {
            (None, None) => return "no difference".to_owned(),
            (want, got) if want == got => {}
            (want, got) => {
                let show = |line: Option<&[u8]>| match line {
                    Some(line) => format!("{:?}", String::from_utf8_lossy(line)),
                    None => "the end".to_owned(),
                };
                return format!("line {number}: want {}, got {}", show(want), show(got));
            }
        }
    }
}

fn remove_if_there(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The files below a folder with their paths from `root`; not UTF-8 is read leniently, as it was recorded.
fn tree(root: &Path, folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                let path = entry.path();
                let name = path.strip_prefix(root).map_err(io::Error::other)?.display().to_string();
                files.insert(name, String::from_utf8_lossy(&fs::read(&path)?).into_owned());
            }
        }
    }
    Ok(files)
}
