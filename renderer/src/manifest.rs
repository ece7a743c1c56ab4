//! Rendered files as Kubernetes documents: splitting, hooks, order, and the forms in which they are written.
//!
//! A document's text is never written anew: what a template printed is cut and sorted, and that is all that Helm does.

use std::ops::Range;
use std::sync::Arc;

use thinlock_go::Str;

mod again;
mod head;
mod hook;
mod kind_order;
pub mod layout;
mod output;
mod sort;
mod split;

pub use head::Head;
pub use hook::{Hook, HookEvent};
pub use kind_order::KindOrder;
pub use layout::{Layout, LayoutError, OutputFile, OutputFiles};
pub use output::{
    OutputWrite, Selection, ShowOnlyError, Stream, manifest_stream, output_writes, template_stream, write_stream,
};
pub use sort::{HeadError, Sorted, sort_manifests};
pub use split::split_manifests;

/// Whether a text is nothing but white space.
pub(crate) fn is_blank(text: &[u8]) -> bool {
    thinlock_go::strings::trim_space(text).is_empty()
}

/// A part of a rendered file. Cheap to clone: the file's text is shared.
#[derive(Clone)]
pub struct Text {
    file: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl Text {
    /// The whole of a text.
    pub fn whole(text: Vec<u8>) -> Text {
        let range = 0..text.len();
        Text { file: Arc::new(text), range }
    }

    /// A part of `file`; an impossible range is the empty text.
    pub fn part(file: &Arc<Vec<u8>>, range: Range<usize>) -> Text {
        Text { file: Arc::clone(file), range }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.file.get(self.range.clone()).unwrap_or_default()
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
