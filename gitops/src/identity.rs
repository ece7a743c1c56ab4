//! Who writes a commit, and when, as git itself would take it.
//!
//! Git looks at `GIT_AUTHOR_NAME` and its five siblings, then at `author.*` and `committer.*`, then at `user.*`; the
//! address also at `EMAIL`. It goes on to guess from the account and the host name; a promotion does not, since such a
//! commit says nothing about who made it.

use gix::bstr::{BString, ByteSlice};

use crate::error::{Error, ErrorKind, Result};

/// The environment, as a function from a variable's name to its value.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Author and committer of the commits of one run.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The author.
    pub author: gix::actor::Signature,
    /// The committer, who also signs the reference log.
    pub committer: gix::actor::Signature,
}

impl Identity {
    /// Takes author and committer from the environment and the repository's configuration; `author` (`Name <address>`)
    /// overrides the former.
    ///
    /// # Errors
    /// There is no name or address, or a date or `author` does not parse; the hint says how to give one.
    pub fn from_git(repository: &gix::Repository, env: Variables<'_>, author: Option<&str>) -> Result<Identity> {
        let now = gix::date::Time::now_local_or_utc();
        let committer = role(repository, env, "COMMITTER", "committer", now)?;
        let author = match author {
            Some(text) => {
                let (name, email) = parse_author(text)?;
                gix::actor::Signature { name, email, time: date(env, "GIT_AUTHOR_DATE", now)? }
            }
            None => role(repository, env, "AUTHOR", "author", now)?,
        };
        Ok(Identity { author, committer })
    }
}

fn role(
    repository: &gix::Repository,
    env: Variables<'_>,
    upper: &str,
    section: &str,
    now: gix::date::Time,
) -> Result<gix::actor::Signature> {
    let config = repository.config_snapshot();
    let find = |what: &str| -> Option<BString> {
        env(&format!("GIT_{upper}_{}", what.to_uppercase()))
            .map(BString::from)
            .or_else(|| config.string(format!("{section}.{what}").as_str()))
            .or_else(|| config.string(format!("user.{what}").as_str()))
            .or_else(|| if what == "email" { env("EMAIL").map(BString::from) } else { None })
            .map(|text| clean(&text))
            .filter(|text| !text.is_empty())
    };
    let missing = |what: &str| {
        Error::input(format!("no {what} for the {section} of the commits")).hint(format!(
            "git config --global user.name \"Your Name\" and git config --global user.email you@example.com, or set \
             GIT_{upper}_NAME and GIT_{upper}_EMAIL"
        ))
    };
    let name = find("name").ok_or_else(|| missing("name"))?;
    let email = find("email").ok_or_else(|| missing("address"))?;
    Ok(gix::actor::Signature { name, email, time: date(env, &format!("GIT_{upper}_DATE"), now)? })
}

fn date(env: Variables<'_>, variable: &str, now: gix::date::Time) -> Result<gix::date::Time> {
    match env(variable).filter(|text| !text.is_empty()) {
        None => Ok(now),
        Some(text) => gix::date::parse(text.as_str(), None).map_err(|_| {
            Error::input(format!("{variable}: {text:?} is no date that git knows"))
                .hint("write it as 2026-03-22T17:20:00Z, or as seconds and zone: @1774200000 +0000")
        }),
    }
}

/// `Name <address>`, as `git commit --author` takes it.
fn parse_author(text: &str) -> Result<(BString, BString)> {
    let wrong = || {
        Error::new(ErrorKind::Input, format!("--author: {text:?} is not of the form Name <address>"))
            .hint("for instance --author \"Release Bot <bot@example.com>\"")
    };
    let (name, rest) = text.split_once('<').ok_or_else(wrong)?;
    let (email, after) = rest.split_once('>').ok_or_else(wrong)?;
    let (name, email) = (clean(name.as_bytes()), clean(email.as_bytes()));
    if name.is_empty() || email.is_empty() || !after.trim().is_empty() {
        return Err(wrong());
    }
    Ok((name, email))
}

/// What git's `strbuf_addstr_without_crud` leaves: no angle brackets and line breaks anywhere, no punctuation or
/// blanks at the ends.
fn clean(text: &[u8]) -> BString {
    let crud = |b: u8| b <= 32 || matches!(b, b'.' | b',' | b':' | b';' | b'<' | b'>' | b'"' | b'\\' | b'\'');
    let start = text.iter().position(|b| !crud(*b)).unwrap_or(text.len());
    let end = text.iter().rposition(|b| !crud(*b)).map_or(start, |at| at + 1);
    let kept = text.get(start..end).unwrap_or_default();
    kept.as_bstr().iter().copied().filter(|b| !matches!(b, b'\n' | b'<' | b'>' | 0)).collect::<Vec<u8>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_parse_as_git_takes_them() {
        let check = |text: &str, expect: Option<(&str, &str)>| {
            let found = parse_author(text).ok();
            let expect = expect.map(|(n, e)| (BString::from(n), BString::from(e)));
            assert_eq!(found, expect, "{text}");
        };
        check("A U Thor <a@example.com>", Some(("A U Thor", "a@example.com")));
        check("  A.  < a@example.com > ", Some(("A", "a@example.com")));
        check("a@example.com", None);
        check("A <>", None);
        check("<a@example.com>", None);
        check("A <a@example.com> B", None);
    }

    #[test]
    fn crud_is_removed_as_git_does() {
        let check = |text: &str, expect: &str| assert_eq!(clean(text.as_bytes()), expect);
        check("Dr. Who", "Dr. Who");
        check("\"Who\",", "Who");
        check("a\nb<c>", "abc");
        check(" ;. ", "");
    }
}
