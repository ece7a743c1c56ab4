//! Certificates, keys and passwords as independent programs see them: openssl, and the C library's `crypt` through perl.

#![allow(clippy::unwrap_used, reason = "a test")]

#[allow(dead_code, unreachable_pub, reason = "shared by several tests, each of which uses some of it")]
mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use common::InProcess;
use serde_json::Value;
use thinlock_conformance::{Helm, Invocation};

/// What a template prints as JSON. Values come from the chart's `values.yaml`, a JSON text here.
fn render(root: &Path, values: &Value, template: &str) -> Value {
    let chart = root.join("chart");
    fs::create_dir_all(chart.join("templates")).unwrap();
    fs::write(chart.join("Chart.yaml"), "apiVersion: v2\nname: p\nversion: 0.1.0\n").unwrap();
    fs::write(chart.join("values.yaml"), values.to_string()).unwrap();
    fs::write(chart.join("templates/t.yaml"), template).unwrap();
    let args = ["template", "r", "chart"].map(str::to_owned).to_vec();
    let outcome = InProcess.run(&Invocation { args, cwd: root.to_owned(), env: BTreeMap::new() });
    assert_eq!(outcome.status, 0, "{}", String::from_utf8_lossy(&outcome.stderr));
    let text = String::from_utf8(outcome.stdout).unwrap();
    serde_json::from_str(text.trim().lines().last().unwrap()).unwrap()
}

/// Runs a program; `None` where this machine does not have it.
fn program(root: &Path, name: &str, args: &[&str], input: &[u8]) -> Option<Output> {
    let started = Command::new(name)
        .args(args)
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("not checked: there is no {name} here");
            return None;
        }
        Err(error) => panic!("{name}: {error}"),
    };
    child.stdin.take().unwrap().write_all(input).unwrap();
    Some(child.wait_with_output().unwrap())
}

/// openssl's standard output, where it is here; it must succeed.
fn openssl(root: &Path, args: &[&str]) -> Option<String> {
    let output = program(root, "openssl", args, b"")?;
    assert!(output.status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Whether openssl refuses; true where it is not here.
fn openssl_refuses(root: &Path, args: &[&str]) -> bool {
    program(root, "openssl", args, b"").is_none_or(|output| !output.status.success())
}

fn write(root: &Path, made: &Value, names: &[&str]) {
    for name in names {
        fs::write(root.join(name), made[name].as_str().unwrap_or_else(|| panic!("no {name} in {made}"))).unwrap();
    }
}

/// A certificate and a key belong together when they have the same public key.
fn assert_pair(root: &Path, cert: &str, key: &str) {
    let of_cert = openssl(root, &["x509", "-in", cert, "-noout", "-pubkey"]);
    assert_eq!(of_cert, openssl(root, &["pkey", "-in", key, "-pubout"]), "{cert} and {key}");
}

#[test]
fn signed_certificates_verify_against_their_authority() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    let made = render(
        root,
        &Value::Null,
        r#"{{ $ca := genCA "the authority" 30 -}}
{{ $other := genCA "the authority" 30 -}}
{{ $cert := genSignedCert "web.example" (list "10.1.2.3" "fd00::1") (list "web.example" "*.apps.example") 7 $ca -}}
{{ dict "ca.crt" $ca.Cert "ca.key" $ca.Key "other.crt" $other.Cert "web.crt" $cert.Cert "web.key" $cert.Key | toJson }}"#,
    );
    write(root, &made, &["ca.crt", "ca.key", "other.crt", "web.crt", "web.key"]);
    assert_pair(root, "ca.crt", "ca.key");
    assert_pair(root, "web.crt", "web.key");
    for more in [
        ["-verify_hostname", "web.example"],
        ["-verify_hostname", "a.apps.example"],
        ["-verify_ip", "10.1.2.3"],
        ["-verify_ip", "fd00::1"],
        ["-purpose", "sslserver"],
        ["-purpose", "sslclient"],
    ] {
        openssl(root, &["verify", "-x509_strict", "-CAfile", "ca.crt", more[0], more[1], "web.crt"]);
    }
    assert!(openssl_refuses(root, &["verify", "-CAfile", "ca.crt", "-verify_hostname", "db.example", "web.crt"]));
    assert!(openssl_refuses(root, &["verify", "-CAfile", "other.crt", "web.crt"]), "another key of the same name");
    // It ends after its days, and not before.
    for (days, valid) in [(6, true), (8, false)] {
        let at = (days * 24 * 3600).to_string();
        let checked = program(root, "openssl", &["x509", "-in", "web.crt", "-noout", "-checkend", &at], b"");
        assert!(checked.is_none_or(|output| output.status.success() == valid), "after {days} days");
    }
}

#[test]
fn self_signed_certificates_verify_against_themselves() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    let made = render(
        root,
        &Value::Null,
        r#"{{ $cert := genSelfSignedCert "web.example" (list "10.1.2.3") (list "web.example") 7 -}}
{{ dict "self.crt" $cert.Cert "self.key" $cert.Key | toJson }}"#,
    );
    write(root, &made, &["self.crt", "self.key"]);
    assert_pair(root, "self.crt", "self.key");
    openssl(root, &["verify", "-CAfile", "self.crt", "-verify_hostname", "web.example", "self.crt"]);
}

#[test]
fn every_kind_of_key_is_read_and_signs() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    let made = render(
        root,
        &Value::Null,
        r#"{{ $keys := dict -}}
{{ range list "rsa" "dsa" "ecdsa" "ed25519" }}{{ $_ := set $keys . (genPrivateKey .) }}{{ end -}}
{{ $made := dict -}}
{{ range list "rsa" "ecdsa" "ed25519" -}}
{{ $key := get $keys . -}}
{{ $ca := genCAWithKey (print . " authority") 30 $key -}}
{{ $cert := genSignedCertWithKey "web.example" nil (list "web.example") 7 $ca (get $keys "ecdsa") -}}
{{ $self := genSelfSignedCertWithKey "self.example" nil nil 7 $key -}}
{{ $_ := set $made (print . ".ca.crt") $ca.Cert -}}
{{ $_ := set $made (print . ".web.crt") $cert.Cert -}}
{{ $_ := set $made (print . ".self.crt") $self.Cert -}}
{{ end -}}
{{ range $kind, $key := $keys }}{{ $_ := set $made (print $kind ".key") $key }}{{ end -}}
{{ $made | toJson }}"#,
    );
    let names: Vec<&str> = made.as_object().unwrap().keys().map(String::as_str).collect();
    write(root, &made, &names);
    for (kind, shown) in
        [("rsa", "4096 bit"), ("ecdsa", "prime256v1"), ("ed25519", "ED25519 Private-Key"), ("dsa", "2048 bit")]
    {
        let key = format!("{kind}.key");
        if let Some(text) = openssl(root, &["pkey", "-in", &key, "-noout", "-text"]) {
            assert!(text.contains(shown), "{kind}: {text}");
        }
        if kind != "ed25519" {
            openssl(root, &["pkey", "-in", &key, "-noout", "-check"]);
        }
        if kind == "dsa" {
            continue;
        }
        let (ca, web, own) = (format!("{kind}.ca.crt"), format!("{kind}.web.crt"), format!("{kind}.self.crt"));
        assert_pair(root, &ca, &key);
        assert_pair(root, &web, "ecdsa.key");
        assert_pair(root, &own, &key);
        openssl(root, &["verify", "-x509_strict", "-CAfile", &ca, "-verify_hostname", "web.example", &web]);
        openssl(root, &["verify", "-CAfile", &own, &own]);
    }
}

#[test]
fn an_authority_of_ones_own_signs() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    let made_by_openssl = openssl(
        root,
        &[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-384",
            "-nodes",
            "-keyout",
            "own.key",
            "-out",
            "own.crt",
            "-days",
            "9",
            "-subj",
            "/O=Shop/CN=own authority",
            "-sha256",
        ],
    );
    if made_by_openssl.is_none() {
        return;
    }
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    let values = serde_json::json!({ "cert": read("own.crt"), "key": read("own.key") });
    let made = render(
        root,
        &values,
        r#"{{ $ca := buildCustomCert (b64enc .Values.cert) (b64enc .Values.key) -}}
{{ $cert := genSignedCert "web.example" nil (list "web.example") 7 $ca -}}
{{ dict "cert" $ca.Cert "key" $ca.Key "web.crt" $cert.Cert "web.key" $cert.Key | toJson }}"#,
    );
    assert_eq!((&made["cert"], &made["key"]), (&values["cert"], &values["key"]), "given back as they are");
    write(root, &made, &["web.crt", "web.key"]);
    assert_pair(root, "web.crt", "web.key");
    openssl(root, &["verify", "-CAfile", "own.crt", "-verify_hostname", "web.example", "web.crt"]);
}

#[test]
fn password_hashes_verify_in_the_c_library() {
    let root = tempfile::tempdir().unwrap();
    let passwords = ["s3cret", "", "pässwörd", &"x".repeat(72)];
    let made = render(
        root.path(),
        &serde_json::json!({ "passwords": passwords }),
        r#"{{ $made := list -}}
{{ range .Values.passwords }}{{ $made = append $made (list . (bcrypt .) (htpasswd "me" .)) }}{{ end -}}
{{ dict "made" $made | toJson }}"#,
    );
    for line in made["made"].as_array().unwrap() {
        let [password, bcrypt, htpasswd] = [0, 1, 2].map(|at| line[at].as_str().unwrap());
        let (user, in_file) = htpasswd.split_once(':').unwrap();
        assert_eq!(user, "me");
        assert_ne!(bcrypt, in_file, "each has a salt of its own");
        for hash in [bcrypt, in_file] {
            assert!(hash.starts_with("$2a$10$") && hash.len() == 60, "{hash}");
            let hashed = |password: &str| {
                let script =
                    "binmode STDIN; local $/; my $p = <STDIN>; my $c = crypt($p, $ARGV[0]); print defined $c ? $c : ''";
                let output = program(root.path(), "perl", &["-e", script, hash], password.as_bytes())?;
                let hashed = String::from_utf8(output.stdout).unwrap();
                // Some C libraries know no bcrypt.
                (hashed.starts_with("$2")).then_some(hashed)
            };
            match hashed(password) {
                Some(again) => assert_eq!(again, hash, "{password:?}"),
                None => eprintln!("not checked: crypt knows no bcrypt here"),
            }
            if let Some(other) = hashed("another") {
                assert_ne!(other, hash);
            }
        }
    }
}

/// Passwords, plain texts, and what Helm 4.1.4 printed for them.
const ENCRYPTED_BY_HELM: [(&str, &str, &str); 3] = [
    ("secretkey", "plaintext", "V5BG2M1bD30GtnnxdEkeh2gFY51T7ljliAqGuU/S0Aw="),
    (
        "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=",
        "exactly 16 bytes",
        "PlnMz5vD3HlO08hwpi9UH9GDBlQ6tExzHy/ostPXJYct8ezQ9BkzbaZMh/IJ1IGm",
    ),
    ("", "é", "tG5OGPW/TPCMhTjVisAdxxr3bgRcqix453hCq1+NyrI="),
];

#[test]
fn texts_are_decrypted_that_helm_encrypted_and_the_other_way_round() {
    let root = tempfile::tempdir().unwrap();
    let given: Vec<_> = ENCRYPTED_BY_HELM.iter().map(|(key, plain, secret)| [key, plain, secret]).collect();
    let made = render(
        root.path(),
        &serde_json::json!({ "given": given }),
        r#"{{ $made := list -}}
{{ range .Values.given }}{{ $key := index . 0 -}}
{{ $made = append $made (list (decryptAES $key (index . 2)) (encryptAES $key (index . 1) | b64dec | toString | printf "%x")) -}}
{{ end }}{{ dict "made" $made | toJson }}"#,
    );
    for ((key, plain, _), made) in ENCRYPTED_BY_HELM.iter().zip(made["made"].as_array().unwrap()) {
        assert_eq!(made[0], *plain);
        let hex = made[1].as_str().unwrap();
        let (vector, secret) = hex.split_at(32);
        // sprig's key is the password, cut or filled with zeros to 32 bytes.
        let mut bytes = key.as_bytes().to_vec();
        bytes.resize(32, 0);
        let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let secret: Vec<u8> =
            (0..secret.len()).step_by(2).map(|at| u8::from_str_radix(&secret[at..at + 2], 16).unwrap()).collect();
        let args = ["enc", "-d", "-aes-256-cbc", "-K", &key, "-iv", vector];
        if let Some(output) = program(root.path(), "openssl", &args, &secret) {
            assert_eq!(String::from_utf8_lossy(&output.stdout), *plain);
        }
    }
}

#[test]
fn passwords_are_derived_as_helm_derives_them() {
    let root = tempfile::tempdir().unwrap();
    // Printed by Helm 4.1.4.
    let want = [
        ("1", "long", "password", "user", "example.com", "ZedaFaxcZaso9*"),
        ("2", "maximum", "password", "user", "example.com", "O8-6Bwz1*I5XVPPq)@H!"),
        ("1", "medium", "password", "user", "example.com", "ZedJuz8$"),
        ("1", "short", "password", "user", "example.com", "Zed5"),
        ("1", "basic", "password", "user", "example.com", "pIS54PLs"),
        ("1", "pin", "password", "user", "example.com", "6685"),
        ("4294967295", "long", "pässword", "usér", "例え.jp", "Fuzo2?CurdFeqc"),
    ];
    let calls: Vec<String> = want
        .iter()
        .map(|(counter, kind, password, user, site, _)| {
            format!("(derivePassword {counter} {kind:?} {password:?} {user:?} {site:?})")
        })
        .collect();
    let made =
        render(root.path(), &Value::Null, &format!("{{{{ dict \"made\" (list {}) | toJson }}}}", calls.join(" ")));
    for (made, want) in made["made"].as_array().unwrap().iter().zip(want) {
        assert_eq!(made, want.5, "{want:?}");
    }
}
