//! What lookup captures: offsets into the path, in place.

/// The most fields that a template may have.
pub(crate) const MAX_FIELDS: usize = 16;

/// The fields captured so far, as offsets. A path has less than 64 KiB, as `http::Uri` sees to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Captures {
    spans: [(u16, u16); MAX_FIELDS],
    len: u8,
}

impl Captures {
    pub(crate) fn len(&self) -> usize {
        usize::from(self.len)
    }

    pub(crate) fn get<'p>(&self, path: &'p str, index: usize) -> Option<&'p str> {
        if index >= self.len() {
            return None;
        }
        let (start, end) = *self.spans.get(index)?;
        path.get(usize::from(start)..usize::from(end))
    }

    pub(super) fn push(&mut self, start: usize, end: usize) -> Option<()> {
        let span = (u16::try_from(start).ok()?, u16::try_from(end).ok()?);
        let len = self.len();
        *self.spans.get_mut(len)? = span;
        self.len += 1;
        Some(())
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(u8::try_from(len).unwrap_or(u8::MAX));
    }
}
