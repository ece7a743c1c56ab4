//! thinlock's own commands.

mod bar;
mod common;
mod conformance;
mod example;
mod promote;
mod render;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use crate::{DONE, Env, FAILED, Streams, USAGE};

/// A Helm-compatible chart renderer with a git backend.
#[derive(Parser)]
#[command(name = "thinlock", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Render a chart as `helm template` does: the same flags, bytes, exit status and messages
    #[command(disable_help_flag = true)]
    Template {
        /// The arguments of `helm template`; `thinlock template --help` lists them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Render the deployments of a GitOps repository to a folder or to standard output; nothing is written to git
    Render(render::RenderArgs),
    /// Render deployments from their build lock, and commit them to their stage branches
    Promote(promote::PromoteArgs),
    /// Compare with recorded or live Helms, and see what a change of Helm would change
    Conformance(conformance::ConformanceArgs),
    /// Make the git repositories of an example out of its files, and promote it
    Example(example::ExampleArgs),
    /// Print a completion script for a shell
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Parses the arguments and runs one of thinlock's own commands.
pub(crate) fn run(args: &[OsString], env: &Env, streams: &mut Streams<'_>) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let (stream, status): (&mut dyn std::io::Write, u8) =
                if error.use_stderr() { (streams.stderr, USAGE) } else { (streams.stdout, DONE) };
            return if write!(stream, "{}", error.render()).is_ok() { status } else { FAILED };
        }
    };
    match cli.command {
        Command::Template { mut args } => {
            args.insert(0, OsString::from("template"));
            crate::template::run(&args, env, streams)
        }
        Command::Render(args) => render::run(&args, env, streams),
        Command::Promote(args) => promote::run(&args, env, streams),
        Command::Conformance(args) => conformance::run(&args, env, streams),
        Command::Example(args) => example::run(&args, env, streams),
        Command::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut <Cli as clap::CommandFactory>::command(), "thinlock", &mut script);
            if streams.stdout.write_all(&script).is_ok() { DONE } else { FAILED }
        }
    }
}
