//! A compiled schema: what the library's `Schema` holds of its keywords.

use thinlock_go::Str;

use super::super::decimal::Decimal;
use super::super::json::Json;

/// The place of a schema among [`Schemas`].
pub(super) type Id = usize;

/// All schemas of one compilation; they refer to each other by their place.
#[derive(Debug, Default)]
pub(super) struct Schemas {
    pub(super) list: Vec<Schema>,
}

impl Schemas {
    pub(super) fn get(&self, id: Id) -> &Schema {
        // Ids are made by the compiler of the same list.
        &self.list[id]
    }
}

/// A draft of JSON Schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    Draft4,
    Draft6,
    Draft7,
    Draft2019,
    #[default]
    Draft2020,
}

/// `additionalProperties` and `additionalItems`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Additional {
    Bool(bool),
    Schema(Id),
}

/// `items` before 2020-12.
#[derive(Clone, Debug)]
pub(super) enum Items {
    Every(Id),
    Each(Vec<Id>),
}

/// A value of `dependencies`.
#[derive(Clone, Debug)]
pub(super) enum Dependency {
    Properties(Vec<Str>),
    Schema(Id),
}

/// JSON's types as bits; an integer is a type of its own in schemas only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Types(pub(super) u8);

/// The types in the order in which they are listed.
const TYPE_NAMES: [&str; 7] = ["null", "boolean", "number", "integer", "string", "array", "object"];

impl Types {
    pub(super) const INTEGER: Types = Types(1 << 3);
    pub(super) const NUMBER: Types = Types(1 << 2);

    pub(super) fn of(value: &Json) -> Types {
        Types(match value {
            Json::Null => 1,
            Json::Bool(_) => 1 << 1,
            Json::Number(_) => 1 << 2,
            Json::String(_) => 1 << 4,
            Json::Array(_) => 1 << 5,
            Json::Object(_) => 1 << 6,
            Json::Other(_) => 0,
        })
    }

    /// The type of a name.
    pub(super) fn of_name(name: &[u8]) -> Option<Types> {
        TYPE_NAMES.iter().position(|n| n.as_bytes() == name).map(|at| Types(1 << at))
    }

    pub(super) fn add(&mut self, name: &[u8]) {
        self.0 |= Types::of_name(name).unwrap_or_default().0;
    }

    pub(super) fn intersects(self, other: Types) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        TYPE_NAMES.into_iter().enumerate().filter(move |(at, _)| self.0 & (1 << at) != 0).map(|(_, name)| name)
    }
}

/// One schema.
#[derive(Debug, Default)]
pub(super) struct Schema {
    /// The document and the pointer in it: `file:///values.schema.json#/properties/a`.
    pub(super) location: String,
    pub(super) draft: Draft,
    /// The schema of the resource (the document, or what has an `$id`) that this one is part of.
    pub(super) resource: Id,
    /// Of a resource: its dynamic anchors.
    pub(super) dynamic_anchors: Vec<(Str, Id)>,
    pub(super) all_properties_evaluated: bool,
    pub(super) all_items_evaluated: bool,
    pub(super) items_evaluated: usize,

    pub(super) boolean: Option<bool>,
    pub(super) reference: Option<Id>,
    pub(super) recursive_reference: Option<Id>,
    pub(super) recursive_anchor: bool,
    /// The target, and the anchor where the reference names one.
    pub(super) dynamic_reference: Option<(Id, Option<Str>)>,
    pub(super) dynamic_anchor: Option<Str>,
    pub(super) types: Option<Types>,
    pub(super) enumeration: Option<(Vec<Json>, Types)>,
    pub(super) constant: Option<Json>,
    pub(super) not: Option<Id>,
    pub(super) all_of: Vec<Id>,
    pub(super) any_of: Vec<Id>,
    pub(super) one_of: Vec<Id>,
    pub(super) condition: Option<Id>,
    pub(super) then: Option<Id>,
    pub(super) otherwise: Option<Id>,
    pub(super) format: Option<Str>,

    pub(super) max_properties: Option<i64>,
    pub(super) min_properties: Option<i64>,
    pub(super) required: Vec<Str>,
    pub(super) property_names: Option<Id>,
    /// Sorted by name.
    pub(super) properties: Vec<(Str, Id)>,
    pub(super) pattern_properties: Vec<(Str, Id)>,
    pub(super) additional_properties: Option<Additional>,
    pub(super) dependencies: Vec<(Str, Dependency)>,
    pub(super) dependent_required: Vec<(Str, Vec<Str>)>,
    pub(super) dependent_schemas: Vec<(Str, Id)>,
    pub(super) unevaluated_properties: Option<Id>,

    pub(super) min_items: Option<i64>,
    pub(super) max_items: Option<i64>,
    pub(super) unique_items: bool,
    pub(super) contains: Option<Id>,
    pub(super) min_contains: Option<i64>,
    pub(super) max_contains: Option<i64>,
    pub(super) items: Option<Items>,
    pub(super) additional_items: Option<Additional>,
    pub(super) prefix_items: Vec<Id>,
    pub(super) items_2020: Option<Id>,
    pub(super) unevaluated_items: Option<Id>,

    pub(super) min_length: Option<i64>,
    pub(super) max_length: Option<i64>,
    pub(super) pattern: Option<Str>,

    pub(super) maximum: Option<Decimal>,
    pub(super) minimum: Option<Decimal>,
    pub(super) exclusive_maximum: Option<Decimal>,
    pub(super) exclusive_minimum: Option<Decimal>,
    pub(super) multiple_of: Option<Decimal>,
}
