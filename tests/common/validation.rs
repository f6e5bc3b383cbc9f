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
