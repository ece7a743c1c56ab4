//! The verdict on plain schemas against that of the compiler and the validator.

use proptest::prelude::*;
use thinlock_go::Toolchain;

use super::super::{Build, V6_0_2, V6_0_3, validate, validate_compiled};
use super::*;

fn json(text: &str) -> Json {
    Json::decode(text.as_bytes()).expect("JSON").0
}

fn newest() -> Build {
    Build { quirks: V6_0_3, toolchain: Toolchain::NEWEST }
}

/// Whether the schema is plain, and if so whether it accepts the values.
fn verdict(schema: &str, values: &str) -> Option<bool> {
    let build = newest();
    Plain::new(json(schema), &build).map(|plain| plain.accepts(&json(values), &build))
}

#[test]
fn what_most_charts_write_needs_no_compiler() {
    #[track_caller]
    fn check(schema: &str, accepted: &str, refused: &str) {
        for (values, want) in [(accepted, true), (refused, false)] {
            assert_eq!(verdict(schema, values), Some(want), "{schema} {values}");
            let (compiled, _) = validate_compiled(&json(values), &schema.into(), &newest());
            assert_eq!(compiled.is_ok(), want, "{schema} {values}");
        }
    }
    let draft_7 = r#""$schema":"http://json-schema.org/draft-07/schema#""#;
    check(r#"{"properties":{"a":{"type":"string"}}}"#, r#"{"a":"x"}"#, r#"{"a":1}"#);
    check(r#"{"properties":{"a":{"type":["integer","null"]}}}"#, r#"{"a":1.0}"#, r#"{"a":1.5}"#);
    check(r#"{"required":["a"],"additionalProperties":false,"properties":{"a":{}}}"#, r#"{"a":1}"#, r#"{"a":1,"b":1}"#);
    check(
        r#"{"patternProperties":{"^a":{"enum":[1]}},"additionalProperties":{"type":"null"}}"#,
        r#"{"ab":1,"c":null}"#,
        r#"{"c":1}"#,
    );
    check(
        r##"{"$defs":{"p":{"minimum":1,"maximum":9}},"properties":{"a":{"$ref":"#/$defs/p"}}}"##,
        r#"{"a":9}"#,
        r#"{"a":10}"#,
    );
    check(
        &format!(
            r##"{{{draft_7},"definitions":{{"a/b":{{"format":"ipv4"}}}},"items":{{"$ref":"#/definitions/a~1b","title":"x"}}}}"##
        ),
        r#"["127.0.0.1"]"#,
        r#"["x"]"#,
    );
    check(
        r#"{"$id":"https://example.com/s.json","properties":{"a":{"oneOf":[{"minLength":2},{"type":"integer"}]}}}"#,
        r#"{"a":"xy"}"#,
        r#"{"a":"x"}"#,
    );
    check(
        r#"{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"not":{"required":["c"]}}}"#,
        r#"{"a":1,"b":1}"#,
        r#"{"a":2,"c":1}"#,
    );
    check(r#"{"$schema":"http://json-schema.org/draft-04/schema#","additionalProperties":false}"#, "{}", r#"{"a":1}"#);
}

#[test]
fn references_lead_anywhere() {
    // Draft 7 knows no `$defs`, which charts use all the same.
    let schema = r##"{"$schema":"http://json-schema.org/draft-07/schema#","items":{"$ref":"#/$defs/a"},
        "$defs":{"a":{"type":"object","additionalProperties":{"$ref":"#/$defs/b/0"}},"b":[{"type":"string"}]}}"##;
    assert_eq!(verdict(schema, r#"[{"x":"y"}]"#), Some(true));
    assert_eq!(verdict(schema, r#"[{"x":1}]"#), Some(false));
}

#[test]
fn what_is_not_plain_is_left_to_the_compiler() {
    for schema in [
        "[]",
        r#"{"type":"text"}"#,
        r#"{"type":["string","string"]}"#,
        r#"{"required":[1]}"#,
        r#"{"pattern":"("}"#,
        r#"{"patternProperties":{"(":{}}}"#,
        r##"{"$ref":"#/properties"}"##,
        r##"{"$ref":"#/enum","enum":[{}]}"##,
        r##"{"$ref":"#/properties/a","properties":{"b":{}}}"##,
        r##"{"$ref":"#/nothing/a","nothing":{"a":{"type":1}}}"##,
        r##"{"$ref":"#/nothing/a","nothing":{"a":{"$id":"x"}}}"##,
        r##"{"$ref":"#/nothing/01","nothing":[{},{}]}"##,
        r##"{"$ref":"#a","$defs":{"a":{"$anchor":"a"}}}"##,
        r#"{"$ref":"other.json"}"#,
        r#"{"properties":{"a":{"$id":"x"}}}"#,
        r#"{"properties":{"a":{"$schema":"http://json-schema.org/draft-07/schema#"}}}"#,
        r#"{"$schema":"https://example.com/schema"}"#,
        r#"{"items":[{}]}"#,
        r#"{"additionalItems":{"$id":"x"}}"#,
        r#"{"dependencies":{"a":["b"]}}"#,
        r#"{"allOf":[]}"#,
        r#"{"minLength":-1}"#,
        r#"{"multipleOf":0}"#,
        r#"{"$schema":"http://json-schema.org/draft-04/schema#","exclusiveMinimum":true}"#,
        r#"{"$schema":"http://json-schema.org/draft-04/schema#","properties":{"a":true}}"#,
        r#"{"$schema":"http://json-schema.org/draft-04/schema#","id":"x"}"#,
    ] {
        assert_eq!(verdict(schema, "{}"), None, "{schema}");
    }
    // Plain, but with keywords or without an end: no verdict.
    for schema in [
        r##"{"$ref":"#"}"##,
        r#"{"unevaluatedProperties":false}"#,
        r#"{"contains":{}}"#,
        r#"{"propertyNames":{"type":"string"}}"#,
        r##"{"$schema":"http://json-schema.org/draft-07/schema#","$ref":"#/definitions/a","const":{},"definitions":{"a":{}}}"##,
    ] {
        assert_eq!(verdict(schema, "{}"), Some(false), "{schema}");
        assert_eq!(verdict(schema, "[]"), Some(false), "{schema}");
    }
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null"),
        Just("true"),
        Just("0"),
        Just("1"),
        Just("1.0"),
        Just("2.5"),
        Just("-3"),
        Just(r#""a""#),
        Just(r#""1""#),
        Just(r#""abc""#),
        Just(r#""10.0.0.1""#),
    ]
    .prop_map(str::to_owned);
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((name(), inner), 0..4).prop_map(object),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![Just("a"), Just("b"), Just("ab"), Just("$ref")].prop_map(str::to_owned)
}

fn object(members: Vec<(String, String)>) -> String {
    let members: Vec<_> = members.iter().map(|(name, value)| format!(r#""{name}":{value}"#)).collect();
    format!("{{{}}}", members.join(","))
}

fn schema() -> impl Strategy<Value = String> {
    let one = |texts: &'static [&'static str]| prop::sample::select(texts).prop_map(str::to_owned);
    let simple = prop_oneof![
        8 => one(&[
            r#""type":"string""#, r#""type":"object""#, r#""type":["integer","array"]"#, r#""type":"number""#,
            r#""enum":["1",2]"#, r#""enum":[1,"a"]"#, r#""const":"1""#, r#""const":{"a":1}"#, r#""format":"ipv4""#,
            r#""minimum":1"#, r#""maximum":1"#, r#""exclusiveMinimum":0"#, r#""multipleOf":0.5"#, r#""minLength":2"#,
            r#""maxLength":2"#, r#""pattern":"^a""#, r#""minItems":2"#, r#""maxItems":1"#, r#""uniqueItems":true"#,
            r#""minProperties":1"#, r#""maxProperties":1"#, r#""required":["a"]"#, r#""title":"x""#, r#""x":"y""#,
        ]),
        2 => one(&[
            r##""$ref":"#""##, r##""$ref":"#/properties/a""##, r##""$ref":"#/definitions/a""##, r##""$ref":"#/allOf/0""##, r##""$ref":"#/x/a""##,
        ]),
        1 => one(&[
            r#""type":"text""#, r#""pattern":"(""#, r#""$id":"x""#, r#""$anchor":"a""#, r#""id":"x""#, r#""required":[]"#,
            r#""exclusiveMaximum":true"#, r#""dependencies":{"a":["b"]}"#, r#""minContains":1"#, r#""enum":[]"#,
        ]),
    ];
    let leaf = prop::collection::vec(simple.clone(), 0..3).prop_map(|keywords| format!("{{{}}}", keywords.join(",")));
    let leaf = prop_oneof![9 => leaf, 1 => Just("true".to_owned()), 1 => Just("false".to_owned())];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        let of_one = prop::sample::select(
            &[
                "additionalProperties",
                "items",
                "not",
                "if",
                "then",
                "else",
                "contains",
                "propertyNames",
                "unevaluatedProperties",
                "additionalItems",
            ][..],
        );
        let of_list = prop::sample::select(&["allOf", "anyOf", "oneOf", "prefixItems", "items"][..]);
        let of_names = prop::sample::select(
            &["properties", "patternProperties", "definitions", "$defs", "dependentSchemas", "x"][..],
        );
        let keyword = prop_oneof![
            simple.clone(),
            (of_one, inner.clone()).prop_map(|(keyword, schema)| format!(r#""{keyword}":{schema}"#)),
            (of_list, prop::collection::vec(inner.clone(), 1..3))
                .prop_map(|(keyword, schemas)| format!(r#""{keyword}":[{}]"#, schemas.join(","))),
            (of_names, prop::collection::vec((name(), inner), 1..3))
                .prop_map(|(keyword, schemas)| format!(r#""{keyword}":{}"#, object(schemas))),
        ];
        prop::collection::vec(keyword, 1..4).prop_map(|keywords| format!("{{{}}}", keywords.join(",")))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2_000), ..ProptestConfig::default() })]

    #[test]
    fn the_way_around_leads_to_the_same_end(
        schema in schema(),
        values in value(),
        draft in prop::sample::select(&[
            "", "http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-06/schema#",
            "http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2019-09/schema",
        ][..]),
        quirks in prop::sample::select(&[V6_0_2, V6_0_3][..]),
    ) {
        let build = Build { quirks, toolchain: Toolchain::NEWEST };
        let named = format!(r#"{{"$schema":"{draft}","#);
        let schema = if draft.is_empty() { schema } else { schema.replacen('{', &named, 1).replace(",}", "}") };
        let (text, values) = (Str::from(schema.as_str()), json(&values));
        let plain = Plain::new(json(&schema), &build);
        prop_assert_eq!(validate(plain.as_ref(), &values, &text, &build), validate_compiled(&values, &text, &build), "{}", schema);
        // Where there is a verdict it is the validator's.
        if let Some(plain) = &plain {
            let mut verdict = Verdict { plain, build: &build, steps: 0 };
            if let Some(accepted) = verdict.of(&plain.document, &values, 0) {
                let (compiled, _) = validate_compiled(&values, &text, &build);
                prop_assert_eq!(accepted, compiled.is_ok(), "{} {:?}", schema, values);
            }
        }
    }
}
