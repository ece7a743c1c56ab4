//! Several documents in one text, cut as `YAMLReader` of k8s.io/apimachinery cuts them: line by line, without a look at
//! the YAML between. Helm 4 reads values files this way, and Kargo what a chart renders.

use std::borrow::Cow;

use thinlock_go::strings;

use crate::Error;

/// The size of the buffer of Go's `bufio.Reader`.
const BUFFER: usize = 4096;

/// What becomes of a last line that has no newline, and whose length is a multiple of 4096 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastLine {
    /// The reader loses it.
    Lost,
    /// A newline was added to the text before it was read.
    Completed,
}

/// The documents of a text. Each ends in a newline; one that follows a separator line begins with it if it is the first,
/// which counts in the line numbers of errors.
///
/// ```
/// use thinlock_yaml::stream::{LastLine, documents};
///
/// let mut documents = documents(b"a: 1\n--- # next\nb: 2", LastLine::Completed);
/// assert_eq!(documents.next().transpose()?.as_deref(), Some(b"a: 1\n".as_slice()));
/// assert_eq!(documents.next().transpose()?.as_deref(), Some(b"b: 2\n".as_slice()));
/// assert!(documents.next().is_none());
/// # Ok::<(), thinlock_yaml::Error>(())
/// ```
pub fn documents(text: &[u8], last_line: LastLine) -> Documents<'_> {
    Documents { text, last_line, at: 0, done: false }
}

/// See [`documents`].
#[derive(Debug)]
pub struct Documents<'a> {
    text: &'a [u8],
    last_line: LastLine,
    at: usize,
    done: bool,
}

/// A document while it is being put together: a stretch of the text as long as the lines stand there as they are.
enum Part {
    Stretch { start: usize, end: usize },
    Copy(Vec<u8>),
}

impl Part {
    fn is_empty(&self) -> bool {
        match self {
            Part::Stretch { start, end } => start == end,
            Part::Copy(bytes) => bytes.is_empty(),
        }
    }

    fn push(&mut self, text: &[u8], line: &Line) {
        match self {
            Part::Stretch { end, .. } if line.verbatim && (*end == line.start) => *end = line.next,
            Part::Stretch { start, end } if line.verbatim && start == end => {
                (*start, *end) = (line.start, line.next);
            }
            Part::Stretch { start, end } => {
                let mut bytes = text[*start..*end].to_vec();
                line.append(text, &mut bytes);
                *self = Part::Copy(bytes);
            }
            Part::Copy(bytes) => line.append(text, bytes),
        }
    }

    fn finish(self, text: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Part::Stretch { start, end } => text[start..end].into(),
            Part::Copy(bytes) => bytes.into(),
        }
    }
}

struct Line {
    start: usize,
    /// The end of what is on it.
    end: usize,
    /// The beginning of the next line.
    next: usize,
    /// Whether it ends in a newline and nothing else.
    verbatim: bool,
    /// Whether Go's reader met the end of the input while it read this line.
    ends: bool,
}

impl Line {
    fn append(&self, text: &[u8], bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&text[self.start..self.end]);
        bytes.push(b'\n');
    }
}

impl Documents<'_> {
    fn line(&self) -> Line {
        let start = self.at;
        let rest = &self.text[start..];
        match memchr::memchr(b'\n', rest) {
            Some(len) => {
                let carriage = rest[..len].ends_with(b"\r");
                let end = start + len - usize::from(carriage);
                Line { start, end, next: start + len + 1, verbatim: !carriage, ends: false }
            }
            None => {
                let end = self.text.len();
                let ends = rest.is_empty() || (self.last_line == LastLine::Lost && fills_buffers(rest));
                // With a newline added, a carriage return before it goes as well.
                let carriage = self.last_line == LastLine::Completed && rest.ends_with(b"\r");
                Line { start, end: end - usize::from(carriage), next: end, verbatim: false, ends }
            }
        }
    }
}

/// Whether Go's `ReadLine` has returned all of a line before it meets the end of the input.
fn fills_buffers(mut line: &[u8]) -> bool {
    while line.len() >= BUFFER {
        // A carriage return at the end of the buffer stays, lest a newline follows.
        let taken = if line[BUFFER - 1] == b'\r' { BUFFER - 1 } else { BUFFER };
        line = &line[taken..];
    }
    line.is_empty()
}

impl<'a> Iterator for Documents<'a> {
    type Item = Result<Cow<'a, [u8]>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut document = Part::Stretch { start: self.at, end: self.at };
        while !self.done {
            let line = self.line();
            self.at = line.next;
            self.done = line.ends;
            if let Some(rest) = self.text[line.start..line.end].strip_prefix(b"---") {
                let rest = strings::trim_space(rest);
                if !rest.is_empty() && rest[0] != b'#' {
                    self.done = true;
                    let rest = String::from_utf8_lossy(rest);
                    return Some(Err(Error::new(format!("invalid Yaml document separator: {rest}"))));
                }
                if !document.is_empty() {
                    return Some(Ok(document.finish(self.text)));
                }
            }
            if line.ends {
                break;
            }
            document.push(self.text, &line);
        }
        if document.is_empty() { None } else { Some(Ok(document.finish(self.text))) }
    }
}
