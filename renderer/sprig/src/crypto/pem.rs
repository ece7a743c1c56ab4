//! PEM blocks, as Go's `encoding/pem` writes and finds them.

use crate::encoding::{base64_decode, base64_encode};

/// A block that was found in a text.
pub(crate) struct Block {
    /// What stands after `BEGIN`.
    pub(crate) kind: String,
    /// The decoded bytes.
    pub(crate) bytes: Vec<u8>,
}

/// The block with its bytes in lines of 64 characters.
pub(crate) fn encode(kind: &str, bytes: &[u8]) -> String {
    let mut out = format!("-----BEGIN {kind}-----\n");
    for line in base64_encode(bytes).chunks(64) {
        out.extend(line.iter().map(|b| char::from(*b)));
        out.push('\n');
    }
    out.push_str("-----END ");
    out.push_str(kind);
    out.push_str("-----\n");
    out
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

/// The first line without white space at its end, and what follows it.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match memchr::memchr(b'\n', text) {
        Some(at) => (text[..at].strip_suffix(b"\r").unwrap_or(&text[..at]), &text[at + 1..]),
        None => (text, &text[text.len()..]),
    };
    (line.trim_ascii_end(), rest)
}

/// `pem.Decode`: the first well-formed block of a text.
pub(crate) fn decode(text: &[u8]) -> Option<Block> {
    let mut rest = text;
    loop {
        // A BEGIN counts at the start of a line only, and the last one before an END.
        let end = memchr::memmem::find(rest, END)?;
        let (before, after) = (&rest[..=end], &rest[end + END.len()..]);
        let begin = memchr::memmem::rfind(before, BEGIN).filter(|at| *at == 0 || before[*at - 1] == b'\n');
        if let Some(block) = begin.and_then(|at| block(&before[at + BEGIN.len()..], after)) {
            return Some(block);
        }
        rest = after;
    }
}

/// Puts a block together from what is between `BEGIN ` and the line feed before `-----END `, and what is after that.
fn block(inside: &[u8], after: &[u8]) -> Option<Block> {
    let (kind, mut body) = line(inside);
    let kind = kind.strip_suffix(DASHES)?;
    let (end, _) = line(after);
    if end.strip_suffix(DASHES) != Some(kind) {
        return None;
    }
    // Headers come before the data.
    loop {
        let (header, next) = line(body);
        if !header.contains(&b':') {
            break;
        }
        body = next;
    }
    let data: Vec<u8> = body.iter().copied().filter(|b| !matches!(b, b' ' | b'\t')).collect();
    Some(Block { kind: String::from_utf8_lossy(kind).into_owned(), bytes: base64_decode(&data).ok()? })
}
