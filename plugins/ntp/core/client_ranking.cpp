// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/client_ranking.h"

#include <algorithm>
#include <limits>

namespace fos1::ntp {

namespace {

constexpr ClientOrder kOrders[] = {ClientOrder::Recent, ClientOrder::Requests, ClientOrder::Drops};

/// Since the last packet or connection of any kind.
qint64 sinceLast(const ClientRecord& record) {
    qint64 least = std::numeric_limits<qint64>::max();
    for (const auto& age : {record.sinceNtp, record.sinceKeyExchange, record.sinceCommand})
        if (age) least = std::min<qint64>(least, age->count());
    return least;
}

/// Whether the first comes before the second. Clients that are equal in this come in the order of their addresses, so
/// that a list does not change while nothing happens.
class ComesBefore {
   public:
    explicit ComesBefore(ClientOrder order) : m_order(order) {}
    bool operator()(const ListedClient& first, const ListedClient& second) const {
        const ClientRecord& a = first.record;
        const ClientRecord& b = second.record;
        if (m_order == ClientOrder::Requests && a.ntpRequests != b.ntpRequests) return a.ntpRequests > b.ntpRequests;
        if (m_order == ClientOrder::Drops && a.ntpDropped != b.ntpDropped) return a.ntpDropped > b.ntpDropped;
        if (m_order == ClientOrder::Recent && sinceLast(a) != sinceLast(b)) return sinceLast(a) < sinceLast(b);
        return a.address < b.address;
    }

   private:
    ClientOrder m_order;
};

}  // namespace

QString toText(ClientOrder order) {
    switch (order) {
        case ClientOrder::Recent: return QStringLiteral("recent");
        case ClientOrder::Requests: return QStringLiteral("requests");
        case ClientOrder::Drops: return QStringLiteral("drops");
        case ClientOrder::Unknown: break;
    }
    return {};
}

Result<ClientView> clientViewFrom(const QString& text) {
    ClientView view;
    if (text.isEmpty()) return view;
    QString number = text.section(u':', 1);
    bool isGood = !text.contains(u':') || !number.isEmpty();
    const QString word = text.section(u':', 0, 0);
    const auto* order =
        std::find_if(std::begin(kOrders), std::end(kOrders), [&](ClientOrder each) { return word == toText(each); });
    if (order != std::end(kOrders))
        view.order = *order;
    else if (number.isEmpty())
        number = word;
    else
        isGood = false;
    if (!number.isEmpty()) {
        bool isNumber = false;
        const uint most = number.toUInt(&isNumber);
        isGood = isGood && isNumber && most >= 1 && most <= ClientView::kMost;
        view.most = most;
    }
    if (isGood) return view;
    return failure(ErrorCode::InvalidInput,
                   QStringLiteral("\"%1\" is neither an order (recent, requests or drops) nor a number of clients from "
                                  "1 to %2; both together are written as requests:100")
                       .arg(text)
                       .arg(ClientView::kMost));
}

void ClientRanking::add(const ClientRecord& record, const QString& place) {
    ++m_count;
    ClientTotals& sum = m_places[place];
    ++sum.clients;
    sum.requests += record.ntpRequests;
    sum.dropped += record.ntpDropped;
    const ComesBefore comesBefore(m_view.order);
    ListedClient client{record, place};
    if (m_held.size() >= m_view.most) {
        if (!comesBefore(client, m_held.front())) return;
        std::pop_heap(m_held.begin(), m_held.end(), comesBefore);
        m_held.pop_back();
    }
    m_held.push_back(std::move(client));
    std::push_heap(m_held.begin(), m_held.end(), comesBefore);
}

std::vector<ListedClient> ClientRanking::best() const {
    std::vector<ListedClient> sorted = m_held;
    std::sort_heap(sorted.begin(), sorted.end(), ComesBefore(m_view.order));
    return sorted;
}

}  // namespace fos1::ntp
