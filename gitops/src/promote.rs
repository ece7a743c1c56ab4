//! Promotion: every deployment is rendered, and all branches move in one transaction.

use std::collections::BTreeMap;
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::tree::EntryKind;
use thinlock_go::Host;
use thinlock_renderer::engine::Cache;

use crate::clash;
use crate::diff::{self, FileChange, FileMap};
use crate::error::{Error, ErrorKind, Result};
use crate::fleet;
use crate::identity::Identity;
use crate::objects::{self, Edit, Objects};
use crate::pack::{self, Deflater, NewObject};
use crate::plan::{Plan, Planner, Run, Target};
use crate::refs::{self, Move};
use crate::render::{self, Form};
use crate::repository;
use crate::stage::{self, Tip};
use crate::view::Reader;

/// What a promotion is asked to do.
#[derive(Clone, Debug, Default)]
pub struct Promotion {
    /// Commit to review branches instead of the stage branches.
    pub review: bool,
    /// Who commits; none: nothing is written, only reported.
    pub identity: Option<Identity>,
    /// Report what files differ, and how.
    pub changes: bool,
}

/// What became of one deployment.
#[derive(Debug)]
pub struct Report {
    /// The app.
    pub app: String,
    /// The deployment.
    pub deployment: String,
    /// What messages call it.
    pub call: String,
    /// The release, if it got that far.
    pub release_id: Option<String>,
    /// The branch that is written, if it got that far.
    pub branch: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// What the chart warned about, in Helm's words.
    pub warnings: Vec<String>,
    /// Functions of the chart that make every rendering another one.
    pub nondeterministic: Vec<&'static str>,
}

/// What became of one deployment.
#[derive(Debug)]
pub enum Outcome {
    /// The branch holds what would be rendered.
    Unchanged {
        /// The tip.
        commit: Option<ObjectId>,
        /// That was known without rendering.
        skipped: bool,
    },
    /// The branch was moved, or would be.
    Changed {
        /// Where it was.
        old: Option<ObjectId>,
        /// The new commit; none if nothing was written.
        new: Option<ObjectId>,
        /// The files that differ, if that was asked for.
        changes: Vec<FileChange>,
        /// How many files the deployment has now.
        files: usize,
        /// How many bytes they have.
        bytes: u64,
    },
    /// It was not written.
    Failed(Error),
}

/// Called when a deployment is done, with how many are done and how many there are.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// What a promotion did.
#[derive(Debug)]
pub struct Promoted {
    /// What became of each deployment, in order.
    pub reports: Vec<Report>,
    /// The pack that was written.
    pub pack: Option<pack::Written>,
}

impl Promoted {
    /// Whether any deployment failed.
    pub fn failed(&self) -> bool {
        self.reports.iter().any(|report| matches!(report.outcome, Outcome::Failed(_)))
    }

    /// Whether any deployment was or would be changed.
    pub fn changed(&self) -> bool {
        self.reports.iter().any(|report| matches!(report.outcome, Outcome::Changed { .. }))
    }
}

/// A deployment whose rendering differs from what its branch holds.
struct Change {
    plan: Plan,
    tip: Tip,
    /// The review branch, if this is one, and where it is.
    review: Option<(String, Option<ObjectId>)>,
    tree: Option<ObjectId>,
    objects: Vec<NewObject>,
    changes: Vec<FileChange>,
    files: usize,
    bytes: u64,
}

/// What one thread needs for its deployments.
struct Worker<'r> {
    planner: Planner<'r>,
    main: Reader<'r>,
    deflater: Deflater,
}

impl<'r> Worker<'r> {
    fn new(run: &'r Run) -> Worker<'r> {
        let planner = run.planner();
        let deflater = objects::deflater(planner.policy.trees().repository());
        Worker { planner, main: run.main_reader(), deflater }
    }
}

/// Promotes deployments, on some threads. A failure of one does not stop the others; it is in its report.
///
/// # Errors
/// Nothing was written: the repository cannot be read or written, or a branch moved meanwhile.
pub fn promote(
    run: &Run,
    targets: &[Target],
    promotion: &Promotion,
    threads: usize,
    host: &(dyn Host + Sync),
    cache: &Cache,
    progress: Progress<'_>,
) -> Result<Promoted> {
    let mut workers: Vec<Worker<'_>> = (0..threads.min(targets.len())).map(|_| Worker::new(run)).collect();
    let plans: Vec<Result<Plan>> = fleet::map(&mut workers, targets, |worker, target| worker.planner.plan(target));
    let clashes = find_clashes(run, targets, &plans, threads)?;
    let checked_out = repository::checked_out(&run.repository.local())?;
    let is_checked_out = |branch: &str| -> Result<()> {
        let full = repository::full_name(branch)?;
        match checked_out.iter().find(|(name, _)| *name == full) {
            None => Ok(()),
            Some((_, folder)) => Err(Error::new(
                ErrorKind::Conflict,
                format!("branch {branch} is checked out in {}: its files would be left behind", folder.display()),
            )
            .hint(format!("git -C {} switch --detach", folder.display()))),
        }
    };

    let done = std::sync::atomic::AtomicUsize::new(0);
    let work: Vec<(&Target, Result<Plan>, Option<Error>)> =
        targets.iter().zip(plans).zip(clashes).map(|((target, plan), clash)| (target, plan, clash)).collect();
    let results: Vec<(Report, Option<Change>)> = fleet::map(&mut workers, work, |worker, (target, plan, clash)| {
        let mut report = Report {
            app: run.app_name(target).to_owned(),
            deployment: target.name().to_owned(),
            call: run.call(target).into_owned(),
            release_id: None,
            branch: None,
            outcome: Outcome::Unchanged { commit: None, skipped: false },
            warnings: Vec::new(),
            nondeterministic: Vec::new(),
        };
        let plan = match clash {
            Some(clash) => Err(clash),
            None => plan,
        };
        let change = plan.and_then(|plan| one(run, plan, promotion, worker, host, cache, &is_checked_out, &mut report));
        let change = match change {
            Ok(change) => change,
            Err(error) => {
                report.outcome = Outcome::Failed(error);
                None
            }
        };
        progress(done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, targets.len());
        (report, change)
    });
    let mut reports = Vec::with_capacity(targets.len());
    let mut changed: Vec<(usize, Change)> = Vec::new();
    for (at, (report, change)) in results.into_iter().enumerate() {
        reports.push(report);
        changed.extend(change.map(|change| (at, change)));
    }

    let mut promoted = Promoted { reports, pack: None };
    match &promotion.identity {
        Some(identity) => write(run, &mut workers, identity, changed, &mut promoted)?,
        None => {
            for (at, change) in changed {
                if let Some(report) = promoted.reports.get_mut(at) {
                    let old = change.review.as_ref().map_or(change.tip.commit, |(_, tip)| *tip);
                    report.outcome = Outcome::Changed {
                        old,
                        new: None,
                        changes: change.changes,
                        files: change.files,
                        bytes: change.bytes,
                    };
                }
            }
        }
    }
    Ok(promoted)
}

/// Outputs of the chosen deployments that overwrite each other, or those of another app.
fn find_clashes(run: &Run, targets: &[Target], plans: &[Result<Plan>], threads: usize) -> Result<Vec<Option<Error>>> {
    if !run.has_several_apps() {
        return Ok(clash::clashes(run, targets, plans));
    }
    // What another app's deployments write counts, too, even if they are not promoted now; what is wrong with them
    // does not.
    let others: Vec<Target> =
        run.select(&[], threads).unwrap_or_default().into_iter().filter(|other| !targets.contains(other)).collect();
    let planner = run.planner();
    let mut all_targets = targets.to_vec();
    let mut all_plans: Vec<Result<Plan>> = plans.to_vec();
    for other in others {
        all_plans.push(planner.plan(&other));
        all_targets.push(other);
    }
    let mut clashes = clash::clashes(run, &all_targets, &all_plans);
    clashes.truncate(targets.len());
    Ok(clashes)
}

/// Renders one deployment, unless that is known to change nothing; `None` if it changes nothing.
#[allow(clippy::too_many_arguments, reason = "the state of one worker and one deployment, passed once")]
fn one(
    run: &Run,
    plan: Plan,
    promotion: &Promotion,
    worker: &mut Worker<'_>,
    host: &(dyn Host + Sync),
    cache: &Cache,
    is_checked_out: &dyn Fn(&str) -> Result<()>,
    report: &mut Report,
) -> Result<Option<Change>> {
    report.release_id = Some(plan.provenance.release_id.to_string());
    let trees = worker.planner.policy.trees();
    let output = plan.provenance.output.path.clone();
    let tip = stage::tip(trees, &plan.branch, &output, &plan.provenance_path)?;

    let review_branch = format!("review/{}/{}", plan.provenance.deployment, plan.provenance.release_id);
    let review_tip = if promotion.review {
        report.branch = Some(review_branch.clone());
        Some(stage::tip(trees, &review_branch, &output, &plan.provenance_path)?)
    } else {
        report.branch = Some(plan.branch.clone());
        run.check_gates(&plan, &worker.main)?;
        None
    };

    // The tip was rendered from the same inputs, and nobody has touched it since.
    let same_inputs = |tip: &Tip| {
        tip.recorded.as_ref().is_some_and(|recorded| {
            recorded.inputs == plan.provenance.inputs
                && recorded.output.path == output
                && recorded.output.tree == tip.deployed.map(|id| id.to_string())
        })
    };
    // A review of what is on the stage branch now.
    let is_current_review = |review: &Tip| {
        review.facts.as_ref().is_some_and(|facts| tip.commit.is_some() && facts.parents.first() == tip.commit.as_ref())
    };
    if same_inputs(&tip) {
        report.outcome = Outcome::Unchanged { commit: tip.commit, skipped: true };
        return Ok(None);
    }
    if let Some(review) = &review_tip
        && is_current_review(review)
        && same_inputs(review)
    {
        report.outcome = Outcome::Unchanged { commit: review.commit, skipped: true };
        return Ok(None);
    }

    let inputs = render::read(&plan, &worker.planner.policy, cache)?;
    let rendered = render::render(&plan, &inputs, host, cache, Form::Files)?;
    report.warnings = rendered.warnings;
    report.nondeterministic = rendered.nondeterministic;
    let mut made = Objects::new(trees.repository(), &mut worker.deflater);
    let mut ids = Vec::with_capacity(rendered.files.len());
    let mut bytes = 0;
    for file in rendered.files.iter() {
        bytes += file.content.len() as u64;
        crate::path::clean_below(file.path)
            .map_err(|message| Error::new(ErrorKind::Render, format!("a rendered file cannot be in git: {message}")))?;
        ids.push((file.path, made.blob(file.content)?));
    }
    let tree = made.tree_of(ids)?;
    let new_objects = made.into_new();

    if tree == tip.deployed {
        report.outcome = Outcome::Unchanged { commit: tip.commit, skipped: false };
        return Ok(None);
    }
    let review = match review_tip {
        None => {
            if plan.review_only {
                return Err(Error::new(
                    ErrorKind::Gate,
                    format!(
                        "{} changes through a review only, and this rendering differs from {}",
                        report.call, plan.branch
                    ),
                )
                .hint(format!("thinlock promote --review {}", report.call)));
            }
            is_checked_out(&plan.branch)?;
            None
        }
        Some(review) => {
            if is_current_review(&review) && review.deployed == tree {
                report.outcome = Outcome::Unchanged { commit: review.commit, skipped: false };
                return Ok(None);
            }
            check_review_is_ours(&plan, &review_branch, &review)?;
            is_checked_out(&review_branch)?;
            if tip.commit.is_none() {
                is_checked_out(&plan.branch)?;
            }
            Some((review_branch, review.commit))
        }
    };

    let changes = if promotion.changes {
        let old = stage::files_of(trees, tip.deployed, &output)?;
        let new: FileMap =
            rendered.files.iter().map(|file| (format!("{output}/{}", file.path), Arc::from(file.content))).collect();
        diff::changes(&old, &new)
    } else {
        Vec::new()
    };
    let mut plan = plan;
    plan.provenance.output.tree = tree.map(|id| id.to_string());
    let files = rendered.files.len();
    Ok(Some(Change { plan, tip, review, tree, objects: new_objects, changes, files, bytes }))
}

/// A review branch is replaced when its tip is our own commit; what people added to it is not thrown away.
fn check_review_is_ours(plan: &Plan, branch: &str, review: &Tip) -> Result<()> {
    let Some(facts) = &review.facts else { return Ok(()) };
    if facts.subject == review_subject(plan) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Conflict,
        format!("branch {branch} holds a commit that is not thinlock's: {:?}", facts.subject),
    )
    .hint("merge or delete the branch, then render the review again"))
}

fn review_subject(plan: &Plan) -> String {
    format!("Review {} render for {}", plan.provenance.deployment, plan.provenance.release_id)
}

fn message(subject: &str, plan: &Plan) -> String {
    format!("{subject}\n\n{}", plan.provenance.trailers())
}

/// Makes the commits, writes the pack, and moves the branches.
fn write(
    run: &Run,
    workers: &mut [Worker<'_>],
    identity: &Identity,
    changed: Vec<(usize, Change)>,
    promoted: &mut Promoted,
) -> Result<()> {
    // Deployments that share a branch are committed one after the other.
    let mut groups: BTreeMap<String, Vec<(usize, Change)>> = BTreeMap::new();
    for (at, change) in changed {
        let branch = change.review.as_ref().map_or_else(|| change.plan.branch.clone(), |(branch, _)| branch.clone());
        groups.entry(branch).or_default().push((at, change));
    }
    let local = run.repository.local();
    let committed: Vec<Result<Committed>> =
        fleet::map(workers, groups, |worker, (branch, changes)| commit(worker, identity, branch, changes));

    let mut objects = Vec::new();
    let mut moves: BTreeMap<String, Move> = BTreeMap::new();
    let mut outcomes = Vec::new();
    for group in committed {
        let group = group?;
        objects.extend(group.objects);
        for next in group.moves {
            // Two reviews of one stage branch both want it made.
            moves.entry(next.branch.clone()).or_insert(next);
        }
        outcomes.extend(group.outcomes);
    }
    let objects: Vec<&NewObject> = objects.iter().collect();
    promoted.pack = pack::write(&run.repository.objects_dir(), local.object_hash(), &objects)?;
    let moves: Vec<Move> = moves.into_values().collect();
    refs::apply(&local, &moves, &identity.committer)?;
    for (at, outcome) in outcomes {
        if let Some(report) = promoted.reports.get_mut(at) {
            report.outcome = outcome;
        }
    }
    Ok(())
}

/// The commits of one branch.
struct Committed {
    objects: Vec<NewObject>,
    moves: Vec<Move>,
    outcomes: Vec<(usize, Outcome)>,
}

/// The message of the first commit of a stage branch that is only made to be reviewed against.
const INITIAL: &str = "Initial commit";

fn commit(
    worker: &mut Worker<'_>,
    identity: &Identity,
    branch: String,
    changes: Vec<(usize, Change)>,
) -> Result<Committed> {
    let mut made = Objects::new(worker.planner.policy.trees().repository(), &mut worker.deflater);
    let mut result = Committed { objects: Vec::new(), moves: Vec::new(), outcomes: Vec::new() };
    let mut here: Option<(Option<ObjectId>, Option<ObjectId>)> = None;
    let (mut old, mut log) = (None, String::new());
    for (at, change) in changes {
        let Change { plan, tip, review, tree, objects, changes, files, bytes } = change;
        let (parent, base, subject) = match (&review, here) {
            (None, None) => {
                old = tip.commit;
                (
                    tip.commit,
                    tip.tree,
                    format!("Render {} for {}", plan.provenance.deployment, plan.provenance.release_id),
                )
            }
            (None, Some((parent, base))) => {
                (parent, base, format!("Render {} for {}", plan.provenance.deployment, plan.provenance.release_id))
            }
            (Some((_, review_tip)), _) => {
                old = *review_tip;
                let (parent, base) = match tip.commit {
                    Some(commit) => (commit, tip.tree),
                    None => {
                        let empty = made.empty_tree()?;
                        let first = made.commit(empty, &[], identity, &format!("{INITIAL}\n"))?;
                        result.moves.push(Move {
                            branch: plan.branch.clone(),
                            old: None,
                            new: first,
                            log: format!("thinlock: {INITIAL}"),
                        });
                        (first, None)
                    }
                };
                (Some(parent), base, review_subject(&plan))
            }
        };
        let json = made.blob(&plan.provenance.to_json()?)?;
        let edits = [
            Edit { path: &plan.provenance.output.path, leaf: tree.map(|id| (EntryKind::Tree, id)) },
            Edit { path: &plan.provenance_path, leaf: Some((EntryKind::Blob, json)) },
        ];
        let root = made.graft(base, &edits).map_err(|error| error.context(&plan.branch))?;
        let root = match root {
            Some(root) => root,
            None => made.empty_tree()?,
        };
        let parents: Vec<ObjectId> = parent.into_iter().collect();
        let commit = made.commit(root, &parents, identity, &message(&subject, &plan))?;
        log = format!("thinlock: {subject}");
        here = Some((Some(commit), Some(root)));
        result.objects.extend(objects);
        let before = if review.is_some() { old } else { parent };
        let outcome = Outcome::Changed { old: before, new: Some(commit), changes, files, bytes };
        result.outcomes.push((at, outcome));
    }
    if let Some((Some(new), _)) = here {
        result.moves.push(Move { branch, old, new, log });
    }
    result.objects.extend(made.into_new());
    Ok(result)
}
