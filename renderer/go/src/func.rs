//! Go functions as a template calls them, and what a running template lends them.

use std::any::Any;

use crate::types::Type;
use crate::{CallError, Host, Str, Toolchain, Value};

/// A function of a template's `FuncMap`.
///
/// The template's executor checks arguments against `params` before the call, with Go's rules and Go's error texts, so
/// `call` finds values of the declared types: a `string` parameter is always [`Value::Str`], an `int` always
/// `Value::Int(IntKind::Int, _)`, an `interface {}` anything.
pub struct Func {
    /// The name in templates.
    pub name: &'static str,
    /// The parameter types; of a variadic function the last is the element type of the variadic one.
    pub params: &'static [Type],
    /// Whether the last parameter takes any number of arguments.
    pub variadic: bool,
    /// The static result type: it shows in error texts about the result.
    pub result: Type,
    /// The body. It may take the arguments out of the slice.
    pub call: Body,
    /// Whether its second argument is only handed on, to [`Interp::execute_template`]: so it is with `include`, whose
    /// template is the only one that looks at it.
    pub hands_on_dot: bool,
}

impl std::fmt::Debug for Func {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The body of a [`Func`].
pub type Body = fn(&mut dyn Interp, &mut [Value]) -> Result<Value, CallError>;

/// What a running template offers the functions that it calls.
pub trait Interp {
    /// The clock, randomness and names of the world outside.
    fn host(&self) -> &dyn Host;

    /// The properties of the Go tool chain and libraries that are reproduced.
    fn toolchain(&self) -> &Toolchain;

    /// Executes an associated template (`{{define}}`) with a dot and returns what it printed: what `include` needs.
    ///
    /// # Errors
    /// The template is unknown or fails; the error carries its frames.
    fn execute_template(&mut self, name: &Str, dot: Value) -> Result<Str, CallError>;

    /// Parses `text` under `name` on top of a copy of the running template's set, and executes it: what `tpl` needs.
    /// What it defines is not seen outside.
    ///
    /// # Errors
    /// The text does not parse or fails; the error carries its frames.
    fn execute_text(&mut self, name: &Str, text: &Str, dot: Value) -> Result<Str, CallError>;

    /// State of the embedder: Helm's own functions find their release, files and `lookup` here. A function that asks for
    /// it or for [`Interp::host`] is called every time; one that does not may be left out where its template, with an
    /// equal dot, has been executed before.
    fn state(&mut self) -> &mut dyn Any;

    /// The same, for what no result depends on: which templates are being executed inside one another, say.
    fn bookkeeping(&mut self) -> &mut dyn Any {
        self.state()
    }
}
