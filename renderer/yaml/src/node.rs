//! Documents with places: for configuration and records, where every complaint names a line.
//!
//! Scalars are resolved by YAML 1.1, as everywhere here. Aliases are replaced by what they stand for; merge keys (`<<`)
//! are left as they are, and of equal keys all are kept: a configuration refuses both.

use crate::resolve::{self, Resolved};
use crate::tree::{Kind, Node as Raw, Tree};
use crate::{Error, parser};

/// A value and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Line from 1.
    pub line: u32,
    /// Column in characters from 1.
    pub column: u32,
    /// The value.
    pub content: Content,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Nothing, `~` or `null`.
    Null,
    /// A boolean: in YAML 1.1 also `yes`, `no`, `on`, `off`, `y` and `n`.
    Bool(bool),
    /// An integer or a float, as it is written.
    Number(String),
    /// A string.
    String(String),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in the order of the text.
    Mapping(Vec<(Node, Node)>),
}

/// The most nodes that a document may have, aliases followed.
const MAX_NODES: usize = 1_000_000;
/// The deepest nesting.
const MAX_DEPTH: usize = 200;

impl Node {
    /// Parses the first document of a text; `None` if there is none.
    ///
    /// # Errors
    /// It is no YAML, nests deeper than 200 levels, or grows out of all proportion by its aliases.
    pub fn parse(input: &[u8]) -> Result<Option<Node>, Error> {
        let tree = parser::parse_with_places(input)?;
        if tree.nodes.is_empty() {
            return Ok(None);
        }
        Builder { tree: &tree, made: 0 }.node(0, 0).map(Some)
    }
}

struct Builder<'t> {
    tree: &'t Tree<'t>,
    made: usize,
}

impl Builder<'_> {
    fn node(&mut self, at: u32, depth: usize) -> Result<Node, Error> {
        let here = self.tree.node(at);
        self.made += 1;
        if depth > MAX_DEPTH || self.made > MAX_NODES {
            return Err(Error::new("yaml: the document nests too deeply").at(here.mark));
        }
        let content = match here.kind {
            // An anchor inside itself ends at the depth limit.
            Kind::Alias => return self.node(here.next, depth + 1),
            Kind::Scalar => self.scalar(here).map_err(|error| error.at(here.mark))?,
            Kind::Sequence => Content::Sequence(
                self.children(at).into_iter().map(|child| self.node(child, depth + 1)).collect::<Result<_, _>>()?,
            ),
            Kind::Mapping => {
                let mut entries = Vec::new();
                let children = self.children(at);
                for pair in children.chunks_exact(2) {
                    if let [key, value] = pair {
                        entries.push((self.node(*key, depth + 1)?, self.node(*value, depth + 1)?));
                    }
                }
                Content::Mapping(entries)
            }
        };
        Ok(Node { line: here.mark.line + 1, column: here.mark.column + 1, content })
    }

    fn children(&self, at: u32) -> Vec<u32> {
        let mut children = Vec::new();
        let mut child = at + 1;
        for _ in 0..self.tree.node(at).len {
            children.push(child);
            child = self.tree.after(child);
        }
        children
    }

    fn scalar(&self, node: &Raw) -> Result<Content, Error> {
        let bytes = self.tree.bytes(node.text);
        let resolved = if node.tag != 0 {
            resolve::resolve_tagged(self.tree.tag(node), bytes)?
        } else if node.implicit {
            resolve::resolve(bytes)
        } else {
            Resolved::Str
        };
        let text = || self.tree.str(node.text).into_owned();
        Ok(match resolved {
            Resolved::Nil => Content::Null,
            Resolved::Bool(b) => Content::Bool(b),
            Resolved::Int(_) | Resolved::Uint(_) | Resolved::Float(_) => Content::Number(text()),
            Resolved::Timestamp | Resolved::Str => Content::String(text()),
            Resolved::Binary => {
                let bytes = resolve::decode_base64(bytes).unwrap_or_default();
                Content::String(String::from_utf8_lossy(&bytes).into_owned())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(node: &Node) -> String {
        let place = format!("{}:{} ", node.line, node.column);
        place
            + &match &node.content {
                Content::Null => "null".to_owned(),
                Content::Bool(b) => b.to_string(),
                Content::Number(text) => text.clone(),
                Content::String(text) => format!("{text:?}"),
                Content::Sequence(items) => {
                    format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
                }
                Content::Mapping(entries) => {
                    let entries: Vec<_> = entries.iter().map(|(k, v)| format!("{} = {}", shown(k), shown(v))).collect();
                    format!("{{{}}}", entries.join(", "))
                }
            }
    }

    fn check(text: &str, expect: &str) {
        let node = Node::parse(text.as_bytes());
        assert_eq!(node.map(|n| n.map_or("nothing".into(), |n| shown(&n))).unwrap_or_else(|e| e.to_string()), expect);
    }

    #[test]
    fn every_value_has_its_place() {
        check("", "nothing");
        check("a: 1\nb:\n  - x\n  - 'y'\n", "1:1 {1:1 \"a\" = 1:4 1, 2:1 \"b\" = 3:3 [3:5 \"x\", 4:5 \"y\"]}");
        check("on: ~\n2026-03-22: 1e3", "1:1 {1:1 true = 1:5 null, 2:1 \"2026-03-22\" = 2:13 1e3}");
        check("a: &x [1]\nb: *x\n", "1:1 {1:1 \"a\" = 1:4 [1:8 1], 2:1 \"b\" = 1:4 [1:8 1]}");
        check("a: 1\na: 2", "1:1 {1:1 \"a\" = 1:4 1, 2:1 \"a\" = 2:4 2}");
    }

    #[test]
    fn runaway_documents_end() {
        let deep = "[".repeat(300) + &"]".repeat(300);
        check(&deep, "yaml: the document nests too deeply");
        let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..9 {
            laughs.push_str(&format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", ")));
        }
        check(&laughs, "yaml: the document nests too deeply");
        check("a: &a [*a]", "yaml: the document nests too deeply");
    }

    #[test]
    fn errors_have_exact_places() {
        let check = |text: &str, expect: Option<(u32, u32)>| {
            let error = Node::parse(text.as_bytes()).expect_err("no YAML");
            assert_eq!(error.mark(), expect, "{error}");
        };
        check("a: [1\nb: 2", Some((2, 2)));
        check("a: b: c", Some((1, 5)));
        check("a:\n\t- b", Some((2, 1)));
    }
}
