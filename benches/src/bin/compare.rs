//! `compare HELM THINLOCK DIALECT CHART [FLAGS…]`: the same rendering by a real helm and by thinlock, turn about.
//!
//! Both must print the same bytes; only then are the medians of their wall time, CPU time and peak memory printed.

use std::ffi::OsString;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

/// A row of the table: its name, its unit, and the figure of a run.
type Row = (&'static str, &'static str, fn(&Run) -> f64);

/// Runs of each program.
const RUNS: usize = 15;

struct Run {
    wall: Duration,
    cpu: Duration,
    /// In bytes.
    memory: u64,
}

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let [helm, thinlock, dialect, flags @ ..] = args.as_slice() else {
        eprintln!("usage: compare HELM THINLOCK DIALECT CHART [FLAGS…]");
        return ExitCode::from(2);
    };
    match compare(helm, thinlock, dialect, flags) {
        Ok(table) => {
            print!("{table}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("compare: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(helm: &OsString, thinlock: &OsString, dialect: &OsString, flags: &[OsString]) -> std::io::Result<String> {
    let command = |program: &OsString| {
        let mut command = Command::new(program);
        command.arg("template").arg("release").args(flags).env("THINLOCK_DIALECT", dialect).stderr(Stdio::null());
        command
    };
    let (want, got) = (command(helm).output()?, command(thinlock).output()?);
    if want.stdout != got.stdout || want.status.code() != got.status.code() {
        return Err(std::io::Error::other("the two do not print the same bytes; there is nothing to compare"));
    }
    let (mut helms, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        helms.push(measure(command(helm))?);
        ours.push(measure(command(thinlock))?);
    }
    let mut table = format!("{} bytes, equal; medians of {RUNS} runs each, turn about\n", want.stdout.len());
    table.push_str(&format!("{:10} {:>14} {:>14} {:>8}\n", "", "helm", "thinlock", "ratio"));
    let rows: [Row; 3] = [
        ("wall", "ms", |run| run.wall.as_secs_f64() * 1e3),
        ("CPU", "ms", |run| run.cpu.as_secs_f64() * 1e3),
        ("memory", "MiB", |run| run.memory as f64 / f64::from(1 << 20)),
    ];
    for (name, unit, of) in rows {
        let (a, b) = (median(&helms, of), median(&ours, of));
        table.push_str(&format!("{name:10} {a:>10.2} {unit:<3} {b:>10.2} {unit:<3} {:>7.1}x\n", a / b));
    }
    Ok(table)
}

fn measure(mut command: Command) -> std::io::Result<Run> {
    let started = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let used = child.wait4()?.rusage;
    Ok(Run { wall: started.elapsed(), cpu: used.utime + used.stime, memory: used.maxrss })
}

fn median(runs: &[Run], of: fn(&Run) -> f64) -> f64 {
    let mut values: Vec<f64> = runs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
