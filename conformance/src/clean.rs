//! What differs between two runs of one helm: the working directory and the time.

use std::path::Path;

/// Replaces the working directory by `$WORK` and times by `$TIME`, as the recordings do.
pub fn clean(bytes: &[u8], root: &Path) -> Vec<u8> {
    let bytes = replace(bytes, root.as_os_str().as_encoded_bytes(), b"$WORK");
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let line_start = out.last().is_none_or(|byte| *byte == b'\n');
        if line_start && matches(rest, b"dddd/dd/dd dd:dd:dd ") {
            // Go's logger.
            out.extend_from_slice(b"$TIME ");
            rest = &rest[20..];
        } else if let Some(len) = go_time(rest) {
            out.extend_from_slice(b"$TIME");
            rest = &rest[len..];
        } else {
            out.push(rest[0]);
            rest = &rest[1..];
        }
    }
    out
}

/// The length of what `time.Time.String` prints for the current time in UTC: `2026-01-02 03:04:05.6 +0000 UTC m=+0.07`.
fn go_time(text: &[u8]) -> Option<usize> {
    if !matches(text, b"dddd-dd-dd dd:dd:dd.d") {
        return None;
    }
    let mut at = 20;
    at += digits(&text[at..]);
    let middle = b" +0000 UTC m=+";
    if !text[at..].starts_with(middle) {
        return None;
    }
    at += middle.len();
    at += text[at..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    Some(at)
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Whether a text begins as a pattern says, in which `d` stands for a digit.
fn matches(text: &[u8], pattern: &[u8]) -> bool {
    text.len() >= pattern.len()
        && pattern.iter().zip(text).all(|(p, t)| if *p == b'd' { t.is_ascii_digit() } else { p == t })
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        if !from.is_empty() && rest.starts_with(from) {
            out.extend_from_slice(to);
            rest = &rest[from.len()..];
        } else {
            out.push(rest[0]);
            rest = &rest[1..];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_times_are_named() {
        let check = |text: &str, want: &str| {
            assert_eq!(String::from_utf8_lossy(&clean(text.as_bytes(), Path::new("/tmp/x"))), want);
        };
        check("open /tmp/x/a: no", "open $WORK/a: no");
        check("2026/01/02 03:04:05 warning\n2026/01/02 03:04:05 x", "$TIME warning\n$TIME x");
        check("i.go:1: 2026-01-02 03:04:05.678 +0000 UTC m=+0.031 [debug] x", "i.go:1: $TIME [debug] x");
        check("a 2026/01/02 03:04:05 b", "a 2026/01/02 03:04:05 b");
    }
}
