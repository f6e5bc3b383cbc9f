//! Every file in `fixtures/bad/chips/` is refused with exactly the message that its first line expects: the key's path,
//! the value, the reason and what would do.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{fixture, program};

const EXPECTED: &str = "# expected: ";

/// The problems of the message, one a line, without the file's name.
fn problems(message: &str) -> Vec<String> {
    message.lines().skip(1).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn each_bad_chip_is_refused_with_its_one_message() {
    let bless = std::env::var_os("NM_TRACE_BLESS").is_some();
    let mut wrong = Vec::new();
    let mut files: Vec<_> =
        std::fs::read_dir(fixture("bad/chips")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in &files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let output = program().arg("chip").arg(path).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.code() != Some(2) || !output.stdout.is_empty() || message.contains("panicked") {
            wrong.push(format!("{name}: not refused: {:?}\n{message}", output.status.code()));
            continue;
        }
        let found = problems(&message);
        if found.len() != 1 {
            wrong.push(format!("{name}: not one message:\n{message}"));
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        let (first, rest) = text.split_once('\n').unwrap();
        let today = format!("{EXPECTED}{}", found[0]);
        if bless {
            let rest = if first.starts_with(EXPECTED) { rest } else { text.as_str() };
            std::fs::write(path, format!("{today}\n{rest}")).unwrap();
        } else if first != today {
            wrong.push(format!("{name}:\n  expected {first}\n  found    {today}"));
        }
    }
    assert!(wrong.is_empty(), "{}\nif meant: NM_TRACE_BLESS=1", wrong.join("\n"));
    assert!(files.len() > 30, "only {} files", files.len());
}
