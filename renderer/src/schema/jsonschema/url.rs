//! URLs and pointers of schemas: resolving a reference, fragments, and the escapes of JSON pointers.

use thinlock_go::url::{Url, path_unescape};
use thinlock_go::{Toolchain, utf8};

/// Escapes a token of a JSON pointer.
pub(super) fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// Undoes [`escape`]; `None` where `~` is followed by anything but 0 and 1.
pub(super) fn unescape(token: &str) -> Option<String> {
    let mut out = String::with_capacity(token.len());
    let mut chars = token.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '~' => match chars.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            _ => c,
        });
    }
    Some(out)
}

/// Percent-encodes a pointer for a location, `/` excepted: Go's `PathEscape` of each token.
pub(super) fn encode(pointer: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~/$&+=:@".contains(&b);
    if pointer.bytes().all(plain) {
        return pointer.to_owned();
    }
    let mut out = String::with_capacity(pointer.len() + 8);
    for b in pointer.bytes() {
        if plain(b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// Undoes percent-encoding.
///
/// # Errors
/// Go's text for the first wrong escape.
pub(super) fn decode(text: &str) -> Result<String, String> {
    path_unescape(text.as_bytes()).map(|bytes| utf8::to_valid(&bytes).into_owned())
}

/// The part before `#` and the decoded part behind it.
///
/// # Errors
/// The fragment is no valid percent-encoding.
pub(super) fn split_fragment(reference: &str) -> Result<(&str, String), String> {
    let (url, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let fragment = decode(fragment).map_err(|e| parse_error(reference, &e))?;
    Ok((url, fragment))
}

fn parse_error(url: &str, reason: &str) -> String {
    format!("error in parsing {}: {reason}", thinlock_go::strconv::quote(url.as_bytes()))
}

/// `baseURL.join(ref)`: the absolute URL and the decoded fragment.
///
/// # Errors
/// The base or the reference is no URL.
pub(super) fn join(base: &str, reference: &str, toolchain: &Toolchain) -> Result<(String, String), String> {
    let parse = |url: &str| Url::parse(url.as_bytes(), toolchain).map_err(|e| parse_error(url, &e));
    let base = parse(base)?;
    let (reference, fragment) = split_fragment(reference)?;
    let reference = parse(reference)?;
    let mut resolved = base.resolve_reference(&reference);
    // What a URL such as urn:x is resolved to stays as it is, whatever the reference.
    if reference.scheme.is_empty() && !base.opaque.is_empty() {
        resolved.opaque = base.opaque;
    }
    Ok((utf8::to_valid(&resolved.format()).into_owned(), fragment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves_references() {
        #[track_caller]
        fn check(base: &str, reference: &str, want: &str) {
            assert_eq!(join(base, reference, &Toolchain::NEWEST), Ok((want.to_owned(), String::new())));
        }
        check("file:///values.schema.json", "", "file:///values.schema.json");
        check("file:///values.schema.json", "./other.json", "file:///other.json");
        check("file:///values.schema.json", "../../x", "file:///x");
        check("https://h/a/b", "c", "https://h/a/c");
        check("https://h/a/b", "/c", "https://h/c");
        check("https://h/a/b", "//g/c", "https://g/c");
        check("https://h/a/b?q", "?r", "https://h/a/b?r");
        check("https://h/a/b", "http://x/y", "http://x/y");
        check("https://h/a/b", "urn:x:y", "urn:x:y");
        check("urn:x:y", "", "urn:x:y");
        check("https://h/a/b/", "..", "https://h/a/");
        check("https://h/a", "B ü?q", "https://h/B%20%C3%BC?q");
        check("HTTPS://h", "x", "https://h/x");
        check("urn:x:y", "/z", "urn:x:y");
        check("file:///values.schema.json", "//", "file:///values.schema.json");
    }

    #[test]
    fn escapes_pointers() {
        assert_eq!(escape("a/b~c"), "a~1b~0c");
        assert_eq!(unescape("a~1b~0c").as_deref(), Some("a/b~c"));
        assert_eq!(unescape("a~2"), None);
        assert_eq!(encode("/a b/ü$"), "/a%20b/%C3%BC$");
        assert_eq!(decode("%41b"), Ok("Ab".into()));
        assert_eq!(decode("%4"), Err("invalid URL escape \"%4\"".into()));
    }
}
