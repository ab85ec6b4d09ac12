//! What the functions of the earlier benchmark share: its way to start, to log and to answer.
#![forbid(unsafe_code)]

pub mod shed;

use lambda_http::{service_fn, Body, Error, Request, RequestExt, Response};
use serde_json::Value;
use std::collections::HashMap;
use std::future::Future;

/// Status and body of an answer.
pub type Answer = (u16, Option<Value>);

/// Parameters of the query and of the path.
pub type Parameters = HashMap<String, String>;

/// What the template of the earlier benchmark sets as `RUST_LOG`.
const LOG: &str = "debug,hyper=info,tracing=info,aws_config=info,aws_smithy_runtime=info,\
                   aws_smithy_runtime_api=info,rustls=info";

/// Serves one function: every event is logged whole, as there.
pub async fn serve<Work, Answered>(work: Work) -> Result<(), Error>
where
    Work: Fn(Parameters) -> Answered + Sync,
    Answered: Future<Output = Result<Answer, String>> + Send,
{
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(LOG))
        .format_timestamp_micros()
        .init();
    let work = &work;
    lambda_http::run(service_fn(move |event: Request| async move {
        log::info!("{event:?}");
        let parameters = parameters_of(&event);
        log::debug!("parameters={parameters:?}");
        let (status, body) = work(parameters)
            .await
            .unwrap_or_else(|why| (500, Some(serde_json::json!({ "message": why }))));
        answer(status, body)
    }))
    .await
}

fn parameters_of(event: &Request) -> Parameters {
    let query = event.query_string_parameters();
    let path = event.path_parameters();
    query
        .iter()
        .chain(path.iter())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn answer(status: u16, body: Option<Value>) -> Result<Response<Body>, Error> {
    let response = Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("Access-Control-Allow-Origin", std::env::var("ALLOW_ORIGIN")?);
    Ok(response.body(body.map_or(Body::Empty, |value| Body::Text(value.to_string())))?)
}
