//! `courier --help` tells the options.

use std::process::ExitCode;

use courier::{Access, Courier, Options, create_app};
use falcon::server::Server;

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => return tell(Options::HELP, ExitCode::SUCCESS),
        Err(wrong) => return complain(&format!("{wrong}\n\n{}", Options::HELP), ExitCode::from(2)),
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("courier: {error:?}"), ExitCode::FAILURE),
    }
}

fn run(options: &Options) -> Result<(), falcon::BoxError> {
    let courier = Courier::open(&options.data)?;
    let stopping = courier.clone();
    let access = if options.auth {
        let (access, made) = Access::of(&options.sources, &options.data)?;
        if let Some(made) = made {
            tell(&made.banner(), ExitCode::SUCCESS);
        }
        Some(access)
    } else {
        None
    };
    Server::new(create_app(&courier, access))?
        .on_stop(move || stopping.stop())
        .bind(options.listen.as_str())?
        .serve()?;
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "a program answers --help, and tells its keys, on its standard output"
)]
fn tell(text: &str, code: ExitCode) -> ExitCode {
    println!("{text}");
    code
}

#[expect(
    clippy::print_stderr,
    reason = "a program tells its user what is wrong"
)]
fn complain(text: &str, code: ExitCode) -> ExitCode {
    eprintln!("{text}");
    code
}
