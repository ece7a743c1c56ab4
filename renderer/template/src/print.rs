//! Nodes as text: Go's `Node.String`, which error texts show after `at`.

use thinlock_go::{Str, strconv};

use crate::tree::{Kind, NONE, NodeId, Parsed};

/// Go's `%q` of a string.
pub(crate) fn quoted(text: &[u8]) -> String {
    strconv::quote(text)
}

impl Parsed {
    /// A template of this text printed back as Go prints its tree: parsing it again gives the same tree.
    pub fn print(&self, name: &str) -> Option<Vec<u8>> {
        let tree = self.trees.iter().find(|tree| tree.name == *name)?;
        let mut out = Vec::new();
        self.write(tree.root, &mut out);
        Some(out)
    }

    /// A node as Go prints it.
    pub(crate) fn node_text(&self, id: NodeId) -> Str {
        let mut out = Vec::new();
        self.write(id, &mut out);
        Str::from(out)
    }

    fn write(&self, id: NodeId, out: &mut Vec<u8>) {
        // Deep nesting was refused by the parser where the stack was low; a caller with less stack gets less text.
        if thinlock_go::stack::is_low() {
            out.extend_from_slice("…".as_bytes());
            return;
        }
        match self.node(id).kind {
            Kind::List(span) => self.children(span).iter().for_each(|child| self.write(*child, out)),
            Kind::Text { start, end } => out.extend_from_slice(self.text(start, end)),
            Kind::Action(pipe) => {
                out.extend_from_slice(b"{{");
                self.write(pipe, out);
                out.extend_from_slice(b"}}");
            }
            Kind::If(branch) | Kind::With(branch) | Kind::Range(branch) => {
                let name: &[u8] = match self.node(id).kind {
                    Kind::If(_) => b"{{if ",
                    Kind::With(_) => b"{{with ",
                    _ => b"{{range ",
                };
                out.extend_from_slice(name);
                let branch = self.branch(branch);
                self.write(branch.pipe, out);
                out.extend_from_slice(b"}}");
                self.write(branch.list, out);
                if branch.otherwise != NONE {
                    out.extend_from_slice(b"{{else}}");
                    self.write(branch.otherwise, out);
                }
                out.extend_from_slice(b"{{end}}");
            }
            Kind::Template { name, pipe } => {
                out.extend_from_slice(b"{{template ");
                out.extend_from_slice(quoted(self.string(name)).as_bytes());
                if pipe != NONE {
                    out.push(b' ');
                    self.write(pipe, out);
                }
                out.extend_from_slice(b"}}");
            }
            Kind::Break => out.extend_from_slice(b"{{break}}"),
            Kind::Continue => out.extend_from_slice(b"{{continue}}"),
            Kind::Pipe { children, decls, assign, .. } => {
                let (variables, commands) = self.children(children).split_at(usize::from(decls));
                self.write_joined(variables, b", ", out);
                if decls > 0 {
                    out.extend_from_slice(if assign { b" = " } else { b" := " });
                }
                self.write_joined(commands, b" | ", out);
            }
            Kind::Command(span) => {
                for (i, word) in self.children(span).iter().enumerate() {
                    if i > 0 {
                        out.push(b' ');
                    }
                    self.write_operand(*word, out);
                }
            }
            Kind::Dot => out.push(b'.'),
            Kind::Nil => out.extend_from_slice(b"nil"),
            Kind::Bool(b) => out.extend_from_slice(if b { b"true" } else { b"false" }),
            Kind::Number(at) => {
                let number = &self.numbers[at as usize];
                out.extend_from_slice(self.text(number.start, number.end));
            }
            Kind::Str(at) => {
                let string = &self.strings[at as usize];
                out.extend_from_slice(self.text(string.start, string.end));
            }
            Kind::Field(keys) => self.write_keys(keys, out),
            Kind::Variable { name, place } => {
                out.extend_from_slice(&self.variables[name as usize]);
                self.write_keys(self.place(place).keys, out);
            }
            Kind::Chain { node, keys } => {
                self.write_operand(node, out);
                self.write_keys(self.span(keys), out);
            }
            Kind::Ident(at) => out.extend_from_slice(self.callees[at as usize].name().as_bytes()),
        }
    }

    fn write_joined(&self, nodes: &[NodeId], separator: &[u8], out: &mut Vec<u8>) {
        for (i, node) in nodes.iter().enumerate() {
            if i > 0 {
                out.extend_from_slice(separator);
            }
            self.write(*node, out);
        }
    }

    fn write_operand(&self, node: NodeId, out: &mut Vec<u8>) {
        let parenthesized = matches!(self.node(node).kind, Kind::Pipe { .. });
        if parenthesized {
            out.push(b'(');
        }
        self.write(node, out);
        if parenthesized {
            out.push(b')');
        }
    }

    fn write_keys(&self, keys: crate::tree::Span, out: &mut Vec<u8>) {
        for key in self.keys(keys) {
            out.push(b'.');
            out.extend_from_slice(key);
        }
    }

    pub(crate) fn text(&self, start: u32, end: u32) -> &[u8] {
        &self.source[start as usize..end as usize]
    }
}
