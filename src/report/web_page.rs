//! What pages for browsers share: a template that is filled in, text that stays text, and the charting library.

use std::borrow::Cow;
use std::io::Write;

use anyhow::{Context, Result};
use plotly::Plot;
use serde::Serialize;

/// Writes a template in which `part` writes in place of each `{{name}}`. What is put in is not looked through.
pub(super) fn fill<W: Write>(
    template: &str,
    output: &mut W,
    mut part: impl FnMut(&str, &mut W) -> Result<()>,
) -> Result<()> {
    let mut pieces = template.split("{{");
    output.write_all(pieces.next().unwrap_or_default().as_bytes())?;
    for piece in pieces {
        let (name, rest) = piece.split_once("}}").context("a part of the template does not end")?;
        part(name, output)?;
        output.write_all(rest.as_bytes())?;
    }
    Ok(())
}

/// plotly.js alone, of the scripts that its crate embeds: what stands in a `script` element.
pub(super) fn charting_library() -> Result<String> {
    let scripts = Plot::offline_js_sources();
    let first = scripts.split("</script>").next().and_then(|script| script.split_once('>'));
    let (_, library) = first.context("plotly's crate embeds no script")?;
    Ok(library.to_owned())
}

/// JSON that cannot end the `script` element it stands in, whatever the names in it are.
pub(super) fn json(value: &impl Serialize) -> Result<String> {
    // `<` stands in strings alone.
    Ok(serde_json::to_string(value)?.replace('<', "\\u003c"))
}

/// The text as text, in elements and attributes: names come from traces and chip files.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    quick_xml::escape::escape(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charting_library_is_one_script_that_ends_where_its_element_does() {
        let library = charting_library().unwrap();
        assert!(library.contains("plotly.js v"));
        assert!(!library.contains("MathJax.js"));
        assert!(!library.contains("</script"));
    }

    #[test]
    fn what_is_put_into_a_template_is_not_looked_through() {
        let mut page = Vec::new();
        let part = |name: &str, page: &mut Vec<u8>| Ok(write!(page, "[{name} {{{{b}}}}]")?);
        fill("x{{a}}y{{b}}", &mut page, part).unwrap();
        assert_eq!(String::from_utf8(page).unwrap(), "x[a {{b}}]y[b {{b}}]");
        assert!(fill("{{a", &mut Vec::new(), |_, _| Ok(())).is_err());
    }

    #[test]
    fn names_end_neither_an_element_nor_a_script() {
        assert_eq!(escaped("<a b='\"'>&"), "&lt;a b=&apos;&quot;&apos;&gt;&amp;");
        assert_eq!(json(&"</script>").unwrap(), "\"\\u003c/script>\"");
    }
}
