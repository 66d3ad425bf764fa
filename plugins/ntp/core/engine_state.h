// SPDX-License-Identifier: GPL-2.0-or-later
// How the chronyd process fares, as plain facts. Knows nothing of how it is run.
#pragma once

#include <QString>
#include <chrono>

namespace fos1::ntp {

enum class EnginePhase {
    Unknown = 0,
    Stopped,   ///< not wanted
    Starting,  ///< started, does not answer yet
    Running,   ///< runs and answers
    Stopping,
    Waiting,  ///< ended by itself; will be started again
};

/// Something that chronyd logged as an error, and went on.
struct Complaint {
    QString text;  ///< in chronyd's words; empty: none
    qint64 atUnixMs = 0;
    bool operator==(const Complaint&) const = default;
};

/// chronyd repeats what it cannot do at most each hour, as with its drift file.
inline constexpr std::chrono::seconds kComplaintLifetime{3900};

struct EngineState {
    EnginePhase phase = EnginePhase::Stopped;
    qint64 pid = 0;        ///< 0 when there is no process
    quint64 restarts = 0;  ///< how often chronyd ended by itself and was started again
    QString lastError;     ///< one sentence; empty: none yet
    qint64 lastErrorUnixMs = 0;
    Complaint complaint;  ///< the last one since chronyd was started
    bool seesLog = true;  ///< false: chronyd logs to the journal, and no line has been read there
    bool operator==(const EngineState&) const = default;
};

}  // namespace fos1::ntp
