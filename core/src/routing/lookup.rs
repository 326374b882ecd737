//! Finding the route of a path. Nothing is allocated, unless an escape has to be decoded.

use super::captures::{Captures, MAX_FIELDS};
use super::converter::Registered;
use super::literals::Segment;
use super::path::CheckedPath;
use super::tree::{Beside, Mixed, MixedPiece, Node, Tree};

/// The path on its way down the tree.
struct Walk<'a> {
    tree: &'a Tree,
    path: CheckedPath<'a>,
    captures: &'a mut Captures,
}

impl Tree {
    /// Finds the route for a path, and what its fields capture.
    ///
    /// Each node is visited once at most, since a node stands at one depth: the time is bounded by
    /// the size of the tree, and in practice by the number of segments.
    pub(crate) fn find(&self, path: &CheckedPath<'_>, captures: &mut Captures) -> Option<usize> {
        if !path.as_str().starts_with('/') {
            return None;
        }
        let mut walk = Walk {
            tree: self,
            path: *path,
            captures,
        };
        walk.down(0, 1)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.len() == 1 && self.nodes.first().is_some_and(|node| node.rest.is_none())
    }
}

impl<'a> Walk<'a> {
    /// Goes on from a node with the segment that begins at `start`, which is beyond the path's end
    /// after the last one. What was captured on a way that leads nowhere is left to be cut off.
    fn down(&mut self, mut node: usize, mut start: usize) -> Option<usize> {
        let path = self.path.as_str();
        loop {
            let here = self.tree.nodes.get(node)?;
            if start > path.len() {
                return here.route;
            }
            let segment = Segment::at(path.as_bytes(), start);
            let end = segment.end();
            // Where one way is left, there is nothing to come back to.
            node = match (here.beside, self.literal(here, &segment, start)) {
                (Beside::Nothing, literal) => literal?,
                (Beside::Field(child), None) if end > start => {
                    self.captures.push(start, end)?;
                    child
                }
                (_, literal) => return self.try_all(here, literal, start, end),
            };
            start = end + 1;
        }
    }

    #[inline]
    fn literal(&self, node: &Node, segment: &Segment<'_>, start: usize) -> Option<usize> {
        if self.path.is_escaped() {
            return self.escaped_literal(node, start, segment.end());
        }
        node.literals.get(segment)
    }

    #[cold]
    fn escaped_literal(&self, node: &Node, start: usize, end: usize) -> Option<usize> {
        let decoded = self.path.decode(self.path.as_str().get(start..end)?);
        node.literals.get(&Segment::new(decoded.as_bytes()))
    }

    /// Tries all ways that lead from a node, best first. It is kept out of `down`, whose frame it
    /// would make three times as large.
    #[inline(never)]
    fn try_all(
        &mut self,
        node: &'a Node,
        literal: Option<usize>,
        start: usize,
        end: usize,
    ) -> Option<usize> {
        let (before, next) = (self.captures.len(), end + 1);
        if let Some(route) = literal.and_then(|child| self.down(child, next)) {
            return Some(route);
        }
        let segment = self.path.as_str().get(start..end)?;
        for (mixed, child) in &node.mixed {
            self.captures.truncate(before);
            let matched = self.mixed(mixed, start, segment);
            if let Some(route) = matched.and_then(|()| self.down(*child, next)) {
                return Some(route);
            }
        }
        for (converter, child) in &node.fields {
            self.captures.truncate(before);
            if segment.is_empty() || !self.accepts(converter.as_ref(), segment) {
                continue;
            }
            self.captures.push(start, end)?;
            if let Some(route) = self.down(*child, next) {
                return Some(route);
            }
        }
        let route = node.rest?;
        self.captures.truncate(before);
        self.captures.push(start, self.path.as_str().len())?;
        Some(route)
    }

    fn accepts(&self, converter: Option<&Registered>, segment: &str) -> bool {
        converter.is_none_or(|converter| converter.accepts(&self.path.decode(segment)))
    }

    /// Matches a segment of literals and fields, and captures the fields where they stand in the
    /// path as it came.
    fn mixed(&mut self, mixed: &Mixed, start: usize, segment: &str) -> Option<()> {
        let mut spans = [(0, 0); MAX_FIELDS];
        if !segment.contains('%') {
            let fields = match_mixed(mixed, segment, &mut spans)?;
            for (from, to) in spans.iter().take(fields) {
                self.captures.push(start + from, start + to)?;
            }
            return Some(());
        }
        let (decoded, places) = decode_with_places(segment)?;
        let fields = match_mixed(mixed, &decoded, &mut spans)?;
        for (from, to) in spans.iter().take(fields) {
            self.captures
                .push(start + places.get(*from)?, start + places.get(*to)?)?;
        }
        Some(())
    }
}

/// Matches a decoded segment, and returns how many fields there are and where. Every literal is put
/// as far right as it goes, from the last to the first, which gives each field from the left all it
/// can have.
fn match_mixed(
    mixed: &Mixed,
    segment: &str,
    spans: &mut [(usize, usize); MAX_FIELDS],
) -> Option<usize> {
    let fields = mixed
        .pieces
        .iter()
        .filter(|piece| matches!(piece, MixedPiece::Field(_)))
        .count();
    let mut end = segment.len();
    let mut field = fields;
    // The field whose end is known and whose beginning is not.
    let mut open: Option<(usize, Option<&Registered>)> = None;
    for (i, piece) in mixed.pieces.iter().enumerate().rev() {
        match piece {
            MixedPiece::Field(converter) => {
                field -= 1;
                open = Some((end, converter.as_ref()));
            }
            MixedPiece::Literal(text) => {
                let at = place_of(segment.get(..end)?, text, i == 0, open.is_none())?;
                if let Some((field_end, converter)) = open.take() {
                    *spans.get_mut(field)? =
                        span_of(segment, at + text.len(), field_end, converter)?;
                }
                end = at;
            }
        }
    }
    if let Some((field_end, converter)) = open {
        *spans.first_mut()? = span_of(segment, 0, field_end, converter)?;
    }
    Some(fields)
}

/// A field inside a segment: not empty, and taken by its converter.
fn span_of(
    segment: &str,
    from: usize,
    to: usize,
    converter: Option<&Registered>,
) -> Option<(usize, usize)> {
    let text = segment.get(from..to).filter(|text| !text.is_empty())?;
    converter
        .is_none_or(|converter| converter.accepts(text))
        .then_some((from, to))
}

/// Decodes a segment, with where each byte of the text, and its end, stands in what came.
fn decode_with_places(segment: &str) -> Option<(String, Vec<usize>)> {
    let (mut bytes, mut places) = (
        Vec::with_capacity(segment.len()),
        Vec::with_capacity(segment.len() + 1),
    );
    let mut at = 0;
    while let Some(byte) = segment.as_bytes().get(at) {
        places.push(at);
        let escaped = (*byte == b'%')
            .then(|| segment.get(at + 1..at + 3))
            .flatten();
        bytes.push(
            escaped
                .and_then(|hex| u8::from_str_radix(hex, 16).ok())
                .unwrap_or(*byte),
        );
        at += if escaped.is_some() { 3 } else { 1 };
    }
    places.push(at);
    Some((String::from_utf8(bytes).ok()?, places))
}

/// Where a literal stands in what is left of the segment: at its beginning if it is the first
/// piece, at its end if nothing follows, else as far right as leaves the next field a character.
fn place_of(left: &str, text: &str, first: bool, last: bool) -> Option<usize> {
    if first {
        return left.starts_with(text).then_some(0);
    }
    if last {
        return left.strip_suffix(text).map(str::len);
    }
    let mut end = left.len();
    while end > 0 && !left.is_char_boundary(end - 1) {
        end -= 1;
    }
    left.get(..end.checked_sub(1)?)?.rfind(text)
}
