//! Positions, chains, excerpts, objects, options.

use std::any::Any;
use std::rc::Rc;

use thinlock_go::object::{Field, Method};
use thinlock_go::types::{ANY, INT, STRING};
use thinlock_go::{CallError, Error, ErrorKind, Interp, Kind, Object, Str, Toolchain, Type, TypeInfo, Value};

use super::world::{World, functions};
use crate::{MissingKey, Set, error_chain, error_text, excerpt, parse};

#[test]
fn positions_count_bytes_and_lines() {
    let error = World::default().run("é\n\n  é{{ .s.x }}").expect_err("fails");
    let frame = &error.data().frames[0];
    assert_eq!((frame.line, frame.column, frame.offset), (3, 9, 13));
    // A parse error names the line of the token that was read last.
    let error = World::default().run("a\n{{ if true }}\n{{ nosuch }}").expect_err("fails");
    assert_eq!(error_text(&error), "template: p/t.yaml:3: function \"nosuch\" not defined");
    let error = World::default().run("a\n{{ if true\n\n").expect_err("fails");
    assert_eq!(error_text(&error), "template: p/t.yaml:4: unclosed action started at p/t.yaml:2");
    let error = World::default().run("{{ \"a\" \n \"b").expect_err("fails");
    assert_eq!(error_text(&error), "template: p/t.yaml:2: unterminated quoted string in action started at p/t.yaml:1");
    // Go 1.23 did not count the lines of comments.
    let text = "{{/* a\nb\nc */}}\n{{ nosuch }}";
    let mut old = World::default();
    old.toolchain.comment_lines_counted = false;
    assert_eq!(World::default().run(text).expect_err("fails").data().place.as_ref().map(|p| p.line), Some(4));
    assert_eq!(old.run(text).expect_err("fails").data().place.as_ref().map(|p| p.line), Some(2));
}

fn links(error: &Error) -> Vec<String> {
    error_chain(error).links().map(|link| String::from_utf8_lossy(link).into_owned()).collect()
}

#[test]
fn chains_are_those_of_unwrap() {
    let error = World::default().run("{{ include \"bad\" . }}").expect_err("fails");
    assert_eq!(
        links(&error),
        [
            "template: p/t.yaml:1:3: executing \"p/t.yaml\" at <include \"bad\" .>: error calling include: template: \
             h2:2:7: executing \"bad\" at <.a.b.c>: nil pointer evaluating interface {}.b",
            "template: h2:2:7: executing \"bad\" at <.a.b.c>: nil pointer evaluating interface {}.b",
        ]
    );
    let error = World::default().run("{{ tpl \"{{ fail `x` }}\" . }}").expect_err("fails");
    assert_eq!(error.data().kind, ErrorKind::Fail);
    let inner = "template: gotpl:1:3: executing \"gotpl\" at <fail `x`>: error calling fail: x";
    let context = format!("error during tpl function execution for \"{{{{ fail `x` }}}}\": {inner}");
    let outer = format!(
        "template: p/t.yaml:1:3: executing \"p/t.yaml\" at <tpl \"{{{{ fail `x` }}}}\" .>: error calling tpl: {context}"
    );
    assert_eq!(links(&error), [outer.as_str(), context.as_str(), inner, "x"]);
    assert_eq!(error_text(&error), outer);
}

#[test]
fn excerpts_show_the_line() {
    let source = "a: 1\nb:\t{{ .m.b.c.d }}\n";
    let error = World::default().run(source).expect_err("fails");
    let text = excerpt(&error, &|file| (file == "p/t.yaml").then(|| source.into()));
    assert_eq!(
        text,
        "nil pointer evaluating interface {}.d\n  --> p/t.yaml:2:7\n  |\n2 | b:\t{{ .m.b.c.d }}\n  |   \t   ^^^^^^^^\n  \
         hint: the value before .d is not set; test it with `with` or `if`, or write ((.a).b).d\n"
    );
}

#[test]
fn excerpts_tell_the_way_and_what_to_do() {
    let report = |source: &str| {
        let error = World::default().run(source).expect_err("fails");
        excerpt(&error, &|file| (file == "p/t.yaml").then(|| source.into()))
    };
    // The partial's file is not at hand: its place stands without its line.
    assert_eq!(
        report("{{ include \"bad\" . }}"),
        "nil pointer evaluating interface {}.b\n  --> h2:2:8\n  include at p/t.yaml:1:4 in \"p/t.yaml\"\n  hint: the value \
         before .b is not set; test it with `with` or `if`, or write ((.a).b).b\n"
    );
    // A recursion is shown to a depth that can be read.
    let endless = report("{{ define \"r\" }}{{ include \"r\" . }}{{ end }}{{ include \"r\" . }}");
    assert_eq!(endless.lines().filter(|line| line.starts_with("  include at ")).count(), 20, "{endless}");
    assert!(endless.lines().any(|line| line.starts_with("  … and ") && line.ends_with(" more calls")), "{endless}");
    for (source, hint) in [
        ("{{ .s.x }}", "only maps and structs have fields, and a struct only the fields of its type"),
        (
            "{{ eq 1 \"a\" }}",
            "numbers of values files are float64: compare with int or float64 conversions on both sides",
        ),
        ("{{ range true }}{{ end }}", "range takes a list, a map or an integer"),
        ("{{ upper (id 3) }}", "convert the value with toString or quote first"),
        ("{{ template \"nope\" }}", "no file of the chart or of its dependencies defines a template of this name"),
        ("a\n{{ nosuch }}", "the function exists neither in Go, nor in sprig, nor in Helm"),
        ("{{ 1", "an action must end with }} before the text ends"),
        ("{{ if true }}", "an if, range, with, define or block has no {{ end }}"),
    ] {
        let text = report(source);
        assert!(text.ends_with(&format!("\n  hint: {hint}\n")), "{source}: {text}");
    }
    // A parse error has a line and no column; some failures have no hint.
    assert_eq!(
        report("a\n\tb {{ nosuch }}"),
        "function \"nosuch\" not defined\n  --> p/t.yaml:2\n  |\n2 | \tb {{ nosuch }}\n  hint: the function exists neither in Go, \
         nor in sprig, nor in Helm\n"
    );
    assert_eq!(report("{{ fail \"no\" }}"), "no\n  --> p/t.yaml:1:4\n  |\n1 | {{ fail \"no\" }}\n  |    ^^^^^^^^^\n");
}

#[test]
fn missing_keys() {
    let mut world = World { missing_key: MissingKey::Error, ..World::default() };
    let error = world.run("{{ .q }}").expect_err("fails");
    assert_eq!(error.data().message, "map has no entry for key \"q\"");
    let error = world.run("{{ .nul.q }}").expect_err("fails");
    assert_eq!(error.data().message, "nil pointer evaluating interface {}.q");
    let error = world.run("{{ (.nul).q }}").expect_err("fails");
    assert_eq!(error.data().message, "nil data; no entry for key \"q\"");
    world.missing_key = MissingKey::Invalid;
    assert_eq!(world.run("{{ .q }}{{ .q.r }}").map_err(|e| error_text(&e)).as_deref(), Ok("<no value><no value>"));
}

#[test]
fn empty_templates_replace_nothing() {
    let (functions, toolchain) = (functions(), Toolchain::default());
    let parse = |name: &str, text: &str| parse(name, text, &functions, &toolchain).map_err(|e| error_text(&e));
    let mut set = Set::new("gotpl");
    set.add(&parse("a", "{{ define \"x\" }}one{{ end }}A").expect("parses"));
    set.add(&parse("b", "{{ define \"x\" }} {{/* */}} {{ end }}{{ define \"y\" }}{{ end }}").expect("parses"));
    let clone = {
        let mut clone = set.clone();
        clone.add(&parse("a", "{{ define \"x\" }}two{{ end }}").expect("parses"));
        clone
    };
    let body = |set: &Set, name: &str| {
        let entry = set.get(name.as_bytes()).expect("defined");
        String::from_utf8_lossy(&entry.parsed.print(name).expect("printed")).into_owned()
    };
    assert_eq!(body(&set, "x"), "one");
    assert_eq!(body(&clone, "x"), "two");
    assert_eq!(body(&clone, "a"), "A");
    assert_eq!(set.names(), ["a", "b", "x", "y"]);
}

/// `*main.Ship`, a pointer to a struct.
#[derive(Debug)]
struct Ship {
    nil: bool,
}

static SHIP: TypeInfo = TypeInfo::plain("main.Ship", Kind::Struct);
static SHIP_POINTER: TypeInfo = TypeInfo::of("*main.Ship", Kind::Pointer, &SHIP);

impl Object for Ship {
    fn go_type(&self) -> Type {
        &SHIP_POINTER
    }
    fn is_nil(&self) -> bool {
        self.nil
    }
    fn fields(&self) -> Vec<Field> {
        let field = |name, go_type, value| Field { name, go_type, value, embedded: false, json: "" };
        vec![
            field("Name", &STRING, "Hood".into()),
            field("Cargo", &ANY, Value::Nil),
            field("secret", &INT, Value::int(1)),
        ]
    }
    fn methods(&self) -> &'static [Method] {
        static METHODS: &[Method] = &[Method { name: "Add", params: &[&INT, &INT], variadic: true, result: &INT }];
        METHODS
    }
    fn call(&self, _: &str, args: &mut [Value], _: &mut dyn Interp) -> Result<Value, CallError> {
        let sum: i64 = args.iter().map(|v| if let Value::Int(_, n) = v { *n } else { 0 }).sum();
        if sum < 0 { Err(CallError::message("negative")) } else { Ok(Value::int(sum)) }
    }
    fn string(&self) -> Option<Str> {
        Some("HMS Hood".into())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[test]
fn objects_have_fields_and_methods() {
    let check = |nil: bool, text: &str, want: Result<&str, &str>| {
        let world = World { dot: Value::Object(Rc::new(Ship { nil })), ..World::default() };
        let got = world.run(text).map_err(|e| e.data().message.clone());
        assert_eq!(got, want.map(str::to_owned).map_err(Str::from), "{text}");
    };
    check(false, "{{ . }} {{ .Name }} {{ .Cargo }}", Ok("HMS Hood Hood <no value>"));
    check(false, "{{ .Add 1 2 3 }} {{ 4 | .Add 1 }} {{ with $x := . }}{{ $x.Add 2 }}{{ end }}", Ok("6 5 2"));
    check(false, "{{ .Cargo.X }}", Err("nil pointer evaluating interface {}.X"));
    check(false, "{{ .Name.X }}", Err("can't evaluate field X in type string"));
    check(false, "{{ .Name 1 }}", Err("Name has arguments but cannot be invoked as function"));
    check(false, "{{ .secret }}", Err("secret is an unexported field of struct type *main.Ship"));
    check(false, "{{ .Other }}", Err("can't evaluate field Other in type *main.Ship"));
    check(false, "{{ .Add }}", Err("wrong number of args for Add: want at least 1 got 0"));
    check(false, "{{ .Add \"x\" }}", Err("expected integer; found \"x\""));
    check(false, "{{ .Add -1 }}", Err("negative"));
    check(true, "{{ .Name }}", Err("nil pointer evaluating *main.Ship.Name"));
    check(true, "{{ .Other }}", Err("can't evaluate field Other in type *main.Ship"));
    check(true, "{{ if . }}x{{ else }}nil{{ end }}", Ok("nil"));
}

#[test]
fn named_maps_have_methods() {
    let run = |text: &str| World::default().run(text).map_err(|e| e.data().message.clone());
    assert_eq!(run("{{ vals.Size 2 }} {{ vals.a }} {{ (vals).b }}").as_deref(), Ok("3 1 <no value>"));
    assert_eq!(run("{{ vals.Size }}"), Err(Str::from("wrong number of args for Size: want 1 got 0")));
    // Assigned to a plain map parameter, the same map has the plain type.
    assert_eq!(
        run("{{ $v := vals }}{{ typeOf (set $v \"b\" 2) }} {{ $v.b }} {{ typeOf $v }}").as_deref(),
        Ok("map[string]interface {} 2 main.Values")
    );
}
