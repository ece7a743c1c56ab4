//! Charts on a real disk, with what Helm 3.22 and 4.3 said of them.

use std::os::unix::fs::{PermissionsExt, symlink};

use tempfile::TempDir;
use thinlock_renderer::dialect::{HELM_3_17, HELM_3_22, HELM_4_3};

use super::*;

const CHART: &str = "apiVersion: v2\nname: p\nversion: 0.1.0\n";

struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().expect("a folder"));
        for (name, text) in files {
            let location = folder.at(name);
            fs::create_dir_all(location.parent().expect("a parent")).expect("created");
            fs::write(location, text).expect("written");
        }
        folder
    }

    fn at(&self, name: &str) -> PathBuf {
        // The system's folder for temporary files may itself be a link.
        self.0.path().canonicalize().expect("a path").join(name)
    }

    fn load(&self, dialect: &Dialect) -> (Result<Arc<Chart>, ChartError>, Vec<Log>) {
        let mut logs = Vec::new();
        (load_chart(&self.at("c"), dialect, &mut logs), logs)
    }

    /// The error with `$W` for the folder.
    fn error(&self, dialect: &Dialect) -> String {
        let folder = self.at("");
        let text = self.load(dialect).0.err().map_or("ok".to_string(), |e| e.text);
        text.replace(folder.to_string_lossy().trim_end_matches('/'), "$W")
    }
}

fn names(files: &[File]) -> Vec<String> {
    files.iter().map(|f| f.name.to_string()).collect()
}

#[test]
fn files_come_in_the_order_of_the_walk() {
    let folder = Folder::new(&[
        ("c/Chart.yaml", CHART),
        ("c/templates/b.yaml", ""),
        ("c/templates/a/z.yaml", ""),
        ("c/templates/a.yaml", ""),
        ("c/templates/.hidden", ""),
        ("c/d/x.txt", ""),
        ("c/d/y.md", ""),
        ("c/.helmignore", "*.txt\n"),
    ]);
    let chart = folder.load(&HELM_4_3).0.expect("loaded");
    assert_eq!(names(&chart.templates), ["templates/a/z.yaml", "templates/a.yaml", "templates/b.yaml"]);
    assert_eq!(names(&chart.files), [".helmignore", "d/y.md"]);
}

#[test]
fn links_are_followed_and_logged() {
    let folder = Folder::new(&[("c/Chart.yaml", CHART), ("c/templates/x", ""), ("o.yaml", "v: 1"), ("e/f", "x")]);
    symlink("../../o.yaml", folder.at("c/templates/t.yaml")).expect("a link");
    symlink("../e", folder.at("c/d")).expect("a link");
    let (chart, logs) = folder.load(&HELM_4_3);
    let chart = chart.expect("loaded");
    assert_eq!(names(&chart.templates), ["templates/t.yaml", "templates/x"]);
    assert_eq!(names(&chart.files), ["d/f"]);
    let bytes = |name: &str| Str::from(folder.at(name).as_os_str().as_bytes());
    let link = |from: &str, to: &str| Log::Symlink { path: bytes(from), resolved: bytes(to) };
    assert_eq!(logs, [link("c/d", "e"), link("c/templates/t.yaml", "o.yaml")]);
    // A link at the root is followed without a word.
    symlink("c", folder.at("l")).expect("a link");
    let mut logs = Vec::new();
    load_chart(&folder.at("l"), &HELM_4_3, &mut logs).expect("loaded");
    assert_eq!(logs.len(), 2);
}

#[test]
fn links_that_lead_nowhere() {
    let folder = Folder::new(&[("c/Chart.yaml", CHART)]);
    symlink("nowhere", folder.at("c/x")).expect("a link");
    let text = "error evaluating symlink $W/c/x: lstat $W/c/nowhere: no such file or directory";
    assert_eq!(folder.error(&HELM_3_22), text);
    fs::remove_file(folder.at("c/x")).expect("removed");
    symlink("x", folder.at("c/x")).expect("a link");
    assert_eq!(folder.error(&HELM_3_22), "error evaluating symlink $W/c/x: EvalSymlinks: too many links");
    // A directory in itself ends where the system gives up.
    fs::remove_file(folder.at("c/x")).expect("removed");
    symlink(".", folder.at("c/x")).expect("a link");
    assert!(folder.error(&HELM_3_22).ends_with("too many levels of symbolic links"));
}

#[test]
fn what_is_not_there_or_no_file() {
    let folder = Folder::new(&[("c/x", "")]);
    let detect = "unable to detect chart at $W/c/Chart.yaml: open $W/c/Chart.yaml: no such file or directory";
    assert_eq!(folder.error(&HELM_4_3), detect);
    assert_eq!(folder.error(&HELM_3_22), "Chart.yaml file is missing");
    let missing = load_chart(&folder.at("n"), &HELM_4_3, &mut Vec::new()).expect_err("nothing there");
    assert!(missing.text.ends_with("/n: no such file or directory"), "{missing}");

    let folder = Folder::new(&[("c/Chart.yaml", CHART)]);
    let _socket = std::os::unix::net::UnixListener::bind(folder.at("c/s")).expect("a socket");
    assert_eq!(folder.error(&HELM_4_3), "cannot load irregular file $W/c/s as it has file mode type bits set");
    for name in [".helmignore", "Chart.yaml"] {
        let folder = Folder::new(&[("c/Chart.yaml", CHART), ("c/x", "")]);
        let _ = fs::remove_file(folder.at("c").join(name));
        fs::create_dir(folder.at("c").join(name)).expect("made");
        let error = folder.error(&HELM_4_3);
        assert!(error.ends_with(&format!("read $W/c/{name}: is a directory")), "{error}");
    }
    assert_eq!(read_file(&folder.at("c"), "c"), Err("read c: is a directory".to_string()));
    assert_eq!(read_file(&folder.at("z"), "z"), Err("open z: no such file or directory".to_string()));
}

#[test]
fn sizes_are_limited() {
    let big = "x".repeat(5 * 1024 * 1024 + 1);
    let folder = Folder::new(&[("c/Chart.yaml", CHART), ("c/big", &big)]);
    assert_eq!(folder.error(&HELM_3_22), "chart file \"big\" is larger than the maximum file size 5242880");
    assert_eq!(folder.error(&HELM_4_3), "ok");
    let file = fs::File::create(folder.at("c/huge")).expect("a file");
    file.set_len(100 * 1024 * 1024).expect("a sparse file");
    let text = "error reading huge: chart exceeds maximum decompressed size of 104857600 bytes";
    assert_eq!(folder.error(&HELM_4_3), text);
}

#[test]
fn what_need_not_be_read_is_read_when_it_is_asked_for() {
    let text = |lines: usize| format!("\u{feff}{}", "x: y\n".repeat(lines));
    let large = text(SMALL);
    let folder = Folder::new(&[
        ("c/Chart.yaml", CHART),
        ("c/templates/t", &large),
        ("c/crds/a", &large),
        ("c/crds/b", &text(1)),
        ("c/charts/s/Chart.yaml", CHART),
        ("c/charts/s/values.yaml", &large),
        ("c/charts/s/values.schema.json", "{}"),
        ("c/charts/s/templates/t", &text(1)),
    ]);
    let load = || folder.load(&HELM_4_3).0.expect("loaded");
    let file = |chart: &Chart, name: &str| chart.files.iter().find(|f| f.name == name).expect("a file").clone();
    let chart = load();
    assert!(format!("{:?}", chart.templates).ends_with("(81920 bytes)]"), "{:?}", chart.templates);
    let subchart = &chart.subcharts[0];
    for lazy in [&chart.files, &subchart.templates, &subchart.schema.iter().cloned().collect()] {
        assert!(lazy.iter().all(|file| format!("{file:?}").ends_with("(not read)")), "{lazy:?}");
    }
    for (file, lines) in [(&subchart.templates[0], 1), (&file(&chart, "crds/a"), SMALL), (&file(&chart, "crds/b"), 1)] {
        assert_eq!(file.data(), Ok(&Str::from("x: y\n".repeat(lines))), "{file:?}");
    }
    // What is not there any more, or is another file, is not taken for what was there.
    let chart = load();
    fs::write(folder.at("c/crds/b"), text(2)).expect("written");
    fs::remove_file(folder.at("c/crds/a")).expect("removed");
    let failure = |name| file(&chart, name).data().map_err(ToString::to_string).err().unwrap_or_default();
    assert_eq!(failure("crds/b"), "error reading crds/b: it has changed since the chart was loaded; render again");
    let gone = failure("crds/a");
    assert!(gone.starts_with("error reading crds/a: open ") && gone.ends_with("no such file or directory"), "{gone}");
    // What may turn out not to be readable is read at once, as Helm does.
    fs::set_permissions(folder.at("c/crds/b"), fs::Permissions::from_mode(0o640)).expect("changed");
    assert!(format!("{:?}", load().files).ends_with("\"crds/b\" (10 bytes)]"));
}

#[test]
fn templates_are_seen_before_subcharts_and_once() {
    let folder = Folder::new(&[
        ("c/Chart.yaml", CHART),
        ("c/.helmignore", "ignored*\n"),
        ("c/charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 0.1.0\n"),
        ("c/charts/s/templates/t.yaml", "sub"),
        ("c/templates/a/b/deep.yaml", "a template that is too long to be kept in place"),
        ("c/templates/ignored.yaml", "{{"),
        ("c/templates/t.yaml", "t"),
        ("c/values.yaml", "a: 1\n"),
    ]);
    symlink("t.yaml", folder.at("c/templates/link.yaml")).expect("linked");
    let (mut seen, mut logs) = (Vec::new(), Vec::new());
    let chart = load_chart_seen(&folder.at("c"), &HELM_4_3, &mut logs, &mut |file| seen.push(file.name.to_string()));
    let chart = chart.map_err(|e| e.text).expect("loads");
    assert_eq!(
        seen,
        [
            ".helmignore",
            "Chart.yaml",
            "templates/t.yaml",
            "templates/a/b/deep.yaml",
            "charts/s/Chart.yaml",
            "charts/s/templates/t.yaml",
            "templates/link.yaml",
            "values.yaml"
        ]
    );
    assert_eq!(names(&chart.templates), ["templates/a/b/deep.yaml", "templates/link.yaml", "templates/t.yaml"]);
    assert_eq!(logs.iter().filter(|log| matches!(log, Log::Symlink { .. })).count(), 1);
}

#[test]
fn reading_templates_early_changes_no_error() {
    let folder = Folder::new(&[("c/Chart.yaml", CHART), ("c/charts/_note", "x"), ("c/templates/t.yaml", "t")]);
    symlink("nowhere", folder.at("c/templates/bad.yaml")).expect("linked");
    let own = folder.error(&HELM_4_3);
    assert!(own.contains("templates/bad.yaml"), "{own}");
    // What lies before it comes first.
    symlink("nowhere", folder.at("c/charts/bad")).expect("linked");
    let first = folder.error(&HELM_4_3);
    assert!(first.contains("charts/bad"), "{first}");
    // A folder of templates that is a link is followed when it is its turn.
    let folder = Folder::new(&[("c/Chart.yaml", CHART), ("c/charts/_note", "x"), ("t/t.yaml", "t")]);
    symlink(folder.at("t"), folder.at("c/templates")).expect("linked");
    let mut seen = Vec::new();
    let chart =
        load_chart_seen(&folder.at("c"), &HELM_4_3, &mut Vec::new(), &mut |file| seen.push(file.name.to_string()));
    assert!(chart.is_ok());
    assert_eq!(seen, ["Chart.yaml", "charts/_note", "templates/t.yaml"]);
}

#[test]
fn reading_templates_early_is_no_try_of_a_rule() {
    // Helm 3 strips a slash more each time that it tries the rule.
    let files = [
        ("c/.helmignore", "////charts\n"),
        ("c/Chart.yaml", CHART),
        ("c/charts/s/Chart.yaml", CHART),
        ("c/templates/t.yaml", ""),
        ("c/templates/u.yaml", ""),
    ];
    let subcharts = |files: &[(&str, &str)]| Folder::new(files).load(&HELM_3_17).0.expect("loaded").subcharts.len();
    assert_eq!(subcharts(&files), 1);
    assert_eq!(subcharts(&[&files[..], &[("c/a", "")]].concat()), 0);
}

#[test]
fn what_leads_to_a_chart_counts_as_links_do() {
    let folder = Folder::new(&[("c/Chart.yaml", CHART), ("c/d/f", "")]);
    symlink(".", folder.at("c/x")).expect("a link");
    // How many times the system follows it.
    let followed = |chart: &str| {
        let mut logs = Vec::new();
        let error = load_chart(&folder.at(chart), &HELM_4_3, &mut logs).expect_err("too many links").text;
        assert!(error.ends_with("too many levels of symbolic links"), "{error}");
        error.matches("/x").count()
    };
    let without = followed("c");
    symlink("c", folder.at("l1")).expect("a link");
    for number in 2..=5 {
        symlink(format!("l{}", number - 1), folder.at(&format!("l{number}"))).expect("a link");
    }
    assert_eq!(followed("l5"), without - 5);
    fs::remove_file(folder.at("c/x")).expect("removed");
    // Chart.yaml and .helmignore may be links, too.
    fs::rename(folder.at("c/Chart.yaml"), folder.at("chart")).expect("moved");
    symlink("../chart", folder.at("c/Chart.yaml")).expect("a link");
    fs::write(folder.at("rules"), "d\n").expect("written");
    symlink("../rules", folder.at("c/.helmignore")).expect("a link");
    let (chart, logs) = folder.load(&HELM_4_3);
    assert_eq!(names(&chart.expect("loaded").files), [".helmignore"]);
    assert_eq!(logs.len(), 2);
}

#[test]
fn deep_directories_are_not_all_open() {
    let deep = "d/".repeat(60);
    let names = [format!("c/charts/{deep}f"), format!("c/templates/{deep}t"), format!("c/x/{deep}f")];
    let files: Vec<_> =
        [("c/Chart.yaml", CHART)].into_iter().chain(names.iter().map(|name| (name.as_str(), ""))).collect();
    let folder = Folder::new(&files);
    symlink("x", folder.at("c/y")).expect("a link");
    let top = folder.at("c");
    let mut most = 0;
    let mut seen = |file: &File| {
        let open = fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
        most = most.max(open.filter(|fd| fs::read_link(fd.path()).is_ok_and(|path| path.starts_with(&top))).count());
        assert!(!file.name.is_empty());
    };
    // The subchart has no Chart.yaml, which is seen when all was read.
    let error = load_chart_seen(&top, &HELM_4_3, &mut Vec::new(), &mut seen).expect_err("no subchart");
    assert_eq!(error.text, "error unpacking subchart d in p: Chart.yaml file is missing");
    assert!(most <= MAX_OPEN + 2, "{most}");
    fs::remove_dir_all(folder.at("c/charts")).expect("removed");
    let chart = folder.load(&HELM_4_3).0.expect("loaded");
    assert_eq!(self::names(&chart.templates), [format!("templates/{deep}t")]);
    assert_eq!(self::names(&chart.files), [format!("x/{deep}f"), format!("y/{deep}f")]);
}

#[test]
fn a_path_that_is_too_long_for_the_system_is_an_error() {
    let folder = Folder::new(&[("c/Chart.yaml", CHART)]);
    let name = "n".repeat(200);
    let mut directory = Place::of(folder.at("c").as_os_str().as_bytes()).open(OFlags::DIRECTORY).expect("opened");
    for _ in 0..25 {
        rustix::fs::mkdirat(&directory, &*name, Mode::RWXU).expect("made");
        directory = rustix::fs::openat(&directory, &*name, OFlags::DIRECTORY, Mode::empty()).expect("opened");
    }
    let error = folder.error(&HELM_4_3);
    assert!(error.starts_with("lstat $W/c/nnn") && error.ends_with("n: file name too long"), "{error}");
}

#[test]
fn directories_that_say_no_types_are_walked_alike() {
    let folder = Folder::new(&[
        ("c/Chart.yaml", CHART),
        ("c/charts/_note", ""),
        ("c/d/f", "f"),
        ("c/g", "g"),
        ("c/templates/t", "t"),
        ("o", "o"),
    ]);
    symlink("../o", folder.at("c/l")).expect("a link");
    symlink("d", folder.at("c/m")).expect("a link");
    let root = Str::from([folder.at("c").as_os_str().as_bytes(), b"/"].concat());
    let walk = |typed: bool| {
        let (mut logs, mut seen) = (Vec::new(), Vec::new());
        let mut saw = |file: &File| seen.push(file.name.to_string());
        let rules = Rules::parse(None, &HELM_4_3).expect("rules");
        let mut walk = Walk::new(root.clone(), rules, &HELM_4_3, &mut logs, &mut saw);
        let directory = Place::of(&root).open(OFlags::DIRECTORY).expect("opened");
        let listing = Listing::read(&directory, &mut walk.buffer).expect("listed");
        let listing = if typed { listing } else { listing.without_types() };
        walk.visit_all(&listing, Some(Around::new(&directory, root.len()))).expect("walked");
        let files = names(walk.files.files());
        (files, logs, seen)
    };
    let (files, logs, seen) = walk(true);
    assert_eq!(files, ["Chart.yaml", "charts/_note", "d/f", "g", "l", "m/f", "templates/t"]);
    assert_eq!(logs.len(), 2);
    assert_eq!(seen, ["Chart.yaml", "templates/t", "charts/_note", "d/f", "g", "l", "m/f"]);
    assert_eq!(walk(false), (files, logs, seen));
}
