//! What templates printed before. A template that `include` executes often prints the same again: the labels of a
//! component, a chart's name. Where all that it read of its dot were scalars, and it asked nothing outside, what it
//! printed follows from them; so the next time its reads are made again, and if they give the same, so is the text.
//!
//! What is kept are copies of scalars and texts: nothing of a render outlives it. And nothing shows of it: an execution that could end at a limit is not spared, so that it ends there.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rustc_hash::FxHasher;
use thinlock_go::map::At;
use thinlock_go::types::{Kind, Type};
use thinlock_go::{Frozen, Map, Object, Str, Toolchain, Value};

use super::{MissingKey, Shared};
use crate::Set;
use crate::rv::Rv;
use crate::set::Entry;

/// What a thread remembers of its executions.
#[derive(Default)]
pub(super) struct Memo {
    /// Under which options there were any, and which of them hold now.
    options: Vec<(MissingKey, Toolchain)>,
    under: u32,
    slots: HashMap<Key, Slot, BuildHasherDefault<FxHasher>>,
    /// The bytes of all traces.
    bytes: usize,
    /// What is being recorded, innermost last.
    recordings: Vec<Recording>,
}

/// A template of a set: the set's id, where the text is in memory, and which of its trees it is. The set keeps the text
/// there as long as it has the id. And the options.
type Key = (u64, usize, u32, u32);

/// What is known of one template of one set.
#[derive(Default)]
struct Slot {
    runs: u32,
    hits: u32,
    /// Recordings that came to nothing: such a template is executed without more ado.
    failures: u32,
    /// The one that was right last is the first.
    #[allow(clippy::vec_box, reason = "they are put in another order at each use, and each is 200 bytes")]
    traces: Vec<Box<Trace>>,
}

/// What an execution read, and what came of it.
#[derive(Default)]
struct Trace {
    reads: Vec<Read>,
    /// The reads in the order in which they were made, by their place in [`Trace::reads`]; with the address of the keys in
    /// the template's text that made it. The same place is mostly the next to read the next time, too.
    made: Vec<(usize, u32)>,
    /// The keys of all reads, and where they were last.
    keys: Vec<Str>,
    hints: Vec<AtomicU32>,
    /// The read that last did not fit.
    differs: usize,
    text: Str,
    steps: u64,
    printed: usize,
    /// How many templates `include` executed inside one another.
    depth: u32,
}

/// A path of keys from the dot on, and what was there.
struct Read {
    start: u32,
    len: u32,
    /// The address of the keys in the template's text.
    place: usize,
    seen: Seen,
}

impl Read {
    /// Where its keys are among those of the trace.
    fn range(&self) -> Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }

    /// Whether the path still leads to what was seen there. A template that reads it then gets the same.
    fn is_found_again(&self, dot: &Map, keys: &[Str], hints: &[AtomicU32]) -> bool {
        dot.at_path(keys, hints, |at| match (at, &self.seen) {
            (At::Live(value, elem), Seen::Scalar(seen, iface)) => {
                is_equal(value, seen) && is_same(interface(elem), *iface)
            }
            (At::Frozen(value, elem, _), Seen::Scalar(seen, iface)) => {
                is_equal_frozen(value, seen) && is_same(interface(elem), *iface)
            }
            (At::Missing(elem), Seen::Missing(seen)) => std::ptr::eq(elem, *seen),
            (At::Object(object, _, from), Seen::Scalar(seen, iface)) => {
                let is_it = |value: &Value, go_type| is_equal(value, seen) && is_same(interface(go_type), *iface);
                look_into(&**object, &keys[from..], &hints[from..], is_it).unwrap_or(false)
            }
            _ => false,
        })
    }
}

/// What is at the end of a path.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    /// A scalar, and the interface type through which it is seen.
    Scalar(Value, Option<Type>),
    /// No such key in a map of this element type.
    Missing(Type),
}

impl Seen {
    pub(super) fn value(value: Value, go_type: Type) -> Option<Seen> {
        let scalar = matches!(
            value,
            Value::Nil | Value::Bool(_) | Value::Int(..) | Value::Uint(..) | Value::Float(_) | Value::Str(_)
        );
        scalar.then(|| Seen::Scalar(value, interface(go_type)))
    }
}

impl Seen {
    /// A scalar seen through a type.
    pub(super) fn of(value: &Value, go_type: Type) -> Option<Seen> {
        Seen::value(value.clone(), go_type)
    }

    /// Whether a template got this.
    pub(super) fn is(&self, value: &Rv) -> bool {
        matches!(self, Seen::Scalar(..)) && *self == Seen::Scalar(value.value.clone(), value.iface)
    }
}

impl PartialEq for Seen {
    fn eq(&self, other: &Seen) -> bool {
        match (self, other) {
            (Seen::Scalar(a, a_type), Seen::Scalar(b, b_type)) => is_equal(a, b) && is_same(*a_type, *b_type),
            (Seen::Missing(a), Seen::Missing(b)) => std::ptr::eq(*a, *b),
            _ => false,
        }
    }
}

fn is_same(a: Option<Type>, b: Option<Type>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => std::ptr::eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// An execution that is being recorded.
struct Recording {
    key: Key,
    /// A trace of before, whose first so many reads are of this execution.
    trace: Box<Trace>,
    made: usize,
    /// The dot's [`Map::identity`].
    dot: usize,
    /// Whether everything that was read could be written down.
    complete: bool,
    /// What the execution around this one goes on with.
    outer_asked: bool,
    outer_deepest: u32,
    steps: u64,
    printed: usize,
}

/// What [`Shared::recall`] knows.
pub(super) enum Recalled {
    /// What the template prints.
    Text(Str),
    /// Nothing yet: the execution is being recorded, and [`Shared::recorded`] wants to know how it ends.
    Recording,
    /// Nothing, and it stays so.
    Nothing,
}

/// The first executions of a template are not recorded: most come no more than once.
const RECORDED_FROM: u32 = 2;
/// After so many recordings that came to nothing there are no further ones.
const MAX_FAILURES: u32 = 2;
/// How many different readings of a template are kept.
const MAX_TRACES: usize = 4;
/// A template that reads more is executed as quickly as compared.
const MAX_READS: usize = 32;
/// Longer texts are not kept.
const MAX_TEXT: usize = 16 << 10;
/// What all traces may add up to, and how many templates are kept in view; when there are more it starts anew.
const MAX_BYTES: usize = 4 << 20;
const MAX_SLOTS: usize = 4096;
const MAX_OPTIONS: usize = 16;
/// Helm ends an `include` of one name at a depth of 1,000, and we all of them at 10,000. What is deeper than this is
/// executed, so that it ends where it would.
const MAX_DEPTH: u32 = 500;
/// So many runs without being right once in [`WORTH`] of them, and a template is executed without more ado.
const TRIED: u32 = 64;
const WORTH: u32 = 16;

impl Trace {
    /// Its memory in bytes.
    fn weight(&self) -> usize {
        let key = size_of::<Str>() + size_of::<AtomicU32>();
        self.text.len() + self.reads.len() * size_of::<Read>() + self.keys.len() * key + size_of_val(&*self.made)
    }

    /// Adds a read, made by keys at a place in the template's text; of an older trace only so many are of this execution.
    fn push(&mut self, made: &mut usize, place: usize, keys: &[Str], hints: &[AtomicU32], seen: Seen) {
        if let Some((known, at)) = self.made.get(*made)
            && *known == place
            && let Some(read) = self.reads.get_mut(*at as usize)
        {
            *made += 1;
            read.seen = seen;
            return;
        }
        self.cut(*made);
        *made += 1;
        // What is read again is the same: nobody else has the dot.
        if let Some(at) = self.reads.iter().position(|read| self.keys[read.range()] == *keys) {
            self.made.push((place, at as u32));
            return;
        }
        self.made.push((place, self.reads.len() as u32));
        // Both are few.
        let (start, len) = (self.keys.len() as u32, keys.len() as u32);
        self.keys.extend_from_slice(keys);
        self.hints.extend(hints.iter().map(|hint| AtomicU32::new(hint.load(Ordering::Relaxed))));
        self.reads.push(Read { start, len, place, seen });
    }

    /// Leaves the first so many of the reads that were made.
    fn cut(&mut self, made: usize) {
        if made < self.made.len() {
            self.made.truncate(made);
            let reads = self.made.iter().map(|(_, at)| *at as usize + 1).max().unwrap_or(0);
            self.reads.truncate(reads);
            let keys = self.reads.last().map_or(0, |read| read.range().end);
            self.keys.truncate(keys);
            self.hints.truncate(keys);
            self.differs = 0;
        }
    }

    /// Whether a dot gives what was read. The order of the reads does not matter, since looking changes nothing; so what
    /// did not fit is asked first the next time. What that gives is kept in `first`, as the other traces of a template
    /// mostly differ in the same.
    fn fits(&mut self, dot: &Map, first: &mut Option<(usize, Option<Seen>)>) -> bool {
        let (keys, hints) = (&self.keys, &self.hints);
        if let Some(read) = self.reads.get(self.differs) {
            let range = read.range();
            let (place, seen) =
                first.get_or_insert_with(|| (read.place, look(dot, &keys[range.clone()], &hints[range])));
            if *place == read.place && seen.as_ref() != Some(&read.seen) {
                return false;
            }
        }
        let differs = self.reads.iter().position(|read| match first {
            Some((place, seen)) if *place == read.place => seen.as_ref() != Some(&read.seen),
            _ => {
                let range = read.range();
                !read.is_found_again(dot, &keys[range.clone()], &hints[range])
            }
        });
        match differs {
            Some(at) => {
                self.differs = at;
                false
            }
            None => true,
        }
    }
}

impl Recording {
    fn append(&mut self, trace: &Trace) {
        if self.made + trace.made.len() > MAX_READS {
            self.complete = false;
            return;
        }
        for (place, at) in &trace.made {
            let Some(read) = trace.reads.get(*at as usize) else { continue };
            let range = read.range();
            let (keys, hints) = (&trace.keys[range.clone()], &trace.hints[range]);
            self.trace.push(&mut self.made, *place, keys, hints, read.seen.clone());
        }
    }
}

/// Whether two scalars are equal in all that a template can tell.
#[inline(always)]
fn is_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a_kind, a), Value::Int(b_kind, b)) => a_kind == b_kind && a == b,
        (Value::Uint(a_kind, a), Value::Uint(b_kind, b)) => a_kind == b_kind && a == b,
        // A zero has a sign, and a NaN is to be found again.
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::Str(a), Value::Str(b)) => a == b,
        _ => false,
    }
}

/// As [`is_equal`], of what has not been thawed.
fn is_equal_frozen(a: &Frozen, b: &Value) -> bool {
    match (a, b) {
        (Frozen::Str(a), Value::Str(b)) => a == b,
        (Frozen::Map(..) | Frozen::List(..) | Frozen::Bytes(_), _) => false,
        (scalar, b) => is_equal(&scalar.thaw(), b),
    }
}

/// The interface type through which a value of a type is seen.
fn interface(go_type: Type) -> Option<Type> {
    (go_type.kind == Kind::Interface).then_some(go_type)
}

/// What is at the end of a path of keys, if that is a scalar.
fn look(dot: &Map, keys: &[Str], hints: &[AtomicU32]) -> Option<Seen> {
    dot.at_path(keys, hints, |at| match at {
        At::Live(value, elem) => Seen::of(value, elem),
        At::Frozen(Frozen::Map(..) | Frozen::List(..), ..) => None,
        At::Frozen(scalar, elem, _) => Seen::value(scalar.thaw(), elem),
        At::Missing(elem) => Some(Seen::Missing(elem)),
        At::Object(object, _, from) => look_into(&**object, &keys[from..], &hints[from..], Seen::of).flatten(),
        At::Elsewhere => None,
    })
}

/// Looks at what is at the end of a path of keys into an object, `.Chart.Name`, if nothing has to be called on the way.
#[inline]
pub(super) fn look_into<R>(
    object: &dyn Object,
    keys: &[Str],
    hints: &[AtomicU32],
    look: impl FnOnce(&Value, Type) -> R,
) -> Option<R> {
    let (Some((key, keys)), Some((hint, hints))) = (keys.split_first(), hints.split_first()) else { return None };
    if let Some((value, go_type)) = object.kept_field(key, hint) {
        return if keys.is_empty() { Some(look(value, go_type)) } else { look_further(value, keys, hints, look) };
    }
    let is_plain = object.go_type().kind == Kind::Struct
        && object.underlying().is_none()
        && object.methods().iter().all(|method| method.name.as_bytes() != key.as_bytes());
    let field = if is_plain { object.field(key)? } else { return None };
    if keys.is_empty() {
        Some(look(&field.value, field.go_type))
    } else {
        look_further(&field.value, keys, hints, look)
    }
}

fn look_further<R>(
    value: &Value,
    keys: &[Str],
    hints: &[AtomicU32],
    look: impl FnOnce(&Value, Type) -> R,
) -> Option<R> {
    match value {
        Value::Map(map) => map.at_path(keys, hints, |at| match at {
            At::Live(value, elem) => Some(look(value, elem)),
            At::Frozen(Frozen::Map(..) | Frozen::List(..), ..) => None,
            At::Frozen(scalar, elem, _) => Some(look(&scalar.thaw(), elem)),
            At::Object(object, _, from) => look_into(&**object, &keys[from..], &hints[from..], look),
            At::Missing(_) | At::Elsewhere => None,
        }),
        Value::Object(object) => look_into(&**object, keys, hints, look),
        _ => None,
    }
}

impl Slot {
    fn is_hopeless(&self) -> bool {
        self.failures >= MAX_FAILURES || self.runs > TRIED && self.hits < self.runs / WORTH
    }
}

impl Memo {
    /// Begins an execution: what was printed under other options does not count.
    pub(super) fn begin(&mut self, missing_key: MissingKey, toolchain: &Toolchain) {
        if self.slots.len() > MAX_SLOTS || self.bytes > MAX_BYTES || self.options.len() > MAX_OPTIONS {
            *self = Memo::default();
        }
        let at = self.options.iter().position(|(key, under)| *key == missing_key && under == toolchain);
        let at = at.unwrap_or_else(|| {
            self.options.push((missing_key, toolchain.clone()));
            self.options.len() - 1
        });
        // They are few.
        self.under = at as u32;
    }
}

impl Shared<'_> {
    /// What a template prints with a dot, if that is known. Otherwise its execution may be recorded.
    pub(super) fn recall(&mut self, set: &Set, entry: &Entry, dot: &Value) -> Recalled {
        let (Value::Map(dot), Some(id)) = (dot, set.id()) else { return Recalled::Nothing };
        // A missing key is an error then, and what prints once may fail the next time.
        if self.env.missing_key == MissingKey::Error {
            return Recalled::Nothing;
        }
        let key = (id, Arc::as_ptr(&entry.parsed).addr(), entry.tree, self.memo.under);
        let slot = self.memo.slots.entry(key).or_default();
        slot.runs = slot.runs.saturating_add(1);
        if slot.runs < RECORDED_FROM || slot.is_hopeless() {
            return Recalled::Nothing;
        }
        let mut first = None;
        if let Some(at) = slot.traces.iter_mut().position(|trace| trace.fits(dot, &mut first)) {
            slot.traces[..=at].rotate_right(1);
            let trace = &slot.traces[0];
            // No buffer on the way was longer than all that was printed.
            let printed = self.printed.saturating_add(trace.printed.saturating_mul(2));
            let limits = &self.env.limits;
            if self.nested.saturating_add(trace.depth) > MAX_DEPTH
                || self.steps.saturating_add(trace.steps) > limits.steps
                || printed > limits.output
            {
                return Recalled::Nothing;
            }
            slot.hits = slot.hits.saturating_add(1);
            self.steps += trace.steps;
            self.printed += trace.printed;
            self.deepest = self.deepest.max(self.nested + trace.depth);
            // An execution around this one with the same dot has read all that as well.
            if let Some(around) = self.memo.recordings.last_mut()
                && around.dot == dot.identity()
            {
                around.append(trace);
            }
            return Recalled::Text(trace.text.clone());
        }
        let trace = if slot.traces.len() < MAX_TRACES { None } else { slot.traces.pop() }.unwrap_or_default();
        self.memo.bytes = self.memo.bytes.saturating_sub(trace.weight());
        let recording = Recording {
            key,
            trace,
            made: 0,
            dot: dot.identity(),
            complete: true,
            outer_asked: self.asked.replace(false),
            outer_deepest: std::mem::replace(&mut self.deepest, self.nested),
            steps: self.steps,
            printed: self.printed,
        };
        self.memo.recordings.push(recording);
        self.traced = dot.identity();
        Recalled::Recording
    }

    /// Takes what an execution printed, or `None` where it failed, as the end of what is being recorded.
    pub(super) fn recorded(&mut self, text: Option<&Str>) {
        let Some(mut recording) = self.memo.recordings.pop() else { return };
        recording.trace.cut(recording.made);
        let asked = self.asked.replace(recording.outer_asked || self.asked.get());
        recording.trace.depth = self.deepest - self.nested;
        self.deepest = self.deepest.max(recording.outer_deepest);
        let complete = recording.complete && !asked && text.is_some();
        self.traced = 0;
        if let Some(around) = self.memo.recordings.last_mut() {
            if around.dot == recording.dot {
                around.complete &= complete;
                around.append(&recording.trace);
            }
            if around.complete {
                self.traced = around.dot;
            }
        }
        let Recording { key, mut trace, steps, printed, .. } = recording;
        let slot = self.memo.slots.entry(key).or_default();
        let Some(text) = text.filter(|text| complete && text.len() <= MAX_TEXT) else {
            slot.failures = slot.failures.saturating_add(1);
            return;
        };
        trace.text = text.clone();
        trace.steps = self.steps - steps;
        trace.printed = self.printed - printed;
        self.memo.bytes += trace.weight();
        slot.traces.insert(0, trace);
    }

    /// Whether reads of this map are being recorded.
    #[inline]
    pub(super) fn is_traced(&self, map: &Map) -> bool {
        self.traced != 0 && self.traced == map.identity()
    }

    /// The dot that is being recorded was given away as a whole, or what was read of it cannot be written down.
    #[cold]
    pub(super) fn lost(&mut self) {
        if let Some(recording) = self.memo.recordings.last_mut() {
            recording.complete = false;
        }
        // What follows is of no use.
        self.traced = 0;
    }

    /// A path of keys was read of the dot that is being recorded.
    pub(super) fn read(&mut self, keys: &[Str], hints: &[AtomicU32], seen: Option<Seen>) {
        match (self.memo.recordings.last_mut(), seen) {
            (Some(recording), Some(seen)) if recording.made < MAX_READS => {
                let place = keys.as_ptr().addr();
                recording.trace.push(&mut recording.made, place, keys, hints, seen);
            }
            _ => self.lost(),
        }
    }
}
