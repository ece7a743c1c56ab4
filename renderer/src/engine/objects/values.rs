//! The type of `.Values`, and the methods that Helm's own code left on it for every template to call.

use thinlock_go::{CallError, Func, Interp, Kind, Map, Str, Type, TypeInfo, Value, strconv, types};

use crate::dialect::{Dialect, ObjectPackage};

static CHARTUTIL_VALUES: TypeInfo =
    TypeInfo::of("chartutil.Values", Kind::Map, &types::ANY).with_methods(&CHARTUTIL_METHODS);
static COMMON_VALUES: TypeInfo = TypeInfo::of("common.Values", Kind::Map, &types::ANY).with_methods(&COMMON_METHODS);

static CHARTUTIL_METHODS: [Func; 4] = methods(&CHARTUTIL_VALUES);
static COMMON_METHODS: [Func; 4] = methods(&COMMON_VALUES);

/// The Go type of `.Values`, of `.Template` and of the dot itself.
pub(in crate::engine) fn values_type(dialect: &Dialect) -> Type {
    match dialect.objects.package {
        ObjectPackage::Chartutil => &CHARTUTIL_VALUES,
        ObjectPackage::Common => &COMMON_VALUES,
    }
}

const TEXT: &[Type] = &[&types::STRING];

const fn methods(values: Type) -> [Func; 4] {
    [
        Func {
            name: "AsMap",
            params: &[],
            variadic: false,
            result: &types::MAP_STRING_ANY,
            call: as_map,
            hands_on_dot: false,
        },
        Func {
            name: "PathValue",
            params: TEXT,
            variadic: false,
            result: &types::ANY,
            call: path_value,
            hands_on_dot: false,
        },
        Func { name: "Table", params: TEXT, variadic: false, result: values, call: table, hands_on_dot: false },
        Func { name: "YAML", params: &[], variadic: false, result: &types::STRING, call: yaml, hands_on_dot: false },
    ]
}

fn as_map(_: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
    Ok(Value::Map(match args {
        [Value::Map(values)] if !values.is_empty() => values.with_type(&types::MAP_STRING_ANY),
        _ => Map::string_any(),
    }))
}

fn yaml(_: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
    let values = args.first().cloned().unwrap_or_default();
    thinlock_yaml::to_yaml(&values).map(|text| Value::Str(text.into())).map_err(|e| CallError::message(e.to_string()))
}

fn table(_: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
    let [Value::Map(values), Value::Str(path)] = args else { return Err(CallError::message("a path wanted")) };
    find_table(values, path).map(Value::Map).map_err(CallError::message)
}

/// The table at a path, its parts separated by dots, with the type of the outermost one.
pub(in crate::engine) fn find_table(values: &Map, path: &[u8]) -> Result<Map, String> {
    let mut table = values.clone();
    for part in path.split(|b| *b == b'.') {
        match table.get(part) {
            Some(Value::Map(inner)) => table = inner,
            _ => return Err(format!("{} is not a table", strconv::quote(part))),
        }
    }
    Ok(table.with_type(values.go_type()))
}

fn path_value(_: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
    let [Value::Map(values), Value::Str(path)] = args else { return Err(CallError::message("a path wanted")) };
    if path.is_empty() {
        return Err(CallError::message("YAML path cannot be empty"));
    }
    let dot = path.iter().rposition(|b| *b == b'.');
    let key: Str = dot.map_or_else(|| path.clone(), |dot| Str::from(&path[dot + 1..]));
    let table = match dot {
        Some(dot) => find_table(values, &path[..dot]).ok(),
        None => Some(values.clone()),
    };
    match table.and_then(|t| t.get(&key)) {
        // A table of its own type is a value to Helm, one of the general type is not.
        Some(Value::Map(map)) if map.go_type() == &types::MAP_STRING_ANY => no_value(&key),
        Some(value) => Ok(value),
        None => no_value(&key),
    }
}

fn no_value(key: &Str) -> Result<Value, CallError> {
    Err(CallError::message(format!("{} is not a value", strconv::quote(key))))
}
