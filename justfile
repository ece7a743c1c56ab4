# Everything that CI runs, and what developers run by hand.

# All of CI, as CI runs it.
ci:
    bash .ci/run

# All tests.
test:
    cargo test --workspace

# Format, and lint with warnings as errors.
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# Replay the recorded cases of real Helms (needs a folder with probes/ and corpus/).
gate data="../shared":
    cargo build --release -p thinlock
    bash conformance/gate.sh {{data}} target/release/thinlock

# One thread, as several wait for each other's counters.
# Line coverage of the renderer's crates by their own tests and the recorded cases (needs `cargo install cargo-tarpaulin`).
coverage:
    RAYON_NUM_THREADS=1 cargo tarpaulin --engine llvm --profile fast --target-dir target/coverage --skip-clean --timeout 900 \
        -p thinlock-go -p thinlock-template -p thinlock-yaml -p thinlock-sprig -p thinlock-renderer -p thinlock \
        --lib --test probes --test hostile --test crypto --test functions \
        --include-files 'renderer/*' --exclude-files '*/tests.rs' '*/tests/*' '*/examples/*' --out Stdout

# Benchmarks.
bench:
    cargo bench -p thinlock-benches

# Compare with the helm on this machine: equal bytes, time and memory, on the charts given or on two of ours.
bench-helm helm="helm" *charts:
    cargo build --release -p thinlock -p thinlock-benches
    target/release/compare --helm {{helm}} {{charts}}

# Make repositories with many deployments of the example's chart, to render and promote.
bench-fleet count="1000" into="target/fleet":
    cargo run --release -p thinlock-benches --bin fleet -- {{count}} {{into}}

# List the functions that rendering runs, which the program has side by side (needs valgrind; a chart and its values, and others).
hot *charts:
    cargo build --release -p thinlock -p thinlock-benches
    target/release/hot {{charts}} > target/hot-functions.txt
    mv target/hot-functions.txt cli/hot-functions.txt

# Licences and advisories of dependencies.
deny:
    cargo deny check
