//! The settings that the functions read from their environment.

use std::env::VarError;

use crate::domain::ackermann::MAX_STEPS;
use crate::domain::errors::Unexpected;
use crate::domain::input::{invalid_input, is_digits};

/// Gives a variable of the environment by its name.
pub type Environment<'a> = &'a dyn Fn(&str) -> Result<String, VarError>;

/// Where the shed is, and with which key requests to it are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShedPlace {
    /// Name of the table.
    pub table: String,
    /// AWS region of the table.
    pub region: String,
    /// Another DynamoDB than the region's.
    pub endpoint: Option<String>,
    /// Id of the key.
    pub access_key_id: String,
    /// The key itself.
    pub secret_access_key: String,
    /// What belongs to a temporary key.
    pub session_token: Option<String>,
}

/// Reads where the shed is.
///
/// # Errors
/// Names the variable that is missing or wrong.
pub fn shed_place(environment: Environment) -> Result<ShedPlace, Unexpected> {
    let optional = |name: &str| environment(name).ok().filter(|text| !text.is_empty());
    let required = |name: &str, allowed: &str| {
        optional(name).ok_or_else(|| Unexpected::from(format!("{name} is missing: it must be {allowed}")))
    };
    let allowed = "a table name of 3 to 255 letters, digits, \"_\", \".\" and \"-\"";
    let table = required("SHEEP_SHED_TABLE", allowed)?;
    if !is_table_name(&table) {
        return Err(invalid_input("SHEEP_SHED_TABLE", allowed, Some(&table)).into());
    }
    Ok(ShedPlace {
        table,
        region: required("AWS_REGION", "an AWS region, such as eu-west-3")?,
        endpoint: optional("AWS_ENDPOINT_URL_DYNAMODB").or_else(|| optional("AWS_ENDPOINT_URL")),
        access_key_id: required("AWS_ACCESS_KEY_ID", "the id of a key")?,
        secret_access_key: required("AWS_SECRET_ACCESS_KEY", "a key")?,
        session_token: optional("AWS_SESSION_TOKEN"),
    })
}

fn is_table_name(text: &str) -> bool {
    (3..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

/// Reads how many rewriting steps the cat may take, from `CAT_MAX_STEPS`; 20 000 000 without it.
///
/// # Errors
/// On anything but a whole number from 1 to [`MAX_STEPS`].
pub fn cat_max_steps(environment: Environment) -> Result<u64, Unexpected> {
    let Ok(text) = environment("CAT_MAX_STEPS") else {
        return Ok(20_000_000);
    };
    Some(&text)
        .filter(|text| is_digits(text, 11))
        .and_then(|digits| digits.parse().ok())
        .filter(|steps| (1..=MAX_STEPS).contains(steps))
        .ok_or_else(|| {
            invalid_input("CAT_MAX_STEPS", &format!("a whole number from 1 to {MAX_STEPS}"), Some(&text)).into()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: [(&str, &str); 4] = [
        ("SHEEP_SHED_TABLE", "shed-1"),
        ("AWS_REGION", "eu-west-3"),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "key"),
    ];

    fn of(variables: &[(&str, &str)], name: &str) -> Result<String, VarError> {
        let found = variables.iter().rev().find(|(one, _)| *one == name);
        found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
    }

    #[test]
    fn tells_which_variable_is_missing_or_wrong() {
        assert!(shed_place(&|name| of(&WHOLE, name)).is_ok());
        for (missing, _) in WHOLE {
            let environment = |name: &str| {
                if name == missing { Err(VarError::NotPresent) } else { of(&WHOLE, name) }
            };
            let error = shed_place(&environment).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{missing} is missing: it must be ")), "{error}");
        }
        let wrong = [&WHOLE[..], &[("SHEEP_SHED_TABLE", "a b")]].concat();
        let error = shed_place(&|name| of(&wrong, name)).unwrap_err().to_string();
        assert!(error.starts_with("SHEEP_SHED_TABLE must be a table name") && error.ends_with("; got \"a b\""));
    }

    #[test]
    fn the_endpoint_of_dynamodb_beats_that_of_every_service() {
        let endpoint = |more: &[(&str, &str)]| {
            let variables = [&WHOLE[..], more].concat();
            shed_place(&|name| of(&variables, name)).unwrap().endpoint
        };
        let common = ("AWS_ENDPOINT_URL", "http://common");
        assert_eq!(endpoint(&[]), None);
        assert_eq!(endpoint(&[common]).as_deref(), Some("http://common"));
        assert_eq!(endpoint(&[common, ("AWS_ENDPOINT_URL_DYNAMODB", "http://own")]).as_deref(), Some("http://own"));
    }

    #[test]
    fn reads_how_many_steps_the_cat_may_take() {
        let steps = |text: &'static str| cat_max_steps(&move |name| of(&[("CAT_MAX_STEPS", text)], name));
        assert_eq!(cat_max_steps(&|name| of(&[], name)).unwrap(), 20_000_000);
        assert_eq!(steps("4000000000").unwrap(), 4_000_000_000);
        for text in ["", "0", "4000000001", "1e3", "-1"] {
            assert_eq!(
                steps(text).unwrap_err().to_string(),
                format!("CAT_MAX_STEPS must be a whole number from 1 to 4000000000; got \"{text}\"")
            );
        }
    }
}
