//! Topics whose cases are charts of many files: subcharts below subcharts, ignored files, templates in folders, several
//! files of values.

use super::super::case::{Case, Place};
use super::super::random::Random;
use super::super::tree::{Quote, Sort, Tree};
use super::{data, words};

fn fixed(text: impl Into<String>) -> Tree {
    Tree::new(Sort::Other).text(text)
}

/// A line that may go.
fn line(text: &str) -> Tree {
    Tree::new(Sort::Optional).text(format!("{text}\n"))
}

/// Some of the lines of a file, in the order of the list.
fn some_lines(random: &mut Random, lines: &[&str], percent: usize) -> Tree {
    let mut tree = Tree::new(Sort::Other);
    for text in lines {
        if random.percent(percent) {
            tree = tree.tree(line(text));
        }
    }
    tree
}

/// The entry of a dependency.
fn dependency(random: &mut Random, name: &str) -> Tree {
    const FIELDS: &[&str] = &[
        "  condition: NAME.enabled",
        "  condition: on,NAME.enabled",
        "  condition: NAME.missing, on",
        "  tags: [t]",
        "  tags: [t, u]",
        "  alias: other",
        "  alias: ALIAS",
        "  import-values: [data]",
        "  import-values: [data, more]",
        "  import-values: [{child: exp, parent: imported}]",
        "  import-values: [{child: exp.deep, parent: exp}, data]",
        "  import-values: [{child: gc.exp, parent: .}]",
        "  import-values: [{child: m, parent: m}]",
        "  enabled: false",
        "  repository: https://x.test",
    ];
    let version = random.pick(&["0.1.0", "0.1.0", "0.1.0", "0.1.0", "^0.1", "\">0\"", "~0.1.0", "9"]);
    let mut tree = Tree::new(Sort::Optional).text(format!("- name: {name}\n  version: {version}\n"));
    for _ in 0..random.pick(&[0, 1, 1, 2]) {
        tree = tree.tree(line(&random.pick(FIELDS).replace("NAME", name).replace("ALIAS", &format!("{name}-2"))));
    }
    tree
}

fn dependencies(random: &mut Random, names: &[&str]) -> Tree {
    let mut tree = Tree::new(Sort::Optional).text("dependencies:\n");
    for name in names {
        for _ in 0..random.pick(&[0, 1, 1, 1, 1, 1, 2]) {
            tree = tree.tree(dependency(random, name));
        }
    }
    tree
}

/// A chart with two subcharts, of which one has a subchart itself.
pub(super) fn families(random: &mut Random, _: usize) -> Case {
    const SHOW: &str = "n: {{ .Chart.Name }}|{{ .Template.Name }}|{{ .Template.BasePath }}|{{ .Chart.IsRoot }}\nv: {{ toJson .Values }}\ns: '{{ keys .Subcharts | sortAlpha | join \",\" }}|{{ include \"who\" . }}'\n";
    const WHO: &str = "{{ define \"who\" }}NAME {{ .Chart.Name }}{{ end }}";
    const OWN: &[&str] = &[
        "enabled: true",
        "on: false",
        "k: {a: 1, b: [x], n: null}",
        "m: {x: 1}",
        "exports: {data: {d: 1, k: {a: 3}}, more: {m: {y: 2}}}",
        "exp: {deep: {z: 1}, l: [1, 2]}",
        "global: {g: own, own: {a: 1}}",
        "tags: {t: false}",
        "gc: {k: {a: from-sub}, enabled: true}",
        "n: null",
    ];
    const VALUES: &[&str] = &[
        "on: true",
        "sub: {k: {a: 2, b: null}, enabled: false}",
        "sub: {k: null, gc: {k: {c: 1}, enabled: false}, global: {g: sub}}",
        "lib: {k: {a: lib}}",
        "tags: {t: true, u: false}",
        "tags: {t: false}",
        "global: {g: root, own: {b: 2}}",
        "other: {k: {a: other}, enabled: true}",
        "imported: {l: [9], own: 1}",
        "m: {own: 1}",
        "exp: {own: 1}",
        "sub-2: {k: 1}",
    ];
    const FLAGS: &[&str] = &[
        "sub.enabled=true",
        "sub.k=null",
        "sub.k.a=null",
        "tags.t=true",
        "global.g=flag",
        "global.own=null",
        "sub.gc.k.a=flag",
        "lib.enabled=false",
        "other.k.b=1",
        "on=null",
        "imported=null",
        "sub=null",
        "sub.gc=null",
    ];
    let mut case = Case::new("");
    let api = random.pick(&["v2", "v2", "v2", "v2", "v1"]);
    let own = dependencies(random, &["sub", "lib"]);
    let head = |api: &str, name: &str| format!("apiVersion: {api}\nname: {name}\nversion: 0.1.0\n");
    case = if api == "v1" && random.percent(80) {
        case.with(Place::File("requirements.yaml"), own).with(Place::Chart, fixed(head(api, "p")))
    } else {
        case.with(Place::Chart, Tree::new(Sort::Other).text(head(api, "p")).tree(own))
    };
    case = case.with(Place::Template, fixed(SHOW)).with(Place::Helpers, fixed(WHO.replace("NAME", "root")));
    case = case.with(Place::Values, some_lines(random, VALUES, 30));

    let below = if random.percent(60) { dependencies(random, &["gc"]) } else { Tree::new(Sort::Other) };
    let chart = Tree::new(Sort::Other).text(head("v2", "sub")).tree(below);
    case = case.with(Place::File("charts/sub/Chart.yaml"), chart);
    case = case.with(Place::File("charts/sub/values.yaml"), some_lines(random, OWN, 35));
    case = case.with(Place::File("charts/sub/templates/s.yaml"), fixed(SHOW));
    if random.percent(50) {
        case = case.with(Place::File("charts/sub/templates/_h.tpl"), fixed(WHO.replace("NAME", "sub")));
    }
    if random.percent(85) {
        let chart = fixed(head("v2", "gc"));
        case = case.with(Place::File("charts/sub/charts/gc/Chart.yaml"), chart);
        case = case.with(Place::File("charts/sub/charts/gc/values.yaml"), some_lines(random, OWN, 30));
        case = case.with(Place::File("charts/sub/charts/gc/templates/g.yaml"), fixed(SHOW));
    }
    if random.percent(88) {
        let kind = random.pick(&["", "type: library\n", "type: library\n", "type: application\n"]);
        let chart = fixed(format!("{}{kind}", head("v2", "lib")));
        case = case.with(Place::File("charts/lib/Chart.yaml"), chart);
        case = case.with(Place::File("charts/lib/values.yaml"), some_lines(random, OWN, 30));
        case = case.with(Place::File("charts/lib/templates/l.yaml"), fixed(SHOW));
        let name = random.pick(&["lib", "lib {{ .Values.k | toJson }}"]);
        case = case.with(Place::File("charts/lib/templates/_l.tpl"), fixed(WHO.replace("NAME", name)));
    }
    if random.percent(25) {
        case =
            case.with(Place::Beside("v.yaml"), some_lines(random, VALUES, 25)).with(Place::Flag("-f"), fixed("v.yaml"));
    }
    for _ in 0..random.pick(&[0, 0, 1, 2]) {
        case = case.with(Place::Flag("--set"), fixed(random.pick(FLAGS)));
    }
    case
}

/// What lies in a chart, and what `.helmignore` leaves of it.
pub(super) fn files(random: &mut Random, _: usize) -> Case {
    const FILES: &[(&str, &str)] = &[
        ("a.txt", "one\ntwo\n"),
        ("b.txt", "no end"),
        ("empty", ""),
        ("conf/a.ini", "[a]\r\nb=1\r\n"),
        ("conf/b.ini", "x: {{ .Values.k }}\n\n"),
        ("conf/deep/c.txt", "é\u{2028}\n"),
        ("conf/.hidden", "h\n"),
        (".dot", "d"),
        ("README.md", "# r\n"),
        ("x y.txt", "blank in the name\n"),
        ("docs/é.md", "name\n"),
        ("templates/extra.yaml", "extra: 1\n"),
        ("templates/sub/x.yaml", "x: {{ .Template.Name }}\n"),
        ("templates/sub/_p.tpl", "{{ define \"p\" }}part{{ end }}"),
        ("templates/notes.txt", "n: 1\n"),
        ("templates/NOTES.txt", "notes\n"),
        ("templates/.hidden.yaml", "hidden: 1\n"),
        ("crds/c.yaml", "kind: CustomResourceDefinition\n"),
        ("crds/sub/d.yml", "kind: CustomResourceDefinition\nmetadata: {name: d}\n"),
        ("crds/README.md", "# no CRD\n"),
        ("charts/_ignored/x", "i"),
        ("charts/.hidden/x", "i"),
        ("LICENSE", "MIT\n"),
        ("Chart.lock", "dependencies: []\n"),
        ("values.schema.json", "{}\n"),
    ];
    const PATTERNS: &[&str] = &[
        "*.txt",
        "a.txt",
        "/a.txt",
        "conf",
        "conf/",
        "conf/*",
        "/conf/*.ini",
        "conf/deep",
        "deep/",
        "**/c.txt",
        "conf/**",
        "!conf/a.ini",
        "!*.txt",
        "!a.txt",
        "# comment",
        "",
        "  a.txt  ",
        "\\#x",
        "*",
        "/",
        ".*",
        ".dot",
        "[ab].txt",
        "[a-b]*",
        "[!a].txt",
        "[^a].txt",
        "?.txt",
        "templates/",
        "templates/sub",
        "templates/extra.yaml",
        "*.yaml",
        "Chart.yaml",
        "values.yaml",
        "crds",
        "README.md",
        "x y.txt",
        "docs/é.md",
        "é.md",
        "[",
        "a[",
        "\\",
        "a.txt/",
        "./a.txt",
        "../a.txt",
        "conf//a.ini",
        "charts/",
        "templates/_*",
        "_helpers.tpl",
        "LICENSE",
        "!",
        "**",
    ];
    const NAMES: &[&str] = &[
        "a.txt",
        "conf/a.ini",
        "conf/*",
        "**",
        "*",
        "*.txt",
        "conf/**",
        "**.ini",
        "**/*.txt",
        "{a,b}.txt",
        "[ab].txt",
        "?.txt",
        "none",
        "",
        "conf",
        "templates/*",
        "Chart.yaml",
        "values.yaml",
        "LICENSE",
        ".*",
        "x y.txt",
        "docs/*",
        "conf/b.ini",
        "!a.txt",
        "[!a]*",
        "**/.hidden",
        "conf/*.{ini,txt}",
        "[",
        "{a",
        "\\*",
        "empty",
        "README.md",
        "crds/*",
        "Chart.lock",
    ];
    const SHOWN: &[&str] = &[
        "{{ range $p, $b := .Files.Glob NAME }}[{{ $p }}={{ len $b }}]{{ end }}",
        "{{ (.Files.Glob NAME).AsConfig | toJson }}",
        "{{ (.Files.Glob NAME).AsSecrets | toJson }}",
        "{{ .Files.Get NAME | toJson }}",
        "{{ .Files.Lines NAME | toJson }}",
        "{{ range .Files.Lines NAME }}<{{ . }}>{{ end }}",
        "{{ .Files.GetBytes NAME | toString | quote }}",
        "{{ range $p, $b := .Files }}{{ $p }};{{ end }}",
        "{{ len .Files }} {{ toYaml (.Files.Glob NAME) | quote }}",
        "{{ tpl (.Files.Get NAME) . | quote }}",
        "{{ index .Files NAME | printf \"%s\" | quote }}",
        "{{ hasKey .Files NAME }}",
        "{{ (.Files.Glob NAME).AsConfig | indent 2 }}",
    ];
    let mut template = Tree::new(Sort::Statements);
    for at in 0..random.between(1, 4) {
        let name = format!("\"{}\"", random.pick(NAMES).replace('\\', "\\\\"));
        let shown = random.pick(SHOWN).replace("NAME", &name);
        template = template.tree(Tree::new(Sort::Statement).text(format!("k{at}: {shown}\n")));
    }
    let mut case = Case::new("").with(Place::Template, template).with(Place::Values, fixed("k: v\n"));
    for (name, text) in FILES {
        if random.percent(45) {
            case = case.with(Place::File(name), fixed(*text));
        }
    }
    if random.percent(70) {
        let mut ignored = Tree::new(Sort::Other);
        for _ in 0..random.between(1, 4) {
            let pattern = random.pick(PATTERNS);
            let text = if random.percent(8) { words::spoiled(pattern, random) } else { pattern.to_owned() };
            let end = random.pick(&["\n", "\n", "\n", "\n", "\r\n", " \n"]);
            ignored = ignored.tree(Tree::new(Sort::Optional).text(format!("{text}{end}")));
        }
        case = case.with(Place::File(".helmignore"), ignored);
    }
    for flag in ["--include-crds", "--skip-crds", "--show-only=templates/sub/x.yaml", "--skip-tests"] {
        if random.percent(6) {
            case = case.with(Place::Argument, fixed(flag));
        }
    }
    case
}

/// A manifest, which may be a hook.
fn manifest(random: &mut Random) -> Tree {
    const KINDS: &[&str] = &[
        "ConfigMap",
        "Secret",
        "Service",
        "Deployment",
        "Job",
        "Pod",
        "Namespace",
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "ClusterRole",
        "Ingress",
        "CronJob",
        "StatefulSet",
        "DaemonSet",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "NetworkPolicy",
        "ResourceQuota",
        "LimitRange",
        "PodDisruptionBudget",
        "HorizontalPodAutoscaler",
        "StorageClass",
        "CustomResourceDefinition",
        "APIService",
        "Widget",
        "Anything",
        "List",
        "ReplicaSet",
        "PriorityClass",
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
        "IngressClass",
        "configmap",
        "SecretList",
    ];
    let mut text =
        format!("kind: {}\nmetadata:\n  name: {}\n", random.pick(KINDS), random.pick(&["a", "b", "c", "a-1", "B"]));
    if random.percent(85) {
        text.insert_str(0, "apiVersion: v1\n");
    }
    let mut tree = Tree::new(Sort::Optional).text(text);
    if random.percent(30) {
        let hook = random.pick(&[
            "pre-install",
            "post-install",
            "pre-delete",
            "test",
            "test-success",
            "test-failure",
            "pre-upgrade,pre-install",
            " post-render ",
            "pre-rollback",
            "nope",
            "crd-install",
            "Pre-Install",
        ]);
        let mut notes = Tree::new(Sort::Optional).text(format!("  annotations:\n    helm.sh/hook: {hook}\n"));
        if random.percent(60) {
            let weight =
                random.pick(&["\"1\"", "\"-5\"", "\"10\"", "\"0\"", "3", "\" 2\"", "\"+2\"", "\"x\"", "\"0x1\""]);
            notes = notes.tree(line(&format!("    helm.sh/hook-weight: {weight}")));
        }
        if random.percent(25) {
            let policy = random.pick(&["hook-succeeded", "before-hook-creation,hook-failed", "never", "\"\""]);
            notes = notes.tree(line(&format!("    helm.sh/hook-delete-policy: {policy}")));
        }
        if random.percent(15) {
            notes = notes.tree(line("    helm.sh/resource-policy: keep"));
        }
        tree = tree.tree(notes);
    }
    if random.percent(20) {
        tree =
            tree.tree(line(random.pick(&["# end", "data: {a: \"---\"}", "x: |\n  ---\n  y", "...", "y: 1 # c", ""])));
    }
    tree
}

/// Manifests in several files, and the flags that choose among them.
pub(super) fn orders(random: &mut Random, _: usize) -> Case {
    const NAMES: &[&str] = &[
        "templates/a.yaml",
        "templates/b.yml",
        "templates/sub/a.yaml",
        "templates/sub/deep/z.yaml",
        "templates/Z.yaml",
        "templates/a-b.yaml",
        "templates/a.txt",
        "templates/sub.yaml",
        "templates/tests/t.yaml",
        "charts/s/templates/a.yaml",
        "charts/s/templates/tests/t.yaml",
        "charts/s/templates/NOTES.txt",
        "crds/a.yaml",
        "charts/s/crds/b.yaml",
    ];
    const FLAGS: &[&str] = &[
        "--no-hooks",
        "--skip-tests",
        "--include-crds",
        "--show-only=templates/a.yaml",
        "--show-only=templates/sub/*.yaml",
        "--show-only=charts/s/templates/a.yaml",
        "--show-only=templates/tests/t.yaml",
        "--show-only=templates/*",
        "-s=templates/b.yml",
        "--is-upgrade",
        "--render-subchart-notes",
        "--skip-crds",
    ];
    let mut case = Case::new("");
    let mut with_subchart = false;
    for name in NAMES {
        if !random.percent(35) {
            continue;
        }
        with_subchart |= name.starts_with("charts/");
        let mut text = Tree::new(Sort::Other);
        for at in 0..random.pick(&[1, 1, 1, 2, 3, 4]) {
            if at > 0 || random.percent(20) {
                text = text.text(random.pick(&[
                    "---\n",
                    "---\n",
                    "---\n",
                    "\n---\n",
                    "--- # c\n",
                    "---\n---\n",
                    "\n\n---\n\n",
                ]));
            }
            text = text.tree(manifest(random));
        }
        case = case.with(Place::File(name), text.text(random.pick(&["", "", "\n", "---\n", "---"])));
    }
    if with_subchart {
        case = case.with(Place::File("charts/s/Chart.yaml"), fixed("apiVersion: v2\nname: s\nversion: 0.1.0\n"));
    }
    let own = manifest(random);
    case = case.with(Place::Template, Tree::new(Sort::Other).tree(own));
    for _ in 0..random.pick(&[0, 0, 1, 1, 2]) {
        case = case.with(Place::Argument, fixed(random.pick(FLAGS)));
    }
    case
}

/// Several files of values, with flags on top.
pub(super) fn values_files(random: &mut Random, _: usize) -> Case {
    const SHOW: &str =
        "v: {{ toJson .Values }}\nt: {{ range $k, $v := .Values }}{{ $k }}={{ printf \"%T\" $v }};{{ end }}\n";
    let mut case = Case::new("").with(Place::Template, fixed(SHOW));
    let file = |random: &mut Random| {
        let mut text = Tree::new(Sort::Other);
        for _ in 0..random.pick(&[1, 1, 1, 1, 2]) {
            match random.below(8) {
                0 => text = text.string(words::yaml(random, 2), Quote::Bare),
                1 => {
                    text = text.text(random.pick(&[
                        "",
                        "\n",
                        "# c\n",
                        "null\n",
                        "[]\n",
                        "a\n",
                        "---\n",
                        "{}\n",
                        "a: 1\na: 2\n",
                    ]))
                }
                _ => {
                    for key in ["a", "b", "c", "l"] {
                        if random.percent(50) {
                            let value = data::value(random, 2);
                            let entry = Tree::new(Sort::Optional).text(format!("{key}: ")).tree(value).text("\n");
                            text = text.tree(entry);
                        }
                    }
                }
            }
            text = text.tree(Tree::new(Sort::Optional).text(random.pick(&[
                "",
                "",
                "",
                "---\n",
                "--- \n",
                "...\n",
                "---\n# c\n",
            ])));
        }
        text
    };
    let own = file(random);
    case = case.with(Place::Values, own);
    for name in ["one.yaml", "two.yaml"] {
        if random.percent(70) {
            let text = file(random);
            case = case.with(Place::Beside(name), text).with(Place::Flag("-f"), fixed(name));
        }
    }
    if random.percent(30) {
        let flag = random.pick(&["--set", "--set-string", "--set-json", "--set-literal"]);
        let text = random.pick(&["a=1", "a.b=x", "l[0]=1", "l[1].a=true", "b=null", "c={1,2}", "a=[1]", "a.x.y=1e3"]);
        case = case.with(Place::Flag(flag), fixed(text));
    }
    case
}
