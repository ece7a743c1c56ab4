//! Reading and writing YAML, against `memcpy` as the limit and a JSON parser as a yardstick.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use thinlock_benches::default_values;

fn yaml(c: &mut Criterion) {
    let text = default_values(200);
    let value = thinlock_yaml::from_yaml(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let json = thinlock_yaml::yaml_to_json(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let mut group = c.benchmark_group("yaml");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("read", |b| b.iter(|| thinlock_yaml::from_yaml(black_box(text.as_bytes())).is_ok()));
    group.bench_function("read frozen", |b| {
        b.iter(|| thinlock_yaml::from_yaml_frozen(black_box(text.as_bytes())).is_ok());
    });
    group.bench_function("write", |b| b.iter(|| thinlock_yaml::to_yaml(black_box(&value)).is_ok()));
    group.bench_function("memcpy", |b| b.iter(|| black_box(text.as_bytes()).to_vec()));
    group.bench_function("json of the same values, by serde_json", |b| {
        b.iter(|| serde_json::from_slice::<serde_json::Value>(black_box(&json)).is_ok());
    });
    group.finish();
}

#[allow(missing_docs, reason = "criterion's macro makes a public function")]
mod groups {
    use super::*;

    criterion_group!(benches, yaml);
}
criterion_main!(groups::benches);
