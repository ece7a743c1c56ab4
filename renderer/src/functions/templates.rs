//! `include` and `tpl`: templates that execute templates.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use thinlock_go::{CallError, ErrorKind, Func, Interp, Str, Value, strconv, types};

use super::state::{bookkeeping, state};

/// How often one template may be on the chain of `include`s.
const RECURSION_MAX: usize = 1000;

/// How deep `include` and `tpl` may be nested. Helm counts only the calls of one name by `include`, so that an endless
/// `tpl` takes Go's stack and all memory.
const NESTED_MAX: usize = 10_000;

/// The longest text that `tpl` takes, in bytes; its tree takes several times as much.
const TEXT_MAX: usize = 8 << 20;

/// How many bytes the texts may have that `tpl` calls inside one another put into an error.
const QUOTED_MAX: usize = 64 << 20;

/// Helm's name for the set of all templates, and so for the texts given to `tpl`.
const SET_NAME: Str = Str::from_static("gotpl");

pub(super) fn functions() -> &'static [Func] {
    static FUNCTIONS: [Func; 2] = [
        Func {
            name: "include",
            params: &[&types::STRING, &types::ANY],
            variadic: false,
            result: &types::STRING,
            call: include,
            hands_on_dot: true,
        },
        Func {
            name: "tpl",
            params: &[&types::STRING, &types::ANY],
            variadic: false,
            result: &types::STRING,
            call: tpl,
            hands_on_dot: false,
        },
    ];
    &FUNCTIONS
}

fn include(interp: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
    let (name, dot) = name_and_dot(args)?;
    if let Some(state) = bookkeeping(interp) {
        // The chain is short but for recursion, so looking through it beats a table.
        if state.including.iter().filter(|n| **n == name).count() > RECURSION_MAX {
            let parts =
                [b"rendering template has a nested reference name: ", &name[..], b": unable to execute template"];
            return Err(CallError::message(Str::concat(&parts)));
        }
        state.including.push(name.clone());
    }
    let result = nested(interp, |interp| interp.execute_template(&name, dot));
    if let Some(state) = bookkeeping(interp) {
        state.including.pop();
    }
    result.map(Value::Str)
}

/// Executes a template inside others, if they are not too many.
fn nested(
    interp: &mut dyn Interp,
    execute: impl FnOnce(&mut dyn Interp) -> Result<Str, CallError>,
) -> Result<Str, CallError> {
    if let Some(state) = bookkeeping(interp) {
        if state.nested >= NESTED_MAX {
            let text = format!("include and tpl are nested more than {NESTED_MAX} deep");
            return Err(CallError::Limit(text.into()));
        }
        state.nested += 1;
    }
    let result = execute(interp);
    if let Some(state) = bookkeeping(interp) {
        state.nested -= 1;
    }
    result
}

fn tpl(interp: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
    let (text, dot) = name_and_dot(args)?;
    // A text without actions prints itself.
    if memchr::memmem::find(&text, b"{{").is_none() {
        return Ok(Value::Str(without_no_value(text)));
    }
    if text.len() > TEXT_MAX {
        let text = format!("tpl: a text of {} bytes, more than {TEXT_MAX}", text.len());
        return Err(CallError::Limit(text.into()));
    }
    match nested(interp, |interp| interp.execute_text(&SET_NAME, &text, dot)) {
        Ok(printed) => Ok(Value::Str(without_no_value(printed))),
        // A limit's text names no texts: where one is reached, they are many.
        Err(error) if is_limit(&error) => Err(error),
        Err(error) => {
            if let Some(state) = state(interp) {
                state.quoted = state.quoted.saturating_add(text.len());
                if state.quoted > QUOTED_MAX {
                    let text = format!("nested tpl calls failed whose texts have more than {QUOTED_MAX} bytes");
                    return Err(CallError::Limit(text.into()));
                }
            }
            // A text inside this one that does not parse has made frames already.
            let parse = matches!(&error, CallError::Template(e)
                if e.data().kind == ErrorKind::Parse && e.data().frames.is_empty());
            let text = strconv::quote(&text);
            Err(error.context(if parse {
                format!("cannot parse template {text}")
            } else {
                format!("error during tpl function execution for {text}")
            }))
        }
    }
}

fn is_limit(error: &CallError) -> bool {
    match error {
        CallError::Limit(_) => true,
        CallError::Template(error) | CallError::Wrapped(_, error) => error.data().kind == ErrorKind::Limit,
        CallError::Message(_) | CallError::Fail(_) => false,
    }
}

/// The arguments: a string and anything.
fn name_and_dot(args: &mut [Value]) -> Result<(Str, Value), CallError> {
    match args {
        [Value::Str(text), dot] => Ok((text.clone(), std::mem::take(dot))),
        _ => Err(CallError::message("a string and a value wanted")),
    }
}

/// Takes out what a template prints for a missing value: Helm does so with the output of every file and every `tpl`.
fn without_no_value(text: Str) -> Str {
    match strip_no_value(&text) {
        Some(stripped) => Str::from(stripped),
        None => text,
    }
}

/// The text without every `<no value>`; `None` where there is none in it.
pub(crate) fn strip_no_value(text: &[u8]) -> Option<Vec<u8>> {
    const NO_VALUE: &[u8] = b"<no value>";
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(NO_VALUE));
    let mut places = FINDER.find_iter(text).peekable();
    places.peek()?;
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for at in places {
        out.extend_from_slice(&text[from..at]);
        from = at + NO_VALUE.len();
    }
    out.extend_from_slice(&text[from..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_taken_out_once() {
        let strip = |text: &str| strip_no_value(text.as_bytes()).map(|t| String::from_utf8_lossy(&t).into_owned());
        assert_eq!(strip("a"), None);
        assert_eq!(strip("a<no value>b<no value>").as_deref(), Some("ab"));
        // What only comes together by taking one out stays, as in Go's ReplaceAll.
        assert_eq!(strip("<no <no value>value>").as_deref(), Some("<no value>"));
    }
}
