//! Validation errors and their text. Numbers in it are set as golang.org/x/text sets them for English.

use std::fmt;

use thinlock_go::{Str, strconv};

use super::super::decimal::Decimal;
use super::super::json::Json;
use super::schema::Types;

/// One failed keyword at one place of the instance, with what led to it.
#[derive(Clone, Debug)]
pub(super) struct ValidationError {
    pub(super) path: Vec<Str>,
    pub(super) kind: Kind,
    pub(super) causes: Vec<ValidationError>,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// The whole; by the schema's location.
    Schema(String),
    Group,
    /// A limit of this program was reached; Go would go on.
    Exhausted,
    Reference,
    RefCycle {
        url: String,
        first: String,
        second: String,
    },
    InvalidValue(&'static str),
    FalseSchema,
    Type {
        got: Types,
        want: Types,
    },
    Enum(Vec<Json>),
    Const(Json),
    Format {
        got: Json,
        want: Str,
        error: String,
    },
    Not,
    AllOf,
    AnyOf,
    OneOf(Option<(usize, usize)>),
    MinProperties(usize, i64),
    MaxProperties(usize, i64),
    Required(Vec<Str>),
    Dependency {
        property: Str,
        missing: Vec<Str>,
    },
    AdditionalProperties(Vec<Str>),
    PropertyNames(Str),
    MinItems(usize, i64),
    MaxItems(usize, i64),
    UniqueItems(usize, usize),
    AdditionalItems(usize),
    Contains,
    MinContains(Vec<usize>, i64),
    MaxContains(Vec<usize>, i64),
    MinLength(usize, i64),
    MaxLength(usize, i64),
    Pattern {
        got: Str,
        want: Str,
    },
    Number {
        keyword: &'static str,
        got: Decimal,
        want: Decimal,
    },
}

impl ValidationError {
    fn write(&self, f: &mut fmt::Formatter<'_>, mut indent: usize) -> fmt::Result {
        // A reference that led to one error only does not show.
        if !(matches!(self.kind, Kind::Reference) && self.causes.len() == 1) {
            if indent > 0 {
                write!(f, "\n{:width$}- ", "", width = (indent - 1) * 2)?;
            }
            indent += 1;
            if !matches!(self.kind, Kind::Schema(_)) {
                write!(f, "at {}: ", quote(pointer(&self.path).as_bytes()))?;
            }
            fmt::Display::fmt(&self.kind, f)?;
        }
        self.causes.iter().try_for_each(|cause| cause.write(f, indent))
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |n: &usize| localized_integer(*n as i64);
        let limit = |n: &i64| localized_integer(*n);
        match self {
            Kind::Schema(location) => write!(f, "jsonschema validation failed with {}", quote(location.as_bytes())),
            Kind::Group | Kind::Reference => f.write_str("validation failed"),
            Kind::Exhausted => f.write_str("the schema takes too many steps"),
            Kind::RefCycle { url, first, second } => {
                let url = strconv::quote(url.as_bytes());
                write!(f, "both {first} and {second} resolve to {url} causing reference cycle")
            }
            Kind::InvalidValue(go_type) => write!(f, "invalid jsonType {go_type}"),
            Kind::FalseSchema => f.write_str("false schema"),
            Kind::Type { got, want } => {
                let got: String = got.names().collect();
                let want: Vec<_> = want.names().collect();
                write!(f, "got {got}, want {}", want.join(" or "))
            }
            Kind::Enum(want) => {
                if want.iter().any(|v| matches!(v, Json::Array(_) | Json::Object(_))) {
                    return f.write_str("'enum' failed");
                }
                let shown: Vec<_> = want.iter().map(display).collect();
                let one_of = if shown.len() == 1 { "" } else { "one of " };
                write!(f, "value must be {one_of}{}", shown.join(", "))
            }
            Kind::Const(Json::Array(_) | Json::Object(_)) => f.write_str("'const' failed"),
            Kind::Const(want) => write!(f, "value must be {}", display(want)),
            Kind::Format { got, want, error } => {
                write!(f, "{} is not valid {}: {error}", display(got), want.to_lossy())
            }
            Kind::Not => f.write_str("'not' failed"),
            Kind::AllOf => f.write_str("'allOf' failed"),
            Kind::AnyOf => f.write_str("'anyOf' failed"),
            Kind::OneOf(None) => f.write_str("'oneOf' failed, none matched"),
            Kind::OneOf(Some((a, b))) => write!(f, "'oneOf' failed, subschemas {}, {} matched", count(a), count(b)),
            Kind::MinProperties(got, want) => write!(f, "minProperties: got {}, want {}", count(got), limit(want)),
            Kind::MaxProperties(got, want) => write!(f, "maxProperties: got {}, want {}", count(got), limit(want)),
            Kind::MinItems(got, want) => write!(f, "minItems: got {}, want {}", count(got), limit(want)),
            Kind::MaxItems(got, want) => write!(f, "maxItems: got {}, want {}", count(got), limit(want)),
            Kind::MinLength(got, want) => write!(f, "minLength: got {}, want {}", count(got), limit(want)),
            Kind::MaxLength(got, want) => write!(f, "maxLength: got {}, want {}", count(got), limit(want)),
            Kind::Required(missing) => match missing.as_slice() {
                [one] => write!(f, "missing property {}", quote(one)),
                _ => write!(f, "missing properties {}", join(missing)),
            },
            Kind::Dependency { property, missing } => {
                write!(f, "properties {} required, if {} exists", join(missing), quote(property))
            }
            Kind::AdditionalProperties(names) => write!(f, "additional properties {} not allowed", join(names)),
            Kind::PropertyNames(name) => write!(f, "invalid propertyName {}", quote(name)),
            Kind::UniqueItems(a, b) => write!(f, "items at {} and {} are equal", count(a), count(b)),
            Kind::AdditionalItems(n) => write!(f, "last {} additionalItem(s) not allowed", count(n)),
            Kind::Contains => f.write_str("no items match contains schema"),
            Kind::MinContains(got, want) if got.is_empty() => {
                write!(f, "min {} items required to match contains schema, but none matched", limit(want))
            }
            Kind::MinContains(got, want) => matched(f, "min", got, *want),
            Kind::MaxContains(got, want) => matched(f, "max", got, *want),
            Kind::Pattern { got, want } => write!(f, "{} does not match pattern {}", quote(got), quote(want)),
            Kind::Number { keyword, got, want } => {
                let (got, want) = (localized_float(got.to_float()), localized_float(want.to_float()));
                write!(f, "{keyword}: got {got}, want {want}")
            }
        }
    }
}

fn matched(f: &mut fmt::Formatter<'_>, bound: &str, got: &[usize], want: i64) -> fmt::Result {
    let at: Vec<_> = got.iter().map(usize::to_string).collect();
    let (want, n) = (localized_integer(want), localized_integer(got.len() as i64));
    write!(f, "{bound} {want} items required to match contains schema, but matched {n} items at {}", at.join(" "))
}

/// The path of an instance as a JSON pointer.
pub(super) fn pointer(path: &[Str]) -> String {
    path.iter().fold(String::new(), |pointer, token| pointer + "/" + &super::url::escape(&token.to_lossy()))
}

/// Go's quoted form in single quotes. The engine takes the backslash from before every `"`, the closing one included, so
/// that a text which ends in a backslash shows one in place of two.
pub(super) fn quote(text: &[u8]) -> String {
    let quoted = strconv::quote(text).replace("\\\"", "\"").replace('\'', "\\'");
    format!("'{}'", quoted.get(1..quoted.len() - 1).unwrap_or_default())
}

fn join(names: &[Str]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

fn display(value: &Json) -> String {
    match value {
        Json::String(s) => quote(s),
        Json::Number(text) => text.to_lossy().into_owned(),
        Json::Bool(b) => b.to_string(),
        Json::Null | Json::Other(_) => "<nil>".into(),
        Json::Array(_) | Json::Object(_) => "value".into(),
    }
}

fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

pub(super) fn localized_integer(n: i64) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(&n.unsigned_abs().to_string()))
}

/// As Go's shortest form, with groups of three digits, and exponents as powers of ten.
fn localized_float(x: f64) -> String {
    let text = strconv::format_float(x, b'g', -1, 64);
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (mantissa, exponent) = text.split_once('e').map_or((text, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let mut out = format!("{sign}{}", grouped(whole));
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    if let Some(exponent) = exponent {
        out.push_str("×10");
        out.extend(exponent.chars().filter_map(|c| match c {
            '-' => Some('⁻'),
            '+' => None,
            _ => "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(c.to_digit(10)? as usize),
        }));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_set_for_english() {
        #[track_caller]
        fn check(x: f64, want: &str) {
            assert_eq!(localized_float(x), want);
        }
        check(1.0, "1");
        check(-1234.5, "-1,234.5");
        check(999_999.0, "999,999");
        check(1e6, "1×10⁰⁶");
        check(1_234_567.0, "1.234567×10⁰⁶");
        check(0.0001, "0.0001");
        check(1e-5, "1×10⁻⁰⁵");
        check(1e100, "1×10¹⁰⁰");
        assert_eq!(localized_integer(-1_234_567), "-1,234,567");
    }

    #[test]
    fn quotes_in_single_quotes() {
        assert_eq!(quote(b"a'b\"c\\d\n"), r#"'a\'b"c\\d\n'"#);
        assert_eq!(quote(b"a\\"), r"'a\'");
    }
}
