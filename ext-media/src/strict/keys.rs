//! The names of a map's members, to find the one that comes twice.

use std::collections::HashSet;
use std::fmt;
use std::hash::BuildHasher;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::{Breach, Watch};

/// Up to here a list is faster than a set.
const FEW: usize = 24;

#[derive(Default)]
pub(super) struct Keys {
    few: Vec<u64>,
    many: HashSet<u64>,
    /// Only where hashes are not enough.
    names: HashSet<(Kind, String)>,
    /// The variant of which it is not known yet whether it is a name.
    variant: String,
}

/// What a key is: nothing is not the text that it is written as.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Text,
    Nothing,
}

impl Keys {
    fn take<E: Error>(&mut self, kind: Kind, name: &str, watch: &Watch) -> Result<(), E> {
        let is_new = if watch.exact {
            self.names.insert((kind, name.to_owned()))
        } else {
            self.is_new(watch.hasher.hash_one((kind, name)))
        };
        if is_new {
            return Ok(());
        }
        name.clone_into(&mut watch.member.borrow_mut());
        Err(watch.refuse(Breach::Duplicate))
    }

    fn is_new(&mut self, hash: u64) -> bool {
        if !self.many.is_empty() {
            return self.many.insert(hash);
        }
        if self.few.contains(&hash) {
            return false;
        }
        if self.few.len() == FEW {
            self.many.extend(self.few.drain(..));
            return self.many.insert(hash);
        }
        self.few.push(hash);
        true
    }
}

/// Reads a key, and remembers it.
pub(super) struct Key<'k, T> {
    pub(super) inner: T,
    pub(super) keys: &'k mut Keys,
    pub(super) watch: &'k Watch,
}

impl<T> Key<'_, T> {
    fn seen<E: Error>(self, name: &str) -> Result<T, E> {
        self.keys.take(Kind::Text, name, self.watch)?;
        Ok(self.inner)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Key<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        let Self {
            inner: seed,
            keys,
            watch,
        } = self;
        seed.deserialize(Key { inner, keys, watch })
    }
}

macro_rules! forward {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            let Self { inner, keys, watch } = self;
            inner.$method(Key { inner: visitor, keys, watch })
        }
    )* };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Key<'_, D> {
    type Error = D::Error;

    forward! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32
        deserialize_i64 deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char
        deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
        deserialize_option deserialize_unit deserialize_seq deserialize_map
        deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let Self { inner, keys, watch } = self;
        inner.deserialize_unit_struct(
            name,
            Key {
                inner: visitor,
                keys,
                watch,
            },
        )
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let Self { inner, keys, watch } = self;
        inner.deserialize_newtype_struct(
            name,
            Key {
                inner: visitor,
                keys,
                watch,
            },
        )
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let Self { inner, keys, watch } = self;
        inner.deserialize_enum(
            name,
            variants,
            Key {
                inner: visitor,
                keys,
                watch,
            },
        )
    }

    forward_to_deserialize_any! { <V: Visitor<'de>> tuple tuple_struct struct }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! take_numbers {
    ($($method:ident: $type:ty),*) => { $(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.seen(&value.to_string())?.$method(value)
        }
    )* };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Key<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    take_numbers! {
        visit_bool: bool, visit_i64: i64, visit_i128: i128, visit_u64: u64, visit_u128: u128,
        visit_f64: f64, visit_char: char
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<V::Value, E> {
        self.seen(name)?.visit_str(name)
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<V::Value, E> {
        self.seen(name)?.visit_borrowed_str(name)
    }

    fn visit_string<E: Error>(self, name: String) -> Result<V::Value, E> {
        self.keys.take(Kind::Text, &name, self.watch)?;
        self.inner.visit_string(name)
    }

    fn visit_bytes<E: Error>(self, name: &[u8]) -> Result<V::Value, E> {
        self.seen(&name.escape_ascii().to_string())?
            .visit_bytes(name)
    }

    fn visit_borrowed_bytes<E: Error>(self, name: &'de [u8]) -> Result<V::Value, E> {
        self.seen(&name.escape_ascii().to_string())?
            .visit_borrowed_bytes(name)
    }

    fn visit_byte_buf<E: Error>(self, name: Vec<u8>) -> Result<V::Value, E> {
        self.keys
            .take(Kind::Text, &name.escape_ascii().to_string(), self.watch)?;
        self.inner.visit_byte_buf(name)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let Self {
            inner: visitor,
            keys,
            watch,
        } = self;
        visitor.visit_newtype_struct(Key { inner, keys, watch })
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let Self {
            inner: visitor,
            keys,
            watch,
        } = self;
        visitor.visit_some(Key { inner, keys, watch })
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.keys.take(Kind::Nothing, "", self.watch)?;
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.keys.take(Kind::Nothing, "", self.watch)?;
        self.inner.visit_unit()
    }

    // Keys that are made of several values are not compared: no format of ours has them by name.
    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(inner)
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(inner)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let Self {
            inner: visitor,
            keys,
            watch,
        } = self;
        visitor.visit_enum(Key { inner, keys, watch })
    }
}

impl<'de, 'k, A: EnumAccess<'de>> EnumAccess<'de> for Key<'k, A> {
    type Error = A::Error;
    type Variant = Key<'k, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let Self { inner, keys, watch } = self;
        let variant = VariantName {
            inner: seed,
            name: &mut keys.variant,
        };
        let (value, inner) = inner.variant_seed(variant)?;
        Ok((value, Key { inner, keys, watch }))
    }
}

/// A variant without content is a name; one with content is not compared.
impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Key<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()?;
        let name = std::mem::take(&mut self.keys.variant);
        self.keys.take(Kind::Text, &name, self.watch)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.newtype_variant_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.inner.tuple_variant(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.inner.struct_variant(fields, visitor)
    }
}

/// Reads the name of a variant, and keeps it.
struct VariantName<'k, T> {
    inner: T,
    name: &'k mut String,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for VariantName<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        let name = self.name;
        self.inner.deserialize(VariantName { inner, name })
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for VariantName<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, inner: V) -> Result<V::Value, D::Error> {
        let name = self.name;
        self.inner.deserialize_any(VariantName { inner, name })
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, inner: V) -> Result<V::Value, D::Error> {
        let name = self.name;
        self.inner
            .deserialize_identifier(VariantName { inner, name })
    }

    forward_to_deserialize_any! {
        <V: Visitor<'de>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum ignored_any
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for VariantName<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<V::Value, E> {
        name.clone_into(self.name);
        self.inner.visit_str(name)
    }

    fn visit_u64<E: Error>(self, index: u64) -> Result<V::Value, E> {
        *self.name = index.to_string();
        self.inner.visit_u64(index)
    }
}
