//! The options on the command line.

use std::path::PathBuf;

use crate::access::Sources;

/// What courier was told on the command line.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The address to listen on.
    pub listen: String,
    /// The folder of the database.
    pub data: PathBuf,
    /// Whether it asks who is calling.
    pub auth: bool,
    /// Whom it believes.
    pub sources: Sources,
}

impl Options {
    /// What `--help` prints.
    pub const HELP: &str = "\
usage: courier [--listen ADDR:PORT] [--data DIR]
               [--issuer URL --audience NAME] [--agent-keys FILE] [--no-auth]

  --listen ADDR:PORT  where to listen; port 0 picks a free one (127.0.0.1:8000)
  --data DIR          the folder of the database, made if missing
                      (a folder that the platform means for it)
  --issuer URL        who makes the panel's tokens, an OpenID provider; with
  --audience NAME     the audience that they have to be for
  --agent-keys FILE   the keys of agents: a line has the SHA-256 of a key, a
                      blank, and the agent's id
                      (keys for development, made and printed at the first start)
  --no-auth           asks nobody who is calling, for trials
  --help              this";

    /// Parses the arguments after the program's name; `None` where help is asked for.
    ///
    /// # Errors
    ///
    /// A sentence that names what is wrong.
    pub fn parse(args: impl IntoIterator<Item = String>) -> Result<Option<Self>, String> {
        let mut args = args.into_iter();
        let (mut listen, mut data) = ("127.0.0.1:8000".to_owned(), None);
        let (mut issuer, mut audience, mut auth) = (None, None, true);
        let mut sources = Sources::default();
        while let Some(arg) = args.next() {
            let (name, inline) = match arg.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (arg.as_str(), None),
            };
            match name {
                "--help" | "-h" => return Ok(None),
                "--listen" => listen = value(name, inline, &mut args)?,
                "--data" => data = Some(PathBuf::from(value(name, inline, &mut args)?)),
                "--issuer" => issuer = Some(value(name, inline, &mut args)?),
                "--audience" => audience = Some(value(name, inline, &mut args)?),
                "--agent-keys" => {
                    sources.agent_keys = Some(PathBuf::from(value(name, inline, &mut args)?));
                }
                "--no-auth" => auth = false,
                _ => return Err(format!("courier: there is no option {name}")),
            }
        }
        let data = match data {
            Some(data) => data,
            None => default_data().ok_or("courier: no home folder is known; say --data DIR")?,
        };
        sources.issuer = match (issuer, audience) {
            (Some(issuer), Some(audience)) => Some((issuer, audience)),
            (None, None) => None,
            _ => return Err("courier: --issuer and --audience go together".to_owned()),
        };
        Ok(Some(Self {
            listen,
            data,
            auth,
            sources,
        }))
    }
}

fn value(
    name: &str,
    inline: Option<String>,
    args: &mut impl Iterator<Item = String>,
) -> Result<String, String> {
    inline
        .or_else(|| args.next())
        .filter(|value| !value.is_empty())
        .ok_or_else(|| format!("courier: {name} needs a value"))
}

/// The folder that the platform means for an application's data.
fn default_data() -> Option<PathBuf> {
    let var = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = if cfg!(windows) {
        var("LOCALAPPDATA")?
    } else if cfg!(target_os = "macos") {
        var("HOME")?.join("Library/Application Support")
    } else {
        var("XDG_DATA_HOME").or_else(|| Some(var("HOME")?.join(".local/share")))?
    };
    Some(base.join("courier"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Option<Options>, String> {
        Options::parse(args.iter().map(|arg| (*arg).to_owned()))
    }

    #[test]
    fn options_have_values_in_both_spellings() {
        let expected = Options {
            listen: "[::1]:0".to_owned(),
            data: PathBuf::from("/x"),
            auth: true,
            sources: Sources::default(),
        };
        assert_eq!(
            parse(&["--listen", "[::1]:0", "--data=/x"])
                .unwrap()
                .unwrap(),
            expected
        );
        assert_eq!(parse(&["--data=/x", "--help"]).unwrap(), None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(parse(&["--port", "1"]).unwrap_err().contains("--port"));
        assert!(parse(&["--listen"]).unwrap_err().contains("needs a value"));
        let alone = parse(&["--data=/x", "--issuer=https://id.example"]);
        assert!(alone.unwrap_err().contains("go together"));
    }
}
