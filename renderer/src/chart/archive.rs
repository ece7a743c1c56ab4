//! Chart archives: gzipped tar files, as `helm package` writes them and as anybody may send them.
//!
//! Helm's checks of names and sizes hold here, with its texts. Nothing is written anywhere: a name that points out of the
//! chart is refused because Helm refuses it, not because it could do harm here.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use tar::EntryType;
use thinlock_go::{path, strconv};

use super::ChartError;
use crate::Dialect;
use crate::source::{File, FileSet};

/// `MaxDecompressedChartSize`: what the files of an archive may come to, in bytes.
pub const MAX_CHART_SIZE: u64 = 100 * 1024 * 1024;

/// What may be unpacked for one chart on the whole, its archived subcharts included. Helm has no such limit; an archive
/// of archives of archives would grow without it.
#[derive(Debug)]
pub(super) struct Budget(u64);

impl Budget {
    pub(super) fn new() -> Budget {
        Budget(1024 * 1024 * 1024)
    }
}

/// Reads the files of a chart's archive, their names without the first part of their paths.
///
/// # Errors
/// The bytes are no gzipped tar archive, or Helm refuses a name or a size; with Helm's text.
pub fn read(data: &[u8], dialect: &Dialect) -> Result<FileSet, ChartError> {
    unpack(data, dialect, &mut Budget::new())
}

pub(super) const GZIP_HEADER: &str = "gzip: invalid header";

pub(super) fn unpack(data: &[u8], dialect: &Dialect, budget: &mut Budget) -> Result<FileSet, ChartError> {
    // The header is looked at here: Go's reader fails before it looks at any file.
    match data {
        [] => return Err(ChartError::new("EOF")),
        _ if data.len() < 10 => return Err(ChartError::new("unexpected EOF")),
        [0x1f, 0x8b, 8, ..] => {}
        _ => return Err(ChartError::new(GZIP_HEADER)),
    }
    let too_large = || {
        ChartError::new(format!(
            "decompressed chart is larger than the {} {MAX_CHART_SIZE}",
            dialect.chart.archive_limit_name
        ))
    };
    // Names and headers count here too: they are bytes that a hostile archive can make of nothing.
    let stream = MultiGzDecoder::new(data).take(2 * MAX_CHART_SIZE);
    let mut archive = tar::Archive::new(stream);
    let mut files = FileSet::default();
    let mut remaining = MAX_CHART_SIZE;
    for entry in archive.entries().map_err(|e| read_error(&e))? {
        let mut entry = entry.map_err(|e| read_error(&e))?;
        let header = entry.header();
        let kind = header.entry_type();
        let is_directory = kind.is_dir()
            || header.mode().is_ok_and(|mode| mode & 0o170_000 == 0o040_000)
            || (header.as_bytes().get(156) == Some(&0) && entry.path_bytes().ends_with(b"/"));
        if is_directory || matches!(kind, EntryType::XGlobalHeader | EntryType::XHeader) {
            continue;
        }

        let full_name = entry.path_bytes().into_owned();
        let name = name_in_chart(&full_name)?;
        let size = entry.size();
        if size > remaining {
            return Err(too_large());
        }
        if let Some(max) = dialect.chart.max_file_size.filter(|max| size > *max) {
            let name = strconv::quote(&full_name);
            return Err(ChartError::new(format!(
                "decompressed chart file {name} is larger than the maximum file size {max}"
            )));
        }
        budget.0 = budget
            .0
            .checked_sub(size)
            .ok_or_else(|| ChartError::limit("the archives of subcharts are larger than 1 GiB in all"))?;
        let mut content = Vec::new();
        // What a symbolic link points to is of no interest: it is read as an empty file, as Helm does.
        entry.by_ref().take(remaining).read_to_end(&mut content).map_err(|e| read_error(&e))?;
        let read = content.len() as u64;
        remaining = remaining.saturating_sub(read);
        if read < size {
            return Err(ChartError::new("unexpected EOF"));
        }
        if remaining == 0 {
            return Err(too_large());
        }
        files.push(File::new(name, content));
    }
    if files.files().is_empty() {
        return Err(ChartError::new("no files in chart archive"));
    }
    Ok(files)
}

/// The name below the chart's folder, which is the first part of the path whatever it is called.
fn name_in_chart(full: &[u8]) -> Result<Vec<u8>, ChartError> {
    // Archives made on Windows may use backslashes.
    let delimiter = if full.contains(&b'\\') { b'\\' } else { b'/' };
    let (first, rest) = match full.iter().position(|c| *c == delimiter) {
        Some(at) => full.split_at(at),
        None => (full, [].as_slice()),
    };
    let rest = rest.get(1..).unwrap_or_default();
    let rest: Vec<u8> = rest.iter().map(|c| if *c == delimiter { b'/' } else { *c }).collect();
    if rest.starts_with(b"/") {
        return Err(ChartError::new("chart illegally contains absolute paths"));
    }
    let name = path::clean(&rest).into_owned();
    if name == b"." {
        let full = strconv::quote(full);
        return Err(ChartError::new(format!("chart illegally contains content outside the base directory: {full}")));
    }
    if name.starts_with(b"..") {
        return Err(ChartError::new("chart illegally references parent directory"));
    }
    if matches!(name.as_slice(), [drive, b':', b'/', ..] if drive.is_ascii_alphabetic()) {
        return Err(ChartError::new("chart contains illegally named files"));
    }
    if first == b"Chart.yaml" {
        return Err(ChartError::new("chart yaml not in base directory"));
    }
    Ok(name)
}

/// Go's text for what went wrong while reading.
fn read_error(error: &io::Error) -> ChartError {
    let text = error.to_string();
    ChartError::new(match error.kind() {
        io::ErrorKind::UnexpectedEof => "unexpected EOF".to_string(),
        _ if text.contains("checksum") && text.contains("gzip") => "gzip: invalid checksum".to_string(),
        _ if text.contains("gzip header") => GZIP_HEADER.to_string(),
        _ if text.contains("deflate") => "flate: corrupt input".to_string(),
        // Go tells a cut-off header from a wrong one.
        _ if text.contains("failed to read entire block") => "unexpected EOF".to_string(),
        _ => "archive/tar: invalid tar header".to_string(),
    })
}

/// What Go's `http.DetectContentType` says of the first 512 bytes, which Helm pads with zeros: `None` for a gzip file.
pub(super) fn other_content_type(data: &[u8]) -> Option<&'static str> {
    if data.starts_with(b"\x1f\x8b\x08") {
        return None;
    }
    let mut head = data.get(..512).unwrap_or(data).to_vec();
    head.resize(512, 0);
    let signatures: [(&[u8], &str); 14] = [
        (b"%PDF-", "application/pdf"),
        (b"%!PS-Adobe-", "application/postscript"),
        (b"\xfe\xff", "text/plain; charset=utf-16be"),
        (b"\xff\xfe", "text/plain; charset=utf-16le"),
        (b"\xef\xbb\xbf", "text/plain; charset=utf-8"),
        (b"PK\x03\x04", "application/zip"),
        (b"Rar!\x1a\x07", "application/x-rar-compressed"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\0asm", "application/wasm"),
        (b"wOFF", "font/woff"),
        (b"OggS\0", "application/ogg"),
    ];
    let start = head.iter().position(|c| !matches!(c, b'\t' | b'\n' | 0x0c | b'\r' | b' ')).unwrap_or(head.len());
    let text = head.get(start..).unwrap_or_default();
    let tags: [&[u8]; 17] = [
        b"<!DOCTYPE HTML",
        b"<HTML",
        b"<HEAD",
        b"<SCRIPT",
        b"<IFRAME",
        b"<H1",
        b"<DIV",
        b"<FONT",
        b"<TABLE",
        b"<A",
        b"<STYLE",
        b"<TITLE",
        b"<B",
        b"<BODY",
        b"<BR",
        b"<P",
        b"<!--",
    ];
    let is_tag = |tag: &&[u8]| {
        text.get(..tag.len()).is_some_and(|t| t.eq_ignore_ascii_case(tag))
            && matches!(text.get(tag.len()), Some(b' ' | b'>'))
    };
    if tags.iter().any(is_tag) {
        return Some("text/html; charset=utf-8");
    }
    if text.starts_with(b"<?xml") {
        return Some("text/xml; charset=utf-8");
    }
    if let Some((_, name)) = signatures.iter().find(|(s, _)| head.starts_with(s)) {
        return Some(name);
    }
    let binary = |c: &u8| matches!(c, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    Some(if text.iter().any(binary) { "application/octet-stream" } else { "text/plain; charset=utf-8" })
}
