//! Chart.yaml: what a chart says of itself.
//!
//! The structs are Helm's, field by field, empty where Chart.yaml says nothing: Helm 3 shows them to templates as they
//! are, Helm 4 as maps of the same names.

use thinlock_go::{Frozen, Str, path, strconv, unicode, utf8};

use super::{ChartError, version};
use crate::Dialect;

/// `chart.Metadata`: the content of Chart.yaml, with what requirements.yaml adds to it.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// `name`. For a subchart with an alias, the alias, once the dependencies are processed.
    pub name: Str,
    /// `home`.
    pub home: Str,
    /// `sources`; `None` is Go's nil slice.
    pub sources: Option<Vec<Str>>,
    /// `version`.
    pub version: Str,
    /// `description`.
    pub description: Str,
    /// `keywords`.
    pub keywords: Option<Vec<Str>>,
    /// `maintainers`.
    pub maintainers: Option<Vec<Maintainer>>,
    /// `icon`.
    pub icon: Str,
    /// `apiVersion`; `v1` where Chart.yaml has none.
    pub api_version: Str,
    /// `condition`.
    pub condition: Str,
    /// `tags`.
    pub tags: Str,
    /// `appVersion`.
    pub app_version: Str,
    /// `deprecated`.
    pub deprecated: bool,
    /// `annotations` in the order of their keys; `None` is Go's nil map.
    pub annotations: Option<Vec<(Str, Str)>>,
    /// `kubeVersion`.
    pub kube_version: Str,
    /// `dependencies`. Once they are processed, without the disabled ones.
    pub dependencies: Option<Vec<Dependency>>,
    /// `type`.
    pub chart_type: Str,
}

/// `chart.Maintainer`.
#[derive(Clone, Debug, Default)]
pub struct Maintainer {
    /// `name`.
    pub name: Str,
    /// `email`.
    pub email: Str,
    /// `url`.
    pub url: Str,
}

/// `chart.Dependency`.
#[derive(Clone, Debug, Default)]
pub struct Dependency {
    /// `name`. Once the dependencies are processed, the alias where there is one.
    pub name: Str,
    /// `version`: a constraint.
    pub version: Str,
    /// `repository`.
    pub repository: Str,
    /// `condition`: paths of values, with commas between them.
    pub condition: Str,
    /// `tags`.
    pub tags: Option<Vec<Str>>,
    /// `enabled`: what Chart.yaml says is overwritten when the dependencies are processed.
    pub enabled: bool,
    /// `import-values`.
    pub import_values: Option<Vec<ImportValue>>,
    /// `alias`.
    pub alias: Str,
}

/// An element of `import-values`.
#[derive(Clone, Debug)]
pub enum ImportValue {
    /// As Chart.yaml has it: a string, a map of `child` and `parent`, or what is neither and means nothing.
    Given(Frozen),
    /// As processing leaves it: a `map[string]string` of `child` and `parent`.
    Processed {
        /// The path in the subchart's values.
        child: Str,
        /// The path in the parent's, `.` for their top.
        parent: Str,
    },
}

/// Where a list of structs holds a null: Go keeps a nil pointer there, which validation refuses.
#[derive(Clone, Debug, Default)]
pub(super) struct Nulls {
    pub(super) maintainer: bool,
    /// The first dependency that is null.
    pub(super) dependency: Option<usize>,
}

impl Metadata {
    /// Whether it is a library chart, of which only partials are read.
    pub fn is_library(&self) -> bool {
        // Validation allows the lower-case word only; Helm compares without case.
        self.chart_type.eq_ignore_ascii_case(b"library")
    }

    /// `Validate`: makes the texts printable and checks what must hold.
    pub(super) fn validate(&mut self, nulls: &Nulls, dialect: &Dialect) -> Result<(), ChartError> {
        for text in [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ] {
            sanitize(text);
        }
        self.sources.iter_mut().flatten().chain(self.keywords.iter_mut().flatten()).for_each(sanitize);

        if self.api_version.is_empty() {
            return invalid("chart.metadata.apiVersion is required");
        }
        if self.name.is_empty() {
            return invalid("chart.metadata.name is required");
        }
        if dialect.chart.dot_names_refused && (self.name == "." || self.name == "..") {
            return invalid(format!("chart.metadata.name {} is not allowed", strconv::quote(&self.name)));
        }
        if path::base(&self.name) != self.name.as_bytes() {
            return invalid(format!("chart.metadata.name {} is invalid", strconv::quote(&self.name)));
        }
        if self.version.is_empty() {
            return invalid("chart.metadata.version is required");
        }
        if !version::is_valid(&self.version, dialect) {
            return invalid(format!("chart.metadata.version {} is invalid", strconv::quote(&self.version)));
        }
        if !["", "application", "library"].iter().any(|t| self.chart_type == *t) {
            return invalid("chart.metadata.type must be application or library");
        }
        if nulls.maintainer {
            return invalid("maintainers must not contain empty or null nodes");
        }
        for maintainer in self.maintainers.iter_mut().flatten() {
            sanitize(&mut maintainer.name);
            sanitize(&mut maintainer.email);
            sanitize(&mut maintainer.url);
        }

        let mut keys: Vec<Str> = Vec::new();
        for (at, dependency) in self.dependencies.iter_mut().flatten().enumerate() {
            if nulls.dependency == Some(at) {
                return invalid("dependencies must not contain empty or null nodes");
            }
            dependency.validate()?;
            let key = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            if keys.contains(key) {
                return invalid(format!("more than one dependency with name or alias {}", strconv::quote(key)));
            }
            keys.push(key.clone());
        }
        Ok(())
    }
}

impl Dependency {
    fn validate(&mut self) -> Result<(), ChartError> {
        for text in [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition] {
            sanitize(text);
        }
        self.tags.iter_mut().flatten().for_each(sanitize);
        let allowed = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-');
        if !self.alias.iter().all(allowed) {
            let name = strconv::quote(&self.name);
            return invalid(format!("dependency {name} has disallowed characters in the alias"));
        }
        Ok(())
    }
}

fn invalid<T>(text: impl Into<String>) -> Result<T, ChartError> {
    Err(ChartError::new(format!("validation: {}", text.into())))
}

/// White space becomes a blank, and what cannot be printed goes.
fn sanitize(text: &mut Str) {
    if text.iter().all(|c| matches!(c, b' '..=b'~')) {
        return;
    }
    let mut clean = Vec::with_capacity(text.len());
    for (_, c, _) in utf8::runes(text) {
        if unicode::is_space(c) {
            clean.push(b' ');
        } else if unicode::is_print(c) {
            utf8::push(&mut clean, c);
        }
    }
    *text = clean.into();
}
