//! The JSON file that says what a tree was made of.
//!
//! It is written for each deployment of a fleet in each run, so it is written straight from the fields: in the form that
//! `serde_json` calls pretty, and in the order of the fields.

use super::{Helm, LockOrigin, Output, Provenance, Release, Setting, Source, ValuesOrigin};

impl Provenance {
    /// The JSON file.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = Writer { out: Vec::with_capacity(2 << 10), depth: 0, is_empty: true };
        json.nested(b"{", b"}", |json| self.fields(json));
        json.out.push(b'\n');
        json.out
    }

    fn fields(&self, json: &mut Writer) {
        let Provenance {
            schema_version,
            app,
            deployment,
            release_id,
            lock,
            source,
            policy_commit,
            image,
            values,
            set,
            release,
            helm,
            output,
            inputs,
            thinlock,
        } = self;
        json.text("schemaVersion", schema_version);
        json.text("app", app);
        json.text("deployment", deployment);
        json.text("releaseId", release_id);
        if let Some(LockOrigin { path, commit }) = lock {
            json.object("lock", |json| {
                json.text("path", path);
                json.optional("commit", commit.as_ref());
            });
        }
        let Source { repository, commit, path, id } = source;
        json.object("source", |json| {
            json.optional("repository", repository.as_ref());
            json.optional("commit", commit.as_ref());
            json.text("path", path);
            json.text("id", id);
        });
        json.optional("policyCommit", policy_commit.as_ref());
        json.optional("image", image.as_ref());
        json.objects("values", values, |json, ValuesOrigin { path, id }| {
            json.text("path", path);
            json.text("id", id);
        });
        json.objects("set", set, |json, Setting { key, value }| {
            json.text("key", key);
            json.text("value", value);
        });
        let Release { name, namespace } = release;
        json.object("release", |json| {
            json.text("name", name);
            json.text("namespace", namespace);
        });
        let Helm { dialect, kube_version, api_versions, include_crds, hooks, tests, schema_validation } = helm;
        json.object("helm", |json| {
            json.text("dialect", dialect);
            json.text("kubeVersion", kube_version);
            json.array("apiVersions", |json| {
                for version in api_versions {
                    json.begin();
                    json.string(version);
                }
            });
            json.flag("includeCRDs", *include_crds);
            json.flag("hooks", *hooks);
            json.flag("tests", *tests);
            json.flag("schemaValidation", *schema_validation);
        });
        let Output { path, layout, tree } = output;
        json.object("output", |json| {
            json.text("path", path);
            json.text("layout", layout);
            json.optional("tree", tree.as_ref());
        });
        json.text("inputs", inputs);
        json.text("thinlock", thinlock);
    }
}

/// Writes JSON with an indent of two blanks.
struct Writer {
    out: Vec<u8>,
    depth: usize,
    /// Whether nothing is written yet at this depth.
    is_empty: bool,
}

impl Writer {
    /// Begins a key or an item.
    fn begin(&mut self) {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
        self.line();
    }

    fn line(&mut self) {
        /// Deeper than any field is.
        const LINE: &[u8] = b"\n                ";
        self.out.extend_from_slice(LINE.get(..1 + 2 * self.depth).unwrap_or(LINE));
    }

    fn nested(&mut self, open: &[u8], close: &[u8], write: impl FnOnce(&mut Writer)) {
        self.out.extend_from_slice(open);
        self.depth += 1;
        self.is_empty = true;
        write(self);
        self.depth -= 1;
        if !self.is_empty {
            self.line();
        }
        self.is_empty = false;
        self.out.extend_from_slice(close);
    }

    fn string(&mut self, text: &str) {
        // All bytes are looked at, which many can be at once.
        if text.bytes().fold(false, |odd, b| odd | (b < b' ') | (b == b'"') | (b == b'\\')) {
            // The name of a value is escaped as the value itself is.
            self.out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
            return;
        }
        self.out.push(b'"');
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'"');
    }

    /// A name of these types' own, which needs no escapes.
    fn key(&mut self, name: &str) {
        self.begin();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\": ");
    }

    fn text(&mut self, name: &str, text: &str) {
        self.key(name);
        self.string(text);
    }

    fn optional(&mut self, name: &str, text: Option<&String>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    fn flag(&mut self, name: &str, flag: bool) {
        self.key(name);
        self.out.extend_from_slice(if flag { b"true" } else { b"false" });
    }

    fn object(&mut self, name: &str, write: impl FnOnce(&mut Writer)) {
        self.key(name);
        self.nested(b"{", b"}", write);
    }

    fn array(&mut self, name: &str, write: impl FnOnce(&mut Writer)) {
        self.key(name);
        self.nested(b"[", b"]", write);
    }

    fn objects<T>(&mut self, name: &str, items: &[T], write: impl Fn(&mut Writer, &T)) {
        self.array(name, |json| {
            for item in items {
                json.begin();
                json.nested(b"{", b"}", |json| write(json, item));
            }
        });
    }
}

#[cfg(test)]
mod tests {
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
            source: Source { repository: None, commit: None, path: String::new(), id: "worktree".into() },
            policy_commit: None,
            image: None,
            values: Vec::new(),
            set: Vec::new(),
            release: Release { name: "r".into(), namespace: "n".into() },
            helm: Helm {
                dialect: "helm-4.1".into(),
                kube_version: "v1.33.0".into(),
                api_versions: Vec::new(),
                include_crds: true,
                hooks: false,
                tests: true,
                schema_validation: false,
            },
            output: Output { path: "deploy".into(), layout: "flat".into(), tree: None },
            inputs: "sha256:0".into(),
            thinlock: "0".into(),
        };
        let check = |provenance: &Provenance| {
            let text = provenance.to_json();
            let want = serde_json::to_string_pretty(provenance).expect("JSON");
            assert_eq!(String::from_utf8_lossy(&text), format!("{want}\n"));
            assert_eq!(serde_json::from_slice::<Provenance>(&text).ok().as_ref(), Some(provenance));
        };
        check(&provenance);
        provenance.lock = Some(LockOrigin { path: "l".into(), commit: None });
        provenance.source.repository = some("https://example.com/x.git");
        provenance.source.commit = some("0123");
        provenance.policy_commit = some("");
        provenance.image = some("i@sha256:0");
        provenance.values.push(ValuesOrigin { path: "a".into(), id: "1".into() });
        provenance.set.push(Setting { key: "k".into(), value: "\"".into() });
        provenance.helm.api_versions.push("a/v1".into());
        provenance.output.tree = some("t");
        check(&provenance);
        provenance.lock = Some(LockOrigin { path: "l".into(), commit: some("c") });
        provenance.values.push(ValuesOrigin { path: "b".into(), id: "2".into() });
        provenance.set.push(Setting { key: String::new(), value: String::new() });
        provenance.helm.api_versions.push("b".into());
        check(&provenance);
    }
}
