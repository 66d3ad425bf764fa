// SPDX-License-Identifier: GPL-2.0-or-later
// Throws from start().
#include <stdexcept>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* /*host*/) override { throw std::runtime_error("no luck"); }
};

#include "throws_in_start.moc"
