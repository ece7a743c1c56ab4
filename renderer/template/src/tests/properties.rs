//! Properties of the parser: no input makes it panic, and what it prints parses back to the same.

use proptest::prelude::*;
use thinlock_go::Toolchain;

use super::world::{World, functions};
use crate::parse;
use crate::parse::parse_by_tokens;
use crate::tree::Parsed;

/// Parses a text by the shorter way for what is plain and without it: all that comes out, errors with their places too.
fn both_ways(text: &[u8]) -> [String; 2] {
    let all = |parsed: &Parsed| {
        let Parsed { trees, nodes, children, keys, variables, numbers, strings, .. } = parsed;
        let names: Vec<_> = parsed.functions().collect();
        format!("{trees:?} {nodes:?} {children:?} {keys:?} {variables:?} {numbers:?} {strings:?} {names:?}")
    };
    let (functions, toolchain) = (functions(), Toolchain::default());
    let ways = [parse("x", text, &functions, &toolchain), parse_by_tokens(text, &functions, &toolchain)];
    ways.map(|parsed| parsed.map_or_else(|error| format!("{error} {error:?}"), |parsed| all(&parsed)))
}

/// Operands, commands and pipelines.
fn pipeline() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(".".to_owned()),
        Just(".s".to_owned()),
        Just(".m.b.d".to_owned()),
        Just("$".to_owned()),
        Just("$.l".to_owned()),
        Just("nil".to_owned()),
        Just("true".to_owned()),
        Just("1.5e3".to_owned()),
        Just("-0x1f".to_owned()),
        Just("'x'".to_owned()),
        Just("`raw \\ `".to_owned()),
        "\"[a-z ]{0,6}\"",
        "[1-9][0-9]{0,3}",
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(|args| format!("(list {})", args.join(" "))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(and {a} {b} | or {b})")),
            inner.clone().prop_map(|a| format!("(dict `k` {a}).k.j")),
            inner.prop_map(|a| format!("(id {a} | id)")),
        ]
    })
}

#[test]
fn what_is_nearly_plain_is_what_its_tokens_say() {
    let nearly = [
        "$x= 1",
        "$x:= 1",
        "$x=1",
        "$x:=1",
        "$y := $y",
        "$x := 1 | id",
        "$x, $y := 1",
        "$x . s",
        "$.l.5",
        "$x.a.b",
        ".a.b.c",
        ".a .b",
        "..a",
        ".5",
        ". 5",
        "0",
        "00",
        "0x1f",
        "012",
        "12.",
        "12.5",
        "1_000",
        "9999999999999999999",
        "-1",
        "+1",
        "1i",
        "nil",
        "true",
        "truely",
        "id.a",
        "id .a",
        "(id .a).b",
        "(id .a) .b",
        "(id .a).b.c | id",
        "(id .a)b",
        "(id .a)(id .b)",
        "id(.a)",
        "()",
        "( )",
        "(.a",
        ".a)",
        "(.a))",
        "id |",
        "| id",
        "id | | id",
        "id | 1",
        "id | .a",
        "id | (id)",
        "id | nil",
        "id\"a\"",
        "id \"a\"\"b\"",
        "\"a\".b",
        "\"\\n\"",
        "\"\\x\"",
        "\"a\\",
        "\"\u{e9}\"",
        "\"\u{1}\"",
        "\"",
        "`a`",
        "`a\r`",
        "`a\nb`",
        "`a",
        "'a'",
        "break",
        "continue",
        "if",
        "end",
        "else",
        "range",
        "\u{e9}",
        ".\u{e9}",
        "$\u{e9}",
        "nowhere",
        "id nowhere",
        "$nowhere",
        "",
        " ",
        "  id  ",
        "\tid\r\n",
        "id -",
        "id  -",
        "id\n-",
        "id-",
        "id - ",
        "id,",
        "id :",
        "a}",
        "id }",
        "id \\",
        "$x := (id .a)",
        "id ($x := 1) $x",
        "((((((((((((((((((((((((((((((((((((((id))))))))))))))))))))))))))))))))))))))",
    ];
    let around = [
        ("", ""),
        ("- ", " -"),
        ("if ", "}}\n{{ end"),
        ("$x := 1 }}{{ ", "}}\n{{ bad bad"),
        ("with ", "\n-}}\n\n{{ else }}{{ . "),
    ];
    for pipeline in nearly {
        for (before, after) in around {
            let text = format!("a\n{{{{{before}{pipeline}{after}}}}}\n b");
            let [plain, by_tokens] = both_ways(text.as_bytes());
            assert_eq!(plain, by_tokens, "{text}");
        }
    }
}

fn body() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-z }\\n]{0,8}",
        pipeline().prop_map(|p| format!("{{{{ id {p} }}}}")),
        pipeline().prop_map(|p| format!("{{{{- $x := {p} -}}}}")),
        Just("{{/* comment */}}".to_owned()),
        Just(" \n{{- /* comment */ -}}\n ".to_owned()),
    ];
    leaf.prop_recursive(3, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(|parts| parts.concat()),
            (pipeline(), inner.clone(), inner.clone())
                .prop_map(|(p, a, b)| format!("{{{{ if {p} }}}}{a}{{{{ else if {p} }}}}{b}{{{{ end }}}}")),
            (pipeline(), inner.clone()).prop_map(|(p, a)| format!("{{{{ with $y := {p} }}}}{a}{{{{ $y }}}}{{{{ end }}}}")),
            (pipeline(), inner.clone(), inner.clone()).prop_map(|(p, a, b)| format!(
                "{{{{ with {p} }}}}{a}{{{{ else with {p} }}}}{{{{ $z := 1 }}}}{b}{{{{ $z = {p} }}}}{{{{ else }}}}{a}{{{{ end }}}}"
            )),
            (pipeline(), inner.clone())
                .prop_map(|(p, a)| format!("{{{{ range {p} }}}}{{{{ continue }}}}{a}{{{{ end }}}}{{{{ block \"b\" {p} }}}}{{{{ end }}}}")),
            (pipeline(), inner.clone(), inner).prop_map(|(p, a, b)| format!(
                "{{{{ range $i, $e := {p} }}}}{a}{{{{ break }}}}{{{{ else }}}}{b}{{{{ end }}}}{{{{ template \"t1\" {p} }}}}"
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printing_and_parsing_again_is_stable(text in body()) {
        let (functions, toolchain) = (functions(), Toolchain::default());
        let first = parse("x", &text, &functions, &toolchain).expect("generated templates parse");
        let printed = first.print("x").expect("own template");
        let second = parse("x", &printed, &functions, &toolchain).expect("printed templates parse");
        let again = second.print("x").expect("own template");
        prop_assert_eq!(String::from_utf8_lossy(&printed), String::from_utf8_lossy(&again));
    }

    #[test]
    fn plain_pipelines_are_what_their_tokens_say(text in body(), at in any::<prop::sample::Index>(), other in "[a-z .$\"`(){}|:=,0-9\\\\\n-]{0,3}") {
        let [plain, by_tokens] = both_ways(text.as_bytes());
        prop_assert_eq!(plain, by_tokens);
        let (before, after) = text.split_at(at.index(text.len() + 1));
        let changed = [before, &other, after].concat();
        let definition = ["a {{- define \"d\" -}}", &changed, "{{- end }}", &text, "{{ define `e`}}{{end}}\n"].concat();
        for text in [changed, definition] {
            let [plain, by_tokens] = both_ways(text.as_bytes());
            prop_assert_eq!(plain, by_tokens);
        }
    }

    #[test]
    fn no_text_panics(text in "([a-z .\\$\"'`(){}|:=,0-9/*\\-\\n\u{e9}\u{1}]|\\{\\{|\\}\\}|range|end|if|else|with|\\$x := ){0,24}") {
        // Errors are fine.
        let _ = World::default().run(&text);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut text = b"{{ ".to_vec();
        text.extend(&bytes);
        let _ = parse("x", &text, &functions(), &Toolchain::default());
    }
}
