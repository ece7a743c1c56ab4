//! The parser: Go's `text/template/parse`, production for production, because the order in which it looks at tokens
//! decides which error a wrong text gets. It builds the arena of [`Parsed`] and gives variables their places.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use thinlock_go::{Error, ErrorKind, Place, Str, Toolchain, stack, strconv, unicode, utf8};

use crate::FuncMap;
use crate::lex::{Item, Lexer, Token};
use crate::print::quoted;
use crate::tree::{
    Branch, Callee, Kind, NONE, Node, NodeId, Number, Parsed, Quoted, SLOT_BY_NAME, SLOT_UNDEFINED, Span, Tree,
};

/// The nesting of parentheses that Go 1.25 and later allow.
const MAX_PARENTHESES: u32 = 10_000;

/// Parses a text under a name, as `template.New(name).Funcs(functions).Parse(text)`. The result is not yet part of a
/// [`crate::Set`].
///
/// # Errors
/// [`ErrorKind::Parse`] with Go's message and the line that Go reports; [`ErrorKind::Limit`] where the text is longer
/// than 4 GiB or nested too deeply for the stack.
pub fn parse(
    name: &str,
    text: impl AsRef<[u8]>,
    functions: &FuncMap,
    toolchain: &Toolchain,
) -> Result<Arc<Parsed>, Error> {
    let text = text.as_ref();
    if u32::try_from(text.len()).is_err() {
        return Err(Error::new(ErrorKind::Limit, format!("template {name} is longer than 4 GiB")));
    }
    let mut lexer = Lexer::new(text, toolchain);
    lexer.break_ok = functions.resolve("break").is_none();
    lexer.continue_ok = functions.resolve("continue").is_none();
    let mut shared = Shared {
        lexer,
        file: Arc::from(name),
        functions,
        parentheses_limited: toolchain.expression_depth_limited,
        floor: stack::floor(),
        trees: Vec::new(),
        tree_index: HashMap::new(),
        nodes: Vec::with_capacity(text.len() / 12),
        children: Vec::new(),
        keys: Vec::new(),
        variables: Vec::new(),
        numbers: Vec::new(),
        strings: Vec::new(),
        callees: Vec::new(),
        text,
    };
    let own = Arc::clone(&shared.file);
    let mut parser = TreeParser::new(&mut shared, own);
    let root = parser.parse()?;
    parser.add(root)?;
    // The text's own template first.
    let Shared { file, mut trees, nodes, children, keys, variables, numbers, strings, callees, .. } = shared;
    if let Some(at) = trees.iter().position(|tree| tree.name == file) {
        trees.swap(0, at);
    }
    Ok(Arc::new(Parsed {
        file,
        source: Arc::from(text),
        trees: trees.into(),
        nodes: nodes.into(),
        children: children.into(),
        hints: keys.iter().map(|_| AtomicU32::new(0)).collect(),
        keys: keys.into(),
        variables: variables.into(),
        numbers: numbers.into(),
        strings: strings.into(),
        callees: callees.into(),
    }))
}

/// What the trees of one text share.
struct Shared<'i> {
    lexer: Lexer<'i>,
    text: &'i [u8],
    file: Arc<str>,
    functions: &'i FuncMap,
    parentheses_limited: bool,
    floor: usize,
    trees: Vec<Tree>,
    tree_index: HashMap<Arc<str>, usize>,
    nodes: Vec<Node>,
    children: Vec<NodeId>,
    keys: Vec<Str>,
    variables: Vec<Str>,
    numbers: Vec<Number>,
    strings: Vec<Quoted>,
    callees: Vec<Callee>,
}

impl Shared<'_> {
    fn node(&mut self, pos: u32, kind: Kind) -> NodeId {
        self.nodes.push(Node { pos, kind });
        (self.nodes.len() - 1) as NodeId
    }

    fn span(&mut self, children: &[NodeId]) -> Span {
        let start = self.children.len() as u32;
        self.children.extend_from_slice(children);
        Span { start, len: children.len() as u32 }
    }

    fn variable(&mut self, name: &[u8]) -> u32 {
        let at = self.variables.iter().position(|v| v.as_bytes() == name);
        at.unwrap_or_else(|| {
            self.variables.push(Str::from(name));
            self.variables.len() - 1
        }) as u32
    }

    fn callee(&mut self, callee: Callee) -> u32 {
        let at = self.callees.iter().position(|c| c.name() == callee.name());
        at.unwrap_or_else(|| {
            self.callees.push(callee);
            self.callees.len() - 1
        }) as u32
    }

    /// Go's `IsEmptyTree`: text of white space only.
    fn is_empty(&self, root: NodeId) -> bool {
        let Kind::List(span) = self.nodes[root as usize].kind else { return false };
        let children = &self.children[span.start as usize..(span.start + span.len) as usize];
        children.iter().all(|id| match self.nodes[*id as usize].kind {
            Kind::Text { start, end } => {
                let text = &self.text[start as usize..end as usize];
                utf8::runes(text).all(|(_, c, _)| unicode::is_space(c))
            }
            _ => false,
        })
    }
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
    name: Arc<str>,
    token: [Item<'i>; 3],
    peek_count: usize,
    /// The variables that Go's parser knows.
    vars: Vec<u32>,
    /// The variables that Go's executor will have on its stack at this point.
    stack: Vec<u32>,
    /// Declarations inside parentheses were seen: the stack above cannot be trusted from here on.
    by_name: bool,
    action_line: u32,
    range_depth: u32,
    parentheses: u32,
}

type Result<T, E = Error> = std::result::Result<T, E>;

impl<'s, 'i> TreeParser<'s, 'i> {
    fn new(shared: &'s mut Shared<'i>, name: Arc<str>) -> TreeParser<'s, 'i> {
        let dollar = shared.variable(b"$");
        TreeParser {
            shared,
            name,
            token: [Item::ZERO; 3],
            peek_count: 0,
            vars: vec![dollar],
            stack: vec![dollar],
            by_name: false,
            action_line: 0,
            range_depth: 0,
            parentheses: 0,
        }
    }

    fn next(&mut self) -> Item<'i> {
        if self.peek_count > 0 {
            self.peek_count -= 1;
        } else {
            self.token[0] = self.shared.lexer.next_item();
        }
        self.token[self.peek_count]
    }

    fn backup(&mut self) {
        self.peek_count += 1;
    }

    fn backup2(&mut self, first: Item<'i>) {
        self.token[1] = first;
        self.peek_count = 2;
    }

    fn backup3(&mut self, first: Item<'i>, second: Item<'i>) {
        self.token[1] = second;
        self.token[2] = first;
        self.peek_count = 3;
    }

    fn peek(&mut self) -> Item<'i> {
        if self.peek_count > 0 {
            return self.token[self.peek_count - 1];
        }
        self.peek_count = 1;
        self.token[0] = self.shared.lexer.next_item();
        self.token[0]
    }

    fn next_non_space(&mut self) -> Item<'i> {
        loop {
            let item = self.next();
            if item.token != Token::Space {
                return item;
            }
        }
    }

    fn peek_non_space(&mut self) -> Item<'i> {
        let item = self.next_non_space();
        self.backup();
        item
    }

    #[cold]
    fn error(&self, message: impl Into<String>) -> Error {
        let mut error = Error::new(ErrorKind::Parse, message);
        error.data_mut().place = Some(Place { file: Arc::clone(&self.shared.file), line: self.token[0].line });
        error
    }

    fn expect(&mut self, token: Token, context: &str) -> Result<Item<'i>> {
        let item = self.next_non_space();
        if item.token == token { Ok(item) } else { Err(self.unexpected(item, context)) }
    }

    #[cold]
    fn unexpected(&self, item: Item<'i>, context: &str) -> Error {
        let text = self.item_text(item);
        if item.token != Token::Error {
            return self.error(format!("unexpected {text} in {context}"));
        }
        let mut extra = String::new();
        if self.action_line != 0 && self.action_line != item.line {
            // Go avoids "action in action".
            let lead = if text.ends_with(" action") { "" } else { " in action" };
            extra = format!("{lead} started at {}:{}", self.shared.file, self.action_line);
        }
        self.error(text + &extra)
    }

    /// Go's `item.String`.
    fn item_text(&self, item: Item<'i>) -> String {
        match item.token {
            Token::Eof => "EOF".to_owned(),
            Token::Error => self.shared.lexer.error.clone(),
            token if token > Token::Keyword => format!("<{}>", String::from_utf8_lossy(item.val)),
            // `%.10q`: ten runes.
            _ if item.val.len() > 10 => format!("{}...", quoted(first_runes(item.val, 10))),
            _ => quoted(item.val),
        }
    }

    /// Refuses what is nested too deeply for the stack.
    fn check_stack(&self) -> Result<()> {
        if stack::is_below(self.shared.floor) {
            let mut error = self.error("template is nested too deeply");
            error.data_mut().kind = ErrorKind::Limit;
            return Err(error);
        }
        Ok(())
    }

    /// The whole text. Definitions are only allowed here.
    fn parse(&mut self) -> Result<NodeId> {
        let pos = self.peek().pos;
        let mut list = Vec::new();
        while self.peek().token != Token::Eof {
            if self.peek().token == Token::LeftDelim {
                let delim = self.next();
                if self.next_non_space().token == Token::Define {
                    let mut definition = TreeParser::new(self.shared, Arc::from("definition"));
                    definition.parse_definition()?;
                    continue;
                }
                self.backup2(delim);
            }
            match self.text_or_action()? {
                Found::Node(node) => list.push(node),
                Found::Stop(stop, _) => return Err(self.error(format!("unexpected {}", stop.text()))),
            }
        }
        let span = self.shared.span(&list);
        Ok(self.shared.node(pos, Kind::List(span)))
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
        let tree = Tree { name: Arc::clone(&self.name), root, empty: self.shared.is_empty(root) };
        match self.shared.tree_index.get(&self.name) {
            None => {
                self.shared.tree_index.insert(Arc::clone(&self.name), self.shared.trees.len());
                self.shared.trees.push(tree);
            }
            Some(&at) if self.shared.trees[at].empty => self.shared.trees[at] = tree,
            Some(_) if tree.empty => {}
            Some(_) => {
                let name = quoted(self.name.as_bytes());
                return Err(self.error(format!("template: multiple definition of template {name}")));
            }
        }
        Ok(())
    }

    fn item_list(&mut self) -> Result<(NodeId, Stop, u32)> {
        self.check_stack()?;
        let pos = self.peek_non_space().pos;
        let mut list = Vec::new();
        while self.peek_non_space().token != Token::Eof {
            match self.text_or_action()? {
                Found::Node(node) => list.push(node),
                Found::Stop(stop, stop_pos) => {
                    let span = self.shared.span(&list);
                    return Ok((self.shared.node(pos, Kind::List(span)), stop, stop_pos));
                }
            }
        }
        Err(self.error("unexpected EOF"))
    }

    fn text_or_action(&mut self) -> Result<Found> {
        let item = self.next_non_space();
        match item.token {
            Token::Text => {
                let kind = Kind::Text { start: item.pos, end: item.pos + item.val.len() as u32 };
                Ok(Found::Node(self.shared.node(item.pos, kind)))
            }
            Token::LeftDelim => {
                self.action_line = item.line;
                let found = self.action()?;
                self.action_line = 0;
                Ok(found)
            }
            _ => Err(self.unexpected(item, "input")),
        }
    }

    fn action(&mut self) -> Result<Found> {
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

    /// A pipeline up to `end`. In a `statement` its variables go onto the executor's stack for certain; inside
    /// parentheses that depends on what `and` and `or` skip.
    fn pipeline(&mut self, context: &str, end: Token, statement: bool) -> Result<NodeId> {
        self.check_stack()?;
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
            } else if next.token == Token::Char && next.val == b"," {
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
        let mut commands = Vec::new();
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
                    commands.push(self.command()?);
                }
                _ => return Err(self.unexpected(item, context)),
            }
        }
        self.check_pipeline(&commands, context)?;
        let mut children = Vec::with_capacity(decls.len() + commands.len());
        for &(pos, name) in &decls {
            // What is assigned to must be there; what is declared is pushed when the commands are done.
            let slot = if assign { self.slot(name) } else { SLOT_UNDEFINED };
            let keys = Span::default();
            children.push(self.shared.node(pos, Kind::Variable { name, slot, keys }));
        }
        if !assign {
            self.stack.extend(decls.iter().map(|(_, name)| *name));
        }
        children.extend_from_slice(&commands);
        let children = self.shared.span(&children);
        Ok(self.shared.node(pos, Kind::Pipe { children, decls: decls.len() as u8, assign }))
    }

    fn declare(&mut self, variable: Item<'i>, decls: &mut Vec<(u32, u32)>) {
        let name = self.shared.variable(variable.val);
        decls.push((variable.pos, name));
        self.vars.push(name);
    }

    /// Where the executor will find a variable.
    fn slot(&self, name: u32) -> u32 {
        if self.by_name {
            return SLOT_BY_NAME;
        }
        self.stack.iter().rposition(|v| *v == name).map_or(SLOT_UNDEFINED, |at| at as u32)
    }

    fn check_pipeline(&self, commands: &[NodeId], context: &str) -> Result<()> {
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
        let branch = Branch { pipe, list, otherwise };
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
        let mut block = TreeParser::new(self.shared, Arc::clone(&name));
        let (root, stop, _) = block.item_list()?;
        if stop != Stop::End {
            // Go reports this with the token of the outer tree.
            return Err(self.error(format!("unexpected {} in {CONTEXT}", stop.text())));
        }
        block.add(root)?;
        Ok(self.template_node(item.pos, &name, pipe))
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
        Ok(self.template_node(item.pos, &name, pipe))
    }

    fn template_node(&mut self, pos: u32, name: &str, pipe: NodeId) -> NodeId {
        // The name is printed quoted anew, so the source does not matter.
        self.shared.strings.push(Quoted { start: pos, end: pos, text: Str::from(name) });
        let name = (self.shared.strings.len() - 1) as u32;
        self.shared.node(pos, Kind::Template { name, pipe })
    }

    fn template_name(&mut self, item: Item<'i>, context: &str) -> Result<Arc<str>> {
        match item.token {
            Token::String | Token::RawString => self.unquote_name(item),
            _ => Err(self.unexpected(item, context)),
        }
    }

    fn unquote_name(&self, item: Item<'i>) -> Result<Arc<str>> {
        let name = self.unquote(item)?;
        Ok(Arc::from(&*String::from_utf8_lossy(&name)))
    }

    fn unquote(&self, item: Item<'i>) -> Result<Vec<u8>> {
        strconv::unquote(item.val).ok_or_else(|| self.error("invalid syntax"))
    }

    fn command(&mut self) -> Result<NodeId> {
        let pos = self.peek_non_space().pos;
        let mut words = Vec::new();
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                words.push(operand);
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
        if words.is_empty() {
            return Err(self.error("empty command"));
        }
        let span = self.shared.span(&words);
        Ok(self.shared.node(pos, Kind::Command(span)))
    }

    fn operand(&mut self) -> Result<Option<NodeId>> {
        let Some(term) = self.term()? else { return Ok(None) };
        if self.peek().token != Token::Field {
            return Ok(Some(term));
        }
        let pos = self.peek().pos;
        let node = self.shared.nodes[term as usize];
        let start = self.shared.keys.len() as u32;
        // The keys of a field or variable continue what was just pushed for it.
        let mut keys = match node.kind {
            Kind::Field(keys) | Kind::Variable { keys, .. } if keys.start + keys.len == start => keys,
            _ => Span { start, len: 0 },
        };
        while self.peek().token == Token::Field {
            let key = &self.next().val[1..];
            self.shared.keys.push(Str::from(key));
            keys.len += 1;
        }
        // A chain of fields is placed at its second field.
        let kind = match node.kind {
            Kind::Field(_) => Kind::Field(keys),
            Kind::Variable { name, slot, .. } => Kind::Variable { name, slot, keys },
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
            _ => return Ok(Some(self.shared.node(pos, Kind::Chain { node: term, keys }))),
        };
        Ok(Some(self.shared.node(pos, kind)))
    }

    fn term(&mut self) -> Result<Option<NodeId>> {
        let item = self.next_non_space();
        let kind = match item.token {
            Token::Identifier => {
                // An identifier is letters and digits, so UTF-8.
                let name = String::from_utf8_lossy(item.val);
                let Some(callee) = self.shared.functions.resolve(&name) else {
                    return Err(self.error(format!("function {} not defined", quoted(item.val))));
                };
                Kind::Ident(self.shared.callee(callee))
            }
            Token::Dot => Kind::Dot,
            Token::Nil => Kind::Nil,
            Token::Variable => {
                let name = self.shared.variable(item.val);
                if !self.vars.contains(&name) {
                    return Err(self.error(format!("undefined variable {}", quoted(item.val))));
                }
                let start = self.shared.keys.len() as u32;
                Kind::Variable { name, slot: self.slot(name), keys: Span { start, len: 0 } }
            }
            Token::Field => {
                self.shared.keys.push(Str::from(&item.val[1..]));
                Kind::Field(Span { start: (self.shared.keys.len() - 1) as u32, len: 1 })
            }
            Token::Bool => Kind::Bool(item.val == b"true"),
            Token::CharConstant | Token::Complex | Token::Number => {
                let mut number = Number::parse(item.val, item.token).map_err(|text| self.error(text))?;
                number.start = item.pos;
                number.end = item.pos + item.val.len() as u32;
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
                let text = Str::from(self.unquote(item)?);
                let end = item.pos + item.val.len() as u32;
                self.shared.strings.push(Quoted { start: item.pos, end, text });
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

fn first_runes(text: &[u8], count: usize) -> &[u8] {
    match utf8::runes(text).nth(count) {
        Some((end, ..)) => &text[..end],
        None => text,
    }
}
