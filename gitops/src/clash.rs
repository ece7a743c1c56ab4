//! Deployments whose outputs would overwrite each other.

use std::collections::HashMap;

use crate::error::{Error, ErrorKind, Result};
use crate::path;
use crate::plan::{Plan, Run, Target};

/// Outputs that would overwrite each other: for each of `plans` that is in one, a complaint.
pub(crate) fn clashes(run: &Run, targets: &[Target], plans: &[Result<Plan>]) -> Vec<Option<Error>> {
    struct Claim<'a> {
        parts: Vec<&'a str>,
        path: &'a str,
        at: usize,
    }
    let mut by_branch: HashMap<&str, Vec<Claim<'_>>> = HashMap::new();
    for (at, plan) in plans.iter().enumerate() {
        if let Ok(plan) = plan {
            for path in [&plan.provenance.output.path, &plan.provenance_path] {
                let claim = Claim { parts: path.split('/').collect(), path, at };
                by_branch.entry(&plan.branch).or_default().push(claim);
            }
        }
    }
    let mut found: Vec<Option<Error>> = plans.iter().map(|_| None).collect();
    for (branch, mut claims) in by_branch {
        // In this order a path stands right before those below it.
        claims.sort_by(|a, b| a.parts.cmp(&b.parts).then(a.at.cmp(&b.at)));
        let mut outer: Option<&Claim<'_>> = None;
        for claim in &claims {
            if let Some(before) = outer
                && path::overlap(before.path, claim.path)
            {
                if before.at != claim.at
                    && let (Some(first), Some(second)) = (targets.get(before.at), targets.get(claim.at))
                {
                    let error = Error::new(
                        ErrorKind::Conflict,
                        format!(
                            "{} and {} would overwrite each other on branch {branch}: one writes {}, the other {}",
                            run.call(first),
                            run.call(second),
                            before.path,
                            claim.path
                        ),
                    )
                    .hint(if run.configured {
                        "give each an output.branch, output.path and output.provenance of its own in thinlock.yaml"
                    } else {
                        "write a thinlock.yaml that gives each an output.branch, output.path and output.provenance of its own"
                    });
                    for at in [before.at, claim.at] {
                        if let Some(slot) = found.get_mut(at) {
                            slot.get_or_insert_with(|| error.clone());
                        }
                    }
                }
                continue;
            }
            outer = Some(claim);
        }
    }
    found
}
