//! Whole renders: one release, and fleets of deployments that share a chart.

use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use rayon::prelude::*;
use thinlock_benches::{StillHost, capabilities, chart, deployment_values, request};
use thinlock_go::{Frozen, Str};
use thinlock_renderer::chart::process;
use thinlock_renderer::dialect::HELM_4_1;
use thinlock_renderer::engine::{Cache, render};
use thinlock_renderer::manifest::{Layout, Selection, Text, manifest_stream, sort_manifests};
use thinlock_renderer::values::{self, coalesce};

fn values_of(number: usize) -> Frozen {
    values::parse_file(deployment_values(number).as_bytes(), &HELM_4_1.values).unwrap_or_else(|error| panic!("{error}"))
}

fn one_release(c: &mut Criterion) {
    let capabilities = capabilities(&HELM_4_1);
    let mut group = c.benchmark_group("render");
    for services in [5, 20] {
        let chart = chart(services, &HELM_4_1);
        let values = values_of(1);
        let request = request(&HELM_4_1, &chart, &values, "cell-1", &capabilities);
        let warm = Cache::new();
        let rendered = render(&request, &StillHost, &warm, &mut Vec::new()).unwrap_or_else(|_| panic!("it renders"));
        group.throughput(Throughput::Bytes(manifest_stream(&rendered).len() as u64));
        group.bench_function(BenchmarkId::new("cold", services), |b| {
            b.iter(|| render(&request, &StillHost, &Cache::new(), &mut Vec::new()).is_ok());
        });
        group.bench_function(BenchmarkId::new("warm", services), |b| {
            b.iter(|| render(&request, &StillHost, &warm, &mut Vec::new()).is_ok());
        });
        group.bench_function(BenchmarkId::new("lay out flat", services), |b| {
            b.iter(|| Layout::Flat.files(&rendered, Selection::default()).is_ok());
        });
    }
    group.finish();
}

fn fleet(c: &mut Criterion) {
    let capabilities = capabilities(&HELM_4_1);
    let chart = chart(10, &HELM_4_1);
    let cache = Cache::new();
    let mut group = c.benchmark_group("fleet");
    group.sample_size(10);
    for size in [10, 100, 1_000, 10_000] {
        let values: Vec<Arc<Frozen>> = (0..size).map(|number| Arc::new(values_of(number))).collect();
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| {
                values
                    .par_iter()
                    .map(|values| {
                        let request = request(&HELM_4_1, &chart, values, "cell", &capabilities);
                        render(&request, &StillHost, &cache, &mut Vec::new())
                            .map(|rendered| manifest_stream(&rendered).len())
                            .unwrap_or_default()
                    })
                    .sum::<usize>()
            });
        });
    }
    group.finish();
}

/// The steps of a render around the templates: values over the chart's, and what came out as manifests.
fn steps(c: &mut Criterion) {
    let capabilities = capabilities(&HELM_4_1);
    let chart = chart(20, &HELM_4_1);
    let values = values_of(1);
    c.bench_function("process and coalesce/20", |b| {
        b.iter(|| {
            let processed =
                process(&chart, &values, &HELM_4_1, &mut Vec::new()).unwrap_or_else(|_| panic!("processed"));
            coalesce(&processed, &values, &HELM_4_1, &mut Vec::new()).is_ok()
        });
    });
    let request = request(&HELM_4_1, &chart, &values, "cell-1", &capabilities);
    let rendered =
        render(&request, &StillHost, &Cache::new(), &mut Vec::new()).unwrap_or_else(|_| panic!("it renders"));
    let files: Vec<(Str, Text)> =
        rendered.manifests.iter().map(|manifest| (manifest.path.clone(), manifest.content.clone())).collect();
    let bytes: usize = files.iter().map(|(_, content)| content.len()).sum();
    let mut group = c.benchmark_group("manifests");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("split and sort/20", |b| b.iter(|| sort_manifests(&files, &HELM_4_1).is_ok()));
    group.bench_function("stream/20", |b| b.iter(|| manifest_stream(&rendered).len()));
    group.finish();
}

criterion_group!(benches, one_release, steps, fleet);
