//! Passwords, encryption, keys and certificates.

pub(crate) mod aes;
pub(crate) mod passwords;
