//! What the functions return and how they fail, called from templates. The expectations are what sprig 3.3.0 in a Go
//! program answers; an error begins with `!` and the function's name.

use std::any::Any;
use std::cell::Cell;
use std::sync::Arc;

use thinlock_go::{Host, Map, Toolchain, Value};
use thinlock_sprig::{Effect, effect, functions};
use thinlock_template::{Env, FuncMap, MissingKey, Set, TextCache, error_text, parse};

/// A host whose random bytes follow from a seed.
struct Seeded(Cell<u64>);

impl Host for Seeded {
    fn now_unix_nanos(&self) -> i128 {
        1_700_000_000_000_000_000
    }

    fn local_zone(&self) -> &str {
        "UTC"
    }

    fn fill_random(&self, buffer: &mut [u8]) -> Result<(), String> {
        for byte in buffer {
            // A step of a linear congruential generator.
            self.0.set(self.0.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
            *byte = (self.0.get() >> 56) as u8;
        }
        Ok(())
    }

    fn host_by_name(&self, _: &str) -> String {
        String::new()
    }
}

/// Executes a template with sprig's functions and returns what it printed, or `!` and what failed.
fn render(text: &str, seed: u64) -> String {
    let toolchain = {
        let mut toolchain = Toolchain::NEWEST;
        toolchain.semver_limits = false;
        toolchain
    };
    let functions = {
        let mut map = FuncMap::new();
        map.add(functions());
        Arc::new(map)
    };
    let run = || {
        let mut set = Set::new("t");
        set.add(&parse("t", text, &functions, &toolchain)?);
        let texts = TextCache::new(Arc::clone(&functions));
        let host = Seeded(Cell::new(seed));
        let mut state: Box<dyn Any> = Box::new(());
        let mut env = Env::new(&host, &toolchain, &mut *state, &texts);
        env.missing_key = MissingKey::Zero;
        let mut out = Vec::new();
        set.execute("t", Value::Map(Map::string_any()), &mut out, env)?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    };
    run().unwrap_or_else(|error| {
        let text = error_text(&error);
        let from = text.find("error calling ").map(|at| at + "error calling ".len());
        format!("!{}", &text[from.or_else(|| text.find("wrong number")).unwrap_or(0)..])
    })
}

fn check(rows: &[(&str, &str)]) {
    for (expression, want) in rows {
        assert_eq!(render(&format!("{{{{ {expression} }}}}"), 1), *want, "{expression}");
    }
}

#[test]
fn strings() {
    check(&[
        (r#"trunc 5 "hello world""#, "hello"),
        (r#"trunc -5 "hello world""#, "world"),
        (r#"trunc 1 "世界" | printf "%q""#, r#""\xe4""#),
        (r#"substr 0 5 "hello world""#, "hello"),
        (r#"substr -1 3 "hello world""#, "hel"),
        (r#"substr 2 -1 "hello world""#, "llo world"),
        (r#"substr 3 2 "hello world""#, "!substr: runtime error: slice bounds out of range [3:2]"),
        (r#"substr 100 200 "hello world""#, "!substr: runtime error: slice bounds out of range [100:11]"),
        (r#"substr -1 100 "hello""#, "!substr: runtime error: slice bounds out of range [:100] with length 5"),
        (r#"substr -1 -1 "hello""#, "!substr: runtime error: slice bounds out of range [:-1]"),
        (r#"repeat 3 "ab""#, "ababab"),
        (r#"repeat -1 "ab""#, "!repeat: strings: negative Repeat count"),
        (r#"indent 2 "a\n\nb" | quote"#, r#""  a\n  \n  b""#),
        (r#"nindent 2 "" | quote"#, r#""\n  ""#),
        (r#"indent -1 "a""#, "!indent: strings: negative Repeat count"),
        (r#"quote "a" nil 1.5 (list "a" 1) "\u200b\n""#, r#""a" "1.5" "[a 1]" "\u200b\n""#),
        (r#"squote "it's" nil 2"#, "'it's' '2'"),
        (r#"cat "a" nil 1 "b""#, "a 1 b"),
        ("cat", ""),
        (r#"replace "" "-" "abc""#, "-a-b-c-"),
        (r#"plural "one" "many" 1"#, "one"),
        (r#"plural "one" "many" 0"#, "many"),
        (r#"title "foo_bar-baz élan""#, "Foo_bar-Baz Élan"),
        (r#"untitle "Hello World""#, "hello world"),
        (r#"initials "foo_bar-baz Qux é""#, "fQÃ"),
        (r#"swapcase "Hello World ñ""#, "hELLO wORLD Ñ"),
        (r#"nospace "a b\tc""#, "abc"),
        (r#"abbrev 5 "hello world""#, "he..."),
        (r#"abbrev 3 "hello world""#, "hello world"),
        (r#"abbrevboth 5 10 "1234 5678 9123 4567""#, "...5678..."),
        (r#"wrap 5 "supercalifragilistic word" | quote"#, r#""supercalifragilistic\nword""#),
        (r#"wrapWith 10 "\n>" "supercalifragilistic" | quote"#, r#""supercalif\n>ragilistic""#),
        (r#"camelcase "http_server""#, "HttpServer"),
        (r#"snakecase "HTTPServer2xx""#, "http_server_2xx"),
        (r#"kebabcase "FirstName""#, "first-name"),
        (r#"trimAll "$" "$5.00$""#, "5.00"),
        (r#"trimSuffix "a" "banana""#, "banan"),
        (r#"trimPrefix "b" "banana""#, "anana"),
        (r#"contains "ana" "banana""#, "true"),
        (r#"upper "straße""#, "STRAßE"),
        ("toString nil", "<nil>"),
        (r#"toString (list 1 "a" nil)"#, "[1 a <nil>]"),
        (r#"join "," (list "a" nil 1)"#, "a,1"),
        (r#"join "," 5"#, "5"),
        (r#"sortAlpha (list "b" "a" "C" "10" "9") | toJson"#, r#"["10","9","C","a","b"]"#),
        (r#"toStrings (list 1 "a" true nil 1.5) | toJson"#, r#"["1","a","true","1.5"]"#),
        (r#"split "$" "foo$bar" | toJson"#, r#"{"_0":"foo","_1":"bar"}"#),
        (r#"splitn "," 2 "a,b,c" | toJson"#, r#"{"_0":"a","_1":"b,c"}"#),
        (r#"splitList "" "aé" | toJson"#, r#"["a","é"]"#),
        (r#"b64dec "aGVsbG8""#, "illegal base64 data at input byte 4"),
        (r#"b32dec "nbswy3dp""#, "illegal base32 data at input byte 0"),
        (r#"b32enc "foobar""#, "MZXW6YTBOI======"),
        (r#"atoi "9223372036854775808""#, "9223372036854775807"),
        (r#"sha1sum """#, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        (r#"adler32sum "Wikipedia""#, "300286872"),
    ]);
}

#[test]
fn numbers() {
    check(&[
        (r#"int "3.7""#, "0"),
        (r#"int "0x1F""#, "31"),
        (r#"int "010""#, "8"),
        (r#"int "3.00""#, "3"),
        ("int 1e19", "-9223372036854775808"),
        (r#"int64 true | printf "%T %v""#, "int64 %!v(MISSING)"),
        (r#"float64 "010""#, "10"),
        ("toDecimal 777", "511"),
        (r#"toDecimal "8""#, "0"),
        (r#"add "1" 2.9 true"#, "4"),
        (r#"add1 "12""#, "13"),
        ("sub 1 2", "-1"),
        ("div 7 0", "!div: runtime error: integer divide by zero"),
        ("div -7 2", "-3"),
        ("mod 7 -2", "1"),
        ("mul 9223372036854775807 2", "-2"),
        ("max 1 5 3", "5"),
        ("min", "!wrong number of args for min: want at least 1 got 0"),
        (r#"maxf 1.5 (float64 "NaN")"#, "NaN"),
        ("minf 0 -0.0", "-0"),
        ("addf 0.1 0.2", "0.3"),
        ("subf 1 0.9", "0.1"),
        ("mulf 1.1 1.1", "1.21"),
        ("divf 2 3 2", "0.3333333333333334"),
        ("divf 1 0", "!divf: decimal division by 0"),
        (r#"addf (float64 "Inf") 1"#, "!addf: Cannot create a Decimal from +Inf"),
        ("round 2.5 0", "3"),
        ("round -2.5 0", "-3"),
        ("round 123.5555 3 0.6", "123.555"),
        ("round 1e20 3", "9.999999999999998e+19"),
        ("round 1234.5 -2", "1200"),
        (r#"ceil "3.7""#, "4"),
        ("floor -2.5", "-3"),
        (r#"until 3 | printf "%T %v""#, "[]int %!v(MISSING)"),
        ("until -3", "[0 -1 -2]"),
        ("untilStep 0 3 0 | toJson", "[]"),
        ("untilStep 0 10 3", "[0 3 6 9]"),
        ("seq 5", "1 2 3 4 5"),
        ("seq -3", "1 0 -1 -2 -3"),
        ("seq 5 2", "5 4 3 2"),
        ("seq 0 2 10", "0 2 4 6 8 10"),
        ("seq 0 -2 10 | quote", r#""""#),
        ("seq 1 2 3 4 | quote", r#""""#),
        ("randInt 5 5", "!randInt: invalid argument to Intn"),
    ]);
}

#[test]
fn lists() {
    check(&[
        ("first (list)", "<no value>"),
        ("first nil", "!first: runtime error: invalid memory address or nil pointer dereference"),
        (r#"first "abc""#, "!first: Cannot find first on type string"),
        ("last (list 1 2)", "2"),
        (r#"rest (list) | printf "%#v""#, "[]interface {}(nil)"),
        ("initial (list 1) | toJson", "[]"),
        ("append (until 2) 9 | toJson", "[0,1,9]"),
        ("append nil 9", "!append: runtime error: invalid memory address or nil pointer dereference"),
        ("prepend (list 1) 0 | toJson", "[0,1]"),
        (r#"push "a" 1"#, "!push: Cannot push on type string"),
        (r#"concat (list 1) (splitList "," "a") | toJson"#, r#"[1,"a"]"#),
        (r#"concat | printf "%#v""#, "[]interface {}(nil)"),
        ("concat (list 1) nil", "!concat: runtime error: invalid memory address or nil pointer dereference"),
        ("concat (dict)", "!concat: Cannot concat type map as list"),
        ("reverse (list 1 2) | toJson", "[2,1]"),
        (r#"uniq (list 1 1 2 "1" 1.0 nil nil (list) (list)) | toJson"#, r#"[1,2,"1",1,null,[]]"#),
        (r#"compact (list 1 0 "" nil "a" (list) false) | toJson"#, r#"[1,"a"]"#),
        ("without (list 1 2 2 3) 2 3 | toJson", "[1]"),
        ("has 1 nil", "false"),
        ("has 1 5", "!has: Cannot find has on type int"),
        ("has 2 (until 3)", "true"),
        ("slice (list 1 2 3 4 5) 1 3 | toJson", "[2,3]"),
        (r#"slice (list) 0 0 | printf "%v""#, "<nil>"),
        ("slice (list 1 2 3) 0 10", "!slice: reflect.Value.Slice: slice index out of bounds"),
        ("slice (until 3) 0 4 | toJson", "[0,1,2,0]"),
        (r#"slice "abc" 1"#, "!slice: list should be type of slice or array but string"),
        (r#"chunk 2 (list 1 2 3) | printf "%T %v""#, "[][]interface {} %!v(MISSING)"),
        ("chunk 0 (list 1)", "!chunk: runtime error: makeslice: len out of range"),
        ("chunk -2 (list 1) | toJson", "[[1]]"),
        ("chunk -1 (list)", "!chunk: runtime error: makeslice: len out of range"),
    ]);
}

#[test]
fn dictionaries() {
    check(&[
        (r#"dict "a" | toJson"#, r#"{"a":""}"#),
        ("dict nil 1 2.5 3 | toJson", r#"{"2.5":3,"\u003cnil\u003e":1}"#),
        (r#"get (dict "a" 1) "b" | quote"#, r#""""#),
        (r#"set nil "a" 1"#, "!set: assignment to entry in nil map"),
        (r#"unset nil "a" | printf "%#v""#, "map[string]interface {}(nil)"),
        (r#"hasKey (dict "a" nil) "a""#, "true"),
        (r#"pluck "a" (dict "a" 1) (dict "b" 2) (dict "a" 3) | toJson"#, "[1,3]"),
        (r#"keys (dict "b" 1) | printf "%T %v""#, "[]string %!v(MISSING)"),
        ("values nil | toJson", "[]"),
        (r#"pick (dict "a" 1 "b" 2) "a" "c" | toJson"#, r#"{"a":1}"#),
        (r#"omit (dict "a" 1 "b" 2) "a" | toJson"#, r#"{"b":2}"#),
        (r#"dig "a" "b" "no" (dict "a" (dict "b" 1))"#, "1"),
        (r#"dig "a" "z" "no" (dict "a" (dict "b" 1))"#, "no"),
        (
            r#"dig "a" "b" "no" (dict "a" 1)"#,
            "!dig: interface conversion: interface {} is int, not map[string]interface {}",
        ),
        (r#"dig "a" "no" nil"#, "!dig: interface conversion: interface {} is nil, not map[string]interface {}"),
        (r#"dig 1 "no" (dict)"#, "!dig: interface conversion: interface {} is int, not string"),
        (r#"dig "a" (dict)"#, "!dig: dig needs at least three arguments"),
        (
            r#"merge (dict "a" 0 "b" (dict "x" 1)) (dict "a" 5 "b" (dict "x" 2 "y" 3)) | toJson"#,
            r#"{"a":5,"b":{"x":1,"y":3}}"#,
        ),
        (r#"merge (dict "a" "str") (dict "a" (dict "x" 1)) | toJson"#, r#"{"a":"str"}"#),
        (r#"merge (dict) (dict "a" nil) | toJson"#, "{}"),
        (r#"merge nil (dict "a" 1) | toJson"#, r#"{"a":1}"#),
        (r#"mergeOverwrite (dict "a" 1) (dict "a" nil) | toJson"#, r#"{"a":null}"#),
        (r#"mergeOverwrite (dict "a" (dict "x" 1)) (dict "a" (dict)) | toJson"#, r#"{"a":{"x":1}}"#),
        (r#"mergeOverwrite (dict "a" (list 1)) (dict "a" (list)) | toJson"#, r#"{"a":[]}"#),
        (
            r#"mustMergeOverwrite (dict "a" (split "," "x")) (dict "a" (dict "_0" "y"))"#,
            "!mustMergeOverwrite: reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string",
        ),
        ("deepCopy nil", "!deepCopy: reflect: call of reflect.Value.Type on zero Value"),
        (r#"deepCopy (semver "1.2.3") | toString"#, "0.0.0"),
        (r#"default "d" 0 false"#, "d"),
        ("default nil nil", "<no value>"),
        (r#"coalesce nil "" 0 "x" | quote"#, r#""x""#),
        ("all", "true"),
        ("any 0 1", "true"),
        (r#"empty (semver "0.0.0")"#, "false"),
        (r#"ternary "y" "n" true"#, "y"),
        (r#"typeOf (urlParse "http://x")"#, "map[string]interface {}"),
        (r#"typeIsLike "semver.Version" (semver "1.0.0")"#, "true"),
        ("kindOf nil", "invalid"),
        (r#"kindIs "map" (split "," "a")"#, "true"),
        ("deepEqual (until 2) (list 0 1)", "false"),
        (r#"deepEqual (toDate "2006-01-02" "2023-07-04") (toDate "2006-01-02" "2023-07-04")"#, "true"),
        (r#"fromJson "{" | printf "%v""#, "<nil>"),
        (r#"mustFromJson "{""#, "!mustFromJson: unexpected end of JSON input"),
        (r#"toJson "<&>""#, r#""\u003c\u0026\u003e""#),
        (r#"toRawJson "<&>""#, r#""<&>""#),
        (r#"mustToRawJson (float64 "NaN")"#, "!mustToRawJson: json: unsupported value: NaN"),
        (r#"toJson (float64 "NaN") | quote"#, r#""""#),
        (r#"toPrettyJson (dict "a" (list 1)) | quote"#, r#""{\n  \"a\": [\n    1\n  ]\n}""#),
    ]);
}

#[test]
fn texts() {
    check(&[
        (r#"regexMatch "[" "a""#, "false"),
        (r#"mustRegexMatch "[" "a""#, "!mustRegexMatch: error parsing regexp: missing closing ]: `[`"),
        (r#"regexFind "[" "a""#, "!regexFind: regexp: Compile(`[`): error parsing regexp: missing closing ]: `[`"),
        (r#"regexFindAll "a*" "baaac" -1 | toJson"#, r#"["","aaa",""]"#),
        (r#"regexFindAll "x" "a" -1 | printf "%#v""#, "[]string(nil)"),
        (r#"regexReplaceAll "(a)(b)?" "ab a c" "${1}x""#, "ax ax c"),
        (r#"regexReplaceAllLiteral "a" "banana" "$1""#, "b$1n$1n$1"),
        (r#"regexSplit "a" "banana" 2 | toJson"#, r#"["b","nana"]"#),
        (r#"regexQuoteMeta "a.b""#, r#"a\.b"#),
        (
            r#"urlParse "http://a b/""#,
            r#"!urlParse: unable to parse url: parse "http://a b/": invalid character " " in host name"#,
        ),
        (r#"urlJoin (dict "scheme" "http" "host" "h" "path" "p")"#, "http://h/p"),
        (r#"urlJoin (dict "host" 5)"#, "!urlJoin: unable to parse host key, must be of type string, but int found"),
        (r#"urlJoin (dict "host" nil)"#, "!urlJoin: runtime error: invalid memory address or nil pointer dereference"),
        (
            r#"urlJoin (dict "userinfo" "a b" "host" "h")"#,
            r#"!urlJoin: unable to parse userinfo in dict: parse "proto://a b@host": net/url: invalid userinfo"#,
        ),
        (r#"base "a/b/""#, "b"),
        (r#"dir """#, "."),
        (r#"ext "x.""#, "."),
        (r#"semver "1.2" | toString"#, "1.2.0"),
        (r#"semver "x""#, "!semver: invalid semantic version"),
        (r#"semverCompare ">=1.2" "1.3.0""#, "true"),
        (r#"date "2006-01-02T15:04:05Z07:00" 1688461687"#, "2023-07-04T09:08:07Z"),
        (r#"dateInZone "15:04 MST -0700" 1688461687 "Asia/Kolkata""#, "14:38 IST +0530"),
        (r#"dateInZone "15:04 MST" 1688461687 "Nope/Zone""#, "09:08 UTC"),
        (r#"htmlDateInZone 1688515200 "Asia/Tokyo""#, "2023-07-05"),
        (r#"toDate "2006-01-02" "bad" | toString"#, "0001-01-01 00:00:00 +0000 UTC"),
        (
            r#"mustToDate "2006-01-02" "2023-07-04 extra""#,
            r#"!mustToDate: parsing time "2023-07-04 extra": extra text: " extra""#,
        ),
        (r#"dateModify "90m" (toDate "2006-01-02" "2023-07-04") | unixEpoch"#, "1688434200"),
        (r#"dateModify "bad" (toDate "2006-01-02" "2023-07-04") | unixEpoch"#, "1688428800"),
        (
            r#"mustDateModify "bad" (toDate "2006-01-02" "2023-07-04")"#,
            r#"!mustDateModify: time: invalid duration "bad""#,
        ),
        (r#"duration "95""#, "1m35s"),
        ("duration 95", "0s"),
        (r#"durationRound "2400h10m5s""#, "3mo"),
        (r#"durationRound "-3h""#, "3h"),
        (r#"derivePassword 1 "long" "password" "user" "example.com""#, "ZedaFaxcZaso9*"),
        (r#"derivePassword 1 "nope" "password" "user" "example.com""#, "cannot find password template nope"),
        (r#"htpasswd "u:x" "p""#, "invalid username: u:x"),
        (r#"bcrypt (repeat 80 "a")"#, "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"),
        (r#"genPrivateKey "nope""#, "Unknown type nope"),
        (r#"encryptAES "key" """#, ""),
        (r#"encryptAES "key" "text" | decryptAES "key""#, "text"),
        (
            r#"decryptAES "key" "aGVsbG8=""#,
            "!decryptAES: runtime error: slice bounds out of range [:16] with capacity 6",
        ),
        (r#"decryptAES "key" "!!!""#, "!decryptAES: illegal base64 data at input byte 0"),
        (r#"buildCustomCert "x" "y""#, "!buildCustomCert: unable to decode base64 certificate"),
        (r#"genSelfSignedCert "cn" (list "bad ip") nil 365"#, "!genSelfSignedCert: error parsing ip: bad ip"),
        (r#"genSelfSignedCert "cn" (list 1) nil 365"#, "!genSelfSignedCert: error parsing ip: 1 is not a string"),
        (r#"genCAWithKey "cn" 1 "x""#, "!genCAWithKey: parsing private key: no PEM data in input"),
        ("randAlpha -1 | quote", r#""""#),
        ("randBytes -1", "!randBytes: runtime error: makeslice: len out of range"),
    ]);
}

#[test]
fn what_is_shared_and_what_is_copied() {
    check(&[
        (
            r#"$s := dict "n" (dict "k" 1) }}{{ $d := merge (dict) $s }}{{ $_ := set $d.n "k" 2 }}{{ toJson $s"#,
            r#"{"n":{"k":2}}"#,
        ),
        (
            r#"$d := dict "n" (dict) }}{{ $s := dict "n" (dict "k" 1) }}{{ $_ := merge $d $s }}{{ $_ := set $d.n "k" 2 }}{{ toJson $s"#,
            r#"{"n":{"k":1}}"#,
        ),
        (
            r#"$d := dict "n" (dict) }}{{ $s := dict "n" (dict) }}{{ $_ := merge $d $s }}{{ $_ := set $d.n "k" 2 }}{{ toJson $s"#,
            r#"{"n":{"k":2}}"#,
        ),
        (
            r#"$s := dict "n" (dict "k" 1) }}{{ $d := deepCopy $s }}{{ $_ := set $d.n "k" 2 }}{{ toJson $s"#,
            r#"{"n":{"k":1}}"#,
        ),
        (
            r#"$s := dict "n" (dict "k" 1) }}{{ $d := pick $s "n" }}{{ $_ := set $d.n "k" 2 }}{{ toJson $s"#,
            r#"{"n":{"k":2}}"#,
        ),
        (r#"$l := splitList "," "b,a" }}{{ $_ := sortAlpha $l }}{{ $l"#, "[a b]"),
        (r#"$l := list "b" "a" }}{{ $_ := sortAlpha $l }}{{ $l"#, "[b a]"),
        (r#"$l := splitList "," "c,b,a" }}{{ $_ := sortAlpha (slice $l 1) }}{{ $l"#, "[c a b]"),
        (r#"$a := list 1 2 }}{{ $b := append $a 3 }}{{ $a"#, "[1 2]"),
    ]);
}

#[test]
fn too_much_is_refused() {
    for expression in [
        r#"repeat 9999999999 "abc""#,
        "until 999999999999",
        "untilStep 0 9223372036854775807 9223372036854775800",
        "seq 1 99999999999",
        r#"indent 9999999999 """#,
        "randAlpha 9999999999",
        "randBytes 9999999999",
        r#"wrapWith 1 (repeat 100000 "x") (repeat 100000 "y")"#,
        r#"join (repeat 100000 "x") (until 100000)"#,
        r#"replace "" (repeat 100000 "x") (repeat 100000 "y")"#,
        r#"regexReplaceAll "" (repeat 100000 "x") (repeat 100000 "y")"#,
        r#"$d := list 1 }}{{ range until 60 }}{{ $d = concat $d $d }}{{ end }}{{ $d"#,
        r#"$d := dict }}{{ range until 60 }}{{ $d = dict "x" $d "y" $d }}{{ end }}{{ deepCopy $d"#,
    ] {
        let text = render(&format!("{{{{ {expression} }}}}"), 1);
        assert!(text.starts_with('!') && text.contains("more than"), "{expression}: {text}");
    }
}

#[test]
fn a_dictionary_may_contain_itself() {
    let own = r#"$d := dict }}{{ $_ := set $d "a" $d }}{{ $_ := set $d "b" $d }}{{"#;
    for (expression, wanted) in [
        ("deepCopy $d", "nested too deep"),
        ("merge $d (dict \"a\" $d)", "nested too deep"),
        ("toString $d", "nested too deep"),
        ("toRawJson $d", "cycle"),
        ("deepEqual $d $d", "true"),
        (r#"$e := dict }}{{ $_ := set $e "a" $e }}{{ $_ := set $e "b" $e }}{{ deepEqual $d $e"#, "true"),
        ("toJson $d | quote", "\"\""),
    ] {
        let text = render(&format!("{{{{ {own} {expression} }}}}"), 1);
        assert!(text.contains(wanted), "{expression}: {text}");
    }
}

#[test]
fn randomness_comes_from_the_host() {
    for (expression, length) in [
        ("randAlphaNum 20", 20),
        ("randAlpha 20", 20),
        ("randNumeric 20", 20),
        ("randAscii 20", 20),
        ("randBytes 16", 24),
        ("uuidv4", 36),
        (r#"bcrypt "x""#, 60),
        (r#"encryptAES "k" "text""#, 44),
        (r#"genPrivateKey "ecdsa""#, 227),
        (r#"genPrivateKey "ed25519""#, 119),
        (r#"shuffle "abcdefghijkl""#, 12),
    ] {
        let text = format!("{{{{ {expression} }}}}");
        let first = render(&text, 1);
        assert_eq!(first.len(), length, "{expression}: {first}");
        assert_eq!(first, render(&text, 1), "{expression}");
        assert_ne!(first, render(&text, 2), "{expression}");
    }
}

#[test]
fn certificates_can_be_read_again() {
    let text = r#"
        {{- $ca := genCAWithKey "ca" 10 (genPrivateKey "ecdsa") }}
        {{- $cert := genSignedCertWithKey "cn" (list "10.0.0.1" "::1") (list "a.b") 10 $ca (genPrivateKey "ed25519") }}
        {{- $again := buildCustomCert (b64enc $cert.Cert) (b64enc $cert.Key) }}
        {{- deepEqual $cert $again }} {{ typeOf $again }} {{ $cert.Cert | trunc 27 }} {{ $cert.Key | trunc 27 -}}
    "#;
    assert_eq!(render(text, 1), "true sprig.certificate -----BEGIN CERTIFICATE----- -----BEGIN PRIVATE KEY-----");
    assert_eq!(
        render(
            r#"{{ $a := genCAWithKey "a" 1 (genPrivateKey "ecdsa") }}{{ $b := genCAWithKey "b" 1 (genPrivateKey "ecdsa") -}}
            {{ genSignedCert "c" nil nil 1 (buildCustomCert (b64enc $a.Cert) (b64enc $b.Key)) }}"#,
            1
        ),
        "!genSignedCert: error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey"
    );
}

#[test]
fn every_function_says_what_it_depends_on() {
    assert_eq!(functions().len(), 209);
    for function in functions() {
        let effect = effect(function.name).expect("an effect");
        let random = ["rand", "gen", "uuid", "bcrypt", "htpasswd", "encrypt", "shuffle"];
        let is_random = random.iter().any(|part| function.name.starts_with(part));
        assert_eq!(effect == Effect::Random, is_random, "{}", function.name);
    }
    assert_eq!(effect("set"), Some(Effect::Mutates));
    assert_eq!(effect("now"), Some(Effect::Clock));
    assert_eq!(effect("nosuch"), None);
}
