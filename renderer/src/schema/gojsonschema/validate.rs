//! Walking an instance. Errors come in a flat list; a score says how well a schema fits, so that of the alternatives of
//! `anyOf` and `oneOf` the nearest one's errors are reported.

use std::cmp::Ordering;
use std::rc::Rc;

use thinlock_go::regexp::Regexp;
use thinlock_go::{Str, Toolchain, stack, utf8};

use super::super::decimal::Decimal;
use super::super::json::Json;
use super::format;
use super::parse::{Additional, Dependency, Id, Schema, canonical};

/// Validates an instance; returns what is wrong as `FIELD: DESCRIPTION`.
///
/// # Errors
/// The schema leads back to itself for one value, where the stack of Go's process overflows.
pub(super) fn validate(
    schemas: &[Schema],
    root: Id,
    instance: &Json,
    toolchain: &Toolchain,
) -> Result<Vec<String>, String> {
    let mut walker = Walker { schemas, toolchain, path: Vec::new(), steps: 0, endless: false };
    let mut outcome = Outcome::default();
    walker.apply(root, instance, &mut outcome, 0);
    if walker.endless { Err("schema refers to itself without end".into()) } else { Ok(outcome.errors) }
}

/// More schemas than any that has an end applies within each other.
const MAX_DEPTH: usize = 10_000;
/// More schemas than a document that was written by people makes of its values; a hostile one doubles them at will.
const MAX_STEPS: u32 = 2_000_000;

#[derive(Default)]
struct Outcome {
    errors: Vec<String>,
    score: i64,
}

impl Outcome {
    fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }

    fn merge(&mut self, other: Outcome) {
        self.errors.extend(other.errors);
        self.score += other.score;
    }

    /// Keeps the better one of the outcomes that failed; the first of equals.
    fn better(best: &mut Option<Outcome>, other: Outcome) {
        if best.as_ref().is_none_or(|best| other.score > best.score) {
            *best = Some(other);
        }
    }
}

struct Walker<'s> {
    schemas: &'s [Schema],
    toolchain: &'s Toolchain,
    path: Vec<Str>,
    /// How many schemas were applied.
    steps: u32,
    /// The walk has no end that is worth waiting for: nothing is looked at any more.
    endless: bool,
}

impl Walker<'_> {
    fn field(&self) -> String {
        if self.path.is_empty() {
            return "(root)".into();
        }
        self.path.iter().map(|token| token.to_lossy()).collect::<Vec<_>>().join(".")
    }

    fn error(&self, out: &mut Outcome, description: impl Into<String>) {
        out.errors.push(format!("{}: {}", self.field(), description.into()));
        // Together with the point at the end of the function: one less.
        out.score -= 2;
    }

    /// `subValidateWithContext`: by itself, at a member where a token is given.
    fn alone(&mut self, id: Id, value: &Json, token: Option<Str>, depth: usize) -> Outcome {
        let mut out = Outcome::default();
        let nested = token.is_some();
        self.path.extend(token);
        self.apply(id, value, &mut out, depth + 1);
        if nested {
            self.path.pop();
        }
        out
    }

    /// `validateRecursive`.
    fn apply(&mut self, id: Id, value: &Json, out: &mut Outcome, depth: usize) {
        let Some(schema) = self.schemas.get(id) else { return };
        self.steps += 1;
        self.endless |= depth > MAX_DEPTH || self.steps > MAX_STEPS || stack::is_low();
        if self.endless {
            return;
        }
        if let Some(pass) = schema.pass {
            if !pass {
                self.error(out, "False always fails validation");
            }
            return;
        }
        if let Some(target) = schema.reference {
            return self.apply(target, value, out, depth + 1);
        }
        let integer = is_integer(value);
        let given = match value {
            Json::Null => "null",
            Json::Bool(_) => "boolean",
            Json::Number(_) if integer => "integer",
            Json::Number(_) => "number",
            Json::String(_) => "string",
            Json::Array(_) => "array",
            Json::Object(_) | Json::Other(_) => "object",
        };
        let typed = schema.types.is_empty()
            || schema.types.contains(&given)
            || (given == "integer" && schema.types.contains(&"number"));
        if !typed {
            let expected = match schema.types.as_slice() {
                [one] => (*one).to_owned(),
                types => format!("[{}]", types.join(",")),
            };
            return self.error(out, format!("Invalid type. Expected: {expected}, given: {given}"));
        }
        self.combinations(schema, value, out, depth);
        match value {
            Json::Null | Json::Other(_) => common(self, schema, value, out),
            Json::Number(text) => {
                self.number(schema, text, out);
                common(self, schema, value, out);
            }
            Json::Bool(_) => common(self, schema, value, out),
            Json::String(text) => {
                common(self, schema, value, out);
                self.text(schema, text, out);
            }
            Json::Array(items) => {
                self.array(schema, items, out, depth);
                common(self, schema, value, out);
            }
            Json::Object(entries) => {
                self.object(schema, entries, out, depth);
                common(self, schema, value, out);
                for (name, id) in &schema.properties {
                    if let Some(member) = value.get(name) {
                        self.path.push(name.clone());
                        self.apply(*id, member, out, depth + 1);
                        self.path.pop();
                    }
                }
            }
        }
        out.score += 1;
    }

    /// `validateSchema`: the schemas that apply to the same value.
    fn combinations(&mut self, schema: &Schema, value: &Json, out: &mut Outcome, depth: usize) {
        if !schema.any_of.is_empty() {
            let mut best = None;
            let mut matched = false;
            for id in &schema.any_of {
                let outcome = self.alone(*id, value, None, depth);
                if outcome.is_valid() {
                    matched = true;
                    break;
                }
                Outcome::better(&mut best, outcome);
            }
            if !matched {
                self.error(out, "Must validate at least one schema (anyOf)");
                best.into_iter().for_each(|best| out.merge(best));
            }
        }
        if !schema.one_of.is_empty() {
            let mut best = None;
            let mut matched = 0;
            for id in &schema.one_of {
                let outcome = self.alone(*id, value, None, depth);
                if outcome.is_valid() {
                    matched += 1;
                } else if matched == 0 {
                    Outcome::better(&mut best, outcome);
                }
            }
            if matched != 1 {
                self.error(out, "Must validate one and only one schema (oneOf)");
                if matched == 0 {
                    best.into_iter().for_each(|best| out.merge(best));
                }
            }
        }
        let mut failed = false;
        for id in &schema.all_of {
            let outcome = self.alone(*id, value, None, depth);
            failed |= !outcome.is_valid();
            out.merge(outcome);
        }
        if failed {
            self.error(out, "Must validate all the schemas (allOf)");
        }
        if let Some(id) = schema.not
            && self.alone(id, value, None, depth).is_valid()
        {
            self.error(out, "Must not validate the schema (not)");
        }
        if let Json::Object(_) = value {
            for (_, dependency) in schema.dependencies.iter().filter(|(name, _)| value.get(name).is_some()) {
                match dependency {
                    Dependency::Properties(names) => {
                        for name in names.iter().filter(|name| value.get(name).is_none()) {
                            self.error(out, format!("Has a dependency on {}", name.to_lossy()));
                        }
                    }
                    Dependency::Schema(id) => self.apply(*id, value, out, depth + 1),
                }
            }
        }
        if let Some(id) = schema.condition {
            let matched = self.alone(id, value, None, depth).is_valid();
            let (branch, description) = if matched {
                (schema.then, "Must validate \"then\" as \"if\" was valid")
            } else {
                (schema.otherwise, "Must validate \"else\" as \"if\" was not valid")
            };
            if let Some(id) = branch {
                let outcome = self.alone(id, value, None, depth);
                if !outcome.is_valid() {
                    self.error(out, description);
                    out.merge(outcome);
                }
            }
        }
        out.score += 1;
    }

    fn array(&mut self, schema: &Schema, items: &[Json], out: &mut Outcome, depth: usize) {
        let index = |at: usize| Some(Str::from(at.to_string()));
        let count = items.len() as i64;
        if schema.single_items {
            for (at, item) in items.iter().enumerate() {
                let Some(id) = schema.items.first() else { break };
                let outcome = self.alone(*id, item, index(at), depth);
                out.merge(outcome);
            }
        } else if !schema.items.is_empty() {
            for (at, (item, id)) in items.iter().zip(&schema.items).enumerate() {
                let outcome = self.alone(*id, item, index(at), depth);
                out.merge(outcome);
            }
            match schema.additional_items.filter(|_| schema.items.len() < items.len()) {
                Some(Additional::Bool(false)) => self.error(out, "No additional items allowed on array"),
                Some(Additional::Schema(id)) => {
                    for (at, item) in items.iter().enumerate().skip(schema.items.len()) {
                        let outcome = self.alone(id, item, index(at), depth);
                        out.merge(outcome);
                    }
                }
                _ => {}
            }
        }
        if let Some(min) = schema.min_items.filter(|min| count < *min) {
            self.error(out, format!("Array must have at least {min} items"));
        }
        if let Some(max) = schema.max_items.filter(|max| count > *max) {
            self.error(out, format!("Array must have at most {max} items"));
        }
        if schema.unique_items {
            let mut seen = std::collections::BTreeMap::new();
            for (at, item) in items.iter().enumerate() {
                if let Some(other) = seen.insert(canonical(item), at) {
                    self.error(out, format!("array items[{other},{at}] must be unique"));
                }
            }
        }
        if let Some(id) = schema.contains {
            let mut best = None;
            let mut matched = false;
            for (at, item) in items.iter().enumerate() {
                let outcome = self.alone(id, item, index(at), depth);
                if outcome.is_valid() {
                    matched = true;
                    break;
                }
                Outcome::better(&mut best, outcome);
            }
            if !matched {
                self.error(out, "At least one of the items must match");
                best.into_iter().for_each(|best| out.merge(best));
            }
        }
        out.score += 1;
    }

    fn object(&mut self, schema: &Schema, entries: &[(Str, Json)], out: &mut Outcome, depth: usize) {
        let count = entries.len() as i64;
        let has = |name: &Str| entries.binary_search_by(|(key, _)| key.cmp(name)).is_ok();
        if let Some(min) = schema.min_properties.filter(|min| count < *min) {
            self.error(out, format!("Must have at least {min} properties"));
        }
        if let Some(max) = schema.max_properties.filter(|max| count > *max) {
            self.error(out, format!("Must have at most {max} properties"));
        }
        for name in &schema.required {
            if has(name) {
                out.score += 1;
            } else {
                self.error(out, format!("{} is required", name.to_lossy()));
            }
        }
        let patterns: Vec<_> =
            schema.pattern_properties.iter().filter_map(|(p, id)| Some((self.compiled(p)?, *id))).collect();
        for (name, value) in entries {
            self.steps = self.steps.saturating_add(patterns.len() as u32);
            let mut found = schema.properties.binary_search_by(|(property, _)| property.cmp(name)).is_ok();
            let mut matched = false;
            for (_, id) in patterns.iter().filter(|(pattern, _)| pattern.is_match(name)) {
                matched = true;
                let outcome = self.alone(*id, value, Some(name.clone()), depth);
                out.merge(outcome);
            }
            out.score += i64::from(matched);
            found |= matched;
            match schema.additional_properties.filter(|_| !found) {
                Some(Additional::Bool(false)) => {
                    self.error(out, format!("Additional property {} is not allowed", name.to_lossy()));
                }
                Some(Additional::Schema(id)) => {
                    let outcome = self.alone(id, value, Some(name.clone()), depth);
                    out.merge(outcome);
                }
                _ => {}
            }
        }
        if let Some(id) = schema.property_names {
            for (name, _) in entries {
                let outcome = self.alone(id, &Json::String(name.clone()), None, depth);
                if !outcome.is_valid() {
                    self.error(out, format!("Property name of \"{}\" does not match", name.to_lossy()));
                    out.merge(outcome);
                }
            }
        }
        out.score += 1;
    }

    fn text(&mut self, schema: &Schema, text: &Str, out: &mut Outcome) {
        let length = utf8::rune_count(text) as i64;
        if let Some(min) = schema.min_length.filter(|min| length < *min) {
            self.error(out, format!("String length must be greater than or equal to {min}"));
        }
        if let Some(max) = schema.max_length.filter(|max| length > *max) {
            self.error(out, format!("String length must be less than or equal to {max}"));
        }
        if let Some(pattern) =
            schema.pattern.as_ref().filter(|pattern| !self.compiled(pattern).is_some_and(|p| p.is_match(text)))
        {
            self.error(out, format!("Does not match pattern '{}'", pattern.to_lossy()));
        }
        if let Some(name) = schema.format.as_ref().filter(|name| !format::is_format(name, text, self.toolchain)) {
            self.error(out, format!("Does not match format '{}'", name.to_lossy()));
        }
        out.score += 1;
    }

    fn compiled(&self, pattern: &Str) -> Option<Rc<Regexp>> {
        Regexp::compile(pattern, self.toolchain).ok()
    }

    fn number(&mut self, schema: &Schema, text: &Str, out: &mut Outcome) {
        let Some(got) = Decimal::parse(text) else { return };
        if let Some(multiple) = schema.multiple_of.as_ref().filter(|multiple| !got.is_multiple_of(multiple)) {
            self.error(out, format!("Must be a multiple of {}", multiple.general()));
        }
        let bounds = [
            (&schema.maximum, Ordering::Less, true, "less than or equal to"),
            (&schema.exclusive_maximum, Ordering::Less, false, "less than"),
            (&schema.minimum, Ordering::Greater, true, "greater than or equal to"),
            (&schema.exclusive_minimum, Ordering::Greater, false, "greater than"),
        ];
        for (bound, allowed, inclusive, words) in bounds {
            let Some(bound) = bound else { continue };
            let order = got.cmp(bound);
            if order != allowed && !(inclusive && order == Ordering::Equal) {
                self.error(out, format!("Must be {words} {}", bound.general()));
            }
        }
        // A number is no text of any format that the library knows.
        if let Some(name) = schema.format.as_ref().filter(|name| format::is_known(name)) {
            self.error(out, format!("Does not match format '{}'", name.to_lossy()));
        }
        out.score += 1;
    }
}

/// `validateCommon`, for any value.
fn common(walker: &Walker<'_>, schema: &Schema, value: &Json, out: &mut Outcome) {
    if schema.constant.is_some() || !schema.enumeration.is_empty() {
        let shown = canonical(value);
        if let Some(constant) = schema.constant.as_ref().filter(|constant| **constant != shown) {
            walker.error(out, format!("{} does not match: {}", walker.field(), constant.to_lossy()));
        }
        if !schema.enumeration.is_empty() && !schema.enumeration.contains(&shown) {
            let allowed: Vec<_> = schema.enumeration.iter().map(|v| v.to_lossy()).collect();
            let allowed = allowed.join(", ");
            walker.error(out, format!("{} must be one of the following: {allowed}", walker.field()));
        }
    }
    out.score += 1;
}

fn is_integer(value: &Json) -> bool {
    matches!(value, Json::Number(text) if Decimal::parse(text).is_some_and(|d| d.is_integer()))
}
