// SPDX-License-Identifier: GPL-2.0-or-later
// What Kea answers to a command: a result, a sentence and arguments (Kea ARM, "Using the Control Channel"). Pure.
#pragma once

#include "kea/json_span.h"

namespace fos1::dhcp {

enum class KeaResult { Success = 0, Error = 1, Unsupported = 2, Empty = 3 };

struct KeaReply {
    int result = 0;  ///< a KeaResult, or what a later version adds
    QString text;
    JsonSpan arguments;  ///< may be missing
};

/// `raw` outlives the reply. An error when it is not a reply of Kea.
[[nodiscard]] Result<KeaReply> readReply(const QByteArray& raw);

/// The reply to `command` when it was carried out; otherwise an error in the server's words: Refused, or Io when a
/// control agent could not reach the server.
[[nodiscard]] Result<KeaReply> readSuccess(const QByteArray& raw, const QString& command);

}  // namespace fos1::dhcp
