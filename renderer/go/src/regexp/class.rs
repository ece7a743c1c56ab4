//! Character classes: sorted ranges of code points, built as Go builds them.

use std::sync::LazyLock;

use super::tables;
use crate::unicode;

/// A set of code points. Surrogates may be in it; no text contains them.
#[derive(Clone, Debug, Default)]
pub(super) struct Class(Vec<(u32, u32)>);

const MAX: u32 = 0x0010_ffff;

type Ranges = &'static [(u32, u32)];

pub(super) const DIGIT: Ranges = &[(0x30, 0x39)];
pub(super) const PERL_SPACE: Ranges = &[(0x09, 0x0a), (0x0c, 0x0d), (0x20, 0x20)];
pub(super) const WORD: Ranges = &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];

/// The class `[:name:]`, and whether it is written negated.
pub(super) fn posix(name: &[u8]) -> Option<(Ranges, bool)> {
    let name = name.strip_prefix(b"[:")?.strip_suffix(b":]")?;
    let (name, negated) = match name.strip_prefix(b"^") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let ranges: Ranges = match name {
        b"alnum" => &[(0x30, 0x39), (0x41, 0x5a), (0x61, 0x7a)],
        b"alpha" => &[(0x41, 0x5a), (0x61, 0x7a)],
        b"ascii" => &[(0, 0x7f)],
        b"blank" => &[(0x09, 0x09), (0x20, 0x20)],
        b"cntrl" => &[(0, 0x1f), (0x7f, 0x7f)],
        b"digit" => DIGIT,
        b"graph" => &[(0x21, 0x7e)],
        b"lower" => &[(0x61, 0x7a)],
        b"print" => &[(0x20, 0x7e)],
        b"punct" => &[(0x21, 0x2f), (0x3a, 0x40), (0x5b, 0x60), (0x7b, 0x7e)],
        b"space" => &[(0x09, 0x0d), (0x20, 0x20)],
        b"upper" => &[(0x41, 0x5a)],
        b"word" => WORD,
        b"xdigit" => &[(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)],
        _ => return None,
    };
    Some((ranges, negated))
}

impl Class {
    pub(super) fn any() -> Class {
        Class(vec![(0, MAX)])
    }

    pub(super) fn any_but_newline() -> Class {
        Class(vec![(0, 0x09), (0x0b, MAX)])
    }

    /// The number of ranges.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn ranges(&self) -> &[(u32, u32)] {
        &self.0
    }

    pub(super) fn add(&mut self, low: u32, high: u32, fold: bool) {
        self.0.push((low, high));
        if fold {
            self.add_folded(low, high);
        }
    }

    pub(super) fn add_group(&mut self, ranges: &[(u32, u32)], negated: bool, fold: bool) {
        let mut group = Class::default();
        for &(low, high) in ranges {
            group.add(low, high, fold);
        }
        self.add_class(group, negated);
    }

    fn add_class(&mut self, mut class: Class, negated: bool) {
        class.clean();
        if negated {
            class.negate();
        }
        self.0.append(&mut class.0);
    }

    /// Adds what is equal to the runes of a range but for their case.
    fn add_folded(&mut self, low: u32, high: u32) {
        let mut circle = |code: u32| {
            let Some(rune) = char::from_u32(code) else { return };
            let mut next = unicode::simple_fold(rune);
            while next != rune {
                self.0.push((u32::from(next), u32::from(next)));
                next = unicode::simple_fold(next);
            }
        };
        if high - low < 256 {
            (low..=high).for_each(circle);
        } else {
            let from = CASED.partition_point(|&code| code < low);
            CASED[from..].iter().take_while(|&&code| code <= high).for_each(|&code| circle(code));
        }
    }

    /// Sorts and joins the ranges.
    pub(super) fn clean(&mut self) {
        self.0.sort_unstable();
        let mut kept = 0;
        for at in 1..self.0.len() {
            let (low, high) = self.0[at];
            if low <= self.0[kept].1.saturating_add(1) {
                self.0[kept].1 = self.0[kept].1.max(high);
            } else {
                kept += 1;
                self.0[kept] = (low, high);
            }
        }
        self.0.truncate(kept + 1);
    }

    /// Turns a clean class round.
    pub(super) fn negate(&mut self) {
        let mut out = Vec::with_capacity(self.0.len() + 1);
        let mut next = 0;
        for &(low, high) in &self.0 {
            if next < low {
                out.push((next, low - 1));
            }
            next = high + 1;
        }
        if next <= MAX {
            out.push((next, MAX));
        }
        self.0 = out;
    }

    /// Adds the runes with a Unicode property; false if there is none of that name.
    ///
    /// `aliases` is Go 1.25: names are read in any case and without `_`, `-` and blanks, categories have their long names,
    /// there are `Assigned`, `ASCII`, `LC` and `Cn`, and `C` has the unassigned code points. As that version looks scripts
    /// up by the simplified name, it no longer finds those of several words (`Old_Italic`).
    pub(super) fn add_property(&mut self, name: &[u8], negated: bool, fold: bool, aliases: bool) -> bool {
        let Ok(name) = std::str::from_utf8(name) else { return false };
        let canonical;
        let name = if aliases {
            canonical = canonical_name(name);
            canonical.as_str()
        } else {
            name
        };
        let mut class = Class::default();
        let mut inverted = false;
        let mut folds = fold;
        match name {
            "Any" => class.0.push((0, MAX)),
            "Assigned" if aliases => {
                class.add_categories("Cn", true);
                inverted = true;
            }
            "Ascii" if aliases => class.0.push((0, 0x7f)),
            "Lc" if aliases => {
                class.add_categories("LC", true);
                folds = false;
            }
            _ => {
                let category = class.add_categories(name, aliases);
                if !category && !class.add_script(name) {
                    let alias = aliases.then(|| tables::ALIASES.iter().find(|(alias, _)| *alias == name)).flatten();
                    let Some((_, actual)) = alias else { return false };
                    class.add_categories(actual, true);
                    folds &= *actual != "LC";
                }
            }
        }
        if folds {
            for (low, high) in class.0.clone() {
                class.add_folded(low, high);
            }
        }
        self.add_class(class, negated != inverted);
        true
    }

    fn add_categories(&mut self, name: &str, unassigned: bool) -> bool {
        let known = match name.len() {
            1 => tables::CATEGORY_NAMES.iter().any(|c| c.starts_with(name)),
            2 => {
                (name == "LC" && unassigned) || (tables::CATEGORY_NAMES.contains(&name) && (unassigned || name != "Cn"))
            }
            _ => false,
        };
        if !known {
            return false;
        }
        let wanted = |category: &str| match name {
            "LC" => matches!(category, "Lu" | "Ll" | "Lt"),
            "C" => category.starts_with('C') && (unassigned || category != "Cn"),
            _ => category.starts_with(name),
        };
        self.add_runs(&tables::CATEGORIES, |code| {
            tables::CATEGORY_NAMES.get(usize::from(code)).is_some_and(|category| wanted(category))
        });
        true
    }

    fn add_script(&mut self, name: &str) -> bool {
        let Some(script) = tables::SCRIPT_NAMES.iter().position(|n| *n == name && !n.is_empty()) else { return false };
        self.add_runs(&tables::SCRIPTS, |code| usize::from(code) == script);
        true
    }

    /// Adds the runs of a table with a wanted code: each entry is a first code point times 256, plus the code.
    fn add_runs(&mut self, runs: &[u32], wanted: impl Fn(u8) -> bool) {
        for (at, run) in runs.iter().enumerate() {
            if wanted((run & 0xff) as u8) {
                let end = runs.get(at + 1).map_or(MAX, |next| (next >> 8) - 1);
                self.0.push((run >> 8, end));
            }
        }
    }
}

/// The code points that have another case.
static CASED: LazyLock<Vec<u32>> =
    LazyLock::new(|| ('A'..='\u{1e943}').filter(|&rune| unicode::simple_fold(rune) != rune).map(u32::from).collect());

/// A name with its first letter in upper case, the others in lower case, and without `_`, `-` and blanks.
fn canonical_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if !matches!(c, '_' | '-' | ' ') {
            out.push(if out.is_empty() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() });
        }
    }
    out
}
