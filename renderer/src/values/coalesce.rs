//! Laying values over the defaults of a chart and of its subcharts.
//!
//! This is Helm's `coalesce.go`, function by function, since what nulls and shared tables do in it cannot be had from a
//! simpler rule. Go walks maps in random order here; we walk in the order of keys, which changes at most the order of
//! warnings.

use thinlock_go::{Frozen, Map, Str, fmt};

use super::NullRule;
use super::table::{Table, Tree};
use crate::chart::tree::{NodeId, Processed};
use crate::{ChartError, Dialect, Log};

const GLOBAL: &[u8] = b"global";

/// The number of a chart's own values for which there is room at once beside those of the user.
const ROOM: usize = 16;

/// The number of charts that one walk may visit: a chart whose subcharts are shared under many aliases can be small and
/// yet have more ways down than could ever be walked.
const MAX_VISITS: u32 = 100_000;

/// The values that a chart's templates see: Helm's `CoalesceValues` of the processed charts and the user's values.
///
/// The map is `map[string]interface {}`; the values of each subchart are the table of its name in its parent's, the same
/// reference and not a copy.
///
/// # Errors
/// A value for a subchart is no table (`type mismatch on sub: %!t(string=x)`).
pub fn coalesce(charts: &Processed, user: &Frozen, dialect: &Dialect, logs: &mut Vec<Log>) -> Result<Map, ChartError> {
    Ok(coalesce_node(charts, charts.root_id(), Table::open_with_room(user, ROOM), false, dialect, logs)?.thaw())
}

/// `CoalesceValues` (or `MergeValues`, which keeps nulls) of one chart of the tree.
pub(crate) fn coalesce_node(
    charts: &Processed,
    node: NodeId,
    values: Table,
    merge: bool,
    dialect: &Dialect,
    logs: &mut Vec<Log>,
) -> Result<Table, ChartError> {
    let mut walk = Walk { charts, tables: Tables { dialect, logs }, visits: 0 };
    walk.coalesce(node, &values, &[], merge)?;
    Ok(values)
}

/// `CoalesceTables` or `MergeTables`: lays `src` under `dst`, which stays the authority.
pub(crate) fn coalesce_tables(dst: &Table, src: &Table, merge: bool, dialect: &Dialect, logs: &mut Vec<Log>) {
    Tables { dialect, logs }.coalesce(dst, src, &[], merge);
}

fn join(prefix: &[u8], key: &[u8]) -> Vec<u8> {
    if prefix.is_empty() { key.to_vec() } else { [prefix, b".", key].concat() }
}

struct Walk<'a> {
    charts: &'a Processed,
    tables: Tables<'a>,
    visits: u32,
}

impl Walk<'_> {
    fn coalesce(&mut self, node: NodeId, values: &Table, prefix: &[u8], merge: bool) -> Result<(), ChartError> {
        self.visits += 1;
        if self.visits > MAX_VISITS {
            return Err(ChartError::limit(format!("more than {MAX_VISITS} subcharts to coalesce values for")));
        }
        let prefix = join(prefix, self.charts.name(node));
        self.coalesce_values(node, values, &prefix, merge);
        for &subchart in self.charts.children(node) {
            let name = self.charts.name(subchart).clone();
            let table = match values.get(&name) {
                None => {
                    let table = Table::new();
                    values.insert(name, Tree::Table(table.clone()));
                    table
                }
                Some(value) => match values.table(&name) {
                    Some(table) => table,
                    None => return Err(type_mismatch(&name, &value)),
                },
            };
            self.coalesce_globals(&table, values, &prefix);
            self.coalesce(subchart, &table, &prefix, merge)?;
        }
        Ok(())
    }

    /// Lays the values over the chart's own defaults.
    fn coalesce_values(&mut self, node: NodeId, values: &Table, prefix: &[u8], merge: bool) {
        let drop_nulls = self.tables.dialect.values.chart_nulls_dropped;
        let defaults = self.charts.defaults(node).entries();
        values.reserve(defaults.len());
        let mut at = 0;
        for (key, default) in defaults {
            let there = values.look(&key, &mut at, |value| match value {
                None => There::Nothing,
                Some(value) if value.is_nil() => There::Nil,
                Some(value) if value.is_table() => There::Table,
                Some(_) => There::Other,
            });
            match there {
                There::Nil if !merge => values.remove(&key),
                There::Table => {
                    if !default.is_table() {
                        if !default.is_nil() {
                            let path = [prefix, b".", &*key].concat();
                            self.tables.logs.push(Log::SkippedValue { path: path.into() });
                        }
                        continue;
                    }
                    // The defaults for a subchart keep their nulls: they delete what the subchart itself defaults to,
                    // later on.
                    let merge = merge || self.charts.children(node).iter().any(|c| *self.charts.name(*c) == key);
                    let default = if drop_nulls && !merge { default.without_nulls() } else { default };
                    if let (Some(dst), Some(src)) = (values.table(&key), own_table(default)) {
                        self.tables.coalesce(&dst, &src, &join(prefix, &key), merge);
                    }
                }
                There::Nil | There::Other => {}
                There::Nothing if drop_nulls && !merge => {
                    if !default.is_nil() {
                        values.insert_at(at, key, default.without_nulls());
                    }
                }
                There::Nothing => values.insert_at(at, key, default),
            }
        }
    }

    /// Hands the parent's globals down: they win over the subchart's.
    fn coalesce_globals(&mut self, dest: &Table, src: &Table, prefix: &[u8]) {
        let globals = |table: &Table| match table.get(GLOBAL) {
            None => Some(Table::new()),
            Some(_) => table.table(GLOBAL),
        };
        let Some(dest_globals) = globals(dest) else {
            self.tables.logs.push(Log::GlobalsOfSubchartSkipped);
            return;
        };
        let Some(src_globals) = globals(src) else {
            self.tables.logs.push(Log::GlobalsOfParentSkipped);
            return;
        };
        for (key, value) in src_globals.snapshot() {
            if let Some(table) = src_globals.table(&key) {
                // A shallow copy, as Helm makes it: the tables inside are the parent's own.
                let copy = table.shallow_copy();
                match dest_globals.get(&key) {
                    None => dest_globals.insert(key, Tree::Table(copy)),
                    Some(_) => match dest_globals.table(&key) {
                        None => self.tables.logs.push(Log::GlobalConflict { key }),
                        Some(existing) => {
                            self.tables.coalesce(&copy, &existing, &join(prefix, &key), true);
                            dest_globals.insert(key, Tree::Table(copy));
                        }
                    },
                }
            } else if dest_globals.get(&key).is_some_and(|v| v.is_table()) {
                self.tables.logs.push(Log::GlobalIsTable { key });
            } else {
                dest_globals.insert(key, value);
            }
        }
        dest.insert(Str::from(GLOBAL), Tree::Table(dest_globals));
    }
}

/// What the values have under a key of the defaults.
enum There {
    Nothing,
    Nil,
    Table,
    Other,
}

/// `type mismatch on NAME: %t`: Helm prints the value with a verb that fits booleans only.
fn type_mismatch(name: &Str, value: &Tree) -> ChartError {
    let mut text = b"type mismatch on ".to_vec();
    text.extend_from_slice(name);
    text.extend_from_slice(b": ");
    if fmt::append_sprintf(&mut text, b"%t", &[value.to_value()]).is_err() {
        return ChartError::limit("a value is too deep to be printed");
    }
    ChartError::new(String::from_utf8_lossy(&text))
}

fn own_table(value: Tree) -> Option<Table> {
    match value {
        Tree::Table(table) => Some(table),
        Tree::Shared(frozen @ Frozen::Map(..)) => Some(Table::open(&frozen)),
        Tree::Shared(_) => None,
    }
}

struct Tables<'a> {
    dialect: &'a Dialect,
    logs: &'a mut Vec<Log>,
}

impl Tables<'_> {
    /// Helm's `coalesceTablesFullKey`: lays `src` under `dst`. `src` is changed too.
    fn coalesce(&mut self, dst: &Table, src: &Table, prefix: &[u8], merge: bool) {
        let rule = self.dialect.values.nulls;
        let nulls = dst.null_keys();
        let deleted: Vec<&Str> = match rule {
            _ if merge => Vec::new(),
            // Found below, key by key of `src`: a null that `src` lacks stays.
            NullRule::Delete => nulls.iter().filter(|k| src.get(k).is_some()).collect(),
            NullRule::DeleteAlways => nulls.iter().collect(),
            NullRule::DeleteDefault => nulls.iter().filter(|k| src.get(k).is_some_and(|v| !v.is_nil())).collect(),
        };
        if rule != NullRule::Delete {
            for key in &nulls {
                src.insert(key.clone(), Tree::NIL);
            }
        }
        for (key, value) in src.snapshot() {
            let Some(existing) = dst.get(&key) else {
                dst.insert(key, value);
                continue;
            };
            if existing.is_nil() && deleted.contains(&&key) {
                dst.remove(&key);
            } else if value.is_table() {
                match (dst.table(&key), src.table(&key)) {
                    (Some(dst), Some(src)) => self.coalesce(&dst, &src, &join(prefix, &key), merge),
                    _ => {
                        let (path, table) = (join(prefix, &key).into(), printed(&value));
                        self.logs.push(Log::TableOverwritten { path, table });
                    }
                }
            } else if existing.is_table() && !value.is_nil() {
                let (path, value) = (join(prefix, &key).into(), printed(&value));
                self.logs.push(Log::DefaultIsNoTable { path, value });
            }
        }
    }
}

/// What `%v` prints of a value.
fn printed(value: &Tree) -> Str {
    fmt::format_value(&value.to_value()).unwrap_or_else(|_| Str::from_static("map[...]"))
}

#[cfg(test)]
mod tests;
