//! The quick way for documents of which a target wants little, such as the head of a manifest.
//!
//! It answers only where nothing in the document can be wrong and every wanted field is plainly of its type: no aliases,
//! tags, merge keys or infinities, no key but strings and small numbers. Everything else is left to the exact way.

use thinlock_go::types::MAP_STRING_ANY;
use thinlock_go::{Map, Str, Value, strings};

use crate::resolve::{Resolved, resolve};
use crate::tree::{Kind, Node, Tree};

use super::{Shape, Target, pointee};

/// Deeper documents are left to the exact way.
const MAX_DEPTH: usize = 256;

/// The value, where it is plain to see.
pub(super) fn decode(tree: &Tree<'_>, target: &Target) -> Option<Value> {
    // Cheap reasons to say no come first: a target of any type wants the whole document.
    if !matches!(pointee(target).shape, Shape::Struct { .. }) || !is_plain(tree) {
        return None;
    }
    value(tree, 0, target)
}

/// Whether neither yaml.v2 nor JSON can find anything wrong with the document.
fn is_plain(tree: &Tree<'_>) -> bool {
    let mut ends: Vec<u32> = Vec::new();
    for (at, node) in (0..).zip(&tree.nodes) {
        if node.tag != 0 || (node.kind == Kind::Scalar && node.implicit && is_odd(tree.bytes(node.text))) {
            return false;
        }
        match node.kind {
            Kind::Scalar => {}
            Kind::Alias => return false,
            Kind::Sequence | Kind::Mapping => {
                while ends.last().is_some_and(|end| *end <= at) {
                    ends.pop();
                }
                ends.push(node.next);
                if ends.len() > MAX_DEPTH
                    || (node.kind == Kind::Mapping && !entries(tree, node, at).all(|(key, _)| is_key(tree, key)))
                {
                    return false;
                }
            }
        }
    }
    !tree.nodes.is_empty()
}

/// Whether a plain scalar is an infinity, no number, or the key of a merge.
fn is_odd(text: &[u8]) -> bool {
    match text {
        b"<<" => true,
        [b'+' | b'-' | b'.' | b'0'..=b'9', ..] => matches!(resolve(text), Resolved::Float(x) if !x.is_finite()),
        _ => false,
    }
}

/// Whether a key is one that JSON can have.
fn is_key(tree: &Tree<'_>, at: u32) -> bool {
    let node = tree.node(at);
    node.kind == Kind::Scalar
        && (!node.implicit
            || !matches!(resolve(tree.bytes(node.text)), Resolved::Nil | Resolved::Uint(_) | Resolved::Float(_)))
}

/// The keys and values of a mapping.
fn entries<'t>(tree: &'t Tree<'_>, mapping: &Node, at: u32) -> impl Iterator<Item = (u32, u32)> + 't {
    let (mut next, end) = (at + 1, mapping.next);
    std::iter::from_fn(move || {
        if next >= end {
            return None;
        }
        let key = next;
        let value = tree.after(key);
        next = tree.after(value);
        Some((key, value))
    })
}

/// The text of a scalar that is a string.
fn string<'t>(tree: &'t Tree<'_>, node: &Node) -> Option<&'t [u8]> {
    let text = tree.bytes(node.text);
    let is_string = node.kind == Kind::Scalar
        && (!node.implicit || matches!(resolve(text), Resolved::Str | Resolved::Timestamp))
        && std::str::from_utf8(text).is_ok();
    is_string.then_some(text)
}

fn is_null(tree: &Tree<'_>, node: &Node) -> bool {
    node.kind == Kind::Scalar && node.implicit && resolve(tree.bytes(node.text)) == Resolved::Nil
}

fn value(tree: &Tree<'_>, at: u32, target: &Target) -> Option<Value> {
    let node = tree.node(at);
    match (node.kind, &pointee(target).shape) {
        (Kind::Scalar, Shape::String | Shape::Any) => string(tree, node).map(|text| Value::Str(text.into())),
        (Kind::Mapping, Shape::Map(element)) => {
            let mut found = Vec::new();
            for (key, item) in entries(tree, node, at) {
                found.push((Str::from(string(tree, tree.node(key))?), value(tree, item, element)?));
            }
            Some(Value::Map(Map::from_entries(&MAP_STRING_ANY, found)))
        }
        (Kind::Mapping, Shape::Struct { fields, .. }) => {
            let mut found = Vec::new();
            for (key, item) in entries(tree, node, at) {
                let key = string(tree, tree.node(key))?;
                match fields.iter().find(|(name, _)| name.as_bytes() == key) {
                    Some((name, target)) => {
                        // A second entry of the name takes the place of the first, null or not.
                        found.retain(|(other, _): &(Str, Value)| *other != **name);
                        if !is_null(tree, tree.node(item)) {
                            found.push((Str::from_static(name), value(tree, item, target)?));
                        }
                    }
                    // Which of two spellings counts is for the exact way to say.
                    None if fields.iter().any(|(name, _)| strings::equal_fold(name.as_bytes(), key)) => return None,
                    None => {}
                }
            }
            Some(Value::Map(Map::from_entries(&MAP_STRING_ANY, found)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use thinlock_go::fmt;

    use super::super::exactly;
    use super::*;
    use crate::parser;

    static STRING: Target = Target { go_type: "string", shape: Shape::String };
    static ANY: Target = Target { go_type: "interface {}", shape: Shape::Any };
    static STRINGS: Target = Target { go_type: "map[string]string", shape: Shape::Map(&STRING) };
    static INNER: Target = Target {
        go_type: "struct {}",
        shape: Shape::Struct { name: "", fields: &[("name", &STRING), ("annotations", &STRINGS), ("any", &ANY)] },
    };
    static POINTER: Target = Target { go_type: "*struct {}", shape: Shape::Pointer(&INNER) };
    static HEAD: Target = Target {
        go_type: "x.Head",
        shape: Shape::Struct { name: "Head", fields: &[("kind", &STRING), ("metadata", &POINTER)] },
    };

    /// Checks that the quick way says what the exact way says, or nothing.
    #[track_caller]
    fn check(text: &str, answers: bool) {
        let tree = parser::parse(text.as_bytes()).expect("the text is YAML");
        let print = |value: &Value| fmt::format_value(value).map(|s| s.to_string()).unwrap_or_default();
        let quick = decode(&tree, &HEAD);
        assert_eq!(quick.is_some(), answers, "{text:?}");
        if let Some(quick) = quick {
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
        ] {
            check(text, false);
        }
    }
}
