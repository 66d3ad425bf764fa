// SPDX-License-Identifier: GPL-2.0-or-later
// The correct parts that all bad plugins share.
#pragma once

#include <QObject>
#include <optional>

#include "fos1/plugin.h"

namespace bad {

class BadPlugin : public QObject, public fos1::IPlugin {
   public:
    QString start(fos1::IHost* host) override {
        m_host.emplace(*host);
        return {};
    }
    void reconcile(const QCborMap& /*snapshot*/, quint64 ticket) override { m_host->succeed(ticket); }
    void stop(quint64 ticket) override { m_host->succeed(ticket); }
    fos1::IInterface* query(const QString& /*iid*/) override { return nullptr; }

   protected:
    /// Passes a text to the test, as the plugin's condition "Report".
    void report(const QString& text) {
        m_host->setCondition({QStringLiteral("Report"), fos1::ConditionStatus::True, QStringLiteral("Seen"), text, 0});
    }

    std::optional<fos1::HostView> m_host;
};

}  // namespace bad
