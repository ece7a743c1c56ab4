//! `genCA`, `genSignedCert` and their sisters.

use std::any::Any;
use std::net::IpAddr;
use std::rc::Rc;

use thinlock_go::object::Field;
use thinlock_go::types::{Kind, STRING, Type, TypeInfo};
use thinlock_go::{CallError, Host, Interp, List, Object, Str, Toolchain, Value};

use super::keys::{HostRandom, Key, generate_rsa};
use super::pem;
use super::x509::{self, Issuer, Template};
use crate::args::{self, Answer, any, int, text};
use crate::encoding::base64_decode;
use crate::strings::strval;

/// The Go type of what these functions return.
pub(crate) static CERTIFICATE: TypeInfo = TypeInfo::plain("sprig.certificate", Kind::Struct);

/// sprig's `certificate`: a struct of two PEM texts.
#[derive(Debug)]
struct Certificate {
    cert: Str,
    key: Str,
}

impl Certificate {
    fn value(cert: impl Into<Str>, key: impl Into<Str>) -> Value {
        let object: Rc<dyn Object> = Rc::new(Certificate { cert: cert.into(), key: key.into() });
        Value::Object(object)
    }
}

impl Object for Certificate {
    fn go_type(&self) -> Type {
        &CERTIFICATE
    }

    fn fields(&self) -> Vec<Field> {
        let field = |name, value: &Str| Field {
            name,
            go_type: &STRING,
            value: Value::Str(value.clone()),
            embedded: false,
            json: "",
        };
        vec![field("Cert", &self.cert), field("Key", &self.key)]
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn fail<T>(text: impl Into<Str>) -> Result<T, CallError> {
    Err(CallError::message(text))
}

/// What the functions know of the certificate to make.
struct Request {
    common_name: Str,
    addresses: Vec<Vec<u8>>,
    dns_names: Vec<Vec<u8>>,
    days: i64,
}

impl Request {
    /// Reads the arguments `cn, ips, alternateDNS, daysValid`, or for a CA `cn, daysValid`.
    fn from_args(args: &mut [Value], ca: bool) -> Result<Request, CallError> {
        let common_name = text(args, 0)?;
        if ca {
            return Ok(Request { common_name, addresses: Vec::new(), dns_names: Vec::new(), days: int(args, 1)? });
        }
        let addresses = addresses(&args::list(args, 1)?)?;
        let dns_names = dns_names(&args::list(args, 2)?)?;
        Ok(Request { common_name, addresses, dns_names, days: int(args, 3)? })
    }

    fn template(&self, host: &dyn Host, is_ca: bool) -> Result<Template, String> {
        let mut serial = [0; 16];
        host.fill_random(&mut serial)?;
        let now = host.now_unix_nanos();
        // Go multiplies durations of 64 bits, which wrap around after 292 years.
        let valid = (24 * 3600 * 1_000_000_000_i64).wrapping_mul(self.days);
        let seconds = |nanos: i128| i64::try_from(nanos.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
        Ok(Template {
            serial,
            subject: x509::name(&self.common_name)?,
            not_before: seconds(now),
            not_after: seconds(now.saturating_add(i128::from(valid))),
            is_ca,
            dns_names: self.dns_names.clone(),
            addresses: self.addresses.clone(),
        })
    }
}

fn addresses(list: &List) -> Result<Vec<Vec<u8>>, CallError> {
    let parse = |value: &Value| {
        let Value::Str(text) = value else {
            return fail(format!("error parsing ip: {} is not a string", strval(value)?));
        };
        match text.to_utf8().and_then(|text| text.parse::<IpAddr>().ok()).map(|ip| ip.to_canonical()) {
            Some(IpAddr::V4(ip)) => Ok(ip.octets().to_vec()),
            Some(IpAddr::V6(ip)) => Ok(ip.octets().to_vec()),
            None => fail(Str::concat(&[b"error parsing ip: ", text])),
        }
    };
    list.to_vec().iter().map(parse).collect()
}

fn dns_names(list: &List) -> Result<Vec<Vec<u8>>, CallError> {
    let read = |value: &Value| match value {
        Value::Str(name) => Ok(name.to_vec()),
        other => fail(format!("error processing alternate dns name: {} is not a string", strval(other)?)),
    };
    list.to_vec().iter().map(read).collect()
}

/// A new key for a certificate.
fn fresh_key(host: &dyn Host) -> Result<Key, CallError> {
    let mut random = HostRandom::new(host);
    let key = generate_rsa(&mut random, 2048);
    random.check()?;
    key.or_else(|why| fail(format!("error generating rsa key: {why}")))
}

/// The key that the user gave.
fn given_key(args: &mut [Value], at: usize) -> Result<Key, CallError> {
    Key::from_pem(&text(args, at)?).or_else(|why| fail(format!("parsing private key: {why}")))
}

/// `getCertAndKey`.
fn issue(template: &Template, issuer: &Issuer<'_>, key: &Key, signer: &Key, toolchain: &Toolchain) -> Answer {
    match x509::create(template, issuer, key, signer, toolchain) {
        Ok(der) => Ok(Certificate::value(pem::encode("CERTIFICATE", &der), key.to_pem())),
        Err(why) => fail(format!("error creating certificate: {why}")),
    }
}

/// A certificate that its own key signs.
fn self_signed(interp: &dyn Interp, request: &Request, is_ca: bool, key: &Key) -> Answer {
    let template = request.template(interp.host(), is_ca);
    let template = template.or_else(|why| fail(format!("error creating certificate: {why}")))?;
    let issuer = Issuer { subject: &template.subject, key_id: &[], public: None };
    issue(&template, &issuer, key, key, interp.toolchain())
}

pub(crate) fn gen_ca(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let request = Request::from_args(args, true)?;
    let key = fresh_key(interp.host())?;
    self_signed(interp, &request, true, &key)
}

pub(crate) fn gen_ca_with_key(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let key = given_key(args, 2)?;
    let request = Request::from_args(args, true)?;
    self_signed(interp, &request, true, &key)
}

pub(crate) fn gen_self_signed_cert(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let request = Request::from_args(args, false)?;
    let key = fresh_key(interp.host())?;
    self_signed(interp, &request, false, &key)
}

pub(crate) fn gen_self_signed_cert_with_key(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let key = given_key(args, 4)?;
    let request = Request::from_args(args, false)?;
    self_signed(interp, &request, false, &key)
}

/// A certificate that a CA's key signs.
fn ca_signed(interp: &dyn Interp, args: &mut [Value], key: impl FnOnce(&dyn Host) -> Result<Key, CallError>) -> Answer {
    let Value::Object(ca) = any(args, 4) else {
        return fail("want sprig.certificate");
    };
    let read = |name: &str| match ca.field(name.as_bytes()).map(|f| f.value) {
        Some(Value::Str(text)) => text,
        _ => Str::EMPTY,
    };
    let Some(block) = pem::decode(&read("Cert")) else {
        return fail("unable to decode certificate");
    };
    let parent = x509::parse(&block.bytes);
    let parent = parent.or_else(|why| fail(format!("error parsing certificate: decodedSignerCert.Bytes: {why}")))?;
    let signer = Key::from_pem(&read("Key")).or_else(|why| fail(format!("error parsing private key: {why}")))?;
    let request = Request::from_args(args, false)?;
    let key = key(interp.host())?;
    let template = request.template(interp.host(), false);
    let template = template.or_else(|why| fail(format!("error creating certificate: {why}")))?;
    let issuer = Issuer { subject: &parent.subject, key_id: &parent.subject_key_id, public: Some(&parent.public) };
    issue(&template, &issuer, &key, &signer, interp.toolchain())
}

pub(crate) fn gen_signed_cert(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    ca_signed(interp, args, fresh_key)
}

pub(crate) fn gen_signed_cert_with_key(interp: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let key = given_key(args, 5)?;
    ca_signed(interp, args, |_| Ok(key))
}

pub(crate) fn build_custom_cert(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    let decode =
        |text: Str, what: &str| base64_decode(&text).or_else(|_| fail(format!("unable to decode base64 {what}")));
    let cert = decode(text(args, 0)?, "certificate")?;
    let key = decode(text(args, 1)?, "private key")?;
    let Some(block) = pem::decode(&cert) else {
        return fail("unable to decode certificate");
    };
    if let Err(why) = x509::parse(&block.bytes) {
        return fail(format!("error parsing certificate: decodedCert.Bytes: {why}"));
    }
    if let Err(why) = Key::from_pem(&key) {
        return fail(format!("error parsing private key: {why}"));
    }
    Ok(Certificate::value(cert, key))
}
