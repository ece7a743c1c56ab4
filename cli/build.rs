//! Links the program to a fixed address on Linux, as Go does with helm.
//!
//! A program that may lie anywhere has its tables of functions, types and texts filled in with addresses by the loader,
//! 18,000 of them, at each start; that is a good part of what rendering one chart takes. Libraries and the stack still
//! lie where the system likes.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |variable, value| std::env::var(variable).is_ok_and(|set| set == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
