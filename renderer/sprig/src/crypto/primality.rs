//! Whether large random numbers are primes.

use num_bigint_dig::BigUint;
use sha2::{Digest, Sha256};

use super::montgomery::{Ring, at_once, bits, from_words, power, powers_of_2, subtract, to_words, unit, with_ring};

/// Fermat's and Euler's test with the base 2 of at most [`at_once`] odd numbers that all have this many bits, which must be
/// two or more: two to the power of half the number less one is 1 or -1. It takes doublings in place of multiplications,
/// and hardly a large number passes that is no prime.
pub(super) fn may_be_primes(numbers: &[Vec<u64>], bits: usize) -> Vec<bool> {
    with_ring!(numbers, bits, |ring| pass_with_2(ring, bits))
}

fn pass_with_2<R: Ring>(ring: &mut R, bits: usize) -> Vec<bool> {
    let power = powers_of_2(ring, bits);
    ring.residues(&power).iter().map(|power| power.is_one() || power.is_minus_one()).collect()
}

/// Miller and Rabin's test of an odd random number above 4, with as many bases as Go's `crypto/rsa` takes.
pub(super) fn is_prime(number: &[u64]) -> bool {
    let bits = bits(number);
    let bases: Vec<BigUint> = (0..rounds(bits)).map(|round| base(number, round)).collect();
    bases.chunks(at_once(bits)).all(|bases| {
        let numbers = vec![number.to_vec(); bases.len()];
        with_ring!(&numbers, bits, |ring| passes(ring, number, bases))
    })
}

/// Rounds of Miller and Rabin's test after which a random number of so many bits is composite with a probability below
/// 2^-112: those of FIPS 186-5, table B.1, and for other sizes those of the bound of Damgård, Landrock and Pomerance that
/// the table comes from, as BoringSSL and Go have worked them out. They hold because nobody chose the numbers to deceive.
fn rounds(bits: usize) -> usize {
    match bits {
        3747.. => 3,
        1345.. => 4,
        476.. => 5,
        400.. => 6,
        347.. => 7,
        308.. => 8,
        55.. => 27,
        _ => 34,
    }
}

/// Whether a number passes with all bases. The ring is that of the number, once for each base.
fn passes<R: Ring>(ring: &mut R, number: &[u64], bases: &[BigUint]) -> bool {
    let mut even = number.to_vec();
    subtract(&mut even, &unit(number.len()));
    // The number less one is `odd` times two to the power of `twos`.
    let even = from_words(&even);
    let twos = even.trailing_zeros().unwrap_or_default();
    let odd = to_words(&(even >> twos), number.len());
    let exponents = vec![odd; bases.len()];
    let base = ring.enter(bases);
    let mut power = power(ring, &base, &exponents);
    let mut passed: Vec<bool> =
        ring.residues(&power).iter().map(|power| power.is_one() || power.is_minus_one()).collect();
    // Squaring must come to 1 by way of -1 alone.
    for _ in 1..twos {
        if passed.iter().all(|passed| *passed) {
            break;
        }
        ring.square(&mut power);
        for (passed, power) in passed.iter_mut().zip(ring.residues(&power)) {
            *passed |= power.is_minus_one();
        }
    }
    passed.into_iter().all(|passed| passed)
}

/// A base between 2 and the number less two, which nobody foresees who does not know the number.
fn base(number: &[u64], round: usize) -> BigUint {
    let digest = |block: u64| {
        let mut hash = Sha256::new();
        number.iter().for_each(|word| hash.update(word.to_le_bytes()));
        hash.update((round as u64).to_le_bytes());
        hash.update(block.to_le_bytes());
        hash.finalize()
    };
    // Eight bytes more than the number has make all bases equally likely.
    let bytes: Vec<u8> = (0..).flat_map(digest).take(8 * (number.len() + 1)).collect();
    BigUint::from_bytes_le(&bytes) % (from_words(number) - 3_u8) + 2_u8
}

#[cfg(test)]
mod tests {
    use num_bigint_dig::prime::probably_prime;

    use super::super::montgomery::Modulus;
    use super::*;

    fn words(number: &BigUint) -> Vec<u64> {
        to_words(number, 0)
    }

    fn filter(number: &BigUint) -> bool {
        let number = words(number);
        may_be_primes(std::slice::from_ref(&number), bits(&number)) == [true]
    }

    /// Whether each kind of arithmetic lets a number pass with a base.
    fn pass(number: &BigUint, base: u32) -> bool {
        let (number, bases) = (words(number), [BigUint::from(base)]);
        let one = passes(&mut Modulus::new(&number), &number, &bases);
        with_ring!(std::slice::from_ref(&number), bits(&number), |ring| {
            assert_eq!(passes(ring, &number, &bases), one);
        });
        one
    }

    #[test]
    fn strong_pseudoprimes_fail_with_other_bases() {
        // What the base 2 does not tell from primes: 2047, 3277, and 3215031751, which passes 2, 3, 5 and 7.
        for composite in [2_047_u32, 3_277, 3_215_031_751].map(BigUint::from) {
            assert!(filter(&composite) && pass(&composite, 2), "{composite}");
            assert!(!is_prime(&words(&composite)), "{composite}");
        }
        assert!([3, 5, 7].into_iter().all(|base| pass(&BigUint::from(3_215_031_751_u32), base)));
        assert!(!pass(&BigUint::from(3_215_031_751_u32), 11));
        // 561 is Carmichael's: Euler's test with 2 lets it pass, for 2 to the power of 280 is 1; Miller's does not.
        assert!(filter(&BigUint::from(561_u32)) && !pass(&BigUint::from(561_u32), 2));
    }

    #[test]
    fn odd_numbers_are_told_as_by_another_implementation() {
        // Squaring comes to 1 after many steps for 97, 65537 and 2^32 * 3 * 5 + 1's like.
        let steps = (1..60).flat_map(|twos| [1_u64, 3, 5, 15].map(|odd| (BigUint::from(odd) << twos) + 1_u8));
        let small = (5..1_500_u32).step_by(2).map(BigUint::from);
        let large = [127, 521, 607, 1_279].map(|power| (BigUint::from(1_u8) << power) - 1_u8);
        let products = large.clone().map(|prime| &prime * &prime);
        let near = large.clone().into_iter().flat_map(|prime| [2_u8, 4, 6, 8].map(|below| &prime - below));
        let all =
            steps.chain(small).chain(products).chain(near).chain(large).filter(|number| *number > BigUint::from(4_u8));
        let (mut primes, mut others) = (0, 0);
        for number in all {
            let want = probably_prime(&number, 20);
            assert_eq!(is_prime(&words(&number)), want, "{number}");
            assert!(filter(&number) || !want, "{number}");
            let bases = [2_u32, 3].into_iter().filter(|base| BigUint::from(*base) < number);
            assert!(bases.into_iter().all(|base| pass(&number, base)) || !want, "{number}");
            *(if want { &mut primes } else { &mut others }) += 1;
        }
        assert!(primes > 250 && others > 500, "{primes} {others}");
    }

    #[test]
    fn a_batch_is_told_number_by_number() {
        let numbers: Vec<BigUint> =
            (0..at_once(89) as u32).map(|at| (BigUint::from(1_u8) << 89) - 1_u8 - 2 * at).collect();
        let want: Vec<bool> = numbers.iter().map(|number| probably_prime(number, 20)).collect();
        for count in 1..=numbers.len() {
            let numbers: Vec<_> = numbers[..count].iter().map(words).collect();
            assert_eq!(may_be_primes(&numbers, 89), want[..count]);
        }
        assert!(want[0]);
    }

    #[test]
    fn bases_lie_between_2_and_the_number_less_two() {
        for number in [5_u32, 7, 9, 65_537].map(BigUint::from) {
            let bases: Vec<_> = (0..100).map(|round| base(&words(&number), round)).collect();
            assert!(bases.iter().all(|base| *base >= BigUint::from(2_u8) && *base <= &number - 2_u8));
            assert!(bases.contains(&BigUint::from(2_u8)) || number > BigUint::from(9_u8));
            assert!(bases.iter().any(|base| *base > &number / 2_u8));
        }
    }
}
