//! Walking through a binary format without recursion: what is opened, and what it still lacks.

use crate::fault::{Fault, Kind, Place};

/// Containers that are open, the innermost last.
pub(crate) struct Open {
    levels: Vec<Level>,
    max_depth: usize,
}

#[derive(Clone, Copy)]
struct Level {
    /// Items that are to come; `None` where a break ends them.
    left: Option<u64>,
    is_map: bool,
    /// Whether the next item is a key, in a map.
    at_key: bool,
}

impl Open {
    pub(crate) fn new(max_depth: usize) -> Self {
        Self {
            levels: Vec::new(),
            max_depth,
        }
    }

    /// Whether the next item is the key of a map.
    #[cfg(feature = "msgpack")]
    pub(crate) fn at_key(&self) -> bool {
        self.levels.last().is_some_and(|level| level.at_key)
    }

    /// Opens a container of so many items; a map has two for each of its members.
    pub(crate) fn open(
        &mut self,
        items: Option<u64>,
        is_map: bool,
        at: usize,
    ) -> Result<(), Fault> {
        if self.levels.len() == self.max_depth {
            let reason = format!("nested more than {} deep", self.max_depth);
            return Err(Fault::new(Kind::TooDeep, reason, Place::Offset(at)));
        }
        self.levels.push(Level {
            left: items,
            is_map,
            at_key: is_map,
        });
        Ok(())
    }

    /// Counts an item that is whole, and closes what it completes; `true` at the end of the value.
    pub(crate) fn item(&mut self) -> bool {
        while let Some(level) = self.levels.last_mut() {
            level.at_key = level.is_map && !level.at_key;
            let Some(left) = &mut level.left else {
                return false;
            };
            *left = left.saturating_sub(1);
            if *left > 0 {
                return false;
            }
            self.levels.pop();
        }
        true
    }

    /// Closes what a break ends; `None` where there is nothing to break, or half a member.
    #[cfg(feature = "cbor")]
    pub(crate) fn broken_off(&mut self) -> Option<()> {
        let level = self.levels.last()?;
        let is_whole = !level.is_map || level.at_key;
        (level.left.is_none() && is_whole).then(|| {
            self.levels.pop();
        })
    }
}

/// The bytes, and how far they were walked through.
pub(crate) struct Bytes<'a> {
    body: &'a [u8],
    pub(crate) at: usize,
}

impl<'a> Bytes<'a> {
    pub(crate) fn new(body: &'a [u8]) -> Self {
        Self { body, at: 0 }
    }

    pub(crate) fn take(&mut self, count: u64) -> Result<&'a [u8], Fault> {
        let taken = usize::try_from(count)
            .ok()
            .and_then(|count| self.body.get(self.at..)?.get(..count));
        let taken = taken.ok_or_else(|| {
            Fault::new(
                Kind::Malformed,
                "the body ends early",
                Place::Offset(self.body.len()),
            )
        })?;
        self.at += taken.len();
        Ok(taken)
    }

    /// A number of so many bytes, the most significant first.
    pub(crate) fn number(&mut self, bytes: u64) -> Result<u64, Fault> {
        let taken = self.take(bytes)?;
        Ok(taken
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// After the value: that nothing follows.
    pub(crate) fn end(&self) -> Result<(), Fault> {
        if self.at == self.body.len() {
            return Ok(());
        }
        Err(Fault::new(
            Kind::Malformed,
            "something follows the value",
            Place::Offset(self.at),
        ))
    }

    pub(crate) fn malformed(&self, reason: &str) -> Fault {
        Fault::new(
            Kind::Malformed,
            reason,
            Place::Offset(self.at.saturating_sub(1)),
        )
    }

    pub(crate) fn text(&mut self, length: u64) -> Result<(), Fault> {
        let start = self.at;
        let text = self.take(length)?;
        match std::str::from_utf8(text) {
            Ok(_) => Ok(()),
            Err(error) => Err(Fault::new(
                Kind::Malformed,
                "a text is not UTF-8",
                Place::Offset(start + error.valid_up_to()),
            )),
        }
    }
}
