//! What each Helm prints for `{{ toJson .Values }}`, recorded from the real ones. `=` stands for the column to the left.

use std::sync::Arc;

use thinlock_go::{Frozen, Value, json};

use crate::source::File;
use crate::{Chart, Dialect, FileSet, Log, chart, values};

const CHART: &str = "apiVersion: v2\nname: p\nversion: 0.1.0\n";
const SUB: &str = "apiVersion: v2\nname: sub\nversion: 0.1.0\n";
const DEPENDENCIES: &str = "dependencies: [{name: sub, version: 0.1.0, repository: ''}]\n";

fn load(files: &[(&str, &str)], dialect: &Dialect) -> Arc<Chart> {
    let set: FileSet = files.iter().map(|(name, text)| File::new(*name, *text)).collect();
    chart::load_directory(&set, dialect, &mut Vec::new()).expect("the chart loads")
}

fn render(files: &[(&str, &str)], set: &str, dialect: &Dialect, logs: &mut Vec<Log>) -> String {
    let chart = load(files, dialect);
    let user = values::UserValues { set: vec![set.into()], ..Default::default() };
    let user = user.merge(dialect, &mut |_| Err("no files".into())).expect("the flags parse");
    let values = chart::process(&chart, &user, dialect, logs)
        .and_then(|processed| values::coalesce(&processed, &user, dialect, logs));
    match values {
        Ok(map) => {
            let text = json::encode(&Value::Map(map), json::Html::Escape).expect("JSON");
            String::from_utf8_lossy(&text).into_owned()
        }
        Err(e) => e.text,
    }
}

fn warnings(logs: &[Log], dialect: &Dialect) -> String {
    let mut out = Vec::new();
    logs.iter().for_each(|log| log.write(dialect, &mut out));
    String::from_utf8_lossy(&out).into_owned()
}

#[track_caller]
fn check(files: &[(&str, &str)], set: &str, want: [&str; 5]) {
    let mut left = "";
    for (dialect, want) in Dialect::ALL.into_iter().zip(want) {
        left = if want == "=" { left } else { want };
        assert_eq!(render(files, set, dialect, &mut Vec::new()), left, "{}", dialect.name);
    }
}

/// A chart alone.
#[track_caller]
fn check_chart(values: &str, set: &str, want: [&str; 5]) {
    check(&[("Chart.yaml", CHART), ("values.yaml", values)], set, want);
}

/// A chart with a subchart, without and with `dependencies` in its Chart.yaml.
#[track_caller]
fn check_sub(parent: &str, sub: &str, listed: bool, set: &str, want: [&str; 5]) {
    let chart = if listed { format!("{CHART}{DEPENDENCIES}") } else { CHART.to_string() };
    let files = [
        ("Chart.yaml", chart.as_str()),
        ("values.yaml", parent),
        ("charts/sub/Chart.yaml", SUB),
        ("charts/sub/values.yaml", sub),
    ];
    check(&files, set, want);
}

#[test]
fn user_nulls_delete_defaults() {
    check_chart("a: 1\nt: {b: 2}", "a=null,t.b=null", [r#"{"t":{}}"#, "=", "=", "=", "="]);
    check_chart("a: null", "a=null", ["{}", "=", "=", "=", "="]);
    let kept = r#"{"t":{"b":null}}"#;
    check_chart("t: {b: null}", "t.b=null", [r#"{"t":{}}"#, "=", kept, "=", "="]);
    check_chart("t: {b: 1}", "t=null", ["{}", "=", "=", "=", "="]);
    check_chart("t: null", "t.b=1", [r#"{"t":{"b":1}}"#, "=", "=", "=", "="]);
}

#[test]
fn user_nulls_without_default() {
    let kept = r#"{"n":null,"t":{"b":1,"n":null},"w":{"n":null}}"#;
    let dropped = r#"{"n":null,"t":{"b":1},"w":{"n":null}}"#;
    check_chart("t: {b: 1}", "n=null,t.n=null,w.n=null", [kept, dropped, kept, "=", "="]);
    let kept = r#"{"t":{"m":null,"u":{"b":1,"n":null}}}"#;
    check_chart("t: {u: {b: 1}}", "t.m=null,t.u.n=null", [kept, r#"{"t":{"u":{"b":1}}}"#, kept, "=", "="]);
}

#[test]
fn chart_nulls() {
    let kept = r#"{"a":null,"t":{"b":null,"c":{"d":null},"l":[null,{"x":null}]}}"#;
    let dropped = r#"{"t":{"c":{},"l":[null,{"x":null}]}}"#;
    check_chart("a: null\nt: {b: null, c: {d: null}, l: [null, {x: null}]}", "", [kept, "=", "=", "=", dropped]);
    check_chart("t: {b: null, c: 1}", "t.c=2", [r#"{"t":{"b":null,"c":2}}"#, "=", "=", "=", r#"{"t":{"c":2}}"#]);
}

#[test]
fn nulls_for_a_subchart() {
    let (kept, dropped) =
        (r#"{"sub":{"global":{},"n":null,"q":{"n":null,"r":1}}}"#, r#"{"sub":{"global":{},"n":null,"q":{"r":1}}}"#);
    check_sub("", "q: {r: 1}", false, "sub.n=null,sub.q.n=null", [kept, dropped, kept, "=", "="]);
    let (kept, dropped) = (r#"{"sub":{"global":{},"res":{"limits":null}}}"#, r#"{"sub":{"global":{},"res":{}}}"#);
    check_sub("sub: {res: {limits: {c: 1}}}", "res: {}", false, "sub.res.limits=null", [kept, dropped, kept, "=", "="]);
    let kept = r#"{"sub":{"global":{},"q":{"r":1,"z":null}}}"#;
    let dropped = r#"{"sub":{"global":{},"q":{"r":1}}}"#;
    check_sub("sub: {q: {z: null}}", "q: {r: 1}", false, "", [kept, dropped, kept, "=", dropped]);
    let removed = r#"{"sub":{"global":{},"k":{"b":2}}}"#;
    let kept = r#"{"sub":{"global":{},"k":{"a":1,"b":2}}}"#;
    check_sub("sub: {k: {a: null}}", "k: {a: 1, b: 2}", false, "", [removed, "=", "=", "=", kept]);
    check_sub("sub: {k: null}", "k: v", false, "sub.z=1", [r#"{"sub":{"global":{},"z":1}}"#, "=", "=", "=", "="]);
    let (gone, kept) = (r#"{"sub":{"global":{},"q":{}}}"#, r#"{"sub":{"global":{},"q":{"r":null}}}"#);
    check_sub("sub: {q: {r: null}}", "q: {r: null}", false, "", [gone, "=", kept, "=", gone]);
    let (gone, kept) = (r#"{"sub":{"global":{},"q":{},"z":1}}"#, r#"{"sub":{"global":{},"q":{"r":null},"z":1}}"#);
    check_sub("sub: {q: {r: null}}", "q: {r: null}", false, "sub.z=1", [gone, "=", kept, "=", "="]);
}

#[test]
fn a_subchart_s_own_nulls() {
    let kept = r#"{"sub":{"global":{},"k":null,"q":{"r":null}}}"#;
    let gone = r#"{"sub":{"global":{},"q":{}}}"#;
    check_sub("", "k: null\nq: {r: null}", false, "", [kept, "=", "=", "=", gone]);
    let nested = r#"{"sub":{"global":{},"q":{"r":null}}}"#;
    check_sub("", "k: null\nq: {r: null}", true, "", [gone, "=", nested, "=", gone]);
}

#[test]
fn globals() {
    check_sub(
        "global: {g: parent, only: p}",
        "global: {g: sub, onlysub: s}",
        false,
        "",
        [
            r#"{"global":{"g":"parent","only":"p"},"sub":{"global":{"g":"parent","only":"p","onlysub":"s"}}}"#,
            "=",
            "=",
            "=",
            "=",
        ],
    );
    let kept = r#"{"global":{"n":null,"x":1},"sub":{"global":{"n":null,"w":1,"x":1}}}"#;
    let dropped = r#"{"global":{"x":1},"sub":{"global":{"w":1,"x":1}}}"#;
    check_sub("global: {x: 1}", "global: {w: 1}", false, "global.n=null", [kept, dropped, kept, "=", "="]);
    let wins = r#"{"global":{"g":null},"sub":{"global":{}}}"#;
    let loses = r#"{"global":{},"sub":{"global":{"g":"sub"}}}"#;
    check_sub("global: {g: null}", "global: {g: sub}", false, "", [wins, "=", "=", "=", loses]);
    let wins = r#"{"global":{"t":{"g":null}},"sub":{"global":{"t":{}}}}"#;
    let loses = r#"{"global":{"t":{}},"sub":{"global":{"t":{"g":"sub"}}}}"#;
    check_sub("global: {t: {g: null}}", "global: {t: {g: sub}}", false, "", [wins, "=", "=", "=", loses]);
    let null = r#"{"global":null,"sub":{"k":1}}"#;
    check_sub("global: null", "k: 1", false, "", [null, "=", "=", "=", r#"{"sub":{"global":{},"k":1}}"#]);
}

#[test]
fn warnings_are_written_as_often_as_helm_writes_them() {
    let count = |parent: &str, sub: &str, listed: bool, set: &str, want: [usize; 5]| {
        let chart = if listed { format!("{CHART}{DEPENDENCIES}") } else { CHART.to_string() };
        let files = [
            ("Chart.yaml", chart.as_str()),
            ("values.yaml", parent),
            ("charts/sub/Chart.yaml", SUB),
            ("charts/sub/values.yaml", sub),
        ];
        for (dialect, want) in Dialect::ALL.into_iter().zip(want) {
            let mut logs = Vec::new();
            render(&files, set, dialect, &mut logs);
            assert_eq!(logs.len(), want, "{}: {}", dialect.name, warnings(&logs, dialect));
        }
    };
    // Helm 3.17 to 4.1 write it once without dependencies and three times with them.
    count("global: null", "k: 1", false, "", [1, 1, 1, 1, 0]);
    count("global: null", "k: 1", true, "", [3, 3, 3, 3, 1]);
    // A null over a table of the parent for `sub`: only Helm 3.17 has not yet copied the null into the default.
    count("sub: {k: {p: 1}}", "x: 1", false, "sub.k=null", [1, 0, 0, 0, 0]);
    count("sub: {k: {p: 1}}", "x: 1", true, "sub.k=null", [2, 0, 0, 0, 0]);
}

#[test]
fn a_value_for_a_subchart_must_be_a_table() {
    let nil = "type mismatch on sub: %!t(<nil>)";
    check_sub("sub: null", "k: v", false, "", [nil, "=", "=", "=", r#"{"sub":{"global":{},"k":"v"}}"#]);
    let text = "type mismatch on sub: %!t(string=str)";
    check_sub("sub: str", "k: v", false, "", [text, "=", "=", "=", "="]);
    let step = "chart dependencies processing failed: type mismatch on sub: %!t(<nil>)";
    check_sub("sub: null", "k: v", true, "", [nil, "=", "=", step, step]);
    check_sub("", "k: v", true, "sub=null", [nil, "=", "=", step, step]);
}

#[test]
fn global_tables_are_shared_with_subcharts() {
    // Helm copies `global` one level deep: what lies deeper is one map for parent and subchart.
    let files = [
        ("Chart.yaml", CHART),
        ("values.yaml", "global: {a: {b: {x: 1}}}"),
        ("charts/sub/Chart.yaml", SUB),
        ("charts/sub/values.yaml", "global: {a: {b: {y: 2}}}"),
    ];
    for dialect in Dialect::ALL {
        let chart = load(&files, dialect);
        let user = Frozen::default();
        let mut logs = Vec::new();
        let processed = chart::process(&chart, &user, dialect, &mut logs).expect("processed");
        let root = values::coalesce(&processed, &user, dialect, &mut logs).expect("coalesced");
        let at = |path: &[&str]| {
            path.iter().try_fold(Value::Map(root.clone()), |v, key| v.as_map()?.get(key)).expect("a value")
        };
        let (parent, sub) = (at(&["global", "a", "b"]), at(&["sub", "global", "a", "b"]));
        match (parent, sub) {
            (Value::Map(parent), Value::Map(sub)) => assert!(parent.is_same(&sub), "{}", dialect.name),
            other => panic!("{other:?}"),
        }
    }
}
