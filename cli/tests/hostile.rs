//! What ends Helm's process, or takes all memory, is an error with its place here, in every dialect, and soon.

#![allow(clippy::unwrap_used, reason = "a test")]

#[allow(dead_code, unreachable_pub, reason = "shared by several tests, each of which uses some of it")]
mod common;

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use common::InProcess;
use thinlock_conformance::{Helm, Invocation};

const DIALECTS: [&str; 5] = ["helm-3.17", "helm-3.19", "helm-3.22", "helm-4.1", "helm-4.3"];

/// What a case may take. It is a second in an optimised build; this one may be none, on a machine that does much else.
const TIME: Duration = Duration::from_secs(120);

#[derive(Debug)]
struct Rendered {
    status: u8,
    stdout: String,
    stderr: String,
}

/// Renders a chart whose `templates/t.yaml` is `template`, with more files and arguments.
fn render(dialect: &str, template: &str, files: &[(&str, &str)], args: &[&str]) -> Rendered {
    let root = tempfile::tempdir().unwrap();
    let chart = [("Chart.yaml", "apiVersion: v2\nname: p\nversion: 0.1.0\n"), ("templates/t.yaml", template)];
    for (name, text) in chart.iter().chain(files) {
        let path = root.path().join("chart").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let args = ["template", "r", "chart"].iter().chain(args).map(|arg| (*arg).to_owned()).collect();
    let env = BTreeMap::from([("THINLOCK_DIALECT".to_owned(), dialect.to_owned())]);
    let started = Instant::now();
    let outcome = InProcess.run(&Invocation { args, cwd: root.path().to_owned(), env });
    let took = started.elapsed();
    assert!(took < TIME, "{dialect}: {took:?} for {}", &template[..template.len().min(200)]);
    Rendered {
        status: outcome.status,
        stdout: String::from_utf8_lossy(&outcome.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&outcome.stderr).into_owned(),
    }
}

/// The template fails in every dialect, and its error holds these.
fn fails(template: &str, want: &[&str]) {
    fails_with(template, &[], want);
}

fn fails_with(template: &str, files: &[(&str, &str)], want: &[&str]) {
    for dialect in DIALECTS {
        let got = render(dialect, template, files, &[]);
        let shown = &template[..template.len().min(200)];
        assert_eq!(got.status, 1, "{dialect}: {shown}: {}", got.stdout);
        assert!(got.stderr.len() < 4 << 20, "{dialect}: {shown}: an error of {} bytes", got.stderr.len());
        for want in want {
            assert!(got.stderr.contains(want), "{dialect}: {shown}: no {want:?} in {}", got.stderr);
        }
    }
}

/// The template prints this in every dialect.
fn prints(template: &str, files: &[(&str, &str)], want: &str) {
    for dialect in DIALECTS {
        let got = render(dialect, template, files, &[]);
        let shown = &template[..template.len().min(200)];
        assert_eq!(got.status, 0, "{dialect}: {shown}: {}", got.stderr);
        assert!(got.stdout.contains(want), "{dialect}: {shown}: no {want:?} in {}", got.stdout);
    }
}

/// A map that holds itself, as `$d`.
const ITSELF: &str = r#"{{ $d := dict "a" 1 }}{{ $_ := set $d "k" $d }}"#;

#[test]
fn a_map_that_holds_itself_is_not_printed() {
    for (call, want) in [
        ("$d", "contained in itself"),
        ("print $d", "contained in itself"),
        (r#"printf "%v %#v" $d $d"#, "contained in itself"),
        ("toString $d", "contained in itself"),
        ("quote $d", "contained in itself"),
        (r#"join "," (list $d)"#, "contained in itself"),
        ("html $d", "contained in itself"),
        ("eq $d $d", "contained in itself"),
        ("set . \"x\" $d", "contained in itself"),
        ("merge (dict) $d", "contained in itself"),
        ("range $d }}{{ . }}{{ end", "contained in itself"),
        ("toYamlPretty $d", "contains itself"),
        ("toRawJson $d", "encountered a cycle via map[string]interface {}"),
        ("mustToPrettyJson $d", "encountered a cycle via map[string]interface {}"),
        ("toToml $d", "toml: more than 1000 nested values"),
        ("deepCopy $d", "does a map contain itself?"),
        ("merge $d $d", "does a map contain itself?"),
        (r#"$e := dict "a" 2 }}{{ $_ := set $e "k" $e }}{{ mustMergeOverwrite $d $e"#, "does a map contain itself?"),
    ] {
        fails(&format!("a: 1\nb: {ITSELF}{{{{ {call} }}}}\n"), &["p/templates/t.yaml:2:", want]);
    }
    // A render whose values hold themselves still ends.
    fails("{{ $_ := set .Values \"v\" .Values }}{{ .Values }}", &["p/templates/t.yaml:1:", "contained in itself"]);
}

#[test]
fn a_map_that_holds_itself_is_looked_into() {
    for (call, want) in [
        // encoding/json finds the cycle, and these functions drop its error.
        ("toYaml $d", "v: \n"),
        ("toJson $d", "v: \n"),
        ("deepEqual $d $d", "v: true\n"),
        (r#"dig "k" "k" "k" "a" 0 $d"#, "v: 1\n"),
        ("range $k, $v := $d }}{{ $k }}{{ end", "v: ak\n"),
        ("len (mustMerge (dict \"k\" (dict)) $d)", "v: 2\n"),
        ("has $d (list 1 $d)", "v: true\n"),
        ("$d.k.k.k.k.a", "v: 1\n"),
        ("keys $d | sortAlpha", "v: [a k]\n"),
    ] {
        let want = want.trim_end();
        prints(&format!("{ITSELF}v: {{{{ {call} }}}}\nx: 1\n"), &[], want);
    }
}

#[test]
fn endless_recursion_ends() {
    fails(
        r#"{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}"#,
        &["p/templates/t.yaml:1:", "rendering template has a nested reference name: a: unable to execute template"],
    );
    fails(
        r#"{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}{{ include "a" . }}{{ end }}{{ include "a" . }}"#,
        &["p/templates/t.yaml:1:", "rendering template has a nested reference name: a: unable to execute template"],
    );
    fails(
        r#"{{ define "a" }}{{ range list 1 2 }}{{ include "a" $ }}{{ end }}{{ end }}{{ include "a" . }}"#,
        &["p/templates/t.yaml:1:", "nested reference name: a"],
    );
    fails(r#"{{ include "p/templates/t.yaml" . }}"#, &["p/templates/t.yaml:1:", "nested reference name"]);
    // Helm counts no calls of tpl, and dies of them.
    fails(
        r#"{{ $_ := set . "t" "{{ tpl .t . }}" }}{{ tpl .t . }}"#,
        &["p/templates/t.yaml:1:", "include and tpl are nested more than 10000 deep"],
    );
    let doubled = r#"{{ $_ := set . "t" "{{ $_ := set . `t` (print .t .t) }}{{ tpl .t . }}" }}{{ tpl .t . }}"#;
    let got = render("helm-4.3", doubled, &[], &[]);
    assert_eq!(got.status, 1, "{}", got.stdout);
    assert!(got.stderr.contains("p/templates/t.yaml:1:") && got.stderr.contains("tpl: a text of"), "{}", got.stderr);
}

#[test]
fn endless_template_calls_end_at_gos_depth() {
    // A hundred thousand levels take their time without optimisation; one dialect shows it.
    let got = render("helm-4.3", r#"{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}"#, &[], &[]);
    assert_eq!(got.status, 1, "{}", got.stdout);
    assert!(got.stderr.contains("exceeded maximum template depth (100000)"), "{}", got.stderr);
    assert!(got.stderr.contains("p/templates/t.yaml:1:"), "{}", got.stderr);
}

#[test]
fn huge_counts_are_refused() {
    for (call, want) in [
        (r#"repeat 9999999999 "x""#, "repeat: the result would have"),
        ("until 9999999999", "until: the result would have"),
        ("untilStep 0 9999999999 1", "untilStep: the result would have"),
        ("untilStep 9 -9999999999 -1", "untilStep: the result would have"),
        ("seq 9999999999", "seq: the result would have"),
        (r#"indent 9999999999 "x""#, "indent: the result would have"),
        (r#"nindent 9999999999 "x""#, "nindent: the result would have"),
        ("randAlphaNum 9999999999", "randAlphaNum: the result would have"),
        (r#"regexReplaceAll "" (repeat 100000 "y") (repeat 100000 "x")"#, "regexReplaceAll: the result would have"),
        (r#"replace "" (repeat 100000 "x") (repeat 100000 "y")"#, "replace: the result would have"),
    ] {
        fails(&format!("v: {{{{ {call} }}}}\n"), &["p/templates/t.yaml:1:", want]);
    }
    // Go's fmt refuses these widths itself.
    prints(r#"v: {{ printf "%9999999999d" 1 | quote }}"#, &[], "%!");
    // These fill some hundred megabytes before they end; one dialect shows it.
    for (template, want) in [
        (r#"{{ $x := "x" }}{{ range until 60 }}{{ $x = print $x $x }}{{ end }}"#, "more than 134217728 bytes printed"),
        (r#"{{ range until 100000 }}{{ repeat 100000 "x" }}{{ end }}"#, "more than 536870912 bytes printed"),
    ] {
        let got = render("helm-4.3", template, &[], &[]);
        assert_eq!(got.status, 1, "{template}");
        assert!(got.stderr.contains("p/templates/t.yaml:1:") && got.stderr.contains(want), "{}", got.stderr);
    }
}

#[test]
fn values_grow_no_further_than_they_may() {
    // A graph of sixty maps that is a tree of 2^60.
    let grown = r#"{{ $x := dict "a" 1 }}{{ range until 60 }}{{ $x = dict "a" $x "b" $x }}{{ end }}"#;
    for call in ["$x", "toYaml $x", "toRawJson $x", "deepCopy $x | len", "toString $x"] {
        let got = render("helm-4.3", &format!("{grown}v: {{{{ {call} }}}}\n"), &[], &[]);
        assert!(got.status == 1 || got.stdout.contains("v: \n"), "{call}: {got:?}");
    }
    // Deep ones are refused, compared or dropped without a recursion that could end the process.
    let deep = r#"{{ $x := dict }}{{ range until 100000 }}{{ $x = dict "a" $x }}{{ end }}"#;
    prints(&format!("{deep}v: done\n"), &[], "v: done\n");
    fails(&format!("{deep}v: {{{{ $x }}}}\n"), &["p/templates/t.yaml:1:", "nested too deeply"]);
}

#[test]
fn deep_documents_are_refused_or_read() {
    let nested = |open: &str, close: &str, depth: usize| format!("{}{}", open.repeat(depth), close.repeat(depth));
    for text in [nested("[", "]", 10_001), nested("{a: ", "}", 10_001), "[".repeat(20_000), "- ".repeat(20_000)] {
        fails_with("v: 1\n", &[("values.yaml", &format!("a:\n {text}\n"))], &["values.yaml"]);
        fails(&format!("a:\n {text}\n"), &["YAML parse error on p/templates/t.yaml"]);
    }
    for (function, text) in [
        ("fromJson", nested("[", "]", 20_000)),
        ("fromJson", nested("{\"a\":", "1}", 20_000)),
        ("fromYaml", nested("[", "]", 20_000)),
    ] {
        prints(&format!("v: {{{{ {function} (.Files.Get \"f\") | toJson }}}}\n"), &[("f", &text)], r#"v: {"Error":"#);
    }
    let arrays = format!("a = {}", nested("[", "]", 20_000));
    let call = "v: {{ fromToml (.Files.Get \"f\") }}\n";
    fails_with(call, &[("f", &arrays)], &["p/templates/t.yaml:1:", "toml: line 1: more than 1000 nested values"]);
    let key = format!("{}a = 1", "a.".repeat(20_000));
    fails_with(call, &[("f", &key)], &["p/templates/t.yaml:1:", "toml: line 1: a key of more than 1000 parts"]);
    let bomb: String = ["a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned()]
        .into_iter()
        .chain((b'b'..=b'i').map(|c| {
            let (name, inner) = (char::from(c), char::from(c - 1));
            format!("{name}: &{name} [{}]\n", [format!("*{inner}").as_str(); 9].join(","))
        }))
        .collect();
    fails(&bomb, &["YAML parse error on p/templates/t.yaml", "excessive aliasing"]);
    fails_with("v: 1\n", &[("values.yaml", &bomb)], &["values.yaml", "excessive aliasing"]);
    fails("a: &a [*a]\n", &["YAML parse error on p/templates/t.yaml", "anchor 'a' value contains itself"]);
}

#[test]
fn deep_templates_are_read() {
    let parentheses = format!("v: {{{{ {}1{} }}}}\n", "(".repeat(9_000), ")".repeat(9_000));
    prints(&parentheses, &[], "v: 1\n");
    let blocks = format!("v: {}1{}\n", "{{ if 1 }}".repeat(10_000), "{{ end }}".repeat(10_000));
    prints(&blocks, &[], "v: 1\n");
    // Deeper than any stack: refused, or read with the dialect's own limit.
    let got = render("helm-4.3", &format!("{{{{ {}", "(".repeat(1_000_000)), &[], &[]);
    assert_eq!(got.status, 1);
    assert!(got.stderr.contains("max expression depth exceeded"), "{}", got.stderr);
    let got = render("helm-3.17", &format!("{{{{ {}", "(".repeat(1_000_000)), &[], &[]);
    assert_eq!(got.status, 1);
    assert!(got.stderr.contains("p/templates/t.yaml:1"), "{}", got.stderr);
}

#[test]
fn many_documents_are_written() {
    let got = render("helm-4.3", &"---\na: 1\n".repeat(100_000), &[], &[]);
    assert_eq!(got.status, 0, "{}", got.stderr);
    assert_eq!(got.stdout.matches("# Source: p/templates/t.yaml\n").count(), 100_000);
}

#[test]
fn charts_multiply_no_further_than_they_may() {
    // Nine aliases of a chart with nine aliases of a chart …
    let mut files = Vec::new();
    let mut folder = String::new();
    for depth in 0..12 {
        let aliases: Vec<String> = (0..9).map(|n| format!("{{name: s, version: '*', alias: a{n}}}")).collect();
        let (name, dependencies) = (if depth == 0 { "p" } else { "s" }, aliases.join(", "));
        let dependencies = if depth == 11 { "" } else { dependencies.as_str() };
        files.push((
            format!("{folder}Chart.yaml"),
            format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\ndependencies: [{dependencies}]\n"),
        ));
        folder.push_str("charts/s/");
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let got = render("helm-4.3", "v: 1\n", &files, &[]);
    assert_eq!(got.status, 1);
    assert!(got.stderr.contains("subcharts"), "{}", got.stderr);
}
