//! Deployments: found by their files, and read.

use thinlock_go::Frozen;

use crate::config::App;
use crate::document::Document;
use crate::error::{Error, Result};
use crate::expand::Scope;
use crate::path;
use crate::view::Reader;

/// A deployment that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The name: what the `*` of the pattern stands for.
    pub(crate) name: String,
    /// The path of its file.
    pub(crate) file: String,
}

/// Finds the deployments of an app, in the order of their names.
pub(crate) fn find(app: &App, reader: &Reader<'_>) -> Result<Vec<Found>> {
    let pattern = app.deployments.expand(&Scope::of_app(&app.name))?;
    let pattern = path::clean_below(&pattern).map_err(|message| app.deployments.error(message))?;
    let mut names = pattern.split('/');
    let mut folder = Vec::new();
    let (before, after) = loop {
        match names.next() {
            Some(name) => match name.split_once('*') {
                Some(parts) => break parts,
                None => folder.push(name),
            },
            None => return Err(app.deployments.error("expected a path with one *")),
        }
    };
    let rest: Vec<&str> = names.collect();
    if after.contains('*') || rest.iter().any(|name| name.contains('*')) {
        return Err(app.deployments.error("expected a path with one *"));
    }
    let folder = folder.join("/");
    let mut found = Vec::new();
    for entry in reader.names(&folder)? {
        let name = entry.strip_prefix(before).and_then(|name| name.strip_suffix(after));
        let Some(name) = name.filter(|name| !name.is_empty()) else { continue };
        let mut file = if folder.is_empty() { entry.clone() } else { format!("{folder}/{entry}") };
        for part in &rest {
            file.push('/');
            file.push_str(part);
        }
        if reader.has_file(&file)? {
            found.push(Found { name: name.to_owned(), file });
        }
    }
    Ok(found)
}

/// Reads a deployment's file: a mapping.
pub(crate) fn read(found: &Found, reader: &Reader<'_>) -> Result<Frozen> {
    let call = || reader.view().call(&found.file);
    let file = reader.find(&found.file)?.ok_or_else(|| Error::input(format!("{} is missing", call())))?;
    reader.record(&file, |bytes| match thinlock_yaml::from_yaml_frozen(bytes) {
        Ok(value @ Frozen::Map(..)) if has_each_key_once(&value, bytes) => Ok(value),
        // What is wrong, if anything is, is told with its place.
        _ => {
            let (document, value) = Document::parse_with_value(&call(), bytes)?;
            document.section()?;
            Ok(value)
        }
    })
}

/// Whether it is plain to see that no key of the outermost mapping is there twice: each stands at the beginning of a line,
/// and there are as many such lines as keys.
fn has_each_key_once(value: &Frozen, bytes: &[u8]) -> bool {
    let Frozen::Map(_, entries) = value else { return false };
    let mut lines = 0;
    let plain = bytes.is_ascii()
        && !bytes.contains(&b'\r')
        && bytes.split(|b| *b == b'\n').all(|line| match line {
            [] | [b' ' | b'#', ..] | b"---" => true,
            [first, ..] => {
                lines += 1;
                first.is_ascii_alphanumeric() || *first == b'_'
            }
        });
    plain && lines == entries.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_there_twice_is_seen() {
        let check = |text: &str, expect: bool| {
            let value = thinlock_yaml::from_yaml_frozen(text.as_bytes()).expect("YAML");
            assert_eq!(has_each_key_once(&value, text.as_bytes()), expect, "{text:?}");
        };
        check("", false);
        check("a: 1\nb:\n  a: 2\n", true);
        check("---\n# comment\n\na: 1\nb: 2", true);
        check("a: 1\na: 2\n", false);
        check("a: 1\ra: 2\n", false);
        check("a: 1\u{2028}a: 2\n", false);
        check("{a: 1, a: 2}\n", false);
        check("--- {a: 1, a: 2}\n", false);
        check("  a: 1\n  a: 2\n", false);
        check("b: {c: 1,\nc: 2}\nb: 1\n", false);
        check("? a\n: 1\n? a\n: 2\n", false);
        check("\"a\": 1\n", false);
    }
}
