//! Words in a picture: how wide they are about, and what of them fits.

use crate::report::page;

/// About how wide a text is in the usual sans-serif fonts, of which nobody knows which a reader has.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(character_width).sum::<f64>() * size
}

/// In parts of the font's size.
fn character_width(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | 'f' | 't' | 'r' | ' ' | '.' | ',' | ':' | ';' | '!' | '\'' | '|' | '(' | ')'
        | '[' | ']' | '/' | '-' | 'I' => 0.34,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' => 0.9,
        'A'..='Z' => 0.7,
        // Hangul, kana, ideographs and what follows them.
        '\u{1100}'..='\u{1dff}' | '\u{2e80}'.. => 1.0,
        _ => 0.56,
    }
}

/// The text, cut with `…` to a width; nothing where not even a few characters fit.
pub(super) fn fit(text: &str, room: f64, size: f64) -> String {
    let clean = clean(text);
    if width(&clean, size) <= room {
        return clean;
    }
    let all = clean.chars().count();
    let kept = (3..all).rev().map(|count| page::fit(&clean, count));
    kept.into_iter().find(|cut| width(cut, size) <= room).unwrap_or_default()
}

/// Without the characters that XML cannot hold.
pub(super) fn clean(text: &str) -> String {
    let allowed = |character: char| match character {
        character if character.is_control() => ' ',
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        character => character,
    };
    text.chars().map(allowed).collect()
}

/// The words of a text in lines of about a width, at most so many of them; the last says with `…` that more was cut off.
pub(super) fn lines(text: &str, room: f64, size: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if lines_fit(line, word, room, size) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.push_str(" …");
        }
    }
    lines.iter().map(|line| fit(line, room, size)).collect()
}

fn lines_fit(line: &str, word: &str, room: f64, size: f64) -> bool {
    width(line, size) + width(" ", size) + width(word, size) <= room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_and_what_would_be_unreadable_is_left_out() {
        assert_eq!(fit("conv1", 100.0, 10.0), "conv1");
        assert_eq!(fit("a_long_name_of_a_layer", 60.0, 10.0), "a_long_na…");
        assert_eq!(fit("a_long_name_of_a_layer", 10.0, 10.0), "");
        assert_eq!(fit("卷积层一二三四", 45.0, 10.0), "卷积层…");
    }

    #[test]
    fn characters_that_xml_cannot_hold_are_replaced() {
        assert_eq!(clean("a\u{1b}[31m\nb\u{ffff}"), "a [31m b\u{fffd}");
    }

    #[test]
    fn a_paragraph_is_cut_into_lines() {
        assert_eq!(lines("one two three four", 40.0, 10.0, 9), ["one two", "three", "four"]);
        assert_eq!(lines("one two three four", 40.0, 10.0, 2), ["one two", "three …"]);
    }
}
