//! Whether two Helms did the same with a case, and which differences are not ours to mend.

use thinlock_go::fmt::ADDRESS;

use crate::{Outcome, difference};

/// A class of differences that no code of ours can take away, with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Helm's process ended: Go cannot recover from the overflow of its stack or from concurrent map writes. Ours has
    /// to fail as well.
    HelmDied,
    /// Helm did not answer in time. Ours has to fail or to be done.
    HelmHung,
    /// Both print the address of something in Go's heap, which is another in each run.
    Address,
    /// Helm's own output differs from run to run, as its code walks a Go map; ours is one of its outputs.
    RandomOrder,
    /// Helm's schema engines print the errors of siblings in the order of a Go map: the errors are the same, below the
    /// same parents, and Helm's order is another in the next run.
    Siblings,
    /// The place of an `invalid propertyName`: jsonschema 6.0.3 keeps it in a slice that it goes on to overwrite.
    PropertyName,
}

impl Rule {
    /// All of them.
    pub const ALL: [Rule; 6] =
        [Rule::HelmDied, Rule::HelmHung, Rule::Address, Rule::RandomOrder, Rule::Siblings, Rule::PropertyName];

    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Rule::HelmDied => "Helm's process died, here is an error",
            Rule::HelmHung => "Helm did not answer in time",
            Rule::Address => "a memory address is printed",
            Rule::Siblings => "schema errors of siblings, whose order differs from run to run",
            Rule::PropertyName => "the place of an invalid propertyName, which Helm's schema engine overwrites",
            Rule::RandomOrder => "Helm's output differs from run to run, and this is one of its outputs",
        }
    }
}

/// An unexplained difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Differing {
    /// `exit`, `stdout`, `stderr` or `panic`.
    pub(super) what: &'static str,
    /// The first difference, for people.
    pub(super) why: String,
    /// Whether Helm itself did the same each time that it was asked.
    pub(super) stable: bool,
}

/// What came of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Same,
    Explained(Rule),
    Differs(Differing),
}

/// The exit status of a Helm that a signal or Go's runtime ended.
pub(super) const DIED: u8 = 254;
/// The exit status of a Helm that was stopped because it took too long.
pub(super) const HUNG: u8 = 253;
/// The exit status of ours after a panic, which is always a difference.
pub(super) const PANICKED: u8 = 252;

/// Compares what Helm and we did, both cleaned of folders and times. `again` runs Helm once more, and is asked so many
/// times before its output counts as always the same.
pub(super) fn judge(helm: &Outcome, ours: &Outcome, runs: usize, mut again: impl FnMut() -> Outcome) -> Verdict {
    let mut stable = true;
    // A panic is one even where Helm died without a word, too.
    if ours.status != PANICKED {
        if same(helm, ours) {
            return Verdict::Same;
        }
        match helm.status {
            DIED if ours.status != 0 => return Verdict::Explained(Rule::HelmDied),
            HUNG => return Verdict::Explained(Rule::HelmHung),
            _ => {}
        }
        if same_but_for_addresses(helm, ours) {
            return Verdict::Explained(Rule::Address);
        }
        if same(&without_places_of_names(helm), &without_places_of_names(ours)) {
            return Verdict::Explained(Rule::PropertyName);
        }
        // The place of a name that is overwritten depends on the order, too.
        let sorted = |outcome| with_siblings_sorted(&without_places_of_names(outcome));
        let siblings = same(&sorted(helm), &sorted(ours));
        for _ in 0..runs {
            let again = again();
            if same(&again, ours) {
                return Verdict::Explained(Rule::RandomOrder);
            }
            stable &= same(&again, helm);
            if siblings && !stable {
                return Verdict::Explained(Rule::Siblings);
            }
        }
    }
    let (what, why) = first_difference(helm, ours);
    Verdict::Differs(Differing { what, why, stable })
}

fn first_difference(helm: &Outcome, ours: &Outcome) -> (&'static str, String) {
    if ours.status == PANICKED {
        return ("panic", String::from_utf8_lossy(&ours.stderr).into_owned());
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if (helm.status == 0) != (ours.status == 0) {
        let of = |outcome: &Outcome| {
            format!(
                "exit status {}: {}",
                outcome.status,
                text(if outcome.status == 0 { &outcome.stdout } else { &outcome.stderr })
            )
        };
        return ("exit", format!("\n    - {}\n    + {}", of(helm), of(ours)));
    }
    if helm.stdout != ours.stdout {
        return ("stdout", difference(&helm.stdout, &ours.stdout));
    }
    ("stderr", difference(&helm.stderr, &ours.stderr))
}

pub(super) fn same(a: &Outcome, b: &Outcome) -> bool {
    (a.status == 0) == (b.status == 0) && a.stdout == b.stdout && a.stderr == b.stderr
}

/// Whether two outcomes are the same but for addresses.
fn same_but_for_addresses(helm: &Outcome, ours: &Outcome) -> bool {
    (helm.status == 0) == (ours.status == 0)
        && equal_but_for_addresses(&helm.stdout, &ours.stdout)
        && equal_but_for_addresses(&helm.stderr, &ours.stderr)
}

fn without_places_of_names(outcome: &Outcome) -> Outcome {
    let stderr = String::from_utf8_lossy(&outcome.stderr)
        .lines()
        .map(|line| match line.split_once(": invalid propertyName") {
            Some((_, name)) => {
                format!("{}- at …: invalid propertyName{name}\n", &line[..line.len() - line.trim_start().len()])
            }
            None => format!("{line}\n"),
        })
        .collect::<String>();
    Outcome { stderr: stderr.into_bytes(), ..outcome.clone() }
}

fn with_siblings_sorted(outcome: &Outcome) -> Outcome {
    let stderr = String::from_utf8_lossy(&outcome.stderr);
    let lines: Vec<&str> = stderr.lines().collect();
    Outcome { stderr: siblings_sorted(&lines).into_bytes(), ..outcome.clone() }
}

/// The lines with those that begin with `- ` sorted, each with the more deeply indented lines below it.
fn siblings_sorted(lines: &[&str]) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut out = String::new();
    let mut siblings: Vec<String> = Vec::new();
    let mut rest = lines;
    while let [first, tail @ ..] = rest {
        let below = tail.iter().take_while(|line| indent(line) > indent(first)).count();
        let block = format!("{first}\n{}", siblings_sorted(&tail[..below]));
        rest = &tail[below..];
        if first.trim_start().starts_with("- ") {
            siblings.push(block);
            continue;
        }
        siblings.sort();
        out.extend(siblings.drain(..));
        out.push_str(&block);
    }
    siblings.sort();
    out.extend(siblings);
    out
}

/// Walks both texts. Where ours has the one address that it prints for all pointers, in the form of any verb, Helm's may
/// have another of that form, padded to the same width.
fn equal_but_for_addresses(mut helm: &[u8], mut ours: &[u8]) -> bool {
    type Digit = fn(&u8) -> bool;
    let forms: [(String, Digit); 5] = [
        (format!("{ADDRESS:x}"), u8::is_ascii_hexdigit),
        (format!("{ADDRESS:X}"), u8::is_ascii_hexdigit),
        (format!("{ADDRESS:b}"), |b| matches!(b, b'0' | b'1')),
        (format!("{ADDRESS:o}"), |b| matches!(b, b'0'..=b'7')),
        (ADDRESS.to_string(), u8::is_ascii_digit),
    ];
    loop {
        let ((helm_sign, h), (our_sign, o)) = (without_padding(helm), without_padding(ours));
        if let Some((form, digit)) = forms.iter().find(|(form, _)| o.starts_with(form.as_bytes())) {
            let length = h.iter().take_while(|byte| digit(byte)).count();
            if length < 6 || helm_sign != our_sign {
                return false;
            }
            (helm, ours) = (unpadded(&h[length..]), unpadded(&o[form.len()..]));
            continue;
        }
        match (helm, ours) {
            ([], []) => return true,
            ([a, helm_rest @ ..], [b, ours_rest @ ..]) if a == b => (helm, ours) = (helm_rest, ours_rest),
            _ => return false,
        }
    }
}

/// The text behind the blanks that fill a number's width.
fn unpadded(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|byte| **byte == b' ').count()..]
}

/// The sign of a padded number, and the text behind the blanks, the sign, the `0x` and the zeros before its digits.
fn without_padding(text: &[u8]) -> (Option<u8>, &[u8]) {
    let text = unpadded(text);
    let sign = text.first().copied().filter(|byte| *byte == b'+');
    let text = &text[usize::from(sign.is_some())..];
    let digits = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X")).unwrap_or(text);
    (sign, &digits[digits.iter().take_while(|byte| **byte == b'0').count()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_are_sorted_below_their_parents() {
        let check = |text: &str, want: &str| assert_eq!(siblings_sorted(&text.lines().collect::<Vec<_>>()), want);
        check("E: x\np:\n- b\n  - d\n  - c\n- a\n", "E: x\np:\n- a\n- b\n  - c\n  - d\n");
        check("- b\ntext\n- a\n", "- b\ntext\n- a\n");
    }

    fn outcome(status: u8, stdout: &str, stderr: &str) -> Outcome {
        Outcome { status, stdout: stdout.into(), stderr: stderr.into() }
    }

    #[test]
    fn only_named_differences_are_explained() {
        let check = |helm: Outcome, ours: Outcome, again: &[&str], want: &str| {
            let mut runs = again.iter().cycle();
            let verdict = judge(&helm, &ours, 24, || outcome(0, runs.next().copied().unwrap_or("x"), ""));
            let got = match verdict {
                Verdict::Same => "same".to_owned(),
                Verdict::Explained(rule) => format!("{rule:?}"),
                Verdict::Differs(differing) => differing.what.to_owned(),
            };
            assert_eq!(got, want, "{helm:?} {ours:?}");
        };
        check(outcome(0, "a", ""), outcome(0, "a", ""), &[], "same");
        // Only success and failure are told apart, as the recorded cases do.
        check(outcome(1, "", "e"), outcome(2, "", "e"), &[], "same");
        check(outcome(0, "a", ""), outcome(0, "b", ""), &["a"], "stdout");
        check(outcome(0, "a", ""), outcome(0, "b", ""), &["a", "b"], "RandomOrder");
        check(outcome(0, "a", "w"), outcome(0, "a", ""), &["b"], "stderr");
        check(outcome(1, "", "e"), outcome(0, "a", ""), &["b"], "exit");
        check(outcome(0, "p: 0xc00012ab30 x", ""), outcome(0, "p: 0xc000014000 x", ""), &["a"], "Address");
        check(outcome(0, "p: 0x435a0c0", ""), outcome(0, "p: 0xc000014000", ""), &["a"], "Address");
        check(outcome(0, "[26c623478580  ]", ""), outcome(0, "[  c000014000]", ""), &["a"], "Address");
        check(outcome(0, "0x00003c6fcaa6a4c0}", ""), outcome(0, "0x000000c000014000}", ""), &["a"], "Address");
        check(outcome(0, "0x26c623478580}", ""), outcome(0, "0x00c000014000}", ""), &["a"], "Address");
        check(outcome(0, "+0x10ff7995ee20}", ""), outcome(0, "  +0xc000014000}", ""), &["a"], "Address");
        check(outcome(0, "0x10ff7995ee20}", ""), outcome(0, "  +0xc000014000}", ""), &["a"], "stdout");
        check(outcome(0, "26c623478580}", ""), outcome(0, "00c000014000}", ""), &["a"], "Address");
        check(outcome(0, "p: 824633720840", ""), outcome(0, "p: 824633802752", ""), &["a"], "Address");
        check(outcome(0, "p: 0xc00012ab30", ""), outcome(0, "p: 0xc000000000", ""), &["a"], "stdout");
        check(outcome(0, "p: 0xc0", ""), outcome(0, "p: 0xc000014000", ""), &["a"], "stdout");
        check(outcome(DIED, "", ""), outcome(1, "", "e"), &["a"], "HelmDied");
        check(outcome(DIED, "", ""), outcome(0, "a", ""), &["b"], "exit");
        check(outcome(DIED, "", ""), outcome(PANICKED, "", ""), &["b"], "panic");
    }
}
