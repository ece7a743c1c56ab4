//! The `thinlock` program: hands the process's arguments, environment and streams to the library.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use thinlock::{Env, Streams};

/// Lets the C library's allocator keep what is given back to it. It takes the largest block that it got back from the
/// system's own keeping for a sign of what the program uses, and until then returns each large block, and the end of the
/// heap, to the system at once, which has to fill it with zeros when it is asked for again.
fn keep_memory() {
    const LARGEST_USUAL: usize = 8 << 20;
    const USUAL: usize = 3 << 20;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGEST_USUAL)));
    // Below that, the heap grows to what is asked for, at once and not in small steps, and stays as it is.
    drop(std::hint::black_box(Vec::<u8>::with_capacity(USUAL)));
}

fn main() -> ExitCode {
    keep_memory();
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
