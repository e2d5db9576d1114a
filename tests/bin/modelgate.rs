//! The program under test, built in this package so that its tests can find it.

fn main() -> std::process::ExitCode {
    modelgate::main()
}
