//! The wolf: sieve and scan side by side, every prime tried on every sheep, one sheep deleted.
#![forbid(unsafe_code)]

use serde_json::json;
use sheep_shed_earlier::shed::{client, Shed, WEIGHTS};
use sheep_shed_earlier::{serve, Answer};
use tokio::task::spawn_blocking;

/// The primes up to a limit, of which a sieve over all numbers is made first.
fn primes_up_to(limit: usize) -> Vec<u64> {
    let mut prime = vec![true; limit + 1];
    prime[0] = false;
    prime[1] = false;
    for i in 2..=limit.isqrt() {
        if prime[i] {
            for multiple in (i * i..=limit).step_by(i) {
                prime[multiple] = false;
            }
        }
    }
    let indexes = prime.into_iter().enumerate();
    indexes.filter(|(_, is_prime)| *is_prime).map(|(i, _)| i as u64).collect()
}

async fn wolf(client: aws_sdk_dynamodb::Client) -> Result<Answer, String> {
    let again = client.clone();
    log::info!("spawning the sieve...");
    let sieved = spawn_blocking(|| primes_up_to(usize::try_from(WEIGHTS.1.isqrt()).unwrap_or(0)));
    log::info!("retrieving all the sheep...");
    let scanned = spawn_blocking(move || Shed::new(client).all());
    let primes = sieved.await.map_err(|error| error.to_string())?;
    log::info!("the sieve has {} primes", primes.len());
    let herd = scanned.await.map_err(|error| error.to_string())??;
    log::info!("the herd has {} sheep", herd.len());
    let edible = herd.into_iter().filter(|sheep| primes.iter().all(|prime| sheep.weight % prime != 0));
    let Some(chosen) = edible.max_by_key(|sheep| sheep.weight) else {
        return Ok((404, Some(json!({ "message": "No fitting sheep" }))));
    };
    log::info!("the wolf will eat {chosen:?}");
    let killed = spawn_blocking(move || Shed::new(again).kill(chosen.tattoo));
    killed.await.map_err(|error| error.to_string())??;
    Ok((204, None))
}

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    let client = client();
    serve(|_parameters| wolf(client.clone())).await
}
