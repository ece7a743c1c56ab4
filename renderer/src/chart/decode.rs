//! Chart.yaml, requirements.yaml and Chart.lock into their structs.
//!
//! Go decodes them through JSON: keys match without case, a number or boolean where a string should be becomes one, a
//! null leaves what is there, and a second file decodes into what the first has left.

use thinlock_go::{Frozen, List, Map, Str, Value, time};
use thinlock_yaml::Target;

use super::metadata::{Dependency, ImportValue, Metadata, Nulls};
use super::{ChartError, StructPackage};

/// The `apiVersion` of a Chart.yaml, empty where it has none; all that Helm 4 looks at first.
pub(super) fn api_version(data: &[u8]) -> Result<Str, ChartError> {
    let decoded = unmarshal(data, &targets::CHART_BASE)?;
    Ok(decoded.and_then(|map| string(&map, "apiVersion")).unwrap_or_default())
}

/// The name in a Chart.yaml, if it can be read. Whether the chart is valid is not looked at.
pub(crate) fn name(data: &[u8]) -> Option<Str> {
    string(&unmarshal(data, &targets::v2::METADATA).ok()??, "name")
}

/// Chart.yaml or requirements.yaml.
pub(super) fn metadata(
    data: &[u8],
    metadata: &mut Metadata,
    nulls: &mut Nulls,
    package: StructPackage,
) -> Result<(), ChartError> {
    let target = match package {
        StructPackage::Chart => &targets::chart::METADATA,
        StructPackage::V2 => &targets::v2::METADATA,
        StructPackage::V3 => &targets::v3::METADATA,
    };
    let Some(map) = unmarshal(data, target)? else { return Ok(()) };
    for (field, name) in [
        (&mut metadata.name, "name"),
        (&mut metadata.home, "home"),
        (&mut metadata.version, "version"),
        (&mut metadata.description, "description"),
        (&mut metadata.icon, "icon"),
        (&mut metadata.api_version, "apiVersion"),
        (&mut metadata.condition, "condition"),
        (&mut metadata.tags, "tags"),
        (&mut metadata.app_version, "appVersion"),
        (&mut metadata.kube_version, "kubeVersion"),
        (&mut metadata.chart_type, "type"),
    ] {
        update(field, string(&map, name));
    }
    update(&mut metadata.deprecated, boolean(&map, "deprecated"));
    strings(&map, "sources", &mut metadata.sources);
    strings(&map, "keywords", &mut metadata.keywords);
    match map.get("annotations") {
        Some(Value::Map(given)) => {
            let annotations = metadata.annotations.get_or_insert_default();
            for (key, value) in given.snapshot().iter() {
                let text = value.as_str().cloned().unwrap_or_default();
                match annotations.binary_search_by(|(k, _)| k.cmp(key)) {
                    Ok(at) => annotations[at].1 = text,
                    Err(at) => annotations.insert(at, (key.clone(), text)),
                }
            }
        }
        Some(_) => metadata.annotations = None,
        None => {}
    }
    match map.get("maintainers") {
        Some(Value::List(list)) => {
            nulls.maintainer = list.items().iter().any(Value::is_nil);
            elements(&list, &mut metadata.maintainers, |maintainer, map| {
                update(&mut maintainer.name, string(map, "name"));
                update(&mut maintainer.email, string(map, "email"));
                update(&mut maintainer.url, string(map, "url"));
            });
        }
        Some(_) => metadata.maintainers = None,
        None => {}
    }
    match map.get("dependencies") {
        Some(Value::List(list)) => {
            nulls.dependency = list.items().iter().position(Value::is_nil);
            elements(&list, &mut metadata.dependencies, dependency);
        }
        Some(_) => metadata.dependencies = None,
        None => {}
    }
    Ok(())
}

fn dependency(dependency: &mut Dependency, map: &Map) {
    update(&mut dependency.name, string(map, "name"));
    update(&mut dependency.version, string(map, "version"));
    update(&mut dependency.repository, string(map, "repository"));
    update(&mut dependency.condition, string(map, "condition"));
    update(&mut dependency.alias, string(map, "alias"));
    update(&mut dependency.enabled, boolean(map, "enabled"));
    strings(map, "tags", &mut dependency.tags);
    match map.get("import-values") {
        Some(Value::List(list)) => {
            let values = list.items().iter().map(|v| Frozen::freeze(v).unwrap_or_default()).collect::<Vec<_>>();
            dependency.import_values = Some(values.into_iter().map(ImportValue::Given).collect());
        }
        Some(_) => dependency.import_values = None,
        None => {}
    }
}

/// Chart.lock or requirements.lock: read for its errors alone, since nothing of it shows in a rendered chart.
pub(super) fn lock(data: &[u8], package: StructPackage) -> Result<(), ChartError> {
    let target = match package {
        StructPackage::Chart => &targets::chart::LOCK,
        StructPackage::V2 => &targets::v2::LOCK,
        StructPackage::V3 => &targets::v3::LOCK,
    };
    unmarshal(data, target).map(|_| ())
}

/// `time.Time.UnmarshalJSON`, of which only the errors are of interest.
fn unmarshal_time(json: &[u8]) -> Result<Value, String> {
    if json == b"null" {
        return Ok(Value::Nil);
    }
    let text = json.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
    let Some(text) = text else { return Err("Time.UnmarshalJSON: input is not a JSON string".into()) };
    time::parse(b"2006-01-02T15:04:05Z07:00", text, &time::Zone::Utc).map(|_| Value::Nil)
}

fn unmarshal(data: &[u8], target: &'static Target) -> Result<Option<Map>, ChartError> {
    match thinlock_yaml::unmarshal_as(data, target) {
        Ok(Value::Map(map)) => Ok(Some(map)),
        Ok(_) => Ok(None),
        Err(e) => Err(ChartError::new(e.to_string())),
    }
}

fn update<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn string(map: &Map, key: &str) -> Option<Str> {
    map.get(key)?.as_str().cloned()
}

fn boolean(map: &Map, key: &str) -> Option<bool> {
    match map.get(key)? {
        Value::Bool(b) => Some(b),
        _ => None,
    }
}

/// A `[]string`: a null element is empty, or what was there before.
fn strings(map: &Map, key: &str, field: &mut Option<Vec<Str>>) {
    match map.get(key) {
        Some(Value::List(list)) => {
            let before = field.take().unwrap_or_default();
            let items = list.items();
            *field = Some(
                items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| item.as_str().cloned().or_else(|| before.get(at).cloned()).unwrap_or_default())
                    .collect(),
            );
        }
        Some(_) => *field = None,
        None => {}
    }
}

/// A slice of pointers to structs: each element is decoded into what its place held before.
fn elements<T: Default + Clone>(list: &List, field: &mut Option<Vec<T>>, decode: impl Fn(&mut T, &Map)) {
    let mut before = field.take().unwrap_or_default().into_iter();
    let items = list.items();
    let decoded = items.iter().map(|item| {
        let mut element = before.next().unwrap_or_default();
        if let Value::Map(map) = item {
            decode(&mut element, map);
        }
        element
    });
    *field = Some(decoded.collect());
}

/// The structs of Helm as the decoder needs them: field names, types, and the names of types in messages.
mod targets {
    use thinlock_yaml::{Shape, Target};

    const fn target(go_type: &'static str, shape: Shape) -> Target {
        Target { go_type, shape }
    }

    static STRING: Target = target("string", Shape::String);
    static BOOL: Target = target("bool", Shape::Bool);
    static STRINGS: Target = target("[]string", Shape::Slice(&STRING));
    static ANNOTATIONS: Target = target("map[string]string", Shape::Map(&STRING));
    static ANY: Target = target("interface {}", Shape::Any);
    static ANYTHING: Target = target("[]interface {}", Shape::Slice(&ANY));
    static TIME: Target = target("time.Time", Shape::Unmarshaler(super::unmarshal_time));

    pub(super) static CHART_BASE: Target =
        target("loader.chartBase", Shape::Struct { name: "chartBase", fields: &[("apiVersion", &STRING)] });

    macro_rules! package {
        ($package:literal, $module:ident) => {
            pub(super) mod $module {
                use super::*;

                static DEPENDENCY: Target = target(
                    concat!($package, ".Dependency"),
                    Shape::Struct {
                        name: "Dependency",
                        fields: &[
                            ("name", &STRING),
                            ("version", &STRING),
                            ("repository", &STRING),
                            ("condition", &STRING),
                            ("tags", &STRINGS),
                            ("enabled", &BOOL),
                            ("import-values", &ANYTHING),
                            ("alias", &STRING),
                        ],
                    },
                );
                static DEPENDENCY_POINTER: Target =
                    target(concat!("*", $package, ".Dependency"), Shape::Pointer(&DEPENDENCY));
                static DEPENDENCIES: Target =
                    target(concat!("[]*", $package, ".Dependency"), Shape::Slice(&DEPENDENCY_POINTER));
                static MAINTAINER: Target = target(
                    concat!($package, ".Maintainer"),
                    Shape::Struct {
                        name: "Maintainer",
                        fields: &[("name", &STRING), ("email", &STRING), ("url", &STRING)],
                    },
                );
                static MAINTAINER_POINTER: Target =
                    target(concat!("*", $package, ".Maintainer"), Shape::Pointer(&MAINTAINER));
                static MAINTAINERS: Target =
                    target(concat!("[]*", $package, ".Maintainer"), Shape::Slice(&MAINTAINER_POINTER));
                pub(in super::super) static METADATA: Target = target(
                    concat!($package, ".Metadata"),
                    Shape::Struct {
                        name: "Metadata",
                        fields: &[
                            ("name", &STRING),
                            ("home", &STRING),
                            ("sources", &STRINGS),
                            ("version", &STRING),
                            ("description", &STRING),
                            ("keywords", &STRINGS),
                            ("maintainers", &MAINTAINERS),
                            ("icon", &STRING),
                            ("apiVersion", &STRING),
                            ("condition", &STRING),
                            ("tags", &STRING),
                            ("appVersion", &STRING),
                            ("deprecated", &BOOL),
                            ("annotations", &ANNOTATIONS),
                            ("kubeVersion", &STRING),
                            ("dependencies", &DEPENDENCIES),
                            ("type", &STRING),
                        ],
                    },
                );
                pub(in super::super) static LOCK: Target = target(
                    concat!($package, ".Lock"),
                    Shape::Struct {
                        name: "Lock",
                        fields: &[("generated", &TIME), ("digest", &STRING), ("dependencies", &DEPENDENCIES)],
                    },
                );
            }
        };
    }
    package!("chart", chart);
    package!("v2", v2);
    package!("v3", v3);
}
