//! Time to find an array, and to cost one array, wire, arithmetic unit or register file.
//!
//! `cargo bench --bench circuits` runs it. An array should be found in at most 5 ms, the others in microseconds.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nm_trace::chip::circuit::arithmetic::{NumberFormat, Operation, UnitRequest};
use nm_trace::chip::circuit::array::{ArrayRequest, CellKind, Limits, Objective, Ports, find};
use nm_trace::chip::circuit::registers::RegisterFileRequest;
use nm_trace::chip::circuit::wire::{Drive, Wire, WireRequest};
use nm_trace::chip::technology::{DeviceClass, Node, WireClass, WireProjection};
use nm_trace::units::{Hertz, Kelvin, Micrometres, Ratio};

fn request(capacity_bytes: u64, word_bytes: u32, ports: Ports) -> ArrayRequest {
    ArrayRequest {
        node: Micrometres(0.028),
        capacity_bytes,
        word_bytes,
        ports,
        cell: CellKind::Static(DeviceClass::HighPerformance),
        periphery: DeviceClass::HighPerformance,
        temperature: Kelvin(350.0),
        supply: None,
        banks: 1,
        organisation: None,
        objective: Objective::default(),
        limits: Limits::default(),
    }
}

fn arrays(criterion: &mut Criterion) {
    let one = Ports { read_write: 1, read: 0, write: 0 };
    let three = Ports { read_write: 0, read: 2, write: 1 };
    let mut group = criterion.benchmark_group("find an array");
    for (name, capacity, word, ports) in [
        ("2 KiB of 4 B, 1RW", 2 << 10, 4, one),
        ("64 KiB of 32 B, 1RW", 64 << 10, 32, one),
        ("8 MiB of 64 B, 1RW", 8 << 20, 64, one),
        // The slowest of the grid: most organisations are valid, and many are nearly as good.
        ("8 MiB of 4 B, 2R1W", 8 << 20, 4, three),
        ("24 MiB of 256 B, 1RW", 24 << 20, 256, one),
    ] {
        let request = request(capacity, word, ports);
        group.bench_with_input(BenchmarkId::from_parameter(name), &request, |bencher, request| {
            bencher.iter(|| find(black_box(request)).unwrap());
        });
    }
    group.finish();
    let free = request(64 << 10, 32, one);
    let given = ArrayRequest { organisation: Some(find(&free).unwrap().organisation), ..free };
    criterion.bench_function("an array of a given organisation", |bencher| {
        bencher.iter(|| find(black_box(&given)).unwrap());
    });
}

fn units(criterion: &mut Criterion) {
    let wire = WireRequest {
        node: Micrometres(0.028),
        class: WireClass::Global,
        projection: WireProjection::Conservative,
        length: Micrometres(2000.0),
        drive: Drive::Repeated { delay_budget: Ratio(0.3) },
        transistors: DeviceClass::HighPerformance,
        temperature: Kelvin(350.0),
        supply: None,
    };
    criterion
        .bench_function("a repeated wire", |bencher| bencher.iter(|| Wire::new(black_box(&wire)).unwrap()));
    let cells = Node::at(Micrometres(0.028)).unwrap().standard_cells(None, Kelvin(350.0)).unwrap();
    let operation = Operation::multiply_accumulate(NumberFormat::INT8, NumberFormat::INT32);
    let unit = UnitRequest::placed(operation, Some(Hertz(700e6))).unwrap();
    criterion.bench_function("a multiply-accumulator", |bencher| {
        bencher.iter(|| black_box(&unit).build(black_box(&cells)).unwrap());
    });
    let registers = RegisterFileRequest::placed(24, 16, 1, 1).unwrap();
    criterion.bench_function("a register file", |bencher| {
        bencher.iter(|| black_box(&registers).build(black_box(&cells)).unwrap());
    });
}

criterion_group!(benches, arrays, units);
criterion_main!(benches);
