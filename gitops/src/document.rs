//! Records and configuration as YAML with places: every value knows its line, so that every complaint can.

use std::sync::Arc;

use thinlock_go::Frozen;

use crate::error::{Error, Place, Result};

/// A parsed YAML file.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    file: String,
    text: Arc<str>,
    root: Node,
}

/// A value and where it begins.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) mark: Mark,
    pub(crate) data: Data,
}

/// A place: line and column from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A value as YAML 1.1 resolves it, which is how Helm, Kargo and `sigs.k8s.io/yaml` read it.
#[derive(Clone, Debug)]
pub(crate) enum Data {
    Null,
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    String(String),
    Sequence(Vec<Node>),
    Mapping(Vec<(Key, Node)>),
}

/// A mapping's key and where it begins.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) mark: Mark,
    pub(crate) text: String,
}

impl Node {
    fn null() -> Node {
        Node { mark: Mark { line: 1, column: 1 }, data: Data::Null }
    }

    fn from_yaml(node: thinlock_yaml::node::Node, document: &Document) -> Result<Node> {
        use thinlock_yaml::node::Content;
        let mark = Mark { line: node.line as usize, column: node.column as usize };
        let data = match node.content {
            Content::Null => Data::Null,
            Content::Bool(b) => Data::Bool(b),
            Content::Number(text) => Data::Number(text),
            Content::String(text) => Data::String(text),
            Content::Sequence(items) => {
                Data::Sequence(items.into_iter().map(|item| Node::from_yaml(item, document)).collect::<Result<_>>()?)
            }
            Content::Mapping(entries) => {
                let mut all = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let mark = Mark { line: key.line as usize, column: key.column as usize };
                    let text = match key.content {
                        Content::String(text) => text,
                        Content::Number(text) => text,
                        Content::Bool(b) => b.to_string(),
                        _ => return Err(document.error(mark, "expected a key: a string")),
                    };
                    all.push((Key { mark, text }, Node::from_yaml(value, document)?));
                }
                Data::Mapping(all)
            }
        };
        Ok(Node { mark, data })
    }
}

impl Data {
    fn name(&self) -> String {
        match self {
            Data::Null => "nothing".into(),
            Data::Bool(b) => format!("the boolean {b}"),
            Data::Number(text) => format!("the number {text}"),
            Data::String(text) => format!("the string {}", shown(text)),
            Data::Sequence(_) => "a list".into(),
            Data::Mapping(_) => "a mapping".into(),
        }
    }
}

/// A value as messages show it.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 100;
    if text.chars().count() <= MOST {
        return format!("{text:?}");
    }
    format!("{:?}…", text.chars().take(MOST).collect::<String>())
}

impl Document {
    /// Parses a file; `file` is what messages call it.
    pub(crate) fn parse(file: &str, bytes: &[u8]) -> Result<Document> {
        let text = std::str::from_utf8(bytes).map_err(|cause| {
            let before = bytes.get(..cause.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|b| **b == b'\n').count() + 1;
            Error::input("the file is not UTF-8").at(Place { file: file.into(), line, column: 0, text: None })
        })?;
        let mut document = Document { file: file.into(), text: text.into(), root: Node::null() };
        let failed = |error: &thinlock_yaml::Error| {
            let message = error.text().strip_prefix("yaml: ").unwrap_or(error.text());
            // The line in Go's text is often the one before.
            let message = match (message.strip_prefix("line "), message.split_once(": ")) {
                (Some(_), Some((_, problem))) => problem,
                _ => message,
            };
            let message = format!("this is no YAML: {message}");
            match error.mark() {
                Some((line, column)) => document.error(Mark { line: line as usize, column: column as usize }, message),
                None => Error::input(message).at(Place { file: file.into(), line: 0, column: 0, text: None }),
            }
        };
        match thinlock_yaml::node::Node::parse(bytes) {
            Err(error) => Err(failed(&error)),
            Ok(None) => Ok(document),
            Ok(Some(root)) => {
                document.root = Node::from_yaml(root, &document)?;
                Ok(document)
            }
        }
    }

    /// Parses a file, also into the value that templates see.
    pub(crate) fn parse_with_value(file: &str, bytes: &[u8]) -> Result<(Document, Frozen)> {
        let document = Document::parse(file, bytes)?;
        let value = thinlock_yaml::from_yaml_frozen(bytes).map_err(|error| {
            Error::input(error.to_string()).at(Place { file: file.into(), line: 0, column: 0, text: None })
        })?;
        Ok((document, value))
    }

    /// The file's mapping.
    pub(crate) fn section(&self) -> Result<Section<'_>> {
        Field { document: self, name: String::new(), node: &self.root }.section()
    }

    /// A place in the file, with its line.
    pub(crate) fn place(&self, mark: Mark) -> Place {
        let text = self.text.lines().nth(mark.line.saturating_sub(1)).map(str::to_owned);
        Place { file: self.file.clone(), line: mark.line, column: mark.column, text }
    }

    fn error(&self, mark: Mark, message: impl Into<String>) -> Error {
        Error::input(message).at(self.place(mark))
    }
}

/// A mapping of a file.
#[derive(Clone, Debug)]
pub(crate) struct Section<'d> {
    document: &'d Document,
    name: String,
    mark: Mark,
    entries: &'d [(Key, Node)],
}

/// A value of a file, with the name by which messages call it: `image.digest`.
#[derive(Clone, Debug)]
pub(crate) struct Field<'d> {
    document: &'d Document,
    name: String,
    node: &'d Node,
}

impl<'d> Section<'d> {
    /// Refuses keys other than these.
    pub(crate) fn only(&self, known: &[&str]) -> Result<()> {
        for (key, _) in self.entries {
            if !known.contains(&key.text.as_str()) {
                let mut error = self.document.error(
                    key.mark,
                    format!("{}: unknown key; expected {}", join(&self.name, &key.text), alternatives(known)),
                );
                if let Some(near) = nearest(&key.text, known) {
                    error = error.hint(format!("did you mean {near}?"));
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// The value of a key; a null counts as absent.
    pub(crate) fn get(&self, key: &str) -> Option<Field<'d>> {
        let (key, node) = self.entries.iter().find(|(k, _)| k.text == key)?;
        if matches!(node.data, Data::Null) {
            return None;
        }
        Some(Field { document: self.document, name: join(&self.name, &key.text), node })
    }

    /// The value of a key that has to be there.
    pub(crate) fn require(&self, key: &str) -> Result<Field<'d>> {
        self.get(key).ok_or_else(|| {
            let name = join(&self.name, key);
            match self.entries.iter().find(|(k, _)| k.text == key) {
                Some((key, _)) => self.document.error(key.mark, format!("{name} is empty")),
                None => {
                    let error = self.document.error(self.mark, format!("{name} is missing"));
                    let names: Vec<&str> = self.entries.iter().map(|(k, _)| k.text.as_str()).collect();
                    match nearest(key, &names) {
                        Some(near) => error.hint(format!("there is {near}: is that meant?")),
                        None => error,
                    }
                }
            }
        })
    }

    /// All keys and values in the order of the file, nulls included.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'d str, Field<'d>)> + '_ {
        self.entries.iter().map(|(key, node)| {
            (key.text.as_str(), Field { document: self.document, name: join(&self.name, &key.text), node })
        })
    }
}

impl<'d> Field<'d> {
    /// A complaint about this value.
    pub(crate) fn error(&self, message: impl std::fmt::Display) -> Error {
        let message = if self.name.is_empty() { message.to_string() } else { format!("{}: {message}", self.name) };
        self.document.error(self.node.mark, message)
    }

    fn expected(&self, what: &str) -> Error {
        self.error(format!("expected {what}, found {}", self.node.data.name()))
    }

    /// Where the value begins.
    pub(crate) fn place(&self) -> Place {
        self.document.place(self.node.mark)
    }

    /// The name by which messages call the value.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn is_mapping(&self) -> bool {
        matches!(self.node.data, Data::Mapping(_))
    }

    /// A string that is not empty.
    pub(crate) fn string(&self) -> Result<&'d str> {
        match &self.node.data {
            Data::String(text) if text.is_empty() => Err(self.error("expected a string, found an empty one")),
            Data::String(text) => Ok(text),
            Data::Bool(_) | Data::Number(_) => Err(self.expected("a string").hint("put it in quotes")),
            _ => Err(self.expected("a string")),
        }
    }

    pub(crate) fn boolean(&self) -> Result<bool> {
        match self.node.data {
            Data::Bool(b) => Ok(b),
            _ => Err(self.expected("true or false")),
        }
    }

    pub(crate) fn list(&self) -> Result<Vec<Field<'d>>> {
        match &self.node.data {
            Data::Sequence(items) => Ok(items
                .iter()
                .enumerate()
                .map(|(at, node)| Field { document: self.document, name: format!("{}[{at}]", self.name), node })
                .collect()),
            _ => Err(self.expected("a list")),
        }
    }

    pub(crate) fn section(&self) -> Result<Section<'d>> {
        match &self.node.data {
            Data::Mapping(entries) => {
                for (at, (key, _)) in entries.iter().enumerate() {
                    if entries[..at].iter().any(|(earlier, _)| earlier.text == key.text) {
                        return Err(self
                            .document
                            .error(key.mark, format!("{} is there twice", join(&self.name, &key.text))));
                    }
                }
                Ok(Section { document: self.document, name: self.name.clone(), mark: self.node.mark, entries })
            }
            _ => Err(self.expected("a mapping")),
        }
    }
}

fn join(name: &str, key: &str) -> String {
    if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") }
}

/// `a, b or c`.
pub(crate) fn alternatives(names: &[&str]) -> String {
    match names {
        [] => "nothing".into(),
        [one] => (*one).into(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The name that is at most a few keystrokes away.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let most = (name.chars().count() / 3).clamp(1, 3);
    known
        .iter()
        .map(|candidate| (distance(&name.to_lowercase(), &candidate.to_lowercase()), *candidate))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        row[0] = left;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            left = (diagonal + usize::from(x != *y)).min(above + 1).min(left + 1);
            diagonal = above;
            row[j + 1] = left;
        }
    }
    row[b.len()]
}
