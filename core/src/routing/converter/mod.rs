//! Converters: which texts a field takes, and what they mean.
//!
//! | in a template | takes | value |
//! | --- | --- | --- |
//! | `{id:int}` | an integer of 64 bits: `7`, `-3`, `007` | `i64` |
//! | `{id:int(num_digits=4, min=1, max=9999)}` | with so many characters, in that range | `i64` |
//! | `{x:float}`, `{x:float(min=0, max=1, finite=true)}` | a finite decimal number: `1`, `-0.5`, `2e3` | `f64` |
//! | `{id:uuid}` | a UUID: with hyphens, without, in braces, as a URN | `u128` |
//! | `{at:datetime}` | an RFC 3339 time: `2026-11-22T21:00:00Z` | `SystemTime` |
//! | `{code:re("[A-Z]{2}")}` | what the regular expression matches as a whole; feature `regex` | `String` |
//! | `{rest:path}` | all that is left of the path, slashes included; only at the end | `String` |
//!
//! A text that is not taken is no error: the next candidate is tried, and in the end the answer is
//! 404.

mod args;
mod datetime;
mod float;
mod int;
#[cfg(feature = "regex")]
mod re;
mod uuid;

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub use self::args::ConverterArgs;
use crate::operation::Schema;

/// Tells which texts a field takes, and makes a value of them.
///
/// Added with [`App::add_converter`](crate::App::add_converter); the value is read with
/// [`Request::param_value`](crate::Request::param_value).
///
/// # Examples
///
/// ```
/// use falcon_core::routing::converter::Converter;
/// use falcon_core::App;
///
/// /// A version: `v1`, `v2`, …
/// struct Version;
///
/// impl Converter for Version {
///     type Value = u16;
///
///     fn convert(&self, text: &str) -> Option<u16> {
///         text.strip_prefix('v')?.parse().ok()
///     }
/// }
///
/// let mut app = App::new();
/// app.add_converter("version", Version);
/// // app.add_route("/{v:version}/things", …), then req.param_value::<u16>("v")?
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a converter",
    label = "needs `impl Converter for {Self}` with a `Value` and `fn convert(&self, text: &str) -> Option<Value>`"
)]
pub trait Converter: Send + Sync + 'static {
    /// What the text means.
    type Value: Send + Sync + 'static;

    /// Takes the decoded text of the field, or returns `None` to have the next candidate tried.
    fn convert(&self, text: &str) -> Option<Self::Value>;

    /// Says which texts it takes, or as near as a schema can, for descriptions of the API. A text
    /// without more, unless implemented.
    fn schema(&self) -> Option<Schema> {
        None
    }
}

/// One converter for many fields.
impl<C: Converter> Converter for Arc<C> {
    type Value = C::Value;

    fn convert(&self, text: &str) -> Option<C::Value> {
        (**self).convert(text)
    }

    fn schema(&self) -> Option<Schema> {
        (**self).schema()
    }
}

/// A converter without its value's type.
trait DynConverter: Send + Sync {
    fn accepts(&self, text: &str) -> bool;
    /// `slot` is an `Option` of the value that the caller wants.
    fn fill(&self, text: &str, slot: &mut dyn Any);
    fn says(&self) -> Option<Schema>;
}

impl<C: Converter> DynConverter for C {
    fn accepts(&self, text: &str) -> bool {
        self.convert(text).is_some()
    }

    fn fill(&self, text: &str, slot: &mut dyn Any) {
        if let Some(slot) = slot.downcast_mut::<Option<C::Value>>() {
            *slot = self.convert(text);
        }
    }

    fn says(&self) -> Option<Schema> {
        self.schema()
    }
}

/// A converter as one field has it, with its arguments.
#[derive(Clone)]
pub(crate) struct Registered {
    /// As the template has it: `int(min=1)`.
    call: String,
    /// The same in one spelling: two fields with the same key take the same texts.
    key: String,
    rank: u8,
    is_path: bool,
    converter: Arc<dyn DynConverter>,
}

impl Registered {
    pub(crate) fn call(&self) -> &str {
        &self.call
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn is_path(&self) -> bool {
        self.is_path
    }

    pub(crate) fn schema(&self) -> Option<Schema> {
        self.converter.says()
    }

    pub(super) fn accepts(&self, text: &str) -> bool {
        self.converter.accepts(text)
    }

    pub(crate) fn value<T: 'static>(&self, text: &str) -> Option<T> {
        let mut slot: Option<T> = None;
        self.converter.fill(text, &mut slot);
        slot
    }

    /// The order in which the converters of one segment are tried.
    pub(super) fn order(&self) -> impl Ord + '_ {
        let (name, args) = self.key.split_once('(').unwrap_or((&self.key, ""));
        (self.rank, name, args == ")", args)
    }
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.call)
    }
}

type Factory =
    Box<dyn Fn(&mut ConverterArgs) -> Result<Arc<dyn DynConverter>, String> + Send + Sync>;

/// The converters that an app knows, by name.
pub(crate) struct Converters {
    // With the rank: built-in ones go first, and among themselves by how much they rule out.
    known: BTreeMap<String, (u8, Factory)>,
    has_own: bool,
}

const PATH: &str = "path";
const OWN_RANK: u8 = 9;

impl Default for Converters {
    fn default() -> Self {
        let mut converters = Self {
            known: BTreeMap::new(),
            has_own: false,
        };
        converters.add("uuid", 0, |_| Ok(uuid::Uuid));
        converters.add("datetime", 1, |_| Ok(datetime::DateTime));
        converters.add("int", 2, int::Int::new);
        converters.add("float", 3, float::Float::new);
        #[cfg(feature = "regex")]
        converters.add("re", 4, re::Pattern::new);
        converters.add(PATH, OWN_RANK, |_| Ok(Anything));
        converters
    }
}

impl Converters {
    fn add<C: Converter>(
        &mut self,
        name: &str,
        rank: u8,
        make: impl Fn(&mut ConverterArgs) -> Result<C, String> + Send + Sync + 'static,
    ) {
        let factory: Factory = Box::new(move |args| Ok(Arc::new(make(args)?)));
        self.known.insert(name.to_owned(), (rank, factory));
    }

    /// Adds one of the application's own; `Err` tells why it cannot be.
    pub(crate) fn add_own<C: Converter>(
        &mut self,
        name: &str,
        make: impl Fn(&mut ConverterArgs) -> Result<C, String> + Send + Sync + 'static,
    ) -> Result<(), String> {
        if name == PATH {
            return Err(
                "the converter `path` is part of the template grammar and cannot be replaced"
                    .to_owned(),
            );
        }
        let rank = self.known.get(name).map_or(OWN_RANK, |(rank, _)| *rank);
        self.add(name, rank, make);
        self.has_own = true;
        Ok(())
    }

    pub(crate) fn has_own(&self) -> bool {
        self.has_own
    }

    pub(super) fn make(&self, name: &str, args: Option<&str>) -> Result<Registered, Refused> {
        let (rank, factory) = self.known.get(name).ok_or_else(|| self.unknown(name))?;
        let refused = |what| Refused { what, help: None };
        let mut parsed = ConverterArgs::parse(args.unwrap_or("")).map_err(refused)?;
        let converter = factory(&mut parsed).map_err(refused)?;
        let key = format!("{name}({})", parsed.finish().map_err(refused)?);
        let call = args.map_or_else(|| name.to_owned(), |args| format!("{name}({args})"));
        Ok(Registered {
            call,
            key,
            rank: *rank,
            is_path: name == PATH,
            converter,
        })
    }

    fn unknown(&self, name: &str) -> Refused {
        let known: Vec<&str> = self.known.keys().map(String::as_str).collect();
        let close = known
            .iter()
            .filter(|k| is_close(k, name))
            .map(|k| format!("did you mean `{k}`? "))
            .next();
        let help = format!("{}known: {}", close.unwrap_or_default(), known.join(", "));
        Refused {
            what: format!("no converter is called `{name}`"),
            help: Some(help),
        }
    }
}

/// Why a converter cannot be made.
pub(super) struct Refused {
    pub(super) what: String,
    pub(super) help: Option<String>,
}

/// Whether two names hold nearly the same letters: a slip of the keyboard.
fn is_close(a: &str, b: &str) -> bool {
    let letters = |text: &str| {
        let mut letters: Vec<char> = text.to_lowercase().chars().collect();
        letters.sort_unstable();
        letters
    };
    let (a, mut b) = (letters(a), letters(b));
    let shared = a
        .iter()
        .filter(|c| {
            b.iter()
                .position(|d| d == *c)
                .map(|at| b.remove(at))
                .is_some()
        })
        .count();
    a.len() - shared + b.len() <= 1
}

/// What `{rest:path}` takes.
struct Anything;

impl Converter for Anything {
    type Value = String;

    fn convert(&self, text: &str) -> Option<String> {
        Some(text.to_owned())
    }
}
