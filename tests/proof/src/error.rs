//! Why a page cannot be made.

use modelgate_data::DataError;

/// Why a page cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The file that rows are read from could not be written.
    #[error("cannot write the rows: {0}")]
    Write(#[from] std::io::Error),
    /// Rows could not be read or counted.
    #[error(transparent)]
    Data(Box<DataError>),
    /// The catalogue has no metric of that id.
    #[error("the catalogue has no metric {0}")]
    NoMetric(&'static str),
    /// A day that the calendar does not have.
    #[error("there is no such day")]
    NoSuchDay,
}

impl From<DataError> for ProofError {
    fn from(error: DataError) -> Self {
        Self::Data(Box::new(error))
    }
}
