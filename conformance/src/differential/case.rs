//! A generated chart with the command that renders it.

use std::io;
use std::ops::Range;

use serde_json::{Map, Value, json};

use super::tree::{Sort, Tree};
use crate::Probe;
use crate::shrink::without_characters;

/// Where a part of a case goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// `templates/t.yaml`.
    Template,
    /// `templates/_helpers.tpl`.
    Helpers,
    /// `values.yaml`.
    Values,
    /// A file in the chart.
    File(&'static str),
    /// A file beside the chart.
    Beside(&'static str),
    /// `Chart.yaml`, in place of the usual one.
    Chart,
    /// A flag, with the part as its value.
    Flag(&'static str),
    /// A flag without a value, or any other argument.
    Argument,
}

/// A generated case. What it holds is kept as trees until it is run.
#[derive(Clone, Debug, Hash)]
pub(super) struct Case {
    /// The production of the grammar that it began with.
    pub(super) topic: &'static str,
    pub(super) parts: Vec<(Place, Tree)>,
}

impl Case {
    pub(super) fn new(topic: &'static str) -> Case {
        Case { topic, parts: Vec::new() }
    }

    pub(super) fn with(mut self, place: Place, tree: Tree) -> Case {
        self.parts.push((place, tree));
        self
    }

    /// A value that the template finds as `.Values.KEY`.
    pub(super) fn value(self, key: &str, value: Tree) -> Case {
        let tree = Tree::new(Sort::Other).text(format!("{{\"{key}\": ")).tree(value).text("}\n");
        self.with(Place::Values, tree)
    }

    /// Every function that is called, once for each call.
    pub(super) fn calls(&self) -> Vec<&'static str> {
        let mut calls = Vec::new();
        for (_, tree) in &self.parts {
            tree.calls_made(&mut calls);
        }
        calls
    }

    /// The fields of a probe, without what Helms did with it.
    pub(super) fn fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("id".to_owned(), json!(""));
        let mut files = Map::new();
        let mut beside = Map::new();
        let mut flags: Vec<String> = Vec::new();
        for (place, tree) in &self.parts {
            let text = tree.print();
            match place {
                Place::Template => drop(fields.insert("template".to_owned(), json!(text))),
                Place::Helpers => drop(fields.insert("helpers".to_owned(), json!(text))),
                Place::Values => drop(fields.insert("values_yaml".to_owned(), json!(text))),
                // A comma after the last entry is fine in YAML, and not in JSON.
                Place::File("values.schema.json") => {
                    let text = text.replace(", }", "}").replace(", ]", "]");
                    files.insert("values.schema.json".to_owned(), json!(text));
                }
                Place::File(name) => drop(files.insert((*name).to_owned(), json!(text))),
                Place::Beside(name) => drop(beside.insert((*name).to_owned(), json!(text))),
                Place::Chart => drop(fields.insert("chart_yaml".to_owned(), json!(text))),
                Place::Argument => flags.push(text),
                Place::Flag(name) => flags.extend([(*name).to_owned(), text]),
            }
        }
        for (name, some) in [("files", files), ("outer", beside)] {
            if !some.is_empty() {
                fields.insert(name.to_owned(), Value::Object(some));
            }
        }
        if !flags.is_empty() {
            fields.insert("argv".to_owned(), json!(flags));
        }
        // The digest tells probes of one topic apart, and is the same wherever the same probe is found again.
        let digest = crate::corpus::hex_sha256(Value::Object(fields.clone()).to_string().as_bytes());
        let id = format!("differential/{}/{}", self.topic, &digest[..10]);
        fields.insert("id".to_owned(), json!(id));
        fields
    }

    /// The case as a probe that can be laid out and run.
    pub(super) fn probe(&self) -> io::Result<Probe> {
        Ok(serde_json::from_value(Value::Object(self.fields()))?)
    }

    /// How many places for [`Case::smaller`] a part has; `None` if there is no such part.
    pub(super) fn places(&self, part: usize) -> Option<usize> {
        self.parts.get(part).map(|(_, tree)| tree.places())
    }

    /// The strings that may be shortened.
    pub(super) fn strings(&self) -> Vec<&str> {
        self.parts.iter().flat_map(|(_, tree)| tree.strings()).collect()
    }

    /// The case with some characters less in the string of a number.
    pub(super) fn without_characters(&self, number: usize, characters: Range<usize>) -> Case {
        let mut case = self.clone();
        let Some(shorter) = self.strings().get(number).map(|text| without_characters(text, characters)) else {
            return case;
        };
        let mut at = number;
        for (_, tree) in &mut case.parts {
            if tree.set_string(&mut at, &shorter) {
                break;
            }
        }
        case
    }

    /// Forms of the case with one thing less, the greatest change first.
    pub(super) fn smaller(&self, part: usize, place: usize) -> Vec<Case> {
        let Some((_, tree)) = self.parts.get(part) else { return Vec::new() };
        let mut results = Vec::new();
        if place == 0 {
            let mut without = self.clone();
            without.parts.remove(part);
            results.push(without);
        }
        results.extend(tree.smaller_at(place).into_iter().map(|tree| {
            let mut case = self.clone();
            case.parts[part].1 = tree;
            case
        }));
        results
    }
}
