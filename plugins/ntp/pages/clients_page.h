// SPDX-License-Identifier: GPL-2.0-or-later
// The page of those who ask this node for the time, as chronyc(1), "clients", with the VLAN of each. Pure.
#pragma once

#include <QCborMap>

#include "core/client_ranking.h"

namespace fos1::ntp {

struct ClientLog {
    const ClientRanking& ranking;  ///< the place of a client is as ClientPlaces gives it
    bool isComplete = true;        ///< false: the time was up before the end of the log
    quint64 recordsDropped = 0;    ///< by chronyd, because its memory for them was full
};

[[nodiscard]] QCborMap clientsPage(const ClientLog& log);

/// Instead of it, when chronyd keeps no log. `isInterleaved`: spec.server.interleaved.
[[nodiscard]] QCborMap noClientLogPage(bool isInterleaved);

}  // namespace fos1::ntp
