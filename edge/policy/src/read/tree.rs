//! JSON and YAML as one tree, with what a tree cannot hold told beside it.
//!
//! What YAML can say and JSON cannot must neither vanish nor fail the document: an infinite percentage that became
//! `null` would read as 0, and drop everything. Neither may a key that comes twice vanish: whoever reads the document
//! might believe in the other.

use std::cell::RefCell;
use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_json::{Map, Number, Value, json};

use super::matcher::TYPED;

/// A document as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// The document; of a key that comes more than once it has the last.
    pub value: Value,
    /// The keys that come more than once in one object, in the order of the document.
    pub repeated: Vec<Repeated>,
}

/// A key that comes more than once in one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    /// Where the object stands, from outside in.
    path: Vec<Step>,
    key: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

impl Tree {
    /// Reads JSON.
    ///
    /// # Errors
    /// If it is none.
    pub fn from_json(text: &[u8]) -> Result<Self, serde_json::Error> {
        let mut json = serde_json::Deserializer::from_slice(text);
        let tree = Self::read(&mut json)?;
        json.end().map(|()| tree)
    }

    /// Reads a YAML document of one tree.
    pub(super) fn from_yaml(text: &[u8]) -> Result<Self, serde_yaml_ng::Error> {
        Self::read(serde_yaml_ng::Deserializer::from_slice(text))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let repeated = RefCell::default();
        let value = Node { place: None, repeated: &repeated }.deserialize(deserializer)?;
        Ok(Self { value, repeated: repeated.into_inner() })
    }
}

impl Repeated {
    /// The policy that it stands in, by its place in the list of the document.
    pub fn policy(&self) -> Option<usize> {
        self.in_policy().map(|(index, _)| index)
    }

    /// Whether the list of policies itself comes more than once.
    pub fn is_list(&self) -> bool {
        self.path.is_empty() && self.key == "policies"
    }

    fn in_policy(&self) -> Option<(usize, &[Step])> {
        match &self.path[..] {
            [Step::Index(index), within @ ..] => Some((*index, within)),
            [Step::Key(list), Step::Index(index), within @ ..] if list == "policies" => {
                Some((*index, within))
            }
            _ => None,
        }
    }
}

/// With its place in the policy, as other problems are told.
impl fmt::Display for Repeated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let within = self.in_policy().map_or(&self.path[..], |(_, within)| within);
        for (index, step) in within.iter().enumerate() {
            match step {
                Step::Key(key) if index == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ": {key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        let separator = if within.is_empty() { "" } else { ": " };
        write!(f, "{separator}`{}` comes more than once", self.key)
    }
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place<'p> {
    outer: Option<&'p Place<'p>>,
    step: PlaceStep<'p>,
}

#[derive(Clone, Copy)]
enum PlaceStep<'p> {
    Key(&'p str),
    Index(usize),
}

impl Place<'_> {
    fn path(&self) -> Vec<Step> {
        let mut path = self.outer.map_or(Vec::new(), Place::path);
        path.push(match self.step {
            PlaceStep::Key(key) => Step::Key(key.to_owned()),
            PlaceStep::Index(index) => Step::Index(index),
        });
        path
    }
}

/// Reads the value at a place.
#[derive(Clone, Copy)]
struct Node<'p> {
    /// None for the document.
    place: Option<&'p Place<'p>>,
    repeated: &'p RefCell<Vec<Repeated>>,
}

impl Node<'_> {
    fn within<T>(&self, step: PlaceStep<'_>, read: impl FnOnce(Node<'_>) -> T) -> T {
        let place = Place { outer: self.place, step };
        read(Node { place: Some(&place), repeated: self.repeated })
    }

    fn comes_again(&self, key: String) {
        let again = Repeated { path: self.place.map_or(Vec::new(), Place::path), key };
        let mut repeated = self.repeated.borrow_mut();
        if repeated.last() != Some(&again) {
            repeated.push(again);
        }
    }

    /// Whether a bare number here stands for a message with a type.
    fn is_typed(&self) -> bool {
        let key = self.place.map(|place| place.step);
        matches!(key, Some(PlaceStep::Key(key)) if TYPED.contains(&key))
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, int: i64) -> Result<Value, E> {
        Ok(int.into())
    }

    fn visit_u64<E>(self, int: u64) -> Result<Value, E> {
        Ok(int.into())
    }

    fn visit_i128<E: Error>(self, int: i128) -> Result<Value, E> {
        self.visit_f64(int as f64)
    }

    fn visit_u128<E: Error>(self, int: u128) -> Result<Value, E> {
        self.visit_f64(int as f64)
    }

    /// What JSON has no number for goes by the names of the proto3 JSON mapping, which want the type to be said.
    fn visit_f64<E>(self, double: f64) -> Result<Value, E> {
        let name = match Number::from_f64(double) {
            Some(number) => return Ok(Value::Number(number)),
            None if double.is_nan() => "NaN",
            None if double > 0.0 => "Infinity",
            None => "-Infinity",
        };
        Ok(if self.is_typed() { json!({"double_value": name}) } else { name.into() })
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) =
            self.within(PlaceStep::Index(list.len()), |node| elements.next_element_seed(node))?
        {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let value = self.within(PlaceStep::Key(&key), |node| members.next_value_seed(node))?;
            if object.contains_key(&key) {
                self.comes_again(key.clone());
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }

    /// A tag says nothing here: the value behind it counts.
    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Value, A::Error> {
        let (Tag, content) = tagged.variant()?;
        content.newtype_variant_seed(self)
    }
}

/// Any tag.
struct Tag;

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|_| Self)
    }
}
