//! The text of a template's failure: Helm's own words, and a form for people.
//!
//! Helm makes its text from Go's by cutting that at colons, and in Helm 4 by parsing every link of the error's chain.
//! What a chart writes into its own messages can confuse this, so it is done here on the text too, step by step.

use bstr::ByteSlice;
use thinlock_go::{Error, ErrorKind};
use thinlock_template::{error_bytes, error_chain};

use crate::Dialect;
use crate::functions::{WARN_END, WARN_START};

/// What Helm says when a template does not parse (`cleanupParseError`).
pub(super) fn parse_error(file: &[u8], error: &Error) -> Vec<u8> {
    let text = error_bytes(error);
    let mut parts = text.split_str(": ");
    match (parts.next(), parts.next()) {
        (Some(_), Some(location)) => {
            // What comes behind the last colon, even if the message has several.
            let message = parts.last().unwrap_or(location);
            [b"parse error at (", location, b"): ", message].concat()
        }
        _ => [b"parse error in (", file, b"): ", &text].concat(),
    }
}

/// What Helm says when a template's execution fails.
pub(super) fn exec_error(file: &[u8], error: &Error, dialect: &Dialect) -> Vec<u8> {
    if error.data().kind == ErrorKind::Limit {
        return limit_error(error);
    }
    let text = error_bytes(error);
    if error.data().kind == ErrorKind::Panic {
        return [b"rendering template failed: ", &text[..]].concat();
    }
    // An unknown template is a plain error in Go: nothing is made of it.
    if error.data().frames.is_empty() {
        return text;
    }
    let mut parts = text.splitn_str(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return [b"execution error in (", file, b"): ", &text].concat();
    };
    if let Some(verdict) = verdict(rest) {
        return [b"execution error at (", location, b"): ", verdict].concat();
    }
    if dialect.errors.execution_multi_line { multi_line(error).unwrap_or(text) } else { text }
}

/// A limit that Helm does not have, so its own words: Go's, without the middle of the way that an endless recursion took.
fn limit_error(error: &Error) -> Vec<u8> {
    /// How many calls are shown at either end.
    const SHOWN: usize = 5;
    let mut error = error.clone();
    let frames = &mut error.data_mut().frames;
    if let Some(hidden) = frames.len().checked_sub(2 * SHOWN).filter(|hidden| *hidden > 0) {
        frames.drain(SHOWN..SHOWN + hidden);
        if let Some(outer) = frames.get_mut(SHOWN) {
            outer.context = Some(format!("{hidden} more calls").into());
        }
    }
    error_bytes(&error)
}

/// What stands between Helm's marks for the messages of `fail` and `required`: from the first start to the last end.
fn verdict(text: &[u8]) -> Option<&[u8]> {
    let from = text.find(WARN_START)? + WARN_START.len();
    let to = text.rfind(WARN_END)?;
    text.get(from..to)
}

/// Helm 4's form over several lines; `None` where a link of the chain is no template's.
fn multi_line(error: &Error) -> Option<Vec<u8>> {
    let mut links: Vec<Link> = Vec::new();
    let chain = error_chain(error);
    for text in chain.links() {
        let link = Link::parse(text)?;
        // Every template error is in the chain twice: as itself and as what it wraps.
        if links.last() != Some(&link) {
            links.push(link);
        }
    }
    let text: Vec<u8> = links.iter().flat_map(Link::to_text).collect();
    Some(text.trim().to_vec())
}

/// Helm's `TraceableError`.
#[derive(Debug, PartialEq, Eq)]
struct Link {
    location: Vec<u8>,
    executed: Vec<u8>,
    message: Vec<u8>,
}

impl Link {
    /// `parseTemplateExecErrorString`.
    fn parse(text: &[u8]) -> Option<Link> {
        let rest = text.strip_prefix(b"template: ")?;
        if rest.starts_with(b"no template ") {
            return Some(Link { location: Vec::new(), executed: Vec::new(), message: text.to_vec() });
        }
        Link::parse_executing(rest).or_else(|| Link::parse_simple(rest))
    }

    fn parse_executing(rest: &[u8]) -> Option<Link> {
        let (location, after) = rest.split_once_str(": executing ")?;
        let (function, after) = after.strip_prefix(b"\"")?.split_once_str("\"")?;
        let (node, message) = after.strip_prefix(b" at <")?.split_once_str(">: ")?;
        Some(Link {
            location: location.to_vec(),
            executed: [b"executing \"", function, b"\" at <", node, b">:"].concat(),
            message: before_next_link(message).to_vec(),
        })
    }

    fn parse_simple(rest: &[u8]) -> Option<Link> {
        let (location, message) = rest.rsplit_once_str(": ")?;
        Some(Link { location: location.to_vec(), executed: Vec::new(), message: before_next_link(message).to_vec() })
    }

    fn to_text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for (part, end) in [(&self.location, "\n  "), (&self.executed, "\n    "), (&self.message, "\n")] {
            if !part.is_empty() {
                text.extend_from_slice(part);
                text.extend_from_slice(end.as_bytes());
            }
        }
        text
    }
}

fn before_next_link(message: &[u8]) -> &[u8] {
    message.find(" template:").map_or(message, |cut| &message[..cut])
}
