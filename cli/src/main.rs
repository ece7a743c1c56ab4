//! The `thinlock` command.

fn main() {}
