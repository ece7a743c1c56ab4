//! Reading a schema. The library checks keywords one after the other and stops at the first that is wrong, so the order
//! here is its order.

use std::collections::HashMap;

use thinlock_go::regexp::Regexp;
use thinlock_go::{Str, Toolchain, json};

use super::super::decimal::Decimal;
use super::super::json::Json;
use super::pool::{Draft, Pool, draft_of, reference};

/// The place of a schema in the list.
pub(super) type Id = usize;

/// `additionalProperties` and `additionalItems`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Additional {
    Bool(bool),
    Schema(Id),
}

#[derive(Clone, Debug)]
pub(super) enum Dependency {
    Properties(Vec<Str>),
    Schema(Id),
}

/// A `subSchema`.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) pass: Option<bool>,
    pub(super) reference: Option<Id>,
    pub(super) types: Vec<&'static str>,
    pub(super) properties: Vec<(Str, Id)>,
    pub(super) pattern_properties: Vec<(Str, Id)>,
    pub(super) additional_properties: Option<Additional>,
    pub(super) property_names: Option<Id>,
    pub(super) dependencies: Vec<(Str, Dependency)>,
    pub(super) items: Vec<Id>,
    pub(super) single_items: bool,
    pub(super) additional_items: Option<Additional>,
    pub(super) multiple_of: Option<Decimal>,
    pub(super) minimum: Option<Decimal>,
    pub(super) exclusive_minimum: Option<Decimal>,
    pub(super) maximum: Option<Decimal>,
    pub(super) exclusive_maximum: Option<Decimal>,
    pub(super) min_length: Option<i64>,
    pub(super) max_length: Option<i64>,
    pub(super) pattern: Option<Str>,
    pub(super) format: Option<Str>,
    pub(super) min_properties: Option<i64>,
    pub(super) max_properties: Option<i64>,
    pub(super) required: Vec<Str>,
    pub(super) min_items: Option<i64>,
    pub(super) max_items: Option<i64>,
    pub(super) unique_items: bool,
    pub(super) contains: Option<Id>,
    /// As JSON text, which is how values are compared.
    pub(super) constant: Option<Str>,
    pub(super) enumeration: Vec<Str>,
    pub(super) one_of: Vec<Id>,
    pub(super) any_of: Vec<Id>,
    pub(super) all_of: Vec<Id>,
    pub(super) not: Option<Id>,
    pub(super) condition: Option<Id>,
    pub(super) then: Option<Id>,
    pub(super) otherwise: Option<Id>,
}

/// The types in the order in which the library lists them.
const TYPES: [&str; 7] = ["array", "boolean", "integer", "number", "null", "object", "string"];

/// What compares values: their JSON, with numbers as `float64`.
pub(super) fn canonical(value: &Json) -> Str {
    Str::from(json::encode(&value.to_value(), json::Html::Escape).unwrap_or_default())
}

pub(super) struct Parser<'a> {
    toolchain: &'a Toolchain,
    pool: Pool<'a>,
    /// Schemas by the reference that led to them.
    references: HashMap<String, Id>,
    schemas: Vec<Schema>,
}

type Parsed<T> = Result<T, String>;

fn wrong_type<T>(expected: &str, keyword: &str) -> Parsed<T> {
    Err(format!("Invalid type. Expected: {expected}, given: {keyword}"))
}

impl<'a> Parser<'a> {
    /// `NewSchema`: the schemas of a document, and the first of them.
    pub(super) fn compile(document: Json, toolchain: &'a Toolchain) -> Parsed<(Vec<Schema>, Id)> {
        let mut parser =
            Parser { toolchain, pool: Pool::new(toolchain), references: HashMap::new(), schemas: Vec::new() };
        let document = parser.pool.add(document, "")?;
        let draft = draft_of(&document, toolchain)?.unwrap_or(Draft::Hybrid);
        let root = parser.add();
        parser.schema(&document, root, draft)?;
        Ok((parser.schemas, root))
    }

    fn add(&mut self) -> Id {
        self.schemas.push(Schema::default());
        self.schemas.len() - 1
    }

    /// A schema that is the value of a keyword.
    fn child(&mut self, json: &Json, draft: Draft) -> Parsed<Id> {
        let id = self.add();
        self.schema(json, id, draft)?;
        Ok(id)
    }

    fn children(&mut self, json: &[Json], draft: Draft) -> Parsed<Vec<Id>> {
        json.iter().map(|json| self.child(json, draft)).collect()
    }

    /// `parseSchema`.
    fn schema(&mut self, json: &Json, id: Id, draft: Draft) -> Parsed<()> {
        if thinlock_go::stack::is_low() {
            return Err("schema nested too deeply".into());
        }
        let mut out = Schema::default();
        if let (Json::Bool(pass), true) = (json, draft >= Draft::Draft6) {
            out.pass = Some(*pass);
        } else {
            if !matches!(json, Json::Object(_)) {
                return Err("Expected: valid schema, given: Invalid JSON".into());
            }
            self.keywords(json, &mut out, draft)?;
        }
        if let Some(slot) = self.schemas.get_mut(id) {
            *slot = out;
        }
        Ok(())
    }

    fn keywords(&mut self, json: &Json, out: &mut Schema, draft: Draft) -> Parsed<()> {
        let id_keyword = match draft {
            Draft::Draft4 => "id",
            Draft::Hybrid if json.get(b"id").is_some() => "id",
            _ => "$id",
        };
        if let Some(id) = json.get(id_keyword.as_bytes()) {
            let Some(id) = id.as_str() else { return wrong_type("string", id_keyword) };
            reference(&id.to_lossy(), self.toolchain)?;
        }
        match json.get(b"definitions") {
            None => {}
            Some(Json::Object(definitions)) => {
                for (_, definition) in definitions {
                    if !matches!(definition, Json::Object(_) | Json::Bool(_)) {
                        return wrong_type("array of schemas", "definitions");
                    }
                    self.child(definition, draft)?;
                }
            }
            // The library takes a boolean for an object here, and dies of it.
            Some(Json::Bool(_)) => {
                return Err("unable to validate schema: interface conversion: interface {} is bool, not map[string]interface {}".into());
            }
            Some(_) => return wrong_type("array of schemas", "definitions"),
        }
        for keyword in ["title", "description", "$ref"] {
            if json.get(keyword.as_bytes()).is_some_and(|v| v.as_str().is_none()) {
                return wrong_type("string", keyword);
            }
        }
        if let Some(target) = json.get(b"$ref").and_then(Json::as_str) {
            let target = reference(&target.to_lossy(), self.toolchain)?;
            if let Some(known) = self.references.get(&target) {
                out.reference = Some(*known);
            } else {
                out.reference = Some(self.follow(&target, draft)?);
                // Nothing else is read beside a reference that is followed for the first time.
                return Ok(());
            }
        }
        types(json, out)?;
        self.applicators(json, out, draft)?;
        numbers(json, out, draft)?;
        texts(json, out, self.toolchain)?;
        objects(json, out)?;
        arrays(json, out)?;
        if let Some(contains) = json.get(b"contains").filter(|_| draft >= Draft::Draft6) {
            out.contains = Some(self.child(contains, draft)?);
        }
        if draft >= Draft::Draft6 {
            out.constant = json.get(b"const").map(canonical);
        }
        match json.get(b"enum") {
            None => {}
            Some(Json::Array(values)) => {
                for value in values {
                    let value = canonical(value);
                    if out.enumeration.contains(&value) {
                        return Err("enum items must be unique".into());
                    }
                    out.enumeration.push(value);
                }
            }
            Some(_) => return Err("enum must be of an array".into()),
        }
        self.combinations(json, out, draft)
    }

    /// `parseReference`.
    fn follow(&mut self, target: &str, draft: Draft) -> Parsed<Id> {
        let id = self.add();
        self.references.insert(target.to_owned(), id);
        let found = self.pool.get(target)?;
        if !matches!(*found.json, Json::Object(_) | Json::Bool(_)) {
            return Err("valid schema must be of type object".into());
        }
        self.schema(&found.json, id, found.draft.unwrap_or(draft))?;
        Ok(id)
    }

    fn applicators(&mut self, json: &Json, out: &mut Schema, draft: Draft) -> Parsed<()> {
        match json.get(b"properties") {
            None => {}
            Some(Json::Object(properties)) => {
                for (name, property) in properties {
                    out.properties.push((name.clone(), self.child(property, draft)?));
                }
            }
            Some(_) => return Err("properties must be of type object".into()),
        }
        out.additional_properties = self.additional(json, "additionalProperties", draft)?;
        match json.get(b"patternProperties") {
            None => {}
            Some(Json::Object(properties)) => {
                for (pattern, property) in properties {
                    if !is_regex(pattern, self.toolchain) {
                        return Err(format!("Invalid regex pattern '{}'", pattern.to_lossy()));
                    }
                    out.pattern_properties.push((pattern.clone(), self.child(property, draft)?));
                }
            }
            Some(_) => return wrong_type("valid schema", "patternProperties"),
        }
        if let Some(names) = json.get(b"propertyNames").filter(|_| draft >= Draft::Draft6) {
            if !matches!(names, Json::Object(_) | Json::Bool(_)) {
                return wrong_type("valid schema", "patternProperties");
            }
            out.property_names = Some(self.child(names, draft)?);
        }
        self.dependencies(json, out, draft)?;
        const ITEMS: &str = "valid schema/array of schemas";
        match json.get(b"items") {
            None => {}
            Some(Json::Array(items)) => {
                for item in items {
                    if !matches!(item, Json::Object(_) | Json::Bool(_)) {
                        return wrong_type(ITEMS, "items");
                    }
                    out.items.push(self.child(item, draft)?);
                }
            }
            Some(item @ (Json::Object(_) | Json::Bool(_))) => {
                out.items.push(self.child(item, draft)?);
                out.single_items = true;
            }
            Some(_) => return wrong_type(ITEMS, "items"),
        }
        out.additional_items = self.additional(json, "additionalItems", draft)?;
        Ok(())
    }

    fn additional(&mut self, json: &Json, keyword: &str, draft: Draft) -> Parsed<Option<Additional>> {
        Ok(Some(match json.get(keyword.as_bytes()) {
            None => return Ok(None),
            Some(Json::Bool(b)) => Additional::Bool(*b),
            Some(schema @ Json::Object(_)) => Additional::Schema(self.child(schema, draft)?),
            Some(_) => return wrong_type("boolean/valid schema", keyword),
        }))
    }

    fn dependencies(&mut self, json: &Json, out: &mut Schema, draft: Draft) -> Parsed<()> {
        const WRONG: &str = "dependency must be of type schema or array of strings";
        let members = match json.get(b"dependencies") {
            None => return Ok(()),
            Some(Json::Object(members)) => members,
            Some(_) => return Err("dependencies must be of type object".into()),
        };
        for (name, value) in members {
            let dependency = match value {
                Json::Array(names) => {
                    let names: Option<Vec<_>> = names.iter().map(|name| name.as_str().cloned()).collect();
                    Dependency::Properties(names.ok_or(WRONG)?)
                }
                Json::Object(_) | Json::Bool(_) => Dependency::Schema(self.child(value, draft)?),
                _ => return Err(WRONG.into()),
            };
            out.dependencies.push((name.clone(), dependency));
        }
        Ok(())
    }

    fn combinations(&mut self, json: &Json, out: &mut Schema, draft: Draft) -> Parsed<()> {
        // A wrong `allOf` is reported as `anyOf`.
        for (keyword, reported) in [("oneOf", "oneOf"), ("anyOf", "anyOf"), ("allOf", "anyOf")] {
            match json.get(keyword.as_bytes()) {
                None => {}
                Some(Json::Array(schemas)) => {
                    let ids = self.children(schemas, draft)?;
                    match keyword {
                        "oneOf" => out.one_of = ids,
                        "anyOf" => out.any_of = ids,
                        _ => out.all_of = ids,
                    }
                }
                Some(_) => return Err(format!("{reported} must be of an array")),
            }
        }
        for keyword in ["not", "if", "then", "else"] {
            let Some(schema) = json.get(keyword.as_bytes()) else { continue };
            if keyword != "not" && draft < Draft::Draft7 {
                continue;
            }
            if !matches!(schema, Json::Object(_) | Json::Bool(_)) {
                return Err(format!("{keyword} must be of an object"));
            }
            let id = Some(self.child(schema, draft)?);
            match keyword {
                "not" => out.not = id,
                "if" => out.condition = id,
                "then" => out.then = id,
                _ => out.otherwise = id,
            }
        }
        Ok(())
    }
}

fn is_regex(pattern: &[u8], toolchain: &Toolchain) -> bool {
    Regexp::compile(pattern, toolchain).is_ok()
}

fn types(json: &Json, out: &mut Schema) -> Parsed<()> {
    let mut add = |name: &Str| {
        let Some(known) = TYPES.iter().find(|known| *name == **known) else {
            return Err(format!(
                "has a primitive type that is NOT VALID -- given: /{}/ Expected valid values are:[{}]",
                name.to_lossy(),
                TYPES.join(" ")
            ));
        };
        if out.types.contains(known) {
            return Err(format!("{known} type is duplicated"));
        }
        out.types.push(known);
        Ok(())
    };
    match json.get(b"type") {
        None => Ok(()),
        Some(Json::String(name)) => add(name),
        Some(Json::Array(names)) => names.iter().try_for_each(|name| match name {
            Json::String(name) => add(name),
            // A `json.Number` passes for a string, until it is taken as one.
            Json::Number(_) => {
                Err("unable to validate schema: interface conversion: interface {} is json.Number, not string".into())
            }
            _ => wrong_type("string/array of strings", "type"),
        }),
        Some(_) => wrong_type("string/array of strings", "type"),
    }
}

fn number(json: &Json) -> Option<Decimal> {
    match json {
        Json::Number(text) => Decimal::parse(text),
        _ => None,
    }
}

fn numbers(json: &Json, out: &mut Schema, draft: Draft) -> Parsed<()> {
    if let Some(multiple) = json.get(b"multipleOf") {
        let Some(multiple) = number(multiple) else { return wrong_type("number", "multipleOf") };
        if !multiple.is_positive() {
            return Err("multipleOf must be strictly greater than 0".into());
        }
        out.multiple_of = Some(multiple);
    }
    (out.minimum, out.exclusive_minimum) = bounds(json, "minimum", "exclusiveMinimum", draft)?;
    (out.maximum, out.exclusive_maximum) = bounds(json, "maximum", "exclusiveMaximum", draft)?;
    Ok(())
}

/// A bound and its exclusive form, which is a flag in draft 4 and a number later.
fn bounds(json: &Json, keyword: &str, exclusive: &str, draft: Draft) -> Parsed<(Option<Decimal>, Option<Decimal>)> {
    let bound = match json.get(keyword.as_bytes()) {
        None => None,
        Some(value) => Some(number(value).ok_or_else(|| format!("{keyword} must be of a number"))?),
    };
    let Some(value) = json.get(exclusive.as_bytes()) else { return Ok((bound, None)) };
    match (value, draft) {
        (Json::Bool(flag), Draft::Draft4 | Draft::Hybrid) => match (bound, flag) {
            (None, _) => Err(format!("{exclusive} cannot be used without {keyword}")),
            (bound, true) => Ok((None, bound)),
            (bound, false) => Ok((bound, None)),
        },
        (Json::Number(_), Draft::Draft6 | Draft::Draft7 | Draft::Hybrid) => Ok((bound, number(value))),
        (_, Draft::Draft4) => wrong_type("boolean", exclusive),
        (_, Draft::Hybrid) => wrong_type("boolean/number", exclusive),
        _ => wrong_type("number", exclusive),
    }
}

/// `mustBeInteger` and what follows from it; Go's `Int64` does not read an exponent or a fraction.
fn count(json: &Json, keyword: &str) -> Parsed<Option<i64>> {
    let Some(value) = json.get(keyword.as_bytes()) else { return Ok(None) };
    let n = match value {
        Json::Number(text) => thinlock_go::strconv::parse_int(text, 10, 64).ok(),
        _ => None,
    };
    match n {
        None => Err(format!("{keyword} must be of an integer")),
        Some(n) if n < 0 => Err(format!("{keyword} must be greater than or equal to 0")),
        n => Ok(n),
    }
}

fn texts(json: &Json, out: &mut Schema, toolchain: &Toolchain) -> Parsed<()> {
    out.min_length = count(json, "minLength")?;
    out.max_length = count(json, "maxLength")?;
    if out.min_length.zip(out.max_length).is_some_and(|(min, max)| min > max) {
        return Err("minLength cannot be greater than maxLength".into());
    }
    match json.get(b"pattern") {
        None => {}
        Some(Json::String(pattern)) if is_regex(pattern, toolchain) => out.pattern = Some(pattern.clone()),
        Some(Json::String(_)) => return Err("pattern must be a valid regex".into()),
        Some(_) => return Err("pattern must be of a string".into()),
    }
    match json.get(b"format") {
        None => {}
        Some(Json::String(format)) => out.format = Some(format.clone()),
        Some(_) => return Err("format must be of type string".into()),
    }
    Ok(())
}

fn objects(json: &Json, out: &mut Schema) -> Parsed<()> {
    out.min_properties = count(json, "minProperties")?;
    out.max_properties = count(json, "maxProperties")?;
    if out.min_properties.zip(out.max_properties).is_some_and(|(min, max)| min > max) {
        return Err("minProperties cannot be greater than maxProperties".into());
    }
    match json.get(b"required") {
        None => {}
        Some(Json::Array(names)) => {
            for name in names {
                let Some(name) = name.as_str() else { return Err("required items must be string".into()) };
                if out.required.contains(name) {
                    return Err("required items must be unique".into());
                }
                out.required.push(name.clone());
            }
        }
        Some(_) => return Err("required must be of an array".into()),
    }
    Ok(())
}

fn arrays(json: &Json, out: &mut Schema) -> Parsed<()> {
    out.min_items = count(json, "minItems")?;
    out.max_items = count(json, "maxItems")?;
    match json.get(b"uniqueItems") {
        None => {}
        Some(Json::Bool(unique)) => out.unique_items = *unique,
        Some(_) => return Err("uniqueItems must be of a boolean".into()),
    }
    Ok(())
}
