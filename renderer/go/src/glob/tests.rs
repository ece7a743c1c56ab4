use super::Glob;

#[test]
fn matches_as_the_library() {
    let check = |pattern: &str, name: &str, expect: bool| {
        let glob = Glob::compile(pattern.as_bytes()).expect(pattern);
        assert_eq!(glob.is_match(name.as_bytes()), expect, "{pattern} {name}");
    };
    check("*", "a.txt", true);
    check("*", "a/b", false);
    check("**", "a/b", true);
    check("**/*.ini", "conf/sub/x.ini", true);
    check("**/*.ini", "x.ini", false);
    check("**.ini", "conf/x.ini", true);
    check("conf/{one,two}.ini", "conf/two.ini", true);
    check("conf/[!o]*.ini", "conf/two.ini", true);
    check("[a-c]", "b", true);
    check("?", "/", false);
    check("?", "é", true);
    check("{a,b", "a", true);
    check("}", "}", true);
    check("a,b", "a,b", true);
    check("\\*", "*", true);
    check("", "", true);
    check("[^a]", "^", true);
    // What only the library's own compilation explains.
    check("?é", "aé", false);
    check("{*a/b,c}d", "xa/bd", false);
    check("[!a]", "", true);
}

#[test]
fn errors_as_the_library() {
    let check = |pattern: &[u8], expect: &str| {
        assert_eq!(Glob::compile(pattern).map(|_| ()), Err(expect.to_owned()), "{pattern:?}");
    };
    check(b"[", "unexpected end of input");
    check(b"[]", "could not parse range");
    check(b"[a-bc]", "expected close range character");
    check(b"[b-a]", "hi character 'a' should be greater than lo 'b'");
    check(b"a\xff", "could not read rune");
}

#[test]
fn hostile_patterns_end() {
    assert!(Glob::compile(&b"{".repeat(100_000)).is_err());
    let stars = Glob::compile(&b"*a".repeat(60)).expect("valid");
    assert!(!stars.is_match(&[b"a".repeat(300), b"/".to_vec()].concat()));
}
