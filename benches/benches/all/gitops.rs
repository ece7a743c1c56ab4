//! Fleets in git repositories: rendering them, and promoting them to stage branches.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group};
use tempfile::TempDir;
use thinlock_benches::fleet::{Fleet, FleetChart, identity};
use thinlock_benches::{StillHost, chart_files, deployment_values};
use thinlock_gitops::promote::{Promoted, Promotion};
use thinlock_gitops::{Options, Repository, Run, bulk, promote};
use thinlock_renderer::engine::Cache;

/// Three charts of different sizes, which the deployments take in turn.
fn charts() -> Vec<FleetChart> {
    [1, 5, 10]
        .map(|services| FleetChart {
            app: format!("services-{services}"),
            files: chart_files(services).into_iter().map(|(name, text)| (name, text.into_bytes().into())).collect(),
            shared: vec![b"env:\n  REGION: eu-west-1\n".to_vec()],
            set: vec![("image.repository".into(), "registry.example.com/shop".into())],
            own: |_, number| deployment_values(number),
            key: String::new(),
            dialect: "helm-4.1".into(),
        })
        .into()
}

struct Site {
    folder: TempDir,
    fleet: Fleet,
}

impl Site {
    fn new(deployments: usize) -> Site {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("a temporary folder: {error}"));
        let fleet = Fleet::make(folder.path(), &charts(), deployments).unwrap_or_else(|error| panic!("{error}"));
        Site { folder, fleet }
    }

    fn run(&self, repository: Repository) -> Run {
        let options = Options {
            repository,
            cwd: self.folder.path().to_path_buf(),
            sources: vec!["source.git".into()],
            freight: None,
            policy: None,
            worktree: false,
            layout: None,
            dialect: None,
            seed: None,
        };
        Run::open(options).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Renders everything; returns the bytes.
    fn render(&self) -> u64 {
        let run = self.run(self.fleet.gitops.clone());
        let targets = run.select(&[], threads()).unwrap_or_else(|error| panic!("{error}"));
        let mut bytes = 0;
        bulk::render(
            &run,
            &targets,
            false,
            threads(),
            &StillHost,
            &Cache::new(),
            |rendering| rendering.result.map(|files| files.bytes()),
            |result| {
                bytes += result.unwrap_or_else(|error| panic!("{error}"));
                ControlFlow::Continue(())
            },
        );
        bytes
    }

    fn promote(&self, repository: Repository) -> Promoted {
        let run = self.run(repository);
        let targets = run.select(&[], threads()).unwrap_or_else(|error| panic!("{error}"));
        let promotion = Promotion { review: false, identity: Some(identity()), changes: false };
        let promoted = promote(&run, &targets, &promotion, threads(), &StillHost, &Cache::new(), &|_, _| ());
        promoted.unwrap_or_else(|error| panic!("{error}"))
    }
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn rendering(c: &mut Criterion) {
    let mut group = c.benchmark_group("fleet in git");
    group.sample_size(10);
    for size in [10, 100, 1_000, 10_000] {
        let site = Site::new(size);
        assert!(site.render() > 1_000);
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::new("render", size), |b| b.iter(|| site.render()));
    }
    group.finish();
}

const BRANCHES: usize = 1_000;

fn promotions(c: &mut Criterion) {
    let mut group = c.benchmark_group("promote");
    group.sample_size(10);
    group.throughput(Throughput::Elements(BRANCHES as u64));
    let site = Site::new(BRANCHES);
    group.bench_function(BenchmarkId::new("new branches", BRANCHES), |b| {
        b.iter_batched(
            || copy(&site),
            |(folder, repository)| {
                assert!(site.promote(repository).changed());
                folder
            },
            BatchSize::PerIteration,
        );
    });
    site.promote(site.fleet.gitops.clone());
    group.bench_function(BenchmarkId::new("nothing changed", BRANCHES), |b| {
        b.iter(|| assert!(!site.promote(site.fleet.gitops.clone()).changed()));
    });
    let mut number = BRANCHES;
    group.bench_function(BenchmarkId::new("one values file changed", BRANCHES), |b| {
        b.iter_batched(
            || {
                number += 1;
                site.fleet.change("services-1", 0, &deployment_values(number)).unwrap_or_else(|error| panic!("{error}"))
            },
            |_| assert_eq!(changed(&site.promote(site.fleet.gitops.clone())), 1),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn changed(promoted: &Promoted) -> usize {
    use thinlock_gitops::promote::Outcome;
    promoted.reports.iter().filter(|report| matches!(report.outcome, Outcome::Changed { .. })).count()
}

/// A copy of the GitOps repository, without stage branches.
fn copy(site: &Site) -> (Arc<TempDir>, Repository) {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("a temporary folder: {error}"));
    let to = folder.path().join("gitops.git");
    copy_folder(&site.folder.path().join("gitops.git"), &to).unwrap_or_else(|error| panic!("{error}"));
    let repository = Repository::open(&to).unwrap_or_else(|error| panic!("{error}"));
    (Arc::new(folder), repository)
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

criterion_group!(benches, rendering, promotions);
