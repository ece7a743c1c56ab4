use super::*;

fn older() -> Toolchain {
    let mut toolchain = Toolchain::NEWEST;
    toolchain.semver_groups_share_prerelease = false;
    toolchain.semver_lowercase_texts = false;
    toolchain.semver_empty_identifiers_refused = false;
    toolchain.semver_limits = false;
    toolchain
}

#[test]
fn versions_are_read_leniently() {
    let check = |text: &str, want: &str| {
        let got = Version::parse(text.as_bytes(), &Toolchain::NEWEST).map(|v| v.to_string());
        assert_eq!(got.unwrap_or_else(|error| error), want, "{text:?}");
    };
    check("1.2.3", "1.2.3");
    check("v1.2", "1.2.0");
    check("01", "1.0.0");
    check("1.2.3-a.1+b.2", "1.2.3-a.1+b.2");
    check("1-a", "1.0.0-a");
    check("1.2.3-01", "version segment starts with 0");
    check("", "invalid semantic version");
    check("1.x", "invalid semantic version");
    check("1.2.3.4", "invalid semantic version");
    check("1.2.3-", "invalid semantic version");
    check("1.2.3-a..b", "invalid semantic version");
    check("V1", "invalid semantic version");
    check(
        "99999999999999999999",
        "error parsing version segment: strconv.ParseUint: parsing \"99999999999999999999\": value out of range",
    );
    check(&"1".repeat(257), "version string is too long (max 256 bytes)");
    assert_eq!(Version::parse(b"x", &older()).unwrap_err(), "Invalid Semantic Version");
}

#[test]
fn strict_versions_say_what_is_wrong() {
    let check = |text: &str, want: &str| {
        let got = Version::parse_strict(text.as_bytes(), &older()).map(|v| v.to_string());
        assert_eq!(got.unwrap_or_else(|error| error), want, "{text:?}");
    };
    check("1.2.3-a+b", "1.2.3-a+b");
    check("", "Version string empty");
    check("1.2", "Invalid Semantic Version");
    check("v1.2.3", "Invalid characters in version");
    check("01.2.3", "Version segment starts with 0");
    check("1.2.3-a_b", "Invalid Prerelease string");
    check("1.2.3+a_b", "Invalid Metadata string");
}

#[test]
fn precedence_is_the_specification_s() {
    let ascending = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "1.0.1",
        "1.1.0",
        "2.0.0",
    ];
    let parsed: Vec<_> = ascending.iter().map(|v| Version::parse(v.as_bytes(), &Toolchain::NEWEST).unwrap()).collect();
    for pair in parsed.windows(2) {
        assert_eq!(pair[0].precedence(&pair[1]), Ordering::Less, "{} {}", pair[0], pair[1]);
        assert_eq!(pair[1].precedence(&pair[0]), Ordering::Greater, "{} {}", pair[1], pair[0]);
    }
}

#[test]
fn constraints_let_in_what_masterminds_lets_in() {
    let check = |constraint: &str, version: &str, want: bool, want_older: bool| {
        for (toolchain, want) in [(&Toolchain::NEWEST, want), (&older(), want_older)] {
            let parsed = Version::parse(version.as_bytes(), toolchain).unwrap();
            let constraints = Constraints::parse(constraint.as_bytes(), toolchain).unwrap();
            assert_eq!(constraints.check(&parsed), want, "{constraint:?} {version:?}");
        }
    };
    check("=2.0.0", "1.2.3", false, false);
    check("2.0", "2.0.7", true, true);
    check(">=1.2", "1.2.0", true, true);
    check("=>1.2", "1.3", true, true);
    check(">11", "11.1.0", false, false);
    check(">11.1", "11.1.1", false, false);
    check(">11.1", "11.2.0", true, true);
    check("<=11", "11.9.0", true, true);
    check("<=11.1", "11.2.0", false, false);
    check("!=1.x", "1.2.3", false, false);
    check("!=1.2.x", "1.3.0", true, true);
    check("*", "0.0.1", true, true);
    check("~1.2.3", "1.2.9", true, true);
    check("~1.2.3", "1.3.0", false, false);
    check("~>1", "1.9.0", true, true);
    check("^0.2.3", "0.2.9", true, true);
    check("^0.2.3", "0.3.0", false, false);
    check("^0.0.3", "0.0.4", false, false);
    check("^0", "0.9.0", true, true);
    check("1.2 - 1.4.5", "1.4.5", true, true);
    check("1.2 - 1.4.5", "1.4.6", false, false);
    check(">1.0 <2 || >3", "3.1.0", false, false);
    check(">1.0 <2 || >3", "4.0.0", true, true);
    check(">=1.0-0", "1.2.3-beta", true, true);
    check(">=1.0", "1.2.3-beta", false, false);
    check(">=1.0-0 <2", "1.2.3-beta", true, false);
    check("!=1.2.3", "1.2.4-b", false, true);
}

#[test]
fn improper_constraints_are_quoted_by_the_newer_library() {
    let check = |text: &str, newest: &str, old: &str| {
        assert_eq!(Constraints::parse(text.as_bytes(), &Toolchain::NEWEST).unwrap_err(), newest);
        assert_eq!(Constraints::parse(text.as_bytes(), &older()).unwrap_err(), old);
    };
    check("foo", "improper constraint: \"foo\"", "improper constraint: foo");
    check("", "improper constraint: \"\"", "improper constraint: ");
    check(">> 1", "improper constraint: \">> 1\"", "improper constraint: >> 1");
    check(">=1.2<3", "improper constraint: \">=1.2<3\"", "improper constraint: >=1.2<3");
    check("1x", "constraint parser error", "constraint Parser Error");
    check("1 || a", "improper constraint: \" a\"", "improper constraint:  a");
}
