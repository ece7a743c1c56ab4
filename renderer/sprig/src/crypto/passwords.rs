//! bcrypt, htpasswd lines, and the Master Password algorithm.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thinlock_go::{CallError, Host, Interp, Value};

use crate::args::{Answer, int, text};

/// `bcrypt.DefaultCost`.
const COST: u32 = 10;

/// The alphabet of bcrypt's own base64.
const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// bcrypt's base64: most significant bits first, no padding.
fn push_base64(out: &mut String, bytes: &[u8]) {
    for group in bytes.chunks(3) {
        let mut value = 0_u32;
        for at in 0..3 {
            value = value << 8 | u32::from(group.get(at).copied().unwrap_or(0));
        }
        for digit in 0..=group.len() {
            out.push(char::from(ALPHABET[(value >> (18 - 6 * digit)) as usize & 63]));
        }
    }
}

/// The `$2a$10$…` hash of a password under a random salt; the text of Go's error for a password over 72 bytes.
fn bcrypt_hash(host: &dyn Host, password: &[u8]) -> Result<String, CallError> {
    if password.len() > 72 {
        return Ok("failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes".to_owned());
    }
    let mut salt = [0; 16];
    host.fill_random(&mut salt)?;
    // The terminating zero counts as part of the password, as far as it fits.
    let mut key = password.to_vec();
    key.push(0);
    key.truncate(72);
    let hash = bcrypt::bcrypt(COST, salt, &key);
    let mut out = format!("$2a${COST}$");
    push_base64(&mut out, &salt);
    // The last of the 24 bytes has never been part of the format.
    push_base64(&mut out, hash.get(..23).unwrap_or_default());
    Ok(out)
}

pub(crate) fn bcrypt(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(bcrypt_hash(interp.host(), &text(args, 0)?)?.into())
}

pub(crate) fn htpasswd(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (user, password) = (text(args, 0)?, text(args, 1)?);
    if user.contains(&b':') {
        return Ok(Value::Str([b"invalid username: ", user.as_bytes()].concat().into()));
    }
    let hash = bcrypt_hash(interp.host(), &password)?;
    Ok(Value::Str([user.as_bytes(), b":", hash.as_bytes()].concat().into()))
}

const SEED: &[u8] = b"com.lyndir.masterpassword";

/// The shapes of each type of password.
fn templates(kind: &[u8]) -> Option<&'static [&'static str]> {
    Some(match kind {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

/// The characters that a letter of a template stands for.
fn characters(class: u8) -> &'static [u8] {
    match class {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// The seed, then a text with its length before it.
fn scoped(text: &[u8]) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    [SEED, &length.to_be_bytes(), text].concat()
}

pub(crate) fn derive_password(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let counter = u32::try_from(int(args, 0)?).unwrap_or(u32::MAX);
    let (kind, password, user, site) = (text(args, 1)?, text(args, 2)?, text(args, 3)?, text(args, 4)?);
    let Some(templates) = templates(&kind) else {
        return Ok(Value::Str([b"cannot find password template ", kind.as_bytes()].concat().into()));
    };
    let failed = |why: String| Ok(format!("failed to derive password: {why}").into());
    let parameters = match scrypt::Params::new(15, 8, 2) {
        Ok(parameters) => parameters,
        Err(why) => return failed(why.to_string()),
    };
    let mut key = [0; 64];
    if let Err(why) = scrypt::scrypt(&password, &scoped(&user), &parameters, &mut key) {
        return failed(why.to_string());
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|why| CallError::message(why.to_string()))?;
    mac.update(&scoped(&site));
    mac.update(&counter.to_be_bytes());
    let seed = mac.finalize().into_bytes();
    let choose = |seed: u8, count: usize| usize::from(seed) % count.max(1);
    let (first, seed) = seed.split_first().unwrap_or((&0, &[]));
    let template = templates.get(choose(*first, templates.len())).copied().unwrap_or_default();
    let characters = template.bytes().zip(seed).map(|(class, seed)| {
        let set = characters(class);
        set.get(choose(*seed, set.len())).copied().unwrap_or(b' ')
    });
    Ok(Value::Str(characters.collect::<Vec<u8>>().into()))
}
