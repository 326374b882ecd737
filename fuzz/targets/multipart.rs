//! Forms with files: the pieces in which a body comes do not matter, and what is read is no longer
//! than what came.
#![no_main]

use falcon_core::{Body, Result};
use falcon_media::{Multipart, MultipartLimits};
use falcon_testing::block_on;
use futures_util::stream;
use libfuzzer_sys::fuzz_target;

type Read = Vec<(String, Option<String>, String, Vec<u8>)>;

fn read(content_type: &str, body: Body) -> Result<Read> {
    block_on(async {
        let mut form = Multipart::new(content_type, body, MultipartLimits::new())?;
        let mut parts = Vec::new();
        while let Some(mut part) = form.next_part().await? {
            let data = part.bytes().await?.to_vec();
            let file = part.raw_file_name().map(str::to_owned);
            let _safe = part.secure_file_name();
            let _extended = part.raw_extended_file_name();
            parts.push((part.name().to_owned(), file, part.content_type().to_owned(), data));
        }
        Ok(parts)
    })
}

fn in_pieces(body: &[u8], size: usize) -> Body {
    let pieces: Vec<_> = body.chunks(size).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
    Body::stream(stream::iter(pieces))
}

fuzz_target!(|input: (u8, bool, &[u8])| {
    let (size, is_form, body) = input;
    let content_type = if is_form {
        "multipart/form-data; boundary=X"
    } else {
        "multipart/mixed; boundary=\"X\""
    };
    let whole = read(content_type, Body::full(body.to_vec()));
    let pieces = read(content_type, in_pieces(body, usize::from(size).max(1)));
    match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => {
            assert_eq!(whole, pieces);
            let length: usize = whole.iter().map(|(.., data)| data.len()).sum();
            assert!(length <= body.len() && whole.len() <= 64);
        }
        (Err(whole), Err(pieces)) => assert_eq!(whole.status(), pieces.status()),
        (whole, pieces) => panic!("{whole:?} but {pieces:?}"),
    }
    // The type of a part is as hostile as its content.
    if let Ok(text) = std::str::from_utf8(body) {
        let _form = Multipart::new(text, "", MultipartLimits::new());
    }
});
