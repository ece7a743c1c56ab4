//! The bytes that were recorded, by their SHA-256: `outputs.tgz`, or `goldens/REPO.tar.xz` for each repository.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// The name of the file with the bytes that were recorded.
pub(crate) const OUTPUTS: &str = "outputs.tgz";

/// Bytes by their SHA-256 in hexadecimal.
pub(super) type Outputs = HashMap<String, Vec<u8>>;

/// The archives of a suite in which the outputs of a repository's charts may be.
pub(super) fn archive_of(folder: &Path, repo: &str) -> Option<PathBuf> {
    let own = folder.join("goldens").join(format!("{}.tar.xz", repo.replace('/', "_")));
    [folder.join(OUTPUTS), own].into_iter().find(|path| path.is_file())
}

/// Reads the wanted members of an archive.
///
/// # Errors
/// It cannot be read; the error names it.
pub(super) fn read(archive: &Path, wanted: &HashSet<&str>) -> io::Result<Outputs> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", archive.display()));
    let file = BufReader::new(fs::File::open(archive).map_err(named)?);
    if archive.extension().is_some_and(|extension| extension == "xz") {
        members(lzma_rust2::XzReader::new(file, true), wanted).map_err(named)
    } else {
        members(flate2::read::GzDecoder::new(file), wanted).map_err(named)
    }
}

fn members(archive: impl Read, wanted: &HashSet<&str>) -> io::Result<Outputs> {
    let mut outputs = HashMap::new();
    for entry in tar::Archive::new(archive).entries()? {
        let mut entry = entry?;
        let path = entry.path()?;
        let Some(name) = path.to_str().map(|name| name.trim_start_matches("./").to_owned()) else { continue };
        if !wanted.contains(name.as_str()) {
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        outputs.insert(name, bytes);
        if outputs.len() == wanted.len() {
            break;
        }
    }
    Ok(outputs)
}
