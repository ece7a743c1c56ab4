//! The formats that santhosh-tekuri/jsonschema knows, with what it says of a text that is none.

use thinlock_go::regexp::Regexp;
use thinlock_go::url::{Url, path_unescape};
use thinlock_go::{Str, Toolchain, strconv, time, utf8};

use super::super::ip;
use super::{Build, Quirks};

type Checked = Result<(), String>;

const NAMES: [&[u8]; 19] = [
    b"json-pointer",
    b"relative-json-pointer",
    b"uuid",
    b"duration",
    b"period",
    b"ipv4",
    b"ipv6",
    b"hostname",
    b"email",
    b"date",
    b"time",
    b"date-time",
    b"uri",
    b"iri",
    b"uri-reference",
    b"iri-reference",
    b"uri-template",
    b"semver",
    b"regex",
];

/// Whether a format is asserted; others are ignored.
pub(super) fn is_known(name: &Str) -> bool {
    NAMES.iter().any(|known| *known == name.as_bytes())
}

/// Checks a text against a known format.
pub(super) fn check(name: &Str, text: &Str, build: &Build) -> Checked {
    // The formats are of ASCII; what is no UTF-8 reads as U+FFFD, as in Go's range loops.
    let lossy = utf8::to_valid(text);
    let text_utf8 = lossy.as_ref();
    let toolchain = &build.toolchain;
    match name.as_bytes() {
        b"json-pointer" => json_pointer(text_utf8),
        b"relative-json-pointer" => relative_json_pointer(text_utf8),
        b"uuid" => uuid(text_utf8),
        b"duration" => duration(text_utf8),
        b"period" => period(text_utf8),
        b"ipv4" => ipv4(text_utf8),
        b"ipv6" => ipv6(text_utf8),
        b"hostname" => hostname(text_utf8),
        b"email" => email(text_utf8, &build.quirks),
        b"date" => date(text_utf8),
        b"time" => time_of_day(text_utf8),
        b"date-time" => date_time(text_utf8),
        b"uri" | b"iri" => uri(text_utf8, toolchain),
        b"uri-reference" | b"iri-reference" => uri_reference(text_utf8, toolchain),
        b"uri-template" => uri_template(text_utf8, toolchain),
        b"semver" => semver(text_utf8),
        b"regex" => match Regexp::compile(text, toolchain) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        },
        _ => Ok(()),
    }
}

fn err<T>(message: &str) -> Result<T, String> {
    Err(message.to_owned())
}

fn invalid_character(c: char) -> Checked {
    Err(format!("invalid character {}", strconv::quote_rune(c)))
}

fn json_pointer(text: &str) -> Checked {
    const TILDE: &str = "~ must be followed by 0 or 1";
    if text.is_empty() {
        return Ok(());
    }
    let Some(tokens) = text.strip_prefix('/') else { return err("not starting with /") };
    for token in tokens.split('/') {
        let mut chars = token.chars();
        while let Some(c) = chars.next() {
            match c {
                '~' if !matches!(chars.next(), Some('0' | '1')) => return err(TILDE),
                // The one character that no token may have is the tilde, which was looked at.
                _ => {}
            }
        }
    }
    Ok(())
}

fn relative_json_pointer(text: &str) -> Checked {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return err("must start with non-negative integer");
    }
    if digits > 1 && text.starts_with('0') {
        return err("starts with zero");
    }
    match text.get(digits..).unwrap_or_default() {
        "#" => Ok(()),
        pointer => json_pointer(pointer),
    }
}

fn uuid(text: &str) -> Checked {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    let groups: Vec<_> = text.split('-').collect();
    if groups.len() != LENGTHS.len() {
        return err("must have 5 elements");
    }
    for (at, (group, length)) in groups.iter().zip(LENGTHS).enumerate() {
        if group.len() != length {
            return Err(format!("element {} must be {length} characters long", at + 1));
        }
        if let Some(c) = group.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(format!("non-hex character {}", strconv::quote_rune(c)));
        }
    }
    Ok(())
}

fn duration(text: &str) -> Checked {
    let Some(text) = text.strip_prefix('P') else { return err("must start with P") };
    if text.is_empty() {
        return err("nothing after P");
    }
    if let Some(weeks) = text.strip_suffix('W') {
        if weeks.is_empty() {
            return err("no number in week");
        }
        return if weeks.bytes().all(|b| b.is_ascii_digit()) { Ok(()) } else { err("invalid week") };
    }
    const UNITS: [&str; 2] = ["YMD", "HMS"];
    for (at, part) in text.split('T').enumerate() {
        if at > 0 && part.is_empty() {
            return err("no time elements");
        }
        let Some(all) = UNITS.get(at) else { return err("more than one T") };
        let (mut units, mut rest) = (*all, part);
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return err("missing number");
            }
            rest = rest.get(digits..).unwrap_or_default();
            // Go takes one byte as the unit.
            let Some(&unit) = rest.as_bytes().first() else { return err("missing unit") };
            let c = char::from(unit);
            let Some(position) = units.find(c) else {
                let what = strconv::quote_rune(c);
                return Err(if all.contains(c) {
                    format!("unit {what} out of order")
                } else {
                    format!("invalid unit {what}")
                });
            };
            units = units.get(position + 1..).unwrap_or_default();
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    Ok(())
}

fn period(text: &str) -> Checked {
    let Some((start, end)) = text.split_once('/') else { return err("missing slash") };
    let named = |what: &str, checked: Checked| checked.map_err(|e| format!("invalid {what}: {e}"));
    if start.starts_with('P') {
        named("start duration", duration(start))?;
        return named("end date-time", date_time(end));
    }
    named("start date-time", date_time(start))?;
    if end.starts_with('P') { named("end duration", duration(end)) } else { named("end date-time", date_time(end)) }
}

fn ipv4(text: &str) -> Checked {
    let groups: Vec<_> = text.split('.').collect();
    if groups.len() != 4 {
        return err("expected four decimals");
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return err("leading zeros");
        }
        let n = strconv::atoi(group.as_bytes()).map_err(|e| e.to_string())?;
        if !(0..=255).contains(&n) {
            return err("decimal must be between 0 and 255");
        }
    }
    Ok(())
}

fn ipv6(text: &str) -> Checked {
    if !text.contains(':') {
        return err("missing colon");
    }
    if ip::parse(text)?.zoned {
        return err("zone id is not a part of ipv6 address");
    }
    Ok(())
}

fn hostname(text: &str) -> Checked {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 253 {
        return err("more than 253 characters long");
    }
    for label in text.split('.') {
        if !(1..=63).contains(&label.len()) {
            return err("label must be 1 to 63 characters long");
        }
        if label.starts_with('-') {
            return err("label starts with hyphen");
        }
        if label.ends_with('-') {
            return err("label ends with hyphen");
        }
        if let Some(c) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return invalid_character(c);
        }
    }
    Ok(())
}

fn email(text: &str, quirks: &Quirks) -> Checked {
    if text.len() > 254 {
        return err("more than 255 characters long");
    }
    let Some((local, domain)) = text.rsplit_once('@') else { return err("missing @") };
    if local.len() > 64 {
        return err("local part more than 64 characters long");
    }
    let quoted = local.len() > 1 && local.starts_with('"') && (quirks.half_quoted_email || local.ends_with('"'));
    if quoted {
        let inner = local.as_bytes().get(1..local.len() - 1).unwrap_or_default();
        if inner.iter().any(|b| matches!(b, b'\\' | b'"')) {
            return err("backslash and quote are not allowed within quoted local part");
        }
    } else {
        if local.starts_with('.') {
            return err("starts with dot");
        }
        if local.ends_with('.') {
            return err("ends with dot");
        }
        if local.contains("..") {
            return err("consecutive dots");
        }
        if let Some(c) = local.chars().find(|c| !c.is_ascii_alphanumeric() && !".!#$%&'*+-/=?^_`{|}~".contains(*c)) {
            return invalid_character(c);
        }
    }
    if let Some(address) = domain.strip_prefix('[').and_then(|d| d.strip_suffix(']')) {
        return match address.strip_prefix("IPv6:") {
            Some(address) => ipv6(address).map_err(|e| format!("invalid ipv6 address: {e}")),
            None => ipv4(address).map_err(|e| format!("invalid ipv4 address: {e}")),
        };
    }
    hostname(domain).map_err(|e| format!("invalid domain: {e}"))
}

fn date(text: &str) -> Checked {
    time::parse(b"2006-01-02", text.as_bytes(), &time::Zone::Utc).map(|_| ())
}

fn time_of_day(text: &str) -> Checked {
    if text.len() < 9 {
        return err("less than 9 characters long");
    }
    let bytes = text.as_bytes();
    if bytes.get(2) != Some(&b':') || bytes.get(5) != Some(&b':') {
        return err("missing colon in correct place");
    }
    let numbers = |part: &[u8], limit: usize, what: &str| {
        let mut out = Vec::new();
        for token in part.splitn(limit, |b| *b == b':') {
            match strconv::atoi(token) {
                Err(_) => return Err(format!("invalid {what}")),
                Ok(n) if n < 0 => return Err(format!("non-positive {what}")),
                Ok(n) => out.push(n),
            }
        }
        Ok(out)
    };
    let (mut hour, mut minute, second) =
        match numbers(bytes.get(..8).unwrap_or_default(), 3, "hour/min/sec")?.as_slice() {
            [h, m, s] => (*h, *m, *s),
            _ => return err("missing hour/min/sec"),
        };
    if hour > 23 || minute > 59 || second > 60 {
        return err("hour/min/sec out of range");
    }
    let mut rest = bytes.get(8..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return err("no digits in second fraction");
        }
        rest = fraction.get(digits..).unwrap_or_default();
    }
    if !matches!(rest, b"z" | b"Z") {
        if rest.len() != 6 {
            return err("offset must be 6 characters long");
        }
        let (sign, offset) = match rest {
            [b'+', offset @ ..] => (-1, offset),
            [b'-', offset @ ..] => (1, offset),
            _ => return err("offset must begin with plus/minus"),
        };
        if offset.get(2) != Some(&b':') {
            return err("missing colon in offset in correct place");
        }
        let (hours, minutes) = match numbers(offset, 2, "hour/min in offset")?.as_slice() {
            [h, m] => (*h, *m),
            _ => return err("invalid hour/min in offset"),
        };
        if hours > 23 || minutes > 59 {
            return err("hour/min in offset out of range");
        }
        let mut total = hour * 60 + minute + sign * (hours * 60 + minutes);
        if total < 0 {
            total += 24 * 60;
        }
        (hour, minute) = (total / 60, total % 60);
    }
    if second >= 60 && (hour != 23 || minute != 59) {
        return err("invalid leap second");
    }
    Ok(())
}

fn date_time(text: &str) -> Checked {
    if text.len() < 20 {
        return err("less than 20 characters long");
    }
    let (Some(day), Some(clock), Some(b't' | b'T')) = (text.get(..10), text.get(11..), text.as_bytes().get(10)) else {
        return err("11th character must be t or T");
    };
    date(day).map_err(|e| format!("invalid date element: {e}"))?;
    time_of_day(clock).map_err(|e| format!("invalid time element: {e}"))
}

fn parse_url(text: &str, toolchain: &Toolchain) -> Result<Url, String> {
    let parsed = Url::parse(text.as_bytes(), toolchain)?;
    let host = utf8::to_valid(parsed.hostname());
    if host.contains(':') {
        if !(parsed.host.contains(&b'[') && parsed.host.contains(&b']')) {
            return err("ipv6 address not enclosed in brackets");
        }
        ipv6(&host).map_err(|e| format!("invalid ipv6 address: {e}"))?;
    }
    Ok(parsed)
}

fn uri(text: &str, toolchain: &Toolchain) -> Checked {
    if parse_url(text, toolchain)?.scheme.is_empty() { err("relative url") } else { Ok(()) }
}

fn uri_reference(text: &str, toolchain: &Toolchain) -> Checked {
    if text.contains('\\') {
        return err("contains \\");
    }
    parse_url(text, toolchain).map(|_| ())
}

fn uri_template(text: &str, toolchain: &Toolchain) -> Checked {
    // Go keeps the raw path only where its own escapes of the path would differ from what was written.
    let raw = parse_url(text, toolchain)?.raw_path;
    for token in utf8::to_valid(&raw).split('/') {
        let token = path_unescape(token.as_bytes()).map_err(|e| format!("percent decode failed: {e}"))?;
        let mut open = false;
        for b in token.iter().filter(|b| matches!(b, b'{' | b'}')) {
            if (*b == b'{') == open {
                return err("nested curly braces");
            }
            open = !open;
        }
        if open {
            return err("no matching closing brace");
        }
    }
    Ok(())
}

fn semver(text: &str) -> Checked {
    let identifier = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let wrong =
        |c: char, place: &str| Err(format!("invalid character {} in {place} identifier", strconv::quote_rune(c)));
    let (rest, build) = text.split_once('+').map_or((text, None), |(rest, build)| (rest, Some(build)));
    if let Some(build) = build {
        if build.is_empty() {
            return err("build is empty");
        }
        for part in build.split('.') {
            if part.is_empty() {
                return err("build identifier is empty");
            }
            if let Some(c) = part.chars().find(|c| !identifier(*c)) {
                return wrong(c, "build");
            }
        }
    }
    let (core, pre_release) = rest.split_once('-').map_or((rest, None), |(core, pre)| (core, Some(pre)));
    for part in pre_release.into_iter().flat_map(|pre| pre.split('.')) {
        if part.is_empty() {
            return err("pre-release identifier is empty");
        }
        if let Some(c) = part.chars().find(|c| !identifier(*c)) {
            return wrong(c, "pre-release");
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit()) {
            return err("pre-release numeric identifier starts with zero");
        }
    }
    let versions: Vec<_> = core.split('.').collect();
    if versions.len() != 3 {
        return err("versionCore must have 3 numbers separated by dot");
    }
    for (version, name) in versions.iter().zip(["major", "minor", "patch"]) {
        if version.is_empty() {
            return Err(format!("{name} is empty"));
        }
        if version.len() > 1 && version.starts_with('0') {
            return Err(format!("{name} starts with zero"));
        }
        if !version.bytes().all(|b| b.is_ascii_digit()) {
            return Err(format!("{name} contains non-digit"));
        }
    }
    Ok(())
}
