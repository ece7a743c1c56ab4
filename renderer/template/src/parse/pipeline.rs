//! Pipelines: declarations, commands, operands, constants.

use thinlock_go::{Str, strconv};

use super::{MAX_PARENTHESES, Result, TreeParser};
use crate::lex::{Item, Token};
use crate::print::quoted;
use crate::tree::{Kind, Node, NodeId, Number, Place, Quoted, SLOT_BY_NAME, SLOT_UNDEFINED, Span, Text};

/// Where the executor will find a variable, whose stack will hold these.
pub(super) fn slot(stack: &[u32], by_name: bool, name: u32) -> u32 {
    if by_name {
        return SLOT_BY_NAME;
    }
    stack.iter().rposition(|v| *v == name).map_or(SLOT_UNDEFINED, |at| at as u32)
}

impl TreeParser<'_, '_> {
    /// A pipeline up to `end`. In a `statement` its variables go onto the executor's stack for certain; inside
    /// parentheses that depends on what `and` and `or` skip.
    pub(super) fn pipeline(&mut self, context: &str, end: Token, statement: bool) -> Result<NodeId> {
        self.check_stack()?;
        if statement
            && !self.shared.by_tokens
            && let Some(pipe) = self.plain_pipeline()
        {
            return Ok(pipe);
        }
        let pos = self.peek_non_space().pos;
        let mut decls: Vec<(u32, u32)> = Vec::new();
        let mut assign = false;
        loop {
            let variable = self.peek_non_space();
            if variable.token != Token::Variable {
                break;
            }
            self.next();
            // A variable that is no declaration goes back, with the space after it: three tokens of look-ahead.
            let after = self.peek();
            let next = self.peek_non_space();
            if matches!(next.token, Token::Assign | Token::Declare) {
                assign = next.token == Token::Assign;
                self.next_non_space();
                self.declare(variable, &mut decls);
            } else if next.token == Token::Char && self.val(next) == b"," {
                self.next_non_space();
                self.declare(variable, &mut decls);
                if context == "range" && decls.len() < 2 {
                    if matches!(self.peek_non_space().token, Token::Variable | Token::RightDelim | Token::RightParen) {
                        continue;
                    }
                    return Err(self.error("range can only initialize variables"));
                }
                return Err(self.error(format!("too many declarations in {context}")));
            } else if after.token == Token::Space {
                self.backup3(variable, after);
            } else {
                self.backup2(variable);
            }
            break;
        }
        if !decls.is_empty() && !statement {
            self.by_name = true;
        }
        let base = self.shared.pending.len();
        loop {
            let item = self.next_non_space();
            match item.token {
                token if token == end => break,
                Token::Bool
                | Token::CharConstant
                | Token::Complex
                | Token::Dot
                | Token::Field
                | Token::Identifier
                | Token::Number
                | Token::Nil
                | Token::RawString
                | Token::String
                | Token::Variable
                | Token::LeftParen => {
                    self.backup();
                    let command = self.command()?;
                    self.shared.pending.push(command);
                }
                _ => return Err(self.unexpected(item, context)),
            }
        }
        self.check_pipeline(base, context)?;
        for (at, &(pos, name)) in decls.iter().enumerate() {
            // What is assigned to must be there; what is declared is pushed when the commands are done.
            let slot = if assign { self.slot(name) } else { SLOT_UNDEFINED };
            let variable = self.shared.variable_node(pos, name, Place { slot, keys: Span::default() });
            self.shared.pending.insert(base + at, variable);
        }
        if !assign {
            self.stack.extend(decls.iter().map(|(_, name)| *name));
        }
        let children = self.shared.span_of_pending(base);
        Ok(self.shared.pipe(pos, children, decls.len() as u8, assign))
    }

    pub(super) fn declare(&mut self, variable: Item, decls: &mut Vec<(u32, u32)>) {
        let name = self.shared.variable(self.val(variable));
        decls.push((variable.pos, name));
        self.vars.push(name);
    }

    fn slot(&self, name: u32) -> u32 {
        slot(&self.stack, self.by_name, name)
    }

    /// Checks the commands that are pending from `base` on.
    pub(super) fn check_pipeline(&self, base: usize, context: &str) -> Result<()> {
        let commands = &self.shared.pending[base..];
        if commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        for (i, command) in commands.iter().enumerate().skip(1) {
            let Kind::Command(words) = self.shared.nodes[*command as usize].kind else { continue };
            let first = self.shared.children[words.start as usize];
            if matches!(
                self.shared.nodes[first as usize].kind,
                Kind::Bool(_) | Kind::Dot | Kind::Nil | Kind::Number(_) | Kind::Str(_)
            ) {
                return Err(self.error(format!("non executable command in pipeline stage {}", i + 1)));
            }
        }
        Ok(())
    }

    pub(super) fn unquote(&self, item: Item) -> Result<Vec<u8>> {
        strconv::unquote(self.val(item)).ok_or_else(|| self.error("invalid syntax"))
    }

    pub(super) fn command(&mut self) -> Result<NodeId> {
        let pos = self.peek_non_space().pos;
        let base = self.shared.pending.len();
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                self.shared.pending.push(operand);
            }
            let item = self.next();
            match item.token {
                Token::Space => continue,
                Token::RightDelim | Token::RightParen => self.backup(),
                Token::Pipe => {}
                _ => return Err(self.unexpected(item, "operand")),
            }
            break;
        }
        if self.shared.pending.len() == base {
            return Err(self.error("empty command"));
        }
        let span = self.shared.span_of_pending(base);
        Ok(self.shared.node(pos, Kind::Command(span)))
    }

    pub(super) fn operand(&mut self) -> Result<Option<NodeId>> {
        let Some(term) = self.term()? else { return Ok(None) };
        if self.peek().token != Token::Field {
            return Ok(Some(term));
        }
        let pos = self.peek().pos;
        let node = self.shared.nodes[term as usize];
        let start = self.shared.keys.len() as u32;
        // The keys of a field continue what was just pushed for it.
        let mut keys = match node.kind {
            Kind::Field(keys) if keys.start + keys.len == start => keys,
            _ => Span { start, len: 0 },
        };
        while self.peek().token == Token::Field {
            let field = self.next();
            self.shared.key(self.val(field));
            keys.len += 1;
        }
        // A chain of fields is placed at its second field.
        let kind = match node.kind {
            Kind::Field(_) => Kind::Field(keys),
            Kind::Variable { place, .. } => {
                self.shared.set_keys(place, keys);
                node.kind
            }
            Kind::Bool(_) | Kind::Str(_) | Kind::Number(_) | Kind::Nil | Kind::Dot => {
                let text = match node.kind {
                    Kind::Bool(b) => b.to_string().into_bytes(),
                    Kind::Str(at) => {
                        let quoted = &self.shared.strings[at as usize];
                        self.shared.text[quoted.start as usize..quoted.end as usize].to_vec()
                    }
                    Kind::Number(at) => {
                        let number = &self.shared.numbers[at as usize];
                        self.shared.text[number.start as usize..number.end as usize].to_vec()
                    }
                    Kind::Nil => b"nil".to_vec(),
                    _ => b".".to_vec(),
                };
                return Err(self.error(format!("unexpected . after term {}", quoted(&text))));
            }
            _ => return Ok(Some(self.shared.chain(pos, term, keys))),
        };
        self.shared.nodes[term as usize] = Node { pos, kind };
        Ok(Some(term))
    }

    pub(super) fn term(&mut self) -> Result<Option<NodeId>> {
        let item = self.next_non_space();
        let kind = match item.token {
            Token::Identifier => {
                let name = self.val(item);
                let Some(callee) = self.shared.callee(name) else {
                    return Err(self.error(format!("function {} not defined", quoted(name))));
                };
                Kind::Ident(callee)
            }
            Token::Dot => Kind::Dot,
            Token::Nil => Kind::Nil,
            Token::Variable => {
                let name = self.shared.variable(self.val(item));
                if !self.vars.contains(&name) {
                    return Err(self.error(format!("undefined variable {}", quoted(self.val(item)))));
                }
                let keys = Span { start: self.shared.keys.len() as u32, len: 0 };
                let place = Place { slot: self.slot(name), keys };
                return Ok(Some(self.shared.variable_node(item.pos, name, place)));
            }
            Token::Field => {
                self.shared.key(self.val(item));
                Kind::Field(Span { start: (self.shared.keys.len() - 1) as u32, len: 1 })
            }
            Token::Bool => Kind::Bool(self.val(item) == b"true"),
            Token::CharConstant | Token::Complex | Token::Number => {
                let mut number = Number::parse(self.val(item), item.token).map_err(|text| self.error(text))?;
                (number.start, number.end) = (item.pos, item.end);
                self.shared.numbers.push(number);
                Kind::Number((self.shared.numbers.len() - 1) as u32)
            }
            Token::LeftParen => {
                if self.shared.parentheses_limited && self.parentheses >= MAX_PARENTHESES {
                    return Err(self.error("max expression depth exceeded"));
                }
                self.parentheses += 1;
                let pipe = self.pipeline("parenthesized pipeline", Token::RightParen, false)?;
                self.parentheses -= 1;
                return Ok(Some(pipe));
            }
            Token::String | Token::RawString => {
                let text = match strconv::plain_literal(self.val(item)) {
                    Some(between) => Text::of_source(between),
                    None => Text::Known(Str::from(self.unquote(item)?)),
                };
                self.shared.strings.push(Quoted { start: item.pos, end: item.end, text });
                Kind::Str((self.shared.strings.len() - 1) as u32)
            }
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(self.shared.node(item.pos, kind)))
    }
}
