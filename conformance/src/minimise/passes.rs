//! What is tried, in which order: large parts first.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::cuts::{self, without};
use super::subject::{CHART, Subject};
use crate::shrink::{Shrink, without_lines};

/// Texts up to this many bytes are taken apart word by word.
const SMALL: usize = 4096;

/// Shrinks until nothing more can go: first what is cheap and large, then everything.
pub(super) fn run(shrink: &mut Shrink<'_, Subject>) {
    let unpacked = shrink.best().with_unpacked_subcharts();
    shrink.propose(unpacked);
    shrink.propose(unpack_chart(shrink.best()));
    shrink.to_fixed_point(|shrink| {
        subcharts(shrink);
        files(shrink);
        arguments(shrink);
        texts(shrink, false);
    });
    shrink.to_fixed_point(|shrink| {
        subcharts(shrink);
        files(shrink);
        arguments(shrink);
        texts(shrink, true);
    });
}

/// The chart as a folder, where it is given packed.
fn unpack_chart(subject: &Subject) -> Subject {
    let mut subject = subject.clone();
    for arg in &mut subject.argv {
        if arg == "chart.tgz" {
            "chart".clone_into(arg);
        }
    }
    subject
}

/// Subcharts go with what Chart.yaml says of them; or one of them becomes the chart.
fn subcharts(shrink: &mut Shrink<'_, Subject>) {
    shrink.simplify(|subject, at| {
        let folder = subject.subcharts().into_iter().nth(at)?;
        Some(promoted(subject, &folder))
    });
    shrink.drop_parts(
        |subject| subject.subcharts().len(),
        |subject, range| {
            let gone: Vec<String> = subject.subcharts().drain(range).collect();
            gone.iter().fold(subject.clone(), |subject, folder| without_subchart(&subject, folder))
        },
    );
}

fn without_subchart(subject: &Subject, folder: &str) -> Subject {
    let subject = subject.without_files(|name| name.starts_with(folder));
    let Some((parent, name)) = folder.trim_end_matches('/').rsplit_once("/charts/") else { return subject };
    let file = format!("{parent}/Chart.yaml");
    let Some(text) = subject.text(&file) else { return subject };
    let named = |entry: &str| {
        entry.lines().any(|line| {
            let line = line.trim().trim_start_matches("- ");
            line.strip_prefix("name:").is_some_and(|value| value.trim().trim_matches(['"', '\'']) == name)
        })
    };
    let cut: Vec<Range<usize>> =
        cuts::yaml_parts(text, 1).into_iter().filter(|part| text.get(part.clone()).is_some_and(named)).collect();
    let text = without(text, &cut);
    subject.with(&file, &text)
}

/// A subchart in the place of the whole chart, with what the values say of it.
fn promoted(subject: &Subject, folder: &str) -> Subject {
    let name = folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let mut files: BTreeMap<String, Arc<[u8]>> = BTreeMap::new();
    for (path, bytes) in &subject.files {
        if let Some(inner) = path.strip_prefix(folder) {
            files.insert(format!("{CHART}{inner}"), Arc::clone(bytes));
        } else if !path.starts_with(CHART) {
            let text = std::str::from_utf8(bytes).ok().and_then(|text| section(text, name));
            files.insert(path.clone(), text.map_or_else(|| Arc::clone(bytes), |text| Arc::from(text.into_bytes())));
        }
    }
    Subject { files, argv: subject.argv.clone() }
}

/// What stands below a key of a YAML file, moved to the left, and the file's `global`.
fn section(text: &str, key: &str) -> Option<String> {
    let head = format!("{key}:");
    let entry = cuts::yaml_parts(text, 0).into_iter().find_map(|part| text.get(part)?.strip_prefix(&head))?;
    let inner = entry.split_once('\n')?.1;
    let indent =
        inner.lines().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len()).min()?;
    let mut out: String = inner
        .split_inclusive('\n')
        .map(|line| line.get(indent..).unwrap_or_else(|| line.trim_start_matches(' ')))
        .collect();
    for part in cuts::yaml_parts(text, 0) {
        out.push_str(text.get(part).filter(|part| part.starts_with("global:")).unwrap_or_default());
    }
    Some(out)
}

fn files(shrink: &mut Shrink<'_, Subject>) {
    let names = |subject: &Subject| -> Vec<String> {
        subject.files.keys().filter(|name| *name != "chart/Chart.yaml").cloned().collect()
    };
    shrink.drop_parts(
        |subject| names(subject).len(),
        |subject, range| {
            let gone: Vec<String> = names(subject).drain(range).collect();
            subject.without_files(|name| gone.iter().any(|gone| gone == name))
        },
    );
}

/// Flags with their values, flags alone, and the parts of `--set a=1,b=2`.
fn arguments(shrink: &mut Shrink<'_, Subject>) {
    let is_chart = |arg: &String| arg == "chart" || arg == "chart.tgz";
    shrink.simplify(|subject, at| {
        let (at, count) = (at / 2 + 1, 2 - at % 2);
        if at >= subject.argv.len() {
            return None;
        }
        let mut subject = subject.clone();
        let end = (at + count).min(subject.argv.len());
        if !subject.argv.get(at..end)?.iter().any(is_chart) {
            subject.argv.drain(at..end);
        }
        Some(subject)
    });
    shrink.simplify(|subject, number| {
        let parts: Vec<(usize, Vec<&str>)> = subject
            .argv
            .iter()
            .enumerate()
            .map(|(at, arg)| (at, arg.split(',').collect::<Vec<_>>()))
            .filter(|(_, parts)| parts.len() > 1)
            .collect();
        let mut number = number;
        for (at, mut pieces) in parts {
            if number < pieces.len() {
                pieces.remove(number);
                let joined = pieces.join(",");
                let mut subject = subject.clone();
                *subject.argv.get_mut(at)? = joined;
                return Some(subject);
            }
            number -= pieces.len();
        }
        None
    });
}

/// The texts of all files, one after another; `words` takes small ones apart word by word.
fn texts(shrink: &mut Shrink<'_, Subject>, words: bool) {
    let names: Vec<String> = shrink.best().files.keys().cloned().collect();
    for name in names {
        let Some(text) = shrink.best().text(&name) else { continue };
        if text.is_empty() {
            continue;
        }
        match kind(&name) {
            Kind::Template => {
                by_depth(shrink, &name, cuts::template_parts);
                simplify(shrink, &name);
                inline(shrink, &name);
            }
            Kind::Yaml => by_depth(shrink, &name, cuts::yaml_parts),
            Kind::Other => {}
        }
        parts(shrink, &name, |text| text.split_inclusive('\n').count(), without_lines);
        if words && shrink.best().text(&name).is_some_and(|text| text.len() <= SMALL) {
            parts(
                shrink,
                &name,
                |text| cuts::tokens(text).len(),
                |text, range| drop_ranges(text, cuts::tokens(text), range),
            );
        }
    }
}

enum Kind {
    Template,
    Yaml,
    Other,
}

fn kind(name: &str) -> Kind {
    if name.contains("/templates/") {
        return Kind::Template;
    }
    match name.rsplit('.').next() {
        Some("yaml" | "yml") => Kind::Yaml,
        Some("tpl") => Kind::Template,
        _ => Kind::Other,
    }
}

/// Drops parts of one file's text.
fn parts(
    shrink: &mut Shrink<'_, Subject>,
    name: &str,
    count: impl Fn(&str) -> usize,
    without: impl Fn(&str, Range<usize>) -> String,
) {
    shrink.drop_parts(
        |subject| subject.text(name).map_or(0, &count),
        |subject, range| match subject.text(name) {
            Some(text) => subject.with(name, &without(text, range)),
            None => subject.clone(),
        },
    );
}

fn drop_ranges(text: &str, mut parts: Vec<Range<usize>>, range: Range<usize>) -> String {
    let end = range.end.min(parts.len());
    let cut: Vec<Range<usize>> = parts.drain(range.start.min(end)..end).collect();
    without(text, &cut)
}

/// Drops what stands at depth 0, then what is left at depth 1, and so on.
fn by_depth(shrink: &mut Shrink<'_, Subject>, name: &str, at_depth: fn(&str, usize) -> Vec<Range<usize>>) {
    let mut depth = 0;
    while shrink.best().text(name).is_some_and(|text| !at_depth(text, depth).is_empty()) && !shrink.is_exhausted() {
        parts(
            shrink,
            name,
            |text| at_depth(text, depth).len(),
            |text, range| drop_ranges(text, at_depth(text, depth), range),
        );
        depth += 1;
    }
}

/// Puts one arm of a block in the block's place.
fn simplify(shrink: &mut Shrink<'_, Subject>, name: &str) {
    shrink.simplify(|subject, at| {
        let text = subject.text(name)?;
        let cut = cuts::template_simplifications(text).into_iter().nth(at)?;
        Some(subject.with(name, &without(text, &cut)))
    });
}

/// Puts the body of a definition in the place of a call, after which the definition may go.
fn inline(shrink: &mut Shrink<'_, Subject>, name: &str) {
    shrink.simplify(|subject, at| {
        let text = subject.text(name)?;
        let (range, called) = cuts::plain_includes(text).into_iter().nth(at)?;
        let body = subject
            .files
            .keys()
            .filter(|file| matches!(kind(file), Kind::Template))
            .filter_map(|file| subject.text(file))
            .find_map(|text| cuts::definitions(text).into_iter().find(|(defined, _)| *defined == called));
        let Some((_, body)) = body.filter(|(_, body)| !body.contains(&called)) else { return Some(subject.clone()) };
        let text = format!("{}{body}{}", text.get(..range.start)?, text.get(range.end..)?);
        Some(subject.with(name, &text))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shrink::Limits;

    fn subject(files: &[(&str, &str)], argv: &[&str]) -> Subject {
        Subject {
            files: files.iter().map(|(name, text)| ((*name).to_owned(), Arc::from(text.as_bytes()))).collect(),
            argv: argv.iter().map(|arg| (*arg).to_owned()).collect(),
        }
    }

    fn text<'s>(subject: &'s Subject, name: &str) -> &'s str {
        subject.text(name).unwrap_or("none")
    }

    /// Without any Helm: what matters is said by the test.
    fn shrunk(start: Subject, test: impl Fn(&Subject) -> bool) -> Subject {
        assert!(test(&start), "the start must pass the test");
        let mut shrink = Shrink::new(start, Limits::default(), test);
        run(&mut shrink);
        shrink.into_best()
    }

    #[test]
    fn a_chart_loses_what_does_not_matter() {
        let start = subject(
            &[
                ("chart/Chart.yaml", "apiVersion: v2\nname: p\nversion: 1.0.0\ndescription: long\n"),
                ("chart/README.md", "words\n"),
                ("chart/values.yaml", "a: 1\nb:\n  c: 2\n  d: [x]\n"),
                ("chart/templates/_h.tpl", "{{ define \"x\" }}{{ toToml .Values.b }}{{ end }}\n"),
                ("chart/templates/a.yaml", "a: 1\n{{ if .Values.a }}\nb: {{ include \"x\" . }}\n{{ end }}\n"),
                ("chart/templates/b.yaml", "c: 1\n"),
                ("v.yaml", "a: 2\n"),
            ],
            &["r", "chart", "-f", "v.yaml", "--set", "x=1,y=2", "--debug"],
        );
        let small = shrunk(start, |subject| {
            text(subject, "chart/Chart.yaml").contains("name: p")
                && text(subject, "chart/values.yaml").contains("c: 2")
                && subject
                    .files
                    .values()
                    .any(|bytes| std::str::from_utf8(bytes).is_ok_and(|text| text.contains("toToml .Values.b }}")))
                && subject.argv.iter().any(|arg| arg.contains("y=2"))
        });
        assert_eq!(small.argv, ["r", "chart", "y=2"]);
        assert_eq!(text(&small, "chart/Chart.yaml"), "name: p");
        assert_eq!(text(&small, "chart/values.yaml").trim(), "c: 2");
        assert_eq!(small.files.len(), 3, "{:?}", small.files.keys());
    }

    #[test]
    fn a_subchart_goes_with_its_dependency_or_becomes_the_chart() {
        let chart = "apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies:\n- name: a\n  version: 1.x\n- name: b\n  version: 1.x\n";
        let files = [
            ("chart/Chart.yaml", chart),
            ("chart/charts/a/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"),
            ("chart/charts/a/templates/t.yaml", "{{ .Values.x }}"),
            ("chart/charts/b/Chart.yaml", "apiVersion: v2\nname: b\nversion: 1.0.0\n"),
            ("v.yaml", "b: 1\na:\n  x: 2\nglobal: {g: 1}\n"),
        ];
        let start = subject(&files, &["r", "chart", "-f", "v.yaml"]);
        let less = without_subchart(&start, "chart/charts/b/");
        assert!(!text(&less, "chart/Chart.yaml").contains("name: b"));
        assert!(text(&less, "chart/Chart.yaml").contains("- name: a\n  version: 1.x\n"));
        let promoted = promoted(&start, "chart/charts/a/");
        assert_eq!(text(&promoted, "chart/templates/t.yaml"), "{{ .Values.x }}");
        assert_eq!(text(&promoted, "v.yaml"), "x: 2\nglobal: {g: 1}\n");
        assert_eq!(promoted.files.len(), 3);
    }

    #[test]
    fn a_call_is_replaced_by_what_it_calls() {
        let start = subject(
            &[
                ("chart/templates/_h.tpl", "{{ define \"x\" -}}\nq: {{ .Values.b }}\n{{- end }}"),
                ("chart/templates/a.yaml", "{{ include \"x\" . }}"),
            ],
            &["r", "chart"],
        );
        // As a render would: the text of the call counts only with its definition.
        let small = shrunk(start, |subject| {
            let (helpers, a) = (text(subject, "chart/templates/_h.tpl"), text(subject, "chart/templates/a.yaml"));
            a.contains("q: {{ .Values.b }}")
                || (a.contains("include \"x\" .") && helpers.contains("q: {{ .Values.b }}"))
        });
        assert_eq!(small.files.len(), 1);
        assert_eq!(text(&small, "chart/templates/a.yaml"), "q: {{ .Values.b }}");
    }
}
