//! Dictionaries. As in Go a dictionary is shared: `set` and `unset` change the one that every holder sees, and `pick`
//! and `omit` make a new one around the same values.

use thinlock_go::types::{MAP_STRING_ANY, SLICE_ANY, SLICE_STRING};
use thinlock_go::{CallError, Interp, List, Map, Str, Value};

use crate::args::{self, Answer, any, text};
use crate::strings::strval;

pub(crate) fn dict(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut entries = Vec::with_capacity(args.len().div_ceil(2));
    for pair in args.chunks_mut(2) {
        let key = strval(&pair[0])?;
        let value = pair.get_mut(1).map_or(Value::Str(Str::EMPTY), std::mem::take);
        entries.push((key, value));
    }
    Ok(Value::Map(Map::from_entries(&MAP_STRING_ANY, entries)))
}

pub(crate) fn get(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let map = args::dict(args, 0)?;
    Ok(map.get(text(args, 1)?).unwrap_or(Value::Str(Str::EMPTY)))
}

pub(crate) fn set(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let map = args::dict(args, 0)?;
    if map.is_nil() {
        return Err(CallError::message("assignment to entry in nil map"));
    }
    map.insert(text(args, 1)?, any(args, 2));
    Ok(Value::Map(map))
}

pub(crate) fn unset(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let map = args::dict(args, 0)?;
    map.remove(text(args, 1)?);
    Ok(Value::Map(map))
}

pub(crate) fn has_key(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let map = args::dict(args, 0)?;
    Ok(Value::Bool(map.contains_key(text(args, 1)?)))
}

pub(crate) fn pluck(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let key = text(args, 0)?;
    let mut found = Vec::new();
    for at in 1..args.len() {
        found.extend(args::dict(args, at)?.get(&key));
    }
    Ok(Value::List(List::appended(&SLICE_ANY, found)))
}

/// The keys of all dictionaries: in Go in random order, here sorted within each dictionary.
pub(crate) fn keys(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut all = Vec::new();
    for at in 0..args.len() {
        all.extend(args::dict(args, at)?.snapshot().iter().map(|(key, _)| Value::Str(key.clone())));
    }
    Ok(Value::List(List::appended(&SLICE_STRING, all)))
}

/// The values of a dictionary: in Go in random order, here by their keys.
pub(crate) fn values(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let all = args::dict(args, 0)?.snapshot().iter().map(|(_, value)| value.clone()).collect();
    Ok(Value::List(List::appended(&SLICE_ANY, all)))
}

pub(crate) fn pick(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let map = args::dict(args, 0)?;
    let mut picked = Vec::new();
    for at in 1..args.len() {
        let key = text(args, at)?;
        if let Some(value) = map.get(&key) {
            picked.push((key, value));
        }
    }
    Ok(Value::Map(Map::from_entries(&MAP_STRING_ANY, picked)))
}

pub(crate) fn omit(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let map = args::dict(args, 0)?;
    let omitted = (1..args.len()).map(|at| text(args, at)).collect::<Result<Vec<_>, _>>()?;
    let kept = map.snapshot().iter().filter(|(key, _)| !omitted.contains(key)).cloned().collect();
    Ok(Value::Map(Map::from_entries(&MAP_STRING_ANY, kept)))
}

pub(crate) fn dig(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let [keys @ .., default, dict] = args else {
        return Err(CallError::message("dig needs at least three arguments"));
    };
    if keys.is_empty() {
        return Err(CallError::message("dig needs at least three arguments"));
    }
    let mut dict = plain_dict(dict)?;
    // Go converts all keys before it looks at the first.
    let mut path = Vec::with_capacity(keys.len());
    for key in keys {
        match key {
            Value::Str(key) => path.push(key.clone()),
            other => return Err(conversion(other, "string")),
        }
    }
    let mut path = path.into_iter();
    let mut key = path.next().unwrap_or_default();
    loop {
        let Some(step) = dict.get(&key) else {
            return Ok(std::mem::take(default));
        };
        match path.next() {
            None => return Ok(step),
            Some(next) => {
                dict = plain_dict(&step)?;
                key = next;
            }
        }
    }
}

/// The type assertion `v.(map[string]interface {})`, which a named map type such as Helm's `Values` does not pass.
fn plain_dict(value: &Value) -> Result<Map, CallError> {
    match value {
        Value::Map(map) if map.go_type() == &MAP_STRING_ANY => Ok(map.clone()),
        other => Err(conversion(other, MAP_STRING_ANY.name)),
    }
}

/// The panic of a failed type assertion on an `interface {}`.
#[cold]
pub(crate) fn conversion(value: &Value, want: &str) -> CallError {
    let have = value.go_type().map_or("nil", |t| t.name);
    CallError::message(format!("interface conversion: interface {{}} is {have}, not {want}"))
}
