//! The literal segments at one place of the tree, found in a time that does not grow with their
//! number.

use super::words::{before_slash, first_bytes, word_at};

/// A segment of a path. It is compared by its length and its first sixteen bytes, as words, which
/// are all of most segments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    text: &'a [u8],
    start: usize,
    end: usize,
    /// The first eight bytes.
    first: u64,
}

const KEY_BYTES: usize = 16;

impl<'a> Segment<'a> {
    /// Takes a whole text, slashes included.
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            start: 0,
            end: text.len(),
            first: first_bytes(word_at(text, 0), text.len()),
        }
    }

    /// Takes what a path holds from `start`, which lies in it or at its end, to its next slash.
    #[inline]
    pub(super) fn at(path: &'a [u8], start: usize) -> Self {
        let (len, first) = before_slash(word_at(path, start));
        let end = if len < 8 {
            start + len
        } else {
            path_end(path, start + 8)
        };
        Self {
            text: path,
            start,
            end,
            first,
        }
    }

    #[inline]
    pub(super) fn end(&self) -> usize {
        self.end
    }

    #[inline]
    fn len(&self) -> usize {
        self.end - self.start
    }

    /// The second eight bytes.
    #[inline]
    fn second(&self) -> u64 {
        if self.len() <= 8 {
            return 0;
        }
        first_bytes(word_at(self.text, self.start + 8), self.len() - 8)
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.get(self.start..self.end).unwrap_or_default()
    }

    /// What comes after the bytes that are compared as words.
    fn rest(&self) -> &'a [u8] {
        self.bytes().get(KEY_BYTES..).unwrap_or_default()
    }

    /// The keys of a table are the application's own templates, so that nobody outside can choose
    /// them to collide.
    #[inline]
    fn hash(&self, second: u64) -> u64 {
        let hash = mix(self.first, second);
        if self.len() <= KEY_BYTES {
            return hash;
        }
        let rest = self.rest();
        let words = (0..rest.len()).step_by(8).map(|at| word_at(rest, at));
        words.fold(hash, mix)
    }
}

/// The end of a segment that goes on at `from`.
fn path_end(path: &[u8], mut from: usize) -> usize {
    while from < path.len() {
        let (len, _) = before_slash(word_at(path, from));
        from += len;
        if len < 8 {
            return from;
        }
    }
    path.len()
}

fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(29) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A table with open addressing, at most half full.
#[derive(Debug, Default)]
pub(super) struct Literals {
    slots: Vec<Option<Entry>>,
    len: usize,
    /// How far a hash is shifted to give a slot: its highest bits, to which all of its bytes came.
    shift: u32,
}

/// A segment and the node below it.
#[derive(Debug)]
struct Entry {
    words: [u64; 2],
    text: Box<[u8]>,
    node: usize,
}

impl Literals {
    /// Finds the node below a segment.
    #[inline]
    pub(super) fn get(&self, segment: &Segment<'_>) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        self.search(segment)
    }

    fn search(&self, segment: &Segment<'_>) -> Option<usize> {
        let second = segment.second();
        let mut slot = self.slot(segment.hash(second));
        loop {
            let entry = self.slots.get(slot)?.as_ref()?;
            if entry.words == [segment.first, second] && entry.ends_as(segment) {
                return Some(entry.node);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// Returns the node below a segment, which is `node` if the segment is new.
    pub(super) fn get_or_insert(&mut self, text: &str, node: usize) -> usize {
        let segment = Segment::new(text.as_bytes());
        if let Some(known) = self.get(&segment) {
            return known;
        }
        self.len += 1;
        if self.len * 2 > self.slots.len() {
            self.grow();
        }
        self.put(Entry {
            words: [segment.first, segment.second()],
            text: segment.bytes().into(),
            node,
        });
        node
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(2);
        let old = std::mem::take(&mut self.slots);
        self.slots.resize_with(size, || None);
        self.shift = 64 - size.trailing_zeros();
        for entry in old.into_iter().flatten() {
            self.put(entry);
        }
    }

    fn put(&mut self, entry: Entry) {
        let [_, second] = entry.words;
        let mut slot = self.slot(Segment::new(&entry.text).hash(second));
        while let Some(Some(_)) = self.slots.get(slot) {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        if let Some(free) = self.slots.get_mut(slot) {
            *free = Some(entry);
        }
    }

    #[inline]
    fn slot(&self, hash: u64) -> usize {
        usize::try_from(hash >> self.shift).unwrap_or(0)
    }
}

impl Entry {
    #[inline]
    fn ends_as(&self, segment: &Segment<'_>) -> bool {
        self.text.len() == segment.len()
            && (self.text.len() <= KEY_BYTES || *self.text == *segment.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::{Literals, Segment};

    #[test]
    fn segments_of_every_length_are_told_apart() {
        let texts: Vec<String> = (0..40)
            .flat_map(|len| ['a', 'b'].map(|last| "x".repeat(len) + &last.to_string()))
            .collect();
        let mut literals = Literals::default();
        for (node, text) in texts.iter().enumerate() {
            assert_eq!(literals.get_or_insert(text, node), node);
        }
        for (node, text) in texts.iter().enumerate() {
            assert_eq!(literals.get_or_insert(text, usize::MAX), node);
            for path in [
                format!("/{text}/more"),
                format!("/{text}"),
                format!("/{text}/"),
            ] {
                let segment = Segment::at(path.as_bytes(), 1);
                assert_eq!(segment.len(), text.len(), "{path}");
                assert_eq!(literals.get(&segment), Some(node), "{path}");
            }
        }
        assert_eq!(literals.get(&Segment::new(b"xxc")), None);
        assert_eq!(Literals::default().get(&Segment::new(b"x")), None);
    }

    #[test]
    fn segments_that_begin_alike_do_not_gather_in_one_place() {
        let mut literals = Literals::default();
        for i in 0..10_000 {
            literals.get_or_insert(&format!("a-prefix-of-more-than-16-bytes-{i:05}"), i);
        }
        let slots = &literals.slots;
        let runs = slots.split(Option::is_none).map(<[_]>::len).max();
        assert!(runs < Some(100), "{runs:?}");
    }
}
