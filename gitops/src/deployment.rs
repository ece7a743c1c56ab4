//! Deployments: found by their files, and read.

use std::ops::ControlFlow;
use std::sync::Arc;

use thinlock_go::Frozen;

use crate::config::App;
use crate::document::Document;
use crate::error::{Error, Result};
use crate::expand::Scope;
use crate::fleet;
use crate::path;
use crate::tree::Entry;
use crate::view::{FolderAtHand, FoundFile, Lookup, Reader};

/// A deployment that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The name: what the `*` of the pattern stands for.
    pub(crate) name: Box<str>,
    pattern: Arc<Pattern>,
    // There may be many deployments, so this is little.
    folder: Option<FolderAtHand>,
}

impl Found {
    /// The path of its file.
    pub(crate) fn file(&self) -> String {
        self.pattern.file(&self.name)
    }
}

/// Where the files of deployments are: a path with one `*` in it.
#[derive(Debug, PartialEq, Eq)]
struct Pattern {
    /// The path of the folder in which names are looked at.
    folder: String,
    before: String,
    after: String,
    /// The path from a name there to the file.
    rest: Vec<String>,
}

impl Pattern {
    fn of(app: &App) -> Result<Pattern> {
        let pattern = app.deployments.expand(&Scope::of_app(&app.name))?;
        let pattern = path::clean_below(&pattern).map_err(|message| app.deployments.error(message))?;
        let wrong = || app.deployments.error("expected a path with one *");
        let (before, after) = pattern.split_once('*').filter(|(_, after)| !after.contains('*')).ok_or_else(wrong)?;
        let (folder, before) = before.rsplit_once('/').unwrap_or(("", before));
        let mut rest = after.split('/').map(str::to_owned);
        let after = rest.next().unwrap_or_default();
        Ok(Pattern { folder: folder.into(), before: before.into(), after, rest: rest.collect() })
    }

    fn file(&self, name: &str) -> String {
        let mut file = self.folder.clone();
        if !file.is_empty() {
            file.push('/');
        }
        for part in [&self.before, name, &self.after] {
            file.push_str(part);
        }
        for part in &self.rest {
            file.push('/');
            file.push_str(part);
        }
        file
    }
}

impl Pattern {
    /// The name of a file in the folder of a deployment's own file, if a cleaned path leads to one.
    fn beside<'p>(&self, name: &str, path: &'p str) -> Option<&'p str> {
        let below = match &*self.folder {
            "" => path,
            folder => path.strip_prefix(folder)?.strip_prefix('/')?,
        };
        let rest = below.strip_prefix(&*self.before)?.strip_prefix(name)?.strip_prefix(&*self.after)?;
        let file = rest.strip_prefix('/').filter(|file| !file.is_empty() && !file.contains('/'))?;
        (self.rest.len() == 1).then_some(file)
    }
}

/// How many names a thread looks at together.
const TOGETHER: usize = 64;

/// Finds the deployments of an app, in the order of their names, on one thread for each reader.
pub(crate) fn find(app: &App, readers: &mut [Reader<'_>]) -> Result<Vec<Found>> {
    let pattern = Arc::new(Pattern::of(app)?);
    let mut named = Vec::new();
    if let Some(reader) = readers.first() {
        each_named(&pattern, reader, |name, entry| {
            named.push((Box::from(name), entry));
            Ok(ControlFlow::Continue(()))
        })?;
    }
    let look = |reader: &mut Reader<'_>, named: &[(Box<str>, Option<Entry>)]| -> Vec<Result<Option<Found>>> {
        named.iter().map(|(name, entry)| look(&pattern, reader, name, *entry)).collect()
    };
    let found = fleet::map(readers, named.chunks(TOGETHER), look);
    found.into_iter().flatten().filter_map(Result::transpose).collect()
}

/// Whether an app has a deployment.
pub(crate) fn is_any(app: &App, reader: &Reader<'_>) -> Result<bool> {
    let pattern = Arc::new(Pattern::of(app)?);
    let mut any = false;
    each_named(&pattern, reader, |name, entry| {
        any = look(&pattern, reader, name, entry)?.is_some();
        Ok(if any { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(any)
}

/// Looks at the names of what may be deployments, in their order, until `take` breaks.
fn each_named(
    pattern: &Pattern,
    reader: &Reader<'_>,
    mut take: impl FnMut(&str, Option<Entry>) -> Result<ControlFlow<()>>,
) -> Result<()> {
    reader.each_entry(&pattern.folder, |entry_name, entry| {
        let name = entry_name.strip_prefix(&*pattern.before).and_then(|name| name.strip_suffix(&*pattern.after));
        match name.filter(|name| !name.is_empty()) {
            Some(name) => take(name, entry),
            None => Ok(ControlFlow::Continue(())),
        }
    })
}

/// The deployment of a name, if its file is there.
fn look(pattern: &Arc<Pattern>, reader: &Reader<'_>, name: &str, entry: Option<Entry>) -> Result<Option<Found>> {
    let looked_up = match (entry, pattern.rest.as_slice()) {
        (Some(entry), [file]) => reader.look_up(entry, file)?,
        _ => Lookup::Unknown,
    };
    let folder = match looked_up {
        Lookup::File(folder) => folder,
        Lookup::Unknown if reader.has_file(&pattern.file(name))? => None,
        Lookup::Unknown | Lookup::Nothing => return Ok(None),
    };
    Ok(Some(Found { name: name.into(), pattern: Arc::clone(pattern), folder }))
}

/// Reads a deployment's file: a mapping.
pub(crate) fn read(found: &Found, reader: &Reader<'_>) -> Result<Frozen> {
    let call = || reader.view().call(&found.file());
    let file = match (&found.folder, found.pattern.rest.as_slice()) {
        (Some(folder), [name]) => reader.file_at_hand(folder, name)?,
        _ => reader.find(&found.file())?,
    };
    let file = file.ok_or_else(|| Error::input(format!("{} is missing", call())))?;
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

/// A file of the policy. What is beside the deployment's own file was found with it.
pub(crate) fn find_file(found: &Found, reader: &Reader<'_>, path: &str) -> Result<Option<FoundFile>> {
    if let Some(folder) = &found.folder
        && let Some(name) = found.pattern.beside(&found.name, path)
        && let Some(file) = reader.file_beside(folder, name)?
    {
        return Ok(Some(file));
    }
    reader.find(path)
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
    fn what_is_beside_a_deployment_s_file_is_known() {
        let pattern = |folder: &str, rest: &[&str]| Pattern {
            folder: folder.into(),
            before: "a-".into(),
            after: ".d".into(),
            rest: rest.iter().map(|name| (*name).to_owned()).collect(),
        };
        let check = |folder: &str, path: &str, expect: Option<&str>| {
            assert_eq!(pattern(folder, &["own.yaml"]).beside("web", path), expect, "{folder} {path}");
            assert_eq!(pattern(folder, &[]).beside("web", path), None);
            assert_eq!(pattern(folder, &["x", "own.yaml"]).beside("web", path), None);
        };
        check("apps/d", "apps/d/a-web.d/values.yaml", Some("values.yaml"));
        check("apps/d", "apps/d/a-web.d/sub/values.yaml", None);
        check("apps/d", "apps/d/a-webx.d/values.yaml", None);
        check("apps/d", "apps/da-web.d/values.yaml", None);
        check("apps/d", "apps/d/a-web.d", None);
        check("apps/d", "other/a-web.d/values.yaml", None);
        check("", "a-web.d/values.yaml", Some("values.yaml"));
    }

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
