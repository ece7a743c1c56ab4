//! What Helm 3.22, 4.1 and 4.3 made of each values.yaml: the values as JSON, or `!` and the error. `=` stands for the
//! column to the left.

use thinlock_go::json;

use super::*;
use crate::Dialect;
use crate::dialect::{HELM_3_22, HELM_4_1, HELM_4_3};

fn outcome(text: &[u8], dialect: &Dialect) -> String {
    match parse(text, &dialect.values) {
        Ok(values) => {
            let text = json::encode(&values.thaw(), json::Html::Keep).expect("JSON");
            String::from_utf8_lossy(&text).into_owned()
        }
        Err(e) => format!("! {e}"),
    }
}

#[track_caller]
fn check(text: &str, want: [&str; 3]) {
    let mut left = "";
    for (dialect, want) in [&HELM_3_22, &HELM_4_1, &HELM_4_3].into_iter().zip(want) {
        left = if want == "=" { left } else { want };
        assert_eq!(outcome(text.as_bytes(), dialect), left, "{text:?} {}", dialect.name);
    }
}

#[test]
fn documents_are_merged_in_helm_4() {
    let merged = r#"{"a":null,"b":3,"l":[2]}"#;
    check("a: 1\nl: [1]\n--- # c\na: null\nl: [2]\nb: 3\n", [r#"{"a":1,"l":[1]}"#, merged, "="]);
    check("a: 1\n...\n---\nb: 2\n", [r#"{"a":1}"#, r#"{"a":1,"b":2}"#, "="]);
    check("a: 1\n...\nb: 2\n", [r#"{"a":1}"#, "=", "="]);
    check("a: 1\n ---\nb: 2\n", [r#"{"a":"1 ---","b":2}"#, "=", "="]);
    check("---\n---\na: 1\n", ["{}", r#"{"a":1}"#, "="]);
    check(
        "t: {a: 1, b: {c: 1}}\n---\nt: {b: {d: 2}}\n",
        [r#"{"t":{"a":1,"b":{"c":1}}}"#, r#"{"t":{"a":1,"b":{"c":1,"d":2}}}"#, "="],
    );
}

#[test]
fn separators_are_lines_in_helm_4() {
    let separator = |rest: &str| format!("! error reading yaml document: invalid Yaml document separator: {rest}");
    check("a: 1\n--- {a: 2}\n", [r#"{"a":1}"#, &separator("{a: 2}"), "="]);
    check("a: 1\n---a: 2\n", [r#"{"---a":2,"a":1}"#, &separator("a: 2"), "="]);
    let converting = "! cannot unmarshal yaml document: error converting YAML to JSON: yaml: ";
    let start = format!("{converting}line 1: did not find expected <document start>");
    check("%YAML 1.1\n---\na: 1\n", [r#"{"a":1}"#, &start, "="]);
    check("a: &x 1\n---\nb: *x\n", [r#"{"a":1}"#, &format!("{converting}unknown anchor 'x' referenced"), "="]);
}

#[test]
fn the_last_line() {
    check("a: |\n  x", [r#"{"a":"x"}"#, r#"{"a":"x\n"}"#, "="]);
    let long = "x".repeat(4096 - "a: ".len());
    let kept = format!(r#"{{"a":"{long}","b":1}}"#);
    check(&format!("b: 1\na: {long}"), [&kept, r#"{"b":1}"#, &kept]);
}

#[test]
fn what_is_no_map() {
    check("", ["{}", "=", "="]);
    check("null\n", ["{}", "=", "="]);
    check("# c\n", ["{}", "=", "="]);
    let list = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type \
                map[string]interface {}";
    check("- a\n", [&format!("! {list}"), &format!("! cannot unmarshal yaml document: {list}"), "="]);
}

#[test]
fn depth_is_limited() {
    let deep = format!("a: {}{}", "[".repeat(2000), "]".repeat(2000));
    assert_eq!(outcome(deep.as_bytes(), &HELM_4_3), "! values are nested more than 1000 deep");
}
