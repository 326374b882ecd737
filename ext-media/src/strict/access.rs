//! A deserializer round another one, which hands values on and looks at them.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::keys::{Key, Keys};
use super::names::ByName;
use super::{Breach, Watch, not_by_name};

pub(super) struct StrictDeserializer<'w, D> {
    pub(super) inner: D,
    pub(super) watch: &'w Watch,
}

/// What a visitor is asked to visit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Members whose names serde compares by itself.
    Struct,
    /// A number of 32 bits, of which one of 64 may be too large.
    Single,
    Other,
}

macro_rules! plain {
    ($($method:ident)*) => { $(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(visitor)
        }
    )* };
}

macro_rules! watched {
    ($($method:ident($($arg:ident: $type:ty),*) -> $wanted:ident;)*) => { $(
        #[inline]
        fn $method<V: Visitor<'de>>(self, $($arg: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            let watch = self.watch;
            self.inner.$method($($arg,)* StrictVisitor { inner: visitor, watch, wanted: Wanted::$wanted })
        }
    )* };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for StrictDeserializer<'_, D> {
    type Error = D::Error;

    plain! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_u128 deserialize_char deserialize_str deserialize_string deserialize_unit
        deserialize_identifier deserialize_ignored_any
    }

    watched! {
        deserialize_any() -> Other;
        deserialize_f32() -> Single;
        deserialize_f64() -> Other;
        deserialize_bytes() -> Other;
        deserialize_byte_buf() -> Other;
        deserialize_option() -> Other;
        deserialize_unit_struct(name: &'static str) -> Other;
        deserialize_newtype_struct(name: &'static str) -> Other;
        deserialize_seq() -> Other;
        deserialize_tuple(len: usize) -> Other;
        deserialize_tuple_struct(name: &'static str, len: usize) -> Other;
        deserialize_map() -> Other;
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) -> Struct;
        deserialize_enum(name: &'static str, variants: &'static [&'static str]) -> Other;
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

struct StrictVisitor<'w, V> {
    inner: V,
    watch: &'w Watch,
    wanted: Wanted,
}

impl<V> StrictVisitor<'_, V> {
    fn finite<E: Error>(&self, is_finite: bool) -> Result<(), E> {
        if is_finite || self.watch.lenient {
            Ok(())
        } else {
            Err(self.watch.refuse(Breach::NotFinite))
        }
    }
}

macro_rules! hand_on {
    ($($method:ident($type:ty))*) => { $(
        #[inline]
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$method(value)
        }
    )* };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for StrictVisitor<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    hand_on! {
        visit_bool(bool) visit_i8(i8) visit_i16(i16) visit_i32(i32) visit_i64(i64) visit_i128(i128)
        visit_u8(u8) visit_u16(u16) visit_u32(u32) visit_u64(u64) visit_u128(u128)
        visit_char(char) visit_str(&str) visit_borrowed_str(&'de str) visit_string(String)
        visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn visit_f32<E: Error>(self, value: f32) -> Result<V::Value, E> {
        self.finite(value.is_finite())?;
        self.inner.visit_f32(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<V::Value, E> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is asked whether it fits"
        )]
        let fits = self.wanted != Wanted::Single || (value as f32).is_finite();
        self.finite(value.is_finite() && fits)?;
        self.inner.visit_f64(value)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let watch = self.watch;
        self.inner.visit_some(StrictDeserializer { inner, watch })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let watch = self.watch;
        self.inner
            .visit_newtype_struct(StrictDeserializer { inner, watch })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let Self {
            inner: visitor,
            watch,
            wanted,
        } = self;
        // serde takes a list for a struct, by position: a mistake that nobody sees.
        if wanted == Wanted::Struct && !watch.lenient {
            return Err(not_by_name(&visitor));
        }
        watch.deeper(|| visitor.visit_seq(Strict { inner, watch }))
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let Self {
            inner: visitor,
            watch,
            wanted,
        } = self;
        let keys = (wanted == Wanted::Other && !watch.lenient).then(Keys::default);
        watch.deeper(|| visitor.visit_map(StrictMap { inner, watch, keys }))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let Self {
            inner: visitor,
            watch,
            ..
        } = self;
        watch.deeper(|| visitor.visit_enum(Strict { inner, watch }))
    }
}

/// Something of which every value is looked at.
struct Strict<'w, T> {
    inner: T,
    watch: &'w Watch,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Strict<'_, S> {
    type Value = S::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        let watch = self.watch;
        self.inner.deserialize(StrictDeserializer { inner, watch })
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Strict<'_, A> {
    type Error = A::Error;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        inner: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let watch = self.watch;
        self.inner.next_element_seed(Strict { inner, watch })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

struct StrictMap<'w, A> {
    inner: A,
    watch: &'w Watch,
    /// `None` where serde compares names by itself.
    keys: Option<Keys>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for StrictMap<'_, A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let watch = self.watch;
        match &mut self.keys {
            Some(keys) => self.inner.next_key_seed(Key {
                inner: seed,
                keys,
                watch,
            }),
            None if watch.lenient => self.inner.next_key_seed(seed),
            None => self.inner.next_key_seed(ByName(seed)),
        }
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, inner: S) -> Result<S::Value, A::Error> {
        let watch = self.watch;
        self.inner.next_value_seed(Strict { inner, watch })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, 'w, A: EnumAccess<'de>> EnumAccess<'de> for Strict<'w, A> {
    type Error = A::Error;
    type Variant = Strict<'w, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let watch = self.watch;
        let (value, inner) = self.inner.variant_seed(seed)?;
        Ok((value, Strict { inner, watch }))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Strict<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, inner: S) -> Result<S::Value, A::Error> {
        let watch = self.watch;
        self.inner.newtype_variant_seed(Strict { inner, watch })
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, inner: V) -> Result<V::Value, A::Error> {
        let (watch, wanted) = (self.watch, Wanted::Other);
        self.inner.tuple_variant(
            len,
            StrictVisitor {
                inner,
                watch,
                wanted,
            },
        )
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        inner: V,
    ) -> Result<V::Value, A::Error> {
        let (watch, wanted) = (self.watch, Wanted::Struct);
        self.inner.struct_variant(
            fields,
            StrictVisitor {
                inner,
                watch,
                wanted,
            },
        )
    }
}
