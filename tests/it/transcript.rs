//! Transcripts: what a person sees, kept word for word in `tests/transcripts/`.

use modelgate_tests::Outcome;

/// Compares a run with its kept transcript. With `MODELGATE_UPDATE=1` it is written anew: read the difference.
#[track_caller]
pub(crate) fn assert_transcript(name: &str, outcome: &Outcome) {
    let path = modelgate_tests::folder().join("transcripts").join(format!("{name}.txt"));
    let seen = format!("exit {}\n--- stdout\n{}--- stderr\n{}", outcome.code, without_entry(&outcome.stdout), outcome.stderr);
    if std::env::var_os("MODELGATE_UPDATE").is_some() {
        std::fs::write(&path, &seen).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(seen == kept, "the transcript {name} changed; it was\n{kept}\nand is\n{seen}");
}

/// The name of a log entry is made from every byte of every document: what it is says nothing that a transcript is about.
fn without_entry(text: &str) -> String {
    let of_line = |line: &str| match line.split_once("log entry #") {
        Some((before, entry)) => {
            let number = entry.split(' ').next().unwrap_or_default();
            format!("{before}log entry #{number} (its name)\n")
        }
        None => format!("{line}\n"),
    };
    text.lines().map(of_line).collect()
}
