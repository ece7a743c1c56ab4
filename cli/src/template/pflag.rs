//! Command-line flags as `spf13/pflag` reads them, with its error texts.
//!
//! Flags and arguments mix freely, `--` ends the flags, `-fVALUE`, `-f=VALUE` and `-gnfoo` are understood, and the first
//! mistake wins.

use thinlock_go::strconv;
use thinlock_go::time::Duration;

/// What a flag takes, after pflag's type names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `bool`.
    Bool,
    /// `string`.
    String,
    /// `int`.
    Int,
    /// `float32`.
    Float32,
    /// `duration`.
    Duration,
    /// `strings`: each occurrence is a line of comma-separated values.
    Strings,
    /// `stringArray`: each occurrence is one value.
    StringArray,
    /// `stringToString`: comma-separated `key=value` pairs.
    StringToString,
    /// Helm 4's `WaitStrategy`.
    WaitStrategy,
}

/// One flag of a set.
#[derive(Debug)]
pub(crate) struct Flag {
    /// The long name.
    pub(crate) name: &'static str,
    /// The one-letter name.
    pub(crate) short: Option<char>,
    /// What it takes.
    pub(crate) kind: Kind,
    /// The value of the bare flag (`NoOptDefVal`); a flag without one wants an argument.
    pub(crate) bare: Option<&'static str>,
    /// What is said when it is used: the flag is deprecated.
    pub(crate) deprecated: Option<&'static str>,
    /// One line of help; empty for a hidden flag.
    pub(crate) usage: &'static str,
}

/// The outcome of parsing.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    /// Every value in the order given, with its flag's long name.
    values: Vec<(&'static str, String)>,
    /// The arguments that are not flags.
    pub(crate) args: Vec<String>,
    /// A line for each use of a deprecated flag or value.
    pub(crate) deprecations: Vec<String>,
}

impl Parsed {
    /// The last value of a flag.
    pub(crate) fn last(&self, name: &str) -> Option<&str> {
        self.values.iter().rev().find(|(flag, _)| *flag == name).map(|(_, value)| value.as_str())
    }

    /// The last value of a boolean flag; `false` if it was not given.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.last(name).is_some_and(|value| strconv::parse_bool(value.as_bytes()).unwrap_or(false))
    }

    /// Whether a flag was given at all.
    pub(crate) fn changed(&self, name: &str) -> bool {
        self.last(name).is_some()
    }

    /// Every value of a flag in order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values.iter().filter(move |(flag, _)| *flag == name).map(|(_, value)| value.as_str())
    }

    /// Every element of a `strings` flag in order.
    pub(crate) fn elements(&self, name: &str) -> Vec<String> {
        self.all(name).flat_map(|line| csv_record(line).unwrap_or_default()).collect()
    }

    /// Every pair of a `stringToString` flag in order.
    pub(crate) fn pairs(&self, name: &str) -> Vec<(String, String)> {
        self.all(name).flat_map(|line| string_to_string(line).unwrap_or_default()).collect()
    }
}

/// Parses arguments.
///
/// # Errors
/// pflag's text for the first mistake.
pub(crate) fn parse(flags: &[&'static Flag], args: &[String]) -> Result<Parsed, String> {
    let mut parsed = Parsed::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if let Some(long) = arg.strip_prefix("--") {
            if long.is_empty() {
                parsed.args.extend(rest.cloned());
                break;
            }
            parse_long(flags, arg, long, &mut rest, &mut parsed)?;
        } else if arg.len() > 1 && arg.starts_with('-') {
            parse_short(flags, &arg[1..], &mut rest, &mut parsed)?;
        } else {
            parsed.args.push(arg.clone());
        }
    }
    Ok(parsed)
}

fn parse_long<'a>(
    flags: &[&'static Flag],
    arg: &str,
    long: &str,
    rest: &mut impl Iterator<Item = &'a String>,
    parsed: &mut Parsed,
) -> Result<(), String> {
    if long.starts_with('-') || long.starts_with('=') {
        return Err(format!("bad flag syntax: {arg}"));
    }
    let (name, value) = match long.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (long, None),
    };
    let flag = flags.iter().find(|flag| flag.name == name).ok_or_else(|| format!("unknown flag: --{name}"))?;
    let value = match (value, flag.bare) {
        (Some(value), _) => value,
        (None, Some(bare)) => bare,
        (None, None) => rest.next().ok_or_else(|| format!("flag needs an argument: --{name}"))?,
    };
    set(flag, value, parsed)
}

fn parse_short<'a>(
    flags: &[&'static Flag],
    mut letters: &str,
    rest: &mut impl Iterator<Item = &'a String>,
    parsed: &mut Parsed,
) -> Result<(), String> {
    while let Some(letter) = letters.chars().next() {
        let after = &letters[letter.len_utf8()..];
        let flag = flags.iter().find(|flag| flag.short == Some(letter)).ok_or_else(|| {
            // pflag takes one byte for the letter and prints it as a rune.
            format!("unknown shorthand flag: {} in -{letters}", strconv::quote_rune(char::from(letters.as_bytes()[0])))
        })?;
        let value = if after.len() > 1 && after.starts_with('=') {
            letters = "";
            &after[1..]
        } else if let Some(bare) = flag.bare {
            letters = after;
            bare
        } else if !after.is_empty() {
            letters = "";
            after
        } else {
            let Some(value) = rest.next() else {
                let quoted = strconv::quote_rune(letter);
                return Err(format!("flag needs an argument: {quoted} in -{letters}"));
            };
            letters = "";
            value
        };
        set(flag, value, parsed)?;
    }
    Ok(())
}

fn set(flag: &'static Flag, value: &str, parsed: &mut Parsed) -> Result<(), String> {
    check(flag, value).map_err(|why| {
        let name = match flag.short {
            Some(short) => format!("-{short}, --{}", flag.name),
            None => format!("--{}", flag.name),
        };
        let (value, name) = (strconv::quote(value.as_bytes()), strconv::quote(name.as_bytes()));
        format!("invalid argument {value} for {name} flag: {why}")
    })?;
    parsed.values.push((flag.name, value.to_owned()));
    if let Some(deprecated) = flag.deprecated {
        parsed.deprecations.push(format!("Flag --{} has been deprecated, {deprecated}", flag.name));
    }
    if flag.kind == Kind::WaitStrategy
        && let Some(strategy) = match value {
            "true" => Some("watcher"),
            "false" => Some("hookOnly"),
            _ => None,
        }
    {
        let text = format!("--wait={value} is deprecated (boolean value) and can be replaced with --wait={strategy}");
        parsed.deprecations.push(format!("level=WARN msg={}", strconv::quote(text.as_bytes())));
    }
    Ok(())
}

fn check(flag: &Flag, value: &str) -> Result<(), String> {
    match flag.kind {
        Kind::String | Kind::StringArray => Ok(()),
        Kind::Duration => Duration::parse(value.as_bytes()).map(drop),
        Kind::Bool => strconv::parse_bool(value.as_bytes()).map(drop).map_err(|e| e.to_string()),
        Kind::Int => strconv::parse_int(value.as_bytes(), 0, 64).map(drop).map_err(|e| e.to_string()),
        Kind::Float32 => strconv::parse_float(value.as_bytes(), 32).map(drop).map_err(|e| e.to_string()),
        Kind::Strings => csv_record(value).map(drop),
        Kind::StringToString => string_to_string(value).map(drop),
        Kind::WaitStrategy => match value {
            // `true` and `false` are Helm 3's boolean form, still taken.
            "watcher" | "legacy" | "hookOnly" | "true" | "false" => Ok(()),
            _ => Err(format!(
                "invalid wait input {}. Valid inputs are watcher, hookOnly, and legacy",
                strconv::quote(value.as_bytes())
            )),
        },
    }
}

fn string_to_string(value: &str) -> Result<Vec<(String, String)>, String> {
    // A single pair is taken as it is, quotes and all; several are a CSV line.
    let pairs = match value.matches('=').count() {
        0 => return Err(format!("{value} must be formatted as key=value")),
        1 => vec![value.trim_matches('"').to_owned()],
        _ => csv_record(value)?,
    };
    pairs
        .into_iter()
        .map(|pair| match pair.split_once('=') {
            Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
            None => Err(format!("{pair} must be formatted as key=value")),
        })
        .collect()
}

/// The first record of a text, as Go's `encoding/csv` reads it.
fn csv_record(text: &str) -> Result<Vec<String>, String> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    // As Go does: a line ends in \n or \r\n, and a \r at the very end is dropped.
    let text = text.replace("\r\n", "\n");
    let text = text.strip_suffix('\r').unwrap_or(&text);
    let mut fields = Vec::new();
    // Empty lines are skipped; the line number in an error counts them.
    let mut number = 1;
    let mut lines = text.split_inclusive('\n');
    let mut line = loop {
        match lines.next() {
            None => return Err("EOF".to_owned()),
            Some("\n") => number += 1,
            Some(line) => break line,
        }
    };
    let first_line = number;
    let mut column = 1;
    loop {
        if let Some(mut quoted) = line.strip_prefix('"') {
            let mut field = String::new();
            column += 1;
            loop {
                if let Some(at) = quoted.find('"') {
                    field.push_str(&quoted[..at]);
                    quoted = &quoted[at + 1..];
                    column += at + 1;
                    if let Some(after) = quoted.strip_prefix('"') {
                        field.push('"');
                        quoted = after;
                        column += 1;
                    } else if let Some(after) = quoted.strip_prefix(',') {
                        fields.push(field);
                        line = after;
                        column += 1;
                        break;
                    } else if quoted.is_empty() || quoted == "\n" {
                        fields.push(field);
                        return Ok(fields);
                    } else {
                        return Err(parse_error(
                            first_line,
                            number,
                            column - 1,
                            "extraneous or missing \" in quoted-field",
                        ));
                    }
                } else {
                    // The field goes on in the next line.
                    field.push_str(quoted);
                    column += quoted.len();
                    match lines.next() {
                        Some(next) if quoted.ends_with('\n') => {
                            quoted = next;
                            number += 1;
                            column = 1;
                        }
                        _ => {
                            return Err(parse_error(
                                first_line,
                                number,
                                column,
                                "extraneous or missing \" in quoted-field",
                            ));
                        }
                    }
                }
            }
        } else {
            let (field, after) = match line.find(',') {
                Some(at) => (&line[..at], Some(&line[at + 1..])),
                None => (line.strip_suffix('\n').unwrap_or(line), None),
            };
            if let Some(at) = field.find('"') {
                return Err(parse_error(first_line, number, column + at, "bare \" in non-quoted-field"));
            }
            fields.push(field.to_owned());
            let Some(after) = after else { return Ok(fields) };
            column += field.len() + 1;
            line = after;
        }
    }
}

fn parse_error(first_line: usize, line: usize, column: usize, what: &str) -> String {
    if first_line == line {
        format!("parse error on line {line}, column {column}: {what}")
    } else {
        format!("record on line {first_line}; parse error on line {line}, column {column}: {what}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static FLAGS: [Flag; 6] = [
        flag("set", None, Kind::StringArray, None),
        flag("values", Some('f'), Kind::Strings, None),
        flag("generate-name", Some('g'), Kind::Bool, Some("true")),
        flag("namespace", Some('n'), Kind::String, None),
        flag("timeout", None, Kind::Duration, None),
        flag("labels", Some('l'), Kind::StringToString, None),
    ];

    const fn flag(name: &'static str, short: Option<char>, kind: Kind, bare: Option<&'static str>) -> Flag {
        Flag { name, short, kind, bare, deprecated: None, usage: "" }
    }

    /// The values of flags, and the other arguments.
    type Expected<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);

    fn check(args: &[&str], expect: Result<Expected<'_>, &str>) {
        let flags: Vec<_> = FLAGS.iter().collect();
        let args: Vec<_> = args.iter().map(|arg| arg.to_string()).collect();
        let got = parse(&flags, &args);
        match (got, expect) {
            (Ok(parsed), Ok((values, rest))) => {
                let got: Vec<_> = parsed.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
                assert_eq!(got, values, "{args:?}");
                assert_eq!(parsed.args, rest, "{args:?}");
            }
            (Err(error), Err(expect)) => assert_eq!(error, expect, "{args:?}"),
            (got, expect) => panic!("{args:?}: got {got:?}, want {expect:?}"),
        }
    }

    #[test]
    fn flags_and_arguments_mix() {
        check(
            &["r", "-n", "x", "chart", "--set=a=1", "--set", "b"],
            Ok((&[("namespace", "x"), ("set", "a=1"), ("set", "b")], &["r", "chart"])),
        );
        check(&["-gnx", "--", "-g"], Ok((&[("generate-name", "true"), ("namespace", "x")], &["-g"])));
        check(&["-g=false", "-n=x", "-"], Ok((&[("generate-name", "false"), ("namespace", "x")], &["-"])));
    }

    #[test]
    fn mistakes_have_pflags_words() {
        check(&["--nope"], Err("unknown flag: --nope"));
        check(&["-z"], Err("unknown shorthand flag: 'z' in -z"));
        check(&["-gx"], Err("unknown shorthand flag: 'x' in -x"));
        check(&["--set"], Err("flag needs an argument: --set"));
        check(&["-n"], Err("flag needs an argument: 'n' in -n"));
        check(&["---x"], Err("bad flag syntax: ---x"));
        check(&["--=x"], Err("bad flag syntax: --=x"));
        check(
            &["--timeout", "5"],
            Err(r#"invalid argument "5" for "--timeout" flag: time: missing unit in duration "5""#),
        );
        check(
            &["-g=maybe"],
            Err(
                r#"invalid argument "maybe" for "-g, --generate-name" flag: strconv.ParseBool: parsing "maybe": invalid syntax"#,
            ),
        );
        check(&["-l", "a"], Err(r#"invalid argument "a" for "-l, --labels" flag: a must be formatted as key=value"#));
        check(
            &["-f", "a\"b"],
            Err(
                r#"invalid argument "a\"b" for "-f, --values" flag: parse error on line 1, column 2: bare " in non-quoted-field"#,
            ),
        );
        check(
            &["-f", "x/v1,\"y"],
            Err(
                r#"invalid argument "x/v1,\"y" for "-f, --values" flag: parse error on line 1, column 8: extraneous or missing " in quoted-field"#,
            ),
        );
    }

    #[test]
    fn records_are_csv() {
        for (text, want) in [
            ("a,b", vec!["a", "b"]),
            ("a,", vec!["a", ""]),
            (",", vec!["", ""]),
            ("\"a,b\",c", vec!["a,b", "c"]),
            ("\"a\"\"b\"", vec!["a\"b"]),
            ("\"a\",", vec!["a", ""]),
            ("a\nb", vec!["a"]),
            ("\na", vec!["a"]),
            (" a , b", vec![" a ", " b"]),
            ("", vec![]),
        ] {
            assert_eq!(csv_record(text).unwrap(), want, "{text:?}");
        }
    }
}
