//! Runs every kept input through its target: seeds, and what fuzzers found before it was mended.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io};

use thinlock_fuzz_targets::{ALL, Target};

/// What an input may take here. The targets' own limit is a second on a quiet machine in a release build.
const PATIENCE: Duration = Duration::from_secs(20);

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of a folder in order; none where there is no such folder.
fn inputs(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    found.sort();
    Ok(found)
}

fn replay(target: &Target, folder: &str) -> io::Result<usize> {
    let inputs = inputs(&fuzz_folder().join(folder).join(target.name))?;
    for path in &inputs {
        let data = fs::read(path)?;
        let started = Instant::now();
        // The test's output names the input if the target panics.
        println!("{}", path.display());
        (target.run)(&data);
        let took = started.elapsed();
        assert!(took < PATIENCE, "{} took {took:?}", path.display());
    }
    Ok(inputs.len())
}

#[test]
fn seeds() -> io::Result<()> {
    for target in &ALL {
        assert!(replay(target, "seeds")? > 0, "{} has no seed", target.name);
    }
    Ok(())
}

#[test]
fn regressions() -> io::Result<()> {
    let mut kept = 0;
    for target in &ALL {
        kept += replay(target, "regressions")?;
    }
    // Nothing lies where no target looks.
    let folders = inputs(&fuzz_folder().join("regressions"))?;
    let files: usize = folders.iter().map(|folder| inputs(folder).map(|files| files.len())).sum::<io::Result<_>>()?;
    assert_eq!(kept, files);
    Ok(())
}

/// A target takes whatever comes.
#[test]
fn odd_bytes() {
    let mut odd: Vec<Vec<u8>> = vec![Vec::new(), vec![0], vec![0xff; 700], b"{{".repeat(300), b"[".repeat(20_000)];
    odd.push(b"a:\n ".repeat(1_000));
    odd.push((0..=255).collect());
    for target in &ALL {
        for data in &odd {
            println!("{} {:?}…", target.name, &data[..data.len().min(8)]);
            (target.run)(data);
        }
    }
}

/// Every target has its program for libFuzzer.
#[test]
fn programs() -> io::Result<()> {
    let manifest = fs::read_to_string(fuzz_folder().join("Cargo.toml"))?;
    for Target { name, .. } in &ALL {
        assert!(manifest.contains(&format!("name = \"{name}\"\n")), "{name} is missing from fuzz/Cargo.toml");
        let program = fs::read_to_string(fuzz_folder().join(format!("fuzz_targets/{name}.rs")))?;
        assert!(program.contains(&format!("thinlock_fuzz_targets::{name}(data)")), "{program}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), ALL.len());
    Ok(())
}
