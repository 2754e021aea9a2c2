//! Owns the checksum of a frame: CRC-32C (Castagnoli), which finds any few bits that a disk or a crash has changed.

/// The polynomial, its bits reversed (RFC 3720, appendix B.4).
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// What each value of a byte does to the checksum that stands so many bytes before the end of what is looked at.
const TABLES: [[u32; 256]; 8] = tables();

/// Returns the checksum of `bytes`.
pub(crate) fn crc32c(bytes: &[u8]) -> u32 {
    let (eights, rest) = bytes.as_chunks::<8>();
    let crc = eights.iter().fold(!0, |crc: u32, eight| {
        let [a, b, c, d, e, f, g, h] = (u64::from_le_bytes(*eight) ^ u64::from(crc)).to_le_bytes().map(usize::from);
        let t = &TABLES;
        t[7][a] ^ t[6][b] ^ t[5][c] ^ t[4][d] ^ t[3][e] ^ t[2][f] ^ t[1][g] ^ t[0][h]
    });
    !rest.iter().fold(crc, |crc, &byte| crc >> 8 ^ TABLES[0][usize::from(crc.to_le_bytes()[0] ^ byte)])
}

const fn tables() -> [[u32; 256]; 8] {
    let (mut tables, mut byte) = ([[0; 256]; 8], 0);
    while byte < 256 {
        let (mut crc, mut bit) = (byte, 0);
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        tables[0][byte as usize] = crc;
        byte += 1;
    }
    let mut before = 1;
    while before < tables.len() {
        let mut byte = 0;
        while byte < 256 {
            let crc = tables[before - 1][byte];
            tables[before][byte] = crc >> 8 ^ tables[0][(crc & 0xff) as usize];
            byte += 1;
        }
        before += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 3720, appendix B.4, and the usual one.
    #[test]
    fn it_is_the_checksum_of_the_standard() {
        let ascending: Vec<u8> = (0..32).collect();
        let cases: [(&[u8], u32); 5] = [
            (&[0; 32], 0x8a91_36aa),
            (&[0xff; 32], 0x62a8_ab43),
            (&ascending, 0x46dd_794e),
            (b"123456789", 0xe306_9283),
            (b"", 0),
        ];
        for (bytes, crc) in cases {
            assert_eq!(crc32c(bytes), crc, "{bytes:?}");
        }
    }
}
