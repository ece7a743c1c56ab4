//! UTF-8 as Go reads it: every byte that begins no valid sequence is one U+FFFD of width 1.
//!
//! Rust's lossy conversions join the bytes of a torn sequence into one replacement character; Go's `range` loop,
//! `utf8.DecodeRune` and everything built on them count each such byte by itself.

/// U+FFFD, Go's `utf8.RuneError`.
pub const RUNE_ERROR: char = '\u{fffd}';

/// `utf8.DecodeRune`: the first character and its width in bytes; `None` with width 1 for an invalid byte, and `None`
/// with width 0 for no bytes at all (Go returns `RuneError` for both).
#[inline]
pub fn decode(bytes: &[u8]) -> (Option<char>, usize) {
    match bytes.first() {
        None => (None, 0),
        Some(&b) if b < 0x80 => (Some(b as char), 1),
        Some(_) => decode_multibyte(bytes),
    }
}

fn decode_multibyte(bytes: &[u8]) -> (Option<char>, usize) {
    const INVALID: (Option<char>, usize) = (None, 1);
    let tail = |at: usize| match bytes.get(at) {
        Some(&b) if b & 0xc0 == 0x80 => Some(u32::from(b & 0x3f)),
        _ => None,
    };
    let Some(&first) = bytes.first() else { return (None, 0) };
    let lead = u32::from(first);
    let (rune, width) = match first {
        0xc2..=0xdf => match tail(1) {
            Some(a) => ((lead & 0x1f) << 6 | a, 2),
            None => return INVALID,
        },
        0xe0..=0xef => match (tail(1), tail(2)) {
            (Some(a), Some(b)) => ((lead & 0x0f) << 12 | a << 6 | b, 3),
            _ => return INVALID,
        },
        0xf0..=0xf4 => match (tail(1), tail(2), tail(3)) {
            (Some(a), Some(b), Some(c)) => ((lead & 0x07) << 18 | a << 12 | b << 6 | c, 4),
            _ => return INVALID,
        },
        _ => return INVALID,
    };
    // Overlong forms, surrogates, and what lies above U+10FFFF.
    if (width == 3 && rune < 0x800) || (width == 4 && rune < 0x1_0000) {
        return INVALID;
    }
    match char::from_u32(rune) {
        Some(c) => (Some(c), width),
        None => INVALID,
    }
}

/// `utf8.DecodeRune` with Go's own result: U+FFFD of width 1 for an invalid byte, of width 0 for no bytes.
#[inline]
pub fn decode_rune(bytes: &[u8]) -> (char, usize) {
    let (rune, width) = decode(bytes);
    (rune.unwrap_or(RUNE_ERROR), width)
}

/// `utf8.DecodeLastRune`: the last character and its width, as [`decode`].
pub fn decode_last(bytes: &[u8]) -> (Option<char>, usize) {
    if bytes.is_empty() {
        return (None, 0);
    }
    for width in (1..=bytes.len().min(4)).rev() {
        if let (Some(c), w) = decode(&bytes[bytes.len() - width..])
            && w == width
        {
            return (Some(c), width);
        }
    }
    (None, 1)
}

/// The characters of a Go string as a `range` loop yields them: byte offset, character (U+FFFD where invalid), width.
pub fn runes(bytes: &[u8]) -> impl Iterator<Item = (usize, char, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (c, width) = decode(bytes.get(at..)?);
        if width == 0 {
            return None;
        }
        let start = at;
        at += width;
        Some((start, c.unwrap_or(RUNE_ERROR), width))
    })
}

/// `utf8.RuneCount`: the number of characters, each invalid byte counted as one.
pub fn rune_count(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        // One character for every byte that is not a continuation.
        Ok(text) => text.bytes().filter(|b| b & 0xc0 != 0x80).count(),
        Err(_) => runes(bytes).count(),
    }
}

/// `utf8.AppendRune`.
pub fn push(out: &mut Vec<u8>, c: char) {
    let mut buffer = [0; 4];
    out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
}

/// `strings.ToValidUTF8` with U+FFFD for every single invalid byte, which is what a conversion `string([]rune(s))`
/// does; borrowed where nothing has to change.
pub fn to_valid(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => runes(bytes).map(|(_, c, _)| c).collect::<String>().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_as_go() {
        #[track_caller]
        fn check(bytes: &[u8], want: &[(char, usize)]) {
            assert_eq!(runes(bytes).map(|(_, c, w)| (c, w)).collect::<Vec<_>>(), want);
            assert_eq!(rune_count(bytes), want.len());
            if let Some(last) = want.last() {
                let (c, w) = decode_last(bytes);
                assert_eq!((c.unwrap_or(RUNE_ERROR), w), *last);
            }
        }
        const E: (char, usize) = (RUNE_ERROR, 1);
        check(b"", &[]);
        check("aé世😀".as_bytes(), &[('a', 1), ('é', 2), ('世', 3), ('😀', 4)]);
        check(b"\xff\xfe", &[E, E]);
        check(b"\xe4\xb8", &[E, E]); // torn
        check(b"\xe4\xb8x", &[E, E, ('x', 1)]);
        check(b"\xc0\x80", &[E, E]); // overlong
        check(b"\xe0\x80\x80", &[E, E, E]);
        check(b"\xed\xa0\x80", &[E, E, E]); // surrogate
        check(b"\xf4\x90\x80\x80", &[E, E, E, E]); // above U+10FFFF
        check("\u{fffd}".as_bytes(), &[(RUNE_ERROR, 3)]);
    }
}
