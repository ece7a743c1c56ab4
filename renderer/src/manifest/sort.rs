//! `SortManifests`: rendered files become hooks and manifests, in the order in which Helm installs them.

use thinlock_go::{Str, path as go_path};

use crate::dialect::Dialect;

use super::again::PrintedBefore;
use super::hook::HOOK;
use super::{Head, Hook, KindOrder, Manifest, Text, is_blank, split_manifests};

/// The documents of a release.
#[derive(Clone, Debug, Default)]
pub struct Sorted {
    /// The documents that are no hooks, in install order.
    pub manifests: Vec<Manifest>,
    /// The hooks, in install order of their kinds.
    pub hooks: Vec<Hook>,
    /// The `helm.sh/hook` annotations that name an unknown event; Helm says so and drops those documents.
    pub skipped_hooks: Vec<Str>,
}

/// A document's head cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadError {
    /// `YAML parse error on FILE: CAUSE`.
    pub message: Vec<u8>,
    /// Where the cause begins.
    pub cause: usize,
}

impl HeadError {
    fn new(path: &Str, cause: &str) -> HeadError {
        let mut message = [b"YAML parse error on ", path.as_bytes(), b": "].concat();
        let at = message.len();
        message.extend_from_slice(cause.as_bytes());
        HeadError { message, cause: at }
    }
}

/// Splits rendered files and sorts what they hold. `files` are in any order.
///
/// # Errors
/// `YAML parse error on FILE: …`, and what was found before it, unsorted, as Helm's `--debug` shows it.
pub fn sort_manifests(files: &[(Str, Text)], dialect: &Dialect) -> Result<Sorted, (HeadError, Sorted)> {
    PrintedBefore::with(|printed_before| sort_with(files, dialect, printed_before))
}

fn sort_with(
    files: &[(Str, Text)],
    dialect: &Dialect,
    printed_before: &mut PrintedBefore,
) -> Result<Sorted, (HeadError, Sorted)> {
    let mut by_path: Vec<&(Str, Text)> = files.iter().collect();
    by_path.sort_by(|a, b| a.0.cmp(&b.0));
    let mut sorted = Sorted { manifests: Vec::with_capacity(files.len()), ..Sorted::default() };
    for (path, text) in by_path {
        let partial = go_path::base(path).starts_with(b"_");
        if partial || is_blank(text) {
            continue;
        }
        if let Some(documents) = printed_before.recall(path, text, &dialect.manifests) {
            for (range, head) in documents {
                sorted.add(path, text.part(range), head);
            }
            continue;
        }
        let mut notes = printed_before.notes(path, text);
        for range in split_manifests(text, dialect.manifests.splitting) {
            let content = text.part(range.clone());
            let head = match &mut notes {
                Some(notes) => notes.parse(&content, range, dialect.manifests.head_package),
                None => Head::parse(&content, dialect.manifests.head_package),
            };
            match head {
                Ok(head) => sorted.add(path, content, head),
                Err(error) => return Err((HeadError::new(path, &error), sorted)),
            }
        }
        if let Some(notes) = notes {
            printed_before.keep(path, text, &dialect.manifests, notes);
        }
    }
    let rules = &dialect.manifests;
    sorted.manifests.sort_by_cached_key(|manifest| KindOrder::of(&manifest.head.kind, rules));
    sorted.hooks.sort_by_cached_key(|hook| KindOrder::of(&hook.head.kind, rules));
    Ok(sorted)
}

impl Sorted {
    fn add(&mut self, path: &Str, content: Text, head: Head) {
        let Some(words) = head.annotation(HOOK).cloned() else {
            self.manifests.push(Manifest { path: path.clone(), content, head });
            return;
        };
        match Hook::new(path, content, head, &words) {
            Some(hook) => self.hooks.push(hook),
            None => self.skipped_hooks.push(words),
        }
    }
}
