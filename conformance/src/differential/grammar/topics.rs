//! What a case is about: each topic is a production that the grammar can begin with.

use super::super::case::{Case, Place};
use super::super::random::Random;
use super::super::signatures::{MEMBERS, SIGNATURES, Type};
use super::super::tree::{Quote, Sort, Tree};
use super::{Grammar, data, layouts, words};

/// A topic: its name, how often it is taken, what makes a case of it.
pub(in super::super) type Topic = (&'static str, usize, fn(&mut Random, usize) -> Case);

/// All topics.
pub(in super::super) const TOPICS: &[Topic] = &[
    ("functions", 30, functions),
    ("templates", 24, templates),
    ("members", 4, members),
    ("printf", 8, printf),
    ("dates", 6, dates),
    ("regexps", 6, regexps),
    ("versions", 5, versions),
    ("merges", 6, merges),
    ("lists", 6, lists),
    ("numbers", 5, numbers),
    ("strings", 6, strings),
    ("round-trips", 6, round_trips),
    ("yaml-read", 8, yaml_read),
    ("yaml-write", 5, yaml_write),
    ("manifests", 5, manifests),
    ("set", 8, set),
    ("subcharts", 5, subcharts),
    ("nested", 6, nested),
    ("syntax", 8, syntax),
    ("schemas", 6, schemas),
    ("charts", 6, charts),
    ("flags", 4, flags),
    ("families", 6, layouts::families),
    ("files", 5, layouts::files),
    ("orders", 5, layouts::orders),
    ("values-files", 4, layouts::values_files),
];

/// The case of a number.
pub(in super::super) fn case(topics: &[Topic], random: &mut Random, number: usize) -> Case {
    let all: usize = topics.iter().map(|(_, weight, _)| weight).sum();
    let mut at = random.below(all);
    let topic = topics.iter().find(|(_, weight, _)| {
        let here = at < *weight;
        at = at.wrapping_sub(*weight);
        here
    });
    match topic {
        Some((name, _, make)) => Case { topic: name, ..make(random, number) },
        None => Case::new("none"),
    }
}

/// One call of each function in turn.
fn functions(random: &mut Random, number: usize) -> Case {
    let mut grammar = Grammar::new(random);
    let signature = &SIGNATURES[number % SIGNATURES.len()];
    let helpers = grammar.define(0);
    let depth = grammar.random.between(1, 2);
    let call = grammar.call(signature, depth);
    let line = grammar.line(call);
    finish(&mut grammar, Tree::new(Sort::Statements).tree(line), Some(helpers))
}

/// Statements of every kind, and named templates.
fn templates(random: &mut Random, _: usize) -> Case {
    let mut grammar = Grammar::new(random);
    let mut helpers = Tree::new(Sort::Statements);
    for _ in 0..grammar.random.between(0, 2) {
        helpers = helpers.tree(grammar.define(1));
    }
    let (count, depth) = (grammar.random.between(1, 5), grammar.random.between(1, 3));
    let template = grammar.statements(count, depth);
    finish(&mut grammar, template, Some(helpers))
}

/// A template with its values, helpers and files.
fn finish(grammar: &mut Grammar<'_>, template: Tree, helpers: Option<Tree>) -> Case {
    let mut case = Case::new("");
    let text = template.print();
    case = case.with(Place::Template, template);
    if let Some(helpers) =
        helpers.filter(|_| text.contains("include") || text.contains("template") || text.contains("tpl"))
    {
        case = case.with(Place::Helpers, helpers);
    }
    if text.contains(".Files") {
        case = case.with(Place::File("f.txt"), Tree::new(Sort::Other).string("line 1\nline é\n", Quote::Bare));
        case = case.with(Place::File("conf/a.ini"), Tree::new(Sort::Other).string("[a]\nb=1", Quote::Bare));
    }
    let values = grammar.values_file();
    case.with(Place::Values, values)
}

/// One line that shows an expression in several ways.
fn shown(grammar: &mut Grammar<'_>, expr: Tree) -> Case {
    let line = grammar.line(expr);
    finish(grammar, Tree::new(Sort::Statements).tree(line), None)
}

fn members(random: &mut Random, number: usize) -> Case {
    let mut grammar = Grammar::new(random);
    let at = number % (MEMBERS.len() + 20);
    let expr = if at < MEMBERS.len() { grammar.member_of(at, 1) } else { grammar.object() };
    shown(&mut grammar, expr)
}

fn printf(random: &mut Random, _: usize) -> Case {
    let mut grammar = Grammar::new(random);
    let depth = grammar.random.pick(&[0, 1, 1, 2]);
    let expr = grammar.printf(depth);
    let line = Tree::new(Sort::Statement).text("k: {{ ").tree(expr).text(" | toJson }}\n");
    finish(&mut grammar, Tree::new(Sort::Statements).tree(line), None)
}

/// A call of one of some functions.
fn one_of(random: &mut Random, names: &[&str], depth: usize) -> Case {
    let mut grammar = Grammar::new(random);
    let fits: Vec<_> = SIGNATURES.iter().filter(|signature| names.contains(&signature.name)).collect();
    let mut template = Tree::new(Sort::Statements);
    for _ in 0..grammar.random.pick(&[1, 1, 2]) {
        let signature = grammar.random.pick(&fits);
        let call = grammar.call(signature, depth);
        template = template.tree(grammar.line(call));
    }
    finish(&mut grammar, template, None)
}

fn dates(random: &mut Random, _: usize) -> Case {
    let names = [
        "date",
        "dateInZone",
        "date_in_zone",
        "dateModify",
        "mustDateModify",
        "toDate",
        "mustToDate",
        "htmlDate",
        "htmlDateInZone",
        "unixEpoch",
        "duration",
        "durationRound",
        "durationSeconds",
        "durationRoundTo",
        "mustToDuration",
    ];
    if random.percent(40) {
        // A time in a zone, through several functions.
        let mut grammar = Grammar::new(random);
        let mut time = grammar.expr(Type::When, 1);
        if grammar.random.percent(50) {
            let by = grammar.expr(Type::Duration, 0);
            time = grammar.application("dateModify", vec![by, time]);
        }
        let (layout, zone) = (grammar.expr(Type::Layout, 0), grammar.expr(Type::Zone, 0));
        let expr = grammar.application("dateInZone", vec![layout, time, zone]);
        return shown(&mut grammar, expr);
    }
    one_of(random, &names, 1)
}

fn regexps(random: &mut Random, _: usize) -> Case {
    let names = [
        "regexMatch",
        "mustRegexMatch",
        "regexFindAll",
        "mustRegexFindAll",
        "regexFind",
        "mustRegexFind",
        "regexReplaceAll",
        "mustRegexReplaceAll",
        "regexReplaceAllLiteral",
        "mustRegexReplaceAllLiteral",
        "regexSplit",
        "mustRegexSplit",
        "regexQuoteMeta",
    ];
    one_of(random, &names, 0)
}

fn versions(random: &mut Random, _: usize) -> Case {
    one_of(random, &["semver", "semverCompare", "semverCompare", "semverCompare"], 0)
}

/// Dictionaries that are changed, and then shown with all that may share a part of them.
fn merges(random: &mut Random, _: usize) -> Case {
    const NAMES: &[&str] = &[
        "merge",
        "mergeOverwrite",
        "mustMerge",
        "mustMergeOverwrite",
        "set",
        "unset",
        "pick",
        "omit",
        "pluck",
        "dig",
        "get",
        "hasKey",
        "deepCopy",
        "append",
        "prepend",
        "concat",
        "default",
        "coalesce",
    ];
    let mut grammar = Grammar::new(random);
    let mut template = Tree::new(Sort::Statements);
    let mut names = Vec::new();
    for at in 0..grammar.random.between(1, 4) {
        let name = grammar.random.pick(NAMES);
        let Some(signature) = SIGNATURES.iter().find(|signature| signature.name == name) else { continue };
        let call = grammar.call(signature, 1);
        let variable = format!("$m{at}");
        template =
            template.tree(Tree::new(Sort::Statement).text(format!("{{{{- {variable} := ")).tree(call).text(" }}\n"));
        let of = if signature.result == Type::Any { Type::Dict } else { signature.result };
        grammar.variables.push((variable.clone(), of));
        if of == Type::Dict {
            grammar.variables.push((variable.clone(), Type::Target));
        }
        names.push(variable);
    }
    for name in names {
        let line = Tree::new(Sort::Statement).text(format!("k{}: {{{{ {name} | toJson }}}}\n", &name[2..]));
        template = template.tree(line);
    }
    template = template.tree(Tree::new(Sort::Statement).text("v: {{ toJson .Values }}\n"));
    finish(&mut grammar, template, None)
}

fn lists(random: &mut Random, _: usize) -> Case {
    let names = [
        "append",
        "prepend",
        "first",
        "rest",
        "last",
        "initial",
        "reverse",
        "uniq",
        "without",
        "has",
        "slice",
        "mustSlice",
        "concat",
        "chunk",
        "compact",
        "sortAlpha",
        "join",
        "toStrings",
        "index",
        "len",
        "splitn",
        "split",
        "splitList",
        "until",
        "untilStep",
        "seq",
        "mustFirst",
        "mustHas",
        "deepEqual",
    ];
    one_of(random, &names, 2)
}

fn numbers(random: &mut Random, _: usize) -> Case {
    let names = [
        "add",
        "sub",
        "mul",
        "div",
        "mod",
        "add1",
        "addf",
        "subf",
        "mulf",
        "divf",
        "add1f",
        "max",
        "min",
        "maxf",
        "minf",
        "biggest",
        "ceil",
        "floor",
        "round",
        "int",
        "int64",
        "float64",
        "toDecimal",
        "atoi",
        "eq",
        "lt",
        "gt",
        "le",
        "ge",
        "ne",
        "toString",
        "quote",
        "toJson",
        "print",
    ];
    one_of(random, &names, 2)
}

fn strings(random: &mut Random, _: usize) -> Case {
    let names = [
        "abbrev",
        "abbrevboth",
        "trunc",
        "substr",
        "wrap",
        "wrapWith",
        "title",
        "untitle",
        "camelcase",
        "snakecase",
        "kebabcase",
        "swapcase",
        "initials",
        "nospace",
        "indent",
        "nindent",
        "replace",
        "plural",
        "trimAll",
        "trimSuffix",
        "trimPrefix",
        "cat",
        "quote",
        "squote",
        "repeat",
        "contains",
        "html",
        "js",
        "urlquery",
        "b64enc",
        "b64dec",
        "b32dec",
        "lower",
        "upper",
        "urlParse",
        "urlJoin",
        "clean",
        "base",
        "dir",
        "ext",
    ];
    one_of(random, &names, 1)
}

/// A value through an encoder, and through the decoder again.
fn round_trips(random: &mut Random, _: usize) -> Case {
    const PAIRS: &[(&str, &str)] = &[
        ("toYaml", "fromYaml"),
        ("toYamlPretty", "fromYaml"),
        ("toJson", "fromJson"),
        ("toPrettyJson", "fromJson"),
        ("toRawJson", "mustFromJson"),
        ("toToml", "fromToml"),
        ("toJson", "fromYaml"),
        ("toYaml", "fromYamlArray"),
        ("toJson", "fromJsonArray"),
    ];
    let mut grammar = Grammar::new(random);
    let (write, read) = grammar.random.pick(PAIRS);
    let of = grammar.random.pick(&[Type::Dict, Type::Dict, Type::Dict, Type::List, Type::Any]);
    let value = grammar.expr(of, 1);
    let written = grammar.application(write, vec![value]);
    let line = Tree::new(Sort::Statement).text("k: {{ ").tree(written.clone()).text(" | quote }}\n");
    let again = grammar.application(read, vec![written]);
    let again = Tree::new(Sort::Statement).text("r: {{ printf \"%#v\" ").tree(again).text(" | quote }}\n");
    finish(&mut grammar, Tree::new(Sort::Statements).tree(line).tree(again), None)
}

/// YAML as a text, as values, as a file of values.
fn yaml_read(random: &mut Random, _: usize) -> Case {
    let depth = random.between(0, 3);
    let text = words::yaml(random, depth);
    let show = "j: {{ toJson .Values }}\nv: {{ printf \"%#v\" .Values.a | quote }}\n";
    match random.below(5) {
        0 => Case::new("")
            .with(Place::Template, Tree::new(Sort::Other).text(show))
            .with(Place::Values, Tree::new(Sort::Other).string(text, Quote::Bare)),
        1 => Case::new("")
            .with(Place::Template, Tree::new(Sort::Other).text(show))
            .with(Place::Values, Tree::new(Sort::Other).text("a: {b: 1, c: [1]}\nk: 2\n"))
            .with(Place::Beside("v.yaml"), Tree::new(Sort::Other).string(text, Quote::Bare))
            .with(Place::Flag("-f"), Tree::new(Sort::Other).text("v.yaml")),
        2 => Case::new("")
            .with(Place::Template, Tree::new(Sort::Other).text("j: {{ fromYamlArray .Values.d | toJson }}\n"))
            .value("d", data::quoted(text)),
        _ => Case::new("")
            .with(Place::Template, Tree::new(Sort::Other).text("j: {{ fromYaml .Values.d | toJson }}\n"))
            .value("d", data::quoted(text)),
    }
}

/// Values through every YAML writer.
fn yaml_write(random: &mut Random, _: usize) -> Case {
    let depth = random.between(0, 3);
    let value = data::value(random, depth);
    let function = random.pick(&["toYaml", "toYaml", "toYamlPretty", "toToml", "toPrettyJson", "toRawJson"]);
    let template = random.pick(&[
        "k: {{ F .Values.d | quote }}\n",
        "k: {{ F (dict \"a\" .Values.d) | quote }}\n",
        "k: {{ F (list .Values.d) | quote }}\n",
        "k:\n{{ F .Values.d | indent 2 }}\n",
    ]);
    let template = template.replace('F', function);
    Case::new("")
        .with(Place::Template, Tree::new(Sort::Statements).tree(Tree::new(Sort::Statement).text(template)))
        .value("d", value)
}

/// Text of a template file that is no template: YAML and its documents.
fn manifests(random: &mut Random, _: usize) -> Case {
    let mut text = String::new();
    for _ in 0..random.between(1, 3) {
        text.push_str(random.pick(&[
            "",
            "---\n",
            "---\n",
            "--- \n",
            "---",
            "\n---\n",
            "---\r\n",
            "# c\n---\n",
            " ---\n",
            "----\n",
            "--- # c\n",
        ]));
        match random.below(5) {
            0 => text.push_str(&words::yaml(random, 1)),
            1 => text.push_str(random.pick(&[
                "",
                "\n",
                " \n",
                "# only\n",
                "a",
                "a:",
                "[]",
                "null\n",
                "\t\n",
                "a: |\n  x\n\n\n",
            ])),
            _ => {
                let api = random.pick(&["v1", "apps/v1", "", "1", "[]"]);
                let kind = random.pick(&[
                    "ConfigMap",
                    "Service",
                    "Deployment",
                    "Widget",
                    "Namespace",
                    "",
                    "CustomResourceDefinition",
                    "1",
                ]);
                text.push_str(&format!(
                    "apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: {}\n",
                    random.pick(&["a", "b", "\"\"", "1", "~"])
                ));
                if random.percent(40) {
                    let hook = random.pick(&[
                        "pre-install",
                        "post-install,pre-upgrade",
                        "test",
                        "test-success",
                        "nope",
                        "\"\"",
                        "1",
                        "pre-install, nope",
                        "crd-install",
                    ]);
                    text.push_str(&format!("  annotations:\n    helm.sh/hook: {hook}\n"));
                    if random.percent(60) {
                        text.push_str(&format!(
                            "    helm.sh/hook-weight: {}\n",
                            random.pick(&["\"1\"", "\"-5\"", "1", "x", "\"1.5\"", "\"\""])
                        ));
                    }
                    if random.percent(30) {
                        text.push_str(&format!(
                            "    helm.sh/hook-delete-policy: {}\n",
                            random.pick(&["hook-succeeded", "x", "before-hook-creation,hook-failed"])
                        ));
                    }
                }
            }
        }
        text.push_str(random.pick(&["", "", "\n", "\n\n", " ", "  \n"]));
    }
    Case::new("").with(Place::Template, Tree::new(Sort::Other).string(text.replace("{{", "{ {"), Quote::Bare))
}

/// The flags that set values.
fn set(random: &mut Random, _: usize) -> Case {
    const SHOW: &str = "{{ $s := \"\" }}{{ range $k, $v := .Values }}{{ $s = printf \"%s%s=%v:%T;\" $s $k $v $v }}{{ end }}j: {{ toJson .Values }}\ns: {{ $s | quote }}\n";
    let mut case = Case::new("").with(Place::Template, Tree::new(Sort::Other).text(SHOW));
    let values = random.pick(&[
        "",
        "a: 1\nb: {a: 2, c: [1, {k: x}]}\nl: [{a: 1}, [2], 3]\nm: {a: {b: {c: 1}}, k: null}\ns: str\n",
        "a: null\nl: []\nm: {}\n",
    ]);
    if !values.is_empty() {
        case = case.with(Place::Values, Tree::new(Sort::Other).text(values));
    }
    for _ in 0..random.pick(&[1, 1, 1, 2, 3]) {
        let (flag, text) = match random.below(10) {
            0..5 => ("--set", words::set(random)),
            5 => ("--set-string", words::set(random)),
            6 => {
                case = case.with(Place::Beside("f.txt"), Tree::new(Sort::Other).string("file\ntext", Quote::Bare));
                ("--set-file", words::set(random).replace("=1", "=f.txt"))
            }
            7 => ("--set-literal", words::set(random)),
            8 => {
                let value = words::json(random, 2);
                ("--set-json", format!("{}={value}", random.pick(&["a", "l[0]", "m.a.b", "b.c[1].k", "l", "", "m"])))
            }
            _ => ("--set-json", words::json(random, 2)),
        };
        case = case.with(Place::Flag(flag), Tree::new(Sort::Other).string(text, Quote::Bare));
    }
    case
}

/// A subchart's values, from all sides.
fn subcharts(random: &mut Random, _: usize) -> Case {
    const SHOW: &str = "v: {{ toJson .Values }}\n";
    let fixed = |text: &str| Tree::new(Sort::Other).text(text);
    let mut case =
        Case::new("").with(Place::Template, fixed(SHOW)).with(Place::File("charts/sub/templates/s.yaml"), fixed(SHOW));
    case = case.with(Place::File("charts/sub/Chart.yaml"), fixed("apiVersion: v2\nname: sub\nversion: 0.1.0\n"));
    let own = data::map(random, 2);
    case = case.with(Place::File("charts/sub/values.yaml"), Tree::new(Sort::Other).tree(own).text("\n"));
    let mut values = Tree::new(Sort::Other).text("{");
    for key in ["sub", "global", "a"] {
        if random.percent(60) {
            let value = if random.percent(85) { data::map(random, 2) } else { data::value(random, 1) };
            values = values.tree(Tree::new(Sort::Optional).text(format!("\"{key}\": ")).tree(value).text(", "));
        }
    }
    case = case.with(Place::Values, values.text("}\n"));
    for _ in 0..random.pick(&[0, 0, 1, 2]) {
        let path = random.pick(&["sub", "sub.a", "sub.b", "sub.x.a", "global", "global.a", "sub.global.a", "a", "b.c"]);
        let value = random.pick(&["1", "null", "x", "{1,2}", "", "true"]);
        case = case.with(Place::Flag("--set"), Tree::new(Sort::Other).string(format!("{path}={value}"), Quote::Bare));
    }
    case
}

/// A schema, with values that it accepts or not.
fn schemas(random: &mut Random, _: usize) -> Case {
    let schema = words::schema(random, 2);
    let mut case = Case::new("").with(Place::Template, Tree::new(Sort::Other).text("j: {{ toJson .Values }}\n"));
    let mut values = Tree::new(Sort::Other).text("{");
    for key in ["a", "b"] {
        if random.percent(80) {
            let value = data::value(random, 2);
            values = values.tree(Tree::new(Sort::Optional).text(format!("\"{key}\": ")).tree(value).text(", "));
        }
    }
    case = case.with(Place::Values, values.text("}\n"));
    if random.percent(15) {
        case = case.with(Place::Flag("--set"), Tree::new(Sort::Other).string(words::set(random), Quote::Bare));
    }
    case.with(Place::File("values.schema.json"), Tree::new(Sort::Other).tree(schema).text("\n"))
}

/// `Chart.yaml` with fields of right and wrong kinds, and a subchart that it may depend on.
fn charts(random: &mut Random, _: usize) -> Case {
    const SHOW: &str = "v: {{ toJson .Values }}\nc: {{ .Chart.Name }}|{{ .Chart.Version }}|{{ .Chart.AppVersion }}|{{ .Chart.Type }}\n";
    let fixed = |text: &str| Tree::new(Sort::Other).text(text);
    let line = |text: String| Tree::new(Sort::Optional).text(text);
    let mut chart = Tree::new(Sort::Other);
    for (key, usual, others) in [
        ("apiVersion", "v2", &["v1", "v3", "\"\"", "2", "V2", "~", "[v2]"] as &[&str]),
        ("name", "p", &["\"\"", "P-1", "a/b", "..", "1", "é", "a b", "~", "p.q"]),
        ("version", "0.1.0", &["1", "v1.2", "\"\"", "1.2.3.4", "x", "1.2.3-rc.1+b", "01.2.3", "1.5", "~"]),
    ] {
        if random.percent(97) {
            let value = if random.percent(88) { usual } else { random.pick(others) };
            chart = chart.tree(line(format!("{key}: {value}\n")));
        }
    }
    const FIELDS: &[&str] = &[
        "appVersion: 1.0",
        "appVersion: \"2\"",
        "appVersion: 1e3",
        "appVersion: v1\nappVersion: v2",
        "type: application",
        "type: library",
        "type: x",
        "kubeVersion: \">=1.20.0\"",
        "kubeVersion: \">=1.99.0-0\"",
        "kubeVersion: nope",
        "kubeVersion: \"<1.20 || >=1.30\"",
        "description: d",
        "description: [1]",
        "keywords: [a, b]",
        "keywords: a",
        "home: https://x.test",
        "sources: [a]",
        "sources: {a: b}",
        "maintainers: [{name: a, email: b@c.d}]",
        "maintainers: [{email: x}]",
        "maintainers: [x]",
        "maintainers: [null]",
        "icon: x",
        "deprecated: true",
        "deprecated: \"yes\"",
        "annotations: {a: b}",
        "annotations: {a: 1}",
        "annotations: [a]",
        "condition: a",
        "tags: a",
        "unknown: 1",
        "Name: q",
        "  indented: 1",
        "engine: gotpl",
        "\tx: 1",
    ];
    for _ in 0..random.pick(&[0, 1, 1, 2, 3]) {
        chart = chart.tree(line(format!("{}\n", random.pick(FIELDS))));
    }
    let with_subchart = random.percent(60);
    if with_subchart {
        let mut dependencies = Tree::new(Sort::Optional).text("dependencies:\n");
        for _ in 0..random.pick(&[1, 1, 2]) {
            let mut one = Tree::new(Sort::Optional)
                .text(format!("- name: {}\n", random.pick(&["sub", "sub", "sub", "sub", "other", "\"\"", "1"])));
            const OF_ONE: &[&str] = &[
                "version: 0.1.0",
                "version: 0.1.0",
                "version: \">=0\"",
                "version: 9",
                "version: x",
                "repository: https://x.test",
                "repository: file://../sub",
                "condition: sub.enabled",
                "condition: a.on,b.on",
                "condition: n",
                "tags: [t]",
                "tags: t",
                "alias: other",
                "alias: sub",
                "alias: a/b",
                "alias: \"\"",
                "import-values: [data]",
                "import-values: [{child: exp, parent: imported}]",
                "import-values: [{child: a}]",
                "import-values: [1]",
                "import-values: data",
                "enabled: false",
                "import-values: [{child: a, parent: .}]",
                "import-values: [{child: missing, parent: m}]",
            ];
            for _ in 0..random.between(1, 3) {
                one = one.tree(line(format!("  {}\n", random.pick(OF_ONE))));
            }
            dependencies = dependencies.tree(one);
        }
        chart = chart.tree(dependencies);
    }
    let mut case = Case::new("").with(Place::Chart, chart).with(Place::Template, fixed(SHOW));
    if with_subchart {
        case = case.with(Place::File("charts/sub/Chart.yaml"), fixed("apiVersion: v2\nname: sub\nversion: 0.1.0\n"));
        case = case
            .with(Place::File("charts/sub/templates/s.yaml"), fixed("s: {{ toJson .Values }}\nn: {{ .Chart.Name }}\n"));
        let own = random.pick(&[
            "{}",
            "a: {b: 1}\nexports: {data: {x: 1}}\nexp: {y: [1]}\n",
            "a: 1\nenabled: false\nexp: null\n",
            "a: {k: null}\nexports: {data: 1}\n",
        ]);
        case = case.with(Place::File("charts/sub/values.yaml"), fixed(own));
    }
    const VALUES: &[&str] = &[
        "{}\n",
        "sub: {enabled: false}\n",
        "tags: {t: false}\nsub: {enabled: true}\n",
        "a: {on: \"no\"}\nb: {on: false}\n",
        "imported: {y: 2}\nother: {a: {b: 2}}\n",
        "n: null\nsub: {a: null}\n",
        "tags: {t: x}\n",
        "global: {g: 1}\nsub: 1\n",
    ];
    case = case.with(Place::Values, fixed(random.pick(VALUES)));
    if random.percent(25) {
        let text = random.pick(&[
            "sub.enabled=true",
            "tags.t=true",
            "a.on=true",
            "sub=null",
            "other.a=1",
            "tags=null",
            "sub.enabled=null",
        ]);
        case = case.with(Place::Flag("--set"), fixed(text));
    }
    case
}

/// The flags of the command, one with another.
fn flags(random: &mut Random, _: usize) -> Case {
    const SHOW: &str = "r: {{ .Release.Name }}|{{ .Release.Namespace }}|{{ .Release.IsUpgrade }}|{{ .Release.IsInstall }}\nk: {{ .Capabilities.KubeVersion }}|{{ .Capabilities.KubeVersion.Major }}|{{ .Capabilities.KubeVersion.Minor }}|{{ .Capabilities.KubeVersion.GitVersion }}\na: {{ .Capabilities.APIVersions.Has \"x/v1\" }}|{{ .Capabilities.APIVersions.Has \"v1\" }}|{{ .Capabilities.APIVersions.Has \"apps/v1/Deployment\" }}\n";
    let fixed = |text: &str| Tree::new(Sort::Other).text(text);
    let mut case = Case::new("").with(Place::Template, fixed(SHOW));
    case = case.with(Place::File("templates/h.yaml"), fixed("metadata:\n  annotations:\n    helm.sh/hook: test\n"));
    case = case.with(Place::File("templates/NOTES.txt"), fixed("notes {{ .Release.Name }}"));
    case = case.with(Place::File("crds/c.yaml"), fixed("kind: CustomResourceDefinition\n"));
    for _ in 0..random.pick(&[1, 1, 2, 3]) {
        let (flag, text) = match random.below(12) {
            0 => (
                "--kube-version",
                if random.percent(70) {
                    words::version(random)
                } else {
                    random
                        .pick(&["1.27", "v1.30", "1", "1.27.3-gke.100", "", "x", "v1.30.0+k3s1", "1.2.3.4"])
                        .to_owned()
                },
            ),
            1 => (
                "--api-versions",
                random
                    .pick(&["x/v1", "x/v1,y/v1", "", ",", "\"x/v1\"", "\"x", "apps/v1/Deployment", "x/v1,\n"])
                    .to_owned(),
            ),
            2 => (
                "--show-only",
                random
                    .pick(&[
                        "templates/t.yaml",
                        "templates/*",
                        "t.yaml",
                        "templates/h.yaml",
                        "crds/c.yaml",
                        "templates/NOTES.txt",
                        "",
                        "[",
                        "templates/?.yaml",
                        "./templates/t.yaml",
                    ])
                    .to_owned(),
            ),
            3 => ("--namespace", random.pick(&["n", "", "N_1", "é", "a.b", "{{ 1 }}"]).to_owned()),
            4 => (
                "--name-template",
                random
                    .pick(&[
                        "x",
                        "{{ \"a\" | upper | lower }}",
                        "{{",
                        "{{ randAlpha 0 }}n",
                        "{{ .Values.x }}",
                        "",
                        "A",
                        "{{ include \"x\" . }}",
                        "{{ fail \"no\" }}",
                    ])
                    .to_owned(),
            ),
            5 => (
                "-f",
                random
                    .pick(&["missing.yaml", "chart/Chart.yaml", "chart", "", "chart/templates/t.yaml", "a,b"])
                    .to_owned(),
            ),
            6 => ("--set", words::set(random)),
            7 => ("--kube-version", random.pick(&["1.31.1", "v1.18.0", "1.40.0"]).to_owned()),
            8 => ("--description", random.pick(&["d", ""]).to_owned()),
            9 => ("--timeout", random.pick(&["5m", "x", "0", "1", "-1s"]).to_owned()),
            _ => {
                let word = random.pick(&[
                    "--is-upgrade",
                    "--include-crds",
                    "--skip-tests",
                    "--no-hooks",
                    "--skip-crds",
                    "--generate-name",
                    "--generate-name=false",
                    "--is-upgrade=x",
                    "--no-hooks=0",
                    "--dry-run=client",
                    "--dry-run=none",
                    "--disable-openapi-validation",
                    "--replace",
                    "--atomic",
                    "--force",
                    "--wait",
                    "--bad-flag",
                    "-x",
                    "extra",
                    "--",
                    "--set",
                    "--dependency-update",
                    "--skip-schema-validation",
                    "--render-subchart-notes",
                    "--include-crds=true",
                    "--release-name",
                    "--hide-notes",
                    "--enable-dns=1",
                ]);
                case = case.with(Place::Argument, fixed(word));
                continue;
            }
        };
        case = case.with(Place::Flag(flag), Tree::new(Sort::Other).string(text, Quote::Bare));
    }
    case
}

/// `tpl` and `include` inside one another, with definitions of their own.
fn nested(random: &mut Random, _: usize) -> Case {
    let mut grammar = Grammar::new(random);
    let mut helpers = Tree::new(Sort::Statements);
    for _ in 0..grammar.random.between(1, 3) {
        helpers = helpers.tree(grammar.define(0));
    }
    let mut template = Tree::new(Sort::Statements);
    for _ in 0..grammar.random.between(1, 2) {
        let mut text = grammar.inner_template();
        for _ in 0..grammar.random.between(0, 2) {
            let definition = grammar.random.pick(&[
                "",
                "",
                "{{ define \"h1\" }}again{{ end }}",
                "{{ define \"t\" }}<{{ . }}>{{ end }}{{ template \"t\" 1 }}",
                "{{ block \"h1\" . }}b{{ end }}",
                "{{ template \"h1\" . }}",
            ]);
            let inner = Tree::new(Sort::Statements)
                .tree(Tree::new(Sort::Statement).text(definition))
                .tree(Tree::new(Sort::Statement).tree(text));
            let quoted = Tree::new(Sort::Expr).quoted(inner, Quote::Go);
            let dot = grammar.expr(Type::Dot, 0);
            let call = grammar.application("tpl", vec![quoted, dot]);
            text = Tree::new(Sort::Other).text("{{ ").tree(call).text(" }}");
        }
        template =
            template.tree(Tree::new(Sort::Statement).text(format!("k{}: ", grammar.number())).tree(text).text("\n"));
        let (name, dot) = (grammar.expr(Type::Name, 0), grammar.expr(Type::Dot, 0));
        let include = grammar.application("include", vec![name, dot]);
        template = template.tree(grammar.line(include));
    }
    finish(&mut grammar, template, Some(helpers))
}

/// Text that is nearly a template.
fn syntax(random: &mut Random, number: usize) -> Case {
    const TOKENS: &[&str] = &[
        "{{",
        "}}",
        "{{-",
        "-}}",
        " ",
        "|",
        "(",
        ")",
        ".",
        "$",
        "$x",
        ":=",
        "=",
        ",",
        "\"",
        "`",
        "'",
        "end",
        "else",
        "if",
        "range",
        "with",
        "define",
        "template",
        "block",
        "break",
        "continue",
        "nil",
        "true",
        ".a",
        ".Values",
        "1",
        "1.5",
        "0x",
        "'a'",
        "/*",
        "*/",
        "\n",
        "-",
        "\\",
        "!",
        "é",
        "foo",
        "{{ end }}",
        "{{ else }}",
        "\u{0}",
        "1i",
        "1e",
        "..",
        "$.",
        ":",
        "{{/* c */}}",
        "else if",
        "else with",
        "{{ break }}",
        "\"a\nb\"",
        "'ab'",
        "@",
        "{{ define \"x\" }}",
        "{{define x}}",
        "{{ template }}",
        "%",
        "&",
        ".1a",
        "x y",
    ];
    let case = if random.percent(40) { functions(random, number) } else { templates(random, number) };
    let mut spoiled = Case::new("");
    for (place, tree) in case.parts {
        if place != Place::Template {
            spoiled.parts.push((place, tree));
            continue;
        }
        let mut text = tree.print();
        for _ in 0..random.pick(&[1, 1, 1, 2, 3]) {
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let at = starts.get(random.below(starts.len())).copied().unwrap_or(0);
            let to =
                starts.iter().copied().find(|to| *to >= at + 1 + random.pick(&[0, 0, 1, 3, 6])).unwrap_or(text.len());
            match random.below(4) {
                0 => text.replace_range(at..to, ""),
                1 => text.replace_range(at..to, random.pick(TOKENS)),
                _ => text.insert_str(at, random.pick(TOKENS)),
            }
        }
        spoiled.parts.push((place, Tree::new(Sort::Other).string(text, Quote::Bare)));
    }
    spoiled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_makes_the_same_case_of_a_seed() {
        for topic in TOPICS {
            for number in 0..50 {
                let make =
                    || case(&[*topic], &mut Random::new(1, number), usize::try_from(number).unwrap_or(0)).fields();
                let fields = make();
                assert_eq!(fields, make(), "{}", topic.0);
                assert!(fields.contains_key("template"), "{}: {fields:?}", topic.0);
            }
        }
    }
}
