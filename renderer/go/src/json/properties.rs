//! What holds for every value and every text.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::{Html, decode, decode_prefix, encode, encode_indent};
use crate::reflect::deep_equal;
use crate::types::MAP_STRING_ANY;
use crate::{List, Map, Str, Value};

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z<>&\"\\\\/ ]{0,12}", "\\PC{0,8}", "[\u{0}-\u{7f}\u{2028}\u{2029}\u{fffd}\u{10ffff}]{0,8}"]
}

/// What JSON can hold, as it comes out of a decoder.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::Bool),
        any::<f64>().prop_filter("JSON has finite numbers", |x| x.is_finite()).prop_map(Value::Float),
        (-1_000_000i64..1_000_000).prop_map(|n| Value::Float(n as f64)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(|items| Value::List(List::any(items))),
            btree_map(text(), inner, 0..5).prop_map(|entries| {
                let entries = entries.into_iter().map(|(key, value)| (Str::from(key), value)).collect();
                Value::Map(Map::from_entries(&MAP_STRING_ANY, entries))
            }),
        ]
    })
}

fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d83d", "0041", "\"a\"", "true", "fals", "null", "-", "0",
        "1", ".5", "e9", "E+", " ", "\n", "\u{e9}", "\u{1}",
    ]);
    prop_oneof![vec(pieces, 0..16).prop_map(|pieces| pieces.concat().into_bytes()), vec(any::<u8>(), 0..24)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(value in value()) {
        for html in [Html::Escape, Html::Keep] {
            let written = encode(&value, html).map_err(TestCaseError::fail)?;
            let read = decode(&written).map_err(TestCaseError::fail)?;
            prop_assert!(deep_equal(&read, &value), "{}", String::from_utf8_lossy(&written));
            // An encoder that reads what it wrote writes it once more.
            prop_assert_eq!(encode(&read, html), Ok(written));
        }
        let indented = encode_indent(&value, "", "  ", Html::Escape).map_err(TestCaseError::fail)?;
        let read = decode(&indented).map_err(TestCaseError::fail)?;
        prop_assert!(deep_equal(&read, &value), "{}", String::from_utf8_lossy(&indented));
    }

    #[test]
    fn a_prefix_is_what_the_whole_would_be(text in nearly_json()) {
        let Ok((value, used)) = decode_prefix(&text) else { return Ok(()) };
        let whole = decode(&text[..used]).map_err(TestCaseError::fail)?;
        prop_assert!(deep_equal(&whole, &value));
    }
}
