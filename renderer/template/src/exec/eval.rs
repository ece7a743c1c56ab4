//! Pipelines, commands, variables and fields.

use std::rc::Rc;

use thinlock_go::map::Path;
use thinlock_go::types::{Kind as TypeKind, Type};
use thinlock_go::{Map, Object, Str, Value};

use super::call::{Args, MapMethod, MethodOf};
use super::memo::{Seen, look_into};
use super::{MissingKey, Result, State, Variable};
use crate::print::quoted;
use crate::rv::{Indirect, Rv, indirect};
use crate::tree::{Kind, NodeId, Place, SLOT_BY_NAME, SLOT_UNDEFINED, Span};

impl<'s> State<'s, '_> {
    /// The value of a pipeline. What it declares is pushed on the variable stack.
    pub(super) fn eval_pipeline(&mut self, dot: &Rv, pipe: NodeId) -> Result<Rv> {
        self.check_stack()?;
        let code = self.code;
        self.node = pipe;
        let Kind::Pipe { children, decls, assign, .. } = code.node(pipe).kind else {
            return Err(self.error("not a pipeline"));
        };
        let children = code.children(children);
        match children {
            [command] if decls == 0 => Ok(self.eval_command(dot, *command, &mut Args::none())?.strip()),
            _ => self.eval_commands(dot, children, decls, assign),
        }
    }

    /// The value of a pipeline that is not one command only.
    #[inline(never)]
    fn eval_commands(&mut self, dot: &Rv, children: &'s [NodeId], decls: u8, assign: bool) -> Result<Rv> {
        let (variables, commands) = children.split_at(usize::from(decls));
        let mut args = Args::none();
        for &command in commands {
            args.last = Some(self.eval_command(dot, command, &mut args)?.strip());
        }
        let value = args.last.unwrap_or(Rv::INVALID);
        for &variable in variables {
            if assign {
                self.assign(variable, value.clone())?;
            } else if let Kind::Variable { name, .. } = self.code.node(variable).kind {
                self.shared.vars.push(Variable { value: value.clone(), name });
            }
        }
        Ok(value)
    }

    /// Overwrites the variable of a declaration node.
    pub(super) fn assign(&mut self, variable: NodeId, value: Rv) -> Result<()> {
        let Kind::Variable { name, place } = self.code.node(variable).kind else { return Ok(()) };
        let at = self.find_variable(name, self.code.place(place).slot)?;
        self.shared.vars[at].value = value;
        Ok(())
    }

    /// The place of a variable on the stack.
    #[inline]
    pub(super) fn find_variable(&self, name: u32, slot: u32) -> Result<usize> {
        let at = match slot {
            SLOT_BY_NAME => self.shared.vars[self.base..].iter().rposition(|v| v.name == name),
            SLOT_UNDEFINED => None,
            slot => Some(slot as usize),
        };
        match at.map(|at| self.base + at) {
            Some(at) if at < self.shared.vars.len() => Ok(at),
            _ => {
                let name = &self.code.variables[name as usize];
                Err(self.error(format!("undefined variable: {name}")))
            }
        }
    }

    /// The value of a command; of the arguments the last one is given, if one is piped into it.
    fn eval_command(&mut self, dot: &Rv, command: NodeId, args: &mut Args<'s>) -> Result<Rv> {
        let code = self.code;
        let Kind::Command(words) = code.node(command).kind else {
            return Err(self.error("not a command"));
        };
        let words = code.children(words);
        let Some((&first, given)) = words.split_first() else {
            return Err(self.error("empty command"));
        };
        args.given = given;
        match code.node(first).kind {
            Kind::Field(keys) => {
                self.node = first;
                self.eval_fields(dot, dot, first, keys, args)
            }
            Kind::Ident(callee) => {
                self.node = first;
                self.eval_callee(dot, command, callee, args)
            }
            Kind::Variable { .. } => self.eval_variable(dot, first, args),
            Kind::Chain { .. } => self.eval_chain(dot, first, args),
            Kind::Pipe { .. } => {
                // All arguments are inside the parentheses.
                self.not_a_function(first, args)?;
                self.eval_pipeline(dot, first)
            }
            kind => {
                self.node = first;
                self.not_a_function(first, args)?;
                match kind {
                    Kind::Dot => Ok(self.given_away(dot.clone())),
                    Kind::Nil => Err(self.error("nil is not a command")),
                    _ => self.constant(first),
                }
            }
        }
    }

    fn not_a_function(&self, first: NodeId, args: &Args<'_>) -> Result<()> {
        if args.is_empty() {
            return Ok(());
        }
        let text = self.code.node_text(first);
        Err(self.error(Str::concat(&[b"can't give argument to non-function ", &text])))
    }

    /// The value of a constant where no type is asked for.
    pub(super) fn constant(&mut self, id: NodeId) -> Result<Rv> {
        let code = self.code;
        self.node = id;
        Ok(Rv::of(match code.node(id).kind {
            Kind::Bool(b) => Value::Bool(b),
            Kind::Str(at) => Value::Str(code.string(at).clone()),
            Kind::Number(at) => {
                let number = &code.numbers[at as usize];
                match number.ideal.value() {
                    Some(value) => value,
                    None => return Err(self.error(format!("{} overflows int", code.node_text(id)))),
                }
            }
            _ => return Err(self.error(format!("can't evaluate command {}", quoted(&code.node_text(id))))),
        }))
    }

    pub(super) fn eval_variable(&mut self, dot: &Rv, id: NodeId, args: &mut Args<'_>) -> Result<Rv> {
        self.node = id;
        let Kind::Variable { name, place } = self.code.node(id).kind else {
            return Err(self.error("not a variable"));
        };
        let Place { slot, keys } = self.code.place(place);
        let at = self.find_variable(name, slot)?;
        let value = self.shared.vars[at].value.clone();
        if keys.len == 0 {
            self.not_a_function(id, args)?;
            return Ok(self.given_away(value));
        }
        self.eval_fields(dot, &value, id, keys, args)
    }

    /// The value of an operand that is the dot, or was: where that is being recorded, it no longer can be.
    #[inline]
    pub(super) fn given_away(&mut self, value: Rv) -> Rv {
        if let Value::Map(map) = &value.value
            && self.shared.is_traced(map)
        {
            self.shared.lost();
        }
        value
    }

    /// `(pipeline).Field`.
    pub(super) fn eval_chain(&mut self, dot: &Rv, id: NodeId, args: &mut Args<'_>) -> Result<Rv> {
        self.node = id;
        let Kind::Chain { node: inner, keys } = self.code.node(id).kind else {
            return Err(self.error("not a chain"));
        };
        let receiver = self.eval_operand(dot, inner)?;
        self.eval_fields(dot, &receiver, id, self.code.span(keys), args)
    }

    /// `.X.Y.Z` on a receiver; the last of them may be a method and takes the arguments.
    pub(super) fn eval_fields(
        &mut self,
        dot: &Rv,
        receiver: &Rv,
        id: NodeId,
        keys: Span,
        args: &mut Args<'_>,
    ) -> Result<Rv> {
        if keys.len == 0 {
            return Err(self.error("internal error: no fields in evalChainNode"));
        }
        let last = keys.start + keys.len - 1;
        // Mostly the keys lead through maps; what else there may be is looked at key by key.
        if let Value::Map(map) = &receiver.value {
            let code = self.code;
            let (names, hints) = (code.keys(keys), code.hints(keys));
            let traced = self.shared.is_traced(map);
            if !args.is_empty() {
                if traced {
                    self.shared.lost();
                }
                return self.eval_each_field(dot, receiver, id, keys, args);
            }
            match map.get_path(names, hints) {
                Path::Value(value, elem) => {
                    if traced {
                        self.shared.read(names, hints, Seen::value(value.clone(), elem));
                    }
                    return Ok(Rv::typed(value, elem));
                }
                Path::Missing(elem) => {
                    if traced {
                        self.shared.read(names, hints, Some(Seen::Missing(elem)));
                    }
                    return self.missing_key(&code.keys[last as usize], elem);
                }
                Path::Object(object, elem, from) => {
                    let receiver = Rv::typed(Value::Object(object), elem);
                    // There are no more keys than bytes of a template.
                    let rest = Span { start: keys.start + from as u32, len: keys.len - from as u32 };
                    let value = self.eval_each_field(dot, &receiver, id, rest, args)?;
                    if traced {
                        let seen = match &receiver.value {
                            Value::Object(object) => {
                                look_into(&**object, &names[from..], &hints[from..], Seen::of).flatten()
                            }
                            _ => None,
                        };
                        self.shared.read(names, hints, seen.filter(|seen| seen.is(&value)));
                    }
                    return Ok(value);
                }
                Path::Elsewhere => {}
            }
            if traced {
                self.shared.lost();
            }
        }
        self.eval_each_field(dot, receiver, id, keys, args)
    }

    /// As [`State::eval_fields`], key by key.
    fn eval_each_field(&mut self, dot: &Rv, receiver: &Rv, id: NodeId, keys: Span, args: &mut Args<'_>) -> Result<Rv> {
        let last = keys.start + keys.len - 1;
        let mut owned: Option<Rv> = None;
        for key in keys.start..last {
            let next = self.eval_field(dot, key, id, &mut Args::none(), owned.as_ref().unwrap_or(receiver))?;
            owned = Some(next);
        }
        self.eval_field(dot, last, id, args, owned.as_ref().unwrap_or(receiver))
    }

    #[inline]
    fn eval_field(&mut self, dot: &Rv, key: u32, id: NodeId, args: &mut Args<'_>, receiver: &Rv) -> Result<Rv> {
        if let Value::Map(map) = &receiver.value
            && map.go_type().method(&self.code.keys[key as usize]).is_none()
        {
            return self.map_field(map, key, args);
        }
        self.eval_other_field(dot, key, id, args, receiver)
    }

    #[inline]
    fn map_field(&self, map: &Map, key: u32, args: &Args<'_>) -> Result<Rv> {
        let (key, hint) = (&self.code.keys[key as usize], &self.code.hints[key as usize]);
        if !args.is_empty() {
            return Err(self.error(format!("{key} is not a method but has arguments")));
        }
        let Some(elem) = map.go_type().elem else { return Ok(Rv::INVALID) };
        match map.get_hinted(key, hint) {
            Some(value) => Ok(Rv::typed(value, elem)),
            None => self.missing_key(key, elem),
        }
    }

    /// The value of a key that a map does not have.
    #[inline]
    fn missing_key(&self, key: &Str, elem: Type) -> Result<Rv> {
        match self.shared.env.missing_key {
            MissingKey::Invalid => Ok(Rv::INVALID),
            MissingKey::Zero => Ok(Rv::zero(elem)),
            MissingKey::Error => Err(self.error(format!("map has no entry for key {}", quoted(key)))),
        }
    }

    /// A field of anything but a plain map.
    fn eval_other_field(&mut self, dot: &Rv, at: u32, id: NodeId, args: &mut Args<'_>, receiver: &Rv) -> Result<Rv> {
        let key = &self.code.keys[at as usize];
        if !receiver.is_valid() {
            if self.shared.env.missing_key == MissingKey::Error {
                return Err(self.error(format!("nil data; no entry for key {}", quoted(key))));
            }
            return Ok(Rv::INVALID);
        }
        match &receiver.value {
            Value::Nil => {
                return Err(self.error(format!("nil pointer evaluating {}.{key}", receiver.type_name())));
            }
            Value::Map(map) => {
                if let Some(method) = map.go_type().method(key) {
                    return self.eval_call(dot, MapMethod(receiver.value.clone(), method), id, args);
                }
                return self.map_field(map, at, args);
            }
            Value::Object(object) => {
                let object = Rc::clone(object);
                if let Some(method) = object.methods().iter().find(|m| m.name.as_bytes() == key.as_bytes())
                    && object.has_method(method.name, self.shared.env.toolchain)
                {
                    return self.eval_call(dot, MethodOf(object, method), id, args);
                }
                if let Some(found) = self.object_field(&object, at, args, receiver)? {
                    return Ok(found);
                }
                // A pointer to a plain value (a map, say) has the fields of that value.
                match indirect(&object) {
                    Indirect::Value(Value::Map(map)) => return self.map_field(&map, at, args),
                    Indirect::Value(Value::Object(pointee)) => {
                        if let Some(found) = self.object_field(&pointee, at, args, receiver)? {
                            return Ok(found);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        Err(self.error(format!("can't evaluate field {key} in type {}", receiver.type_name())))
    }

    /// The field of a struct, or of a map type that has methods. `None` if there is no such thing.
    fn object_field(&self, object: &Rc<dyn Object>, at: u32, args: &Args<'_>, receiver: &Rv) -> Result<Option<Rv>> {
        let key = &self.code.keys[at as usize];
        if let Some(Value::Map(map)) = object.underlying() {
            return self.map_field(&map, at, args).map(Some);
        }
        let nil_pointer = object.go_type().kind == TypeKind::Pointer && object.is_nil();
        if nil_pointer {
            let known = object.go_type().elem.is_none_or(|elem| elem.kind != TypeKind::Struct)
                || object.fields().iter().any(|f| f.name.as_bytes() == key.as_bytes());
            if known {
                return Err(self.error(format!("nil pointer evaluating {}.{key}", receiver.type_name())));
            }
            return Ok(None);
        }
        let Some(field) = object.field(key).or_else(|| promoted(object, key, 0)) else {
            let has = |object: &dyn Object| object.fields().iter().any(|f| f.name.as_bytes() == key.as_bytes());
            let pointee = object.pointee();
            if has(&**object) || matches!(&pointee, Some(Value::Object(pointee)) if has(&**pointee)) {
                let text = format!("{key} is an unexported field of struct type {}", receiver.type_name());
                return Err(self.error(text));
            }
            return Ok(None);
        };
        if !args.is_empty() {
            return Err(self.error(format!("{key} has arguments but cannot be invoked as function")));
        }
        Ok(Some(Rv::typed(field.value, field.go_type)))
    }
}

/// A field of an embedded struct.
fn promoted(object: &Rc<dyn Object>, key: &Str, depth: u32) -> Option<thinlock_go::object::Field> {
    // Go's types nest finitely; so do ours, but nothing checks that.
    if depth > 8 {
        return None;
    }
    object.fields().into_iter().filter(|field| field.embedded).find_map(|field| match &field.value {
        Value::Object(inner) => inner.field(key).or_else(|| promoted(inner, key, depth + 1)),
        _ => None,
    })
}
