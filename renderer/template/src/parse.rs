//! The parser: Go's `text/template/parse`, production for production, because the order in which it looks at tokens
//! decides which error a wrong text gets. It builds the arena of [`Parsed`] and gives variables their places.

use std::sync::Arc;

use thinlock_go::{Error, ErrorKind, Str, Toolchain};

use crate::FuncMap;
use crate::lex::{Item, Token};
use crate::print::quoted;
use crate::tree::{Branch, Kind, NONE, NodeId, Parsed, Quoted, Text, Tree};

mod pipeline;
mod plain;
mod shared;
mod tokens;

use shared::Shared;

/// The nesting of parentheses that Go 1.25 and later allow.
const MAX_PARENTHESES: u32 = 10_000;

/// Parses a text under a name, as `template.New(name).Funcs(functions).Parse(text)`. The result is not yet part of a
/// [`crate::Set`].
///
/// # Errors
/// [`ErrorKind::Parse`] with Go's message and the line that Go reports; [`ErrorKind::Limit`] where the text is longer
/// than 4 GiB or nested too deeply for the stack.
pub fn parse(
    name: impl AsRef<[u8]>,
    text: impl AsRef<[u8]>,
    functions: &FuncMap,
    toolchain: &Toolchain,
) -> Result<Arc<Parsed>, Error> {
    parse_shared(&Str::from(name.as_ref()), &Str::from(text.as_ref()), functions, toolchain)
}

/// As [`parse`], of a name and a text that are shared with the result.
///
/// # Errors
/// As [`parse`].
pub fn parse_shared(
    name: &Str,
    source: &Str,
    functions: &FuncMap,
    toolchain: &Toolchain,
) -> Result<Arc<Parsed>, Error> {
    let text = source.as_bytes();
    if u32::try_from(text.len()).is_err() {
        return Err(Error::new(ErrorKind::Limit, format!("template {name} is longer than 4 GiB")));
    }
    parse_all(Shared::new(name, text, functions, toolchain), name, source)
}

/// Parses as Go does, without the shorter way for what is plain: the test of that way.
#[cfg(test)]
pub(crate) fn parse_by_tokens(text: &[u8], functions: &FuncMap, toolchain: &Toolchain) -> Result<Arc<Parsed>, Error> {
    let (name, source) = (Str::from_static("x"), Str::from(text));
    let mut shared = Shared::new(&name, text, functions, toolchain);
    shared.by_tokens = true;
    parse_all(shared, &name, &source)
}

fn parse_all(mut shared: Shared<'_>, name: &Str, source: &Str) -> Result<Arc<Parsed>, Error> {
    let mut parser = TreeParser::new(&mut shared, name.clone());
    let root = parser.parse()?;
    parser.add(root)?;
    Ok(Arc::new(shared.finish(name, source)))
}

/// How a list ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    End,
    Else,
}

impl Stop {
    fn text(self) -> &'static str {
        match self {
            Stop::End => "{{end}}",
            Stop::Else => "{{else}}",
        }
    }
}

/// What `textOrAction` found.
enum Found {
    Node(NodeId),
    Stop(Stop, u32),
}

/// The kinds of control structures; the names are Go's contexts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    If,
    With,
    Range,
}

impl Control {
    fn name(self) -> &'static str {
        match self {
            Control::If => "if",
            Control::With => "with",
            Control::Range => "range",
        }
    }
}

/// The parser of one tree: Go's `parse.Tree` while it parses.
struct TreeParser<'s, 'i> {
    shared: &'s mut Shared<'i>,
    name: Str,
    token: [Item; 3],
    peek_count: usize,
    /// The variables that Go's parser knows.
    vars: Vec<u32>,
    /// The variables that Go's executor will have on its stack at this point.
    stack: Vec<u32>,
    /// Declarations inside parentheses were seen: the stack above cannot be trusted from here on.
    by_name: bool,
    /// The left delimiter of the action that is being read.
    action: Option<Item>,
    range_depth: u32,
    parentheses: u32,
}

type Result<T, E = Error> = std::result::Result<T, E>;

impl<'s, 'i> TreeParser<'s, 'i> {
    fn new(shared: &'s mut Shared<'i>, name: Str) -> TreeParser<'s, 'i> {
        let dollar = shared.variable(b"$");
        TreeParser {
            shared,
            name,
            token: [Item::ZERO; 3],
            peek_count: 0,
            vars: vec![dollar],
            stack: vec![dollar],
            by_name: false,
            action: None,
            range_depth: 0,
            parentheses: 0,
        }
    }

    /// The whole text. Definitions are only allowed here.
    fn parse(&mut self) -> Result<NodeId> {
        let base = self.shared.pending.len();
        let mut pos = None;
        loop {
            let found = if let Some((first, delim)) = self.plain_text() {
                pos.get_or_insert(first);
                if self.is_ahead(b"define") {
                    if self.next_non_space().token == Token::Define {
                        self.define()?;
                        continue;
                    }
                    self.backup();
                }
                self.action_after(delim)?
            } else {
                let item = self.peek();
                pos.get_or_insert(item.pos);
                match item.token {
                    Token::Eof => break,
                    Token::LeftDelim => {
                        let delim = self.next();
                        if self.next_non_space().token == Token::Define {
                            self.define()?;
                            continue;
                        }
                        self.backup2(delim);
                    }
                    _ => {}
                }
                self.text_or_action()?
            };
            match found {
                Found::Node(node) => self.shared.pending.push(node),
                Found::Stop(stop, _) => return Err(self.error(format!("unexpected {}", stop.text()))),
            }
        }
        let span = self.shared.span_of_pending(base);
        Ok(self.shared.node(pos.unwrap_or_default(), Kind::List(span)))
    }

    /// A definition after its keyword.
    fn define(&mut self) -> Result<()> {
        TreeParser::new(self.shared, Str::from_static("definition")).parse_definition()
    }

    fn parse_definition(&mut self) -> Result<()> {
        const CONTEXT: &str = "define clause";
        let item = self.next_non_space();
        if !matches!(item.token, Token::String | Token::RawString) {
            return Err(self.unexpected(item, CONTEXT));
        }
        self.name = self.unquote_name(item)?;
        self.expect(Token::RightDelim, CONTEXT)?;
        let (root, stop, _) = self.item_list()?;
        if stop != Stop::End {
            return Err(self.error(format!("unexpected {} in {CONTEXT}", stop.text())));
        }
        self.add(root)
    }

    /// Installs the tree among those of the text.
    fn add(&mut self, root: NodeId) -> Result<()> {
        let tree = Tree { name: self.name.clone(), root, empty: self.shared.is_empty(root) };
        match self.shared.tree_named(&self.name) {
            None => self.shared.trees.push(tree),
            Some(at) if self.shared.trees[at].empty => self.shared.trees[at] = tree,
            Some(_) if tree.empty => {}
            Some(_) => {
                let name = quoted(&self.name);
                return Err(self.error(format!("template: multiple definition of template {name}")));
            }
        }
        Ok(())
    }

    fn item_list(&mut self) -> Result<(NodeId, Stop, u32)> {
        self.check_stack()?;
        let base = self.shared.pending.len();
        let mut pos = None;
        loop {
            let found = if let Some((first, delim)) = self.plain_text() {
                pos.get_or_insert(first);
                self.action_after(delim)?
            } else {
                let item = self.peek_non_space();
                pos.get_or_insert(item.pos);
                if item.token == Token::Eof {
                    return Err(self.error("unexpected EOF"));
                }
                self.text_or_action()?
            };
            match found {
                Found::Node(node) => self.shared.pending.push(node),
                Found::Stop(stop, stop_pos) => {
                    let span = self.shared.span_of_pending(base);
                    let list = self.shared.node(pos.unwrap_or_default(), Kind::List(span));
                    return Ok((list, stop, stop_pos));
                }
            }
        }
    }

    fn text_or_action(&mut self) -> Result<Found> {
        let item = self.next_non_space();
        match item.token {
            Token::Text => {
                let kind = Kind::Text { start: item.pos, end: item.end };
                Ok(Found::Node(self.shared.node(item.pos, kind)))
            }
            Token::LeftDelim => self.action_after(item),
            _ => Err(self.unexpected(item, "input")),
        }
    }

    fn action_after(&mut self, delim: Item) -> Result<Found> {
        self.action = Some(delim);
        let found = self.action()?;
        self.action = None;
        Ok(found)
    }

    fn action(&mut self) -> Result<Found> {
        if let Some(found) = self.plain_action() {
            return Ok(found);
        }
        let item = self.next_non_space();
        let node = match item.token {
            Token::Block => self.block_control()?,
            Token::Break => self.loop_control(item.pos, Kind::Break, "{{break}}")?,
            Token::Continue => self.loop_control(item.pos, Kind::Continue, "{{continue}}")?,
            Token::Else => {
                let peek = self.peek_non_space();
                if matches!(peek.token, Token::If | Token::With) {
                    return Ok(Found::Stop(Stop::Else, peek.pos));
                }
                let delim = self.expect(Token::RightDelim, "else")?;
                return Ok(Found::Stop(Stop::Else, delim.pos));
            }
            Token::End => {
                let delim = self.expect(Token::RightDelim, "end")?;
                return Ok(Found::Stop(Stop::End, delim.pos));
            }
            Token::If => self.control(Control::If)?,
            Token::Range => self.control(Control::Range)?,
            Token::Template => self.template_control()?,
            Token::With => self.control(Control::With)?,
            _ => {
                self.backup();
                let pos = self.peek().pos;
                let pipe = self.pipeline("command", Token::RightDelim, true)?;
                self.shared.node(pos, Kind::Action(pipe))
            }
        };
        Ok(Found::Node(node))
    }

    fn loop_control(&mut self, pos: u32, kind: Kind, text: &str) -> Result<NodeId> {
        let item = self.next_non_space();
        if item.token != Token::RightDelim {
            return Err(self.unexpected(item, text));
        }
        if self.range_depth == 0 {
            return Err(self.error(format!("{text} outside {{{{range}}}}")));
        }
        Ok(self.shared.node(pos, kind))
    }

    fn control(&mut self, control: Control) -> Result<NodeId> {
        self.check_stack()?;
        let (vars, stack) = (self.vars.len(), self.stack.len());
        let pipe = self.pipeline(control.name(), Token::RightDelim, true)?;
        let inner = self.stack.len();
        if control == Control::Range {
            self.range_depth += 1;
        }
        let (list, stop, stop_pos) = self.item_list()?;
        if control == Control::Range {
            self.range_depth -= 1;
        }
        // Go's parser still knows the list's variables after `else`; its executor does not.
        self.stack.truncate(inner);
        let mut otherwise = NONE;
        if stop == Stop::Else {
            let chained = match (control, self.peek().token) {
                (Control::If, Token::If) => Some(Control::If),
                (Control::With, Token::With) => Some(Control::With),
                _ => None,
            };
            otherwise = if let Some(chained) = chained {
                // `{{else if …}}` is `{{else}}{{if …}}` with one `{{end}}` for both.
                self.next();
                let nested = self.control(chained)?;
                let span = self.shared.span(&[nested]);
                self.shared.node(stop_pos, Kind::List(span))
            } else {
                let (list, stop, _) = self.item_list()?;
                if stop != Stop::End {
                    return Err(self.error(format!("expected end; found {}", stop.text())));
                }
                list
            };
        }
        self.vars.truncate(vars);
        self.stack.truncate(stack);
        let branch = self.shared.more(Branch { pipe, list, otherwise }.numbers());
        let pos = self.shared.nodes[pipe as usize].pos;
        let kind = match control {
            Control::If => Kind::If(branch),
            Control::With => Kind::With(branch),
            Control::Range => Kind::Range(branch),
        };
        Ok(self.shared.node(pos, kind))
    }

    fn block_control(&mut self) -> Result<NodeId> {
        const CONTEXT: &str = "block clause";
        let item = self.next_non_space();
        let name = self.template_name(item, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, Token::RightDelim, true)?;
        let mut block = TreeParser::new(self.shared, name.clone());
        let (root, stop, _) = block.item_list()?;
        if stop != Stop::End {
            // Go reports this with the token of the outer tree.
            return Err(self.error(format!("unexpected {} in {CONTEXT}", stop.text())));
        }
        block.add(root)?;
        Ok(self.template_node(item.pos, name, pipe))
    }

    fn template_control(&mut self) -> Result<NodeId> {
        const CONTEXT: &str = "template clause";
        let item = self.next_non_space();
        let name = self.template_name(item, CONTEXT)?;
        let mut pipe = NONE;
        if self.next_non_space().token != Token::RightDelim {
            self.backup();
            pipe = self.pipeline(CONTEXT, Token::RightDelim, true)?;
        }
        Ok(self.template_node(item.pos, name, pipe))
    }

    fn template_node(&mut self, pos: u32, name: Str, pipe: NodeId) -> NodeId {
        // The name is printed quoted anew, so the source does not matter.
        self.shared.strings.push(Quoted { start: pos, end: pos, text: Text::Known(name) });
        let name = (self.shared.strings.len() - 1) as u32;
        self.shared.node(pos, Kind::Template { name, pipe })
    }

    fn template_name(&mut self, item: Item, context: &str) -> Result<Str> {
        match item.token {
            Token::String | Token::RawString => self.unquote_name(item),
            _ => Err(self.unexpected(item, context)),
        }
    }

    fn unquote_name(&self, item: Item) -> Result<Str> {
        self.unquote(item).map(Str::from)
    }
}
