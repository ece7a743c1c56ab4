//! Zones: UTC, the local one, those of the IANA data base, and fixed offsets.

use std::rc::Rc;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::{Host, Str};

/// `*time.Location`.
#[derive(Clone, Debug)]
pub enum Zone {
    /// `time.UTC`.
    Utc,
    /// `time.Local`.
    Local(Rc<Located>),
    /// A zone of the data base, under the name by which it was asked for.
    Named(Rc<Located>),
    /// A fixed offset: what parsing makes of `+02:00` or of a name that the local zone does not know.
    Fixed(Str, i32),
}

/// A zone of the IANA data base. The data is part of the program, so that every machine knows the same zones.
#[derive(Debug)]
pub struct Located {
    name: String,
    rules: TimeZone,
}

/// What holds in a zone at some moment.
pub(super) struct Lookup {
    /// `CEST`; empty for an unnamed fixed offset.
    pub(super) name: Str,
    /// Seconds east of Greenwich.
    pub(super) offset: i32,
    pub(super) dst: bool,
}

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// `time.LoadLocation`.
///
/// # Errors
/// `unknown time zone NAME`, or `time: invalid location name` for a name that could leave the directory of the data base.
pub fn load_location(name: &[u8], host: &dyn Host) -> Result<Zone, String> {
    match name {
        b"" | b"UTC" => return Ok(Zone::Utc),
        b"Local" => return Ok(Zone::local(host)),
        _ => {}
    }
    if memchr::memmem::find(name, b"..").is_some() || name.starts_with(b"/") || name.starts_with(b"\\") {
        return Err("time: invalid location name".to_owned());
    }
    match std::str::from_utf8(name).ok().and_then(located) {
        Some(located) => Ok(Zone::Named(Rc::new(located))),
        None => Err(format!("unknown time zone {}", String::from_utf8_lossy(name))),
    }
}

fn located(name: &str) -> Option<Located> {
    let rules = DATABASE.get(name).ok()?;
    // Go looks for a file, so that upper and lower case matter.
    (name == "UTC" || rules.iana_name() == Some(name)).then(|| Located { name: name.to_owned(), rules })
}

impl Zone {
    /// `time.Local`: the host's zone; UTC under an unknown name.
    pub fn local(host: &dyn Host) -> Zone {
        let name = host.local_zone();
        let utc = || Located { name: "UTC".to_owned(), rules: TimeZone::UTC };
        Zone::Local(Rc::new(if name == "UTC" { utc() } else { located(name).unwrap_or_else(utc) }))
    }

    /// Whether both have one kind, name and offset.
    pub(super) fn is_same(&self, other: &Zone) -> bool {
        match (self, other) {
            (Zone::Utc, Zone::Utc) => true,
            (Zone::Local(a), Zone::Local(b)) | (Zone::Named(a), Zone::Named(b)) => a.name == b.name,
            (Zone::Fixed(a, a_offset), Zone::Fixed(b, b_offset)) => a == b && a_offset == b_offset,
            _ => false,
        }
    }

    /// `String()`: the name by which it was loaded; for the local zone that of the environment variable `TZ`.
    pub fn name(&self) -> Str {
        match self {
            Zone::Utc => Str::from_static("UTC"),
            Zone::Local(located) | Zone::Named(located) => Str::from(located.name.as_str()),
            Zone::Fixed(name, _) => name.clone(),
        }
    }

    /// The seconds east of Greenwich at a moment, given in seconds since 1970.
    pub fn offset_at(&self, unix: i64) -> i32 {
        self.lookup(unix).offset
    }

    pub(super) fn lookup(&self, unix: i64) -> Lookup {
        match self {
            Zone::Utc => Lookup { name: Str::from_static("UTC"), offset: 0, dst: false },
            Zone::Fixed(name, offset) => Lookup { name: name.clone(), offset: *offset, dst: false },
            Zone::Local(located) | Zone::Named(located) => {
                // Beyond the years that the data base counts, the rules of its last year hold.
                let second = unix.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
                let at = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
                let info = located.rules.to_offset_info(at);
                Lookup {
                    name: Str::from(info.abbreviation()),
                    offset: info.offset().seconds(),
                    dst: info.dst().is_dst(),
                }
            }
        }
    }

    /// The offset that an abbreviation has in this zone: the one that holds at that wall clock time, or any other time.
    pub(super) fn offset_of(&self, name: &[u8], wall: i64) -> Option<i32> {
        let (Zone::Local(located) | Zone::Named(located)) = self else { return None };
        if located.rules == TimeZone::UTC {
            return None;
        }
        // All offsets that the name ever had, in the order in which they came up.
        let mut offsets: Vec<i32> = located
            .rules
            .preceding(Timestamp::from_second(4_102_444_800).unwrap_or(Timestamp::MAX))
            .filter(|transition| transition.abbreviation().as_bytes() == name)
            .map(|transition| transition.offset().seconds())
            .collect();
        offsets.reverse();
        offsets.dedup();
        offsets
            .iter()
            .map(|offset| self.lookup(wall.wrapping_sub(i64::from(*offset))))
            .find(|found| found.name.as_bytes() == name)
            .map(|found| found.offset)
            .or_else(|| offsets.first().copied())
    }
}
