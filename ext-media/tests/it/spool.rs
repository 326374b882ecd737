//! Parts of forms in temporary files: the rows of the catalogue of attacks that concern them, by their
//! numbers.

use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use falcon_core::{App, Body, Request, Resource, Response, Result};
use falcon_media::MediaRequest;
use falcon_testing::{TestClient, TestRequest, TestResult};
use futures_util::stream;

use crate::pieces;

/// Puts every part into a folder, and keeps those called `keep`.
struct Uploads(PathBuf);

impl Resource for Uploads {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let mut form = req.multipart()?;
        let mut spooled = Vec::new();
        let mut told = String::new();
        while let Some(mut part) = form.next_part().await? {
            let file = part.spool(&self.0).await?;
            let mut text = String::new();
            file.open()?.read_to_string(&mut text)?;
            write!(told, "{}: {} of {} ", part.name(), file.len(), text.len())?;
            if part.name() == "keep" {
                file.keep(self.0.join("kept")).await?;
            } else {
                spooled.push(file);
            }
        }
        write!(told, "({} files)", std::fs::read_dir(&self.0)?.count())?;
        resp.set_text(told);
        Ok(())
    }
}

fn request(folder: &Path) -> TestRequest {
    let mut app = App::new();
    app.add_route("/", Uploads(folder.to_owned()));
    let request = TestClient::new(app).post("/");
    request.header("content-type", "multipart/form-data; boundary=X")
}

/// On a runtime such as the server brings.
fn run(request: TestRequest) -> TestResult {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(request.send())
}

fn send(folder: &Path, body: &[u8]) -> TestResult {
    run(request(folder).streamed_body(pieces(body, 100_000)))
}

fn form(names: &[&str], length: usize) -> String {
    let content = "x".repeat(length);
    let part = |name: &&str| {
        format!(
            "--X\r\nContent-Disposition: form-data; name={name}; filename=a\r\n\r\n{content}\r\n"
        )
    };
    let parts: String = names.iter().map(part).collect();
    format!("{parts}--X--\r\n")
}

fn files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    names
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// That no file is left, a second later at most.
fn assert_empty(folder: &Path) {
    let since = Instant::now();
    while !files(folder).is_empty() {
        assert!(
            since.elapsed() < Duration::from_secs(1),
            "{:?}",
            files(folder)
        );
        std::thread::yield_now();
    }
}

#[test]
fn parts_go_into_files_that_are_gone_unless_they_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let result = send(folder.path(), form(&["a", "b"], 300_000).as_bytes());
    result.assert_text("a: 300000 of 300000 b: 300000 of 300000 (2 files)");
    assert_empty(folder.path());
    send(folder.path(), form(&["keep", "empty"], 0).as_bytes())
        .assert_text("keep: 0 of 0 empty: 0 of 0 (2 files)");
    assert_eq!(files(folder.path()), ["kept"]);
}

#[test]
fn d43_a_form_that_breaks_after_three_files_leaves_none() {
    let folder = tempfile::tempdir().unwrap();
    let body = form(&["a", "b", "c"], 100_000).replace("--X--\r\n", "--X\r\nbroken\r\n\r\n");
    send(folder.path(), body.as_bytes()).assert_problem(400, "multipart_malformed");
    assert_empty(folder.path());
}

#[test]
fn d44_a_client_that_goes_away_in_a_file_leaves_none() {
    let folder = tempfile::tempdir().unwrap();
    let body = form(&["a", "b"], 300_000);
    let begun = body.get(..500_000).unwrap_or_default().to_owned();
    let broken = stream::iter([Ok(begun.clone()), Err(std::io::Error::other("reset"))]);
    let result = run(request(folder.path()).streamed_body(Body::stream(broken)));
    result.assert_problem(400, "body_incomplete");
    assert_empty(folder.path());
    // The server drops the request where the connection is gone.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let begun = stream::iter([Ok::<_, std::io::Error>(begun)]);
        let stalled = futures_util::StreamExt::chain(begun, stream::pending());
        let sending = request(folder.path())
            .streamed_body(Body::stream(stalled))
            .send();
        let waited = tokio::time::timeout(Duration::from_millis(100), sending).await;
        assert!(waited.is_err());
    });
    assert_empty(folder.path());
}

#[test]
fn d45_a_disk_that_fails_is_the_servers_fault() {
    let nowhere = Path::new("/nowhere/at/all");
    send(nowhere, form(&["a"], 1).as_bytes()).assert_problem(500, "internal_server_error");
    let folder = tempfile::tempdir().unwrap();
    send(folder.path(), form(&["a"], 1).as_bytes()).assert_status(200);
    assert_empty(folder.path());
}
