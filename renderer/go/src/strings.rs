//! Go's `strings` where Rust's string functions do something else: on bytes, with Go's Unicode tables, and with U+FFFD
//! for each byte that is not part of valid UTF-8 wherever Go decodes.

use memchr::memmem;

use crate::unicode;
use crate::utf8::{decode_last, decode_rune, push, runes};

/// `strings.Split`. An empty separator splits after each character; an invalid byte stays as it is.
pub fn split<'a>(text: &'a [u8], separator: &[u8]) -> Vec<&'a [u8]> {
    split_n(text, separator, -1)
}

/// `strings.SplitN`: at most `n` parts, the last one unsplit; all parts if `n` is negative, none if it is zero.
pub fn split_n<'a>(text: &'a [u8], separator: &[u8], n: i64) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let most = usize::try_from(n).unwrap_or(usize::MAX);
    if most == 0 {
        return parts;
    }
    let mut from = 0;
    if separator.is_empty() {
        // No characters, no parts: here Go's Split of "" is empty.
        for (at, _, width) in runes(text) {
            if parts.len() + 1 == most {
                break;
            }
            parts.push(&text[at..at + width]);
            from = at + width;
        }
        if from < text.len() {
            parts.push(&text[from..]);
        }
        return parts;
    }
    for at in memmem::find_iter(text, separator) {
        if parts.len() + 1 == most {
            break;
        }
        parts.push(&text[from..at]);
        from = at + separator.len();
    }
    parts.push(&text[from..]);
    parts
}

/// `strings.Fields`: the parts between runs of white space.
pub fn fields(text: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut begin = None;
    for (at, c, _) in runes(text) {
        if unicode::is_space(c) {
            parts.extend(begin.take().map(|begin| &text[begin..at]));
        } else if begin.is_none() {
            begin = Some(at);
        }
    }
    parts.extend(begin.map(|begin| &text[begin..]));
    parts
}

/// `strings.TrimFunc`.
pub fn trim_matches(text: &[u8], condition: impl Fn(char) -> bool) -> &[u8] {
    trim_start_matches(trim_end_matches(text, &condition), &condition)
}

/// `strings.TrimLeftFunc`.
pub fn trim_start_matches(mut text: &[u8], condition: impl Fn(char) -> bool) -> &[u8] {
    loop {
        let (c, width) = decode_rune(text);
        if width == 0 || !condition(c) {
            return text;
        }
        text = &text[width..];
    }
}

/// `strings.TrimRightFunc`.
pub fn trim_end_matches(mut text: &[u8], condition: impl Fn(char) -> bool) -> &[u8] {
    loop {
        let (c, width) = decode_last(text);
        if width == 0 || !condition(c.unwrap_or(char::REPLACEMENT_CHARACTER)) {
            return text;
        }
        text = &text[..text.len() - width];
    }
}

/// `strings.TrimSpace`.
pub fn trim_space(text: &[u8]) -> &[u8] {
    trim_matches(text, unicode::is_space)
}

/// `strings.Trim`: cuts the characters of a set off both ends.
pub fn trim<'a>(text: &'a [u8], cutset: &[u8]) -> &'a [u8] {
    trim_matches(text, |c| in_set(cutset, c))
}

/// `strings.TrimLeft`.
pub fn trim_left<'a>(text: &'a [u8], cutset: &[u8]) -> &'a [u8] {
    trim_start_matches(text, |c| in_set(cutset, c))
}

/// `strings.TrimRight`.
pub fn trim_right<'a>(text: &'a [u8], cutset: &[u8]) -> &'a [u8] {
    trim_end_matches(text, |c| in_set(cutset, c))
}

fn in_set(set: &[u8], c: char) -> bool {
    match u8::try_from(u32::from(c)) {
        Ok(byte) if byte.is_ascii() => set.contains(&byte),
        _ => runes(set).any(|(_, member, _)| member == c),
    }
}

/// `strings.Replace`: the first `n` places, all if `n` is negative. An empty `old` is before each character and at the
/// end.
pub fn replace(text: &[u8], old: &[u8], new: &[u8], n: i64) -> Vec<u8> {
    let most = usize::try_from(n).unwrap_or(usize::MAX);
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    if old.is_empty() {
        let ends = runes(text).map(|(at, _, _)| at).chain(std::iter::once(text.len()));
        for at in ends.take(most) {
            out.extend_from_slice(&text[from..at]);
            out.extend_from_slice(new);
            from = at;
        }
    } else {
        for at in memmem::find_iter(text, old).take(most) {
            out.extend_from_slice(&text[from..at]);
            out.extend_from_slice(new);
            from = at + old.len();
        }
    }
    out.extend_from_slice(&text[from..]);
    out
}

/// `strings.Map`: an invalid byte becomes U+FFFD.
fn map(text: &[u8], mut mapping: impl FnMut(char) -> char) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (_, c, _) in runes(text) {
        push(&mut out, mapping(c));
    }
    out
}

/// `strings.ToUpper`: character by character, so that `ß` stays.
pub fn to_upper(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() { text.to_ascii_uppercase() } else { map(text, unicode::to_upper) }
}

/// `strings.ToLower`.
pub fn to_lower(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() { text.to_ascii_lowercase() } else { map(text, unicode::to_lower) }
}

/// `strings.Title`: the first letter of each word in title case. Letters, digits and underscores make words; beyond
/// ASCII only white space separates them.
pub fn title(text: &[u8]) -> Vec<u8> {
    let mut before = ' ';
    map(text, |c| {
        let mapped = if is_separator(before) { unicode::to_title(c) } else { c };
        before = c;
        mapped
    })
}

fn is_separator(c: char) -> bool {
    if c.is_ascii() {
        return !(c.is_ascii_alphanumeric() || c == '_');
    }
    !(unicode::is_letter(c) || unicode::is_digit(c)) && unicode::is_space(c)
}

/// `strings.EqualFold`: equality under Unicode's simple case folding.
pub fn equal_fold(a: &[u8], b: &[u8]) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    let (mut a, mut b) = (runes(a), runes(b));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some((_, a, _)), Some((_, b, _))) if folds_to(a, b) => {}
            _ => return false,
        }
    }
}

fn folds_to(a: char, b: char) -> bool {
    // simple_fold walks around the orbit of characters that fold together.
    let mut c = a;
    loop {
        if c == b {
            return true;
        }
        c = unicode::simple_fold(c);
        if c == a {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(parts: Vec<&[u8]>) -> Vec<String> {
        parts.into_iter().map(|p| p.escape_ascii().to_string()).collect()
    }

    #[test]
    fn splits_as_go_does() {
        assert_eq!(texts(split(b"a,b,c", b",")), ["a", "b", "c"]);
        assert_eq!(texts(split(b"", b",")), [""]);
        assert_eq!(texts(split(b"", b"")), [] as [&str; 0]);
        assert_eq!(texts(split(b"a\xffb", b"")), ["a", "\\xff", "b"]);
        assert_eq!(texts(split_n(b"abc", b"", 2)), ["a", "bc"]);
        assert_eq!(texts(split_n(b"abc", b"", 3)), ["a", "b", "c"]);
        assert_eq!(texts(split_n(b"a,b,c", b",", 2)), ["a", "b,c"]);
        assert_eq!(texts(split_n(b"a,b,c", b",", 0)), [] as [&str; 0]);
        assert_eq!(texts(fields(b"  a b\t\n c ")), ["a", "b", "c"]);
    }

    #[test]
    fn replaces_as_go_does() {
        let check = |text: &str, old: &str, new: &str, n, want: &str| {
            assert_eq!(replace(text.as_bytes(), old.as_bytes(), new.as_bytes(), n), want.as_bytes());
        };
        check("abc", "", "-", -1, "-a-b-c-");
        check("abc", "", "-", 2, "-a-bc");
        check("aaa", "aa", "b", -1, "ba");
        check("aaa", "a", "b", 2, "bba");
        check("", "", "-", -1, "-");
    }

    #[test]
    fn changes_case_as_go_does() {
        assert_eq!(to_upper("straße".as_bytes()), "STRAßE".as_bytes());
        assert_eq!(to_upper(b"\xc3\xa9\xff"), "É\u{fffd}".as_bytes());
        assert_eq!(title("foo_bar-baz qux élan".as_bytes()), "Foo_bar-Baz Qux Élan".as_bytes());
        assert!(equal_fold("Kelvin".as_bytes(), "\u{212A}elvin".as_bytes()));
        assert!(!equal_fold(b"a", b"ab"));
    }

    #[test]
    fn trims_as_go_does() {
        assert_eq!(trim(b"$5.00$", b"$"), b"5.00");
        assert_eq!(trim(b"abab", b"ba"), b"");
        assert_eq!(trim_space("\u{85}\u{a0} a \u{2003}".as_bytes()), b"a");
        assert_eq!(trim_left("éaé".as_bytes(), "é".as_bytes()), "aé".as_bytes());
    }
}
