//! Large random primes, which make the time of a key.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{ConstOne, NonZero, Odd, U512, U1024, U2048, Uint};
use num_bigint_dig::BigUint;
use num_bigint_dig::prime::probably_prime;
use sha2::{Digest, Sha256};

use super::keys::HostRandom;

/// Numbers behind a random one that are looked at before another random one is drawn. A prime of 2,048 bits is 1,420
/// numbers from the last on average.
const WINDOW: u32 = 1 << 15;

/// Odd primes below this are tried by division, all numbers of a window at once. Of numbers without such a factor one in
/// 75 of 2,048 bits is a prime; of all odd ones it is one in 710, and each costs a modular power.
const SIEVED: u32 = 1 << 16;

/// Rounds of Miller and Rabin's test with random bases, besides the one with 2: Go's `crypto/rsa` makes five of them for
/// primes of 1,024 bits and fewer for larger ones, since nobody chose these numbers to deceive.
const ROUNDS: usize = 5;

/// More threads than this find a prime hardly sooner.
const MAX_THREADS: usize = 8;

/// A random prime of `bits` bits, the two highest of which are set, so that the product of two has all of its bits.
///
/// The search goes up from a random number, as OpenSSL's does. It uses the machine's other processors, and what it finds
/// does not depend on how many there are.
pub(crate) fn random_prime(random: &mut HostRandom<'_>, bits: usize) -> BigUint {
    static SMALL: LazyLock<Vec<u32>> = LazyLock::new(|| odd_primes_below(SIEVED));
    loop {
        let start = random_odd(random, bits);
        let mut composite = vec![false; WINDOW as usize / 2];
        for (prime, rest) in remainders(&start, &SMALL) {
            // Slot i stands for start + 2i. The first multiple of the prime among them:
            let up = if rest == 0 { 0 } else { prime - rest };
            let first = if up % 2 == 0 { up / 2 } else { (up + prime) / 2 };
            for slot in composite.iter_mut().skip(first as usize).step_by(prime as usize) {
                *slot = true;
            }
        }
        let candidates: Vec<u32> =
            composite.iter().zip(0_u32..).filter(|(composite, _)| !**composite).map(|(_, slot)| 2 * slot).collect();
        let found = match bits {
            ..=512 => first_prime::<{ U512::LIMBS }>(&start, &candidates),
            513..=1024 => first_prime::<{ U1024::LIMBS }>(&start, &candidates),
            1025..=2048 => first_prime::<{ U2048::LIMBS }>(&start, &candidates),
            _ => candidates.iter().find(|above| probably_prime(&(&start + **above), ROUNDS)).copied(),
        };
        let prime = found.map(|above| start + above).filter(|prime| prime.bits() == bits);
        if let Some(prime) = prime {
            return prime;
        }
    }
}

/// Of the numbers that lie this much above `start` the first prime.
fn first_prime<const LIMBS: usize>(start: &BigUint, candidates: &[u32]) -> Option<u32> {
    let start: Uint<LIMBS> = fixed(&start.to_bytes_be());
    let mut rest = candidates;
    loop {
        // Nearly every number that is none fails with the base 2, which takes doubling in place of multiplications.
        let found = first(rest.len(), |at| rest.get(at).is_some_and(|above| Test::of(&start, *above).passes_2()))?;
        let (above, test) = rest.get(found).map(|above| (*above, Test::of(&start, *above)))?;
        if first(ROUNDS, |round| !test.passes(&test.base(round))).is_none() {
            return Some(above);
        }
        rest = rest.get(found + 1..).unwrap_or_default();
    }
}

fn fixed<const LIMBS: usize>(bytes: &[u8]) -> Uint<LIMBS> {
    let mut padded = vec![0; Uint::<LIMBS>::BYTES];
    for (to, from) in padded.iter_mut().rev().zip(bytes.iter().rev()) {
        *to = *from;
    }
    Uint::from_be_slice(&padded)
}

/// The first of `0..count` that fits, sought by several threads at once.
fn first(count: usize, fits: impl Fn(usize) -> bool + Sync) -> Option<usize> {
    let (next, best) = (AtomicUsize::new(0), AtomicUsize::new(count));
    // Numbers are handed out in order, so whatever lies before the best is being looked at by somebody.
    let seek = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= best.load(Ordering::Relaxed) {
                break;
            }
            if fits(at) {
                best.fetch_min(at, Ordering::Relaxed);
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS).min(count);
    thread::scope(|scope| {
        for _ in 1..threads {
            // Where there is no thread to be had, there is one less.
            let _ = thread::Builder::new().spawn_scoped(scope, seek);
        }
        seek();
    });
    Some(best.into_inner()).filter(|best| *best < count)
}

/// Miller and Rabin's test of one odd number.
struct Test<const LIMBS: usize> {
    number: Uint<LIMBS>,
    params: FixedMontyParams<LIMBS>,
    /// The number less one is `odd` times two to the power of `twos`.
    odd: Uint<LIMBS>,
    twos: u32,
}

impl<const LIMBS: usize> Test<LIMBS> {
    fn of(start: &Uint<LIMBS>, above: u32) -> Test<LIMBS> {
        // The search began at an odd number and goes in steps of two.
        let number = start.wrapping_add(&Uint::from_u32(above)).bitor(&Uint::ONE);
        let even = number.wrapping_sub(&Uint::ONE);
        let twos = even.trailing_zeros_vartime();
        let params = FixedMontyParams::new_vartime(Odd::new(number).unwrap_or(Odd::<Uint<LIMBS>>::ONE));
        Test { number, params, odd: even.wrapping_shr_vartime(twos), twos }
    }

    fn passes_2(&self) -> bool {
        let mut power = FixedMontyForm::one(&self.params);
        for bit in (0..self.odd.bits_vartime()).rev() {
            power = power.square();
            if self.odd.bit_vartime(bit) {
                power = power.double();
            }
        }
        self.ends_well(power)
    }

    fn passes(&self, base: &Uint<LIMBS>) -> bool {
        const WIDTH: u32 = 4;
        let base = FixedMontyForm::new(base, &self.params);
        let mut powers = vec![FixedMontyForm::one(&self.params)];
        while powers.len() < 1 << WIDTH {
            let next = powers.last().map(|last| last.mul(&base));
            powers.extend(next);
        }
        let mut power = FixedMontyForm::one(&self.params);
        for window in (0..self.odd.bits_vartime().div_ceil(WIDTH)).rev() {
            let mut digit = 0;
            for bit in (window * WIDTH..(window + 1) * WIDTH).rev() {
                power = power.square();
                digit = digit << 1 | usize::from(self.odd.bit_vartime(bit));
            }
            if let Some(factor) = powers.get(digit).filter(|_| digit > 0) {
                power = power.mul(factor);
            }
        }
        self.ends_well(power)
    }

    /// Whether squaring a power of the base comes to 1 by way of -1 alone.
    fn ends_well(&self, mut power: FixedMontyForm<LIMBS>) -> bool {
        let one = FixedMontyForm::one(&self.params);
        let minus_one = one.neg();
        if power == one || power == minus_one {
            return true;
        }
        for _ in 1..self.twos {
            power = power.square();
            if power == minus_one {
                return true;
            }
        }
        false
    }

    /// A base between 2 and the number less two, which nobody foresees who does not know the number.
    fn base(&self, round: usize) -> Uint<LIMBS> {
        let number = self.number.to_be_bytes();
        let digest = |block: u32| {
            let mut hash = Sha256::new();
            hash.update(number);
            hash.update((round as u64).to_le_bytes());
            hash.update(block.to_le_bytes());
            hash.finalize()
        };
        let bytes: Vec<u8> = (0..).flat_map(digest).take(Uint::<LIMBS>::BYTES).collect();
        let bases = NonZero::new(self.number.wrapping_sub(&Uint::from_u32(3))).unwrap_or(NonZero::<Uint<LIMBS>>::ONE);
        fixed::<LIMBS>(&bytes).rem_vartime(&bases).wrapping_add(&Uint::from_u32(2))
    }
}

fn random_odd(random: &mut HostRandom<'_>, bits: usize) -> BigUint {
    let mut bytes = vec![0; bits.div_ceil(8)];
    random.fill(&mut bytes);
    let number = BigUint::from_bytes_be(&bytes) >> (bytes.len() * 8 - bits);
    let top = BigUint::from(3_u8) << bits.saturating_sub(2);
    number | top | BigUint::from(1_u8)
}

/// Numbers below 2^16 of which the product is below 2^64.
const FACTORS: usize = 4;

/// The divisors, which are below [`SIEVED`], with what a number leaves when divided by each.
fn remainders(number: &BigUint, divisors: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    let bytes = number.to_bytes_le();
    let word = |chunk: &[u8]| chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let words: Vec<u64> = bytes.chunks(8).map(word).collect();
    divisors.chunks(FACTORS).flat_map(move |divisors| {
        // One division of the large number serves several divisors.
        let product: u64 = divisors.iter().map(|divisor| u64::from(*divisor)).product();
        let divide =
            |rest: u64, word: &u64| ((u128::from(rest) << 64 | u128::from(*word)) % u128::from(product)) as u64;
        let rest = words.iter().rev().fold(0, divide);
        divisors.iter().map(move |divisor| (*divisor, (rest % u64::from(*divisor)) as u32))
    })
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
    fn strong_pseudoprimes_fail_with_other_bases() {
        // What the base 2 does not tell from primes: 2047, 3277, and 3215031751, which passes 2, 3, 5 and 7.
        for composite in [2_047_u32, 3_277, 3_215_031_751] {
            let test = Test::<{ U512::LIMBS }>::of(&Uint::ONE, composite - 1);
            assert!(test.passes_2() && (composite < 4_000 || test.passes(&Uint::from_u32(7))));
            assert!((0..ROUNDS).any(|round| !test.passes(&test.base(round))), "{composite}");
        }
        for (prime, composite) in [(65_537_u32, 65_539 * 3), (4_294_967_291, 4_294_967_293), (13, 15)] {
            let test = |number| Test::<{ U512::LIMBS }>::of(&Uint::ONE, number - 1);
            assert!(test(prime).passes_2() && (0..ROUNDS).all(|round| test(prime).passes(&test(prime).base(round))));
            assert!(!test(composite).passes_2());
        }
    }

    #[test]
    fn the_first_is_found_by_any_number_of_threads() {
        for count in [0, 1, 2, 100] {
            assert_eq!(first(count, |_| false), None);
            for wanted in 0..count {
                assert_eq!(first(count, |at| at >= wanted || at == count), Some(wanted));
            }
        }
    }

    #[test]
    fn the_sieve_takes_out_exactly_the_multiples_of_its_primes() {
        assert_eq!(odd_primes_below(32), [3, 5, 7, 11, 13, 17, 19, 23, 29, 31]);
        let number = BigUint::from(65_521_u32) * BigUint::from(u64::MAX) * BigUint::from(u64::MAX) + 4_660_u32;
        let primes: [u32; 5] = [65_521, 65_519, 3, 65_497, 5];
        let want = primes.map(|prime| (prime, (&number % prime).to_bytes_le()));
        let got = remainders(&number, &primes).map(|(prime, rest)| (prime, BigUint::from(rest).to_bytes_le()));
        assert!(got.eq(want));
    }
}
