//! Outputs that differ from run to run (random values, the time): which lines Helm itself keeps equal between runs, and
//! whether another output is equal in these.

use std::ops::Range;

use crate::difference;

/// An output that differs from run to run, and which of its lines do not.
#[derive(Clone, Debug)]
pub struct Stable<'r> {
    recorded: Vec<&'r [u8]>,
    /// Whether each line of `recorded` is the same in every run.
    kept: Vec<bool>,
    /// Whether every run has the same number of lines, so that a line is known by its number.
    aligned: bool,
}

/// How another output compares in the lines that Helm keeps equal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Lines of the recorded output.
    pub lines: usize,
    /// Of them, those that Helm keeps equal between runs.
    pub stable: usize,
    /// The first difference in these; none where they are all equal.
    pub why: Option<String>,
}

impl<'r> Stable<'r> {
    /// Compares runs of one case. `recorded` is the output that others are compared with. Each family holds what one Helm
    /// printed in several runs; that of another version counts too, since what is random does not depend on the version: a
    /// line is kept equal where no family varies in it. `None` where no family has two runs, so that nothing is known.
    pub fn of(recorded: &'r [u8], families: &[Vec<&[u8]>]) -> Option<Stable<'r>> {
        let recorded = lines(recorded);
        let mut stable = Stable { kept: vec![true; recorded.len()], recorded, aligned: true };
        let mut known = false;
        for family in families {
            let [first, others @ ..] = family.as_slice() else { continue };
            if others.is_empty() {
                continue;
            }
            known = true;
            let first = lines(first);
            let mut kept = vec![true; first.len()];
            for other in others {
                stable.aligned &= strike(&first, &lines(other), &mut kept);
            }
            // What is known of the family's first run is carried over to the recorded output.
            if first == stable.recorded {
                for (all, one) in stable.kept.iter_mut().zip(kept) {
                    *all &= one;
                }
                continue;
            }
            for (ours, theirs) in hunks(&stable.recorded, &first) {
                let same_size = ours.len() == theirs.len();
                for (offset, at) in ours.enumerate() {
                    let varies = match same_size {
                        true => kept.get(theirs.start + offset) == Some(&false),
                        false => kept.get(theirs.clone()).is_some_and(|kept| kept.contains(&false)),
                    };
                    if let Some(slot) = stable.kept.get_mut(at) {
                        *slot &= !varies;
                    }
                }
            }
        }
        known.then_some(stable)
    }

    /// Compares another output with the recorded one, in the lines that are kept equal.
    pub fn compare(&self, got: &[u8]) -> Kept {
        let got_lines = lines(got);
        let stable = self.kept.iter().filter(|kept| **kept).count();
        let mut kept = Kept { lines: self.recorded.len(), stable, why: None };
        let equal = if self.aligned {
            self.recorded.len() == got_lines.len()
                && self.recorded.iter().zip(&got_lines).zip(&self.kept).all(|((want, got), kept)| !kept || want == got)
        } else {
            // Where runs differ in their number of lines, a line is only known by what stands before and behind it.
            let mut rest = got_lines.iter();
            self.recorded.iter().zip(&self.kept).all(|(want, kept)| !kept || rest.any(|got| got == want))
        };
        if !equal {
            // What may vary is taken from the output that is compared, so that the difference shown is one that counts.
            let mut want = Vec::new();
            let shown = |at: usize, line: &'r [u8]| match self.kept.get(at) {
                Some(false) if self.recorded.len() == got_lines.len() => {
                    got_lines.get(at).map_or(line, |got| *got).to_vec()
                }
                _ => line.to_vec(),
            };
            for (at, line) in self.recorded.iter().enumerate() {
                if at > 0 {
                    want.push(b'\n');
                }
                want.extend(shown(at, line));
            }
            kept.why = Some(difference(&want, got));
        }
        kept
    }
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split(|byte| *byte == b'\n').collect()
}

/// Marks the lines of `first` that are not in `other`; says whether both have the same number of lines.
fn strike(first: &[&[u8]], other: &[&[u8]], kept: &mut [bool]) -> bool {
    if first.len() == other.len() {
        for ((a, b), kept) in first.iter().zip(other).zip(kept) {
            *kept &= a == b;
        }
        return true;
    }
    for (ours, theirs) in hunks(first, other) {
        let equal = ours.len() == theirs.len() && first.get(ours.clone()) == other.get(theirs);
        if !equal {
            for at in ours {
                if let Some(slot) = kept.get_mut(at) {
                    *slot = false;
                }
            }
        }
    }
    false
}

/// Ranges of `a` with those of `b` that stand in their place: equal and different ones in turn, together all of both.
fn hunks(a: &[&[u8]], b: &[&[u8]]) -> Vec<(Range<usize>, Range<usize>)> {
    if a.len() == b.len() {
        return vec![(0..a.len(), 0..b.len())];
    }
    let mut input: imara_diff::InternedInput<&[u8]> = imara_diff::InternedInput::default();
    input.update_before(a.iter().copied());
    input.update_after(b.iter().copied());
    let diff = imara_diff::Diff::compute(imara_diff::Algorithm::Histogram, &input);
    let mut hunks = Vec::new();
    let (mut at_a, mut at_b) = (0, 0);
    for hunk in diff.hunks() {
        let (before, after) =
            (hunk.before.start as usize..hunk.before.end as usize, hunk.after.start as usize..hunk.after.end as usize);
        hunks.push((at_a..before.start, at_b..after.start));
        (at_a, at_b) = (before.end, after.end);
        hunks.push((before, after));
    }
    hunks.push((at_a..a.len(), at_b..b.len()));
    hunks.retain(|(ours, theirs)| !ours.is_empty() || !theirs.is_empty());
    hunks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(recorded: &str, families: &[&[&str]], got: &str) -> Option<(usize, usize, bool)> {
        let families: Vec<Vec<&[u8]>> =
            families.iter().map(|runs| runs.iter().map(|run| run.as_bytes()).collect()).collect();
        let kept = Stable::of(recorded.as_bytes(), &families)?.compare(got.as_bytes());
        Some((kept.lines, kept.stable, kept.why.is_none()))
    }

    #[test]
    fn what_varies_may_vary_and_nothing_else() {
        let runs: &[&str] = &["a: 1\nb: x7\nc: 3", "a: 1\nb: q2\nc: 3"];
        assert_eq!(check(runs[0], &[runs], "a: 1\nb: zz\nc: 3"), Some((3, 2, true)));
        assert_eq!(check(runs[0], &[runs], "a: 2\nb: zz\nc: 3"), Some((3, 2, false)));
        assert_eq!(check(runs[0], &[runs], "a: 1\nb: zz\nc: 3\nd: 4"), Some((3, 2, false)), "a line too many");
        assert_eq!(check(runs[0], &[&runs[..1]], runs[0]), None, "one run says nothing");
    }

    #[test]
    fn another_version_says_what_varies() {
        let newer: &[&str] = &["v: 2\nb: x7\nc: 3", "v: 2\nb: q2\nc: 3"];
        assert_eq!(check("v: 1\nb: old\nc: 3", &[newer], "v: 1\nb: new\nc: 3"), Some((3, 2, true)));
        assert_eq!(check("v: 1\nb: old\nc: 3", &[newer], "v: 2\nb: new\nc: 3"), Some((3, 2, false)));
        // With a line more, lines are found by what they say.
        let longer: &[&str] = &["v: 2\nw: 1\nb: x7\nc: 3", "v: 2\nw: 1\nb: q2\nc: 3"];
        assert_eq!(check("b: old\nc: 3", &[longer], "b: new\nc: 3"), Some((2, 1, true)));
        assert_eq!(check("b: old\nc: 3", &[longer], "b: new\nc: 4"), Some((2, 1, false)));
    }

    #[test]
    fn runs_of_different_lengths_are_compared_by_content() {
        let runs: &[&str] = &["a\nr1\nz", "a\nr2\nr3\nz"];
        assert_eq!(check(runs[0], &[runs], "a\nz"), Some((3, 2, true)));
        assert_eq!(check(runs[0], &[runs], "a\nr9\nr9\nr9\nz"), Some((3, 2, true)));
        assert_eq!(check(runs[0], &[runs], "z\na"), Some((3, 2, false)));
    }

    #[test]
    fn the_difference_shown_is_one_that_counts() {
        let runs = [b"a: 1\nb: x7\nc: 3".as_slice(), b"a: 1\nb: q2\nc: 3"];
        let stable = Stable::of(runs[0], &[runs.to_vec()]).expect("two runs");
        let why = stable.compare(b"a: 1\nb: zz\nc: 4").why.expect("a difference");
        assert_eq!(why, "line 3\n      a: 1\n      b: zz\n    - c: 3\n    + c: 4");
    }
}
