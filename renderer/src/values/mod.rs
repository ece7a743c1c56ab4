//! Values: reading them, setting them, and laying them over a chart's defaults.
//!
//! What a chart is rendered with comes from many places, in Helm's order: the defaults in the values.yaml of the chart
//! and of each subchart, `-f` files, and the `--set…` flags. [`UserValues`] makes one map of what the user gives,
//! [`coalesce`] lays it over the defaults of the processed charts, passes `global` down, and deletes what a null deletes.

use thinlock_go::Frozen;

pub(crate) mod coalesce;
mod file;
pub(crate) mod merge;
pub mod set;
pub(crate) mod table;
mod user;

pub use coalesce::coalesce;
pub use file::parse as parse_file;
pub use merge::merge;
pub use user::UserValues;

/// How deep values may nest. Helm's limit is that of its YAML and JSON readers, 10,000, which no chart comes near.
const MAX_DEPTH: usize = 1000;

/// Refuses values that nest too deeply for what walks over them recursively.
pub(crate) fn check_depth(values: &Frozen) -> Result<(), String> {
    fn is_deeper(value: &Frozen, left: usize) -> bool {
        let Some(left) = left.checked_sub(1) else { return true };
        match value {
            Frozen::Map(_, entries) => entries.iter().any(|(_, v)| is_deeper(v, left)),
            Frozen::List(_, items) => items.iter().any(|v| is_deeper(v, left)),
            _ => false,
        }
    }
    if is_deeper(values, MAX_DEPTH) {
        return Err(format!("values are nested more than {MAX_DEPTH} deep"));
    }
    Ok(())
}

/// How values are read and laid over each other.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ValueRules {
    /// What a null of the user's does in a table that the chart has too.
    pub nulls: NullRule,
    /// A null in a chart's own values.yaml is as if the key were absent, unless the table belongs to a subchart of which
    /// something is set (Helm 4.3); otherwise it stays as a null.
    pub chart_nulls_dropped: bool,
    /// A values file may hold several documents, which are merged (Helm 4); otherwise what follows the first is ignored.
    pub multi_document: bool,
    /// A last line without newline whose length is a multiple of 4096 bytes is lost (Helm 4.1). Where
    /// [`ValueRules::multi_document`] is set.
    pub last_line_lost_at_4096: bool,
    /// `--set-json '{…}'` takes a whole object (Helm 4).
    pub set_json_object: bool,
    /// An index without its bracket (`x[0`) ends the text silently (Helm 4); otherwise it is an error.
    pub set_unterminated_index_ignored: bool,
}

/// What a null that lies over a table of defaults does, where values are coalesced rather than merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullRule {
    /// It deletes the key where the chart has one, be the default null or not; a key that the chart lacks stays null.
    Delete,
    /// It is deleted in every case: a null whose key the chart lacks goes too.
    DeleteAlways,
    /// It deletes the key where the chart's default is not null; null over null stays, and so does a key that the chart
    /// lacks.
    DeleteDefault,
}

impl ValueRules {
    /// Helm 3.17.
    pub const HELM_3_17: ValueRules = ValueRules {
        nulls: NullRule::Delete,
        chart_nulls_dropped: false,
        multi_document: false,
        last_line_lost_at_4096: false,
        set_json_object: false,
        set_unterminated_index_ignored: false,
    };
    /// Helm 3.19.
    pub const HELM_3_19: ValueRules = ValueRules { nulls: NullRule::DeleteAlways, ..ValueRules::HELM_3_17 };
    /// Helm 3.22.
    pub const HELM_3_22: ValueRules = ValueRules { nulls: NullRule::DeleteDefault, ..ValueRules::HELM_3_17 };
    /// Helm 4.1.
    pub const HELM_4_1: ValueRules = ValueRules {
        nulls: NullRule::DeleteDefault,
        chart_nulls_dropped: false,
        multi_document: true,
        last_line_lost_at_4096: true,
        set_json_object: true,
        set_unterminated_index_ignored: true,
    };
    /// Helm 4.3.
    pub const HELM_4_3: ValueRules =
        ValueRules { chart_nulls_dropped: true, last_line_lost_at_4096: false, ..ValueRules::HELM_4_1 };
}
