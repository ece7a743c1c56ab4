//! DSA keys with 2048-bit parameters, which `genPrivateKey "dsa"` makes. Nothing can be signed with them: Go does not
//! put them into certificates.

use num_bigint_dig::prime::probably_prime;
use num_bigint_dig::{BigUint, RandPrime};

use super::der::{self, Reader};
use super::keys::HostRandom;

const P_BITS: usize = 2048;
const Q_BITS: usize = 256;

/// Parameters, public and private key.
pub(crate) struct DsaKey {
    p: BigUint,
    q: BigUint,
    g: BigUint,
    y: BigUint,
    x: BigUint,
}

impl DsaKey {
    /// `dsa.GenerateParameters` and `dsa.GenerateKey`.
    ///
    /// # Errors
    /// A host whose random numbers lead to no prime: without a limit the search would not end.
    pub(crate) fn generate(random: &mut HostRandom<'_>) -> Result<DsaKey, String> {
        let one = BigUint::from(1_u8);
        for _ in 0..64 {
            let q = random.gen_prime(Q_BITS);
            // p is a multiple of q and one more.
            for _ in 0..4 * P_BITS {
                let mut bytes = vec![0; P_BITS / 8];
                random.fill(&mut bytes);
                set_ends(&mut bytes);
                let candidate = BigUint::from_bytes_be(&bytes);
                let p = &candidate - (&candidate % &q) + &one;
                if p.bits() != P_BITS || has_small_factor(&p) || !probably_prime(&p, 20) {
                    continue;
                }
                let exponent = (&p - &one) / &q;
                for h in 2_u8..=255 {
                    let g = BigUint::from(h).modpow(&exponent, &p);
                    if g == one {
                        continue;
                    }
                    let mut bytes = vec![0; Q_BITS / 8 + 8];
                    random.fill(&mut bytes);
                    let x = BigUint::from_bytes_be(&bytes) % (&q - &one) + &one;
                    let y = g.modpow(&x, &p);
                    return Ok(DsaKey { p, q, g, y, x });
                }
            }
        }
        Err("crypto/dsa: no prime found".to_owned())
    }

    /// sprig's `DSAKeyFormat`, which is also OpenSSL's.
    pub(crate) fn to_der(&self) -> Vec<u8> {
        let numbers = [&self.p, &self.q, &self.g, &self.y, &self.x].map(der::integer);
        der::sequence(&[&der::small(0), &numbers.concat()])
    }

    pub(crate) fn from_der(bytes: &[u8]) -> Option<DsaKey> {
        let mut fields = Reader::new(bytes).sequence()?;
        fields.integer()?;
        let mut next = || fields.unsigned();
        Some(DsaKey { p: next()?, q: next()?, g: next()?, y: next()?, x: next()? })
    }
}

/// The highest bit, so that the number has all its bits, and the lowest.
fn set_ends(bytes: &mut [u8]) {
    if let Some(first) = bytes.first_mut() {
        *first |= 0x80;
    }
    if let Some(last) = bytes.last_mut() {
        *last |= 1;
    }
}

/// A cheap test before the expensive one.
fn has_small_factor(n: &BigUint) -> bool {
    const SMALL: [u32; 24] =
        [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89];
    SMALL.iter().any(|prime| n % BigUint::from(*prime) == BigUint::default())
}
