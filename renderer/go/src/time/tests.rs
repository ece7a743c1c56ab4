use super::{Civil, Duration, Time, Zone, load_location, parse_in_location};
use crate::{Host, Object, Value, fmt};

struct At(&'static str);

impl Host for At {
    fn now_unix_nanos(&self) -> i128 {
        -1
    }

    fn local_zone(&self) -> &str {
        self.0
    }

    fn fill_random(&self, _: &mut [u8]) -> Result<(), String> {
        Err("no randomness".to_owned())
    }

    fn host_by_name(&self, _: &str) -> String {
        String::new()
    }
}

fn text(value: impl Into<Value>) -> String {
    let mut out = Vec::new();
    fmt::append_value(&mut out, &value.into()).expect("small");
    String::from_utf8_lossy(&out).into_owned()
}

fn sample() -> Time {
    let civil = Civil { year: 2023, month: 7, day: 4, hour: 9, minute: 8, second: 7 };
    Time::date(civil, 0, Zone::Utc)
}

#[test]
fn formats() {
    let check = |layout: &str, expect: &str| {
        assert_eq!(String::from_utf8_lossy(&sample().format(layout.as_bytes())), expect, "{layout}");
    };
    check("Jan 2, 2006 at 3:04pm (MST)", "Jul 4, 2023 at 9:08am (UTC)");
    check("Mon Jan _2 15:04:05 2006", "Tue Jul  4 09:08:07 2023");
    check("2006-002", "2023-185");
    check("__2", "185");
    check("_2006", "_2023");
    check(".000", ".000");
    check("05.999", "07");
    check("YYYY", "YYYY");
    check("-07:00:00", "+00:00:00");
    check("Z0700", "Z");
    check("January Janet", "July Janet");
}

#[test]
fn formats_in_zones() {
    let check = |zone: &str, unix: i64, expect: &str| {
        let zone = load_location(zone.as_bytes(), &At("UTC")).expect(zone);
        let time = Time::unix(unix, zone);
        assert_eq!(String::from_utf8_lossy(&time.format(b"2006-01-02T15:04:05Z07:00 MST")), expect);
    };
    check("Asia/Kolkata", 1_688_461_687, "2023-07-04T14:38:07+05:30 IST");
    check("Europe/Berlin", 1_688_461_687, "2023-07-04T11:08:07+02:00 CEST");
    check("America/Sao_Paulo", 1_688_461_687, "2023-07-04T06:08:07-03:00 -03");
    check("Europe/Berlin", -3_000_000_000, "1874-12-07T19:33:28+00:53 LMT");
    let unknown = load_location(b"Nope/Zone", &At("UTC"));
    assert_eq!(unknown.err().as_deref(), Some("unknown time zone Nope/Zone"));
    assert_eq!(load_location(b"../x", &At("UTC")).err().as_deref(), Some("time: invalid location name"));
    assert!(load_location(b"europe/berlin", &At("UTC")).is_err());
}

#[test]
fn parses() {
    let check = |zone: &'static str, layout: &str, value: &str, expect: &str| {
        let got = match parse_in_location(layout.as_bytes(), value.as_bytes(), &Zone::local(&At(zone))) {
            Ok(time) => text(time),
            Err(error) => error,
        };
        assert_eq!(got, expect, "{layout} {value}");
    };
    check("UTC", "2006-01-02", "2023-07-04", "2023-07-04 00:00:00 +0000 UTC");
    check("UTC", "2006-01-02", "bad", "parsing time \"bad\" as \"2006-01-02\": cannot parse \"bad\" as \"2006\"");
    check("UTC", "2006-01-02", "2023-02-30", "parsing time \"2023-02-30\": day out of range");
    check("UTC", "2006-01-02", "2023-13-01", "parsing time \"2023-13-01\": month out of range");
    check("UTC", "2006-01-02", "2023-07-04 extra", "parsing time \"2023-07-04 extra\": extra text: \" extra\"");
    check("UTC", "2006-01-02 MST", "2023-07-04 PST", "2023-07-04 00:00:00 +0000 PST");
    check("UTC", "15:04:05", "01:02:03.5", "0000-01-01 01:02:03.5 +0000 UTC");
    check("UTC", "2006-01-02T15:04:05Z07:00", "2023-07-04T09:08:07+02:00", "2023-07-04 09:08:07 +0200 +0200");
    check("Europe/Berlin", "2006-01-02 15:04 MST", "2023-07-04 09:08 CEST", "2023-07-04 09:08:00 +0200 CEST");
    check("Europe/Berlin", "2006-01-02 15:04", "2023-03-26 02:30", "2023-03-26 03:30:00 +0200 CEST");
    check("UTC", "2006-002", "2024-366", "2024-12-31 00:00:00 +0000 UTC");
    check("UTC", "2006", "\u{e9}", "parsing time \"\\xc3\\xa9\" as \"2006\": cannot parse \"\\xc3\\xa9\" as \"2006\"");
}

#[test]
fn prints_as_values() {
    assert_eq!(text(Time::ZERO), "0001-01-01 00:00:00 +0000 UTC");
    assert_eq!(text(Time::now(&At("UTC"))), "1969-12-31 23:59:59.999999999 +0000 UTC");
    assert_eq!(sample().json(), Some(Ok(b"\"2023-07-04T09:08:07Z\"".to_vec())));
    let far = sample().add_date(10_000, 0, 0);
    assert_eq!(far.json(), Some(Err("Time.MarshalJSON: year outside of range [0,9999]".to_owned())));
    assert_eq!(text(sample().add_date(0, 2, 27)), "2023-10-01 09:08:07 +0000 UTC");
    assert_eq!(text(sample().round(Duration(3_600_000_000_000))), "2023-07-04 09:00:00 +0000 UTC");
    // What does not fit in 64 bits wraps, as in Go.
    let wrapped = Time::ZERO.add_date(1, 1, 9_007_199_254_740_993);
    assert_eq!(text(wrapped), "109603884237-03-09 17:48:48 +0000 UTC");
    let extreme = Time::ZERO.add_date(i64::MAX, i64::MAX, i64::MAX);
    assert_eq!(text(extreme), "-0001-11-30 10:33:36 +0000 UTC");
}

#[test]
fn durations() {
    let check = |input: &str, expect: &str| {
        let got = Duration::parse(input.as_bytes()).map_or_else(|e| e, Duration::format);
        assert_eq!(got, expect, "{input}");
    };
    check("0", "0s");
    check("1h15m30.918s", "1h15m30.918s");
    check("-1.5h", "-1h30m0s");
    check("1500us", "1.5ms");
    check("1µs1ns", "1.001µs");
    check("9223372036854775807ns", "2562047h47m16.854775807s");
    check("-9223372036854775808ns", "-2562047h47m16.854775808s");
    check("9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\"");
    check("", "time: invalid duration \"\"");
    check("1", "time: missing unit in duration \"1\"");
    check("1d", "time: unknown unit \"d\" in duration \"1d\"");
    let hour = Duration::parse(b"1h").expect("valid");
    assert_eq!(Duration::parse(b"90m").expect("valid").round(hour).format(), "2h0m0s");
    assert_eq!(Duration::parse(b"-90m").expect("valid").truncate(hour).format(), "-1h0m0s");
    assert_eq!(Duration(i64::MIN).round(hour), Duration(i64::MIN));
}
