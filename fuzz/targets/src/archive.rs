//! Chart archives, from bytes that are no gzip file to charts in charts.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use thinlock_go::{Frozen, types};
use thinlock_renderer::chart;

use crate::chart::render_loaded;
use crate::world::dialect_of;

/// Loads the input as an archive and, if it is a chart, renders it.
///
/// A checksum stands in the way of every change to a gzip file and to a tar header. So an input that is no gzip file is
/// taken as what is in one, and the checksums of its headers are set right.
pub fn chart_archive(data: &[u8]) {
    load(data, data);
    if !data.starts_with(b"\x1f\x8b") {
        let mut tar = data.to_vec();
        load(&gzip(&tar), data);
        mend(&mut tar);
        load(&gzip(&tar), data);
    }
}

fn load(archive: &[u8], input: &[u8]) {
    let dialect = dialect_of(input);
    match chart::load_archive(archive, "/x/p-0.1.0.tgz", dialect, &mut Vec::new()) {
        Ok(chart) => render_loaded(&chart, &Frozen::Map(&types::MAP_STRING_ANY, [].into()), dialect),
        Err(error) => assert!(!error.text.is_empty()),
    }
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    // Writing to memory does not fail.
    if encoder.write_all(data).is_err() {
        return Vec::new();
    }
    encoder.finish().unwrap_or_default()
}

/// Sets the magic and the checksum of every header, as far as the sizes in them lead.
fn mend(tar: &mut [u8]) {
    const BLOCK: usize = 512;
    let mut at = 0;
    while let Some(header) = tar.get_mut(at..at + BLOCK) {
        if header.iter().all(|byte| *byte == 0) {
            at += BLOCK;
            continue;
        }
        header[257..265].copy_from_slice(b"ustar\x0000");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        let size = header[124..136].iter().filter(|c| (b'0'..=b'7').contains(c));
        let size = size.fold(0usize, |size, c| size.saturating_mul(8).saturating_add(usize::from(c - b'0')));
        at = (at + BLOCK).saturating_add(size.min(tar.len()).next_multiple_of(BLOCK));
    }
}
