//! Rendering many deployments at once, without writing to the repository.

use std::borrow::Cow;
use std::ops::ControlFlow;

use thinlock_go::Host;
use thinlock_renderer::engine::Cache;
use thinlock_renderer::manifest::OutputFiles;

use crate::error::Result;
use crate::fleet;
use crate::plan::{Plan, Planner, Run, Target};
use crate::provenance::Provenance;
use crate::render::{self, Form, Inputs};

mod folders;
mod line;
mod records;

pub use folders::Folders;
pub use records::Record;

/// One deployment, rendered or not.
#[derive(Debug)]
pub struct Rendering<'a> {
    /// The app.
    pub app: &'a str,
    /// The deployment.
    pub deployment: &'a str,
    /// What messages call it.
    pub call: Cow<'a, str>,
    /// The rendering.
    pub result: Result<Files>,
}

/// What a deployment renders to.
#[derive(Debug)]
pub struct Files {
    /// The files by the deployment's layout, if files were asked for.
    pub files: OutputFiles,
    /// What `helm template` prints, if a stream was asked for.
    pub stream: Vec<u8>,
    /// What it was made of.
    pub provenance: Provenance,
    /// What the chart warned about, in Helm's words.
    pub warnings: Vec<String>,
    /// Functions of the chart that make every rendering another one.
    pub nondeterministic: Vec<&'static str>,
}

impl Files {
    /// How many bytes there are.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.content.len() as u64).sum::<u64>() + self.stream.len() as u64
    }
}

/// Renders deployments on some threads. `stream` asks for what `helm template` prints, instead of files.
///
/// Each rendering is handed to `finish` by the thread that made it, to be written or counted; what that returns is
/// handed to `report` in the order of the deployments, on the calling thread. So a fleet takes the memory of the few
/// deployments that are in work. When `report` breaks, no further deployment is begun, but for the few that a thread
/// works on together.
#[allow(clippy::too_many_arguments, reason = "what to render, how, and two ends for the results")]
pub fn render<'a, T: Send>(
    run: &'a Run,
    targets: &'a [Target],
    stream: bool,
    threads: usize,
    host: &(dyn Host + Sync),
    cache: &Cache,
    finish: impl Fn(Rendering<'a>) -> T + Sync,
    mut report: impl FnMut(T) -> ControlFlow<()>,
) {
    let form = if stream { Form::Stream } else { Form::Files };
    let mut planners: Vec<_> = (0..threads.min(targets.len())).map(|_| run.planner()).collect();
    let read = |planner: &Planner<'_>, target: &Target| {
        let plan = planner.plan(target)?;
        let inputs = render::read(&plan, &planner.policy, cache)?;
        Ok((plan, inputs))
    };
    // What most deployments need is read before there are threads: a thread that waits for another one is often woken on that
    // one's processor, where Linux lets it wait for milliseconds more. What is wrong is said when it is the deployment's turn.
    if let ([planner, _, ..], [first, ..]) = (planners.as_slice(), targets) {
        let _ = read(planner, first);
    }
    let render = |plan: Plan, inputs: Inputs| {
        let product = render::render(&plan, &inputs, host, cache, form)?;
        Ok(Files {
            files: product.files,
            stream: product.stream,
            provenance: plan.provenance,
            warnings: product.warnings,
            nondeterministic: product.nondeterministic,
        })
    };
    let rendering = |target: &'a Target, result| Rendering {
        app: run.app_name(target),
        deployment: target.name(),
        call: run.call(target),
        result,
    };
    let shares = shares(targets, planners.len(), if stream { 1 } else { TOGETHER });
    let work = |planner: &mut Planner<'_>, targets: &'a [Target]| {
        let inputs: Vec<Result<(Plan, Inputs)>> = targets.iter().map(|target| read(planner, target)).collect();
        let mut finished = Vec::with_capacity(targets.len());
        let (mut rendered, mut bytes) = (Vec::with_capacity(targets.len()), 0);
        for (target, inputs) in targets.iter().zip(inputs) {
            let result = inputs.and_then(|(plan, inputs)| render(plan, inputs));
            bytes += result.as_ref().map_or(0, Files::bytes);
            rendered.push(rendering(target, result));
            if bytes > MUCH {
                finished.extend(rendered.drain(..).map(&finish));
                bytes = 0;
            }
        }
        finished.extend(rendered.drain(..).map(&finish));
        finished
    };
    fleet::in_order(&mut planners, shares, work, |finished| finished.into_iter().try_for_each(&mut report));
}

/// How many deployments a thread renders before it finishes them. Rendering and writing each need most of what a
/// processor keeps at hand, so one after the other for each deployment takes a tenth more time.
const TOGETHER: usize = 16;

/// How many bytes wait at most to be finished, but for those of the last deployment.
const MUCH: u64 = 128 << 10;

/// What is worked on together, at most so many at once. Towards the end it is less, so that no thread waits long for the
/// last one.
fn shares<T>(mut all: &[T], threads: usize, most: usize) -> Vec<&[T]> {
    let mut shares = Vec::with_capacity(all.len() / most + most);
    while !all.is_empty() {
        let size = if threads > 1 { (all.len() / threads / 4).clamp(1, most) } else { most.min(all.len()) };
        let (share, rest) = all.split_at(size);
        shares.push(share);
        all = rest;
    }
    shares
}

/// Renders deployments and keeps all of them, in order: for what compares few, or needs them all at once.
pub fn render_all<'a>(
    run: &'a Run,
    targets: &'a [Target],
    threads: usize,
    host: &(dyn Host + Sync),
    cache: &Cache,
    mut progress: impl FnMut(usize),
) -> Vec<Rendering<'a>> {
    let mut all = Vec::with_capacity(targets.len());
    render(run, targets, false, threads, host, cache, std::convert::identity, |rendering| {
        all.push(rendering);
        progress(all.len());
        ControlFlow::Continue(())
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_hold_all_in_order_and_end_small() {
        let sizes = |count: usize, threads, most| {
            let all: Vec<usize> = (0..count).collect();
            let shares = shares(&all, threads, most);
            assert_eq!(shares.concat(), all);
            shares.iter().map(|share| share.len()).collect::<Vec<_>>()
        };
        assert_eq!(sizes(0, 2, 16), [0; 0]);
        assert_eq!(sizes(3, 2, 16), [1, 1, 1]);
        assert_eq!(sizes(35, 1, 16), [16, 16, 3]);
        assert_eq!(sizes(35, 2, 1), [1; 35]);
        let many = sizes(1000, 2, 16);
        assert_eq!((many[0], many[50], many[many.len() - 1]), (16, 16, 1));
        assert!(many.is_sorted_by(|a, b| a >= b), "{many:?}");
    }
}
