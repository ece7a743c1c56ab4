use super::{Regexp, must_compile_text, quote_meta};
use crate::Toolchain;

fn compile(expr: &str) -> Result<std::rc::Rc<Regexp>, String> {
    Regexp::compile(expr.as_bytes(), &Toolchain::default()).map_err(|e| e.to_string())
}

#[test]
fn errors_as_go() {
    let check = |expr: &str, expect: &str| {
        let error = compile(expr).expect_err(expr);
        assert_eq!(error, format!("error parsing regexp: {expect}"), "{expr}");
    };
    check("[", "missing closing ]: `[`");
    check("[a", "missing closing ]: `[a`");
    check("(", "missing closing ): `(`");
    check(")", "unexpected ): `)`");
    check("a**", "invalid nested repetition operator: `**`");
    check("a*?+", "invalid nested repetition operator: `*?+`");
    check("|*", "missing argument to repetition operator: `*`");
    check("(?=a)", "invalid or unsupported Perl syntax: `(?=`");
    check("(?i", "invalid or unsupported Perl syntax: `(?i`");
    check("(?P<n", "invalid named capture: `(?P<n`");
    check("(?P<n a>x)", "invalid named capture: `(?P<n a>`");
    check("\\C", "invalid escape sequence: `\\C`");
    check("\\8", "invalid escape sequence: `\\8`");
    check("\\x{110000}", "invalid escape sequence: `\\x{110000`");
    check("\\", "trailing backslash at end of expression: ``");
    check("[b-a]", "invalid character class range: `b-a`");
    check("[[:foo:]]", "invalid character class range: `[:foo:]`");
    check("\\p{Foo}", "invalid character class range: `\\p{Foo}`");
    check("\\p{Old_Italic}", "invalid character class range: `\\p{Old_Italic}`");
    check("a{1001}", "invalid repeat count: `{1001}`");
    check("(a{100}){11}", "invalid repeat count: `{11}`");
}

#[test]
fn deep_and_large_expressions_are_refused() {
    let deep = "(".repeat(1001) + &")".repeat(1001);
    assert_eq!(
        compile(&deep).expect_err("deep"),
        format!("error parsing regexp: expression nests too deeply: `{deep}`")
    );
    let large = format!("({}){{1000}}", "x".repeat(4000));
    assert_eq!(compile(&large).expect_err("large"), format!("error parsing regexp: expression too large: `{large}`"));
    assert!(compile(&("(?:".repeat(100_000) + &")".repeat(100_000))).is_ok());
}

#[test]
fn property_names_by_toolchain() {
    let old = Toolchain { regexp_property_aliases: false, ..Toolchain::default() };
    let check = |expr: &str, in_new: bool, in_old: bool| {
        assert_eq!(compile(expr).is_ok(), in_new, "{expr}");
        assert_eq!(Regexp::compile(expr.as_bytes(), &old).is_ok(), in_old, "{expr}");
    };
    check("\\p{Letter}", true, false);
    check("\\p{lu}", true, false);
    check("\\p{greek}", true, false);
    check("\\p{LC}", true, false);
    check("\\p{Old_Italic}", false, true);
    check("\\p{Greek}", true, true);
}

#[test]
fn finds_as_go() {
    let check = |expr: &str, text: &[u8], expect: &[(usize, usize)]| {
        let found = compile(expr).expect(expr).find_all(text, -1).unwrap_or_default();
        assert_eq!(found, expect, "{expr} {text:?}");
    };
    check("a*", b"baaac", &[(0, 0), (1, 4), (5, 5)]);
    check("", "é".as_bytes(), &[(0, 0), (2, 2)]);
    check(".", b"\xffa\xe9", &[(0, 1), (1, 2), (2, 3)]);
    check("^..$", "éa".as_bytes(), &[(0, 3)]);
    check("(?i)k", "kK\u{212a}".as_bytes(), &[(0, 1), (1, 2), (2, 5)]);
    check("\\w", "é1_".as_bytes(), &[(2, 3), (3, 4)]);
    check("a|ab", b"ab", &[(0, 1)]);
    check("\\Qa.b\\E+", b"a.bb", &[(0, 4)]);
    check("{,2}", b"a{,2}", &[(1, 5)]);
    check("[[a]&&b]", b"a&&b]", &[(0, 5)]);
}

#[test]
fn replaces_and_splits_as_go() {
    let check = |expr: &str, text: &str, template: &str, expect: &str| {
        let out = compile(expr).expect(expr).replace_all(text.as_bytes(), template.as_bytes());
        assert_eq!(String::from_utf8_lossy(&out), expect, "{expr} {text} {template}");
    };
    check("(a)(b)?", "ab a c", "$1x", "  c");
    check("(a)(b)?", "ab a c", "${1}x", "ax ax c");
    check("(a)(b)?", "ab a c", "$$", "$ $ c");
    check("(a)(b)?", "ab", "$2$01${1", "b${1");
    check("(?P<n>a)|(?P<n>b)", "ab", "<$n>", "<a><b>");
    check("a*", "baaac", "X", "XbXcX");
    check("", "ab", "X", "XaXbX");
    check("(a){0}b", "b", "[$1]", "[]");
    let split = |expr: &str, text: &str, limit: i64| {
        let pieces = compile(expr).expect(expr).split(text.as_bytes(), limit);
        pieces.map(|p| p.iter().map(|s| String::from_utf8_lossy(s).into_owned()).collect::<Vec<_>>())
    };
    assert_eq!(split("a", "banana", -1), Some(["b", "n", "n", ""].map(String::from).to_vec()));
    assert_eq!(split("a", "banana", 2), Some(["b", "nana"].map(String::from).to_vec()));
    assert_eq!(split("", "abc", -1), Some(["a", "b", "c"].map(String::from).to_vec()));
    assert_eq!(split(",", "", -1), Some(vec![String::new()]));
    assert_eq!(split("a", "banana", 0), None);
}

#[test]
fn quotes() {
    assert_eq!(quote_meta(b"a.b*[c]"), b"a\\.b\\*\\[c\\]");
    let error = Regexp::compile(b"[", &Toolchain::default()).expect_err("invalid");
    assert_eq!(must_compile_text(b"[", &error), "regexp: Compile(`[`): error parsing regexp: missing closing ]: `[`");
}

#[test]
fn the_largest_expressions_compile_on_a_small_stack() {
    let work = || {
        for expr in ["\\pL{1000}", "(?i)[a-z]{1000}", "(\\pL{10}){100}", "(.{500}){2}"] {
            assert!(compile(expr).is_ok(), "{expr}");
        }
        let deep = "(".repeat(900) + "a" + &")".repeat(900);
        assert!(compile(&deep).expect("deep").is_match(b"a"));
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).expect("thread").join().expect("no overflow");
}
