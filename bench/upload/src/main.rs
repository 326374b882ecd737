//! How much memory a form with a large file takes in the server that reads it.
//!
//! `upload GIB` starts itself a second time as the server, sends a form with a file of so many GiB over
//! a socket, and prints by how much the server's memory has grown at most over what it had when it
//! was idle. More than 8 MiB is a failure.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;

use falcon::BodyLimit;
use falcon::prelude::*;
use falcon::server::Server;

const MOST_KIB: u64 = 8 << 10;

struct Uploads;

impl Resource for Uploads {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let mut form = req.multipart()?;
        let mut total: u64 = 0;
        while let Some(mut part) = form.next_part().await? {
            while let Some(chunk) = part.chunk().await? {
                total += chunk.len() as u64;
            }
        }
        resp.set_text(format!("{total}"));
        Ok(())
    }
}

fn serve() -> Result<(), falcon::server::Error> {
    let mut app = App::new();
    app.add_route("/", Uploads).with(BodyLimit::bytes(1 << 40));
    let server = Server::new(app)?.bind("127.0.0.1:0")?.start()?;
    println!("{}", server.local_addr());
    server.wait()
}

/// A line of `/proc/PID/status`, in KiB.
fn memory(server: &Child, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("its memory");
    line.trim_matches(|c: char| !c.is_ascii_digit()).parse().expect("a number")
}

/// Sends a form with a file of so many bytes, and returns the answer.
fn send(addr: &str, length: u64) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(addr)?;
    let start = "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"large\"\r\n\r\n";
    let end = "\r\n--XX--\r\n";
    let total = length + (start.len() + end.len()) as u64;
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=XX\r\n\
         Content-Length: {total}\r\nConnection: close\r\n\r\n{start}"
    )?;
    // Looks like the beginning of a delimiter now and then.
    let block = b"\r\n--Xabcdefghijk\r\n-".repeat(3641);
    let mut left = length;
    while left > 0 {
        let piece = &block[..block.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
        stream.write_all(piece)?;
        left -= piece.len() as u64;
    }
    stream.write_all(end.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn main() -> ExitCode {
    let argument = std::env::args().nth(1).unwrap_or_else(|| "1".to_owned());
    if argument == "serve" {
        return serve().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    let length = argument.parse::<u64>().expect("how many GiB") << 30;
    let this = std::env::current_exe().expect("this program");
    let mut server = Command::new(this).arg("serve").stdout(Stdio::piped()).spawn().expect("the server");
    let mut output = std::io::BufReader::new(server.stdout.take().expect("its output"));
    let mut addr = String::new();
    std::io::BufRead::read_line(&mut output, &mut addr).expect("its address");
    // What one request needs, whatever it is, is not the upload's.
    let warm = send(addr.trim(), 1 << 10).expect("an answer");
    assert!(warm.ends_with("\r\n\r\n1024"), "{warm}");
    let idle = memory(&server, "VmRSS:");
    let since = Instant::now();
    let answer = send(addr.trim(), length).expect("an answer");
    let took = since.elapsed();
    let most = memory(&server, "VmHWM:");
    server.kill().expect("it ends");
    assert!(answer.ends_with(&format!("\r\n\r\n{length}")), "{answer}");
    let grown = most.saturating_sub(idle);
    println!("idle          {idle:>8} KiB");
    println!("at most       {most:>8} KiB");
    println!("grown by      {grown:>8} KiB for {} GiB in {took:.1?}", length >> 30);
    if grown > MOST_KIB {
        println!("that is more than {MOST_KIB} KiB");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
