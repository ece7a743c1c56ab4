//! What sigs.k8s.io/yaml 1.6.0 (yaml.v2 2.4.4, Go 1.26) makes of documents. `! TEXT` is the error, without the prefix
//! `error converting YAML to JSON: `.

use thinlock_go::json::{self, Html};

use crate::{from_yaml, from_yaml_frozen, yaml_to_json};

#[track_caller]
fn check(document: &[u8], want: &str) {
    let got = match from_yaml(document) {
        Ok(value) => {
            let text = json::encode(&value, Html::Keep);
            let frozen = from_yaml_frozen(document).map(|value| json::encode(&value.thaw(), Html::Keep));
            assert_eq!(frozen.as_ref().ok(), Some(&text));
            // The way by JSON text leads to the same.
            let by_json = yaml_to_json(document).map(|text| json::decode(&text).map(|v| json::encode(&v, Html::Keep)));
            assert_eq!(by_json, Ok(Ok(text.clone())));
            String::from_utf8_lossy(&text.unwrap_or_default()).into_owned()
        }
        Err(error) => format!("! {}", error.text().replacen("error converting YAML to JSON: ", "", 1)),
    };
    assert_eq!(got, want, "{}", String::from_utf8_lossy(document));
}

#[test]
fn scalars() {
    check(b"", "null");
    check(b"# nothing\n", "null");
    check(b"~", "null");
    check(b"null", "null");
    check(b"Null", "null");
    check(b"nULL", "\"nULL\"");
    check(b"a", "\"a\"");
    check(b"yes", "true");
    check(b"No", "false");
    check(b"y", "true");
    check(b"ON", "true");
    check(b"oFF", "\"oFF\"");
    check(b"tRue", "\"tRue\"");
    check(b"0", "0");
    check(b"-0", "0");
    check(b"+12", "12");
    check(b"007", "7");
    check(b"08", "8");
    check(b"0o17", "15");
    check(b"0O17", "15");
    check(b"0o8", "\"0o8\"");
    check(b"0x1F", "31");
    check(b"-0x1", "-1");
    check(b"0X_1f", "31");
    check(b"0b11", "3");
    check(b"0b12", "\"0b12\"");
    check(b"0b-1", "-1");
    check(b"-0b11", "-3");
    check(b"1_000", "1000");
    check(b"1__0", "10");
    check(b"_1", "\"_1\"");
    check(b"1_0.5", "10.5");
    check(b".5", "0.5");
    check(b".5_0", "0.5");
    check(b"._5", "\"._5\"");
    check(b".5_", "\".5_\"");
    check(b"5.", "5");
    check(b".", "\".\"");
    check(b"1e3", "1000");
    check(b"1E+3", "1000");
    check(b"1e", "\"1e\"");
    check(b"1e400", "\"1e400\"");
    check(b"-1e-400", "-0");
    check(b"+.5", "0.5");
    check(b"1.5e3.2", "\"1.5e3.2\"");
    check(b".inf", "! json: unsupported value: +Inf");
    check(b".1e1", "1");
    check(b"9223372036854775807", "9223372036854776000");
    check(b"9223372036854775808", "9223372036854776000");
    check(b"18446744073709551616", "18446744073709552000");
    check(b"-9223372036854775809", "-9223372036854776000");
    check(b"+9223372036854775808", "9223372036854776000");
    check(b"1:30", "\"1:30\"");
    check(b"190:20:30.15", "\"190:20:30.15\"");
    check(b"2001-01-01", "\"2001-01-01\"");
    check(b"2001-1-1", "\"2001-1-1\"");
    check(b"2001-02-30", "\"2001-02-30\"");
    check(b"2001-12-14t21:59:43.10-05:00", "\"2001-12-14t21:59:43.10-05:00\"");
    check(b"2001-12-14 21:59:43.10 -5", "\"2001-12-14 21:59:43.10 -5\"");
    check(b"2001-12-14   21:59:43,5", "\"2001-12-14   21:59:43,5\"");
    check(b"0.1.2", "\"0.1.2\"");
    check(b"1.1", "1.1");
    check(b"=", "\"=\"");
    check(b"<<", "\"<<\"");
    check(b"---\n- 1", "[1]");
    check(b"a b\n c", "\"a b c\"");
    check(b"a\n\n b", "\"a\\nb\"");
    check(b"a #b", "\"a\"");
    check(b"a#b", "\"a#b\"");
    check(
        b"\"a\\tb\\x41\\u00e9\\U0001F600\\e\\_\\N\\L\\P\\0\"",
        "\"a\\tbAé😀\\u001b\u{a0}\u{85}\\u2028\\u2029\\u0000\"",
    );
    check(b"\"a\\/b\"", "! yaml: found unknown escape character");
    check(b"\"\\ud83d\"", "! yaml: found invalid Unicode character escape code");
    check(b"\"a  \n  b\"", "\"a b\"");
    check(b"\"a\n\n b\"", "\"a\\nb\"");
    check(b"\"a\\\n   b\"", "\"ab\"");
    check(b"\"a \\\n \\ b\"", "\"a  b\"");
    check(b"'it''s'", "\"it's\"");
    check(b"'a\n  b'", "\"a b\"");
    check(b"'a\nb", "! yaml: line 2: found unexpected end of stream");
    check(b"\"a", "! yaml: found unexpected end of stream");
    check(b"\"a\n--- b\"", "! yaml: line 2: found unexpected document indicator");
}

#[test]
fn collections() {
    check(b"a: 1\nb: [x, 2]\nc: {d: e}\n", "{\"a\":1,\"b\":[\"x\",2],\"c\":{\"d\":\"e\"}}");
    check(b"- a\n- - b\n  - c\n-\n- d: 1\n  e: 2\n", "[\"a\",[\"b\",\"c\"],null,{\"d\":1,\"e\":2}]");
    check(b"a:\n- 1\n- 2\nb:\n  - 3\n", "{\"a\":[1,2],\"b\":[3]}");
    check(b"a: {b:1}", "{\"a\":{\"b:1\":null}}");
    check(b"[a: 1, b]", "[{\"a\":1},\"b\"]");
    check(b"[1 2]", "[\"1 2\"]");
    check(b"{a, b: }", "{\"a\":null,\"b\":null}");
    check(b"{a: 1,}", "{\"a\":1}");
    check(b"[a,,b]", "! yaml: did not find expected node content");
    check(b"[,]", "! yaml: did not find expected node content");
    check(b"{? a : b, ? c}", "{\"a\":\"b\",\"c\":null}");
    check(b"[? a : b]", "[{\"a\":\"b\"}]");
    check(b"[]: x", "[]");
    check(b"{}: x", "{}");
    check(b"[a]: x", "! yaml: invalid map key: []interface {}{\"a\"}");
    check(b"? a\n: b\n? c\n", "{\"a\":\"b\",\"c\":null}");
    check(b"? - a\n: b", "! yaml: invalid map key: []interface {}{\"a\"}");
    check(b"? a: b\n  c: 1\n: x", "! yaml: invalid map key: map[interface {}]interface {}{\"a\":\"b\", \"c\":1}");
    check(b"a:\n  b\n c: 1", "! yaml: line 3: mapping values are not allowed in this context");
    check(b"a: 1\n  b: 2", "! yaml: line 2: mapping values are not allowed in this context");
    check(b"a: b: c", "! yaml: mapping values are not allowed in this context");
    check(b"- a\nb: 1", "! yaml: line 1: did not find expected '-' indicator");
    check(b"a\nb: 1", "! yaml: line 2: mapping values are not allowed in this context");
    check(b"\"a\": 1\n'b': 2", "{\"a\":1,\"b\":2}");
    check(b"\"a\":1", "\"a\"");
    check(b"a:\tb", "{\"a\":\"b\"}");
    check(b"a:\n\tb: 1", "! yaml: line 2: found character that cannot start any token");
    check(b"-\ta", "! yaml: found character that cannot start any token");
    check(b"- a\n-b", "! yaml: line 3: could not find expected ':'");
    check(b"a: -", "! yaml: block sequence entries are not allowed in this context");
    check(b"a: - b", "! yaml: block sequence entries are not allowed in this context");
    check(b"a: ?", "! yaml: mapping keys are not allowed in this context");
    check(b": a", "! yaml: did not find expected key");
    check(b"a: @b", "! yaml: found character that cannot start any token");
    check(b"a: `b`", "! yaml: found character that cannot start any token");
    check(b"a: %b", "! yaml: found character that cannot start any token");
    check(b"%a: 1", "! yaml: found unexpected non-alphabetical character");
    check(b"a: *", "! yaml: did not find expected alphabetic or numeric character");
    check(b"a: &", "! yaml: did not find expected alphabetic or numeric character");
    check(b"a: |\n  x", "{\"a\":\"x\"}");
    check(b"a: {{ x }}", "! yaml: invalid map key: map[interface {}]interface {}{\"x\":interface {}(nil)}");
    check(
        b"a: {{ .Values.b | quote }}",
        "! yaml: invalid map key: map[interface {}]interface {}{\".Values.b | quote\":interface {}(nil)}",
    );
    check(b"{{- if x }}\na: 1", "! yaml: did not find expected node content");
    check(b"a: [1, {b: [c, {d: null}]}]", "{\"a\":[1,{\"b\":[\"c\",{\"d\":null}]}]}");
    check(b"a: 1\n]", "! yaml: line 1: did not find expected key");
    check(b"a: 1\n}", "! yaml: line 1: did not find expected key");
    check(b"[1", "! yaml: line 1: did not find expected ',' or ']'");
    check(b"{a: 1", "! yaml: line 1: did not find expected ',' or '}'");
    check(b"[1}", "! yaml: did not find expected ',' or ']'");
    check(b"a: [\n1,\n2\n]\n", "{\"a\":[1,2]}");
    check(b"a: \"b\" c", "! yaml: did not find expected key");
    check(b"a: 'b'c", "! yaml: did not find expected key");
    check(b"[a]b", "[\"a\"]");
    check(b"- [a]b", "! yaml: did not find expected '-' indicator");
}

#[test]
fn keys() {
    check(b"1: a", "{\"1\":\"a\"}");
    check(b"1.5: a", "{\"1.5\":\"a\"}");
    check(b"1e3: a", "{\"1000\":\"a\"}");
    check(b"123456789012345678901: a", "{\"1.2345679e+20\":\"a\"}");
    check(b"0x10: a", "{\"16\":\"a\"}");
    check(b"yes: a", "{\"true\":\"a\"}");
    check(b"y: 1", "{\"true\":1}");
    check(b"~: a", "! unsupported map key of type: %!s(<nil>), key: <nil>, value: \"a\"");
    check(
        b"null: {b: [1, ~]}",
        "! unsupported map key of type: %!s(<nil>), key: <nil>, value: map[interface {}]interface {}{\"b\":[]interface {}{1, interface {}(nil)}}",
    );
    check(b".inf: a", "{\".inf\":\"a\"}");
    check(b"-.inf: a", "{\"-.inf\":\"a\"}");
    check(b".nan: a", "{\".nan\":\"a\"}");
    check(b"2001-01-01: a", "{\"2001-01-01\":\"a\"}");
    check(
        b"9223372036854775808: [x, 1.5]",
        "! unsupported map key of type: uint64, key: 0x8000000000000000, value: []interface {}{\"x\", 1.5}",
    );
    check(b"a: 1\na: 2", "{\"a\":2}");
    check(b"a: .inf\na: 1", "{\"a\":1}");
    check(b"[a, b]: c", "! yaml: invalid map key: []interface {}{\"a\", \"b\"}");
    check(
        b"? {a: 1, 1: 2, 1.5: 3, true: 4, b: 5, 9223372036854775808: 7, null: 6}\n: x",
        "! yaml: invalid map key: map[interface {}]interface {}{interface {}(nil):6, \"a\":1, \"b\":5, 0x8000000000000000:7, 1:2, 1.5:3, true:4}",
    );
    check(
        b"? [.inf, -.nan, \"q\\\"\\n\", 1e6]\n: x",
        "! yaml: invalid map key: []interface {}{+Inf, \"-.nan\", \"q\\\"\\n\", 1e+06}",
    );
    check(b"!!binary aGk=: 1", "{\"hi\":1}");
    check(b"!!str 1: a\n", "{\"1\":\"a\"}");
}

#[test]
fn blocks() {
    check(b"a: |\n x\n  y\n z\n", "{\"a\":\"x\\n y\\nz\\n\"}");
    check(b"a: |-\n x\n\n", "{\"a\":\"x\"}");
    check(b"a: |+\n x\n\n", "{\"a\":\"x\\n\\n\"}");
    check(b"a: >\n x\n y\n\n z\n  w\n v\n", "{\"a\":\"x y\\nz\\n w\\nv\\n\"}");
    check(b"a: >-\n x\n", "{\"a\":\"x\"}");
    check(b"a: |2\n    x\n   y\n", "{\"a\":\"  x\\n y\\n\"}");
    check(b"a: |0\n x", "! yaml: found an indentation indicator equal to 0");
    check(b"a: |9\n x", "! yaml: line 1: did not find expected key");
    check(b"a: |\n\tx", "! yaml: line 2: found a tab character where an indentation space is expected");
    check(b"a: |\n\n\n  x\n", "{\"a\":\"\\n\\nx\\n\"}");
    check(b"a: | # c\n x", "{\"a\":\"x\"}");
    check(b"a: |x\n", "! yaml: did not find expected comment or line break");
    check(b"a: |1-\n x\n", "{\"a\":\"x\"}");
    check(b"a: |-1\n  x\n", "{\"a\":\" x\"}");
    check(b"- |\n x\n- >\n y\n", "[\"x\\n\",\"y\\n\"]");
    check(b"|\nx\n", "\"\"");
    check(b"a: |\nb: 1\n", "{\"a\":\"\",\"b\":1}");
    check(b"a: >\n\n x\n\n\n y\n", "{\"a\":\"\\nx\\n\\ny\\n\"}");
    check(b"a: |\n  x\n # c\n", "{\"a\":\"x\\n\"}");
    check(b"a: |\r\n x\r\n y\r\n", "{\"a\":\"x\\ny\\n\"}");
}

#[test]
fn anchors() {
    check(b"a: &x 1\nb: *x", "{\"a\":1,\"b\":1}");
    check(
        b"a: &x {b: [1]}\nc: *x\nd: [*x, *x]",
        "{\"a\":{\"b\":[1]},\"c\":{\"b\":[1]},\"d\":[{\"b\":[1]},{\"b\":[1]}]}",
    );
    check(b"a: *x", "! yaml: unknown anchor 'x' referenced");
    check(b"x: &a [*a]", "! yaml: anchor 'a' value contains itself");
    check(b"x: &a {b: *a}", "! yaml: anchor 'a' value contains itself");
    check(b"x: &a {<<: *a}", "! yaml: anchor 'a' value contains itself");
    check(b"a: &x 1\nb: &x 2\nc: *x", "{\"a\":1,\"b\":2,\"c\":2}");
    check(b"&a b: *a", "{\"b\":\"b\"}");
    check(b"a: &x\nb: *x", "{\"a\":null,\"b\":null}");
    check(b"a: &x !!str 5\nb: !!int &y \"6\"\nc: *y", "{\"a\":\"5\",\"b\":6,\"c\":6}");
    check(b"a: &a*b", "! yaml: did not find expected alphabetic or numeric character");
    check(b"*a : b", "! yaml: unknown anchor 'a' referenced");
    check(b"a: &x 1\n*x : b", "{\"1\":\"b\",\"a\":1}");
    check(b"? &k [1]\n: *k", "! yaml: invalid map key: []interface {}{1}");
}

#[test]
fn merges() {
    check(b"<<: {a: 1}\nb: 2", "{\"a\":1,\"b\":2}");
    check(b"a: 1\n<<: {a: 2, b: 3}\nb: 4", "{\"a\":2,\"b\":4}");
    check(
        b"x: &x {a: 1}\ny: &y {a: 2, b: 3}\nz: {<<: [*x, *y]}\nw: {<<: *x, c: 1}",
        "{\"true\":{\"a\":2,\"b\":3},\"w\":{\"a\":1,\"c\":1},\"x\":{\"a\":1},\"z\":{\"a\":1,\"b\":3}}",
    );
    check(b"<<: 5", "! yaml: map merge requires map or sequence of maps as the value");
    check(b"<<: [1]", "! yaml: map merge requires map or sequence of maps as the value");
    check(b"<<: [[a]]", "! yaml: map merge requires map or sequence of maps as the value");
    check(b"x: &x [a]\n<<: *x", "! yaml: map merge requires map or sequence of maps as the value");
    check(b"\"<<\": {a: 1}", "{\"<<\":{\"a\":1}}");
    check(b"!!merge <<: {a: 1}", "{\"a\":1}");
    check(b"! \"<<\": {a: 1}", "{\"a\":1}");
    check(b"x: &x {<<: {a: 1}}\n<<: *x", "{\"a\":1,\"x\":{\"a\":1}}");
    check(b"- <<: {}\n", "[{}]");
}

#[test]
fn tags() {
    check(b"!!int \"5\"", "5");
    check(b"!!int x", "! yaml: cannot decode !!str `x` as a !!int");
    check(b"!!int 1.5", "! yaml: cannot decode !!float `1.5` as a !!int");
    check(b"!!float 1", "1");
    check(b"!!float 18446744073709551615", "! yaml: cannot decode !!int `18446744073709551615` as a !!float");
    check(b"!!float x", "! yaml: cannot decode !!str `x` as a !!float");
    check(b"!!bool yes", "true");
    check(b"!!bool \"true\"", "true");
    check(b"!!bool 1", "! yaml: cannot decode !!int `1` as a !!bool");
    check(b"!!null \"\"", "null");
    check(b"!!null x", "! yaml: cannot decode !!str `x` as a !!null");
    check(b"!!str 5", "\"5\"");
    check(b"!!str", "\"\"");
    check(b"!!timestamp 2001-01-01", "\"2001-01-01\"");
    check(b"!!timestamp x", "! yaml: cannot decode !!str `x` as a !!timestamp");
    check(b"!!int 2001-01-01", "! yaml: cannot decode !!str `2001-01-01` as a !!int");
    check(b"!!binary aGVsbG8=", "\"hello\"");
    check(b"!!binary \"aGVs\n bG8=\"", "! yaml: !!binary value contains invalid base64 data");
    check(b"!!binary x", "! yaml: !!binary value contains invalid base64 data");
    check(b"!!binary /w==", "\"\u{fffd}\"");
    check(b"!!set {x, y}", "{\"true\":null,\"x\":null}");
    check(b"!!map [1]", "[1]");
    check(b"!!custom x", "\"x\"");
    check(b"!x y", "\"y\"");
    check(b"! 5", "\"5\"");
    check(b"!<tag:yaml.org,2002:int> \"5\"", "5");
    check(b"!<x y", "! yaml: did not find the expected '>'");
    check(b"!<> a", "! yaml: did not find expected tag URI");
    check(b"!a%41 x", "\"x\"");
    check(b"!a%zz x", "! yaml: did not find URI escaped octet");
    check(b"!a%c3%28 x", "! yaml: found an incorrect trailing UTF-8 octet");
    check(b"%TAG !e! tag:yaml.org,2002:\n---\n!e!int \"5\"", "5");
    check(b"!e!int 5", "! yaml: found undefined tag handle");
    check(b"%TAG ! tag:yaml.org,2002:\n---\n!int \"5\"", "5");
    check(b"%TAG !e x\n---\n", "! yaml: did not find expected '!'");
    check(b"%TAG !e! x\n%TAG !e! y\n---\na", "! yaml: line 1: found duplicate %TAG directive");
    check(b"[!!str, a]", "[\"a\"]");
    check(b"!!str]", "\"\"");
}

#[test]
fn documents() {
    check(b"a: 1\n---\nb: 2\n", "{\"a\":1}");
    check(b"---\n---\na: 1", "null");
    check(b"--- a", "\"a\"");
    check(b"--- |\n x\n", "\"x\\n\"");
    check(b"a: 1\n...\nb", "{\"a\":1}");
    check(b"...\na: 1", "! yaml: did not find expected node content");
    check(b"%YAML 1.1\n---\na: 1", "{\"a\":1}");
    check(b"%YAML 1.2\n---\na: 1", "! yaml: found incompatible YAML document");
    check(b"%YAML 1.1\n%YAML 1.1\n---\na", "! yaml: line 1: found duplicate %YAML directive");
    check(b"%YAML 1.1\na: 1", "! yaml: line 1: did not find expected <document start>");
    check(b"%YAML 1\n---\n", "! yaml: did not find expected digit or '.' character");
    check(b"%YAML 1.123\n---\n", "! yaml: found extremely long version number");
    check(b"%FOO\n---\n", "! yaml: found unknown directive name");
    check(b"% x\n", "! yaml: could not find expected directive name");
    check(b"a: 1\n---\n@", "{\"a\":1}");
    check(b"a: 1\n--- @", "{\"a\":1}");
    check(b"[a] b", "[\"a\"]");
    check(b"[a]\n---\n@", "[\"a\"]");
    check(b"\xef\xbb\xbfa: 1", "{\"a\":1}");
    check(b"\xef\xbb\xbf\xef\xbb\xbfa: 1\nb: 2", "! yaml: line 1: did not find expected key");
    check(b"a: 1\n\xef\xbb\xbfb: 2", "{\"a\":1,\"\u{feff}b\":2}");
    check(b"\xff\xfea\x00:\x00 \x00\xe9\x00", "{\"a\":\"é\"}");
    check(b"\xfe\xff\x00a\xd8=\xde\x00", "\"a😀\"");
    check(b"\xff\xfea", "! yaml: incomplete UTF-16 character");
    check(b"\xff\xfe\x00\xdc", "! yaml: unexpected low surrogate area");
    check(b"\xff\xfe=\xd8a\x00", "! yaml: expected low surrogate area");
    check(b"a: \x00", "! yaml: control characters are not allowed");
    check(b"a: \x7f", "! yaml: control characters are not allowed");
    check(b"a: \xc2\x80", "! yaml: control characters are not allowed");
    check(b"a: \xc2\x85b", "! yaml: line 3: could not find expected ':'");
    check(b"a\xe2\x80\xa8b: 1", "! yaml: line 2: mapping values are not allowed in this context");
    check(b"a: \"x\xe2\x80\xa8 y\"", "{\"a\":\"x\\u2028y\"}");
    check(b"a: \xff", "! yaml: invalid leading UTF-8 octet");
    check(b"a: \xc3", "! yaml: incomplete UTF-8 octet sequence");
    check(b"a: \xc3(", "! yaml: invalid trailing UTF-8 octet");
    check(b"a: \xe0\x80\x80", "! yaml: invalid length of a UTF-8 sequence");
    check(b"a: \xed\xa0\x80", "! yaml: invalid Unicode character");
    check(b"a: \xf4\x90\x80\x80", "! yaml: invalid Unicode character");
    check(b"a: \xef\xbf\xbf", "! yaml: control characters are not allowed");
    check(b"a: 1\r\nb: 2\r\n", "{\"a\":1,\"b\":2}");
    check(b"a: 1\rb: 2", "{\"a\":1,\"b\":2}");
    check(&[b"@: ".as_slice(), &[b'x'; 600], b"\x00"].concat(), "! yaml: found character that cannot start any token");
    check(&[b"a: @".as_slice(), &[b' '; 600], b"\x00"].concat(), "! yaml: found character that cannot start any token");
    check(&[b"a: 1\n---\n".as_slice(), &[b'x'; 600], b"\x00"].concat(), "{\"a\":1}");
}

#[test]
fn lines() {
    check(b"a: 1\nb: 2\nc: [\n", "! yaml: line 3: did not find expected node content");
    check(b"a:\n  b: 1\n c: 2\n", "! yaml: line 2: did not find expected key");
    check(b"a: 1\nb\nc: 2\n", "! yaml: line 3: could not find expected ':'");
    check(b"a: 1\nb: \"\n\n", "! yaml: line 4: found unexpected end of stream");
    check(b"\n\n- a\n- b: c: d\n", "! yaml: line 4: mapping values are not allowed in this context");
    check(b"a:\n- b\n  c\n- d: e\n   f: g\n", "! yaml: line 5: mapping values are not allowed in this context");
    check(b"a: [1,\n2\n3: 4]\n", "! yaml: line 2: did not find expected ',' or ']'");
    check(b"- a\n- *b\n", "! yaml: unknown anchor 'b' referenced");
    check(b"a: !x!y z\n", "! yaml: found undefined tag handle");
    check(b"a: b\n\n!x!y z: 1\n", "! yaml: line 2: found undefined tag handle");
    check(b"a: 'b'\n  c: 'd' e\n", "! yaml: line 1: did not find expected key");
    check(b"a: 1\n\t\n\tb: 2\n", "! yaml: line 2: found a tab character that violates indentation");
}
