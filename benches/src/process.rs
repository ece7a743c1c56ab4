//! What a program takes: wall time, CPU time and peak memory of whole processes.

use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

/// What one run of a program took.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// From start to end.
    pub wall: Duration,
    /// Of all of its threads, in the program and in the kernel.
    pub cpu: Duration,
    /// The most memory that it held at once, in bytes.
    pub memory: u64,
}

/// Something that is measured of a [`Run`].
pub type Figure = fn(&Run) -> f64;

impl Run {
    /// Wall time in milliseconds.
    pub fn wall_ms(&self) -> f64 {
        self.wall.as_secs_f64() * 1e3
    }

    /// CPU time in milliseconds.
    pub fn cpu_ms(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e3
    }

    /// Memory in MiB.
    pub fn memory_mib(&self) -> f64 {
        self.memory as f64 / f64::from(1 << 20)
    }
}

/// The thinlock beside this program.
///
/// # Errors
/// It is not there.
pub fn thinlock() -> io::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("thinlock");
    if path.is_file() {
        return Ok(path);
    }
    Err(io::Error::other(format!(
        "{} is not there: cargo build --release -p thinlock, or name one with --thinlock",
        path.display()
    )))
}

/// Runs a program to its end; what it prints goes nowhere.
///
/// # Errors
/// It cannot be started, or fails.
pub fn measure(command: &mut Command) -> io::Result<Run> {
    let started = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let used = child.wait4()?;
    let run = Run { wall: started.elapsed(), cpu: used.rusage.utime + used.rusage.stime, memory: used.rusage.maxrss };
    match used.status.success() {
        true => Ok(run),
        false => Err(io::Error::other(format!("{} failed", command.get_program().display()))),
    }
}

/// Runs programs in turn, `runs` times each, so that a busy moment hits all of them; `before` is called before each run
/// with the number of its program.
///
/// # Errors
/// One cannot be started, or fails.
pub fn in_turn(
    commands: &mut [Command],
    runs: usize,
    mut before: impl FnMut(usize) -> io::Result<()>,
) -> io::Result<Vec<Vec<Run>>> {
    let mut all: Vec<Vec<Run>> = commands.iter().map(|_| Vec::with_capacity(runs)).collect();
    for _ in 0..runs {
        for (at, (command, runs)) in commands.iter_mut().zip(&mut all).enumerate() {
            before(at)?;
            runs.push(measure(command)?);
        }
    }
    Ok(all)
}

/// The median of a figure.
pub fn median(runs: &[Run], figure: Figure) -> f64 {
    let mut values: Vec<f64> = runs.iter().map(figure).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_program_takes_time_and_a_failing_one_is_told() {
        let run = measure(Command::new("sh").args(["-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"])).unwrap();
        assert!(run.cpu > Duration::ZERO && run.wall >= run.cpu / 2 && run.memory > 100_000, "{run:?}");
        let error = measure(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "sh failed");
        let runs = [3u32, 1, 2].map(|ms| Run { wall: Duration::from_millis(ms.into()), ..run });
        assert!((median(&runs, Run::wall_ms) - 2.0).abs() < 1e-9);
    }
}
