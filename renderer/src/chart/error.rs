//! Why a chart cannot be loaded or processed.

use std::fmt;

use crate::Dialect;
use crate::source::Unreadable;

/// What kind of failure a [`ChartError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChartErrorKind {
    /// What Helm reports as an error: `Error: TEXT`, exit status 1.
    Chart,
    /// Helm's process would die here with the text as its panic, exit status 2.
    Panic,
    /// A limit of this program, where Helm would go on until its memory ends.
    Limit,
}

/// Why a chart cannot be loaded or processed: the text that Helm prints behind `Error: `.
#[derive(Clone, Debug)]
pub struct ChartError {
    /// What kind of failure it is.
    pub kind: ChartErrorKind,
    /// Helm's text.
    pub text: String,
}

impl ChartError {
    /// An error of the chart's.
    #[cold]
    pub fn new(text: impl Into<String>) -> ChartError {
        ChartError { kind: ChartErrorKind::Chart, text: text.into() }
    }

    #[cold]
    pub(crate) fn limit(text: impl Into<String>) -> ChartError {
        ChartError { kind: ChartErrorKind::Limit, text: text.into() }
    }

    #[cold]
    pub(crate) fn panic(text: impl Into<String>) -> ChartError {
        ChartError { kind: ChartErrorKind::Panic, text: text.into() }
    }

    /// The same error with a text before it: Go's `errors.Wrap`.
    #[cold]
    pub(crate) fn wrapped(self, context: impl fmt::Display) -> ChartError {
        ChartError { text: format!("{context}: {}", self.text), ..self }
    }

    /// As an installation's step reports it: Helm 4 names the step.
    pub(crate) fn in_step(self, dialect: &Dialect, step: &str) -> ChartError {
        if dialect.errors.steps_named && self.kind == ChartErrorKind::Chart { self.wrapped(step) } else { self }
    }
}

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for ChartError {}

impl From<&Unreadable> for ChartError {
    fn from(error: &Unreadable) -> ChartError {
        ChartError::new(error.to_string())
    }
}
