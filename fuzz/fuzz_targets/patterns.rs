//! `patterns` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| thinlock_fuzz_targets::patterns(data));
