//! Files that a template printed for the release before: what was found in them is not looked for again.
//!
//! The releases of a fleet differ in some names and numbers. Where a file differs from the one before in nothing but
//! plain scalars ([`Outline`]), its documents are the same ones, and so are their heads but for the changed fields. Each
//! thread remembers for itself.

use std::cell::RefCell;
use std::ops::Range;

use rustc_hash::FxHashMap;
use thinlock_go::Str;
use thinlock_yaml::Outline;

use crate::dialect::{HeadPackage, ManifestRules, Splitting};

use super::Head;

/// What templates printed, by path.
#[derive(Default)]
pub(super) struct PrintedBefore {
    files: FxHashMap<Str, File>,
    /// How much text there is in them.
    len: usize,
    /// Whether there was a release before: for a single one nothing is noted.
    began: bool,
}

struct File {
    text: Box<[u8]>,
    splitting: Splitting,
    notes: Notes,
    /// How often the file was another one since it was last alike.
    misses: u8,
}

/// What was found in a file.
#[derive(Default)]
pub(super) struct Notes {
    documents: Vec<(Range<usize>, Head)>,
    outline: Outline,
}

/// How large files may be, together. One may be a fourth of that.
const MAX_LEN: usize = 1 << 20;

/// A file that is another one so often in turn is not noted any more.
const MAX_MISSES: u8 = 8;

thread_local! {
    static PRINTED_BEFORE: RefCell<PrintedBefore> = RefCell::default();
}

impl PrintedBefore {
    /// Does something for one release with what this thread remembers.
    pub(super) fn with<T>(work: impl FnOnce(&mut PrintedBefore) -> T) -> T {
        let mut remembered = PRINTED_BEFORE.take();
        let result = work(&mut remembered);
        remembered.began = true;
        PRINTED_BEFORE.set(remembered);
        result
    }

    /// The documents of a file and their heads, if the template's last file tells.
    pub(super) fn recall(
        &mut self,
        path: &Str,
        text: &[u8],
        rules: &ManifestRules,
    ) -> Option<Vec<(Range<usize>, Head)>> {
        let file = self.files.get_mut(path)?;
        let found = if file.splitting == rules.splitting { file.notes.again(&file.text, text) } else { None };
        file.misses = if found.is_some() { 0 } else { file.misses.saturating_add(1) };
        found
    }

    /// Where to note what is found in a file; `None`: nowhere.
    pub(super) fn notes(&self, path: &Str, text: &[u8]) -> Option<Notes> {
        let repeats = self.files.get(path).is_none_or(|file| file.misses < MAX_MISSES);
        (self.began && repeats && text.len() <= MAX_LEN / 4).then(Notes::default)
    }

    /// Remembers a file.
    pub(super) fn keep(&mut self, path: &Str, text: &[u8], rules: &ManifestRules, notes: Notes) {
        if self.len + text.len() > MAX_LEN {
            self.files.clear();
            self.len = 0;
        }
        let misses = self.files.get(path).map_or(0, |file| file.misses);
        let file = File { text: text.into(), splitting: rules.splitting, notes, misses };
        self.len += text.len();
        if let Some(old) = self.files.insert(path.clone(), file) {
            self.len -= old.text.len();
        }
    }
}

impl Notes {
    /// Reads the head of a document that stands at a place of the file.
    pub(super) fn parse(&mut self, document: &[u8], place: Range<usize>, package: HeadPackage) -> Result<Head, String> {
        let (head, outline) = Head::parse_with_outline(document, package)?;
        self.outline.append(outline.unwrap_or_default(), place.start);
        self.documents.push((place, head.clone()));
        Ok(head)
    }

    /// The documents of `new`, if they are those of `old` with other scalars in them.
    fn again(&self, old: &[u8], new: &[u8]) -> Option<Vec<(Range<usize>, Head)>> {
        let mut documents = self.documents.clone();
        // The document that changes are in, and how much further back places are in the new file.
        let mut at = 0;
        let mut shift = 0;
        let place = |at: usize| self.documents.get(at).map(|(place, _)| place);
        self.outline.changes(old, new, |change| {
            while place(at)?.end <= change.old.start {
                documents.get_mut(at)?.0.end = place(at)?.end.checked_add_signed(shift)?;
                at += 1;
                documents.get_mut(at)?.0.start = place(at)?.start.checked_add_signed(shift)?;
            }
            shift = change.new.end.checked_signed_diff(change.old.end)?;
            match change.field {
                Some((path, text)) => documents.get_mut(at)?.1.set(path, text),
                None => Some(()),
            }
        })?;
        // The rest of that document, and those behind it.
        for (distance, (place, _)) in documents.iter_mut().skip(at).enumerate() {
            if distance > 0 {
                place.start = place.start.checked_add_signed(shift)?;
            }
            place.end = place.end.checked_add_signed(shift)?;
        }
        Some(documents)
    }
}

#[cfg(test)]
mod tests;
