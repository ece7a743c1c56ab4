//! `thinlock.yaml`: per app, where everything is and how it is rendered.
//!
//! Every key but `output.path` and `chart.path` has a default. Strings are Go templates over `.app`, and, where a
//! deployment is known, `.name`, `.deployment` (its file) and `.lock` (the build lock). A mistake is an error with its
//! line; [`SCHEMA`] says the same to editors.

use thinlock_renderer::dialect::Dialect;
use thinlock_renderer::manifest::Layout;

use crate::document::{self, Document, Field, Section};
use crate::error::{Error, Place, Result};
use crate::expand::Text;
use crate::path;

#[cfg(test)]
mod tests;

/// The name of the file, at the root of the GitOps repository.
pub const FILE: &str = "thinlock.yaml";

/// The JSON schema of the file, for editors.
pub const SCHEMA: &str = include_str!("../../docs/thinlock.schema.json");

/// The layout of an app for which there is no file.
const DEFAULT: &str = include_str!("config/default.yaml");

/// The configuration of all apps.
#[derive(Clone, Debug)]
pub struct Config {
    /// The apps, in the order of the file.
    pub apps: Vec<App>,
}

/// How the deployments of one app are found, rendered and written.
#[derive(Clone, Debug)]
pub struct App {
    /// The name: `.app` in strings.
    pub name: String,
    /// Where the app is configured, for messages.
    pub place: Option<Place>,
    /// The build lock's path; none for an app that renders its chart at the policy commit.
    pub lock: Option<Text>,
    /// The deployments' files: a path with one `*`, which stands for the deployment's name.
    pub deployments: Text,
    /// The chart's repository; none for the GitOps repository itself.
    pub chart_repository: Option<Text>,
    /// The chart's revision; none for the policy commit.
    pub chart_revision: Option<Text>,
    /// The chart's folder or archive.
    pub chart_path: Text,
    /// The values files, of which the later ones win.
    pub values: Vec<ValuesFile>,
    /// What is set on top of them, literally, as by `--set-literal`.
    pub set: Vec<(String, Text)>,
    /// The release's name.
    pub release_name: Text,
    /// The release's namespace.
    pub release_namespace: Text,
    /// The stage branch.
    pub branch: Text,
    /// The folder on it that belongs to the deployment.
    pub output_path: Text,
    /// The file on it that says what was rendered.
    pub provenance: Text,
    /// How the rendered documents become files.
    pub layout: Layout,
    /// What must hold before a deployment is written.
    pub gates: Vec<Gate>,
    /// The deployments that change by a review only.
    pub review: Vec<String>,
    /// Which Helm is reproduced.
    pub dialect: &'static Dialect,
    /// The Kubernetes version that charts see; none for the dialect's own.
    pub kube_version: Option<String>,
    /// Further API versions that charts see.
    pub api_versions: Vec<String>,
    /// CRDs are rendered, too.
    pub include_crds: bool,
    /// Hooks are rendered.
    pub hooks: bool,
    /// Test hooks are rendered.
    pub tests: bool,
    /// Values are checked against the charts' schemas.
    pub schema_validation: bool,
}

/// A values file.
#[derive(Clone, Debug)]
pub struct ValuesFile {
    /// Its path in the GitOps repository.
    pub path: Text,
    /// It may be missing.
    pub optional: bool,
}

/// A condition that must hold before a deployment is written: a file, and a key in it.
#[derive(Clone, Debug)]
pub struct Gate {
    /// The deployments that it holds for; empty for all.
    pub deployments: Vec<String>,
    /// The file's path in the GitOps repository, at the tip of its main branch.
    pub file: Text,
    /// The key that has to have a value; none if the file's being there is enough.
    pub key: Option<String>,
}

impl Config {
    /// Parses the file's text; `file` is what messages call it.
    ///
    /// # Errors
    /// It is no YAML, or a key, a type, a name or a template is wrong; the message names the line.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Config> {
        let document = Document::parse(file, bytes)?;
        let root = document.section()?;
        root.only(&["apps"])?;
        let apps = root.require("apps")?.section()?;
        let mut found = Vec::new();
        for (name, field) in apps.fields() {
            if name.is_empty() || name.contains('/') || name.chars().any(char::is_control) {
                return Err(field.error("the name of an app must be a plain name, without slashes"));
            }
            found.push(App::parse(name, &field.section()?, Some(field.place()))?);
        }
        if found.is_empty() {
            return Err(root.require("apps")?.error("there is no app"));
        }
        Ok(Config { apps: found })
    }
}

impl App {
    /// An app in the layout that needs no file.
    ///
    /// # Errors
    /// None that this program's own text does not have.
    pub fn in_default_layout(name: &str) -> Result<App> {
        let document = Document::parse("the default layout", DEFAULT.as_bytes())?;
        App::parse(name, &document.section()?, None)
    }

    fn parse(name: &str, app: &Section<'_>, place: Option<Place>) -> Result<App> {
        app.only(&["lock", "deployments", "chart", "values", "set", "release", "output", "gates", "review", "helm"])?;

        let lock = app.get("lock").map(|field| path_text(&field)).transpose()?;
        let chart = app.require("chart")?.section()?;
        chart.only(&["repository", "revision", "path"])?;
        let repository = chart.get("repository");
        let revision = chart.get("revision");
        if let (Some(repository), None) = (&repository, &revision) {
            return Err(repository
                .error("a chart from another repository needs chart.revision, the commit to read")
                .hint("revision: \"{{ .lock.gitCommit }}\""));
        }

        let output = app.require("output")?.section()?;
        output.only(&["branch", "path", "layout", "provenance"])?;
        let layout = match output.get("layout") {
            Some(field) => Layout::from_name(field.string()?)
                .ok_or_else(|| unknown(&field, "layout", &["kargo-flat", "flat", "helm", "single"]))?,
            None => Layout::Flat,
        };

        let release = app.get("release").map(|field| field.section()).transpose()?;
        if let Some(release) = &release {
            release.only(&["name", "namespace"])?;
        }
        let release = |key: &str, default: &str| match release.as_ref().and_then(|release| release.get(key)) {
            Some(field) => text(&field),
            None => Text::new(default),
        };

        let helm = match app.get("helm") {
            Some(field) => Some(field.section()?),
            None => None,
        };
        if let Some(helm) = &helm {
            helm.only(&["dialect", "kubeVersion", "apiVersions", "includeCRDs", "hooks", "tests", "schemaValidation"])?;
        }
        let helm = |key: &str| helm.as_ref().and_then(|helm| helm.get(key));
        let flag = |key: &str, default: bool| helm(key).map_or(Ok(default), |field| field.boolean());
        let dialect = match helm("dialect") {
            Some(field) => Dialect::from_name(field.string()?)
                .ok_or_else(|| unknown(&field, "dialect", &Dialect::ALL.map(|dialect| dialect.name)))?,
            None => newest_dialect(),
        };

        Ok(App {
            name: name.to_owned(),
            place,
            lock,
            deployments: match app.get("deployments") {
                Some(field) => pattern(&field)?,
                None => Text::new("apps/{{ .app }}/deployments/*/deployment.yaml")?,
            },
            chart_repository: repository.map(|field| text(&field)).transpose()?,
            chart_revision: revision.map(|field| text(&field)).transpose()?,
            chart_path: text(&chart.require("path")?)?,
            values: list(app, "values")?.iter().map(values_file).collect::<Result<_>>()?,
            set: match app.get("set") {
                Some(field) => field
                    .section()?
                    .fields()
                    .map(|(key, field)| Ok((key.to_owned(), text(&field)?)))
                    .collect::<Result<_>>()?,
                None => Vec::new(),
            },
            release_name: release("name", "{{ .name }}")?,
            release_namespace: release("namespace", "{{ .deployment.namespace }}")?,
            branch: output.get("branch").map_or_else(|| Text::new("stage/{{ .name }}"), |field| text(&field))?,
            output_path: path_text(&output.require("path")?)?,
            provenance: output
                .get("provenance")
                .map_or_else(|| Text::new(".thinlock/{{ .name }}.json"), |field| path_text(&field))?,
            layout,
            gates: list(app, "gates")?.iter().map(gate).collect::<Result<_>>()?,
            review: list(app, "review")?.iter().map(name_of).collect::<Result<_>>()?,
            dialect,
            kube_version: helm("kubeVersion").map(|field| kube_version(&field, dialect)).transpose()?,
            api_versions: match helm("apiVersions") {
                Some(field) => field.list()?.iter().map(|item| Ok(item.string()?.to_owned())).collect::<Result<_>>()?,
                None => Vec::new(),
            },
            include_crds: flag("includeCRDs", false)?,
            hooks: flag("hooks", true)?,
            tests: flag("tests", true)?,
            schema_validation: flag("schemaValidation", true)?,
        })
    }
}

fn newest_dialect() -> &'static Dialect {
    let [.., newest] = Dialect::ALL;
    newest
}

fn list<'d>(app: &Section<'d>, key: &str) -> Result<Vec<Field<'d>>> {
    app.get(key).map_or(Ok(Vec::new()), |field| field.list())
}

fn text(field: &Field<'_>) -> Result<Text> {
    Text::at(field.string()?, field.name(), field.place())
}

/// A plain path must be good as it is written; one with a template is checked when it is expanded.
fn path_text(field: &Field<'_>) -> Result<Text> {
    let text = text(field)?;
    if let Some(literal) = text.literal() {
        path::clean_below(literal).map_err(|message| field.error(message))?;
    }
    Ok(text)
}

fn pattern(field: &Field<'_>) -> Result<Text> {
    let text = path_text(field)?;
    if field.string()?.matches('*').count() != 1 {
        return Err(field
            .error("expected a path with one *, which stands for the deployment's name")
            .hint("for instance apps/web/deployments/*/deployment.yaml"));
    }
    Ok(text)
}

fn name_of(field: &Field<'_>) -> Result<String> {
    Ok(field.string()?.to_owned())
}

fn values_file(field: &Field<'_>) -> Result<ValuesFile> {
    if !field.is_mapping() {
        return Ok(ValuesFile { path: path_text(field)?, optional: false });
    }
    let section = field.section()?;
    section.only(&["file", "optional"])?;
    Ok(ValuesFile {
        path: path_text(&section.require("file")?)?,
        optional: section.get("optional").map_or(Ok(false), |field| field.boolean())?,
    })
}

fn gate(field: &Field<'_>) -> Result<Gate> {
    let section = field.section()?;
    section.only(&["deployments", "file", "key"])?;
    Ok(Gate {
        deployments: match section.get("deployments") {
            Some(field) => field.list()?.iter().map(name_of).collect::<Result<_>>()?,
            None => Vec::new(),
        },
        file: path_text(&section.require("file")?)?,
        key: section.get("key").map(|field| name_of(&field)).transpose()?,
    })
}

fn kube_version(field: &Field<'_>, dialect: &'static Dialect) -> Result<String> {
    let text = field.string()?;
    match thinlock_renderer::capabilities::KubeVersion::parse(text, dialect) {
        Ok(_) => Ok(text.to_owned()),
        Err(cause) => Err(field.error(format!("{} is no Kubernetes version: {cause}", document::shown(text)))),
    }
}

fn unknown(field: &Field<'_>, what: &str, known: &[&str]) -> Error {
    let text = field.string().unwrap_or_default();
    let error =
        field.error(format!("{} is no {what}; expected {}", document::shown(text), document::alternatives(known)));
    match document::nearest(text, known) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error,
    }
}
