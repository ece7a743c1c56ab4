//! Calls: argument lists, the conversion of arguments to parameter types, and the result.

use std::rc::Rc;

use thinlock_go::object::Method;
use thinlock_go::types::{self, Kind as TypeKind, Type};
use thinlock_go::{CallError, Error, ErrorKind, Func, IntKind, Interp, Object, Str, UintKind, Value};

use super::{Result, State};
use crate::builtin::Builtin;
use crate::rv::{self, Indirect, Rv, assign, can_be_nil, indirect};
use crate::tree::{Callee, Kind, NodeId, Place};

/// What is called: each kind has its own copy of [`State::eval_call`].
pub(super) trait Target {
    /// The name, the parameter types, whether the last of them takes any number, and the result type.
    fn signature(&self) -> (&'static str, &'static [Type], bool, Type);

    /// Whether the second argument is only handed on: [`Func::hands_on_dot`].
    fn hands_on_dot(&self) -> bool {
        false
    }

    /// The receiver, where it is the first argument.
    fn receiver(&self) -> Option<Value> {
        None
    }

    fn call(self, interp: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError>;
}

impl Target for &'static Func {
    fn hands_on_dot(&self) -> bool {
        self.hands_on_dot
    }

    fn signature(&self) -> (&'static str, &'static [Type], bool, Type) {
        (self.name, self.params, self.variadic, self.result)
    }

    fn call(self, interp: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
        (self.call)(interp, args)
    }
}

/// A method of an object.
pub(super) struct MethodOf(pub(super) Rc<dyn Object>, pub(super) &'static Method);

impl Target for MethodOf {
    fn signature(&self) -> (&'static str, &'static [Type], bool, Type) {
        (self.1.name, self.1.params, self.1.variadic, self.1.result)
    }

    fn call(self, interp: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
        self.0.call(self.1.name, args, interp)
    }
}

/// A method of a named map type, with its receiver.
pub(super) struct MapMethod(pub(super) Value, pub(super) &'static Func);

impl Target for MapMethod {
    fn signature(&self) -> (&'static str, &'static [Type], bool, Type) {
        self.1.signature()
    }

    fn receiver(&self) -> Option<Value> {
        Some(self.0.clone())
    }

    fn call(self, interp: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
        (self.1.call)(interp, args)
    }
}

/// Puts a value where mostly there is none, which then needs no drop.
#[inline]
fn put(slot: &mut Value, value: Value) {
    if let nil @ Value::Nil = std::mem::replace(slot, value) {
        std::mem::forget(nil);
    }
}

/// The arguments of a call: those written after the function, and the one piped into it.
pub(super) struct Args<'a> {
    pub(super) given: &'a [NodeId],
    pub(super) last: Option<Rv>,
}

impl Args<'_> {
    pub(super) const fn none() -> Args<'static> {
        Args { given: &[], last: None }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.given.is_empty() && self.last.is_none()
    }
}

impl State<'_, '_> {
    /// Calls a function. `node` is what an error of the call itself names.
    pub(super) fn eval_callee(&mut self, dot: &Rv, node: NodeId, callee: u32, args: &mut Args<'_>) -> Result<Rv> {
        match self.code.callees[callee as usize] {
            Callee::Func(func) => self.eval_call(dot, func, node, args),
            Callee::Builtin(builtin) => self.eval_builtin(dot, builtin, node, args),
        }
    }

    #[inline]
    fn check_arity(&self, name: &str, params: usize, variadic: bool, args: &Args<'_>) -> Result<()> {
        let given = args.given.len() + usize::from(args.last.is_some());
        let fits = if variadic { given + 1 >= params } else { given == params };
        if fits { Ok(()) } else { Err(self.wrong_arity(name, params, variadic, args.given.len(), given)) }
    }

    #[cold]
    fn wrong_arity(&self, name: &str, params: usize, variadic: bool, written: usize, given: usize) -> Error {
        if variadic {
            let want = params - 1;
            // Go does not count the piped argument here.
            return self.error(format!("wrong number of args for {name}: want at least {want} got {written}"));
        }
        self.error(format!("wrong number of args for {name}: want {params} got {given}"))
    }

    pub(super) fn eval_call(&mut self, dot: &Rv, target: impl Target, node: NodeId, args: &mut Args<'_>) -> Result<Rv> {
        let (name, params, variadic, result_type) = target.signature();
        self.check_arity(name, params.len(), variadic, args)?;
        if let Some(results) = result_type.as_results() {
            return Err(self.error(match results[..] {
                [_, second] => {
                    format!("invalid function signature for {name}: second return value should be error; is {second}")
                }
                _ => format!("function {name} has {} return values; should be 1 or 2", results.len()),
            }));
        }
        let receiver = target.receiver();
        let before = usize::from(receiver.is_some());
        let count = before + args.given.len() + usize::from(args.last.is_some());
        // Values are put where others were: adding them could fail, and so is done by way of memory that they are written
        // to and read from again.
        let mut values = self.shared.args.pop().unwrap_or_default();
        if values.len() < count {
            values.resize_with(count, Value::default);
        }
        let (values_here, _) = values.split_at_mut(count);
        let (first, slots) = values_here.split_at_mut(before);
        if let ([slot], Some(receiver)) = (first, receiver) {
            put(slot, receiver);
        }
        // The last parameter type also serves all that follow.
        let param = |i: usize| params.get(i).or(params.last()).copied().unwrap_or(&types::ANY);
        let hands_on = target.hands_on_dot();
        let code = self.code;
        for (i, (arg, slot)) in args.given.iter().zip(slots.iter_mut()).enumerate() {
            let to = param(i);
            // Every second argument is one of these.
            if let Kind::Str(at) = code.node(*arg).kind
                && (to.kind == TypeKind::String || rv::is_empty_interface(to))
            {
                self.node = *arg;
                put(slot, Value::Str(code.string(at).clone()));
                continue;
            }
            let value = match if hands_on && i == 1 { self.handed_on(dot, *arg) } else { None } {
                Some(value) => value.value,
                None => self.eval_arg(dot, to, *arg)?,
            };
            put(slot, value);
        }
        if let (Some(last), Some(slot)) = (args.last.take(), slots.last_mut()) {
            put(slot, self.validate(last, param(args.given.len()))?);
        }
        let result = target.call(self, values_here);
        for value in values_here {
            // Most functions take what they are given.
            if !value.is_nil() {
                *value = Value::Nil;
            }
        }
        self.shared.args.push(values);
        match result {
            Ok(value) => Ok(Rv::typed(value, result_type)),
            Err(error) => {
                self.node = node;
                Err(self.call_error(error, name))
            }
        }
    }

    /// A dot that a template hands on to another one as it is: `.` or `$`.
    pub(super) fn handed_on(&mut self, dot: &Rv, arg: NodeId) -> Option<Rv> {
        let value = match self.code.node(arg).kind {
            Kind::Dot => dot.clone(),
            Kind::Variable { name, place } => {
                let Place { slot, keys } = self.code.place(place);
                if keys.len > 0 {
                    return None;
                }
                let at = self.find_variable(name, slot).ok()?;
                self.shared.vars[at].value.clone()
            }
            _ => return None,
        };
        self.node = arg;
        Some(value)
    }

    /// Go's `validateType`: a value as an argument of a type.
    pub(super) fn validate(&self, value: Rv, to: Type) -> Result<Value> {
        // Most parameters are strings, and so is what they are given.
        let fits = matches!(value.value, Value::Str(_)) && std::ptr::eq(to, &types::STRING);
        if fits || rv::is_empty_interface(to) {
            return Ok(value.value);
        }
        if !value.is_valid() {
            if can_be_nil(to) {
                return Ok(rv::zero(to));
            }
            return Err(self.error(format!("invalid value; expected {to}")));
        }
        let unassignable = match assign(value.value, to) {
            Ok(value) => return Ok(value),
            Err(value) => value,
        };
        if let Value::Object(object) = &unassignable
            && let Indirect::Value(pointee) = indirect(object)
            && let Ok(value) = assign(pointee, to)
        {
            return Ok(value);
        }
        let got = match (&unassignable, value.iface) {
            (Value::Nil, Some(iface)) => iface.name,
            (value, _) => value.type_name(),
        };
        Err(self.error(format!("wrong type for value; expected {to}; got {got}")))
    }

    /// An argument of a type.
    #[inline]
    fn eval_arg(&mut self, dot: &Rv, to: Type, arg: NodeId) -> Result<Value> {
        if rv::is_empty_interface(to) {
            return Ok(self.eval_operand(dot, arg)?.value);
        }
        let code = self.code;
        let kind = code.node(arg).kind;
        match kind {
            Kind::Str(at) if to.kind == TypeKind::String => {
                self.node = arg;
                return Ok(Value::Str(code.string(at).clone()));
            }
            Kind::Nil => {
                self.node = arg;
                if can_be_nil(to) {
                    return Ok(rv::zero(to));
                }
                return Err(self.error(format!("cannot assign nil to {to}")));
            }
            Kind::Bool(_) | Kind::Number(_) | Kind::Str(_) => {
                self.node = arg;
                return self.typed_constant(to, arg);
            }
            _ => {}
        }
        let value = self.eval_operand(dot, arg)?;
        self.validate(value, to)
    }

    /// A constant as an argument of a basic type.
    fn typed_constant(&self, to: Type, arg: NodeId) -> Result<Value> {
        let code = self.code;
        let kind = code.node(arg).kind;
        let number = match kind {
            Kind::Number(at) => Some(&code.numbers[at as usize]),
            _ => None,
        };
        let int = |kind| number.and_then(|n| n.int).map(|n| Value::Int(kind, kind.narrow(n)));
        let uint = |kind| number.and_then(|n| n.uint).map(|n| Value::Uint(kind, kind.narrow(n)));
        let (value, expected) = match to.kind {
            TypeKind::Bool => (if let Kind::Bool(b) = kind { Some(Value::Bool(b)) } else { None }, "bool"),
            TypeKind::String => (None, "string"),
            TypeKind::Int => (int(IntKind::Int), "integer"),
            TypeKind::Int8 => (int(IntKind::Int8), "integer"),
            TypeKind::Int16 => (int(IntKind::Int16), "integer"),
            TypeKind::Int32 => (int(IntKind::Int32), "integer"),
            TypeKind::Int64 => (int(IntKind::Int64), "integer"),
            TypeKind::Uint | TypeKind::Uintptr => (uint(UintKind::Uint), "unsigned integer"),
            TypeKind::Uint8 => (uint(UintKind::Uint8), "unsigned integer"),
            TypeKind::Uint16 => (uint(UintKind::Uint16), "unsigned integer"),
            TypeKind::Uint32 => (uint(UintKind::Uint32), "unsigned integer"),
            TypeKind::Uint64 => (uint(UintKind::Uint64), "unsigned integer"),
            TypeKind::Float32 | TypeKind::Float64 => (number.and_then(|n| n.float).map(Value::Float), "float"),
            TypeKind::Complex64 | TypeKind::Complex128 => {
                (number.and_then(|n| n.complex).map(|(re, im)| Value::Complex(re, im)), "complex")
            }
            _ => {
                let text = code.node_text(arg);
                return Err(self.error(Str::concat(&[
                    b"can't handle ",
                    &text,
                    b" for arg of type ",
                    to.name.as_bytes(),
                ])));
            }
        };
        value.ok_or_else(|| {
            let found = code.node_text(arg);
            self.error(Str::concat(&[b"expected ", expected.as_bytes(), b"; found ", &found]))
        })
    }

    /// An operand where no type is asked for: an argument of type `interface {}` or `reflect.Value`, or the receiver of
    /// a chain. Go's untyped nil is the invalid value.
    pub(super) fn eval_operand(&mut self, dot: &Rv, arg: NodeId) -> Result<Rv> {
        self.node = arg;
        match self.code.node(arg).kind {
            Kind::Dot => Ok(self.given_away(dot.clone())),
            Kind::Nil => Ok(Rv::INVALID),
            Kind::Field(keys) => self.eval_fields(dot, dot, arg, keys, &mut Args::none()),
            Kind::Variable { .. } => self.eval_variable(dot, arg, &mut Args::none()),
            Kind::Pipe { .. } => self.eval_pipeline(dot, arg),
            Kind::Ident(callee) => self.eval_callee(dot, arg, callee, &mut Args::none()),
            Kind::Chain { .. } => self.eval_chain(dot, arg, &mut Args::none()),
            _ => self.constant(arg),
        }
    }

    fn eval_builtin(&mut self, dot: &Rv, builtin: Builtin, node: NodeId, args: &mut Args<'_>) -> Result<Rv> {
        let (params, variadic) = builtin.arity();
        self.check_arity(builtin.name(), params, variadic, args)?;
        let (args, last) = (args.given, args.last.take());
        if let Builtin::And | Builtin::Or = builtin {
            // The first argument that decides is the result, and no further one is looked at.
            let mut value = Rv::INVALID;
            for arg in args {
                value = self.eval_operand(dot, *arg)?;
                if value.value.truth() == (builtin == Builtin::Or) {
                    return Ok(value);
                }
            }
            return Ok(last.unwrap_or(value));
        }
        if builtin.prints() {
            return self.eval_printing(dot, builtin, node, args, last);
        }
        if builtin == Builtin::Call {
            return self.eval_call_builtin(dot, node, args, last);
        }
        let toolchain = self.shared.env.toolchain;
        let result = match (args, last) {
            ([one], None) => builtin.call(&[self.eval_operand(dot, *one)?], toolchain),
            ([], Some(last)) => builtin.call(&[last], toolchain),
            ([one, two], None) => {
                builtin.call(&[self.eval_operand(dot, *one)?, self.eval_operand(dot, *two)?], toolchain)
            }
            ([one], Some(last)) => builtin.call(&[self.eval_operand(dot, *one)?, last], toolchain),
            (args, last) => {
                let mut values = Vec::with_capacity(args.len() + 1);
                for arg in args {
                    values.push(self.eval_operand(dot, *arg)?);
                }
                values.extend(last);
                builtin.call(&values, toolchain)
            }
        };
        result.map_err(|error| {
            self.node = node;
            self.call_error(error, builtin.name())
        })
    }

    /// `print`, `printf`, `html` and the like, whose parameters are of type `interface {}`.
    fn eval_printing(
        &mut self,
        dot: &Rv,
        builtin: Builtin,
        node: NodeId,
        args: &[NodeId],
        last: Option<Rv>,
    ) -> Result<Rv> {
        let format = |i: usize| i == 0 && builtin == Builtin::Printf;
        let mut values = self.shared.args.pop().unwrap_or_default();
        values.clear();
        for (i, arg) in args.iter().enumerate() {
            let to = if format(i) { &types::STRING } else { &types::ANY };
            let value = self.eval_arg(dot, to, *arg)?;
            values.push(value);
        }
        if let Some(last) = last {
            let to = if format(args.len()) { &types::STRING } else { &types::ANY };
            let value = self.validate(last, to)?;
            values.push(value);
        }
        let mut buffer = self.shared.take_buffer();
        let result = builtin.print(&values, &mut buffer);
        let text = Str::from(buffer.as_slice());
        self.shared.return_buffer(buffer);
        values.clear();
        self.shared.args.push(values);
        match result {
            Ok(()) => Ok(Rv::of(Value::Str(text))),
            Err(error) => {
                self.node = node;
                Err(self.call_error(error, builtin.name()))
            }
        }
    }

    /// `call`, which names what it was given.
    fn eval_call_builtin(&mut self, dot: &Rv, node: NodeId, args: &[NodeId], last: Option<Rv>) -> Result<Rv> {
        let mut values = Vec::with_capacity(args.len() + 1);
        for arg in args {
            values.push(self.eval_operand(dot, *arg)?);
        }
        values.extend(last);
        let name = match args.first() {
            Some(first) => self.code.node_text(*first),
            None if self.shared.env.toolchain.range_over_int => {
                values.first().map(crate::builtin::reflect_string).unwrap_or_default()
            }
            // Go 1.23 reads the first of no arguments, outside the guarded call.
            None => {
                return Err(Error::new(ErrorKind::Panic, "runtime error: index out of range [0] with length 0"));
            }
        };
        self.node = node;
        Err(self.call_error(crate::builtin::call(&name, &values), "call"))
    }
}

/// What reflect's `SetInt` and `SetUint` do with a number that is too wide: they keep the low bits.
trait Narrow<N> {
    fn narrow(self, n: N) -> N;
}

impl Narrow<i64> for IntKind {
    fn narrow(self, n: i64) -> i64 {
        match self {
            IntKind::Int8 => i64::from(n as i8),
            IntKind::Int16 => i64::from(n as i16),
            IntKind::Int32 => i64::from(n as i32),
            IntKind::Int | IntKind::Int64 => n,
        }
    }
}

impl Narrow<u64> for UintKind {
    fn narrow(self, n: u64) -> u64 {
        match self {
            UintKind::Uint8 => u64::from(n as u8),
            UintKind::Uint16 => u64::from(n as u16),
            UintKind::Uint32 => u64::from(n as u32),
            UintKind::Uint | UintKind::Uint64 => n,
        }
    }
}
