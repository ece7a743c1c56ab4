//! Go's builtin functions, `funcs.go`.

mod compare;
mod escape;

use thinlock_go::types::{self, Kind};
use thinlock_go::{CallError, Object, Str, Toolchain, UintKind, Value, fmt};

use crate::rv::{Rv, assign, can_be_nil};

/// A builtin function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builtin {
    And,
    Call,
    Eq,
    Ge,
    Gt,
    Html,
    Index,
    Js,
    Le,
    Len,
    Lt,
    Ne,
    Not,
    Or,
    Print,
    Printf,
    Println,
    Slice,
    UrlQuery,
}

impl Builtin {
    pub(crate) fn by_name(name: &str) -> Option<Builtin> {
        Some(match name {
            "and" => Builtin::And,
            "call" => Builtin::Call,
            "eq" => Builtin::Eq,
            "ge" => Builtin::Ge,
            "gt" => Builtin::Gt,
            "html" => Builtin::Html,
            "index" => Builtin::Index,
            "js" => Builtin::Js,
            "le" => Builtin::Le,
            "len" => Builtin::Len,
            "lt" => Builtin::Lt,
            "ne" => Builtin::Ne,
            "not" => Builtin::Not,
            "or" => Builtin::Or,
            "print" => Builtin::Print,
            "printf" => Builtin::Printf,
            "println" => Builtin::Println,
            "slice" => Builtin::Slice,
            "urlquery" => Builtin::UrlQuery,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Builtin::And => "and",
            Builtin::Call => "call",
            Builtin::Eq => "eq",
            Builtin::Ge => "ge",
            Builtin::Gt => "gt",
            Builtin::Html => "html",
            Builtin::Index => "index",
            Builtin::Js => "js",
            Builtin::Le => "le",
            Builtin::Len => "len",
            Builtin::Lt => "lt",
            Builtin::Ne => "ne",
            Builtin::Not => "not",
            Builtin::Or => "or",
            Builtin::Print => "print",
            Builtin::Printf => "printf",
            Builtin::Println => "println",
            Builtin::Slice => "slice",
            Builtin::UrlQuery => "urlquery",
        }
    }

    /// The number of parameters and whether the last takes any number of arguments.
    pub(crate) fn arity(self) -> (usize, bool) {
        match self {
            Builtin::Len | Builtin::Not => (1, false),
            Builtin::Ge | Builtin::Gt | Builtin::Le | Builtin::Lt | Builtin::Ne => (2, false),
            Builtin::Html | Builtin::Js | Builtin::UrlQuery | Builtin::Print | Builtin::Println => (1, true),
            Builtin::And
            | Builtin::Or
            | Builtin::Call
            | Builtin::Eq
            | Builtin::Index
            | Builtin::Slice
            | Builtin::Printf => (2, true),
        }
    }

    /// Whether it makes a text of its arguments, whatever they are: see [`Builtin::print`].
    pub(crate) fn prints(self) -> bool {
        matches!(
            self,
            Builtin::Html | Builtin::Js | Builtin::UrlQuery | Builtin::Print | Builtin::Printf | Builtin::Println
        )
    }

    /// Appends the text of a function that [`Builtin::prints`].
    pub(crate) fn print(self, args: &[Value], out: &mut Vec<u8>) -> Result<(), CallError> {
        match (self, args) {
            (Builtin::Print, args) => fmt::append_sprint(out, args),
            (Builtin::Println, args) => fmt::append_sprintln(out, args),
            (Builtin::Printf, [Value::Str(format), args @ ..]) => fmt::append_sprintf(out, format, args),
            (Builtin::Html, args) => escape::html(&text_of(args)?, out),
            (Builtin::Js, args) => escape::js(&text_of(args)?, out),
            (Builtin::UrlQuery, args) => escape::url_query(&text_of(args)?, out),
            _ => Err(CallError::message(format!("{}: wrong arguments", self.name()))),
        }
    }

    /// Calls it with arguments whose number was checked. `and`, `or`, `call` and what [`Builtin::prints`] go other ways.
    pub(crate) fn call(self, args: &[Rv], toolchain: &Toolchain) -> Result<Rv, CallError> {
        let value = match (self, args) {
            (Builtin::Eq, [first, rest @ ..]) => Value::Bool(compare::eq(first, rest, toolchain)?),
            (Builtin::Ne, [a, b]) => Value::Bool(!compare::eq(a, std::slice::from_ref(b), toolchain)?),
            (Builtin::Lt, [a, b]) => Value::Bool(compare::lt(a, b, toolchain)?),
            (Builtin::Le, [a, b]) => Value::Bool(compare::le(a, b, toolchain)?),
            (Builtin::Gt, [a, b]) => Value::Bool(!compare::le(a, b, toolchain)?),
            (Builtin::Ge, [a, b]) => Value::Bool(!compare::lt(a, b, toolchain)?),
            (Builtin::Not, [value]) => Value::Bool(!value.value.truth()),
            (Builtin::Len, [value]) => Value::int(len(value)?),
            (Builtin::Index, [item, indexes @ ..]) => return index(item, indexes),
            (Builtin::Slice, [item, indexes @ ..]) => slice(item, indexes)?,
            _ => return Err(CallError::message(format!("{}: wrong arguments", self.name()))),
        };
        Ok(Rv::of(value))
    }
}

/// Go's `evalArgs`: what the escapers escape.
fn text_of(args: &[Value]) -> Result<Str, CallError> {
    if let [Value::Str(text)] = args {
        return Ok(text.clone());
    }
    let args: Vec<Value> = args
        .iter()
        .map(|arg| match arg {
            Value::Nil => Value::static_str("<no value>"),
            Value::Object(object) => crate::exec::printable(object, false).unwrap_or_else(|| arg.clone()),
            value => value.clone(),
        })
        .collect();
    Ok(fmt::sprint(&args)?.into())
}

/// The plain value of a named type.
fn plain(value: Value) -> Value {
    match &value {
        Value::Object(object) => object.underlying().unwrap_or(value),
        _ => value,
    }
}

fn len(value: &Rv) -> Result<i64, CallError> {
    let (value, nil) = value.clone().indirect();
    if nil {
        return Err(CallError::message("len of nil pointer"));
    }
    let len = match plain(value.value.clone()) {
        Value::Str(s) => s.len(),
        Value::Bytes(s) => s.len(),
        Value::List(l) => l.len(),
        Value::Map(m) => m.len(),
        Value::Nil => {
            return Err(CallError::message("reflect: call of reflect.Value.Type on zero Value"));
        }
        _ => return Err(CallError::message(format!("len of type {}", value.type_name()))),
    };
    // No value has 2^63 elements.
    Ok(len as i64)
}

/// Go's `indexArg`: an index from 0 to the capacity, both included.
fn index_arg(index: &Rv, capacity: usize) -> Result<usize, CallError> {
    let n = match plain(index.value.clone()) {
        Value::Int(_, n) => n,
        Value::Uint(_, n) => n as i64,
        Value::Nil => return Err(CallError::message("cannot index slice/array with nil")),
        _ => {
            let name = index.value.type_name();
            return Err(CallError::message(format!("cannot index slice/array with type {name}")));
        }
    };
    match usize::try_from(n) {
        Ok(at) if at <= capacity => Ok(at),
        _ => Err(CallError::message(format!("index out of range: {n}"))),
    }
}

fn index(item: &Rv, indexes: &[Rv]) -> Result<Rv, CallError> {
    if item.value.is_nil() {
        return Err(CallError::message("index of untyped nil"));
    }
    let mut item = Rv::of(item.value.clone());
    for index in indexes {
        let (target, nil) = item.indirect();
        if nil {
            return Err(CallError::message("index of nil pointer"));
        }
        item = match plain(target.value.clone()) {
            Value::List(list) => {
                let at = index_arg(index, list.len())?;
                let value = list.get(at).ok_or_else(|| CallError::message("reflect: slice index out of range"))?;
                list.go_type().elem.map_or(Rv::INVALID, |elem| Rv::typed(value, elem))
            }
            Value::Bytes(bytes) => byte(&bytes, index, "slice")?,
            Value::Str(text) => byte(&text, index, "string")?,
            Value::Map(map) => {
                let key = match assign(index.value.clone(), &types::STRING) {
                    Ok(Value::Str(key)) => key,
                    Err(Value::Nil) => {
                        return Err(CallError::message("value is nil; should be of type string"));
                    }
                    Ok(other) | Err(other) => {
                        let name = other.type_name();
                        return Err(CallError::message(format!("value has type {name}; should be string")));
                    }
                };
                let Some(elem) = map.go_type().elem else { return Ok(Rv::INVALID) };
                map.get(&key).map_or_else(|| Rv::zero(elem), |value| Rv::typed(value, elem))
            }
            _ => {
                let name = target.value.type_name();
                return Err(CallError::message(format!("can't index item of type {name}")));
            }
        };
    }
    Ok(item)
}

fn byte(bytes: &[u8], index: &Rv, what: &str) -> Result<Rv, CallError> {
    let at = index_arg(index, bytes.len())?;
    match bytes.get(at) {
        Some(byte) => Ok(Rv::of(Value::Uint(UintKind::Uint8, u64::from(*byte)))),
        None => Err(CallError::message(format!("reflect: {what} index out of range"))),
    }
}

fn slice(item: &Rv, indexes: &[Rv]) -> Result<Value, CallError> {
    if item.value.is_nil() {
        return Err(CallError::message("slice of untyped nil"));
    }
    let (item, nil) = Rv::of(item.value.clone()).indirect();
    if nil {
        return Err(CallError::message("slice of nil pointer"));
    }
    if indexes.len() > 3 {
        return Err(CallError::message(format!("too many slice indexes: {}", indexes.len())));
    }
    let target = plain(item.value.clone());
    let (len, capacity) = match &target {
        Value::Str(_) if indexes.len() == 3 => {
            return Err(CallError::message("cannot 3-index slice a string"));
        }
        Value::Str(text) => (text.len(), text.len()),
        Value::Bytes(bytes) => (bytes.len(), bytes.len()),
        Value::List(list) => (list.len(), list.capacity()),
        _ => {
            let name = item.value.type_name();
            return Err(CallError::message(format!("can't slice item of type {name}")));
        }
    };
    let mut at = [0, len, capacity];
    for (at, index) in at.iter_mut().zip(indexes) {
        // Unlike `index`, Go's `slice` does not look inside an interface.
        if let Some(iface) = index.iface {
            return Err(CallError::message(format!("cannot index slice/array with type {}", iface.name)));
        }
        *at = index_arg(index, capacity)?;
    }
    let [from, to, max] = at;
    if from > to {
        return Err(CallError::message(format!("invalid slice index: {from} > {to}")));
    }
    if indexes.len() == 3 && to > max {
        return Err(CallError::message(format!("invalid slice index: {to} > {max}")));
    }
    let outside = || CallError::message("reflect.Value.Slice: slice index out of bounds");
    Ok(match &target {
        Value::Str(text) => Value::Str(Str::from(text.get(from..to).ok_or_else(outside)?)),
        Value::Bytes(bytes) => Value::bytes(bytes.get(from..to).ok_or_else(outside)?),
        Value::List(list) => Value::List(list.slice(from, to).ok_or_else(outside)?),
        _ => target,
    })
}

/// `call`: no value of a template is a function, so it always fails.
pub(crate) fn call(name: &[u8], args: &[Rv]) -> CallError {
    match args.first() {
        None | Some(Rv { value: Value::Nil, .. }) => CallError::message("call of nil"),
        Some(Rv { value, .. }) => {
            CallError::message(Str::concat(&[b"non-function ", name, b" of type ", value.type_name().as_bytes()]))
        }
    }
}

/// `reflect.Value.String`: the string, or the type in angle brackets.
pub(crate) fn reflect_string(value: &Rv) -> Str {
    match &value.value {
        Value::Str(text) if value.iface.is_none() => text.clone(),
        Value::Nil if value.iface.is_none() => Str::from_static("<invalid Value>"),
        _ => format!("<{} Value>", value.type_name()).into(),
    }
}

/// Whether a value is nil in Go's sense: an untyped nil, or a nil map, slice or pointer.
fn is_nil(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::List(list) => list.is_nil(),
        Value::Bytes(bytes) => bytes.is_nil(),
        Value::Map(map) => map.is_nil(),
        Value::Object(object) => can_be_nil(object.go_type()) && object_is_nil(&**object),
        _ => false,
    }
}

fn object_is_nil(object: &dyn Object) -> bool {
    match object.underlying() {
        Some(Value::List(list)) => list.is_nil(),
        Some(Value::Map(map)) => map.is_nil(),
        _ => object.go_type().kind == Kind::Pointer && object.is_nil(),
    }
}
