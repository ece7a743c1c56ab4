//! Whole renders: the executor, sprig's functions and Helm's, values, dependencies and manifests.

use std::sync::{Arc, OnceLock};

use thinlock_go::{Frozen, types};
use thinlock_renderer::capabilities::Capabilities;
use thinlock_renderer::chart::{self, Chart};
use thinlock_renderer::engine::{Cache, Limits, Randomness, Release, RenderRequest, render as render_chart};
use thinlock_renderer::manifest::{Layout, Selection, manifest_stream, template_stream};
use thinlock_renderer::source::File;
use thinlock_renderer::values::parse_file;
use thinlock_renderer::{Dialect, FileSet};

use crate::sections::sections;
use crate::world::{Nowhere, dialect_of};

const CHART_YAML: &str = "apiVersion: v2\nname: p\nversion: 0.1.0\n";

/// The functions that are slow because they should be: they make keys, or passwords hard to guess. A text of 64 KiB can
/// ask for thousands.
const SLOW: [&[u8]; 6] = [b"genP", b"genC", b"genS", b"htpasswd", b"bcrypt", b"derivePassword"];

/// Renders the chart that the input describes: a template, or several files (see the seeds). A file `user.yaml` is what
/// `-f` names. The same input gives the same result.
pub fn render(data: &[u8]) {
    if SLOW.iter().any(|name| data.windows(name.len()).any(|w| w == *name)) {
        return;
    }
    let dialect = dialect_of(data);
    let mut set = FileSet::default();
    let mut user = Frozen::Map(&types::MAP_STRING_ANY, [].into());
    for (name, text) in sections(data, b"templates/t.yaml") {
        if name == b"user.yaml" {
            match parse_file(text, &dialect.values) {
                Ok(values) => user = values,
                Err(error) => assert!(!error.is_empty()),
            }
        } else {
            set.push(File::new(name, text));
        }
    }
    if set.get(b"Chart.yaml").is_none() {
        set.push(File::new("Chart.yaml", CHART_YAML));
    }
    match chart::load_directory(&set, dialect, &mut Vec::new()) {
        Ok(chart) => render_loaded(&chart, &user, dialect),
        Err(error) => assert!(!error.text.is_empty()),
    }
}

/// Renders a chart, and writes what it renders to in every form.
pub(crate) fn render_loaded(chart: &Arc<Chart>, user: &Frozen, dialect: &'static Dialect) {
    // A loop in a template may run as long as it likes in a real render; here it gets a moment.
    let mut limits = Limits::default();
    limits.steps = 200_000;
    limits.output = 16 << 20;
    let request = RenderRequest {
        dialect,
        chart,
        values: user,
        release: Release { name: "r", namespace: "default", is_upgrade: false },
        capabilities: capabilities(dialect),
        include_crds: true,
        skip_schema_validation: false,
        library_allowed: false,
        enable_dns: false,
        randomness: Randomness::Seeded { seed: b"fuzz", now_unix_nanos: 1_700_000_000_123_456_789 },
        lookup: None,
        limits,
    };
    let mut log = Vec::new();
    let rendered = match render_chart(&request, &Nowhere, &Cache::new(), &mut log) {
        Ok(rendered) => rendered,
        Err(error) => {
            assert!(!error.command_text(false).is_empty() && !error.command_text(true).is_empty());
            if let Some(template) = &error.template {
                let _ = (thinlock_template::excerpt(template, &|_| None), thinlock_template::hint(template));
            }
            return;
        }
    };
    let manifest = manifest_stream(&rendered);
    let stream = template_stream(&manifest, &rendered, Selection::default());
    assert!(stream.text.ends_with(b"\n"));
    for layout in [Layout::Helm, Layout::Single, Layout::Flat, Layout::KargoFlat] {
        for file in layout.files(&rendered, Selection::default()).unwrap_or_default().iter() {
            let escapes = file.path.starts_with('/') || file.path.split('/').any(|part| part == "..");
            assert!(!escapes, "{:?} leaves the folder", file.path);
        }
    }
}

fn capabilities(dialect: &'static Dialect) -> Arc<Capabilities> {
    static ALL: OnceLock<Vec<(&str, Arc<Capabilities>)>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let make = |d: &&'static Dialect| (d.name, Arc::new(Capabilities::new(d, None, &[] as &[&str])));
        Dialect::ALL.iter().map(make).collect()
    });
    match all.iter().find(|(name, _)| *name == dialect.name) {
        Some((_, capabilities)) => Arc::clone(capabilities),
        None => Arc::new(Capabilities::new(dialect, None, &[] as &[&str])),
    }
}
