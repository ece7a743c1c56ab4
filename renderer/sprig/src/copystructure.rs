//! `deepCopy`: what mitchellh/copystructure 1.2.0 does.

use thinlock_go::{CallError, Interp, List, Map, Value};

use crate::args::{Answer, any};
use crate::limits::{MAX_ELEMENTS, check_depth};
use crate::versions;

pub(crate) fn deep_copy(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let value = any(args, 0);
    if value.is_nil() {
        // copystructure asks for the type of what it could not copy.
        return Err(CallError::message("reflect: call of reflect.Value.Type on zero Value"));
    }
    copy(&value, &mut 0)
}

/// Copies maps and slices of every type, under their types. Scalars have no identity; structs (`time.Time`,
/// certificates) cannot be changed by a template, so sharing one is the same as copying it.
fn copy(value: &Value, visited: &mut usize) -> Answer {
    check_depth("deepCopy")?;
    *visited += 1;
    if *visited > MAX_ELEMENTS {
        return Err(CallError::Limit(format!("deepCopy: more than {MAX_ELEMENTS} values").into()));
    }
    Ok(match value {
        Value::Map(map) if !map.is_nil() => {
            let entries = map.snapshot();
            let copies = entries.iter().map(|(key, v)| Ok((key.clone(), copy(v, visited)?)));
            Value::Map(Map::from_entries(map.go_type(), copies.collect::<Result<_, CallError>>()?))
        }
        Value::List(list) if !list.is_nil() => {
            let items = list.to_vec();
            let copies = items.iter().map(|v| copy(v, visited));
            Value::List(List::with_capacity(list.go_type(), copies.collect::<Result<_, CallError>>()?, list.capacity()))
        }
        other => versions::deep_copied(other).unwrap_or_else(|| other.clone()),
    })
}
