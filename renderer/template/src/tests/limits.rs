//! Where Go's process would die, an error comes in time.

use thinlock_go::{ErrorKind, Map, Value, stack};

use super::world::{World, functions};
use crate::{Limits, error_text, parse};

#[track_caller]
fn check_limit(world: &World, text: &str, want: &str) {
    let error = world.run(text).expect_err(text);
    assert_eq!(error.data().kind, ErrorKind::Limit, "{}", error_text(&error));
    assert!(error.data().message.to_lossy().contains(want), "{}", error_text(&error));
}

#[test]
fn output_and_steps() {
    let world = World { limits: Limits { output: 1000, ..Limits::default() }, ..World::default() };
    check_limit(&world, r#"{{ range 1000000 }}abc{{ end }}"#, "more than 1000 bytes");
    let world = World { limits: Limits { steps: 1000, ..Limits::default() }, ..World::default() };
    check_limit(&world, r#"{{ range 1000000 }}{{ $x := 1 }}{{ end }}"#, "more than 1000 nodes");
    check_limit(&world, r#"{{ range 9223372036854775807 }}{{ end }}"#, "more than 1000 nodes");
}

#[test]
fn recursion_without_end() {
    let recursive = r#"{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}"#;
    check_limit(&World::default(), recursive, "too deeply");
    check_limit(&World::default(), r#"{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}"#, "too deeply");
    check_limit(&World::default(), r#"{{ tpl .s . }}"#.replace(".s", "`{{ define \"x\" }}{{ include \"x\" . }}{{ end }}{{ include \"x\" . }}`").as_str(), "too deeply");
    // With Go's depth of stack, Go's own limit comes first.
    let text = stack::run(1 << 30, move || error_text(&World::default().run(recursive).expect_err("endless")))
        .expect("thread");
    let want =
        "template: p/t.yaml:1:28: executing \"r\" at <{{template \"r\" .}}>: exceeded maximum template depth (100000)";
    assert_eq!(text, want);
}

#[test]
fn nesting_of_the_text() {
    let deep = |n: usize| format!("{{{{ {}1{} }}}}", "(".repeat(n), ")".repeat(n));
    let nested = |n: usize| "{{ if 1 }}".repeat(n) + &"{{ end }}".repeat(n);
    check_limit(&World::default(), &deep(9_999), "nested too deeply");
    check_limit(&World::default(), &nested(100_000), "nested too deeply");
    let (ok, refused, unlimited) = stack::run(1 << 28, move || {
        let mut old = World::default();
        old.toolchain.expression_depth_limited = false;
        (
            World::default().run(&deep(10_000)).map_err(|e| error_text(&e)),
            World::default().run(&deep(10_001)).map_err(|e| error_text(&e)),
            old.run(&deep(10_001)).map_err(|e| error_text(&e)),
        )
    })
    .expect("thread");
    assert_eq!(ok.as_deref(), Ok("1"));
    assert_eq!(refused.expect_err("refused"), "template: p/t.yaml:1: max expression depth exceeded");
    assert_eq!(unlimited.as_deref(), Ok("1"));
}

#[test]
fn a_deep_tree_is_dropped_on_a_small_stack() {
    let parsed = stack::run(1 << 28, || {
        let text = format!("{{{{ {}1{} }}}}", "(".repeat(10_000), ")".repeat(10_000));
        parse("deep", &text, &functions(), &World::default().toolchain).map_err(|e| error_text(&e))
    })
    .expect("thread")
    .expect("parses");
    assert!(parsed.print("deep").is_some());
    drop(parsed);
}

#[test]
fn a_map_that_contains_itself() {
    let map = Map::string_any();
    map.insert("self", map.clone());
    let world = World { dot: Value::Map(map.clone()), ..World::default() };
    check_limit(&world, "{{ . }}", "");
    check_limit(&world, "{{ print . }}", "");
    check_limit(&world, "{{ html . }}", "");
    check_limit(&world, "{{ eq . . }}", "");
    check_limit(
        &world,
        "{{ range .self.self.self }}{{ range .self }}{{ range 1 }}{{ printf \"%v\" $ }}{{ end }}{{ end }}{{ end }}",
        "",
    );
    assert_eq!(world.run("{{ len .self.self }}").map_err(|e| error_text(&e)).as_deref(), Ok("1"));
    map.clear();
}

#[test]
fn many_variables() {
    let declared: String = (0..20_000).map(|i| format!("{{{{ $v{i} := {i} }}}}")).collect();
    let text = declared + "{{ $v0 }} {{ $v19999 }}";
    assert_eq!(World::default().run(&text).map_err(|e| error_text(&e)).as_deref(), Ok("0 19999"));
}
