// SPDX-License-Identifier: GPL-2.0-or-later
// A zone at a server that takes updates (RFC 2136): reads what is there, decides, and sends as few updates as possible.
// Must not know the bus, or when to act.
//
// What is known of names stays true until the zone's serial moves. Names that were never ours are claimed without
// reading them; an update whose prerequisites fail tells that they are somebody's, and is sent again in parts until it
// is known which.
#pragma once

#include <QElapsedTimer>

#include "core/state_table.h"
#include "dns_backend.h"
#include "fos1/slices.h"
#include "update/key_file.h"
#include "update/name_memory.h"
#include "update/read_pace.h"
#include "update/server_locator.h"
#include "update/update_queue.h"
#include "update/update_sender.h"
#include "update/zone_reader.h"

namespace fos1::dns {

struct UpdateZone {
    ZoneSpec zone;
    quint32 ttl = 60;
    std::optional<ServerAddress> server;  ///< nothing: the primary of the zone's SOA
    KeySource key;
    QByteArray owner;
    QString memoryFile;
    QString resolvers = QStringLiteral("/etc/resolv.conf");
};

class UpdateBackend final : public DnsBackend {
    Q_OBJECT

   public:
    explicit UpdateBackend(const UpdateZone& zone);

    void apply(std::shared_ptr<const ZonePlan> plan, Done done) override;
    [[nodiscard]] std::shared_ptr<const ZoneTable> table() const override { return m_states.lastTable(); }
    [[nodiscard]] bool mayHaveOurs() const override { return !m_memory.names().empty(); }

   private:
    using Group = UpdateQueue::Group;
    struct UnderWay {
        Group group;
        qint64 clockAhead = 0;
    };

    void begin();
    void serialRead(quint32 serial);
    void merge(const Knowledge& found);
    void startDeciding();
    [[nodiscard]] bool decideOne();
    [[nodiscard]] NameStep decideFor(const DnsName& name);
    void decided();
    [[nodiscard]] bool sendOne();
    void sent(int id, const ZoneResult<UpdateResult>& result);
    void carriedOut(const Group& group);
    void refused(UnderWay update, const Trouble& problem);
    void conflicted(const std::vector<Group>& groups);
    void decideAgain(const Group& group);
    void finish();
    void fail(const Trouble& problem);
    /// Brings the table up to date, in slices, and then calls back.
    void end(const ZoneResult<Applied>& outcome);
    void forgetNames();
    [[nodiscard]] bool showOne();
    [[nodiscard]] TableFacts facts() const { return {*m_plan, m_known, m_blocked, m_verified, m_config.owner}; }
    [[nodiscard]] Owner owner() const { return {m_config.owner, m_config.zone.domain, m_config.ttl}; }

    const UpdateZone m_config;
    NameMemory m_memory;
    bool m_isMemoryRead = false;
    DnsClient m_client;
    ServerLocator m_locator;
    ZoneReader m_reader;
    UpdateSender m_sender;
    std::optional<Endpoint> m_endpoint;

    Knowledge m_known;
    std::map<DnsName, QString> m_blocked;
    std::map<DnsName, qint64> m_verified;
    std::set<DnsName> m_decided;              ///< since names were last forgotten
    std::optional<quint32> m_serial;          ///< as last read
    std::optional<quint32> m_verifiedSerial;  ///< at which all of m_known was read
    std::shared_ptr<const ZonePlan> m_settled;
    StateTable m_states;
    ReadPace m_readPace;
    /// The server takes no updates: it is asked again after an hour, or with another plan.
    std::shared_ptr<const ZonePlan> m_refusedPlan;
    Trouble m_refusal;
    QElapsedTimer m_sinceRefusal;

    // Of the call under way.
    std::shared_ptr<const ZonePlan> m_plan;
    Done m_done;
    QElapsedTimer m_since;
    bool m_isWritten = false;
    bool m_isVerifying = false;  ///< all of m_known was read since m_serial
    bool m_hasRead = false;
    bool m_areOthersBlocked = false;  ///< than before, so that services are decided once more
    bool m_isSecondLook = false;      ///< they are
    int m_updates = 0;
    std::map<DnsName, int> m_conflicts;
    UpdateQueue::Steps m_steps;
    std::vector<DnsName> m_undecided;
    UpdateQueue m_queue;
    std::map<int, UnderWay> m_underWay;
    int m_lastSent = 0;
    Group m_carriedOut;                ///< of which the state is not yet determined again
    std::vector<Group> m_conflicting;  ///< whose prerequisites did not hold
    qint64 m_clockAhead = 0;
    std::optional<Trouble> m_onlyRemovals;  ///< why nothing may be added
    std::optional<ZoneResult<Applied>> m_outcome;
    Slices m_deciding{[this] { return decideOne(); }};
    Slices m_sending{[this] { return sendOne(); }};
    Slices m_showing{[this] { return showOne(); }};
};

}  // namespace fos1::dns
