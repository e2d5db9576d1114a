//! Time stamps of RFC 3161: the question that an authority is asked, and what its answer is about. Whether the authority signed it is for
//! `openssl ts -verify` to tell, with the certificates of whoever is trusted.

use std::fmt::Write as _;

use crate::der::{Der, FIRST, INTEGER, OBJECT, OCTETS, SEQUENCE, SET, TIME};
use crate::hex::Hash;

/// The longest answer that is read, in bytes. With its certificates one has a few thousand.
pub const LONGEST_TIMESTAMP: usize = 1 << 18;

/// SHA-256 (2.16.840.1.101.3.4.2.1) as an identifier of an algorithm, without parameters, as RFC 5754 wants it.
const SHA256: [u8; 13] = [SEQUENCE, 11, OBJECT, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

/// 1.2.840.113549.1.7.2, signed data.
const SIGNED: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// 1.2.840.113549.1.9.16.1.4, what a time stamp says.
const STAMP: [u8; 11] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];

/// What a time stamp says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeStamp {
    /// The SHA-256 digest of what was stamped.
    pub digest: Hash,
    /// When, RFC 3339, UTC, to the second.
    pub time: String,
}

/// Why bytes are no time stamp.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is not a time stamp: {0}")]
pub struct TimeStampError(String);

/// The question: a time stamp of this digest, with the authority's certificate in the answer.
#[must_use]
pub fn timestamp_request(digest: &Hash) -> Vec<u8> {
    // Every part is shorter than 128 bytes, so that each length is one byte.
    let imprint = [SHA256.as_slice(), &[OCTETS, 32], digest].concat();
    let body = [&[INTEGER, 1, 1, SEQUENCE, 47], imprint.as_slice(), &[0x01, 1, 0xff]].concat();
    [&[SEQUENCE, 55], body.as_slice()].concat()
}

impl TimeStamp {
    /// Reads the answer of an authority.
    pub fn parse(answer: &[u8]) -> Result<Self, TimeStampError> {
        let wrong = |what: &str| TimeStampError(what.to_owned());
        if answer.len() > LONGEST_TIMESTAMP {
            return Err(TimeStampError(format!("it is longer than {LONGEST_TIMESTAMP} bytes")));
        }
        let mut whole = Der(answer);
        let mut answer = whole.inner(SEQUENCE).filter(|_| whole.0.is_empty()).ok_or_else(|| wrong("it is no answer in DER"))?;
        let status = answer.inner(SEQUENCE).and_then(|mut status| status.take(INTEGER));
        match status.ok_or_else(|| wrong("it has no status"))? {
            // Granted, also with changes that the authority made to the question.
            [0 | 1] => {}
            other => return Err(TimeStampError(format!("the authority refused, with status {other:?}"))),
        }
        let told = told(answer).ok_or_else(|| wrong("it holds no signed time stamp"))?;
        read(told).ok_or_else(|| wrong("what it says cannot be read, or is not about a SHA-256 digest"))
    }
}

/// What is signed: the content of the content of the content.
fn told(mut answer: Der<'_>) -> Option<Der<'_>> {
    let mut content = answer.inner(SEQUENCE)?;
    (content.take(OBJECT)? == SIGNED).then_some(())?;
    let mut signed = content.inner(FIRST)?.inner(SEQUENCE)?;
    let (_version, _digests) = (signed.take(INTEGER)?, signed.take(SET)?);
    let mut content = signed.inner(SEQUENCE)?;
    (content.take(OBJECT)? == STAMP).then_some(())?;
    let octets = content.inner(FIRST)?.take(OCTETS)?;
    Der(octets).inner(SEQUENCE)
}

fn read(mut told: Der<'_>) -> Option<TimeStamp> {
    let (_version, _policy) = (told.take(INTEGER)?, told.take(OBJECT)?);
    let mut imprint = told.inner(SEQUENCE)?;
    let algorithm = imprint.inner(SEQUENCE)?.take(OBJECT)?;
    (SHA256.get(4..)? == algorithm).then_some(())?;
    let digest = imprint.take(OCTETS)?.try_into().ok()?;
    let _serial = told.take(INTEGER)?;
    Some(TimeStamp { digest, time: time(told.take(TIME)?)? })
}

/// `20260131120000Z`, perhaps with a fraction of the second, as RFC 3339 to the second.
fn time(text: &[u8]) -> Option<String> {
    let (digits, rest) = text.split_at_checked(14)?;
    let is_whole = rest == b"Z" || (rest.starts_with(b".") && rest.ends_with(b"Z"));
    if !is_whole || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut time = String::new();
    for (place, digit) in digits.iter().enumerate() {
        let before = match place {
            4 | 6 => "-",
            8 => "T",
            10 | 12 => ":",
            _ => "",
        };
        // Writing to a String cannot fail.
        let _ = write!(time, "{before}{}", char::from(*digit));
    }
    Some(time + "Z")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::hex::{sha256, to_hex};

    #[test]
    fn the_question_is_that_of_the_standard() {
        // openssl ts -query -digest 2d71...4881 -sha256 -cert -no_nonce, but for the parameters, which RFC 5754 wants absent.
        let request = timestamp_request(&sha256(b"x"));
        let expected = "3037020101302f300b06096086480165030402010420\
                        2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a48810101ff";
        let told: String = request.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        assert_eq!(told, expected);
        assert_eq!(to_hex(&sha256(b"x")).len(), 64);
    }

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], length.as_slice(), content].concat()
    }

    fn answer(status: u8, time: &[u8]) -> Vec<u8> {
        let imprint = element(SEQUENCE, &[SHA256.as_slice(), &element(OCTETS, &sha256(b"x"))].concat());
        let told = [&[INTEGER, 1, 1, OBJECT, 1, 42], imprint.as_slice(), &[INTEGER, 1, 9], &element(TIME, time)].concat();
        let told = element(FIRST, &element(OCTETS, &element(SEQUENCE, &told)));
        let content = element(SEQUENCE, &[element(OBJECT, &STAMP), told].concat());
        let signed = element(SEQUENCE, &[&[INTEGER, 1, 3], element(SET, &[]).as_slice(), &content].concat());
        let token = element(SEQUENCE, &[element(OBJECT, &SIGNED), element(FIRST, &signed)].concat());
        element(SEQUENCE, &[element(SEQUENCE, &[INTEGER, 1, status]), token].concat())
    }

    #[test]
    fn an_answer_says_what_was_stamped_and_when() {
        for time in [b"20260131120102Z".as_slice(), b"20260131120102.5Z"] {
            let read = TimeStamp::parse(&answer(0, time)).unwrap();
            assert_eq!(read, TimeStamp { digest: sha256(b"x"), time: "2026-01-31T12:01:02Z".to_owned() });
        }
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let good = answer(0, b"20260131120102Z");
        assert!(TimeStamp::parse(&answer(2, b"20260131120102Z")).unwrap_err().to_string().contains("refused"));
        assert!(TimeStamp::parse(&answer(0, b"2026013112")).is_err());
        for length in 0..good.len() {
            assert!(TimeStamp::parse(&good[..length]).is_err(), "{length}");
        }
        assert!(TimeStamp::parse(&[good.as_slice(), b"x"].concat()).is_err(), "something follows");
    }
}
