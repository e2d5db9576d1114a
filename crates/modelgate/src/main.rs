//! The `modelgate` program.

fn main() -> std::process::ExitCode {
    modelgate::main()
}
