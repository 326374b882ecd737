//! What goes in and out as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::time::Time;

pub(crate) type Labels = BTreeMap<String, String>;

/// The system that an agent runs on.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
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
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize, PartialEq, Eq)]
#[schemars(inline)]
pub(crate) struct Name(
    #[schemars(
        length(min = 1, max = 255),
        regex(pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")
    )]
    pub(crate) String,
);

/// An agent to be registered.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAgent {
    /// No two agents have the same.
    pub(crate) hostname: Name,
    pub(crate) platform: Platform,
    pub(crate) version: Name,
    #[serde(default)]
    pub(crate) labels: Option<Labels>,
}

/// An agent, which runs on a server and takes commands.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub(crate) struct Agent {
    pub(crate) id: String,
    pub(crate) hostname: String,
    pub(crate) platform: Platform,
    pub(crate) version: String,
    pub(crate) labels: Labels,
    pub(crate) registered_at: Time,
    /// When it asked for a command last.
    pub(crate) last_seen_at: Option<Time>,
    #[serde(skip)]
    pub(crate) sequence: i64,
    #[serde(skip)]
    pub(crate) revision: i64,
}

/// A merge patch (RFC 7396) of the two members that may change.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentPatch {
    /// It cannot be taken away: `null` is no version.
    #[serde(default, deserialize_with = "there")]
    #[schemars(with = "Name", transform = without_default)]
    pub(crate) version: Option<Name>,
    /// A label that is `null` goes, every other is set; `null` takes all of them away.
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, Option<String>>>")]
    pub(crate) labels: LabelsPatch,
}

/// What is left out is left as it is, which is no value.
fn without_default(schema: &mut schemars::Schema) {
    schema.remove("default");
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

/// A command to be posted.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCommand {
    pub(crate) kind: Name,
    #[serde(default)]
    pub(crate) args: Option<Map<String, Value>>,
    /// How many seconds the agent may take before it is delivered again: 60 if left out.
    #[serde(default)]
    #[schemars(range(min = 1, max = 86_400))]
    pub(crate) timeout_s: Option<u32>,
}

/// What has become of a command.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize, PartialEq, Eq)]
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

/// A command, and what has become of it.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub(crate) struct Command {
    pub(crate) id: String,
    pub(crate) agent_id: String,
    pub(crate) kind: String,
    #[schemars(with = "Map<String, Value>")]
    pub(crate) args: Value,
    pub(crate) state: State,
    pub(crate) result: Option<Outcome>,
    pub(crate) posted_at: Time,
    pub(crate) delivered_at: Option<Time>,
    pub(crate) done_at: Option<Time>,
}

/// What an agent says of a command.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outcome {
    pub(crate) status: OutcomeStatus,
    /// Whatever it has to say.
    #[serde(default)]
    pub(crate) output: Value,
}

/// Whether a command did what it should.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OutcomeStatus {
    Ok,
    Failed,
}
