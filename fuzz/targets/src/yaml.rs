//! YAML: reading, and reading again what was written.

use thinlock_go::reflect::deep_equal;
use thinlock_go::{Value, json};
use thinlock_yaml::node::Node;
use thinlock_yaml::stream::{LastLine, documents};
use thinlock_yaml::{from_yaml, from_yaml_frozen, to_yaml, to_yaml_pretty, yaml_to_json};

/// Reads the input in every way there is. They agree on what it says, and on what is wrong with it.
pub fn yaml_reader(data: &[u8]) {
    let value = from_yaml(data);
    let frozen = from_yaml_frozen(data);
    let by_json = yaml_to_json(data);
    match value {
        Ok(value) => {
            assert!(frozen.is_ok_and(|frozen| deep_equal(&frozen.thaw(), &value)), "frozen");
            let by_json = by_json.ok().and_then(|text| json::decode(&text).ok());
            assert!(by_json.is_some_and(|by_json| deep_equal(&by_json, &value)), "by JSON");
        }
        Err(error) => {
            assert!(!error.text().is_empty());
            assert_eq!(frozen.err().as_ref(), Some(&error));
        }
    }
    if let Err(error) = Node::parse(data) {
        assert!(!error.text().is_empty());
    }
    for last_line in [LastLine::Lost, LastLine::Completed] {
        let read: usize = documents(data, last_line).map_while(Result::ok).map(|document| document.len()).sum();
        // A line end may be added.
        assert!(read <= data.len() + 1, "{read} bytes in the documents of {}", data.len());
    }
}

/// Reads the input, writes it, and reads that: the value is the same.
pub fn yaml_round_trip(data: &[u8]) {
    let Ok(value) = from_yaml(data) else { return };
    let Traits { merge_key, tab, raw } = Traits::of(&value);
    // go-yaml does not quote a key `<<`, and takes it for a merge key when it reads it.
    if merge_key {
        return;
    }
    match to_yaml(&value) {
        Ok(written) if !raw => {
            check("toYaml", &written, &value);
            let again = from_yaml(&written).and_then(|value| to_yaml(&value)).unwrap_or_default();
            assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&written));
        }
        Ok(_) => {}
        Err(error) => assert!(raw, "not written: {error}"),
    }
    // yaml.v3 writes text with tabs in ways in which it cannot be read.
    if !tab {
        check("toYamlPretty", &to_yaml_pretty(&value).unwrap_or_default(), &value);
    }
}

fn check(how: &str, written: &[u8], value: &Value) {
    let shown = String::from_utf8_lossy(written);
    match from_yaml(written) {
        Ok(read) => assert!(deep_equal(&read, value), "{how} wrote another value: {shown}"),
        Err(error) => panic!("{how} wrote what cannot be read: {error}: {shown}"),
    }
}

/// What go-yaml writes in a way in which it does not read it.
#[derive(Default)]
struct Traits {
    merge_key: bool,
    tab: bool,
    /// What does not come through JSON and the YAML reader behind it: a control or a mark that JSON leaves as it is and the
    /// reader refuses or takes for a line end, a long key.
    raw: bool,
}

impl Traits {
    fn of(value: &Value) -> Traits {
        let mut traits = Traits::default();
        traits.visit(value);
        traits
    }

    fn text(&mut self, text: &[u8]) {
        self.tab = self.tab || text.contains(&b'\t');
        let is_raw = |c| matches!(c, '\u{7f}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
        self.raw = self.raw || String::from_utf8_lossy(text).contains(is_raw);
    }

    fn visit(&mut self, value: &Value) {
        // What was read is at most 10,000 deep, and every target's thread has room for that.
        match value {
            Value::Str(text) => self.text(text),
            Value::List(list) => list.items().iter().for_each(|item| self.visit(item)),
            Value::Map(map) => {
                for (key, value) in map.snapshot().iter() {
                    self.merge_key = self.merge_key || key == "<<";
                    self.text(key);
                    // JSON makes up to six characters of one, and yaml.v2 reads keys of up to 1024.
                    self.raw = self.raw || key.len() > 1024 / 6 - 2;
                    self.visit(value);
                }
            }
            _ => {}
        }
    }
}
