//! The objects that a template finds in its dot: `.Chart`, `.Release`, `.Capabilities`, `.Files` and the rest.

mod capabilities;
mod chart;
mod files;
mod structs;

use thinlock_go::{Map, Str, Type, TypeInfo, Value, types};

use thinlock_go::Kind;

use crate::dialect::{Dialect, ObjectPackage};

use super::Release;

pub(super) use capabilities::capabilities;
pub(super) use chart::chart;
pub(super) use files::files;

static CHARTUTIL_VALUES: TypeInfo = TypeInfo::of("chartutil.Values", Kind::Map, &types::ANY);
static COMMON_VALUES: TypeInfo = TypeInfo::of("common.Values", Kind::Map, &types::ANY);

/// The Go type of `.Values`, of `.Template` and of the dot itself.
pub(crate) fn values_type(dialect: &Dialect) -> Type {
    match dialect.objects.package {
        ObjectPackage::Chartutil => &CHARTUTIL_VALUES,
        ObjectPackage::Common => &COMMON_VALUES,
    }
}

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
pub(super) fn template(dialect: &Dialect, name: &Str, base_path: &Str) -> Value {
    let entries = vec![
        (Str::from_static("BasePath"), Value::Str(base_path.clone())),
        (Str::from_static("Name"), Value::Str(name.clone())),
    ];
    Value::Map(Map::from_entries(values_type(dialect), entries))
}
