//! Documents by their references: the schema itself, its parts with an id, and the meta-schemas that the library
//! carries.

use std::collections::HashMap;
use std::rc::Rc;

use thinlock_go::url::{Url, query_unescape};
use thinlock_go::{Str, Toolchain, strconv, utf8};

use super::super::json::Json;
use super::super::jsonschema::meta_document;
use super::super::remote;

/// Which drafts' keywords count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    Draft4,
    Draft6,
    Draft7,
    /// Where `$schema` names none of these: all keywords count.
    Hybrid,
}

/// A document, or a part of one.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) json: Rc<Json>,
    /// What the document's `$schema` says; `None` leaves it to the schema that refers to it.
    pub(super) draft: Option<Draft>,
}

pub(super) struct Pool<'a> {
    toolchain: &'a Toolchain,
    documents: HashMap<String, Found>,
}

fn parse(text: &str, toolchain: &Toolchain) -> Result<Url, String> {
    Url::parse(text.as_bytes(), toolchain)
}

/// `JsonReference`: a URL as Go prints it again.
pub(super) fn reference(text: &str, toolchain: &Toolchain) -> Result<String, String> {
    Ok(utf8::to_valid(&parse(text, toolchain)?.format()).into_owned())
}

/// `Inherits`: a reference resolved against another one.
pub(super) fn inherit(parent: &str, child: &str, toolchain: &Toolchain) -> String {
    let parent = parent.split('#').next().unwrap_or_default();
    let resolved =
        parse(parent, toolchain).and_then(|parent| Ok(parent.resolve_reference(&parse(child, toolchain)?).format()));
    match resolved {
        Ok(url) => utf8::to_valid(&url).into_owned(),
        // Both were printed by Go's own rules, and so are URLs.
        Err(_) => child.to_owned(),
    }
}

/// `parseSchemaURL`.
pub(super) fn draft_of(document: &Json, toolchain: &Toolchain) -> Result<Option<Draft>, String> {
    match document {
        Json::Bool(_) => return Ok(None),
        Json::Object(_) => {}
        _ => return Err("schema is invalid".into()),
    }
    let Some(schema) = document.get(b"$schema") else { return Ok(None) };
    let Some(schema) = schema.as_str() else { return Err("$schema must be of type string".into()) };
    Ok(match reference(&schema.to_lossy(), toolchain)?.as_str() {
        "http://json-schema.org/draft-04/schema" => Some(Draft::Draft4),
        "http://json-schema.org/draft-06/schema" => Some(Draft::Draft6),
        "http://json-schema.org/draft-07/schema" => Some(Draft::Draft7),
        _ => None,
    })
}

impl<'a> Pool<'a> {
    pub(super) fn new(toolchain: &'a Toolchain) -> Pool<'a> {
        Pool { toolchain, documents: HashMap::new() }
    }

    /// `parseReferences`: adds a document under its reference and its parts under their ids, with absolute references.
    pub(super) fn add(&mut self, mut json: Json, url: &str) -> Result<Rc<Json>, String> {
        let draft = draft_of(&json, self.toolchain)?;
        let failed = self.absolute(&mut json, url, draft).err();
        let json = Rc::new(json);
        self.documents.insert(url.to_owned(), Found { json: Rc::clone(&json), draft });
        match failed {
            Some(error) => Err(error),
            None => Ok(json),
        }
    }

    /// Makes the references within a value absolute. Errors below the top are dropped, as the library drops them.
    fn absolute(&mut self, json: &mut Json, base: &str, draft: Option<Draft>) -> Result<(), String> {
        let entries = match json {
            Json::Array(items) => {
                for item in items {
                    let _ = self.absolute(item, base, draft);
                }
                return Ok(());
            }
            Json::Object(entries) => entries,
            _ => return Ok(()),
        };
        let text = |entries: &[(Str, Json)], key: &str| {
            let (_, value) = entries.iter().find(|(name, _)| *name == key)?;
            Some(value.as_str()?.to_lossy().into_owned())
        };
        let id_keyword = if entries.iter().any(|(name, _)| *name == "id") { "id" } else { "$id" };
        let mut local = base.to_owned();
        let id = text(entries, id_keyword).and_then(|id| reference(&id, self.toolchain).ok());
        if let Some(id) = &id {
            local = inherit(base, id, self.toolchain);
            if self.documents.contains_key(&local) {
                return Err(format!("Reference already exists: \"{local}\""));
            }
            // The place is taken until the part is complete.
            self.documents.insert(local.clone(), Found { json: Rc::new(Json::Null), draft });
        }
        if let Some(target) = text(entries, "$ref").and_then(|target| reference(&target, self.toolchain).ok())
            && let Some((_, slot)) = entries.iter_mut().find(|(name, _)| *name == "$ref")
        {
            *slot = Json::String(inherit(&local, &target, self.toolchain).into());
        }
        for (name, value) in entries.iter_mut() {
            match name.as_bytes() {
                b"const" | b"enum" => {}
                // Names below these are no keywords.
                b"properties" | b"dependencies" | b"patternProperties" => {
                    if let Json::Object(members) = value {
                        for (_, member) in members {
                            let _ = self.absolute(member, &local, draft);
                        }
                    }
                }
                _ => {
                    let _ = self.absolute(value, &local, draft);
                }
            }
        }
        if id.is_some() {
            self.documents.insert(local, Found { json: Rc::new(json.clone()), draft });
        }
        Ok(())
    }

    /// `GetDocument`.
    pub(super) fn get(&mut self, target: &str) -> Result<Found, String> {
        if let Some(found) = self.documents.get(target) {
            return Ok(found.clone());
        }
        let (url, fragment) = target.split_once('#').unwrap_or((target, ""));
        if let Some(document) = self.documents.get(url).cloned() {
            let found = Found { json: pointed(&document.json, fragment)?, draft: document.draft };
            self.documents.insert(target.to_owned(), found.clone());
            return Ok(found);
        }
        let parsed = parse(target, self.toolchain)?;
        let canonical = match parsed.scheme.as_slice() {
            b"file" => parsed.path.starts_with(b"/"),
            scheme => !scheme.is_empty() && !parsed.host.is_empty(),
        };
        if !canonical {
            return Err(format!("Reference {target} must be canonical"));
        }
        if parsed.scheme == b"file" {
            let path = query_unescape(url.trim_start_matches("file://").as_bytes())?;
            return Err(format!("open {}: no such file or directory", utf8::to_valid(&path)));
        }
        let carried = url.starts_with("http://json-schema.org/draft-0").then(|| meta_document(url)).flatten();
        let Some(json) = carried else { return Err(remote::get_error(url)) };
        let json = self.add(json, url)?;
        Ok(Found { json: pointed(&json, fragment)?, draft: draft_of(&json, self.toolchain)? })
    }
}

/// `JsonPointer.Get`; a fragment that is no pointer means the whole document.
fn pointed(document: &Rc<Json>, fragment: &str) -> Result<Rc<Json>, String> {
    let fragment = thinlock_go::url::path_unescape(fragment.as_bytes()).unwrap_or_default();
    let fragment = utf8::to_valid(&fragment);
    let Some(pointer) = fragment.strip_prefix('/') else { return Ok(Rc::clone(document)) };
    let mut value: &Json = document;
    for token in pointer.split('/') {
        value = match value {
            Json::Object(_) => {
                let key = token.replace("~1", "/").replace("~0", "~");
                value.get(key.as_bytes()).ok_or_else(|| format!("Object has no key '{key}'"))?
            }
            Json::Array(items) => {
                let index = strconv::atoi(token.as_bytes()).map_err(|_| format!("Invalid array index '{token}'"))?;
                usize::try_from(index)
                    .ok()
                    .and_then(|at| items.get(at))
                    .ok_or_else(|| format!("Out of bound array[0,{}] index '{index}'", items.len()))?
            }
            _ => return Err(format!("Invalid token reference '{token}'")),
        };
    }
    Ok(Rc::new(value.clone()))
}
