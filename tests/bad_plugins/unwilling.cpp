// SPDX-License-Identifier: GPL-2.0-or-later
// Cannot start, and reports why.
#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* /*host*/) override { return QStringLiteral("there is no antenna"); }
};

#include "unwilling.moc"
