//! Semantic versions and constraints on them, as Masterminds/semver reads and compares them.
//!
//! `semver` and `semverCompare` are made of this, and Helm checks a chart's `kubeVersion` and its dependencies' versions
//! with it. Which version of the library is answered to is in the [`Toolchain`].

mod constraint;
mod object;

use std::cmp::Ordering;
use std::fmt;

use thinlock_go::{Toolchain, strconv};

pub use constraint::Constraints;
pub use object::{VERSION, VERSION_POINTER, value};

/// The longest version that the newer library reads, in bytes.
const MAX_VERSION: usize = 256;

/// A semantic version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The first number.
    pub major: u64,
    /// The second.
    pub minor: u64,
    /// The third.
    pub patch: u64,
    /// What follows `-`: dot-separated identifiers. Empty for a release.
    pub prerelease: String,
    /// What follows `+`. It is never compared.
    pub metadata: String,
    /// The text that it was read from.
    pub original: String,
}

/// The texts of the library's errors, whose first letters its version 3.4 made small.
#[derive(Clone, Copy)]
enum Text {
    InvalidVersion,
    Empty,
    InvalidCharacters,
    SegmentStartsZero,
    InvalidMetadata,
    InvalidPrerelease,
}

impl Text {
    fn say(self, toolchain: &Toolchain) -> String {
        let (lower, upper) = match self {
            Text::InvalidVersion => ("invalid semantic version", "Invalid Semantic Version"),
            Text::Empty => ("version string empty", "Version string empty"),
            Text::InvalidCharacters => ("invalid characters in version", "Invalid characters in version"),
            Text::SegmentStartsZero => ("version segment starts with 0", "Version segment starts with 0"),
            Text::InvalidMetadata => ("invalid metadata string", "Invalid Metadata string"),
            Text::InvalidPrerelease => ("invalid prerelease string", "Invalid Prerelease string"),
        };
        if toolchain.semver_lowercase_texts { lower } else { upper }.to_owned()
    }
}

impl Version {
    /// Reads a version leniently (`NewVersion`): a `v` before it, missing numbers and leading zeros are fine.
    ///
    /// # Errors
    /// The text is no version: the library's words.
    pub fn parse(text: &[u8], toolchain: &Toolchain) -> Result<Version, String> {
        check_length(text, toolchain)?;
        let invalid = || Text::InvalidVersion.say(toolchain);
        let text = std::str::from_utf8(text).map_err(|_| invalid())?;
        let mut rest = text.strip_prefix('v').unwrap_or(text);
        let mut parts = ["0"; 3];
        for (at, part) in parts.iter_mut().enumerate() {
            let digits = match (at, rest.strip_prefix('.')) {
                (0, _) => rest,
                (_, Some(after)) => after,
                (_, None) => break,
            };
            let end = digits.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(digits.len());
            if end == 0 {
                // `1.` and `1.x` are no versions; without the first number there is none at all.
                return Err(invalid());
            }
            *part = &digits[..end];
            rest = &digits[end..];
        }
        let (prerelease, rest) = identifiers(rest, '-').ok_or_else(invalid)?;
        let (metadata, rest) = identifiers(rest, '+').ok_or_else(invalid)?;
        if !rest.is_empty() {
            return Err(invalid());
        }
        let mut numbers = [0; 3];
        for (number, part) in numbers.iter_mut().zip(parts) {
            *number = strconv::parse_uint(part.as_bytes(), 10, 64).map_err(|error| {
                let word = if toolchain.semver_lowercase_texts { "error" } else { "Error" };
                format!("{word} parsing version segment: {error}")
            })?;
        }
        if !prerelease.is_empty() {
            validate_prerelease(prerelease, toolchain)?;
        }
        Ok(Version {
            major: numbers[0],
            minor: numbers[1],
            patch: numbers[2],
            prerelease: prerelease.to_owned(),
            metadata: metadata.to_owned(),
            original: text.to_owned(),
        })
    }

    /// Reads a version that is one by the specification (`StrictNewVersion`).
    ///
    /// # Errors
    /// What is wrong with it: the library's words.
    pub fn parse_strict(text: &[u8], toolchain: &Toolchain) -> Result<Version, String> {
        if text.is_empty() {
            return Err(Text::Empty.say(toolchain));
        }
        check_length(text, toolchain)?;
        let text = String::from_utf8_lossy(text);
        let parts: Vec<&str> = text.splitn(3, '.').collect();
        let [major, minor, patch] = parts[..] else { return Err(Text::InvalidVersion.say(toolchain)) };
        let (patch, metadata) = patch.split_once('+').map_or((patch, None), |(p, m)| (p, Some(m)));
        if let Some(metadata) = metadata {
            validate_metadata(metadata, toolchain)?;
        }
        let (patch, prerelease) = patch.split_once('-').map_or((patch, None), |(p, pre)| (p, Some(pre)));
        if let Some(prerelease) = prerelease {
            validate_prerelease(prerelease, toolchain)?;
        }
        for part in [major, minor, patch] {
            if !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(Text::InvalidCharacters.say(toolchain));
            }
            if part.len() > 1 && part.starts_with('0') {
                return Err(Text::SegmentStartsZero.say(toolchain));
            }
        }
        let number = |part: &str| strconv::parse_uint(part.as_bytes(), 10, 64).map_err(|error| error.to_string());
        Ok(Version {
            major: number(major)?,
            minor: number(minor)?,
            patch: number(patch)?,
            prerelease: prerelease.unwrap_or_default().to_owned(),
            metadata: metadata.unwrap_or_default().to_owned(),
            original: text.into_owned(),
        })
    }

    /// The order of precedence: a prerelease comes before its release, metadata does not count.
    pub fn precedence(&self, other: &Version) -> Ordering {
        let numbers = |v: &Version| (v.major, v.minor, v.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| match (self.prerelease.as_str(), other.prerelease.as_str()) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (a, b) => compare_prereleases(a, b),
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

fn check_length(text: &[u8], toolchain: &Toolchain) -> Result<(), String> {
    if toolchain.semver_limits && text.len() > MAX_VERSION {
        return Err(format!("version string is too long (max {MAX_VERSION} bytes)"));
    }
    Ok(())
}

/// Dot-separated identifiers behind a mark, and what follows them; empty ones where the mark is not there. `None` where
/// nothing, or no identifier, follows the mark.
fn identifiers(text: &str, mark: char) -> Option<(&str, &str)> {
    let Some(body) = text.strip_prefix(mark) else { return Some(("", text)) };
    let end = body.bytes().position(|b| !is_identifier(b) && b != b'.').unwrap_or(body.len());
    // `-a.` and `-a..b`: the regular expression of the library stops before such a dot, and then fails on it.
    let found = &body[..end];
    if found.split('.').any(str::is_empty) { None } else { Some((found, &body[end..])) }
}

fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn validate_prerelease(text: &str, toolchain: &Toolchain) -> Result<(), String> {
    for part in text.split('.') {
        let numeric = part.bytes().all(|b| b.is_ascii_digit());
        if part.is_empty() && toolchain.semver_empty_identifiers_refused {
            return Err(Text::InvalidPrerelease.say(toolchain));
        }
        if numeric && part.len() > 1 && part.starts_with('0') {
            return Err(Text::SegmentStartsZero.say(toolchain));
        }
        if !numeric && !part.bytes().all(is_identifier) {
            return Err(Text::InvalidPrerelease.say(toolchain));
        }
    }
    Ok(())
}

fn validate_metadata(text: &str, toolchain: &Toolchain) -> Result<(), String> {
    let bad = |part: &str| {
        (part.is_empty() && toolchain.semver_empty_identifiers_refused) || !part.bytes().all(is_identifier)
    };
    if text.split('.').any(bad) { Err(Text::InvalidMetadata.say(toolchain)) } else { Ok(()) }
}

fn compare_prereleases(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => compare_identifiers(a.unwrap_or_default(), b.unwrap_or_default()),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Numbers by value and before words, words by bytes, nothing before anything.
fn compare_identifiers(a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let number = |text: &str| strconv::parse_uint(text.as_bytes(), 10, 64).ok();
    match (a, b) {
        ("", _) => Ordering::Less,
        (_, "") => Ordering::Greater,
        _ => match (number(a), number(b)) {
            (None, None) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            // The library never finds two numbers equal here: `1` and `01` differ as text, and the first is the lesser.
            (Some(a), Some(b)) => a.cmp(&b).then(Ordering::Less),
        },
    }
}

#[cfg(test)]
mod tests;
