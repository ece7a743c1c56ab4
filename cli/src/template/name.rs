//! The release's name and the chart's place, from the arguments and the flags about names.

use std::sync::Arc;

use thinlock_go::{Host, Value};
use thinlock_renderer::Dialect;
use thinlock_template::{Env as TemplateEnv, FuncMap, Set, TextCache, error_text, parse};

use super::pflag::Parsed;

/// The name where none is given.
const DEFAULT_NAME: &str = "release-name";

/// Helm's `NameAndChart`.
///
/// # Errors
/// Too many arguments, two ways of naming at once, or a name template that fails.
pub(super) fn name_and_chart<'a>(
    flags: &'a Parsed,
    dialect: &Dialect,
    host: &dyn Host,
) -> Result<(String, &'a str), String> {
    let template = flags.last("name-template").filter(|template| !template.is_empty());
    match flags.args.as_slice() {
        [name, chart] => {
            if flags.is_set("generate-name") {
                return Err("cannot set --generate-name and also specify a name".to_owned());
            }
            if template.is_some() {
                return Err("cannot set --name-template and also specify a name".to_owned());
            }
            Ok((name.clone(), chart))
        }
        [chart] => match template {
            Some(template) => Ok((render_name(template, dialect, host)?, chart)),
            // `helm template` always has a name, so that --generate-name generates none.
            None => Ok((DEFAULT_NAME.to_owned(), chart)),
        },
        [_, _, rest @ ..] => Err(format!("expected at most two arguments, unexpected arguments: {}", rest.join(", "))),
        [] => Err("\"helm template\" requires at least 1 argument".to_owned()),
    }
}

fn render_name(template: &str, dialect: &Dialect, host: &dyn Host) -> Result<String, String> {
    const NAME: &str = "name-template";
    let mut functions = FuncMap::new();
    functions.add(thinlock_sprig::functions());
    let functions = Arc::new(functions);
    let parsed = parse(NAME, template, &functions, &dialect.toolchain).map_err(|error| error_text(&error))?;
    let mut set = Set::new(NAME);
    set.add(&parsed);
    let texts = TextCache::new(functions);
    let mut state = ();
    let mut out = Vec::new();
    let env = TemplateEnv::new(host, &dialect.toolchain, &mut state, &texts);
    set.execute(NAME, Value::Nil, &mut out, env).map_err(|error| error_text(&error))?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}
