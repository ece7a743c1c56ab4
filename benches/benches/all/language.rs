//! Lexing and parsing templates, and executing them; against the crate `gtmpl` on what it can do.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group};
use thinlock_benches::{StillHost, chart_files};
use thinlock_go::{List, Map, Toolchain, Value};
use thinlock_template::{Env, FuncMap, Set, TextCache, parse};

/// sprig's functions, and names for Helm's own so that charts parse.
fn functions() -> Arc<FuncMap> {
    let mut functions = FuncMap::new();
    functions.add(thinlock_sprig::functions());
    Arc::new(functions)
}

fn parsing(c: &mut Criterion) {
    let toolchain = Toolchain::default();
    let functions = functions();
    // Templates without `include` and the like, which are Helm's.
    let text = "{{- range $i, $e := .items }}\n- name: {{ $e.name | trunc 63 | quote }}\n  value: {{ printf \"%s-%d\" $e.value $i }}\n  {{- if and $e.on (not .off) }}\n  on: true\n  {{- else }}\n  on: false\n  {{- end }}\n{{- end }}\n".repeat(40);
    let mut group = c.benchmark_group("parse");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("template", |b| {
        b.iter(|| parse(black_box("t"), black_box(text.as_str()), &functions, &toolchain).is_ok());
    });
    group.finish();
    let size: usize = chart_files(20).iter().map(|(_, text)| text.len()).sum();
    assert!(size > 10_000);
}

fn execution(c: &mut Criterion) {
    let toolchain = Toolchain::default();
    let functions = functions();
    let text = "{{ range $i, $e := .items }}{{ $e.name | upper | trunc 20 | quote }}={{ printf \"%s-%d\" $e.value $i }};{{ end }}";
    let items = (0..200)
        .map(|n| {
            let item = Map::string_any();
            item.insert("name", format!("item-{n}"));
            item.insert("value", format!("value-{n}"));
            Value::Map(item)
        })
        .collect();
    let dot = Map::string_any();
    dot.insert("items", List::any(items));
    let mut set = Set::new("t");
    set.add(&parse("t", text, &functions, &toolchain).unwrap_or_else(|error| panic!("{error}")));
    let texts = TextCache::new(functions);
    let mut out = Vec::new();
    c.bench_function("execute/200 items", |b| {
        b.iter(|| {
            out.clear();
            let mut state = ();
            let env = Env::new(&StillHost, &toolchain, &mut state, &texts);
            set.execute("t", Value::Map(dot.clone()), &mut out, env).is_ok()
        });
    });
    assert!(out.starts_with(b"\"ITEM-0\"=value-0-0;"));
}

/// What both engines print the same for: no sprig, no trimming of blanks, no variables that are set again.
fn against_gtmpl(c: &mut Criterion) {
    let text = "{{ range .items }}{{ if .on }}{{ .name }}={{ printf \"%s-%d\" .value .number }};{{ end }}{{ end }}";
    let toolchain = Toolchain::default();
    let functions = functions();
    let texts = TextCache::new(Arc::clone(&functions));
    let parsed = || parse("t", text, &functions, &toolchain).unwrap_or_else(|error| panic!("{error}"));
    let mut set = Set::new("t");
    set.add(&parsed());
    let items = |n: i64| (format!("item-{n}"), format!("value-{n}"), n, n % 3 != 0);
    let dot = Map::string_any();
    let list = (0..200).map(items).map(|(name, value, number, on)| {
        let item = Map::string_any();
        item.insert("name", name);
        item.insert("value", value);
        item.insert("number", Value::int64(number));
        item.insert("on", Value::from(on));
        Value::Map(item)
    });
    dot.insert("items", List::any(list.collect()));
    let mut out = Vec::new();
    let mut ours = || {
        out.clear();
        let mut state = ();
        let env = Env::new(&StillHost, &toolchain, &mut state, &texts);
        let done = set.execute("t", Value::Map(dot.clone()), &mut out, env);
        assert!(done.is_ok());
        out.clone()
    };

    let list = (0..200).map(items).map(|(name, value, number, on)| {
        let item: [(String, gtmpl::Value); 4] = [
            ("name".into(), name.into()),
            ("value".into(), value.into()),
            ("number".into(), number.into()),
            ("on".into(), on.into()),
        ];
        gtmpl::Value::Object(item.into())
    });
    let dot = gtmpl::Value::Object([("items".to_owned(), gtmpl::Value::Array(list.collect()))].into());
    let mut template = gtmpl::Template::default();
    template.parse(text).unwrap_or_else(|error| panic!("{error}"));
    let context = gtmpl::Context::from(dot);
    let theirs = || template.render(&context).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(theirs().as_bytes(), ours(), "only equal output is compared");

    let mut group = c.benchmark_group("against gtmpl");
    group.bench_function("parse/thinlock", |b| b.iter(|| black_box(parsed())));
    group.bench_function("parse/gtmpl", |b| b.iter(|| gtmpl::Template::default().parse(black_box(text)).is_ok()));
    group.bench_function("execute/thinlock", |b| b.iter(&mut ours));
    group.bench_function("execute/gtmpl", |b| b.iter(theirs));
    group.finish();
}

criterion_group!(benches, parsing, execution, against_gtmpl);
