//! Small languages inside of texts: regular expressions, globs, semver constraints, paths, dates, URLs, `.helmignore`.

use thinlock_go::glob::Glob;
use thinlock_go::regexp::Regexp;
use thinlock_go::time::{self, Duration, Zone};
use thinlock_go::url::{self, Url};
use thinlock_go::{path, strconv};
use thinlock_renderer::chart::ignore::Rules;
use thinlock_renderer::chart::is_compatible_range;
use thinlock_sprig::semver::{Constraints, Version};

use crate::world::{Nowhere, dialect_of};

/// Takes the first line for a pattern of each kind, and the rest for what it is matched with.
pub fn patterns(data: &[u8]) {
    let (pattern, text) = match data.iter().position(|c| *c == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, b"v1.2.3-rc.1+b".as_slice()),
    };
    let dialect = dialect_of(data);
    let toolchain = &dialect.toolchain;

    match Regexp::compile(pattern, toolchain) {
        Ok(regexp) => {
            let found = regexp.find_all(text, -1).unwrap_or_default();
            assert_eq!(regexp.is_match(text), regexp.find(text).is_some());
            assert_eq!(regexp.find(text), found.first().copied());
            assert!(found.iter().all(|(from, to)| from <= to && *to <= text.len()));
            let _ = (regexp.find_submatch(text), regexp.split(text, -1), regexp.replace_all(text, b"$1-${0}"));
        }
        Err(error) => assert!(!thinlock_go::regexp::must_compile_text(pattern, &error).is_empty()),
    }
    if let Ok(glob) = Glob::compile(pattern) {
        let _ = glob.is_match(text);
    }
    let _ = (path::filepath_match(pattern, text), path::clean(pattern));

    if let Ok(constraints) = Constraints::parse(pattern, toolchain)
        && let Ok(version) = Version::parse(text, toolchain)
    {
        let _ = constraints.check(&version);
    }
    let _ = is_compatible_range(pattern, b"v1.33.0", dialect);

    let utc = Zone::local(&Nowhere);
    if let Ok(time) = time::parse(pattern, text, &utc) {
        let _ = time.format(pattern);
    }
    let _ = time::Time::unix(1_700_000_000, utc).format(pattern);
    if let Ok(duration) = Duration::parse(pattern) {
        let shown = duration.format();
        assert_eq!(Duration::parse(shown.as_bytes()).map(Duration::format), Ok(shown));
    }
    let _ = time::load_location(pattern, &Nowhere);

    if let Ok(url) = Url::parse(pattern, toolchain) {
        let _ = (url.format(), url.hostname().len(), url.port().len());
    }
    assert_eq!(url::query_unescape(&url::query_escape(pattern)), Ok(pattern.to_vec()));
    assert_eq!(url::path_unescape(&url::path_escape(pattern)), Ok(pattern.to_vec()));

    let quoted = strconv::quote(pattern);
    assert_eq!(strconv::unquote(quoted.as_bytes()).as_deref(), Some(pattern), "{quoted}");
    let _ = (strconv::parse_float(pattern, 64), strconv::parse_float(pattern, 32));
    let _ = (strconv::parse_int(pattern, 0, 64), strconv::parse_uint(pattern, 0, 64));

    if let Ok(rules) = Rules::parse(Some(data), dialect) {
        let _ = (rules.ignore(pattern, false, &mut Vec::new()), rules.ignore(text, true, &mut Vec::new()));
    }
}
