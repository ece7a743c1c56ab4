//! IP addresses as Go's `netip.ParseAddr` reads them, with its error texts.

use thinlock_go::strconv::quote;

/// What [`parse`] finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// With a zone such as `%eth0`.
    pub(super) zoned: bool,
}

/// `netip.ParseAddr`.
pub(super) fn parse(text: &str) -> Result<Address, String> {
    let wrong = |(message, at): Wrong| {
        let place = if at.is_empty() { String::new() } else { format!(" (at {})", quote(at.as_bytes())) };
        format!("ParseAddr({}): {message}{place}", quote(text.as_bytes()))
    };
    match text.bytes().find(|b| matches!(b, b'.' | b':' | b'%')) {
        Some(b'.') => v4(text).map(|()| Address { zoned: false }).map_err(wrong),
        Some(b':') => v6(text).map_err(wrong),
        Some(_) => Err(wrong(("missing IPv6 address", ""))),
        None => Err(wrong(("unable to parse IP", ""))),
    }
}

/// What is wrong, and the part from there on.
type Wrong<'a> = (&'static str, &'a str);

fn from(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

fn v4(text: &str) -> Result<(), Wrong<'_>> {
    let bytes = text.as_bytes();
    let (mut value, mut digits, mut fields) = (0_u32, 0, 0);
    for (at, &b) in bytes.iter().enumerate() {
        match b {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return Err(("IPv4 field has octet with leading zero", ""));
                }
                value = value * 10 + u32::from(b - b'0');
                digits += 1;
                if value > 255 {
                    return Err(("IPv4 field has value >255", ""));
                }
            }
            b'.' => {
                if digits == 0 || at + 1 == bytes.len() {
                    return Err(("IPv4 field must have at least one digit", from(text, at)));
                }
                if fields == 3 {
                    return Err(("IPv4 address too long", ""));
                }
                (value, digits, fields) = (0, 0, fields + 1);
            }
            _ => return Err(("unexpected character", from(text, at))),
        }
    }
    if fields < 3 { Err(("IPv4 address too short", "")) } else { Ok(()) }
}

fn v6(text: &str) -> Result<Address, Wrong<'_>> {
    let (mut rest, zone) = text.split_once('%').map_or((text, None), |(rest, zone)| (rest, Some(zone)));
    if zone == Some("") {
        return Err(("zone must be a non-empty string", ""));
    }
    let address = Address { zoned: zone.is_some() };
    let mut filled = 0;
    let mut ellipsis = false;
    if let Some(after) = rest.strip_prefix("::") {
        (ellipsis, rest) = (true, after);
        if rest.is_empty() {
            return Ok(address);
        }
    }
    while filled < 16 {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits > 4 {
            return Err(("each group must have 4 or less digits", rest));
        }
        if digits == 0 {
            return Err(("each colon-separated field must have at least one digit", rest));
        }
        let next = from(rest, digits);
        if next.starts_with('.') {
            if !ellipsis && filled != 12 {
                return Err(("embedded IPv4 address must replace the final 2 fields of the address", rest));
            }
            if filled + 4 > 16 {
                return Err(("too many hex fields to fit an embedded IPv4 at the end of the address", rest));
            }
            v4(rest)?;
            (rest, filled) = ("", filled + 4);
            break;
        }
        filled += 2;
        rest = next;
        if rest.is_empty() {
            break;
        }
        let Some(after) = rest.strip_prefix(':') else { return Err(("unexpected character, want colon", rest)) };
        if after.is_empty() {
            return Err(("colon must be followed by more characters", rest));
        }
        rest = after;
        if let Some(after) = rest.strip_prefix(':') {
            if ellipsis {
                return Err(("multiple :: in address", rest));
            }
            (ellipsis, rest) = (true, after);
            if rest.is_empty() {
                break;
            }
        }
    }
    if !rest.is_empty() {
        return Err(("trailing garbage after address", rest));
    }
    match (filled < 16, ellipsis) {
        (true, false) => Err(("address string too short", "")),
        (false, true) => Err(("the :: must expand to at least one field of zeros", "")),
        _ => Ok(address),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_as_netip() {
        #[track_caller]
        fn check(text: &str, want: Result<bool, &str>) {
            let want = want.map_err(|e| format!("ParseAddr({}): {e}", thinlock_go::strconv::quote(text.as_bytes())));
            assert_eq!(parse(text).map(|address| address.zoned), want);
        }
        check("1.2.3.4", Ok(false));
        check("::", Ok(false));
        check("fe80::1%eth0", Ok(true));
        check("1:2:3:4:5:6:7:8", Ok(false));
        check("::ffff:1.2.3.4", Ok(false));
        check("x", Err("unable to parse IP"));
        check("1.2.3", Err("IPv4 address too short"));
        check("1.2.3.4.5", Err("IPv4 address too long"));
        check("1.2.3.256", Err("IPv4 field has value >255"));
        check("01.2.3.4", Err("IPv4 field has octet with leading zero"));
        check("1..2.3", Err("IPv4 field must have at least one digit (at \".2.3\")"));
        check("1:2", Err("address string too short"));
        check("12345::", Err("each group must have 4 or less digits (at \"12345::\")"));
        check("1::2::3", Err("multiple :: in address (at \":3\")"));
        check(":1", Err("each colon-separated field must have at least one digit (at \":1\")"));
        check("1:2:3:4:5:6:7::8", Err("the :: must expand to at least one field of zeros"));
    }
}
