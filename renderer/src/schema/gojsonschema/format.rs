//! The formats that gojsonschema knows: a verdict only.

use thinlock_go::regexp::Regexp;
use thinlock_go::url::Url;
use thinlock_go::{Str, Toolchain, time, utf8};

use super::super::ip;

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
pub(super) fn is_format(name: &Str, text: &Str) -> bool {
    let parses =
        |layouts: &[&str]| layouts.iter().any(|layout| time::parse(layout.as_bytes(), text, &time::Zone::Utc).is_ok());
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
        b"email" | b"idn-email" => is_mail_address(&lossy),
        b"ipv4" => lossy.contains('.') && is_ip(&lossy),
        b"ipv6" => lossy.contains(':') && is_ip(&lossy),
        b"uri" | b"iri" => url(text).is_some_and(|url| !url.scheme.is_empty()) && !text.contains(&b'\\'),
        b"uri-reference" | b"iri-reference" => url(text).is_some() && !text.contains(&b'\\'),
        b"uri-template" => {
            !text.contains(&b'\\') && url(text).is_some_and(|url| matches(r"^([^{]*({[^}]*})?)*$", &url.path))
        }
        b"uuid" => is_match("^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$"),
        b"regex" => Regexp::compile(text, &Toolchain::default()).is_ok(),
        b"json-pointer" => is_match("^(?:/(?:[^~/]|~0|~1)*)*$"),
        b"relative-json-pointer" => is_match("^(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~0|~1)*)*)$"),
        _ => true,
    }
}

fn matches(pattern: &str, text: &[u8]) -> bool {
    Regexp::compile(pattern.as_bytes(), &Toolchain::default()).is_ok_and(|regexp| regexp.is_match(text))
}

fn url(text: &[u8]) -> Option<Url> {
    Url::parse(text, &Toolchain::default()).ok()
}

/// `net.ParseIP`, which knows no zones.
fn is_ip(text: &str) -> bool {
    ip::parse(text).is_ok_and(|address| !address.zoned)
}

/// `mail.ParseAddress`: `a@b`, or a name and `<a@b>`.
fn is_mail_address(text: &str) -> bool {
    let text = text.trim_matches([' ', '\t']);
    if let Some(bracketed) = text.strip_suffix('>') {
        let Some((name, address)) = bracketed.rsplit_once('<') else { return false };
        return is_phrase(name.trim_matches([' ', '\t'])) && is_address(address);
    }
    is_address(text)
}

fn is_atom(text: &str) -> bool {
    const SPECIAL: &str = "!#$%&'*+-/=?^_`{|}~";
    !text.is_empty() && text.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || SPECIAL.contains(c))
}

fn is_quoted(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else { return false };
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return false,
            '\\' if chars.next().is_none() => return false,
            _ if c.is_ascii_control() && c != '\t' => return false,
            _ => {}
        }
    }
    true
}

fn is_phrase(text: &str) -> bool {
    is_quoted(text)
        || text
            .split([' ', '\t'])
            .filter(|word| !word.is_empty())
            .all(|word| word.split('.').all(|w| w.is_empty() || is_atom(w)))
}

fn is_address(text: &str) -> bool {
    let text = text.trim_matches([' ', '\t']);
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_ok =
        if local.starts_with('"') { is_quoted(local) && local.len() > 2 } else { local.split('.').all(is_atom) };
    let domain_ok = match domain.strip_prefix('[').and_then(|d| d.strip_suffix(']')) {
        Some(literal) => is_ip(literal),
        None => domain.split('.').all(is_atom),
    };
    local_ok && domain_ok
}
