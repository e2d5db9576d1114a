//! A zip archive of files that are stored as they are: what an export is made of needs no library to be read in ten years.

/// The time of every file: the first that the format knows. The same files give the same bytes.
const DATE: u16 = (1 << 5) | 1;

/// Why files do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a plain zip archive takes at most 65535 files and 4 GiB")]
pub(crate) struct TooLarge;

/// An archive of files by their paths, in the order given.
pub(crate) fn archive(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, TooLarge> {
    let count = u16::try_from(files.len()).map_err(|_| TooLarge)?;
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (path, content) in files {
        let offset = length(&bytes)?;
        let name = u16::try_from(path.len()).map_err(|_| TooLarge)?;
        let size = length(content)?;
        let mut about = Vec::new();
        // Version 2.0, names in UTF-8, stored, time and date.
        for word in [20, 1 << 11, 0, 0, DATE] {
            about.extend(u16::to_le_bytes(word));
        }
        for number in [crc32(content), size, size] {
            about.extend(number.to_le_bytes());
        }
        about.extend(name.to_le_bytes());
        about.extend(0_u16.to_le_bytes());
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&about);
        bytes.extend(path.as_bytes());
        bytes.extend(content);
        // The same again, with no comment, disk 0 and a plain file that everybody may read.
        directory.extend(b"PK\x01\x02");
        // Made as on Unix, by version 2.0.
        directory.extend([20, 3]);
        directory.extend(&about);
        directory.extend([0; 6]);
        directory.extend((0o100_644_u32 << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(path.as_bytes());
    }
    let (start, size) = (length(&bytes)?, length(&directory)?);
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06");
    bytes.extend([0; 4]);
    bytes.extend(count.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend(size.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0; 2]);
    length(&bytes)?;
    Ok(bytes)
}

fn length(bytes: &[u8]) -> Result<u32, TooLarge> {
    u32::try_from(bytes.len()).map_err(|_| TooLarge)
}

/// CRC-32 of IEEE 802.3, bits reversed, as zip has it.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_check_value_is_that_of_the_catalogue() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn an_archive_is_the_same_each_time_and_ends_in_its_directory() {
        let files = [("a/b.txt".to_owned(), b"one".to_vec()), ("c".to_owned(), Vec::new())];
        let bytes = archive(&files).unwrap();
        assert_eq!(bytes, archive(&files).unwrap());
        assert_eq!(bytes.len(), 30 + 7 + 3 + 30 + 1 + 46 + 7 + 46 + 1 + 22);
    }
}
