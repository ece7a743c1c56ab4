//! The five grammars of the `--set` flags.

use thinlock_go::{Map, Value, json};
use thinlock_renderer::Dialect;
use thinlock_renderer::values::{ValueRules, set};

/// Parses the input by each grammar, on top of some values, in every dialect.
pub fn set_flags(data: &[u8]) {
    for dialect in Dialect::ALL {
        let rules = &dialect.values;
        check(rules, |values| set::parse_into(data, values, rules));
        check(rules, |values| set::parse_into_string(data, values, rules));
        check(rules, |values| set::parse_json(data, values, rules));
        check(rules, |values| set::parse_literal(data, values, rules));
        check(rules, |values| {
            let mut read = |name: &[u8]| match name.len() % 2 {
                0 => Ok(name.to_ascii_uppercase()),
                _ => Err("no such file".to_owned()),
            };
            set::parse_file(data, values, rules, &mut read)
        });
    }
}

fn check(_rules: &ValueRules, parse: impl Fn(&Map) -> Result<(), String>) {
    let values = some_values();
    match parse(&values) {
        Ok(()) => {}
        Err(error) => assert!(!error.is_empty()),
    }
    // What was set is a value like any other.
    assert!(json::encode(&Value::Map(values), json::Html::Escape).is_ok());
}

/// `a` is a map, `l` a list, `s` a string, `n` null.
fn some_values() -> Map {
    json::decode(br#"{"a": {"b": {"c": 1}}, "l": [1, {"x": 2}, [3]], "s": "text", "n": null}"#)
        .ok()
        .and_then(|value| match value {
            Value::Map(map) => Some(map),
            _ => None,
        })
        .unwrap_or_else(Map::string_any)
}
