//! SCALE-Sim's topology CSV, of which the layers' names are read.
//!
//! A convolution's row is `name, height, width, filter height, filter width, channels, filters, stride,`
//! and a matrix product's is `name, M, N, K,`. The first line is a header, blank lines are skipped, and
//! the last field is cut off whether or not anything stands after the last comma. A convolution with `DP`
//! in its name is run once a channel.

use std::path::Path;

use crate::error::{DataError, excerpt};

/// The most layers that a topology may expand to.
const MOST_LAYERS: usize = 1 << 20;

/// Reads the names of the layers in the order in which SCALE-Sim numbers them.
///
/// # Errors
/// A file that cannot be read or is no topology, with the line.
pub fn read_layer_names(path: &Path) -> Result<Vec<String>, DataError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| DataError::io(&error).in_file(&name))?;
    parse(&bytes).map_err(|error| error.in_file(&name))
}

fn parse(bytes: &[u8]) -> Result<Vec<String>, DataError> {
    let mut names = Vec::new();
    let mut byte = 0;
    for (number, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let here = |error: DataError| error.at(number as u64 + 1, byte);
        let text = std::str::from_utf8(line).map_err(|_| here(no_topology(line)))?.trim();
        let is_blank = text.chars().all(|c| c == ',' || c.is_whitespace());
        if number > 0 && !is_blank {
            let fields: Vec<&str> = text.split(',').map(str::trim).collect();
            if fields.len() < 4 || fields[1..4].iter().any(|field| field.parse::<u64>().is_err()) {
                return Err(here(no_topology(line)));
            }
            expand(&fields, &mut names).map_err(here)?;
        }
        byte += line.len() as u64 + 1;
    }
    if names.is_empty() { Err(no_topology(bytes).at(1, 0)) } else { Ok(names) }
}

fn expand(fields: &[&str], names: &mut Vec<String>) -> Result<(), DataError> {
    let name = plain_name(fields[0]);
    let is_convolution = fields.len() > 7;
    if !(is_convolution && fields[0].contains("DP")) {
        names.push(name);
        return Ok(());
    }
    let channels = fields[5].parse().ok().filter(|channels| names.len() + channels <= MOST_LAYERS);
    let channels: usize = channels.ok_or_else(|| no_topology(fields[5].as_bytes()))?;
    names.extend((0..channels).map(|channel| format!("{name}Channel_{channel}")));
    Ok(())
}

/// A name that can stand in a region tag, where `;` separates.
pub fn plain_name(name: &str) -> String {
    name.chars().map(|c| if c == ';' || c.is_control() { '_' } else { c }).collect()
}

fn no_topology(line: &[u8]) -> DataError {
    DataError::new(
        "not_a_topology",
        excerpt(line.split(|&byte| byte == b'\n').next().unwrap_or_default()),
        "a layer of a SCALE-Sim topology: a name and at least three whole numbers",
        "give the topology that the run was made with (--topology)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn convolutions_and_products_with_blank_lines_and_commas_are_read() {
        let conv = b"Layer name, H, W, R, S, C, K, Strides,\n,,,,,,,,\nConvA , 12, 12, 3, 3, 4, 12, 1,\n\n\
            Conv2DP, 4, 4, 3, 3, 2, 1, 1,\r\n";
        assert_eq!(
            parse(conv),
            Ok(vec!["ConvA".into(), "Conv2DPChannel_0".into(), "Conv2DPChannel_1".into()])
        );
        let gemm = b"Layer, M, N, K,\nG0, 20, 12, 30,\na;b, 8, 8, 8,\n";
        assert_eq!(parse(gemm), Ok(vec!["G0".into(), "a_b".into()]));
    }

    #[test]
    fn what_is_no_topology_is_refused_with_its_line() {
        for (text, line) in [
            (&b""[..], 1),
            (b"header only\n", 1),
            (b"h\nG0, 20, x, 30,\n", 2),
            (b"h\nG0, 20,\n", 2),
            (b"h\nDP, 4, 4, 3, 3, 99999999999, 1, 1,\n", 2),
        ] {
            assert_eq!(parse(text).err().and_then(|error| error.line()), Some(line), "{text:?}");
        }
    }
}
