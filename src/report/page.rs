//! A page of plain text, 80 characters wide: headings, facts, paragraphs with hanging indents.

use super::table::Table;

/// Characters in a line.
pub(super) const WIDTH: usize = 80;
const INDENT: usize = 2;
const LABEL: usize = 16;

/// Text under construction. Whatever is put in, no line gets longer than [`WIDTH`].
#[derive(Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// A page under a title.
    pub fn titled(title: &str) -> Page {
        let mut page = Page::default();
        page.line(title);
        page.line(&"━".repeat(WIDTH));
        page
    }

    /// Starts a section.
    pub fn heading(&mut self, heading: &str) {
        self.text.push('\n');
        self.line(heading);
    }

    /// One line, as it is but for what does not fit.
    pub fn line(&mut self, line: &str) {
        self.text.push_str(fit(line, WIDTH).trim_end());
        self.text.push('\n');
    }

    /// A label and what is known of it, continued below itself.
    pub fn fact(&mut self, label: &str, value: &str) {
        self.hanging(&format!("{:INDENT$}{label:LABEL$}", ""), value);
    }

    /// A paragraph of its own.
    pub fn paragraph(&mut self, text: &str) {
        self.hanging(&" ".repeat(INDENT), text);
    }

    /// A section of points, if there are any.
    pub fn list(&mut self, heading: &str, points: &[String]) {
        if points.is_empty() {
            return;
        }
        self.heading(heading);
        for point in points {
            self.hanging(&format!("{:INDENT$}• ", ""), point);
        }
    }

    /// A table.
    pub fn table(&mut self, table: &Table) {
        for line in table.lines(WIDTH - INDENT) {
            self.line(&format!("{:INDENT$}{line}", ""));
        }
    }

    /// The text.
    pub fn finish(self) -> String {
        self.text
    }

    /// `start`, then the text, whose further lines stand under its first.
    fn hanging(&mut self, start: &str, text: &str) {
        let indent = start.chars().count();
        for (index, line) in wrap(text, WIDTH - indent).iter().enumerate() {
            if index == 0 {
                self.line(&format!("{start}{line}"));
            } else {
                self.line(&format!("{:indent$}{line}", ""));
            }
        }
    }
}

/// The text on one line of at most `width` characters; what is cut off is said with `…`.
///
/// Control characters become spaces: a name from a trace must not move the cursor or colour a terminal.
pub(super) fn fit(text: &str, width: usize) -> String {
    let clean = || text.chars().map(|char| if char.is_control() { ' ' } else { char });
    if clean().count() <= width {
        return clean().collect();
    }
    clean().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// The words of the text in lines of at most `width` characters. A longer word is broken, not cut.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split([' ', '\n', '\t', '\r']).filter(|word| !word.is_empty()) {
        let mut word: Vec<char> = word.chars().collect();
        let gap = usize::from(used > 0);
        if used + gap + word.len() > width && used > 0 {
            lines.push(String::new());
            used = 0;
        }
        while word.len() > width {
            let rest = word.split_off(width);
            push(&mut lines, &word);
            lines.push(String::new());
            word = rest;
        }
        if used > 0 {
            push(&mut lines, &[' ']);
            used += 1;
        }
        push(&mut lines, &word);
        used += word.len();
    }
    lines
}

fn push(lines: &mut [String], word: &[char]) {
    if let Some(line) = lines.last_mut() {
        line.extend(word);
    }
}

/// Words as people list them: `a, b and 3 more` for a list that is longer than `most`.
pub(super) fn enumerate<'a>(names: impl ExactSizeIterator<Item = &'a str>, most: usize) -> String {
    let total = names.len();
    let shown: Vec<&str> = names.take(most).collect();
    let more = total - shown.len();
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

/// The names of the run's inputs: `provenance.inputs`, a list of names or of objects with a `name`.
pub(super) fn inputs(provenance: &serde_json::Value) -> String {
    let inputs = provenance.get("inputs").and_then(|inputs| inputs.as_array());
    let names: Vec<&str> = inputs
        .into_iter()
        .flatten()
        .filter_map(|input| input.as_str().or_else(|| input.get("name").and_then(|name| name.as_str())))
        .collect();
    if names.is_empty() { "a trace".to_string() } else { enumerate(names.into_iter(), 2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_at_the_width() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("one\ntwo", 80), ["one two"]);
        assert_eq!(wrap("", 7), [""]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken_and_nothing_of_it_is_lost() {
        assert_eq!(wrap("a abcdefghij b", 4), ["a", "abcd", "efgh", "ij b"]);
        assert_eq!(wrap("abcdefgh i", 4), ["abcd", "efgh", "i"]);
    }

    #[test]
    fn a_text_that_does_not_fit_ends_in_an_ellipsis() {
        assert_eq!(fit("tensor_unit", 6), "tenso…");
        assert_eq!(fit("tensor", 6), "tensor");
    }

    #[test]
    fn control_characters_never_reach_a_terminal() {
        assert_eq!(fit("a\u{1b}[31mb\n", 20), "a [31mb ");
    }

    #[test]
    fn inputs_are_names_or_objects_with_a_name() {
        let provenance = serde_json::json!({ "inputs": ["a.csv", { "name": "b.csv" }, "c.csv"] });
        assert_eq!(inputs(&provenance), "a.csv, b.csv and 1 more");
        assert_eq!(inputs(&serde_json::Value::Null), "a trace");
    }
}
