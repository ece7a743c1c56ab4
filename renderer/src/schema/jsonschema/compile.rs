//! Compiling: documents to [`Schemas`], references followed, each schema once.

use std::collections::HashMap;
use std::rc::Rc;

use thinlock_go::regexp::Regexp;
use thinlock_go::url::Url;
use thinlock_go::{Str, Toolchain, strconv, utf8};

use super::super::decimal::Decimal;
use super::super::json::Json;
use super::super::remote;
use super::document::{Document, id_of};
use super::schema::{Additional, Dependency, Draft, Id, Items, Schema, Schemas, Types};
use super::url::{encode, escape, join, split_fragment};
use super::{Build, meta, validate};

/// Where a schema stands: the document's URL and the pointer.
type Place = (Rc<str>, String);

pub(super) struct Compiler<'a> {
    build: &'a Build,
    unresolved_urns: &'a mut Vec<String>,
    /// Given documents that have not been looked at.
    added: HashMap<String, Json>,
    documents: HashMap<Rc<str>, Rc<Document>>,
    schemas: Schemas,
    /// The place of each schema, in the order of the schemas.
    places: Vec<Place>,
    ids: HashMap<Place, Id>,
    /// Formats are asserted in every draft: in meta-schemas.
    assert_format: bool,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(build: &'a Build, unresolved_urns: &'a mut Vec<String>) -> Compiler<'a> {
        Compiler {
            build,
            unresolved_urns,
            added: HashMap::new(),
            documents: HashMap::new(),
            schemas: Schemas::default(),
            places: Vec::new(),
            ids: HashMap::new(),
            assert_format: false,
        }
    }

    /// `AssertFormat`.
    pub(super) fn asserting_format(mut self) -> Compiler<'a> {
        self.assert_format = true;
        self
    }

    /// `AddResource`.
    pub(super) fn add(&mut self, url: &str, document: Json) {
        self.added.insert(url.to_owned(), document);
    }

    pub(super) fn into_schemas(self) -> Schemas {
        self.schemas
    }

    /// Compiles a document's root and all that it refers to.
    pub(super) fn compile(&mut self, url: &str) -> Result<Id, String> {
        let url = self.load(url)?;
        let root = self.enqueue(&url, String::new());
        let mut next = 0;
        while let Some((url, pointer)) = self.places.get(next).cloned() {
            self.ensure_subschema(&url, &pointer)?;
            let schema = self.compile_schema(next, &url, &pointer)?;
            if let Some(slot) = self.schemas.list.get_mut(next) {
                *slot = schema;
            }
            next += 1;
        }
        Ok(root)
    }

    fn enqueue(&mut self, url: &Rc<str>, pointer: String) -> Id {
        let place = (Rc::clone(url), pointer);
        if let Some(id) = self.ids.get(&place) {
            return *id;
        }
        let id = self.places.len();
        self.places.push(place.clone());
        self.ids.insert(place, id);
        self.schemas.list.push(Schema::default());
        id
    }

    /// `orLoad`: the document of a URL, validated against its meta-schema.
    fn load(&mut self, url: &str) -> Result<Rc<str>, String> {
        if let Some((known, _)) = self.documents.get_key_value(url) {
            return Ok(Rc::clone(known));
        }
        let json = self.load_json(url)?;
        let toolchain = &self.build.toolchain;
        let document = Document::new(url, json, Draft::default(), toolchain, &mut |schema, location, fallback| {
            self.draft_of(schema, location, fallback, &mut Vec::new())
        })?;
        if !is_meta_host(url) {
            self.validate_document(&document, "")?;
        }
        let url: Rc<str> = Rc::from(url);
        self.documents.insert(Rc::clone(&url), Rc::new(document));
        Ok(url)
    }

    fn load_json(&mut self, url: &str) -> Result<Json, String> {
        if let Some(json) = self.added.get(url) {
            return Ok(json.clone());
        }
        if let Some(json) = meta::document(url) {
            return Ok(json);
        }
        let reason = match Url::parse(url.as_bytes(), &self.build.toolchain) {
            Err(error) => error,
            Ok(parsed) => match parsed.scheme.as_slice() {
                b"urn" => {
                    if !self.unresolved_urns.iter().any(|urn| urn == url) {
                        self.unresolved_urns.push(url.to_owned());
                    }
                    return Ok(Json::Bool(true));
                }
                b"http" | b"https" => format!("HTTP request failed for {url}: {}", remote::get_error(url)),
                b"file" => format!("open {}: no such file or directory", utf8::to_valid(&parsed.path)),
                _ => format!("no URLLoader registered for {}", strconv::quote(&parsed.format())),
            },
        };
        Err(format!("failing loading {}: {reason}", strconv::quote(url.as_bytes())))
    }

    /// `getDraft`: the draft that `$schema` names, which may be that of another meta-schema.
    fn draft_of(
        &mut self,
        schema: &Json,
        location: &str,
        fallback: Draft,
        seen: &mut Vec<String>,
    ) -> Result<Draft, String> {
        let Some(name) = schema.get(b"$schema").and_then(Json::as_str) else { return Ok(fallback) };
        let name = name.to_lossy();
        if let Some(draft) = meta::draft(&name) {
            return Ok(draft);
        }
        let url = name.split('#').next().unwrap_or_default();
        let quoted = strconv::quote(url.as_bytes());
        if let Err(error) = Url::parse(url.as_bytes(), &self.build.toolchain) {
            return Err(format!("invalid $schema in {}: {error}", strconv::quote(location.as_bytes())));
        }
        if location == format!("{url}#") {
            return Err(format!("draft {quoted} is not supported"));
        }
        if seen.iter().any(|other| other == url) {
            return Err(format!("cycle in resolving $schema in {quoted}"));
        }
        seen.push(url.to_owned());
        let document = self.load_json(url)?;
        self.draft_of(&document, &format!("{url}#"), fallback, seen)
    }

    /// Validates a document, or a part of it, against the meta-schema of its draft.
    fn validate_document(&self, document: &Document, pointer: &str) -> Result<(), String> {
        let Some(resource) = document.resource(pointer) else { return Ok(()) };
        let meta = meta::schema(resource.draft);
        let drafts = document.resources.iter().map(|(at, resource)| (at.clone(), resource.draft)).collect();
        validate::validate(&meta.schemas, meta.root, document.lookup(pointer)?, self.build, Some(&drafts)).map_err(
            |error| {
                let location = strconv::quote(document.location(pointer).as_bytes());
                format!("{location} is not valid against metaschema: {error}")
            },
        )
    }

    /// A reference may lead to a place that no keyword marks as a schema.
    fn ensure_subschema(&mut self, url: &str, pointer: &str) -> Result<(), String> {
        let Some(document) = self.documents.get(url) else { return Ok(()) };
        if document.is_processed(pointer) {
            return Ok(());
        }
        document.lookup(pointer)?;
        let Some((url, mut document)) = self.documents.remove_entry(url) else { return Ok(()) };
        // Nothing else holds on to it between two schemas.
        let added = match Rc::get_mut(&mut document) {
            Some(document) => document.add_subschema(pointer, &mut |schema, location, fallback| {
                self.draft_of(schema, location, fallback, &mut Vec::new())
            }),
            None => Ok(()),
        };
        let added = added.and_then(|()| self.validate_document(&document, pointer));
        self.documents.insert(url, document);
        added
    }

    /// `enqueueRef`: the schema that a keyword's reference leads to.
    fn reference(&mut self, schema: &Json, keyword: &[u8], url: &Rc<str>, base: &str) -> Result<Option<Id>, String> {
        let Some(reference) = schema.get(keyword).and_then(Json::as_str) else { return Ok(None) };
        let (target, fragment) = join(base, &reference.to_lossy(), &self.build.toolchain)?;
        let Some(document) = self.documents.get(url) else { return Ok(None) };
        let local = if target == document.url {
            document.resources.get("")
        } else {
            document.resources.values().find(|resource| resource.id == target)
        };
        if let Some(resource) = local {
            let pointer = document.resolve_fragment(&fragment, resource)?;
            return Ok(Some(self.enqueue(url, pointer)));
        }
        let target = self.load(&target)?;
        let Some(document) = self.documents.get(&target) else { return Ok(None) };
        let Some(root) = document.resources.get("") else { return Ok(None) };
        let pointer = document.resolve_fragment(&fragment, root)?;
        Ok(Some(self.enqueue(&target, pointer)))
    }

    fn compile_schema(&mut self, id: Id, url: &Rc<str>, pointer: &str) -> Result<Schema, String> {
        let mut out = Schema { location: format!("{url}#{}", encode(pointer)), ..Schema::default() };
        let Some(document) = self.documents.get(url).map(Rc::clone) else { return Ok(out) };
        let Some(resource) = document.resource(pointer) else { return Ok(out) };
        let json = document.lookup(pointer)?;
        out.draft = resource.draft;
        out.resource = self.enqueue(url, resource.pointer.clone());
        if out.draft >= Draft::Draft2020 && out.resource == id {
            for (anchor, at) in &resource.anchors {
                if resource.dynamic_anchors.contains(anchor) {
                    let target = self.enqueue(url, at.clone());
                    out.dynamic_anchors.push((Str::from(anchor.as_str()), target));
                }
            }
        }
        match json {
            Json::Bool(b) => out.boolean = Some(*b),
            Json::Object(entries) if entries.is_empty() => out.boolean = Some(true),
            Json::Object(_) => {
                let keywords = Keywords { json, url, pointer, base: &resource.id };
                self.compile_keywords(&mut out, &keywords)?;
            }
            _ => {}
        }
        out.all_properties_evaluated = out.additional_properties.is_some();
        if out.draft < Draft::Draft2020 {
            out.all_items_evaluated = out.additional_items.is_some() || matches!(out.items, Some(Items::Every(_)));
            if let Some(Items::Each(items)) = &out.items {
                out.items_evaluated = items.len();
            }
        } else {
            out.all_items_evaluated = out.items_2020.is_some();
            out.items_evaluated = out.prefix_items.len();
        }
        Ok(out)
    }

    fn compile_keywords(&mut self, out: &mut Schema, k: &Keywords<'_>) -> Result<(), String> {
        let draft = out.draft;
        // Only the fragment of an old draft's id can be wrong here.
        if draft < Draft::Draft2019 && id_of(k.json, draft).is_some() {
            let keyword: &[u8] = if draft == Draft::Draft4 { b"id" } else { b"$id" };
            let id = k.text(keyword).map(|id| id.to_lossy().into_owned()).unwrap_or_default();
            split_fragment(&id)
                .map_err(|_| format!("error in parsing anchor at {}", strconv::quote(out.location.as_bytes())))?;
        }
        out.reference = self.reference(k.json, b"$ref", k.url, k.base)?;
        // Beside a reference, an old draft knows no other keywords. The engine forgets that for those which came with
        // draft 6 and 7, and so `const` counts.
        if draft >= Draft::Draft2019 || out.reference.is_none() {
            self.applicators(out, k)?;
            assertions(out, k, &self.build.toolchain)?;
            let asserted = self.assert_format || draft < Draft::Draft2019;
            out.format = k.text(b"format").filter(|name| asserted && super::format::is_known(name)).cloned();
        }
        if draft >= Draft::Draft6 {
            out.contains = self.schema(k, "contains");
            out.property_names = self.schema(k, "propertyNames");
            out.constant = k.json.get(b"const").cloned();
        }
        if draft >= Draft::Draft7 {
            out.condition = self.schema(k, "if");
            if out.condition.is_some() {
                let known = k.json.get(b"if").and_then(Json::as_bool);
                if known != Some(false) {
                    out.then = self.schema(k, "then");
                }
                if known != Some(true) {
                    out.otherwise = self.schema(k, "else");
                }
            }
        }
        if draft >= Draft::Draft2019 {
            out.recursive_reference = self.reference(k.json, b"$recursiveRef", k.url, k.base)?;
            out.recursive_anchor = k.json.get(b"$recursiveAnchor").and_then(Json::as_bool).unwrap_or_default();
            if out.contains.is_some() {
                out.min_contains = k.integer(b"minContains");
                out.max_contains = k.integer(b"maxContains");
            }
            for (name, required) in k.members(b"dependentRequired") {
                if let Some(required) = required.as_array() {
                    out.dependent_required.push((name.clone(), strings(required)));
                }
            }
            out.dependent_schemas = self.schema_map(k, "dependentSchemas");
            out.unevaluated_items = self.schema(k, "unevaluatedItems");
            out.unevaluated_properties = self.schema(k, "unevaluatedProperties");
        }
        if draft >= Draft::Draft2020 {
            if let Some(target) = self.reference(k.json, b"$dynamicRef", k.url, k.base)? {
                let reference = k.text(b"$dynamicRef").map(|s| s.to_lossy().into_owned()).unwrap_or_default();
                let (_, fragment) = split_fragment(&reference)?;
                let anchor = (!fragment.is_empty() && !fragment.starts_with('/')).then(|| Str::from(fragment));
                out.dynamic_reference = Some((target, anchor));
            }
            out.dynamic_anchor = k.text(b"$dynamicAnchor").cloned();
            out.prefix_items = self.schema_list(k, "prefixItems");
            out.items_2020 = self.schema(k, "items");
        }
        Ok(())
    }

    fn applicators(&mut self, out: &mut Schema, k: &Keywords<'_>) -> Result<(), String> {
        out.all_of = self.schema_list(k, "allOf");
        out.any_of = self.schema_list(k, "anyOf");
        out.one_of = self.schema_list(k, "oneOf");
        out.not = self.schema(k, "not");
        if out.draft < Draft::Draft2020 {
            match k.json.get(b"items") {
                Some(Json::Array(_)) => {
                    out.items = Some(Items::Each(self.schema_list(k, "items")));
                    out.additional_items = self.additional(k, "additionalItems");
                }
                Some(_) => out.items = self.schema(k, "items").map(Items::Every),
                None => {}
            }
        }
        out.properties = self.schema_map(k, "properties");
        out.pattern_properties = self.schema_map(k, "patternProperties");
        for (pattern, _) in &out.pattern_properties {
            check_pattern(pattern, k, "patternProperties", &self.build.toolchain)?;
        }
        out.additional_properties = self.additional(k, "additionalProperties");
        for (name, value) in k.members(b"dependencies") {
            let dependency = match value {
                Json::Array(items) => Dependency::Properties(strings(items)),
                _ => Dependency::Schema(
                    self.enqueue(k.url, format!("{}/dependencies/{}", k.pointer, escape(&name.to_lossy()))),
                ),
            };
            out.dependencies.push((name.clone(), dependency));
        }
        Ok(())
    }

    fn schema(&mut self, k: &Keywords<'_>, keyword: &str) -> Option<Id> {
        k.json.get(keyword.as_bytes())?;
        Some(self.enqueue(k.url, format!("{}/{}", k.pointer, escape(keyword))))
    }

    fn schema_list(&mut self, k: &Keywords<'_>, keyword: &str) -> Vec<Id> {
        let n = k.json.get(keyword.as_bytes()).and_then(Json::as_array).map_or(0, <[Json]>::len);
        (0..n).map(|at| self.enqueue(k.url, format!("{}/{keyword}/{at}", k.pointer))).collect()
    }

    fn schema_map(&mut self, k: &Keywords<'_>, keyword: &str) -> Vec<(Str, Id)> {
        let mut out = Vec::new();
        for (name, _) in k.members(keyword.as_bytes()) {
            let pointer = format!("{}/{keyword}/{}", k.pointer, escape(&name.to_lossy()));
            out.push((name.clone(), self.enqueue(k.url, pointer)));
        }
        out
    }

    fn additional(&mut self, k: &Keywords<'_>, keyword: &str) -> Option<Additional> {
        match k.json.get(keyword.as_bytes())?.as_bool() {
            Some(b) => Some(Additional::Bool(b)),
            None => self.schema(k, keyword).map(Additional::Schema),
        }
    }
}

/// A schema object and where it stands.
struct Keywords<'k> {
    json: &'k Json,
    url: &'k Rc<str>,
    pointer: &'k str,
    /// What references are relative to.
    base: &'k str,
}

impl Keywords<'_> {
    fn text(&self, keyword: &[u8]) -> Option<&Str> {
        self.json.get(keyword)?.as_str()
    }

    fn boolean(&self, keyword: &[u8]) -> bool {
        self.json.get(keyword).and_then(Json::as_bool).unwrap_or_default()
    }

    fn number(&self, keyword: &[u8]) -> Option<Decimal> {
        match self.json.get(keyword)? {
            Json::Number(text) => Decimal::parse(text),
            _ => None,
        }
    }

    fn integer(&self, keyword: &[u8]) -> Option<i64> {
        self.number(keyword)?.to_int()
    }

    fn members(&self, keyword: &[u8]) -> &[(Str, Json)] {
        self.json.get(keyword).and_then(Json::as_object).unwrap_or_default()
    }
}

/// The vocabulary `validation` of draft 4.
fn assertions(out: &mut Schema, k: &Keywords<'_>, toolchain: &Toolchain) -> Result<(), String> {
    if let Some(json) = k.json.get(b"type") {
        let mut types = Types::default();
        match json {
            Json::String(name) => types.add(name),
            Json::Array(names) => names.iter().filter_map(Json::as_str).for_each(|name| types.add(name)),
            _ => {}
        }
        out.types = (types != Types::default()).then_some(types);
    }
    if let Some(values) = k.json.get(b"enum").and_then(Json::as_array) {
        let types = values.iter().fold(0, |types, value| types | Types::of(value).0);
        out.enumeration = Some((values.to_vec(), Types(types)));
    }
    out.multiple_of = k.number(b"multipleOf").filter(Decimal::is_positive);
    out.maximum = k.number(b"maximum");
    out.minimum = k.number(b"minimum");
    out.exclusive_maximum =
        if k.boolean(b"exclusiveMaximum") { out.maximum.take() } else { k.number(b"exclusiveMaximum") };
    out.exclusive_minimum =
        if k.boolean(b"exclusiveMinimum") { out.minimum.take() } else { k.number(b"exclusiveMinimum") };
    out.min_length = k.integer(b"minLength");
    out.max_length = k.integer(b"maxLength");
    out.pattern = k.text(b"pattern").cloned();
    if let Some(pattern) = &out.pattern {
        check_pattern(pattern, k, "pattern", toolchain)?;
    }
    out.min_items = k.integer(b"minItems");
    out.max_items = k.integer(b"maxItems");
    out.unique_items = k.boolean(b"uniqueItems");
    out.max_properties = k.integer(b"maxProperties");
    out.min_properties = k.integer(b"minProperties");
    out.required = k.json.get(b"required").and_then(Json::as_array).map(strings).unwrap_or_default();
    Ok(())
}

fn check_pattern(pattern: &Str, k: &Keywords<'_>, keyword: &str, toolchain: &Toolchain) -> Result<(), String> {
    match Regexp::compile(pattern, toolchain) {
        Ok(_) => Ok(()),
        Err(error) => {
            let location = format!("{}#{}/{}", k.url, encode(k.pointer), encode(&escape(keyword)));
            let (pattern, location) = (strconv::quote(pattern), strconv::quote(location.as_bytes()));
            Err(format!("invalid regex {pattern} at {location}: {error}"))
        }
    }
}

fn strings(items: &[Json]) -> Vec<Str> {
    items.iter().filter_map(Json::as_str).cloned().collect()
}

fn is_meta_host(url: &str) -> bool {
    url.starts_with("http://json-schema.org/") || url.starts_with("https://json-schema.org/")
}
