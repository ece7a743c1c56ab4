//! Go strings: immutable bytes, usually but not necessarily UTF-8, cheap to clone.

use std::borrow::{Borrow, Cow};
use std::cell::Cell;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// The longest string that is kept inline.
pub const INLINE: usize = 21;

/// A Go `string`.
///
/// Go strings are bytes: `trunc` and `substr` cut inside a rune and the torn bytes are printed as they are. Up to 21
/// bytes are stored in place, longer ones are shared, so a clone never copies more than a few words. Strings may
/// cross threads, so frozen and live values share them.
#[derive(Clone)]
pub struct Str(Repr);

#[derive(Clone)]
enum Repr {
    Plain(Plain),
    Shared(Arc<[u8]>),
}

/// What is cloned by a copy of its memory, whatever it is.
#[derive(Clone, Copy)]
enum Plain {
    /// Everything up to [`INLINE`] bytes but for [`Str::NIL`].
    Inline(Inline),
    Static(&'static [u8]),
}

/// The bytes, zeros behind them, and in the last place how many they are: so what is equal in all places is equal, and
/// their order is that of the strings.
///
/// It begins at an even address, and what tells it from other kinds of strings and of values so has two bytes. A single
/// one would leave seven to the next word, which processors copy as two times four of which one byte is in both, and what
/// reads them then has to wait until they are written.
#[derive(Clone, Copy)]
#[repr(align(2))]
struct Inline([u8; INLINE + 1]);

impl Inline {
    const EMPTY: Inline = Inline([0; INLINE + 1]);

    /// The bytes as numbers: these are ordered as the bytes are, and compare without a call.
    #[inline]
    fn words(&self) -> (u64, u64, u64) {
        let word = |at: usize| self.0[at..].first_chunk().map_or(0, |word| u64::from_be_bytes(*word));
        // The last word overlaps the one before.
        (word(0), word(8), word(INLINE + 1 - 8))
    }

    /// Whether both are the same, without a branch between their words.
    #[inline]
    fn is(&self, other: &Inline) -> bool {
        let word = |inline: &Inline, at: usize| {
            inline.0[at..].first_chunk().map_or(0, |word: &[u8; 8]| u64::from_ne_bytes(*word))
        };
        let differ = |at| word(self, at) ^ word(other, at);
        differ(0) | differ(8) | differ(INLINE + 1 - 8) == 0
    }
}

/// Its address tells a nil `[]byte`.
static NIL_BYTES: [u8; 1] = [0];

impl Str {
    /// The empty string.
    pub const EMPTY: Str = Str(Repr::Plain(Plain::Inline(Inline::EMPTY)));

    /// No bytes, and what Go calls a nil `[]byte`: empty, but JSON and `%#v` tell it from an empty one.
    pub const NIL: Str = Str(Repr::Plain(Plain::Static(NIL_BYTES.split_at(0).0)));

    /// Whether this is [`Str::NIL`] and not just empty.
    pub fn is_nil(&self) -> bool {
        matches!(self.0, Repr::Plain(Plain::Static(bytes)) if bytes.is_empty() && std::ptr::eq(bytes.as_ptr(), NIL_BYTES.as_ptr()))
    }

    /// A string that lives as long as the program; never allocates.
    pub const fn from_static(text: &'static str) -> Str {
        let bytes = text.as_bytes();
        if bytes.len() > INLINE {
            return Str(Repr::Plain(Plain::Static(bytes)));
        }
        let mut buffer = [0; INLINE + 1];
        let mut at = 0;
        while at < bytes.len() {
            buffer[at] = bytes[at];
            at += 1;
        }
        // INLINE is below 256.
        buffer[INLINE] = bytes.len() as u8;
        Str(Repr::Plain(Plain::Inline(Inline(buffer))))
    }

    /// A string of what is written into a buffer, which the thread keeps for the next one.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn build<E>(write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<Str, E> {
        thread_local! {
            static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
        }
        // While the writer runs, another string may be built: that one finds no buffer here.
        let mut buffer = BUFFER.try_with(Cell::take).unwrap_or_default();
        let built = write(&mut buffer).map(|()| Str::from(buffer.as_slice()));
        // A buffer that grew large once is not kept for small uses.
        if buffer.capacity() <= 1 << 17 {
            buffer.clear();
            let _ = BUFFER.try_with(|cell| cell.set(buffer));
        }
        built
    }

    /// The parts behind one another: the formatting of bytes that need not be UTF-8.
    pub fn concat(parts: &[&[u8]]) -> Str {
        Str::from(parts.concat())
    }

    /// The bytes.
    #[inline(always)]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Plain(Plain::Inline(Inline(bytes))) => &bytes[..usize::from(bytes[INLINE])],
            Repr::Plain(Plain::Static(bytes)) => bytes,
            Repr::Shared(bytes) => bytes,
        }
    }

    /// The text, with U+FFFD for every byte that is not part of valid UTF-8.
    pub fn to_lossy(&self) -> Cow<'_, str> {
        // Which is quicker to see for what is UTF-8.
        self.to_utf8().map_or_else(|| String::from_utf8_lossy(self.as_bytes()), Cow::Borrowed)
    }

    /// The text, if it is UTF-8.
    pub fn to_utf8(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes()).ok()
    }
}

impl Deref for Str {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Str {
        if bytes.len() <= INLINE {
            Str(Repr::Plain(Plain::Inline(inline(bytes))))
        } else {
            Str(Repr::Shared(Arc::from(bytes)))
        }
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Str {
        Str::from(text.as_bytes())
    }
}

impl From<String> for Str {
    fn from(text: String) -> Str {
        Str::from(text.as_bytes())
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Str {
        Str::from(bytes.as_slice())
    }
}

/// Shares long bytes, and keeps short ones in place.
impl From<Arc<[u8]>> for Str {
    fn from(bytes: Arc<[u8]>) -> Str {
        if bytes.len() <= INLINE { Str::from(&*bytes) } else { Str(Repr::Shared(bytes)) }
    }
}

impl From<Cow<'_, str>> for Str {
    fn from(text: Cow<'_, str>) -> Str {
        Str::from(text.as_bytes())
    }
}

impl Default for Str {
    fn default() -> Str {
        Str::EMPTY
    }
}

/// Up to [`INLINE`] bytes. Copied in pieces of fixed length, which need no call.
#[inline]
fn inline(bytes: &[u8]) -> Inline {
    let len = bytes.len();
    let mut buffer = [0; INLINE + 1];
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        buffer[..8].copy_from_slice(first);
        if len > 16
            && let Some(middle) = bytes[8..].first_chunk::<8>()
        {
            buffer[8..16].copy_from_slice(middle);
        }
        buffer[len - 8..len].copy_from_slice(last);
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        buffer[..4].copy_from_slice(first);
        buffer[len - 4..len].copy_from_slice(last);
    } else {
        for (to, from) in buffer.iter_mut().zip(bytes) {
            *to = *from;
        }
    }
    // INLINE is below 256.
    buffer[INLINE] = len as u8;
    Inline(buffer)
}

impl PartialEq for Str {
    #[inline(always)]
    fn eq(&self, other: &Str) -> bool {
        match (&self.0, &other.0) {
            (Repr::Plain(Plain::Inline(one)), Repr::Plain(Plain::Inline(other))) => one.is(other),
            _ => self.eq_long(other),
        }
    }
}

impl Eq for Str {}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialOrd for Str {
    #[inline(always)]
    fn partial_cmp(&self, other: &Str) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Byte order, as Go compares strings.
impl Ord for Str {
    #[inline(always)]
    fn cmp(&self, other: &Str) -> std::cmp::Ordering {
        match (&self.0, &other.0) {
            (Repr::Plain(Plain::Inline(one)), Repr::Plain(Plain::Inline(other))) => one.words().cmp(&other.words()),
            _ => self.cmp_long(other),
        }
    }
}

impl Str {
    /// Whether both are the same, where one of them is not inline. Apart from [`Str::eq`], which is put into its callers.
    #[inline(never)]
    fn eq_long(&self, other: &Str) -> bool {
        match (&self.0, &other.0) {
            (Repr::Shared(bytes), Repr::Shared(other)) if Arc::ptr_eq(bytes, other) => true,
            _ => self.as_bytes() == other.as_bytes(),
        }
    }

    /// As [`Str::eq_long`], for [`Str::cmp`].
    #[inline(never)]
    fn cmp_long(&self, other: &Str) -> std::cmp::Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Str {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_lossy(), f)
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_lossy())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_that_of_the_bytes() {
        let texts: [&[u8]; 15] = [
            b"",
            b"\0",
            b"\0\0",
            b"a",
            b"a\0",
            b"ab",
            b"abcdefgh",
            b"abcdefghi",
            b"abcdefghijklmnopqrst",
            b"abcdefghijklmnopqrstu",
            b"abcdefghijklmnopqrstuv",
            b"abcdefghijklmnopqrstuvw",
            b"abcdefghijklmnopqrstuw",
            b"b",
            b"\xff",
        ];
        for (i, a) in texts.iter().enumerate() {
            for (j, b) in texts.iter().enumerate() {
                let (one, other) = (Str::from(*a), Str::from(*b));
                assert_eq!(one.cmp(&other), i.cmp(&j), "{a:?} {b:?}");
                assert_eq!(one == other, i == j, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn strings_are_built_within_each_other() {
        let built = Str::build(|out| {
            out.extend_from_slice(b"outer ");
            let inner = Str::build(|out| {
                out.extend_from_slice(b"inner");
                Ok::<(), ()>(())
            })?;
            out.extend_from_slice(&inner);
            Ok::<(), ()>(())
        });
        assert_eq!(built, Ok(Str::from("outer inner")));
        assert_eq!(Str::build(|_| Err(7)), Err(7));
        assert_eq!(Str::build(|_| Ok::<(), ()>(())), Ok(Str::EMPTY));
    }

    #[test]
    fn every_length_is_kept() {
        let bytes: Vec<u8> = (1..=30).collect();
        for len in 0..=bytes.len() {
            assert_eq!(Str::from(&bytes[..len]).as_bytes(), &bytes[..len]);
        }
    }

    #[test]
    fn a_static_string_is_as_any_other() {
        for text in ["", "a", "abcdefghijklmnopqrstu", "abcdefghijklmnopqrstuv", "abcdefghijklmnopqrstuvwxyz"] {
            assert_eq!(Str::from_static(text), Str::from(text));
            assert_eq!(Str::from_static(text).as_bytes(), text.as_bytes());
        }
        assert!(Str::NIL.is_nil() && !Str::EMPTY.is_nil() && !Str::from("").is_nil());
        assert_eq!(Str::NIL, Str::EMPTY);
    }
}
