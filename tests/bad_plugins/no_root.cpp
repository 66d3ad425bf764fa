// SPDX-License-Identifier: GPL-2.0-or-later
// Claims to be a plugin but has no root object.
#include <QObject>
#include <QtPlugin>

class Plugin : public QObject {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
};

#include "no_root.moc"
