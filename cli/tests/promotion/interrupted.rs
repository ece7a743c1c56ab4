//! Promotions that are killed, and promotions that meet each other.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::site::{Run, Site};

/// A site with many deployments, so that every phase of a promotion takes its time.
fn large(count: usize) -> Site {
    let site = Site::new();
    for at in 0..count {
        let folder = format!("ops/apps/web/deployments/d{at:03}");
        site.write(&format!("{folder}/deployment.yaml"), &format!("envType: staging\nnamespace: d{at:03}\n"));
        site.write(&format!("{folder}/values.yaml"), &format!("host: d{at:03}.example.com\n"));
    }
    // Everything that has a gate is out of the way.
    for name in ["production", "test"] {
        std::fs::remove_dir_all(site.path(&format!("ops/apps/web/deployments/{name}"))).expect("removed");
    }
    site.policy("many");
    site
}

/// The branches with their commits and the parents of those.
fn branches(site: &Site) -> BTreeMap<String, (String, String)> {
    site.git("gitops.git", &["for-each-ref", "--format=%(refname:short) %(objectname) %(parent)", "refs/heads/stage"])
        .lines()
        .map(|line| {
            let mut parts = line.split(' ');
            let mut next = || parts.next().unwrap_or_default().to_owned();
            (next(), (next(), next()))
        })
        .collect()
}

/// What was written and never referred to may dangle, but nothing may be wrong.
fn sound(site: &Site) {
    let fsck = site.git("gitops.git", &["fsck", "--strict", "--no-dangling"]);
    assert!(fsck.lines().all(|line| line.starts_with("notice:")), "{fsck}");
}

fn set_replicas(site: &Site, n: usize) {
    site.write("ops/apps/web/envTypes/staging.values.yaml", &format!("replicas: {n}\n"));
    site.policy(&format!("{n} replicas"));
}

/// Gives every third branch a file of its own, as a push or `git update-ref` leaves it.
fn unpack_some(site: &Site) {
    for (name, (commit, _)) in branches(site).iter().step_by(3) {
        site.write(&format!("gitops.git/refs/heads/{name}"), &format!("{commit}\n"));
    }
}

/// Starts a promotion, kills it when `moment` says so, and checks what is left.
fn kill_at(site: &Site, count: usize, n: usize, moment: impl FnOnce(&Site, &mut Child)) {
    set_replicas(site, n);
    if n.is_multiple_of(2) {
        unpack_some(site);
    }
    let before = branches(site);
    let mut child = site
        .thinlock()
        .args(["promote", "--repo", "gitops.git", "--source", "source", "--all"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("thinlock");
    moment(site, &mut child);
    child.kill().expect("killed");
    let finished = child.wait().expect("ended").success();

    // All branches are where they were, or all are one whole commit further.
    let mut moved = 0;
    let left = branches(site);
    for (name, (commit, parent)) in &left {
        match before.get(name) {
            Some((old, _)) if old == commit => {}
            Some((old, _)) => {
                assert_eq!(parent, old, "{name}");
                moved += 1;
            }
            None => {
                assert_eq!(parent, "", "{name}");
                moved += 1;
            }
        }
    }
    assert!(moved == 0 || moved == left.len(), "{moved} of {} have moved", left.len());
    // Nothing is broken: what was written and never referred to may dangle, but nothing may be missing.
    let fsck = site.git("gitops.git", &["fsck", "--strict", "--connectivity-only", "--no-dangling"]);
    assert!(fsck.lines().all(|line| line.starts_with("notice:")), "{fsck}");

    // And the next run completes.
    let started = Instant::now();
    let run = site.promote(&["--all"]).expect(0);
    assert!(started.elapsed() < Duration::from_secs(60), "{}", run.stderr);
    let after = branches(site);
    assert_eq!(after.len(), count + 1);
    let locks = site.git("gitops.git", &["for-each-ref", "--count=1"]);
    assert!(!locks.is_empty());
    for name in ["stage/d000", "stage/staging"] {
        let deployment = name.trim_start_matches("stage/");
        let path = format!("{name}:apps/web/deployments/{deployment}/deploy/apps-deployment-{deployment}-web.yaml");
        let text = site.git("gitops.git", &["show", &path]);
        assert!(text.contains(&format!("replicas: {n}\n")), "{text}");
    }
    println!("killed: {moved} of {} branches had moved{}", after.len(), if finished { ", it had ended" } else { "" });
}

#[test]
fn a_promotion_may_be_killed_at_any_moment() {
    const COUNT: usize = 60;
    // What a dead process left is waited for, so several repositories are worked on at once.
    std::thread::scope(|scope| {
        for part in 0..4u32 {
            scope.spawn(move || {
                let site = large(COUNT);
                let started = Instant::now();
                site.promote(&["--all"]).expect(0);
                let whole = started.elapsed();

                // At moments all over the run.
                for n in (part..20).step_by(4) {
                    kill_at(&site, COUNT, 2 + n as usize, |_, _| std::thread::sleep(whole * n / 16));
                }
                // And where it matters most: while the branches are being locked and moved.
                for n in (part..20).step_by(4) {
                    kill_at(&site, COUNT, 30 + n as usize, |site, child| {
                        let record = site.path("gitops.git/thinlock/moving");
                        // The record may be there too shortly to be seen.
                        while !record.exists() && matches!(child.try_wait(), Ok(None)) {
                            std::hint::spin_loop();
                        }
                        std::thread::sleep(Duration::from_micros(500) * n);
                    });
                }
                nothing_is_locked(&site);
            });
        }
    });
}

fn nothing_is_locked(site: &Site) {
    // The folder is there only while a branch in it has a file of its own.
    let left: Vec<_> = std::fs::read_dir(site.path("gitops.git/refs/heads/stage"))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".lock"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!site.path("gitops.git/packed-refs.lock").exists());
    assert!(!site.path("gitops.git/thinlock/moving").exists());
}

/// What a promotion leaves behind that is killed while it writes `packed-refs.lock`, with all locks in its hands.
#[test]
fn locks_of_a_dead_promotion_go_and_those_of_others_stay() {
    let site = Site::new();
    site.promote(&["staging", "test"]).expect(0);
    set_replicas(&site, 7);
    let packed = std::fs::read_to_string(site.path("gitops.git/packed-refs")).expect("packed branches");
    let new = "1234567890123456789012345678901234567890";
    let leave = |lock: &str, marked: bool| {
        site.write(
            "gitops.git/thinlock/moving",
            &format!("{new} refs/heads/stage/staging\n{new} refs/heads/stage/test\n"),
        );
        site.write("gitops.git/refs/heads/stage/staging.lock", "");
        site.write("gitops.git/refs/heads/stage/test.lock", "");
        if marked {
            site.write("gitops.git/thinlock/moving.locked", "");
        }
        site.write("gitops.git/packed-refs.lock", lock);
    };
    // Its own lines are in the lock: it goes at once.
    let (head, _) = packed.split_once('\n').expect("a head line");
    leave(&format!("{head}\n{new} refs/heads/stage/staging\n1234"), true);
    let started = Instant::now();
    site.promote(&["staging", "test"]).expect(0);
    assert!(started.elapsed() < Duration::from_secs(2));
    assert!(!site.path("gitops.git/packed-refs.lock").exists());
    assert!(!site.path("gitops.git/thinlock/moving.locked").exists());

    // So it does where the run that finds it has nothing to move, as the dead one had moved all.
    leave(&format!("{head}\n{new} refs/heads/stage/staging\n1234"), true);
    let started = Instant::now();
    let run = site.promote(&["staging", "test"]).expect(0);
    assert!(run.stderr.starts_with("promoted 0 deployments, 2 unchanged"), "{}", run.stderr);
    assert!(started.elapsed() < Duration::from_secs(2));
    nothing_is_locked(&site);

    // Nothing but old lines: that may be a git at work, which is given its time.
    set_replicas(&site, 8);
    leave(&format!("{head}\n"), false);
    let started = Instant::now();
    site.promote(&["staging", "test"]).expect(0);
    assert!(started.elapsed() >= Duration::from_secs(1));

    // A line that is neither old nor new is somebody else's.
    set_replicas(&site, 9);
    leave(&format!("{head}\n{new} refs/heads/other\n"), true);
    let run = site.promote(&["staging", "test"]).expect(1);
    assert!(run.stderr.contains("the packed branches are locked by another git process: "), "{}", run.stderr);
    assert!(site.path("gitops.git/packed-refs.lock").exists());
    std::fs::remove_file(site.path("gitops.git/packed-refs.lock")).expect("removed");
    site.promote(&["staging", "test"]).expect(0);
    sound(&site);
}

#[test]
fn several_branches_move_together_or_not_at_all() {
    let site = Site::new();
    site.promote(&["staging", "test"]).expect(0);
    unpack_some(&site);
    set_replicas(&site, 7);
    let before = branches(&site);
    site.write("gitops.git/refs/heads/stage/test.lock", "");
    let run = site.promote(&["staging", "test"]).expect(1);
    assert!(run.stderr.contains("branch stage/test is locked by another git process: "), "{}", run.stderr);
    assert_eq!(branches(&site), before);
    std::fs::remove_file(site.path("gitops.git/refs/heads/stage/test.lock")).expect("removed");

    site.promote(&["staging", "test"]).expect(0);
    let after = branches(&site);
    for (name, (commit, parent)) in &after {
        assert_eq!(before.get(name).map(|(old, _)| old), Some(parent), "{name} has moved to {commit}");
    }
    let packed = std::fs::read_to_string(site.path("gitops.git/packed-refs")).expect("packed branches");
    for (name, (commit, _)) in &after {
        assert!(packed.contains(&format!("{commit} refs/heads/{name}\n")), "{packed}");
        assert!(!site.path(&format!("gitops.git/refs/heads/{name}")).exists());
    }
    // Git goes on with them as with any.
    site.git("gitops.git", &["pack-refs", "--all", "--prune"]);
    site.git("gitops.git", &["update-ref", "refs/heads/stage/test", &before["stage/test"].0]);
    site.git("gitops.git", &["gc", "-q"]);
    assert!(site.promote(&["staging", "test"]).expect(0).stderr.starts_with("promoted 1 deployment, 1 unchanged"));
    sound(&site);
}

#[test]
fn a_lock_of_git_s_own_is_respected() {
    let site = Site::new();
    site.promote(&["staging"]).expect(0);
    set_replicas(&site, 7);
    let before = site.tip("stage/staging");
    site.write("gitops.git/refs/heads/stage/staging.lock", "");
    let run = site.promote(&["staging"]).expect(1);
    println!("{}", run.stderr);
    assert!(run.stderr.starts_with("error: branch stage/staging is locked by another git process: "), "{}", run.stderr);
    assert!(site.path("gitops.git/refs/heads/stage/staging.lock").exists());
    assert_eq!(site.tip("stage/staging"), before);
    std::fs::remove_file(site.path("gitops.git/refs/heads/stage/staging.lock")).expect("removed");
    site.promote(&["staging"]).expect(0);
}

#[test]
fn of_two_promotions_at_once_each_branch_moves_once() {
    const COUNT: usize = 30;
    let site = large(COUNT);
    let (mut lost, mut late) = (0, 0);
    for n in 0..8 {
        set_replicas(&site, 2 + n);
        let before = branches(&site);
        let start = |author: &str| {
            site.thinlock()
                .args(["promote", "--repo", "gitops.git", "--source", "source", "--all", "--author", author])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("thinlock")
        };
        let (a, b) = (start("A <a@example.com>"), start("B <b@example.com>"));
        let a: Run = a.wait_with_output().expect("ended").into();
        let b: Run = b.wait_with_output().expect("ended").into();
        for (name, (commit, parent)) in branches(&site) {
            let old = before.get(&name).map(|(old, _)| old.as_str()).unwrap_or_default();
            assert_ne!(commit, old, "{name} has moved");
            assert_eq!(parent, old, "{name} has moved once");
        }
        assert!(a.status == 0 || b.status == 0, "{}\n{}", a.stderr, b.stderr);
        for run in [a, b] {
            match run.status {
                0 if run.stderr.starts_with("promoted 0 ") => late += 1,
                0 => assert!(run.stderr.starts_with(&format!("promoted {} ", COUNT + 1)), "{}", run.stderr),
                1 => {
                    lost += 1;
                    assert!(run.stderr.contains("moved meanwhile: from "), "{}", run.stderr);
                    assert!(
                        run.stderr.contains("hint: no branch was moved by this run: run it again"),
                        "{}",
                        run.stderr
                    );
                }
                other => panic!("status {other}: {}", run.stderr),
            }
        }
        assert!(site.promote(&["--all"]).expect(0).stderr.starts_with("promoted 0 "));
    }
    println!("{lost} lost the race, {late} came too late to have anything to do");
    assert_eq!(lost + late, 8);
    sound(&site);
}
