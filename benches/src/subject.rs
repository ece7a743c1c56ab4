//! What is compared: a chart, and with what values it is rendered.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::fleet::{FleetChart, read_folder};
use crate::{chart_files, deployment_values};

/// The namespace of all releases, and the name of a fleet's app.
pub const NAMESPACE: &str = "bench";

/// A chart, and with what it is rendered.
pub struct Subject {
    /// What tables call it.
    pub label: String,
    /// The folder of the chart.
    pub chart: PathBuf,
    /// Values files, the first the weakest.
    pub values: Vec<PathBuf>,
    /// What is set on top, literally.
    pub set: Vec<(String, String)>,
    /// The key that differs from deployment to deployment; empty if more than one does.
    pub key: String,
    /// The values file of each deployment, by the key and the deployment's number.
    pub own: fn(&str, usize) -> String,
}

/// What a user says of charts.
#[derive(Args, Debug)]
pub struct Given {
    /// Values files for all charts, the first the weakest
    #[arg(short = 'f', long, value_name = "FILE")]
    pub values: Vec<PathBuf>,

    /// A value for all charts, literally
    #[arg(long, value_name = "KEY=VALUE")]
    pub set_literal: Vec<String>,

    /// The value that differs from deployment to deployment of a fleet
    #[arg(long, value_name = "KEY", default_value = "replicas")]
    pub key: String,
}

impl Given {
    /// A chart, or `LABEL=CHART`, with these values.
    ///
    /// # Errors
    /// A value that is set has no key.
    pub fn subject(&self, chart: &str) -> io::Result<Subject> {
        let mut set = Vec::new();
        for text in &self.set_literal {
            let wrong = || io::Error::other(format!("--set-literal {text}: expected KEY=VALUE"));
            let (key, value) = text.split_once('=').ok_or_else(wrong)?;
            set.push((key.to_owned(), value.to_owned()));
        }
        let (label, chart) = match chart.split_once('=') {
            Some((label, chart)) => (label, chart),
            None => (chart.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(chart), chart),
        };
        if !Path::new(chart).join("Chart.yaml").is_file() {
            return Err(io::Error::other(format!("{chart} is no chart: there is no Chart.yaml")));
        }
        Ok(Subject {
            label: label.to_owned(),
            chart: PathBuf::from(chart),
            values: self.values.clone(),
            set,
            key: self.key.clone(),
            own: one_key,
        })
    }
}

impl Subject {
    /// The chart of the repository's example.
    pub fn example() -> Subject {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/shop");
        Subject {
            label: "the example's shop".into(),
            chart: root.join("source/deploy/chart"),
            values: vec![root.join("gitops/apps/shop/envTypes/staging.values.yaml")],
            set: vec![("image".into(), format!("registry.example.com/shop@sha256:{}", "ab".repeat(32)))],
            key: "replicas".into(),
            own: one_key,
        }
    }

    /// The chart of the benches, written into a folder.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn services(folder: &Path) -> io::Result<Subject> {
        let chart = folder.join("services");
        for (name, text) in chart_files(20) {
            let path = chart.join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(&chart))?;
            std::fs::write(path, text)?;
        }
        Ok(Subject {
            label: "twenty services".into(),
            chart,
            values: Vec::new(),
            set: Vec::new(),
            key: String::new(),
            own: |_, number| deployment_values(number),
        })
    }

    /// What `helm template` and `thinlock template` are told to render it as a release of a name.
    pub fn template(&self, release: &str) -> Vec<OsString> {
        let mut args: Vec<OsString> = vec!["template".into(), release.into(), self.chart.clone().into()];
        args.extend(["--namespace".into(), NAMESPACE.into()]);
        for file in &self.values {
            args.extend(["-f".into(), file.clone().into()]);
        }
        for (key, value) in &self.set {
            args.extend(["--set-literal".into(), format!("{key}={value}").into()]);
        }
        args
    }

    /// The chart for a fleet.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn fleet_chart(&self, dialect: &str) -> io::Result<FleetChart> {
        Ok(FleetChart {
            app: NAMESPACE.to_owned(),
            files: read_folder(&self.chart)?,
            shared: self.values.iter().map(std::fs::read).collect::<io::Result<_>>()?,
            set: self.set.clone(),
            own: self.own,
            key: self.key.clone(),
            dialect: dialect.to_owned(),
        })
    }
}

/// From one on: many a schema refuses a zero.
fn one_key(key: &str, number: usize) -> String {
    format!("{key}: {}\n", number + 1)
}
