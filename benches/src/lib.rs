//! What the benchmarks work on: a chart of ordinary shape, made in memory, and as many values files as are wanted.
//!
//! The chart is ours and deterministic, so that figures of different days and machines speak of the same work.

pub mod fleet;
pub mod plot;
pub mod process;
pub mod subject;

use std::sync::Arc;

use thinlock_go::{Frozen, Host};
use thinlock_renderer::capabilities::Capabilities;
use thinlock_renderer::engine::{Limits, Randomness, Release, RenderRequest};
use thinlock_renderer::source::File;
use thinlock_renderer::{Chart, Dialect, FileSet, chart};

/// A host that answers the same every time.
pub struct StillHost;

impl Host for StillHost {
    fn now_unix_nanos(&self) -> i128 {
        1_577_836_800_000_000_000
    }

    fn local_zone(&self) -> &str {
        "UTC"
    }

    fn fill_random(&self, buffer: &mut [u8]) -> Result<(), String> {
        buffer.fill(7);
        Ok(())
    }

    fn host_by_name(&self, _: &str) -> String {
        String::new()
    }
}

const HELPERS: &str = r#"{{- define "shop.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- define "shop.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- define "shop.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "shop.selector" . }}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}
{{- define "shop.selector" -}}
app.kubernetes.io/name: {{ include "shop.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
"#;

const DEPLOYMENT: &str = r#"{{- $service := index .Values.services "NUMBER" -}}
{{- if $service.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}-NUMBER
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
    app.kubernetes.io/component: NUMBER
spec:
  replicas: {{ $service.replicas | default 1 }}
  selector:
    matchLabels:
      {{- include "shop.selector" . | nindent 6 }}
  template:
    metadata:
      annotations:
        checksum/config: {{ $service.config | toYaml | sha256sum }}
      labels:
        {{- include "shop.selector" . | nindent 8 }}
    spec:
      {{- with .Values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: NUMBER
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          ports:
            {{- range $name, $port := $service.ports }}
            - name: {{ $name }}
              containerPort: {{ $port }}
            {{- end }}
          env:
            {{- range $name, $value := merge (dict) $service.env .Values.env }}
            - name: {{ $name | upper | replace "-" "_" }}
              value: {{ $value | quote }}
            {{- end }}
          resources:
            {{- toYaml $service.resources | nindent 12 }}
{{- end }}
"#;

const CONFIG: &str = r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "shop.fullname" . }}-config
  labels:
    {{- include "shop.labels" . | nindent 4 }}
data:
  {{- range $name, $service := .Values.services }}
  {{ $name }}.yaml: |
    {{- toYaml $service.config | nindent 4 }}
  {{- end }}
  {{- if .Values.extra }}
  {{- tpl (toYaml .Values.extra) . | nindent 2 }}
  {{- end }}
"#;

/// The chart's values: `services` services, each with a Deployment of its own.
pub fn default_values(services: usize) -> String {
    let mut text = String::from(
        "nameOverride: \"\"\nfullnameOverride: \"\"\nimage:\n  repository: registry.example/shop\n  tag: \"\"\nenv:\n  LOG_LEVEL: info\n  REGION: eu-central-1\n\
         affinity:\n  podAntiAffinity:\n    preferredDuringSchedulingIgnoredDuringExecution:\n    - weight: 100\n      podAffinityTerm:\n        topologyKey: kubernetes.io/hostname\n\
         extra:\n  release: '{{ .Release.Name }}'\nservices:\n",
    );
    for number in 0..services {
        text.push_str(&format!(
            "  service-{number}:\n    enabled: true\n    replicas: {}\n    ports: {{http: 8080, metrics: 9090}}\n    env: {{SERVICE: service-{number}, POOL_SIZE: 10}}\n    \
             resources:\n      requests: {{cpu: 100m, memory: 128Mi}}\n      limits: {{cpu: '1', memory: 512Mi}}\n    \
             config:\n      database: {{host: db-{number}.example, port: 5432, options: [tls, keepalive]}}\n      timeoutSeconds: {}\n      description: >-\n        A service that does one thing, described in a sentence that is long enough to be folded when it is written.\n",
            number % 5 + 1,
            30 + number,
        ));
    }
    text
}

/// The values file of one deployment.
pub fn deployment_values(number: usize) -> String {
    format!(
        "image:\n  tag: \"1.{}.{}\"\nenv:\n  LOG_LEVEL: {}\n  CELL: cell-{number}\nservices:\n  service-0:\n    replicas: {}\n    env: {{POOL_SIZE: {}}}\n",
        number / 100,
        number % 100,
        if number.is_multiple_of(2) { "info" } else { "debug" },
        number % 7 + 1,
        10 + number % 50,
    )
}

/// The files of the chart.
pub fn chart_files(services: usize) -> Vec<(String, String)> {
    let mut files = vec![
        ("Chart.yaml".to_owned(), "apiVersion: v2\nname: shop\nversion: 1.4.2\nappVersion: \"3.1\"\n".to_owned()),
        ("values.yaml".to_owned(), default_values(services)),
        ("templates/_helpers.tpl".to_owned(), HELPERS.to_owned()),
        ("templates/config.yaml".to_owned(), CONFIG.to_owned()),
    ];
    for number in 0..services {
        let name = format!("service-{number}");
        files.push((format!("templates/{name}.yaml"), DEPLOYMENT.replace("NUMBER", &name)));
    }
    files
}

/// The chart, loaded.
///
/// # Panics
/// Never: the chart is a valid one, which a test of this crate shows.
pub fn chart(services: usize, dialect: &Dialect) -> Arc<Chart> {
    let mut files: FileSet = chart_files(services).into_iter().map(|(name, text)| File::new(name, text)).collect();
    files.sort_as_walked();
    #[allow(clippy::expect_used, reason = "the benchmarks' own chart, loaded by a test")]
    chart::load_files(&files, dialect, &mut Vec::new()).expect("the benchmarks' chart loads")
}

/// A request for a release of a chart.
pub fn request<'a>(
    dialect: &'a Dialect,
    chart: &'a Arc<Chart>,
    values: &'a Frozen,
    name: &'a str,
    capabilities: &Arc<Capabilities>,
) -> RenderRequest<'a> {
    RenderRequest {
        dialect,
        chart,
        values,
        release: Release { name, namespace: "shop", is_upgrade: false },
        capabilities: Arc::clone(capabilities),
        include_crds: false,
        skip_schema_validation: false,
        enable_dns: false,
        library_allowed: false,
        randomness: Randomness::Host,
        lookup: None,
        limits: Limits::default(),
    }
}

/// What a dialect assumes where the user says nothing.
pub fn capabilities(dialect: &Dialect) -> Arc<Capabilities> {
    Arc::new(Capabilities::new(dialect, None, &[] as &[&str]))
}

#[cfg(test)]
mod tests {
    use thinlock_renderer::dialect::HELM_4_1;
    use thinlock_renderer::engine::{Cache, render};
    use thinlock_renderer::values;

    use super::*;

    #[test]
    fn the_chart_renders() {
        let chart = chart(3, &HELM_4_1);
        let values = values::parse_file(deployment_values(5).as_bytes(), &HELM_4_1.values).unwrap();
        let capabilities = capabilities(&HELM_4_1);
        let request = request(&HELM_4_1, &chart, &values, "cell-5", &capabilities);
        let rendered = render(&request, &StillHost, &Cache::new(), &mut Vec::new()).unwrap();
        assert_eq!(rendered.manifests.len(), 4);
    }
}
