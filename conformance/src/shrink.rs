//! Delta debugging: from an input that shows a fault to a small one that still does.
//!
//! A [`Shrink`] holds the smallest input so far and a test. Passes propose smaller inputs; one that passes the test takes
//! the place of the best. What an input is, and what its parts are, is the caller's business:
//!
//! ```
//! use thinlock_conformance::shrink::{Limits, Shrink};
//!
//! let start: Vec<u32> = (0..100).collect();
//! let mut shrink = Shrink::new(start, Limits::default(), |list| list.contains(&7) && list.contains(&93));
//! shrink.to_fixed_point(|shrink| {
//!     shrink.drop_parts(Vec::len, |list, range| {
//!         let mut list = list.clone();
//!         list.drain(range);
//!         list
//!     });
//! });
//! assert_eq!(shrink.into_best(), [7, 93]);
//! ```

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};
use std::ops::Range;
use std::time::{Duration, Instant};

/// When shrinking stops, whether or not a smaller input could be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many inputs are tested.
    pub tries: usize,
    /// How long shrinking takes; a test that runs then is not broken off.
    pub time: Duration,
}

impl Default for Limits {
    /// 20,000 tests or five minutes.
    fn default() -> Limits {
        Limits { tries: 20_000, time: Duration::from_secs(300) }
    }
}

/// The search for a small input.
///
/// No input is tested twice, so passes may propose what other passes proposed before.
pub struct Shrink<'t, T> {
    best: T,
    test: Box<dyn FnMut(&T) -> bool + 't>,
    limits: Limits,
    started: Instant,
    tries: usize,
    kept: usize,
    /// Digests of what was tested: a collision costs one input that could have been smaller, and nothing else.
    seen: HashSet<u64>,
    hasher: RandomState,
}

impl<T: std::fmt::Debug> std::fmt::Debug for Shrink<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shrink").field("best", &self.best).field("tries", &self.tries).finish_non_exhaustive()
    }
}

impl<'t, T: Clone + Hash> Shrink<'t, T> {
    /// Starts at an input that shows the fault; `test` says whether another one does. `start` itself is not tested.
    pub fn new(start: T, limits: Limits, test: impl FnMut(&T) -> bool + 't) -> Shrink<'t, T> {
        let hasher = RandomState::new();
        let seen = HashSet::from([hasher.hash_one(&start)]);
        let test = Box::new(test);
        Shrink { best: start, test, limits, started: Instant::now(), tries: 0, kept: 0, seen, hasher }
    }

    /// The smallest input so far.
    pub fn best(&self) -> &T {
        &self.best
    }

    /// The smallest input that was found.
    pub fn into_best(self) -> T {
        self.best
    }

    /// How many inputs were tested.
    pub fn tries(&self) -> usize {
        self.tries
    }

    /// Whether a limit stopped the search.
    pub fn is_exhausted(&self) -> bool {
        self.tries >= self.limits.tries || self.started.elapsed() >= self.limits.time
    }

    /// Tests an input, unless it was tested before or a limit is reached; if it shows the fault, it is the best from now
    /// on. The caller sees to it that it is smaller, or simpler, than the best.
    pub fn propose(&mut self, candidate: T) -> bool {
        if self.is_exhausted() || !self.seen.insert(self.hasher.hash_one(&candidate)) {
            return false;
        }
        self.tries += 1;
        let shows = (self.test)(&candidate);
        if shows {
            self.best = candidate;
            self.kept += 1;
        }
        shows
    }

    /// Drops as many parts as can be dropped: runs of them first, from half of all down to single ones, until no single
    /// part can go. `count` says how many parts an input has, and `without` makes the input that lacks some of them.
    /// Returns whether anything was dropped.
    pub fn drop_parts(&mut self, count: impl Fn(&T) -> usize, without: impl Fn(&T, Range<usize>) -> T) -> bool {
        let before = self.kept;
        // All of them at once costs one test, and most parts of a large input have nothing to do with a fault.
        let all = count(&self.best);
        if all > 1 {
            self.propose(without(&self.best, 0..all));
        }
        let mut size = count(&self.best).div_ceil(2);
        while size > 0 && !self.is_exhausted() {
            let kept = self.kept;
            // From the end: what comes first is mostly what later parts need.
            let mut end = count(&self.best);
            while end > 0 && !self.is_exhausted() {
                let start = end.saturating_sub(size);
                self.propose(without(&self.best, start..end));
                // An input may lose more parts than were asked for.
                end = start.min(count(&self.best));
            }
            size = match size {
                1 if self.kept > kept => 1,
                1 => 0,
                _ => size.div_ceil(2),
            };
        }
        self.kept > before
    }

    /// Proposes each simplification of the best once, and those of the new best from the same place on where one is taken,
    /// until there are none left. `simpler` makes the input with the simplification of a number, or says that there is none
    /// of that number. Returns whether any was taken.
    pub fn simplify(&mut self, simpler: impl Fn(&T, usize) -> Option<T>) -> bool {
        let before = self.kept;
        let mut at = 0;
        while !self.is_exhausted()
            && let Some(candidate) = simpler(&self.best, at)
        {
            if !self.propose(candidate) {
                at += 1;
            }
        }
        self.kept > before
    }

    /// Runs passes again and again, until one round of them finds nothing smaller or a limit is reached.
    pub fn to_fixed_point(&mut self, mut passes: impl FnMut(&mut Self)) {
        loop {
            let kept = self.kept;
            passes(self);
            if self.kept == kept || self.is_exhausted() {
                return;
            }
        }
    }
}

impl Shrink<'_, String> {
    /// Shrinks a text: first its lines, then its characters.
    pub fn shrink_text(&mut self) {
        self.to_fixed_point(|shrink| {
            shrink.drop_parts(|text| text.split_inclusive('\n').count(), |text, lines| without_lines(text, lines));
            shrink.drop_parts(|text| text.chars().count(), |text, range| without_characters(text, range));
        });
    }
}

/// A text without some of its lines, each of which ends with its newline.
pub fn without_lines(text: &str, lines: Range<usize>) -> String {
    text.split_inclusive('\n').enumerate().filter(|(at, _)| !lines.contains(at)).map(|(_, line)| line).collect()
}

/// A text without some of its characters.
pub fn without_characters(text: &str, characters: Range<usize>) -> String {
    text.chars().enumerate().filter(|(at, _)| !characters.contains(at)).map(|(_, c)| c).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(list: &[u32], range: Range<usize>) -> Vec<u32> {
        let mut list = list.to_vec();
        list.drain(range);
        list
    }

    fn shrunk(start: Vec<u32>, test: impl FnMut(&Vec<u32>) -> bool) -> Vec<u32> {
        let mut shrink = Shrink::new(start, Limits::default(), test);
        shrink.to_fixed_point(|shrink| {
            shrink.drop_parts(Vec::len, |list, range| without(list, range));
        });
        assert!(!shrink.is_exhausted());
        shrink.into_best()
    }

    #[test]
    fn no_part_is_left_that_could_go() {
        assert_eq!(shrunk((0..1000).collect(), |list| list.contains(&500)), [500]);
        assert_eq!(
            shrunk((0..1000).collect(), |list| [0, 1, 499, 999].iter().all(|n| list.contains(n))),
            [0, 1, 499, 999]
        );
        // Parts that can only go together with their neighbour.
        let pairs = |list: &Vec<u32>| {
            list.contains(&8) && (0..10).all(|n| list.contains(&(2 * n)) == list.contains(&(2 * n + 1)))
        };
        assert_eq!(shrunk((0..20).collect(), pairs), [8, 9]);
        assert!(shrunk((0..7).collect(), |_| true).is_empty());
        assert_eq!(shrunk(vec![1, 2, 3], |_| false), [1, 2, 3]);
    }

    #[test]
    fn few_inputs_are_tested_and_none_twice() {
        let mut tested = HashSet::new();
        let mut shrink = Shrink::new((0..4096).collect::<Vec<u32>>(), Limits::default(), |list| {
            assert!(tested.insert(list.clone()), "{list:?} was tested twice");
            list.contains(&1234)
        });
        shrink.to_fixed_point(|shrink| {
            shrink.drop_parts(Vec::len, |list, range| without(list, range));
        });
        assert_eq!(shrink.best(), &[1234]);
        assert!(shrink.tries() < 40, "{} tries", shrink.tries());
    }

    #[test]
    fn limits_stop_the_search() {
        let start: Vec<u32> = (0..1000).collect();
        let limits = Limits { tries: 10, ..Limits::default() };
        let mut count = 0;
        let mut shrink = Shrink::new(start.clone(), limits, |_| {
            count += 1;
            false
        });
        shrink.drop_parts(Vec::len, |list, range| without(list, range));
        assert!(shrink.is_exhausted());
        assert_eq!(shrink.into_best(), start);
        assert_eq!(count, 10);

        let limits = Limits { time: Duration::ZERO, ..Limits::default() };
        let mut shrink = Shrink::new(start, limits, |_| unreachable!("there is no time"));
        shrink.drop_parts(Vec::len, |list, range| without(list, range));
        assert_eq!(shrink.tries(), 0);
    }

    #[test]
    fn values_become_simpler() {
        let mut shrink = Shrink::new(vec![900, 17, 40], Limits::default(), |list| list.iter().sum::<u32>() > 30);
        shrink.to_fixed_point(|shrink| {
            shrink.simplify(|list, at| {
                let mut list = list.clone();
                let number = list.get_mut(at)?;
                *number /= 2;
                Some(list)
            });
        });
        assert_eq!(shrink.best(), &[0, 0, 40]);
    }

    #[test]
    fn a_text_keeps_what_matters() {
        let text = "a: 1\nb: {{ .Values.été | quote }}\nc: 3\n".to_owned();
        let mut shrink = Shrink::new(text, Limits::default(), |text| text.contains("{{") && text.contains("é |"));
        shrink.shrink_text();
        assert_eq!(shrink.best(), "{{é |");
        let mut shrink = Shrink::new("xéyéz\n".to_owned(), Limits::default(), |text| text.contains('é'));
        shrink.shrink_text();
        assert_eq!(shrink.into_best(), "é");
    }
}
