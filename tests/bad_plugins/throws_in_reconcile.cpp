// SPDX-License-Identifier: GPL-2.0-or-later
// Throws from reconcile().
#include <stdexcept>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    void reconcile(const QCborMap& /*snapshot*/, quint64 /*ticket*/) override { throw std::runtime_error("no plan"); }
};

#include "throws_in_reconcile.moc"
