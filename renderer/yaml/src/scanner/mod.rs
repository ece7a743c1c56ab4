//! From text to tokens, as libyaml's scanner (through its Go translation in yaml.v2) cuts it.
//!
//! Tokens borrow from the input where the text stands there as it is; folded, escaped and unindented text goes to one
//! buffer. The order of checks, and with it which of several errors is reported, is libyaml's.

mod block;
mod directive;
mod fetch;
mod flow;

use std::collections::VecDeque;

use crate::Error;
use crate::reader::{Window, width};

/// The deepest nesting of flow collections, and of block collections, that yaml.v2 reads.
const MAX_DEPTH: usize = 10_000;

/// A mapping key without `?` must end within so many characters.
const MAX_SIMPLE_KEY: usize = 1024;

/// A piece of text: of the input, or of the buffer of texts that do not stand in the input.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Text {
    pub(crate) start: u32,
    pub(crate) len: u32,
    pub(crate) owned: bool,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    #[default]
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TokenKind {
    #[default]
    StreamEnd,
    VersionDirective,
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar,
}

/// A place in the text; lines and columns count from 0, columns in characters.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mark {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) style: Style,
    pub(crate) mark: Mark,
    /// The value of a scalar, the name of an anchor or alias, the handle of a tag or `%TAG`, the version of `%YAML`.
    pub(crate) value: Text,
    /// The suffix of a tag, the prefix of `%TAG`.
    pub(crate) suffix: Text,
}

/// A place where a key without `?` may have begun.
#[derive(Clone, Copy, Debug, Default)]
struct SimpleKey {
    possible: bool,
    required: bool,
    token: usize,
    index: usize,
    mark: Mark,
}

pub(crate) struct Scanner<'a> {
    text: &'a [u8],
    window: Option<Window>,
    pos: usize,
    /// UTF-8 continuation bytes before `pos`: characters are bytes less these.
    continuation: usize,
    line: u32,
    /// The index of the line's first character.
    line_start: usize,

    tokens: Vec<Token>,
    head: usize,
    /// The number of tokens that the parser has taken.
    parsed: usize,
    available: bool,

    flow_level: usize,
    indent: i32,
    indents: Vec<i32>,
    simple_key_allowed: bool,
    /// One for each flow level.
    simple_keys: Vec<SimpleKey>,
    /// The tokens that may turn out to begin a key, in order. yaml.v2 indexes its keys by token, and loses the entry of
    /// an empty flow collection: `[]: x` is an error there.
    pending: VecDeque<usize>,

    owned: Vec<u8>,
    breaks: Vec<u8>,
}

/// Reads the quoted scalar at an offset of checked text: its value, and the offset behind it. `None` if it is wrong.
pub(crate) fn quoted(text: &[u8], at: usize) -> Option<(Vec<u8>, usize)> {
    let mut scanner = Scanner::new(text, None);
    scanner.pos = at;
    let value = scanner.scan_quoted(text.get(at) == Some(&b'\'')).ok()?;
    Some((scanner.bytes(value).to_vec(), scanner.pos))
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a [u8], window: Option<Window>) -> Scanner<'a> {
        Scanner {
            text,
            window,
            pos: 0,
            continuation: 0,
            line: 0,
            line_start: 0,
            tokens: Vec::new(),
            head: 0,
            parsed: 0,
            available: false,
            flow_level: 0,
            indent: -1,
            indents: Vec::new(),
            simple_key_allowed: true,
            simple_keys: vec![SimpleKey::default()],
            pending: VecDeque::new(),
            owned: Vec::new(),
            breaks: Vec::new(),
        }
    }

    /// The buffer of texts that do not stand in the input.
    pub(crate) fn into_owned(self) -> Vec<u8> {
        self.owned
    }

    /// The bytes of a text.
    pub(crate) fn bytes(&self, text: Text) -> &[u8] {
        let from: &[u8] = if text.owned { &self.owned } else { self.text };
        &from[text.start as usize..][..text.len as usize]
    }

    /// A text that does not stand in the input.
    pub(crate) fn literal(&mut self, bytes: &[u8]) -> Text {
        let start = self.owned.len();
        self.owned.extend_from_slice(bytes);
        self.owned_from(start)
    }

    /// Two texts as one.
    pub(crate) fn concat(&mut self, parts: [Text; 2]) -> Text {
        let start = self.owned.len();
        for part in parts {
            let range = part.start as usize..(part.start + part.len) as usize;
            if part.owned {
                self.owned.extend_from_within(range);
            } else {
                self.owned.extend_from_slice(&self.text[range]);
            }
        }
        self.owned_from(start)
    }

    /// The next token, which stays.
    pub(crate) fn peek(&mut self) -> Result<Token, Error> {
        if !self.available {
            self.fetch_more()?;
        }
        Ok(self.tokens.get(self.head).copied().unwrap_or_default())
    }

    /// Takes the token that [`Scanner::peek`] returned.
    pub(crate) fn skip_token(&mut self) {
        self.available = false;
        self.parsed += 1;
        self.head += 1;
    }

    /// An error at the current place. Scanner errors name the right line, except that the first is not named.
    #[cold]
    pub(crate) fn error(&self, problem: &str) -> Error {
        Error::syntax(if self.line == 0 { 0 } else { self.line + 1 }, problem).at(self.mark())
    }

    // --- characters

    /// The byte at an offset; 0, which no text contains, behind the end.
    #[inline]
    fn at(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    #[inline]
    fn here(&self) -> u8 {
        self.at(self.pos)
    }

    #[inline]
    fn index(&self) -> usize {
        self.pos - self.continuation
    }

    #[inline]
    fn column(&self) -> usize {
        self.index() - self.line_start
    }

    #[inline]
    fn mark(&self) -> Mark {
        Mark { line: self.line, column: u32::try_from(self.column()).unwrap_or(u32::MAX) }
    }

    /// The length in bytes of the line break at an offset, 0 if there is none.
    #[inline]
    fn break_at(&self, at: usize) -> usize {
        match self.at(at) {
            b'\n' | b'\r' => 1,
            0xC2 if self.at(at + 1) == 0x85 => 2,
            0xE2 if self.at(at + 1) == 0x80 && matches!(self.at(at + 2), 0xA8 | 0xA9) => 3,
            _ => 0,
        }
    }

    #[inline]
    fn is_blank(&self, at: usize) -> bool {
        matches!(self.at(at), b' ' | b'\t')
    }

    #[inline]
    fn is_breakz(&self, at: usize) -> bool {
        self.at(at) == 0 || self.break_at(at) > 0
    }

    #[inline]
    fn is_blankz(&self, at: usize) -> bool {
        self.is_blank(at) || self.is_breakz(at)
    }

    /// Asks for `n` characters to look at, where yaml.v2 does.
    #[inline]
    fn need(&mut self, n: usize) -> Result<(), Error> {
        if self.window.is_none() { Ok(()) } else { self.refill(n) }
    }

    #[cold]
    fn refill(&mut self, n: usize) -> Result<(), Error> {
        let Some(window) = &mut self.window else { return Ok(()) };
        let decoded = |taken: usize| taken.checked_sub(1).map_or(0, |last| window.limits[last]);
        let unread = |taken: usize| {
            let rest = self.text.get(self.pos..decoded(taken)).unwrap_or_default();
            if rest.len() >= 4 * n { n } else { rest.iter().filter(|&&b| b & 0xC0 != 0x80).count() }
        };
        let mut taken = window.taken;
        if unread(taken) + window.padding >= n {
            return Ok(());
        }
        while unread(taken) < n && taken < window.limits.len() {
            taken += 1;
        }
        let short = unread(taken) < n;
        window.base = self.pos;
        window.taken = taken;
        if short {
            if let Some(problem) = window.problem {
                return Err(Error::syntax(0, problem));
            }
            window.padding += 1;
        }
        Ok(())
    }

    /// Moves over one character.
    #[inline]
    fn skip(&mut self) {
        let w = width(self.here()).max(1);
        if self.pos < self.text.len() {
            self.pos += w;
            self.continuation += w - 1;
        }
    }

    /// Moves over a line break and returns what it reads as: a newline, or U+2028 and U+2029 as they are.
    fn skip_break(&mut self) -> &'static [u8] {
        let b = self.here();
        let w = self.break_at(self.pos);
        if w == 0 {
            return b"";
        }
        let read: &[u8] = match w {
            3 if self.at(self.pos + 2) == 0xA8 => "\u{2028}".as_bytes(),
            3 => "\u{2029}".as_bytes(),
            _ => b"\n",
        };
        self.pos += if b == b'\r' && self.at(self.pos + 1) == b'\n' { 2 } else { w };
        self.continuation += w - 1;
        self.line += 1;
        self.line_start = self.index();
        read
    }

    /// Moves to the next line break or the end.
    fn skip_to_break(&mut self) -> Result<(), Error> {
        if self.window.is_none() {
            let rest = &self.text[self.pos..];
            let line = &rest[..memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())];
            if line.is_ascii() {
                self.pos += line.len();
                return Ok(());
            }
        }
        while !self.is_breakz(self.pos) {
            self.skip();
            self.need(1)?;
        }
        Ok(())
    }

    fn skip_blanks(&mut self) -> Result<(), Error> {
        while self.is_blank(self.pos) {
            self.skip();
            self.need(1)?;
        }
        Ok(())
    }

    /// Whether a line with `---` or `...` begins here.
    #[inline]
    fn document_indicator(&self) -> bool {
        if self.column() != 0 {
            return false;
        }
        let b = self.here();
        (b == b'-' || b == b'.')
            && self.at(self.pos + 1) == b
            && self.at(self.pos + 2) == b
            && self.is_blankz(self.pos + 3)
    }

    fn borrowed(&self, start: usize, end: usize) -> Text {
        // Input of 4 GiB and more is refused before it is scanned.
        Text { start: start as u32, len: (end - start) as u32, owned: false }
    }

    fn owned_from(&self, start: usize) -> Text {
        Text { start: start as u32, len: (self.owned.len() - start) as u32, owned: true }
    }

    // --- tokens

    fn push(&mut self, kind: TokenKind, mark: Mark) {
        self.tokens.push(Token { kind, mark, ..Token::default() });
    }

    /// Puts a token before one that was pushed earlier. A token that the parser has taken cannot be preceded: as in
    /// yaml.v2 the new one then goes to the end.
    fn insert(&mut self, kind: TokenKind, mark: Mark, before: usize) {
        let at = before.checked_sub(self.parsed).map_or(self.tokens.len(), |at| self.head + at);
        self.tokens.insert(at.min(self.tokens.len()), Token { kind, mark, ..Token::default() });
    }

    fn next_number(&self) -> usize {
        self.parsed + (self.tokens.len() - self.head)
    }

    fn fetch_more(&mut self) -> Result<(), Error> {
        loop {
            if self.head < self.tokens.len() {
                // A token that may begin a key is kept until this is known: KEY goes before it.
                while self.pending.front().is_some_and(|&token| token < self.parsed) {
                    self.pending.pop_front();
                }
                if self.pending.front() != Some(&self.parsed) || !self.head_may_be_key()? {
                    break;
                }
            } else {
                self.tokens.clear();
                self.head = 0;
            }
            self.fetch_next()?;
        }
        if self.head > 4096 && self.head * 2 > self.tokens.len() {
            self.tokens.drain(..self.head);
            self.head = 0;
        }
        self.available = true;
        Ok(())
    }

    fn head_may_be_key(&mut self) -> Result<bool, Error> {
        let parsed = self.parsed;
        // Keys are in the order of their tokens, and those at lower levels are mostly gone.
        let Some(level) = self.simple_keys.iter().rposition(|key| key.possible && key.token == parsed) else {
            self.pending.pop_front();
            return Ok(false);
        };
        let valid = self.simple_key_is_valid(level)?;
        if !valid {
            self.pending.pop_front();
        }
        Ok(valid)
    }

    fn simple_key_is_valid(&mut self, level: usize) -> Result<bool, Error> {
        let key = self.simple_keys[level];
        if !key.possible {
            return Ok(false);
        }
        if key.mark.line < self.line || key.index + MAX_SIMPLE_KEY < self.index() {
            if key.required {
                return Err(self.error("could not find expected ':'"));
            }
            self.simple_keys[level].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    fn fetch_next(&mut self) -> Result<(), Error> {
        self.need(1)?;
        self.scan_to_next_token()?;
        self.unroll_indent(self.column() as i32);
        self.need(4)?;
        let b = self.here();
        if b == 0 {
            return self.fetch_stream_end();
        }
        if self.column() == 0 {
            if b == b'%' {
                return self.fetch_directive();
            }
            if self.document_indicator() {
                let kind = if b == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
                return self.fetch_document_indicator(kind);
            }
        }
        let flow = self.flow_level > 0;
        match b {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if self.is_blankz(self.pos + 1) => self.fetch_block_entry(),
            b'?' if flow || self.is_blankz(self.pos + 1) => self.fetch_key(),
            b':' if flow || self.is_blankz(self.pos + 1) => self.fetch_value(),
            b'*' => self.fetch_anchor(TokenKind::Alias),
            b'&' => self.fetch_anchor(TokenKind::Anchor),
            b'!' => self.fetch_tag(),
            b'|' if !flow => self.fetch_block_scalar(Style::Literal),
            b'>' if !flow => self.fetch_block_scalar(Style::Folded),
            b'\'' => self.fetch_quoted(Style::SingleQuoted),
            b'"' => self.fetch_quoted(Style::DoubleQuoted),
            b'|' | b'>' | b'%' | b'@' | b'`' | b'#' | b'\t' => {
                Err(self.error("found character that cannot start any token"))
            }
            _ => self.fetch_plain(),
        }
    }

    fn scan_to_next_token(&mut self) -> Result<(), Error> {
        loop {
            self.need(1)?;
            // yaml.v2 means to skip a byte order mark here, but looks for it where its buffer begins.
            if let Some(window) = &self.window
                && self.column() == 0
                && self.text[window.base.min(self.text.len())..].starts_with("\u{FEFF}".as_bytes())
            {
                self.skip();
            }
            self.need(1)?;
            while self.here() == b' ' || (self.here() == b'\t' && (self.flow_level > 0 || !self.simple_key_allowed)) {
                self.pos += 1;
                self.need(1)?;
            }
            if self.here() == b'#' {
                self.skip_to_break()?;
            }
            if self.break_at(self.pos) == 0 {
                return Ok(());
            }
            self.need(2)?;
            self.skip_break();
            // In the block context, a new line may start a simple key.
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    // --- keys and indentation

    fn save_simple_key(&mut self) -> Result<(), Error> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        let required = self.flow_level == 0 && self.indent == self.column() as i32;
        let token = self.next_number();
        let key = SimpleKey { possible: true, required, token, index: self.index(), mark: self.mark() };
        self.remove_simple_key()?;
        if let Some(last) = self.simple_keys.last_mut() {
            *last = key;
        }
        self.pending.push_back(token);
        Ok(())
    }

    fn remove_simple_key(&mut self) -> Result<(), Error> {
        let Some(key) = self.simple_keys.last().copied() else { return Ok(()) };
        if key.possible {
            if key.required {
                return Err(self.error("could not find expected ':'"));
            }
            if let Some(last) = self.simple_keys.last_mut() {
                last.possible = false;
            }
            self.forget(key.token);
        }
        Ok(())
    }

    /// Gives up waiting for the key that would begin with a token.
    fn forget(&mut self, token: usize) {
        if self.pending.back() == Some(&token) {
            self.pending.pop_back();
        }
    }

    fn increase_flow_level(&mut self) -> Result<(), Error> {
        let token = self.next_number();
        self.simple_keys.push(SimpleKey { token, index: self.index(), mark: self.mark(), ..SimpleKey::default() });
        self.flow_level += 1;
        if self.flow_level > MAX_DEPTH {
            return Err(self.error(&format!("exceeded max depth of {MAX_DEPTH}")));
        }
        Ok(())
    }

    fn decrease_flow_level(&mut self) {
        if self.flow_level > 0 {
            self.flow_level -= 1;
            if let Some(key) = self.simple_keys.pop() {
                self.forget(key.token);
            }
        }
    }

    /// Opens a block collection if the column is deeper than the indentation; its token goes before token `number`, or
    /// to the end.
    fn roll_indent(&mut self, column: u32, number: Option<usize>, kind: TokenKind, mark: Mark) -> Result<(), Error> {
        let column = column as i32;
        if self.flow_level > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > MAX_DEPTH {
            return Err(self.error(&format!("exceeded max depth of {MAX_DEPTH}")));
        }
        match number {
            Some(number) => self.insert(kind, mark, number),
            None => self.push(kind, mark),
        }
        Ok(())
    }

    /// Closes the block collections that are deeper than the column.
    fn unroll_indent(&mut self, column: i32) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            self.push(TokenKind::BlockEnd, self.mark());
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }
}
