//! Names of files that come from a client.

/// No name is longer: the limit of the common file systems.
const MAX: usize = 255;

/// Makes a name that a client gave (for a file sent with a form, say) safe to use as the name of a
/// file in one folder, whatever the system: letters, digits and `-._` stay, each other character
/// becomes `_`. The dot of a hidden name and a last dot become `_` too, and a name that is a device
/// on Windows gets one in front.
///
/// A name of more than `max` bytes (255 at the most) is cut before its extension, and through it
/// only where nothing else would be left. `None` where nothing was given to begin with, or `max` is
/// zero.
///
/// Safe does not mean free: two clients may give the same name. Prefer a name that the program
/// makes, and keep the client's as data.
///
/// ```
/// use falcon_core::filename::secure;
///
/// assert_eq!(secure("Bold Digit 2.jpg", 255).as_deref(), Some("Bold_Digit_2.jpg"));
/// assert_eq!(secure("../../etc/passwd", 255).as_deref(), Some("_._.._etc_passwd"));
/// assert_eq!(secure("a long title.pdf", 10).as_deref(), Some("a_long.pdf"));
/// assert_eq!(secure("", 255), None);
/// ```
///
/// # Specification
///
/// RFC 6266 section 4.3. Falcon: `secure_filename`, which takes letters and their accents apart
/// first; here a letter beyond ASCII is one `_`.
pub fn secure(name: &str, max: usize) -> Option<String> {
    let max = max.min(MAX);
    if name.is_empty() || max == 0 {
        return None;
    }
    let mut plain: String = name.chars().map(plain_char).collect();
    if plain.starts_with('.') {
        plain.replace_range(..1, "_");
    }
    let short = cut(&plain, max);
    if is_device(&short) {
        return Some(format!("_{}", cut(&plain, max.saturating_sub(1))));
    }
    Some(short)
}

/// Whether a name is a device's on Windows, in whatever case and with whatever extension: `CON`,
/// `nul.txt`, `COM1`. Opening a file of that name there opens the device.
///
/// ```
/// use falcon_core::filename::is_device;
///
/// assert!(is_device("nul.txt"));
/// assert!(!is_device("console.log"));
/// ```
pub fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
        .iter()
        .any(|device| stem.eq_ignore_ascii_case(device))
        || is_port(stem)
}

/// `COM` or `LPT` and one digit, the superscript ones included.
fn is_port(stem: &str) -> bool {
    let (kind, number) = stem.split_at_checked(3).unwrap_or((stem, ""));
    let mut chars = number.chars();
    let is_digit = |c: char| c.is_ascii_digit() || "\u{b9}\u{b2}\u{b3}".contains(c);
    (kind.eq_ignore_ascii_case("com") || kind.eq_ignore_ascii_case("lpt"))
        && chars.next().is_some_and(is_digit)
        && chars.next().is_none()
}

fn plain_char(c: char) -> char {
    let stays = c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if stays { c } else { '_' }
}

/// The name in at most `max` bytes, with its extension where the two fit.
fn cut(plain: &str, max: usize) -> String {
    let dot = plain.rfind('.').unwrap_or(plain.len());
    let (stem, extension) = plain.split_at_checked(dot).unwrap_or((plain, ""));
    let mut short: String = match max.checked_sub(extension.len()) {
        Some(room) if room > 0 => stem.chars().take(room).chain(extension.chars()).collect(),
        _ => plain.chars().take(max).collect(),
    };
    if short.ends_with('.') {
        short.pop();
        short.push('_');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::secure;

    #[test]
    fn a_name_of_a_client_becomes_one_plain_name() {
        for (name, max, plain) in [
            (".bash_history", 255, "_bash_history"),
            ("..", 255, "__"),
            (".", 255, "_"),
            ("a.txt.", 255, "a.txt_"),
            ("/abs", 255, "_abs"),
            ("C:\\x\\y", 255, "C__x_y"),
            ("a:b", 255, "a_b"),
            ("a\0b", 255, "a_b"),
            ("\u{202e}gpj.exe", 255, "_gpj.exe"),
            ("na\u{ef}ve.txt", 255, "na_ve.txt"),
            ("CON", 255, "_CON"),
            ("nul.txt", 255, "_nul.txt"),
            ("nul.txt", 7, "_nu.txt"),
            ("console.txt", 7, "_co.txt"),
            ("report.tar.gz", 8, "repor.gz"),
            ("a.extension", 4, "a.ex"),
            ("ab.extension", 3, "ab_"),
        ] {
            assert_eq!(secure(name, max).as_deref(), Some(plain), "{name}");
        }
        let long = secure(&"x".repeat(10_000), usize::MAX);
        assert_eq!(long.map(|name| name.len()), Some(255));
        assert_eq!(secure("a", 0), None);
    }
}
