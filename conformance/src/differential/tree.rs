//! Generated text with the structure that it was made by, so that it can be cut down by that structure.

use std::fmt::Write as _;

/// What a tree may be replaced by: another tree of its sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sort {
    /// A template's expression, in parentheses where it has parts.
    Expr,
    /// Statements of a template; any of them may go.
    Statements,
    /// One statement, or text between actions.
    Statement,
    /// A JSON value of a values file.
    Value,
    /// A part that may go, whatever it is.
    Optional,
    /// Anything else.
    Other,
}

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Quote {
    /// A Go string literal.
    Go,
    /// A JSON string, which is YAML as well.
    Json,
    /// As it is.
    Bare,
}

#[derive(Clone, Debug, Hash)]
pub(super) enum Piece {
    /// Fixed text.
    Text(String),
    /// A string that may be shortened.
    String(String, Quote),
    /// A part.
    Tree(Tree),
    /// A part that is written as a string.
    Quoted(Tree, Quote),
}

/// A text of some sort, in pieces.
#[derive(Clone, Debug, Hash)]
pub(super) struct Tree {
    pub(super) sort: Sort,
    pub(super) pieces: Vec<Piece>,
    /// The function that the tree calls, if it does.
    pub(super) call: Option<&'static str>,
}

impl Tree {
    pub(super) fn new(sort: Sort) -> Tree {
        Tree { sort, pieces: Vec::new(), call: None }
    }

    /// An expression of fixed text.
    pub(super) fn expr(text: impl Into<String>) -> Tree {
        Tree::new(Sort::Expr).text(text)
    }

    pub(super) fn text(mut self, text: impl Into<String>) -> Tree {
        self.pieces.push(Piece::Text(text.into()));
        self
    }

    pub(super) fn string(mut self, text: impl Into<String>, quote: Quote) -> Tree {
        self.pieces.push(Piece::String(text.into(), quote));
        self
    }

    pub(super) fn tree(mut self, tree: Tree) -> Tree {
        self.pieces.push(Piece::Tree(tree));
        self
    }

    pub(super) fn quoted(mut self, tree: Tree, quote: Quote) -> Tree {
        self.pieces.push(Piece::Quoted(tree, quote));
        self
    }

    pub(super) fn calls(mut self, name: &'static str) -> Tree {
        self.call = Some(name);
        self
    }

    /// The text.
    pub(super) fn print(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::String(text, quote) => quote.write(text, out),
                Piece::Tree(tree) => tree.write(out),
                Piece::Quoted(tree, quote) => quote.write(&tree.print(), out),
            }
        }
    }

    /// Every function that is called, once for each call.
    pub(super) fn calls_made(&self, calls: &mut Vec<&'static str>) {
        calls.extend(self.call);
        for piece in &self.pieces {
            if let Piece::Tree(tree) | Piece::Quoted(tree, _) = piece {
                tree.calls_made(calls);
            }
        }
    }

    /// How many trees there are, this one included: the places that [`Tree::smaller_at`] knows.
    pub(super) fn places(&self) -> usize {
        1 + self.parts().map(Tree::places).sum::<usize>()
    }

    fn parts(&self) -> impl Iterator<Item = &Tree> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Tree(tree) | Piece::Quoted(tree, _) => Some(tree),
            _ => None,
        })
    }

    /// Simpler forms of the whole tree, with a change at one place (counted in the order of the text) only, the
    /// greatest change first.
    pub(super) fn smaller_at(&self, place: usize) -> Vec<Tree> {
        if place == 0 {
            return self.smaller();
        }
        let mut before = 1;
        for (at, piece) in self.pieces.iter().enumerate() {
            let (Piece::Tree(part) | Piece::Quoted(part, _)) = piece else { continue };
            let places = part.places();
            if place < before + places {
                let mut results = Vec::new();
                if place == before && matches!(part.sort, Sort::Statement | Sort::Optional) {
                    let mut without = self.clone();
                    without.pieces.remove(at);
                    results.push(without);
                }
                results.extend(part.smaller_at(place - before).into_iter().map(|part| {
                    let mut whole = self.clone();
                    whole.pieces[at] = match piece {
                        Piece::Quoted(_, quote) => Piece::Quoted(part, *quote),
                        _ => Piece::Tree(part),
                    };
                    whole
                }));
                return results;
            }
            before += places;
        }
        Vec::new()
    }

    fn smaller(&self) -> Vec<Tree> {
        let mut results = Vec::new();
        let own = self.print();
        let leaves: &[&str] = match self.sort {
            Sort::Expr => &["1", "\"\"", ".", "nil"],
            Sort::Value => &["1", "\"\"", "{}", "[]", "null"],
            Sort::Statements => &[""],
            Sort::Statement | Sort::Optional | Sort::Other => &[],
        };
        // A leaf is no simpler than another leaf.
        if !leaves.contains(&own.as_str()) {
            results.extend(
                leaves.iter().filter(|leaf| leaf.len() < own.len()).map(|leaf| Tree::new(self.sort).text(*leaf)),
            );
        }
        let mut inner = Vec::new();
        self.descendants(self.sort, &mut inner);
        results.extend(inner.into_iter().cloned());
        results
    }

    /// Trees of a sort below this one, the nearest first in each branch.
    fn descendants<'t>(&'t self, sort: Sort, found: &mut Vec<&'t Tree>) {
        for piece in &self.pieces {
            // What is written as a string is not of the language around it.
            if let Piece::Tree(tree) = piece {
                if tree.sort == sort {
                    found.push(tree);
                }
                tree.descendants(sort, found);
            }
        }
    }

    /// The strings that may be shortened, in the order of the text.
    pub(super) fn strings(&self) -> Vec<&str> {
        let mut strings = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::String(text, _) => strings.push(text.as_str()),
                Piece::Tree(tree) | Piece::Quoted(tree, _) => strings.extend(tree.strings()),
                Piece::Text(_) => {}
            }
        }
        strings
    }

    /// Replaces the string of a number; `false` if there are fewer.
    pub(super) fn set_string(&mut self, number: &mut usize, new: &str) -> bool {
        for piece in &mut self.pieces {
            match piece {
                Piece::String(text, _) => {
                    if *number == 0 {
                        new.clone_into(text);
                        return true;
                    }
                    *number -= 1;
                }
                Piece::Tree(tree) | Piece::Quoted(tree, _) => {
                    if tree.set_string(number, new) {
                        return true;
                    }
                }
                Piece::Text(_) => {}
            }
        }
        false
    }
}

impl Quote {
    fn write(self, text: &str, out: &mut String) {
        match self {
            Quote::Bare => out.push_str(text),
            Quote::Json => {
                out.push('"');
                for c in text.chars() {
                    match c {
                        '"' | '\\' => out.extend(['\\', c]),
                        '\n' => out.push_str("\\n"),
                        '\t' => out.push_str("\\t"),
                        // YAML does not take these as they are.
                        c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                            let _ = write!(out, "\\u{:04x}", u32::from(c));
                        }
                        c => out.push(c),
                    }
                }
                out.push('"');
            }
            Quote::Go if text.contains('\\') && !text.contains(['`', '\r', '\0', '\u{feff}']) => {
                out.push('`');
                out.push_str(text);
                out.push('`');
            }
            Quote::Go => {
                out.push('"');
                for c in text.chars() {
                    match c {
                        '"' | '\\' => out.extend(['\\', c]),
                        '\n' => out.push_str("\\n"),
                        '\t' => out.push_str("\\t"),
                        '\r' => out.push_str("\\r"),
                        c if c.is_control() || c == '\u{feff}' => {
                            let _ = write!(out, "\\u{:04x}", u32::from(c));
                        }
                        c => out.push(c),
                    }
                }
                out.push('"');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_shrink_by_sort() {
        let call = Tree::expr("(add ")
            .calls("add")
            .tree(Tree::expr("12"))
            .text(" ")
            .tree(Tree::expr("(len ").calls("len").tree(Tree::new(Sort::Expr).string("abc", Quote::Go)).text(")"))
            .text(")");
        let all = Tree::new(Sort::Statements)
            .tree(Tree::new(Sort::Statement).text("{{ ").tree(call).text(" }}"))
            .tree(Tree::new(Sort::Statement).text("x"));
        assert_eq!(all.print(), "{{ (add 12 (len \"abc\")) }}x");
        let smaller: Vec<String> =
            (0..all.places()).flat_map(|place| all.smaller_at(place)).map(|tree| tree.print()).collect();
        for want in [
            "",
            "x",
            "{{ 1 }}x",
            "{{ 12 }}x",
            "{{ (len \"abc\") }}x",
            "{{ (add 12 \"abc\") }}x",
            "{{ (add 12 (len \"abc\")) }}",
        ] {
            assert!(smaller.iter().any(|got| got == want), "{want:?} in {smaller:#?}");
        }
        let mut calls = Vec::new();
        all.calls_made(&mut calls);
        assert_eq!(calls, ["add", "len"]);
        assert_eq!(all.strings(), ["abc"]);
    }
}
