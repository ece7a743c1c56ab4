//! `merge`, `mergeOverwrite`: what mergo 1.0.1 does when it is given two maps.
//!
//! A destination value counts as absent when it is empty (zero, false, "", an empty list or map, nil). Where both sides
//! have a non-empty map the source is merged into the destination's own map; everything else that is taken over is
//! shared with the source, not copied.

use std::rc::Rc;

use thinlock_go::map::Entries;
use thinlock_go::types::{MAP_STRING_ANY, TypeInfo};
use thinlock_go::{CallError, Interp, Kind, Map, Str, Value};

use crate::args::{self, Answer};
use crate::limits::{MAX_ELEMENTS, check_depth};

pub(crate) fn merge(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    swallow(merge_all(args, false))
}

pub(crate) fn must_merge(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    merge_all(args, false).map_err(Failure::into_error)
}

pub(crate) fn merge_overwrite(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    swallow(merge_all(args, true))
}

pub(crate) fn must_merge_overwrite(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    merge_all(args, true).map_err(Failure::into_error)
}

/// How a merge fails: the template form swallows mergo's errors, not its panics.
enum Failure {
    /// mergo returned this error.
    Returned(&'static str),
    /// mergo, or `reflect` under it, panicked; or a limit was reached.
    Raised(CallError),
}

impl Failure {
    fn panic(text: impl Into<Str>) -> Failure {
        Failure::Raised(CallError::message(text))
    }

    fn into_error(self) -> CallError {
        match self {
            Failure::Returned(text) => CallError::message(text),
            Failure::Raised(error) => error,
        }
    }
}

fn swallow(result: Result<Value, Failure>) -> Answer {
    match result {
        Ok(value) => Ok(value),
        Err(Failure::Returned(_)) => Ok(Value::Str(Str::EMPTY)),
        Err(Failure::Raised(error)) => Err(error),
    }
}

fn merge_all(args: &mut [Value], overwrite: bool) -> Result<Value, Failure> {
    let mut target = args::dict(args, 0).map_err(Failure::Raised)?;
    let mut merger = Merger { overwrite, visited: 0 };
    for at in 1..args.len() {
        let source = args::dict(args, at).map_err(Failure::Raised)?;
        if target.is_nil() && !source.is_nil() {
            // The parameter is a variable of its own, so mergo can make a map for it.
            target = Map::new(&MAP_STRING_ANY);
        }
        merger.merge_maps(&target, &source)?;
    }
    Ok(Value::Map(target))
}

struct Merger {
    overwrite: bool,
    visited: usize,
}

impl Merger {
    /// mergo's `deepMerge` with a map on both sides.
    fn merge_maps(&mut self, target: &Map, source: &Map) -> Result<(), Failure> {
        check_depth("merge").map_err(Failure::Raised)?;
        // A nil map inside the destination cannot be replaced from here, so mergo leaves it alone.
        if target.is_nil() {
            return Ok(());
        }
        let source_elem_is_any = elem(source).is_any();
        let entries = source.snapshot();
        if self.merge_flat(target, &entries)? {
            return Ok(());
        }
        for (key, value) in entries.iter() {
            self.visited += 1;
            if self.visited > MAX_ELEMENTS {
                let text = format!("merge: more than {MAX_ELEMENTS} values visited");
                return Err(Failure::Raised(CallError::Limit(text.into())));
            }
            if value.is_nil() {
                if self.overwrite {
                    store(target, key, Value::Nil, source_elem_is_any)?;
                }
                continue;
            }
            let present = target.get(key);
            let kind = value.kind();
            match kind {
                Kind::Struct | Kind::Pointer | Kind::Map => {
                    if let Some(present) = present.as_ref().filter(|p| !p.is_nil()) {
                        self.merge_values(present, value)?;
                    }
                }
                Kind::Slice if present.is_some() && !elem(target).is_any() => {
                    return Err(Failure::panic(format!(
                        "reflect: call of reflect.Value.IsNil on {} Value",
                        elem(target).kind.name()
                    )));
                }
                _ => {}
            }
            // The emptiness is that after the recursion: an empty map that was just filled stays.
            let vacant = present.as_ref().is_none_or(is_empty);
            if !vacant {
                let kept = present.as_ref().is_some_and(|p| p.kind() == Kind::Map) && kind == Kind::Map;
                // A slice was stored on the way when it may overwrite.
                if kept || (kind == Kind::Slice && !self.overwrite) {
                    continue;
                }
            }
            if vacant || self.overwrite {
                store(target, key, value.clone(), source_elem_is_any && kind != Kind::Slice)?;
            }
        }
        Ok(())
    }

    /// As [`Merger::merge_maps`], where no value is merged into another one: `merge (dict "component" "web") .` is how
    /// charts hand on a key of their own beside the dot. `false`: this is not such a case, and nothing was done.
    fn merge_flat(&mut self, target: &Map, entries: &Rc<Entries>) -> Result<bool, Failure> {
        let visited = self.visited + entries.len();
        if visited > MAX_ELEMENTS || !elem(target).is_any() || entries.iter().any(|(_, value)| value.is_nil()) {
            return Ok(false);
        }
        let merged = |value: &Value| matches!(value.kind(), Kind::Struct | Kind::Pointer | Kind::Map);
        let Some(present) = target.insert_absent(entries, merged) else { return Ok(false) };
        self.visited = visited;
        for at in present {
            let Some((key, value)) = entries.get(at) else { continue };
            if self.overwrite || target.get(key).as_ref().is_none_or(is_empty) {
                store(target, key, value.clone(), false)?;
            }
        }
        Ok(true)
    }

    /// mergo's `deepMerge` of a source that is a struct, pointer or map into a present value of any kind. Values held
    /// in an interface cannot be set, so only maps inside them can change.
    fn merge_values(&mut self, target: &Value, source: &Value) -> Result<(), Failure> {
        check_depth("merge").map_err(Failure::Raised)?;
        match target.kind() {
            Kind::Map => match (plain_map(target), plain_map(source)) {
                (Some(target), Some(source)) => self.merge_maps(&target, &source),
                _ => Ok(()),
            },
            Kind::Struct => self.merge_structs(target, source),
            Kind::Pointer => {
                let (Value::Object(to), source_kind) = (target, source.kind()) else { return Ok(()) };
                if to.is_nil() || (source_kind != Kind::Pointer && self.overwrite) {
                    return Ok(());
                }
                let Some(inner) = to.pointee() else { return Ok(()) };
                if source_kind == Kind::Pointer {
                    return match source {
                        Value::Object(from) => match from.pointee() {
                            Some(from) => self.merge_values(&inner, &from),
                            None => Ok(()),
                        },
                        _ => Ok(()),
                    };
                }
                if inner.go_type() == source.go_type() {
                    return self.merge_values(&inner, source);
                }
                Err(Failure::Returned("src and dst must be of same type"))
            }
            _ => Ok(()),
        }
    }

    fn merge_structs(&mut self, target: &Value, source: &Value) -> Result<(), Failure> {
        let Value::Object(to) = target else { return Ok(()) };
        let fields = to.fields();
        if !fields.iter().any(thinlock_go::object::Field::exported) {
            return Ok(());
        }
        let from = match source {
            Value::Object(from) if source.kind() == Kind::Struct => from.fields(),
            other => {
                let kind = other.kind().name();
                return Err(Failure::panic(format!("reflect: call of reflect.Value.Field on {kind} Value")));
            }
        };
        for (at, field) in fields.iter().enumerate() {
            let Some(from) = from.get(at) else {
                return Err(Failure::panic("reflect: Field index out of range"));
            };
            if matches!(from.value.kind(), Kind::Struct | Kind::Pointer | Kind::Map) {
                self.merge_values(&field.value, &from.value)?;
            }
        }
        Ok(())
    }
}

fn plain_map(value: &Value) -> Option<Map> {
    match value {
        Value::Map(map) => Some(map.clone()),
        Value::Object(object) => object.underlying().and_then(|v| v.as_map().cloned()),
        _ => None,
    }
}

fn elem(map: &Map) -> &'static TypeInfo {
    map.go_type().elem.unwrap_or(&thinlock_go::types::ANY)
}

/// `SetMapIndex`: a `map[string]string` takes strings only, and not one that arrives as an `interface {}`.
fn store(target: &Map, key: &Str, value: Value, as_interface: bool) -> Result<(), Failure> {
    let want = elem(target);
    if !want.is_any() && (as_interface || value.go_type() != Some(want)) {
        let have = if as_interface { "interface {}" } else { value.type_name() };
        return Err(Failure::panic(format!(
            "reflect.Value.SetMapIndex: value of type {have} is not assignable to type {want}"
        )));
    }
    target.insert(key.clone(), value);
    Ok(())
}

/// mergo's `isEmptyValue`: pointers are followed, structs are never empty.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(object) => match (object.underlying(), object.pointee()) {
            (Some(under), _) => is_empty(&under),
            (None, Some(pointee)) => is_empty(&pointee),
            (None, None) => object.go_type().kind == Kind::Pointer && object.is_nil(),
        },
        Value::Complex(..) => false,
        other => !other.truth(),
    }
}
