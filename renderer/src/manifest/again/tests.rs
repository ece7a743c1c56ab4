use proptest::collection::vec;
use proptest::prelude::*;
use thinlock_go::Str;

use crate::dialect::{Dialect, HELM_3_19, HELM_4_1, HELM_4_3};
use crate::manifest::{Sorted, Text, sort_manifests};

/// What is found in a file, or what is wrong with it.
fn show(path: &str, text: &str, dialect: &Dialect) -> String {
    let Sorted { mut manifests, mut hooks, skipped_hooks } =
        match sort_manifests(&[(Str::from(path), Text::whole(text.as_bytes().to_vec()))], dialect) {
            Ok(sorted) => sorted,
            Err((error, _)) => return String::from_utf8_lossy(&error.message).into_owned(),
        };
    // What is remembered of the text has to be what is seen in it.
    let manifests_too = manifests.iter_mut().map(|manifest| (&manifest.content, &mut manifest.head));
    for (content, head) in manifests_too.chain(hooks.iter_mut().map(|hook| (&hook.content, &mut hook.head))) {
        head.one_document = Some(head.is_one_document(content));
    }
    format!("{manifests:?} {hooks:?} {skipped_hooks:?}")
}

/// What a thread that remembers nothing finds.
fn show_anew(path: &str, text: &str, dialect: &Dialect) -> String {
    std::thread::scope(|scope| scope.spawn(|| show(path, text, dialect)).join().expect("no panic"))
}

#[track_caller]
fn check_each(texts: &[&str]) {
    for dialect in [&HELM_3_19, &HELM_4_1, &HELM_4_3] {
        for text in texts.iter().chain(texts) {
            assert_eq!(show("p/t.yaml", text, dialect), show_anew("p/t.yaml", text, dialect), "{text:?}");
        }
    }
}

#[test]
fn documents_are_found_where_they_are() {
    let first = "---\nkind: A\nmetadata:\n  name: x\n  namespace: n\ndata:\n  a: b\n\n---\nkind: B\nmetadata:\n  name: y\n  annotations:\n    helm.sh/hook: \
                 test\n--- # none\n# c\n---\napiVersion: v1\nkind: C\nlist:\n- z  \n \n";
    check_each(&[
        first,
        &first.replace("name: x", "name: longer").replace("a: b", "a: \"\""),
        &first.replace("- z", "- zzzzzz").replace("name: y", "name: 'yy'").replace("v1", "w/v2"),
        &first.replace("namespace: n", "namespace: m").replace("kind: C", "kind: ConfigMap"),
        &first.replace("kind: A", "kind: 1"),
        &first.replace("a: b", "a: b\n---"),
        &first.replace("a: b", "a: b ---"),
        &first.replace(": test", ": pre-install"),
        &first.replace("name: x", "name: *x"),
    ]);
    check_each(&["kind: A", "kind: B\n", "kind: C", "", "\n", "kind: A", "kind: A\n---\nkind: B"]);
}

#[test]
fn much_text_is_forgotten() {
    let text = |number: usize| format!("kind: A\nname: {number}\ntext: |\n  {}\n", "x".repeat(100_000));
    for number in 0..40 {
        let path = format!("p/{}", number % 20);
        assert_eq!(show(&path, &text(number), &HELM_4_1), show_anew(&path, &text(number), &HELM_4_1));
    }
    super::PRINTED_BEFORE.with_borrow(|remembered| {
        let lens: usize = remembered.files.values().map(|file| file.text.len()).sum();
        assert_eq!(lens, remembered.len);
        assert!(lens > 0 && lens <= super::MAX_LEN, "{lens}");
    });
}

#[test]
fn a_file_is_recalled_from_the_second_release_on() {
    let remembered = |number: usize| {
        show("p/t.yaml", &format!("kind: A\nmetadata:\n  name: n{number}\n"), &HELM_4_1);
        super::PRINTED_BEFORE
            .with_borrow(|remembered| remembered.files.values().map(|file| file.misses).collect::<Vec<_>>())
    };
    assert_eq!(remembered(0), [] as [u8; 0]);
    assert_eq!(remembered(1), [0]);
    assert_eq!(remembered(2), [0]);
    for number in 1..20u8 {
        show("p/t.yaml", &format!("kind: A\nx{number}: y\n"), &HELM_4_1);
        let misses =
            super::PRINTED_BEFORE.with_borrow(|remembered| remembered.files.values().map(|file| file.misses).max());
        assert_eq!(misses, Some(number));
    }
}

/// A template, and what its actions print for several releases.
fn releases() -> impl Strategy<Value = (Vec<&'static str>, Vec<Vec<String>>)> {
    let pieces = prop::sample::select(vec![
        "kind: @\n",
        "apiVersion: @\nkind: Service\nmetadata:\n  name: @\n  namespace: @\n",
        "metadata:\n  annotations:\n    helm.sh/hook: @\n",
        "---\n",
        "--- @\n",
        "\n---\n\n",
        "a: @\n",
        "b:\n- @\n- c: @\n",
        "t: |\n  @\n   @\n",
        "# @\n",
        "  \n",
        "@\n",
        "c: @ \r\n",
    ]);
    let value = prop_oneof![
        8 => "[a-z][a-z0-9./-]{0,9}",
        2 => prop::sample::select(vec!["", "1", "null", "test", "a: b", "# c", "\"q r\"", "---", "x\n---\nkind: y", "\u{a0}", "{}", "'", "a\r", "\r\nb: c"])
            .prop_map(str::to_owned),
    ];
    (vec(pieces, 1..8), vec(vec(value, 20), 2..6))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_recalled_is_what_is_found_anew((pieces, releases) in releases()) {
        let template = pieces.concat();
        for values in &releases {
            let text = values.iter().fold(template.clone(), |text, value| text.replacen('@', value, 1));
            for dialect in [&HELM_4_1, &HELM_4_3] {
                prop_assert_eq!(show("p/t.yaml", &text, dialect), show_anew("p/t.yaml", &text, dialect), "{:?}", text);
            }
        }
    }
}
