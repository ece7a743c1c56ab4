//! What Go's HTTP client reports of a machine without network: the renderer opens no connection, so every host that is
//! given by its address refuses one, and no other host is found.

use std::net::IpAddr;

use thinlock_go::url::Url;
use thinlock_go::{Toolchain, strconv, utf8};

/// The text of a failed `http.Get`: `Get "URL": dial tcp 127.0.0.1:1: connect: connection refused`.
pub(super) fn get_error(url: &str) -> String {
    let parsed = match Url::parse(url.as_bytes(), &Toolchain::default()) {
        Ok(parsed) => parsed,
        Err(error) => return error,
    };
    format!("Get {}: {}", strconv::quote(&without_password(&parsed)), reason(&parsed))
}

/// `stripPassword`.
fn without_password(url: &Url) -> Vec<u8> {
    let mut shown = url.clone();
    let Some(user) = shown.user.as_mut().filter(|user| user.password.is_some()) else { return url.format() };
    user.password = None;
    let name = user.format();
    let with_at = [&name[..], b"@"].concat();
    let shown = shown.format();
    match memchr::memmem::find(&shown, &with_at) {
        Some(at) => [&shown[..at], &name, b":***@", &shown[at + with_at.len()..]].concat(),
        None => shown,
    }
}

fn reason(url: &Url) -> String {
    let default_port = match url.scheme.as_slice() {
        b"http" => "80",
        b"https" => "443",
        scheme => return format!("unsupported protocol scheme {}", strconv::quote(scheme)),
    };
    if url.host.is_empty() {
        return "http: no Host in request URL".to_owned();
    }
    let (name, port) = (utf8::to_valid(url.hostname()), utf8::to_valid(url.port()));
    let port = if port.is_empty() { default_port } else { &*port };
    if port.parse::<u16>().is_err() {
        return format!("dial tcp: address {port}: invalid port");
    }
    match name.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => format!("dial tcp {name}:{port}: connect: connection refused"),
        Ok(IpAddr::V6(_)) => format!("dial tcp [{name}]:{port}: connect: connection refused"),
        Err(_) => format!("dial tcp: lookup {name}: no such host"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn reports_as_go() {
        #[track_caller]
        fn check(url: &str, want: &str) {
            assert_eq!(super::get_error(url), format!("Get \"{}\": {want}", url.replace(":secret@", ":***@")));
        }
        check("http://127.0.0.1:1/x.json", "dial tcp 127.0.0.1:1: connect: connection refused");
        check("https://[::1]/x", "dial tcp [::1]:443: connect: connection refused");
        check("https://example.com/x", "dial tcp: lookup example.com: no such host");
        check("https://me:secret@example.com/x", "dial tcp: lookup example.com: no such host");
        check("http:///x", "http: no Host in request URL");
        check("ftp://h/x", "unsupported protocol scheme \"ftp\"");
        check("http://h:70000/x", "dial tcp: address 70000: invalid port");
        assert_eq!(super::get_error("http://a b"), "parse \"http://a b\": invalid character \" \" in host name");
    }
}
