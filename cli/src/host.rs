//! The machine as a [`Host`]: its clock, its randomness, its resolver.

use std::net::ToSocketAddrs;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use thinlock_go::Host;

use crate::Env;

/// The machine that the program runs on.
pub(crate) struct SystemHost<'a> {
    env: &'a Env,
    zone: OnceLock<String>,
}

impl<'a> SystemHost<'a> {
    pub(crate) fn new(env: &'a Env) -> SystemHost<'a> {
        SystemHost { env, zone: OnceLock::new() }
    }
}

impl Host for SystemHost<'_> {
    fn now_unix_nanos(&self) -> i128 {
        // A clock before 1970 is a clock at 1970.
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos().cast_signed())
    }

    fn local_zone(&self) -> &str {
        self.zone.get_or_init(|| local_zone(self.env))
    }

    fn fill_random(&self, buffer: &mut [u8]) -> Result<(), String> {
        getrandom::fill(buffer).map_err(|why| format!("the system has no random bytes: {why}"))
    }

    fn host_by_name(&self, name: &str) -> String {
        let addresses = (name, 0).to_socket_addrs();
        addresses.ok().and_then(|mut all| all.next()).map(|address| address.ip().to_string()).unwrap_or_default()
    }
}

/// As Go's `time.Local`: `TZ` if it is set, with UTC for an empty one, else what /etc/localtime leads to.
fn local_zone(env: &Env) -> String {
    if let Some(zone) = env.var("TZ") {
        let zone = zone.strip_prefix(':').unwrap_or(zone);
        return if zone.is_empty() { "UTC".to_owned() } else { zone.to_owned() };
    }
    let target = std::fs::read_link("/etc/localtime").unwrap_or_default();
    target
        .to_str()
        .and_then(|path| path.split_once("zoneinfo/"))
        .map_or_else(|| "UTC".to_owned(), |(_, zone)| zone.to_owned())
}
