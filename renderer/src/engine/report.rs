//! The text of a template's failure: Helm's own words, and a form for people.
//!
//! Helm makes its text from Go's by cutting that at colons, and in Helm 4 by parsing every link of the error's chain.
//! What a chart writes into its own messages can confuse this, so it is done here on the text too, step by step.

use thinlock_go::{Error, ErrorKind};
use thinlock_template::{error_chain, error_text};

use crate::Dialect;
use crate::functions::{WARN_END, WARN_START};

/// What Helm says when a template does not parse (`cleanupParseError`).
pub(super) fn parse_error(file: &str, error: &Error) -> String {
    let text = error_text(error);
    let mut parts = text.split(": ");
    match (parts.next(), parts.next()) {
        (Some(_), Some(location)) => {
            // What comes behind the last colon, even if the message has several.
            let message = parts.last().unwrap_or(location);
            format!("parse error at ({location}): {message}")
        }
        _ => format!("parse error in ({file}): {text}"),
    }
}

/// What Helm says when a template's execution fails.
pub(super) fn exec_error(file: &str, error: &Error, dialect: &Dialect) -> String {
    let text = error_text(error);
    if error.data().kind == ErrorKind::Panic {
        return format!("rendering template failed: {text}");
    }
    // An unknown template is a plain error in Go: nothing is made of it.
    if error.data().frames.is_empty() {
        return text;
    }
    let mut parts = text.splitn(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return format!("execution error in ({file}): {text}");
    };
    if let Some(verdict) = verdict(rest) {
        return format!("execution error at ({location}): {verdict}");
    }
    if dialect.errors.execution_multi_line { multi_line(error).unwrap_or(text) } else { text }
}

/// What stands between Helm's marks for the messages of `fail` and `required`: from the first start to the last end.
fn verdict(text: &str) -> Option<&str> {
    let from = text.find(WARN_START)? + WARN_START.len();
    let to = text.rfind(WARN_END)?;
    text.get(from..to)
}

/// Helm 4's form over several lines; `None` where a link of the chain is no template's.
fn multi_line(error: &Error) -> Option<String> {
    let mut links: Vec<Link> = Vec::new();
    for text in error_chain(error) {
        let link = Link::parse(&text)?;
        // Every template error is in the chain twice: as itself and as what it wraps.
        if links.last() != Some(&link) {
            links.push(link);
        }
    }
    let text: String = links.iter().map(Link::to_text).collect();
    Some(text.trim().to_owned())
}

/// Helm's `TraceableError`.
#[derive(Debug, PartialEq, Eq)]
struct Link {
    location: String,
    executed: String,
    message: String,
}

impl Link {
    /// `parseTemplateExecErrorString`.
    fn parse(text: &str) -> Option<Link> {
        let rest = text.strip_prefix("template: ")?;
        if rest.starts_with("no template ") {
            return Some(Link { location: String::new(), executed: String::new(), message: text.to_owned() });
        }
        Link::parse_executing(rest).or_else(|| Link::parse_simple(rest))
    }

    fn parse_executing(rest: &str) -> Option<Link> {
        let (location, after) = rest.split_once(": executing ")?;
        let (function, after) = after.strip_prefix('"')?.split_once('"')?;
        let (node, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
        Some(Link {
            location: location.to_owned(),
            executed: format!("executing \"{function}\" at <{node}>:"),
            message: before_next_link(message).to_owned(),
        })
    }

    fn parse_simple(rest: &str) -> Option<Link> {
        let (location, message) = rest.rsplit_once(": ")?;
        Some(Link {
            location: location.to_owned(),
            executed: String::new(),
            message: before_next_link(message).to_owned(),
        })
    }

    fn to_text(&self) -> String {
        let mut text = String::new();
        for (part, end) in [(&self.location, "\n  "), (&self.executed, "\n    "), (&self.message, "\n")] {
            if !part.is_empty() {
                text.push_str(part);
                text.push_str(end);
            }
        }
        text
    }
}

fn before_next_link(message: &str) -> &str {
    message.find(" template:").map_or(message, |cut| &message[..cut])
}
