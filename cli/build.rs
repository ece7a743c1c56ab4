//! Links the program so that starting it is little work, on Linux with the GNU C library.
//!
//! To a fixed address, as Go does with helm: a program that may lie anywhere has its tables of functions, types and texts
//! filled in with addresses by the loader, 18,000 of them, at each start; that is a good part of what rendering one chart
//! takes. Libraries and the stack still lie where the system likes.
//!
//! With the part of GCC's library that unwinds the stack in a panic, where the compiler has it as an archive (it comes
//! with GCC): to find and load it as a library of its own takes a tenth of a millisecond, for what is hardly ever needed.
//!
//! And with the functions that rendering runs side by side: one chart runs a tenth of the program, which would lie all over
//! the file, and for each place in it the system has to be asked.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A symbol of the program on each line, as a pattern; `just hot` writes it.
const HOT_FUNCTIONS: &str = "hot-functions.txt";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={HOT_FUNCTIONS}");
    let is = |variable, value| std::env::var(variable).is_ok_and(|set| set == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
        if has_unwinder() {
            println!("cargo::rustc-link-lib=gcc_eh");
        }
        if is("PROFILE", "release")
            && let Some(script) = hot_functions_first()?
        {
            println!("cargo::rustc-link-arg-bins=-T{}", script.display());
        }
    }
    Ok(())
}

/// Whether what links the program (the C compiler, unless Cargo is told of another one) finds the archive. For another
/// machine it may find one that does not fit.
fn has_unwinder() -> bool {
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    if std::env::var_os("TARGET") != std::env::var_os("HOST") {
        return false;
    }
    let linker = std::env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let Ok(answer) = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output() else { return false };
    // A name without a folder is one that was not found.
    answer.status.success() && Path::new(String::from_utf8_lossy(&answer.stdout).trim()).is_absolute()
}

/// A linker script that takes the hot functions out of the others and puts them before them; nothing if the linker does not
/// understand it (GNU's and LLVM's do), which is known from linking an empty program. A function that is no longer there
/// is no mistake: it takes nothing.
fn hot_functions_first() -> io::Result<Option<PathBuf>> {
    let mut script = String::from("SECTIONS {\n  .text.hot : {\n");
    let names = std::fs::read_to_string(HOT_FUNCTIONS)
        .map_err(|cause| io::Error::other(format!("cli/{HOT_FUNCTIONS}: {cause}; `just hot` writes it")))?;
    for name in names.lines() {
        // Each function has a section of its own. What is marked as cold may still be run once by everybody: `Vec::push`
        // that finds no room is.
        let _ = writeln!(script, "    *(.text.{name} .text.unlikely.{name})");
    }
    script.push_str("  }\n} INSERT BEFORE .text;\n");
    let out = PathBuf::from(variable("OUT_DIR")?);
    let path = out.join("hot-functions.ld");
    std::fs::write(&path, script)?;
    Ok(links_with(&path, &out)?.then_some(path))
}

/// Whether an empty program can be linked with a script, in the way in which the program itself will be.
fn links_with(script: &Path, out: &Path) -> io::Result<bool> {
    let source = out.join("empty.rs");
    std::fs::write(&source, "fn main() {}\n")?;
    let mut rustc = Command::new(variable("RUSTC")?);
    rustc.args(["--edition", "2024", "--crate-type", "bin", "--target"]).arg(variable("TARGET")?);
    if let Ok(linker) = std::env::var("RUSTC_LINKER") {
        rustc.arg("-C").arg(format!("linker={linker}"));
    }
    // Cargo's way of giving flags that may have spaces in them.
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    rustc.args(flags.split('\x1f').filter(|flag| !flag.is_empty()));
    rustc.args(["-C", "link-arg=-no-pie", "-C"]).arg(format!("link-arg=-T{}", script.display()));
    rustc.arg("-o").arg(out.join("empty")).arg(&source);
    Ok(rustc.output()?.status.success())
}

/// A variable that Cargo sets for build scripts.
fn variable(name: &str) -> io::Result<std::ffi::OsString> {
    std::env::var_os(name).ok_or_else(|| io::Error::other(format!("{name} is not set: Cargo runs this program")))
}
