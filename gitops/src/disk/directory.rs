//! Directories that are open, and what lies in them.
//!
//! The system walks a path from its start each time that it is used, and a chart's paths are long. So the directory that
//! a walk is in stays open, and what lies in it is opened, listed and looked at from there.

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, openat, statat};
use rustix::io::retry_on_intr;

/// Paths from this length on are given to the system as they are: it may refuse them, which no part of them shows. (Linux
/// takes 4,095 bytes, others 1,023.)
const LONG: usize = 1024;

/// An open directory somewhere above a path. There is no link between the two, as the system counts links.
#[derive(Clone, Copy)]
pub(super) struct Around<'d> {
    directory: BorrowedFd<'d>,
    below: usize,
}

impl<'d> Around<'d> {
    /// `below` is where the names in the directory start in the paths of what lies in it.
    pub(super) fn new(directory: &'d OwnedFd, below: usize) -> Around<'d> {
        Around { directory: directory.as_fd(), below }
    }
}

/// Something on the disk, as it is named to the system.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    directory: BorrowedFd<'p>,
    name: &'p [u8],
}

impl<'p> Place<'p> {
    /// What an absolute path leads to.
    pub(super) fn of(path: &'p [u8]) -> Place<'p> {
        Place { directory: CWD, name: path }
    }

    /// What an absolute path leads to, which may be in or below an open directory.
    pub(super) fn within(path: &'p [u8], around: Option<Around<'p>>) -> Place<'p> {
        match around {
            Some(Around { directory, below }) if path.len() < LONG => {
                Place { directory, name: path.get(below..).unwrap_or_default() }
            }
            _ => Place::of(path),
        }
    }

    /// Opens it for reading.
    pub(super) fn open(self, flags: OFlags) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | flags;
        Ok(retry_on_intr(|| openat(self.directory, self.name, flags, Mode::empty()))?)
    }

    /// Looks at what is there. A link is followed.
    pub(super) fn stat(self) -> io::Result<Stat> {
        Ok(retry_on_intr(|| statat(self.directory, self.name, AtFlags::empty()))?)
    }

    /// Looks at what is there, which may be a link.
    pub(super) fn lstat(self) -> io::Result<Stat> {
        Ok(retry_on_intr(|| statat(self.directory, self.name, AtFlags::SYMLINK_NOFOLLOW))?)
    }

    /// What it is, where the directory around it may not have said so: not every file system does. Go looks at each in
    /// any case, and so it is this that the system refuses where a path is too long.
    pub(super) fn file_type(self, listed: FileType) -> io::Result<FileType> {
        if listed == FileType::Unknown || self.name.len() >= LONG {
            return Ok(FileType::from_raw_mode(self.lstat()?.st_mode));
        }
        Ok(listed)
    }
}

/// The names in a directory in byte order, and what they are as far as the directory says it.
pub(super) struct Listing {
    names: Vec<u8>,
    entries: Vec<(usize, usize, FileType)>,
}

impl Listing {
    /// Reads a directory that was opened just now. The buffer's capacity is used for the system's answers.
    pub(super) fn read(directory: &OwnedFd, buffer: &mut Vec<u8>) -> io::Result<Listing> {
        let (mut names, mut entries) = (Vec::new(), Vec::new());
        for_each_entry(directory.as_fd(), buffer, |name, file_type| {
            let name = name.to_bytes();
            if !matches!(name, b"." | b"..") {
                let start = names.len();
                names.extend_from_slice(name);
                entries.push((start, names.len(), file_type));
            }
        })?;
        entries.sort_unstable_by(|a: &(_, _, _), b| names.get(a.0..a.1).cmp(&names.get(b.0..b.1)));
        Ok(Listing { names, entries })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], FileType)> {
        self.entries
            .iter()
            .map(|(start, end, file_type)| (self.names.get(*start..*end).unwrap_or_default(), *file_type))
    }

    #[cfg(test)]
    pub(super) fn without_types(mut self) -> Listing {
        self.entries.iter_mut().for_each(|entry| entry.2 = FileType::Unknown);
        self
    }
}

/// Reads the entries of a directory by way of a buffer.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn for_each_entry(
    directory: BorrowedFd<'_>,
    buffer: &mut Vec<u8>,
    mut each: impl FnMut(&CStr, FileType),
) -> io::Result<()> {
    buffer.clear();
    let mut entries = rustix::fs::RawDir::new(directory, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        match entry {
            Ok(entry) => each(entry.file_name(), entry.file_type()),
            Err(rustix::io::Errno::INTR) => {}
            // It has been removed.
            Err(rustix::io::Errno::NOENT) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
use for_each_entry_portably as for_each_entry;

/// The same for every system, with more calls and copies.
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
fn for_each_entry_portably(
    directory: BorrowedFd<'_>,
    _buffer: &mut Vec<u8>,
    mut each: impl FnMut(&CStr, FileType),
) -> io::Result<()> {
    for entry in rustix::fs::Dir::read_from(directory)? {
        let entry = entry?;
        each(entry.file_name(), entry.file_type());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_directory_is_listed_alike_in_both_ways() {
        let folder = tempfile::tempdir().expect("a folder");
        // More than fit in the buffer at once.
        for number in 0..300 {
            fs::write(folder.path().join(format!("a file with a long name {number}")), "").expect("written");
        }
        fs::create_dir(folder.path().join("d")).expect("made");
        symlink("d", folder.path().join("l")).expect("linked");
        let path = folder.path().as_os_str().as_encoded_bytes();
        let directory = Place::of(path).open(OFlags::DIRECTORY).expect("opened");
        let mut buffer = Vec::with_capacity(4096);
        let mut portably = Vec::new();
        for_each_entry_portably(directory.as_fd(), &mut buffer, |name, file_type| {
            portably.push((name.to_bytes().to_vec(), file_type));
        })
        .expect("listed");
        portably.retain(|(name, _)| !matches!(name.as_slice(), b"." | b".."));
        portably.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let listing = Listing::read(&directory, &mut buffer).expect("listed");
        assert_eq!(listing.iter().map(|(name, kind)| (name.to_vec(), kind)).collect::<Vec<_>>(), portably);
        assert_eq!(portably.len(), 302);
        // And those that say nothing of types are asked one by one.
        let around = Some(Around::new(&directory, path.len() + 1));
        for (name, kind) in listing.iter() {
            let path = [path, b"/", name].concat();
            assert_eq!(Place::within(&path, around).file_type(FileType::Unknown).expect("looked at"), kind);
        }
        let gone = [path, b"/gone"].concat();
        let gone = Place::within(&gone, around).file_type(FileType::Unknown).expect_err("not there");
        assert_eq!(gone.kind(), io::ErrorKind::NotFound);
    }
}
