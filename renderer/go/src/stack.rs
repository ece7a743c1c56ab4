//! Recursion without stack overflows.
//!
//! Go's stacks grow to a gigabyte, and templates use that: 100,000 nested `{{template}}` calls are allowed. Here a
//! recursive walk asks [`is_low`] before it goes deeper and returns an error in time, and who wants Go's depths runs
//! the work with [`run`], on a thread with a large stack.

use std::cell::Cell;
use std::io;

/// What a thread of unknown stack size may use below the first place that asked.
const UNKNOWN: usize = 1 << 20;

/// What stays free for the functions that do not ask.
const RESERVE: usize = 256 << 10;

thread_local! {
    // The lowest address that recursion may reach, and how far above it the place may be that set it.
    static FLOOR: Cell<(usize, usize)> = const { Cell::new((0, UNKNOWN)) };
}

/// The address of the top of the stack, more or less.
#[inline]
fn address() -> usize {
    let marker = 0u8;
    std::ptr::from_ref(std::hint::black_box(&marker)).addr()
}

/// The address below which [`is_below`] says that the stack runs low on this thread. A walk that asks often reads it
/// once.
pub fn floor() -> usize {
    FLOOR.with(|cell| {
        let (floor, budget) = cell.get();
        let here = address();
        // The first call on this thread, or one from further up than all before.
        if here > floor.saturating_add(budget) {
            let floor = here.saturating_sub(budget);
            cell.set((floor, budget));
            return floor;
        }
        floor
    })
}

/// Whether the stack has grown below a [`floor`].
#[inline]
pub fn is_below(floor: usize) -> bool {
    address() < floor
}

/// Whether recursion must stop here because the stack of this thread runs low.
pub fn is_low() -> bool {
    is_below(floor())
}

/// Whether half of what recursion may use is used.
pub(crate) fn is_half_used() -> bool {
    let floor = floor();
    let (_, budget) = FLOOR.with(Cell::get);
    address() < floor.saturating_add(budget / 2)
}

/// Runs work on a new thread with a stack of `bytes`, and waits for it. The memory is only used as far as the work
/// recurses.
///
/// # Errors
/// The thread cannot be started (no address space left).
///
/// # Panics
/// Passes on a panic of the work.
pub fn run<R: Send>(bytes: usize, work: impl FnOnce() -> R + Send) -> io::Result<R> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(bytes).spawn_scoped(scope, move || {
            let budget = bytes.saturating_sub(RESERVE);
            FLOOR.with(|cell| cell.set((address().saturating_sub(budget), budget)));
            work()
        })?;
        match thread.join() {
            Ok(result) => Ok(result),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth() -> usize {
        let mut filler = [0u8; 512];
        std::hint::black_box(&mut filler);
        if is_low() { 0 } else { 1 + std::hint::black_box(depth()) }
    }

    #[test]
    fn recursion_ends_in_time() {
        assert!(depth() > 100);
        assert!(run(64 << 20, depth).is_ok_and(|deep| deep > 20_000));
    }
}
