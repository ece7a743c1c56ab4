//! What the tests of the command line share.

use std::path::{Path, PathBuf};

pub use thinlock::InProcess;

/// The data that lies beside a developer's checkout and is not part of it; `None` where it is not there.
pub fn shared(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(name);
    folder.is_dir().then_some(folder)
}
