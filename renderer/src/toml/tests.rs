use thinlock_go::{Host, Toolchain, Value, json};

use super::{TomlError, decode, encode};

struct Nowhere;

impl Host for Nowhere {
    fn now_unix_nanos(&self) -> i128 {
        0
    }

    fn local_zone(&self) -> &str {
        "UTC"
    }

    fn fill_random(&self, _: &mut [u8]) -> Result<(), String> {
        Err("no randomness".to_owned())
    }

    fn host_by_name(&self, _: &str) -> String {
        String::new()
    }
}

/// BurntSushi/toml 1.4, 1.5 and 1.6. The expectations below are what each of them printed.
fn versions() -> [Toolchain; 3] {
    let newest = Toolchain::default();
    let mut second = newest.clone();
    second.toml_1_1 = false;
    second.toml_exponents = false;
    second.toml_arrays_defined_once = false;
    let mut first = second.clone();
    first.toml_hexadecimal = false;
    first.toml_real_lines = false;
    [first, second, newest]
}

fn words(error: TomlError) -> String {
    match error {
        TomlError::Error(text) | TomlError::Panic(text) | TomlError::Limit(text) => text,
    }
}

#[test]
fn reads_as_each_version() {
    let check = |text: &str, expect: [&str; 3]| {
        for (rules, expect) in versions().iter().zip(expect) {
            let got = match decode(text.as_bytes(), rules, &Nowhere) {
                Ok(map) => {
                    let bytes = json::encode(&Value::Map(map), json::Html::Escape).expect("plain values");
                    String::from_utf8_lossy(&bytes).into_owned()
                }
                Err(error) => words(error),
            };
            assert_eq!(got, expect, "{text:?}");
        }
    };
    let same = |text: &str, expect: &str| check(text, [expect; 3]);
    same("", "{}");
    same("a = 1", "{\"a\":1}");
    same("a = 0xFF\nb = 0o17\nc = 0b11\nd = 1_000\ne = -0", "{\"a\":255,\"b\":15,\"c\":3,\"d\":1000,\"e\":0}");
    same("a = 1.5e3\nb = -0.5", "{\"a\":1500,\"b\":-0.5}");
    same("a = \"x\\ty\\u00e9\"\nb = 'l\\n'", "{\"a\":\"x\\tyé\",\"b\":\"l\\\\n\"}");
    same("a = \"\"\"\nx\\\n  y\"\"\"\nb = '''\nz\n'''", "{\"a\":\"xy\",\"b\":\"z\\n\"}");
    same("a = [1, \"x\", [2]]", "{\"a\":[1,\"x\",[2]]}");
    same("a = [\n  1, # one\n  2,\n]", "{\"a\":[1,2]}");
    same("a.b.c = 1\na.d = 2", "{\"a\":{\"b\":{\"c\":1},\"d\":2}}");
    same("\"q x\".'y' = 1", "{\"q x\":{\"y\":1}}");
    same("[a.b]\nc = 1\n[a]\nd = 2", "{\"a\":{\"b\":{\"c\":1},\"d\":2}}");
    same("[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\nd = 3", "{\"a\":[{\"b\":1},{\"b\":2,\"c\":{\"d\":3}}]}");
    same("a = {b = 1, c = {d = 2}}", "{\"a\":{\"b\":1,\"c\":{\"d\":2}}}");
    same(
        "t = 1979-05-27T07:32:00Z\nu = 1979-05-27T00:32:00.999-07:00\nv = 1979-05-27 07:32:00",
        "{\"t\":\"1979-05-27T07:32:00Z\",\"u\":\"1979-05-27T00:32:00.999-07:00\",\"v\":\"1979-05-27T07:32:00Z\"}",
    );
    same("t = 1979-05-27\nu = 07:32:00.5", "{\"t\":\"1979-05-27T00:00:00Z\",\"u\":\"0000-01-01T07:32:00.5Z\"}");
    same("a = true # c\nb = false", "{\"a\":true,\"b\":false}");
    check(
        "a",
        [
            "toml: line 0: unexpected EOF; expected key separator '='",
            "toml: line 1: unexpected EOF; expected key separator '='",
            "toml: line 1: unexpected EOF; expected key separator '='",
        ],
    );
    check(
        "a =",
        [
            "toml: line 0 (last key \"a\"): unexpected EOF; expected value",
            "toml: line 1 (last key \"a\"): unexpected EOF; expected value",
            "toml: line 1 (last key \"a\"): unexpected EOF; expected value",
        ],
    );
    check(
        "a = \nb = 1",
        [
            "toml: line 2 (last key \"a\"): expected value but found '\\n' instead",
            "toml: line 1 (last key \"a\"): expected value but found '\\n' instead",
            "toml: line 1 (last key \"a\"): expected value but found '\\n' instead",
        ],
    );
    same("= 1", "toml: line 1: unexpected '=': key name appears blank");
    same("a. = 1", "toml: line 1: unexpected '='");
    same(".a = 1", "toml: line 1: unexpected '.': keys cannot start with a '.'");
    same(
        "a = 1 b = 2",
        "toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got 'b' instead",
    );
    same("a = 1\na = 2", "toml: line 2 (last key \"a\"): Key 'a' has already been defined.");
    same("a = 1\na.b = 2", "toml: line 2 (last key \"a.b\"): Key 'a' has already been defined.");
    same("[a]\n[a]", "toml: line 2: Key 'a' has already been defined.");
    same("[a]\n[[a]]", "toml: line 2: Key 'a' was already created and cannot be used as an array.");
    check(
        "a = [1]\na = 2",
        ["{\"a\":2}", "{\"a\":2}", "toml: line 2 (last key \"a\"): Key 'a' has already been defined."],
    );
    check(
        "[a",
        [
            "toml: line 0: expected '.' or ']' to end table name, but got '\\x00' instead",
            "toml: line 1: expected '.' or ']' to end table name, but got '\\x00' instead",
            "toml: line 1: expected '.' or ']' to end table name, but got '\\x00' instead",
        ],
    );
    same("[]", "toml: line 1: unexpected end of table name (table names cannot be empty)");
    same("[a.]", "toml: line 1: unexpected end of table name (table names cannot be empty)");
    same("a = tru", "toml: line 1 (last key \"a\"): expected value but found \"tru\" instead");
    same(
        "a = 1__0",
        "toml: line 1 (last key \"a\"): Invalid integer \"1__0\": underscores must be surrounded by digits",
    );
    same("a = _1", "toml: line 1 (last key \"a\"): expected value but found '_' instead");
    same("a = 01", "toml: line 1 (last key \"a\"): Invalid integer \"01\": cannot have leading zeroes");
    check(
        "a = 0xG",
        [
            "toml: line 1 (last key \"a\"): not a hexidecimal number: '0xG'",
            "toml: line 1 (last key \"a\"): not a hexadecimal number: '0xG'",
            "toml: line 1 (last key \"a\"): not a hexadecimal number: '0xG'",
        ],
    );
    same("a = 1.", "toml: line 1 (last key \"a\"): Invalid float \"1.\": '.' must be followed by one or more digits");
    same("a = .5", "toml: line 1 (last key \"a\"): floats must start with a digit, not '.'");
    same("a = 9223372036854775808", "toml: line 1 (last key \"a\"): 9223372036854775808 is out of range for int64");
    check(
        "a = \"x",
        [
            "toml: line 0 (last key \"a\"): unexpected EOF; expected '\"'",
            "toml: line 1 (last key \"a\"): unexpected EOF; expected '\"'",
            "toml: line 1 (last key \"a\"): unexpected EOF; expected '\"'",
        ],
    );
    same("a = \"x\ny\"", "toml: line 1 (last key \"a\"): strings cannot contain newlines");
    check(
        "a = \"\"\"x",
        [
            "toml: line 0 (last key \"a\"): unexpected EOF; expected '\"\"\"'",
            "toml: line 1 (last key \"a\"): unexpected EOF; expected '\"\"\"'",
            "toml: line 1 (last key \"a\"): unexpected EOF; expected '\"\"\"'",
        ],
    );
    same("a = \"\\q\"", "toml: line 1 (last key \"a\"): invalid escape in string '\\q'");
    check(
        "a = \"\\e\\x41\"",
        [
            "toml: line 1 (last key \"a\"): invalid escape in string '\\e'",
            "toml: line 1 (last key \"a\"): invalid escape in string '\\e'",
            "{\"a\":\"\\u001bA\"}",
        ],
    );
    same(
        "a = \"\\u00\"",
        "toml: line 1 (last key \"a\"): expected four hexadecimal digits after '\\u', but got \"\\\\u00\\\"\" instead",
    );
    same("a = [1 2]", "toml: line 1 (last key \"a\"): expected a comma (',') or array terminator (']'), but got '2'");
    check(
        "a = [1",
        [
            "toml: line 0 (last key \"a\"): expected a comma (',') or array terminator (']'), but got end of file",
            "toml: line 1 (last key \"a\"): expected a comma (',') or array terminator (']'), but got end of file",
            "toml: line 1 (last key \"a\"): expected a comma (',') or array terminator (']'), but got end of file",
        ],
    );
    check(
        "a = {b = 1,}",
        [
            "toml: line 1 (last key \"a.b\"): trailing comma not allowed in inline tables",
            "toml: line 1 (last key \"a.b\"): trailing comma not allowed in inline tables",
            "{\"a\":{\"b\":1}}",
        ],
    );
    check(
        "a = {b = 1\n}",
        [
            "toml: line 1 (last key \"a.b\"): newlines not allowed within inline tables",
            "toml: line 1 (last key \"a.b\"): newlines not allowed within inline tables",
            "{\"a\":{\"b\":1}}",
        ],
    );
    same(
        "a = {b = 1 c = 2}",
        "toml: line 1 (last key \"a.b\"): expected a comma or an inline table terminator '}', but got 'c' instead",
    );
    check(
        "a = 10:20",
        [
            "toml: line 1 (last key \"a\"): invalid datetime: \"10:20\"",
            "toml: line 1 (last key \"a\"): invalid datetime: \"10:20\"",
            "{\"a\":\"0000-01-01T10:20:00Z\"}",
        ],
    );
    same("a = 2023-02-30", "toml: line 1 (last key \"a\"): invalid datetime: \"2023-02-30\"");
    check(
        "a = 1979-05-27T07:32",
        [
            "toml: line 1 (last key \"a\"): invalid datetime: \"1979-05-27T07:32\"",
            "toml: line 1 (last key \"a\"): invalid datetime: \"1979-05-27T07:32\"",
            "{\"a\":\"1979-05-27T07:32:00Z\"}",
        ],
    );
    same("a = 1\r", "toml: line 1 (last key \"a\"): TOML files cannot contain control characters: '0x0d'");
    same("a = \"\u{1}\"", "toml: line 1 (last key \"a\"): TOML files cannot contain control characters: '0x01'");
    same("a = 'x\0'", "toml: line 1 (last key \"a\"): TOML files cannot contain control characters: '0x00'");
    same("a = 1e", "toml: line 1 (last key \"a\"): Invalid float value: \"1e\"");
    check(
        "a = +",
        [
            "toml: line 0 (last key \"a\"): expected a digit but got '\\x00'",
            "toml: line 1 (last key \"a\"): expected a digit but got '\\x00'",
            "toml: line 1 (last key \"a\"): expected a digit but got '\\x00'",
        ],
    );
    same("é = 1", "toml: line 1: expected '.' or '=', but got 'é' instead");
    same("a = \"\\ud800\"", "toml: line 1 (last key \"a\"): Escaped character '\\ud800' is not valid UTF-8.");
}

#[test]
fn writes_as_each_version() {
    let check = |value: &str, expect: [&str; 3]| {
        for (rules, expect) in versions().iter().zip(expect) {
            let value = json::decode(value.as_bytes()).expect(value);
            let got = encode(&value, rules).map_or_else(words, |out| String::from_utf8_lossy(&out).into_owned());
            assert_eq!(got, expect, "{value:?}");
        }
    };
    let same = |value: &str, expect: &str| check(value, [expect; 3]);
    same("{}", "");
    same("{\"a\":\"x\",\"b\":true,\"c\":1,\"d\":1.5,\"n\":null}", "a = \"x\"\nb = true\nc = 1.0\nd = 1.5\n");
    check(
        "{\"a\":1000000,\"b\":0.00001,\"c\":1e21,\"d\":123456.75,\"e\":-0.0}",
        [
            "a = 1000000.0\nb = 0.00001\nc = 1000000000000000000000.0\nd = 123456.75\ne = -0.0\n",
            "a = 1000000.0\nb = 0.00001\nc = 1000000000000000000000.0\nd = 123456.75\ne = -0.0\n",
            "a = 1e+06\nb = 1e-05\nc = 1e+21\nd = 123456.75\ne = -0.0\n",
        ],
    );
    same(
        "{\"a b\":1,\"c.d\":2,\"\":3,\"é\":4,\"q\\\"\":5}",
        "\"\" = 3.0\n\"a b\" = 1.0\n\"c.d\" = 2.0\n\"q\\\"\" = 5.0\n\"é\" = 4.0\n",
    );
    same(
        "{\"s\":\"l1\\nl2\",\"t\":\"tab\\t\",\"u\":\"\\u0001\\u007f\",\"v\":\"\\\"\\\\\"}",
        "s = \"l1\\nl2\"\nt = \"tab\\t\"\nu = \"\\u0001\\u007f\"\nv = \"\\\"\\\\\"\n",
    );
    same("{\"t\":{\"y\":2,\"x\":{\"deep\":true}},\"z\":1}", "z = 1.0\n\n[t]\n  y = 2.0\n  [t.x]\n    deep = true\n");
    same("{\"l\":[1,\"a\",true]}", "l = [1.0, \"a\", true]\n");
    same("{\"l\":[[1],[2,3]],\"e\":[],\"m\":[{}]}", "e = []\nl = [[1.0], [2.0, 3.0]]\n\n[[m]]\n");
    same(
        "{\"srv\":[{\"n\":\"a\",\"p\":{\"q\":1}},{\"n\":\"b\"}]}",
        "[[srv]]\n  n = \"a\"\n  [srv.p]\n    q = 1.0\n\n[[srv]]\n  n = \"b\"\n",
    );
    same("{\"l\":[{\"a\":1},2]}", "l = [{a = 1.0}, 2.0]\n");
    same("{\"l\":[null]}", "toml: cannot encode array with nil element");
    same("[1]", "[1.0]");
    same("\"x\"", "\"x\"");
    same("1", "1.0");
    same("{\"a\":{\"b\":{}},\"c\":{\"d\":{\"e\":1}}}", "[a]\n  [a.b]\n\n[c]\n  [c.d]\n    e = 1.0\n");
    same("{\"l\":[[{\"a\":1}]]}", "l = [[{a = 1.0}]]\n");
}

#[test]
fn long_texts_take_no_long_time() {
    let [.., newest] = versions();
    let many = "[[a]]\n".repeat(100_000);
    let read = decode(many.as_bytes(), &newest, &Nowhere).expect("TOML");
    assert!(matches!(read.get("a"), Some(Value::List(list)) if list.len() == 100_000));
    let deep = "a.".repeat(20_000) + "b = 1";
    let error = words(decode(deep.as_bytes(), &newest, &Nowhere).expect_err("a long key"));
    assert_eq!(error, "toml: line 1: a key of more than 1000 parts");
    // Keys of many parts, and inline tables in each other.
    let keys: String = (0..16).map(|n| format!("a{n}.{}b = 1\n", "a.".repeat(980))).collect();
    let tables: String = (0..4).map(|n| format!("a{n} = {}1{}\n", "{a=".repeat(980), "}".repeat(980))).collect();
    for (text, count) in [(keys, 16), (tables, 4)] {
        assert_eq!(decode(text.as_bytes(), &newest, &Nowhere).expect("TOML").len(), count);
    }
}
