//! `cargo xtask api [--check]`: writes each library's public API into its `public-api.txt`, or fails
//! where that file is not what the code says. The difference in a review is the review of the API.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The libraries, by package, folder and library name.
const LIBRARIES: [(&str, &str, &str); 11] = [
    ("falcon-core", "core", "falcon_core"),
    ("falcon-auth", "ext-auth", "falcon_auth"),
    ("falcon-cors", "ext-cors", "falcon_cors"),
    ("falcon-media", "ext-media", "falcon_media"),
    ("falcon-openapi", "ext-openapi", "falcon_openapi"),
    ("falcon-params", "ext-params", "falcon_params"),
    ("falcon-static", "ext-static", "falcon_static"),
    ("falcon-validate", "ext-validate", "falcon_validate"),
    ("falcon-server", "server", "falcon_server"),
    ("falcon-testing", "testing", "falcon_testing"),
    ("falcon-web", "falcon", "falcon"),
];

/// Crates whose types must not show in a signature, since they break more often than we may.
const HIDDEN: [&str; 14] = [
    "cap_std::",
    "jsonschema::",
    "httpdate::",
    "mime_guess::",
    "regex_lite::",
    "rustix::",
    "hyper::",
    "hyper_util::",
    "tokio::",
    "h2::",
    "socket2::",
    "serde_path_to_error::",
    "typeid::",
    "percent_encoding::",
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["api"] => api(false),
        ["api", "--check"] => api(true),
        _ => {
            eprintln!("usage: cargo xtask api [--check]");
            ExitCode::from(2)
        }
    }
}

fn api(check: bool) -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut failed = false;
    for (package, folder, library) in LIBRARIES {
        let api = match public_api(&root, package, library) {
            Ok(api) => api,
            Err(error) => {
                eprintln!("{package}: {error}");
                return ExitCode::FAILURE;
            }
        };
        for line in api
            .lines()
            .filter(|line| HIDDEN.iter().any(|hidden| line.contains(hidden)))
        {
            eprintln!("{package}: a type that must be hidden shows: {line}");
            failed = true;
        }
        let file = root.join(folder).join("public-api.txt");
        let before = std::fs::read_to_string(&file).unwrap_or_default();
        if before == api {
            println!(
                "{package}: {} public items, as written down",
                api.lines().count()
            );
        } else if check {
            eprintln!("{package}: the public API is not what {folder}/public-api.txt says:");
            show_difference(&before, &api);
            eprintln!("If that is meant, run `cargo xtask api` and commit the file.");
            failed = true;
        } else if let Err(error) = std::fs::write(&file, &api) {
            eprintln!("{}: {error}", file.display());
            failed = true;
        } else {
            println!("{package}: {} public items, written", api.lines().count());
        }
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn public_api(root: &Path, package: &str, library: &str) -> Result<String, String> {
    let json = rustdoc(root, package, library)?;
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .build();
    let api = api.map_err(|error| error.to_string())?;
    let lines = api
        .items()
        .map(ToString::to_string)
        .filter(|line| !is_noise(line));
    Ok(lines.map(|line| line + "\n").collect())
}

/// Auto traits that say nothing to a user.
fn is_noise(line: &str) -> bool {
    [
        "core::marker::Freeze",
        "core::marker::UnsafeUnpin",
        "RefUnwindSafe",
        "UnwindSafe",
        "core::marker::Unpin",
    ]
    .iter()
    .any(|auto| line.contains(&format!("{auto} for ")))
}

fn rustdoc(root: &Path, package: &str, library: &str) -> Result<PathBuf, String> {
    let target = root.join("target/api");
    let status = Command::new("cargo")
        .current_dir(root)
        // The JSON output is for tools, and so is this switch.
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("RUSTDOCFLAGS")
        .args(["rustdoc", "--quiet", "--lib", "--all-features", "--target-dir"])
        .arg(&target)
        .args(["-p", package, "--", "-Zunstable-options", "--output-format", "json", "--cap-lints", "allow"])
        .status()
        .map_err(|error| error.to_string())?;
    if !status.success() {
        return Err("rustdoc failed".to_owned());
    }
    Ok(target.join("doc").join(format!("{library}.json")))
}

fn show_difference(before: &str, after: &str) {
    for line in before
        .lines()
        .filter(|line| !after.lines().any(|other| other == *line))
    {
        eprintln!("- {line}");
    }
    for line in after
        .lines()
        .filter(|line| !before.lines().any(|other| other == *line))
    {
        eprintln!("+ {line}");
    }
}
