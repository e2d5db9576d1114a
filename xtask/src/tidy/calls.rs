//! The calls that live in few rooms: clock, environment, file writes and child processes.

/// A family of calls with the rooms that may make them.
#[derive(Debug)]
pub(super) struct Family {
    /// What the calls reach for.
    what: &'static str,
    /// The paths that reach for it; a path covers what is below it, and `::*` only what is below.
    paths: &'static [&'static str],
    /// Methods that reach for it, whatever they are called on.
    methods: &'static [&'static str],
    /// Paths below those that are free.
    free: &'static [&'static str],
    /// The folders and files that may.
    rooms: &'static [&'static str],
    /// What to do elsewhere.
    cure: &'static str,
}

/// Chores and end-to-end tests are no part of the product and are free.
const FREE: &[&str] = &["xtask/", "tests/"];

const FAMILIES: &[Family] = &[
    Family {
        what: "the clock",
        paths: &[
            "std::time::SystemTime::now",
            "std::time::SystemTime::elapsed",
            "jiff::Zoned::now",
            "jiff::Timestamp::now",
            "jiff::tz::TimeZone::system",
        ],
        methods: &[],
        free: &[],
        rooms: &["crates/modelgate/"],
        cure: "take the time as an argument",
    },
    Family {
        what: "the stopwatch",
        paths: &["std::time::Instant::now", "std::time::Instant::elapsed"],
        // Also on the time of a file, which is then compared with the clock.
        methods: &["elapsed"],
        free: &[],
        rooms: &["crates/modelgate/", "crates/modelgate-model/"],
        cure: "measure in the command line",
    },
    Family {
        what: "the environment",
        paths: &["std::env::*"],
        methods: &[],
        free: &["std::env::consts"],
        rooms: &["crates/modelgate/"],
        cure: "take the value as an argument",
    },
    Family {
        what: "writing files",
        paths: &[
            "std::fs::write",
            "std::fs::rename",
            "std::fs::copy",
            "std::fs::remove_file",
            "std::fs::remove_dir",
            "std::fs::remove_dir_all",
            "std::fs::create_dir",
            "std::fs::create_dir_all",
            "std::fs::hard_link",
            "std::fs::soft_link",
            "std::fs::set_permissions",
            "std::fs::DirBuilder",
            "std::fs::OpenOptions",
            "std::fs::File::create",
            "std::fs::File::create_new",
            "std::fs::File::create_buffered",
            "std::fs::File::options",
            "std::os::unix::fs::symlink",
            "csv::Writer::from_path",
            "tempfile::*",
        ],
        methods: &[],
        free: &[],
        // What is fetched is kept in files without a name; a browser prints into a folder that is gone afterwards.
        rooms: &["crates/modelgate/src/output.rs", "crates/modelgate/src/browser.rs", "crates/modelgate-data/src/remote/kept.rs"],
        cure: "return the bytes and let crates/modelgate/src/output.rs write them",
    },
    Family {
        what: "child processes",
        paths: &["std::process::Command"],
        methods: &[],
        free: &[],
        rooms: &["crates/modelgate-model/", "crates/modelgate-forge/", "crates/modelgate/src/browser.rs"],
        cure: "let modelgate-model run the user's program, modelgate-forge git, or crates/modelgate/src/browser.rs a browser",
    },
];

/// What is wrong with a use of this path, such as `std::env::var`, in this file.
pub(super) fn problem_with_use(file: &str, path: &[String]) -> Option<String> {
    let family = FAMILIES.iter().find(|family| family.covers(path) && !family.is_room(file))?;
    Some(family.told(&path.join("::")))
}

/// What is wrong with calling a method of this name, in this file.
pub(super) fn problem_with_method(file: &str, name: &str) -> Option<String> {
    let family = FAMILIES.iter().find(|family| family.methods.contains(&name) && !family.is_room(file))?;
    Some(family.told(&format!(".{name}()")))
}

/// What is wrong with importing everything below this path: it would hide a call from a reader, and from tidy.
pub(super) fn problem_with_glob(file: &str, path: &[String]) -> Option<String> {
    let family = FAMILIES.iter().find(|family| family.is_below(path) && !family.is_room(file))?;
    Some(format!("`{}::*` imports {} unseen: name what is used", path.join("::"), family.what))
}

/// What is wrong with handing this path on to other modules: they would reach for it under another name.
pub(super) fn problem_with_re_export(file: &str, path: &[String]) -> Option<String> {
    let handed_on = |family: &&Family| family.covers(path) || family.is_below(path);
    let family = FAMILIES.iter().filter(|_| !is_free(file)).find(handed_on)?;
    Some(format!("re-exporting `{}` takes {} out of its room: wrap what is needed in a function", path.join("::"), family.what))
}

fn is_free(file: &str) -> bool {
    FREE.iter().any(|room| file.starts_with(room))
}

impl Family {
    fn is_room(&self, file: &str) -> bool {
        is_free(file) || self.rooms.iter().any(|room| file.starts_with(room))
    }

    fn told(&self, call: &str) -> String {
        format!("`{call}` reaches for {}, which is no business of this room: {}", self.what, self.cure)
    }

    /// Whether this path is one of the family's.
    fn covers(&self, path: &[String]) -> bool {
        !self.free.iter().any(|free| begins(path, free)) && self.paths.iter().any(|known| covers(known, path))
    }

    /// Whether one of the family's paths lies below this one.
    fn is_below(&self, path: &[String]) -> bool {
        self.paths.iter().any(|known| {
            let known: Vec<&str> = known.split("::").collect();
            known.len() > path.len() && path.iter().zip(&known).all(|(one, other)| one == other)
        })
    }
}

fn covers(known: &str, path: &[String]) -> bool {
    match known.strip_suffix("::*") {
        Some(module) => begins(path, module) && path.len() > module.split("::").count(),
        None => begins(path, known),
    }
}

fn begins(path: &[String], start: &str) -> bool {
    let mut own = path.iter();
    start.split("::").all(|segment| own.next().is_some_and(|name| name == segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split("::").map(str::to_owned).collect()
    }

    #[test]
    fn every_path_of_every_family_is_refused_outside_its_rooms() {
        for family in FAMILIES {
            for known in family.paths {
                let call = path(&known.replace('*', "var"));
                assert!(problem_with_use("crates/modelgate-eval/src/a.rs", &call).is_some(), "{known}");
                for room in family.rooms.iter().chain(FREE) {
                    let file = if room.ends_with('/') { format!("{room}src/a.rs") } else { (*room).to_owned() };
                    assert_eq!(problem_with_use(&file, &call), None, "{known} in {file}");
                }
            }
        }
    }

    #[test]
    fn rooms_are_as_narrow_as_they_say() {
        let refused = |file: &str, call: &str| problem_with_use(file, &path(call)).is_some();
        assert!(refused("crates/modelgate/src/pipeline.rs", "std::fs::write"));
        assert!(refused("crates/modelgate-data/src/a.rs", "std::process::Command::new"));
        assert!(refused("crates/modelgate/src/cli.rs", "std::process::Command::new"));
        assert!(refused("crates/modelgate-model/src/a.rs", "std::time::SystemTime::now"));
        assert!(refused("crates/modelgate-policy/src/a.rs", "std::env::args"));
        assert!(!refused("crates/modelgate-data/src/a.rs", "std::fs::File::open"));
        assert!(!refused("crates/modelgate-data/src/a.rs", "std::env::consts::OS"));
        assert!(!refused("crates/modelgate-data/src/a.rs", "std::env"));
        assert!(!refused("crates/modelgate-data/src/a.rs", "std::time::SystemTime"));
    }

    #[test]
    fn what_hides_a_call_is_a_problem_of_its_own() {
        let data = "crates/modelgate-data/src/a.rs";
        assert!(problem_with_glob(data, &path("std::fs")).is_some());
        assert_eq!(problem_with_glob(data, &path("std::io")), None);
        assert!(problem_with_re_export(data, &path("std::fs")).is_some());
        assert!(problem_with_re_export("crates/modelgate/src/output.rs", &path("std::fs::write")).is_some());
        assert_eq!(problem_with_re_export(data, &path("std::fs::File::open")), None);
        assert_eq!(problem_with_re_export("tests/src/lib.rs", &path("std::fs")), None);
    }
}
