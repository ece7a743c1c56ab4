//! Block scalars: `|` and `>`.

use super::{Scanner, Text};
use crate::Error;

impl Scanner<'_> {
    pub(super) fn scan_block_scalar(&mut self, literal: bool) -> Result<Text, Error> {
        self.pos += 1;
        self.need(1)?;
        let (keep, strip, increment) = self.scan_block_header()?;

        self.need(1)?;
        self.skip_blanks()?;
        if self.here() == b'#' {
            self.skip_to_break()?;
        }
        if !self.is_breakz(self.pos) {
            return Err(self.error("did not find expected comment or line break"));
        }
        if self.break_at(self.pos) > 0 {
            self.need(2)?;
            self.skip_break();
        }

        let mut indent = match increment {
            0 => 0,
            increment => self.indent.max(0) as usize + increment,
        };
        let start = self.owned.len();
        // Line breaks after the last line: the one that ends it, and those of the empty lines behind it.
        let mut leading: &[u8] = b"";
        let mut trailing = std::mem::take(&mut self.breaks);
        self.scan_block_breaks(&mut indent, &mut trailing)?;

        self.need(1)?;
        let mut leading_blank = false;
        while self.column() == indent && self.here() != 0 {
            let blank = self.is_blank(self.pos);
            // Lines that begin with a blank are not folded.
            if !literal && !leading_blank && !blank && leading == b"\n" {
                if trailing.is_empty() {
                    self.owned.push(b' ');
                }
            } else {
                self.owned.extend_from_slice(leading);
            }
            self.owned.append(&mut trailing);
            leading_blank = blank;

            let line = self.pos;
            self.skip_to_break()?;
            self.owned.extend_from_slice(&self.text[line..self.pos]);

            self.need(2)?;
            leading = self.skip_break();
            self.scan_block_breaks(&mut indent, &mut trailing)?;
        }
        if !strip {
            self.owned.extend_from_slice(leading);
        }
        if keep {
            self.owned.extend_from_slice(&trailing);
        }
        trailing.clear();
        self.breaks = trailing;
        Ok(self.owned_from(start))
    }

    /// The indicators behind `|` or `>`, in either order: whether trailing line breaks are kept, whether they are
    /// stripped, and the indentation, 0 if none is given.
    fn scan_block_header(&mut self) -> Result<(bool, bool, usize), Error> {
        let mut chomping = 0;
        let mut increment = 0;
        let chomping_first = matches!(self.here(), b'+' | b'-');
        if chomping_first {
            chomping = self.here();
            self.pos += 1;
            self.need(1)?;
        }
        if self.here().is_ascii_digit() {
            if self.here() == b'0' {
                return Err(self.error("found an indentation indicator equal to 0"));
            }
            increment = usize::from(self.here() - b'0');
            self.pos += 1;
            if !chomping_first {
                self.need(1)?;
                if matches!(self.here(), b'+' | b'-') {
                    chomping = self.here();
                    self.pos += 1;
                }
            }
        }
        Ok((chomping == b'+', chomping == b'-', increment))
    }

    /// Moves over indentation and empty lines; finds the indentation if it is not known (0).
    fn scan_block_breaks(&mut self, indent: &mut usize, breaks: &mut Vec<u8>) -> Result<(), Error> {
        let mut deepest = 0;
        loop {
            self.need(1)?;
            while (*indent == 0 || self.column() < *indent) && self.here() == b' ' {
                self.pos += 1;
                self.need(1)?;
            }
            deepest = deepest.max(self.column());
            if (*indent == 0 || self.column() < *indent) && self.here() == b'\t' {
                return Err(self.error("found a tab character where an indentation space is expected"));
            }
            if self.break_at(self.pos) == 0 {
                break;
            }
            self.need(2)?;
            let read = self.skip_break();
            breaks.extend_from_slice(read);
        }
        if *indent == 0 {
            *indent = deepest.max((self.indent + 1) as usize).max(1);
        }
        Ok(())
    }
}
