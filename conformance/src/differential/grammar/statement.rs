//! Statements: every action of the language, around expressions.

use super::super::signatures::Type;
use super::super::tree::{Sort, Tree};
use super::Grammar;

impl Grammar<'_> {
    /// Statements, each of which begins and ends at the start of a line.
    pub(super) fn statements(&mut self, count: usize, depth: usize) -> Tree {
        let (variables, loops) = (self.variables.len(), self.loops);
        let mut tree = Tree::new(Sort::Statements);
        for _ in 0..count {
            tree = tree.tree(self.statement(depth));
        }
        self.variables.truncate(variables);
        self.loops = loops;
        tree
    }

    fn statement(&mut self, depth: usize) -> Tree {
        match self.random.below(if depth == 0 { 11 } else { 18 }) {
            0..8 => {
                let expr = self.expr(Type::Any, depth.min(1) + 2);
                self.line(expr)
            }
            8 => self.assignment(depth),
            9 => {
                let object = self.object();
                self.line(object)
            }
            10 => self.small(),
            11 | 12 => self.condition(depth - 1),
            13 => self.with(depth - 1),
            14 | 15 => self.range(depth - 1),
            16 => self.template(),
            _ => self.block(depth - 1),
        }
    }

    /// A line of the manifest, which shows a value in one of many ways.
    pub(super) fn line(&mut self, expr: Tree) -> Tree {
        let tree = Tree::new(Sort::Statement).text(format!("k{}: ", self.number()));
        let (open, close) = match self.random.below(12) {
            0 => ("{{- ", " }}"),
            1 => ("{{ ", " -}}"),
            _ => ("{{ ", " }}"),
        };
        let tree = tree.text(open);
        let tree = match self.random.below(14) {
            0..5 => tree.tree(expr).text(" | toJson"),
            5..8 => tree.tree(expr).text(" | quote"),
            8 => tree.text("printf \"%T %v\" ").tree(expr.clone()).text(" ").tree(expr).text(" | quote"),
            9 => tree.text("toYaml ").tree(expr).text(" | nindent 2"),
            10 => tree.tree(expr).text(" | print | toJson"),
            11 => tree.tree(expr),
            12 => tree.text("printf \"%#v\" ").tree(expr).text(" | toJson"),
            _ => tree.tree(expr).text(" | toString | squote"),
        };
        tree.text(close).text("\n")
    }

    fn assignment(&mut self, depth: usize) -> Tree {
        let of = self.random.pick(&[
            Type::Str,
            Type::Int,
            Type::List,
            Type::Strs,
            Type::Dict,
            Type::Float,
            Type::Bool,
            Type::Time,
        ]);
        let expr = self.expr(of, depth.min(1) + 1);
        if !self.variables.is_empty() && self.random.percent(35) {
            let at = self.random.below(self.variables.len());
            self.variables[at].1 = of;
            let name = self.variables[at].0.clone();
            return Tree::new(Sort::Statement).text(format!("{{{{- {name} = ")).tree(expr).text(" }}\n");
        }
        let name = format!("$v{}", self.number());
        self.variables.push((name.clone(), of));
        Tree::new(Sort::Statement).text(format!("{{{{- {name} := ")).tree(expr).text(" }}\n")
    }

    fn small(&mut self) -> Tree {
        let text = match self.random.below(12) {
            0 => "{{/* a comment */}}\n",
            1 => "{{- /* a\ncomment */ -}}\n",
            2 => "# text\n",
            3 => "   \n",
            4 if self.loops > 0 => "{{ break }}\n",
            5 if self.loops > 0 => "{{- continue -}}\n",
            6 => "---\n",
            7 => "a: {{ .Values.missing | default \"d\" }}\n",
            8 => "{{ $ | typeOf | quote }}: 1\n",
            9 => "{{- \"\" }}\n",
            _ => "t: \"x\"   \n\n",
        };
        Tree::new(Sort::Statement).text(text)
    }

    fn condition(&mut self, depth: usize) -> Tree {
        let tree = Tree::new(Sort::Statement).text("{{- if ").tree(self.head(Type::Truth));
        let mut tree = tree.text(" }}\n").tree(self.few(depth));
        while self.random.percent(25) {
            let otherwise = Tree::new(Sort::Optional).text("{{- else if ").tree(self.head(Type::Truth));
            tree = tree.tree(otherwise.text(" }}\n").tree(self.few(depth)));
        }
        tree = self.otherwise(tree, depth);
        tree.text("{{- end }}\n")
    }

    fn with(&mut self, depth: usize) -> Tree {
        let of = self.random.pick(&[Type::Str, Type::Dict, Type::List, Type::Int, Type::Any, Type::Time]);
        let tree = Tree::new(Sort::Statement).text("{{- with ").tree(self.head(of)).text(" }}\n");
        let mut tree = tree.tree(self.inside(depth));
        while self.random.percent(20) {
            let otherwise = Tree::new(Sort::Optional).text("{{- else with ").tree(self.head(Type::Any));
            tree = tree.tree(otherwise.text(" }}\n").tree(self.inside(depth)));
        }
        tree = self.otherwise(tree, depth);
        tree.text("{{- end }}\n")
    }

    fn range(&mut self, depth: usize) -> Tree {
        let before = self.variables.len();
        let of = match self.random.below(10) {
            0..5 => self.expr(Type::List, 1),
            5..8 => self.expr(Type::Dict, 1),
            8 => self.expr(Type::Count, 0),
            // Big numbers would go round for ever.
            _ => {
                Tree::expr(self.random.pick(&["nil", "\"abc\"", "1.5", "true", ".Values.missing", "$.Values.missing"]))
            }
        };
        let mut tree = Tree::new(Sort::Statement).text("{{- range ");
        match self.random.below(4) {
            0 => {
                let (key, value) = (format!("$k{}", self.number()), format!("$v{}", self.number()));
                tree = tree.text(format!("{key}, {value} := "));
                self.variables.extend([(key, Type::Str), (value, Type::Any)]);
            }
            1 => {
                let value = format!("$v{}", self.number());
                tree = tree.text(format!("{value} := "));
                self.variables.push((value, Type::Any));
            }
            _ => {}
        }
        tree = tree.tree(of).text(" }}\n");
        self.loops += 1;
        tree = tree.tree(self.inside(depth));
        self.loops -= 1;
        self.variables.truncate(before);
        tree = self.otherwise(tree, depth);
        tree.text("{{- end }}\n")
    }

    fn template(&mut self) -> Tree {
        let (name, dot) = (self.expr(Type::Name, 0), self.expr(Type::Dot, 0));
        let statement = Tree::new(Sort::Statement).text("{{ template ").tree(name);
        statement.tree(Tree::new(Sort::Optional).text(" ").tree(dot)).text(" }}\n")
    }

    fn block(&mut self, depth: usize) -> Tree {
        let name = format!("b{}", self.number());
        let tree = Tree::new(Sort::Statement).text(format!("{{{{- block \"{name}\" "));
        let tree = tree.tree(self.expr(Type::Dot, 0)).text(" }}\n").tree(self.body(depth)).text("{{- end }}\n");
        self.templates.push(name);
        tree
    }

    /// A named template for the helpers file.
    pub(super) fn define(&mut self, depth: usize) -> Tree {
        let name = format!("h{}", self.number());
        let tree = Tree::new(Sort::Statement).text(format!("{{{{- define \"{name}\" }}}}\n"));
        let tree = tree.tree(self.body(depth)).text("{{ end -}}\n");
        self.templates.push(name);
        tree
    }

    /// Statements of another template, which sees no variables of this one.
    fn body(&mut self, depth: usize) -> Tree {
        let variables = std::mem::take(&mut self.variables);
        let (root, loops) = (self.at_root, self.loops);
        self.at_root = true;
        self.loops = 0;
        let tree = self.few(depth);
        self.variables = variables;
        self.at_root = root;
        self.loops = loops;
        tree
    }

    /// A template's text, for `tpl`.
    pub(super) fn inner_template(&mut self) -> Tree {
        let variables = std::mem::take(&mut self.variables);
        let (root, loops) = (self.at_root, self.loops);
        self.at_root = true;
        self.loops = 0;
        let tree = match self.random.below(4) {
            0 => {
                let count = self.random.between(1, 2);
                self.statements(count, 1)
            }
            _ => {
                let expr = self.expr(Type::Any, 1);
                Tree::new(Sort::Other).text("{{ ").tree(expr).text(" }}")
            }
        };
        self.variables = variables;
        self.at_root = root;
        self.loops = loops;
        tree
    }

    /// Statements with another dot.
    fn inside(&mut self, depth: usize) -> Tree {
        let root = self.at_root;
        self.at_root = false;
        let tree = self.few(depth);
        self.at_root = root;
        tree
    }

    fn few(&mut self, depth: usize) -> Tree {
        let count = self.random.pick(&[1, 1, 1, 2, 2, 3]);
        self.statements(count, depth)
    }

    fn otherwise(&mut self, tree: Tree, depth: usize) -> Tree {
        if !self.random.percent(35) {
            return tree;
        }
        tree.tree(Tree::new(Sort::Optional).text("{{- else }}\n").tree(self.few(depth)))
    }

    /// What `if` and `with` ask, with a variable of its own at times.
    fn head(&mut self, of: Type) -> Tree {
        let expr = self.expr(of, 2);
        if !self.random.percent(12) {
            return expr;
        }
        let name = format!("$h{}", self.number());
        Tree::new(Sort::Other).text(format!("{name} := ")).tree(expr)
    }
}
