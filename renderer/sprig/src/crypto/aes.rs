//! AES-256 in CBC mode: the key is the password itself, cut or padded with zeros; the initialization vector comes first.

use aes::Aes256;
use cbc::cipher::{Block, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use thinlock_go::{CallError, Interp, Str, Value};

use crate::args::{Answer, text};
use crate::encoding::{base64_decode, base64_encode};

const BLOCK: usize = 16;

fn key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    for (to, from) in key.iter_mut().zip(password) {
        *to = *from;
    }
    key
}

pub(crate) fn encrypt(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (password, plain) = (text(args, 0)?, text(args, 1)?);
    if plain.is_empty() {
        return Ok(Value::Str(Str::EMPTY));
    }
    let mut iv = [0; BLOCK];
    interp.host().fill_random(&mut iv)?;
    let mut cipher = cbc::Encryptor::<Aes256>::new(&key(&password).into(), &iv.into());
    // PKCS #7: 1 to 16 bytes, each the number of them.
    let padding = BLOCK - plain.len() % BLOCK;
    let mut out = iv.to_vec();
    let mut padded = plain.to_vec();
    padded.resize(plain.len() + padding, padding as u8);
    for chunk in padded.chunks_exact(BLOCK) {
        let mut block = Block::<Aes256>::default();
        block.copy_from_slice(chunk);
        cipher.encrypt_block(&mut block);
        out.extend_from_slice(&block);
    }
    Ok(Value::Str(base64_encode(&out).into()))
}

pub(crate) fn decrypt(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (password, encrypted) = (text(args, 0)?, text(args, 1)?);
    if encrypted.is_empty() {
        return Ok(Value::Str(Str::EMPTY));
    }
    // The capacity of the buffer that Go decodes into; it slices up to there before it looks at the length.
    let capacity = encrypted.len() / 4 * 3;
    let encrypted = base64_decode(&encrypted).map_err(CallError::message)?;
    let Some((iv, encrypted)) = encrypted.split_first_chunk::<BLOCK>() else {
        let bounds = if capacity < BLOCK {
            format!("[:16] with capacity {capacity}")
        } else {
            format!("[16:{}]", encrypted.len())
        };
        return Err(CallError::message(format!("runtime error: slice bounds out of range {bounds}")));
    };
    if encrypted.len() % BLOCK != 0 {
        return Err(CallError::message("crypto/cipher: input not full blocks"));
    }
    let mut cipher = cbc::Decryptor::<Aes256>::new(&key(&password).into(), &(*iv).into());
    let mut plain = Vec::with_capacity(encrypted.len());
    for chunk in encrypted.chunks_exact(BLOCK) {
        let mut block = Block::<Aes256>::default();
        block.copy_from_slice(chunk);
        cipher.decrypt_block(&mut block);
        plain.extend_from_slice(&block);
    }
    let Some(padding) = plain.last() else {
        return Err(CallError::message("runtime error: index out of range [-1]"));
    };
    // A wrong password gives a wrong last byte, and Go slices by it.
    match plain.len().checked_sub(usize::from(*padding)) {
        Some(length) => {
            plain.truncate(length);
            Ok(Value::Str(plain.into()))
        }
        None => {
            let length = plain.len() as i64 - i64::from(*padding);
            Err(CallError::message(format!("runtime error: slice bounds out of range [:{length}]")))
        }
    }
}
