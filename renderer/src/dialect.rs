//! Which Helm is reproduced: every difference between Helm versions, as a named property.
//!
//! A [`Dialect`] is plain data. Code asks it for a property and never for a version, so a sixth Helm is a sixth constant
//! here. What differs in Go itself and in the libraries that Helm is built with is in its [`Toolchain`].

use thinlock_go::Toolchain;

use crate::chart::ChartRules;
use crate::log::LogRules;
use crate::schema;
use crate::values::ValueRules;

mod api_versions;
mod aspects;
pub mod differences;
mod stack;
mod table;

pub use aspects::Aspect;
pub use stack::{StackRules, Traced};
pub use table::{HELM_3_17, HELM_3_19, HELM_3_22, HELM_4_1, HELM_4_3};

/// A version of Helm, as the properties in which Helm versions differ.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Dialect {
    /// The name by which users choose it: `helm-4.1`.
    pub name: &'static str,
    /// Go, sprig, semver, TOML and the other libraries of that build.
    pub toolchain: Toolchain,
    /// What `.Capabilities` holds, and how `--kube-version` is read.
    pub capabilities: CapabilityRules,
    /// The objects that a template finds in its dot.
    pub objects: ObjectRules,
    /// Which of Helm's own functions exist.
    pub functions: FunctionRules,
    /// How rendered files become documents.
    pub manifests: ManifestRules,
    /// How errors are worded.
    pub errors: ErrorRules,
    /// How charts are loaded and their dependencies processed.
    pub chart: ChartRules,
    /// How values are read and laid over each other.
    pub values: ValueRules,
    /// What validates values against a chart's schema.
    pub schemas: schema::Engine,
    /// How log lines are worded.
    pub logs: LogRules,
    /// The command line of `helm template`.
    pub command: CommandRules,
}

/// What `.Capabilities` holds, and how `--kube-version` is read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CapabilityRules {
    /// The minor version of the Kubernetes that is assumed where the user names none: `v1.MINOR.0`.
    pub kube_minor: u32,
    /// The group versions that are always known, in the order of client-go's scheme.
    pub api_versions: &'static [&'static str],
    /// How `--kube-version` is read.
    pub kube_version_syntax: KubeVersionSyntax,
    /// `.Capabilities.KubeVersion` keeps the user's text in `.Version` and the normalised one in a hidden field, which
    /// `String()` prints and constraints are checked against (Helm 4).
    pub kube_version_keeps_input: bool,
    /// `.Capabilities.HelmVersion`.
    pub build: BuildInfo,
}

/// How `--kube-version` is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KubeVersionSyntax {
    /// As a semantic version by Masterminds/semver: missing parts become 0, prerelease and build are kept.
    Semver,
    /// As Kubernetes' generic version: two or more numbers, anything behind them is dropped.
    Generic,
}

/// `version.BuildInfo`: what `.Capabilities.HelmVersion` shows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuildInfo {
    /// `Version`: `v4.1.4`.
    pub version: &'static str,
    /// `GitCommit`; empty in a Helm that was built outside its own release process.
    pub git_commit: &'static str,
    /// `GitTreeState`: `clean`.
    pub git_tree_state: &'static str,
    /// `GoVersion`: `go1.25.9`.
    pub go_version: &'static str,
    /// `KubeClientVersion`: `v1.35`; Helm 3 has no such field.
    pub kube_client_version: Option<&'static str>,
}

/// The objects that a template finds in its dot.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ObjectRules {
    /// `.Chart` is a map of every field by its Go name (Helm 4); otherwise a struct, in which an unknown field is an
    /// error.
    pub chart_is_map: bool,
    /// The Go package that shows in the names of `Values`, `Capabilities`, `KubeVersion` and `VersionSet`.
    pub package: ObjectPackage,
    /// `.Files.Lines` looks at the last byte of an empty file, and so fails on it.
    pub lines_of_empty_file_panics: bool,
}

/// The Go package in the type names of Helm's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectPackage {
    /// `chartutil.Values` (Helm 3).
    Chartutil,
    /// `common.Values` (Helm 4).
    Common,
}

/// Which of Helm's own functions exist.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FunctionRules {
    /// `mustToYaml`, and `mustToJson` is Helm's own in place of sprig's (Helm 4).
    pub must_to_yaml: bool,
    /// `mustToToml`.
    pub must_to_toml: bool,
    /// `mustToDuration` and the `duration…` functions that are not sprig's.
    pub durations: bool,
}

/// How rendered files become documents, and documents a stream.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ManifestRules {
    /// How a file is cut into documents.
    pub splitting: Splitting,
    /// `MutatingWebhookConfiguration` and `ValidatingWebhookConfiguration` have their place after `APIService`; otherwise
    /// they are unknown kinds, which come last, by name.
    pub webhook_configurations_ordered: bool,
    /// The package of the Go type that YAML errors of a document name.
    pub head_package: HeadPackage,
    /// With `--debug --show-only`, a failed render says so; otherwise a name that is not found hides the failure.
    pub render_error_before_show_only: bool,
}

/// The package of `SimpleHead`, into which Helm decodes the head of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadPackage {
    /// `releaseutil.SimpleHead` (Helm 3).
    Releaseutil,
    /// `util.SimpleHead` (Helm 4).
    Util,
}

/// How a file is cut into documents (`SplitManifests`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Splitting {
    /// At `(?:^|\s*\n)---\s*`, where `^` is the start of the file; documents are trimmed on both ends.
    Trimming,
    /// At `(?m)^---[ \t]*`; documents are trimmed on the left only and keep their trailing white space.
    KeepingTrailingSpace,
}

/// How errors are worded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ErrorRules {
    /// An execution error is set over several lines where every link of its chain is a template's (Helm 4).
    pub execution_multi_line: bool,
    /// The steps of an installation prefix their errors (`release name check failed: …`) and log them (Helm 4).
    pub steps_named: bool,
}

/// The command line of `helm template`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CommandRules {
    /// Which flags there are.
    pub flags: FlagGeneration,
    /// What `--repo` means when the chart's name is that of a local folder.
    pub repo_with_local_chart: RepoWithLocalChart,
    /// With `--debug`, an error is logged once more after it is printed, under this line number of helm.go (Helm 3).
    pub debug_error_line: Option<u32>,
    /// The stack that is logged with some errors then.
    pub debug_stack: StackRules,
}

/// Which flags `helm template` has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagGeneration {
    /// Helm 3's.
    Helm3,
    /// Helm 4's: `--force-replace`, `--server-side`, `--color` …; some of Helm 3's are deprecated.
    Helm4,
    /// As `Helm4`, with `--hide-notes` and `--render-subchart-notes` deprecated (Helm 4.3).
    Helm4WithoutNotes,
}

/// What `--repo URL NAME` means when there is a local folder NAME.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepoWithLocalChart {
    /// The folder is used, and nothing is said.
    LocalSilently,
    /// The folder is used; a log line with this line number of install.go says so.
    LocalWithNotice(u32),
    /// The repository is used.
    Repository,
}

impl Dialect {
    /// All dialects, oldest Helm first within a major version.
    pub const ALL: [&'static Dialect; 5] = [&HELM_3_17, &HELM_3_19, &HELM_3_22, &HELM_4_1, &HELM_4_3];

    /// The dialect of a name: `helm-3.17`, `helm-3.19`, `helm-3.22`, `helm-4.1` or `helm-4.3`.
    pub fn from_name(name: &str) -> Option<&'static Dialect> {
        Dialect::ALL.into_iter().find(|d| d.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_dialects() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::from_name(dialect.name).map(|d| d.name), Some(dialect.name));
        }
        assert!(Dialect::from_name("helm-2.0").is_none());
        assert!(Dialect::from_name("").is_none());
    }

    #[test]
    fn api_versions_are_as_many_as_helm_lists() {
        let counts = Dialect::ALL.map(|d| d.capabilities.api_versions.len());
        assert_eq!(counts, [56, 57, 57, 57, 57]);
    }
}
