//! The folder of a shrunk case: everything that a bug report needs.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use super::{Fault, Minimised, Side};
use crate::corpus::Ran;
use crate::record::quoted;

/// The first words of the page in the folder, by which a folder of ours is known.
const TITLE: &str = "# Two Helms differ";

/// Writes a shrunk case into a folder: the chart, the files beside it, what both sides printed, and a page with the
/// commands and the first difference. `name` is what the case was called. A folder of an earlier shrinking is replaced.
///
/// # Errors
/// The folder holds something else, or cannot be written.
pub fn write(folder: &Path, name: &str, minimised: &Minimised, sides: &[Side<'_>; 2]) -> io::Result<()> {
    clear(folder)?;
    let Minimised { subject, compared, .. } = minimised;
    subject.lay_out(folder)?;
    let outputs = [&compared.first, &compared.second];
    for (side, ran) in sides.iter().zip(outputs) {
        fs::write(folder.join(output_name(side)), output(ran))?;
    }
    fs::write(folder.join("README.md"), page(name, minimised, sides))
}

/// Empties a folder that an earlier shrinking filled, or makes it.
fn clear(folder: &Path) -> io::Result<()> {
    let occupied = folder.is_dir() && fs::read_dir(folder)?.next().is_some();
    if !occupied {
        return fs::create_dir_all(folder);
    }
    let ours = fs::read_to_string(folder.join("README.md")).is_ok_and(|page| page.starts_with(TITLE));
    if !ours {
        return Err(io::Error::other(format!(
            "{}: is not empty, and holds no shrunk case: name another folder",
            folder.display()
        )));
    }
    fs::remove_dir_all(folder)?;
    fs::create_dir_all(folder)
}

fn page(name: &str, minimised: &Minimised, sides: &[Side<'_>; 2]) -> String {
    let Minimised { subject, argv, compared, from_size, tries, stopped } = minimised;
    let mut page = String::new();
    let [first, second] = sides;
    let what = match &compared.fault {
        Fault::Exit { first: true, .. } => format!("{} fails, and {} does not", first.name, second.name),
        Fault::Exit { first: false, .. } => format!("{} fails, and {} does not", second.name, first.name),
        Fault::Output(shape) => format!("standard output differs: {}", shape.text()),
        Fault::Files => "a file that is written differs".to_owned(),
        Fault::Words => "standard error differs".to_owned(),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(
        page,
        "{TITLE}: {} and {}\n\nOver the chart in `chart`, {what}.\n\n## Commands\n",
        first.name, second.name
    );
    for (side, argv) in sides.iter().zip(argv) {
        let words: Vec<String> = argv.iter().map(|arg| quoted(arg)).collect();
        let program = if side.name.starts_with("thinlock") { "thinlock" } else { "helm" };
        let dialect = if program == "thinlock" { format!(" --dialect {}", side.dialect) } else { String::new() };
        let _ = writeln!(
            page,
            "With {}, whose output is in `{}`:\n\n    {program} template {}{dialect}\n",
            side.name,
            output_name(side),
            words.join(" ")
        );
    }
    let _ = writeln!(page, "## The first difference\n\n`-` is {}, `+` is {}.\n\n```", first.name, second.name);
    let _ = writeln!(page, "{}\n```\n\n## Where it comes from\n", compared.difference);
    let _ = writeln!(
        page,
        "The case `{name}`, shrunk from {from_size} lines and arguments to {} in {tries} tries{}.",
        subject.size(),
        if *stopped { ", until a limit was reached" } else { "; nothing more can go" }
    );
    page
}

/// What a side printed: standard output with the files written, or standard error where it failed.
fn output(ran: &Ran) -> Vec<u8> {
    if ran.status != 0 {
        return format!("exit status {}\n{}", ran.status, ran.stderr).into_bytes();
    }
    let mut text = ran.stdout.clone();
    for (name, bytes) in &ran.files {
        text.extend_from_slice(format!("# File: {name}\n").as_bytes());
        text.extend_from_slice(bytes);
    }
    text
}

/// `helm v4.1.4` gives `output-helm-v4.1.4.txt`.
fn output_name(side: &Side<'_>) -> String {
    let name: String = side.name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    format!("output-{name}.txt")
}
