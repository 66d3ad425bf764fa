// SPDX-License-Identifier: GPL-2.0-or-later
// A dnsmasq server, version 2.85 or later, through files of our own in a directory that it watches ("dhcp-optsdir").
// What is written counts when dnsmasq has read it. It forgets what was removed only on SIGHUP, which also empties its
// DNS cache: one is sent when something was removed, and none otherwise. Must not know resources, the bus, or when to
// act.
#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <set>

#include "dhcp_backend.h"
#include "dnsmasq/dnsmasq_subnets.h"
#include "dnsmasq/dnsmasq_survey.h"
#include "dnsmasq/read_watch.h"
#include "worker.h"

namespace fos1::dhcp {

struct DnsmasqPlace {
    QString pidFile;
    QString directory;
    bool mayPersist = false;  ///< the directory may be one that survives a reboot
    Sntp sntp = Sntp::Omitted;
};

class DnsmasqBackend final : public DhcpBackend {
    Q_OBJECT

   public:
    explicit DnsmasqBackend(DnsmasqPlace place);

    void apply(std::shared_ptr<const Offers> offers, Done done) override;
    /// SIGHUP is sent once for all changes of a second.
    [[nodiscard]] std::chrono::milliseconds gathering() const override { return std::chrono::seconds(1); }

   private:
    struct Draft {
        std::shared_ptr<const DnsmasqConfig> config;
        std::shared_ptr<const Offers> offers;
        DnsmasqProcess process;
        OptionsDirectory::Listing listing;
        std::shared_ptr<const SubnetTable> table;
        DnsmasqOptionFiles write;
        std::set<QString> remove;
        bool needsReload = false;
    };
    using Drafted = Result<std::shared_ptr<const Draft>>;

    /// On the worker's thread. `last`: when nothing was to be changed; null: unknown.
    [[nodiscard]] static std::shared_ptr<const Draft> draftOf(const DnsmasqSurvey::Found& found,
                                                              const std::shared_ptr<const Offers>& offers, Sntp sntp,
                                                              const Draft* last, const std::set<QString>& unread);
    void drafted(const Drafted& draft);
    void removeAll();
    void written(const tl::expected<void, Error>& result);
    void wasRead(const QString& name);
    void finish();
    void end(const Result<Applied>& result);

    const DnsmasqPlace m_place;
    std::shared_ptr<DnsmasqSurvey> m_survey;  ///< only the worker's thread uses it
    ReadWatch m_watch;
    QTimer m_patience;
    std::shared_ptr<const Draft> m_last;  ///< nothing was to be changed
    std::set<QString> m_unread;           ///< written, but never seen to be read

    // Of the call under way.
    std::shared_ptr<const Offers> m_offers;
    Done m_done;
    std::shared_ptr<const Draft> m_draft;
    std::set<QString> m_awaited;  ///< names that dnsmasq has to read; the empty one: its directory
    QElapsedTimer m_since;

    Worker m_worker{"fos1-dhcp-files"};  ///< last: its jobs end before the rest goes
};

}  // namespace fos1::dhcp
