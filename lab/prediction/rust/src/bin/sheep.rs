//! The sheep: a random weight from a task of its own, then one conditional put.
#![forbid(unsafe_code)]

use rand::Rng;
use serde_json::json;
use sheep_shed_earlier::shed::{client, Shed, Sheep, WEIGHTS};
use sheep_shed_earlier::serve;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    let client = client();
    serve(|parameters| {
        let client = client.clone();
        async move {
            let tattoo = parameters.get("Tatoo").and_then(|text| text.parse().ok()).ok_or("Tatoo")?;
            log::info!("tattoo={tattoo}");
            let weighed = tokio::spawn(async { rand::thread_rng().gen_range(WEIGHTS.0..WEIGHTS.1) });
            let shed = Shed::new(client);
            let weight = weighed.await.map_err(|error| error.to_string())?;
            let sheep = Sheep { tattoo, weight };
            let body = json!(sheep);
            let added = tokio::task::spawn_blocking(move || shed.add(&sheep));
            added.await.map_err(|error| error.to_string())??;
            log::info!("success");
            Ok((201, Some(body)))
        }
    })
    .await
}
