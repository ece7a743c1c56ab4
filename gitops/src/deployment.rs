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
    let call = reader.view().call(&found.file);
    let content = reader.read(&found.file)?.ok_or_else(|| Error::input(format!("{call} is missing")))?;
    let (document, value) = Document::parse_with_value(&call, &content.bytes)?;
    document.section()?;
    Ok(value)
}
