//! Rendered files as Kubernetes documents: splitting, hooks, order, and the forms in which they are written.
//!
//! A document's text is never written anew: what a template printed is cut and sorted, and that is all that Helm does.

use std::ops::Range;
use std::sync::Arc;

use thinlock_go::Str;

mod again;
mod head;
mod hook;
mod kept;
mod kind_order;
pub mod layout;
mod output;
mod printed;
mod sort;
mod split;

pub use head::Head;
pub use hook::{Hook, HookEvent};
pub(crate) use kept::Kept;
pub use kind_order::KindOrder;
pub use layout::{Layout, LayoutError, OutputFile, OutputFiles};
pub use output::{
    OutputWrite, Selection, ShowOnlyError, Stream, manifest_stream, output_writes, template_stream, write_stream,
};
pub(crate) use printed::Printed;
pub use sort::{HeadError, Sorted, sort_manifests};
pub use split::split_manifests;

/// Whether a text is nothing but white space.
pub(crate) fn is_blank(text: &[u8]) -> bool {
    // Mostly the first byte tells.
    !text.first().is_some_and(u8::is_ascii_graphic) && thinlock_go::strings::trim_space(text).is_empty()
}

/// A rendered file, or a part of one. Cheap to clone: the text of all files that were printed together is shared.
#[derive(Clone)]
pub struct Text {
    whole: Arc<Kept>,
    range: Range<usize>,
}

impl Text {
    /// The whole of a text.
    pub fn whole(text: Vec<u8>) -> Text {
        let range = 0..text.len();
        Text { whole: Arc::new(text.into()), range }
    }

    /// A part of this text; an impossible range is the empty text.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Text {
        let place = |at: usize| self.range.start.saturating_add(at).min(self.range.end);
        Text { whole: Arc::clone(&self.whole), range: place(range.start)..place(range.end) }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.whole.get(self.range.clone()).unwrap_or_default()
    }
}

impl std::ops::Deref for Text {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&String::from_utf8_lossy(self), f)
    }
}

/// A rendered document that is no hook.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The template that printed it, from the chart's name on: `p/templates/t.yaml`. What `# Source:` shows.
    pub path: Str,
    /// The document's text.
    pub content: Text,
    /// What Helm reads of it.
    pub head: Head,
}
