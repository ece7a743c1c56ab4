//! Digests, in hexadecimal.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use thinlock_go::{Interp, Value};

use crate::args::{Answer, text};

/// Appends two lower-case hexadecimal digits.
pub(crate) fn push_hex(out: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 15] {
        out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
    }
}

fn digest<D: Digest>(args: &mut [Value]) -> Answer {
    let digest = D::digest(&*text(args, 0)?);
    let mut out = String::with_capacity(digest.len() * 2);
    for byte in digest.iter() {
        push_hex(&mut out, *byte);
    }
    Ok(out.into())
}

pub(crate) fn sha1sum(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    digest::<Sha1>(args)
}

pub(crate) fn sha256sum(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    digest::<Sha256>(args)
}

pub(crate) fn sha512sum(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    digest::<Sha512>(args)
}

pub(crate) fn adler32sum(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(adler2::adler32_slice(&text(args, 0)?).to_string().into())
}
