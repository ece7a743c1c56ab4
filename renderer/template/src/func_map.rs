//! The functions that templates may call.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use rustc_hash::FxHasher;
use thinlock_go::Func;

use crate::builtin::Builtin;
use crate::tree::Callee;

/// Go's `template.FuncMap`: functions by name. A function of the map hides a builtin of the same name.
#[derive(Clone, Default)]
pub struct FuncMap {
    functions: HashMap<&'static str, &'static Func, BuildHasherDefault<FxHasher>>,
}

impl FuncMap {
    /// A map without functions: templates have Go's builtins only.
    pub fn new() -> FuncMap {
        FuncMap::default()
    }

    /// Adds functions; of two with one name the last stays.
    pub fn add(&mut self, functions: &'static [Func]) -> &mut FuncMap {
        self.functions.extend(functions.iter().map(|f| (f.name, f)));
        self
    }

    /// Adds one function.
    pub fn insert(&mut self, function: &'static Func) -> &mut FuncMap {
        self.functions.insert(function.name, function);
        self
    }

    /// Takes a function out, as Helm takes out sprig's `env` and `expandenv`.
    pub fn remove(&mut self, name: &str) -> Option<&'static Func> {
        self.functions.remove(name)
    }

    /// The function of a name, builtins not counted.
    pub fn get(&self, name: &str) -> Option<&'static Func> {
        self.functions.get(name).copied()
    }

    /// The names, builtins not counted, in byte order.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.functions.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// Whether templates may call a function of this name, be it of the map or one of Go's builtins.
    pub fn knows(&self, name: &str) -> bool {
        self.resolve(name).is_some()
    }

    pub(crate) fn resolve(&self, name: &str) -> Option<Callee> {
        match self.functions.get(name) {
            Some(function) => Some(Callee::Func(function)),
            None => Builtin::by_name(name).map(Callee::Builtin),
        }
    }
}

impl std::fmt::Debug for FuncMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}
