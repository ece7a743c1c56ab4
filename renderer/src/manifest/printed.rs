//! Rendered files on their way from the templates to the documents in them.

use std::ops::Range;
use std::sync::Arc;

use thinlock_go::Str;

use super::{Kept, Text};

/// The files of one render, in the order in which they were printed. Small ones are put behind one another in one piece of
/// memory, which costs less than asking for some for each of them.
pub(crate) struct Printed {
    together: Kept,
    files: Vec<(Str, File)>,
}

enum File {
    Together(Range<usize>),
    Alone(Kept),
}

/// Bytes that are worth no copy.
const MUCH: usize = 64 << 10;

impl Printed {
    /// No files yet, and room for so many.
    pub(crate) fn with_capacity(files: usize) -> Printed {
        Printed { together: Kept::new(), files: Vec::with_capacity(files) }
    }

    /// Adds a file, and returns its length. A large one takes the memory that it was printed to.
    pub(crate) fn add(&mut self, path: Str, text: &mut Kept) -> usize {
        let len = text.len();
        let file = if len < MUCH {
            let start = self.together.len();
            self.together.extend_from_slice(text);
            File::Together(start..start + len)
        } else {
            File::Alone(std::mem::take(text))
        };
        self.files.push((path, file));
        len
    }

    /// The files.
    pub(crate) fn finish(self) -> Vec<(Str, Text)> {
        let together = Arc::new(self.together);
        let text = |file| match file {
            File::Together(range) => Text { whole: Arc::clone(&together), range },
            File::Alone(text) => Text { range: 0..text.len(), whole: Arc::new(text) },
        };
        self.files.into_iter().map(|(path, file)| (path, text(file))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_what_was_printed_whatever_their_length() {
        let mut printed = Printed::with_capacity(1);
        let texts = [0, 1, 5, MUCH - 1, MUCH, 3, MUCH + 1, 0, 7];
        let text = |at: usize, len: usize| Kept::from(vec![b'a' + at as u8; len]);
        for (at, len) in texts.into_iter().enumerate() {
            assert_eq!(printed.add(Str::from(format!("f{at}")), &mut text(at, len)), len);
        }
        let files = printed.finish();
        assert_eq!(files.len(), texts.len());
        for ((at, len), (path, file)) in texts.into_iter().enumerate().zip(&files) {
            assert_eq!(*path, Str::from(format!("f{at}")));
            assert_eq!(**file, text(at, len)[..], "{path}");
        }
    }

    #[test]
    fn a_part_of_a_part_stays_inside_it() {
        let whole = Text::whole(b"0123456789".to_vec());
        let part = whole.part(2..6);
        assert_eq!(*part, *b"2345");
        assert_eq!(*part.part(1..3), *b"34");
        for (range, want) in [(1..9, "345"), (4..5, ""), (7..9, ""), (0..usize::MAX, "2345")] {
            assert_eq!(*part.part(range), *want.as_bytes());
        }
    }
}
