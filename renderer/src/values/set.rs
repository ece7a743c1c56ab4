//! The grammars of the `--set` flags: `a.b[0].c=value,d={x,y}`.
//!
//! Five flags share the way a place is written and differ in what a value is: `--set` guesses a type, `--set-string`
//! does not, `--set-json` reads JSON, `--set-file` reads the file of that name, `--set-literal` takes the rest of the
//! text as it is. The functions answer to Helm's package strvals, its limits and its error texts included.

use thinlock_go::types::MAP_STRING_ANY;
use thinlock_go::{Frozen, List, Map, Str, Value, json, stack, strconv, unicode, utf8};

use super::{ValueRules, merge};

/// The highest index that a list may be set at.
const MAX_INDEX: i64 = 65536;
/// How deep names may nest.
const MAX_NESTED_NAME_LEVEL: u32 = 30;
/// How deep lists may nest: `a[0][0]…`. Helm has no limit here, and so the depth of a value would have none either.
const MAX_NESTED_LISTS: u32 = 1000;

/// The most empty items that the indexes of one text may add to lists: Helm lets each index add as many as
/// [`MAX_INDEX`].
const MAX_FILLED: usize = 1 << 22;

/// Reads the file that a `--set-file` value names, or says why not.
pub type FileReader<'a> = &'a mut dyn FnMut(&[u8]) -> Result<Vec<u8>, String>;

/// Sets values as `--set` does: `true`, `false`, `null` and decimal integers are typed, everything else is a string.
///
/// # Errors
/// The text is not of the form, with strvals' message. What came before the fault is set by then.
pub fn parse_into(text: &[u8], values: &Map, rules: &ValueRules) -> Result<(), String> {
    parse(text, values, rules, Grammar::Typed)
}

/// Sets values as `--set-string` does: every value is a string.
///
/// # Errors
/// As [`parse_into`].
pub fn parse_into_string(text: &[u8], values: &Map, rules: &ValueRules) -> Result<(), String> {
    parse(text, values, rules, Grammar::Strings)
}

/// Sets values as `--set-json` does: every value is JSON, an empty one is null.
///
/// # Errors
/// As [`parse_into`].
pub fn parse_json(text: &[u8], values: &Map, rules: &ValueRules) -> Result<(), String> {
    parse(text, values, rules, Grammar::Json)
}

/// Sets values as `--set-file` does: every value is the content of the file that it names.
///
/// # Errors
/// As [`parse_into`], and what the reader says.
pub fn parse_file(text: &[u8], values: &Map, rules: &ValueRules, reader: FileReader<'_>) -> Result<(), String> {
    parse(text, values, rules, Grammar::Files(reader))
}

/// Sets one value as `--set-literal` does: what is behind the first `=` is the string, commas and backslashes included.
///
/// # Errors
/// As [`parse_into`].
pub fn parse_literal(text: &[u8], values: &Map, rules: &ValueRules) -> Result<(), String> {
    parse(text, values, rules, Grammar::Literal)
}

/// The values with one more, as [`parse_literal`] of `KEY=VALUE` sets it.
///
/// # Errors
/// As [`parse_into`].
pub fn literal_over(values: &Frozen, key: &str, value: &str, rules: &ValueRules) -> Result<Frozen, String> {
    if matches!(values, Frozen::Map(..)) && !key.is_empty() && !key.contains(['=', '[', '.']) {
        let entry = (Str::from(key), Frozen::Str(Str::from(value)));
        return Ok(merge(values, &Frozen::Map(&MAP_STRING_ANY, [entry].into())));
    }
    let Value::Map(live) = values.thaw() else { return Ok(values.clone()) };
    parse_literal([key, "=", value].concat().as_bytes(), &live, rules)?;
    Frozen::freeze(&Value::Map(live)).ok_or_else(|| "the values nest too deeply".to_owned())
}

fn parse(text: &[u8], values: &Map, rules: &ValueRules, grammar: Grammar<'_>) -> Result<(), String> {
    let mut parser = Parser { text: utf8::to_valid(text).into_owned(), at: 0, nested_lists: 0, filled: 0, grammar };
    loop {
        match parser.key(values, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::EndInIndex) if rules.set_unterminated_index_ignored => return Ok(()),
            Err(stop) => return Err(stop.text()),
        }
    }
}

enum Grammar<'a> {
    Typed,
    Strings,
    Json,
    Files(FileReader<'a>),
    Literal,
}

/// Why a part of the grammar ended early. Go's strvals passes `io.EOF` around as an error.
#[derive(Debug)]
enum Stop {
    /// `io.EOF`: the end of the text, no error at the top.
    End,
    /// `io.EOF` inside an index. Helm 4 wraps it so that it still counts as the end of the text.
    EndInIndex,
    /// An error.
    Error(String),
}

impl Stop {
    fn text(self) -> String {
        match self {
            Stop::End => "EOF".into(),
            Stop::EndInIndex => "error parsing index: EOF".into(),
            Stop::Error(text) => text,
        }
    }
}

type Step<T = ()> = Result<T, Stop>;

fn error<T>(text: impl Into<String>) -> Step<T> {
    Err(Stop::Error(text.into()))
}

struct Parser<'a> {
    text: String,
    at: usize,
    nested_lists: u32,
    /// The empty items that indexes have added.
    filled: usize,
    grammar: Grammar<'a>,
}

/// What a value turned out to be.
enum Read {
    Value(Value),
    /// The text ended where a value should begin.
    Nothing,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Reads a character if it is there.
    fn skip(&mut self, wanted: char) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// Reads up to one of the stop characters and over it. `None` for it at the end of the text. A backslash takes the
    /// next character as it is, but not in `--set-literal`.
    fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        if matches!(self.grammar, Grammar::Literal) {
            let rest = self.rest();
            let (read, stop) = match rest.split_at_checked(rest.find(stops).unwrap_or(rest.len())) {
                Some((read, rest)) => (read.to_owned(), rest.chars().next()),
                None => (String::new(), None),
            };
            self.at += read.len() + stop.map_or(0, char::len_utf8);
            return (read, stop);
        }
        let mut read = String::with_capacity(self.rest().len().min(128));
        while let Some(c) = self.next() {
            if stops.contains(&c) {
                return (read, Some(c));
            }
            if c == '\\' {
                match self.next() {
                    Some(escaped) => read.push(escaped),
                    None => return (read, None),
                }
            } else {
                read.push(c);
            }
        }
        (read, None)
    }

    fn key(&mut self, values: &Map, level: u32) -> Step {
        // Lists in maps in lists: Helm has no limit here but its stack.
        if stack::is_low() {
            return error("values are nested too deep");
        }
        let literal = matches!(self.grammar, Grammar::Literal);
        let stops: &[char] = if literal { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        let (name, stop) = self.until(stops);
        let name = Str::from(name);
        match stop {
            None if name.is_empty() => Err(Stop::End),
            None => error(format!("key {} has no value", strconv::quote(&name))),
            Some('[') => {
                let index = self.index()?;
                let mut list = match values.get(&name) {
                    None => Vec::new(),
                    Some(value) => {
                        let list = to_list(value)?;
                        // It comes back below. A list that nobody else holds is not copied.
                        set(values, name.clone(), Value::Nil);
                        list.into_vec()
                    }
                };
                self.nested_lists = 0;
                let result = self.list_item(&mut list, index, level);
                set(values, name, Value::List(List::any(list)));
                result
            }
            Some('=') => match self.value()? {
                Read::Value(value) => {
                    set(values, name, value);
                    Ok(())
                }
                Read::Nothing => {
                    set(values, name, Value::static_str(""));
                    Err(Stop::End)
                }
            },
            Some(',') => {
                let message = format!("key {} has no value (cannot end with ,)", strconv::quote(&name));
                set(values, name, Value::static_str(""));
                error(message)
            }
            Some(_) => {
                let level = level + 1;
                if level > MAX_NESTED_NAME_LEVEL {
                    return error(format!(
                        "value name nested level is greater than maximum supported nested level of {MAX_NESTED_NAME_LEVEL}"
                    ));
                }
                let inner = match values.get(&name) {
                    None => Map::string_any(),
                    Some(Value::Map(map)) => map,
                    Some(value) => return conversion(&value, "map[string]interface {}"),
                };
                let result = self.key(&inner, level);
                if inner.is_empty() {
                    result?;
                    return error(format!("key map {} has no value", strconv::quote(&name)));
                }
                set(values, name, Value::Map(inner));
                result
            }
        }
    }

    /// What is between the brackets; the opening one is read.
    fn index(&mut self) -> Step<i64> {
        let (digits, stop) = self.until(&[']']);
        if stop.is_none() {
            return Err(Stop::EndInIndex);
        }
        strconv::atoi(digits.as_bytes()).map_err(|e| Stop::Error(format!("error parsing index: {e}")))
    }

    fn set_index(&mut self, list: &mut Vec<Value>, index: i64, value: Value) -> Step {
        if index > MAX_INDEX {
            return error(format!("index of {index} is greater than maximum supported index of {MAX_INDEX}"));
        }
        let Ok(at) = usize::try_from(index) else {
            return error(format!("negative {index} index not allowed"));
        };
        if list.len() <= at {
            self.filled = self.filled.saturating_add(at - list.len());
            if self.filled > MAX_FILLED {
                return error(format!("indexes leave more than {MAX_FILLED} items of lists empty"));
            }
            list.resize(at + 1, Value::Nil);
        }
        if let Some(slot) = list.get_mut(at) {
            *slot = value;
        }
        Ok(())
    }

    /// What follows an index: the value of the list's item, or the way into it.
    fn list_item(&mut self, list: &mut Vec<Value>, index: i64, level: u32) -> Step {
        let Ok(at) = usize::try_from(index) else {
            return error(format!("negative {index} index not allowed"));
        };
        let (rest, stop) = self.until(&['[', '.', '=']);
        if !rest.is_empty() {
            return error(format!("unexpected data at end of array index: {}", quoted_runes(&rest)));
        }
        match stop {
            None => Err(Stop::End),
            Some('=') => {
                let value = match self.value()? {
                    Read::Value(value) => value,
                    Read::Nothing => Value::static_str(""),
                };
                self.set_index(list, index, value)
            }
            Some('[') => {
                let next = self.index()?;
                self.nested_lists += 1;
                if self.nested_lists > MAX_NESTED_LISTS {
                    return error(format!("lists are nested more than {MAX_NESTED_LISTS} deep"));
                }
                let existed = matches!(list.get(at), Some(Value::List(_)));
                let mut inner = match list.get_mut(at) {
                    None | Some(Value::Nil) => Vec::new(),
                    Some(slot) => {
                        let inner = to_list(slot.clone())?;
                        *slot = Value::Nil;
                        inner.into_vec()
                    }
                };
                let result = self.list_item(&mut inner, next, level);
                let inner = Value::List(List::any(inner));
                if result.is_err() {
                    // What was there stays; nothing is added.
                    if let Some(slot) = list.get_mut(at).filter(|_| existed) {
                        *slot = inner;
                    }
                    return result;
                }
                self.nested_lists -= 1;
                self.set_index(list, index, inner)
            }
            Some(_) => {
                let inner = match list.get_mut(at) {
                    Some(Value::Map(map)) => map.clone(),
                    Some(other) => {
                        let map = Map::string_any();
                        *other = Value::Map(map.clone());
                        map
                    }
                    None => Map::string_any(),
                };
                self.key(&inner, level)?;
                self.set_index(list, index, Value::Map(inner))
            }
        }
    }

    fn value(&mut self) -> Step<Read> {
        match self.grammar {
            Grammar::Literal => Ok(Read::Value(Value::Str(self.until(&[]).0.into()))),
            Grammar::Json => self.json().map(Read::Value),
            _ if self.rest().is_empty() => Ok(Read::Nothing),
            _ => {
                if self.skip('{') {
                    return self.braces().map(Read::Value);
                }
                let (text, _) = self.until(&[',']);
                self.scalar(text.into()).map(Read::Value)
            }
        }
    }

    /// `{a,b}`; the opening brace is read.
    fn braces(&mut self) -> Step<Value> {
        let mut items = Vec::new();
        loop {
            let (text, stop) = self.until(&[',', '}']);
            if stop.is_none() {
                return error("list must terminate with '}'");
            }
            items.push(self.scalar(text.into())?);
            if stop == Some('}') {
                self.skip(',');
                return Ok(Value::List(List::any(items)));
            }
        }
    }

    fn scalar(&mut self, text: Str) -> Step<Value> {
        match &mut self.grammar {
            Grammar::Files(read) => read(&text).map(|content| Value::Str(content.into())).map_err(Stop::Error),
            Grammar::Typed => Ok(typed(text)),
            _ => Ok(Value::Str(text)),
        }
    }

    /// A JSON value and the comma behind it. Blanks before it are skipped; nothing is null.
    fn json(&mut self) -> Step<Value> {
        if self.empty() {
            return Ok(Value::Nil);
        }
        let (value, used) = json::decode_prefix(self.rest().as_bytes()).map_err(Stop::Error)?;
        self.at += used;
        self.empty();
        Ok(value)
    }

    /// Skips blanks and one comma. True at a comma or at the end of the text.
    fn empty(&mut self) -> bool {
        let blanks = self.rest().chars().take_while(|c| unicode::is_space(*c)).map(char::len_utf8).sum::<usize>();
        self.at += blanks;
        self.skip(',') || self.rest().is_empty()
    }
}

/// `%q` of a `[]rune`: each character quoted, in brackets.
fn quoted_runes(text: &str) -> String {
    let quoted: Vec<String> = text.chars().map(strconv::quote_rune).collect();
    format!("[{}]", quoted.join(" "))
}

/// The list that a key holds already; strvals takes anything else for one and panics, which it reports as an error.
fn to_list(value: Value) -> Step<List> {
    match value {
        Value::List(list) => Ok(list),
        other => conversion(&other, "[]interface {}"),
    }
}

fn conversion<T>(value: &Value, wanted: &str) -> Step<T> {
    let have = if value.is_nil() { "nil" } else { value.type_name() };
    error(format!("unable to parse key: interface conversion: interface {{}} is {have}, not {wanted}"))
}

fn set(values: &Map, key: Str, value: Value) {
    if !key.is_empty() {
        values.insert(key, value);
    }
}

/// What `--set` makes of a value: a boolean, null, an `int64`, else a string. `1.5`, `1e3` and `007` stay strings.
fn typed(text: Str) -> Value {
    for (word, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Nil)] {
        if folds_to(&text, word) {
            return value;
        }
    }
    if text == "0" {
        return Value::int64(0);
    }
    match text.first() {
        None | Some(b'0') => Value::Str(text),
        Some(_) => match strconv::parse_int(&text, 10, 64) {
            Ok(n) => Value::int64(n),
            Err(_) => Value::Str(text),
        },
    }
}

/// `strings.EqualFold` with a lower-case ASCII word: besides upper case, U+017F folds to `s`.
fn folds_to(text: &[u8], word: &str) -> bool {
    text.len() <= 2 * word.len() && {
        let mut runes = utf8::runes(text).map(|(_, c, _)| if c == '\u{17f}' { 's' } else { c.to_ascii_lowercase() });
        word.chars().all(|w| runes.next() == Some(w)) && runes.next().is_none()
    }
}

#[cfg(test)]
mod tests;
