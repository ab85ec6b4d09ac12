//! The function `get-cat` on AWS Lambda. It has a program of its own, since it needs no DynamoDB.
#![forbid(unsafe_code)]

use lambda_http::Error;
use lambda_http::http::StatusCode;
use sheep_shed::config::cat_max_steps;
use sheep_shed::functions::get_cat;
use sheep_shed_lambda::api_gateway::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let max_steps = cat_max_steps(&|name| std::env::var(name))?;
    serve(StatusCode::OK, |event| async move { get_cat::run(&event, max_steps) }).await
}
