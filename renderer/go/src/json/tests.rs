//! Expectations recorded from Go 1.26.

use super::*;
use crate::types::{ANY, MAP_STRING_ANY, SLICE_ANY};
use crate::{Map, Value, fmt};

#[test]
fn decodes_as_go() {
    #[track_caller]
    fn check(text: &str, want: Result<&str, &str>) {
        let got = decode(text.as_bytes()).map(|v| String::from_utf8(fmt::sprintf(b"%#v", &[v]).unwrap()).unwrap());
        assert_eq!(got, want.map(str::to_owned).map_err(str::to_owned), "{text}");
    }
    check("null", Ok("<nil>"));
    check(" 1 ", Ok("1"));
    check("-0", Ok("-0"));
    check("12345678901234567890", Ok("1.2345678901234567e+19"));
    check(
        r#"{"b":[1,"x",true,null],"a":{"b":{}},"b":[]}"#,
        Ok(
            r#"map[string]interface {}{"a":map[string]interface {}{"b":map[string]interface {}{}}, "b":[]interface {}{}}"#,
        ),
    );
    check(r#""\ud83d\ude00\ud83dA\u00e9\/\n""#, Ok(r#""😀�Aé/\n""#));
    check("", Err("unexpected end of JSON input"));
    check("{", Err("unexpected end of JSON input"));
    check("[1", Err("unexpected end of JSON input"));
    check("\"a", Err("unexpected end of JSON input"));
    check("tru", Err("invalid character ' ' in literal true (expecting 'e')"));
    check("1.", Err("invalid character ' ' after decimal point in numeric literal"));
    check("-x", Err("invalid character 'x' in numeric literal"));
    check("1ex", Err("invalid character 'x' in exponent of numeric literal"));
    check("01", Err("invalid character '1' after top-level value"));
    check("'", Err(r"invalid character '\'' looking for beginning of value"));
    check("{a", Err("invalid character 'a' looking for beginning of object key string"));
    check("{\"a\" 1", Err("invalid character '1' after object key"));
    check("{\"a\":1 \"", Err("invalid character '\"' after object key:value pair"));
    check("{\"a\":1,}", Err("invalid character '}' looking for beginning of object key string"));
    check("[1 2]", Err("invalid character '2' after array element"));
    check("[1,]", Err("invalid character ']' looking for beginning of value"));
    check("\"\n\"", Err(r"invalid character '\n' in string literal"));
    check(r#""\q""#, Err("invalid character 'q' in string escape code"));
    check(r#""\u12g4""#, Err(r"invalid character 'g' in \u hexadecimal character escape"));
    check("é", Err("invalid character 'Ã' looking for beginning of value"));
    check("[1e400,2]", Err("json: cannot unmarshal number 1e400 into Go value of type float64"));
    check(&"[".repeat(10_001), Err("invalid character '[' exceeded max depth"));
}

#[test]
fn decodes_into_typed_variables() {
    #[track_caller]
    fn check(text: &str, target: crate::Type, want: &str) {
        let got = match decode_as(text.as_bytes(), target) {
            Ok((value, error)) => {
                let shown = value.map_or("kept".into(), |v| fmt::sprintf(b"%#v", &[v]).unwrap());
                format!("{} {}", String::from_utf8(shown).unwrap(), error.unwrap_or_default())
            }
            Err(error) => error,
        };
        assert_eq!(got.trim_end(), want);
    }
    check("{}", &MAP_STRING_ANY, "map[string]interface {}{}");
    check("null", &MAP_STRING_ANY, "map[string]interface {}(nil)");
    check("[]", &MAP_STRING_ANY, "kept json: cannot unmarshal array into Go value of type map[string]interface {}");
    check("1e400", &MAP_STRING_ANY, "kept json: cannot unmarshal number into Go value of type map[string]interface {}");
    check("{}", &SLICE_ANY, "kept json: cannot unmarshal object into Go value of type []interface {}");
    check("true", &SLICE_ANY, "kept json: cannot unmarshal bool into Go value of type []interface {}");
    check(
        r#"{"a":1e400,"b":1}"#,
        &MAP_STRING_ANY,
        r#"map[string]interface {}{"a":interface {}(nil), "b":1} json: cannot unmarshal number 1e400 into Go value of type float64"#,
    );
    check("x", &ANY, "invalid character 'x' looking for beginning of value");
}

#[test]
fn reads_one_value_of_a_stream() {
    #[track_caller]
    fn check(text: &str, want: Result<usize, &str>) {
        assert_eq!(decode_prefix(text.as_bytes()).map(|(_, end)| end), want.map_err(str::to_owned), "{text}");
    }
    check("1,b=2", Ok(1));
    check(" {\"a\":1}x", Ok(8));
    check("truex", Ok(4));
    check("", Err("EOF"));
    check("  ", Err("EOF"));
    check("{\"a\"", Err("unexpected EOF"));
    check("tru", Err("unexpected EOF"));
    check("trx", Err("invalid character 'x' in literal true (expecting 'u')"));
}

#[test]
fn encodes_as_go() {
    #[track_caller]
    fn check(value: impl Into<Value>, want: Result<&str, &str>) {
        let got = encode(&value.into(), Html::Escape).map(|b| String::from_utf8(b).unwrap());
        assert_eq!(got, want.map(str::to_owned).map_err(str::to_owned));
    }
    check(1e20, Ok("100000000000000000000"));
    check(1e21, Ok("1e+21"));
    check(1e-6, Ok("0.000001"));
    check(1e-7, Ok("1e-7"));
    check(1.5e-10, Ok("1.5e-10"));
    check(-0.0, Ok("-0"));
    check(f64::NAN, Err("json: unsupported value: NaN"));
    check(f64::INFINITY, Err("json: unsupported value: +Inf"));
    check(Value::Complex(0.0, 1.0), Err("json: unsupported type: complex128"));
    check("<a href=\"x\">&'\u{2028}\t\u{1}\u{8}", Ok(r#""\u003ca href=\"x\"\u003e\u0026'\u2028\t\u0001\b""#));
    check(Value::Str(b"\xffa\xe4\xb8".as_slice().into()), Ok(r#""\ufffda\ufffd\ufffd""#));
    check(Value::bytes(b"h\xc3\xa9\n".as_slice()), Ok(r#""aMOpCg==""#));
    check(crate::List::nil(&SLICE_ANY), Ok("null"));
    check(Map::nil(&MAP_STRING_ANY), Ok("null"));
    let map = Map::string_any();
    map.insert("b", Value::int(1));
    map.insert("a", crate::List::any(vec![Value::Nil, true.into()]));
    check(map.clone(), Ok(r#"{"a":[null,true],"b":1}"#));
    map.insert("me", map.clone());
    check(map.clone(), Err("json: unsupported value: encountered a cycle via map[string]interface {}"));
    map.clear();
    assert_eq!(encode(&"<".into(), Html::Keep).as_deref(), Ok(b"\"<\"".as_slice()));
}

#[test]
fn indents_as_go() {
    let value = decode(br#"{"a":[1,{"b":"x:,[]{}\""}],"c":{},"d":[]}"#).unwrap();
    let got = encode_indent(&value, "", "  ", Html::Escape).unwrap();
    let want = "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x:,[]{}\\\"\"\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}";
    assert_eq!(String::from_utf8(got).unwrap(), want);
}
