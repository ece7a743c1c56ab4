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

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "schemaVersion: v1\nreleaseId: git-6e4b997366f72a79b060f1a6fbde1a206bad3391\n\
        gitCommit: 6e4b997366f72a79b060f1a6fbde1a206bad3391\nimage:\n  ref: ghcr.example/app:git-6e4b997\n  \
        digest: sha256:3422c3175db93b92a420d3969b0e240be34dd540e24b8d7a69267e2c23dda915\npackaging:\n  kind: helm\n  \
        sourceRepo: https://git.example.com/app.git\n  sourcePath: k8s/helm\ncreatedAt: '2026-03-23T19:54:50Z'\n";

    /// The first line of the message for the good lock with `from` replaced by `to`.
    #[track_caller]
    fn check(from: &str, to: &str, expect: &str) {
        assert!(GOOD.contains(from), "{from}");
        let message = match Lock::parse("lock", GOOD.replace(from, to).as_bytes()) {
            Ok(_) => "fine".into(),
            Err(error) => error.to_string(),
        };
        assert_eq!(message.lines().next(), Some(expect));
    }

    #[test]
    fn what_a_lock_must_hold() {
        check("kind: helm", "kind: helm", "fine");
        check("  kind: helm\n", "", "fine");
        check("createdAt: '2026-03-23T19:54:50Z'\n", "later: {any: thing}\n", "fine");
        check("v1", "v3", "lock:1:16: schemaVersion: \"v3\" is not known; expected v1");
        check("schemaVersion: v1\n", "", "lock:1:1: schemaVersion is missing");
        check("releaseId", "releaseID", "lock:1:1: releaseId is missing");
        check(
            "git-6e4b997366",
            "../6e4b997366",
            "lock:2:12: releaseId: expected letters, digits, '-', '_', '.' and '+', as in git-<commit>, found \"../6e4b997366f72a79b060f1a6fbde1a206bad3391\"",
        );
        check(
            "gitCommit: 6e4b997366f72a79b060f1a6fbde1a206bad3391",
            "gitCommit: 6e4b997",
            "lock:3:12: gitCommit: expected a full commit id of 40 lower-case hexadecimal digits, found 7 digits",
        );
        check(
            "gitCommit: 6e4b997366f72a79b060f1a6fbde1a206bad3391",
            "gitCommit: 1234567890123456789012345678901234567890",
            "lock:3:12: gitCommit: expected a string, found the number 1234567890123456789012345678901234567890",
        );
        check(
            "gitCommit: 6e4",
            "gitCommit: main",
            "lock:3:12: gitCommit: expected a full commit id of 40 lower-case hexadecimal digits, found \"mainb997366f72a79b060f1a6fbde1a206bad3391\"",
        );
        check(
            "sha256:3422",
            "sha512:3422",
            "lock:6:11: image.digest: expected sha256: and 64 lower-case hexadecimal digits, found \"sha512:3422c3175db93b92a420d3969b0e240be34dd540e24b8d7a69267e2c23dda915\"",
        );
        check(
            "git-6e4b997\n",
            "git-6e4b997@sha256:00\n",
            "lock:5:8: image.ref: expected an image's name and tag, without a digest, found \"ghcr.example/app:git-6e4b997@sha256:00\"",
        );
        check(
            "kind: helm",
            "kind: kustomize",
            "lock:8:9: packaging.kind: \"kustomize\" is not rendered; expected helm",
        );
        check(
            "k8s/helm",
            "/k8s/helm",
            "lock:10:15: packaging.sourcePath: \"/k8s/helm\" is absolute; expected a path from the root of the repository",
        );
        check(
            "image:\n  ref: ghcr.example/app:git-6e4b997\n",
            "image: x\nother:\n",
            "lock:4:8: image: expected a mapping, found the string \"x\"",
        );
        check("'2026-03-23T19:54:50Z'", "[]", "lock:11:12: createdAt: expected a string, found a list");
    }

    #[test]
    fn what_is_no_mapping_is_no_lock() {
        for (text, expect) in [
            ("", "lock:1:1: expected a mapping, found nothing"),
            ("- a\n", "lock:1:1: expected a mapping, found a list"),
            ("schemaVersion: v1\nschemaVersion: v1\n", "lock:2:1: schemaVersion is there twice"),
            ("a: 'x\n", "lock:2:1: this is no YAML: found unexpected end of stream"),
        ] {
            let message = Lock::parse("lock", text.as_bytes()).map(|_| ()).expect_err("no lock").to_string();
            assert_eq!(message.lines().next(), Some(expect));
        }
        let error = Lock::parse("lock", b"a: \xff\n").map(|_| ()).expect_err("no lock").to_string();
        assert_eq!(error, "lock:1: the file is not UTF-8");
    }
}
