//! AWS Lambda behind API Gateway, payload format 1.0 or 2.0.

use std::time::{Duration, SystemTime};

use lambda_http::aws_lambda_events::query_map::QueryMap;
use lambda_http::http::{StatusCode, header::CONTENT_TYPE};
use lambda_http::{Body, Error, Request, RequestExt, Response, service_fn};
use serde::Serialize;

use sheep_shed::adapters::json_log::error_record;
use sheep_shed::domain::errors::ShedError;
use sheep_shed::domain::input::Event;

/// Before Lambda ends a call, this much time is left to answer 500.
const TIMEOUT_EARLY: Duration = Duration::from_millis(200);

/// Serves the invocations of one function until Lambda ends the process.
///
/// # Errors
/// What the Runtime API fails with.
pub async fn serve<Answer, Called>(
    success: StatusCode,
    function: impl Fn(Event) -> Called + Copy + Send,
) -> Result<(), Error>
where
    Answer: Serialize,
    Called: Future<Output = Result<Answer, ShedError>> + Send,
{
    lambda_http::run(service_fn(|request: Request| async move {
        let context = request.lambda_context_ref();
        let request_id = context.map(|context| context.request_id.clone()).unwrap_or_default();
        let left = context.and_then(|context| context.deadline().duration_since(SystemTime::now()).ok());
        let limit = left.unwrap_or_default().saturating_sub(TIMEOUT_EARLY);
        let outcome = tokio::time::timeout(limit, function(event_of(&request))).await;
        let outcome = outcome.unwrap_or_else(|late| Err(ShedError::Internal(Box::new(late))));
        match outcome.and_then(|answer| body_of(success, &answer)) {
            Ok(body) => answer(success, body),
            Err(error) => failure(&error, &request_id),
        }
    }))
    .await
}

/// The fields of a request: those of the path beat the query; repeated ones are joined by commas.
fn event_of(request: &Request) -> Event {
    let query = request.query_string_parameters_ref();
    let path = request.path_parameters_ref();
    query.into_iter().chain(path).flat_map(fields).collect()
}

fn fields(map: &QueryMap) -> impl Iterator<Item = (&str, String)> {
    map.iter().map(|(name, _)| (name, map.all(name).unwrap_or_default().join(",")))
}

fn body_of(status: StatusCode, answer: &impl Serialize) -> Result<Body, ShedError> {
    if status == StatusCode::NO_CONTENT {
        return Ok(Body::Empty);
    }
    serde_json::to_string(answer).map(Body::Text).map_err(|error| ShedError::Internal(Box::new(error)))
}

fn failure(error: &ShedError, request_id: &str) -> Result<Response<Body>, Error> {
    if let ShedError::Internal(reason) = error {
        println!("{}", error_record("the call failed for an unexpected reason", request_id, reason.as_ref()));
    }
    let body = Failure { message: error.to_string(), code: error.code(), request_id };
    answer(status_of(error), body_of(status_of(error), &body)?)
}

/// What a caller may know of a failure.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure<'a> {
    message: String,
    code: &'a str,
    request_id: &'a str,
}

/// The HTTP status of each failure.
const fn status_of(error: &ShedError) -> StatusCode {
    match error {
        ShedError::InvalidInput(_) => StatusCode::BAD_REQUEST,
        ShedError::NoFittingSheep => StatusCode::NOT_FOUND,
        ShedError::SheepAlreadyInShed(_) => StatusCode::CONFLICT,
        ShedError::CatWouldNotFinish { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        ShedError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn answer(status: StatusCode, body: Body) -> Result<Response<Body>, Error> {
    Ok(Response::builder().status(status).header(CONTENT_TYPE, "application/json").body(body)?)
}
