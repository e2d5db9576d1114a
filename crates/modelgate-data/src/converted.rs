//! Arrow arrays as numbers and as texts, for the types that columns may have. arrow's own casts know every pair of types, and are
//! several megabytes of program.

use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type,
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, Float64Array, Int32Array, StringArray};
use arrow_schema::{ArrowError, DataType};

use crate::column::{TextArray, number_text};

fn unexpected(array: &ArrayRef) -> ArrowError {
    ArrowError::CastError(format!("values of type {} are read neither as numbers nor as texts", array.data_type()))
}

/// Numbers as they are, or the nearest `f64` of those that are none.
pub(crate) fn numbers(array: &ArrayRef) -> Result<Float64Array, ArrowError> {
    macro_rules! of {
        ($($native:ty => $convert:expr),+ $(,)?) => {
            $(if let Some(numbers) = array.as_primitive_opt::<$native>() {
                return Ok(numbers.unary($convert));
            })+
        };
    }
    of! {
        Float64Type => |number| number,
        Float32Type => f64::from,
        Float16Type => <Float16Type as ArrowPrimitiveType>::Native::to_f64,
        Int8Type => f64::from,
        Int16Type => f64::from,
        Int32Type => f64::from,
        Int64Type => |number| number as f64,
        UInt8Type => f64::from,
        UInt16Type => f64::from,
        UInt32Type => f64::from,
        UInt64Type => |number| number as f64,
    }
    if let Some(places) = decimal_places(array.data_type()) {
        let unit = 10_f64.powi(i32::from(places));
        of! {
            Decimal32Type => |number| f64::from(number) / unit,
            Decimal64Type => |number| number as f64 / unit,
            Decimal128Type => |number| number as f64 / unit,
        }
        if let Some(numbers) = array.as_primitive_opt::<Decimal256Type>() {
            // No type of the language is so wide: its digits are read.
            return Ok(numbers.unary(|number| number.to_string().parse::<f64>().unwrap_or(f64::NAN) / unit));
        }
    }
    if *array.data_type() == DataType::Null {
        return Ok(Float64Array::new_null(array.len()));
    }
    if let Some(dictionary) = array.as_any_dictionary_opt() {
        if dictionary.values().is_empty() {
            return Ok(Float64Array::new_null(array.len()));
        }
        let values = numbers(dictionary.values())?;
        let (keys, places) = (dictionary.keys(), dictionary.normalized_keys());
        let value = |(row, place): (usize, &usize)| (keys.is_valid(row) && values.is_valid(*place)).then(|| values.value(*place));
        return Ok(places.iter().enumerate().map(value).collect());
    }
    Err(unexpected(array))
}

fn decimal_places(kind: &DataType) -> Option<i8> {
    match kind {
        DataType::Decimal32(_, places)
        | DataType::Decimal64(_, places)
        | DataType::Decimal128(_, places)
        | DataType::Decimal256(_, places) => Some(*places),
        _ => None,
    }
}

/// Texts, whole numbers and truth values as texts, each different one once. A dictionary stays what it is.
pub(crate) fn texts(array: &ArrayRef) -> Result<TextArray, ArrowError> {
    if let Some(dictionary) = array.as_dictionary_opt::<Int32Type>()
        && *dictionary.values().data_type() == DataType::Utf8
    {
        return Ok(dictionary.clone());
    }
    if let Some(dictionary) = array.as_any_dictionary_opt() {
        let (keys, values) = (dictionary.keys(), strings(dictionary.values())?);
        // Without a value there is no key but null.
        let places = if values.is_empty() { vec![0; keys.len()] } else { dictionary.normalized_keys() };
        let key = |(row, place): (usize, &usize)| keys.is_valid(row).then(|| i32::try_from(*place)).transpose();
        let too_many = |_| ArrowError::DictionaryKeyOverflowError;
        let own: Int32Array = places.iter().enumerate().map(key).collect::<Result<_, _>>().map_err(too_many)?;
        return TextArray::try_new(own, Arc::new(values));
    }
    let strings = strings(array)?;
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    for text in &strings {
        match text {
            Some(text) => {
                builder.append(text)?;
            }
            None => builder.append_null(),
        }
    }
    Ok(builder.finish())
}

/// One text for each value.
pub(crate) fn strings(array: &ArrayRef) -> Result<StringArray, ArrowError> {
    if let Some(texts) = array.as_string_opt::<i32>() {
        return Ok(texts.clone());
    }
    if let Some(texts) = array.as_string_opt::<i64>() {
        return Ok(texts.iter().collect());
    }
    if let Some(texts) = array.as_string_view_opt() {
        return Ok(texts.iter().collect());
    }
    if let Some(values) = array.as_boolean_opt() {
        return Ok(values.iter().map(|value| value.map(|value| if value { "true" } else { "false" })).collect());
    }
    macro_rules! of_whole {
        ($($native:ty),+) => {
            $(if let Some(numbers) = array.as_primitive_opt::<$native>() {
                return Ok(numbers.iter().map(|number| number.map(|number| number.to_string())).collect());
            })+
        };
    }
    of_whole!(Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type);
    if let Some(times) = times(array) {
        return Ok(times);
    }
    Ok(numbers(array)?.iter().map(|number| number.map(number_text)).collect())
}

/// Dates as `2026-05-31`, times as `2026-05-31T17:05:09`, with a `Z` where they have a zone; what no calendar has is no value. `None`
/// for other types.
fn times(array: &ArrayRef) -> Option<StringArray> {
    macro_rules! of_days {
        ($($native:ty),+) => {
            $(if let Some(days) = array.as_primitive_opt::<$native>() {
                let day = |row: usize| days.is_valid(row).then(|| days.value_as_date(row)).flatten();
                return Some((0..days.len()).map(|row| day(row).map(|day| day.to_string())).collect());
            })+
        };
    }
    of_days!(Date32Type, Date64Type);
    let zone = if matches!(array.data_type(), DataType::Timestamp(_, Some(_))) { "Z" } else { "" };
    macro_rules! of_times {
        ($($native:ty),+) => {
            $(if let Some(times) = array.as_primitive_opt::<$native>() {
                let time = |row: usize| times.is_valid(row).then(|| times.value_as_datetime(row)).flatten();
                let told = |row: usize| time(row).map(|time| time.to_string().replacen(' ', "T", 1) + zone);
                return Some((0..times.len()).map(told).collect());
            })+
        };
    }
    of_times!(TimestampSecondType, TimestampMillisecondType, TimestampMicrosecondType, TimestampNanosecondType);
    None
}

/// The values of each list, one text for each; `None` where there is no list.
pub(crate) fn lists(array: &ArrayRef) -> Result<Vec<Option<StringArray>>, ArrowError> {
    let of = |list: Option<ArrayRef>| list.as_ref().map(strings).transpose();
    if let Some(lists) = array.as_list_opt::<i32>() {
        return lists.iter().map(of).collect();
    }
    let lists = array.as_list_opt::<i64>().ok_or_else(|| unexpected(array))?;
    lists.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use arrow_array::types::UInt8Type;
    use arrow_array::{
        BooleanArray, Date32Array, Date64Array, Decimal128Array, Decimal256Array, DictionaryArray, Int64Array, LargeStringArray,
        TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt64Array,
    };
    use arrow_buffer::i256;

    use super::*;

    fn shared(array: impl Array + 'static) -> ArrayRef {
        Arc::new(array)
    }

    #[test]
    fn numbers_are_what_arrow_s_cast_makes_of_them() {
        let decimal = Decimal128Array::from(vec![Some(12_345), None, Some(-5)]).with_precision_and_scale(10, 2).unwrap();
        let wide = Decimal256Array::from(vec![Some(i256::from_i128(12_345)), None]).with_precision_and_scale(40, 1).unwrap();
        let keyed: DictionaryArray<UInt8Type> =
            DictionaryArray::new(vec![Some(1), None, Some(0)].into(), shared(Int64Array::from(vec![7, -9])));
        for array in [
            shared(Int64Array::from(vec![Some(i64::MAX), None, Some(-3)])),
            shared(UInt64Array::from(vec![u64::MAX])),
            shared(decimal),
            shared(wide),
            shared(keyed),
            arrow_array::new_null_array(&DataType::Null, 3),
        ] {
            let expected = arrow_cast::cast(&array, &DataType::Float64).unwrap();
            assert_eq!(&numbers(&array).unwrap(), expected.as_primitive::<Float64Type>(), "{}", array.data_type());
        }
        assert!(numbers(&shared(StringArray::from(vec!["1"]))).is_err());
    }

    #[test]
    fn dates_and_times_are_texts_as_csv_files_have_them() {
        let told = |array: ArrayRef| -> Vec<Option<String>> {
            strings(&array).unwrap().iter().map(|text| text.map(str::to_owned)).collect()
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told(shared(Date32Array::from(vec![Some(20_604), None, Some(-1)]))),
            [some("2026-05-31"), None, some("1969-12-31")]
        );
        assert_eq!(told(shared(Date64Array::from(vec![1_780_272_000_000]))), [some("2026-06-01")]);
        let seconds = TimestampSecondArray::from(vec![Some(1_780_272_309), None]);
        assert_eq!(told(shared(seconds.clone())), [some("2026-06-01T00:05:09"), None]);
        assert_eq!(told(shared(seconds.with_timezone("+02:00")))[0], some("2026-06-01T00:05:09Z"));
        assert_eq!(told(shared(TimestampMillisecondArray::from(vec![1_780_272_309_250])))[0], some("2026-06-01T00:05:09.250"));
        assert_eq!(told(shared(TimestampNanosecondArray::from(vec![i64::MAX])))[0], some("2262-04-11T23:47:16.854775807"));
        // No calendar goes so far.
        assert_eq!(told(shared(TimestampSecondArray::from(vec![i64::MAX]))), [None]);
        assert_eq!(told(shared(Date32Array::from(vec![i32::MAX]))), [None]);
    }

    #[test]
    fn texts_are_what_arrow_s_cast_makes_of_them() {
        let keyed: DictionaryArray<UInt8Type> =
            DictionaryArray::new(vec![Some(1), None, Some(0)].into(), shared(LargeStringArray::from(vec![Some("a"), Some("b")])));
        let none: DictionaryArray<UInt8Type> =
            DictionaryArray::new(vec![None::<u8>].into(), shared(StringArray::from(Vec::<&str>::new())));
        for array in [
            shared(StringArray::from(vec![Some("a"), None, Some("a"), Some("")])),
            shared(Int64Array::from(vec![Some(-12), None])),
            shared(BooleanArray::from(vec![Some(true), None, Some(false)])),
            shared(keyed),
            shared(none),
        ] {
            let expected = arrow_cast::cast(&array, &DataType::Utf8).unwrap();
            let found = arrow_cast::cast(&shared(texts(&array).unwrap()), &DataType::Utf8).unwrap();
            assert_eq!(&found, &expected, "{}", array.data_type());
        }
    }
}
