//! Memory that is used again.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// Bytes, in memory that the thread that drops them keeps for the next ones. A fleet would ask the allocator for several
/// kilobytes a release otherwise, for which glibc's tidies up all that was given back each time.
#[derive(Clone, Default)]
pub(crate) struct Kept(Vec<u8>);

thread_local! {
    static KEPT: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// How many pieces of memory a thread keeps, and how many bytes each has at most.
const PIECES: usize = 48;
const BYTES: usize = 64 << 10;

impl Kept {
    /// No bytes yet.
    pub(crate) fn new() -> Kept {
        let kept = KEPT.try_with(|kept| kept.try_borrow_mut().ok()?.pop()).ok().flatten();
        Kept(kept.unwrap_or_default())
    }
}

impl From<Vec<u8>> for Kept {
    fn from(bytes: Vec<u8>) -> Kept {
        Kept(bytes)
    }
}

impl Deref for Kept {
    type Target = Vec<u8>;
    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Kept {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.0);
        if bytes.capacity() == 0 || bytes.capacity() > BYTES {
            return;
        }
        bytes.clear();
        // A thread that ends has nothing to keep.
        let _ = KEPT.try_with(|kept| {
            if let Ok(mut kept) = kept.try_borrow_mut()
                && kept.len() < PIECES
            {
                kept.push(bytes);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_bytes_that_are_gone_holds_nothing_of_them() {
        for round in 0..3 * PIECES {
            let mut bytes = Kept::new();
            assert!(bytes.is_empty());
            bytes.resize(round, b'x');
            // Some of them live for longer than others are made.
            let others = vec![bytes.clone(); round];
            drop(bytes);
            assert!(others.iter().all(|other| other.len() == round && other.iter().all(|byte| *byte == b'x')));
        }
        KEPT.with(|kept| assert!(kept.borrow().len() <= PIECES));
        drop(Kept(Vec::with_capacity(BYTES + 1)));
        KEPT.with(|kept| assert!(kept.borrow().iter().all(|bytes| bytes.capacity() <= BYTES)));
    }
}
