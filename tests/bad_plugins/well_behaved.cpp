// SPDX-License-Identifier: GPL-2.0-or-later
// Behaves correctly; any mistake is in its metadata.
#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    void reconcile(const QCborMap& snapshot, quint64 ticket) override {
        const auto count = static_cast<qint64>(fos1::desiredObjects(snapshot).size());
        m_host->bus().publish("well-behaved.state/v1", "all", {{QStringLiteral("objects"), count}}, 0);
        m_host->succeed(ticket);
    }
};

#include "well_behaved.moc"
