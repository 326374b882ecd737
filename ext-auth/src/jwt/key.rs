//! Keys, each for one algorithm.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use pkcs1::RsaPublicKey;
use pkcs1::der::{Decode, Document};
use serde::Deserialize;
use spki::SubjectPublicKeyInfoRef;

use super::algorithm::{Algorithm, Family};

/// A key that checks signatures, for one algorithm alone: what a token's header says of its algorithm is
/// compared with it, and chooses nothing.
#[derive(Clone)]
pub struct Key {
    pub(crate) algorithm: Algorithm,
    pub(crate) id: Option<Box<str>>,
    pub(crate) engine: DecodingKey,
}

impl Key {
    /// Makes a key of a secret that both sides know, for `HS256`, `HS384` and `HS512`.
    ///
    /// # Errors
    ///
    /// It is shorter than the hash: 32, 48 or 64 bytes (RFC 7518 section 3.2).
    pub fn secret(algorithm: Algorithm, secret: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let secret = secret.as_ref();
        expect(algorithm, &[Family::Hmac])?;
        if secret.trim_ascii_start().starts_with(b"-----BEGIN ") {
            return Err(KeyError(format!(
                "a secret for {algorithm} is no PEM: a public key that is taken for a secret makes every token good"
            )));
        }
        let least = algorithm.hash_len();
        if secret.len() < least {
            return Err(KeyError(format!(
                "a secret for {algorithm} has {least} bytes at least, and this one has {}",
                secret.len()
            )));
        }
        Ok(Self::new(algorithm, DecodingKey::from_secret(secret)))
    }

    /// Makes a key of a public key in PEM, `PUBLIC KEY` or `RSA PUBLIC KEY`.
    ///
    /// # Errors
    ///
    /// It is none, not one of the algorithm's, or too weak: RSA has 2,048 to 8,192 bits.
    pub fn pem(algorithm: Algorithm, pem: &str) -> Result<Self, KeyError> {
        expect(algorithm, &[Family::Rsa, Family::Ec, Family::Ed])?;
        let refused =
            |why: &dyn fmt::Display| KeyError(format!("the PEM of a key cannot be read: {why}"));
        let (label, document) = Document::from_pem(pem).map_err(|why| refused(&why))?;
        match label {
            "PUBLIC KEY" => Self::der(algorithm, document.as_bytes()),
            "RSA PUBLIC KEY" => rsa_of_der(algorithm, document.as_bytes()),
            _ => Err(KeyError(format!(
                "`{label}` is no public key: it begins with `PUBLIC KEY` or `RSA PUBLIC KEY`"
            ))),
        }
    }

    /// Makes a key of a public key in DER: a `SubjectPublicKeyInfo` (RFC 5280).
    ///
    /// # Errors
    ///
    /// As [`pem`](Self::pem).
    pub fn der(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        expect(algorithm, &[Family::Rsa, Family::Ec, Family::Ed])?;
        let refused = |why| KeyError(format!("the DER of a key cannot be read: {why}"));
        let info = SubjectPublicKeyInfoRef::try_from(der).map_err(refused)?;
        let bits = info.subject_public_key.as_bytes();
        let bits = bits.ok_or_else(|| KeyError("the DER of a key ends within a byte".into()))?;
        let kind = info.algorithm.oid.to_string();
        let curve = info
            .algorithm
            .parameters_oid()
            .ok()
            .map(|oid| oid.to_string());
        match (algorithm.family(), kind.as_str(), curve.as_deref()) {
            (Family::Rsa, OID_RSA, _) => rsa_of_der(algorithm, bits),
            (Family::Ec, OID_EC, Some(curve)) if curve == oid_of_curve(algorithm) => {
                ec_of_point(algorithm, bits)
            }
            (Family::Ed, OID_ED25519, _) => ed_of_point(algorithm, bits),
            _ => Err(KeyError(format!("the key is none for {algorithm}"))),
        }
    }

    /// Makes a key of a JSON Web Key (RFC 7517). Its `kid` is the [`id`](Self::with_id).
    ///
    /// # Errors
    ///
    /// As the others; it is for another algorithm or for encryption; it holds a private key.
    pub fn jwk(algorithm: Algorithm, jwk: &str) -> Result<Self, KeyError> {
        // What serde says of it may quote it.
        let jwk: Jwk = serde_json::from_str(jwk).map_err(|why| {
            let (line, column) = (why.line(), why.column());
            KeyError(format!(
                "the JSON of a key cannot be read: line {line}, column {column}"
            ))
        })?;
        jwk.key(algorithm)
    }

    fn new(algorithm: Algorithm, engine: DecodingKey) -> Self {
        Self {
            algorithm,
            id: None,
            engine,
        }
    }

    /// Names the key: a token whose header has a `kid` is then checked by the key of that name.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<Box<str>>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Returns the algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// The key itself is nobody's concern.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("algorithm", &self.algorithm)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

const OID_RSA: &str = "1.2.840.113549.1.1.1";
const OID_EC: &str = "1.2.840.10045.2.1";
const OID_P256: &str = "1.2.840.10045.3.1.7";
const OID_P384: &str = "1.3.132.0.34";
const OID_ED25519: &str = "1.3.101.112";

fn oid_of_curve(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::ES384 => OID_P384,
        _ => OID_P256,
    }
}

fn expect(algorithm: Algorithm, families: &[Family]) -> Result<(), KeyError> {
    if families.contains(&algorithm.family()) {
        return Ok(());
    }
    Err(KeyError(match algorithm.family() {
        Family::Hmac => format!("{algorithm} has a secret: call `Key::secret`"),
        _ => format!("{algorithm} has a public key: call `Key::pem`, `Key::der` or `Key::jwk`"),
    }))
}

/// PKCS #1 (RFC 8017 appendix A.1.1).
fn rsa_of_der(algorithm: Algorithm, der: &[u8]) -> Result<Key, KeyError> {
    expect(algorithm, &[Family::Rsa])?;
    let key = RsaPublicKey::from_der(der)
        .map_err(|why| KeyError(format!("the RSA key cannot be read: {why}")))?;
    rsa(
        algorithm,
        key.modulus.as_bytes(),
        key.public_exponent.as_bytes(),
    )
}

fn rsa(algorithm: Algorithm, modulus: &[u8], exponent: &[u8]) -> Result<Key, KeyError> {
    let (modulus, exponent) = (without_zeros(modulus), without_zeros(exponent));
    let zeros = modulus.first().map_or(0, |first| first.leading_zeros());
    let bits = modulus.len() * 8 - zeros as usize;
    if !(2_048..=8_192).contains(&bits) {
        return Err(KeyError(format!(
            "an RSA key has 2,048 to 8,192 bits, and this one has {bits}"
        )));
    }
    let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    if !is_odd(modulus) {
        return Err(KeyError("the modulus of an RSA key is odd".into()));
    }
    if !is_odd(exponent) || exponent == [1] || exponent.len() > 4 {
        return Err(KeyError(
            "the exponent of an RSA key is odd, not 1, and has 32 bits at most".into(),
        ));
    }
    let engine = DecodingKey::from_rsa_raw_components(modulus, exponent);
    Ok(Key::new(algorithm, engine))
}

/// Some write a number with zeros before it.
fn without_zeros(number: &[u8]) -> &[u8] {
    let first = number.iter().position(|byte| *byte != 0);
    first.map_or(&[], |first| &number[first..])
}

fn ec_of_point(algorithm: Algorithm, point: &[u8]) -> Result<Key, KeyError> {
    if point.len() != 1 + 2 * algorithm.hash_len() || point.first() != Some(&4) {
        return Err(KeyError(format!(
            "the point of a key for {algorithm} is none of its curve"
        )));
    }
    Ok(Key::new(algorithm, DecodingKey::from_ec_der(point)))
}

fn ed_of_point(algorithm: Algorithm, point: &[u8]) -> Result<Key, KeyError> {
    let Ok(bytes) = <[u8; 32]>::try_from(point) else {
        return Err(KeyError("a key of Ed25519 has 32 bytes".into()));
    };
    if is_of_small_order(bytes) {
        return Err(KeyError(
            "the key of Ed25519 is a point for which anybody can make signatures".into(),
        ));
    }
    Ok(Key::new(algorithm, DecodingKey::from_ed_der(point)))
}

/// The eight points whose order divides eight, by `y`, with those that are written larger than the field
/// (RFC 8032 section 5.1; RFC 7748 section 7 tells why they are refused).
fn is_of_small_order(mut point: [u8; 32]) -> bool {
    const OF_EIGHT: [[u8; 32]; 2] = [
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef,
            0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
            0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10,
            0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77,
            0x92, 0xac, 0x03, 0x7a,
        ],
    ];
    // The sign of `x` is in the highest bit.
    point[31] &= 0x7f;
    let [first, middle @ .., last] = &point;
    let is_near_zero = *first <= 1 && *last == 0 && middle.iter().all(|byte| *byte == 0);
    let is_near_the_field =
        *first >= 0xec && *last == 0x7f && middle.iter().all(|byte| *byte == 0xff);
    is_near_zero || is_near_the_field || OF_EIGHT.contains(&point)
}

/// RFC 7517 section 4, RFC 7518 section 6, RFC 8037 section 2.
#[derive(Deserialize)]
pub(crate) struct Jwk {
    kty: String,
    alg: Option<String>,
    pub(crate) kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    k: Option<String>,
    d: Option<serde::de::IgnoredAny>,
}

impl Jwk {
    pub(crate) fn key(&self, algorithm: Algorithm) -> Result<Key, KeyError> {
        self.check(algorithm)?;
        let key = match (algorithm.family(), self.kty.as_str(), self.crv.as_deref()) {
            (Family::Hmac, "oct", _) => Key::secret(algorithm, member(self.k.as_ref(), "k")?),
            (Family::Rsa, "RSA", _) => rsa(
                algorithm,
                &member(self.n.as_ref(), "n")?,
                &member(self.e.as_ref(), "e")?,
            ),
            (Family::Ec, "EC", Some(curve)) if curve == curve_of(algorithm) => {
                let mut point = vec![4];
                for (coordinate, name) in [(&self.x, "x"), (&self.y, "y")] {
                    let coordinate = member(coordinate.as_ref(), name)?;
                    if coordinate.len() != algorithm.hash_len() {
                        return Err(KeyError(format!(
                            "`{name}` of a JSON Web Key has the wrong length"
                        )));
                    }
                    point.extend(coordinate);
                }
                ec_of_point(algorithm, &point)
            }
            (Family::Ed, "OKP", Some("Ed25519")) => {
                ed_of_point(algorithm, &member(self.x.as_ref(), "x")?)
            }
            _ => Err(KeyError(format!(
                "the JSON Web Key is none for {algorithm}"
            ))),
        }?;
        Ok(match &self.kid {
            Some(id) => key.with_id(id.as_str()),
            None => key,
        })
    }

    fn check(&self, algorithm: Algorithm) -> Result<(), KeyError> {
        let refuse = |wrong: bool, why: String| if wrong { Err(KeyError(why)) } else { Ok(()) };
        let other = self.alg.as_deref().filter(|alg| *alg != algorithm.name());
        refuse(
            other.is_some(),
            format!(
                "the JSON Web Key is for `{}`, and not for {algorithm}",
                other.unwrap_or_default()
            ),
        )?;
        refuse(
            self.usage.as_deref().is_some_and(|usage| usage != "sig"),
            "the JSON Web Key is not for signatures".to_owned(),
        )?;
        let verifies = |ops: &Vec<String>| ops.iter().any(|op| op == "verify");
        refuse(
            self.key_ops.as_ref().is_some_and(|ops| !verifies(ops)),
            "the JSON Web Key is not for verifying".to_owned(),
        )?;
        refuse(
            self.d.is_some(),
            "the JSON Web Key is a private one, which a server that only verifies must not have"
                .to_owned(),
        )
    }
}

fn curve_of(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::ES384 => "P-384",
        _ => "P-256",
    }
}

fn member(text: Option<&String>, name: &str) -> Result<Vec<u8>, KeyError> {
    let text = text.ok_or_else(|| KeyError(format!("the JSON Web Key has no `{name}`")))?;
    let bytes = URL_SAFE_NO_PAD.decode(text);
    bytes.map_err(|_| KeyError(format!("`{name}` of the JSON Web Key is no base64url")))
}

/// Why a key is none; it holds no part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyError(String);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for KeyError {}
