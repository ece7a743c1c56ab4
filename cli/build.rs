//! Links the program so that starting it is little work, on Linux with the GNU C library.
//!
//! To a fixed address, as Go does with helm: a program that may lie anywhere has its tables of functions, types and texts
//! filled in with addresses by the loader, 18,000 of them, at each start; that is a good part of what rendering one chart
//! takes. Libraries and the stack still lie where the system likes.
//!
//! And with the part of GCC's library that unwinds the stack in a panic, where the compiler has it as an archive (it comes
//! with GCC): to find and load it as a library of its own takes a tenth of a millisecond, for what is hardly ever needed.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |variable, value| std::env::var(variable).is_ok_and(|set| set == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
        if has_unwinder() {
            println!("cargo::rustc-link-lib=gcc_eh");
        }
    }
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
