//! The cat: numbers of 128 bits on a vector, in a blocking thread.
#![forbid(unsafe_code)]

use serde_json::json;
use sheep_shed_earlier::{serve, Answer, Parameters};

fn ackermann(m: u128, n: u128) -> u128 {
    let mut stack = vec![m, n];
    loop {
        let (Some(n), Some(m)) = (stack.pop(), stack.pop()) else {
            return 0;
        };
        if m == 0 {
            if stack.is_empty() {
                return n + 1;
            }
            stack.push(n + 1);
        } else if n == 0 {
            stack.extend([m - 1, 1]);
        } else {
            stack.extend([m - 1, m, n - 1]);
        }
    }
}

async fn cat(parameters: Parameters) -> Result<Answer, String> {
    let number = |name: &str| parameters.get(name).and_then(|text| text.parse().ok());
    let (m, n) = (number("m").ok_or("m")?, number("n").ok_or("n")?);
    log::info!("Running A({m}, {n})...");
    let work = tokio::task::spawn_blocking(move || ackermann(m, n));
    let result = work.await.map_err(|error| error.to_string())?;
    log::info!("A({m}, {n}) = {result}");
    Ok((200, Some(json!({ "result": result }))))
}

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    serve(cat).await
}
