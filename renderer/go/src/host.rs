//! The world outside, as far as template functions may ask for it.

/// The clock, randomness, and names. The renderer asks nothing else of its surroundings; a test or a reproducible
/// render passes a host that answers the same every time.
pub trait Host {
    /// Nanoseconds since the Unix epoch: what `now` reads.
    fn now_unix_nanos(&self) -> i128;

    /// The IANA name of the local time zone (`UTC`, `Europe/Berlin`), for layouts and `date`.
    fn local_zone(&self) -> &str;

    /// Fills a buffer with random bytes.
    ///
    /// # Errors
    /// Why there are none: the text of the error that fails the template. The buffer must not be used then.
    fn fill_random(&self, buffer: &mut [u8]) -> Result<(), String>;

    /// The first address of a host name, empty where it cannot or may not be looked up: what `getHostByName` prints.
    fn host_by_name(&self, name: &str) -> String;
}
