// SPDX-License-Identifier: GPL-2.0-or-later
// Says that it is a plugin and is none.
#include <QObject>
#include <QtPlugin>

class Plugin : public QObject {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
};

#include "no_root.moc"
