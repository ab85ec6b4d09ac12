//! The dog: the table's description, then a scan that counts.
#![forbid(unsafe_code)]

use serde_json::json;
use sheep_shed_earlier::serve;
use sheep_shed_earlier::shed::{client, Shed};

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    let client = client();
    serve(|_parameters| {
        let shed = Shed::new(client.clone());
        async move {
            let counted = tokio::task::spawn_blocking(move || shed.count());
            let count = counted.await.map_err(|error| error.to_string())??;
            log::info!("success - count={count}");
            Ok((200, Some(json!({ "count": count }))))
        }
    })
    .await
}
