//! Errors as text: Go's own, the links of its chain, and an excerpt of the source for people.

use std::fmt::Write as _;

use thinlock_go::{Error, ErrorKind, Frame};

use crate::print::quoted;

/// Exactly what `err.Error()` gives in Go: `template: FILE:LINE:COL: executing "NAME" at <NODE>: error calling include:
/// template: …: MESSAGE`.
pub fn error_text(error: &Error) -> String {
    let data = error.data();
    let mut text = String::new();
    for frame in data.frames.iter().rev() {
        push_frame(&mut text, frame);
    }
    push_innermost(&mut text, error);
    text
}

/// The texts of an error and of the errors that it wraps, as `errors.Unwrap` gives them, outermost first: what Helm 4
/// makes its many-lined report of. A link that repeats the one before it (Go's `ExecError` around the formatted error)
/// is left out.
pub fn error_chain(error: &Error) -> Vec<String> {
    let data = error.data();
    let mut links = Vec::new();
    let mut inner = String::new();
    push_innermost(&mut inner, error);
    // A message below a call is an error of its own; one that the executor made is the frame's.
    if data.frames.first().is_none_or(|frame| frame.calling.is_some()) {
        links.push(inner.clone());
    }
    for frame in &data.frames {
        if let Some(context) = &frame.context {
            inner = format!("{context}: {inner}");
            links.push(inner.clone());
        }
        let mut text = String::new();
        push_place(&mut text, frame);
        if let Some(calling) = &frame.calling {
            // Writing to a string cannot fail.
            let _ = write!(text, "error calling {calling}: ");
        }
        inner = text + &inner;
        links.push(inner.clone());
    }
    links.reverse();
    links
}

fn push_frame(text: &mut String, frame: &Frame) {
    push_place(text, frame);
    if let Some(calling) = &frame.calling {
        let _ = write!(text, "error calling {calling}: ");
    }
    if let Some(context) = &frame.context {
        let _ = write!(text, "{context}: ");
    }
}

fn push_place(text: &mut String, frame: &Frame) {
    let executing = quoted(frame.executing.as_bytes());
    let Frame { file, line, column, node, .. } = frame;
    let _ = write!(text, "template: {file}:{line}:{column}: executing {executing} at <{node}>: ");
}

fn push_innermost(text: &mut String, error: &Error) {
    let data = error.data();
    if let Some(place) = &data.place {
        let _ = write!(text, "template: {}:{}: ", place.file, place.line);
    }
    text.push_str(&data.message);
}

/// The error for people: the message, the source line with a caret, and the way that led there.
///
/// `source` gives the text of a file by its name, where it is at hand.
pub fn excerpt(error: &Error, source: &dyn Fn(&str) -> Option<Vec<u8>>) -> String {
    let data = error.data();
    let mut text = format!("{}\n", data.message);
    let (file, line, column, node) = match (&data.place, data.frames.first()) {
        (Some(place), _) => (&place.file, place.line, None, ""),
        (None, Some(frame)) => (&frame.file, frame.line, Some(frame.column), frame.node.as_str()),
        (None, None) => return text,
    };
    let line_text = source(file).and_then(|source| {
        let line = source.split(|b| *b == b'\n').nth((line as usize).checked_sub(1)?)?;
        Some(line.strip_suffix(b"\r").unwrap_or(line).to_vec())
    });
    let mark = column.map(|column| marked(line_text.as_deref().unwrap_or_default(), column as usize, node));
    let shown = mark.map_or_else(|| format!("{file}:{line}"), |(start, _)| format!("{file}:{line}:{}", start + 1));
    let _ = writeln!(text, "  --> {shown}");
    if let Some(bytes) = line_text {
        let number = line.to_string();
        let gap = " ".repeat(number.len());
        let _ = writeln!(text, "{gap} |\n{number} | {}", String::from_utf8_lossy(&bytes));
        if let Some((start, width)) = mark {
            let before = String::from_utf8_lossy(bytes.get(..start).unwrap_or(&bytes));
            // Tabs stay tabs, so that the caret stands below its text.
            let pad: String = before.chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            let width = String::from_utf8_lossy(bytes.get(start..start + width).unwrap_or_default()).chars().count();
            let _ = writeln!(text, "{gap} | {pad}{}", "^".repeat(width.max(1)));
        }
    }
    for frame in data.frames.iter().skip(1) {
        let calling = frame.calling.as_deref().unwrap_or("template");
        let _ = writeln!(
            text,
            "  {calling} at {}:{}:{} in {}",
            frame.file,
            frame.line,
            frame.column + 1,
            quoted(frame.executing.as_bytes())
        );
    }
    if let Some(hint) = hint(error) {
        let _ = writeln!(text, "  hint: {hint}");
    }
    text
}

/// What of a line to mark for a node at a column: start and width in bytes. Go places a chain of fields at its second
/// field; people look for its beginning.
fn marked(line: &[u8], column: usize, node: &str) -> (usize, usize) {
    let node = node.lines().next().unwrap_or_default().as_bytes();
    let begins = |start: &usize| line.get(*start..).is_some_and(|rest| rest.starts_with(node));
    match (column.saturating_sub(node.len())..=column).rev().find(begins) {
        Some(start) if !node.is_empty() => (start, node.len()),
        _ => (column, 1),
    }
}

/// What to do about the commonest failures.
pub fn hint(error: &Error) -> Option<String> {
    let message = error.data().message.as_str();
    Some(match error.data().kind {
        ErrorKind::Exec => {
            if let Some(path) = message.strip_prefix("nil pointer evaluating ") {
                let key = path.rsplit('.').next().unwrap_or(path);
                format!("the value before .{key} is not set; test it with `with` or `if`, or write ((.a).b).{key}")
            } else if message.starts_with("can't evaluate field ") {
                "only maps and structs have fields, and a struct only the fields of its type".to_owned()
            } else if message.starts_with("wrong type for value; expected string") {
                "convert the value with toString or quote first".to_owned()
            } else if message.starts_with("incompatible types for comparison") {
                "numbers of values files are float64: compare with int or float64 conversions on both sides".to_owned()
            } else if message.starts_with("range can't iterate over") {
                "range takes a list, a map or an integer".to_owned()
            } else if message.starts_with("template: no template ") || message.ends_with(" not defined") {
                "no file of the chart or of its dependencies defines a template of this name".to_owned()
            } else {
                return None;
            }
        }
        ErrorKind::Parse if message.starts_with("function ") => {
            "the function exists neither in Go, nor in sprig, nor in Helm".to_owned()
        }
        ErrorKind::Parse if message.starts_with("unclosed action") => {
            "an action must end with }} before the text ends".to_owned()
        }
        ErrorKind::Parse if message == "unexpected EOF" => {
            "an if, range, with, define or block has no {{ end }}".to_owned()
        }
        _ => return None,
    })
}
