//! The parts of a template that print the same for one dot after another. A template as a whole seldom does: it begins
//! with the release's name. But most of what follows reads values that are the same in a whole fleet.
//!
//! Neighbouring nodes are recorded together. Where a part reads something else the next time, the node that did is from
//! then on executed every time, and what is before and behind it is recorded anew.

use thinlock_go::{Map, Str, Value};

use super::{Counted, MAX_READS, MAX_TEXT, Seen, Trace, is_scalar};
use crate::Set;
use crate::rv::Rv;
use crate::set::Entry;
use crate::tree::{Kind, NONE, NodeId, Parsed};

use super::super::{Result, Shared, State};

/// The nodes of a template's list, in parts.
#[derive(Debug)]
pub(super) struct Parts(Vec<Part>);

#[derive(Debug)]
struct Part {
    from: usize,
    to: usize,
    kept: Kept,
}

/// What is known of a part.
#[derive(Debug)]
enum Kept {
    /// It is executed every time.
    Nothing,
    /// It is recorded when it is executed next.
    Unknown,
    Trace(Trace),
}

/// A template is looked at in parts when it was executed so often, and has so many nodes.
const PARTS_FROM: u32 = 3;
const MIN_NODES: usize = 4;
/// A template that falls into more is executed as it is.
const MAX_PARTS: usize = 64;
/// So many more nodes than reads a part must have: comparing a read takes half as long as executing the node that reads.
const WORTH: u64 = 2;

impl Parts {
    fn of(code: &Parsed, nodes: &[NodeId]) -> Parts {
        let mut parts: Vec<Part> = Vec::new();
        for (at, id) in nodes.iter().enumerate() {
            let kept = if prints_only(code, *id) { Kept::Unknown } else { Kept::Nothing };
            match parts.last_mut() {
                Some(last) if matches!((&last.kept, &kept), (Kept::Unknown, Kept::Unknown)) => last.to = at + 1,
                _ => parts.push(Part { from: at, to: at + 1, kept }),
            }
        }
        Parts(parts)
    }

    /// Whether anything is kept, or may be.
    fn is_of_use(&self) -> bool {
        self.0.len() <= MAX_PARTS && self.0.iter().any(|part| !matches!(part.kept, Kept::Nothing))
    }

    /// Takes a node out of a part. Returns how many parts there are instead.
    fn split(&mut self, at: usize, node: usize) -> usize {
        let Part { from, to, .. } = self.0[at];
        let node = (from + node).min(to - 1);
        let parts = [(from, node, Kept::Unknown), (node, node + 1, Kept::Nothing), (node + 1, to, Kept::Unknown)];
        let parts: Vec<Part> = parts
            .into_iter()
            .filter(|(from, to, _)| from < to)
            .map(|(from, to, kept)| Part { from, to, kept })
            .collect();
        let len = parts.len();
        self.0.splice(at..=at, parts);
        len
    }
}

/// Whether a node does nothing for those behind it: it declares no variable.
fn prints_only(code: &Parsed, id: NodeId) -> bool {
    let declares = |pipe: NodeId| !matches!(code.node(pipe).kind, Kind::Pipe { decls: 0, .. });
    match code.node(id).kind {
        Kind::Text { .. } | Kind::If(_) | Kind::With(_) | Kind::Range(_) => true,
        Kind::Action(pipe) => !declares(pipe),
        Kind::Template { pipe, .. } => pipe == NONE || !declares(pipe),
        _ => false,
    }
}

impl Shared<'_> {
    /// The parts of a template that is executed again and again. [`Shared::put_back`] takes them back.
    fn parts(&mut self, set: &Set, entry: &Entry, nodes: &[NodeId]) -> Option<Box<Parts>> {
        if nodes.len() < MIN_NODES {
            return None;
        }
        let key = self.key(set, entry)?;
        let slot = self.memo.slots.entry(key).or_default();
        slot.rounds = slot.rounds.saturating_add(1);
        if slot.rounds == PARTS_FROM {
            return Some(Box::new(Parts::of(&entry.parsed, nodes)));
        }
        slot.parts.take()
    }

    fn put_back(&mut self, set: &Set, entry: &Entry, parts: Box<Parts>) {
        if parts.is_of_use()
            && let Some(key) = self.key(set, entry)
        {
            self.memo.slots.entry(key).or_default().parts = Some(parts);
        }
    }

    /// Prints what a part printed before. `Ok(false)`: it must be executed, as it could end at a limit.
    ///
    /// # Errors
    /// The node that reads something else.
    fn print_again(&mut self, trace: &mut Trace, dot: &Map, base: usize, out: &mut Vec<u8>) -> Result<bool, u32> {
        trace.fits(dot, self.vars.get(base..).unwrap_or_default())?;
        let counted = Counted { steps: self.steps, printed: self.printed, nested: self.nested };
        let Some(counted) = counted.with(trace, out.len(), &self.env.limits) else { return Ok(false) };
        (self.steps, self.printed) = (counted.steps, counted.printed);
        self.deepest = self.deepest.max(self.nested + trace.depth);
        if let Some(around) = self.memo.recordings.last_mut()
            && around.dot == dot.identity()
        {
            around.append(trace);
        }
        out.extend_from_slice(&trace.text);
        Ok(true)
    }

    /// A variable of the template whose part is being recorded was read.
    #[cold]
    fn read_variable(&mut self, at: usize, base: usize, value: &Rv) {
        let seen = match &value.value {
            Value::Map(map) if self.is_traced(map) => Some(Seen::Dot),
            other => is_scalar(other).then(|| Seen::Scalar(other.clone(), value.iface)),
        };
        match (self.memo.recordings.last_mut(), seen) {
            (Some(recording), Some(seen)) if recording.trace.reads.len() < MAX_READS => {
                // A template has fewer variables than bytes.
                recording.trace.push_variable(recording.child, (at - base) as u32, seen);
            }
            _ => self.lost(),
        }
    }
}

impl State<'_, '_> {
    /// A variable is read, or with `None` written.
    #[inline]
    pub(in super::super) fn variable_used(&mut self, at: usize, value: Option<&Rv>) {
        if at < self.shared.height {
            match value {
                Some(value) => self.shared.read_variable(at, self.base, value),
                None => self.shared.lost(),
            }
        }
    }

    /// Executes a template's list in parts, if it is known well enough. `false`: nothing was done.
    pub(in super::super) fn walk_parts(&mut self, dot: &Rv, entry: &Entry, out: &mut Vec<u8>) -> Result<bool> {
        let code = self.code;
        let (Value::Map(map), Kind::List(children)) = (&dot.value, code.node(self.root).kind) else { return Ok(false) };
        let nodes = code.children(children);
        let Some(mut parts) = self.shared.parts(self.set, entry, nodes) else { return Ok(false) };
        let map = map.clone();
        let result = self.walk_each_part(dot, &map, &mut parts, nodes, out);
        self.shared.put_back(self.set, entry, parts);
        result.map(|()| true)
    }

    fn walk_each_part(
        &mut self,
        dot: &Rv,
        map: &Map,
        parts: &mut Parts,
        nodes: &[NodeId],
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let mut at = 0;
        while let Some(part) = parts.0.get_mut(at) {
            let nodes = &nodes[part.from..part.to];
            let mut lost = None;
            match &mut part.kept {
                Kept::Nothing => {
                    self.walk_nodes(dot, nodes, out)?;
                }
                Kept::Trace(trace) => match self.shared.print_again(trace, map, self.base, out) {
                    Ok(true) => {}
                    Ok(false) => {
                        self.walk_nodes(dot, nodes, out)?;
                    }
                    Err(node) => {
                        self.walk_nodes(dot, nodes, out)?;
                        lost = Some(node);
                    }
                },
                Kept::Unknown => match self.record_part(dot, map, nodes, out)? {
                    Ok(trace) => {
                        let worth = trace.steps >= WORTH + trace.reads.len() as u64;
                        part.kept = if worth { Kept::Trace(trace) } else { Kept::Nothing };
                    }
                    Err(node) => lost = Some(node),
                },
            }
            at += lost.map_or(1, |node| parts.split(at, node as usize));
        }
        Ok(())
    }

    /// Executes the nodes of a part and records them. The node at which that was lost, where it was.
    fn record_part(
        &mut self,
        dot: &Rv,
        map: &Map,
        nodes: &[NodeId],
        out: &mut Vec<u8>,
    ) -> Result<std::result::Result<Trace, u32>> {
        let (printed, height) = (out.len(), self.shared.vars.len());
        self.shared.record(map, height);
        let mut result = Ok(());
        for (child, node) in nodes.iter().enumerate() {
            if let Some(recording) = self.shared.memo.recordings.last_mut() {
                // There are fewer nodes than bytes of a template.
                recording.child = child as u32;
            }
            result = self.walk_nodes(dot, std::slice::from_ref(node), out).map(|_| ());
            if result.is_err() {
                break;
            }
        }
        let text = &out[printed.min(out.len())..];
        let well = result.is_ok() && self.shared.vars.len() == height && text.len() <= MAX_TEXT;
        let ended = self.shared.end_recording(well);
        result?;
        Ok(ended.map(|mut trace| {
            trace.text = Str::from(text);
            self.shared.memo.bytes += text.len();
            trace
        }))
    }
}
