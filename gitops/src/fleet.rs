//! Many deployments on several threads: each thread has a state of its own, results come in order, and only so many of
//! them wait for their turn.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use thinlock_go::threads;

/// How many items may be begun before the first of them is reported, for each thread: enough that a slow one does not
/// hold the others up, few enough that memory does not grow with the fleet.
const WINDOW: usize = 32;

/// Works on all items, on one thread for each state, the calling one among them. `done` is told the results in the order
/// of the items, on the calling thread; when it breaks, no further item is begun.
pub(crate) fn in_order<S: Send, I: Send, T: Send>(
    states: &mut [S],
    items: impl IntoIterator<Item = I, IntoIter: ExactSizeIterator + Send>,
    work: impl Fn(&mut S, I) -> T + Sync,
    mut done: impl FnMut(T) -> ControlFlow<()>,
) {
    let items = items.into_iter();
    let count = items.len();
    let Some((own, others)) = states.split_first_mut() else { return };
    let others = others.get_mut(..count.saturating_sub(1).min(others.len())).unwrap_or_default();
    if others.is_empty() {
        for item in items {
            if done(work(own, item)).is_break() {
                return;
            }
        }
        return;
    }
    let window = WINDOW * (others.len() + 1);
    let state = State { items, begun: 0, reported: 0, ready: BTreeMap::new(), waiting: 0, stopped: false };
    let desk = Desk { state: Mutex::new(state), changed: Condvar::new(), window };
    std::thread::scope(|scope| {
        let (desk, work) = (&desk, &work);
        for state in others {
            // Where there is no thread to be had, there is one less.
            threads::start(scope, move || {
                let _stop = StopOnPanic(desk);
                while let Some((at, item)) = desk.take() {
                    desk.deliver(at, work(state, item));
                }
            });
        }
        let _stop = StopOnPanic(desk);
        loop {
            match desk.turn() {
                Turn::Report(result) => {
                    if done(result).is_break() {
                        desk.stop();
                        return;
                    }
                }
                Turn::Work(at, item) => desk.deliver(at, work(own, item)),
                Turn::End => return,
            }
        }
    });
}

/// The results of all items, in order.
pub(crate) fn map<S: Send, I: Send, T: Send>(
    states: &mut [S],
    items: impl IntoIterator<Item = I, IntoIter: ExactSizeIterator + Send>,
    work: impl Fn(&mut S, I) -> T + Sync,
) -> Vec<T> {
    let mut all = Vec::new();
    in_order(states, items, work, |result| {
        all.push(result);
        ControlFlow::Continue(())
    });
    all
}

/// Where threads take items and put results.
struct Desk<N, T> {
    state: Mutex<State<N, T>>,
    changed: Condvar,
    window: usize,
}

struct State<N, T> {
    /// The items that are not begun yet.
    items: N,
    begun: usize,
    reported: usize,
    /// Results that wait for those before them.
    ready: BTreeMap<usize, T>,
    waiting: usize,
    stopped: bool,
}

/// What the calling thread does next.
enum Turn<I, T> {
    Report(T),
    Work(usize, I),
    End,
}

impl<N: Iterator + ExactSizeIterator, T> Desk<N, T> {
    fn lock(&self) -> MutexGuard<'_, State<N, T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'d>(&self, mut state: MutexGuard<'d, State<N, T>>) -> MutexGuard<'d, State<N, T>> {
        state.waiting += 1;
        let mut state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state
    }

    /// Waking is a system call, also where nobody waits.
    fn wake(&self, state: &State<N, T>) {
        if state.waiting > 0 {
            self.changed.notify_all();
        }
    }

    /// The next item for a thread; waits while too many results wait for their turn.
    fn take(&self) -> Option<(usize, N::Item)> {
        let mut state = self.lock();
        while !state.stopped && state.items.len() > 0 {
            if let Some(next) = self.begin(&mut state) {
                return Some(next);
            }
            state = self.wait(state);
        }
        None
    }

    fn begin(&self, state: &mut State<N, T>) -> Option<(usize, N::Item)> {
        if state.begun >= state.reported + self.window {
            return None;
        }
        let item = state.items.next()?;
        state.begun += 1;
        Some((state.begun - 1, item))
    }

    fn deliver(&self, at: usize, result: T) {
        let mut state = self.lock();
        state.ready.insert(at, result);
        if at == state.reported {
            self.wake(&state);
        }
    }

    /// Reporting comes first: it frees memory, and lets threads that wait go on.
    fn turn(&self) -> Turn<N::Item, T> {
        let mut state = self.lock();
        loop {
            let first = state.reported;
            if let Some(result) = state.ready.remove(&first) {
                state.reported += 1;
                self.wake(&state);
                return Turn::Report(result);
            }
            if state.stopped || (state.items.len() == 0 && state.reported == state.begun) {
                return Turn::End;
            }
            if let Some((at, item)) = self.begin(&mut state) {
                return Turn::Work(at, item);
            }
            state = self.wait(state);
        }
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }
}

/// A thread that dies takes the others with it, instead of leaving them waiting for its result.
struct StopOnPanic<'d, N: ExactSizeIterator, T>(&'d Desk<N, T>);

impl<N: ExactSizeIterator, T> Drop for StopOnPanic<'_, N, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_are_in_order_and_few_wait() {
        for threads in [1, 2, 5] {
            let mut states = vec![0usize; threads];
            let begun = AtomicUsize::new(0);
            let mut seen = Vec::new();
            in_order(
                &mut states,
                0..2_000,
                |state, at| {
                    *state += 1;
                    begun.fetch_add(1, Ordering::Relaxed);
                    if at % 97 == 0 {
                        std::thread::sleep(std::time::Duration::from_millis(1));
                    }
                    at * 2
                },
                |result| {
                    seen.push(result);
                    assert!(begun.load(Ordering::Relaxed) <= seen.len() + WINDOW * threads);
                    ControlFlow::Continue(())
                },
            );
            assert_eq!(seen, (0..2_000).map(|at| at * 2).collect::<Vec<_>>());
            assert_eq!(states.iter().sum::<usize>(), 2_000);
        }
    }

    #[test]
    fn nothing_is_begun_after_a_break() {
        for threads in [1, 3] {
            let begun = AtomicUsize::new(0);
            let mut reported = 0;
            in_order(
                &mut vec![(); threads],
                0..10_000,
                |(), _| begun.fetch_add(1, Ordering::Relaxed),
                |_| {
                    reported += 1;
                    if reported == 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                },
            );
            assert_eq!(reported, 10);
            assert!(begun.load(Ordering::Relaxed) <= 10 + WINDOW * threads);
        }
    }

    #[test]
    fn no_items_and_one() {
        assert!(map(&mut [(), ()], 0..0, |(), at| at).is_empty());
        assert_eq!(map(&mut [(), ()], 0..1, |(), at| at), [0]);
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn a_panic_is_passed_on() {
        map(&mut [(); 2], 0..1_000, |(), _| {
            assert!(std::thread::current().name().is_some_and(|name| name.contains("a_panic")), "not here");
            std::thread::sleep(std::time::Duration::from_micros(100));
        });
    }
}
