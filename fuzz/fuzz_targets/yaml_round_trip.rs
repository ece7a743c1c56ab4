//! `yaml_round_trip` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| thinlock_fuzz_targets::yaml_round_trip(data));
