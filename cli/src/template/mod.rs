//! `thinlock template`: what `helm template` does, flag for flag and byte for byte.
//!
//! This file reads the command line; [`command`] does the work.

mod command;
mod flags;
mod lookup;
mod name;
mod pflag;

use std::ffi::OsString;

use thinlock_go::strconv;
use thinlock_renderer::Dialect;
use thinlock_renderer::dialect::FlagGeneration;

use self::pflag::{Flag, Parsed};
use crate::{DONE, Env, FAILED, Streams};

/// The environment variable that names the dialect where `--dialect` does not.
const DIALECT_VARIABLE: &str = "THINLOCK_DIALECT";

/// Runs `template ARGS…`, or whatever was given to the program under the name `helm`.
pub(crate) fn run(args: &[OsString], env: &Env, streams: &mut Streams<'_>) -> u8 {
    let args: Vec<String> = args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    match answer(&args, env, streams) {
        Ok(()) => DONE,
        Err(error) => {
            // Nobody is left to tell when standard error is gone too.
            let _ = streams.stderr.write_all(&error.text);
            FAILED
        }
    }
}

/// Why the command failed: what goes to standard error.
struct Failure {
    text: Vec<u8>,
    /// What Helm 3 logs of it with `--debug`, where that is more than its message.
    trace: Option<Vec<u8>>,
}

impl Failure {
    /// An error as cobra prints it.
    fn error(message: impl AsRef<[u8]>) -> Failure {
        Failure { text: [b"Error: ", message.as_ref(), b"\n"].concat(), trace: None }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::error(error.to_string())
    }
}

fn answer(args: &[String], env: &Env, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let dialect = dialect(args, env).map_err(Failure::error)?;
    let generation = dialect.command.flags;
    let flags = flags::of(generation);
    let Some(args) = template_args(&flags, args)? else {
        streams.stdout.write_all(flags::help(&flags).as_bytes())?;
        return Ok(());
    };
    if generation != FlagGeneration::Helm3 {
        check_colour(&flags, &args)?;
    }
    let parsed = pflag::parse(&flags, &args).map_err(Failure::error)?;
    for line in &parsed.deprecations {
        writeln!(streams.stderr, "{line}")?;
    }
    if parsed.is_set("help") {
        streams.stdout.write_all(flags::help(&flags).as_bytes())?;
        return Ok(());
    }
    if parsed.args.is_empty() {
        return Err(Failure::error(
            "\"helm template\" requires at least 1 argument\n\nUsage:  helm template [NAME] [CHART] [flags]",
        ));
    }
    if generation != FlagGeneration::Helm3 {
        check_groups(&parsed)?;
    }
    command::run(&parsed, dialect, env, streams)
}

/// The dialect of `--dialect`, else of the environment, else the newest.
fn dialect(args: &[String], env: &Env) -> Result<&'static Dialect, String> {
    let mut name = env.var(DIALECT_VARIABLE).filter(|name| !name.is_empty());
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if arg == "--" {
            break;
        }
        if let Some(value) = arg.strip_prefix("--dialect=") {
            name = Some(value);
        } else if arg == "--dialect" {
            name = rest.next().map(String::as_str).or(name);
        }
    }
    let newest = Dialect::ALL[Dialect::ALL.len() - 1];
    let Some(name) = name else { return Ok(newest) };
    Dialect::from_mixed_name(name).ok_or_else(|| {
        let known: Vec<_> = Dialect::ALL.iter().map(|dialect| dialect.name).collect();
        format!("unknown dialect {name:?}: use --dialect or {DIALECT_VARIABLE} with one of {}", known.join(", "))
    })
}

/// The arguments after `template`, which flags may precede; `None` where there is no command at all.
fn template_args(flags: &[&'static Flag], args: &[String]) -> Result<Option<Vec<String>>, Failure> {
    let wants_value = |arg: &str| {
        let flag = match arg.strip_prefix("--") {
            Some(long) => flags.iter().find(|flag| flag.name == long),
            None => flags.iter().find(|flag| {
                flag.short.is_some_and(|short| arg.strip_prefix('-') == Some(short.encode_utf8(&mut [0; 4])))
            }),
        };
        match flag {
            Some(flag) => flag.bare.is_none(),
            // Cobra knows only the global flags here and takes any other for one that wants a value.
            None => !arg.contains('=') && (arg.starts_with("--") || arg.len() == 2),
        }
    };
    let mut at = 0;
    while let Some(arg) = args.get(at) {
        if arg == "--" {
            break;
        }
        if arg.starts_with('-') && arg.len() > 1 {
            at += if wants_value(arg) { 2 } else { 1 };
            continue;
        }
        if arg == "template" {
            let mut rest = args.to_vec();
            rest.remove(at);
            return Ok(Some(rest));
        }
        return Err(Failure::error(format!(
            "unknown command {arg:?} for \"helm\": under this name only `helm template` is answered; thinlock's own commands are under the name thinlock"
        )));
    }
    Ok(None)
}

/// Helm 4 looks at `--color` before it parses anything, and says so in its own way.
fn check_colour(flags: &[&'static Flag], args: &[String]) -> Result<(), Failure> {
    let Ok(parsed) = pflag::parse(flags, args) else { return Ok(()) };
    for name in ["color", "colour"] {
        if let Some(mode) = parsed.last(name).filter(|mode| !matches!(*mode, "never" | "auto" | "always")) {
            let error =
                format!("invalid color mode {}: must be one of: never, auto, always", strconv::quote(mode.as_bytes()));
            return Err(Failure {
                text: format!("level=WARN msg=\"command failed\" error={}\n", strconv::quote(error.as_bytes()))
                    .into_bytes(),
                trace: None,
            });
        }
    }
    Ok(())
}

/// Flags of which Helm 4 takes only one at a time.
fn check_groups(parsed: &Parsed) -> Result<(), Failure> {
    for group in [["force-replace", "force-conflicts"], ["force", "force-conflicts"], ["validate", "dry-run"]] {
        let mut set: Vec<_> = group.into_iter().filter(|name| parsed.changed(name)).collect();
        if set.len() == 2 {
            set.sort_unstable();
            return Err(Failure::error(format!(
                "if any flags in the group [{}] are set none of the others can be; [{}] were all set",
                group.join(" "),
                set.join(" ")
            )));
        }
    }
    Ok(())
}
