//! Strings of the configuration: Go templates over the lock, the deployment and the names.
//!
//! They have Go's builtins and sprig's functions, except those that ask the world outside: a path that depends on the
//! time or on chance would be another one in the next run. A missing key is an error, never `<no value>`.

use std::cell::OnceCell;
use std::sync::{Arc, LazyLock};

use thinlock_go::map::find;
use thinlock_go::{Frozen, Host, Map, Toolchain, Value};
use thinlock_sprig::Effect;
use thinlock_template::{Env, FuncMap, Limits, MissingKey, Set, TextCache};

use crate::document;
use crate::error::{Error, Place, Result};

/// A string of the configuration.
#[derive(Clone, Debug)]
pub struct Text {
    source: Arc<str>,
    name: Arc<str>,
    place: Option<Place>,
    // None: there is no action in it.
    parsed: Option<Set>,
    // What it is made of, if its actions are fields only: `{{ .lock.image.ref }}`.
    pieces: Option<Arc<[Piece]>>,
}

/// A piece of a text.
#[derive(Debug)]
enum Piece {
    Literal(Box<str>),
    /// The names of a field, from the outermost one on.
    Field(Vec<Box<str>>),
}

/// What strings are expanded over.
pub(crate) struct Scope<'a> {
    app: &'a str,
    deployment: Option<(&'a str, &'a Frozen)>,
    lock: Option<&'a Frozen>,
    dot: OnceCell<Map>,
}

impl<'a> Scope<'a> {
    /// The app alone: for what finds its lock and its deployments.
    pub(crate) fn of_app(app: &'a str) -> Scope<'a> {
        Scope::of_lock(app, None)
    }

    /// What all deployments of an app have in common.
    pub(crate) fn of_lock(app: &'a str, lock: Option<&'a Frozen>) -> Scope<'a> {
        Scope { app, deployment: None, lock, dot: OnceCell::new() }
    }

    /// A deployment of an app. Without a lock, `.lock` is not there.
    pub(crate) fn of_deployment(
        app: &'a str,
        name: &'a str,
        deployment: &'a Frozen,
        lock: Option<&'a Frozen>,
    ) -> Scope<'a> {
        Scope { app, deployment: Some((name, deployment)), lock, dot: OnceCell::new() }
    }

    /// The dot of templates.
    fn dot(&self) -> &Map {
        self.dot.get_or_init(|| {
            let dot = Map::string_any();
            dot.insert("app", self.app);
            if let Some((name, deployment)) = self.deployment {
                dot.insert("name", name);
                dot.insert("deployment", deployment.thaw());
            }
            if let Some(lock) = self.lock {
                dot.insert("lock", lock.thaw());
            }
            dot
        })
    }

    /// The field of a name, if it is there and a string.
    fn string(&self, names: &[Box<str>]) -> Option<&str> {
        let (first, rest) = names.split_first()?;
        let mut here = match (&**first, self.deployment) {
            ("app", _) => return rest.is_empty().then_some(self.app),
            ("name", Some((name, _))) => return rest.is_empty().then_some(name),
            ("deployment", Some((_, deployment))) => deployment,
            ("lock", _) => self.lock?,
            _ => return None,
        };
        for name in rest {
            let Frozen::Map(_, entries) = here else { return None };
            here = &entries.get(find(entries, name.as_bytes()).ok()?)?.1;
        }
        match here {
            Frozen::Str(text) => text.to_utf8(),
            _ => None,
        }
    }
}

/// The name under which the texts are parsed; it does not show in messages.
const NAME: &str = "string";

impl Text {
    /// A text of this program's own.
    pub(crate) fn new(source: &str) -> Result<Text> {
        Text::parse(source, source, None)
    }

    /// A text of a file; `name` is what messages call it.
    pub(crate) fn at(source: &str, name: &str, place: Place) -> Result<Text> {
        Text::parse(source, name, Some(place))
    }

    fn parse(source: &str, name: &str, place: Option<Place>) -> Result<Text> {
        let mut text = Text { source: source.into(), name: name.into(), place, parsed: None, pieces: None };
        if source.contains("{{") {
            let parsed = thinlock_template::parse(NAME, source.as_bytes(), &ENGINE.functions, &ENGINE.toolchain)
                .map_err(|cause| text.template_error(&cause))?;
            let mut set = Set::new(NAME);
            set.add(&parsed);
            text.parsed = Some(set);
            text.pieces = pieces(source).map(Arc::from);
        }
        Ok(text)
    }

    /// The text, if there is no action in it.
    pub(crate) fn literal(&self) -> Option<&str> {
        if self.parsed.is_none() { Some(&self.source) } else { None }
    }

    /// Whether it is plain to see that all deployments of an app get the same: no field but the app's name and those of the
    /// lock, and no function.
    pub(crate) fn is_of_app(&self) -> bool {
        let is_shared = |piece: &Piece| match piece {
            Piece::Literal(_) => true,
            Piece::Field(names) => names.first().is_some_and(|name| matches!(&**name, "app" | "lock")),
        };
        self.parsed.is_none() || self.pieces.as_deref().is_some_and(|pieces| pieces.iter().all(is_shared))
    }

    /// The text as it is written.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// The text with all actions executed.
    ///
    /// # Errors
    /// A key is missing, a function fails, or nothing or no UTF-8 comes out.
    pub(crate) fn expand(&self, scope: &Scope<'_>) -> Result<String> {
        let Some(set) = &self.parsed else { return Ok(self.source.to_string()) };
        if let Some(out) = self.pieces.as_deref().and_then(|pieces| joined(pieces, scope)) {
            return self.checked(out);
        }
        let mut out = Vec::with_capacity(64);
        let mut state = ();
        let mut env = Env::new(&Nowhere, &ENGINE.toolchain, &mut state, &ENGINE.texts);
        env.missing_key = MissingKey::Error;
        env.limits = Limits { template_depth: 100, steps: 100_000, output: 1 << 20 };
        set.execute(NAME, Value::Map(scope.dot().clone()), &mut out, env)
            .map_err(|cause| self.template_error(&cause))?;
        self.checked(String::from_utf8(out).map_err(|_| self.error("what comes out is not UTF-8"))?)
    }

    fn checked(&self, out: String) -> Result<String> {
        // Which begins with what few texts hold.
        if memchr::memchr(b'<', out.as_bytes()).is_some() && out.contains("<no value>") {
            return Err(self.error("a value in it is missing"));
        }
        if out.is_empty() {
            return Err(self.error("nothing comes out"));
        }
        Ok(out)
    }

    /// A complaint about this text, with its place.
    pub(crate) fn error(&self, message: impl std::fmt::Display) -> Error {
        let what = if *self.name == *self.source { String::new() } else { format!("{}: ", self.name) };
        let error = Error::input(format!("{what}{}: {message}", document::shown(&self.source)));
        match &self.place {
            Some(place) => error.at(place.clone()),
            None => error,
        }
    }

    /// Go's text without the name and place of the template, which is one line of the file named before it.
    fn template_error(&self, cause: &thinlock_go::Error) -> Error {
        let error = self.error(&cause.data().message);
        if cause.data().message.to_lossy().contains("map has no entry for key") {
            return error.hint("there is .app, .name, .deployment (the deployment's file) and, with a lock, .lock");
        }
        error
    }
}

/// The pieces of a text whose actions are fields only, without a pipeline, a function or a trim marker.
fn pieces(source: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = source;
    while let Some((before, action)) = rest.split_once("{{") {
        let (action, after) = action.split_once("}}")?;
        let chain = action.trim_matches(' ').strip_prefix('.')?;
        let is_name = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        if !chain.split('.').all(is_name) {
            return None;
        }
        pieces.push(Piece::Literal(before.into()));
        pieces.push(Piece::Field(chain.split('.').map(Box::from).collect()));
        rest = after;
    }
    pieces.push(Piece::Literal(rest.into()));
    Some(pieces)
}

/// The text that pieces make, where each field is a string; anything else is for the template engine.
fn joined(pieces: &[Piece], scope: &Scope<'_>) -> Option<String> {
    let mut out = String::with_capacity(48 * pieces.len());
    for piece in pieces {
        out.push_str(match piece {
            Piece::Literal(text) => text,
            Piece::Field(names) => scope.string(names)?,
        });
    }
    Some(out)
}

struct Engine {
    functions: FuncMap,
    toolchain: Toolchain,
    texts: TextCache,
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut functions = FuncMap::new();
    functions.add(thinlock_sprig::functions());
    for function in thinlock_sprig::functions() {
        if matches!(thinlock_sprig::effect(function.name), Some(Effect::Clock | Effect::Random | Effect::Network)) {
            functions.remove(function.name);
        }
    }
    Engine { texts: TextCache::new(Arc::new(functions.clone())), functions, toolchain: Toolchain::default() }
});

/// A world without a clock, chance or names. No function that is left asks for one.
struct Nowhere;

impl Host for Nowhere {
    fn now_unix_nanos(&self) -> i128 {
        0
    }

    fn local_zone(&self) -> &str {
        "UTC"
    }

    fn fill_random(&self, _: &mut [u8]) -> Result<(), String> {
        Err("a configuration must mean the same in every run, so nothing in it is random".to_owned())
    }

    fn host_by_name(&self, _name: &str) -> String {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_for_all_deployments_is_known() {
        let value = |text: &str| thinlock_yaml::from_yaml_frozen(text.as_bytes()).expect("YAML");
        let lock = value("image: {ref: r}\n");
        let expanded = |text: &Text, name: &str, own: &str| {
            text.expand(&Scope::of_deployment("web", name, &value(own), Some(&lock))).expect("a text")
        };
        for (source, expect) in [
            ("plain", true),
            ("{{ .app }}/{{.lock.image.ref}}", true),
            ("{{ .lock.image.ref | upper }}", false),
            ("{{ .app }}-{{ .name }}", false),
            ("{{ .deployment.envType }}", false),
            ("{{ .app }}{{ if eq .name \"a\" }}x{{ end }}", false),
        ] {
            let text = Text::new(source).expect("a template");
            assert_eq!(text.is_of_app(), expect, "{source}");
            if expect {
                let shared = text.expand(&Scope::of_lock("web", Some(&lock))).expect("a text");
                assert_eq!(shared, expanded(&text, "a", "envType: x\n"), "{source}");
                assert_eq!(shared, expanded(&text, "b", "envType: y\n"), "{source}");
            }
        }
    }
}
