//! Layouts: how a rendered release becomes files in a folder.
//!
//! Each is a pure function from documents to (path, bytes) pairs, sorted by path, so that a folder, a git tree and a
//! test see the same thing.

use std::fmt;
use thinlock_go::Str;
use thinlock_go::strings::trim_space;
use thinlock_yaml::stream::{LastLine, documents};

use crate::engine::Rendered;

use super::head::Identity;
use super::output::{Selection, manifest_stream, output_writes, parts, stream};

mod files;

use self::files::Files;
pub use self::files::{OutputFile, OutputFiles};

/// How documents are laid out as files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As `helm template --output-dir`: a file for each template, below a folder of the chart's name.
    Helm,
    /// One file, `manifests.yaml`, with what `helm template` prints.
    Single,
    /// A file for each object, named `[group-]kind[-namespace]-name.yaml`. Two objects of one name are an error, and so
    /// is a document that is no object; every file ends in a newline.
    Flat,
    /// Exactly what the `helm-template` step of Kargo 1.9.5 writes with `outLayout: flat`: as [`Layout::Flat`], but
    /// later documents silently replace earlier ones of the same name, nameless ones all go to `resource-0.yaml`, and
    /// files have no final newline.
    KargoFlat,
}

impl Layout {
    /// The layout of a name: `helm`, `single`, `flat`, `kargo-flat`.
    pub fn from_name(name: &str) -> Option<Layout> {
        [Layout::Helm, Layout::Single, Layout::Flat, Layout::KargoFlat].into_iter().find(|l| l.name() == name)
    }

    /// The name by which users choose it.
    pub fn name(self) -> &'static str {
        match self {
            Layout::Helm => "helm",
            Layout::Single => "single",
            Layout::Flat => "flat",
            Layout::KargoFlat => "kargo-flat",
        }
    }

    /// The files of a rendered release, sorted by path.
    ///
    /// # Errors
    /// Two objects claim one file, a document has no name to file it under, or a path would leave the folder.
    pub fn files(self, rendered: &Rendered, selection: Selection) -> Result<OutputFiles, LayoutError> {
        let mut files = Files::new();
        match self {
            Layout::Helm => {
                for write in output_writes(rendered, selection) {
                    files.append(write.path, &write.content)?;
                }
            }
            Layout::Single => {
                files.replace("manifests.yaml".to_owned(), |out| stream(rendered, selection, out))?;
            }
            Layout::Flat => flat(rendered, selection, &mut files)?,
            Layout::KargoFlat => kargo_flat(rendered, selection, &mut files)?,
        }
        Ok(files.finish())
    }
}

/// Why documents cannot be laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayoutError {
    /// Two objects have one file name ([`Layout::Flat`]).
    Clash {
        /// The file's name.
        file: String,
        /// The template of the first.
        first: String,
        /// The template of the second.
        second: String,
    },
    /// A document lacks `kind` or `metadata.name`, so that there is nothing to file it under ([`Layout::Flat`]).
    Nameless {
        /// The template that printed it.
        source: String,
    },
    /// A name is no plain file name, or a path leads out of the folder.
    UnsafePath {
        /// The path.
        path: String,
    },
    /// A stream cannot be cut into documents: a line begins with `---` and goes on with something that is no comment.
    Separator {
        /// What the reader says.
        text: String,
    },
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LayoutError::Clash { file, first, second } => {
                write!(f, "two objects are both named {file}: one from {first}, one from {second}")
            }
            LayoutError::Nameless { source } => {
                write!(f, "a document of {source} has no kind or no metadata.name, and so no file name")
            }
            LayoutError::UnsafePath { path } => write!(f, "{path:?} is no path inside the output folder"),
            LayoutError::Separator { text } => f.write_str(text),
        }
    }
}

impl std::error::Error for LayoutError {}

/// `[group-]kind[-namespace]-name.yaml`, in lower case; `None` without a kind or a name.
fn file_name(identity: &Identity) -> Result<Option<String>, LayoutError> {
    if identity.kind.is_empty() || identity.name.is_empty() {
        return Ok(None);
    }
    let parts = [&identity.group, &identity.kind, &identity.namespace, &identity.name];
    let mut name = Vec::with_capacity(parts.iter().map(|part| part.len() + 1).sum::<usize>() + ".yaml".len());
    for part in parts {
        if !part.is_empty() {
            name.extend_from_slice(part);
            name.push(b'-');
        }
    }
    name.pop();
    for byte in name.iter_mut().take(identity.group.len()).filter(|byte| **byte == b'.') {
        *byte = b'_';
    }
    let mut name = if name.is_ascii() {
        name.make_ascii_lowercase();
        String::from_utf8(name).unwrap_or_default()
    } else {
        String::from_utf8_lossy(&name).to_lowercase()
    };
    name.push_str(".yaml");
    if name.contains('/') { Err(LayoutError::UnsafePath { path: name }) } else { Ok(Some(name)) }
}

fn flat(rendered: &Rendered, selection: Selection, files: &mut Files) -> Result<(), LayoutError> {
    for crd in &rendered.crds {
        // A CRD file is printed as it is, so it may hold several documents still.
        for document in documents(&crd.content, LastLine::Completed) {
            let document = document.map_err(separator)?;
            flat_document(files, &crd.path, &document, &Identity::parse(&document))?;
        }
    }
    let manifests = rendered.manifests.iter().map(|m| (&m.path, &m.content, &m.head));
    let hooks = selection.hooks(rendered).map(|h| (&h.path, &h.content, &h.head));
    for (path, content, head) in manifests.chain(hooks) {
        flat_document(files, path, content, &Identity::of(head))?;
    }
    Ok(())
}

fn flat_document(files: &mut Files, source: &Str, document: &[u8], identity: &Identity) -> Result<(), LayoutError> {
    let document = without_leading_separators(document);
    if only_comments(document) {
        return Ok(());
    }
    let Some(name) = file_name(identity)? else {
        return Err(LayoutError::Nameless { source: source.to_lossy().into_owned() });
    };
    files.create(name, &source.to_lossy(), |out| {
        out.extend_from_slice(b"# Source: ");
        out.extend_from_slice(source);
        out.push(b'\n');
        out.extend_from_slice(document);
        if !out.ends_with(b"\n") {
            out.push(b'\n');
        }
    })
}

fn separator(error: thinlock_yaml::Error) -> LayoutError {
    LayoutError::Separator { text: error.to_string() }
}

/// The document without the lines of nothing but `---` that Helm's splitting can leave at its start.
fn without_leading_separators(mut document: &[u8]) -> &[u8] {
    loop {
        let line_end = memchr::memchr(b'\n', document).map_or(document.len(), |at| at + 1);
        let line = trim_space(&document[..line_end]);
        if line_end == 0 || !(line.is_empty() || line == b"---") {
            return document;
        }
        document = &document[line_end..];
    }
}

/// Whether a document holds no node: blank lines and comments only.
fn only_comments(document: &[u8]) -> bool {
    document.split(|b| *b == b'\n').map(trim_space).all(|line| line.is_empty() || line.starts_with(b"#"))
}

fn kargo_flat(rendered: &Rendered, selection: Selection, files: &mut Files) -> Result<(), LayoutError> {
    // Each text is one document, which Helm has read already.
    if rendered.crds.is_empty() && rendered.manifests.iter().all(|m| m.head.is_one_document(&m.content)) {
        for (at, manifest) in rendered.manifests.iter().enumerate() {
            let mut parts = parts(&manifest.path, &manifest.content);
            // The first separator stays, as the reader has nothing yet that it could end.
            if at > 0 {
                parts[0] = parts[0].strip_prefix(SEPARATOR).unwrap_or(parts[0]);
            }
            let trimmed = |out: &mut Vec<u8>| {
                let start = out.len();
                parts.iter().for_each(|part| out.extend_from_slice(part));
                out.truncate(start + trim_end(out.get(start..).unwrap_or_default()));
            };
            let identity = Identity::of_head(&manifest.head).unwrap_or_else(|| {
                let mut resource = Vec::new();
                trimmed(&mut resource);
                Identity::parse(&resource)
            });
            kargo_file(&identity, files, trimmed)?;
        }
    } else {
        kargo_write(&manifest_stream(rendered), files)?;
    }
    for hook in selection.hooks(rendered) {
        // A last line of just the size of the reader's buffer may be lost.
        let is_one = || hook.content.len() < 4096 && hook.head.is_one_document(&hook.content);
        let known = Identity::of_head(&hook.head).filter(|_| is_one());
        match (known, trim_space(&hook.content)) {
            (Some(identity), resource) if !resource.is_empty() => {
                kargo_file(&identity, files, |out| out.extend_from_slice(resource))?
            }
            _ => kargo_write(&hook.content, files)?,
        }
    }
    Ok(())
}

const SEPARATOR: &[u8] = b"---\n";

/// The length of a text without the white space at its end.
fn trim_end(text: &[u8]) -> usize {
    thinlock_go::strings::trim_end_matches(text, thinlock_go::unicode::is_space).len()
}

/// Writes a document under its name.
fn kargo_file(identity: &Identity, files: &mut Files, resource: impl FnOnce(&mut Vec<u8>)) -> Result<(), LayoutError> {
    // Kargo means to count the nameless ones, and never does.
    let name = file_name(identity)?.unwrap_or_else(|| "resource-0.yaml".to_owned());
    files.replace(name, resource)
}

fn kargo_write(stream: &[u8], files: &mut Files) -> Result<(), LayoutError> {
    if trim_space(stream).is_empty() {
        return Ok(());
    }
    for document in documents(stream, LastLine::Lost) {
        let document = document.map_err(separator)?;
        let resource = trim_space(&document);
        if resource.is_empty() {
            continue;
        }
        kargo_file(&Identity::parse(resource), files, |out| out.extend_from_slice(resource))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
