//! Documents and what they hold: resources (the document itself and what has an `$id`) and anchors.

use std::collections::{BTreeMap, BTreeSet};

use thinlock_go::{Str, Toolchain, strconv};

use super::super::json::Json;
use super::schema::Draft;
use super::url::{encode, escape, join, unescape};

/// The document, or a part of it with an id of its own.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub(super) pointer: String,
    pub(super) id: String,
    pub(super) draft: Draft,
    /// Anchors and the pointers that they stand for.
    pub(super) anchors: BTreeMap<String, String>,
    pub(super) dynamic_anchors: Vec<String>,
}

/// A loaded document.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) url: String,
    pub(super) json: Json,
    /// Decides what a URL is.
    toolchain: Toolchain,
    /// By pointer.
    pub(super) resources: BTreeMap<String, Resource>,
    /// The pointers of the schemas that have been looked at.
    processed: BTreeSet<String>,
}

/// Finds the draft that a `$schema` names, loading other meta-schemas where it has to.
pub(super) type DraftOf<'a> = dyn FnMut(&Json, &str, Draft) -> Result<Draft, String> + 'a;

/// Where a draft's schemas contain schemas: a keyword, and whether those are its value, or members of its value.
const SUBSCHEMAS: &[(Draft, &str, Place)] = &[
    (Draft::Draft4, "definitions", Place::Member),
    (Draft::Draft4, "not", Place::Value),
    (Draft::Draft4, "allOf", Place::Item),
    (Draft::Draft4, "anyOf", Place::Item),
    (Draft::Draft4, "oneOf", Place::Item),
    (Draft::Draft4, "properties", Place::Member),
    (Draft::Draft4, "additionalProperties", Place::Value),
    (Draft::Draft4, "patternProperties", Place::Member),
    (Draft::Draft4, "items", Place::Value),
    (Draft::Draft4, "items", Place::Item),
    (Draft::Draft4, "additionalItems", Place::Value),
    (Draft::Draft4, "dependencies", Place::Member),
    (Draft::Draft6, "propertyNames", Place::Value),
    (Draft::Draft6, "contains", Place::Value),
    (Draft::Draft7, "if", Place::Value),
    (Draft::Draft7, "then", Place::Value),
    (Draft::Draft7, "else", Place::Value),
    (Draft::Draft2019, "$defs", Place::Member),
    (Draft::Draft2019, "dependentSchemas", Place::Member),
    (Draft::Draft2019, "unevaluatedProperties", Place::Value),
    (Draft::Draft2019, "unevaluatedItems", Place::Value),
    (Draft::Draft2019, "contentSchema", Place::Value),
    (Draft::Draft2020, "prefixItems", Place::Item),
];

/// Whether a schema is a keyword's value, or one of the members or items of that.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    Value,
    Member,
    Item,
}

/// Where the schemas are that a keyword with this value holds; `None` if it holds none.
pub(super) fn place(draft: Draft, keyword: &[u8], value: &Json) -> Option<Place> {
    let known = SUBSCHEMAS.iter().filter(|(since, name, _)| *since <= draft && name.as_bytes() == keyword);
    let fits = |place: &Place| match value {
        Json::Object(_) => *place != Place::Item,
        Json::Array(_) => *place == Place::Item,
        _ => *place == Place::Value,
    };
    known.map(|(.., place)| *place).find(fits)
}

/// `draft.getID`: the id of a schema, without its fragment.
pub(super) fn id_of(schema: &Json, draft: Draft) -> Option<String> {
    if draft < Draft::Draft2019 && schema.get(b"$ref").is_some() {
        // Nothing counts beside a reference.
        return None;
    }
    let id = schema.get(id_keyword(draft))?.as_str()?.to_lossy().into_owned();
    let id = id.split('#').next().unwrap_or_default();
    (!id.is_empty()).then(|| id.to_owned())
}

fn id_keyword(draft: Draft) -> &'static [u8] {
    if draft == Draft::Draft4 { b"id" } else { b"$id" }
}

impl Document {
    /// A document with all its resources.
    pub(super) fn new(
        url: &str,
        json: Json,
        default: Draft,
        toolchain: &Toolchain,
        draft_of: &mut DraftOf<'_>,
    ) -> Result<Document, String> {
        let mut document = Document {
            url: url.to_owned(),
            json,
            toolchain: toolchain.clone(),
            resources: BTreeMap::new(),
            processed: BTreeSet::new(),
        };
        let json = std::mem::replace(&mut document.json, Json::Null);
        let collected = document.collect(&json, url, String::new(), default, draft_of);
        document.json = json;
        collected.map(|()| document)
    }

    /// The resource that a pointer is part of.
    pub(super) fn resource(&self, pointer: &str) -> Option<&Resource> {
        let mut pointer = pointer;
        loop {
            if let Some(resource) = self.resources.get(pointer) {
                return Some(resource);
            }
            pointer = pointer.rsplit_once('/').map(|(parent, _)| parent)?;
        }
    }

    /// `url#pointer`.
    pub(super) fn location(&self, pointer: &str) -> String {
        format!("{}#{}", self.url, encode(pointer))
    }

    /// The value at a pointer.
    pub(super) fn lookup(&self, pointer: &str) -> Result<&Json, String> {
        let location = || strconv::quote(self.location(pointer).as_bytes());
        let mut value = &self.json;
        for token in pointer.split('/').skip(1) {
            let token = unescape(token).ok_or_else(|| format!("invalid json-pointer {}", location()))?;
            let next = match value {
                Json::Object(_) => value.get(token.as_bytes()),
                Json::Array(items) => {
                    strconv::atoi(token.as_bytes()).ok().and_then(|at| items.get(usize::try_from(at).ok()?))
                }
                _ => None,
            };
            value = next.ok_or_else(|| format!("json-pointer in {} not found", location()))?;
        }
        Ok(value)
    }

    /// The pointer that a fragment stands for within a resource.
    pub(super) fn resolve_fragment(&self, fragment: &str, resource: &Resource) -> Result<String, String> {
        if fragment.is_empty() || fragment.starts_with('/') {
            return Ok(format!("{}{fragment}", resource.pointer));
        }
        resource.anchors.get(fragment).cloned().ok_or_else(|| {
            let reference = format!("{}#{}", resource.id, encode(fragment));
            let (reference, url) = (strconv::quote(reference.as_bytes()), strconv::quote(self.url.as_bytes()));
            format!("anchor in {reference} not found in schema {url}")
        })
    }

    /// Whether a place is known to hold a schema.
    pub(super) fn is_processed(&self, pointer: &str) -> bool {
        self.processed.contains(pointer)
    }

    /// Looks at a place that no keyword marks as a schema, because a reference leads there.
    pub(super) fn add_subschema(&mut self, pointer: &str, draft_of: &mut DraftOf<'_>) -> Result<(), String> {
        let schema = self.lookup(pointer)?.clone();
        let Some(resource) = self.resource(pointer) else { return Ok(()) };
        let (base, draft) = (resource.id.clone(), resource.draft);
        self.collect(&schema, &base, pointer.to_owned(), draft, draft_of)
    }

    fn collect(
        &mut self,
        schema: &Json,
        base: &str,
        pointer: String,
        fallback: Draft,
        draft_of: &mut DraftOf<'_>,
    ) -> Result<(), String> {
        if self.processed.contains(&pointer) {
            return Ok(());
        }
        let new_resource = |id: &str, draft| Resource {
            pointer: pointer.clone(),
            id: id.to_owned(),
            draft,
            anchors: BTreeMap::new(),
            dynamic_anchors: Vec::new(),
        };
        let Json::Object(entries) = schema else {
            if pointer.is_empty() {
                self.resources.insert(pointer.clone(), new_resource(base, fallback));
            }
            self.processed.insert(pointer);
            return Ok(());
        };
        let named = schema.get(b"$schema").is_some();
        let mut draft = if named { draft_of(schema, &self.location(&pointer), fallback)? } else { fallback };
        let mut id = id_of(schema, draft);
        if id.is_none() && !pointer.is_empty() {
            // `$schema` counts only where a resource begins.
            draft = fallback;
            id = id_of(schema, draft);
        }
        let base = match &id {
            Some(id) => {
                let wrong =
                    |_| format!("error in parsing id at {}", strconv::quote(self.location(&pointer).as_bytes()));
                join(base, id, &self.toolchain).map_err(wrong)?.0
            }
            None => base.to_owned(),
        };
        if id.is_some() || pointer.is_empty() {
            match self.resources.values().find(|r| r.id == base) {
                Some(other) if other.pointer != pointer => {
                    let quote = |s: &str| strconv::quote(s.as_bytes());
                    let (first, second) = (quote(&pointer), quote(&other.pointer));
                    return Err(format!(
                        "duplicate id {} in {} at {first} and {second}",
                        quote(&base),
                        quote(&self.url)
                    ));
                }
                Some(_) => {}
                None => {
                    self.resources.insert(pointer.clone(), new_resource(&base, draft));
                }
            }
        }
        let Some(owner) = self.resources.values().find(|r| r.id == base) else { return Ok(()) };
        let (owner_pointer, owner_draft) = (owner.pointer.clone(), owner.draft);
        self.collect_anchors(schema, &pointer, &owner_pointer, owner_draft)?;
        let mut subschemas = BTreeMap::new();
        let keywords = entries.iter().flat_map(|(key, value)| {
            let known = SUBSCHEMAS.iter().filter(|(since, keyword, _)| *since <= draft && *key == **keyword);
            known.map(move |(_, keyword, place)| (keyword, place, value))
        });
        for (keyword, place, value) in keywords {
            let at = format!("{pointer}/{keyword}");
            match (place, value) {
                (Place::Value, _) => {
                    subschemas.insert(at, value);
                }
                (Place::Member, Json::Object(members)) => {
                    for (name, value) in members {
                        subschemas.insert(format!("{at}/{}", escape(&name.to_lossy())), value);
                    }
                }
                (Place::Item, Json::Array(items)) => {
                    for (index, value) in items.iter().enumerate() {
                        subschemas.insert(format!("{at}/{index}"), value);
                    }
                }
                _ => {}
            }
        }
        for (at, value) in subschemas {
            self.collect(value, &base, at, owner_draft, draft_of)?;
        }
        self.processed.insert(pointer);
        Ok(())
    }

    fn collect_anchors(&mut self, schema: &Json, pointer: &str, owner: &str, draft: Draft) -> Result<(), String> {
        let text = |keyword: &[u8]| schema.get(keyword).and_then(Json::as_str).map(Str::to_lossy);
        let mut anchors = Vec::new();
        if draft < Draft::Draft2019 {
            if schema.get(b"$ref").is_some() {
                return Ok(());
            }
            if let Some(id) = text(id_keyword(draft)) {
                let wrong =
                    |_| format!("error in parsing anchor at {}", strconv::quote(self.location(pointer).as_bytes()));
                let (_, fragment) = super::url::split_fragment(&id).map_err(wrong)?;
                if !fragment.is_empty() && !fragment.starts_with('/') {
                    anchors.push((fragment, false));
                }
            }
        } else {
            anchors.extend(text(b"$anchor").map(|a| (a.into_owned(), false)));
            if draft >= Draft::Draft2020 {
                anchors.extend(text(b"$dynamicAnchor").map(|a| (a.into_owned(), true)));
            }
        }
        let url = self.url.clone();
        let Some(resource) = self.resources.get_mut(owner) else { return Ok(()) };
        for (anchor, dynamic) in anchors {
            match resource.anchors.get(&anchor) {
                Some(other) if other != pointer => {
                    let quote = |s: &str| strconv::quote(s.as_bytes());
                    return Err(format!(
                        "duplicate anchor {} in {} at {} and {}",
                        quote(&anchor),
                        quote(&url),
                        quote(other),
                        quote(pointer)
                    ));
                }
                Some(_) => {}
                None => {
                    resource.anchors.insert(anchor.clone(), pointer.to_owned());
                }
            }
            if dynamic {
                resource.dynamic_anchors.push(anchor);
            }
        }
        Ok(())
    }
}
