//! ASN.1 DER, as much of it as keys and certificates need.

use num_bigint_dig::BigUint;

/// Tags with their class and form bits.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(crate) const UTF8_STRING: u8 = 0x0C;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// A primitive element of the context class.
    pub(crate) const fn context(number: u8) -> u8 {
        0x80 | number
    }

    /// A constructed element of the context class.
    pub(crate) const fn explicit(number: u8) -> u8 {
        0xA0 | number
    }
}

/// An element with its tag and length.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let length = content.len().to_be_bytes();
            let digits = length.iter().position(|b| *b != 0).map_or(&length[..0], |at| &length[at..]);
            out.push(0x80 | digits.len() as u8);
            out.extend_from_slice(digits);
        }
    }
    out.extend_from_slice(content);
    out
}

/// A `SEQUENCE` of elements.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(tag::SEQUENCE, &parts.concat())
}

/// A non-negative `INTEGER`.
pub(crate) fn integer(n: &BigUint) -> Vec<u8> {
    let mut bytes = n.to_bytes_be();
    if bytes.first().is_none_or(|b| *b >= 0x80) {
        bytes.insert(0, 0);
    }
    element(tag::INTEGER, &bytes)
}

/// A small `INTEGER`.
pub(crate) fn small(n: u8) -> Vec<u8> {
    element(tag::INTEGER, &[n])
}

/// A `BIT STRING` of whole bytes.
pub(crate) fn bits(bytes: &[u8]) -> Vec<u8> {
    element(tag::BIT_STRING, &[&[0], bytes].concat())
}

/// An `OBJECT IDENTIFIER`, given by its encoded content.
pub(crate) fn oid(content: &[u8]) -> Vec<u8> {
    element(tag::OBJECT_IDENTIFIER, content)
}

/// Reads elements one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a>(&'a [u8]);

/// One element that was read.
pub(crate) struct Element<'a> {
    /// The tag byte.
    pub(crate) tag: u8,
    /// What is inside.
    pub(crate) content: &'a [u8],
    /// All of it, with tag and length.
    pub(crate) whole: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader(bytes)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The next element of any tag; `None` if it is not DER.
    pub(crate) fn any(&mut self) -> Option<Element<'a>> {
        let (&tag, &first) = (self.0.first()?, self.0.get(1)?);
        // Tag numbers over 30 are not supported by Go's cryptobyte either.
        if tag & 0x1F == 0x1F {
            return None;
        }
        let (header, length) = if first < 0x80 {
            (2, usize::from(first))
        } else {
            let digits = usize::from(first & 0x7F);
            let bytes = self.0.get(2..2 + digits)?;
            if !(1..=4).contains(&digits) || bytes[0] == 0 {
                return None;
            }
            let length = bytes.iter().fold(0, |n, b| n << 8 | usize::from(*b));
            if length < 0x80 {
                return None;
            }
            (2 + digits, length)
        };
        let end = header.checked_add(length)?;
        let (whole, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        Some(Element { tag, content: &whole[header..], whole })
    }

    /// The next element if it has this tag. What does not match is not consumed.
    pub(crate) fn element(&mut self, tag: u8) -> Option<Element<'a>> {
        let mut ahead = *self;
        let element = ahead.any().filter(|e| e.tag == tag)?;
        *self = ahead;
        Some(element)
    }

    /// The content of the next element, which must have this tag.
    pub(crate) fn read(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.element(tag).map(|e| e.content)
    }

    /// A reader of the next element, which must be a `SEQUENCE`.
    pub(crate) fn sequence(&mut self) -> Option<Reader<'a>> {
        self.read(tag::SEQUENCE).map(Reader)
    }

    /// A minimal `INTEGER`: whether it is negative, and its magnitude where it is not.
    pub(crate) fn integer(&mut self) -> Option<(bool, BigUint)> {
        let bytes = self.read(tag::INTEGER)?;
        let minimal = match bytes {
            [] => false,
            [0, second, ..] => *second >= 0x80,
            [0xFF, second, ..] => *second < 0x80,
            _ => true,
        };
        let negative = *bytes.first()? >= 0x80;
        minimal.then(|| (negative, BigUint::from_bytes_be(bytes)))
    }

    /// A non-negative `INTEGER`.
    pub(crate) fn unsigned(&mut self) -> Option<BigUint> {
        self.integer().filter(|(negative, _)| !negative).map(|(_, n)| n)
    }

    /// The bytes of a `BIT STRING` of whole bytes.
    pub(crate) fn bits(&mut self) -> Option<&'a [u8]> {
        match self.read(tag::BIT_STRING)? {
            [0, bytes @ ..] => Some(bytes),
            _ => None,
        }
    }
}

/// What Go's `asn1.Unmarshal` says of bytes that are no `SEQUENCE` of the fields of a struct with this name. It is
/// exact where the outermost element is wrong; of what is wrong inside, only that something is.
pub(crate) fn unmarshal_error(bytes: &[u8], name: &str) -> String {
    let syntax = |what: &str| format!("asn1: syntax error: {what}");
    let structure = |what: &str| format!("asn1: structure error: {what}");
    let Some(&tag) = bytes.first() else {
        return syntax("sequence truncated");
    };
    let mut at = 1;
    let mut number = u64::from(tag & 0x1F);
    if number == 0x1F {
        number = 0;
        loop {
            let Some(&byte) = bytes.get(at) else { return syntax("truncated base 128 integer") };
            // Go takes tag numbers of 31 bits.
            if number >= 1 << 24 {
                return structure("base 128 integer too large");
            }
            number = number << 7 | u64::from(byte & 0x7F);
            at += 1;
            if byte & 0x80 == 0 {
                break;
            }
        }
        if number < 0x1F {
            return syntax("non-minimal tag");
        }
    }
    let Some(&first) = bytes.get(at) else {
        return syntax("truncated tag or length");
    };
    at += 1;
    let mut length = u64::from(first & 0x7F);
    if first & 0x80 != 0 {
        let digits = length;
        if digits == 0 {
            return syntax("indefinite length found (not DER)");
        }
        length = 0;
        for _ in 0..digits {
            let Some(&byte) = bytes.get(at) else { return syntax("truncated tag or length") };
            at += 1;
            if length >= 1 << 23 {
                return structure("length too large");
            }
            length = length << 8 | u64::from(byte);
            if length == 0 {
                return structure("superfluous leading zeros in length");
            }
        }
        if length < 0x80 {
            return structure("non-minimal length");
        }
    }
    if tag != tag::SEQUENCE {
        return structure(&format!(
            "tags don't match (16 vs {{class:{} tag:{number} length:{length} isCompound:{}}}) {{optional:false \
             explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 \
             set:false omitEmpty:false}} {name} @{at}",
            tag >> 6,
            tag & 0x20 != 0,
        ));
    }
    if length > (bytes.len() - at) as u64 {
        return syntax("data truncated");
    }
    structure("malformed field")
}
