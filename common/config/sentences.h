// What CLI11 found wrong, in one sentence of our own that can be shown on a terminal.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace nwd::config {

// `app` is the program, as far as it was read when `error` was thrown.
std::string Sentence(const CLI::App& app, const CLI::Error& error);

}  // namespace nwd::config
