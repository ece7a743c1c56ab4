//! What a target renders in: no clock, no network, and a dialect.

use std::sync::{Arc, OnceLock};

use thinlock_go::Host;
use thinlock_renderer::Dialect;
use thinlock_template::FuncMap;

/// A host whose answers are the same in every run.
pub(crate) struct Nowhere;

impl Host for Nowhere {
    fn now_unix_nanos(&self) -> i128 {
        1_700_000_000_123_456_789
    }

    fn local_zone(&self) -> &str {
        "UTC"
    }

    /// A counter's bytes, mixed (SplitMix64): a search for a prime ends with them.
    fn fill_random(&self, buffer: &mut [u8]) -> Result<(), String> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for chunk in buffer.chunks_mut(8) {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let bytes = (z ^ (z >> 31)).to_le_bytes();
            for (to, from) in chunk.iter_mut().zip(bytes) {
                *to = from;
            }
        }
        Ok(())
    }

    fn host_by_name(&self, _name: &str) -> String {
        String::new()
    }
}

/// The dialect that an input is for. It follows from the bytes, so that one corpus reaches all of them.
pub(crate) fn dialect_of(data: &[u8]) -> &'static Dialect {
    let sum = data.iter().fold(data.len(), |sum, byte| sum.wrapping_add(usize::from(*byte)));
    Dialect::ALL[sum % Dialect::ALL.len()]
}

/// Sprig's functions and stand-ins for none of Helm's: what a parser must know of.
pub(crate) fn functions() -> &'static Arc<FuncMap> {
    static FUNCTIONS: OnceLock<Arc<FuncMap>> = OnceLock::new();
    FUNCTIONS.get_or_init(|| {
        let mut map = FuncMap::new();
        map.add(thinlock_sprig::functions());
        Arc::new(map)
    })
}
