//! Versions of charts, as Masterminds/semver reads them.

use thinlock_sprig::semver::{Constraints, Version};

use crate::Dialect;

/// Whether Chart.yaml may have this version: `semver.NewVersion` takes it.
pub(super) fn is_valid(version: &[u8], dialect: &Dialect) -> bool {
    Version::parse(version, &dialect.toolchain).is_ok()
}

/// Whether a version meets a constraint; false where one of the two cannot be read (Helm's `IsCompatibleRange`).
pub fn is_compatible_range(constraint: &[u8], version: &[u8], dialect: &Dialect) -> bool {
    let Ok(version) = Version::parse(version, &dialect.toolchain) else { return false };
    Constraints::parse(constraint, &dialect.toolchain).is_ok_and(|c| c.check(&version))
}
