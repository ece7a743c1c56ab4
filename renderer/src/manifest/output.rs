//! The forms in which `helm template` writes documents: the stream on stdout, `--show-only`, and `--output-dir`.

use std::convert::Infallible;
use std::fmt;
use std::io::{self, Write};

use thinlock_go::{Str, path, unicode};

use crate::dialect::Splitting;
use crate::engine::Rendered;

use super::{Hook, split_manifests};
use thinlock_go::strings::{trim_end_matches, trim_space};

/// Which of the rendered hooks are written.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    /// Hooks are written (no `--no-hooks`).
    pub hooks: bool,
    /// Test hooks are written (no `--skip-tests`).
    pub tests: bool,
}

impl Default for Selection {
    /// Everything.
    fn default() -> Selection {
        Selection { hooks: true, tests: true }
    }
}

impl Selection {
    /// The hooks that are written, in their order.
    pub fn hooks(self, rendered: &Rendered) -> impl Iterator<Item = &Hook> {
        rendered.hooks.iter().filter(move |hook| self.hooks && (self.tests || !hook.is_test()))
    }
}

/// The bytes that [`push_document`] writes around the path and the text.
const AROUND: usize = 16;

/// Writes a document as Helm does: `---`, where it comes from, its text, and one newline.
pub(super) fn push_document(out: &mut Vec<u8>, path: &[u8], content: &[u8]) {
    out.reserve(path.len() + content.len() + AROUND);
    for part in parts(path, content) {
        out.extend_from_slice(part);
    }
}

/// What [`push_document`] writes.
pub(super) fn parts<'d>(path: &'d [u8], content: &'d [u8]) -> [&'d [u8]; 5] {
    [b"---\n# Source: ", path, b"\n", content, b"\n"]
}

/// The manifest of the release (`rel.Manifest`): CRDs as they are in the chart, if they were asked for, then the
/// documents. This is what a Helm 3 post-renderer gets.
pub fn manifest_stream(rendered: &Rendered) -> Vec<u8> {
    let crds = rendered.crds.iter().map(|crd| (&crd.path, crd.content.len()));
    let manifests = rendered.manifests.iter().map(|manifest| (&manifest.path, manifest.content.len()));
    let mut out = Vec::with_capacity(crds.chain(manifests).map(|(path, len)| path.len() + len + AROUND).sum());
    for crd in &rendered.crds {
        push_document(&mut out, &crd.path, &crd.content);
    }
    for manifest in &rendered.manifests {
        push_document(&mut out, &manifest.path, &manifest.content);
    }
    out
}

/// What `helm template` prints: the manifest (`manifest_stream`, or what a post-renderer made of it), trimmed, then the
/// hooks.
pub fn template_stream(manifest: &[u8], rendered: &Rendered, selection: Selection) -> Stream {
    let manifest = trim_space(manifest);
    let mut text = Vec::with_capacity(manifest.len() + 1);
    text.extend_from_slice(manifest);
    text.push(b'\n');
    for hook in selection.hooks(rendered) {
        push_document(&mut text, &hook.path, &hook.content);
    }
    Stream { text }
}

/// Writes what [`template_stream`] makes of [`manifest_stream`], without putting it together in memory.
///
/// # Errors
/// Those of the writer.
pub fn write_stream(rendered: &Rendered, selection: Selection, out: &mut dyn Write) -> io::Result<()> {
    stream_parts(rendered, selection, |part| out.write_all(part))
}

/// Adds what [`write_stream`] writes to a text.
pub(super) fn stream(rendered: &Rendered, selection: Selection, text: &mut Vec<u8>) {
    text.reserve(rendered.manifests.iter().map(|manifest| manifest.path.len() + manifest.content.len() + AROUND).sum());
    let Ok(()) = stream_parts(rendered, selection, |part| {
        text.extend_from_slice(part);
        Ok::<_, Infallible>(())
    });
}

fn stream_parts<E>(
    rendered: &Rendered,
    selection: Selection,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let crds = rendered.crds.iter().map(|crd| (&crd.path, crd.content.as_bytes()));
    let manifests = rendered.manifests.iter().map(|manifest| (&manifest.path, manifest.content.as_bytes()));
    let mut documents = crds.chain(manifests).peekable();
    while let Some((path, content)) = documents.next() {
        let document = parts(path, content);
        if documents.peek().is_some() {
            document.into_iter().try_for_each(&mut take)?;
            continue;
        }
        // The manifest begins with no white space. What it ends with is the last document's.
        let content = trim_end_matches(content, unicode::is_space);
        let head = document[..3].concat();
        take(if content.is_empty() { trim_space(&head) } else { &head })?;
        take(content)?;
    }
    take(b"\n")?;
    for hook in selection.hooks(rendered) {
        parts(&hook.path, &hook.content).into_iter().try_for_each(&mut take)?;
    }
    Ok(())
}

/// What `helm template` prints when it is not asked for single files.
#[derive(Clone, Debug)]
pub struct Stream {
    /// The bytes.
    pub text: Vec<u8>,
}

/// `--show-only` named a template that printed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShowOnlyError {
    /// The name as the user gave it.
    pub name: String,
}

impl fmt::Display for ShowOnlyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not find template {} in chart", self.name)
    }
}

impl std::error::Error for ShowOnlyError {}

impl Stream {
    /// The documents that come from the named templates (`templates/*.yaml`), in the order of the names, as
    /// `--show-only` prints them. Helm splits its own output again for this, and so does this.
    ///
    /// # Errors
    /// A name that no document comes from.
    pub fn show_only(&self, names: &[impl AsRef<str>], splitting: Splitting) -> Result<Vec<u8>, ShowOnlyError> {
        let documents = split_manifests(&self.text, splitting);
        let mut chosen = Vec::new();
        for name in names {
            let name = name.as_ref();
            let before = chosen.len();
            for range in &documents {
                let document = &self.text[range.clone()];
                if source_in_chart(document)
                    .is_some_and(|source| path::filepath_match(name.as_bytes(), source).unwrap_or(false))
                {
                    chosen.push(document);
                }
            }
            if chosen.len() == before {
                return Err(ShowOnlyError { name: name.to_owned() });
            }
        }
        let mut out = Vec::new();
        for document in chosen {
            out.extend_from_slice(b"---\n");
            out.extend_from_slice(document);
            out.push(b'\n');
        }
        Ok(out)
    }
}

/// What `# Source: [^/]+/(.+)` captures: the path inside the chart.
fn source_in_chart(document: &[u8]) -> Option<&[u8]> {
    const MARK: &[u8] = b"# Source: ";
    memchr::memmem::find_iter(document, MARK).find_map(|at| {
        let rest = &document[at + MARK.len()..];
        let slash = memchr::memchr(b'/', rest).filter(|slash| *slash > 0)?;
        let path = &rest[slash + 1..];
        let path = &path[..memchr::memchr(b'\n', path).unwrap_or(path.len())];
        (!path.is_empty()).then_some(path)
    })
}

/// One write of `--output-dir`. Several writes to one path append.
#[derive(Clone, Debug)]
pub struct OutputWrite {
    /// The file's path below the output folder, `/` between its parts.
    pub path: String,
    /// With `--release-name`, documents and hooks go into a folder of the release's name; CRDs do not.
    pub in_release_folder: bool,
    /// What is written: `---`, `# Source:`, the text, a newline.
    pub content: Vec<u8>,
    /// A hook is appended to a file that is there already, even from an earlier run; everything else truncates what an
    /// earlier run left.
    pub appends_to_existing: bool,
}

/// What `--output-dir` writes, in Helm's order.
pub fn output_writes(rendered: &Rendered, selection: Selection) -> Vec<OutputWrite> {
    let write = |path: &Str, content: &[u8], in_release_folder, appends_to_existing| {
        let mut text = Vec::new();
        push_document(&mut text, path, content);
        OutputWrite { path: path.to_lossy().into_owned(), in_release_folder, content: text, appends_to_existing }
    };
    let crds = rendered.crds.iter().map(|c| write(&c.path, &c.content, false, false));
    let manifests = rendered.manifests.iter().map(|m| write(&m.path, &m.content, true, false));
    let hooks = selection.hooks(rendered).map(|h| write(&h.path, &h.content, true, true));
    crds.chain(manifests).chain(hooks).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Crd;
    use crate::manifest::{Head, Manifest, Text};

    #[test]
    fn the_stream_is_written_as_it_is_put_together() {
        #[track_caller]
        fn check(crds: &[(&str, &str)], manifests: &[(&str, &str)], want: &str) {
            let crds = crds.iter().map(|(path, text)| Crd { path: (*path).into(), content: (*text).into() });
            let manifests = manifests.iter().map(|(path, text)| Manifest {
                path: (*path).into(),
                content: Text::whole(text.as_bytes().to_vec()),
                head: Head::default(),
            });
            let rendered = Rendered { crds: crds.collect(), manifests: manifests.collect(), ..Rendered::default() };
            let mut written = Vec::new();
            write_stream(&rendered, Selection::default(), &mut written).expect("written");
            assert_eq!(String::from_utf8_lossy(&written), want);
            let whole = template_stream(&manifest_stream(&rendered), &rendered, Selection::default());
            assert_eq!(String::from_utf8_lossy(&whole.text), want);
            let mut text = Vec::new();
            stream(&rendered, Selection::default(), &mut text);
            assert_eq!(String::from_utf8_lossy(&text), want);
        }
        check(&[], &[], "\n");
        check(&[("p/c", "c: 1\n\n")], &[], "---\n# Source: p/c\nc: 1\n");
        check(&[("p/c", "c: 1\n")], &[("p/m", " m: 1 \n")], "---\n# Source: p/c\nc: 1\n\n---\n# Source: p/m\n m: 1\n");
        check(&[], &[("p/m", "\u{a0}\n")], "---\n# Source: p/m\n");
        check(&[], &[("p/\u{3000}", ""), ("p/\u{3000}", "")], "---\n# Source: p/\u{3000}\n\n---\n# Source: p/\n");
        check(&[], &[("", "")], "---\n# Source:\n");
    }
}
