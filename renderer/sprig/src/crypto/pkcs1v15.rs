//! RSA signatures by PKCS #1 v1.5.

use num_bigint_dig::BigUint;
use rsa::RsaPrivateKey;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};

use super::montgomery::{Ring, WORD, at_once, bits, leave, power, to_words, with_ring};

/// Signs a `DigestInfo`; `None` for a key that is too short for it, or whose numbers do not fit each other.
///
/// The `rsa` crate takes three times as long, and does not end where one prime is much larger than the other.
pub(super) fn sign(key: &RsaPrivateKey, info: &[u8]) -> Option<Vec<u8>> {
    let message = pad(info, key.size())?;
    let [p, q] = key.primes() else {
        return None;
    };
    let (dp, dq, inverse) = (key.dp()?, key.dq()?, key.qinv()?.to_biguint()?);
    let [left, right] = powers([&message, &message], [dp, dq], [p, q])?;
    // Garner's formula puts the two halves together.
    let above = (left + p - &right % p) * inverse % p;
    let signature = right + above * q;
    // A signature that is wrong in one half gives the key away, so it must not leave: Go looks after it as well.
    let [check] = powers([&signature], [key.e()], [key.n()])?;
    (check == message).then(|| {
        let bytes = signature.to_bytes_be();
        [vec![0; key.size() - bytes.len()], bytes].concat()
    })
}

/// `EMSA-PKCS1-v1_5`, if it fits into so many bytes.
fn pad(info: &[u8], size: usize) -> Option<BigUint> {
    let filling = size.checked_sub(info.len() + 3).filter(|filling| *filling >= 8)?;
    Some(BigUint::from_bytes_be(&[&[0, 1], &vec![0xff; filling][..], &[0], info].concat()))
}

/// Powers modulo odd numbers.
fn powers<const COUNT: usize>(
    bases: [&BigUint; COUNT],
    exponents: [&BigUint; COUNT],
    numbers: [&BigUint; COUNT],
) -> Option<[BigUint; COUNT]> {
    let words = |number: &BigUint| to_words(number, number.bits().div_ceil(WORD));
    let (numbers, exponents) = (numbers.map(words), exponents.map(words));
    let bases = bases.map(BigUint::clone);
    let bits = numbers.iter().map(|number| bits(number)).max()?;
    let width = at_once(bits);
    let each = bases.chunks(width).zip(exponents.chunks(width)).zip(numbers.chunks(width));
    let powers = each
        .flat_map(|((bases, exponents), numbers)| with_ring!(numbers, bits, |ring| powers_in(ring, bases, exponents)));
    powers.collect::<Vec<_>>().try_into().ok()
}

fn powers_in<R: Ring>(ring: &mut R, bases: &[BigUint], exponents: &[Vec<u64>]) -> Vec<BigUint> {
    let base = ring.enter(bases);
    let power = power(ring, &base, exponents);
    leave(ring, &power)
}

#[cfg(test)]
mod tests {
    use rsa::Pkcs1v15Sign;

    use super::super::keys::HostRandom;
    use super::super::primes::{random_primes, tests::Counting};
    use super::*;

    fn keys(bits: &[[usize; 2]]) -> Vec<RsaPrivateKey> {
        let host = Counting::new(5);
        let mut random = HostRandom::new(&host);
        let exponent = BigUint::from(65_537_u32);
        let key = |bits: &[usize; 2]| {
            let [p, q] = random_primes(&mut random, *bits);
            RsaPrivateKey::from_p_q(p, q, exponent.clone()).unwrap()
        };
        bits.iter().map(key).collect()
    }

    #[test]
    fn signatures_are_those_of_the_crate() {
        for key in keys(&[[512, 512], [509, 510], [768, 769], [1024, 1024]]) {
            for byte in 0..3 {
                let info = [byte; 51];
                let signature = sign(&key, &info);
                assert!(signature.is_some());
                assert_eq!(signature, key.sign(Pkcs1v15Sign::new_unprefixed(), &info).ok());
            }
        }
    }

    #[test]
    fn primes_may_differ_in_length() {
        for key in keys(&[[300, 724], [724, 300], [64, 700]]) {
            let info = [1; 32];
            let signature = sign(&key, &info).unwrap();
            assert_eq!(signature.len(), key.size());
            key.to_public_key().verify(Pkcs1v15Sign::new_unprefixed(), &info, &signature).unwrap();
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for key in keys(&[[256, 256], [252, 253]]) {
            let longest = key.size() - 11;
            for length in [0, 1, longest] {
                let signature = sign(&key, &vec![1; length]);
                assert!(signature.is_some());
                assert_eq!(signature, key.sign(Pkcs1v15Sign::new_unprefixed(), &vec![1; length]).ok());
            }
            for length in [longest + 1, key.size(), key.size() + 1] {
                assert_eq!(sign(&key, &vec![1; length]), None);
            }
        }
    }

    #[test]
    fn a_key_of_composite_numbers_signs_nothing() {
        let host = Counting::new(9);
        let mut random = HostRandom::new(&host);
        let [p, q, r] = random_primes(&mut random, [256, 256, 512]);
        let composites = [&p * &q, &p * 3_u8];
        let exponent = BigUint::from(65_537_u32);
        // The crate looks at the exponents alone, and so lets such keys be.
        let keys = composites.map(|composite| RsaPrivateKey::from_p_q(composite, r.clone(), exponent.clone()).unwrap());
        assert!(keys.iter().all(|key| sign(key, &[1; 32]).is_none()));
    }
}
