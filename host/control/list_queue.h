// SPDX-License-Identifier: GPL-2.0-or-later
// Answers with lists of thousands of items without holding up the event loop: one list at a time, in slices. Must not
// know what the items are.
#pragma once

#include <QJsonObject>
#include <deque>
#include <functional>
#include <optional>

#include "control/json_rpc.h"
#include "fos1/slices.h"

namespace fos1::host {

class ListQueue final {
   public:
    static constexpr std::size_t kMostWaiting = 256;

    struct Items {
        std::size_t count = 0;
        std::function<QJsonObject(std::size_t index)> at;  ///< empty for an item that is gone meanwhile
    };

    /// Replies with {name: [items]}, or with an error when too many lists wait. Calls `begin` when it is the list's
    /// turn. What both functions refer to outlives this object.
    void answer(const QString& name, std::function<Items()> begin, const RpcReply& reply);

   private:
    struct Waiting {
        QString name;
        std::function<Items()> begin;
        RpcReply reply;
    };
    [[nodiscard]] bool step();

    std::deque<Waiting> m_waiting;  ///< the first one is under way if there are items
    std::optional<Items> m_items;
    std::size_t m_next = 0;
    QByteArray m_text;
    Slices m_work{[this] { return step(); }};
};

}  // namespace fos1::host
