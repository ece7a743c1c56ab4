//! What holds for every value and every text.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use thinlock_go::reflect::deep_equal;
use thinlock_go::types::MAP_STRING_ANY;
use thinlock_go::{List, Map, Str, Value, json};

use crate::{from_yaml, from_yaml_frozen, to_yaml, to_yaml_pretty, yaml_to_json};

/// Strings that YAML can hold: no controls but tab, newline and carriage return, as JSON escapes the others.
fn text() -> impl Strategy<Value = String> {
    let words = prop_oneof![
        "[a-z0-9 ]{0,12}",
        "[ \t\r\n:#?,'\"&*!|>%@`{}\\[\\]\\\\.~<=yn0-9a-f_+-]{0,10}",
        "[\u{0}-\u{7e}\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]{0,8}",
        "([a-z]{1,20} {1,2}){0,12}",
        "([a-z: ]{0,9}\n){0,5}",
        prop::sample::select(vec!["", "true", "~", "1e3", "0x1F", "2001-01-01", "1:30", ".inf", "---", "<<", "yes"])
            .prop_map(str::to_string),
    ];
    vec(words, 1..3).prop_map(|words| words.concat())
}

/// yaml.v3 writes text that begins with a tab in a way in which it cannot be read.
fn text_without_tabs() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.replace('\t', " "))
}

/// A key `<<` is written without quotes, and read as a merge key: so it is in Go.
fn key(text: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    text.prop_filter("go-yaml does not quote <<", |key| key != "<<")
}

fn value<S: Strategy<Value = String> + 'static>(text: fn() -> S) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::Bool),
        any::<f64>().prop_filter("JSON has finite numbers", |x| x.is_finite()).prop_map(Value::Float),
        (-1_000_000i64..1_000_000).prop_map(|n| Value::Float(n as f64)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(|items| Value::List(List::any(items))),
            btree_map(key(text()), inner, 0..5).prop_map(|entries| {
                let entries = entries.into_iter().map(|(key, value)| (Str::from(key), value)).collect();
                Value::Map(Map::from_entries(&MAP_STRING_ANY, entries))
            }),
        ]
    })
}

/// Texts that are nearly YAML.
fn document() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "a",
        "b: ",
        "- ",
        "? ",
        ": ",
        ":",
        ", ",
        "[",
        "]",
        "{",
        "}",
        "&x ",
        "*x",
        "!!int ",
        "!x ",
        "| ",
        ">-",
        "'",
        "\"",
        "\\n",
        "\\",
        "%YAML 1.1",
        "---",
        "...",
        "<<: ",
        "#",
        "\n",
        "\n",
        "\n  ",
        "\n    ",
        " ",
        "\t",
        "\r\n",
        "1",
        ".5",
        "null",
        "yes",
        "\u{e9}",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{7f}",
        "\u{0}",
    ]);
    prop_oneof![vec(pieces, 0..24).prop_map(|pieces| pieces.concat().into_bytes()), vec(any::<u8>(), 0..40),]
}

/// Compares the two ways to a tree.
fn check_quick(text: &[u8]) -> Result<(), TestCaseError> {
    let source = crate::reader::read(text);
    if source.window.is_some() || matches!(source.text, std::borrow::Cow::Owned(_)) {
        return Ok(());
    }
    let Some(quick) = crate::quick::parse(&source.text) else { return Ok(()) };
    let show = |tree: &crate::tree::Tree<'_>| -> Vec<String> {
        let node = |n: &crate::tree::Node| {
            format!("{:?} {} {} {} {} {}", n.kind, n.implicit, n.next, n.len, n.tag, tree.str(n.text))
        };
        tree.nodes.iter().map(node).collect()
    };
    let full = crate::parser::parse_with_places(text).map(|tree| show(&tree));
    prop_assert_eq!(Ok(show(&quick)), full.map_err(|e| e.to_string()), "{}", String::from_utf8_lossy(text));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(value in value(text)) {
        let written = to_yaml(&value).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let read = from_yaml(&written).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(deep_equal(&read, &value), "{}", String::from_utf8_lossy(&written));
    }

    #[test]
    fn what_is_written_nicely_is_read_again(value in value(text_without_tabs)) {
        let written = to_yaml_pretty(&value).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let read = from_yaml(&written).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(deep_equal(&read, &value), "{}", String::from_utf8_lossy(&written));
    }

    #[test]
    fn the_quick_way_leads_to_the_same_tree(value in value(text), cut in 0usize..400, piece in document()) {
        // Plain documents, some of them with something odd in the middle.
        let mut text = to_yaml(&value).unwrap_or_default();
        check_quick(&text)?;
        let cut = cut.min(text.len());
        text.splice(cut..cut, piece.iter().copied());
        check_quick(&text)?;
        // As JSON, the value of a key.
        let mut text = [b"a: ", json::encode(&value, json::Html::Keep).unwrap_or_default().as_slice()].concat();
        check_quick(&text)?;
        let cut = cut.min(text.len());
        text.splice(cut..cut, piece);
        check_quick(&text)?;
    }

    #[test]
    fn every_way_of_reading_agrees(document in document()) {
        let value = from_yaml(&document);
        let frozen = from_yaml_frozen(&document);
        let by_json = yaml_to_json(&document);
        match value {
            Ok(value) => {
                prop_assert!(frozen.is_ok_and(|frozen| deep_equal(&frozen.thaw(), &value)));
                let by_json = by_json.ok().and_then(|text| json::decode(&text).ok());
                prop_assert!(by_json.is_some_and(|by_json| deep_equal(&by_json, &value)));
            }
            Err(error) => {
                prop_assert_eq!(frozen.err(), Some(error.clone()));
                let want = error.text().strip_prefix("error converting YAML to JSON: ");
                let by_json = by_json.err().map(|error| error.to_string());
                prop_assert_eq!(by_json.as_deref(), want);
            }
        }
    }
}
