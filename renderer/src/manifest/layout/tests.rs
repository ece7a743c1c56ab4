use thinlock_go::Str;

use super::*;
use crate::dialect::HELM_3_19;
use crate::engine::Crd;
use crate::manifest::{Sorted, Text, sort_manifests};

/// What a chart that prints these files renders to.
fn rendered(files: &[(&str, &str)]) -> Rendered {
    let files: Vec<_> =
        files.iter().map(|(path, text)| (Str::from(*path), Text::whole(text.as_bytes().to_vec()))).collect();
    let Sorted { manifests, hooks, .. } = sort_manifests(&files, &HELM_3_19).expect("the files are YAML");
    Rendered { manifests, hooks, ..Rendered::default() }
}

#[track_caller]
fn check(layout: Layout, rendered: &Rendered, want: &[(&str, &str)]) {
    let files = layout.files(rendered, Selection::default()).expect("the documents can be laid out");
    let files: Vec<_> = files.iter().map(|f| (f.path, String::from_utf8_lossy(f.content))).collect();
    let files: Vec<_> = files.iter().map(|(path, content)| (*path, content.as_ref())).collect();
    assert_eq!(files, want);
}

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  namespace: ns\n";
const INGRESS: &str = "# a comment\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: i.x:y\n";
const HOOK: &str = "kind: Job\nmetadata:\n  name: h\n  annotations:\n    helm.sh/hook: test\n";

#[test]
fn kargo_flat_keeps_the_first_separator_and_no_final_newline() {
    let rendered =
        rendered(&[("p/templates/a.yaml", INGRESS), ("p/templates/b.yaml", SERVICE), ("p/templates/h.yaml", HOOK)]);
    check(
        Layout::KargoFlat,
        &rendered,
        &[
            ("job-h.yaml", HOOK.trim_end()),
            ("networking_k8s_io-ingress-i.x:y.yaml", &format!("# Source: p/templates/a.yaml\n{}", INGRESS.trim_end())),
            ("service-ns-s.yaml", &format!("---\n# Source: p/templates/b.yaml\n{}", SERVICE.trim_end())),
        ],
    );
}

#[test]
fn kargo_flat_lets_the_last_of_one_name_win() {
    let rendered = rendered(&[
        ("p/templates/a.yaml", "# nothing here\n---\n# nor here\n"),
        ("p/templates/b.yaml", "kind: 1\nmetadata: {name: yes}\n---\nkind: 1\nmetadata: {name: true}\nlast: 1\n"),
    ]);
    check(
        Layout::KargoFlat,
        &rendered,
        &[
            ("1-true.yaml", "# Source: p/templates/b.yaml\nkind: 1\nmetadata: {name: true}\nlast: 1"),
            ("resource-0.yaml", "# Source: p/templates/a.yaml\n# nor here"),
        ],
    );
}

#[test]
fn flat_files_end_in_newlines_and_hold_no_separators() {
    let mut rendered = rendered(&[
        ("p/templates/a.yaml", "---\n---\n# c\nkind: A\nmetadata: {name: a}\n"),
        ("p/templates/b.yaml", "# nothing\n"),
    ]);
    rendered.crds.push(Crd {
        path: "p/crds/c.yaml".into(),
        content: "---\nkind: C\nmetadata: {name: c}\n---\n# nothing\n".into(),
    });
    check(
        Layout::Flat,
        &rendered,
        &[
            ("a-a.yaml", "# Source: p/templates/a.yaml\n# c\nkind: A\nmetadata: {name: a}\n"),
            ("c-c.yaml", "# Source: p/crds/c.yaml\nkind: C\nmetadata: {name: c}\n"),
        ],
    );
}

#[track_caller]
fn check_refused(layout: Layout, files: &[(&str, &str)], want: &str) {
    let error = layout.files(&rendered(files), Selection::default()).expect_err("the documents cannot be laid out");
    assert_eq!(error.to_string(), want);
}

#[test]
fn what_cannot_be_laid_out_is_refused() {
    let twice = "kind: A\nmetadata: {name: a}\n---\nkind: a\nmetadata: {name: A}\n";
    check_refused(
        Layout::Flat,
        &[("p/templates/a.yaml", twice)],
        "two objects are both named a-a.yaml: one from p/templates/a.yaml, one from p/templates/a.yaml",
    );
    check_refused(
        Layout::Flat,
        &[("p/templates/a.yaml", "kind: A\n")],
        "a document of p/templates/a.yaml has no kind or no metadata.name, and so no file name",
    );
    let up = "kind: A\nmetadata: {name: ../../a}\n";
    check_refused(
        Layout::Flat,
        &[("p/templates/a.yaml", up)],
        "\"a-../../a.yaml\" is no path inside the output folder",
    );
    check_refused(
        Layout::KargoFlat,
        &[("p/templates/a.yaml", up)],
        "\"a-../../a.yaml\" is no path inside the output folder",
    );
    check_refused(
        Layout::Helm,
        &[("../templates/a.yaml", "a: 1")],
        "\"../templates/a.yaml\" is no path inside the output folder",
    );
}

#[test]
fn helm_s_layout_appends_the_documents_of_a_file() {
    let rendered = rendered(&[("p/templates/a.yaml", "a: 1\n---\nb: 2\n")]);
    let text = "---\n# Source: p/templates/a.yaml\na: 1\n---\n# Source: p/templates/a.yaml\nb: 2\n";
    check(Layout::Helm, &rendered, &[("p/templates/a.yaml", text)]);
    check(Layout::Single, &rendered, &[("manifests.yaml", text)]);
}

#[test]
fn kargo_flat_is_the_same_document_by_document_and_as_a_stream() {
    let files = [
        ("p/templates/a.yaml", INGRESS),
        ("p/templates/b.yaml", "kind: X\nmetadata: {name: 1e3, namespace: 1234567}\n"),
        ("p/templates/c.yaml", "kind: X\nmetadata: {name: y, namespace: [a]}\n\u{a0}\n"),
        ("p/templates/d.yaml", SERVICE),
    ];
    let rendered = rendered(&files);
    let mut stream = Files::new();
    kargo_write(&manifest_stream(&rendered), &mut stream).expect("the stream can be cut");
    assert_eq!(Layout::KargoFlat.files(&rendered, Selection::default()), Ok(stream.finish()));
}
