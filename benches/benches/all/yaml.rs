//! Reading and writing YAML, against `memcpy` as the limit and a JSON parser as a yardstick.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group};
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

/// `serde_yaml` and the fork that is kept, on a document that all read as the same values and write as the same bytes.
fn against_others(c: &mut Criterion) {
    let text = default_values(200);
    let ours = thinlock_yaml::from_yaml(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let theirs: serde_json::Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let json = thinlock_yaml::yaml_to_json(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&json).ok().as_ref(), Some(&theirs), "the same values");
    assert_eq!(serde_yaml_ng::from_str::<serde_json::Value>(&text).ok().as_ref(), Some(&theirs), "the same values");
    let mut group = c.benchmark_group("yaml against");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("read/thinlock", |b| b.iter(|| thinlock_yaml::from_yaml(black_box(text.as_bytes())).is_ok()));
    group.bench_function("read/serde_yaml", |b| {
        b.iter(|| serde_yaml::from_str::<serde_json::Value>(black_box(&text)).is_ok());
    });
    group.bench_function("read/serde_yaml_ng", |b| {
        b.iter(|| serde_yaml_ng::from_str::<serde_json::Value>(black_box(&text)).is_ok());
    });
    let written = thinlock_yaml::to_yaml(&ours).unwrap_or_else(|error| panic!("{error}"));
    let equal = |other: Option<String>, name: &str| {
        let equal = other.is_some_and(|other| other.as_bytes() == written);
        if !equal {
            println!("yaml against: {name} writes other bytes, and is not counted");
        }
        equal
    };
    group.bench_function("write/thinlock", |b| b.iter(|| thinlock_yaml::to_yaml(black_box(&ours)).is_ok()));
    if equal(serde_yaml::to_string(&theirs).ok(), "serde_yaml") {
        group.bench_function("write/serde_yaml", |b| b.iter(|| serde_yaml::to_string(black_box(&theirs)).is_ok()));
    }
    if equal(serde_yaml_ng::to_string(&theirs).ok(), "serde_yaml_ng") {
        group.bench_function("write/serde_yaml_ng", |b| {
            b.iter(|| serde_yaml_ng::to_string(black_box(&theirs)).is_ok());
        });
    }
    group.finish();
}

criterion_group!(benches, yaml, against_others);
