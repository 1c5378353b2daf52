//! The marked tree as a serde deserializer: whatever a type refuses is refused with its place.

use std::fmt;

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, Unexpected, VariantAccess,
    Visitor, value::StrDeserializer,
};

use super::{
    Place, Problem,
    marked::{Entry, Kind, Marked},
};

/// What a type says of a value that does not fit, and the innermost place that is known.
#[derive(Debug)]
pub(crate) struct Refusal {
    place: Option<Place>,
    says: String,
}

impl Refusal {
    fn at(self, place: Place) -> Self {
        Self { place: self.place.or(Some(place)), ..self }
    }

    pub(super) fn into_problem(self) -> Problem {
        Problem::error(self.place, self.says)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}

impl std::error::Error for Refusal {}

impl de::Error for Refusal {
    fn custom<T: fmt::Display>(says: T) -> Self {
        Self { place: None, says: says.to_string() }
    }
}

impl<'de> Deserializer<'de> for &'de Marked {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let seen = match &self.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Flag(flag) => visitor.visit_bool(*flag),
            Kind::Number(text) => number(text, visitor),
            Kind::Text(text) => visitor.visit_borrowed_str(text),
            Kind::List(items) => visitor.visit_seq(Items(items.iter())),
            Kind::Map(entries) => visitor.visit_map(Entries { rest: entries.iter(), value: None, seen: Vec::new() }),
        };
        seen.map_err(|refusal| refusal.at(self.place))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.kind {
            Kind::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    /// A word that looks like a number is text where text is wanted: `0123` stays what was written.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match &self.kind {
            Kind::Number(text) => visitor.visit_borrowed_str(text).map_err(|refusal: Refusal| refusal.at(self.place)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        let _ = (name, variants);
        let seen = match &self.kind {
            Kind::Text(word) => visitor.visit_enum(word.as_str().into_deserializer()),
            Kind::Map(entries) => match entries.as_slice() {
                [one] => visitor.visit_enum(Variant(one)),
                _ => Err(de::Error::custom("one key was expected here, which says which kind it is")),
            },
            _ => self.deserialize_any(visitor),
        };
        seen.map_err(|refusal| refusal.at(self.place))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// The number that a plain word is: whole where it can be.
fn number<'de, V: Visitor<'de>>(text: &str, visitor: V) -> Result<V::Value, Refusal> {
    if let Ok(whole) = text.parse::<u64>() {
        return visitor.visit_u64(whole);
    }
    if let Ok(whole) = text.parse::<i64>() {
        return visitor.visit_i64(whole);
    }
    match text.parse::<f64>() {
        Ok(real) => visitor.visit_f64(real),
        Err(_) => Err(de::Error::invalid_value(Unexpected::Str(text), &"a number in decimal digits")),
    }
}

struct Items<'de>(std::slice::Iter<'de, Marked>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Refusal;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Refusal> {
        self.0.next().map(|item| seed.deserialize(item).map_err(|refusal| refusal.at(item.place))).transpose()
    }
}

struct Entries<'de> {
    rest: std::slice::Iter<'de, Entry>,
    value: Option<&'de Entry>,
    seen: Vec<&'de str>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refusal> {
        let Some(entry) = self.rest.next() else { return Ok(None) };
        if self.seen.contains(&entry.key.as_str()) {
            let says = format!("the key {:?} stands here a second time", entry.key);
            return Err(Refusal { place: Some(entry.place), says });
        }
        self.seen.push(&entry.key);
        self.value = Some(entry);
        let key: StrDeserializer<'_, Refusal> = entry.key.as_str().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|refusal| refusal.at(entry.place))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Refusal> {
        let Some(entry) = self.value.take() else { return Err(de::Error::custom("a value without its key")) };
        seed.deserialize(&entry.value).map_err(|refusal| refusal.at(entry.value.place))
    }
}

/// `{ kind: value }`: an enum's variant with its content.
struct Variant<'de>(&'de Entry);

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Refusal;
    type Variant = &'de Marked;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, &'de Marked), Refusal> {
        let key: StrDeserializer<'_, Refusal> = self.0.key.as_str().into_deserializer();
        let which = seed.deserialize(key).map_err(|refusal: Refusal| refusal.at(self.0.place))?;
        Ok((which, &self.0.value))
    }
}

impl<'de> VariantAccess<'de> for &'de Marked {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        de::Deserialize::deserialize(self)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Refusal> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_any(visitor)
    }
}
