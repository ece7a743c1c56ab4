//! The [sprig](https://masterminds.github.io/sprig/) function library, version 3.3.0, for Go templates.
//!
//! Results, their Go types, and the texts of errors and panics are those of the Go library, down to its numbers
//! (spf13/cast, shopspring/decimal), its merging of dictionaries (mergo) and its case conversions (xstrings). Keys and
//! certificates are real. [`functions`] is the table that a template engine takes:
//!
//! ```
//! use std::sync::Arc;
//! use thinlock_go::{Map, Toolchain, Value};
//! use thinlock_template::{Env, FuncMap, Set, TextCache, error_text, parse};
//! # struct Nothing;
//! # impl thinlock_go::Host for Nothing {
//! #     fn now_unix_nanos(&self) -> i128 { 0 }
//! #     fn local_zone(&self) -> &str { "UTC" }
//! #     fn fill_random(&self, _: &mut [u8]) -> Result<(), String> { Err("no randomness".to_owned()) }
//! #     fn host_by_name(&self, _: &str) -> String { String::new() }
//! # }
//!
//! let toolchain = Toolchain::default();
//! let mut functions = FuncMap::new();
//! functions.add(thinlock_sprig::functions());
//! let functions = Arc::new(functions);
//!
//! let text = r#"{{ .names | uniq | sortAlpha | join ", " | upper }}: {{ round (divf 1 3) 2 }}"#;
//! let mut set = Set::new("example");
//! set.add(&parse("list", text, &functions, &toolchain).map_err(|e| error_text(&e))?);
//!
//! let dot = Map::string_any();
//! dot.insert("names", thinlock_go::List::strings(["pear", "fig", "pear"]));
//! let (texts, mut state, mut out) = (TextCache::new(functions), (), Vec::new());
//! let env = Env::new(&Nothing, &toolchain, &mut state, &texts);
//! set.execute("list", Value::Map(dot), &mut out, env).map_err(|e| error_text(&e))?;
//! assert_eq!(out, b"FIG, PEAR: 0.33");
//! # Ok::<(), String>(())
//! ```
//!
//! # What is different from Go
//!
//! - `env` and `expandenv` are missing: nothing here reads the environment of the process, and Helm takes them away too.
//! - `keys` and `values` come in the order of the keys, where Go's order is random.
//! - Randomness, the clock and the names of hosts come from the [`Host`](thinlock_go::Host); [`effect`] says which
//!   functions ask for them.
//! - What would exhaust the memory or overflow the stack (`repeat 9999999999 "x"`, a dictionary that contains itself)
//!   is a [`CallError::Limit`](thinlock_go::CallError::Limit).
//! - Keys on the curve P-224, and RSA keys of more than two primes, are refused.

mod args;
mod cast;
mod copystructure;
mod crypto;
mod dates;
mod decimal;
mod defaults;
mod dicts;
mod encoding;
mod goutils;
mod hashes;
mod json;
mod limits;
mod lists;
mod merge;
mod numeric;
mod paths;
mod random;
mod reflection;
mod regex;
pub mod semver;
mod strings;
mod table;
mod urls;
mod versions;
mod xstrings;

use thinlock_go::Func;

pub use table::Effect;

/// All functions of sprig's `GenericFuncMap` but `env` and `expandenv`, which read the environment of the process and
/// which Helm takes away.
pub fn functions() -> &'static [Func] {
    table::FUNCTIONS
}

/// What a function depends on besides its arguments, or what it changes; `None` for a name that is not sprig's.
pub fn effect(name: &str) -> Option<Effect> {
    let at = table::FUNCTIONS.iter().position(|f| f.name == name)?;
    table::EFFECTS.get(at).copied()
}
