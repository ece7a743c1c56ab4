//! Which scalars yaml.v2 takes for timestamps. Only whether they are: their value is never used.

/// Whether Go's `time.Parse` reads a text with one of yaml.v2's four layouts: `2006-1-2T15:4:5.999999999Z07:00`, the same
/// with a `t`, `2006-1-2 15:4:5.999999999`, and `2006-1-2`.
pub(crate) fn is_timestamp(text: &[u8]) -> bool {
    // Nearly every number and word is sorted out here.
    if text.len() < 8 || text[4] != b'-' || !text[..4].iter().all(u8::is_ascii_digit) {
        return false;
    }
    parse(text).is_some()
}

fn parse(text: &[u8]) -> Option<()> {
    let year = text[..4].iter().fold(0, |year, b| year * 10 + u32::from(b - b'0'));
    let (month, rest) = short_number(&text[5..])?;
    let (day, rest) = short_number(rest.strip_prefix(b"-")?)?;
    if !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    match rest {
        [] => Some(()),
        [b'T' | b't', rest @ ..] => zone(time(rest)?),
        // Go's layouts match any number of blanks with one, and at the end of the text with none.
        [b' ', rest @ ..] => {
            let blanks = rest.iter().take_while(|&&b| b == b' ').count();
            time(&rest[blanks..])?.is_empty().then_some(())
        }
        _ => None,
    }
}

/// One or two digits.
fn short_number(text: &[u8]) -> Option<(u32, &[u8])> {
    match text {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', rest @ ..] => Some((u32::from(a - b'0') * 10 + u32::from(b - b'0'), rest)),
        [a @ b'0'..=b'9', rest @ ..] => Some((u32::from(a - b'0'), rest)),
        _ => None,
    }
}

/// Hours, minutes, seconds and any fraction; returns what follows.
fn time(text: &[u8]) -> Option<&[u8]> {
    let (hour, rest) = short_number(text)?;
    let (minute, rest) = short_number(rest.strip_prefix(b":")?)?;
    let (second, rest) = short_number(rest.strip_prefix(b":")?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    match rest {
        [b'.' | b',', b'0'..=b'9', ..] => {
            let digits = rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
            Some(&rest[1 + digits..])
        }
        _ => Some(rest),
    }
}

/// `Z` or an offset such as `+01:00`, and nothing behind it.
fn zone(text: &[u8]) -> Option<()> {
    match text {
        b"Z" => Some(()),
        [b'+' | b'-', h1 @ b'0'..=b'9', h2 @ b'0'..=b'9', b':', m1 @ b'0'..=b'9', m2 @ b'0'..=b'9'] => {
            let (hours, minutes) = ((h1 - b'0') * 10 + (h2 - b'0'), (m1 - b'0') * 10 + (m2 - b'0'));
            // Go lets offsets of 24 hours and of 60 minutes pass.
            (hours <= 24 && minutes <= 60).then_some(())
        }
        _ => None,
    }
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
