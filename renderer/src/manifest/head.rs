//! What Helm reads of a document: `apiVersion`, `kind`, and the metadata's name and annotations (`SimpleHead`).
//!
//! Everything else of a document needs only to be YAML. The fields are decoded as `sigs.k8s.io/yaml` decodes into a Go
//! struct: a number or boolean becomes text, keys match without regard to case, and a wrong type is an error with the
//! Go type's name in it.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::dialect::HeadPackage;
use thinlock_go::{Map, Str, Value, fmt};
use thinlock_yaml::{Outline, Shape, Target, unmarshal_as, unmarshal_with_outline};

/// What Helm reads of a document.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// `apiVersion`; empty if there is none.
    pub api_version: Str,
    /// `kind`; empty if there is none.
    pub kind: Str,
    /// `metadata.name`; empty if there is none.
    pub name: Str,
    /// `metadata.namespace`, which Helm itself does not look at; empty if there is none.
    pub namespace: Str,
    /// Whether the namespace is written as a string, or not at all.
    namespace_is_text: bool,
    /// `metadata.annotations` in key order.
    annotations: Vec<(Str, Str)>,
    /// What [`is_one_document`] says of the text, where that was asked.
    pub(super) one_document: Option<bool>,
}

/// Whether a reader of streams takes a text for one document as it is: no line begins with `---`, and there is no
/// carriage return in it.
fn is_one_document(text: &[u8]) -> bool {
    static SEPARATOR_LINE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\n---"));
    let has_separator = text.starts_with(b"---") || SEPARATOR_LINE.find(text).is_some();
    !has_separator && memchr::memchr(b'\r', text).is_none()
}

impl Head {
    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&Str> {
        self.annotations.iter().find(|(k, _)| k == key).map(|(_, value)| value)
    }

    /// Reads the head of a document.
    ///
    /// # Errors
    /// The text of the Go error: `error converting YAML to JSON: …` for what is no YAML, `error unmarshaling JSON: while
    /// decoding JSON: json: cannot unmarshal …` for a wrong type.
    pub fn parse(document: &[u8], package: HeadPackage) -> Result<Head, String> {
        unmarshal_as(document, target(package)).map(|value| Head::of(&value)).map_err(|error| error.to_string())
    }

    /// As [`Head::parse`], with the places at which the document may change.
    pub(super) fn parse_with_outline(document: &[u8], package: HeadPackage) -> Result<(Head, Option<Outline>), String> {
        let (value, outline) = unmarshal_with_outline(document, target(package)).map_err(|error| error.to_string())?;
        // What may change is inside of lines, so that this stays.
        Ok((Head { one_document: Some(is_one_document(document)), ..Head::of(&value) }, outline))
    }

    /// Whether a reader of streams takes `document`, whose head this is, for one document as it is.
    pub(super) fn is_one_document(&self, document: &[u8]) -> bool {
        self.one_document.unwrap_or_else(|| is_one_document(document))
    }

    /// Sets a field that an outline of the document names. `None`: it is none of them.
    pub(super) fn set(&mut self, path: &[Str], text: &[u8]) -> Option<()> {
        let (outer, last): (Option<&[u8]>, &[u8]) = match path {
            [name] => (None, name),
            [outer, name] => (Some(outer), name),
            _ => return None,
        };
        let field = match (outer, last) {
            (None, b"apiVersion") => &mut self.api_version,
            (None, b"kind") => &mut self.kind,
            (Some(b"metadata"), b"name") => &mut self.name,
            (Some(b"metadata"), b"namespace") => &mut self.namespace,
            _ => return None,
        };
        *field = text.into();
        Some(())
    }

    fn of(value: &Value) -> Head {
        let Value::Map(top) = value else { return Head { namespace_is_text: true, ..Head::default() } };
        let metadata = map(top, "metadata");
        let of_metadata = |key| metadata.as_ref().map(|m| text(m, key)).unwrap_or_default();
        let annotations = metadata.as_ref().and_then(|m| map(m, "annotations"));
        let annotations = annotations.map(|a| {
            a.snapshot().iter().map(|(key, value)| (key.clone(), value.as_str().cloned().unwrap_or_default())).collect()
        });
        Head {
            api_version: text(top, "apiVersion"),
            kind: text(top, "kind"),
            name: of_metadata("name"),
            namespace: of_metadata("namespace"),
            namespace_is_text: metadata
                .as_ref()
                .and_then(|m| m.get("namespace"))
                .is_none_or(|n| matches!(n, Value::Nil | Value::Str(_))),
            annotations: annotations.unwrap_or_default(),
            one_document: None,
        }
    }
}

fn target(package: HeadPackage) -> &'static Target {
    match package {
        HeadPackage::Releaseutil => &RELEASEUTIL_HEAD,
        HeadPackage::Util => &UTIL_HEAD,
    }
}

fn map(map: &Map, key: &str) -> Option<Map> {
    match map.get(key) {
        Some(Value::Map(inner)) => Some(inner),
        _ => None,
    }
}

fn text(map: &Map, key: &str) -> Str {
    match map.get(key) {
        None | Some(Value::Nil) => Str::EMPTY,
        Some(Value::Str(text)) => text,
        Some(other) => fmt::format_value(&other).unwrap_or_default(),
    }
}

static STRING: Target = Target { go_type: "string", shape: Shape::String };
static ANY: Target = Target { go_type: "interface {}", shape: Shape::Any };
static ANNOTATIONS: Target = Target { go_type: "map[string]string", shape: Shape::Map(&STRING) };
// Helm's struct has no namespace, so whatever stands there is no error.
static METADATA: Target = Target {
    go_type: "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }",
    shape: Shape::Struct { name: "", fields: &[("name", &STRING), ("annotations", &ANNOTATIONS), ("namespace", &ANY)] },
};
static METADATA_POINTER: Target = Target { go_type: "", shape: Shape::Pointer(&METADATA) };
const HEAD: Shape = Shape::Struct {
    name: "SimpleHead",
    fields: &[("apiVersion", &STRING), ("kind", &STRING), ("metadata", &METADATA_POINTER)],
};
static RELEASEUTIL_HEAD: Target = Target { go_type: "releaseutil.SimpleHead", shape: HEAD };
static UTIL_HEAD: Target = Target { go_type: "util.SimpleHead", shape: HEAD };

/// What a file is named after in the flat layouts: group, kind, namespace and name.
#[derive(Debug, Default)]
pub(super) struct Identity {
    /// `apiVersion` up to its last slash.
    pub(super) group: Str,
    pub(super) kind: Str,
    pub(super) namespace: Str,
    pub(super) name: Str,
}

impl Identity {
    /// Reads a document as Kargo does: all fields are empty where one of them has a wrong type or the text is no YAML.
    pub(super) fn parse(document: &[u8]) -> Identity {
        static METADATA: Target = Target {
            go_type: "",
            shape: Shape::Struct { name: "", fields: &[("name", &STRING), ("namespace", &STRING)] },
        };
        static HEAD: Target = Target {
            go_type: "",
            shape: Shape::Struct {
                name: "",
                fields: &[("apiVersion", &STRING), ("kind", &STRING), ("metadata", &METADATA)],
            },
        };
        let Ok(Value::Map(top)) = unmarshal_as(document, &HEAD) else { return Identity::default() };
        let metadata = map(&top, "metadata").unwrap_or_else(Map::string_any);
        Identity::new(
            &text(&top, "apiVersion"),
            text(&top, "kind"),
            text(&metadata, "namespace"),
            text(&metadata, "name"),
        )
    }

    /// The identity of a document that Helm has read: what [`Identity::parse`] makes of it, with or without the white
    /// space at its end. `None` where that takes another look: Helm has not looked at the namespace, and line breaks at
    /// the end of a literal block are those of the document.
    pub(super) fn of_head(head: &Head) -> Option<Identity> {
        let ends =
            [&head.api_version, &head.kind, &head.namespace, &head.name].iter().any(|text| text.ends_with(b"\n"));
        (head.namespace_is_text && !ends).then(|| Identity::of(head))
    }

    /// The identity of a document that Helm has read.
    pub(super) fn of(head: &Head) -> Identity {
        Identity::new(&head.api_version, head.kind.clone(), head.namespace.clone(), head.name.clone())
    }

    fn new(api_version: &Str, kind: Str, namespace: Str, name: Str) -> Identity {
        let slash = api_version.iter().rposition(|b| *b == b'/');
        let group = slash.and_then(|slash| api_version.get(..slash)).map(Str::from).unwrap_or_default();
        Identity { group, kind, namespace, name }
    }
}
