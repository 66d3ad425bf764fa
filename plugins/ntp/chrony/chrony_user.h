// SPDX-License-Identifier: GPL-2.0-or-later
// The user that chronyd runs as, asked for in a thread: the user database may be in a network (getpwnam_r(3),
// getgrouplist(3), LDAP), and its answer may take minutes.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <vector>

#include "chrony/run_as.h"
#include "worker.h"

namespace fos1::ntp {

class ChronyUser final : public QObject {
    Q_OBJECT

   public:
    static constexpr std::chrono::seconds kPatience{10};

    /// `configured` as resolveRunAs() takes it.
    explicit ChronyUser(QString configured, QObject* parent = nullptr);

    /// Asks again. `known`, which may be empty, is called once, from the event loop: when current() is the answer, or
    /// after kPatience with what was known before.
    void ask(std::function<void()> known);

    /// Returns the last answer; a failure while there was none. Not longer than this object lives.
    [[nodiscard]] RunAsNow current() const {
        return [this] { return m_current; };
    }

   private:
    void answer();

    const QString m_configured;
    Result<RunAs> m_current;
    std::vector<std::function<void()>> m_waiting;
    QTimer m_patience;
    bool m_isAsking = false;
    Worker m_worker;
};

}  // namespace fos1::ntp
