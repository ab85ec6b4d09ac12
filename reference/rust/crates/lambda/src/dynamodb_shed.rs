//! The shed in a DynamoDB table: hash key `tattoo` (N), attribute `weight` (N), no index.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    BeforeTransmitInterceptorContextMut, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Builder, Config, ConfigBag, Credentials, Intercept, Region, RuntimeComponents, SharedHttpClient,
    StalledStreamProtectionConfig,
};
use aws_sdk_dynamodb::error::{BoxError, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure, Select};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use sheep_shed::config::ShedPlace;
use sheep_shed::domain::errors::Unexpected;
use sheep_shed::domain::shed::{Pages, Shed};
use sheep_shed::domain::sheep::Sheep;

const CONNECT_LIMIT: Duration = Duration::from_secs(1);
const ANSWER_LIMIT: Duration = Duration::from_secs(3);

/// Attempts at one request, the first included.
const MAX_ATTEMPTS: u32 = 3;

type Item = HashMap<String, AttributeValue>;

/// A shed in one DynamoDB table, by AWS's SDK.
pub struct DynamodbShed {
    client: Client,
    table: String,
}

impl DynamodbShed {
    /// Makes a client and opens a connection that the first call will use: a request goes through the whole client,
    /// signing included, and asks at its end for `GET /`, which needs no permission. A failure is left to the first
    /// call.
    pub async fn open(place: ShedPlace) -> Self {
        let shed = Self::new(place);
        // Tried once, since init has a limit of its own; the answer is no answer to a scan, which does not matter.
        let once = Config::builder().retry_config(RetryConfig::disabled());
        let scan = shed.client.scan().table_name(&shed.table).select(Select::Count);
        drop(scan.customize().config_override(once).interceptor(AskForNothing).send().await);
        shed
    }

    fn new(place: ShedPlace) -> Self {
        let key =
            Credentials::new(place.access_key_id, place.secret_access_key, place.session_token, None, "environment");
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_LIMIT)
            .read_timeout(ANSWER_LIMIT)
            .operation_attempt_timeout(CONNECT_LIMIT + ANSWER_LIMIT)
            .build();
        let mut config = Builder::new()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(http_client(place.endpoint.as_deref()))
            .region(Region::new(place.region))
            .credentials_provider(key)
            .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
            // The limit of each attempt holds for its body too.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .timeout_config(timeouts);
        config.set_endpoint_url(place.endpoint);
        Self { client: Client::from_conf(config.build()), table: place.table }
    }
}

/// An endpoint without TLS, as every one on this machine, spares init the reading of the root certificates.
fn http_client(endpoint: Option<&str>) -> SharedHttpClient {
    let builder = aws_smithy_http_client::Builder::new();
    if endpoint.is_some_and(|address| address.starts_with("http://")) {
        return builder.build_http();
    }
    builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

impl Shed for DynamodbShed {
    async fn add(&self, sheep: Sheep) -> Result<bool, Unexpected> {
        let weight = AttributeValue::N(sheep.weight.to_string());
        let attempts = CountAttempts::default();
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("tattoo", AttributeValue::N(sheep.tattoo.to_string()))
            .item("weight", weight.clone())
            .condition_expression("attribute_not_exists(tattoo)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .customize()
            .interceptor(attempts.clone());
        match put.send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(failure)) if failure.err().is_conditional_check_failed_exception() => {
                // The SDK repeats a request whose answer was lost: the sheep that is in the way may then be our own.
                let is_repeated = attempts.0.load(Relaxed) > 1;
                Ok(is_repeated && in_the_way(failure.err()).and_then(|item| item.get("weight")) == Some(&weight))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn count(&self) -> Result<u64, Unexpected> {
        let mut count = 0;
        let mut from = None;
        loop {
            let scan = self.client.scan().table_name(&self.table).select(Select::Count);
            let page = scan.set_exclusive_start_key(from).send().await?;
            count += u64::try_from(page.count)?;
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(count);
            }
        }
    }

    fn scan(&self) -> impl Pages {
        DynamodbPages { shed: self, next: Next::First }
    }

    async fn remove(&self, tattoo: u64) -> Result<bool, Unexpected> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("tattoo", AttributeValue::N(tattoo.to_string()))
            .condition_expression("attribute_exists(tattoo)");
        match delete.send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(failure))
                if matches!(failure.err(), DeleteItemError::ConditionalCheckFailedException(_)) =>
            {
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn in_the_way(failure: &PutItemError) -> Option<&Item> {
    match failure {
        PutItemError::ConditionalCheckFailedException(conflict) => conflict.item(),
        _ => None,
    }
}

/// Pages of at most 1 MB, about 35 000 sheep, which take some 20 MB as the SDK hands them out.
struct DynamodbPages<'a> {
    shed: &'a DynamodbShed,
    next: Next,
}

enum Next {
    First,
    From(Item),
    Nothing,
}

impl Pages for DynamodbPages<'_> {
    async fn next(&mut self) -> Result<Option<Vec<Sheep>>, Unexpected> {
        let from = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::First => None,
            Next::From(key) => Some(key),
            Next::Nothing => return Ok(None),
        };
        // The wolf's role demands that the attributes are named by both words.
        let scan = self
            .shed
            .client
            .scan()
            .table_name(&self.shed.table)
            .select(Select::SpecificAttributes)
            .projection_expression("tattoo, weight")
            .set_exclusive_start_key(from);
        let page = scan.send().await?;
        if let Some(key) = page.last_evaluated_key {
            self.next = Next::From(key);
        }
        page.items.unwrap_or_default().iter().map(sheep_of).collect::<Result<_, _>>().map(Some)
    }
}

fn sheep_of(item: &Item) -> Result<Sheep, Unexpected> {
    Ok(Sheep { tattoo: whole_number(item, "tattoo")?, weight: whole_number(item, "weight")? })
}

fn whole_number(item: &Item, attribute: &str) -> Result<u64, Unexpected> {
    let digits = item.get(attribute).and_then(|value| value.as_n().ok());
    let digits = digits.ok_or_else(|| format!("a sheep of the table has no number {attribute}"))?;
    digits.parse().map_err(|_| format!("{attribute} of a sheep must be a whole number; got {digits}").into())
}

/// Counts how often the SDK sends a request.
#[derive(Debug, Clone, Default)]
struct CountAttempts(Arc<AtomicU32>);

impl Intercept for CountAttempts {
    fn name(&self) -> &'static str {
        "CountAttempts"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Relaxed);
        Ok(())
    }
}

/// Makes of any signed request one that asks for nothing.
#[derive(Debug)]
struct AskForNothing;

impl Intercept for AskForNothing {
    fn name(&self) -> &'static str {
        "AskForNothing"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        request.set_method("GET")?;
        let names: Vec<String> = request.headers().iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            request.headers_mut().remove(name);
        }
        *request.body_mut() = "".into();
        Ok(())
    }
}
