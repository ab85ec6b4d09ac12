//! The log: one JSON object a line, so that no value can forge a record.

use std::error::Error;

use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    level: &'a str,
    message: &'a str,
    request_id: &'a str,
    error: Explained,
}

#[derive(Serialize)]
struct Explained {
    message: String,
    causes: Vec<String>,
    detail: String,
}

/// A record of level ERROR that holds the whole error and its causes.
#[must_use]
pub fn error_record(message: &str, request_id: &str, error: &(dyn Error + 'static)) -> String {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    let error = Explained { message: error.to_string(), causes, detail: format!("{error:?}") };
    let record = Record { level: "ERROR", message, request_id, error };
    // Strings cannot fail to be written.
    serde_json::to_string(&record).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::errors::ShedError;

    #[test]
    fn a_record_is_one_line_and_tells_every_cause() {
        let cause = std::io::Error::other("two\nlines");
        let record = error_record("failed", "id-1", &ShedError::Internal(Box::new(cause)));
        assert!(!record.contains('\n'));
        let read: serde_json::Value = serde_json::from_str(&record).unwrap();
        assert_eq!((&read["level"], &read["requestId"]), (&json!("ERROR"), &json!("id-1")));
        assert_eq!(read["error"]["causes"], json!(["two\nlines"]));
    }
}
