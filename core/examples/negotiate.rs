//! Tells what a client prefers: a way to try out an `Accept` header, and to compare this reader of it
//! with another one.
//!
//! Each line of the input is a header's value, a tab, and what is offered, separated by spaces. The
//! output is what is preferred, or an empty line.
//!
//! ```text
//! $ printf 'text/*;q=0.3, text/html;q=0.7\ttext/plain text/html\n' |
//!     cargo run -q -p falcon-core --example negotiate
//! text/html
//! ```
//!
//! With the argument `language` or `encoding`, it reads `Accept-Language` or `Accept-Encoding`.

use std::io::{BufRead, Write};

use falcon_core::header::{Accept, AcceptEncoding, AcceptLanguage};

fn main() -> std::io::Result<()> {
    let kind = std::env::args().nth(1).unwrap_or_default();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (header, offers) = line.split_once('\t').unwrap_or((&line, ""));
        let offers: Vec<&str> = offers
            .split(' ')
            .filter(|offer| !offer.is_empty())
            .collect();
        let best = match kind.as_str() {
            "language" => AcceptLanguage::new(header).best_of(&offers),
            "encoding" => AcceptEncoding::new(header).best_of(&offers),
            _ => Accept::new(header).best_of(&offers),
        };
        writeln!(out, "{}", best.unwrap_or_default())?;
    }
    Ok(())
}
