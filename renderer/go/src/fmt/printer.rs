//! The verbs and flags of `Printf`: Go's `fmt.pp`, which finds the operands of a format and prints values of any kind.

use super::number::{LOWER_DIGITS, UPPER_DIGITS};
use super::value::{ADDRESS, append_plain, field_value, pointee};
use super::{MAX_OUTPUT, too_deep, too_large};
use crate::types::{self, Kind, Type};
use crate::{CallError, Object, UintKind, Value, strconv, utf8};

/// Levels of nesting that are followed for verbs and flags other than a plain `%v`.
const MAX_DEPTH: usize = 1_000;

type Printed = Result<(), CallError>;

/// The flags of one verb.
#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`: the names of fields. The flag `plus` is then off.
    pub(super) plus_v: bool,
    /// `%#v`: Go's syntax. The flag `sharp` is then off.
    pub(super) sharp_v: bool,
}

/// Prints operands to a buffer.
pub(super) struct Printer<'a> {
    pub(super) out: &'a mut Vec<u8>,
    pub(super) flags: Flags,
    /// A bad verb is being reported: no methods are called.
    erroring: bool,
}

/// A value as `reflect` holds it: what it is, and under which type.
#[derive(Clone, Copy)]
struct Operand<'v> {
    value: &'v Value,
    /// The type of the place it comes from, for nil.
    place: Option<Type>,
    /// Whether its methods may be called: not below an unexported field.
    exported: bool,
}

impl Printer<'_> {
    pub(super) fn new(out: &mut Vec<u8>) -> Printer<'_> {
        Printer { out, flags: Flags::default(), erroring: false }
    }

    /// `doPrintf`.
    pub(super) fn format(mut self, format: &[u8], args: &[Value]) -> Printed {
        let mut operands = Operands { args, next: 0, reordered: false, good: true };
        let mut at = 0;
        while at < format.len() {
            let rest = format.get(at..).unwrap_or_default();
            let literal = memchr::memchr(b'%', rest).unwrap_or(rest.len());
            self.out.extend_from_slice(rest.get(..literal).unwrap_or_default());
            at += literal;
            if at >= format.len() {
                break;
            }
            at += 1;
            if let (Some(b's' | b'v'), Some(Value::Str(text))) = (format.get(at), args.get(operands.next)) {
                // A string as it is: most of what is ever formatted.
                self.out.extend_from_slice(text);
                operands.next += 1;
                at += 1;
            } else {
                at = self.directive(format, at, &mut operands)?;
            }
            if self.out.len() > MAX_OUTPUT {
                return Err(too_large());
            }
        }
        // Operands out of order are not checked for leftovers.
        if !operands.reordered && operands.next < args.len() {
            self.flags = Flags::default();
            self.out.extend_from_slice(b"%!(EXTRA ");
            for (at, arg) in args.get(operands.next..).unwrap_or_default().iter().enumerate() {
                if at > 0 {
                    self.out.extend_from_slice(b", ");
                }
                if arg.is_nil() {
                    self.out.extend_from_slice(b"<nil>");
                } else {
                    self.out.extend_from_slice(arg.type_name().as_bytes());
                    self.out.push(b'=');
                    self.argument(arg, 'v')?;
                }
            }
            self.out.push(b')');
        }
        Ok(())
    }

    /// One verb with its flags, from behind the `%`; returns where the format goes on.
    fn directive(&mut self, format: &[u8], mut at: usize, operands: &mut Operands<'_>) -> Result<usize, CallError> {
        self.flags = Flags::default();
        operands.good = true;
        loop {
            match format.get(at) {
                Some(b'#') => self.flags.sharp = true,
                Some(b'0') => self.flags.zero = true,
                Some(b'+') => self.flags.plus = true,
                Some(b'-') => self.flags.minus = true,
                Some(b' ') => self.flags.space = true,
                _ => break,
            }
            at += 1;
        }
        let mut after_index = operands.index(format, &mut at);
        if format.get(at) == Some(&b'*') {
            at += 1;
            match operands.integer() {
                Some(n) => {
                    self.flags.width = Some(n.unsigned_abs() as usize);
                    if n < 0 {
                        self.flags.minus = true;
                        self.flags.zero = false;
                    }
                }
                None => self.out.extend_from_slice(b"%!(BADWIDTH)"),
            }
            after_index = false;
        } else {
            self.flags.width = number(format, &mut at);
            if after_index && self.flags.width.is_some() {
                operands.good = false;
            }
        }
        // A point that ends the format is the verb.
        if format.get(at) == Some(&b'.') && at + 1 < format.len() {
            at += 1;
            if after_index {
                operands.good = false;
            }
            after_index = operands.index(format, &mut at);
            if format.get(at) == Some(&b'*') {
                at += 1;
                self.flags.precision = operands.integer().and_then(|n| usize::try_from(n).ok());
                if self.flags.precision.is_none() {
                    self.out.extend_from_slice(b"%!(BADPREC)");
                }
                after_index = false;
            } else {
                self.flags.precision = Some(number(format, &mut at).unwrap_or(0));
            }
        }
        if !after_index {
            operands.index(format, &mut at);
        }
        let rest = format.get(at..).unwrap_or_default();
        if rest.is_empty() {
            self.out.extend_from_slice(b"%!(NOVERB)");
            return Ok(format.len());
        }
        let (verb, size) = utf8::decode(rest);
        let verb = verb.unwrap_or(utf8::RUNE_ERROR);
        at += size;
        if verb == '%' {
            self.out.push(b'%');
            return Ok(at);
        }
        let complaint: &[u8] = match operands.args.get(operands.next) {
            _ if !operands.good => b"(BADINDEX)",
            None => b"(MISSING)",
            Some(arg) => {
                if matches!(verb, 'v' | 'w') {
                    self.flags.sharp_v = std::mem::take(&mut self.flags.sharp);
                    self.flags.plus_v = std::mem::take(&mut self.flags.plus);
                }
                operands.next += 1;
                self.argument(arg, verb)?;
                return Ok(at);
            }
        };
        self.complain(verb);
        self.out.extend_from_slice(complaint);
        Ok(at)
    }

    fn complain(&mut self, verb: char) {
        self.out.extend_from_slice(b"%!");
        utf8::push(self.out, verb);
    }

    /// `printArg`: an operand of the call.
    fn argument(&mut self, arg: &Value, verb: char) -> Printed {
        match (arg, verb) {
            (Value::Nil, 'T' | 'v') => self.pad(b"<nil>"),
            (Value::Nil, _) => self.bad_verb(None, verb),
            (_, 'T') => self.string(arg.type_name().as_bytes(), 's'),
            (_, 'p') => self.pointer(arg, 'p'),
            (_, 'v') if self.is_plain() => append_plain(self.out, arg, !self.erroring),
            (Value::Bytes(bytes), _) if bytes.is_nil() && self.flags.sharp_v => {
                self.out.extend_from_slice(b"[]byte(nil)");
                Ok(())
            }
            (Value::Bytes(bytes), _) => self.bytes(bytes, verb, "[]byte"),
            _ => self.value(Operand { value: arg, place: None, exported: true }, verb, 0),
        }
    }

    fn is_plain(&self) -> bool {
        let f = &self.flags;
        f.width.is_none()
            && f.precision.is_none()
            && !(f.minus || f.plus || f.sharp || f.space || f.zero || f.plus_v || f.sharp_v)
    }

    /// `badVerb`: `%!d(string=hi)`.
    fn bad_verb(&mut self, value: Option<&Value>, verb: char) -> Printed {
        self.complain(verb);
        self.out.push(b'(');
        match value {
            Some(value) => {
                self.out.extend_from_slice(value.type_name().as_bytes());
                self.out.push(b'=');
                self.erroring = true;
                self.value(Operand { value, place: None, exported: true }, 'v', 0)?;
                self.erroring = false;
            }
            None => self.out.extend_from_slice(b"<nil>"),
        }
        self.out.push(b')');
        Ok(())
    }

    /// `handleMethods`: whether the operand's own method has printed it.
    fn methods(&mut self, operand: Operand<'_>, verb: char) -> Result<bool, CallError> {
        if self.erroring || !operand.exported {
            return Ok(false);
        }
        if verb == 'w' && matches!(operand.value, Value::List(_) | Value::Map(_) | Value::Object(_)) {
            // Only `Errorf` wraps.
            self.bad_verb(Some(operand.value), verb)?;
            return Ok(true);
        }
        let Value::Object(object) = operand.value else { return Ok(false) };
        if self.flags.sharp_v {
            let Some(text) = object.go_string() else { return Ok(false) };
            self.string(&text, 's')?;
            return Ok(true);
        }
        if !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            return Ok(false);
        }
        let Some(text) = object.string() else { return Ok(false) };
        self.string_verb(&text, verb, operand.value)?;
        Ok(true)
    }

    /// `printValue`: a value at a depth below the operand of the call.
    fn value(&mut self, operand: Operand<'_>, verb: char, depth: usize) -> Printed {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        if self.out.len() > MAX_OUTPUT {
            return Err(too_large());
        }
        if self.methods(operand, verb)? {
            return Ok(());
        }
        let Operand { value, exported, .. } = operand;
        let Value::Object(object) = value else {
            return self.plain_kind(operand, value, value.type_name(), verb, depth);
        };
        if let Some(underlying) = object.underlying() {
            // One step only: what lies under a name is a plain kind.
            if matches!(underlying, Value::Object(_)) {
                return Ok(());
            }
            return self.plain_kind(operand, &underlying, value.type_name(), verb, depth);
        }
        match object.go_type().kind {
            Kind::Struct => self.structure(&**object, exported, verb, depth),
            Kind::Pointer if depth == 0 && !object.is_nil() => match pointee(&**object) {
                Some(inner) => {
                    self.out.push(b'&');
                    self.value(Operand { value: &inner, place: None, exported }, verb, depth + 1)
                }
                None => self.pointer(value, verb),
            },
            _ => self.pointer(value, verb),
        }
    }

    /// A value of a kind without methods. `shown` is the value itself or what lies under its name; errors are about
    /// the operand.
    fn plain_kind(
        &mut self,
        operand: Operand<'_>,
        shown: &Value,
        type_name: &'static str,
        verb: char,
        depth: usize,
    ) -> Printed {
        let Operand { value, place, exported } = operand;
        match shown {
            Value::Nil => self.nil(place, verb),
            Value::Bool(b) => match verb {
                't' | 'v' => self.pad(if *b { b"true" } else { b"false" }),
                _ => self.bad_verb(Some(value), verb),
            },
            Value::Int(_, n) => self.integer_verb(*n as u64, true, verb, value),
            Value::Uint(_, n) => self.integer_verb(*n, false, verb, value),
            Value::Float(x) => self.float_verb(*x, verb, value),
            Value::Complex(re, im) => match verb {
                'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E' => {
                    let plus = self.flags.plus;
                    self.out.push(b'(');
                    self.float_verb(*re, verb, value)?;
                    self.flags.plus = true;
                    self.float_verb(*im, verb, value)?;
                    self.out.extend_from_slice(b"i)");
                    self.flags.plus = plus;
                    Ok(())
                }
                _ => self.bad_verb(Some(value), verb),
            },
            Value::Str(s) => self.string_verb(s, verb, value),
            Value::Bytes(bytes) if bytes.is_nil() && self.flags.sharp_v => {
                self.out.extend_from_slice(type_name.as_bytes());
                self.out.extend_from_slice(b"(nil)");
                Ok(())
            }
            Value::Bytes(bytes) => self.bytes(bytes, verb, type_name),
            Value::List(list) => {
                let elem = list.go_type().elem;
                if self.flags.sharp_v {
                    self.out.extend_from_slice(type_name.as_bytes());
                    if list.is_nil() {
                        self.out.extend_from_slice(b"(nil)");
                        return Ok(());
                    }
                }
                self.out.push(if self.flags.sharp_v { b'{' } else { b'[' });
                for at in 0..list.len() {
                    let Some(item) = list.get(at) else { break };
                    self.separate(at);
                    self.value(Operand { value: &item, place: elem, exported }, verb, depth + 1)?;
                }
                self.out.push(if self.flags.sharp_v { b'}' } else { b']' });
                Ok(())
            }
            Value::Map(map) => {
                let elem = map.go_type().elem;
                if self.flags.sharp_v {
                    self.out.extend_from_slice(type_name.as_bytes());
                    if map.is_nil() {
                        self.out.extend_from_slice(b"(nil)");
                        return Ok(());
                    }
                    self.out.push(b'{');
                } else {
                    self.out.extend_from_slice(b"map[");
                }
                for (at, (key, item)) in map.snapshot().iter().enumerate() {
                    self.separate(at);
                    let key = Value::Str(key.clone());
                    self.value(Operand { value: &key, place: None, exported }, verb, depth + 1)?;
                    self.out.push(b':');
                    self.value(Operand { value: item, place: elem, exported }, verb, depth + 1)?;
                }
                self.out.push(if self.flags.sharp_v { b'}' } else { b']' });
                Ok(())
            }
            Value::Object(_) => Ok(()),
        }
    }

    fn separate(&mut self, at: usize) {
        if at > 0 {
            self.out.extend_from_slice(if self.flags.sharp_v { b", " } else { b" " });
        }
    }

    fn structure(&mut self, object: &dyn Object, exported: bool, verb: char, depth: usize) -> Printed {
        if self.flags.sharp_v {
            self.out.extend_from_slice(object.go_type().name.as_bytes());
        }
        self.out.push(b'{');
        for (at, field) in object.fields().iter().enumerate() {
            self.separate(at);
            if self.flags.plus_v || self.flags.sharp_v {
                self.out.extend_from_slice(field.name.as_bytes());
                self.out.push(b':');
            }
            let value = field_value(field);
            let exported = exported && field.exported();
            self.value(Operand { value: &value, place: Some(field.go_type), exported }, verb, depth + 1)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    /// A nil inside of something: the nil of an interface, or of a pointer's type.
    fn nil(&mut self, place: Option<Type>, verb: char) -> Printed {
        let Some(go_type) = place.filter(|t| !t.is_any()) else {
            if self.flags.sharp_v {
                self.out.extend_from_slice(place.map_or("interface {}", |t| t.name).as_bytes());
                self.out.extend_from_slice(b"(nil)");
            } else {
                self.out.extend_from_slice(b"<nil>");
            }
            return Ok(());
        };
        match verb {
            'v' if self.flags.sharp_v => {
                self.out.extend_from_slice(format!("({})(nil)", go_type.name).as_bytes());
                Ok(())
            }
            'v' => self.pad(b"<nil>"),
            'b' | 'o' | 'd' | 'x' | 'X' => self.integer_verb(0, false, verb, &Value::Nil),
            _ => {
                self.complain(verb);
                self.out.extend_from_slice(format!("({}=<nil>)", go_type.name).as_bytes());
                Ok(())
            }
        }
    }

    /// `fmtPointer`.
    fn pointer(&mut self, value: &Value, verb: char) -> Printed {
        let (kind, nil) = match value {
            Value::Map(m) => (Kind::Map, m.is_nil()),
            Value::List(l) => (Kind::Slice, l.is_nil()),
            Value::Object(o) => match o.underlying() {
                Some(Value::Map(m)) => (Kind::Map, m.is_nil()),
                Some(Value::List(l)) => (Kind::Slice, l.is_nil()),
                _ => (o.go_type().kind, o.is_nil()),
            },
            _ => (value.kind(), false),
        };
        if !matches!(kind, Kind::Chan | Kind::Func | Kind::Map | Kind::Pointer | Kind::Slice | Kind::UnsafePointer) {
            return self.bad_verb(Some(value), verb);
        }
        let address = if nil { 0 } else { ADDRESS };
        match verb {
            'v' if self.flags.sharp_v => {
                self.out.extend_from_slice(format!("({})(", value.type_name()).as_bytes());
                if nil {
                    self.out.extend_from_slice(b"nil");
                } else {
                    self.hexadecimal(address, true)?;
                }
                self.out.push(b')');
                Ok(())
            }
            'v' if nil => self.pad(b"<nil>"),
            'v' | 'p' => self.hexadecimal(address, !self.flags.sharp),
            'b' | 'o' | 'd' | 'x' | 'X' => self.integer_verb(address, false, verb, value),
            _ => self.bad_verb(Some(value), verb),
        }
    }

    /// `fmt0x64`.
    fn hexadecimal(&mut self, n: u64, prefixed: bool) -> Printed {
        let sharp = std::mem::replace(&mut self.flags.sharp, prefixed);
        let printed = self.integer(n, 16, false, 'v', LOWER_DIGITS);
        self.flags.sharp = sharp;
        printed
    }

    fn integer_verb(&mut self, n: u64, signed: bool, verb: char, value: &Value) -> Printed {
        match verb {
            'v' if self.flags.sharp_v && !signed => self.hexadecimal(n, true),
            'v' | 'd' => self.integer(n, 10, signed, verb, LOWER_DIGITS),
            'b' => self.integer(n, 2, signed, verb, LOWER_DIGITS),
            'o' | 'O' => self.integer(n, 8, signed, verb, LOWER_DIGITS),
            'x' => self.integer(n, 16, signed, verb, LOWER_DIGITS),
            'X' => self.integer(n, 16, signed, verb, UPPER_DIGITS),
            'c' => {
                let mut buffer = [0; 4];
                let c = rune(n).encode_utf8(&mut buffer);
                self.pad(c.as_bytes())
            }
            'q' => {
                let mut quoted = Vec::new();
                if self.flags.plus {
                    strconv::append_quote_rune_to_ascii(&mut quoted, rune(n));
                } else {
                    strconv::append_quote_rune(&mut quoted, rune(n));
                }
                self.pad(&quoted)
            }
            'U' => self.unicode(n),
            _ => self.bad_verb(Some(value), verb),
        }
    }

    fn float_verb(&mut self, x: f64, verb: char, value: &Value) -> Printed {
        match verb {
            'v' => self.float(x, b'g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => self.float(x, verb as u8, None),
            'f' | 'e' | 'E' => self.float(x, verb as u8, Some(6)),
            'F' => self.float(x, b'f', Some(6)),
            _ => self.bad_verb(Some(value), verb),
        }
    }

    fn string_verb(&mut self, text: &[u8], verb: char, value: &Value) -> Printed {
        match verb {
            'v' if self.flags.sharp_v => self.string(text, 'q'),
            'v' | 's' | 'q' | 'x' | 'X' => self.string(text, verb),
            _ => self.bad_verb(Some(value), verb),
        }
    }

    /// `fmtS`, `fmtQ` and `fmtSx`.
    fn string(&mut self, text: &[u8], verb: char) -> Printed {
        match verb {
            'x' => return self.hex_bytes(text, LOWER_DIGITS),
            'X' => return self.hex_bytes(text, UPPER_DIGITS),
            _ => {}
        }
        let text = match self.flags.precision {
            Some(n) => {
                let end = utf8::runes(text).nth(n).map_or(text.len(), |(at, ..)| at);
                text.get(..end).unwrap_or_default()
            }
            None => text,
        };
        if verb != 'q' {
            return self.pad(text);
        }
        let mut quoted = Vec::with_capacity(text.len() + 2);
        if self.flags.sharp && strconv::can_backquote(text) {
            quoted.push(b'`');
            quoted.extend_from_slice(text);
            quoted.push(b'`');
        } else if self.flags.plus {
            strconv::append_quote_to_ascii(&mut quoted, text);
        } else {
            strconv::append_quote(&mut quoted, text);
        }
        self.pad(&quoted)
    }

    /// `fmtBytes`.
    fn bytes(&mut self, bytes: &[u8], verb: char, type_name: &str) -> Printed {
        if matches!(verb, 's' | 'q' | 'x' | 'X') {
            return self.string(bytes, verb);
        }
        if self.flags.sharp_v {
            // Only the operand of a `%#v` goes by the name that Go's source gives the type.
            let type_name = if verb == 'w' { types::SLICE_BYTE.name } else { type_name };
            self.out.extend_from_slice(type_name.as_bytes());
        }
        self.out.push(if self.flags.sharp_v { b'{' } else { b'[' });
        for (at, b) in bytes.iter().enumerate() {
            self.separate(at);
            let byte = u64::from(*b);
            self.integer_verb(byte, false, verb, &Value::Uint(UintKind::Uint8, byte))?;
        }
        self.out.push(if self.flags.sharp_v { b'}' } else { b']' });
        Ok(())
    }

    /// Padding to the width, in characters.
    pub(super) fn pad(&mut self, text: &[u8]) -> Printed {
        let missing = match self.flags.width {
            Some(width) if width > 0 => width.saturating_sub(utf8::rune_count(text)),
            _ => 0,
        };
        if self.flags.minus {
            self.out.extend_from_slice(text);
            self.padding(missing)
        } else {
            self.padding(missing)?;
            self.out.extend_from_slice(text);
            Ok(())
        }
    }

    /// `writePadding`: zeros only on the left.
    pub(super) fn padding(&mut self, n: usize) -> Printed {
        if self.out.len().saturating_add(n) > MAX_OUTPUT {
            return Err(too_large());
        }
        let byte = if self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        self.out.resize(self.out.len() + n, byte);
        Ok(())
    }

    fn hex_bytes(&mut self, bytes: &[u8], digits: &[u8; 17]) -> Printed {
        let Flags { sharp, space, precision, width, minus, .. } = self.flags;
        let shown = bytes.get(..precision.unwrap_or(usize::MAX).min(bytes.len())).unwrap_or_default();
        if shown.is_empty() {
            return self.padding(width.unwrap_or(0));
        }
        let prefix = [b'0', digits[16]];
        let mut text = Vec::with_capacity(shown.len() * 5);
        for (at, b) in shown.iter().enumerate() {
            if space && at > 0 {
                text.push(b' ');
            }
            if sharp && (at == 0 || space) {
                text.extend_from_slice(&prefix);
            }
            text.extend_from_slice(&[digits[usize::from(b >> 4)], digits[usize::from(b & 15)]]);
        }
        let missing = width.unwrap_or(0).saturating_sub(text.len());
        if minus {
            self.out.extend_from_slice(&text);
            self.padding(missing)
        } else {
            self.padding(missing)?;
            self.out.extend_from_slice(&text);
            Ok(())
        }
    }
}

/// The character that an integer stands for; what is none is U+FFFD.
fn rune(n: u64) -> char {
    u32::try_from(n).ok().and_then(char::from_u32).unwrap_or(utf8::RUNE_ERROR)
}

/// The operands of a call, and which is next.
struct Operands<'a> {
    args: &'a [Value],
    next: usize,
    /// An explicit index such as `[2]` was used.
    reordered: bool,
    /// The indexes of the present verb were valid.
    good: bool,
}

impl Operands<'_> {
    /// `argNumber`: reads an explicit index, if there is one. Whether a well-formed one was there.
    fn index(&mut self, format: &[u8], at: &mut usize) -> bool {
        if format.get(*at) != Some(&b'[') {
            return false;
        }
        self.reordered = true;
        let rest = format.get(*at..).unwrap_or_default();
        let close = if rest.len() < 3 { None } else { memchr::memchr(b']', rest) };
        let Some(close) = close else {
            self.good = false;
            *at += 1;
            return false;
        };
        let mut end = 1;
        let index = number(rest.get(..close).unwrap_or_default(), &mut end).filter(|_| end == close);
        *at += close + 1;
        match index {
            Some(n) if (1..=self.args.len()).contains(&n) => {
                self.next = n - 1;
                true
            }
            Some(_) => {
                self.good = false;
                true
            }
            None => {
                self.good = false;
                false
            }
        }
    }

    /// `intFromArg`: the next operand as a width or a precision.
    fn integer(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        let n = match arg {
            Value::Int(_, n) => *n,
            Value::Uint(_, n) => i64::try_from(*n).ok()?,
            Value::Object(o) => match o.underlying()? {
                Value::Int(_, n) => n,
                Value::Uint(_, n) => i64::try_from(n).ok()?,
                _ => return None,
            },
            _ => return None,
        };
        (-1_000_000..=1_000_000).contains(&n).then_some(n)
    }
}

/// `parsenum`: decimal digits. A number above a million is none, and swallows the rest of the format.
fn number(format: &[u8], at: &mut usize) -> Option<usize> {
    let mut n = None;
    while let Some(b @ b'0'..=b'9') = format.get(*at) {
        if n.is_some_and(|n: usize| n > 1_000_000) {
            *at = format.len();
            return None;
        }
        n = Some(n.unwrap_or(0) * 10 + usize::from(b - b'0'));
        *at += 1;
    }
    n
}
