//! `json.Marshal`: values to JSON text. Containers are walked with a stack of their own, so that depth costs no call
//! stack.

use std::rc::Rc;

use super::Html;
use crate::map::Entries;
use crate::object::Field;
use crate::types::Kind;
use crate::{List, Object, Str, Value, strconv, utf8};

/// How deep Go goes before it looks for cycles.
const CYCLES_AFTER: usize = 1_000;
/// More levels than any document that can be read has.
const MAX_DEPTH: usize = 10_000;
/// The most bytes that one call writes.
const MAX_OUTPUT: usize = 1 << 27;

/// The error of a value whose JSON would be longer than a render may hold, where Go would go on.
pub const TOO_LARGE: &str = "json: more than 134217728 bytes";

const _: () = assert!(MAX_OUTPUT == 134_217_728);

/// `json.Marshal`, or an `Encoder`'s output without its final newline.
///
/// # Errors
/// Go's text: `json: unsupported type: complex128`, `json: unsupported value: NaN`, a cycle, or what an object's
/// `MarshalJSON` reports.
pub fn encode(value: &Value, html: Html) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    append(&mut out, value, html)?;
    Ok(out)
}

/// As [`encode`], as a string.
///
/// # Errors
/// As [`encode`].
pub fn encode_str(value: &Value, html: Html) -> Result<Str, String> {
    Str::build(|out| append(out, value, html))
}

/// `json.MarshalIndent`.
///
/// # Errors
/// As [`encode`].
pub fn encode_indent(value: &Value, prefix: &str, step: &str, html: Html) -> Result<Vec<u8>, String> {
    indent_up_to(&encode(value, html)?, prefix, step, MAX_OUTPUT).ok_or_else(|| TOO_LARGE.to_owned())
}

/// A container of which a part has been written.
enum Level {
    List(List, usize),
    Map(Rc<Entries>, usize),
    Struct(Vec<(Str, Value, bool)>, usize),
}

struct Encoder<'a> {
    out: &'a mut Vec<u8>,
    html: Html,
    stack: Vec<Level>,
    /// Whether the value at hand is written inside of a string: the option `string` of a struct tag.
    quoted: bool,
}

fn append(out: &mut Vec<u8>, value: &Value, html: Html) -> Result<(), String> {
    let mut encoder = Encoder { out, html, stack: Vec::new(), quoted: false };
    encoder.value(value)?;
    encoder.walk()
}

impl Encoder<'_> {
    fn walk(&mut self) -> Result<(), String> {
        while let Some(level) = self.stack.last_mut() {
            let (child, quoted) = match level {
                Level::List(list, at) => {
                    let Some(child) = list.get(*at) else {
                        self.close(b']');
                        continue;
                    };
                    if *at > 0 {
                        self.out.push(b',');
                    }
                    *at += 1;
                    (child, false)
                }
                Level::Map(entries, at) => {
                    let Some((key, child)) = entries.get(*at) else {
                        self.close(b'}');
                        continue;
                    };
                    if *at > 0 {
                        self.out.push(b',');
                    }
                    *at += 1;
                    append_string(self.out, key, self.html);
                    self.out.push(b':');
                    (child.clone(), false)
                }
                Level::Struct(fields, at) => {
                    let Some((name, child, quoted)) = fields.get(*at) else {
                        self.close(b'}');
                        continue;
                    };
                    if *at > 0 {
                        self.out.push(b',');
                    }
                    *at += 1;
                    append_string(self.out, name, self.html);
                    self.out.push(b':');
                    (child.clone(), *quoted)
                }
            };
            if self.out.len() > MAX_OUTPUT {
                return Err(TOO_LARGE.to_owned());
            }
            self.quoted = quoted;
            self.value(&child)?;
        }
        Ok(())
    }

    fn close(&mut self, bracket: u8) {
        self.out.push(bracket);
        self.stack.pop();
    }

    /// Writes a scalar; of a container writes the beginning and pushes it.
    fn value(&mut self, value: &Value) -> Result<(), String> {
        let scalar =
            matches!(value, Value::Bool(_) | Value::Int(..) | Value::Uint(..) | Value::Float(_) | Value::Str(_));
        if std::mem::take(&mut self.quoted) && scalar {
            let mut inner = Vec::new();
            append(&mut inner, value, self.html)?;
            if matches!(value, Value::Str(_)) {
                append_string(self.out, &inner, Html::Keep);
            } else {
                self.out.push(b'"');
                self.out.extend_from_slice(&inner);
                self.out.push(b'"');
            }
            return Ok(());
        }
        match value {
            Value::Nil => self.out.extend_from_slice(b"null"),
            Value::Bool(b) => self.out.extend_from_slice(if *b { b"true" } else { b"false" }),
            Value::Int(_, n) => strconv::append_int(self.out, *n),
            Value::Uint(_, n) => strconv::append_uint(self.out, *n),
            Value::Float(x) => append_float(self.out, *x)?,
            Value::Complex(..) => return Err("json: unsupported type: complex128".into()),
            Value::Str(s) => append_string(self.out, s, self.html),
            Value::Bytes(bytes) if bytes.is_nil() => self.out.extend_from_slice(b"null"),
            Value::Bytes(bytes) => base64(self.out, bytes),
            Value::List(list) if list.is_nil() => self.out.extend_from_slice(b"null"),
            Value::List(list) => {
                self.guard(value.type_name(), |level| matches!(level, Level::List(l, _) if l.identity() == list.identity() && l.len() == list.len()))?;
                self.out.push(b'[');
                self.stack.push(Level::List(list.clone(), 0));
            }
            Value::Map(map) if map.is_nil() => self.out.extend_from_slice(b"null"),
            Value::Map(map) => {
                let entries = map.snapshot();
                self.guard(value.type_name(), |level| matches!(level, Level::Map(e, _) if Rc::ptr_eq(e, &entries)))?;
                self.out.push(b'{');
                self.stack.push(Level::Map(entries, 0));
            }
            Value::Object(object) => return self.object(&**object),
        }
        Ok(())
    }

    /// Refuses what is being written already, as Go does once it is deep enough.
    fn guard(&self, type_name: &str, is_same: impl Fn(&Level) -> bool) -> Result<(), String> {
        if self.stack.len() >= CYCLES_AFTER && (self.stack.len() >= MAX_DEPTH || self.stack.iter().any(is_same)) {
            return Err(format!("json: unsupported value: encountered a cycle via {type_name}"));
        }
        Ok(())
    }

    fn object(&mut self, object: &dyn Object) -> Result<(), String> {
        let go_type = object.go_type();
        if go_type.kind == Kind::Pointer && object.is_nil() {
            self.out.extend_from_slice(b"null");
            return Ok(());
        }
        if let Some(json) = object.json() {
            let text = json.map_err(|e| format!("json: error calling MarshalJSON for type {go_type}: {e}"))?;
            compact(self.out, &text, self.html);
            return Ok(());
        }
        if let Some(value) = object.underlying().or_else(|| object.pointee()) {
            if self.stack.len() >= MAX_DEPTH {
                return Err(format!("json: unsupported value: encountered a cycle via {go_type}"));
            }
            // What an object leads to is no deeper than types nest.
            return self.value(&value);
        }
        match go_type.kind {
            Kind::Struct | Kind::Pointer => {
                if self.stack.len() >= MAX_DEPTH {
                    return Err(format!("json: unsupported value: encountered a cycle via {go_type}"));
                }
                self.out.push(b'{');
                self.stack.push(Level::Struct(struct_fields(object), 0));
                Ok(())
            }
            _ => Err(format!("json: unsupported type: {go_type}")),
        }
    }
}

/// The fields that a struct shows: names from tags, embedded structs flattened, `omitempty` applied. A name that is
/// there twice goes to the one that is less deep, then to the tagged one; if that decides nothing, to none.
fn struct_fields(object: &dyn Object) -> Vec<(Str, Value, bool)> {
    struct Found {
        name: &'static str,
        tagged: bool,
        depth: usize,
        value: Option<(Value, bool)>,
    }
    fn collect(fields: Vec<Field>, depth: usize, found: &mut Vec<Found>) {
        for field in fields {
            let mut options = field.json.split(',');
            let name = options.next().unwrap_or_default();
            if (name == "-" && field.json == "-") || !(field.exported() || field.embedded) {
                continue;
            }
            if field.embedded
                && name.is_empty()
                && depth < 16
                && let Value::Object(inner) = &field.value
            {
                let inner = match inner.pointee() {
                    Some(Value::Object(target)) => target,
                    _ => Rc::clone(inner),
                };
                if inner.go_type().kind == Kind::Struct {
                    collect(inner.fields(), depth + 1, found);
                    continue;
                }
            }
            let (mut omit, mut quoted) = (false, false);
            for option in options {
                match option {
                    "omitempty" => omit |= is_empty(&field.value),
                    "omitzero" => omit |= !crate::reflect::is_nonzero(&field.value),
                    "string" => quoted = true,
                    _ => {}
                }
            }
            let tagged = !name.is_empty();
            let name = if tagged { name } else { field.name };
            let value = crate::fmt::field_value(&field);
            found.push(Found { name, tagged, depth, value: (!omit).then_some((value, quoted)) });
        }
    }
    let mut found = Vec::new();
    collect(object.fields(), 0, &mut found);
    let dominant: Vec<bool> = found
        .iter()
        .enumerate()
        .map(|(at, this)| {
            found.iter().enumerate().all(|(other_at, other)| {
                other_at == at || other.name != this.name || (this.depth, !this.tagged) < (other.depth, !other.tagged)
            })
        })
        .collect();
    found
        .into_iter()
        .zip(dominant)
        .filter(|(_, dominant)| *dominant)
        .filter_map(|(f, _)| f.value.map(|(value, quoted)| (Str::from_static(f.name), value, quoted)))
        .collect()
}

/// `isEmptyValue`: what `omitempty` leaves out.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::Bool(b) => !b,
        Value::Int(_, n) => *n == 0,
        Value::Uint(_, n) => *n == 0,
        Value::Float(x) => *x == 0.0 && x.is_sign_positive(),
        Value::Complex(..) => false,
        Value::Str(s) => s.is_empty(),
        Value::Bytes(b) => b.is_empty(),
        Value::List(l) => l.is_empty(),
        Value::Map(m) => m.is_empty(),
        Value::Object(o) => match o.underlying() {
            Some(value) => is_empty(&value),
            None => o.is_nil(),
        },
    }
}

/// A number as ECMAScript prints it: an exponent below 1e-6 and from 1e21 on, of no fixed length.
///
/// # Errors
/// `json: unsupported value: NaN`, `+Inf` or `-Inf`.
pub fn append_float(out: &mut Vec<u8>, x: f64) -> Result<(), String> {
    if !x.is_finite() {
        return Err(format!("json: unsupported value: {}", strconv::format_float(x, b'g', -1, 64)));
    }
    let magnitude = x.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        strconv::append_float(out, x, b'e', -1, 64);
        // e-09 becomes e-9.
        if let [.., b'e', b'-', b'0', _] = out.as_slice() {
            out.remove(out.len() - 2);
        }
    } else {
        strconv::append_float(out, x, b'f', -1, 64);
    }
    Ok(())
}

/// A string in quotes: controls, quotes and backslashes escaped, invalid UTF-8 as `\ufffd`, the line separators of
/// JavaScript always escaped.
pub fn append_string(out: &mut Vec<u8>, text: &[u8], html: Html) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut start = 0;
    let mut at = 0;
    while let Some(&b) = text.get(at) {
        let (escaped, width): (&[u8], usize) = match b {
            b'"' => (b"\\\"", 1),
            b'\\' => (b"\\\\", 1),
            0x08 => (b"\\b", 1),
            0x0c => (b"\\f", 1),
            b'\n' => (b"\\n", 1),
            b'\r' => (b"\\r", 1),
            b'\t' => (b"\\t", 1),
            0..0x20 => (b"", 1),
            b'<' | b'>' | b'&' if html == Html::Escape => (b"", 1),
            0x20..0x80 => {
                at += 1;
                continue;
            }
            _ => match utf8::decode(text.get(at..).unwrap_or_default()) {
                (Some('\u{2028}'), width) => (b"\\u2028", width),
                (Some('\u{2029}'), width) => (b"\\u2029", width),
                (Some(_), width) => {
                    at += width;
                    continue;
                }
                (None, width) => (b"\\ufffd", width.max(1)),
            },
        };
        out.extend_from_slice(text.get(start..at).unwrap_or_default());
        if escaped.is_empty() {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
        } else {
            out.extend_from_slice(escaped);
        }
        at += width;
        start = at;
    }
    out.extend_from_slice(text.get(start..).unwrap_or_default());
    out.push(b'"');
}

fn base64(out: &mut Vec<u8>, bytes: &[u8]) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.push(b'"');
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = ALPHABET[(n >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() { digit } else { b'=' });
        }
    }
    out.push(b'"');
}

/// `json.Compact` of what a `MarshalJSON` returned.
fn compact(out: &mut Vec<u8>, text: &[u8], html: Html) {
    let mut in_string = false;
    let mut at = 0;
    while let Some(&b) = text.get(at) {
        at += 1;
        match b {
            b'"' => in_string = !in_string,
            b'\\' if in_string => {
                out.push(b);
                out.extend(text.get(at));
                at += 1;
                continue;
            }
            b' ' | b'\t' | b'\r' | b'\n' if !in_string => continue,
            b'<' | b'>' | b'&' if html == Html::Escape => {
                out.extend_from_slice(format!("\\u{b:04x}").as_bytes());
                continue;
            }
            0xe2 if matches!(text.get(at..at + 2), Some([0x80, 0xa8 | 0xa9])) => {
                let last = text.get(at + 1).map_or(b'8', |b| if *b == 0xa8 { b'8' } else { b'9' });
                out.extend_from_slice(b"\\u202");
                out.push(last);
                at += 2;
                continue;
            }
            _ => {}
        }
        out.push(b);
    }
}

/// `json.Indent` of valid JSON: each element on a line of its own, which begins with `prefix` and one `step` for each
/// level. Empty objects and arrays stay as they are.
pub fn indent(text: &[u8], prefix: &str, step: &str) -> Vec<u8> {
    indent_up_to(text, prefix, step, usize::MAX).unwrap_or_default()
}

/// As [`indent`]; `None` where the result has more than `most` bytes. Nesting makes it quadratic.
fn indent_up_to(text: &[u8], prefix: &str, step: &str, most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 2);
    let mut depth: usize = 0;
    let mut in_string = false;
    let mut fresh = false;
    let mut at = 0;
    let line = |out: &mut Vec<u8>, depth: usize| {
        out.push(b'\n');
        out.extend_from_slice(prefix.as_bytes());
        for _ in 0..depth {
            out.extend_from_slice(step.as_bytes());
        }
    };
    while let Some(&b) = text.get(at) {
        at += 1;
        if out.len() > most {
            return None;
        }
        if in_string {
            out.push(b);
            match b {
                b'"' => in_string = false,
                b'\\' => {
                    out.extend(text.get(at));
                    at += 1;
                }
                _ => {}
            }
            continue;
        }
        if matches!(b, b' ' | b'\t' | b'\r' | b'\n') {
            continue;
        }
        if fresh && !matches!(b, b'}' | b']') {
            fresh = false;
            depth += 1;
            line(&mut out, depth);
        }
        match b {
            b'{' | b'[' => {
                fresh = true;
                out.push(b);
            }
            b',' => {
                out.push(b);
                line(&mut out, depth);
            }
            b':' => out.extend_from_slice(b": "),
            b'}' | b']' => {
                if fresh {
                    fresh = false;
                } else {
                    depth = depth.saturating_sub(1);
                    line(&mut out, depth);
                }
                out.push(b);
            }
            b'"' => {
                in_string = true;
                out.push(b);
            }
            _ => out.push(b),
        }
    }
    Some(out)
}
