//! What is served, what is not, and what attackers get.

#![expect(
    clippy::tests_outside_test_module,
    clippy::unwrap_used,
    reason = "an integration test is one module of tests, with helpers that fail by panicking"
)]

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use falcon_core::header::HttpDate;
use falcon_core::http::HeaderValue;
use falcon_core::{App, Method, Request, Resource, Response, Result};
use falcon_static::StaticFiles;
use falcon_testing::{TestClient, TestResult};
use tempfile::TempDir;

/// A root with files, and beside it what must never be seen.
struct Site {
    home: TempDir,
    client: TestClient,
}

fn site_with(change: impl FnOnce(StaticFiles) -> StaticFiles) -> Site {
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join("a");
    fs::create_dir_all(root.join("sub/inner")).unwrap();
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::create_dir_all(home.path().join("ab")).unwrap();
    for (path, text) in [
        ("a/a.txt", "0123456789"),
        ("a/empty.txt", ""),
        ("a/index.html", "<!doctype html>index"),
        ("a/sub/deep.txt", "deep"),
        ("a/dots..in.txt", "dots"),
        ("a/with space.txt", "space"),
        ("a/up.svg", "<svg/>"),
        ("a/UPPER.TXT", "upper"),
        ("a/.env", "SECRET"),
        ("a/.git/config", "SECRET"),
        ("ab/secret.txt", "SECRET"),
        ("secret.txt", "SECRET"),
    ] {
        fs::write(home.path().join(path), text).unwrap();
    }
    let file = fs::File::options()
        .write(true)
        .open(root.join("a.txt"))
        .unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_614_834_367))
        .unwrap();
    let mut app = App::new();
    app.add_prefix("/s", change(StaticFiles::new(&root).unwrap()));
    let client = TestClient::new(app);
    Site { home, client }
}

fn site() -> Site {
    site_with(|files| files)
}

impl Site {
    fn root(&self) -> std::path::PathBuf {
        self.home.path().join("a")
    }

    async fn get(&self, target: &str) -> TestResult {
        self.client.get(target).send().await
    }

    async fn get_with(&self, target: &str, name: &str, value: &str) -> TestResult {
        self.client.get(target).header(name, value).send().await
    }

    async fn is_absent(&self, target: &str) {
        let result = self.get(target).await;
        let status = result.status().as_u16();
        assert!(matches!(status, 400 | 404), "{target}: {status}");
        assert!(!result.text().contains("SECRET"), "{target}");
        assert!(
            !result.text().contains(self.home.path().to_str().unwrap()),
            "{target}"
        );
    }
}

#[tokio::test]
async fn j01_a_file_comes_with_its_type_and_validators() {
    let result = site().get("/s/a.txt").await;
    result
        .assert_status(200)
        .assert_header("content-type", "text/plain; charset=utf-8")
        .assert_header("etag", "\"60406abf-a\"")
        .assert_header("last-modified", "Thu, 04 Mar 2021 05:06:07 GMT")
        .assert_header("accept-ranges", "bytes")
        .assert_header("x-content-type-options", "nosniff")
        .assert_header("content-length", "10")
        .assert_text("0123456789");
}

#[tokio::test]
async fn j02_to_j10_no_spelling_of_a_path_leads_out_of_the_folder() {
    let site = site();
    for target in [
        "/s/../secret.txt",
        "/s/./../secret.txt",
        "/s/sub/../../secret.txt",
        "/s/%2e%2e/secret.txt",
        "/s/..%2fsecret.txt",
        "/s/%252e%252e/secret.txt",
        "/s//etc/passwd",
        "/s/%2fetc/passwd",
        "/s/..%5c..%5csecret.txt",
        "/s/c:/windows/win.ini",
        "/s/C:%5c",
        "/s/%5c%5chost%5cshare",
        "/s/%3f/C:/",
        "/s/CON",
        "/s/NUL.txt",
        "/s/sub/aux",
        "/s/a.txt.",
        "/s/a.txt%20",
        "/s/a.txt::$DATA",
        "/s/../ab/secret.txt",
        "/s/..%2fab%2fsecret.txt",
        "/sb/secret.txt",
        "/ss/a.txt",
        "/s/a.txt/",
        "/s/sub%2Fdeep.txt",
    ] {
        site.is_absent(target).await;
    }
    site.get("/s/dots..in.txt").await.assert_status(200);
    site.get("/s/with%20space.txt").await.assert_status(200);
}

#[cfg(unix)]
#[tokio::test]
async fn j11_a_symbolic_link_that_leads_out_is_404_and_one_inside_is_followed() {
    use std::os::unix::fs::symlink;
    let site = site();
    symlink(
        site.home.path().join("secret.txt"),
        site.root().join("out.txt"),
    )
    .unwrap();
    symlink("../secret.txt", site.root().join("out2.txt")).unwrap();
    symlink("../ab", site.root().join("outdir")).unwrap();
    symlink("/proc/self/environ", site.root().join("environ")).unwrap();
    symlink("loop", site.root().join("loop")).unwrap();
    symlink("a.txt", site.root().join("in.txt")).unwrap();
    for target in [
        "/s/out.txt",
        "/s/out2.txt",
        "/s/outdir/secret.txt",
        "/s/environ",
        "/s/loop",
    ] {
        site.get(target).await.assert_status(404);
    }
    site.get("/s/in.txt")
        .await
        .assert_status(200)
        .assert_text("0123456789");
}

/// Swaps a link between a file inside and one outside while it is asked for.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j12_a_link_that_is_swapped_while_it_is_opened_never_shows_what_is_outside() {
    use std::os::unix::fs::symlink;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let site = site();
    let (link, other) = (site.root().join("swap"), site.root().join("swap.new"));
    symlink("a.txt", &link).unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let swapper = std::thread::spawn({
        let (link, done) = (link.clone(), Arc::clone(&done));
        move || {
            let mut inside = false;
            while !done.load(Ordering::Relaxed) {
                symlink(if inside { "a.txt" } else { "../secret.txt" }, &other).unwrap();
                fs::rename(&other, &link).unwrap();
                inside = !inside;
            }
        }
    });
    let mut served = 0;
    for _ in 0..5_000 {
        let result = site.get("/s/swap").await;
        assert!(!result.text().contains("SECRET"));
        served += usize::from(result.status() == 200);
    }
    done.store(true, Ordering::Relaxed);
    swapper.join().unwrap();
    assert!(served > 0, "the link inside is served");
}

#[tokio::test]
async fn j13_names_that_begin_with_a_dot_are_404_unless_asked_for() {
    let hidden = site();
    hidden.get("/s/.env").await.assert_status(404);
    hidden.get("/s/.git/config").await.assert_status(404);
    let shown = site_with(|files| files.dotfiles(true));
    shown.get("/s/.env").await.assert_status(200);
}

#[tokio::test]
async fn j14_a_folder_is_404_with_and_without_slash() {
    let site = site();
    for target in [
        "/s",
        "/s/",
        "/s/sub",
        "/s/sub/",
        "/s//evil%2f..",
        "//evil%2f..",
    ] {
        site.is_absent(target).await;
    }
}

#[tokio::test]
async fn j16_a_range_that_is_none_is_passed_over() {
    let site = site();
    for range in [
        "",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-2",
        "items=0-1",
        "bytes 0-1",
    ] {
        let result = site.get_with("/s/a.txt", "range", range).await;
        result.assert_status(200).assert_text("0123456789");
    }
}

#[tokio::test]
async fn j17_a_range_is_cut_to_what_is_there() {
    let site = site();
    for (range, content_range, text) in [
        ("bytes=0-0", "bytes 0-0/10", "0"),
        ("bytes=-1", "bytes 9-9/10", "9"),
        ("bytes=0-", "bytes 0-9/10", "0123456789"),
        ("bytes=5-999999", "bytes 5-9/10", "56789"),
        ("bytes=-100", "bytes 0-9/10", "0123456789"),
    ] {
        let result = site.get_with("/s/a.txt", "range", range).await;
        result
            .assert_status(206)
            .assert_header("content-range", content_range)
            .assert_header("content-length", &text.len().to_string())
            .assert_text(text);
    }
}

#[tokio::test]
async fn j18_a_range_beyond_the_end_is_416_and_an_empty_file_is_whole() {
    let site = site();
    for range in ["bytes=999999-", "bytes=10-", "bytes=-0"] {
        let result = site.get_with("/s/a.txt", "range", range).await;
        result
            .assert_problem(416, "range_not_satisfiable")
            .assert_header("content-range", "bytes */10");
    }
    site.get_with("/s/empty.txt", "range", "bytes=0-")
        .await
        .assert_status(200)
        .assert_text("");
}

#[tokio::test]
async fn j19_several_ranges_are_sent_in_parts_and_too_many_as_the_whole() {
    let site = site();
    let result = site.get_with("/s/a.txt", "range", "bytes=0-1,8-").await;
    result.assert_status(206);
    let media_type = result.header("content-type").unwrap().to_owned();
    let boundary = media_type
        .strip_prefix("multipart/byteranges; boundary=")
        .unwrap();
    let part = |range: &str, text: &str| {
        format!(
            "\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Range: bytes {range}/10\r\n\r\n{text}"
        )
    };
    let body = format!(
        "{}{}\r\n--{boundary}--\r\n",
        part("0-1", "01"),
        part("8-9", "89")
    );
    result
        .assert_text(&body)
        .assert_header("content-length", &body.len().to_string());

    let many = format!("bytes={}", "0-1,".repeat(1000));
    let bytes = format!("bytes={}", "0-0,".repeat(4000));
    for range in [many.as_str(), &bytes, "bytes=0-5,3-8"] {
        let result = site.get_with("/s/a.txt", "range", range).await;
        result.assert_status(200).assert_text("0123456789");
    }
}

#[tokio::test]
async fn j20_strange_times_and_sizes_break_nothing_off_but_the_body() {
    let site = site();
    for seconds in [1_i64, 16_725_225_600] {
        let file = fs::File::options()
            .write(true)
            .open(site.root().join("a.txt"))
            .unwrap();
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs());
        file.set_modified(at).unwrap();
        site.get("/s/a.txt").await.assert_status(200);
    }
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1000);
    let file = fs::File::options()
        .write(true)
        .open(site.root().join("a.txt"))
        .unwrap();
    file.set_modified(before).unwrap();
    site.get("/s/a.txt").await.assert_status(200);
}

#[tokio::test]
async fn j20_a_file_that_becomes_shorter_while_it_is_sent_breaks_the_body_off() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("big.bin");
    fs::write(&path, vec![7; 300_000]).unwrap();
    let mut app = App::new();
    let shorten = path.clone();
    app.add_prefix("/s", StaticFiles::new(home.path()).unwrap())
        .after(Shorten(shorten));
    let result = TestClient::new(app).get("/s/big.bin").send().await;
    result
        .assert_status(200)
        .assert_header("content-length", "300000");
    assert!(result.body_error().is_some());
}

struct Shorten(std::path::PathBuf);

impl falcon_core::Hook for Shorten {
    async fn run(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        fs::File::options()
            .write(true)
            .open(&self.0)?
            .set_len(100_000)?;
        Ok(())
    }
}

#[tokio::test]
async fn a_large_file_is_sent_whole_and_in_parts() {
    let home = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
    fs::write(home.path().join("big.bin"), &bytes).unwrap();
    let mut app = App::new();
    app.add_prefix("/s", StaticFiles::new(home.path()).unwrap());
    let client = TestClient::new(app);
    let result = client.get("/s/big.bin").send().await;
    assert_eq!(result.bytes(), bytes);
    let result = client
        .get("/s/big.bin")
        .header("range", "bytes=100000-250000")
        .send()
        .await;
    result
        .assert_status(206)
        .assert_header("content-length", "150001");
    assert_eq!(result.bytes(), &bytes[100_000..=250_000]);
    let result = client
        .head("/s/big.bin")
        .header("range", "bytes=0-1")
        .send()
        .await;
    result
        .assert_status(200)
        .assert_header("content-length", "300000")
        .assert_text("");
}

#[tokio::test]
async fn j21_a_date_that_is_none_is_passed_over_and_old_forms_are_read() {
    let site = site();
    for date in [
        "garbage",
        "Sun, 06 Nov 1000000000 08:49:37 GMT",
        "((((((((((((((",
    ] {
        site.get_with("/s/a.txt", "if-modified-since", date)
            .await
            .assert_status(200);
    }
    for date in [
        "Thu, 04 Mar 2021 05:06:07 GMT",
        "Thursday, 04-Mar-21 05:06:07 GMT",
        "Thu Mar  4 05:06:07 2021",
    ] {
        site.get_with("/s/a.txt", "if-modified-since", date)
            .await
            .assert_status(304);
    }
}

#[tokio::test]
async fn j22_conditions_have_the_precedence_of_rfc_9110() {
    let site = site();
    let result = site
        .get_with("/s/a.txt", "if-none-match", "W/\"60406abf-a\"")
        .await;
    result
        .assert_status(304)
        .assert_header("etag", "\"60406abf-a\"")
        .assert_text("");
    assert!(result.header("content-type").is_none());
    for tag in ["*", "\"x\", \"60406abf-a\""] {
        site.get_with("/s/a.txt", "if-none-match", tag)
            .await
            .assert_status(304);
    }
    let later = "Fri, 01 Jan 2100 00:00:00 GMT";
    let both = site.client.get("/s/a.txt").header("if-none-match", "\"x\"");
    both.header("if-modified-since", later)
        .send()
        .await
        .assert_status(200);
    site.get_with("/s/a.txt", "if-match", "\"x\"")
        .await
        .assert_problem(412, "precondition_failed");
    let known = site.client.get("/s/a.txt").header("range", "bytes=0-1");
    known
        .header("if-range", "\"60406abf-a\"")
        .send()
        .await
        .assert_status(206);
    let stale = site.client.get("/s/a.txt").header("range", "bytes=0-1");
    stale
        .header("if-range", "\"x\"")
        .send()
        .await
        .assert_status(200);
}

#[cfg(unix)]
#[tokio::test]
async fn j23_what_is_no_plain_file_is_404_and_keeps_nobody_waiting() {
    let site = site();
    fs::create_dir(site.root().join("dir.txt")).unwrap();
    let pipe = std::process::Command::new("mkfifo")
        .arg(site.root().join("pipe"))
        .status()
        .unwrap();
    assert!(pipe.success());
    let _socket = std::os::unix::net::UnixListener::bind(site.root().join("socket")).unwrap();
    for target in ["/s/dir.txt", "/s/pipe", "/s/socket"] {
        let answer = tokio::time::timeout(Duration::from_secs(2), site.get(target));
        answer.await.unwrap().assert_status(404);
    }
}

#[tokio::test]
async fn j24_uploads_are_downloads_where_that_is_said() {
    let site = site_with(|files| files.downloadable(true));
    let result = site.get("/s/up.svg").await;
    result
        .assert_status(200)
        .assert_header("content-disposition", "attachment; filename=\"up.svg\"")
        .assert_header("x-content-type-options", "nosniff");
}

#[cfg(unix)]
#[cfg(target_os = "linux")]
#[tokio::test]
async fn j25_a_hundred_slow_readers_of_a_large_file_hold_a_chunk_each() {
    use falcon_core::http::Request as HttpRequest;
    use http_body::Body as _;

    fn resident() -> usize {
        let text = fs::read_to_string("/proc/self/statm").unwrap();
        text.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
    }
    let site = site();
    let large = fs::File::create(site.root().join("large.bin")).unwrap();
    large.set_len(1 << 30).unwrap();
    let service = site.client.service().clone();
    let before = resident();
    let mut readers = Vec::new();
    for _ in 0..100 {
        let request = HttpRequest::get("/s/large.bin")
            .body(String::new())
            .unwrap();
        let mut body = Box::pin(service.handle(request).await.into_body());
        let frame = std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await;
        let chunk = frame.unwrap().unwrap().into_data().unwrap();
        readers.push((body, chunk));
    }
    let held = resident().saturating_sub(before);
    assert!(held < 100 * (128 << 10), "{held} bytes are held");
    site.get("/s/a.txt").await.assert_status(200);
    drop(readers);
}

#[tokio::test]
async fn j26_what_cannot_be_opened_is_404_without_its_path() {
    let site = site();
    let long = format!("/s/{}", "a".repeat(300));
    site.is_absent(&long).await;
    site.is_absent(&format!("/s/{}", "a/".repeat(3000))).await;
    site.is_absent("/s/a.txt/below").await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_of_tomorrow_was_modified_now() {
    let site = site();
    let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    let path = site.home.path().join("a/a.txt");
    let file = fs::File::options().write(true).open(path);
    file.unwrap().set_modified(tomorrow).unwrap();
    let result = site.get("/s/a.txt").await;
    let told: HttpDate = result.header("last-modified").unwrap().parse().unwrap();
    assert!(told.get() <= SystemTime::now());
}

#[tokio::test]
async fn only_get_and_head_are_answered() {
    let site = site();
    let allow = "GET, HEAD, OPTIONS";
    for method in ["POST", "PUT", "DELETE"] {
        let result = site.client.request(method, "/s/a.txt").send().await;
        result.assert_status(405).assert_header("allow", allow);
    }
    let result = site.client.options("/s/nope").send().await;
    result.assert_status(204).assert_header("allow", allow);
    let result = site.client.head("/s/a.txt").send().await;
    result
        .assert_status(200)
        .assert_header("content-length", "10")
        .assert_text("");
}

#[tokio::test]
async fn an_index_and_a_fallback_stand_in_where_they_are_asked_for() {
    let site = site_with(|files| files.index("index.html"));
    for target in ["/s", "/s/"] {
        site.get(target)
            .await
            .assert_status(200)
            .assert_text("<!doctype html>index");
    }
    site.get("/s/sub/").await.assert_status(404);
    let site = site_with(|files| files.fallback("index.html"));
    for target in ["/s", "/s/", "/s/any/thing", "/s/sub"] {
        let result = site.get(target).await;
        result
            .assert_status(200)
            .assert_header("content-type", "text/html; charset=utf-8");
    }
    site.get("/s/sub/deep.txt")
        .await
        .assert_status(200)
        .assert_text("deep");
    site.get("/s/../secret.txt").await.assert_status(404);
}

#[tokio::test]
async fn media_types_are_those_that_were_set_then_those_that_are_known() {
    let site = site_with(|files| {
        files
            .guess_media_types(false)
            .media_type("txt", HeaderValue::from_static("text/x-own"))
    });
    for (target, media_type) in [
        ("/s/a.txt", "text/x-own"),
        ("/s/UPPER.TXT", "text/x-own"),
        ("/s/index.html", "application/octet-stream"),
    ] {
        site.get(target)
            .await
            .assert_header("content-type", media_type);
    }
}

#[tokio::test]
async fn routes_go_before_files() {
    struct Own;
    impl Resource for Own {
        async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
            resp.set_text("own");
            Ok(())
        }
    }
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("own"), "file").unwrap();
    let mut app = App::new();
    app.add_prefix("/s", StaticFiles::new(home.path()).unwrap());
    app.add_route("/s/own", Own);
    let client = TestClient::new(app);
    client.get("/s/own").send().await.assert_text("own");
    assert!(
        client
            .service()
            .route_for("/s/x")
            .unwrap()
            .answers(&Method::GET)
    );
}

#[test]
fn a_folder_that_is_not_there_is_an_error_that_names_it() {
    let error = StaticFiles::new(Path::new("/no/such/folder")).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the folder /no/such/folder cannot be served: ")
    );
}
