//! What went wrong, where, and what to do about it.
//!
//! Everything that a promotion reads was written by people: each message names the file and the line, says what was
//! expected, and, where there is one, the next step.

use std::fmt;

/// What kind of failure this is: it decides the exit status and whether others are affected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A record, a configuration, a value or a repository is not as it has to be.
    Input,
    /// A chart could not be rendered.
    Render,
    /// A gate is closed.
    Gate,
    /// Something else moved a branch meanwhile, or holds it.
    Conflict,
    /// Reading or writing failed.
    Io,
}

/// A failure. One word wide.
#[derive(Clone, Debug)]
pub struct Error(Box<Data>);

#[derive(Clone, Debug)]
struct Data {
    kind: ErrorKind,
    message: String,
    place: Option<Place>,
    hint: Option<String>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as people call it: a path, with the commit where it was read from one.
    pub file: String,
    /// Line from 1; 0 if the whole file is meant.
    pub line: usize,
    /// Column in characters from 1; 0 if the whole line is meant.
    pub column: usize,
    /// The text of the line, for the excerpt.
    pub text: Option<String>,
}

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure with a message.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Data { kind, message: message.into(), place: None, hint: None }))
    }

    /// Something that was read is not as it has to be.
    #[cold]
    pub fn input(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Input, message)
    }

    /// Reading or writing failed.
    #[cold]
    pub fn io(what: impl fmt::Display, cause: impl fmt::Display) -> Error {
        Error::new(ErrorKind::Io, format!("{what}: {cause}"))
    }

    /// Adds the place, if none is known yet: the innermost one is the most precise.
    #[must_use]
    pub fn at(mut self, place: Place) -> Error {
        self.0.place.get_or_insert(place);
        self
    }

    /// Adds what to do, if nothing is said yet.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.0.hint.get_or_insert(hint.into());
        self
    }

    /// Puts words before the message: `release name: …`.
    #[must_use]
    pub fn context(mut self, context: impl fmt::Display) -> Error {
        self.0.message = format!("{context}: {}", self.0.message);
        self
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message alone, in one or more lines.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The place in a file, if there is one.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// What to do next, if that is known.
    pub fn advice(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        Ok(())
    }
}

/// `file:line:column: message`, the line itself with a caret, and the hint.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.0.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(place) = &self.0.place {
            excerpt(f, place)?;
        }
        if let Some(hint) = &self.0.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// The longest excerpt of a line, in characters: a minified values file has its mistake somewhere in one long line.
const EXCERPT: usize = 160;

fn excerpt(f: &mut fmt::Formatter<'_>, place: &Place) -> fmt::Result {
    let Some(text) = place.text.as_deref().filter(|t| !t.trim().is_empty()) else { return Ok(()) };
    let column = place.column.max(1);
    let skip = if text.chars().count() > EXCERPT { column.saturating_sub(EXCERPT / 2) } else { 0 };
    let shown: String =
        text.trim_end().chars().skip(skip).take(EXCERPT).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let number = place.line.to_string();
    write!(f, "\n{:w$} |\n{number} | {shown}", "", w = number.len())?;
    if place.column > 0 {
        write!(f, "\n{:w$} | {:c$}^", "", "", w = number.len(), c = (column - 1).saturating_sub(skip))?;
    }
    Ok(())
}

/// A git failure and what caused it, in one line.
pub(crate) fn causes(error: &gix::Error) -> String {
    let mut text = String::new();
    for cause in error.iter_errors() {
        let cause = cause.to_string();
        if !cause.is_empty() && !text.contains(&cause) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause);
        }
    }
    text
}

/// Extension that says what was being done when a git operation failed.
pub(crate) trait Context<T> {
    /// The failure with what was being done in front.
    fn or_fail(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn or_fail(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|cause| Error::io(what(), cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: Error, expect: &str) {
        assert_eq!(error.to_string(), expect);
    }

    #[test]
    fn shows_place_excerpt_and_hint() {
        check(Error::input("no such thing"), "no such thing");
        check(Error::input("no such thing").hint("make one"), "no such thing\nhint: make one");
        let place = Place { file: "a.yaml".into(), line: 12, column: 3, text: Some("  x: 1".into()) };
        check(
            Error::input("expected a string").at(place.clone()).hint("quote it"),
            "a.yaml:12:3: expected a string\n   |\n12 |   x: 1\n   |   ^\nhint: quote it",
        );
        let inner = Place { file: "b.yaml".into(), line: 1, column: 0, text: None };
        check(Error::input("bad").at(inner).at(place), "b.yaml:1: bad");
    }

    #[test]
    fn long_lines_are_cut_around_the_column() {
        let text = format!("{}!{}", "a".repeat(500), "b".repeat(500));
        let place = Place { file: "f".into(), line: 1, column: 501, text: Some(text) };
        let shown = Error::input("m").at(place).to_string();
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[2].chars().count(), EXCERPT + 4);
        assert_eq!(lines[2].find('!'), lines[3].find('^'));
    }
}
