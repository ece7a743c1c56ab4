//! The objects that a template finds in its dot: `.Chart`, `.Release`, `.Capabilities`, `.Files` and the rest.

mod capabilities;
mod chart;
mod files;
mod structs;
mod values;

use thinlock_go::{Frozen, Map, Str, Value, types};

use crate::Dialect;

use super::Release;

pub(super) use capabilities::capabilities;
pub(super) use chart::chart;
pub(super) use files::files;
pub(super) use values::{find_table, values_type};

/// `.Release`.
pub(super) fn release(release: &Release<'_>) -> Value {
    let entries = [
        ("IsInstall", Value::Bool(!release.is_upgrade)),
        ("IsUpgrade", Value::Bool(release.is_upgrade)),
        ("Name", Value::from(release.name)),
        ("Namespace", Value::from(release.namespace)),
        ("Revision", Value::int(1)),
        ("Service", Value::static_str("Helm")),
    ];
    let entries = entries.into_iter().map(|(key, value)| (Str::from_static(key), value)).collect();
    Value::Map(Map::from_entries(&types::MAP_STRING_ANY, entries))
}

/// `.Template` of a template.
pub(super) fn template(dialect: &Dialect, name: &Str, base_path: &Str) -> Frozen {
    let entries = [
        (Str::from_static("BasePath"), Frozen::Str(base_path.clone())),
        (Str::from_static("Name"), Frozen::Str(name.clone())),
    ];
    Frozen::Map(values_type(dialect), entries.into())
}
