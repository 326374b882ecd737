//! Holds this crate to the JSON Schema Test Suite, through HTTP: each schema is a route's, each value the body of a
//! request.
//!
//! `cargo run --example suite -- FOLDER`, where FOLDER has the suite's `tests` and `remotes`. It tells what is not
//! as the suite has it, and fails where that is anything that is not known.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use falcon_core::operation::{Operation, Schema};
use falcon_core::{App, Method, Request, Resource, Response, Result};
use falcon_testing::{TestClient, block_on};
use falcon_validate::Validation;
use serde_json::{Value, json};

const DRAFTS: [(&str, &str); 5] = [
    ("draft4", "http://json-schema.org/draft-04/schema#"),
    ("draft6", "http://json-schema.org/draft-06/schema#"),
    ("draft7", "http://json-schema.org/draft-07/schema#"),
    (
        "draft2019-09",
        "https://json-schema.org/draft/2019-09/schema",
    ),
    (
        "draft2020-12",
        "https://json-schema.org/draft/2020-12/schema",
    ),
];

/// What is not as the suite has it, and why.
const KNOWN: [(&str, &str); 2] = [
    ("format", "formats are checked, whatever the draft"),
    ("vocabulary", "a dialect of one's own is none of the five"),
];

struct Taken;

impl Resource for Taken {
    async fn on_post(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

#[derive(Default)]
struct Tally {
    passed: u32,
    known: u32,
    wrong: Vec<String>,
}

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1).map(PathBuf::from) else {
        return say("the folder of the suite is missing", ExitCode::FAILURE);
    };
    let mut all_right = true;
    for (draft, dialect) in DRAFTS {
        let remotes = remotes(&folder.join("remotes"), draft, dialect);
        let mut tally = Tally::default();
        for file in files(&folder.join("tests").join(draft)) {
            hold(&file, dialect, &remotes, &mut tally);
        }
        for wrong in &tally.wrong {
            say(wrong, ExitCode::SUCCESS);
        }
        let Tally {
            passed,
            known,
            wrong,
        } = tally;
        let line = format!(
            "{draft}: {passed} as the suite has it, {known} known, {} not",
            wrong.len()
        );
        say(&line, ExitCode::SUCCESS);
        all_right &= wrong.is_empty() && passed > 100;
    }
    if all_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn hold(file: &Path, dialect: &str, remotes: &[(String, String)], tally: &mut Tally) {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let groups: Vec<Value> = serde_json::from_str(&text).unwrap_or_default();
    let name = file
        .file_stem()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    for group in groups {
        let mut schema = group["schema"].clone();
        if let Some(members) = schema.as_object_mut() {
            members.entry("$schema").or_insert_with(|| json!(dialect));
        }
        let tests = group["tests"].as_array().cloned().unwrap_or_default();
        let client = client(&schema, remotes);
        for test in tests {
            let wanted = test["valid"].as_bool();
            let held = client.as_ref().map(|client| takes(client, &test["data"]));
            if held.as_ref().ok().copied() == wanted {
                tally.passed += 1;
            } else if KNOWN.iter().any(|(known, _)| name == *known) {
                tally.known += 1;
            } else {
                let why = held.map_or_else(Clone::clone, |held| format!("valid: {held}"));
                tally.wrong.push(format!(
                    "{name}: {}: {}: {why}",
                    group["description"], test["description"]
                ));
            }
        }
    }
}

fn client(schema: &Value, remotes: &[(String, String)]) -> Result<TestClient, String> {
    let validation = needed(schema, remotes).into_iter().fold(
        Validation::new().backtracking(),
        |validation, (uri, text)| validation.document(uri.clone(), text.clone()),
    );
    let mut app = App::with(validation);
    app.add_route("/", Taken)
        .with_for(Method::POST, Operation::new().body(Schema::new(schema)));
    match app.freeze() {
        Ok(service) => Ok(TestClient::new(service)),
        Err(errors) => Err(errors.to_string().replace('\n', " ")),
    }
}

/// Those documents whose names a schema has, and those that they refer to in their turn.
fn needed<'a>(schema: &Value, remotes: &'a [(String, String)]) -> Vec<&'a (String, String)> {
    let mut text = schema.to_string();
    let mut needed: Vec<&(String, String)> = Vec::new();
    loop {
        let is_new = |remote: &&(String, String)| {
            let name = remote.0.rsplit('/').next().unwrap_or_default();
            text.contains(name) && !needed.contains(remote)
        };
        let new: Vec<_> = remotes.iter().filter(is_new).collect();
        if new.is_empty() {
            return needed;
        }
        text.extend(new.iter().map(|(_, more)| more.as_str()));
        needed.extend(new);
    }
}

fn takes(client: &TestClient, value: &Value) -> bool {
    let request = client.post("/").header("content-type", "application/json");
    let status = block_on(request.body(value.to_string()).send()).status();
    status.is_success()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "json")
    });
    files.sort();
    files
}

/// The documents that schemas of the suite refer to, by where they say that those are.
fn remotes(folder: &Path, draft: &str, dialect: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            let below = path
                .strip_prefix(folder)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            let is_other = below.starts_with("draft") && !below.starts_with(draft);
            if path.is_dir() && !is_other {
                folders.push(path);
            } else if !is_other {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                let mut document: Value = serde_json::from_str(&text).unwrap_or_default();
                // Without a word of its own it is of the draft that refers to it.
                if let Some(members) = document.as_object_mut() {
                    members.entry("$schema").or_insert_with(|| json!(dialect));
                }
                all.push((
                    format!("http://localhost:1234/{below}"),
                    document.to_string(),
                ));
            }
        }
    }
    all
}

#[expect(clippy::print_stdout, reason = "a program tells what it found")]
fn say(text: &str, code: ExitCode) -> ExitCode {
    println!("{text}");
    code
}
