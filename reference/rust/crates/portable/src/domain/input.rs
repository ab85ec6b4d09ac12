//! How events are read, and how rejected input is quoted.

use std::collections::HashMap;

use super::errors::ShedError;

/// The fields of an event, by name.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Event(HashMap<String, String>);

impl Event {
    /// The text of a field, `None` when it is not there.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl<Name: Into<String>, Value: Into<String>> FromIterator<(Name, Value)> for Event {
    /// Of two fields of one name the later wins.
    fn from_iter<Fields: IntoIterator<Item = (Name, Value)>>(fields: Fields) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// The most characters of a rejected value that an error shows.
const MAX_QUOTED: usize = 40;

/// Says of a field what was given and what is allowed, in the wording of every stack.
#[must_use]
pub fn invalid_input(field: &str, allowed: &str, given: Option<&str>) -> ShedError {
    ShedError::InvalidInput(format!("{field} must be {allowed}; got {}", quote(given)))
}

fn quote(given: Option<&str>) -> String {
    let Some(text) = given else { return "nothing".into() };
    let shown = match text.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    };
    serde_json::Value::from(shown).to_string()
}

/// Whether a text is of so many ASCII digits, no sign and no space.
#[must_use]
pub fn is_digits(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a whole number from its 1 to 15 digits.
///
/// # Errors
/// `InvalidInput` on anything else.
pub fn parse_whole_number(name: &str, event: &Event) -> Result<u64, ShedError> {
    let given = event.field(name);
    given
        .filter(|text| is_digits(text, 15))
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| invalid_input(name, "a whole number of 1 to 15 digits, given once", given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_whole_numbers_of_15_digits_at_most() {
        for (text, number) in [("0", 0), ("007", 7), ("999999999999999", 999_999_999_999_999)] {
            assert_eq!(parse_whole_number("m", &Event::from_iter([("m", text)])).unwrap(), number);
        }
        for text in ["", " ", "+1", "-1", "1.0", "1e3", "1,2", "٧", "1000000000000000"] {
            assert!(parse_whole_number("m", &Event::from_iter([("m", text)])).is_err(), "{text}");
        }
    }

    #[test]
    fn quotes_what_was_given_as_json_and_cuts_it_by_characters() {
        let message = |given: Option<&str>| invalid_input("m", "small", given).to_string();
        assert_eq!(message(None), "m must be small; got nothing");
        assert_eq!(message(Some("a\"\n\u{7}é")), r#"m must be small; got "a\"\n\u0007é""#);
        assert_eq!(message(Some(&"🐑".repeat(40))), format!("m must be small; got \"{}\"", "🐑".repeat(40)));
        assert_eq!(message(Some(&"🐑".repeat(41))), format!("m must be small; got \"{}…\"", "🐑".repeat(40)));
    }

    #[test]
    fn the_later_field_wins() {
        assert_eq!(Event::from_iter([("m", "1"), ("m", "2")]).field("m"), Some("2"));
    }
}
