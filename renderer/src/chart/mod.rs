//! Charts: loading them from files or archives, and processing their dependencies.
//!
//! [`load_directory`] and [`load_archive`] make a [`Chart`], which never changes again and may be shared by threads.
//! [`check`] is what Helm asks of a chart before it installs it, [`process`] decides which subcharts take part.

mod archive;
mod decode;
mod error;
pub mod ignore;
mod load;
mod metadata;
mod process;
mod tar;
pub(crate) mod tree;
mod version;

use std::sync::Arc;

use thinlock_go::Frozen;

use crate::source::File;
use crate::{Dialect, Log};

pub(crate) use decode::name;

pub use archive::{MAX_CHART_SIZE, read as read_archive};
pub use error::{ChartError, ChartErrorKind};
pub(crate) use load::folder_and_name;
pub use load::{detect, load_archive, load_directory, load_files, looks_into};
pub use metadata::{Dependency, ImportValue, Maintainer, Metadata};
pub use process::process;
pub use tree::{NodeId, Processed, ProcessedChart};
pub use version::is_compatible_range;

/// A loaded chart. It never changes, and renders on any number of threads share it.
#[derive(Debug)]
pub struct Chart {
    /// Chart.yaml.
    pub metadata: Arc<Metadata>,
    /// The files below `templates/`, in the order of loading.
    pub templates: Vec<File>,
    /// What is neither metadata, values, schema, template nor subchart: `.Files`, `crds/` included.
    pub files: Vec<File>,
    /// values.yaml: always a map, empty where there is no such file.
    pub values: Frozen,
    /// values.schema.json.
    pub schema: Option<File>,
    /// The charts below `charts/`, by the names of their folders or archives. Helm visits them in random order.
    pub subcharts: Vec<Arc<Chart>>,
}

const fn assert_shareable<T: Send + Sync>() {}
const _: () = assert_shareable::<Chart>();

/// How charts are loaded and processed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChartRules {
    /// `apiVersion` of the chart on the command line decides about its loader; versions other than v1, v2 and v3 are
    /// refused (Helm 4). Otherwise it may be anything.
    pub api_version_checked: bool,
    /// The names `.` and `..` are refused.
    pub dot_names_refused: bool,
    /// The largest file in bytes; Helm 4.3 looks at the sum alone.
    pub max_file_size: Option<u64>,
    /// A directory's files must not exceed 100 MiB together; an archive's never may.
    pub directory_size_limited: bool,
    /// What `FileSize`-like texts call the limit of an archive: `maximum file size` or `maximum size`.
    pub archive_limit_name: &'static str,
    /// Why an archive could not be read is not said for the chart on the command line (Helm 4).
    pub archive_error_hidden: bool,
    /// A gzip header that is wrong in a subchart's archive is told of the outer archive, by its name.
    pub inner_archive_header_named: bool,
    /// A pattern of .helmignore that starts with a slash loses one slash each time that it is tried (Helm 3), so that
    /// `//x` matches from the second try on; otherwise one slash, once.
    pub ignore_strips_repeatedly: bool,
    /// A `child` or `parent` in `import-values` that is no string ends the program (Helm 3.17); otherwise its printed
    /// form is the path.
    pub import_values_must_be_strings: bool,
    /// A subchart's alias copies its own subcharts with it (Helm 4); otherwise all aliases share them.
    pub alias_copies_tree: bool,
    /// What stands before `found in Chart.yaml, but missing in charts/ directory`.
    pub missing_dependencies: &'static str,
    /// The package of the structs in messages about Chart.yaml.
    pub package: StructPackage,
}

/// The Go package of `Metadata`, `Dependency` and their like, which messages show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StructPackage {
    /// `chart.Metadata` (Helm 3).
    Chart,
    /// `v2.Metadata` (Helm 4).
    V2,
    /// `v3.Metadata`: what Helm 4 reads a chart with that says `apiVersion: v3`, before it refuses it.
    V3,
}

impl ChartRules {
    /// Helm 3.17.
    pub const HELM_3_17: ChartRules = ChartRules {
        api_version_checked: false,
        dot_names_refused: false,
        max_file_size: Some(5 * 1024 * 1024),
        directory_size_limited: false,
        archive_limit_name: "maximum file size",
        archive_error_hidden: false,
        inner_archive_header_named: false,
        ignore_strips_repeatedly: true,
        import_values_must_be_strings: true,
        alias_copies_tree: false,
        missing_dependencies: "An error occurred while checking for chart dependencies. \
                               You may need to run `helm dependency build` to fetch missing dependencies",
        package: StructPackage::Chart,
    };
    /// Helm 3.19.
    pub const HELM_3_19: ChartRules = ChartRules { import_values_must_be_strings: false, ..ChartRules::HELM_3_17 };
    /// Helm 3.22.
    pub const HELM_3_22: ChartRules = ChartRules { dot_names_refused: true, ..ChartRules::HELM_3_19 };
    /// Helm 4.1.
    pub const HELM_4_1: ChartRules = ChartRules {
        api_version_checked: true,
        archive_error_hidden: true,
        inner_archive_header_named: true,
        ignore_strips_repeatedly: false,
        alias_copies_tree: true,
        missing_dependencies: "an error occurred while checking for chart dependencies. \
                               You may need to run `helm dependency build` to fetch missing dependencies",
        package: StructPackage::V2,
        ..ChartRules::HELM_3_22
    };
    /// Helm 4.3.
    pub const HELM_4_3: ChartRules = ChartRules {
        max_file_size: None,
        directory_size_limited: true,
        archive_limit_name: "maximum size",
        missing_dependencies: "an error occurred while checking for chart dependencies. \
                               You may need to run 'helm dependency build' to fetch missing dependencies",
        ..ChartRules::HELM_4_1
    };
}

/// What Helm asks of a loaded chart before it installs it: that it is no library, and that the dependencies in
/// Chart.yaml are there. A deprecated chart is logged.
///
/// # Errors
/// `library charts are not installable`, or the missing dependencies.
pub fn check(chart: &Chart, dialect: &Dialect, logs: &mut Vec<Log>) -> Result<(), ChartError> {
    let kind = &chart.metadata.chart_type;
    if !kind.is_empty() && *kind != "application" {
        return Err(ChartError::new(format!("{kind} charts are not installable")));
    }
    if chart.metadata.deprecated {
        logs.push(Log::ChartDeprecated);
    }
    // Helm 4 copies the dependencies of a v3 chart into a slice as long as there are subcharts.
    let listed = chart.metadata.dependencies.as_ref().map_or(0, Vec::len);
    let present = chart.subcharts.len();
    if dialect.chart.api_version_checked && chart.metadata.api_version == "v3" && listed > present {
        return Err(ChartError::panic(format!(
            "panic: runtime error: index out of range [{present}] with length {present}"
        )));
    }
    check_dependencies(chart)
        .map_err(|e| ChartError::new(format!("{}: {}", dialect.chart.missing_dependencies, e.text)))
}

/// Whether the subcharts that Chart.yaml lists are there, whatever their versions, enabled or not.
///
/// # Errors
/// `found in Chart.yaml, but missing in charts/ directory: a, b`.
pub fn check_dependencies(chart: &Chart) -> Result<(), ChartError> {
    let present = |d: &&Dependency| chart.subcharts.iter().any(|s| s.metadata.name == d.name);
    let missing: Vec<String> =
        chart.metadata.dependencies.iter().flatten().filter(|d| !present(d)).map(|d| d.name.to_string()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(", ");
    Err(ChartError::new(format!("found in Chart.yaml, but missing in charts/ directory: {names}")))
}
