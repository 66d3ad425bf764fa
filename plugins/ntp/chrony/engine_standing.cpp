// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/engine_standing.h"

#include "fos1/logging.h"

namespace fos1::ntp {

namespace {

FOS1_LOG(lcStanding, "ntp.engine")

}  // namespace

void EngineStanding::setError(const QString& message) {
    qCWarning(lcStanding).noquote() << message;
    m_state.lastError = message;
    m_state.lastErrorUnixMs = QDateTime::currentMSecsSinceEpoch();
    announce();
}

}  // namespace fos1::ntp
