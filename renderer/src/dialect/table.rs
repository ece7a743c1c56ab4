//! The five dialects.
//!
//! Each is written as its differences from an earlier one, so that a line here is a change that a Helm release made.

use thinlock_go::Toolchain;

use super::{
    BuildInfo, CapabilityRules, CommandRules, Dialect, ErrorRules, FlagGeneration, FunctionRules, HeadPackage,
    KubeVersionSyntax, ManifestRules, ObjectPackage, ObjectRules, RepoWithLocalChart, Splitting, StackRules,
    api_versions,
};
use crate::chart::ChartRules;
use crate::log::LogRules;
use crate::schema::Engine as SchemaEngine;
use crate::values::ValueRules;

/// Helm 3.17 (recorded from 3.17.3).
pub static HELM_3_17: Dialect = helm_3_17();
/// Helm 3.19 (recorded from 3.19.5); Kargo 1.9.5 renders with it.
pub static HELM_3_19: Dialect = helm_3_19();
/// Helm 3.22 (recorded from 3.22.0).
pub static HELM_3_22: Dialect = helm_3_22();
/// Helm 4.1 (recorded from 4.1.4).
pub static HELM_4_1: Dialect = helm_4_1();
/// Helm 4.3 (recorded from 4.3.0).
pub static HELM_4_3: Dialect = helm_4_3();

const fn helm_3_17() -> Dialect {
    let mut toolchain = Toolchain::NEWEST;
    toolchain.range_over_int = false;
    toolchain.time_appends = false;
    toolchain.comparison_names_types = false;
    toolchain.comment_lines_counted = false;
    toolchain.expression_depth_limited = false;
    toolchain.regexp_property_aliases = false;
    toolchain.url_brackets_hold_ipv6 = false;
    toolchain.url_brackets_first = false;
    toolchain.url_ports_strict = false;
    toolchain.semver_groups_share_prerelease = false;
    toolchain.semver_lowercase_texts = false;
    toolchain.semver_empty_identifiers_refused = false;
    toolchain.semver_limits = false;
    toolchain.toml_hexadecimal = false;
    toolchain.toml_real_lines = false;
    toolchain.toml_1_1 = false;
    toolchain.toml_arrays_defined_once = false;
    toolchain.toml_inline_struct_commas = false;
    toolchain.toml_exponents = false;
    toolchain.sha256_subject_key_id = false;
    toolchain.small_rsa_keys_refused = false;
    Dialect {
        name: "helm-3.17",
        toolchain,
        capabilities: CapabilityRules {
            kube_minor: 32,
            api_versions: &api_versions::HELM_3_17,
            kube_version_syntax: KubeVersionSyntax::Semver,
            kube_version_keeps_input: false,
            build: BuildInfo {
                version: "v3.17.3",
                git_commit: "e4da49785aa6e6ee2b86efd5dd9e43400318262b",
                git_tree_state: "clean",
                go_version: "go1.23.7",
                kube_client_version: None,
            },
        },
        objects: ObjectRules {
            chart_is_map: false,
            package: ObjectPackage::Chartutil,
            lines_of_empty_file_panics: true,
        },
        functions: FunctionRules { must_to_yaml: false, must_to_toml: false, durations: false },
        manifests: ManifestRules {
            splitting: Splitting::Trimming,
            webhook_configurations_ordered: false,
            head_package: HeadPackage::Releaseutil,
            render_error_before_show_only: false,
        },
        chart: ChartRules::HELM_3_17,
        values: ValueRules::HELM_3_17,
        schemas: SchemaEngine::Gojsonschema,
        logs: LogRules::HELM_3_17,
        errors: ErrorRules { execution_multi_line: false, steps_named: false },
        command: CommandRules {
            flags: FlagGeneration::Helm3,
            repo_with_local_chart: RepoWithLocalChart::LocalSilently,
            debug_error_line: Some(86),
            debug_stack: StackRules {
                helm: "helm.sh/helm/v3",
                cobra: "github.com/spf13/cobra@v1.8.1",
                manifest_sorter: [144, 104],
                render_resources: [168, 117],
                run_with_context: 316,
                command: [985, 1117, 1041],
                main: 85,
                runtime: [272, 1700],
            },
        },
    }
}

const fn helm_3_19() -> Dialect {
    let mut d = helm_3_17();
    d.name = "helm-3.19";
    d.chart = ChartRules::HELM_3_19;
    d.values = ValueRules::HELM_3_19;
    d.schemas = SchemaEngine::JSONSCHEMA_6_0_2;
    d.logs = LogRules::HELM_3_19;
    d.toolchain.range_over_int = true;
    d.toolchain.time_appends = true;
    d.toolchain.comment_lines_counted = true;
    d.toolchain.url_brackets_hold_ipv6 = true;
    d.toolchain.semver_groups_share_prerelease = true;
    d.toolchain.semver_lowercase_texts = true;
    d.toolchain.semver_empty_identifiers_refused = true;
    d.toolchain.toml_hexadecimal = true;
    d.toolchain.toml_real_lines = true;
    d.toolchain.small_rsa_keys_refused = true;
    d.capabilities.kube_minor = 34;
    d.capabilities.api_versions = &api_versions::HELM_3_19;
    d.capabilities.kube_version_syntax = KubeVersionSyntax::Generic;
    d.capabilities.build.version = "v3.19.5";
    d.capabilities.build.git_commit = "";
    d.capabilities.build.go_version = "go1.24.12";
    d.command.repo_with_local_chart = RepoWithLocalChart::LocalWithNotice(757);
    d.command.debug_error_line = Some(92);
    d.command.debug_stack = StackRules {
        helm: "helm.sh/helm/v3@v3.19.5",
        cobra: "github.com/spf13/cobra@v1.10.1",
        manifest_sorter: [152, 104],
        render_resources: [172, 121],
        run_with_context: 317,
        command: [1015, 1148, 1071],
        main: 91,
        runtime: [283, 1700],
    };
    d
}

const fn helm_3_22() -> Dialect {
    let mut d = helm_3_19();
    d.name = "helm-3.22";
    d.chart = ChartRules::HELM_3_22;
    d.values = ValueRules::HELM_3_22;
    d.schemas = SchemaEngine::JSONSCHEMA_6_0_3;
    d.logs = LogRules::HELM_3_22;
    d.toolchain.comparison_names_types = true;
    d.toolchain.expression_depth_limited = true;
    d.toolchain.regexp_property_aliases = true;
    d.toolchain.url_brackets_first = true;
    d.toolchain.url_ports_strict = true;
    d.toolchain.semver_limits = true;
    d.toolchain.toml_1_1 = true;
    d.toolchain.toml_arrays_defined_once = true;
    d.toolchain.toml_inline_struct_commas = true;
    d.toolchain.toml_exponents = true;
    d.toolchain.sha256_subject_key_id = true;
    d.capabilities.kube_minor = 37;
    d.capabilities.api_versions = &api_versions::HELM_4_3;
    d.capabilities.build.version = "v3.22.0";
    d.capabilities.build.go_version = "go1.26.8";
    d.objects.lines_of_empty_file_panics = false;
    d.command.repo_with_local_chart = RepoWithLocalChart::LocalWithNotice(759);
    d.command.debug_stack.helm = "helm.sh/helm/v3@v3.22.0";
    d.command.debug_stack.cobra = "github.com/spf13/cobra@v1.10.2";
    d.command.debug_stack.run_with_context = 319;
    d.command.debug_stack.runtime = [290, 1771];
    d
}

const fn helm_4_1() -> Dialect {
    let mut d = helm_3_19();
    d.name = "helm-4.1";
    d.chart = ChartRules::HELM_4_1;
    d.values = ValueRules::HELM_4_1;
    d.schemas = SchemaEngine::JSONSCHEMA_6_0_2;
    d.logs = LogRules::HELM_4;
    d.toolchain.comparison_names_types = true;
    d.toolchain.expression_depth_limited = true;
    d.toolchain.regexp_property_aliases = true;
    d.toolchain.url_brackets_first = true;
    d.toolchain.toml_1_1 = true;
    d.toolchain.toml_arrays_defined_once = true;
    d.toolchain.toml_inline_struct_commas = true;
    d.toolchain.toml_exponents = true;
    d.toolchain.sha256_subject_key_id = true;
    d.capabilities.kube_minor = 35;
    d.capabilities.api_versions = &api_versions::HELM_4_1;
    d.capabilities.kube_version_keeps_input = true;
    d.capabilities.build = BuildInfo {
        version: "v4.1.4",
        git_commit: "05fa37973dc9e42b76e1d2883494c87174b6074f",
        git_tree_state: "clean",
        go_version: "go1.25.9",
        kube_client_version: Some("v1.35"),
    };
    d.objects.chart_is_map = true;
    d.objects.package = ObjectPackage::Common;
    d.functions.must_to_yaml = true;
    d.manifests.webhook_configurations_ordered = true;
    d.manifests.head_package = HeadPackage::Util;
    d.errors.execution_multi_line = true;
    d.errors.steps_named = true;
    d.command.flags = FlagGeneration::Helm4;
    d.command.debug_error_line = None;
    d.command.repo_with_local_chart = RepoWithLocalChart::Repository;
    d
}

const fn helm_4_3() -> Dialect {
    let mut d = helm_4_1();
    d.name = "helm-4.3";
    d.toolchain.url_ports_strict = true;
    d.toolchain.semver_limits = true;
    d.chart = ChartRules::HELM_4_3;
    d.values = ValueRules::HELM_4_3;
    d.schemas = SchemaEngine::JSONSCHEMA_6_0_3;
    d.capabilities.kube_minor = 37;
    d.capabilities.api_versions = &api_versions::HELM_4_3;
    d.capabilities.build = BuildInfo {
        version: "v4.3.0",
        git_commit: "",
        git_tree_state: "clean",
        go_version: "go1.26.8",
        kube_client_version: Some("v1.37"),
    };
    d.objects.lines_of_empty_file_panics = false;
    d.functions.must_to_toml = true;
    d.functions.durations = true;
    d.manifests.splitting = Splitting::KeepingTrailingSpace;
    d.manifests.render_error_before_show_only = true;
    d.command.flags = FlagGeneration::Helm4WithoutNotes;
    d
}
