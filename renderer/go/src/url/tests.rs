use super::{Url, path_escape, query_escape, query_unescape};
use crate::Toolchain;

fn parse(text: &str) -> Result<Url, String> {
    Url::parse(text.as_bytes(), &Toolchain::default())
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn splits() {
    let check = |text: &str, expect: [&str; 6]| {
        let url = parse(text).expect(text);
        let user = url.user.as_ref().map(|u| u.format()).unwrap_or_default();
        let got = [&url.scheme, &user, &url.host, &url.path, &url.raw_query, &url.fragment].map(|f| lossy(f));
        assert_eq!(got, expect, "{text}");
        assert_eq!(lossy(&url.format()), text);
    };
    check(
        "http://user:pass@host:80/path/a%20b?q=1&r=2#frag",
        ["http", "user:pass", "host:80", "/path/a b", "q=1&r=2", "frag"],
    );
    check("", ["", "", "", "", "", ""]);
    check("//h/p", ["", "", "h", "/p", "", ""]);
    check("mailto:a@b?x", ["mailto", "", "", "", "x", ""]);
    check("http://[fe80::1%25en0]:8/", ["http", "", "[fe80::1%en0]:8", "/", "", ""]);
    check("/a%2Fb", ["", "", "", "/a/b", "", ""]);
    let url = parse("http://[::1]:80").expect("valid");
    assert_eq!((url.hostname(), url.port()), (&b"::1"[..], &b"80"[..]));
}

#[test]
fn errors_as_go() {
    let check = |text: &str, expect: &str| {
        assert_eq!(parse(text).map(|_| ()), Err(format!("parse {expect}")), "{text}");
    };
    check("::", "\"::\": missing protocol scheme");
    check("http://a b/", "\"http://a b/\": invalid character \" \" in host name");
    check("a b:c", "\"a b:c\": first path segment in URL cannot contain colon");
    check("/%zz", "\"/%zz\": invalid URL escape \"%zz\"");
    check("http://h:x/", "\"http://h:x/\": invalid port \":x\" after host");
    check("proto://a b@host", "\"proto://a b@host\": net/url: invalid userinfo");
    check("\u{7f}", "\"\\x7f\": net/url: invalid control character in URL");
}

#[test]
fn hosts_by_toolchain() {
    let newest = Toolchain::default();
    let go_1_25 = Toolchain { url_ports_strict: false, ..newest.clone() };
    let go_1_24 = Toolchain { url_brackets_first: false, ..go_1_25.clone() };
    let go_1_23 = Toolchain { url_brackets_hold_ipv6: false, ..go_1_24.clone() };
    let check = |text: &str, expect: [Option<&str>; 4]| {
        let got = [&go_1_23, &go_1_24, &go_1_25, &newest].map(|t| {
            let error = Url::parse(text.as_bytes(), t).err()?;
            error.strip_prefix(&format!("parse \"{text}\": ")).map(str::to_owned)
        });
        assert_eq!(got, expect.map(|e| e.map(str::to_owned)), "{text}");
    };
    let no_ip = Some("invalid host: ParseAddr(\"foo\"): unable to parse IP");
    let literal = Some("invalid IP-literal");
    let port = Some("invalid port \":b:80\" after host");
    check("http://[foo]/", [None, no_ip, no_ip, no_ip]);
    check("http://[1.2.3.4]/", [None, literal, literal, literal]);
    check("http://a[::1]/", [Some("invalid port \":1]\" after host"), None, literal, literal]);
    check("http://a:b:80/", [None, None, None, port]);
    check("ftp://a:b:80/", [None, None, None, None]);
}

#[test]
fn prints_what_was_put_together() {
    let check = |url: Url, expect: &str| assert_eq!(lossy(&url.format()), expect);
    let bytes = |s: &str| s.as_bytes().to_vec();
    check(Url::default(), "");
    check(Url { path: bytes("/a b/é"), ..Url::default() }, "/a%20b/%C3%A9");
    check(Url { path: bytes("a:b"), ..Url::default() }, "./a:b");
    check(Url { scheme: bytes("http"), host: bytes("h"), path: bytes("p"), ..Url::default() }, "http://h/p");
    assert_eq!(lossy(&query_escape(b"a b/&")), "a+b%2F%26");
    assert_eq!(lossy(&path_escape(b"a b/&")), "a%20b%2F&");
    assert_eq!(query_unescape(b"a+b%2"), Err("invalid URL escape \"%2\"".to_owned()));
}

#[test]
fn resolves_references() {
    let check = |base: &str, reference: &str, expect: &str| {
        let (base, reference) = (parse(base).expect(base), parse(reference).expect(reference));
        assert_eq!(lossy(&base.resolve_reference(&reference).format()), expect);
    };
    check("file:///values.schema.json", "//", "file:///values.schema.json");
    check("file:///values.schema.json", "//g/c", "file://g/c");
    check("file:///values.schema.json", "c", "file:///c");
    check("file:///values.schema.json", "../..", "file:///");
    check("file:///values.schema.json", "%2e%2e/x", "file:///%2e%2e/x");
    check("file:///values.schema.json", "a%2Fb/..", "file:///");
    check("file:///values.schema.json", "?", "file:///values.schema.json?");
    check("file:///values.schema.json", "./a:b", "file:///a:b");
    check("file:///values.schema.json", "http:x", "http:x");
    check("https://u:p@h/a/b?q#f", "", "https://u:p@h/a/b?q#f");
    check("https://u:p@h/a/b?q#f", "?", "https://u:p@h/a/b?");
    check("https://u:p@h/a/b?q#f", "?r", "https://u:p@h/a/b?r");
    check("https://u:p@h/a/b?q#f", "#g", "https://u:p@h/a/b?q#g");
    check("https://u:p@h/a/b?q#f", "/c", "https://u:p@h/c");
    check("https://u:p@h/a/b?q#f", "//g/c", "https://g/c");
    check("https://u:p@h/a/b?q#f", "//u@", "https://u@");
    check("https://u:p@h/a/b?q#f", "/a/./b/../../..//c", "https://u:p@h/c");
    check("https://u:p@h/a/b?q#f", "a b", "https://u:p@h/a/a%20b");
    check("urn:x:y", "", "urn:x:y");
    check("urn:x:y", "#g", "urn:x:y#g");
    check("urn:x:y", "c", "urn:///c");
    check("urn:x:y", "//g/c", "urn://g/c");
    check("", "c", "/c");
    check("", "//", "");
    check("", "./a:b", "/a:b");
    check("a/b/../c", "..", "/");
    check("http://h", "./x", "http://h/x");
    check("HTTP://h/%2F/x", "..", "http://h/");
    check("mailto:a", "?r", "mailto:a?r");
}
