//! `required`, `fail`, `lookup` and `getHostByName`.

use thinlock_go::{CallError, Func, Interp, Map, Str, Value, types};

use super::state::{WARN_END, WARN_START, state};

pub(super) fn functions() -> &'static [Func] {
    static FUNCTIONS: [Func; 4] = [
        Func {
            name: "required",
            params: &[&types::STRING, &types::ANY],
            variadic: false,
            result: &types::ANY,
            call: required,
            hands_on_dot: false,
        },
        Func {
            name: "fail",
            params: &[&types::STRING],
            variadic: false,
            result: &types::STRING,
            call: fail,
            hands_on_dot: false,
        },
        Func {
            name: "lookup",
            params: &[&types::STRING, &types::STRING, &types::STRING, &types::STRING],
            variadic: false,
            result: &types::MAP_STRING_ANY,
            call: lookup,
            hands_on_dot: false,
        },
        Func {
            name: "getHostByName",
            params: &[&types::STRING],
            variadic: false,
            result: &types::STRING,
            call: get_host_by_name,
            hands_on_dot: false,
        },
    ];
    &FUNCTIONS
}

/// Nil and the empty string are missing; 0, false and empty lists are not.
fn required(_: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
    match args {
        [Value::Str(message), Value::Nil] => Err(verdict(message)),
        [Value::Str(message), Value::Str(value)] if value.is_empty() => Err(verdict(message)),
        [_, value] => Ok(std::mem::take(value)),
        _ => Err(CallError::message("a message and a value wanted")),
    }
}

fn fail(_: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
    match args {
        [Value::Str(message)] => Err(verdict(message)),
        _ => Err(CallError::message("a message wanted")),
    }
}

fn verdict(message: &Str) -> CallError {
    CallError::Fail(Str::concat(&[WARN_START.as_bytes(), message, WARN_END.as_bytes()]))
}

fn lookup(interp: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
    let Some(provider) = state(interp).and_then(|s| s.lookup.clone()) else {
        return Ok(Value::Map(Map::string_any()));
    };
    let text = |at: usize| match args.get(at) {
        Some(Value::Str(text)) => text.to_lossy(),
        _ => "".into(),
    };
    let found = provider.lookup(&text(0), &text(1), &text(2), &text(3)).map_err(CallError::message)?;
    match found.thaw() {
        Value::Map(map) => Ok(Value::Map(map)),
        _ => Ok(Value::Map(Map::string_any())),
    }
}

fn get_host_by_name(interp: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
    let allowed = state(interp).is_some_and(|s| s.dns);
    match args {
        [Value::Str(name)] if allowed => Ok(Value::from(interp.host().host_by_name(&name.to_lossy()))),
        _ => Ok(Value::Str(Str::EMPTY)),
    }
}
