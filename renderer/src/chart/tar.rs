//! Tar archives, entry by entry, as Go's `archive/tar` reads them: V7, USTAR, STAR, GNU and PAX headers, long names,
//! sparse files, and the ends that it takes for one.

use std::io::{self, Read};

use thinlock_go::strconv;

/// What kind of entry a header describes.
pub(super) mod kind {
    /// A regular file.
    pub(in super::super) const REGULAR: u8 = b'0';
    /// A folder.
    pub(in super::super) const DIRECTORY: u8 = b'5';
    /// Records for all entries that follow.
    pub(in super::super) const GLOBAL_HEADER: u8 = b'g';
    pub(super) const OLD_REGULAR: u8 = 0;
    pub(super) const EXTENDED_HEADER: u8 = b'x';
    pub(super) const LONG_NAME: u8 = b'L';
    pub(super) const LONG_LINK: u8 = b'K';
    pub(super) const OLD_SPARSE: u8 = b'S';

    /// `isHeaderOnlyType`: no data follows, whatever the size says.
    pub(super) fn has_no_data(kind: u8) -> bool {
        matches!(kind, b'1'..=b'6')
    }
}

const BLOCK: usize = 512;

/// The longest extended header and long name.
const MAX_SPECIAL: usize = 1 << 20;

/// What ends the reading of an archive.
#[derive(Debug)]
pub(super) enum TarError {
    /// The stream below failed, or ended too early.
    Stream(io::Error),
    /// `ErrHeader` and its like, in Go's words.
    Format(&'static str),
}

impl From<io::Error> for TarError {
    fn from(error: io::Error) -> TarError {
        TarError::Stream(error)
    }
}

const HEADER: TarError = TarError::Format("archive/tar: invalid tar header");
const TOO_LONG: TarError = TarError::Format("archive/tar: header field too long");
const SPARSE_TOO_LONG: TarError = TarError::Format("archive/tar: sparse map too long");
const MISSING_DATA: TarError = TarError::Format("archive/tar: sparse file references non-existent data");
const UNREFERENCED_DATA: TarError = TarError::Format("archive/tar: sparse file contains unreferenced data");

/// One entry of an archive.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) kind: u8,
    pub(super) mode: i64,
    /// What the header says; there may be less to read.
    pub(super) size: i64,
}

impl Entry {
    /// `FileInfo().IsDir()`.
    pub(super) fn is_directory(&self) -> bool {
        // Go keeps the low 32 bits of a mode.
        self.kind == kind::DIRECTORY || self.mode & 0xffff_ffff & !0o7777 == 0o40_000
    }
}

type Block = [u8; BLOCK];

/// The records of an extended header; of several with one key the last counts.
type Records = Vec<(Vec<u8>, Vec<u8>)>;

/// A stretch of data in a sparse file: where it begins, and its length.
type Stretch = (i64, i64);

/// Reads an archive from front to back.
pub(super) struct Reader<R> {
    stream: R,
    /// The bytes of the current entry that were not read yet.
    left: u64,
    /// The bytes behind them, up to the next block.
    padding: usize,
    /// The size and the data of a sparse file.
    sparse: Option<(i64, Vec<Stretch>)>,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(stream: R) -> Reader<R> {
        Reader { stream, left: 0, padding: 0, sparse: None }
    }

    /// `Next`: the next entry, or `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, TarError> {
        let mut records = Records::new();
        let mut long_name = Vec::new();
        loop {
            self.skip_data()?;
            let mut padding = [0; BLOCK];
            let padding = padding.get_mut(..self.padding).unwrap_or_default();
            if self.fill(padding)? < padding.len() {
                return Ok(None);
            }
            self.padding = 0;
            let Some(block) = self.header_block()? else { return Ok(None) };
            let mut entry = parse_header(&block)?;
            self.begin_data(&entry)?;
            match entry.kind {
                kind::EXTENDED_HEADER => records = parse_records(&self.special()?)?,
                kind::GLOBAL_HEADER => {
                    parse_records(&self.special()?)?;
                    return Ok(Some(Entry { mode: 0, size: 0, ..entry }));
                }
                kind::LONG_NAME => long_name = c_string(&self.special()?).to_vec(),
                kind::LONG_LINK => drop(self.special()?),
                _ => {
                    apply(&mut entry, &records)?;
                    if !long_name.is_empty() {
                        entry.name = long_name;
                    }
                    if entry.kind == kind::OLD_REGULAR {
                        let is_directory = entry.name.ends_with(b"/");
                        entry.kind = if is_directory { kind::DIRECTORY } else { kind::REGULAR };
                    }
                    // The records may have another size.
                    self.begin_data(&entry)?;
                    let stretches = if entry.kind == kind::OLD_SPARSE {
                        Some(self.old_sparse(&mut entry, block)?)
                    } else {
                        self.sparse(&mut entry, &records)?
                    };
                    if let Some(stretches) = stretches {
                        if kind::has_no_data(entry.kind) || !are_in_order(&stretches, entry.size) {
                            return Err(HEADER);
                        }
                        self.sparse = Some((entry.size, stretches));
                    }
                    return Ok(Some(entry));
                }
            }
        }
    }

    /// The content of the current entry, up to a limit.
    pub(super) fn content(&mut self, limit: u64) -> Result<Vec<u8>, TarError> {
        let Some((size, stretches)) = self.sparse.take() else { return Ok(self.data(limit)?) };
        let mut content = Vec::new();
        let at = |offset: i64| {
            usize::try_from(offset).unwrap_or(usize::MAX).min(usize::try_from(limit).unwrap_or(usize::MAX))
        };
        for (offset, length) in stretches.into_iter().filter(|(_, length)| *length > 0) {
            content.resize(at(offset), 0);
            let wanted = length.unsigned_abs();
            let enough = wanted <= self.left;
            content.extend(self.data(wanted)?);
            if !enough {
                return Err(MISSING_DATA);
            }
        }
        content.resize(at(size), 0);
        if self.left > 0 { Err(UNREFERENCED_DATA) } else { Ok(content) }
    }

    /// Data of the current entry as it lies in the archive.
    fn data(&mut self, limit: u64) -> io::Result<Vec<u8>> {
        let wanted = self.left.min(limit);
        let mut data = Vec::new();
        let read = self.stream.by_ref().take(wanted).read_to_end(&mut data)? as u64;
        self.left -= read;
        if read < wanted { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(data) }
    }

    fn skip_data(&mut self) -> io::Result<()> {
        self.sparse = None;
        let skipped = io::copy(&mut self.stream.by_ref().take(self.left), &mut io::sink())?;
        let all = skipped == self.left;
        self.left = 0;
        if all { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Reads until the buffer is full or the stream ends.
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        while let Some(rest) = buffer.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.stream.read(rest) {
                Ok(0) => break,
                Ok(some) => read += some,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }

    /// A block; `None` at the end of the stream.
    fn block(&mut self) -> io::Result<Option<Block>> {
        let mut block = [0; BLOCK];
        match self.fill(&mut block)? {
            0 => Ok(None),
            BLOCK => Ok(Some(block)),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// The next header. Two blocks of zeros end an archive, and one at the end of the stream.
    fn header_block(&mut self) -> Result<Option<Block>, TarError> {
        let zeros = [0; BLOCK];
        match self.block()? {
            Some(block) if block == zeros => match self.block()? {
                Some(block) if block != zeros => Err(HEADER),
                _ => Ok(None),
            },
            block => Ok(block),
        }
    }

    /// `handleRegularFile`.
    fn begin_data(&mut self, entry: &Entry) -> Result<(), TarError> {
        let size = if kind::has_no_data(entry.kind) { 0 } else { entry.size };
        self.left = u64::try_from(size).map_err(|_| HEADER)?;
        let over = usize::try_from(self.left % BLOCK as u64).unwrap_or_default();
        self.padding = (BLOCK - over) % BLOCK;
        Ok(())
    }

    /// `readSpecialFile`: what describes the next entry.
    fn special(&mut self) -> Result<Vec<u8>, TarError> {
        let data = self.data(MAX_SPECIAL as u64 + 1)?;
        if data.len() > MAX_SPECIAL { Err(TOO_LONG) } else { Ok(data) }
    }

    /// `readOldGNUSparseMap`: in the header, and in blocks behind it.
    fn old_sparse(&mut self, entry: &mut Entry, mut block: Block) -> Result<Vec<Stretch>, TarError> {
        if format_of(&block)? != Format::Gnu {
            return Err(HEADER);
        }
        entry.size = numeric(field(&block, 483, 12))?;
        let (mut from, mut entries) = (386, 4);
        let mut stretches = Vec::new();
        let mut total = 24 * entries + 1;
        while total < MAX_SPECIAL {
            for at in (from..from + 24 * entries).step_by(24) {
                if field(&block, at, 1) == [0] {
                    break;
                }
                stretches.push((numeric(field(&block, at, 12))?, numeric(field(&block, at + 12, 12))?));
            }
            if field(&block, from + 24 * entries, 1) == [0] {
                return Ok(stretches);
            }
            block = self.block()?.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
            (from, entries) = (0, 21);
            total += BLOCK;
        }
        Err(SPARSE_TOO_LONG)
    }

    /// `readGNUSparsePAXHeaders`.
    fn sparse(&mut self, entry: &mut Entry, records: &Records) -> Result<Option<Vec<Stretch>>, TarError> {
        let record = |key: &str| record(records, &format!("GNU.sparse.{key}"));
        let at_the_front = match (record("major"), record("minor")) {
            (b"0", b"0" | b"1") => false,
            (b"1", b"0") => true,
            (b"", b"") if !record("map").is_empty() => false,
            _ => return Ok(None),
        };
        if !record("name").is_empty() {
            entry.name = record("name").to_vec();
        }
        let size = if record("size").is_empty() { record("realsize") } else { record("size") };
        if !size.is_empty() {
            entry.size = decimal(size)?;
        }
        if at_the_front {
            return self.sparse_at_the_front().map(Some);
        }
        let map = record("map");
        let numbers: Vec<&[u8]> = if map.is_empty() { Vec::new() } else { map.split(|byte| *byte == b',').collect() };
        if decimal(record("numblocks"))?.checked_mul(2) != i64::try_from(numbers.len()).ok() {
            return Err(HEADER);
        }
        numbers
            .chunks_exact(2)
            .map(|pair| Ok((decimal(pair[0])?, decimal(pair[1])?)))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// `readGNUSparseMap1x0`: lines of numbers in whole blocks before the data.
    fn sparse_at_the_front(&mut self) -> Result<Vec<Stretch>, TarError> {
        let mut text = Vec::new();
        let mut lines = 0;
        let mut need = |reader: &mut Self, text: &mut Vec<u8>, wanted: usize| -> Result<(), TarError> {
            while lines < wanted {
                if text.len() + BLOCK > MAX_SPECIAL {
                    return Err(SPARSE_TOO_LONG);
                }
                let block = reader.data(BLOCK as u64)?;
                if block.len() < BLOCK {
                    return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
                }
                lines += block.iter().filter(|byte| **byte == b'\n').count();
                text.extend(block);
            }
            Ok(())
        };
        need(self, &mut text, 1)?;
        let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let entries = usize::try_from(decimal(first)?).map_err(|_| HEADER)?;
        // There can be no more lines than bytes.
        need(self, &mut text, entries.checked_mul(2).and_then(|numbers| numbers.checked_add(1)).ok_or(HEADER)?)?;
        let numbers: Vec<&[u8]> = text.split(|byte| *byte == b'\n').skip(1).take(2 * entries).collect();
        numbers.chunks_exact(2).map(|pair| Ok((decimal(pair[0])?, decimal(pair[1])?))).collect()
    }
}

fn field(block: &Block, from: usize, length: usize) -> &[u8] {
    block.get(from..from + length).unwrap_or_default()
}

/// The text before the first NUL.
fn c_string(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    V7,
    Ustar,
    Star,
    Gnu,
}

/// `getFormat`: by the magic values, if the checksum is right.
fn format_of(block: &Block) -> Result<Format, TarError> {
    let sum = |of: fn(u8) -> i64| -> i64 {
        block.iter().enumerate().map(|(at, byte)| of(if (148..156).contains(&at) { b' ' } else { *byte })).sum()
    };
    let checksum = octal(field(block, 148, 8))?;
    // Sun's tar added signed bytes.
    if checksum != sum(i64::from) && checksum != sum(|byte| i64::from(byte.cast_signed())) {
        return Err(HEADER);
    }
    Ok(match (field(block, 257, 6), field(block, 263, 2)) {
        (b"ustar\0", _) if field(block, 508, 4) == b"tar\0" => Format::Star,
        (b"ustar\0", _) => Format::Ustar,
        (b"ustar ", b" \0") => Format::Gnu,
        _ => Format::V7,
    })
}

/// `readHeader`.
fn parse_header(block: &Block) -> Result<Entry, TarError> {
    let format = format_of(block)?;
    let numbers = |fields: &[(usize, usize)]| -> Result<(), TarError> {
        fields.iter().try_for_each(|(from, length)| numeric(field(block, *from, *length)).map(drop))
    };
    let mut name = c_string(field(block, 0, 100)).to_vec();
    let size = numeric(field(block, 124, 12))?;
    let mode = numeric(field(block, 100, 8))?;
    // Owner, group and time are of no use, but have to be numbers.
    numbers(&[(108, 8), (116, 8), (136, 12)])?;
    if format != Format::V7 {
        numbers(&[(329, 8), (337, 8)])?;
    }
    let prefix = match format {
        Format::V7 => &[][..],
        Format::Ustar => c_string(field(block, 345, 155)),
        Format::Star => {
            numbers(&[(476, 12), (488, 12)])?;
            c_string(field(block, 345, 131))
        }
        Format::Gnu => {
            let is_time = |from| field(block, from, 1) == [0] || numeric(field(block, from, 12)).is_ok();
            let prefix = c_string(field(block, 345, 155));
            // Go once wrote a prefix in the place of two times.
            if is_time(345) && is_time(357) || !prefix.is_ascii() { &[][..] } else { prefix }
        }
    };
    if !prefix.is_empty() {
        name = [prefix, b"/", &name].concat();
    }
    Ok(Entry { name, kind: block[156], mode, size })
}

/// `parseNumeric`: in base 256 where the first bit is set, else in octal.
fn numeric(bytes: &[u8]) -> Result<i64, TarError> {
    let Some(first) = bytes.first().filter(|byte| **byte & 0x80 != 0) else { return octal(bytes) };
    let inverted = if first & 0x40 == 0 { 0 } else { 0xff };
    let mut number = 0_u64;
    for (at, byte) in bytes.iter().enumerate() {
        let byte = byte ^ inverted;
        let byte = if at == 0 { byte & 0x7f } else { byte };
        if number >> 56 > 0 {
            return Err(HEADER);
        }
        number = number << 8 | u64::from(byte);
    }
    let number = i64::try_from(number).map_err(|_| HEADER)?;
    Ok(if inverted == 0 { number } else { !number })
}

/// `parseOctal`: between blanks and NULs; nothing is zero.
fn octal(bytes: &[u8]) -> Result<i64, TarError> {
    let blank = |byte: &u8| matches!(byte, b' ' | 0);
    let Some(from) = bytes.iter().position(|byte| !blank(byte)) else { return Ok(0) };
    let to = bytes.iter().rposition(|byte| !blank(byte)).unwrap_or(from);
    let digits = c_string(bytes.get(from..=to).unwrap_or_default());
    strconv::parse_uint(digits, 8, 64).map(u64::cast_signed).map_err(|_| HEADER)
}

fn decimal(text: &[u8]) -> Result<i64, TarError> {
    strconv::parse_int(text, 10, 64).map_err(|_| HEADER)
}

/// `parsePAX`: `LENGTH KEY=VALUE`, a line each.
fn parse_records(text: &[u8]) -> Result<Records, TarError> {
    let mut records = Records::new();
    // Sparse maps of the first form: a record for each number.
    let mut map: Vec<Vec<u8>> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let blank = memchr::memchr(b' ', rest).ok_or(HEADER)?;
        let (digits, after) = (&rest[..blank], &rest[blank + 1..]);
        let length = usize::try_from(decimal(digits)?).map_err(|_| HEADER)?;
        if length < 5 || length > rest.len() || length <= blank + 1 {
            return Err(HEADER);
        }
        let (line, next) = after.split_at(length - blank - 1);
        let line = line.strip_suffix(b"\n").ok_or(HEADER)?;
        let equals = memchr::memchr(b'=', line).ok_or(HEADER)?;
        let (key, value) = (&line[..equals], &line[equals + 1..]);
        let text = matches!(key, b"path" | b"linkpath" | b"uname" | b"gname");
        if key.is_empty() || (if text { value } else { key }).contains(&0) {
            return Err(HEADER);
        }
        rest = next;
        match key {
            b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => {
                if map.len().is_multiple_of(2) != (key == b"GNU.sparse.offset") || value.contains(&b',') {
                    return Err(HEADER);
                }
                map.push(value.to_vec());
            }
            _ => records.push((key.to_vec(), value.to_vec())),
        }
    }
    if !map.is_empty() {
        records.push((b"GNU.sparse.map".to_vec(), map.join(&b',')));
    }
    Ok(records)
}

fn record<'r>(records: &'r Records, key: &str) -> &'r [u8] {
    records.iter().rev().find(|(name, _)| name == key.as_bytes()).map_or(&[], |(_, value)| value)
}

/// `mergePAX`: what an extended header says of an entry. Empty values say nothing.
fn apply(entry: &mut Entry, records: &Records) -> Result<(), TarError> {
    let given = |key| Some(record(records, key)).filter(|value| !value.is_empty());
    if let Some(name) = given("path") {
        entry.name = name.to_vec();
    }
    if let Some(size) = given("size") {
        entry.size = decimal(size)?;
    }
    for value in ["uid", "gid"].into_iter().filter_map(given) {
        decimal(value)?;
    }
    for value in ["atime", "mtime", "ctime"].into_iter().filter_map(given) {
        let (seconds, parts) = match memchr::memchr(b'.', value) {
            Some(point) => (&value[..point], &value[point + 1..]),
            None => (value, &[][..]),
        };
        decimal(seconds)?;
        if !parts.iter().all(u8::is_ascii_digit) {
            return Err(HEADER);
        }
    }
    Ok(())
}

/// `validateSparseEntries`.
fn are_in_order(stretches: &[Stretch], size: i64) -> bool {
    let mut end = 0;
    size >= 0
        && stretches.iter().all(|(offset, length)| {
            let fits = *offset >= end && *length >= 0;
            end = offset.saturating_add(*length);
            fits && offset.checked_add(*length).is_some_and(|end| end <= size)
        })
}

#[cfg(test)]
mod tests;
