//! The `thinlock` program: hands the process's arguments, environment and streams to the library.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use thinlock::{Env, Streams};

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args_os().collect();
    let env = match Env::of_process() {
        Ok(env) => env,
        Err(error) => {
            let _ = writeln!(io::stderr(), "thinlock: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut stdout = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut streams = Streams { stdin: &mut io::stdin(), stdout: &mut stdout, stderr: &mut io::stderr() };
    let status = thinlock::run(&args, &env, &mut streams);
    match stdout.flush() {
        Ok(()) => ExitCode::from(status),
        // The reader went away (`thinlock template … | head`): as quiet as any program in a pipe.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(status),
        Err(error) => {
            let _ = writeln!(io::stderr(), "thinlock: cannot write to standard output: {error}");
            ExitCode::FAILURE
        }
    }
}
