//! The same charts by a real helm and by thinlock, turn about: first that both print the same bytes, then what each
//! takes.
//!
//! One deployment is a process of each. A fleet of deployments with different values is one process of thinlock, as
//! many processes of helm as there are deployments, and, if one is given, one process of a program that renders with
//! Helm's own Go SDK. Nothing is counted where the outputs are not equal.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use clap::Parser;
use thinlock_benches::fleet::Fleet;
use thinlock_benches::plot::{Panel, Plot, Row, Series};
use thinlock_benches::process::{self, Figure, Run, in_turn, median};
use thinlock_benches::subject::{Given, Subject};
use thinlock_renderer::Dialect;

/// Compares helm and thinlock on charts: equal bytes first, then time and memory.
#[derive(Parser, Debug)]
#[command(name = "compare", after_help = "Example: compare --helm helm --svg plot.svg ./charts/web -- -f prod.yaml")]
struct Args {
    /// Charts, or LABEL=CHART [default: the example's, and one with twenty services]
    charts: Vec<String>,

    /// The helm to compare with
    #[arg(long, value_name = "PATH", default_value = "helm")]
    helm: PathBuf,

    /// The thinlock to compare [default: the one beside this program]
    #[arg(long, value_name = "PATH")]
    thinlock: Option<PathBuf>,

    /// The dialect [default: that of the helm]
    #[arg(long, value_name = "NAME")]
    dialect: Option<String>,

    #[command(flatten)]
    given: Given,

    /// How many deployments a fleet has; 0: none
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    fleet: usize,

    /// A program that renders with Helm's Go SDK: -chart DIR -f FILES -set KEY=VALUE -key KEY -n N -p THREADS -mode cached
    #[arg(long, value_name = "PATH")]
    sdk: Option<PathBuf>,

    /// How often each program runs
    #[arg(long, value_name = "N", default_value_t = 15)]
    runs: usize,

    /// Draws a plot into a file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

fn main() -> ExitCode {
    match compare(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("compare: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What came out for a chart.
struct Figures {
    label: String,
    helm: Vec<Run>,
    thinlock: Vec<Run>,
    /// A thousandth of each figure is a deployment's, if there are a thousand.
    fleet: Option<Vec<Run>>,
    sdk: Option<Vec<Run>>,
}

fn compare(args: &Args) -> io::Result<()> {
    let work = tempfile::tempdir()?;
    let thinlock = match &args.thinlock {
        Some(path) => path.clone(),
        None => process::thinlock()?,
    };
    let helm = Helm::ask(&args.helm)?;
    let dialect = args.dialect.clone().map_or_else(|| helm.dialect(), Ok)?;
    let subjects = match args.charts.as_slice() {
        [] => vec![Subject::example(), Subject::services(work.path())?],
        charts => charts.iter().map(|chart| args.given.subject(chart)).collect::<io::Result<_>>()?,
    };
    let programs = Programs { helm: args.helm.clone(), thinlock, sdk: args.sdk.clone(), dialect };

    println!(
        "{} and thinlock as {}, {}; medians of {} runs, turn about",
        helm.version,
        programs.dialect,
        count(std::thread::available_parallelism()?.get(), "processor"),
        args.runs
    );
    let mut all = Vec::new();
    for (at, subject) in subjects.iter().enumerate() {
        let place = work.path().join(at.to_string());
        let figures = programs.figures(subject, args, &place)?;
        print!("{}", table(&figures, args.fleet));
        all.push(figures);
    }
    if let Some(path) = &args.svg {
        std::fs::write(path, plot(&all, &helm, args).svg())?;
        println!("\ndrawn: {}", path.display());
    }
    Ok(())
}

/// What a helm says of itself.
struct Helm {
    version: String,
}

impl Helm {
    fn ask(helm: &Path) -> io::Result<Helm> {
        let output = Command::new(helm)
            .args(["version", "--template", "{{.Version}}"])
            .output()
            .map_err(|cause| wrong(format!("cannot run {}: {cause}; name a helm with --helm PATH", helm.display())))?;
        let version = String::from_utf8_lossy(&output.stdout).trim().trim_start_matches('v').to_owned();
        if !output.status.success() || version.is_empty() {
            return Err(wrong(format!("{} does not tell its version", helm.display())));
        }
        Ok(Helm { version: format!("helm {version}") })
    }

    /// The dialect of this helm: that of its minor version.
    fn dialect(&self) -> io::Result<String> {
        let number = self.version.trim_start_matches("helm ");
        let minor: Vec<&str> = number.split('.').take(2).collect();
        let name = format!("helm-{}", minor.join("."));
        match Dialect::from_name(&name) {
            Some(_) => Ok(name),
            None => Err(wrong(format!("thinlock has no dialect {name}: name the nearest one with --dialect"))),
        }
    }
}

struct Programs {
    helm: PathBuf,
    thinlock: PathBuf,
    sdk: Option<PathBuf>,
    dialect: String,
}

impl Programs {
    /// `template`, by one of the two.
    fn template(&self, program: &Path, subject: &Subject, name: &str, more: &[OsString]) -> Command {
        let mut command = Command::new(program);
        command.args(subject.template(name)).args(more).env("THINLOCK_DIALECT", &self.dialect);
        command
    }

    fn figures(&self, subject: &Subject, args: &Args, place: &Path) -> io::Result<Figures> {
        let label = subject.label.clone();
        let commands = || [&self.helm, &self.thinlock].map(|program| self.template(program, subject, "release", &[]));
        equal(&label, commands())?;
        let mut one = in_turn(&mut commands(), args.runs, |_| Ok(()))?.into_iter();
        let (helm, thinlock) = (one.next().unwrap_or_default(), one.next().unwrap_or_default());
        let (mut fleet, mut sdk) = (None, None);
        if args.fleet > 0 {
            let mut commands = vec![self.fleet(subject, args.fleet, place)?];
            if let Some(program) = &self.sdk {
                match self.sdk(program, subject, args.fleet) {
                    Ok(command) => commands.push(command),
                    Err(cause) => eprintln!("compare: {label}: the Go SDK is not counted: {cause}"),
                }
            }
            let out = place.join("out");
            let mut runs = in_turn(&mut commands, args.runs, |_| match std::fs::remove_dir_all(&out) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
                _ => Ok(()),
            })?
            .into_iter();
            (fleet, sdk) = (runs.next(), runs.next());
        }
        Ok(Figures { label, helm, thinlock, fleet, sdk })
    }

    /// Makes the repositories of a fleet, checks some of its deployments against helm, and returns the command that
    /// renders it to files.
    fn fleet(&self, subject: &Subject, count: usize, place: &Path) -> io::Result<Command> {
        Fleet::make(place, &[subject.fleet_chart(&self.dialect)?], count).map_err(io::Error::other)?;
        let render = || {
            let mut command = Command::new(&self.thinlock);
            command.arg("render").arg("--repo").arg(place.join("gitops.git"));
            command.arg("--source").arg(place.join("source.git"));
            command
        };
        for number in [0, count / 2, count - 1] {
            let name = format!("d{number:05}");
            let own = place.join("own.yaml");
            std::fs::write(&own, (subject.own)(&subject.key, number))?;
            let mut ours = render();
            ours.arg(&name);
            let helms = self.template(&self.helm, subject, &name, &["-f".into(), own.into()]);
            equal(&format!("{}, deployment {name}", subject.label), [helms, ours])?;
        }
        let mut command = render();
        command.arg("--output-dir").arg(place.join("out"));
        Ok(command)
    }

    /// The command that renders as many deployments with Helm's SDK, if it gives the same bytes.
    fn sdk(&self, program: &Path, subject: &Subject, count: usize) -> io::Result<Command> {
        if subject.key.is_empty() {
            return Err(wrong("its deployments differ in more than one value".into()));
        }
        let command = |count: usize| {
            let mut command = Command::new(program);
            let files: Vec<String> = subject.values.iter().map(|file| file.display().to_string()).collect();
            command.arg("-chart").arg(&subject.chart).args([
                "-name",
                "release",
                "-key",
                &subject.key,
                "-mode",
                "cached",
            ]);
            command.args(["-p", "1", "-n", &count.to_string(), "-f", &files.join(",")]);
            if let Some((key, value)) = subject.set.first() {
                command.arg("-set").arg(format!("{key}={value}"));
            }
            command
        };
        let theirs = output(command(3).arg("-show"))?;
        let mut ours = Vec::new();
        for number in 0..3 {
            // The SDK's engine knows nothing of schemas, nor of where hooks are printed.
            let flags = ["--no-hooks", "--skip-schema-validation", "--set"].map(OsString::from);
            let more: Vec<OsString> = flags.into_iter().chain([format!("{}={number}", subject.key).into()]).collect();
            let mut subject = self.template(&self.thinlock, subject, "release", &more);
            ours.extend(output(subject.args(["--namespace", "default"]))?.stdout);
        }
        if manifests(&theirs.stdout) != manifests(&ours) {
            return Err(wrong("it prints other manifests".into()));
        }
        Ok(command(count))
    }
}

/// The manifests of an output, without the blank lines between them: those are whoever's who put them together.
fn manifests(text: &[u8]) -> Vec<String> {
    let text = format!("\n{}", String::from_utf8_lossy(text));
    text.split("\n---\n")
        .map(|manifest| manifest.trim_end().to_owned())
        .filter(|manifest| !manifest.is_empty())
        .collect()
}

fn output(command: &mut Command) -> io::Result<Output> {
    let output = command.output()?;
    match output.status.success() {
        true => Ok(output),
        false => {
            let text = String::from_utf8_lossy(&output.stderr);
            Err(wrong(format!("{} fails: {}", command.get_program().display(), text.trim())))
        }
    }
}

/// Fails unless helm and thinlock print the same.
fn equal(what: &str, [mut helm, mut thinlock]: [Command; 2]) -> io::Result<()> {
    let (want, got) = (output(&mut helm)?, output(&mut thinlock)?);
    if want.stdout == got.stdout {
        return Ok(());
    }
    let same = want.stdout.iter().zip(&got.stdout).take_while(|(a, b)| a == b).count();
    let line = want.stdout.iter().take(same).filter(|b| **b == b'\n').count() + 1;
    Err(wrong(format!("{what}: the two do not print the same bytes, from line {line} on; there is nothing to compare")))
}

fn wrong(message: String) -> io::Error {
    io::Error::other(message)
}

fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("{n} {one}") } else { format!("{n} {one}s") }
}

const FIGURES: [(&str, &str, Figure); 3] =
    [("wall", "ms", Run::wall_ms), ("CPU", "ms", Run::cpu_ms), ("memory", "MiB", Run::memory_mib)];

fn table(figures: &Figures, fleet: usize) -> String {
    let mut out = format!(
        "\n{}\n{:34} {:>12} {:>12} {:>9}\n",
        figures.label, "one deployment, a process", "helm", "thinlock", "ratio"
    );
    for (name, unit, figure) in FIGURES {
        let (a, b) = (median(&figures.helm, figure), median(&figures.thinlock, figure));
        out.push_str(&format!("  {name:32} {a:>8.2} {unit:<3} {b:>8.2} {unit:<3} {:>8.1}x\n", a / b));
    }
    let Some(ours) = &figures.fleet else { return out };
    let each = |runs: &[Run], figure: Figure| median(runs, figure) / fleet as f64;
    let mut rows = vec![("helm template", median(&figures.helm, Run::cpu_ms), median(&figures.helm, Run::memory_mib))];
    if let Some(sdk) = &figures.sdk {
        rows.push(("Go SDK, chart loaded once", each(sdk, Run::cpu_ms), median(sdk, Run::memory_mib)));
    }
    let own = each(ours, Run::cpu_ms);
    rows.push(("thinlock render, files written", own, median(ours, Run::memory_mib)));
    out.push_str(&format!("{:34} {:>12} {:>12} {:>9}\n", format!("{fleet} deployments"), "CPU each", "memory", "CPU"));
    for (name, cpu, memory) in rows {
        out.push_str(&format!("  {name:32} {cpu:>8.3} ms  {memory:>8.1} MiB {:>8.1}x\n", cpu / own));
    }
    out.push_str(&format!(
        "  {:32} {:>8.1} ms in all, {:.0} deployments a second\n",
        "thinlock render, wall",
        median(ours, Run::wall_ms),
        fleet as f64 / median(ours, Run::wall_ms) * 1e3
    ));
    out
}

fn plot(all: &[Figures], helm: &Helm, args: &Args) -> Plot {
    let series = [
        (format!("{} template", helm.version), "#8250df"),
        ("Helm's Go SDK, chart cached".to_owned(), "#bf8700"),
        ("thinlock template".to_owned(), "#54aeff"),
        (format!("thinlock render, fleet of {}", args.fleet), "#0550ae"),
    ];
    let rows = |figure: Figure, share: bool| -> Vec<Row> {
        let each = |runs: &Vec<Run>| median(runs, figure) / if share { args.fleet as f64 } else { 1.0 };
        all.iter()
            .map(|figures| Row {
                label: figures.label.clone(),
                values: vec![
                    Some(median(&figures.helm, figure)),
                    figures.sdk.as_ref().map(each),
                    Some(median(&figures.thinlock, figure)),
                    figures.fleet.as_ref().map(each),
                ],
            })
            .collect()
    };
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Plot {
        title: "What rendering a chart takes, at equal bytes".into(),
        note: format!(
            "{}, medians of {} runs, turn about; logarithmic: a distance is a ratio",
            count(processors, "core"),
            args.runs
        ),
        series: series.map(|(name, colour)| Series { name, colour }).into(),
        panels: vec![
            Panel { title: "CPU time for each deployment".into(), unit: "ms", rows: rows(Run::cpu_ms, true) },
            Panel { title: "Peak memory of the process".into(), unit: "MiB", rows: rows(Run::memory_mib, false) },
        ],
    }
}
