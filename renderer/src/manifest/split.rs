//! `SplitManifests`: where a rendered file is cut into documents.
//!
//! Helm does it by a regular expression and not by YAML's rules, and charts have come to rely on what that accepts:
//! `---kind: A` begins a document, an indented ` ---` does not.

use std::ops::Range;

use memchr::memmem::Finder;
use thinlock_go::strings::{self, trim_space};
use thinlock_go::unicode;

use crate::dialect::Splitting;

/// The documents of a rendered file, as ranges of its bytes, in order.
pub fn split_manifests(text: &[u8], splitting: Splitting) -> Vec<Range<usize>> {
    match splitting {
        Splitting::Trimming => trimming(text),
        Splitting::KeepingTrailingSpace => keeping_trailing_space(text),
    }
}

/// Pieces between matches of `(?:^|\s*\n)---\s*` in the trimmed text. A piece is dropped only if it is empty *before* it
/// is trimmed, so one of, say, a no-break space becomes an empty document.
fn trimming(text: &[u8]) -> Vec<Range<usize>> {
    let mut documents = Vec::new();
    let whole = trim_range(text, 0..text.len());
    let mut push = |range: Range<usize>| {
        if !range.is_empty() {
            documents.push(trim_range(text, range));
        }
    };
    let mut begin = whole.start;
    if text[whole.clone()].starts_with(b"---") {
        begin = skip_space(text, whole.start + 3, whole.end);
    }
    let separator = Finder::new(b"\n---");
    while let Some(newline) = separator.find(&text[begin..whole.end]).map(|at| begin + at) {
        // The separator takes the white space before its newline with it, as far as the one before left any.
        let mut end = newline;
        while end > begin && is_regexp_space(text[end - 1]) {
            end -= 1;
        }
        push(begin..end);
        begin = skip_space(text, newline + 4, whole.end);
    }
    push(begin..whole.end);
    documents
}

/// Pieces between matches of `(?m)^---[ \t]*` in the text without its leading white space; those of nothing but white
/// space are dropped, the others lose their leading white space only.
fn keeping_trailing_space(text: &[u8]) -> Vec<Range<usize>> {
    let mut documents = Vec::new();
    let mut push = |range: Range<usize>| {
        let start = trim_start(text, range.clone());
        if start < range.end {
            documents.push(start..range.end);
        }
    };
    let mut begin = trim_start(text, 0..text.len());
    let separator = Finder::new(b"\n---");
    let mut at = begin;
    loop {
        if text[at..].starts_with(b"---") {
            push(begin..at);
            at += 3;
            while matches!(text.get(at), Some(b' ' | b'\t')) {
                at += 1;
            }
            begin = at;
        }
        match separator.find(&text[at..]) {
            Some(newline) => at += newline + 1,
            None => break,
        }
    }
    push(begin..text.len());
    documents
}

/// RE2's `\s`, which is narrower than Unicode's white space.
fn is_regexp_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

fn skip_space(text: &[u8], mut at: usize, to: usize) -> usize {
    while at < to && is_regexp_space(text[at]) {
        at += 1;
    }
    at
}

/// `strings.TrimSpace` as a range.
fn trim_range(text: &[u8], range: Range<usize>) -> Range<usize> {
    let start = trim_start(text, range.clone());
    start..start + trim_space(&text[start..range.end]).len()
}

/// Where the text begins after its leading white space.
fn trim_start(text: &[u8], range: Range<usize>) -> usize {
    range.end - strings::trim_start_matches(&text[range.clone()], unicode::is_space).len()
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, trimming: &[&str], keeping: &[&str]) {
        let documents = |splitting| -> Vec<String> {
            split_manifests(text.as_bytes(), splitting).into_iter().map(|r| text[r].to_string()).collect()
        };
        assert_eq!(documents(Splitting::Trimming), trimming, "helm 3 and 4.1");
        assert_eq!(documents(Splitting::KeepingTrailingSpace), keeping, "helm 4.3");
    }

    // Every row was printed by the Helms themselves.
    #[test]
    fn documents_are_cut_where_helm_cuts_them() {
        check("", &[], &[]);
        check("a: 1\n", &["a: 1"], &["a: 1\n"]);
        check("a: 1\n---\nb: 2\n", &["a: 1", "b: 2"], &["a: 1\n", "b: 2\n"]);
        check("a: 1\n\n\n---\n\nb: 2  \n \n", &["a: 1", "b: 2"], &["a: 1\n\n\n", "b: 2  \n \n"]);
        check("a: 1\r\n---\r\nb: 2\r\n", &["a: 1", "b: 2"], &["a: 1\r\n", "b: 2\r\n"]);
        check("a: 1\n---\n---\n---\nb: 2\n", &["a: 1", "---", "b: 2"], &["a: 1\n", "b: 2\n"]);
        check("---\n---\na: 1\n", &["---\na: 1"], &["a: 1\n"]);
        check("---\n---\n---\n", &["---"], &[]);
        check("---\n", &[], &[]);
        check("a: 1\n---\n\u{a0}\n---\nb: 2\n", &["a: 1", "", "b: 2"], &["a: 1\n", "b: 2\n"]);
        check("a: 1\n---b: 2\n", &["a: 1", "b: 2"], &["a: 1\n", "b: 2\n"]);
        check("a: 1\n ---\nb: 2\n", &["a: 1\n ---\nb: 2"], &["a: 1\n ---\nb: 2\n"]);
        check("a: 1\n----\nb: 2\n", &["a: 1", "-\nb: 2"], &["a: 1\n", "-\nb: 2\n"]);
        check("------\na: 1\n", &["---\na: 1"], &["---\na: 1\n"]);
        check("\u{a0}\u{3000}a: 1\u{2003}\n", &["a: 1"], &["a: 1\u{2003}\n"]);
        check("a: |\n---\nb: 1\n", &["a: |", "b: 1"], &["a: |\n", "b: 1\n"]);
    }
}
