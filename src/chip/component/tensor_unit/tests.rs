#![allow(clippy::unwrap_used)]
use super::TensorUnit;
use crate::chip::component::test_context::{At, TYPICAL, show};
use crate::units::{Hertz, Volts};

#[test]
fn look() {
    let unit = TYPICAL.build::<TensorUnit>("rows = 256\ncolumns = 256\nmulti_pass_bits = 16").unwrap();
    show("tpu", &unit, 65536.0);
    let unit = TYPICAL.build::<TensorUnit>("rows = 256\ncolumns = 256").unwrap();
    show("plain", &unit, 65536.0);
    let at = At { nanometres: 22.0, supply: None, kelvin: 298.15, clock: Hertz(500e6) };
    let unit = at
        .build::<TensorUnit>(
            "rows = 16\ncolumns = 16\ninput_fifo_depth=0\noutput_fifo_depth=0\nskew=\"none\"",
        )
        .unwrap();
    show("gemmini", &unit, 256.0);
    let at = At { nanometres: 65.0, supply: Some(Volts(1.0)), kelvin: 298.15, clock: Hertz(200e6) };
    let unit = at
        .build::<TensorUnit>(
            r#"
rows = 12
columns = 14
operand = "int16"
interconnect = "multicast"
partial_sum_bits = 16
neighbour_bits = 64
stages = 2
buses = [
 { name = "filter_bus", bits = 64 },
 { name = "ifmap_bus", bits = 16, rows = 12, cells = 12 },
 { name = "psum_in_bus", bits = 64, cells = 1 },
 { name = "psum_out_bus", bits = 64, cells = 1 },
]
local_buffers = [
 { name = "filter_spad", words = 224, cell = "sram", read_write_ports = 1 },
 { name = "ifmap_spad", words = 12 },
 { name = "psum_spad", words = 24 },
]"#,
        )
        .unwrap();
    show("eyeriss", &unit, 168.0);
}
