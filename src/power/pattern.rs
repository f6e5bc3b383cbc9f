//! Patterns over names: `*`, `?`, and index ranges such as `PE[0..167]`.

use std::str::Chars;

/// A pattern over a channel, matched part by part: `PE[0..167]/mac`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ChannelPattern {
    component: Pattern,
    action: Pattern,
}

/// A pattern over one name.
#[derive(Clone, Debug, PartialEq)]
struct Pattern(Vec<Token>);

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Letter(char),
    /// `?`
    AnyLetter,
    /// `*`
    AnyText,
    /// `0..167` between brackets: a decimal number, both ends included.
    Number(u64, u64),
}

impl ChannelPattern {
    /// Reads `component/action`; the last `/` separates the two. `\` takes the special meaning from what follows.
    pub(super) fn parse(text: &str) -> Result<ChannelPattern, String> {
        let (component, action) = text
            .rsplit_once('/')
            .ok_or("a channel is written component/action, such as \"unified_buffer/read\"")?;
        Ok(ChannelPattern { component: Pattern::parse(component)?, action: Pattern::parse(action)? })
    }

    pub(super) fn matches(&self, component: &str, action: &str) -> bool {
        self.component.matches(component) && self.action.matches(action)
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Pattern, String> {
        if text.is_empty() {
            return Err("the name before or after \"/\" is empty".to_owned());
        }
        let mut tokens = Vec::new();
        let mut rest = text.chars();
        while let Some(letter) = rest.next() {
            tokens.push(match letter {
                '*' => Token::AnyText,
                '?' => Token::AnyLetter,
                '\\' => Token::Letter(rest.next().ok_or("a \\ must stand before a character")?),
                other => Token::Letter(other),
            });
            if letter == '['
                && let Some((range, length)) = number_range(rest.as_str())?
            {
                tokens.push(range);
                rest = rest.as_str()[length..].chars();
            }
        }
        Ok(Pattern(tokens))
    }

    fn matches(&self, name: &str) -> bool {
        matches(&self.0, name.chars())
    }
}

/// The range at the start of `0..167]...`, if there is one, with its length in bytes.
fn number_range(text: &str) -> Result<Option<(Token, usize)>, String> {
    let Some((inside, _)) = text.split_once(']') else { return Ok(None) };
    let Some((first, last)) = inside.split_once("..") else { return Ok(None) };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => Ok(Some((Token::Number(first, last), inside.len()))),
        _ => Err(format!("[{inside}] is not a range of indices such as [0..167], both ends included")),
    }
}

/// Tries each length for `*`, but remembers only the latest one: what an earlier `*` could take, the latest can too.
fn matches(tokens: &[Token], name: Chars<'_>) -> bool {
    let (mut at, mut rest) = (0, name);
    let mut retry: Option<(usize, Chars<'_>)> = None;
    loop {
        match tokens.get(at) {
            Some(Token::AnyText) => {
                at += 1;
                retry = Some((at, rest.clone()));
                continue;
            }
            Some(token) if take(token, &mut rest) => {
                at += 1;
                continue;
            }
            None if rest.as_str().is_empty() => return true,
            _ => {}
        }
        // Let the latest `*` take one letter more.
        let Some((after, from)) = &mut retry else { return false };
        if from.next().is_none() {
            return false;
        }
        (at, rest) = (*after, from.clone());
    }
}

/// Takes what one token stands for from the front of the name.
fn take(token: &Token, rest: &mut Chars<'_>) -> bool {
    match token {
        Token::AnyText => true,
        Token::AnyLetter => rest.next().is_some(),
        Token::Letter(letter) => rest.next() == Some(*letter),
        Token::Number(first, last) => {
            let text = rest.as_str();
            let length = text.bytes().take_while(u8::is_ascii_digit).count();
            let inside = text[..length].parse::<u64>().is_ok_and(|number| (*first..=*last).contains(&number));
            *rest = text[length..].chars();
            inside
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        let (component, action) = name.rsplit_once('/').unwrap();
        ChannelPattern::parse(pattern).unwrap().matches(component, action)
    }

    #[test]
    fn a_range_of_indices_includes_both_ends() {
        assert!(matches("PE[0..167]/mac", "PE[0]/mac") && matches("PE[0..167]/mac", "PE[167]/mac"));
        assert!(!matches("PE[0..167]/mac", "PE[168]/mac") && !matches("PE[0..167]/mac", "PE[]/mac"));
        assert!(matches("PE[0..11][0..13]/mac", "PE[3][13]/mac"));
        assert!(ChannelPattern::parse("PE[3..1]/mac").is_err());
        assert!(ChannelPattern::parse("PE[a..b]/mac").is_err());
    }

    #[test]
    fn stars_and_question_marks_match_and_other_brackets_are_letters() {
        assert!(matches("PE[*]/mac", "PE[12]/mac") && matches("*/*", "a b-c/d"));
        assert!(matches("*_sram/read", "ifmap_sram/read") && !matches("*_sram/read", "ifmap_dram/read"));
        assert!(matches("*a*b*c/x", "aabbabc/x") && !matches("*a*b*c/x", "aabbab/x"));
        assert!(matches("bank?/read", "bank7/read") && !matches("bank?/read", "bank/read"));
        assert!(matches("x[7]/y", "x[7]/y") && matches("a/b/c", "a/b/c"));
        assert!(matches(r"a\*/b", "a*/b") && !matches(r"a\*/b", "ab/b"));
        assert!(ChannelPattern::parse("nothing").is_err() && ChannelPattern::parse("/read").is_err());
    }
}
