//! What sprig takes from Masterminds/goutils 1.1.1: wrapping, abbreviating, initials. It counts bytes, and where it
//! looks at single bytes it takes each for a Latin-1 character.

use thinlock_go::{Interp, Str, Value, unicode};

use crate::args::{Answer, int, text};
use crate::limits::check_text;
use crate::strings::runes;

pub(crate) fn wrap(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    wrapped("wrap", &text(args, 1)?, int(args, 0)?, b"\n", false)
}

pub(crate) fn wrap_with(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let separator = text(args, 1)?;
    let separator = if separator.is_empty() { b"\n" } else { separator.as_bytes() };
    wrapped("wrapWith", &text(args, 2)?, int(args, 0)?, separator, true)
}

/// Breaks a line at the last space that lets each part have at most `width` bytes. A longer word is cut, or left whole.
fn wrapped(function: &str, line: &[u8], width: i64, separator: &[u8], cut_words: bool) -> Answer {
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while rest.len() > width {
        if let [b' ', after @ ..] = rest {
            rest = after;
            continue;
        }
        // A space right after the full width still counts.
        let (part, after) = match memchr::memrchr(b' ', &rest[..=width]) {
            Some(space) => (&rest[..space], &rest[space + 1..]),
            None if cut_words => rest.split_at(width),
            None => match memchr::memchr(b' ', &rest[width..]) {
                Some(space) => (&rest[..width + space], &rest[width + space + 1..]),
                None => break,
            },
        };
        out.extend_from_slice(part);
        out.extend_from_slice(separator);
        check_text(function, out.len())?;
        rest = after;
    }
    out.extend_from_slice(rest);
    Ok(Value::Str(out.into()))
}

pub(crate) fn abbrev(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (width, s) = (int(args, 0)?, text(args, 1)?);
    if width < 4 {
        return Ok(Value::Str(s));
    }
    Ok(Value::Str(abbreviated(&s, 0, width)))
}

pub(crate) fn abbrevboth(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (left, right, s) = (int(args, 0)?, int(args, 1)?, text(args, 2)?);
    if right < 4 || (left > 0 && right < 7) {
        return Ok(Value::Str(s));
    }
    Ok(Value::Str(abbreviated(&s, left, right)))
}

/// `AbbreviateFull`; an error of its own becomes the empty string, as sprig drops it.
fn abbreviated(s: &Str, mut offset: i64, width: i64) -> Str {
    let len = s.len() as i64;
    if width < 4 || len <= width {
        return if width < 4 { Str::EMPTY } else { s.clone() };
    }
    offset = offset.min(len);
    let kept = width - 3;
    if len.wrapping_sub(offset) < kept {
        offset = len - kept;
    }
    let part = |from: i64, to: i64| {
        let range = usize::try_from(from).unwrap_or(0)..usize::try_from(to).unwrap_or(0);
        s.get(range).unwrap_or_default()
    };
    if offset <= 4 {
        return [part(0, kept), b"..."].concat().into();
    }
    if width < 7 {
        return Str::EMPTY;
    }
    if offset + kept < len {
        let inner = abbreviated(&part(offset, len).into(), 0, kept);
        return [b"...", inner.as_bytes()].concat().into();
    }
    [b"...", part(len - kept, len)].concat().into()
}

/// Whether Go counts a byte, taken for a Latin-1 character, as white space.
fn is_latin1_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ' | 0x85 | 0xA0)
}

pub(crate) fn initials(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut out = String::new();
    let mut after_gap = true;
    for byte in text(args, 0)?.iter() {
        if is_latin1_space(*byte) {
            after_gap = true;
        } else if after_gap {
            out.push(char::from(*byte));
            after_gap = false;
        }
    }
    Ok(out.into())
}

pub(crate) fn nospace(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let s = text(args, 0)?;
    if !s.iter().any(|b| is_latin1_space(*b)) {
        return Ok(Value::Str(s));
    }
    Ok(s.iter().filter(|b| !is_latin1_space(**b)).map(|b| char::from(*b)).collect::<String>().into())
}

pub(crate) fn untitle(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut at_start = true;
    let s = text(args, 0)?;
    let lowered = runes(&s).map(|c| {
        if unicode::is_space(c) {
            at_start = true;
            c
        } else if std::mem::take(&mut at_start) {
            unicode::to_lower(c)
        } else {
            c
        }
    });
    Ok(lowered.collect::<String>().into())
}

pub(crate) fn swapcase(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut after_space = true;
    let s = text(args, 0)?;
    let swapped = runes(&s).map(|c| {
        if unicode::is_upper(c) || unicode::is_title(c) {
            after_space = false;
            unicode::to_lower(c)
        } else if unicode::is_lower(c) {
            if std::mem::take(&mut after_space) { unicode::to_title(c) } else { unicode::to_upper(c) }
        } else {
            after_space = unicode::is_space(c);
            c
        }
    });
    Ok(swapped.collect::<String>().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviates_as_goutils_does() {
        let check = |offset, width, s: &str, want: &str| assert_eq!(abbreviated(&s.into(), offset, width), want);
        check(0, 5, "hello world", "he...");
        check(0, 4, "hello world", "h...");
        check(5, 10, "1234 5678 9123 4567", "...5678...");
        check(5, 7, "1234 5678 9123 4567", "...5...");
        check(3, 8, "1234 5678 9123 4567", "1234 ...");
        check(20, 30, "1234 5678 9123 4567", "1234 5678 9123 4567");
        // Go's subtraction wraps around.
        check(i64::MIN, 10, "1234 5678 9123 4567", "...23 4567");
    }
}
