//! The flags of `helm template`, generation by generation, and thinlock's own beside them.

use thinlock_renderer::dialect::FlagGeneration;

use super::pflag::{Flag, Kind};

const fn flag(name: &'static str, kind: Kind, usage: &'static str) -> Flag {
    let bare = if matches!(kind, Kind::Bool) { Some("true") } else { None };
    Flag { name, short: None, kind, bare, deprecated: None, usage }
}

const fn short(name: &'static str, short: char, kind: Kind, usage: &'static str) -> Flag {
    Flag { short: Some(short), ..flag(name, kind, usage) }
}

const fn bare(name: &'static str, kind: Kind, value: &'static str, usage: &'static str) -> Flag {
    Flag { bare: Some(value), ..flag(name, kind, usage) }
}

const fn deprecated(name: &'static str, why: &'static str) -> Flag {
    Flag { deprecated: Some(why), ..flag(name, Kind::Bool, "") }
}

/// What every generation has.
static COMMON: &[Flag] = &[
    short(
        "api-versions",
        'a',
        Kind::Strings,
        "API versions that .Capabilities.APIVersions has besides the built-in ones",
    ),
    flag("ca-file", Kind::String, "no effect: nothing is downloaded"),
    flag("cert-file", Kind::String, "no effect: nothing is downloaded"),
    flag("create-namespace", Kind::Bool, "no effect: nothing is installed"),
    flag("dependency-update", Kind::Bool, "refused where a dependency is missing: nothing is downloaded"),
    flag("description", Kind::String, "no effect: nothing is installed"),
    flag("devel", Kind::Bool, "no effect: nothing is downloaded"),
    flag("disable-openapi-validation", Kind::Bool, "no effect: nothing is installed"),
    flag("enable-dns", Kind::Bool, "let getHostByName ask the resolver"),
    short("generate-name", 'g', Kind::Bool, "generate the release name; the argument NAME is left out"),
    short("help", 'h', Kind::Bool, "print this help"),
    flag("include-crds", Kind::Bool, "print the files of crds/ too"),
    flag("insecure-skip-tls-verify", Kind::Bool, "no effect: nothing is downloaded"),
    flag("is-upgrade", Kind::Bool, "set .Release.IsUpgrade in place of .Release.IsInstall"),
    flag("key-file", Kind::String, "no effect: nothing is downloaded"),
    flag("keyring", Kind::String, "no effect: nothing is verified"),
    flag("kube-version", Kind::String, "the version in .Capabilities.KubeVersion"),
    short("labels", 'l', Kind::StringToString, "no effect: nothing is installed"),
    flag("name-template", Kind::String, "a template that makes the release name"),
    flag("no-hooks", Kind::Bool, "leave hooks out"),
    flag("output-dir", Kind::String, "write files below this folder in place of standard output"),
    flag("pass-credentials", Kind::Bool, "no effect: nothing is downloaded"),
    flag("password", Kind::String, "no effect: nothing is downloaded"),
    flag("plain-http", Kind::Bool, "no effect: nothing is downloaded"),
    flag("post-renderer", Kind::String, "refused: thinlock starts no other program"),
    flag("post-renderer-args", Kind::StringArray, "no effect without --post-renderer"),
    flag("release-name", Kind::Bool, "put the release name into the paths below --output-dir"),
    flag("replace", Kind::Bool, "no effect: nothing is installed"),
    flag("repo", Kind::String, "refused: nothing is downloaded"),
    flag("set", Kind::StringArray, "set values: a.b=1,c[0]=x"),
    flag("set-file", Kind::StringArray, "set values to the text of files: a=path"),
    flag("set-json", Kind::StringArray, "set values to JSON: a={\"b\":1}"),
    flag("set-literal", Kind::StringArray, "set one value to exactly this text: a=text"),
    flag("set-string", Kind::StringArray, "set values that stay strings: a=1"),
    short("show-only", 's', Kind::StringArray, "print only what these templates made"),
    flag("skip-crds", Kind::Bool, "no effect: nothing is installed"),
    flag("skip-schema-validation", Kind::Bool, "do not check values against values.schema.json"),
    flag("skip-tests", Kind::Bool, "leave test hooks out"),
    flag("take-ownership", Kind::Bool, "no effect: nothing is installed"),
    flag("timeout", Kind::Duration, "no effect: nothing is installed"),
    flag("username", Kind::String, "no effect: nothing is downloaded"),
    short("values", 'f', Kind::Strings, "values files, later ones win; - is standard input"),
    flag("verify", Kind::Bool, "refused: signatures are not checked"),
    flag("version", Kind::String, "no effect: nothing is downloaded"),
    flag("wait-for-jobs", Kind::Bool, "no effect: nothing is installed"),
    // Helm's global flags.
    flag("burst-limit", Kind::Int, "no effect: no cluster is asked"),
    flag("debug", Kind::Bool, "say more on standard error; print what was rendered even if it is not YAML"),
    flag("kube-apiserver", Kind::String, "no effect: no cluster is asked"),
    flag("kube-as-group", Kind::StringArray, "no effect: no cluster is asked"),
    flag("kube-as-user", Kind::String, "no effect: no cluster is asked"),
    flag("kube-ca-file", Kind::String, "no effect: no cluster is asked"),
    flag("kube-context", Kind::String, "no effect: no cluster is asked"),
    flag("kube-insecure-skip-tls-verify", Kind::Bool, "no effect: no cluster is asked"),
    flag("kube-tls-server-name", Kind::String, "no effect: no cluster is asked"),
    flag("kube-token", Kind::String, "no effect: no cluster is asked"),
    flag("kubeconfig", Kind::String, "no effect: no cluster is asked"),
    short("namespace", 'n', Kind::String, "the namespace in .Release.Namespace"),
    flag("qps", Kind::Float32, "no effect: no cluster is asked"),
    flag("registry-config", Kind::String, "no effect: nothing is downloaded"),
    flag("repository-cache", Kind::String, "no effect: nothing is downloaded"),
    flag("repository-config", Kind::String, "no effect: nothing is downloaded"),
];

static HELM_3: &[Flag] = &[
    flag("atomic", Kind::Bool, "no effect: nothing is installed"),
    bare("dry-run", Kind::String, "client", "no effect: nothing is installed"),
    flag("force", Kind::Bool, "no effect: nothing is installed"),
    flag("validate", Kind::Bool, "refused: no cluster is asked"),
    flag("wait", Kind::Bool, "no effect: nothing is installed"),
];

static HELM_4: &[Flag] = &[
    deprecated("atomic", "use --rollback-on-failure instead"),
    flag("color", Kind::String, "never, auto or always; the output has no colours"),
    flag("colour", Kind::String, "the same as --color"),
    flag("content-cache", Kind::String, "no effect: nothing is downloaded"),
    bare("dry-run", Kind::String, "unset", "client; server is refused: no cluster is asked"),
    deprecated("force", "use --force-replace instead"),
    flag("force-conflicts", Kind::Bool, "no effect: nothing is installed"),
    flag("force-replace", Kind::Bool, "no effect: nothing is installed"),
    flag("rollback-on-failure", Kind::Bool, "no effect: nothing is installed"),
    flag("server-side", Kind::Bool, "no effect: nothing is installed"),
    deprecated("validate", "use '--dry-run=server' instead"),
    bare("wait", Kind::WaitStrategy, "watcher", "no effect: nothing is installed"),
];

static NOTES: &[Flag] = &[
    flag("hide-notes", Kind::Bool, "no effect: notes are never printed"),
    flag("render-subchart-notes", Kind::Bool, "no effect: notes are never printed"),
];

const NOTES_DEPRECATED: &str = "this flag has no effect for 'helm template' and will be removed in Helm 5";
static DEPRECATED_NOTES: &[Flag] =
    &[deprecated("hide-notes", NOTES_DEPRECATED), deprecated("render-subchart-notes", NOTES_DEPRECATED)];

/// What Helm does not have.
static OWN: &[Flag] = &[
    flag("dialect", Kind::String, "the Helm to answer as: helm-3.17, helm-3.19, helm-3.22, helm-4.1 or helm-4.3"),
    flag("layout", Kind::String, "how --output-dir is laid out: helm, flat, kargo-flat or single"),
    flag("lookup-from", Kind::String, "answer `lookup` from the manifests in this folder"),
    flag("seed", Kind::String, "make random and time functions repeatable: the same text gives the same output"),
    flag("strict-deterministic", Kind::Bool, "refuse a chart that uses a random or time function"),
];

/// The flags of a generation.
pub(crate) fn of(generation: FlagGeneration) -> Vec<&'static Flag> {
    let (version, notes) = match generation {
        FlagGeneration::Helm3 => (HELM_3, NOTES),
        FlagGeneration::Helm4 => (HELM_4, NOTES),
        FlagGeneration::Helm4WithoutNotes => (HELM_4, DEPRECATED_NOTES),
    };
    let mut flags: Vec<_> = [COMMON, version, notes, OWN].into_iter().flatten().collect();
    flags.sort_by_key(|flag| flag.name);
    flags
}

/// The help text.
pub(crate) fn help(flags: &[&'static Flag]) -> String {
    let mut out = String::from(
        "Render a chart as `helm template` does, without a cluster and without the network.\n\n\
         Usage:\n  thinlock template [NAME] CHART [flags]\n\n\
         CHART is a folder or a .tgz. The dialect, that is the version of Helm whose output is reproduced, comes\n\
         from --dialect or the environment variable THINLOCK_DIALECT; the newest is the default.\n\nFlags:\n",
    );
    for flag in flags.iter().filter(|flag| !flag.usage.is_empty()) {
        let head = match flag.short {
            Some(short) => format!("  -{short}, --{}", flag.name),
            None => format!("      --{}", flag.name),
        };
        let kind = match flag.kind {
            Kind::Bool => "",
            Kind::String | Kind::WaitStrategy => " string",
            Kind::Int => " int",
            Kind::Float32 => " float32",
            Kind::Duration => " duration",
            Kind::Strings => " strings",
            Kind::StringArray => " stringArray",
            Kind::StringToString => " stringToString",
        };
        out.push_str(&format!("{:<44} {}\n", head + kind, flag.usage));
    }
    out
}
