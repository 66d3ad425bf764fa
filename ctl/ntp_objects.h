// SPDX-License-Identifier: GPL-2.0-or-later
// NTPServices as the daemon shows them, for the commands under `ntp`.
#pragma once

#include <QJsonArray>
#include <QJsonObject>

#include "console.h"

namespace fos1::ctl {

[[nodiscard]] QString nameOf(const QJsonObject& object);
[[nodiscard]] QString nsOf(const QJsonObject& object);

/// Those that are asked for, each as it is now; `wanted` empty: all. Says why when there is none.
[[nodiscard]] tl::expected<QJsonArray, ExitCode> ntpServices(RpcClient& client, const Options& options,
                                                             const QString& wanted);

/// A number of milliseconds, or "-".
[[nodiscard]] QString millisecondsText(const QJsonValue& value, bool isSigned);

/// Octal, one bit a poll, as chronyc shows it.
[[nodiscard]] QString reachText(const QJsonValue& reach);

/// log2 of seconds.
[[nodiscard]] QString pollText(const QJsonValue& poll);

}  // namespace fos1::ctl
