//! URLs and pointers of schemas: resolving a reference, fragments, and the escapes of JSON pointers.

use thinlock_go::url::{Url as Parsed, path_unescape};
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

/// The parts of a URL without a fragment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Url<'a> {
    scheme: Option<&'a str>,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Url<'a> {
    fn parse(text: &'a str) -> Url<'a> {
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme, rest))
                if scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                    && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')) =>
            {
                (Some(scheme), rest)
            }
            _ => (None, text),
        };
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                let (authority, path) = rest.split_at(end);
                (Some(authority), path)
            }
            None => (None, rest),
        };
        Url { scheme, authority, path, query }
    }

    fn to_text(&self, path: &str) -> String {
        let mut out = String::new();
        if let Some(scheme) = self.scheme {
            out.push_str(&scheme.to_ascii_lowercase());
            out.push(':');
        }
        if let Some(authority) = self.authority {
            out.push_str("//");
            out.push_str(authority);
        }
        out.push_str(path);
        if let Some(query) = self.query {
            out.push('?');
            out.push_str(query);
        }
        out
    }
}

/// The URL's scheme, if it is absolute.
pub(super) fn scheme(url: &str) -> Option<&str> {
    Url::parse(url).scheme
}

/// `url.ResolveReference` without fragments, where a base such as `urn:x` stays as it is.
pub(in super::super) fn resolve(base: &str, reference: &str) -> String {
    let (base_url, reference_url) = (Url::parse(base), Url::parse(reference));
    if reference_url.scheme.is_some() {
        return if reference_url.authority.is_some() || reference_url.path.starts_with('/') {
            reference_url.to_text(&without_dots(reference_url.path))
        } else {
            reference_url.to_text(reference_url.path)
        };
    }
    let opaque = base_url.authority.is_none() && !base_url.path.starts_with('/') && base_url.scheme.is_some();
    if opaque {
        return base.to_owned();
    }
    if let Some(authority) = reference_url.authority {
        let url = Url { scheme: base_url.scheme, authority: Some(authority), ..reference_url.clone() };
        return url.to_text(&without_dots(reference_url.path));
    }
    if reference_url.path.is_empty() {
        let query = reference_url.query.or(base_url.query);
        return Url { query, ..base_url.clone() }.to_text(base_url.path);
    }
    let joined = if reference_url.path.starts_with('/') {
        reference_url.path.to_owned()
    } else {
        let folder = base_url.path.rfind('/').map_or("", |slash| base_url.path.get(..=slash).unwrap_or_default());
        format!("{folder}{}", reference_url.path)
    };
    Url { query: reference_url.query, ..base_url.clone() }.to_text(&without_dots(&joined))
}

/// `/a/./b/../c` as `/a/c`.
fn without_dots(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

/// `baseURL.join(ref)`: the absolute URL and the decoded fragment.
///
/// # Errors
/// The reference is no URL.
pub(super) fn join(base: &str, reference: &str) -> Result<(String, String), String> {
    let (url, fragment) = split_fragment(reference)?;
    Parsed::parse(url.as_bytes(), &Toolchain::default()).map_err(|e| parse_error(url, &e))?;
    Ok((resolve(base, url), fragment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves_references() {
        #[track_caller]
        fn check(base: &str, reference: &str, want: &str) {
            assert_eq!(resolve(base, reference), want);
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
