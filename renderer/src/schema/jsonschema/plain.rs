//! The way around the compiler that most charts take: a plain schema which the values meet.
//!
//! A schema is plain if it can be seen at once to be valid, to refer to nothing but places of its own where schemas
//! stand, and to hold no ids or anchors. Nothing can be wrong with such a schema, so that only the values' verdict is
//! open, and [`Plain::accepts`] finds it in the document itself. It answers for the keywords that nearly all schemas
//! keep to. Whatever else there is, and every text about values that do not fit, is left to the compiler and the
//! validator.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use rustc_hash::FxHasher;
use thinlock_go::{Str, stack, utf8};

use super::super::decimal::Decimal;
use super::super::json::Json;
use super::document::{self, Place};
use super::meta::{self, Shape};
use super::schema::{Draft, Types};
use super::url::{join, unescape};
use super::validate::{compiled, equals, is_integer, matches};
use super::{Build, Quirks, SCHEMA_URL, format};

/// A schema that nothing is wrong with.
#[derive(Debug)]
pub(in super::super) struct Plain {
    document: Json,
    draft: Draft,
}

type Shapes = HashMap<&'static [u8], Shape, BuildHasherDefault<FxHasher>>;

/// How deep schemas may nest here.
const MAX_DEPTH: u32 = 200;
/// How many schemas may apply to one value within each other: more, and they may do so without end.
const MAX_SAME_VALUE: u32 = 40;
/// How many schemas are applied before the validator has to say whether that is too many.
const MAX_STEPS: u32 = 500_000;
/// Lists up to this length are compared item by item.
const MAX_COMPARED: usize = 20;

impl Plain {
    /// The schema, if it is plain.
    pub(super) fn new(document: Json, build: &Build) -> Option<Plain> {
        let draft = match document.get(b"$schema") {
            None => Draft::default(),
            Some(name) => meta::draft(name.as_str()?.to_utf8()?)?,
        };
        let shapes = meta::shapes(draft).collect();
        let mut check = Check { draft, shapes: &shapes, build, references: Vec::new() };
        let plain = check.root(&document) && check.targets(&document);
        plain.then_some(Plain { document, draft })
    }

    /// Whether values certainly meet the schema; if not, the validator has to look at them.
    pub(super) fn accepts(&self, instance: &Json, build: &Build) -> bool {
        let mut verdict = Verdict { plain: self, build, steps: 0 };
        verdict.of(&self.document, instance, 0) == Some(true)
    }
}

/// What a local reference leads to, and whether a schema is known to stand there.
fn target<'s>(document: &'s Json, reference: &str, draft: Draft) -> Option<(&'s Json, bool)> {
    let pointer = reference.strip_prefix('#').filter(|pointer| !pointer.contains('%'))?;
    let mut tokens = match pointer {
        "" => return Some((document, true)),
        _ => pointer.strip_prefix('/')?.split('/'),
    };
    let (mut value, mut is_schema) = (document, true);
    while let Some(token) = tokens.next() {
        let place = |keyword: &str, value: &Json| document::place(draft, keyword.as_bytes(), value);
        let keyword = unescape(token)?;
        let inner = step(value, &keyword)?;
        (value, is_schema) = match place(&keyword, inner).filter(|_| is_schema) {
            Some(Place::Value) => (inner, true),
            Some(Place::Member | Place::Item) => match tokens.next() {
                Some(token) => (step(inner, &unescape(token)?)?, true),
                None => (inner, false),
            },
            None => (inner, false),
        };
    }
    Some((value, is_schema))
}

/// One token of a pointer.
fn step<'s>(value: &'s Json, token: &str) -> Option<&'s Json> {
    match value {
        // There is one way to write an index.
        Json::Array(items) => items.get(token.parse::<usize>().ok().filter(|at| at.to_string() == token)?),
        _ => value.get(token.as_bytes()),
    }
}

/// The look at the schema itself: everything here says no when in doubt.
struct Check<'s> {
    draft: Draft,
    shapes: &'s Shapes,
    build: &'s Build,
    references: Vec<String>,
}

impl Check<'_> {
    fn root(&mut self, document: &Json) -> bool {
        self.entries(document, 0, true)
    }

    /// What the references lead to must be there; where nobody said that it is a schema, it must look like one.
    fn targets(&mut self, document: &Json) -> bool {
        let mut checked = 0;
        while let Some(reference) = self.references.get(checked) {
            let fits = match target(document, reference, self.draft) {
                Some((_, true)) => true,
                Some((schema, false)) => self.schema(schema, 0),
                None => false,
            };
            if !fits {
                return false;
            }
            checked += 1;
        }
        true
    }

    fn schema(&mut self, schema: &Json, depth: u32) -> bool {
        depth < MAX_DEPTH && self.entries(schema, depth + 1, false)
    }

    fn entries(&mut self, schema: &Json, depth: u32, root: bool) -> bool {
        match schema {
            Json::Bool(_) => self.draft >= Draft::Draft6,
            Json::Object(entries) => entries.iter().all(|(keyword, value)| match keyword.as_bytes() {
                b"$schema" => root && self.value(b"$schema", Shape::Uri, value, depth),
                b"$id" if root => schema.get(b"$ref").is_none() && self.root_id(value),
                b"id" => self.draft > Draft::Draft4,
                b"$id" | b"$anchor" | b"$dynamicAnchor" | b"$dynamicRef" | b"$recursiveAnchor" | b"$recursiveRef"
                | b"$vocabulary" => false,
                name => match self.shapes.get(name) {
                    Some(shape) => self.value(name, *shape, value, depth),
                    // The compiler looks for schemas there all the same.
                    None => document::place(self.draft, name, value).is_none(),
                },
            }),
            _ => false,
        }
    }

    /// The document's own id, which its references are relative to.
    fn root_id(&self, id: &Json) -> bool {
        let Some(id) = id.as_str().and_then(Str::to_utf8) else { return false };
        let id = id.strip_suffix('#').unwrap_or(id);
        self.draft > Draft::Draft4
            && !id.contains('#')
            && format::check(&Str::from("uri"), &Str::from(id), self.build).is_ok()
            && join(SCHEMA_URL, id, &self.build.toolchain)
                .is_ok_and(|(url, _)| join(&url, "", &self.build.toolchain) == Ok((url, String::new())))
    }

    fn value(&mut self, keyword: &[u8], shape: Shape, value: &Json, depth: u32) -> bool {
        let text = |format: &str| {
            value.as_str().is_some_and(|text| format::check(&Str::from(format), text, self.build).is_ok())
        };
        match shape {
            Shape::Anything => true,
            Shape::Text | Shape::UriReference if keyword == b"$ref" => {
                let Some(reference) = value.as_str().and_then(Str::to_utf8) else { return false };
                if !self.references.iter().any(|known| known == reference) {
                    self.references.push(reference.to_owned());
                }
                text("uri-reference")
            }
            Shape::Text => value.as_str().is_some(),
            Shape::Boolean => value.as_bool().is_some() && !keyword.starts_with(b"exclusive"),
            Shape::Number => matches!(value, Json::Number(_)),
            Shape::PositiveNumber => number(value).is_some_and(|n| n.is_positive()),
            Shape::Count | Shape::CountFromZero => {
                matches!(value, Json::Number(n) if n.len() < 10 && n.iter().all(u8::is_ascii_digit))
            }
            Shape::List => value.as_array().is_some(),
            Shape::NonEmptyUniqueList => value.as_array().is_some_and(|items| !items.is_empty() && self.unique(items)),
            Shape::UniqueTexts => value.as_array().is_some_and(|items| {
                items.iter().all(|item| item.as_str().is_some()) && self.unique(items) && !items.is_empty()
            }),
            Shape::TypeNames => match value {
                Json::String(name) => Types::of_name(name).is_some(),
                Json::Array(names) => {
                    let is_type = |name: &Json| name.as_str().is_some_and(|name| Types::of_name(name).is_some());
                    !names.is_empty() && names.iter().all(is_type) && self.unique(names)
                }
                _ => false,
            },
            Shape::Regex => value.as_str().is_some_and(|pattern| compiled(pattern, &self.build.toolchain).is_some()),
            Shape::Uri => text("uri"),
            Shape::UriReference => text("uri-reference"),
            Shape::Schema => self.schema(value, depth),
            Shape::SchemaOrBoolean => value.as_bool().is_some() || self.schema(value, depth),
            Shape::SchemaList => self.list(value, depth),
            Shape::SchemaOrList if value.as_array().is_some() => self.list(value, depth),
            Shape::SchemaOrList => self.schema(value, depth),
            Shape::Schemas | Shape::SchemasByPattern => value.as_object().is_some_and(|members| {
                members.iter().all(|(name, value)| {
                    (keyword != b"patternProperties" || compiled(name, &self.build.toolchain).is_some())
                        && self.schema(value, depth)
                })
            }),
            Shape::Dependencies | Shape::TextsByName | Shape::Id | Shape::Anchor | Shape::Vocabulary => false,
        }
    }

    fn list(&mut self, value: &Json, depth: u32) -> bool {
        let items = value.as_array().unwrap_or_default();
        !items.is_empty() && items.iter().all(|item| self.schema(item, depth))
    }

    fn unique(&self, items: &[Json]) -> bool {
        let texts: Option<Vec<&Str>> = items.iter().map(Json::as_str).collect();
        if let Some(mut texts) = texts {
            texts.sort_unstable();
            return texts.is_sorted_by(|a, b| a < b);
        }
        all_different(items, &self.build.quirks) == Some(true)
    }
}

fn number(value: &Json) -> Option<Decimal> {
    match value {
        Json::Number(text) => Decimal::parse(text),
        _ => None,
    }
}

fn all_different(items: &[Json], quirks: &Quirks) -> Option<bool> {
    let equal = |(at, item)| items.iter().take(at).any(|other| equals(item, other, quirks));
    (items.len() <= MAX_COMPARED).then(|| !items.iter().enumerate().any(equal))
}

/// The look at values: whether they meet a schema, and `None` where that is not for this file to say.
struct Verdict<'p> {
    plain: &'p Plain,
    build: &'p Build,
    steps: u32,
}

impl Verdict<'_> {
    fn of(&mut self, schema: &Json, value: &Json, same_value: u32) -> Option<bool> {
        let entries = match schema {
            Json::Bool(b) => return Some(*b),
            Json::Object(entries) => entries,
            _ => return None,
        };
        self.steps += 1;
        if self.steps > MAX_STEPS || same_value > MAX_SAME_VALUE || stack::is_low() {
            return None;
        }
        if let Json::Other(_) = value {
            return entries.is_empty().then_some(true);
        }
        let draft = self.plain.draft;
        let refers = draft < Draft::Draft2019 && schema.get(b"$ref").is_some();
        for (keyword, wanted) in entries {
            let keyword = keyword.as_bytes();
            // Beside a reference an old draft knows no other keyword, but the engine knows some.
            if refers && keyword != b"$ref" {
                if is_annotation(keyword) {
                    continue;
                }
                return None;
            }
            if !self.keyword(schema, keyword, wanted, value, same_value)? {
                return Some(false);
            }
        }
        Some(true)
    }

    fn keyword(&mut self, schema: &Json, keyword: &[u8], wanted: &Json, value: &Json, same: u32) -> Option<bool> {
        let draft = self.plain.draft;
        let entries = value.as_object();
        let items = value.as_array();
        let text = value.as_str();
        let count = || number(wanted)?.to_int();
        Some(match keyword {
            b"$ref" => {
                let (target, _) = target(&self.plain.document, wanted.as_str()?.to_utf8()?, draft)?;
                self.of(target, value, same + 1)?
            }
            b"type" => has_type(wanted, value)?,
            b"enum" => {
                let wanted = wanted.as_array()?;
                // A number that equals a text does so only beside other numbers.
                wanted.iter().any(|wanted| Types::of(wanted).intersects(Types::of(value)))
                    && wanted.iter().any(|wanted| equals(value, wanted, &self.build.quirks))
            }
            b"const" if draft >= Draft::Draft6 => equals(value, wanted, &self.build.quirks),
            b"format" => match (wanted.as_str()?, text) {
                (name, Some(text)) if draft < Draft::Draft2019 && format::is_known(name) => {
                    format::check(name, text, self.build).is_ok()
                }
                _ => true,
            },
            b"allOf" => self.all(wanted.as_array()?.iter().map(|schema| (schema, value)), same + 1)?,
            b"anyOf" => {
                for schema in wanted.as_array()? {
                    if self.of(schema, value, same + 1)? {
                        return Some(true);
                    }
                }
                false
            }
            b"oneOf" => {
                let mut met = 0;
                for schema in wanted.as_array()? {
                    met += u32::from(self.of(schema, value, same + 1)?);
                }
                met == 1
            }
            b"not" => !self.of(wanted, value, same + 1)?,
            b"if" if draft >= Draft::Draft7 => {
                let branch: &[u8] = if self.of(wanted, value, same + 1)? { b"then" } else { b"else" };
                match schema.get(branch) {
                    Some(branch) => self.of(branch, value, same + 1)?,
                    None => true,
                }
            }
            b"properties" | b"patternProperties" | b"additionalProperties" => match entries {
                // All three are looked at with the one that comes first.
                Some(entries) if is_first_of_members(schema, keyword) => self.members(schema, entries)?,
                _ => true,
            },
            b"required" => match entries {
                Some(_) => wanted.as_array()?.iter().all(|name| name.as_str().is_some_and(|n| value.get(n).is_some())),
                None => true,
            },
            b"minProperties" => entries.is_none_or(|entries| count().is_some_and(|min| entries.len() as i64 >= min)),
            b"maxProperties" => entries.is_none_or(|entries| count().is_some_and(|max| entries.len() as i64 <= max)),
            b"items" if wanted.as_array().is_none() && schema.get(b"prefixItems").is_none() => match items {
                Some(items) => self.all(items.iter().map(|item| (wanted, item)), 0)?,
                None => true,
            },
            b"minItems" => items.is_none_or(|items| count().is_some_and(|min| items.len() as i64 >= min)),
            b"maxItems" => items.is_none_or(|items| count().is_some_and(|max| items.len() as i64 <= max)),
            b"uniqueItems" => match items.filter(|_| wanted.as_bool() == Some(true)) {
                Some(items) => all_different(items, &self.build.quirks)?,
                None => true,
            },
            b"minLength" => text.is_none_or(|text| count().is_some_and(|min| utf8::rune_count(text) as i64 >= min)),
            b"maxLength" => text.is_none_or(|text| count().is_some_and(|max| utf8::rune_count(text) as i64 <= max)),
            b"pattern" => text.is_none_or(|text| {
                wanted.as_str().is_some_and(|pattern| matches(pattern, text, &self.build.toolchain))
            }),
            b"minimum" | b"maximum" | b"exclusiveMinimum" | b"exclusiveMaximum" | b"multipleOf" => {
                let Json::Number(got) = value else { return Some(true) };
                let (got, wanted) = (Decimal::parse(got)?, number(wanted)?);
                match keyword {
                    b"minimum" => got >= wanted,
                    b"maximum" => got <= wanted,
                    b"exclusiveMinimum" if draft >= Draft::Draft6 => got > wanted,
                    b"exclusiveMaximum" if draft >= Draft::Draft6 => got < wanted,
                    b"multipleOf" => got.is_multiple_of(&wanted),
                    _ => return None,
                }
            }
            b"then" | b"else" => true,
            _ if is_annotation(keyword) => true,
            // Keywords of other kinds, and those that only some drafts know.
            _ => return (!OF_SOME_DRAFT.contains(&keyword)).then_some(true),
        })
    }

    fn all<'v>(&mut self, pairs: impl Iterator<Item = (&'v Json, &'v Json)>, same_value: u32) -> Option<bool> {
        for (schema, value) in pairs {
            if !self.of(schema, value, same_value)? {
                return Some(false);
            }
        }
        Some(true)
    }

    fn members(&mut self, schema: &Json, entries: &[(Str, Json)]) -> Option<bool> {
        let properties = schema.get(b"properties");
        let patterns = schema.get(b"patternProperties").and_then(Json::as_object).unwrap_or_default();
        let patterns: Option<Vec<_>> =
            patterns.iter().map(|(p, schema)| Some((compiled(p, &self.build.toolchain)?, schema))).collect();
        let patterns = patterns?;
        let additional = schema.get(b"additionalProperties");
        for (name, value) in entries {
            let mut evaluated = false;
            if let Some(schema) = properties.and_then(|properties| properties.get(name)) {
                evaluated = true;
                if !self.of(schema, value, 0)? {
                    return Some(false);
                }
            }
            for (pattern, schema) in &patterns {
                self.steps += 1;
                if pattern.is_match(name) {
                    evaluated = true;
                    if !self.of(schema, value, 0)? {
                        return Some(false);
                    }
                }
            }
            if let Some(schema) = additional.filter(|_| !evaluated)
                && !self.of(schema, value, 0)?
            {
                return Some(false);
            }
        }
        Some(true)
    }
}

/// Whether this is the first of the keywords that share out an object's members among them.
fn is_first_of_members(schema: &Json, keyword: &[u8]) -> bool {
    match keyword {
        b"additionalProperties" => true,
        b"patternProperties" => schema.get(b"additionalProperties").is_none(),
        _ => schema.get(b"additionalProperties").is_none() && schema.get(b"patternProperties").is_none(),
    }
}

fn has_type(names: &Json, value: &Json) -> Option<bool> {
    let got = Types::of(value);
    let is = |name: &Json| {
        let wanted = Types::of_name(name.as_str()?)?;
        Some(wanted.intersects(got) || (wanted == Types::INTEGER && got == Types::NUMBER && is_integer(value)))
    };
    match names {
        Json::Array(names) => names.iter().map(is).try_fold(false, |any, one| Some(any | one?)),
        name => is(name),
    }
}

/// What says nothing about values.
fn is_annotation(keyword: &[u8]) -> bool {
    matches!(
        keyword,
        b"$schema"
            | b"$id"
            | b"$comment"
            | b"$defs"
            | b"definitions"
            | b"title"
            | b"description"
            | b"default"
            | b"deprecated"
            | b"readOnly"
            | b"writeOnly"
            | b"examples"
            | b"contentEncoding"
            | b"contentMediaType"
    )
}

/// Keywords on which there is no verdict here, at least in some drafts. Any other is nobody's.
const OF_SOME_DRAFT: [&[u8]; 16] = [
    b"additionalItems",
    b"const",
    b"contains",
    b"contentSchema",
    b"dependencies",
    b"dependentRequired",
    b"dependentSchemas",
    b"id",
    b"if",
    b"items",
    b"maxContains",
    b"minContains",
    b"prefixItems",
    b"propertyNames",
    b"unevaluatedItems",
    b"unevaluatedProperties",
];

#[cfg(test)]
mod tests;
