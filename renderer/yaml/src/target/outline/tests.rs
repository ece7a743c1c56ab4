use proptest::collection::vec;
use proptest::prelude::*;
use thinlock_go::{Value, fmt};

use super::*;
use crate::target::samples::HEAD;
use crate::{unmarshal_as, unmarshal_with_outline};

fn print(value: &Value) -> String {
    fmt::format_value(value).map(|text| text.to_string()).unwrap_or_default()
}

/// What the reading of the old document becomes with the changed fields in it.
fn with_changes(value: &Value, changes: &[Change<'_>]) -> Value {
    for (path, text) in changes.iter().filter_map(|change| change.field) {
        let (last, folders) = path.split_last().expect("a path");
        let mut here = value.clone();
        for name in folders {
            let Value::Map(map) = &here else { panic!("a field of what is no struct") };
            here = map.get(name).expect("the field is there");
        }
        let Value::Map(map) = here else { panic!("a field of what is no struct") };
        map.insert(last.clone(), Str::from(text));
    }
    value.clone()
}

fn changes<'d>(outline: &'d Outline, old: &str, new: &'d str) -> Option<Vec<Change<'d>>> {
    let mut changes = Vec::new();
    outline.changes(old.as_bytes(), new.as_bytes(), |change| {
        changes.push(change);
        Some(())
    })?;
    Some(changes)
}

/// Whether the second document is admitted; if it is, it must be read as the first, with the changes.
#[track_caller]
fn admitted(old: &str, new: &str) -> bool {
    let Ok((value, outline)) = unmarshal_with_outline(old.as_bytes(), &HEAD) else { return false };
    assert_eq!(print(&value), print(&unmarshal_as(old.as_bytes(), &HEAD).expect("YAML")), "{old:?}");
    let Some(changes) = outline.as_ref().and_then(|outline| changes(outline, old, new)) else {
        return false;
    };
    let read = unmarshal_as(new.as_bytes(), &HEAD).expect("the new document is YAML");
    assert_eq!(print(&with_changes(&value, &changes)), print(&read), "{old:?} {new:?}");
    // Both are the same but for the changes, and nodes stand where they stood.
    let (mut a, mut b) = (0, 0);
    for change in &changes {
        assert_eq!(old[a..change.old.start], new[b..change.new.start]);
        (a, b) = (change.old.end, change.new.end);
    }
    assert_eq!(old[a..], new[b..]);
    let kinds = |text: &str| -> Vec<_> {
        let tree = crate::parser::parse(text.as_bytes()).expect("YAML");
        tree.nodes.iter().map(|node| (node.kind, node.next, node.len)).collect()
    };
    assert_eq!(kinds(old), kinds(new), "{old:?} {new:?}");
    true
}

#[test]
fn scalars_may_change() {
    let old = "kind: A\nmetadata:\n  name: a-x\n  any: \"b\"\n  labels:\n    app: x\nspec:\n- - p\n  - q: 1\n    r: |\n      \
               one\n        two\n\n      three\n";
    assert!(admitted(old, old));
    for (from, to) in [
        ("kind: A", "kind: Bcd"),
        ("kind: A", "kind: 'A'"),
        ("a-x", "b-y-longer"),
        ("\"b\"", "c"),
        ("app: x", "app: 5"),
        ("app: x", "app: null"),
        ("app: x", "app: a b:c d#e"),
        ("app: x", "app: \"# no: comment\""),
        ("- p", "- -p"),
        ("q: 1", "q: true"),
        ("one", "- two: # x"),
        ("two", "\"\\"),
        ("three", "---"),
    ] {
        assert!(admitted(old, &old.replacen(from, to, 1)), "{to}");
    }
    assert!(admitted(old, &old.replace('x', "yy").replace("one", "o").replace("- p", "- pp")));
    assert!(admitted("a: 1", "a: 22"));
    assert!(admitted("a: 1\nmetadata:\n  name: 2020-01-01\n", "a: 1\nmetadata:\n  name: x\n"));
}

#[test]
fn everything_else_must_stay() {
    let old = "kind: A\nmetadata:\n  name: a-x\n  annotations:\n    a: b\nspec:\n  a: x\n  # c\n  b: [x, y]\n  t: |\n    one\n  \
               u: z # d\n  - k\nf: a\n  b\n";
    for (from, to) in [
        ("kind: A", "kind: 1"),
        ("kind: A", "kind: "),
        ("kind: A", "kind:  A"),
        ("kind: A", "kind: A "),
        ("kind: A", "kind: A\n"),
        ("kind: A", "kind: A #"),
        ("kind: A", "kind: A: b"),
        ("kind: A", "kind: A:"),
        ("kind: A", "kind: A\tb"),
        ("kind: A", "kind: \u{e9}"),
        ("kind: A", "Kind: A"),
        ("kind: A", "kind: \"A"),
        ("kind: A", "kind: \"\\x41\""),
        ("kind: A", "kind: 'A''s'"),
        ("kind: A", "kind: &A"),
        ("kind: A", "kind: |"),
        ("kind: A", "kind: [A]"),
        ("a-x", "null"),
        ("a: b", "a: c"),
        ("a: x", "a: .inf"),
        ("a: x", "a: -.INF"),
        ("a: x", "a: <<"),
        ("a: x", "a: *x"),
        ("a: x", "a: \"x\": y"),
        ("a: x", "a: - y"),
        ("a: x", "a:\n    - y"),
        ("a: x", "b: x"),
        ("# c", "# d"),
        ("[x, y]", "[x, z]"),
        ("one", ""),
        ("one", " one"),
        ("one", "one "),
        ("one", "\u{85}"),
        ("z # d", "zz # d"),
        ("f: a", "f: c"),
        ("  b\n", "  c\n"),
        ("f: a\n  b\n", "f: a\n  b"),
    ] {
        let old = old.replace("  - k\n", "");
        assert!(!admitted(&old, &old.replacen(from, to, 1)), "{to:?}");
    }
    // What is there twice counts once; a null counts for nothing.
    assert!(!admitted("kind: A\nkind: B\n", "kind: C\nkind: B\n"));
    assert!(!admitted("metadata:\n  name: x\nmetadata:\n  any: y\n", "metadata:\n  name: z\nmetadata:\n  any: y\n"));
    assert!(!admitted("kind: null\n", "kind: A\n"));
    // Neither is read the quick way.
    assert!(!admitted("kind: !!str 1\n", "kind: !!str 2\n"));
    assert!(!admitted("\u{feff}kind: A\n", "\u{feff}kind: B\n"));
    assert!(!admitted("- a\n", "- b\n"));
}

#[test]
fn outlines_are_put_together() {
    let (one, two) = ("kind: A\n", "kind: B\nc: d\n");
    let outline = |text: &str| unmarshal_with_outline(text.as_bytes(), &HEAD).expect("YAML").1.expect("an outline");
    let mut both = outline(one);
    both.append(outline(two), one.len() + 4);
    let changes =
        changes(&both, "kind: A\n---\nkind: B\nc: d\n", "kind: A\n---\nkind: XY\nc: \"\"\n").expect("changes");
    let places: Vec<_> = changes.iter().map(|change| (change.old.clone(), change.new.clone())).collect();
    assert_eq!(places, [(18..19, 18..20), (23..24, 24..26)]);
    assert_eq!(
        changes.first().and_then(|change| change.field),
        Some(([Str::from("kind")].as_slice(), b"XY".as_slice()))
    );
    assert_eq!(both.places.len(), 3);
}

/// A few lines of a document; mostly they are YAML.
fn lines() -> impl Strategy<Value = String> {
    let block = prop::sample::select(vec![
        "a: @\n",
        "a: @\nkind: @\nc: @\n",
        "metadata:\n  name: @\n  any: @\n  annotations:\n    x: @\n  labels:\n    y: @\n",
        "b:\n- @\n- c: @\n  d: @\n- - @\n  - @\n\n",
        "t: |\n  @\n   @\n\n  @\n",
        "u:\n  v: |-\n    @\n  w: @\n  # @\n",
        "f: [@, @]\n",
        "g: {h: @}\n\"i\": @\n",
        "j: @\n  @\n",
        "@\n",
        " @: @\n",
    ]);
    (block, vec(scalar(), 7)).prop_map(|(block, scalars)| {
        let fill = |text: String, scalar: &String| text.replacen('@', scalar, 1);
        scalars.iter().fold(block.to_owned(), fill)
    })
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => "[a-z][a-z0-9./-]{0,6}",
        2 => "[a-z0-9.:/-]{0,6}",
        1 => "[a-z \"'#:,\\[\\]{}&*!|>\\\\~.<=%`-]{0,6}",
        1 => prop::sample::select(vec![
            "", "null", "~", ".inf", "-.inf", "<<", "1.5", "true", "2020-01-01", "\"x y\"", "'z'", "\"\"", "---", "...",
            "\u{e9}", "\t", "|", "[a, b]", "{a: b}", "x # y", "\"a\\n\"", "b: c",
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_admitted_is_read_alike(
        old in vec(lines(), 1..5),
        edits in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), scalar()), 1..4),
    ) {
        // A line keeps its beginning and gets another end.
        let old = old.concat();
        let mut lines: Vec<String> = old.split_inclusive('\n').map(str::to_owned).collect();
        for (at, cut, scalar) in edits {
            let at = at.index(lines.len());
            let Some(line) = lines.get_mut(at) else { continue };
            let cuts: Vec<usize> = line.match_indices([' ', '-']).map(|(at, _)| at + 1).collect();
            line.truncate(if cuts.is_empty() { 0 } else { *cut.get(&cuts) });
            line.push_str(&scalar);
            line.push('\n');
        }
        admitted(&old, &lines.concat());
    }
}
