//! Tables of the model's errors against published figures, kept as pages of the documentation.

use std::fs;

/// Compares a page of `docs/validation/` with what the model says today. `NM_TRACE_BLESS=1` writes the page.
///
/// # Panics
/// When the page differs: the message names the first line that does and how to renew the page.
pub fn assert_page_is_true(name: &str, today: &str) {
    let path = super::root().join("docs/validation").join(name);
    if std::env::var_os("NM_TRACE_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, today).unwrap();
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let lines = || kept.lines().map(Some).chain(std::iter::repeat(None));
    let differing = today.lines().zip(lines()).position(|(now, then)| Some(now) != then);
    let same = differing.is_none() && kept.lines().count() == today.lines().count();
    assert!(
        same,
        "docs/validation/{name} is not what the model says today (first at line {}); if the change is meant, \
         renew it with NM_TRACE_BLESS=1 and read the difference",
        differing.unwrap_or_else(|| today.lines().count()) + 1
    );
}

/// How far a model is from what was published: of the absolute errors, in percent.
pub struct Spread {
    /// How many errors there are.
    pub count: usize,
    /// Half of the errors are no larger.
    pub median: f64,
    /// Nine in ten are no larger.
    pub ninetieth: f64,
    /// None is larger.
    pub largest: f64,
}

impl Spread {
    /// Of errors in percent, of any sign.
    pub fn of(errors: &[f64]) -> Spread {
        let mut errors: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
        errors.sort_by(f64::total_cmp);
        let at = |share: f64| errors[((errors.len() - 1) as f64 * share).round() as usize];
        Spread { count: errors.len(), median: at(0.5), ninetieth: at(0.9), largest: at(1.0) }
    }
}
