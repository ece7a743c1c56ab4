//! Renders of charts in memory. What is expected was printed by the Helm of the dialect's name.

use std::sync::Arc;

use thinlock_go::{Frozen, Host, types};

use super::*;
use crate::dialect::{HELM_3_17, HELM_3_19, HELM_3_22, HELM_4_1, HELM_4_3};
use crate::manifest::{Selection, manifest_stream, template_stream};
use crate::source::File;
use crate::{FileSet, Log};

struct TestHost;

impl Host for TestHost {
    fn now_unix_nanos(&self) -> i128 {
        1_000_000_000_000_000_000
    }
    fn local_zone(&self) -> &str {
        "UTC"
    }
    fn fill_random(&self, buffer: &mut [u8]) -> Result<(), String> {
        for (at, byte) in buffer.iter_mut().enumerate() {
            *byte = at as u8;
        }
        Ok(())
    }
    fn host_by_name(&self, _: &str) -> String {
        String::new()
    }
}

fn chart(files: &[(&str, &str)], dialect: &Dialect) -> Arc<Chart> {
    let chart_yaml = ("Chart.yaml", "apiVersion: v2\nname: p\nversion: 0.1.0\n");
    let given = files.iter().any(|(name, _)| *name == "Chart.yaml");
    let files = files.iter().chain((!given).then_some(&chart_yaml));
    let set: FileSet = files.map(|(name, text)| File::new(*name, *text)).collect();
    crate::chart::load_directory(&set, dialect, &mut Vec::new()).expect("the chart loads")
}

fn render_with(
    chart: &Arc<Chart>,
    dialect: &'static Dialect,
    release: Release<'_>,
    randomness: Randomness<'_>,
    log: &mut Vec<Log>,
) -> Result<Rendered, RenderError> {
    render_in(&Cache::new(), chart, dialect, release, randomness, log)
}

fn render_in(
    cache: &Cache,
    chart: &Arc<Chart>,
    dialect: &'static Dialect,
    release: Release<'_>,
    randomness: Randomness<'_>,
    log: &mut Vec<Log>,
) -> Result<Rendered, RenderError> {
    let request = RenderRequest {
        dialect,
        chart,
        values: &Frozen::Map(&types::MAP_STRING_ANY, [].into()),
        release,
        capabilities: Arc::new(Capabilities::new(dialect, None, &[] as &[&str])),
        include_crds: false,
        skip_schema_validation: false,
        library_allowed: false,
        enable_dns: false,
        randomness,
        lookup: None,
        limits: Limits::default(),
    };
    render(&request, &TestHost, cache, log)
}

const RELEASE: Release<'_> = Release { name: "r", namespace: "default", is_upgrade: false };

fn print(files: &[(&str, &str)], dialect: &'static Dialect) -> Result<String, String> {
    let rendered = render_with(&chart(files, dialect), dialect, RELEASE, Randomness::Host, &mut Vec::new())
        .map_err(|e| String::from_utf8_lossy(&e.command_text(false)).into_owned())?;
    let stream = template_stream(&manifest_stream(&rendered), &rendered, Selection::default());
    Ok(String::from_utf8_lossy(&stream.text).into_owned())
}

/// One template, and what it prints behind its `# Source:` line.
#[track_caller]
fn check(dialect: &'static Dialect, template: &str, want: &str) {
    let got = print(&[("templates/t.yaml", template)], dialect);
    let want = format!("---\n# Source: p/templates/t.yaml\n{want}\n");
    assert_eq!(got, Ok(want), "{} {template}", dialect.name);
}

/// One template with a helper, and the message of its failure.
#[track_caller]
fn check_error(dialect: &'static Dialect, template: &str, want: &str) {
    let helper = "{{- define \"h\" }}{{ .Values.no.such }}{{ end }}{{- define \"f\" }}{{ fail \"from f\" }}{{ end }}";
    let got = print(&[("templates/t.yaml", template), ("templates/_h.tpl", helper)], dialect);
    assert_eq!(
        got,
        Err(format!("{want}\n\nUse --debug flag to render out invalid YAML")),
        "{} {template}",
        dialect.name
    );
}

#[test]
fn objects_are_the_dialect_s() {
    let kube = "v: {{ .Capabilities.KubeVersion }} {{ .Capabilities.KubeVersion.GitVersion }} {{ printf \"%v\" .Capabilities.KubeVersion }}";
    check(&HELM_3_17, kube, "v: v1.32.0 v1.32.0 {v1.32.0 1 32}");
    check(&HELM_4_1, kube, "v: v1.35.0 v1.35.0 {v1.35.0 v1.35.0 1 35}");
    let chart = "v: {{ toJson .Chart }}";
    check(&HELM_3_22, chart, "v: {\"name\":\"p\",\"version\":\"0.1.0\",\"apiVersion\":\"v2\",\"IsRoot\":true}");
    check(
        &HELM_4_3,
        chart,
        "v: {\"APIVersion\":\"v2\",\"Annotations\":null,\"AppVersion\":\"\",\"Condition\":\"\",\"Dependencies\":[],\
         \"Deprecated\":false,\"Description\":\"\",\"Home\":\"\",\"Icon\":\"\",\"IsRoot\":true,\"Keywords\":[],\
         \"KubeVersion\":\"\",\"Maintainers\":[],\"Name\":\"p\",\"Sources\":[],\"Tags\":\"\",\"Type\":\"\",\"Version\":\"0.1.0\"}",
    );
    check(&HELM_3_19, "v: {{ .Chart.Metadata.Name }} {{ typeOf .Values }}", "v: p chartutil.Values");
    check(&HELM_4_1, "v: {{ kindOf .Chart }} {{ typeOf .Values }} {{ .Chart.Nope }}", "v: map common.Values");
    check(
        &HELM_4_1,
        "v: {{ toJson .Release }}",
        "v: {\"IsInstall\":true,\"IsUpgrade\":false,\"Name\":\"r\",\"Namespace\":\"default\",\"Revision\":1,\"Service\":\"Helm\"}",
    );
    check(
        &HELM_4_1,
        "v: {{ .Capabilities.APIVersions.Has \"apps/v1\" }} {{ len .Capabilities.APIVersions }}",
        "v: true 57",
    );
}

#[test]
fn errors_are_worded_by_the_dialect() {
    check_error(
        &HELM_3_17,
        "{{ include \"h\" . }}",
        "template: p/templates/t.yaml:1:3: executing \"p/templates/t.yaml\" at <include \"h\" .>: error calling include: \
         template: p/templates/_h.tpl:1:27: executing \"h\" at <.Values.no.such>: nil pointer evaluating interface {}.such",
    );
    check_error(
        &HELM_4_1,
        "{{ include \"h\" . }}",
        "p/templates/t.yaml:1:3\n  executing \"p/templates/t.yaml\" at <include \"h\" .>:\n    error calling include:\n\
         p/templates/_h.tpl:1:27\n  executing \"h\" at <.Values.no.such>:\n    nil pointer evaluating interface {}.such",
    );
    // A plain error below a call leaves Go's text as it is.
    check_error(
        &HELM_4_1,
        "{{ div 1 0 }}",
        "template: p/templates/t.yaml:1:3: executing \"p/templates/t.yaml\" at <div 1 0>: error calling div: runtime error: \
         integer divide by zero",
    );
    for dialect in Dialect::ALL {
        check_error(dialect, "{{ include \"f\" . }}", "execution error at (p/templates/t.yaml:1:3): from f");
        check_error(dialect, "{{ template \"f\" . }}", "execution error at (p/templates/_h.tpl:1:67): from f");
        check_error(
            dialect,
            "v: {{ required \"need: it\" \"\" }}",
            "execution error at (p/templates/t.yaml:1:6): need: it",
        );
        check_error(dialect, "v: {{ nope }}", "parse error at (p/templates/t.yaml:1): function \"nope\" not defined");
    }
    check_error(
        &HELM_4_1,
        "{{ include \"nosuch\" . }}",
        "p/templates/t.yaml:1:3\n  executing \"p/templates/t.yaml\" at <include \"nosuch\" .>:\n    error calling include:\n\
         template: no template \"nosuch\" associated with template \"gotpl\"",
    );
}

#[test]
fn documents_that_are_no_yaml_fail_the_render() {
    check_error(
        &HELM_3_22,
        "- a\n",
        "YAML parse error on p/templates/t.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array \
         into Go value of type releaseutil.SimpleHead",
    );
    check_error(
        &HELM_4_1,
        "kind: [x]\n",
        "YAML parse error on p/templates/t.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array \
         into Go struct field SimpleHead.kind of type string",
    );
    check_error(
        &HELM_4_1,
        "metadata: {annotations: x}\n",
        "YAML parse error on p/templates/t.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string \
         into Go struct field .metadata.annotations of type map[string]string",
    );
    check_error(
        &HELM_4_1,
        "a: b: c\n",
        "YAML parse error on p/templates/t.yaml: error converting YAML to JSON: yaml: mapping values are not allowed in this context",
    );
}

#[test]
fn files_are_rendered_from_the_deepest_and_last_on() {
    // What a file sets, those see that come after it: the ones earlier in the alphabet.
    let files = [
        ("templates/z.yaml", "kind: Z\nk: {{ .Values.k }}"),
        ("templates/m.yaml", "kind: M\nk: {{ $_ := set .Values \"k\" \"set\" }}{{ .Values.k }}"),
        ("templates/a.yaml", "kind: A\nk: {{ .Values.k }}"),
        ("values.yaml", "k: v\n"),
    ];
    let want = "---\n# Source: p/templates/a.yaml\nkind: A\nk: set\n---\n# Source: p/templates/m.yaml\nkind: M\nk: set\n---\n# Source: p/templates/z.yaml\nkind: Z\nk: v\n";
    assert_eq!(print(&files, &HELM_4_1), Ok(want.to_owned()));
}

#[test]
fn the_template_nearest_to_the_root_and_to_a_wins() {
    let files = [
        ("templates/z.yaml", "{{ define \"n\" }}z{{ end }}v: {{ include \"n\" . }}"),
        ("templates/_b.tpl", "{{ define \"n\" }}b{{ end }}"),
        ("templates/_a.tpl", "{{ define \"n\" }}a{{ end }}"),
        ("templates/d/_a.tpl", "{{ define \"n\" }}deep{{ end }}"),
        ("templates/NOTES.txt", "{{ include \"n\" . }}"),
        ("charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 0.1.0\n"),
        ("charts/s/templates/_a.tpl", "{{ define \"n\" }}sub{{ end }}"),
    ];
    assert_eq!(print(&files, &HELM_3_17), Ok("---\n# Source: p/templates/z.yaml\nv: a\n".to_owned()));
}

#[test]
fn hooks_come_behind_and_unknown_ones_are_dropped() {
    let hook = |event: &str| format!("kind: Job\nmetadata:\n  name: h\n  annotations:\n    helm.sh/hook: {event}\n");
    let (known, unknown) = (hook("\"Post-Install, test\""), hook("pre-install,nope"));
    let files =
        [("templates/a.yaml", known.as_str()), ("templates/b.yaml", &unknown), ("templates/c.yaml", "kind: X\n")];
    let mut log = Vec::new();
    let rendered = render_with(&chart(&files, &HELM_4_1), &HELM_4_1, RELEASE, Randomness::Host, &mut log)
        .expect("the chart renders");
    assert_eq!(rendered.manifests.len(), 1);
    assert!(rendered.hooks.iter().all(|h| h.is_test()) && rendered.hooks.len() == 1);
    assert!(log.contains(&Log::UnknownHooks { types: "pre-install,nope".into() }));
    let text = |selection| template_stream(&manifest_stream(&rendered), &rendered, selection).text.len();
    let all = text(Selection::default());
    assert_eq!(text(Selection { tests: false, ..Selection::default() }), text(Selection { hooks: false, tests: true }));
    assert!(text(Selection { hooks: false, tests: true }) < all);
}

#[test]
fn deep_recursion_ends_at_helm_s_limit() {
    let helper = (
        "templates/_h.tpl",
        "{{ define \"r\" }}{{ if gt (int .) 0 }}{{ include \"r\" (sub (int .) 1) }}{{ else }}done{{ end }}{{ end }}",
    );
    let deep = |n: u32| {
        let template = format!("v: {{{{ include \"r\" {n} }}}}");
        print(&[("templates/t.yaml", template.as_str()), helper], &HELM_4_1)
    };
    assert_eq!(deep(1000), Ok("---\n# Source: p/templates/t.yaml\nv: done\n".to_owned()));
    assert!(deep(1001).is_err_and(|e| e.contains("rendering template has a nested reference name: r: unable to execute template")));
}

#[test]
fn a_seed_makes_random_functions_reproducible() {
    let files =
        [("templates/t.yaml", "a: {{ randAlphaNum 12 }}\nb: {{ randAlphaNum 12 }}\nc: {{ now | date \"2006\" }}\n")];
    let chart = chart(&files, &HELM_4_1);
    let render = |name, seed: &[u8]| {
        let randomness = Randomness::Seeded { seed, now_unix_nanos: 0 };
        let release = Release { name, ..RELEASE };
        let rendered = render_with(&chart, &HELM_4_1, release, randomness, &mut Vec::new()).expect("the chart renders");
        let functions: Vec<_> = rendered.nondeterminism.iter().map(|n| n.function).collect();
        assert_eq!(functions, ["randAlphaNum", "randAlphaNum", "now"]);
        String::from_utf8_lossy(&manifest_stream(&rendered)).into_owned()
    };
    let text = render("r", b"seed");
    assert_eq!(text, render("r", b"seed"));
    assert_ne!(text, render("q", b"seed"));
    assert_ne!(text, render("r", b"another"));
    assert!(text.contains("c: 1970"));
    let values: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix("a: ").or(l.strip_prefix("b: "))).collect();
    assert!(matches!(values.as_slice(), [a, b] if a != b));
}

#[test]
fn randomness_may_be_refused_with_its_place() {
    let files = [("templates/t.yaml", "v: {{ randAlphaNum 12 }}\n")];
    let error = render_with(&chart(&files, &HELM_3_17), &HELM_3_17, RELEASE, Randomness::Refused, &mut Vec::new())
        .expect_err("the chart is random");
    let text = String::from_utf8_lossy(&error.message).into_owned();
    assert!(text.contains("p/templates/t.yaml:1:6") && text.contains("randAlphaNum gives another result"), "{text}");
    // A date that is given needs no clock.
    let files = [("templates/t.yaml", "v: {{ toDate \"2006\" \"2020\" | date \"2006\" }}\n")];
    let rendered = render_with(&chart(&files, &HELM_3_17), &HELM_3_17, RELEASE, Randomness::Refused, &mut Vec::new());
    assert!(rendered.is_ok_and(|r| r.nondeterminism.is_empty()));
}

#[test]
fn a_release_s_name_and_kubernetes_are_checked() {
    let files = [("templates/t.yaml", "a: 1")];
    let bad = Release { name: "R", ..RELEASE };
    let text = |dialect| {
        let error = render_with(&chart(&files, dialect), dialect, bad, Randomness::Host, &mut Vec::new());
        String::from_utf8_lossy(&error.expect_err("the name is bad").command_text(false)).into_owned()
    };
    assert!(text(&HELM_3_22).starts_with("release name \"R\": invalid release name, must match regex ^[a-z0-9]("));
    assert!(text(&HELM_4_1).starts_with("release name check failed: release name \"R\": invalid release name, "));
    let chart_yaml = "apiVersion: v2\nname: p\nversion: 0.1.0\nkubeVersion: '>=1.99'\n";
    let files = [("Chart.yaml", chart_yaml), ("templates/t.yaml", "a: 1")];
    assert_eq!(
        print(&files, &HELM_4_1),
        Err("chart requires kubeVersion: >=1.99 which is incompatible with Kubernetes v1.35.0\n\nUse --debug flag to render \
             out invalid YAML"
            .to_owned())
    );
}

#[test]
fn threads_share_one_cache_and_print_one_thing() {
    let files = [("templates/t.yaml", "v: {{ .Release.Name }} {{ tpl \"{{ .Release.Namespace }}\" . }}\n")];
    let chart = chart(&files, &HELM_4_3);
    let cache = Cache::new();
    let names: Vec<String> = (0..8).map(|n| format!("r{n}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            let (chart, cache) = (&chart, &cache);
            scope.spawn(move || {
                for _ in 0..20 {
                    let request = RenderRequest {
                        dialect: &HELM_4_3,
                        chart,
                        values: &Frozen::Map(&types::MAP_STRING_ANY, [].into()),
                        release: Release { name, ..RELEASE },
                        capabilities: Arc::new(Capabilities::new(&HELM_4_3, None, &[] as &[&str])),
                        include_crds: false,
                        skip_schema_validation: false,
                        library_allowed: false,
                        enable_dns: false,
                        randomness: Randomness::Host,
                        lookup: None,
                        limits: Limits::default(),
                    };
                    let rendered = render(&request, &TestHost, cache, &mut Vec::new()).expect("the chart renders");
                    let text = manifest_stream(&rendered);
                    assert_eq!(text, format!("---\n# Source: p/templates/t.yaml\nv: {name} default\n\n").into_bytes());
                }
            });
        }
    });
}

/// A machine without a source of random bytes.
struct Unlucky;

impl Host for Unlucky {
    fn now_unix_nanos(&self) -> i128 {
        0
    }
    fn local_zone(&self) -> &str {
        "UTC"
    }
    fn fill_random(&self, _: &mut [u8]) -> Result<(), String> {
        Err("the system has no random bytes".to_owned())
    }
    fn host_by_name(&self, _: &str) -> String {
        String::new()
    }
}

#[test]
fn without_random_bytes_nothing_is_made() {
    for call in [
        "randAlphaNum 5",
        "randBytes 5",
        "randInt 0 9",
        "uuidv4",
        "shuffle \"abc\"",
        "bcrypt \"x\"",
        "htpasswd \"u\" \"x\"",
        "encryptAES \"k\" \"x\"",
        "genPrivateKey \"ecdsa\"",
        "genPrivateKey \"ed25519\"",
        "genCAWithKey \"x\" 1 .Values.key",
        "genSelfSignedCert \"x\" nil nil 1",
    ] {
        let key = "-----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\\n\
                   -----END PRIVATE KEY-----\\n";
        let (values, template) = (format!("key: \"{key}\"\n"), format!("a: 1\nv: {{{{ {call} }}}}\n"));
        let files = [("values.yaml", values.as_str()), ("templates/t.yaml", template.as_str())];
        let chart = chart(&files, &HELM_3_17);
        let request = RenderRequest {
            dialect: &HELM_3_17,
            chart: &chart,
            values: &Frozen::Map(&types::MAP_STRING_ANY, [].into()),
            release: RELEASE,
            capabilities: Arc::new(Capabilities::new(&HELM_3_17, None, &[] as &[&str])),
            include_crds: false,
            skip_schema_validation: false,
            library_allowed: false,
            enable_dns: false,
            randomness: Randomness::Host,
            lookup: None,
            limits: Limits::default(),
        };
        let error = render(&request, &Unlucky, &Cache::new(), &mut Vec::new()).expect_err(call);
        let text = String::from_utf8_lossy(&error.message).into_owned();
        assert!(text.contains("p/templates/t.yaml:2:6"), "{call}: {text}");
        assert!(text.ends_with("the system has no random bytes"), "{call}: {text}");
    }
}

#[test]
fn errors_hold_a_chart_s_bytes_as_they_are() {
    let message = |template: &str| {
        let files = [("templates/t.yaml", template)];
        let chart = chart(&files, &HELM_4_1);
        let error = render_with(&chart, &HELM_4_1, RELEASE, Randomness::Host, &mut Vec::new());
        error.expect_err("the template fails").message
    };
    assert_eq!(message(r#"v: {{ fail "a\xffb" }}"#), b"execution error at (p/templates/t.yaml:1:6): a\xffb");
    assert_eq!(
        message(r#"v: {{ "\xc3\xa9\xc3\xa9" | trunc 3 | required "x" | fail }}"#),
        b"execution error at (p/templates/t.yaml:1:52): \xc3\xa9\xc3"
    );
    assert_eq!(
        message(r#"v: {{ range "a\xff" }}{{ end }}"#),
        b"p/templates/t.yaml:1:12\n  executing \"p/templates/t.yaml\" at <\"a\\xff\">:\n    range can't iterate over a\xff"
    );
    assert_eq!(
        message(r#"v: {{ mustRegexFind "\xff" "x" }}"#),
        b"template: p/templates/t.yaml:1:6: executing \"p/templates/t.yaml\" at <mustRegexFind \"\\xff\" \"x\">: error \
          calling mustRegexFind: error parsing regexp: invalid UTF-8: `\xff`"
    );
}

#[test]
fn names_of_templates_are_bytes() {
    let helper = r#"{{ define "a\xff" }}1{{ end }}{{ define "a\xfe" }}2{{ end }}"#;
    let template = r#"v: {{ include "a\xff" . }}{{ template "a\xfe" . }}"#;
    let got = print(&[("templates/t.yaml", template), ("templates/_h.tpl", helper)], &HELM_4_3);
    assert_eq!(got.as_deref(), Ok("---\n# Source: p/templates/t.yaml\nv: 12\n"));
}

#[test]
fn a_document_s_error_has_the_stack_of_its_build() {
    let files = [("templates/t.yaml", "a: [\n")];
    let trace = |dialect: &'static Dialect| {
        let error = render_with(&chart(&files, dialect), dialect, RELEASE, Randomness::Host, &mut Vec::new())
            .expect_err("no YAML");
        let traced = error.traced.expect("Helm logs a stack with it");
        String::from_utf8_lossy(&dialect.command.debug_stack.trace(&error.message, traced)).into_owned()
    };
    let text = trace(&HELM_3_19);
    let start = "error converting YAML to JSON: yaml: line 1: did not find expected node content\n\
                 YAML parse error on p/templates/t.yaml\n\
                 helm.sh/helm/v3/pkg/releaseutil.(*manifestFile).sort\n\
                 \thelm.sh/helm/v3@v3.19.5/pkg/releaseutil/manifest_sorter.go:152\n";
    assert!(text.starts_with(start), "{text}");
    assert!(text.ends_with("\nruntime.goexit\n\truntime/asm_amd64.s:1700"), "{text}");
    assert!(trace(&HELM_3_22).ends_with("\nruntime.goexit\n\truntime/asm_amd64.s:1771"));
}

#[test]
fn recursion_ends_where_it_would_without_what_was_printed_before() {
    let helpers =
        r#"{{ define "h" }}{{ if .n }}{{ include "h" (dict "n" (sub (int .n) 1)) }}{{ else }}end{{ end }}{{ end }}"#;
    let known = r#"{{ range 4 }}{{ include "h" (dict "n" 6) }}{{ end }}"#;
    let print = |n: u32| {
        let text = format!("a: {known} {{{{ include \"h\" (dict \"n\" {n}) }}}}");
        let files = [("templates/_h.tpl", helpers), ("templates/t.yaml", text.as_str())];
        print(&files.map(|(name, text)| (name, text)), &HELM_4_1)
    };
    let want = "---\n# Source: p/templates/t.yaml\na: endendendend end\n";
    // The template may be on the chain a thousand times besides the one that looks.
    assert_eq!(print(1000).as_deref(), Ok(want));
    let error = print(1001).expect_err("too deep");
    assert!(error.contains("rendering template has a nested reference name: h: unable to execute template"), "{error}");
}

/// Templates that are parsed while the chart is loaded give what they give otherwise, and so do wrong ones.
#[test]
fn parsing_ahead_changes_nothing() {
    let mut files = vec![("Chart.yaml".to_owned(), "apiVersion: v2\nname: p\nversion: 0.1.0\n".to_owned())];
    files.push(("charts/s/Chart.yaml".to_owned(), "apiVersion: v2\nname: s\nversion: 0.1.0\n".to_owned()));
    for at in 0..50 {
        let text = format!("kind: {}\nname: {{{{ .Release.Name }}}}-{at}\n", ["A", "B", "Service"][at % 3]);
        files.push((format!("charts/s/templates/{at}.yaml"), text.clone()));
        files.push((format!("templates/{at}.yaml"), text));
    }
    let wrong = |name: &str| [&files[..], &[(name.to_owned(), "a\n{{ if }}".to_owned())]].concat();
    for files in [files.clone(), wrong("templates/7a.yaml"), wrong("charts/s/templates/7a.yaml")] {
        let text = |rendered: Result<Rendered, RenderError>| match rendered {
            Ok(rendered) => manifest_stream(&rendered),
            Err(error) => error.command_text(false),
        };
        let set: FileSet = files.iter().map(|(name, text)| File::new(name.as_str(), text.as_str())).collect();
        let chart = || crate::chart::load_directory(&set, &HELM_4_3, &mut Vec::new()).expect("the chart loads");
        let plain = text(render_with(&chart(), &HELM_4_3, RELEASE, Randomness::Host, &mut Vec::new()));
        let cache = Cache::new();
        let ahead = cache.ahead(&HELM_4_3, |ahead| {
            set.files().iter().for_each(|file| ahead.saw(file));
            ahead.saw_all();
            render_in(&cache, &chart(), &HELM_4_3, RELEASE, Randomness::Host, &mut Vec::new())
        });
        assert_eq!(String::from_utf8_lossy(&plain), String::from_utf8_lossy(&text(ahead)));
        assert!(plain.len() > 40, "{}", String::from_utf8_lossy(&plain));
    }
}
