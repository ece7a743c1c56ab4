//! Regular expressions in RE2's syntax. The plain forms panic on a bad expression, all but `regexMatch`, which then says
//! false; the `must` forms return the error.

use std::rc::Rc;

use thinlock_go::capacity::after_each_append;
use thinlock_go::regexp::{Regexp, must_compile_text, quote_meta};
use thinlock_go::types::SLICE_STRING;
use thinlock_go::{CallError, Interp, List, Str, Value};

use crate::args::{self, Answer, text};
use crate::limits::{MAX_ELEMENTS, MAX_TEXT, check_elements, check_text};

/// How a bad expression is reported.
#[derive(Clone, Copy)]
enum Form {
    /// `regexp.MustCompile` panics.
    Plain,
    /// `regexp.Compile` returns the error.
    Must,
}

fn compile(interp: &dyn Interp, expr: &Str, form: Form) -> Result<Rc<Regexp>, CallError> {
    Regexp::compile(expr, interp.toolchain()).map_err(|why| {
        CallError::message(match form {
            Form::Plain => must_compile_text(expr, &why),
            Form::Must => why.text(),
        })
    })
}

/// The text that is searched. One that is not UTF-8 is rewritten for the search, with the place of every byte.
fn subject(args: &mut [Value], at: usize) -> Result<Str, CallError> {
    const MAX_TORN: usize = 8 << 20;
    let text = text(args, at)?;
    if text.len() > MAX_TORN && text.to_utf8().is_none() {
        return Err(CallError::Limit(format!("regexp: a text of more than {MAX_TORN} bytes that is not UTF-8").into()));
    }
    Ok(text)
}

/// The matches in a text, of which there are not too many to be put into a list.
fn found_in(regexp: &Regexp, subject: &[u8], limit: i64) -> Result<Option<Vec<(usize, usize)>>, CallError> {
    const MOST: i64 = MAX_ELEMENTS as i64 + 1;
    let found = regexp.find_all(subject, if limit < 0 { MOST } else { limit.min(MOST) });
    check_elements("regexp", found.as_ref().map_or(0, Vec::len))?;
    Ok(found)
}

pub(crate) fn matches(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let regexp = compile(interp, &text(args, 0)?, Form::Must);
    let subject = subject(args, 1)?;
    Ok(Value::Bool(regexp.is_ok_and(|regexp| regexp.is_match(&subject))))
}

pub(crate) fn must_match(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let regexp = compile(interp, &text(args, 0)?, Form::Must)?;
    Ok(Value::Bool(regexp.is_match(&subject(args, 1)?)))
}

fn find_in(interp: &dyn Interp, args: &mut [Value], form: Form) -> Answer {
    let regexp = compile(interp, &text(args, 0)?, form)?;
    let subject = subject(args, 1)?;
    let found = regexp.find(&subject).and_then(|(from, to)| subject.get(from..to));
    Ok(Value::Str(found.unwrap_or_default().into()))
}

pub(crate) fn find(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    find_in(interp, args, Form::Plain)
}

pub(crate) fn must_find(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    find_in(interp, args, Form::Must)
}

/// A `[]string` that began with some capacity, nil where Go's method returns nil.
fn strings_or_nil(items: Option<Vec<Value>>, capacity: usize) -> Answer {
    Ok(Value::List(match items {
        Some(items) => {
            let capacity = after_each_append(&SLICE_STRING, capacity, items.len());
            List::with_capacity(&SLICE_STRING, items, capacity)
        }
        None => List::nil(&SLICE_STRING),
    }))
}

fn find_all_in(interp: &dyn Interp, args: &mut [Value], form: Form) -> Answer {
    let regexp = compile(interp, &text(args, 0)?, form)?;
    let (subject, limit) = (subject(args, 1)?, args::int(args, 2)?);
    let part = |(from, to): (usize, usize)| Value::Str(subject.get(from..to).unwrap_or_default().into());
    // Go begins with room for ten.
    strings_or_nil(found_in(&regexp, &subject, limit)?.map(|found| found.into_iter().map(part).collect()), 10)
}

pub(crate) fn find_all(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    find_all_in(interp, args, Form::Plain)
}

pub(crate) fn must_find_all(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    find_all_in(interp, args, Form::Must)
}

fn split_by(interp: &dyn Interp, args: &mut [Value], form: Form) -> Answer {
    let regexp = compile(interp, &text(args, 0)?, form)?;
    let (subject, limit) = (subject(args, 1)?, args::int(args, 2)?);
    // Room for as many parts as there are matches, which may be one more or less.
    let capacity = found_in(&regexp, &subject, limit)?.map_or(0, |matches| matches.len());
    let parts = regexp.split(&subject, limit);
    strings_or_nil(parts.map(|parts| parts.into_iter().map(|part| Value::Str(part.into())).collect()), capacity)
}

pub(crate) fn split(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    split_by(interp, args, Form::Plain)
}

pub(crate) fn must_split(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    split_by(interp, args, Form::Must)
}

fn replace_in(interp: &dyn Interp, args: &mut [Value], form: Form, literal: bool) -> Answer {
    let regexp = compile(interp, &text(args, 0)?, form)?;
    let (subject, replacement) = (subject(args, 1)?, text(args, 2)?);
    // Matches do not overlap, so each reference to a group adds at most the subject once over all matches.
    let references = if literal { 0 } else { memchr::memchr_iter(b'$', &replacement).count() };
    let bound = |matches: usize| {
        let copies = references.saturating_add(1).saturating_mul(subject.len());
        matches.saturating_mul(replacement.len()).saturating_add(copies)
    };
    if bound(subject.len() + 1) > MAX_TEXT {
        let matches = regexp.find_all(&subject, -1).map_or(0, |found| found.len());
        check_text("regexReplaceAll", bound(matches))?;
    }
    let replaced = if literal {
        regexp.replace_all_literal(&subject, &replacement)
    } else {
        regexp.replace_all(&subject, &replacement)
    };
    Ok(Value::Str(replaced.into()))
}

pub(crate) fn replace_all(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    replace_in(interp, args, Form::Plain, false)
}

pub(crate) fn must_replace_all(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    replace_in(interp, args, Form::Must, false)
}

pub(crate) fn replace_all_literal(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    replace_in(interp, args, Form::Plain, true)
}

pub(crate) fn must_replace_all_literal(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    replace_in(interp, args, Form::Must, true)
}

pub(crate) fn quote(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Str(quote_meta(&text(args, 0)?).into()))
}
