//! The first difference between two texts, shown with the lines around it.

use std::fmt::Write;

/// How many equal lines are shown before the difference.
const BEFORE: usize = 3;
/// How many lines of each text are shown from the difference on.
const AFTER: usize = 4;
/// How many lines are looked through for where the texts are equal again.
const REACH: usize = 60;
/// How many characters of a line are shown.
const WIDTH: usize = 160;

/// The first difference between what Helm printed and what was rendered: the line, the template it comes from where a
/// `# Source:` line says so, and lines around it: `-` Helm's, `+` the rendered ones. `no difference` for equal texts.
pub fn difference(want: &[u8], got: &[u8]) -> String {
    if want == got {
        return "no difference".to_owned();
    }
    let (want, got): (Vec<&[u8]>, Vec<&[u8]>) =
        (want.split(|byte| *byte == b'\n').collect(), got.split(|byte| *byte == b'\n').collect());
    let equal = want.iter().zip(&got).take_while(|(want, got)| want == got).count();
    let mut text = format!("line {}", equal + 1);
    let source = want.iter().take(equal).rev().find_map(|line| line.strip_prefix(b"# Source: "));
    if let Some(source) = source {
        let _ = write!(text, ", of {}", String::from_utf8_lossy(source));
    }
    let start = equal.saturating_sub(BEFORE);
    for line in want.iter().take(equal).skip(start) {
        show(&mut text, ' ', line);
    }
    let (want, got) = (want.get(equal..).unwrap_or_default(), got.get(equal..).unwrap_or_default());
    let (wants, gots) = together_again(want, got);
    for (sign, lines, differ) in [('-', want, wants), ('+', got, gots)] {
        for line in lines.iter().take(differ.min(AFTER)) {
            show(&mut text, sign, line);
        }
        if differ > AFTER {
            let _ = write!(text, "\n    {sign} … {} more", differ - AFTER);
        }
    }
    text
}

/// How many lines of each text differ until two lines in a row are equal again.
fn together_again(want: &[&[u8]], got: &[&[u8]]) -> (usize, usize) {
    for sum in 1..=REACH {
        for i in 0..=sum {
            let (want, got) = (want.get(i..).unwrap_or_default(), got.get(sum - i..).unwrap_or_default());
            let next = |at: usize| want.get(at).is_some() && want.get(at) == got.get(at);
            let ends = want.len() == 1 && got.len() == 1;
            if next(0) && (next(1) || ends) {
                return (i, sum - i);
            }
        }
    }
    (want.len(), got.len())
}

/// A line with what cannot be seen made visible: control characters and spaces at the end.
fn show(text: &mut String, sign: char, line: &[u8]) {
    let line = String::from_utf8_lossy(line);
    let mut shown: String = line
        .chars()
        .take(WIDTH)
        .flat_map(|c| if c.is_control() && c != '\t' { c.escape_default().collect() } else { vec![c] })
        .collect();
    if line.chars().nth(WIDTH).is_some() {
        shown.push('…');
    } else if shown.ends_with([' ', '\t']) {
        shown.push('⏎');
    }
    let _ = write!(text, "\n    {sign} {shown}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_shown_with_its_surroundings() {
        let check = |want: &str, got: &str, shown: &str| {
            assert_eq!(difference(want.as_bytes(), got.as_bytes()), shown);
        };
        check("a\n", "a\n", "no difference");
        check("a\nb\nc\n", "a\nx\nc\n", "line 2\n      a\n    - b\n    + x");
        check(
            "# Source: c/t.yaml\na",
            "# Source: c/t.yaml\na \n",
            "line 2, of c/t.yaml\n      # Source: c/t.yaml\n    - a\n    + a ⏎\n    + ",
        );
        check("", "1\n2\n3\n4\n5\n6\n", "line 1\n    + 1\n    + 2\n    + 3\n    + 4\n    + … 2 more");
    }
}
