//! Which charts take part, under which names and with which values: what real Helms did with the same files.

use std::sync::Arc;

use thinlock_go::{Frozen, Value, json};

use crate::dialect::{HELM_3_17, HELM_3_19, HELM_4_1};
use crate::source::File;
use crate::{Chart, ChartError, Dialect, FileSet, Log, chart, values};

const CHART: &str = "apiVersion: v2\nname: p\nversion: 0.1.0\n";
const SUB: &str = "apiVersion: v2\nname: sub\nversion: 0.1.0\n";
const GRANDCHILD: &str = "apiVersion: v2\nname: gc\nversion: 0.1.0\n";

fn load(files: &[(&str, &str)], dialect: &Dialect) -> Arc<Chart> {
    let set: FileSet = files.iter().map(|(name, text)| File::new(*name, *text)).collect();
    chart::load_directory(&set, dialect, &mut Vec::new()).expect("the chart loads")
}

/// The full paths of the enabled charts, the warnings, and the values as JSON.
fn process(
    files: &[(&str, &str)],
    set: &str,
    dialect: &Dialect,
) -> Result<(Vec<String>, String, Vec<Log>), ChartError> {
    let chart = load(files, dialect);
    let user = values::UserValues { set: vec![set.into()], ..Default::default() };
    let user = user.merge(dialect, &mut |_| Err("no files".into())).expect("the flags parse");
    let mut logs = Vec::new();
    let processed = chart::process(&chart, &user, dialect, &mut logs)?;
    let map = values::coalesce(&processed, &user, dialect, &mut logs)?;
    let mut paths = Vec::new();
    let mut rest = vec![processed.root()];
    while let Some(chart) = rest.pop() {
        paths.push(chart.full_path().to_string());
        rest.extend(chart.subcharts());
    }
    paths.sort();
    let text = json::encode(&Value::Map(map), json::Html::Keep).expect("JSON");
    Ok((paths, String::from_utf8_lossy(&text).into_owned(), logs))
}

#[track_caller]
fn check(dependency: &str, parent: &str, sub: &str, set: &str, want: &str, warnings: usize) {
    let chart = format!("{CHART}dependencies:\n- {{name: sub, version: 0.1.0, repository: '', {dependency}}}\n");
    let files = [
        ("Chart.yaml", chart.as_str()),
        ("values.yaml", parent),
        ("charts/sub/Chart.yaml", SUB),
        ("charts/sub/values.yaml", sub),
    ];
    for dialect in [&HELM_3_19, &HELM_4_1] {
        let (_, values, logs) = process(&files, set, dialect).expect("processed");
        assert_eq!(values, want, "{}", dialect.name);
        assert_eq!(logs.len(), warnings, "{}: {logs:?}", dialect.name);
    }
}

#[test]
fn conditions() {
    let enabled = r#"{"sub":{"global":{},"k":"v"}}"#;
    check("condition: sub.enabled", "", "k: v", "", enabled, 0);
    check("condition: sub.enabled", "", "enabled: false", "", "{}", 0);
    check("condition: sub.enabled", "", "k: v", "sub.enabled=false", r#"{"sub":{"enabled":false}}"#, 0);
    let text = r#"{"sub":{"enabled":"false","global":{},"k":"v"}}"#;
    check("condition: sub.enabled", "sub: {enabled: 'false'}", "k: v", "", text, 1);
    let both = r#"{"a":{"use":false},"b":{"use":true}}"#;
    check("condition: 'a.use,b.use'", "a: {use: false}\nb: {use: true}", "k: v", "", both, 0);
    // A blank behind the comma belongs to the path.
    let on = r#"{"b":{"use":false},"sub":{"global":{},"k":"v"}}"#;
    check("condition: 'a.use, b.use'", "b: {use: false}", "k: v", "", on, 0);
}

#[test]
fn tags() {
    let on = r#"{"sub":{"global":{},"k":"v"},"tags":{"t1":false,"t2":true}}"#;
    check("tags: [t1, t2]", "tags: {t1: false, t2: true}", "k: v", "", on, 0);
    check("tags: [t1]", "tags: {t1: false}", "k: v", "", r#"{"tags":{"t1":false}}"#, 0);
    let on = r#"{"sub":{"global":{},"k":"v"},"tags":{"t1":"x"}}"#;
    check("tags: [t1]", "tags: {t1: x}", "k: v", "", on, 1);
    // A condition goes before a tag.
    let on = r#"{"sub":{"enabled":true,"global":{}},"tags":{"t1":false}}"#;
    check("tags: [t1], condition: sub.enabled", "tags: {t1: false}\nsub: {enabled: true}", "", "", on, 0);
}

#[test]
fn imported_values() {
    let exported = r#"{"imp":1,"sub":{"exports":{"data":{"imp":1,"x":"sub"}},"global":{}},"x":1}"#;
    check("import-values: [data]", "x: 1", "exports: {data: {imp: 1, x: sub}}", "", exported, 0);
    let child = "import-values: [{child: k, parent: dst}]";
    let existing = r#"{"dst":{"a":"mine","b":2},"sub":{"global":{},"k":{"a":1,"b":2}}}"#;
    check(child, "dst: {a: mine}", "k: {a: 1, b: 2}", "", existing, 0);
    let overridden = r#"{"dst":{"a":9,"b":2},"sub":{"global":{},"k":{"a":9,"b":2}}}"#;
    check(child, "sub: {k: {a: 9}}", "k: {a: 1, b: 2}", "", overridden, 0);
    let user = r#"{"dst":{"a":1,"b":2},"sub":{"global":{},"k":{"a":5,"b":2}}}"#;
    check(child, "", "k: {a: 1, b: 2}", "sub.k.a=5", user, 0);
    check("import-values: [nope]", "", "k: v", "", r#"{"sub":{"global":{},"k":"v"}}"#, 1);
    check(child, "", "k: v", "", r#"{"sub":{"global":{},"k":"v"}}"#, 1);
}

#[test]
fn an_import_without_parent_ends_helm_3_17() {
    let chart = format!(
        "{CHART}dependencies: [{{name: sub, version: 0.1.0, repository: '', import-values: [{{child: k}}]}}]\n"
    );
    let files =
        [("Chart.yaml", chart.as_str()), ("charts/sub/Chart.yaml", SUB), ("charts/sub/values.yaml", "k: {a: 1}")];
    let error = process(&files, "", &HELM_3_17).expect_err("a panic");
    assert_eq!(error.kind, chart::ChartErrorKind::Panic);
    assert_eq!(error.text, "panic: interface conversion: interface {} is nil, not string");
    let (_, values, _) = process(&files, "", &HELM_3_19).expect("processed");
    assert_eq!(values, r#"{"<nil>":{"a":1},"sub":{"global":{},"k":{"a":1}}}"#);
}

#[test]
fn aliases() {
    let over = r#"{"al":{"global":{},"k":"over","m":1},"sub":{"k":"notused"}}"#;
    check("alias: al", "al: {k: over}\nsub: {k: notused}", "k: v\nm: 1", "", over, 0);

    let dependency = |alias: &str| format!("- {{name: sub, version: 0.1.0, repository: '', alias: {alias}}}\n");
    let chart = format!("{CHART}dependencies:\n{}{}", dependency("a1"), dependency("a2"));
    let files = [
        ("Chart.yaml", chart.as_str()),
        ("values.yaml", "a1: {gc: {k: 1}}\na2: {gc: {k: 2}}"),
        ("charts/sub/Chart.yaml", SUB),
        ("charts/sub/charts/gc/Chart.yaml", GRANDCHILD),
    ];
    let paths = |dialect| process(&files, "", dialect).expect("processed").0;
    // In Helm 3 both aliases hold one `gc`, whose parent is still called `sub`.
    assert_eq!(
        paths(&HELM_3_19),
        ["p", "p/charts/a1", "p/charts/a2", "p/charts/sub/charts/gc", "p/charts/sub/charts/gc"]
    );
    assert_eq!(paths(&HELM_4_1), ["p", "p/charts/a1", "p/charts/a1/charts/gc", "p/charts/a2", "p/charts/a2/charts/gc"]);
}

#[test]
fn an_alias_in_an_aliased_chart_is_lost_in_helm_3() {
    let dependency = |alias: &str| format!("- {{name: sub, version: 0.1.0, repository: '', alias: {alias}}}\n");
    let chart = format!("{CHART}dependencies:\n{}{}", dependency("a1"), dependency("a2"));
    let sub = format!("{SUB}dependencies: [{{name: gc, version: 0.1.0, repository: '', alias: g}}]\n");
    let files = [
        ("Chart.yaml", chart.as_str()),
        ("charts/sub/Chart.yaml", sub.as_str()),
        ("charts/sub/charts/gc/Chart.yaml", GRANDCHILD),
    ];
    let paths = |dialect| process(&files, "", dialect).expect("processed").0;
    assert_eq!(paths(&HELM_3_19), ["p", "p/charts/a1", "p/charts/a1/charts/g", "p/charts/a2", "p/charts/a2/charts/gc"]);
    assert_eq!(paths(&HELM_4_1), ["p", "p/charts/a1", "p/charts/a1/charts/g", "p/charts/a2", "p/charts/a2/charts/g"]);
}

#[test]
fn a_grandchild_s_condition_counts_where_the_parent_lists_dependencies() {
    let sub = format!("{SUB}dependencies: [{{name: gc, version: 0.1.0, repository: '', condition: gc.enabled}}]\n");
    let listed = format!("{CHART}dependencies: [{{name: sub, version: 0.1.0, repository: ''}}]\n");
    for (chart, count) in [(CHART, 3), (listed.as_str(), 2)] {
        let files = [
            ("Chart.yaml", chart),
            ("values.yaml", "sub: {gc: {enabled: false}}"),
            ("charts/sub/Chart.yaml", sub.as_str()),
            ("charts/sub/charts/gc/Chart.yaml", GRANDCHILD),
        ];
        let (paths, ..) = process(&files, "", &HELM_4_1).expect("processed");
        assert_eq!(paths.len(), count, "{paths:?}");
    }
}

#[test]
fn a_table_that_is_imported_into_itself_is_refused() {
    let chart = format!(
        "{CHART}dependencies:\n- name: sub\n  version: 0.1.0\n  repository: ''\n  import-values:\n  \
         - {{child: k.t, parent: x}}\n  - {{child: k, parent: x.y}}\n"
    );
    let files =
        [("Chart.yaml", chart.as_str()), ("charts/sub/Chart.yaml", SUB), ("charts/sub/values.yaml", "k: {t: {a: 1}}")];
    let error = process(&files, "", &HELM_4_1).expect_err("refused");
    assert_eq!(error.kind, chart::ChartErrorKind::Limit);
}

#[test]
fn too_many_aliases_are_refused() {
    // Three levels of a hundred aliases each: a million charts.
    let aliases = |name: &str| {
        let lines: Vec<String> =
            (0..100).map(|n| format!("- {{name: {name}, version: 0.1.0, repository: '', alias: {name}{n}}}")).collect();
        format!("dependencies:\n{}\n", lines.join("\n"))
    };
    let (chart, sub) = (format!("{CHART}{}", aliases("sub")), format!("{SUB}{}", aliases("gc")));
    let grandchild = format!("{GRANDCHILD}{}", aliases("ggc"));
    let files = [
        ("Chart.yaml", chart.as_str()),
        ("charts/sub/Chart.yaml", sub.as_str()),
        ("charts/sub/charts/gc/Chart.yaml", grandchild.as_str()),
        ("charts/sub/charts/gc/charts/ggc/Chart.yaml", "apiVersion: v2\nname: ggc\nversion: 0.1.0\n"),
    ];
    // In Helm 3 the second alias of a chart finds its own aliases taken, and so the tree stays small.
    let chart = load(&files, &HELM_4_1);
    let error = chart::process(&chart, &Frozen::default(), &HELM_4_1, &mut Vec::new()).err().map(|e| e.kind);
    assert_eq!(error, Some(chart::ChartErrorKind::Limit));
}
