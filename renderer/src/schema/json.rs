//! JSON as the engines see it: numbers keep their text, objects are sorted by their keys.

use thinlock_go::strconv;
use thinlock_go::types::MAP_STRING_ANY;
use thinlock_go::{List, Map, Str, Value, json, map};

/// Levels that values and schemas may nest; what is deeper is refused before anything recurses into it.
const MAX_DEPTH: usize = 1_000;

#[derive(Clone, Debug)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(Str),
    String(Str),
    Array(Vec<Json>),
    Object(Vec<(Str, Json)>),
    /// A Go value that is no JSON, by its type.
    Other(&'static str),
}

impl Json {
    /// The first value of a text, as `json.Decoder` with `UseNumber` reads it, and where it ends.
    pub(super) fn decode(text: &[u8]) -> Result<(Json, usize), String> {
        json::decode_prefix_into::<Tree>(text).map_err(|_| match json::decode_prefix_numbers(text) {
            Ok(_) => too_deep(),
            Err(error) => error,
        })
    }

    /// A live value; the engines get it as Go's `map[string]any`, not as a text.
    pub(super) fn from_value(value: &Value) -> Result<Json, String> {
        convert(value, 0)
    }

    pub(super) fn get(&self, key: &[u8]) -> Option<&Json> {
        match self {
            Json::Object(entries) => {
                let at = map::find(entries, key).ok()?;
                entries.get(at).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    pub(super) fn as_str(&self) -> Option<&Str> {
        match self {
            Json::String(s) => Some(s),
            _ => None,
        }
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match self {
            Json::Bool(b) => Some(*b),
            _ => None,
        }
    }

    pub(super) fn as_array(&self) -> Option<&[Json]> {
        match self {
            Json::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn as_object(&self) -> Option<&[(Str, Json)]> {
        match self {
            Json::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value with every number as a `float64`: what decoding without `UseNumber` gives.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Json::Null | Json::Other(_) => Value::Nil,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(text) => Value::Float(strconv::parse_float(text, 64).unwrap_or_default()),
            Json::String(s) => Value::Str(s.clone()),
            Json::Array(items) => Value::List(List::any(items.iter().map(Json::to_value).collect())),
            Json::Object(entries) => Value::Map(Map::from_entries(
                &MAP_STRING_ANY,
                entries.iter().map(|(key, value)| (key.clone(), value.to_value())).collect(),
            )),
        }
    }
}

/// What the decoder makes of a schema's text.
struct Tree;

impl json::Build for Tree {
    type Value = Json;

    const MAX_DEPTH: usize = MAX_DEPTH;

    fn literal(value: Option<bool>) -> Json {
        value.map_or(Json::Null, Json::Bool)
    }

    fn number(text: &[u8]) -> Result<Json, String> {
        Ok(Json::Number(Str::from(text)))
    }

    fn string(text: Str) -> Json {
        Json::String(text)
    }

    fn array(items: Vec<Json>) -> Json {
        Json::Array(items)
    }

    fn object(mut members: Vec<(Str, Json)>) -> Json {
        map::sort(&mut members);
        Json::Object(members)
    }
}

fn too_deep() -> String {
    format!("values or schema nested deeper than {MAX_DEPTH} levels")
}

fn convert(value: &Value, depth: usize) -> Result<Json, String> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    Ok(match value {
        Value::Nil => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Int(_, n) => Json::Number(n.to_string().into()),
        Value::Uint(_, n) => Json::Number(n.to_string().into()),
        Value::Float(x) if x.is_finite() => Json::Number(strconv::format_float(*x, b'g', -1, 64).into()),
        Value::Str(s) => Json::String(s.clone()),
        Value::List(list) => {
            let items = list.items().iter().map(|item| convert(item, depth + 1)).collect::<Result<_, _>>()?;
            Json::Array(items)
        }
        Value::Map(map) => {
            let entries = map.snapshot();
            let entries = entries.iter().map(|(key, value)| Ok((key.clone(), convert(value, depth + 1)?)));
            Json::Object(entries.collect::<Result<_, String>>()?)
        }
        Value::Object(object) => match object.as_any().downcast_ref::<json::Number>() {
            Some(number) => Json::Number(number.0.clone()),
            None => Json::Other(value.type_name()),
        },
        Value::Float(_) | Value::Complex(..) | Value::Bytes(_) => Json::Other(value.type_name()),
    })
}
