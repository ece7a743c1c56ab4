//! Go's `text/template`, in behaviour: the same output for the same input, and the same error texts.
//!
//! Templates are parsed once ([`parse`]) into an immutable form that threads share, added to a [`Set`] under Go's rules
//! of redefinition, and executed on [`thinlock_go::Value`]s. Functions come from a [`FuncMap`].
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
//! let functions = Arc::new(FuncMap::new());
//! let text = "{{ range $name, $size := . }}{{ $name }}={{ $size }};{{ end }}";
//! let mut set = Set::new("example");
//! set.add(&parse("sizes", text, &functions, &toolchain).map_err(|e| error_text(&e))?);
//!
//! let dot = Map::string_any();
//! dot.insert("b", Value::int(2));
//! dot.insert("a", Value::int(1));
//! let mut out = Vec::new();
//! let texts = TextCache::new(functions);
//! let mut state = ();
//! let env = Env::new(&Nothing, &toolchain, &mut state, &texts);
//! set.execute("sizes", dot.into(), &mut out, env).map_err(|e| error_text(&e))?;
//! assert_eq!(out, b"a=1;b=2;");
//! # Ok::<(), String>(())
//! ```
//!
//! Where Go's process would die (endless recursion, endless output), an execution ends with an error: see [`Limits`].
//! For Go's depths of recursion run it on a large stack: [`thinlock_go::stack::run`].

mod builtin;
mod exec;
mod func_map;
mod lex;
mod limits;
mod number;
mod parse;
mod print;
mod report;
mod rv;
mod set;
mod tree;
mod uses;

#[cfg(test)]
mod tests;

pub use exec::{Env, MissingKey};
pub use func_map::FuncMap;
pub use limits::Limits;
pub use parse::{parse, parse_shared};
pub use report::{ErrorChain, error_bytes, error_chain, error_text, excerpt, hint};
pub use set::{Set, TextCache};
pub use tree::Parsed;
pub use uses::{Use, Used};
