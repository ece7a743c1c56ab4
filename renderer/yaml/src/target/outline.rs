//! What of a document may change without a second look at the rest.
//!
//! Documents that one template prints again and again differ in a few scalars. Where a scalar is the last thing on its
//! line and does not go on behind it, another scalar in its place leaves every other node where it is: the walk that
//! read the one document ([`crate::quick`]) takes the same steps through the other. So the other one need not be walked,
//! if it is seen to be the same bytes but for such scalars, and each new scalar to be one that the walk takes.

use std::ops::Range;

use thinlock_go::Str;

use crate::quick;

use super::quick::{is_odd, string};

/// The places of a document at which it may change.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// In the order of the text.
    places: Vec<Place>,
}

#[derive(Clone, Debug)]
struct Place {
    /// From the first byte of the scalar, its quote included, to the end of its line.
    start: usize,
    end: usize,
    content: Content,
}

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A scalar that the target does not want.
    Unwanted,
    /// A string for a field of the target: the names of the fields that lead to it.
    Field(Vec<Str>),
    /// The rest of a line of a literal block that the target does not want.
    Literal,
}

/// A place at which two documents differ.
#[derive(Debug, PartialEq, Eq)]
pub struct Change<'d> {
    /// Where it is in the document of the outline.
    pub old: Range<usize>,
    /// Where it is in the other one.
    pub new: Range<usize>,
    /// For a wanted string: the names of the fields that lead to it, and the new string.
    pub field: Option<(&'d [Str], &'d [u8])>,
}

impl Outline {
    pub(super) fn push(&mut self, place: Range<usize>, content: Content) {
        self.places.push(Place { start: place.start, end: place.end, content });
    }

    /// Adds the outline of a document that begins at an offset of the text, behind those that it holds already.
    pub fn append(&mut self, other: Outline, offset: usize) {
        let moved = |place: Place| Place { start: place.start + offset, end: place.end + offset, ..place };
        self.places.extend(other.places.into_iter().map(moved));
    }

    /// Tells where `new` differs from `old`, the text of the outline, in order. `None` if reading it could give anything
    /// else than what reading `old` gave, with the changed fields in it, or if `take` gives up; what was told by then
    /// means nothing.
    ///
    /// What stands at a place begins and ends with no blank, has no line break, and is not at the beginning of its line,
    /// in both texts.
    pub fn changes<'d>(
        &'d self,
        old: &[u8],
        new: &'d [u8],
        mut take: impl FnMut(Change<'d>) -> Option<()>,
    ) -> Option<()> {
        // As much as the walk reads.
        if new.len() > 1 << 28 {
            return None;
        }
        let mut places = self.places.iter();
        let (mut a, mut b) = (0, 0);
        loop {
            let same = common_prefix(old.get(a..)?, new.get(b..)?);
            (a, b) = (a + same, b + same);
            if a == old.len() && b == new.len() {
                return Some(());
            }
            let place = places.find(|place| place.end >= a).filter(|place| place.start <= a)?;
            let start = b - (a - place.start);
            let end = memchr::memchr(b'\n', new.get(start..)?).map_or(new.len(), |len| start + len);
            let field = place.content.admits(new, start..end)?;
            take(Change { old: place.start..place.end, new: start..end, field })?;
            (a, b) = (place.end, end);
        }
    }
}

impl Content {
    /// Whether another text may stand here, up to the end of its line; for a field, its path and the string.
    #[allow(clippy::option_option, reason = "whether it may, and what follows from it")]
    fn admits<'d>(&'d self, text: &'d [u8], place: Range<usize>) -> Option<Option<(&'d [Str], &'d [u8])>> {
        let bytes = text.get(place.clone())?;
        // Most often a word.
        if *self == Content::Unwanted && is_word(bytes) {
            return Some(None);
        }
        let is_framed = bytes.first().is_some_and(|b| *b != b' ') && bytes.last().is_some_and(|b| *b != b' ');
        // With any other bytes there is more to look at: tabs, controls, line breaks of Unicode.
        if !is_framed || bytes.iter().fold(false, |odd, b| odd | !(0x20..0x7F).contains(b)) {
            return None;
        }
        if *self == Content::Literal {
            return Some(None);
        }
        let (inner, implicit) = quick::scalar_to_line_end(text, place.start)?;
        let scalar = text.get(inner)?;
        match self {
            _ if implicit && is_odd(scalar) => None,
            Content::Field(path) => Some(Some((path, string(implicit, scalar)?))),
            Content::Unwanted | Content::Literal => Some(None),
        }
    }
}

/// Whether a text is plain to see as a plain scalar: of letters, digits and what stands in names, the first one a letter
/// or a digit.
fn is_word(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_alphanumeric) && text.iter().all(|b| IN_WORDS[usize::from(*b)])
}

/// The bytes of names: looked up, as each document has many of them.
static IN_WORDS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'/' | b'_');
        byte += 1;
    }
    table
};

/// How many bytes two texts have in common at their beginning.
fn common_prefix(mut a: &[u8], mut b: &[u8]) -> usize {
    let mut same = 0;
    // Long pieces are compared by the system's library, which does it quickest.
    while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_first_chunk::<256>(), b.split_first_chunk::<256>())
        && x == y
    {
        (a, b) = (rest_a, rest_b);
        same += 256;
    }
    while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_first_chunk::<32>(), b.split_first_chunk::<32>())
        && x == y
    {
        (a, b) = (rest_a, rest_b);
        same += 32;
    }
    while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_first_chunk::<8>(), b.split_first_chunk::<8>()) {
        let differing = u64::from_le_bytes(*x) ^ u64::from_le_bytes(*y);
        if differing != 0 {
            return same + (differing.trailing_zeros() / 8) as usize;
        }
        (a, b) = (rest_a, rest_b);
        same += 8;
    }
    same + a.iter().zip(b).take_while(|(x, y)| x == y).count()
}

#[cfg(test)]
mod tests;
