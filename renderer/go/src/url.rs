//! `net/url`: URLs as Go splits, checks, escapes and prints them. This is not the WHATWG's standard.

mod address;

use crate::Toolchain;
use crate::strconv;

/// Which characters stand for themselves depends on the part of the URL.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    PathSegment,
    Host,
    Zone,
    UserPassword,
    QueryComponent,
    Fragment,
}

fn should_escape(c: u8, part: Part) -> bool {
    let host = matches!(part, Part::Host | Part::Zone);
    !match c {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => true,
        b'!' | b'(' | b')' | b'*' => host || part == Part::Fragment,
        b'\'' | b'[' | b']' | b'<' | b'>' | b'"' => host,
        b'$' | b'&' | b'+' | b'=' => part != Part::QueryComponent,
        b',' | b';' => !matches!(part, Part::QueryComponent | Part::PathSegment),
        b':' => !matches!(part, Part::QueryComponent | Part::UserPassword),
        b'/' => matches!(part, Part::Path | Part::Fragment),
        b'@' => matches!(part, Part::Path | Part::PathSegment | Part::Fragment),
        b'?' => part == Part::Fragment,
        _ => false,
    }
}

fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &c in text {
        if c == b' ' && part == Part::QueryComponent {
            out.push(b'+');
        } else if should_escape(c, part) {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            out.extend([b'%', HEX[usize::from(c >> 4)], HEX[usize::from(c & 15)]]);
        } else {
            out.push(c);
        }
    }
    out
}

fn hex(c: u8) -> Option<u8> {
    char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, String> {
    let bad_escape = |at: usize| {
        let text = &text[at..text.len().min(at + 3)];
        Err(format!("invalid URL escape {}", strconv::quote(text)))
    };
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = text.get(at) {
        match c {
            b'%' => {
                let digits = (text.get(at + 1).copied().and_then(hex), text.get(at + 2).copied().and_then(hex));
                let (Some(high), Some(low)) = digits else { return bad_escape(at) };
                let byte = high << 4 | low;
                // A host may escape only what is not ASCII, but for the percent sign of a zone; a zone may have blanks too.
                if byte != b'%'
                    && ((part == Part::Host && high < 8)
                        || (part == Part::Zone && byte != b' ' && should_escape(byte, Part::Host)))
                {
                    return bad_escape(at);
                }
                out.push(byte);
                at += 3;
                continue;
            }
            b'+' if part == Part::QueryComponent => out.push(b' '),
            _ => {
                if matches!(part, Part::Host | Part::Zone) && c < 0x80 && should_escape(c, part) {
                    return Err(format!("invalid character {} in host name", strconv::quote(&[c])));
                }
                out.push(c);
            }
        }
        at += 1;
    }
    Ok(out)
}

/// `url.QueryEscape`.
pub fn query_escape(text: &[u8]) -> Vec<u8> {
    escape(text, Part::QueryComponent)
}

/// `url.PathEscape`.
pub fn path_escape(text: &[u8]) -> Vec<u8> {
    escape(text, Part::PathSegment)
}

/// `url.QueryUnescape`.
///
/// # Errors
/// `invalid URL escape "%zz"`.
pub fn query_unescape(text: &[u8]) -> Result<Vec<u8>, String> {
    unescape(text, Part::QueryComponent)
}

/// `url.PathUnescape`.
///
/// # Errors
/// `invalid URL escape "%zz"`.
pub fn path_unescape(text: &[u8]) -> Result<Vec<u8>, String> {
    unescape(text, Part::PathSegment)
}

/// `*url.Userinfo`, unescaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Userinfo {
    /// The user's name.
    pub username: Vec<u8>,
    /// The password, where there is one.
    pub password: Option<Vec<u8>>,
}

impl Userinfo {
    /// `String()`: escaped, `name` or `name:password`.
    pub fn format(&self) -> Vec<u8> {
        let mut out = escape(&self.username, Part::UserPassword);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend(escape(password, Part::UserPassword));
        }
        out
    }
}

/// `url.URL`. The fields are Go's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Url {
    /// In lower case, without the colon.
    pub scheme: Vec<u8>,
    /// What follows the scheme where that is no path, as it was written.
    pub opaque: Vec<u8>,
    /// Name and password.
    pub user: Option<Userinfo>,
    /// Host, or host and port.
    pub host: Vec<u8>,
    /// Unescaped.
    pub path: Vec<u8>,
    /// Without the number sign, unescaped.
    pub fragment: Vec<u8>,
    /// Without the question mark, as it was written.
    pub raw_query: Vec<u8>,
    /// The path as it was written, where that is not what escaping it would give.
    pub raw_path: Vec<u8>,
    /// The fragment as it was written, where that is not what escaping it would give.
    pub raw_fragment: Vec<u8>,
    /// A question mark without a query.
    pub force_query: bool,
    /// A scheme and a path, but no `//`.
    pub omit_host: bool,
}

fn cut(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(at, text) {
        Some(found) => (&text[..found], Some(&text[found + 1..])),
        None => (text, None),
    }
}

/// `resolvePath`: a path from the folder of another one, without dots.
fn resolve_path(base: &[u8], reference: &[u8]) -> Vec<u8> {
    let full = match reference {
        [] => base.to_vec(),
        [b'/', ..] => reference.to_vec(),
        _ => {
            let folder = memchr::memrchr(b'/', base).map_or(0, |slash| slash + 1);
            [&base[..folder], reference].concat()
        }
    };
    if full.is_empty() {
        return full;
    }
    let mut out = vec![b'/'];
    let (mut first, mut dots) = (true, false);
    for element in full.split(|byte| *byte == b'/') {
        dots = matches!(element, b"." | b"..");
        match element {
            b"." => first = false,
            b".." => {
                let parent = memchr::memrchr(b'/', &out[1..]).map_or(1, |slash| slash + 1);
                out.truncate(parent);
                first = out.len() == 1;
            }
            _ => {
                if !first {
                    out.push(b'/');
                }
                out.extend_from_slice(element);
                first = false;
            }
        }
    }
    if dots {
        out.push(b'/');
    }
    // The first slash is there twice where the path began with one.
    if out.get(1) == Some(&b'/') {
        out.remove(0);
    }
    out
}

impl Url {
    /// `url.Parse`.
    ///
    /// # Errors
    /// `parse "::": missing protocol scheme`, `parse "http://a b/": invalid character " " in host name` …
    pub fn parse(raw: &[u8], toolchain: &Toolchain) -> Result<Url, String> {
        let failed = |raw: &[u8], error: String| format!("parse {}: {error}", strconv::quote(raw));
        let (main, fragment) = cut(raw, b'#');
        let mut url = Url::parse_main(main, toolchain).map_err(|e| failed(main, e))?;
        if let Some(fragment) = fragment.filter(|f| !f.is_empty()) {
            url.fragment = unescape(fragment, Part::Fragment).map_err(|e| failed(raw, e))?;
            if escape(&url.fragment, Part::Fragment) != fragment {
                url.raw_fragment = fragment.to_vec();
            }
        }
        Ok(url)
    }

    fn parse_main(raw: &[u8], toolchain: &Toolchain) -> Result<Url, String> {
        if raw.iter().any(|&c| c < b' ' || c == 0x7f) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let mut url = Url::default();
        if raw == b"*" {
            url.path = raw.to_vec();
            return Ok(url);
        }
        let (scheme, mut rest) = split_scheme(raw)?;
        url.scheme = scheme.to_ascii_lowercase();
        if rest.ends_with(b"?") && rest.iter().filter(|c| **c == b'?').count() == 1 {
            url.force_query = true;
            rest = &rest[..rest.len() - 1];
        } else {
            let (before, query) = cut(rest, b'?');
            rest = before;
            url.raw_query = query.unwrap_or_default().to_vec();
        }
        if !rest.starts_with(b"/") {
            if !url.scheme.is_empty() {
                url.opaque = rest.to_vec();
                return Ok(url);
            }
            if cut(rest, b'/').0.contains(&b':') {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        let has_authority = rest.starts_with(b"//") && (!url.scheme.is_empty() || !rest.starts_with(b"///"));
        if has_authority {
            let end = memchr::memchr(b'/', &rest[2..]).map_or(rest.len(), |slash| slash + 2);
            let authority = &rest[2..end];
            rest = &rest[end..];
            (url.user, url.host) = parse_authority(&url.scheme, authority, toolchain)?;
        } else if !url.scheme.is_empty() && rest.starts_with(b"/") {
            url.omit_host = true;
        }
        url.path = unescape(rest, Part::Path)?;
        if escape(&url.path, Part::Path) != rest {
            url.raw_path = rest.to_vec();
        }
        Ok(url)
    }

    /// `String()`.
    pub fn format(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            let has_host = !self.host.is_empty() || self.user.is_some();
            if has_host || (!self.scheme.is_empty() && !self.omit_host && !self.path.is_empty()) {
                out.extend_from_slice(b"//");
            }
            if let Some(user) = &self.user {
                out.extend(user.format());
                out.push(b'@');
            }
            out.extend(escape(&self.host, Part::Host));
            let path = self.escaped_path();
            if path.first().is_some_and(|c| *c != b'/') && !self.host.is_empty() {
                out.push(b'/');
            }
            // A first segment with a colon would read as a scheme.
            if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
                out.extend_from_slice(b"./");
            }
            out.extend(path);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if self.force_query || !self.raw_query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.raw_query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(escaped(&self.fragment, &self.raw_fragment, Part::Fragment));
        }
        out
    }

    /// `EscapedPath()`: as it was written, where that is valid.
    pub fn escaped_path(&self) -> Vec<u8> {
        if self.raw_path.is_empty() && self.path == b"*" {
            return self.path.clone();
        }
        escaped(&self.path, &self.raw_path, Part::Path)
    }

    /// `ResolveReference`: what a reference means on a page of this URL.
    #[must_use]
    pub fn resolve_reference(&self, reference: &Url) -> Url {
        let mut url = reference.clone();
        let elsewhere = !reference.scheme.is_empty() || !reference.host.is_empty() || reference.user.is_some();
        if reference.scheme.is_empty() {
            url.scheme.clone_from(&self.scheme);
        }
        if elsewhere {
            url.set_path(&resolve_path(&reference.escaped_path(), b""));
            return url;
        }
        if reference.path.is_empty() && !reference.force_query && reference.raw_query.is_empty() {
            url.raw_query.clone_from(&self.raw_query);
            if reference.fragment.is_empty() {
                url.fragment.clone_from(&self.fragment);
                url.raw_fragment.clone_from(&self.raw_fragment);
            }
        }
        if reference.path.is_empty() && !self.opaque.is_empty() {
            url.opaque.clone_from(&self.opaque);
            return url;
        }
        url.host.clone_from(&self.host);
        url.user.clone_from(&self.user);
        url.set_path(&resolve_path(&self.escaped_path(), &reference.escaped_path()));
        url
    }

    /// Takes an escaped path apart; one that is not well escaped changes nothing.
    fn set_path(&mut self, escaped: &[u8]) {
        let Ok(path) = unescape(escaped, Part::Path) else { return };
        self.raw_path = if escape(&path, Part::Path) == escaped { Vec::new() } else { escaped.to_vec() };
        self.path = path;
    }

    /// `Hostname()`: without the port and without brackets.
    pub fn hostname(&self) -> &[u8] {
        let host = self.split_host_port().0;
        host.strip_prefix(b"[").and_then(|h| h.strip_suffix(b"]")).unwrap_or(host)
    }

    /// `Port()`.
    pub fn port(&self) -> &[u8] {
        self.split_host_port().1
    }

    fn split_host_port(&self) -> (&[u8], &[u8]) {
        match memchr::memrchr(b':', &self.host) {
            Some(colon) if is_optional_port(&self.host[colon..]) => (&self.host[..colon], &self.host[colon + 1..]),
            _ => (&self.host, b""),
        }
    }
}

/// The raw form of a part, where it is valid and stands for the part; else the part escaped.
fn escaped(text: &[u8], raw: &[u8], part: Part) -> Vec<u8> {
    let valid = raw.iter().all(|&c| b"!$&'()*+,;=:@[]%".contains(&c) || !should_escape(c, part));
    if !raw.is_empty() && valid && unescape(raw, part).is_ok_and(|unescaped| unescaped == text) {
        return raw.to_vec();
    }
    if part == Part::Path && text == b"*" { text.to_vec() } else { escape(text, part) }
}

fn split_scheme(raw: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (at, &c) in raw.iter().enumerate() {
        match c {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&raw[..at], &raw[at + 1..])),
            _ => break,
        }
    }
    Ok((b"", raw))
}

fn parse_authority(
    scheme: &[u8],
    authority: &[u8],
    toolchain: &Toolchain,
) -> Result<(Option<Userinfo>, Vec<u8>), String> {
    let Some(at) = memchr::memrchr(b'@', authority) else {
        return Ok((None, parse_host(scheme, authority, toolchain)?));
    };
    let host = parse_host(scheme, &authority[at + 1..], toolchain)?;
    let userinfo = &authority[..at];
    if !userinfo.iter().all(|c| c.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(c)) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let (username, password) = cut(userinfo, b':');
    let username = unescape(username, Part::UserPassword)?;
    let password = password.map(|p| unescape(p, Part::UserPassword)).transpose()?;
    Ok((Some(Userinfo { username, password }), host))
}

fn is_optional_port(text: &[u8]) -> bool {
    text.is_empty() || text.strip_prefix(b":").is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
}

fn check_port(text: &[u8]) -> Result<(), String> {
    if is_optional_port(text) { Ok(()) } else { Err(format!("invalid port {} after host", strconv::quote(text))) }
}

/// Unescapes a host in brackets; what follows `%25` is a zone.
fn unescape_literal(host: &[u8]) -> Result<Vec<u8>, String> {
    match memchr::memmem::find(host, b"%25") {
        Some(zone) => {
            let mut out = unescape(&host[..zone], Part::Host)?;
            out.extend(unescape(&host[zone..], Part::Zone)?);
            Ok(out)
        }
        None => unescape(host, Part::Host),
    }
}

fn parse_host(scheme: &[u8], host: &[u8], toolchain: &Toolchain) -> Result<Vec<u8>, String> {
    let open = memchr::memrchr(b'[', host);
    if toolchain.url_brackets_first && open.is_some_and(|open| open > 0) {
        return Err("invalid IP-literal".to_owned());
    }
    let bracketed = if toolchain.url_brackets_hold_ipv6 { open } else { host.starts_with(b"[").then_some(0) };
    if let Some(open) = bracketed {
        let Some(close) = memchr::memrchr(b']', host) else { return Err("missing ']' in host".to_owned()) };
        let port = &host[close + 1..];
        check_port(port)?;
        if !toolchain.url_brackets_hold_ipv6 {
            if memchr::memmem::find(&host[..close], b"%25").is_none() {
                return unescape(host, Part::Host);
            }
            let mut out = unescape_literal(&host[..close])?;
            out.extend(unescape(&host[close..], Part::Host)?);
            return Ok(out);
        }
        let port = unescape(port, Part::Host)?;
        // Where the closing bracket comes first Go 1.24 panics.
        let Some(literal) = host.get(open + 1..close) else { return Err("invalid IP-literal".to_owned()) };
        let literal = unescape_literal(literal)?;
        match address::parse(&literal) {
            Ok(address::Family::V6) => Ok([b"[", &literal[..], b"]", &port].concat()),
            Ok(address::Family::V4) => Err("invalid IP-literal".to_owned()),
            Err(error) => Err(format!("invalid host: {error}")),
        }
    } else {
        let strict = toolchain.url_ports_strict && (scheme == b"http" || scheme == b"https");
        let colon = if strict { memchr::memchr(b':', host) } else { memchr::memrchr(b':', host) };
        check_port(colon.map_or(b"", |colon| &host[colon..]))?;
        unescape(host, Part::Host)
    }
}

#[cfg(test)]
mod tests;
