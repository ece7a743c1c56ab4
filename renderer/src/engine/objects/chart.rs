//! `.Chart`: Chart.yaml as templates see it.
//!
//! Helm 3 shows its own struct, with a field that says whether the chart is the root. Helm 4 shows a map of the same
//! names, made by reflection: every field is in it, structs become maps, and every slice becomes one of `interface {}`.

use std::rc::Rc;

use thinlock_go::object::Field;
use thinlock_go::{Kind, List, Map, Object, Str, Type, TypeInfo, Value, types};

use crate::Dialect;
use crate::chart::{Dependency, ImportValue, Maintainer, Metadata, ProcessedChart};

use super::structs::{Pointer, Struct, field};

static CHART: TypeInfo = TypeInfo::plain("struct { chart.Metadata; IsRoot bool }", Kind::Struct);
static METADATA: TypeInfo = TypeInfo::plain("chart.Metadata", Kind::Struct);
static MAINTAINER: TypeInfo = TypeInfo::plain("chart.Maintainer", Kind::Struct);
static MAINTAINER_POINTER: TypeInfo = TypeInfo::of("*chart.Maintainer", Kind::Pointer, &MAINTAINER);
static MAINTAINERS: TypeInfo = TypeInfo::of("[]*chart.Maintainer", Kind::Slice, &MAINTAINER_POINTER);
static DEPENDENCY: TypeInfo = TypeInfo::plain("chart.Dependency", Kind::Struct);
static DEPENDENCY_POINTER: TypeInfo = TypeInfo::of("*chart.Dependency", Kind::Pointer, &DEPENDENCY);
static DEPENDENCIES: TypeInfo = TypeInfo::of("[]*chart.Dependency", Kind::Slice, &DEPENDENCY_POINTER);

/// `.Chart` of a chart.
pub(in crate::engine) fn chart(chart: ProcessedChart<'_>, dialect: &Dialect) -> Value {
    let metadata = metadata(chart.metadata());
    if dialect.objects.chart_is_map {
        let Value::Map(map) = as_map(&metadata) else { return Value::Nil };
        map.insert("IsRoot", Value::Bool(chart.is_root()));
        Value::Map(map)
    } else {
        let metadata = Struct { go_type: &METADATA, fields: metadata, yaml_tags: false };
        let embedded = Field {
            name: "Metadata",
            go_type: &METADATA,
            value: Value::Object(Rc::new(metadata)),
            embedded: true,
            json: "",
        };
        let fields = vec![embedded, field("IsRoot", &types::BOOL, "", chart.is_root())];
        Value::Object(Rc::new(Struct { go_type: &CHART, fields, yaml_tags: false }))
    }
}

/// The fields of `chart.Metadata` in the order of their declaration.
fn metadata(metadata: &Metadata) -> Vec<Field> {
    let text = |name, json, value: &Str| field(name, &types::STRING, json, value.clone());
    vec![
        text("Name", "name,omitempty", &metadata.name),
        text("Home", "home,omitempty", &metadata.home),
        field("Sources", &types::SLICE_STRING, "sources,omitempty", strings(metadata.sources.as_deref())),
        text("Version", "version,omitempty", &metadata.version),
        text("Description", "description,omitempty", &metadata.description),
        field("Keywords", &types::SLICE_STRING, "keywords,omitempty", strings(metadata.keywords.as_deref())),
        field(
            "Maintainers",
            &MAINTAINERS,
            "maintainers,omitempty",
            pointers(metadata.maintainers.as_deref(), &MAINTAINERS, maintainer),
        ),
        text("Icon", "icon,omitempty", &metadata.icon),
        text("APIVersion", "apiVersion,omitempty", &metadata.api_version),
        text("Condition", "condition,omitempty", &metadata.condition),
        text("Tags", "tags,omitempty", &metadata.tags),
        text("AppVersion", "appVersion,omitempty", &metadata.app_version),
        field("Deprecated", &types::BOOL, "deprecated,omitempty", metadata.deprecated),
        field(
            "Annotations",
            &types::MAP_STRING_STRING,
            "annotations,omitempty",
            match &metadata.annotations {
                None => Map::nil(&types::MAP_STRING_STRING),
                Some(entries) => Map::from_entries(
                    &types::MAP_STRING_STRING,
                    entries.iter().map(|(k, v)| (k.clone(), Value::Str(v.clone()))).collect(),
                ),
            },
        ),
        text("KubeVersion", "kubeVersion,omitempty", &metadata.kube_version),
        field(
            "Dependencies",
            &DEPENDENCIES,
            "dependencies,omitempty",
            pointers(metadata.dependencies.as_deref(), &DEPENDENCIES, dependency),
        ),
        text("Type", "type,omitempty", &metadata.chart_type),
    ]
}

fn maintainer(maintainer: &Maintainer) -> (Type, Struct) {
    let text = |name, json, value: &Str| field(name, &types::STRING, json, value.clone());
    let fields = vec![
        text("Name", "name,omitempty", &maintainer.name),
        text("Email", "email,omitempty", &maintainer.email),
        text("URL", "url,omitempty", &maintainer.url),
    ];
    (&MAINTAINER_POINTER, Struct { go_type: &MAINTAINER, fields, yaml_tags: false })
}

fn dependency(dependency: &Dependency) -> (Type, Struct) {
    let text = |name, json, value: &Str| field(name, &types::STRING, json, value.clone());
    let imports = match dependency.import_values.as_deref() {
        None => List::nil(&types::SLICE_ANY),
        Some(imports) => List::any(imports.iter().map(import_value).collect()),
    };
    let fields = vec![
        text("Name", "name", &dependency.name),
        text("Version", "version,omitempty", &dependency.version),
        text("Repository", "repository", &dependency.repository),
        text("Condition", "condition,omitempty", &dependency.condition),
        field("Tags", &types::SLICE_STRING, "tags,omitempty", strings(dependency.tags.as_deref())),
        field("Enabled", &types::BOOL, "enabled,omitempty", dependency.enabled),
        field("ImportValues", &types::SLICE_ANY, "import-values,omitempty", imports),
        text("Alias", "alias,omitempty", &dependency.alias),
    ];
    (&DEPENDENCY_POINTER, Struct { go_type: &DEPENDENCY, fields, yaml_tags: true })
}

fn import_value(import: &ImportValue) -> Value {
    match import {
        ImportValue::Given(value) => value.thaw(),
        ImportValue::Processed { child, parent } => {
            let entries = [("child", child), ("parent", parent)];
            let entries = entries.into_iter().map(|(k, v)| (Str::from_static(k), Value::Str(v.clone()))).collect();
            Value::Map(Map::from_entries(&types::MAP_STRING_STRING, entries))
        }
    }
}

fn strings(items: Option<&[Str]>) -> List {
    items.map_or_else(|| List::nil(&types::SLICE_STRING), |items| List::strings(items.iter().cloned()))
}

fn pointers<T>(items: Option<&[T]>, slice: Type, make: impl Fn(&T) -> (Type, Struct)) -> List {
    let Some(items) = items else { return List::nil(slice) };
    let pointer = |item| {
        let (go_type, target) = make(item);
        Value::Object(Rc::new(Pointer { go_type, target: Rc::new(target) }) as Rc<dyn Object>)
    };
    List::new(slice, items.iter().map(pointer).collect())
}

/// Helm 4's `structToMap`.
fn as_map(fields: &[Field]) -> Value {
    let entries = fields.iter().map(|f| (Str::from_static(f.name), field_of_map(&f.value))).collect();
    Value::Map(Map::from_entries(&types::MAP_STRING_ANY, entries))
}

fn field_of_map(value: &Value) -> Value {
    match value {
        Value::List(list) => List::any(list.items().iter().map(element_of_map).collect()).into(),
        other => other.clone(),
    }
}

fn element_of_map(value: &Value) -> Value {
    match value {
        Value::Object(object) => match object.pointee() {
            Some(Value::Object(target)) => as_map(&target.fields()),
            _ => as_map(&object.fields()),
        },
        other => other.clone(),
    }
}
