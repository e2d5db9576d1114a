//! Why a run ends without a decision: what, where, why, and the next thing to type.

use std::fmt::Display;
use std::path::Path;

use modelgate_config::ConfigErrors;

/// A run that cannot go on.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The configuration has mistakes, each of which renders itself.
    Config(Box<ConfigErrors>),
    /// Anything else.
    Other {
        /// What is wrong, and where.
        message: String,
        /// What to do next.
        help: Option<String>,
    },
}

impl Failure {
    /// A failure without more to say.
    pub(crate) fn new(message: impl Display) -> Self {
        Self::Other { message: message.to_string(), help: None }
    }

    /// A failure with the next step.
    pub(crate) fn with_help(message: impl Display, help: impl Into<String>) -> Self {
        Self::Other { message: message.to_string(), help: Some(help.into()) }
    }

    /// The lines for standard error.
    pub(crate) fn render(&self) -> String {
        match self {
            Self::Config(errors) => errors.to_string(),
            Self::Other { message, help } => {
                let help = help.as_ref().map(|help| format!("\n  = help: {help}")).unwrap_or_default();
                format!("error: {message}{help}\n")
            }
        }
    }

    /// Why nothing was decided, for the last line.
    pub(crate) fn summary(&self) -> String {
        match self {
            Self::Config(errors) => {
                let count = errors.errors.len();
                let noun = if count == 1 { "mistake" } else { "mistakes" };
                format!("{count} {noun} in {}, nothing was evaluated", errors.file_name)
            }
            Self::Other { .. } => "nothing was decided or recorded".to_owned(),
        }
    }
}

impl From<ConfigErrors> for Failure {
    fn from(errors: ConfigErrors) -> Self {
        Self::Config(Box::new(errors))
    }
}

/// Errors that know their next step convert alike.
macro_rules! with_help {
    ($($error:ty => $help:expr),+ $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                let help: fn(&$error) -> Option<String> = $help;
                Self::Other { help: help(&error), message: error.to_string() }
            }
        })+
    };
}

with_help! {
    modelgate_data::DataError => |error| error.help(),
    modelgate_model::ModelError => |error| error.help(),
    modelgate_model::ModelFileError => |error| Some(error.help().to_owned()),
    modelgate_model::CommandError => |error| Some(error.help()),
    modelgate_forge::ForgeError => |error| error.help(),
    modelgate_report::RenderError => |error| Some(error.help().to_owned()),
    modelgate_ledger::VerifyError => |error| Some(error.help().to_owned()),
    crate::output::WriteError => |error| Some(error.help()),
}

/// A file that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::with_help(format!("cannot read {}: {error}", path.display()), "check the path and its permissions")
}
