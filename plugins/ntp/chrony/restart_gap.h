// SPDX-License-Identifier: GPL-2.0-or-later
// Measures for how long a restart left clients without synchronised time: from the moment that chronyd was told to end,
// or ended, until the new one says that it is synchronised again. Knows no configuration.
#pragma once

#include <QObject>
#include <QTimer>
#include <chrono>
#include <optional>

#include "candm/chrony_client.h"

namespace fos1::ntp {

class RestartGap final : public QObject {
    Q_OBJECT
   public:
    /// `client` outlives it.
    explicit RestartGap(ChronyClient& client, QObject* parent = nullptr);

    /// chronyd ends now. The first of several calls counts.
    void begin();
    /// The new one answers.
    void answered();
    /// Nobody waits for time any more.
    void cancel();

   Q_SIGNALS:
    /// Nothing is told of a restart after which chronyd takes longer than kPatience.
    void measured(std::chrono::milliseconds gap);

   private:
    static constexpr std::chrono::milliseconds kInterval{5};
    static constexpr std::chrono::seconds kPatience{60};

    void ask();

    ChronyClient& m_client;
    QTimer m_again;
    std::optional<std::chrono::steady_clock::time_point> m_since;
};

}  // namespace fos1::ntp
