//! `%YAML`, `%TAG`, anchors, aliases and tags.

use super::{Scanner, Text, Token, TokenKind};
use crate::Error;
use crate::reader::width;

impl Scanner<'_> {
    pub(super) fn scan_directive(&mut self) -> Result<Token, Error> {
        let mark = self.mark();
        self.pos += 1;
        self.need(1)?;
        let name = self.scan_word()?;
        if name.len == 0 {
            return Err(self.error("could not find expected directive name"));
        }
        if !self.is_blankz(self.pos) {
            return Err(self.error("found unexpected non-alphabetical character"));
        }
        let mut token = Token { mark, ..Token::default() };
        match self.bytes(name) {
            b"YAML" => {
                token.kind = TokenKind::VersionDirective;
                self.need(1)?;
                self.skip_blanks()?;
                let major = self.scan_version_number()?;
                if self.here() != b'.' {
                    return Err(self.error("did not find expected digit or '.' character"));
                }
                self.pos += 1;
                let minor = self.scan_version_number()?;
                token.value = Text { start: major, len: minor, owned: false };
            }
            b"TAG" => {
                token.kind = TokenKind::TagDirective;
                self.need(1)?;
                self.skip_blanks()?;
                token.value = self.scan_tag_handle(true)?;
                self.need(1)?;
                if !self.is_blank(self.pos) {
                    return Err(self.error("did not find expected whitespace"));
                }
                self.skip_blanks()?;
                token.suffix = self.scan_tag_uri(None)?;
                self.need(1)?;
                if !self.is_blankz(self.pos) {
                    return Err(self.error("did not find expected whitespace or line break"));
                }
            }
            _ => return Err(self.error("found unknown directive name")),
        }
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
        Ok(token)
    }

    /// ASCII letters, digits, `_` and `-`.
    fn scan_word(&mut self) -> Result<Text, Error> {
        let start = self.pos;
        while is_alpha(self.here()) {
            self.pos += 1;
            self.need(1)?;
        }
        Ok(self.borrowed(start, self.pos))
    }

    fn scan_version_number(&mut self) -> Result<u32, Error> {
        self.need(1)?;
        let start = self.pos;
        let mut value = 0;
        while self.here().is_ascii_digit() {
            if self.pos - start == 2 {
                return Err(self.error("found extremely long version number"));
            }
            value = value * 10 + u32::from(self.here() - b'0');
            self.pos += 1;
            self.need(1)?;
        }
        if self.pos == start {
            return Err(self.error("did not find expected version number"));
        }
        Ok(value)
    }

    pub(super) fn scan_anchor(&mut self, kind: TokenKind) -> Result<Token, Error> {
        let mark = self.mark();
        self.pos += 1;
        self.need(1)?;
        let value = self.scan_word()?;
        let ended =
            self.is_blankz(self.pos) || matches!(self.here(), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if value.len == 0 || !ended {
            return Err(self.error("did not find expected alphabetic or numeric character"));
        }
        Ok(Token { kind, mark, value, ..Token::default() })
    }

    pub(super) fn scan_tag(&mut self) -> Result<Token, Error> {
        let mark = self.mark();
        self.need(2)?;
        let mut handle = Text::default();
        let suffix;
        if self.at(self.pos + 1) == b'<' {
            self.pos += 2;
            suffix = self.scan_tag_uri(None)?;
            if self.here() != b'>' {
                return Err(self.error("did not find the expected '>'"));
            }
            self.pos += 1;
        } else {
            handle = self.scan_tag_handle(false)?;
            if handle.len > 1 && self.bytes(handle).ends_with(b"!") {
                suffix = self.scan_tag_uri(None)?;
            } else {
                // No handle, but the beginning of the suffix. "!" alone has no handle and the suffix "!".
                let rest = self.scan_tag_uri(Some(handle))?;
                let bang = Text { len: 1, ..handle };
                (handle, suffix) = if rest.len == 0 { (rest, bang) } else { (bang, rest) };
            }
        }
        self.need(1)?;
        if !self.is_blankz(self.pos) {
            return Err(self.error("did not find expected whitespace or line break"));
        }
        Ok(Token { kind: TokenKind::Tag, mark, value: handle, suffix, ..Token::default() })
    }

    fn scan_tag_handle(&mut self, directive: bool) -> Result<Text, Error> {
        self.need(1)?;
        if self.here() != b'!' {
            return Err(self.error("did not find expected '!'"));
        }
        let start = self.pos;
        self.pos += 1;
        self.need(1)?;
        self.scan_word()?;
        if self.here() == b'!' {
            self.pos += 1;
        } else if directive && self.pos != start + 1 {
            return Err(self.error("did not find expected '!'"));
        }
        Ok(self.borrowed(start, self.pos))
    }

    /// A tag's suffix or prefix; `head` is what was read of it, with a leading `!` that is no part of it.
    fn scan_tag_uri(&mut self, head: Option<Text>) -> Result<Text, Error> {
        let start = self.owned.len();
        let mut found = false;
        if let Some(head) = head {
            found = true;
            let range = head.start as usize + 1..(head.start + head.len) as usize;
            self.owned.extend_from_slice(&self.text[range]);
        }
        self.need(1)?;
        loop {
            match self.here() {
                b'%' => self.scan_uri_escape()?,
                b';' | b'/' | b'?' | b':' | b'@' | b'&' | b'=' | b'+' | b'$' | b',' | b'.' | b'!' | b'~' | b'*'
                | b'\'' | b'(' | b')' | b'[' | b']' => {
                    self.owned.push(self.here());
                    self.pos += 1;
                }
                b if is_alpha(b) => {
                    self.owned.push(b);
                    self.pos += 1;
                }
                _ => break,
            }
            self.need(1)?;
            found = true;
        }
        if !found {
            return Err(self.error("did not find expected tag URI"));
        }
        Ok(self.owned_from(start))
    }

    /// One character of a tag as `%XX` for each of its bytes.
    fn scan_uri_escape(&mut self) -> Result<(), Error> {
        let mut left = None;
        loop {
            self.need(3)?;
            let digit = |at: usize| char::from(self.at(at)).to_digit(16);
            let (b'%', Some(high), Some(low)) = (self.here(), digit(self.pos + 1), digit(self.pos + 2)) else {
                return Err(self.error("did not find URI escaped octet"));
            };
            let octet = (high << 4 | low) as u8;
            left = match left {
                None => match width(octet) {
                    0 => return Err(self.error("found an incorrect leading UTF-8 octet")),
                    w => Some(w - 1),
                },
                Some(_) if octet & 0xC0 != 0x80 => {
                    return Err(self.error("found an incorrect trailing UTF-8 octet"));
                }
                Some(left) => Some(left - 1),
            };
            self.owned.push(octet);
            self.pos += 3;
            if left == Some(0) {
                return Ok(());
            }
        }
    }
}

fn is_alpha(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b == b'-'
}
