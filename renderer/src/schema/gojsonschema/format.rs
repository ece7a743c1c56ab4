//! The formats that gojsonschema knows: a verdict only.

use thinlock_go::regexp::Regexp;
use thinlock_go::url::Url;
use thinlock_go::{Str, Toolchain, time, utf8};

use super::mail::{self, is_ip};

/// Whether the format has a checker; others accept everything.
pub(super) fn is_known(name: &Str) -> bool {
    matches!(
        name.as_bytes(),
        b"date"
            | b"time"
            | b"date-time"
            | b"hostname"
            | b"email"
            | b"idn-email"
            | b"ipv4"
            | b"ipv6"
            | b"uri"
            | b"uri-reference"
            | b"iri"
            | b"iri-reference"
            | b"uri-template"
            | b"uuid"
            | b"regex"
            | b"json-pointer"
            | b"relative-json-pointer"
    )
}

/// Whether a text is of a format.
pub(super) fn is_format(name: &Str, text: &Str, toolchain: &Toolchain) -> bool {
    let parses =
        |layouts: &[&str]| layouts.iter().any(|layout| time::parse(layout.as_bytes(), text, &time::Zone::Utc).is_ok());
    let matches = |pattern: &str, text: &[u8]| {
        Regexp::compile(pattern.as_bytes(), toolchain).is_ok_and(|regexp| regexp.is_match(text))
    };
    let is_match = |pattern: &str| matches(pattern, text);
    let lossy = utf8::to_valid(text);
    match name.as_bytes() {
        b"date" => parses(&["2006-01-02"]),
        b"time" => parses(&["15:04:05Z07:00", "15:04:05"]),
        b"date-time" => parses(&[
            "15:04:05",
            "15:04:05Z07:00",
            "2006-01-02",
            "2006-01-02T15:04:05Z07:00",
            "2006-01-02T15:04:05.999999999Z07:00",
        ]),
        b"hostname" => {
            const LABEL: &str = r"([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])";
            text.len() < 256 && is_match(&format!(r"^{LABEL}(\.{LABEL})*$"))
        }
        b"email" | b"idn-email" => mail::is_address(&lossy),
        b"ipv4" => lossy.contains('.') && is_ip(&lossy),
        b"ipv6" => lossy.contains(':') && is_ip(&lossy),
        b"uri" | b"iri" => url(text, toolchain).is_some_and(|url| !url.scheme.is_empty()) && !text.contains(&b'\\'),
        b"uri-reference" | b"iri-reference" => url(text, toolchain).is_some() && !text.contains(&b'\\'),
        b"uri-template" => {
            !text.contains(&b'\\')
                && url(text, toolchain).is_some_and(|url| matches(r"^([^{]*({[^}]*})?)*$", &url.path))
        }
        b"uuid" => is_match("^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$"),
        b"regex" => Regexp::compile(text, toolchain).is_ok(),
        b"json-pointer" => is_match("^(?:/(?:[^~/]|~0|~1)*)*$"),
        b"relative-json-pointer" => is_match("^(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~0|~1)*)*)$"),
        _ => true,
    }
}

fn url(text: &[u8], toolchain: &Toolchain) -> Option<Url> {
    Url::parse(text, toolchain).ok()
}
