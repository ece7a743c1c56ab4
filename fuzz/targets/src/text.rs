//! JSON and TOML, as `fromJson`, `toJson`, `fromToml` and `toToml` read and write them.

use thinlock_go::reflect::deep_equal;
use thinlock_go::{Value, json};
use thinlock_renderer::toml;

use crate::world::{Nowhere, dialect_of};

/// Reads the input as JSON and as TOML, writes it, and reads that: the value is the same.
pub fn json_and_toml(data: &[u8]) {
    match json::decode(data) {
        Ok(value) => {
            for html in [json::Html::Escape, json::Html::Keep] {
                let written = json::encode(&value, html).unwrap_or_else(|error| panic!("not written: {error}"));
                let read = json::decode(&written).unwrap_or_else(|error| panic!("cannot be read: {error}"));
                assert!(deep_equal(&read, &value), "{}", String::from_utf8_lossy(&written));
            }
            let indented = json::encode_indent(&value, "", "  ", json::Html::Escape).unwrap_or_default();
            assert!(json::decode(&indented).is_ok_and(|read| deep_equal(&read, &value)));
        }
        Err(error) => assert!(!error.is_empty()),
    }
    let _ = (json::decode_prefix(data), json::decode_prefix_numbers(data));

    let toolchain = &dialect_of(data).toolchain;
    match toml::decode(data, toolchain, &Nowhere) {
        Ok(map) => {
            let value = Value::Map(map);
            // Mixed and empty lists and nulls cannot all be written.
            if let Ok(written) = toml::encode(&value, toolchain) {
                let _ = toml::decode(&written, toolchain, &Nowhere);
            }
        }
        Err(error) => assert!(!format!("{error:?}").is_empty()),
    }
}
