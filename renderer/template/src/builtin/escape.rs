//! `html`, `js`, `urlquery`.

use thinlock_go::{CallError, unicode, utf8};

/// The most bytes that one call writes.
const MAX_TEXT: usize = 1 << 27;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Refuses to write more: what is escaped is up to six times as long as it was.
#[inline]
fn check(function: &str, out: &[u8]) -> Result<(), CallError> {
    if out.len() > MAX_TEXT {
        return Err(CallError::Limit(format!("{function}: the result would have more than {MAX_TEXT} bytes").into()));
    }
    Ok(())
}

/// `HTMLEscapeString`.
pub(super) fn html(text: &[u8], out: &mut Vec<u8>) -> Result<(), CallError> {
    for byte in text {
        check("html", out)?;
        match byte {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            byte => out.push(*byte),
        }
    }
    Ok(())
}

/// `JSEscapeString`.
pub(super) fn js(text: &[u8], out: &mut Vec<u8>) -> Result<(), CallError> {
    for (at, c, width) in utf8::runes(text) {
        check("js", out)?;
        match c {
            '\\' => out.extend_from_slice(br"\\"),
            '\'' => out.extend_from_slice(br"\'"),
            '"' => out.extend_from_slice(br#"\""#),
            '<' | '>' | '&' | '=' | '\0'..='\x1f' => {
                let code = c as u8;
                out.extend([b'\\', b'u', b'0', b'0', HEX[usize::from(code >> 4)], HEX[usize::from(code & 15)]]);
            }
            // An invalid byte reads as U+FFFD, which is printable: the byte itself stays.
            _ if c.is_ascii() || unicode::is_print(c) => out.extend_from_slice(&text[at..at + width]),
            _ => out.extend_from_slice(format!("\\u{:04X}", u32::from(c)).as_bytes()),
        }
    }
    Ok(())
}

/// `url.QueryEscape`.
pub(super) fn url_query(text: &[u8], out: &mut Vec<u8>) -> Result<(), CallError> {
    for &byte in text {
        check("urlquery", out)?;
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte),
            b' ' => out.push(b'+'),
            _ => out.extend([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]),
        }
    }
    Ok(())
}
