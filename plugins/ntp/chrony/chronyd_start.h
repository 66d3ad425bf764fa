// SPDX-License-Identifier: GPL-2.0-or-later
// Why a chronyd came to run, as a fact and in words.
#pragma once

#include <QStringList>

namespace fos1::ntp {

enum class StartReason {
    Unknown = 0,
    Wanted,            ///< a time service is wanted, and there was none
    Changed,           ///< a configuration that only a restart could bring
    PreviousRestored,  ///< the new one did not work out
    EndedByItself,     ///< or was ended by somebody else
    PortFree,          ///< it had not got the port that clients are answered on, or had lost it
    FoundRunning,      ///< no start at all: it outlived an earlier host
};

struct ChronydStart {
    qint64 pid = 0;
    StartReason reason = StartReason::Unknown;
    QStringList changes;  ///< Changed: what asked for the restart, for people
};

/// For an event; without the process.
inline QString sentence(const ChronydStart& start) {
    switch (start.reason) {
        case StartReason::Changed:
            return QStringLiteral("The time daemon (chronyd) was restarted for a new configuration: %1.")
                .arg(start.changes.join(QStringLiteral(", ")));
        case StartReason::PreviousRestored:
            return QStringLiteral("The time daemon (chronyd) was started with its previous configuration.");
        case StartReason::EndedByItself: return QStringLiteral("The time daemon (chronyd) was restarted.");
        case StartReason::PortFree:
            return QStringLiteral("The time daemon (chronyd) was restarted because it had no socket for its clients.");
        case StartReason::FoundRunning:
            return QStringLiteral("The time daemon (chronyd) was already running and was adopted unchanged.");
        case StartReason::Wanted:
        case StartReason::Unknown: break;
    }
    return QStringLiteral("The time daemon (chronyd) was started.");
}

}  // namespace fos1::ntp
