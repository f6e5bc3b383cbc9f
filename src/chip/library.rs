//! The built-in chips, listed in one place, and loading a chip by name or path.

use std::path::Path;

use super::design::{Builder, SearchResult};
use super::error::ChipError;
use super::nearest::nearest;
use super::pat::Pat;
use super::spec::{Override, SpecFile};

/// A chip that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// Its chip file.
    pub toml: &'static str,
}

/// All built-in chips. One more is one more file and one more line.
pub const BUILT_IN: &[BuiltIn] = &[
    BuiltIn { name: "tpu-v1", toml: include_str!("library/tpu-v1.toml") },
    BuiltIn { name: "tpu-v2", toml: include_str!("library/tpu-v2.toml") },
    BuiltIn { name: "eyeriss", toml: include_str!("library/eyeriss.toml") },
    BuiltIn { name: "nvdla-2048", toml: include_str!("library/nvdla-2048.toml") },
    BuiltIn { name: "nvdla-512", toml: include_str!("library/nvdla-512.toml") },
    BuiltIn { name: "nvdla-128", toml: include_str!("library/nvdla-128.toml") },
    BuiltIn { name: "tpu-v3", toml: include_str!("library/tpu-v3.toml") },
    BuiltIn { name: "tpu-v4i", toml: include_str!("library/tpu-v4i.toml") },
    BuiltIn { name: "diannao", toml: include_str!("library/diannao.toml") },
    BuiltIn { name: "eie", toml: include_str!("library/eie.toml") },
    BuiltIn { name: "simba", toml: include_str!("library/simba.toml") },
    BuiltIn { name: "gemmini", toml: include_str!("library/gemmini.toml") },
    BuiltIn { name: "datacenter", toml: include_str!("library/datacenter.toml") },
];

/// A chip that was asked for.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Where it comes from, for messages.
    pub file: String,
    /// The chip, frozen.
    pub pat: Pat,
    /// How it was built, if it was: a chip file of given numbers has no design.
    pub built: Option<SearchResult>,
}

impl Loaded {
    /// The frozen chip, for those who use it.
    ///
    /// # Errors
    /// [`ChipError::Invalid`] of a design that exceeds limits of its own file.
    pub fn within_limits(self) -> Result<Pat, ChipError> {
        match self.built {
            Some(built) if !built.unmet.is_empty() => {
                Err(ChipError::Invalid { file: self.file, problems: built.unmet })
            }
            _ => Ok(self.pat),
        }
    }
}

/// Loads a chip by its built-in name or from a chip file, `tpu-v1` or `my.toml`, and builds it if it is a design.
/// Values may stand over the file's: `datacenter:X=64,N=2`, `tpu-v1:target.clock=500MHz`; `KEY=` leaves a key out. A file
/// called like a built-in chip: `./tpu-v1`. A design that exceeds limits of its file is there to be looked at:
/// [`Loaded::within_limits`].
///
/// # Errors
/// [`ChipError`]: an unknown name with the nearest one, what is wrong with the file, or what cannot be built.
pub fn open(chip: &str) -> Result<Loaded, ChipError> {
    let (name, overrides) = split(chip)?;
    let (file, text) = text_of(name)?;
    // Chip files of given numbers may come in hundreds. What can be read as one is one: no design has its keys.
    if overrides.is_empty()
        && text.contains("components")
        && let Ok(pat) = Pat::parse(&file, &text)
    {
        return Ok(Loaded { pat, built: None, file });
    }
    let table = parse(&file, &text)?;
    if !SpecFile::is_design(&table) {
        if !overrides.is_empty() {
            return Err(ChipError::Overrides { file });
        }
        return Ok(Loaded { pat: Pat::parse(&file, &text)?, built: None, file });
    }
    let invalid = |problems| ChipError::Invalid { file: file.clone(), problems };
    let spec = SpecFile::new(table).with(&overrides).map_err(|error| invalid(error.0))?;
    let built = Builder::default().search(&spec).map_err(invalid)?;
    Ok(Loaded { pat: built.design.pat(), built: Some(built), file })
}

/// As [`open`], the frozen chip alone, which is within the limits of its file.
///
/// # Errors
/// As [`open`] and [`Loaded::within_limits`].
pub fn load(chip: &str) -> Result<Pat, ChipError> {
    open(chip)?.within_limits()
}

/// The chips that a pattern names, `chips/*.toml` or `nvdla-*`, in the order of their names, each as [`open`] takes it;
/// of built-in chips and files called alike, the built-in ones. What is no pattern stays as it is.
///
/// # Errors
/// [`ChipError::Pattern`]: it matches nothing, or is none.
pub fn expand(chip: &str) -> Result<Vec<String>, ChipError> {
    // A value may hold what looks like a pattern: `search.X=[16]`.
    let (name, values) = match chip.split_once('=').and_then(|(before, _)| before.rsplit_once(':')) {
        Some((name, _)) => chip.split_at(name.len()),
        None => (chip, ""),
    };
    if Path::new(chip).exists() || !name.contains(['*', '?', '[']) {
        return Ok(vec![chip.to_owned()]);
    }
    let wrong = |message: String| ChipError::Pattern { pattern: chip.to_owned(), message };
    let pattern = glob::Pattern::new(name).map_err(|error| wrong(error.to_string()))?;
    let built_in = BUILT_IN.iter().map(|chip| chip.name).filter(|name| pattern.matches(name));
    let mut names: Vec<String> = built_in.map(str::to_owned).collect();
    if names.is_empty() {
        let files = glob::glob(name).map_err(|error| wrong(error.to_string()))?;
        let files = files.flatten().filter(|path| path.is_file());
        names.extend(files.map(|path| path.to_string_lossy().into_owned()));
    }
    if names.is_empty() {
        return Err(wrong("no built-in chip and no file is called like that".to_owned()));
    }
    names.sort();
    Ok(names.into_iter().map(|name| format!("{name}{values}")).collect())
}

/// Splits `NAME:KEY=VALUE,KEY=VALUE`; a path that exists is taken as a whole.
fn split(chip: &str) -> Result<(&str, Vec<Override>), ChipError> {
    let Some((name, list)) = chip.rsplit_once(':').filter(|(name, _)| !name.is_empty()) else {
        return Ok((chip, Vec::new()));
    };
    let is_chip = |name: &str| BUILT_IN.iter().any(|chip| chip.name == name) || Path::new(name).is_file();
    if Path::new(chip).exists() || !(list.contains('=') || is_chip(name)) {
        return Ok((chip, Vec::new()));
    }
    let overrides: Result<Vec<Override>, String> = list.split(',').map(str::parse).collect();
    let overrides = overrides.map_err(|message| ChipError::Override { chip: chip.to_owned(), message })?;
    Ok((name, overrides))
}

/// The name for messages and the text of a chip file.
fn text_of(name_or_path: &str) -> Result<(String, String), ChipError> {
    if let Some(chip) = BUILT_IN.iter().find(|chip| chip.name == name_or_path) {
        return Ok((format!("built-in chip {}", chip.name), chip.toml.to_owned()));
    }
    let path = Path::new(name_or_path);
    let meant_as_path = path.extension().is_some() || path.components().count() > 1 || path.exists();
    if !meant_as_path {
        return Err(unknown(name_or_path));
    }
    match std::fs::read_to_string(path) {
        Ok(text) => Ok((name_or_path.to_owned(), text)),
        Err(error) => Err(ChipError::Read { file: name_or_path.to_owned(), error }),
    }
}

fn parse(file: &str, text: &str) -> Result<toml::Table, ChipError> {
    let syntax = |message: String| ChipError::Syntax { file: file.to_owned(), message };
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| syntax(error.to_string()));
    }
    text.parse().map_err(|error: toml::de::Error| syntax(error.to_string()))
}

fn unknown(name: &str) -> ChipError {
    let names = || BUILT_IN.iter().map(|chip| chip.name);
    ChipError::Unknown {
        name: name.to_owned(),
        nearest: nearest(name, names()),
        known: names().collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A chip file of given numbers.
    const GIVEN: &str = include_str!("../../fixtures/chips/tpu-v1-published.toml");

    #[test]
    fn every_built_in_chip_loads_and_survives_toml_and_json() {
        for chip in BUILT_IN {
            let pat = load(chip.name).unwrap();
            assert_eq!(pat.name, chip.name);
            assert_eq!(Pat::parse("again", &pat.to_json().unwrap()).unwrap(), pat);
            assert_eq!(Pat::parse("again", &pat.to_toml().unwrap()).unwrap(), pat);
            assert_eq!(pat.fingerprint().unwrap().len(), 8);
        }
    }

    #[test]
    fn an_unknown_chip_is_answered_with_the_nearest_and_the_list() {
        let error = load("tpu-v9").unwrap_err().to_string();
        assert!(error.contains("did you mean \"tpu-v1\"?") && error.contains("eyeriss"), "{error}");
        let error = load("no/such.toml").unwrap_err().to_string();
        assert!(error.contains("no/such.toml: cannot read"), "{error}");
    }

    #[test]
    fn every_complaint_names_its_key_and_what_would_do() {
        let text = GIVEN.replacen("value = 0.549, unit = \"pJ\"", "value = -1, unit = \"pJ\"", 1);
        let text = text.replacen("value = 6.3, unit = \"W\"", "value = nan, unit = \"W\"", 1);
        let text = text.replacen("value = 10.5, unit = \"W\"", "value = 10.5, unit = \"pJ\"", 1);
        let text = text.replacen("value = 65536", "value = 0", 1);
        let text = text.replacen("name = \"accumulators\"", "name = \"unified_buffer\"", 1);
        let text = text.replacen("gated = { value = 1.5", "gated = { value = 3.5", 1);
        let text = text.replacen("tdp_activity = { value = 0.2", "tdp_activity = { value = 1.2", 1);
        let error = Pat::parse("mine.toml", &text).unwrap_err().to_string();
        for part in [
            "mine.toml: the chip file has",
            "`components.tensor_unit.actions.mac.energy`: -1 pJ: must not be negative",
            "`components.tensor_unit.leakage`: NaN W: must be a finite number",
            "`components.tensor_unit.clock.running`: the unit \"pJ\" does not measure power; units that do: W,",
            "`components.tensor_unit.actions.mac.capacity`: 0 1/cycle: must be larger than 0",
            "`components.unified_buffer`: the name \"unified_buffer\" is used twice",
            "`components.unified_buffer.clock.gated`: 3.5 W is more than the running clock's 2.7 W",
            "`components.weight_fifo.actions.read.tdp_activity`: 1.2 1: must lie between 0 and 1",
        ] {
            assert!(error.contains(part), "no {part:?} in\n{error}");
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let text = GIVEN.replacen("word_bits", "word_bit", 1);
        let line = text.lines().position(|line| line.starts_with("word_bit ")).unwrap() + 1;
        let error = Pat::parse("mine.toml", &text).unwrap_err().to_string();
        assert!(error.contains("mine.toml: ") && error.contains(&format!("line {line}")), "{error}");
        assert!(error.contains("word_bit") && error.contains("cure:"), "{error}");
    }

    #[test]
    fn the_example_in_the_documentation_loads() {
        let page = include_str!("../../docs/chip-files.md");
        let example = page.split("```toml").nth(1).unwrap().split("```").next().unwrap();
        let pat = Pat::parse("docs/chip-files.md", example).unwrap();
        // 5 + 20 + 0.3 × 256 mW; 3 + 4 + 9 × 0.5 + 10 × 0.5 mW.
        assert!((pat.tdp().0 - 118.3e-3).abs() < 1e-9, "{}", pat.tdp());
    }
}
