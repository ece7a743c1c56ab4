//! What would change if another Helm rendered the same: which outputs differ, and which aspects of the two Helms are the
//! cause.
//!
//! A cause is not guessed from the bytes. Dialects are data, so the second Helm is tried with aspects of the first one
//! (see [`Aspect`]), and the smallest set of aspects that gives the first Helm's output back is what explains the change.

use std::fmt::Write as _;

use rayon::prelude::*;
use thinlock_renderer::Dialect;
use thinlock_renderer::dialect::Aspect;

use crate::difference;

/// How two outputs differ, by their bytes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// In white space at line ends and in empty lines only.
    WhiteSpace,
    /// The same documents in another order.
    Order,
    /// In what documents say, or which there are.
    Content,
}

impl Shape {
    /// How two different outputs differ.
    pub fn of(before: &[u8], after: &[u8]) -> Shape {
        let (before, after) = (without_white_space(before), without_white_space(after));
        if before == after {
            Shape::WhiteSpace
        } else if documents(&before) == documents(&after) {
            Shape::Order
        } else {
            Shape::Content
        }
    }

    /// For programs.
    pub fn name(self) -> &'static str {
        match self {
            Shape::WhiteSpace => "white-space",
            Shape::Order => "order",
            Shape::Content => "content",
        }
    }

    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Shape::WhiteSpace => "white space and empty lines only",
            Shape::Order => "the same documents in another order",
            Shape::Content => "other documents",
        }
    }
}

/// What a Helm makes of something: its output, or why it fails.
pub type Rendering = Result<Vec<u8>, String>;

/// What a change of Helm does to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Only the second Helm renders it.
    Mends,
    /// Only the first Helm renders it.
    Breaks,
    /// Both do, and the output differs.
    Changes(Shape),
}

impl Effect {
    /// For programs.
    pub fn name(self) -> &'static str {
        match self {
            Effect::Mends => "only-to-renders",
            Effect::Breaks => "only-from-renders",
            Effect::Changes(shape) => shape.name(),
        }
    }
}

/// Something that would change, and why.
#[derive(Clone, Debug)]
pub struct Change {
    /// What changes, as it was given: a chart, a deployment.
    pub what: String,
    /// How.
    pub effect: Effect,
    /// The smallest set of aspects that explains the whole change; empty where not even all of them do.
    pub causes: Vec<Aspect>,
    /// The first difference; `-` what the first Helm prints, `+` what the second does. Or the error.
    pub why: String,
}

impl Change {
    /// What changes of one kind have in common, in words.
    pub fn heading(&self, from: &str, to: &str) -> String {
        let causes: Vec<&str> = self.causes.iter().map(|cause| cause.text()).collect();
        let causes = if causes.is_empty() { "other".to_owned() } else { causes.join(", and ") };
        match self.effect {
            Effect::Mends => format!("only {to} renders it, because of {causes}"),
            Effect::Breaks => format!("only {from} renders it, because of {causes}"),
            Effect::Changes(shape) => format!("{causes} ({})", shape.text()),
        }
    }

    /// For sorting: what breaks first, then what has one cause.
    fn key(&self) -> (bool, usize, Vec<Aspect>, Effect) {
        (matches!(self.effect, Effect::Changes(_)), self.causes.len(), self.causes.clone(), self.effect)
    }
}

/// Renders each thing with both Helms, in parallel; `None` for one that stays as it is. That both fail is no change,
/// whatever they say.
pub fn changes<T: Sync>(
    things: &[T],
    name: impl Fn(&T) -> String + Sync,
    dialects: impl Fn(&T) -> (&'static Dialect, &'static Dialect) + Sync,
    render: impl Fn(&T, &'static Dialect) -> Rendering + Sync,
) -> Vec<Option<Change>> {
    things
        .par_iter()
        .map(|thing| {
            let (from, to) = dialects(thing);
            change(name(thing), from, to, &|dialect| render(thing, dialect))
        })
        .collect()
}

/// What becomes of one thing; `None` where it stays as it is.
pub fn change(
    what: String,
    from: &'static Dialect,
    to: &'static Dialect,
    render: &dyn Fn(&'static Dialect) -> Rendering,
) -> Option<Change> {
    let (before, after) = (render(from), render(to));
    let (effect, why) = match (&before, &after) {
        (Ok(before), Ok(after)) if before == after => return None,
        (Ok(before), Ok(after)) => (Effect::Changes(Shape::of(before, after)), difference(before, after)),
        (Ok(_), Err(error)) => (Effect::Breaks, failure(to, error)),
        (Err(error), Ok(_)) => (Effect::Mends, failure(from, error)),
        (Err(_), Err(_)) => return None,
    };
    Some(Change { what, effect, causes: causes(from, to, &before, render), why })
}

/// An error, its lines below each other as those of a difference.
fn failure(dialect: &Dialect, error: &str) -> String {
    format!("{} fails: {}", dialect.name, error.trim_end().replace('\n', "\n      "))
}

/// The smallest set of aspects of `from` with which `to` gives `before`: one if one is enough, else one that cannot lose
/// any.
fn causes(
    from: &'static Dialect,
    to: &'static Dialect,
    before: &Rendering,
    render: &dyn Fn(&'static Dialect) -> Rendering,
) -> Vec<Aspect> {
    let explains = |aspects: &[Aspect]| match (render(to.with_aspects(aspects, from)), before) {
        (Ok(after), Ok(before)) => after == *before,
        (Err(_), Err(_)) => true,
        _ => false,
    };
    let candidates: Vec<Aspect> = Aspect::ALL.into_iter().filter(|aspect| aspect.differs(from, to)).collect();
    if let Some(one) = candidates.iter().find(|aspect| explains(&[**aspect])) {
        return vec![*one];
    }
    let mut set = candidates;
    if !explains(&set) {
        return Vec::new();
    }
    // From the end: the aspects that come first are the likelier causes.
    let mut at = set.len();
    while at > 0 {
        at -= 1;
        let mut fewer = set.clone();
        fewer.remove(at);
        if explains(&fewer) {
            set = fewer;
        }
    }
    set
}

/// Changes by what they have in common: a heading, and the changes in their order.
pub fn grouped<'c>(changes: &'c [Change], from: &str, to: &str) -> Vec<(String, Vec<&'c Change>)> {
    let mut sorted: Vec<&Change> = changes.iter().collect();
    sorted.sort_by_key(|change| change.key());
    let mut groups: Vec<(String, Vec<&Change>)> = Vec::new();
    for change in sorted {
        let heading = change.heading(from, to);
        match groups.last_mut() {
            Some((last, members)) if *last == heading => members.push(change),
            _ => groups.push((heading, vec![change])),
        }
    }
    groups
}

/// Files as one text, for comparing: each behind a line with its path.
pub fn stream<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Vec<u8> {
    let mut stream = Vec::new();
    for (path, content) in files {
        let mut head = String::new();
        let _ = writeln!(head, "---\n# File: {path}");
        stream.extend_from_slice(head.as_bytes());
        stream.extend_from_slice(content);
    }
    stream
}

fn without_white_space(text: &[u8]) -> Vec<&[u8]> {
    text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).filter(|line| !line.is_empty()).collect()
}

/// The documents of a stream, sorted, so that the order is forgotten.
fn documents<'t>(lines: &[&'t [u8]]) -> Vec<Vec<&'t [u8]>> {
    let mut documents: Vec<Vec<&[u8]>> =
        lines.split(|line| *line == b"---").filter(|document| !document.is_empty()).map(<[_]>::to_vec).collect();
    documents.sort_unstable();
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_have_shapes() {
        let check = |before: &str, after: &str, want: Shape| {
            assert_eq!(Shape::of(before.as_bytes(), after.as_bytes()), want, "{before:?} {after:?}");
        };
        check("---\na: 1\n", "---\na: 1  \n\n", Shape::WhiteSpace);
        check("---\na: 1\n---\nb: 1\n", "---\nb: 1\n---\na: 1\n", Shape::Order);
        check("---\na: 1\n---\na: 1\n", "---\na: 1\n", Shape::Content);
        check("a:\n  b: 1\n", "a:\nb: 1\n", Shape::Content);
    }

    /// A Helm whose output shows the aspects that are named, and which fails with some aspects.
    fn explained(shown: &[Aspect], fails: Option<Aspect>) -> Option<Change> {
        let [from, to] = [Dialect::ALL[0], Dialect::ALL[4]];
        let render = |dialect: &'static Dialect| {
            if fails.is_some_and(|aspect| !aspect.differs(dialect, to)) {
                return Err("no".to_owned());
            }
            let text: Vec<String> =
                shown.iter().map(|aspect| format!("{}: {}", aspect.name(), aspect.differs(dialect, to))).collect();
            Ok(text.join("\n").into_bytes())
        };
        change("x".to_owned(), from, to, &render)
    }

    #[test]
    fn causes_are_the_aspects_that_matter() {
        assert!(explained(&[], None).is_none());
        for aspect in [Aspect::Order, Aspect::Nulls, Aspect::Separators, Aspect::Schemas] {
            let change = explained(&[aspect], None).expect("a change");
            assert_eq!((change.causes, change.effect), (vec![aspect], Effect::Changes(Shape::Content)));
        }
        let change = explained(&[Aspect::Order, Aspect::Toml], None).expect("a change");
        assert_eq!(change.causes, [Aspect::Order, Aspect::Toml]);
        let change = explained(&[], Some(Aspect::Schemas)).expect("a change");
        assert_eq!((change.causes, change.effect), (vec![Aspect::Schemas], Effect::Breaks));
    }

    #[test]
    fn changes_are_grouped_by_their_causes() {
        let change = |what: &str, causes: &[Aspect], effect| Change {
            what: what.to_owned(),
            effect,
            causes: causes.to_vec(),
            why: String::new(),
        };
        let all = [
            change("a", &[Aspect::Order], Effect::Changes(Shape::Order)),
            change("b", &[], Effect::Changes(Shape::Content)),
            change("c", &[Aspect::Schemas], Effect::Breaks),
            change("d", &[Aspect::Order], Effect::Changes(Shape::Order)),
        ];
        let groups: Vec<(String, usize)> =
            grouped(&all, "f", "t").into_iter().map(|(heading, members)| (heading, members.len())).collect();
        assert_eq!(
            groups,
            [
                ("only f renders it, because of the JSON schema engine".to_owned(), 1),
                ("other (other documents)".to_owned(), 1),
                ("the order of documents (the same documents in another order)".to_owned(), 2),
            ]
        );
    }
}
