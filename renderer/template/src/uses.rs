//! What a text names, as far as its source says it: functions, and fields of what it is given.

use std::collections::HashMap;

use memchr::memchr_iter;
use thinlock_go::Str;

use crate::tree::{Kind, NONE, NodeId, Parsed, Span};

/// A function or a field that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// What is named.
    pub what: Used,
    /// The line, from 1.
    pub line: u32,
    /// The arguments of the call, where it is one: the text of a constant string, or `None` for anything else. What a
    /// pipe hands over is the last one.
    pub arguments: Vec<Option<Str>>,
}

/// What a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Used {
    /// A function, or one of Go's builtins.
    Function(&'static str),
    /// A chain of fields or keys, of the dot, of a variable or of another value: `.Values.image.tag`, `$.Files.Get`.
    Field(Vec<Str>),
}

impl Parsed {
    /// Every function and every chain of fields that the text and the templates in it name, in the order of their places.
    /// What `tpl` will make of strings is not known here.
    pub fn uses(&self) -> Vec<Use> {
        let mut order = self.reachable();
        let arguments = self.arguments(&order);
        let mut newlines = Newlines { source: self.source(), at: 0, line: 1 };
        order.sort_by_key(|id| self.node(*id).pos);
        let mut uses = Vec::new();
        for id in order {
            let node = self.node(id);
            let keys = match node.kind {
                Kind::Field(keys) => keys,
                Kind::Variable { place, .. } => self.place(place).keys,
                Kind::Chain { keys, .. } => self.span(keys),
                _ => Span::default(),
            };
            let what = match node.kind {
                Kind::Ident(at) => Used::Function(self.callees[at as usize].name()),
                _ if keys.len > 0 => Used::Field(self.keys(keys).to_vec()),
                _ => continue,
            };
            let line = newlines.line_of(node.pos as usize);
            uses.push(Use { what, line, arguments: arguments.get(&id).cloned().unwrap_or_default() });
        }
        uses
    }

    /// The nodes of all trees. The arena holds others: the parser replaces `.a` when it sees that it is `.a.b`.
    fn reachable(&self) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut open: Vec<NodeId> = self.trees.iter().map(|tree| tree.root).collect();
        while let Some(id) = open.pop() {
            if id == NONE {
                continue;
            }
            found.push(id);
            match self.node(id).kind {
                Kind::List(span) | Kind::Command(span) | Kind::Pipe { children: span, .. } => {
                    open.extend_from_slice(self.children(span));
                }
                Kind::Action(node) | Kind::Template { pipe: node, .. } | Kind::Chain { node, .. } => open.push(node),
                Kind::If(branch) | Kind::With(branch) | Kind::Range(branch) => {
                    open.extend(self.branch(branch).numbers());
                }
                _ => {}
            }
        }
        found
    }

    /// The arguments of every command among some nodes, by its first word.
    fn arguments(&self, nodes: &[NodeId]) -> HashMap<NodeId, Vec<Option<Str>>> {
        let constant = |id: NodeId| match self.node(id).kind {
            Kind::Str(at) => Some(self.string(at).clone()),
            _ => None,
        };
        let mut arguments = HashMap::new();
        for id in nodes {
            let Kind::Pipe { children, decls, .. } = self.node(*id).kind else { continue };
            let mut piped: Option<Option<Str>> = None;
            for command in self.children(children).iter().skip(usize::from(decls)) {
                let Kind::Command(words) = self.node(*command).kind else { continue };
                let [first, rest @ ..] = self.children(words) else { continue };
                let mut list: Vec<Option<Str>> = rest.iter().map(|word| constant(*word)).collect();
                list.extend(piped.take());
                piped = Some(if list.is_empty() { constant(*first) } else { None });
                arguments.insert(*first, list);
            }
        }
        arguments
    }
}

/// Counts lines from one place to a later one.
struct Newlines<'s> {
    source: &'s [u8],
    at: usize,
    line: u32,
}

impl Newlines<'_> {
    fn line_of(&mut self, pos: usize) -> u32 {
        if let Some(between) = self.source.get(self.at..pos) {
            self.line += memchr_iter(b'\n', between).count() as u32;
            self.at = pos;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use thinlock_go::Toolchain;

    use super::*;
    use crate::{FuncMap, parse};

    fn uses(text: &str) -> Vec<String> {
        let parsed = parse("t", text, &FuncMap::new(), &Toolchain::default()).expect("a template");
        let shown = |argument: &Option<Str>| argument.as_ref().map_or("?".to_owned(), |text| format!("{text:?}"));
        parsed
            .uses()
            .into_iter()
            .map(|found| {
                let what = match found.what {
                    Used::Function(name) => name.to_owned(),
                    Used::Field(keys) => keys.iter().map(|key| format!(".{key}")).collect(),
                };
                let arguments: Vec<String> = found.arguments.iter().map(shown).collect();
                format!("{}:{what}({})", found.line, arguments.join(" "))
            })
            .collect()
    }

    #[test]
    fn functions_and_fields_have_places_and_arguments() {
        assert_eq!(uses("a\n{{ .Files.Get \"x\" | print 1 }}"), ["2:.Files.Get(\"x\")", "2:print(? ?)"]);
        assert_eq!(uses("{{ if $.A.B.Has \"v1\" }}{{ end }}"), ["1:.A.B.Has(\"v1\")"]);
        assert_eq!(uses("{{ \"v1\" | .Has }}"), ["1:.Has(\"v1\")"]);
        assert_eq!(uses("{{ $.a.b.c }}{{ .d.e }}{{ $x := 1 }}{{ $x }}"), ["1:.a.b.c()", "1:.d.e()"]);
        let mut found = uses("{{ len (index .a 1).b }}");
        found.sort();
        assert_eq!(found, ["1:.a()", "1:.b()", "1:index(? ?)", "1:len(?)"]);
        assert_eq!(
            uses("{{ define \"x\" }}\n{{ range $i, $v := .l }}{{ $v.n }}{{ end }}{{ end }}{{/* .no */}}"),
            ["2:.l()", "2:.n()"]
        );
        assert!(uses("plain $ text").is_empty());
    }
}
