//! Whether one cell is money's address or a key: what lets somebody in, or says whose account it is.

use modelgate_cube::Digest;

/// A Bitcoin address: `Base58Check` with 21 bytes (two rounds of SHA-256 give the last four), or bech32 (BIP 173, BIP 350).
pub(super) fn wallet(cell: &str) -> bool {
    base58_check(cell) || bech32(cell)
}

const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

fn base58_check(cell: &str) -> bool {
    if !(26..=35).contains(&cell.len()) {
        return false;
    }
    // The largest number of 25 bytes has 200 bits.
    let mut bytes = [0_u8; 25];
    for digit in cell.bytes() {
        let Some(value) = BASE58.iter().position(|known| *known == digit) else { return false };
        let mut carry = u32::try_from(value).unwrap_or(0);
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry > 0 {
            return false;
        }
    }
    let (payload, check) = bytes.split_at(21);
    let twice = Digest::of(Digest::of(payload).as_bytes());
    twice.as_bytes().get(..4) == Some(check)
}

const BECH32: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

fn bech32(cell: &str) -> bool {
    const STEPS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let lower = cell.to_ascii_lowercase();
    if !(14..=90).contains(&cell.len()) || (cell != lower && cell != cell.to_ascii_uppercase()) {
        return false;
    }
    let Some((prefix, data)) = lower.rsplit_once('1').filter(|(prefix, _)| ["bc", "tb", "ltc"].contains(prefix)) else {
        return false;
    };
    let expanded = prefix.bytes().map(|byte| byte >> 5).chain([0]).chain(prefix.bytes().map(|byte| byte & 31));
    let mut values: Vec<u32> = expanded.map(u32::from).collect();
    for byte in data.bytes() {
        let Some(value) = BECH32.iter().position(|known| *known == byte) else { return false };
        values.extend(u32::try_from(value));
    }
    let check = values.into_iter().fold(1_u32, |check, value| {
        let top = check >> 25;
        let next = ((check & 0x01ff_ffff) << 5) ^ value;
        STEPS.iter().enumerate().fold(next, |next, (bit, step)| if top >> bit & 1 == 1 { next ^ step } else { next })
    });
    check == 1 || check == 0x2bc8_30a3
}

/// A web address that names a user before the host (RFC 3986, userinfo).
pub(super) fn url_with_user(cell: &str) -> bool {
    let Some((scheme, rest)) = cell.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c));
    let named = authority.rsplit_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    is_scheme && named && !cell.contains(char::is_whitespace)
}

/// How keys of well-known services begin, and how many letters and digits follow at least.
const KEYS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 35),
    ("ghp_", 36),
    ("gho_", 36),
    ("ghs_", 36),
    ("ghu_", 36),
    ("github_pat_", 60),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("sk_live_", 20),
    ("rk_live_", 20),
    ("hf_", 30),
    ("npm_", 36),
];

/// A JSON web token (RFC 7519), a key of a well-known service by how it begins, or a private key in PEM.
pub(super) fn secret(cell: &str) -> bool {
    let is_code = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let parts: Vec<&str> = cell.split('.').collect();
    // `{"` in base64.
    let is_token = parts.len() == 3
        && parts.iter().all(|part| is_code(part))
        && parts.iter().take(2).all(|part| part.starts_with("eyJ") && part.len() >= 10);
    let is_key =
        |(start, least): &(&str, usize)| cell.strip_prefix(start).is_some_and(|rest| rest.len() >= *least && is_code(rest));
    is_token || KEYS.iter().any(is_key) || (cell.starts_with("-----BEGIN ") && cell.contains("PRIVATE KEY-----"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_pass_and_one_changed_character_fails() {
        type Case = (fn(&str) -> bool, &'static str, &'static str);
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
        let cases: &[Case] = &[
            (wallet, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"),
            (wallet, "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLz"),
            (wallet, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"),
            (
                wallet,
                "BC1P0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQZK5JJ0",
                "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj1",
            ),
            (url_with_user, "https://ann:secret@example.com/a?b=c", "https://example.com/@ann"),
            (url_with_user, "ftp://ann@example.com", "see https://ann@example.com"),
            (secret, token, "eyJhbGciOiJIUzI1NiJ9.data.c2lnbmF0dXJl"),
            (secret, "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7"),
            (secret, "-----BEGIN RSA PRIVATE KEY----- abc", "-----BEGIN CERTIFICATE----- abc"),
        ];
        for (is, good, bad) in cases {
            assert!(is(good), "{good}");
            assert!(!is(bad), "{bad}");
        }
        for cell in ["", "1", "é", "bc1", "1111111111111111111111111111111111l", "://@", "..", &"1".repeat(100_000)] {
            assert!(!wallet(cell) && !url_with_user(cell) && !secret(cell), "{cell:.10}");
        }
    }
}
