//! Strings: bytes, cut and counted as bytes. Case, white space and `title` follow Go's `strings` and Unicode tables.

use thinlock_go::types::SLICE_STRING;
use thinlock_go::{CallError, Interp, List, Str, Value, fmt, strconv, strings, utf8};

use crate::args::{Answer, arg, int, text};
use crate::limits::check_text;
use crate::lists::elements;

/// `%v`.
pub(crate) fn append_value(out: &mut Vec<u8>, value: &Value) -> Result<(), CallError> {
    fmt::append_value(out, value)
}

/// Appends what [`strval`] returns.
pub(crate) fn append_strval(out: &mut Vec<u8>, value: &Value) -> Result<(), CallError> {
    match value {
        Value::Str(s) => out.extend_from_slice(s),
        Value::Bytes(s) => out.extend_from_slice(s),
        // An error's and a Stringer's own text comes with %v too.
        other => append_value(out, other)?,
    }
    Ok(())
}

/// A value as sprig turns it into text: strings and bytes as they are, everything else by `%v`, nil as `<nil>`.
pub(crate) fn strval(value: &Value) -> Result<Str, CallError> {
    if let Value::Str(s) = value {
        return Ok(s.clone());
    }
    Str::build(|out| append_strval(out, value))
}

/// A value as `[]string`: a `[]string` itself (not a copy), other slices element by element without their nils, nil as
/// the empty slice, and anything else as the slice of its text.
pub(crate) fn strslice(value: &Value) -> Result<List, CallError> {
    let mut capacity = 0;
    let items = match value {
        Value::List(list) if list.go_type() == &SLICE_STRING => return Ok(list.clone()),
        Value::Nil => Vec::new(),
        other => match elements(other) {
            Ok(items) => {
                // Room is made for the nils too.
                capacity = items.len();
                let texts = items.iter().filter(|item| !item.is_nil()).map(|item| Ok(Value::Str(strval(item)?)));
                texts.collect::<Result<_, CallError>>()?
            }
            Err(_) => vec![Value::Str(strval(other)?)],
        },
    };
    Ok(List::with_capacity(&SLICE_STRING, items, capacity))
}

/// Go's `[]rune(s)`: every byte that is not part of valid UTF-8 is U+FFFD.
pub(crate) fn runes(s: &[u8]) -> impl Iterator<Item = char> + '_ {
    utf8::runes(s).map(|(_, c, _)| c)
}

fn done(bytes: impl Into<Str>) -> Answer {
    Ok(Value::Str(bytes.into()))
}

pub(crate) fn hello(_: &mut dyn Interp, _: &mut [Value]) -> Answer {
    Ok(Value::static_str("Hello!"))
}

pub(crate) fn to_string(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Str(strval(arg(args, 0))?))
}

/// A part of a string, which is the string itself where nothing is cut off.
fn part(whole: &Str, part: &[u8]) -> Answer {
    if part.len() == whole.len() { Ok(Value::Str(whole.clone())) } else { done(part) }
}

pub(crate) fn trim(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let s = text(args, 0)?;
    part(&s, strings::trim_space(&s))
}

pub(crate) fn upper(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    done(strings::to_upper(&text(args, 0)?))
}

pub(crate) fn lower(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    done(strings::to_lower(&text(args, 0)?))
}

pub(crate) fn title(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    done(strings::title(&text(args, 0)?))
}

/// `strings.Repeat`, with its panics.
pub(crate) fn repeated(function: &str, text: &[u8], count: i64) -> Result<Vec<u8>, CallError> {
    Ok(text.repeat(check_repeat(function, text, count)?))
}

/// How often `strings.Repeat` repeats a text, which is as often as it is asked to unless it panics.
fn check_repeat(function: &str, text: &[u8], count: i64) -> Result<usize, CallError> {
    let Ok(count) = usize::try_from(count) else {
        return Err(CallError::message("strings: negative Repeat count"));
    };
    let bytes = match text.len().checked_mul(count) {
        Some(bytes) if isize::try_from(bytes).is_ok() => bytes,
        _ => return Err(CallError::message("strings: Repeat output length overflow")),
    };
    check_text(function, bytes)?;
    Ok(count)
}

pub(crate) fn repeat(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    done(repeated("repeat", &text(args, 1)?, int(args, 0)?)?)
}

pub(crate) fn substr(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (start, end, s) = (int(args, 0)?, int(args, 1)?, text(args, 2)?);
    let len = s.len() as i64;
    let (from, to) = match () {
        () if start < 0 => (0, end),
        () if end < 0 || end > len => (start, len),
        () => (start, end),
    };
    let panic = |what: String| Err(CallError::message(format!("runtime error: slice bounds out of range [{what}]")));
    // Which bound Go names depends on how the expression was written.
    if start < 0 && to < 0 {
        return panic(format!(":{to}"));
    }
    if start < 0 && to > len {
        return Err(CallError::message(format!("runtime error: slice bounds out of range [:{to}] with length {len}")));
    }
    if from > to {
        return panic(format!("{from}:{to}"));
    }
    done(usize::try_from(from).ok().zip(usize::try_from(to).ok()).and_then(|(a, b)| s.get(a..b)).unwrap_or_default())
}

pub(crate) fn trunc(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (count, s) = (int(args, 0)?, text(args, 1)?);
    let wanted = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if wanted >= s.len() {
        return Ok(Value::Str(s));
    }
    done(if count < 0 { &s[s.len() - wanted..] } else { &s[..wanted] })
}

pub(crate) fn trim_all(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (cutset, s) = (text(args, 0)?, text(args, 1)?);
    part(&s, strings::trim(&s, &cutset))
}

pub(crate) fn trim_suffix(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (suffix, s) = (text(args, 0)?, text(args, 1)?);
    part(&s, s.strip_suffix(suffix.as_bytes()).unwrap_or(&s))
}

pub(crate) fn trim_prefix(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (prefix, s) = (text(args, 0)?, text(args, 1)?);
    part(&s, s.strip_prefix(prefix.as_bytes()).unwrap_or(&s))
}

pub(crate) fn contains(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (part, s) = (text(args, 0)?, text(args, 1)?);
    Ok(Value::Bool(memchr::memmem::find(&s, &part).is_some()))
}

pub(crate) fn has_prefix(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (prefix, s) = (text(args, 0)?, text(args, 1)?);
    Ok(Value::Bool(s.starts_with(&prefix)))
}

pub(crate) fn has_suffix(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (suffix, s) = (text(args, 0)?, text(args, 1)?);
    Ok(Value::Bool(s.ends_with(&suffix)))
}

/// The arguments that are not nil, each written by a function, with a space between them.
fn spaced(
    function: &str,
    args: &[Value],
    mut write: impl FnMut(&mut Vec<u8>, &Value) -> Result<(), CallError>,
) -> Answer {
    let built = Str::build(|out| {
        for (i, value) in args.iter().filter(|v| !v.is_nil()).enumerate() {
            if i > 0 {
                out.push(b' ');
            }
            write(out, value)?;
            check_text(function, out.len())?;
        }
        Ok(())
    });
    built.map(Value::Str)
}

pub(crate) fn quote(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    spaced("quote", args, |out, value| {
        strconv::append_quote(out, &strval(value)?);
        Ok(())
    })
}

pub(crate) fn squote(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    spaced("squote", args, |out, value| {
        out.push(b'\'');
        append_value(out, value)?;
        out.push(b'\'');
        Ok(())
    })
}

pub(crate) fn cat(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    spaced("cat", args, append_value)
}

/// Puts spaces before the text and after each of its line feeds, also where the line is empty.
fn indented(function: &str, prefix: &[u8], args: &mut [Value]) -> Answer {
    let width = check_repeat(function, b" ", int(args, 0)?)?;
    let s = text(args, 1)?;
    let bytes = |lines: usize| width.saturating_mul(lines).saturating_add(s.len() + prefix.len());
    // Most texts are within the limit however many lines they have.
    if check_text(function, bytes(s.len() + 1)).is_err() {
        check_text(function, bytes(memchr::memchr_iter(b'\n', &s).count() + 1))?;
    }
    let built = Str::build(|out| {
        out.extend_from_slice(prefix);
        out.resize(out.len() + width, b' ');
        let mut from = 0;
        for at in memchr::memchr_iter(b'\n', &s) {
            out.extend_from_slice(&s[from..=at]);
            out.resize(out.len() + width, b' ');
            from = at + 1;
        }
        out.extend_from_slice(&s[from..]);
        Ok(())
    });
    built.map(Value::Str)
}

pub(crate) fn indent(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    indented("indent", b"", args)
}

pub(crate) fn nindent(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    indented("nindent", b"\n", args)
}

pub(crate) fn replace(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (old, new, s) = (text(args, 0)?, text(args, 1)?, text(args, 2)?);
    let places = if old.is_empty() { s.len() + 1 } else { memchr::memmem::find_iter(&s, old.as_bytes()).count() };
    check_text("replace", new.len().saturating_mul(places).saturating_add(s.len()))?;
    if places == 0 {
        return Ok(Value::Str(s));
    }
    done(strings::replace(&s, &old, &new, -1))
}

pub(crate) fn plural(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let form = if int(args, 2)? == 1 { 0 } else { 1 };
    Ok(Value::Str(text(args, form)?))
}

pub(crate) fn fail(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Err(CallError::message(text(args, 0)?))
}
