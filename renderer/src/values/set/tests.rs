//! What `helm template` made of each flag, recorded from Helm 3.17 to 3.22 (which agree) and 4.1 and 4.3 (which agree):
//! the values as JSON, or `!` and the error.

use thinlock_go::{Frozen, Value, fmt, json};

use super::{literal_over, parse_literal};
use crate::Dialect;
use crate::dialect::{HELM_3_22, HELM_4_3};
use crate::values::UserValues;

fn values(flag: &str, text: &str, dialect: &Dialect) -> String {
    let mut user = UserValues::default();
    let texts = match flag {
        "--set" => &mut user.set,
        "--set-string" => &mut user.strings,
        "--set-json" => &mut user.json,
        _ => &mut user.literals,
    };
    texts.push(text.into());
    match user.merge(dialect, &mut |_| Err("no files".into())) {
        Ok(values) => {
            let text = json::encode(&values.thaw(), json::Html::Escape).expect("JSON");
            String::from_utf8_lossy(&text).into_owned()
        }
        Err(e) => format!("! {e}"),
    }
}

#[track_caller]
fn check(flag: &str, cases: &[(&str, &str, &str)]) {
    for (text, helm_3, helm_4) in cases {
        assert_eq!(values(flag, text, &HELM_3_22), *helm_3, "{flag} {text:?}, Helm 3");
        let helm_4 = if *helm_4 == "=" { helm_3 } else { helm_4 };
        assert_eq!(values(flag, text, &HELM_4_3), *helm_4, "{flag} {text:?}, Helm 4");
    }
}

#[test]
fn typed() {
    check(
        "--set",
        &[
            ("", "{}", "="),
            ("a=1", r#"{"a":1}"#, "="),
            ("a=1.5", r#"{"a":"1.5"}"#, "="),
            ("a=+5", r#"{"a":5}"#, "="),
            ("a=-5", r#"{"a":-5}"#, "="),
            ("a=007", r#"{"a":"007"}"#, "="),
            ("a=0", r#"{"a":0}"#, "="),
            ("a=-0", r#"{"a":0}"#, "="),
            ("a=9223372036854775808", r#"{"a":"9223372036854775808"}"#, "="),
            ("a=True", r#"{"a":true}"#, "="),
            ("a=NULL", r#"{"a":null}"#, "="),
            ("a=nullx", r#"{"a":"nullx"}"#, "="),
            ("a=", r#"{"a":""}"#, "="),
            ("a", r#"! failed parsing --set data: key "a" has no value"#, "="),
            ("=b", "{}", "="),
            ("a=1,", r#"{"a":1}"#, "="),
            ("a=1,,b=2", r#"! failed parsing --set data: key "" has no value (cannot end with ,)"#, "="),
            ("a==1", r#"{"a":"=1"}"#, "="),
            ("a..b=1", r#"! failed parsing --set data: key map "a" has no value"#, "="),
            (".a=1", "{}", "="),
            (r"a\.b=1", r#"{"a.b":1}"#, "="),
            (r"a=1\,2", r#"{"a":"1,2"}"#, "="),
            (r"a=x\", r#"{"a":"x"}"#, "="),
            ("a={1,2}", r#"{"a":[1,2]}"#, "="),
            ("a={}", r#"{"a":[""]}"#, "="),
            ("a={1,2", "! failed parsing --set data: list must terminate with '}'", "="),
            ("a={null,true,1.5}", r#"{"a":[null,true,"1.5"]}"#, "="),
            ("a={1,{2}}", r#"! failed parsing --set data: key "}" has no value"#, "="),
            ("a={x}y", r#"! failed parsing --set data: key "y" has no value"#, "="),
            ("a={1},b=2", r#"{"a":[1],"b":2}"#, "="),
            ("x[2]=1", r#"{"x":[null,null,1]}"#, "="),
            ("x[0][1]=1", r#"{"x":[[null,1]]}"#, "="),
            ("x[1].n=1", r#"{"x":[null,{"n":1}]}"#, "="),
            ("x[-1]=1", "! failed parsing --set data: negative -1 index not allowed", "="),
            (
                "x[65537]=1",
                "! failed parsing --set data: index of 65537 is greater than maximum supported index of 65536",
                "=",
            ),
            (
                "x[a]=1",
                r#"! failed parsing --set data: error parsing index: strconv.Atoi: parsing "a": invalid syntax"#,
                "=",
            ),
            ("x[0=1", "! failed parsing --set data: error parsing index: EOF", "{}"),
            ("x[0", "! failed parsing --set data: error parsing index: EOF", "{}"),
            ("x[0].y[1", "! failed parsing --set data: error parsing index: EOF", r#"{"x":[]}"#),
            ("x[0]]=1", "! failed parsing --set data: unexpected data at end of array index: [']']", "="),
            ("[0]=1", "{}", "="),
            ("x[0]", r#"{"x":[]}"#, "="),
            ("x[0].", r#"{"x":[]}"#, "="),
            (
                "a=1,a.b=2",
                "! failed parsing --set data: unable to parse key: interface conversion: interface {} is int64, not map[string]interface {}",
                "=",
            ),
            ("a.b=1,a=2", r#"{"a":2}"#, "="),
            ("a={1},a[1]=2", r#"{"a":[1,2]}"#, "="),
            (
                "a=1,a[0]=2",
                "! failed parsing --set data: unable to parse key: interface conversion: interface {} is int64, not []interface {}",
                "=",
            ),
            ("a.b[0].c=1,a.b[0].d=2", r#"{"a":{"b":[{"c":1,"d":2}]}}"#, "="),
            ("a[0].b=1,a[0]=2,a[0].c=3", r#"{"a":[{"c":3}]}"#, "="),
            ("a=falſe", r#"{"a":false}"#, "="),
            (
                "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.1.2.3.4.5=6",
                r#"{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{"i":{"j":{"k":{"l":{"m":{"n":{"o":{"p":{"q":{"r":{"s":{"t":{"u":{"v":{"w":{"x":{"y":{"z":{"1":{"2":{"3":{"4":{"5":6}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"#,
                "=",
            ),
            (
                "a=null,a.b=1",
                "! failed parsing --set data: unable to parse key: interface conversion: interface {} is nil, not map[string]interface {}",
                "=",
            ),
            ("a[0]=null,a[0][0]=1", r#"{"a":[[1]]}"#, "="),
            (
                "a[0]=1,a[0][0]=1",
                "! failed parsing --set data: unable to parse key: interface conversion: interface {} is int64, not []interface {}",
                "=",
            ),
            ("a=1,b=é", r#"{"a":1,"b":"é"}"#, "="),
        ],
    );
}

#[test]
fn strings() {
    check(
        "--set-string",
        &[("a=1,b=true", r#"{"a":"1","b":"true"}"#, "="), ("a={1,null}", r#"{"a":["1","null"]}"#, "=")],
    );
}

#[test]
fn json_values() {
    check(
        "--set-json",
        &[
            ("a=1,b=2", r#"{"a":1,"b":2}"#, "="),
            (r#"a=[1],b={"c":2}"#, r#"{"a":[1],"b":{"c":2}}"#, "="),
            (r#"{"a":5}"#, r#"! failed parsing --set-json data {"a":5}"#, r#"{"a":5}"#),
            (
                r#" {"a":[1,{"b":null}]} "#,
                r#"! failed parsing --set-json data  {"a":[1,{"b":null}]} "#,
                r#"{"a":[1,{"b":null}]}"#,
            ),
            (
                r#"{"a":"#,
                r#"! failed parsing --set-json data {"a":"#,
                r#"! failed parsing --set-json data JSON: {"a":"#,
            ),
            ("a= 1 , b = 2", r#"{" b ":2,"a":1}"#, "="),
            ("a=x", "! failed parsing --set-json data a=x", "="),
            ("a=", r#"{"a":null}"#, "="),
            ("a=01", "! failed parsing --set-json data a=01", "="),
            ("l[0].n=5", r#"{"l":[{"n":5}]}"#, "="),
            ("l[1]=", r#"{"l":[null,null]}"#, "="),
            ("[1]", "{}", "="),
            (r#"a={"b":1},a.c=2"#, r#"{"a":{"b":1,"c":2}}"#, "="),
            ("a=9007199254740993", r#"{"a":9007199254740992}"#, "="),
            ("a=1e400", "! failed parsing --set-json data a=1e400", "="),
            (r#"a="é",b=1"#, r#"{"a":"é","b":1}"#, "="),
        ],
    );
}

#[test]
fn literals() {
    check(
        "--set-literal",
        &[
            ("a=1,b=2", r#"{"a":"1,b=2"}"#, "="),
            (r"a.b[0].c=x\,y", r#"{"a":{"b":[{"c":"x\\,y"}]}}"#, "="),
            ("a", r#"! failed parsing --set-literal data: key "a" has no value"#, "="),
            ("a=", r#"{"a":""}"#, "="),
            ("a[1", "! failed parsing --set-literal data: error parsing index: EOF", "{}"),
            ("a.=1", r#"! failed parsing --set-literal data: key map "a" has no value"#, "="),
            ("a=b=c", r#"{"a":"b=c"}"#, "="),
        ],
    );
}

#[test]
fn files_are_read_by_name() {
    let user = UserValues { set_files: vec!["a=f.txt,b={x,y}".into()], ..Default::default() };
    let values = user.merge(&HELM_4_3, &mut |name| Ok([b"<", name, b">"].concat())).expect("read");
    assert_eq!(json::encode(&values.thaw(), json::Html::Keep).expect("JSON"), br#"{"a":"<f.txt>","b":["<x>","<y>"]}"#);
    let failed = user.merge(&HELM_4_3, &mut |_| Err("open f.txt: no such file or directory".into()));
    let text = "failed parsing --set-file data: open f.txt: no such file or directory";
    assert_eq!(failed.err().as_deref(), Some(text));
}

#[test]
fn lists_nest_up_to_a_limit() {
    let deep = format!("a{}=1", "[0]".repeat(100_000));
    assert!(values("--set", &deep, &HELM_4_3).starts_with("! failed parsing --set data: lists are nested"));
}

#[test]
fn many_lists_may_lie_beside_each_other() {
    let wide: Vec<String> = (0..1_200).map(|n| format!("a[{n}][0]=1")).collect();
    let got = values("--set", &wide.join(","), &HELM_4_3);
    assert!(got.starts_with("{\"a\":[[1],[1],"), "{}", &got[..got.len().min(100)]);
    // An index leaves as many empty items before it as it says.
    let sparse: Vec<String> = (0..100).map(|n| format!("a[{n}][65536]=1")).collect();
    let want = "! failed parsing --set data: indexes leave more than 4194304 items of lists empty";
    assert_eq!(values("--set", &sparse.join(","), &HELM_4_3), want);
}

#[test]
fn flags_apply_in_helm_s_order() {
    let user = UserValues {
        files: vec!["f".into(), "g".into()],
        set: vec!["a=set,b=set,c=set,l[1]=7".into()],
        strings: vec!["b=string".into()],
        json: vec!["a=1".into()],
        literals: vec!["c=x,y".into()],
        ..Default::default()
    };
    let values = user.merge(&HELM_4_3, &mut |name| {
        Ok(if name == b"f" { "a: f\nf: {x: 1, z: 1}\nl: [1]".into() } else { "f: {z: 2}\n".into() })
    });
    let text = json::encode(&values.expect("merged").thaw(), json::Html::Keep).expect("JSON");
    assert_eq!(String::from_utf8_lossy(&text), r#"{"a":"set","b":"string","c":"x,y","f":{"x":1,"z":2},"l":[1,7]}"#);
}

#[test]
fn a_literal_over_frozen_values_is_set_as_the_flag_sets_it() {
    let base = crate::values::parse_file(b"a: 1\nb:\n  c: [x]\nn: null\n", &HELM_4_3.values).expect("values");
    let show = |result: Result<Frozen, String>| match result {
        Ok(values) => fmt::format_value(&values.thaw()).expect("text").to_string(),
        Err(error) => error,
    };
    for rules in [&HELM_3_22.values, &HELM_4_3.values] {
        for key in [
            "a", "z", "b", "n", "b.c", "b.d.e", "a.b", "b.c[1]", "b.c[x", "z[0].y", "", " ", "a,b", "a\\.b", "\u{e9}",
            "b=c",
        ] {
            for value in ["v", "", "{a,b}", "x=y", "null", "1", "\u{e9}\\"] {
                let Value::Map(live) = base.thaw() else { panic!("a map") };
                let text = format!("{key}={value}");
                let want = parse_literal(text.as_bytes(), &live, rules);
                let want = want.map(|()| Frozen::freeze(&Value::Map(live)).expect("plain values"));
                assert_eq!(show(literal_over(&base, key, value, rules)), show(want), "{text}");
            }
        }
    }
}
