//! What a thread printed before is never seen in what it prints: the same execution on a thread of its own gives the same.

use std::sync::Arc;
use std::thread;

use proptest::prelude::*;
use thinlock_go::{List, Map, Toolchain, Value};

use super::world::{Nowhere, functions};
use crate::{Env, Limits, MissingKey, Set, TextCache, error_text, parse};

/// A text as the body of a template, `main` executed on each dot in turn; a number of nodes that may be executed.
struct Program {
    templates: Vec<String>,
    dots: Vec<usize>,
    steps: u64,
    missing_key: MissingKey,
}

/// One of the dots; they share keys and differ in values and types.
fn dot(at: usize) -> Value {
    let inner = Map::string_any();
    inner.insert("c", if at.is_multiple_of(3) { Value::Nil } else { Value::int(at as i64) });
    inner.insert("d", "dd");
    let map = Map::string_any();
    map.insert("a", 1.0);
    if at.is_multiple_of(2) {
        map.insert("b", inner);
    }
    let dot = Map::string_any();
    dot.insert("s", if at < 3 { "abc" } else { "a text that is too long to be kept in place" });
    dot.insert("n", if at == 1 { Value::Float(3.0) } else { Value::int(3) });
    dot.insert("l", List::any(vec!["x".into(), Value::int(at as i64)]));
    if at != 2 {
        dot.insert("m", map);
    }
    dot.into()
}

/// Executes `main` on the dots: the set and its templates are the same ones for all of them.
fn run(program: &Program, set: &Set, dots: &[usize]) -> Vec<Result<Vec<u8>, String>> {
    let toolchain = Toolchain::default();
    let texts = TextCache::new(functions());
    let execute = |at: &usize| {
        let mut state = ();
        let mut env = Env::new(&Nowhere, &toolchain, &mut state, &texts);
        env.missing_key = program.missing_key;
        env.limits = Limits { steps: program.steps, ..Limits::default() };
        let mut out = Vec::new();
        set.execute("main", dot(*at), &mut out, env).map(|()| out).map_err(|error| error_text(&error))
    };
    dots.iter().map(execute).collect()
}

fn linked(program: &Program) -> Set {
    let mut set = Set::new("gotpl");
    for (at, text) in program.templates.iter().enumerate() {
        let name = ["main", "a", "b", "c"][at];
        let parsed = parse(name, text, &functions(), &Toolchain::default()).expect("generated templates parse");
        set.add(&parsed);
    }
    set
}

/// Operands that read the dot, hand it on, give it away and change it. A template includes only those behind it.
fn operand(depth: usize) -> BoxedStrategy<String> {
    let mut leaves = vec![
        ".s",
        ".n",
        ".m.a",
        ".m.b.c",
        ".m.b.d",
        ".gone",
        ".gone.too",
        ".l",
        ".",
        "$.s",
        "$.m.a",
        "$",
        "$v",
        "1",
        "`q`",
        ".m",
        "(index .l 1)",
        "(set . `s` `new`).s",
        "(set .m `a` 2).a",
        "(len (list . $))",
        "(typeOf .n)",
        "(printf `%v %v` .s $.n)",
        "(tpl `{{ .s }}` .)",
        "(tpl `{{ .n }}` $)",
        "(id .).n",
        "(id .).s",
        "(index . `s`)",
        "(dict `s` .n).s",
    ];
    let names = ["a", "b", "c"];
    let mut includes = Vec::new();
    for name in &names[depth.min(3)..] {
        for given in
            [".", "$", "(dict `s` .n `m` (dict `a` .s))", "(dict `n` 1)", ".m", "(id .)", "(set (dict) `s` $.s)"]
        {
            includes.push(format!("(include `{name}` {given})"));
        }
    }
    let include =
        if includes.is_empty() { Just(".s".to_owned()).boxed() } else { prop::sample::select(includes).boxed() };
    leaves.retain(|leaf| !leaf.is_empty());
    prop_oneof![2 => prop::sample::select(leaves).prop_map(str::to_owned), 3 => include].boxed()
}

fn body(depth: usize) -> BoxedStrategy<String> {
    let op = move || operand(depth);
    let leaf = prop_oneof![
        "[a-z ]{1,4}",
        op().prop_map(|a| format!("{{{{ {a} }}}}")),
        op().prop_map(|a| format!("{{{{ print {a} | upper }}}}")),
        op().prop_map(|a| format!("{{{{ $v = {a} }}}}")),
        op().prop_map(|a| format!("{{{{ $w := {a} }}}}{{{{ $w }}}}")),
    ];
    let list = leaf.prop_recursive(2, 8, 3, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            (op(), inner.clone()).prop_map(|(p, a)| format!("{{{{ if {p} }}}}{a}{{{{ else }}}}-{{{{ end }}}}")),
            (op(), inner.clone()).prop_map(|(p, a)| format!("{{{{ with {p} }}}}{a}{{{{ end }}}}")),
            inner.prop_map(|a| format!("{{{{ range $i, $e := $.l }}}}{a}{{{{ $e }}}}{{{{ end }}}}")),
        ]
    });
    let called = prop::sample::select(vec!["a", "b", "c"]);
    let template = (called, prop::sample::select(vec![".", "$", ".m"])).prop_map(move |(name, given)| {
        // No recursion.
        let behind = ["a", "b", "c"].iter().position(|n| *n == name).is_some_and(|at| at >= depth);
        if behind { format!("{{{{ template \"{name}\" {given} }}}}") } else { String::new() }
    });
    prop::collection::vec(prop_oneof![4 => list, 1 => template], 1..5)
        .prop_map(|parts| format!("{{{{ $v := 1 }}}}{}", parts.concat()))
        .boxed()
}

fn program() -> impl Strategy<Value = Program> {
    let templates = (body(0), body(1), body(2), body(3));
    let missing = prop::sample::select(vec![MissingKey::Zero, MissingKey::Invalid, MissingKey::Error]);
    let steps = prop_oneof![2 => Just(100_000_u64), 1 => 1..200_u64];
    (templates, prop::collection::vec(0..4_usize, 1..8), steps, missing).prop_map(
        |((main, a, b, c), dots, steps, missing_key)| Program {
            templates: vec![main, a, b, c],
            dots,
            steps,
            missing_key,
        },
    )
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#?} on {:?}, {} nodes, {:?}", self.templates, self.dots, self.steps, self.missing_key)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_shows_of_what_was_printed_before(program in program()) {
        let set = linked(&program);
        // This thread has seen the programs of all cases before, too.
        let remembered = run(&program, &set, &program.dots);
        for (at, dot) in program.dots.iter().enumerate() {
            // A set that is linked anew is not known to any thread.
            let fresh = run(&program, &linked(&program), &[*dot]);
            prop_assert_eq!(&remembered[at], &fresh[0], "dot {}", dot);
        }
    }
}

#[test]
fn what_is_added_to_a_set_counts() {
    let (functions, toolchain) = (functions(), Toolchain::default());
    let texts = TextCache::new(Arc::clone(&functions));
    let print = |set: &Set| {
        let mut out = Vec::new();
        let mut state = ();
        let env = Env::new(&Nowhere, &toolchain, &mut state, &texts);
        set.execute("main", dot(0), &mut out, env).map_err(|error| error_text(&error)).expect("executes");
        String::from_utf8_lossy(&out).into_owned()
    };
    let mut set = Set::new("gotpl");
    set.add(
        &parse("main", "{{ include `a` . }}{{ include `a` . }}{{ include `a` . }}", &functions, &toolchain)
            .expect("parses"),
    );
    set.add(&parse("a", "{{ include `b` . }}", &functions, &toolchain).expect("parses"));
    set.add(&parse("b", "1", &functions, &toolchain).expect("parses"));
    assert_eq!(print(&set), "111");
    let before = set.clone();
    set.add(&parse("b", "2", &functions, &toolchain).expect("parses"));
    assert_eq!(print(&set), "222");
    assert_eq!(print(&before), "111");
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(print(&set), "222"));
    });
}

#[test]
fn the_world_outside_is_asked_every_time() {
    use std::cell::Cell;
    use thinlock_go::{Func, Host, types};

    struct Clock(Cell<i128>);
    impl Host for Clock {
        fn now_unix_nanos(&self) -> i128 {
            self.0.set(self.0.get() + 1);
            self.0.get()
        }
        fn local_zone(&self) -> &str {
            "UTC"
        }
        fn fill_random(&self, _: &mut [u8]) -> Result<(), String> {
            Ok(())
        }
        fn host_by_name(&self, _: &str) -> String {
            String::new()
        }
    }
    static TICK: [Func; 2] = [
        Func {
            name: "tick",
            params: &[],
            variadic: false,
            result: &types::INT,
            call: |interp, _| Ok(Value::int(interp.host().now_unix_nanos() as i64)),
            hands_on_dot: false,
        },
        Func {
            name: "count",
            params: &[],
            variadic: false,
            result: &types::INT,
            call: |interp, _| {
                let count = interp.state().downcast_mut::<i64>();
                Ok(Value::int(count.map_or(0, |n| {
                    *n += 1;
                    *n
                })))
            },
            hands_on_dot: false,
        },
    ];
    let mut all = crate::FuncMap::clone(&functions());
    all.add(&TICK);
    let (functions, toolchain) = (Arc::new(all), Toolchain::default());
    let texts = TextCache::new(Arc::clone(&functions));
    let mut set = Set::new("gotpl");
    let main = "{{ range 4 }}{{ include `a` $ }} {{ end }}";
    set.add(&parse("main", main, &functions, &toolchain).expect("parses"));
    set.add(&parse("a", "{{ include `b` . }}-{{ count }}-{{ .s }}", &functions, &toolchain).expect("parses"));
    set.add(&parse("b", "{{ tick }}", &functions, &toolchain).expect("parses"));
    let (clock, mut state) = (Clock(Cell::new(0)), 0_i64);
    let mut out = Vec::new();
    let env = Env::new(&clock, &toolchain, &mut state, &texts);
    set.execute("main", dot(0), &mut out, env).map_err(|error| error_text(&error)).expect("executes");
    assert_eq!(String::from_utf8_lossy(&out), "1-1-abc 2-2-abc 3-3-abc 4-4-abc ");
}

#[test]
fn what_an_inner_template_does_with_the_dot_counts_for_the_outer_ones() {
    for inner in [
        "{{ (id .).s }}",
        "{{ .s }}",
        "{{ with $ }}{{ .s }}{{ end }}",
        "{{ $x := . }}{{ $x.s }}",
        "{{ $.m.a }}{{ .s }}",
    ] {
        let program = Program {
            templates: vec!["{{ include `a` . }}".to_owned(), "{{ include `b` $ }}".to_owned(), inner.to_owned()],
            dots: vec![0, 1, 0, 1, 3],
            steps: 1000,
            missing_key: MissingKey::Zero,
        };
        let got = run(&program, &linked(&program), &program.dots);
        let last =
            got.last().and_then(|last| last.as_ref().ok()).map(|text| String::from_utf8_lossy(text).into_owned());
        assert!(last.as_deref().is_some_and(|text| text.ends_with("kept in place")), "{inner}: {last:?}");
    }
}

#[test]
fn readings_that_differ_in_other_places_are_told_apart() {
    // Each was compared with others in one of the two places, and the last one differs in the other.
    let pairs =
        [(2, 1), (2, 1), (2, 2), (1, 2), (3, 1), (3, 2), (1, 1), (2, 1), (1, 2), (3, 1), (2, 3), (3, 3), (1, 3)];
    for turn in 0..pairs.len() {
        let pairs = [&pairs[turn..], &pairs[..turn]].concat();
        let included: String =
            pairs.iter().map(|(s, n)| format!("{{{{ include `a` (dict `s` {s} `n` {n}) }}}}")).collect();
        let program = Program {
            templates: vec![included, "{{ .s }}-{{ .n }} ".to_owned()],
            dots: Vec::new(),
            steps: 1000,
            missing_key: MissingKey::Zero,
        };
        let want: String = pairs.iter().map(|(s, n)| format!("{s}-{n} ")).collect();
        assert_eq!(run(&program, &linked(&program), &[0]), [Ok(want.into_bytes())]);
    }
}
