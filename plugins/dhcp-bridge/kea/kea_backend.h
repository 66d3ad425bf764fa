// SPDX-License-Identifier: GPL-2.0-or-later
// A Kea server, version 2.2 or later: config-get unless the last look has seen it, edit, config-test, config-get once
// more, and config-set. Writes nothing to disk unless it is to persist. Must not know resources, the bus, when to act,
// or how commands travel.
#pragma once

#include <QElapsedTimer>

#include "dhcp_backend.h"
#include "kea/kea_channel.h"
#include "kea/kea_draft.h"
#include "worker.h"

namespace fos1::dhcp {

enum class Persistence { Unknown = 0, RunningServerOnly, ConfigurationFile };

class KeaBackend final : public DhcpBackend {
    Q_OBJECT

   public:
    KeaBackend(std::unique_ptr<KeaChannel> channel, const KeaFamily& family, Persistence persistence,
               Sntp sntp = Sntp::Omitted)
        : m_family(family), m_persistence(persistence), m_sntp(sntp), m_channel(std::move(channel)) {}

    void apply(std::shared_ptr<const Offers> offers, Done done) override;
    void leaveOut(std::vector<SubnetPlan>& plans) const override;

   private:
    /// What was settled last: the same answer of the server and the same offers need no second look.
    struct Settled {
        QByteArray raw;
        std::shared_ptr<const Offers> offers;
        std::shared_ptr<const SubnetTable> table;
        std::optional<Error> refusal;  ///< of the change that is needed
    };

    [[nodiscard]] bool hasSettled() const { return m_settled.table && !m_settled.refusal; }
    void get();
    void edit(const QByteArray& raw);
    void edited(const Result<std::shared_ptr<const KeaDraft>>& draft);
    void test();
    [[nodiscard]] bool canTryAnotherForm() const;
    void getAgain();
    void set();
    void persist(bool isWritten);
    void ask(const QByteArray& command, std::function<void(const QByteArray&)> answered);
    void refused(const Error& error);
    void finish(bool isWritten, const QString& warning = {});
    void end(const Result<Applied>& result);

    const KeaFamily& m_family;
    const Persistence m_persistence;
    const Sntp m_sntp;
    const std::unique_ptr<KeaChannel> m_channel;
    Settled m_settled;
    Option56Form m_form = Option56Form::Unknown;  ///< the last one that the server accepted
    bool m_isUnsaved = true;  ///< the configuration file may differ from the running server; only if it is to persist

    // Of the call under way.
    std::shared_ptr<const Offers> m_offers;
    Done m_done;
    QByteArray m_raw;             ///< the server's answer to config-get
    bool m_isFromMemory = false;  ///< m_raw is what was settled last, and not yet confirmed
    std::shared_ptr<const KeaDraft> m_draft;
    int m_round = 0;
    Option56Form m_refusedForm = Option56Form::Unknown;
    QElapsedTimer m_since;

    Worker m_worker{"fos1-dhcp-edit"};  ///< last: its jobs end before the rest goes
};

}  // namespace fos1::dhcp
