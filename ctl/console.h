// SPDX-License-Identifier: GPL-2.0-or-later
// What every command shares: its options, how it ends and how it prints. Knows no command.
#pragma once

#include <QJsonObject>
#include <QString>

#include "rpc_client.h"

namespace fos1::ctl {

/// The process's exit status; values are part of the interface.
/// `diff` answers as diff(1) does: Differs is no failure, and Trouble is one.
enum class ExitCode { Ok = 0, Failed = 1, Differs = 1, Usage = 2, Trouble = 2, NoDaemon = 3 };

enum class OutputFormat { Table = 0, Json, Yaml };

struct Options {
    QString socket;  ///< empty: the default places
    OutputFormat output = OutputFormat::Table;
    QString ns;  ///< empty: not given
};

/// To stdout, with a newline at its end.
void print(const QString& text);
/// To stderr as "fos1ctl: …".
void complain(const QString& text);
/// To stderr as "file:line:col: …", which editors can follow.
void complainAt(const QString& place, const QString& text);
/// `value` as JSON or YAML; false when a table is wanted and nothing was printed.
bool printAs(OutputFormat format, const QJsonObject& value);

/// Calls `method` and, when that fails, says why. `code` is set then.
std::optional<QJsonObject> call(const Options& options, const QString& method, const QJsonObject& params,
                                ExitCode& code);

/// Says who, by the daemon's answer, should have checked an object and did not.
void noteUnchecked(const QJsonObject& answer);

/// Says why a call failed and how the process should end.
ExitCode complainAbout(const RpcFailure& failure);

}  // namespace fos1::ctl
