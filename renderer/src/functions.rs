//! The functions that Helm adds to sprig's, and the table of all functions of a dialect.

use std::sync::{Arc, OnceLock};

use thinlock_go::Func;
use thinlock_template::FuncMap;

use crate::Dialect;
use crate::dialect::FunctionRules;

mod data;
mod durations;
mod random;
mod release;
mod state;
mod templates;

pub(crate) use data::to_yaml;
pub(crate) use state::{Seeded, State, WARN_END, WARN_START, WatchedHost};
pub(crate) use templates::strip_no_value;

/// Sprig's functions that Helm takes out, because a chart must not read the environment of whoever renders it.
const REMOVED: [&str; 2] = ["env", "expandenv"];

/// The functions that templates of a dialect may call, but for Go's builtins. The tables are built once.
pub(crate) fn function_map(dialect: &Dialect) -> &'static Arc<FuncMap> {
    static TABLES: [OnceLock<Arc<FuncMap>>; 8] = [const { OnceLock::new() }; 8];
    let FunctionRules { must_to_yaml, must_to_toml, durations } = dialect.functions;
    let at = usize::from(must_to_yaml) | usize::from(must_to_toml) << 1 | usize::from(durations) << 2;
    TABLES[at].get_or_init(|| Arc::new(build(&dialect.functions)))
}

fn build(rules: &FunctionRules) -> FuncMap {
    let mut map = FuncMap::new();
    map.add(thinlock_sprig::functions());
    for name in REMOVED {
        map.remove(name);
    }
    map.add(random::watched());
    let own: [&'static [Func]; 3] = [data::functions(), release::functions(), templates::functions()];
    for functions in own {
        map.add(functions);
    }
    if rules.must_to_yaml {
        map.add(data::must_to_yaml());
    }
    if rules.must_to_toml {
        map.add(data::must_to_toml());
    }
    if rules.durations {
        map.add(durations::functions());
    }
    map
}
