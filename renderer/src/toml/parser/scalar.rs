//! Scalars of TOML: numbers, times and strings of the text that the lexer took for one, with BurntSushi's error texts.

use thinlock_go::strconv::{self, NumErrorReason};
use thinlock_go::time::{self, Time, Zone};
use thinlock_go::{Str, Value};

use super::super::TomlError;
use super::super::lexer::Item;
use super::{LOCAL_DATE, LOCAL_DATETIME, LOCAL_TIME, Parser, Result};

impl Parser<'_> {
    pub(super) fn integer(&self, item: &Item) -> Result<Value> {
        let text = &item.text;
        let shown = strconv::quote(text.as_bytes());
        if !underscores_ok(text) {
            return self.fail(item.line, &format!("Invalid integer {shown}: underscores must be surrounded by digits"));
        }
        if has_leading_zero(text) {
            return self.fail(item.line, &format!("Invalid integer {shown}: cannot have leading zeroes"));
        }
        match strconv::parse_int(text.as_bytes(), 0, 64) {
            Ok(n) => Ok(Value::int64(n)),
            Err(error) if error.reason == NumErrorReason::Range => {
                self.fail(item.line, &format!("{text} is out of range for int64"))
            }
            Err(_) => Err(TomlError::Panic(format!("BUG: Expected integer value, but got '{text}'.\n\n"))),
        }
    }

    pub(super) fn float(&self, item: &Item) -> Result<Value> {
        let text = &item.text;
        let shown = strconv::quote(text.as_bytes());
        let mut parts = text.split(['.', 'e', 'E']).filter(|part| !part.is_empty());
        if !parts.clone().all(underscores_ok) {
            return self.fail(item.line, &format!("Invalid float {shown}: underscores must be surrounded by digits"));
        }
        if parts.next().is_some_and(has_leading_zero) {
            return self.fail(item.line, &format!("Invalid float {shown}: cannot have leading zeroes"));
        }
        if !periods_ok(text) {
            let why = "'.' must be followed by one or more digits";
            return self.fail(item.line, &format!("Invalid float {shown}: {why}"));
        }
        let digits = text.replace('_', "");
        match digits.as_str() {
            "+nan" => return Ok(Value::Float(f64::NAN)),
            "-nan" => return Ok(Value::Float(f64::NAN.copysign(-1.0))),
            _ => {}
        }
        match strconv::parse_float(digits.as_bytes(), 64) {
            Ok(x) => Ok(Value::Float(x)),
            Err(error) if error.reason == NumErrorReason::Range => {
                self.fail(item.line, &format!("{text} is out of range for float64"))
            }
            Err(_) => self.fail(item.line, &format!("Invalid float value: {shown}")),
        }
    }

    pub(super) fn datetime(&self, item: &Item) -> Result<Value> {
        let text = item.text.replace('z', "Z").replace(['t', ' '], "T");
        let failed = || self.fail(item.line, &format!("invalid datetime: {}", strconv::quote(text.as_bytes())));
        let local = || Zone::local(self.host);
        let fixed = |name| {
            let offset = local().offset_at(Time::now(self.host).unix_seconds());
            Zone::Fixed(Str::from_static(name), offset)
        };
        let layouts: [(&str, &dyn Fn() -> Zone, bool); 7] = [
            ("2006-01-02T15:04:05.999999999Z07:00", &local, false),
            ("2006-01-02T15:04:05.999999999", &|| fixed(LOCAL_DATETIME), false),
            ("2006-01-02", &|| fixed(LOCAL_DATE), false),
            ("15:04:05.999999999", &|| fixed(LOCAL_TIME), false),
            ("2006-01-02T15:04Z07:00", &local, true),
            ("2006-01-02T15:04", &|| fixed(LOCAL_DATETIME), true),
            ("15:04", &|| fixed(LOCAL_TIME), true),
        ];
        for (layout, zone, toml_1_1) in layouts {
            if toml_1_1 && !self.rules.toml_1_1 {
                continue;
            }
            if let Ok(parsed) = time::parse_in_location(layout.as_bytes(), text.as_bytes(), &zone()) {
                return if missing_leading_zero(&text, layout) { failed() } else { Ok(parsed.into()) };
            }
        }
        failed()
    }

    pub(super) fn replace_escapes(&self, item: &Item, text: &str) -> Result<String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('\\') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let Some(c) = rest.chars().next() else { break };
            rest = &rest[c.len_utf8()..];
            match c {
                ' ' | '\t' => return self.fail(item.line, &format!("invalid escape: '\\{c}'")),
                'b' => out.push('\u{8}'),
                't' => out.push('\t'),
                'n' => out.push('\n'),
                'f' => out.push('\u{c}'),
                'r' => out.push('\r'),
                'e' => out.push('\u{1b}'),
                'x' | 'u' | 'U' => {
                    let count = match c {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    let (digits, after) = rest.split_at_checked(count).unwrap_or((rest, ""));
                    match u32::from_str_radix(digits, 16).ok().and_then(char::from_u32) {
                        Some(c) => out.push(c),
                        None => {
                            let message = format!("Escaped character '\\u{digits}' is not valid UTF-8.");
                            return self.fail(item.line, &message);
                        }
                    }
                    rest = after;
                }
                c => out.push(c),
            }
        }
        out.push_str(rest);
        Ok(out)
    }
}

pub(super) fn strip_first_newline(text: &str) -> &str {
    text.strip_prefix('\n').or_else(|| text.strip_prefix("\r\n")).unwrap_or(text)
}

/// Takes out each backslash that ends a line, with the white space up to the next character.
pub(super) fn strip_escaped_newlines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let after = &rest[at + 1..];
        let stripped = after.trim_start_matches([' ', '\t', '\r', '\n']);
        let blanks = &after[..after.len() - stripped.len()];
        if after.starts_with('\\') {
            out.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
        } else if blanks.contains('\n') {
            out.push_str(&rest[..at]);
            rest = stripped;
        } else {
            out.push_str(&rest[..=at]);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn has_leading_zero(text: &str) -> bool {
    let bytes = text.as_bytes();
    (bytes.len() > 1 && bytes[0] == b'0' && !matches!(bytes[1], b'b' | b'o' | b'x'))
        || (bytes.len() > 2 && matches!(bytes[0], b'-' | b'+') && bytes[1] == b'0')
}

fn underscores_ok(text: &str) -> bool {
    if matches!(text, "nan" | "+nan" | "-nan" | "inf" | "-inf" | "+inf") {
        return true;
    }
    let mut accept = false;
    for c in text.chars() {
        if c == '_' && !accept {
            return false;
        }
        accept = c.is_ascii_hexdigit();
    }
    accept
}

fn periods_ok(text: &str) -> bool {
    let mut period = false;
    for c in text.chars() {
        if period && !c.is_ascii_digit() {
            return false;
        }
        period = c == '.';
    }
    !period
}

/// Go's `time.Parse` takes `1:02` for `15:04`, TOML does not: the separators must stand where the layout has them.
fn missing_leading_zero(text: &str, layout: &str) -> bool {
    for (at, c) in layout.bytes().enumerate() {
        if matches!(c, b'.' | b'Z') {
            return false;
        }
        if !c.is_ascii_digit() && text.as_bytes().get(at) != Some(&c) {
            return true;
        }
    }
    false
}
