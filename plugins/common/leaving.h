// SPDX-License-Identifier: GPL-2.0-or-later
// The stop of a bridge: waits until every target was left, or until the host would wait no longer. Must not know what a
// target is.
#pragma once

#include <QStringList>
#include <QTimer>
#include <functional>
#include <set>

namespace fos1::bridge {

class Leaving final {
   public:
    using Done = std::function<void(const QStringList& problems)>;

    Leaving();
    Leaving(const Leaving&) = delete;
    Leaving& operator=(const Leaving&) = delete;

    /// `done` is called once: later, or from within left() or, without targets, from here.
    void begin(std::set<QString> targets, Done done);
    /// A target was left. `problem`: why it may not be as it should; empty: it is.
    void left(const QString& target, const QString& problem);

    [[nodiscard]] bool hasBegun() const { return m_hasBegun; }

   private:
    void complete();

    bool m_hasBegun = false;
    std::set<QString> m_staying;  ///< targets that have not been left yet
    QStringList m_problems;
    Done m_done;
    QTimer m_deadline;
};

}  // namespace fos1::bridge
