//! `semver` and `semverCompare`, on [`crate::semver`].

use thinlock_go::{CallError, Interp, Value};

use crate::args::{Answer, text};
use crate::semver::{Constraints, VERSION_POINTER, Version, value};

pub(crate) fn semver(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Version::parse(&text(args, 0)?, interp.toolchain()).map(value).map_err(CallError::message)
}

pub(crate) fn semver_compare(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let (constraints, version) = (text(args, 0)?, text(args, 1)?);
    let compare = || -> Result<bool, String> {
        let constraints = Constraints::parse(&constraints, interp.toolchain())?;
        Ok(constraints.check(&Version::parse(&version, interp.toolchain())?))
    };
    compare().map(Value::Bool).map_err(CallError::message)
}

/// What copystructure makes of a version: all its fields are unexported, and it leaves those zero.
pub(crate) fn deep_copied(original: &Value) -> Option<Value> {
    (original.go_type() == Some(&VERSION_POINTER)).then(|| {
        let (prerelease, metadata, original) = Default::default();
        value(Version { major: 0, minor: 0, patch: 0, prerelease, metadata, original })
    })
}
