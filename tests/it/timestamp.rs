//! Time stamps of the trail, by an authority that openssl plays on this machine.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use modelgate_tests::Gate;

use crate::trail::{files, rewritten, with_trail};

const CONFIG: &str = "\
[tsa]
default_tsa = one
[one]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
";

/// Runs openssl in a folder; none where it is not installed.
fn openssl(folder: &Path, arguments: &[&str]) -> Option<bool> {
    Some(Command::new("openssl").args(arguments).current_dir(folder).output().ok()?.status.success())
}

/// An authority that answers at an address, `times` times. With `of`, it stamps that instead of what it is asked for.
fn authority(gate: &Gate, times: usize, of: Option<&str>) -> Option<String> {
    let folder: PathBuf = gate.path().join("authority");
    std::fs::create_dir_all(&folder).unwrap();
    if !folder.join("tsa.pem").exists() {
        std::fs::write(folder.join("tsa.cnf"), CONFIG).unwrap();
        std::fs::write(folder.join("serial"), "01\n").unwrap();
        let made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.pem", "-subj", "/CN=tsa"];
        let of_stamps = ["-days", "3650", "-addext", "extendedKeyUsage=critical,timeStamping"];
        assert!(openssl(&folder, &[&made[..], &of_stamps].concat())?);
    }
    let other = of.map(str::to_owned);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let _ = std::thread::spawn(move || {
        for stream in listener.incoming().take(times) {
            let mut stream = stream.unwrap();
            let mut asked = Vec::new();
            let question = loop {
                let mut part = [0; 4096];
                let read = stream.read(&mut part).unwrap();
                asked.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&asked).to_lowercase();
                let Some(end) = asked.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
                assert!(text.contains("content-type: application/timestamp-query"), "{text}");
                let length =
                    text.split("content-length: ").nth(1).unwrap().lines().next().unwrap().trim().parse::<usize>().unwrap();
                if asked.len() >= end + 4 + length {
                    break asked[end + 4..].to_vec();
                }
            };
            std::fs::write(folder.join("asked.tsq"), question).unwrap();
            if let Some(other) = &other {
                std::fs::write(folder.join("other"), other).unwrap();
                assert_eq!(
                    openssl(&folder, &["ts", "-query", "-data", "other", "-sha256", "-cert", "-out", "asked.tsq"]),
                    Some(true)
                );
            }
            let reply =
                ["ts", "-reply", "-config", "tsa.cnf", "-queryfile", "asked.tsq", "-inkey", "tsa.key", "-signer", "tsa.pem"];
            assert_eq!(openssl(&folder, &[&reply[..], &["-out", "answer.tsr"]].concat()), Some(true));
            let answer = std::fs::read(folder.join("answer.tsr")).unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {}\r\n\r\n",
                answer.len()
            );
            stream.write_all(&[head.as_bytes(), &answer].concat()).unwrap();
        }
    });
    Some(address)
}

#[test]
fn an_authority_s_word_on_the_trail_is_kept_and_openssl_believes_it() {
    let gate = with_trail();
    let Some(address) = authority(&gate, 1, None) else { return };
    let stamp = ["audit", "timestamp", "--url", &address];
    let _ = gate.run(&stamp).exits(0).prints("the first 5 entries were there at 20").prints("timestamps/00000005-");
    let _ = gate.run(&["audit", "verify"]).exits(0).prints("1 time stamp is of it");
    let _ = gate.run(&["audit", "record", "monitor", "--reason", "later"]).exits(0);
    let _ = gate.run(&["audit", "verify"]).exits(0).prints("1 time stamp is of it");
    gate.git(&["worktree", "add", "-q", "trail", "modelgate-records"]);
    let kept = files(&gate, "timestamps");
    let [checkpoint, answer] = &kept[..] else { panic!("{kept:?}") };
    let verify = |data: &str| {
        let verify = ["ts", "-verify", "-data", data, "-in", answer, "-CAfile", "authority/tsa.pem"];
        openssl(gate.path(), &verify)
    };
    assert_eq!((verify(checkpoint), verify("modelgate.yml")), (Some(true), Some(false)));
    gate.git(&["worktree", "remove", "--force", "trail"]);
    rewritten(&gate, |gate| {
        let path = &files(gate, "timestamps")[0];
        gate.write(path, gate.read(path).replacen("\n5\n", "\n4\n", 1));
    });
    let _ = gate.run(&["audit", "verify"]).exits(1).prints("other-bytes: timestamps/00000005-");
}

#[test]
fn a_stamp_of_a_trail_that_was_written_anew_is_found() {
    let gate = with_trail();
    let Some(address) = authority(&gate, 1, None) else { return };
    let _ = gate.run(&["audit", "timestamp", "--url", &address]).exits(0);
    rewritten(&gate, |gate| {
        for path in files(gate, "log").iter().chain(&files(gate, "objects")) {
            std::fs::remove_file(gate.path().join(path)).unwrap();
        }
        for path in ["trail/checkpoint", "trail/frontier"] {
            std::fs::remove_file(gate.path().join(path)).unwrap();
        }
    });
    for n in 0..5 {
        let _ = gate.run(&["audit", "record", "monitor", "--reason", &format!("other {n}")]).exits(0);
    }
    let _ =
        gate.run(&["audit", "verify"]).exits(1).prints("rewritten: the first 5 entries are not those that timestamps/00000005-");
}

#[test]
fn an_answer_about_something_else_is_not_kept() {
    let gate = with_trail();
    let Some(address) = authority(&gate, 1, Some("something else")) else { return };
    let _ = gate.run(&["audit", "timestamp", "--url", &address]).exits(2).says("a time stamp of something else");
    let dead = ["audit", "timestamp", "--url", "http://ada:secret@127.0.0.1:9"];
    let failed = gate.run(&dead).exits(2).says("127.0.0.1:9 gave no time stamp");
    assert!(!failed.stderr.contains("secret"), "{}", failed.stderr);
    assert!(!gate.git(&["ls-tree", "-r", "--name-only", "modelgate-records"]).contains("timestamps"));
}
