// SPDX-License-Identifier: GPL-2.0-or-later
// Names in unbound's local data, over its control socket. unbound loses them when it restarts or reloads; each poll
// sees it. Must not know the bus, or when to act.
#pragma once

#include <QElapsedTimer>

#include "dns_backend.h"
#include "unbound/unbound_channel.h"
#include "unbound/unbound_text.h"

namespace fos1::dns {

struct UnboundZone {
    ZoneSpec zone;
    UnboundAccess access;
    quint32 ttl = 60;
    QByteArray owner;
};

class UnboundBackend final : public DnsBackend {
    Q_OBJECT

   public:
    explicit UnboundBackend(const UnboundZone& zone) : m_config(zone), m_channel(zone.access) {}

    void apply(std::shared_ptr<const ZonePlan> plan, Done done) override;
    [[nodiscard]] std::shared_ptr<const ZoneTable> table() const override { return m_table; }
    [[nodiscard]] bool mayHaveOurs() const override { return true; }

   private:
    void listed(const QByteArray& answer);
    void change(const std::map<DnsName, NameStep>& steps);
    void command(const QByteArray& name, const QByteArray& lines, std::function<void()> then);
    void finish(bool isWritten);
    void fail(const Error& error);
    void showTable();

    const UnboundZone m_config;
    UnboundChannel m_channel;
    QByteArray m_answer;  ///< to list_local_data, when nothing was to be changed; the same one needs no second look
    Knowledge m_known;
    std::map<DnsName, QString> m_blocked;
    std::shared_ptr<const ZonePlan> m_settled;
    std::shared_ptr<const ZoneTable> m_table;

    // Of the call under way.
    std::shared_ptr<const ZonePlan> m_plan;
    Done m_done;
    QElapsedTimer m_since;
};

}  // namespace fos1::dns
