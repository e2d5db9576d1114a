//! Just enough of DER to find one's way through a time stamp and a certificate.

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BITS: u8 = 0x03;
pub(crate) const OCTETS: u8 = 0x04;
pub(crate) const OBJECT: u8 = 0x06;
pub(crate) const TEXT: u8 = 0x0c;
pub(crate) const TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
/// The first of several that a structure may have, by its number in the context.
pub(crate) const FIRST: u8 = 0xa0;

/// A reader of tags, lengths and contents, of which every length is definite.
#[derive(Clone, Copy)]
pub(crate) struct Der<'a>(pub(crate) &'a [u8]);

impl<'a> Der<'a> {
    /// The content of the next element, which must have this tag.
    pub(crate) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match usize::from(*first) {
            short @ 0..=127 => (short, rest),
            // Four bytes of length are more than any answer has.
            long @ 129..=132 => {
                let (bytes, rest) = rest.split_at_checked(long - 128)?;
                (bytes.iter().fold(0_usize, |length, byte| (length << 8) | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        (*found == tag).then_some(())?;
        self.0 = rest;
        Some(content)
    }

    /// The same as a reader.
    pub(crate) fn inner(&mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(Der)
    }
}
