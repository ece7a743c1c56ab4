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

# Benchmarks.
bench:
    cargo bench -p thinlock-benches

# Licences and advisories of dependencies.
deny:
    cargo deny check
