//! Paths inside repositories: relative, with forward slashes, and never out of their root.

/// The path without `.` and doubled slashes; the root itself is the empty path.
///
/// # Errors
/// The path is absolute, leads upwards, or holds what no path in a repository can; the text says what.
pub(crate) fn clean(text: &str) -> Result<String, String> {
    if is_clean(text) { Ok(text.to_owned()) } else { put_together(text) }
}

/// As [`clean`], from its names.
fn put_together(text: &str) -> Result<String, String> {
    if text.starts_with('/') {
        return Err(format!("{text:?} is absolute; expected a path from the root of the repository"));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("{text:?} holds a control character"));
    }
    let mut clean = String::with_capacity(text.len());
    for name in text.split('/') {
        match name {
            "" | "." => {}
            ".." => return Err(format!("{text:?} leads out of its folder")),
            name if is_dot_git(name) => return Err(format!("{text:?} names git's own folder")),
            name => {
                if !clean.is_empty() {
                    clean.push('/');
                }
                clean.push_str(name);
            }
        }
    }
    Ok(clean)
}

/// Whether it is plain to see that a path is clean: names of printable ASCII that begin, a dot or none before it, with no
/// letter that git's own folder begins with.
fn is_clean(text: &str) -> bool {
    // All bytes are looked at, which processors do many at a time.
    if text.bytes().fold(false, |odd, b| odd | !(b' '..=b'~').contains(&b)) {
        return false;
    }
    let is_plain = |name: &[u8]| match name {
        [] | [b'.'] | [b'g' | b'G', ..] | [b'.', b'.' | b'g' | b'G', ..] => false,
        [_, ..] => true,
    };
    let (text, mut from) = (text.as_bytes(), 0);
    memchr::memchr_iter(b'/', text).chain([text.len()]).all(|at| {
        let name = text.get(from..at).unwrap_or_default();
        from = at + 1;
        is_plain(name)
    })
}

/// Like [`clean`], for a path that has to name something below the root.
pub(crate) fn clean_below(text: &str) -> Result<String, String> {
    match clean(text)? {
        path if path.is_empty() => Err(format!("{text:?} is the root of the repository; expected a path below it")),
        path => Ok(path),
    }
}

/// As [`clean_below`], of a text that mostly is clean.
pub(crate) fn cleaned_below(text: String) -> Result<String, String> {
    if !text.is_empty() && is_clean(&text) { Ok(text) } else { clean_below(&text) }
}

/// Names that git refuses in trees since some file system takes them for `.git`.
fn is_dot_git(name: &str) -> bool {
    if name.is_ascii() && !matches!(name.as_bytes(), [b'.', b'g' | b'G', ..] | [b'g' | b'G', ..]) {
        return false;
    }
    let plain: String = name
        .chars()
        .filter(|c| !is_ignorable(*c))
        .collect::<String>()
        .trim_end_matches(['.', ' '])
        .to_ascii_lowercase();
    matches!(plain.as_str(), ".git" | "git~1") || plain.starts_with(".git:")
}

/// Code points that HFS+ leaves out when it compares names.
fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

/// Whether one path is the other, or below it.
pub(crate) fn overlap(a: &str, b: &str) -> bool {
    let below = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) || outer.is_empty()
    };
    below(a, b) || below(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        let check = |text: &str, expect: Option<&str>| assert_eq!(clean(text).ok().as_deref(), expect, "{text}");
        check("a/b", Some("a/b"));
        check("./a//b/", Some("a/b"));
        check(".", Some(""));
        check("a/..b/.gitignore", Some("a/..b/.gitignore"));
        check("/a", None);
        check("a/../b", None);
        check("a\nb", None);
        check(".git/config", None);
        check("a/.GIT", None);
        check(".thinlock/a.json", Some(".thinlock/a.json"));
        check("a/./b", Some("a/b"));
        check("a/.", Some("a"));
        check("./.b/..c", Some(".b/..c"));
        check("a/..", None);
        check("a/../b", None);
        check(".git", None);
        check("a/.g\u{200c}it", None);
        check("a/git~1", None);
    }

    #[test]
    fn what_is_plain_to_see_is_so() {
        let letters = ['a', 'G', '.', '/', '~', '1', 'i', 't', '\u{200c}', '\n'];
        let mut texts = vec![String::new()];
        let mut plain = 0;
        for _ in 0..5 {
            texts = texts.iter().flat_map(|text| letters.map(|letter| format!("{text}{letter}"))).collect();
            for text in &texts {
                if is_clean(text) {
                    plain += 1;
                    assert_eq!(put_together(text).as_deref(), Ok(text.as_str()));
                }
            }
        }
        assert!(plain > 1_000, "{plain}");
    }

    #[test]
    fn paths_below_name_something() {
        for (text, expect) in [("a/b", Some("a/b")), ("./a", Some("a")), ("", None), (".", None), ("../a", None)] {
            assert_eq!(clean_below(text).ok().as_deref(), expect, "{text}");
            assert_eq!(cleaned_below(text.to_owned()), clean_below(text), "{text}");
        }
    }

    #[test]
    fn overlapping_paths() {
        let check = |a: &str, b: &str, expect: bool| {
            assert_eq!(overlap(a, b), expect, "{a} {b}");
            assert_eq!(overlap(b, a), expect, "{b} {a}");
        };
        check("a/b", "a/b", true);
        check("a/b", "a/b/c", true);
        check("a/b", "a/bc", false);
        check("", "a", true);
    }
}
