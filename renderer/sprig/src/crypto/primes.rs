//! Large random primes, which make the time of a key.

use num_bigint_dig::BigUint;
use num_bigint_dig::prime::probably_prime;

use super::keys::HostRandom;

/// Numbers behind a random one that are looked at before another random one is drawn. A prime of 2,048 bits is 1,420
/// numbers from the last on average.
const WINDOW: u32 = 1 << 15;

/// Odd primes below this are tried by division, all numbers of a window at once. Of numbers without such a factor one in
/// 75 of 2,048 bits is a prime; of all odd ones it is one in 710, and each costs a modular power.
const SIEVED: u32 = 1 << 16;

/// Rounds of Miller and Rabin's test, besides Lucas': Go's `crypto/rsa` makes five of them for primes of 1,024 bits and
/// fewer for larger ones, since nobody chose these numbers to deceive.
const ROUNDS: usize = 5;

/// A random prime of `bits` bits, the two highest of which are set, so that the product of two has all of its bits.
///
/// The search goes up from a random number, as OpenSSL's does.
pub(crate) fn random_prime(random: &mut HostRandom<'_>, bits: usize) -> BigUint {
    let small = odd_primes_below(SIEVED);
    loop {
        let start = random_odd(random, bits);
        let mut composite = vec![false; WINDOW as usize / 2];
        for prime in &small {
            // Slot i stands for start + 2i. The first multiple of the prime among them:
            let rest = remainder(&start, *prime);
            let up = if rest == 0 { 0 } else { *prime - rest };
            let first = if up % 2 == 0 { up / 2 } else { (up + prime) / 2 };
            for slot in composite.iter_mut().skip(first as usize).step_by(*prime as usize) {
                *slot = true;
            }
        }
        let candidates = composite.iter().zip(0_u32..).filter(|(composite, _)| !**composite);
        for (_, slot) in candidates {
            let candidate = &start + 2 * slot;
            if candidate.bits() > bits {
                break;
            }
            if probably_prime(&candidate, ROUNDS) {
                return candidate;
            }
        }
    }
}

fn random_odd(random: &mut HostRandom<'_>, bits: usize) -> BigUint {
    let mut bytes = vec![0; bits.div_ceil(8)];
    random.fill(&mut bytes);
    let number = BigUint::from_bytes_be(&bytes) >> (bytes.len() * 8 - bits);
    let top = BigUint::from(3_u8) << bits.saturating_sub(2);
    number | top | BigUint::from(1_u8)
}

fn remainder(number: &BigUint, divisor: u32) -> u32 {
    (number % divisor).to_bytes_be().into_iter().fold(0, |rest, byte| rest << 8 | u32::from(byte))
}

fn odd_primes_below(limit: u32) -> Vec<u32> {
    let mut composite = vec![false; limit as usize];
    let mut primes = Vec::new();
    for number in (3..limit).step_by(2) {
        if !composite[number as usize] {
            primes.push(number);
            for multiple in composite.iter_mut().skip(number as usize).step_by(number as usize) {
                *multiple = true;
            }
        }
    }
    primes
}

#[cfg(test)]
mod tests {
    use thinlock_go::Host;

    use super::*;

    /// Another byte each time, the same in every run.
    struct Counting(std::cell::Cell<u64>);

    impl Host for Counting {
        fn now_unix_nanos(&self) -> i128 {
            0
        }

        fn local_zone(&self) -> &str {
            "UTC"
        }

        fn fill_random(&self, buffer: &mut [u8]) -> Result<(), String> {
            for byte in buffer {
                let state = self.0.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                self.0.set(state);
                *byte = state.to_be_bytes()[0];
            }
            Ok(())
        }

        fn host_by_name(&self, _: &str) -> String {
            String::new()
        }
    }

    #[test]
    fn primes_have_their_bits_and_no_small_factor() {
        let host = Counting(std::cell::Cell::new(1));
        let mut random = HostRandom::new(&host);
        for bits in [64, 255, 512, 1024] {
            let prime = random_prime(&mut random, bits);
            assert_eq!(prime.bits(), bits);
            assert!(probably_prime(&prime, 40), "{prime}");
            assert_eq!(&prime >> (bits - 2), BigUint::from(3_u8));
        }
    }

    #[test]
    fn the_sieve_takes_out_exactly_the_multiples_of_its_primes() {
        assert_eq!(odd_primes_below(32), [3, 5, 7, 11, 13, 17, 19, 23, 29, 31]);
        assert_eq!(remainder(&(BigUint::from(65_521_u32) * BigUint::from(u64::MAX) + 4_660_u32), 65_521), 4_660);
    }
}
