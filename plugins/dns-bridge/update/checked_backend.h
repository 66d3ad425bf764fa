// SPDX-License-Identifier: GPL-2.0-or-later
// A zone whose names reach the server by a detour, such as a file that it reads: asks the server whether it answers
// what it should. Only what it answers counts as published. Must not know how names reach the server.
#pragma once

#include <QTimer>
#include <deque>

#include "dns_backend.h"
#include "update/dns_client.h"
#include "update/server_locator.h"

namespace fos1::dns {

struct ServerCheck {
    ZoneSpec zone;
    ServerAddress server;
    /// A server reads a file some time after it was told to.
    std::chrono::milliseconds patience{5000};
};

class CheckedBackend final : public DnsBackend {
    Q_OBJECT

   public:
    CheckedBackend(std::unique_ptr<DnsBackend> inner, const ServerCheck& check);

    /// Reason of its own: NotServed.
    void apply(std::shared_ptr<const ZonePlan> plan, Done done) override;
    [[nodiscard]] std::shared_ptr<const ZoneTable> table() const override { return m_table; }
    [[nodiscard]] bool mayHaveOurs() const override { return m_inner->mayHaveOurs(); }

   private:
    struct Name {
        std::shared_ptr<const NameState> inner;  ///< null: no longer planned
        std::set<Record> served;                 ///< of ours, as the server has answered
        std::set<Record> found;                  ///< in the answers of this round
        int asked = 0;                           ///< questions of this round that are not yet answered
        qint64 verified = 0;                     ///< Unix time in seconds; 0: never
        std::shared_ptr<const NameState> shown;
    };

    void begin(const Applied& applied);
    void chooseNames();
    void askAll();
    void askMore();
    void take(const Question& question, const Result<Reply>& reply);
    void roundEnded();
    [[nodiscard]] bool isServed(const Name& name) const;
    void show();
    void fail(const Trouble& problem);
    void end(const ZoneResult<Applied>& outcome);

    const std::unique_ptr<DnsBackend> m_inner;
    const ServerCheck m_check;
    ServerLocator m_locator;
    DnsClient m_client;
    std::optional<Endpoint> m_endpoint;
    std::map<DnsName, Name> m_names;
    std::shared_ptr<const ZoneTable> m_table;
    DnsName m_lastRepeated;  ///< names that have not changed are asked in turn

    // Of the call under way.
    Done m_done;
    Applied m_applied;
    QElapsedTimer m_since;
    std::set<DnsName> m_due;  ///< to be asked, or not served when they were
    std::deque<Question> m_questions;
    int m_unanswered = 0;
    QTimer m_again;
};

}  // namespace fos1::dns
