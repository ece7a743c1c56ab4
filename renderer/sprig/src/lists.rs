//! Lists. sprig works on every slice type through `reflect` and returns `[]interface {}`.

use std::collections::HashSet;

use thinlock_go::capacity::after_append;
use thinlock_go::reflect::deep_equal;
use thinlock_go::types::{SLICE_ANY, SLICE_INT, SLICE_SLICE_ANY, SLICE_STRING};
use thinlock_go::{CallError, IntKind, Interp, List, Map, Str, UintKind, Value};

use crate::args::{self, Answer, any, arg, int, makeslice, nil_dereference};
use crate::cast;
use crate::defaults::is_empty;
use crate::limits::{check_comparisons, check_elements};
use crate::strings::{append_strval, strslice, strval};

/// The elements of a slice of any type; `Err` with the kind's name for other values.
///
/// `reflect.TypeOf(nil).Kind()`, with which sprig begins, is a nil dereference.
pub(crate) fn elements(value: &Value) -> Result<Vec<Value>, NotASlice> {
    match value {
        Value::List(list) => Ok(list.to_vec()),
        Value::Bytes(bytes) => Ok(bytes.iter().map(|b| Value::Uint(UintKind::Uint8, u64::from(*b))).collect()),
        Value::Nil => Err(NotASlice::Nil),
        Value::Object(object) => match object.underlying() {
            Some(under @ (Value::List(_) | Value::Bytes(_))) => elements(&under),
            _ => Err(NotASlice::Kind(value.kind().name())),
        },
        _ => Err(NotASlice::Kind(value.kind().name())),
    }
}

/// Why a value has no elements.
pub(crate) enum NotASlice {
    Nil,
    Kind(&'static str),
}

fn slice_or(value: &Value, complaint: &str) -> Result<Vec<Value>, CallError> {
    elements(value).map_err(|why| match why {
        NotASlice::Nil => nil_dereference(),
        NotASlice::Kind(kind) => CallError::message(format!("{complaint} {kind}")),
    })
}

fn list_of(items: Vec<Value>) -> Answer {
    Ok(Value::List(List::any(items)))
}

/// A list that Go has built by appending one element after the other to an empty one.
fn appended(items: Vec<Value>) -> Answer {
    Ok(Value::List(List::appended(&SLICE_ANY, items)))
}

pub(crate) fn list(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    list_of(args::rest(args, 0))
}

pub(crate) fn push(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut items = slice_or(arg(args, 0), "Cannot push on type")?;
    items.push(any(args, 1));
    let capacity = after_append(&SLICE_ANY, items.len() - 1, items.len());
    Ok(Value::List(List::with_capacity(&SLICE_ANY, items, capacity)))
}

pub(crate) fn prepend(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut items = slice_or(arg(args, 0), "Cannot prepend on type")?;
    items.insert(0, any(args, 1));
    // All others are appended at once to a slice of the new one.
    let capacity = after_append(&SLICE_ANY, 1, items.len());
    Ok(Value::List(List::with_capacity(&SLICE_ANY, items, capacity)))
}

pub(crate) fn first(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    if let Value::List(list) = arg(args, 0) {
        return Ok(list.get(0).unwrap_or_default());
    }
    Ok(slice_or(arg(args, 0), "Cannot find first on type")?.into_iter().next().unwrap_or_default())
}

pub(crate) fn last(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    if let Value::List(list) = arg(args, 0) {
        return Ok(list.len().checked_sub(1).and_then(|at| list.get(at)).unwrap_or_default());
    }
    Ok(slice_or(arg(args, 0), "Cannot find last on type")?.into_iter().next_back().unwrap_or_default())
}

pub(crate) fn rest(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut items = slice_or(arg(args, 0), "Cannot find rest on type")?;
    if items.is_empty() {
        return Ok(Value::List(List::nil(&SLICE_ANY)));
    }
    items.remove(0);
    list_of(items)
}

pub(crate) fn initial(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut items = slice_or(arg(args, 0), "Cannot find initial on type")?;
    if items.pop().is_none() {
        return Ok(Value::List(List::nil(&SLICE_ANY)));
    }
    list_of(items)
}

pub(crate) fn reverse(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut items = slice_or(arg(args, 0), "Cannot find reverse on type")?;
    items.reverse();
    list_of(items)
}

pub(crate) fn compact(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut items = slice_or(arg(args, 0), "Cannot compact on type")?;
    items.retain(|item| !is_empty(item));
    appended(items)
}

pub(crate) fn uniq(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let items = slice_or(arg(args, 0), "Cannot find uniq on type")?;
    // reflect.DeepEqual of two scalars is equality of type and value, so scalars go through a set; only what is left
    // is compared pair by pair.
    let mut seen = HashSet::new();
    let mut others: Vec<Value> = Vec::new();
    let mut unique = Vec::new();
    let mut compared: usize = 0;
    for item in items {
        match Scalar::of(&item) {
            Some(scalar) => {
                if seen.insert(scalar) {
                    unique.push(item);
                }
            }
            None => {
                compared = compared.saturating_add(others.len());
                check_comparisons("uniq", compared)?;
                if !in_list(&others, &item) {
                    others.push(item.clone());
                    unique.push(item);
                }
            }
        }
    }
    appended(unique)
}

/// A value that equals another exactly when type and content are the same.
#[derive(PartialEq, Eq, Hash)]
enum Scalar {
    Nil,
    Bool(bool),
    Int(u8, i64),
    Uint(u8, u64),
    /// The bits; -0 is 0.
    Float(u64),
    Str(Str),
}

impl Scalar {
    fn of(value: &Value) -> Option<Scalar> {
        Some(match value {
            Value::Nil => Scalar::Nil,
            Value::Bool(b) => Scalar::Bool(*b),
            Value::Int(kind, n) => Scalar::Int(*kind as u8, *n),
            Value::Uint(kind, n) => Scalar::Uint(*kind as u8, *n),
            // NaN equals nothing.
            Value::Float(x) if !x.is_nan() => Scalar::Float((x + 0.0).to_bits()),
            Value::Str(s) => Scalar::Str(s.clone()),
            _ => return None,
        })
    }
}

fn in_list(haystack: &[Value], needle: &Value) -> bool {
    haystack.iter().any(|h| deep_equal(needle, h))
}

pub(crate) fn without(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut items = slice_or(arg(args, 0), "Cannot find without on type")?;
    let omit = args.get(1..).unwrap_or_default();
    check_comparisons("without", items.len().saturating_mul(omit.len()))?;
    items.retain(|item| !omit.iter().any(|o| deep_equal(item, o)));
    appended(items)
}

pub(crate) fn has(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    // A nil haystack is the one nil that sprig's list functions look for.
    if arg(args, 1).is_nil() {
        return Ok(Value::Bool(false));
    }
    if let Value::List(list) = arg(args, 1) {
        return Ok(Value::Bool(list.items().iter().any(|item| deep_equal(arg(args, 0), item))));
    }
    let items = slice_or(arg(args, 1), "Cannot find has on type")?;
    Ok(Value::Bool(in_list(&items, arg(args, 0))))
}

pub(crate) fn slice(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    const COMPLAINT: &str = "list should be type of slice or array but";
    let out_of_bounds = || CallError::message("reflect.Value.Slice: slice index out of bounds");
    let subject = match arg(args, 0) {
        Value::Object(object) => object.underlying().unwrap_or_default(),
        other => other.clone(),
    };
    let length = match &subject {
        Value::List(list) => list.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => slice_or(arg(args, 0), COMPLAINT)?.len(),
    };
    if length == 0 {
        return Ok(Value::Nil);
    }
    let from = args.get(1).map_or(0, cast::to_int64);
    let to = args.get(2).map_or(length as i64, cast::to_int64);
    let (Ok(from), Ok(to)) = (usize::try_from(from), usize::try_from(to)) else {
        return Err(out_of_bounds());
    };
    match &subject {
        // As in Go the result is a view on the same elements and may reach up to the capacity.
        Value::List(list) => list.slice(from, to).map(Value::List).ok_or_else(out_of_bounds),
        Value::Bytes(bytes) => bytes.get(from..to).map(Value::bytes).ok_or_else(out_of_bounds),
        _ => Err(out_of_bounds()),
    }
}

pub(crate) fn concat(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut all = Vec::new();
    for list in args.iter() {
        match elements(list) {
            Ok(items) => all.extend(items),
            Err(NotASlice::Nil) => return Err(nil_dereference()),
            Err(NotASlice::Kind(kind)) => {
                return Err(CallError::message(format!("Cannot concat type {kind} as list")));
            }
        }
        check_elements("concat", all.len())?;
    }
    // Go appends to a nil slice, which stays nil while nothing is appended.
    Ok(Value::List(if all.is_empty() { List::nil(&SLICE_ANY) } else { List::appended(&SLICE_ANY, all) }))
}

pub(crate) fn chunk(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let size = int(args, 0)?;
    let items = slice_or(arg(args, 1), "Cannot chunk type")?;
    // sprig computes the lengths in floating point, which is what decides for sizes of zero and below.
    let chunks = cast::float_to_int64(((items.len() as f64 - 1.0) / size as f64).floor() + 1.0);
    if chunks < 0 {
        return Err(makeslice());
    }
    let chunks = usize::try_from(chunks).map_err(|_| makeslice())?;
    check_elements("chunk", chunks)?;
    let mut all = Vec::with_capacity(chunks);
    for i in 0..chunks {
        let mut len = size;
        if i + 1 == chunks {
            len = cast::float_to_int64((items.len() as f64 % size as f64).floor());
            if len == 0 {
                len = size;
            }
        }
        let len = usize::try_from(len).map_err(|_| makeslice())?;
        let begin = i64::try_from(i).unwrap_or(i64::MAX).wrapping_mul(size);
        let part = usize::try_from(begin).ok().and_then(|begin| items.get(begin..begin.checked_add(len)?));
        let Some(part) = part else {
            return Err(CallError::message("reflect: slice index out of range"));
        };
        all.push(Value::List(List::any(part.to_vec())));
    }
    Ok(Value::List(List::new(&SLICE_SLICE_ANY, all)))
}

pub(crate) fn sort_alpha(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let value = any(args, 0);
    // reflect.Indirect: a pointer to a slice counts, though strslice then makes one string of it.
    let pointee = match &value {
        Value::Object(object) => object.pointee(),
        _ => None,
    };
    if elements(pointee.as_ref().unwrap_or(&value)).is_err() {
        return args::strings(vec![Value::Str(strval(&value)?)]);
    }
    // A []string is sorted in place, and everyone who holds it sees that.
    let list = strslice(&value)?;
    list.sort_by(|a, b| match (a, b) {
        (Value::Str(a), Value::Str(b)) => a.cmp(b),
        _ => std::cmp::Ordering::Equal,
    });
    Ok(Value::List(list))
}

pub(crate) fn to_strings(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::List(strslice(arg(args, 0))?))
}

pub(crate) fn join(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let separator = args::text(args, 0)?;
    let list = strslice(arg(args, 1))?;
    let mut out = Vec::new();
    for (i, item) in list.items().iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(&separator);
        }
        append_strval(&mut out, item)?;
        crate::limits::check_text("join", out.len())?;
    }
    Ok(Value::Str(out.into()))
}

/// `untilStep`, on which `until` and `seq` build.
fn steps(function: &str, start: i64, stop: i64, step: i64) -> Result<Vec<i64>, CallError> {
    let mut all = Vec::new();
    let down = stop < start;
    if (down && step >= 0) || (!down && step <= 0) {
        return Ok(all);
    }
    let mut i = start;
    while if down { i > stop } else { i < stop } {
        all.push(i);
        check_elements(function, all.len())?;
        // Go's int wraps around where the last step overflows, and its loop goes on.
        i = i.wrapping_add(step);
    }
    Ok(all)
}

fn ints(all: Vec<i64>) -> Answer {
    let items = all.into_iter().map(|n| Value::Int(IntKind::Int, n)).collect();
    Ok(Value::List(List::appended(&SLICE_INT, items)))
}

pub(crate) fn until(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let count = int(args, 0)?;
    ints(steps("until", 0, count, if count < 0 { -1 } else { 1 })?)
}

pub(crate) fn until_step(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    ints(steps("untilStep", int(args, 0)?, int(args, 1)?, int(args, 2)?)?)
}

pub(crate) fn seq(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let n = |at| int(args, at);
    let toward = |start: i64, end: i64| if end < start { -1 } else { 1 };
    let all = match args.len() {
        1 => steps("seq", 1, n(0)?.wrapping_add(toward(1, n(0)?)), toward(1, n(0)?))?,
        2 => steps("seq", n(0)?, n(1)?.wrapping_add(toward(n(0)?, n(1)?)), toward(n(0)?, n(1)?))?,
        3 => {
            let (start, step, end) = (n(0)?, n(1)?, n(2)?);
            if end < start && step > 0 {
                Vec::new()
            } else {
                steps("seq", start, end.wrapping_add(toward(start, end)), step)?
            }
        }
        _ => Vec::new(),
    };
    let mut out = Vec::new();
    for (i, n) in all.into_iter().enumerate() {
        if i > 0 {
            out.push(b' ');
        }
        thinlock_go::strconv::append_int(&mut out, n);
    }
    Ok(Value::Str(out.into()))
}

/// Refuses to cut a text into more parts than a list may have; a limit that is negative is none.
fn check_parts(function: &str, text: &[u8], separator: &[u8], limit: i64) -> Result<(), CallError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let parts = match separator {
        [] => text.len(),
        separator => memchr::memmem::find_iter(text, separator).count() + 1,
    };
    check_elements(function, parts.min(limit))
}

pub(crate) fn split(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (separator, text) = (args::text(args, 0)?, args::text(args, 1)?);
    check_parts("split", &text, &separator, -1)?;
    numbered(thinlock_go::strings::split(&text, &separator))
}

pub(crate) fn splitn(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (separator, n, text) = (args::text(args, 0)?, int(args, 1)?, args::text(args, 2)?);
    check_parts("splitn", &text, &separator, n)?;
    numbered(thinlock_go::strings::split_n(&text, &separator, n))
}

/// `map[string]string` with the keys `_0`, `_1` …
fn numbered(parts: Vec<&[u8]>) -> Answer {
    let entries = parts.into_iter().enumerate().map(|(i, part)| (Str::from(format!("_{i}")), Value::Str(part.into())));
    Ok(Value::Map(Map::from_entries(&thinlock_go::types::MAP_STRING_STRING, entries.collect())))
}

pub(crate) fn split_list(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (separator, text) = (args::text(args, 0)?, args::text(args, 1)?);
    check_parts("splitList", &text, &separator, -1)?;
    let parts = thinlock_go::strings::split(&text, &separator);
    Ok(Value::List(List::new(&SLICE_STRING, parts.into_iter().map(|part| Value::Str(part.into())).collect())))
}
