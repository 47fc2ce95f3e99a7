fn main() -> std::process::ExitCode {
    owpkg::cli::run(owpkg::cli::Env::of_process())
}
