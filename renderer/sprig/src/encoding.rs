//! Base64 and base32, with the error positions of Go's `encoding/base64` and `encoding/base32`.

use thinlock_go::{Interp, Value};

use crate::args::{Answer, text};

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The digits of a text in an alphabet of 2^`bits` letters, padded to whole groups.
fn encode(bytes: &[u8], alphabet: &[u8], bits: u32, group: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(group * bits as usize / 8) * group);
    let (mut buffer, mut held) = (0_u32, 0);
    for byte in bytes {
        buffer = buffer << 8 | u32::from(*byte);
        held += 8;
        while held >= bits {
            held -= bits;
            out.push(alphabet[(buffer >> held) as usize & (alphabet.len() - 1)]);
        }
        buffer &= (1 << held) - 1;
    }
    if held > 0 {
        out.push(alphabet[(buffer << (bits - held)) as usize & (alphabet.len() - 1)]);
    }
    out.resize(out.len().next_multiple_of(group), b'=');
    out
}

/// `base64.StdEncoding.EncodeToString`.
pub(crate) fn base64_encode(bytes: &[u8]) -> Vec<u8> {
    encode(bytes, BASE64, 6, 4)
}

/// The value of a base64 digit.
fn base64_digit(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// `base64.StdEncoding.DecodeString`: line breaks are skipped; padding must be complete.
///
/// # Errors
/// Go's text with the position that it names.
pub(crate) fn base64_decode(text: &[u8]) -> Result<Vec<u8>, String> {
    let corrupt = |at: usize| Err(format!("illegal base64 data at input byte {at}"));
    let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut at = 0;
    loop {
        // One group of four digits.
        let (mut group, mut digits) = (0_u32, 0_u32);
        while digits < 4 {
            let Some(byte) = text.get(at) else {
                if digits == 0 {
                    return Ok(out);
                }
                // The position of a group that breaks off is where it began, without counting line breaks.
                return corrupt(at - digits as usize);
            };
            at += 1;
            if let Some(digit) = base64_digit(*byte) {
                group = group << 6 | digit;
                digits += 1;
                continue;
            }
            if is_break(byte) {
                continue;
            }
            if *byte != b'=' || digits < 2 {
                return corrupt(at - 1);
            }
            if digits == 2 {
                // A second padding character must follow.
                while text.get(at).is_some_and(is_break) {
                    at += 1;
                }
                match text.get(at) {
                    None => return corrupt(text.len()),
                    Some(b'=') => at += 1,
                    // Go names the byte before the one that is not padding.
                    Some(_) => return corrupt(at - 1),
                }
            }
            while text.get(at).is_some_and(is_break) {
                at += 1;
            }
            let group = group << (6 * (4 - digits));
            let [_, bytes @ ..] = group.to_be_bytes();
            out.extend_from_slice(&bytes[..digits as usize - 1]);
            return if at < text.len() { corrupt(at) } else { Ok(out) };
        }
        let [_, bytes @ ..] = group.to_be_bytes();
        out.extend_from_slice(&bytes);
    }
}

/// `base32.StdEncoding.DecodeString`.
///
/// # Errors
/// Go's text with the position that it names, which counts without line breaks.
fn base32_decode(text: &[u8]) -> Result<Vec<u8>, String> {
    let corrupt = |at: usize| Err(format!("illegal base32 data at input byte {at}"));
    let text: Vec<u8> = text.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    let mut out = Vec::with_capacity(text.len() / 8 * 5);
    let mut at = 0;
    let mut padded = false;
    while at < text.len() && !padded {
        let begin = at;
        let (mut value, mut digits) = (0_u64, 0);
        while digits < 8 {
            let Some(byte) = text.get(at) else {
                return corrupt(begin);
            };
            at += 1;
            let after = text.get(at..).unwrap_or_default();
            if *byte == b'=' && digits >= 2 && after.len() < 8 {
                if after.len() + digits < 7 {
                    return corrupt(text.len());
                }
                if let Some(bad) = after.iter().take(7 - digits).position(|b| *b != b'=') {
                    return corrupt(at + bad - 1);
                }
                // Three or six digits hold no whole number of bytes.
                if matches!(digits, 3 | 6) {
                    return corrupt(at - 1);
                }
                padded = true;
                break;
            }
            let digit = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'2'..=b'7' => byte - b'2' + 26,
                _ => return corrupt(at - 1),
            };
            value = value << 5 | u64::from(digit);
            digits += 1;
        }
        let value = value << (5 * (8 - digits));
        let [_, _, _, bytes @ ..] = value.to_be_bytes();
        out.extend_from_slice(&bytes[..digits * 5 / 8]);
    }
    Ok(out)
}

/// A decoder's error is the result, not a failure: sprig returns its text.
fn decoded(result: Result<Vec<u8>, String>) -> Answer {
    Ok(match result {
        Ok(bytes) => Value::Str(bytes.into()),
        Err(text) => text.into(),
    })
}

pub(crate) fn b64enc(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Str(base64_encode(&text(args, 0)?).into()))
}

pub(crate) fn b64dec(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    decoded(base64_decode(&text(args, 0)?))
}

pub(crate) fn b32enc(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Str(encode(&text(args, 0)?, BASE32, 5, 8).into()))
}

pub(crate) fn b32dec(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    decoded(base32_decode(&text(args, 0)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(decode: fn(&[u8]) -> Result<Vec<u8>, String>, text: &str, want: Result<&str, usize>) {
        let want = want.map(|s| s.as_bytes().to_vec());
        let got = decode(text.as_bytes());
        let got = got.map_err(|e| e.rsplit(' ').next().and_then(|n| n.parse::<usize>().ok()).unwrap_or(usize::MAX));
        assert_eq!(got, want, "{text:?}");
    }

    #[test]
    fn base64_errors_where_go_does() {
        for (text, want) in [
            ("", Ok("")),
            ("aGVsbG8=", Ok("hello")),
            ("aGVs\nbG8=\r\n", Ok("hello")),
            ("!!!", Err(0)),
            ("aGVsbG8", Err(4)),
            ("aGVsbG8=x", Err(8)),
            ("aGVsbA=x", Err(6)),
            ("aGVsbA=", Err(7)),
            ("a===", Err(1)),
            ("=", Err(0)),
            ("aGVsbG8=\n=", Err(9)),
        ] {
            check(base64_decode, text, want);
        }
    }

    #[test]
    fn base32_errors_where_go_does() {
        for (text, want) in [
            ("", Ok("")),
            ("NBSWY3DP", Ok("hello")),
            ("NBSW\nY3DP", Ok("hello")),
            ("MY======", Ok("f")),
            ("nbswy3dp", Err(0)),
            ("NBSWY3D", Err(0)),
            ("NBSWY3DPM", Err(8)),
            ("MY==", Err(4)),
            ("MYA=====", Err(3)),
            ("MY====A=", Err(5)),
            ("MY======A", Ok("f")),
        ] {
            check(base32_decode, text, want);
        }
    }

    #[test]
    fn encodings_pad() {
        assert_eq!(base64_encode(b"a"), b"YQ==");
        assert_eq!(base64_encode(b"hello"), b"aGVsbG8=");
        assert_eq!(encode(b"f", BASE32, 5, 8), b"MY======");
        assert_eq!(encode(b"foobar", BASE32, 5, 8), b"MZXW6YTBOI======");
    }
}
