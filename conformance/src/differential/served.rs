//! A helm binary that answers many commands in one process: what `conformance/oracle/build.sh` makes.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use serde::Deserialize;

use super::judge::{DIED, HUNG};
use super::zones;
use crate::{Helm, Invocation, Outcome};

/// How long a case may take. A small chart takes a millisecond; Go's stack overflow some seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// A pool of processes of one helm binary; as many as cases are run at a time.
#[derive(Debug)]
pub struct Served {
    path: PathBuf,
    home: PathBuf,
    zones: PathBuf,
    idle: Mutex<Vec<Server>>,
}

#[derive(Debug)]
struct Server {
    process: Child,
    requests: ChildStdin,
    answers: Receiver<String>,
}

#[derive(Deserialize)]
struct Answer {
    status: i64,
    stdout: Option<String>,
    stderr: Option<String>,
}

impl Served {
    /// Starts one process and asks it something; `None` for a binary that does not serve. `home` is a scratch folder.
    ///
    /// # Errors
    /// It cannot be started, or the scratch folder cannot be written.
    pub fn open(path: &Path, home: &Path) -> io::Result<Option<Served>> {
        let zones = zones::lay_out(home)?;
        let served = Served { path: path.to_owned(), home: home.to_owned(), zones, idle: Mutex::default() };
        let mut server = served.start()?;
        match server.ask(home, &["version".to_owned()]) {
            Ok(outcome) if outcome.status == 0 => {
                served.put_back(server);
                Ok(Some(served))
            }
            _ => {
                server.stop();
                Ok(None)
            }
        }
    }

    fn start(&self) -> io::Result<Server> {
        let mut command = Command::new(&self.path);
        command.env_clear().env("HELM_ORACLE", "1").env("HOME", &self.home).env("TZ", "UTC").env("GOMAXPROCS", "1");
        command.env(zones::VARIABLE, &self.zones);
        for name in ["PATH", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.current_dir(&self.home).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn()?;
        let (Some(requests), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::Error::other("no pipes"));
        };
        let (sender, answers) = mpsc::channel();
        // The thread ends with the process, whose end closes the pipe.
        std::thread::spawn(move || {
            for line in BufReader::with_capacity(1 << 20, output).lines() {
                let Ok(line) = line else { return };
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Server { process, requests, answers })
    }

    fn put_back(&self, server: Server) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(server);
    }
}

impl Helm for Served {
    fn run(&self, invocation: &Invocation) -> Outcome {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let server = match idle {
            Some(server) => Ok(server),
            None => self.start(),
        };
        let failed = |error: io::Error| Outcome {
            status: u8::MAX,
            stdout: Vec::new(),
            stderr: format!("{}: {error}\n", self.path.display()).into_bytes(),
        };
        let mut server = match server {
            Ok(server) => server,
            Err(error) => return failed(error),
        };
        match server.ask(&invocation.cwd, &invocation.args) {
            Ok(outcome) if matches!(outcome.status, DIED | HUNG) => {
                server.stop();
                outcome
            }
            Ok(outcome) => {
                self.put_back(server);
                outcome
            }
            Err(error) => {
                server.stop();
                failed(error)
            }
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        for server in self.idle.get_mut().unwrap_or_else(PoisonError::into_inner).drain(..) {
            server.stop();
        }
    }
}

impl Server {
    fn ask(&mut self, folder: &Path, args: &[String]) -> io::Result<Outcome> {
        let mut request = serde_json::to_vec(&serde_json::json!({ "dir": folder, "args": args }))?;
        request.push(b'\n');
        let empty = |status| Outcome { status, ..Outcome::default() };
        // A process that is gone is told by the answer that does not come.
        if self.requests.write_all(&request).is_err() {
            return Ok(empty(DIED));
        }
        let line = match self.answers.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => return Ok(empty(HUNG)),
            Err(RecvTimeoutError::Disconnected) => return Ok(empty(DIED)),
        };
        let answer: Answer = serde_json::from_str(&line)?;
        let bytes = |text: Option<String>| {
            base64::engine::general_purpose::STANDARD.decode(text.unwrap_or_default()).map_err(io::Error::other)
        };
        Ok(Outcome {
            status: u8::try_from(answer.status).unwrap_or(u8::MAX),
            stdout: bytes(answer.stdout)?,
            stderr: bytes(answer.stderr)?,
        })
    }

    fn stop(mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
