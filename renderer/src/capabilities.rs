//! What the cluster is taken to be: its Kubernetes version and the API versions it serves.

use std::borrow::Cow;
use std::fmt;

use thinlock_go::strconv;
use thinlock_sprig::semver::Version;

use crate::dialect::{Dialect, KubeVersionSyntax};

/// The Kubernetes version and API versions that a chart is rendered for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// `.Capabilities.KubeVersion`.
    pub kube_version: KubeVersion,
    /// `.Capabilities.APIVersions`: the dialect's own list, then what the user adds.
    pub api_versions: Vec<Cow<'static, str>>,
}

impl Capabilities {
    /// The dialect's defaults, with the user's `--kube-version` in place of its Kubernetes version and the user's
    /// `--api-versions` behind its list.
    pub fn new(dialect: &Dialect, kube_version: Option<KubeVersion>, api_versions: &[impl AsRef<str>]) -> Capabilities {
        let built_in = dialect.capabilities.api_versions.iter().copied().map(Cow::Borrowed);
        Capabilities {
            kube_version: kube_version.unwrap_or_else(|| KubeVersion::default_of(dialect)),
            api_versions: built_in.chain(api_versions.iter().map(|v| Cow::Owned(v.as_ref().to_owned()))).collect(),
        }
    }
}

/// A Kubernetes version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// `.Version` and `.GitVersion`: `v1.33.0`.
    pub version: String,
    /// What Helm 4 compares with a chart's `kubeVersion` and prints for the version itself, without what follows the
    /// numbers. Helm 3 has no such field.
    pub normalized: Option<String>,
    /// `.Major`.
    pub major: String,
    /// `.Minor`.
    pub minor: String,
}

impl KubeVersion {
    /// The version that the dialect assumes where the user names none.
    pub fn default_of(dialect: &Dialect) -> KubeVersion {
        let minor = dialect.capabilities.kube_minor;
        let version = format!("v1.{minor}.0");
        KubeVersion {
            normalized: dialect.capabilities.kube_version_keeps_input.then(|| version.clone()),
            version,
            major: "1".to_owned(),
            minor: minor.to_string(),
        }
    }

    /// Reads `--kube-version`.
    ///
    /// # Errors
    /// The text of Helm's error, without its prefix `invalid kube version 'TEXT': `.
    pub fn parse(text: &str, dialect: &Dialect) -> Result<KubeVersion, String> {
        let rules = &dialect.capabilities;
        match rules.kube_version_syntax {
            KubeVersionSyntax::Semver => {
                let version = Version::parse(text.as_bytes(), &dialect.toolchain)?;
                Ok(KubeVersion {
                    version: format!("v{version}"),
                    normalized: None,
                    major: version.major.to_string(),
                    minor: version.minor.to_string(),
                })
            }
            KubeVersionSyntax::Generic => {
                let components = parse_generic(text)?;
                let numbers: Vec<String> = components.iter().map(u64::to_string).collect();
                let normalized = format!("v{}", numbers.join("."));
                let part = |at: usize| numbers.get(at).cloned().unwrap_or_default();
                let (major, minor) = (part(0), part(1));
                Ok(if rules.kube_version_keeps_input {
                    let version = if text.starts_with('v') { text.to_owned() } else { format!("v{text}") };
                    KubeVersion { version, normalized: Some(normalized), major, minor }
                } else {
                    KubeVersion { version: normalized, normalized: None, major, minor }
                })
            }
        }
    }
}

/// What `String()` returns, which is also what a chart's `kubeVersion` is checked against.
impl fmt::Display for KubeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.normalized.as_deref().unwrap_or(&self.version))
    }
}

/// `ParseGeneric` of k8s.io/apimachinery/pkg/util/version: the numbers of `^\s*v?([0-9]+(?:\.[0-9]+)*)(.*)*$`.
fn parse_generic(text: &str) -> Result<Vec<u64>, String> {
    let no_version = || format!("could not parse {} as version", strconv::quote(text.as_bytes()));
    let trimmed = text.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
    let rest = trimmed.strip_prefix('v').unwrap_or(trimmed);
    let mut end = digits(rest);
    if end == 0 || rest[end..].contains('\n') {
        return Err(no_version());
    }
    while let Some(more) = rest[end..].strip_prefix('.').map(digits).filter(|n| *n > 0) {
        end += 1 + more;
    }
    let components: Vec<&str> = rest[..end].split('.').collect();
    if components.len() < 2 {
        return Err(format!("illegal version string {}", strconv::quote(text.as_bytes())));
    }
    let mut numbers = Vec::with_capacity(components.len());
    for (at, component) in components.iter().enumerate() {
        if at == 0 && component.starts_with('0') && *component != "0" {
            return Err(format!(
                "illegal zero-prefixed version component \"{component}\" in {}",
                strconv::quote(text.as_bytes())
            ));
        }
        let number = component.parse().map_err(|_| {
            // Only digits come here, so the only failure is a number too large for 64 bits.
            format!(
                "illegal non-numeric version component \"{component}\" in {}: strconv.ParseUint: parsing \"{component}\": \
                 value out of range",
                strconv::quote(text.as_bytes())
            )
        })?;
        numbers.push(number);
    }
    Ok(numbers)
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{HELM_3_17, HELM_3_19, HELM_4_1};

    #[track_caller]
    fn check(dialect: &Dialect, text: &str, want: Result<(&str, &str), &str>) {
        let got = KubeVersion::parse(text, dialect).map(|v| (v.to_string(), v.version));
        let got = got.as_ref().map(|(shown, version)| (shown.as_str(), version.as_str())).map_err(String::as_str);
        assert_eq!(got, want, "{} {text:?}", dialect.name);
    }

    #[test]
    fn kube_version_is_read_as_semver_or_as_kubernetes_reads_it() {
        check(&HELM_3_17, "1.27", Ok(("v1.27.0", "v1.27.0")));
        check(&HELM_3_17, "1", Ok(("v1.0.0", "v1.0.0")));
        check(&HELM_3_17, "v1.27.3-gke.100", Ok(("v1.27.3-gke.100", "v1.27.3-gke.100")));
        check(&HELM_3_17, "1.27.3+x", Ok(("v1.27.3+x", "v1.27.3+x")));
        check(&HELM_3_17, "01.27", Ok(("v1.27.0", "v1.27.0")));
        check(&HELM_3_17, "1.27.x", Err("Invalid Semantic Version"));
        check(&HELM_3_19, "1.27", Ok(("v1.27", "v1.27")));
        check(&HELM_3_19, "1.27.3+x", Ok(("v1.27.3", "v1.27.3")));
        check(&HELM_3_19, "1.27.3.4", Ok(("v1.27.3.4", "v1.27.3.4")));
        check(&HELM_4_1, "1.27", Ok(("v1.27", "v1.27")));
        check(&HELM_4_1, "1.27.x", Ok(("v1.27", "v1.27.x")));
        check(&HELM_4_1, "1.027", Ok(("v1.27", "v1.027")));
        check(&HELM_4_1, " 1.27", Ok(("v1.27", "v 1.27")));
        check(&HELM_4_1, "v1.27.3-gke.100", Ok(("v1.27.3", "v1.27.3-gke.100")));
        check(&HELM_4_1, "01.27", Err("illegal zero-prefixed version component \"01\" in \"01.27\""));
        check(&HELM_4_1, "1", Err("illegal version string \"1\""));
        check(&HELM_4_1, "1.a", Err("illegal version string \"1.a\""));
        check(&HELM_4_1, "abc", Err("could not parse \"abc\" as version"));
        check(&HELM_4_1, "v 1.27", Err("could not parse \"v 1.27\" as version"));
    }

    #[test]
    fn what_the_user_adds_comes_behind_the_built_in_versions() {
        let capabilities = Capabilities::new(&HELM_4_1, None, &["foo/v1"]);
        assert_eq!(capabilities.kube_version.to_string(), "v1.35.0");
        assert_eq!(capabilities.api_versions.len(), 58);
        assert_eq!(capabilities.api_versions.last().map(|v| &**v), Some("foo/v1"));
    }
}
