//! What a template can see of the differences between dialects: which functions and objects each property concerns.
//!
//! The values are read from the dialects; what stands here is only where they show.

use std::sync::Arc;

use thinlock_sprig::Effect;
use thinlock_template::FuncMap;

use super::Dialect;
use crate::functions::function_map;

/// A property in which dialects differ, and where templates see it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Difference {
    /// The property: `toolchain.toml_exponents`.
    pub property: &'static str,
    /// What it is about, in words.
    pub about: &'static str,
    /// Whether only the texts of errors depend on it.
    pub errors_only: bool,
    functions: &'static [&'static str],
    /// Objects, with everything below them.
    objects: &'static [&'static str],
    /// Objects, as a whole.
    whole: &'static [&'static str],
    value: fn(&Dialect) -> String,
}

impl Difference {
    /// Whether a function's results depend on the property.
    pub fn concerns_function(&self, name: &str) -> bool {
        self.functions.contains(&name)
    }

    /// Whether what is read from an object depends on the property. A path is `Capabilities.KubeVersion.Minor`.
    pub fn concerns_object(&self, path: &str) -> bool {
        self.whole.contains(&path)
            || self
                .objects
                .iter()
                .any(|object| path.strip_prefix(object).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }

    /// The property's value in a dialect.
    pub fn value(&self, dialect: &Dialect) -> String {
        (self.value)(dialect)
    }
}

/// All of them that templates can see.
pub fn differences() -> &'static [Difference] {
    DIFFERENCES
}

/// Whether templates of a dialect may call a function of this name.
pub fn knows_function(dialect: &Dialect, name: &str) -> bool {
    function_map(dialect).knows(name)
}

/// The functions of all dialects together.
pub(crate) fn all_functions() -> Arc<FuncMap> {
    let mut all = FuncMap::clone(function_map(Dialect::ALL[0]));
    for dialect in Dialect::ALL {
        let functions = function_map(dialect);
        for name in functions.names() {
            if !all.knows(name)
                && let Some(function) = functions.get(name)
            {
                all.insert(function);
            }
        }
    }
    Arc::new(all)
}

/// What a function depends on besides its arguments: as sprig's [`effect`](thinlock_sprig::effect), and the cluster for
/// Helm's own `lookup`.
pub fn effect(function: &str) -> FunctionEffect {
    match (function, thinlock_sprig::effect(function)) {
        ("lookup", _) => FunctionEffect::Cluster,
        (_, Some(Effect::Random)) => FunctionEffect::Random,
        (_, Some(Effect::Clock)) => FunctionEffect::Time,
        (_, Some(Effect::Network)) => FunctionEffect::Network,
        (_, Some(Effect::Unordered)) => FunctionEffect::Unordered,
        _ => FunctionEffect::None,
    }
}

/// What a function depends on besides its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FunctionEffect {
    /// Nothing: the same arguments give the same result.
    None,
    /// Random numbers: every render is another one.
    Random,
    /// The time or the local time zone, for some arguments at least.
    Time,
    /// Names of the world outside, where `--enable-dns` allows it.
    Network,
    /// The objects of a cluster: `helm template` finds none.
    Cluster,
    /// A map's keys, which Go gives in random order.
    Unordered,
}

macro_rules! toolchain {
    ($name:ident) => {
        |dialect| dialect.toolchain.$name.to_string()
    };
}

const NONE: &[&str] = &[];
const SEMVER: &[&str] = &["semver", "semverCompare"];
const COMPARISONS: &[&str] = &["eq", "ne", "lt", "le", "gt", "ge"];
const CERTIFICATES: &[&str] = &[
    "genCA",
    "genCAWithKey",
    "genSelfSignedCert",
    "genSelfSignedCertWithKey",
    "genSignedCert",
    "genSignedCertWithKey",
];
const REGULAR_EXPRESSIONS: &[&str] = &[
    "regexMatch",
    "mustRegexMatch",
    "regexFind",
    "mustRegexFind",
    "regexFindAll",
    "mustRegexFindAll",
    "regexReplaceAll",
    "mustRegexReplaceAll",
    "regexReplaceAllLiteral",
    "mustRegexReplaceAllLiteral",
    "regexSplit",
    "mustRegexSplit",
];

const fn of_functions(
    property: &'static str,
    about: &'static str,
    functions: &'static [&'static str],
    value: fn(&Dialect) -> String,
) -> Difference {
    Difference { property, about, errors_only: false, functions, objects: NONE, whole: NONE, value }
}

const fn of_errors(
    property: &'static str,
    about: &'static str,
    functions: &'static [&'static str],
    value: fn(&Dialect) -> String,
) -> Difference {
    Difference { errors_only: true, ..of_functions(property, about, functions, value) }
}

const fn of_objects(
    property: &'static str,
    about: &'static str,
    objects: &'static [&'static str],
    whole: &'static [&'static str],
    value: fn(&Dialect) -> String,
) -> Difference {
    Difference { property, about, errors_only: false, functions: NONE, objects, whole, value }
}

static DIFFERENCES: &[Difference] = &[
    of_functions(
        "toolchain.semver_groups_share_prerelease",
        "one comparator with a prerelease opens its whole group to prereleases",
        &["semverCompare"],
        toolchain!(semver_groups_share_prerelease),
    ),
    of_functions(
        "toolchain.semver_limits",
        "long versions and constraints are refused",
        SEMVER,
        toolchain!(semver_limits),
    ),
    of_errors(
        "toolchain.semver_lowercase_texts",
        "errors begin in lower case",
        SEMVER,
        toolchain!(semver_lowercase_texts),
    ),
    of_errors(
        "toolchain.comparison_names_types",
        "errors of comparisons name the two types",
        COMPARISONS,
        toolchain!(comparison_names_types),
    ),
    of_errors(
        "toolchain.range_over_int",
        "errors of calls that are no functions",
        &["call"],
        toolchain!(range_over_int),
    ),
    of_functions(
        "toolchain.regexp_property_aliases",
        "\\p{…} knows the long names of Unicode categories",
        REGULAR_EXPRESSIONS,
        toolchain!(regexp_property_aliases),
    ),
    of_functions(
        "toolchain.url_brackets_hold_ipv6",
        "what stands in brackets in a host must be an IPv6 address",
        &["urlParse"],
        toolchain!(url_brackets_hold_ipv6),
    ),
    of_functions(
        "toolchain.url_brackets_first",
        "a bracket in a host must be its first character",
        &["urlParse"],
        toolchain!(url_brackets_first),
    ),
    of_functions(
        "toolchain.url_ports_strict",
        "a host has no colon but the one before its port",
        &["urlParse"],
        toolchain!(url_ports_strict),
    ),
    of_errors("toolchain.toml_hexadecimal", "errors say hexadecimal", &["fromToml"], toolchain!(toml_hexadecimal)),
    of_errors(
        "toolchain.toml_real_lines",
        "errors name the line where they are",
        &["fromToml"],
        toolchain!(toml_real_lines),
    ),
    of_functions("toolchain.toml_1_1", "TOML 1.1 is read", &["fromToml"], toolchain!(toml_1_1)),
    of_functions(
        "toolchain.toml_arrays_defined_once",
        "an array may not be defined again by a table of its name",
        &["fromToml"],
        toolchain!(toml_arrays_defined_once),
    ),
    of_functions(
        "toolchain.toml_inline_struct_commas",
        "where commas stand in an inline struct",
        &["toToml", "mustToToml"],
        toolchain!(toml_inline_struct_commas),
    ),
    of_functions(
        "toolchain.toml_exponents",
        "floats are written with an exponent where that is shorter",
        &["toToml", "mustToToml"],
        toolchain!(toml_exponents),
    ),
    of_functions(
        "toolchain.sha256_subject_key_id",
        "how a certificate's Subject Key Identifier is made",
        CERTIFICATES,
        toolchain!(sha256_subject_key_id),
    ),
    of_functions(
        "toolchain.small_rsa_keys_refused",
        "RSA keys below 1024 bits do not sign",
        CERTIFICATES,
        toolchain!(small_rsa_keys_refused),
    ),
    of_objects(
        "capabilities.kube_minor",
        "the Kubernetes version where --kube-version names none",
        &["Capabilities.KubeVersion"],
        &["Capabilities"],
        |dialect| format!("v1.{}.0", dialect.capabilities.kube_minor),
    ),
    of_objects(
        "capabilities.kube_version_keeps_input",
        "Version keeps the text of --kube-version as it was given",
        &["Capabilities.KubeVersion"],
        &["Capabilities"],
        |dialect| dialect.capabilities.kube_version_keeps_input.to_string(),
    ),
    of_objects(
        "capabilities.api_versions",
        "the API versions that are always known",
        NONE,
        &["Capabilities", "Capabilities.APIVersions"],
        |dialect| format!("{} of them", dialect.capabilities.api_versions.len()),
    ),
    of_objects(
        "capabilities.build",
        "Helm's own version",
        &["Capabilities.HelmVersion"],
        &["Capabilities"],
        |dialect| dialect.capabilities.build.version.to_owned(),
    ),
    of_objects(
        "objects.chart_is_map",
        ".Chart is a map of every field, otherwise a struct",
        NONE,
        &["Chart"],
        |dialect| dialect.objects.chart_is_map.to_string(),
    ),
    of_objects("objects.package", "the Go package in the names of types", NONE, &["Capabilities"], |dialect| {
        format!("{:?}", dialect.objects.package).to_lowercase()
    }),
    of_objects(
        "objects.lines_of_empty_file_panics",
        ".Files.Lines of an empty file fails",
        &["Files.Lines"],
        NONE,
        |dialect| dialect.objects.lines_of_empty_file_panics.to_string(),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Properties that show in the lines of errors or where nothing names a function.
    const UNSEEN: [&str; 4] =
        ["comment_lines_counted", "expression_depth_limited", "semver_empty_identifiers_refused", "time_appends"];

    #[test]
    fn every_property_of_the_toolchain_has_its_functions() {
        for (name, _) in Dialect::ALL[0].toolchain.properties() {
            let listed = DIFFERENCES.iter().any(|d| d.property == format!("toolchain.{name}"));
            assert_eq!(listed, !UNSEEN.contains(&name), "{name}");
        }
    }

    #[test]
    fn what_is_listed_exists_and_differs() {
        let all = all_functions();
        for difference in DIFFERENCES {
            for name in difference.functions {
                assert!(all.knows(name), "{name}");
            }
            let mut values: Vec<String> = Dialect::ALL.iter().map(|dialect| difference.value(dialect)).collect();
            values.dedup();
            assert!(values.len() > 1, "{} is the same in all dialects", difference.property);
        }
    }

    #[test]
    fn functions_of_some_dialects_are_known_there_only() {
        let known = |name: &str| Dialect::ALL.map(|dialect| knows_function(dialect, name));
        assert_eq!(known("toYaml"), [true; 5]);
        assert_eq!(known("eq"), [true; 5]);
        assert_eq!(known("env"), [false; 5]);
        assert_eq!(known("mustToYaml"), [false, false, false, true, true]);
        assert_eq!(known("mustToDuration"), [false, false, false, false, true]);
        assert_eq!(effect("lookup"), FunctionEffect::Cluster);
        assert_eq!(effect("genCA"), FunctionEffect::Random);
        assert_eq!(effect("now"), FunctionEffect::Time);
        assert_eq!(effect("upper"), FunctionEffect::None);
    }

    #[test]
    fn objects_are_found_by_their_paths() {
        let concerned = |path: &str| -> Vec<&str> {
            DIFFERENCES.iter().filter(|d| d.concerns_object(path)).map(|d| d.property).collect()
        };
        assert_eq!(
            concerned("Capabilities.KubeVersion.Minor"),
            ["capabilities.kube_minor", "capabilities.kube_version_keeps_input"]
        );
        assert_eq!(concerned("Chart"), ["objects.chart_is_map"]);
        assert!(concerned("Chart.Name").is_empty());
        assert!(concerned("Capabilities.KubeVersions").is_empty());
    }
}
