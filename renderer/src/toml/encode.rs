//! Writes values as BurntSushi's encoder does: plain keys of a table first, then its tables, both in byte order.

use thinlock_go::object::Field;
use thinlock_go::time::Zone;
use thinlock_go::types::Kind;
use thinlock_go::{Map, Str, Toolchain, Value, strconv, time, utf8};

use super::parser::{LOCAL_DATE, LOCAL_DATETIME, LOCAL_TIME};
use super::{TomlError, dotted, quoted, quoted_part};

/// How deep tables and arrays may be nested. A map that holds itself ends Go's process; here it is an error.
const MAX_DEPTH: usize = 1_000;

/// The most bytes that one call writes.
const MAX_TEXT: usize = 1 << 27;

/// Writes a value as a TOML document.
///
/// # Errors
/// TOML has no form for the value: BurntSushi's words.
pub fn encode(value: &Value, rules: &Toolchain) -> Result<Vec<u8>, TomlError> {
    let mut encoder = Encoder { out: Vec::new(), rules, depth: 0 };
    if value.is_nil() {
        return Err(TomlError::Panic("reflect: call of reflect.Value.Type on zero Value".to_owned()));
    }
    encoder.encode(&mut Vec::new(), value)?;
    Ok(encoder.out)
}

/// TOML's own types, as far as they decide where a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Nil,
    Plain,
    Table,
    Tables,
}

struct Encoder<'a> {
    out: Vec<u8>,
    rules: &'a Toolchain,
    depth: usize,
}

type Result_ = Result<(), TomlError>;

impl Encoder<'_> {
    fn descend(&mut self, step: impl FnOnce(&mut Self) -> Result_) -> Result_ {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(TomlError::Limit(format!("toml: more than {MAX_DEPTH} nested values")));
        }
        if self.out.len() > MAX_TEXT {
            return Err(TomlError::Limit(format!("toml: a document of more than {MAX_TEXT} bytes")));
        }
        let done = step(self);
        self.depth -= 1;
        done
    }

    fn encode(&mut self, key: &mut Vec<Str>, value: &Value) -> Result_ {
        let value = &indirect(value);
        if is_nil(value) && !matches!(value, Value::List(_)) {
            return Ok(());
        }
        if is_text_marshaler(value) {
            return self.key_value(key, value, false);
        }
        match value.kind() {
            Kind::Slice if shape(value, self.depth)? == Shape::Tables => {
                let elements = elements(value);
                self.descend(|e| e.array_of_tables(key, &elements))
            }
            Kind::Map | Kind::Struct => self.descend(|e| e.table(key, value)),
            Kind::Slice
            | Kind::Bool
            | Kind::String
            | Kind::Float64
            | Kind::Int
            | Kind::Int8
            | Kind::Int16
            | Kind::Int32
            | Kind::Int64
            | Kind::Uint
            | Kind::Uint8
            | Kind::Uint16
            | Kind::Uint32
            | Kind::Uint64 => self.key_value(key, value, false),
            kind => {
                let key = utf8::to_valid(&dotted(key)).into_owned();
                Err(TomlError::Error(format!("unsupported type for key '{key}': {}", kind.name())))
            }
        }
    }

    /// A newline, but not at the very beginning.
    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    fn push(&mut self, text: impl AsRef<[u8]>) {
        self.out.extend_from_slice(text.as_ref());
    }

    fn indent(&mut self, key: &[Str]) {
        for _ in 1..key.len() {
            self.push("  ");
        }
    }

    fn array_of_tables(&mut self, key: &mut Vec<Str>, elements: &[Value]) -> Result_ {
        if key.is_empty() {
            return Err(TomlError::Error("toml: top-level values must be Go maps or structs".to_owned()));
        }
        for element in elements {
            let element = indirect(element);
            if is_nil(&element) {
                continue;
            }
            self.newline();
            self.indent(key);
            self.push([b"[[", dotted(key).as_slice(), b"]]"].concat());
            self.newline();
            self.descend(|e| e.fields(key, &element, false))?;
        }
        Ok(())
    }

    fn table(&mut self, key: &mut Vec<Str>, value: &Value) -> Result_ {
        if key.len() == 1 {
            self.newline();
        }
        if !key.is_empty() {
            self.indent(key);
            self.push([b"[", dotted(key).as_slice(), b"]"].concat());
            self.newline();
        }
        self.fields(key, value, false)
    }

    fn fields(&mut self, key: &mut Vec<Str>, value: &Value, inline: bool) -> Result_ {
        match value {
            Value::Map(map) => self.map(key, map, inline),
            Value::Object(object) => match object.underlying() {
                Some(Value::Map(map)) => self.map(key, &map, inline),
                _ => self.structure(key, &object.fields(), inline),
            },
            _ => Ok(()),
        }
    }

    fn map(&mut self, key: &mut Vec<Str>, map: &Map, inline: bool) -> Result_ {
        let entries = map.snapshot();
        let (mut direct, mut sub) = (Vec::new(), Vec::new());
        for (name, value) in entries.iter() {
            let value = indirect(value);
            let group = match shape(&value, self.depth)? {
                Shape::Table | Shape::Tables => &mut sub,
                Shape::Nil | Shape::Plain => &mut direct,
            };
            group.push((name.clone(), value));
        }
        if inline {
            self.push("{");
        }
        let has_sub = !sub.is_empty();
        for (group, trailing_comma) in [(direct, has_sub), (sub, false)] {
            let count = group.len();
            for (at, (name, value)) in group.into_iter().enumerate() {
                if is_nil(&value) {
                    continue;
                }
                self.entry(key, name, &value, inline)?;
                if inline && (trailing_comma || at + 1 != count) {
                    self.push(", ");
                }
            }
        }
        if inline {
            self.push("}");
        }
        Ok(())
    }

    fn structure(&mut self, key: &mut Vec<Str>, fields: &[Field], inline: bool) -> Result_ {
        let mut flat = Vec::new();
        flatten(fields, &mut flat);
        let (mut direct, mut sub) = (Vec::new(), Vec::new());
        for (at, (name, value)) in flat.into_iter().enumerate() {
            let group = match shape(&value, self.depth)? {
                Shape::Table | Shape::Tables => &mut sub,
                Shape::Nil | Shape::Plain => &mut direct,
            };
            group.push((at, name, value));
        }
        let total = direct.len() + sub.len();
        if inline {
            self.push("{");
        }
        for group in [direct, sub] {
            let last = if self.rules.toml_inline_struct_commas { total } else { group.len() };
            for (at, name, value) in group {
                if is_nil(&value) {
                    continue;
                }
                self.entry(key, Str::from_static(name), &value, inline)?;
                if inline && at + 1 != last {
                    self.push(", ");
                }
            }
        }
        if inline {
            self.push("}");
        }
        Ok(())
    }

    fn entry(&mut self, key: &mut Vec<Str>, name: Str, value: &Value, inline: bool) -> Result_ {
        if inline {
            return self.key_value(&[name], value, true);
        }
        key.push(name);
        let done = self.encode(key, value);
        key.pop();
        done
    }

    fn key_value(&mut self, key: &[Str], value: &Value, inline: bool) -> Result_ {
        let Some(name) = key.last() else { return self.element(value) };
        self.indent(key);
        self.push(quoted_part(name));
        self.push(" = ");
        self.element(value)?;
        if !inline {
            self.newline();
        }
        Ok(())
    }

    fn element(&mut self, value: &Value) -> Result_ {
        self.descend(|e| e.element_inner(value))
    }

    fn element_inner(&mut self, value: &Value) -> Result_ {
        match value {
            Value::Nil => return Err(TomlError::Panic("reflect: call of reflect.Value.Type on zero Value".to_owned())),
            Value::Bool(b) => self.push(if *b { "true" } else { "false" }),
            Value::Int(_, n) => self.push(n.to_string()),
            Value::Uint(_, n) => self.push(n.to_string()),
            Value::Float(x) => self.float(*x),
            Value::Complex(..) => return Err(TomlError::Error("unexpected type: complex128".to_owned())),
            Value::Str(s) => self.push(quoted(s)),
            Value::Bytes(_) | Value::List(_) => self.array(&elements(value))?,
            Value::Map(_) => self.fields(&mut Vec::new(), value, true)?,
            Value::Object(object) => {
                if let Some(text) = toml_text(value) {
                    self.push(&text);
                } else if let Some(pointee) = object.pointee() {
                    return self.element(&pointee);
                } else if let Some(underlying) = object.underlying() {
                    return self.element(&underlying);
                } else {
                    self.fields(&mut Vec::new(), value, true)?;
                }
            }
        }
        Ok(())
    }

    fn array(&mut self, elements: &[Value]) -> Result_ {
        self.push("[");
        for (at, element) in elements.iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            self.element(&indirect(element))?;
        }
        self.push("]");
        Ok(())
    }

    fn float(&mut self, x: f64) {
        if x.is_nan() || x.is_infinite() {
            if x.is_sign_negative() {
                self.push("-");
            }
            return self.push(if x.is_nan() { "nan" } else { "inf" });
        }
        let text = strconv::format_float(x, if self.rules.toml_exponents { b'g' } else { b'f' }, -1, 64);
        self.push(&text);
        if !text.contains(['.', 'e']) {
            self.push(".0");
        }
    }
}

/// The exported fields, those of embedded structs in their place.
fn flatten(fields: &[Field], flat: &mut Vec<(&'static str, Value)>) {
    for field in fields {
        let value = indirect(&field.value);
        match &value {
            Value::Object(object) if field.embedded && value.kind() == Kind::Struct => flatten(&object.fields(), flat),
            _ if field.exported() => flat.push((field.name, value)),
            _ => {}
        }
    }
}

/// The value behind pointers, but a marshaler stays what it is.
fn indirect(value: &Value) -> Value {
    let mut value = value.clone();
    while let Value::Object(object) = &value {
        if is_text_marshaler(&value) {
            break;
        }
        let Some(pointee) = object.pointee() else { break };
        value = pointee;
    }
    value
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::Map(map) => map.is_nil(),
        Value::List(list) => list.is_nil(),
        Value::Object(object) => match object.underlying() {
            Some(underlying) => is_nil(&underlying),
            None => object.go_type().kind == Kind::Pointer && object.is_nil(),
        },
        _ => false,
    }
}

/// What an object with a text form of its own is written as.
fn toml_text(value: &Value) -> Option<Vec<u8>> {
    let Value::Object(object) = value else { return None };
    match object.go_type().name {
        // A time is written bare, in its own layout; a duration as its text.
        "time.Time" => time::as_time(value).map(|moment| {
            let name = moment.zone().name();
            let (layout, moment): (&[u8], _) = match name.to_utf8() {
                Some(LOCAL_DATETIME) => (b"2006-01-02T15:04:05.999999999", moment.in_zone(Zone::Utc)),
                Some(LOCAL_DATE) => (b"2006-01-02", moment.in_zone(Zone::Utc)),
                Some(LOCAL_TIME) => (b"15:04:05.999999999", moment.in_zone(Zone::Utc)),
                _ => (b"2006-01-02T15:04:05.999999999Z07:00", moment.clone()),
            };
            moment.format(layout).to_vec()
        }),
        "time.Duration" => object.string().map(|text: Str| quoted(&text)),
        // A text marshaler's JSON is its text, quoted.
        _ => match thinlock_go::json::decode(&object.json()?.ok()?) {
            Ok(Value::Str(text)) => Some(quoted(&text)),
            _ => None,
        },
    }
}

fn is_text_marshaler(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.go_type().name != "time.Duration" && toml_text(value).is_some(),
        _ => false,
    }
}

fn elements(value: &Value) -> Vec<Value> {
    match value {
        Value::List(list) => list.to_vec(),
        Value::Bytes(bytes) => {
            bytes.iter().map(|byte| Value::Uint(thinlock_go::UintKind::Uint8, u64::from(*byte))).collect()
        }
        Value::Object(object) => object.underlying().as_ref().map(elements).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn shape(value: &Value, depth: usize) -> Result<Shape, TomlError> {
    if depth > MAX_DEPTH {
        return Err(TomlError::Limit(format!("toml: more than {MAX_DEPTH} nested values")));
    }
    if is_nil(value) {
        return Ok(Shape::Nil);
    }
    if is_text_marshaler(value) {
        return Ok(Shape::Plain);
    }
    match value.kind() {
        Kind::Map | Kind::Struct => Ok(Shape::Table),
        Kind::Slice => {
            let elements = elements(value);
            let mut tables = !elements.is_empty();
            for element in &elements {
                match shape(&indirect(element), depth + 1)? {
                    Shape::Nil => {
                        return Err(TomlError::Error("toml: cannot encode array with nil element".to_owned()));
                    }
                    Shape::Table => {}
                    Shape::Plain | Shape::Tables => tables = false,
                }
            }
            Ok(if tables { Shape::Tables } else { Shape::Plain })
        }
        kind @ (Kind::Complex64 | Kind::Complex128 | Kind::Func | Kind::Chan) => {
            Err(TomlError::Error(format!("unsupported type: {}", kind.name())))
        }
        _ => Ok(Shape::Plain),
    }
}
