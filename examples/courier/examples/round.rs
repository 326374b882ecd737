//! How long courier's whole round takes: the panel posts a command, the agent's long poll wakes, the
//! agent puts a result, the panel's wait returns. 200 agents poll meanwhile, over real sockets.
//!
//! After each round, as many messages go to and fro through a bare echo, in the same moment and on the
//! same machine: what that takes is no fault of ours.
//!
//! `cargo run --release -p courier --example round` prints the distribution as a plot, and fails if
//! the 99th percentile is 5 ms or more, and more than a few times that of the bare echo too.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use courier::{Courier, create_app};
use falcon::BoxError;
use falcon::server::Server;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const AGENTS: usize = 200;
const ROUNDS: usize = 1000;
const LIMIT: Duration = Duration::from_millis(5);

/// A round is six messages: two requests of the panel and one of the agent, each with its answer.
const ECHOES: usize = 3;

/// How many times longer than bare echoes a round may take where the machine is too busy for
/// [`LIMIT`]. On a quiet one it is about 9.
const FACTOR: u32 = 15;

fn main() -> Result<ExitCode, BoxError> {
    let folder = std::env::temp_dir().join(format!("courier-round-{}", std::process::id()));
    let courier = Courier::open(&folder)?;
    let stopping = courier.clone();
    let server = Server::new(create_app(&courier, None))?
        .on_stop(move || stopping.stop())
        .bind("127.0.0.1:0")?
        .start()?;
    let addr = server.local_addr().to_string();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (mut times, mut bare) = runtime.block_on(measure(&addr))?;
    server.stop();
    drop(runtime);
    server.wait()?;
    std::fs::remove_dir_all(&folder)?;
    times.sort();
    bare.sort();
    Ok(report(&times, &bare))
}

/// The times of the rounds, and of the bare echoes between them.
async fn measure(addr: &str) -> Result<(Vec<Duration>, Vec<Duration>), BoxError> {
    let mut echo = TcpStream::connect(start_echo()?).await?;
    echo.set_nodelay(true)?;
    let mut panel = Client::connect(addr).await?;
    let mut agents = Vec::new();
    for i in 0..AGENTS {
        let new = json!({"hostname": format!("h{i}"), "platform": "linux", "version": "1"});
        let agent = panel.send("POST", "/v1/agents", Some(&new)).await?;
        agents.push(agent["id"].as_str().unwrap_or_default().to_owned());
    }
    for agent in &agents {
        let client = Client::connect(addr).await?;
        tokio::spawn(be_an_agent(client, agent.clone()));
    }
    // All of them are to be waiting when the clock starts.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut times = Vec::with_capacity(ROUNDS);
    let mut bare = Vec::with_capacity(ROUNDS);
    for i in 0..ROUNDS {
        let agent = agents.get(i * 7 % AGENTS).ok_or("no agent")?;
        let since = Instant::now();
        let command = json!({"kind": "ls", "args": {"path": "/"}});
        let posted = panel
            .send(
                "POST",
                &format!("/v1/agents/{agent}/commands"),
                Some(&command),
            )
            .await?;
        let id = posted["id"].as_str().ok_or("no command")?;
        let done = panel
            .send("GET", &format!("/v1/commands/{id}?wait=10"), None)
            .await?;
        times.push(since.elapsed());
        if done["state"] != "done" {
            return Err(format!("a round did not end: {done}").into());
        }
        bare.push(time_echoes(&mut echo).await?);
    }
    Ok((times, bare))
}

/// A thread that sends back what it reads.
fn start_echo() -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    std::thread::spawn(move || -> std::io::Result<()> {
        let (mut stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        let mut buffer = [0; 256];
        loop {
            stream.read_exact(&mut buffer)?;
            stream.write_all(&buffer)?;
        }
    });
    Ok(addr)
}

async fn time_echoes(echo: &mut TcpStream) -> std::io::Result<Duration> {
    let since = Instant::now();
    let mut buffer = [0; 256];
    for _ in 0..ECHOES {
        echo.write_all(&buffer).await?;
        echo.read_exact(&mut buffer).await?;
    }
    Ok(since.elapsed())
}

/// Polls, answers, and polls again, until the server goes away.
async fn be_an_agent(mut client: Client, id: String) {
    let next = format!("/v1/agents/{id}/commands/next?wait=30");
    while let Ok(command) = client.send("GET", &next, None).await {
        let Some(id) = command["id"].as_str() else {
            continue;
        };
        let result = json!({"status": "ok", "output": ["bin", "etc"]});
        if client
            .send("PUT", &format!("/v1/commands/{id}/result"), Some(&result))
            .await
            .is_err()
        {
            return;
        }
    }
}

/// A connection that is kept.
struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    async fn connect(addr: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::new(),
        })
    }

    async fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, BoxError> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: courier\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|at| at == b"\r\n\r\n") {
                break end + 4;
            }
            self.read().await?;
        };
        let text =
            String::from_utf8_lossy(self.buffer.get(..head).unwrap_or_default()).into_owned();
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
            .unwrap_or(0);
        while self.buffer.len() < head + length {
            self.read().await?;
        }
        Ok(serde_json::from_slice(self.buffer.get(head..).unwrap_or_default()).unwrap_or_default())
    }

    async fn read(&mut self) -> Result<(), BoxError> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(())
    }
}

#[expect(
    clippy::print_stdout,
    reason = "a program that measures tells what it found"
)]
fn report(times: &[Duration], bare: &[Duration]) -> ExitCode {
    println!("{} rounds while {AGENTS} agents poll\n", times.len());
    let step = Duration::from_micros(250);
    for i in 0..20 {
        let (from, to) = (step * i, step * (i + 1));
        let count = times
            .iter()
            .filter(|time| **time >= from && **time < to)
            .count();
        let bar = "#".repeat((count * 60).div_ceil(times.len().max(1)));
        if count > 0 {
            println!("{:>5.2} ms  {bar} {count}", from.as_secs_f64() * 1e3);
        }
    }
    let slower = times.iter().filter(|time| **time >= step * 20).count();
    println!("slower: {slower}\n");
    for p in [50, 90, 99, 100] {
        println!(
            "p{p:<3} {:>6.2} ms, bare echoes {:>6.2} ms",
            percentile(times, p).as_secs_f64() * 1e3,
            percentile(bare, p).as_secs_f64() * 1e3,
        );
    }
    let limit = LIMIT.max(percentile(bare, 99) * FACTOR);
    println!("limit of p99: {:.2} ms", limit.as_secs_f64() * 1e3);
    if percentile(times, 99) < limit {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn percentile(sorted: &[Duration], p: usize) -> Duration {
    let last = sorted.len().saturating_sub(1);
    let at = (sorted.len() * p / 100).min(last);
    sorted.get(at).copied().unwrap_or_default()
}
