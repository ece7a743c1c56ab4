//! Certificates as Go's `crypto/x509` reads and writes them.

use sha1::Sha1;
use sha2::{Digest, Sha256};
use thinlock_go::Toolchain;

use super::der::{self, Reader, tag};
use super::keys::Key;
use super::oids;

/// What is needed of a certificate that signs another.
pub(crate) struct Parsed {
    /// The subject's name, as it stands there.
    pub(crate) subject: Vec<u8>,
    /// The Subject Key Identifier, empty if there is none.
    pub(crate) subject_key_id: Vec<u8>,
    /// Algorithm and bits of the public key.
    pub(crate) public: (Vec<u8>, Vec<u8>),
}

/// `x509.ParseCertificate`, as far as the structure goes: what stands inside extensions is not looked at, but for the
/// key identifier.
///
/// # Errors
/// Go's text.
pub(crate) fn parse(bytes: &[u8]) -> Result<Parsed, String> {
    let bad = |what: &str| format!("x509: {what}");
    let mut outer = Reader::new(bytes);
    let mut certificate = outer.sequence().ok_or_else(|| bad("malformed certificate"))?;
    let has_trailing_data = !outer.is_empty();
    let mut tbs = certificate.sequence().ok_or_else(|| bad("malformed tbs certificate"))?;
    let version = match tbs.read(tag::explicit(0)) {
        None => 1,
        Some(inner) => match Reader::new(inner).integer() {
            Some((false, n)) => match n.to_bytes_be()[..] {
                [n @ 0..=2] => n + 1,
                _ => return Err(bad("invalid version")),
            },
            _ => return Err(bad("malformed version")),
        },
    };
    let (negative, _) = tbs.integer().ok_or_else(|| bad("malformed serial number"))?;
    if negative {
        return Err(bad("negative serial number"));
    }
    let inner = tbs.read(tag::SEQUENCE).ok_or_else(|| bad("malformed signature algorithm identifier"))?;
    let signed_by = certificate.read(tag::SEQUENCE).ok_or_else(|| bad("malformed algorithm identifier"))?;
    if inner != signed_by {
        return Err(bad("inner and outer signature algorithm identifiers don't match"));
    }
    Reader::new(inner).read(tag::OBJECT_IDENTIFIER).ok_or_else(|| bad("malformed OID"))?;
    let issuer = tbs.element(tag::SEQUENCE).ok_or_else(|| bad("malformed issuer"))?;
    check_name(issuer.content)?;
    let mut validity = tbs.sequence().ok_or_else(|| bad("malformed validity"))?;
    for _ in 0..2 {
        match validity.any() {
            Some(time) if matches!(time.tag, tag::UTC_TIME | tag::GENERALIZED_TIME) => {}
            _ => return Err(bad("unsupported time format")),
        }
    }
    let subject = tbs.element(tag::SEQUENCE).ok_or_else(|| bad("malformed issuer"))?;
    check_name(subject.content)?;
    let mut info = tbs.sequence().ok_or_else(|| bad("malformed spki"))?;
    let algorithm = info.element(tag::SEQUENCE).ok_or_else(|| bad("malformed public key algorithm identifier"))?;
    Reader::new(algorithm.content).read(tag::OBJECT_IDENTIFIER).ok_or_else(|| bad("malformed OID"))?;
    let key = info.bits().ok_or_else(|| bad("malformed subjectPublicKey"))?;
    let mut parsed = Parsed {
        subject: subject.whole.to_vec(),
        subject_key_id: Vec::new(),
        public: (algorithm.whole.to_vec(), key.to_vec()),
    };
    if version > 1 {
        tbs.element(tag::context(1));
        tbs.element(tag::context(2));
    }
    if version == 3
        && let Some(extensions) = tbs.read(tag::explicit(3))
    {
        read_extensions(extensions, &mut parsed)?;
    }
    certificate.bits().ok_or_else(|| bad("malformed signature"))?;
    if has_trailing_data { Err(bad("trailing data")) } else { Ok(parsed) }
}

fn read_extensions(extensions: &[u8], parsed: &mut Parsed) -> Result<(), String> {
    let mut extensions = Reader::new(extensions).sequence().ok_or_else(|| "x509: malformed extensions".to_owned())?;
    let mut seen: Vec<&[u8]> = Vec::new();
    while !extensions.is_empty() {
        let mut extension = extensions.sequence().ok_or_else(|| "x509: malformed extension".to_owned())?;
        let malformed = |what: &str| format!("x509: malformed extension {what} field");
        let oid = extension.read(tag::OBJECT_IDENTIFIER).ok_or_else(|| malformed("OID"))?;
        extension.read(tag::BOOLEAN);
        let value = extension.read(tag::OCTET_STRING).ok_or_else(|| malformed("value"))?;
        if seen.contains(&oid) {
            return Err(format!("x509: certificate contains duplicate extension with OID \"{}\"", oids::dotted(oid)));
        }
        seen.push(oid);
        if oid == oids::SUBJECT_KEY_ID {
            let id = Reader::new(value).read(tag::OCTET_STRING);
            parsed.subject_key_id = id.ok_or_else(|| "x509: invalid subject key identifier".to_owned())?.to_vec();
        }
    }
    Ok(())
}

fn check_name(name: &[u8]) -> Result<(), String> {
    let mut sets = Reader::new(name);
    while !sets.is_empty() {
        let mut set = sets.read(tag::SET).map(Reader::new).ok_or_else(|| "x509: invalid RDNSequence".to_owned())?;
        while !set.is_empty() {
            let invalid = |what: &str| format!("x509: invalid RDNSequence: invalid attribute{what}");
            let mut attribute = set.sequence().ok_or_else(|| invalid(""))?;
            attribute.read(tag::OBJECT_IDENTIFIER).ok_or_else(|| invalid(" type"))?;
            attribute.any().ok_or_else(|| invalid(" value"))?;
        }
    }
    Ok(())
}

/// What sprig asks of a new certificate.
pub(crate) struct Template {
    /// 128 random bits.
    pub(crate) serial: [u8; 16],
    /// The subject's name, encoded.
    pub(crate) subject: Vec<u8>,
    /// Seconds since the epoch.
    pub(crate) not_before: i64,
    /// Seconds since the epoch.
    pub(crate) not_after: i64,
    /// Whether it may sign others.
    pub(crate) is_ca: bool,
    /// The names under which the subject is reached.
    pub(crate) dns_names: Vec<Vec<u8>>,
    /// Its addresses, 4 or 16 bytes each.
    pub(crate) addresses: Vec<Vec<u8>>,
}

/// Who signs: the issuer's name and key identifier, and, of a parsed certificate, the public key that must fit.
pub(crate) struct Issuer<'a> {
    pub(crate) subject: &'a [u8],
    pub(crate) key_id: &'a [u8],
    pub(crate) public: Option<&'a (Vec<u8>, Vec<u8>)>,
}

/// `x509.CreateCertificate`.
///
/// # Errors
/// Go's text.
pub(crate) fn create(
    template: &Template,
    issuer: &Issuer<'_>,
    key: &Key,
    signer: &Key,
    toolchain: &Toolchain,
) -> Result<Vec<u8>, String> {
    let unsigned = || "x509: certificate private key does not implement crypto.Signer".to_owned();
    let algorithm = signer.signature_algorithm().ok_or_else(unsigned)?;
    let (key_algorithm, key_bytes) =
        key.public().ok_or_else(|| "x509: unsupported public key type: *dsa.PublicKey".to_owned())?;
    if issuer.public.is_some_and(|public| signer.public().as_ref() != Some(public)) {
        return Err("x509: provided PrivateKey doesn't match parent's PublicKey".to_owned());
    }
    let extensions = extensions(template, issuer, &key_bytes, toolchain)?;
    let tbs = der::sequence(&[
        &der::element(tag::explicit(0), &der::small(2)),
        &der::integer(&num_bigint_dig::BigUint::from_bytes_be(&template.serial)),
        &algorithm,
        issuer.subject,
        &der::sequence(&[&time(template.not_before)?, &time(template.not_after)?]),
        &template.subject,
        &der::sequence(&[&key_algorithm, &der::bits(&key_bytes)]),
        &der::element(tag::explicit(3), &der::element(tag::SEQUENCE, &extensions)),
    ]);
    let signature = signer.sign(&tbs, toolchain)?;
    Ok(der::sequence(&[&tbs, &algorithm, &der::bits(&signature)]))
}

fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { der::element(tag::BOOLEAN, &[0xFF]) } else { Vec::new() };
    der::sequence(&[&der::oid(oid), &critical, &der::element(tag::OCTET_STRING, value)])
}

fn extensions(
    template: &Template,
    issuer: &Issuer<'_>,
    key_bytes: &[u8],
    toolchain: &Toolchain,
) -> Result<Vec<u8>, String> {
    // Bits from the left: digital signature, key encipherment, certificate signing. The first byte counts the unused.
    let usage: &[u8] = if template.is_ca { &[2, 0b1010_0100] } else { &[5, 0b1010_0000] };
    let constraints = if template.is_ca { der::element(tag::BOOLEAN, &[0xFF]) } else { Vec::new() };
    let mut all = [
        extension(oids::KEY_USAGE, true, &der::element(tag::BIT_STRING, usage)),
        extension(
            oids::EXTENDED_KEY_USAGE,
            false,
            &der::sequence(&[&der::oid(oids::SERVER_AUTH), &der::oid(oids::CLIENT_AUTH)]),
        ),
        extension(oids::BASIC_CONSTRAINTS, true, &der::sequence(&[&constraints])),
    ]
    .concat();
    if template.is_ca {
        let id = if toolchain.sha256_subject_key_id {
            Sha256::digest(key_bytes)[..20].to_vec()
        } else {
            Sha1::digest(key_bytes).to_vec()
        };
        all.extend(extension(oids::SUBJECT_KEY_ID, false, &der::element(tag::OCTET_STRING, &id)));
    }
    if issuer.subject != template.subject && !issuer.key_id.is_empty() {
        let id = der::sequence(&[&der::element(tag::context(0), issuer.key_id)]);
        all.extend(extension(oids::AUTHORITY_KEY_ID, false, &id));
    }
    let mut names = Vec::new();
    for name in &template.dns_names {
        if !name.is_ascii() {
            let quoted = thinlock_go::strconv::quote(name);
            return Err(format!("x509: {quoted} cannot be encoded as an IA5String"));
        }
        names.extend(der::element(tag::context(2), name));
    }
    for address in &template.addresses {
        names.extend(der::element(tag::context(7), address));
    }
    if !names.is_empty() {
        // Without a subject's name these are the only ones, and then they must be understood.
        let critical = template.subject == der::sequence(&[]);
        all.extend(extension(oids::SUBJECT_ALT_NAME, critical, &der::sequence(&[&names])));
    }
    Ok(all)
}

/// The name of a subject that has a common name only. Text beyond the set of `PrintableString` is UTF-8.
///
/// # Errors
/// Go's text for bytes that are not UTF-8.
pub(crate) fn name(common_name: &[u8]) -> Result<Vec<u8>, String> {
    if common_name.is_empty() {
        return Ok(der::sequence(&[]));
    }
    let printable = |b: &u8| b.is_ascii_alphanumeric() || b"'()+,-./ :=?".contains(b);
    let kind = if common_name.iter().all(printable) {
        tag::PRINTABLE_STRING
    } else if std::str::from_utf8(common_name).is_ok() {
        tag::UTF8_STRING
    } else {
        return Err("asn1: string not valid UTF-8".to_owned());
    };
    let attribute = der::sequence(&[&der::oid(oids::COMMON_NAME), &der::element(kind, common_name)]);
    Ok(der::sequence(&[&der::element(tag::SET, &attribute)]))
}

/// `UTCTime` for the years 1950 to 2049, otherwise `GeneralizedTime`.
fn time(seconds: i64) -> Result<Vec<u8>, String> {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let rest = format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    match year {
        1950..=2049 => Ok(der::element(tag::UTC_TIME, format!("{:02}{rest}", year % 100).as_bytes())),
        0..=9999 => Ok(der::element(tag::GENERALIZED_TIME, format!("{year:04}{rest}").as_bytes())),
        _ => Err("asn1: structure error: cannot represent time as GeneralizedTime".to_owned()),
    }
}

/// Year, month and day of a number of days since 1970, in the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    // Years begin in March here, so that the leap day is the last of its year; 400 of them have 146097 days.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        for (days, date) in [
            (0, (1970, 1, 1)),
            (59, (1970, 3, 1)),
            (11_016, (2000, 2, 29)),
            (19_542, (2023, 7, 4)),
            (-1, (1969, 12, 31)),
        ] {
            assert_eq!(civil(days), date);
        }
    }
}
