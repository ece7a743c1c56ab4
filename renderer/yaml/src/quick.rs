//! A quick way to the tree of plain block YAML: what Kubernetes manifests and values files mostly are.
//!
//! It reads line by line, knows block mappings and sequences, scalars, literal blocks, short lists in brackets and
//! comments, and gives up at everything else: [`crate::parser`] then reads the document from the beginning, and is the judge of what is
//! wrong. Where this way leads to a tree, it is the same, but for the places of its nodes.

use crate::scanner::{self, Mark, Text};
use crate::tree::{Kind, Node, Tree};

/// Deeper documents are read the other way.
const MAX_DEPTH: usize = 200;

/// A collection around the current place.
struct Open {
    node: u32,
    indent: usize,
    kind: Kind,
    /// Whether its last key or dash waits for a value.
    waits: bool,
}

struct Quick<'a> {
    text: &'a [u8],
    pos: usize,
    nodes: Vec<Node>,
    open: Vec<Open>,
    owned: Vec<u8>,
    /// Whether the line that begins the document was there, and whether a node was.
    begun: bool,
    started: bool,
}

const EMPTY: Text = Text { start: 0, len: 0, owned: true };

/// Reads a document of allowed characters; `None` if it is not plain enough.
pub(crate) fn parse(text: &[u8]) -> Option<Tree<'_>> {
    // Lines end in newlines, and nothing but blanks stands before or between.
    if text.len() > 1 << 28 || memchr::memchr2(b'\t', b'\r', text).is_some() {
        return None;
    }
    if !text.is_ascii()
        && ["\u{85}", "\u{2028}", "\u{2029}"].iter().any(|c| memchr::memmem::find(text, c.as_bytes()).is_some())
    {
        return None;
    }
    let nodes = Vec::with_capacity(text.len() / 12);
    let mut quick = Quick { text, pos: 0, nodes, open: Vec::new(), owned: Vec::new(), begun: false, started: false };
    while quick.pos < text.len() {
        quick.line()?;
    }
    quick.close_from(0);
    if quick.nodes.is_empty() {
        return None;
    }
    Some(Tree { text: text.into(), owned: quick.owned, nodes: quick.nodes, tags: Vec::new() })
}

impl Quick<'_> {
    fn at(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(b'\n')
    }

    /// The offset behind a run of blanks.
    fn blanks(&self, at: usize) -> usize {
        at + self.text[at..].iter().take_while(|&&b| b == b' ').count()
    }

    /// The end of the line without its newline.
    fn line_end(&self, at: usize) -> usize {
        memchr::memchr(b'\n', &self.text[at..]).map_or(self.text.len(), |len| at + len)
    }

    fn add(&mut self, kind: Kind, implicit: bool, text: Text) -> u32 {
        let at = self.nodes.len() as u32;
        if let Some(open) = self.open.last() {
            self.nodes[open.node as usize].len += 1;
        }
        self.nodes.push(Node { kind, implicit, mark: Mark::default(), text, next: at + 1, len: 0, tag: 0 });
        at
    }

    /// A value, which ends the wait of the innermost collection.
    fn value(&mut self, kind: Kind, implicit: bool, text: Text) -> u32 {
        let at = self.add(kind, implicit, text);
        if let Some(open) = self.open.last_mut() {
            open.waits = false;
        }
        at
    }

    fn settle(&mut self) {
        if self.open.last().is_some_and(|open| open.waits) {
            self.value(Kind::Scalar, true, EMPTY);
        }
    }

    /// Closes the collections from a depth on.
    fn close_from(&mut self, depth: usize) {
        while self.open.len() > depth {
            self.settle();
            let next = self.nodes.len() as u32;
            if let Some(open) = self.open.pop() {
                self.nodes[open.node as usize].next = next;
            }
        }
    }

    /// Makes a collection of a kind at a column the innermost one: one that is open, or a new one.
    fn enter(&mut self, kind: Kind, column: usize) -> Option<()> {
        loop {
            let Some(top) = self.open.last() else {
                // The outermost collection.
                if self.started {
                    return None;
                }
                break;
            };
            // A sequence may stand at the column of the mapping that it is a value of.
            let indentless = kind == Kind::Sequence && top.kind == Kind::Mapping && top.waits;
            if top.indent < column || (top.indent == column && indentless) {
                if !top.waits || self.open.len() >= MAX_DEPTH {
                    return None;
                }
                break;
            }
            if top.indent == column && top.kind == kind {
                self.settle();
                return Some(());
            }
            // At its column goes on what is around it, if that is at the same column.
            self.close_from(self.open.len() - 1);
            if self.open.last().is_none_or(|top| top.indent < column) {
                return None;
            }
        }
        self.started = true;
        let node = self.value(kind, true, EMPTY);
        self.open.push(Open { node, indent: column, kind, waits: false });
        Some(())
    }

    /// Reads a line, and the lines of a literal block that begins on it.
    fn line(&mut self) -> Option<()> {
        let start = self.pos;
        let mut at = self.blanks(start);
        match self.at(at) {
            b'\n' => {
                self.pos = at + 1;
                return Some(());
            }
            b'#' => {
                self.pos = self.line_end(at) + 1;
                return Some(());
            }
            _ => {}
        }
        if at == start && matches!(self.text.get(at..at + 3), Some(b"---" | b"...")) {
            // A document may begin with a line of its own.
            let end = self.line_end(at);
            let first = !std::mem::replace(&mut self.begun, true) && !self.started;
            self.pos = end + 1;
            return (first && &self.text[at..end] == b"---").then_some(());
        }
        while self.at(at) == b'-' && matches!(self.at(at + 1), b' ' | b'\n') {
            self.enter(Kind::Sequence, at - start)?;
            self.open.last_mut()?.waits = true;
            at = self.blanks(at + 1);
            if self.ends(at) {
                self.pos = self.line_end(at) + 1;
                return Some(());
            }
        }
        if let Some((key, implicit, end)) = self.key(at) {
            self.enter(Kind::Mapping, at - start)?;
            self.add(Kind::Scalar, implicit, key);
            self.open.last_mut()?.waits = true;
            at = self.blanks(end);
            if self.ends(at) {
                self.pos = self.line_end(at) + 1;
                return Some(());
            }
        }
        // A scalar: the value of a key or a dash on this line.
        let top = self.open.last()?;
        if !top.waits || at - start <= top.indent || self.blanks(start) - start > top.indent {
            return None;
        }
        self.scalar(at, top.indent)
    }

    /// Whether nothing but a comment follows on the line; a comment must be behind a blank.
    fn ends(&self, at: usize) -> bool {
        match self.at(at) {
            b'\n' => true,
            b'#' => at > 0 && self.at(at - 1) == b' ',
            _ => false,
        }
    }

    /// The key that begins here: its text, whether it is plain, and the offset behind its colon.
    fn key(&self, at: usize) -> Option<(Text, bool, usize)> {
        let quote = self.at(at);
        let (start, end, next) = if quote == b'"' || quote == b'\'' {
            let end = self.quoted(at)?;
            (at + 1, end, end + 1)
        } else {
            let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'/' | b'-');
            let len = self.text[at..].iter().take_while(|b| word(b)).count();
            (at, at + len, at + len)
        };
        let plain = start == at;
        let starts = !plain || matches!(self.at(at), b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'/');
        if !starts || end - start > 500 || self.at(next) != b':' || !matches!(self.at(next + 1), b' ' | b'\n') {
            return None;
        }
        Some((self.input(start, end), plain, next + 1))
    }

    fn input(&self, start: usize, end: usize) -> Text {
        Text { start: start as u32, len: (end - start) as u32, owned: false }
    }

    /// The offset of the quote that ends the one here, if it is on this line and there is nothing to decode between.
    fn quoted(&self, at: usize) -> Option<usize> {
        let quote = self.at(at);
        let rest = &self.text[at + 1..];
        let end = at + 1 + memchr::memchr3(quote, b'\n', b'\\', rest)?;
        match self.at(end) {
            b'\\' if quote == b'\'' => None,
            b if b == quote && !(quote == b'\'' && self.at(end + 1) == b'\'') => Some(end),
            _ => None,
        }
    }

    /// Reads the scalar here, the last thing on its line; `indent` is that of the collection that it is in.
    fn scalar(&mut self, at: usize, indent: usize) -> Option<()> {
        let first = self.at(at);
        match first {
            b'-' | b'?' | b':' if matches!(self.at(at + 1), b' ' | b'\n') => return None,
            b'"' | b'\'' => {
                let (text, next) = match self.quoted(at) {
                    Some(end) => (self.input(at + 1, end), end + 1),
                    None => self.folded(at)?,
                };
                if !self.ends(self.blanks(next)) {
                    return None;
                }
                self.value(Kind::Scalar, false, text);
                self.pos = self.line_end(next) + 1;
            }
            b'|' => return self.literal(at, indent),
            b'[' => {
                let next = self.list(at)?;
                if !self.ends(self.blanks(next)) {
                    return None;
                }
                self.pos = self.line_end(next) + 1;
            }
            b'{' => {
                if self.at(at + 1) != b'}' || !self.ends(self.blanks(at + 2)) {
                    return None;
                }
                self.value(Kind::Mapping, true, EMPTY);
                self.pos = self.line_end(at) + 1;
            }
            b',' | b']' | b'}' | b'#' | b'&' | b'*' | b'!' | b'>' | b'%' | b'@' | b'`' => return None,
            _ => return self.plain(at, indent),
        }
        self.ends_here(indent)
    }

    /// The end of the text of a plain scalar on one line, and whether a comment follows. `None` if a key does.
    fn plain_line(&self, at: usize, line: usize) -> Option<(usize, bool)> {
        let mut end = line;
        // A colon or a number sign is part of it unless a blank is behind the one or before the other.
        for found in memchr::memchr2_iter(b':', b'#', &self.text[at..line]) {
            let found = at + found;
            if self.at(found) == b':' && matches!(self.at(found + 1), b' ' | b'\n') {
                return None;
            }
            if self.at(found) == b'#' && (found == at || self.at(found - 1) == b' ') {
                end = found;
                break;
            }
        }
        let comment = end < line;
        end -= self.text[at..end].iter().rev().take_while(|&&b| b == b' ').count();
        Some((end, comment))
    }

    /// Reads a plain scalar and the lines that it goes on in.
    fn plain(&mut self, at: usize, indent: usize) -> Option<()> {
        let line = self.line_end(at);
        let (end, comment) = self.plain_line(at, line)?;
        self.pos = line + 1;
        if comment || self.ends_here(indent).is_some() {
            self.value(Kind::Scalar, true, self.input(at, end));
            return if comment { self.ends_here(indent) } else { Some(()) };
        }
        let start = self.owned.len();
        self.owned.extend_from_slice(&self.text[at..end]);
        let mut breaks = 0;
        while self.pos < self.text.len() {
            let content = self.blanks(self.pos);
            if self.at(content) == b'\n' {
                breaks += 1;
                self.pos = content + 1;
                continue;
            }
            if content - self.pos <= indent {
                break;
            }
            let line = self.line_end(content);
            let (end, comment) = self.plain_line(content, line)?;
            if comment {
                return None;
            }
            if breaks == 0 {
                self.owned.push(b' ');
            }
            self.owned.resize(self.owned.len() + breaks, b'\n');
            self.owned.extend_from_slice(&self.text[content..end]);
            breaks = 0;
            self.pos = line + 1;
        }
        let text = Text { start: start as u32, len: (self.owned.len() - start) as u32, owned: true };
        self.value(Kind::Scalar, true, text);
        Some(())
    }

    /// Reads a quoted scalar with escapes or of several lines; returns the offset behind it.
    fn folded(&mut self, at: usize) -> Option<(Text, usize)> {
        let (bytes, next) = scanner::quoted(self.text, at)?;
        let start = self.owned.len();
        self.owned.extend_from_slice(&bytes);
        Some((Text { start: start as u32, len: bytes.len() as u32, owned: true }, next))
    }

    /// Reads a list in brackets, of quoted strings and words on one line; returns the offset behind it.
    fn list(&mut self, at: usize) -> Option<usize> {
        let node = self.value(Kind::Sequence, true, EMPTY);
        self.open.push(Open { node, indent: usize::MAX, kind: Kind::Sequence, waits: false });
        let mut at = self.blanks(at + 1);
        while self.at(at) != b']' {
            let (text, implicit, next) = match self.at(at) {
                b'"' | b'\'' => {
                    let end = self.quoted(at)?;
                    (self.input(at + 1, end), false, end + 1)
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'/' => {
                    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'/' | b'-' | b'=');
                    let len = self.text[at..].iter().take_while(|b| word(b)).count();
                    (self.input(at, at + len), true, at + len)
                }
                _ => return None,
            };
            self.add(Kind::Scalar, implicit, text);
            at = self.blanks(next);
            match self.at(at) {
                b',' => at = self.blanks(at + 1),
                b']' => {}
                _ => return None,
            }
        }
        self.close_from(self.open.len() - 1);
        Some(at + 1)
    }

    /// Checks that the next line that is neither blank nor a comment does not go on with the scalar.
    fn ends_here(&self, indent: usize) -> Option<()> {
        let mut at = self.pos;
        while at < self.text.len() {
            let content = self.blanks(at);
            match self.at(content) {
                b'\n' => at = content + 1,
                b'#' => at = self.line_end(content) + 1,
                _ => return (content - at <= indent).then_some(()),
            }
        }
        Some(())
    }

    /// Reads a literal block whose first line is not blank.
    fn literal(&mut self, at: usize, parent: usize) -> Option<()> {
        let (hint, mut next) = match self.at(at + 1) {
            hint @ (b'-' | b'+') => (hint, at + 2),
            _ => (b' ', at + 1),
        };
        if self.at(next) != b'\n' || next >= self.text.len() {
            return None;
        }
        next += 1;
        let indent = self.blanks(next.min(self.text.len())) - next.min(self.text.len());
        if indent <= parent || next + indent >= self.text.len() || self.at(next + indent) == b'\n' {
            return None;
        }
        let start = self.owned.len();
        // Line breaks that are only written if another line follows.
        let mut breaks = 0;
        while next < self.text.len() {
            let content = self.blanks(next);
            if self.at(content) == b'\n' && content - next <= indent {
                if content >= self.text.len() {
                    next = content;
                    break;
                }
                breaks += 1;
                next = content + 1;
                continue;
            }
            if content - next < indent {
                break;
            }
            let end = self.line_end(next);
            self.owned.resize(self.owned.len() + breaks, b'\n');
            self.owned.extend_from_slice(&self.text[next + indent..end]);
            breaks = usize::from(end < self.text.len());
            next = end + 1;
        }
        match hint {
            b'-' => {}
            b'+' => self.owned.resize(self.owned.len() + breaks, b'\n'),
            _ => self.owned.resize(self.owned.len() + breaks.min(1), b'\n'),
        }
        let text = Text { start: start as u32, len: (self.owned.len() - start) as u32, owned: true };
        self.value(Kind::Scalar, false, text);
        self.pos = next;
        self.ends_here(parent)
    }
}
