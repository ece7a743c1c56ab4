//! The executor: Go's `exec.go`. The tree is walked, values are moved or shared, and output goes straight to the
//! caller's buffer. As in Go, the state remembers the node that was looked at last: error texts name it.

mod call;
mod eval;
mod memo;
mod room;

use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;

use thinlock_go::{CallError, Error, ErrorKind, Frame, Host, Interp, Object, Str, Toolchain, Value, fmt, stack};

use self::call::Args;
use self::memo::{Memo, Recalled};
use self::room::Room;
use crate::rv::{Indirect, Rv, indirect};
use crate::set::Entry;
use crate::tree::{Branch, Kind, NONE, NodeId, Parsed};
use crate::{Limits, Set, TextCache};

type Result<T, E = Error> = std::result::Result<T, E>;

/// What a field of a map means that the map does not have: Go's `missingkey` option.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingKey {
    /// `missingkey=invalid`, Go's default: no value, which prints as `<no value>`.
    #[default]
    Invalid,
    /// `missingkey=zero`, Helm's choice: the zero value of the element type. That of `interface {}` is nil, so
    /// `<no value>` is printed all the same.
    Zero,
    /// `missingkey=error`, Helm's under `--strict`: `map has no entry for key "x"`.
    Error,
}

/// What an execution stands in.
pub struct Env<'e> {
    /// The world outside, for functions.
    pub host: &'e dyn Host,
    /// Which Go is reproduced.
    pub toolchain: &'e Toolchain,
    /// The embedder's state, for its own functions: see [`Interp::state`].
    pub state: &'e mut dyn Any,
    /// The functions and the cache for texts that functions execute: see [`Interp::execute_text`].
    pub texts: &'e TextCache,
    /// The `missingkey` option.
    pub missing_key: MissingKey,
    /// How much the templates may do.
    pub limits: Limits,
}

impl<'e> Env<'e> {
    /// An environment with the default limits and Go's default options.
    pub fn new(host: &'e dyn Host, toolchain: &'e Toolchain, state: &'e mut dyn Any, texts: &'e TextCache) -> Env<'e> {
        Env { host, toolchain, state, texts, missing_key: MissingKey::default(), limits: Limits::default() }
    }
}

impl Set {
    /// Executes a template of the set with a dot, and appends what it prints to `out`: Go's `ExecuteTemplate`. After an
    /// error `out` holds what was printed before it.
    ///
    /// # Errors
    /// The template is unknown, or its execution fails. [`crate::error_text`] gives Go's text.
    pub fn execute(&self, name: impl AsRef<[u8]>, dot: Value, out: &mut Vec<u8>, env: Env<'_>) -> Result<()> {
        let entry = self.lookup(name.as_ref())?;
        let Room { vars, args, buffers, mut memo } = Room::take();
        memo.begin(env.missing_key, env.toolchain);
        let mut shared = Shared {
            env,
            vars,
            args,
            buffers,
            steps: 0,
            printed: 0,
            floor: stack::floor(),
            nested: 0,
            deepest: 0,
            asked: Cell::new(false),
            traced: 0,
            memo,
        };
        let result = shared.execute(self, entry, Rv::of(dot), out);
        Room { vars: shared.vars, args: shared.args, buffers: shared.buffers, memo: shared.memo }.put_back();
        result
    }

    fn lookup(&self, name: &[u8]) -> Result<&Entry> {
        self.get(name).ok_or_else(|| {
            let (name, set) = (crate::print::quoted(name), crate::print::quoted(self.name()));
            let message = format!("template: no template {name} associated with template {set}");
            Error::new(ErrorKind::Exec, message)
        })
    }
}

/// What all templates of one execution share.
pub(crate) struct Shared<'e> {
    env: Env<'e>,
    /// The variables of all templates that are being executed, innermost last.
    vars: Vec<Variable>,
    /// Argument vectors, which hold nothing but nils, and buffers that are not in use.
    args: Vec<Vec<Value>>,
    buffers: Vec<Vec<u8>>,
    steps: u64,
    printed: usize,
    floor: usize,
    /// How many templates functions are executing inside one another, and the most since a recording began.
    nested: u32,
    deepest: u32,
    /// Whether a function asked for the world outside since a recording began.
    asked: Cell<bool>,
    /// The [`thinlock_go::Map::identity`] of the dot whose reads are being recorded, or 0.
    traced: usize,
    memo: Box<Memo>,
}

/// A variable: `$`, `$x`.
struct Variable {
    value: Rv,
    name: u32,
}

impl<'e> Shared<'e> {
    fn execute(&mut self, set: &Set, entry: &Entry, dot: Rv, out: &mut Vec<u8>) -> Result<()> {
        let before = out.len();
        let mut state = State::enter(self, set, entry, 0);
        let result = state.run(dot, out);
        self.printed = self.printed.saturating_add(out.len().saturating_sub(before));
        result
    }

    fn take_buffer(&mut self) -> Vec<u8> {
        self.buffers.pop().unwrap_or_default()
    }

    fn return_buffer(&mut self, mut buffer: Vec<u8>) {
        // A buffer that grew large once is not kept for small uses.
        if buffer.capacity() <= 1 << 17 {
            buffer.clear();
            self.buffers.push(buffer);
        }
    }
}

/// The execution of one template: Go's `state`.
pub(crate) struct State<'s, 'e> {
    shared: &'s mut Shared<'e>,
    set: &'s Set,
    code: &'s Parsed,
    executing: &'s Str,
    root: NodeId,
    /// The node that was looked at last, for errors.
    node: NodeId,
    /// Where this template's variables begin.
    base: usize,
    /// Nested `{{template}}` calls.
    depth: u32,
}

/// How a walk ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

impl<'s, 'e> State<'s, 'e> {
    fn enter(shared: &'s mut Shared<'e>, set: &'s Set, entry: &'s Entry, depth: u32) -> State<'s, 'e> {
        let tree = entry.tree();
        let base = shared.vars.len();
        let code: &'s Parsed = &entry.parsed;
        State { shared, set, code, executing: &tree.name, root: tree.root, node: tree.root, base, depth }
    }

    /// Executes the template from its root.
    fn run(&mut self, dot: Rv, out: &mut Vec<u8>) -> Result<()> {
        // Every text's first variable is "$".
        self.shared.vars.push(Variable { value: dot.clone(), name: 0 });
        let result = self.walk_list(&dot, self.root, out);
        self.shared.vars.truncate(self.base);
        result.map(|_| ())
    }

    /// An error at the node that was looked at last.
    #[cold]
    fn error(&self, message: impl Into<Str>) -> Error {
        self.error_of(ErrorKind::Exec, message, None)
    }

    #[cold]
    fn limit(&self, message: impl Into<Str>) -> Error {
        self.error_of(ErrorKind::Limit, message, None)
    }

    #[cold]
    fn error_of(&self, kind: ErrorKind, message: impl Into<Str>, calling: Option<&str>) -> Error {
        let mut error = Error::new(kind, message);
        error.data_mut().frames.push(self.frame(calling, None));
        error
    }

    /// The place of the node that was looked at last, as Go's `ErrorContext` gives it.
    #[cold]
    fn frame(&self, calling: Option<&str>, context: Option<Str>) -> Frame {
        let offset = self.code.node(self.node).pos;
        let before = &self.code.source[..offset as usize];
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        Frame {
            file: self.code.file.clone(),
            line: 1 + memchr::memchr_iter(b'\n', before).count() as u32,
            column: (before.len() - line_start) as u32,
            offset,
            executing: self.executing.clone(),
            node: self.code.node_text(self.node),
            calling: calling.map(Str::from),
            context,
        }
    }

    /// A failed call of `name`, at the node that was looked at last.
    #[cold]
    fn call_error(&self, error: CallError, name: &str) -> Error {
        match error {
            CallError::Message(text) => self.error_of(ErrorKind::Exec, text, Some(name)),
            CallError::Fail(text) => self.error_of(ErrorKind::Fail, text, Some(name)),
            CallError::Limit(text) => self.error_of(ErrorKind::Limit, text, Some(name)),
            CallError::Template(mut error) => {
                error.data_mut().frames.push(self.frame(Some(name), None));
                error
            }
            CallError::Wrapped(context, mut error) => {
                error.data_mut().frames.push(self.frame(Some(name), Some(context)));
                error
            }
        }
    }

    /// An error of a conversion to text.
    #[cold]
    fn text_error(&self, error: CallError) -> Error {
        match error {
            CallError::Limit(text) => self.limit(text),
            CallError::Message(text) | CallError::Fail(text) => self.error(text),
            CallError::Template(error) | CallError::Wrapped(_, error) => error,
        }
    }

    /// Counts a step, and looks whether a limit is reached.
    #[inline]
    fn step(&mut self, out: &[u8]) -> Result<()> {
        self.shared.steps += 1;
        let limits = &self.shared.env.limits;
        if self.shared.steps > limits.steps || out.len() > limits.output.saturating_sub(self.shared.printed) {
            return Err(self.over_limit());
        }
        Ok(())
    }

    #[cold]
    fn over_limit(&self) -> Error {
        let limits = &self.shared.env.limits;
        if self.shared.steps > limits.steps {
            return self.limit(format!("more than {} nodes executed", limits.steps));
        }
        self.limit(format!("more than {} bytes printed", limits.output))
    }

    #[inline]
    fn check_stack(&self) -> Result<()> {
        if stack::is_below(self.shared.floor) {
            return Err(self.limit("templates are nested too deeply for the stack"));
        }
        Ok(())
    }

    fn walk_list(&mut self, dot: &Rv, list: NodeId, out: &mut Vec<u8>) -> Result<Flow> {
        self.check_stack()?;
        let code = self.code;
        self.node = list;
        let Kind::List(children) = code.node(list).kind else {
            return Err(self.error("not a list"));
        };
        for &id in code.children(children) {
            self.node = id;
            self.step(out)?;
            match code.node(id).kind {
                Kind::Text { start, end } => out.extend_from_slice(code.text(start, end)),
                Kind::Action(pipe) => {
                    // Most actions print a value and do nothing else.
                    if let Some(word) = self.only_word(pipe)
                        && let Kind::Field(keys) = code.node(word).kind
                    {
                        self.node = word;
                        let value = self.eval_fields(dot, dot, word, keys, &mut Args::none())?.strip();
                        self.node = id;
                        self.print(&value, out)?;
                        continue;
                    }
                    let Kind::Pipe { decls, .. } = code.node(pipe).kind else { continue };
                    let value = self.eval_pipeline(dot, pipe)?;
                    if decls == 0 {
                        self.node = id;
                        self.print(&value, out)?;
                    }
                }
                Kind::If(branch) => {
                    let flow = self.walk_if(dot, code.branch(branch), false, out)?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                Kind::With(branch) => {
                    let flow = self.walk_if(dot, code.branch(branch), true, out)?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                Kind::Range(branch) => {
                    let flow = self.walk_range(dot, code.branch(branch), out)?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                Kind::Template { name, pipe } => self.walk_template(dot, name, pipe, out)?,
                Kind::Break => return Ok(Flow::Break),
                Kind::Continue => return Ok(Flow::Continue),
                _ => return Err(self.error(Str::concat(&[b"unknown node: ", &code.node_text(id)]))),
            }
        }
        Ok(Flow::Next)
    }

    fn walk_if(&mut self, dot: &Rv, branch: Branch, with: bool, out: &mut Vec<u8>) -> Result<Flow> {
        let mark = self.shared.vars.len();
        let value = match self.only_word(branch.pipe).map(|word| (word, self.code.node(word).kind)) {
            Some((word, Kind::Field(keys))) => {
                self.node = word;
                self.eval_fields(dot, dot, word, keys, &mut Args::none())?.strip()
            }
            _ => self.eval_pipeline(dot, branch.pipe)?,
        };
        let flow = if value.value.truth() {
            self.walk_list(if with { &value } else { dot }, branch.list, out)?
        } else if branch.otherwise != NONE {
            self.walk_list(dot, branch.otherwise, out)?
        } else {
            Flow::Next
        };
        self.shared.vars.truncate(mark);
        Ok(flow)
    }

    fn walk_range(&mut self, dot: &Rv, branch: Branch, out: &mut Vec<u8>) -> Result<Flow> {
        let mark = self.shared.vars.len();
        let (value, _) = self.eval_pipeline(dot, branch.pipe)?.indirect();
        let flow = self.range_over(dot, value, branch, out)?;
        self.shared.vars.truncate(mark);
        Ok(flow)
    }

    /// Runs the loop, or the `else` list where there is nothing to iterate over. What leaves is never a break or a
    /// continue of this loop, so only one of the `else` list, which belongs to a loop around.
    fn range_over(&mut self, dot: &Rv, value: Rv, branch: Branch, out: &mut Vec<u8>) -> Result<Flow> {
        let code = self.code;
        let Kind::Pipe { children, decls, assign, .. } = code.node(branch.pipe).kind else { return Ok(Flow::Next) };
        let variables = &code.children(children)[..usize::from(decls)];
        let bind = Bind { variables, assign, list: branch.list, mark: self.shared.vars.len() };
        let underlying = match &value.value {
            Value::Object(object) => object.underlying(),
            _ => None,
        };
        let mut ran = false;
        match underlying.as_ref().unwrap_or(&value.value) {
            Value::Int(kind, n) if self.shared.env.toolchain.range_over_int => {
                self.one_variable(&bind, &value)?;
                // The numbers are of the type that is iterated over: the months before March.
                for i in 0..*n {
                    ran = true;
                    let item = Rv::of(match &value.value {
                        Value::Object(named) => named.counted(i).unwrap_or(Value::Int(*kind, i)),
                        _ => Value::Int(*kind, i),
                    });
                    if self.iterate(&bind, || Value::Nil, item, out)? == Flow::Break {
                        break;
                    }
                }
            }
            Value::Uint(kind, n) if self.shared.env.toolchain.range_over_int => {
                self.one_variable(&bind, &value)?;
                for i in 0..*n {
                    ran = true;
                    let item = Rv::of(Value::Uint(*kind, i));
                    if self.iterate(&bind, || Value::Nil, item, out)? == Flow::Break {
                        break;
                    }
                }
            }
            Value::List(list) => {
                let elem = list.go_type().elem;
                for i in 0..list.len() {
                    ran = true;
                    let Some(item) = list.get(i) else { break };
                    let item = elem.map_or(Rv::of(Value::Nil), |t| Rv::typed(item, t));
                    if self.iterate(&bind, || Value::int(i as i64), item, out)? == Flow::Break {
                        break;
                    }
                }
            }
            Value::Bytes(bytes) => {
                for (i, byte) in bytes.iter().enumerate() {
                    ran = true;
                    let item = Rv::of(Value::Uint(thinlock_go::UintKind::Uint8, u64::from(*byte)));
                    if self.iterate(&bind, || Value::int(i as i64), item, out)? == Flow::Break {
                        break;
                    }
                }
            }
            Value::Map(map) => {
                let elem = map.go_type().elem;
                for (key, item) in map.snapshot().iter() {
                    ran = true;
                    let item = elem.map_or(Rv::INVALID, |t| Rv::typed(item.clone(), t));
                    if self.iterate(&bind, || Value::Str(key.clone()), item, out)? == Flow::Break {
                        break;
                    }
                }
            }
            Value::Nil => {}
            _ => {
                let mut text = Vec::new();
                fmt::append_value(&mut text, &value.value).map_err(|e| self.text_error(e))?;
                return Err(self.error(Str::concat(&[b"range can't iterate over ", &text])));
            }
        }
        if !ran && branch.otherwise != NONE {
            return self.walk_list(dot, branch.otherwise, out);
        }
        Ok(Flow::Next)
    }

    /// A loop over a number has one variable.
    fn one_variable(&self, bind: &Bind<'_>, value: &Rv) -> Result<()> {
        if bind.variables.len() <= 1 {
            return Ok(());
        }
        let mut text = Vec::new();
        fmt::append_value(&mut text, &value.value).map_err(|e| self.text_error(e))?;
        let text = String::from_utf8_lossy(&text);
        Err(self.error(format!("can't use {text} to iterate over more than one variable")))
    }

    /// One round of a loop.
    #[inline]
    fn iterate(&mut self, bind: &Bind<'_>, index: impl FnOnce() -> Value, item: Rv, out: &mut Vec<u8>) -> Result<Flow> {
        // A body may have no nodes, and the number may be large.
        self.step(out)?;
        match bind.variables {
            [] => {}
            [only] if bind.assign => self.assign(*only, item.clone())?,
            [first, second, ..] if bind.assign => {
                self.assign(*first, Rv::of(index()))?;
                self.assign(*second, item.clone())?;
            }
            // Declared variables are on top of the stack, the one for the element last.
            [_] => self.set_top(1, item.clone()),
            _ => {
                self.set_top(1, item.clone());
                self.set_top(2, Rv::of(index()));
            }
        }
        let flow = self.walk_list(&item, bind.list, out)?;
        self.shared.vars.truncate(bind.mark);
        Ok(flow)
    }

    fn set_top(&mut self, n: usize, value: Rv) {
        let len = self.shared.vars.len();
        if let Some(variable) = len.checked_sub(n).and_then(|at| self.shared.vars.get_mut(at)) {
            variable.value = value;
        }
    }

    fn walk_template(&mut self, dot: &Rv, name: u32, pipe: NodeId, out: &mut Vec<u8>) -> Result<()> {
        let name = self.code.string(name);
        let Some(entry) = self.set.get(name) else {
            return Err(self.error(format!("template {} not defined", crate::print::quoted(name))));
        };
        if self.depth >= self.shared.env.limits.template_depth {
            let depth = self.shared.env.limits.template_depth;
            return Err(self.error(format!("exceeded maximum template depth ({depth})")));
        }
        // Variables that the pipeline declares stay.
        let dot = if pipe == NONE {
            Rv::INVALID
        } else if let Some(dot) = self.only_word(pipe).and_then(|word| self.handed_on(dot, word)) {
            // As the value of a pipeline.
            dot.strip()
        } else {
            self.eval_pipeline(dot, pipe)?
        };
        let depth = self.depth + 1;
        State::enter(self.shared, self.set, entry, depth).run(dot, out)
    }

    /// The word of a pipeline that is nothing else.
    #[inline]
    fn only_word(&self, pipe: NodeId) -> Option<NodeId> {
        let code = self.code;
        let Kind::Pipe { children, word: true, .. } = code.node(pipe).kind else { return None };
        let command = code.children(children).first()?;
        let Kind::Command(words) = code.node(*command).kind else { return None };
        code.children(words).first().copied()
    }

    /// Prints the value of an action.
    #[inline]
    fn print(&self, value: &Rv, out: &mut Vec<u8>) -> Result<()> {
        match &value.value {
            Value::Str(text) => out.extend_from_slice(text),
            Value::Nil if value.iface.is_none() => out.extend_from_slice(b"<no value>"),
            Value::Object(object) => {
                let printable = printable(object, true);
                fmt::append_value(out, printable.as_ref().unwrap_or(&value.value)).map_err(|e| self.text_error(e))?;
            }
            other => fmt::append_value(out, other).map_err(|e| self.text_error(e))?,
        }
        Ok(())
    }
}

/// Go's `printableValue` of an object, where that is not the object itself. The value of an action may be addressable,
/// an argument of `html` never is.
pub(crate) fn printable(object: &Rc<dyn Object>, addressable: bool) -> Option<Value> {
    if addressable && let Some(text) = object.addressed_string() {
        return Some(Value::Str(text));
    }
    if object.string().is_some() {
        return None;
    }
    match indirect(object) {
        Indirect::Value(value) => Some(value),
        Indirect::Same | Indirect::Nil => None,
    }
}

/// The variables and body of a loop.
struct Bind<'c> {
    variables: &'c [NodeId],
    assign: bool,
    list: NodeId,
    /// The height of the variable stack before the body.
    mark: usize,
}

impl Interp for State<'_, '_> {
    fn host(&self) -> &dyn Host {
        self.shared.asked.set(true);
        self.shared.env.host
    }

    fn toolchain(&self) -> &Toolchain {
        self.shared.env.toolchain
    }

    fn execute_template(&mut self, name: &Str, dot: Value) -> Result<Str, CallError> {
        let entry = self.set.lookup(name)?;
        self.execute_entry(self.set, entry, dot)
    }

    fn execute_text(&mut self, name: &Str, text: &Str, dot: Value) -> Result<Str, CallError> {
        let parsed = self.shared.env.texts.parse(name, text, self.shared.env.toolchain)?;
        let mut set = self.set.clone();
        set.add_own(&parsed);
        let entry = Entry { parsed, tree: 0 };
        self.execute_entry(&set, &entry, dot)
    }

    fn state(&mut self) -> &mut dyn Any {
        self.shared.asked.set(true);
        self.shared.env.state
    }

    fn bookkeeping(&mut self) -> &mut dyn Any {
        self.shared.env.state
    }
}

impl State<'_, '_> {
    fn execute_entry(&mut self, set: &Set, entry: &Entry, dot: Value) -> Result<Str, CallError> {
        self.check_stack()?;
        let recording = match self.shared.recall(set, entry, &dot) {
            Recalled::Text(text) => return Ok(text),
            Recalled::Recording => true,
            Recalled::Nothing => false,
        };
        let mut buffer = self.shared.take_buffer();
        let height = self.shared.vars.len();
        self.shared.nested += 1;
        self.shared.deepest = self.shared.deepest.max(self.shared.nested);
        let result = self.shared.execute(set, entry, Rv::of(dot), &mut buffer);
        self.shared.nested -= 1;
        // After an error the variables of the loops that were left are still there.
        self.shared.vars.truncate(height);
        let text = Str::from(buffer.as_slice());
        self.shared.return_buffer(buffer);
        if recording {
            self.shared.recorded(result.is_ok().then_some(&text));
        }
        result?;
        Ok(text)
    }
}
