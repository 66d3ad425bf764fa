// SPDX-License-Identifier: GPL-2.0-or-later
// Those who wait for one outcome: each is called once, from the event loop.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <utility>
#include <vector>

#include "fos1/result.h"

namespace fos1::ntp {

class Completions {
   public:
    using Outcome = tl::expected<void, Error>;
    using Completion = std::function<void(const Outcome&)>;

    void add(Completion completion) { m_waiting.push_back(std::move(completion)); }
    [[nodiscard]] std::size_t size() const { return m_waiting.size(); }
    [[nodiscard]] bool isEmpty() const { return m_waiting.empty(); }

    /// None is called once `context` is gone.
    void complete(QObject* context, const Outcome& outcome) {
        for (Completion& done : std::exchange(m_waiting, {}))
            QTimer::singleShot(0, context, [done = std::move(done), outcome] { done(outcome); });
    }

   private:
    std::vector<Completion> m_waiting;
};

}  // namespace fos1::ntp
