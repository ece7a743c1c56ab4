//! Makes the repositories of a fleet: `gitops.git` with as many deployments as are wanted, each with values of its own,
//! and `source.git` with their chart. For `thinlock render` and `thinlock promote` to be measured on.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use thinlock_benches::fleet::Fleet;
use thinlock_benches::subject::{Given, Subject};

/// Makes a GitOps repository with many deployments of one chart.
#[derive(Parser, Debug)]
#[command(name = "fleet")]
struct Args {
    /// How many deployments
    count: usize,

    /// The folder that the repositories are made in
    into: PathBuf,

    /// The chart [default: the example's]
    #[arg(long, value_name = "DIR")]
    chart: Option<String>,

    #[command(flatten)]
    given: Given,

    /// The dialect
    #[arg(long, value_name = "NAME", default_value = "helm-4.1")]
    dialect: String,
}

fn main() -> ExitCode {
    match make(&Args::parse()) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("fleet: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make(args: &Args) -> std::io::Result<String> {
    let subject = match &args.chart {
        Some(chart) => args.given.subject(chart)?,
        None => Subject::example(),
    };
    let chart = subject.fleet_chart(&args.dialect)?;
    Fleet::make(&args.into, &[chart], args.count).map_err(std::io::Error::other)?;
    let into = args.into.display();
    Ok(format!("thinlock render --repo {into}/gitops.git --source {into}/source.git --output-dir {into}/out"))
}
