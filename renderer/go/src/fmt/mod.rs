//! Go's `fmt`: `Sprintf`, `Sprint`, `Sprintln`, and the `%v` of any [`Value`].
//!
//! ```
//! use thinlock_go::{List, Value, fmt};
//!
//! let list = Value::List(List::any(vec![Value::int(1), Value::from("a"), Value::Nil]));
//! let text = fmt::sprintf(b"%v %q %05.1f|%-4d|", &[list.clone(), list, Value::Float(2.25), Value::int(7)]);
//! assert_eq!(text.unwrap(), br#"[1 a <nil>] ['\x01' "a" <nil>] 002.2|7   |"#);
//! ```
//!
//! Go dies (its stack or its memory is exhausted) where a map contains itself; here that is a
//! [`CallError::Limit`], and the only error of this module.

mod number;
mod printer;
mod value;

use crate::types::Kind;
use crate::{CallError, Str, Value};

pub(crate) use value::field_value;
pub use value::{ADDRESS, append_value};

/// The most bytes that one call writes, where Go would go on until the memory is full.
const MAX_OUTPUT: usize = 1 << 27;

#[cold]
fn too_large() -> CallError {
    CallError::Limit(format!("fmt: more than {MAX_OUTPUT} bytes printed").into())
}

#[cold]
fn too_deep() -> CallError {
    CallError::Limit("fmt: value nested too deeply, or contained in itself".into())
}

/// What `%v` prints, as a string; a string is returned as it is, without a copy.
///
/// # Errors
/// As [`append_value`].
pub fn format_value(value: &Value) -> Result<Str, CallError> {
    if let Value::Str(s) = value {
        return Ok(s.clone());
    }
    Str::build(|out| append_value(out, value))
}

/// `fmt.Sprintf`.
///
/// # Errors
/// The value contains itself, or the text becomes larger than a render may hold.
pub fn sprintf(format: &[u8], args: &[Value]) -> Result<Vec<u8>, CallError> {
    let mut out = Vec::with_capacity(format.len() + 16);
    append_sprintf(&mut out, format, args)?;
    Ok(out)
}

/// `fmt.Appendf`: [`sprintf`] to the end of a buffer.
///
/// # Errors
/// As [`sprintf`].
pub fn append_sprintf(out: &mut Vec<u8>, format: &[u8], args: &[Value]) -> Result<(), CallError> {
    printer::Printer::new(out).format(format, args)
}

/// `fmt.Sprint`: the `%v` of each operand, with a space between two operands of which neither is a string.
///
/// # Errors
/// As [`append_value`].
pub fn sprint(args: &[Value]) -> Result<Vec<u8>, CallError> {
    let mut out = Vec::new();
    append_sprint(&mut out, args)?;
    Ok(out)
}

/// `fmt.Append`: [`sprint`] to the end of a buffer.
///
/// # Errors
/// As [`append_value`].
pub fn append_sprint(out: &mut Vec<u8>, args: &[Value]) -> Result<(), CallError> {
    let most = out.len().saturating_add(MAX_OUTPUT);
    let mut after_string = true;
    for arg in args {
        let is_string = arg.kind() == Kind::String;
        if !is_string && !after_string {
            out.push(b' ');
        }
        append_value(out, arg)?;
        if out.len() > most {
            return Err(too_large());
        }
        after_string = is_string;
    }
    Ok(())
}

/// `fmt.Sprintln`: the `%v` of each operand with spaces between all, and a newline.
///
/// # Errors
/// As [`append_value`].
pub fn sprintln(args: &[Value]) -> Result<Vec<u8>, CallError> {
    let mut out = Vec::new();
    append_sprintln(&mut out, args)?;
    Ok(out)
}

/// `fmt.Appendln`: [`sprintln`] to the end of a buffer.
///
/// # Errors
/// As [`append_value`].
pub fn append_sprintln(out: &mut Vec<u8>, args: &[Value]) -> Result<(), CallError> {
    let most = out.len().saturating_add(MAX_OUTPUT);
    for (at, arg) in args.iter().enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        append_value(out, arg)?;
        if out.len() > most {
            return Err(too_large());
        }
    }
    out.push(b'\n');
    Ok(())
}

#[cfg(test)]
mod tests;
