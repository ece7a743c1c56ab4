//! New objects of one run: hashed and compressed where they are made, written as one pack.
//!
//! A pack appears in the repository only when it and its index are complete and on disk; until then, and after a kill,
//! there is at most a `tmp_pack_…` file that git itself removes in time.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::objs::Kind;
use gix_pack::data;
use rustc_hash::FxHashSet;

use crate::error::{Context, Result};

/// An object that is not in the repository yet, ready to be put into a pack.
#[derive(Clone, Debug)]
pub struct NewObject {
    /// Its id.
    pub id: ObjectId,
    kind: Kind,
    size: u64,
    deflated: Vec<u8>,
}

/// Compresses objects, reusing its buffers from one to the next.
pub struct Deflater {
    state: gix::zlib::stream::deflate::Compress,
    buffer: Vec<u8>,
}

impl Deflater {
    /// With a zlib level (`pack.compression`, git's default is 6).
    pub fn new(level: gix::zlib::Compression) -> Deflater {
        Deflater { state: gix::zlib::stream::deflate::Compress::new(level), buffer: Vec::new() }
    }

    /// Compresses an object whose id is known.
    ///
    /// # Errors
    /// The compressor reports one; it has no reason to.
    pub fn object(&mut self, id: ObjectId, kind: Kind, bytes: &[u8]) -> Result<NewObject> {
        use gix::zlib::Status;
        use gix::zlib::stream::deflate::FlushCompress;

        self.state.reset();
        // More than zlib can need for incompressible input, so that one call is enough.
        self.buffer.resize(bytes.len() + bytes.len() / 1000 + 64, 0);
        let (mut read, mut written) = (0, 0);
        loop {
            let (input, output) = (&bytes[read..], &mut self.buffer[written..]);
            let status = self
                .state
                .compress(input, output, FlushCompress::Finish)
                .or_fail(|| format!("compressing object {id}"))?;
            read = usize::try_from(self.state.total_in()).unwrap_or(bytes.len()).min(bytes.len());
            written = usize::try_from(self.state.total_out()).unwrap_or(0).min(self.buffer.len());
            if status == Status::StreamEnd {
                break;
            }
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        Ok(NewObject { id, kind, size: bytes.len() as u64, deflated: self.buffer[..written].to_vec() })
    }
}

/// Where a pack was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The pack file.
    pub path: PathBuf,
    /// How many objects it holds.
    pub objects: usize,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Writes the objects, each id once and in the order given, as one pack into `objects/pack` of a repository. Nothing is
/// written for no objects.
///
/// # Errors
/// The files cannot be written.
pub fn write(objects_dir: &Path, hash: gix::hash::Kind, objects: &[&NewObject]) -> Result<Option<Written>> {
    let mut seen = FxHashSet::default();
    let objects: Vec<&NewObject> = objects.iter().copied().filter(|object| seen.insert(object.id)).collect();
    if objects.is_empty() {
        return Ok(None);
    }
    let dir = objects_dir.join("pack");
    let fail = || format!("cannot write a pack in {}", dir.display());
    fs::create_dir_all(&dir).or_fail(fail)?;

    let mut bytes = Vec::with_capacity(64 + objects.iter().map(|o| o.deflated.len() + 12).sum::<usize>());
    let count = u32::try_from(objects.len()).or_fail(fail)?;
    bytes.extend_from_slice(&data::header::encode(data::Version::V2, count));
    let mut entries = Vec::with_capacity(objects.len());
    for object in &objects {
        let offset = bytes.len();
        let header = match object.kind {
            Kind::Commit => data::entry::Header::Commit,
            Kind::Tree => data::entry::Header::Tree,
            Kind::Blob => data::entry::Header::Blob,
            Kind::Tag => data::entry::Header::Tag,
        };
        header.write_to(object.size, &mut bytes).or_fail(fail)?;
        bytes.extend_from_slice(&object.deflated);
        entries.push((object.id, crc32fast::hash(&bytes[offset..]), offset as u64));
    }
    let pack_hash = append_hash(hash, &mut bytes)?;
    entries.sort_unstable_by_key(|entry| entry.0);
    let index = index(hash, &entries, &pack_hash)?;

    // The names that git gives its own, so that what a kill leaves behind is known as garbage to `git gc`.
    let unique = format!("{}_{}", std::process::id(), pack_hash.to_hex_with_len(12));
    let (pack_temporary, index_temporary) =
        (dir.join(format!("tmp_pack_{unique}")), dir.join(format!("tmp_idx_{unique}")));
    let pack_path = dir.join(format!("pack-{pack_hash}.pack"));
    let result = write_synced(&pack_temporary, &bytes)
        .and_then(|()| write_synced(&index_temporary, &index))
        .and_then(|()| fs::rename(&pack_temporary, &pack_path))
        // The index last: without it a pack is not looked at.
        .and_then(|()| fs::rename(&index_temporary, pack_path.with_extension("idx")))
        .and_then(|()| sync_dir(&dir));
    if result.is_err() {
        let _ = fs::remove_file(&pack_temporary);
        let _ = fs::remove_file(&index_temporary);
    }
    result.or_fail(fail)?;
    Ok(Some(Written { path: pack_path, objects: objects.len(), bytes: bytes.len() as u64 }))
}

/// A pack index of version 2: `Documentation/gitformat-pack`.
fn index(hash: gix::hash::Kind, entries: &[(ObjectId, u32, u64)], pack_hash: &ObjectId) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(1100 + entries.len() * 40);
    out.extend_from_slice(b"\xfftOc");
    out.extend_from_slice(&2u32.to_be_bytes());
    let mut below = entries.iter().peekable();
    let mut count = 0u32;
    for first in 0..=255u8 {
        while below.next_if(|entry| entry.0.first_byte() == first).is_some() {
            count += 1;
        }
        out.extend_from_slice(&count.to_be_bytes());
    }
    for (id, _, _) in entries {
        out.extend_from_slice(id.as_slice());
    }
    for (_, crc, _) in entries {
        out.extend_from_slice(&crc.to_be_bytes());
    }
    let mut large = Vec::new();
    for (_, _, offset) in entries {
        let short = u32::try_from(*offset).ok().filter(|offset| *offset <= 0x7fff_ffff);
        let word = match short {
            Some(offset) => offset,
            None => {
                large.push(*offset);
                // At most as many as there are entries, which is a u32.
                0x8000_0000 | u32::try_from(large.len() - 1).unwrap_or(0)
            }
        };
        out.extend_from_slice(&word.to_be_bytes());
    }
    for offset in large {
        out.extend_from_slice(&offset.to_be_bytes());
    }
    out.extend_from_slice(pack_hash.as_slice());
    append_hash(hash, &mut out)?;
    Ok(out)
}

fn append_hash(kind: gix::hash::Kind, bytes: &mut Vec<u8>) -> Result<ObjectId> {
    let mut hasher = gix::hash::hasher(kind);
    hasher.update(bytes);
    let id = hasher.try_finalize().or_fail(|| "hashing a pack".into())?;
    bytes.extend_from_slice(id.as_slice());
    Ok(id)
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(true); // as git leaves its packs
    file.set_permissions(permissions)?;
    file.sync_all()
}

fn sync_dir(dir: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}
