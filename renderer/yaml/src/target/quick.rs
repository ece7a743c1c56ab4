//! The quick way for documents of which a target wants little, such as the head of a manifest.
//!
//! It makes no tree: the nodes are looked at as they are read, and only what the target wants is kept. It answers only
//! where nothing in the document can be wrong and every wanted field is plainly of its type: no aliases, tags, merge keys
//! or infinities, no key but strings and small numbers. Everything else is left to the exact way.

use std::ops::Range;

use thinlock_go::types::MAP_STRING_ANY;
use thinlock_go::{Map, Str, Value, strings};

use crate::quick::{self, Role, Sink};
use crate::resolve::{Resolved, resolve};
use crate::scanner::Text;
use crate::tree::Kind;

use super::outline::{Content, Outline};
use super::{Shape, Target, pointee};

/// The value of a text of allowed characters, where it is plain to see.
pub(super) fn decode(text: &[u8], target: &'static Target) -> Option<Value> {
    // A target of any type wants the whole document.
    let target = pointee(target);
    if !matches!(target.shape, Shape::Struct { .. }) {
        return None;
    }
    let mut pick = Pick { root: target, frames: Vec::new(), picked: None };
    quick::walk(text, &mut pick)?;
    pick.picked
}

/// As [`decode`], with the places of the scalars that may change.
pub(super) fn decode_with_outline(text: &[u8], target: &'static Target) -> Option<(Value, Option<Outline>)> {
    let target = pointee(target);
    if !matches!(target.shape, Shape::Struct { .. }) {
        return None;
    }
    let pick = Pick { root: target, frames: Vec::new(), picked: None };
    let mut outliner = Outliner { pick, text, outline: Outline::default(), repeats: false };
    quick::walk(text, &mut outliner)?;
    let Outliner { pick, outline, repeats, .. } = outliner;
    Some((pick.picked?, (!repeats).then_some(outline)))
}

/// Picks, and notes what may change.
struct Outliner<'t> {
    pick: Pick,
    text: &'t [u8],
    outline: Outline,
    /// A wanted entry is there twice, so that a change of one of them may mean nothing.
    repeats: bool,
}

impl Outliner<'_> {
    /// Notes a scalar that ends a line, before it is picked.
    fn note(&mut self, parent: Option<u32>, implicit: bool, text: Text) {
        let at = (text.start as usize).wrapping_sub(usize::from(!implicit));
        let place = text.start as usize..(text.start + text.len) as usize;
        if text.owned || quick::scalar_to_line_end(self.text, at) != Some((place.clone(), implicit)) {
            return;
        }
        let line = at..place.end + usize::from(!implicit);
        let frames = &self.pick.frames;
        let wanted = parent.and_then(|parent| frames.get(parent as usize)).is_some_and(|frame| frame.key.is_some());
        if !wanted {
            self.outline.push(line, Content::Unwanted);
            return;
        }
        // A null is as if the entry were not there, and what a map has is not told apart by a path of fields.
        let fields = frames.iter().all(|frame| matches!(frame.target.shape, Shape::Struct { .. }));
        if fields && string(implicit, self.text.get(place).unwrap_or_default()).is_some() {
            let path = frames.iter().filter_map(|frame| frame.key.as_ref().map(|(key, _)| key.clone())).collect();
            self.outline.push(line, Content::Field(path));
        }
    }
}

impl Sink for Outliner<'_> {
    const READS: bool = true;

    fn add(
        &mut self,
        parent: Option<u32>,
        role: Role,
        kind: Kind,
        implicit: bool,
        text: Text,
        bytes: &[u8],
    ) -> Option<u32> {
        match (kind, role) {
            (Kind::Scalar, Role::Value) => self.note(parent, implicit, text),
            (Kind::Scalar, Role::Key) => {
                let frame = parent.and_then(|parent| self.pick.frames.get(parent as usize));
                self.repeats |= frame.is_some_and(|frame| frame.found.iter().any(|(key, _)| **key == *bytes));
            }
            _ => {}
        }
        self.pick.add(parent, role, kind, implicit, text, bytes)
    }

    fn close(&mut self, node: u32) -> Option<()> {
        self.pick.close(node)
    }

    fn wants_text(&self, parent: Option<u32>) -> bool {
        self.pick.wants_text(parent)
    }

    fn literal_line(&mut self, place: Range<usize>) {
        self.outline.push(place, Content::Literal);
    }
}

/// What is to be picked of a document.
struct Pick {
    root: &'static Target,
    /// The wanted mappings around the current place.
    frames: Vec<Frame>,
    picked: Option<Value>,
}

/// A wanted mapping.
struct Frame {
    target: &'static Target,
    found: Vec<(Str, Value)>,
    /// The last key, and what its value is to be; `None` for an entry that the target does not want.
    key: Option<(Str, &'static Target)>,
}

/// A collection that nobody wants.
const UNWANTED: u32 = u32::MAX;

impl Pick {
    /// The frame of a wanted collection: the innermost one, as nothing that is wanted is inside what is not.
    fn frame(&mut self, node: u32) -> Option<&mut Frame> {
        self.frames.get_mut(node as usize)
    }

    fn key(&mut self, parent: u32, implicit: bool, text: &[u8]) -> Option<()> {
        let Some(frame) = self.frame(parent) else { return Some(()) };
        let key = string(implicit, text)?;
        frame.key = match &frame.target.shape {
            Shape::Map(element) => Some((Str::from(key), pointee(element))),
            Shape::Struct { fields, .. } => match fields.iter().find(|(name, _)| name.as_bytes() == key) {
                Some((name, target)) => {
                    // A second entry of the name takes the place of the first, null or not.
                    frame.found.retain(|(other, _)| *other != **name);
                    Some((Str::from_static(name), pointee(target)))
                }
                // Which of two spellings counts is for the exact way to say.
                None if fields.iter().any(|(name, _)| may_fold(name, key)) => return None,
                None => None,
            },
            _ => return None,
        };
        Some(())
    }

    fn scalar(&mut self, parent: u32, implicit: bool, text: &[u8]) -> Option<()> {
        let Some(frame) = self.frame(parent) else { return Some(()) };
        let Some((key, target)) = frame.key.take() else { return Some(()) };
        let of_struct = matches!(frame.target.shape, Shape::Struct { .. });
        if of_struct && implicit && resolve(text) == Resolved::Nil {
            return Some(());
        }
        match target.shape {
            Shape::String | Shape::Any => frame.found.push((key, Value::Str(string(implicit, text)?.into()))),
            _ => return None,
        }
        Some(())
    }

    /// A collection begins: what it is known by.
    fn open(&mut self, parent: Option<u32>, kind: Kind) -> Option<u32> {
        let target = match parent {
            None => self.root,
            Some(parent) => match self.frame(parent) {
                None => return Some(UNWANTED),
                Some(frame) => match &frame.key {
                    None => return Some(UNWANTED),
                    Some((_, target)) => target,
                },
            },
        };
        if kind != Kind::Mapping || !matches!(target.shape, Shape::Map(_) | Shape::Struct { .. }) {
            return None;
        }
        self.frames.push(Frame { target, found: Vec::new(), key: None });
        Some(self.frames.len() as u32 - 1)
    }
}

impl Sink for Pick {
    const READS: bool = true;

    #[inline]
    fn add(
        &mut self,
        parent: Option<u32>,
        role: Role,
        kind: Kind,
        implicit: bool,
        _: Text,
        bytes: &[u8],
    ) -> Option<u32> {
        match (kind, role) {
            (Kind::Mapping | Kind::Sequence, _) => return self.open(parent, kind),
            (Kind::Scalar, Role::Key) if implicit && (bytes == b"<<" || !is_key(bytes)) => return None,
            (Kind::Scalar, Role::Value) if implicit && is_odd(bytes) => return None,
            (Kind::Scalar, _) if parent == Some(UNWANTED) => {}
            (Kind::Scalar, Role::Key) => self.key(parent?, implicit, bytes)?,
            (Kind::Scalar, Role::Value) => self.scalar(parent?, implicit, bytes)?,
            (Kind::Alias, _) => return None,
        }
        Some(UNWANTED)
    }

    fn close(&mut self, node: u32) -> Option<()> {
        if node == UNWANTED {
            return Some(());
        }
        let frame = self.frames.pop()?;
        let value = Value::Map(Map::from_entries(&MAP_STRING_ANY, frame.found));
        match self.frames.last_mut() {
            None => self.picked = Some(value),
            Some(outer) => {
                let (key, _) = outer.key.take()?;
                outer.found.push((key, value));
            }
        }
        Some(())
    }

    fn wants_text(&self, parent: Option<u32>) -> bool {
        parent.and_then(|parent| self.frames.get(parent as usize)).is_some_and(|frame| frame.key.is_some())
    }
}

/// Whether a key could be a name in another case. Only letters that are no ASCII change their length.
fn may_fold(name: &str, key: &[u8]) -> bool {
    (name.len() == key.len() || !key.is_ascii()) && strings::equal_fold(name.as_bytes(), key)
}

/// Whether a plain scalar is an infinity or no number, which JSON has not.
pub(super) fn is_odd(text: &[u8]) -> bool {
    match text {
        [b'.' | b'+' | b'-', ..] => matches!(resolve(text), Resolved::Float(x) if !x.is_finite()),
        // What begins with a digit is finite, or no number.
        [b'<', b'<'] => true,
        _ => false,
    }
}

/// Whether a plain scalar is a key that JSON can have.
fn is_key(text: &[u8]) -> bool {
    !matches!(resolve(text), Resolved::Nil | Resolved::Uint(_) | Resolved::Float(_))
}

/// The text of a scalar that is a string.
pub(super) fn string(implicit: bool, text: &[u8]) -> Option<&[u8]> {
    let is_utf8 = text.is_ascii() || std::str::from_utf8(text).is_ok();
    let is_string = (!implicit || matches!(resolve(text), Resolved::Str | Resolved::Timestamp)) && is_utf8;
    is_string.then_some(text)
}

#[cfg(test)]
mod tests {
    use thinlock_go::fmt;

    use super::super::exactly;
    use super::super::samples::HEAD;
    use super::*;
    use crate::parser;

    /// Checks that the quick way says what the exact way says, or nothing.
    #[track_caller]
    fn check(text: &str, answers: bool) {
        let print = |value: &Value| fmt::format_value(value).map(|s| s.to_string()).unwrap_or_default();
        let quick = decode(text.as_bytes(), &HEAD);
        assert_eq!(quick.is_some(), answers, "{text:?}");
        if let Some(quick) = quick {
            let tree = parser::parse(text.as_bytes()).expect("the text is YAML");
            let exact = exactly(&tree, &HEAD).expect("the exact way finds no fault either");
            assert_eq!(print(&quick), print(&exact), "{text:?}");
        }
    }

    #[test]
    fn plain_documents_are_answered() {
        check("kind: A\nmetadata: {name: x, annotations: {a: b, 'c': \"d\"}, labels: {a: 1, 2: [x, {y: .5}]}}\n", true);
        check("kind: A\nmetadata: ~\nkind: B\nother: |\n  text\n", true);
        check("metadata: {name: x}\nmetadata: {annotations: {}, any: z}\n", true);
        check("metadata: {name: x}\nmetadata:\n", true);
        check("kind: ''\nkind: null\ndate: 2020-01-01\nmetadata: {name: 2020-01-01, any: '1'}", true);
        check("kind: A\nspec: {\"a\":\"x\\ny \\\"z\\\" \\u00e9\",\"b\":[\"\\t\",{}]}\n", true);
        check("kind: A\nmetadata: {\"name\":\"x\\ty\"}\n", true);
        check("a: 1e400\nb: -1e400\nc: 0x1p-2\n", true);
    }

    #[test]
    fn everything_else_is_left_to_the_exact_way() {
        for text in [
            "",
            "- a",
            "text",
            "kind: 1",
            "kind: [a]",
            "Kind: A",
            "kind: A\nb: &a 1\nc: *a",
            "kind: !!str 1",
            "<<: {kind: A}",
            "a: .inf",
            "a: [-.INF]",
            "a: .nan",
            "null: 1",
            "? [a]\n: 1",
            "a:\n  ~: 1",
            "18446744073709551615: 1",
            "1.5: 1",
            "metadata: {annotations: {a: 1}}",
            "metadata: {annotations: {1: a}}",
            "metadata: {annotations: x}",
            "metadata: {any: {}}",
            "metadata: {NAME: x}",
            "metadata: {name: x,\n  any: y}",
            "spec: {\"a\":\"x\\\n  y\"}",
            "spec: {\"a\":\"\\q\"}",
            "spec: {\"a\\n\":1}",
            "{kind: A}",
        ] {
            check(text, false);
        }
    }
}
