//! YAML, JSON and TOML: `toYaml`, `fromJson` and their kin.
//!
//! In Helm the `to…` functions swallow errors and the `from…` functions return them as data, so that a chart with a
//! mistake renders something; the `must…` forms fail.

use crate::toml::{self, TomlError};
use thinlock_go::json::{self, Html};
use thinlock_go::{CallError, Func, List, Map, Str, Type, Value, types};

/// Helm's own in every dialect.
pub(super) fn functions() -> &'static [Func] {
    static FUNCTIONS: [Func; 9] = [
        any_to_string("toYaml", |_, args| to_yaml(first(args)).map(Value::Str)),
        any_to_string("toYamlPretty", |_, args| {
            // yaml.v3 has no error for what it cannot write: it panics.
            let mut text = thinlock_yaml::to_yaml_pretty(first(args)).map_err(yaml_failure)?;
            trim_newline(&mut text);
            Ok(Value::Str(text.into()))
        }),
        any_to_string("toJson", |_, args| match json::encode_str(first(args), Html::Escape) {
            Ok(text) => Ok(Value::Str(text)),
            Err(text) if text == json::TOO_LARGE => Err(CallError::Limit(text.into())),
            Err(_) => Ok(Value::Str(Str::EMPTY)),
        }),
        any_to_string("toToml", |interp, args| {
            match toml::encode(first(args), interp.toolchain()) {
                Ok(text) => Ok(Value::Str(text.into())),
                // Helm prints the error where the document would be.
                Err(TomlError::Error(text)) => Ok(Value::Str(text.into())),
                Err(error) => Err(toml_failure(error)),
            }
        }),
        string_to_map("fromYaml", |_, args| {
            // Null leaves the map that Helm has made beforehand, empty as it is.
            let map = thinlock_yaml::unmarshal_map(text(args)).map(|map| map.unwrap_or_else(Map::string_any));
            Ok(map_or_error(map.map_err(|e| (None, e.to_string()))))
        }),
        string_to_list("fromYamlArray", |_, args| {
            let list = thinlock_yaml::unmarshal_list(text(args));
            Ok(list_or_error(list.map(|l| l.unwrap_or_else(|| List::any(Vec::new()))).map_err(|e| e.to_string())))
        }),
        string_to_map("fromJson", |_, args| {
            Ok(map_or_error(match json::decode_as(text(args), &types::MAP_STRING_ANY) {
                Ok((Some(Value::Map(map)), None)) => Ok(map),
                Ok((Some(Value::Map(map)), Some(error))) => Err((Some(map), error)),
                Ok((_, error)) => Err((None, error.unwrap_or_default())),
                Err(error) => Err((None, error)),
            }))
        }),
        string_to_list("fromJsonArray", |_, args| {
            Ok(list_or_error(match json::decode_as(text(args), &types::SLICE_ANY) {
                Ok((Some(Value::List(list)), None)) => Ok(list),
                Ok((_, error)) => Err(error.unwrap_or_default()),
                Err(error) => Err(error),
            }))
        }),
        string_to_map("fromToml", |interp, args| match toml::decode(text(args), interp.toolchain(), interp.host()) {
            Ok(map) => Ok(map_or_error(Ok(map))),
            Err(TomlError::Error(text)) => Ok(map_or_error(Err((None, text)))),
            Err(error) => Err(toml_failure(error)),
        }),
    ];
    &FUNCTIONS
}

/// The functions of Helm 4 that fail where `toYaml` and `toJson` print nothing.
pub(super) fn must_to_yaml() -> &'static [Func] {
    static FUNCTIONS: [Func; 2] = [
        any_to_string("mustToYaml", |_, args| must_yaml(first(args)).map(Value::Str).map_err(yaml_failure)),
        any_to_string("mustToJson", |_, args| {
            json::encode_str(first(args), Html::Escape).map(Value::Str).map_err(CallError::message)
        }),
    ];
    &FUNCTIONS
}

/// `mustToToml`.
pub(super) fn must_to_toml() -> &'static [Func] {
    static FUNCTIONS: [Func; 1] = [any_to_string("mustToToml", |interp, args| {
        toml::encode(first(args), interp.toolchain()).map(|text| Value::Str(text.into())).map_err(toml_failure)
    })];
    &FUNCTIONS
}

fn toml_failure(error: TomlError) -> CallError {
    match error {
        TomlError::Error(text) | TomlError::Panic(text) => CallError::message(text),
        TomlError::Limit(text) => CallError::Limit(text.into()),
    }
}

/// `toYaml`: the YAML without its final newline, or nothing where the value has none.
///
/// # Errors
/// The YAML is longer than a render may hold.
pub(crate) fn to_yaml(value: &Value) -> Result<Str, CallError> {
    match must_yaml(value) {
        Ok(text) => Ok(text),
        Err(error) if error.is_limit() => Err(yaml_failure(error)),
        Err(_) => Ok(Str::EMPTY),
    }
}

fn must_yaml(value: &Value) -> Result<Str, thinlock_yaml::Error> {
    Str::build(|out| {
        thinlock_yaml::to_yaml_into(out, value)?;
        trim_newline(out);
        Ok(())
    })
}

fn yaml_failure(error: thinlock_yaml::Error) -> CallError {
    let text = error.to_string();
    if error.is_limit() { CallError::Limit(text.into()) } else { CallError::message(text) }
}

/// `strings.TrimSuffix(text, "\n")`.
fn trim_newline(text: &mut Vec<u8>) {
    if text.last() == Some(&b'\n') {
        text.pop();
    }
}

/// What decoding into a Go map made: null makes it a nil map; an error becomes its entry `Error`, beside what was
/// decoded before it.
fn map_or_error(result: Result<Map, (Option<Map>, String)>) -> Value {
    Value::Map(match result {
        Ok(map) => map,
        Err((partial, error)) => {
            let map = partial.unwrap_or_else(Map::string_any);
            map.insert("Error", Value::from(error));
            map
        }
    })
}

fn list_or_error(result: Result<List, String>) -> Value {
    Value::List(result.unwrap_or_else(|error| List::any(vec![Value::from(error)])))
}

const ANY: &[Type] = &[&types::ANY];
const TEXT: &[Type] = &[&types::STRING];

const fn any_to_string(name: &'static str, call: thinlock_go::func::Body) -> Func {
    Func { name, params: ANY, variadic: false, result: &types::STRING, call, hands_on_dot: false }
}

const fn string_to_map(name: &'static str, call: thinlock_go::func::Body) -> Func {
    Func { name, params: TEXT, variadic: false, result: &types::MAP_STRING_ANY, call, hands_on_dot: false }
}

const fn string_to_list(name: &'static str, call: thinlock_go::func::Body) -> Func {
    Func { name, params: TEXT, variadic: false, result: &types::SLICE_ANY, call, hands_on_dot: false }
}

fn first(args: &[Value]) -> &Value {
    args.first().unwrap_or(&Value::Nil)
}

fn text(args: &[Value]) -> &[u8] {
    match args.first() {
        Some(Value::Str(text)) => text,
        _ => b"",
    }
}
