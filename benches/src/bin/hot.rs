//! Finds the functions that rendering runs, for `cli/build.rs` to lay side by side in the program.
//!
//! They are asked of valgrind's callgrind: those of one chart, which the program runs once and has to fetch from its file,
//! and those that each further deployment of a fleet runs. A name is written as a pattern that holds for any build: what
//! a compiler makes up (a crate's number, and whatever counts letters of the name) is left open.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Parser;
use thinlock_benches::fleet::Fleet;
use thinlock_benches::process;
use thinlock_benches::subject::{Given, NAMESPACE, Subject};

/// How many deployments the fleet has: enough that what runs once is told from what runs for each.
const DEPLOYMENTS: u64 = 100;

/// Prints the functions that rendering runs, a pattern of a symbol's name on each line, in the order in which they are to lie.
#[derive(Parser, Debug)]
#[command(name = "hot")]
struct Args {
    /// Charts: all functions that the first one runs (and a fleet of it), and those that a third of all run [default: the example's]
    charts: Vec<String>,

    /// The program, with its symbols [default: the one beside this program]
    #[arg(long, value_name = "PATH")]
    thinlock: Option<PathBuf>,

    /// Values for the first chart
    #[command(flatten)]
    given: Given,

    /// The dialect
    #[arg(long, value_name = "NAME", default_value = "helm-4.1")]
    dialect: String,
}

fn main() -> ExitCode {
    match find(&Args::parse()) {
        Ok(names) => {
            names.iter().for_each(|name| println!("{name}"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("hot: {error}");
            ExitCode::FAILURE
        }
    }
}

fn find(args: &Args) -> io::Result<Vec<String>> {
    let work = tempfile::tempdir()?;
    let thinlock = match &args.thinlock {
        Some(path) => path.clone(),
        None => process::thinlock()?,
    };
    let program = Program { thinlock, dialect: &args.dialect, counts: work.path().join("counts") };
    let (first, others) = match args.charts.split_first() {
        Some((first, others)) => (args.given.subject(first)?, others),
        None => (Subject::example(), [].as_slice()),
    };

    let own: BTreeSet<String> = program.calls(&first.template(NAMESPACE))?.into_keys().collect();
    let mut runs = BTreeMap::<String, usize>::new();
    for chart in others {
        let command = ["template", NAMESPACE, chart].map(OsString::from);
        program.calls(&command)?.into_keys().for_each(|name| *runs.entry(name).or_default() += 1);
    }
    let enough = others.len().div_ceil(3);
    let shared = runs.into_iter().filter(|(_, runs)| *runs >= enough).map(|(name, _)| name);

    let fleet = work.path().join("fleet");
    let count = usize::try_from(DEPLOYMENTS).map_err(io::Error::other)?;
    Fleet::make(&fleet, &[first.fleet_chart(&args.dialect)?], count).map_err(io::Error::other)?;
    let calls = program.calls(&render(&fleet))?;
    let often = calls.into_iter().filter(|(_, calls)| *calls >= DEPLOYMENTS).map(|(name, _)| name);

    let patterns = |names: &BTreeSet<String>| -> BTreeSet<String> {
        names.iter().filter(|name| name.starts_with("_R")).map(|name| pattern(name)).collect()
    };
    // What one chart needs comes first, so that it is on the fewest pages.
    let own = patterns(&own);
    let rest = patterns(&shared.chain(often).collect());
    Ok(own.iter().chain(rest.difference(&own)).cloned().collect())
}

/// What renders a fleet.
fn render(fleet: &Path) -> Vec<OsString> {
    let mut command = ["render", "-j", "1"].map(OsString::from).to_vec();
    for (flag, place) in [("--repo", "gitops.git"), ("--source", "source.git"), ("--output-dir", "out")] {
        command.extend([flag.into(), fleet.join(place).into()]);
    }
    command
}

/// The program, and how it is looked at.
struct Program<'a> {
    thinlock: PathBuf,
    dialect: &'a str,
    /// Where valgrind writes to.
    counts: PathBuf,
}

impl Program<'_> {
    /// The functions that a command runs, and how often each is called.
    fn calls(&self, command: &[OsString]) -> io::Result<BTreeMap<String, u64>> {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--demangle=no", "--compress-strings=no"]);
        valgrind.arg(format!("--callgrind-out-file={}", self.counts.display()));
        valgrind.arg(&self.thinlock).args(command).env("THINLOCK_DIALECT", self.dialect);
        let output = valgrind.output().map_err(|error| io::Error::other(format!("valgrind: {error}")))?;
        if !output.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr)));
        }
        Ok(counted(&std::fs::read_to_string(&self.counts)?))
    }
}

/// What a file of callgrind's says: `fn=` opens what was spent in a function, `cfn=` and the `calls=` below it say whom it
/// called how often. A function that calls itself is listed again as `NAME'2`.
fn counted(text: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::<String, u64>::new();
    let mut called = None;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("fn=") {
            counts.entry(plain(name)).or_default();
        } else if let Some(name) = line.strip_prefix("cfn=") {
            called = Some(plain(name));
        } else if let Some(rest) = line.strip_prefix("calls=") {
            let times = rest.split(' ').next().and_then(|times| times.parse::<u64>().ok());
            if let (Some(name), Some(times)) = (called.take(), times) {
                *counts.entry(name).or_default() += times;
            }
        }
    }
    counts
}

fn plain(name: &str) -> String {
    name.split('\'').next().unwrap_or(name).to_owned()
}

/// A name of Rust's (v0) as a pattern: `Cs…_` is the number of a crate, which changes with the compiler; `B…_` says at which
/// letter something stood before, which changes with those; and what LLVM puts behind a dot is a number of its own.
fn pattern(name: &str) -> String {
    let name = name.split_once('.').map_or_else(|| name.to_owned(), |(name, _)| format!("{name}*"));
    let mut pattern = String::with_capacity(name.len());
    let mut rest = name.as_str();
    while let Some(letter) = rest.chars().next() {
        let made_up = ["Cs", "B"].into_iter().find_map(|mark| {
            let behind = rest.strip_prefix(mark)?;
            let end = behind.find(|letter: char| !letter.is_ascii_alphanumeric())?;
            // A number of 64 bits has at most eleven digits of base 62.
            (behind[end..].starts_with('_') && end <= 11).then(|| (mark, &behind[end + 1..]))
        });
        rest = match made_up {
            Some((mark, behind)) => {
                pattern.extend([mark, "*_"]);
                behind
            }
            None => {
                pattern.push(letter);
                &rest[letter.len_utf8()..]
            }
        };
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_and_names_left_open_where_a_compiler_makes_them_up() {
        let text = "fn=main\n10 5\ncfn=_Ra'2\ncalls=3 10\n10 50\ncfn=_Ra\ncalls=4 10\n10 50\n\nfn=_Rb\n1 1\n";
        let expected = [("_Ra", 7), ("_Rb", 0), ("main", 0)].map(|(name, calls)| (name.to_owned(), calls));
        assert_eq!(counted(text), BTreeMap::from(expected));
        assert_eq!(
            pattern(
                "_RNvMs4_NtCslNYArtu3iFV_5alloc7raw_vecNtB5_11RawVecInner11finish_growCsh9oqKJve7IL_17thinlock.llvm.945"
            ),
            "_RNvMs4_NtCs*_5alloc7raw_vecNtB*_11RawVecInner11finish_growCs*_17thinlock*"
        );
        assert_eq!(pattern("_RNvCs_4Base"), "_RNvCs*_4Base");
    }
}
