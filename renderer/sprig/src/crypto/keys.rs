//! Private keys: making, reading and writing them, and signing with them.

use ed25519_dalek::Signer;
use num_bigint_dig::{BigUint, ModInverse};
use rsa::RsaPrivateKey;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use sha2::{Digest, Sha256, Sha384, Sha512};
use thinlock_go::{CallError, Host, Interp, Toolchain, Value};

use super::der::{self, Reader, tag};
use super::dsa::DsaKey;
use super::primes::random_primes;
use super::{oids, pem, pkcs1v15};
use crate::args::{Answer, text};

/// The host's randomness for the crates that make keys, whose searches cannot be stopped from within. Where the host has
/// none they get a sequence that lets them end, and [`HostRandom::check`] must refuse what came of it.
pub(crate) struct HostRandom<'a> {
    host: &'a dyn Host,
    failure: Option<String>,
    filled: u64,
}

impl<'a> HostRandom<'a> {
    pub(crate) fn new(host: &'a dyn Host) -> HostRandom<'a> {
        HostRandom { host, failure: None, filled: 0 }
    }

    /// Whether all bytes so far came from the host.
    ///
    /// # Errors
    /// What the host said when it had none.
    pub(crate) fn check(self) -> Result<(), CallError> {
        self.failure.map_or(Ok(()), |why| Err(CallError::message(why)))
    }

    pub(crate) fn fill(&mut self, buffer: &mut [u8]) {
        if self.failure.is_none() {
            self.failure = self.host.fill_random(buffer).err();
        }
        if self.failure.is_some() {
            for chunk in buffer.chunks_mut(32) {
                self.filled = self.filled.wrapping_add(1);
                chunk.copy_from_slice(&Sha256::digest(self.filled.to_le_bytes())[..chunk.len()]);
            }
        }
    }
}

impl rsa::rand_core::RngCore for HostRandom<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        self.fill(buffer);
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.fill(buffer);
        Ok(())
    }
}

impl rsa::rand_core::CryptoRng for HostRandom<'_> {}

/// A named elliptic curve.
pub(crate) struct Curve {
    /// The content of its object identifier.
    oid: &'static [u8],
    /// The bytes of a private key.
    size: usize,
    /// The identifier of ECDSA with the hash that Go pairs it with.
    signature: &'static [u8],
    /// The public point, uncompressed; `None` for a number that is no private key.
    public: fn(&[u8]) -> Option<Vec<u8>>,
    /// A signature of a message, in DER.
    sign: fn(&[u8], &[u8]) -> Option<Vec<u8>>,
}

macro_rules! curve {
    ($name:ident, $crate_name:ident, $oid:path, $size:literal, $signature:path, $hash:ident) => {
        static $name: Curve = Curve {
            oid: $oid,
            size: $size,
            signature: $signature,
            public: |secret| {
                let key = $crate_name::ecdsa::SigningKey::from_slice(secret).ok()?;
                Some(key.verifying_key().to_sec1_point(false).as_bytes().to_vec())
            },
            sign: |secret, message| {
                use $crate_name::ecdsa::signature::hazmat::PrehashSigner;
                let key = $crate_name::ecdsa::SigningKey::from_slice(secret).ok()?;
                let signature: $crate_name::ecdsa::Signature = key.sign_prehash(&$hash::digest(message)).ok()?;
                Some(signature.to_der().as_bytes().to_vec())
            },
        };
    };
}

curve!(P256, p256, oids::P256, 32, oids::ECDSA_WITH_SHA256, Sha256);
curve!(P384, p384, oids::P384, 48, oids::ECDSA_WITH_SHA384, Sha384);
curve!(P521, p521, oids::P521, 66, oids::ECDSA_WITH_SHA512, Sha512);

/// A key on a named curve.
pub(crate) struct EcKey {
    curve: &'static Curve,
    secret: Vec<u8>,
    point: Vec<u8>,
}

/// The largest RSA key that is taken from a template: the time to sign grows with the cube of the size.
const MAX_RSA_BITS: usize = 16_384;

/// A private key of one of the kinds that Go's `crypto/x509` reads.
pub(crate) enum Key {
    Rsa(Box<RsaPrivateKey>),
    Ec(EcKey),
    Ed25519(Box<ed25519_dalek::SigningKey>),
    Dsa(Box<DsaKey>),
}

/// The public exponent that Go gives its keys.
const RSA_EXPONENT: u32 = 65_537;

/// Pairs of primes that are looked at: all but one in 30,000 are a key, and a host that always gives the same bytes would
/// never end.
const RSA_TRIES: usize = 16;

/// `rsa.GenerateKey`.
///
/// The primes are searched here, since the crate's own search divides by few small primes before each test and takes three
/// times as long: a chart with a certificate or two spends nearly all of its time in it.
pub(crate) fn generate_rsa(random: &mut HostRandom<'_>, bits: usize) -> Result<Key, String> {
    let exponent = BigUint::from(RSA_EXPONENT);
    let one = BigUint::from(1_u8);
    for _ in 0..RSA_TRIES {
        let [p, q] = random_primes(random, [bits.div_ceil(2), bits / 2]);
        // Primes that are close to each other are easily found from their product (FIPS 186-5, A.1.3, step 5.5).
        let apart = if p > q { &p - &q } else { &q - &p };
        let far = apart.bits() > (bits / 2).saturating_sub(100);
        // A key needs an inverse of the exponent, which is prime, modulo each prime's totient.
        if far && [&p, &q].iter().all(|prime| (*prime - &one) % &exponent != BigUint::default()) {
            let key = RsaPrivateKey::from_p_q(p, q, exponent).map_err(|why| why.to_string())?;
            return Ok(Key::Rsa(Box::new(key)));
        }
    }
    Err("crypto/rsa: no primes found".to_owned())
}

fn generate_p256(random: &mut HostRandom<'_>) -> Key {
    let mut secret = vec![0; P256.size];
    loop {
        random.fill(&mut secret);
        // Nearly every 256-bit number is a private key; a host that repeats one that is not would never end.
        if let Some(point) = (P256.public)(&secret) {
            return Key::Ec(EcKey { curve: &P256, secret, point });
        }
        if let Some(byte) = secret.first_mut() {
            *byte = 1;
        }
        if let Some(point) = (P256.public)(&secret) {
            return Key::Ec(EcKey { curve: &P256, secret, point });
        }
    }
}

fn generate_ed25519(random: &mut HostRandom<'_>) -> Key {
    let mut seed = [0; 32];
    random.fill(&mut seed);
    Key::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&seed)))
}

pub(crate) fn gen_private_key(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let kind = text(args, 0)?;
    let mut random = HostRandom::new(interp.host());
    let key = match kind.as_bytes() {
        b"" | b"rsa" => generate_rsa(&mut random, 4096),
        b"dsa" => DsaKey::generate(&mut random).map(|key| Key::Dsa(Box::new(key))),
        b"ecdsa" => Ok(generate_p256(&mut random)),
        b"ed25519" => Ok(generate_ed25519(&mut random)),
        _ => return Ok(Value::Str([b"Unknown type ", kind.as_bytes()].concat().into())),
    };
    random.check()?;
    Ok(match key {
        Ok(key) => key.to_pem().into(),
        Err(why) => format!("failed to generate private key: {why}").into(),
    })
}

impl Key {
    /// The PEM block that sprig writes for each kind.
    pub(crate) fn to_pem(&self) -> String {
        match self {
            Key::Rsa(key) => pem::encode("RSA PRIVATE KEY", &pkcs1(key)),
            Key::Dsa(key) => pem::encode("DSA PRIVATE KEY", &key.to_der()),
            Key::Ec(key) => pem::encode(
                "EC PRIVATE KEY",
                &der::sequence(&[
                    &der::small(1),
                    &der::element(tag::OCTET_STRING, &key.secret),
                    &der::element(tag::explicit(0), &der::oid(key.curve.oid)),
                    &der::element(tag::explicit(1), &der::bits(&key.point)),
                ]),
            ),
            Key::Ed25519(key) => pem::encode(
                "PRIVATE KEY",
                &der::sequence(&[
                    &der::small(0),
                    &der::sequence(&[&der::oid(oids::ED25519)]),
                    &der::element(tag::OCTET_STRING, &der::element(tag::OCTET_STRING, key.as_bytes())),
                ]),
            ),
        }
    }

    /// The algorithm and the bytes of the public key; `None` for a DSA key, which Go does not write into certificates.
    pub(crate) fn public(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let null = der::element(tag::NULL, &[]);
        Some(match self {
            Key::Rsa(key) => (
                der::sequence(&[&der::oid(oids::RSA), &null]),
                der::sequence(&[&der::integer(key.n()), &der::integer(key.e())]),
            ),
            Key::Ec(key) => (der::sequence(&[&der::oid(oids::EC), &der::oid(key.curve.oid)]), key.point.clone()),
            Key::Ed25519(key) => (der::sequence(&[&der::oid(oids::ED25519)]), key.verifying_key().as_bytes().to_vec()),
            Key::Dsa(_) => return None,
        })
    }

    /// The algorithm identifier of the signatures that this key makes.
    pub(crate) fn signature_algorithm(&self) -> Option<Vec<u8>> {
        Some(match self {
            Key::Rsa(_) => der::sequence(&[&der::oid(oids::RSA_WITH_SHA256), &der::element(tag::NULL, &[])]),
            Key::Ec(key) => der::sequence(&[&der::oid(key.curve.signature)]),
            Key::Ed25519(_) => der::sequence(&[&der::oid(oids::ED25519)]),
            Key::Dsa(_) => return None,
        })
    }

    /// Signs a message with the hash that Go chooses for the kind of key.
    ///
    /// # Errors
    /// The text of Go's error.
    pub(crate) fn sign(&self, message: &[u8], toolchain: &Toolchain) -> Result<Vec<u8>, String> {
        match self {
            Key::Rsa(key) => {
                let bits = key.n().bits();
                if bits < 1024 && toolchain.small_rsa_keys_refused {
                    return Err(format!(
                        "crypto/rsa: {bits}-bit keys are insecure (see \
                         https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)"
                    ));
                }
                // The DigestInfo of SHA-256 up to the digest itself.
                let mut info = der::sequence(&[
                    &der::sequence(&[&der::oid(oids::SHA256), &der::element(tag::NULL, &[])]),
                    &der::element(tag::OCTET_STRING, &[0; 32]),
                ]);
                info.truncate(info.len() - 32);
                info.extend_from_slice(&Sha256::digest(message));
                let too_long = "crypto/rsa: message too long for RSA key size";
                pkcs1v15::sign(key, &info).ok_or_else(|| too_long.to_owned())
            }
            Key::Ec(key) => {
                (key.curve.sign)(&key.secret, message).ok_or_else(|| "crypto/ecdsa: invalid private key".to_owned())
            }
            Key::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            Key::Dsa(_) => Err("x509: certificate private key does not implement crypto.Signer".to_owned()),
        }
    }

    /// Reads the first PEM block of a text, as sprig's `parsePrivateKeyPEM`.
    ///
    /// # Errors
    /// The text of its error.
    pub(crate) fn from_pem(text: &[u8]) -> Result<Key, String> {
        let block = pem::decode(text).ok_or("no PEM data in input")?;
        if block.kind == "PRIVATE KEY" {
            return from_pkcs8(&block.bytes).map_err(|why| format!("decoding PEM as PKCS#8: {why}"));
        }
        let Some(kind) = block.kind.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {}", block.kind));
        };
        match kind {
            "RSA" => from_pkcs1(&block.bytes).map_err(|why| format!("parsing RSA private key from PEM: {why}")),
            "EC" => from_sec1(None, &block.bytes).map_err(|why| format!("parsing EC private key from PEM: {why}")),
            "DSA" => DsaKey::from_der(&block.bytes).map(|key| Key::Dsa(Box::new(key))).ok_or_else(|| {
                let why = der::unmarshal_error(&block.bytes, "DSAKeyFormat");
                format!("parsing DSA private key from PEM: {why}")
            }),
            _ => Err(format!("invalid private key type {}", block.kind)),
        }
    }
}

fn pkcs1(key: &RsaPrivateKey) -> Vec<u8> {
    let zero = BigUint::default();
    let one = BigUint::from(1_u8);
    let (p, q) = match key.primes() {
        [p, q, ..] => (p, q),
        _ => (&zero, &zero),
    };
    let exponent = |prime: &BigUint| if *prime > one { key.d() % (prime - &one) } else { zero.clone() };
    let inverse = q.clone().mod_inverse(p).and_then(|n| n.to_biguint()).unwrap_or_default();
    der::sequence(&[
        &der::small(0),
        &der::integer(key.n()),
        &der::integer(key.e()),
        &der::integer(key.d()),
        &der::integer(p),
        &der::integer(q),
        &der::integer(&exponent(p)),
        &der::integer(&exponent(q)),
        &der::integer(&inverse),
    ])
}

/// The numbers of a PKCS #1 key, as far as the structure is right.
fn pkcs1_numbers(bytes: &[u8]) -> Option<Vec<BigUint>> {
    let mut fields = Reader::new(bytes).sequence()?;
    let numbers = std::iter::from_fn(|| fields.unsigned()).take(9).collect::<Vec<_>>();
    (numbers.len() >= 6).then_some(numbers)
}

fn from_pkcs1(bytes: &[u8]) -> Result<Key, String> {
    let use_instead =
        |parser: &str| format!("x509: failed to parse private key (use {parser} instead for this key format)");
    let Some(numbers) = pkcs1_numbers(bytes) else {
        return Err(match () {
            () if sec1_parts(bytes).is_some() => use_instead("ParseECPrivateKey"),
            () if pkcs8_parts(bytes).is_some() => use_instead("ParsePKCS8PrivateKey"),
            () => der::unmarshal_error(bytes, "pkcs1PrivateKey"),
        });
    };
    let [version, n, e, d, p, q, ..] = &numbers[..] else {
        return Err(der::unmarshal_error(bytes, "pkcs1PrivateKey"));
    };
    if *version > BigUint::from(1_u8) {
        return Err("x509: unsupported private key version".to_owned());
    }
    if numbers.iter().skip(1).any(|n| *n == BigUint::default()) {
        return Err("x509: private key contains zero or negative value".to_owned());
    }
    if n.bits() > MAX_RSA_BITS {
        return Err(format!("crypto/rsa: keys of more than {MAX_RSA_BITS} bits take too long"));
    }
    RsaPrivateKey::from_components(n.clone(), e.clone(), d.clone(), vec![p.clone(), q.clone()])
        .map(|key| Key::Rsa(Box::new(key)))
        .map_err(|why| format!("crypto/rsa: {why}"))
}

/// An `ECPrivateKey` of SEC 1.
struct Sec1<'a> {
    version: BigUint,
    secret: &'a [u8],
    /// The named curve's identifier, where it is given.
    curve: Option<&'a [u8]>,
}

fn sec1_parts(bytes: &[u8]) -> Option<Sec1<'_>> {
    let mut fields = Reader::new(bytes).sequence()?;
    let version = fields.unsigned()?;
    let secret = fields.read(tag::OCTET_STRING)?;
    let curve = fields.read(tag::explicit(0)).and_then(|inner| Reader::new(inner).read(tag::OBJECT_IDENTIFIER));
    Some(Sec1 { version, secret, curve })
}

fn from_sec1(curve: Option<&[u8]>, bytes: &[u8]) -> Result<Key, String> {
    let Some(Sec1 { version, secret, curve: named }) = sec1_parts(bytes) else {
        let use_instead =
            |parser: &str| format!("x509: failed to parse private key (use {parser} instead for this key format)");
        return Err(match () {
            () if pkcs8_parts(bytes).is_some() => use_instead("ParsePKCS8PrivateKey"),
            () if pkcs1_numbers(bytes).is_some() => use_instead("ParsePKCS1PrivateKey"),
            () => format!("x509: failed to parse EC private key: {}", der::unmarshal_error(bytes, "ecPrivateKey")),
        });
    };
    if version != BigUint::from(1_u8) {
        return Err(format!("x509: unknown EC private key version {version}"));
    }
    let oid = curve.or(named).unwrap_or_default();
    let Some(curve) = [&P256, &P384, &P521].into_iter().find(|curve| curve.oid == oid) else {
        return Err("x509: unknown elliptic curve".to_owned());
    };
    // Leading zeros may be missing or too many.
    let digits = secret.iter().position(|b| *b != 0).map_or(&secret[..0], |at| &secret[at..]);
    if digits.len() > curve.size {
        return Err("x509: invalid private key length".to_owned());
    }
    let mut secret = vec![0; curve.size - digits.len()];
    secret.extend_from_slice(digits);
    match (curve.public)(&secret) {
        Some(point) => Ok(Key::Ec(EcKey { curve, secret, point })),
        None => Err("x509: invalid elliptic curve private key value".to_owned()),
    }
}

/// The algorithm, its parameters as a whole element, and the wrapped key.
fn pkcs8_parts(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut fields = Reader::new(bytes).sequence()?;
    fields.integer()?;
    let mut algorithm = fields.sequence()?;
    let oid = algorithm.read(tag::OBJECT_IDENTIFIER)?;
    let parameters = if algorithm.is_empty() { &[] } else { algorithm.any()?.whole };
    Some((oid, parameters, fields.read(tag::OCTET_STRING)?))
}

fn from_pkcs8(bytes: &[u8]) -> Result<Key, String> {
    let use_instead =
        |parser: &str| format!("x509: failed to parse private key (use {parser} instead for this key format)");
    let Some((oid, parameters, wrapped)) = pkcs8_parts(bytes) else {
        return Err(match () {
            () if sec1_parts(bytes).is_some() => use_instead("ParseECPrivateKey"),
            () if pkcs1_numbers(bytes).is_some() => use_instead("ParsePKCS1PrivateKey"),
            () => der::unmarshal_error(bytes, "pkcs8"),
        });
    };
    match oid {
        oids::RSA => from_pkcs1(wrapped)
            .map_err(|why| format!("x509: failed to parse RSA private key embedded in PKCS#8: {why}")),
        oids::EC => from_sec1(Reader::new(parameters).read(tag::OBJECT_IDENTIFIER), wrapped)
            .map_err(|why| format!("x509: failed to parse EC private key embedded in PKCS#8: {why}")),
        oids::ED25519 => {
            if !parameters.is_empty() {
                return Err("x509: invalid Ed25519 private key parameters".to_owned());
            }
            let seed = Reader::new(wrapped).read(tag::OCTET_STRING);
            let seed = seed.ok_or_else(|| {
                let why = der::unmarshal_error(wrapped, "");
                format!("x509: invalid Ed25519 private key: {why}")
            })?;
            let seed: &[u8; 32] =
                seed.try_into().map_err(|_| format!("x509: invalid Ed25519 private key length: {}", seed.len()))?;
            Ok(Key::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(seed))))
        }
        other => {
            Err(format!("x509: PKCS#8 wrapping contained private key with unknown algorithm: {}", oids::dotted(other)))
        }
    }
}

#[cfg(test)]
mod tests {
    use num_bigint_dig::prime::probably_prime;

    use super::super::primes::tests::Counting;
    use super::*;

    #[test]
    fn rsa_keys_have_their_bits_and_fit_together() {
        let host = Counting::new(3);
        for bits in [512, 513, 768, 1_023, 1_024, 2_048] {
            let mut random = HostRandom::new(&host);
            let Ok(Key::Rsa(key)) = generate_rsa(&mut random, bits) else { panic!("no key of {bits} bits") };
            assert_eq!(key.n().bits(), bits);
            let [p, q] = key.primes() else { panic!("not two primes") };
            assert!(p != q && [p, q].iter().all(|prime| probably_prime(prime, 20)));
            assert_eq!((p * q, p.bits(), q.bits()), (key.n().clone(), bits.div_ceil(2), bits / 2));
            let exponent = key.d() * key.e();
            assert!([p, q].iter().all(|prime| (&exponent - 1_u8) % (*prime - 1_u8) == BigUint::default()));
        }
    }

    #[test]
    fn a_key_follows_from_the_random_bytes() {
        let key = |seed| generate_rsa(&mut HostRandom::new(&Counting::new(seed)), 512).map(|key| key.to_pem());
        assert!(key(1).is_ok());
        assert_eq!(key(1), key(1));
        assert_ne!(key(1), key(2));
    }
}
