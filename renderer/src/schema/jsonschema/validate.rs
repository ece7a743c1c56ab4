//! Walking an instance along a compiled schema.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use thinlock_go::regexp::Regexp;
use thinlock_go::{Str, Toolchain, stack, utf8};

use super::super::decimal::Decimal;
use super::super::json::Json;
use super::error::{Kind, ValidationError, pointer};
use super::schema::{Additional, Dependency, Draft, Id, Items, Schema, Schemas, Types};
use super::{Build, Quirks, format, meta};

pub(super) type Failure = Box<ValidationError>;
type Checked = Result<Unevaluated, Failure>;

/// `Schema.Validate`. With `drafts` (the resources of a document and their drafts) the instance is a schema, and a part
/// with another draft is validated by that draft's meta-schema.
pub(super) fn validate(
    schemas: &Schemas,
    root: Id,
    instance: &Json,
    build: &Build,
    drafts: Option<&BTreeMap<String, Draft>>,
) -> Result<(), Failure> {
    let meta = drafts.map(|_| At { schemas, id: root });
    let mut walker = Walker { build, drafts, path: Vec::new(), steps: 0, exhausted: false };
    let verdict = walker.whole(At { schemas, id: root }, instance, meta);
    if walker.exhausted { Err(Box::new(walker.error(Kind::Exhausted))) } else { verdict }
}

/// A schema and the list that it belongs to.
#[derive(Clone, Copy)]
struct At<'s> {
    schemas: &'s Schemas,
    id: Id,
}

impl<'s> At<'s> {
    fn schema(self) -> &'s Schema {
        self.schemas.get(self.id)
    }

    fn other(self, id: Id) -> At<'s> {
        At { id, ..self }
    }

    fn is(self, other: At<'_>) -> bool {
        std::ptr::eq(self.schemas, other.schemas) && self.id == other.id
    }
}

/// The schemas that led here, innermost first: for cycles and dynamic references.
struct Scope<'p, 's> {
    at: At<'s>,
    /// The keyword that jumped here, if one did.
    jump: Option<&'static str>,
    /// Counts the values on the way; schemas for one value have the same.
    value: usize,
    parent: Option<&'p Scope<'p, 's>>,
}

impl Scope<'_, '_> {
    fn cycle(&self) -> Option<&Scope<'_, '_>> {
        let mut scope = self.parent;
        while let Some(outer) = scope.filter(|outer| outer.value == self.value) {
            if outer.at.is(self.at) {
                return Some(outer);
            }
            scope = outer.parent;
        }
        None
    }

    fn keyword_location(&self) -> String {
        let (mut location, mut scope) = (String::new(), self);
        while let Some(parent) = scope.parent {
            let step = match scope.jump {
                Some(keyword) => format!("/{}", super::url::escape(keyword)),
                None => {
                    let (own, outer) = (&scope.at.schema().location, &parent.at.schema().location);
                    own.get(outer.len()..).unwrap_or_default().to_owned()
                }
            };
            location = step + &location;
            scope = parent;
        }
        location
    }
}

/// The properties and items that no keyword has looked at yet; `None` where nobody asks.
#[derive(Default)]
struct Unevaluated {
    properties: Option<BTreeSet<Str>>,
    items: Option<BTreeSet<usize>>,
}

impl Unevaluated {
    fn of(value: &Json, schema: &Schema, asked: bool) -> Unevaluated {
        let mut out = Unevaluated::default();
        match value {
            Json::Object(entries)
                if !schema.all_properties_evaluated && (asked || schema.unevaluated_properties.is_some()) =>
            {
                out.properties = Some(entries.iter().map(|(name, _)| name.clone()).collect());
            }
            Json::Array(items)
                if !schema.all_items_evaluated
                    && (asked || schema.unevaluated_items.is_some())
                    && schema.items_evaluated < items.len() =>
            {
                out.items = Some((schema.items_evaluated..items.len()).collect());
            }
            _ => {}
        }
        out
    }

    fn is_empty(&self) -> bool {
        self.properties.as_ref().is_none_or(BTreeSet::is_empty) && self.items.as_ref().is_none_or(BTreeSet::is_empty)
    }

    /// Keeps what the other has not looked at either.
    fn merge(&mut self, other: &Unevaluated) {
        if let Some(properties) = &mut self.properties {
            properties.retain(|name| other.properties.as_ref().is_some_and(|o| o.contains(name)));
        }
        if let Some(items) = &mut self.items {
            items.retain(|at| other.items.as_ref().is_some_and(|o| o.contains(at)));
        }
    }
}

struct Walker<'a> {
    build: &'a Build,
    drafts: Option<&'a BTreeMap<String, Draft>>,
    path: Vec<Str>,
    /// How many schemas were applied.
    steps: u32,
    /// There were too many of them, or too many within each other: nothing is looked at any more.
    exhausted: bool,
}

/// More schemas than a document that was written by people makes of its values; a hostile one doubles them at will.
const MAX_STEPS: u32 = 2_000_000;

/// One schema being applied to one value.
struct Step<'p, 's, 'v> {
    scope: &'p Scope<'p, 's>,
    value: &'v Json,
    errors: Vec<ValidationError>,
    unevaluated: Unevaluated,
    /// Only the verdict counts.
    verdict_only: bool,
    meta: Option<At<'s>>,
}

impl<'s> Step<'_, 's, '_> {
    fn schema(&self) -> &'s Schema {
        self.scope.at.schema()
    }
}

impl Walker<'_> {
    /// A value by itself: the instance, or a property name.
    fn whole<'s>(&mut self, at: At<'s>, value: &Json, meta: Option<At<'s>>) -> Result<(), Failure> {
        let path = std::mem::take(&mut self.path);
        let scope = Scope { at, jump: None, value: 0, parent: None };
        let unevaluated = Unevaluated::of(value, at.schema(), false);
        let checked = self.apply(&scope, value, unevaluated, false, meta);
        self.path = path;
        let Err(error) = checked else { return Ok(()) };
        let causes = if matches!(error.kind, Kind::Group) { error.causes } else { vec![*error] };
        Err(Box::new(ValidationError { path: Vec::new(), kind: Kind::Schema(at.schema().location.clone()), causes }))
    }

    fn error(&self, kind: Kind) -> ValidationError {
        ValidationError { path: self.path.clone(), kind, causes: Vec::new() }
    }

    fn fail(&self, kind: Kind) -> Checked {
        Err(Box::new(self.error(kind)))
    }

    /// The meta-schema that takes over where an embedded resource has another draft.
    fn by_draft<'s>(&self, at: At<'s>, meta: Option<At<'s>>) -> (At<'s>, Option<At<'s>>) {
        let Some((current, drafts)) = meta.zip(self.drafts) else { return (at, meta) };
        if !at.is(current) {
            return (at, meta);
        }
        let Some(draft) = drafts.get(&pointer(&self.path)) else { return (at, meta) };
        let target = meta::schema(*draft);
        let target = At { schemas: &target.schemas, id: target.root };
        (target, Some(target))
    }

    fn apply<'s>(
        &mut self,
        scope: &Scope<'_, 's>,
        value: &Json,
        unevaluated: Unevaluated,
        verdict_only: bool,
        meta: Option<At<'s>>,
    ) -> Checked {
        let schema = scope.at.schema();
        match schema.boolean {
            Some(true) => return Ok(unevaluated),
            Some(false) => return self.fail(Kind::FalseSchema),
            None => {}
        }
        if let Some(other) = scope.cycle() {
            return self.fail(Kind::RefCycle {
                url: schema.location.clone(),
                first: scope.keyword_location(),
                second: other.keyword_location(),
            });
        }
        if let Json::Other(go_type) = value {
            return self.fail(Kind::InvalidValue(go_type));
        }
        self.steps += 1;
        self.exhausted |= self.steps > MAX_STEPS || stack::is_low();
        if self.exhausted {
            return self.fail(Kind::Group);
        }
        if let Some(kind) = self.scalar_keywords(schema, value) {
            return self.fail(kind);
        }
        let mut step = Step { scope, value, errors: Vec::new(), unevaluated, verdict_only, meta };
        if let Some(target) = schema.reference {
            let error = self.reference(&mut step, scope.at.other(target), "$ref");
            if schema.draft < Draft::Draft2019 {
                return match error {
                    Some(error) => Err(Box::new(error)),
                    None => Ok(step.unevaluated),
                };
            }
            step.errors.extend(error);
        }
        match value {
            Json::Object(entries) => self.object(&mut step, entries),
            Json::Array(items) => self.array(&mut step, items),
            Json::String(text) => self.text(&mut step, text),
            Json::Number(text) => self.number(&mut step, text),
            _ => {}
        }
        if step.errors.is_empty() || !verdict_only {
            if schema.draft >= Draft::Draft2019 {
                self.dynamic_references(&mut step);
            }
            self.conditions(&mut step);
            if schema.draft >= Draft::Draft2019 {
                self.unevaluated(&mut step);
            }
        }
        match step.errors.len() {
            0 => Ok(step.unevaluated),
            1 => Err(Box::new(step.errors.remove(0))),
            _ => {
                let mut group = self.error(Kind::Group);
                group.causes = step.errors;
                Err(Box::new(group))
            }
        }
    }

    /// `type`, `const`, `enum` and `format`: the first that fails is the only error.
    fn scalar_keywords(&self, schema: &Schema, value: &Json) -> Option<Kind> {
        let got = Types::of(value);
        if let Some(want) = schema.types
            && !want.intersects(got)
            && !(want.intersects(Types::INTEGER) && got.intersects(Types::NUMBER) && is_integer(value))
        {
            return Some(Kind::Type { got, want });
        }
        if let Some(want) = &schema.constant
            && !equals(value, want, &self.build.quirks)
        {
            return Some(Kind::Const(want.clone()));
        }
        if let Some((values, types)) = &schema.enumeration
            && !(types.intersects(got) && values.iter().any(|want| equals(value, want, &self.build.quirks)))
        {
            return Some(Kind::Enum(values.clone()));
        }
        if let Some(name) = &schema.format
            && let Json::String(text) = value
            && let Err(error) = format::check(name, text, self.build)
        {
            return Some(Kind::Format { got: value.clone(), want: name.clone(), error });
        }
        None
    }

    /// `validateSelf`: another schema for the same value.
    fn same_value<'s>(
        &mut self,
        step: &mut Step<'_, 's, '_>,
        at: At<'s>,
        jump: Option<&'static str>,
        verdict_only: bool,
    ) -> Result<(), Failure> {
        let scope = Scope { at, jump, value: step.scope.value, parent: Some(step.scope) };
        let unevaluated = Unevaluated::of(step.value, at.schema(), !step.unevaluated.is_empty());
        let (taken_over, meta) = self.by_draft(at, step.meta);
        let scope = Scope { at: taken_over, ..scope };
        let rest = self.apply(&scope, step.value, unevaluated, step.verdict_only || verdict_only, meta)?;
        step.unevaluated.merge(&rest);
        Ok(())
    }

    /// `validateVal`: a schema for a member of the value.
    fn member<'s>(&mut self, step: &Step<'_, 's, '_>, id: Id, value: &Json, token: Str) -> Result<(), Failure> {
        let at = step.scope.at.other(id);
        self.path.push(token);
        let (at, meta) = self.by_draft(at, step.meta);
        let scope = Scope { at, jump: None, value: step.scope.value + 1, parent: Some(step.scope) };
        let unevaluated = Unevaluated::of(value, at.schema(), false);
        let checked = self.apply(&scope, value, unevaluated, step.verdict_only, meta);
        self.path.pop();
        checked.map(|_| ())
    }

    fn add_member(&mut self, step: &mut Step<'_, '_, '_>, id: Id, value: &Json, token: Str) {
        if let Err(error) = self.member(step, id, value, token) {
            step.errors.push(*error);
        }
    }

    fn add_same(&mut self, step: &mut Step<'_, '_, '_>, id: Id) {
        let at = step.scope.at.other(id);
        if let Err(error) = self.same_value(step, at, None, false) {
            step.errors.push(*error);
        }
    }

    fn add(&self, step: &mut Step<'_, '_, '_>, kind: Kind) {
        step.errors.push(self.error(kind));
    }

    fn add_with(&self, step: &mut Step<'_, '_, '_>, kind: Kind, causes: Vec<ValidationError>) {
        let mut error = self.error(kind);
        error.causes = causes;
        step.errors.push(error);
    }

    fn reference<'s>(
        &mut self,
        step: &mut Step<'_, 's, '_>,
        at: At<'s>,
        keyword: &'static str,
    ) -> Option<ValidationError> {
        let error = self.same_value(step, at, Some(keyword), false).err()?;
        let mut reference = self.error(Kind::Reference);
        reference.causes = if matches!(error.kind, Kind::Group) { error.causes } else { vec![*error] };
        Some(reference)
    }

    fn object(&mut self, step: &mut Step<'_, '_, '_>, entries: &[(Str, Json)]) {
        let schema = step.schema();
        let has = |name: &Str| entries.binary_search_by(|(key, _)| key.cmp(name)).is_ok();
        let missing = |names: &[Str]| names.iter().filter(|name| !has(name)).cloned().collect::<Vec<_>>();
        let count = entries.len();
        if let Some(min) = schema.min_properties.filter(|min| (count as i64) < *min) {
            self.add(step, Kind::MinProperties(count, min));
        }
        if let Some(max) = schema.max_properties.filter(|max| (count as i64) > *max) {
            self.add(step, Kind::MaxProperties(count, max));
        }
        let absent = missing(&schema.required);
        if !absent.is_empty() {
            self.add(step, Kind::Required(absent));
        }
        if step.verdict_only && !step.errors.is_empty() {
            return;
        }
        for (name, dependency) in schema.dependencies.iter().filter(|(name, _)| has(name)) {
            match dependency {
                Dependency::Properties(names) => {
                    let absent = missing(names);
                    if !absent.is_empty() {
                        self.add(step, Kind::Dependency { property: name.clone(), missing: absent });
                    }
                }
                Dependency::Schema(id) => self.add_same(step, *id),
            }
        }
        let patterns: Vec<_> = schema
            .pattern_properties
            .iter()
            .filter_map(|(p, id)| Some((compiled(p, &self.build.toolchain)?, *id)))
            .collect();
        let mut additional = Vec::new();
        for (name, value) in entries {
            if step.verdict_only && !step.errors.is_empty() {
                return;
            }
            let mut evaluated = false;
            if let Ok(at) = schema.properties.binary_search_by(|(key, _)| key.cmp(name))
                && let Some((_, id)) = schema.properties.get(at)
            {
                evaluated = true;
                self.add_member(step, *id, value, name.clone());
            }
            self.steps = self.steps.saturating_add(patterns.len() as u32);
            for (pattern, id) in &patterns {
                if pattern.is_match(name) {
                    evaluated = true;
                    self.add_member(step, *id, value, name.clone());
                }
            }
            if let Some(rule) = schema.additional_properties.filter(|_| !evaluated) {
                evaluated = true;
                match rule {
                    Additional::Bool(true) => {}
                    Additional::Bool(false) => additional.push(name.clone()),
                    Additional::Schema(id) => self.add_member(step, id, value, name.clone()),
                }
            }
            if let Some(properties) = step.unevaluated.properties.as_mut().filter(|_| evaluated) {
                properties.remove(name);
            }
        }
        if !additional.is_empty() {
            self.add(step, Kind::AdditionalProperties(additional));
        }
        if schema.draft == Draft::Draft4 {
            return;
        }
        if let Some(id) = schema.property_names {
            for (name, _) in entries {
                let at = step.scope.at.other(id);
                if let Err(mut error) = self.whole(at, &Json::String(name.clone()), step.meta) {
                    if !self.build.quirks.property_name_at_root {
                        error.path = self.path.clone();
                    }
                    error.kind = Kind::PropertyNames(name.clone());
                    step.errors.push(*error);
                }
            }
        }
        if schema.draft == Draft::Draft6 {
            return;
        }
        for (name, id) in schema.dependent_schemas.iter() {
            if has(name) {
                self.add_same(step, *id);
            }
        }
        for (name, names) in schema.dependent_required.iter().filter(|(name, _)| has(name)) {
            let absent = missing(names);
            if !absent.is_empty() {
                self.add(step, Kind::Dependency { property: name.clone(), missing: absent });
            }
        }
    }

    fn array(&mut self, step: &mut Step<'_, '_, '_>, items: &[Json]) {
        let schema = step.schema();
        let count = items.len();
        let index = |at: usize| Str::from(at.to_string());
        if let Some(min) = schema.min_items.filter(|min| (count as i64) < *min) {
            self.add(step, Kind::MinItems(count, min));
        }
        if let Some(max) = schema.max_items.filter(|max| (count as i64) > *max) {
            self.add(step, Kind::MaxItems(count, max));
        }
        if schema.unique_items
            && let Some((a, b)) = self.duplicates(items)
        {
            self.add(step, Kind::UniqueItems(a, b));
        }
        let mut evaluated = 0;
        let rest = if schema.draft < Draft::Draft2020 {
            match &schema.items {
                Some(Items::Every(id)) => {
                    for (at, item) in items.iter().enumerate() {
                        self.add_member(step, *id, item, index(at));
                    }
                    evaluated = count;
                }
                Some(Items::Each(ids)) => {
                    for (at, (item, id)) in items.iter().zip(ids).enumerate() {
                        self.add_member(step, *id, item, index(at));
                    }
                    evaluated = count.min(ids.len());
                }
                None => {}
            }
            match schema.additional_items {
                Some(Additional::Bool(false)) if evaluated != count => {
                    self.add(step, Kind::AdditionalItems(count - evaluated));
                    None
                }
                Some(Additional::Schema(id)) => Some(id),
                _ => None,
            }
        } else {
            for (at, (item, id)) in items.iter().zip(&schema.prefix_items).enumerate() {
                self.add_member(step, *id, item, index(at));
            }
            evaluated = count.min(schema.prefix_items.len());
            schema.items_2020
        };
        if let Some(id) = rest {
            let first = if self.build.quirks.item_index_restarts { 0 } else { evaluated };
            for (at, item) in items.iter().skip(evaluated).enumerate() {
                self.add_member(step, id, item, index(first + at));
            }
        }
        if let Some(id) = schema.contains {
            self.contains(step, items, id);
        }
    }

    fn contains(&mut self, step: &mut Step<'_, '_, '_>, items: &[Json], id: Id) {
        let schema = step.schema();
        let (mut errors, mut matched) = (Vec::new(), Vec::new());
        for (at, item) in items.iter().enumerate() {
            match self.member(step, id, item, at.to_string().into()) {
                Err(error) => errors.push(*error),
                Ok(()) => {
                    matched.push(at);
                    if let Some(items) = step.unevaluated.items.as_mut().filter(|_| schema.draft >= Draft::Draft2020) {
                        items.remove(&at);
                    }
                }
            }
        }
        match schema.min_contains {
            Some(min) if (matched.len() as i64) < min => {
                self.add_with(step, Kind::MinContains(matched.clone(), min), errors);
            }
            None if matched.is_empty() => self.add_with(step, Kind::Contains, errors),
            _ => {}
        }
        if let Some(max) = schema.max_contains.filter(|max| matched.len() as i64 > *max) {
            self.add(step, Kind::MaxContains(matched, max));
        }
    }

    /// The first item that equals an earlier one, and that one's index first.
    fn duplicates(&self, items: &[Json]) -> Option<(usize, usize)> {
        // Longer lists are compared by a hash that keeps numbers and strings apart.
        if items.len() <= 20 {
            for (b, item) in items.iter().enumerate() {
                if let Some(a) = items.iter().take(b).position(|other| equals(item, other, &self.build.quirks)) {
                    return Some((a, b));
                }
            }
            return None;
        }
        // Equal items are neighbours once sorted; the first pair in the order of the list is wanted.
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by(|a, b| match (items.get(*a), items.get(*b)) {
            (Some(x), Some(y)) => compare(x, y).then(a.cmp(b)),
            _ => a.cmp(b),
        });
        let pairs = order.windows(2).filter_map(|pair| match pair {
            [a, b] => (compare(items.get(*a)?, items.get(*b)?) == Ordering::Equal).then_some(*b),
            _ => None,
        });
        let second = pairs.min()?;
        let item = items.get(second)?;
        let first = items.iter().take(second).position(|other| equals(item, other, &self.build.quirks))?;
        Some((first, second))
    }

    fn text(&mut self, step: &mut Step<'_, '_, '_>, text: &Str) {
        let schema = step.schema();
        if schema.min_length.is_some() || schema.max_length.is_some() {
            let length = utf8::rune_count(text);
            if let Some(min) = schema.min_length.filter(|min| (length as i64) < *min) {
                self.add(step, Kind::MinLength(length, min));
            }
            if let Some(max) = schema.max_length.filter(|max| (length as i64) > *max) {
                self.add(step, Kind::MaxLength(length, max));
            }
        }
        if let Some(pattern) = schema.pattern.as_ref().filter(|pattern| !matches(pattern, text, &self.build.toolchain))
        {
            self.add(step, Kind::Pattern { got: text.clone(), want: pattern.clone() });
        }
    }

    fn number(&mut self, step: &mut Step<'_, '_, '_>, text: &Str) {
        let schema = step.schema();
        let Some(got) = Decimal::parse(text) else { return };
        let fails = |order: Ordering, allowed: &[Ordering]| !allowed.contains(&order);
        let bounds = [
            ("minimum", &schema.minimum, [Ordering::Greater, Ordering::Equal].as_slice()),
            ("maximum", &schema.maximum, [Ordering::Less, Ordering::Equal].as_slice()),
            ("exclusiveMinimum", &schema.exclusive_minimum, [Ordering::Greater].as_slice()),
            ("exclusiveMaximum", &schema.exclusive_maximum, [Ordering::Less].as_slice()),
        ];
        for (keyword, bound, allowed) in bounds {
            if let Some(want) = bound.as_ref().filter(|want| fails(got.cmp(want), allowed)) {
                self.add(step, Kind::Number { keyword, got: got.clone(), want: want.clone() });
            }
        }
        if let Some(want) = schema.multiple_of.as_ref().filter(|want| !got.is_multiple_of(want)) {
            self.add(step, Kind::Number { keyword: "multipleOf", got, want: want.clone() });
        }
    }

    fn dynamic_references(&mut self, step: &mut Step<'_, '_, '_>) {
        let schema = step.schema();
        if let Some(id) = schema.recursive_reference {
            let mut target = step.scope.at.other(id);
            if target.schema().recursive_anchor {
                let mut scope = Some(step.scope);
                while let Some(outer) = scope {
                    if outer.at.other(outer.at.schema().resource).schema().recursive_anchor {
                        target = outer.at;
                    }
                    scope = outer.parent;
                }
            }
            let error = self.reference(step, target, "$recursiveRef");
            step.errors.extend(error);
        }
        if let Some((id, anchor)) = &schema.dynamic_reference {
            let mut target = step.scope.at.other(*id);
            if let Some(anchor) = anchor.as_ref().filter(|a| target.schema().dynamic_anchor.as_ref() == Some(a)) {
                let mut scope = Some(step.scope);
                while let Some(outer) = scope {
                    let resource = outer.at.other(outer.at.schema().resource);
                    if let Some((_, id)) = resource.schema().dynamic_anchors.iter().find(|(name, _)| name == anchor) {
                        target = resource.other(*id);
                    }
                    scope = outer.parent;
                }
            }
            let error = self.reference(step, target, "$dynamicRef");
            step.errors.extend(error);
        }
    }

    fn conditions(&mut self, step: &mut Step<'_, '_, '_>) {
        let schema = step.schema();
        let at = step.scope.at;
        if let Some(id) = schema.not
            && self.same_value(step, at.other(id), None, true).is_ok()
        {
            self.add(step, Kind::Not);
        }
        let mut errors = Vec::new();
        for id in &schema.all_of {
            if let Err(error) = self.same_value(step, at.other(*id), None, false) {
                errors.push(*error);
                if step.verdict_only {
                    break;
                }
            }
        }
        if !errors.is_empty() {
            self.add_with(step, Kind::AllOf, std::mem::take(&mut errors));
        }
        if !schema.any_of.is_empty() {
            let mut matched = false;
            for id in &schema.any_of {
                match self.same_value(step, at.other(*id), None, false) {
                    Err(error) => errors.push(*error),
                    Ok(()) => {
                        matched = true;
                        // All of them may evaluate something.
                        if step.unevaluated.is_empty() {
                            break;
                        }
                    }
                }
            }
            let errors = std::mem::take(&mut errors);
            if !matched {
                self.add_with(step, Kind::AnyOf, errors);
            }
        }
        if !schema.one_of.is_empty() {
            let mut matched = None;
            for (n, id) in schema.one_of.iter().enumerate() {
                match (self.same_value(step, at.other(*id), None, matched.is_some()), matched) {
                    (Err(error), None) => errors.push(*error),
                    (Err(_), Some(_)) => {}
                    (Ok(()), None) => matched = Some(n),
                    (Ok(()), Some(first)) => {
                        self.add(step, Kind::OneOf(Some((first, n))));
                        break;
                    }
                }
            }
            if matched.is_none() {
                self.add_with(step, Kind::OneOf(None), errors);
            }
        }
        if let Some(id) = schema.condition {
            let branch = match self.same_value(step, at.other(id), None, true) {
                Ok(()) => schema.then,
                Err(_) => schema.otherwise,
            };
            if let Some(id) = branch {
                self.add_same(step, id);
            }
        }
    }

    fn unevaluated(&mut self, step: &mut Step<'_, '_, '_>) {
        let schema = step.schema();
        let value = step.value;
        if let (Json::Object(_), Some(id)) = (value, schema.unevaluated_properties) {
            for name in step.unevaluated.properties.take().into_iter().flatten() {
                if let Some(member) = value.get(&name) {
                    self.add_member(step, id, member, name);
                }
            }
        }
        if let (Json::Array(items), Some(id)) = (value, schema.unevaluated_items) {
            for at in step.unevaluated.items.take().into_iter().flatten() {
                if let Some(item) = items.get(at) {
                    self.add_member(step, id, item, at.to_string().into());
                }
            }
        }
    }
}

/// `equals`: the first operand is the instance's.
pub(super) fn equals(a: &Json, b: &Json, quirks: &Quirks) -> bool {
    match (a, b) {
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((name, a), (other, b))| name == other && equals(a, b, quirks))
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equals(a, b, quirks)),
        (Json::Null, Json::Null) => true,
        (Json::Bool(a), Json::Bool(b)) => a == b,
        (Json::String(a), Json::String(b)) => a == b,
        (Json::Number(a), Json::Number(b)) => {
            a == b || Decimal::parse(a).zip(Decimal::parse(b)).is_some_and(|(a, b)| a == b)
        }
        (Json::Number(a), Json::String(b)) if quirks.numbers_equal_their_text => {
            Decimal::parse(a).zip(Decimal::parse_any(b)).is_some_and(|(a, b)| a == b)
        }
        _ => false,
    }
}

pub(super) fn is_integer(value: &Json) -> bool {
    matches!(value, Json::Number(text) if Decimal::parse(text).is_some_and(|d| d.is_integer()))
}

/// A pattern, which was found to be one before.
pub(super) fn compiled(pattern: &Str, toolchain: &Toolchain) -> Option<Rc<Regexp>> {
    Regexp::compile(pattern, toolchain).ok()
}

/// Whether Go's regexp matches anywhere.
pub(super) fn matches(pattern: &Str, text: &[u8], toolchain: &Toolchain) -> bool {
    compiled(pattern, toolchain).is_some_and(|regexp| regexp.is_match(text))
}

/// An order in which values are equal as the engine sees it.
fn compare(a: &Json, b: &Json) -> Ordering {
    let rank = |v: &Json| Types::of(v).0;
    match (a, b) {
        (Json::Bool(a), Json::Bool(b)) => a.cmp(b),
        (Json::String(a), Json::String(b)) => a.cmp(b),
        (Json::Number(a), Json::Number(b)) => match (Decimal::parse(a), Decimal::parse(b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a.cmp(b),
        },
        (Json::Array(a), Json::Array(b)) => {
            let differing = a.iter().zip(b).map(|(a, b)| compare(a, b)).find(|order| order.is_ne());
            differing.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Json::Object(a), Json::Object(b)) => {
            let entries = a.iter().zip(b);
            let differing =
                entries.map(|((n, a), (m, b))| n.cmp(m).then_with(|| compare(a, b))).find(|order| order.is_ne());
            differing.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        _ => rank(a).cmp(&rank(b)),
    }
}
