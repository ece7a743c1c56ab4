//! Expressions: calls of the function map, fields, methods, variables, literals.

use super::super::signatures::{MEMBERS, SIGNATURES, Signature, Type};
use super::super::tree::{Quote, Sort, Tree};
use super::{Grammar, data, words};

/// What stands for a value of any type.
const ANY: &[Type] = &[
    Type::Str,
    Type::Str,
    Type::Int,
    Type::Num,
    Type::Float,
    Type::Bool,
    Type::List,
    Type::Strs,
    Type::Ints,
    Type::Dict,
    Type::Time,
    Type::Version,
    Type::Elapsed,
    Type::Parts,
];

/// Objects that every template finds below its root.
const OBJECTS: &[&str] = &[
    ".Release.Name",
    ".Release.Namespace",
    ".Release.Revision",
    ".Release.IsInstall",
    ".Release.Service",
    ".Release",
    ".Chart.Name",
    ".Chart.Version",
    ".Chart.AppVersion",
    ".Chart.Type",
    ".Chart.Foo",
    ".Template.Name",
    ".Template.BasePath",
    ".Template",
    ".Values",
    ".Files",
    ".Subcharts",
    ".Capabilities.KubeVersion.Version",
    ".Capabilities.KubeVersion.Minor",
    ".Capabilities.KubeVersion",
    ".Capabilities.HelmVersion.Version",
    ".Foo",
    ".Foo.Bar",
    ".Values.missing",
    ".Values.missing.key",
    ".Chart.Keywords",
    ".Chart.Annotations",
    ".Chart.IsRoot",
    ".Release.Foo",
];

impl Grammar<'_> {
    /// An expression of a type, or sometimes of another.
    pub(super) fn expr(&mut self, wanted: Type, depth: usize) -> Tree {
        let strict = matches!(wanted, Type::Count | Type::When | Type::Target | Type::Scalar);
        let wanted = if !strict && self.random.percent(self.wrong) { self.any_type() } else { wanted };
        let wanted = if wanted == Type::Any { self.any_type() } else { wanted };
        if depth == 0 || self.random.percent(25) {
            return self.leaf(wanted);
        }
        if self.random.percent(8)
            && let Some(tree) = self.member(wanted, depth)
        {
            return tree;
        }
        if wanted == Type::Str && self.random.percent(6) {
            return self.printf(depth);
        }
        match self.signature(wanted) {
            Some(signature) => self.call(signature, depth),
            None => self.leaf(wanted),
        }
    }

    fn any_type(&mut self) -> Type {
        self.random.pick(ANY)
    }

    /// A function whose result can be of a type.
    fn signature(&mut self, wanted: Type) -> Option<&'static Signature> {
        let fits = |signature: &&Signature| match wanted {
            Type::Int
            | Type::Float
            | Type::Bool
            | Type::Strs
            | Type::Ints
            | Type::Time
            | Type::Elapsed
            | Type::Version
            | Type::Parts
            | Type::Dict => signature.result == wanted,
            Type::Str | Type::Scalar => signature.result == Type::Str,
            Type::List => matches!(signature.result, Type::List | Type::Strs | Type::Ints),
            Type::Num => matches!(signature.result, Type::Int | Type::Long | Type::Float),
            Type::Truth => signature.result == Type::Bool,
            Type::Ordered => matches!(signature.result, Type::Int | Type::Long | Type::Float | Type::Str),
            _ => false,
        };
        let all: usize = SIGNATURES.iter().filter(fits).map(|signature| signature.weight).sum();
        let mut at = self.random.below(all);
        SIGNATURES.iter().filter(fits).find(|signature| {
            let here = at < signature.weight;
            at = at.wrapping_sub(signature.weight);
            here
        })
    }

    /// A call, as `(f a b)` or `(b | f a)`.
    pub(super) fn call(&mut self, signature: &'static Signature, depth: usize) -> Tree {
        let depth = depth.saturating_sub(1);
        let mut args = self.arguments(signature, depth);
        if self.random.percent(self.wrong / 2) {
            match self.random.below(2) {
                0 => drop(args.pop()),
                _ => args.push(self.expr(Type::Any, 0)),
            }
        }
        let tree = self.application(signature.name, args);
        match signature.name {
            // Go's order of a map is random.
            "keys" => self.application("sortAlpha", vec![tree]),
            "values" => self.application("len", vec![tree]),
            _ => tree,
        }
    }

    pub(super) fn application(&mut self, name: &'static str, mut args: Vec<Tree>) -> Tree {
        let piped = if !args.is_empty() && self.random.percent(30) { args.pop() } else { None };
        let mut tree = Tree::new(Sort::Expr).text("(").calls(name);
        if let Some(last) = piped {
            tree = tree.tree(last).text(" | ");
        }
        tree = tree.text(name);
        for arg in args {
            tree = tree.tree(Tree::new(Sort::Optional).text(" ").tree(arg));
        }
        tree.text(")")
    }

    fn arguments(&mut self, signature: &'static Signature, depth: usize) -> Vec<Tree> {
        match signature.name {
            "printf" => return self.printf_arguments(depth),
            "toDate" | "mustToDate" if self.random.percent(75) => {
                let (layout, text) = words::written_time(self.random);
                return vec![literal(layout), literal(text)];
            }
            "dict" => {
                let mut args = Vec::new();
                for _ in 0..self.random.between(0, 3) {
                    args.push(self.expr(Type::Key, 0));
                    args.push(self.expr(Type::Any, depth));
                }
                return args;
            }
            "dig" => {
                let mut args: Vec<Tree> = (0..self.random.between(1, 3)).map(|_| self.expr(Type::Key, 0)).collect();
                args.push(self.expr(Type::Any, depth));
                args.push(self.expr(Type::Dict, depth));
                return args;
            }
            "index" => {
                if self.random.percent(50) {
                    return vec![self.expr(Type::Dict, depth), self.expr(Type::Key, depth)];
                }
                return vec![self.expr(Type::List, depth), self.expr(Type::Count, 0)];
            }
            "slice" | "mustSlice" => {
                let of = if self.random.percent(25) { Type::Str } else { Type::List };
                let mut args = vec![self.expr(of, depth)];
                args.extend((0..self.random.between(0, 3)).map(|_| self.expr(Type::Count, 0)));
                return args;
            }
            "derivePassword" => {
                let mut args = vec![self.expr(Type::Count, 0)];
                let kind = self.random.pick(&["long", "maximum", "pin", "basic", "medium", "short", "x"]);
                args.extend([literal(kind), literal("p"), literal("u"), literal("s")]);
                return args;
            }
            "eq" | "ne" | "lt" | "le" | "gt" | "ge" if self.random.percent(60) => {
                // Of one type, for a real answer.
                let of = self.random.pick(&[Type::Str, Type::Int, Type::Float, Type::Bool]);
                return vec![self.expr(of, depth), self.expr(of, depth)];
            }
            _ => {}
        }
        let mut args: Vec<Tree> = signature.params.iter().map(|param| self.expr(*param, depth)).collect();
        if let Some(last) = signature.variadic {
            args.extend((0..self.random.pick(&[0, 1, 1, 2, 3])).map(|_| self.expr(last, depth)));
        }
        args
    }

    /// `printf` with a format and about as many arguments as it asks for.
    pub(super) fn printf(&mut self, depth: usize) -> Tree {
        let args = self.printf_arguments(depth.saturating_sub(1));
        self.application("printf", args)
    }

    fn printf_arguments(&mut self, depth: usize) -> Vec<Tree> {
        let (format, asked) = words::format(self.random);
        let given = match self.random.below(12) {
            0 => asked + 1,
            1 => asked.saturating_sub(1),
            _ => asked,
        };
        let mut args = vec![literal(format)];
        args.extend((0..given).map(|_| self.expr(Type::Any, depth)));
        args
    }

    /// A field or method of an object.
    fn member(&mut self, wanted: Type, depth: usize) -> Option<Tree> {
        let fits: Vec<_> = MEMBERS
            .iter()
            .filter(|(_, _, _, result)| *result == wanted || wanted == Type::Str && *result == Type::Any)
            .collect();
        if fits.is_empty() {
            return None;
        }
        let (of, name, params, _) = *self.random.pick(&fits);
        let object = self.expr(of, depth - 1);
        let mut tree = Tree::new(Sort::Expr).text("(");
        // A chain needs a term in parentheses, a field or a variable before it.
        let printed = object.print();
        let chains = printed.starts_with('(') || printed.starts_with(['.', '$']) && printed.len() > 1;
        tree = if chains { tree.tree(object) } else { tree.text("(").tree(object).text(")") };
        tree = tree.text(format!(".{name}"));
        for param in params {
            let arg = self.expr(*param, 0);
            tree = tree.tree(Tree::new(Sort::Optional).text(" ").tree(arg));
        }
        Some(tree.text(")"))
    }

    /// A call of one member, for a topic that walks over them.
    pub(super) fn member_of(&mut self, at: usize, depth: usize) -> Tree {
        let (_, _, _, result) = MEMBERS[at % MEMBERS.len()];
        self.member(result, depth).unwrap_or_else(|| Tree::expr("1"))
    }

    /// A variable that holds a type, if there is one.
    fn variable(&mut self, wanted: Type) -> Option<Tree> {
        let fits: Vec<String> =
            self.variables.iter().filter(|(_, of)| *of == wanted).map(|(name, _)| name.clone()).collect();
        (!fits.is_empty()).then(|| Tree::expr(fits[self.random.below(fits.len())].clone()))
    }

    /// A value of `values.yaml`.
    pub(super) fn value(&mut self, key: &'static str, make: impl FnOnce(&mut Self) -> Tree) -> Tree {
        if !self.values.contains_key(key) {
            let value = make(self);
            self.values.insert(key, value);
        }
        let root = if self.at_root { "" } else { "$" };
        match self.random.below(20) {
            0 => Tree::expr(format!("(index {root}.Values \"{key}\")")),
            1 => Tree::expr(format!("$.Values.{key}")),
            _ => Tree::expr(format!("{root}.Values.{key}")),
        }
    }

    fn leaf(&mut self, wanted: Type) -> Tree {
        if self.random.percent(20)
            && let Some(variable) = self.variable(wanted)
        {
            return variable;
        }
        match wanted {
            Type::Any => {
                let of = self.any_type();
                self.leaf(of)
            }
            Type::Str => match self.random.below(10) {
                0..5 => literal(words::text(self.random)),
                5..9 => {
                    let key = self.random.pick(&["s", "s", "text", "name"]);
                    self.value(key, |grammar| data::string(grammar.random))
                }
                _ => Tree::expr(self.random.pick(&[".Release.Name", ".Chart.Name", ".Template.Name"]))
                    .rooted(self.at_root),
            },
            Type::Int => Tree::expr(words::integer(self.random)),
            Type::Long => {
                let number = Tree::expr(words::integer(self.random));
                self.application("int64", vec![number])
            }
            Type::Count => match self.random.below(40) {
                0 => Tree::expr(self.random.pick(&[
                    "\"2\"",
                    "nil",
                    "1.5",
                    "true",
                    "2.0",
                    "(int 3)",
                    "(int64 2)",
                    "'\\x02'",
                ])),
                _ => Tree::expr(words::count(self.random)),
            },
            Type::Float => Tree::expr(words::float(self.random)),
            Type::Num => match self.random.below(10) {
                0..3 => Tree::expr(words::integer(self.random)),
                3..5 => Tree::expr(words::float(self.random)),
                5 => literal(self.random.pick(&["1", "2.5", "0x10", "abc", "", "1e3", "-7", "08", " 1", "1_000"])),
                6 => Tree::expr(self.random.pick(&["true", "nil", "false", "\"\""])),
                _ => {
                    let key = self.random.pick(&["n", "n", "size"]);
                    self.value(key, |grammar| data::number(grammar.random))
                }
            },
            Type::Bool => match self.random.below(3) {
                0 => self.value("on", |grammar| data::boolean(grammar.random)),
                _ => Tree::expr(self.random.pick(&["true", "false"])),
            },
            Type::Truth => match self.random.below(4) {
                0 => Tree::expr(self.random.pick(&["true", "false", "0", "1", "\"\"", "0.0", "nil", "1.5"])),
                1 => self.leaf(Type::Any),
                2 => self.value("on", |grammar| data::boolean(grammar.random)),
                _ => self.value("any", |grammar| data::value(grammar.random, 1)),
            },
            Type::Ordered => {
                let of = self.random.pick(&[Type::Str, Type::Int, Type::Float, Type::Num, Type::Bool]);
                self.leaf(of)
            }
            Type::List => match self.random.below(10) {
                0 => Tree::expr("(list)").calls("list"),
                1..4 => {
                    let args = (0..self.random.between(1, 4)).map(|_| self.expr(Type::Scalar, 0)).collect();
                    self.application("list", args)
                }
                4..6 => self.value("items", |grammar| data::list(grammar.random, 2, &mut data::value)),
                6 => self.value("empty", |grammar| {
                    let text = grammar.random.pick(&["[]", "{}", "null", "\"\"", "0", "false"]);
                    Tree::new(Sort::Value).text(text)
                }),
                7 => self.leaf(Type::Strs),
                8 => self.value("maps", |grammar| {
                    data::list(grammar.random, 1, &mut |random, depth| data::map(random, depth))
                }),
                _ => self.value("list", |grammar| data::list(grammar.random, 0, &mut data::value)),
            },
            Type::Strs => match self.random.below(3) {
                0 => {
                    let text = self.random.pick(&["a,b,c", "b,a,,b", "", ",", "z", "é,ü,a", "10,9,1"]);
                    self.application("splitList", vec![literal(","), literal(text)])
                }
                1 => {
                    self.value("words", |grammar| data::list(grammar.random, 0, &mut |random, _| data::string(random)))
                }
                _ => Tree::expr("(list \"b\" \"a\" \"c\")").calls("list"),
            },
            Type::Ints => {
                let end = self.leaf(Type::Count);
                self.application("until", vec![end])
            }
            Type::Dict => match self.random.below(10) {
                0 => Tree::expr("dict").calls("dict").in_parentheses(),
                1 | 2 => {
                    let mut args = Vec::new();
                    for _ in 0..self.random.between(1, 3) {
                        args.extend([self.leaf(Type::Key), self.leaf(Type::Scalar)]);
                    }
                    self.application("dict", args)
                }
                3..6 => self.value("m", |grammar| data::map(grammar.random, 1)),
                6 => Tree::expr(".Values").rooted(self.at_root),
                7 => self.value("any", |grammar| data::value(grammar.random, 2)),
                _ => self.value("deep", |grammar| data::map(grammar.random, 3)),
            },
            Type::Target => match self.random.below(4) {
                0 => Tree::expr("(dict)").calls("dict"),
                1 => Tree::expr("(dict \"a\" 1 \"b\" (dict \"a\" \"x\"))").calls("dict"),
                2 => self.value("target", |grammar| data::map(grammar.random, 2)),
                _ => {
                    let of = self.leaf(Type::Dict);
                    self.application("deepCopy", vec![of])
                }
            },
            Type::Scalar => {
                let of = self.random.pick(&[Type::Str, Type::Str, Type::Int, Type::Float, Type::Bool, Type::Num]);
                if self.random.percent(5) { Tree::expr("nil") } else { self.leaf(of) }
            }
            Type::Parts => {
                let args = vec![
                    literal(self.random.pick(&[",", "", "."])),
                    literal(self.random.pick(&["a,b,c", "a.b", "", "x"])),
                ];
                self.application("split", args)
            }
            Type::Time => {
                let (layout, text) = words::written_time(self.random);
                self.application("toDate", vec![literal(layout), literal(text)])
            }
            Type::When => match self.random.below(4) {
                0 => Tree::expr(self.random.pick(&[
                    "0",
                    "1",
                    "1700000000",
                    "-1",
                    "253402300800",
                    "(int64 86400)",
                    "(int 951782400)",
                ])),
                _ => self.leaf(Type::Time),
            },
            Type::Elapsed => {
                let later = self.leaf(Type::Time);
                let earlier = self.leaf(Type::Time);
                Tree::new(Sort::Expr).text("(").tree(later).text(".Sub ").tree(earlier).text(")")
            }
            Type::Version => {
                let text = literal(words::version(self.random));
                self.application("semver", vec![text])
            }
            Type::Key => literal(words::key(self.random)),
            Type::Layout => literal(words::layout(self.random)),
            Type::Zone => literal(words::zone(self.random)),
            Type::Duration => literal(words::duration(self.random)),
            Type::Regex => {
                let depth = self.random.between(0, 3);
                literal(words::regex(self.random, depth))
            }
            Type::Replacement => literal(words::replacement(self.random)),
            Type::SemVer => literal(words::version(self.random)),
            Type::Constraint => literal(words::constraint(self.random)),
            Type::Json => self.document("json", |grammar| words::json(grammar.random, 2)),
            Type::Yaml => self.document("yaml", |grammar| words::yaml(grammar.random, 2)),
            Type::Toml => self.document("toml", |grammar| words::toml(grammar.random)),
            Type::Url => literal(words::url(self.random)),
            Type::Path => literal(words::path(self.random)),
            Type::Base64 => literal(words::base64(self.random)),
            Type::Base32 => literal(words::base32(self.random)),
            Type::GoTypeName => literal(self.random.pick(&[
                "string",
                "int",
                "int64",
                "float64",
                "bool",
                "[]interface {}",
                "[]string",
                "map[string]interface {}",
                "*semver.Version",
                "time.Time",
                "<nil>",
                "",
            ])),
            Type::KindName => {
                literal(self.random.pick(&[
                    "string", "int", "int64", "float64", "bool", "slice", "map", "ptr", "struct", "invalid", "",
                ]))
            }
            Type::Tpl => {
                let text = self.inner_template();
                Tree::new(Sort::Expr).quoted(text, Quote::Go)
            }
            Type::Name => {
                if self.templates.is_empty() || self.random.percent(4) {
                    return literal(self.random.pick(&["missing", "", "p/templates/x.yaml"]));
                }
                let name = self.templates[self.random.below(self.templates.len())].clone();
                Tree::expr(format!("\"{name}\""))
            }
            Type::Dot => match self.random.below(8) {
                0 => self.expr(Type::Any, 1),
                1 => Tree::expr("."),
                _ => Tree::expr("$"),
            },
            Type::Written => literal(words::written_time(self.random).1),
        }
    }

    /// A document as a literal, or as a text among the values.
    fn document(&mut self, key: &'static str, make: impl FnOnce(&mut Self) -> String) -> Tree {
        if self.random.percent(50) {
            return literal(make(self));
        }
        self.value(key, |grammar| data::quoted(make(grammar)))
    }

    /// Something that hangs off the root, or nothing at all, or the dot.
    pub(super) fn object(&mut self) -> Tree {
        match self.random.below(8) {
            0 => Tree::expr("."),
            1 => Tree::expr("$"),
            2 => self.file(),
            _ => Tree::expr(self.random.pick(OBJECTS)).rooted(self.at_root),
        }
    }

    fn file(&mut self) -> Tree {
        let name = self.random.pick(&["f.txt", "conf/a.ini", "none", "", "conf/*", "**", "*.txt", "[", "{f.txt,x}"]);
        let method = self.random.pick(&["Get", "Lines", "GetBytes"]);
        let tree = match self.random.below(4) {
            0 => Tree::expr(format!("(.Files.Glob \"{name}\").AsConfig")),
            1 => Tree::expr(format!("(.Files.Glob \"{name}\").AsSecrets")),
            _ => Tree::expr(format!("(.Files.{method} \"{name}\")")),
        };
        if self.at_root { tree } else { Tree::expr(tree.print().replacen(".Files", "$.Files", 1)) }
    }
}

impl Tree {
    /// A field of the root, written so that it is found where the dot is something else.
    fn rooted(self, at_root: bool) -> Tree {
        if at_root { self } else { Tree::expr(format!("${}", self.print())) }
    }

    fn in_parentheses(self) -> Tree {
        let call = self.call;
        Tree { call, ..Tree::expr(format!("({})", self.print())) }
    }
}

/// A string literal.
pub(super) fn literal(text: impl Into<String>) -> Tree {
    Tree::new(Sort::Expr).string(text, Quote::Go)
}
