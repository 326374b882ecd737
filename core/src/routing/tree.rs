//! The tree of segments: how templates are put in, and which of them exclude each other.

use std::cmp::Reverse;

use super::converter::{Converters, Registered};
use super::error::Fault;
use super::literals::Literals;
use super::template::{FieldExpr, Piece, Segment, Template};

/// All templates of one kind, by their segments. Node 0 stands before the first segment.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(super) nodes: Vec<Node>,
}

/// What may come at one depth.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) literals: Literals,
    pub(super) mixed: Vec<(Mixed, usize)>,
    /// Fields with a converter, in the order in which they are tried, then a plain one.
    pub(super) fields: Vec<(Option<Registered>, usize)>,
    /// The route of a `path` field here.
    pub(super) rest: Option<usize>,
    /// The route whose template ends here.
    pub(super) route: Option<usize>,
    /// What of `mixed`, `fields` and `rest` there is.
    pub(super) beside: Beside,
}

/// What may come at one depth beside literals.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Beside {
    #[default]
    Nothing,
    /// A plain field alone.
    Field(usize),
    Several,
}

/// A segment of literals and fields in turn.
#[derive(Debug)]
pub(super) struct Mixed {
    pub(super) pieces: Vec<MixedPiece>,
    /// The segment without the names of its fields: what matches the same texts has the same key.
    key: String,
    /// How many bytes of it are literal, and how many of its fields have a converter.
    weight: (usize, usize),
}

#[derive(Debug)]
pub(super) enum MixedPiece {
    Literal(String),
    Field(Option<Registered>),
}

/// A field's converter once it is made; its names are kept by the route.
type Made = Vec<Option<Registered>>;

impl Default for Tree {
    fn default() -> Self {
        Self {
            nodes: vec![Node::default()],
        }
    }
}

/// What a template became in the tree.
pub(crate) enum Inserted {
    New(Made),
    /// The route that matches the same paths.
    Taken(usize),
}

/// Makes the converters of a template's fields, in their order.
pub(crate) fn converters_of(template: &Template, converters: &Converters) -> Result<Made, Fault> {
    let last = template.segments.last().map(|segment| segment.at.clone());
    let whole_last = |field: &FieldExpr| last.as_ref().is_some_and(|at| *at == field.at);
    let make = |field: &FieldExpr| {
        let Some(call) = &field.converter else {
            return Ok(None);
        };
        let made = converters
            .make(&call.name, call.args.as_deref())
            .map_err(|refused| {
                let fault = Fault::new(call.at.clone(), refused.what);
                match refused.help {
                    Some(help) => fault.help(help),
                    None => fault,
                }
            })?;
        if made.is_path() && !whole_last(field) {
            return Err(Fault::new(
                field.at.clone(),
                "a `path` field must be the whole last segment",
            )
            .help("it takes all that is left of the path"));
        }
        Ok(Some(made))
    };
    template.fields().map(make).collect()
}

impl Tree {
    /// Puts a template in. Fields of the same kind share a node, whatever their names.
    pub(crate) fn insert(&mut self, template: &Template, made: Made, route: usize) -> Inserted {
        let mut converters = made.iter().cloned();
        let mut node = 0;
        for segment in &template.segments {
            let fields = segment
                .pieces
                .iter()
                .filter(|piece| matches!(piece, Piece::Field(_)))
                .count();
            let own: Made = converters.by_ref().take(fields).collect();
            if matches!(own.as_slice(), [Some(converter)] if converter.is_path()) {
                if let Some(node) = self.nodes.get_mut(node) {
                    if let Some(taken) = node.rest {
                        return Inserted::Taken(taken);
                    }
                    node.rest = Some(route);
                    node.beside = Beside::Several;
                }
                return Inserted::New(made);
            }
            node = self.child(node, segment, own);
        }
        match self.nodes.get_mut(node).map(|n| &mut n.route) {
            Some(Some(taken)) => Inserted::Taken(*taken),
            Some(end) => {
                *end = Some(route);
                Inserted::New(made)
            }
            None => Inserted::New(made),
        }
    }

    /// The node below `parent` for a segment, made if it is not there.
    fn child(&mut self, parent: usize, segment: &Segment, own: Made) -> usize {
        let next = self.nodes.len();
        let Some(node) = self.nodes.get_mut(parent) else {
            return parent;
        };
        let found = match segment.pieces.as_slice() {
            [] => node.literals.get_or_insert("", next),
            [Piece::Literal(text)] => node.literals.get_or_insert(text, next),
            [Piece::Field(_)] => node.field(own.into_iter().next().flatten(), next),
            pieces => node.mixed(Mixed::new(pieces, own), next),
        };
        if found == next {
            self.nodes.push(Node::default());
        }
        found
    }
}

impl Node {
    fn field(&mut self, converter: Option<Registered>, next: usize) -> usize {
        let key = converter.as_ref().map(Registered::key);
        if let Some((_, node)) = self
            .fields
            .iter()
            .find(|(c, _)| c.as_ref().map(Registered::key) == key)
        {
            return *node;
        }
        self.beside = match (self.beside, &converter) {
            (Beside::Nothing, None) => Beside::Field(next),
            _ => Beside::Several,
        };
        self.fields.push((converter, next));
        self.fields.sort_by(|(a, _), (b, _)| {
            let order = |c: &Option<Registered>| c.is_none();
            let by_converter = || match (a, b) {
                (Some(a), Some(b)) => a.order().cmp(&b.order()),
                _ => std::cmp::Ordering::Equal,
            };
            order(a).cmp(&order(b)).then_with(by_converter)
        });
        next
    }

    fn mixed(&mut self, mixed: Mixed, next: usize) -> usize {
        let same = |(known, _): &&(Mixed, usize)| known.key == mixed.key;
        if let Some((_, node)) = self.mixed.iter().find(same) {
            return *node;
        }
        self.beside = Beside::Several;
        let at = self
            .mixed
            .partition_point(|(known, _)| known.order() < mixed.order());
        self.mixed.insert(at, (mixed, next));
        next
    }
}

impl Mixed {
    fn new(pieces: &[Piece], own: Made) -> Self {
        let mut own = own.into_iter();
        let piece = |piece: &Piece| match piece {
            Piece::Literal(text) => MixedPiece::Literal(text.clone()),
            Piece::Field(_) => MixedPiece::Field(own.next().flatten()),
        };
        let pieces: Vec<MixedPiece> = pieces.iter().map(piece).collect();
        let (mut key, mut weight) = (String::new(), (0, 0));
        for piece in &pieces {
            match piece {
                MixedPiece::Literal(text) => {
                    key.push_str(text);
                    weight.0 += text.len();
                }
                MixedPiece::Field(converter) => {
                    let converter = converter.as_ref().map(Registered::key);
                    key.extend(["{", converter.unwrap_or_default(), "}"]);
                    weight.1 += usize::from(converter.is_some());
                }
            }
        }
        Self {
            pieces,
            key,
            weight,
        }
    }

    /// More literal text goes first, then more converters.
    fn order(&self) -> impl Ord + '_ {
        let (literal, converters) = self.weight;
        (Reverse(literal), Reverse(converters), self.key.as_str())
    }
}
