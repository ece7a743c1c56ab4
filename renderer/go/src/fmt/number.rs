//! Integers, characters and floats under flags: Go's `fmt/format.go`.

use super::printer::{Flags, Printer};
use crate::{CallError, strconv, unicode, utf8};

/// The digits of a base, and the letter of the hexadecimal prefix.
pub(super) const LOWER_DIGITS: &[u8; 17] = b"0123456789abcdefx";
/// As [`LOWER_DIGITS`].
pub(super) const UPPER_DIGITS: &[u8; 17] = b"0123456789ABCDEFX";

type Printed = Result<(), CallError>;

impl Printer<'_> {
    /// `fmtInteger`: `n` holds the bits of a signed number where `signed` says so.
    pub(super) fn integer(&mut self, n: u64, base: u64, signed: bool, verb: char, digits: &[u8; 17]) -> Printed {
        let Flags { width, precision, minus, plus, sharp, space, zero, .. } = self.flags;
        let negative = signed && (n as i64) < 0;
        let magnitude = if negative { n.wrapping_neg() } else { n };
        if precision == Some(0) && magnitude == 0 {
            // Nothing but padding, and never with zeros.
            self.flags.zero = false;
            let printed = self.padding(width.unwrap_or(0));
            self.flags.zero = zero;
            return printed;
        }
        let signed_room = usize::from(negative || plus || space);
        let least = match (precision, width) {
            (Some(precision), _) => precision,
            (None, Some(width)) if zero && !minus => width.saturating_sub(signed_room),
            _ => 0,
        };
        let mut buffer = [0; 64];
        let mut start = buffer.len();
        let mut rest = magnitude;
        loop {
            start -= 1;
            buffer[start] = digits[(rest % base) as usize];
            rest /= base;
            if rest == 0 {
                break;
            }
        }
        let shown = &buffer[start..];
        let mut text = Vec::with_capacity(shown.len().max(least) + 5);
        if negative {
            text.push(b'-');
        } else if plus {
            text.push(b'+');
        } else if space {
            text.push(b' ');
        }
        if verb == 'O' {
            text.extend_from_slice(b"0o");
        }
        let fill = least.saturating_sub(shown.len());
        if sharp {
            match base {
                2 => text.extend_from_slice(b"0b"),
                8 if fill == 0 && shown.first() != Some(&b'0') => text.push(b'0'),
                16 => text.extend_from_slice(&[b'0', digits[16]]),
                _ => {}
            }
        }
        text.resize(text.len() + fill, b'0');
        text.extend_from_slice(shown);
        // Zeros were handled above.
        self.flags.zero = false;
        let printed = self.pad(&text);
        self.flags.zero = zero;
        printed
    }

    /// `fmtUnicode`: `U+0078`, and with the flag `#` `U+0078 'x'`.
    pub(super) fn unicode(&mut self, n: u64) -> Printed {
        let precision = self.flags.precision.unwrap_or(4).max(4);
        let digits = format!("{n:X}");
        let mut text = b"U+".to_vec();
        text.resize(text.len() + precision.saturating_sub(digits.len()), b'0');
        text.extend_from_slice(digits.as_bytes());
        if self.flags.sharp
            && let Some(c) = u32::try_from(n).ok().and_then(char::from_u32).filter(|c| unicode::is_print(*c))
        {
            text.extend_from_slice(b" '");
            utf8::push(&mut text, c);
            text.push(b'\'');
        }
        let zero = std::mem::take(&mut self.flags.zero);
        let printed = self.pad(&text);
        self.flags.zero = zero;
        printed
    }

    /// `fmtFloat`: `precision` is the verb's default, `None` the shortest form.
    pub(super) fn float(&mut self, x: f64, format: u8, precision: Option<usize>) -> Printed {
        let Flags { width, minus, plus, sharp, space, zero, .. } = self.flags;
        let precision = self.flags.precision.or(precision);
        let mut text = vec![b'+'];
        // Widths and precisions are at most a million.
        strconv::append_float(&mut text, x, format, precision.map_or(-1, |p| p.min(1_000_000) as i32), 64);
        if matches!(text.get(1), Some(b'-' | b'+')) {
            text.remove(0);
        }
        if let Some(sign) = text.first_mut()
            && space
            && *sign == b'+'
            && !plus
        {
            *sign = b' ';
        }
        // An infinity is no number to be filled with zeros.
        if let Some(letter @ (b'I' | b'N')) = text.get(1) {
            let bare = *letter == b'N' && !space && !plus;
            // An infinity keeps its sign only where that was asked for; Go's `%v` of one is `+Inf` all the same.
            self.flags.zero = false;
            let printed = self.pad(text.get(usize::from(bare)..).unwrap_or_default());
            self.flags.zero = zero;
            return printed;
        }
        if sharp && format != b'b' {
            keep_zeros(&mut text, format, precision);
        }
        if plus || text.first() != Some(&b'+') {
            if zero && !minus && width.is_some_and(|w| w > text.len()) {
                // The sign stands before the zeros.
                let (sign, digits) = text.split_first().unwrap_or((&b'+', &[]));
                self.out.push(*sign);
                self.padding(width.unwrap_or(0) - text.len())?;
                self.out.extend_from_slice(digits);
                return Ok(());
            }
            return self.pad(&text);
        }
        self.pad(text.get(1..).unwrap_or_default())
    }
}

/// The flag `#`: always a point, and for `%g` and `%x` the trailing zeros. `text` begins with a sign.
fn keep_zeros(text: &mut Vec<u8>, format: u8, precision: Option<usize>) {
    let mut wanted: i64 = match format {
        b'g' | b'G' | b'x' => precision.map_or(6, |p| p as i64),
        _ => 0,
    };
    let hexadecimal = matches!(format, b'x' | b'X');
    let marker = text.iter().position(|b| match b {
        b'p' | b'P' => true,
        b'e' | b'E' => !hexadecimal,
        _ => false,
    });
    let tail = text.split_off(marker.unwrap_or(text.len()));
    let has_point = text.contains(&b'.');
    // Significant digits begin at the first that is no zero; the `x` of a prefix counts as Go counts it.
    let digits = text.get(1..).unwrap_or_default().iter().filter(|&&b| b != b'.');
    wanted -= digits.skip_while(|&&b| b == b'0').count() as i64;
    if !has_point {
        if text.get(1..) == Some(b"0") {
            wanted -= 1;
        }
        text.push(b'.');
    }
    text.resize(text.len() + usize::try_from(wanted).unwrap_or(0), b'0');
    text.extend_from_slice(&tail);
}
