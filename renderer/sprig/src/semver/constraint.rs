//! Constraints: comparators in groups, `>=1.2, <2 || ~3.1`.

use std::cmp::Ordering;

use thinlock_go::{Toolchain, strconv};

use super::Version;

/// The longest constraint that the newer library reads, in bytes.
const MAX_CONSTRAINT: usize = 512;
/// The most groups that it takes.
const MAX_GROUPS: usize = 32;

/// Groups of comparators: a version meets them when it meets every comparator of one group.
#[derive(Clone, Debug)]
pub struct Constraints {
    groups: Vec<Group>,
}

#[derive(Clone, Debug)]
struct Group {
    comparators: Vec<Comparator>,
    /// Whether a comparator has a prerelease, where that opens the whole group; `None` where each decides alone.
    open: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    /// None, or `=`.
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

#[derive(Clone, Debug)]
struct Comparator {
    operator: Operator,
    version: Version,
    /// A part is missing or an `x`.
    dirty: bool,
    /// The minor part is.
    minor_dirty: bool,
    /// The patch part is, and the minor part is not.
    patch_dirty: bool,
}

impl Constraints {
    /// Reads a constraint (`NewConstraint`).
    ///
    /// # Errors
    /// The text is none: the library's words.
    pub fn parse(text: &[u8], toolchain: &Toolchain) -> Result<Constraints, String> {
        if toolchain.semver_limits && text.len() > MAX_CONSTRAINT {
            return Err(format!("constraint string is too long (max {MAX_CONSTRAINT} bytes)"));
        }
        let text = rewrite_ranges(&String::from_utf8_lossy(text));
        let parts: Vec<&str> = text.split("||").collect();
        if toolchain.semver_limits && parts.len() > MAX_GROUPS {
            return Err(format!("too many constraint groups (max {MAX_GROUPS})"));
        }
        let groups = parts.into_iter().map(|part| Group::parse(part, toolchain)).collect::<Result<_, _>>()?;
        Ok(Constraints { groups })
    }

    /// Whether a version meets the constraint.
    pub fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| group.comparators.iter().all(|c| c.check(version, group.open)))
    }
}

impl Group {
    fn parse(text: &str, toolchain: &Toolchain) -> Result<Group, String> {
        let improper = || {
            let shown = if toolchain.semver_limits { strconv::quote(text.as_bytes()) } else { text.to_owned() };
            format!("improper constraint: {shown}")
        };
        let mut found = Vec::new();
        let mut rest = skip_space(text);
        loop {
            let (operator, after) = operator(rest);
            let (version, after) = PartialVersion::read(skip_space(after)).ok_or_else(improper)?;
            found.push((operator, version));
            let trimmed = skip_space(after);
            if trimmed.is_empty() {
                break;
            }
            // Between two comparators there is a comma or white space.
            rest = match trimmed.strip_prefix(',') {
                Some(after) => skip_space(after),
                None if trimmed.len() < after.len() => trimmed,
                None => return Err(improper()),
            };
        }
        let comparators: Vec<Comparator> = found
            .into_iter()
            .map(|(operator, v)| Comparator::new(operator, &v, toolchain))
            .collect::<Result<_, _>>()?;
        let open = comparators.iter().any(|c| !c.version.prerelease.is_empty());
        Ok(Group { comparators, open: toolchain.semver_groups_share_prerelease.then_some(open) })
    }
}

/// A version in a constraint, before its `x` parts are read.
struct PartialVersion<'a> {
    major: &'a str,
    /// With its dot.
    minor: &'a str,
    /// With its dot.
    patch: &'a str,
    /// With its dash.
    prerelease: &'a str,
    whole: &'a str,
}

impl<'a> PartialVersion<'a> {
    /// The longest version that a text begins with, and what follows it.
    fn read(text: &'a str) -> Option<(PartialVersion<'a>, &'a str)> {
        let (_, rest) = text.split_at(usize::from(text.starts_with('v')));
        let (major, rest) = numbers(rest);
        if major.is_empty() {
            return None;
        }
        let (minor, rest) = dotted_number(rest);
        let (patch, rest) = if minor.is_empty() { ("", rest) } else { dotted_number(rest) };
        let (prerelease, rest) = identifiers(rest, '-');
        let (_, rest) = identifiers(rest, '+');
        let whole = &text[..text.len() - rest.len()];
        Some((PartialVersion { major, minor, patch, prerelease, whole }, rest))
    }
}

/// Digits, wildcards and, because the library's regular expression means to separate them, bars.
fn numbers(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|b| !matches!(b, b'0'..=b'9' | b'|' | b'x' | b'X' | b'*')).unwrap_or(text.len());
    text.split_at(end)
}

fn dotted_number(text: &str) -> (&str, &str) {
    let Some(after) = text.strip_prefix('.') else { return ("", text) };
    match numbers(after).0.len() {
        0 => ("", text),
        len => text.split_at(1 + len),
    }
}

/// A mark and dot-separated identifiers, as many as there are.
fn identifiers(text: &str, mark: char) -> (&str, &str) {
    let Some(body) = text.strip_prefix(mark) else { return ("", text) };
    let word = |text: &str| text.bytes().position(|b| !super::is_identifier(b)).unwrap_or(text.len());
    let mut end = word(body);
    if end == 0 {
        return ("", text);
    }
    while let Some(after) = body[end..].strip_prefix('.') {
        match word(after) {
            0 => break,
            len => end += 1 + len,
        }
    }
    text.split_at(mark.len_utf8() + end)
}

fn operator(text: &str) -> (Operator, &str) {
    const OPERATORS: [(&str, Operator); 11] = [
        ("!=", Operator::NotEqual),
        (">=", Operator::GreaterEqual),
        ("=>", Operator::GreaterEqual),
        ("<=", Operator::LessEqual),
        ("=<", Operator::LessEqual),
        ("~>", Operator::Tilde),
        ("=", Operator::Equal),
        (">", Operator::Greater),
        ("<", Operator::Less),
        ("~", Operator::Tilde),
        ("^", Operator::Caret),
    ];
    for (word, operator) in OPERATORS {
        if let Some(rest) = text.strip_prefix(word) {
            return (operator, rest);
        }
    }
    (Operator::Equal, text)
}

/// What `\s` matches in Go.
fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{c}' | '\r' | ' ')
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches(is_space)
}

/// `1.2 - 2.3` becomes `>= 1.2, <= 2.3 `.
fn rewrite_ranges(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(c) = rest[from..].chars().next() {
        match range(&rest[from..]) {
            Some((low, high, after)) => {
                out.push_str(&rest[..from]);
                out.push_str(&format!(">= {low}, <= {high} "));
                rest = after;
                from = 0;
            }
            None => from += c.len_utf8(),
        }
    }
    out + rest
}

fn range(text: &str) -> Option<(&str, &str, &str)> {
    let (low, rest) = PartialVersion::read(skip_space(text))?;
    let dash = skip_space(rest);
    let after = dash.strip_prefix('-')?;
    let high = skip_space(after);
    if dash.len() == rest.len() || high.len() == after.len() {
        return None;
    }
    let (high, rest) = PartialVersion::read(high)?;
    Some((low.whole, high.whole, skip_space(rest)))
}

impl Comparator {
    fn new(operator: Operator, version: &PartialVersion<'_>, toolchain: &Toolchain) -> Result<Comparator, String> {
        let wild = |part: &str| matches!(part.trim_start_matches('.'), "" | "x" | "X" | "*");
        let (mut dirty, mut minor_dirty, mut patch_dirty) = (true, false, false);
        let PartialVersion { major, minor, patch, prerelease, whole } = version;
        let text = if wild(major) {
            format!("0.0.0{prerelease}")
        } else if wild(minor) {
            minor_dirty = true;
            format!("{major}.0.0{prerelease}")
        } else if wild(patch) {
            patch_dirty = true;
            format!("{major}{minor}.0{prerelease}")
        } else {
            dirty = false;
            (*whole).to_owned()
        };
        let version = Version::parse(text.as_bytes(), toolchain).map_err(|_| {
            let text =
                if toolchain.semver_lowercase_texts { "constraint parser error" } else { "constraint Parser Error" };
            text.to_owned()
        })?;
        Ok(Comparator { operator, version, dirty, minor_dirty, patch_dirty })
    }

    /// `open` says whether the group lets prereleases in; `None` where the comparator's own version decides.
    fn check(&self, version: &Version, open: Option<bool>) -> bool {
        let closed = match open {
            Some(open) => !open,
            // Of old, `!=` of a whole version let every prerelease through.
            None => self.version.prerelease.is_empty() && (self.operator != Operator::NotEqual || self.dirty),
        };
        if closed && !version.prerelease.is_empty() {
            return false;
        }
        let order = version.precedence(&self.version);
        let own = &self.version;
        match self.operator {
            Operator::Equal if self.dirty => self.tilde(version, order),
            Operator::Equal => order == Ordering::Equal,
            Operator::NotEqual => self.not_equal(version, order),
            Operator::Greater if !self.dirty => order == Ordering::Greater,
            Operator::Greater => match version.major.cmp(&own.major) {
                Ordering::Equal if self.minor_dirty => false,
                Ordering::Equal if self.patch_dirty => version.minor > own.minor,
                Ordering::Equal => order == Ordering::Greater,
                unequal => unequal == Ordering::Greater,
            },
            Operator::Less => order == Ordering::Less,
            Operator::GreaterEqual => order != Ordering::Less,
            Operator::LessEqual if !self.dirty => order != Ordering::Greater,
            Operator::LessEqual => {
                version.major < own.major
                    || (version.major == own.major && (version.minor <= own.minor || self.minor_dirty))
            }
            Operator::Tilde => self.tilde(version, order),
            Operator::Caret => self.caret(version, order),
        }
    }

    fn not_equal(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        if self.dirty {
            if own.major != version.major || (own.minor != version.minor && !self.minor_dirty) {
                return true;
            }
            if self.minor_dirty {
                return false;
            }
            if own.patch != version.patch && !self.patch_dirty {
                return true;
            }
            if self.patch_dirty {
                return super::compare_prereleases(&version.prerelease, &own.prerelease) != Ordering::Equal;
            }
        }
        order != Ordering::Equal
    }

    /// Within the same minor version, or the same major one where no minor is given.
    fn tilde(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        if order == Ordering::Less {
            return false;
        }
        // `~0.0.0` and `*` let everything in that is not less.
        if (own.major, own.minor, own.patch) == (0, 0, 0) && !self.minor_dirty && !self.patch_dirty {
            return true;
        }
        version.major == own.major && (version.minor == own.minor || self.minor_dirty)
    }

    /// Up to the next change of the first part that is not zero.
    fn caret(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        if order == Ordering::Less {
            return false;
        }
        if own.major > 0 || self.minor_dirty {
            return version.major == own.major;
        }
        if version.major > 0 {
            return false;
        }
        if own.minor > 0 || self.patch_dirty {
            return version.minor == own.minor;
        }
        version.minor == 0 && version.patch == own.patch
    }
}
