//! `json.Unmarshal`: JSON text to values, with the errors of Go's scanner. Nesting is kept on a stack of its own; Go's
//! limit of 10,000 levels holds.

use std::any::Any;
use std::marker::PhantomData;
use std::rc::Rc;

use crate::map::Entries;
use crate::types::{FLOAT64, Kind, MAP_STRING_ANY, SLICE_ANY, Type, TypeInfo};
use crate::{List, Map, Object, Str, Value, strconv, utf8};

/// `json.Unmarshal` into an `interface {}`: numbers become `float64`, objects `map[string]interface {}`.
///
/// # Errors
/// Go's text: `invalid character 'x' looking for beginning of value`, `unexpected end of JSON input`, `json: cannot
/// unmarshal number 1e400 into Go value of type float64`.
pub fn decode(text: &[u8]) -> Result<Value, String> {
    let (value, error) = decode_as(text, &crate::types::ANY)?;
    match error {
        Some(error) => Err(error),
        None => Ok(value.unwrap_or_default()),
    }
}

/// `json.Unmarshal` into a variable of type `map[string]interface {}`, `[]interface {}` or `interface {}`.
///
/// Well-formed JSON that does not fit gives what Go leaves in the variable beside the error: the value as far as it
/// fits (a number out of range is nil), `None` where the variable stays as it was. JSON `null` sets a map or a slice to
/// nil.
///
/// # Errors
/// The text is no JSON; the variable stays as it was.
pub fn decode_as(text: &[u8], target: Type) -> Result<(Option<Value>, Option<String>), String> {
    let mut parser = Parser::<Floats>::new(text);
    let value = parser.value()?;
    parser.end()?;
    let mismatch = |what: &str| Some(format!("json: cannot unmarshal {what} into Go value of type {target}"));
    Ok(match (&value, target.kind) {
        (_, Kind::Interface) | (Value::Map(_), Kind::Map) | (Value::List(_), Kind::Slice) => {
            (Some(value), parser.saved_error)
        }
        (Value::Nil, _) if parser.saved_error.is_some() => (None, mismatch("number")),
        (Value::Nil, Kind::Map) => (Some(Value::Map(Map::nil(target))), None),
        (Value::Nil, Kind::Slice) => (Some(Value::List(List::nil(target))), None),
        (Value::Nil, _) => (None, None),
        (Value::Map(_), _) => (None, mismatch("object")),
        (Value::List(_), _) => (None, mismatch("array")),
        (Value::Bool(_), _) => (None, mismatch("bool")),
        (Value::Str(_), _) => (None, mismatch("string")),
        _ => (None, mismatch("number")),
    })
}

/// One value from the beginning of a text, as `json.Decoder.Decode` reads it from a stream, and the bytes up to its
/// end (`InputOffset`).
///
/// # Errors
/// As [`decode`], but the end of the input is `EOF` where there is no value at all, else `unexpected EOF`.
pub fn decode_prefix(text: &[u8]) -> Result<(Value, usize), String> {
    decode_prefix_into::<Floats>(text)
}

/// As [`decode_prefix`], with numbers as [`Number`].
///
/// # Errors
/// As [`decode_prefix`], without those of numbers' range.
pub fn decode_prefix_numbers(text: &[u8]) -> Result<(Value, usize), String> {
    decode_prefix_into::<Numbers>(text)
}

/// As [`decode_prefix`], into values of another kind.
///
/// # Errors
/// As [`decode_prefix`].
pub fn decode_prefix_into<B: Build>(text: &[u8]) -> Result<(B::Value, usize), String> {
    let mut parser = Parser::<B>::new(text);
    let value = match parser.value() {
        Ok(value) => value,
        // A stream's decoder does not look beyond the end.
        Err(_) if parser.at_end => {
            let blank = text.iter().all(|&b| is_space(b));
            return Err(if blank { "EOF" } else { "unexpected EOF" }.into());
        }
        Err(error) => return Err(error),
    };
    match parser.saved_error {
        Some(error) => Err(error),
        None => Ok((value, parser.at)),
    }
}

/// `json.Number`: a number as it was written.
#[derive(Debug)]
pub struct Number(pub Str);

static NUMBER: TypeInfo = TypeInfo::plain("json.Number", Kind::String);

impl Object for Number {
    fn go_type(&self) -> Type {
        &NUMBER
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::Str(self.0.clone()))
    }

    fn string(&self) -> Option<Str> {
        Some(self.0.clone())
    }

    fn json(&self) -> Option<Result<Vec<u8>, String>> {
        Some(Ok(if self.0.is_empty() { b"0".to_vec() } else { self.0.to_vec() }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What a decoder makes of a text.
pub trait Build {
    /// What a JSON value becomes.
    type Value;

    /// How many levels may nest: not more than Go's scanner allows.
    const MAX_DEPTH: usize = MAX_DEPTH;

    /// `null`, `true` or `false`.
    fn literal(value: Option<bool>) -> Self::Value;

    /// A number, as it is written.
    ///
    /// # Errors
    /// It is out of range, in Go's words. Go goes on after it, with nothing in its place.
    fn number(text: &[u8]) -> Result<Self::Value, String>;

    /// A string.
    fn string(text: Str) -> Self::Value;

    /// An array.
    fn array(items: Vec<Self::Value>) -> Self::Value;

    /// An object, its members in the order of the text; of those with one name the last counts.
    fn object(members: Vec<(Str, Self::Value)>) -> Self::Value;
}

/// What `Unmarshal` makes: numbers become `float64`.
struct Floats;

/// What a `Decoder` makes after `UseNumber`.
struct Numbers;

impl Build for Floats {
    type Value = Value;

    fn literal(value: Option<bool>) -> Value {
        value.map_or(Value::Nil, Value::Bool)
    }

    fn number(text: &[u8]) -> Result<Value, String> {
        if text.len() <= 15 && text.iter().all(u8::is_ascii_digit) {
            let n = text.iter().fold(0_u64, |n, b| n * 10 + u64::from(b - b'0'));
            return Ok(Value::Float(n as f64));
        }
        strconv::parse_float(text, 64).map(Value::Float).map_err(|_| {
            let text = String::from_utf8_lossy(text);
            format!("json: cannot unmarshal number {text} into Go value of type {}", FLOAT64.name)
        })
    }

    fn string(text: Str) -> Value {
        Value::Str(text)
    }

    fn array(items: Vec<Value>) -> Value {
        if items.is_empty() { Value::List(List::any(items)) } else { Value::List(List::appended(&SLICE_ANY, items)) }
    }

    fn object(members: Entries) -> Value {
        Value::Map(Map::from_entries(&MAP_STRING_ANY, members))
    }
}

impl Build for Numbers {
    type Value = Value;

    fn literal(value: Option<bool>) -> Value {
        Floats::literal(value)
    }

    fn number(text: &[u8]) -> Result<Value, String> {
        Ok(Value::Object(Rc::new(Number(Str::from(text)))))
    }

    fn string(text: Str) -> Value {
        Floats::string(text)
    }

    fn array(items: Vec<Value>) -> Value {
        Floats::array(items)
    }

    fn object(members: Entries) -> Value {
        Floats::object(members)
    }
}

/// What Go's scanner allows to nest.
const MAX_DEPTH: usize = 10_000;

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n')
}

struct Parser<'a, B> {
    text: &'a [u8],
    at: usize,
    built: PhantomData<B>,
    /// The first number out of range. Go goes on after it.
    saved_error: Option<String>,
    /// An error was about the end of the text.
    at_end: bool,
}

/// An object or an array that is not at its end.
enum Open<V> {
    Array(Vec<V>),
    Object(Vec<(Str, V)>, Str),
}

const END: &str = "unexpected end of JSON input";

impl<'a, B: Build> Parser<'a, B> {
    fn new(text: &'a [u8]) -> Parser<'a, B> {
        Parser { text, at: 0, built: PhantomData, saved_error: None, at_end: false }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) -> Option<u8> {
        while let Some(b) = self.peek() {
            if !is_space(b) {
                return Some(b);
            }
            self.at += 1;
        }
        None
    }

    /// The error of the byte at hand. At the end of the text Go feeds its scanner one space more, and that is what is
    /// reported inside of numbers, names and escapes.
    #[cold]
    fn unexpected(&mut self, context: &str) -> String {
        self.at_end |= self.at >= self.text.len();
        let b = self.peek().unwrap_or(b' ');
        let quoted = match b {
            b'\'' => "\\'".into(),
            b'"' => "\"".into(),
            _ => {
                // Go converts the byte to a character.
                let quoted = strconv::quote(char::from(b).to_string().as_bytes());
                quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
            }
        };
        format!("invalid character '{quoted}' {context}")
    }

    #[cold]
    fn ended(&mut self) -> String {
        self.at_end = true;
        END.into()
    }

    /// Nothing but space may follow.
    fn end(&mut self) -> Result<(), String> {
        match self.skip_space() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("after top-level value")),
        }
    }

    fn value(&mut self) -> Result<B::Value, String> {
        let mut stack: Vec<Open<B::Value>> = Vec::new();
        'value: loop {
            let Some(first) = self.skip_space() else { return Err(self.ended()) };
            let mut value = match first {
                b'{' | b'[' => {
                    if stack.len() >= B::MAX_DEPTH {
                        return Err(self.unexpected("exceeded max depth"));
                    }
                    self.at += 1;
                    let Some(next) = self.skip_space() else { return Err(self.ended()) };
                    match (first, next) {
                        (b'{', b'}') => {
                            self.at += 1;
                            B::object(Vec::new())
                        }
                        (b'[', b']') => {
                            self.at += 1;
                            B::array(Vec::new())
                        }
                        (b'{', _) => {
                            let key = self.key()?;
                            stack.push(Open::Object(Vec::new(), key));
                            continue 'value;
                        }
                        _ => {
                            stack.push(Open::Array(Vec::new()));
                            continue 'value;
                        }
                    }
                }
                b'"' => B::string(self.string()?),
                b't' => self.name(b"true").map(|()| B::literal(Some(true)))?,
                b'f' => self.name(b"false").map(|()| B::literal(Some(false)))?,
                b'n' => self.name(b"null").map(|()| B::literal(None))?,
                b'-' | b'0'..=b'9' => self.number()?,
                _ => return Err(self.unexpected("looking for beginning of value")),
            };
            // The value is complete; so may be what contains it.
            loop {
                let Some(open) = stack.last_mut() else { return Ok(value) };
                let next = self.skip_space();
                match open {
                    Open::Array(items) => {
                        items.push(value);
                        match next {
                            Some(b',') => {
                                self.at += 1;
                                continue 'value;
                            }
                            Some(b']') => {
                                self.at += 1;
                                value = B::array(std::mem::take(items));
                            }
                            Some(_) => return Err(self.unexpected("after array element")),
                            None => return Err(self.ended()),
                        }
                    }
                    Open::Object(entries, key) => {
                        entries.push((std::mem::take(key), value));
                        match next {
                            Some(b',') => {
                                self.at += 1;
                                self.skip_space();
                                *key = self.key()?;
                                continue 'value;
                            }
                            Some(b'}') => {
                                self.at += 1;
                                value = B::object(std::mem::take(entries));
                            }
                            Some(_) => return Err(self.unexpected("after object key:value pair")),
                            None => return Err(self.ended()),
                        }
                    }
                }
                stack.pop();
            }
        }
    }

    /// A key and its colon.
    fn key(&mut self) -> Result<Str, String> {
        match self.peek() {
            Some(b'"') => {}
            Some(_) => return Err(self.unexpected("looking for beginning of object key string")),
            None => return Err(self.ended()),
        }
        let key = self.string()?;
        match self.skip_space() {
            Some(b':') => {
                self.at += 1;
                Ok(key)
            }
            Some(_) => Err(self.unexpected("after object key")),
            None => Err(self.ended()),
        }
    }

    fn name(&mut self, name: &'static [u8]) -> Result<(), String> {
        for &b in name {
            if self.peek() != Some(b) {
                let context = format!("in literal {} (expecting '{}')", String::from_utf8_lossy(name), char::from(b));
                return Err(self.unexpected(&context));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn number(&mut self) -> Result<B::Value, String> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.unexpected("in numeric literal")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
                return Err(self.unexpected("after decimal point in numeric literal"));
            }
            self.digits();
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
                return Err(self.unexpected("in exponent of numeric literal"));
            }
            self.digits();
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        Ok(B::number(text).unwrap_or_else(|error| {
            self.saved_error.get_or_insert(error);
            B::literal(None)
        }))
    }

    /// A string, from its opening quote.
    fn string(&mut self) -> Result<Str, String> {
        self.at += 1;
        let rest = self.text.get(self.at..).unwrap_or_default();
        let plain = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        let run = rest.get(..plain).unwrap_or_default();
        if rest.get(plain) == Some(&b'"')
            && !run.iter().fold(false, |control, b| control | (*b < 0x20))
            && let Ok(run) = std::str::from_utf8(run)
        {
            self.at += plain + 1;
            return Ok(Str::from(run));
        }
        let mut out = Vec::with_capacity(plain + 16);
        loop {
            let Some(b) = self.peek() else { return Err(self.ended()) };
            match b {
                b'"' => {
                    self.at += 1;
                    return Ok(Str::from(out));
                }
                b'\\' => self.escape(&mut out)?,
                0..0x20 => return Err(self.unexpected("in string literal")),
                0x20..0x80 => {
                    out.push(b);
                    self.at += 1;
                }
                _ => {
                    let (c, width) = utf8::decode(self.text.get(self.at..).unwrap_or_default());
                    utf8::push(&mut out, c.unwrap_or(utf8::RUNE_ERROR));
                    self.at += width.max(1);
                }
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        self.at += 1;
        let b = match self.peek() {
            Some(b @ (b'"' | b'\\' | b'/')) => b,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                self.at += 1;
                let unit = self.unit()?;
                let c = match unit {
                    0xd800..0xdc00 => self.low_surrogate().map(|low| 0x1_0000 + ((unit - 0xd800) << 10) + low),
                    _ => Some(unit),
                };
                // What pairs with nothing is U+FFFD.
                utf8::push(out, c.and_then(char::from_u32).unwrap_or(utf8::RUNE_ERROR));
                return Ok(());
            }
            _ => return Err(self.unexpected("in string escape code")),
        };
        self.at += 1;
        out.push(b);
        Ok(())
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u32, String> {
        let mut unit = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|b| char::from(b).to_digit(16)) else {
                return Err(self.unexpected("in \\u hexadecimal character escape"));
            };
            unit = unit << 4 | digit;
            self.at += 1;
        }
        Ok(unit)
    }

    /// The second half of a surrogate pair, if it follows; otherwise it is not consumed.
    fn low_surrogate(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 6)?.strip_prefix(b"\\u")?;
        let unit = digits.iter().try_fold(0, |unit, &b| Some(unit << 4 | char::from(b).to_digit(16)?))?;
        let low = (0xdc00..0xe000_u32).contains(&unit).then(|| unit - 0xdc00)?;
        self.at += 6;
        Some(low)
    }
}
