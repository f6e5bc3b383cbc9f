//! Time to build each built-in chip, and to search over 216 variants of a chip.
//!
//! `cargo bench --bench chips` runs it, one core. A chip should be built in at most 50 ms with nothing found before, and a
//! thousand variants in a minute: 216 in 13 s.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nm_trace::chip::design::Builder;
use nm_trace::chip::spec::SpecFile;
use nm_trace::chip::{BUILT_IN, open};

/// Components as of a datacenter chip, with parameters that move all of them, some of them or none.
const SEARCH: &str = include_str!("search.toml");

fn chips(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("build a chip with nothing found before");
    for chip in BUILT_IN {
        group.bench_with_input(BenchmarkId::from_parameter(chip.name), chip.name, |bencher, name| {
            bencher.iter(|| open(black_box(name)).unwrap());
        });
    }
    let one = SpecFile::new(SEARCH.split("[search]").next().unwrap().parse().unwrap());
    group.bench_function("one variant of the search", |bencher| {
        bencher.iter(|| Builder::default().search(black_box(&one)).unwrap());
    });
    group.finish();
    let mut group = criterion.benchmark_group("search a chip");
    group.sample_size(10);
    let all = SpecFile::new(SEARCH.parse().unwrap());
    group.bench_function("216 variants", |bencher| {
        bencher.iter(|| {
            let found = Builder::default().search(black_box(&all)).unwrap();
            assert_eq!(found.candidates.len() + found.unbuildable, 216);
        });
    });
    group.finish();
}

criterion_group!(benches, chips);
criterion_main!(benches);
