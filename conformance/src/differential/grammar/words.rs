//! Strings of every kind that a function of the map reads: plain text, layouts, expressions, versions, documents.

use super::super::random::Random;
use super::super::tree::{Quote, Sort, Tree};
use super::data;

/// Plain text: what charts hold, and what is easy to get wrong.
const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "abc",
    "x y",
    "Hello World",
    "hello",
    "foo-bar_baz",
    "fooBarBaz",
    "FooBAR",
    "HTTPServer2Go",
    "  pad ",
    "\ttab\t",
    "line one\nline two",
    "a\nb\n",
    "\n",
    "a\r\nb",
    "héllo wörld",
    "日本語テキスト",
    "e\u{301}",
    "ß",
    "ǅ",
    "İi",
    "Σς",
    "😀 smile",
    "\u{a0}nbsp",
    "a\u{200b}b",
    "\u{feff}bom",
    "\u{2028}",
    "\u{7f}",
    "\u{1}",
    "true",
    "yes",
    "null",
    "~",
    "nil",
    "1",
    "-1",
    "0",
    "007",
    "0x1F",
    "0o17",
    "0b101",
    "1_000",
    "1.0",
    "1.50",
    ".5",
    "5.",
    "1e3",
    "-1.5e-7",
    "1e400",
    "NaN",
    "+Inf",
    ".inf",
    "-0",
    "+5",
    " 7",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "12h",
    "1h30m",
    "95s",
    "1.5h",
    "-2m3s",
    "100ms",
    "2µs",
    "1d",
    "2023-07-04",
    "2023-07-04T09:08:07Z",
    "12:30:45",
    "190:20:30",
    "a: b",
    "a:b",
    "- x",
    "-",
    "--- x",
    "---",
    "...",
    "# c",
    "a #b",
    "a # b",
    "[1, 2]",
    "{a: 1}",
    "*a",
    "&a b",
    "!t",
    "!!str 1",
    "|",
    ">",
    "%",
    "%d",
    "@x",
    "`x`",
    "'q'",
    "\"q\"",
    "it's",
    "a\\b",
    "a,b,c",
    "a.b.c",
    ",",
    ".",
    "a=b",
    "a/b/../c",
    "<b>&\"'</b>",
    "{{ .Values.s }}",
    "{{",
    "}}",
    "$1",
    "${x}",
    "key: |\n  text\n",
    "? x",
    "=",
    "<<",
    "y",
    "n",
    "off",
    "0777",
    "1:2",
    "a\tb",
    "trailing ",
    " leading",
    "tab\tend\t",
    "very long text that goes on and on beyond the eighty columns at which some emitters would fold it into lines",
];

const LETTERS: &[char] = &[
    'a', 'b', 'c', 'x', 'A', 'Z', '0', '1', '9', ' ', ' ', '-', '_', '.', ',', ':', ';', '/', '\\', '\'', '"', '#',
    '%', '&', '*', '!', '|', '>', '<', '[', ']', '{', '}', '(', ')', '$', '@', '?', '=', '+', '~', '^', '\n', '\t',
    'é', 'ß', '語', '😀', '\u{301}', '\u{85}',
];

pub(super) fn text(random: &mut Random) -> String {
    match random.below(10) {
        0..7 => random.pick(TEXTS).to_owned(),
        7 => format!("{}{}", random.pick(TEXTS), random.pick(TEXTS)),
        _ => (0..random.between(1, 9)).map(|_| random.pick(LETTERS)).collect(),
    }
}

/// A text with one or two of its characters changed, which makes good text a little wrong.
pub(super) fn spoiled(text: &str, random: &mut Random) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..random.between(1, 2) {
        let at = random.below(chars.len());
        match random.below(4) {
            0 if !chars.is_empty() => drop(chars.remove(at)),
            1 if !chars.is_empty() => chars[at] = random.pick(LETTERS),
            2 if !chars.is_empty() => {
                let to = (at + random.between(1, 8)).min(chars.len());
                let copied: Vec<char> = chars[at..to].to_vec();
                chars.splice(at..at, copied);
            }
            _ => chars.insert(at, random.pick(LETTERS)),
        }
    }
    chars.into_iter().collect()
}

pub(super) fn integer(random: &mut Random) -> String {
    const INTEGERS: &[&str] = &[
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "7",
        "8",
        "10",
        "12",
        "31",
        "42",
        "64",
        "100",
        "127",
        "128",
        "255",
        "256",
        "1000",
        "65535",
        "1000000",
        "10000000",
        "123456789",
        "2147483647",
        "2147483648",
        "4294967296",
        "9007199254740993",
        "9223372036854775807",
        "-1",
        "-2",
        "-3",
        "-5",
        "-10",
        "-100",
        "-128",
        "-2147483649",
        "-9223372036854775808",
    ];
    const WRITTEN: &[&str] =
        &["0x10", "0X1f", "0b11", "0o17", "017", "1_000", "'a'", "'\\n'", "'é'", "0x_ff", "+3", "1e3", "0x1p4"];
    if random.percent(6) { random.pick(WRITTEN).to_owned() } else { random.pick(INTEGERS).to_owned() }
}

pub(super) fn count(random: &mut Random) -> String {
    random.pick(&["0", "1", "2", "2", "3", "3", "4", "5", "8", "12", "-1", "-2", "-5"]).to_owned()
}

pub(super) fn float(random: &mut Random) -> String {
    random
        .pick(&[
            "0.0",
            "1.0",
            "1.5",
            "-2.75",
            "0.1",
            "0.5",
            "2.5",
            "-0.5",
            "3.14159",
            "99.995",
            "1e3",
            "1e6",
            "1e20",
            "1e21",
            "1e-6",
            "1e-7",
            "123456789.125",
            "1.7976931348623157e308",
            "5e-324",
            "-0.0",
            "0x1p-2",
            "1_0.5",
            "9007199254740993.0",
            "1e100",
            "0.1e-9",
        ])
        .to_owned()
}

/// A number as JSON and YAML have it.
pub(super) fn json_number(random: &mut Random) -> String {
    random
        .pick(&[
            "0",
            "1",
            "2",
            "3",
            "5",
            "10",
            "42",
            "-1",
            "-7",
            "255",
            "1000",
            "100000",
            "1000000",
            "20000000",
            "123456789",
            "2147483648",
            "9007199254740993",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551615",
            "18446744073709551616",
            "123456789012345678901234567890",
            "1.0",
            "1.5",
            "-2.75",
            "0.1",
            "0.30000000000000004",
            "100.0",
            "1e3",
            "1E+2",
            "1e20",
            "1e21",
            "1e-6",
            "1e-7",
            "1.5e300",
            "5e-324",
            "-0",
            "-0.0",
            "3.14159",
        ])
        .to_owned()
}

pub(super) fn key(random: &mut Random) -> String {
    match random.below(12) {
        0 => text(random),
        1 => random.pick(&["a.b", "a-b", "1", "true", "null", "A", "é", "y", "~", "x y"]).to_owned(),
        _ => random.pick(&["a", "b", "c", "x", "k", "name"]).to_owned(),
    }
}

/// Layouts, each with a time that it reads.
const WRITTEN_TIMES: &[(&str, &str)] = &[
    ("2006-01-02", "2023-07-04"),
    ("2006-01-02", "2024-02-30"),
    ("2006-01-02 15:04:05", "2023-07-04 09:08:07"),
    ("2006-01-02 15:04:05", "1969-12-31 23:59:59"),
    ("2006-01-02 15:04:05", "0001-01-01 00:00:00"),
    ("2006-01-02 15:04:05", "9999-12-31 23:59:59"),
    ("2006-01-02T15:04:05Z07:00", "2024-02-29T23:59:59.123456789+05:30"),
    ("2006-01-02T15:04:05Z07:00", "2021-03-28T02:30:00Z"),
    ("2006-01-02T15:04:05.999999999Z07:00", "2021-03-28T02:30:00.5-08:00"),
    ("Mon Jan _2 15:04:05 2006", "Tue Feb  6 01:02:03 1999"),
    ("Mon Jan _2 15:04:05 MST 2006", "Tue Nov 10 23:00:00 EST 2009"),
    ("02 Jan 06 15:04 MST", "01 Mar 07 10:11 PST"),
    ("02 Jan 06 15:04 -0700", "01 Mar 69 10:11 +0100"),
    ("Monday, 02-Jan-06 15:04:05 MST", "Wednesday, 31-Dec-68 00:00:00 UTC"),
    ("Mon, 02 Jan 2006 15:04:05 -0700", "Fri, 31 Dec 1999 23:59:59 -0800"),
    ("3:04PM", "12:30AM"),
    ("Jan _2 15:04:05.000", "Mar  3 04:05:06.789"),
    ("2006-002", "2024-366"),
    ("2006-01-02 15:04:05.000", "2021-06-07 08:09:10.500"),
    ("2006-1-2 3:4:5 pm", "1970-1-1 1:2:3 am"),
    ("20060102150405", "20230704090807"),
    ("January 2, 2006", "December 25, 2030"),
    ("2006-01-02 15:04:05 -07:00:00", "1900-01-01 00:00:00 +00:19:32"),
    ("15h04", "24h00"),
    ("02/01/2006", "31/04/2023"),
    ("2006-01-02 15:04:05,000", "2023-07-04 09:08:07,123"),
    ("Z0700", "+0230"),
    ("MST", "GMT+3"),
];

pub(super) fn written_time(random: &mut Random) -> (String, String) {
    let (layout, text) = random.pick(WRITTEN_TIMES);
    let text = if random.percent(12) { spoiled(text, random) } else { text.to_owned() };
    let layout = if random.percent(5) { self::layout(random) } else { layout.to_owned() };
    (layout, text)
}

pub(super) fn layout(random: &mut Random) -> String {
    const PARTS: &[&str] = &[
        "2006",
        "06",
        "01",
        "1",
        "Jan",
        "January",
        "02",
        "2",
        "_2",
        "002",
        "__2",
        "Mon",
        "Monday",
        "15",
        "03",
        "3",
        "04",
        "4",
        "05",
        "5",
        "PM",
        "pm",
        "MST",
        "Z07:00",
        "Z0700",
        "Z07",
        "-07:00",
        "-0700",
        "-07",
        "-07:00:00",
        "Z07:00:00",
        "-070000",
        ".000",
        ".999",
        ",000",
        ".000000000",
        ".999999999",
        ".00",
        "05.000",
        "05.999999",
        "20",
        "07",
        "Janet",
        "1st",
        "2nd",
        "005",
        "_2006",
        "__",
        "_",
    ];
    const BETWEEN: &[&str] = &["", " ", "-", ":", "/", "T", ", ", ".", "h", "é", "\n"];
    if random.percent(30) {
        return random.pick(WRITTEN_TIMES).0.to_owned();
    }
    let mut layout = String::new();
    for _ in 0..random.between(1, 6) {
        layout.push_str(random.pick(PARTS));
        layout.push_str(random.pick(BETWEEN));
    }
    layout
}

pub(super) fn zone(random: &mut Random) -> String {
    random
        .pick(&[
            "UTC",
            "",
            "Local",
            "America/New_York",
            "Europe/Berlin",
            "Asia/Kolkata",
            "Asia/Tokyo",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "Africa/Cairo",
            "America/Sao_Paulo",
            "EST",
            "GMT",
            "Etc/GMT+5",
            "Nowhere/City",
            "utc",
            "europe/berlin",
            "../UTC",
            "America/St_Johns",
            "Asia/Kathmandu",
            "Europe/Dublin",
            "CET",
            "Antarctica/Troll",
        ])
        .to_owned()
}

pub(super) fn duration(random: &mut Random) -> String {
    const UNITS: &[&str] = &["ns", "us", "µs", "ms", "s", "m", "h", "d", ""];
    if random.percent(15) {
        return random
            .pick(&[
                "",
                "0",
                "-",
                "+",
                "1",
                "1h1",
                "h",
                ".s",
                "1.h",
                "-1.5h",
                "+5m",
                "9223372036854775807ns",
                "2562048h",
                "1 h",
            ])
            .to_owned();
    }
    let mut text = random.pick(&["", "", "", "-", "+"]).to_owned();
    for _ in 0..random.between(1, 3) {
        text.push_str(random.pick(&[
            "1",
            "2",
            "24",
            "30",
            "90",
            "1.5",
            "0.25",
            "400",
            "8760",
            "1000000",
            "3.14159265",
        ]));
        text.push_str(random.pick(UNITS));
    }
    text
}

pub(super) fn regex(random: &mut Random, depth: usize) -> String {
    const ATOMS: &[&str] = &[
        "a",
        "b",
        "c",
        "o",
        "l",
        ".",
        "[a-z]",
        "[A-Z]",
        "[0-9]",
        "[^a]",
        "[a-zA-Z_]",
        r"\d",
        r"\D",
        r"\w",
        r"\W",
        r"\s",
        r"\S",
        r"\b",
        r"\B",
        "^",
        "$",
        r"\A",
        r"\z",
        r"\pL",
        r"\p{Lu}",
        r"\p{Greek}",
        r"\PN",
        r"\p{^L}",
        "[[:alpha:]]",
        "[[:^digit:]]",
        "[[:word:]]",
        r"[\d\s]",
        r"[^\w]",
        r"\x41",
        r"\x{e9}",
        r"\n",
        r"\t",
        r"\.",
        r"\-",
        r"[\]a]",
        "[]a]",
        "[a-]",
        "é",
        "語",
        r"\Qa.b\E",
        r"\141",
        r"\0",
        " ",
        "-",
        ",",
        "x*",
        "[é-ü]",
        r"\a",
        r"\f",
        "[[:upper:]x]",
        r"[\pL\d]",
    ];
    const BAD: &[&str] = &[
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "[z-a]",
        "a**",
        "*",
        "+",
        "?",
        r"\8",
        "(",
        ")",
        "[",
        "(?P<n",
        "(?P<n>a",
        "(?P<1>a)",
        "(?P<n>a)(?P<n>b)",
        "a{1001}",
        "a{2,1}",
        "(?z)",
        r"\p{Nope}",
        r"\pX",
        r"\Z",
        r"\k",
        "[[:nope:]]",
        r"\x{110000}",
        r"\x{",
        "a{1000}{1000}",
        r"\C",
        "\\",
        "(?i",
        "a++",
        "((((a{100}){100}){100}))",
        "[a",
        "[^]",
        r"[\b]",
        "x{2}{3}",
        "(?P=n)",
        "|*",
    ];
    if random.percent(4) {
        return random.pick(BAD).to_owned();
    }
    if depth == 0 {
        return random.pick(ATOMS).to_owned();
    }
    let mut text = String::new();
    for _ in 0..random.between(1, 3) {
        let inner = regex(random, depth - 1);
        match random.below(14) {
            0 | 1 => text.push_str(&format!("({inner})")),
            2 => text.push_str(&format!("(?:{inner})")),
            3 => text.push_str(&format!("(?P<n>{inner})")),
            4 => text.push_str(&format!("({inner}|{})", regex(random, depth - 1))),
            5 => text.push_str(&format!("{inner}|{}", regex(random, depth - 1))),
            6 => text.push_str(&format!("(?{}:{inner})", random.pick(&["i", "s", "m", "U", "is", "i-s", "-i"]))),
            7 => text.push_str(&format!("{}{inner}", random.pick(&["(?i)", "(?s)", "(?m)", "(?U)", "(?im-s)"]))),
            8 => text.push_str(&format!("(?<name>{inner})")),
            _ => text.push_str(&inner),
        }
        if random.percent(30) {
            text.push_str(
                random.pick(&["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,}", "{,2}", "{2,3}?", "{1"]),
            );
        }
    }
    text
}

pub(super) fn replacement(random: &mut Random) -> String {
    random
        .pick(&[
            "", "x", "$1", "${1}", "$1x", "${1}x", "$0", "[$0]", "$$", "$", "${", "${n}", "$n", "$name", "${name}-",
            r"\1", "$2$1", "${10}", "$01", "é$1", "$1$1", "${1", "$é", "$_", "a$", "${}",
        ])
        .to_owned()
}

pub(super) fn version(random: &mut Random) -> String {
    if random.percent(8) {
        return random
            .pick(&[
                "",
                "v",
                "1.2.3.4",
                "a.b.c",
                "1..2",
                "1.2.3-",
                "1.2.3+",
                "01.2.3",
                "1.02.3",
                "1.2.03",
                "-1.2.3",
                "1.2.3-01",
                "1.2.3-a..b",
                "1.2.x",
                "V1.2.3",
                " 1.2.3",
                "1.2.3 ",
                "1.2.3-é",
                "99999999999999999999.0.0",
                "1.2.3-rc.1+b+c",
                "v1.2.3-+x",
                "=1.2.3",
            ])
            .to_owned();
    }
    let number = |random: &mut Random| random.pick(&["0", "1", "2", "3", "9", "10", "18", "100", "4294967296"]);
    let mut text = random.pick(&["", "", "", "v"]).to_owned();
    text.push_str(number(random));
    for _ in 0..random.pick(&[0, 1, 2, 2, 2, 2]) {
        text.push('.');
        text.push_str(number(random));
    }
    if random.percent(35) {
        text.push('-');
        text.push_str(random.pick(&[
            "alpha", "alpha.1", "beta", "rc.1", "rc.2", "rc.10", "0", "1", "a-b", "gke.100", "-", "0.3.7", "x.7.z.92",
            "A",
        ]));
    }
    if random.percent(15) {
        text.push('+');
        text.push_str(random.pick(&["build", "001", "20130313", "exp.sha.5114f85", "a-b"]));
    }
    text
}

pub(super) fn constraint(random: &mut Random) -> String {
    if random.percent(5) {
        return random
            .pick(&[
                "",
                " ",
                "||",
                ",",
                ">",
                "> >1",
                "1.2.3 - ",
                "- 1.2",
                "~>",
                "^",
                "*",
                "x",
                "X.1",
                ">=*",
                "^*",
                "~x",
                "!=*",
                "<x",
                ">1.x",
                "=>1.2.3",
                "=<2",
                "><1",
                "1.2.3.4",
                "latest",
                ">= 1.2.3-é",
            ])
            .to_owned();
    }
    let part = |random: &mut Random| {
        let of = |random: &mut Random| {
            let version = version(random);
            match random.below(8) {
                0 => version.split('.').next().unwrap_or_default().to_owned(),
                1 => format!("{}.{}", version.split('.').next().unwrap_or_default(), random.pick(&["x", "X", "*"])),
                2 => format!("{}.2.{}", version.split('.').next().unwrap_or_default(), random.pick(&["x", "*"])),
                _ => version,
            }
        };
        if random.percent(12) {
            let (from, to) = (of(random), of(random));
            return format!("{from} - {to}");
        }
        let operator = random.pick(&["", "", "=", "!=", ">", "<", ">=", "<=", "=>", "=<", "~", "~>", "^"]);
        let blank = random.pick(&["", "", "", " ", "  "]);
        let of = of(random);
        format!("{operator}{blank}{of}")
    };
    let mut text = part(random);
    for _ in 0..random.pick(&[0, 0, 0, 1, 1, 2]) {
        text.push_str(random.pick(&[", ", ",", " ", " || ", "||", " , "]));
        text.push_str(&part(random));
    }
    text
}

pub(super) fn url(random: &mut Random) -> String {
    const SCHEMES: &[&str] = &[
        "http://", "https://", "HTTP://", "ftp://", "//", "", "mailto:", "a+b.c-1:", "file:///", "1http://", ":",
        "http:", "urn:x:",
    ];
    const USERS: &[&str] = &["", "", "", "user@", "user:pass@", "u%20s:p%40@", ":@", "@", "us er@", "a:b:c@"];
    const HOSTS: &[&str] = &[
        "example.com",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "[fe80::1%25eth0]",
        "EXAMPLE.com",
        "",
        "a b.com",
        "exa%6dple.com",
        "[::1",
        "é.de",
        "[foo]",
        "h%20st",
        "a_b",
    ];
    const PORTS: &[&str] = &["", "", "", ":80", ":", ":abc", ":65536", ":8080:1", ":-1"];
    const PATHS: &[&str] = &[
        "", "/", "/a/b", "/a%2Fb", "/a b", "a/b", "/é", "/../x", "//x", "/a;b", "/%zz", "/a%", "/*", "?", "/a:b",
        "/%41",
    ];
    const QUERIES: &[&str] = &["", "", "?", "?a=1&b=2", "?q=a b", "?q=%20+", "?é=1", "?a=%zz", "?a?b", "?;"];
    const FRAGMENTS: &[&str] = &["", "", "#", "#frag", "#a b", "#é", "#a%20b", "#a#b", "#%zz"];
    [SCHEMES, USERS, HOSTS, PORTS, PATHS, QUERIES, FRAGMENTS].iter().map(|parts| random.pick(parts)).collect()
}

pub(super) fn path(random: &mut Random) -> String {
    const PARTS: &[&str] = &["a", "b", "..", ".", "", "a.txt", ".hidden", "x.tar.gz", "é", "c d", "name."];
    let mut text = random.pick(&["", "", "/", "//"]).to_owned();
    for _ in 0..random.between(0, 4) {
        text.push_str(random.pick(PARTS));
        text.push_str(random.pick(&["/", "/", "//", ""]));
    }
    text
}

pub(super) fn base64(random: &mut Random) -> String {
    random
        .pick(&[
            "",
            "YQ==",
            "YWI=",
            "YWJj",
            "aGVsbG8gd29ybGQ=",
            "aMOpbGxv",
            "YQ",
            "Y",
            "YQ=",
            "YQ==YQ==",
            "YW\nJj",
            "_-8=",
            "+/8=",
            "a GVs",
            "////",
            "=",
            "YWJj\n",
            "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==",
        ])
        .to_owned()
}

pub(super) fn base32(random: &mut Random) -> String {
    random
        .pick(&[
            "",
            "ME======",
            "MFRGG===",
            "NBSWY3DP",
            "nbswy3dp",
            "ME",
            "M1======",
            "MFRGGZDF",
            "ME======ME======",
            "M\nE======",
            "========",
        ])
        .to_owned()
}

/// The format of `printf`, and how many arguments it asks for.
pub(super) fn format(random: &mut Random) -> (String, usize) {
    let mut text = String::new();
    let mut asked = 0;
    for _ in 0..random.pick(&[1, 1, 1, 1, 2, 3]) {
        text.push_str(random.pick(&["", "", "", "a", "%%", " ", "é", "{"]));
        text.push('%');
        for _ in 0..random.pick(&[0, 0, 0, 1, 1, 2]) {
            text.push_str(random.pick(&["+", "-", "#", " ", "0"]));
        }
        if random.percent(30) {
            match random.below(8) {
                0 => {
                    text.push('*');
                    asked += 1;
                }
                1 => text.push_str(random.pick(&["[1]", "[2]", "[3]", "[0]", "[x]", "[1]*", "[", "[2]*.[1]*"])),
                _ => text.push_str(random.pick(&["1", "2", "5", "8", "12", "20", "30"])),
            }
        }
        if random.percent(25) {
            match random.below(8) {
                0 => {
                    text.push_str(".*");
                    asked += 1;
                }
                _ => text.push_str(random.pick(&[".", ".0", ".1", ".2", ".3", ".6", ".10", ".20"])),
            }
        }
        text.push_str(random.pick(&[
            "v", "v", "v", "s", "s", "d", "d", "q", "q", "x", "X", "t", "f", "g", "e", "T", "c", "U", "o", "O", "b",
            "E", "F", "G", "%", "w", "z", "!", "i", "é", "",
        ]));
        asked += 1;
    }
    if random.percent(10) {
        text.push_str(random.pick(&["%", " end", "%-", "%5"]));
    }
    (text, asked)
}

pub(super) fn json(random: &mut Random, depth: usize) -> String {
    let text = json_value(random, depth);
    if random.percent(15) { spoiled(&text, random) } else { text }
}

fn json_value(random: &mut Random, depth: usize) -> String {
    let blank = random.pick(&["", "", "", " ", "\n", "\t "]);
    match random.below(if depth == 0 { 5 } else { 9 }) {
        0 => json_number(random),
        1 => random.pick(&["true", "false", "null"]).to_owned(),
        2..5 => json_string(random),
        5 | 6 => {
            let items: Vec<String> = (0..random.between(0, 3)).map(|_| json_value(random, depth - 1)).collect();
            format!("[{blank}{}{blank}]", items.join(&format!(",{blank}")))
        }
        _ => {
            let items: Vec<String> = (0..random.between(0, 3))
                .map(|_| {
                    let key = if random.percent(80) {
                        format!("\"{}\"", random.pick(&["a", "b", "c", "x"]))
                    } else {
                        json_string(random)
                    };
                    format!("{key}{blank}:{blank}{}", json_value(random, depth - 1))
                })
                .collect();
            format!("{{{blank}{}{blank}}}", items.join(&format!("{blank},")))
        }
    }
}

fn json_string(random: &mut Random) -> String {
    if random.percent(20) {
        return random
            .pick(&[
                r#""\u00e9""#,
                r#""\ud83d\ude00""#,
                r#""\ud83d""#,
                r#""\/\b\f\n\r\t""#,
                r#""\u0000""#,
                r#""\u2028""#,
                r#""\"""#,
                r#""\x""#,
                r#""<>&""#,
            ])
            .to_owned();
    }
    format!("\"{}\"", text(random).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t"))
}

/// One scalar as YAML has it, plain or quoted.
fn yaml_scalar(random: &mut Random) -> String {
    match random.below(8) {
        0 => json_number(random),
        1 => random
            .pick(&[
                "true",
                "Yes",
                "off",
                "NO",
                "y",
                "~",
                "null",
                "Null",
                "",
                "0o14",
                "014",
                "0x1F",
                "1_000",
                "0b11",
                "+12",
                ".5",
                "1.",
                "1e3",
                ".inf",
                "-.INF",
                ".nan",
                "12:30:45",
                "1:2",
                "2023-07-04",
                "2023-07-04T09:08:07Z",
                "2001-12-14t21:59:43.10-05:00",
                "2001-12-14 21:59:43.10 -5",
                "<<",
                "=",
                "0.",
                "-",
                "--",
                "1e",
                "0x",
                "+.inf",
                "1__0",
                "0o8",
                "08",
            ])
            .to_owned(),
        2 => random
            .pick(&[
                r#""a\nb""#,
                r#""\x41\u00e9\U0001F600""#,
                r#""a\
  b""#,
                "'it''s'",
                "\"a\n  b\n\n  c\"",
                "'a\n  b'",
                r#""\e\0\a\_\N\L\P""#,
                r#""\q""#,
                "\"",
                "'",
                "''",
                "\"\"",
                "\"a\tb\"",
                r#""\/""#,
                "'a\n\n  b'",
            ])
            .to_owned(),
        3 => random
            .pick(&[
                "!!str 1",
                "!!int \"3\"",
                "!!float 1",
                "!!bool \"true\"",
                "!!null x",
                "!!binary aGk=",
                "!foo x",
                "!!int x",
                "!!timestamp 2020-01-01",
                "! 1",
                "!<tag:yaml.org,2002:str> 1",
                "!!set {a}",
                "!!float x",
                "!!bool 1",
            ])
            .to_owned(),
        4 => random.pick(&["&a x", "*a", "*b", "&b [1]", "*a ", "&a", "&a &b x", "*"]).to_owned(),
        _ => text(random),
    }
}

pub(super) fn yaml(random: &mut Random, depth: usize) -> String {
    let mut out = String::new();
    if random.percent(8) {
        out.push_str(random.pick(&[
            "---\n",
            "--- ",
            "%YAML 1.1\n---\n",
            "# c\n",
            "\n\n",
            "---\n---\n",
            "...\n",
            "\u{feff}",
            "--- # c\n",
        ]));
    }
    if random.percent(8) {
        out.push_str(&yaml_scalar(random));
    } else if random.percent(30) {
        yaml_list(random, 0, depth, &mut out);
    } else {
        yaml_map(random, 0, depth, &mut out);
    }
    if random.percent(6) {
        out.push_str(random.pick(&["---\nb: 2\n", "...\n", "--- x\n", "# end", "...\nx", "\t"]));
    }
    if random.percent(15) { spoiled(&out, random) } else { out }
}

fn yaml_map(random: &mut Random, indent: usize, depth: usize, out: &mut String) {
    for at in 0..random.between(1, 3) {
        if at > 0 || out.ends_with('\n') || out.is_empty() {
            out.push_str(&" ".repeat(indent));
        }
        let key = match random.below(14) {
            0 => yaml_scalar(random).replace('\n', " "),
            1 => random
                .pick(&[
                    "<<", "? a\n", "\"q\"", "'q'", "1", "true", "1.5", "~", "[a]", "{a: b}", "&k a", "!!str a", "a b",
                    "a:b", "-a", "0x10", "? ",
                ])
                .to_owned(),
            _ => random.pick(&["a", "b", "c", "k"]).to_owned(),
        };
        out.push_str(&key);
        out.push(':');
        yaml_rest(random, indent, depth, out);
    }
}

fn yaml_list(random: &mut Random, indent: usize, depth: usize, out: &mut String) {
    for at in 0..random.between(1, 3) {
        if at > 0 || out.ends_with('\n') || out.is_empty() {
            out.push_str(&" ".repeat(indent));
        }
        out.push('-');
        if depth > 0 && random.percent(20) {
            out.push(' ');
            yaml_map(random, indent + 2, depth - 1, out);
        } else {
            yaml_rest(random, indent, depth, out);
        }
    }
}

/// What comes after `key:` or `-`, with its newline.
fn yaml_rest(random: &mut Random, indent: usize, depth: usize, out: &mut String) {
    match random.below(if depth == 0 { 7 } else { 11 }) {
        0 => {
            out.push_str(
                random.pick(&[" |", " |-", " |+", " >", " >-", " >+", " |2", " |1-", " >2+", " |0", " | # c", " |x"]),
            );
            out.push('\n');
            for _ in 0..random.between(0, 3) {
                let more = random.pick(&["", "", "", " ", "  ", "\t"]);
                let line = random.pick(&["text", "more text", "", "# no comment", "a: b", "- x", "é", "  "]);
                out.push_str(&format!("{}{more}{line}\n", " ".repeat(indent + 2)));
            }
        }
        1 => {
            let depth = depth.min(1);
            let flow = flow(random, depth + 1);
            out.push_str(&format!(" {flow}\n"));
        }
        2..7 => {
            let scalar = yaml_scalar(random).replace('\n', &format!("\n{}", " ".repeat(indent + 1)));
            out.push_str(random.pick(&[" ", " ", " ", " ", "  ", "\t", ""]));
            out.push_str(&scalar);
            out.push_str(random.pick(&["", "", "", "", " ", " # c", "#c", "\t"]));
            out.push_str(random.pick(&["\n", "\n", "\n", "\n", "\n", "\r\n", "\n\n"]));
        }
        7..9 => {
            out.push_str(random.pick(&["\n", "\n", "\n", " &a\n", " !!map\n", " # c\n", "\n\n"]));
            let more = random.pick(&[1, 2, 2, 2, 4, 0]);
            yaml_map(random, indent + more, depth - 1, out);
        }
        _ => {
            out.push_str(random.pick(&["\n", "\n", " &b\n", " !!seq\n"]));
            let more = random.pick(&[0, 0, 2, 2, 1]);
            yaml_list(random, indent + more, depth - 1, out);
        }
    }
}

fn flow(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.percent(30) {
        let scalar = yaml_scalar(random);
        return if random.percent(90) { scalar.replace([',', '[', ']', '{', '}', '\n', '#'], "") } else { scalar };
    }
    let between = random.pick(&[", ", ",", ",\n  ", " , ", ", # c\n "]);
    if random.percent(40) {
        let items: Vec<String> = (0..random.between(0, 3)).map(|_| flow(random, depth - 1)).collect();
        return format!("[{}{}]", items.join(between), random.pick(&["", "", "", ","]));
    }
    let items: Vec<String> = (0..random.between(0, 3))
        .map(|_| {
            let key = random.pick(&["a", "b", "c", "\"q\"", "? x", "<<", "1", ""]);
            format!("{key}{}{}", random.pick(&[": ", ": ", ":", " : ", ""]), flow(random, depth - 1))
        })
        .collect();
    format!("{{{}}}", items.join(between))
}

pub(super) fn toml(random: &mut Random) -> String {
    const KEYS: &[&str] =
        &["a", "b", "c.d", "\"q k\"", "'l'", "1", "a-b", "a . b", "\"\"", "é", "true", "a b", "d.e.f", "\"\\u00e9\""];
    const SCALARS: &[&str] = &[
        "1",
        "-17",
        "+5",
        "1_000",
        "0xff",
        "0o17",
        "0b11",
        "1.5",
        "-0.0",
        "1e6",
        "6.6e-7",
        "inf",
        "-nan",
        "true",
        "\"s\"",
        "'l'",
        "\"\"\"m\nl\"\"\"",
        "'''r\nr'''",
        "\"\\u00e9\\n\"",
        "1979-05-27T07:32:00Z",
        "1979-05-27 07:32:00.5-07:00",
        "1979-05-27",
        "07:32:00",
        "1979-05-27T07:32:00",
        "9223372036854775808",
        "01",
        "1.",
        ".5",
        "\"\\x\"",
        "\"\\e\"",
        "\"\\x41\"",
        "07:32",
        "{a = 1,}",
        "",
        "x",
        "1__0",
        "\"unclosed",
        "1e",
        "0x",
        "True",
    ];
    fn value(random: &mut Random, depth: usize) -> String {
        if depth == 0 || random.percent(70) {
            return random.pick(SCALARS).to_owned();
        }
        if random.percent(50) {
            let items: Vec<String> = (0..random.between(0, 3)).map(|_| value(random, depth - 1)).collect();
            return format!(
                "[{}{}]",
                items.join(random.pick(&[", ", ",\n  ", " ,"])),
                random.pick(&["", "", ",", " # c\n"])
            );
        }
        let items: Vec<String> = (0..random.between(0, 2))
            .map(|_| format!("{} = {}", random.pick(KEYS), value(random, depth - 1)))
            .collect();
        format!("{{{}}}", items.join(", "))
    }
    let mut out = String::new();
    for _ in 0..random.between(1, 4) {
        match random.below(10) {
            0 => out.push_str(&format!("[{}]\n", random.pick(KEYS))),
            1 => out.push_str(&format!("[[{}]]\n", random.pick(KEYS))),
            2 => out.push_str(random.pick(&["# c\n", "\n", "\r\n", "\t\n"])),
            _ => {
                let key = random.pick(KEYS);
                let value = value(random, 2);
                out.push_str(&format!("{key} = {value}{}\n", random.pick(&["", "", "", " # c", " x"])));
            }
        }
    }
    if random.percent(12) { spoiled(&out, random) } else { out }
}

/// An expression of `--set`, `--set-string` or `--set-file`.
pub(super) fn set(random: &mut Random) -> String {
    let mut out = String::new();
    for at in 0..random.pick(&[1, 1, 1, 2, 3]) {
        if at > 0 {
            out.push(',');
        }
        out.push_str(random.pick(&["a", "a", "b", "l", "m", "l", "sub", "global", "", "\\a", "é"]));
        for _ in 0..random.pick(&[0, 0, 1, 1, 2, 3]) {
            match random.below(3) {
                0 => out.push_str(&format!(
                    "[{}]",
                    random.pick(&["0", "0", "1", "2", "3", "-1", "", "x", "1.5", "65537", " 1"])
                )),
                _ => out.push_str(&format!(".{}", random.pick(&["a", "b", "c", "x\\.y", "", "a\\,b", "k", "k"]))),
            }
        }
        if random.percent(96) {
            out.push('=');
        }
        match random.below(8) {
            0 => {
                let items: Vec<&str> = (0..random.between(0, 3)).map(|_| set_value(random)).collect();
                out.push_str(&format!("{{{}}}{}", items.join(","), random.pick(&["", "", "", "x"])));
            }
            _ => out.push_str(set_value(random)),
        }
    }
    if random.percent(10) { spoiled(&out, random) } else { out }
}

fn set_value(random: &mut Random) -> &'static str {
    random.pick(&[
        "1",
        "0",
        "-5",
        "01",
        "1.5",
        "1e3",
        "true",
        "false",
        "True",
        "null",
        "",
        "x",
        "a b",
        "é",
        "a\\,b",
        "a=b",
        "a.b",
        "[0]",
        "{}",
        "\"q\"",
        "\\\\",
        "nil",
        "9223372036854775808",
        "0x10",
        "{a",
        "}",
        " ",
        "~",
        "a\\",
        "+1",
        "NULL",
        "00",
        "-0",
    ])
}

/// A JSON schema, of any draft and not always a right one.
pub(super) fn schema(random: &mut Random, depth: usize) -> Tree {
    let mut tree = Tree::new(Sort::Value).text("{");
    let entry = |tree: Tree, key: &str, value: Tree| {
        tree.tree(Tree::new(Sort::Optional).text(format!("\"{key}\": ")).tree(value).text(", "))
    };
    if depth == 2 && random.percent(25) {
        let draft = random.pick(&[
            "http://json-schema.org/draft-04/schema#",
            "http://json-schema.org/draft-06/schema#",
            "http://json-schema.org/draft-07/schema#",
            "https://json-schema.org/draft/2019-09/schema",
            "https://json-schema.org/draft/2020-12/schema",
            "http://json-schema.org/draft-07/schema",
            "http://json-schema.org/schema#",
        ]);
        tree = entry(tree, "$schema", data::quoted(draft.to_owned()));
    }
    if depth == 2 || random.percent(15) {
        let mut properties = Tree::new(Sort::Value).text("{");
        for key in ["a", "b"] {
            if random.percent(70) {
                properties =
                    entry(properties, key, if depth == 0 { any_schema(random) } else { schema(random, depth - 1) });
            }
        }
        tree = entry(tree, "properties", properties.text("}"));
    }
    for _ in 0..random.pick(&[0, 1, 1, 2, 3]) {
        let number = |random: &mut Random| {
            Tree::new(Sort::Value).text(if random.percent(92) {
                random.pick(&["0", "1", "1", "2", "3", "5", "10"])
            } else {
                random.pick(&["-1", "1.5", "0.1", "1e2", "\"1\"", "true", "1.0"])
            })
        };
        let below = |random: &mut Random| {
            if depth == 0 || random.percent(10) { any_schema(random) } else { schema(random, depth - 1) }
        };
        let several = |random: &mut Random| {
            let mut list = Tree::new(Sort::Value).text("[");
            for _ in 0..random.between(1, 2) {
                list = list.tree(Tree::new(Sort::Optional).tree(below(random)).text(", "));
            }
            list.text("]")
        };
        let key = random.pick(&[
            "type",
            "type",
            "type",
            "type",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "minLength",
            "maxLength",
            "pattern",
            "enum",
            "const",
            "required",
            "additionalProperties",
            "patternProperties",
            "items",
            "prefixItems",
            "additionalItems",
            "contains",
            "minItems",
            "maxItems",
            "uniqueItems",
            "minProperties",
            "maxProperties",
            "propertyNames",
            "dependencies",
            "dependentRequired",
            "dependentSchemas",
            "if",
            "then",
            "else",
            "allOf",
            "anyOf",
            "oneOf",
            "not",
            "format",
            "$ref",
            "title",
            "unevaluatedProperties",
            "minContains",
            "definitions",
            "$defs",
            "contentEncoding",
        ]);
        let value =
            match key {
                "type" => Tree::new(Sort::Value).text(random.pick(&[
                    "\"string\"",
                    "\"integer\"",
                    "\"number\"",
                    "\"object\"",
                    "\"array\"",
                    "\"boolean\"",
                    "\"null\"",
                    "[\"string\", \"null\"]",
                    "[\"integer\"]",
                    "\"int\"",
                    "[]",
                    "1",
                ])),
                "pattern" => {
                    let depth = random.between(0, 1);
                    data::quoted(regex(random, depth))
                }
                "enum" => data::list(random, 1, &mut data::value),
                "const" | "title" => data::value(random, 1),
                "required" => Tree::new(Sort::Value).text(random.pick(&[
                    "[\"a\"]",
                    "[\"a\", \"c\"]",
                    "[]",
                    "true",
                    "\"a\"",
                    "[1]",
                    "[\"a\", \"a\"]",
                ])),
                "patternProperties" => {
                    entry(Tree::new(Sort::Value).text("{"), random.pick(&["^a", ".", "[", "b$"]), below(random))
                        .text("}")
                }
                "uniqueItems" => data::boolean(random),
                "dependentRequired" | "dependencies" if random.percent(60) => Tree::new(Sort::Value)
                    .text(random.pick(&["{\"a\": [\"b\"]}", "{\"b\": [\"c\", \"d\"]}", "{\"a\": 1}", "[]"])),
                "dependencies" | "dependentSchemas" | "definitions" | "$defs" => {
                    entry(Tree::new(Sort::Value).text("{"), "a", below(random)).text("}")
                }
                "allOf" | "anyOf" | "oneOf" | "prefixItems" => several(random),
                "items" if random.percent(30) => several(random),
                "items"
                | "additionalItems"
                | "contains"
                | "additionalProperties"
                | "propertyNames"
                | "if"
                | "then"
                | "else"
                | "not"
                | "unevaluatedProperties" => below(random),
                "format" => data::quoted(
                    random
                        .pick(&[
                            "email",
                            "ipv4",
                            "ipv6",
                            "date",
                            "date-time",
                            "time",
                            "uri",
                            "hostname",
                            "uuid",
                            "regex",
                            "nope",
                            "duration",
                            "json-pointer",
                            "uri-reference",
                        ])
                        .to_owned(),
                ),
                "$ref" => data::quoted(
                    random.pick(&["#/definitions/a", "#/$defs/a", "#", "#/nope", "#/properties/a", "#a"]).to_owned(),
                ),
                "contentEncoding" => Tree::new(Sort::Value).string("base64", Quote::Json),
                _ => number(random),
            };
        tree = entry(tree, key, value);
    }
    tree.text("}")
}

fn any_schema(random: &mut Random) -> Tree {
    Tree::new(Sort::Value).text(random.pick(&[
        "true",
        "false",
        "{}",
        "{\"type\": \"string\"}",
        "{\"type\": \"integer\"}",
        "{\"minimum\": 2}",
        "1",
        "{\"const\": 1}",
    ]))
}
