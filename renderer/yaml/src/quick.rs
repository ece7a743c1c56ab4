//! A quick way through plain block YAML: what Kubernetes manifests and values files mostly are.
//!
//! It reads line by line, knows block mappings and sequences, scalars, literal blocks, lists and mappings in
//! brackets on one line, and comments, and gives up at everything else: [`crate::parser`] then reads the document from the beginning, and is the
//! judge of what is wrong. What becomes of the nodes is up to a [`Sink`]. Where this way leads to a tree, it is the same
//! as the other way's, but for the places of its nodes.

use std::ops::Range;

use crate::scanner::{self, Mark, Text};
use crate::tree::{Kind, Node, Tree};

/// Deeper documents are read the other way.
const MAX_DEPTH: usize = 200;

/// What a node is to the collection that it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The key of a mapping.
    Key,
    /// The value of a mapping, an item of a sequence, or the root.
    Value,
}

/// Takes the nodes in the order of the text.
pub(crate) trait Sink {
    /// Whether [`Sink::add`] looks at bytes.
    const READS: bool;

    /// A node below `parent`, which is what this returned for the collection around it. `None` gives the document up.
    fn add(
        &mut self,
        parent: Option<u32>,
        role: Role,
        kind: Kind,
        implicit: bool,
        text: Text,
        bytes: &[u8],
    ) -> Option<u32>;

    /// The collection is complete.
    fn close(&mut self, node: u32) -> Option<()>;

    /// Whether the text of the next value below `parent` is looked at: if not, texts that must be put together from
    /// several lines are empty.
    fn wants_text(&self, parent: Option<u32>) -> bool;

    /// What stands at a place of the document is on a line of a literal block whose text nobody looks at, from its first
    /// byte that is no blank to the end of the line.
    #[inline]
    fn literal_line(&mut self, _place: Range<usize>) {}
}

/// Makes the tree.
#[derive(Default)]
struct Nodes(Vec<Node>);

impl Sink for Nodes {
    const READS: bool = false;

    #[inline]
    fn add(&mut self, parent: Option<u32>, _: Role, kind: Kind, implicit: bool, text: Text, _: &[u8]) -> Option<u32> {
        let at = self.0.len() as u32;
        if let Some(parent) = parent {
            self.0[parent as usize].len += 1;
        }
        self.0.push(Node { kind, implicit, mark: Mark::default(), text, next: at + 1, len: 0, tag: 0 });
        Some(at)
    }

    fn close(&mut self, node: u32) -> Option<()> {
        self.0[node as usize].next = self.0.len() as u32;
        Some(())
    }

    fn wants_text(&self, _: Option<u32>) -> bool {
        true
    }
}

/// A collection around the current place.
struct Open {
    node: u32,
    indent: usize,
    kind: Kind,
    /// Whether its last key or dash waits for a value.
    waits: bool,
}

struct Quick<'a, 's, S> {
    text: &'a [u8],
    pos: usize,
    sink: &'s mut S,
    open: Vec<Open>,
    owned: Vec<u8>,
    /// Whether the line that begins the document was there, and whether a node was.
    begun: bool,
    started: bool,
}

const EMPTY: Text = Text { start: 0, len: 0, owned: true };

/// Bytes that are part of a plain key.
static WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        let byte = b as u8;
        table[b] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-');
        b += 1;
    }
    table
};

/// Reads a document of allowed characters; `None` if it is not plain enough.
pub(crate) fn parse(text: &[u8]) -> Option<Tree<'_>> {
    let mut nodes = Nodes(Vec::with_capacity(text.len() / 12));
    let owned = walk(text, &mut nodes)?;
    Some(Tree { text: text.into(), owned, nodes: nodes.0, tags: Vec::new() })
}

/// Walks through a document of allowed characters; `None` if it is not plain enough, or the sink gives up. Returns the
/// bytes of texts that do not stand in the document.
pub(crate) fn walk(text: &[u8], sink: &mut impl Sink) -> Option<Vec<u8>> {
    // Lines end in newlines, and nothing but blanks stands before or between.
    if text.len() > 1 << 28 || memchr::memchr2(b'\t', b'\r', text).is_some() {
        return None;
    }
    if !text.is_ascii()
        && ["\u{85}", "\u{2028}", "\u{2029}"].iter().any(|c| memchr::memmem::find(text, c.as_bytes()).is_some())
    {
        return None;
    }
    let open = Vec::with_capacity(16);
    let mut quick = Quick { text, pos: 0, sink, open, owned: Vec::new(), begun: false, started: false };
    while quick.pos < text.len() {
        quick.line()?;
    }
    quick.close_from(0)?;
    quick.started.then_some(quick.owned)
}

/// The scalar that begins at a place of a document, as the value of the key or the dash before it: the place of its text,
/// and whether it is plain. `None` if it does not end with the line, without blanks or a comment behind it. That the
/// scalar does not go on with the next line is for the caller to know.
pub(crate) fn scalar_to_line_end(text: &[u8], at: usize) -> Option<(Range<usize>, bool)> {
    let sink = &mut Nodes::default();
    let quick = Quick { text, pos: 0, sink, open: Vec::new(), owned: Vec::new(), begun: false, started: false };
    let line = quick.line_end(at);
    match quick.at(at) {
        b' ' | b'\n' => None,
        b'"' | b'\'' => {
            let end = quick.quoted(at)?;
            (end + 1 == line).then_some((at + 1..end, false))
        }
        _ if !quick.begins_plain(at) => None,
        _ => {
            let (end, comment) = quick.plain_line(at, line)?;
            (end == line && !comment).then_some((at..end, true))
        }
    }
}

/// The number of blanks that a text begins with.
#[inline]
fn count_blanks(mut text: &[u8]) -> usize {
    let mut count = 0;
    while let Some((eight, rest)) = text.split_first_chunk::<8>() {
        let other = u64::from_le_bytes(*eight) ^ u64::from_le_bytes([b' '; 8]);
        if other != 0 {
            return count + (other.trailing_zeros() / 8) as usize;
        }
        count += 8;
        text = rest;
    }
    count + text.iter().take_while(|b| **b == b' ').count()
}

impl<S: Sink> Quick<'_, '_, S> {
    fn at(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(b'\n')
    }

    /// The offset behind a run of blanks.
    #[inline]
    fn blanks(&self, at: usize) -> usize {
        at + count_blanks(&self.text[at..])
    }

    /// The end of the line without its newline.
    fn line_end(&self, at: usize) -> usize {
        memchr::memchr(b'\n', &self.text[at..]).map_or(self.text.len(), |len| at + len)
    }

    /// The beginning of the next line, from a newline or from within a comment.
    #[inline]
    fn next_line(&self, at: usize) -> usize {
        if self.at(at) == b'\n' { at + 1 } else { self.line_end(at) + 1 }
    }

    #[inline]
    fn add(&mut self, role: Role, kind: Kind, implicit: bool, text: Text) -> Option<u32> {
        let parent = self.open.last().map(|open| open.node);
        let bytes = if S::READS {
            let from: &[u8] = if text.owned { &self.owned } else { self.text };
            &from[text.start as usize..][..text.len as usize]
        } else {
            b""
        };
        self.sink.add(parent, role, kind, implicit, text, bytes)
    }

    /// A value, which ends the wait of the innermost collection.
    #[inline]
    fn value(&mut self, kind: Kind, implicit: bool, text: Text) -> Option<u32> {
        let node = self.add(Role::Value, kind, implicit, text)?;
        if let Some(open) = self.open.last_mut() {
            open.waits = false;
        }
        Some(node)
    }

    #[inline]
    fn settle(&mut self) -> Option<()> {
        if self.open.last().is_some_and(|open| open.waits) {
            self.value(Kind::Scalar, true, EMPTY)?;
        }
        Some(())
    }

    /// Closes the collections from a depth on.
    fn close_from(&mut self, depth: usize) -> Option<()> {
        while self.open.len() > depth {
            self.settle()?;
            if let Some(open) = self.open.pop() {
                self.sink.close(open.node)?;
            }
        }
        Some(())
    }

    /// Whether the text of the value that is read next is looked at.
    fn wants_text(&self) -> bool {
        self.sink.wants_text(self.open.last().map(|open| open.node))
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
                return self.settle();
            }
            // At its column goes on what is around it, if that is at the same column.
            self.close_from(self.open.len() - 1)?;
            if self.open.last().is_none_or(|top| top.indent < column) {
                return None;
            }
        }
        self.started = true;
        let node = self.value(kind, true, EMPTY)?;
        self.open.push(Open { node, indent: column, kind, waits: false });
        Some(())
    }

    /// Reads a line, and the lines of a literal block that begins on it.
    fn line(&mut self) -> Option<()> {
        let start = self.pos;
        let content = self.blanks(start);
        let mut at = content;
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
                self.pos = self.next_line(at);
                return Some(());
            }
        }
        if let Some((key, implicit, end)) = self.key(at) {
            self.enter(Kind::Mapping, at - start)?;
            self.add(Role::Key, Kind::Scalar, implicit, key)?;
            self.open.last_mut()?.waits = true;
            at = self.blanks(end);
            if self.ends(at) {
                self.pos = self.next_line(at);
                return Some(());
            }
        }
        // A scalar: the value of a key or a dash on this line.
        let top = self.open.last()?;
        if !top.waits || at - start <= top.indent || content - start > top.indent {
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
            let len = self.text[at..].iter().take_while(|b| WORD[usize::from(**b)]).count();
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
        match self.at(at) {
            b'"' | b'\'' => {
                let (text, next) = match self.quoted(at) {
                    Some(end) => (self.input(at + 1, end), end + 1),
                    None => self.folded(at)?,
                };
                let end = self.blanks(next);
                if !self.ends(end) {
                    return None;
                }
                self.value(Kind::Scalar, false, text)?;
                self.pos = self.next_line(end);
            }
            b'|' => return self.literal(at, indent),
            b'[' | b'{' => {
                let end = self.flow(at)?;
                let end = self.blanks(end);
                if !self.ends(end) {
                    return None;
                }
                self.pos = self.next_line(end);
            }
            _ if self.begins_plain(at) => return self.plain(at, indent),
            _ => return None,
        }
        self.ends_here(indent)
    }

    /// Whether what begins here, which is no blank, can be a plain scalar.
    fn begins_plain(&self, at: usize) -> bool {
        match self.at(at) {
            b'-' | b'?' | b':' => !matches!(self.at(at + 1), b' ' | b'\n'),
            b'"' | b'\'' | b'|' | b'[' | b'{' => false,
            b',' | b']' | b'}' | b'#' | b'&' | b'*' | b'!' | b'>' | b'%' | b'@' | b'`' => false,
            _ => true,
        }
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
            self.value(Kind::Scalar, true, self.input(at, end))?;
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
        self.value(Kind::Scalar, true, text)?;
        Some(())
    }

    /// Reads a quoted scalar with escapes or of several lines; returns the offset behind it.
    fn folded(&mut self, at: usize) -> Option<(Text, usize)> {
        let (bytes, next) = scanner::quoted(self.text, at)?;
        let start = self.owned.len();
        self.owned.extend_from_slice(&bytes);
        Some((Text { start: start as u32, len: bytes.len() as u32, owned: true }, next))
    }

    /// Reads a sequence in brackets or a mapping in braces, of quoted strings, words and more of its kind on one line;
    /// returns the offset behind it.
    fn flow(&mut self, at: usize) -> Option<usize> {
        let (kind, end) = match self.at(at) {
            b'[' => (Kind::Sequence, b']'),
            _ => (Kind::Mapping, b'}'),
        };
        if self.open.len() >= MAX_DEPTH {
            return None;
        }
        let node = self.value(kind, true, EMPTY)?;
        self.open.push(Open { node, indent: usize::MAX, kind, waits: false });
        let mut at = self.blanks(at + 1);
        while self.at(at) != end {
            if kind == Kind::Mapping {
                let (text, implicit, next) = self.flow_scalar(at)?;
                // A key must have a value, and a blank before it unless both are as in JSON.
                if text.len > 500 || self.at(next) != b':' || (implicit && self.at(next + 1) != b' ') {
                    return None;
                }
                self.add(Role::Key, Kind::Scalar, implicit, text)?;
                at = self.blanks(next + 1);
            }
            let next = match self.at(at) {
                b'[' | b'{' => self.flow(at)?,
                _ => {
                    let (text, implicit, next) = match self.flow_scalar(at) {
                        Some(scalar) => scalar,
                        None => self.escaped(at)?,
                    };
                    self.value(Kind::Scalar, implicit, text)?;
                    next
                }
            };
            at = self.blanks(next);
            match self.at(at) {
                b',' => at = self.blanks(at + 1),
                b if b == end => {}
                _ => return None,
            }
        }
        self.close_from(self.open.len() - 1)?;
        Some(at + 1)
    }

    /// A string on this line with escapes in it, as JSON has them: its text, that it is not plain, and the offset behind it.
    fn escaped(&mut self, at: usize) -> Option<(Text, bool, usize)> {
        if self.at(at) != b'"' {
            return None;
        }
        let before = self.owned.len();
        let (mut text, next) = self.folded(at)?;
        if memchr::memchr(b'\n', &self.text[at..next]).is_some() {
            return None;
        }
        if !self.wants_text() {
            self.owned.truncate(before);
            text = EMPTY;
        }
        Some((text, false, next))
    }

    /// A quoted string or a word: its text, whether it is plain, and the offset behind it.
    fn flow_scalar(&self, at: usize) -> Option<(Text, bool, usize)> {
        match self.at(at) {
            b'"' | b'\'' => {
                let end = self.quoted(at)?;
                Some((self.input(at + 1, end), false, end + 1))
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'/' => {
                let word = |b: &u8| WORD[usize::from(*b)] || *b == b'=';
                let len = self.text[at..].iter().take_while(|b| word(b)).count();
                Some((self.input(at, at + len), true, at + len))
            }
            _ => None,
        }
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
        let wanted = self.wants_text();
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
            if wanted {
                self.owned.resize(self.owned.len() + breaks, b'\n');
                self.owned.extend_from_slice(&self.text[next + indent..end]);
            } else if content < end {
                self.sink.literal_line(content..end);
            }
            breaks = usize::from(end < self.text.len());
            next = end + 1;
        }
        match hint {
            _ if !wanted => {}
            b'-' => {}
            b'+' => self.owned.resize(self.owned.len() + breaks, b'\n'),
            _ => self.owned.resize(self.owned.len() + breaks.min(1), b'\n'),
        }
        let text = Text { start: start as u32, len: (self.owned.len() - start) as u32, owned: true };
        self.value(Kind::Scalar, false, text)?;
        self.pos = next;
        self.ends_here(parent)
    }
}
