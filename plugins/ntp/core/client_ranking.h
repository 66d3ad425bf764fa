// SPDX-License-Identifier: GPL-2.0-or-later
// The clients that a reader asked for, out of a log of any length: holds only as many records as are shown, and one sum
// for each place that clients are in. Pure.
#pragma once

#include <QString>
#include <map>
#include <vector>

#include "core/client_aggregate.h"
#include "core/server_facts.h"
#include "fos1/result.h"

namespace fos1::ntp {

enum class ClientOrder {
    Unknown = 0,
    Recent,    ///< the last packet or connection first
    Requests,  ///< most NTP packets first
    Drops,     ///< most dropped NTP packets first
};

struct ClientView {
    static constexpr std::size_t kDefault = 20;
    static constexpr std::size_t kMost = 1000;

    ClientOrder order = ClientOrder::Recent;
    std::size_t most = kDefault;
    bool operator==(const ClientView&) const = default;
};

/// From "ORDER", "NUMBER" or "ORDER:NUMBER", with 1 to kMost clients; empty: the default. InvalidInput for other text.
[[nodiscard]] Result<ClientView> clientViewFrom(const QString& text);

/// "recent", "requests" or "drops".
[[nodiscard]] QString toText(ClientOrder order);

struct ListedClient {
    ClientRecord record;
    QString place;
    bool operator==(const ListedClient&) const = default;
};

class ClientRanking {
   public:
    explicit ClientRanking(ClientView view) : m_view(view) {}

    /// `place`: the VLAN, or another word for where the client is. Costs the logarithm of the clients that are held.
    void add(const ClientRecord& record, const QString& place);

    /// At most `most` of those added, in the order of the view.
    [[nodiscard]] std::vector<ListedClient> best() const;
    /// By place, of all those added.
    [[nodiscard]] const std::map<QString, ClientTotals>& places() const { return m_places; }
    [[nodiscard]] quint64 count() const { return m_count; }
    [[nodiscard]] const ClientView& view() const { return m_view; }

   private:
    const ClientView m_view;
    std::vector<ListedClient> m_held;  ///< a heap, with the one that comes last on top
    std::map<QString, ClientTotals> m_places;
    quint64 m_count = 0;
};

}  // namespace fos1::ntp
