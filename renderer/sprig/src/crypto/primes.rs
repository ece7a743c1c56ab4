//! Large random primes, which make the time of a key.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};
use std::thread;

use num_bigint_dig::BigUint;
use thinlock_go::threads;

use super::keys::HostRandom;
use super::montgomery::{WORD, at_once, from_words, negative_inverse, to_words};
use super::primality::{is_prime, may_be_primes};

/// Numbers behind a random one that are looked at before another random one is drawn, for each bit of theirs. A prime is
/// less than 0.7 numbers for each bit from the last on average, so one window in 100,000 has none.
const WINDOW: usize = 8;

/// Odd primes below this are tried by division, all numbers of a window at once. Of numbers without such a factor one in
/// 34 of 1,024 bits is a prime; of all odd ones it is one in 355, and each costs a modular power.
const SIEVED: u32 = 1 << 17;

/// More threads than this find primes hardly sooner.
const MAX_THREADS: usize = 8;

/// Random primes of so many bits each, 32 or more. The two highest bits are set, so that the product of two has all of its
/// bits.
///
/// The search goes up from a random number, as OpenSSL's does. All primes are sought at once on the machine's processors,
/// and what is found does not depend on how many there are.
pub(crate) fn random_primes<const COUNT: usize>(random: &mut HostRandom<'_>, bits: [usize; COUNT]) -> [BigUint; COUNT] {
    let mut primes = bits.map(|_| None);
    loop {
        let missing = primes.iter_mut().zip(bits).filter(|(prime, _)| prime.is_none());
        let (missing, searches): (Vec<_>, Vec<_>) =
            missing.map(|(prime, bits)| (prime, Search::new(random_odd(random, bits), bits))).unzip();
        if searches.is_empty() {
            return primes.map(Option::unwrap_or_default);
        }
        for (prime, found) in missing.into_iter().zip(find(&searches, threads::processors().min(MAX_THREADS))) {
            *prime = found;
        }
    }
}

/// The search of one prime.
struct Search {
    start: Vec<u64>,
    bits: usize,
    /// What is added to `start`, in order, for a number without a small factor.
    candidates: OnceLock<Vec<u32>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The first candidate that nobody has taken.
    next: usize,
    /// Threads that try whether what they found is a prime, as it nearly always is.
    trying: usize,
    /// The first candidate so far that is a prime.
    found: Option<usize>,
}

impl Search {
    fn new(start: BigUint, bits: usize) -> Search {
        let start = to_words(&start, bits.div_ceil(WORD));
        Search { start, bits, candidates: OnceLock::new(), state: Mutex::default() }
    }

    fn candidates(&self) -> &[u32] {
        self.candidates.get_or_init(|| sieve(&self.start, self.bits))
    }

    fn number(&self, above: u32) -> Vec<u64> {
        let mut number = self.start.clone();
        let mut carry = u64::from(above);
        for word in &mut number {
            let (sum, over) = word.overflowing_add(carry);
            *word = sum;
            carry = u64::from(over);
        }
        number
    }

    fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        // The state is whole at any time.
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at the next candidates that nobody has looked at; whether there were any, and there is no prime yet.
    ///
    /// Candidates are handed out in order, so whatever lies before the first prime is being looked at by somebody.
    fn advance(&self) -> bool {
        let candidates = self.candidates();
        let width = at_once(self.bits);
        let taken = self.update(|state| {
            let first = state.next;
            let wanted = state.found.is_none() && state.trying == 0 && first < candidates.len();
            wanted.then(|| {
                state.next += width;
                first
            })
        });
        let Some(first) = taken else {
            return false;
        };
        let numbers: Vec<_> = candidates.iter().skip(first).take(width).map(|above| self.number(*above)).collect();
        let passed = may_be_primes(&numbers, self.bits);
        let mut passed = numbers.iter().zip(first..).zip(passed).filter(|(_, passed)| *passed).peekable();
        if passed.peek().is_some() {
            self.update(|state| state.trying += 1);
            let prime = passed.find(|((number, _), _)| is_prime(number)).map(|((_, at), _)| at);
            self.update(|state| {
                state.trying -= 1;
                state.found = state.found.into_iter().chain(prime).min();
            });
        }
        true
    }

    /// The prime, once no thread is at work.
    fn outcome(&self) -> Option<BigUint> {
        let above = self.update(|state| state.found).and_then(|at| self.candidates().get(at))?;
        Some(from_words(&self.number(*above)))
    }
}

/// The first prime of each search, sought by several threads.
fn find(searches: &[Search], threads: usize) -> Vec<Option<BigUint>> {
    let turn = AtomicUsize::new(0);
    let seek = || {
        // Each begins with another search: what several look at in one of them is in vain behind its prime.
        let (before, after) = searches.split_at(turn.fetch_add(1, Ordering::Relaxed) % searches.len());
        while after.iter().chain(before).any(Search::advance) {}
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            // Where there is no thread to be had, there is one less.
            threads::start(scope, seek);
        }
        seek();
    });
    searches.iter().map(Search::outcome).collect()
}

fn random_odd(random: &mut HostRandom<'_>, bits: usize) -> BigUint {
    let mut bytes = vec![0; bits.div_ceil(8)];
    random.fill(&mut bytes);
    let number = BigUint::from_bytes_be(&bytes) >> (bytes.len() * 8 - bits);
    let top = BigUint::from(3_u8) << bits.saturating_sub(2);
    number | top | BigUint::from(1_u8)
}

/// What is to be added to an odd number for those in the window behind it that have no small factor.
fn sieve(start: &[u64], bits: usize) -> Vec<u32> {
    static SMALL: LazyLock<Vec<u32>> = LazyLock::new(|| odd_primes_below(SIEVED));
    // Slot i stands for start + 2i, which must not have more bits.
    let slots = room(start, bits).min((bits * WINDOW) as u64) as usize / 2 + 1;
    let mut composite = vec![false; slots];
    for (prime, rest) in remainders(start, &SMALL) {
        // The first multiple of the prime among them:
        let up = if rest == 0 { 0 } else { prime - rest };
        let first = if up % 2 == 0 { up / 2 } else { (up + prime) / 2 };
        let mut slot = first as usize;
        while let Some(composite) = composite.get_mut(slot) {
            *composite = true;
            slot += prime as usize;
        }
    }
    composite.iter().zip(0_u32..).filter(|(composite, _)| !**composite).map(|(_, slot)| 2 * slot).collect()
}

/// How much may be added to a number of so many bits before it has more.
fn room(number: &[u64], bits: usize) -> u64 {
    let used = (bits - 1) % WORD + 1;
    let mut above = number.iter().rev().map(|word| !word);
    let top = above.next().unwrap_or_default() << (WORD - used) >> (WORD - used);
    let (mut room, mut more) = (top, 0);
    for word in above {
        more |= room;
        room = word;
    }
    if more > 0 { u64::MAX } else { room }
}

/// Numbers below [`SIEVED`] of which the product is below 2^63.
const FACTORS: usize = 3;

/// Products that the large number is divided by side by side, since each step of a division waits for the one before.
const PRODUCTS: usize = 4;

/// The divisors, which are odd and below [`SIEVED`], with what a number leaves when divided by each.
fn remainders(number: &[u64], divisors: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    divisors.chunks(FACTORS * PRODUCTS).flat_map(move |divisors| {
        let mut products = [1; PRODUCTS];
        for (product, divisors) in products.iter_mut().zip(divisors.chunks(FACTORS)) {
            *product = divisors.iter().map(|divisor| u64::from(*divisor)).product();
        }
        let rests = remainders_of_products(number, products);
        let rest = move |(at, divisor): (usize, &u32)| (*divisor, (rests[at / FACTORS] % u64::from(*divisor)) as u32);
        divisors.iter().enumerate().map(rest)
    })
}

/// What a number leaves when divided by odd numbers below 2^63. The division is Montgomery's, from the least word up: each
/// step takes a word off the number and divides by two to the power of a word, which is made good at the end.
fn remainders_of_products(number: &[u64], products: [u64; PRODUCTS]) -> [u64; PRODUCTS] {
    let inverses = products.map(negative_inverse);
    let reduce = |at: usize, number: u128| {
        let quotient = (number as u64).wrapping_mul(inverses[at]);
        ((number + u128::from(quotient) * u128::from(products[at])) >> WORD) as u64
    };
    let multiply = |at, a: u64, b: u64| reduce(at, u128::from(a) * u128::from(b));
    let mut rests = [0_u64; PRODUCTS];
    for word in number {
        rests = std::array::from_fn(|at| reduce(at, u128::from(rests[at]) + u128::from(*word)));
    }
    let words = products.map(|product| product.wrapping_neg() % product);
    let squares: [u64; PRODUCTS] =
        std::array::from_fn(|at| (u128::from(words[at]) * u128::from(words[at]) % u128::from(products[at])) as u64);
    let mut powers = words;
    for bit in (0..usize::BITS - number.len().leading_zeros()).rev() {
        powers = std::array::from_fn(|at| multiply(at, powers[at], powers[at]));
        if number.len() >> bit & 1 == 1 {
            powers = std::array::from_fn(|at| multiply(at, powers[at], squares[at]));
        }
    }
    std::array::from_fn(|at| multiply(at, rests[at], powers[at]))
}

fn odd_primes_below(limit: u32) -> Vec<u32> {
    // Slot i stands for 2i + 3.
    let mut composite = vec![false; (limit as usize).saturating_sub(2) / 2];
    let mut primes = Vec::new();
    for slot in 0..composite.len() {
        if composite[slot] {
            continue;
        }
        let prime = 2 * slot + 3;
        primes.push(prime as u32);
        for multiple in composite.iter_mut().skip((prime * prime - 3) / 2).step_by(prime) {
            *multiple = true;
        }
    }
    primes
}
#[cfg(test)]
pub(super) mod tests {
    use thinlock_go::Host;

    use num_bigint_dig::prime::probably_prime;

    use super::*;

    /// Another byte each time, the same in every run.
    pub(in super::super) struct Counting(std::cell::Cell<u64>);

    impl Counting {
        pub(in super::super) fn new(seed: u64) -> Counting {
            Counting(std::cell::Cell::new(seed))
        }
    }

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
        let host = Counting::new(1);
        let mut random = HostRandom::new(&host);
        for bits in [32, 33, 64, 65, 255, 512, 767, 1024, 1536] {
            for prime in random_primes(&mut random, [bits, bits + 1]).iter().zip([bits, bits + 1]) {
                let (prime, bits) = prime;
                assert_eq!(prime.bits(), bits);
                assert!(probably_prime(prime, 40), "{prime}");
                assert_eq!(prime >> (bits - 2), BigUint::from(3_u8));
            }
        }
    }

    #[test]
    fn what_is_found_does_not_depend_on_the_threads() {
        for seed in 0..8 {
            let host = Counting::new(seed);
            let mut random = HostRandom::new(&host);
            let starts = [256, 300, 320].map(|bits| (random_odd(&mut random, bits), bits));
            let found = |threads| {
                let searches = starts.clone().map(|(start, bits)| Search::new(start, bits));
                find(&searches, threads)
            };
            let want: Vec<_> = starts
                .clone()
                .map(|(start, _)| {
                    (0_u32..4_000).step_by(2).map(|above| &start + above).find(|number| probably_prime(number, 20))
                })
                .to_vec();
            for threads in [1, 2, 3, 8] {
                let found = found(threads);
                for (found, want) in found.iter().zip(&want) {
                    assert!(found.is_none() || found == want);
                }
                assert!(found.iter().filter(|found| found.is_some()).count() > 1);
            }
        }
    }

    #[test]
    fn a_window_ends_where_numbers_have_more_bits() {
        for bits in [32, 63, 64, 65, 128] {
            let last = (BigUint::from(1_u8) << bits) - 1_u8;
            for below in [0_u64, 2, 100, 1 << 31] {
                let number = to_words(&(&last - below), bits.div_ceil(WORD));
                assert_eq!(room(&number, bits), below);
                assert!(sieve(&number, bits).iter().all(|above| u64::from(*above) <= below));
            }
        }
        assert_eq!(room(&[0, 1 << 63], 128), u64::MAX);
    }

    #[test]
    fn the_sieve_takes_out_exactly_the_multiples_of_its_primes() {
        assert_eq!(odd_primes_below(32), [3, 5, 7, 11, 13, 17, 19, 23, 29, 31]);
        assert!(odd_primes_below(SIEVED).iter().all(|prime| probably_prime(&BigUint::from(*prime), 5)));
        assert_eq!(odd_primes_below(SIEVED).len(), 12_250);
        let primes = odd_primes_below(SIEVED);
        let host = Counting::new(7);
        let mut random = HostRandom::new(&host);
        for bits in [40, 64, 190, 512, 1024, 2048] {
            let start = random_odd(&mut random, bits);
            let words = to_words(&start, bits.div_ceil(WORD));
            let want = primes.iter().map(|prime| (*prime, (&start % *prime).to_bytes_le()));
            let got = remainders(&words, &primes).map(|(prime, rest)| (prime, BigUint::from(rest).to_bytes_le()));
            assert!(got.eq(want));
        }
        for start in [u64::MAX - 9_998, (3 << 46) + 1] {
            let has_factor =
                |above: &u32| primes.iter().any(|prime| (start + u64::from(*above)) % u64::from(*prime) == 0);
            let bits = start.ilog2() as usize + 1;
            let all = (0..=(bits * WINDOW) as u32).step_by(2).filter(|above| !has_factor(above));
            assert!(all.eq(sieve(&[start], bits)));
        }
    }
}
