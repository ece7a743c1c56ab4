//! All benchmarks. `cargo bench -p thinlock-benches -- NAME` runs those whose name holds `NAME`, `-- --test` each once.

mod gitops;
mod language;
mod render;
mod yaml;

use criterion::criterion_main;

criterion_main!(language::benches, yaml::benches, render::benches, gitops::benches);
