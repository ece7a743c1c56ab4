//! `path`, and `path/filepath` as it is on Unix.
//!
//! The two packages agree on Unix but for `Match`: `filepath.Match` returns false without an error as soon as the name
//! cannot match, where `path.Match` first checks the rest of the pattern.

use std::borrow::Cow;

use crate::utf8::{RUNE_ERROR, decode_rune};

/// `path.Clean`: the shortest equivalent path by lexical rules alone.
pub fn clean(path: &[u8]) -> Cow<'_, [u8]> {
    if path.is_empty() {
        return Cow::Borrowed(b".");
    }
    let rooted = path[0] == b'/';
    let mut out: Vec<u8> = Vec::with_capacity(path.len());
    if rooted {
        out.push(b'/');
    }
    // Up to here `..` cannot remove anything: the root, or the leading `..` elements of a relative path.
    let mut floor = out.len();
    for element in path.split(|&b| b == b'/') {
        match element {
            b"" | b"." => {}
            b".." if out.len() > floor => {
                let slash = out.iter().rposition(|&b| b == b'/').unwrap_or(0);
                out.truncate(slash.max(floor));
            }
            b".." if rooted => {}
            _ => {
                if out.last().is_some_and(|&b| b != b'/') {
                    out.push(b'/');
                }
                out.extend_from_slice(element);
                if element == b".." {
                    floor = out.len();
                }
            }
        }
    }
    if out.is_empty() {
        return Cow::Borrowed(b".");
    }
    if out == path { Cow::Borrowed(path) } else { Cow::Owned(out) }
}

/// `path.Base`: the last element; `.` of an empty path, `/` of slashes only.
pub fn base(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    // Mostly there is no slash at the end.
    let end =
        if path.ends_with(b"/") { path.iter().rposition(|&b| b != b'/').map_or(0, |at| at + 1) } else { path.len() };
    if end == 0 {
        return b"/";
    }
    split(&path[..end]).1
}

/// `path.Dir`: all but the last element, cleaned.
pub fn dir(path: &[u8]) -> Cow<'_, [u8]> {
    clean(split(path).0)
}

/// `path.Ext`: from the last dot of the last element.
pub fn ext(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|&b| b == b'.' || b == b'/') {
        Some(at) if path[at] == b'.' => &path[at..],
        _ => b"",
    }
}

/// `path.Split`: directory with its slash, and file.
pub fn split(path: &[u8]) -> (&[u8], &[u8]) {
    path.split_at(memchr::memrchr(b'/', path).map_or(0, |at| at + 1))
}

/// `path.IsAbs`.
pub fn is_abs(path: &[u8]) -> bool {
    path.first() == Some(&b'/')
}

/// `path.Join`: empty elements are left out, the result is cleaned; empty if all are.
pub fn join<'a>(elements: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    for element in elements {
        if !out.is_empty() && !element.is_empty() {
            out.push(b'/');
        }
        out.extend_from_slice(element);
    }
    if out.is_empty() { out } else { clean(&out).into_owned() }
}

/// `path.ErrBadPattern`; its text is `syntax error in pattern`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPattern;

impl std::fmt::Display for BadPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("syntax error in pattern")
    }
}

impl std::error::Error for BadPattern {}

/// `path.Match`: whether the whole name matches a shell pattern of `*`, `?`, `[a-z]`, `\c`.
///
/// # Errors
/// The pattern is malformed anywhere, even behind the place where the name stops matching.
pub fn path_match(pattern: &[u8], name: &[u8]) -> Result<bool, BadPattern> {
    matches(pattern, name, true)
}

/// `filepath.Match`: as [`path_match`], but a malformed rest of the pattern is not seen once the name cannot match.
///
/// # Errors
/// The pattern is malformed, as far as it was read.
pub fn filepath_match(pattern: &[u8], name: &[u8]) -> Result<bool, BadPattern> {
    matches(pattern, name, false)
}

fn matches(mut pattern: &[u8], mut name: &[u8], check_rest: bool) -> Result<bool, BadPattern> {
    'pattern: while !pattern.is_empty() {
        let (star, chunk, rest) = next_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(!name.contains(&b'/'));
        }
        if let Some(left) = match_chunk(chunk, name)?
            && (left.is_empty() || !pattern.is_empty())
        {
            name = left;
            continue;
        }
        if star {
            for skipped in 0..name.len() {
                if name[skipped] == b'/' {
                    break;
                }
                if let Some(left) = match_chunk(chunk, &name[skipped + 1..])? {
                    if pattern.is_empty() && !left.is_empty() {
                        continue;
                    }
                    name = left;
                    continue 'pattern;
                }
            }
        }
        while check_rest && !pattern.is_empty() {
            let (_, chunk, rest) = next_chunk(pattern);
            pattern = rest;
            match_chunk(chunk, b"")?;
        }
        return Ok(false);
    }
    Ok(name.is_empty())
}

/// Whether stars come first, the text up to the next star, and the rest.
fn next_chunk(pattern: &[u8]) -> (bool, &[u8], &[u8]) {
    let stars = pattern.iter().take_while(|&&b| b == b'*').count();
    let pattern = &pattern[stars..];
    let mut in_class = false;
    let mut at = 0;
    while at < pattern.len() {
        match pattern[at] {
            b'\\' => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' if !in_class => break,
            _ => {}
        }
        at += 1;
    }
    let (chunk, rest) = pattern.split_at(at.min(pattern.len()));
    (stars > 0, chunk, rest)
}

/// What is left of the name behind a chunk that matches its beginning. The chunk is read to its end even if it does not
/// match, so that an error in it is found.
fn match_chunk<'a>(mut chunk: &[u8], mut name: &'a [u8]) -> Result<Option<&'a [u8]>, BadPattern> {
    let mut failed = false;
    while let Some(&first) = chunk.first() {
        failed |= name.is_empty();
        match first {
            b'[' => {
                let mut rune = '\0';
                if !failed {
                    let (decoded, width) = decode_rune(name);
                    rune = decoded;
                    name = &name[width..];
                }
                chunk = &chunk[1..];
                let negated = chunk.first() == Some(&b'^');
                if negated {
                    chunk = &chunk[1..];
                }
                let mut found = false;
                let mut ranges = 0;
                while ranges == 0 || chunk.first() != Some(&b']') {
                    let low = class_rune(&mut chunk)?;
                    let mut high = low;
                    if chunk.first() == Some(&b'-') {
                        chunk = &chunk[1..];
                        high = class_rune(&mut chunk)?;
                    }
                    found |= low <= rune && rune <= high;
                    ranges += 1;
                }
                chunk = &chunk[1..];
                failed |= found == negated;
            }
            b'?' => {
                if !failed {
                    failed = name[0] == b'/';
                    name = &name[decode_rune(name).1..];
                }
                chunk = &chunk[1..];
            }
            _ => {
                if first == b'\\' {
                    chunk = &chunk[1..];
                }
                let Some(&literal) = chunk.first() else { return Err(BadPattern) };
                if !failed {
                    failed = literal != name[0];
                    name = &name[1..];
                }
                chunk = &chunk[1..];
            }
        }
    }
    Ok((!failed).then_some(name))
}

/// A rune of a character class, perhaps behind a backslash; something must follow it.
fn class_rune(chunk: &mut &[u8]) -> Result<char, BadPattern> {
    if matches!(chunk.first(), None | Some(b'-' | b']')) {
        return Err(BadPattern);
    }
    let text = chunk.strip_prefix(b"\\").unwrap_or(chunk);
    let (rune, width) = decode_rune(text);
    if width == 0 || (rune == RUNE_ERROR && width == 1) || text.len() == width {
        return Err(BadPattern);
    }
    *chunk = &text[width..];
    Ok(rune)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements() {
        let check = |path: &str, expect: [&str; 4]| {
            let bytes = path.as_bytes();
            let got = [&clean(bytes)[..], base(bytes), &dir(bytes), ext(bytes)];
            assert_eq!(got.map(String::from_utf8_lossy), expect, "{path}");
        };
        check("", [".", ".", ".", ""]);
        check("/", ["/", "/", "/", ""]);
        check("//", ["/", "/", "/", ""]);
        check("a/b/", ["a/b", "b", "a/b", ""]);
        check("a/../..", ["..", "..", ".", "."]);
        check("../../a/..", ["../..", "..", "../../a", "."]);
        check("/../a.b/c.", ["/a.b/c.", "c.", "/a.b", "."]);
        check("./.hidden", [".hidden", ".hidden", ".", ".hidden"]);
        assert_eq!(join([&b""[..], b"a", b"", b"../b"]), b"b");
        assert_eq!(join([&b""[..], b""]), b"");
    }

    #[test]
    fn shell_patterns() {
        let check = |pattern: &str, name: &str, expect: Result<bool, BadPattern>| {
            assert_eq!(path_match(pattern.as_bytes(), name.as_bytes()), expect, "{pattern} {name}");
        };
        check("a*/b", "abc/b", Ok(true));
        check("a*/b", "a/c/b", Ok(false));
        check("a*b?c*x", "abxbbxdbxebxczzx", Ok(true));
        check("[^a-c]", "e", Ok(true));
        check("[^a-c]", "b", Ok(false));
        check("a\\*b", "a*b", Ok(true));
        check("*[", "a", Err(BadPattern));
        check("[]a]", "]", Err(BadPattern));
        check("[a-]", "a", Err(BadPattern));
        check("é?", "éü", Ok(true));
        check("a*[", "b", Err(BadPattern));
        assert_eq!(filepath_match(b"a*[", b"b"), Ok(false));
    }
}
