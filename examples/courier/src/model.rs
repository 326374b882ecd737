//! What goes in and out as JSON.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::time::Time;

pub(crate) type Labels = BTreeMap<String, String>;

/// A body that is an object: what serde derives takes an array for one too.
#[derive(Debug)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_map(ObjectVisitor(PhantomData))
            .map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase", try_from = "String")]
pub(crate) enum Platform {
    Linux,
    Windows,
    Macos,
}

impl Platform {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Windows => "windows",
            Self::Macos => "macos",
        }
    }
}

impl TryFrom<String> for Platform {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl std::str::FromStr for Platform {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "linux" => Ok(Self::Linux),
            "windows" => Ok(Self::Windows),
            "macos" => Ok(Self::Macos),
            _ => Err("it must be linux, windows or macos"),
        }
    }
}

/// A text that says something, and not a book.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub(crate) struct Name(pub(crate) String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() || text.len() > 255 || text.chars().any(char::is_control) {
            let wrong = "a text of 1 to 255 bytes without control characters was expected";
            return Err(serde::de::Error::custom(wrong));
        }
        Ok(Self(text))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAgent {
    pub(crate) hostname: Name,
    pub(crate) platform: Platform,
    pub(crate) version: Name,
    #[serde(default)]
    pub(crate) labels: Option<Labels>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Agent {
    pub(crate) id: String,
    pub(crate) hostname: String,
    pub(crate) platform: Platform,
    pub(crate) version: String,
    pub(crate) labels: Labels,
    pub(crate) registered_at: Time,
    pub(crate) last_seen_at: Option<Time>,
    #[serde(skip)]
    pub(crate) sequence: i64,
    #[serde(skip)]
    pub(crate) revision: i64,
}

/// A merge patch (RFC 7396) of the two members that may change.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentPatch {
    /// It cannot be taken away: `null` is no version.
    #[serde(default, deserialize_with = "there")]
    pub(crate) version: Option<Name>,
    #[serde(default)]
    pub(crate) labels: LabelsPatch,
}

/// A member that may be left out, and is not `null`.
fn there<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// What a merge patch does to the labels.
#[derive(Debug, Default)]
pub(crate) enum LabelsPatch {
    /// They are not in the patch.
    #[default]
    Keep,
    /// They are `null` in it.
    Clear,
    /// A label that is `null` goes, every other is set.
    Change(BTreeMap<String, Option<String>>),
}

impl<'de> Deserialize<'de> for LabelsPatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Change))
    }
}

impl AgentPatch {
    pub(crate) fn apply(self, agent: &mut Agent) {
        if let Some(version) = self.version {
            agent.version = version.0;
        }
        match self.labels {
            LabelsPatch::Keep => {}
            LabelsPatch::Clear => agent.labels.clear(),
            LabelsPatch::Change(changes) => {
                for (key, value) in changes {
                    match value {
                        Some(value) => drop(agent.labels.insert(key, value)),
                        None => drop(agent.labels.remove(&key)),
                    }
                }
            }
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCommand {
    pub(crate) kind: Name,
    #[serde(default)]
    pub(crate) args: Option<Map<String, Value>>,
    #[serde(default)]
    pub(crate) timeout_s: Option<Timeout>,
}

/// How long an agent may take: 1 second to a day.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Timeout(pub(crate) u32);

impl<'de> Deserialize<'de> for Timeout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = u32::deserialize(deserializer)?;
        if (1..=86_400).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(serde::de::Error::custom(
                "a number of seconds from 1 to 86400 was expected",
            ))
        }
    }
}

#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Queued,
    Delivered,
    Done,
    Failed,
    Expired,
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Delivered => "delivered",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    pub(crate) fn from_stored(text: &str) -> Self {
        match text {
            "queued" => Self::Queued,
            "delivered" => Self::Delivered,
            "done" => Self::Done,
            "failed" => Self::Failed,
            _ => Self::Expired,
        }
    }

    /// Whether the command still waits for something.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Delivered)
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Command {
    pub(crate) id: String,
    pub(crate) agent_id: String,
    pub(crate) kind: String,
    pub(crate) args: Value,
    pub(crate) state: State,
    pub(crate) result: Option<Outcome>,
    pub(crate) posted_at: Time,
    pub(crate) delivered_at: Option<Time>,
    pub(crate) done_at: Option<Time>,
}

#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outcome {
    pub(crate) status: OutcomeStatus,
    #[serde(default)]
    pub(crate) output: Value,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase", try_from = "String")]
pub(crate) enum OutcomeStatus {
    Ok,
    Failed,
}

impl TryFrom<String> for OutcomeStatus {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "ok" => Ok(Self::Ok),
            "failed" => Ok(Self::Failed),
            _ => Err("it must be ok or failed"),
        }
    }
}
