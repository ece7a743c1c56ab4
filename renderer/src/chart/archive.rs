//! Chart archives: gzipped tar files, as `helm package` writes them and as anybody may send them.
//!
//! Helm's checks of names and sizes hold here, with its texts. Nothing is written anywhere: a name that points out of the
//! chart is refused because Helm refuses it, not because it could do harm here.

use std::io::{self, Read};

use flate2::bufread::GzDecoder;
use thinlock_go::{path, strconv};

use super::ChartError;
use super::tar::{Reader, TarError, kind};
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
    if data.is_empty() {
        return Err(ChartError::new("EOF"));
    }
    let too_large = || {
        ChartError::new(format!(
            "decompressed chart is larger than the {} {MAX_CHART_SIZE}",
            dialect.chart.archive_limit_name
        ))
    };
    // Names and headers count here too: they are bytes that a hostile archive can make of nothing.
    let stream = Members::open(data).map_err(|e| read_error(&e))?.take(2 * MAX_CHART_SIZE);
    let mut archive = Reader::new(stream);
    let mut files = FileSet::default();
    let mut remaining = MAX_CHART_SIZE;
    while let Some(entry) = archive.next().map_err(|e| tar_error(&e))? {
        if entry.is_directory() || entry.kind == kind::GLOBAL_HEADER {
            continue;
        }

        let name = name_in_chart(&entry.name)?;
        // Only of an entry without data can it be negative.
        let size = u64::try_from(entry.size).unwrap_or_default();
        if size > remaining {
            return Err(too_large());
        }
        if let Some(max) = dialect.chart.max_file_size.filter(|max| size > *max) {
            let name = strconv::quote(&entry.name);
            return Err(ChartError::new(format!(
                "decompressed chart file {name} is larger than the maximum file size {max}"
            )));
        }
        budget.0 = budget
            .0
            .checked_sub(size)
            .ok_or_else(|| ChartError::limit("the archives of subcharts are larger than 1 GiB in all"))?;
        // What a symbolic link points to is of no interest: it is read as an empty file, as Helm does.
        let content = archive.content(remaining).map_err(|e| tar_error(&e))?;
        let read = content.len() as u64;
        remaining = remaining.saturating_sub(read);
        // Helm takes any file that is shorter than its header says for one that did not fit.
        if read < size || remaining == 0 {
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

/// What is unpacked of a gzip file, which may have several members.
struct Members<'a>(GzDecoder<&'a [u8]>);

impl<'a> Members<'a> {
    /// Looks at a member's header as Go does, before anything of it is read.
    fn open(data: &'a [u8]) -> io::Result<Members<'a>> {
        match data {
            _ if data.len() < 10 => Err(io::ErrorKind::UnexpectedEof.into()),
            [0x1f, 0x8b, 8, ..] => Ok(Members(GzDecoder::new(data))),
            _ => Err(io::Error::other(GZIP_HEADER)),
        }
    }
}

impl Read for Members<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.0.read(buffer)?;
            let rest = *self.0.get_ref();
            if read > 0 || buffer.is_empty() || rest.is_empty() {
                return Ok(read);
            }
            *self = Members::open(rest)?;
        }
    }
}

fn tar_error(error: &TarError) -> ChartError {
    match error {
        TarError::Stream(error) => read_error(error),
        TarError::Format(text) => ChartError::new(*text),
    }
}

/// Go's text for what went wrong while reading.
fn read_error(error: &io::Error) -> ChartError {
    let text = error.to_string();
    ChartError::new(match error.kind() {
        io::ErrorKind::UnexpectedEof => "unexpected EOF".to_string(),
        _ if text.contains("checksum") && text.contains("gzip") => "gzip: invalid checksum".to_string(),
        _ if text.contains("gzip header") => GZIP_HEADER.to_string(),
        _ if text.contains("deflate") => "flate: corrupt input".to_string(),
        _ => GZIP_HEADER.to_string(),
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
