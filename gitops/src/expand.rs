//! Strings of the configuration: Go templates over the lock, the deployment and the names.
//!
//! They have Go's builtins and sprig's functions, except those that ask the world outside: a path that depends on the
//! time or on chance would be another one in the next run. A missing key is an error, never `<no value>`.

use std::sync::{Arc, LazyLock};

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
}

/// What strings are expanded over.
pub(crate) struct Scope {
    dot: Map,
}

impl Scope {
    /// The app alone: for what finds its lock and its deployments.
    pub(crate) fn of_app(app: &str) -> Scope {
        let dot = Map::string_any();
        dot.insert("app", app);
        Scope { dot }
    }

    /// A deployment of an app. Without a lock, `.lock` is not there.
    pub(crate) fn of_deployment(app: &str, name: &str, deployment: &Frozen, lock: Option<&Frozen>) -> Scope {
        let scope = Scope::of_app(app);
        scope.dot.insert("name", name);
        scope.dot.insert("deployment", deployment.thaw());
        if let Some(lock) = lock {
            scope.dot.insert("lock", lock.thaw());
        }
        scope
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
        let mut text = Text { source: source.into(), name: name.into(), place, parsed: None };
        if source.contains("{{") {
            let parsed = thinlock_template::parse(NAME, source.as_bytes(), &ENGINE.functions, &ENGINE.toolchain)
                .map_err(|cause| text.template_error(&cause))?;
            let mut set = Set::new(NAME);
            set.add(&parsed);
            text.parsed = Some(set);
        }
        Ok(text)
    }

    /// The text, if there is no action in it.
    pub(crate) fn literal(&self) -> Option<&str> {
        if self.parsed.is_none() { Some(&self.source) } else { None }
    }

    /// The text as it is written.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// The text with all actions executed.
    ///
    /// # Errors
    /// A key is missing, a function fails, or nothing or no UTF-8 comes out.
    pub(crate) fn expand(&self, scope: &Scope) -> Result<String> {
        let Some(set) = &self.parsed else { return Ok(self.source.to_string()) };
        let mut out = Vec::with_capacity(64);
        let mut state = ();
        let mut env = Env::new(&Nowhere, &ENGINE.toolchain, &mut state, &ENGINE.texts);
        env.missing_key = MissingKey::Error;
        env.limits = Limits { template_depth: 100, steps: 100_000, output: 1 << 20 };
        set.execute(NAME, Value::Map(scope.dot.clone()), &mut out, env).map_err(|cause| self.template_error(&cause))?;
        let out = String::from_utf8(out).map_err(|_| self.error("what comes out is not UTF-8"))?;
        if out.contains("<no value>") {
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
