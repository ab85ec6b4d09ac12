//! The functions that work on the shed, on AWS Lambda. They are one program, since nearly all of it is AWS's SDK, which
//! takes most of a minute to link; `_HANDLER`, as `serverless.yml` sets it, says which of them is meant.
#![forbid(unsafe_code)]

use std::env;

use lambda_http::Error;
use lambda_http::http::StatusCode;
use sheep_shed::config::shed_place;
use sheep_shed::functions::{delete_wolf, get_dog, post_sheep};
use sheep_shed_lambda::api_gateway::serve;
use sheep_shed_lambda::dynamodb_shed::DynamodbShed;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let handler = env::var("_HANDLER").unwrap_or_default();
    let shed = &DynamodbShed::open(shed_place(&|name| env::var(name))?).await;
    match handler.as_str() {
        "shed.post-sheep" => {
            serve(StatusCode::CREATED, |event| async move { post_sheep::run(&event, shed).await }).await
        }
        "shed.get-dog" => serve(StatusCode::OK, |_| async move { get_dog::run(shed).await }).await,
        "shed.delete-wolf" => serve(StatusCode::NO_CONTENT, |_| async move { delete_wolf::run(shed).await }).await,
        _ => {
            let allowed = "shed.post-sheep, shed.get-dog or shed.delete-wolf";
            Err(format!("_HANDLER must be {allowed}; got \"{handler}\"").into())
        }
    }
}
