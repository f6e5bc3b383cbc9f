//! The files under `fixtures/`, made by `cargo run -p trace-formats --example make_bad_nmt`.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(folder)
}

/// `small.nmt` is of version 1 and has its encodings, `packed.nmt` of version 2.
#[test]
fn the_fixtures_read_as_the_independent_reader_read_them() {
    for (name, version) in [("small", 1), ("packed", 2)] {
        let bytes = fs::read(fixtures("nmt").join(name).with_extension("nmt")).unwrap();
        assert_eq!(bytes[8], version);
        let (_, items) = read(&bytes).unwrap();
        let mut csv = "start,end,component,action,count,region\n".to_owned();
        for item in &items {
            if let Item::Event { channel, regions, start, end, count }
            | Item::Window { channel, regions, start, end, count } = item
            {
                csv += &format!("{start},{end},{},{},{count},{regions}\n", channel.0, channel.1);
            }
        }
        assert_eq!(csv, fs::read_to_string(fixtures("nmt").join(name).with_extension("csv")).unwrap());
    }
}

#[test]
fn the_fixture_is_what_the_writer_writes_again() {
    let bytes = fs::read(fixtures("nmt/packed.nmt")).unwrap();
    let (metadata, items) = read(&bytes).unwrap();
    assert_eq!(write(&metadata, &items), bytes);
}

#[test]
fn every_bad_fixture_is_refused_however_it_is_fed() {
    let mut refused = 0;
    for entry in fs::read_dir(fixtures("bad/nmt")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "nmt") {
            let bytes = fs::read(&path).unwrap();
            let at_once = read(&bytes).map(drop).unwrap_err();
            let byte_by_byte = feed(&bytes, 1, &mut Memory::default()).unwrap_err();
            assert_eq!(at_once, byte_by_byte, "{}", path.display());
            refused += 1;
        }
    }
    assert!(refused >= 10, "only {refused} fixtures");
}
