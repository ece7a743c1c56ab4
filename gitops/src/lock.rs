//! The build lock record: one source commit, one image, and the chart's path.
//!
//! It is written by a build and read at the freight commit; `schemaVersion: v1` is the only one so far.

use gix::ObjectId;
use thinlock_go::Frozen;

use crate::document::{self, Document, Field};
use crate::error::{Error, Result};
use crate::path;

/// A build lock.
#[derive(Clone, Debug)]
pub struct Lock {
    /// The name of the release: `git-<commit>`.
    pub release_id: String,
    /// The commit of the source that the chart is rendered from.
    pub git_commit: ObjectId,
    /// The image's name and tag.
    pub image_ref: String,
    /// The image's digest: `sha256:` and 64 hexadecimal digits.
    pub image_digest: String,
    /// The repository of the source, as the build knows it.
    pub source_repo: String,
    /// The chart's folder or archive in the source.
    pub source_path: String,
    /// The whole record, for templates.
    pub value: Frozen,
}

impl Lock {
    /// Parses a record; `file` is what messages call it.
    ///
    /// # Errors
    /// It is no YAML, a key is missing or has a wrong value; the message names the line.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Lock> {
        let (document, value) = Document::parse_with_value(file, bytes)?;
        let root = document.section()?;
        let version = root.require("schemaVersion")?;
        if version.string()? != "v1" {
            return Err(version
                .error(format!("{} is not known; expected v1", document::shown(version.string()?)))
                .hint("a newer thinlock may know it; this one reads build locks of schema v1"));
        }
        let image = root.require("image")?.section()?;
        let packaging = root.require("packaging")?.section()?;
        if let Some(kind) = packaging.get("kind")
            && kind.string()? != "helm"
        {
            return Err(kind.error(format!("{} is not rendered; expected helm", document::shown(kind.string()?))));
        }
        if let Some(created) = root.get("createdAt") {
            created.string()?;
        }
        let source_path = packaging.require("sourcePath")?;
        Ok(Lock {
            release_id: release_id(&root.require("releaseId")?)?,
            git_commit: commit(&root.require("gitCommit")?)?,
            image_ref: image_ref(&image.require("ref")?)?,
            image_digest: digest(&image.require("digest")?)?,
            source_repo: packaging.require("sourceRepo")?.string()?.to_owned(),
            source_path: path::clean(source_path.string()?).map_err(|message| source_path.error(message))?,
            value,
        })
    }
}

/// The release id becomes part of a branch's name and of paths.
fn release_id(field: &Field<'_>) -> Result<String> {
    let text = field.string()?;
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
    if !text.chars().all(good) || text.starts_with(['-', '.']) || text.ends_with('.') || text.contains("..") {
        return Err(field.error(format!(
            "expected letters, digits, '-', '_', '.' and '+', as in git-<commit>, found {}",
            document::shown(text)
        )));
    }
    Ok(text.to_owned())
}

fn commit(field: &Field<'_>) -> Result<ObjectId> {
    let text = field.string()?;
    let wrong = |problem: String| -> Error {
        field.error(format!("expected a full commit id of 40 lower-case hexadecimal digits, {problem}"))
    };
    if !is_hex(text) {
        return Err(wrong(format!("found {}", document::shown(text))));
    }
    ObjectId::from_hex(text.as_bytes()).map_err(|_| wrong(format!("found {} digits", text.len())))
}

fn image_ref(field: &Field<'_>) -> Result<String> {
    let text = field.string()?;
    if text.contains('@') || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(
            field.error(format!("expected an image's name and tag, without a digest, found {}", document::shown(text)))
        );
    }
    Ok(text.to_owned())
}

fn digest(field: &Field<'_>) -> Result<String> {
    let text = field.string()?;
    match text.strip_prefix("sha256:") {
        Some(hex) if hex.len() == 64 && is_hex(hex) => Ok(text.to_owned()),
        Some(hex) if is_hex(hex) => {
            Err(field
                .error(format!("expected sha256: and 64 lower-case hexadecimal digits, found {} digits", hex.len())))
        }
        _ => Err(field
            .error(format!("expected sha256: and 64 lower-case hexadecimal digits, found {}", document::shown(text)))),
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
