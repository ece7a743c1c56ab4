//! `netip.ParseAddr`, for its verdict: a host in brackets must be an IPv6 address.

use crate::strconv;

pub(super) enum Family {
    V4,
    V6,
}

/// # Errors
/// `ParseAddr("foo"): unable to parse IP` and the like.
pub(super) fn parse(text: &[u8]) -> Result<Family, String> {
    let result = match text.iter().find(|c| matches!(c, b'.' | b':' | b'%')) {
        Some(b'.') => parse_v4(text).map(|()| Family::V4),
        Some(b':') => parse_v6(text).map(|()| Family::V6),
        Some(_) => Err(("missing IPv6 address", &b""[..])),
        None => Err(("unable to parse IP", &b""[..])),
    };
    result.map_err(|(message, at)| {
        let place = if at.is_empty() { String::new() } else { format!(" (at {})", strconv::quote(at)) };
        format!("ParseAddr({}): {message}{place}", strconv::quote(text))
    })
}

/// A message, and the text where it went wrong (empty: not said).
type Checked<'t> = Result<(), (&'static str, &'t [u8])>;

fn parse_v4(text: &[u8]) -> Checked<'_> {
    let (mut value, mut dots, mut digits) = (0_u32, 0, 0);
    for (at, &c) in text.iter().enumerate() {
        match c {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return Err(("IPv4 field has octet with leading zero", b""));
                }
                value = value * 10 + u32::from(c - b'0');
                digits += 1;
                if value > 255 {
                    return Err(("IPv4 field has value >255", b""));
                }
            }
            b'.' => {
                if at == 0 || at == text.len() - 1 || text[at - 1] == b'.' {
                    return Err(("IPv4 field must have at least one digit", &text[at..]));
                }
                if dots == 3 {
                    return Err(("IPv4 address too long", b""));
                }
                dots += 1;
                (value, digits) = (0, 0);
            }
            _ => return Err(("unexpected character", &text[at..])),
        }
    }
    if dots < 3 { Err(("IPv4 address too short", b"")) } else { Ok(()) }
}

fn parse_v6(text: &[u8]) -> Checked<'_> {
    let mut rest = text;
    if let Some(percent) = memchr::memchr(b'%', text) {
        rest = &text[..percent];
        if percent + 1 == text.len() {
            return Err(("zone must be a non-empty string", b""));
        }
    }
    let mut ellipsis = false;
    if let Some(behind) = rest.strip_prefix(b"::") {
        ellipsis = true;
        rest = behind;
        if rest.is_empty() {
            return Ok(());
        }
    }
    let mut bytes = 0;
    while bytes < 16 {
        let mut value = 0_u32;
        let mut len = 0;
        while let Some(digit) = rest.get(len).and_then(|c| char::from(*c).to_digit(16)) {
            value = value << 4 | digit;
            if len > 3 {
                return Err(("each group must have 4 or less digits", rest));
            }
            if value > 0xffff {
                return Err(("IPv6 field has value >=2^16", rest));
            }
            len += 1;
        }
        if len == 0 {
            return Err(("each colon-separated field must have at least one digit", rest));
        }
        if rest.get(len) == Some(&b'.') {
            if !ellipsis && bytes != 12 {
                return Err(("embedded IPv4 address must replace the final 2 fields of the address", rest));
            }
            if bytes + 4 > 16 {
                return Err(("too many hex fields to fit an embedded IPv4 at the end of the address", rest));
            }
            parse_v4(rest)?;
            rest = b"";
            bytes += 4;
            break;
        }
        bytes += 2;
        rest = &rest[len..];
        if rest.is_empty() {
            break;
        }
        if rest[0] != b':' {
            return Err(("unexpected character, want colon", rest));
        }
        if rest.len() == 1 {
            return Err(("colon must be followed by more characters", rest));
        }
        rest = &rest[1..];
        if rest[0] == b':' {
            if ellipsis {
                return Err(("multiple :: in address", rest));
            }
            ellipsis = true;
            rest = &rest[1..];
            if rest.is_empty() {
                break;
            }
        }
    }
    if !rest.is_empty() {
        return Err(("trailing garbage after address", rest));
    }
    match (bytes < 16, ellipsis) {
        (true, false) => Err(("address string too short", b"")),
        (false, true) => Err(("the :: must expand to at least one field of zeros", b"")),
        _ => Ok(()),
    }
}
