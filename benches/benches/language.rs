//! Lexing and parsing templates, and executing them.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
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

#[allow(missing_docs, reason = "criterion's macro makes a public function")]
mod groups {
    use super::*;

    criterion_group!(benches, parsing, execution);
}
criterion_main!(groups::benches);
