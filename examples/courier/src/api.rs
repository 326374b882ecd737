//! What requests and answers are, in words that are checked and described.

use falcon::auth::Require;
use falcon::openapi::OpenApi;
use falcon::operation::{Answer, Operation, Parameter, RequestBody, Schema};
use falcon::prelude::*;
use falcon::validate::{answer_schema_of, schema_of};

use crate::model::{Agent, AgentPatch, Command, NewAgent, NewCommand, Outcome};
use crate::resources::Page;

/// The document, and the page to read it and to try it.
pub(crate) fn description() -> OpenApi {
    OpenApi::new("courier", env!("CARGO_PKG_VERSION"))
        .summary("Takes commands from a control plane to agents on many servers.")
        .license("MIT OR Apache-2.0", "MIT OR Apache-2.0")
        .tag("agents", "What runs on a server, and takes commands.")
        .tag(
            "commands",
            "What an agent is to do, and what has become of it.",
        )
        .tag("health", "Whether it works.")
        .json_at("/openapi.json")
        .yaml_at("/openapi.yaml")
        .page_at("/docs")
        .with(Require::nothing())
}

/// What may always happen.
pub(crate) fn always() -> Operation {
    let why = "The database cannot be used at the moment.";
    Operation::new().problem(StatusCode::SERVICE_UNAVAILABLE, "database_unavailable", why)
}

pub(crate) fn health() -> Operation {
    let status =
        r#"{"type": "object", "properties": {"status": {"const": "ok"}}, "required": ["status"]}"#;
    Operation::doc("Tells that the database can be written.")
        .id("health")
        .tag("health")
        .answer(Answer::new(StatusCode::OK).schema(status))
}

/// What all methods of an agent have in common.
pub(crate) fn of_agent() -> Operation {
    Operation::new()
        .parameter(Parameter::path("id", ID).description("The agent."))
        .problem(
            StatusCode::NOT_FOUND,
            "agent_unknown",
            "There is no such agent.",
        )
}

/// What all methods of a command have in common.
pub(crate) fn of_command() -> Operation {
    Operation::new()
        .parameter(Parameter::path("id", ID).description("The command."))
        .problem(
            StatusCode::NOT_FOUND,
            "command_unknown",
            "There is no such command.",
        )
}

pub(crate) fn list_agents() -> Operation {
    let label =
        r#"{"type": "array", "items": {"type": "string", "pattern": "^[^:]+:"}, "maxItems": 16}"#;
    let limit = r#"{"type": "integer", "minimum": 1, "maximum": 200, "default": 50}"#;
    let platform = r#"{"enum": ["linux", "windows", "macos"]}"#;
    let cursor = r#"{"type": "string", "pattern": "^a[0-7]?[0-9a-f]{1,15}$"}"#;
    Operation::doc("Lists agents.\n\nThey stand in the order in which they were registered. A page says where the next one begins; it stays right while agents come and go.")
        .id("listAgents")
        .tag("agents")
        .parameter(Parameter::query("platform", platform).description("Those on a system."))
        .parameter(Parameter::query("label", label).description("Those with a label, `key:value`; with all of them, where there are several."))
        .parameter(Parameter::query("limit", limit).description("How many at most."))
        .parameter(Parameter::query("cursor", cursor).description("Where to begin, as the page before had it in `next`."))
        .answer(
            Answer::new(StatusCode::OK)
                .schema(answer_schema_of::<Page>().named("AgentPage"))
                .header("Link", TEXT, "The next page, if there is one."),
        )
}

pub(crate) fn register_agent() -> Operation {
    Operation::doc("Registers an agent.")
        .id("registerAgent")
        .tag("agents")
        .body(schema_of::<NewAgent>())
        .answer(agent(StatusCode::CREATED).header("Location", URL, "The agent's URL."))
        .problem(
            StatusCode::CONFLICT,
            "agent_exists",
            "An agent with this hostname is registered already.",
        )
}

pub(crate) fn read_agent() -> Operation {
    Operation::doc("Shows an agent.")
        .id("readAgent")
        .tag("agents")
        .parameter(
            Parameter::header("If-None-Match", TAGS).description("Tags that the client has."),
        )
        .answer(agent(StatusCode::OK))
        .answer(Answer::new(StatusCode::NOT_MODIFIED).description("The client has it."))
}

pub(crate) fn change_agent() -> Operation {
    let patch = schema_of::<AgentPatch>();
    conditional(Operation::doc("Changes an agent's version and labels."))
        .id("changeAgent")
        .tag("agents")
        .body(RequestBody::of_type(
            "application/merge-patch+json",
            Some(patch),
        ))
        .answer(agent(StatusCode::OK))
}

pub(crate) fn remove_agent() -> Operation {
    conditional(Operation::doc(
        "Removes an agent.\n\nIts open commands expire.",
    ))
    .id("removeAgent")
    .tag("agents")
    .answer(Answer::new(StatusCode::NO_CONTENT).description("It is gone."))
}

pub(crate) fn post_command() -> Operation {
    let key = r#"{"type": "string", "minLength": 1, "maxLength": 255}"#;
    let key = Parameter::header("Idempotency-Key", key);
    Operation::doc("Posts a command to an agent.")
        .id("postCommand")
        .tag("commands")
        .parameter(key.description("A repeat with the same key is answered as the first was."))
        .body(schema_of::<NewCommand>())
        .answer(command(StatusCode::ACCEPTED).header("Location", URL, "The command's URL."))
        .problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "The key was used for another request.",
        )
}

pub(crate) fn next_command() -> Operation {
    Operation::doc("Delivers the oldest command that is queued.\n\nWithout one, it waits. A command is delivered to one poll alone; one without a result in time is queued again, three times at most.")
        .id("nextCommand")
        .tag("commands")
        .parameter(wait("How many seconds to wait for a command."))
        .answer(command(StatusCode::OK))
        .answer(Answer::new(StatusCode::NO_CONTENT).description("None came."))
}

pub(crate) fn read_command() -> Operation {
    Operation::doc("Shows a command.")
        .id("readCommand")
        .tag("commands")
        .parameter(wait("How many seconds to wait until it is done."))
        .answer(command(StatusCode::OK))
}

pub(crate) fn report() -> Operation {
    Operation::doc("Reports what has become of a command.\n\nThe same again is as good.")
        .id("reportResult")
        .tag("commands")
        .body(schema_of::<Outcome>().named("Outcome"))
        .answer(Answer::new(StatusCode::NO_CONTENT).description("It is noted."))
        .problem(
            StatusCode::CONFLICT,
            "result_exists",
            "Another result was reported.",
        )
        .problem(
            StatusCode::CONFLICT,
            "command_expired",
            "It took too long, and was given up.",
        )
}

/// What a path can hold.
const ID: &str = r#"{"type": "string", "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$"}"#;
const TEXT: &str = r#"{"type": "string"}"#;
/// `*`, or a list of entity tags (RFC 9110 section 13.1.1).
const TAGS: &str = r#"{"type": "string", "pattern": "^(\\*|(W/)?\"[!#-~]*\"( *, *(W/)?\"[!#-~]*\")*)$", "examples": ["*"]}"#;
const URL: &str = r#"{"type": "string", "format": "uri-reference"}"#;

fn agent(status: StatusCode) -> Answer {
    let answer = Answer::new(status).schema(answer_schema_of::<Agent>());
    answer.header("ETag", TEXT, "The agent's revision.")
}

fn command(status: StatusCode) -> Answer {
    Answer::new(status).schema(answer_schema_of::<Command>())
}

fn wait(description: &str) -> Parameter {
    let seconds = r#"{"type": "integer", "minimum": 0, "maximum": 60, "default": 0}"#;
    Parameter::query("wait", Schema::new(seconds)).description(description)
}

/// What is only done to the revision that the client knows, if it says so.
fn conditional(operation: Operation) -> Operation {
    let why = "The agent is not as `If-Match` has it.";
    operation
        .parameter(
            Parameter::header("If-Match", TAGS).description("Tags of the revision that is meant."),
        )
        .problem(StatusCode::PRECONDITION_FAILED, "precondition_failed", why)
}
