//! What a rendered tree was made of: everything that is needed to make it again.
//!
//! It is said twice: in trailers of the commit message, for people, and in one small JSON file on the branch, for
//! programs. Both depend on the inputs alone: no time, no machine, no user.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// The version of the JSON file's form.
pub const SCHEMA_VERSION: &str = "v1";

/// Everything that a rendered tree depends on, and what came out. What is the same for many deployments is shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// [`SCHEMA_VERSION`].
    pub schema_version: Arc<str>,
    /// The app.
    pub app: Arc<str>,
    /// The deployment.
    pub deployment: String,
    /// The release: the lock's id, or that of the policy commit where there is no lock.
    pub release_id: Arc<str>,
    /// The build lock; none for an app without one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lock: Option<Arc<LockOrigin>>,
    /// The chart.
    pub source: Arc<Source>,
    /// The commit that policy and configuration were read from; none for a work tree, which has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub policy_commit: Option<Arc<str>>,
    /// The image that is set, with its digest.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub image: Option<Arc<str>>,
    /// The values files, of which the later ones win.
    pub values: Vec<ValuesOrigin>,
    /// What was set on top of them, literally.
    pub set: Vec<Setting>,
    /// The release as charts see it.
    pub release: Release,
    /// Which Helm was reproduced, and what it was told.
    pub helm: Arc<Helm>,
    /// Where the files are, and how they are laid out.
    pub output: Output,
    /// The digest of everything that the rendered bytes depend on.
    pub inputs: String,
    /// The version of thinlock.
    pub thinlock: Arc<str>,
}

/// Where a build lock was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockOrigin {
    /// Its path.
    pub path: String,
    /// The freight commit; none for a work tree.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub commit: Option<String>,
}

/// Where a chart was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The repository, as the lock or the configuration calls it; none for the GitOps repository itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub repository: Option<String>,
    /// The commit; none for a work tree.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub commit: Option<String>,
    /// The path of the folder or archive.
    pub path: String,
    /// Git's id of the folder or archive, or a digest of a work tree's folder.
    pub id: String,
}

/// A values file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValuesOrigin {
    /// Its path.
    pub path: String,
    /// Git's id of the blob.
    pub id: String,
}

/// A value that was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// The key, by the rules of `--set-literal`.
    pub key: Arc<str>,
    /// The value.
    pub value: Arc<str>,
}

/// The release as charts see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// `.Release.Name`.
    pub name: String,
    /// `.Release.Namespace`.
    pub namespace: String,
}

/// Which Helm was reproduced, and what it was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Helm {
    /// The dialect.
    pub dialect: String,
    /// `.Capabilities.KubeVersion`.
    pub kube_version: String,
    /// API versions beyond the dialect's own.
    pub api_versions: Vec<String>,
    /// CRDs are rendered, too.
    #[serde(rename = "includeCRDs")]
    pub include_crds: bool,
    /// Hooks are rendered.
    pub hooks: bool,
    /// Test hooks are rendered.
    pub tests: bool,
    /// Values are checked against the charts' schemas.
    pub schema_validation: bool,
}

/// Where the rendered files are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The folder.
    pub path: String,
    /// The layout.
    pub layout: Arc<str>,
    /// The id of the folder's tree; none for a rendering without any file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tree: Option<String>,
}

/// What a branch's provenance file says, as far as a later run needs it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Recorded {
    pub(crate) inputs: String,
    pub(crate) output: RecordedOutput,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct RecordedOutput {
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) tree: Option<String>,
}

impl Recorded {
    /// Reads a provenance file; one that is not ours, or of another time, says nothing.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Recorded> {
        serde_json::from_slice(bytes).ok()
    }
}

impl Provenance {
    /// The digest of what the rendered bytes depend on. Paths, commits and the release's id are left out: they can
    /// change without any effect on the output. The files' ids stand for their contents.
    pub fn digest(&self) -> String {
        // The allocator has more at hand of what is below a kibibyte.
        let mut input = Vec::with_capacity(1000);
        // Each part with its length, so that no two lists of parts look alike.
        let mut part = |text: &str| {
            input.extend_from_slice(&(text.len() as u64).to_be_bytes());
            input.extend_from_slice(text.as_bytes());
        };
        part(&self.thinlock);
        part(&self.source.id);
        let mut digits = itoa::Buffer::new();
        part(digits.format(self.values.len()));
        for file in &self.values {
            part(&file.id);
        }
        part(digits.format(self.set.len()));
        for setting in &self.set {
            part(&setting.key);
            part(&setting.value);
        }
        part(&self.release.name);
        part(&self.release.namespace);
        part(&self.helm.dialect);
        part(&self.helm.kube_version);
        part(digits.format(self.helm.api_versions.len()));
        for version in &self.helm.api_versions {
            part(version);
        }
        for flag in [self.helm.include_crds, self.helm.hooks, self.helm.tests, self.helm.schema_validation] {
            part(if flag { "1" } else { "0" });
        }
        part(&self.output.layout);
        let mut text = String::with_capacity(7 + 64);
        text.push_str("sha256:");
        HEXLOWER.encode_append(&Sha256::digest(&input), &mut text);
        text
    }

    /// The JSON file.
    ///
    /// # Errors
    /// None that these types can have.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        let mut text = Vec::with_capacity(2 << 10);
        serde_json::to_writer_pretty(&mut text, self).map_err(|cause| Error::io("writing the provenance", cause))?;
        text.push(b'\n');
        Ok(text)
    }

    /// The trailers of the commit message.
    pub fn trailers(&self) -> String {
        let mut out = String::new();
        let mut line = |key: &str, value: Option<&str>| {
            if let Some(value) = value {
                out.push_str(key);
                out.push_str(": ");
                // A line break would end the trailer.
                out.extend(value.chars().map(|c| if c.is_control() { ' ' } else { c }));
                out.push('\n');
            }
        };
        line("Release", Some(&self.release_id));
        line("Source-Repository", self.source.repository.as_deref());
        line("Source-Commit", self.source.commit.as_deref());
        line("Source-Path", Some(&self.source.path));
        line("Policy-Commit", self.policy_commit.as_deref());
        line("Image", self.image.as_deref());
        line("Helm-Dialect", Some(&self.helm.dialect));
        line("Kubernetes-Version", Some(&self.helm.kube_version));
        line("Thinlock-Version", Some(&self.thinlock));
        out
    }
}

#[cfg(test)]
mod tests;
