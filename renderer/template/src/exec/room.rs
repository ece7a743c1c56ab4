//! What a thread keeps from one execution for the next.

use std::cell::Cell;

use thinlock_go::Value;

use super::Variable;
use super::memo::Memo;

/// Memory that an execution works in, kept by its thread for the next one.
#[derive(Default)]
pub(super) struct Room {
    pub(super) vars: Vec<Variable>,
    pub(super) args: Vec<Vec<Value>>,
    pub(super) buffers: Vec<Vec<u8>>,
    pub(super) memo: Box<Memo>,
}

thread_local! {
    static ROOM: Cell<Option<Room>> = const { Cell::new(None) };
}

impl Room {
    /// How many vectors of each kind are kept: those of an ordinary depth of calls.
    const KEPT: usize = 32;

    /// What the last execution left; nothing while that still runs.
    pub(super) fn take() -> Room {
        ROOM.try_with(Cell::take).ok().flatten().unwrap_or_default()
    }

    pub(super) fn put_back(mut self) {
        self.vars.clear();
        self.vars.shrink_to(1 << 10);
        self.args.truncate(Room::KEPT);
        self.buffers.truncate(Room::KEPT);
        // A thread that ends keeps nothing.
        let _ = ROOM.try_with(|room| room.set(Some(self)));
    }
}
