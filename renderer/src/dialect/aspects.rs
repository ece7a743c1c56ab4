//! Dialects in parts: one Helm with some aspects of another. What explains a difference between two Helms is the smallest
//! set of aspects that, taken from the first, makes the second print what the first prints.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::Dialect;

/// A part of a dialect that can be taken from another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Aspect {
    /// The kinds that have a place in the order of documents.
    Order,
    /// How files are cut into documents, and which white space these keep.
    Separators,
    /// The Kubernetes version where the user names none, and how `--kube-version` is read.
    KubeVersion,
    /// The API versions that are always known.
    ApiVersions,
    /// Helm's own version, `.Capabilities.HelmVersion`.
    HelmVersion,
    /// What a null in values does.
    Nulls,
    /// How values files and `--set` flags are read.
    ValuesFiles,
    /// The engine that validates values against a chart's schema.
    Schemas,
    /// How charts and their dependencies are loaded.
    Charts,
    /// The objects in a template's dot: `.Chart`, `.Files` and the names of their types.
    Objects,
    /// Which of Helm's own functions there are.
    Functions,
    /// Comparing versions: `semver`, `semverCompare`, a chart's `kubeVersion`.
    Semver,
    /// `toToml` and `fromToml`.
    Toml,
    /// Certificates and keys.
    Certificates,
    /// URLs, regular expressions and the template language itself: Go's own versions.
    Go,
    /// The words of errors and warnings, and the flags of the command.
    Words,
}

/// What a name of a mixed dialect has between its parts: `helm-4.1+order:helm-3.17`.
const PLUS: char = '+';

impl Aspect {
    /// All of them, in the order in which they are tried as a cause.
    pub const ALL: [Aspect; 16] = [
        Aspect::Order,
        Aspect::KubeVersion,
        Aspect::Separators,
        Aspect::Nulls,
        Aspect::Schemas,
        Aspect::ApiVersions,
        Aspect::Semver,
        Aspect::Functions,
        Aspect::Objects,
        Aspect::ValuesFiles,
        Aspect::Charts,
        Aspect::HelmVersion,
        Aspect::Toml,
        Aspect::Certificates,
        Aspect::Go,
        Aspect::Words,
    ];

    /// The name in a mixed dialect and in reports for programs: `kube-version`.
    pub fn name(self) -> &'static str {
        match self {
            Aspect::Order => "order",
            Aspect::Separators => "separators",
            Aspect::KubeVersion => "kube-version",
            Aspect::ApiVersions => "api-versions",
            Aspect::HelmVersion => "helm-version",
            Aspect::Nulls => "nulls",
            Aspect::ValuesFiles => "values-files",
            Aspect::Schemas => "schemas",
            Aspect::Charts => "charts",
            Aspect::Objects => "objects",
            Aspect::Functions => "functions",
            Aspect::Semver => "semver",
            Aspect::Toml => "toml",
            Aspect::Certificates => "certificates",
            Aspect::Go => "go",
            Aspect::Words => "words",
        }
    }

    /// In words, for people.
    pub fn text(self) -> &'static str {
        match self {
            Aspect::Order => "the order of documents",
            Aspect::Separators => "document separators and white space",
            Aspect::KubeVersion => "the default Kubernetes version",
            Aspect::ApiVersions => "the API versions that are known without a cluster",
            Aspect::HelmVersion => "Helm's own version",
            Aspect::Nulls => "nulls in values",
            Aspect::ValuesFiles => "how values files and --set are read",
            Aspect::Schemas => "the JSON schema engine",
            Aspect::Charts => "how charts and dependencies are loaded",
            Aspect::Objects => "built-in objects",
            Aspect::Functions => "which functions there are",
            Aspect::Semver => "the comparison of versions",
            Aspect::Toml => "TOML",
            Aspect::Certificates => "certificates and keys",
            Aspect::Go => "Go's templates, URLs and regular expressions",
            Aspect::Words => "flags and messages",
        }
    }

    /// The aspect of a name.
    pub fn from_name(name: &str) -> Option<Aspect> {
        Aspect::ALL.into_iter().find(|aspect| aspect.name() == name)
    }

    /// Whether two dialects differ in this aspect.
    pub fn differs(self, one: &Dialect, other: &Dialect) -> bool {
        let mut mixed = one.clone();
        self.take(&mut mixed, other);
        format!("{mixed:?}") != format!("{one:?}")
    }

    /// Takes this aspect of one dialect over into another.
    fn take(self, to: &mut Dialect, from: &Dialect) {
        let (tools, theirs) = (&mut to.toolchain, &from.toolchain);
        match self {
            Aspect::Order => {
                to.manifests.webhook_configurations_ordered = from.manifests.webhook_configurations_ordered;
            }
            Aspect::Separators => to.manifests.splitting = from.manifests.splitting,
            Aspect::KubeVersion => {
                to.capabilities.kube_minor = from.capabilities.kube_minor;
                to.capabilities.kube_version_syntax = from.capabilities.kube_version_syntax;
                to.capabilities.kube_version_keeps_input = from.capabilities.kube_version_keeps_input;
            }
            Aspect::ApiVersions => to.capabilities.api_versions = from.capabilities.api_versions,
            Aspect::HelmVersion => to.capabilities.build = from.capabilities.build.clone(),
            Aspect::Nulls => {
                to.values.nulls = from.values.nulls;
                to.values.chart_nulls_dropped = from.values.chart_nulls_dropped;
            }
            Aspect::ValuesFiles => {
                let nulls = (to.values.nulls, to.values.chart_nulls_dropped);
                to.values = from.values.clone();
                (to.values.nulls, to.values.chart_nulls_dropped) = nulls;
            }
            Aspect::Schemas => to.schemas = from.schemas,
            Aspect::Charts => to.chart = from.chart.clone(),
            Aspect::Objects => to.objects = from.objects.clone(),
            Aspect::Functions => to.functions = from.functions.clone(),
            Aspect::Semver => {
                tools.semver_groups_share_prerelease = theirs.semver_groups_share_prerelease;
                tools.semver_lowercase_texts = theirs.semver_lowercase_texts;
                tools.semver_empty_identifiers_refused = theirs.semver_empty_identifiers_refused;
                tools.semver_limits = theirs.semver_limits;
            }
            Aspect::Toml => {
                tools.toml_hexadecimal = theirs.toml_hexadecimal;
                tools.toml_real_lines = theirs.toml_real_lines;
                tools.toml_1_1 = theirs.toml_1_1;
                tools.toml_arrays_defined_once = theirs.toml_arrays_defined_once;
                tools.toml_inline_struct_commas = theirs.toml_inline_struct_commas;
                tools.toml_exponents = theirs.toml_exponents;
            }
            Aspect::Certificates => {
                tools.sha256_subject_key_id = theirs.sha256_subject_key_id;
                tools.small_rsa_keys_refused = theirs.small_rsa_keys_refused;
            }
            Aspect::Go => {
                tools.range_over_int = theirs.range_over_int;
                tools.time_appends = theirs.time_appends;
                tools.comparison_names_types = theirs.comparison_names_types;
                tools.comment_lines_counted = theirs.comment_lines_counted;
                tools.expression_depth_limited = theirs.expression_depth_limited;
                tools.regexp_property_aliases = theirs.regexp_property_aliases;
                tools.url_brackets_hold_ipv6 = theirs.url_brackets_hold_ipv6;
                tools.url_brackets_first = theirs.url_brackets_first;
                tools.url_ports_strict = theirs.url_ports_strict;
            }
            Aspect::Words => {
                to.manifests.head_package = from.manifests.head_package;
                to.manifests.render_error_before_show_only = from.manifests.render_error_before_show_only;
                to.errors = from.errors.clone();
                to.logs = from.logs.clone();
                to.command = from.command.clone();
            }
        }
    }
}

impl Dialect {
    /// This dialect with some aspects of another one. It is called `helm-4.1+order:helm-3.17`, is made once, and stays
    /// for the life of the process.
    pub fn with_aspects(&'static self, aspects: &[Aspect], of: &'static Dialect) -> &'static Dialect {
        static MIXED: OnceLock<Mutex<HashMap<String, &'static Dialect>>> = OnceLock::new();
        let mut aspects = aspects.to_vec();
        aspects.sort_unstable();
        aspects.dedup();
        if aspects.is_empty() {
            return self;
        }
        let names: Vec<&str> = aspects.iter().map(|aspect| aspect.name()).collect();
        let name = format!("{}{PLUS}{}:{}", self.name, names.join(","), of.name);
        let mut mixed = MIXED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = mixed.get(&name) {
            return known;
        }
        let mut dialect = self.clone();
        for aspect in aspects {
            aspect.take(&mut dialect, of);
        }
        dialect.name = Box::leak(name.clone().into_boxed_str());
        let dialect: &'static Dialect = Box::leak(Box::new(dialect));
        mixed.insert(name, dialect);
        dialect
    }

    /// The dialect of a name, be it one of [`Dialect::ALL`] or a mixed one: `helm-4.1+order,nulls:helm-3.17`.
    pub fn from_mixed_name(name: &str) -> Option<&'static Dialect> {
        let Some((base, mixed)) = name.split_once(PLUS) else { return Dialect::from_name(name) };
        let (aspects, of) = mixed.split_once(':')?;
        let aspects = aspects.split(',').map(Aspect::from_name).collect::<Option<Vec<_>>>()?;
        Some(Dialect::from_name(base)?.with_aspects(&aspects, Dialect::from_name(of)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_aspects_together_are_the_whole_dialect() {
        for from in Dialect::ALL {
            for to in Dialect::ALL {
                let mut mixed = to.with_aspects(&Aspect::ALL, from).clone();
                mixed.name = from.name;
                assert_eq!(format!("{mixed:?}"), format!("{from:?}"));
            }
        }
    }

    #[test]
    fn mixed_dialects_are_found_by_their_names() {
        let [from, to] = [Dialect::ALL[0], Dialect::ALL[3]];
        let mixed = to.with_aspects(&[Aspect::Nulls, Aspect::Order], from);
        assert_eq!(mixed.name, "helm-4.1+order,nulls:helm-3.17");
        assert!(std::ptr::eq(Dialect::from_mixed_name(mixed.name).expect("a name"), mixed));
        assert_eq!(mixed.values.nulls, from.values.nulls);
        assert_eq!(mixed.values.multi_document, to.values.multi_document);
        assert!(std::ptr::eq(to.with_aspects(&[], from), to));
        assert!(Aspect::Order.differs(from, to) && !Aspect::Separators.differs(from, to));
        assert_eq!(Dialect::from_mixed_name("helm-4.1").map(|d| d.name), Some("helm-4.1"));
        for wrong in
            ["helm-4.1+", "helm-4.1+order", "helm-4.1+odour:helm-3.17", "helm-4.1+order:helm-2", "x+order:helm-3.17"]
        {
            assert!(Dialect::from_mixed_name(wrong).is_none(), "{wrong}");
        }
        for aspect in Aspect::ALL {
            assert_eq!(Aspect::from_name(aspect.name()), Some(aspect));
        }
    }
}
