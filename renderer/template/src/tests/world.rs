//! The functions and data of the tests: the Go program that recorded the expectations had the same.

use std::sync::Arc;

use thinlock_go::types::{
    ANY, BOOL, FLOAT64, INT, INT64, MAP_STRING_ANY, MAP_STRING_STRING, SLICE_ANY, SLICE_BYTE, SLICE_INT, SLICE_STRING,
    STRING, UINT8,
};
use thinlock_go::{
    CallError, Error, ErrorKind, Func, Host, Interp, Kind, List, Map, Str, Toolchain, TypeInfo, Value, fmt, strconv,
};

use crate::{Env, FuncMap, Limits, MissingKey, Set, TextCache, parse};

/// A host without a clock, chance or names.
pub(crate) struct Nowhere;

impl Host for Nowhere {
    fn now_unix_nanos(&self) -> i128 {
        0
    }
    fn local_zone(&self) -> &str {
        "UTC"
    }
    fn fill_random(&self, _: &mut [u8]) -> Result<(), String> {
        Err("no randomness".to_owned())
    }
    fn host_by_name(&self, _: &str) -> String {
        String::new()
    }
}

/// `type Values map[string]interface {}`.
static VALUES: TypeInfo = TypeInfo::of("main.Values", Kind::Map, &ANY).with_methods(&[Func {
    name: "Size",
    params: &[&INT],
    variadic: false,
    result: &INT,
    call: |_, args| match args {
        [Value::Map(receiver), Value::Int(_, n)] => Ok(Value::int(*n + receiver.len() as i64)),
        _ => Err(CallError::message("Size")),
    },
    hands_on_dot: false,
}]);

type Called = Result<Value, CallError>;

fn text(args: &[Value], at: usize) -> Str {
    args.get(at).and_then(Value::as_str).cloned().unwrap_or_default()
}

fn repeat(_: &mut dyn Interp, args: &mut [Value]) -> Called {
    let Some(Value::Int(_, n)) = args.first() else { return Err(CallError::message("repeat")) };
    Ok(Value::Str(text(args, 1).repeat(usize::try_from(*n).unwrap_or_default().min(100)).into()))
}

fn list(_: &mut dyn Interp, args: &mut [Value]) -> Called {
    Ok(Value::List(List::any(args.to_vec())))
}

fn dict(_: &mut dyn Interp, args: &mut [Value]) -> Called {
    let map = Map::string_any();
    for pair in args.chunks_exact(2) {
        map.insert(fmt::format_value(&pair[0])?, pair[1].clone());
    }
    Ok(Value::Map(map))
}

fn id(_: &mut dyn Interp, args: &mut [Value]) -> Called {
    Ok(args[0].clone())
}

fn size(_: &mut dyn Interp, args: &mut [Value]) -> Called {
    Ok(Value::int(match &args[0] {
        Value::Map(map) => map.len() as i64,
        Value::List(list) => list.len() as i64,
        _ => -1,
    }))
}

fn two(_: &mut dyn Interp, args: &mut [Value]) -> Called {
    let rest = Value::List(List::new(&SLICE_INT, args[1..].to_vec()));
    Ok(Value::Str(fmt::sprint(&[args[0].clone(), rest])?.into()))
}

fn vals(_: &mut dyn Interp, _: &mut [Value]) -> Called {
    let map = Map::new(&VALUES);
    map.insert("a", Value::int(1));
    Ok(Value::Map(map))
}

fn smap(_: &mut dyn Interp, args: &mut [Value]) -> Called {
    let map = Map::string_string();
    map.insert(text(args, 0), args[0].clone());
    Ok(Value::Map(map))
}

fn set(_: &mut dyn Interp, args: &mut [Value]) -> Called {
    if let Value::Map(map) = &args[0] {
        map.insert(text(args, 1), args[2].clone());
    }
    Ok(args[0].clone())
}

fn include(interp: &mut dyn Interp, args: &mut [Value]) -> Called {
    interp.execute_template(&text(args, 0), args[1].clone()).map(Value::Str)
}

fn tpl(interp: &mut dyn Interp, args: &mut [Value]) -> Called {
    let source = text(args, 0);
    let result = interp.execute_text(&Str::from_static("gotpl"), &source, args[1].clone());
    let quoted = strconv::quote(&source);
    result.map(Value::Str).map_err(|error| match &error {
        CallError::Template(e) if e.data().kind == ErrorKind::Parse && e.data().frames.is_empty() => {
            error.context(format!("cannot parse template {quoted}"))
        }
        _ => error.context(format!("error during tpl function execution for {quoted}")),
    })
}

const fn func(
    name: &'static str,
    params: &'static [&'static TypeInfo],
    result: &'static TypeInfo,
    call: thinlock_go::func::Body,
) -> Func {
    Func { name, params, variadic: false, result, call, hands_on_dot: false }
}

static FUNCTIONS: &[Func] = &[
    func("upper", &[&STRING], &STRING, |_, args| Ok(Value::Str(text(args, 0).to_ascii_uppercase().into()))),
    func("repeat", &[&INT, &STRING], &STRING, repeat),
    Func { variadic: true, ..func("list", &[&ANY], &SLICE_ANY, list) },
    Func { variadic: true, ..func("dict", &[&ANY], &MAP_STRING_ANY, dict) },
    func("set", &[&MAP_STRING_ANY, &STRING, &ANY], &MAP_STRING_ANY, set),
    func("id", &[&ANY], &ANY, id),
    func("typeOf", &[&ANY], &STRING, |_, args| Ok(args[0].type_name().into())),
    func("fail", &[&STRING], &STRING, |_, args| Err(CallError::Fail(text(args, 0)))),
    func("int", &[&INT], &INT, id),
    func("i64", &[&INT64], &INT64, id),
    func("u8", &[&UINT8], &UINT8, id),
    func("f64", &[&FLOAT64], &FLOAT64, id),
    func("bool", &[&BOOL], &BOOL, id),
    Func {
        variadic: true,
        ..func("strs", &[&STRING], &SLICE_STRING, |_, args| Ok(Value::List(List::new(&SLICE_STRING, args.to_vec()))))
    },
    func("keys", &[&MAP_STRING_ANY], &INT, size),
    func("any", &[&SLICE_ANY], &INT, size),
    Func { variadic: true, ..func("two", &[&STRING, &INT], &STRING, two) },
    func("bytes", &[&STRING], &SLICE_BYTE, |_, args| Ok(Value::bytes(text(args, 0)))),
    Func { variadic: true, ..func("vals", &[&ANY], &VALUES, vals) },
    func("smap", &[&STRING], &MAP_STRING_STRING, smap),
    Func { hands_on_dot: true, ..func("include", &[&STRING, &ANY], &STRING, include) },
    func("tpl", &[&STRING, &ANY], &STRING, tpl),
];

pub(crate) fn functions() -> Arc<FuncMap> {
    let mut functions = FuncMap::new();
    functions.add(FUNCTIONS);
    Arc::new(functions)
}

/// The dot of the tests.
pub(crate) fn data() -> Value {
    let inner = Map::string_any();
    inner.insert("c", Value::Nil);
    inner.insert("d", "dd");
    let map = Map::string_any();
    map.insert("a", 1.0);
    map.insert("b", inner);
    let element = Map::string_any();
    element.insert("k", "v");
    let dot = Map::string_any();
    dot.insert("s", "abc");
    dot.insert("n", 3.0);
    dot.insert("f", 2.5);
    dot.insert("b", true);
    dot.insert("nul", Value::Nil);
    dot.insert("l", List::any(vec!["x".into(), 1.0.into(), Value::Nil, element.into()]));
    dot.insert("el", List::any(Vec::new()));
    dot.insert("m", map);
    dot.insert("em", Map::string_any());
    dot.insert("html", "<a>&'\"");
    dot.into()
}

/// How a test executes.
pub(crate) struct World {
    pub(crate) toolchain: Toolchain,
    pub(crate) missing_key: MissingKey,
    pub(crate) limits: Limits,
    pub(crate) dot: Value,
}

impl Default for World {
    fn default() -> World {
        World { toolchain: Toolchain::default(), missing_key: MissingKey::Zero, limits: Limits::default(), dot: data() }
    }
}

impl World {
    /// Executes the text `p/t.yaml` beside two others.
    pub(crate) fn run(&self, text: &str) -> Result<String, Error> {
        let functions = functions();
        let texts = TextCache::new(Arc::clone(&functions));
        let mut set = Set::new("gotpl");
        let others = [
            ("h1", "{{define \"t1\"}}[{{.}}]{{end}}"),
            ("h2", "{{define \"bad\"}}x\n  {{ .a.b.c }}{{end}}"),
            ("p/t.yaml", text),
        ];
        for (name, text) in others {
            set.add(&parse(name, text, &functions, &self.toolchain)?);
        }
        let mut state = ();
        let mut env = Env::new(&Nowhere, &self.toolchain, &mut state, &texts);
        env.missing_key = self.missing_key;
        env.limits = self.limits.clone();
        let mut out = Vec::new();
        set.execute("p/t.yaml", self.dot.clone(), &mut out, env)?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }
}
