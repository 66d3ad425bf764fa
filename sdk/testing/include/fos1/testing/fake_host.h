// SPDX-License-Identifier: MIT
// A host for one plugin that records calls and answers as fos1-hostd would: features according to the metadata,
// WrongThread on any thread except the one that created it, InvalidArgument for a ticket that is not under way.
#pragma once

#include <QJsonObject>
#include <map>

#include "fos1/ihost.h"
#include "fos1/testing/call_guard.h"
#include "fos1/testing/fake_bus.h"
#include "fos1/testing/fake_event_feed.h"
#include "fos1/testing/fake_events.h"
#include "fos1/testing/fake_metrics.h"
#include "fos1/testing/fake_page_replies.h"
#include "fos1/testing/fake_spec_catalog.h"
#include "fos1/testing/fake_spec_source.h"
#include "fos1/testing/fake_status.h"
#include "fos1/testing/fake_status_feed.h"
#include "fos1/testing/manual_clock.h"
#include "fos1/testing/permissions.h"

namespace fos1::testing {

/// The outcome of a ticket.
struct Completion {
    Outcome outcome = Outcome::Unknown;  ///< Unknown: not completed yet
    int retryAfterMs = 0;
    QString message;
    int times = 0;  ///< number of completions by the plugin; more than one is a bug of the plugin
};

class FakeHost final : public IHost {
   public:
    struct Setup {
        QCborMap configuration;  ///< as the plugin sees it; withConfigDefaults() fills in defaults
        QString stateDirectory;
        QString runtimeDirectory;
    };

    /// `metadata` as its author wrote it.
    FakeHost(const QJsonObject& metadata, Setup setup);

    IInterface* query(const QString& iid) override;
    int complete(quint64 ticket, int outcome, int retryAfterMs, const QString& message) override;
    QCborMap configuration() override { return m_setup.configuration; }
    QString stateDirectory() override { return m_setup.stateDirectory; }
    QString runtimeDirectory() override { return m_setup.runtimeDirectory; }

    /// Creates a ticket to pass to the plugin.
    quint64 expect();
    /// The outcome of `ticket`; Unknown until it is completed.
    [[nodiscard]] Completion completion(quint64 ticket) const;
    [[nodiscard]] bool isCompleted(quint64 ticket) const { return completion(ticket).times > 0; }
    /// Refused completions: unknown ticket, repeated completion, invalid outcome.
    [[nodiscard]] const QStringList& wrongCompletions() const { return m_wrongCompletions; }

    // In the order of their dependencies.
    const Permissions permissions;
    CallGuard guard;
    ManualClock clock;
    FakeBus bus{permissions, guard, clock};
    FakeStatus status{guard};
    FakeStatusFeed statusFeed{guard};
    FakeMetrics metrics{guard};
    FakeEvents events{guard};
    FakeEventFeed eventFeed{guard};
    FakePageReplies pages{guard};
    FakeSpecSource specSource{guard};
    FakeSpecCatalog specCatalog{guard};

   private:
    Setup m_setup;
    std::map<quint64, Completion> m_tickets;
    QStringList m_wrongCompletions;
    quint64 m_lastTicket = 0;
};

}  // namespace fos1::testing
