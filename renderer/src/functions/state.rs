//! What Helm's functions need of the render that they run in.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use thinlock_go::{Host, Interp, Str};

use crate::engine::{Lookup, Nondeterminism, Randomness};

/// Helm puts the message of `fail` and `required` between these, and finds it again in the text of the error that comes
/// out of the templates.
pub(crate) const WARN_START: &str = "HELM_ERR_START";
/// The end of such a message.
pub(crate) const WARN_END: &str = "HELM_ERR_END";

/// The state of one render.
pub(crate) struct State {
    /// The templates that `include` is executing, outermost first.
    pub(super) including: Vec<Str>,
    /// How many `include` and `tpl` calls are being executed inside one another.
    pub(super) nested: usize,
    /// The bytes that failed `tpl` calls put into the error.
    pub(super) quoted: usize,
    /// Answers `lookup`; without it nothing is ever found.
    pub(super) lookup: Option<Arc<dyn Lookup>>,
    /// `getHostByName` may ask the host.
    pub(super) dns: bool,
    /// What the host was asked for.
    pub(crate) seen: Rc<HostSeen>,
    /// A function that asks for time or randomness fails.
    pub(super) refuse_random: bool,
    /// The template file that is being rendered.
    pub(crate) rendering: Str,
    /// The calls that asked for time or randomness.
    pub(crate) nondeterminism: Vec<Nondeterminism>,
}

impl State {
    /// The state of a render that begins.
    pub(crate) fn new(lookup: Option<Arc<dyn Lookup>>, dns: bool, randomness: &Randomness<'_>) -> State {
        State {
            including: Vec::new(),
            nested: 0,
            quoted: 0,
            lookup,
            dns,
            seen: Rc::default(),
            refuse_random: matches!(randomness, Randomness::Refused),
            rendering: Str::EMPTY,
            nondeterminism: Vec::new(),
        }
    }
}

/// Whether the host was asked for time or randomness since this was last looked at.
#[derive(Debug, Default)]
pub(crate) struct HostSeen(Cell<bool>);

impl HostSeen {
    /// The host is being asked.
    pub(crate) fn asked(&self) {
        self.0.set(true);
    }

    /// Whether it was asked; forgets it.
    pub(crate) fn take(&self) -> bool {
        self.0.take()
    }
}

/// The state of the render that a function runs in. `None` in a template that is executed outside of a render.
pub(super) fn state(interp: &mut dyn Interp) -> Option<&mut State> {
    interp.state().downcast_mut()
}

/// As [`state`], for what no function's result depends on: [`Interp::bookkeeping`].
pub(super) fn bookkeeping(interp: &mut dyn Interp) -> Option<&mut State> {
    interp.bookkeeping().downcast_mut()
}

/// A host that notes when it is asked for time or randomness, and answers from a seed if there is one.
pub(crate) struct WatchedHost<'a> {
    /// The caller's host.
    pub(crate) inner: &'a dyn Host,
    /// Where it is noted.
    pub(crate) seen: Rc<HostSeen>,
    /// The seed and the time, where the render is to be reproducible.
    pub(crate) seeded: Option<Seeded>,
}

/// Answers that follow from a seed.
pub(crate) struct Seeded {
    /// The digest of the seed and of the release that is rendered.
    key: [u8; 32],
    now_unix_nanos: i128,
    calls: Cell<u64>,
}

impl Seeded {
    /// The answers for a release.
    pub(crate) fn new(seed: &[u8], namespace: &str, release: &str, now_unix_nanos: i128) -> Seeded {
        use sha2::{Digest, Sha256};
        let mut digest = Sha256::new();
        for part in [seed, namespace.as_bytes(), release.as_bytes()] {
            // The lengths keep `a` + `bc` apart from `ab` + `c`.
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Seeded { key: digest.finalize().into(), now_unix_nanos, calls: Cell::new(0) }
    }

    fn fill(&self, buffer: &mut [u8]) {
        use sha2::{Digest, Sha256};
        let call = self.calls.get();
        self.calls.set(call.wrapping_add(1));
        for (block, chunk) in buffer.chunks_mut(32).enumerate() {
            let mut digest = Sha256::new();
            digest.update(self.key);
            digest.update(call.to_le_bytes());
            digest.update((block as u64).to_le_bytes());
            let bytes = digest.finalize();
            for (to, from) in chunk.iter_mut().zip(bytes.iter()) {
                *to = *from;
            }
        }
    }
}

impl Host for WatchedHost<'_> {
    fn now_unix_nanos(&self) -> i128 {
        self.seen.asked();
        match &self.seeded {
            Some(seeded) => seeded.now_unix_nanos,
            None => self.inner.now_unix_nanos(),
        }
    }

    fn local_zone(&self) -> &str {
        self.inner.local_zone()
    }

    fn fill_random(&self, buffer: &mut [u8]) -> Result<(), String> {
        self.seen.asked();
        match &self.seeded {
            Some(seeded) => {
                seeded.fill(buffer);
                Ok(())
            }
            None => self.inner.fill_random(buffer),
        }
    }

    fn host_by_name(&self, name: &str) -> String {
        self.seen.asked();
        self.inner.host_by_name(name)
    }
}
