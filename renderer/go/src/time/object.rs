//! Moments, durations and what their methods return, as template values.

use std::any::Any;
use std::rc::Rc;

use super::{Civil, DAYS, Duration, MONTHS, Time, UNIX_TO_YEAR_1, Zone, quote};
use crate::object::{Field, Method};
use crate::types::{BOOL, FLOAT64, INT, INT64, Kind, SLICE_BYTE, STRING, Type, TypeInfo, UINT8, UINT64};
use crate::{CallError, Interp, List, Object, Str, Toolchain, Value};

/// `time.Time`.
pub static TIME: TypeInfo = TypeInfo::plain("time.Time", Kind::Struct);
/// `time.Duration`.
pub static DURATION: TypeInfo = TypeInfo::plain("time.Duration", Kind::Int64);
static MONTH: TypeInfo = TypeInfo::plain("time.Month", Kind::Int);
static WEEKDAY: TypeInfo = TypeInfo::plain("time.Weekday", Kind::Int);
static LOCATION_STRUCT: TypeInfo = TypeInfo::plain("time.Location", Kind::Struct);
static ZONE: TypeInfo = TypeInfo::plain("time.zone", Kind::Struct);
static SLICE_ZONE: TypeInfo = TypeInfo::of("[]time.zone", Kind::Slice, &ZONE);
static ZONE_POINTER: TypeInfo = TypeInfo::of("*time.zone", Kind::Pointer, &ZONE);
static ZONE_TRANS: TypeInfo = TypeInfo::plain("time.zoneTrans", Kind::Struct);
static SLICE_ZONE_TRANS: TypeInfo = TypeInfo::of("[]time.zoneTrans", Kind::Slice, &ZONE_TRANS);
static LOCATION: TypeInfo = TypeInfo::of("*time.Location", Kind::Pointer, &LOCATION_STRUCT);

/// The moment in a value, if it is a `time.Time`.
pub fn as_time(value: &Value) -> Option<&Time> {
    match value {
        Value::Object(object) => object.as_any().downcast_ref(),
        _ => None,
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Value {
        Value::Object(Rc::new(time))
    }
}

impl From<Duration> for Value {
    fn from(duration: Duration) -> Value {
        Value::Object(Rc::new(duration))
    }
}

const fn method(name: &'static str, params: &'static [Type], result: Type) -> Method {
    Method { name, params, variadic: false, result }
}

/// An argument that is missing or of another type: the executor checks arguments before it calls.
fn wrong(method: &str) -> CallError {
    CallError::message(format!("wrong arguments for {method}"))
}

fn int_arg(args: &[Value], at: usize, method: &str) -> Result<i64, CallError> {
    match args.get(at) {
        Some(Value::Int(_, n)) => Ok(*n),
        Some(Value::Object(object)) => match object.underlying() {
            Some(Value::Int(_, n)) => Ok(n),
            _ => Err(wrong(method)),
        },
        _ => Err(wrong(method)),
    }
}

fn time_arg<'a>(args: &'a [Value], method: &str) -> Result<&'a Time, CallError> {
    args.first().and_then(as_time).ok_or_else(|| wrong(method))
}

fn bytes_arg<'a>(args: &'a [Value], method: &str) -> Result<&'a [u8], CallError> {
    match args.first() {
        Some(Value::Bytes(bytes)) => Ok(bytes),
        Some(Value::Nil) => Ok(b""),
        _ => Err(wrong(method)),
    }
}

static INT_INT: TypeInfo = TypeInfo::results("(int, int)");
static INT_INT_INT: TypeInfo = TypeInfo::results("(int, int, int)");
static INT_MONTH_INT: TypeInfo = TypeInfo::results("(int, time.Month, int)");
static STRING_INT: TypeInfo = TypeInfo::results("(string, int)");
static TIME_TIME: TypeInfo = TypeInfo::results("(time.Time, time.Time)");

static TIME_METHODS: &[Method] = &[
    method("Add", &[&DURATION], &TIME),
    method("AddDate", &[&INT, &INT, &INT], &TIME),
    method("After", &[&TIME], &BOOL),
    method("AppendBinary", &[&SLICE_BYTE], &SLICE_BYTE),
    method("AppendFormat", &[&SLICE_BYTE, &STRING], &SLICE_BYTE),
    method("AppendText", &[&SLICE_BYTE], &SLICE_BYTE),
    method("Before", &[&TIME], &BOOL),
    method("Clock", &[], &INT_INT_INT),
    method("Compare", &[&TIME], &INT),
    method("Date", &[], &INT_MONTH_INT),
    method("Day", &[], &INT),
    method("Equal", &[&TIME], &BOOL),
    method("Format", &[&STRING], &STRING),
    method("GoString", &[], &STRING),
    method("GobEncode", &[], &SLICE_BYTE),
    method("Hour", &[], &INT),
    method("In", &[&LOCATION], &TIME),
    method("ISOWeek", &[], &INT_INT),
    method("IsDST", &[], &BOOL),
    method("IsZero", &[], &BOOL),
    method("Local", &[], &TIME),
    method("Location", &[], &LOCATION),
    method("MarshalBinary", &[], &SLICE_BYTE),
    method("MarshalJSON", &[], &SLICE_BYTE),
    method("MarshalText", &[], &SLICE_BYTE),
    method("Minute", &[], &INT),
    method("Month", &[], &MONTH),
    method("Nanosecond", &[], &INT),
    method("Round", &[&DURATION], &TIME),
    method("Second", &[], &INT),
    method("String", &[], &STRING),
    method("Sub", &[&TIME], &DURATION),
    method("Truncate", &[&DURATION], &TIME),
    method("UTC", &[], &TIME),
    method("Unix", &[], &INT64),
    method("UnixMicro", &[], &INT64),
    method("UnixMilli", &[], &INT64),
    method("UnixNano", &[], &INT64),
    method("Weekday", &[], &WEEKDAY),
    method("Year", &[], &INT),
    method("YearDay", &[], &INT),
    method("Zone", &[], &STRING_INT),
    method("ZoneBounds", &[], &TIME_TIME),
];

impl Time {
    /// `String()`, without the monotonic reading.
    fn text(&self) -> Vec<u8> {
        self.format(b"2006-01-02 15:04:05.999999999 -0700 MST")
    }

    /// RFC 3339 as `MarshalText` and `MarshalJSON` write it.
    fn strict_rfc3339(&self) -> Result<Vec<u8>, &'static str> {
        if !(0..=9999).contains(&self.civil().year) {
            return Err("year outside of range [0,9999]");
        }
        if self.zone.lookup(self.seconds).offset.abs() >= 86_400 {
            return Err("timezone hour outside of range [0,23]");
        }
        Ok(self.format(b"2006-01-02T15:04:05.999999999Z07:00"))
    }

    /// Go's binary form: version, seconds since the year 1, nanoseconds, minutes (and seconds) east of Greenwich.
    fn binary(&self) -> Result<Vec<u8>, &'static str> {
        let (mut version, mut minutes, mut seconds) = (1, -1, 0);
        if !matches!(self.zone, Zone::Utc) {
            let offset = self.zone.lookup(self.seconds).offset;
            if offset % 60 != 0 {
                (version, seconds) = (2, offset % 60);
            }
            minutes = i16::try_from(offset / 60).ok().filter(|m| *m != -1).ok_or("unexpected zone offset")?;
        }
        let mut out = vec![version];
        out.extend(self.seconds.wrapping_add(UNIX_TO_YEAR_1).to_be_bytes());
        out.extend(self.nanos.to_be_bytes());
        out.extend(minutes.to_be_bytes());
        if version == 2 {
            // Below a minute; negative ones as two's complement.
            out.push(seconds as i8 as u8);
        }
        Ok(out)
    }

    fn code(&self) -> String {
        let Civil { year, month, day, hour, minute, second } = self.civil();
        let month = usize::try_from(month - 1).ok().and_then(|m| MONTHS.get(m)).copied().unwrap_or_default();
        let zone = match &self.zone {
            Zone::Utc => "time.UTC".to_owned(),
            Zone::Local(_) => "time.Local".to_owned(),
            other => format!("time.Location({})", quote(&other.name())),
        };
        format!(
            "time.Date({year}, time.{month}, {day}, {hour}, {minute}, {second}, {nanos}, {zone})",
            nanos = self.nanos
        )
    }

    fn unix_in(&self, units_per_second: i64) -> i64 {
        let nanos_per_unit = 1_000_000_000 / units_per_second;
        self.seconds.wrapping_mul(units_per_second).wrapping_add(i64::from(self.nanos) / nanos_per_unit)
    }
}

impl Object for Time {
    fn go_type(&self) -> Type {
        &TIME
    }

    fn fields(&self) -> Vec<Field> {
        let field = |name, go_type, value| Field { name, go_type, value, embedded: false, json: "" };
        let location = Location(if matches!(self.zone, Zone::Utc) { None } else { Some(self.zone.clone()) });
        vec![
            field("wall", &UINT64, Value::Uint(crate::UintKind::Uint64, u64::from(self.nanos))),
            field("ext", &INT64, Value::int64(self.seconds.wrapping_add(UNIX_TO_YEAR_1))),
            field("loc", &LOCATION, Value::Object(Rc::new(location))),
        ]
    }

    fn methods(&self) -> &'static [Method] {
        TIME_METHODS
    }

    fn has_method(&self, method: &str, toolchain: &Toolchain) -> bool {
        toolchain.time_appends || !matches!(method, "AppendText" | "AppendBinary")
    }

    fn call(&self, method: &str, args: &mut [Value], interp: &mut dyn Interp) -> Result<Value, CallError> {
        let civil = self.civil();
        let duration = |args: &[Value]| int_arg(args, 0, method).map(Duration);
        Ok(match method {
            "Add" => self.add(duration(args)?).into(),
            "AddDate" => {
                let part = |at| int_arg(args, at, method);
                self.add_date(part(0)?, part(1)?, part(2)?).into()
            }
            "After" => self.compare(time_arg(args, method)?).is_gt().into(),
            "Before" => self.compare(time_arg(args, method)?).is_lt().into(),
            "Equal" => self.compare(time_arg(args, method)?).is_eq().into(),
            "Compare" => Value::int(self.compare(time_arg(args, method)?) as i64),
            "Sub" => self.sub(time_arg(args, method)?).into(),
            "Round" => self.round(duration(args)?).into(),
            "Truncate" => self.truncate(duration(args)?).into(),
            "Format" => match args.first() {
                Some(Value::Str(layout)) => Value::Str(self.format(layout).into()),
                _ => return Err(wrong(method)),
            },
            "AppendFormat" => {
                let mut out = bytes_arg(args, method)?.to_vec();
                match args.get(1) {
                    Some(Value::Str(layout)) => self.append_format(&mut out, layout),
                    _ => return Err(wrong(method)),
                }
                Value::bytes(out)
            }
            "AppendText" | "MarshalText" => {
                let mut out = if method == "AppendText" { bytes_arg(args, method)?.to_vec() } else { Vec::new() };
                out.extend(self.strict_rfc3339().map_err(|e| CallError::message(format!("Time.{method}: {e}")))?);
                Value::bytes(out)
            }
            "AppendBinary" | "MarshalBinary" | "GobEncode" => {
                let mut out = if method == "AppendBinary" { bytes_arg(args, method)?.to_vec() } else { Vec::new() };
                let prefix = if method == "GobEncode" { "MarshalBinary" } else { method };
                out.extend(self.binary().map_err(|e| CallError::message(format!("Time.{prefix}: {e}")))?);
                Value::bytes(out)
            }
            "MarshalJSON" => Value::bytes(self.json().unwrap_or(Ok(Vec::new()))?),
            "In" => match args.first() {
                // Where the argument is nil the executor passes no `*time.Location` but a plain nil.
                Some(Value::Object(object)) => match object.as_any().downcast_ref::<Location>() {
                    Some(Location(Some(zone))) => self.in_zone(zone.clone()).into(),
                    _ => return Err(CallError::message(MISSING_LOCATION)),
                },
                _ => return Err(CallError::message(MISSING_LOCATION)),
            },
            "Local" => self.in_zone(Zone::local(interp.host())).into(),
            "UTC" => self.in_zone(Zone::Utc).into(),
            "Location" => Value::Object(Rc::new(Location(Some(self.zone.clone())))),
            "Year" => Value::int(civil.year),
            "Month" => Value::Object(Rc::new(Named { go_type: &MONTH, number: civil.month })),
            "Day" => Value::int(civil.day),
            "Hour" => Value::int(civil.hour),
            "Minute" => Value::int(civil.minute),
            "Second" => Value::int(civil.second),
            "Nanosecond" => Value::int(i64::from(self.nanos)),
            "Weekday" => Value::Object(Rc::new(Named { go_type: &WEEKDAY, number: self.weekday() })),
            "YearDay" => Value::int(self.year_day()),
            "Unix" => Value::int64(self.seconds),
            "UnixMilli" => Value::int64(self.unix_in(1_000)),
            "UnixMicro" => Value::int64(self.unix_in(1_000_000)),
            "UnixNano" => Value::int64(self.unix_in(1_000_000_000)),
            "IsZero" => self.is_zero().into(),
            "IsDST" => self.zone.lookup(self.seconds).dst.into(),
            "String" => Value::Str(self.text().into()),
            "GoString" => Value::Str(self.code().into()),
            _ => return Err(CallError::message(format!("time.Time: no method {method}"))),
        })
    }

    fn string(&self) -> Option<Str> {
        Some(self.text().into())
    }

    fn go_string(&self) -> Option<Str> {
        Some(self.code().into())
    }

    fn json(&self) -> Option<Result<Vec<u8>, String>> {
        Some(match self.strict_rfc3339() {
            Ok(text) => Ok([b"\"", &text[..], b"\""].concat()),
            Err(error) => Err(format!("Time.MarshalJSON: {error}")),
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

static DURATION_METHODS: &[Method] = &[
    method("Abs", &[], &DURATION),
    method("Hours", &[], &FLOAT64),
    method("Microseconds", &[], &INT64),
    method("Milliseconds", &[], &INT64),
    method("Minutes", &[], &FLOAT64),
    method("Nanoseconds", &[], &INT64),
    method("Round", &[&DURATION], &DURATION),
    method("Seconds", &[], &FLOAT64),
    method("String", &[], &STRING),
    method("Truncate", &[&DURATION], &DURATION),
];

impl Object for Duration {
    fn go_type(&self) -> Type {
        &DURATION
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int64(self.0))
    }

    fn counted(&self, number: i64) -> Option<Value> {
        Some(Duration(number).into())
    }

    fn methods(&self) -> &'static [Method] {
        DURATION_METHODS
    }

    fn call(&self, method: &str, args: &mut [Value], _: &mut dyn Interp) -> Result<Value, CallError> {
        Ok(match method {
            "Abs" => self.abs().into(),
            "Hours" => Value::Float(self.hours()),
            "Minutes" => Value::Float(self.minutes()),
            "Seconds" => Value::Float(self.seconds()),
            "Milliseconds" => Value::int64(self.0 / 1_000_000),
            "Microseconds" => Value::int64(self.0 / 1_000),
            "Nanoseconds" => Value::int64(self.0),
            "Round" => self.round(Duration(int_arg(args, 0, method)?)).into(),
            "Truncate" => self.truncate(Duration(int_arg(args, 0, method)?)).into(),
            "String" => Value::Str(self.format().into()),
            _ => return Err(CallError::message(format!("time.Duration: no method {method}"))),
        })
    }

    fn string(&self) -> Option<Str> {
        Some(self.format().into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `time.Month` or `time.Weekday`.
#[derive(Debug)]
struct Named {
    go_type: Type,
    number: i64,
}

impl Named {
    fn text(&self) -> Str {
        let (names, at, kind) = if *self.go_type == MONTH {
            (&MONTHS[..], self.number - 1, "Month")
        } else {
            (&DAYS[..], self.number, "Weekday")
        };
        match usize::try_from(at).ok().and_then(|at| names.get(at)) {
            Some(name) => Str::from_static(name),
            None => format!("%!{kind}({})", self.number).into(),
        }
    }
}

/// What Go panics with when the zone is a nil pointer.
const MISSING_LOCATION: &str = "time: missing Location in call to Time.In";

static STRING_METHOD: &[Method] = &[method("String", &[], &STRING)];

impl Object for Named {
    fn go_type(&self) -> Type {
        self.go_type
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int(self.number))
    }

    fn counted(&self, number: i64) -> Option<Value> {
        Some(Value::Object(Rc::new(Named { go_type: self.go_type, number })))
    }

    fn methods(&self) -> &'static [Method] {
        STRING_METHOD
    }

    fn call(&self, _: &str, _: &mut [Value], _: &mut dyn Interp) -> Result<Value, CallError> {
        Ok(Value::Str(self.text()))
    }

    fn string(&self) -> Option<Str> {
        Some(self.text())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `*time.Location`; without a zone the nil pointer, by which Go's `time.Time` says UTC.
#[derive(Debug)]
struct Location(Option<Zone>);

impl Object for Location {
    fn go_type(&self) -> Type {
        &LOCATION
    }

    fn is_nil(&self) -> bool {
        self.0.is_none()
    }

    fn pointee(&self) -> Option<Value> {
        self.0.as_ref().map(location_struct)
    }

    fn is_same_pointer(&self, other: &dyn Object) -> bool {
        match (&self.0, other.as_any().downcast_ref::<Location>()) {
            (Some(zone), Some(Location(Some(other)))) => zone.is_same(other),
            (None, Some(Location(None))) => true,
            _ => false,
        }
    }

    fn methods(&self) -> &'static [Method] {
        STRING_METHOD
    }

    fn call(&self, _: &str, _: &mut [Value], _: &mut dyn Interp) -> Result<Value, CallError> {
        Ok(Value::Str(self.0.as_ref().unwrap_or(&Zone::Utc).name()))
    }

    fn string(&self) -> Option<Str> {
        Some(self.0.as_ref().unwrap_or(&Zone::Utc).name())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What a `*time.Location` points to: `fmt` shows it for a verb that means nothing to a pointer.
///
/// The tables of a zone of the IANA data base are left out; Go prints all their transitions.
fn location_struct(zone: &Zone) -> Value {
    let field = |name, go_type, value| Field { name, go_type, value, embedded: false, json: "" };
    let list = |go_type, items| {
        Value::List(if let Some(items) = items { List::new(go_type, items) } else { List::nil(go_type) })
    };
    // A fixed zone is a table of one entry, which holds from the beginning of time to its end.
    let (zones, transitions, start, end) = match zone {
        Zone::Fixed(name, offset) => {
            let entry = vec![
                field("name", &STRING, Value::Str(name.clone())),
                field("offset", &INT, Value::int(i64::from(*offset))),
                field("isDST", &BOOL, false.into()),
            ];
            let transition = vec![
                field("when", &INT64, Value::int64(i64::MIN)),
                field("index", &UINT8, Value::Uint(crate::UintKind::Uint8, 0)),
                field("isstd", &BOOL, false.into()),
                field("isutc", &BOOL, false.into()),
            ];
            let of = |go_type, fields| Some(vec![Value::Object(Rc::new(Unexported { go_type, fields }))]);
            (of(&ZONE, entry), of(&ZONE_TRANS, transition), i64::MIN, i64::MAX)
        }
        _ => (None, None, 0, 0),
    };
    let cached = Value::Object(Rc::new(ZonePointer { nil: zones.is_none() }));
    let fields = vec![
        field("name", &STRING, Value::Str(zone.name())),
        field("zone", &SLICE_ZONE, list(&SLICE_ZONE, zones)),
        field("tx", &SLICE_ZONE_TRANS, list(&SLICE_ZONE_TRANS, transitions)),
        field("extend", &STRING, Value::Str(Str::from_static(""))),
        field("cacheStart", &INT64, Value::int64(start)),
        field("cacheEnd", &INT64, Value::int64(end)),
        field("cacheZone", &ZONE_POINTER, cached),
    ];
    Value::Object(Rc::new(Unexported { go_type: &LOCATION_STRUCT, fields }))
}

/// A struct of which only `fmt` sees anything.
#[derive(Debug)]
struct Unexported {
    go_type: Type,
    fields: Vec<Field>,
}

impl Object for Unexported {
    fn go_type(&self) -> Type {
        self.go_type
    }

    fn fields(&self) -> Vec<Field> {
        self.fields.clone()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The zone that a location has looked up last.
#[derive(Debug)]
struct ZonePointer {
    nil: bool,
}

impl Object for ZonePointer {
    fn go_type(&self) -> Type {
        &ZONE_POINTER
    }

    fn is_nil(&self) -> bool {
        self.nil
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
