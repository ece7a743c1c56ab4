//! What Go's HTTP client reports of a machine without network: the renderer opens no connection, so every host that is
//! given by its address refuses one, and no other host is found.

use std::net::IpAddr;

/// The text of a failed `http.Get`: `Get "URL": dial tcp 127.0.0.1:1: connect: connection refused`.
pub(super) fn get_error(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => (name, port),
        _ => (host, if scheme == "https" { "443" } else { "80" }),
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    let reason = if address.parse::<IpAddr>().is_ok() {
        format!("dial tcp {name}:{port}: connect: connection refused")
    } else {
        format!("dial tcp: lookup {address}: no such host")
    };
    format!("Get \"{url}\": {reason}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn reports_as_go() {
        #[track_caller]
        fn check(url: &str, want: &str) {
            assert_eq!(super::get_error(url), format!("Get \"{url}\": {want}"));
        }
        check("http://127.0.0.1:1/x.json", "dial tcp 127.0.0.1:1: connect: connection refused");
        check("https://[::1]/x", "dial tcp [::1]:443: connect: connection refused");
        check("https://example.com/x", "dial tcp: lookup example.com: no such host");
    }
}
