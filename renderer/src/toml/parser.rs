//! Builds values of TOML items, with BurntSushi's rules of what may be defined twice and its error texts.

use std::collections::{HashMap, HashSet};

use thinlock_go::types::{Kind as GoKind, MAP_STRING_ANY, TypeInfo};
use thinlock_go::{Host, List, Map, Str, Toolchain, Value, strconv};

use self::scalar::{strip_escaped_newlines, strip_first_newline};
use super::TomlError;
use super::lexer::{Item, Kind, Lexer};

mod scalar;

/// The zones of times without one, by which the encoder knows in which layout to write them.
pub(super) const LOCAL_DATETIME: &str = "datetime-local";
pub(super) const LOCAL_DATE: &str = "date-local";
pub(super) const LOCAL_TIME: &str = "time-local";

/// `[]map[string]interface {}`: an array of tables.
static TABLES: TypeInfo = TypeInfo::of("[]map[string]interface {}", GoKind::Slice, &MAP_STRING_ANY);

/// How deep arrays and inline tables may be nested, and how many parts a key may have with those of its tables. Go has no limit but its stack.
const MAX_DEPTH: usize = 1_000;

/// Reads a TOML text into a `map[string]interface {}`.
///
/// # Errors
/// The text is not TOML: BurntSushi's words, with the line and the last key.
pub fn decode(text: &[u8], rules: &Toolchain, host: &dyn Host) -> Result<Map, TomlError> {
    let text = strip_bom(text);
    if text.iter().take(6).any(|byte| *byte == 0) {
        let message = "files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8";
        return Err(TomlError::Error(format!("toml: line 1: {message}")));
    }
    let mut parser = Parser {
        lexer: Lexer::new(text, rules),
        rules,
        host,
        context: Vec::new(),
        current_key: Str::EMPTY,
        line: 0,
        types: HashMap::new(),
        root: Map::string_any(),
        implicit: HashSet::new(),
        depth: 0,
    };
    loop {
        let item = parser.next()?;
        if item.kind == Kind::Eof {
            return Ok(parser.root);
        }
        parser.top_level(item)?;
    }
}

fn strip_bom(text: &[u8]) -> &[u8] {
    for bom in [&b"\xff\xfe"[..], b"\xfe\xff", b"\xef\xbb\xbf"] {
        if let Some(rest) = text.strip_prefix(bom) {
            return rest;
        }
    }
    text
}

/// What the parser remembers of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Array,
    Other,
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    rules: &'a Toolchain,
    host: &'a dyn Host,
    /// The full key of the table that is being filled.
    context: Vec<Str>,
    current_key: Str,
    /// The line of the last key.
    line: i64,
    types: HashMap<String, Shape>,
    root: Map,
    /// Tables that exist only because a longer key named them; they may still be defined.
    implicit: HashSet<String>,
    depth: usize,
}

type Result<T, E = TomlError> = std::result::Result<T, E>;

impl Parser<'_> {
    fn fail<T>(&self, line: i64, message: &str) -> Result<T> {
        let key = self.current();
        let text = if key.is_empty() {
            format!("toml: line {line}: {message}")
        } else {
            format!("toml: line {line} (last key {}): {message}", strconv::quote(key.as_bytes()))
        };
        Err(TomlError::Error(text))
    }

    /// The key that an error names.
    fn current(&self) -> String {
        if self.current_key.is_empty() {
            dotted(&self.context)
        } else if self.context.is_empty() {
            self.current_key.to_string()
        } else {
            format!("{}.{}", dotted(&self.context), self.current_key)
        }
    }

    fn next(&mut self) -> Result<Item> {
        let item = self.lexer.next_item();
        if item.kind == Kind::Error {
            return self.fail(item.line, &item.text);
        }
        Ok(item)
    }

    fn next_with_line(&mut self) -> Result<Item> {
        let item = self.next()?;
        self.line = item.line;
        Ok(item)
    }

    /// The parts of a key up to the item that ends it.
    fn key(&mut self, end: Kind) -> Result<(Vec<Str>, Str)> {
        let mut item = self.next_with_line()?;
        let mut key = Vec::new();
        while item.kind != end && item.kind != Kind::Eof {
            key.push(self.key_part(&item)?);
            item = self.next()?;
        }
        let last = key.pop().unwrap_or_default();
        Ok((key, last))
    }

    fn key_part(&mut self, item: &Item) -> Result<Str> {
        match item.kind {
            Kind::EscapedString => self.replace_escapes(item, &item.text).map(Str::from),
            _ => Ok(Str::from(item.text.as_str())),
        }
    }

    fn top_level(&mut self, item: Item) -> Result<()> {
        match item.kind {
            Kind::CommentStart => {
                self.next()?;
            }
            Kind::TableStart => self.table(Kind::TableEnd, false)?,
            Kind::ArrayTableStart => self.table(Kind::ArrayTableEnd, true)?,
            _ => {
                let outer = self.context.len();
                self.key_and_value()?;
                self.context.truncate(outer);
                self.current_key = Str::EMPTY;
            }
        }
        Ok(())
    }

    fn table(&mut self, end: Kind, array: bool) -> Result<()> {
        let (mut key, last) = self.key(end)?;
        key.push(last);
        self.add_context(&key, array)?;
        self.set_shape(&Str::EMPTY, Shape::Other);
        Ok(())
    }

    /// `a.b = value`; returns the parts before the last, the last, and the value.
    fn key_and_value(&mut self) -> Result<(Vec<Str>, Str, Value)> {
        let (parents, last) = self.key(Kind::KeyEnd)?;
        self.current_key.clone_from(&last);
        self.descend(&parents)?;
        let item = self.next()?;
        let (value, shape) = self.value(item, false)?;
        self.set_value(&last, value.clone())?;
        self.set_shape(&last, shape);
        Ok((parents, last, value))
    }

    /// Makes the tables that a key names before its last part.
    fn descend(&mut self, parents: &[Str]) -> Result<()> {
        let mut name = dotted(&self.context);
        // The table that is being filled, once it is known: a key may have many parts, and going to each from the root
        // would take the square of their number.
        let mut here: Option<Map> = None;
        for part in parents {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(&dotted(std::slice::from_ref(part)));
            self.implicit.insert(name.clone());
            match here.take().filter(|_| self.context.len() < MAX_DEPTH) {
                Some(table) => {
                    self.define(&table, part, Value::Map(Map::string_any()))?;
                    self.context.push(part.clone());
                    here = table.get(part).as_ref().and_then(innermost);
                }
                // What is wrong with the way there is found on it.
                None => {
                    self.add_inner(part, false)?;
                    let step = |table: Map, part: &Str| table.get(part).as_ref().and_then(innermost);
                    here = self.context.iter().try_fold(self.root.clone(), step);
                }
            }
        }
        Ok(())
    }

    fn value(&mut self, item: Item, in_array: bool) -> Result<(Value, Shape)> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(TomlError::Limit(format!("toml: line {}: more than {MAX_DEPTH} nested values", item.line)));
        }
        let value = match item.kind {
            Kind::String | Kind::RawString => Value::from(item.text),
            Kind::EscapedString => Value::from(self.replace_escapes(&item, &item.text)?),
            Kind::MultilineString => {
                let text = strip_escaped_newlines(strip_first_newline(&item.text));
                Value::from(self.replace_escapes(&item, &text)?)
            }
            Kind::RawMultilineString => Value::from(strip_first_newline(&item.text)),
            Kind::Integer => self.integer(&item)?,
            Kind::Float => self.float(&item)?,
            Kind::Bool => Value::Bool(item.text == "true"),
            Kind::Datetime => self.datetime(&item)?,
            Kind::Array => {
                self.depth -= 1;
                return Ok((self.array()?, Shape::Array));
            }
            Kind::InlineTableStart => self.inline_table(in_array)?,
            // The lexer gives nothing else where a value stands.
            _ => return self.fail(item.line, "expected value"),
        };
        self.depth -= 1;
        Ok((value, Shape::Other))
    }

    fn array(&mut self) -> Result<Value> {
        let key = self.current_key.clone();
        self.set_shape(&key, Shape::Array);
        self.depth += 1;
        let mut items = Vec::new();
        loop {
            let item = self.next()?;
            match item.kind {
                Kind::ArrayEnd => break,
                Kind::CommentStart => {
                    self.next()?;
                }
                _ => items.push(self.value(item, true)?.0),
            }
        }
        self.depth -= 1;
        Ok(Value::List(List::any(items)))
    }

    fn inline_table(&mut self, in_array: bool) -> Result<Value> {
        let table = Map::string_any();
        let (outer, outer_key) = (self.context.len(), std::mem::take(&mut self.current_key));
        let full = self.full(&outer_key);
        self.implicit.insert(full);
        self.add_inner(&outer_key, in_array)?;
        let context = self.context.len();
        loop {
            let item = self.next()?;
            match item.kind {
                Kind::InlineTableEnd => break,
                Kind::CommentStart => {
                    self.next()?;
                    continue;
                }
                _ => {}
            }
            let (parents, last, value) = self.key_and_value()?;
            let mut hash = table.clone();
            for part in &parents {
                let inner = match hash.get(part) {
                    None => {
                        let inner = Map::string_any();
                        hash.insert(part.clone(), inner.clone());
                        inner
                    }
                    Some(Value::Map(inner)) => inner,
                    Some(_) => {
                        let shown = format!(
                            "[{}]",
                            self.context.iter().map(|p| strconv::quote(p)).collect::<Vec<_>>().join(" ")
                        );
                        return self.fail(self.line, &format!("{shown} is not a table"));
                    }
                };
                hash = inner;
            }
            hash.insert(last, value);
            self.context.truncate(context);
        }
        self.context.truncate(outer);
        self.current_key = outer_key;
        Ok(Value::Map(table))
    }

    /// Makes a table, or one more of an array of tables, the one that is being filled.
    fn add_context(&mut self, key: &[Str], array: bool) -> Result<()> {
        let Some((last, parents)) = key.split_last() else { return Ok(()) };
        self.check_parts(key.len())?;
        let table = match way(&self.root, &mut self.implicit, parents) {
            Ok(table) => table,
            Err(message) => return self.fail(self.line, &message),
        };
        self.context.clear();
        self.context.extend_from_slice(parents);
        self.add_table(&table, last, array)
    }

    /// As [`Parser::add_context`], for a table in the one that is being filled.
    fn add_inner(&mut self, last: &Str, array: bool) -> Result<()> {
        self.check_parts(self.context.len() + 1)?;
        match way(&self.root, &mut self.implicit, &self.context) {
            Ok(table) => self.add_table(&table, last, array),
            Err(message) => self.fail(self.line, &message),
        }
    }

    fn check_parts(&self, count: usize) -> Result<()> {
        if count > MAX_DEPTH {
            return Err(TomlError::Limit(format!("toml: line {}: a key of more than {MAX_DEPTH} parts", self.line)));
        }
        Ok(())
    }

    /// Makes a table of the one that is being filled that one.
    fn add_table(&mut self, hash: &Map, last: &Str, array: bool) -> Result<()> {
        if array {
            let mut tables = match hash.get(last) {
                None => Vec::new(),
                Some(Value::List(list)) if list.go_type() == &TABLES => {
                    // The table lets go of the list, so that the tables in it are not copied for each new one.
                    hash.insert(last.clone(), Value::Nil);
                    list.into_vec()
                }
                Some(_) => {
                    let message =
                        format!("Key '{}' was already created and cannot be used as an array.", self.full(last));
                    return self.fail(self.line, &message);
                }
            };
            tables.push(Value::Map(Map::string_any()));
            hash.insert(last.clone(), List::new(&TABLES, tables));
        } else {
            self.define(hash, last, Value::Map(Map::string_any()))?;
        }
        self.context.push(last.clone());
        Ok(())
    }

    /// Sets a key of the table that is being filled.
    fn set_value(&mut self, key: &Str, value: Value) -> Result<()> {
        let mut hash = self.root.clone();
        for (at, part) in self.context.iter().enumerate() {
            let shown = || dotted(&self.context[..=at]);
            let Some(found) = hash.get(part) else {
                return Err(TomlError::Panic(format!(
                    "BUG: Context for key '{}' has not been established.\n\n",
                    shown()
                )));
            };
            hash = match innermost(&found) {
                Some(inner) => inner,
                None => {
                    let message = format!("Key '{}' has already been defined.", shown());
                    return self.fail(self.line, &message);
                }
            };
        }
        self.define(&hash, key, value)
    }

    /// Sets a key of a table, which is the one that is being filled.
    fn define(&mut self, table: &Map, key: &Str, value: Value) -> Result<()> {
        if !table.contains_key(key) {
            table.insert(key.clone(), value);
            return Ok(());
        }
        let full = self.full(key);
        let message = format!("Key '{full}' has already been defined.");
        if self.types.get(&full) == Some(&Shape::Array) {
            if self.rules.toml_arrays_defined_once && !self.implicit.contains(&full) {
                return self.fail(self.line, &message);
            }
            self.implicit.remove(&full);
            table.insert(key.clone(), value);
            return Ok(());
        }
        // A table that only a longer key has named may be defined once; what it holds stays.
        if self.implicit.remove(&full) { Ok(()) } else { self.fail(self.line, &message) }
    }

    fn set_shape(&mut self, key: &Str, shape: Shape) {
        let full = if key.is_empty() && !self.context.is_empty() { dotted(&self.context) } else { self.full(key) };
        self.types.insert(full, shape);
    }

    /// The full name of a key of the table that is being filled.
    fn full(&mut self, key: &Str) -> String {
        self.context.push(key.clone());
        let full = dotted(&self.context);
        self.context.pop();
        full
    }
}

/// A key as messages show it, and as tables are known by it.
fn dotted(key: &[Str]) -> String {
    String::from_utf8_lossy(&super::dotted(key)).into_owned()
}

/// Goes to the table that a key names before its last part, and makes the tables on the way that are not there.
///
/// # Errors
/// Something else is there.
fn way(root: &Map, implicit: &mut HashSet<String>, parents: &[Str]) -> Result<Map, String> {
    let mut table = root.clone();
    for (at, part) in parents.iter().enumerate() {
        let found = match table.get(part) {
            Some(found) => found,
            None => {
                implicit.insert(dotted(&parents[..=at]));
                let inner = Map::string_any();
                table.insert(part.clone(), inner.clone());
                Value::Map(inner)
            }
        };
        table = innermost(&found)
            .ok_or_else(|| format!("Key '{}' was already created as a hash.", dotted(&parents[..=at])))?;
    }
    Ok(table)
}

/// The table that a dotted key goes on in: the table itself, or the last of an array of tables.
fn innermost(value: &Value) -> Option<Map> {
    match value {
        Value::Map(map) => Some(map.clone()),
        Value::List(list) if list.go_type() == &TABLES => list.items().last().and_then(Value::as_map).cloned(),
        _ => None,
    }
}
