//! The meta-schemas of the five drafts: what a schema itself must look like.
//!
//! A draft is described by the shape of each keyword's value; the schemas that JSON Schema publishes for it follow from
//! that, as far as they assert anything. Their structure (which part refers to which, in which order) is kept, since it
//! shows in error texts.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use thinlock_go::Toolchain;

use super::super::json::Json;
use super::compile::Compiler;
use super::schema::{Draft, Id, Schemas};

/// A compiled meta-schema.
pub(super) struct Meta {
    pub(super) schemas: Schemas,
    pub(super) root: Id,
}

/// The meta-schema of a draft, compiled when it is first needed.
pub(super) fn schema(draft: Draft) -> &'static Meta {
    static DRAFT_4: LazyLock<Meta> = LazyLock::new(|| compile("http://json-schema.org/draft-04/schema"));
    static DRAFT_6: LazyLock<Meta> = LazyLock::new(|| compile("http://json-schema.org/draft-06/schema"));
    static DRAFT_7: LazyLock<Meta> = LazyLock::new(|| compile("http://json-schema.org/draft-07/schema"));
    static DRAFT_2019: LazyLock<Meta> = LazyLock::new(|| compile("https://json-schema.org/draft/2019-09/schema"));
    static DRAFT_2020: LazyLock<Meta> = LazyLock::new(|| compile("https://json-schema.org/draft/2020-12/schema"));
    match draft {
        Draft::Draft4 => &DRAFT_4,
        Draft::Draft6 => &DRAFT_6,
        Draft::Draft7 => &DRAFT_7,
        Draft::Draft2019 => &DRAFT_2019,
        Draft::Draft2020 => &DRAFT_2020,
    }
}

fn compile(url: &str) -> Meta {
    let build = super::Build { quirks: super::V6_0_3, toolchain: Toolchain::NEWEST };
    let mut urns = Vec::new();
    let mut compiler = Compiler::new(&build, &mut urns).asserting_format();
    // The documents below are complete and valid, which a test proves.
    let root = compiler.compile(url).unwrap_or_default();
    Meta { schemas: compiler.into_schemas(), root }
}

/// The draft that a `$schema` names.
pub(super) fn draft(url: &str) -> Option<Draft> {
    let (url, fragment) = url.split_once('#').unwrap_or((url, ""));
    if !fragment.is_empty() {
        return None;
    }
    let url = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or(url);
    Some(match url {
        "json-schema.org/schema" | "json-schema.org/draft/2020-12/schema" => Draft::Draft2020,
        "json-schema.org/draft/2019-09/schema" => Draft::Draft2019,
        "json-schema.org/draft-07/schema" => Draft::Draft7,
        "json-schema.org/draft-06/schema" => Draft::Draft6,
        "json-schema.org/draft-04/schema" => Draft::Draft4,
        _ => return None,
    })
}

/// The document of a meta-schema's URL.
pub(in super::super) fn document(url: &str) -> Option<Json> {
    let path = url.strip_prefix("http://json-schema.org/").or_else(|| url.strip_prefix("https://json-schema.org/"))?;
    let text = match path {
        "draft-04/schema" => single(Draft::Draft4),
        "draft-06/schema" => single(Draft::Draft6),
        "draft-07/schema" => single(Draft::Draft7),
        "schema" => root_2020(),
        _ => {
            let (year, name) = path.strip_prefix("draft/")?.split_once('/')?;
            match (year, name) {
                ("2019-09", "schema") => root_2019(),
                ("2020-12", "schema") => root_2020(),
                ("2019-09", _) => vocabulary(Draft::Draft2019, name.strip_prefix("meta/")?)?,
                ("2020-12", _) => vocabulary(Draft::Draft2020, name.strip_prefix("meta/")?)?,
                _ => return None,
            }
        }
    };
    Json::decode(text.as_bytes()).ok().map(|(json, _)| json)
}

/// What a keyword's value must be.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    Anything,
    Text,
    Boolean,
    Number,
    PositiveNumber,
    Count,
    CountFromZero,
    List,
    NonEmptyUniqueList,
    UniqueTexts,
    TypeNames,
    Regex,
    Uri,
    UriReference,
    Schema,
    SchemaOrBoolean,
    SchemaList,
    SchemaOrList,
    Schemas,
    /// As `Schemas`, and the names are regular expressions.
    SchemasByPattern,
    /// The old `dependencies`.
    Dependencies,
    /// `dependentRequired`.
    TextsByName,
    /// `$id`: no fragment.
    Id,
    Anchor,
    Vocabulary,
}
use Shape::*;

/// Keywords and the shapes of their values.
type Keywords = &'static [(&'static str, Shape)];

const CORE_2019: &[(&str, Shape)] = &[
    ("$id", Id),
    ("$schema", Uri),
    ("$anchor", Anchor),
    ("$ref", UriReference),
    ("$recursiveRef", UriReference),
    ("$recursiveAnchor", Boolean),
    ("$vocabulary", Vocabulary),
    ("$comment", Text),
    ("$defs", Schemas),
];

const CORE_2020: &[(&str, Shape)] = &[
    ("$id", Id),
    ("$schema", Uri),
    ("$ref", UriReference),
    ("$anchor", Anchor),
    ("$dynamicRef", UriReference),
    ("$dynamicAnchor", Anchor),
    ("$vocabulary", Vocabulary),
    ("$comment", Text),
    ("$defs", Schemas),
];

const APPLICATOR: &[(&str, Shape)] = &[
    ("contains", Schema),
    ("additionalProperties", Schema),
    ("properties", Schemas),
    ("patternProperties", SchemasByPattern),
    ("dependentSchemas", Schemas),
    ("propertyNames", Schema),
    ("if", Schema),
    ("then", Schema),
    ("else", Schema),
    ("allOf", SchemaList),
    ("anyOf", SchemaList),
    ("oneOf", SchemaList),
    ("not", Schema),
];

const APPLICATOR_2019: &[(&str, Shape)] = &[
    ("additionalItems", Schema),
    ("unevaluatedItems", Schema),
    ("items", SchemaOrList),
    ("unevaluatedProperties", Schema),
];

const APPLICATOR_2020: &[(&str, Shape)] = &[("prefixItems", SchemaList), ("items", Schema)];

const UNEVALUATED: &[(&str, Shape)] = &[("unevaluatedItems", Schema), ("unevaluatedProperties", Schema)];

const VALIDATION: &[(&str, Shape)] = &[
    ("type", TypeNames),
    ("const", Anything),
    ("enum", List),
    ("multipleOf", PositiveNumber),
    ("maximum", Number),
    ("exclusiveMaximum", Number),
    ("minimum", Number),
    ("exclusiveMinimum", Number),
    ("maxLength", Count),
    ("minLength", CountFromZero),
    ("pattern", Regex),
    ("maxItems", Count),
    ("minItems", CountFromZero),
    ("uniqueItems", Boolean),
    ("maxContains", Count),
    ("minContains", Count),
    ("maxProperties", Count),
    ("minProperties", CountFromZero),
    ("required", UniqueTexts),
    ("dependentRequired", TextsByName),
];

const META_DATA: &[(&str, Shape)] = &[
    ("title", Text),
    ("description", Text),
    ("default", Anything),
    ("deprecated", Boolean),
    ("readOnly", Boolean),
    ("writeOnly", Boolean),
    ("examples", List),
];

const FORMAT: &[(&str, Shape)] = &[("format", Text)];

const CONTENT: &[(&str, Shape)] = &[("contentEncoding", Text), ("contentMediaType", Text), ("contentSchema", Schema)];

/// Drafts 4, 6 and 7: the draft since which a keyword is there.
const SINGLE: &[(Draft, &str, Shape)] = &[
    (Draft::Draft4, "$schema", Uri),
    (Draft::Draft4, "title", Text),
    (Draft::Draft4, "description", Text),
    (Draft::Draft4, "default", Anything),
    (Draft::Draft4, "multipleOf", PositiveNumber),
    (Draft::Draft4, "maximum", Number),
    (Draft::Draft4, "minimum", Number),
    (Draft::Draft4, "maxLength", Count),
    (Draft::Draft4, "minLength", CountFromZero),
    (Draft::Draft4, "pattern", Regex),
    (Draft::Draft4, "items", SchemaOrList),
    (Draft::Draft4, "maxItems", Count),
    (Draft::Draft4, "minItems", CountFromZero),
    (Draft::Draft4, "uniqueItems", Boolean),
    (Draft::Draft4, "maxProperties", Count),
    (Draft::Draft4, "minProperties", CountFromZero),
    (Draft::Draft4, "required", UniqueTexts),
    (Draft::Draft4, "definitions", Schemas),
    (Draft::Draft4, "properties", Schemas),
    (Draft::Draft4, "dependencies", Dependencies),
    (Draft::Draft4, "enum", NonEmptyUniqueList),
    (Draft::Draft4, "type", TypeNames),
    (Draft::Draft4, "format", Text),
    (Draft::Draft4, "allOf", SchemaList),
    (Draft::Draft4, "anyOf", SchemaList),
    (Draft::Draft4, "oneOf", SchemaList),
    (Draft::Draft4, "not", Schema),
    (Draft::Draft6, "$id", UriReference),
    (Draft::Draft6, "$ref", UriReference),
    (Draft::Draft7, "examples", List),
    (Draft::Draft6, "exclusiveMaximum", Number),
    (Draft::Draft6, "exclusiveMinimum", Number),
    (Draft::Draft6, "additionalItems", Schema),
    (Draft::Draft6, "additionalProperties", Schema),
    (Draft::Draft6, "contains", Schema),
    (Draft::Draft6, "propertyNames", Schema),
    (Draft::Draft6, "const", Anything),
    (Draft::Draft7, "$comment", Text),
    (Draft::Draft7, "readOnly", Boolean),
    (Draft::Draft7, "writeOnly", Boolean),
    (Draft::Draft7, "patternProperties", SchemasByPattern),
    (Draft::Draft7, "contentMediaType", Text),
    (Draft::Draft7, "contentEncoding", Text),
    (Draft::Draft7, "if", Schema),
    (Draft::Draft7, "then", Schema),
    (Draft::Draft7, "else", Schema),
];

/// What only draft 4 says of a keyword.
const ONLY_4: &[(&str, Shape)] = &[
    ("id", Text),
    ("$ref", Text),
    ("exclusiveMaximum", Boolean),
    ("exclusiveMinimum", Boolean),
    ("additionalItems", SchemaOrBoolean),
    ("additionalProperties", SchemaOrBoolean),
    ("patternProperties", Schemas),
];

/// What only draft 6 says of a keyword.
const ONLY_6: &[(&str, Shape)] = &[("patternProperties", Schemas)];

/// The keywords of a draft, with those of older ones that it still knows. Of two shapes of one keyword the last counts.
pub(super) fn shapes(draft: Draft) -> impl Iterator<Item = (&'static [u8], Shape)> {
    const OLD: Keywords = &[("definitions", Schemas), ("dependencies", Dependencies)];
    let (single, parts): (_, &[Keywords]) = match draft {
        Draft::Draft4 => (true, &[ONLY_4]),
        Draft::Draft6 => (true, &[ONLY_6]),
        Draft::Draft7 => (true, &[]),
        Draft::Draft2019 => {
            (false, &[CORE_2019, APPLICATOR, APPLICATOR_2019, VALIDATION, META_DATA, FORMAT, CONTENT, OLD])
        }
        Draft::Draft2020 => {
            (false, &[CORE_2020, APPLICATOR, APPLICATOR_2020, UNEVALUATED, VALIDATION, META_DATA, FORMAT, CONTENT, OLD])
        }
    };
    let single =
        SINGLE.iter().filter(move |(since, ..)| single && *since <= draft).map(|(_, name, shape)| (name, shape));
    let parts = parts.iter().flat_map(|part| part.iter()).map(|(name, shape)| (name, shape));
    single.chain(parts).map(|(name, shape)| (name.as_bytes(), *shape))
}

fn definitions_keyword(draft: Draft) -> &'static str {
    if draft < Draft::Draft2019 { "definitions" } else { "$defs" }
}

fn any_schema(draft: Draft) -> &'static str {
    match draft {
        Draft::Draft4 | Draft::Draft6 | Draft::Draft7 => r##"{"$ref":"#"}"##,
        Draft::Draft2019 => r##"{"$recursiveRef":"#"}"##,
        Draft::Draft2020 => r##"{"$dynamicRef":"#meta"}"##,
    }
}

/// The schema of a keyword's value, as JSON.
fn shape(shape: Shape, draft: Draft) -> String {
    let (schema, definitions) = (any_schema(draft), definitions_keyword(draft));
    let defined = |name: &str| format!(r##"{{"$ref":"#/{definitions}/{name}"}}"##);
    let text_of = |format: &str| format!(r#"{{"type":"string","format":"{format}"}}"#);
    let members = |value: &str| format!(r#"{{"type":"object","additionalProperties":{value}}}"#);
    match shape {
        Anything => "{}".into(),
        Text => r#"{"type":"string"}"#.into(),
        Boolean => r#"{"type":"boolean"}"#.into(),
        Number => r#"{"type":"number"}"#.into(),
        PositiveNumber if draft == Draft::Draft4 => r#"{"type":"number","minimum":0,"exclusiveMinimum":true}"#.into(),
        PositiveNumber => r#"{"type":"number","exclusiveMinimum":0}"#.into(),
        Count => defined("count"),
        CountFromZero => defined("countFromZero"),
        List => r#"{"type":"array"}"#.into(),
        NonEmptyUniqueList => r#"{"type":"array","minItems":1,"uniqueItems":true}"#.into(),
        UniqueTexts => defined("stringArray"),
        TypeNames => format!(
            r#"{{"anyOf":[{names},{{"type":"array","items":{names},"minItems":1,"uniqueItems":true}}]}}"#,
            names = defined("simpleTypes")
        ),
        Regex => text_of("regex"),
        Uri if draft == Draft::Draft2020 => defined("uriString"),
        Uri => text_of("uri"),
        UriReference if draft == Draft::Draft2020 => defined("uriReferenceString"),
        UriReference => text_of("uri-reference"),
        Schema => schema.into(),
        SchemaOrBoolean => format!(r#"{{"anyOf":[{{"type":"boolean"}},{schema}]}}"#),
        SchemaList => defined("schemaArray"),
        SchemaOrList => format!(r#"{{"anyOf":[{schema},{}]}}"#, defined("schemaArray")),
        Schemas => members(schema),
        SchemasByPattern => {
            format!(r#"{{"type":"object","additionalProperties":{schema},"propertyNames":{{"format":"regex"}}}}"#)
        }
        Dependencies => members(&format!(r#"{{"anyOf":[{schema},{}]}}"#, defined("stringArray"))),
        TextsByName => members(&defined("stringArray")),
        Id if draft == Draft::Draft2020 => r##"{"$ref":"#/$defs/uriReferenceString","pattern":"^[^#]*#?$"}"##.into(),
        Id => r#"{"type":"string","format":"uri-reference","pattern":"^[^#]*#?$"}"#.into(),
        Anchor if draft == Draft::Draft2020 => defined("anchorString"),
        Anchor => r#"{"type":"string","pattern":"^[A-Za-z][-A-Za-z0-9.:_]*$"}"#.into(),
        Vocabulary => format!(
            r#"{{"type":"object","propertyNames":{},"additionalProperties":{{"type":"boolean"}}}}"#,
            shape_of_uri_name(draft)
        ),
    }
}

fn shape_of_uri_name(draft: Draft) -> String {
    shape(Uri, draft)
}

/// What the shapes refer to.
fn definitions(draft: Draft) -> String {
    let zero = if draft < Draft::Draft2019 {
        r##""countFromZero":{"allOf":[{"$ref":"#/definitions/count"},{}]}"##.to_owned()
    } else {
        r##""countFromZero":{"$ref":"#/$defs/count"}"##.to_owned()
    };
    let at_least_one = if draft == Draft::Draft4 { r#""minItems":1,"# } else { "" };
    format!(
        concat!(
            r#"{{"schemaArray":{{"type":"array","minItems":1,"items":{schema}}},"#,
            r#""count":{{"type":"integer","minimum":0}},{zero},"#,
            r#""simpleTypes":{{"enum":["array","boolean","integer","null","number","object","string"]}},"#,
            r#""stringArray":{{"type":"array","items":{{"type":"string"}},{at_least_one}"uniqueItems":true}},"#,
            r#""anchorString":{{"type":"string","pattern":"^[A-Za-z_][-A-Za-z0-9._]*$"}},"#,
            r#""uriString":{{"type":"string","format":"uri"}},"#,
            r#""uriReferenceString":{{"type":"string","format":"uri-reference"}}}}"#
        ),
        schema = any_schema(draft),
        zero = zero,
        at_least_one = at_least_one,
    )
}

fn properties<'a>(draft: Draft, keywords: impl IntoIterator<Item = &'a (&'a str, Shape)>) -> String {
    let shapes: BTreeMap<_, _> = keywords.into_iter().map(|(name, of)| (*name, shape(*of, draft))).collect();
    let shapes: Vec<_> = shapes.iter().map(|(name, schema)| format!(r#""{name}":{schema}"#)).collect();
    format!("{{{}}}", shapes.join(","))
}

/// The one document of draft 4, 6 or 7.
fn single(draft: Draft) -> String {
    let mut keywords: Vec<_> =
        SINGLE.iter().filter(|(since, ..)| *since <= draft).map(|(_, name, of)| (*name, *of)).collect();
    let (number, types, dependencies) = match draft {
        Draft::Draft4 => {
            keywords.extend(ONLY_4);
            let dependencies = r#","dependencies":{"exclusiveMaximum":["maximum"],"exclusiveMinimum":["minimum"]}"#;
            ("04", r#""object""#, dependencies)
        }
        Draft::Draft6 => {
            keywords.extend(ONLY_6);
            ("06", r#"["object","boolean"]"#, "")
        }
        _ => ("07", r#"["object","boolean"]"#, ""),
    };
    let (properties, definitions) = (properties(draft, &keywords), definitions(draft));
    format!(
        concat!(
            r#"{{"$schema":"http://json-schema.org/draft-{number}/schema#","definitions":{definitions},"#,
            r#""type":{types},"properties":{properties}{dependencies}}}"#
        ),
        number = number,
        definitions = definitions,
        types = types,
        properties = properties,
        dependencies = dependencies,
    )
}

fn head(draft: Draft, name: &str) -> String {
    let (year, anchor) = match draft {
        Draft::Draft2019 => ("2019-09", r#""$recursiveAnchor":true"#),
        _ => ("2020-12", r#""$dynamicAnchor":"meta""#),
    };
    format!(
        concat!(
            r#""$schema":"https://json-schema.org/draft/{year}/schema","#,
            r#""$id":"https://json-schema.org/draft/{year}/{name}",{anchor},"type":["object","boolean"]"#
        ),
        year = year,
        name = name,
        anchor = anchor,
    )
}

fn vocabulary(draft: Draft, name: &str) -> Option<String> {
    let newest = draft == Draft::Draft2020;
    let (keywords, more): (Keywords, Keywords) = match name {
        "core" => (if newest { CORE_2020 } else { CORE_2019 }, &[]),
        "applicator" => (APPLICATOR, if newest { APPLICATOR_2020 } else { APPLICATOR_2019 }),
        "unevaluated" if newest => (UNEVALUATED, &[]),
        "validation" => (VALIDATION, &[]),
        "meta-data" => (META_DATA, &[]),
        "format-annotation" | "format-assertion" if newest => (FORMAT, &[]),
        "format" if !newest => (FORMAT, &[]),
        "content" => (CONTENT, &[]),
        _ => return None,
    };
    let properties = properties(draft, keywords.iter().chain(more));
    let head = head(draft, &format!("meta/{name}"));
    Some(format!(r#"{{{head},"properties":{properties},"$defs":{}}}"#, definitions(draft)))
}

fn references(names: &[&str]) -> String {
    names.iter().map(|name| format!(r#"{{"$ref":"meta/{name}"}}"#)).collect::<Vec<_>>().join(",")
}

fn root_2019() -> String {
    let parts = references(&["core", "applicator", "validation", "meta-data", "format", "content"]);
    old_keywords(Draft::Draft2019, &parts, "")
}

fn root_2020() -> String {
    let parts =
        references(&["core", "applicator", "unevaluated", "validation", "meta-data", "format-annotation", "content"]);
    let more = concat!(
        r##","$recursiveAnchor":{"$ref":"meta/core#/$defs/anchorString"},"##,
        r##""$recursiveRef":{"$ref":"meta/core#/$defs/uriReferenceString"}"##
    );
    old_keywords(Draft::Draft2020, &parts, more)
}

/// The document that joins the vocabularies, and still knows the keywords of older drafts.
fn old_keywords(draft: Draft, parts: &str, more: &str) -> String {
    let (head, schema) = (head(draft, "schema"), any_schema(draft));
    format!(
        concat!(
            r##"{{{head},"allOf":[{parts}],"properties":{{"definitions":{{"type":"object","additionalProperties":{schema}}},"##,
            r##""dependencies":{{"type":"object","additionalProperties":{{"anyOf":[{schema},"##,
            r##"{{"$ref":"meta/validation#/$defs/stringArray"}}]}}}}{more}}}}}"##
        ),
        head = head,
        parts = parts,
        schema = schema,
        more = more,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meta_schemas_compile() {
        for draft in [Draft::Draft4, Draft::Draft6, Draft::Draft7, Draft::Draft2019, Draft::Draft2020] {
            let meta = schema(draft);
            assert!(meta.schemas.list.len() > 40, "{draft:?}");
            assert_eq!(meta.schemas.get(meta.root).draft, draft);
        }
        assert!(document("https://json-schema.org/draft/2020-12/meta/format-assertion").is_some());
        assert!(document("https://json-schema.org/draft/2020-12/meta/nope").is_none());
    }
}
