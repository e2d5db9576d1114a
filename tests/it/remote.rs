//! Rows behind addresses: web servers and object stores, with everything that goes wrong on the way.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use modelgate_tests::{CONFIG, Gate, Outcome, Rows};
use serde_json::Value;

use crate::gate;
use crate::invariance::parquet;
use crate::transcript::assert_transcript;

/// What the server was asked.
#[derive(Debug, Clone)]
struct Asked {
    method: String,
    /// The path with its query.
    target: String,
    headers: BTreeMap<String, String>,
    /// How often this path was asked for before.
    before: usize,
}

/// What it answers: a head and a body, which need not fit each other.
struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn file(bytes: impl Into<Vec<u8>>) -> Self {
        let body = bytes.into();
        let head = format!(
            "200 OK\r\nContent-Length: {}\r\nETag: \"one\"\r\nLast-Modified: Mon, 01 Jun 2026 00:00:00 GMT\r\n\
             Content-Type: application/octet-stream",
            body.len()
        );
        Self { head, body }
    }

    fn status(status: &str) -> Self {
        let body = b"<Error><Code>Secret</Code><Message>canary-of-the-server</Message></Error>".to_vec();
        Self { head: format!("{status}\r\nContent-Length: {}", body.len()), body }
    }
}

/// A server of this process, on a port that the system chooses.
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    fn new(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let all = asked.clone();
        // It ends with the tests' process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = serve(stream, &all, &answer);
            }
        });
        Self { port, asked }
    }

    fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, all: &Mutex<Vec<Asked>>, answer: &impl Fn(&Asked) -> Answer) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = BTreeMap::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let asked = {
        let mut all = all.lock().unwrap();
        let before = all.iter().filter(|other| other.target == target).count();
        let asked = Asked { method, target, headers, before };
        all.push(asked.clone());
        asked
    };
    let Answer { head, body } = answer(&asked);
    stream.write_all(format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n").as_bytes())?;
    if asked.method != "HEAD" {
        stream.write_all(&body)?;
    }
    stream.flush()
}

/// A path without percent signs: Google's store is asked for `runs%2F7%2Frows%2Ecsv`.
fn decoded(path: &str) -> String {
    let mut parts = path.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (code, rest) = part.split_at(2);
        text + &char::from(u8::from_str_radix(code, 16).unwrap()).to_string() + rest
    })
}

/// A store with these objects, as S3 answers: single ones, and lists of what is below a prefix. `listed` may lie about sizes.
fn bucket(objects: &[(&str, Vec<u8>)], listed: impl Fn(usize) -> usize + Send + Sync + 'static) -> Server {
    let objects: BTreeMap<String, Vec<u8>> = objects.iter().map(|(key, bytes)| ((*key).to_owned(), bytes.clone())).collect();
    Server::new(move |asked| {
        let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
        if query.contains("list-type=2") {
            let prefix = query.split('&').find_map(|pair| pair.strip_prefix("prefix=")).unwrap_or_default().replace("%2F", "/");
            let mut list = String::from("<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated>");
            for (key, bytes) in objects.iter().filter(|(key, _)| key.starts_with(&prefix)) {
                write!(
                    list,
                    "<Contents><Key>{key}</Key><Size>{}</Size><LastModified>2026-06-01T00:00:00.000Z</LastModified><ETag>\"one\"</ETag>\
                     </Contents>",
                    listed(bytes.len())
                )
                .unwrap();
            }
            return Answer::file(list + "</ListBucketResult>");
        }
        let key = path.trim_start_matches('/').split_once('/').map_or("", |(_, key)| key);
        let key = decoded(key);
        objects.get(&key).map_or_else(|| Answer::status("404 Not Found"), |bytes| Answer::file(bytes.clone()))
    })
}

const SECRET: &str = "canary-secret-key-7741";

/// A folder whose configuration reads rows from an address, and which keeps temporary files in a folder of its own.
fn reading(address: &str) -> Gate {
    let config = CONFIG.replace("predictions: predictions.csv", &format!("predictions: \"{address}\""));
    let gate = gate().with("modelgate.yml", config);
    std::fs::create_dir(gate.path().join("tmp")).unwrap();
    gate
}

/// Runs `check` with the store's variables; nothing may be left behind, and no secret told.
#[track_caller]
fn checked(gate: &Gate, server: Option<&Server>) -> Outcome {
    let mut command = gate.command(&["check", "--quiet"]);
    command.env("TMPDIR", gate.path().join("tmp")).env("NO_PROXY", "*");
    if let Some(server) = server {
        let url = format!("http://127.0.0.1:{}", server.port);
        command.env("AWS_ENDPOINT_URL", &url).env("AWS_ACCESS_KEY_ID", "canary-id-7740").env("AWS_SECRET_ACCESS_KEY", SECRET);
        command.env("AWS_REGION", "eu-central-1");
        command.env("GOOGLE_BASE_URL", &url).env("GOOGLE_SKIP_SIGNATURE", "true");
        command.env("AZURE_STORAGE_ENDPOINT", &url).env("AZURE_STORAGE_ACCOUNT_NAME", "account");
        command.env("AZURE_STORAGE_ACCOUNT_KEY", "Y2FuYXJ5LWtleQ==");
    }
    let mut outcome = gate.finish(&mut command);
    let left: Vec<_> = std::fs::read_dir(gate.path().join("tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    let written = gate
        .files()
        .into_iter()
        .map(|name| String::from_utf8_lossy(&std::fs::read(gate.path().join(&name)).unwrap()).into_owned());
    for text in written.chain([outcome.stdout.clone(), outcome.stderr.clone()]) {
        assert!(!text.contains("canary") && !text.contains("Y2FuYXJ5"), "a secret is told:\n{text}");
    }
    if let Some(server) = server {
        outcome.stderr = outcome.stderr.replace(&format!("127.0.0.1:{}", server.port), "[SERVER]");
    }
    outcome
}

fn entry(gate: &Gate) -> Value {
    let log = gate.read("modelgate-ledger.jsonl");
    serde_json::from_str::<Value>(log.lines().last().unwrap()).unwrap()["record"].clone()
}

/// What a run on the same rows in a file gives.
fn of_a_file() -> Value {
    let gate = crate::ready();
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    entry(&gate)
}

#[test]
fn a_file_of_a_web_server_is_read_once_and_counts_as_one_of_a_disk() {
    let server = Server::new(|_| Answer::file(Rows::default().csv()));
    let gate = reading(&server.address("out/predictions.csv?download=1"));
    let _ = checked(&gate, Some(&server)).exits(0);
    let (found, expected) = (entry(&gate), of_a_file());
    for part in ["counts_sha256", "data_sha256", "split"] {
        assert_eq!(found[part], expected[part], "{part}");
    }
    let asked = server.asked();
    assert_eq!((asked.len(), asked[0].target.as_str()), (1, "/out/predictions.csv?download=1"), "{asked:?}");
    let croissant: Value = serde_json::from_str(&gate.read("modelgate-out/croissant.json")).unwrap();
    assert!(croissant["distribution"][0]["contentUrl"].as_str().unwrap().starts_with("http://127.0.0.1:"));
}

#[test]
fn objects_folders_and_patterns_of_a_store_count_as_the_same_files_of_a_disk() {
    let rows = Rows::default().csv();
    let (header, body) = rows.split_once('\n').unwrap();
    let lines: Vec<&str> = body.lines().collect();
    let shard = |part: &[&str]| format!("{header}\n{}\n", part.join("\n")).into_bytes();
    let objects = [
        ("runs/7/rows.csv", rows.clone().into_bytes()),
        ("runs/7/rows.parquet", parquet(&rows)),
        ("runs/8/part-0.csv", shard(&lines[..1500])),
        ("runs/8/part-1.csv", shard(&lines[1500..])),
        ("runs/8/_SUCCESS", Vec::new()),
        ("runs/9/other.csv", b"a\n1\n".to_vec()),
    ];
    let server = bucket(&objects, |size| size);
    let expected = of_a_file();
    for key in ["7/rows.csv", "7/rows.parquet", "8/", "8", "8/*.csv", "[78]/part-*.csv"] {
        let gate = reading(&format!("s3://bucket/runs/{key}"));
        let _ = checked(&gate, Some(&server)).exits(0);
        assert_eq!(entry(&gate)["counts_sha256"], expected["counts_sha256"], "{key}");
        let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
        let path = verdict["read"]["inputs"][0]["path"].as_str().unwrap();
        assert_eq!(path, format!("s3://bucket/runs/{key}").trim_end_matches('/'));
    }
    let signed =
        server.asked().iter().all(|asked| asked.headers.get("authorization").is_some_and(|key| key.contains("canary-id-7740/")));
    assert!(signed, "every request is signed by the key of the environment");
    for address in ["gs://bucket/runs/7/rows.csv", "az://bucket/runs/7/rows.csv"] {
        let gate = reading(address);
        let _ = checked(&gate, Some(&server)).exits(0);
        assert_eq!(entry(&gate)["data_sha256"], expected["data_sha256"], "{address}");
    }
}

#[test]
fn a_line_that_is_cut_is_taken_up_where_it_was() {
    let text = Rows::default().csv();
    let whole = text.clone().into_bytes();
    let server = Server::new(move |asked| {
        let mut answer = Answer::file(whole.clone());
        match asked.headers.get("range").and_then(|range| range.strip_prefix("bytes=")?.split('-').next()?.parse::<usize>().ok())
        {
            None => answer.body.truncate(40_000),
            Some(start) => {
                let length = whole.len();
                answer.body = whole[start..].to_vec();
                answer.head = format!(
                    "206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes {start}-{}/{length}\r\nETag: \"one\"\r\n\
                     Last-Modified: Mon, 01 Jun 2026 00:00:00 GMT",
                    length - start,
                    length - 1
                );
            }
        }
        answer
    });
    let gate = reading(&server.address("predictions.csv"));
    let _ = checked(&gate, Some(&server)).exits(0);
    assert_eq!(entry(&gate)["data_sha256"], of_a_file()["data_sha256"]);
    assert_eq!(server.asked().len(), 2, "{:?}", server.asked());
}

#[test]
fn a_server_that_is_ill_for_a_moment_is_asked_again() {
    let text = Rows::default().csv();
    let server = Server::new(move |asked| match asked.before {
        0 => Answer::status("503 Service Unavailable"),
        // Without an ETag nobody knows whether the rest is of the same file: it is fetched from its start.
        1 => Answer { head: format!("200 OK\r\nContent-Length: {}", text.len()), body: text.as_bytes()[..1000].to_vec() },
        _ => Answer { head: format!("200 OK\r\nContent-Length: {}", text.len()), body: text.clone().into_bytes() },
    });
    let gate = reading(&server.address("predictions.csv"));
    let _ = checked(&gate, Some(&server)).exits(0);
    assert_eq!(server.asked().len(), 3);
}

/// A run that ends without a decision, with its words kept.
#[track_caller]
fn no_decision(name: &str, gate: &Gate, server: Option<&Server>) {
    let before = gate.files();
    let outcome = checked(gate, server);
    assert_transcript(name, &outcome);
    assert_eq!(outcome.code, 2);
    assert_eq!(gate.files(), before, "nothing may be written");
}

#[test]
fn what_a_server_refuses_is_told_by_its_code() {
    for (name, status) in [
        ("remote-forbidden", "403 Forbidden"),
        ("remote-not-found", "404 Not Found"),
        ("remote-ill", "500 Internal Server Error"),
        ("remote-gone", "410 Gone"),
    ] {
        let server = Server::new(move |_| Answer::status(status));
        let gate = reading(&server.address("predictions.csv"));
        no_decision(name, &gate, Some(&server));
    }
    for (name, status) in [("remote-s3-unknown-caller", "401 Unauthorized"), ("remote-s3-forbidden", "403 Forbidden")] {
        let server = Server::new(move |_| Answer::status(status));
        no_decision(name, &reading("s3://bucket/rows.csv"), Some(&server));
    }
    no_decision("remote-s3-not-found", &reading("s3://bucket/rows.csv"), Some(&bucket(&[], |size| size)));
    no_decision("remote-s3-nothing-fits", &reading("s3://bucket/rows/*.csv"), Some(&bucket(&[], |size| size)));
    let other = bucket(&[("rows/a.csv", b"a\n1\n".to_vec()), ("rows/notes.txt", b"x".to_vec())], |size| size);
    no_decision("remote-s3-other-in-folder", &reading("s3://bucket/rows/"), Some(&other));
}

#[test]
fn files_that_do_not_come_whole_are_refused() {
    let text = Rows::default().csv();
    let cut = Server::new(move |_| Answer {
        head: format!("200 OK\r\nContent-Length: {}", text.len()),
        body: text.as_bytes()[..1000].to_vec(),
    });
    no_decision("remote-cut", &reading(&cut.address("predictions.csv")), Some(&cut));
    assert_eq!(cut.asked().len(), 3);
    let lying = bucket(&[("rows/a.csv", Rows::default().csv().into_bytes())], |size| size - 7);
    no_decision("remote-wrong-length", &reading("s3://bucket/rows/"), Some(&lying));
    let endless = Server::new(|_| Answer { head: "200 OK".to_owned(), body: Rows::default().csv().into_bytes() });
    no_decision("remote-no-length", &reading(&endless.address("predictions.csv")), Some(&endless));
    let page = Server::new(|_| Answer::file("<!DOCTYPE html><title>Sign in</title>"));
    no_decision("remote-web-page", &reading(&page.address("predictions.csv")), Some(&page));
}

#[test]
fn addresses_that_must_not_be_asked_are_refused_before_anybody_is() {
    for (name, address) in [
        ("remote-plain-http", "http://example.com/predictions.csv"),
        ("remote-signed-address", "https://example.com/predictions.csv?sig=canary-signature"),
        ("remote-password", "https://user:canary@example.com/predictions.csv"),
        ("remote-unknown-scheme", "ftp://example.com/predictions.csv"),
        ("remote-folder-of-server", "https://example.com/rows/"),
        ("remote-no-bucket", "s3:///rows.csv"),
    ] {
        let gate = reading(address);
        let outcome = gate.run(&["check", "--quiet"]);
        assert!(!outcome.stderr.contains("canary") && !outcome.stdout.contains("canary"), "{}", outcome.stderr);
        assert!(!gate.has("modelgate-out"));
        assert_transcript(name, &outcome);
        assert_eq!(outcome.code, 2);
    }
    let open = CONFIG.replace("predictions: predictions.csv", "predictions: \"s3://bucket/rows.csv\"");
    let gate = gate().with("modelgate.yml", open);
    let mut command = gate.command(&["check", "--quiet"]);
    command.env("AWS_ENDPOINT_URL", "http://store.example.com").env("AWS_ALLOW_HTTP", "true");
    assert_transcript("remote-s3-plain-http", &gate.finish(&mut command));
    let written = CONFIG.to_owned() + "output:\n  directory: s3://bucket/out\n  ledger: s3://bucket/log.jsonl\n";
    let gate = crate::ready().with("modelgate.yml", written);
    assert_transcript("remote-output", &gate.run(&["check", "--quiet"]));
}

#[test]
fn a_server_that_is_not_there_is_told() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gate = reading(&format!("http://127.0.0.1:{port}/predictions.csv"));
    let mut outcome = checked(&gate, None);
    outcome.stderr = outcome.stderr.replace(&port.to_string(), "[PORT]");
    assert_transcript("remote-no-server", &outcome);
}
