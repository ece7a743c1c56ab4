//! A line of the records: a folder and its provenance, as JSON.
//!
//! Half of it is the same for all deployments of an app, which share it in memory as well. So each thread keeps that part
//! of its last line, and writes it again as it is.

use std::cell::RefCell;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::provenance::{Helm, LockOrigin, Output, Provenance, Release, Setting, Source, ValuesOrigin};

/// A line. The fields of the provenance are those of [`Provenance`], in its order.
#[derive(Serialize)]
struct Line<'a> {
    folder: &'a str,
    provenance: Fields<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    schema_version: &'a str,
    app: &'a str,
    deployment: &'a str,
    release_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock: Option<&'a RawValue>,
    source: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_commit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a RawValue>,
    values: &'a [ValuesOrigin],
    set: &'a RawValue,
    release: &'a Release,
    helm: &'a RawValue,
    output: &'a Output,
    inputs: &'a str,
    thinlock: &'a str,
}

/// A value, and its JSON.
struct Known<T: ?Sized>(Option<(Arc<T>, Box<RawValue>)>);

impl<T: Serialize + ?Sized> Known<T> {
    /// The JSON of a value, made anew where it is not the same as the last time.
    fn json(&mut self, of: &Arc<T>) -> serde_json::Result<&RawValue> {
        if !matches!(&self.0, Some((known, _)) if Arc::ptr_eq(known, of)) {
            self.0 = None;
        }
        match &mut self.0 {
            Some((_, json)) => Ok(json),
            unknown => Ok(&unknown.insert((Arc::clone(of), to_raw_value(of)?)).1),
        }
    }
}

/// The shared parts of the last line.
struct Parts {
    lock: Known<LockOrigin>,
    source: Known<Source>,
    image: Known<str>,
    helm: Known<Helm>,
    set: Option<(Vec<Setting>, Box<RawValue>)>,
}

thread_local! {
    static PARTS: RefCell<Parts> = const {
        RefCell::new(Parts { lock: Known(None), source: Known(None), image: Known(None), helm: Known(None), set: None })
    };
}

impl Parts {
    fn write(&mut self, line: &mut Vec<u8>, folder: &str, provenance: &Provenance) -> serde_json::Result<()> {
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
        } = provenance;
        if !matches!(&self.set, Some((known, _)) if is_same(known, set)) {
            self.set = Some((set.clone(), to_raw_value(set)?));
        }
        let set = self.set.as_ref().map_or(RawValue::NULL, |(_, json)| json);
        let provenance = Fields {
            schema_version,
            app,
            deployment,
            release_id,
            lock: lock.as_ref().map(|lock| self.lock.json(lock)).transpose()?,
            source: self.source.json(source)?,
            policy_commit: policy_commit.as_deref(),
            image: image.as_ref().map(|image| self.image.json(image)).transpose()?,
            values,
            set,
            release,
            helm: self.helm.json(helm)?,
            output,
            inputs,
            thinlock,
        };
        serde_json::to_writer(line, &Line { folder, provenance })
    }
}

/// Whether both are the same settings in memory. What is set anew for each deployment is another one each time.
fn is_same(known: &[Setting], set: &[Setting]) -> bool {
    let same = |(a, b): (&Setting, &Setting)| Arc::ptr_eq(&a.key, &b.key) && Arc::ptr_eq(&a.value, &b.value);
    known.len() == set.len() && known.iter().zip(set).all(same)
}

/// Writes the line of a folder, without its end.
///
/// # Errors
/// None that these types can have.
pub(super) fn write(line: &mut Vec<u8>, folder: &str, provenance: &Provenance) -> serde_json::Result<()> {
    PARTS.with_borrow_mut(|parts| parts.write(line, folder, provenance))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Plain<'a> {
        folder: &'a str,
        provenance: &'a Provenance,
    }

    fn provenance() -> Provenance {
        let json = r#"{"schemaVersion":"v1","app":"a","deployment":"d","releaseId":"r","lock":{"path":"l"},
            "source":{"repository":"s","path":"p","id":"i"},"policyCommit":"c","image":"i:t@sha256:\u00e4\"",
            "values":[{"path":"v","id":"1"}],"set":[{"key":"k","value":"x"},{"key":"l","value":"y"}],
            "release":{"name":"n","namespace":"ns"},"helm":{"dialect":"helm-4.1","kubeVersion":"v1.30.0",
            "apiVersions":["a/v1"],"includeCRDs":true,"hooks":true,"tests":false,"schemaValidation":true},
            "output":{"path":"o","layout":"flat","tree":"t"},"inputs":"sha256:0","thinlock":"0"}"#;
        serde_json::from_str(json).expect("a provenance")
    }

    #[test]
    fn a_line_is_the_json_of_the_folder_and_its_provenance() {
        let first = provenance();
        let mut others = vec![first.clone(), first.clone()];
        let changed = |change: &dyn Fn(&mut Provenance)| {
            let mut other = first.clone();
            change(&mut other);
            other
        };
        others.push(changed(&|p| p.lock = None));
        others.push(changed(&|p| p.lock = Some(Arc::new(LockOrigin { path: "m".into(), commit: Some("c".into()) }))));
        others.push(changed(&|p| p.source = Arc::new(Source { commit: Some("d".into()), ..(*p.source).clone() })));
        others.push(changed(&|p| p.image = None));
        others.push(changed(&|p| p.image = Some("j".into())));
        others.push(changed(&|p| p.policy_commit = None));
        others.push(changed(&|p| p.helm = Arc::new(Helm { hooks: false, ..(*p.helm).clone() })));
        others.push(changed(&|p| p.set[1].value = "z".into()));
        others.push(changed(&|p| p.set.truncate(1)));
        others.push(changed(&|p| p.set.clear()));
        others.push(changed(&|p| p.values.clear()));
        others.push(changed(&|p| p.output.tree = None));
        // In both orders, each after each other.
        for (a, b) in others.iter().flat_map(|a| others.iter().map(move |b| (a, b))) {
            for provenance in [a, b] {
                let mut line = b"before ".to_vec();
                write(&mut line, "f\n", provenance).expect("JSON");
                let plain = serde_json::to_string(&Plain { folder: "f\n", provenance }).expect("JSON");
                assert_eq!(String::from_utf8_lossy(&line), format!("before {plain}"));
            }
        }
    }
}
