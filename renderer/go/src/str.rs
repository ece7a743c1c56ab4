//! Go strings: immutable bytes, usually but not necessarily UTF-8, cheap to clone.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// The longest string that is kept inline.
const INLINE: usize = 22;

/// A Go `string`.
///
/// Go strings are bytes: `trunc` and `substr` cut inside a rune and the torn bytes are printed as they are. Up to 22
/// bytes are stored in place, longer ones are shared, so a clone never copies more than a few words. Strings may
/// cross threads, so frozen and live values share them.
#[derive(Clone)]
pub struct Str(Repr);

#[derive(Clone)]
enum Repr {
    Inline(u8, [u8; INLINE]),
    Static(&'static [u8]),
    Shared(Arc<[u8]>),
}

/// Its address tells a nil `[]byte`.
static NIL_BYTES: [u8; 1] = [0];

impl Str {
    /// The empty string.
    pub const EMPTY: Str = Str(Repr::Static(b""));

    /// No bytes, and what Go calls a nil `[]byte`: empty, but JSON and `%#v` tell it from an empty one.
    pub const NIL: Str = Str(Repr::Static(NIL_BYTES.split_at(0).0));

    /// Whether this is [`Str::NIL`] and not just empty.
    pub fn is_nil(&self) -> bool {
        matches!(self.0, Repr::Static(bytes) if bytes.is_empty() && std::ptr::eq(bytes.as_ptr(), NIL_BYTES.as_ptr()))
    }

    /// A string that lives as long as the program; never allocates.
    pub const fn from_static(text: &'static str) -> Str {
        Str(Repr::Static(text.as_bytes()))
    }

    /// The parts behind one another: the formatting of bytes that need not be UTF-8.
    pub fn concat(parts: &[&[u8]]) -> Str {
        Str::from(parts.concat())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline(len, bytes) => &bytes[..usize::from(*len)],
            Repr::Static(bytes) => bytes,
            Repr::Shared(bytes) => bytes,
        }
    }

    /// The text, with U+FFFD for every byte that is not part of valid UTF-8.
    pub fn to_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.as_bytes())
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
            let mut buffer = [0; INLINE];
            buffer[..bytes.len()].copy_from_slice(bytes);
            // INLINE is below 256.
            Str(Repr::Inline(bytes.len() as u8, buffer))
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

impl PartialEq for Str {
    #[inline]
    fn eq(&self, other: &Str) -> bool {
        match (&self.0, &other.0) {
            // What is behind the end is zero, so all can be compared at once.
            (Repr::Inline(len, bytes), Repr::Inline(other_len, other)) => len == other_len && bytes == other,
            _ => self.as_bytes() == other.as_bytes(),
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
    fn partial_cmp(&self, other: &Str) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Byte order, as Go compares strings.
impl Ord for Str {
    fn cmp(&self, other: &Str) -> std::cmp::Ordering {
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
