//! A checkpoint: how long the trail is and the root of its tree, as a signed note of C2SP (`tlog-checkpoint`, `signed-note`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hex::{Hash, sha256};
use crate::ssh::{PublicKey, SigningKey};

/// The longest text that is read as a checkpoint, in bytes.
const LONGEST: usize = 1 << 16;

/// The most signature lines that are read.
const MOST_SIGNATURES: usize = 64;

/// The type byte of Ed25519 signatures of notes.
const ED25519: u8 = 1;

/// The state of a trail at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which trail it is of, such as `github.com/acme/credit`.
    pub origin: String,
    /// How many entries there are.
    pub size: u64,
    /// The root of the tree of RFC 6962 over them.
    pub root: Hash,
    /// Who vouches for it.
    pub signatures: Vec<NoteSignature>,
}

/// A signature line of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// The key's name.
    pub name: String,
    /// The first four bytes of the digest of name, type and key.
    pub key_hash: [u8; 4],
    /// The signature itself.
    pub signature: Vec<u8>,
}

/// Why a text is no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not a checkpoint: {0}")]
pub struct CheckpointError(&'static str);

impl Checkpoint {
    /// What is signed: origin, size and root, a line each.
    #[must_use]
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The whole note.
    #[must_use]
    pub fn to_text(&self) -> String {
        let line = |one: &NoteSignature| {
            let bytes = [one.key_hash.as_slice(), &one.signature].concat();
            format!("\u{2014} {} {}\n", one.name, STANDARD.encode(bytes))
        };
        self.body() + "\n" + &self.signatures.iter().map(line).collect::<String>()
    }

    /// Reads a note that is a checkpoint and nothing else.
    pub fn parse(text: &[u8]) -> Result<Self, CheckpointError> {
        if text.len() > LONGEST {
            return Err(CheckpointError("it is longer than 64 KiB"));
        }
        let text = std::str::from_utf8(text).map_err(|_| CheckpointError("it is not UTF-8"))?;
        let (body, signatures) = text.split_once("\n\n").ok_or(CheckpointError("no empty line ends it"))?;
        let mut checkpoint = Self::parse_body(body)?;
        checkpoint.signatures = signatures.lines().take(MOST_SIGNATURES + 1).map(parse_signature).collect::<Result<_, _>>()?;
        if checkpoint.signatures.len() > MOST_SIGNATURES {
            return Err(CheckpointError("it has more than 64 signatures"));
        }
        if checkpoint.to_text() != text {
            return Err(CheckpointError("it is not written as checkpoints are"));
        }
        Ok(checkpoint)
    }

    /// Finds the first checkpoint in a longer text, such as the notes of a release or what a run printed. Lines may be indented.
    /// Signatures that follow it are read; where none are, it has none.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        lines.windows(3).enumerate().find_map(|(index, three)| {
            let mut found = Self::parse_body(&three.join("\n")).ok()?;
            let after = lines.get(index + 3..).unwrap_or_default().iter().skip_while(|line| line.is_empty());
            found.signatures = after.take(MOST_SIGNATURES).map_while(|line| parse_signature(line).ok()).collect();
            Some(found)
        })
    }

    fn parse_body(body: &str) -> Result<Self, CheckpointError> {
        let lines: Vec<&str> = body.split('\n').collect();
        let [origin, size, root] = lines.as_slice() else {
            return Err(CheckpointError("it has not the three lines origin, size and root"));
        };
        if origin.is_empty() || origin.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(CheckpointError("its origin is empty, or holds spaces or control characters"));
        }
        let number: u64 = size.parse().map_err(|_| CheckpointError("its size is no number"))?;
        if number.to_string() != *size {
            return Err(CheckpointError("its size is not spelled as numbers are"));
        }
        let bytes = STANDARD.decode(root).map_err(|_| CheckpointError("its root is not in base64"))?;
        let root = bytes.try_into().map_err(|_| CheckpointError("its root has not 32 bytes"))?;
        Ok(Self { origin: (*origin).to_owned(), size: number, root, signatures: Vec::new() })
    }

    /// Adds the signature of a key, under the name of the origin.
    pub fn sign(&mut self, key: &SigningKey) {
        let signature = key.sign(self.body().as_bytes()).to_vec();
        let key_hash = key_hash(&self.origin, &key.public());
        self.signatures.push(NoteSignature { name: self.origin.clone(), key_hash, signature });
    }

    /// Whether one of the signatures is by this key: `None` where none claims to be, else whether it fits.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> Option<bool> {
        let claims = key_hash(&self.origin, key);
        let mut ours = self.signatures.iter().filter(|one| one.name == self.origin && one.key_hash == claims).peekable();
        ours.peek()?;
        Some(ours.all(|one| key.verify(self.body().as_bytes(), &one.signature)))
    }
}

fn key_hash(name: &str, key: &PublicKey) -> [u8; 4] {
    let [a, b, c, d, ..] = sha256(&[name.as_bytes(), b"\n", &[ED25519], key.bytes()].concat());
    [a, b, c, d]
}

fn parse_signature(line: &str) -> Result<NoteSignature, CheckpointError> {
    let wrong = CheckpointError("a signature line is not `\u{2014} name base64`");
    let (name, text) = line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' ')).ok_or(wrong)?;
    let bytes = STANDARD.decode(text).map_err(|_| wrong)?;
    let (key_hash, signature) = bytes.split_first_chunk::<4>().ok_or(wrong)?;
    if name.is_empty() || name.contains('+') || name.chars().any(char::is_whitespace) || signature.is_empty() {
        return Err(wrong);
    }
    Ok(NoteSignature { name: name.to_owned(), key_hash: *key_hash, signature: signature.to_vec() })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "example.com/log".to_owned(), size: 7, root: sha256(b"x"), signatures: Vec::new() }
    }

    #[test]
    fn the_text_is_that_of_c2sp() {
        let text = "example.com/log\n7\nLXEWQrcmsEQBYnyp+6wy9cgkyzDq2xSPG+A+J9/T5rk=\n";
        assert_eq!(checkpoint().body().lines().count(), 3);
        assert!(checkpoint().body().starts_with("example.com/log\n7\n"));
        // A body of the right shape is found whatever its root.
        assert!(Checkpoint::find(text).is_some());
    }

    #[test]
    fn a_checkpoint_survives_its_text_and_is_found_in_another() {
        let mut checkpoint = checkpoint();
        checkpoint.signatures.push(NoteSignature { name: "k".to_owned(), key_hash: [1, 2, 3, 4], signature: vec![9; 64] });
        let text = checkpoint.to_text();
        assert_eq!(Checkpoint::parse(text.as_bytes()).unwrap(), checkpoint);
        let notes = format!("# v1.0\n\nstored\n\n    {}\nmore\n", text.replace('\n', "\n    "));
        assert_eq!(Checkpoint::find(&notes).unwrap(), checkpoint);
        assert_eq!(Checkpoint::find("nothing\nof the\nkind\n"), None);
    }

    #[test]
    fn other_spellings_are_refused() {
        let text = checkpoint().to_text();
        for other in [
            text.replace("\n7\n", "\n07\n"),
            text.replace("\n7\n", "\n+7\n"),
            text.replace('=', ""),
            text.replace("example", " example"),
            text.trim_end().to_owned(),
            text.replace("\n\n", "\nextension\n\n"),
            format!("{text}\u{2014} k \n"),
            format!("{text}- k AAAAAAAA\n"),
            "\u{2014} k AAAAAAA=\n".repeat(100_000),
        ] {
            assert!(Checkpoint::parse(other.as_bytes()).is_err(), "{other:.80}");
        }
    }
}
