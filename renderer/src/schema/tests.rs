//! Verdicts and texts recorded from the two libraries. Helm 3.17 has the one, Helm 4.1 and 4.3 the other.

use thinlock_go::json;

use super::validate;
use crate::dialect::{Dialect, HELM_3_17, HELM_4_1, HELM_4_3};

fn run(schema: &str, values: &str, dialect: &Dialect) -> String {
    let values = json::decode(values.as_bytes()).unwrap();
    validate(&values, &schema.into(), dialect, &mut Vec::new()).err().unwrap_or_default()
}

/// What gojsonschema and jsonschema 6.0.3 say, without the list's dash and the last newline.
#[track_caller]
fn check(schema: &str, values: &str, old: &str, new: &str) {
    for (dialect, want) in [(&HELM_3_17, old), (&HELM_4_3, new)] {
        let got = run(schema, values, dialect);
        let got = got.strip_suffix('\n').unwrap_or(&got);
        assert_eq!(got.strip_prefix("- ").unwrap_or(got), want, "{} {schema}", dialect.name);
    }
}

#[test]
fn keywords() {
    let a = |keyword: &str| format!(r#"{{"properties":{{"a":{keyword}}}}}"#);
    check("true", "{}", "", "");
    check(
        &a(r#"{"type":"string"}"#),
        r#"{"a":1}"#,
        "a: Invalid type. Expected: string, given: integer",
        "at '/a': got number, want string",
    );
    check(
        &a(r#"{"type":["string","null"]}"#),
        r#"{"a":1.5}"#,
        "a: Invalid type. Expected: [string,null], given: number",
        "at '/a': got number, want null or string",
    );
    check(&a(r#"{"type":"integer"}"#), r#"{"a":1.0}"#, "", "");
    check(
        r#"{"required":["b","c"]}"#,
        "{}",
        "(root): b is required\n- (root): c is required",
        "at '': missing properties 'b', 'c'",
    );
    check(
        r#"{"additionalProperties":false}"#,
        r#"{"a":1}"#,
        "(root): Additional property a is not allowed",
        "at '': additional properties 'a' not allowed",
    );
    check(
        &a(r#"{"enum":[2,"x"]}"#),
        r#"{"a":1}"#,
        r#"a: a must be one of the following: 2, "x""#,
        "at '/a': value must be one of 2, 'x'",
    );
    check(&a(r#"{"const":[1]}"#), r#"{"a":1}"#, "a: a does not match: [1]", "at '/a': 'const' failed");
    check(
        &a(r#"{"minimum":1234.5}"#),
        r#"{"a":1}"#,
        "a: Must be greater than or equal to 1234.5",
        "at '/a': minimum: got 1, want 1,234.5",
    );
    check(
        &a(r#"{"maximum":1e6}"#),
        r#"{"a":12345678}"#,
        "a: Must be less than or equal to 1e+06",
        "at '/a': maximum: got 1.2345678×10⁰⁷, want 1×10⁰⁶",
    );
    check(&a(r#"{"multipleOf":0.1}"#), r#"{"a":0.3}"#, "", "");
    check(
        &a(r#"{"minLength":3}"#),
        r#"{"a":"é"}"#,
        "a: String length must be greater than or equal to 3",
        "at '/a': minLength: got 1, want 3",
    );
    check(
        &a(r#"{"pattern":"^x"}"#),
        r#"{"a":"b'\"c"}"#,
        "a: Does not match pattern '^x'",
        r#"at '/a': 'b\'"c' does not match pattern '^x'"#,
    );
    check(
        &a(r#"{"uniqueItems":true}"#),
        r#"{"a":[1,2,1.0]}"#,
        "a: array items[0,2] must be unique",
        "at '/a': items at 0 and 2 are equal",
    );
    check(
        &a(r#"{"items":{"type":"string"}}"#),
        r#"{"a":[1,"x",2]}"#,
        "a.0: Invalid type. Expected: string, given: integer\n- a.2: Invalid type. Expected: string, given: integer",
        "at '/a/0': got number, want string\n- at '/a/2': got number, want string",
    );
    check(
        &a(r#"{"contains":{"type":"string"}}"#),
        r#"{"a":[1]}"#,
        "a: At least one of the items must match\n- a.0: Invalid type. Expected: string, given: integer",
        "at '/a': no items match contains schema\n  - at '/a/0': got number, want string",
    );
    check(
        r#"{"dependencies":{"a":["b"]}}"#,
        r#"{"a":1}"#,
        "(root): Has a dependency on b",
        "at '': properties 'b' required, if 'a' exists",
    );
    check(
        r#"{"propertyNames":{"pattern":"^z"}}"#,
        r#"{"a":1}"#,
        "(root): Property name of \"a\" does not match\n- (root): Does not match pattern '^z'",
        "at '': invalid propertyName 'a'\n  - at '': 'a' does not match pattern '^z'",
    );
    check(
        r#"{"properties":{"a/b~c":{"type":"null"}}}"#,
        r#"{"a/b~c":1}"#,
        "a/b~c: Invalid type. Expected: null, given: integer",
        "at '/a~1b~0c': got number, want null",
    );
}

#[test]
fn combinations() {
    let a = |keyword: &str| format!(r#"{{"properties":{{"a":{keyword}}}}}"#);
    let both = r#"[{"type":"string"},{"minimum":5}]"#;
    let nested = "\n  - at '/a': got number, want string\n  - at '/a': minimum: got 1, want 5";
    check(
        &a(&format!(r#"{{"anyOf":{both}}}"#)),
        r#"{"a":1}"#,
        "a: Must validate at least one schema (anyOf)\n- a: Must be greater than or equal to 5",
        &format!("at '/a': 'anyOf' failed{nested}"),
    );
    check(
        &a(&format!(r#"{{"oneOf":{both}}}"#)),
        r#"{"a":1}"#,
        "a: Must validate one and only one schema (oneOf)\n- a: Must be greater than or equal to 5",
        &format!("at '/a': 'oneOf' failed, none matched{nested}"),
    );
    check(
        &a(&format!(r#"{{"allOf":{both}}}"#)),
        r#"{"a":1}"#,
        "a: Invalid type. Expected: string, given: integer\n- a: Must be greater than or equal to 5\n- a: Must validate all the schemas (allOf)",
        &format!("at '/a': 'allOf' failed{nested}"),
    );
    check(
        &a(r#"{"oneOf":[{"type":"integer"},{"minimum":0}]}"#),
        r#"{"a":1}"#,
        "a: Must validate one and only one schema (oneOf)",
        "at '/a': 'oneOf' failed, subschemas 0, 1 matched",
    );
    check(
        &a(r#"{"not":{"type":"integer"}}"#),
        r#"{"a":1}"#,
        "a: Must not validate the schema (not)",
        "at '/a': 'not' failed",
    );
    check(
        &a(r#"{"if":{"minimum":0},"then":{"maximum":0}}"#),
        r#"{"a":1}"#,
        "a: Must validate \"then\" as \"if\" was valid\n- a: Must be less than or equal to 0",
        "at '/a': maximum: got 1, want 0",
    );
}

#[test]
fn drafts_and_references() {
    let draft_7 = r#""$schema":"http://json-schema.org/draft-07/schema#""#;
    check(r#"{"properties":{"a":{"format":"ipv4"}}}"#, r#"{"a":"x"}"#, "a: Does not match format 'ipv4'", "");
    check(
        &format!(r#"{{{draft_7},"properties":{{"a":{{"format":"ipv4"}}}}}}"#),
        r#"{"a":"x"}"#,
        "a: Does not match format 'ipv4'",
        "at '/a': 'x' is not valid ipv4: expected four decimals",
    );
    check(
        r##"{"$defs":{"s":{"type":"string"}},"properties":{"a":{"$ref":"#/$defs/s"}}}"##,
        r#"{"a":1}"#,
        "a: Invalid type. Expected: string, given: integer",
        "at '/a': got number, want string",
    );
    check(
        r##"{"$ref":"#/nope"}"##,
        "{}",
        "Object has no key 'nope'",
        r##"json-pointer in "file:///values.schema.json#/nope" not found"##,
    );
    check(
        r#"{"$ref":"./x.json"}"#,
        "{}",
        "Reference /x.json must be canonical",
        r#"failing loading "file:///x.json": open /x.json: no such file or directory"#,
    );
    check(r#"{"$ref":"urn:x:y"}"#, "{}", "Reference urn:x:y must be canonical", "");
    check(
        r##"{"properties":{"a":{"$ref":"#"}},"additionalProperties":false}"##,
        r#"{"a":{"a":{"b":1}}}"#,
        "a.a: Additional property b is not allowed",
        "at '/a/a': additional properties 'b' not allowed",
    );
    check(r#"{"dependentRequired":{"a":["b"]}}"#, r#"{"a":1}"#, "", "at '': properties 'b' required, if 'a' exists");
    check(
        r#"{"unevaluatedProperties":false,"allOf":[{"properties":{"a":true}}]}"#,
        r#"{"a":1,"b":2}"#,
        "",
        "at '/b': false schema",
    );
}

#[test]
fn schemas_that_are_wrong() {
    let meta = |rest: &str| {
        format!(
            "\"file:///values.schema.json#\" is not valid against metaschema: jsonschema validation failed with 'https://json-schema.org/draft/2020-12/schema#'\n- {rest}"
        )
    };
    check("[]", "{}", "schema is invalid", &meta("at '': got array, want boolean or object"));
    check(
        r#"{"type":"nope"}"#,
        "{}",
        "has a primitive type that is NOT VALID -- given: /nope/ Expected valid values are:[array boolean integer number null object string]",
        &meta(
            "at '': 'allOf' failed\n  - at '/type': 'anyOf' failed\n    - at '/type': value must be one of 'array', 'boolean', 'integer', 'null', 'number', 'object', 'string'\n    - at '/type': got string, want array",
        ),
    );
    check(
        r##"{"properties":{"a":{"$id":"#/properties/a"}}}"##,
        "{}",
        "",
        &meta(
            "at '': 'allOf' failed\n  - at '/properties/a': 'allOf' failed\n    - at '/properties/a/$id': '#/properties/a' does not match pattern '^[^#]*#?$'",
        ),
    );
    check("{", "{}", "unexpected EOF", "unexpected EOF");
    check("{} x", "{}", "", "invalid character after top-level value");
    check(r#"{"minLength":2,"maxLength":1}"#, "{}", "minLength cannot be greater than maxLength", "");
}

#[test]
fn the_quirks_of_6_0_2() {
    #[track_caller]
    fn check(schema: &str, values: &str, quirky: &str, fixed: &str) {
        assert_eq!(run(schema, values, &HELM_4_1), quirky);
        assert_eq!(run(schema, values, &HELM_4_3), fixed);
    }
    check(r#"{"properties":{"a":{"const":"0x10"}}}"#, r#"{"a":16}"#, "", "- at '/a': value must be '0x10'\n");
    check(
        r#"{"properties":{"a":{"prefixItems":[true],"items":{"type":"string"}}}}"#,
        r#"{"a":[1,2]}"#,
        "- at '/a/0': got number, want string\n",
        "- at '/a/1': got number, want string\n",
    );
    check(
        r#"{"properties":{"a":{"propertyNames":false}}}"#,
        r#"{"a":{"b":1}}"#,
        "- at '': invalid propertyName 'b'\n  - at '': false schema\n",
        "- at '/a': invalid propertyName 'b'\n  - at '': false schema\n",
    );
}

#[test]
fn endless_schemas_are_errors() {
    let schema = r##"{"allOf":[{"$ref":"#"},{"$ref":"#"}]}"##;
    assert_eq!(run(schema, "{}", &HELM_3_17), "schema refers to itself without end");
    assert!(run(schema, "{}", &HELM_4_3).contains("causing reference cycle"));
    // Each definition applies the next one twice.
    let definitions: Vec<_> = (0..40)
        .map(|n| {
            format!(
                r##""d{n}":{{"allOf":[{{"$ref":"#/definitions/d{m}"}},{{"$ref":"#/definitions/d{m}"}}]}}"##,
                m = n + 1
            )
        })
        .collect();
    let bomb = format!(r##"{{"$ref":"#/definitions/d0","definitions":{{{},"d40":{{}}}}}}"##, definitions.join(","));
    assert_eq!(run(&bomb, "{}", &HELM_3_17), "schema refers to itself without end");
    assert!(run(&bomb, "{}", &HELM_4_3).contains("too many steps"));
}
