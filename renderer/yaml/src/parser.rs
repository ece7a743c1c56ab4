//! From tokens to a tree: libyaml's grammar, as a state machine, so that depth costs no stack.

use std::collections::HashMap;

use crate::Error;
use crate::quick;
use crate::reader::{self, Source};
use crate::scanner::{Mark, Scanner, Style, Text, Token, TokenKind};
use crate::tree::{Kind, Node, Tree};

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    ImplicitDocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceFirstEntry,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingFirstKey,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirstEntry,
    FlowSequenceEntry,
    FlowSequenceEntryMappingKey,
    FlowSequenceEntryMappingValue,
    FlowSequenceEntryMappingEnd,
    FlowMappingFirstKey,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

/// Offsets have 32 bits; the longest escape makes three bytes of two.
const MAX_INPUT: usize = 1 << 30;

/// Tags are written out in full for every node, and a `%TAG` prefix can be long.
const MAX_TAGS: usize = 1 << 26;

/// Reads the first document of a stream, in the quick way if it is plain.
///
/// # Errors
/// As [`parse_with_places`].
pub(crate) fn parse(input: &[u8]) -> Result<Tree<'_>, Error> {
    parse_read(read(input)?)
}

/// As [`parse`], of input that [`read`] has checked.
///
/// # Errors
/// What libyaml refuses.
pub(crate) fn parse_read(source: Source<'_>) -> Result<Tree<'_>, Error> {
    match source.plain().and_then(quick::parse) {
        Some(tree) => Ok(tree),
        None => parse_source(source),
    }
}

/// Reads the first document of a stream; every node has its line and column.
///
/// # Errors
/// What libyaml refuses.
pub(crate) fn parse_with_places(input: &[u8]) -> Result<Tree<'_>, Error> {
    parse_source(read(input)?)
}

/// Checks and decodes input.
///
/// # Errors
/// It is too large.
pub(crate) fn read(input: &[u8]) -> Result<Source<'_>, Error> {
    if input.len() > MAX_INPUT {
        return Err(Error::new("yaml: document of more than 1 GiB"));
    }
    Ok(reader::read(input))
}

fn parse_source(mut source: Source<'_>) -> Result<Tree<'_>, Error> {
    let window = source.window.take();
    let mut parser = Parser {
        scanner: Scanner::new(&source.text, window),
        state: State::ImplicitDocumentStart,
        states: Vec::new(),
        directives: Vec::new(),
        nodes: Vec::with_capacity(source.text.len() / 16),
        open: Vec::new(),
        tags: Vec::new(),
        tag_bytes: 0,
        anchors: HashMap::new(),
    };
    while parser.state != State::End {
        parser.step()?;
    }
    let Parser { scanner, nodes, tags, .. } = parser;
    let owned = scanner.into_owned();
    Ok(Tree { text: source.text, owned, nodes, tags })
}

/// What precedes a node: its anchor and its tag.
#[derive(Clone, Copy, Default)]
struct Properties {
    anchor: Text,
    tag: Text,
    tagged: bool,
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    state: State,
    states: Vec<State>,
    /// Tag handles and what they stand for.
    directives: Vec<(Vec<u8>, Text)>,
    nodes: Vec<Node>,
    /// The collections around the current place.
    open: Vec<u32>,
    tags: Vec<Text>,
    tag_bytes: usize,
    anchors: HashMap<Box<[u8]>, u32>,
}

const EMPTY: Text = Text { start: 0, len: 0, owned: true };

impl Parser<'_> {
    fn step(&mut self) -> Result<(), Error> {
        match self.state {
            State::ImplicitDocumentStart => self.document_start(),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => {
                // The token after the document must be one, but what it is makes no difference to the document.
                self.scanner.peek()?;
                self.state = State::End;
                Ok(())
            }
            State::BlockNode => self.node(true, false),
            State::BlockSequenceFirstEntry => self.block_sequence_entry(true),
            State::BlockSequenceEntry => self.block_sequence_entry(false),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingFirstKey => self.block_mapping_key(true),
            State::BlockMappingKey => self.block_mapping_key(false),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceFirstEntry => self.flow_sequence_entry(true),
            State::FlowSequenceEntry => self.flow_sequence_entry(false),
            State::FlowSequenceEntryMappingKey => self.flow_sequence_entry_mapping_key(),
            State::FlowSequenceEntryMappingValue => self.flow_sequence_entry_mapping_value(),
            State::FlowSequenceEntryMappingEnd => {
                self.scanner.peek()?;
                self.state = State::FlowSequenceEntry;
                self.close();
                Ok(())
            }
            State::FlowMappingFirstKey => self.flow_mapping_key(true),
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(false),
            State::FlowMappingEmptyValue => self.flow_mapping_value(true),
            State::End => Ok(()),
        }
    }

    // --- nodes

    fn add(&mut self, kind: Kind, implicit: bool, mark: Mark, text: Text, properties: Properties) -> u32 {
        let at = self.nodes.len() as u32;
        if let Some(&parent) = self.open.last() {
            self.nodes[parent as usize].len += 1;
        }
        let tag = if properties.tagged {
            self.tags.push(properties.tag);
            self.tags.len() as u32
        } else {
            0
        };
        if properties.anchor.len > 0 {
            self.anchors.insert(self.scanner.bytes(properties.anchor).into(), at);
        }
        self.nodes.push(Node { kind, implicit, mark, text, next: at + 1, len: 0, tag });
        at
    }

    fn open(&mut self, kind: Kind, mark: Mark, properties: Properties, state: State) {
        let at = self.add(kind, !properties.tagged, mark, EMPTY, properties);
        self.open.push(at);
        self.state = state;
    }

    fn close(&mut self) {
        let next = self.nodes.len() as u32;
        if let Some(at) = self.open.pop() {
            self.nodes[at as usize].next = next;
        }
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// A value that is not there.
    fn empty(&mut self, mark: Mark, state: State) -> Result<(), Error> {
        self.state = state;
        self.add(Kind::Scalar, true, mark, EMPTY, Properties::default());
        Ok(())
    }

    /// A parser error. yaml.v2 takes the line, which counts from 0, as it is, and leaves 0 out.
    #[cold]
    fn error(mark: Mark, problem: &str) -> Error {
        Error::syntax(mark.line, problem).at(mark)
    }

    // --- documents

    fn document_start(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::StreamEnd => {
                self.scanner.skip_token();
                self.state = State::End;
            }
            TokenKind::VersionDirective | TokenKind::TagDirective | TokenKind::DocumentStart => {
                self.process_directives()?;
                let token = self.scanner.peek()?;
                if token.kind != TokenKind::DocumentStart {
                    return Err(Self::error(token.mark, "did not find expected <document start>"));
                }
                self.states.push(State::DocumentEnd);
                self.state = State::DocumentContent;
                self.scanner.skip_token();
            }
            _ => {
                self.process_directives()?;
                self.states.push(State::DocumentEnd);
                self.state = State::BlockNode;
            }
        }
        Ok(())
    }

    fn document_content(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::VersionDirective
            | TokenKind::TagDirective
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                let state = self.states.pop().unwrap_or(State::End);
                self.empty(token.mark, state)
            }
            _ => self.node(true, false),
        }
    }

    fn process_directives(&mut self) -> Result<(), Error> {
        let mut version = false;
        loop {
            let token = self.scanner.peek()?;
            match token.kind {
                TokenKind::VersionDirective => {
                    if version {
                        return Err(Self::error(token.mark, "found duplicate %YAML directive"));
                    }
                    if (token.value.start, token.value.len) != (1, 1) {
                        return Err(Self::error(token.mark, "found incompatible YAML document"));
                    }
                    version = true;
                }
                TokenKind::TagDirective => {
                    let handle = self.scanner.bytes(token.value).to_vec();
                    if self.directives.iter().any(|(known, _)| *known == handle) {
                        return Err(Self::error(token.mark, "found duplicate %TAG directive"));
                    }
                    self.directives.push((handle, token.suffix));
                }
                _ => return Ok(()),
            }
            self.scanner.skip_token();
        }
    }

    // --- any node

    fn node(&mut self, block: bool, indentless_sequence: bool) -> Result<(), Error> {
        let mut token = self.scanner.peek()?;
        let start = token.mark;
        if token.kind == TokenKind::Alias {
            return self.alias(token);
        }
        let mut properties = Properties::default();
        if matches!(token.kind, TokenKind::Anchor | TokenKind::Tag) {
            token = self.properties(token, &mut properties)?;
        }
        let bang = properties.tagged && self.scanner.bytes(properties.tag) == b"!";
        match token.kind {
            TokenKind::BlockEntry if indentless_sequence => {
                self.open(Kind::Sequence, start, properties, State::IndentlessSequenceEntry);
            }
            TokenKind::Scalar => {
                let implicit = if properties.tagged { bang } else { token.style == Style::Plain };
                self.pop_state();
                self.add(Kind::Scalar, implicit, start, token.value, properties);
                self.scanner.skip_token();
            }
            TokenKind::FlowSequenceStart => {
                self.open(Kind::Sequence, start, properties, State::FlowSequenceFirstEntry);
            }
            TokenKind::FlowMappingStart => {
                self.open(Kind::Mapping, start, properties, State::FlowMappingFirstKey);
            }
            TokenKind::BlockSequenceStart if block => {
                self.open(Kind::Sequence, start, properties, State::BlockSequenceFirstEntry);
            }
            TokenKind::BlockMappingStart if block => {
                self.open(Kind::Mapping, start, properties, State::BlockMappingFirstKey);
            }
            _ if properties.anchor.len > 0 || properties.tagged => {
                self.pop_state();
                self.add(Kind::Scalar, !properties.tagged, start, EMPTY, properties);
            }
            _ => return Err(Self::error(token.mark, "did not find expected node content")),
        }
        Ok(())
    }

    fn alias(&mut self, token: Token) -> Result<(), Error> {
        self.pop_state();
        let name = self.scanner.bytes(token.value);
        let Some(&target) = self.anchors.get(name) else {
            return Err(Error::new(format!("yaml: unknown anchor '{}' referenced", String::from_utf8_lossy(name))));
        };
        let at = self.add(Kind::Alias, false, token.mark, token.value, Properties::default());
        self.nodes[at as usize].next = target;
        self.scanner.skip_token();
        Ok(())
    }

    /// Reads the anchor and the tag before a node; returns the token after them.
    fn properties(&mut self, mut token: Token, properties: &mut Properties) -> Result<Token, Error> {
        let mut tag = None;
        if token.kind == TokenKind::Anchor {
            properties.anchor = token.value;
            self.scanner.skip_token();
            token = self.scanner.peek()?;
            if token.kind == TokenKind::Tag {
                tag = Some(token);
                self.scanner.skip_token();
                token = self.scanner.peek()?;
            }
        } else {
            tag = Some(token);
            self.scanner.skip_token();
            token = self.scanner.peek()?;
            if token.kind == TokenKind::Anchor {
                properties.anchor = token.value;
                self.scanner.skip_token();
                token = self.scanner.peek()?;
            }
        }
        if let Some(tag) = tag {
            properties.tag = self.resolve_tag(tag)?;
            properties.tagged = properties.tag.len > 0;
        }
        Ok(token)
    }

    /// Replaces the handle of a tag by what it stands for.
    fn resolve_tag(&mut self, tag: Token) -> Result<Text, Error> {
        if tag.value.len == 0 {
            return Ok(tag.suffix);
        }
        let handle = self.scanner.bytes(tag.value);
        let prefix = match self.directives.iter().find(|(known, _)| known == handle) {
            Some((_, prefix)) => *prefix,
            None => match handle {
                b"!" => tag.value,
                b"!!" => self.scanner.literal(b"tag:yaml.org,2002:"),
                _ => return Err(Self::error(tag.mark, "found undefined tag handle")),
            },
        };
        self.tag_bytes += (prefix.len + tag.suffix.len) as usize;
        if self.tag_bytes > MAX_TAGS {
            return Err(Error::new("yaml: document with more than 64 MiB of tags"));
        }
        let tag_text = self.scanner.concat([prefix, tag.suffix]);
        if tag_text.len == 0 {
            return Err(Self::error(tag.mark, "found undefined tag handle"));
        }
        Ok(tag_text)
    }

    // --- block collections

    fn block_sequence_entry(&mut self, first: bool) -> Result<(), Error> {
        if first {
            self.scanner.peek()?;
            self.scanner.skip_token();
        }
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::BlockEntry => {
                let mark = after(token.mark);
                self.scanner.skip_token();
                let token = self.scanner.peek()?;
                if matches!(token.kind, TokenKind::BlockEntry | TokenKind::BlockEnd) {
                    return self.empty(mark, State::BlockSequenceEntry);
                }
                self.states.push(State::BlockSequenceEntry);
                self.node(true, false)
            }
            TokenKind::BlockEnd => {
                self.end_collection();
                Ok(())
            }
            _ => Err(Self::error(token.mark, "did not find expected '-' indicator")),
        }
    }

    /// Takes the token that closes a collection.
    fn end_collection(&mut self) {
        self.pop_state();
        self.close();
        self.scanner.skip_token();
    }

    fn indentless_sequence_entry(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::BlockEntry {
            self.pop_state();
            self.close();
            return Ok(());
        }
        let mark = after(token.mark);
        self.scanner.skip_token();
        let token = self.scanner.peek()?;
        if matches!(token.kind, TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
            return self.empty(mark, State::IndentlessSequenceEntry);
        }
        self.states.push(State::IndentlessSequenceEntry);
        self.node(true, false)
    }

    fn block_mapping_key(&mut self, first: bool) -> Result<(), Error> {
        if first {
            self.scanner.peek()?;
            self.scanner.skip_token();
        }
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::Key => self.block_mapping_part(token.mark, State::BlockMappingValue),
            TokenKind::BlockEnd => {
                self.end_collection();
                Ok(())
            }
            _ => Err(Self::error(token.mark, "did not find expected key")),
        }
    }

    fn block_mapping_value(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::Value {
            return self.empty(token.mark, State::BlockMappingKey);
        }
        self.block_mapping_part(after(token.mark), State::BlockMappingKey)
    }

    /// The key or the value behind its indicator.
    fn block_mapping_part(&mut self, mark: Mark, state: State) -> Result<(), Error> {
        self.scanner.skip_token();
        let token = self.scanner.peek()?;
        if matches!(token.kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
            return self.empty(mark, state);
        }
        self.states.push(state);
        self.node(true, true)
    }

    // --- flow collections

    fn flow_sequence_entry(&mut self, first: bool) -> Result<(), Error> {
        if first {
            self.scanner.peek()?;
            self.scanner.skip_token();
        }
        let mut token = self.scanner.peek()?;
        if token.kind != TokenKind::FlowSequenceEnd {
            if !first {
                if token.kind != TokenKind::FlowEntry {
                    return Err(Self::error(token.mark, "did not find expected ',' or ']'"));
                }
                self.scanner.skip_token();
                token = self.scanner.peek()?;
            }
            if token.kind == TokenKind::Key {
                self.open(Kind::Mapping, token.mark, Properties::default(), State::FlowSequenceEntryMappingKey);
                self.scanner.skip_token();
                return Ok(());
            }
            if token.kind != TokenKind::FlowSequenceEnd {
                self.states.push(State::FlowSequenceEntry);
                return self.node(false, false);
            }
        }
        self.end_collection();
        Ok(())
    }

    fn flow_sequence_entry_mapping_key(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        if matches!(token.kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
            self.scanner.skip_token();
            return self.empty(after(token.mark), State::FlowSequenceEntryMappingValue);
        }
        self.states.push(State::FlowSequenceEntryMappingValue);
        self.node(false, false)
    }

    fn flow_sequence_entry_mapping_value(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        if token.kind == TokenKind::Value {
            self.scanner.skip_token();
            let token = self.scanner.peek()?;
            if !matches!(token.kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                self.states.push(State::FlowSequenceEntryMappingEnd);
                return self.node(false, false);
            }
        }
        self.empty(token.mark, State::FlowSequenceEntryMappingEnd)
    }

    fn flow_mapping_key(&mut self, first: bool) -> Result<(), Error> {
        if first {
            self.scanner.peek()?;
            self.scanner.skip_token();
        }
        let mut token = self.scanner.peek()?;
        if token.kind != TokenKind::FlowMappingEnd {
            if !first {
                if token.kind != TokenKind::FlowEntry {
                    return Err(Self::error(token.mark, "did not find expected ',' or '}'"));
                }
                self.scanner.skip_token();
                token = self.scanner.peek()?;
            }
            if token.kind == TokenKind::Key {
                self.scanner.skip_token();
                token = self.scanner.peek()?;
                if matches!(token.kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                    return self.empty(token.mark, State::FlowMappingValue);
                }
                self.states.push(State::FlowMappingValue);
                return self.node(false, false);
            }
            if token.kind != TokenKind::FlowMappingEnd {
                self.states.push(State::FlowMappingEmptyValue);
                return self.node(false, false);
            }
        }
        self.end_collection();
        Ok(())
    }

    fn flow_mapping_value(&mut self, empty: bool) -> Result<(), Error> {
        let mut token = self.scanner.peek()?;
        if !empty && token.kind == TokenKind::Value {
            self.scanner.skip_token();
            token = self.scanner.peek()?;
            if !matches!(token.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                self.states.push(State::FlowMappingKey);
                return self.node(false, false);
            }
        }
        self.empty(token.mark, State::FlowMappingKey)
    }
}

/// The place behind an indicator.
fn after(mark: Mark) -> Mark {
    Mark { column: mark.column + 1, ..mark }
}
