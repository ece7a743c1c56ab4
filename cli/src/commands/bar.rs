//! A progress bar.
//!
//! It is a line and no more, and ours: the crates for it estimate times with powers of real numbers, and so the system
//! would load its library of mathematics for each `thinlock template`, which takes a twentieth of rendering a chart.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::Env;

/// How long the bar stays as it is.
const PAUSE: Duration = Duration::from_millis(50);
const WIDTH: usize = 40;
/// The beginning of the line, with all that is on it gone.
const CLEAR: &str = "\r\x1b[K";

/// A progress bar on a terminal, nothing elsewhere. Threads may share it.
pub(crate) struct Bar(Option<Mutex<Line>>);

struct Line {
    verb: &'static str,
    coloured: bool,
    done: usize,
    all: usize,
    drawn: Option<Instant>,
}

impl Bar {
    pub(crate) fn new(env: &Env, verb: &'static str) -> Bar {
        if !env.terminal || env.var("TERM") == Some("dumb") {
            return Bar(None);
        }
        let coloured = env.var("NO_COLOR").is_none_or(str::is_empty);
        Bar(Some(Mutex::new(Line { verb, coloured, done: 0, all: 0, drawn: None })))
    }

    /// `done` of `all` are done.
    pub(crate) fn set(&self, done: usize, all: usize) {
        self.with(|line| {
            line.all = all;
            // Threads report in any order.
            line.done = line.done.max(done);
            if line.drawn.is_none_or(|drawn| drawn.elapsed() >= PAUSE) {
                line.draw();
            }
        });
    }

    /// Lets something be written to the terminal without the bar in between.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.clear();
        let written = write();
        self.with(Line::draw);
        written
    }

    pub(crate) fn clear(&self) {
        self.with(|line| {
            if line.drawn.take().is_some() {
                show(CLEAR);
            }
        });
    }

    fn with(&self, change: impl FnOnce(&mut Line)) {
        if let Some(line) = &self.0 {
            change(&mut line.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl Line {
    fn draw(&mut self) {
        show(&self.text());
        self.drawn = Some(Instant::now());
    }

    /// What is written: the terminal cuts off what is too long for it, in place of going on in the next line.
    fn text(&self) -> String {
        const KEEP_LINE: (&str, &str) = ("\x1b[?7l", "\x1b[?7h");
        let full = (WIDTH * self.done).checked_div(self.all).unwrap_or(0).min(WIDTH);
        let bar = "█".repeat(full) + &"░".repeat(WIDTH - full);
        let (on, off) = if self.coloured { ("\x1b[36m", "\x1b[0m") } else { ("", "") };
        let (verb, done, all) = (self.verb, self.done, self.all);
        format!("{CLEAR}{}{verb} {on}{bar}{off} {done}/{all}{}", KEEP_LINE.0, KEEP_LINE.1)
    }
}

/// Progress that cannot be shown is no reason to stop.
fn show(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(done: usize, all: usize) -> String {
        let text = Line { verb: "rendering", coloured: false, done, all, drawn: None }.text();
        text.replace("\x1b[?7l", "<").replace("\x1b[?7h", ">").replace(CLEAR, "^")
    }

    #[test]
    fn a_bar_grows_from_nothing_to_its_width() {
        let bar = |full: usize| "█".repeat(full) + &"░".repeat(40 - full);
        assert_eq!(line(0, 0), format!("^<rendering {} 0/0>", bar(0)));
        assert_eq!(line(1, 4), format!("^<rendering {} 1/4>", bar(10)));
        assert_eq!(line(999, 1000), format!("^<rendering {} 999/1000>", bar(39)));
        assert_eq!(line(1000, 1000), format!("^<rendering {} 1000/1000>", bar(40)));
    }

    #[test]
    fn what_threads_report_late_does_not_take_it_back() {
        let mut env = Env { terminal: true, ..Env::default() };
        env.vars.insert("NO_COLOR".into(), "1".into());
        let bar = Bar::new(&env, "promoting");
        let seen = || bar.0.as_ref().map(|line| line.lock().unwrap().done);
        bar.with(|line| line.drawn = Some(Instant::now() + Duration::from_secs(60)));
        bar.set(3, 9);
        bar.set(2, 9);
        assert_eq!(seen(), Some(3));
        bar.with(|line| line.drawn = None);
        assert!(Bar::new(&Env::default(), "promoting").0.is_none());
        env.vars.insert("TERM".into(), "dumb".into());
        assert!(Bar::new(&env, "promoting").0.is_none());
    }
}
