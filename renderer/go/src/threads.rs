//! Threads beside the first one, for work that takes milliseconds.
//!
//! Go starts its threads with the process and moves work between them itself; here the kernel does. Linux often puts a new
//! thread on the processor of the one that started it, though another one is idle, and lets it wait there, or lets that one
//! wait: on a machine of two processors two threads of 3 ms take 6 ms in most runs, and a large chart renders in 10. So a
//! thread that finds itself there leaves, which takes 0.04 ms.

use std::num::NonZero;
use std::sync::OnceLock;
use std::thread::{self, Scope};

/// How many processors there are for this process.
pub fn processors() -> usize {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    *PROCESSORS.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}

/// Starts a thread for some work, on another processor if there is one. Says whether there was a thread to be had.
pub fn start<'scope>(scope: &'scope Scope<'scope, '_>, work: impl FnOnce() + Send + 'scope) -> bool {
    let home = place::processor();
    let work = move || {
        place::leave(home);
        keep_memory();
        work();
    };
    let started = thread::Builder::new().spawn_scoped(scope, work).is_ok();
    if started {
        // If the thread waits behind this one, it leaves now.
        thread::yield_now();
    }
    started
}

/// The memory that a thread allocates from grows by what is asked for, a system call each time, unless it was larger once.
fn keep_memory() {
    /// What parsing most of a large chart takes. Memory that is not written to takes none.
    const BYTES: usize = 6 << 20;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(BYTES)));
}

#[cfg(target_os = "linux")]
mod place {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};

    pub(super) fn processor() -> usize {
        sched_getcpu()
    }

    /// Moves this thread to another processor if it is on this one, and there is another that it may run on. It may run
    /// where it might before.
    pub(super) fn leave(home: usize) {
        if sched_getcpu() != home || home >= CpuSet::MAX_CPU {
            return;
        }
        let Ok(all) = sched_getaffinity(None) else { return };
        let mut others = all;
        others.unset(home);
        if others.count() > 0 && sched_setaffinity(None, &others).is_ok() {
            let _ = sched_setaffinity(None, &all);
        }
    }
}

/// Elsewhere threads have no say in where they run.
#[cfg(not(target_os = "linux"))]
mod place {
    pub(super) fn processor() -> usize {
        0
    }

    pub(super) fn leave(_: usize) {}
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn all_threads_do_their_work() {
        let done = AtomicUsize::new(0);
        let started = thread::scope(|scope| {
            let work = || {
                done.fetch_add(1, Ordering::Relaxed);
            };
            (0..8).filter(|_| start(scope, work)).count()
        });
        assert_eq!((started, done.into_inner()), (8, 8));
        assert!(processors() >= 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_that_left_may_run_where_it_might_before() {
        use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};
        let all = sched_getaffinity(None).unwrap();
        let mut one = CpuSet::new();
        one.set(sched_getcpu());
        for allowed in [all, one] {
            thread::scope(|scope| {
                scope.spawn(|| {
                    sched_setaffinity(None, &allowed).unwrap();
                    for _ in 0..100 {
                        place::leave(sched_getcpu());
                        assert_eq!(sched_getaffinity(None).unwrap(), allowed);
                    }
                    // What is no processor is none to leave.
                    place::leave(usize::MAX);
                    place::leave(CpuSet::MAX_CPU);
                });
            });
        }
    }
}
