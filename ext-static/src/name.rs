//! Which URLs name a file at all.

use std::borrow::Cow;

use falcon_core::filename::is_device;
use falcon_core::uri;

/// Longer paths are nobody's files.
const MAX_PATH: usize = 4096;

/// The path of a file inside the folder, from what is left of the URL's path; `None` where it could
/// mean anything but one plain path, on whatever system.
pub(crate) fn file_path(rest: &str, dotfiles: bool) -> Option<String> {
    if rest.len() > MAX_PATH {
        return None;
    }
    // Parted before it is decoded: an escaped slash is part of a name, and no name has one.
    let names = rest
        .split('/')
        .map(uri::decode)
        .collect::<Option<Vec<Cow<'_, str>>>>()?;
    let all_plain = names.iter().all(|name| is_plain(name, dotfiles));
    all_plain.then(|| names.join("/"))
}

fn is_plain(name: &str, dotfiles: bool) -> bool {
    let forbidden = |c: char| c.is_control() || "/\\<>:\"|?*\u{fffd}".contains(c);
    !name.is_empty()
        && name != "."
        && name != ".."
        && (dotfiles || !name.starts_with('.'))
        && !name.ends_with(['.', ' '])
        && !name.starts_with(' ')
        && !name.contains(forbidden)
        && !is_device(name)
}

#[cfg(test)]
mod tests {
    use super::file_path;

    #[test]
    fn only_one_plain_path_names_a_file() {
        for (rest, path) in [
            ("a.txt", "a.txt"),
            ("sub/b.txt", "sub/b.txt"),
            ("with%20space.txt", "with space.txt"),
            ("na%C3%AFve.txt", "na\u{ef}ve.txt"),
            ("percent%2541.txt", "percent%41.txt"),
            ("dots..in.txt", "dots..in.txt"),
            ("console.log", "console.log"),
            ("com10", "com10"),
            ("it's~a+b", "it's~a+b"),
        ] {
            assert_eq!(file_path(rest, false).as_deref(), Some(path), "{rest}");
        }
        for rest in [
            "",
            "/",
            "a.txt/",
            "sub//a",
            "/etc/passwd",
            "%2fetc/passwd",
            "..",
            "../secret",
            "%2e%2e/secret",
            "sub/../../secret",
            "./../secret",
            "..%2fsecret",
            "..%5c..%5csecret",
            "a\\b",
            "c:/windows/win.ini",
            "C:%5c",
            "%5c%5chost%5cshare",
            "%3f/C:/",
            ".env",
            ".git/config",
            "CON",
            "NUL.txt",
            "sub/aux",
            "com1",
            "lpt9.x",
            "COM%C2%B9",
            "a.txt.",
            "a.txt%20",
            "%20a",
            "a.txt::$DATA",
            "a%00b",
            "a%ff",
            "...",
        ] {
            assert_eq!(file_path(rest, false), None, "{rest}");
        }
        assert_eq!(
            file_path(".well-known/x", true).as_deref(),
            Some(".well-known/x")
        );
        assert_eq!(file_path("..", true), None);
    }
}
