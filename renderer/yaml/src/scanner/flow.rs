//! Plain and quoted scalars: lines are folded, escapes are decoded.

use super::{Scanner, Text};
use crate::Error;

const BLOCK: u8 = 1;
const FLOW: u8 = 2;
const SINGLE: u8 = 4;
const DOUBLE: u8 = 8;

/// Which bytes need a closer look inside a scalar of each kind.
static STOP: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            0 | b'\n' | b'\r' | 0x80.. => BLOCK | FLOW | SINGLE | DOUBLE,
            b' ' | b'\t' | b':' => BLOCK | FLOW,
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => FLOW,
            b'\'' => SINGLE,
            b'"' | b'\\' => DOUBLE,
            _ => 0,
        };
        b += 1;
    }
    table
};

/// A scalar while it is being read: text that is already copied, and the stretch of input that is not.
struct Builder {
    /// Where the copied text begins; nothing is copied as long as the scalar stands in the input as it is.
    copied: Option<usize>,
    /// Where the stretch begins.
    segment: usize,
}

impl Scanner<'_> {
    /// Moves over the bytes that need no closer look.
    #[inline]
    fn run(&mut self, stop: u8) {
        // With a window every character is looked at on its own.
        if self.window.is_none() {
            let rest = &self.text[self.pos..];
            self.pos += rest.iter().position(|&b| STOP[usize::from(b)] & stop != 0).unwrap_or(rest.len());
        }
    }

    fn flush(&mut self, scalar: &mut Builder, end: usize) {
        if scalar.copied.is_none() {
            scalar.copied = Some(self.owned.len());
        }
        self.owned.extend_from_slice(&self.text[scalar.segment..end]);
        scalar.segment = end;
    }

    fn finish(&mut self, mut scalar: Builder, end: usize) -> Text {
        match scalar.copied {
            None => self.borrowed(scalar.segment, end),
            Some(start) => {
                self.flush(&mut scalar, end);
                self.owned_from(start)
            }
        }
    }

    /// Appends what the line breaks between two lines of a scalar read as: one is a space, more are one less.
    fn fold(&mut self, leading: &[u8]) {
        if leading == b"\n" {
            if self.breaks.is_empty() {
                self.owned.push(b' ');
            }
        } else {
            self.owned.extend_from_slice(leading);
        }
        self.owned.append(&mut self.breaks);
    }

    pub(super) fn scan_plain(&mut self) -> Result<Text, Error> {
        let indent = self.indent + 1;
        let stop = if self.flow_level > 0 { FLOW } else { BLOCK };
        let mut scalar = Builder { copied: None, segment: self.pos };
        let mut end = self.pos;
        // The line break after `end`, if one was passed.
        let mut leading: Option<&'static [u8]> = None;
        loop {
            self.need(4)?;
            if self.document_indicator() || self.here() == b'#' {
                break;
            }
            if !self.plain_ends(stop) {
                if let Some(leading) = leading.take() {
                    self.flush(&mut scalar, end);
                    self.fold(leading);
                    scalar.segment = self.pos;
                }
                loop {
                    self.run(stop);
                    if self.blank_inside(stop) {
                        self.pos += 1;
                        continue;
                    }
                    if self.plain_ends(stop) {
                        break;
                    }
                    self.skip();
                    self.need(2)?;
                }
                end = self.pos;
            }
            if !self.is_blank(self.pos) && self.break_at(self.pos) == 0 {
                break;
            }
            self.need(1)?;
            loop {
                if self.is_blank(self.pos) {
                    if leading.is_some() && (self.column() as i32) < indent && self.here() == b'\t' {
                        return Err(self.error("found a tab character that violates indentation"));
                    }
                    self.pos += 1;
                } else if self.break_at(self.pos) > 0 {
                    self.need(2)?;
                    let read = self.skip_break();
                    if leading.is_none() {
                        leading = Some(read);
                    } else {
                        self.breaks.extend_from_slice(read);
                    }
                } else {
                    break;
                }
                self.need(1)?;
            }
            if self.flow_level == 0 && (self.column() as i32) < indent {
                break;
            }
        }
        self.breaks.clear();
        if leading.is_some() {
            self.simple_key_allowed = true;
        }
        Ok(self.finish(scalar, end))
    }

    /// Whether there is one blank here between two words of a plain scalar.
    #[inline]
    fn blank_inside(&self, stop: u8) -> bool {
        let next = self.at(self.pos + 1);
        self.here() == b' ' && STOP[usize::from(next)] & stop == 0 && next != b'#' && self.window.is_none()
    }

    /// Whether the character here is not part of a plain scalar.
    #[inline]
    fn plain_ends(&self, stop: u8) -> bool {
        match self.here() {
            b':' => self.is_blankz(self.pos + 1),
            b if b < 0x80 => STOP[usize::from(b)] & stop != 0,
            _ => self.break_at(self.pos) > 0,
        }
    }

    pub(super) fn scan_quoted(&mut self, single: bool) -> Result<Text, Error> {
        let (quote, stop) = if single { (b'\'', SINGLE) } else { (b'"', DOUBLE) };
        self.pos += 1;
        let mut scalar = Builder { copied: None, segment: self.pos };
        loop {
            self.need(4)?;
            if self.document_indicator() {
                return Err(self.error("found unexpected document indicator"));
            }
            if self.here() == 0 {
                return Err(self.error("found unexpected end of stream"));
            }
            // The first line break of a run of blanks; an escaped one reads as nothing.
            let mut leading: Option<&'static [u8]> = None;
            loop {
                self.run(stop);
                let b = self.here();
                if b == quote {
                    if !single || self.at(self.pos + 1) != b'\'' {
                        break;
                    }
                    self.flush(&mut scalar, self.pos + 1);
                    self.pos += 2;
                    scalar.segment = self.pos;
                } else if b == b'\\' && !single {
                    self.flush(&mut scalar, self.pos);
                    if self.break_at(self.pos + 1) > 0 {
                        self.need(3)?;
                        self.pos += 1;
                        self.skip_break();
                        scalar.segment = self.pos;
                        leading = Some(b"");
                        break;
                    }
                    self.scan_escape()?;
                    scalar.segment = self.pos;
                } else if self.window.is_some() && self.is_blank(self.pos) || self.is_breakz(self.pos) {
                    break;
                } else {
                    self.skip();
                }
                self.need(2)?;
            }
            self.need(1)?;
            if self.here() == quote {
                break;
            }
            loop {
                if self.is_blank(self.pos) {
                    self.pos += 1;
                } else if self.break_at(self.pos) > 0 {
                    self.need(2)?;
                    if leading.is_none() {
                        // Blanks before a line break are not part of the scalar.
                        let line = &self.text[scalar.segment..self.pos];
                        let blanks = line.iter().rev().take_while(|&&b| b == b' ' || b == b'\t').count();
                        self.flush(&mut scalar, self.pos - blanks);
                        leading = Some(self.skip_break());
                    } else {
                        let read = self.skip_break();
                        self.breaks.extend_from_slice(read);
                    }
                } else {
                    break;
                }
                self.need(1)?;
            }
            if let Some(leading) = leading {
                self.fold(leading);
                scalar.segment = self.pos;
            }
        }
        let text = self.finish(scalar, self.pos);
        self.pos += 1;
        Ok(text)
    }

    /// Decodes the escape sequence that the backslash here begins.
    fn scan_escape(&mut self) -> Result<(), Error> {
        let code = self.at(self.pos + 1);
        let text: &str = match code {
            b'0' => "\0",
            b'a' => "\x07",
            b'b' => "\x08",
            b't' | b'\t' => "\t",
            b'n' => "\n",
            b'v' => "\x0B",
            b'f' => "\x0C",
            b'r' => "\r",
            b'e' => "\x1B",
            b' ' => " ",
            b'"' => "\"",
            b'\'' => "'",
            b'\\' => "\\",
            b'N' => "\u{85}",
            b'_' => "\u{A0}",
            b'L' => "\u{2028}",
            b'P' => "\u{2029}",
            b'x' | b'u' | b'U' => {
                self.pos += 2;
                return self.scan_code(match code {
                    b'x' => 2,
                    b'u' => 4,
                    _ => 8,
                });
            }
            _ => return Err(self.error("found unknown escape character")),
        };
        self.owned.extend_from_slice(text.as_bytes());
        self.pos += 2;
        Ok(())
    }

    /// Decodes the hexadecimal digits of an escape sequence.
    fn scan_code(&mut self, digits: usize) -> Result<(), Error> {
        self.need(digits)?;
        let mut value = 0;
        for at in self.pos..self.pos + digits {
            let Some(digit) = char::from(self.at(at)).to_digit(16) else {
                return Err(self.error("did not find expected hexdecimal number"));
            };
            value = value << 4 | digit;
        }
        let Some(c) = char::from_u32(value) else {
            return Err(self.error("found invalid Unicode character escape code"));
        };
        self.owned.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        self.pos += digits;
        Ok(())
    }
}
