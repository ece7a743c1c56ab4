//! URLs as dictionaries of their parts.

use thinlock_go::types::MAP_STRING_ANY;
use thinlock_go::url::Url;
use thinlock_go::{CallError, Interp, Map, Str, Value};

use crate::args::{self, Answer, nil_dereference, text};

pub(crate) fn url_parse(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let url = Url::parse(&text(args, 0)?, interp.toolchain())
        .map_err(|why| CallError::message(format!("unable to parse url: {why}")))?;
    let hostname = url.hostname().to_vec();
    let userinfo = url.user.map(|user| user.format()).unwrap_or_default();
    let parts = [
        ("fragment", url.fragment),
        ("host", url.host),
        ("hostname", hostname),
        ("opaque", url.opaque),
        ("path", url.path),
        ("query", url.raw_query),
        ("scheme", url.scheme),
        ("userinfo", userinfo),
    ];
    let entries = parts.map(|(name, part)| (Str::from_static(name), Value::Str(part.into())));
    Ok(Value::Map(Map::from_entries(&MAP_STRING_ANY, entries.into())))
}

/// The string under a key; empty if the key is not there.
fn part(dict: &Map, key: &str) -> Result<Vec<u8>, CallError> {
    let value = match dict.get(key) {
        Some(Value::Object(object)) => object.underlying().unwrap_or(Value::Object(object)),
        Some(value) => value,
        None => return Ok(Vec::new()),
    };
    match value {
        Value::Str(text) => Ok(text.to_vec()),
        Value::Nil => Err(nil_dereference()),
        other => Err(CallError::message(format!(
            "unable to parse {key} key, must be of type string, but {} found",
            other.kind().name()
        ))),
    }
}

pub(crate) fn url_join(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let dict = args::dict(args, 0)?;
    let mut url = Url {
        scheme: part(&dict, "scheme")?,
        host: part(&dict, "host")?,
        path: part(&dict, "path")?,
        raw_query: part(&dict, "query")?,
        opaque: part(&dict, "opaque")?,
        fragment: part(&dict, "fragment")?,
        ..Url::default()
    };
    let userinfo = part(&dict, "userinfo")?;
    if !userinfo.is_empty() {
        let raw = [b"proto://", &userinfo[..], b"@host"].concat();
        let parsed = Url::parse(&raw, interp.toolchain())
            .map_err(|why| CallError::message(format!("unable to parse userinfo in dict: {why}")))?;
        url.user = parsed.user;
    }
    Ok(Value::Str(url.format().into()))
}
