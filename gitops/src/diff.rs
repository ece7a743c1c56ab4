//! What a promotion changes: files added, changed and removed, and the unified diff as `git diff` prints it.

use std::collections::BTreeMap;
use std::sync::Arc;

use imara_diff::{Algorithm, Diff, InternedInput, sources};

/// A file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// The path in the branch.
    pub path: String,
    /// What was there; `None`: the file is added.
    pub old: Option<Arc<[u8]>>,
    /// What comes; `None`: the file is removed.
    pub new: Option<Arc<[u8]>>,
}

/// How a file differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was not there.
    Added,
    /// Its bytes differ.
    Changed,
    /// It goes away.
    Removed,
}

impl ChangeKind {
    /// `added`, `changed` or `removed`.
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Changed => "changed",
            ChangeKind::Removed => "removed",
        }
    }
}

impl FileChange {
    /// How the file differs.
    pub fn kind(&self) -> ChangeKind {
        match (&self.old, &self.new) {
            (None, _) => ChangeKind::Added,
            (Some(_), None) => ChangeKind::Removed,
            (Some(_), Some(_)) => ChangeKind::Changed,
        }
    }
}

/// A file tree as paths and bytes.
pub type FileMap = BTreeMap<String, Arc<[u8]>>;

/// The differences between two file trees, in the order of their paths.
pub fn changes(old: &FileMap, new: &FileMap) -> Vec<FileChange> {
    let mut all: Vec<&String> = old.keys().chain(new.keys().filter(|path| !old.contains_key(*path))).collect();
    all.sort();
    all.into_iter()
        .filter(|path| old.get(*path) != new.get(*path))
        .map(|path| FileChange { path: path.clone(), old: old.get(path).cloned(), new: new.get(path).cloned() })
        .collect()
}

/// Lines of context around a change, as git has it.
const CONTEXT: u32 = 3;

/// Appends the differences in the form of `git diff`, so that `git apply` takes them.
pub fn append_unified(out: &mut Vec<u8>, changes: &[FileChange]) {
    for change in changes {
        append_file(out, change);
    }
}

fn append_file(out: &mut Vec<u8>, change: &FileChange) {
    let (a, b) = (quoted("a/", &change.path), quoted("b/", &change.path));
    let mut line = |text: String| out.extend_from_slice(text.as_bytes());
    line(format!("diff --git {a} {b}\n"));
    let (mut before_name, mut after_name) = (a.as_str(), b.as_str());
    match change.kind() {
        ChangeKind::Added => {
            line("new file mode 100644\n".into());
            before_name = "/dev/null";
        }
        ChangeKind::Removed => {
            line("deleted file mode 100644\n".into());
            after_name = "/dev/null";
        }
        ChangeKind::Changed => {}
    }
    let before = change.old.as_deref().unwrap_or_default();
    let after = change.new.as_deref().unwrap_or_default();
    if is_binary(before) || is_binary(after) {
        line(format!("Binary files {before_name} and {after_name} differ\n"));
        return;
    }
    if before.is_empty() && after.is_empty() {
        return;
    }
    line(format!("--- {before_name}\n+++ {after_name}\n"));

    let input = InternedInput::new(sources::byte_lines(before), sources::byte_lines(after));
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_with_heuristic(
        &input,
        imara_diff::IndentHeuristic::new(|token| {
            imara_diff::IndentLevel::for_ascii_line(input.interner[token].iter().copied(), 8)
        }),
    );
    let (old_lines, new_lines) = (len(&input.before), len(&input.after));
    let hunks: Vec<_> = diff.hunks().collect();
    let mut rest = hunks.as_slice();
    while let Some(first) = rest.first() {
        // Hunks whose context touches are printed as one.
        let mut count = 1;
        while let (Some(last), Some(next)) = (rest.get(count - 1), rest.get(count)) {
            if next.before.start - last.before.end > 2 * CONTEXT {
                break;
            }
            count += 1;
        }
        let (group, after_group) = rest.split_at(count);
        rest = after_group;
        let Some(last) = group.last() else { return };
        let lead = first.before.start.min(CONTEXT);
        let trail = (old_lines - last.before.end).min(CONTEXT);
        let old_range = first.before.start - lead..last.before.end + trail;
        let new_range = first.after.start - lead..(last.after.end + trail).min(new_lines);
        out.extend_from_slice(format!("@@ -{} +{} @@\n", span(&old_range), span(&new_range)).as_bytes());
        let mut at = old_range.start;
        for hunk in group {
            for index in at..hunk.before.start {
                append_line(out, b' ', text(&input, &input.before, index));
            }
            for index in hunk.before.clone() {
                append_line(out, b'-', text(&input, &input.before, index));
            }
            for index in hunk.after.clone() {
                append_line(out, b'+', text(&input, &input.after, index));
            }
            at = hunk.before.end;
        }
        for index in at..old_range.end {
            append_line(out, b' ', text(&input, &input.before, index));
        }
    }
}

fn len(tokens: &[imara_diff::Token]) -> u32 {
    u32::try_from(tokens.len()).unwrap_or(u32::MAX)
}

fn text<'a>(input: &InternedInput<&'a [u8]>, side: &[imara_diff::Token], index: u32) -> &'a [u8] {
    side.get(index as usize).map_or(&[], |token| input.interner[*token])
}

/// `start,count` as git counts: from 1, the line before for an empty range, and no count of 1.
fn span(range: &std::ops::Range<u32>) -> String {
    match range.end - range.start {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        count => format!("{},{count}", range.start + 1),
    }
}

fn append_line(out: &mut Vec<u8>, sign: u8, line: &[u8]) {
    out.push(sign);
    out.extend_from_slice(line);
    if !line.ends_with(b"\n") {
        out.extend_from_slice(b"\n\\ No newline at end of file\n");
    }
}

/// Git's guess: a NUL within the first 8,000 bytes.
fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(8000)]).is_some()
}

/// A path as git prints it (`core.quotePath` off): in double quotes where it holds a quote, backslash or control
/// character.
fn quoted(prefix: &str, path: &str) -> String {
    if !path.chars().any(|c| c.is_control() || c == '"' || c == '\\') {
        return format!("{prefix}{path}");
    }
    let mut out = format!("\"{prefix}");
    for c in path.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let mut buffer = [0; 4];
                for byte in c.encode_utf8(&mut buffer).bytes() {
                    out.push_str(&format!("\\{byte:03o}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: Option<&str>, new: Option<&str>, expect: &str) {
        let bytes = |text: Option<&str>| text.map(|t| Arc::from(t.as_bytes()));
        let mut out = Vec::new();
        append_unified(&mut out, &[FileChange { path: "d/f.yaml".into(), old: bytes(old), new: bytes(new) }]);
        assert_eq!(String::from_utf8_lossy(&out), expect);
    }

    // The texts are what git 2.39 prints for `git diff --no-index` (without its index line).
    #[test]
    fn prints_what_git_prints() {
        check(
            Some("a\nb\nc\n"),
            Some("a\nB\nc"),
            "diff --git a/d/f.yaml b/d/f.yaml\n--- a/d/f.yaml\n+++ b/d/f.yaml\n@@ -1,3 +1,3 @@\n a\n-b\n-c\n+B\n+c\n\\ No newline at end of file\n",
        );
        check(
            None,
            Some("x"),
            "diff --git a/d/f.yaml b/d/f.yaml\nnew file mode 100644\n--- /dev/null\n+++ b/d/f.yaml\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n",
        );
        check(
            Some("x\ny\n"),
            None,
            "diff --git a/d/f.yaml b/d/f.yaml\ndeleted file mode 100644\n--- a/d/f.yaml\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-x\n-y\n",
        );
        check(None, Some(""), "diff --git a/d/f.yaml b/d/f.yaml\nnew file mode 100644\n");
        check(
            Some("a\0"),
            Some("b"),
            "diff --git a/d/f.yaml b/d/f.yaml\nBinary files a/d/f.yaml and b/d/f.yaml differ\n",
        );
    }

    #[test]
    fn context_that_touches_is_one_hunk() {
        let lines = |changed: &[usize]| -> String {
            (1..=20).map(|n| if changed.contains(&n) { format!("<{n}>\n") } else { format!("{n}\n") }).collect()
        };
        let count = |changed: &[usize]| {
            let (old, new): (Arc<[u8]>, Arc<[u8]>) =
                (Arc::from(lines(&[]).as_bytes()), Arc::from(lines(changed).as_bytes()));
            let mut out = Vec::new();
            append_unified(&mut out, &[FileChange { path: "f".into(), old: Some(old), new: Some(new) }]);
            String::from_utf8_lossy(&out).matches("@@ -").count()
        };
        assert_eq!(count(&[5, 12]), 1);
        assert_eq!(count(&[5, 13]), 2);
    }
}
