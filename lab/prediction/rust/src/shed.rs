//! The shed on DynamoDB as the earlier benchmark has it: asked from a blocking thread, scanned in segments.

use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::{ReturnValue, Select};
use aws_sdk_dynamodb::Client;
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_attribute_value, to_item};
use tokio::runtime::Handle;

/// Lightest and heaviest sheep, in micrograms.
pub const WEIGHTS: (u64, u64) = (80_000_000_000, 160_000_000_000);

/// A sheep.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sheep {
    pub tattoo: u64,
    pub weight: u64,
}

/// The client that init makes, of what Lambda sets in the environment: `aws-config` of that time no longer compiles.
pub fn client() -> Client {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let credentials = Credentials::new(
        variable("AWS_ACCESS_KEY_ID"),
        variable("AWS_SECRET_ACCESS_KEY"),
        std::env::var("AWS_SESSION_TOKEN").ok(),
        None,
        "environment",
    );
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(variable("AWS_REGION")))
        .credentials_provider(credentials);
    config.set_endpoint_url(std::env::var("AWS_ENDPOINT_URL_DYNAMODB").ok());
    Client::from_conf(config.build())
}

/// The table of the sheep, for one call.
pub struct Shed {
    client: Client,
    table: String,
}

impl Shed {
    /// # Panics
    /// Without `BACKEND_TABLE_NAME`.
    #[must_use]
    pub fn new(client: Client) -> Self {
        let table = std::env::var("BACKEND_TABLE_NAME").expect("BACKEND_TABLE_NAME is set");
        log::info!("BACKEND_TABLE_NAME={table}");
        Self { client, table }
    }

    /// Adds a sheep unless its tattoo is there.
    pub fn add(&self, sheep: &Sheep) -> Result<(), String> {
        log::info!("add(sheep={sheep:?})");
        let item = to_item(sheep).map_err(|error| error.to_string())?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(tattoo)");
        Handle::current().block_on(put.send()).map_err(explain)?;
        log::info!("add => Ok");
        Ok(())
    }

    /// Removes a sheep and gives it back.
    pub fn kill(&self, tattoo: u64) -> Result<Sheep, String> {
        log::info!("kill(tattoo={tattoo})");
        let key = to_attribute_value(tattoo).map_err(|error| error.to_string())?;
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("tattoo", key)
            .condition_expression("attribute_exists(tattoo)")
            .return_values(ReturnValue::AllOld);
        let deleted = Handle::current().block_on(delete.send()).map_err(explain)?;
        let sheep = from_item(deleted.attributes.ok_or("no attributes")?);
        sheep.map_err(|error| error.to_string())
    }

    /// Counts the sheep by a scan.
    pub fn count(&self) -> Result<usize, String> {
        Ok(Handle::current().block_on(self.scan(false))?.0)
    }

    /// All sheep, by a scan.
    pub fn all(&self) -> Result<Vec<Sheep>, String> {
        Ok(Handle::current().block_on(self.scan(true))?.1)
    }

    async fn scan(&self, with_sheep: bool) -> Result<(usize, Vec<Sheep>), String> {
        log::info!("scan(with_sheep={with_sheep})");
        let described = self.client.describe_table().table_name(&self.table);
        let table = described.send().await.map_err(explain)?.table;
        let size = table.and_then(|table| table.item_count).unwrap_or(0);
        log::info!("approximate size={size}");
        let segments = i32::try_from(1 + size / 100_000).unwrap_or(1_000_000);
        let tasks: Vec<_> = (0..segments)
            .map(|segment| {
                let (client, table) = (self.client.clone(), self.table.clone());
                tokio::spawn(scan_segment(client, table, segment, segments, with_sheep))
            })
            .collect();
        log::info!("launched {} tasks", tasks.len());
        let (mut count, mut sheep) = (0, Vec::new());
        for task in tasks {
            let (some, found) = task.await.map_err(|error| error.to_string())??;
            count += some;
            sheep.extend(found);
        }
        log::info!("scan => {count}");
        Ok((count, sheep))
    }
}

async fn scan_segment(
    client: Client,
    table: String,
    segment: i32,
    segments: i32,
    with_sheep: bool,
) -> Result<(usize, Vec<Sheep>), String> {
    let (mut count, mut sheep, mut start) = (0, Vec::new(), None);
    loop {
        let select = if with_sheep { Select::AllAttributes } else { Select::Count };
        let page = client
            .scan()
            .table_name(&table)
            .segment(segment)
            .total_segments(segments)
            .set_exclusive_start_key(start)
            .select(select)
            .send()
            .await
            .map_err(explain)?;
        count += usize::try_from(page.count).unwrap_or(0);
        for item in page.items.unwrap_or_default() {
            sheep.push(from_item(item).map_err(|error| error.to_string())?);
        }
        start = page.last_evaluated_key;
        if start.is_none() {
            return Ok((count, sheep));
        }
    }
}

fn explain<E: std::error::Error + 'static>(error: E) -> String {
    let text = DisplayErrorContext(error).to_string();
    log::error!("{text}");
    text
}
