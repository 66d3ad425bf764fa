// SPDX-License-Identifier: MIT
// Expected failures as values. Inline: compiled into each plugin, never crosses the seam.
#pragma once

#include <QString>
#include <tl/expected.hpp>
#include <vector>

namespace fos1 {

enum class ErrorCode { Unknown = 0, InvalidInput, NotFound, Conflict, Io, Protocol, Timeout, Refused };

/// `path` locates the error: `spec.sources.servers[2].address`, `host.yaml:4:3`, a file; it may be empty.
struct Error {
    ErrorCode code = ErrorCode::Unknown;
    QString message;
    QString path;

    /// "path: message", or the message alone.
    [[nodiscard]] QString text() const { return path.isEmpty() ? message : path + QStringLiteral(": ") + message; }
};

using Errors = std::vector<Error>;

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(ErrorCode code, QString message, QString path = {}) {
    return tl::unexpected<Error>(Error{code, std::move(message), std::move(path)});
}

/// All errors in one line, for conditions.
inline QString joined(const Errors& errors) {
    QString all;
    for (const Error& error : errors) {
        if (!all.isEmpty()) all += QStringLiteral("; ");
        all += error.text();
    }
    return all;
}

}  // namespace fos1
