//! Passwords, encryption, keys and certificates.
//!
//! Keys and certificates are real: OpenSSL and Go read and verify them. Their DER is written here, byte for byte as
//! Go's `crypto/x509` lays it out; the arithmetic is that of the RustCrypto crates, but for the
//! modular powers that RSA keys spend their time in.

pub(crate) mod aes;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub(crate) mod certificates;
mod der;
mod dsa;
pub(crate) mod keys;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod montgomery;
mod oids;
pub(crate) mod passwords;
mod pem;
mod pkcs1v15;
mod primality;
mod primes;
mod x509;
