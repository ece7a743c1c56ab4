//! Why a document could not be read or written, in the words of the Go libraries.

use std::fmt;

use crate::scanner::Mark;

/// A failure to read or write YAML. `Display` prints exactly what Go's `err.Error()` returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Data>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Data {
    text: String,
    line: Option<u32>,
    mark: Option<(u32, u32)>,
    limit: bool,
}

impl Error {
    /// An error with a text and no place.
    #[cold]
    pub(crate) fn new(text: impl Into<String>) -> Error {
        Error(Box::new(Data { text: text.into(), line: None, mark: None, limit: false }))
    }

    /// The YAML would be longer than a render may hold.
    #[cold]
    pub(crate) fn too_large() -> Error {
        let mut error = Error::new("yaml: the document would have more than 128 MiB");
        error.0.limit = true;
        error
    }

    /// Whether this is a limit of this program, where the Go library would go on until the memory is full.
    pub fn is_limit(&self) -> bool {
        self.0.limit
    }

    /// A syntax error: `yaml: line 3: PROBLEM`, without the line where yaml.v2 leaves it out (`line` 0).
    #[cold]
    pub(crate) fn syntax(line: u32, problem: &str) -> Error {
        if line == 0 {
            return Error::new(format!("yaml: {problem}"));
        }
        Error(Box::new(Data {
            text: format!("yaml: line {line}: {problem}"),
            line: Some(line),
            mark: None,
            limit: false,
        }))
    }

    /// The same error behind a prefix, as `fmt.Errorf("PREFIX: %w", err)` makes it.
    #[cold]
    #[must_use]
    pub(crate) fn wrap(mut self, prefix: &str) -> Error {
        self.0.text.insert_str(0, ": ");
        self.0.text.insert_str(0, prefix);
        self
    }

    /// The same error with the place where it is, counted from 0; the first place that is given stays.
    #[cold]
    #[must_use]
    pub(crate) fn at(mut self, mark: Mark) -> Error {
        self.0.mark.get_or_insert((mark.line + 1, mark.column + 1));
        self
    }

    /// The text that Go's `err.Error()` returns.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The line that the text names. Counts as yaml.v2 counts: errors of its parser (a missing key, an unclosed
    /// bracket) name the line before the one that is wrong, counting from 1, and nothing on the first line is named.
    pub fn line(&self) -> Option<u32> {
        self.0.line
    }

    /// The line and column, from 1, where reading stopped, whatever line the text names.
    pub fn mark(&self) -> Option<(u32, u32)> {
        self.0.mark
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl std::error::Error for Error {}
