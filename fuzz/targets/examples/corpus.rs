//! Makes a first corpus of the recorded cases: `cargo run -p thinlock-fuzz-targets --example corpus`.
//!
//! The cases below `conformance/cases` are charts of a few lines that reach every function. They are cut into inputs of
//! the targets and written to `fuzz/corpus`, where cargo-fuzz looks for them.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use serde_json::Value;

/// An input larger than this slows a fuzzer down more than it helps.
const MAX_INPUT: usize = 8 << 10;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut inputs: BTreeMap<&str, Vec<Vec<u8>>> = BTreeMap::new();
    for entry in fs::read_dir(root.join("conformance/cases/probes"))? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        for line in fs::read_to_string(&path)?.lines() {
            collect(&serde_json::from_str(line)?, &mut inputs);
        }
    }
    for (target, mut inputs) in inputs {
        inputs.sort();
        inputs.dedup();
        inputs.retain(|input| input.len() <= MAX_INPUT);
        let folder = root.join("fuzz/corpus").join(target);
        fs::create_dir_all(&folder)?;
        for input in &inputs {
            let mut hasher = DefaultHasher::new();
            input.hash(&mut hasher);
            fs::write(folder.join(format!("{:016x}", hasher.finish())), input)?;
        }
        println!("{target}: {} inputs", inputs.len());
    }
    Ok(())
}

fn collect(probe: &Value, inputs: &mut BTreeMap<&'static str, Vec<Vec<u8>>>) {
    let mut add = |target, input: String| inputs.entry(target).or_default().push(input.into_bytes());
    let text = |key: &str| probe.get(key).and_then(Value::as_str);

    let mut chart = String::new();
    let mut section = |name: &str, text: &str| {
        let line_end = if chart.is_empty() || chart.ends_with('\n') { "" } else { "\n" };
        chart.push_str(&format!("{line_end}-- {name} --\n{text}"));
    };
    let named = [
        ("template", "templates/t.yaml"),
        ("helpers", "templates/_helpers.tpl"),
        ("values_yaml", "values.yaml"),
        ("chart_yaml", "Chart.yaml"),
    ];
    for (key, name) in named {
        if let Some(text) = text(key) {
            section(name, text);
        }
    }
    let files = probe.get("files").and_then(Value::as_object);
    for (name, text) in files.into_iter().flatten() {
        section(name, text.as_str().unwrap_or_default());
    }
    add("render", chart);

    if let Some(template) = text("template") {
        add("template_parser", template.to_owned());
    }
    if let Some(values) = text("values_yaml") {
        add("yaml_reader", values.to_owned());
        add("yaml_round_trip", values.to_owned());
        if let Some(schema) = files.and_then(|files| files.get("values.schema.json")).and_then(Value::as_str) {
            add("schema", format!("{schema}\n-- values --\n{values}"));
            add("json_and_toml", schema.to_owned());
        }
    }
    let mut args = probe.get("argv").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    while let Some(arg) = args.next() {
        if !arg.starts_with("--set") {
            continue;
        }
        match arg.split_once('=') {
            Some((_, text)) => add("set_flags", text.to_owned()),
            None => add("set_flags", args.next().unwrap_or_default().to_owned()),
        }
    }
}
