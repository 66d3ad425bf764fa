// SPDX-License-Identifier: MIT
#include "fos1/testing/fake_events.h"

#include "status_code.h"

namespace fos1::testing {

int FakeEvents::record(const QCborMap& event) {
    constexpr qsizetype kMaxMessage = 16 * 1024;
    if (!m_guard.admits("events.record")) return code(Status::WrongThread);
    const QString type = event.value(QStringLiteral("type")).toString();
    const bool isType = type == QLatin1String("Normal") || type == QLatin1String("Warning");
    if (!isType || event.value(QStringLiteral("reason")).toString().isEmpty()) return code(Status::InvalidArgument);
    if (event.value(QStringLiteral("message")).toString().size() > kMaxMessage) return code(Status::TooLarge);
    m_events.push_back(event);
    return code(Status::Ok);
}

}  // namespace fos1::testing
