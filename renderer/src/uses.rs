//! What a chart uses of what Helm gives to templates: functions, built-in objects, API versions. Read from the parsed
//! templates, so that nothing needs to be rendered, and what no values of today lead to is seen as well.

use std::collections::BTreeMap;
use std::fmt;

use thinlock_go::{Frozen, Str, Toolchain};
use thinlock_template::{FuncMap, Use, Used, error_text, parse};

use crate::chart::Chart;
use crate::dialect::differences::all_functions;

/// The objects in a template's dot, but for the values.
const OBJECTS: [&str; 6] = ["Capabilities", "Chart", "Files", "Release", "Subcharts", "Template"];

/// What a chart and its subcharts use, each with its places in the order of the files.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// Functions, Go's builtins among them.
    pub functions: BTreeMap<&'static str, Vec<Place>>,
    /// Objects by what is read of them: `Release.Name`, `Files.Get`, `Capabilities.KubeVersion.Minor`.
    pub objects: BTreeMap<String, Vec<Place>>,
    /// The arguments of `.Capabilities.APIVersions.Has`; none for one that is not a constant.
    pub api_versions: BTreeMap<Option<String>, Vec<Place>>,
    /// What was asked of `lookup`: API version and kind, where both are constants.
    pub lookups: BTreeMap<Option<(String, String)>, Vec<Place>>,
    /// Strings in values that hold actions, which `tpl` may execute: their places.
    pub texts: Vec<Place>,
    /// Files and strings that are no templates, with Go's message.
    pub unparsed: Vec<(Place, String)>,
}

/// Where something is used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, from the chart's name on: `web/charts/cache/templates/service.yaml`.
    pub file: String,
    /// Where in it.
    pub at: At,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// A line, from 1; 0 for the file as a whole.
    Line(u32),
    /// A key of a values file: `image.tag`.
    Key(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            At::Line(0) => f.write_str(&self.file),
            At::Line(line) => write!(f, "{}:{line}", self.file),
            At::Key(key) => write!(f, "{} {key}", self.file),
        }
    }
}

impl Uses {
    /// Looks through a chart. Functions of every dialect are known here.
    pub fn of(chart: &Chart) -> Uses {
        let mut uses = Uses::default();
        let functions = all_functions();
        uses.add_templates(chart, &chart.metadata.name.to_lossy(), &functions);
        // A string in values is executed only by a chart that calls `tpl`.
        if uses.functions.contains_key("tpl") {
            uses.add_values(chart, &chart.metadata.name.to_lossy(), &functions);
        }
        uses
    }

    fn add_templates(&mut self, chart: &Chart, path: &str, functions: &FuncMap) {
        for file in &chart.templates {
            let name = format!("{path}/{}", file.name);
            let place = |line| Place { file: name.clone(), at: At::Line(line) };
            let text = match file.data() {
                Ok(text) => text,
                Err(error) => {
                    self.unparsed.push((place(0), error.to_string()));
                    continue;
                }
            };
            match parse(&name, text, functions, &Toolchain::NEWEST) {
                Ok(parsed) => parsed.uses().into_iter().for_each(|found| {
                    let place = place(found.line);
                    self.add(found, place);
                }),
                Err(error) => self.unparsed.push((place(0), error_text(&error))),
            }
        }
        for subchart in &chart.subcharts {
            self.add_templates(subchart, &format!("{path}/charts/{}", subchart.metadata.name), functions);
        }
    }

    fn add_values(&mut self, chart: &Chart, path: &str, functions: &FuncMap) {
        let file = format!("{path}/values.yaml");
        let mut texts = Vec::new();
        find_texts(&chart.values, &mut String::new(), &mut texts);
        for (key, text) in texts {
            let place = Place { file: file.clone(), at: At::Key(key) };
            match parse("values", &text, functions, &Toolchain::NEWEST) {
                Ok(parsed) => parsed.uses().into_iter().for_each(|found| self.add(found, place.clone())),
                Err(error) => self.unparsed.push((place.clone(), error_text(&error))),
            }
            self.texts.push(place);
        }
        for subchart in &chart.subcharts {
            self.add_values(subchart, &format!("{path}/charts/{}", subchart.metadata.name), functions);
        }
    }

    fn add(&mut self, found: Use, place: Place) {
        let text = |at: usize| found.arguments.get(at).cloned().flatten().map(|text| text.to_string());
        match &found.what {
            Used::Function(name) => {
                if *name == "lookup" {
                    let what = text(0).zip(text(1));
                    self.lookups.entry(what).or_default().push(place.clone());
                }
                self.functions.entry(name).or_default().push(place);
            }
            Used::Field(keys) => {
                let Some(path) = object(keys) else { return };
                if path == "Capabilities.APIVersions.Has" {
                    self.api_versions.entry(text(0)).or_default().push(place.clone());
                }
                self.objects.entry(path).or_default().push(place);
            }
        }
    }
}

/// The built-in object that a chain of fields reads: `.Release.Name`, and `.root.Release.Name` of a dot that was handed
/// on inside another value. What is below the values is the user's.
fn object(keys: &[Str]) -> Option<String> {
    let start = keys.iter().position(|key| *key == "Values" || OBJECTS.iter().any(|object| *key == *object))?;
    let path = keys.get(start..)?;
    // Of the values, only the object as a whole is of interest.
    if path.first().is_some_and(|key| *key == "Values") && path.len() > 1 {
        return None;
    }
    let names: Vec<String> = path.iter().map(Str::to_string).collect();
    Some(names.join("."))
}

/// The strings with actions in a value, with their keys.
fn find_texts(value: &Frozen, key: &mut String, found: &mut Vec<(String, Str)>) {
    if thinlock_go::stack::is_low() {
        return;
    }
    let length = key.len();
    match value {
        Frozen::Str(text) if memchr::memmem::find(text, b"{{").is_some() => found.push((key.clone(), text.clone())),
        Frozen::Map(_, entries) => {
            for (name, value) in entries.iter() {
                if length > 0 {
                    key.push('.');
                }
                key.push_str(&name.to_lossy());
                find_texts(value, key, found);
                key.truncate(length);
            }
        }
        Frozen::List(_, items) => {
            for (at, value) in items.iter().enumerate() {
                key.push_str(&format!("[{at}]"));
                find_texts(value, key, found);
                key.truncate(length);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::File;
    use crate::{Dialect, FileSet, chart};

    fn uses(files: &[(&str, &str)]) -> Uses {
        let meta = [("Chart.yaml", "apiVersion: v2\nname: p\nversion: 0.1.0\n")];
        let files: FileSet = meta.iter().chain(files).map(|(name, text)| File::new(*name, *text)).collect();
        Uses::of(&chart::load_directory(&files, Dialect::ALL[0], &mut Vec::new()).expect("a chart"))
    }

    fn places<'a>(all: impl IntoIterator<Item = &'a Place>) -> Vec<String> {
        all.into_iter().map(Place::to_string).collect()
    }

    #[test]
    fn functions_and_objects_of_subcharts_are_seen() {
        let uses = uses(&[
            ("templates/a.yaml", "{{ .Release.Name }}\n{{ $.Files.Get \"x\" | nindent 2 }}"),
            ("charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 0.1.0\n"),
            (
                "charts/s/templates/b.yaml",
                "\n{{ with .ctx.Capabilities.KubeVersion }}{{ .Minor }}{{ end }}{{ toToml .Values }}",
            ),
        ]);
        assert_eq!(places(&uses.functions["nindent"]), ["p/templates/a.yaml:2"]);
        assert_eq!(places(&uses.functions["toToml"]), ["p/charts/s/templates/b.yaml:2"]);
        let objects: Vec<&str> = uses.objects.keys().map(String::as_str).collect();
        assert_eq!(objects, ["Capabilities.KubeVersion", "Files.Get", "Release.Name", "Values"]);
    }

    #[test]
    fn what_a_chart_asks_of_a_cluster_is_named() {
        let uses = uses(&[(
            "templates/a.yaml",
            "{{ if .Capabilities.APIVersions.Has \"a/v1\" }}{{ lookup \"v1\" \"Secret\" .n \"x\" }}{{ end }}\n\
             {{ .Capabilities.APIVersions.Has .v }}{{ mustToDuration 1 }}",
        )]);
        assert_eq!(places(&uses.api_versions[&Some("a/v1".to_owned())]), ["p/templates/a.yaml:1"]);
        assert_eq!(places(&uses.api_versions[&None]), ["p/templates/a.yaml:2"]);
        assert_eq!(places(&uses.lookups[&Some(("v1".to_owned(), "Secret".to_owned()))]), ["p/templates/a.yaml:1"]);
        assert!(uses.functions.contains_key("mustToDuration"), "functions of every dialect are known");
    }

    #[test]
    fn strings_for_tpl_are_seen_where_the_chart_calls_it() {
        let values = ("values.yaml", "a:\n  b:\n  - plain\n  - \"{{ now }}\"\nc: \"{{ broken\"\n");
        let silent = uses(&[values, ("templates/a.yaml", "{{ .Values.a }}")]);
        assert!(silent.texts.is_empty() && silent.unparsed.is_empty());
        let uses = uses(&[values, ("templates/a.yaml", "{{ tpl (toYaml .Values.a) . }}")]);
        assert_eq!(places(&uses.texts), ["p/values.yaml a.b[1]", "p/values.yaml c"]);
        assert_eq!(places(&uses.functions["now"]), ["p/values.yaml a.b[1]"]);
        assert_eq!(places(uses.unparsed.iter().map(|(place, _)| place)), ["p/values.yaml c"]);
    }

    #[test]
    fn files_that_do_not_parse_are_named() {
        let uses = uses(&[("templates/a.yaml", "{{ nope }}")]);
        assert_eq!(uses.unparsed.len(), 1);
        assert!(uses.unparsed[0].1.contains("function \"nope\" not defined"), "{:?}", uses.unparsed);
    }
}
