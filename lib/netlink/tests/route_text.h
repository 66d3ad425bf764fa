// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of rtnetlink in words, and a keeper that keeps all of them, as the simplest one does.
#pragma once

#include <linux/rtnetlink.h>

#include <QStringList>
#include <map>

#include "netlink_dialogue.h"

namespace fos1::netlink::test {

/// What tells one from another.
inline QString nameOf(const Message& message) {
    if (const auto* link = std::get_if<LinkMessage>(&message)) return QStringLiteral("link %1").arg(link->index);
    if (const auto* address = std::get_if<AddressMessage>(&message))
        return QStringLiteral("address %1 %2").arg(address->index).arg(address->own.text());
    const auto& route = std::get<RouteMessage>(message);
    return QStringLiteral("route %1 table %2").arg(route.destination.text()).arg(route.table);
}

inline QString text(const std::optional<Message>& message) {
    if (!message) return QStringLiteral("nothing");
    QString words = nameOf(*message);
    if (const auto* link = std::get_if<LinkMessage>(&*message)) {
        if (link->isGone) return words + QStringLiteral(" gone");
        words += u' ' + link->name;
        if (link->parent != 0) words += QStringLiteral(" on %1").arg(link->parent);
        if (!link->kind.isEmpty()) words += u' ' + QString::fromLatin1(link->kind);
        return words;
    }
    if (const auto* address = std::get_if<AddressMessage>(&*message)) {
        if (address->broadcast) words += QStringLiteral(" brd ") + address->broadcast->text();
        return words + (address->isGone ? QStringLiteral(" gone") : QString());
    }
    const auto& route = std::get<RouteMessage>(*message);
    if (route.gateway) words += QStringLiteral(" via ") + route.gateway->text();
    if (route.link != 0) words += QStringLiteral(" link %1").arg(route.link);
    if (route.priority != 0) words += QStringLiteral(" priority %1").arg(route.priority);
    return words + (route.isGone ? QStringLiteral(" gone") : QString());
}

inline bool isGone(const Message& message) {
    return std::visit([](const auto& each) { return each.isGone; }, message);
}

class EverythingKeeper final : public Keeper {
   public:
    void begin() override {
        m_rebuilt.emplace();
        m_notified.clear();
    }
    void dumped(const Message& message) override {
        if (!m_notified.contains(nameOf(message))) m_rebuilt->insert_or_assign(nameOf(message), text(message));
    }
    bool notified(const Message& message) override {
        m_notified.append(nameOf(message));
        const auto before = all;
        for (auto* table : {&all, m_rebuilt ? &*m_rebuilt : nullptr}) {
            if (!table) continue;
            if (isGone(message))
                table->erase(nameOf(message));
            else
                table->insert_or_assign(nameOf(message), text(message));
        }
        return all != before;
    }
    bool finish() override {
        const bool isOther = all != *m_rebuilt;
        all = *std::exchange(m_rebuilt, std::nullopt);
        return isOther;
    }
    void abandon() override { m_rebuilt.reset(); }

    [[nodiscard]] QString words(const QString& part) const {
        QStringList list;
        for (const auto& [name, words] : all)
            if (words.contains(part)) list.append(words);
        return list.join(QStringLiteral(", "));
    }

    std::map<QString, QString> all;

   private:
    std::optional<std::map<QString, QString>> m_rebuilt;
    QStringList m_notified;
};

}  // namespace fos1::netlink::test
