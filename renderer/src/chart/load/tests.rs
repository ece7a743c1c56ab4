//! What Helm says of charts that it does not load, recorded from Helm 3.22 and 4.3.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::dialect::{HELM_3_17, HELM_3_22, HELM_4_1, HELM_4_3};
use crate::source::File;
use crate::{Chart, ChartError, Dialect, FileSet, Log, chart};

const CHART: &str = "apiVersion: v2\nname: p\nversion: 0.1.0\n";

fn load(files: &[(&str, &str)], dialect: &Dialect, logs: &mut Vec<Log>) -> Result<std::sync::Arc<Chart>, ChartError> {
    let mut set = FileSet::new("/w/c");
    files.iter().for_each(|(name, text)| set.push(File::new(*name, *text)));
    chart::load_directory(&set, dialect, logs)
}

fn outcome(loaded: Result<std::sync::Arc<Chart>, ChartError>) -> String {
    loaded.err().map_or("ok".to_string(), |e| e.text)
}

#[track_caller]
fn check(files: &[(&str, &str)], helm_3: &str, helm_4: &str) {
    assert_eq!(outcome(load(files, &HELM_3_22, &mut Vec::new())), helm_3, "Helm 3");
    let helm_4 = if helm_4 == "=" { helm_3 } else { helm_4 };
    assert_eq!(outcome(load(files, &HELM_4_3, &mut Vec::new())), helm_4, "Helm 4");
}

const DECODING: &str = "error unmarshaling JSON: while decoding JSON: ";

/// A Chart.yaml alone; the messages are what stands behind `json: cannot unmarshal`.
#[track_caller]
fn check_type(lines: &str, helm_3: &str, helm_4: &str) {
    let text = format!("{CHART}{lines}");
    let message = |rest: &str| format!("cannot load Chart.yaml: {DECODING}json: cannot unmarshal {rest}");
    let helm_4 = if helm_4 == "=" { helm_3 } else { helm_4 };
    check(&[("Chart.yaml", &text)], &message(helm_3), &message(helm_4));
}

#[test]
fn chart_yaml_must_be_there() {
    let detect = "unable to detect chart at /w/c/Chart.yaml: open /w/c/Chart.yaml: no such file or directory";
    check(&[("x", "")], "Chart.yaml file is missing", detect);
    check(&[("Chart.yaml", CHART), (".helmignore", "Chart.yaml\n")], "Chart.yaml file is missing", "=");
}

#[test]
fn metadata_must_be_valid() {
    let check = |text: &str, want: &str| check(&[("Chart.yaml", text)], want, "=");
    check("apiVersion: v2\nversion: 0.1.0\n", "validation: chart.metadata.name is required");
    check("apiVersion: v2\nname: p\n", "validation: chart.metadata.version is required");
    check("apiVersion: v2\nname: a/b\nversion: 1.0.0\n", "validation: chart.metadata.name \"a/b\" is invalid");
    check("apiVersion: v2\nname: p\nversion: x\n", "validation: chart.metadata.version \"x\" is invalid");
    check("name: p\nversion: 1\ntype: x\n", "validation: chart.metadata.type must be application or library");
    check("name: ..\nversion: 1\n", "validation: chart.metadata.name \"..\" is not allowed");
    let lists = |lines: &str| format!("{CHART}{lines}\n");
    check(&lists("maintainers: [null]"), "validation: maintainers must not contain empty or null nodes");
    check(&lists("dependencies: [null]"), "validation: dependencies must not contain empty or null nodes");
    let twice = "validation: more than one dependency with name or alias \"a\"";
    check(&lists("dependencies: [{name: a}, {name: b, alias: a}]"), twice);
    let alias = "validation: dependency \"a\" has disallowed characters in the alias";
    check(&lists("dependencies: [{name: a, alias: 'x y'}]"), alias);
    let dots = load(&[("Chart.yaml", "name: ..\nversion: 1\n")], &HELM_3_17, &mut Vec::new());
    assert_eq!(outcome(dots), "ok");
}

#[test]
fn api_versions() {
    let with = |version: &str| format!("apiVersion: {version}\nname: p\nversion: 0.1.0\n");
    let check = |version: &str, helm_4: &str| check(&[("Chart.yaml", &with(version))], "ok", helm_4);
    check("v1", "ok");
    check("~", "ok");
    check("v3", "ok");
    check("v9", "unsupported chart version");
    check("2", "unsupported chart version");
    let list = "cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into \
                Go struct field Metadata.apiVersion of type string";
    let loaded = load(&[("Chart.yaml", &with("[2]"))], &HELM_3_22, &mut Vec::new());
    assert_eq!(outcome(loaded), list);
    let loaded = load(&[("Chart.yaml", &with("[2]"))], &HELM_4_1, &mut Vec::new());
    assert_eq!(outcome(loaded), list.replace("Metadata", "chartBase"));
    // Subcharts may have any.
    let loaded = load(&[("Chart.yaml", CHART), ("charts/s/Chart.yaml", &with("v9"))], &HELM_4_1, &mut Vec::new());
    assert_eq!(outcome(loaded), "ok");
}

#[test]
fn types_of_chart_yaml() {
    check_type("keywords: x\n", "string into Go struct field Metadata.keywords of type []string", "=");
    let maintainer = "array into Go struct field Metadata.maintainers of type chart.Maintainer";
    check_type("maintainers: [[a]]\n", maintainer, &maintainer.replace("chart.", "v2."));
    let dependency = "number into Go struct field Metadata.dependencies of type chart.Dependency";
    check_type("dependencies: [5]\n", dependency, &dependency.replace("chart.", "v2."));
    let tags = "bool into Go struct field Dependency.dependencies.tags of type []string";
    check_type("dependencies: [{name: x, tags: y}]\n", tags, "=");
    check_type("annotations: {a: [1]}\n", "array into Go struct field Metadata.annotations of type string", "=");
    let first = "string into Go struct field Metadata.deprecated of type bool";
    check_type("type: [1]\nkeywords: x\ndeprecated: 'a'\n", first, "=");
}

#[test]
fn numbers_become_strings() {
    let text = format!("{CHART}appVersion: 1.10\nannotations: {{a: true, b: 2, c: 1.50, d: ~}}\n");
    let chart = load(&[("Chart.yaml", &text)], &HELM_4_3, &mut Vec::new()).expect("loaded");
    assert_eq!(chart.metadata.app_version, "1.1");
    let annotations = chart.metadata.annotations.clone().expect("annotations");
    let values: Vec<String> = annotations.iter().map(|(_, v)| v.to_string()).collect();
    assert_eq!(values, ["true", "2", "1.5", ""]);
}

#[test]
fn what_cannot_be_printed_is_taken_out() {
    let text = format!("{CHART}description: \"a\\tb\\u0001c\\u00a0d\\ue000\"\nkeywords: [\"x\\ny\"]\n");
    let chart = load(&[("Chart.yaml", &text)], &HELM_4_3, &mut Vec::new()).expect("loaded");
    assert_eq!(chart.metadata.description, "a bc d");
    assert_eq!(chart.metadata.keywords.as_deref(), Some(["x y".into()].as_slice()));
}

#[test]
fn locks_are_read_for_their_errors() {
    let check = |text: &str, want: &str| {
        let want = if want == "ok" { want.into() } else { format!("cannot load Chart.lock: {DECODING}{want}") };
        let loaded = load(&[("Chart.yaml", CHART), ("Chart.lock", text)], &HELM_3_22, &mut Vec::new());
        assert_eq!(outcome(loaded), want);
    };
    check("- a\n", "json: cannot unmarshal array into Go value of type chart.Lock");
    check("generated: 5\n", "Time.UnmarshalJSON: input is not a JSON string");
    let layout = "\"2006-01-02T15:04:05Z07:00\"";
    check("generated: x\n", &format!("parsing time \"x\" as {layout}: cannot parse \"x\" as \"2006\""));
    check("generated: 2020-13-01T00:00:00Z\n", "parsing time \"2020-13-01T00:00:00Z\": month out of range");
    check("generated: \"2020-01-01T00:00:00.123456+01:00\"\ndigest: 5\n", "ok");
}

#[test]
fn requirements_belong_to_v1() {
    let v1 = "apiVersion: v1\nname: p\nversion: 1.0.0\ndependencies: [{name: a, alias: z}, {name: b}]\n";
    let files = [("Chart.yaml", v1), ("requirements.yaml", "dependencies: [{version: 1.x.x}]\n")];
    let mut logs = Vec::new();
    let chart = load(&files, &HELM_4_3, &mut logs).expect("loaded");
    // A second list is decoded into the elements of the first.
    let dependencies = chart.metadata.dependencies.clone().expect("dependencies");
    let found: Vec<_> = dependencies.iter().map(|d| (d.name.clone(), d.alias.clone(), d.version.clone())).collect();
    assert_eq!(found, [("a".into(), "z".into(), "1.x.x".into())]);
    assert!(logs.is_empty());
    assert_eq!(chart.files.len(), 1, "requirements.yaml of v1 is one of .Files");

    let files =
        [("Chart.yaml", CHART), ("requirements.lock", "digest: x\n"), ("requirements.yaml", "dependencies: []\n")];
    let chart = load(&files, &HELM_4_3, &mut logs).expect("loaded");
    assert_eq!(logs, [Log::RequirementsLockInV2, Log::RequirementsInV2]);
    assert!(chart.files.is_empty());
}

#[test]
fn subcharts() {
    let check = |name: &str, text: &str, want: &str| check(&[("Chart.yaml", CHART), (name, text)], want, "=");
    check("charts/s/values.yaml", "a: 1", "error unpacking subchart s in p: Chart.yaml file is missing");
    check("charts/README", "a", "error unpacking subchart README in p: Chart.yaml file is missing");
    check("charts/s.tgz", "hello", "error unpacking subchart s.tgz in p: unexpected EOF");
    check("charts/s.tgz", "", "error unpacking subchart s.tgz in p: EOF");
    check("charts/s.tgz", "hello world, this is long", "error unpacking subchart s.tgz in p: gzip: invalid header");
    let inside = "error unpacking subchart tar in p: expected s.tgz, got s.tgz/Chart.yaml";
    check("charts/s.tgz/Chart.yaml", CHART, inside);
    check("charts/.s/values.yaml", "a", "ok");
    check("charts/_s/values.yaml", "a", "ok");
}

#[test]
fn charts_do_not_lie_endlessly_deep() {
    let mut files = vec![("Chart.yaml".to_string(), CHART)];
    for depth in 1..300 {
        files.push((format!("{}Chart.yaml", "charts/s/".repeat(depth)), CHART));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let error = load(&files, &HELM_4_3, &mut Vec::new()).expect_err("refused");
    assert_eq!(error.kind, chart::ChartErrorKind::Limit);
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).expect("compressed");
    encoder.finish().expect("compressed")
}

/// A header of a tar archive, made by hand: the tar crate refuses the names that are to be tested.
fn archive(entries: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, kind, data) in entries {
        let mut header = [0u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", data.len()).as_bytes());
        header[156] = *kind;
        header[257..265].copy_from_slice(b"ustar\x0000");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        tar.extend_from_slice(&header);
        tar.extend_from_slice(data);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    gzip(&tar)
}

#[track_caller]
fn check_archive(data: &[u8], helm_3: &str, helm_4: &str) {
    let load = |dialect| outcome(chart::load_archive(data, "/w/c.tgz", dialect, &mut Vec::new()));
    assert_eq!(load(&HELM_3_22), helm_3, "Helm 3");
    assert_eq!(load(&HELM_4_1), if helm_4 == "=" { helm_3 } else { helm_4 }, "Helm 4");
}

const HIDDEN: &str = "unable to load chart archive";

#[test]
fn archives_are_checked_for_names() {
    let chart = CHART.as_bytes();
    let check = |name: &str, helm_3: &str, helm_4: &str| {
        check_archive(&archive(&[(name, b'0', chart)]), helm_3, helm_4);
    };
    check("x/Chart.yaml", "ok", "=");
    check("a\\Chart.yaml", "ok", "=");
    let outside = "chart illegally contains content outside the base directory: \"Chart.yaml\"";
    check("Chart.yaml", outside, HIDDEN);
    check("Chart.yaml/x", "chart yaml not in base directory", HIDDEN);
    check("a/../../x", "chart illegally references parent directory", HIDDEN);
    check("a/..x", "chart illegally references parent directory", HIDDEN);
    check("a//etc/x", "chart illegally contains absolute paths", HIDDEN);
    check("a/c:/x", "chart contains illegally named files", HIDDEN);
    check("/a/Chart.yaml", "Chart.yaml file is missing", "unable to detect chart version, no Chart.yaml found");
    check_archive(&archive(&[]), "no files in chart archive", HIDDEN);
    check_archive(&archive(&[("a/", b'5', b"")]), "no files in chart archive", HIDDEN);
    // A link is an empty file, and nothing is followed.
    let linked = archive(&[("a/Chart.yaml", b'0', chart), ("a/templates/t.yaml", b'2', b"")]);
    check_archive(&linked, "ok", "=");
}

#[test]
fn archives_are_checked_for_sizes() {
    let big = vec![b'x'; 5 * 1024 * 1024 + 1];
    let data = archive(&[("a/Chart.yaml", b'0', CHART.as_bytes()), ("a/big", b'0', &big)]);
    let text = "decompressed chart file \"a/big\" is larger than the maximum file size 5242880";
    check_archive(&data, text, HIDDEN);
    let loaded = chart::load_archive(&data, "/w/c.tgz", &HELM_4_3, &mut Vec::new());
    assert_eq!(outcome(loaded), "ok");
}

#[test]
fn broken_archives() {
    let good = archive(&[("x/Chart.yaml", b'0', CHART.as_bytes())]);
    check_archive(&good[..60], "unexpected EOF", HIDDEN);
    check_archive(&good[..5], "unexpected EOF", HIDDEN);
    check_archive(&[&good, b"garbage".as_slice()].concat(), "ok", "=");
    check_archive(&gzip(b"hello"), "unexpected EOF", HIDDEN);
    check_archive(&gzip(&b"hello".repeat(400)), "archive/tar: invalid tar header", HIDDEN);
    let other = |kind: &str| format!("file '/w/c.tgz' does not appear to be a gzipped archive; got '{kind}'");
    check_archive(b"hello", &other("application/octet-stream"), "=");
    check_archive(&b"hello world ".repeat(60), &other("text/plain; charset=utf-8"), "=");
    check_archive(&[b"PK\x03\x04".as_slice(), &[b'a'; 600]].concat(), &other("application/zip"), "=");
    let loaded = chart::load_archive(b"a: 1", "/w/v.yaml", &HELM_4_3, &mut Vec::new());
    assert_eq!(outcome(loaded), "file '/w/v.yaml' seems to be a YAML file, but expected a gzipped archive");
}
