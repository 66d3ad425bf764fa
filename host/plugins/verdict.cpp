// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/verdict.h"

#include <QCborArray>

namespace fos1::host {

Result<Errors> verdictOf(const QCborMap& answer) {
    const QCborValue list = answer.value(QStringLiteral("errors"));
    if (!list.isArray()) return failure(ErrorCode::Protocol, QStringLiteral("it answered without a list of errors"));
    Errors errors;
    const QCborArray entries = list.toArray();
    for (const QCborValue& entry : entries) {
        const QString message = entry.toMap().value(QStringLiteral("message")).toString();
        if (message.isEmpty())
            return failure(ErrorCode::Protocol, QStringLiteral("it reported an error without a message"));
        errors.push_back({ErrorCode::InvalidInput, message, entry.toMap().value(QStringLiteral("path")).toString()});
    }
    return errors;
}

}  // namespace fos1::host
