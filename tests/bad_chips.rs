//! Every file in `fixtures/bad/chips/` is refused with exactly the message that its first line expects: the key's path,
//! the value, the reason and what would do. A chip that exceeds limits of its own file is shown all the same.
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
        let is_shown =
            message.contains("  `limits.") && !name.starts_with("range-") && !name.starts_with("type-");
        if output.status.code() != Some(2)
            || output.stdout.is_empty() == is_shown
            || message.contains("panicked")
        {
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

/// A core of 0.3 mm2 with a limit of 0.01 mm2.
const TOO_LARGE: &str = "bad/chips/infeasible-area.toml";

#[test]
fn a_chip_beyond_its_limits_is_shown_with_its_breakdown_and_ends_with_the_limit() {
    let output = program().arg("chip").arg(fixture(TOO_LARGE)).output().unwrap();
    let (page, message) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(2));
    assert!(page.contains("Thermal design power") && page.contains("tensor_unit"), "{page}");
    assert!(message.contains("`limits.area`: 0.01 mm²: the chip has"), "{message}");
    assert!(message.contains("the nearest limit that works is"), "{message}");
    let output = program().arg("chip").arg(fixture(TOO_LARGE)).arg("--json").output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let exceeded = &report["design"]["exceeded"][0];
    assert_eq!(exceeded["limit"], "limits.area");
    let area = report["area_mm2"].as_f64().unwrap();
    assert!((exceeded["times"].as_f64().unwrap() / (area / 0.01) - 1.0).abs() < 1e-9, "{exceeded} {area}");
}

#[test]
fn a_chip_beyond_its_limits_is_neither_exported_nor_replayed() {
    for arguments in [vec!["chip", "export"], vec!["replay", "fixtures/activity/long.csv", "--chip"]] {
        let output = program().args(arguments).arg(fixture(TOO_LARGE)).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && output.stdout.is_empty(), "{message}");
        assert!(message.contains("`limits.area`: 0.01 mm²: the chip has"), "{message}");
    }
}
