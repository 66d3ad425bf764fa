// SPDX-License-Identifier: GPL-2.0-or-later
// The plugin's wiring with a fake host, over the real kernel's tables of this network namespace.
#pragma once

#include <QJsonArray>
#include <QJsonObject>

#include "firewall.h"
#include "fos1/testing/fake_host.h"
#include "nft/nft_session.h"

namespace fos1::firewall {

struct Bridge {
    explicit Bridge(FirewallOptions options = {}) : firewall(view, options) { firewall.start(); }

    enum class OnFailure { Unknown, Closed, Open };

    void say(const QString& name, bool isAccepting, const QString& interface, OnFailure onFailure = OnFailure::Closed) {
        time::ServiceState state;
        state.interface = interface;
        state.port = 123;
        state.accepting = isAccepting;
        state.redirect = redirect;
        state.opensOnFailure = onFailure == OnFailure::Open;
        host.bus.set(QString::fromLatin1(time::ServiceState::kTopic), name, state.encode());
    }
    void saySources(const QString& name, const QStringList& addresses) {
        host.bus.set(QString::fromLatin1(time::SourcesState::kTopic), name, time::SourcesState{addresses}.encode());
    }
    [[nodiscard]] QString degraded() const { return host.status.condition({}, QStringLiteral("Degraded")); }
    [[nodiscard]] QCborMap told(const QString& name) const {
        return host.bus.value(QString::fromLatin1(EnforcedState::kTopic), name).value_or(QCborMap());
    }
    [[nodiscard]] qint64 count(const char* metric, const QString& label = {}) const {
        return host.metrics.value(QString::fromLatin1(metric), label).value_or(-1);
    }
    [[nodiscard]] qint64 repairs() const { return count("firewall_drift_repairs_total"); }

    testing::FakeHost host{
        QJsonObject{{"id", "firewall-bridge"},
                    {"publishes", QJsonArray{EnforcedState::kTopic}},
                    {"subscribes",
                     QJsonArray{time::ServiceState::kTopic, time::ClientState::kTopic, time::SourcesState::kTopic}},
                    {"features",
                     QJsonObject{{"required", QJsonArray{IBus::kIid, IStatus::kIid, IMetrics::kIid, IEvents::kIid}}}}},
        {}};
    bool redirect = false;  ///< of the VLANs that say() declares
    HostView view{host};
    Firewall firewall;
};

/// The elements of the verdict map; empty: there is no table.
inline QByteArray vlans() { return NftSession().list(QByteArray("map ") + kTable + " vlans").value_or(QByteArray()); }

/// Runs commands as another program would.
inline void other(const QByteArray& commands) {
    if (const auto done = NftSession().run(commands); !done) qFatal("%s", qPrintable(done.error().text()));
}

}  // namespace fos1::firewall
