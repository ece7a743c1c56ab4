//! Templates and what Go makes of them: recorded with Go 1.26, and with 1.23 and 1.24 where those differ.

use std::sync::LazyLock;

use thinlock_go::Toolchain;

use super::world::World;
use crate::error_text;

#[track_caller]
fn check(text: &str, want: Result<&str, &str>) {
    check_in(&World::default(), text, want);
}

#[track_caller]
fn check_on(toolchain: &LazyLock<Toolchain>, text: &str, want: Result<&str, &str>) {
    check_in(&World { toolchain: (**toolchain).clone(), ..World::default() }, text, want);
}

#[track_caller]
fn check_in(world: &World, text: &str, want: Result<&str, &str>) {
    let got = world.run(text).map_err(|error| error_text(&error));
    assert_eq!(got.as_deref().map_err(String::as_str), want, "{text}");
}

static GO_1_23: LazyLock<Toolchain> = LazyLock::new(|| {
    let mut toolchain = GO_1_24.clone();
    toolchain.range_over_int = false;
    toolchain.comment_lines_counted = false;
    toolchain
});

static GO_1_24: LazyLock<Toolchain> = LazyLock::new(|| {
    let mut toolchain = Toolchain::default();
    toolchain.comparison_names_types = false;
    toolchain.expression_depth_limited = false;
    toolchain
});

#[test]
fn values_and_fields() {
    check(
        "{{ .s }}|{{ .n }}|{{ .f }}|{{ .b }}|{{ .nul }}|{{ .l }}|{{ .m }}",
        Ok("abc|3|2.5|true|<no value>|[x 1 <nil> map[k:v]]|map[a:1 b:map[c:<nil> d:dd]]"),
    );
    check("{{ .missing }}|{{ print .missing }}|{{ .m.b.c }}", Ok("<no value>|<nil>|<no value>"));
    check(
        "{{ .missing.x }}",
        Err(r#"template: p/t.yaml:1:11: executing "p/t.yaml" at <.missing.x>: nil pointer evaluating interface {}.x"#),
    );
    check(
        "{{ .m.b.c.d }}",
        Err(r#"template: p/t.yaml:1:5: executing "p/t.yaml" at <.m.b.c.d>: nil pointer evaluating interface {}.d"#),
    );
    check(
        "{{ .s.x }}",
        Err(r#"template: p/t.yaml:1:5: executing "p/t.yaml" at <.s.x>: can't evaluate field x in type interface {}"#),
    );
    check(
        "{{ .l.x }}",
        Err(r#"template: p/t.yaml:1:5: executing "p/t.yaml" at <.l.x>: can't evaluate field x in type interface {}"#),
    );
    check(
        "{{ (list 1 2).x }}",
        Err(r#"template: p/t.yaml:1:11: executing "p/t.yaml" at <2>: can't evaluate field x in type []interface {}"#),
    );
    check("{{ ((.missing).foo).bar }}", Ok("<no value>"));
    check("{{ with $x := .m }}{{ $x.b.d }}{{ end }}{{ $.m.zz }}", Ok("dd<no value>"));
    check(
        "{{ range .l }}{{ .k }}{{ end }}",
        Err(r#"template: p/t.yaml:1:17: executing "p/t.yaml" at <.k>: can't evaluate field k in type interface {}"#),
    );
    check(
        "{{ .s 1 }}",
        Err(r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <.s>: s is not a method but has arguments"#),
    );
    check(
        "{{ 1 | .s }}",
        Err(r#"template: p/t.yaml:1:7: executing "p/t.yaml" at <.s>: s is not a method but has arguments"#),
    );
    check(r#"{{ (dict "a" (dict "b" 1)).a.b }}"#, Ok("1"));
    check("{{ vals.a }}{{ typeOf vals }}{{ keys vals }}", Ok("1main.Values1"));
    check(r#"{{ smap "q" }}{{ (smap "q").q }}[{{ (smap "q").z }}]"#, Ok("map[q:q]q[]"));
}

#[test]
fn constants() {
    check(
        "{{ 010 }} {{ 0o17 }} {{ 0x_1F }} {{ 1_000 }} {{ 'a' }} {{ 1e6 }} {{ 0x1p4 }} {{ -0.0 }} {{ 0b11 }} {{ .5 }} {{ 1. }}",
        Ok("8 15 31 1000 97 1e+06 16 -0 3 0.5 1"),
    );
    check(
        "{{ 1i }} {{ 1+2i }} {{ typeOf 1i }} {{ typeOf 1+0i }} {{ typeOf 'x' }} {{ typeOf 1.0 }}",
        Ok("(0+1i) (1+2i) complex128 complex128 int float64"),
    );
    check(
        "{{ 9223372036854775808 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <9223372036854775808>: 9223372036854775808 overflows int"#,
        ),
    );
    check("{{ 18446744073709551616 }}", Err(r#"template: p/t.yaml:1: integer overflow: "18446744073709551616""#));
    check("{{ 1__0 }}", Err(r#"template: p/t.yaml:1: illegal number syntax: "1__0""#));
    check("{{ 08 }}", Err(r#"template: p/t.yaml:1: integer overflow: "08""#));
    check("{{ 'ab' }}", Err("template: p/t.yaml:1: malformed character constant: 'ab'"));
    check(r#"{{ '\n' }} {{ '\'' }} {{ '\x41' }}"#, Ok("10 39 65"));
    check(r#"{{ "\ud800" }}"#, Err("template: p/t.yaml:1: invalid syntax"));
    check(r#"{{ "\q" }}"#, Err("template: p/t.yaml:1: invalid syntax"));
    check(r#"{{ "\101\x42\u0043" }} {{ `a\nb` }}"#, Ok(r#"ABC a\nb"#));
    check("{{ nil }}", Err(r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <nil>: nil is not a command"#));
    check("{{ true }} {{ false }}", Ok("true false"));
}

#[test]
fn calls() {
    check(
        r#"{{ upper "a" }} {{ "b" | upper }} {{ repeat 2.0 "a" }} {{ u8 300 }} {{ i64 -5 }} {{ f64 3 }}"#,
        Ok("A B aa 44 -5 3"),
    );
    check(
        "{{ upper }}",
        Err(r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <upper>: wrong number of args for upper: want 1 got 0"#),
    );
    check(
        r#"{{ upper "a" "b" }}"#,
        Err(r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <upper>: wrong number of args for upper: want 1 got 2"#),
    );
    check(
        "{{ two }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <two>: wrong number of args for two: want at least 1 got 0"#,
        ),
    );
    check(r#"{{ "x" | two }} {{ two "x" 1 2 }} {{ 3 | two "y" }}"#, Ok("x[] x[1 2] y[3]"));
    check(
        "{{ upper nil }}",
        Err(r#"template: p/t.yaml:1:9: executing "p/t.yaml" at <nil>: cannot assign nil to string"#),
    );
    check(
        "{{ .nul | upper }}",
        Err(r#"template: p/t.yaml:1:10: executing "p/t.yaml" at <upper>: invalid value; expected string"#),
    );
    check(
        "{{ upper .n }}",
        Err(
            r#"template: p/t.yaml:1:9: executing "p/t.yaml" at <.n>: wrong type for value; expected string; got float64"#,
        ),
    );
    check(
        "{{ upper .nul }}",
        Err(
            r#"template: p/t.yaml:1:9: executing "p/t.yaml" at <.nul>: wrong type for value; expected string; got interface {}"#,
        ),
    );
    check("{{ repeat 2 3 }}", Err(r#"template: p/t.yaml:1:12: executing "p/t.yaml" at <3>: expected string; found 3"#));
    check(
        r#"{{ repeat "a" 3 }}"#,
        Err(r#"template: p/t.yaml:1:10: executing "p/t.yaml" at <"a">: expected integer; found "a""#),
    );
    check(
        r#"{{ repeat 2.5 "a" }}"#,
        Err(r#"template: p/t.yaml:1:10: executing "p/t.yaml" at <2.5>: expected integer; found 2.5"#),
    );
    check(
        "{{ u8 -1 }}",
        Err(r#"template: p/t.yaml:1:6: executing "p/t.yaml" at <-1>: expected unsigned integer; found -1"#),
    );
    check(
        r#"{{ f64 "x" }}"#,
        Err(r#"template: p/t.yaml:1:7: executing "p/t.yaml" at <"x">: expected float; found "x""#),
    );
    check("{{ bool 1 }}", Err(r#"template: p/t.yaml:1:8: executing "p/t.yaml" at <1>: expected bool; found 1"#));
    check("{{ any .l }} {{ any nil }} {{ keys .m }} {{ keys nil }}", Ok("4 0 2 0"));
    check(
        r#"{{ any "x" }}"#,
        Err(
            r#"template: p/t.yaml:1:7: executing "p/t.yaml" at <"x">: can't handle "x" for arg of type []interface {}"#,
        ),
    );
    check(
        "{{ any .m }}",
        Err(
            r#"template: p/t.yaml:1:7: executing "p/t.yaml" at <.m>: wrong type for value; expected []interface {}; got map[string]interface {}"#,
        ),
    );
    check(
        "{{ keys .l }}",
        Err(
            r#"template: p/t.yaml:1:8: executing "p/t.yaml" at <.l>: wrong type for value; expected map[string]interface {}; got []interface {}"#,
        ),
    );
    check(
        r#"{{ "a" "b" }}"#,
        Err(r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <"a">: can't give argument to non-function "a""#),
    );
    check(
        r#"{{ "a" | (printf "%s") }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <"a">: can't give argument to non-function printf "%s""#,
        ),
    );
    check(
        "{{ . 1 }}",
        Err(r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <.>: can't give argument to non-function ."#),
    );
    check(
        "{{ $ 1 }}",
        Err(r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <$>: can't give argument to non-function $"#),
    );
    check(
        r#"{{ fail "no" }}"#,
        Err(r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <fail "no">: error calling fail: no"#),
    );
    check(
        "{{ 1 | call }}",
        Err(
            r#"template: p/t.yaml:1:7: executing "p/t.yaml" at <call>: error calling call: non-function <int Value> of type int"#,
        ),
    );
    check(
        r#"{{ call "x" 1 }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <call "x" 1>: error calling call: non-function "x" of type string"#,
        ),
    );
    check(
        "{{ call nil }}",
        Err(r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <call nil>: error calling call: call of nil"#),
    );
}

#[test]
fn pipelines_and_variables() {
    check("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ $x }}{{ end }}{{ $x }}", Ok("32"));
    check(
        "{{ $x = 2 }}{{ $x }}",
        Err(r#"template: p/t.yaml:1:8: executing "p/t.yaml" at <2>: undefined variable: $x"#),
    );
    check("{{ $x := $x }}", Err(r#"template: p/t.yaml:1:9: executing "p/t.yaml" at <$x>: undefined variable: $x"#));
    check(
        "{{ if false }}{{ $x := 1 }}{{ else }}{{ $x }}{{ end }}",
        Err(r#"template: p/t.yaml:1:40: executing "p/t.yaml" at <$x>: undefined variable: $x"#),
    );
    check(
        "{{ or 1 ($x := 2) }}{{ $x }}",
        Err(r#"template: p/t.yaml:1:23: executing "p/t.yaml" at <$x>: undefined variable: $x"#),
    );
    check("{{ or 0 ($x := 2) }}{{ $x }}", Ok("22"));
    check("{{ $x := 1 }}{{ and 0 ($x := 2) }}{{ $x }}", Ok("01"));
    check("{{ $ := 1 }}{{ $ }}", Ok("1"));
    check("{{ ($x := 1) }}{{ $x }}", Ok("11"));
    check(r#"{{ if $x := "q" }}{{ end }}{{ $x }}"#, Err(r#"template: p/t.yaml:1: undefined variable "$x""#));
    check("{{ 3 | 4 }}", Err("template: p/t.yaml:1: non executable command in pipeline stage 2"));
    check("{{ range $a, $b, $c := .l }}{{ end }}", Err("template: p/t.yaml:1: too many declarations in range"));
    check("{{ $x, $y := 1 }}", Err("template: p/t.yaml:1: too many declarations in command"));
    check("{{ range $a, 1 := .l }}{{ end }}", Err("template: p/t.yaml:1: range can only initialize variables"));
}

#[test]
fn control() {
    check(
        "{{ if .s }}1{{ else if .n }}2{{ else }}3{{ end }}{{ if .em }}1{{ else if .n }}2{{ else }}3{{ end }}",
        Ok("12"),
    );
    check("{{ with .nul }}1{{ else with .s }}{{ . }}{{ else }}3{{ end }}", Ok("abc"));
    check(
        "{{ range .l }}[{{ . }}]{{ else }}none{{ end }}{{ range .el }}x{{ else }}none{{ end }}",
        Ok("[x][1][<no value>][map[k:v]]none"),
    );
    check(
        "{{ range $i, $e := .l }}{{ $i }}={{ $e }};{{ end }}{{ range $k, $v := .m }}{{ $k }}={{ $v }};{{ end }}",
        Ok("0=x;1=1;2=<no value>;3=map[k:v];a=1;b=map[c:<nil> d:dd];"),
    );
    check(
        "{{ range 3 }}{{ . }}{{ end }}{{ range u8 2 }}{{ typeOf . }}{{ end }}{{ range -1 }}{{ else }}none{{ end }}",
        Ok("012uint8uint8none"),
    );
    check(
        "{{ range $i, $j := 3 }}{{ end }}",
        Err(
            r#"template: p/t.yaml:1:19: executing "p/t.yaml" at <3>: can't use 3 to iterate over more than one variable"#,
        ),
    );
    check(
        r#"{{ range "abc" }}{{ end }}"#,
        Err(r#"template: p/t.yaml:1:9: executing "p/t.yaml" at <"abc">: range can't iterate over abc"#),
    );
    check(
        "{{ range .n }}{{ end }}",
        Err(r#"template: p/t.yaml:1:9: executing "p/t.yaml" at <.n>: range can't iterate over 3"#),
    );
    check("{{ range .l }}{{ if not . }}{{ break }}{{ end }}{{ . }}{{ end }}", Ok("x1"));
    check("{{ range .l }}{{ if not . }}{{ continue }}{{ end }}{{ . }}{{ end }}", Ok("x1map[k:v]"));
    check("{{ $a := 1 }}{{ range $a = .l }}{{ end }}{{ $a }}", Ok("map[k:v]"));
    check("{{ range $i, $e := .el }}{{ else }}{{ $i }}{{ $e }}{{ end }}", Ok("[][]"));
    check(r#"{{ range bytes "ab" }}{{ . }} {{ end }}"#, Ok("97 98 "));
    check("{{ break }}", Err("template: p/t.yaml:1: {{break}} outside {{range}}"));
    check(
        r#"{{ range .l }}{{ block "q" . }}{{ break }}{{ end }}{{ end }}"#,
        Err("template: p/t.yaml:1: {{break}} outside {{range}}"),
    );
}

#[test]
fn builtins() {
    check(
        r#"{{ and 1 0 2 }}{{ or 0 "" 3 }}{{ not .em }}{{ and }}"#,
        Err(
            r#"template: p/t.yaml:1:46: executing "p/t.yaml" at <and>: wrong number of args for and: want at least 1 got 0"#,
        ),
    );
    check(
        "{{ 5 | and 1 }}{{ 5 | and 0 }}{{ nil | and }}",
        Err(r#"template: p/t.yaml:1:33: executing "p/t.yaml" at <nil>: nil is not a command"#),
    );
    check(
        r#"{{ eq 1 2 3 1 }}{{ eq .n 3.0 }}{{ eq .nul nil }}{{ eq .nul "" }}{{ ne nil 1 }}"#,
        Ok("truetruetruefalsetrue"),
    );
    check(
        r#"{{ eq 1 "a" }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <eq 1 "a">: error calling eq: incompatible types for comparison: int and string"#,
        ),
    );
    check(
        "{{ eq .n 3 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <eq .n 3>: error calling eq: incompatible types for comparison: float64 and int"#,
        ),
    );
    check(
        "{{ eq (list) (list 1) }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <eq (list) (list 1)>: error calling eq: non-comparable type [%!s(int=1)]: []interface {}"#,
        ),
    );
    check(
        "{{ eq .m .m }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <eq .m .m>: error calling eq: non-comparable type map[a:%!s(float64=1) b:map[c:<nil> d:dd]]: map[string]interface {}"#,
        ),
    );
    check(
        "{{ eq .m .l }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <eq .m .l>: error calling eq: non-comparable types map[a:%!s(float64=1) b:map[c:<nil> d:dd]]: map[string]interface {}, []interface {}: [x 1 <nil> map[k:v]]"#,
        ),
    );
    check(
        "{{ eq 1 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <eq 1>: error calling eq: missing argument for comparison"#,
        ),
    );
    check(
        r#"{{ lt 1 2 }}{{ le "a" "a" }}{{ gt 2.5 .f }}{{ ge (u8 3) 3 }}{{ lt -1 (u8 0) }}"#,
        Ok("truetruefalsetruetrue"),
    );
    check(
        "{{ lt true false }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <lt true false>: error calling lt: invalid type for comparison"#,
        ),
    );
    check(
        "{{ lt 1 .nul }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <lt 1 .nul>: error calling lt: invalid type for comparison"#,
        ),
    );
    check(
        "{{ lt 1 2.0 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <lt 1 2.0>: error calling lt: incompatible types for comparison: int and float64"#,
        ),
    );
    check(
        "{{ lt 1 2 3 }}",
        Err(r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <lt>: wrong number of args for lt: want 2 got 3"#),
    );
    check(r#"{{ len "héllo" }}{{ len .l }}{{ len .m }}{{ len (bytes "ab") }}"#, Ok("6422"));
    check(
        "{{ len nil }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <len nil>: error calling len: reflect: call of reflect.Value.Type on zero Value"#,
        ),
    );
    check(
        "{{ len .nul }}",
        Err(r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <len .nul>: error calling len: len of nil pointer"#),
    );
    check(
        "{{ len 3 }}",
        Err(r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <len 3>: error calling len: len of type int"#),
    );
    check(
        r#"{{ index .l 0 }}{{ index .m "a" }}{{ index .m "b" "d" }}{{ index "abc" 1 }}{{ index .m "no" }}"#,
        Ok("x1dd98<no value>"),
    );
    check(
        "{{ index .l 4 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <index .l 4>: error calling index: reflect: slice index out of range"#,
        ),
    );
    check(
        "{{ index .l 5 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <index .l 5>: error calling index: index out of range: 5"#,
        ),
    );
    check(
        "{{ index .l -1 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <index .l -1>: error calling index: index out of range: -1"#,
        ),
    );
    check(
        r#"{{ index .l "a" }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <index .l "a">: error calling index: cannot index slice/array with type string"#,
        ),
    );
    check(
        "{{ index .m 1 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <index .m 1>: error calling index: value has type int; should be string"#,
        ),
    );
    check(
        "{{ index .m nil }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <index .m nil>: error calling index: value is nil; should be of type string"#,
        ),
    );
    check(
        "{{ index nil 1 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <index nil 1>: error calling index: index of untyped nil"#,
        ),
    );
    check(
        "{{ index 1 1 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <index 1 1>: error calling index: can't index item of type int"#,
        ),
    );
    check(
        r#"{{ index .m "no" "x" }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <index .m "no" "x">: error calling index: index of nil pointer"#,
        ),
    );
    check(
        r#"{{ slice "abcdef" 1 3 }}{{ slice .l 1 }}{{ slice .l }}{{ slice .l 1 2 2 }}"#,
        Ok("bc[1 <nil> map[k:v]][x 1 <nil> map[k:v]][1]"),
    );
    check(
        r#"{{ slice "abc" 2 1 }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <slice "abc" 2 1>: error calling slice: invalid slice index: 2 > 1"#,
        ),
    );
    check(
        r#"{{ slice "abc" 0 4 }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <slice "abc" 0 4>: error calling slice: index out of range: 4"#,
        ),
    );
    check(
        r#"{{ slice "abc" 0 1 2 }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <slice "abc" 0 1 2>: error calling slice: cannot 3-index slice a string"#,
        ),
    );
    check(
        "{{ slice .l 0 1 2 3 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <slice .l 0 1 2 3>: error calling slice: too many slice indexes: 4"#,
        ),
    );
    check(
        "{{ slice .l 0 .n }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <slice .l 0 .n>: error calling slice: cannot index slice/array with type interface {}"#,
        ),
    );
    check(
        "{{ slice 1 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <slice 1>: error calling slice: can't slice item of type int"#,
        ),
    );
    check(
        r#"{{ html .html }} {{ js .html }} {{ urlquery "a b&c=d/é?+%" }} {{ html nil }} {{ html (list "<") 1 2 }}"#,
        Ok(
            r#"&lt;a&gt;&amp;&#39;&#34; \u003Ca\u003E\u0026\'\" a+b%26c%3Dd%2F%C3%A9%3F%2B%25 &lt;no value&gt; [&lt;] 1 2"#,
        ),
    );
    check(
        r#"{{ print "a" 1 2 "b" }}{{ print 1 2 }}{{ println "a" 1 nil }}{{ printf "%d-%s" 1 "x" }}"#,
        Ok("a1 2b1 2a 1 <nil>\n1-x"),
    );
    check("{{ printf 1 }}", Err(r#"template: p/t.yaml:1:10: executing "p/t.yaml" at <1>: expected string; found 1"#));
}

#[test]
fn templates() {
    check(
        r#"{{ define "a" }}A[{{ . }}]{{ end }}{{ template "a" }}{{ template "a" 5 }}{{ block "b" 7 }}B{{ . }}{{ end }}"#,
        Ok("A[<no value>]A[5]B7"),
    );
    check(
        r#"{{ template "nosuch" . }}"#,
        Err(
            r#"template: p/t.yaml:1:12: executing "p/t.yaml" at <{{template "nosuch" .}}>: template "nosuch" not defined"#,
        ),
    );
    check(
        r#"{{ template "a" nil }}"#,
        Err(r#"template: p/t.yaml:1:12: executing "p/t.yaml" at <{{template "a" nil}}>: template "a" not defined"#),
    );
    check(
        r#"{{ define "dup" }}1{{ end }}{{ define "dup" }}2{{ end }}"#,
        Err(r#"template: p/t.yaml:1: template: multiple definition of template "dup""#),
    );
    check(r#"{{ define "dup" }}x{{ end }}{{ define "dup" }} {{ end }}{{ template "dup" }}"#, Ok("x"));
    check(
        r#"{{ include "bad" . }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <include "bad" .>: error calling include: template: h2:2:7: executing "bad" at <.a.b.c>: nil pointer evaluating interface {}.b"#,
        ),
    );
    check(
        r#"{{ template "bad" . }}"#,
        Err(r#"template: h2:2:7: executing "bad" at <.a.b.c>: nil pointer evaluating interface {}.b"#),
    );
    check(
        r#"{{ include "nosuch" . }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <include "nosuch" .>: error calling include: template: no template "nosuch" associated with template "gotpl""#,
        ),
    );
    check(r#"{{ tpl "{{ .s }}{{ define `n` }}in{{ end }}{{ include `n` . }}" . }}"#, Ok("abcin"));
    check(
        r#"{{ tpl "{{ .x.y }}" . }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <tpl "{{ .x.y }}" .>: error calling tpl: error during tpl function execution for "{{ .x.y }}": template: gotpl:1:5: executing "gotpl" at <.x.y>: nil pointer evaluating interface {}.y"#,
        ),
    );
    check(
        r#"{{ tpl "{{ .x" . }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <tpl "{{ .x" .>: error calling tpl: cannot parse template "{{ .x": template: gotpl:1: unclosed action"#,
        ),
    );
    check(r#"{{ tpl "" . }}{{ tpl " {{/* */}} " . }}|"#, Ok("  |"));
    check(
        r#"{{ tpl "{{ tpl `{{ fail .s }}` . }}" . }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <tpl "{{ tpl `{{ fail .s }}` . }}" .>: error calling tpl: error during tpl function execution for "{{ tpl `{{ fail .s }}` . }}": template: gotpl:1:3: executing "gotpl" at <tpl `{{ fail .s }}` .>: error calling tpl: error during tpl function execution for "{{ fail .s }}": template: gotpl:1:3: executing "gotpl" at <fail .s>: error calling fail: abc"#,
        ),
    );
    check(r#"{{ define "d" }}{{ $ }}{{ end }}{{ template "d" 5 }}"#, Ok("5"));
    check(r#"{{ range .l }}{{ $x := . }}{{ template "t1" $x }}{{ end }}"#, Ok("[x][1][<no value>][map[k:v]]"));
}

#[test]
fn trimming_comments_lexing() {
    check(r#"a {{- " b " -}} c {{- /* x */ -}} d"#, Ok("a b cd"));
    check("{{-3}}{{- -3 -}}", Ok("-3-3"));
    check("{{-3-}}", Err(r#"template: p/t.yaml:1: bad number syntax: "-3-""#));
    check("{{3-}}", Err(r#"template: p/t.yaml:1: bad number syntax: "3-""#));
    check("{{/* bad */ 1}}", Err("template: p/t.yaml:1: comment ends before closing delimiter"));
    check("{{ /* c */ }}", Err(r#"template: p/t.yaml:1: unexpected "/" in command"#));
    check("{{/*}}", Err("template: p/t.yaml:1: unclosed comment"));
    check(r#"a{{ "{{" }}"#, Ok("a{{"));
    check(r#"{{ "a" }"#, Err(r#"template: p/t.yaml:1: unexpected "}" in operand"#));
    check(r#"{{{ "a" }}}"#, Err(r#"template: p/t.yaml:1: unexpected "{" in command"#));
    check("{{ .a", Err("template: p/t.yaml:1: unclosed action"));
    check(r#"{{ "a"#, Err("template: p/t.yaml:1: unterminated quoted string"));
    check("{{ `a", Err("template: p/t.yaml:1: unterminated raw quoted string"));
    check("{{ 'a", Err("template: p/t.yaml:1: unterminated character constant"));
    check("{{ }}", Err("template: p/t.yaml:1: missing value for command"));
    check("{{ | }}", Err(r#"template: p/t.yaml:1: unexpected "|" in command"#));
    check("{{ 1 | | 2 }}", Err(r#"template: p/t.yaml:1: unexpected "|" in command"#));
    check("{{ (1 }}", Err("template: p/t.yaml:1: unclosed left paren"));
    check("{{ 1) }}", Err("template: p/t.yaml:1: unexpected right paren"));
    check("{{ # }}", Err(r##"template: p/t.yaml:1: unexpected "#" in command"##));
    check("{{ “a” }}", Err("template: p/t.yaml:1: unrecognized character in action: U+201C '“'"));
    check(r#"{{ "a""b" }}"#, Err(r#"template: p/t.yaml:1: unexpected "\"b\"" in operand"#));
    check("{{ .a[0] }}", Err("template: p/t.yaml:1: bad character U+005B '['"));
    check("{{ .a-b }}", Err("template: p/t.yaml:1: bad character U+002D '-'"));
    check("{{ 1+1 }}", Err(r#"template: p/t.yaml:1: bad number syntax: "1+1""#));
    check("{{ 1 + 1 }}", Err(r#"template: p/t.yaml:1: illegal number syntax: "+""#));
    check("{{ $x=1 }}", Err("template: p/t.yaml:1: bad character U+003D '='"));
    check("{{ : }}", Err("template: p/t.yaml:1: expected :="));
    check("{{ foo.bar }}", Err(r#"template: p/t.yaml:1: function "foo" not defined"#));
    check("{{ true.x }}", Err(r#"template: p/t.yaml:1: unexpected . after term "true""#));
    check(r#"{{ "x".y }}"#, Err(r#"template: p/t.yaml:1: unexpected . after term "\"x\"""#));
    check("{{ ..a }}", Err(r#"template: p/t.yaml:1: unexpected . after term ".""#));
    check("{{ .1num }}", Err(r#"template: p/t.yaml:1: bad number syntax: ".1n""#));
    check("{{ $x }}", Err(r#"template: p/t.yaml:1: undefined variable "$x""#));
    check("{{ nosuch }}", Err(r#"template: p/t.yaml:1: function "nosuch" not defined"#));
    check("{{ end }}", Err("template: p/t.yaml:1: unexpected {{end}}"));
    check("{{ else }}", Err("template: p/t.yaml:1: unexpected {{else}}"));
    check("{{ if true }}x", Err("template: p/t.yaml:1: unexpected EOF"));
    check("{{ if true }}{{ else }}{{ else }}{{ end }}", Err("template: p/t.yaml:1: expected end; found {{else}}"));
    check("{{ if true }}{{ else with 1 }}{{ end }}", Err("template: p/t.yaml:1: unexpected <with> in input"));
    check("{{ if }}{{ end }}", Err("template: p/t.yaml:1: missing value for if"));
    check(
        r#"{{ if true }}{{ define "x" }}{{ end }}{{ end }}"#,
        Err("template: p/t.yaml:1: unexpected <define> in command"),
    );
    check("{{ define x }}{{ end }}", Err(r#"template: p/t.yaml:1: unexpected "x" in define clause"#));
    check(r#"{{ define "x" }}{{ else }}{{ end }}"#, Err("template: p/t.yaml:1: unexpected {{else}} in define clause"));
    check(r#"{{ block "a" }}{{ end }}"#, Err("template: p/t.yaml:1: missing value for block clause"));
    check("{{ template x }}", Err(r#"template: p/t.yaml:1: unexpected "x" in template clause"#));
    check(
        r#"{{ template "x" . | }}"#,
        Err(r#"template: p/t.yaml:1:12: executing "p/t.yaml" at <{{template "x" .}}>: template "x" not defined"#),
    );
    check(r#"{{ template "a" "b" "c" "d"#, Err("template: p/t.yaml:1: unterminated quoted string"));
}

#[test]
fn older_go_versions() {
    check_on(&GO_1_23, "{{ 1 | call }}", Err("runtime error: index out of range [0] with length 0"));
    check_on(
        &GO_1_23,
        "{{ range 3 }}{{ . }}{{ end }}{{ range u8 2 }}{{ typeOf . }}{{ end }}{{ range -1 }}{{ else }}none{{ end }}",
        Err(r#"template: p/t.yaml:1:9: executing "p/t.yaml" at <3>: range can't iterate over 3"#),
    );
    check_on(
        &GO_1_23,
        "{{ range $i, $j := 3 }}{{ end }}",
        Err(r#"template: p/t.yaml:1:19: executing "p/t.yaml" at <3>: range can't iterate over 3"#),
    );
    check_on(
        &GO_1_23,
        r#"{{ eq 1 "a" }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <eq 1 "a">: error calling eq: incompatible types for comparison"#,
        ),
    );
    check_on(
        &GO_1_24,
        r#"{{ eq 1 "a" }}"#,
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <eq 1 "a">: error calling eq: incompatible types for comparison"#,
        ),
    );
    check_on(
        &GO_1_23,
        "{{ eq .n 3 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <eq .n 3>: error calling eq: incompatible types for comparison"#,
        ),
    );
    check_on(
        &GO_1_24,
        "{{ eq .n 3 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <eq .n 3>: error calling eq: incompatible types for comparison"#,
        ),
    );
    check_on(
        &GO_1_23,
        "{{ lt 1 2.0 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <lt 1 2.0>: error calling lt: incompatible types for comparison"#,
        ),
    );
    check_on(
        &GO_1_24,
        "{{ lt 1 2.0 }}",
        Err(
            r#"template: p/t.yaml:1:3: executing "p/t.yaml" at <lt 1 2.0>: error calling lt: incompatible types for comparison"#,
        ),
    );
}
