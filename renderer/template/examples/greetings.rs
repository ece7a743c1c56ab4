//! Letters from one template and a list of guests: `cargo run -p thinlock-template --example greetings`.
//!
//! Shows a function of one's own, a partial, and how an error is shown to a person.

use std::sync::Arc;

use thinlock_go::types::{INT, MAP_STRING_STRING};
use thinlock_go::{CallError, Func, Host, Interp, List, Map, Toolchain, Value};
use thinlock_template::{Env, FuncMap, Set, TextCache, error_text, excerpt, parse};

const PARTIAL: &str = r#"{{ define "name" }}{{ if .title }}{{ .title }} {{ end }}{{ .name }}{{ end }}"#;

const LETTER: &str = r#"
{{- range $i, $guest := .guests }}
{{ ordinal $i }}. Dear {{ template "name" $guest }},
   {{ with $guest.plusOne }}we look forward to seeing you and {{ . }}.{{ else }}we look forward to seeing you.{{ end }}
{{- end }}
"#;

const WRONG: &str = "Dear {{ .guests.first.name }},\n";

/// `ordinal 0` is the first.
fn ordinal(_: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
    match args {
        [Value::Int(_, n)] => Ok(Value::int(n.saturating_add(1))),
        _ => Err(CallError::message("ordinal: not a number")),
    }
}

static FUNCTIONS: &[Func] =
    &[Func { name: "ordinal", params: &[&INT], variadic: false, result: &INT, call: ordinal, hands_on_dot: false }];

/// Nothing of the world outside is needed here.
struct Nowhere;

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

fn guest(entries: &[(&str, &str)]) -> Value {
    let map = Map::new(&MAP_STRING_STRING);
    for (key, value) in entries {
        map.insert(*key, *value);
    }
    map.into()
}

fn main() {
    let toolchain = Toolchain::default();
    let mut functions = FuncMap::new();
    functions.add(FUNCTIONS);
    let functions = Arc::new(functions);
    let texts = TextCache::new(Arc::clone(&functions));

    let mut set = Set::new("letters");
    for (name, text) in [("partial", PARTIAL), ("letter", LETTER), ("wrong", WRONG)] {
        match parse(name, text, &functions, &toolchain) {
            Ok(parsed) => set.add(&parsed),
            Err(error) => return eprintln!("{}", error_text(&error)),
        }
    }

    let guests = vec![
        guest(&[("name", "Ada Lovelace"), ("title", "Lady"), ("plusOne", "Mr Babbage")]),
        guest(&[("name", "Grace Hopper"), ("title", "Rear Admiral")]),
    ];
    let dot = Map::string_any();
    dot.insert("guests", List::any(guests));

    for name in ["letter", "wrong"] {
        let (mut out, mut state) = (Vec::new(), ());
        let env = Env::new(&Nowhere, &toolchain, &mut state, &texts);
        match set.execute(name, dot.clone().into(), &mut out, env) {
            Ok(()) => println!("{}", String::from_utf8_lossy(&out)),
            Err(error) => eprintln!("{}", excerpt(&error, &|file| (file == "wrong").then(|| WRONG.into()))),
        }
    }
}
