// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/list_queue.h"

#include <QJsonDocument>
#include <utility>

namespace fos1::host {

void ListQueue::answer(const QString& name, std::function<Items()> begin, const RpcReply& reply) {
    if (m_waiting.size() >= kMostWaiting) {
        reply(tl::unexpected<RpcError>(RpcError{
            rpc::kFailed, QStringLiteral("too many lists are being prepared; ask again"), QJsonValue::Undefined}));
        return;
    }
    m_waiting.push_back({name, std::move(begin), reply});
    m_work.start();
}

bool ListQueue::step() {
    if (m_waiting.empty()) return false;
    if (!m_items) {
        m_items = m_waiting.front().begin();
        m_next = 0;
        m_text = "{\"" + m_waiting.front().name.toUtf8() + "\":[";
        return true;
    }
    if (m_next < m_items->count) {
        const QJsonObject item = m_items->at(m_next++);
        if (item.isEmpty()) return true;
        if (!m_text.endsWith('[')) m_text += ',';
        m_text += QJsonDocument(item).toJson(QJsonDocument::Compact);
        return true;
    }
    const Waiting done = std::move(m_waiting.front());
    m_waiting.pop_front();
    m_items.reset();
    done.reply(JsonText{std::exchange(m_text, {}) + "]}"});
    return !m_waiting.empty();
}

}  // namespace fos1::host
