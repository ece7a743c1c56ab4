//! Writing YAML: libyaml's emitter, driven as yaml.v2 and yaml.v3 drive it, for the block style that they write.

mod keys;
mod pretty;
mod scalar;

use std::rc::Rc;

use thinlock_go::json::{self, Html};
use thinlock_go::{List, Str, Value, strconv};

use crate::build::Typed;
use crate::exact::Document;
use crate::{Error, parser};
use keys::Sorted;
pub use pretty::to_yaml_pretty;

/// Which library is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    /// Lines are folded at 80 columns, sequences in mappings are not indented.
    V2,
    /// Lines are not folded, sequences in mappings are indented.
    V3,
}

/// The most bytes that one call writes, where Go would go on until the memory is full: a few maps can hold each other so
/// often that they are endless as a tree.
const MAX_OUTPUT: usize = 1 << 27;

/// Deeper values are written the slow way: their indentation alone is quadratic, and a map may hold itself. Go, too, looks
/// for cycles from here on.
const MAX_DIRECT_DEPTH: usize = 1000;

/// Keys of which JSON could make more than 1024 characters, which yaml.v2 does not read as keys.
const MAX_DIRECT_KEY: usize = 1024 / 6 - 2;

/// `yaml.Marshal` of sigs.k8s.io/yaml: through JSON, with a newline at the end. Helm's `toYaml` cuts that newline, and is
/// empty where this fails.
///
/// # Errors
/// Go's text: a value that JSON cannot hold (`error marshaling into JSON: json: unsupported type: complex128`), or text
/// that yaml.v2 does not read again (`yaml: control characters are not allowed`).
pub fn to_yaml(value: &Value) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    to_yaml_into(&mut out, value)?;
    Ok(out)
}

/// As [`to_yaml`], appended to a buffer; on failure the buffer is as it was.
///
/// # Errors
/// As [`to_yaml`].
pub fn to_yaml_into(out: &mut Vec<u8>, value: &Value) -> Result<(), Error> {
    let start = out.len();
    let mut emitter = Emitter::new(out, Version::V2);
    emitter.direct = true;
    let done = emitter.document(value, MAX_DIRECT_DEPTH);
    if done.is_ok() {
        return Ok(());
    }
    out.truncate(start);
    if let Err(Refusal::TooLarge) = done {
        return Err(Error::too_large());
    }
    let json = json::encode(value, Html::Escape).map_err(|text| match text.as_str() {
        json::TOO_LARGE => Error::too_large(),
        _ => Error::new(text).wrap("error marshaling into JSON"),
    })?;
    let tree = parser::parse(&json)?;
    let document = Document::decode(&tree)?;
    let value = document.assemble::<Typed>(document.root)?;
    match Emitter::new(out, Version::V2).document(&value, usize::MAX) {
        Err(Refusal::TooLarge) => {
            out.truncate(start);
            Err(Error::too_large())
        }
        // What came through JSON holds nothing else that could stop the emitter.
        _ => Ok(()),
    }
}

/// Why a value is not written.
enum Refusal {
    /// The direct way does not do: JSON would change the value, or refuse it.
    Indirect,
    /// Go panics with this text.
    Panic(String),
    /// More than [`MAX_OUTPUT`] bytes.
    TooLarge,
}

/// The collections around the current place.
enum Level {
    Map {
        entries: Sorted,
        next: usize,
        indent: i32,
    },
    List {
        list: List,
        next: usize,
        indent: i32,
    },
    /// The fields of a struct.
    Fields {
        fields: Rc<[(Str, Value)]>,
        next: usize,
        indent: i32,
    },
}

/// What a node is part of.
#[derive(Clone, Copy, PartialEq)]
enum Context {
    Root,
    Sequence,
    Mapping,
}

struct Emitter<'o> {
    out: &'o mut Vec<u8>,
    version: Version,
    /// Lines are folded behind this column.
    width: usize,
    column: usize,
    indent: i32,
    /// Whether the last character was a blank, and whether the line holds nothing but indentation and indicators.
    whitespace: bool,
    indention: bool,
    simple_key: bool,
    /// Whether strings must be such that JSON and yaml.v2's reader would not change them.
    direct: bool,
    levels: Vec<Level>,
}

impl<'o> Emitter<'o> {
    fn new(out: &'o mut Vec<u8>, version: Version) -> Emitter<'o> {
        Emitter {
            out,
            version,
            width: if version == Version::V2 { 80 } else { usize::MAX / 2 },
            column: 0,
            indent: -1,
            whitespace: true,
            indention: true,
            simple_key: false,
            direct: false,
            levels: Vec::new(),
        }
    }

    // --- characters

    fn put(&mut self, b: u8) {
        self.out.push(b);
        self.column += 1;
    }

    fn new_line(&mut self) {
        self.out.push(b'\n');
        self.column = 0;
        self.indention = true;
    }

    /// Moves to the indentation, on a new line if need be.
    fn write_indent(&mut self) {
        let indent = self.indent.max(0) as usize;
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.new_line();
        }
        if self.column < indent {
            self.out.resize(self.out.len() + indent - self.column, b' ');
            self.column = indent;
        }
        self.whitespace = true;
        if self.version == Version::V2 {
            self.indention = true;
        }
    }

    /// Writes an indicator, behind a blank if it needs one. Behind some of them the line still counts as indentation.
    fn indicator(&mut self, indicator: &[u8], blank: bool, indention: bool) {
        if blank && !self.whitespace {
            self.put(b' ');
        }
        self.out.extend_from_slice(indicator);
        self.column += indicator.len();
        self.whitespace = false;
        self.indention &= indention;
    }

    // --- nodes

    fn document(&mut self, value: &Value, max_depth: usize) -> Result<(), Refusal> {
        let most = self.out.len().saturating_add(MAX_OUTPUT);
        self.node(value, Context::Root)?;
        while let Some(level) = self.levels.last_mut() {
            if self.out.len() > most {
                return Err(Refusal::TooLarge);
            }
            match level {
                Level::List { list, next, indent } => {
                    let Some(item) = list.get(*next) else {
                        self.indent = *indent;
                        self.levels.pop();
                        continue;
                    };
                    *next += 1;
                    self.write_indent();
                    self.indicator(b"-", true, true);
                    self.node(&item, Context::Sequence)?;
                }
                Level::Map { entries, next, indent } => {
                    let Some((key, value)) = entries.get(*next) else {
                        self.indent = *indent;
                        self.levels.pop();
                        continue;
                    };
                    *next += 1;
                    if self.direct && !is_direct(key, true) {
                        return Err(Refusal::Indirect);
                    }
                    let (key, value) = (key.clone(), value.clone());
                    self.entry(&key, &value)?;
                }
                Level::Fields { fields, next, indent } => {
                    let Some((key, value)) = fields.get(*next).cloned() else {
                        self.indent = *indent;
                        self.levels.pop();
                        continue;
                    };
                    *next += 1;
                    self.entry(&key, &value)?;
                }
            }
            if self.levels.len() > max_depth {
                return Err(Refusal::Indirect);
            }
        }
        self.write_indent();
        Ok(())
    }

    fn entry(&mut self, key: &Str, value: &Value) -> Result<(), Refusal> {
        self.write_indent();
        if self.key(key) {
            self.indicator(b":", false, false);
        } else {
            self.write_indent();
            self.indicator(b":", true, true);
        }
        self.node(value, Context::Mapping)
    }

    /// Writes a scalar; of a collection writes what comes before its first item.
    fn node(&mut self, value: &Value, context: Context) -> Result<(), Refusal> {
        match value {
            Value::Nil => self.plain(b"null"),
            Value::Bool(b) => self.plain(if *b { b"true" } else { b"false" }),
            Value::Int(_, n) => self.plain(itoa::Buffer::new().format(*n).as_bytes()),
            Value::Uint(_, n) => self.plain(itoa::Buffer::new().format(*n).as_bytes()),
            Value::Float(x) => self.float(*x)?,
            Value::Str(s) => {
                if self.direct && !is_direct(s, false) {
                    return Err(Refusal::Indirect);
                }
                self.string(s);
            }
            Value::List(list) if list.is_nil() && self.version == Version::V2 => self.plain(b"null"),
            Value::List(list) if list.is_empty() => self.indicator(b"[]", true, false),
            Value::List(list) => {
                self.guard(|level| matches!(level, Level::List { list: l, .. } if l.identity() == list.identity()))?;
                let indent = self.indent;
                let indentless = self.version == Version::V2 && context == Context::Mapping && !self.indention;
                self.increase_indent(indentless);
                self.levels.push(Level::List { list: list.clone(), next: 0, indent });
            }
            Value::Map(map) if map.is_nil() && self.version == Version::V2 => self.plain(b"null"),
            Value::Map(map) if map.is_empty() => self.indicator(b"{}", true, false),
            Value::Map(map) => {
                let entries = map.snapshot();
                self.guard(|level| matches!(level, Level::Map { entries: e, .. } if e.is_same(&entries)))?;
                let indent = self.indent;
                self.increase_indent(false);
                let entries = Sorted::new(entries, self.version);
                self.levels.push(Level::Map { entries, next: 0, indent });
            }
            Value::Complex(..) | Value::Bytes(_) | Value::Object(_) => return self.other(value, context),
        }
        Ok(())
    }

    fn increase_indent(&mut self, indentless: bool) {
        if self.indent < 0 {
            self.indent = 0;
        } else if !indentless {
            self.indent += 2;
        }
    }

    fn float(&mut self, x: f64) -> Result<(), Refusal> {
        let mut text = Vec::with_capacity(24);
        if self.version == Version::V2 {
            // JSON writes it without a point and without an exponent: then yaml.v2 reads an integer, if it fits.
            if x.fract() == 0.0 && x.abs() < 1e15 {
                self.plain(itoa::Buffer::new().format(x as i64).as_bytes());
                return Ok(());
            }
            json::append_float(&mut text, x).map_err(|_| Refusal::Indirect)?;
            let integer = text.strip_prefix(b"-").unwrap_or(&text).iter().all(u8::is_ascii_digit)
                && std::str::from_utf8(&text).is_ok_and(|t| t.parse::<i64>().is_ok() || t.parse::<u64>().is_ok());
            if integer {
                self.plain(&text);
                return Ok(());
            }
            text.clear();
        }
        if x.is_nan() {
            text.extend_from_slice(b".nan");
        } else if x.is_infinite() {
            text.extend_from_slice(if x > 0.0 { b".inf" } else { b"-.inf" });
        } else {
            strconv::append_float(&mut text, x, b'g', -1, 64);
        }
        self.plain(&text);
        Ok(())
    }
}

/// Whether a string comes through JSON and yaml.v2's reader as it is.
fn is_direct(text: &[u8], key: bool) -> bool {
    if key && text.len() > MAX_DIRECT_KEY {
        return false;
    }
    if text.is_ascii() {
        return !text.contains(&0x7F);
    }
    let Ok(text) = std::str::from_utf8(text) else { return false };
    text.chars().all(|c| !matches!(c, '\u{7F}'..='\u{9F}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}'))
}
