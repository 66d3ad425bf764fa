// SPDX-License-Identifier: GPL-2.0-or-later
// Runs programs of each kind, with a grant and without, and reports how each ends. Also: its groups.
#include <grp.h>
#include <unistd.h>

#include <QProcess>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        QStringList facts;
        for (const char* program : {"/usr/bin/id", "/usr/bin/ldd", "/usr/sbin/ldconfig", "/usr/bin/whoami"}) {
            QProcess process;
            process.start(QString::fromLatin1(program), {QStringLiteral("--version")});
            const bool isDone = process.waitForStarted() && process.waitForFinished();
            facts << QStringLiteral("%1=%2").arg(QString::fromLatin1(program).section(u'/', -1),
                                                 isDone ? QString::number(process.exitCode()) : QStringLiteral("no"));
        }
        std::vector<gid_t> groups(64);
        groups.resize(static_cast<std::size_t>(std::max(0, ::getgroups(64, groups.data()))));
        for (const gid_t gid : groups)
            if (const group* entry = ::getgrgid(gid)) facts << QStringLiteral("group=") + entry->gr_name;
        report(facts.join(u' '));
        return {};
    }
};

#include "executes.moc"
