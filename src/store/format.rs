//! The bytes of one value: `[schema u8][payload][crc32 of both, little-endian]`, and zstd with a prefix.
//!
//! Used by `rows` and `snapshot`; nothing else knows bytes. A new shape of a record gets a new schema number and the old
//! one stays readable (`tests/fixtures/store`). The dictionary is a part of the format: it never changes, a new one would
//! be a new packing.

use std::cell::RefCell;
use std::io::Read;

use zstd::stream::raw::CParameter;
use zstd::zstd_safe::DCtx;
use zstd::zstd_safe::zstd_sys::ZSTD_MAGIC_DICTIONARY;

/// The prefix for small texts: what alerts and webhook bodies say again and again.
pub(super) const DICTIONARY: &[u8] = include_bytes!("dictionary-1.txt");

/// zstd level 3: level 19 gains about 7 % (`storage.md` B4).
const LEVEL: i32 = 3;

/// The largest window that zstd's decoders accept unasked: 128 MB.
const LARGEST_WINDOW: u32 = 27;

/// From this size on matches are sought over long distances, so that an old version of a large docket is found again.
const LONG_FROM: usize = 1 << 20;

/// Wraps a payload.
pub(super) fn seal(schema: u8, payload: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(payload.len() + 5);
    value.push(schema);
    value.extend_from_slice(payload);
    let crc = crc32fast::hash(&value);
    value.extend_from_slice(&crc.to_le_bytes());
    value
}

/// Unwraps a value into its schema number and payload.
pub(super) fn unseal(value: &[u8]) -> Result<(u8, &[u8]), String> {
    let (body, crc) = value.split_last_chunk::<4>().ok_or("it is cut short")?;
    let (schema, payload) = body.split_first().ok_or("it is cut short")?;
    if crc32fast::hash(body) != u32::from_le_bytes(*crc) {
        return Err("its checksum is wrong".to_owned());
    }
    Ok((*schema, payload))
}

/// Compresses `data` with `prefix` as what came before it.
pub(super) fn compress(data: &[u8], prefix: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    let reach = data.len().saturating_add(prefix.len());
    compressor.set_parameter(CParameter::ContentSizeFlag(false))?;
    if reach > LONG_FROM {
        compressor.set_parameter(CParameter::WindowLog(reach.ilog2().saturating_add(1).min(LARGEST_WINDOW)))?;
        compressor.set_parameter(CParameter::EnableLongDistanceMatching(true))?;
    }
    compressor.context_mut().ref_prefix(prefix).map_err(zstd_error)?;
    compressor.compress(data)
}

thread_local! {
    /// What a thread unpacks with. To make one for each value takes longer than to unpack a small value.
    static CONTEXT: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

/// The inverse of [`compress`]. Never yields or holds more than `raw_len` bytes, whatever the data says.
pub(super) fn decompress(data: &[u8], prefix: &[u8], raw_len: usize) -> Result<Vec<u8>, String> {
    // A stranger's page that begins like a dictionary of zstd's own would be taken for one.
    let is_plain = !prefix.starts_with(&ZSTD_MAGIC_DICTIONARY.to_le_bytes());
    let raw = if raw_len <= LONG_FROM && is_plain { at_once(data, prefix, raw_len) } else { in_parts(data, prefix, raw_len) }?;
    if raw.len() == raw_len { Ok(raw) } else { Err("its length is not the one it states".to_owned()) }
}

/// Into a buffer of the size that is stated, which must be small.
fn at_once(data: &[u8], prefix: &[u8], raw_len: usize) -> Result<Vec<u8>, String> {
    let mut raw = Vec::with_capacity(raw_len);
    CONTEXT
        .with_borrow_mut(|context| context.decompress_using_dict(&mut raw, data, prefix))
        .map_err(|code| zstd::zstd_safe::get_error_name(code).to_owned())?;
    Ok(raw)
}

/// Into a buffer that grows with what there is: what is stated may be wrong.
fn in_parts(data: &[u8], prefix: &[u8], raw_len: usize) -> Result<Vec<u8>, String> {
    let decoder = zstd::stream::read::Decoder::with_ref_prefix(data, prefix).map_err(|error| error.to_string())?;
    let mut raw = Vec::with_capacity(raw_len.min(LONG_FROM));
    let limit = u64::try_from(raw_len).unwrap_or(u64::MAX).saturating_add(1);
    decoder.take(limit).read_to_end(&mut raw).map_err(|error| error.to_string())?;
    Ok(raw)
}

fn zstd_error(code: usize) -> std::io::Error {
    std::io::Error::other(format!("zstd error {code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_of_a_value_is_noticed() {
        let value = seal(1, b"payload");
        assert_eq!(unseal(&value), Ok((1, &b"payload"[..])));
        for at in 0..value.len() * 8 {
            let mut broken = value.clone();
            broken[at / 8] ^= 1 << (at % 8);
            assert!(unseal(&broken).is_err(), "bit {at}");
        }
        assert!(unseal(&value[..4]).is_err());
    }

    #[test]
    fn an_old_version_is_found_again_over_long_distances() {
        let mut seed = 1u32;
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed.to_be_bytes()[0]
        };
        let before: Vec<u8> = (0..6 << 20).map(|_| noise()).collect();
        let mut after = b"one more entry".to_vec();
        after.extend_from_slice(&before);
        let delta = compress(&after, &before).expect("compresses");
        assert!(delta.len() < before.len() / 50, "{} bytes", delta.len());
        assert_eq!(decompress(&delta, &before, after.len()).as_deref(), Ok(&after[..]));
    }

    #[test]
    fn it_is_unpacked_at_once_as_in_parts_whatever_came_before() {
        let text = b"Audiencia de juicio convocada para el 18 de marzo de 2027. ".repeat(40);
        let magic = ZSTD_MAGIC_DICTIONARY.to_le_bytes();
        let prefixes: [&[u8]; 6] = [b"", b"Aud", &text[..500], &text, DICTIONARY, &[&magic[..], &text].concat()];
        for prefix in prefixes {
            for data in [&text[..], b"", b"x"] {
                let packed = compress(data, prefix).expect("compresses");
                assert_eq!(decompress(&packed, prefix, data.len()).as_deref(), Ok(data));
                assert_eq!(in_parts(&packed, prefix, data.len()).as_deref(), Ok(data));
                // What is cut off or longer than stated is refused, and the next value is not the worse for it.
                assert!(decompress(&packed[..packed.len() - 1], prefix, data.len()).is_err());
                assert!(data.is_empty() || decompress(&packed, prefix, data.len() - 1).is_err());
                assert!(decompress(&packed, prefix, data.len() + 1).is_err());
            }
        }
    }

    #[test]
    fn a_value_that_grows_beyond_its_stated_length_is_refused() {
        let bomb = compress(&vec![0; 1 << 20], b"").expect("compresses");
        assert!(decompress(&bomb, b"", 1000).is_err());
        assert!(decompress(&bomb, b"", 2 << 20).is_err());
        assert!(decompress(b"not zstd", b"", 8).is_err());
    }
}
