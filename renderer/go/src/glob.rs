//! `github.com/gobwas/glob` 0.2.3 with `/` as its only separator: what `.Files.Glob` matches with.
//!
//! `*` and `?` stop at a slash, `**` does not, `[abc]`, `[!abc]`, `[a-z]`, `{a,b*}`, `\c`. The library compiles a pattern into
//! specialised matchers (a prefix, a suffix, a tree around the longest fixed text), and some combinations, above all with
//! characters of several bytes or alternatives inside longer patterns, miss names that the syntax would allow. Charts
//! render by those results, so the compilation is followed step by step: `syntax` reads, `compile` chooses the
//! matchers, `matcher` runs them.

mod compile;
mod matcher;
mod syntax;

use std::cell::Cell;

use matcher::Matcher;

/// A compiled pattern.
#[derive(Debug)]
pub struct Glob(Matcher);

/// Longer or more deeply nested patterns are refused: Go would take minutes over them.
const MAX_NODES: usize = 2_000;

/// Matching is exponential in the number of stars in the worst case. A name that needs more steps does not match.
const MAX_STEPS: u32 = 1_000_000;

impl Glob {
    /// `glob.Compile(pattern, '/')`.
    ///
    /// # Errors
    /// The library's text: `unexpected end of input`, `could not parse range`, `expected close range character` …
    pub fn compile(pattern: &[u8]) -> Result<Glob, String> {
        let tree = syntax::parse(pattern)?;
        Ok(Glob(compile::compile(&tree)?))
    }

    /// Whether the whole name matches.
    pub fn is_match(&self, name: &[u8]) -> bool {
        self.0.is_match(name, &Cell::new(MAX_STEPS))
    }
}

#[cfg(test)]
mod tests;
