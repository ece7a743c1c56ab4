//! The sprig function library (3.3.0) for Go templates.
pub(crate) mod args;
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
