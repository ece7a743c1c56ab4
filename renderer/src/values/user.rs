//! What the user gives: `-f` files and `--set` flags, merged in Helm's order.

use thinlock_go::{Frozen, Value, json};

use super::{check_depth, file, merge, set};
use crate::Dialect;

/// The values files and `--set` flags of one render.
///
/// They are applied in this order, whatever the order on the command line: files, then `--set-json`, `--set`,
/// `--set-string`, `--set-file`, `--set-literal`; of one kind from left to right.
#[derive(Clone, Debug, Default)]
pub struct UserValues {
    /// `-f`, `--values`: names of files, which the reader resolves (`-` is standard input to Helm).
    pub files: Vec<Vec<u8>>,
    /// `--set-json`.
    pub json: Vec<Vec<u8>>,
    /// `--set`.
    pub set: Vec<Vec<u8>>,
    /// `--set-string`.
    pub strings: Vec<Vec<u8>>,
    /// `--set-file`: the values name files.
    pub set_files: Vec<Vec<u8>>,
    /// `--set-literal`.
    pub literals: Vec<Vec<u8>>,
}

impl UserValues {
    /// Makes one map of everything: Helm's `Options.MergeValues`. Files are read through `read`, which is given their
    /// names as the user wrote them.
    ///
    /// # Errors
    /// A file cannot be read (the reader's own text), is no YAML map (`failed to parse F: …`), or a flag's text is not
    /// of its form (`failed parsing --set data: …`).
    pub fn merge(&self, dialect: &Dialect, read: set::FileReader<'_>) -> Result<Frozen, String> {
        let rules = &dialect.values;
        let mut base = Frozen::Map(&thinlock_go::types::MAP_STRING_ANY, [].into());
        for name in &self.files {
            let data = read(name)?;
            let values = file::parse(&data, rules)
                .map_err(|e| format!("failed to parse {}: {e}", String::from_utf8_lossy(name)))?;
            base = merge(&base, &values);
        }
        let flags = [&self.json, &self.set, &self.strings, &self.set_files, &self.literals];
        if flags.iter().all(|texts| texts.is_empty()) {
            return Ok(base);
        }

        let mut values = thaw(&base);
        for text in &self.json {
            let trimmed = text.trim_ascii();
            if rules.set_json_object && trimmed.first() == Some(&b'{') {
                let object = json::decode(trimmed).ok().filter(|v| matches!(v, Value::Map(_)));
                let object = object
                    .as_ref()
                    .and_then(Frozen::freeze)
                    .ok_or_else(|| format!("failed parsing --set-json data JSON: {}", String::from_utf8_lossy(text)))?;
                values = thaw(&merge(&freeze(&values)?, &object));
            } else {
                set::parse_json(text, &values, rules)
                    .map_err(|_| format!("failed parsing --set-json data {}", String::from_utf8_lossy(text)))?;
            }
        }
        for text in &self.set {
            set::parse_into(text, &values, rules).map_err(|e| format!("failed parsing --set data: {e}"))?;
        }
        for text in &self.strings {
            set::parse_into_string(text, &values, rules)
                .map_err(|e| format!("failed parsing --set-string data: {e}"))?;
        }
        for text in &self.set_files {
            set::parse_file(text, &values, rules, read).map_err(|e| format!("failed parsing --set-file data: {e}"))?;
        }
        for text in &self.literals {
            set::parse_literal(text, &values, rules).map_err(|e| format!("failed parsing --set-literal data: {e}"))?;
        }
        freeze(&values)
    }
}

fn thaw(values: &Frozen) -> thinlock_go::Map {
    match values.thaw() {
        Value::Map(map) => map,
        _ => thinlock_go::Map::string_any(),
    }
}

fn freeze(values: &thinlock_go::Map) -> Result<Frozen, String> {
    // Only a value that holds an object or itself cannot be frozen, which no flag can make.
    let frozen = Frozen::freeze(&Value::Map(values.clone())).ok_or("values nest too deeply")?;
    check_depth(&frozen)?;
    Ok(frozen)
}
