use super::*;

#[test]
fn the_file_is_what_serde_makes_of_the_fields() {
    let some = |text: &str| Some(text.to_owned());
    let mut provenance = Provenance {
        schema_version: "v1".into(),
        app: "web".into(),
        deployment: "\u{e9}\u{1f600}".into(),
        release_id: "a\"b\\c\u{1}\n\t\u{7f}/".into(),
        lock: None,
        source: Arc::new(Source { repository: None, commit: None, path: String::new(), id: "worktree".into() }),
        policy_commit: None,
        image: None,
        values: Vec::new(),
        set: Vec::new(),
        release: Release { name: "r".into(), namespace: "n".into() },
        helm: Arc::new(Helm {
            dialect: "helm-4.1".into(),
            kube_version: "v1.33.0".into(),
            api_versions: Vec::new(),
            include_crds: true,
            hooks: false,
            tests: true,
            schema_validation: false,
        }),
        output: Output { path: "deploy".into(), layout: "flat".into(), tree: None },
        inputs: "sha256:0".into(),
        thinlock: "0".into(),
    };
    let check = |provenance: &Provenance| {
        let text = provenance.to_json().expect("JSON");
        let want = serde_json::to_string_pretty(provenance).expect("JSON");
        assert_eq!(String::from_utf8_lossy(&text), format!("{want}\n"));
        assert_eq!(serde_json::from_slice::<Provenance>(&text).ok().as_ref(), Some(provenance));
    };
    check(&provenance);
    provenance.lock = Some(Arc::new(LockOrigin { path: "l".into(), commit: None }));
    let source = Arc::make_mut(&mut provenance.source);
    source.repository = some("https://example.com/x.git");
    source.commit = some("0123");
    provenance.policy_commit = Some("".into());
    provenance.image = Some("i@sha256:0".into());
    provenance.values.push(ValuesOrigin { path: "a".into(), id: "1".into() });
    provenance.set.push(Setting { key: "k".into(), value: "\"".into() });
    Arc::make_mut(&mut provenance.helm).api_versions.push("a/v1".into());
    provenance.output.tree = some("t");
    check(&provenance);
    provenance.lock = Some(Arc::new(LockOrigin { path: "l".into(), commit: some("c") }));
    provenance.values.push(ValuesOrigin { path: "b".into(), id: "2".into() });
    provenance.set.push(Setting { key: "".into(), value: "".into() });
    Arc::make_mut(&mut provenance.helm).api_versions.push("b".into());
    check(&provenance);
}
