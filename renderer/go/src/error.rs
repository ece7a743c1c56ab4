//! Errors as data: what failed, and through which templates it came.

use std::fmt;

use crate::Str;

/// What kind of failure this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A template does not parse.
    Parse,
    /// A template's execution failed.
    Exec,
    /// The chart's own verdict: `fail` or `required`.
    Fail,
    /// A Go run-time panic that `text/template` does not catch: the message is the panic's text. Helm reports it as
    /// `rendering template failed: …`, without any place.
    Panic,
    /// A limit of this program (depth, memory, output) was reached where Go's process would have died.
    Limit,
}

/// A template's failure. One word wide; the text is made last, by whoever knows the dialect.
#[derive(Clone, Debug)]
pub struct Error(Box<ErrorData>);

/// The data of an [`Error`].
#[derive(Clone, Debug)]
pub struct ErrorData {
    /// What kind of failure this is.
    pub kind: ErrorKind,
    /// The innermost message, without any place: `nil pointer evaluating interface {}.x`. Bytes, because Go prints what
    /// a chart puts into its messages as it is, UTF-8 or not.
    pub message: Str,
    /// The templates that it came through, innermost first.
    pub frames: Vec<Frame>,
    /// Where the text does not parse, for [`ErrorKind::Parse`].
    pub place: Option<Place>,
}

/// Where a text does not parse.
#[derive(Clone, Debug)]
pub struct Place {
    /// The name under which the text was parsed: the file.
    pub file: Str,
    /// Line from 1, as Go's lexer counts it.
    pub line: u32,
}

/// One link of the chain: a node of a template that was being executed.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The name under which the text was parsed (`p/templates/_h.tpl`): the file.
    pub file: Str,
    /// Line from 1.
    pub line: u32,
    /// Column in bytes from 0.
    pub column: u32,
    /// Where the node begins in the file's text, in bytes.
    pub offset: u32,
    /// The name of the template being executed: the file, or what `define` named.
    pub executing: Str,
    /// The node as Go prints it.
    pub node: Str,
    /// The function whose call the inner part is about (`include`, `tpl`): Go's `error calling include:`.
    pub calling: Option<Str>,
    /// What that function put before the inner error (`error during tpl function execution for "…"`), without the
    /// colon and space that follow.
    pub context: Option<Str>,
}

impl Error {
    /// An error without frames.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<Str>) -> Error {
        Error(Box::new(ErrorData { kind, message: message.into(), frames: Vec::new(), place: None }))
    }

    /// The data.
    pub fn data(&self) -> &ErrorData {
        &self.0
    }

    /// The data, to be changed: frames are pushed as the error passes out.
    pub fn data_mut(&mut self) -> &mut ErrorData {
        &mut self.0
    }
}

/// A short neutral form: the place and the message, with U+FFFD for what is no UTF-8. Go's own text is made by `thinlock_template::error_text`.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.0.place {
            write!(f, "{}:{}: ", place.file, place.line)?;
        } else if let Some(frame) = self.0.frames.first() {
            write!(f, "{}:{}:{}: ", frame.file, frame.line, frame.column)?;
        }
        write!(f, "{}", self.0.message)
    }
}

impl std::error::Error for Error {}

/// Why a function call failed.
#[derive(Clone, Debug)]
pub enum CallError {
    /// The function returned a Go error with this text, or panicked with it: `error calling NAME: TEXT`.
    Message(Str),
    /// As [`CallError::Message`], and the error is the chart's own verdict ([`ErrorKind::Fail`]).
    Fail(Str),
    /// A template that the function executed failed.
    Template(Error),
    /// As [`CallError::Template`], and the function wrapped the error: `error calling NAME: CONTEXT: …`.
    Wrapped(Str, Error),
    /// Nothing may go on: a limit was reached.
    Limit(Str),
}

impl CallError {
    /// A Go error with a text.
    #[cold]
    pub fn message(text: impl Into<Str>) -> CallError {
        CallError::Message(text.into())
    }

    /// The error with a text before it, as Go's `fmt.Errorf("CONTEXT: %w", err)`.
    #[cold]
    #[must_use]
    pub fn context(self, context: impl Into<Str>) -> CallError {
        let context = context.into();
        let before = |text: &Str| Str::concat(&[&context, b": ", text]);
        match self {
            CallError::Message(text) => CallError::Message(before(&text)),
            CallError::Fail(text) => CallError::Fail(before(&text)),
            CallError::Template(error) => CallError::Wrapped(context, error),
            CallError::Wrapped(inner, error) => CallError::Wrapped(before(&inner), error),
            CallError::Limit(text) => CallError::Limit(text),
        }
    }
}

impl From<Error> for CallError {
    fn from(error: Error) -> CallError {
        CallError::Template(error)
    }
}

impl From<String> for CallError {
    fn from(text: String) -> CallError {
        CallError::Message(text.into())
    }
}

const _: () = assert!(size_of::<Error>() == size_of::<usize>());
