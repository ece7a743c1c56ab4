//! What sigs.k8s.io/yaml 1.6.0 decodes into a Go struct. `! TEXT` is the error.

use thinlock_go::json::{self, Html};

use crate::{Shape, Target, unmarshal_as};

static ANY: Target = Target { go_type: "interface {}", shape: Shape::Any };
static STRING: Target = Target { go_type: "string", shape: Shape::String };
static BOOL: Target = Target { go_type: "bool", shape: Shape::Bool };
static STRINGS: Target = Target { go_type: "[]string", shape: Shape::Slice(&STRING) };
static VALUES: Target = Target { go_type: "[]interface {}", shape: Shape::Slice(&ANY) };
static ANNOTATIONS: Target = Target { go_type: "map[string]string", shape: Shape::Map(&STRING) };
static MAINTAINER: Target = Target {
    go_type: "main.maint",
    shape: Shape::Struct { name: "maint", fields: &[("name", &STRING), ("email", &STRING)] },
};
static MAINTAINER_POINTER: Target = Target { go_type: "*main.maint", shape: Shape::Pointer(&MAINTAINER) };
static MAINTAINERS: Target = Target { go_type: "[]*main.maint", shape: Shape::Slice(&MAINTAINER_POINTER) };
static UNNAMED: Target = Target {
    go_type: r#"struct { Name string "json:\"name\"" }"#,
    shape: Shape::Struct { name: "", fields: &[("name", &STRING)] },
};
static UNNAMED_POINTER: Target =
    Target { go_type: r#"*struct { Name string "json:\"name\"" }"#, shape: Shape::Pointer(&UNNAMED) };
static META: Target = Target {
    go_type: "main.meta",
    shape: Shape::Struct {
        name: "meta",
        fields: &[
            ("name", &STRING),
            ("sources", &STRINGS),
            ("maintainers", &MAINTAINERS),
            ("deprecated", &BOOL),
            ("annotations", &ANNOTATIONS),
            ("import-values", &VALUES),
            ("metadata", &UNNAMED_POINTER),
        ],
    },
};

#[track_caller]
fn check(document: &str, want: &str) {
    let got = match unmarshal_as(document.as_bytes(), &META) {
        Ok(value) => String::from_utf8_lossy(&json::encode(&value, Html::Keep).unwrap_or_default()).into_owned(),
        Err(error) => format!("! {error}"),
    };
    assert_eq!(got, want, "{document}");
}

#[test]
fn structs() {
    check("", r#"null"#);
    check("null", r#"null"#);
    check("name: a", r#"{"name":"a"}"#);
    check("name: 5", r#"{"name":"5"}"#);
    check("name: 1.10", r#"{"name":"1.1"}"#);
    check("name: 0x10", r#"{"name":"16"}"#);
    check("name: 1e3", r#"{"name":"1000"}"#);
    check("name: yes", r#"{"name":"true"}"#);
    check("name: 123456789.125", r#"{"name":"1.2345679e+08"}"#);
    check("name: .inf", r#"{"name":"+Inf"}"#);
    check("name: 18446744073709551615", r#"{"name":"18446744073709551615"}"#);
    check("name: 2001-01-01", r#"{"name":"2001-01-01"}"#);
    check("name: ~", r#"{}"#);
    check(
        "name: [a]",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go struct field meta.name of type string",
    );
    check(
        "name: {a: 1}",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go struct field meta.name of type string",
    );
    check("NAME: a", r#"{"name":"a"}"#);
    check("Name: a\nname: b", r#"{"name":"b"}"#);
    check("name: b\nnamE: c", r#"{"name":"b"}"#);
    check("sources: [a, 1, true, ~]", r#"{"sources":["a","1","true",""]}"#);
    check(
        "sources: a",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go struct field meta.sources of type []string",
    );
    check(
        "sources: {a: 1}",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go struct field meta.sources of type []string",
    );
    check(
        "maintainers: [{name: 1, email: true, x: y}, ~, {}]",
        r#"{"maintainers":[{"email":"true","name":"1"},null,{}]}"#,
    );
    check(
        "maintainers: [5]",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal number into Go struct field meta.maintainers of type main.maint",
    );
    check(
        "maintainers: [{name: [1]}]",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go struct field maint.maintainers.name of type string",
    );
    check(
        "maintainers: {a: 1}",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go struct field meta.maintainers of type []*main.maint",
    );
    check("deprecated: true", r#"{"deprecated":true}"#);
    check(
        "deprecated: \"true\"",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go struct field meta.deprecated of type bool",
    );
    check(
        "deprecated: 1",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal number into Go struct field meta.deprecated of type bool",
    );
    check("annotations: {a: 1, b: x, c: ~, d: 1.50}", r#"{"annotations":{"a":"1","b":"x","c":"","d":"1.5"}}"#);
    check(
        "annotations: {a: [1]}",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go struct field meta.annotations of type string",
    );
    check(
        "annotations: 5",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal number into Go struct field meta.annotations of type map[string]string",
    );
    check("import-values: [a, {b: 1, c: [2.5]}]", r#"{"import-values":["a",{"b":1,"c":[2.5]}]}"#);
    check(
        "import-values: x",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go struct field meta.import-values of type []interface {}",
    );
    check(
        "metadata: {name: [1]}",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go struct field .metadata.name of type string",
    );
    check(
        "metadata: x",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go struct field meta.metadata of type struct { Name string \"json:\\\"name\\\"\" }",
    );
    check("metadata: {name: 5}", r#"{"metadata":{"name":"5"}}"#);
    check(
        "[1]",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type main.meta",
    );
    check(
        "5",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal number into Go value of type main.meta",
    );
    check(
        "x",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type main.meta",
    );
    check(
        "true",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal bool into Go value of type main.meta",
    );
    check("name: a\nx: {y: .inf}", "! error converting YAML to JSON: json: unsupported value: +Inf");
    check(
        "x: {~: 1}",
        "! error converting YAML to JSON: unsupported map key of type: %!s(<nil>), key: <nil>, value: 1",
    );
    check(
        "name: [1]\ndeprecated: 5\nannotations: {a: {}}",
        "! error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go struct field meta.annotations of type string",
    );
    check("a: b: c", "! error converting YAML to JSON: yaml: mapping values are not allowed in this context");
}
