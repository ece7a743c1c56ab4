//! Errors as text: Go's own, the links of its chain, and an excerpt of the source for people.

use std::fmt::Write as _;

use thinlock_go::{Error, ErrorKind, Frame, Str};

use crate::print::quoted;

/// [`error_bytes`] as a text, with U+FFFD for what is no UTF-8.
pub fn error_text(error: &Error) -> String {
    String::from_utf8_lossy(&error_bytes(error)).into_owned()
}

/// Exactly what `err.Error()` gives in Go: `template: FILE:LINE:COL: executing "NAME" at <NODE>: error calling include:
/// template: …: MESSAGE`.
pub fn error_bytes(error: &Error) -> Vec<u8> {
    let mut text = Vec::new();
    for frame in error.data().frames.iter().rev() {
        push_frame(&mut text, frame);
    }
    push_innermost(&mut text, error);
    text
}

/// The texts of an error and of the errors that it wraps, as `errors.Unwrap` gives them: what Helm 4 makes its
/// many-lined report of. Each is an end of the outermost, so a long chain takes no more room than that.
pub struct ErrorChain {
    text: Vec<u8>,
    /// Where the links begin, outermost first.
    starts: Vec<usize>,
}

impl ErrorChain {
    /// The texts, outermost first. A link that repeats the one before it (Go's `ExecError` around the formatted error)
    /// is left out.
    pub fn links(&self) -> impl Iterator<Item = &[u8]> {
        self.starts.iter().filter_map(|start| self.text.get(*start..))
    }
}

/// The chain of an error.
pub fn error_chain(error: &Error) -> ErrorChain {
    let data = error.data();
    let mut chain = ErrorChain { text: Vec::new(), starts: Vec::new() };
    for frame in data.frames.iter().rev() {
        chain.starts.push(chain.text.len());
        push_place(&mut chain.text, frame);
        push_calling(&mut chain.text, frame);
        if let Some(context) = &frame.context {
            chain.starts.push(chain.text.len());
            push_all(&mut chain.text, &[context, b": "]);
        }
    }
    // A message below a call is an error of its own; one that the executor made is the frame's.
    if data.frames.first().is_none_or(|frame| frame.calling.is_some()) {
        chain.starts.push(chain.text.len());
    }
    push_innermost(&mut chain.text, error);
    chain
}

fn push_frame(text: &mut Vec<u8>, frame: &Frame) {
    push_place(text, frame);
    push_calling(text, frame);
    if let Some(context) = &frame.context {
        push_all(text, &[context, b": "]);
    }
}

fn push_place(text: &mut Vec<u8>, frame: &Frame) {
    let Frame { file, line, column, node, executing, .. } = frame;
    let place = format!(":{line}:{column}: executing {} at <", quoted(executing));
    push_all(text, &[b"template: ", file, place.as_bytes(), node, b">: "]);
}

fn push_calling(text: &mut Vec<u8>, frame: &Frame) {
    if let Some(calling) = &frame.calling {
        push_all(text, &[b"error calling ", calling, b": "]);
    }
}

fn push_innermost(text: &mut Vec<u8>, error: &Error) {
    let data = error.data();
    if let Some(place) = &data.place {
        push_all(text, &[b"template: ", &place.file, format!(":{}: ", place.line).as_bytes()]);
    }
    text.extend_from_slice(&data.message);
}

fn push_all(text: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        text.extend_from_slice(part);
    }
}

/// How much of the way to an error [`excerpt`] shows: what is longer is a recursion.
const FRAMES_SHOWN: usize = 20;

/// The error for people: the message, the source line with a caret, and the way that led there.
///
/// `source` gives the text of a file by its name, where it is at hand.
pub fn excerpt(error: &Error, source: &dyn Fn(&Str) -> Option<Vec<u8>>) -> String {
    let data = error.data();
    let mut text = format!("{}\n", data.message);
    let (file, line, column, node) = match (&data.place, data.frames.first()) {
        (Some(place), _) => (&place.file, place.line, None, &Str::EMPTY),
        (None, Some(frame)) => (&frame.file, frame.line, Some(frame.column), &frame.node),
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
    for frame in data.frames.iter().skip(1).take(FRAMES_SHOWN) {
        let calling = frame.calling.clone().unwrap_or(Str::from_static("template"));
        let _ = writeln!(
            text,
            "  {calling} at {}:{}:{} in {}",
            frame.file,
            frame.line,
            frame.column + 1,
            quoted(&frame.executing)
        );
    }
    if let Some(more) = data.frames.len().checked_sub(1 + FRAMES_SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "  … and {more} more calls");
    }
    if let Some(hint) = hint(error) {
        let _ = writeln!(text, "  hint: {hint}");
    }
    text
}

/// What of a line to mark for a node at a column: start and width in bytes. Go places a chain of fields at its second
/// field; people look for its beginning.
fn marked(line: &[u8], column: usize, node: &[u8]) -> (usize, usize) {
    let node = node.split(|b| *b == b'\n').next().unwrap_or_default();
    let begins = |start: &usize| line.get(*start..).is_some_and(|rest| rest.starts_with(node));
    match (column.saturating_sub(node.len())..=column).rev().find(begins) {
        Some(start) if !node.is_empty() => (start, node.len()),
        _ => (column, 1),
    }
}

/// What to do about the commonest failures.
pub fn hint(error: &Error) -> Option<String> {
    let message = &*error.data().message.to_lossy();
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
