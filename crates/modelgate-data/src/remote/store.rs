//! Opens the store of an address as its own tools would: the environment says who asks, and whom.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::client::ClientOptions;
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::{BackoffConfig, ObjectStore, RetryConfig};
use url::Url;

use super::address::{Address, Scheme, is_this_machine};
use super::fault::{RemoteFault, last_cause};

/// A server that says nothing for so long is given up.
const SILENCE: Duration = Duration::from_mins(1);

/// As long may it take to reach a server.
const CONNECTING: Duration = Duration::from_secs(10);

pub(super) fn of(address: &Address) -> Result<Arc<dyn ObjectStore>, RemoteFault> {
    // The second to install it finds the first one's.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let scheme = address.scheme.id();
    let failed = |error: object_store::Error| RemoteFault::BadSetup { reason: last_cause(&error), scheme };
    let place = address.place.as_str();
    Ok(match address.scheme {
        Scheme::S3 => {
            let builder = AmazonS3Builder::from_env().with_bucket_name(place);
            let asked = [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint];
            let options = options(asked.iter().find_map(|key| builder.get_config_value(key)).as_deref())?;
            Arc::new(builder.with_client_options(options).with_retry(retries()).build().map_err(failed)?)
        }
        Scheme::Gs => {
            let builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(place);
            let options = options(builder.get_config_value(&GoogleConfigKey::BaseUrl).as_deref())?;
            Arc::new(builder.with_client_options(options).with_retry(retries()).build().map_err(failed)?)
        }
        Scheme::Az => {
            let builder = MicrosoftAzureBuilder::from_env().with_container_name(place);
            let options = options(builder.get_config_value(&AzureConfigKey::Endpoint).as_deref())?;
            Arc::new(builder.with_client_options(options).with_retry(retries()).build().map_err(failed)?)
        }
        Scheme::Https => {
            let options = options(Some(place))?;
            let builder = HttpBuilder::new().with_url(place).with_client_options(options).with_retry(retries());
            Arc::new(builder.build().map_err(failed)?)
        }
    })
}

/// How servers are spoken to. An open line is for this machine alone, whatever the environment says.
fn options(server: Option<&str>) -> Result<ClientOptions, RemoteFault> {
    let url = server.and_then(|server| Url::parse(server).ok());
    let is_open = url.as_ref().is_some_and(|url| url.scheme() == "http");
    let is_here = url.as_ref().and_then(Url::host_str).is_some_and(is_this_machine);
    if is_open && !is_here {
        return Err(RemoteFault::PlainHttp);
    }
    // A whole file may take as long as it takes.
    let options = ClientOptions::new().with_timeout_disabled().with_connect_timeout(CONNECTING).with_read_timeout(SILENCE);
    Ok(options.with_allow_http(is_open))
}

/// What failed on the way is asked for again, a few times: fetching changes nothing.
fn retries() -> RetryConfig {
    let backoff = BackoffConfig { init_backoff: Duration::from_millis(100), max_backoff: Duration::from_secs(5), base: 2.0 };
    RetryConfig { backoff, max_retries: 3, retry_timeout: Duration::from_mins(1) }
}
