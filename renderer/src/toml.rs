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
fn dotted(key: &[String]) -> String {
    key.iter().map(|part| quoted_part(part)).collect::<Vec<_>>().join(".")
}

/// One part of a key, quoted if it is not a bare key.
fn quoted_part(part: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !part.is_empty() && part.bytes().all(bare) { part.to_owned() } else { quoted(part) }
}

/// A basic string.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' | '\u{7f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
