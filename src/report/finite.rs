//! Refuses numbers that are not finite, by name.
//!
//! `serde_json` writes NaN as `null`, which a report uses for "unknown": a broken number would pass as an honest
//! gap. This serializer writes nothing; it walks the value as JSON would and stops at the first such number.

use std::fmt;

use serde::ser::{self, Impossible, Serialize, Serializer};

/// Refuses a value that holds a number that is not finite.
pub(super) fn check(value: &impl Serialize) -> Result<(), NotFinite> {
    value.serialize(Finite)
}

/// A number that is not finite and where it is: `components[3].energy_j is NaN`.
#[derive(Debug)]
pub(super) struct NotFinite {
    path: String,
    problem: String,
}

impl NotFinite {
    /// The same problem seen from one level up.
    fn within(mut self, step: &str) -> NotFinite {
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{step}{joint}{}", self.path);
        self
    }
}

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}, which a report must not contain", self.path, self.problem)
    }
}

impl std::error::Error for NotFinite {}

impl ser::Error for NotFinite {
    fn custom<T: fmt::Display>(message: T) -> NotFinite {
        NotFinite { path: String::new(), problem: message.to_string() }
    }
}

/// Walks scalars.
struct Finite;

/// Walks what has parts; `index` is the next element's, `key` the next entry's.
#[derive(Default)]
struct Parts {
    index: usize,
    key: String,
}

impl Parts {
    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), NotFinite> {
        value.serialize(Finite).map_err(|problem| problem.within(&format!("[{}]", self.index)))?;
        self.index += 1;
        Ok(())
    }
}

macro_rules! harmless {
    ($($method:ident: $type:ty,)*) => {
        $(fn $method(self, _: $type) -> Result<(), NotFinite> { Ok(()) })*
    };
}

impl Serializer for Finite {
    type Ok = ();
    type Error = NotFinite;
    type SerializeSeq = Parts;
    type SerializeTuple = Parts;
    type SerializeTupleStruct = Parts;
    type SerializeTupleVariant = Impossible<(), NotFinite>;
    type SerializeMap = Parts;
    type SerializeStruct = Parts;
    type SerializeStructVariant = Impossible<(), NotFinite>;

    harmless! {
        serialize_bool: bool, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
        serialize_unit_struct: &'static str,
    }

    fn serialize_f32(self, value: f32) -> Result<(), NotFinite> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result<(), NotFinite> {
        if value.is_finite() { Ok(()) } else { Err(ser::Error::custom(format_args!("is {value}"))) }
    }

    fn serialize_none(self) -> Result<(), NotFinite> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotFinite> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), NotFinite> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), NotFinite> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), NotFinite> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), NotFinite> {
        value.serialize(self).map_err(|problem| problem.within(variant))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts, NotFinite> {
        Ok(Parts::default())
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts, NotFinite> {
        Ok(Parts::default())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts, NotFinite> {
        Ok(Parts::default())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NotFinite> {
        Err(ser::Error::custom(format_args!("holds the variant {variant}, which cannot be checked")))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts, NotFinite> {
        Ok(Parts::default())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts, NotFinite> {
        Ok(Parts::default())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, NotFinite> {
        Err(ser::Error::custom(format_args!("holds the variant {variant}, which cannot be checked")))
    }
}

macro_rules! elements {
    ($($kind:ident: $method:ident,)*) => {
        $(impl ser::$kind for Parts {
            type Ok = ();
            type Error = NotFinite;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotFinite> {
                self.element(value)
            }

            fn end(self) -> Result<(), NotFinite> {
                Ok(())
            }
        })*
    };
}

elements! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
}

impl ser::SerializeMap for Parts {
    type Ok = ();
    type Error = NotFinite;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NotFinite> {
        // Keys are strings or integers; whatever else they are, JSON itself will refuse.
        self.key = serde_json::to_string(key).unwrap_or_default().trim_matches('"').to_string();
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotFinite> {
        value.serialize(Finite).map_err(|problem| problem.within(&self.key))
    }

    fn end(self) -> Result<(), NotFinite> {
        Ok(())
    }
}

impl ser::SerializeStruct for Parts {
    type Ok = ();
    type Error = NotFinite;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), NotFinite> {
        value.serialize(Finite).map_err(|problem| problem.within(key))
    }

    fn end(self) -> Result<(), NotFinite> {
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_number_that_is_not_finite_is_refused_with_its_path() {
        let value = BTreeMap::from([("rows", vec![(1, 2.0), (2, f64::NAN)])]);
        let problem = check(&value).unwrap_err().to_string();
        assert_eq!(problem, "rows[1][1] is NaN, which a report must not contain");
    }

    #[test]
    fn finite_numbers_and_gaps_pass() {
        assert!(
            check(&(
                Some(1.0),
                None::<f64>,
                f64::MAX,
                -0.0,
                u128::MAX,
                "NaN",
                serde_json::json!({"a": [1.5]})
            ))
            .is_ok()
        );
        assert!(check(&Some(f32::INFINITY)).is_err());
    }
}
