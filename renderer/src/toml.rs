//! TOML as BurntSushi/toml reads and writes it: what `toToml` and `fromToml` print.
//!
//! Which of its versions is answered to is in the [`Toolchain`](thinlock_go::Toolchain).

mod encode;
mod lexer;
mod parser;

pub use encode::encode;
pub use parser::decode;

/// Why a text could not be read or a value not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TomlError {
    /// The library's error, in its words.
    Error(String),
    /// The library panics: a template that calls it fails with this text even where errors are swallowed.
    Panic(String),
    /// A limit of this program.
    Limit(String),
}

/// A key with its parts joined by dots, quoted where TOML needs it.
fn dotted<K: AsRef<[u8]>>(key: &[K]) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 * key.len());
    for (at, part) in key.iter().enumerate() {
        if at > 0 {
            out.push(b'.');
        }
        push_part(&mut out, part.as_ref());
    }
    out
}

/// One part of a key, quoted if it is not a bare key.
fn quoted_part(part: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(part.len() + 2);
    push_part(&mut out, part);
    out
}

fn push_part(out: &mut Vec<u8>, part: &[u8]) {
    let bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !part.is_empty() && part.iter().all(bare) {
        out.extend_from_slice(part);
    } else {
        out.extend_from_slice(&quoted(part));
    }
}

/// A basic string. What is no UTF-8 stays as it is.
fn quoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(b'"');
    for byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..=0x1f | 0x7f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(*byte),
        }
    }
    out.push(b'"');
    out
}

#[cfg(test)]
mod tests;
