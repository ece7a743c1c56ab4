//! .helmignore: which files of a directory do not belong to the chart.

use std::cell::Cell;

use thinlock_go::{Str, path};

use super::ChartError;
use crate::{Dialect, Log};

/// The longest line of a .helmignore: Go's scanner gives up on a longer one.
const MAX_LINE: usize = 64 * 1024;

/// The rules of one .helmignore.
///
/// They are Helm's, not git's: the first rule that matches decides, a negated rule ignores everything that it does not
/// match, and a rule without a slash looks at the last part of the path alone.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    patterns: Vec<Pattern>,
    strips_repeatedly: bool,
}

#[derive(Clone, Debug)]
struct Pattern {
    /// Without the signs that `negate`, `directory` and, but for one slash, `place` stand for.
    rule: Str,
    place: Place,
    /// Whether nothing but the very name matches it.
    literal: bool,
    /// How much of its beginning and of its end stands for itself; none where it has classes or escapes, which may be
    /// wrong, and then are only if the match comes to them.
    fixed: (usize, usize),
    /// The first and the last byte of a name that it may match, where these are fixed: mostly that is enough to
    /// see that it does not. None with a slash in front, since Helm 3 counts how often it comes to these.
    ends: (Option<u8>, Option<u8>),
    negate: bool,
    directory: bool,
    /// How many slashes a Helm 3 has stripped off an anchored rule so far.
    stripped: Cell<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Starts with a slash: the whole path, from the root.
    Root,
    /// Has a slash: the whole path.
    Path,
    /// The last part of the path.
    Name,
}

impl Rules {
    /// Reads a .helmignore (`None`: there is none) and adds Helm's own rule, which ignores dot files in `templates/`.
    ///
    /// # Errors
    /// A line is no pattern, or holds `**`.
    pub fn parse(text: Option<&[u8]>, dialect: &Dialect) -> Result<Rules, ChartError> {
        let mut rules = Rules { patterns: Vec::new(), strips_repeatedly: dialect.chart.ignore_strips_repeatedly };
        let text = text.unwrap_or_default();
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        for line in text.split(|c| *c == b'\n') {
            if line.len() >= MAX_LINE {
                return Err(ChartError::new("bufio.Scanner: token too long"));
            }
            rules.add(line)?;
        }
        rules.add(b"templates/.?*")?;
        Ok(rules)
    }

    fn add(&mut self, line: &[u8]) -> Result<(), ChartError> {
        let rule = trim_space(line);
        if rule.is_empty() || rule.starts_with(b"#") {
            return Ok(());
        }
        if rule.windows(2).any(|w| w == b"**") {
            return Err(ChartError::new("double-star (**) syntax is not supported"));
        }
        if path::filepath_match(rule, b"abc").is_err() {
            return Err(ChartError::new("syntax error in pattern"));
        }
        let (negate, rule) = rule.strip_prefix(b"!").map_or((false, rule), |rule| (true, rule));
        let (directory, rule) = rule.strip_suffix(b"/").map_or((false, rule), |rule| (true, rule));
        let place = if rule.starts_with(b"/") {
            Place::Root
        } else if rule.contains(&b'/') {
            Place::Path
        } else {
            Place::Name
        };
        let literal = !rule.iter().any(|c| matches!(c, b'*' | b'?' | b'[' | b'\\'));
        let fixed = if rule.iter().any(|c| matches!(c, b'[' | b'\\')) {
            (0, 0)
        } else {
            let is_fixed = |c: &&u8| !matches!(c, b'*' | b'?');
            (rule.iter().take_while(is_fixed).count(), rule.iter().rev().take_while(is_fixed).count())
        };
        let ends = (
            rule.first().copied().filter(|_| fixed.0 > 0 && place != Place::Root),
            rule.last().copied().filter(|_| fixed.1 > 0 && place != Place::Root),
        );
        let rule = rule.into();
        self.patterns.push(Pattern { rule, place, literal, fixed, ends, negate, directory, stripped: Cell::new(0) });
        Ok(())
    }

    /// Whether a file or directory is to be left out; a directory with all that is in it. `name` is the path below the
    /// chart's root.
    pub fn ignore(&self, name: &[u8], is_directory: bool, logs: &mut Vec<Log>) -> bool {
        if matches!(name, b"" | b"." | b"./") {
            return false;
        }
        let base = path::base(name);
        for pattern in &self.patterns {
            let name = if pattern.place == Place::Name { base } else { name };
            let (first, last) = pattern.ends;
            let may_match = first.is_none_or(|first| name.first() == Some(&first))
                && last.is_none_or(|last| name.last() == Some(&last));
            let mut matches = || may_match && self.matches(pattern, name, logs);
            if pattern.negate {
                if (pattern.directory && !is_directory) || !matches() {
                    return true;
                }
            } else if (!pattern.directory || is_directory) && matches() {
                return true;
            }
        }
        false
    }

    /// Whether a pattern matches the part of a path that it looks at.
    fn matches(&self, pattern: &Pattern, name: &[u8], logs: &mut Vec<Log>) -> bool {
        let rule = match pattern.place {
            Place::Root => {
                let slashes = pattern.rule.iter().take_while(|c| **c == b'/').count();
                let stripped = if self.strips_repeatedly { (pattern.stripped.get() + 1).min(slashes) } else { 1 };
                pattern.stripped.set(stripped);
                pattern.rule.get(stripped..).unwrap_or_default()
            }
            Place::Path | Place::Name => &pattern.rule,
        };
        if pattern.literal {
            return rule == name;
        }
        let (begin, end) = pattern.fixed;
        let begin = begin.saturating_sub(pattern.rule.len() - rule.len());
        if !(rule.get(..begin).is_some_and(|begin| name.starts_with(begin))
            && rule.get(rule.len() - end..).is_some_and(|end| name.ends_with(end)))
        {
            return false;
        }
        path::filepath_match(rule, name).unwrap_or_else(|_| {
            logs.push(Log::IgnorePatternFailed { rule: rule.into(), kind: pattern.place as u8 });
            false
        })
    }
}

/// Go's `strings.TrimSpace`.
fn trim_space(text: &[u8]) -> &[u8] {
    let Ok(text) = std::str::from_utf8(text) else { return text.trim_ascii() };
    text.trim_matches(|c: char| thinlock_go::unicode::is_space(c)).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{HELM_3_17, HELM_4_1};

    #[track_caller]
    fn check(rules: &str, dialect: &Dialect, cases: &[(&str, bool, bool)]) {
        let rules = Rules::parse(Some(rules.as_bytes()), dialect).expect("rules");
        for (name, is_directory, want) in cases {
            assert_eq!(rules.ignore(name.as_bytes(), *is_directory, &mut Vec::new()), *want, "{name}");
        }
    }

    #[test]
    fn rules_are_helm_s() {
        check("*.txt\n", &HELM_4_1, &[("a.txt", false, true), ("d/a.txt", false, true), ("a.md", false, false)]);
        check("d/\n", &HELM_4_1, &[("d", true, true), ("d", false, false), ("x/d", true, true)]);
        check("/d\n", &HELM_4_1, &[("d", false, true), ("x/d", false, false)]);
        check("a/*.y\n", &HELM_4_1, &[("a/b.y", false, true), ("a/c/b.y", false, false)]);
        check("# x\n\n", &HELM_4_1, &[("x", false, false), ("templates/.x", false, true)]);
        check("/a/b*c\n", &HELM_4_1, &[("a/b-c", false, true), ("a/b-d", false, false), ("x/b-c", false, false)]);
        check("ab*ba\n", &HELM_4_1, &[("aba", false, false), ("abba", false, true), ("d/ab.ba", false, true)]);
        check("[a-c]*.\\?\n", &HELM_4_1, &[("b.?", false, true), ("d.?", false, false), ("b.x", false, false)]);
        check("!keep\n", &HELM_4_1, &[("keep", false, false), ("other", false, true)]);
    }

    #[test]
    fn a_second_slash_goes_with_the_second_try() {
        let cases = [("a", false, false), ("x", false, true)];
        check("//x\n", &HELM_3_17, &cases);
        check("//x\n", &HELM_4_1, &[("a", false, false), ("x", false, false)]);
    }

    #[test]
    fn bad_rules_are_refused() {
        let text = |rules: &str| Rules::parse(Some(rules.as_bytes()), &HELM_4_1).err().map(|e| e.text);
        assert_eq!(text("a/**\n").as_deref(), Some("double-star (**) syntax is not supported"));
        assert_eq!(text("[a\n").as_deref(), Some("syntax error in pattern"));
    }
}
