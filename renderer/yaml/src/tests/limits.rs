//! Documents and values that are deep, long, or would grow: what Go refuses, and that nothing overflows a stack.

use thinlock_go::{List, Map, Value};

use crate::{from_yaml, from_yaml_frozen, to_yaml, to_yaml_pretty, yaml_to_json};

/// What Go says of a document, after the prefix of sigs.k8s.io/yaml.
fn error(document: &[u8]) -> Option<String> {
    let error = from_yaml(document).err().map(|error| error.to_string());
    assert_eq!(from_yaml_frozen(document).err().map(|error| error.to_string()), error);
    error
}

fn nested(open: &str, close: &str, depth: usize) -> Vec<u8> {
    (open.repeat(depth) + &close.repeat(depth)).into_bytes()
}

#[test]
fn depth() {
    assert_eq!(error(&nested("[", "]", 9_999)), None);
    assert_eq!(error(&nested("[", "]", 10_000)), None);
    let too_deep = "error converting YAML to JSON: yaml: exceeded max depth of 10000";
    assert_eq!(error(&nested("[", "]", 10_001)).as_deref(), Some(too_deep));
    assert_eq!(error(&nested("{a: ", "}", 10_001)).as_deref(), Some(too_deep));
    assert_eq!(error(&nested("- ", "", 10_001)).as_deref(), Some(too_deep));
    // Two levels for each bracket are too deep for JSON, but not for YAML.
    let json = "error unmarshaling JSON: while decoding JSON: invalid character '[' exceeded max depth";
    assert_eq!(error(&nested("[a: ", "]", 5_001)).as_deref(), Some(json));
    assert!(yaml_to_json(&nested("[a: ", "]", 9_999)).is_ok());
}

#[test]
fn aliases_that_multiply() {
    let mut bomb = b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_vec();
    for n in 1..9 {
        bomb.extend_from_slice(format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", ")).as_bytes());
    }
    let want = "error converting YAML to JSON: yaml: document contains excessive aliasing";
    assert_eq!(error(&bomb).as_deref(), Some(want));
}

#[test]
fn long_keys() {
    let key = "k".repeat(1024);
    assert_eq!(error(format!("{key}: 1").as_bytes()), None);
    let want = "error converting YAML to JSON: yaml: mapping values are not allowed in this context";
    assert_eq!(error(format!("{key}k: 1").as_bytes()).as_deref(), Some(want));
}

#[test]
fn values_that_hold_themselves() {
    let map = Map::string_any();
    map.insert("a", Value::List(List::any(vec![Value::Map(map.clone())])));
    let value = Value::Map(map.clone());
    let error = to_yaml(&value).map_err(|error| error.to_string());
    let want = "error marshaling into JSON: json: unsupported value: encountered a cycle via map[string]interface {}";
    assert_eq!(error, Err(want.to_string()));
    assert!(to_yaml_pretty(&value).is_err());
    map.clear();
}

#[test]
fn what_json_cannot_hold() {
    #[track_caller]
    fn check(value: Value, want: &str) {
        assert_eq!(to_yaml(&value).map_err(|error| error.to_string()), Err(want.to_string()));
    }
    check(Value::Float(f64::NAN), "error marshaling into JSON: json: unsupported value: NaN");
    check(Value::Float(f64::NEG_INFINITY), "error marshaling into JSON: json: unsupported value: -Inf");
    let list = List::any(vec![Value::from("\u{7f}"), Value::Complex(0.0, 1.0)]);
    check(Value::List(list.clone()), "error marshaling into JSON: json: unsupported type: complex128");
    let error = to_yaml_pretty(&Value::List(list)).map_err(|error| error.to_string());
    assert_eq!(error, Err("cannot marshal type: complex128".to_string()));
}

#[test]
fn go_values() {
    #[track_caller]
    fn check(value: Value, yaml: &str, pretty: &str) {
        let text =
            |written: Result<Vec<u8>, crate::Error>| String::from_utf8_lossy(&written.unwrap_or_default()).into_owned();
        assert_eq!((text(to_yaml(&value)), text(to_yaml_pretty(&value))), (yaml.to_string(), pretty.to_string()));
    }
    use thinlock_go::types::{MAP_STRING_ANY, SLICE_ANY};
    check(Value::int64(i64::MAX), "9223372036854775807\n", "9223372036854775807\n");
    check(Value::Uint(thinlock_go::UintKind::Uint64, u64::MAX), "18446744073709551615\n", "18446744073709551615\n");
    check(Value::bytes("hi"), "aGk=\n", "- 104\n- 105\n");
    check(Value::Map(Map::nil(&MAP_STRING_ANY)), "null\n", "{}\n");
    check(Value::List(List::nil(&SLICE_ANY)), "null\n", "[]\n");
    check(Value::Str(thinlock_go::Str::from(b"a\xffb".as_slice())), "a\u{fffd}b\n", "!!binary Yf9i\n");
    check(Value::Float(f64::INFINITY), "", ".inf\n");
}
