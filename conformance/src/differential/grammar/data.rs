//! Values files: JSON, which is YAML as well, with a key for each type that templates ask for.

use super::super::random::Random;
use super::super::tree::{Quote, Sort, Tree};
use super::words;

/// A value of any kind that JSON has.
pub(super) fn value(random: &mut Random, depth: usize) -> Tree {
    match random.below(if depth == 0 { 8 } else { 12 }) {
        0..4 => string(random),
        4 | 5 => number(random),
        6 => boolean(random),
        7 => Tree::new(Sort::Value).text("null"),
        8 | 9 => list(random, depth - 1, &mut value),
        _ => map(random, depth - 1),
    }
}

pub(super) fn string(random: &mut Random) -> Tree {
    quoted(words::text(random))
}

pub(super) fn quoted(text: String) -> Tree {
    Tree::new(Sort::Value).string(text, Quote::Json)
}

pub(super) fn number(random: &mut Random) -> Tree {
    Tree::new(Sort::Value).text(words::json_number(random))
}

pub(super) fn boolean(random: &mut Random) -> Tree {
    Tree::new(Sort::Value).text(random.pick(&["true", "false"]))
}

pub(super) fn list(random: &mut Random, depth: usize, item: &mut dyn FnMut(&mut Random, usize) -> Tree) -> Tree {
    let mut tree = Tree::new(Sort::Value).text("[");
    for _ in 0..random.between(0, 4) {
        // A comma after the last one is fine with YAML.
        tree = tree.tree(Tree::new(Sort::Optional).tree(item(random, depth)).text(", "));
    }
    tree.text("]")
}

pub(super) fn map(random: &mut Random, depth: usize) -> Tree {
    let mut tree = Tree::new(Sort::Value).text("{");
    let mut keys: Vec<String> = Vec::new();
    for _ in 0..random.between(0, 4) {
        let key = words::key(random);
        if keys.contains(&key) {
            continue;
        }
        let entry =
            Tree::new(Sort::Optional).string(key.clone(), Quote::Json).text(": ").tree(value(random, depth)).text(", ");
        keys.push(key);
        tree = tree.tree(entry);
    }
    tree.text("}")
}
