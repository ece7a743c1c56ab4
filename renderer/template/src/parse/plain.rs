//! What nearly all pipelines are made of, read byte by byte and without tokens: in large charts most of the time goes
//! into pipelines.
//!
//! A [`Plain`] reads a pipeline that is right and made of what it knows (fields, variables, functions, literals,
//! parentheses), and builds what the parser would build. Of everything else it says nothing at all: the parser starts at
//! the same place and finds what Go finds there, so each error has one maker. A property test compares the two.

use thinlock_go::strconv;

use super::shared::Shared;
use super::{Found, Stop, TreeParser};
use crate::lex::{self, Item, LEFT, RIGHT, TRIM, Token};
use crate::tree::{Kind, NodeId, Number, Place, Quoted, SLOT_UNDEFINED, Span, Text};

/// How deep parentheses may lie in each other here.
const MAX_DEPTH: u32 = 32;

/// Where a pipeline is, and what its variables may be.
struct Plain<'p, 'i> {
    shared: &'p mut Shared<'i>,
    text: &'i [u8],
    vars: &'p [u32],
    stack: &'p [u32],
    by_name: bool,
    /// The variable that the pipeline declares.
    declared: Option<u32>,
    pos: usize,
    depth: u32,
}

impl TreeParser<'_, '_> {
    /// Reads the text up to the next action, which is pending then if there is any, and the action's left delimiter.
    /// Returns where the first of the two is, and the delimiter. If there is something else, nothing has happened.
    pub(super) fn plain_text(&mut self) -> Option<(u32, Item)> {
        if self.peek_count > 0 || self.shared.by_tokens {
            return None;
        }
        let start = self.shared.lexer.text_place()?;
        let (end, delim, rest) = lex::before_action(&self.shared.text[start..])?;
        let (mut first, pos) = ((start + delim) as u32, (start + delim) as u32);
        if end > 0 {
            first = start as u32;
            let text = self.shared.node(first, Kind::Text { start: first, end: (start + end) as u32 });
            self.shared.pending.push(text);
        }
        let delim = Item { pos, end: pos + LEFT.len() as u32, token: Token::LeftDelim };
        self.go_on_after(delim);
        self.shared.lexer.enter_action(start + rest);
        Some((first, delim))
    }

    /// Whether an action begins with a word, after its left delimiter.
    pub(super) fn is_ahead(&self, word: &[u8]) -> bool {
        let rest = &self.shared.text[self.shared.lexer.place()..];
        rest[lex::spaces(rest)..].starts_with(word)
    }

    /// Reads a statement's pipeline and the right delimiter after it. If it is not plain, nothing has happened.
    pub(super) fn plain_pipeline(&mut self) -> Option<NodeId> {
        let pos = self.ahead()?;
        let mark = self.shared.mark();
        let mut plain = Plain {
            text: self.shared.text,
            shared: self.shared,
            vars: &self.vars,
            stack: &self.stack,
            by_name: self.by_name,
            declared: None,
            pos,
            depth: 0,
        };
        let found = plain.statement();
        let Plain { pos: end, declared, .. } = plain;
        let Some((pipe, declares)) = found else {
            self.shared.go_back(mark);
            return None;
        };
        self.vars.extend(declared);
        if declares {
            self.stack.extend(declared);
        }
        self.leave_action(end);
        Some(pipe)
    }

    /// Reads an action that is `end`, `else` or a plain pipeline, after its left delimiter. If it is none of these, nothing
    /// has happened.
    pub(super) fn plain_action(&mut self) -> Option<Found> {
        if self.peek_count > 0 || self.shared.by_tokens {
            return None;
        }
        let start = self.ahead()?;
        let text = self.shared.text;
        let pos = start + lex::spaces(&text[start..]);
        let word = &text[pos..pos + lex::word_len(&text[pos..])];
        let stop = match self.shared.lexer.word_token(word) {
            Token::End => Stop::End,
            Token::Else => Stop::Else,
            Token::Identifier => {
                let pipe = self.plain_pipeline()?;
                return Some(Found::Node(self.shared.node(pos as u32, Kind::Action(pipe))));
            }
            _ => return None,
        };
        let end = match text[pos + word.len()..] {
            [b'}', b'}', ..] => pos + word.len(),
            [b' ', b'}', b'}', ..] => pos + word.len() + 1,
            [b' ', b'-', b'}', b'}', ..] => pos + word.len() + TRIM,
            _ => return None,
        };
        self.leave_action(end);
        Some(Found::Stop(stop, end as u32))
    }

    /// Goes on after the right delimiter at `end`, which may have a trim marker.
    fn leave_action(&mut self, end: usize) {
        let text = self.shared.text;
        let after = end + RIGHT.len();
        self.go_on_after(Item { pos: end as u32, end: after as u32, token: Token::RightDelim });
        // Nothing that is plain ends in this character.
        let trim = text[..end].last() == Some(&b'-');
        let rest = after + if trim { lex::spaces(&text[after..]) } else { 0 };
        self.shared.lexer.leave_action(rest);
    }
}

impl Plain<'_, '_> {
    /// The pipeline of a statement. Stops before the right delimiter, and says whether it declares a variable.
    fn statement(&mut self) -> Option<(NodeId, bool)> {
        self.skip_spaces();
        let pos = self.pos;
        let mut assign = None;
        if self.text.get(pos) == Some(&b'$') {
            let len = 1 + lex::word_len(&self.text[pos + 1..]);
            self.pos += len;
            let spaces = self.skip_spaces();
            let operator = &self.text[self.pos..];
            let (is_assign, width) = match operator {
                [b':', b'=', ..] => (true, 2),
                // A name ends before a colon, but not before an equals sign.
                [b'=', ..] if spaces > 0 => (true, 1),
                _ => (false, 0),
            };
            if is_assign {
                assign = Some(width == 1);
                self.declared = Some(self.shared.variable(&self.text[pos..pos + len]));
                self.pos += width;
                self.skip_spaces();
            } else {
                self.pos = pos;
            }
        }
        let base = self.shared.pending.len();
        self.commands(base)?;
        if let (Some(assign), Some(name)) = (assign, self.declared) {
            let slot = if assign { self.slot(name) } else { SLOT_UNDEFINED };
            let variable = self.shared.variable_node(pos as u32, name, Place { slot, keys: Span::default() });
            self.shared.pending.insert(base, variable);
        }
        let children = self.shared.span_of_pending(base);
        let (decls, assign) = (u8::from(assign.is_some()), assign == Some(true));
        let pipe = self.shared.pipe(pos as u32, children, decls, assign);
        Some((pipe, decls > 0 && !assign))
    }

    /// Commands up to a right parenthesis or a right delimiter with its trim marker. They are pending from `base` on.
    fn commands(&mut self, base: usize) -> Option<()> {
        loop {
            let pos = self.pos;
            let first = self.shared.pending.len();
            let more = loop {
                let operand = self.operand()?;
                self.shared.pending.push(operand);
                let spaces = self.skip_spaces();
                match self.text[self.pos..] {
                    [b'|', ..] => break true,
                    [b')', ..] if self.depth > 0 => break false,
                    [b'}', b'}', ..] if self.depth == 0 => break false,
                    [b'-', b'}', b'}', ..] if self.depth == 0 && spaces == 1 => {
                        self.pos += TRIM - 1;
                        break false;
                    }
                    _ if spaces > 0 => {}
                    _ => return None,
                }
            };
            let words = self.shared.span_of_pending(first);
            if first > base && !self.is_executable(words) {
                return None;
            }
            let command = self.shared.node(pos as u32, Kind::Command(words));
            self.shared.pending.push(command);
            if !more {
                return Some(());
            }
            self.pos += 1;
            self.skip_spaces();
        }
    }

    /// Whether a command may come after a pipe.
    fn is_executable(&self, words: Span) -> bool {
        let first = self.shared.children[words.start as usize];
        let kind = self.shared.nodes[first as usize].kind;
        !matches!(kind, Kind::Bool(_) | Kind::Dot | Kind::Nil | Kind::Number(_) | Kind::Str(_))
    }

    fn operand(&mut self) -> Option<NodeId> {
        let start = self.pos;
        let pos = start as u32;
        let (&first, after) = self.text.get(start..)?.split_first()?;
        let kind = match first {
            b'.' if after.first().is_some_and(|b| lex::is_word(*b) && !b.is_ascii_digit()) => {
                let keys = self.fields()?;
                // Go places a chain of fields at the second one.
                let second = if keys.len > 1 { 1 + self.shared.keys[keys.start as usize].len() as u32 } else { 0 };
                return Some(self.shared.node(pos + second, Kind::Field(keys)));
            }
            b'.' => {
                self.pos += 1;
                Kind::Dot
            }
            b'$' => {
                let fields = start + 1 + lex::word_len(after);
                self.pos = fields;
                // The name might go on with other letters.
                if after.get(fields - start - 1) != Some(&b'.') && !ends_operand(&self.text[fields..]) {
                    return None;
                }
                let name = self.shared.variable(&self.text[start..fields]);
                if self.declared != Some(name) && !self.vars.contains(&name) {
                    return None;
                }
                let slot = self.slot(name);
                let keys = self.fields()?;
                let pos = if keys.len > 0 { fields as u32 } else { pos };
                return Some(self.shared.variable_node(pos, name, Place { slot, keys }));
            }
            b'"' => {
                let (len, is_plain) = string_len(after)?;
                self.pos += 1 + len;
                let quoted = &self.text[start..self.pos];
                let text = if is_plain {
                    Text::of_source(&after[..len - 1])
                } else {
                    Text::Known(strconv::unquote(quoted)?.into())
                };
                self.string(start, text)
            }
            b'`' => {
                // A carriage return would be no part of what it stands for.
                let end = memchr::memchr3(b'`', b'\n', b'\r', after)?;
                if after[end] != b'`' {
                    return None;
                }
                self.pos += end + 2;
                self.string(start, Text::of_source(&after[..end]))
            }
            b'0'..=b'9' => {
                let len = 1 + after.iter().take_while(|b| b.is_ascii_digit()).count();
                if first == b'0' && len > 1 {
                    return None;
                }
                self.pos += len;
                let mut number = Number::parse(&self.text[start..self.pos], Token::Number).ok()?;
                (number.start, number.end) = (pos, self.pos as u32);
                self.shared.numbers.push(number);
                Kind::Number((self.shared.numbers.len() - 1) as u32)
            }
            b'(' => return self.parenthesis(),
            _ => {
                let word = &self.text[start..start + lex::word_len(&self.text[start..])];
                self.pos += word.len();
                match self.shared.lexer.word_token(word) {
                    Token::Identifier if !word.is_empty() => Kind::Ident(self.shared.callee(word)?),
                    Token::Bool => Kind::Bool(word == b"true"),
                    Token::Nil => Kind::Nil,
                    _ => return None,
                }
            }
        };
        // A point would make it another thing, or wrong, and so would most other characters.
        ends_operand(&self.text[self.pos..]).then(|| self.shared.node(pos, kind))
    }

    fn parenthesis(&mut self) -> Option<NodeId> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.pos += 1;
        self.depth += 1;
        self.skip_spaces();
        let pos = self.pos as u32;
        let base = self.shared.pending.len();
        self.commands(base)?;
        self.pos += 1;
        self.depth -= 1;
        let children = self.shared.span_of_pending(base);
        let pipe = self.shared.pipe(pos, children, 0, false);
        let fields = self.pos as u32;
        let keys = self.fields()?;
        Some(if keys.len > 0 { self.shared.chain(fields, pipe, keys) } else { pipe })
    }

    /// The fields that come next, perhaps none, and that nothing comes after them that would belong to them.
    fn fields(&mut self) -> Option<Span> {
        let start = self.shared.keys.len();
        while let Some([b'.', name @ ..]) = self.text.get(self.pos..) {
            let len = lex::word_len(name);
            if len == 0 || name[0].is_ascii_digit() {
                return None;
            }
            let end = self.pos + 1 + len;
            self.shared.key(&self.text[self.pos..end]);
            self.pos = end;
        }
        let len = (self.shared.keys.len() - start) as u32;
        ends_operand(&self.text[self.pos..]).then_some(Span { start: start as u32, len })
    }

    fn string(&mut self, start: usize, text: Text) -> Kind {
        self.shared.strings.push(Quoted { start: start as u32, end: self.pos as u32, text });
        Kind::Str((self.shared.strings.len() - 1) as u32)
    }

    fn slot(&self, name: u32) -> u32 {
        super::pipeline::slot(self.stack, self.by_name, name)
    }

    /// Skips white space, and says how much there was.
    fn skip_spaces(&mut self) -> usize {
        let spaces = lex::spaces(&self.text[self.pos..]);
        self.pos += spaces;
        spaces
    }
}

/// The length of a string constant after its first quote, and whether it is what it stands for.
fn string_len(text: &[u8]) -> Option<(usize, bool)> {
    let mut is_plain = true;
    let mut at = 0;
    loop {
        match *text.get(at)? {
            b'"' => return Some((at + 1, is_plain)),
            b'\n' => return None,
            b'\\' => {
                is_plain = false;
                if *text.get(at + 1)? == b'\n' {
                    return None;
                }
                at += 1;
            }
            b' '..=b'~' => {}
            _ => is_plain = false,
        }
        at += 1;
    }
}

/// Whether an operand is complete where this text goes on.
fn ends_operand(text: &[u8]) -> bool {
    matches!(text, [b' ' | b'\t' | b'\r' | b'\n' | b'|' | b')', ..] | [b'}', b'}', ..])
}
