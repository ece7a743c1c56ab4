//! `--lookup-from`: answers `lookup` from manifests in a folder, in place of a cluster.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use thinlock_go::types::{MAP_STRING_ANY, SLICE_ANY};
use thinlock_go::{Frozen, Str};
use thinlock_renderer::engine::Lookup;
use thinlock_yaml::stream::{LastLine, documents};

/// The objects of a folder of manifests.
pub(super) struct Folder {
    /// By API version and kind, then namespace and name.
    objects: BTreeMap<(String, String), BTreeMap<(String, String), Frozen>>,
}

impl Folder {
    /// Reads every `.yaml`, `.yml` and `.json` file below a folder.
    ///
    /// # Errors
    /// A file cannot be read, or holds something that is no object; the error names it.
    pub(super) fn read(folder: &Path) -> Result<Folder, String> {
        let mut found = Folder { objects: BTreeMap::new() };
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            let failed = |error: std::io::Error| format!("--lookup-from {}: {error}", folder.display());
            let mut paths: Vec<_> = fs::read_dir(&folder)
                .map_err(failed)?
                .map(|entry| Ok(entry?.path()))
                .collect::<Result<_, _>>()
                .map_err(failed)?;
            paths.sort();
            for path in paths {
                let is_manifest = path.extension().is_some_and(|end| end == "yaml" || end == "yml" || end == "json");
                if path.is_dir() {
                    folders.push(path);
                } else if is_manifest {
                    found.add_file(&path).map_err(|error| format!("--lookup-from: {}: {error}", path.display()))?;
                }
            }
        }
        Ok(found)
    }

    fn add_file(&mut self, path: &Path) -> Result<(), String> {
        let text = fs::read(path).map_err(|error| error.to_string())?;
        for document in documents(&text, LastLine::Completed) {
            let document = document.map_err(|error| error.to_string())?;
            self.add(thinlock_yaml::from_yaml_frozen(&document).map_err(|error| error.to_string())?)?;
        }
        Ok(())
    }

    fn add(&mut self, object: Frozen) -> Result<(), String> {
        if matches!(object, Frozen::Nil) {
            return Ok(());
        }
        if let (Some(Frozen::List(_, items)), Some(_)) = (object.get("items"), object.get("kind")) {
            return items.iter().try_for_each(|item| self.add(item.clone()));
        }
        let text = |value: Option<&Frozen>| match value {
            Some(Frozen::Str(text)) => Some(text.to_lossy().into_owned()),
            _ => None,
        };
        let metadata = object.get("metadata");
        let (Some(version), Some(kind), Some(name)) =
            (text(object.get("apiVersion")), text(object.get("kind")), text(metadata.and_then(|m| m.get("name"))))
        else {
            return Err("expected Kubernetes objects with apiVersion, kind and metadata.name".to_owned());
        };
        let namespace = text(metadata.and_then(|m| m.get("namespace"))).unwrap_or_default();
        self.objects.entry((version, kind)).or_default().insert((namespace, name), object);
        Ok(())
    }
}

impl Lookup for Folder {
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Frozen, String> {
        let empty = || Frozen::Map(&MAP_STRING_ANY, [].into());
        let Some(objects) = self.objects.get(&(api_version.to_owned(), kind.to_owned())) else {
            return Ok(Frozen::Nil);
        };
        if !name.is_empty() {
            let found = objects.get(&(namespace.to_owned(), name.to_owned()));
            return Ok(found.cloned().unwrap_or_default());
        }
        let items: Vec<Frozen> = objects
            .iter()
            .filter(|((of, _), _)| namespace.is_empty() || of == namespace)
            .map(|(_, object)| object.clone())
            .collect();
        let text = |text: String| Frozen::Str(text.into());
        let entries = [
            (Str::from_static("apiVersion"), text(api_version.to_owned())),
            (Str::from_static("items"), Frozen::List(&SLICE_ANY, items.into())),
            (Str::from_static("kind"), text(format!("{kind}List"))),
            (Str::from_static("metadata"), empty()),
        ];
        Ok(Frozen::Map(&MAP_STRING_ANY, entries.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_found_by_name_and_listed_by_namespace() {
        let folder = tempfile::tempdir().unwrap();
        let secret = |name: &str, namespace: &str| {
            format!(
                "apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: {namespace}}}\ndata: {{k: v}}\n"
            )
        };
        fs::write(folder.path().join("a.yaml"), format!("{}---\n{}", secret("a", "one"), secret("b", "two"))).unwrap();
        fs::write(folder.path().join("notes.txt"), "not: [a manifest").unwrap();
        let objects = Folder::read(folder.path()).unwrap();
        let name = |found: Frozen| match found.get("metadata").and_then(|m| m.get("name")) {
            Some(Frozen::Str(name)) => name.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(name(objects.lookup("v1", "Secret", "two", "b").unwrap()), "b");
        assert!(matches!(objects.lookup("v1", "Secret", "one", "b").unwrap(), Frozen::Nil));
        assert!(matches!(objects.lookup("v1", "ConfigMap", "one", "a").unwrap(), Frozen::Nil));
        let count = |namespace| match objects.lookup("v1", "Secret", namespace, "").unwrap().get("items") {
            Some(Frozen::List(_, items)) => items.len(),
            other => panic!("{other:?}"),
        };
        assert_eq!((count(""), count("one")), (2, 1));
    }

    #[test]
    fn what_is_no_object_is_an_error_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("bad.yaml"), "kind: Secret\n").unwrap();
        let error = Folder::read(folder.path()).err().unwrap();
        assert!(error.contains("bad.yaml: expected Kubernetes objects"), "{error}");
    }
}
