//! SCALE-Sim's `.cfg`: the array, the dataflow, the address offsets.
//!
//! The file is what Python's `configparser` reads: `[sections]`, `key = value` or `key: value`, keys in
//! any case, whole lines of comment after `#` or `;`. v1 puts values in double quotes.

use std::path::Path;

use crate::error::{DataError, excerpt};

/// Which operand stays in the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "these are the field's names")]
pub enum Dataflow {
    /// `ws`: weights stay, ifmap words stream, partial sums leave.
    WeightStationary,
    /// `os`: outputs stay, both operands stream.
    OutputStationary,
    /// `is`: ifmap words stay, weights stream, partial sums leave.
    InputStationary,
}

/// How SCALE-Sim models the interface to DRAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interface {
    /// `CALC`: bandwidth is estimated so that nothing stalls; narrow bursts are padded with `1.0`.
    Calculated,
    /// `USER`: bandwidth is given; the array stalls; no padding.
    User,
}

/// What is read of a `.cfg`. Everything may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The name for messages.
    pub name: String,
    /// Name of the run's directory.
    pub run_name: Option<String>,
    /// Rows of the array.
    pub array_rows: Option<usize>,
    /// Columns of the array.
    pub array_columns: Option<usize>,
    /// Which operand stays in the array.
    pub dataflow: Option<Dataflow>,
    /// How the interface to DRAM is modelled.
    pub interface: Option<Interface>,
    /// First address of ifmap, filter and ofmap.
    pub offsets: [Option<i64>; 3],
}

/// SCALE-Sim's own address offsets, which all of its shipped configurations have.
const DEFAULT_OFFSETS: [i64; 3] = [0, 10_000_000, 20_000_000];

impl Config {
    /// Reads a `.cfg`.
    ///
    /// # Errors
    /// A file that cannot be read, is no `.cfg`, or has a key of ours with a value that is none.
    pub fn read(path: &Path) -> Result<Config, DataError> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| DataError::io(&error).in_file(&name))?;
        let mut config = Config::parse(&bytes).map_err(|error| error.in_file(&name))?;
        config.name = name;
        Ok(config)
    }

    /// The first address of an operand: 0 ifmap, 1 filter, 2 ofmap.
    pub fn offset(&self, operand: usize) -> i64 {
        self.offsets[operand].unwrap_or(DEFAULT_OFFSETS[operand])
    }

    fn parse(bytes: &[u8]) -> Result<Config, DataError> {
        let mut config = Config::default();
        let mut byte = 0;
        let mut in_section = false;
        for (number, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            let here = |error: DataError| error.at(number as u64 + 1, byte);
            let text = std::str::from_utf8(line).map_err(|_| here(no_config(line)))?.trim();
            if text.starts_with('[') && text.ends_with(']') {
                in_section = true;
            } else if !text.is_empty() && !text.starts_with(['#', ';']) {
                if !in_section {
                    return Err(here(no_config(line)));
                }
                // A line without a separator continues the value before it; no key of ours has one.
                if let Some((key, value)) = text.split_once(['=', ':']) {
                    config.take(key.trim(), value.trim().trim_matches(['"', '\''])).map_err(here)?;
                }
            }
            byte += line.len() as u64 + 1;
        }
        if in_section { Ok(config) } else { Err(no_config(bytes).at(1, 0)) }
    }

    fn take(&mut self, key: &str, value: &str) -> Result<(), DataError> {
        match key.to_ascii_lowercase().as_str() {
            "run_name" => self.run_name = Some(value.to_owned()),
            "arrayheight" => self.array_rows = Some(array_side(key, value)?),
            "arraywidth" => self.array_columns = Some(array_side(key, value)?),
            "ifmapoffset" => self.offsets[0] = Some(address(key, value)?),
            "filteroffset" => self.offsets[1] = Some(address(key, value)?),
            "ofmapoffset" => self.offsets[2] = Some(address(key, value)?),
            "dataflow" => self.dataflow = Some(dataflow(value)?),
            "interfacebandwidth" => self.interface = Some(interface(value)?),
            _ => {}
        }
        Ok(())
    }
}

fn array_side(key: &str, value: &str) -> Result<usize, DataError> {
    let side = value.parse().ok().filter(|side| (1..=1 << 16).contains(side));
    side.ok_or_else(|| wrong_value(key, value, "an array's side from 1 to 65536"))
}

fn address(key: &str, value: &str) -> Result<i64, DataError> {
    let address = value.parse().ok().filter(|address| (0..=1 << 53).contains(address));
    address.ok_or_else(|| wrong_value(key, value, "an address of at least 0"))
}

fn dataflow(value: &str) -> Result<Dataflow, DataError> {
    match value.to_ascii_lowercase().as_str() {
        "ws" => Ok(Dataflow::WeightStationary),
        "os" => Ok(Dataflow::OutputStationary),
        "is" => Ok(Dataflow::InputStationary),
        _ => Err(wrong_value("Dataflow", value, "ws, os or is")),
    }
}

fn interface(value: &str) -> Result<Interface, DataError> {
    match value.to_ascii_uppercase().as_str() {
        "CALC" => Ok(Interface::Calculated),
        "USER" => Ok(Interface::User),
        _ => Err(wrong_value("InterfaceBandwidth", value, "CALC or USER")),
    }
}

fn wrong_value(key: &str, value: &str, expected: &str) -> DataError {
    DataError::new(
        "config_value",
        format!("{key} = {}", excerpt(value.as_bytes())),
        format!("{key} as {expected}"),
        "give the .cfg that the run was made with (--scalesim-config)",
    )
}

fn no_config(line: &[u8]) -> DataError {
    DataError::new(
        "not_a_config",
        excerpt(line.split(|&byte| byte == b'\n').next().unwrap_or_default()),
        "a SCALE-Sim .cfg: [sections] with key = value lines",
        "give the .cfg that the run was made with (--scalesim-config)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_separators_quotes_and_any_case_of_keys_are_read() {
        let text = b"[general]\nrun_name = \"tiny\"\n\n[architecture_presets]\nArrayHeight:    8\narraywidth = 6\r\n\
            # Dataflow : os\nDataflow : ws\nFilterOffset: 500\n[run_presets]\nInterfaceBandwidth: CALC\n";
        let config = Config::parse(text).unwrap_or_default();
        assert_eq!(config.run_name.as_deref(), Some("tiny"));
        assert_eq!((config.array_rows, config.array_columns), (Some(8), Some(6)));
        assert_eq!(config.dataflow, Some(Dataflow::WeightStationary));
        assert_eq!(config.interface, Some(Interface::Calculated));
        assert_eq!([config.offset(0), config.offset(1), config.offset(2)], [0, 500, 20_000_000]);
    }

    #[test]
    fn what_is_no_config_is_refused_with_its_line() {
        for (text, reason, line) in [
            (&b""[..], "not_a_config", 1),
            (b"Layer name, M, N, K,\nG0, 1, 2, 3,\n", "not_a_config", 1),
            (b"[a]\nDataflow : rs\n", "config_value", 2),
            (b"[a]\nArrayHeight : 0\n", "config_value", 2),
            (b"[a]\n\xff\xfe\n", "not_a_config", 2),
        ] {
            let error = Config::parse(text).err();
            assert_eq!(error.map(|error| (error.reason(), error.line())), Some((reason, Some(line))));
        }
    }
}
