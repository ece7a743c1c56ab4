//! What `helm template` does with its flags, in Helm's order, so that the first error is Helm's too.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thinlock_gitops::disk;
use thinlock_go::url::Url;
use thinlock_go::{Frozen, strconv};
use thinlock_renderer::capabilities::{Capabilities, KubeVersion};
use thinlock_renderer::dialect::{FlagGeneration, RepoWithLocalChart};
use thinlock_renderer::engine::{
    self, Ahead, Cache, Limits, Lookup, Randomness, Release, RenderError, RenderRequest, Rendered, Stage,
};
use thinlock_renderer::log::{self, Level, Log};
use thinlock_renderer::manifest::{Layout, Selection, manifest_stream, output_writes, template_stream, write_stream};
use thinlock_renderer::values::UserValues;
use thinlock_renderer::{Chart, Dialect};

use super::pflag::Parsed;
use super::{Failure, lookup, name};
use crate::host::SystemHost;
use crate::{Env, Streams};

/// Labels that Helm keeps for itself.
const SYSTEM_LABELS: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/// Renders as the flags say.
pub(super) fn run(
    flags: &Parsed,
    dialect: &'static Dialect,
    env: &Env,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let debug = match flags.last("debug") {
        Some(_) => flags.is_set("debug"),
        None => env.var("HELM_DEBUG").is_some_and(|value| strconv::parse_bool(value.as_bytes()).unwrap_or(false)),
    };
    let command = Command { flags, dialect, env, debug, host: SystemHost::new(env) };
    command.run(streams).map_err(|failure| command.logged(failure))
}

struct Command<'a> {
    flags: &'a Parsed,
    dialect: &'static Dialect,
    env: &'a Env,
    debug: bool,
    host: SystemHost<'a>,
}

/// What the flags ask for.
struct Request<'a> {
    release: &'a str,
    path: &'a Path,
    values: Frozen,
    kube_version: Option<KubeVersion>,
}

impl Command<'_> {
    /// An error as Helm 3 logs it once more with `--debug`.
    fn logged(&self, mut failure: Failure) -> Failure {
        if let (true, Some(line)) = (self.debug, self.dialect.command.debug_error_line) {
            let message = match failure.trace.take() {
                Some(trace) => [&trace[..], b"\n"].concat(),
                None => failure.text.strip_prefix(b"Error: ").unwrap_or(&failure.text).to_vec(),
            };
            failure.text.extend_from_slice(format!("helm.go:{line}: {} [debug] ", self.go_time()).as_bytes());
            failure.text.extend_from_slice(&message);
        }
        failure
    }

    fn run(&self, streams: &mut Streams<'_>) -> Result<(), Failure> {
        let kube_version = match self.flags.last("kube-version").filter(|text| !text.is_empty()) {
            Some(text) => Some(
                KubeVersion::parse(text, self.dialect)
                    .map_err(|error| Failure::error(format!("invalid kube version '{text}': {error}")))?,
            ),
            None => None,
        };
        self.check_dry_run(streams)?;
        self.refuse_what_needs_more()?;
        self.debug_line(
            streams,
            225,
            "Original chart version",
            &[("version", self.flags.last("version").unwrap_or(""))],
        )?;
        if self.flags.last("version").is_none_or(str::is_empty) && self.flags.is_set("devel") {
            self.debug_line(streams, 227, "setting version to >0.0.0-0", &[])?;
        }
        let (release, reference) =
            name::name_and_chart(self.flags, self.dialect, &self.host).map_err(Failure::error)?;
        let path = self.locate_chart(reference, streams)?;
        self.debug_line(streams, 242, "Chart path", &[("path", &path.to_string_lossy())])?;
        let values = self.values(streams)?;
        let own = Cache::new();
        let cache = match &self.env.shared {
            Some(shared) => shared.cache(),
            None => &own,
        };
        let request = Request { release: &release, path: &path, values, kube_version };
        let done = cache.ahead(self.dialect, |ahead| self.render(request, cache, ahead, streams));
        if self.env.ends {
            std::mem::forget(own);
        }
        done
    }

    /// Loads the chart, renders it and writes what comes out.
    fn render(
        &self,
        Request { release, path, values, kube_version }: Request<'_>,
        cache: &Cache,
        ahead: &mut Ahead<'_, '_>,
        streams: &mut Streams<'_>,
    ) -> Result<(), Failure> {
        let (chart, mut logs) = self.load(path, ahead, streams)?;
        self.check_labels()?;

        let capabilities = Capabilities::new(self.dialect, kube_version, &self.flags.elements("api-versions"));
        let request = RenderRequest {
            dialect: self.dialect,
            chart: &chart,
            values: &values,
            release: Release {
                name: release,
                namespace: self.namespace(),
                is_upgrade: self.flags.is_set("is-upgrade"),
            },
            capabilities: Arc::new(capabilities),
            include_crds: self.flags.is_set("include-crds"),
            skip_schema_validation: self.flags.is_set("skip-schema-validation"),
            enable_dns: self.flags.is_set("enable-dns"),
            library_allowed: false,
            randomness: self.randomness(),
            lookup: self.lookup()?,
            limits: Limits::default(),
        };
        let outcome = engine::render(&request, &self.host, cache, &mut logs);
        self.write_logs(&logs, streams)?;
        let (rendered, error) = match outcome {
            Ok(rendered) => (Arc::new(rendered), None),
            Err(error) => match &error.stage {
                // With --debug, Helm prints what there is before it fails.
                Stage::Rendering(partial) if self.debug => (Arc::clone(partial), Some(error)),
                _ => return Err(self.render_failure(&error)),
            },
        };
        self.write(&rendered, release, error.as_ref(), streams)?;
        if self.env.ends {
            std::mem::forget((chart, values, rendered));
        }
        match error {
            Some(error) => Err(self.render_failure(&error)),
            None => Ok(()),
        }
    }

    /// Helm 4 has opinions on the values of `--dry-run`, and Helm 3 others.
    fn check_dry_run(&self, streams: &mut Streams<'_>) -> Result<(), Failure> {
        let Some(value) = self.flags.last("dry-run") else { return Ok(()) };
        if self.dialect.command.flags == FlagGeneration::Helm3 {
            return match value {
                "" | "false" | "true" | "none" | "client" | "server" => Ok(()),
                _ => Err(Failure::error(
                    "Invalid dry-run flag. Flag must one of the following: false, true, none, client, server",
                )),
            };
        }
        let quoted = strconv::quote(value.as_bytes());
        match value {
            "client" => Ok(()),
            "unset" => self.record(
                streams,
                Level::Warn,
                "--dry-run is deprecated and should be replaced with '--dry-run=client'",
                &[],
            ),
            "server" => Err(Failure::error(
                "--dry-run=server needs a cluster, and thinlock never talks to one: use --dry-run=client",
            )),
            "none" => {
                Err(Failure::error(format!("invalid dry-run value ({quoted}). Must be \"server\" or \"client\"")))
            }
            _ => match strconv::parse_bool(value.as_bytes()) {
                Ok(true) => self.record(
                    streams,
                    Level::Warn,
                    &format!(
                        "boolean '--dry-run={value}' flag is deprecated and must be replaced with '--dry-run=client'"
                    ),
                    &[],
                ),
                Ok(false) => {
                    Err(Failure::error(format!("invalid dry-run value ({quoted}). Must be \"server\" or \"client\"")))
                }
                Err(_) => Err(Failure::error(format!(
                    "invalid dry-run value ({quoted}). Must be \"none\", \"server\", or \"client\""
                ))),
            },
        }
    }

    /// Flags that ask for a cluster, a plugin or a download.
    fn refuse_what_needs_more(&self) -> Result<(), Failure> {
        let refused = [
            ("validate", "asks a cluster about manifests, and thinlock never talks to one: leave the flag out"),
            ("verify", "checks a chart's signature, which thinlock does not do: verify the archive beforehand"),
        ];
        for (flag, why) in refused {
            if self.flags.is_set(flag) {
                return Err(Failure::error(format!("--{flag} {why}")));
            }
        }
        if self.flags.changed("post-renderer") {
            return Err(Failure::error(
                "--post-renderer starts another program, which thinlock does not do: pipe the output into it",
            ));
        }
        if self.flags.changed("layout") && !self.flags.changed("output-dir") {
            return Err(Failure::error("--layout says how a folder is laid out: give the folder with --output-dir"));
        }
        Ok(())
    }

    fn locate_chart(&self, reference: &str, streams: &mut Streams<'_>) -> Result<PathBuf, Failure> {
        let reference = reference.trim();
        let repository = self.flags.last("repo").filter(|url| !url.is_empty());
        let local = self.env.path(reference);
        let exists = !reference.is_empty() && fs::metadata(&local).is_ok();
        if let Some(url) = repository {
            let refusal = format!(
                "--repo {url} asks for a download, and thinlock downloads nothing: fetch the chart with `helm pull --repo {url} {reference}` and give its path"
            );
            match self.dialect.command.repo_with_local_chart {
                RepoWithLocalChart::Repository => return Err(Failure::error(refusal)),
                _ if !exists => return Err(Failure::error(refusal)),
                RepoWithLocalChart::LocalSilently => {}
                RepoWithLocalChart::LocalWithNotice(line) => writeln!(
                    streams.stderr,
                    "install.go:{line}: WARN local chart found in current working directory. repository url ignored chart={reference} repository={url}"
                )?,
            }
        }
        if exists {
            return Ok(clean_path(&local));
        }
        if Path::new(reference).is_absolute() || reference.starts_with('.') {
            return Err(Failure::error(format!("path {} not found", strconv::quote(reference.as_bytes()))));
        }
        // Helm now looks the name up among its repositories; these are its words for finding none.
        if reference.contains("://") {
            return Err(Failure::error(format!(
                "{reference} asks for a download, and thinlock downloads nothing: fetch the chart with `helm pull {reference}` and give its path"
            )));
        }
        match reference.split_once('/') {
            Some((repository, _)) => Err(Failure::error(format!("repo {repository} not found"))),
            None => Err(Failure::error(format!(
                "non-absolute URLs should be in form of repo_name/path_to_chart, got: {reference}"
            ))),
        }
    }

    fn values(&self, streams: &mut Streams<'_>) -> Result<Frozen, Failure> {
        let texts = |name| self.flags.all(name).map(|text| text.as_bytes().to_vec()).collect();
        let user = UserValues {
            files: self.flags.elements("values").into_iter().map(String::into_bytes).collect(),
            json: texts("set-json"),
            set: texts("set"),
            strings: texts("set-string"),
            set_files: texts("set-file"),
            literals: texts("set-literal"),
        };
        user.merge(self.dialect, &mut |name| self.read_values(name, streams)).map_err(Failure::error)
    }

    /// Reads what `-f` or `--set-file` names.
    fn read_values(&self, name: &[u8], streams: &mut Streams<'_>) -> Result<Vec<u8>, String> {
        let name = String::from_utf8_lossy(name);
        if name.trim() == "-" {
            let mut text = Vec::new();
            return match streams.stdin.read_to_end(&mut text) {
                Ok(_) => Ok(text),
                Err(error) => Err(disk::go_error("read", "/dev/stdin", &error)),
            };
        }
        // Helm looks for the protocol first, so that a name which is no URL is no file either.
        let url = Url::parse(name.as_bytes(), &self.dialect.toolchain)?;
        if [&b"http"[..], b"https", b"oci"].contains(&url.scheme.as_slice()) {
            return Err(format!(
                "{name} asks for a download, and thinlock downloads nothing: save the file and give its path"
            ));
        }
        // No name is no file, where a path would be the working directory.
        let path = if name.is_empty() { PathBuf::new() } else { self.env.path(name.as_ref()) };
        disk::read_file(&path, &name)
    }

    fn load(
        &self,
        path: &Path,
        ahead: &mut Ahead<'_, '_>,
        streams: &mut Streams<'_>,
    ) -> Result<(Arc<Chart>, Vec<Log>), Failure> {
        let mut logs = Vec::new();
        let mut load =
            |logs: &mut Vec<Log>| disk::load_chart_seen(path, self.dialect, logs, &mut |file| ahead.saw(file));
        let loaded = match &self.env.shared {
            Some(shared) => shared.chart(path, self.dialect, &mut logs, load),
            None => load(&mut logs),
        };
        ahead.saw_all();
        match loaded {
            Ok(chart) => Ok((chart, logs)),
            Err(error) => {
                self.write_logs(&logs, streams)?;
                Err(Failure::error(error.to_string()))
            }
        }
    }

    fn check_labels(&self) -> Result<(), Failure> {
        let labels = self.flags.pairs("labels");
        if labels.iter().any(|(key, _)| SYSTEM_LABELS.contains(&key.as_str())) {
            return Err(Failure::error(format!(
                "user supplied labels contains system reserved label name. System labels: [{}]",
                SYSTEM_LABELS.join(" ")
            )));
        }
        Ok(())
    }

    fn namespace(&self) -> &str {
        let given = self.flags.last("namespace").filter(|namespace| !namespace.is_empty());
        given.or_else(|| self.env.var("HELM_NAMESPACE").filter(|namespace| !namespace.is_empty())).unwrap_or("default")
    }

    fn randomness(&self) -> Randomness<'_> {
        match self.flags.last("seed") {
            _ if self.flags.is_set("strict-deterministic") => Randomness::Refused,
            Some(seed) => Randomness::Seeded { seed: seed.as_bytes(), now_unix_nanos: engine::SEEDED_NOW },
            None => Randomness::Host,
        }
    }

    fn lookup(&self) -> Result<Option<Arc<dyn Lookup>>, Failure> {
        match self.flags.last("lookup-from") {
            None => Ok(None),
            Some(folder) => {
                let objects = lookup::Folder::read(&self.env.path(folder)).map_err(Failure::error)?;
                Ok(Some(Arc::new(objects)))
            }
        }
    }

    fn write(
        &self,
        rendered: &Rendered,
        release: &str,
        error: Option<&RenderError>,
        streams: &mut Streams<'_>,
    ) -> Result<(), Failure> {
        let selection = Selection { hooks: !self.flags.is_set("no-hooks"), tests: !self.flags.is_set("skip-tests") };
        let empty = Rendered::default();
        let rest = match self.flags.last("output-dir").filter(|folder| !folder.is_empty()) {
            Some(folder) => {
                self.write_folder(rendered, selection, folder, release, streams)?;
                // What is left for standard output is an empty manifest.
                &empty
            }
            None => rendered,
        };
        let names: Vec<&str> = self.flags.all("show-only").collect();
        if names.is_empty() {
            return Ok(write_stream(rest, selection, streams.stdout)?);
        }
        let stream = template_stream(&manifest_stream(rest), rest, selection);
        match stream.show_only(&names, self.dialect.manifests.splitting) {
            Ok(text) => Ok(streams.stdout.write_all(&text)?),
            Err(missing) => Err(match error.filter(|_| self.dialect.manifests.render_error_before_show_only) {
                Some(error) => self.render_failure(error),
                None => Failure::error(missing.to_string()),
            }),
        }
    }

    fn write_folder(
        &self,
        rendered: &Rendered,
        selection: Selection,
        folder: &str,
        release: &str,
        streams: &mut Streams<'_>,
    ) -> Result<(), Failure> {
        let layout = match self.flags.last("layout") {
            None => Layout::Helm,
            Some(name) => Layout::from_name(name).ok_or_else(|| {
                Failure::error(format!("unknown layout {name:?}: use helm, flat, kargo-flat or single"))
            })?,
        };
        let release_folder = if self.flags.is_set("release-name") {
            format!("{}/{release}", folder.trim_end_matches('/'))
        } else {
            folder.to_owned()
        };
        if layout != Layout::Helm {
            let files = layout.files(rendered, selection).map_err(|error| Failure::error(error.to_string()))?;
            for file in files.iter() {
                self.write_file(&format!("{release_folder}/{}", file.path), file.content, false, streams)?;
            }
            return Ok(());
        }
        let mut written = BTreeSet::new();
        for write in output_writes(rendered, selection) {
            if write.path.split('/').any(|part| part == "..") {
                return Err(Failure::error(format!("{} leads out of the output folder", write.path)));
            }
            let below = if write.in_release_folder { &release_folder } else { folder };
            let name = format!("{below}/{}", write.path);
            let append = written.contains(&write.path)
                || (write.appends_to_existing && fs::metadata(self.env.path(&name)).is_ok());
            self.write_file(&name, &write.content, append, streams)?;
            written.insert(write.path);
        }
        Ok(())
    }

    fn write_file(&self, name: &str, content: &[u8], append: bool, streams: &mut Streams<'_>) -> Result<(), Failure> {
        let path = self.env.path(name);
        let fail = |operation: &str, error: &io::Error| Failure::error(disk::go_error(operation, name, error));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| fail("mkdir", &error))?;
        }
        let mut options = fs::OpenOptions::new();
        if append {
            options.append(true)
        } else {
            options.write(true).create(true).truncate(true)
        };
        let mut file = options.open(&path).map_err(|error| fail("open", &error))?;
        file.write_all(content).map_err(|error| fail("write", &error))?;
        writeln!(streams.stdout, "wrote {name}")?;
        Ok(())
    }

    fn render_failure(&self, error: &RenderError) -> Failure {
        let stack = &self.dialect.command.debug_stack;
        let trace = error.traced.map(|traced| stack.trace(&error.message, traced));
        Failure { trace, ..Failure::error(error.command_text(self.debug)) }
    }

    fn write_logs(&self, logs: &[Log], streams: &mut Streams<'_>) -> Result<(), Failure> {
        let mut text = Vec::new();
        for log in logs.iter().filter(|log| self.debug || !log.is_debug()) {
            log.write(self.dialect, &mut text);
        }
        Ok(streams.stderr.write_all(&text)?)
    }

    fn record(
        &self,
        streams: &mut Streams<'_>,
        level: Level,
        message: &str,
        fields: &[(&str, &[u8])],
    ) -> Result<(), Failure> {
        let mut text = Vec::new();
        log::record(level, message.as_bytes(), fields, &mut text);
        Ok(streams.stderr.write_all(&text)?)
    }

    /// A line that Helm says with `--debug`; `line` is the one of install.go that a Helm 3 names.
    fn debug_line(
        &self,
        streams: &mut Streams<'_>,
        line: u32,
        message: &str,
        fields: &[(&str, &str)],
    ) -> Result<(), Failure> {
        if !self.debug {
            return Ok(());
        }
        if self.dialect.logs.structured {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
            return self.record(streams, Level::Debug, message, &fields);
        }
        let time = self.go_time();
        match fields {
            [("path", path)] => writeln!(streams.stderr, "install.go:{line}: {time} [debug] CHART PATH: {path}\n")?,
            [(_, value)] => {
                let value = strconv::quote(value.as_bytes());
                writeln!(streams.stderr, "install.go:{line}: {time} [debug] {message}: {value}")?;
            }
            _ => writeln!(streams.stderr, "install.go:{line}: {time} [debug] {message}")?,
        }
        Ok(())
    }

    /// The time as Go prints it, with the monotonic clock's reading, here since the program's start.
    fn go_time(&self) -> String {
        let now = thinlock_go::time::Time::now(&self.host);
        let text = now.format(b"2006-01-02 15:04:05.999999999 -0700 MST");
        format!("{} m=+0.000000001", String::from_utf8_lossy(&text))
    }
}

/// `filepath.Abs`: without `.`, `..` and double slashes, links left as they are.
fn clean_path(path: &Path) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&thinlock_go::path::clean(path.as_os_str().as_encoded_bytes())).into_owned())
}
