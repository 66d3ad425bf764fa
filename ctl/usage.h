// SPDX-License-Identifier: GPL-2.0-or-later
// Explains a command line that CLI11 refused, in fos1ctl's own words and with the word that was probably meant. Must
// not know any command.
#pragma once

#include <CLI/CLI.hpp>
#include <QString>

namespace fos1::ctl {

/// What is wrong, on one line. `app` is the one that refused.
QString explanation(const CLI::App& app, const CLI::ParseError& error);

/// "fos1ctl plugin list".
QString fullName(const CLI::App& app);

/// "fos1ctl has no subcommand "staus"; did you mean "status"?"
QString noSubcommand(const CLI::App& parent, const QString& word);

/// Accepts the words of `known` only.
CLI::Validator oneOf(const char* what, std::vector<QString> known);

/// Accepts a whole number from `least` to `most`.
CLI::Validator wholeNumber(int least, int most);

}  // namespace fos1::ctl
