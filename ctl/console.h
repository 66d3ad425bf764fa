// SPDX-License-Identifier: GPL-2.0-or-later
// What all commands share: options, exit codes and output. Must not know any command.
#pragma once

#include <QJsonObject>
#include <QString>

#include "rpc_client.h"

namespace fos1::ctl {

/// The process's exit status. The values are part of the interface.
/// `diff` follows diff(1): Differs is not a failure, Trouble is.
enum class ExitCode { Ok = 0, Failed = 1, Differs = 1, Usage = 2, Trouble = 2, NoDaemon = 3 };

enum class OutputFormat { Table = 0, Json, Yaml };

struct Options {
    QString socket;  ///< empty: the default places
    OutputFormat output = OutputFormat::Table;
    QString ns;  ///< empty: not given
};

/// Prints to stdout and adds a newline.
void print(const QString& text);
/// `code`, or Failed when what was printed could not be written, as on a full disk. Call it once, at the end.
ExitCode afterOutput(ExitCode code);
/// The width that tables must fit: $COLUMNS, or that of the terminal. 0: any, because a program reads the lines.
qsizetype lineWidth();
/// Prints to stderr as "fos1ctl: …".
void complain(const QString& text);
/// Prints to stderr as "file:line:col: …", which editors can follow.
void complainAt(const QString& place, const QString& text);
/// Prints `value` as JSON or YAML. Prints nothing and returns false when a table is requested.
bool printAs(OutputFormat format, const QJsonObject& value);

/// Calls `method`. On failure, prints the reason and sets `code`.
std::optional<QJsonObject> call(const Options& options, const QString& method, const QJsonObject& params,
                                ExitCode& code);

/// Prints which plugins should have checked an object and did not, according to the daemon's answer.
void noteUnchecked(const QJsonObject& answer);

/// Prints what of the previewed objects would not be in force, according to the plugins. `preview`: the daemon's
/// answer.
void noteWarnings(const QJsonObject& preview);

/// Prints why a call failed. Returns the exit status for it.
ExitCode complainAbout(const RpcFailure& failure);

}  // namespace fos1::ctl
