//! What Helm says beside its output: warnings and notices, as data.
//!
//! Rendering collects [`Log`] events; whoever owns the terminal prints them. Helm 3 logs through Go's `log` with the
//! place in its source (`coalesce.go:298: …`), Helm 4 through `slog` with fields (`level=WARN msg=… path=…`), so each
//! event knows both of its wordings and the dialect chooses.

use thinlock_go::{Str, strconv, unicode, utf8};

use crate::Dialect;

/// How log lines are worded: one side of `log` and `slog`, and where in its source a Helm 3 logs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LogRules {
    /// Lines are `slog` records (Helm 4); otherwise `FILE:LINE: TEXT`.
    pub structured: bool,
    /// Lines of coalesce.go: a table cannot be overwritten; a destination is a table.
    pub coalesce: [u32; 2],
    /// Lines of dependencies.go: a condition, a tag, import-values with and without a chart.
    pub dependencies: [u32; 4],
    /// Line of manifest_sorter.go: an unknown hook.
    pub unknown_hook: u32,
}

impl LogRules {
    /// Helm 3.17.
    pub const HELM_3_17: LogRules =
        LogRules { structured: false, coalesce: [298, 301], dependencies: [63, 94, 269, 286], unknown_hook: 190 };
    /// Helm 3.19.
    pub const HELM_3_19: LogRules =
        LogRules { structured: false, coalesce: [303, 306], dependencies: [64, 95, 270, 287], unknown_hook: 199 };
    /// Helm 3.22.
    pub const HELM_3_22: LogRules =
        LogRules { structured: false, coalesce: [316, 319], dependencies: [64, 95, 270, 287], unknown_hook: 199 };
    /// Helm 4.
    pub const HELM_4: LogRules = LogRules { structured: true, coalesce: [0; 2], dependencies: [0; 4], unknown_hook: 0 };
}

/// The levels of `slog`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are slog's own")]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        }
    }
}

/// Something that Helm logs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Log {
    /// A chart's default is a table and what is set over it is not: the table is dropped.
    TableOverwritten {
        /// The path of the value, its chart first: `p.sub.a.b`.
        path: Str,
        /// The default, as `%v` prints it.
        table: Str,
    },
    /// A table is set over a default that is none: the default is ignored.
    DefaultIsNoTable {
        /// The path of the value.
        path: Str,
        /// The default, as `%v` prints it.
        value: Str,
    },
    /// As [`Log::DefaultIsNoTable`], at the top of a chart's values.
    SkippedValue {
        /// The path of the value.
        path: Str,
    },
    /// `global` of a subchart's values is no table.
    GlobalsOfSubchartSkipped,
    /// `global` of the parent's values is no table.
    GlobalsOfParentSkipped,
    /// A global is a table in the parent and something else in the subchart.
    GlobalConflict {
        /// The key below `global`.
        key: Str,
    },
    /// A global is a table in the subchart and something else in the parent.
    GlobalIsTable {
        /// The key below `global`.
        key: Str,
    },
    /// A condition's value is no boolean.
    ConditionIsNoBool {
        /// The path as Chart.yaml has it.
        path: Str,
        /// The dependency's name or alias.
        chart: Str,
    },
    /// A tag's value is no boolean.
    TagIsNoBool {
        /// The tag.
        tag: Str,
        /// The dependency's name or alias.
        chart: Str,
    },
    /// `import-values` with a child and a parent names no table.
    ImportIsNoTable {
        /// The dependency's name or alias.
        chart: Str,
        /// The part of the path that is no table.
        key: Str,
    },
    /// `import-values` names nothing below the subchart's `exports`.
    ExportIsNoTable {
        /// The part of the path that is no table.
        key: Str,
    },
    /// requirements.yaml beside a Chart.yaml of `apiVersion: v2`.
    RequirementsInV2,
    /// requirements.lock beside a Chart.yaml of `apiVersion: v2`.
    RequirementsLockInV2,
    /// A pattern of .helmignore cannot be matched.
    IgnorePatternFailed {
        /// The pattern without the slash at its end.
        rule: Str,
        /// Which of the three kinds of pattern: anchored (0), with slashes (1), of one name (2).
        kind: u8,
    },
    /// A symbolic link in a chart's directory was followed.
    Symlink {
        /// The link's path.
        path: Str,
        /// Where it leads.
        resolved: Str,
    },
    /// The chart says that it is deprecated.
    ChartDeprecated,
    /// The name of the release is not allowed. Helm 4 logs it before it fails with the same error.
    ReleaseNameCheckFailed {
        /// The error.
        error: Str,
    },
    /// Processing the dependencies failed. Helm 4 logs it before it fails with the same error.
    DependenciesFailed {
        /// The error.
        error: Str,
    },
    /// A manifest's hook annotation names no hook that Helm knows.
    UnknownHooks {
        /// The annotation.
        types: Str,
    },
    /// The values of a chart with a schema are looked at. Helm 4 says so with `--debug`.
    SchemaOfChart {
        /// The chart's name.
        chart: Str,
    },
    /// A schema was read. Helm 4 says so with `--debug`.
    SchemaRead {
        /// Its text.
        schema: Str,
    },
    /// The subcharts whose values are looked at behind a chart's. Helm 4 says so with `--debug`.
    DependencyCount {
        /// The chart's name.
        chart: Str,
        /// How many there are.
        count: usize,
    },
    /// A schema refers to a URN, which is taken for a schema that everything meets.
    UrnIgnored {
        /// The URN.
        urn: Str,
    },
}

impl Log {
    /// Whether Helm says it with `--debug` only.
    pub fn is_debug(&self) -> bool {
        matches!(self, Log::SchemaOfChart { .. } | Log::SchemaRead { .. } | Log::DependencyCount { .. })
    }

    /// Appends the line as a Helm of that dialect writes it to its standard error, its newline included. Nothing, where
    /// that Helm does not log the event.
    pub fn write(&self, dialect: &Dialect, out: &mut Vec<u8>) {
        if dialect.logs.structured { self.write_record(out) } else { self.write_line(&dialect.logs, out) }
    }

    /// Helm 3: Go's `log` with `Lshortfile`.
    fn write_line(&self, rules: &LogRules, out: &mut Vec<u8>) {
        let (place, text): ((&str, u32), Vec<&[u8]>) = match self {
            Log::TableOverwritten { .. } => (("coalesce.go", rules.coalesce[0]), self.coalesce_text()),
            Log::DefaultIsNoTable { .. } => (("coalesce.go", rules.coalesce[1]), self.coalesce_text()),
            Log::SkippedValue { .. } => (("coalesce.go", 237), self.coalesce_text()),
            Log::GlobalsOfSubchartSkipped => (("coalesce.go", 138), self.coalesce_text()),
            Log::GlobalsOfParentSkipped => (("coalesce.go", 145), self.coalesce_text()),
            Log::GlobalConflict { key } => {
                let key = strconv::quote(key);
                return line(("coalesce.go", 161), &conflict_text(&key), out);
            }
            Log::GlobalIsTable { .. } => (("coalesce.go", 175), self.coalesce_text()),
            Log::ConditionIsNoBool { path, chart } => (
                ("dependencies.go", rules.dependencies[0]),
                vec![b"Warning: Condition path '", path, b"' for chart ", chart, b" returned non-bool value"],
            ),
            Log::TagIsNoBool { tag, chart } => (
                ("dependencies.go", rules.dependencies[1]),
                vec![b"Warning: Tag '", tag, b"' for chart ", chart, b" returned non-bool value"],
            ),
            Log::ImportIsNoTable { chart, key } => {
                let error = no_table(key);
                let text: [&[u8]; 4] =
                    [b"Warning: ImportValues missing table from chart ", chart, b": ", error.as_bytes()];
                return line(("dependencies.go", rules.dependencies[2]), &text, out);
            }
            Log::ExportIsNoTable { key } => {
                let error = no_table(key);
                let text: [&[u8]; 2] = [b"Warning: ImportValues missing table: ", error.as_bytes()];
                return line(("dependencies.go", rules.dependencies[3]), &text, out);
            }
            Log::RequirementsInV2 => (("load.go", 120), vec![REQUIREMENTS_IN_V2.as_bytes()]),
            Log::RequirementsLockInV2 => (("load.go", 138), vec![REQUIREMENTS_LOCK_IN_V2.as_bytes()]),
            Log::IgnorePatternFailed { rule, kind } => {
                let rule = strconv::quote(rule);
                let number = match kind {
                    0 => 180,
                    1 => 190,
                    _ => 202,
                };
                let text: [&[u8]; 4] = [b"Failed to compile ", rule.as_bytes(), b": ", BAD_PATTERN.as_bytes()];
                return line(("rules.go", number), &text, out);
            }
            Log::Symlink { path, resolved } => (
                ("walk.go", 75),
                vec![
                    b"found symbolic link in path: ",
                    path,
                    b" resolves to ",
                    resolved,
                    b". Contents of linked file included and used",
                ],
            ),
            Log::ChartDeprecated => {
                out.extend_from_slice(b"WARNING: This chart is deprecated\n");
                return;
            }
            Log::ReleaseNameCheckFailed { .. }
            | Log::DependenciesFailed { .. }
            | Log::SchemaOfChart { .. }
            | Log::SchemaRead { .. }
            | Log::DependencyCount { .. } => return,
            Log::UnknownHooks { types } => {
                let types = strconv::quote(types);
                let text: [&[u8]; 2] = [b"info: skipping unknown hook: ", types.as_bytes()];
                return line(("manifest_sorter.go", rules.unknown_hook), &text, out);
            }
            Log::UrnIgnored { urn } => (
                ("jsonschema.go", 192),
                vec![b"WARNING: unresolved URN reference ignored; using permissive schema: ", urn],
            ),
        };
        line(place, &text, out);
    }

    /// Helm 4: `slog`'s text handler without the time. Lines of Go's `log` come through it with level INFO.
    fn write_record(&self, out: &mut Vec<u8>) {
        let coalesce = |out: &mut Vec<u8>| record(Level::Info, &self.coalesce_text().concat(), &[], out);
        match self {
            Log::TableOverwritten { .. }
            | Log::DefaultIsNoTable { .. }
            | Log::SkippedValue { .. }
            | Log::GlobalsOfSubchartSkipped
            | Log::GlobalsOfParentSkipped
            | Log::GlobalIsTable { .. } => coalesce(out),
            Log::GlobalConflict { key } => {
                record(Level::Info, &conflict_text(&strconv::quote(key)).concat(), &[], out);
            }
            Log::ConditionIsNoBool { path, chart } => {
                record(Level::Warn, b"returned non-bool value", &[("path", path), ("chart", chart)], out);
            }
            Log::TagIsNoBool { tag, chart } => {
                record(Level::Warn, b"returned non-bool value", &[("tag", tag), ("chart", chart)], out);
            }
            Log::ImportIsNoTable { chart, key } => {
                let error = no_table(key);
                let fields: [(&str, &[u8]); 2] = [("chart", chart), ("error", error.as_bytes())];
                record(Level::Warn, b"ImportValues missing table from chart", &fields, out);
            }
            Log::ExportIsNoTable { key } => {
                record(Level::Warn, b"ImportValues missing table", &[("error", no_table(key).as_bytes())], out);
            }
            Log::RequirementsInV2 => record(Level::Info, REQUIREMENTS_IN_V2.as_bytes(), &[], out),
            Log::RequirementsLockInV2 => record(Level::Info, REQUIREMENTS_LOCK_IN_V2.as_bytes(), &[], out),
            Log::IgnorePatternFailed { rule, .. } => {
                let fields: [(&str, &[u8]); 2] = [("rule", rule), ("error", BAD_PATTERN.as_bytes())];
                record(Level::Error, b"failed to compile", &fields, out);
            }
            Log::Symlink { path, resolved } => record(
                Level::Info,
                b"found symbolic link in path. Contents of linked file included and used",
                &[("path", path), ("resolved", resolved)],
                out,
            ),
            Log::ChartDeprecated => record(Level::Warn, b"this chart is deprecated", &[], out),
            Log::ReleaseNameCheckFailed { error } => {
                record(Level::Error, b"release name check failed", &[("error", error)], out);
            }
            Log::DependenciesFailed { error } => {
                record(Level::Error, b"chart dependencies processing failed", &[("error", error)], out);
            }
            Log::UnknownHooks { types } => {
                record(Level::Info, b"skipping unknown hooks", &[("hookTypes", types)], out);
            }
            Log::SchemaOfChart { chart } => record(Level::Debug, b"chart name", &[("chart-name", chart)], out),
            Log::SchemaRead { schema } => {
                if thinlock_go::json::decode(schema).is_ok() {
                    record(Level::Debug, b"unmarshalled JSON schema", &[], out);
                    // slog quotes a []byte whatever is in it.
                    out.pop();
                    out.extend_from_slice(b" schema=");
                    strconv::append_quote(out, schema);
                    out.push(b'\n');
                }
            }
            Log::DependencyCount { chart, count } => {
                let count = count.to_string();
                let fields: [(&str, &[u8]); 2] = [("chart", chart), ("dependencies", count.as_bytes())];
                record(Level::Debug, b"number of dependencies in the chart", &fields, out);
            }
            Log::UrnIgnored { urn } => {
                record(Level::Warn, b"unresolved URN reference ignored; using permissive schema", &[("urn", urn)], out)
            }
        }
    }

    /// The text of a warning of coalesce.go, the same in all versions.
    fn coalesce_text(&self) -> Vec<&[u8]> {
        match self {
            Log::TableOverwritten { path, table } => {
                vec![b"warning: cannot overwrite table with non table for ", path, b" (", table, b")"]
            }
            Log::DefaultIsNoTable { path, value } => {
                vec![b"warning: destination for ", path, b" is a table. Ignoring non-table value (", value, b")"]
            }
            Log::SkippedValue { path } => vec![b"warning: skipped value for ", path, b": Not a table."],
            Log::GlobalsOfSubchartSkipped => {
                vec![b"warning: skipping globals because destination global is not a table."]
            }
            Log::GlobalsOfParentSkipped => vec![b"warning: skipping globals because source global is not a table."],
            Log::GlobalIsTable { key } => vec![b"key ", key, b" is table. Skipping"],
            _ => Vec::new(),
        }
    }
}

const REQUIREMENTS_IN_V2: &str = "Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". \
                                  We recommend migrating dependencies to Chart.yaml.";
const REQUIREMENTS_LOCK_IN_V2: &str = "Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". \
                                       We recommend migrating to Chart.lock.";
const BAD_PATTERN: &str = "syntax error in pattern";

fn conflict_text(quoted_key: &str) -> [&[u8]; 3] {
    [b"Conflict: cannot merge map onto non-map for ", quoted_key.as_bytes(), b". Skipping."]
}

/// Helm's `ErrNoTable`.
fn no_table(key: &[u8]) -> String {
    format!("{} is not a table", strconv::quote(key))
}

fn line((file, number): (&str, u32), text: &[&[u8]], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{file}:{number}: ").as_bytes());
    for part in text {
        out.extend_from_slice(part);
    }
    if out.last() != Some(&b'\n') {
        out.push(b'\n');
    }
}

/// Appends a line of `slog`'s text handler: `level=WARN msg="a b" key=value`.
pub fn record(level: Level, message: &[u8], fields: &[(&str, &[u8])], out: &mut Vec<u8>) {
    out.extend_from_slice(b"level=");
    out.extend_from_slice(level.name().as_bytes());
    out.extend_from_slice(b" msg=");
    // A line of Go's `log` comes with its newline, which slog's bridge takes off.
    append_value(message.strip_suffix(b"\n").unwrap_or(message), out);
    for (key, value) in fields {
        out.push(b' ');
        out.extend_from_slice(key.as_bytes());
        out.push(b'=');
        append_value(value, out);
    }
    out.push(b'\n');
}

fn append_value(text: &[u8], out: &mut Vec<u8>) {
    if needs_quoting(text) { strconv::append_quote(out, text) } else { out.extend_from_slice(text) }
}

/// `needsQuoting` of log/slog: what JSON would escape, blanks and `=`, but no backslash.
fn needs_quoting(text: &[u8]) -> bool {
    text.is_empty()
        || utf8::runes(text).any(|(_, c, _)| match c {
            ' ' | '=' | '"' | '\u{0}'..='\u{1f}' => true,
            c if c.is_ascii() => false,
            c => c == char::REPLACEMENT_CHARACTER || unicode::is_space(c) || !unicode::is_print(c),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{HELM_3_17, HELM_3_22, HELM_4_1};

    #[track_caller]
    fn check(log: &Log, dialect: &Dialect, want: &str) {
        let mut out = Vec::new();
        log.write(dialect, &mut out);
        assert_eq!(String::from_utf8_lossy(&out), want);
    }

    #[test]
    fn a_warning_is_worded_by_the_dialect() {
        let log = Log::TableOverwritten { path: "p.a.b".into(), table: "map[c:1]".into() };
        let text = "warning: cannot overwrite table with non table for p.a.b (map[c:1])";
        check(&log, &HELM_3_17, &format!("coalesce.go:298: {text}\n"));
        check(&log, &HELM_3_22, &format!("coalesce.go:316: {text}\n"));
        check(&log, &HELM_4_1, &format!("level=INFO msg=\"{text}\"\n"));
    }

    #[test]
    fn fields_are_quoted_where_slog_does() {
        let log = Log::ImportIsNoTable { chart: "s".into(), key: "q".into() };
        check(
            &log,
            &HELM_4_1,
            "level=WARN msg=\"ImportValues missing table from chart\" chart=s error=\"\\\"q\\\" is not a table\"\n",
        );
        check(
            &log,
            &HELM_3_17,
            "dependencies.go:269: Warning: ImportValues missing table from chart s: \"q\" is not a table\n",
        );
        check(&Log::ChartDeprecated, &HELM_3_17, "WARNING: This chart is deprecated\n");
        check(
            &Log::UnknownHooks { types: "foo,bar".into() },
            &HELM_4_1,
            "level=INFO msg=\"skipping unknown hooks\" hookTypes=foo,bar\n",
        );
    }

    #[test]
    fn only_helm_4_logs_failed_steps() {
        let log = Log::DependenciesFailed { error: "type mismatch on sub: %!t(<nil>)".into() };
        check(&log, &HELM_3_17, "");
        check(
            &log,
            &HELM_4_1,
            "level=ERROR msg=\"chart dependencies processing failed\" error=\"type mismatch on sub: %!t(<nil>)\"\n",
        );
    }
}
