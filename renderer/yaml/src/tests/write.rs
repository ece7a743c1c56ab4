//! What sigs.k8s.io/yaml 1.6.0 and yaml.v3 3.0.5 (Helm's `toYaml` and `toYamlPretty`) write for values, given as JSON.
//! `! TEXT` is the error.

use thinlock_go::json;

use crate::{to_yaml, to_yaml_pretty};

fn show(written: Result<Vec<u8>, crate::Error>) -> String {
    match written {
        Ok(text) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) => format!("! {error}"),
    }
}

#[track_caller]
fn check(value: &str, want: &str) {
    let value = json::decode(value.as_bytes()).expect(value);
    assert_eq!(show(to_yaml(&value)), want);
}

#[track_caller]
fn check_pretty(value: &str, want: &str) {
    let value = json::decode(value.as_bytes()).expect(value);
    assert_eq!(show(to_yaml_pretty(&value)), want);
}

#[test]
fn values_and_strings() {
    check("null", "null\n");
    check("true", "true\n");
    check("0", "0\n");
    check("-1", "-1\n");
    check("1.5", "1.5\n");
    check("1000000.0", "1000000\n");
    check("1e+16", "10000000000000000\n");
    check("1e+20", "1e+20\n");
    check("1e+21", "1e+21\n");
    check("1e+22", "1e+22\n");
    check("1e-05", "1e-05\n");
    check("1e-07", "1e-07\n");
    check("0.0001", "0.0001\n");
    check("-0.0", "0\n");
    check("1.2345678901234568e+20", "1.2345678901234568e+20\n");
    check("1234567.125", "1.234567125e+06\n");
    check("1234567.0", "1234567\n");
    check("1.2345678901234567e+19", "12345678901234567000\n");
    check("9.223372036854776e+18", "9223372036854776000\n");
    check("1.8446744073709552e+19", "1.8446744073709552e+19\n");
    check("-9.223372036854776e+18", "-9.223372036854776e+18\n");
    check("[]", "[]\n");
    check("{}", "{}\n");
    check("[[1, 2], [3]]", "- - 1\n  - 2\n- - 3\n");
    check("{\"a\": [], \"b\": {}, \"c\": null, \"d\": \"\"}", "a: []\nb: {}\nc: null\nd: \"\"\n");
    check("{\"a\": [{\"x\": [1, [2]]}]}", "a:\n- x:\n  - 1\n  - - 2\n");
    check("{\"a\": {\"b\": {\"c\": 1}}}", "a:\n  b:\n    c: 1\n");
    check("[{\"a\": 1, \"b\": [1, {\"c\": 2}]}, [{\"d\": 1}]]", "- a: 1\n  b:\n  - 1\n  - c: 2\n- - d: 1\n");
    check(
        "{\"a\": \"x\\ny\", \"b\": [\"x\\ny\\n\"], \"c\": {\"d\": \"e\\n\"}}",
        "a: |-\n  x\n  y\nb:\n- |\n  x\n  y\nc:\n  d: |\n    e\n",
    );
    check("\"\"", "\"\"\n");
    check("\"true\"", "\"true\"\n");
    check("\"y\"", "\"y\"\n");
    check("\"No\"", "\"No\"\n");
    check("\"~\"", "\"~\"\n");
    check("\"nil\"", "nil\n");
    check("\"null\"", "\"null\"\n");
    check("\"0\"", "\"0\"\n");
    check("\"007\"", "\"007\"\n");
    check("\"0o17\"", "\"0o17\"\n");
    check("\"0x1F\"", "\"0x1F\"\n");
    check("\"0b11\"", "\"0b11\"\n");
    check("\"1_000\"", "\"1_000\"\n");
    check("\"_1\"", "_1\n");
    check("\"1e3\"", "\"1e3\"\n");
    check("\"1e\"", "1e\n");
    check("\".5\"", "\".5\"\n");
    check("\"5.\"", "\"5.\"\n");
    check("\"..\"", "..\n");
    check("\"1.2.3\"", "1.2.3\n");
    check("\".inf\"", "\".inf\"\n");
    check("\"+.inf\"", "\"+.inf\"\n");
    check("\"inf\"", "inf\n");
    check("\"1:30\"", "\"1:30\"\n");
    check("\"1:60\"", "1:60\n");
    check("\"190:20:30.15\"", "\"190:20:30.15\"\n");
    check("\"2001-01-01\"", "\"2001-01-01\"\n");
    check("\"2001-1-1\"", "\"2001-1-1\"\n");
    check("\"2001-12-14 21:59:43.10 -5\"", "2001-12-14 21:59:43.10 -5\n");
    check("\"0x\"", "0x\n");
    check("\"-\"", "'-'\n");
    check("\"---\"", "'---'\n");
    check("\"--- a\"", "'--- a'\n");
    check("\"...\"", "'...'\n");
    check("\"....\"", "'....'\n");
    check("\"- a\"", "'- a'\n");
    check("\"-a\"", "-a\n");
    check("\"-\\t\"", "\"-\\t\"\n");
    check("\"?\"", "'?'\n");
    check("\"?a\"", "?a\n");
    check("\"? a\"", "'? a'\n");
    check("\": a\"", "': a'\n");
    check("\"a:\"", "'a:'\n");
    check("\"a: b\"", "'a: b'\n");
    check("\"a:b\"", "a:b\n");
    check("\"a :b\"", "a :b\n");
    check("\"a #b\"", "'a #b'\n");
    check("\"a#\"", "a#\n");
    check("\"#a\"", "'#a'\n");
    check("\"'\"", "''''\n");
    check("\"it's\"", "it's\n");
    check("\"\\\"a\\\"\"", "'\"a\"'\n");
    check("\"a\\\"b\"", "a\"b\n");
    check("\"%a\"", "'%a'\n");
    check("\"@a\"", "'@a'\n");
    check("\"`a`\"", "'`a`'\n");
    check("\"!a\"", "'!a'\n");
    check("\"&a\"", "'&a'\n");
    check("\"*\"", "'*'\n");
    check("\"|\"", "'|'\n");
    check("\">\"", "'>'\n");
    check("\"{}\"", "'{}'\n");
    check("\"[a\"", "'[a'\n");
    check("\"a,b\"", "a,b\n");
    check("\",a\"", "',a'\n");
    check("\"=\"", "=\n");
    check("\"<<\"", "<<\n");
    check("\"a\\\\b\"", "a\\b\n");
    check("\" lead\"", "' lead'\n");
    check("\"trail \"", "'trail '\n");
    check("\"\\ta\"", "\"\\ta\"\n");
    check("\"a\\tb\"", "\"a\\tb\"\n");
    check("\"\\n\"", "|2+\n\n");
    check("\"a\\n\"", "|\n  a\n");
    check("\"a\\n\\n\"", "|+\n  a\n\n");
    check("\"\\na\"", "|2-\n\n  a\n");
    check("\"a\\nb\"", "|-\n  a\n  b\n");
    check("\" a\\nb\"", "|2-\n   a\n  b\n");
    check("\"a\\nb \"", "\"a\\nb \"\n");
    check("\"a \\nb\"", "\"a \\nb\"\n");
    check("\"\\ta\\nb\"", "\"\\ta\\nb\"\n");
    check("\"a\\n\\tb\"", "\"a\\n\\tb\"\n");
    check("\"a\\r\\nb\"", "\"a\\r\\nb\"\n");
    check("\"#a\\nb\"", "|-\n  #a\n  b\n");
    check("\"---\\na\"", "|-\n  ---\n  a\n");
    check("\"\\u0085\"", "' '\n");
    check("\"a\\u0085b\"", "a b\n");
    check("\"a\\u2028b\"", "'a\u{2028}  b'\n");
    check("\"\\u2028\"", "'\u{2028}'\n");
    check("\"\\u2028a\\n\"", "|2\n\u{2028}  a\n");
    check("\"\\u00a0\"", "\u{a0}\n");
    check("\"\\ufeffa\"", "\"\\uFEFF\\x61\"\n");
    check("\"a\\ufeff\"", "\"a\\uFEFF\"\n");
    check("\"\\u0000\"", "\"\\0\"\n");
    check("\"\\u001b[0m\"", "\"\\e[0m\"\n");
    check("\"\\u007f\"", "! yaml: control characters are not allowed");
    check("\"a\\u009f\"", "! yaml: control characters are not allowed");
    check("\"\\u00e9\"", "é\n");
    check("\"\\u65e5\\u672c\\u8a9e\"", "日本語\n");
    check("\"\\ud83d\\ude00\"", "\"\\U0001F600\"\n");
    check("\"\\ufffd\"", "\u{fffd}\n");
    check("\"\\ue000\"", "\u{e000}\n");
    check("\"\\ufffe\"", "! yaml: control characters are not allowed");
    check("\"\\udbff\\udfff\"", "\"\\U0010FFFF\"\n");
    check(
        "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
    );
    check(
        "\"word word word word word word word word word word word word word word word word word word word word word word word word word \"",
        "'word word word word word word word word word word word word word word word word word\n  word word word word word word word word '\n",
    );
    check(
        "\"w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w\"",
        "w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w\n  w w w w w w w w w w w w w w w w w w w\n",
    );
    check(
        "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx b\"",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx b\n",
    );
    check(
        "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx b c\"",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n  b c\n",
    );
    check(
        "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx  yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy  z\"",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx  yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy  z\n",
    );
    check(
        "\"\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9 b c d\"",
        "éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé b c\n  d\n",
    );
    check(
        "\"it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's \"",
        "'it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s\n  it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s '\n",
    );
    check(
        "\"a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: \"",
        "'a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a:\n  a: a: a: a: a: a: a: a: a: a: a: a: a: '\n",
    );
    check(
        "\"\\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\n\"",
        "\"\\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\"\n  \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\"\n  \\\"q\\\" \\\"q\\\" \\n\"\n",
    );
    check("\"* * * * *\"", "'* * * * *'\n");
    check("\"<a&b>\"", "<a&b>\n");
    check(
        "\"-----BEGIN CERTIFICATE-----\\nMIIC\\n-----END CERTIFICATE-----\\n\"",
        "|\n  -----BEGIN CERTIFICATE-----\n  MIIC\n  -----END CERTIFICATE-----\n",
    );
    check("\"123456789012345678901234567890\"", "\"123456789012345678901234567890\"\n");
    check("\"0.1\"", "\"0.1\"\n");
    check("\"+0x1\"", "\"+0x1\"\n");
    check("\"685_230.15\"", "\"685_230.15\"\n");
    check("\"2020-02-30\"", "2020-02-30\n");
    check("\"0b-1\"", "\"0b-1\"\n");
    check("\"0o-7\"", "0o-7\n");
    check("\"-.inf\"", "\"-.inf\"\n");
    check("\".nan\"", "\".nan\"\n");
    check("\"- - a\"", "'- - a'\n");
    check("\"a\\nb: c\\n\"", "|\n  a\n  b: c\n");
    check("\"\\n\\na\\n\\n\\nb\\n\\n\"", "|2+\n\n\n  a\n\n\n  b\n\n");
}

#[test]
fn keys() {
    check(
        "{\"- \": 1, \".\": 1, \"_\": 1, \"1\": 1, \"2\": 1, \"10\": 1, \"A\": 1, \"B\": 1, \"a\": 1, \"a1\": 1, \"a01\": 1, \"a2\": 1, \"a10\": 1, \"b\": 1, \"z\": 1, \"é\": 1}",
        "'- ': 1\n.: 1\n_: 1\n\"1\": 1\n\"2\": 1\n\"10\": 1\nA: 1\nB: 1\na: 1\na1: 1\na01: 1\na2: 1\na10: 1\nb: 1\nz: 1\né: 1\n",
    );
    check(
        "{\"Foo\": 1, \"foo\": 1, \"foo-bar\": 1, \"foo.\": 1, \"foo.bar\": 1, \"foo/bar\": 1, \"foo_bar\": 1, \"fooBar\": 1, \"foobar\": 1}",
        "Foo: 1\nfoo: 1\nfoo-bar: 1\nfoo.: 1\nfoo.bar: 1\nfoo/bar: 1\nfoo_bar: 1\nfooBar: 1\nfoobar: 1\n",
    );
    check(
        "{\"x\": 1, \"x 1\": 1, \"x-1\": 1, \"x-2\": 1, \"x-10\": 1, \"x.1\": 1, \"x_1\": 1, \"x1\": 1}",
        "x: 1\nx 1: 1\nx-1: 1\nx-2: 1\nx-10: 1\nx.1: 1\nx_1: 1\nx1: 1\n",
    );
    check(
        "{\"1\": 1, \"5\": 1, \"99999999999999999999\": 1, \"100000000000000000000\": 1}",
        "\"1\": 1\n\"5\": 1\n\"99999999999999999999\": 1\n\"100000000000000000000\": 1\n",
    );
    check("{\"a0\": 1, \"a00\": 1, \"a000\": 1}", "a0: 1\na00: 1\na000: 1\n");
    check("{\"世1\": 1, \"世2\": 1, \"世10\": 1, \"界\": 1}", "世1: 1\n世2: 1\n世10: 1\n界: 1\n");
    check("{\"a1\": 1, \"a3\": 1, \"a٣\": 1, \"a１\": 1}", "a1: 1\na3: 1\na٣: 1\na１: 1\n");
    check(
        "{\"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\": 1}",
        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: 1\n",
    );
    check(
        "{\"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\": [1]}",
        "? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n: - 1\n",
    );
    check("{\"a\\nb\": 1, \"c\": 2}", "? |-\n  a\n  b\n: 1\nc: 2\n");
    check(
        "{\"a b\": 1, \"a: b\": 2, \"\": 3, \"~\": 4, \"#\": 5, \"-\": 6, \"1\": 7, \"y\": 8}",
        "\"\": 3\n'#': 5\n'-': 6\n\"~\": 4\n\"1\": 7\na b: 1\n'a: b': 2\n\"y\": 8\n",
    );
    check(
        "{\"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\": 1, \"llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll\": 2}",
        "? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n: 1\n? llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll\n: 2\n",
    );
    check(
        "{\"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\": 1}",
        "? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n: 1\n",
    );
    check(
        "{\"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\": 1}",
        "! yaml: did not find expected ',' or '}'",
    );
    check(
        "{\"éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé\": 1}",
        "? éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé\n: 1\n",
    );
    check(
        "{\"<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\": 1}",
        "? <<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\n: 1\n",
    );
    check(
        "{\"<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\": 1}",
        "! yaml: did not find expected ',' or '}'",
    );
    check("{\"a\u{85}b\": 1}", "! yaml: line 1: did not find expected ',' or '}'");
    check(
        "{\"a\": {\"b cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb c\": [1]}}",
        "a:\n  ? b cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb\n    cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb\n    cb cb cb cb cb cb cb c\n  : - 1\n",
    );
    check("[\"x\", \"a\u{85}---\u{85}b\", \"y\"]", "! yaml: line 2: found unexpected document indicator");
}

#[test]
fn pretty() {
    check_pretty("null", "null\n");
    check_pretty("true", "true\n");
    check_pretty("0", "0\n");
    check_pretty("-1", "-1\n");
    check_pretty("1.5", "1.5\n");
    check_pretty("1000000.0", "1e+06\n");
    check_pretty("1e+16", "1e+16\n");
    check_pretty("1e+20", "1e+20\n");
    check_pretty("1e+21", "1e+21\n");
    check_pretty("1e+22", "1e+22\n");
    check_pretty("1e-05", "1e-05\n");
    check_pretty("1e-07", "1e-07\n");
    check_pretty("0.0001", "0.0001\n");
    check_pretty("-0.0", "-0\n");
    check_pretty("1.2345678901234568e+20", "1.2345678901234568e+20\n");
    check_pretty("1234567.125", "1.234567125e+06\n");
    check_pretty("1234567.0", "1.234567e+06\n");
    check_pretty("1.2345678901234567e+19", "1.2345678901234567e+19\n");
    check_pretty("9.223372036854776e+18", "9.223372036854776e+18\n");
    check_pretty("1.8446744073709552e+19", "1.8446744073709552e+19\n");
    check_pretty("-9.223372036854776e+18", "-9.223372036854776e+18\n");
    check_pretty("[]", "[]\n");
    check_pretty("{}", "{}\n");
    check_pretty("[[1, 2], [3]]", "- - 1\n  - 2\n- - 3\n");
    check_pretty("{\"a\": [], \"b\": {}, \"c\": null, \"d\": \"\"}", "a: []\nb: {}\nc: null\nd: \"\"\n");
    check_pretty("{\"a\": [{\"x\": [1, [2]]}]}", "a:\n  - x:\n      - 1\n      - - 2\n");
    check_pretty("{\"a\": {\"b\": {\"c\": 1}}}", "a:\n  b:\n    c: 1\n");
    check_pretty("[{\"a\": 1, \"b\": [1, {\"c\": 2}]}, [{\"d\": 1}]]", "- a: 1\n  b:\n    - 1\n    - c: 2\n- - d: 1\n");
    check_pretty(
        "{\"a\": \"x\\ny\", \"b\": [\"x\\ny\\n\"], \"c\": {\"d\": \"e\\n\"}}",
        "a: |-\n  x\n  y\nb:\n  - |\n    x\n    y\nc:\n  d: |\n    e\n",
    );
    check_pretty("\"\"", "\"\"\n");
    check_pretty("\"true\"", "\"true\"\n");
    check_pretty("\"y\"", "\"y\"\n");
    check_pretty("\"No\"", "\"No\"\n");
    check_pretty("\"~\"", "\"~\"\n");
    check_pretty("\"nil\"", "nil\n");
    check_pretty("\"null\"", "\"null\"\n");
    check_pretty("\"0\"", "\"0\"\n");
    check_pretty("\"007\"", "\"007\"\n");
    check_pretty("\"0o17\"", "\"0o17\"\n");
    check_pretty("\"0x1F\"", "\"0x1F\"\n");
    check_pretty("\"0b11\"", "\"0b11\"\n");
    check_pretty("\"1_000\"", "\"1_000\"\n");
    check_pretty("\"_1\"", "_1\n");
    check_pretty("\"1e3\"", "\"1e3\"\n");
    check_pretty("\"1e\"", "1e\n");
    check_pretty("\".5\"", "\".5\"\n");
    check_pretty("\"5.\"", "\"5.\"\n");
    check_pretty("\"..\"", "..\n");
    check_pretty("\"1.2.3\"", "1.2.3\n");
    check_pretty("\".inf\"", "\".inf\"\n");
    check_pretty("\"+.inf\"", "\"+.inf\"\n");
    check_pretty("\"inf\"", "inf\n");
    check_pretty("\"1:30\"", "\"1:30\"\n");
    check_pretty("\"1:60\"", "1:60\n");
    check_pretty("\"190:20:30.15\"", "\"190:20:30.15\"\n");
    check_pretty("\"2001-01-01\"", "\"2001-01-01\"\n");
    check_pretty("\"2001-1-1\"", "\"2001-1-1\"\n");
    check_pretty("\"2001-12-14 21:59:43.10 -5\"", "2001-12-14 21:59:43.10 -5\n");
    check_pretty("\"0x\"", "0x\n");
    check_pretty("\"-\"", "'-'\n");
    check_pretty("\"---\"", "'---'\n");
    check_pretty("\"--- a\"", "'--- a'\n");
    check_pretty("\"...\"", "'...'\n");
    check_pretty("\"....\"", "'....'\n");
    check_pretty("\"- a\"", "'- a'\n");
    check_pretty("\"-a\"", "-a\n");
    check_pretty("\"-\\t\"", "\"-\\t\"\n");
    check_pretty("\"?\"", "'?'\n");
    check_pretty("\"?a\"", "?a\n");
    check_pretty("\"? a\"", "'? a'\n");
    check_pretty("\": a\"", "': a'\n");
    check_pretty("\"a:\"", "'a:'\n");
    check_pretty("\"a: b\"", "'a: b'\n");
    check_pretty("\"a:b\"", "a:b\n");
    check_pretty("\"a :b\"", "a :b\n");
    check_pretty("\"a #b\"", "'a #b'\n");
    check_pretty("\"a#\"", "a#\n");
    check_pretty("\"#a\"", "'#a'\n");
    check_pretty("\"'\"", "''''\n");
    check_pretty("\"it's\"", "it's\n");
    check_pretty("\"\\\"a\\\"\"", "'\"a\"'\n");
    check_pretty("\"a\\\"b\"", "a\"b\n");
    check_pretty("\"%a\"", "'%a'\n");
    check_pretty("\"@a\"", "'@a'\n");
    check_pretty("\"`a`\"", "'`a`'\n");
    check_pretty("\"!a\"", "'!a'\n");
    check_pretty("\"&a\"", "'&a'\n");
    check_pretty("\"*\"", "'*'\n");
    check_pretty("\"|\"", "'|'\n");
    check_pretty("\">\"", "'>'\n");
    check_pretty("\"{}\"", "'{}'\n");
    check_pretty("\"[a\"", "'[a'\n");
    check_pretty("\"a,b\"", "a,b\n");
    check_pretty("\",a\"", "',a'\n");
    check_pretty("\"=\"", "=\n");
    check_pretty("\"<<\"", "<<\n");
    check_pretty("\"a\\\\b\"", "a\\b\n");
    check_pretty("\" lead\"", "' lead'\n");
    check_pretty("\"trail \"", "'trail '\n");
    check_pretty("\"\\ta\"", "\"\\ta\"\n");
    check_pretty("\"a\\tb\"", "\"a\\tb\"\n");
    check_pretty("\"\\n\"", "|2+\n\n");
    check_pretty("\"a\\n\"", "|\n  a\n");
    check_pretty("\"a\\n\\n\"", "|+\n  a\n\n");
    check_pretty("\"\\na\"", "|2-\n\n  a\n");
    check_pretty("\"a\\nb\"", "|-\n  a\n  b\n");
    check_pretty("\" a\\nb\"", "|2-\n   a\n  b\n");
    check_pretty("\"a\\nb \"", "\"a\\nb \"\n");
    check_pretty("\"a \\nb\"", "\"a \\nb\"\n");
    check_pretty("\"\\ta\\nb\"", "|-\n  \ta\n  b\n");
    check_pretty("\"a\\n\\tb\"", "|-\n  a\n  \tb\n");
    check_pretty("\"a\\r\\nb\"", "\"a\\r\\nb\"\n");
    check_pretty("\"#a\\nb\"", "|-\n  #a\n  b\n");
    check_pretty("\"---\\na\"", "|-\n  ---\n  a\n");
    check_pretty("\"\\u0085\"", "\"\\N\"\n");
    check_pretty("\"a\\u0085b\"", "\"a\\Nb\"\n");
    check_pretty("\"a\\u2028b\"", "'a\u{2028}  b'\n");
    check_pretty("\"\\u2028\"", "'\u{2028}'\n");
    check_pretty("\"\\u2028a\\n\"", "|2\n\u{2028}  a\n");
    check_pretty("\"\\u00a0\"", "\u{a0}\n");
    check_pretty("\"\\ufeffa\"", "\"\\uFEFF\\x61\"\n");
    check_pretty("\"a\\ufeff\"", "\"a\\uFEFF\"\n");
    check_pretty("\"\\u0000\"", "\"\\0\"\n");
    check_pretty("\"\\u001b[0m\"", "\"\\e[0m\"\n");
    check_pretty("\"\\u007f\"", "\"\\x7F\"\n");
    check_pretty("\"a\\u009f\"", "\"a\\x9F\"\n");
    check_pretty("\"\\u00e9\"", "é\n");
    check_pretty("\"\\u65e5\\u672c\\u8a9e\"", "日本語\n");
    check_pretty("\"\\ud83d\\ude00\"", "\"\\U0001F600\"\n");
    check_pretty("\"\\ufffd\"", "\u{fffd}\n");
    check_pretty("\"\\ue000\"", "\u{e000}\n");
    check_pretty("\"\\ufffe\"", "\"\\uFFFE\"\n");
    check_pretty("\"\\udbff\\udfff\"", "\"\\U0010FFFF\"\n");
    check_pretty(
        "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
    );
    check_pretty(
        "\"word word word word word word word word word word word word word word word word word word word word word word word word word \"",
        "'word word word word word word word word word word word word word word word word word word word word word word word word word '\n",
    );
    check_pretty(
        "\"w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w\"",
        "w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w\n",
    );
    check_pretty(
        "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx b\"",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx b\n",
    );
    check_pretty(
        "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx b c\"",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx b c\n",
    );
    check_pretty(
        "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx  yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy  z\"",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx  yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy  z\n",
    );
    check_pretty(
        "\"\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9 b c d\"",
        "éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé b c d\n",
    );
    check_pretty(
        "\"it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's it's \"",
        "'it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s '\n",
    );
    check_pretty(
        "\"a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: \"",
        "'a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: a: '\n",
    );
    check_pretty(
        "\"\\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\n\"",
        "\"\\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\\"q\\\" \\n\"\n",
    );
    check_pretty("\"* * * * *\"", "'* * * * *'\n");
    check_pretty("\"<a&b>\"", "<a&b>\n");
    check_pretty(
        "\"-----BEGIN CERTIFICATE-----\\nMIIC\\n-----END CERTIFICATE-----\\n\"",
        "|\n  -----BEGIN CERTIFICATE-----\n  MIIC\n  -----END CERTIFICATE-----\n",
    );
    check_pretty("\"123456789012345678901234567890\"", "\"123456789012345678901234567890\"\n");
    check_pretty("\"0.1\"", "\"0.1\"\n");
    check_pretty("\"+0x1\"", "\"+0x1\"\n");
    check_pretty("\"685_230.15\"", "\"685_230.15\"\n");
    check_pretty("\"2020-02-30\"", "2020-02-30\n");
    check_pretty("\"0b-1\"", "\"0b-1\"\n");
    check_pretty("\"0o-7\"", "\"0o-7\"\n");
    check_pretty("\"-.inf\"", "\"-.inf\"\n");
    check_pretty("\".nan\"", "\".nan\"\n");
    check_pretty("\"- - a\"", "'- - a'\n");
    check_pretty("\"a\\nb: c\\n\"", "|\n  a\n  b: c\n");
    check_pretty("\"\\n\\na\\n\\n\\nb\\n\\n\"", "|2+\n\n\n  a\n\n\n  b\n\n");
    check_pretty(
        "{\"- \": 1, \".\": 1, \"_\": 1, \"1\": 1, \"2\": 1, \"10\": 1, \"A\": 1, \"B\": 1, \"a\": 1, \"a1\": 1, \"a01\": 1, \"a2\": 1, \"a10\": 1, \"b\": 1, \"z\": 1, \"é\": 1}",
        "'- ': 1\n.: 1\n_: 1\n\"1\": 1\n\"2\": 1\n\"10\": 1\nA: 1\nB: 1\na: 1\na1: 1\na01: 1\na2: 1\na10: 1\nb: 1\nz: 1\né: 1\n",
    );
    check_pretty(
        "{\"Foo\": 1, \"foo\": 1, \"foo-bar\": 1, \"foo.\": 1, \"foo.bar\": 1, \"foo/bar\": 1, \"foo_bar\": 1, \"fooBar\": 1, \"foobar\": 1}",
        "Foo: 1\nfoo: 1\nfoo-bar: 1\nfoo.: 1\nfoo.bar: 1\nfoo/bar: 1\nfoo_bar: 1\nfooBar: 1\nfoobar: 1\n",
    );
    check_pretty(
        "{\"x\": 1, \"x 1\": 1, \"x-1\": 1, \"x-2\": 1, \"x-10\": 1, \"x.1\": 1, \"x_1\": 1, \"x1\": 1}",
        "x: 1\nx 1: 1\nx-1: 1\nx-2: 1\nx-10: 1\nx.1: 1\nx_1: 1\nx1: 1\n",
    );
    check_pretty(
        "{\"1\": 1, \"5\": 1, \"99999999999999999999\": 1, \"100000000000000000000\": 1}",
        "\"1\": 1\n\"5\": 1\n\"99999999999999999999\": 1\n\"100000000000000000000\": 1\n",
    );
    check_pretty("{\"a0\": 1, \"a00\": 1, \"a000\": 1}", "a0: 1\na00: 1\na000: 1\n");
    check_pretty("{\"世1\": 1, \"世2\": 1, \"世10\": 1, \"界\": 1}", "世1: 1\n世2: 1\n世10: 1\n界: 1\n");
    check_pretty("{\"a1\": 1, \"a3\": 1, \"a٣\": 1, \"a１\": 1}", "a1: 1\na3: 1\na٣: 1\na１: 1\n");
    check_pretty(
        "{\"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\": 1}",
        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: 1\n",
    );
    check_pretty(
        "{\"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\": [1]}",
        "? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n: - 1\n",
    );
    check_pretty("{\"a\\nb\": 1, \"c\": 2}", "? |-\n  a\n  b\n: 1\nc: 2\n");
    check_pretty(
        "{\"a b\": 1, \"a: b\": 2, \"\": 3, \"~\": 4, \"#\": 5, \"-\": 6, \"1\": 7, \"y\": 8}",
        "\"\": 3\n'#': 5\n'-': 6\n\"~\": 4\n\"1\": 7\na b: 1\n'a: b': 2\n\"y\": 8\n",
    );
    check_pretty(
        "{\"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\": 1, \"llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll\": 2}",
        "? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n: 1\n? llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll\n: 2\n",
    );
    check_pretty(
        "{\"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\": 1}",
        "? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n: 1\n",
    );
    check_pretty(
        "{\"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\": 1}",
        "? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n: 1\n",
    );
    check_pretty(
        "{\"éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé\": 1}",
        "? éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé\n: 1\n",
    );
    check_pretty(
        "{\"<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\": 1}",
        "? <<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\n: 1\n",
    );
    check_pretty(
        "{\"<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\": 1}",
        "? <<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\n: 1\n",
    );
    check_pretty("{\"a\u{85}b\": 1}", "? \"a\\Nb\"\n: 1\n");
    check_pretty(
        "{\"a\": {\"b cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb c\": [1]}}",
        "a:\n  ? b cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb cb c\n  : - 1\n",
    );
    check_pretty("[\"x\", \"a\u{85}---\u{85}b\", \"y\"]", "- x\n- \"a\\N---\\Nb\"\n- \"y\"\n");
}
