//! Random strings and identifiers. All randomness comes from the host, so that a seeded host makes them repeat.

use thinlock_go::{CallError, Host, Interp, Value};

use crate::args::{Answer, int, makeslice, text};
use crate::encoding::base64_encode;
use crate::limits::check_text;
use crate::strings::runes;

/// A source of single random numbers that asks the host for bytes in blocks.
struct Source<'a> {
    host: &'a dyn Host,
    block: [u8; 64],
    used: usize,
}

impl<'a> Source<'a> {
    fn new(host: &'a dyn Host) -> Source<'a> {
        Source { host, block: [0; 64], used: 64 }
    }

    fn byte(&mut self) -> Result<u8, String> {
        if self.used == self.block.len() {
            self.host.fill_random(&mut self.block)?;
            self.used = 0;
        }
        let byte = self.block[self.used];
        self.used += 1;
        Ok(byte)
    }

    /// A number below `span`, each equally likely.
    fn below(&mut self, span: u64) -> Result<u64, String> {
        if span <= 1 {
            return Ok(0);
        }
        let bits = u64::BITS - (span - 1).leading_zeros();
        loop {
            let mut n = 0;
            for _ in 0..bits.div_ceil(8) {
                n = n << 8 | u64::from(self.byte()?);
            }
            n &= u64::MAX >> (u64::BITS - bits);
            if n < span {
                return Ok(n);
            }
        }
    }
}

/// A number below `span`, each equally likely.
///
/// # Errors
/// The host has no random bytes.
pub(crate) fn below(host: &dyn Host, span: u64) -> Result<u64, String> {
    Source::new(host).below(span)
}

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LETTERS_AND_DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8] = b"0123456789";

/// A random string over an alphabet; a negative length is an error that sprig drops, so the string is empty.
fn random_text(function: &str, interp: &dyn Interp, args: &[Value], alphabet: &[u8]) -> Answer {
    let count = usize::try_from(int(args, 0)?).unwrap_or(0);
    check_text(function, count)?;
    let mut source = Source::new(interp.host());
    let mut out = Vec::with_capacity(count);
    for _ in 0..count {
        let at = source.below(alphabet.len() as u64)?;
        out.push(alphabet.get(at as usize).copied().unwrap_or(b' '));
    }
    Ok(Value::Str(out.into()))
}

pub(crate) fn rand_alpha_num(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    random_text("randAlphaNum", interp, args, LETTERS_AND_DIGITS)
}

pub(crate) fn rand_alpha(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    random_text("randAlpha", interp, args, LETTERS)
}

pub(crate) fn rand_numeric(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    random_text("randNumeric", interp, args, DIGITS)
}

pub(crate) fn rand_ascii(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let printable: Vec<u8> = (b' '..=b'~').collect();
    random_text("randAscii", interp, args, &printable)
}

/// `count` random bytes in base64.
pub(crate) fn rand_bytes(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let count = usize::try_from(int(args, 0)?).map_err(|_| makeslice())?;
    // What Go's make refuses: more than its address space of 48 bits.
    if count > 1 << 47 {
        return Err(makeslice());
    }
    check_text("randBytes", count)?;
    let mut bytes = vec![0; count];
    interp.host().fill_random(&mut bytes)?;
    Ok(Value::Str(base64_encode(&bytes).into()))
}

pub(crate) fn uuidv4(interp: &mut dyn Interp, _: &mut [Value]) -> Answer {
    let mut bytes = [0; 16];
    interp.host().fill_random(&mut bytes)?;
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let mut out = String::with_capacity(36);
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        crate::hashes::push_hex(&mut out, *byte);
    }
    Ok(out.into())
}

pub(crate) fn shuffle(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let mut runes: Vec<char> = runes(&text(args, 0)?).collect();
    let mut source = Source::new(interp.host());
    for i in (1..runes.len()).rev() {
        let j = source.below(i as u64 + 1)? as usize;
        runes.swap(i, j);
    }
    Ok(runes.into_iter().collect::<String>().into())
}

/// `getHostByName`. The host answers with nothing where names are not looked up, as Helm does unless it is told to.
pub(crate) fn get_host_by_name(interp: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
    let name = text(args, 0)?;
    Ok(interp.host().host_by_name(&name.to_lossy()).into())
}
